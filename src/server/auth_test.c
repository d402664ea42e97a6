/*
 * Signing in and what hangs on it, by requests as the loop hands them over: a
 * node of its own, the keeper's side and a web process' side of it.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth_kit.h"
#include "test.h"

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
	auth_accounts_tests();
	RUN(guessing);
	RUN(hashed_ahead);
	RUN(stopped_and_started);
	RUN(the_log_holds);
	auth_close(&keeper_auth);
	auth_close(&web_auth);
	node_close(&node);
	return test_end();
}
