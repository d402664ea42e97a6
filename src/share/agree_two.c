#include "share/agree_two.h"

#include "store/account.h"

/* --- is it asked for? -------------------------------------------------------------------- */

static bool
one_more(void *cookie, const struct account *x, struct err *e)
{
	(void)e;
	*(size_t *)cookie += !x->locked && (who_roles_rights(x->roles) >> RIGHT_AGREEMENTS_CHANGE & 1) != 0;
	return true;
}

bool
agree_two_needed(struct node *n, bool *out, struct err *e)
{
	size_t people = 0;

	*out = slice_eq(n->conf.agreements_two, S("yes"));
	if (*out || slice_eq(n->conf.agreements_two, S("no")))
		return true;
	if (!account_list(n->store, one_more, &people, e))
		return false;
	*out = people >= 2;
	return true;
}

bool
agree_own(const struct proposal *p, const struct who *w)
{
	if (p->by_account != 0 || w->account != 0)
		return p->by_account == w->account;
	return p->by_kind == w->kind && slice_eq(p->by, w->name);
}

/* --- what it says -------------------------------------------------------------------------- */

bool
agree_deed(struct store *s, const struct proposal *p, struct arena *a, struct agreement_deed *out,
    struct agreement_party *invites, struct err *e)
{
	struct partner x;
	bool found;

	*out = (struct agreement_deed){ .kind = p->kind, .date_s = p->date_s, .clause = p->clause, .paper = p->paper };
	if (p->kind == ACT_KEY_CHANGED && p->request.len > 0)
		return agree_rekey_read(p->request, p->agreement, a, out, e);
	if (p->kind != ACT_INVITED)
		return true;
	if (!partner_get(s, p->party.p == NULL ? S("") : p->party, a, &x, &found, e))
		return false;
	if (!found || !x.has_key)
		return err_set(e, ERR_INPUT, "%s is no partner whose key is known; enter it: entente partners key", QUOTE(p->party));
	*invites = (struct agreement_party){ x.id, x.name, x.country, p->role, x.key };
	out->invites = invites;
	return true;
}

/* The key that it is about: what a second person sees must be what is signed. */
static struct ed25519_key
key_about(const struct agreement_deed *d, const struct agree_keys *keys)
{
	if (d->kind == ACT_INVITED)
		return d->invites->key;
	if (d->kind == ACT_KEY_CHANGED && d->holder.p != NULL)
		return d->key;
	return d->kind == ACT_KEY_CHANGED && keys->next != NULL ? *ed25519_public(keys->next) : (struct ed25519_key){ { 0 } };
}

/* --- proposing ------------------------------------------------------------------------------ */

static bool
line_try(struct store *s, struct proposal *p, const struct agree_keys *keys, int64_t now_s, struct arena *a, struct err *e)
{
	struct agreement_act x;

	if (!agreement_act_read(p->line, a, &x, e))
		return false;
	p->agreement = x.agreement;
	p->kind = x.kind;
	p->party = x.party;
	p->paper = x.paper;
	p->date_s = x.date_s;
	p->clause = x.clause;
	return agree_take_try(s, p->line, keys, now_s, a, &p->text, e);
}

bool
agree_propose(struct store *s, struct proposal *p, const struct who *by, const struct agree_keys *keys,
    int64_t now_s, struct arena *a, struct err *e)
{
	struct agreement_party invites;
	struct agreement_deed d;

	if (p->line.len > 0) {
		if (!line_try(s, p, keys, now_s, a, e))
			return false;
	} else {
		if (!agree_deed(s, p, a, &d, &invites, e) || !agree_try(s, p->agreement, &d, keys, now_s, a, &p->text, e))
			return false;
		p->key = key_about(&d, keys);
	}
	p->by_kind = by->kind;
	p->by_account = by->account;
	p->by = by->name;
	return proposal_add(s, p, now_s, e);
}

/* --- confirming ------------------------------------------------------------------------------- */

static bool
text_same(struct store *s, const struct proposal *p, int64_t now_s, struct err *e)
{
	struct agreement *g;
	bool same;

	if (!agreement_load(s, p->agreement, now_s, &g, e))
		return false;
	same = memcmp(&agreement_text_now(g)->sha, &p->text, sizeof(p->text)) == 0;
	agreement_free(&g);
	return same || err_set(e, ERR_CONFLICT, "the text of %s is another one than when this was proposed; propose it anew", QUOTE(p->agreement));
}

static bool
sign(struct store *s, const struct proposal *p, const struct agree_keys *keys, int64_t now_s, struct arena *a, struct agree_confirmed *out, struct err *e)
{
	struct agreement_party invites;
	struct agreement_deed d;
	struct agreement_act x;
	struct ed25519_key key;

	if (p->line.len > 0) {
		out->kept = true;
		if (!agree_take(s, p->line, keys, now_s, a, &x, e))
			return false;
		out->line = x.line;
		return true;
	}
	if (!agree_deed(s, p, a, &d, &invites, e))
		return false;
	key = key_about(&d, keys);
	return (ed25519_key_eq(&key, &p->key) || err_set(e, ERR_CONFLICT, "the key that this is about is another one than when it was proposed; propose it anew")) &&
	    agree_do(s, p->agreement, &d, keys, now_s, a, &out->line, &out->kept, e);
}

static bool
confirm(struct store *s, int64_t id, const struct who *by, const struct agree_keys *keys, int64_t now_s, struct arena *a, struct agree_confirmed *out, struct err *e)
{
	struct proposal *p = &out->proposal;

	if (!proposal_get(s, id, a, p, e))
		return false;
	if (p->state != PROPOSAL_OPEN)
		return err_set(e, ERR_CONFLICT, "proposal %lld was confirmed or refused already", (long long)id);
	if (agree_own(p, by))
		return err_set(e, ERR_DENIED, "you proposed it: another person confirms it");
	if (now_s - p->at_s > (int64_t)PROPOSAL_DAYS * 86400)
		return err_set(e, ERR_CONFLICT, "proposal %lld is older than %d days; propose it anew", (long long)id, PROPOSAL_DAYS);
	return text_same(s, p, now_s, e) && sign(s, p, keys, now_s, a, out, e) && proposal_decide(s, id, PROPOSAL_DONE, by->name, now_s, e);
}

bool
agree_confirm(struct store *s, int64_t id, const struct who *by, const struct agree_keys *keys, int64_t now_s,
    struct arena *a, struct agree_confirmed *out, struct err *e)
{
	bool mine;

	*out = (struct agree_confirmed){ .kept = false };
	return store_begin(s, &mine, e) && store_end(s, mine, confirm(s, id, by, keys, now_s, a, out, e), e);
}

bool
agree_refuse(struct store *s, int64_t id, const struct who *by, int64_t now_s, struct arena *a, struct proposal *out, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, proposal_get(s, id, a, out, e) && proposal_decide(s, id, PROPOSAL_REFUSED, by->name, now_s, e), e);
}
