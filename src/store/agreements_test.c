#include "store/agreements.h"

#include <stdlib.h>

#include "model/agreement_testing.h"
#include "store/store_testing.h"
#include "store/token.h"

#define NOW KIT_NOW

static void
text_keep(struct store *s, const struct kit_text *t, bool ok)
{
	struct agreement_text text;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(t, true, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &text, &e), &e);
	if (ok)
		CHECK_OK(agreement_text_put(s, &text, &e), &e);
	else if (CHECK(!agreement_text_put(s, &text, &e)))
		CHECK_INT(e.code, ERR_CONFLICT);
	buf_fini(&b);
	arena_fini(&a);
}

/* Do a script's acts in memory and keep them. */
static void
acts_keep(struct store *s, struct agreement *g, const char *script)
{
	uint32_t from = g->act_count;
	struct err e = ERR_INIT;

	CHECK_OK(kit_run(g, script, &e), &e);
	for (uint32_t i = from; i < g->act_count; i++)
		CHECK_OK(agreement_act_put(s, g->texts[0]->id, &g->acts[i], &e), &e);
}

#define TEC AGREEMENT_TECHNICAL

TEST(kept_and_verified)
{
	struct kit_text t = { .id = "one", .kind = TEC };
	struct store *s = open_new("kept.db");
	struct agreement *g, *back;
	struct agreements all;
	struct err e = ERR_INIT;

	text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC, .notice = 5 }, true);
	text_keep(s, &t, true); /* a draft gives way to another */
	CHECK_OK(agreement_load(s, S("one"), NOW, &g, &e), &e);
	CHECK_INT(g->texts[0]->notice_days, 0);
	acts_keep(s, g, "open 0; sign a 1; sign b 2");
	text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC, .notice = 5 }, false);
	text_keep(s, &t, true);
	text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC, .version = 3 }, false);
	text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC, .version = 2 }, true);
	text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC, .version = 2, .notice = 9 }, true);
	agreement_free(&g);
	CHECK_OK(agreement_load(s, S("one"), NOW, &g, &e), &e);
	acts_keep(s, g, "amend 5; sign a 6");
	agreement_free(&g);
	text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC, .version = 2 }, false);
	CHECK_OK(agreement_load(s, S("one"), NOW, &back, &e), &e);
	CHECK_INT(back->act_count, 5);
	CHECK_INT(agreement_state_at(back, KIT_DAY(7)), AGREEMENT_AMENDED);
	agreement_free(&back);
	CHECK(!agreement_load(s, S("two"), NOW, &back, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	CHECK(!agreement_draft_remove(s, S("one"), &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	text_keep(s, &(struct kit_text){ .id = "two", .kind = TEC }, true);
	CHECK_OK(agreements_load(s, NOW, &all, &e), &e);
	CHECK_INT(all.n, 2);
	agreements_fini(&all);
	CHECK_OK(agreement_draft_remove(s, S("two"), &e), &e);
	CHECK(!agreement_draft_remove(s, S("two"), &e));
	CHECK_INT(e.code, ERR_ABSENT);
	store_close(&s);
}

/* Whoever can write the database gets nothing by it. */
static const struct { const char *name, *sql; } tampers[] = {
	{ "an act taken out", "DELETE FROM agreement_act WHERE number = 2" },
	{ "two swapped", "UPDATE agreement_act SET number = 99 WHERE number = 2; UPDATE agreement_act SET number = 2 WHERE number = 3; UPDATE agreement_act SET number = 3 WHERE number = 99" },
	{ "an act changed", "UPDATE agreement_act SET line = replace(line, '2026-01-03', '2026-01-02')" },
	{ "the text changed", "UPDATE agreement_text SET json = replace(json, 'AMBER', 'GREEN')" },
	{ "the text under another name", "UPDATE agreement_text SET agreement = 'x'; UPDATE agreement_act SET agreement = 'x'" },
	{ "an act doubled", "INSERT INTO agreement_act SELECT agreement, 4, line FROM agreement_act WHERE number = 3" },
	{ "no text", "UPDATE agreement_text SET json = ''" },
};

TEST(tampering)
{
	for (size_t i = 0; i < sizeof(tampers) / sizeof(tampers[0]); i++) {
		char name[32];
		struct agreement *g;
		struct agreements all;
		struct err e = ERR_INIT;
		struct store *s;

		test_case("%s", tampers[i].name);
		(void)snprintf(name, sizeof(name), "tamper%zu.db", i);
		s = open_new(name);
		text_keep(s, &(struct kit_text){ .id = "one", .kind = TEC }, true);
		text_keep(s, &(struct kit_text){ .id = "other", .kind = TEC }, true);
		CHECK_OK(agreement_load(s, S("one"), NOW, &g, &e), &e);
		acts_keep(s, g, "open 0; sign a 1; sign b 2");
		agreement_free(&g);
		CHECK_OK(db_exec(store_db(s), "DELETE FROM agreement_text WHERE agreement = 'other'", &e), &e);
		CHECK_OK(db_exec(store_db(s), tampers[i].sql, &e), &e);
		CHECK(!agreement_load(s, i == 4 ? S("x") : S("one"), NOW, &g, &e));
		CHECK_OK(agreements_load(s, NOW, &all, &e), &e);
		CHECK_INT(all.n, 0);
		CHECK_INT(all.refused, 1);
		agreements_fini(&all);
		store_close(&s);
	}
}

TEST(partners)
{
	struct agreement_party x = kit_party(S("x")), y = kit_party(S("y"));
	struct partner p = { .id = S("fr-cert"), .name = S("CERT"), .country = S("FR"), .kind = S("node"), .has_key = true, .key = x.key,
		.url = S("https://fr.example/"), .cert = 3 }, back;
	struct store *s = open_new("partners.db");
	struct err e = ERR_INIT;
	struct arena a;
	struct agreement_party self;
	int64_t version, later;
	bool found;

	arena_init(&a, 1 << 20);
	for (int i = 1; i <= 3; i++) {
		struct partner_cert c = { .sha = sha256_of(slice_of(&i, sizeof(i))), .name = S("x") };
		int64_t id;

		CHECK_OK(partner_cert_add(s, &c, T0, &id, &e), &e);
		CHECK_INT(id, i);
	}
	CHECK_OK(agreements_version(s, &version, &e), &e);
	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
	CHECK_OK(partner_get(s, S("fr-cert"), &a, &back, &found, &e), &e);
	CHECK(found && back.has_key && ed25519_key_eq(&back.key, &x.key));
	CHECK_SLICE(back.url, S("https://fr.example/"));
	CHECK_OK(partner_of_cert(s, 3, &a, &back, &found, &e), &e);
	CHECK(found);
	CHECK_OK(partner_of_cert(s, 0, &a, &back, &found, &e), &e);
	CHECK(!found);
	/* A key does not change by accident, and is one partner's. */
	p.key = y.key;
	CHECK(!partner_put(s, &p, false, T0, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK_OK(partner_put(s, &p, true, T0, &e), &e);
	p.has_key = false;
	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
	CHECK_OK(partner_get(s, S("fr-cert"), &a, &back, &found, &e), &e);
	CHECK(back.has_key && ed25519_key_eq(&back.key, &y.key));
	p = (struct partner){ .id = S("de-cert"), .kind = S("taxii"), .has_key = true, .key = y.key };
	CHECK(!partner_put(s, &p, true, T0, &e));
	p.has_key = false;
	p.cert = 3;
	CHECK(!partner_put(s, &p, false, T0, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	p.cert = 4;
	CHECK(!partner_put(s, &p, false, T0, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	/* Dismissed: its number may be another's one day. */
	CHECK_OK(partner_cert_remove(s, 3, &e), &e);
	CHECK_OK(partner_of_cert(s, 3, &a, &back, &found, &e), &e);
	CHECK(!found);
	CHECK_OK(partner_get(s, S("fr-cert"), &a, &back, &found, &e), &e);
	CHECK(found && back.cert == 0);
	p.cert = 0;
	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
	p.kind = S("friend");
	CHECK(!partner_put(s, &p, false, T0, &e));
	p.kind = S("node");
	p.country = S("de");
	CHECK(!partner_put(s, &p, false, T0, &e));
	p.country = S("DE");
	p.url = S("http://de.example/");
	CHECK(!partner_put(s, &p, false, T0, &e));
	CHECK_OK(partner_remove(s, S("de-cert"), &e), &e);
	CHECK(!partner_remove(s, S("de-cert"), &e));
	CHECK_OK(party_self(s, &a, &self, &found, &e), &e);
	CHECK(!found);
	CHECK(!party_self_put(s, S("Not a name"), &x.key, &e));
	CHECK_OK(party_self_put(s, S("es-cert"), &x.key, &e), &e);
	CHECK_OK(party_self(s, &a, &self, &found, &e), &e);
	CHECK(found && ed25519_key_eq(&self.key, &x.key));
	CHECK_SLICE(self.id, S("es-cert"));
	CHECK_OK(agreements_version(s, &later, &e), &e);
	CHECK(later > version);
	arena_fini(&a);
	store_close(&s);
}

TEST(wordings)
{
	struct store *s = open_new("wordings.db");
	struct sha256 sha = sha256_of(S("The parties agree."));
	struct err e = ERR_INIT;
	struct arena a;
	struct slice text;
	bool found;

	arena_init(&a, 1 << 20);
	CHECK_OK(agreement_wording_put(s, S("The parties agree."), &e), &e);
	CHECK_OK(agreement_wording_put(s, S("The parties agree."), &e), &e);
	CHECK_OK(agreement_wording_get(s, &sha, &a, &text, &found, &e), &e);
	CHECK(found);
	CHECK_SLICE(text, S("The parties agree."));
	CHECK_OK(db_exec(store_db(s), "UPDATE agreement_wording SET bytes = x'00'", &e), &e);
	CHECK(!agreement_wording_get(s, &sha, &a, &text, &found, &e));
	sha = sha256_of(S(""));
	CHECK_OK(agreement_wording_get(s, &sha, &a, &text, &found, &e), &e);
	CHECK(!found);
	arena_fini(&a);
	store_close(&s);
}

struct swept { int n; int64_t last_s; int fail_at; };

static bool
swept(void *cookie, const struct origin *o, struct err *e)
{
	struct swept *x = cookie;

	CHECK(o->until_s >= x->last_s);
	x->last_s = o->until_s;
	return ++x->n != x->fail_at || err_set(e, ERR_SYSTEM, "no");
}

TEST(retention)
{
	struct agreement *g = kit_new(&(struct kit_text){ .id = "one", .kind = TEC });
	struct agreement_pair pair = { g, 0, 1 };
	struct store *s = open_new("origins.db");
	struct swept x = { 0 };
	struct err e = ERR_INIT;
	struct arena a;
	struct origin o;
	bool end;
	uint64_t count;
	int64_t left;
	bool found;

	arena_init(&a, 1 << 20);
	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2", &e), &e);
	for (int i = 0; i < 250; i++) {
		char id[32];

		(void)snprintf(id, sizeof(id), "indicator--%d", i);
		CHECK_OK(origin_put(s, slice_of_str(id), &pair, g->texts[0], &g->texts[0]->clauses[i % 2], KIT_DAY(10), &e), &e);
	}
	CHECK_OK(origin_get(s, S("indicator--1"), &a, &o, &found, &e), &e);
	CHECK(found);
	CHECK_SLICE(o.agreement, S("one"));
	CHECK_SLICE(o.party, S("b"));
	CHECK_INT(o.clause, 2);
	CHECK_INT(o.until_s, KIT_DAY(40));
	CHECK_OK(origin_sweep(s, KIT_DAY(40) - 1, swept, &x, 0, &count, &end, &e), &e);
	CHECK_INT(count, 0);
	/* Received once more: the time begins anew. */
	CHECK_OK(origin_put(s, S("indicator--1"), &pair, g->texts[0], &g->texts[0]->clauses[1], KIT_DAY(20), &e), &e);
	CHECK_OK(origin_sweep(s, KIT_DAY(40), swept, &x, 0, &count, &end, &e), &e);
	CHECK_INT(count, 124);
	CHECK_INT(x.n, 124);
	CHECK_OK(origin_get(s, S("indicator--3"), &a, &o, &found, &e), &e);
	CHECK(!found);
	/* What could not be removed is not forgotten. */
	x = (struct swept){ .fail_at = 5 };
	CHECK(!origin_sweep(s, KIT_DAY(400), swept, &x, 0, &count, &end, &e));
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM record_origin", &left, &e), &e);
	CHECK_INT(left, 126);
	x = (struct swept){ 0 };
	CHECK_OK(origin_sweep(s, KIT_DAY(400), swept, &x, 0, &count, &end, &e), &e);
	CHECK_INT(count, 126);
	arena_fini(&a);
	agreement_free(&g);
	store_close(&s);
}

int
main(void)
{
	RUN(kept_and_verified);
	RUN(tampering);
	RUN(partners);
	RUN(wordings);
	RUN(retention);
	return test_end();
}
