/* object_seen: what indicators met, for who makes sightings of it. */
#include "store/object.h"
#include "store/store_room.h"

bool
indicators_due(struct store *s, int64_t after_id, int64_t *ids, size_t max, size_t *n_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	*n_out = 0;
	/* The words of the index are the words here, or it is not used. */
	if (db_prepare(s->db, "SELECT DISTINCT indicator FROM indicator_seen WHERE told <> count AND indicator > ?1 ORDER BY indicator LIMIT ?2", &q, e)) {
		stmt_i64(q, 1, after_id);
		stmt_i64(q, 2, (int64_t)max);
		while (*n_out < max && (step = stmt_step(q, e)) == STEP_ITEM)
			ids[(*n_out)++] = stmt_col_i64(q, 0);
	}
	stmt_free(&q);
	return step != STEP_FAIL;
}

bool
indicator_bytes(struct store *s, int64_t id, struct arena *a, struct slice *out, struct err *e)
{
	struct stmt *q;
	enum step step;

	*out = SLICE_NONE;
	if (!store_query(s, Q_INDICATOR_BYTES, "SELECT o.bytes FROM indicator i JOIN object o ON o.id = i.object WHERE i.id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*out = arena_copy(a, stmt_col(q, 0));
	stmt_reset(q);
	return step != STEP_FAIL;
}

bool
indicator_seen_up_to(struct store *s, int64_t id, enum tlp most, struct indicator_seen *out, struct err *e)
{
	struct stmt *q;
	enum step step;

	*out = (struct indicator_seen){ 0 };
	if (!store_query(s, Q_INDICATOR_SEEN_SUM, "SELECT coalesce(sum(count), 0), coalesce(min(first_s), 0), coalesce(max(last_s), 0)"
		" FROM indicator_seen WHERE indicator = ?1 AND tlp <= ?2", &q, e))
		return false;
	stmt_i64(q, 1, id);
	stmt_i64(q, 2, most);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*out = (struct indicator_seen){ (uint64_t)stmt_col_i64(q, 0), stmt_col_i64(q, 1), stmt_col_i64(q, 2) };
	stmt_reset(q);
	return step != STEP_FAIL;
}

bool
indicator_told(struct store *s, int64_t id, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_INDICATOR_TOLD, "UPDATE indicator_seen SET told = count WHERE indicator = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	return stmt_run(q, NULL, e);
}
