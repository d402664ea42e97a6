/*
 * desk_file: what proves something, by its hash; people's names, which can be forgotten.
 */
#include <sys/random.h>

#include "store/desk_room.h"

bool
desk_file_put(struct store *s, struct slice name, struct slice bytes, struct slice by, int64_t now_s, struct sha256 *sha_out, struct err *e)
{
	struct stmt *q = NULL;
	struct arena a;
	bool ok;

	if (bytes.len == 0 || bytes.len > DESK_FILE_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a file of evidence has 1 to %zu bytes", DESK_FILE_BYTES_MAX);
	*sha_out = sha256_of(bytes);
	arena_init(&a, (size_t)64 << 10);
	ok = db_prepare(s->db, "INSERT INTO desk_file (sha, name, added_s, added_by, bytes) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (sha) DO NOTHING", &q, e);
	if (ok) {
		stmt_blob(q, 1, slice_of(sha_out->b, SHA256_BYTES));
		stmt_text(q, 2, text_clean(name.p == NULL ? S("") : name, 255, &a));
		stmt_i64(q, 3, now_s);
		stmt_text(q, 4, text_clean(by.p == NULL ? S("") : by, 160, &a));
		stmt_blob(q, 5, bytes);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok;
}

bool
desk_file_get(struct store *s, const struct sha256 *sha, struct buf *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT bytes FROM desk_file WHERE sha = ?1", &q, e);

	*found_out = false;
	if (ok) {
		stmt_blob(q, 1, slice_of(sha->b, SHA256_BYTES));
		step = stmt_step(q, e);
		ok = step != STEP_FAIL;
	}
	if (ok && step == STEP_ITEM) {
		struct sha256 is = sha256_of(stmt_col(q, 0));

		*found_out = true;
		buf_put(out, stmt_col(q, 0));
		ok = (memcmp(&is, sha, sizeof(is)) == 0 || err_set(e, ERR_SYSTEM, "the database is damaged: a file of evidence is not what its hash says")) &&
		    (buf_ok(out) || err_set(e, ERR_LIMIT, "a file of evidence has 1 to %zu bytes", DESK_FILE_BYTES_MAX));
	}
	stmt_free(&q);
	return ok;
}

bool
desk_file_there(struct store *s, const struct sha256 *sha, bool *out, struct err *e)
{
	struct stmt *q = NULL;
	int64_t n = 0;
	bool ok = db_prepare(s->db, "SELECT count(*) FROM desk_file WHERE sha = ?1", &q, e);

	if (ok) {
		stmt_blob(q, 1, slice_of(sha->b, SHA256_BYTES));
		ok = stmt_number(q, &n, NULL, e);
	}
	*out = n > 0;
	stmt_free(&q);
	return ok;
}

bool
desk_private_put(struct store *s, struct slice text, struct slice record, struct arena *a, struct slice *token_out, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct stmt *q = NULL;
	uint8_t salt[16];
	struct sha256 sha;
	struct buf b;
	bool ok;

	if (slice_trim(text).len == 0 || text.len > 400 || !slice_utf8_ok(text))
		return err_set(e, ERR_INPUT, "a person's name has 1 to %d bytes", 400);
	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return err_sys(e, "no random bytes");
	buf_init(&b, 1024);
	buf_put(&b, slice_of(salt, sizeof(salt)));
	buf_put(&b, text);
	sha = sha256_of(buf_view(&b));
	buf_fini(&b);
	sha256_hex(&sha, hex);
	*token_out = arena_printf(a, "sha256:%s", hex);
	if (token_out->p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	ok = db_prepare(s->db, "INSERT INTO desk_private (token, salt, text, record) VALUES (?1, ?2, ?3, ?4)", &q, e);
	if (ok) {
		stmt_text(q, 1, *token_out);
		stmt_blob(q, 2, slice_of(salt, sizeof(salt)));
		stmt_text(q, 3, text);
		stmt_text(q, 4, record.p == NULL ? S("") : record);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
desk_private_get(struct store *s, struct slice token, struct arena *a, struct slice *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT text FROM desk_private WHERE token = ?1", &q, e);

	*out = SLICE_NONE;
	if (ok) {
		stmt_text(q, 1, token.p == NULL ? S("") : token);
		step = stmt_step(q, e);
		if (step == STEP_ITEM)
			*out = arena_copy(a, stmt_col(q, 0));
	}
	stmt_free(&q);
	return ok && step != STEP_FAIL;
}

bool
desk_private_forget(struct store *s, int64_t before_s, int64_t *count_out, struct err *e)
{
	struct stmt *q = NULL;
	/* Of roles that are over: what speaks for a token are the versions that hold it. */
	bool ok = db_prepare(s->db, "DELETE FROM desk_private WHERE NOT EXISTS (SELECT 1 FROM desk_record r WHERE r.kind = 'focal-point'"
	    " AND (r.state IN ('proposed', 'designated') OR r.changed_s >= ?1)"
	    " AND EXISTS (SELECT 1 FROM desk_version v WHERE v.record = r.id AND v.json LIKE '%' || desk_private.token || '%'))", &q, e);

	*count_out = 0;
	if (ok) {
		stmt_i64(q, 1, before_s);
		ok = stmt_run(q, count_out, e);
	}
	stmt_free(&q);
	return ok;
}
