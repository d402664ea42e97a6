#include "store/account.h"

#include <stdio.h>

#include "store/session.h"
#include "store/token.h"
#include "store/store_testing.h"
#include "test.h"

static int64_t
make(struct store *s, const char *name, uint32_t roles)
{
	struct account x = { .name = slice_of_str(name), .display = slice_of_str(name), .mail = S(""), .country = S(""), .roles = roles };
	struct err e = ERR_INIT;
	int64_t id = 0;

	CHECK_OK(account_add(s, &x, S("sealed"), T0, &id, &e), &e);
	return id;
}

TEST(names)
{
	static const struct { const char *name; struct slice text; const char *want; } rows[] = {
		{ "plain", S_INIT("ana"), "ana" },
		{ "folded", S_INIT(" Ana.Maria-2_x@Example.ORG "), "ana.maria-2_x@example.org" },
		{ "a digit first", S_INIT("2ana"), "2ana" },
		{ "one letter", S_INIT("a"), NULL },
		{ "nothing", S_INIT("   "), NULL },
		{ "a dot first", S_INIT(".ana"), NULL },
		{ "a space within", S_INIT("an a"), NULL },
		{ "a slash", S_INIT("ana/token"), NULL },
		{ "another script", S_INIT("аna"), NULL },
		{ "a NUL", S_INIT("an\0a"), NULL },
		{ "a line's end", S_INIT("an\na"), NULL },
		{ "64", S_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
		{ "65", S_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = ERR_INIT;
		struct slice got = SLICE_NONE;
		struct arena a;

		test_case("%s", rows[i].name);
		arena_init(&a, 4096);
		CHECK_INT(account_name_clean(rows[i].text, &a, &got, &e), rows[i].want != NULL);
		if (rows[i].want != NULL)
			CHECK_SLICE(got, slice_of_str(rows[i].want));
		else
			CHECK_INT(e.code, ERR_INPUT);
		arena_fini(&a);
	}
}

TEST(clean)
{
	static const struct { const char *name; struct account x; const char *field; } rows[] = {
		{ "all", { .name = S_INIT("ana"), .display = S_INIT("Ana María"), .mail = S_INIT("ana@example.org"), .country = S_INIT("es"), .roles = 1 }, NULL },
		{ "only what is needed", { .name = S_INIT("ana"), .roles = 2 }, NULL },
		{ "no role", { .name = S_INIT("ana") }, "roles" },
		{ "a role that is none", { .name = S_INIT("ana"), .roles = 1u << WHO_ROLE_COUNT }, "roles" },
		{ "no mail address", { .name = S_INIT("ana"), .mail = S_INIT("ana"), .roles = 1 }, "mail" },
		{ "two lines of mail", { .name = S_INIT("ana"), .mail = S_INIT("a@b.example\nBcc: c@d.example"), .roles = 1 }, "mail" },
		{ "no country", { .name = S_INIT("ana"), .country = S_INIT("E1"), .roles = 1 }, "country" },
		{ "no UTF-8", { .name = S_INIT("ana"), .display = S_INIT("\xff"), .roles = 1 }, "display" },
		{ "a line's end", { .name = S_INIT("ana"), .display = S_INIT("a\r\nb"), .roles = 1 }, "display" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct account x = rows[i].x;
		struct err e = ERR_INIT;
		const char *field = NULL;
		struct arena a;

		test_case("%s", rows[i].name);
		arena_init(&a, 4096);
		CHECK_INT(account_clean(&x, &a, &field, &e), rows[i].field == NULL);
		if (rows[i].field != NULL)
			CHECK_STR(field, rows[i].field);
		else
			CHECK(x.display.len > 0 && (x.country.len == 0 || slice_eq(x.country, S("ES"))));
		arena_fini(&a);
	}
}

TEST(numbers_are_never_given_twice)
{
	struct store *s = open_new("numbers.db");
	struct err e = ERR_INIT;
	int64_t admin = make(s, "root", 1), ana, bo;

	ana = make(s, "ana", 2);
	CHECK(ana > admin);
	CHECK_OK(account_remove(s, ana, &e), &e);
	bo = make(s, "ana", 2);
	CHECK(bo > ana);
	CHECK(!account_add(s, &(struct account){ .name = S("ana"), .display = S(""), .mail = S(""), .country = S(""), .roles = 2 }, S("x"), T0, &ana, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK(!account_remove(s, 99, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	store_close(&s);
}

TEST(the_last_administrator)
{
	struct store *s = open_new("last.db");
	struct err e = ERR_INIT;
	struct account x;
	struct arena a;
	int64_t one = make(s, "one", 1 | 2), two;

	arena_init(&a, 1 << 16);
	CHECK_OK(account_get(s, one, &a, &x, &e), &e);
	x.locked = true;
	CHECK(!account_put(s, &x, T0, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	x.locked = false;
	x.roles = 2;
	CHECK(!account_put(s, &x, T0, &e));
	CHECK(!account_remove(s, one, &e));
	two = make(s, "two", 1);
	CHECK_OK(account_put(s, &x, T0, &e), &e);
	CHECK(!account_remove(s, two, &e));
	/* a locked one is nobody's rescue */
	x.roles = 1;
	x.locked = true;
	CHECK_OK(account_put(s, &x, T0, &e), &e);
	CHECK(!account_remove(s, two, &e));
	CHECK_OK(account_remove(s, one, &e), &e);
	arena_fini(&a);
	store_close(&s);
}

TEST(sessions)
{
	struct store *s = open_new("sessions.db");
	struct sha256 h = sha256_of(S("one")), h2 = sha256_of(S("two"));
	int64_t who = make(s, "ana", 1), other = make(s, "bo", 2), id, id2, n;
	struct err e = ERR_INIT;
	struct session x;
	struct account acc;
	struct arena a;
	bool found;
	static const struct { const char *name; int64_t at; int64_t seen; bool found; } rows[] = {
		{ "at once", 0, 0, true },
		{ "a second before the idle end", SESSION_IDLE_S - 1, 0, true },
		{ "at the idle end", SESSION_IDLE_S, 0, false },
		{ "seen since", SESSION_IDLE_S, SESSION_IDLE_S - 60, true },
		{ "seen all week, before its end", SESSION_LIFE_S - 1, SESSION_LIFE_S - 60, true },
		{ "seen all week, at its end", SESSION_LIFE_S, SESSION_LIFE_S - 60, false },
		{ "the clock set back", -3600, 0, true },
	};

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_case("%s", rows[i].name);
		CHECK_OK(session_add(s, &h, who, false, S("192.0.2.1"), T0, &id, &e), &e);
		CHECK_OK(session_seen(s, id, T0 + rows[i].seen, &e), &e);
		CHECK_OK(session_find(s, &h, T0 + rows[i].at, &a, &x, &found, &e), &e);
		CHECK_INT(found, rows[i].found);
		if (found)
			CHECK_SLICE(x.account.name, S("ana"));
		CHECK_OK(session_end(s, id, &e), &e);
		CHECK_OK(session_find(s, &h, T0, &a, &x, &found, &e), &e);
		CHECK(!found);
	}
	test_case("a lock ends it, at once");
	CHECK_OK(session_add(s, &h, other, true, S(""), T0, &id, &e), &e);
	CHECK_OK(account_get(s, other, &a, &acc, &e), &e);
	acc.locked = true;
	CHECK_OK(account_put(s, &acc, T0, &e), &e);
	acc.locked = false;
	CHECK_OK(account_put(s, &acc, T0, &e), &e);
	CHECK_OK(session_find(s, &h, T0, &a, &x, &found, &e), &e);
	CHECK(!found);
	test_case("a new password ends all but one's own");
	CHECK_OK(session_add(s, &h, who, true, S(""), T0, &id, &e), &e);
	CHECK_OK(session_add(s, &h2, who, true, S(""), T0, &id2, &e), &e);
	CHECK_OK(account_password_put(s, who, S("other"), false, id2, T0, &e), &e);
	CHECK_OK(session_find(s, &h, T0, &a, &x, &found, &e), &e);
	CHECK(!found);
	CHECK_OK(session_find(s, &h2, T0, &a, &x, &found, &e), &e);
	CHECK(found && x.second_factor);
	test_case("no more than so many");
	for (int i = 0; i < 30; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "s%d", i);
		h = sha256_of(slice_of_str(name));
		CHECK_OK(session_add(s, &h, who, false, S(""), T0 + i, &id, &e), &e);
	}
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM account_session", &n, &e), &e);
	CHECK_INT(n, SESSIONS_PER_ACCOUNT);
	test_case("the sweep");
	CHECK_OK(session_sweep(s, T0 + 29 + SESSION_IDLE_S, &e), &e);
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM account_session", &n, &e), &e);
	CHECK_INT(n, 0);
	arena_fini(&a);
	store_close(&s);
}

TEST(tokens)
{
	struct store *s = open_new("tokens.db");
	struct sha256 h = sha256_of(S("one")), h2 = sha256_of(S("two"));
	int64_t who = make(s, "root", 1), other = make(s, "bo", 2), id, id2, n;
	struct token t = { .name = S("ci"), .prefix = S("ente_abcd"), .scopes = WHO_RIGHTS_ALL, .expires_s = T0 + 100, .account.id = other };
	struct err e = ERR_INIT;
	struct account acc;
	struct token x;
	struct arena a;
	bool found;

	arena_init(&a, 1 << 20);
	CHECK_OK(token_add(s, &t, &h, T0, &id, &e), &e);
	CHECK(!token_add(s, &t, &h2, T0, &id2, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK_OK(token_find(s, &h, T0 + 99, &a, &x, &found, &e), &e);
	CHECK(found && x.account.id == other && x.account.roles == 2);
	CHECK_INT(x.scopes, who_scopes());
	CHECK_OK(token_find(s, &h, T0 + 100, &a, &x, &found, &e), &e);
	CHECK(!found);
	test_case("an expired one gives its name");
	t.expires_s = T0 + 1000;
	CHECK_OK(token_add(s, &t, &h2, T0 + 100, &id2, &e), &e);
	test_case("another's is not there");
	CHECK(!token_get(s, id2, who, &a, &x, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	CHECK_OK(token_get(s, id2, other, &a, &x, &e), &e);
	test_case("a locked owner");
	CHECK_OK(account_get(s, other, &a, &acc, &e), &e);
	acc.locked = true;
	CHECK_OK(account_put(s, &acc, T0, &e), &e);
	CHECK_OK(token_find(s, &h2, T0 + 200, &a, &x, &found, &e), &e);
	CHECK(!found);
	test_case("with its owner");
	CHECK_OK(account_remove(s, other, &e), &e);
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM account_token", &n, &e), &e);
	CHECK_INT(n, 0);
	arena_fini(&a);
	store_close(&s);
}

TEST(certificates)
{
	struct store *s = open_new("certs.db");
	struct partner_cert c = { .sha = sha256_of(S("der")), .name = S("CERT-XY"), .scopes = WHO_RIGHTS_ALL, .expires_s = T0 + 10 }, x;
	struct err e = ERR_INIT;
	struct arena a;
	int64_t id, id2;
	bool found;

	arena_init(&a, 1 << 16);
	CHECK_OK(partner_cert_add(s, &c, T0, &id, &e), &e);
	CHECK(!partner_cert_add(s, &c, T0, &id2, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK_OK(partner_cert_find(s, slice_of(c.sha.b, 32), T0, &a, &x, &found, &e), &e);
	CHECK(found && slice_eq(x.name, S("CERT-XY")) && x.scopes == who_scopes());
	CHECK_OK(partner_cert_find(s, slice_of(c.sha.b, 32), T0 + 10, &a, &x, &found, &e), &e);
	CHECK(!found);
	CHECK_OK(partner_cert_find(s, S(""), T0, &a, &x, &found, &e), &e);
	CHECK(!found);
	CHECK_OK(partner_cert_remove(s, id, &e), &e);
	CHECK(!partner_cert_remove(s, id, &e));
	arena_fini(&a);
	store_close(&s);
}

TEST(codes_are_good_once)
{
	struct store *s = open_new("codes.db");
	int64_t who = make(s, "root", 1), other = make(s, "bo", 2), left;
	struct sha256 codes[2] = { sha256_of(S("a")), sha256_of(S("b")) };
	static const struct { int64_t step; bool fresh; } steps[] = { { 100, true }, { 100, false }, { 99, false }, { 101, true } };
	struct account_secret secret;
	struct err e = ERR_INIT;
	struct arena a;
	bool used;

	arena_init(&a, 1 << 16);
	CHECK_OK(account_totp_put(s, who, S("secret"), 50, T0, &e), &e);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		CHECK_OK(account_totp_use(s, who, steps[i].step, &used, &e), &e);
		CHECK_INT(used, steps[i].fresh);
	}
	CHECK_OK(account_codes_put(s, who, codes, 2, &e), &e);
	CHECK_OK(account_code_use(s, other, &codes[0], &used, &e), &e);
	CHECK(!used);
	CHECK_OK(account_code_use(s, who, &codes[0], &used, &e), &e);
	CHECK(used);
	CHECK_OK(account_code_use(s, who, &codes[0], &used, &e), &e);
	CHECK(!used);
	CHECK_OK(account_codes_left(s, who, &left, &e), &e);
	CHECK_INT(left, 1);
	CHECK_OK(account_totp_put(s, who, SLICE_NONE, 0, T0, &e), &e);
	CHECK_OK(account_codes_left(s, who, &left, &e), &e);
	CHECK_INT(left, 0);
	CHECK_OK(account_secret(s, who, &a, &secret, &e), &e);
	CHECK(secret.totp.p == NULL);
	CHECK_SLICE(secret.password, S("sealed"));
	arena_fini(&a);
	store_close(&s);
}

int
main(void)
{
	RUN(names);
	RUN(clean);
	RUN(numbers_are_never_given_twice);
	RUN(the_last_administrator);
	RUN(sessions);
	RUN(tokens);
	RUN(certificates);
	RUN(codes_are_good_once);
	return test_end();
}
