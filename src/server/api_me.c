/*
 * api_me: one's own account: how others see it, password, second factor,
 * sessions and tokens.
 */
#include <sodium.h>
#include <string.h>

#include "server/api_rooms.h"
#include "server/auth_room.h"

static struct store *
store_of(struct api_call *c)
{
	return c->api->node->store;
}

/* Tokens and partners have no account of their own to change. */
static bool
person(struct api_call *c, struct err *e)
{
	return c->who->kind == WHO_PERSON || err_set(e, ERR_DENIED, "this is for people who signed in, not for tokens");
}

static bool
own(struct api_call *c, struct account *out, struct err *e)
{
	return person(c, e) && account_get(store_of(c), c->who->account, c->a, out, e);
}

/* One's own password is asked for again; a stolen session may not try it out. */
bool
auth_password_ask(struct api_call *c, struct slice password, struct slice *totp_out, struct err *e)
{
	struct attempt t = { .account = c->who->name, .from = c->r->from };
	struct auth *auth = auth_of(c->api);
	char hash[PASSWORD_HASH_MAX];
	enum attempt_class class;

	if (auth->full)
		return c->retry_s = 5, api_status(c, 429), err_set(e, ERR_LIMIT, "many are signing in at this moment; try again in a few seconds");
	if (!auth_hash_of(auth, c->who->account, c->a, hash, totp_out, e))
		return false;
	class = limits_take(auth->limits, &t, c->r->now_s, &c->retry_s);
	if (class == ATTEMPT_REFUSED)
		return api_status(c, 429), err_set(e, ERR_LIMIT, "there were too many tries; wait a while, or use a browser in which you signed in before");
	if (!hasher_verify(auth->hasher, hash, password))
		return api_fault(c, "current"), err_set(e, ERR_DENIED, "this is not your password");
	limits_give_back(auth->limits, &t, class);
	return true;
}

/* --- how others see it ------------------------------------------------------------------------ */

static bool
lang_take(struct api_call *c, struct account *x, struct err *e)
{
	struct slice lang = api_body_text(c, "lang");
	char *tag;

	if (lang.p == NULL)
		return true;
	tag = arena_str(c->a, lang);
	x->lang_known = tag != NULL && lang_parse(tag, &x->lang);
	return x->lang_known || (api_fault(c, "lang"), err_set(e, ERR_INPUT, "%s is none of ar, zh, en, fr, ru, es", QUOTE(lang)));
}

static bool
me_change(struct api_call *c, struct err *e)
{
	struct auth_change change;
	struct account x;
	bool ok;

	if (!own(c, &x, e) || !lang_take(c, &x, e))
		return false;
	if (api_body_text(c, "display").p != NULL)
		x.display = api_body_text(c, "display");
	if (api_body_text(c, "mail").p != NULL)
		x.mail = api_body_text(c, "mail");
	if (!account_clean(&x, c->a, &c->field, e) || !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = account_put(store_of(c), &x, c->r->now_s, e);
	if (!auth_change_end(&change, ok, c->who, "account.change", auth_object(&x, c->a), S("own"), c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	return true;
}

/* --- password ----------------------------------------------------------------------------------- */

static bool
password_change(struct api_call *c, struct err *e)
{
	struct slice next = api_body_text(c, "password"), totp;
	struct auth *auth = auth_of(c->api);
	char hash[PASSWORD_HASH_MAX];
	struct auth_change change;
	struct account x;
	bool ok;

	if (!own(c, &x, e) || !auth_password_ask(c, api_body_text(c, "current"), &totp, e))
		return false;
	if (!password_check(next, x.name, x.mail, e))
		return api_fault(c, "password");
	if (password_same(next, api_body_text(c, "current")))
		return api_fault(c, "password"), err_set(e, ERR_INPUT, "the new password is the old one");
	if (!hasher_hash(auth->hasher, next, hash, e) || !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = auth_password_put(store_of(c), auth->secret, x.id, hash, false, c->who->session, c->r->now_s, e);
	if (!auth_change_end(&change, ok, c->who, "account.password", auth_object(&x, c->a), S("own"), c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	return true;
}

/* --- second factor --------------------------------------------------------------------------------- */

/* The account's place among those that wait; else a free one, or the one that waited longest. */
static struct pending *
pending_place(struct auth *auth, int64_t account)
{
	struct pending *p = &auth->pending[0];

	for (size_t i = 0; i < PENDING_MAX; i++) {
		if (auth->pending[i].account == account)
			return &auth->pending[i];
		if (auth->pending[i].until_s < p->until_s)
			p = &auth->pending[i];
	}
	return p;
}

static bool
totp_begin(struct api_call *c, struct err *e)
{
	struct auth *auth = auth_of(c->api);
	struct slice totp, issuer = c->api->node->conf.name;
	struct json_out *j;
	struct pending *p;
	struct account x;
	struct buf b;

	if (!own(c, &x, e) || !auth_password_ask(c, api_body_text(c, "current"), &totp, e))
		return false;
	/* Where there is one the new one takes its place when its first code was given, and not before. */
	p = pending_place(auth, x.id);
	*p = (struct pending){ .account = x.id, .until_s = c->r->now_s + PENDING_S };
	totp_secret_make(p->secret);
	buf_init(&b, 4096);
	j = api_json(c);
	json_out_object(j);
	totp_base32(slice_of(p->secret, sizeof(p->secret)), &b);
	json_out_key_text(j, S("secret"), buf_view(&b));
	buf_clear(&b);
	totp_uri(slice_of(p->secret, sizeof(p->secret)), issuer.len > 0 ? issuer : S("Entente"), x.name, &b);
	json_out_key_text(j, S("uri"), buf_view(&b));
	json_out_object_end(j);
	if (b.p != NULL)
		sodium_memzero(b.p, b.cap);
	buf_fini(&b);
	return true;
}

static void
codes_make(struct api_call *c, struct sha256 hashes[TOTP_RECOVERY_CODES])
{
	struct json_out *j = api_json(c);

	json_out_object(j);
	json_out_key(j, S("recovery_codes"));
	json_out_array(j);
	for (size_t i = 0; i < TOTP_RECOVERY_CODES; i++) {
		char code[TOTP_RECOVERY_BYTES];

		totp_recovery_make(code);
		(void)totp_recovery_hash(slice_of_str(code), &hashes[i]);
		json_out_text(j, slice_of_str(code));
	}
	json_out_array_end(j);
	json_out_object_end(j);
}

static bool
totp_confirm(struct api_call *c, struct err *e)
{
	struct sha256 hashes[TOTP_RECOVERY_CODES];
	struct auth *auth = auth_of(c->api);
	struct auth_change change;
	struct slice sealed;
	struct pending *p;
	struct account x;
	int64_t step;
	bool ok;

	if (!own(c, &x, e))
		return false;
	p = pending_place(auth, x.id);
	if (p->account != x.id || p->until_s <= c->r->now_s)
		return err_set(e, ERR_CONFLICT, "begin with the second factor again; its time is over");
	if (!totp_check(slice_of(p->secret, sizeof(p->secret)), slice_trim(api_body_text(c, "code")), c->r->now_s, &step))
		return api_fault(c, "code"), err_set(e, ERR_INPUT, "the code does not fit; is the clock of the device right?");
	codes_make(c, hashes);
	if (!secret_seal(auth->secret, SECRET_TOTP, x.id, slice_of(p->secret, sizeof(p->secret)), c->a, &sealed, e) ||
	    !auth_change_begin(&change, store_of(c), e))
		return false;
	/* Sessions that were begun by the password alone end, for it may be why the factor is set up; this one gave the code. */
	ok = account_totp_put(store_of(c), x.id, sealed, step, c->r->now_s, e) &&
	    account_codes_put(store_of(c), x.id, hashes, TOTP_RECOVERY_CODES, e) &&
	    session_end_all(store_of(c), x.id, c->who->session, e) && session_factor(store_of(c), c->who->session, e);
	if (!auth_change_end(&change, ok, c->who, "account.factor", auth_object(&x, c->a), S("on"), c->r->now_s, e))
		return false;
	sodium_memzero(p, sizeof(*p));
	auth_head_keep(c->api);
	return true;
}

static bool
totp_off(struct api_call *c, struct err *e)
{
	struct auth_change change;
	struct slice totp = SLICE_NONE;
	struct account x;
	bool ok;

	if (!own(c, &x, e) || !auth_password_ask(c, api_body_text(c, "current"), &totp, e))
		return false;
	if (totp.p == NULL)
		return err_set(e, ERR_CONFLICT, "the account has no second factor");
	if (!auth_change_begin(&change, store_of(c), e))
		return false;
	ok = account_totp_put(store_of(c), x.id, SLICE_NONE, 0, c->r->now_s, e);
	if (!auth_change_end(&change, ok, c->who, "account.factor", auth_object(&x, c->a), S("off"), c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	return true;
}

/* --- sessions ------------------------------------------------------------------------------------------ */

static bool
session_row(void *cookie, const struct session *x, struct err *e)
{
	struct api_call *c = cookie;
	struct json_out *j = &c->json;

	(void)e;
	json_out_object(j);
	json_out_key_int(j, S("id"), x->id);
	api_put_moment(j, S("created"), x->created_s);
	api_put_moment(j, S("seen"), x->seen_s);
	api_put_text(j, S("address"), x->ip);
	json_out_key(j, S("second_factor"));
	json_out_bool(j, x->second_factor);
	json_out_key(j, S("this"));
	json_out_bool(j, x->id == c->who->session);
	json_out_object_end(j);
	return true;
}

static bool
sessions(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	if (!person(c, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!session_list(store_of(c), c->who->account, c->r->now_s, session_row, c, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
sessions_end(struct api_call *c, struct err *e)
{
	struct auth_change change;
	bool ok;

	if (!person(c, e) || !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = session_end_all(store_of(c), c->who->account, c->who->session, e);
	if (!auth_change_end(&change, ok, c->who, "session.end", S(""), S("all others"), c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	return true;
}

/* --- tokens ---------------------------------------------------------------------------------------------- */

static void
token_put(struct json_out *j, const struct token *x)
{
	json_out_key_int(j, S("id"), x->id);
	json_out_key_text(j, S("name"), x->name);
	json_out_key_text(j, S("prefix"), x->prefix);
	json_out_key_text(j, S("account"), x->account.name);
	api_put_rights(j, S("scopes"), x->scopes);
	api_put_moment(j, S("created"), x->created_s);
	api_put_moment(j, S("expires"), x->expires_s);
	api_put_moment(j, S("seen"), x->seen_s);
}

static bool
token_row(void *cookie, const struct token *x, struct err *e)
{
	struct api_call *c = cookie;

	(void)e;
	json_out_object(&c->json);
	token_put(&c->json, x);
	json_out_object_end(&c->json);
	return true;
}

/* One's own; who keeps the accounts sees all, as they are doors into the node. */
static int64_t
tokens_of(const struct api_call *c)
{
	return who_may(c->who, RIGHT_ACCOUNTS) && api_given(c, "all") ? 0 : c->who->account;
}

static bool
tokens(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	if (!person(c, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!token_list(store_of(c), tokens_of(c), token_row, c, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

/* What is asked for and not one's own to give is refused, not left out. */
static bool
scopes_read(struct api_call *c, uint32_t *out, struct err *e)
{
	const struct json *list = json_get(c->body, S("scopes"));
	enum who_right r;

	*out = 0;
	JSON_EACH(item, list) {
		if (!who_right_find(json_text(item), &r) || (who_scopes() >> r & 1) == 0)
			return api_fault(c, "scopes"), err_set(e, ERR_INPUT, "%s is no right that a token may have", QUOTE(json_text(item)));
		if (!who_may(c->who, r))
			return api_fault(c, "scopes"), err_set(e, ERR_DENIED, "you do not have the right %s yourself", QUOTE(json_text(item)));
		*out |= 1u << r;
	}
	return true;
}

static bool
token_make(struct api_call *c, struct err *e)
{
	struct token x = { .name = api_body_text(c, "name"), .created_s = c->r->now_s };
	struct auth_change change;
	struct slice text;
	struct json_out *j;
	bool ok;

	if (!own(c, &x.account, e) || !scopes_read(c, &x.scopes, e) || !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = auth_token_add(store_of(c), &x, api_body_int(c, "days", 90), c->r->now_s, c->a, &text, e);
	if (!auth_change_end(&change, ok, c->who, "token.add", auth_object(&x.account, c->a), x.name, c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	j = api_json(c);
	json_out_object(j);
	token_put(j, &x);
	json_out_key_text(j, S("token"), text);
	json_out_object_end(j);
	return true;
}

static bool
token_revoke(struct api_call *c, struct err *e)
{
	int64_t owner = who_may(c->who, RIGHT_ACCOUNTS) ? 0 : c->who->account;
	struct auth_change change;
	struct token x;
	bool ok;

	if (!person(c, e) || !token_get(store_of(c), api_int_of(c, "id", 0), owner, c->a, &x, e) ||
	    !auth_change_begin(&change, store_of(c), e))
		return false;
	ok = token_remove(store_of(c), x.id, e);
	if (!auth_change_end(&change, ok, c->who, "token.revoke", auth_object(&x.account, c->a), x.name, c->r->now_s, e))
		return false;
	auth_head_keep(c->api);
	return true;
}

/* --- the table --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }

static const struct api_value password_value = { .type = API_TEXT, .min = 1, .max = PASSWORD_BYTES_MAX, .format = "password" };
static const struct api_value code_value = { .type = API_TEXT, .min = 6, .max = 40 };
static const struct api_value name_value = { .type = API_TEXT, .min = 1, .max = 64 };
static const struct api_value display_value = { .type = API_TEXT, .max = 128 };
static const struct api_value mail_value = { .type = API_TEXT, .max = 254, .format = "email" };
static const struct api_value id_value = { .type = API_INT, .min = 1, .max = INT64_MAX };
static const struct api_value days_value = { .type = API_INT, .min = 1, .max = 366 };
static const struct api_value words_value = { .type = API_ARRAY, .items = &api_text, .max = RIGHT_COUNT };

static const struct api_member change_members[] = {
	{ "display", &display_value, 0, NULL },
	{ "mail", &mail_value, 0, NULL },
	{ "lang", &api_text, 0, NULL },
	END,
};
static const struct api_value change_value = { .type = API_OBJECT, .members = change_members };

static const struct api_member password_members[] = {
	{ "current", &password_value, API_REQUIRED, "The password as it is" },
	{ "password", &password_value, API_REQUIRED, "The new one" },
	END,
};
static const struct api_value password_body = { .type = API_OBJECT, .members = password_members };

static const struct api_member current_members[] = {
	{ "current", &password_value, API_REQUIRED, "The password" },
	END,
};
static const struct api_value current_body = { .type = API_OBJECT, .members = current_members };

static const struct api_member begun_members[] = {
	{ "secret", &api_text, API_REQUIRED, "To be typed into the application" },
	{ "uri", &api_text, API_REQUIRED, "To be shown as a picture" },
	END,
};
static const struct api_value begun_value = { .type = API_OBJECT, .members = begun_members };

static const struct api_member code_members[] = {
	{ "code", &code_value, API_REQUIRED, NULL },
	END,
};
static const struct api_value code_body = { .type = API_OBJECT, .members = code_members };

static const struct api_member codes_members[] = {
	{ "recovery_codes", &words_value, API_REQUIRED, "Each good once; they are not shown again" },
	END,
};
static const struct api_value codes_value = { .type = API_OBJECT, .members = codes_members };

static const struct api_member session_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "created", &api_moment, API_REQUIRED, NULL },
	{ "seen", &api_moment, API_REQUIRED, "To some minutes" },
	{ "address", &api_text, API_REQUIRED | API_NULL, "It was begun from" },
	{ "second_factor", &api_bool, API_REQUIRED, NULL },
	{ "this", &api_bool, API_REQUIRED, "It is the one that asks" },
	END,
};
static const struct api_value session_value = { .type = API_OBJECT, .members = session_members, .name = "Session" };
static const struct api_value session_items = { .type = API_ARRAY, .items = &session_value };
static const struct api_member sessions_members[] = { { "items", &session_items, API_REQUIRED, NULL }, END };
static const struct api_value sessions_value = { .type = API_OBJECT, .members = sessions_members };

#define TOKEN_MEMBERS \
	{ "id", &api_count, API_REQUIRED, NULL }, \
	{ "name", &api_text, API_REQUIRED, NULL }, \
	{ "prefix", &api_text, API_REQUIRED, "How it begins" }, \
	{ "account", &api_text, API_REQUIRED, "Whose it is" }, \
	{ "scopes", &words_value, API_REQUIRED, "Rights, as far as its owner has them" }, \
	{ "created", &api_moment, API_REQUIRED, NULL }, \
	{ "expires", &api_moment, API_REQUIRED, NULL }, \
	{ "seen", &api_moment, API_REQUIRED | API_NULL, "Last used, to some minutes" }

static const struct api_member token_members[] = { TOKEN_MEMBERS, END };
static const struct api_value token_value = { .type = API_OBJECT, .members = token_members, .name = "Token" };
static const struct api_value token_items = { .type = API_ARRAY, .items = &token_value };
static const struct api_member tokens_members[] = { { "items", &token_items, API_REQUIRED, NULL }, END };
static const struct api_value tokens_value = { .type = API_OBJECT, .members = tokens_members };
static const struct api_member made_members[] = {
	TOKEN_MEMBERS,
	{ "token", &api_text, API_REQUIRED, "It is not shown again" },
	END,
};
static const struct api_value made_value = { .type = API_OBJECT, .members = made_members };
static const struct api_member make_members[] = {
	{ "name", &name_value, API_REQUIRED, NULL },
	{ "scopes", &words_value, API_REQUIRED, "Rights: findings.read, reports.add ..." },
	{ "days", &days_value, 0, "Until it expires; 90 where nothing is said" },
	END,
};
static const struct api_value make_value = { .type = API_OBJECT, .members = make_members };

static const struct api_param all_params[] = {
	{ "all", API_QUERY, &api_bool, false, "Everybody's, for who may change accounts" },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param id_params[] = {
	{ "id", API_PATH, &id_value, true, NULL },
	{ NULL, API_QUERY, NULL, false, NULL },
};

#define WRITES (API_CHANGES | API_AUDITS_ITSELF)

static const struct api_route routes[] = {
	{ .method = API_PATCH, .path = "/api/v1/me", .right = RIGHT_SELF, .flags = WRITES, .run = me_change,
	    .summary = "Change how others see one's account", .body = &change_value, .status = 204 },
	{ .method = API_POST, .path = "/api/v1/me/password", .right = RIGHT_SELF, .flags = WRITES | API_FIRST_PASSWORD, .run = password_change,
	    .summary = "Change one's password; all other sessions end", .body = &password_body, .status = 204 },
	{ .method = API_POST, .path = "/api/v1/me/totp", .right = RIGHT_SELF, .flags = WRITES | API_FIRST_FACTOR, .run = totp_begin,
	    .summary = "Begin with a second factor, or with another one", .body = &current_body, .answer = &begun_value },
	{ .method = API_POST, .path = "/api/v1/me/totp/confirm", .right = RIGHT_SELF, .flags = WRITES | API_FIRST_FACTOR, .run = totp_confirm,
	    .summary = "Prove the second factor by its first code; all other sessions end", .body = &code_body, .answer = &codes_value },
	{ .method = API_POST, .path = "/api/v1/me/totp/off", .right = RIGHT_SELF, .flags = WRITES, .run = totp_off,
	    .summary = "Take the second factor off", .body = &current_body, .status = 204 },
	{ .method = API_GET, .path = "/api/v1/me/sessions", .right = RIGHT_SELF, .run = sessions,
	    .summary = "Where one is signed in", .answer = &sessions_value },
	{ .method = API_DELETE, .path = "/api/v1/me/sessions", .right = RIGHT_SELF, .flags = WRITES, .run = sessions_end,
	    .summary = "Sign out everywhere else", .status = 204 },
	{ .method = API_GET, .path = "/api/v1/tokens", .right = RIGHT_SELF, .run = tokens,
	    .summary = "One's tokens", .params = all_params, .answer = &tokens_value },
	{ .method = API_POST, .path = "/api/v1/tokens", .right = RIGHT_SELF, .flags = WRITES, .run = token_make,
	    .summary = "Make a token", .body = &make_value, .answer = &made_value, .status = 201 },
	{ .method = API_DELETE, .path = "/api/v1/tokens/{id}", .right = RIGHT_SELF, .flags = WRITES, .run = token_revoke,
	    .summary = "Revoke a token", .params = id_params, .status = 204 },
};

const struct api_room api_me_room = { "me", routes, sizeof(routes) / sizeof(routes[0]) };
