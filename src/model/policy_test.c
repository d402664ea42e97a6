/*
 * What may go to a partner: cases one by one, and an oracle that was written
 * from the rules alone, over agreements and records at random.
 */
#include "model/policy.h"

#include <stdlib.h>

#include "model/agreement_testing.h"
#include "test.h"

/* --- cases ------------------------------------------------------------------------ */

/*
 * We are a, the partner is b. The agreements, by script; X is a memorandum with
 * KIT_CLAUSES, where nothing else is said.
 */
#define MOU AGREEMENT_MEMORANDUM
#define TEC AGREEMENT_TECHNICAL
#define X_(...) { .kind = MOU, .notice = 90, __VA_ARGS__ }
#define BOTH "open 0; sign a 1; sign b 2; deposit a 3; deposit b 4"
#define BOTH_TEC "open 0; sign a 1; sign b 2"
#define WIDE KIT_CLAUSE(1, "abuse-report", "\"notify\",\"protect\"", "AMBER+STRICT", 400, "\"same-agreement\"")
#define NARROW KIT_CLAUSE(1, "abuse-report", "\"notify\",\"protect\"", "GREEN", 10, "\"none\"")

static const struct policy_case {
	const char *name;
	struct kit_text text, text2; /* text2.id NULL: one agreement */
	const char *script, *script2;
	int day;
	enum policy_category category;
	enum policy_purpose purpose;
	enum tlp tlp;
	bool allowed;
	const char *rule;
	const char *agreement; /* the one that is named; NULL: none */
	uint32_t clause; /* 0: none */
} cases[] = {
#define C_(name, text, script, day, category, purpose, tlp, allowed, rule, agreement, clause) \
	{ name, text, { 0 }, script, NULL, day, CATEGORY_##category, PURPOSE_##purpose, TLP_##tlp, allowed, rule, agreement, clause }
	C_("in force", X_(0), BOTH, 4, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("the day before", X_(0), BOTH, 3, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("before it was opened", X_(0), "open 5", 4, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("open", X_(0), "open 0", 4, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("signed by both, deposited by none", X_(0), "open 0; sign a 1; sign b 2", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("deposited by us alone", X_(0), "open 0; sign a 1; sign b 2; deposit a 3", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("in force for us, the partner has signed", X_(.count = 1), "open 0; sign a 1; deposit a 2; sign b 3", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("in force for the partner, not for us", X_(.count = 1), "open 0; sign b 1; deposit b 2; sign a 3", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("within the delay", X_(.delay = 30), BOTH, 33, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("when the delay is over", X_(.delay = 30), BOTH, 34, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("without a depositary, signatures do", { .kind = TEC }, BOTH_TEC, 2, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("a project", { .kind = AGREEMENT_PROJECT }, BOTH_TEC, 2, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),

	C_("the other purpose of the clause", X_(0), BOTH, 9, ABUSE_REPORT, PROTECT, AMBER, true, "agreement", "mou", 1),
	C_("a purpose that it does not list", X_(0), BOTH, 9, ABUSE_REPORT, STATISTICS, CLEAR, false, "purpose", "mou", 1),
	C_("an indicator", X_(0), BOTH, 9, INDICATOR, PROTECT, GREEN, true, "agreement", "mou", 2),
	C_("an indicator, to notify", X_(0), BOTH, 9, INDICATOR, NOTIFY, GREEN, false, "purpose", "mou", 2),
	C_("statistics", X_(0), BOTH, 9, STATISTICS, STATISTICS, CLEAR, true, "agreement", "mou", 3),
	C_("contacts, of which nothing is said", X_(0), BOTH, 9, CONTACT, NOTIFY, CLEAR, false, "category", "mou", 0),
	C_("samples without content", X_(0), BOTH, 9, SPAM_SAMPLE, PROTECT, CLEAR, false, "category", "mou", 0),
	C_("samples with content", X_(0), BOTH, 9, SPAM_CONTENT, PROTECT, CLEAR, false, "category", "mou", 0),
	C_("case files", X_(0), BOTH, 9, CASE_FILE, PROTECT, CLEAR, false, "category", "mou", 0),

	C_("clear", X_(0), BOTH, 9, ABUSE_REPORT, NOTIFY, CLEAR, true, "agreement", "mou", 1),
	C_("green", X_(0), BOTH, 9, ABUSE_REPORT, NOTIFY, GREEN, true, "agreement", "mou", 1),
	C_("amber+strict over a clause of amber", X_(0), BOTH, 9, ABUSE_REPORT, NOTIFY, AMBER_STRICT, false, "tlp", "mou", 1),
	C_("red", X_(0), BOTH, 9, ABUSE_REPORT, NOTIFY, RED, false, "tlp", NULL, 0),
	C_("amber over a clause of green", X_(0), BOTH, 9, INDICATOR, PROTECT, AMBER, false, "tlp", "mou", 2),
	C_("our own amber+strict, by a clause of amber+strict", X_(.clauses = WIDE), BOTH, 9, ABUSE_REPORT, NOTIFY, AMBER_STRICT, true, "agreement", "mou", 1),
	C_("red, by a clause of amber+strict", X_(.clauses = WIDE), BOTH, 9, ABUSE_REPORT, NOTIFY, RED, false, "tlp", NULL, 0),

	C_("our reservation", X_(0), BOTH "; reserve a 5 1", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "reservation", "mou", 1),
	C_("the partner's reservation", X_(0), BOTH "; reserve b 5 1", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "reservation", "mou", 1),
	C_("the day before the reservation", X_(0), BOTH "; reserve b 5 1", 4, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("a reservation withdrawn", X_(0), BOTH "; reserve b 5 1; unreserve b 8 1", 8, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("the day before it was withdrawn", X_(0), BOTH "; reserve b 5 1; unreserve b 8 1", 7, ABUSE_REPORT, NOTIFY, AMBER, false, "reservation", "mou", 1),
	C_("a reservation against another clause", X_(0), BOTH "; reserve b 5 2", 9, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("a third party's reservation", X_(.parties = "a b c"), BOTH "; reserve c 5 1", 9, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("reserved before it came into force", X_(0), "open 0; reserve b 0 1; sign a 1; sign b 2; deposit a 3; deposit b 4", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "reservation", "mou", 1),

	C_("the partner has notified, notice runs", X_(0), BOTH "; leave b 10", 10, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("the last day of notice", X_(0), BOTH "; leave b 10", 99, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("the partner has left", X_(0), BOTH "; leave b 10", 100, ABUSE_REPORT, NOTIFY, AMBER, false, "left", "mou", 0),
	C_("we have notified, notice runs", X_(0), BOTH "; leave a 10", 99, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("we have left", X_(0), BOTH "; leave a 10", 100, ABUSE_REPORT, NOTIFY, AMBER, false, "left", "mou", 0),
	C_("left without notice", { .kind = TEC }, BOTH_TEC "; leave b 10", 10, ABUSE_REPORT, NOTIFY, AMBER, false, "left", "mou", 0),
	C_("left, and back", { .kind = TEC }, BOTH_TEC "; leave b 10; invite b 20; sign b 30", 30, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("left, invited again, not signed", { .kind = TEC }, BOTH_TEC "; leave b 10; invite b 20; sign b 30", 29, ABUSE_REPORT, NOTIFY, AMBER, false, "not-in-force", "mou", 0),
	C_("left, not yet invited again", { .kind = TEC }, BOTH_TEC "; leave b 10; invite b 20; sign b 30", 19, ABUSE_REPORT, NOTIFY, AMBER, false, "left", "mou", 0),

	C_("the last day of its term", X_(.term = 100), BOTH, 103, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("its term is over", X_(.term = 100), BOTH, 104, ABUSE_REPORT, NOTIFY, AMBER, false, "expired", "mou", 0),
	C_("renewed", X_(.term = 100, .renewals = 1), BOTH, 104, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("renewed, and over", X_(.term = 100, .renewals = 1), BOTH, 204, ABUSE_REPORT, NOTIFY, AMBER, false, "expired", "mou", 0),
	C_("ended by its lead", { .kind = TEC }, BOTH_TEC "; end 10", 10, ABUSE_REPORT, NOTIFY, AMBER, false, "expired", "mou", 0),
	C_("the day before it was ended", { .kind = TEC }, BOTH_TEC "; end 10", 9, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("ended before it was in force", { .kind = TEC }, "open 0; sign a 1; end 2", 3, ABUSE_REPORT, NOTIFY, AMBER, false, "expired", "mou", 0),

	C_("an agreement without the partner", X_(.parties = "a c"), "open 0; sign a 1; sign c 2; deposit a 3; deposit c 4", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "no-agreement", NULL, 0),
	C_("an agreement without us", X_(.parties = "b c"), "open 0; sign b 1; sign c 2; deposit b 3; deposit c 4", 9, ABUSE_REPORT, NOTIFY, AMBER, false, "no-agreement", NULL, 0),
	C_("a partner that was invited later", X_(.parties = "a c", .count = 1), "open 0; sign a 1; deposit a 2; invite b 3; sign b 4; deposit b 5", 5, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
	C_("two clauses for one category: the narrower is used", X_(.clauses = WIDE "," KIT_CLAUSE(2, "abuse-report", "\"notify\"", "AMBER", 5, "\"none\"")), BOTH, 9, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 2),
	C_("and where it does not reach, the wider", X_(.clauses = WIDE "," KIT_CLAUSE(2, "abuse-report", "\"notify\"", "AMBER", 5, "\"none\"")), BOTH, 9, ABUSE_REPORT, PROTECT, AMBER, true, "agreement", "mou", 1),
	C_("a reservation against the narrower", X_(.clauses = WIDE "," KIT_CLAUSE(2, "abuse-report", "\"notify\"", "AMBER", 5, "\"none\"")), BOTH "; reserve b 5 2", 9, ABUSE_REPORT, NOTIFY, AMBER, true, "agreement", "mou", 1),
#undef C_
#define D_(name, text, text2, script, script2, day, tlp, allowed, rule, agreement, clause) \
	{ name, text, text2, script, script2, day, CATEGORY_ABUSE_REPORT, PURPOSE_NOTIFY, TLP_##tlp, allowed, rule, agreement, clause }
	D_("two agreements: both would do, the narrower is named", X_(.id = "wide", .clauses = WIDE), X_(.id = "narrow", .clauses = NARROW), BOTH, BOTH, 9, GREEN, true, "agreement", "narrow", 1),
	D_("the narrower does not reach: the wider is named", X_(.id = "wide", .clauses = WIDE), X_(.id = "narrow", .clauses = NARROW), BOTH, BOTH, 9, AMBER, true, "agreement", "wide", 1),
	D_("in the other order, too", X_(.id = "narrow", .clauses = NARROW), X_(.id = "wide", .clauses = WIDE), BOTH, BOTH, 9, AMBER, true, "agreement", "wide", 1),
	D_("the narrower was left", X_(.id = "wide", .clauses = WIDE), X_(.id = "narrow", .clauses = NARROW), BOTH, BOTH "; leave a 5", 99, GREEN, true, "agreement", "wide", 1),
	D_("the wider has ended, the narrower does not reach", X_(.id = "wide", .clauses = WIDE, .term = 10), X_(.id = "narrow", .clauses = NARROW), BOTH, BOTH, 99, AMBER, false, "tlp", "narrow", 1),
	D_("both have ended", X_(.id = "wide", .clauses = WIDE, .term = 10), X_(.id = "narrow", .clauses = NARROW, .term = 10), BOTH, BOTH, 99, GREEN, false, "expired", "wide", 0),
	D_("one not yet in force, one left: what came nearer is named", X_(.id = "one"), X_(.id = "two"), "open 0", BOTH "; leave b 5", 99, GREEN, false, "left", "two", 0),
	D_("equal ones: by name", X_(.id = "zz"), X_(.id = "aa"), BOTH, BOTH, 9, GREEN, true, "agreement", "aa", 1),
#undef D_
};

static void
check_answer(const struct policy_answer *a, const struct policy_case *c)
{
	test_case("%s", c->name);
	CHECK_INT(a->allowed, c->allowed);
	CHECK_STR(a->rule, c->rule);
	CHECK(a->reason != NULL && a->reason[0] != '\0');
	CHECK_SLICE(a->agreement == NULL ? S("") : a->agreement->texts[0]->id, slice_of_str(c->agreement == NULL ? "" : c->agreement));
	CHECK_INT(a->clause == NULL ? 0 : a->clause->number, c->clause);
}

TEST(partners)
{
	CHECK(sizeof(cases) / sizeof(cases[0]) >= 60);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct policy_case *c = &cases[i];
		size_t n = c->script2 == NULL ? 1 : 2, pairs;
		struct agreement *v[2] = { kit_new(&c->text), NULL };
		struct agreement_party us = kit_party(S("a")), them = kit_party(S("b"));
		struct policy_record r = { .class = CLASS_INFECTED_SYSTEM, .category = c->category, .tlp = c->tlp, .own_mark = true };
		struct policy_recipient to = { .role = ROLE_PARTNER, .partner = S("b") };
		struct agreement_pair *p;
		struct policy_answer a;
		struct err e = ERR_INIT;

		test_case("%s", c->name);
		CHECK_OK(kit_run(v[0], c->script, &e), &e);
		if (n == 2) {
			v[1] = kit_new(&c->text2);
			CHECK_OK(kit_run(v[1], c->script2, &e), &e);
		}
		agreement_pairs(v, n, &us, &them, &p, &pairs);
		to.pairs = p;
		to.pair_count = pairs;
		a = policy_allows(&r, &to, c->purpose, KIT_DAY(c->day));
		check_answer(&a, c);
		/* Whatever is agreed on: children, and what another source has marked. */
		r.class = CLASS_VIOLENCE;
		CHECK_STR(policy_allows(&r, &to, c->purpose, KIT_DAY(c->day)).rule, "child-protection");
		CHECK(!policy_allows(&r, &to, c->purpose, KIT_DAY(c->day)).allowed);
		r.class = CLASS_INFECTED_SYSTEM;
		r.own_mark = false;
		CHECK(r.tlp != TLP_AMBER_STRICT || !policy_allows(&r, &to, c->purpose, KIT_DAY(c->day)).allowed);
		/* To anybody else, an agreement is none. */
		to.role = ROLE_OTHER;
		CHECK(!policy_allows(&r, &to, c->purpose, KIT_DAY(c->day)).allowed);
		free(p);
		agreement_free(&v[0]);
		agreement_free(&v[1]);
	}
}

/* A party of the same name under another key is another one. */
TEST(keys_count)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC });
	struct agreement_party us = kit_party(S("a")), them = kit_party(S("b")), false_b = kit_party(S("x"));
	struct agreement_pair *p;
	size_t n;

	false_b.id = S("b");
	agreement_pairs(&g, 1, &us, &false_b, &p, &n);
	CHECK_INT(n, 0);
	free(p);
	agreement_pairs(&g, 1, &false_b, &us, &p, &n);
	CHECK_INT(n, 0);
	free(p);
	agreement_pairs(&g, 1, &us, &us, &p, &n);
	CHECK_INT(n, 0);
	free(p);
	agreement_pairs(&g, 1, &us, &them, &p, &n);
	CHECK_INT(n, 0); /* a draft has no parties yet */
	free(p);
	agreement_free(&g);
}

/* --- onward ------------------------------------------------------------------------- */

/* c gave it to us, a, under X or another; may it go on to b? */
static const struct onward_case {
	const char *name, *rule_json, *came_under;
	int until; /* day on which our time for it ends */
	bool known; /* is its clause? */
	enum tlp tlp;
	bool allowed;
	const char *rule, *from; /* from: NULL: c */
} onwards[] = {
	{ "none", "\"none\"", "x", 100, true, TLP_GREEN, false, "onward", NULL },
	{ "same agreement", "\"same-agreement\"", "x", 100, true, TLP_GREEN, true, "agreement", NULL },
	{ "same agreement, came under another", "\"same-agreement\"", "y", 100, true, TLP_GREEN, false, "onward", NULL },
	{ "named", "[\"b\"]", "x", 100, true, TLP_GREEN, true, "agreement", NULL },
	{ "named, came under another", "[\"z\",\"b\"]", "y", 100, true, TLP_GREEN, true, "agreement", NULL },
	{ "others are named", "[\"z\"]", "x", 100, true, TLP_GREEN, false, "onward", NULL },
	{ "its clause is not known any more", "\"same-agreement\"", "x", 100, false, TLP_GREEN, false, "onward", NULL },
	{ "our time for it is over", "\"same-agreement\"", "x", 9, true, TLP_GREEN, false, "retention", NULL },
	{ "the last day", "\"same-agreement\"", "x", 10, true, TLP_GREEN, true, "agreement", NULL },
	{ "amber+strict goes no further", "\"same-agreement\"", "x", 100, true, TLP_AMBER_STRICT, false, "tlp", NULL },
	{ "red goes no further", "[\"b\"]", "x", 100, true, TLP_RED, false, "tlp", NULL },
	{ "amber", "[\"b\"]", "x", 100, true, TLP_AMBER, true, "agreement", NULL },
	/* back to whom we have it from: b itself */
	{ "back, none", "\"none\"", "x", 100, true, TLP_GREEN, true, "agreement", "b" },
	{ "back, others are named, came under another", "[\"z\"]", "y", 100, true, TLP_AMBER, true, "agreement", "b" },
	{ "back, its clause is not known any more", "\"none\"", "x", 100, false, TLP_GREEN, false, "onward", "b" },
	{ "back, our time for it is over", "\"none\"", "x", 9, true, TLP_GREEN, false, "retention", "b" },
	{ "back, amber+strict", "\"none\"", "x", 100, true, TLP_AMBER_STRICT, false, "tlp", "b" },
};

TEST(onward)
{
	for (size_t i = 0; i < sizeof(onwards) / sizeof(onwards[0]); i++) {
		const struct onward_case *c = &onwards[i];
		char clauses[1024];
		struct kit_text x = { .id = "x", .kind = TEC, .parties = "a b c", .clauses = clauses };
		struct agreement *g;
		struct agreement_party us = kit_party(S("a")), them = kit_party(S("b"));
		struct agreement_pair *p;
		struct policy_origin origin;
		struct policy_record r = { .class = CLASS_INFECTED_SYSTEM, .category = CATEGORY_ABUSE_REPORT, .tlp = c->tlp, .own_mark = true, .origin = &origin };
		struct policy_recipient to = { .role = ROLE_PARTNER, .partner = S("b") };
		struct policy_answer a;
		struct err e = ERR_INIT;

		test_case("%s", c->name);
		(void)snprintf(clauses, sizeof(clauses), KIT_CLAUSE(1, "abuse-report", "\"notify\"", "AMBER+STRICT", 400, "%s"), c->rule_json);
		g = kit_new(&x);
		CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; sign c 3", &e), &e);
		agreement_pairs(&g, 1, &us, &them, &p, &to.pair_count);
		to.pairs = p;
		origin = (struct policy_origin){ slice_of_str(c->came_under), slice_of_str(c->from == NULL ? "c" : c->from), c->known ? &g->texts[0]->clauses[0] : NULL, KIT_DAY(c->until) };
		a = policy_allows(&r, &to, PURPOSE_NOTIFY, KIT_DAY(9));
		CHECK_INT(a.allowed, c->allowed);
		CHECK_STR(a.rule, c->rule);
		free(p);
		agreement_free(&g);
	}
}

/* --- an oracle ------------------------------------------------------------------------ */

/*
 * Written from the rules, in days, without looking at how the program keeps
 * them: it goes through what happened, in order, up to the day that is asked for.
 */
#define O_PARTIES 3 /* a b c */
struct o_event { enum act_kind kind; int party, day, clause; };
struct o_clause { int category, purposes, tlp, retention, onward; /* 0 none, 1 same, 2 b, 3 z */ };
struct o_agreement {
	char id[4];
	enum agreement_kind kind;
	int count, delay, term, notice, clause_count, event_count;
	struct o_clause clauses[4];
	struct o_event events[40];
	struct agreement *g;
};

/* Since when party p is a party to it on day `day`, or -1: it is not. */
static int
o_since(const struct o_agreement *o, int p, int day, int *force_out)
{
	int bound_on[O_PARTIES] = { -1, -1, -1 }, out_on[O_PARTIES] = { -1, -1, -1 }, in_force = -1, since;

	for (int i = 0; i < o->event_count && o->events[i].day <= day; i++) {
		const struct o_event *x = &o->events[i];
		int n = 0;
		bool binds = false;

		switch (x->kind) {
		case ACT_INVITED:
			bound_on[x->party] = out_on[x->party] = -1;
			break;
		case ACT_SIGNED:
			binds = o->kind != AGREEMENT_MEMORANDUM;
			break;
		case ACT_DEPOSITED:
			binds = true;
			break;
		case ACT_WITHDRAWAL_NOTIFIED: {
			int from = in_force < 0 ? -1 : bound_on[x->party] < 0 ? -1 : bound_on[x->party] + o->delay > in_force ? bound_on[x->party] + o->delay : in_force;

			if (from >= 0 && from <= x->day)
				out_on[x->party] = x->day + o->notice;
			else
				out_on[x->party] = x->day, bound_on[x->party] = -1;
			break;
		}
		default:
			break;
		}
		if (!binds)
			continue;
		bound_on[x->party] = x->day;
		for (int k = 0; k < O_PARTIES; k++)
			n += bound_on[k] >= 0 && out_on[k] < 0;
		if (in_force < 0 && n >= o->count)
			in_force = x->day + o->delay;
	}
	*force_out = in_force;
	if (in_force < 0 || bound_on[p] < 0)
		return -1;
	since = bound_on[p] + o->delay > in_force ? bound_on[p] + o->delay : in_force;
	if (day < since || (out_on[p] >= 0 && day >= out_on[p]))
		return -1;
	return since;
}

static bool
o_reserved(const struct o_agreement *o, int p, int clause, int day)
{
	bool is = false;

	for (int i = 0; i < o->event_count && o->events[i].day <= day; i++) {
		if (o->events[i].party == p && o->events[i].clause == clause && o->events[i].kind == ACT_RESERVED)
			is = true;
		if (o->events[i].party == p && o->events[i].clause == clause && o->events[i].kind == ACT_RESERVATION_WITHDRAWN)
			is = false;
	}
	return is;
}

struct o_record { int category, tlp; bool own, violence; int came; /* -1: ours; else agreement */ int came_clause, until; };

/* Does clause k of agreement o let it go from a to b? */
static bool
o_lets(const struct o_agreement *all, int n, int which, int k, const struct o_record *r, int purpose, int day)
{
	const struct o_agreement *o = &all[which];
	const struct o_clause *c = &o->clauses[k];
	int force, force2;

	(void)n;
	if (r->violence || r->tlp == TLP_RED || (r->tlp == TLP_AMBER_STRICT && (!r->own || r->came >= 0)))
		return false;
	if (o_since(o, 0, day, &force) < 0 || o_since(o, 1, day, &force2) < 0)
		return false;
	if (o->term > 0 && day >= force + o->term)
		return false;
	for (int i = 0; i < o->event_count; i++) {
		if (o->events[i].kind == ACT_ENDED && o->events[i].day <= day)
			return false;
	}
	if (c->category != r->category || (c->purposes >> purpose & 1) == 0 || r->tlp > c->tlp)
		return false;
	if (o_reserved(o, 0, k + 1, day) || o_reserved(o, 1, k + 1, day))
		return false;
	if (r->came >= 0) {
		int onward = all[r->came].clauses[r->came_clause].onward;

		if (day >= r->until || onward == 0 || onward == 3 || (onward == 1 && r->came != which))
			return false;
	}
	return true;
}

static void
o_make(struct o_agreement *o, int number)
{
	static const char *const onward_json[] = { "\"none\"", "\"same-agreement\"", "[\"b\",\"c\"]", "[\"z\"]" };
	static const char *const who[] = { "a", "b", "c" };
	char clauses[4096];
	struct kit_text t = { .id = o->id, .kind = o->kind, .parties = "a b c", .count = (unsigned)o->count, .delay = (unsigned)o->delay,
		.term = (unsigned)o->term, .notice = (unsigned)o->notice, .clauses = clauses };
	struct err e = ERR_INIT;
	size_t len = 0;
	int day = 0;

	(void)snprintf(o->id, sizeof(o->id), "g%d", number);
	for (int k = 0; k < o->clause_count; k++) {
		const struct o_clause *c = &o->clauses[k];
		char purposes[64] = "";

		for (int p = 0; p < PURPOSE_COUNT; p++) {
			if ((c->purposes >> p & 1) != 0)
				(void)snprintf(purposes + strlen(purposes), sizeof(purposes) - strlen(purposes), "%s\"%s\"", purposes[0] == '\0' ? "" : ",", policy_purpose_name((enum policy_purpose)p));
		}
		len += (size_t)snprintf(clauses + len, sizeof(clauses) - len,
		    "%s{\"number\":%d,\"category\":\"%s\",\"purposes\":[%s],\"tlp\":\"%s\",\"personal\":" KIT_PERSONAL
		    ",\"retention_days\":%d,\"onward\":%s,\"excluded\":[\"expression\",\"children\"]}",
		    k == 0 ? "" : ",", k + 1, policy_category_name((enum policy_category)c->category), purposes, tlp_name((enum tlp)c->tlp), c->retention, onward_json[c->onward]);
	}
	o->g = kit_new(&t);
	CHECK_OK(kit_act(o->g, ACT_OPENED, S(""), KIT_DAY(0), 0, &e), &e);
	for (int i = 0; i < 60 && o->event_count < 40; i++) {
		/* Mostly what leads in, so that something is in force. */
		static const enum act_kind deck[] = { ACT_SIGNED, ACT_SIGNED, ACT_DEPOSITED, ACT_DEPOSITED, ACT_DEPOSITED, ACT_RESERVED,
			ACT_RESERVATION_WITHDRAWN, ACT_WITHDRAWAL_NOTIFIED, ACT_INVITED };
		enum act_kind k = deck[test_random() % 9];
		int p = (int)(test_random() % O_PARTIES), c = 1 + (int)(test_random() % (unsigned)o->clause_count);

		day += (int)(test_random() % 3);
		if (test_random() % 150 == 0)
			k = ACT_ENDED;
		if (kit_act(o->g, k, slice_of_str(who[p]), KIT_DAY(day), (uint32_t)c, &e))
			o->events[o->event_count++] = (struct o_event){ k, p, day, c };
	}
}

/* What the two of them take into account in choosing: personal data is alike in all. */
static bool
o_less(const struct o_agreement *all, int i, int k, int bi, int bk)
{
	const struct o_clause *x = &all[i].clauses[k], *y = &all[bi].clauses[bk];

	if (x->retention != y->retention)
		return x->retention < y->retention;
	if ((x->onward == 0) != (y->onward == 0))
		return x->onward == 0;
	if (x->tlp != y->tlp)
		return x->tlp < y->tlp;
	return i != bi ? strcmp(all[i].id, all[bi].id) < 0 : k < bk;
}

TEST(oracle)
{
	unsigned yes = 0, asked = 0;

	for (int round = 0; round < 150; round++) {
		struct o_agreement all[3] = { 0 };
		struct agreement *v[3];
		struct agreement_party us = kit_party(S("a")), them = kit_party(S("b"));
		struct policy_recipient to = { .role = ROLE_PARTNER, .partner = S("b") };
		struct agreement_pair *pairs;
		int n = 1 + (int)(test_random() % 3);

		for (int i = 0; i < n; i++) {
			struct o_agreement *o = &all[i];

			*o = (struct o_agreement){ .kind = (enum agreement_kind)(test_random() % 3), .count = 1 + (int)(test_random() % 2),
				.delay = (int)(test_random() % 8), .term = test_random() % 2 == 0 ? 0 : 5 + (int)(test_random() % 60),
				.notice = (int)(test_random() % 15), .clause_count = test_random() % 4 == 0 ? 1 : 2 + (int)(test_random() % 3) };
			for (int k = 0; k < o->clause_count; k++)
				o->clauses[k] = (struct o_clause){ CATEGORY_ABUSE_REPORT + (int)(test_random() % 2), 1 + (int)(test_random() % 7),
					(int)(test_random() % 4), 1 + (int)(test_random() % 3), (int)(test_random() % 4) };
			o_make(o, i);
			v[i] = o->g;
		}
		agreement_pairs(v, (size_t)n, &us, &them, &pairs, &to.pair_count);
		to.pairs = pairs;
		for (int i = 0; i < 400; i++) {
			/* Mostly marks that may go: a yes is what is rare. */
			struct o_record r = { CATEGORY_ABUSE_REPORT + (int)(test_random() % 2), (int)(test_random() % (test_random() % 4 == 0 ? 5 : 2)), test_random() % 2 == 0, test_random() % 20 == 0, -1, 0, 0 };
			int purpose = (int)(test_random() % PURPOSE_COUNT), day = (int)(test_random() % (test_random() % 4 == 0 ? 100 : 50)), bi = -1, bk = 0;
			struct policy_origin origin;
			struct policy_record record = { .class = r.violence ? CLASS_VIOLENCE : CLASS_SPAM, .category = (enum policy_category)r.category,
				.tlp = (enum tlp)r.tlp, .own_mark = r.own };
			struct policy_answer a;

			if (test_random() % 3 == 0) {
				r.came = (int)(test_random() % (unsigned)n);
				r.came_clause = (int)(test_random() % (unsigned)all[r.came].clause_count);
				r.until = (int)(test_random() % 120);
				origin = (struct policy_origin){ slice_of_str(all[r.came].id), S("c"), &v[r.came]->texts[0]->clauses[r.came_clause], KIT_DAY(r.until) };
				record.origin = &origin;
			}
			for (int g = 0; g < n; g++) {
				for (int k = 0; k < all[g].clause_count; k++) {
					if (o_lets(all, n, g, k, &r, purpose, day) && (bi < 0 || o_less(all, g, k, bi, bk)))
						bi = g, bk = k;
				}
			}
			a = policy_allows(&record, &to, (enum policy_purpose)purpose, KIT_DAY(day));
			asked++;
			yes += bi >= 0;
			if (a.allowed != (bi >= 0) || (bi >= 0 && (!slice_eq(a.agreement->texts[0]->id, slice_of_str(all[bi].id)) || (int)a.clause->number != bk + 1))) {
				test_case("round %d, record %d: day %d, agreement %d, clause %d; rule %s, agreement %.*s, clause %u", round, i, day, bi, bk + 1,
				    a.rule, SLICE_ARG(a.agreement == NULL ? S("-") : a.agreement->texts[0]->id), a.clause == NULL ? 0 : a.clause->number);
				CHECK(a.allowed == (bi >= 0));
				FAIL("the oracle says otherwise");
			}
		}
		free(pairs);
		for (int i = 0; i < n; i++)
			agreement_free(&v[i]);
	}
	/* It would be easy to agree on a no. */
	CHECK(yes > asked / 100);
	CHECK(yes < asked / 2);
}

int
main(void)
{
	RUN(partners);
	RUN(keys_count);
	RUN(onward);
	RUN(oracle);
	return test_end();
}
