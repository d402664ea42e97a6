/*
 * Registers that lie: two stories of one depositary, acts from elsewhere, documents
 * that say more or other than their form, dates that play with the calendar, a lead
 * whose key changed, and very many acts.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "parse/json_canon.h"
#include "share/register_testing.h"

/* --- one depositary, two stories --------------------------------------------------------- */

TEST(two_stories)
{
	struct store *left = made("left.db", BOTH "; reserve a 6 1"), *right = made("right.db", BOTH "; leave a 6"),
	    *es = open_new("es.db"), *fr = open_new("fr.db");
	struct buf one, two, kept;
	struct register_result r;
	struct agreement *g, *h;
	struct err e = ERR_INIT;

	buf_init(&one, REGISTER_BYTES_MAX);
	buf_init(&two, REGISTER_BYTES_MAX);
	buf_init(&kept, REGISTER_BYTES_MAX);
	lead_enter(es, "lead");
	lead_enter(fr, "lead");
	exported(left, &one);
	exported(right, &two);
	test_case("each is whole by itself");
	CHECK_OK(import(es, buf_view(&one), &r, &e), &e);
	CHECK_OK(import(fr, buf_view(&two), &r, &e), &e);
	test_case("who hears both is told which act, and by which hashes");
	for (int i = 0; i < 2; i++) {
		CHECK(!import(i == 0 ? es : fr, buf_view(i == 0 ? &two : &one), &r, &e));
		CHECK_INT(e.code, ERR_CONFLICT);
		CHECK(strstr(e.text, "act 6 is another one") != NULL && strstr(e.text, "ask \"lead\"") != NULL);
	}
	exported(es, &kept);
	CHECK(slice_eq(buf_view(&kept), buf_view(&one)));
	test_case("a later act binds its party to one of them");
	CHECK_OK(agreement_load(left, S("mou"), NOW, &g, &e), &e);
	CHECK_OK(agreement_load(right, S("mou"), NOW, &h, &e), &e);
	CHECK_OK(kit_act(g, ACT_RESERVED, S("b"), KIT_DAY(7), 2, &e), &e);
	CHECK(!agreement_act_add(h, g->acts[g->act_count - 1].line, NOW, &e));
	CHECK(strstr(e.text, "does not follow") != NULL);
	agreement_free(&g);
	agreement_free(&h);
	test_case("two receipts for one act are two stories, too");
	{
		struct agreement *base;
		struct arena a;
		struct slice line, other;
		struct ed25519 *lead = kit_key(S("lead")), *b = kit_key(S("b"));
		struct agreement_deed d = { .kind = ACT_RESERVED, .party = S("b"), .paper = sha256_of(S("paper")), .clause = 2, .date_s = KIT_DAY(8) };

		arena_init(&a, 1 << 20);
		CHECK_OK(agreement_load(left, S("mou"), NOW, &base, &e), &e);
		CHECK_OK(agreement_act_make(base, &d, b, &a, &line, &e), &e);
		CHECK_OK(agreement_receipt_make(line, lead, KIT_DAY(9), &a, &other, &e), &e);
		CHECK_OK(agreement_receipt_make(line, lead, KIT_DAY(8), &a, &line, &e), &e);
		CHECK(!slice_eq(line, other));
		CHECK_OK(agreement_act_add(base, line, NOW, &e), &e);
		CHECK(!agreement_act_add(base, other, NOW, &e));
		agreement_free(&base);
		arena_fini(&a);
		ed25519_close(&lead);
		ed25519_close(&b);
	}
	buf_fini(&one);
	buf_fini(&two);
	buf_fini(&kept);
	store_close(&left);
	store_close(&right);
	store_close(&es);
	store_close(&fr);
}

/* --- acts from elsewhere ------------------------------------------------------------------ */

/* Every act of one chain, put behind every beginning of another: none is taken but where it stood. */
TEST(replayed)
{
	static const struct { const char *name; struct kit_text text; const char *script; } from[] = {
		{ "the same chain", { .kind = MOU, .notice = 90 }, BOTH "; rekey a 5; reserve a 6 1; leave b 7" },
		{ "another agreement", { .id = "other", .kind = MOU, .notice = 90 }, BOTH "; rekey a 5; reserve a 6 1; leave b 7" },
		{ "another text of the same name", { .kind = MOU, .notice = 30 }, BOTH "; rekey a 5; reserve a 6 1; leave b 7" },
		{ "another kind of it", { .kind = AGREEMENT_TECHNICAL, .notice = 90 }, "open 0; sign a 1; sign b 2; rekey a 5; reserve a 6 1; leave b 7" },
		{ "the same acts, a day later", { .kind = MOU, .notice = 90 }, "open 1; sign a 2; sign b 3; deposit a 4; deposit b 5; rekey a 6" },
	};
	struct agreement *to = kit_new(&from[0].text);
	struct err e = ERR_INIT;

	CHECK_OK(kit_run(to, from[0].script, &e), &e);
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		struct agreement *g = kit_new(&from[i].text);

		CHECK_OK(kit_run(g, from[i].script, &e), &e);
		for (uint32_t stop = 0; stop <= to->act_count; stop++) {
			struct agreement *h = kit_new(&from[0].text);

			for (uint32_t k = 0; k < stop; k++)
				CHECK_OK(agreement_act_add(h, to->acts[k].line, NOW, &e), &e);
			for (uint32_t k = 0; k < g->act_count; k++) {
				/* The last one is a story of its own from its first act on: two_stories. */
				bool its_place = k == h->act_count && (i == 0 || (i == 4 && stop == 0));

				test_case("%s: act %u behind %u", from[i].name, k + 1, stop);
				if (!its_place)
					CHECK(!agreement_act_add(h, g->acts[k].line, NOW, &e));
				CHECK_INT(h->act_count, stop);
			}
			agreement_free(&h);
		}
		agreement_free(&g);
	}
	agreement_free(&to);
}

/* --- documents that are not of the form ----------------------------------------------------- */

/* An act's body as text, signed as it stands: what only its form stands against. */
static struct slice
signed_as(struct slice body, const char *who, struct arena *a)
{
	struct ed25519 *k = kit_key(slice_of_str(who));
	struct ed25519_signature sig;
	char hex[ED25519_SIGNATURE_HEX + 1];

	ed25519_sign(k, "entente agreement act 1", body, &sig);
	ed25519_signature_print(&sig, hex);
	ed25519_close(&k);
	return arena_printf(a, "{\"act\":%.*s,\"signature\":\"%s\"}", SLICE_ARG(body), hex);
}

TEST(forms)
{
	static const struct { const char *name, *from, *to, *says; } rows[] = {
		{ "as it is", "", "", NULL },
		{ "a member that nobody knows", "\"text\":", "\"sub\":1,\"text\":", "does not know the member \"sub\"" },
		{ "another kind's member", "\"date\":", "\"clause\":1,\"date\":", "does not know the member \"clause\"" },
		{ "a member twice", "\"number\":3,", "\"number\":3,\"number\":3,", "twice" },
		{ "a member twice, the later one another", "\"party\":\"b\",", "\"party\":\"b\",\"party\":\"a\",", "twice" },
		{ "in another order", "{\"act\":\"signed\",\"agreement\":\"mou\",", "{\"agreement\":\"mou\",\"act\":\"signed\",", "canonical" },
		{ "a space", "\"number\":3", "\"number\": 3", "canonical" },
		{ "a number as 3.0", "\"number\":3", "\"number\":3.0", "canonical" },
		{ "a number as 3e0", "\"number\":3", "\"number\":3e0", "canonical" },
		{ "a letter escaped", "\"mou\"", "\"\\u006dou\"", "canonical" },
		{ "without a paper", "\"paper\":", "\"papers\":", "does not know" },
		{ "a form that is to come", "agreement act 1", "agreement act 2", "form" },
		{ "an act that is none", "\"act\":\"signed\"", "\"act\":\"blessed\"", "none of opened, invited" },
		{ "no moment: February 30", "2026-01-03T", "2026-02-30T", "date: expected a moment" },
		{ "no moment: February 29 of a common year", "2026-01-03T", "2026-02-29T", "date: expected a moment" },
		{ "a leap second", "2026-01-03T00:00:00Z", "2016-12-31T23:59:60Z", "date: expected a moment" },
		{ "an hour that is none", "2026-01-03T00:00:00Z", "2026-01-03T24:00:00Z", "date: expected a moment" },
		{ "with a zone", "2026-01-03T00:00:00Z", "2026-01-03T00:00:00+00:00", "date: expected a moment" },
		{ "with a fraction", "2026-01-03T00:00:00Z", "2026-01-03T00:00:00.0Z", "date: expected a moment" },
		{ "in small letters", "2026-01-03T00:00:00Z", "2026-01-03t00:00:00z", "date: expected a moment" },
		{ "a day alone", "2026-01-03T00:00:00Z", "2026-01-03", "date: expected a moment" },
		{ "seconds since 1970", "\"2026-01-03T00:00:00Z\"", "\"1767398400\"", "date: expected a moment" },
		{ "before 1970", "2026-01-03T00:00:00Z", "1969-12-31T23:59:59Z", "date: expected a moment" },
		{ "the year 10000", "2026-01-03T00:00:00Z", "10000-01-01T00:00:00Z", "date: expected a moment" },
		{ "far ahead", "2026-01-03T00:00:00Z", "9999-12-31T23:59:59Z", "future" },
		{ "a second before the act before", "2026-01-03T00:00:00Z", "2026-01-01T23:59:59Z", "dated before" },
		{ "on the second of the act before", "2026-01-03T00:00:00Z", "2026-01-02T00:00:00Z", NULL },
		{ "a leap day", "2026-01-03T00:00:00Z", "2028-02-29T12:00:00Z", NULL },
	};
	struct agreement *g = kit_new(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL });
	struct err e = ERR_INIT;
	struct arena a;
	struct agreement_act x;
	struct slice body;

	arena_init(&a, 8 << 20);
	CHECK_OK(kit_run(g, "open 0; sign a 1", &e), &e);
	CHECK_OK(agreement_act_read(kit_line(g, ACT_SIGNED, S("b"), KIT_DAY(2), 0, &a), &a, &x, &e), &e);
	body = x.body;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t at = rows[i].from[0] == '\0' ? 0 : slice_find(body, slice_of_str(rows[i].from));
		struct agreement *h = kit_new(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL });
		struct slice changed;
		bool ok;

		test_case("%s", rows[i].name);
		for (uint32_t k = 0; k < g->act_count; k++)
			CHECK_OK(agreement_act_add(h, g->acts[k].line, NOW, &e), &e);
		if (CHECK(at != SIZE_MAX)) {
			changed = arena_printf(&a, "%.*s%s%.*s", SLICE_ARG(slice_sub(body, 0, at)), rows[i].to,
			    SLICE_ARG(slice_from(body, at + strlen(rows[i].from))));
			ok = agreement_act_add(h, signed_as(changed, "b", &a), NOW, &e);
			if (rows[i].says == NULL)
				CHECK_OK(ok, &e);
			else if (CHECK(!ok) && !CHECK(strstr(e.text, rows[i].says) != NULL))
				printf("\t%s\n", e.text);
		}
		agreement_free(&h);
	}
	test_case("an hour and a second ahead, and an hour");
	{
		struct slice line = kit_line(g, ACT_SIGNED, S("b"), KIT_DAY(2), 0, &a);

		CHECK(!agreement_act_add(g, line, KIT_DAY(2) - AGREEMENT_SKEW_S - 1, &e));
		CHECK_OK(agreement_act_add(g, line, KIT_DAY(2) - AGREEMENT_SKEW_S, &e), &e);
	}
	agreement_free(&g);
	arena_fini(&a);
}

/* Texts that lead back to themselves: versions go up by one, each by an act that names it. */
TEST(cycles)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL });
	struct ed25519 *lead = kit_key(S("lead"));
	struct agreement_deed d = { .kind = ACT_AMENDED, .party = S("lead"), .paper = sha256_of(S("paper")), .date_s = KIT_DAY(5) };
	struct err e = ERR_INIT;
	struct arena a;
	struct slice line, first;
	struct buf b;

	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2", &e), &e);
	first = arena_copy(&a, g->texts[0]->json);
	test_case("amended to the text that holds");
	d.amends = g->texts[0]->sha;
	CHECK_OK(agreement_act_make(g, &d, lead, &a, &line, &e), &e);
	CHECK(!agreement_act_add(g, line, NOW, &e));
	test_case("the first text as the second");
	CHECK(!agreement_text_add(g, first, &e));
	test_case("amended on, and back to the first");
	kit_text_put(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL, .version = 2 }, true, &b);
	CHECK_OK(agreement_text_add(g, buf_view(&b), &e), &e);
	CHECK_OK(kit_run(g, "amend 6; sign a 7", &e), &e);
	d.date_s = KIT_DAY(8);
	CHECK_OK(agreement_act_make(g, &d, lead, &a, &line, &e), &e);
	CHECK(!agreement_act_add(g, line, NOW, &e));
	CHECK(strstr(e.text, "is not there") != NULL);
	test_case("an act that names the one behind it");
	{
		struct agreement *h = kit_new(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL });

		CHECK(!agreement_act_add(h, g->acts[1].line, NOW, &e));
		CHECK_OK(agreement_act_add(h, g->acts[0].line, NOW, &e), &e);
		CHECK(!agreement_act_add(h, g->acts[2].line, NOW, &e));
		agreement_free(&h);
	}
	agreement_free(&g);
	ed25519_close(&lead);
	buf_fini(&b);
	arena_fini(&a);
}

/* --- a lead whose key changed ------------------------------------------------------------- */

TEST(lead_rekeyed)
{
	struct store *from = made("rekey-from.db", BOTH "; rekey lead 6; reserve a 7 1"), *to = open_new("rekey-to.db"), *fresh = open_new("rekey-fresh.db"),
	    *thief;
	struct ed25519 *lead1 = kit_key_nth(S("lead"), 1);
	struct partner p = { .id = S("lead"), .kind = S("node"), .has_key = true, .key = *ed25519_public(lead1) };
	struct register_result r;
	struct err e = ERR_INIT;
	struct buf file, forged;

	buf_init(&file, REGISTER_BYTES_MAX);
	buf_init(&forged, REGISTER_BYTES_MAX);
	exported(from, &file);
	test_case("under the key that was entered, by the chain");
	lead_enter(to, "lead");
	CHECK_OK(import(to, buf_view(&file), &r, &e), &e);
	CHECK_INT(r.acts, 7);
	test_case("under the new one, which has signed all before it");
	CHECK_OK(partner_put(fresh, &p, true, T0, &e), &e);
	CHECK_OK(import(fresh, buf_view(&file), &r, &e), &e);
	test_case("under neither");
	store_close(&fresh);
	fresh = open_new("rekey-x.db");
	lead_enter(fresh, "x");
	CHECK(!import(fresh, buf_view(&file), &r, &e));
	CHECK_INT(e.code, ERR_DENIED);
	test_case("who has the old key alone cannot bring the new one into another story");
	thief = made("rekey-thief.db", BOTH "; reserve b 5 1");
	exported(thief, &forged);
	{
		/* The true change, put behind what never was. */
		struct agreement *g;
		struct slice line;

		CHECK_OK(agreement_load(from, S("mou"), NOW, &g, &e), &e);
		line = g->acts[5].line;
		buf_put(&forged, line);
		buf_byte(&forged, '\n');
		agreement_free(&g);
	}
	store_close(&fresh);
	fresh = open_new("rekey-y.db");
	CHECK_OK(partner_put(fresh, &p, true, T0, &e), &e);
	CHECK(!import(fresh, buf_view(&forged), &r, &e));
	ed25519_close(&lead1);
	store_close(&from);
	store_close(&to);
	store_close(&fresh);
	store_close(&thief);
	buf_fini(&file);
	buf_fini(&forged);
}

/* --- very many ---------------------------------------------------------------------------- */

/*
 * Reservations that come and go, and a party that leaves and comes back: what an
 * act costs must not grow much with those before it, and what is gone through for
 * each has a limit. A part of it is enough for a test; ENTENTE_LONG=1 goes to the end.
 */
TEST(very_many)
{
	static const enum act_kind rounds[] = { ACT_WITHDRAWAL_NOTIFIED, ACT_INVITED, ACT_SIGNED }, reserves[] = { ACT_RESERVED, ACT_RESERVATION_WITHDRAWN };
	bool all = getenv("ENTENTE_LONG") != NULL;

	for (int way = 0; way < 2; way++) {
		uint32_t n = all ? AGREEMENT_ACTS_MAX : 4000;
		struct agreement *g = kit_new(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL });
		struct err e = ERR_INIT;
		int64_t began, half = 0, whole;

		test_case("way %d", way);
		CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2", &e), &e);
		began = clock_mono_ns();
		for (uint32_t i = g->act_count; i < n; i++) {
			if (!kit_act(g, way == 0 ? reserves[(i + 1) % 2] : rounds[i % 3], S("a"), KIT_DAY(3) + i, 1, &e))
				break;
			if (i == n / 2)
				half = clock_mono_ns() - began;
		}
		whole = clock_mono_ns() - began;
		if (all) {
			CHECK_INT(e.code, ERR_LIMIT);
			CHECK_INT(way == 0 ? g->reservation_count : g->adhesion_count, way == 0 ? AGREEMENT_RESERVATIONS_MAX : AGREEMENT_ROUNDS_MAX);
		} else {
			CHECK_INT(g->act_count, n);
			/* Twice as many cost about twice as much; a square would be four times. */
			CHECK(whole < 3 * half);
		}
		agreement_free(&g);
	}
}

/* An act more than there may be: said by number, and nothing of it is taken. */
TEST(too_many)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = AGREEMENT_TECHNICAL });
	struct err e = ERR_INIT;
	uint32_t count;

	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2", &e), &e);
	count = g->act_count;
	g->act_count = AGREEMENT_ACTS_MAX; /* as if so many had been taken; none of them is looked at */
	CHECK(!agreement_act_add(g, g->acts[0].line, NOW, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	CHECK(strstr(e.text, "more than 100000 acts") != NULL);
	g->act_count = count;
	agreement_free(&g);
}

int
main(void)
{
	RUN(two_stories);
	RUN(replayed);
	RUN(forms);
	RUN(cycles);
	RUN(lead_rekeyed);
	RUN(very_many);
	RUN(too_many);
	return test_end();
}
