/*
 * stats: counts by day, country, AS, class, feed and state; and of bad records.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/lang.h"
#include "parse/date.h"
#include "store/findings.h"
#include "store/store_room.h"

#define DAY_S 86400

/* What is grouped by, and what is shown of it: a number and a text. */
static const struct {
	const char *number, *text, *group;
} dimensions[] = {
	[STATS_DAY] = { "day", "''", "day" },
	[STATS_COUNTRY] = { "0", "country", "country" },
	[STATS_ASN] = { "asn", "''", "asn" },
	[STATS_CLASS] = { "class", "''", "class" },
	[STATS_TAXONOMY] = { "class", "''", "class" },
	[STATS_FEED] = { "0", "(SELECT text FROM term WHERE id = feed)", "feed" },
};

static int64_t
day_of(int64_t s)
{
	return s / DAY_S;
}

static void
stats_select(struct buf *sql, const struct stats_query *q)
{
	/* The latest days are wanted, and in order. */
	buf_printf(sql,
	    "%sSELECT %s AS n, %s AS t, sum(events) AS events, sum(findings_new) FROM count_day WHERE day >= ?1 AND day < ?2",
	    q->by == STATS_DAY ? "SELECT * FROM (" : "",
	    dimensions[q->by].number, dimensions[q->by].text);
}

static void
stats_order(struct buf *sql, const struct stats_query *q)
{
	buf_printf(sql, " GROUP BY %s ORDER BY %s %s", dimensions[q->by].group,
	    q->by == STATS_DAY ? "day DESC" : "3 DESC, 1, 2",
	    q->top == 0 || q->by == STATS_TAXONOMY ? "" : "LIMIT ?7");
	if (q->by == STATS_DAY)
		buf_str(sql, ") AS latest ORDER BY n");
}

static bool
stats_prepare(struct store *s, const struct stats_query *q, struct stmt **out,
    struct err *e)
{
	struct buf sql;
	bool ok;

	buf_init(&sql, 16384);
	stats_select(&sql, q);
	if (q->class_type.p != NULL)
		buf_str(&sql, " AND class = ?3");
	if (q->country.p != NULL)
		buf_str(&sql, " AND country = ?4");
	if (q->feed.p != NULL)
		buf_str(&sql, q->feed.len == 0 ? " AND coalesce(feed, 0) = 0" :
			" AND feed = (SELECT id FROM term WHERE text = ?5)");
	if (q->has_asn)
		buf_str(&sql, " AND asn = ?6");
	stats_order(&sql, q);
	ok = db_prepare(s->db, buf_cstr(&sql), out, e);
	buf_fini(&sql);
	return ok;
}

static int64_t
day_or(int64_t s, int64_t open)
{
	return s == 0 ? open : day_of(s);
}

static bool
stats_bind(struct stmt *st, const struct stats_query *q, struct err *e)
{
	enum class class = CLASS_NONE;

	if (q->class_type.p != NULL) {
		class = class_find(q->class_type);
		if (class == CLASS_NONE)
			return err_set(e, ERR_INPUT,
			    "%s is not a class of RSIT",
			    QUOTE(q->class_type));
		stmt_i64(st, 3, class);
	}
	stmt_i64(st, 1, day_or(q->since_s, INT64_MIN));
	stmt_i64(st, 2, day_or(q->until_s, INT64_MAX));
	if (q->country.p != NULL)
		stmt_text(st, 4, slice_eq(q->country, S("-")) ? S("") : q->country);
	if (q->feed.p != NULL && q->feed.len > 0)
		stmt_text(st, 5, q->feed);
	if (q->has_asn)
		stmt_i64(st, 6, q->asn);
	if (q->top != 0 && q->by != STATS_TAXONOMY)
		stmt_i64(st, 7, (int64_t)q->top);
	return true;
}

/* The key of a row as text; mem is for what is printed. */
static struct slice
key_of(enum stats_by by, struct stmt *st, int64_t *number, char mem[64])
{
	int64_t n = stmt_col_i64(st, 0);
	struct slice text = stmt_col(st, 1);

	*number = n;
	switch (by) {
	case STATS_DAY:
		*number = n * DAY_S;
		return slice_of(mem, date_print_day(n * DAY_S, mem));
	case STATS_ASN:
		if (n == 0)
			return S("");
		return slice_of(mem, (size_t)snprintf(mem, 64, "AS%lld",
					 (long long)n));
	case STATS_CLASS:
	case STATS_TAXONOMY:
		if (n < 0 || n >= CLASS_COUNT)
			return S("");
		return by == STATS_CLASS ? class_type((enum class)n) :
					   class_taxonomy((enum class)n);
	case STATS_COUNTRY:
	case STATS_FEED:
	case STATS_STATE:
		break;
	}
	return text.p == NULL ? S("") : text;
}

/* Classes of one taxonomy are joined here: the store knows classes alone. */
static size_t
join(struct stats_row *rows, size_t n, const struct stats_row *r)
{
	for (size_t i = 0; i < n; i++) {
		if (slice_eq(rows[i].key, r->key)) {
			rows[i].events += r->events;
			rows[i].findings += r->findings;
			return n;
		}
	}
	rows[n] = *r;
	rows[n].number = 0;
	return n + 1;
}

static int
events_cmp(const void *a, const void *b)
{
	const struct stats_row *x = a, *y = b;

	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	return slice_cmp(x->key, y->key);
}

static bool
stats_walk(struct stmt *st, const struct stats_query *q,
    bool (*each)(void *cookie, const struct stats_row *row, struct err *e),
    void *cookie, struct err *e)
{
	struct stats_row joined[CLASS_COUNT];
	size_t n = 0;
	enum step step = STEP_FAIL;
	bool ok = true;

	while (ok && (step = stmt_step(st, e)) == STEP_ITEM) {
		struct stats_row row;
		char mem[64];

		row.key = key_of(q->by, st, &row.number, mem);
		row.events = (uint64_t)stmt_col_i64(st, 2);
		row.findings = (uint64_t)stmt_col_i64(st, 3);
		if (q->by == STATS_TAXONOMY && n < CLASS_COUNT)
			n = join(joined, n, &row);
		else
			ok = each(cookie, &row, e);
	}
	if (!ok || step != STEP_END)
		return false;
	if (n > 0)
		qsort(joined, n, sizeof(joined[0]), events_cmp);
	for (size_t i = 0; ok && i < n && (q->top == 0 || i < q->top); i++)
		ok = each(cookie, &joined[i], e);
	return ok;
}

/* Events are not kept by state: that is a sum over the findings. */
static bool
states(struct store *s, const struct stats_query *q,
    bool (*each)(void *cookie, const struct stats_row *row, struct err *e),
    void *cookie, struct err *e)
{
	struct finding_query f = { .since_s = day_of(q->since_s) * DAY_S, .until_s = day_of(q->until_s) * DAY_S,
		.class_type = q->class_type, .country = q->country, .feed = q->feed.len == 0 ? SLICE_NONE : q->feed,
		.no_feed = q->feed.p != NULL && q->feed.len == 0, .has_asn = q->has_asn, .asn = q->asn, .now_s = q->now_s };
	struct finding_sum sum;
	bool ok = finding_sum(s, &f, &sum, e);

	for (unsigned i = 0; i < FINDING_STATE_COUNT && ok; i++) {
		struct stats_row row = { slice_of_str(finding_state_name((enum finding_state)i)), i, sum.events[i], sum.findings[i] };

		if (row.findings > 0)
			ok = each(cookie, &row, e);
	}
	return ok;
}

bool
store_stats(struct store *s, const struct stats_query *q,
    bool (*each)(void *cookie, const struct stats_row *row, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	bool ok;

	if (q->by == STATS_STATE)
		return states(s, q, each, cookie, e);
	ok = stats_prepare(s, q, &st, e) && stats_bind(st, q, e) &&
	    stats_walk(st, q, each, cookie, e);

	stmt_free(&st);
	return ok;
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
