#include "server/auth_kit.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

struct node node;
struct auth *keeper_auth, *web_auth;
struct api keeper, web;
int64_t now_s = T0;

void
reply_fini(struct reply *r)
{
	arena_fini(&r->a);
}

/* The value of a cookie that the answer sets, as the browser keeps it. */
static void
cookie_keep(struct slice headers, const char *name, char *out, size_t max)
{
	struct slice line;

	while (slice_cut(&headers, '\n', &line)) {
		struct slice v = line, want = slice_of_str(name);

		if (!slice_starts(v, S("Set-Cookie: ")))
			continue;
		v = slice_from(v, 12);
		if (!slice_starts(v, want) || v.p[want.len] != '=')
			continue;
		v = slice_sub(v, want.len + 1, slice_find_byte(slice_from(v, want.len + 1), ';'));
		(void)snprintf(out, max, "%.*s", SLICE_ARG(v));
		CHECK(slice_find(line, S("; Path=/; Secure; HttpOnly; SameSite=Strict")) != SIZE_MAX);
		CHECK(slice_find(line, S("Domain")) == SIZE_MAX);
	}
}

static struct reply
ask_at(struct api *api, struct client *c, enum api_method m, const char *path, const char *body)
{
	struct reply out = { 0 };
	struct api_response r;
	struct err e = ERR_INIT;
	char cookie[1024] = "", bearer[80] = "";

	if (c->cookie[0] != '\0' || c->device[0] != '\0')
		(void)snprintf(cookie, sizeof(cookie), "x=1; " COOKIE_SESSION "=%s; " COOKIE_DEVICE "=%s", c->cookie, c->device);
	if (c->bearer[0] != '\0')
		(void)snprintf(bearer, sizeof(bearer), "Bearer %s", c->bearer);
	struct api_request q = { .method = m, .path = slice_of_str(path), .query = S(""), .type = body[0] == '\0' ? S("") : S("application/json"),
		.accept = S(""), .if_match = S(""), .cookie = slice_of_str(cookie), .authorization = slice_of_str(bearer),
		.csrf = slice_of_str(c->csrf), .origin = slice_of_str(c->origin == NULL ? "" : c->origin), .host = S("node.example"),
		.client_cert = c->cert.p == NULL ? S("") : c->cert, .body = slice_of_str(body), .body_fd = -1, .body_bytes = strlen(body), .filename = S(""),
		.lang = LANG_EN, .from = ip_of_v4(c->v4), .tls = true, .now_s = now_s };
	size_t question = slice_find_byte(q.path, '?');

	if (question != SIZE_MAX) {
		q.query = slice_from(q.path, question + 1);
		q.path = slice_sub(q.path, 0, question);
	}
	api_response_init(&r);
	api_handle(api, &q, &r);
	out.status = r.status;
	cookie_keep(buf_view(&r.headers), COOKIE_SESSION, c->cookie, sizeof(c->cookie));
	cookie_keep(buf_view(&r.headers), COOKIE_DEVICE, c->device, sizeof(c->device));
	arena_init(&out.a, 1 << 20);
	if (r.body.len > 0)
		CHECK_OK(json_parse(arena_copy(&out.a, buf_view(&r.body)), &JSON_LIMITS, &out.a, &out.body, &e), &e);
	out.asked_code = json_is(json_get(out.body, S("code_required")), JSON_TRUE);
	if (slice_find(buf_view(&r.headers), S("Retry-After: ")) != SIZE_MAX)
		out.retry_s = 1;
	api_response_fini(&r);
	return out;
}

struct reply
ask(struct client *c, enum api_method m, const char *path, const char *body)
{
	struct api_request q = { .method = m, .path = slice_sub(slice_of_str(path), 0, slice_find_byte(slice_of_str(path), '?')) };

	return ask_at(api_place(&q) == API_KEEPER ? &keeper : &web, c, m, path, body);
}

int
status_of(struct client *c, enum api_method m, const char *path, const char *body)
{
	struct reply r = ask(c, m, path, body);

	reply_fini(&r);
	return r.status;
}

struct client
browser(uint32_t v4)
{
	return (struct client){ .origin = "https://node.example", .v4 = v4 };
}

struct reply
sign_in(struct client *c, const char *name, const char *password, const char *code)
{
	struct reply r;
	char body[512];

	(void)snprintf(body, sizeof(body), "{\"name\":\"%s\",\"password\":\"%s\"%s%s%s}", name, password,
	    code == NULL ? "" : ",\"code\":\"", code == NULL ? "" : code, code == NULL ? "" : "\"");
	r = ask(c, API_POST, "/api/v1/session", body);
	if (r.status == 201)
		(void)snprintf(c->csrf, sizeof(c->csrf), "%.*s", SLICE_ARG(json_text(json_get(r.body, S("csrf")))));
	return r;
}

int
signed_in(struct client *c, const char *name)
{
	struct reply r = sign_in(c, name, PASSWORD, NULL);

	reply_fini(&r);
	return r.status;
}

int64_t
account_new(const char *name, uint32_t roles, const char *country)
{
	struct account x = { .name = slice_of_str(name), .display = slice_of_str(name), .mail = S(""), .country = slice_of_str(country), .roles = roles };
	char hash[PASSWORD_HASH_MAX];
	struct err e = ERR_INIT;
	int64_t id = 0;

	CHECK_OK(password_hash(S(PASSWORD), hash, &e), &e);
	CHECK_OK(auth_account_add(node.store, keeper_auth->secret, &x, hash, T0, &id, &e), &e);
	return id;
}

int64_t
audit_rows(const char *act)
{
	struct stmt *q = NULL;
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK_OK(db_prepare(store_db(node.store), "SELECT count(*) FROM audit WHERE act = ?1", &q, &e), &e);
	stmt_text(q, 1, slice_of_str(act));
	CHECK_OK(stmt_number(q, &n, NULL, &e), &e);
	stmt_free(&q);
	return n;
}
