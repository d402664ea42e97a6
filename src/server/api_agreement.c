/*
 * api_agreement: agreements as they stand on a date, what their parties did, and
 * their registers.
 */
#include "server/api_agreement.h"

#include "server/api_cache.h"
#include "share/agree.h"
#include "share/register.h"

/* The date that is asked for, else now. */
static int64_t
date_of(const struct api_call *c)
{
	return api_int_of(c, "date", c->r->now_s);
}

static void
moment(struct json_out *j, struct slice key, int64_t s)
{
	api_put_moment(j, key, s == AGREEMENT_NEVER ? 0 : s);
}

static void
sha_put(struct json_out *j, struct slice key, const struct sha256 *h)
{
	char hex[SHA256_HEX + 1];

	sha256_hex(h, hex);
	json_out_key_text(j, key, slice_of_str(hex));
}

static void
words_put(struct json_out *j, struct slice key, uint32_t set, const char *(*word)(int), int n)
{
	json_out_key(j, key);
	json_out_array(j);
	for (int i = 0; i < n; i++) {
		if ((set >> i & 1) != 0)
			json_out_text(j, slice_of_str(word(i)));
	}
	json_out_array_end(j);
}

static const char *purpose_word(int i) { return policy_purpose_name((enum policy_purpose)i); }
static const char *exclude_word(int i) { return exclude_name((enum exclude)i); }
static const char *lang_word(int i) { return lang_tag((enum lang)i); }

void
api_agreement_key(struct json_out *j, const struct ed25519_key *k, bool known)
{
	char hex[ED25519_KEY_HEX + 1], mark[ED25519_FINGERPRINT_TEXT];

	ed25519_key_print(k, hex);
	ed25519_fingerprint_print(k, mark);
	api_put_text(j, S("key"), known ? slice_of_str(hex) : SLICE_NONE);
	api_put_text(j, S("fingerprint"), known ? slice_of_str(mark) : SLICE_NONE);
}

/* Done, with its line; what happened is told to who watches. */
bool
api_agreement_done(struct api_call *c, struct auth_change *change, bool ok, const char *act, struct slice object, struct slice detail, struct err *e)
{
	if (!auth_change_end(change, ok, c->who, act, object, detail, c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	api_changed(c, "agreement", 0);
	return true;
}

/* --- agreements ------------------------------------------------------------------------------- */

static void
head_put(struct api_call *c, struct json_out *j, const struct agreement *g, const struct agreement_party *us, bool known)
{
	const struct agreement_text *t = agreement_text_now(g);
	uint32_t p = known ? agreement_party_find(g, us->id, &us->key) : UINT32_MAX;
	int64_t date_s = date_of(c);

	json_out_key_text(j, S("id"), t->id);
	json_out_key_text(j, S("title"), agreement_title(t, c->r->lang));
	json_out_key_text(j, S("kind"), slice_of_str(agreement_kind_name(t->kind)));
	json_out_key_text(j, S("state"), slice_of_str(agreement_state_name(agreement_state_at(g, date_s))));
	json_out_key_text(j, S("ours"), slice_of_str(adhesion_state_name(p == UINT32_MAX ? ADHESION_NONE :
	    adhesion_state_at(agreement_adhesion_at(g, p, date_s), date_s))));
	json_out_key_text(j, S("lead"), t->lead.id);
	json_out_key_int(j, S("version"), t->version);
	moment(j, S("opened"), g->opened_s);
	moment(j, S("in_force"), g->in_force_s);
	moment(j, S("ends"), agreement_end_s(g));
}

/*
 * A node that asks by its certificate sees the agreements that it is named in or
 * leads, under the key that is known of it, and no other.
 */
static bool
sees(struct api_call *c, const struct agreement *g, bool *out, struct err *e)
{
	struct partner p;

	*out = c->who->kind != WHO_PARTNER;
	if (*out)
		return true;
	if (!partner_of_cert(c->api->node->store, c->who->session, c->a, &p, out, e))
		return false;
	*out = *out && p.has_key && g->act_count > 0 && (agreement_party_find(g, p.id, &p.key) != UINT32_MAX ||
	    agreement_lead_is(g, p.id, &p.key));
	return true;
}

bool
api_agreement_find(struct api_call *c, struct slice id, const struct agreement **out, struct err *e)
{
	const struct agreements *all;
	const struct agreement *g = NULL;
	struct agreement *bad;
	bool seen = false;

	if (!api_agreements(c->api, c->r->now_s, &all, e))
		return false;
	for (size_t i = 0; i < all->n && g == NULL; i++) {
		if (slice_eq(all->v[i]->texts[0]->id, id))
			g = all->v[i];
	}
	if (g != NULL) {
		if (!sees(c, g, &seen, e))
			return false;
		*out = g;
		if (seen)
			return true;
	} else if (c->who->kind != WHO_PARTNER) {
		/* There is none, or one that does not verify: our own people are told why. */
		if (!agreement_load(c->api->node->store, id, c->r->now_s, &bad, e))
			return false;
		agreement_free(&bad);
	}
	return err_set(e, ERR_ABSENT, "there is no agreement %s", QUOTE(id));
}

static bool
agreements(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct agreement_party us;
	const struct agreements *all;
	bool known, seen;

	if (!party_self(c->api->node->store, c->a, &us, &known, e) || !api_agreements(c->api, c->r->now_s, &all, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	for (size_t i = 0; i < all->n; i++) {
		if (!sees(c, all->v[i], &seen, e))
			return false;
		if (!seen)
			continue;
		json_out_object(j);
		head_put(c, j, all->v[i], &us, known);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_key_int(j, S("refused"), (int64_t)all->refused);
	json_out_object_end(j);
	return true;
}

static void
clause_put(struct json_out *j, const struct agreement_clause *x)
{
	const struct agreement_personal *p = &x->personal;

	json_out_object(j);
	json_out_key_int(j, S("number"), x->number);
	json_out_key_text(j, S("category"), slice_of_str(policy_category_name(x->category)));
	words_put(j, S("purposes"), x->purposes, purpose_word, PURPOSE_COUNT);
	json_out_key_text(j, S("tlp"), slice_of_str(tlp_name(x->tlp)));
	json_out_key_text(j, S("recipients"), slice_of_str(personal_name(p->recipients)));
	json_out_key_text(j, S("accounts"), slice_of_str(personal_name(p->accounts)));
	json_out_key_text(j, S("victims"), slice_of_str(personal_name(p->victims)));
	json_out_key_int(j, S("v4_bits"), p->v4_bits);
	json_out_key_int(j, S("v6_bits"), p->v6_bits);
	api_put_text(j, S("ground"), p->ground);
	json_out_key_int(j, S("retention_days"), x->retention_days);
	json_out_key_text(j, S("onward"), slice_of_str(onward_name(x->onward)));
	json_out_key(j, S("named"));
	json_out_array(j);
	for (uint32_t i = 0; i < x->named_count; i++)
		json_out_text(j, x->named[i]);
	json_out_array_end(j);
	words_put(j, S("excluded"), x->excluded, exclude_word, EXCLUDE_COUNT);
	json_out_object_end(j);
}

static void
party_row(struct json_out *j, const struct agreement *g, uint32_t p, int64_t date_s)
{
	const struct adhesion *x = agreement_adhesion_at(g, p, date_s);
	enum adhesion_state s = adhesion_state_at(x, date_s);

	if (s == ADHESION_NONE)
		return;
	json_out_object(j);
	json_out_key_text(j, S("id"), g->parties[p].id);
	json_out_key_text(j, S("name"), g->parties[p].name);
	api_put_text(j, S("country"), g->parties[p].country);
	json_out_key_text(j, S("role"), slice_of_str(party_role_name(g->parties[p].role)));
	api_agreement_key(j, &g->parties[p].key, true);
	json_out_key_text(j, S("state"), slice_of_str(adhesion_state_name(s)));
	moment(j, S("in_force"), x->in_force_s);
	moment(j, S("leaves"), x->notified_s <= date_s ? x->left_s : AGREEMENT_NEVER);
	json_out_key_int(j, S("version"), adhesion_version_at(x, date_s));
	json_out_key(j, S("reserved"));
	json_out_array(j);
	for (uint32_t k = 1; k <= agreement_text_now(g)->clause_count; k++) {
		if (agreement_reserved_at(g, p, k, date_s))
			json_out_int(j, k);
	}
	json_out_array_end(j);
	json_out_object_end(j);
}

static void
text_put(struct json_out *j, const struct agreement *g, int64_t date_s)
{
	const struct agreement_text *t = agreement_text_now(g);
	uint32_t there = 0;

	for (unsigned l = 0; l < LANG_COUNT; l++)
		there |= (uint32_t)t->wordings[l].there << l;
	sha_put(j, S("sha256"), &t->sha);
	words_put(j, S("wordings"), there, lang_word, LANG_COUNT);
	words_put(j, S("authentic"), t->authentic, lang_word, LANG_COUNT);
	json_out_key_int(j, S("force_count"), t->force_count);
	json_out_key_int(j, S("force_delay_days"), t->force_delay_days);
	json_out_key_int(j, S("term_days"), t->term_days);
	json_out_key_int(j, S("renewals"), t->renewals);
	json_out_key_int(j, S("notice_days"), t->notice_days);
	json_out_key(j, S("parties"));
	json_out_array(j);
	for (uint32_t p = 0; p < g->party_count; p++)
		party_row(j, g, p, date_s);
	json_out_array_end(j);
	json_out_key(j, S("clauses"));
	json_out_array(j);
	for (uint32_t i = 0; i < t->clause_count; i++)
		clause_put(j, &t->clauses[i]);
	json_out_array_end(j);
}

bool
api_agreement_show(struct api_call *c, struct slice id, struct err *e)
{
	struct json_out *j = api_json(c);
	struct agreement_party us;
	const struct agreement *g;
	bool known;

	if (!party_self(c->api->node->store, c->a, &us, &known, e) || !api_agreement_find(c, id, &g, e))
		return false;
	json_out_object(j);
	head_put(c, j, g, &us, known);
	text_put(j, g, date_of(c));
	json_out_object_end(j);
	return true;
}

static bool
agreement_show(struct api_call *c, struct err *e)
{
	return api_agreement_show(c, api_text_of(c, "id"), e);
}

void
api_agreement_act(struct json_out *j, const struct agreement_act *x)
{
	json_out_object(j);
	json_out_key_int(j, S("number"), x->number);
	json_out_key_text(j, S("act"), slice_of_str(act_kind_name(x->kind)));
	json_out_key_text(j, S("party"), x->party);
	api_put_moment(j, S("at"), act_effective_s(x));
	api_put_moment(j, S("date"), x->date_s);
	api_put_moment(j, S("receipt"), x->receipted ? x->receipt_s : 0);
	api_put_number(j, S("clause"), x->clause);
	api_put_text(j, S("invited"), x->kind == ACT_INVITED ? x->invites.id : SLICE_NONE);
	api_put_text(j, S("holder"), x->holder);
	api_agreement_key(j, &x->key, x->kind == ACT_KEY_CHANGED);
	sha_put(j, S("paper"), &x->paper);
	sha_put(j, S("sha256"), &x->sha);
	json_out_object_end(j);
}

static bool
acts(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	const struct agreement *g;

	if (!api_agreement_find(c, api_text_of(c, "id"), &g, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	for (uint32_t i = 0; i < g->act_count; i++)
		api_agreement_act(j, &g->acts[i]);
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
register_out(struct api_call *c, struct err *e)
{
	const struct agreement *g;

	if (!api_agreement_find(c, api_text_of(c, "id"), &g, e))
		return false;
	return register_export(c->api->node->store, api_text_of(c, "id"), c->r->now_s, &c->out->body, e);
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define LIST(name, of) \
	static const struct api_value name##_items = { .type = API_ARRAY, .items = &of, .max = INT64_MAX }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

const char *const api_agreement_acts[] = { "opened", "invited", "signed", "deposited", "reserved", "reservation-withdrawn",
	"withdrawal-notified", "amended", "ended", "key-changed", NULL };
const struct api_value api_agreement_name = { .type = API_TEXT, .min = 1, .max = AGREEMENT_ID_MAX, .about = "A short name: a-z, 0-9, -" };
const struct api_value api_agreement_sha = { .type = API_TEXT, .min = SHA256_HEX, .max = SHA256_HEX, .about = "SHA-256 in hexadecimal" };
const struct api_value api_agreement_hex_key = { .type = API_TEXT, .min = ED25519_KEY_HEX, .max = ED25519_KEY_HEX, .about = "Ed25519, in hexadecimal" };
static const struct api_value act_word = { .type = API_WORD, .words = api_agreement_acts };
LIST(texts, api_text);
LIST(numbers, api_count);

#define HEAD \
	{ "id", &api_agreement_name, API_REQUIRED, NULL }, \
	{ "title", &api_text, API_REQUIRED, NULL }, \
	{ "kind", &api_text, API_REQUIRED, "memorandum, technical-cooperation, project" }, \
	{ "state", &api_text, API_REQUIRED, "draft, open, in-force, amended, ended; on the date that is asked for" }, \
	{ "ours", &api_text, API_REQUIRED, "none, invited, signed, deposited, in-force, withdrawal-notified, left" }, \
	{ "lead", &api_agreement_name, API_REQUIRED, "Who keeps the register" }, \
	{ "version", &api_count, API_REQUIRED, NULL }, \
	{ "opened", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "in_force", &api_moment, API_REQUIRED | API_NULL, NULL }, \
	{ "ends", &api_moment, API_REQUIRED | API_NULL, "By what is known today" }
static const struct api_member head_members[] = { HEAD, END };
static const struct api_value head_value = { .type = API_OBJECT, .members = head_members, .name = "AgreementHead" };
LIST(head, head_value);
static const struct api_member agreements_members[] = {
	{ "items", &head_items, API_REQUIRED, NULL },
	{ "refused", &api_count, API_REQUIRED, "So many could not be verified, and count as none" },
	END,
};
static const struct api_value agreements_value = { .type = API_OBJECT, .members = agreements_members };
static const struct api_member party_members[] = {
	{ "id", &api_agreement_name, API_REQUIRED, NULL },
	{ "name", &api_text, API_REQUIRED, NULL },
	{ "country", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "role", &api_text, API_REQUIRED, "member, expert, donor" },
	{ "key", &api_agreement_hex_key, API_REQUIRED, NULL },
	{ "fingerprint", &api_text, API_REQUIRED, NULL },
	{ "state", &api_text, API_REQUIRED, NULL },
	{ "in_force", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "leaves", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "version", &api_count, API_REQUIRED, "Of the text, that it has accepted; 0: none" },
	{ "reserved", &numbers_items, API_REQUIRED, "Clauses" },
	END,
};
static const struct api_value party_value = { .type = API_OBJECT, .members = party_members, .name = "AgreementParty" };
LIST(party, party_value);
static const struct api_member clause_members[] = {
	{ "number", &api_count, API_REQUIRED, NULL },
	{ "category", &api_text, API_REQUIRED, NULL },
	{ "purposes", &texts_items, API_REQUIRED, NULL },
	{ "tlp", &api_text, API_REQUIRED, "The highest mark that passes" },
	{ "recipients", &api_text, API_REQUIRED, "Of spam: removed, reduced, whole" },
	{ "accounts", &api_text, API_REQUIRED, NULL },
	{ "victims", &api_text, API_REQUIRED, NULL },
	{ "v4_bits", &api_count, API_REQUIRED, "Of a victim's network, where reduced" },
	{ "v6_bits", &api_count, API_REQUIRED, NULL },
	{ "ground", &api_text, API_REQUIRED | API_NULL, "Why something goes whole" },
	{ "retention_days", &api_count, API_REQUIRED, NULL },
	{ "onward", &api_text, API_REQUIRED, "none, same-agreement, named" },
	{ "named", &texts_items, API_REQUIRED, NULL },
	{ "excluded", &texts_items, API_REQUIRED, "Excluded uses" },
	END,
};
static const struct api_value clause_value = { .type = API_OBJECT, .members = clause_members, .name = "AgreementClause" };
LIST(clause, clause_value);
static const struct api_member agreement_members[] = {
	HEAD,
	{ "sha256", &api_agreement_sha, API_REQUIRED, "Of the text" },
	{ "wordings", &texts_items, API_REQUIRED, "Languages" },
	{ "authentic", &texts_items, API_REQUIRED, "Languages" },
	{ "force_count", &api_count, API_REQUIRED, "Deposits or signatures by which it comes into force" },
	{ "force_delay_days", &api_count, API_REQUIRED, NULL },
	{ "term_days", &api_count, API_REQUIRED, "0: without end" },
	{ "renewals", &api_count, API_REQUIRED, NULL },
	{ "notice_days", &api_count, API_REQUIRED, NULL },
	{ "parties", &party_items, API_REQUIRED, NULL },
	{ "clauses", &clause_items, API_REQUIRED, NULL },
	END,
};
const struct api_value api_agreement_value = { .type = API_OBJECT, .members = agreement_members, .name = "Agreement" };
static const struct api_member act_members[] = {
	{ "number", &api_count, API_REQUIRED, NULL },
	{ "act", &act_word, API_REQUIRED, NULL },
	{ "party", &api_agreement_name, API_REQUIRED, "Whose act it is" },
	{ "at", &api_moment, API_REQUIRED, "The date that counts" },
	{ "date", &api_moment, API_REQUIRED, "When it was done" },
	{ "receipt", &api_moment, API_REQUIRED | API_NULL, "When the depositary received it" },
	{ "clause", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "invited", &api_agreement_name, API_REQUIRED | API_NULL, NULL },
	{ "holder", &api_agreement_name, API_REQUIRED | API_NULL, "Whose key was changed: the party's own, or another's, on a paper" },
	{ "key", &api_agreement_hex_key, API_REQUIRED | API_NULL, "The new one" },
	{ "fingerprint", &api_text, API_REQUIRED | API_NULL, "Of the new key" },
	{ "paper", &api_agreement_sha, API_REQUIRED, NULL },
	{ "sha256", &api_agreement_sha, API_REQUIRED, "Of the act's line" },
	END,
};
const struct api_value api_agreement_act_value = { .type = API_OBJECT, .members = act_members, .name = "AgreementAct" };
LIST(act, api_agreement_act_value);
static const struct api_member acts_members[] = { { "items", &act_items, API_REQUIRED, NULL }, END };
static const struct api_value acts_value = { .type = API_OBJECT, .members = acts_members };

static const struct api_param id_params[] = { { "id", API_PATH, &api_agreement_name, true, NULL }, PARAMS_END };
static const struct api_param date_params[] = { { "date", API_QUERY, &api_moment, false, "As it stands then; now" }, PARAMS_END };
static const struct api_param id_date_params[] = {
	{ "id", API_PATH, &api_agreement_name, true, NULL },
	{ "date", API_QUERY, &api_moment, false, "As it stands then; now" },
	PARAMS_END,
};

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/agreements", .right = RIGHT_AGREEMENTS_READ, .flags = API_PARTNER, .run = agreements,
	    .summary = "Agreements, as they stand on a date", .params = date_params, .answer = &agreements_value },
	{ .method = API_GET, .path = "/api/v1/agreements/{id}", .right = RIGHT_AGREEMENTS_READ, .flags = API_PARTNER, .run = agreement_show,
	    .summary = "One agreement: parties, clauses, rules", .params = id_date_params, .answer = &api_agreement_value },
	{ .method = API_GET, .path = "/api/v1/agreements/{id}/acts", .right = RIGHT_AGREEMENTS_READ, .flags = API_PARTNER, .run = acts,
	    .summary = "What its parties did", .params = id_params, .answer = &acts_value },
	{ .method = API_GET, .path = "/api/v1/agreements/{id}/register", .right = RIGHT_AGREEMENTS_READ, .flags = API_PARTNER, .run = register_out,
	    .summary = "Texts, acts and wordings as a file that proves itself", .params = id_params, .type = "application/jsonl" },
};

const struct api_room api_agreement_room = { "agreements", routes, sizeof(routes) / sizeof(routes[0]) };
