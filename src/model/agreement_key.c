/*
 * agreement_key: whose key is it, and how it becomes another. A party lays its key
 * down by an act that the old key signs; where the old one is lost or stolen the
 * lead writes it down, on a paper from the party. Both stand in the register, and
 * both hold a proof that whoever names the new key has its secret half: else
 * somebody could have another's signatures pass as a party's own (decision 0118).
 */
#include <string.h>

#include "model/agreement_room.h"

bool
agreement_by_lead(const struct agreement *g, enum act_kind k, struct slice party)
{
	return k == ACT_OPENED || k == ACT_INVITED || k == ACT_AMENDED || k == ACT_ENDED ||
	    (k == ACT_KEY_CHANGED && slice_eq(party, g->lead.id));
}

bool
agreement_receipted(const struct agreement *g, enum act_kind k, struct slice party, struct slice holder)
{
	if (!agreement_by_lead(g, k, party))
		return g->texts[0]->kind == AGREEMENT_MEMORANDUM;
	/* A paper came from a party: when, is what counts. */
	return k == ACT_KEY_CHANGED && !slice_eq(party, holder);
}

/* Is key the one that id has now, or one from which it came here by its own signatures alone? */
static bool
leads_to(const struct agreement *g, struct slice id, const struct ed25519_key *now, const struct ed25519_key *key)
{
	if (ed25519_key_eq(now, key))
		return true;
	for (uint32_t i = g->change_count; i-- > 0;) {
		const struct agreement_key_change *x = &g->changes[i];

		if (!slice_eq(x->holder, id))
			continue;
		if (x->by_lead)
			return false; /* people decide whether they believe that */
		if (ed25519_key_eq(&x->from, key))
			return true;
	}
	return false;
}

uint32_t
agreement_party_find(const struct agreement *g, struct slice id, const struct ed25519_key *key)
{
	for (uint32_t i = 0; i < g->party_count; i++) {
		if (slice_eq(g->parties[i].id, id))
			return key == NULL || leads_to(g, id, &g->parties[i].key, key) ? i : UINT32_MAX;
	}
	return UINT32_MAX;
}

bool
agreement_lead_is(const struct agreement *g, struct slice id, const struct ed25519_key *key)
{
	return slice_eq(g->lead.id, id) && leads_to(g, id, &g->lead.key, key);
}

bool
agreement_key_was(const struct agreement *g, const struct ed25519_key *key, struct slice *holder_out)
{
	*holder_out = g->lead.id;
	if (ed25519_key_eq(&g->lead.key, key))
		return true;
	for (uint32_t i = 0; i < g->party_count; i++) {
		*holder_out = g->parties[i].id;
		if (ed25519_key_eq(&g->parties[i].key, key))
			return true;
	}
	for (uint32_t i = 0; i < g->change_count; i++) {
		*holder_out = g->changes[i].holder;
		if (ed25519_key_eq(&g->changes[i].from, key))
			return true;
	}
	*holder_out = SLICE_NONE;
	return false;
}

bool
agreement_signed_before(const struct agreement *g, const struct agreement_act *x)
{
	for (uint32_t i = 0; i < g->change_count; i++) {
		if (slice_eq(g->changes[i].holder, x->party) && agreement_act_verify(x, &g->changes[i].from))
			return true;
	}
	return false;
}

/*
 * What the new key signs. before: the line that the act follows, so that a party's
 * own change vouches for all of the register before it; zero in what is sent to the
 * lead, who puts it in when it comes.
 */
static struct slice
proven(struct slice agreement, struct slice holder, const struct ed25519_key *from, const struct ed25519_key *to,
    const struct sha256 *before, struct arena *a)
{
	char from_hex[ED25519_KEY_HEX + 1], to_hex[ED25519_KEY_HEX + 1], before_hex[SHA256_HEX + 1];

	ed25519_key_print(from, from_hex);
	ed25519_key_print(to, to_hex);
	sha256_hex(before, before_hex);
	return arena_printf(a, "%.*s\n%.*s\n%s\n%s\n%s", SLICE_ARG(agreement), SLICE_ARG(holder), from_hex, to_hex, before_hex);
}

bool
agreement_key_prove(const struct agreement *g, struct slice holder, bool lost, const struct ed25519 *next,
    struct arena *a, struct ed25519_signature *out, struct err *e)
{
	struct sha256 before = lost ? (struct sha256){ { 0 } } : agreement_head(g);
	uint32_t p = agreement_party_find(g, holder, NULL);
	const struct ed25519_key *from = p == UINT32_MAX ? NULL : &g->parties[p].key;
	struct slice text;

	if (slice_eq(holder, g->lead.id))
		from = &g->lead.key;
	if (from == NULL)
		return err_set(e, ERR_DENIED, "%s was not invited", QUOTE(holder));
	text = proven(g->texts[0]->id, holder, from, ed25519_public(next), &before, a);
	if (text.p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	ed25519_sign(next, KEY_PURPOSE, text, out);
	return true;
}

static bool
proof_ok(const struct agreement *g, const struct agreement_act *x, const struct ed25519_key *from, bool by_lead, struct err *e)
{
	struct sha256 before = by_lead ? (struct sha256){ { 0 } } : x->before;
	struct arena a;
	struct slice text;
	bool ok;

	arena_init(&a, 4096);
	text = proven(g->texts[0]->id, x->holder, from, &x->key, &before, &a);
	ok = text.p != NULL && ed25519_verify(&x->key, KEY_PURPOSE, text, &x->proof);
	arena_fini(&a);
	return ok || err_set(e, ERR_DENIED, "the new key has not signed that it is %s's", QUOTE(x->holder));
}

/* party: of the holder; UINT32_MAX where the lead is no party. */
static void
change(struct agreement *g, const struct agreement_act *x, uint32_t party, const struct ed25519_key *from, bool by_lead, int64_t at_s)
{
	g->changes = xgrown(g->changes, g->change_count, sizeof(*g->changes));
	g->changes[g->change_count++] = (struct agreement_key_change){ x->holder, *from, x->key, at_s, by_lead };
	if (party != UINT32_MAX)
		g->parties[party].key = x->key;
	if (slice_eq(x->holder, g->lead.id))
		g->lead.key = x->key;
}

bool
agreement_key_do(struct agreement *g, const struct agreement_act *x, int64_t at_s, struct err *e)
{
	bool by_lead = !slice_eq(x->holder, x->party), lead = slice_eq(x->holder, g->lead.id);
	uint32_t party = agreement_party_find(g, x->holder, NULL);
	struct ed25519_key from;
	struct slice other;

	if (by_lead && !slice_eq(x->party, g->lead.id))
		return err_set(e, ERR_DENIED, "%s changes the key of %s, which is for that one or for %s to do", QUOTE(x->party), QUOTE(x->holder), QUOTE(g->lead.id));
	if (party == UINT32_MAX && !lead)
		return err_set(e, ERR_DENIED, "%s was not invited", QUOTE(x->holder));
	if (!by_lead && !lead && adhesion_state_at(agreement_round(g, party, at_s), at_s) == ADHESION_LEFT)
		return err_set(e, ERR_CONFLICT, "%s has left; it may be invited again", QUOTE(x->holder));
	from = lead ? g->lead.key : g->parties[party].key;
	/* Also one that was laid down: it may be what was stolen. */
	if (agreement_key_was(g, &x->key, &other))
		return err_set(e, ERR_CONFLICT, "the new key is one that %s has, or had", QUOTE(other));
	if (!proof_ok(g, x, &from, by_lead, e))
		return false;
	change(g, x, party, &from, by_lead, at_s);
	return true;
}
