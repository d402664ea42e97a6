/*
 * api_proposal: what one person proposed to sign for this node, and what another
 * says to it (share/agree_two.h).
 */
#include "server/api_agreement.h"

#define LIST_ROWS 500

struct listing {
	struct api_call *c;
	struct json_out *j;
};

static void
sha_put(struct json_out *j, struct slice key, const struct sha256 *h)
{
	char hex[SHA256_HEX + 1];

	sha256_hex(h, hex);
	json_out_key_text(j, key, slice_of_str(hex));
}

static bool
key_there(const struct ed25519_key *k)
{
	static const struct ed25519_key none;

	return !ed25519_key_eq(k, &none);
}

static bool
row(void *cookie, const struct proposal *p, struct err *e)
{
	struct listing *x = cookie;
	struct json_out *j = x->j;

	(void)e;
	json_out_object(j);
	json_out_key_int(j, S("number"), p->id);
	json_out_key_text(j, S("agreement"), p->agreement);
	json_out_key_text(j, S("act"), slice_of_str(act_kind_name(p->kind)));
	json_out_key(j, S("receipt"));
	json_out_bool(j, p->line.len > 0);
	api_put_text(j, S("party"), p->party);
	api_put_number(j, S("clause"), p->clause);
	api_put_moment(j, S("date"), p->date_s);
	sha_put(j, S("paper"), &p->paper);
	api_agreement_key(j, &p->key, key_there(&p->key));
	json_out_key_text(j, S("by"), p->by);
	api_put_moment(j, S("at"), p->at_s);
	json_out_key(j, S("own"));
	json_out_bool(j, agree_own(p, x->c->who));
	json_out_key_text(j, S("state"), slice_of_str(proposal_state_name(p->state)));
	api_put_text(j, S("decided_by"), p->decided_by);
	api_put_moment(j, S("decided"), p->decided_s);
	json_out_object_end(j);
	return true;
}

static bool
proposals(struct api_call *c, struct err *e)
{
	struct listing x = { c, api_json(c) };
	bool two;

	if (c->who->kind == WHO_PARTNER)
		return err_set(e, ERR_DENIED, "this is for the people of this node");
	if (!agree_two_needed(c->api->node, &two, e))
		return false;
	json_out_object(x.j);
	json_out_key(x.j, S("two_people"));
	json_out_bool(x.j, two);
	json_out_key(x.j, S("items"));
	json_out_array(x.j);
	if (!proposal_list(c->api->node->store, slice_eq(api_text_of(c, "state"), S("all")), LIST_ROWS, row, &x, e))
		return false;
	json_out_array_end(x.j);
	json_out_object_end(x.j);
	return true;
}

static struct slice
detail_of(struct api_call *c, const struct proposal *p)
{
	return arena_printf(c->a, "%lld %s%s, proposed by %.*s", (long long)p->id, p->line.len > 0 ? "receipt of " : "", act_kind_name(p->kind), SLICE_ARG(p->by));
}

static bool
confirm(struct api_call *c, struct err *e)
{
	struct agree_confirmed x;
	struct auth_change change;
	struct agree_keys keys;
	bool ok;

	if (!agree_keys_open(c->api->node, false, &keys, e))
		return false;
	ok = auth_change_begin(&change, c->api->node->store, e);
	if (ok) {
		ok = agree_confirm(c->api->node->store, api_int_of(c, "number", 0), c->who, &keys, c->r->now_s, c->a, &x, e);
		ok = api_agreement_done(c, &change, ok, "agreement.confirm", ok ? x.proposal.agreement : S(""), ok ? detail_of(c, &x.proposal) : SLICE_NONE, e);
	}
	agree_keys_close(&keys);
	if (ok)
		api_agreement_signed(api_json(c), x.kept, x.line, 0);
	return ok;
}

static bool
refuse(struct api_call *c, struct err *e)
{
	struct auth_change change;
	struct proposal p;
	bool ok;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = agree_refuse(c->api->node->store, api_int_of(c, "number", 0), c->who, c->r->now_s, c->a, &p, e);
	return api_agreement_done(c, &change, ok, "agreement.refuse", ok ? p.agreement : S(""), ok ? detail_of(c, &p) : SLICE_NONE, e);
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

static const char *const states[] = { "open", "all", NULL };
static const struct api_value number_value = { .type = API_INT, .min = 1, .max = INT64_MAX };
static const struct api_value state_value = { .type = API_WORD, .words = states };
static const struct api_value act_word = { .type = API_WORD, .words = api_agreement_acts };
static const struct api_member proposal_members[] = {
	{ "number", &api_count, API_REQUIRED, NULL },
	{ "agreement", &api_agreement_name, API_REQUIRED, NULL },
	{ "act", &act_word, API_REQUIRED, NULL },
	{ "receipt", &api_bool, API_REQUIRED, "A party's act is to be taken; else it is an act of ours" },
	{ "party", &api_agreement_name, API_REQUIRED | API_NULL, "Whose act, or who is invited" },
	{ "clause", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "date", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "paper", &api_agreement_sha, API_REQUIRED, NULL },
	{ "key", &api_agreement_hex_key, API_REQUIRED | API_NULL, "That it is about: of who is invited, or the new one" },
	{ "fingerprint", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "by", &api_text, API_REQUIRED, "Who proposed it" },
	{ "at", &api_moment, API_REQUIRED, NULL },
	{ "own", &api_bool, API_REQUIRED, "Proposed by who asks: another person confirms it" },
	{ "state", &api_text, API_REQUIRED, "open, done, refused" },
	{ "decided_by", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "decided", &api_moment, API_REQUIRED | API_NULL, NULL },
	END,
};
static const struct api_value proposal_value = { .type = API_OBJECT, .members = proposal_members, .name = "AgreementProposal" };
static const struct api_value proposal_items = { .type = API_ARRAY, .items = &proposal_value, .max = LIST_ROWS };
static const struct api_member proposals_members[] = {
	{ "two_people", &api_bool, API_REQUIRED, "What is signed is proposed and confirmed by two" },
	{ "items", &proposal_items, API_REQUIRED, "Newest first" },
	END,
};
static const struct api_value proposals_value = { .type = API_OBJECT, .members = proposals_members };

static const struct api_param list_params[] = { { "state", API_QUERY, &state_value, false, "all: those decided on, too" }, PARAMS_END };
static const struct api_param number_params[] = { { "number", API_PATH, &number_value, true, NULL }, PARAMS_END };

#define WRITES (API_CHANGES | API_AUDITS_ITSELF)

/* Before api_agreement's rows: its {id} would take these paths, too. */
static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/agreements/proposals", .right = RIGHT_AGREEMENTS_READ, .run = proposals,
	    .summary = "What waits for a second person's word", .params = list_params, .answer = &proposals_value },
	{ .method = API_POST, .path = "/api/v1/agreements/proposals/{number}/confirm", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = confirm,
	    .summary = "Sign what another person proposed", .params = number_params, .answer = &api_agreement_signed_value },
	{ .method = API_DELETE, .path = "/api/v1/agreements/proposals/{number}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = refuse,
	    .summary = "Refuse a proposal, or take one's own back", .params = number_params, .status = 204 },
};

const struct api_room api_proposal_room = { "agreements", routes, sizeof(routes) / sizeof(routes[0]) };
