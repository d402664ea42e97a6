#include "store/annual.h"

#include "store/store_room.h"

static bool
count(struct store *s, const char *sql, int64_t since_s, int64_t until_s, int64_t *a_out, int64_t *b_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (!db_prepare(s->db, sql, &q, e))
		return false;
	stmt_i64(q, 1, since_s);
	stmt_i64(q, 2, until_s);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		*a_out = stmt_col_i64(q, 0);
		if (b_out != NULL)
			*b_out = stmt_col_i64(q, 1);
	}
	stmt_free(&q);
	return step == STEP_ITEM || (step == STEP_END && err_set(e, ERR_INTERNAL, "a count without a row"));
}

bool
annual_notices(struct store *s, int64_t since_s, int64_t until_s, struct annual_flow *out, struct err *e)
{
	return count(s, "SELECT COUNT(*), COUNT(r.notice) FROM notice AS n LEFT JOIN (SELECT DISTINCT notice FROM notice_reply WHERE at_s < ?2) AS r"
			" ON r.notice = n.id WHERE n.state = 'sent' AND n.state_s >= ?1 AND n.state_s < ?2",
	    since_s, until_s, &out->sent, &out->answered, e);
}

bool
annual_protected(struct store *s, int64_t since_s, int64_t until_s, int64_t *out, struct err *e)
{
	return count(s, "SELECT COUNT(*) FROM report WHERE protected <> 0 AND received_s >= ?1 AND received_s < ?2", since_s, until_s, out, NULL, e);
}

bool
annual_transfers(struct store *s, int64_t since_s, int64_t until_s,
    bool (*each)(void *cookie, struct slice agreement, int64_t allowed, int64_t refused, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (!db_prepare(s->db, "SELECT COALESCE(agreement, rule) AS name, SUM(CASE WHEN allowed <> 0 THEN 1 ELSE 0 END), SUM(CASE WHEN allowed = 0 THEN 1 ELSE 0 END)"
			       " FROM transfer WHERE at_s >= ?1 AND at_s < ?2 GROUP BY name ORDER BY name", &q, e))
		return false;
	stmt_i64(q, 1, since_s);
	stmt_i64(q, 2, until_s);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = each(cookie, stmt_col(q, 0), stmt_col_i64(q, 1), stmt_col_i64(q, 2), e);
	stmt_free(&q);
	return ok && step == STEP_END;
}
