/*
 * stats: counts by state, and of bad records; by what else, stats_sum.c.
 */
#include <assert.h>

#include "base/lang.h"
#include "store/findings.h"
#include "store/store_room.h"

#define DAY_S 86400

static int64_t
day_of(int64_t s)
{
	return s / DAY_S;
}

/* Events are not kept by state: that is a sum over the findings. */
static bool
states(struct store *s, const struct stats_query *q, size_t part,
    stats_each_fn each, void *cookie, struct err *e)
{
	struct finding_query f = { .since_s = day_of(q->since_s) * DAY_S, .until_s = day_of(q->until_s) * DAY_S,
		.class_type = q->class_type, .country = q->country, .feed = q->feed.len == 0 ? SLICE_NONE : q->feed,
		.no_feed = q->feed.p != NULL && q->feed.len == 0, .has_asn = q->has_asn, .asn = q->asn, .now_s = q->now_s };
	struct finding_sum sum;
	bool ok = finding_sum(s, &f, &sum, e);

	for (unsigned i = 0; i < FINDING_STATE_COUNT && ok; i++) {
		struct stats_row row = { slice_of_str(finding_state_name((enum finding_state)i)), i, sum.events[i], sum.findings[i] };

		if (row.findings > 0)
			ok = each(cookie, part, &row, e);
	}
	return ok;
}

bool
store_stats_parts(struct store *s, const struct stats_query *q, const struct stats_part *parts,
    size_t n, stats_each_fn each, void *cookie, struct err *e)
{
	assert(n > 0 && n <= STATS_PARTS_MAX && (n == 1 || parts[0].by != STATS_STATE));
	if (parts[0].by == STATS_STATE)
		return states(s, q, 0, each, cookie, e);
	return stats_sums(s, q, parts, n, each, cookie, e);
}

struct single {
	bool (*each)(void *cookie, const struct stats_row *row, struct err *e);
	void *cookie;
};

static bool
single_row(void *cookie, size_t part, const struct stats_row *row, struct err *e)
{
	const struct single *x = cookie;

	(void)part;
	return x->each(x->cookie, row, e);
}

bool
store_stats(struct store *s, const struct stats_query *q,
    bool (*each)(void *cookie, const struct stats_row *row, struct err *e),
    void *cookie, struct err *e)
{
	return store_stats_parts(s, q, &(struct stats_part){ q->by, q->top }, 1, single_row,
	    &(struct single){ each, cookie }, e);
}

bool
bad_summary(struct store *s, int64_t report, size_t limit,
    bool (*each)(void *cookie, const struct bad_summary *b, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	/* Places whose reason a retry that has not ended forgot count too. */
	if (!db_prepare(s->db,
		"SELECT col, kind, n FROM ("
		" SELECT col, kind, n FROM bad_count WHERE report = ?1 UNION ALL"
		" SELECT '', '', bad - (SELECT coalesce(sum(n), 0) FROM bad_count"
		" WHERE report = ?1) FROM report WHERE id = ?1) AS x"
		" WHERE n > 0 ORDER BY n DESC, col, kind LIMIT ?2", &q, e))
		return false;
	stmt_i64(q, 1, report);
	stmt_i64(q, 2, limit == 0 ? INT64_MAX : (int64_t)limit);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = each(cookie, &(struct bad_summary){ stmt_col(q, 0),
			stmt_col(q, 1), (uint64_t)stmt_col_i64(q, 2) }, e);
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
bad_examples(struct store *s, int64_t report, size_t limit,
    bool (*each)(void *cookie, const struct bad_row *b, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (!db_prepare(s->db,
		"SELECT at_byte, length, line, coalesce(text, ''), col, reason"
		" FROM bad_example LEFT JOIN term ON term.id = part"
		" WHERE report = ?1 ORDER BY n LIMIT ?2", &q, e))
		return false;
	stmt_i64(q, 1, report);
	stmt_i64(q, 2, limit == 0 ? INT64_MAX : (int64_t)limit);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = each(cookie, &(struct bad_row){
			.offset = (uint64_t)stmt_col_i64(q, 0),
			.length = (uint32_t)stmt_col_i64(q, 1),
			.line = (uint32_t)stmt_col_i64(q, 2),
			.part = stmt_col(q, 3),
			.column = stmt_col(q, 4),
			.reason = stmt_col(q, 5),
		}, e);
	stmt_free(&q);
	return ok && step == STEP_END;
}
