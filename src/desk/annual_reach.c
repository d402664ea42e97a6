/*
 * annual_reach: can contacts be reached: part 3. How a contact stood at a month's
 * end follows from the questions and answers until then (model/desk_live.h).
 */
#include "desk/annual_room.h"

#include <stdlib.h>

#include "store/desk_check.h"

#define MEDIAN_MIN 5 /* answers; of fewer a median tells of single contacts */

struct focal { struct slice id; char region[4]; int64_t from_s, until_s; };
struct check { struct slice record; int64_t sent_s, answered_s; bool question; };
struct reach {
	struct annual_work *w;
	struct focal *focals;
	size_t focal_count;
	struct check *checks; /* by record, then by when they were sent */
	size_t check_count;
};

static bool
focal_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	const struct desk_member *m = desk_member_find(r->country);
	struct reach *x = cookie;
	struct focal f = { .id = arena_copy(w->a, r->id), .from_s = desk_done_s(r, "designate"), .until_s = INT64_MAX };

	if (f.from_s == 0)
		return true;
	if (!desk_in(r, "designated"))
		f.until_s = r->state_s;
	if (m != NULL)
		memcpy(f.region, m->region, sizeof(f.region));
	if (f.id.p == NULL)
		return err_set(e, ERR_LIMIT, "the report's data are more than %zu bytes", w->a->max);
	x->focals = xgrown(x->focals, x->focal_count, sizeof(*x->focals));
	x->focals[x->focal_count++] = f;
	return true;
}

static bool
check_take(void *cookie, const struct desk_check *c, struct err *e)
{
	struct reach *x = cookie;
	struct check k = { arena_copy(x->w->a, c->record), c->sent_s, c->answered_s, c->step != STEP_NONE };

	if (k.record.p == NULL)
		return err_set(e, ERR_LIMIT, "the report's data are more than %zu bytes", x->w->a->max);
	if (c->sent_s >= x->w->as_of_s)
		return true;
	if (k.answered_s >= x->w->as_of_s)
		k.answered_s = 0;
	x->checks = xgrown(x->checks, x->check_count, sizeof(*x->checks));
	x->checks[x->check_count++] = k;
	return true;
}

static int
by_record(const void *a, const void *b)
{
	const struct check *x = a, *y = b;
	int c = slice_cmp(x->record, y->record);

	return c != 0 ? c : (x->sent_s > y->sent_s) - (x->sent_s < y->sent_s);
}

/* The first check of a record; *end_out: behind its last. */
static size_t
checks_of(const struct reach *x, struct slice id, size_t *end_out)
{
	size_t low = 0, high = x->check_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (slice_cmp(x->checks[mid].record, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (*end_out = low; *end_out < x->check_count && slice_eq(x->checks[*end_out].record, id);)
		(*end_out)++;
	return low;
}

static enum desk_live
live_at(const struct reach *x, const struct focal *f, int64_t at_s)
{
	struct desk_life l = { 0 };
	size_t end, first = checks_of(x, f->id, &end);

	for (size_t i = first; i < end; i++) {
		if (x->checks[i].answered_s > l.answered_s && x->checks[i].answered_s < at_s)
			l.answered_s = x->checks[i].answered_s;
	}
	for (size_t i = first; i < end; i++) {
		const struct check *c = &x->checks[i];

		if (!c->question || c->sent_s >= at_s || c->sent_s <= l.answered_s || (c->answered_s != 0 && c->answered_s < at_s))
			continue;
		l.asked_s = l.steps++ == 0 ? c->sent_s : l.asked_s;
	}
	/* The moment itself belongs to what comes after. */
	return desk_live_at(&l, desk_live_months(DESK_FOCAL), at_s - 1);
}

static bool
month_rows(struct reach *x, struct err *e)
{
	struct annual_work *w = x->w;
	int64_t begin, end;

	for (unsigned m = 0; m < 12 && annual_month_end(w, m, &begin, &end); m++) {
		int64_t n[LIVE_COUNT] = { 0 };

		for (size_t i = 0; i < x->focal_count; i++) {
			if (x->focals[i].from_s < end && x->focals[i].until_s >= end)
				n[live_at(x, &x->focals[i], end)]++;
		}
		annual_begin(w, ANNUAL_LIVENESS, SLICE_NONE);
		annual_month(w, begin);
		annual_int(w, n[LIVE_ALIVE]);
		annual_int(w, n[LIVE_DUE]);
		annual_int(w, n[LIVE_LATE]);
		annual_int(w, n[LIVE_DEAD]);
		annual_int(w, n[LIVE_UNVERIFIED]);
		if (!annual_done(w, e))
			return false;
		w->alive = n[LIVE_ALIVE];
		w->silent = n[LIVE_DUE] + n[LIVE_LATE] + n[LIVE_DEAD];
		w->never_answered = n[LIVE_UNVERIFIED];
		w->designated = w->alive + w->silent + w->never_answered;
	}
	return true;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool
answer_row(struct reach *x, const char *region, int64_t *times, struct err *e)
{
	int64_t asked = 0;
	size_t n = 0;

	for (size_t i = 0; i < x->focal_count; i++) {
		size_t end, k = strcmp(x->focals[i].region, region) == 0 ? checks_of(x, x->focals[i].id, &end) : (end = 0);

		for (; k < end; k++) {
			const struct check *c = &x->checks[k];

			if (!c->question || !annual_in_year(x->w, c->sent_s))
				continue;
			asked++;
			if (c->answered_s != 0)
				times[n++] = c->answered_s - c->sent_s;
		}
	}
	annual_begin(x->w, ANNUAL_ANSWERS, slice_of_str(region));
	annual_str(x->w, region);
	annual_int(x->w, asked);
	annual_int(x->w, (int64_t)n);
	if (n < MEDIAN_MIN) {
		annual_none(x->w);
	} else {
		qsort(times, n, sizeof(*times), by_number);
		annual_int(x->w, (times[n / 2] + times[(n - 1) / 2]) / 2 / 3600);
	}
	return annual_done(x->w, e);
}

static bool
missing_rows(struct annual_work *w, struct err *e)
{
	for (size_t g = 0; g < ANNUAL_GROUPS; g++) {
		int64_t members = 0, deputy = 0, duty = 0;

		for (size_t i = 0; i < desk_member_count; i++) {
			const struct annual_country *c = &w->countries[i];

			if (!c->member || (annual_groups_of(slice_of_str(desk_members[i].code)) >> g & 1) == 0)
				continue;
			members++;
			/* Bits in the order of desk_kind.c's words: lead, deputy, duty. */
			deputy += (c->functions & 2) == 0;
			duty += (c->functions & 4) == 0;
		}
		annual_begin(w, ANNUAL_MISSING, SLICE_NONE);
		annual_str(w, annual_groups[g]);
		annual_int(w, members);
		annual_int(w, deputy);
		annual_int(w, duty);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

bool
annual_reach(struct annual_work *w, struct err *e)
{
	static const char *const regions[] = { "002", "009", "019", "142", "150" };
	struct reach x = { .w = w };
	int64_t *times;
	bool ok = annual_each(w, DESK_FOCAL, w->as_of_s, focal_take, &x, e) && desk_check_list(w->s, SLICE_NONE, 0, check_take, &x, e);

	if (ok && x.check_count > 1)
		qsort(x.checks, x.check_count, sizeof(*x.checks), by_record);
	times = xarray(x.check_count + 1, sizeof(*times));
	ok = ok && month_rows(&x, e);
	for (size_t i = 0; ok && i < sizeof(regions) / sizeof(regions[0]); i++)
		ok = answer_row(&x, regions[i], times, e);
	ok = ok && missing_rows(w, e);
	free(times);
	free(x.checks);
	free(x.focals);
	return ok;
}
