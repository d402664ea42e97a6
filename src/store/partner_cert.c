#include "store/store_room.h"
#include "store/token.h"

#define COLUMNS "id, sha, name, scopes, created_s, expires_s"

static bool
row_read(struct stmt *q, struct partner_cert *x, struct err *e)
{
	struct slice sha = stmt_col(q, 1);

	if (sha.len != SHA256_BYTES)
		return err_set(e, ERR_SYSTEM, "the database is damaged: a certificate's row makes no sense");
	*x = (struct partner_cert){
		.id = stmt_col_i64(q, 0),
		.name = stmt_col(q, 2),
		.scopes = (uint32_t)stmt_col_i64(q, 3) & who_scopes(),
		.created_s = stmt_col_i64(q, 4),
		.expires_s = stmt_col_i64(q, 5),
	};
	memcpy(x->sha.b, sha.p, SHA256_BYTES);
	return true;
}

bool
partner_cert_find(struct store *s, struct slice sha, int64_t now_s, struct arena *a,
    struct partner_cert *out, bool *found_out, struct err *e)
{
	struct stmt *q;
	enum step step;
	bool ok = true;

	*found_out = false;
	*out = (struct partner_cert){ 0 };
	if (!store_query(s, Q_CERT_FIND, "SELECT " COLUMNS " FROM partner_cert WHERE sha = ?1", &q, e))
		return false;
	stmt_blob(q, 1, sha);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		ok = row_read(q, out, e);
		*found_out = ok && (out->expires_s == 0 || now_s < out->expires_s);
		if (ok)
			out->name = arena_copy(a, out->name);
		ok = ok && (!a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max));
	}
	stmt_reset(q);
	return ok && step != STEP_FAIL;
}

static bool
add(struct store *s, const struct partner_cert *x, int64_t now_s, int64_t *id_out, struct err *e)
{
	struct slice sha = slice_of(x->sha.b, SHA256_BYTES);
	struct partner_cert there;
	struct stmt *q = NULL;
	struct arena a;
	bool ok, found;

	arena_init(&a, 4096);
	ok = partner_cert_find(s, sha, INT64_MIN, &a, &there, &found, e) &&
	    (!found || err_set(e, ERR_CONFLICT, "this certificate is known as that of %s", QUOTE(there.name))) &&
	    db_prepare(s->db,
		"INSERT INTO partner_cert (id, sha, name, scopes, created_s, expires_s)"
		" VALUES ((SELECT coalesce(max(id), 0) + 1 FROM partner_cert), ?1, ?2, ?3,"
		" ?4, ?5) RETURNING id", &q, e);
	if (ok) {
		stmt_blob(q, 1, sha);
		stmt_text(q, 2, x->name);
		stmt_i64(q, 3, x->scopes & who_scopes());
		stmt_i64(q, 4, now_s);
		stmt_i64(q, 5, x->expires_s);
		ok = stmt_number(q, id_out, NULL, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok;
}

bool
partner_cert_add(struct store *s, const struct partner_cert *x, int64_t now_s,
    int64_t *id_out, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, add(s, x, now_s, id_out, e), e);
}

bool
partner_cert_list(struct store *s,
    bool (*each)(void *cookie, const struct partner_cert *x, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct partner_cert x;
	bool ok = true;

	if (!db_prepare(s->db, "SELECT " COLUMNS " FROM partner_cert ORDER BY name, id", &q, e))
		return false;
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = row_read(q, &x, e) && each(cookie, &x, e);
	stmt_free(&q);
	return ok && step == STEP_END;
}

static bool
take_out(struct store *s, int64_t id, struct err *e)
{
	struct stmt *q = NULL;
	int64_t changed = 0;
	/* Its number may be given to another's: no partner is known by it any more. */
	bool ok = db_run(s->db, "UPDATE partner SET cert = 0 WHERE cert = ?1", &id, 1, NULL, e) &&
	    db_prepare(s->db, "DELETE FROM partner_cert WHERE id = ?1", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		ok = stmt_run(q, &changed, e) &&
		    (changed > 0 || err_set(e, ERR_ABSENT, "there is no certificate %lld", (long long)id));
	}
	stmt_free(&q);
	return ok;
}

bool
partner_cert_remove(struct store *s, int64_t id, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, take_out(s, id, e), e);
}
