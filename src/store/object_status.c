/* object_status: what was told of objects that somebody sent, for a day. */
#include "store/object.h"
#include "store/store_room.h"

#define KEPT_S 86400

bool
object_status_sweep(struct store *s, int64_t now_s, uint64_t *count_out, struct err *e)
{
	int64_t before_s = now_s - KEPT_S, n = 0;
	bool ok = db_run(s->db, "DELETE FROM object_status WHERE at_s < ?1", &before_s, 1, &n, e);

	*count_out = (uint64_t)n;
	return ok;
}

bool
object_status_put(struct store *s, struct slice id, struct slice text, int64_t now_s, struct err *e)
{
	struct stmt *q = NULL;
	uint64_t gone;
	bool ok = object_status_sweep(s, now_s, &gone, e) &&
	    db_prepare(s->db, "INSERT INTO object_status (id, at_s, text) VALUES (?1, ?2, ?3)", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		stmt_i64(q, 2, now_s);
		stmt_text(q, 3, text);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
object_status_get(struct store *s, struct slice id, struct buf *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (db_prepare(s->db, "SELECT text FROM object_status WHERE id = ?1", &q, e)) {
		stmt_text(q, 1, id);
		step = stmt_step(q, e);
		if (step == STEP_ITEM)
			buf_put(out, stmt_col(q, 0));
	}
	stmt_free(&q);
	*found_out = step == STEP_ITEM;
	return step != STEP_FAIL;
}
