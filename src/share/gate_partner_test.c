#include "share/gate_partner.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/agreement_testing.h"
#include "share/known.h"
#include "store/store_testing.h"
#include "test.h"

#define NOW KIT_NOW
#define TEC AGREEMENT_TECHNICAL
#define BOTH_TEC "open 0; sign a 1; sign b 2"

static void
agreement_made(struct store *s, const struct kit_text *t, const char *script)
{
	struct agreement_text text;
	struct agreement *g;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(t, true, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &text, &e), &e);
	CHECK_OK(agreement_text_put(s, &text, &e), &e);
	CHECK_OK(agreement_load(s, text.id, NOW, &g, &e), &e);
	CHECK_OK(kit_run(g, script, &e), &e);
	for (uint32_t i = 0; i < g->act_count; i++)
		CHECK_OK(agreement_act_put(s, text.id, &g->acts[i], &e), &e);
	agreement_free(&g);
	buf_fini(&b);
	arena_fini(&a);
}

static struct store *
node(const char *name)
{
	struct agreement_party us = kit_party(S("a")), them = kit_party(S("b"));
	struct partner p = { .id = S("b"), .kind = S("node"), .has_key = true, .key = them.key };
	struct store *s = open_new(name);
	struct err e = ERR_INIT;

	CHECK_OK(party_self_put(s, S("a"), &us.key, &e), &e);
	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
	return s;
}

static int64_t
number(struct store *s, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK_OK(db_number(store_db(s), sql, &n, &e), &e);
	return n;
}

TEST(logged)
{
	struct store *s = node("logged.db");
	struct policy_record what = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN };
	struct gate_item item = { .record = S("indicator--1"), .what = &what };
	struct policy_answer a;
	struct gate_partner *g;
	struct err e = ERR_INIT;
	bool stale;

	CHECK(!gate_partner_open(s, S("nobody"), NOW, &g, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	agreement_made(s, &(struct kit_text){ .id = "one", .kind = TEC }, BOTH_TEC);
	CHECK_OK(gate_partner_open(s, S("b"), NOW, &g, &e), &e);
	test_case("asked beforehand: nothing is written");
	CHECK_OK(gate_partner_ask(g, &item, PURPOSE_PROTECT, KIT_DAY(5), &a, &e), &e);
	CHECK(a.allowed);
	CHECK_INT(number(s, "SELECT count(*) FROM transfer"), 0);
	test_case("gone");
	CHECK_OK(gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(5), &a, &e), &e);
	CHECK_OK(gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(6), &a, &e), &e);
	CHECK_INT(number(s, "SELECT count(*) FROM transfer WHERE allowed = 1 AND agreement = 'one' AND clause = 2 AND recipient = 'b' AND record = 'indicator--1'"
	    " AND purpose = 'protect' AND rule = 'agreement' AND profile = 'recipients=removed accounts=removed victims=reduced/24/48 retention=30'"), 2);
	test_case("refused, said once");
	for (int i = 0; i < 3; i++) {
		CHECK_OK(gate_partner_pass(g, &item, PURPOSE_NOTIFY, KIT_DAY(5 + i), &a, &e), &e);
		CHECK(!a.allowed);
		CHECK_STR(a.rule, "purpose");
	}
	CHECK_INT(number(s, "SELECT count(*) FROM transfer WHERE allowed = 0 AND rule = 'purpose' AND agreement = 'one' AND clause = 2"), 1);
	test_case("what cannot be written down does not go");
	CHECK_OK(db_exec(store_db(s), "ALTER TABLE transfer RENAME TO transfer_gone", &e), &e);
	CHECK(!gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(5), &a, &e));
	CHECK(!a.allowed);
	CHECK_OK(db_exec(store_db(s), "ALTER TABLE transfer_gone RENAME TO transfer", &e), &e);
	test_case("another act: to be opened anew");
	CHECK_OK(gate_partner_stale(g, &stale, &e), &e);
	CHECK(!stale);
	agreement_made(s, &(struct kit_text){ .id = "two", .kind = TEC }, "open 0");
	CHECK_OK(gate_partner_stale(g, &stale, &e), &e);
	CHECK(stale);
	gate_partner_close(&g);
	store_close(&s);
}

/* Leaving and a key that is not known stop the flow; a name alone is nobody. */
TEST(who)
{
	struct store *s = node("who.db");
	struct agreement_party x = kit_party(S("x"));
	struct partner p = { .id = S("b"), .kind = S("node"), .has_key = true, .key = x.key };
	struct policy_record what = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN };
	struct gate_item item = { .record = S("indicator--1"), .what = &what };
	struct policy_answer a;
	struct gate_partner *g;
	struct err e = ERR_INIT;

	agreement_made(s, &(struct kit_text){ .id = "one", .kind = TEC, .notice = 10 }, BOTH_TEC "; leave b 20");
	CHECK_OK(gate_partner_open(s, S("b"), NOW, &g, &e), &e);
	CHECK_OK(gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(29), &a, &e), &e);
	CHECK(a.allowed);
	CHECK_OK(gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(30), &a, &e), &e);
	CHECK_STR(a.rule, "left");
	gate_partner_close(&g);
	CHECK_OK(partner_put(s, &p, true, T0, &e), &e);
	CHECK_OK(gate_partner_open(s, S("b"), NOW, &g, &e), &e);
	CHECK_OK(gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(29), &a, &e), &e);
	CHECK_STR(a.rule, "no-agreement");
	gate_partner_close(&g);
	store_close(&s);
}

/* What came from c goes on to b as c's clause says, whatever the caller knows. */
TEST(received)
{
	struct store *s = node("received.db");
	struct agreement_party c = kit_party(S("c"));
	struct partner p = { .id = S("c"), .kind = S("node"), .has_key = true, .key = c.key };
	struct policy_record what = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN };
	struct policy_record report = { .class = CLASS_SPAM, .category = CATEGORY_ABUSE_REPORT, .tlp = TLP_GREEN };
	struct gate_item indicator = { .record = S("indicator--1"), .what = &what }, finding = { .finding = 77, .what = &report };
	struct gate_partner *from, *to;
	struct policy_answer a;
	struct err e = ERR_INIT;

	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
	agreement_made(s, &(struct kit_text){ .id = "one", .kind = TEC, .parties = "a b c" }, "open 0; sign a 1; sign b 2; sign c 3");
	CHECK_OK(gate_partner_open(s, S("c"), NOW, &from, &e), &e);
	CHECK_OK(gate_partner_open(s, S("b"), NOW, &to, &e), &e);
	CHECK_OK(gate_partner_receive(from, &indicator, PURPOSE_PROTECT, KIT_DAY(10), &a, &e), &e);
	CHECK(a.allowed);
	CHECK_OK(gate_partner_receive(from, &finding, PURPOSE_NOTIFY, KIT_DAY(10), &a, &e), &e);
	CHECK(a.allowed);
	/* Clause 2 lets it go on under the same agreement, clause 1 not at all. */
	CHECK_OK(gate_partner_pass(to, &indicator, PURPOSE_PROTECT, KIT_DAY(11), &a, &e), &e);
	CHECK_STR(a.rule, "agreement");
	CHECK_OK(gate_partner_pass(to, &finding, PURPOSE_NOTIFY, KIT_DAY(11), &a, &e), &e);
	CHECK_STR(a.rule, "onward");
	CHECK_OK(gate_partner_pass(to, &indicator, PURPOSE_PROTECT, KIT_DAY(40), &a, &e), &e);
	CHECK_STR(a.rule, "retention");
	/* Nothing covers it: it is not to be kept. */
	what.category = CATEGORY_CASE_FILE;
	CHECK_OK(gate_partner_receive(from, &indicator, PURPOSE_PROTECT, KIT_DAY(10), &a, &e), &e);
	CHECK_STR(a.rule, "category");
	what.category = CATEGORY_INDICATOR;
	what.tlp = TLP_RED;
	CHECK_OK(gate_partner_receive(from, &indicator, PURPOSE_PROTECT, KIT_DAY(10), &a, &e), &e);
	CHECK(!a.allowed);
	gate_partner_close(&from);
	gate_partner_close(&to);
	store_close(&s);
}

/* How much of a finding a clause lets through. */
TEST(reduced)
{
	static const struct { enum personal accounts, victims; enum place_kind kind; const char *place, *ip, *known; } cases[] = {
		{ PERSONAL_REMOVED, PERSONAL_REMOVED, PLACE_IP, "192.0.2.77", "192.0.2.77", "192.0.2.77" },
		{ PERSONAL_REMOVED, PERSONAL_REMOVED, PLACE_TARGET, "192.0.2.77", "192.0.2.77", "" },
		{ PERSONAL_REMOVED, PERSONAL_REDUCED, PLACE_TARGET, "192.0.2.77", "192.0.2.77", "192.0.2.0/24" },
		{ PERSONAL_REMOVED, PERSONAL_REDUCED, PLACE_TARGET, "2001:db8:1:2::77", "2001:db8:1:2::77", "2001:db8:1::/48" },
		{ PERSONAL_REMOVED, PERSONAL_REDUCED, PLACE_TARGET, "www.example.org", NULL, "" },
		{ PERSONAL_REMOVED, PERSONAL_WHOLE, PLACE_TARGET, "192.0.2.77", "192.0.2.77", "192.0.2.77" },
		{ PERSONAL_REMOVED, PERSONAL_REMOVED, PLACE_ACCOUNT, "ann@example.org", NULL, "" },
		{ PERSONAL_REDUCED, PERSONAL_REMOVED, PLACE_ACCOUNT, "ann@example.org", NULL, "x@example.org" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct agreement_clause c = { .number = 1, .personal = { PERSONAL_REMOVED, cases[i].accounts, cases[i].victims, 24, 48, S_INIT("") } };
		struct finding_row row = { .class = CLASS_BRUTE_FORCE, .kind = cases[i].kind, .place = slice_of_str(cases[i].place),
			.identifier = S(""), .label = S(""), .feed = S("") };
		struct arena a;

		test_case("%zu", i);
		arena_init(&a, 1 << 16);
		row.has_ip = cases[i].ip != NULL && ip_read(slice_of_str(cases[i].ip), &row.ip);
		known_row_by_clause(&row, &c, &a);
		CHECK_SLICE(row.place, slice_of_str(cases[i].known));
		CHECK(cases[i].known[0] != '\0' || !row.has_ip || cases[i].kind != PLACE_TARGET);
		if (cases[i].kind == PLACE_TARGET && cases[i].victims == PERSONAL_REDUCED && row.has_ip)
			CHECK((row.ip.lo & 0xff) == 0);
		arena_fini(&a);
	}
}

/* Whatever is asked: what may go is in the log with its agreement, and no other is. */
TEST(nothing_goes_unlogged)
{
	struct store *s = node("unlogged.db");
	struct gate_partner *g;
	struct err e = ERR_INIT;
	int64_t yes = 0;

	agreement_made(s, &(struct kit_text){ .id = "one", .kind = TEC, .term = 60 }, BOTH_TEC "; reserve b 20 2; leave a 50");
	agreement_made(s, &(struct kit_text){ .id = "two", .kind = TEC, .delay = 30 }, BOTH_TEC);
	CHECK_OK(gate_partner_open(s, S("b"), NOW, &g, &e), &e);
	CHECK_OK(db_begin(store_db(s), &e), &e);
	for (int i = 0; i < 3000; i++) {
		struct policy_record what = { .class = (enum class)(test_random() % CLASS_COUNT), .category = (enum policy_category)(test_random() % CATEGORY_COUNT),
			.tlp = (enum tlp)(test_random() % 5), .own_mark = test_random() % 2 == 0 };
		struct gate_item item = { .finding = 1 + (int64_t)(test_random() % 500), .what = &what };
		struct policy_answer a;
		int64_t before = number(s, "SELECT count(*) FROM transfer WHERE allowed = 1");

		CHECK_OK(gate_partner_pass(g, &item, (enum policy_purpose)(test_random() % PURPOSE_COUNT), KIT_DAY(test_random() % 100), &a, &e), &e);
		if (number(s, "SELECT count(*) FROM transfer WHERE allowed = 1") - before != a.allowed)
			FAIL("gone and not logged, or the other way round");
		yes += a.allowed;
	}
	CHECK_OK(db_commit(store_db(s), &e), &e);
	CHECK(yes > 20);
	CHECK_INT(number(s, "SELECT count(*) FROM transfer WHERE allowed = 1 AND agreement IS NOT NULL AND clause IS NOT NULL AND profile IS NOT NULL AND finding IS NOT NULL"), yes);
	CHECK(number(s, "SELECT count(*) FROM transfer WHERE allowed = 0") > 100);
	gate_partner_close(&g);
	store_close(&s);
}

int
main(void)
{
	RUN(logged);
	RUN(who);
	RUN(received);
	RUN(reduced);
	RUN(nothing_goes_unlogged);
	return test_end();
}
