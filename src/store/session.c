#include "store/session.h"

#include "store/store_room.h"

static bool
run2(struct store *s, const char *sql, int64_t one, int64_t two, struct err *e)
{
	return db_run(s->db, sql, (const int64_t[]){ one, two }, 2, NULL, e);
}

static bool
add(struct store *s, const struct sha256 *hash, int64_t account, bool second_factor,
    struct slice ip, int64_t now_s, int64_t *id_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = run2(s,
	    "DELETE FROM account_session WHERE account = ?1 AND id NOT IN (SELECT id"
	    " FROM account_session WHERE account = ?1 ORDER BY seen_s DESC, id DESC LIMIT ?2)",
	    account, SESSIONS_PER_ACCOUNT - 1, e) &&
	    db_prepare(s->db,
		"INSERT INTO account_session (id, hash, account, created_s, seen_s,"
		" second_factor, ip) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM"
		" account_session), ?1, ?2, ?3, ?3, ?4, ?5) RETURNING id", &q, e);

	if (ok) {
		stmt_blob(q, 1, slice_of(hash->b, SHA256_BYTES));
		stmt_i64(q, 2, account);
		stmt_i64(q, 3, now_s);
		stmt_i64(q, 4, second_factor);
		stmt_text(q, 5, ip);
		ok = stmt_number(q, id_out, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
session_add(struct store *s, const struct sha256 *hash, int64_t account,
    bool second_factor, struct slice ip, int64_t now_s, int64_t *id_out, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, add(s, hash, account, second_factor, ip, now_s, id_out, e), e);
}

static void
row_read(struct stmt *q, struct session *x)
{
	*x = (struct session){
		.id = stmt_col_i64(q, 0),
		.created_s = stmt_col_i64(q, 1),
		.seen_s = stmt_col_i64(q, 2),
		.second_factor = stmt_col_i64(q, 3) != 0,
		.ip = stmt_col(q, 4),
		.account.id = stmt_col_i64(q, 5),
	};
}

/* Columns 6 to 12, of the account. */
static void
account_read(struct stmt *q, struct account *x)
{
	struct slice lang = stmt_col(q, 8);
	char tag[8] = "";

	x->name = stmt_col(q, 6);
	x->display = stmt_col(q, 7);
	if (lang.len > 0 && lang.len < sizeof(tag)) {
		memcpy(tag, lang.p, lang.len);
		x->lang_known = lang_parse(tag, &x->lang);
	}
	x->country = stmt_col(q, 9);
	x->roles = (uint32_t)stmt_col_i64(q, 10) & ((1u << WHO_ROLE_COUNT) - 1);
	x->must_change = stmt_col_i64(q, 11) != 0;
	x->second_factor = stmt_col_i64(q, 12) != 0;
}

static bool
texts_keep(struct session *x, struct arena *a, struct err *e)
{
	struct slice *texts[] = { &x->ip, &x->account.name, &x->account.display, &x->account.country };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = arena_copy(a, *texts[i]);
	return !a->failed || err_set(e, ERR_LIMIT, "an account's row is too large");
}

/* A clock that was set back ends no session; one far ahead of it does. */
static bool
holds(const struct session *x, int64_t now_s)
{
	return now_s - x->seen_s < SESSION_IDLE_S && now_s - x->created_s < SESSION_LIFE_S;
}

bool
session_find(struct store *s, const struct sha256 *hash, int64_t now_s,
    struct arena *a, struct session *out, bool *found_out, struct err *e)
{
	struct stmt *q;
	enum step step;
	bool ok = true;

	*found_out = false;
	if (!store_query(s, Q_SESSION_FIND,
		"SELECT account_session.id, account_session.created_s, seen_s, second_factor, ip,"
		" account, name, display, lang, country, roles, must_change, totp IS NOT NULL"
		" FROM account_session, account WHERE hash = ?1 AND account.id = account"
		" AND locked = 0", &q, e))
		return false;
	stmt_blob(q, 1, slice_of(hash->b, SHA256_BYTES));
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		row_read(q, out);
		account_read(q, &out->account);
		*found_out = holds(out, now_s);
		ok = !*found_out || texts_keep(out, a, e);
	}
	stmt_reset(q);
	return ok && step != STEP_FAIL;
}

bool
session_seen(struct store *s, int64_t id, int64_t now_s, struct err *e)
{
	return run2(s, "UPDATE account_session SET seen_s = ?2 WHERE id = ?1 AND seen_s < ?2", id, now_s, e);
}

bool
session_factor(struct store *s, int64_t id, struct err *e)
{
	return run2(s, "UPDATE account_session SET second_factor = ?2 WHERE id = ?1", id, 1, e);
}

bool
session_end(struct store *s, int64_t id, struct err *e)
{
	return run2(s, "DELETE FROM account_session WHERE id = ?1 AND id <> ?2", id, 0, e);
}

bool
session_end_all(struct store *s, int64_t account, int64_t but, struct err *e)
{
	return run2(s, "DELETE FROM account_session WHERE account = ?1 AND id <> ?2", account, but, e);
}

bool
session_list(struct store *s, int64_t account, int64_t now_s,
    bool (*each)(void *cookie, const struct session *x, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct session x;
	bool ok = true;

	if (!db_prepare(s->db,
		"SELECT id, created_s, seen_s, second_factor, ip, account FROM account_session"
		" WHERE account = ?1 ORDER BY seen_s DESC, id DESC", &q, e))
		return false;
	stmt_i64(q, 1, account);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		row_read(q, &x);
		ok = !holds(&x, now_s) || each(cookie, &x, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
session_sweep(struct store *s, int64_t now_s, struct err *e)
{
	return run2(s, "DELETE FROM account_session WHERE seen_s <= ?1 OR created_s <= ?2",
	    now_s - SESSION_IDLE_S, now_s - SESSION_LIFE_S, e);
}
