/*
 * account_secret: the columns that prove who somebody is, and that each code
 * is good once.
 */
#include "store/account.h"
#include "store/session.h"
#include "store/store_room.h"

bool
account_secret(struct store *s, int64_t id, struct arena *a,
    struct account_secret *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step;
	bool ok;

	*out = (struct account_secret){ 0 };
	if (!db_prepare(s->db, "SELECT password, totp FROM account WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		out->password = arena_copy(a, stmt_col(q, 0));
		if (!stmt_col_null(q, 1))
			out->totp = arena_copy(a, stmt_col(q, 1));
	}
	ok = step == STEP_ITEM ? !a->failed || err_set(e, ERR_LIMIT, "an account's row is too large") :
	    step == STEP_END && err_set(e, ERR_ABSENT, "there is no account %lld", (long long)id);
	stmt_free(&q);
	return ok;
}

/* An UPDATE of one account that must be there; values from ?2 on are bound already. */
static bool
update(struct stmt *q, int64_t id, struct err *e)
{
	int64_t changed = 0;

	stmt_i64(q, 1, id);
	return stmt_run(q, &changed, e) &&
	    (changed > 0 || err_set(e, ERR_ABSENT, "there is no account %lld", (long long)id));
}

static bool
password_put(struct store *s, int64_t id, struct slice sealed, bool must_change,
    int64_t session, int64_t now_s, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db,
	    "UPDATE account SET password = ?2, must_change = ?3, changed_s = ?4 WHERE id = ?1", &q, e);

	if (ok) {
		stmt_blob(q, 2, sealed);
		stmt_i64(q, 3, must_change);
		stmt_i64(q, 4, now_s);
		ok = update(q, id, e) && session_end_all(s, id, session, e);
	}
	stmt_free(&q);
	return ok;
}

bool
account_password_put(struct store *s, int64_t id, struct slice sealed,
    bool must_change, int64_t session, int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, password_put(s, id, sealed, must_change, session, now_s, e), e);
}

bool
account_password_again(struct store *s, int64_t id, struct slice sealed, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "UPDATE account SET password = ?2 WHERE id = ?1", &q, e);

	if (ok) {
		stmt_blob(q, 2, sealed);
		ok = update(q, id, e);
	}
	stmt_free(&q);
	return ok;
}

static bool
totp_put(struct store *s, int64_t id, struct slice sealed, int64_t step, int64_t now_s,
    struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db,
	    "UPDATE account SET totp = ?2, totp_step = ?3, changed_s = ?4 WHERE id = ?1", &q, e);

	if (ok) {
		if (sealed.p == NULL)
			stmt_null(q, 2);
		else
			stmt_blob(q, 2, sealed);
		stmt_i64(q, 3, step);
		stmt_i64(q, 4, now_s);
		ok = update(q, id, e) && (sealed.p != NULL || account_codes_put(s, id, NULL, 0, e));
	}
	stmt_free(&q);
	return ok;
}

bool
account_totp_put(struct store *s, int64_t id, struct slice sealed, int64_t step,
    int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, totp_put(s, id, sealed, step, now_s, e), e);
}

bool
account_totp_use(struct store *s, int64_t id, int64_t step, bool *fresh_out, struct err *e)
{
	struct stmt *q = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(s->db,
	    "UPDATE account SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		stmt_i64(q, 2, step);
		ok = stmt_run(q, &changed, e);
	}
	stmt_free(&q);
	*fresh_out = ok && changed > 0;
	return ok;
}

static bool
codes_put(struct store *s, int64_t id, const struct sha256 *codes, size_t n, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_run(s->db, "DELETE FROM account_code WHERE account = ?1", &id, 1, NULL, e) &&
	    db_prepare(s->db, "INSERT INTO account_code (account, hash) VALUES (?1, ?2)", &q, e);
	for (size_t i = 0; ok && i < n; i++) {
		stmt_i64(q, 1, id);
		stmt_blob(q, 2, slice_of(codes[i].b, SHA256_BYTES));
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
account_codes_put(struct store *s, int64_t id, const struct sha256 *codes, size_t n,
    struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, codes_put(s, id, codes, n, e), e);
}

bool
account_code_use(struct store *s, int64_t id, const struct sha256 *code,
    bool *used_out, struct err *e)
{
	struct stmt *q = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(s->db, "DELETE FROM account_code WHERE account = ?1 AND hash = ?2", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		stmt_blob(q, 2, slice_of(code->b, SHA256_BYTES));
		ok = stmt_run(q, &changed, e);
	}
	stmt_free(&q);
	*used_out = ok && changed > 0;
	return ok;
}

bool
account_codes_left(struct store *s, int64_t id, int64_t *out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT count(*) FROM account_code WHERE account = ?1", &q, e);

	*out = 0;
	if (ok) {
		stmt_i64(q, 1, id);
		ok = stmt_number(q, out, NULL, e);
	}
	stmt_free(&q);
	return ok;
}
