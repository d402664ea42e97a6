/*
 * Signing in and what hangs on it, by requests as the loop hands them over: a
 * node of its own, the keeper's side and a web process' side of it.
 */
#include "server/auth.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/json.h"
#include "server/auth_room.h"
#include "test.h"

#define T0 1767225600 /* 2026-01-01 */
#define PASSWORD "three words apart"

static struct node node;
static struct auth *keeper_auth, *web_auth;
static struct api keeper, web;
static int64_t now_s = T0;

/* A browser, or a program: what it sends by itself. */
struct client {
	char cookie[512], device[128], csrf[64], bearer[64];
	const char *origin;
	uint32_t v4;
	struct slice cert;
};

struct reply {
	int status;
	struct arena a;
	const struct json *body;
	bool asked_code;
	int64_t retry_s;
};

static void
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

/* Where the loop would run it. */
static struct reply
ask(struct client *c, enum api_method m, const char *path, const char *body)
{
	struct api_request q = { .method = m, .path = slice_sub(slice_of_str(path), 0, slice_find_byte(slice_of_str(path), '?')) };

	return ask_at(api_place(&q) == API_KEEPER ? &keeper : &web, c, m, path, body);
}

static int
status_of(struct client *c, enum api_method m, const char *path, const char *body)
{
	struct reply r = ask(c, m, path, body);

	reply_fini(&r);
	return r.status;
}

static struct client
browser(uint32_t v4)
{
	return (struct client){ .origin = "https://node.example", .v4 = v4 };
}

/* Sign in; what the page would do with the answer. */
static struct reply
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

static int
signed_in(struct client *c, const char *name)
{
	struct reply r = sign_in(c, name, PASSWORD, NULL);

	reply_fini(&r);
	return r.status;
}

static int64_t
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

static int64_t
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

/* --- signing in --------------------------------------------------------------------------- */

TEST(in_and_out)
{
	struct client c = browser(1);
	struct reply r;
	char first[512];

	CHECK_INT(status_of(&c, API_GET, "/api/v1/me", ""), 200);
	r = ask(&c, API_GET, "/api/v1/me", "");
	CHECK_SLICE(json_text(json_get(r.body, S("kind"))), S("nobody"));
	CHECK(json_is(json_get(r.body, S("csrf")), JSON_NULL));
	reply_fini(&r);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/accounts", ""), 401);

	CHECK_INT(signed_in(&c, "Root"), 201);
	CHECK_INT(strlen(c.cookie), 43);
	r = ask(&c, API_GET, "/api/v1/me", "");
	CHECK_SLICE(json_text(json_get(r.body, S("kind"))), S("person"));
	CHECK_SLICE(json_text(json_get(r.body, S("name"))), S("root"));
	CHECK_SLICE(json_text(json_get(r.body, S("csrf"))), slice_of_str(c.csrf));
	reply_fini(&r);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/accounts", ""), 200);

	test_case("a second sign-in ends the first session");
	memcpy(first, c.cookie, sizeof(first));
	CHECK_INT(signed_in(&c, "root"), 201);
	CHECK(strcmp(first, c.cookie) != 0);
	{
		struct client old = browser(1);

		memcpy(old.cookie, first, sizeof(first));
		CHECK_INT(status_of(&old, API_GET, "/api/v1/accounts", ""), 401);
	}
	test_case("out");
	memcpy(first, c.cookie, sizeof(first));
	CHECK_INT(status_of(&c, API_DELETE, "/api/v1/session", ""), 204);
	CHECK_STR(c.cookie, "");
	memcpy(c.cookie, first, sizeof(first));
	CHECK_INT(status_of(&c, API_GET, "/api/v1/accounts", ""), 401);
	CHECK(audit_rows("session.begin") >= 2);
	CHECK_INT(audit_rows("session.end"), 1);
}

/* Neither status nor words tell whether there is such an account. */
TEST(wrong_is_wrong)
{
	static const struct { const char *name, *password; } rows[] = {
		{ "ana", "not it at all" }, { "nobody-here", "not it at all" }, { "ANA", PASSWORD "x" }, { "' OR 1=1 --", "x" },
		{ "x", "x" }, { "ana\\u0000", PASSWORD },
	};
	struct slice want = SLICE_NONE;
	struct arena a;

	arena_init(&a, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client c = browser(100 + (uint32_t)i);
		struct reply r = sign_in(&c, rows[i].name, rows[i].password, NULL);

		test_case("%s", rows[i].name);
		CHECK_INT(r.status, 401);
		CHECK(!r.asked_code);
		CHECK_STR(c.cookie, "");
		if (i == 0)
			want = arena_copy(&a, json_text(json_get(r.body, S("detail"))));
		CHECK_SLICE(json_text(json_get(r.body, S("detail"))), want);
		reply_fini(&r);
	}
	{
		struct err e = ERR_INIT;

		/* By the clock, not while somebody waits who could measure it. */
		CHECK_INT(audit_rows("session.refused"), 0);
		CHECK_OK(auth_tick(&keeper, &e), &e);
		CHECK_INT(audit_rows("session.refused"), 2); /* of those that are there */
		CHECK_OK(auth_tick(&keeper, &e), &e);
		CHECK_INT(audit_rows("session.refused"), 2);
	}
	arena_fini(&a);
}

TEST(locked)
{
	struct client c = browser(2), admin = browser(3);
	int64_t id = account_new("lola", 1u << WHO_VIEWER, "");
	char path[64];

	CHECK_INT(signed_in(&c, "lola"), 201);
	CHECK_INT(signed_in(&admin, "root"), 201);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%lld/lock", (long long)id);
	CHECK_INT(status_of(&admin, API_POST, path, ""), 200);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 401);
	{
		struct client again = browser(2);

		CHECK_INT(signed_in(&again, "lola"), 403);
	}
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%lld/unlock", (long long)id);
	CHECK_INT(status_of(&admin, API_POST, path, ""), 200);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 401);
	{
		struct client again = browser(2);

		CHECK_INT(signed_in(&again, "lola"), 201);
	}
}

/* --- foreign pages ------------------------------------------------------------------------------- */

struct page_case {
	const char *name, *origin;
	bool csrf;
	int status;
};

static const struct page_case pages[] = {
	{ "our own page", "https://node.example", true, 204 },
	{ "our own page, the port said", "https://node.example:443", true, 204 },
	{ "without the token", "https://node.example", false, 403 },
	{ "without an origin", "", true, 403 },
	{ "another site", "https://evil.example", true, 403 },
	{ "a name that begins like ours", "https://node.example.evil.example", true, 403 },
	{ "a name that ends like ours", "https://evil-node.example", true, 403 },
	{ "our name as a user", "https://node.example@evil.example", true, 403 },
	{ "without TLS", "http://node.example", true, 403 },
	{ "another port", "https://node.example:8443", true, 403 },
	{ "nowhere", "null", true, 403 },
};

TEST(foreign_pages)
{
	struct client c = browser(4), other = browser(5);
	char csrf[64];

	CHECK_INT(signed_in(&c, "ana"), 201);
	CHECK_INT(signed_in(&other, "bo"), 201);
	memcpy(csrf, c.csrf, sizeof(csrf));
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		test_case("%s", pages[i].name);
		c.origin = pages[i].origin;
		(void)snprintf(c.csrf, sizeof(c.csrf), "%s", pages[i].csrf ? csrf : "");
		CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"Ana\"}"), pages[i].status);
	}
	test_case("where people reach the node, behind a proxy");
	memcpy(c.csrf, csrf, sizeof(csrf));
	c.origin = "https://desk.example";
	CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"Ana\"}"), 403);
	auth_url(keeper_auth, S("https://desk.example/entente/"));
	CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"Ana\"}"), 204);
	c.origin = "https://node.example";
	CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"Ana\"}"), 204);
	c.origin = "http://desk.example";
	CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"Ana\"}"), 403);
	auth_url(keeper_auth, S(""));
	test_case("the token of another session");
	c.origin = "https://node.example";
	memcpy(c.csrf, other.csrf, sizeof(c.csrf));
	CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"Ana\"}"), 403);
	test_case("reading needs neither");
	c.origin = "https://evil.example";
	c.csrf[0] = '\0';
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 200);
	test_case("signing somebody in from another site");
	{
		struct client victim = browser(6);

		victim.origin = "https://evil.example";
		CHECK_INT(signed_in(&victim, "ana"), 403);
		CHECK_STR(victim.cookie, "");
	}
	test_case("two cookies of the name");
	(void)snprintf(c.cookie + strlen(c.cookie), 200, "; " COOKIE_SESSION "=%.43s", other.cookie);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 401);
}

/* --- time ---------------------------------------------------------------------------------------------- */

TEST(sessions_end)
{
	struct client c = browser(7);
	struct api_request due, q;
	struct err e = ERR_INIT;
	struct who who;
	struct arena a;

	CHECK_INT(signed_in(&c, "ana"), 201);
	arena_init(&a, 1 << 16);
	q = (struct api_request){ .method = API_GET, .authorization = S(""), .host = S("node.example"), .now_s = now_s };
	q.cookie = arena_printf(&a, COOKIE_SESSION "=%s", c.cookie);
	CHECK_OK(auth_who(&web, &q, &a, &who, &e), &e);
	CHECK(!auth_seen_due(&web, &q, &a, &due));
	now_s += SEEN_STEP_S;
	q.now_s = now_s;
	CHECK_OK(auth_who(&web, &q, &a, &who, &e), &e);
	CHECK(auth_seen_due(&web, &q, &a, &due));
	due.from = ip_of_v4(7);
	CHECK_INT(api_place(&due), API_KEEPER);
	{
		struct api_response r;

		api_response_init(&r);
		api_handle(&keeper, &due, &r);
		CHECK_INT(r.status, 204);
		api_response_fini(&r);
	}
	CHECK_OK(auth_who(&web, &q, &a, &who, &e), &e);
	CHECK(!auth_seen_due(&web, &q, &a, &due));
	now_s += SESSION_IDLE_S - 1;
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 200);
	now_s += 1;
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 401);
	arena_fini(&a);
}

/* --- passwords ------------------------------------------------------------------------------------------- */

TEST(passwords)
{
	struct client c = browser(8), elsewhere = browser(9), admin = browser(10);
	int64_t id = account_new("pia", 1u << WHO_ANALYST, "");
	char path[64], given[64];
	struct reply r;

	CHECK_INT(signed_in(&c, "pia"), 201);
	CHECK_INT(signed_in(&elsewhere, "pia"), 201);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"wrong\",\"password\":\"quite another one\"}"), 403);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"" PASSWORD "\",\"password\":\"short\"}"), 400);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"" PASSWORD "\",\"password\":\"" PASSWORD "\"}"), 400);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"" PASSWORD "\",\"password\":\"quite another one\"}"), 204);
	test_case("one's own session stays, the others end");
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 200);
	CHECK_INT(status_of(&elsewhere, API_GET, "/api/v1/me/sessions", ""), 401);
	test_case("given out by an administrator");
	CHECK_INT(signed_in(&admin, "root"), 201);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%lld/reset", (long long)id);
	r = ask(&admin, API_POST, path, "{}");
	CHECK_INT(r.status, 200);
	(void)snprintf(given, sizeof(given), "%.*s", SLICE_ARG(json_text(json_get(r.body, S("password")))));
	reply_fini(&r);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 401);
	{
		struct client n = browser(8);
		char body[256];

		r = sign_in(&n, "pia", "quite another one", NULL);
		CHECK_INT(r.status, 401);
		reply_fini(&r);
		r = sign_in(&n, "pia", given, NULL);
		CHECK_INT(r.status, 201);
		CHECK(json_is(json_get(r.body, S("must_change")), JSON_TRUE));
		CHECK_INT(json_get(r.body, S("rights"))->count, 2);
		reply_fini(&r);
		test_case("nothing else before it is changed");
		CHECK_INT(status_of(&n, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[\"findings.read\"]}"), 403);
		(void)snprintf(body, sizeof(body), "{\"current\":\"%s\",\"password\":\"my own long words\"}", given);
		CHECK_INT(status_of(&n, API_POST, "/api/v1/me/password", body), 204);
		CHECK_INT(status_of(&n, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[\"findings.read\"]}"), 201);
	}
}

/* --- the second factor -------------------------------------------------------------------------------------- */

static void
base32_back(struct slice text, uint8_t out[TOTP_SECRET_BYTES])
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < TOTP_SECRET_BYTES; i++) {
		uint8_t c = text.p[i];

		bits = bits << 5 | (uint32_t)(byte_is_alpha(c) ? c - 'A' : c - '2' + 26);
		have += 5;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
}

static void
code_of(const uint8_t secret[TOTP_SECRET_BYTES], int64_t at_s, char out[16])
{
	(void)snprintf(out, 16, "%06u", totp_code(slice_of(secret, TOTP_SECRET_BYTES), at_s / TOTP_STEP_S, 6));
}

TEST(second_factor)
{
	struct client c = browser(11);
	uint8_t secret[TOTP_SECRET_BYTES] = { 0 };
	char code[16], body[64], recovery[32];
	struct reply r;

	(void)account_new("tom", 1u << WHO_VIEWER, "");
	CHECK_INT(signed_in(&c, "tom"), 201);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp/confirm", "{\"code\":\"123456\"}"), 409);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp", "{\"current\":\"wrong\"}"), 403);
	r = ask(&c, API_POST, "/api/v1/me/totp", "{\"current\":\"" PASSWORD "\"}");
	CHECK_INT(r.status, 200);
	base32_back(json_text(json_get(r.body, S("secret"))), secret);
	reply_fini(&r);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp/confirm", "{\"code\":\"000000x\"}"), 400);
	code_of(secret, now_s, code);
	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\"}", code);
	r = ask(&c, API_POST, "/api/v1/me/totp/confirm", body);
	CHECK_INT(r.status, 200);
	CHECK_INT(json_get(r.body, S("recovery_codes"))->count, TOTP_RECOVERY_CODES);
	(void)snprintf(recovery, sizeof(recovery), "%.*s", SLICE_ARG(json_text(json_get(r.body, S("recovery_codes"))->first)));
	reply_fini(&r);

	test_case("the password alone");
	r = sign_in(&c, "tom", PASSWORD, NULL);
	CHECK_INT(r.status, 401);
	CHECK(r.asked_code);
	reply_fini(&r);
	test_case("the code by which it was proved, again");
	r = sign_in(&c, "tom", PASSWORD, code);
	CHECK_INT(r.status, 401);
	reply_fini(&r);
	test_case("the next one, once");
	now_s += 3600; /* the wrong one was dear */
	code_of(secret, now_s, code);
	r = sign_in(&c, "tom", PASSWORD, code);
	CHECK_INT(r.status, 201);
	reply_fini(&r);
	c = browser(11);
	r = sign_in(&c, "tom", PASSWORD, code);
	CHECK_INT(r.status, 401);
	reply_fini(&r);
	test_case("a wrong password with a right code");
	now_s += 3600;
	code_of(secret, now_s, code);
	r = sign_in(&c, "tom", "not it at all", code);
	CHECK_INT(r.status, 401);
	CHECK(!r.asked_code);
	reply_fini(&r);
	test_case("a recovery code, once");
	r = sign_in(&c, "tom", PASSWORD, recovery);
	CHECK_INT(r.status, 201);
	reply_fini(&r);
	now_s += 3600;
	c = browser(11);
	r = sign_in(&c, "tom", PASSWORD, recovery);
	CHECK_INT(r.status, 401);
	reply_fini(&r);
}

/* --- tokens and partners ---------------------------------------------------------------------------------------- */

TEST(tokens)
{
	struct client c = browser(12), bo = browser(13), t = { .v4 = 14 };
	int64_t id, analyst = account_new("tess", 1u << WHO_ANALYST, "");
	struct reply r;
	char path[64];

	CHECK_INT(signed_in(&c, "tess"), 201);
	CHECK_INT(signed_in(&bo, "bo"), 201);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[\"audit.read\"]}"), 403);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[\"accounts\"]}"), 400);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[\"self\"]}"), 400);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[]}"), 400);
	r = ask(&c, API_POST, "/api/v1/tokens", "{\"name\":\"ci\",\"scopes\":[\"findings.read\",\"stats.read\"],\"days\":1}");
	CHECK_INT(r.status, 201);
	(void)snprintf(t.bearer, sizeof(t.bearer), "%.*s", SLICE_ARG(json_text(json_get(r.body, S("token")))));
	CHECK(json_int(json_get(r.body, S("id")), &id));
	reply_fini(&r);
	r = ask(&t, API_GET, "/api/v1/me", "");
	CHECK_SLICE(json_text(json_get(r.body, S("kind"))), S("token"));
	CHECK_SLICE(json_text(json_get(r.body, S("name"))), S("tess/token:ci"));
	CHECK_INT(json_get(r.body, S("rights"))->count, 3);
	CHECK(json_is(json_get(r.body, S("csrf")), JSON_NULL));
	reply_fini(&r);
	test_case("it is nobody's account");
	CHECK_INT(status_of(&t, API_PATCH, "/api/v1/me", "{\"display\":\"x\"}"), 403);
	CHECK_INT(status_of(&t, API_GET, "/api/v1/tokens", ""), 403);
	test_case("a bearer that is none, beside a good cookie");
	{
		struct client both = c;

		(void)snprintf(both.bearer, sizeof(both.bearer), "ente_0000000000000000000000000000000000000000000");
		CHECK_INT(status_of(&both, API_GET, "/api/v1/me/sessions", ""), 401);
	}
	test_case("another's cannot be revoked");
	(void)snprintf(path, sizeof(path), "/api/v1/tokens/%lld", (long long)id);
	CHECK_INT(status_of(&bo, API_DELETE, path, ""), 404);
	test_case("its owner's role goes, and with it the right");
	{
		struct client admin = browser(15);
		char change[64];

		CHECK_INT(signed_in(&admin, "root"), 201);
		(void)snprintf(change, sizeof(change), "/api/v1/accounts/%lld", (long long)analyst);
		CHECK_INT(status_of(&admin, API_PATCH, change, "{\"roles\":[\"donor\"]}"), 200);
		r = ask(&t, API_GET, "/api/v1/me", "");
		CHECK_INT(json_get(r.body, S("rights"))->count, 2); /* public, stats.read */
		reply_fini(&r);
	}
	test_case("expired");
	now_s += 86400;
	r = ask(&t, API_GET, "/api/v1/me", "");
	CHECK_SLICE(json_text(json_get(r.body, S("kind"))), S("nobody"));
	reply_fini(&r);
}

TEST(partners)
{
	struct partner_cert cert = { .sha = sha256_of(S("der")), .name = S("CERT-XY"), .scopes = 1u << RIGHT_REPORTS_ADD | 1u << RIGHT_ACCOUNTS };
	struct client c = { .v4 = 16, .cert = slice_of(cert.sha.b, SHA256_BYTES) };
	struct err e = ERR_INIT;
	struct reply r;
	int64_t id;

	CHECK_OK(partner_cert_add(node.store, &cert, now_s, &id, &e), &e);
	r = ask(&c, API_GET, "/api/v1/me", "");
	CHECK_SLICE(json_text(json_get(r.body, S("kind"))), S("partner"));
	CHECK_INT(json_get(r.body, S("rights"))->count, 2); /* public, reports.add; never accounts */
	reply_fini(&r);
	test_case("by a browser on a foreign page");
	c.origin = "https://evil.example";
	CHECK_INT(status_of(&c, API_POST, "/api/v1/session/seen", ""), 403);
	test_case("removed");
	CHECK_OK(partner_cert_remove(node.store, id, &e), &e);
	c.origin = NULL;
	r = ask(&c, API_GET, "/api/v1/me", "");
	CHECK_SLICE(json_text(json_get(r.body, S("kind"))), S("nobody"));
	reply_fini(&r);
}

/* --- who may what -------------------------------------------------------------------------------------------------- */

TEST(a_focal_point_is_bound)
{
	struct client c = browser(17);
	struct reply r;

	(void)account_new("foc", 1u << WHO_FOCAL_POINT, "ES");
	r = sign_in(&c, "foc", PASSWORD, NULL);
	CHECK_SLICE(json_text(json_get(r.body, S("country"))), S("ES"));
	reply_fini(&r);
}

TEST(accounts_by_role)
{
	static const struct { const char *name; uint32_t role; int read, change, audit; } rows[] = {
		{ "r-admin", WHO_ADMINISTRATOR, 200, 201, 200 }, { "r-auditor", WHO_AUDITOR, 200, 403, 200 },
		{ "r-analyst", WHO_ANALYST, 403, 403, 403 }, { "r-focal", WHO_FOCAL_POINT, 403, 403, 403 },
		{ "r-coord", WHO_COORDINATOR, 403, 403, 403 }, { "r-expert", WHO_EXPERT, 403, 403, 403 },
		{ "r-donor", WHO_DONOR, 403, 403, 403 }, { "r-viewer", WHO_VIEWER, 403, 403, 403 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client c = browser(200 + (uint32_t)i);
		char body[128];

		test_case("%s", rows[i].name);
		(void)account_new(rows[i].name, 1u << rows[i].role, "");
		CHECK_INT(signed_in(&c, rows[i].name), 201);
		CHECK_INT(status_of(&c, API_GET, "/api/v1/accounts", ""), rows[i].read);
		(void)snprintf(body, sizeof(body), "{\"name\":\"new-%zu\",\"roles\":[\"viewer\"]}", i);
		CHECK_INT(status_of(&c, API_POST, "/api/v1/accounts", body), rows[i].change);
		CHECK_INT(status_of(&c, API_GET, "/api/v1/audit?limit=3", ""), rows[i].audit);
		CHECK_INT(status_of(&c, API_GET, "/api/v1/audit/verify", ""), rows[i].audit);
	}
}

/* --- guessing ------------------------------------------------------------------------------------------------------- */

/* An attacker from everywhere; the owner, from a browser that is known, still gets in. */
TEST(guessing)
{
	struct client owner = browser(18);
	unsigned tried = 0, refused = 0;

	(void)account_new("target", 1u << WHO_VIEWER, "");
	CHECK_INT(signed_in(&owner, "target"), 201);
	for (uint32_t i = 0; i < 300; i++) {
		struct client c = browser(0x0a000000 + i);
		struct reply r = sign_in(&c, "target", "a guess of many", NULL);

		tried += r.status == 401;
		refused += r.status == 429 && r.retry_s > 0;
		reply_fini(&r);
	}
	CHECK_INT(tried, LIMITS_ACCOUNT.burst);
	CHECK_INT(tried + refused, 300);
	{
		struct client c = browser(0x0a000000), moved = browser(99), place = browser(18);
		struct reply r = sign_in(&c, "target", PASSWORD, NULL);

		test_case("a stranger's right guess is not looked at");
		CHECK_INT(r.status, 429);
		reply_fini(&r);
		test_case("the owner's browser, at another address");
		memcpy(moved.device, owner.device, sizeof(moved.device));
		CHECK_INT(signed_in(&moved, "target"), 201);
		test_case("another browser at the owner's address");
		CHECK_INT(signed_in(&place, "target"), 201);
		test_case("another account's device cookie is no use");
		c = browser(0x0a000100);
		CHECK_INT(signed_in(&c, "bo"), 201);
		CHECK(c.device[0] != '\0');
		c.cookie[0] = '\0';
		r = sign_in(&c, "target", "a guess of many", NULL);
		CHECK_INT(r.status, 429);
		reply_fini(&r);
	}
}

/* --- the keeper's thread ---------------------------------------------------------------------------------------------- */

TEST(hashed_ahead)
{
	struct api_request q = { .method = API_POST, .path = S("/api/v1/session"), .query = S(""), .type = S("application/json"),
		.cookie = S(""), .authorization = S(""), .origin = S(""), .host = S("node.example"), .from = ip_of_v4(19), .body_fd = -1, .now_s = now_s,
		.body = S("{\"name\":\"ana\",\"password\":\"" PASSWORD "\"}") };
	struct pollfd p = { .fd = auth_fd(&keeper), .events = POLLIN };
	struct api_response r;
	void *cookie;

	q.body_bytes = q.body.len;
	CHECK_INT(auth_prepare(&keeper, &q, &q), AUTH_LATER);
	while ((cookie = auth_done(&keeper)) == NULL && poll(&p, 1, 10000) > 0)
		;
	CHECK(cookie == &q);
	api_response_init(&r);
	api_handle(&keeper, &q, &r);
	CHECK_INT(r.status, 201);
	api_response_fini(&r);
	test_case("more at once than the queue holds");
	{
		static char cookies[64];
		unsigned later = 0, back = 0;
		bool busy = false;

		/* of an account whose hash takes its time */
		password_cheap_for_tests(false);
		(void)account_new("slow", 1u << WHO_VIEWER, "");
		for (size_t i = 0; i < sizeof(cookies); i++) {
			q.from = ip_of_v4(0x0b000000 + (uint32_t)i);
			q.body = S("{\"name\":\"slow\",\"password\":\"some other words\"}");
			if (auth_prepare(&keeper, &q, &cookies[i]) == AUTH_LATER) {
				later++;
				continue;
			}
			api_response_init(&r);
			api_handle(&keeper, &q, &r);
			busy = busy || r.status == 429;
			api_response_fini(&r);
		}
		password_cheap_for_tests(true);
		/* some may be through before the last comes */
		CHECK(later >= HASHER_STRANGERS_MAX && later < sizeof(cookies));
		CHECK(busy);
		/* who waited is answered, whatever the one before was told */
		while (back < later) {
			cookie = auth_done(&keeper);
			if (cookie == NULL && poll(&p, 1, 10000) <= 0)
				break;
			if (cookie == NULL)
				continue;
			back++;
			q.from = ip_of_v4(0x0b000000 + (uint32_t)((char *)cookie - cookies));
			api_response_init(&r);
			api_handle(&keeper, &q, &r);
			CHECK(r.status == 401 || r.status == 429);
			api_response_fini(&r);
		}
		CHECK_INT(back, later);
	}
	CHECK_INT(auth_prepare(&web, &q, &q), AUTH_NOW);
	q.body = S("{\"name\":\"ana\",\"password\":{}}");
	CHECK_INT(auth_prepare(&keeper, &q, &q), AUTH_NOW);
	q.body = S("[[[[[[[[");
	CHECK_INT(auth_prepare(&keeper, &q, &q), AUTH_NOW);
	q.path = S("/api/v1/me");
	CHECK_INT(auth_prepare(&keeper, &q, &q), AUTH_NOW);
}

/* --- the log ------------------------------------------------------------------------------------------------------------ */

TEST(the_log_holds)
{
	struct client c = browser(20);
	struct err e = ERR_INIT;
	struct audit_result res;
	struct reply r;

	CHECK_INT(signed_in(&c, "root"), 201);
	CHECK_OK(auth_tick(&keeper, &e), &e);
	r = ask(&c, API_GET, "/api/v1/audit/verify", "");
	CHECK_SLICE(json_text(json_get(r.body, S("state"))), S("whole"));
	reply_fini(&r);
	CHECK_OK(audit_verify(node.store, NULL, 0, &res, &e), &e);
	CHECK_INT(res.state, AUDIT_WHOLE);
	CHECK(res.rows > 50);
	/* no secret is in it, nor in the database as it is */
	CHECK_OK(db_number(store_db(node.store), "SELECT count(*) FROM audit WHERE detail LIKE '%words%' OR object LIKE '%words%'", &res.rows, &e), &e);
	CHECK_INT(res.rows, 0);
	CHECK_OK(db_number(store_db(node.store), "SELECT count(*) FROM account WHERE CAST(password AS TEXT) LIKE '%argon2%'", &res.rows, &e), &e);
	CHECK_INT(res.rows, 0);
	CHECK_OK(auth_sweep(&keeper, now_s + 200 * (int64_t)86400, &e), &e);
	CHECK_OK(db_number(store_db(node.store), "SELECT count(*) FROM account_session", &res.rows, &e), &e);
	CHECK_INT(res.rows, 0);
	CHECK_OK(db_number(store_db(node.store), "SELECT count(*) FROM audit WHERE ip IS NOT NULL", &res.rows, &e), &e);
	CHECK_INT(res.rows, 0);
	CHECK_OK(audit_verify(node.store, NULL, 0, &res, &e), &e);
	CHECK_INT(res.state, AUDIT_WHOLE);
}

/* A stop loses no refusal, and a start forgets the limits, not the devices. */
TEST(stopped_and_started)
{
	struct client c = browser(0x0c000001), stranger = browser(0x0c000002);
	struct err e = ERR_INIT;
	struct reply r;
	int64_t before;

	CHECK_INT(signed_in(&c, "ana"), 201);
	CHECK_OK(auth_tick(&keeper, &e), &e);
	before = audit_rows("session.refused");
	r = sign_in(&stranger, "ana", "not it at all", NULL);
	CHECK_INT(r.status, 401);
	reply_fini(&r);
	auth_close(&keeper_auth);
	CHECK_INT(audit_rows("session.refused"), before + 1);
	CHECK_OK(auth_open(&node, AUTH_KEEPER, &keeper_auth, &e), &e);
	auth_attach(keeper_auth, &keeper);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 200);
	for (int i = 0; i < 10; i++) {
		r = sign_in(&stranger, "ana", "not it at all", NULL);
		reply_fini(&r);
	}
	stranger.origin = "https://node.example";
	memcpy(stranger.device, c.device, sizeof(stranger.device));
	CHECK_INT(signed_in(&stranger, "ana"), 201);
}

int
main(void)
{
	struct err e = ERR_INIT;
	char dir[512];

	password_cheap_for_tests(true);
	(void)snprintf(dir, sizeof(dir), "%s/node", test_dir());
	if (!node_init(dir, NULL, &e) || !node_open(dir, NODE_WRITE, &node, &e) ||
	    !auth_open(&node, AUTH_KEEPER, &keeper_auth, &e) || !auth_open(&node, AUTH_WEB, &web_auth, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 2;
	}
	/* Any address will do: accounts ask nothing of the flow. */
	keeper = (struct api){ .node = &node, .flow = (struct flow *)(void *)&keeper };
	web = (struct api){ .node = &node };
	auth_attach(keeper_auth, &keeper);
	auth_attach(web_auth, &web);
	(void)account_new("root", 1u << WHO_ADMINISTRATOR, "");
	(void)account_new("ana", 1u << WHO_VIEWER, "");
	(void)account_new("bo", 1u << WHO_VIEWER, "");
	RUN(in_and_out);
	RUN(wrong_is_wrong);
	RUN(locked);
	RUN(foreign_pages);
	RUN(sessions_end);
	RUN(passwords);
	RUN(second_factor);
	RUN(tokens);
	RUN(partners);
	RUN(a_focal_point_is_bound);
	RUN(accounts_by_role);
	RUN(guessing);
	RUN(hashed_ahead);
	RUN(stopped_and_started);
	RUN(the_log_holds);
	auth_close(&keeper_auth);
	auth_close(&web_auth);
	node_close(&node);
	return test_end();
}
