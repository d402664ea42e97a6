/*
 * annual_need: what countries asked for, and what became of it: part 6, and the
 * checks after the end of part 8.
 */
#include "desk/annual_room.h"

#include <stdio.h>

#define STEPS 11
#define AGES 5

/* Moves, and how the step is called that they are. */
static const struct { const char *move, *step; } steps[STEPS] = {
	{ "submit", "submitted" }, { "return", "returned" }, { "decline", "declined" }, { "accept", "accepted" }, { "publish", "published" },
	{ "match", "matched" }, { "begin", "in-project" }, { "deliver", "delivered" }, { "confirm", "confirmed" }, { "close", "closed" },
	{ "withdraw", "withdrawn" },
};

struct needs {
	int64_t steps[STEPS], ages[AGES];
	int64_t asked[ANNUAL_TOPICS], open[ANNUAL_TOPICS], met[ANNUAL_TOPICS];
	int64_t due[2], done[2];
};

static bool
is_open(const struct desk_record *r)
{
	return desk_in(r, "submitted") || desk_in(r, "accepted") || desk_in(r, "published") || desk_in(r, "offered");
}

static void
age_add(const struct annual_work *w, struct needs *x, int64_t since_s)
{
	static const int months[AGES - 1] = { 1, 3, 6, 12 };
	size_t n = 0;

	while (n < AGES - 1 && w->as_of_s >= desk_months(since_s, months[n]))
		n++;
	x->ages[n]++;
}

static void
topics_put(struct annual_work *w, unsigned topics)
{
	char text[64] = "";
	size_t n = 0;

	for (size_t t = 0; t < ANNUAL_TOPICS; t++) {
		if ((topics >> t & 1) != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", n == 0 ? "" : " ", SLICE_ARG(annual_topic(t)));
	}
	annual_put(w, slice_of(text, n));
}

/* Country and id: the order of lists. */
static struct slice
list_key(const struct desk_record *r, char out[96])
{
	int n = snprintf(out, 96, "%.*s %.*s", SLICE_ARG(r->country), SLICE_ARG(r->id));

	return slice_of(out, n < 0 ? 0 : n > 95 ? 95 : (size_t)n);
}

static bool
refused_row(struct annual_work *w, const struct desk_record *r, struct err *e)
{
	char key[96];

	annual_begin(w, ANNUAL_NEED_REFUSED, list_key(r, key));
	annual_put(w, r->country);
	annual_texts(w, desk_get(r, "title"));
	annual_str(w, desk_kind_of(r->kind)->flow->states[r->state].name);
	annual_put(w, r->reason);
	return annual_done(w, e);
}

static bool
unfunded_row(struct annual_work *w, const struct desk_record *r, int64_t since_s, struct err *e)
{
	const struct json *v = desk_get(r, "budget");
	struct desk_money m;
	char key[96];

	annual_begin(w, ANNUAL_UNFUNDED, list_key(r, key));
	annual_put(w, r->country);
	annual_texts(w, desk_get(r, "title"));
	topics_put(w, annual_topics(r));
	annual_date(w, since_s);
	if (v != NULL && desk_money_read(v, &m)) {
		annual_thousandths(w, m.amount);
		annual_put(w, m.currency);
	} else {
		annual_none(w);
		annual_none(w);
	}
	return annual_done(w, e);
}

/* Half a year and a year after the end: what was due in the year, and what of it was done. */
static void
follow_add(const struct annual_work *w, struct needs *x, const struct desk_record *r)
{
	static const struct { const char *day, *move; } checks[2] = { { "follow_6", "check-6" }, { "follow_12", "check-12" } };

	for (size_t n = 0; n < 2; n++) {
		int64_t due = 0, done = desk_done_s(r, checks[n].move);

		if (!desk_day(r, checks[n].day, &due) || !annual_in_year(w, due))
			continue;
		x->due[n]++;
		x->done[n] += done > 0 && done < w->as_of_s;
	}
}

static bool
need_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	bool asked = annual_in_year(w, desk_done_s(r, "submit")), met = annual_in_year(w, desk_done_s(r, "confirm")), open = is_open(r);
	int64_t since = desk_done_s(r, "submit");
	unsigned topics = annual_topics(r);
	struct needs *x = cookie;
	bool ok = true;

	if (desk_in(r, "draft") && since == 0)
		return true;
	since = since == 0 ? r->created_s : since;
	w->needs_met += met;
	for (size_t n = 0; n < STEPS; n++)
		x->steps[n] += annual_in_year(w, desk_done_s(r, steps[n].move));
	for (size_t t = 0; t < ANNUAL_TOPICS; t++) {
		x->asked[t] += asked && (topics >> t & 1) != 0;
		x->open[t] += open && (topics >> t & 1) != 0;
		x->met[t] += met && (topics >> t & 1) != 0;
	}
	if (open)
		age_add(w, x, since);
	follow_add(w, x, r);
	/* One by one: what the country lets everybody see, and no other. */
	if (!desk_true(r, "public"))
		return true;
	if (desk_in(r, "declined") && annual_in_year(w, r->state_s))
		ok = refused_row(w, r, e);
	if (desk_in(r, "published") || desk_in(r, "offered"))
		ok = ok && unfunded_row(w, r, since, e);
	return ok;
}

bool
annual_needs(struct annual_work *w, struct err *e)
{
	static const char *const ages[AGES] = { "under-1", "1-3", "3-6", "6-12", "over-12" }, *const checks[2] = { "after-6", "after-12" };
	struct needs x = { 0 };
	bool ok = annual_each(w, DESK_NEED, w->as_of_s, need_take, &x, e);

	for (size_t n = 0; ok && n < STEPS; n++) {
		annual_begin(w, ANNUAL_NEED_STEPS, SLICE_NONE);
		annual_str(w, steps[n].step);
		annual_int(w, x.steps[n]);
		ok = annual_done(w, e);
	}
	for (size_t n = 0; ok && n < AGES; n++) {
		annual_begin(w, ANNUAL_NEED_AGES, SLICE_NONE);
		annual_str(w, ages[n]);
		annual_int(w, x.ages[n]);
		ok = annual_done(w, e);
	}
	for (size_t t = 0; ok && t < ANNUAL_TOPICS; t++) {
		annual_begin(w, ANNUAL_NEED_TOPICS, SLICE_NONE);
		annual_put(w, annual_topic(t));
		annual_int(w, x.asked[t]);
		annual_int(w, x.open[t]);
		annual_int(w, x.met[t]);
		ok = annual_done(w, e);
	}
	for (size_t n = 0; ok && n < 2; n++) {
		annual_begin(w, ANNUAL_FOLLOW_UPS, SLICE_NONE);
		annual_str(w, checks[n]);
		annual_int(w, x.due[n]);
		annual_int(w, x.done[n]);
		ok = annual_done(w, e);
	}
	return ok;
}
