#include "share/agree_keys.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "parse/json_canon.h"

#define REQUEST_FORM "entente new key 1"
/* Fewer digits of a fingerprint are no comparison. */
#define MARK_DIGITS_MIN 16

bool
agree_keys_open(struct node *n, bool renew, struct agree_keys *out, struct err *e)
{
	struct agreement_party us;
	struct arena a;
	bool found, ok;

	*out = (struct agree_keys)AGREE_KEYS_NONE;
	arena_init(&a, 64 << 10);
	ok = ed25519_open(node_path(n, "party.key"), &out->now, e) && party_self(n->store, &a, &us, &found, e);
	if (ok && (renew || file_exists(node_path(n, "party.key.next"))))
		ok = ed25519_open(node_path(n, "party.key.next"), &out->next, e);
	/* It was taken, and the machine stopped before the file had its name. */
	if (ok && out->next != NULL && found && ed25519_key_eq(&us.key, ed25519_public(out->next))) {
		ed25519_close(&out->now);
		out->now = out->next;
		out->next = NULL;
	}
	arena_fini(&a);
	if (!ok)
		agree_keys_close(out);
	return ok;
}

void
agree_keys_close(struct agree_keys *k)
{
	ed25519_close(&k->now);
	ed25519_close(&k->next);
}

const struct ed25519 *
agree_keys_of(const struct agree_keys *k, const struct ed25519_key *known)
{
	if (ed25519_key_eq(ed25519_public(k->now), known))
		return k->now;
	return k->next != NULL && ed25519_key_eq(ed25519_public(k->next), known) ? k->next : NULL;
}

/* Does it still need our old key? */
static bool
needs_old(const struct agreement *g, const struct agreement_party *us, const struct agree_keys *k, int64_t now_s)
{
	uint32_t p = agreement_party_find(g, us->id, NULL);
	const struct ed25519_key *old = ed25519_public(k->now);

	if (agreement_state_at(g, now_s) == AGREEMENT_ENDED)
		return false;
	if (slice_eq(g->lead.id, us->id) && ed25519_key_eq(&g->lead.key, old))
		return true;
	return p != UINT32_MAX && ed25519_key_eq(&g->parties[p].key, old) &&
	    adhesion_state_at(agreement_adhesion_at(g, p, now_s), now_s) != ADHESION_LEFT;
}

static bool
all_know(struct store *s, const struct agreement_party *us, const struct agree_keys *k, int64_t now_s, struct err *e)
{
	struct agreements all;
	bool ok;

	if (!agreements_load(s, now_s, &all, e))
		return false;
	ok = all.refused == 0 || err_set(e, ERR_CONFLICT, "an agreement could not be verified; see to it first: entente agreements list");
	for (size_t i = 0; ok && i < all.n; i++) {
		if (needs_old(all.v[i], us, k, now_s))
			ok = err_set(e, ERR_CONFLICT, "%s knows this node by its old key: entente agreements rekey, and take its register in", QUOTE(all.v[i]->texts[0]->id));
	}
	agreements_fini(&all);
	return ok;
}

bool
agree_keys_done(struct node *n, const struct agree_keys *k, int64_t now_s, struct err *e)
{
	char next[4096], to[4096];
	struct agreement_party us;
	struct arena a;
	bool found, ok;

	(void)snprintf(next, sizeof(next), "%s", node_path(n, "party.key.next"));
	(void)snprintf(to, sizeof(to), "%s", node_path(n, "party.key"));
	if (!file_exists(next))
		return err_set(e, ERR_CONFLICT, "there is no next key; make it: entente partners rekey");
	arena_init(&a, 64 << 10);
	ok = party_self(n->store, &a, &us, &found, e) &&
	    (found || err_set(e, ERR_CONFLICT, "this node has no name as a party yet; give it one: entente partners self NAME"));
	/* The setting first: a file under its old name is found by the next one who opens the keys. */
	if (ok && k->next != NULL)
		ok = all_know(n->store, &us, k, now_s, e) && party_self_put(n->store, us.id, ed25519_public(k->next), e);
	arena_fini(&a);
	return ok && (rename(next, to) == 0 || err_sys(e, "%s", to));
}

/* --- a key that is lost or stolen -------------------------------------------------------- */

static const struct json_limits request_limits = { 4096, 4, 40 };

bool
agree_rekey_request(const struct agreement *g, struct slice holder, const struct ed25519 *next, struct arena *a,
    struct slice *out, struct err *e)
{
	char key[ED25519_KEY_HEX + 1], proof[ED25519_SIGNATURE_HEX + 1];
	struct ed25519_signature sig;

	if (!agreement_key_prove(g, holder, true, next, a, &sig, e))
		return false;
	ed25519_key_print(ed25519_public(next), key);
	ed25519_signature_print(&sig, proof);
	*out = arena_printf(a, "{\"agreement\":\"%.*s\",\"form\":\"" REQUEST_FORM "\",\"holder\":\"%.*s\",\"key\":\"%s\",\"proof\":\"%s\"}",
	    SLICE_ARG(g->texts[0]->id), SLICE_ARG(holder), key, proof);
	return out->p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

bool
agree_rekey_read(struct slice request, struct slice agreement, struct arena *a, struct agreement_deed *out, struct err *e)
{
	const struct json *j;

	if (!json_canon_check(slice_trim(request), &request_limits, a, &j, e))
		return false;
	out->holder = json_text(json_get(j, S("holder")));
	if (!slice_eq(json_text(json_get(j, S("form"))), S(REQUEST_FORM)) || j->count != 5 || !agreement_id_ok(out->holder) ||
	    !ed25519_key_parse(json_text(json_get(j, S("key"))), &out->key) ||
	    !ed25519_signature_parse(json_text(json_get(j, S("proof"))), &out->proof))
		return err_set(e, ERR_INPUT, "this is no new key, as entente agreements rekey --lost makes it");
	return slice_eq(json_text(json_get(j, S("agreement"))), agreement) ||
	    err_set(e, ERR_INPUT, "the new key is for the agreement %s", QUOTE(json_text(json_get(j, S("agreement")))));
}

/* --- a partner's -------------------------------------------------------------------------- */

/* Digits alone, in small letters; NONE: something else is in it, or too few. */
static struct slice
digits_of(struct slice mark, char out[SHA256_HEX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < mark.len; i++) {
		if (mark.p[i] == ' ')
			continue;
		if (byte_hex(mark.p[i]) < 0 || n == SHA256_HEX)
			return SLICE_NONE;
		out[n++] = (char)byte_lower(mark.p[i]);
	}
	return n < MARK_DIGITS_MIN ? SLICE_NONE : slice_of(out, n);
}

static bool
is_marked(const struct ed25519_key *key, struct slice digits)
{
	struct sha256 h = ed25519_fingerprint(key);
	char hex[SHA256_HEX + 1];

	sha256_hex(&h, hex);
	return slice_starts(slice_of_str(hex), digits);
}

static bool
key_find(const struct agreements *all, struct slice id, struct slice digits, struct ed25519_key *out)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct agreement *g = all->v[i];
		uint32_t p = agreement_party_find(g, id, NULL);

		if (p != UINT32_MAX && is_marked(&g->parties[p].key, digits))
			return *out = g->parties[p].key, true;
		if (slice_eq(g->lead.id, id) && is_marked(&g->lead.key, digits))
			return *out = g->lead.key, true;
	}
	return false;
}

bool
agree_rekey_partner(struct store *s, struct slice id, struct slice mark, int64_t now_s, struct arena *a,
    struct partner *out, struct err *e)
{
	char text[SHA256_HEX + 1];
	struct slice digits = digits_of(mark, text);
	struct agreements all;
	bool found, ok;

	if (digits.p == NULL)
		return err_set(e, ERR_INPUT, "%s: expected a fingerprint, at least %d digits of 0-9 and a-f", QUOTE(mark), MARK_DIGITS_MIN);
	if (!partner_get(s, id, a, out, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no partner %s", QUOTE(id));
	if (!agreements_load(s, now_s, &all, e))
		return false;
	ok = key_find(&all, id, digits, &out->key) ||
	    err_set(e, ERR_ABSENT, "no agreement here knows %s by a key of this fingerprint; take its register in first, and compare again", QUOTE(id));
	agreements_fini(&all);
	out->has_key = true;
	return ok && partner_put(s, out, true, now_s, e);
}
