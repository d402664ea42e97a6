#include "model/agreement.h"

#include <stdio.h>
#include <string.h>

#include "model/agreement_testing.h"
#include "test.h"

/* --- texts -------------------------------------------------------------------- */

/* One member of a text that is fine, put otherwise. */
static const struct text_case {
	const char *name, *from, *to, *says; /* says NULL: fine */
} texts[] = {
	{ "as it is", "", "", NULL },
	{ "of another form", "entente agreement 1", "entente agreement 2", "form" },
	{ "a member that nobody knows", "\"version\":1", "\"version\":1,\"more\":1", "does not know" },
	{ "no kind", "memorandum", "treaty", "kind" },
	{ "a name with a capital", "\"id\":\"mou\"", "\"id\":\"Mou\"", "id" },
	{ "a name with a space", "\"id\":\"mou\"", "\"id\":\"m ou\"", "id" },
	{ "a version that is none", "\"version\":1", "\"version\":0", "version" },
	{ "a version with a fraction", "\"version\":1", "\"version\":1.5", "version" },
	{ "no title", "{\"en\":\"On spam\"}", "{}", "titles" },
	{ "a title in another language", "{\"en\":\"On spam\"}", "{\"de\":\"Von Spam\"}", "titles" },
	{ "a title that turns the writing", "On spam", "On \\u202espam", "control" },
	{ "a wording that is not hashed", "e3b0c442", "e3b0c44x", "wordings" },
	{ "a wording in capitals", "e3b0c442", "E3B0C442", "wordings" },
	{ "authentic without a wording", "\"authentic\":[\"en\"]", "\"authentic\":[\"en\",\"fr\"]", "authentic" },
	{ "none authentic", "\"authentic\":[\"en\"]", "\"authentic\":[]", "authentic" },
	{ "authentic twice", "\"authentic\":[\"en\"]", "\"authentic\":[\"en\",\"en\"]", "twice" },
	{ "a key too short", "\"key\":\"", "\"key\":\"00", "key" },
	{ "a country in small letters", "\"country\":\"ES\"", "\"country\":\"es\"", "country" },
	{ "a rule that nobody can meet", "\"count\":2", "\"count\":0", "in_force" },
	{ "days below nothing", "\"delay_days\":0", "\"delay_days\":-1", "in_force" },
	{ "a term of a million years", "\"days\":0", "\"days\":365000000", "term" },
	{ "no clauses", "\"clauses\":[{", "\"clauses\":[],\"more\":[{", "does not know" },
	{ "a clause with another's number", "\"number\":2", "\"number\":3", "clause 2" },
	{ "a category that is none", "\"indicator\"", "\"opinions\"", "category" },
	{ "a purpose that is none", "\"notify\",", "\"sell\",", "purposes" },
	{ "no purpose", "[\"notify\",\"protect\"]", "[]", "purposes" },
	{ "red by itself", "\"AMBER\"", "\"RED\"", "tlp" },
	{ "amber+strict", "\"AMBER\"", "\"AMBER+STRICT\"", NULL },
	{ "kept for ever", "\"retention_days\":90", "\"retention_days\":0", "retention" },
	{ "opinions not excluded", "\"excluded\":[\"expression\",\"children\"]", "\"excluded\":[\"children\"]", "excluded" },
	{ "children not excluded", "\"excluded\":[\"expression\",\"children\"]", "\"excluded\":[\"expression\",\"commerce\"]", "excluded" },
	{ "more excluded", "\"excluded\":[\"expression\",\"children\"]", "\"excluded\":[\"expression\",\"children\",\"commerce\",\"profiling\"]", NULL },
	{ "onward to nobody in a list", "\"onward\":\"none\"", "\"onward\":[]", "onward" },
	{ "onward to anybody", "\"onward\":\"none\"", "\"onward\":\"all\"", "onward" },
	{ "onward to a name that is none", "\"onward\":\"none\"", "\"onward\":[\"A B\"]", "onward" },
	{ "whole, for no reason", "\"accounts\":\"removed\"", "\"accounts\":\"whole\"", "ground" },
	{ "whole, with a reason", "\"accounts\":\"removed\",\"victims\":\"reduced\",\"v4_bits\":24,\"v6_bits\":48,\"ground\":\"\"",
	    "\"accounts\":\"whole\",\"victims\":\"reduced\",\"v4_bits\":24,\"v6_bits\":48,\"ground\":\"law 12\"", NULL },
	{ "more bits than an address has", "\"v4_bits\":24", "\"v4_bits\":33", "v4_bits" },
	{ "a name twice", "\"version\":1", "\"version\":1,\"version\":1", "twice" },
	{ "the lead's name with another key", "\"id\":\"a\"", "\"id\":\"lead\"", "lead" },
	{ "one party twice", "\"id\":\"b\"", "\"id\":\"a\"", "twice" },
};

static void
replaced(struct slice s, const char *from, const char *to, struct buf *out)
{
	size_t at = from[0] == '\0' ? 0 : slice_find(s, slice_of_str(from));

	if (!CHECK(at != SIZE_MAX))
		return;
	buf_put(out, slice_sub(s, 0, at));
	buf_str(out, to);
	buf_put(out, slice_from(s, at + strlen(from)));
}

TEST(drafts)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct text_case *c = &texts[i];
		struct buf plain, changed, canonical;
		struct agreement_text t;
		struct err e = ERR_INIT;
		struct arena a;
		bool ok;

		test_case("%s", c->name);
		arena_init(&a, 8 << 20);
		buf_init(&plain, 1 << 20);
		buf_init(&changed, 1 << 20);
		buf_init(&canonical, 1 << 20);
		kit_text_put(&(struct kit_text){ .parties = "a b" }, false, &plain);
		replaced(buf_view(&plain), c->from, c->to, &changed);
		ok = agreement_draft_read(buf_view(&changed), &a, &t, &canonical, &e);
		if (c->says == NULL)
			CHECK_OK(ok, &e);
		else if (CHECK(!ok) && !CHECK(strstr(e.text, c->says) != NULL))
			printf("\t%s\n", e.text);
		/* What is not canonical is no text, however right it is. */
		CHECK(!ok || !agreement_text_read(buf_view(&changed), &a, &t, &e));
		buf_fini(&plain);
		buf_fini(&changed);
		buf_fini(&canonical);
		arena_fini(&a);
	}
}

/* --- states and guards ---------------------------------------------------------- */

#define MOU AGREEMENT_MEMORANDUM
#define TEC AGREEMENT_TECHNICAL
/* Two that open, sign and deposit on days 1 to 4; in force on day 4 plus delay. */
#define BOTH "open 0; sign a 1; sign b 2; deposit a 3; deposit b 4"
#define BOTH_TEC "open 0; sign a 1; sign b 2"

static const struct state_case {
	const char *name;
	struct kit_text text;
	const char *script;
	const char *says; /* of the last act; NULL: all are taken */
	const char *states; /* "4 in-force a=in-force b=signed; 5 ..." */
} states[] = {
	{ "a draft", { .kind = MOU }, "open 5", NULL, "4 draft; 5 open a=invited b=invited" },
	{ "signed", { .kind = MOU }, "open 0; sign a 1", NULL, "0 open a=invited; 1 open a=signed b=invited" },
	{ "deposited, one of two", { .kind = MOU }, "open 0; sign a 1; deposit a 3", NULL, "2 open a=signed; 3 open a=deposited; 900 open a=deposited" },
	{ "in force by the second deposit", { .kind = MOU }, BOTH, NULL, "3 open a=deposited b=signed; 4 in-force a=in-force b=in-force" },
	{ "in force after a delay", { .kind = MOU, .delay = 30 }, BOTH, NULL, "4 open b=deposited; 33 open a=deposited; 34 in-force a=in-force b=in-force" },
	{ "a later party, after its own delay", { .kind = MOU, .delay = 30, .parties = "a b c" }, BOTH "; sign c 50; deposit c 60", NULL,
	    "34 in-force c=invited; 50 in-force c=signed; 60 in-force c=deposited; 89 in-force c=deposited; 90 in-force c=in-force" },
	{ "a third within the delay", { .kind = MOU, .delay = 30, .parties = "a b c" }, BOTH "; sign c 5; deposit c 6", NULL, "34 in-force a=in-force c=deposited; 36 in-force c=in-force" },
	{ "by signatures, where nothing is deposited", { .kind = TEC }, BOTH_TEC, NULL, "1 open a=signed b=invited; 2 in-force a=in-force b=in-force" },
	{ "a project too", { .kind = AGREEMENT_PROJECT, .count = 1 }, "open 0; sign a 1", NULL, "1 in-force a=in-force b=invited" },
	{ "one that leaves, without notice", { .kind = MOU }, BOTH "; leave a 10", NULL, "9 in-force a=in-force; 10 in-force a=left b=in-force" },
	{ "notice runs", { .kind = MOU, .notice = 90 }, BOTH "; leave a 10", NULL, "10 in-force a=withdrawal-notified; 99 in-force a=withdrawal-notified; 100 in-force a=left b=in-force" },
	{ "leaving before it is in force", { .kind = MOU, .notice = 90, .delay = 30 }, BOTH "; leave a 10", NULL, "9 open a=deposited; 10 open a=left b=deposited; 34 in-force a=left b=in-force" },
	{ "who leaves is not counted", { .kind = MOU }, "open 0; sign a 1; deposit a 2; leave a 3; sign b 4; deposit b 5", NULL, "5 open a=left b=deposited" },
	{ "all have left", { .kind = MOU, .notice = 10 }, BOTH "; leave a 20; leave b 25", NULL, "29 in-force a=withdrawal-notified; 30 in-force a=left b=withdrawal-notified; 34 in-force; 35 ended b=left" },
	{ "the term is over", { .kind = MOU, .term = 100 }, BOTH, NULL, "103 in-force a=in-force; 104 ended" },
	{ "renewed", { .kind = MOU, .term = 100, .renewals = 2 }, BOTH, NULL, "104 in-force; 303 in-force; 304 ended" },
	{ "a term counts from the day it came into force", { .kind = MOU, .term = 100, .delay = 30 }, BOTH, NULL, "133 in-force; 134 ended" },
	{ "ended by its lead", { .kind = TEC }, BOTH_TEC "; end 50", NULL, "49 in-force; 50 ended" },
	{ "ended while open", { .kind = TEC }, "open 0; sign a 1; end 50", NULL, "49 open; 50 ended" },
	{ "come back", { .kind = MOU }, BOTH "; leave a 10; invite a 20; sign a 21; deposit a 22", NULL, "15 in-force a=left; 20 in-force a=invited; 21 in-force a=signed; 22 in-force a=in-force" },
	{ "a new party", { .kind = MOU }, "open 0; invite z 3; sign z 4", NULL, "2 open z=none; 3 open z=invited; 4 open z=signed" },
	{ "reserved and back", { .kind = MOU }, BOTH "; reserve a 5 1; unreserve a 7 1; reserve a 9 1", NULL, "5 in-force a=in-force" },
	{ "reserved before it signs", { .kind = MOU }, "open 0; reserve a 1 2", NULL, "1 open a=invited" },
	{ "on the same second", { .kind = TEC }, "open 0; sign a 0; sign b 0", NULL, "0 in-force a=in-force" },

	{ "signed before it was opened", { .kind = MOU }, "sign a 0", "opened once", NULL },
	{ "opened twice", { .kind = MOU }, "open 0; open 1", "opened once", NULL },
	{ "signed twice", { .kind = MOU }, "open 0; sign a 1; sign a 2", "signed already", NULL },
	{ "signed twice, without a depositary", { .kind = TEC }, "open 0; sign a 1; sign a 2", "signed this text already", NULL },
	{ "deposited unsigned", { .kind = MOU }, "open 0; deposit a 1", "has not signed", NULL },
	{ "deposited twice", { .kind = MOU }, "open 0; sign a 1; deposit a 2; deposit a 3", "deposited for this text already", NULL },
	{ "deposited where there is no depositary", { .kind = TEC }, "open 0; sign a 1; deposit a 2", "without a depositary", NULL },
	{ "signed by one who was not invited", { .kind = MOU }, "open 0; sign z 1", "not invited", NULL },
	{ "invited twice", { .kind = MOU }, "open 0; invite z 1; invite z 2", "invited already", NULL },
	{ "invited, though of the text", { .kind = MOU }, "open 0; invite a 1", "invited already", NULL },
	{ "invited while leaving", { .kind = MOU, .notice = 90 }, BOTH "; leave a 10; invite a 20", "invited already", NULL },
	{ "signed after it left", { .kind = MOU }, BOTH "; leave a 10; sign a 11", "has left", NULL },
	{ "left twice", { .kind = MOU, .notice = 90 }, BOTH "; leave a 10; leave a 11", "leaving already", NULL },
	{ "reserved while leaving", { .kind = MOU, .notice = 90 }, BOTH "; leave a 10; reserve a 11 1", "leaving already", NULL },
	{ "reserved twice", { .kind = MOU }, BOTH "; reserve a 5 1; reserve a 6 1", "already", NULL },
	{ "reserved against no clause", { .kind = MOU }, BOTH "; reserve a 5 4", "no clause 4", NULL },
	{ "withdrawn, what was not reserved", { .kind = MOU }, BOTH "; unreserve a 5 1", "no reservation", NULL },
	{ "withdrawn, what another reserved", { .kind = MOU }, BOTH "; reserve b 5 1; unreserve a 6 1", "no reservation", NULL },
	{ "amended before it is in force", { .kind = MOU }, "open 0; amend 1", "nothing to amend", NULL },
	{ "amended by no text", { .kind = TEC }, BOTH_TEC "; amend 5", "not there", NULL },
	{ "signed after its term", { .kind = TEC, .term = 10, .parties = "a b c" }, BOTH_TEC "; sign c 12", "had ended", NULL },
	{ "signed after its end", { .kind = TEC, .parties = "a b c" }, BOTH_TEC "; end 5; sign c 6", "had ended", NULL },
	{ "opened again after its end", { .kind = TEC }, BOTH_TEC "; end 5; open 6", "opened once", NULL },
	{ "invited after all left", { .kind = TEC }, BOTH_TEC "; leave a 5; leave b 6; invite a 7", "had ended", NULL },
	{ "a day earlier than what it follows", { .kind = TEC }, "open 5; sign a 4", "dated before", NULL },
	{ "in the future", { .kind = TEC }, "open 0; sign a 30000", "future", NULL },
};

static void
states_check(const struct agreement *g, const char *what)
{
	struct slice rest = slice_of_str(what), moment;

	while (slice_cut(&rest, ';', &moment)) {
		struct slice word = SLICE_NONE, day = SLICE_NONE;
		uint64_t n = 0;

		moment = slice_trim(moment);
		CHECK(slice_cut(&moment, ' ', &day) && slice_u64(day, &n) && slice_cut(&moment, ' ', &word));
		CHECK_SLICE(slice_of_str(agreement_state_name(agreement_state_at(g, KIT_DAY(n)))), word);
		/* The last second of the day before is not it: states change on their day. */
		while (slice_cut(&moment, ' ', &word)) {
			struct slice name;
			uint32_t p;

			CHECK(slice_cut(&word, '=', &name));
			p = agreement_party_find(g, name, NULL);
			if (!CHECK(p != UINT32_MAX))
				continue;
			CHECK_SLICE(slice_of_str(adhesion_state_name(adhesion_state_at(agreement_adhesion_at(g, p, KIT_DAY(n)), KIT_DAY(n)))), word);
		}
	}
}

TEST(states_and_guards)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const struct state_case *c = &states[i];
		struct agreement *g = kit_new(&c->text);
		struct err e = ERR_INIT;
		bool ok;

		test_case("%s", c->name);
		ok = kit_run(g, c->script, &e);
		if (c->says == NULL)
			CHECK_OK(ok, &e);
		else if (CHECK(!ok) && (!CHECK(strstr(e.text, c->says) != NULL) || !CHECK(strncmp(e.text, "act ", 4) == 0)))
			printf("\t%s\n", e.text);
		if (c->states != NULL)
			states_check(g, c->states);
		agreement_free(&g);
	}
}

/* --- amendments -------------------------------------------------------------------- */

static void
text_add(struct agreement *g, const struct kit_text *t)
{
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(t, true, &b);
	CHECK_OK(agreement_text_add(g, buf_view(&b), &e), &e);
	buf_fini(&b);
}

TEST(amendments)
{
	static const char more[] = KIT_CLAUSES "," KIT_CLAUSE(4, "contact", "\"notify\"", "AMBER", 90, "\"none\"");
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC, .parties = "a b c" });
	struct agreement_pair pair = { g, 0, 1 };
	const struct agreement_text *t;
	struct err e = ERR_INIT;
	struct buf b;

	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; sign c 3", &e), &e);
	text_add(g, &(struct kit_text){ .kind = TEC, .version = 2, .clauses = more });
	CHECK_OK(kit_run(g, "amend 10; sign a 12", &e), &e);
	states_check(g, "9 in-force; 10 amended; 12 amended");
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(15), &t), PAIR_IN_FORCE);
	CHECK_INT(t->version, 1);
	CHECK_OK(kit_run(g, "sign b 20", &e), &e);
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(19), &t), PAIR_IN_FORCE);
	CHECK_INT(t->version, 1);
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(20), &t), PAIR_IN_FORCE);
	CHECK_INT(t->version, 2);
	CHECK_INT(t->clause_count, 4);
	/* c is bound by what it accepted, and holds nobody else up. */
	pair.partner = 2;
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(21), &t), PAIR_IN_FORCE);
	CHECK_INT(t->version, 1);
	states_check(g, "20 amended");
	CHECK_OK(kit_run(g, "sign c 22", &e), &e);
	states_check(g, "21 amended; 22 in-force");
	CHECK(!kit_run(g, "sign c 23", &e));
	/* A text of another agreement, or another number, is no version of this one. */
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(&(struct kit_text){ .kind = TEC, .version = 4 }, true, &b);
	CHECK(!agreement_text_add(g, buf_view(&b), &e));
	buf_clear(&b);
	kit_text_put(&(struct kit_text){ .id = "other", .kind = TEC, .version = 3 }, true, &b);
	CHECK(!agreement_text_add(g, buf_view(&b), &e));
	buf_fini(&b);
	agreement_free(&g);
}

/* A shorter term that is accepted later ends nothing in the past. */
TEST(shorter_term)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC, .term = 100 });
	struct agreement_pair pair = { g, 0, 1 };
	const struct agreement_text *t;
	struct err e = ERR_INIT;

	CHECK_OK(kit_run(g, BOTH_TEC, &e), &e);
	text_add(g, &(struct kit_text){ .kind = TEC, .version = 2, .term = 10 });
	CHECK_OK(kit_run(g, "amend 50; sign a 60; sign b 61", &e), &e);
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(40), &t), PAIR_IN_FORCE);
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(60), &t), PAIR_IN_FORCE);
	CHECK_INT(agreement_pair_at(&pair, KIT_DAY(61), &t), PAIR_EXPIRED);
	states_check(g, "40 in-force; 60 amended; 101 in-force; 102 ended");
	agreement_free(&g);
}

/* --- hostile acts ------------------------------------------------------------------ */

struct hostile {
	struct agreement *g;
	struct arena a;
	struct err e;
};

static void
hostile_begin(struct hostile *h, enum agreement_kind kind)
{
	*h = (struct hostile){ .e = ERR_INIT };
	h->g = kit_new(&(struct kit_text){ .kind = kind });
	arena_init(&h->a, 16 << 20);
	CHECK_OK(kit_run(h->g, "open 0; sign a 1", &h->e), &h->e);
}

static void
hostile_end(struct hostile *h)
{
	agreement_free(&h->g);
	arena_fini(&h->a);
}

/* It is refused for this, and nothing has changed. */
static void
refused(struct hostile *h, struct slice line, const char *says)
{
	uint32_t count = h->g->act_count;

	if (CHECK(!agreement_act_add(h->g, line, KIT_NOW, &h->e)) && !CHECK(strstr(h->e.text, says) != NULL))
		printf("\t%s\n", h->e.text);
	CHECK_INT(h->g->act_count, count);
}

/* b's signature, as made and signed by this. */
static struct slice
signed_by(struct hostile *h, const char *key, const char *lead, int64_t date_s, int64_t receipt_s)
{
	struct agreement_deed d = { .kind = ACT_SIGNED, .party = S("b"), .paper = sha256_of(S("paper")), .date_s = date_s };
	struct ed25519 *k = kit_key(slice_of_str(key)), *l = kit_key(slice_of_str(lead));
	struct slice line = SLICE_NONE;

	CHECK_OK(agreement_act_make(h->g, &d, k, &h->a, &line, &h->e), &h->e);
	if (receipt_s != 0)
		CHECK_OK(agreement_receipt_make(line, l, receipt_s, &h->a, &line, &h->e), &h->e);
	ed25519_close(&k);
	ed25519_close(&l);
	return line;
}

TEST(hostile_acts)
{
	struct hostile h, other;
	struct slice line, good;
	struct buf b;

	hostile_begin(&h, MOU);
	good = arena_copy(&h.a, signed_by(&h, "b", "lead", KIT_DAY(2), KIT_DAY(3)));
	test_case("replayed");
	refused(&h, h.g->acts[1].line, "number 2");
	refused(&h, h.g->acts[0].line, "number 1");
	test_case("signed by another's key");
	refused(&h, signed_by(&h, "a", "lead", KIT_DAY(2), KIT_DAY(3)), "signature is not one of");
	refused(&h, signed_by(&h, "lead", "lead", KIT_DAY(2), KIT_DAY(3)), "signature is not one of");
	test_case("a receipt of another");
	refused(&h, signed_by(&h, "b", "b", KIT_DAY(2), KIT_DAY(3)), "not signed by the depositary");
	test_case("no receipt");
	refused(&h, signed_by(&h, "b", "lead", KIT_DAY(2), 0), "receipt is missing");
	test_case("a receipt older than the act");
	refused(&h, signed_by(&h, "b", "lead", KIT_DAY(3), KIT_DAY(2)), "older than the act");
	test_case("a receipt in the future");
	refused(&h, signed_by(&h, "b", "lead", KIT_DAY(2), KIT_NOW + 7200), "future");
	test_case("a receipt from before the act that it follows");
	refused(&h, signed_by(&h, "b", "lead", KIT_DAY(0), KIT_DAY(0)), "dated before");
	test_case("the act may be older, as the receipt counts");
	CHECK(signed_by(&h, "b", "lead", KIT_DAY(0), KIT_DAY(3)).p != NULL);

	test_case("a receipt taken off another act");
	buf_init(&b, AGREEMENT_LINE_BYTES_MAX);
	{
		struct slice r = h.g->acts[1].line;
		size_t at = slice_find(r, S(",\"receipt\":")), to = slice_find(r, S("},\"signature\":\"")), mine = slice_find(good, S(",\"receipt\":")),
		    mine_to = slice_find(good, S("},\"signature\":\""));

		CHECK(at != SIZE_MAX && to != SIZE_MAX && mine != SIZE_MAX && mine_to != SIZE_MAX);
		buf_put(&b, slice_sub(good, 0, mine));
		buf_put(&b, slice_sub(r, at, to - at));
		buf_put(&b, slice_from(good, mine_to));
		refused(&h, buf_view(&b), "not signed by the depositary");
	}
	test_case("for another agreement");
	hostile_begin(&other, MOU);
	agreement_free(&other.g);
	other.g = kit_new(&(struct kit_text){ .id = "other", .kind = MOU });
	CHECK_OK(kit_run(other.g, "open 0; sign a 1", &other.e), &other.e);
	refused(&h, signed_by(&other, "b", "lead", KIT_DAY(2), KIT_DAY(3)), "belongs to the agreement");
	test_case("on another chain of the same agreement");
	agreement_free(&other.g);
	other.g = kit_new(&(struct kit_text){ .kind = MOU });
	CHECK_OK(kit_run(other.g, "open 0; sign a 2", &other.e), &other.e);
	refused(&h, signed_by(&other, "b", "lead", KIT_DAY(2), KIT_DAY(3)), "does not follow");
	test_case("on another text of the same name");
	agreement_free(&other.g);
	other.g = kit_new(&(struct kit_text){ .kind = MOU, .notice = 1 });
	CHECK_OK(kit_run(other.g, "open 0; sign a 1", &other.e), &other.e);
	refused(&h, signed_by(&other, "b", "lead", KIT_DAY(2), KIT_DAY(3)), "does not follow");
	hostile_end(&other);
	test_case("the lead's act by a party");
	{
		struct agreement_deed d = { .kind = ACT_ENDED, .party = S("a"), .paper = sha256_of(S("paper")), .date_s = KIT_DAY(3) };
		struct ed25519 *k = kit_key(S("a"));

		CHECK_OK(agreement_act_make(h.g, &d, k, &h.a, &line, &h.e), &h.e);
		refused(&h, line, "alone to do");
		d.party = S("lead");
		CHECK_OK(agreement_act_make(h.g, &d, k, &h.a, &line, &h.e), &h.e);
		refused(&h, line, "signature is not one of");
		ed25519_close(&k);
	}
	test_case("spaces");
	buf_clear(&b);
	buf_str(&b, " ");
	buf_put(&b, good);
	refused(&h, buf_view(&b), "canonical");
	test_case("each byte changed");
	for (size_t i = 0; i < good.len; i++) {
		buf_clear(&b);
		buf_put(&b, good);
		b.p[i] ^= 1;
		if (agreement_act_add(h.g, buf_view(&b), KIT_NOW, &h.e)) {
			CHECK_INT(i, -1);
			break;
		}
	}
	test_case("each beginning of it");
	for (size_t i = 0; i < good.len; i++)
		if (agreement_act_add(h.g, slice_sub(good, 0, i), KIT_NOW, &h.e)) {
			CHECK_INT(i, -1);
			break;
		}
	test_case("and the act itself is taken");
	CHECK_OK(agreement_act_add(h.g, good, KIT_NOW, &h.e), &h.e);
	buf_fini(&b);
	hostile_end(&h);

	test_case("a receipt where there is no depositary");
	hostile_begin(&h, TEC);
	refused(&h, signed_by(&h, "b", "lead", KIT_DAY(2), KIT_DAY(3)), "where none is given");
	hostile_end(&h);
}

/* Lines out of order, and with one left out. */
TEST(order)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = MOU }), *h;
	struct err e = ERR_INIT;

	CHECK_OK(kit_run(g, BOTH "; reserve a 6 1", &e), &e);
	for (uint32_t out = 0; out + 1 < g->act_count; out++) {
		bool ok = true;

		test_case("without act %u", out + 1);
		h = kit_new(&(struct kit_text){ .kind = MOU });
		for (uint32_t i = 0; ok && i < g->act_count; i++)
			ok = i == out || agreement_act_add(h, g->acts[i].line, KIT_NOW, &e);
		CHECK(!ok);
		CHECK_INT(h->act_count, out);
		agreement_free(&h);
	}
	test_case("all of it again");
	h = kit_new(&(struct kit_text){ .kind = MOU });
	for (uint32_t i = 0; i < g->act_count; i++)
		CHECK_OK(agreement_act_add(h, g->acts[i].line, KIT_NOW, &e), &e);
	agreement_free(&h);
	agreement_free(&g);
}

/* --- properties --------------------------------------------------------------------- */

/* What later acts say changes nothing before them. */
TEST(later_changes_nothing)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	uint32_t acts = 0;

	for (int round = 0; round < 60; round++) {
		struct kit_text t = { .kind = (enum agreement_kind)(test_random() % 3), .parties = "a b c", .count = 1 + (unsigned)(test_random() % 3),
			.delay = (unsigned)(test_random() % 20), .term = test_random() % 2 == 0 ? 0 : 60, .renewals = (unsigned)(test_random() % 2),
			.notice = (unsigned)(test_random() % 30) };
		struct agreement *g = kit_new(&t), *h;
		struct err e = ERR_INIT;
		int64_t day = 0;

		t.version = 2;
		t.term = (unsigned)(test_random() % 90);
		text_add(g, &t);
		(void)kit_act(g, ACT_OPENED, S(""), KIT_DAY(0), 0, &e);
		for (int i = 0; i < 60; i++) {
			enum act_kind k = (enum act_kind)(1 + test_random() % (ACT_KIND_COUNT - 1));

			day += (int64_t)(test_random() % 4);
			if (k == ACT_ENDED && test_random() % 8 != 0)
				k = ACT_SIGNED;
			(void)kit_act(g, k, slice_of_str(names[test_random() % 4]), KIT_DAY(day), 1 + (uint32_t)(test_random() % 3), &e);
		}
		for (uint32_t n = 1; n <= g->act_count; n++) {
			int64_t at_s = act_effective_s(&g->acts[n - 1]), until_s = n < g->act_count ? act_effective_s(&g->acts[n]) : KIT_DAY(400);

			h = kit_new(&(struct kit_text){ .id = t.id, .kind = t.kind, .parties = "a b c", .count = t.count, .delay = t.delay,
			    .term = g->texts[0]->term_days, .renewals = t.renewals, .notice = t.notice });
			text_add(h, &t);
			for (uint32_t i = 0; i < n; i++)
				CHECK_OK(agreement_act_add(h, g->acts[i].line, KIT_NOW, &e), &e);
			for (int64_t s = at_s; s < until_s; s += 86400) {
				struct agreement_pair x = { g, 0, 1 }, y = { h, 0, 1 };
				const struct agreement_text *tx, *ty;

				test_case("round %d, %u acts, day %lld", round, n, (long long)((s - KIT_T0) / 86400));
				if (agreement_state_at(g, s) != agreement_state_at(h, s))
					CHECK_STR(agreement_state_name(agreement_state_at(g, s)), agreement_state_name(agreement_state_at(h, s)));
				if (agreement_pair_at(&x, s, &tx) != agreement_pair_at(&y, s, &ty))
					CHECK_INT(agreement_pair_at(&x, s, &tx), agreement_pair_at(&y, s, &ty));
				for (uint32_t p = 0; p < h->party_count; p++) {
					const struct adhesion *rx = agreement_adhesion_at(g, p, s), *ry = agreement_adhesion_at(h, p, s);

					if (adhesion_state_at(rx, s) != adhesion_state_at(ry, s))
						CHECK_STR(adhesion_state_name(adhesion_state_at(rx, s)), adhesion_state_name(adhesion_state_at(ry, s)));
					if (rx != NULL && ry != NULL && adhesion_version_at(rx, s) != adhesion_version_at(ry, s))
						CHECK_INT(adhesion_version_at(rx, s), adhesion_version_at(ry, s));
					for (uint32_t c = 1; c <= 3; c++) {
						if (agreement_reserved_at(g, p, c, s) != agreement_reserved_at(h, p, c, s))
							CHECK_INT(agreement_reserved_at(g, p, c, s), agreement_reserved_at(h, p, c, s));
					}
				}
			}
			agreement_free(&h);
		}
		acts += g->act_count;
		agreement_free(&g);
	}
	CHECK(acts > 400);
}

int
main(void)
{
	RUN(drafts);
	RUN(states_and_guards);
	RUN(amendments);
	RUN(shorter_term);
	RUN(hostile_acts);
	RUN(order);
	RUN(later_changes_nothing);
	return test_end();
}
