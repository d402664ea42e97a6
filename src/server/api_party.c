/*
 * api_party: who our partners are; what went to them, and what would.
 */
#include <stdlib.h>

#include "server/api_agreement.h"
#include "server/api_cache.h"

#define ASK_LIMIT 20000
#define ASK_LIMIT_MAX 100000
#define PAGE_ROWS 100

/* --- partners ----------------------------------------------------------------------------- */

static void
partner_put_json(struct json_out *j, const struct partner *p)
{
	json_out_object(j);
	json_out_key_text(j, S("id"), p->id);
	json_out_key_text(j, S("name"), p->name);
	api_put_text(j, S("country"), p->country);
	json_out_key_text(j, S("kind"), p->kind);
	api_agreement_key(j, &p->key, p->has_key);
	api_put_text(j, S("url"), p->url);
	api_put_number(j, S("certificate"), p->cert);
	json_out_object_end(j);
}

static bool
partner_row(void *cookie, const struct partner *p, struct err *e)
{
	(void)e;
	partner_put_json(cookie, p);
	return true;
}

/* Whom we deal with, and what goes to whom, is no partner's affair. */
static bool
ours_alone(const struct api_call *c, struct err *e)
{
	return c->who->kind != WHO_PARTNER || err_set(e, ERR_DENIED, "this is for the people of this node");
}

static bool
parties(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct agreement_party us;
	bool known;

	if (!ours_alone(c, e))
		return false;

	if (!party_self(c->api->node->store, c->a, &us, &known, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("self"));
	if (known) {
		json_out_object(j);
		json_out_key_text(j, S("id"), us.id);
		api_agreement_key(j, &us.key, true);
		json_out_object_end(j);
	} else {
		json_out_null(j);
	}
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!partner_list(c->api->node->store, partner_row, j, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

/* What the body says, over what is there. */
static bool
partner_take(struct api_call *c, struct partner *p, struct err *e)
{
	struct slice key = api_body_text(c, "key");

	if (api_body_text(c, "name").p != NULL)
		p->name = api_body_text(c, "name");
	if (json_get(c->body, S("country")) != NULL)
		p->country = api_body_text(c, "country").p == NULL ? S("") : api_body_text(c, "country");
	if (api_body_text(c, "kind").p != NULL)
		p->kind = api_body_text(c, "kind");
	if (json_get(c->body, S("url")) != NULL)
		p->url = api_body_text(c, "url").p == NULL ? S("") : api_body_text(c, "url");
	p->cert = api_body_int(c, "certificate", p->cert);
	if (key.p == NULL)
		return true;
	p->has_key = ed25519_key_parse(key, &p->key);
	return p->has_key || (api_fault(c, "key"), err_set(e, ERR_INPUT, "%s: expected an Ed25519 key, 64 digits of 0-9 and a-f", "key"));
}

static bool
party_put(struct api_call *c, struct err *e)
{
	struct slice id = api_text_of(c, "id");
	struct partner p = { .id = id, .name = id, .country = S(""), .kind = S("node"), .url = S("") }, there;
	struct auth_change change;
	bool found, ok;

	if (!partner_get(c->api->node->store, id, c->a, &there, &found, e))
		return false;
	if (found)
		p = there;
	if (!partner_take(c, &p, e) || !auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = partner_put(c->api->node->store, &p, api_body_bool(c, "replace", false), c->r->now_s, e);
	if (!api_agreement_done(c, &change, ok, "partner.put", id, SLICE_NONE, e))
		return false;
	partner_put_json(api_json(c), &p);
	return true;
}

static bool
party_delete(struct api_call *c, struct err *e)
{
	struct auth_change change;
	bool ok;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = partner_remove(c->api->node->store, api_text_of(c, "id"), e);
	return api_agreement_done(c, &change, ok, "partner.remove", api_text_of(c, "id"), SLICE_NONE, e);
}

/* --- asking --------------------------------------------------------------------------------------- */

static void
answer_put(struct api_call *c, struct json_out *j, const struct agree_answer *x)
{
	const struct policy_answer *a = &x->answer;
	struct buf b;

	buf_init(&b, 256);
	if (a->allowed)
		agreement_profile_print(a->clause, &b);
	json_out_object(j);
	json_out_key(j, S("allowed"));
	json_out_bool(j, a->allowed);
	json_out_key_int(j, S("findings"), (int64_t)x->findings);
	json_out_key_text(j, S("rule"), slice_of_str(a->rule));
	api_put_text(j, S("agreement"), a->agreement == NULL ? SLICE_NONE : a->agreement->texts[0]->id);
	api_put_number(j, S("clause"), a->clause == NULL ? 0 : a->clause->number);
	api_put_text(j, S("profile"), buf_view(&b));
	api_put_finding_id(j, S("example"), x->example);
	json_out_key_text(j, S("reason"), slice_of_str(lang_text(c->r->lang, a->reason)));
	json_out_object_end(j);
	buf_fini(&b);
}

static bool
ask(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct finding_query q = { .now_s = api_int_of(c, "date", c->r->now_s), .order = FINDING_BY_LAST, .limit = (size_t)api_int_of(c, "limit", ASK_LIMIT) };
	enum policy_purpose purpose = PURPOSE_PROTECT;
	const struct agreements *all;
	struct agree_answer *v = NULL;
	struct gate_partner *g;
	uint64_t looked = 0;
	size_t n = 0;
	bool ok;

	if (!ours_alone(c, e))
		return false;
	if (!who_may(c->who, RIGHT_FINDINGS_READ))
		return err_set(e, ERR_DENIED, "this is for who may see findings");
	if (who_is_bound(c->who))
		q.country = slice_of(c->who->country, 2);
	(void)policy_purpose_find(api_text_of(c, "purpose"), &purpose);
	if (!api_agreements(c->api, c->r->now_s, &all, e))
		return false;
	if (!gate_partner_open_on(c->api->node->store, all, api_text_of(c, "partner"), &g, e))
		return api_fault(c, "partner");
	ok = agree_ask(g, c->api->node->store, &q, purpose, api_int_of(c, "date", c->r->now_s), NULL, NULL, &v, &n, e);
	if (ok) {
		json_out_object(j);
		json_out_key(j, S("items"));
		json_out_array(j);
		for (size_t i = 0; i < n; i++) {
			answer_put(c, j, &v[i]);
			looked += v[i].findings;
		}
		json_out_array_end(j);
		json_out_key_int(j, S("findings"), (int64_t)looked);
		json_out_key(j, S("all"));
		json_out_bool(j, looked < q.limit);
		json_out_object_end(j);
	}
	free(v);
	gate_partner_close(&g);
	return ok;
}

struct page {
	struct api_call *c;
	struct json_out *j;
	size_t shown, limit;
	int64_t last;
};

static bool
transfer_row(void *cookie, const struct gate_transfer *t, struct err *e)
{
	struct page *p = cookie;
	struct json_out *j = p->j;

	(void)e;
	if (p->shown++ >= p->limit)
		return true;
	p->last = t->id;
	json_out_object(j);
	json_out_key_int(j, S("id"), t->id);
	api_put_moment(j, S("at"), t->at_s);
	json_out_key_text(j, S("partner"), t->partner);
	json_out_key_text(j, S("record"), t->record);
	json_out_key_text(j, S("purpose"), t->purpose);
	json_out_key(j, S("allowed"));
	json_out_bool(j, t->allowed);
	json_out_key_text(j, S("rule"), t->rule);
	api_put_text(j, S("agreement"), t->agreement);
	api_put_number(j, S("clause"), t->clause);
	api_put_text(j, S("profile"), t->profile);
	json_out_key_text(j, S("reason"), slice_of_str(lang_text(p->c->r->lang, arena_str(p->c->a, t->reason))));
	json_out_object_end(j);
	return true;
}

static bool
transfers(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct page p = { .c = c, .j = j, .limit = (size_t)api_int_of(c, "limit", PAGE_ROWS) };
	bool allowed = api_int_of(c, "allowed", 0) != 0;

	if (!ours_alone(c, e))
		return false;
	/* What went is told by record; who is held to a country sees no other's. */
	if (!who_may(c->who, RIGHT_FINDINGS_READ) || who_is_bound(c->who))
		return err_set(e, ERR_DENIED, "this is for who may see findings of all countries");
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!gate_partner_log(c->api->node->store, api_text_of(c, "partner"), api_given(c, "allowed") ? &allowed : NULL, api_int_of(c, "cursor", 0), p.limit + 1, transfer_row, &p, e))
		return false;
	json_out_array_end(j);
	api_put_number(j, S("next"), p.shown > p.limit ? p.last : 0);
	json_out_object_end(j);
	return true;
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define LIST(name, of) \
	static const struct api_value name##_items = { .type = API_ARRAY, .items = &of, .max = INT64_MAX }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

static const struct api_value ask_limit = { .type = API_INT, .min = 1, .max = ASK_LIMIT_MAX };
static const struct api_value page_limit = { .type = API_INT, .min = 1, .max = 1000 };
static const struct api_value row_id = { .type = API_INT, .min = 1, .max = INT64_MAX };
static const char *const purpose_words[] = { "notify", "statistics", "protect", NULL };
static const struct api_value purpose_value = { .type = API_WORD, .words = purpose_words };
static const char *const kind_words[] = { "node", "taxii", "misp", "other", NULL };
static const struct api_value kind_value = { .type = API_WORD, .words = kind_words };

static const struct api_member partner_members[] = {
	{ "id", &api_agreement_name, API_REQUIRED, NULL },
	{ "name", &api_text, API_REQUIRED, NULL },
	{ "country", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "kind", &kind_value, API_REQUIRED, NULL },
	{ "key", &api_agreement_hex_key, API_REQUIRED | API_NULL, NULL },
	{ "fingerprint", &api_text, API_REQUIRED | API_NULL, "Of the key, for people to compare" },
	{ "url", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "certificate", &api_count, API_REQUIRED | API_NULL, "Number of its client certificate" },
	END,
};
static const struct api_value partner_value = { .type = API_OBJECT, .members = partner_members, .name = "Partner" };
LIST(partner, partner_value);
static const struct api_member self_members[] = {
	{ "id", &api_agreement_name, API_REQUIRED, NULL },
	{ "key", &api_agreement_hex_key, API_REQUIRED, NULL },
	{ "fingerprint", &api_text, API_REQUIRED, NULL },
	END,
};
static const struct api_value self_value = { .type = API_OBJECT, .members = self_members };
static const struct api_member parties_members[] = {
	{ "self", &self_value, API_REQUIRED | API_NULL, "This node; null: it has no name yet (entente partners self)" },
	{ "items", &partner_items, API_REQUIRED, NULL },
	END,
};
static const struct api_value parties_value = { .type = API_OBJECT, .members = parties_members };
static const struct api_member partner_body_members[] = {
	{ "name", &api_text, 0, NULL },
	{ "country", &api_text, API_NULL, "ISO 3166, two letters" },
	{ "kind", &kind_value, 0, NULL },
	{ "key", &api_agreement_hex_key, 0, "Compare its fingerprint by another way before" },
	{ "url", &api_text, API_NULL, "https://" },
	{ "certificate", &api_count, 0, "Number of its client certificate; 0: none" },
	{ "replace", &api_bool, 0, "Take another key in the place of the one that was entered" },
	END,
};
static const struct api_value partner_body = { .type = API_OBJECT, .members = partner_body_members };

static const struct api_member answer_members[] = {
	{ "allowed", &api_bool, API_REQUIRED, NULL },
	{ "findings", &api_count, API_REQUIRED, "So many would be answered so" },
	{ "rule", &api_text, API_REQUIRED, "A stable name" },
	{ "agreement", &api_agreement_name, API_REQUIRED | API_NULL, "By which it goes, or which came nearest" },
	{ "clause", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "profile", &api_text, API_REQUIRED | API_NULL, "How it is reduced, and how long it may be kept" },
	{ "example", &api_finding_id, API_REQUIRED, NULL },
	{ "reason", &api_text, API_REQUIRED, "For people" },
	END,
};
static const struct api_value answer_value = { .type = API_OBJECT, .members = answer_members };
LIST(answer, answer_value);
static const struct api_member asked_members[] = {
	{ "items", &answer_items, API_REQUIRED, NULL },
	{ "findings", &api_count, API_REQUIRED, "Looked at" },
	{ "all", &api_bool, API_REQUIRED, "There are no more than were looked at" },
	END,
};
static const struct api_value asked_value = { .type = API_OBJECT, .members = asked_members };
static const struct api_member transfer_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "at", &api_moment, API_REQUIRED, NULL },
	{ "partner", &api_text, API_REQUIRED, NULL },
	{ "record", &api_text, API_REQUIRED, NULL },
	{ "purpose", &api_text, API_REQUIRED, NULL },
	{ "allowed", &api_bool, API_REQUIRED, NULL },
	{ "rule", &api_text, API_REQUIRED, NULL },
	{ "agreement", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "clause", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "profile", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "reason", &api_text, API_REQUIRED, NULL },
	END,
};
static const struct api_value transfer_value = { .type = API_OBJECT, .members = transfer_members, .name = "Transfer" };
LIST(transfer, transfer_value);
static const struct api_member transfers_members[] = {
	{ "items", &transfer_items, API_REQUIRED, NULL },
	{ "next", &api_count, API_REQUIRED | API_NULL, "Cursor of the next page" },
	END,
};
static const struct api_value transfers_value = { .type = API_OBJECT, .members = transfers_members };

static const struct api_param id_params[] = { { "id", API_PATH, &api_agreement_name, true, NULL }, PARAMS_END };
static const struct api_param ask_params[] = {
	{ "partner", API_QUERY, &api_agreement_name, true, NULL },
	{ "purpose", API_QUERY, &purpose_value, false, "protect" },
	{ "date", API_QUERY, &api_moment, false, "If it were asked for then; now" },
	{ "limit", API_QUERY, &ask_limit, false, "So many findings, the latest; 20,000" },
	PARAMS_END,
};
static const struct api_param transfers_params[] = {
	{ "partner", API_QUERY, &api_agreement_name, false, NULL },
	{ "allowed", API_QUERY, &api_bool, false, "What went, or what was refused" },
	{ "limit", API_QUERY, &page_limit, false, "Rows of a page; 100" },
	{ "cursor", API_QUERY, &row_id, false, "The page behind" },
	PARAMS_END,
};

#define WRITES (API_CHANGES | API_AUDITS_ITSELF)

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/parties", .right = RIGHT_AGREEMENTS_READ, .run = parties,
	    .summary = "This node as a party, and its partners", .answer = &parties_value },
	{ .method = API_PUT, .path = "/api/v1/parties/{id}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = party_put,
	    .summary = "Enter a partner, or put it otherwise", .params = id_params, .body = &partner_body, .answer = &partner_value },
	{ .method = API_DELETE, .path = "/api/v1/parties/{id}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = party_delete,
	    .summary = "Take a partner out; nothing flows to it any more", .params = id_params, .status = 204 },
	{ .method = API_GET, .path = "/api/v1/transfers", .right = RIGHT_AGREEMENTS_READ, .run = transfers,
	    .summary = "What went to partners and what was refused, newest first", .params = transfers_params, .answer = &transfers_value },
	{ .method = API_GET, .path = "/api/v1/transfers/ask", .right = RIGHT_AGREEMENTS_READ, .run = ask,
	    .summary = "What would a partner get, and why not the rest?", .params = ask_params, .answer = &asked_value },
};

const struct api_room api_party_room = { "partners", routes, sizeof(routes) / sizeof(routes[0]) };
