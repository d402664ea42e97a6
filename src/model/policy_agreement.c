/*
 * policy_agreement: what may go to a partner. Every agreement that both are named
 * in is asked, every clause of it; one yes is enough, and of several the one that
 * gives the least away is used (decision 0111). Where all say no, the answer is
 * that of the one that came nearest.
 */
#include "base/lang.h"
#include "model/agreement.h"
#include "model/protect.h"

/* In the order in which they are asked: a later one is nearer to yes. */
enum step_no {
	NO_AGREEMENT, NO_FORCE, NO_LEFT, NO_EXPIRED, NO_CATEGORY, NO_PURPOSE, NO_TLP, NO_RESERVED_US, NO_RESERVED_THEM,
	NO_ONWARD_NONE, NO_ONWARD_SAME, NO_ONWARD_NAMED, NO_COUNT
};

static const struct policy_answer refusals[NO_COUNT] = {
	[NO_AGREEMENT] = { .rule = "no-agreement", .reason = N_("there is no agreement between us and this partner") },
	[NO_FORCE] = { .rule = "not-in-force", .reason = N_("the agreement is not in force for both of us on that date") },
	[NO_LEFT] = { .rule = "left", .reason = N_("one of us had left the agreement by that date") },
	[NO_EXPIRED] = { .rule = "expired", .reason = N_("the agreement had ended by that date") },
	[NO_CATEGORY] = { .rule = "category", .reason = N_("no clause is about this category of data") },
	[NO_PURPOSE] = { .rule = "purpose", .reason = N_("the clause does not list this purpose") },
	[NO_TLP] = { .rule = "tlp", .reason = N_("its mark (TLP) is above what the clause lets pass") },
	[NO_RESERVED_US] = { .rule = "reservation", .reason = N_("we have a reservation against the clause") },
	[NO_RESERVED_THEM] = { .rule = "reservation", .reason = N_("the partner has a reservation against the clause") },
	[NO_ONWARD_NONE] = { .rule = "onward", .reason = N_("we have it from another under a clause that lets it go no further") },
	[NO_ONWARD_SAME] = { .rule = "onward", .reason = N_("we have it from another under a clause that lets it go on under the same agreement only") },
	[NO_ONWARD_NAMED] = { .rule = "onward", .reason = N_("we have it from another under a clause that names who may have it, and the partner is not named") },
};

static const struct policy_answer
	no_child = { .rule = "child-protection", .reason = N_("what concerns the sexual exploitation of children goes to the designated authority only") },
	no_red = { .rule = "tlp", .reason = N_("it is marked TLP:RED, which goes to nobody by itself") },
	no_strict = { .rule = "tlp", .reason = N_("its source marked it TLP:RED or AMBER+STRICT, so it stays with us") },
	no_origin = { .rule = "onward", .reason = N_("we have it from another, and the clause that it came under is not known any more") },
	no_longer = { .rule = "retention", .reason = N_("we have it from another, and the time for which we may keep it has passed") };

/* What holds whatever any agreement says; NULL: nothing stands against it. */
static const struct policy_answer *
never(const struct policy_record *r, int64_t date_s)
{
	if (class_protected(r->class))
		return &no_child;
	if (r->tlp >= TLP_RED)
		return &no_red;
	if (r->tlp == TLP_AMBER_STRICT && (!r->own_mark || r->origin != NULL))
		return &no_strict;
	if (r->origin != NULL && r->origin->clause == NULL)
		return &no_origin;
	if (r->origin != NULL && date_s >= r->origin->until_s)
		return &no_longer;
	return NULL;
}

/* May what came under one agreement go on under another? Back to whom we have it from is not onward. */
static enum step_no
onward(const struct policy_origin *o, struct slice agreement, struct slice partner)
{
	if (o == NULL || slice_eq(o->from, partner))
		return NO_COUNT;
	switch (o->clause->onward) {
	case ONWARD_SAME:
		return slice_eq(o->agreement, agreement) ? NO_COUNT : NO_ONWARD_SAME;
	case ONWARD_NAMED:
		for (uint32_t i = 0; i < o->clause->named_count; i++) {
			if (slice_eq(o->clause->named[i], partner))
				return NO_COUNT;
		}
		return NO_ONWARD_NAMED;
	case ONWARD_NONE:
	case ONWARD_COUNT:
		break;
	}
	return NO_ONWARD_NONE;
}

/* NO_COUNT: yes. */
static enum step_no
clause_ask(const struct agreement_pair *p, const struct agreement_clause *c, const struct policy_record *r,
    const struct policy_recipient *to, enum policy_purpose purpose, int64_t date_s)
{
	if (c->category != r->category)
		return NO_CATEGORY;
	if ((unsigned)purpose >= PURPOSE_COUNT || (c->purposes >> purpose & 1) == 0)
		return NO_PURPOSE;
	if (r->tlp > c->tlp)
		return NO_TLP;
	if (agreement_reserved_at(p->agreement, p->us, c->number, date_s))
		return NO_RESERVED_US;
	if (agreement_reserved_at(p->agreement, p->partner, c->number, date_s))
		return NO_RESERVED_THEM;
	return onward(r->origin, p->agreement->texts[0]->id, to->partner);
}

static int
by_number(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

int
policy_narrower(const struct agreement_clause *a, const struct agreement_clause *b)
{
	const struct agreement_personal *x = &a->personal, *y = &b->personal;
	int d = (int)(x->recipients + x->accounts + x->victims) - (int)(y->recipients + y->accounts + y->victims);

	if (d == 0 && x->victims == PERSONAL_REDUCED && y->victims == PERSONAL_REDUCED)
		d = (x->v4_bits + x->v6_bits) - (y->v4_bits + y->v6_bits);
	if (d == 0)
		d = by_number(a->retention_days, b->retention_days);
	if (d == 0)
		d = (a->onward != ONWARD_NONE) - (b->onward != ONWARD_NONE);
	return d != 0 ? d : (int)a->tlp - (int)b->tlp;
}

/* Does a, of g, give less away than what was found before? Else in a fixed order: the answer is one. */
static bool
better(const struct policy_answer *best, const struct agreement *g, const struct agreement_clause *c)
{
	int d;

	if (!best->allowed || best->clause == NULL)
		return true;
	d = policy_narrower(c, best->clause);
	if (d == 0)
		d = slice_cmp(g->texts[0]->id, best->agreement->texts[0]->id);
	return d < 0 || (d == 0 && c->number < best->clause->number);
}

/* Of several refusals the one that came nearest to a yes is told; c: which clause, NULL where it was none. */
static void
refuse(struct policy_answer *best, enum step_no *nearest, enum step_no step, const struct agreement *g, const struct agreement_clause *c)
{
	if (best->allowed || step <= *nearest)
		return;
	*nearest = step;
	*best = refusals[step];
	best->agreement = g;
	best->clause = step > NO_CATEGORY ? c : NULL;
}

struct policy_answer
policy_by_agreement(const struct policy_record *r, const struct policy_recipient *to,
    enum policy_purpose purpose, int64_t date_s)
{
	static const enum step_no by_state[] = { [PAIR_NOT_IN_FORCE] = NO_FORCE, [PAIR_LEFT] = NO_LEFT, [PAIR_EXPIRED] = NO_EXPIRED };
	const struct policy_answer *no = never(r, date_s);
	struct policy_answer best = refusals[NO_AGREEMENT];
	enum step_no nearest = NO_AGREEMENT;

	if (no != NULL)
		return *no;
	for (size_t i = 0; i < to->pair_count; i++) {
		const struct agreement_pair *p = &to->pairs[i];
		const struct agreement_text *t = NULL;
		enum pair_state s = agreement_pair_at(p, date_s, &t);

		if (s != PAIR_IN_FORCE) {
			refuse(&best, &nearest, by_state[s], p->agreement, NULL);
			continue;
		}
		for (uint32_t k = 0; k < t->clause_count; k++) {
			const struct agreement_clause *c = &t->clauses[k];
			enum step_no step = clause_ask(p, c, r, to, purpose, date_s);

			if (step != NO_COUNT)
				refuse(&best, &nearest, step, p->agreement, c);
			else if (better(&best, p->agreement, c))
				best = (struct policy_answer){ true, "agreement", N_("an agreement in force lets it go, by the clause that is named"), p->agreement, c };
		}
	}
	return best;
}
