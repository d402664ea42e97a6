/*
 * api_agreement_do: drafts, acts of this node, acts of others where it keeps the
 * register, and registers of others. Each in one transaction with its line in the
 * audit log.
 */
#include "server/api_agreement.h"

#include "share/agree_model.h"
#include "share/register.h"

static bool
draft(struct api_call *c, struct err *e)
{
	const struct json *text = json_get(c->body, S("text")), *w = json_get(c->body, S("wordings"));
	struct agree_wording wordings[LANG_COUNT];
	struct agreement_text t;
	struct auth_change change;
	size_t n = 0;
	bool ok;

	JSON_EACH (item, w) {
		char tag[3] = "";

		if (item->key.len == 2)
			memcpy(tag, item->key.p, 2);
		if (n == LANG_COUNT || !lang_parse(tag, &wordings[n].lang) || !json_is(item, JSON_STRING))
			return api_fault(c, "wordings"), err_set(e, ERR_INPUT, "%s: %s is none of ar, zh, en, fr, ru, es", "wordings", QUOTE(item->key));
		wordings[n++].bytes = item->text;
	}
	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = agree_draft(c->api->node->store, text->raw, wordings, n, c->a, &t, e) || api_fault(c, "text");
	return api_agreement_done(c, &change, ok, "agreement.draft", ok ? t.id : S(""), SLICE_NONE, e) && api_agreement_show(c, t.id, e);
}

/* "es-cert,fr-cert": as members; the first is where nobody is named. */
static bool
model_parties(struct api_call *c, struct agree_model *m, struct err *e)
{
	struct agreement_party us, *v = arena_array(c->a, AGREEMENT_PARTIES_MAX, sizeof(*v));
	struct slice rest = api_text_of(c, "parties"), lead = api_text_of(c, "lead"), id;
	bool self;

	if (!party_self(c->api->node->store, c->a, &us, &self, e))
		return false;
	if (lead.p == NULL && !self)
		return err_set(e, ERR_CONFLICT, "this node has no name as a party yet; give it one: entente partners self NAME");
	if (!agree_model_party(c->api->node, lead.p == NULL ? us.id : lead, PARTY_MEMBER, c->a, &m->lead, e))
		return api_fault(c, "lead");
	while (rest.len > 0 && slice_cut(&rest, ',', &id)) {
		if (m->party_count == AGREEMENT_PARTIES_MAX)
			return err_set(e, ERR_LIMIT, "more than %d parties", AGREEMENT_PARTIES_MAX);
		if (!agree_model_party(c->api->node, slice_trim(id), PARTY_MEMBER, c->a, &v[m->party_count++], e))
			return api_fault(c, "parties");
	}
	m->parties = v;
	return true;
}

static bool
model(struct api_call *c, struct err *e)
{
	struct agree_model m = { .id = api_text_of(c, "id") };
	struct agree_wording w[LANG_COUNT];
	struct json_out *j = api_json(c);
	struct slice text;

	if (c->who->kind == WHO_PARTNER)
		return err_set(e, ERR_DENIED, "this is for the people of this node");
	if (!agreement_id_ok(m.id))
		return api_fault(c, "id"), err_set(e, ERR_INPUT, "%s: expected a short name of a-z, 0-9 and \"-\", at most %d", QUOTE(m.id), AGREEMENT_ID_MAX);
	if (!agree_model_kind(api_text_of(c, "kind"), &m.kind) || !model_parties(c, &m, e) || !agree_model_make(&m, c->a, &text, w, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("text"));
	json_out_raw(j, text);
	json_out_key(j, S("wordings"));
	json_out_object(j);
	for (unsigned l = 0; l < LANG_COUNT; l++)
		json_out_key_text(j, slice_of_str(lang_tag(w[l].lang)), w[l].bytes);
	json_out_object_end(j);
	json_out_object_end(j);
	return true;
}

static bool
draft_delete(struct api_call *c, struct err *e)
{
	struct auth_change change;
	bool ok;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = agreement_draft_remove(c->api->node->store, api_text_of(c, "id"), e);
	return api_agreement_done(c, &change, ok, "agreement.discard", api_text_of(c, "id"), SLICE_NONE, e);
}

/* What the body says. */
static bool
proposal_take(struct api_call *c, struct proposal *p, struct err *e)
{
	struct slice act = api_body_text(c, "act");
	struct slice role = api_body_text(c, "role");
	enum party_role as = PARTY_MEMBER;

	while (role.p != NULL && !slice_eq(role, slice_of_str(party_role_name(as))))
		as++;
	*p = (struct proposal){ .agreement = api_text_of(c, "id"), .kind = ACT_OPENED, .role = as, .date_s = api_body_int(c, "date", c->r->now_s),
		.clause = (uint32_t)api_body_int(c, "clause", 0), .party = api_body_text(c, "party"), .request = api_body_text(c, "request") };
	while (!slice_eq(act, slice_of_str(api_agreement_acts[p->kind])))
		p->kind++;
	return sha256_parse(api_body_text(c, "paper"), &p->paper) ||
	    (api_fault(c, "paper"), err_set(e, ERR_INPUT, "%s: expected a SHA-256, 64 digits of 0-9 and a-f", "paper"));
}

void
api_agreement_signed(struct json_out *j, bool kept, struct slice line, int64_t proposal)
{
	json_out_object(j);
	json_out_key(j, S("kept"));
	json_out_bool(j, kept);
	api_put_text(j, S("line"), line);
	api_put_number(j, S("proposal"), proposal);
	json_out_object_end(j);
}

/* Put down for a second person, or signed. */
static bool
propose_or(struct api_call *c, struct proposal *p, bool two, const struct agree_keys *keys, struct slice *line, bool *kept, struct err *e)
{
	struct store *s = c->api->node->store;
	struct agreement_party invites;
	struct agreement_deed d;
	struct agreement_act x;

	if (two)
		return agree_propose(s, p, c->who, keys, c->r->now_s, c->a, e);
	if (p->line.len == 0)
		return agree_deed(s, p, c->a, &d, &invites, e) && agree_do(s, p->agreement, &d, keys, c->r->now_s, c->a, line, kept, e);
	if (!agree_take(s, p->line, keys, c->r->now_s, c->a, &x, e))
		return false;
	*kept = true;
	*line = x.line;
	p->agreement = x.agreement;
	p->kind = x.kind;
	p->party = x.party;
	return true;
}

static bool
act_or_receipt(struct api_call *c, struct proposal *p, const char *field, struct err *e)
{
	bool receipt = p->line.len > 0, two = false, kept = false, ok;
	struct slice line = SLICE_NONE;
	struct auth_change change;
	struct agree_keys keys;

	if (!agree_two_needed(c->api->node, &two, e) || !agree_keys_open(c->api->node, false, &keys, e))
		return false;
	ok = auth_change_begin(&change, c->api->node->store, e);
	if (ok) {
		ok = propose_or(c, p, two, &keys, &line, &kept, e) || (field != NULL && api_fault(c, field));
		ok = api_agreement_done(c, &change, ok, two ? "agreement.propose" : receipt ? "agreement.receipt" : "agreement.act", ok || !receipt ? p->agreement : S(""),
		    arena_printf(c->a, "%s%s%.*s", act_kind_name(p->kind), p->party.len > 0 ? " " : "", SLICE_ARG(p->party)), e);
	}
	agree_keys_close(&keys);
	if (ok)
		api_agreement_signed(api_json(c), kept, line, two ? p->id : 0);
	return ok;
}

static bool
act_do(struct api_call *c, struct err *e)
{
	struct proposal p;

	return proposal_take(c, &p, e) && act_or_receipt(c, &p, p.kind == ACT_INVITED ? "party" : p.request.p != NULL ? "request" : NULL, e);
}

static bool
act_take(struct api_call *c, struct err *e)
{
	struct proposal p = { .line = slice_trim(api_body_text(c, "line")) };

	if (p.line.len == 0)
		return api_fault(c, "line"), err_set(e, ERR_INPUT, "there is no act in it");
	return act_or_receipt(c, &p, "line", e);
}

static bool
register_in(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct register_result r = { .acts = 0 };
	struct auth_change change;
	struct agreement *g = NULL;
	bool ok;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = register_import(c->api->node->store, api_body_text(c, "register"), c->r->now_s, &g, &r, e) || api_fault(c, "register");
	ok = api_agreement_done(c, &change, ok, "agreement.import", ok ? r.id : S(""), SLICE_NONE, e);
	if (ok) {
		json_out_object(j);
		json_out_key_text(j, S("id"), r.id);
		json_out_key_int(j, S("acts"), r.acts);
		json_out_key_int(j, S("new"), r.acts_new);
		json_out_object_end(j);
	}
	agreement_free(&g);
	return ok;
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

static const struct api_value long_text = { .type = API_TEXT, .min = 1, .max = (int64_t)API_BODY_MAX };
static const struct api_value act_word = { .type = API_WORD, .words = api_agreement_acts };
static const struct api_value clause_number = { .type = API_INT, .min = 1, .max = AGREEMENT_CLAUSES_MAX };
static const char *const role_words[PARTY_ROLE_COUNT + 1] = { [PARTY_MEMBER] = "member", [PARTY_EXPERT] = "expert", [PARTY_DONOR] = "donor" };
static const struct api_value role_word = { .type = API_WORD, .words = role_words };
static const struct api_value object_any = { .type = API_OBJECT };

static const struct api_member draft_members[] = {
	{ "text", &object_any, API_REQUIRED, "docs/agreements.md shows one" },
	{ "wordings", &object_any, 0, "Texts by language; their hashes are put into a draft that has none" },
	END,
};
static const char *const kinds[] = { "memorandum", "technical-cooperation", "project", NULL };
static const struct api_value kind_word = { .type = API_WORD, .words = kinds };
static const struct api_value names_text = { .type = API_TEXT, .max = AGREEMENT_PARTIES_MAX * (AGREEMENT_ID_MAX + 1) };
static const struct api_param model_params[] = {
	{ "kind", API_PATH, &kind_word, true, NULL },
	{ "id", API_QUERY, &api_agreement_name, true, "What the agreement is called" },
	{ "parties", API_QUERY, &names_text, false, "Partners and this node, by name, with commas" },
	{ "lead", API_QUERY, &api_agreement_name, false, "Depositary or coordinator; this node" },
	PARAMS_END,
};
static const struct api_value draft_body = { .type = API_OBJECT, .members = draft_members };
static const struct api_member deed_members[] = {
	{ "act", &act_word, API_REQUIRED, NULL },
	{ "paper", &api_agreement_sha, API_REQUIRED, "Of the paper that it is written on" },
	{ "date", &api_moment, 0, "When it was done; now" },
	{ "clause", &clause_number, 0, "Of a reservation" },
	{ "party", &api_agreement_name, 0, "Of an invitation: the partner" },
	{ "request", &long_text, 0, "Of a changed key: a party's request, whose old key is lost; without it, our own next key is told" },
	{ "role", &role_word, 0, "What it is invited as; member" },
	END,
};
static const struct api_value deed_body = { .type = API_OBJECT, .members = deed_members };
static const struct api_member signed_members[] = {
	{ "kept", &api_bool, API_REQUIRED, "It is in the register; false: send the line to who keeps that, or it waits for a second person" },
	{ "line", &long_text, API_REQUIRED | API_NULL, "The act, signed; a receipt stands in it" },
	{ "proposal", &api_count, API_REQUIRED | API_NULL, "Nothing is signed yet: another person confirms it, by this number" },
	END,
};
const struct api_value api_agreement_signed_value = { .type = API_OBJECT, .members = signed_members, .name = "AgreementSigned" };
static const struct api_member line_members[] = { { "line", &long_text, API_REQUIRED, "A party's act, as it was sent" }, END };
static const struct api_value line_body = { .type = API_OBJECT, .members = line_members };
static const struct api_member register_members[] = { { "register", &long_text, API_REQUIRED, "A register, as its keeper publishes it" }, END };
static const struct api_value register_body = { .type = API_OBJECT, .members = register_members };
static const struct api_member imported_members[] = {
	{ "id", &api_agreement_name, API_REQUIRED, NULL },
	{ "acts", &api_count, API_REQUIRED, NULL },
	{ "new", &api_count, API_REQUIRED, NULL },
	END,
};
static const struct api_value imported_value = { .type = API_OBJECT, .members = imported_members };

static const struct api_param id_params[] = { { "id", API_PATH, &api_agreement_name, true, NULL }, PARAMS_END };

#define WRITES (API_CHANGES | API_AUDITS_ITSELF)

/* Before api_agreement's rows: its {id} would take these paths, too. */
static const struct api_route routes[] = {
	{ .method = API_POST, .path = "/api/v1/agreements", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = draft,
	    .summary = "Keep a draft, or the amended text of an agreement in force", .body = &draft_body, .answer = &api_agreement_value, .status = 201 },
	{ .method = API_GET, .path = "/api/v1/agreements/models/{kind}", .right = RIGHT_AGREEMENTS_READ, .run = model,
	    .summary = "A model text with its wordings in six languages, as POST /agreements takes it; no legal advice", .params = model_params, .answer = &draft_body },
	{ .method = API_POST, .path = "/api/v1/agreements/receipts", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = act_take,
	    .summary = "Who keeps the register takes a party's act, or proposes to", .body = &line_body, .answer = &api_agreement_signed_value, .status = 201 },
	{ .method = API_POST, .path = "/api/v1/agreements/registers", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = register_in,
	    .summary = "Verify a register and take what is new of it", .body = &register_body, .answer = &imported_value },
	{ .method = API_DELETE, .path = "/api/v1/agreements/{id}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = draft_delete,
	    .summary = "Throw a draft away", .params = id_params, .status = 204 },
	{ .method = API_POST, .path = "/api/v1/agreements/{id}/acts", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = act_do,
	    .summary = "Do an act of this node, signed with its key, or propose it to a second person", .params = id_params, .body = &deed_body, .answer = &api_agreement_signed_value, .status = 201 },
};

const struct api_room api_agreement_do_room = { "agreements", routes, sizeof(routes) / sizeof(routes[0]) };
