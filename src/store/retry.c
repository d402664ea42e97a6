/*
 * retry: a report that is done is read once more for its bad records; bad.c
 * says how their places are kept.
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "store/batch.h"

#define PASS_PLACES ((size_t)524288)

static int
place_cmp(const void *a, const void *b)
{
	const struct retry_place *x = a, *y = b;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

bool
retry_wants(const struct retry *r, uint64_t part, uint64_t offset,
    uint64_t ordinal)
{
	size_t lo = 0, hi = r->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct retry_place *p = &r->v[mid];

		if (p->part < part || (p->part == part && p->offset < offset))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < r->count && r->v[lo].part == part &&
	    r->v[lo].offset == offset; lo++) {
		if ((r->v[lo].ordinal & 1) == 0 || r->v[lo].ordinal >> 1 == ordinal)
			return true;
	}
	return false;
}

static bool
places_read(struct retry *r, struct slice part, size_t n, struct slice places,
    struct err *e)
{
	struct cursor c = cursor_of(places);
	uint64_t hash = hash64(part, 0), offset = 0;

	if (n > places.len / 2)
		return err_set(e, ERR_SYSTEM,
		    "the database is damaged: places of bad records make no sense");
	r->v = xrealloc(r->v, (r->count + n + 1) * sizeof(*r->v));
	for (size_t i = 0; i < n; i++) {
		uint64_t step = cur_varint(&c);

		offset += step >> 1 ^ (0 - (step & 1));
		r->v[r->count++] = (struct retry_place){ hash, offset,
			cur_varint(&c) };
	}
	return cur_ok(&c) ||
	    err_set(e, ERR_SYSTEM,
		"the database is damaged: places of bad records make no sense");
}

/* The rows of this pass: up to `last` where that is known, else what fits. */
static bool
pass_load(struct store *s, int64_t report, struct retry *r, bool resumed,
    struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (!db_prepare(s->db,
		"SELECT seq, coalesce(text, ''), n, places FROM bad_place"
		" LEFT JOIN term ON term.id = part"
		" WHERE report = ?1 AND seq <= ?2 ORDER BY seq", &q, e))
		return false;
	stmt_i64(q, 1, report);
	stmt_i64(q, 2, resumed ? r->last : r->end);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		size_t n = (size_t)stmt_col_i64(q, 2);

		if (!resumed && r->count > 0 && n > PASS_PLACES - r->count) {
			step = STEP_END;
			break;
		}
		ok = places_read(r, stmt_col(q, 1), n, stmt_col(q, 3), e);
		r->last = stmt_col_i64(q, 0);
	}
	stmt_free(&q);
	if (!ok || step != STEP_END)
		return false;
	if (r->count > 0)
		qsort(r->v, r->count, sizeof(*r->v), place_cmp);
	return true;
}

/* A new pass is written down, so that a kill finds it again. */
static bool
pass_begin(struct store *s, int64_t report, const struct retry *r, bool first,
    struct err *e)
{
	static const char *const forget[] = {
		"DELETE FROM bad_count WHERE report = ?1",
		"DELETE FROM bad_example WHERE report = ?1",
	};
	bool ok = db_run(s->db,
	    "UPDATE report SET retry_last = ?2, retry_end = ?3, retry_seen = 0, reads = reads + 1 WHERE id = ?1",
	    (const int64_t[]){ report, r->last, r->end }, 3, NULL, e);
	/* What was said of them is said anew. */
	for (size_t i = 0; first && ok && i < 2; i++)
		ok = db_run(s->db, forget[i], &report, 1, NULL, e);
	return ok;
}

struct retry_row {
	int64_t received_s, state, last, end, seen, max, examples;
	bool has_last, has_end;
};

static bool
row_get(struct store *s, int64_t report, struct retry_row *r, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (!db_prepare(s->db,
		"SELECT received_s, state, retry_last, retry_end, retry_seen,"
		" (SELECT max(seq) FROM bad_place WHERE report = ?1),"
		" (SELECT count(*) FROM bad_example WHERE report = ?1)"
		" FROM report WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, report);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*r = (struct retry_row){
			.received_s = stmt_col_i64(q, 0),
			.state = stmt_col_i64(q, 1),
			.last = stmt_col_i64(q, 2),
			.end = stmt_col_i64(q, 3),
			.seen = stmt_col_i64(q, 4),
			.max = stmt_col_i64(q, 5),
			.examples = stmt_col_i64(q, 6),
			.has_last = !stmt_col_null(q, 2),
			.has_end = !stmt_col_null(q, 3),
		};
	stmt_free(&q);
	if (step == STEP_END)
		return err_set(e, ERR_ABSENT, "there is no report %lld",
		    (long long)report);
	if (step == STEP_FAIL)
		return false;
	if (r->state != REPORT_DONE)
		return err_set(e, ERR_CONFLICT,
		    "report %lld is not read to its end yet", (long long)report);
	return r->max > 0 ||
	    err_set(e, ERR_CONFLICT, "report %lld has no bad record",
		(long long)report);
}

bool
store_batch_retry(struct store *s, int64_t report_id, bool *more_out,
    struct err *e)
{
	struct batch *b = batch_get(s);
	struct retry_row row = { 0 };
	bool mine, first, ok;

	*more_out = false;
	if (!row_get(s, report_id, &row, e))
		return false;
	first = !row.has_end;
	batch_start(b, report_id, row.received_s);
	b->retry.on = true;
	b->retry.last = row.last;
	b->retry.end = first ? row.max : row.end;
	ok = pass_load(s, report_id, &b->retry, row.has_last, e);
	if (ok && !row.has_last && store_begin(s, &mine, e))
		ok = store_end(s, mine,
		    pass_begin(s, report_id, &b->retry, first, e), e);
	else
		ok = ok && row.has_last;
	if (!ok) {
		store_batch_drop(s);
		return false;
	}
	b->retry.skip = row.has_last ? (uint64_t)row.seen : 0;
	b->bads.examples_stored = first ? 0 : (uint64_t)row.examples;
	*more_out = b->retry.last < b->retry.end;
	return true;
}

/* The rows of this pass go; with the last one the retry is over. */
bool
retry_finish(struct store *s, struct batch *b, struct err *e)
{
	static const char *const steps[] = {
		"UPDATE report SET bad = bad - (SELECT coalesce(sum(n), 0) FROM bad_place WHERE report = ?1 AND seq <= ?2),"
		" retry_last = NULL, retry_seen = 0,"
		" retry_end = CASE WHEN ?2 >= retry_end THEN NULL ELSE retry_end END"
		" WHERE id = ?1",
		"DELETE FROM bad_place WHERE report = ?1 AND seq <= ?2",
	};
	bool ok = true;

	for (size_t i = 0; i < 2 && ok; i++)
		ok = db_run(s->db, steps[i], (const int64_t[]){ b->report, b->retry.last }, 2, NULL, e);
	return ok;
}
