/* Passwords, the second factor, tokens and partners, and what each role may; run by auth_test.c. */
#include <stdio.h>
#include <string.h>

#include "server/auth_kit.h"
#include "server/certificate.h"
#include "test.h"

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

/* The first steps of what the page does: begin, and give the code of this moment. */
static int
factor_set_up(struct client *c)
{
	uint8_t secret[TOTP_SECRET_BYTES] = { 0 };
	struct reply r = ask(c, API_POST, "/api/v1/me/totp", "{\"current\":\"" PASSWORD "\"}");
	char code[16], body[64];

	CHECK_INT(r.status, 200);
	base32_back(json_text(json_get(r.body, S("secret"))), secret);
	reply_fini(&r);
	code_of(secret, now_s, code);
	(void)snprintf(body, sizeof(body), "{\"code\":\"%s\"}", code);
	return status_of(c, API_POST, "/api/v1/me/totp/confirm", body);
}

static bool
is_true(struct client *c, const char *path, const char *member)
{
	struct reply r = ask(c, API_GET, path, "");
	bool yes = json_is(json_get(r.body, slice_of_str(member)), JSON_TRUE);

	CHECK_INT(r.status, 200);
	reply_fini(&r);
	return yes;
}

/* [server] second_factor = analyst: who is one and has none can set it up, and nothing else. */
TEST(second_factor_by_role)
{
	struct client c = browser(21), thief = browser(22), viewer = browser(23), admin = browser(24), t = { .v4 = 25 };
	int64_t id = account_new("una", 1u << WHO_ANALYST | 1u << WHO_VIEWER, "");
	char path[64];
	struct reply r;

	(void)account_new("vic", 1u << WHO_VIEWER, "");
	CHECK_INT(signed_in(&c, "una"), 201);
	CHECK_INT(signed_in(&thief, "una"), 201);
	CHECK_INT(signed_in(&admin, "root"), 201);
	r = ask(&c, API_POST, "/api/v1/tokens", "{\"name\":\"ci\",\"scopes\":[\"stats.read\"]}");
	CHECK_INT(r.status, 201);
	(void)snprintf(t.bearer, sizeof(t.bearer), "%.*s", SLICE_ARG(json_text(json_get(r.body, S("token")))));
	reply_fini(&r);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/overview", ""), 200);
	CHECK_INT(status_of(&t, API_GET, "/api/v1/overview", ""), 200);

	test_case("the setting comes: it holds for who is signed in already, and for tokens");
	node.conf.second_factor = 1u << WHO_ANALYST;
	CHECK(is_true(&c, "/api/v1/me", "second_factor_due"));
	r = ask(&c, API_GET, "/api/v1/overview", "");
	CHECK_INT(r.status, 403);
	CHECK(json_is(json_get(r.body, S("second_factor_due")), JSON_TRUE));
	reply_fini(&r);
	CHECK_INT(status_of(&t, API_GET, "/api/v1/overview", ""), 401);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/me/sessions", ""), 403);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/tokens", ""), 403);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/tokens", "{\"name\":\"x\",\"scopes\":[]}"), 403);
	CHECK_INT(status_of(&c, API_PATCH, "/api/v1/me", "{\"display\":\"x\"}"), 403);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"" PASSWORD "\",\"password\":\"my own long words\"}"), 403);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp/off", "{\"current\":\"" PASSWORD "\"}"), 403);
	test_case("not for other roles");
	CHECK_INT(signed_in(&viewer, "vic"), 201);
	CHECK(!is_true(&viewer, "/api/v1/me", "second_factor_due"));
	CHECK_INT(status_of(&viewer, API_GET, "/api/v1/overview", ""), 200);
	test_case("who keeps the accounts sees it");
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%lld", (long long)id);
	CHECK(is_true(&admin, path, "second_factor_due"));

	test_case("set up: all is there; sessions of the password alone have ended");
	CHECK_INT(factor_set_up(&c), 200);
	CHECK(!is_true(&c, "/api/v1/me", "second_factor_due"));
	CHECK_INT(status_of(&c, API_GET, "/api/v1/overview", ""), 200);
	CHECK_INT(status_of(&t, API_GET, "/api/v1/overview", ""), 200);
	CHECK_INT(status_of(&thief, API_GET, "/api/v1/overview", ""), 401);
	r = ask(&c, API_GET, "/api/v1/me/sessions", "");
	CHECK_INT(json_get(r.body, S("items"))->count, 1);
	CHECK(json_is(json_get(json_get(r.body, S("items"))->first, S("second_factor")), JSON_TRUE));
	reply_fini(&r);
	CHECK(!is_true(&admin, path, "second_factor_due"));

	test_case("taken off: the door is shut again, but for setting it up");
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp/off", "{\"current\":\"" PASSWORD "\"}"), 204);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/overview", ""), 403);
	now_s += 3600;
	CHECK_INT(factor_set_up(&c), 200);
	CHECK_INT(status_of(&c, API_GET, "/api/v1/overview", ""), 200);
	test_case("another device takes its place by its first code, not before");
	now_s += 3600;
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp", "{\"current\":\"" PASSWORD "\"}"), 200);
	CHECK(is_true(&c, "/api/v1/me", "second_factor"));
	CHECK_INT(factor_set_up(&c), 200);
	test_case("leaving is always possible");
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/totp/off", "{\"current\":\"" PASSWORD "\"}"), 204);
	CHECK_INT(status_of(&c, API_DELETE, "/api/v1/session", ""), 204);
	node.conf.second_factor = 0;
}

/* A password that is typed on a machine that composes letters otherwise (RFC 8265). */
TEST(password_of_another_keyboard)
{
	struct client c = browser(26), other = browser(27);
	struct reply r;

	(void)account_new("zoe", 1u << WHO_VIEWER, "");
	CHECK_INT(signed_in(&c, "zoe"), 201);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"" PASSWORD "\",\"password\":\"caf\xc3\xa9 noir et cr\xc3\xa8me\"}"), 204);
	r = sign_in(&other, "zoe", "cafe\xcc\x81\xc2\xa0noir et cre\xcc\x80me", NULL);
	CHECK_INT(r.status, 201);
	reply_fini(&r);
	test_case("the same is no new one");
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"caf\xc3\xa9 noir et cr\xc3\xa8me\",\"password\":\"cafe\xcc\x81 noir et cre\xcc\x80me\"}"), 400);
	CHECK_INT(status_of(&c, API_POST, "/api/v1/me/password", "{\"current\":\"caf\xc3\xa9 noir et cr\xc3\xa8me\",\"password\":\"a tab \\t in these words\"}"), 400);
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

/* Valid from November 2026 for a hundred years; N: how its lines end. */
#define PEM_WITH(N) \
	"-----BEGIN CERTIFICATE-----" N \
	"MIIBezCCASGgAwIBAgIUcttyo5wv3pdgba4gGTGrmgkflmcwCgYIKoZIzj0EAwIw" N \
	"EjEQMA4GA1UEAwwHQ0VSVC1YWjAgFw0yNjExMjkwNjEzMDlaGA8yMTI2MTEwNTA2" N \
	"MTMwOVowEjEQMA4GA1UEAwwHQ0VSVC1YWjBZMBMGByqGSM49AgEGCCqGSM49AwEH" N \
	"A0IABOZCxDwbp12ecuXlWJvELvz88G5aaLWTRhW6PH14a5BlGxTiYkLo8pCEzYv4" N \
	"xSGhU0ZTT7mASalBY3QvBVnmQkWjUzBRMB0GA1UdDgQWBBRbDI9JFtqzyC4uQRjf" N \
	"EwKAV8LiZzAfBgNVHSMEGDAWgBRbDI9JFtqzyC4uQRjfEwKAV8LiZzAPBgNVHRMB" N \
	"Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHaUOVrxEX32VTT9PjqQAHwj9s+B" N \
	"9jfkXwNfZO7rzL7cAiEAo47hV3sqNkGNW9NoUMx7dlO762g9zOiXUKQpzS2Rly8=" N \
	"-----END CERTIFICATE-----" N
#define PEM PEM_WITH("\\n") /* within JSON */

static void
partner_body(char out[2048], const char *name, const char *certificate, const char *scopes)
{
	(void)snprintf(out, 2048, "{\"name\":\"%s\",\"certificate\":\"%s\",\"scopes\":[%s]}", name, certificate, scopes);
}

TEST(partners_by_the_api)
{
	static const struct { const char *name, *partner, *certificate, *scopes; int status; } rows[] = {
		{ "no certificate", "CERT-XZ", "hello", "\"reports.add\"", 400 },
		{ "no name", " ", PEM, "\"reports.add\"", 400 },
		{ "a name for another line", "a\\nb", PEM, "\"reports.add\"", 400 },
		{ "no right", "CERT-XZ", PEM, "", 400 },
		{ "what is none", "CERT-XZ", PEM, "\"everything\"", 400 },
		{ "what is a person's", "CERT-XZ", PEM, "\"accounts\"", 400 },
		{ "good", "CERT-XZ", PEM, "\"reports.add\",\"findings.read\"", 201 },
		{ "it is there", "CERT-XZ again", PEM, "\"reports.add\"", 409 },
	};
	static const char good[] = "66b39e537beb8938e8bc8d922788b51706093195bc884f9d3a503f83988cc709";
	struct client c = browser(17), auditor = browser(18), partner = { .v4 = 19 };
	struct sha256 sha;
	int64_t expires_s, id = 0, before = audit_rows("partner.add"), gone = audit_rows("partner.remove");
	struct err e = ERR_INIT;
	struct reply r;
	char body[2048], path[64];

	(void)account_new("keeps", 1u << WHO_ADMINISTRATOR, "");
	(void)account_new("looks", 1u << WHO_AUDITOR, "");
	CHECK_INT(signed_in(&c, "keeps"), 201);
	CHECK_INT(signed_in(&auditor, "looks"), 201);
	partner_body(body, "CERT-XZ", PEM, "\"reports.add\"");
	CHECK_INT(status_of(&auditor, API_POST, "/api/v1/partners", body), 403);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_case("%s", rows[i].name);
		partner_body(body, rows[i].partner, rows[i].certificate, rows[i].scopes);
		CHECK_INT(status_of(&c, API_POST, "/api/v1/partners", body), rows[i].status);
	}
	test_case("it is known");
	CHECK_INT(audit_rows("partner.add"), before + 1);
	CHECK_OK(certificate_of(S(PEM_WITH("\n")), now_s, &sha, &expires_s, &e), &e);
	r = ask(&auditor, API_GET, "/api/v1/partners", "");
	CHECK_SLICE(json_text(json_path(r.body, S("items.0.sha256"))), slice_of_str(good));
	CHECK_SLICE(json_text(json_path(r.body, S("items.0.name"))), S("CERT-XZ"));
	CHECK(json_int(json_path(r.body, S("items.0.id")), &id));
	(void)snprintf(path, sizeof(path), "/api/v1/partners/%lld", (long long)id);
	reply_fini(&r);
	partner.cert = slice_of(sha.b, SHA256_BYTES);
	/* Known, and still no way around agreements. */
	CHECK_INT(status_of(&partner, API_GET, "/api/v1/findings", ""), 403);
	CHECK_INT(status_of(&partner, API_GET, "/taxii2/", ""), 200);
	test_case("and dismissed");
	CHECK_INT(status_of(&auditor, API_DELETE, path, ""), 403);
	CHECK_INT(status_of(&c, API_DELETE, path, ""), 204);
	CHECK_INT(status_of(&c, API_DELETE, path, ""), 404);
	CHECK_INT(status_of(&partner, API_GET, "/taxii2/", ""), 401);
	CHECK_INT(audit_rows("partner.remove"), gone + 1);
	test_case("expired");
	CHECK(!certificate_of(S(PEM_WITH("\n")), INT64_C(5000000000), &sha, &expires_s, &e));
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

void
auth_accounts_tests(void)
{
	RUN(passwords);
	RUN(second_factor);
	RUN(second_factor_by_role);
	RUN(password_of_another_keyboard);
	RUN(tokens);
	RUN(partners);
	RUN(partners_by_the_api);
	RUN(a_focal_point_is_bound);
	RUN(accounts_by_role);
}
