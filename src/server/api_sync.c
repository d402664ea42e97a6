/*
 * api_sync: what is exchanged with partners by TAXII, and how it goes
 * (store/sync.h). The courier does it; here it is entered, let rest and asked for.
 */
#include "server/api_agreement.h"
#include "share/sync_run.h"

/* --- looking ------------------------------------------------------------------------------ */

static void
row_put(struct json_out *j, const struct sync *x)
{
	json_out_object(j);
	json_out_key_int(j, S("id"), x->id);
	json_out_key_text(j, S("partner"), x->partner);
	json_out_key_text(j, S("url"), x->url);
	json_out_key_text(j, S("direction"), slice_of_str(sync_direction_name(x->direction)));
	json_out_key_text(j, S("remote"), x->remote);
	json_out_key_text(j, S("local"), x->local);
	json_out_key_text(j, S("purpose"), slice_of_str(policy_purpose_name(x->purpose)));
	json_out_key_text(j, S("state"), slice_of_str(sync_state_name(x)));
	api_put_moment(j, S("last_try"), x->last_try_s);
	api_put_moment(j, S("last_ok"), x->last_ok_s);
	api_put_moment(j, S("next_try"), x->paused ? 0 : x->next_try_s);
	json_out_key_int(j, S("failures"), (int64_t)x->failures);
	api_put_text(j, S("error"), x->error);
	json_out_key_int(j, S("received"), (int64_t)x->received);
	json_out_key_int(j, S("known"), (int64_t)x->known);
	json_out_key_int(j, S("refused"), (int64_t)x->refused);
	json_out_key_int(j, S("sent"), (int64_t)x->sent);
	json_out_object_end(j);
}

static bool
row_each(void *cookie, const struct sync *x, struct err *e)
{
	(void)e;
	row_put(cookie, x);
	return true;
}

/* With whom else we exchange is no partner's affair. */
static bool
ours_alone(const struct api_call *c, struct err *e)
{
	return c->who->kind != WHO_PARTNER || err_set(e, ERR_DENIED, "this is for the people of this node");
}

static bool
list(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	if (!ours_alone(c, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!sync_list(c->api->node->store, row_each, j, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
row_show(struct api_call *c, int64_t id, struct err *e)
{
	struct sync x;

	if (!sync_get(c->api->node->store, id, c->a, &x, e))
		return false;
	row_put(api_json(c), &x);
	return true;
}

static bool
one(struct api_call *c, struct err *e)
{
	return ours_alone(c, e) && row_show(c, api_int_of(c, "id", 0), e);
}

/* --- changing ------------------------------------------------------------------------------- */

static bool
changed(struct api_call *c, struct auth_change *change, bool ok, const char *act, int64_t id, struct slice detail, struct err *e)
{
	struct slice object = arena_printf(c->a, "sync %lld", (long long)id);

	if (!auth_change_end(change, ok, c->who, act, object, detail, c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	api_changed(c, "sync", id);
	return true;
}

static struct slice
text_of(const struct api_call *c, const char *name)
{
	struct slice s = api_body_text(c, name);

	return s.p == NULL ? S("") : s;
}

static bool
body_take(struct api_call *c, struct sync *x, struct err *e)
{
	struct slice local = api_body_text(c, "local"), auth = api_body_text(c, "auth"), secret = api_body_text(c, "secret");
	struct partner p;
	bool found;

	*x = (struct sync){ .partner = api_body_text(c, "partner"), .url = api_body_text(c, "url"), .remote = api_body_text(c, "remote"),
		.local = local.p == NULL ? S("local") : local, .purpose = PURPOSE_PROTECT, .paused = api_body_bool(c, "paused", false),
		.every_s = api_body_int(c, "every", SYNC_EVERY_S), .user = text_of(c, "user"), .ca = text_of(c, "ca"), .pin = text_of(c, "pin") };
	(void)sync_direction_find(api_body_text(c, "direction"), &x->direction);
	(void)policy_purpose_find(api_body_text(c, "purpose"), &x->purpose);
	if (!partner_get(c->api->node->store, x->partner, c->a, &p, &found, e))
		return false;
	if (!found)
		return api_fault(c, "partner"), err_set(e, ERR_INPUT, "there is no partner %s; enter it: entente partners add", QUOTE(x->partner));
	if (x->url.p == NULL && p.url.len > 0)
		x->url = arena_printf(c->a, "%.*s%staxii2/entente/", SLICE_ARG(p.url), p.url.p[p.url.len - 1] == '/' ? "" : "/");
	x->auth = slice_eq(p.kind, S("node")) ? SYNC_AUTH_CERTIFICATE : SYNC_AUTH_NONE;
	if (secret.p != NULL)
		x->auth = x->user.len > 0 ? SYNC_AUTH_BASIC : SYNC_AUTH_TOKEN;
	if (auth.p != NULL)
		(void)sync_auth_find(auth, &x->auth);
	if ((x->auth == SYNC_AUTH_TOKEN || x->auth == SYNC_AUTH_BASIC) != (secret.p != NULL))
		return api_fault(c, "secret"), err_set(e, ERR_INPUT, "a token goes with auth token, a password with auth basic and a user");
	return true;
}

static bool
add(struct api_call *c, struct err *e)
{
	struct slice secret = api_body_text(c, "secret"), detail;
	struct auth_change change;
	const char *field;
	struct sync x;
	int64_t id = 0;
	bool ok;

	if (!body_take(c, &x, e))
		return false;
	if (!sync_check(&x, &field, e))
		return api_fault(c, field);
	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	detail = arena_printf(c->a, "%.*s %s %.*s", SLICE_ARG(x.partner), sync_direction_name(x.direction), SLICE_ARG(x.remote));
	ok = sync_add(c->api->node->store, &x, c->r->now_s, &id, e) && (secret.p == NULL || sync_secret_put(c->api->node, id, secret, e));
	return changed(c, &change, ok, "sync.add", id, detail, e) && row_show(c, id, e);
}

static bool
patch(struct api_call *c, struct err *e)
{
	int64_t id = api_int_of(c, "id", 0);
	bool paused = api_body_bool(c, "paused", false), ok;
	struct auth_change change;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = sync_pause(c->api->node->store, id, paused, c->r->now_s, e);
	return changed(c, &change, ok, paused ? "sync.pause" : "sync.resume", id, SLICE_NONE, e) && row_show(c, id, e);
}

static bool
now(struct api_call *c, struct err *e)
{
	int64_t id = api_int_of(c, "id", 0);
	struct auth_change change;
	bool ok;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = sync_now(c->api->node->store, id, c->r->now_s, e);
	return changed(c, &change, ok, "sync.now", id, SLICE_NONE, e) && row_show(c, id, e);
}

static bool
take_out(struct api_call *c, struct err *e)
{
	int64_t id = api_int_of(c, "id", 0);
	struct auth_change change;
	bool ok;

	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = sync_remove(c->api->node->store, id, e);
	if (!changed(c, &change, ok, "sync.remove", id, SLICE_NONE, e))
		return false;
	sync_secret_remove(c->api->node, id);
	return true;
}

/* --- rows ---------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }

static const struct api_value id_value = { .type = API_INT, .min = 1, .max = INT64_MAX };
static const struct api_value url_value = { .type = API_TEXT, .min = 1, .max = SYNC_URL_MAX };
static const struct api_value name_value = { .type = API_TEXT, .min = 1, .max = SYNC_NAME_MAX };
static const struct api_value pem_value = { .type = API_TEXT, .min = 1, .max = (int64_t)SYNC_PEM_MAX };
static const struct api_value secret_value = { .type = API_TEXT, .min = 1, .max = SYNC_SECRET_MAX };
static const struct api_value every_value = { .type = API_INT, .min = SYNC_EVERY_MIN_S, .max = SYNC_EVERY_MAX_S };
static const char *const direction_words[] = { "poll", "push", NULL };
static const struct api_value direction_value = { .type = API_WORD, .words = direction_words };
static const char *const purpose_words[] = { "notify", "statistics", "protect", NULL };
static const struct api_value purpose_value = { .type = API_WORD, .words = purpose_words };
static const char *const state_words[] = { "waiting", "running", "failing", "paused", NULL };
static const struct api_value state_value = { .type = API_WORD, .words = state_words };
static const char *const auth_words[] = { "none", "certificate", "token", "basic", NULL };
static const struct api_value auth_value = { .type = API_WORD, .words = auth_words };

static const struct api_member members[] = {
	{ "id", &id_value, API_REQUIRED, NULL },
	{ "partner", &api_agreement_name, API_REQUIRED, NULL },
	{ "url", &url_value, API_REQUIRED, "Of the partner's TAXII API root" },
	{ "direction", &direction_value, API_REQUIRED, "poll: what is theirs comes here; push: what is ours goes there" },
	{ "remote", &name_value, API_REQUIRED, "Their collection" },
	{ "local", &name_value, API_REQUIRED, "Ours" },
	{ "purpose", &purpose_value, API_REQUIRED, NULL },
	{ "state", &state_value, API_REQUIRED, NULL },
	{ "last_try", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "last_ok", &api_moment, API_REQUIRED | API_NULL, "When all went well last" },
	{ "next_try", &api_moment, API_REQUIRED | API_NULL, "null: at once, or not while it is paused" },
	{ "failures", &api_count, API_REQUIRED, "In a row" },
	{ "error", &api_text, API_REQUIRED | API_NULL, "Of the last try" },
	{ "received", &api_count, API_REQUIRED, "Objects that came" },
	{ "known", &api_count, API_REQUIRED, "Of these, such as were there" },
	{ "refused", &api_count, API_REQUIRED, "Such as were wrong, or that no agreement covers; of a push, such as the partner did not take" },
	{ "sent", &api_count, API_REQUIRED, "Objects that the partner took" },
	END,
};
static const struct api_value value = { .type = API_OBJECT, .members = members, .name = "Sync" };
static const struct api_value items = { .type = API_ARRAY, .items = &value, .max = INT64_MAX };
static const struct api_member list_members[] = { { "items", &items, API_REQUIRED, NULL }, END };
static const struct api_value list_value = { .type = API_OBJECT, .members = list_members };

static const struct api_member add_members[] = {
	{ "partner", &api_agreement_name, API_REQUIRED, NULL },
	{ "direction", &direction_value, API_REQUIRED, NULL },
	{ "remote", &name_value, API_REQUIRED, "Their collection, by its id or alias" },
	{ "local", &name_value, 0, "Ours; local" },
	{ "url", &url_value, 0, "Of its API root; the partner's address and taxii2/entente/" },
	{ "purpose", &purpose_value, 0, "protect" },
	{ "every", &every_value, 0, "Seconds; 300" },
	{ "auth", &auth_value, 0, "How it learns who we are; certificate for nodes, token or basic where there is a secret" },
	{ "user", &name_value, 0, "Of basic" },
	{ "secret", &secret_value, 0, "Token or password; it is not given out again" },
	{ "ca", &pem_value, 0, "PEM: whose word on its certificate counts" },
	{ "pin", &name_value, 0, "sha256//...: its key, whoever signed its certificate" },
	{ "paused", &api_bool, 0, NULL },
	END,
};
static const struct api_value add_body = { .type = API_OBJECT, .members = add_members };
static const struct api_member patch_members[] = { { "paused", &api_bool, API_REQUIRED, NULL }, END };
static const struct api_value patch_body = { .type = API_OBJECT, .members = patch_members };
static const struct api_param id_params[] = { { "id", API_PATH, &id_value, true, NULL }, { NULL, API_QUERY, NULL, false, NULL } };

#define WRITES (API_CHANGES | API_AUDITS_ITSELF)
#define PATH "/api/v1/sync"

static const struct api_route routes[] = {
	{ .method = API_GET, .path = PATH, .right = RIGHT_AGREEMENTS_READ, .run = list,
	    .summary = "What is exchanged with partners, and how it goes", .answer = &list_value },
	{ .method = API_POST, .path = PATH, .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = add,
	    .summary = "Enter an exchange: poll a partner's collection, or push ours", .body = &add_body, .answer = &value, .status = 201 },
	{ .method = API_GET, .path = PATH "/{id}", .right = RIGHT_AGREEMENTS_READ, .run = one,
	    .summary = "One exchange", .params = id_params, .answer = &value },
	{ .method = API_PATCH, .path = PATH "/{id}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = patch,
	    .summary = "Let it rest, or go on", .params = id_params, .body = &patch_body, .answer = &value },
	{ .method = API_POST, .path = PATH "/{id}/now", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = now,
	    .summary = "Exchange at once", .params = id_params, .answer = &value, .status = 202 },
	{ .method = API_DELETE, .path = PATH "/{id}", .right = RIGHT_AGREEMENTS_CHANGE, .flags = WRITES, .run = take_out,
	    .summary = "Take it out; what came stays", .params = id_params, .status = 204 },
};

const struct api_room api_sync_room = { "partners", routes, sizeof(routes) / sizeof(routes[0]) };
