/*
 * agreement_testing: for tests: agreements made of a short script.
 *
 *	"open 0; sign a 1; deposit a 2; reserve a 3 2; leave a 40"
 *
 * verb, party (but for open, amend and end), day, clause. Days count from
 * KIT_T0. Each party's key is made of its name, and of how often it was changed
 * ("rekey a 5" by itself, "replace a 5" by the lead); the lead is "lead".
 */
#ifndef MODEL_AGREEMENT_TESTING_H
#define MODEL_AGREEMENT_TESTING_H

#include <stdio.h>
#include <string.h>

#include "model/agreement.h"
#include "parse/json_canon.h"
#include "test.h"

#define KIT_T0 1767225600 /* 2026-01-01 */
#define KIT_DAY(n) (KIT_T0 + (int64_t)(n) * 86400)
#define KIT_NOW KIT_DAY(20000)

/* What a text says; 0 and NULL: as below. */
struct kit_text {
	const char *id; /* "mou" */
	enum agreement_kind kind;
	unsigned version; /* 1 */
	const char *parties; /* "a b c" */
	unsigned count, delay, term, renewals, notice; /* 2, 0, 0, 0, 0 */
	const char *clauses; /* JSON; KIT_CLAUSES */
};

#define KIT_PERSONAL "{\"recipients\":\"removed\",\"accounts\":\"removed\",\"victims\":\"reduced\",\"v4_bits\":24,\"v6_bits\":48,\"ground\":\"\"}"
#define KIT_CLAUSE(n, category, purposes, tlp, days, onward) \
	"{\"number\":" #n ",\"category\":\"" category "\",\"purposes\":[" purposes "],\"tlp\":\"" tlp "\",\"personal\":" KIT_PERSONAL \
	",\"retention_days\":" #days ",\"onward\":" onward ",\"excluded\":[\"expression\",\"children\"]}"
#define KIT_CLAUSES \
	KIT_CLAUSE(1, "abuse-report", "\"notify\",\"protect\"", "AMBER", 90, "\"none\"") "," \
	KIT_CLAUSE(2, "indicator", "\"protect\"", "GREEN", 30, "\"same-agreement\"") "," \
	KIT_CLAUSE(3, "statistics", "\"statistics\"", "GREEN", 365, "[\"c\"]")

static inline struct ed25519 *
kit_key(struct slice id)
{
	struct sha256 seed = sha256_of(id);

	return ed25519_of_seed(seed.b);
}

/* The n-th key of a name; 0: the first. */
static inline struct ed25519 *
kit_key_nth(struct slice id, unsigned n)
{
	char name[80];

	if (n == 0)
		return kit_key(id);
	(void)snprintf(name, sizeof(name), "%.*s#%u", SLICE_ARG(id), n);
	return kit_key(slice_of_str(name));
}

static inline unsigned
kit_changes(const struct agreement *g, struct slice id)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < g->change_count; i++)
		n += slice_eq(g->changes[i].holder, id);
	return n;
}

static inline struct agreement_party
kit_party(struct slice id)
{
	struct ed25519 *k = kit_key(id);
	struct agreement_party p = { .id = id, .name = id, .country = S("ES"), .key = *ed25519_public(k) };

	ed25519_close(&k);
	return p;
}

static inline void
kit_party_put(struct buf *b, struct slice id, bool role)
{
	struct agreement_party p = kit_party(id);
	char hex[ED25519_KEY_HEX + 1];

	ed25519_key_print(&p.key, hex);
	buf_printf(b, "{\"id\":\"%.*s\",\"name\":\"%.*s\",\"country\":\"ES\",\"key\":\"%s\"%s}", SLICE_ARG(id), SLICE_ARG(id), hex,
	    role ? ",\"role\":\"member\"" : "");
}

/* The text as a draft; canonical where asked. */
static inline void
kit_text_put(const struct kit_text *t, bool canonical, struct buf *out)
{
	struct slice rest = slice_of_str(t->version > 1 ? "" : t->parties == NULL ? "a b" : t->parties), id;
	struct json_limits limits = { AGREEMENT_TEXT_BYTES_MAX, 8, 20000 };
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;
	bool first = true;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	buf_printf(&b, "{\"form\":\"entente agreement 1\",\"id\":\"%s\",\"kind\":\"%s\",\"version\":%u,", t->id == NULL ? "mou" : t->id,
	    agreement_kind_name(t->kind), t->version == 0 ? 1 : t->version);
	buf_str(&b, "\"titles\":{\"en\":\"On spam\"},\"wordings\":{\"en\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},\"authentic\":[\"en\"],\"lead\":");
	kit_party_put(&b, S("lead"), false);
	buf_str(&b, ",\"parties\":[");
	while (rest.len > 0 && slice_cut(&rest, ' ', &id)) {
		buf_str(&b, first ? "" : ",");
		kit_party_put(&b, id, true);
		first = false;
	}
	buf_printf(&b, "],\"in_force\":{\"count\":%u,\"delay_days\":%u},\"term\":{\"days\":%u,\"renewals\":%u},\"notice_days\":%u,\"clauses\":[%s]}",
	    t->count == 0 ? 2 : t->count, t->delay, t->term, t->renewals, t->notice, t->clauses == NULL ? KIT_CLAUSES : t->clauses);
	arena_init(&a, 4 << 20);
	if (canonical)
		CHECK_OK(json_canon(buf_view(&b), &limits, &a, out, &e), &e);
	else
		buf_put(out, buf_view(&b));
	arena_fini(&a);
	buf_fini(&b);
}

static inline struct agreement *
kit_new(const struct kit_text *t)
{
	struct agreement *g = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(t, true, &b);
	CHECK_OK(agreement_new(buf_view(&b), &g, &e), &e);
	buf_fini(&b);
	return g;
}

/* A key's change: by itself, or lost and by the lead. */
static inline void
kit_rekey(const struct agreement *g, struct slice party, bool lost, struct agreement_deed *d, struct arena *a)
{
	struct ed25519 *next = kit_key_nth(party, kit_changes(g, party) + 1);
	struct err e = ERR_INIT;

	d->holder = party;
	d->party = lost ? S("lead") : party;
	d->key = *ed25519_public(next);
	/* Of one who is no party there is none; the act is refused for that. */
	if (!agreement_key_prove(g, party, lost, next, a, &d->proof, &e))
		d->proof = (struct ed25519_signature){ { 0 } };
	ed25519_close(&next);
}

static inline bool
kit_by_lead(enum act_kind k)
{
	return k == ACT_OPENED || k == ACT_INVITED || k == ACT_AMENDED || k == ACT_ENDED;
}

/* In the place of a clause: the lead writes it down. */
#define KIT_LOST 99
/* The line of an act, with what its kind needs. */
static inline struct slice
kit_line(const struct agreement *g, enum act_kind kind, struct slice party, int64_t at_s, uint32_t clause, struct arena *a)
{
	struct agreement_party invites = kit_party(party);
	struct agreement_deed d = { .kind = kind, .party = kit_by_lead(kind) ? S("lead") : party, .paper = sha256_of(S("paper")),
		.date_s = at_s, .clause = clause, .invites = &invites };
	struct ed25519 *lead = kit_key_nth(S("lead"), kit_changes(g, S("lead"))), *key;
	struct err e = ERR_INIT;
	struct slice line = SLICE_NONE;

	if (kind == ACT_AMENDED && g->version < g->text_count)
		d.amends = g->texts[g->version]->sha;
	if (kind == ACT_KEY_CHANGED)
		kit_rekey(g, party, clause == KIT_LOST, &d, a);
	key = kit_key_nth(d.party, kit_changes(g, d.party));
	CHECK_OK(agreement_act_make(g, &d, key, a, &line, &e), &e);
	if (agreement_receipted(g, kind, d.party, d.holder))
		CHECK_OK(agreement_receipt_make(line, lead, at_s, a, &line, &e), &e);
	ed25519_close(&lead);
	ed25519_close(&key);
	return line;
}

static inline bool
kit_act(struct agreement *g, enum act_kind kind, struct slice party, int64_t at_s, uint32_t clause, struct err *e)
{
	struct arena a;
	bool ok;

	arena_init(&a, 1 << 20);
	ok = agreement_act_add(g, kit_line(g, kind, party, at_s, clause, &a), KIT_NOW, e);
	arena_fini(&a);
	return ok;
}

/* The script, up to its end or the first act that is refused. */
static inline bool
kit_run(struct agreement *g, const char *script, struct err *e)
{
	static const struct { const char *verb; enum act_kind kind; } verbs[] = {
		{ "open", ACT_OPENED }, { "invite", ACT_INVITED }, { "sign", ACT_SIGNED }, { "deposit", ACT_DEPOSITED },
		{ "reserve", ACT_RESERVED }, { "unreserve", ACT_RESERVATION_WITHDRAWN }, { "leave", ACT_WITHDRAWAL_NOTIFIED },
		{ "amend", ACT_AMENDED }, { "end", ACT_ENDED }, { "rekey", ACT_KEY_CHANGED }, { "replace", ACT_KEY_CHANGED } };
	struct slice rest = slice_of_str(script), step;

	while (slice_cut(&rest, ';', &step)) {
		struct slice verb, party = S(""), number;
		uint64_t day = 0, clause = 0;
		size_t i = 0;

		step = slice_trim(step);
		CHECK(slice_cut(&step, ' ', &verb));
		while (i < sizeof(verbs) / sizeof(verbs[0]) && !slice_eq(verb, slice_of_str(verbs[i].verb)))
			i++;
		if (!CHECK(i < sizeof(verbs) / sizeof(verbs[0])))
			return false;
		if (verbs[i].kind == ACT_INVITED || !kit_by_lead(verbs[i].kind))
			CHECK(slice_cut(&step, ' ', &party));
		CHECK(slice_cut(&step, ' ', &number) && slice_u64(number, &day));
		if (slice_cut(&step, ' ', &number))
			CHECK(slice_u64(number, &clause));
		if (slice_eq(verb, S("replace")))
			clause = KIT_LOST;
		if (!kit_act(g, verbs[i].kind, party, KIT_DAY(day), (uint32_t)clause, e))
			return false;
	}
	return true;
}

#endif
