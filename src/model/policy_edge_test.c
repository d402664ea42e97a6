/*
 * Where an answer turns: to the second, with an amended text, over three nodes, for
 * each class that is about children, and how much of an address a clause lets by.
 */
#include <stdlib.h>

#include "model/agreement_testing.h"
#include "model/protect.h"
#include "test.h"

#define TEC AGREEMENT_TECHNICAL
#define MOU AGREEMENT_MEMORANDUM
#define BOTH_TEC "open 0; sign a 1; sign b 2"
#define BOTH "open 0; sign a 1; sign b 2; deposit a 3; deposit b 4"

static struct policy_answer
ask(struct agreement *g, const char *us, const char *them, const struct policy_record *r, enum policy_purpose purpose, int64_t at_s)
{
	struct agreement_party x = kit_party(slice_of_str(us)), y = kit_party(slice_of_str(them));
	struct policy_recipient to = { .role = ROLE_PARTNER, .partner = slice_of_str(them) };
	struct agreement_pair *pairs;
	struct policy_answer a;

	agreement_pairs(&g, 1, &x, &y, &pairs, &to.pair_count);
	to.pairs = pairs;
	a = policy_allows(r, &to, purpose, at_s);
	free(pairs);
	return a;
}

/* The first second at which the answer is another one. */
static const struct { const char *name; struct kit_text text; const char *script; int day; bool before; const char *rule; } turns[] = {
	{ "in force by the second deposit", { .kind = MOU }, BOTH, 4, false, "not-in-force" },
	{ "after a delay", { .kind = MOU, .delay = 30 }, BOTH, 34, false, "not-in-force" },
	{ "the partner's notice is over", { .kind = MOU, .notice = 90 }, BOTH "; leave b 10", 100, true, "left" },
	{ "our notice is over", { .kind = MOU, .notice = 90 }, BOTH "; leave a 10", 100, true, "left" },
	{ "without notice", { .kind = TEC }, BOTH_TEC "; leave b 10", 10, true, "left" },
	{ "its term is over", { .kind = TEC, .term = 100 }, BOTH_TEC, 102, true, "expired" },
	{ "its last renewal is over", { .kind = TEC, .term = 100, .renewals = 3 }, BOTH_TEC, 402, true, "expired" },
	{ "ended", { .kind = TEC }, BOTH_TEC "; end 50", 50, true, "expired" },
	{ "reserved by us", { .kind = TEC }, BOTH_TEC "; reserve a 50 1", 50, true, "reservation" },
	{ "reserved by the partner", { .kind = TEC }, BOTH_TEC "; reserve b 50 1", 50, true, "reservation" },
	{ "a reservation withdrawn", { .kind = TEC }, BOTH_TEC "; reserve b 5 1; unreserve b 50 1", 50, false, "reservation" },
	{ "back again", { .kind = TEC }, BOTH_TEC "; leave b 10; invite b 20; sign b 30", 30, false, "not-in-force" },
};

TEST(to_the_second)
{
	struct policy_record r = { .class = CLASS_SPAM, .category = CATEGORY_ABUSE_REPORT, .tlp = TLP_GREEN, .own_mark = true };

	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		struct agreement *g = kit_new(&turns[i].text);
		struct policy_answer before, then;
		struct err e = ERR_INIT;

		test_case("%s", turns[i].name);
		CHECK_OK(kit_run(g, turns[i].script, &e), &e);
		before = ask(g, "a", "b", &r, PURPOSE_NOTIFY, KIT_DAY(turns[i].day) - 1);
		then = ask(g, "a", "b", &r, PURPOSE_NOTIFY, KIT_DAY(turns[i].day));
		CHECK_INT(before.allowed, turns[i].before);
		CHECK_INT(then.allowed, !turns[i].before);
		CHECK_STR((turns[i].before ? then : before).rule, turns[i].rule);
		/* Both ways alike: what we may give, the partner may. */
		CHECK_INT(ask(g, "b", "a", &r, PURPOSE_NOTIFY, KIT_DAY(turns[i].day)).allowed, then.allowed);
		CHECK_INT(ask(g, "b", "a", &r, PURPOSE_NOTIFY, KIT_DAY(turns[i].day) - 1).allowed, before.allowed);
		agreement_free(&g);
	}
}

/* Our time for what came: from the second on it goes to nobody. */
TEST(retention)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC, .parties = "a b c" });
	struct policy_origin o = { S("mou"), S("c"), NULL, KIT_DAY(40) };
	struct policy_record r = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN, .origin = &o };
	struct err e = ERR_INIT;

	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; sign c 3", &e), &e);
	o.clause = &g->texts[0]->clauses[1];
	CHECK(ask(g, "a", "b", &r, PURPOSE_PROTECT, KIT_DAY(40) - 1).allowed);
	CHECK_STR(ask(g, "a", "b", &r, PURPOSE_PROTECT, KIT_DAY(40)).rule, "retention");
	/* Not even back to whom it came from. */
	CHECK_STR(ask(g, "a", "c", &r, PURPOSE_PROTECT, KIT_DAY(40)).rule, "retention");
	agreement_free(&g);
}

/* A clause that an amendment adds or narrows: for each pair from the day on which both have accepted it. */
TEST(amended)
{
	static const char more[] = KIT_CLAUSE(1, "abuse-report", "\"protect\"", "GREEN", 9, "\"none\"") "," KIT_CLAUSE(2, "contact", "\"notify\"", "GREEN", 9, "\"none\"");
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC, .parties = "a b c" });
	struct policy_record report = { .class = CLASS_SPAM, .category = CATEGORY_ABUSE_REPORT, .tlp = TLP_AMBER, .own_mark = true },
	    contact = { .class = CLASS_SPAM, .category = CATEGORY_CONTACT, .tlp = TLP_GREEN, .own_mark = true };
	struct err e = ERR_INIT;
	struct buf b;

	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; sign c 3", &e), &e);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(&(struct kit_text){ .kind = TEC, .version = 2, .clauses = more }, true, &b);
	CHECK_OK(agreement_text_add(g, buf_view(&b), &e), &e);
	buf_fini(&b);
	CHECK_OK(kit_run(g, "amend 10; sign a 20; sign b 30", &e), &e);
	test_case("before both have accepted it, the older text");
	CHECK(ask(g, "a", "b", &report, PURPOSE_NOTIFY, KIT_DAY(30) - 1).allowed);
	CHECK_STR(ask(g, "a", "b", &contact, PURPOSE_NOTIFY, KIT_DAY(30) - 1).rule, "category");
	test_case("then the new one");
	CHECK_STR(ask(g, "a", "b", &report, PURPOSE_NOTIFY, KIT_DAY(30)).rule, "purpose");
	CHECK_STR(ask(g, "a", "b", &report, PURPOSE_PROTECT, KIT_DAY(30)).rule, "tlp");
	CHECK(ask(g, "a", "b", &contact, PURPOSE_NOTIFY, KIT_DAY(30)).allowed);
	test_case("with who has not, the older");
	CHECK(ask(g, "a", "c", &report, PURPOSE_NOTIFY, KIT_DAY(90)).allowed);
	CHECK_STR(ask(g, "a", "c", &contact, PURPOSE_NOTIFY, KIT_DAY(90)).rule, "category");
	agreement_free(&g);
}

/*
 * a gave it to b, b to c, c to d: each asks with what it knows, from whom it has it
 * and by which clause. What a said holds at the third node as it did at the second.
 */
TEST(three_nodes)
{
	static const struct { const char *name, *onward; bool b_to_c, c_to_d; } rows[] = {
		{ "none", "\"none\"", false, false },
		{ "the same agreement", "\"same-agreement\"", true, true },
		{ "to one that is named", "[\"c\"]", true, false },
		{ "to another one", "[\"d\"]", false, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char clauses[1024];
		struct agreement *g;
		struct policy_origin at_b, at_c;
		struct policy_record r = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN };
		struct err e = ERR_INIT;

		test_case("%s", rows[i].name);
		(void)snprintf(clauses, sizeof(clauses), KIT_CLAUSE(1, "indicator", "\"protect\"", "AMBER+STRICT", 100, "%s"), rows[i].onward);
		g = kit_new(&(struct kit_text){ .kind = TEC, .parties = "a b c d", .clauses = clauses });
		CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; sign c 3; sign d 4", &e), &e);
		CHECK(ask(g, "a", "b", &r, PURPOSE_PROTECT, KIT_DAY(9)).allowed);
		at_b = (struct policy_origin){ S("mou"), S("a"), &g->texts[0]->clauses[0], KIT_DAY(109) };
		r.origin = &at_b;
		CHECK_INT(ask(g, "b", "c", &r, PURPOSE_PROTECT, KIT_DAY(9)).allowed, rows[i].b_to_c);
		at_c = (struct policy_origin){ S("mou"), S("b"), &g->texts[0]->clauses[0], KIT_DAY(109) };
		r.origin = &at_c;
		CHECK_INT(ask(g, "c", "d", &r, PURPOSE_PROTECT, KIT_DAY(9)).allowed, rows[i].c_to_d);
		/* AMBER+STRICT is for one organisation: it goes one step, never two. */
		r.tlp = TLP_AMBER_STRICT;
		r.own_mark = true;
		CHECK_STR(ask(g, "b", "c", &r, PURPOSE_PROTECT, KIT_DAY(9)).rule, "tlp");
		r.origin = NULL;
		CHECK(ask(g, "a", "b", &r, PURPOSE_PROTECT, KIT_DAY(9)).allowed);
		agreement_free(&g);
	}
}

/* Whatever the clause, the mark and the purpose: children. */
TEST(children)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC, .clauses = KIT_CLAUSE(1, "abuse-report", "\"notify\",\"statistics\",\"protect\"", "AMBER+STRICT", 9, "\"same-agreement\"") });
	struct err e = ERR_INIT;
	unsigned protected = 0;

	CHECK_OK(kit_run(g, BOTH_TEC, &e), &e);
	for (int c = 0; c < CLASS_COUNT; c++) {
		for (int t = TLP_CLEAR; t <= TLP_RED; t++) {
			for (int p = 0; p < PURPOSE_COUNT; p++) {
				struct policy_record r = { .class = (enum class)c, .category = CATEGORY_ABUSE_REPORT, .tlp = (enum tlp)t, .own_mark = true };
				struct policy_answer a = ask(g, "a", "b", &r, (enum policy_purpose)p, KIT_DAY(9));

				if (class_protected((enum class)c)) {
					CHECK_STR(a.rule, "child-protection");
					CHECK(!a.allowed);
					protected++;
				} else {
					CHECK_INT(a.allowed, t != TLP_RED);
				}
			}
		}
	}
	CHECK(protected >= 5 * PURPOSE_COUNT);
	agreement_free(&g);
}

/* Of a victim's address no bit more than the clause says, at every length. */
TEST(precision)
{
	struct ip v4, v6;

	CHECK(ip_read(S("198.51.100.255"), &v4) && ip_read(S("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), &v6));
	for (unsigned bits = 0; bits <= 128; bits++) {
		struct agreement_personal p = { .victims = PERSONAL_REDUCED, .v4_bits = (uint8_t)(bits > 32 ? 32 : bits), .v6_bits = (uint8_t)bits };
		struct prefix x;

		test_case("%u bits", bits);
		CHECK(agreement_victim(&p, v6, &x));
		CHECK_INT(x.bits, bits);
		CHECK(prefix_covers(&x, v6));
		/* Whatever lies below is gone: the address is the network's first. */
		CHECK(bits == 128 || ip_cmp(x.ip, v6) < 0);
		x.ip = prefix_last(&x);
		CHECK(bits == 128 || bits < 32 || ip_cmp(x.ip, v6) == 0);
		if (bits > 32)
			continue;
		CHECK(agreement_victim(&p, v4, &x));
		CHECK_INT(x.bits, 96 + bits);
		CHECK(prefix_covers(&x, v4));
		CHECK((ip_v4(x.ip) & (bits == 32 ? 0 : UINT32_MAX >> bits)) == 0);
	}
	CHECK(!agreement_victim(&(struct agreement_personal){ .victims = PERSONAL_REMOVED, .v4_bits = 32, .v6_bits = 128 }, v4, &(struct prefix){ .bits = 0 }));
}

int
main(void)
{
	RUN(to_the_second);
	RUN(retention);
	RUN(amended);
	RUN(three_nodes);
	RUN(children);
	RUN(precision);
	return test_end();
}
