/*
 * annual_project: projects, their milestones and results, and what was said at
 * their end: parts 7, 8 and 12.
 */
#include "desk/annual_room.h"

#include <stdio.h>
#include <stdlib.h>

#define STATES 7
#define SORTS "output outcome impact"

struct measured {
	struct slice id, country, title, unit; /* title: JSON; title and unit of those that are shown one by one */
	int64_t base, target, actual, until_s; /* thousandths; there: actual of until_s */
	bool has_base, has_target, there, down, open;
	int sort;
};
struct projects {
	int64_t states[STATES], running[ANNUAL_TOPICS], closed[ANNUAL_TOPICS];
	int64_t planned[12], done[12], late[12], dropped[12];
	struct measured *indicators; /* by id, once they are all there */
	size_t count;
};

static bool
under_way(const struct desk_record *r)
{
	return desk_in(r, "implementation") || desk_in(r, "finalisation") || desk_in(r, "suspended") || desk_in(r, "approved");
}

static struct slice
list_key(const struct desk_record *r, char out[96])
{
	int n = snprintf(out, 96, "%.*s %.*s", SLICE_ARG(r->country), SLICE_ARG(r->id));

	return slice_of(out, n < 0 ? 0 : n > 95 ? 95 : (size_t)n);
}

static bool
opens(struct annual_work *w, struct slice country)
{
	const struct annual_country *c = annual_country_of(w, country);

	return c != NULL && c->opens_projects;
}

static bool
evaluation_rows(struct annual_work *w, const struct desk_record *r, struct err *e)
{
	static const char *const criteria[] = { "relevance", "coherent", "effectiveness", "efficiency", "impact", "sustainability" };
	char key[96];

	for (size_t n = 0; n < sizeof(criteria) / sizeof(criteria[0]); n++) {
		annual_begin(w, ANNUAL_EVALUATIONS, list_key(r, key));
		annual_texts(w, desk_get(r, "title"));
		annual_put(w, r->country);
		annual_str(w, criteria[n]);
		annual_texts(w, desk_get(r, criteria[n]));
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
project_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	bool closed = desk_in(r, "closed") && annual_in_year(w, r->state_s), running = under_way(r);
	unsigned topics = annual_topics(r);
	struct projects *x = cookie;
	int64_t from = 0, until = 0;
	char key[96];

	w->projects_all++;
	w->projects_running += running;
	w->projects_unbudgeted += running && desk_get(r, "budget") == NULL;
	if (r->state < STATES)
		x->states[r->state]++;
	for (size_t t = 0; t < ANNUAL_TOPICS; t++) {
		x->running[t] += running && (topics >> t & 1) != 0;
		x->closed[t] += closed && (topics >> t & 1) != 0;
	}
	if (!opens(w, r->country))
		return true;
	if (closed && !evaluation_rows(w, r, e))
		return false;
	if (!running)
		return true;
	(void)desk_day(r, "from", &from);
	(void)desk_day(r, "until", &until);
	annual_begin(w, ANNUAL_PROJECTS, list_key(r, key));
	annual_texts(w, desk_get(r, "title"));
	annual_put(w, r->country);
	annual_str(w, desk_kind_of(r->kind)->flow->states[r->state].name);
	annual_date(w, from);
	annual_date(w, until);
	return annual_done(w, e);
}

static bool
milestone_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	struct projects *x = cookie;
	int64_t due = 0, begin, end, done = desk_done_s(r, "finish");

	(void)e;
	if (!desk_day(r, "due", &due))
		return true;
	for (unsigned m = 0; m < 12; m++) {
		/* All of the year: what is due after the moment that counts is planned, too. */
		begin = desk_months(w->from_s, (int)m);
		end = desk_months(begin, 1);
		if (due < begin || due >= end)
			continue;
		x->planned[m]++;
		x->done[m] += desk_in(r, "done");
		x->dropped[m] += desk_in(r, "dropped");
		x->late[m] += (desk_in(r, "done") && done >= due + 86400) || (desk_in(r, "open") && w->as_of_s >= due + 86400);
	}
	return true;
}

/* --- results ----------------------------------------------------------------------- */

static bool
indicator_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	const struct json *base = desk_get(r, "baseline"), *target = desk_get(r, "target"), *title = desk_get(r, "title");
	struct measured m = { .id = arena_copy(w->a, r->id), .country = arena_copy(w->a, r->country), .down = desk_true(r, "down"),
		.sort = annual_word_at(SORTS, desk_text(r, "sort")), .open = opens(w, r->country) };
	struct projects *x = cookie;

	if (desk_in(r, "dropped") || m.sort < 0)
		return true;
	m.has_base = base != NULL && desk_amount_read(json_text(json_get(base, S("value"))), &m.base);
	m.has_target = target != NULL && desk_amount_read(json_text(json_get(target, S("value"))), &m.target);
	if (m.open) {
		m.title = arena_copy(w->a, title == NULL ? S("{}") : title->raw);
		m.unit = arena_copy(w->a, desk_text(r, "unit"));
	}
	if (m.id.p == NULL || m.country.p == NULL || (m.open && m.title.p == NULL))
		return err_set(e, ERR_LIMIT, "the report's data are more than %zu bytes", w->a->max);
	x->indicators = xgrown(x->indicators, x->count, sizeof(*x->indicators));
	x->indicators[x->count++] = m;
	return true;
}

static int
by_id(const void *a, const void *b)
{
	return slice_cmp(((const struct measured *)a)->id, ((const struct measured *)b)->id);
}

static bool
measurement_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	struct measured key = { .id = desk_text(r, "indicator") }, *m;
	struct projects *x = cookie;
	int64_t until = 0, value;

	(void)w;
	(void)e;
	if (!desk_in(r, "accepted") || !desk_day(r, "until", &until) || !desk_amount_read(desk_text(r, "value"), &value) || x->count == 0)
		return true;
	m = bsearch(&key, x->indicators, x->count, sizeof(*x->indicators), by_id);
	/* Of two of the same day the larger, so that the order of reading is no matter. */
	if (m != NULL && (!m->there || until > m->until_s || (until == m->until_s && value > m->actual))) {
		m->there = true;
		m->until_s = until;
		m->actual = value;
	}
	return true;
}

static bool
reached(const struct measured *m)
{
	return m->there && m->has_target && (m->down ? m->actual <= m->target : m->actual >= m->target);
}

static void
figure(struct annual_work *w, bool there, int64_t v)
{
	if (there)
		annual_thousandths(w, v);
	else
		annual_none(w);
}

static bool
result_rows(struct annual_work *w, const struct projects *x, struct err *e)
{
	int64_t n[3] = { 0 }, measured[3] = { 0 }, met[3] = { 0 };
	struct slice rest = S(SORTS), word;

	for (size_t i = 0; i < x->count; i++) {
		const struct measured *m = &x->indicators[i];
		const struct json *title = NULL;
		char key[96];
		int len;

		n[m->sort]++;
		measured[m->sort] += m->there;
		met[m->sort] += reached(m);
		w->indicators++;
		w->unmeasured += !m->there;
		w->targets_reached += reached(m);
		if (!m->open)
			continue;
		if (!json_parse(m->title, &JSON_LIMITS, w->a, &title, e))
			return false;
		len = snprintf(key, sizeof(key), "%.*s %.*s", SLICE_ARG(m->country), SLICE_ARG(m->id));
		annual_begin(w, ANNUAL_RESULTS, slice_of(key, len < 0 || len >= (int)sizeof(key) ? 0 : (size_t)len));
		annual_texts(w, title);
		annual_put(w, m->country);
		annual_put(w, m->unit);
		figure(w, m->has_base, m->base);
		figure(w, m->has_target, m->target);
		figure(w, m->there, m->actual);
		annual_date(w, m->there ? m->until_s : 0);
		if (!annual_done(w, e))
			return false;
	}
	for (size_t s = 0; s < 3 && slice_cut(&rest, ' ', &word); s++) {
		annual_begin(w, ANNUAL_RESULT_SORTS, SLICE_NONE);
		annual_put(w, word);
		annual_int(w, n[s]);
		annual_int(w, measured[s]);
		annual_int(w, met[s]);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

/* --- rows ----------------------------------------------------------------------------- */

static bool
project_rows(struct annual_work *w, const struct projects *x, struct err *e)
{
	const struct desk_flow *f = desk_kind_of(DESK_PROJECT)->flow;

	for (size_t s = 0; s < STATES && s < f->state_count; s++) {
		annual_begin(w, ANNUAL_PROJECT_STATES, SLICE_NONE);
		annual_str(w, f->states[s].name);
		annual_int(w, x->states[s]);
		if (!annual_done(w, e))
			return false;
	}
	for (size_t t = 0; t < ANNUAL_TOPICS; t++) {
		annual_begin(w, ANNUAL_PROJECT_TOPICS, SLICE_NONE);
		annual_put(w, annual_topic(t));
		annual_int(w, x->running[t]);
		annual_int(w, x->closed[t]);
		if (!annual_done(w, e))
			return false;
	}
	for (int m = 0; m < 12; m++) {
		annual_begin(w, ANNUAL_MILESTONES, SLICE_NONE);
		annual_month(w, desk_months(w->from_s, m));
		annual_int(w, x->planned[m]);
		annual_int(w, x->done[m]);
		annual_int(w, x->late[m]);
		annual_int(w, x->dropped[m]);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

bool
annual_projects(struct annual_work *w, struct err *e)
{
	struct projects *x = xalloc(sizeof(*x));
	bool ok;

	*x = (struct projects){ 0 };
	ok = annual_each(w, DESK_PROJECT, w->as_of_s, project_take, x, e) && annual_each(w, DESK_MILESTONE, w->as_of_s, milestone_take, x, e) &&
	    annual_each(w, DESK_INDICATOR, w->as_of_s, indicator_take, x, e);
	if (ok && x->count > 1)
		qsort(x->indicators, x->count, sizeof(*x->indicators), by_id);
	ok = ok && annual_each(w, DESK_MEASUREMENT, w->as_of_s, measurement_take, x, e) && project_rows(w, x, e) && result_rows(w, x, e);
	free(x->indicators);
	free(x);
	return ok;
}
