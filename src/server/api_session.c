/*
 * api_session: signing in and out, and who one is.
 *
 * Whatever is wrong with a name or a password gets one answer after one amount
 * of work. What a try costs whom: server/limits.h.
 */
#include "base/clock.h"
#include "server/api_rooms.h"
#include "server/auth_room.h"

/* A wrong code counts as so many wrong passwords: there are a million codes, and three fit. */
#define CODE_TRIES 4

/* --- who one is ------------------------------------------------------------------------------ */

static void
node_put(struct json_out *j, const struct node_conf *conf)
{
	json_out_key(j, S("node"));
	json_out_object(j);
	json_out_key_text(j, S("name"), conf->name);
	api_put_text(j, S("country"), conf->country);
	json_out_key_text(j, S("version"), S(ENTENTE_VERSION));
	json_out_object_end(j);
}

/* secret: the session's, for its CSRF token; NONE: there is none. */
static bool
me_put(struct api_call *c, const struct who *w, struct slice secret, struct err *e)
{
	struct account x = { .name = w->name, .display = w->name };
	struct json_out *j = api_json(c);
	char csrf[CSRF_TEXT_MAX];

	if (w->account != 0 && !account_get(c->api->node->store, w->account, c->a, &x, e))
		return false;
	json_out_object(j);
	json_out_key_text(j, S("kind"), slice_of_str(who_kind_name(w->kind)));
	api_put_text(j, S("name"), w->name);
	api_put_text(j, S("display"), x.display);
	api_put_text(j, S("mail"), x.mail);
	api_put_number(j, S("account"), w->account);
	api_put_text(j, S("lang"), x.lang_known ? slice_of_str(lang_tag(x.lang)) : SLICE_NONE);
	api_put_text(j, S("country"), who_is_bound(w) ? slice_of(w->country, 2) : SLICE_NONE);
	api_put_roles(j, S("roles"), w->roles);
	api_put_rights(j, S("rights"), w->rights);
	json_out_key(j, S("second_factor"));
	json_out_bool(j, x.second_factor);
	json_out_key(j, S("must_change"));
	json_out_bool(j, w->must_change);
	if (secret.p != NULL)
		auth_csrf(secret, csrf);
	json_out_key(j, S("second_factor_due"));
	json_out_bool(j, w->must_factor);
	api_put_text(j, S("csrf"), secret.p == NULL ? SLICE_NONE : slice_of_str(csrf));
	node_put(j, &c->api->node->conf);
	json_out_object_end(j);
	return true;
}

static bool
me(struct api_call *c, struct err *e)
{
	return me_put(c, c->who, c->who->kind == WHO_PERSON ? auth_cookie_find(c->r->cookie, S(COOKIE_SESSION)) : SLICE_NONE, e);
}

/* --- signing in --------------------------------------------------------------------------------- */

struct signin {
	struct auth *auth;
	struct auth_try t;
	enum attempt_class class;
};

static bool
refuse(struct api_call *c, const struct signin *s, const char *why, struct err *e)
{
	auth_refused(s->auth, &s->t, why, c->r->now_s);
	return api_status(c, 401), err_set(e, ERR_DENIED, "the name or the password is wrong");
}

static bool
too_many(struct api_call *c, struct err *e)
{
	return api_status(c, 429), err_set(e, ERR_LIMIT, "there were too many tries; wait a while, or use a browser in which you signed in before");
}

/* A code of six digits, or one of those for the day on which the telephone is gone; each once. */
static bool
code_good(struct api_call *c, const struct signin *s, struct slice code, bool *good, struct err *e)
{
	struct store *store = c->api->node->store;
	struct sha256 hash;
	int64_t step;

	*good = false;
	code = slice_trim(code);
	if (code.len == 6) {
		return !totp_check(s->t.totp, code, c->r->now_s, &step) ||
		    account_totp_use(store, s->t.account.id, step, good, e);
	}
	return !totp_recovery_hash(code, &hash) ||
	    account_code_use(store, s->t.account.id, &hash, good, e);
}

static bool
second_factor(struct api_call *c, const struct signin *s, struct err *e)
{
	struct slice code = api_body_text(c, "code");
	bool good;

	if (s->t.totp.p == NULL)
		return true;
	if (code.len == 0) {
		limits_give_back(s->auth->limits, &s->t.attempt, s->class);
		c->flag = "code_required";
		return api_status(c, 401), err_set(e, ERR_DENIED, "the code of your second factor is needed");
	}
	if (!code_good(c, s, code, &good, e))
		return false;
	if (good)
		return true;
	limits_more(s->auth->limits, &s->t.attempt, s->class, c->r->now_s, CODE_TRIES);
	auth_refused(s->auth, &s->t, "code", c->r->now_s);
	c->flag = "code_required";
	return api_status(c, 401), err_set(e, ERR_DENIED, "the code is wrong, or was used already");
}

static bool
cookies_set(struct api_call *c, const struct signin *s, struct slice secret, struct err *e)
{
	struct slice device = auth_device_make(s->auth, s->t.account.id, c->a);

	return (api_header(c->out, "Set-Cookie", arena_printf(c->a, COOKIE_SESSION "=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%d", SLICE_ARG(secret), SESSION_LIFE_S)) &&
		   api_header(c->out, "Set-Cookie", arena_printf(c->a, COOKIE_DEVICE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%d", SLICE_ARG(device), DEVICE_LIFE_S))) ||
	    err_set(e, ERR_INTERNAL, "a cookie cannot be made");
}

/* Hashed under older parameters: once more under today's, while the password is at hand. */
static bool
again_under_new(struct api_call *c, const struct signin *s, struct err *e)
{
	char hash[PASSWORD_HASH_MAX];
	struct slice sealed;

	if (!password_is_old(s->t.hash))
		return true;
	return password_hash(api_body_text(c, "password"), hash, e) &&
	    secret_seal(s->auth->secret, SECRET_PASSWORD, s->t.account.id, slice_of_str(hash), c->a, &sealed, e) &&
	    account_password_again(c->api->node->store, s->t.account.id, sealed, e);
}

/* Always a new secret; the session that the browser had before ends. */
static bool
session_make(struct api_call *c, const struct signin *s, struct slice secret, struct err *e)
{
	struct who w = { .kind = WHO_PERSON, .account = s->t.account.id, .name = s->t.account.name, .from = c->r->from };
	struct store *store = c->api->node->store;
	struct sha256 hash = sha256_of(secret);
	struct auth_change change;
	char ip[IP_TEXT_MAX];
	int64_t id;
	bool ok;

	if (!auth_change_begin(&change, store, e))
		return false;
	ok = (c->who->kind != WHO_PERSON || session_end(store, c->who->session, e)) &&
	    session_add(store, &hash, s->t.account.id, s->t.totp.p != NULL, slice_of(ip, ip_print(c->r->from, ip)), c->r->now_s, &id, e) &&
	    account_signed(store, s->t.account.id, c->r->now_s, e) && again_under_new(c, s, e);
	return auth_change_end(&change, ok, &w, "session.begin", auth_object(&s->t.account, c->a),
	    s->class == ATTEMPT_DEVICE ? S("known device") : S(""), c->r->now_s, e);
}

static bool
answer(struct api_call *c, struct slice secret, struct err *e)
{
	struct api_request now = *c->r;
	struct who w;

	now.method = API_GET;
	now.authorization = S("");
	now.cookie = arena_printf(c->a, COOKIE_SESSION "=%.*s", SLICE_ARG(secret));
	return auth_who(c->api, &now, c->a, &w, e) && me_put(c, &w, secret, e);
}

static bool
sign_in(struct api_call *c, struct err *e)
{
	struct signin s = { .auth = auth_of(c->api) };
	struct slice secret;

	if (s.auth->full)
		return c->retry_s = 5, api_status(c, 429), err_set(e, ERR_LIMIT, "many are signing in at this moment; try again in a few seconds");
	if (!auth_try_begin(s.auth, c->r, api_body_text(c, "name"), c->a, &s.t, e))
		return false;
	s.class = limits_take(s.auth->limits, &s.t.attempt, c->r->now_s, &c->retry_s);
	if (s.class == ATTEMPT_REFUSED)
		return too_many(c, e);
	if (!hasher_verify(s.auth->hasher, s.t.hash, api_body_text(c, "password")) || !s.t.found)
		return refuse(c, &s, "password", e);
	if (s.t.account.locked) {
		auth_refused(s.auth, &s.t, "locked", c->r->now_s);
		return err_set(e, ERR_DENIED, "this account is locked; an administrator of the node can unlock it");
	}
	if (!second_factor(c, &s, e))
		return false;
	secret = secret_random_text(32, c->a);
	if (secret.p == NULL || !session_make(c, &s, secret, e))
		return false;
	limits_give_back(s.auth->limits, &s.t.attempt, s.class);
	limits_know(s.auth->limits, &s.t.attempt, c->r->now_s);
	auth_head_keep(c->api);
	return cookies_set(c, &s, secret, e) && answer(c, secret, e);
}

static bool
sign_out(struct api_call *c, struct err *e)
{
	struct auth_change change;
	bool ok;

	if (c->who->kind != WHO_PERSON)
		return err_set(e, ERR_DENIED, "only who signed in can sign out");
	if (!auth_change_begin(&change, c->api->node->store, e))
		return false;
	ok = session_end(c->api->node->store, c->who->session, e);
	if (!auth_change_end(&change, ok, c->who, "session.end", S(""), S(""), c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	return api_header(c->out, "Set-Cookie", S(COOKIE_SESSION "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")) ||
	    err_set(e, ERR_INTERNAL, "a cookie cannot be made");
}

/* What there is to do was done when it was asked who it is. */
static bool
seen(struct api_call *c, struct err *e)
{
	(void)c, (void)e;
	return true;
}

/* --- the table ------------------------------------------------------------------------------------- */

static const struct api_value name_value = { .type = API_TEXT, .min = 1, .max = 200 };
static const struct api_value password_value = { .type = API_TEXT, .min = 1, .max = PASSWORD_BYTES_MAX, .format = "password" };
static const struct api_value code_value = { .type = API_TEXT, .max = 40 };
static const struct api_value words_value = { .type = API_ARRAY, .items = &api_text };

static const struct api_member node_members[] = {
	{ "name", &api_text, API_REQUIRED, NULL },
	{ "country", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "version", &api_text, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value node_value = { .type = API_OBJECT, .members = node_members };

static const struct api_member me_members[] = {
	{ "kind", &api_text, API_REQUIRED, "nobody, person, token, partner" },
	{ "name", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "display", &api_text, API_REQUIRED | API_NULL, "As others see it" },
	{ "mail", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "account", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "lang", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "country", &api_text, API_REQUIRED | API_NULL, "Only what concerns this country is shown" },
	{ "roles", &words_value, API_REQUIRED, NULL },
	{ "rights", &words_value, API_REQUIRED, NULL },
	{ "second_factor", &api_bool, API_REQUIRED, "The account has one" },
	{ "must_change", &api_bool, API_REQUIRED, "The password was given out: nothing but changing it is possible" },
	{ "second_factor_due", &api_bool, API_REQUIRED, "A role needs a second factor here: nothing but setting it up is possible" },
	{ "csrf", &api_text, API_REQUIRED | API_NULL, "For X-CSRF-Token of every changing request by cookie" },
	{ "node", &node_value, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value me_value = { .type = API_OBJECT, .members = me_members, .name = "Me" };

static const struct api_member signin_members[] = {
	{ "name", &name_value, API_REQUIRED, NULL },
	{ "password", &password_value, API_REQUIRED, NULL },
	{ "code", &code_value, 0, "Of the second factor, or a recovery code" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value signin_value = { .type = API_OBJECT, .members = signin_members };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/me", .right = RIGHT_PUBLIC, .run = me,
	    .summary = "Who is asking, and what they may do", .answer = &me_value },
	{ .method = API_POST, .path = "/api/v1/session", .right = RIGHT_PUBLIC, .flags = API_CHANGES | API_AUDITS_ITSELF,
	    .run = sign_in, .summary = "Sign in; 401 with code_required where a second factor is needed",
	    .body = &signin_value, .answer = &me_value, .status = 201 },
	{ .method = API_DELETE, .path = "/api/v1/session", .right = RIGHT_SELF, .flags = API_CHANGES | API_AUDITS_ITSELF | API_FIRST_PASSWORD | API_FIRST_FACTOR,
	    .run = sign_out, .summary = "Sign out", .status = 204 },
	{ .method = API_POST, .path = "/api/v1/session/seen", .right = RIGHT_PUBLIC, .flags = API_CHANGES | API_AUDITS_ITSELF,
	    .run = seen, .summary = "The session, or the token, is in use", .status = 204 },
};

const struct api_room api_session_room = { "session", routes, sizeof(routes) / sizeof(routes[0]) };
