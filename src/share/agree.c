#include "share/agree.h"

#include <stdlib.h>

#include "parse/json_canon.h"

static const struct json_limits draft_limits = { AGREEMENT_TEXT_BYTES_MAX, 8, 20000 };

/* --- drafts ---------------------------------------------------------------------- */

/* "wordings" with the files' hashes, in front of the other members. */
static void
wordings_put(struct slice json, const struct agree_wording *w, size_t n, struct buf *out)
{
	buf_str(out, "{\"wordings\":{");
	for (size_t i = 0; i < n; i++) {
		struct sha256 sha = sha256_of(w[i].bytes);
		char hex[SHA256_HEX + 1];

		sha256_hex(&sha, hex);
		buf_printf(out, "%s\"%s\":\"%s\"", i == 0 ? "" : ",", lang_tag(w[i].lang), hex);
	}
	buf_str(out, "}");
	if (json.len > 2)
		buf_byte(out, ',');
	buf_put(out, slice_from(json, 1));
}

static bool
wordings_fit(const struct agreement_text *t, const struct agree_wording *w, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct sha256 sha = sha256_of(w[i].bytes);

		if (!t->wordings[w[i].lang].there || memcmp(&t->wordings[w[i].lang].sha, &sha, sizeof(sha)) != 0)
			return err_set(e, ERR_INPUT, "the wording in \"%s\" is not the one whose hash stands in the draft", lang_tag(w[i].lang));
	}
	return true;
}

static bool
draft_keep(struct store *s, const struct agreement_text *t, const struct agree_wording *w, size_t n, struct err *e)
{
	bool ok = agreement_text_put(s, t, e);

	for (size_t i = 0; ok && i < n; i++)
		ok = agreement_wording_put(s, w[i].bytes, e);
	return ok;
}

bool
agree_draft(struct store *s, struct slice json, const struct agree_wording *w, size_t n,
    struct arena *a, struct agreement_text *out, struct err *e)
{
	const struct json *j;
	struct buf canonical, with;
	bool mine, ok;

	buf_init(&canonical, AGREEMENT_TEXT_BYTES_MAX);
	buf_init(&with, AGREEMENT_TEXT_BYTES_MAX);
	ok = json_canon(json, &draft_limits, a, &canonical, e) && json_parse(buf_view(&canonical), &draft_limits, a, &j, e);
	if (ok && json_is(j, JSON_OBJECT) && json_get(j, S("wordings")) == NULL && n > 0) {
		wordings_put(buf_view(&canonical), w, n, &with);
		buf_clear(&canonical);
		ok = json_canon(buf_view(&with), &draft_limits, a, &canonical, e);
	}
	if (ok) {
		struct slice text = arena_copy(a, buf_view(&canonical));

		ok = (text.p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max)) &&
		    agreement_text_read(text, a, out, e) && wordings_fit(out, w, n, e);
	}
	buf_fini(&canonical);
	buf_fini(&with);
	return ok && store_begin(s, &mine, e) && store_end(s, mine, draft_keep(s, out, w, n, e), e);
}

bool
agree_wording_find(struct store *s, const struct agreement_text *t, enum lang asked, struct arena *a,
    struct slice *out, enum lang *lang_out, struct err *e)
{
	enum lang order[LANG_COUNT];
	unsigned n = agreement_wording_order(t, asked, order);

	for (unsigned i = 0; i < n; i++) {
		bool found;

		*lang_out = order[i];
		if (!agreement_wording_get(s, &t->wordings[order[i]].sha, a, out, &found, e))
			return false;
		if (found)
			return true;
	}
	return err_set(e, ERR_ABSENT, "no wording of %s is here, only their hashes", QUOTE(t->id));
}

/* --- acts ------------------------------------------------------------------------ */

/* What the parties are to sign must be here for them to read. */
static bool
wordings_here(struct store *s, const struct agreement_text *t, struct err *e)
{
	struct arena a;
	bool ok = true;

	arena_init(&a, AGREEMENT_WORDING_BYTES_MAX + 4096);
	for (unsigned l = 0; ok && l < LANG_COUNT; l++) {
		struct slice bytes;
		bool found;

		if ((t->authentic >> l & 1) == 0)
			continue;
		arena_reset(&a);
		ok = agreement_wording_get(s, &t->wordings[l].sha, &a, &bytes, &found, e) &&
		    (found || err_set(e, ERR_CONFLICT, "the authentic wording in \"%s\" is not here; give it with the draft", lang_tag((enum lang)l)));
	}
	arena_fini(&a);
	return ok;
}

static bool
self_get(struct store *s, const struct agree_keys *keys, struct arena *a, struct agreement_party *us, struct err *e)
{
	bool found;

	if (!party_self(s, a, us, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_CONFLICT, "this node has no name as a party yet; give it one: entente partners self NAME");
	return ed25519_key_eq(&us->key, ed25519_public(keys->now)) ||
	    err_set(e, ERR_CONFLICT, "party.key is not the key that was this node's; put a copy of it back");
}

/* The key that the register knows us by: NULL where it is none that we have. */
static const struct ed25519 *
our_key(const struct agreement *g, const struct agreement_party *us, bool as_lead, const struct agree_keys *keys)
{
	uint32_t p = agreement_party_find(g, us->id, NULL);

	if (as_lead)
		return slice_eq(g->lead.id, us->id) ? agree_keys_of(keys, &g->lead.key) : NULL;
	return p == UINT32_MAX ? NULL : agree_keys_of(keys, &g->parties[p].key);
}

/* Who neither leads nor is a party signs all the same: trying it says what is wrong with that. */
static const struct ed25519 *
signing_key(const struct agreement *g, const struct agreement_party *us, const struct agree_keys *keys)
{
	const struct ed25519 *k = our_key(g, us, true, keys);

	k = k == NULL ? our_key(g, us, false, keys) : k;
	return k == NULL ? keys->now : k;
}

static bool
rekey_ready(const struct agreement *g, struct agreement_deed *d, const struct agree_keys *keys, struct arena *a, struct err *e)
{
	if (d->holder.p != NULL && !slice_eq(d->holder, d->party))
		return true; /* another's, on a paper: with its own proof */
	if (keys->next == NULL)
		return err_set(e, ERR_CONFLICT, "there is no next key; make it: entente partners rekey");
	d->holder = d->party;
	d->key = *ed25519_public(keys->next);
	return agreement_key_prove(g, d->holder, false, keys->next, a, &d->proof, e);
}

static bool
deed_ready(struct store *s, const struct agreement *g, struct agreement_deed *d, const struct agree_keys *keys, struct arena *a, struct err *e)
{
	if (d->kind == ACT_KEY_CHANGED)
		return rekey_ready(g, d, keys, a, e);
	if (d->kind == ACT_OPENED)
		return wordings_here(s, g->texts[0], e);
	if (d->kind != ACT_AMENDED)
		return true;
	if (g->version >= g->text_count)
		return err_set(e, ERR_CONFLICT, "there is no amended text; make it: entente agreements draft FILE, with version %u", g->version + 1);
	d->amends = g->texts[g->version]->sha;
	return wordings_here(s, g->texts[g->version], e);
}

/* Try it on the agreement as it stands, so that what cannot be done is said here and not elsewhere. */
static bool
made(struct store *s, struct agreement *g, struct agreement_deed *d, const struct agreement_party *us, const struct agree_keys *keys,
    int64_t now_s, struct arena *a, struct slice *line, bool *kept, struct err *e)
{
	const struct ed25519 *lead = our_key(g, us, true, keys);

	*kept = lead != NULL;
	d->party = us->id;
	if (!deed_ready(s, g, d, keys, a, e) || !agreement_act_make(g, d, signing_key(g, us, keys), a, line, e))
		return false;
	if (!*kept)
		return agreement_act_try(g, *line, now_s, e); /* what makes it an act is not ours to give */
	if (agreement_receipted(g, d->kind, d->party, d->holder) && !agreement_receipt_make(*line, lead, now_s, a, line, e))
		return false;
	return agreement_act_add(g, *line, now_s, e) && agreement_act_put(s, g->texts[0]->id, &g->acts[g->act_count - 1], e);
}

bool
agree_do(struct store *s, struct slice id, struct agreement_deed *d, const struct agree_keys *keys,
    int64_t now_s, struct arena *a, struct slice *line_out, bool *kept_out, struct err *e)
{
	struct agreement_party us;
	struct agreement *g;
	bool mine, ok;

	if (!self_get(s, keys, a, &us, e) || !agreement_load(s, id, now_s, &g, e))
		return false;
	ok = store_begin(s, &mine, e) && store_end(s, mine, made(s, g, d, &us, keys, now_s, a, line_out, kept_out, e), e);
	agreement_free(&g);
	return ok;
}

static bool
taken(struct store *s, struct agreement *g, const struct agreement_act *sent, const struct agreement_party *us, const struct agree_keys *keys,
    int64_t now_s, struct arena *a, struct agreement_act *out, struct err *e)
{
	const struct ed25519 *lead = our_key(g, us, true, keys);
	struct slice line = sent->line;

	if (lead == NULL)
		return err_set(e, ERR_DENIED, "%s keeps this register; send it there", QUOTE(g->texts[0]->lead.id));
	if (agreement_receipted(g, sent->kind, sent->party, sent->holder) && !agreement_receipt_make(line, lead, now_s, a, &line, e))
		return false;
	if (!agreement_act_add(g, line, now_s, e))
		return false;
	*out = g->acts[g->act_count - 1];
	return agreement_act_put(s, g->texts[0]->id, out, e) && agreement_act_read(line, a, out, e);
}

bool
agree_take(struct store *s, struct slice line, const struct agree_keys *keys, int64_t now_s,
    struct arena *a, struct agreement_act *out, struct err *e)
{
	struct agreement_party us;
	struct agreement_act sent;
	struct agreement *g;
	bool mine, ok;

	if (!agreement_act_read(line, a, &sent, e) || !self_get(s, keys, a, &us, e) || !agreement_load(s, sent.agreement, now_s, &g, e))
		return false;
	ok = store_begin(s, &mine, e) && store_end(s, mine, taken(s, g, &sent, &us, keys, now_s, a, out, e), e);
	agreement_free(&g);
	return ok;
}

bool
agree_try(struct store *s, struct slice id, struct agreement_deed *d, const struct agree_keys *keys, int64_t now_s,
    struct arena *a, struct sha256 *text_out, struct err *e)
{
	struct agreement_party us;
	struct slice line;
	struct agreement *g;
	bool ok;

	if (!self_get(s, keys, a, &us, e) || !agreement_load(s, id, now_s, &g, e))
		return false;
	*text_out = agreement_text_now(g)->sha;
	d->party = us.id;
	ok = deed_ready(s, g, d, keys, a, e) && agreement_act_make(g, d, signing_key(g, &us, keys), a, &line, e) && agreement_act_try(g, line, now_s, e);
	agreement_free(&g);
	return ok;
}

bool
agree_take_try(struct store *s, struct slice line, const struct agree_keys *keys, int64_t now_s, struct arena *a,
    struct sha256 *text_out, struct err *e)
{
	struct agreement_party us;
	struct agreement_act sent;
	struct agreement *g;
	bool ok;

	if (!agreement_act_read(line, a, &sent, e) || !self_get(s, keys, a, &us, e) || !agreement_load(s, sent.agreement, now_s, &g, e))
		return false;
	*text_out = agreement_text_now(g)->sha;
	ok = our_key(g, &us, true, keys) == NULL ? err_set(e, ERR_DENIED, "%s keeps this register; send it there", QUOTE(g->lead.id)) :
	    agreement_act_try(g, line, now_s, e);
	agreement_free(&g);
	return ok;
}

/* --- asking ------------------------------------------------------------------------ */

struct asking {
	struct agree_answer *v;
	size_t n;
};

/* Answers are few: rules by agreements and clauses. */
static void
count(struct asking *x, const struct policy_answer *a, int64_t finding)
{
	size_t i = 0;

	while (i < x->n && (x->v[i].answer.reason != a->reason || x->v[i].answer.agreement != a->agreement || x->v[i].answer.clause != a->clause))
		i++;
	if (i == AGREE_ANSWERS_MAX)
		i--; /* more than anybody reads: the last row stands for the rest */
	if (i == x->n)
		x->v[x->n++] = (struct agree_answer){ *a, 0, finding };
	x->v[i].findings++;
}

static int
by_count(const void *a, const void *b)
{
	const struct agree_answer *x = a, *y = b;

	return x->findings == y->findings ? 0 : x->findings > y->findings ? -1 : 1;
}

bool
agree_ask(struct gate_partner *g, struct store *s, const struct finding_query *q,
    enum policy_purpose purpose, int64_t date_s,
    bool (*each)(void *cookie, const struct finding_row *row, const struct policy_answer *a, struct err *e),
    void *cookie, struct agree_answer **out, size_t *count_out, struct err *e)
{
	struct asking x = { xarray(AGREE_ANSWERS_MAX, sizeof(struct agree_answer)), 0 };
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step = STEP_FAIL;
	bool ok = finding_open(s, q, &w, e);

	while (ok && (step = finding_next(w, &row, e)) == STEP_ITEM) {
		struct policy_record what;
		struct gate_item item = { .finding = row.id, .what = &what };
		struct policy_answer a;

		gate_finding_record(&row, &what);
		ok = gate_partner_ask(g, &item, purpose, date_s, &a, e) && (each == NULL || each(cookie, &row, &a, e));
		if (ok)
			count(&x, &a, row.id);
	}
	finding_close(&w);
	if (!ok || step != STEP_END) {
		free(x.v);
		return false;
	}
	qsort(x.v, x.n, sizeof(*x.v), by_count);
	*out = x.v;
	*count_out = x.n;
	return true;
}
