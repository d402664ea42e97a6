/*
 * annual_ready: readiness by indicator and domain: part 5. Counts over the countries
 * that open theirs; of the others the states of answers alone are counted.
 */
#include "desk/annual_room.h"

#include <stdlib.h>

#include "model/desk_ready.h"

#define STATES 5
#define AGES 5
#define COUNTRIES_MIN 3 /* of fewer a mean tells of single countries */

struct counts {
	int64_t level[READY_LEVELS], na, met, below;
};
struct domain { int64_t sum, counted; bool *countries; };
struct ready {
	struct counts *indicators; /* ready_count */
	struct domain *domains; /* ready_domain_count */
	int64_t states[STATES], ages[AGES];
	bool *state_countries[STATES];
	int64_t at_s;
	bool before; /* only domains are summed up, as they stood at the beginning */
};

static void
domain_add(struct ready *x, const struct ready_indicator *i, int level, size_t country)
{
	for (size_t d = 0; d < ready_domain_count && level >= 0; d++) {
		if (strcmp(ready_domains[d].id, i->domain) != 0)
			continue;
		x->domains[d].sum += level;
		x->domains[d].counted++;
		x->domains[d].countries[country] = true;
	}
}

static void
age_add(struct annual_work *w, struct ready *x, const struct ready_answer *a)
{
	if (!a->accepted)
		return;
	w->accepted++;
	w->expired += a->expired;
	w->unproven += !a->proof && !a->not_applicable;
	if (a->expired)
		x->ages[4]++;
	else if (w->as_of_s < desk_months(a->accepted_s, 6))
		x->ages[0]++;
	else if (w->as_of_s < desk_months(a->accepted_s, 12))
		x->ages[1]++;
	else
		x->ages[w->as_of_s < desk_months(a->accepted_s, 24) ? 2 : 3]++;
}

static bool
answer_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	const struct ready_indicator *i = ready_find(desk_text(r, "indicator"));
	struct annual_country *c = annual_country_of(w, r->country);
	struct ready *x = cookie;
	struct counts *n;
	struct ready_answer a;
	int level;

	(void)e;
	if (i == NULL || c == NULL)
		return true;
	ready_judge(r, x->at_s, &a);
	level = ready_counted(&a);
	if (!x->before) {
		w->answers++;
		c->answered = true;
		x->states[r->state < STATES ? r->state : STATES - 1]++;
		x->state_countries[r->state < STATES ? r->state : STATES - 1][c - w->countries] = true;
		age_add(w, x, &a);
	}
	if (!c->opens_readiness || !c->member)
		return true;
	domain_add(x, i, level, (size_t)(c - w->countries));
	if (x->before)
		return true;
	n = &x->indicators[i - ready_indicators];
	if (level >= 0)
		n->level[level]++;
	n->na += a.accepted && !a.expired && a.not_applicable;
	if (i->minimum > 0) {
		n->met += ready_holds(i, &a);
		n->below += !ready_holds(i, &a) && level >= 0;
	}
	return true;
}

/* --- rows ------------------------------------------------------------------------ */

static bool
state_rows(struct annual_work *w, const struct ready *x, struct err *e)
{
	static const char *const ages[AGES] = { "under-6", "6-12", "12-24", "over-24", "expired" };
	const struct desk_flow *f = desk_kind_of(DESK_ANSWER)->flow;

	for (size_t s = 0; s < STATES && s < f->state_count; s++) {
		int64_t countries = 0;

		for (size_t i = 0; i < desk_member_count; i++)
			countries += x->state_countries[s][i];
		annual_begin(w, ANNUAL_READY_STATES, SLICE_NONE);
		annual_str(w, f->states[s].name);
		annual_int(w, x->states[s]);
		annual_int(w, countries);
		if (!annual_done(w, e))
			return false;
	}
	for (size_t n = 0; n < AGES; n++) {
		annual_begin(w, ANNUAL_READY_AGES, SLICE_NONE);
		annual_str(w, ages[n]);
		annual_int(w, x->ages[n]);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
indicator_rows(struct annual_work *w, const struct ready *x, struct err *e)
{
	int64_t open = 0;

	for (size_t i = 0; i < desk_member_count; i++)
		open += w->countries[i].member && w->countries[i].opens_readiness;
	for (size_t i = 0; i < ready_count; i++) {
		const struct counts *n = &x->indicators[i];
		int64_t known = n->na;

		annual_begin(w, ANNUAL_LEVELS, SLICE_NONE);
		annual_str(w, ready_indicators[i].id);
		for (size_t l = 0; l < READY_LEVELS; l++) {
			annual_int(w, n->level[l]);
			known += n->level[l];
		}
		annual_int(w, n->na);
		annual_int(w, open - known);
		if (!annual_done(w, e))
			return false;
		if (ready_indicators[i].minimum == 0)
			continue;
		annual_begin(w, ANNUAL_MINIMUM, SLICE_NONE);
		annual_str(w, ready_indicators[i].id);
		annual_int(w, ready_indicators[i].minimum);
		annual_int(w, n->met);
		annual_int(w, n->below);
		annual_int(w, open - n->met - n->below);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static int64_t
domain_countries(const struct domain *d)
{
	int64_t n = 0;

	for (size_t i = 0; i < desk_member_count; i++)
		n += d->countries[i];
	return n;
}

static void
domain_mean(struct annual_work *w, const struct domain *d)
{
	if (domain_countries(d) < COUNTRIES_MIN)
		annual_none(w);
	else
		annual_int(w, (d->sum * 100 + d->counted * 2) / (d->counted * 4));
}

static bool
domain_rows(struct annual_work *w, const struct ready *now, const struct ready *before, struct err *e)
{
	for (size_t d = 0; d < ready_domain_count; d++) {
		annual_begin(w, ANNUAL_DOMAINS, SLICE_NONE);
		annual_str(w, ready_domains[d].id);
		annual_int(w, domain_countries(&now->domains[d]));
		domain_mean(w, &before->domains[d]);
		domain_mean(w, &now->domains[d]);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
ready_new(struct annual_work *w, struct ready *x, int64_t at_s, bool before, struct err *e)
{
	bool ok;

	*x = (struct ready){ .at_s = at_s, .before = before };
	x->indicators = arena_array(w->a, ready_count, sizeof(*x->indicators));
	x->domains = arena_array(w->a, ready_domain_count, sizeof(*x->domains));
	ok = x->indicators != NULL && x->domains != NULL;
	for (size_t d = 0; ok && d < ready_domain_count; d++)
		ok = (x->domains[d].countries = arena_array(w->a, desk_member_count, sizeof(bool))) != NULL;
	for (size_t s = 0; ok && s < STATES; s++)
		ok = (x->state_countries[s] = arena_array(w->a, desk_member_count, sizeof(bool))) != NULL;
	return ok || err_set(e, ERR_LIMIT, "the report's data are more than %zu bytes", w->a->max);
}

bool
annual_ready(struct annual_work *w, struct err *e)
{
	struct ready now, before;

	/* What an answer counts for at a moment: that of the last day that belongs to it. */
	return ready_new(w, &now, w->as_of_s - 1, false, e) && ready_new(w, &before, w->from_s - 1, true, e) &&
	    annual_each(w, DESK_ANSWER, w->as_of_s, answer_take, &now, e) && annual_each(w, DESK_ANSWER, w->from_s, answer_take, &before, e) &&
	    state_rows(w, &now, e) && indicator_rows(w, &now, e) && domain_rows(w, &now, &before, e);
}
