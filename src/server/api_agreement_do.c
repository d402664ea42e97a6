/*
 * api_agreement_do: drafts, acts of this node, acts of others where it keeps the
 * register, and registers of others. Each in one transaction with its line in the
 * audit log.
 */
#include "server/api_agreement.h"

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

static bool
deed_take(struct api_call *c, struct agreement_deed *d, struct agreement_party *invites, struct err *e)
{
	struct slice act = api_body_text(c, "act"), party = api_body_text(c, "party"), role = api_body_text(c, "role");
	enum party_role as = PARTY_MEMBER;
	struct partner p;
	bool found;

	while (!slice_eq(act, slice_of_str(api_agreement_acts[d->kind])))
		d->kind++;
	d->date_s = api_body_int(c, "date", c->r->now_s);
	d->clause = (uint32_t)api_body_int(c, "clause", 0);
	if (!sha256_parse(api_body_text(c, "paper"), &d->paper))
		return api_fault(c, "paper"), err_set(e, ERR_INPUT, "%s: expected a SHA-256, 64 digits of 0-9 and a-f", "paper");
	if (d->kind != ACT_INVITED)
		return true;
	if (!partner_get(c->api->node->store, party.p == NULL ? S("") : party, c->a, &p, &found, e))
		return false;
	if (!found || !p.has_key)
		return api_fault(c, "party"), err_set(e, ERR_INPUT, "%s is no partner whose key is known; enter it: entente partners key", QUOTE(party));
	while (role.p != NULL && !slice_eq(role, slice_of_str(party_role_name(as))))
		as++;
	*invites = (struct agreement_party){ p.id, p.name, p.country, as, p.key };
	d->invites = invites;
	return true;
}

static bool
act_do(struct api_call *c, struct err *e)
{
	struct slice id = api_text_of(c, "id"), line = SLICE_NONE;
	struct agreement_deed d = { .kind = ACT_OPENED };
	struct agreement_party invites;
	struct json_out *j = api_json(c);
	struct auth_change change;
	struct ed25519 *key;
	bool kept = false, ok;

	if (!deed_take(c, &d, &invites, e) || !ed25519_open(node_path(c->api->node, "party.key"), &key, e))
		return false;
	ok = auth_change_begin(&change, c->api->node->store, e);
	if (ok) {
		ok = agree_do(c->api->node->store, id, &d, key, c->r->now_s, c->a, &line, &kept, e);
		ok = api_agreement_done(c, &change, ok, "agreement.act", id, slice_of_str(act_kind_name(d.kind)), e);
	}
	ed25519_close(&key);
	if (!ok)
		return false;
	json_out_object(j);
	json_out_key(j, S("kept"));
	json_out_bool(j, kept);
	json_out_key_text(j, S("line"), line);
	json_out_object_end(j);
	return true;
}

static bool
act_take(struct api_call *c, struct err *e)
{
	struct agreement_act x = { .number = 0 };
	struct auth_change change;
	struct ed25519 *key;
	bool ok;

	if (!ed25519_open(node_path(c->api->node, "party.key"), &key, e))
		return false;
	ok = auth_change_begin(&change, c->api->node->store, e);
	if (ok) {
		ok = agree_take(c->api->node->store, slice_trim(api_body_text(c, "line")), key, c->r->now_s, c->a, &x, e) || api_fault(c, "line");
		ok = api_agreement_done(c, &change, ok, "agreement.receipt", ok ? x.agreement : S(""), ok ? x.party : SLICE_NONE, e);
	}
	ed25519_close(&key);
	if (ok)
		api_agreement_act(api_json(c), &x);
	return ok;
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
static const struct api_value draft_body = { .type = API_OBJECT, .members = draft_members };
static const struct api_member deed_members[] = {
	{ "act", &act_word, API_REQUIRED, NULL },
	{ "paper", &api_agreement_sha, API_REQUIRED, "Of the paper that it is written on" },
	{ "date", &api_moment, 0, "When it was done; now" },
	{ "clause", &clause_number, 0, "Of a reservation" },
	{ "party", &api_agreement_name, 0, "Of an invitation: the partner" },
	{ "role", &role_word, 0, "What it is invited as; member" },
	END,
};
static const struct api_value deed_body = { .type = API_OBJECT, .members = deed_members };
static const struct api_member deed_answer_members[] = {
	{ "kept", &api_bool, API_REQUIRED, "It is in the register; false: send the line to who keeps that" },
	{ "line", &long_text, API_REQUIRED, NULL },
	END,
};
static const struct api_value deed_answer = { .type = API_OBJECT, .members = deed_answer_members };
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
	{ .method = API_POST, .path = "/api/v1/agreements/receipts", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = act_take,
	    .summary = "Who keeps the register takes a party's act", .body = &line_body, .answer = &api_agreement_act_value, .status = 201 },
	{ .method = API_POST, .path = "/api/v1/agreements/registers", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = register_in,
	    .summary = "Verify a register and take what is new of it", .body = &register_body, .answer = &imported_value },
	{ .method = API_DELETE, .path = "/api/v1/agreements/{id}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = draft_delete,
	    .summary = "Throw a draft away", .params = id_params, .status = 204 },
	{ .method = API_POST, .path = "/api/v1/agreements/{id}/acts", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = act_do,
	    .summary = "Do an act of this node, signed with its key", .params = id_params, .body = &deed_body, .answer = &deed_answer, .status = 201 },
};

const struct api_room api_agreement_do_room = { "agreements", routes, sizeof(routes) / sizeof(routes[0]) };
