#include "store/token.h"

#include "store/store_room.h"

#define SELECT_TOKEN \
	"SELECT t.id, t.name, t.prefix, t.scopes, t.created_s, t.expires_s," \
	" t.seen_s, a.id, a.name, a.roles, a.country, a.must_change, a.locked, a.totp IS NOT NULL" \
	" FROM account_token t, account a WHERE a.id = t.account"

static void
row_read(struct stmt *q, struct token *x)
{
	*x = (struct token){
		.id = stmt_col_i64(q, 0),
		.name = stmt_col(q, 1),
		.prefix = stmt_col(q, 2),
		.scopes = (uint32_t)stmt_col_i64(q, 3) & who_scopes(),
		.created_s = stmt_col_i64(q, 4),
		.expires_s = stmt_col_i64(q, 5),
		.seen_s = stmt_col_i64(q, 6),
		.account = { .id = stmt_col_i64(q, 7), .name = stmt_col(q, 8),
		    .roles = (uint32_t)stmt_col_i64(q, 9) & ((1u << WHO_ROLE_COUNT) - 1),
		    .country = stmt_col(q, 10), .must_change = stmt_col_i64(q, 11) != 0,
		    .locked = stmt_col_i64(q, 12) != 0, .second_factor = stmt_col_i64(q, 13) != 0 },
	};
}

static bool
texts_keep(struct token *x, struct arena *a, struct err *e)
{
	struct slice *texts[] = { &x->name, &x->prefix, &x->account.name, &x->account.country };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_copy(a, *texts[i]);
	return !a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

/* An expired one of the name gives way; what is left is counted. */
static bool
room(struct store *s, const struct token *x, int64_t now_s, struct err *e)
{
	struct stmt *q = NULL;
	int64_t all = 0, same = 0;
	bool ok = db_prepare(s->db,
	    "DELETE FROM account_token WHERE account = ?1 AND name = ?2 AND expires_s <= ?3", &q, e);

	if (ok) {
		stmt_i64(q, 1, x->account.id);
		stmt_text(q, 2, x->name);
		stmt_i64(q, 3, now_s);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	ok = ok && db_prepare(s->db,
	    "SELECT count(*), coalesce(sum(CASE WHEN name = ?2 THEN 1 ELSE 0 END), 0)"
	    " FROM account_token WHERE account = ?1", &q, e);
	if (ok) {
		stmt_i64(q, 1, x->account.id);
		stmt_text(q, 2, x->name);
		ok = stmt_step(q, e) == STEP_ITEM;
		all = ok ? stmt_col_i64(q, 0) : 0;
		same = ok ? stmt_col_i64(q, 1) : 0;
	}
	stmt_free(&q);
	if (ok && same > 0)
		return err_set(e, ERR_CONFLICT, "there is a token %s already", QUOTE(x->name));
	if (ok && all >= TOKENS_PER_ACCOUNT)
		return err_set(e, ERR_LIMIT, "an account has at most %d tokens", TOKENS_PER_ACCOUNT);
	return ok;
}

static bool
add(struct store *s, const struct token *x, const struct sha256 *hash,
    int64_t now_s, int64_t *id_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = room(s, x, now_s, e) && db_prepare(s->db,
	    "INSERT INTO account_token (id, hash, account, prefix, name, scopes,"
	    " created_s, expires_s, seen_s) VALUES ((SELECT coalesce(max(id), 0) + 1"
	    " FROM account_token), ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) RETURNING id", &q, e);

	if (ok) {
		stmt_blob(q, 1, slice_of(hash->b, SHA256_BYTES));
		stmt_i64(q, 2, x->account.id);
		stmt_text(q, 3, x->prefix);
		stmt_text(q, 4, x->name);
		stmt_i64(q, 5, x->scopes & who_scopes());
		stmt_i64(q, 6, now_s);
		stmt_i64(q, 7, x->expires_s);
		ok = stmt_number(q, id_out, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
token_add(struct store *s, const struct token *x, const struct sha256 *hash,
    int64_t now_s, int64_t *id_out, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, add(s, x, hash, now_s, id_out, e), e);
}

bool
token_find(struct store *s, const struct sha256 *hash, int64_t now_s, struct arena *a,
    struct token *out, bool *found_out, struct err *e)
{
	struct stmt *q;
	enum step step;
	bool ok = true;

	*found_out = false;
	if (!store_query(s, Q_TOKEN_FIND, SELECT_TOKEN " AND t.hash = ?1", &q, e))
		return false;
	stmt_blob(q, 1, slice_of(hash->b, SHA256_BYTES));
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		row_read(q, out);
		*found_out = !out->account.locked && now_s < out->expires_s;
		ok = !*found_out || texts_keep(out, a, e);
	}
	stmt_reset(q);
	return ok && step != STEP_FAIL;
}

bool
token_seen(struct store *s, int64_t id, int64_t now_s, struct err *e)
{
	return db_run(s->db, "UPDATE account_token SET seen_s = ?2 WHERE id = ?1 AND seen_s < ?2",
	    (const int64_t[]){ id, now_s }, 2, NULL, e);
}

bool
token_list(struct store *s, int64_t account,
    bool (*each)(void *cookie, const struct token *x, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct token x;
	bool ok = true;

	if (!db_prepare(s->db, SELECT_TOKEN
		" AND (?1 = 0 OR a.id = ?1) ORDER BY a.name, t.name, t.id", &q, e))
		return false;
	stmt_i64(q, 1, account);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		row_read(q, &x);
		ok = each(cookie, &x, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
token_get(struct store *s, int64_t id, int64_t account, struct arena *a,
    struct token *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step;
	bool ok;

	if (!db_prepare(s->db, SELECT_TOKEN " AND t.id = ?1 AND (?2 = 0 OR a.id = ?2)", &q, e))
		return false;
	stmt_i64(q, 1, id);
	stmt_i64(q, 2, account);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		row_read(q, out);
		ok = texts_keep(out, a, e);
	} else {
		ok = step == STEP_END && err_set(e, ERR_ABSENT, "there is no token %lld", (long long)id);
	}
	stmt_free(&q);
	return ok;
}

bool
token_remove(struct store *s, int64_t id, struct err *e)
{
	int64_t changed = 0;

	return db_run(s->db, "DELETE FROM account_token WHERE id = ?1", &id, 1, &changed, e) &&
	    (changed > 0 || err_set(e, ERR_ABSENT, "there is no token %lld", (long long)id));
}
