/*
 * Keys that change within an agreement: by the party, by the lead on a paper, and
 * what thieves, forgers and old copies make of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/agreement_room.h"
#include "model/agreement_testing.h"
#include "test.h"

#define MOU AGREEMENT_MEMORANDUM
#define TEC AGREEMENT_TECHNICAL
#define BOTH "open 0; sign a 1; sign b 2; deposit a 3; deposit b 4"
#define BOTH_TEC "open 0; sign a 1; sign b 2"

static bool
known(const struct agreement *g, const char *id, unsigned nth)
{
	struct ed25519 *k = kit_key_nth(slice_of_str(id), nth);
	bool is = agreement_party_find(g, slice_of_str(id), ed25519_public(k)) != UINT32_MAX ||
	    agreement_lead_is(g, slice_of_str(id), ed25519_public(k));

	ed25519_close(&k);
	return is;
}

/* --- scripts -------------------------------------------------------------------------- */

static const struct key_case {
	const char *name;
	struct kit_text text;
	const char *script;
	const char *says; /* of the last act; NULL: all are taken */
	const char *known; /* "a0 a1 !b0": whom a pinned key stands for, after it */
} cases[] = {
	{ "by itself", { .kind = MOU }, BOTH "; rekey a 5; reserve a 6 1", NULL, "a0 a1 !a2 b0" },
	{ "without a depositary", { .kind = TEC }, BOTH_TEC "; rekey a 5; reserve a 6 1", NULL, "a0 a1" },
	{ "before it has signed", { .kind = MOU }, "open 0; rekey a 1; sign a 2", NULL, "a0 a1" },
	{ "twice", { .kind = MOU }, BOTH "; rekey a 5; rekey a 6; reserve a 7 1", NULL, "a0 a1 a2 !a3" },
	{ "on a paper", { .kind = MOU }, BOTH "; replace a 5; reserve a 6 1", NULL, "!a0 a1 b0" },
	{ "on a paper, without a depositary", { .kind = TEC }, BOTH_TEC "; replace a 5; reserve a 6 1", NULL, "!a0 a1" },
	{ "itself, then on a paper: people decide", { .kind = MOU }, BOTH "; rekey a 5; replace a 6", NULL, "!a0 !a1 a2" },
	{ "on a paper, then itself", { .kind = MOU }, BOTH "; replace a 5; rekey a 6", NULL, "!a0 a1 a2" },
	{ "while notice runs", { .kind = MOU, .notice = 90 }, BOTH "; leave a 5; rekey a 6", NULL, "a0 a1" },
	{ "after it left", { .kind = TEC }, BOTH_TEC "; leave a 5; rekey a 6", "has left", "a0 !a1" },
	{ "after it left, on a paper, and back", { .kind = TEC }, BOTH_TEC "; leave a 5; replace a 6", NULL, "!a0 a1" },
	{ "of one who was not invited", { .kind = TEC }, BOTH_TEC "; rekey z 5", "not invited", "!z0 !z1" },
	{ "of one who was not invited, on a paper", { .kind = TEC }, BOTH_TEC "; replace z 5", "not invited", "!z0 !z1" },
	{ "the lead's own", { .kind = MOU }, BOTH "; rekey lead 5; reserve a 6 1; invite z 7", NULL, "lead0 lead1 !lead2 a0" },
	{ "the lead's own, twice, and a party's on a paper", { .kind = MOU }, BOTH "; rekey lead 5; rekey lead 6; replace a 7; reserve a 8 1", NULL, "lead0 lead1 lead2 !a0 a1" },
	{ "when it has ended", { .kind = TEC }, BOTH_TEC "; end 5; rekey a 6", "had ended", "a0 !a1" },
	{ "dated back", { .kind = TEC }, BOTH_TEC "; rekey a 1", "dated before", "a0 !a1" },
	{ "dated ahead", { .kind = TEC }, BOTH_TEC "; rekey a 30000", "future", "a0 !a1" },
};

TEST(changes)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct key_case *c = &cases[i];
		struct agreement *g = kit_new(&c->text), *again = kit_new(&c->text);
		struct slice rest = slice_of_str(c->known), word;
		struct err e = ERR_INIT;
		bool ok;

		test_case("%s", c->name);
		ok = kit_run(g, c->script, &e);
		if (c->says == NULL)
			CHECK_OK(ok, &e);
		else if (CHECK(!ok) && !CHECK(strstr(e.text, c->says) != NULL))
			printf("\t%s\n", e.text);
		while (slice_cut(&rest, ' ', &word)) {
			bool no = slice_starts(word, S("!"));
			char id[16];

			word = slice_from(word, no ? 1 : 0);
			(void)snprintf(id, sizeof(id), "%.*s", (int)word.len - 1, (const char *)word.p);
			test_case("%s: %.*s", c->name, SLICE_ARG(word));
			CHECK(known(g, id, word.p[word.len - 1] - (unsigned)'0') == !no);
		}
		test_case("%s: and read again", c->name);
		for (uint32_t k = 0; k < g->act_count; k++)
			CHECK_OK(agreement_act_add(again, g->acts[k].line, KIT_NOW, &e), &e);
		CHECK_INT(again->change_count, g->change_count);
		agreement_free(&g);
		agreement_free(&again);
	}
}

/* --- forged --------------------------------------------------------------------------- */

struct forgery {
	struct agreement *g;
	struct arena a;
	struct err e;
};

static void
forgery_begin(struct forgery *f, enum agreement_kind kind)
{
	*f = (struct forgery){ .e = ERR_INIT };
	f->g = kit_new(&(struct kit_text){ .kind = kind, .parties = "a b c" });
	arena_init(&f->a, 16 << 20);
	CHECK_OK(kit_run(f->g, kind == MOU ? BOTH : BOTH_TEC, &f->e), &f->e);
}

static void
forgery_end(struct forgery *f)
{
	agreement_free(&f->g);
	arena_fini(&f->a);
}

static void
refused(struct forgery *f, struct slice line, const char *says)
{
	uint32_t count = f->g->act_count, changes = f->g->change_count;

	if (CHECK(!agreement_act_add(f->g, line, KIT_NOW, &f->e)) && !CHECK(strstr(f->e.text, says) != NULL))
		printf("\t%s\n", f->e.text);
	CHECK_INT(f->g->act_count, count);
	CHECK_INT(f->g->change_count, changes);
}

/* The line of a deed, by somebody's key; with a receipt of somebody's where one is named. */
static struct slice
line_of(struct forgery *f, const struct agreement_deed *d, struct ed25519 *key, struct ed25519 *receipt)
{
	struct slice line = SLICE_NONE;

	CHECK_OK(agreement_act_make(f->g, d, key, &f->a, &line, &f->e), &f->e);
	if (receipt != NULL)
		CHECK_OK(agreement_receipt_make(line, receipt, d->date_s, &f->a, &line, &f->e), &f->e);
	return line;
}

static struct agreement_deed
deed_of(struct forgery *f, const char *party, const char *holder, struct ed25519 *next, bool lost)
{
	struct agreement_deed d = { .kind = ACT_KEY_CHANGED, .party = slice_of_str(party), .holder = slice_of_str(holder),
		.paper = sha256_of(S("paper")), .date_s = KIT_DAY(10), .key = *ed25519_public(next) };

	CHECK_OK(agreement_key_prove(f->g, d.holder, lost, next, &f->a, &d.proof, &f->e), &f->e);
	return d;
}

TEST(forged)
{
	struct ed25519 *a = kit_key(S("a")), *b = kit_key(S("b")), *lead = kit_key(S("lead")), *next = kit_key(S("next")), *x = kit_key(S("x"));
	struct agreement_deed d;
	struct forgery f, other;
	struct slice line;

	forgery_begin(&f, MOU);
	d = deed_of(&f, "a", "a", next, false);
	test_case("by somebody else's key");
	refused(&f, line_of(&f, &d, b, lead), "signature is not one of");
	refused(&f, line_of(&f, &d, lead, lead), "signature is not one of");
	refused(&f, line_of(&f, &d, next, lead), "signature is not one of");
	test_case("without a receipt, or another's");
	refused(&f, line_of(&f, &d, a, NULL), "receipt is missing");
	refused(&f, line_of(&f, &d, a, a), "not signed by the depositary");
	test_case("another party's");
	d = deed_of(&f, "b", "a", next, false);
	refused(&f, line_of(&f, &d, b, lead), "is for that one");
	test_case("a key of which its secret half is not there");
	d = deed_of(&f, "a", "a", next, false);
	d.key = *ed25519_public(x);
	refused(&f, line_of(&f, &d, a, lead), "has not signed");
	d = deed_of(&f, "a", "a", next, false);
	d.proof.b[3] ^= 1;
	refused(&f, line_of(&f, &d, a, lead), "has not signed");
	test_case("the proof for the other way");
	d = deed_of(&f, "a", "a", next, true);
	refused(&f, line_of(&f, &d, a, lead), "has not signed");
	d = deed_of(&f, "lead", "a", next, false);
	refused(&f, line_of(&f, &d, lead, lead), "has not signed");
	test_case("the proof for another party, and for another agreement");
	d = deed_of(&f, "lead", "b", next, true);
	d.holder = S("a");
	refused(&f, line_of(&f, &d, lead, lead), "has not signed");
	forgery_begin(&other, MOU);
	agreement_free(&other.g);
	other.g = kit_new(&(struct kit_text){ .id = "other", .kind = MOU, .parties = "a b c" });
	CHECK_OK(kit_run(other.g, BOTH, &other.e), &other.e);
	d = deed_of(&other, "lead", "a", next, true);
	refused(&f, line_of(&f, &d, lead, lead), "has not signed");
	forgery_end(&other);
	test_case("the lead's way without a receipt");
	d = deed_of(&f, "lead", "a", next, true);
	refused(&f, line_of(&f, &d, lead, NULL), "receipt is missing");
	test_case("the lead's way by a party");
	refused(&f, line_of(&f, &d, a, lead), "signature is not one of");
	test_case("a key that another has, or its own");
	d = deed_of(&f, "a", "a", b, false);
	refused(&f, line_of(&f, &d, a, lead), "one that \"b\" has, or had");
	d = deed_of(&f, "a", "a", lead, false);
	refused(&f, line_of(&f, &d, a, lead), "one that \"lead\" has, or had");
	d = deed_of(&f, "a", "a", a, false);
	refused(&f, line_of(&f, &d, a, lead), "one that \"a\" has, or had");
	test_case("keys of small order, and none");
	for (int i = 0; i < 3; i++) {
		d = deed_of(&f, "a", "a", next, false);
		memset(&d.key, 0, sizeof(d.key));
		d.key.b[0] = (uint8_t)(i == 0 ? 0 : 1); /* order 4, order 1 */
		if (i == 2)
			memset(&d.proof, 0, sizeof(d.proof));
		refused(&f, line_of(&f, &d, a, lead), "has not signed");
	}
	test_case("and so it is taken");
	d = deed_of(&f, "a", "a", next, false);
	line = arena_copy(&f.a, line_of(&f, &d, a, lead));
	CHECK_OK(agreement_act_add(f.g, line, KIT_NOW, &f.e), &f.e);
	test_case("again");
	refused(&f, line, "number 6");
	forgery_end(&f);
	ed25519_close(&a);
	ed25519_close(&b);
	ed25519_close(&lead);
	ed25519_close(&next);
	ed25519_close(&x);
}

/* --- stolen --------------------------------------------------------------------------- */

TEST(stolen)
{
	struct ed25519 *a = kit_key(S("a")), *a1 = kit_key_nth(S("a"), 1), *a2 = kit_key_nth(S("a"), 2), *lead = kit_key(S("lead"));
	struct agreement_deed d = { .kind = ACT_RESERVED, .party = S("a"), .paper = sha256_of(S("paper")), .clause = 1 };
	struct forgery f;

	forgery_begin(&f, MOU);
	CHECK_OK(kit_run(f.g, "rekey a 10", &f.e), &f.e);
	test_case("the old key after the change");
	d.date_s = KIT_DAY(11);
	refused(&f, line_of(&f, &d, a, lead), "no longer has");
	test_case("the same, dated back to when it was the key");
	d.date_s = KIT_DAY(9);
	refused(&f, line_of(&f, &d, a, NULL), "no longer has");
	refused(&f, line_of(&f, &d, a, lead), "no longer has");
	test_case("the thief changes it once more");
	{
		struct agreement_deed r = deed_of(&f, "a", "a", a2, false);

		refused(&f, line_of(&f, &r, a, lead), "no longer has");
	}
	test_case("the new key");
	d.date_s = KIT_DAY(11);
	CHECK_OK(agreement_act_add(f.g, line_of(&f, &d, a1, lead), KIT_NOW, &f.e), &f.e);
	test_case("what it was laid down for does not come back");
	{
		struct agreement_deed r = deed_of(&f, "a", "a", a, false);

		r.date_s = KIT_DAY(12);
		refused(&f, line_of(&f, &r, a1, lead), "one that \"a\" has, or had");
	}
	forgery_end(&f);

	/* The thief is faster: the lead, on a paper, puts it right, and people say which one they believe. */
	forgery_begin(&f, MOU);
	CHECK_OK(kit_run(f.g, "rekey a 10", &f.e), &f.e); /* a1 is the thief's */
	CHECK(known(f.g, "a", 0) && known(f.g, "a", 1));
	CHECK_OK(kit_run(f.g, "replace a 11", &f.e), &f.e);
	CHECK(!known(f.g, "a", 0) && !known(f.g, "a", 1) && known(f.g, "a", 2));
	d.date_s = KIT_DAY(12);
	refused(&f, line_of(&f, &d, a1, lead), "no longer has");
	refused(&f, line_of(&f, &d, a, lead), "no longer has");
	CHECK_OK(agreement_act_add(f.g, line_of(&f, &d, a2, lead), KIT_NOW, &f.e), &f.e);
	forgery_end(&f);

	test_case("the lead's old key signs nothing, and gives no receipt");
	forgery_begin(&f, MOU);
	CHECK_OK(kit_run(f.g, "rekey lead 10", &f.e), &f.e);
	d.date_s = KIT_DAY(12);
	refused(&f, line_of(&f, &d, a, lead), "not signed by the depositary");
	d = (struct agreement_deed){ .kind = ACT_ENDED, .party = S("lead"), .paper = sha256_of(S("paper")), .date_s = KIT_DAY(12) };
	refused(&f, line_of(&f, &d, lead, NULL), "no longer has");
	forgery_end(&f);
	ed25519_close(&a);
	ed25519_close(&a1);
	ed25519_close(&a2);
	ed25519_close(&lead);
}

/* --- what flows ------------------------------------------------------------------------ */

static bool
flows(struct agreement *g, unsigned us_nth, unsigned them_nth, int day)
{
	struct ed25519 *a = kit_key_nth(S("a"), us_nth), *b = kit_key_nth(S("b"), them_nth);
	struct agreement_party us = { .id = S("a"), .key = *ed25519_public(a) }, them = { .id = S("b"), .key = *ed25519_public(b) };
	struct policy_record r = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN, .own_mark = true };
	struct policy_recipient to = { .role = ROLE_PARTNER, .partner = S("b") };
	struct agreement_pair *pairs;
	bool yes;

	agreement_pairs(&g, 1, &us, &them, &pairs, &to.pair_count);
	to.pairs = pairs;
	yes = policy_allows(&r, &to, PURPOSE_PROTECT, KIT_DAY(day)).allowed;
	free(pairs);
	ed25519_close(&a);
	ed25519_close(&b);
	return yes;
}

TEST(flow)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC });
	struct err e = ERR_INIT;

	CHECK_OK(kit_run(g, BOTH_TEC, &e), &e);
	CHECK(flows(g, 0, 0, 9) && !flows(g, 0, 1, 9) && !flows(g, 1, 0, 9));
	CHECK_OK(kit_run(g, "rekey b 10; rekey a 11", &e), &e);
	test_case("goes on by the chain, on both sides");
	CHECK(flows(g, 0, 0, 12) && flows(g, 1, 1, 12) && flows(g, 0, 1, 12) && !flows(g, 0, 2, 12));
	CHECK_OK(kit_run(g, "replace b 20", &e), &e);
	test_case("on a paper: nothing until the new one is entered");
	CHECK(!flows(g, 0, 0, 21) && !flows(g, 0, 1, 21) && flows(g, 0, 2, 21));
	agreement_free(&g);
}

/* An amended text names the lead's key as it is then. */
TEST(amended)
{
	struct agreement *g = kit_new(&(struct kit_text){ .kind = TEC });
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	CHECK_OK(kit_run(g, BOTH_TEC, &e), &e);
	kit_text_put(&(struct kit_text){ .kind = TEC, .version = 2 }, true, &b);
	CHECK_OK(agreement_text_add(g, buf_view(&b), &e), &e);
	CHECK_OK(kit_run(g, "rekey lead 5", &e), &e);
	CHECK(!kit_run(g, "amend 6", &e));
	CHECK(strstr(e.text, "another key than it has") != NULL);
	agreement_free(&g);
	buf_fini(&b);
}

/* What a signature may look like and is none: RFC 8032 section 5.1.7, and what libraries let pass. */
TEST(malleable)
{
	/* L, little-endian: S + L signs the same in a library that does not look. */
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10 };
	static const struct { const char *name; uint8_t key[32]; } small[] = {
		{ "order 4", { 0 } },
		{ "order 1", { 1 } },
		{ "order 2", { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f } },
		{ "order 8", { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 } },
		{ "not canonical", { 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f } },
	};

	for (int kind = 0; kind < ACT_KIND_COUNT; kind++) {
		struct forgery f;
		struct agreement_act x;
		struct slice line;
		unsigned carry = 0;

		test_case("%s", act_kind_name((enum act_kind)kind));
		forgery_begin(&f, TEC);
		line = kit_line(f.g, (enum act_kind)kind, S("c"), KIT_DAY(20), 1, &f.a);
		CHECK_OK(agreement_act_read(line, &f.a, &x, &f.e), &f.e);
		{
			struct ed25519 *k = kit_key(x.party);

			CHECK(agreement_act_verify(&x, ed25519_public(k)));
			for (size_t i = 0; i < 32; i++) {
				carry += x.signature.b[32 + i] + order[i];
				x.signature.b[32 + i] = (uint8_t)carry;
				carry >>= 8;
			}
			CHECK(!agreement_act_verify(&x, ed25519_public(k)));
			/* The signature of nothing, and of everything. */
			memset(&x.signature, 0, sizeof(x.signature));
			CHECK(!agreement_act_verify(&x, ed25519_public(k)));
			memset(&x.signature, 0xff, sizeof(x.signature));
			CHECK(!agreement_act_verify(&x, ed25519_public(k)));
			ed25519_close(&k);
		}
		for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
			struct ed25519_key key;

			test_case("%s, %s", act_kind_name((enum act_kind)kind), small[i].name);
			memcpy(key.b, small[i].key, sizeof(key.b));
			/* R and key of small order, S zero: holds for any text where nobody looks. */
			memset(&x.signature, 0, sizeof(x.signature));
			memcpy(x.signature.b, small[i].key, 32);
			CHECK(!agreement_act_verify(&x, &key));
			x.signature.b[0] = 1;
			memset(x.signature.b + 1, 0, 31);
			CHECK(!agreement_act_verify(&x, &key));
		}
		forgery_end(&f);
	}
}

int
main(void)
{
	RUN(changes);
	RUN(forged);
	RUN(stolen);
	RUN(flow);
	RUN(amended);
	RUN(malleable);
	return test_end();
}
