#include "store/desk_check.h"

#include "store/desk_room.h"

static bool
insert(struct store *s, const struct desk_check *c, struct slice token, int64_t *id_out, struct err *e)
{
	struct sha256 sha = sha256_of(token);
	struct stmt *q = NULL;
	int64_t id = 0;
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)64 << 10);
	ok = db_number(s->db, "SELECT COALESCE(MAX(id), 0) + 1 FROM desk_check", &id, e) && db_prepare(s->db,
	    "INSERT INTO desk_check (id, record, way, step, token, sent_s, answered_s, result, by_first, by_second)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", &q, e);
	if (ok) {
		stmt_i64(q, 1, id);
		stmt_text(q, 2, c->record);
		stmt_text(q, 3, slice_of_str(desk_way_name(c->way)));
		stmt_i64(q, 4, c->step);
		if (token.p == NULL)
			stmt_null(q, 5);
		else
			stmt_blob(q, 5, slice_of(sha.b, SHA256_BYTES));
		stmt_i64(q, 6, c->sent_s);
		if (c->answered_s == 0)
			stmt_null(q, 7);
		else
			stmt_i64(q, 7, c->answered_s);
		stmt_text(q, 8, c->result.p == NULL ? S("") : text_clean(c->result, 400, &a));
		stmt_text(q, 9, c->first.p == NULL ? S("") : c->first);
		stmt_text(q, 10, c->second.p == NULL ? S("") : c->second);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	if (id_out != NULL)
		*id_out = id;
	return ok;
}

bool
desk_check_sent(struct store *s, struct slice record, enum desk_way way, enum desk_step step, struct slice token,
    struct slice first, int64_t now_s, int64_t *id_out, struct err *e)
{
	struct desk_check c = { .record = record, .way = way, .step = step, .sent_s = now_s, .first = first };

	return insert(s, &c, token, id_out, e);
}

bool
desk_check_page(struct store *s, struct slice record, bool good, struct slice result, struct slice by, int64_t now_s, struct err *e)
{
	struct desk_check c = { .record = record, .way = WAY_PAGE, .sent_s = now_s, .answered_s = good ? now_s : 0, .result = result, .first = by };

	return insert(s, &c, SLICE_NONE, NULL, e);
}

bool
desk_check_answered(struct store *s, struct slice token, struct slice by, int64_t now_s, struct arena *a, struct slice *record_out, bool *again_out, struct err *e)
{
	struct sha256 sha = sha256_of(token);
	enum step step = STEP_FAIL;
	struct stmt *q = NULL;
	int64_t id = 0;
	bool ok = db_prepare(s->db, "SELECT id, record, answered_s FROM desk_check WHERE token = ?1", &q, e);

	if (ok) {
		stmt_blob(q, 1, slice_of(sha.b, SHA256_BYTES));
		step = stmt_step(q, e);
		ok = step == STEP_ITEM || (step == STEP_END && err_set(e, ERR_ABSENT, "%s is the word of no question", QUOTE(token)));
	}
	if (ok) {
		id = stmt_col_i64(q, 0);
		*record_out = arena_copy(a, stmt_col(q, 1));
		*again_out = !stmt_col_null(q, 2);
	}
	stmt_free(&q);
	if (!ok || *again_out)
		return ok;
	ok = db_prepare(s->db, "UPDATE desk_check SET answered_s = ?2, by_second = ?3 WHERE id = ?1", &q, e);
	if (ok) {
		stmt_i64(q, 1, id);
		stmt_i64(q, 2, now_s);
		stmt_text(q, 3, by.p == NULL ? S("") : by);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
desk_check_confirm(struct store *s, int64_t id, struct slice second, int64_t now_s, struct err *e)
{
	enum step step = STEP_FAIL;
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT by_first FROM desk_check WHERE id = ?1 AND way IN ('call', 'ping') AND token IS NULL AND answered_s IS NULL", &q, e);

	(void)now_s;
	if (ok) {
		stmt_i64(q, 1, id);
		step = stmt_step(q, e);
		ok = step == STEP_ITEM || (step == STEP_END && err_set(e, ERR_ABSENT, "there is no open call of this number: %lld", (long long)id));
	}
	if (ok && slice_eq(stmt_col(q, 0), second))
		ok = err_set(e, ERR_DENIED, "%s made the call; another person confirms it", QUOTE(second));
	stmt_free(&q);
	ok = ok && db_prepare(s->db, "UPDATE desk_check SET answered_s = sent_s, by_second = ?2 WHERE id = ?1", &q, e);
	if (ok) {
		stmt_i64(q, 1, id);
		stmt_text(q, 2, second);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

static bool
answered(struct store *s, struct slice record, struct desk_life *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT answered_s, way FROM desk_check WHERE record = ?1 AND answered_s IS NOT NULL ORDER BY answered_s DESC, id DESC LIMIT 1", &q, e);

	if (ok) {
		stmt_text(q, 1, record);
		step = stmt_step(q, e);
		if (step == STEP_ITEM) {
			out->answered_s = stmt_col_i64(q, 0);
			(void)desk_way_find(stmt_col(q, 1), &out->way);
		}
	}
	stmt_free(&q);
	return ok && step != STEP_FAIL;
}

bool
desk_life_of(struct store *s, struct slice record, struct desk_life *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok;

	*out = (struct desk_life){ 0 };
	/* Questions count from the last answer on; pages that were looked at are none. */
	ok = answered(s, record, out, e) && db_prepare(s->db,
	    "SELECT MIN(sent_s), COUNT(*) FROM desk_check WHERE record = ?1 AND answered_s IS NULL AND step > 0 AND sent_s > ?2", &q, e);
	if (ok) {
		stmt_text(q, 1, record);
		stmt_i64(q, 2, out->answered_s);
		step = stmt_step(q, e);
		if (step == STEP_ITEM && !stmt_col_null(q, 0)) {
			out->asked_s = stmt_col_i64(q, 0);
			out->steps = (int)stmt_col_i64(q, 1);
		}
	}
	stmt_free(&q);
	return ok && step != STEP_FAIL;
}

bool
desk_check_list(struct store *s, struct slice record, size_t limit,
    bool (*each)(void *cookie, const struct desk_check *c, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, record.p == NULL ?
	    "SELECT id, record, way, step, sent_s, answered_s, result, by_first, by_second FROM desk_check ORDER BY id DESC LIMIT ?2" :
	    "SELECT id, record, way, step, sent_s, answered_s, result, by_first, by_second FROM desk_check WHERE record = ?1 ORDER BY id DESC LIMIT ?2", &q, e);

	if (ok) {
		if (record.p != NULL)
			stmt_text(q, 1, record);
		stmt_i64(q, 2, limit == 0 ? INT64_MAX : (int64_t)limit);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			struct desk_check c = { .id = stmt_col_i64(q, 0), .record = stmt_col(q, 1), .step = (enum desk_step)stmt_col_i64(q, 3),
				.sent_s = stmt_col_i64(q, 4), .answered_s = stmt_col_i64(q, 5), .result = stmt_col(q, 6), .first = stmt_col(q, 7), .second = stmt_col(q, 8) };

			(void)desk_way_find(stmt_col(q, 2), &c.way);
			ok = each(cookie, &c, e);
		}
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}
