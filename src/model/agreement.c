/*
 * agreement: acts in order, each with what it finds and what it leaves. What is
 * kept is when each thing began and ended, so that any date can be asked for
 * without going through the acts again; and as their dates only grow, an act
 * never changes what was so before it.
 */
#include "model/agreement_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/lang.h"

#define DAY_S ((int64_t)86400)
#define NEVER AGREEMENT_NEVER
/* Texts, lines and names of one register; 100,000 lines of half a KiB. */
#define MEMORY_MAX ((size_t)256 << 20)

/* --- texts ----------------------------------------------------------------- */

static bool
text_keep(struct agreement *g, struct slice json, struct err *e)
{
	struct agreement_text *t = arena_alloc(&g->a, sizeof(*t));
	struct slice copy = arena_copy(&g->a, json);

	if (t == NULL || copy.p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", g->a.max);
	if (!agreement_text_read(copy, &g->a, t, e))
		return false;
	if (t->version != g->text_count + 1)
		return err_set(e, ERR_INPUT, "agreement: version %u of its text comes where version %u is expected", t->version, g->text_count + 1);
	if (g->text_count > 0 && (!slice_eq(t->id, g->texts[0]->id) || t->kind != g->texts[0]->kind ||
		!slice_eq(t->lead.id, g->texts[0]->lead.id)))
		return err_set(e, ERR_INPUT, "agreement: version %u of its text has another name, kind or lead than the first", t->version);
	g->texts = xgrown(g->texts, g->text_count, sizeof(*g->texts)); /* NOLINT(bugprone-sizeof-expression): pointers */
	g->version_s = xgrown(g->version_s, g->text_count, sizeof(*g->version_s));
	g->version_s[g->text_count] = NEVER;
	g->texts[g->text_count++] = t;
	return true;
}

bool
agreement_new(struct slice text, struct agreement **out, struct err *e)
{
	struct agreement *g = xalloc(sizeof(*g));

	*g = (struct agreement){ .version = 1, .opened_s = NEVER, .in_force_s = NEVER, .ended_s = NEVER };
	arena_init(&g->a, MEMORY_MAX);
	*out = g;
	if (text_keep(g, text, e)) {
		g->lead = g->texts[0]->lead;
		return true;
	}
	agreement_free(out);
	return false;
}

bool
agreement_text_add(struct agreement *g, struct slice text, struct err *e)
{
	return text_keep(g, text, e);
}

void
agreement_free(struct agreement **gp)
{
	struct agreement *g = *gp;

	*gp = NULL;
	if (g == NULL)
		return;
	for (uint32_t i = 0; i < g->adhesion_count; i++)
		free(g->adhesions[i].accepts);
	free(g->adhesions);
	free(g->reservations);
	free(g->parties);
	free(g->changes);
	free(g->acts);
	free(g->texts);
	free(g->version_s);
	arena_fini(&g->a);
	free(g);
}

struct sha256
agreement_head(const struct agreement *g)
{
	static const struct sha256 none;

	return g->act_count == 0 ? none : g->acts[g->act_count - 1].sha;
}

/* --- what an act finds and leaves -------------------------------------------- */

static void
round_begin(struct agreement *g, uint32_t party, int64_t at_s)
{
	g->adhesions = xgrown(g->adhesions, g->adhesion_count, sizeof(*g->adhesions));
	g->adhesions[g->adhesion_count++] = (struct adhesion){ .party = party, .invited_s = at_s, .signed_s = NEVER,
		.deposited_s = NEVER, .in_force_s = NEVER, .notified_s = NEVER, .left_s = NEVER };
}

static void
party_add(struct agreement *g, const struct agreement_party *p)
{
	g->parties = xgrown(g->parties, g->party_count, sizeof(*g->parties));
	g->parties[g->party_count++] = *p;
}

static bool
open_do(struct agreement *g, int64_t at_s)
{
	const struct agreement_text *t = g->texts[0];

	g->opened_s = g->version_s[0] = at_s;
	for (uint32_t i = 0; i < t->party_count; i++) {
		party_add(g, &t->parties[i]);
		round_begin(g, i, at_s);
	}
	return true;
}

static bool
invite_do(struct agreement *g, const struct agreement_act *x, int64_t at_s, struct err *e)
{
	const struct agreement_party *p = &x->invites, *lead = &g->lead;
	uint32_t i = agreement_party_find(g, p->id, NULL);
	struct slice holder;

	if (slice_eq(p->id, lead->id) != ed25519_key_eq(&p->key, &lead->key))
		return err_set(e, ERR_INPUT, "%s has the lead's name or its key, and not both", QUOTE(p->id));
	if (agreement_key_was(g, &p->key, &holder) && !slice_eq(holder, p->id))
		return err_set(e, ERR_INPUT, "%s has the key of %s", QUOTE(p->id), QUOTE(holder));
	if (i == UINT32_MAX) {
		if (g->party_count >= AGREEMENT_PARTIES_MAX)
			return err_set(e, ERR_LIMIT, "more than %d parties", AGREEMENT_PARTIES_MAX);
		i = g->party_count;
		party_add(g, p);
	} else if (!ed25519_key_eq(&g->parties[i].key, &p->key)) {
		return err_set(e, ERR_INPUT, "%s is invited under another key than the one it had", QUOTE(p->id));
	} else if (adhesion_state_at(agreement_round(g, i, at_s), at_s) != ADHESION_LEFT) {
		return err_set(e, ERR_CONFLICT, "%s is invited already", QUOTE(p->id));
	}
	if (g->adhesion_count >= AGREEMENT_ROUNDS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d invitations", AGREEMENT_ROUNDS_MAX);
	round_begin(g, i, at_s);
	return true;
}

static void
accept(struct agreement *g, struct adhesion *r, int64_t at_s)
{
	r->accepts = xgrown(r->accepts, r->accept_count, sizeof(*r->accepts));
	r->accepts[r->accept_count++] = (struct agreement_accept){ g->version, at_s };
}

/* Has it done all that its kind of agreement asks for, and is it staying? */
static bool
bound(const struct agreement *g, const struct adhesion *r)
{
	return (g->texts[0]->kind == AGREEMENT_MEMORANDUM ? r->deposited_s : r->signed_s) != NEVER && r->notified_s == NEVER;
}

/* One more is bound: the agreement comes into force by it, or for it. */
static void
force(struct agreement *g, struct adhesion *r, int64_t at_s)
{
	const struct agreement_text *t = agreement_text_now(g);
	int64_t then_s = at_s + (int64_t)t->force_delay_days * DAY_S;
	uint32_t n = 0;

	if (g->in_force_s != NEVER) {
		r->in_force_s = then_s > g->in_force_s ? then_s : g->in_force_s;
		return;
	}
	for (uint32_t i = 0; i < g->adhesion_count; i++)
		n += bound(g, &g->adhesions[i]);
	if (n < t->force_count)
		return;
	g->in_force_s = then_s;
	for (uint32_t i = 0; i < g->adhesion_count; i++) {
		if (bound(g, &g->adhesions[i]))
			g->adhesions[i].in_force_s = then_s;
	}
}

static bool
sign_do(struct agreement *g, struct adhesion *r, enum adhesion_state s, int64_t at_s, struct err *e)
{
	bool memorandum = g->texts[0]->kind == AGREEMENT_MEMORANDUM;

	if (s == ADHESION_INVITED) {
		r->signed_s = at_s;
		if (memorandum)
			return true;
		accept(g, r, at_s);
		force(g, r, at_s);
		return true;
	}
	if (memorandum)
		return err_set(e, ERR_CONFLICT, "it has signed already; a text that was amended is accepted by a deposit");
	if (r->accepts[r->accept_count - 1].version == g->version)
		return err_set(e, ERR_CONFLICT, "it has signed this text already");
	accept(g, r, at_s);
	return true;
}

static bool
deposit_do(struct agreement *g, struct adhesion *r, enum adhesion_state s, int64_t at_s, struct err *e)
{
	if (g->texts[0]->kind != AGREEMENT_MEMORANDUM)
		return err_set(e, ERR_CONFLICT, "nothing is deposited under an agreement without a depositary");
	if (s == ADHESION_INVITED)
		return err_set(e, ERR_CONFLICT, "it has not signed");
	if (s == ADHESION_SIGNED) {
		r->deposited_s = at_s;
		accept(g, r, at_s);
		force(g, r, at_s);
		return true;
	}
	if (r->accepts[r->accept_count - 1].version == g->version)
		return err_set(e, ERR_CONFLICT, "it has deposited for this text already");
	accept(g, r, at_s);
	return true;
}

static bool
clause_there(const struct agreement *g, uint32_t clause, struct err *e)
{
	return agreement_clause_find(agreement_text_now(g), clause) != NULL ||
	    err_set(e, ERR_ABSENT, "the agreement has no clause %u", clause);
}

static bool
reserve_do(struct agreement *g, uint32_t party, uint32_t clause, int64_t at_s, struct err *e)
{
	if (!clause_there(g, clause, e))
		return false;
	if (agreement_reserved_at(g, party, clause, at_s))
		return err_set(e, ERR_CONFLICT, "it has a reservation against clause %u already", clause);
	if (g->reservation_count >= AGREEMENT_RESERVATIONS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d reservations", AGREEMENT_RESERVATIONS_MAX);
	g->reservations = xgrown(g->reservations, g->reservation_count, sizeof(*g->reservations));
	g->reservations[g->reservation_count++] = (struct agreement_reservation){ party, clause, at_s, NEVER };
	return true;
}

static bool
unreserve_do(struct agreement *g, uint32_t party, uint32_t clause, int64_t at_s, struct err *e)
{
	for (uint32_t i = 0; i < g->reservation_count; i++) {
		struct agreement_reservation *r = &g->reservations[i];

		if (r->party == party && r->clause == clause && r->until_s == NEVER) {
			r->until_s = at_s;
			return true;
		}
	}
	return err_set(e, ERR_CONFLICT, "it has no reservation against clause %u", clause);
}

/* Who is in force stays for the notice period; who is not leaves at once. */
static bool
leave_do(struct agreement *g, struct adhesion *r, int64_t at_s)
{
	r->notified_s = at_s;
	if (r->in_force_s <= at_s) {
		r->left_s = at_s + (int64_t)g->texts[adhesion_version_at(r, at_s) - 1]->notice_days * DAY_S;
	} else {
		r->in_force_s = NEVER;
		r->left_s = at_s;
	}
	return true;
}

static bool
amend_do(struct agreement *g, const struct agreement_act *x, int64_t at_s, struct err *e)
{
	enum agreement_state s = agreement_state_at(g, at_s);

	if (s != AGREEMENT_IN_FORCE && s != AGREEMENT_AMENDED)
		return err_set(e, ERR_CONFLICT, "it is not in force, so there is nothing to amend");
	if (g->version >= g->text_count || memcmp(&g->texts[g->version]->sha, &x->amends, sizeof(x->amends)) != 0)
		return err_set(e, ERR_ABSENT, "the amended text that it names is not there");
	if (!ed25519_key_eq(&g->texts[g->version]->lead.key, &g->lead.key))
		return err_set(e, ERR_CONFLICT, "the amended text gives %s another key than it has", QUOTE(g->lead.id));
	g->version_s[g->version++] = at_s;
	return true;
}

/* An act of a party that is in, or on its way in. */
static bool
party_do(struct agreement *g, const struct agreement_act *x, uint32_t party, int64_t at_s, struct err *e)
{
	struct adhesion *r = agreement_round(g, party, at_s);
	enum adhesion_state s = adhesion_state_at(r, at_s);

	if (r == NULL || s == ADHESION_LEFT)
		return err_set(e, ERR_CONFLICT, "%s has left; it may be invited again", QUOTE(x->party));
	if (s == ADHESION_NOTIFIED)
		return err_set(e, ERR_CONFLICT, "%s is leaving already", QUOTE(x->party));
	switch (x->kind) {
	case ACT_SIGNED:
		return sign_do(g, r, s, at_s, e);
	case ACT_DEPOSITED:
		return deposit_do(g, r, s, at_s, e);
	case ACT_RESERVED:
		return reserve_do(g, party, x->clause, at_s, e);
	case ACT_RESERVATION_WITHDRAWN:
		return unreserve_do(g, party, x->clause, at_s, e);
	case ACT_WITHDRAWAL_NOTIFIED:
		return leave_do(g, r, at_s);
	case ACT_OPENED:
	case ACT_INVITED:
	case ACT_AMENDED:
	case ACT_ENDED:
	case ACT_KEY_CHANGED:
	case ACT_KIND_COUNT:
		break;
	}
	return err_set(e, ERR_INTERNAL, "an act of the lead");
}

static bool
lead_do(struct agreement *g, const struct agreement_act *x, int64_t at_s, struct err *e)
{
	if (x->kind == ACT_OPENED)
		return open_do(g, at_s);
	if (x->kind == ACT_INVITED)
		return invite_do(g, x, at_s, e);
	if (x->kind == ACT_AMENDED)
		return amend_do(g, x, at_s, e);
	g->ended_s = at_s;
	return true;
}

/* --- an act's place, dates and signatures -------------------------------------- */

static bool
place_ok(const struct agreement *g, const struct agreement_act *x, struct err *e)
{
	struct sha256 head = agreement_head(g);

	if (!slice_eq(x->agreement, g->texts[0]->id))
		return err_set(e, ERR_INPUT, "it belongs to the agreement %s", QUOTE(x->agreement));
	if (x->number != g->act_count + 1)
		return err_set(e, ERR_INPUT, "it says that it is number %u: an act is missing, or was put in again", x->number);
	if (memcmp(&x->before, &head, sizeof(head)) != 0)
		return err_set(e, ERR_INPUT, "it does not follow on the act before it: another act, or a changed one, stood there when it was signed");
	if (memcmp(&x->text, &agreement_text_now(g)->sha, sizeof(x->text)) != 0)
		return err_set(e, ERR_INPUT, "it is about another text than the one that held then");
	if ((x->kind == ACT_OPENED) != (g->act_count == 0))
		return err_set(e, ERR_CONFLICT, "an agreement is opened once, before all else");
	return true;
}

static bool
dates_ok(const struct agreement *g, const struct agreement_act *x, int64_t now_s, struct err *e)
{
	int64_t at_s = act_effective_s(x);

	if (x->date_s > at_s)
		return err_set(e, ERR_INPUT, "its receipt is older than the act itself");
	if (at_s > now_s + AGREEMENT_SKEW_S)
		return err_set(e, ERR_INPUT, "its date lies in the future");
	if (g->act_count > 0 && at_s < act_effective_s(&g->acts[g->act_count - 1]))
		return err_set(e, ERR_INPUT, "it is dated before the act that it follows");
	return true;
}

static bool
receipt_ok(const struct agreement *g, const struct agreement_act *x, struct err *e)
{
	bool receipt = agreement_receipted(g, x->kind, x->party, x->holder);

	if (receipt != x->receipted)
		return receipt ? err_set(e, ERR_INPUT, "the depositary's receipt is missing") :
		    err_set(e, ERR_INPUT, "it has a receipt where none is given");
	return !receipt || agreement_receipt_verify(x, &g->lead.key) ||
	    err_set(e, ERR_DENIED, "its receipt is not signed by the depositary");
}

/* *party_out: whose act it is; of the lead's acts UINT32_MAX. */
static bool
signature_ok(const struct agreement *g, const struct agreement_act *x, uint32_t *party_out, struct err *e)
{
	const struct agreement_party *lead = &g->lead;
	const struct ed25519_key *key = &lead->key;

	*party_out = UINT32_MAX;
	if (agreement_by_lead(g, x->kind, x->party)) {
		if (!slice_eq(x->party, lead->id))
			return err_set(e, ERR_DENIED, "this is for %s alone to do, and %s did it", QUOTE(lead->id), QUOTE(x->party));
	} else {
		*party_out = agreement_party_find(g, x->party, NULL);
		if (*party_out == UINT32_MAX)
			return err_set(e, ERR_DENIED, "%s was not invited", QUOTE(x->party));
		key = &g->parties[*party_out].key;
	}
	if (agreement_act_verify(x, key))
		return true;
	if (agreement_signed_before(g, x))
		return err_set(e, ERR_DENIED, "it is signed with a key that %s no longer has", QUOTE(x->party));
	return err_set(e, ERR_DENIED, "its signature is not one of %s", QUOTE(x->party));
}

/* tried: its receipt is to come. */
static bool
act_do(struct agreement *g, const struct agreement_act *x, int64_t now_s, bool tried, struct err *e)
{
	int64_t at_s = act_effective_s(x);
	uint32_t party;

	if (!place_ok(g, x, e) || !signature_ok(g, x, &party, e) || (!tried && !receipt_ok(g, x, e)) || !dates_ok(g, x, now_s, e))
		return false;
	if (agreement_state_at(g, at_s) == AGREEMENT_ENDED)
		return err_set(e, ERR_CONFLICT, "the agreement had ended by then");
	if (x->kind == ACT_KEY_CHANGED)
		return agreement_key_do(g, x, at_s, e);
	return agreement_by_lead(g, x->kind, x->party) ? lead_do(g, x, at_s, e) : party_do(g, x, party, at_s, e);
}

bool
agreement_act_add(struct agreement *g, struct slice line, int64_t now_s, struct err *e)
{
	struct agreement_act x = { .line = arena_copy(&g->a, line) };
	bool ok;

	if (g->act_count >= AGREEMENT_ACTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d acts", AGREEMENT_ACTS_MAX);
	ok = x.line.p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", g->a.max);
	if (!ok || !agreement_act_read(x.line, &g->a, &x, e) || !act_do(g, &x, now_s, false, e))
		return err_within(e, "act %u", g->act_count + 1);
	g->acts = xgrown(g->acts, g->act_count, sizeof(*g->acts));
	g->acts[g->act_count++] = x;
	return true;
}

bool
agreement_act_try(struct agreement *g, struct slice line, int64_t now_s, struct err *e)
{
	struct agreement_act x;
	bool ok = agreement_act_read(line, &g->a, &x, e);

	if (ok && agreement_receipted(g, x.kind, x.party, x.holder)) {
		x.receipted = true;
		x.receipt_s = now_s;
	}
	return (ok && act_do(g, &x, now_s, true, e)) || err_within(e, "act %u", g->act_count + 1);
}
