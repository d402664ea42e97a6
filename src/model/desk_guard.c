/*
 * desk_guard: what must hold, each with the sentence that says so when it does not.
 */
#include "model/desk_room.h"

#include "model/desk_member.h"
#include "parse/date.h"

struct look {
	const struct desk_record *r;
	const struct desk_actor *by; /* NULL: nobody is about to do anything */
	int64_t now_s;
	const struct desk_world *w;
	struct arena *a;
};

/* --- records beside it ---------------------------------------------------------- */

static bool
get(const struct look *l, struct slice id, struct desk_record *out, struct err *e)
{
	bool found = false;

	return l->w->get(l->w->cookie, id, l->a, out, &found, e) && (found || err_set(e, ERR_ABSENT, "there is no %s", QUOTE(id)));
}

static struct slice
country_id(const struct look *l)
{
	return arena_printf(l->a, "country:%.*s", SLICE_ARG(l->r->country));
}

struct count {
	const struct look *l;
	const char *states; /* those that count */
	size_t all, in, filled;
	const char *fields; /* of which each must be filled */
	struct slice first_bad;
};

static bool
count_one(void *to, const struct desk_record *r, struct err *e)
{
	struct count *c = to;
	struct err ignored = ERR_INIT;

	(void)e;
	c->all++;
	if (desk_word_in(c->states, slice_of_str(desk_kind_of(r->kind)->flow->states[r->state].name))) {
		c->in++;
		if (c->fields == NULL || desk_needs(c->fields, r, &ignored))
			c->filled++;
		else if (c->first_bad.p == NULL)
			c->first_bad = arena_copy(c->l->a, desk_title(r, "en"));
	}
	return true;
}

static bool
count(struct count *c, enum desk_kind kind, struct slice of, struct err *e)
{
	return c->l->w->each(c->l->w->cookie, kind, of, count_one, c, e);
}

/* --- the directory ----------------------------------------------------------------- */

static bool
member(const struct look *l, struct err *e)
{
	return desk_is_member(l->r->country) ||
	    err_set(e, ERR_CONFLICT, "%.*s is no Member of the United Nations; its records lie under the Member that answers for it", SLICE_ARG(l->r->country));
}

static bool
lead_one(void *to, const struct desk_record *r, struct err *e)
{
	(void)e;
	if (desk_in(r, "designated") && slice_eq(desk_text(r, "function"), S("lead")))
		*(bool *)to = true;
	return true;
}

static bool
lead(const struct look *l, struct err *e)
{
	bool there = false;

	return l->w->each(l->w->cookie, DESK_FOCAL, country_id(l), lead_one, &there, e) &&
	    (there || err_set(e, ERR_CONFLICT, "the country has designated no lead focal point yet"));
}

struct term {
	const struct desk_record *r;
	int64_t from_s, until_s;
	bool met;
};

static void
term_of(const struct desk_record *r, int64_t *from, int64_t *until)
{
	if (!desk_day(r, "from", from))
		*from = 0;
	if (!desk_day(r, "until", until))
		*until = INT64_MAX;
}

static bool
term_one(void *to, const struct desk_record *r, struct err *e)
{
	struct term *t = to;
	int64_t from, until;

	(void)e;
	if (slice_eq(r->id, t->r->id) || !desk_in(r, "designated") || !slice_eq(desk_text(r, "function"), desk_text(t->r, "function")))
		return true;
	term_of(r, &from, &until);
	t->met = t->met || (from <= t->until_s && t->from_s <= until);
	return true;
}

static bool
term(const struct look *l, struct err *e)
{
	struct term t = { .r = l->r };

	term_of(l->r, &t.from_s, &t.until_s);
	return l->w->each(l->w->cookie, DESK_FOCAL, country_id(l), term_one, &t, e) &&
	    (!t.met || err_set(e, ERR_CONFLICT, "another is designated for this function in the same time; its end comes first, or this begins later"));
}

static bool
successor(const struct look *l, struct err *e)
{
	struct desk_record s;

	return get(l, desk_text(l->r, "handover"), &s, e) &&
	    ((!slice_eq(s.id, l->r->id) && slice_eq(s.country, l->r->country) && slice_eq(desk_text(&s, "function"), desk_text(l->r, "function")) &&
		 (desk_in(&s, "proposed") || desk_in(&s, "designated"))) ||
		err_set(e, ERR_CONFLICT, "who takes over is not proposed for the same function in the same country"));
}

static bool
days(const struct look *l, struct err *e)
{
	int64_t from, until;

	return !desk_day(l->r, "from", &from) || !desk_day(l->r, "until", &until) || from <= until || err_set(e, ERR_CONFLICT, "it ends before it begins");
}

/* --- readiness ------------------------------------------------------------------------- */

static int
level_of(const struct desk_record *r, const char *field)
{
	struct slice s = desk_text(r, field);

	return s.len == 1 && byte_is_digit(s.p[0]) ? s.p[0] - '0' : -1;
}

static bool
cap(const struct look *l, struct err *e)
{
	int level = level_of(l->r, "level");

	if (level < 0)
		return desk_filled(l->r, "why") || err_set(e, ERR_CONFLICT, "\"not applicable\" needs a reason (why)");
	return level <= 1 || desk_filled(l->r, "evidence") || err_set(e, ERR_CONFLICT, "a level above 1 needs evidence");
}

static bool
accepted(const struct look *l, struct err *e)
{
	int proposed = level_of(l->r, "level"), said = level_of(l->r, "accepted");
	bool na = desk_text(l->r, "accepted").len == 2;

	return (na ? proposed < 0 : said <= proposed) || err_set(e, ERR_CONFLICT, "a reviewer accepts or lowers a level; raising it is for the country");
}

/* Level 3: an expert from outside the body assessed; 4: from outside the country; never where it sells. */
static bool
reviewer(const struct look *l, struct err *e)
{
	int level = level_of(l->r, "accepted");
	bool fit = false, sells = false;

	if (l->by == NULL || (l->by->roles & 1u << DESK_NODE) != 0)
		return true;
	if (level < 0)
		level = level_of(l->r, "level");
	for (size_t i = 0; i < l->by->entity_count; i++) {
		struct desk_record x;
		const struct json *in;

		if (!get(l, l->by->entities[i], &x, e))
			return false;
		in = desk_get(&x, "sells_in");
		JSON_EACH(code, in)
			sells = sells || slice_eq(json_text(code), l->r->country);
		fit = fit || (desk_in(&x, "recognised") && (level < 4 || !slice_eq(x.country, l->r->country)));
	}
	if (sells)
		return err_set(e, ERR_CONFLICT, "an entity does not review a country where it sells");
	return fit || (level < 3 && slice_eq(l->by->country, S(""))) ||
	    (level >= 4 ? err_set(e, ERR_CONFLICT, "level 4 is accepted by a recognised expert entity from outside the country") :
			  err_set(e, ERR_CONFLICT, "it is accepted by a recognised expert entity that is not the body assessed"));
}

/* --- needs and offers -------------------------------------------------------------------- */

static bool
is_public(const struct look *l, struct err *e)
{
	return desk_true(l->r, "public") || err_set(e, ERR_CONFLICT, "the country has not said that it may be seen by all (public)");
}

static bool
recognised(const struct look *l, struct err *e)
{
	struct desk_record x;

	return get(l, desk_text(l->r, "entity"), &x, e) && (desk_in(&x, "recognised") || err_set(e, ERR_CONFLICT, "the entity is not recognised, or not any more"));
}

static bool
asked(const struct look *l, struct err *e)
{
	struct desk_record n;

	return get(l, desk_text(l->r, "need"), &n, e) &&
	    (desk_in(&n, "accepted") || desk_in(&n, "published") || desk_in(&n, "offered") || err_set(e, ERR_CONFLICT, "the need is not open for offers"));
}

static bool
offered(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "proposed shortlisted chosen" };

	return count(&c, DESK_OFFER, l->r->id, e) && (c.in > 0 || err_set(e, ERR_CONFLICT, "no offer was made for it"));
}

static bool
unoffered(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "proposed shortlisted chosen" };

	return count(&c, DESK_OFFER, l->r->id, e) && (c.in == 0 || err_set(e, ERR_CONFLICT, "an offer is left"));
}

static bool
chosen(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "chosen" };

	return count(&c, DESK_OFFER, l->r->id, e) && (c.in == 1 || err_set(e, ERR_CONFLICT, "the country has chosen no offer for it"));
}

/* --- projects ------------------------------------------------------------------------------- */

static bool
matched(const struct look *l, struct err *e)
{
	const struct json *needs = desk_get(l->r, "needs");
	struct desk_record n;

	if (needs == NULL || needs->count == 0)
		return err_set(e, ERR_CONFLICT, "nothing becomes a project without a country's need");
	JSON_EACH(id, needs) {
		if (!get(l, json_text(id), &n, e))
			return false;
		if (!desk_in(&n, "matched"))
			return err_set(e, ERR_CONFLICT, "%.*s is not matched: the country has chosen no offer for it, or another project has it", SLICE_ARG(n.id));
		if (!slice_eq(n.country, l->r->country))
			return err_set(e, ERR_CONFLICT, "%.*s is another country's need", SLICE_ARG(n.id));
	}
	return true;
}

static bool
baseline(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "open", .fields = "baseline target" };

	if (!count(&c, DESK_INDICATOR, l->r->id, e))
		return false;
	if (c.in == 0)
		return err_set(e, ERR_CONFLICT, "the project has no indicator yet");
	return c.filled == c.in || err_set(e, ERR_CONFLICT, "the indicator %s has no baseline or no target", QUOTE(c.first_bad));
}

struct sum {
	struct slice currency;
	int64_t total;
};

static bool
sum_one(void *to, const struct desk_record *r, struct err *e)
{
	struct sum *s = to;
	struct desk_money m;

	(void)e;
	if (!desk_in(r, "withdrawn") && desk_money_read(desk_get(r, "committed"), &m) && slice_eq(m.currency, s->currency))
		s->total += m.amount;
	return true;
}

static bool
money(const struct look *l, struct err *e)
{
	struct desk_money budget;
	struct sum s;

	if (!desk_money_read(desk_get(l->r, "budget"), &budget))
		return err_set(e, ERR_CONFLICT, "the project has no budget");
	s = (struct sum){ budget.currency, 0 };
	return l->w->each(l->w->cookie, DESK_CONTRIBUTION, l->r->id, sum_one, &s, e) &&
	    (s.total >= budget.amount || desk_true(l->r, "open_money") ||
		err_set(e, ERR_CONFLICT, "what is committed does not cover the budget; say so (open_money) or find the rest"));
}

static bool
agreement(const struct look *l, struct err *e)
{
	struct slice id = desk_text(l->r, "agreement");
	bool there = false;

	if (id.len == 0)
		return err_set(e, ERR_CONFLICT, "no agreement covers it (agreement)");
	return l->w->agreement(l->w->cookie, id, l->r->country, l->now_s, &there, e) &&
	    (there || err_set(e, ERR_CONFLICT, "the agreement %s is not in force for a party of %.*s", QUOTE(id), SLICE_ARG(l->r->country)));
}

#define CHAIN_MAX 16
static bool
circle(const struct look *l, struct err *e)
{
	struct slice up = desk_text(l->r, "part_of");

	for (int n = 0; up.p != NULL; n++) {
		struct desk_record r;

		if (slice_eq(up, l->r->id))
			return err_set(e, ERR_CONFLICT, "a project is not part of itself, by whatever way round");
		if (n == CHAIN_MAX)
			return err_set(e, ERR_CONFLICT, "projects are part of each other in more than %d steps", CHAIN_MAX);
		if (!get(l, up, &r, e))
			return false;
		up = desk_text(&r, "part_of");
	}
	return true;
}

static bool
milestones(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "done dropped" };

	return count(&c, DESK_MILESTONE, l->r->id, e) && (c.in == c.all || err_set(e, ERR_CONFLICT, "a milestone is still open: it is finished with proof, or dropped with a reason"));
}

struct results {
	const struct look *l;
	bool missing;
};

static bool
result_one(void *to, const struct desk_record *r, struct err *e)
{
	struct results *x = to;
	struct count c = { .l = x->l, .states = "accepted" };
	struct slice id;

	if (!desk_in(r, "open"))
		return true;
	id = arena_copy(x->l->a, r->id);
	if (!count(&c, DESK_MEASUREMENT, id, e))
		return false;
	x->missing = x->missing || c.in == 0;
	return true;
}

static bool
results(const struct look *l, struct err *e)
{
	struct results x = { l, false };

	return l->w->each(l->w->cookie, DESK_INDICATOR, l->r->id, result_one, &x, e) &&
	    (!x.missing || err_set(e, ERR_CONFLICT, "an indicator has no accepted measurement"));
}

static bool
amounts(const struct look *l, struct err *e)
{
	static const char *const steps[] = { "pledged", "committed", "paid", "spent" };
	struct desk_money m, first = { 0 }, before = { 0 };

	for (size_t i = 0; i < 4; i++) {
		if (!desk_money_read(desk_get(l->r, steps[i]), &m)) {
			before = (struct desk_money){ 0 };
			continue;
		}
		if (first.currency.p == NULL)
			first = m;
		if (!slice_eq(first.currency, m.currency))
			return err_set(e, ERR_CONFLICT, "a contribution has one currency; what comes in another is a contribution of its own");
		/* More may be committed than was pledged. */
		if (i >= 2 && m.amount > before.amount)
			return err_set(e, ERR_CONFLICT, "more is %s than %s", steps[i], steps[i - 1]);
		before = m;
	}
	return true;
}

static bool
parent(const struct look *l, struct err *e)
{
	struct desk_record p;

	return get(l, desk_text(l->r, "project"), &p, e) &&
	    (desk_in(&p, "implementation") || desk_in(&p, "finalisation") || err_set(e, ERR_CONFLICT, "the project that it is part of is not under way"));
}

static bool
project(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "implementation finalisation suspended" };

	return count(&c, DESK_PROJECT, l->r->id, e) && (c.in == 1 || err_set(e, ERR_CONFLICT, "no project for it is under way"));
}

static bool
lost(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "implementation finalisation suspended" };

	return count(&c, DESK_PROJECT, l->r->id, e) && (c.in == 0 || err_set(e, ERR_CONFLICT, "a project for it is under way"));
}

static bool
delivered(const struct look *l, struct err *e)
{
	struct count c = { .l = l, .states = "closed" };

	return count(&c, DESK_PROJECT, l->r->id, e) && (c.in > 0 || err_set(e, ERR_CONFLICT, "no project for it has closed"));
}

static bool
follow(const struct look *l, struct err *e)
{
	int64_t six, twelve, at = desk_done_s(l->r, "deliver");

	return (desk_day(l->r, "follow_6", &six) && desk_day(l->r, "follow_12", &twelve) && six >= desk_months(at, 5) &&
		   twelve >= desk_months(at, 11) && six < twelve) ||
	    err_set(e, ERR_CONFLICT, "checks after 6 and 12 months have days that lie so far behind the project's end");
}

static bool (*const guards[DESK_GUARD_COUNT])(const struct look *l, struct err *e) = {
	[DESK_G_MEMBER] = member, [DESK_G_LEAD] = lead, [DESK_G_TERM] = term, [DESK_G_SUCCESSOR] = successor, [DESK_G_DAYS] = days,
	[DESK_G_CAP] = cap, [DESK_G_REVIEWER] = reviewer, [DESK_G_ACCEPTED] = accepted, [DESK_G_PUBLIC] = is_public,
	[DESK_G_RECOGNISED] = recognised, [DESK_G_ASKED] = asked, [DESK_G_OFFERED] = offered, [DESK_G_UNOFFERED] = unoffered,
	[DESK_G_CHOSEN] = chosen, [DESK_G_MATCHED] = matched, [DESK_G_BASELINE] = baseline, [DESK_G_MONEY] = money,
	[DESK_G_AGREEMENT] = agreement, [DESK_G_CIRCLE] = circle, [DESK_G_MILESTONES] = milestones, [DESK_G_RESULTS] = results,
	[DESK_G_AMOUNTS] = amounts, [DESK_G_PARENT] = parent, [DESK_G_PROJECT] = project, [DESK_G_LOST] = lost, [DESK_G_DELIVERED] = delivered,
	[DESK_G_FOLLOW] = follow,
};

bool
desk_guards(uint64_t set, const struct desk_record *r, const struct desk_actor *by, int64_t now_s,
    const struct desk_world *w, struct arena *a, struct err *e)
{
	struct look l = { r, by, now_s, w, a };

	for (unsigned g = 0; g < DESK_GUARD_COUNT; g++) {
		if ((set >> g & 1) != 0 && !guards[g](&l, e))
			return false;
	}
	return true;
}

bool
desk_holds(const struct desk_record *r, const struct desk_world *w, struct arena *a, struct err *e)
{
	const struct desk_state *s = &desk_kind_of(r->kind)->flow->states[r->state];

	return (s->needs == NULL || desk_needs(s->needs, r, e)) && desk_guards(s->guards, r, NULL, 0, w, a, e);
}
