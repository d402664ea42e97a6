/* Exchanges as they are kept: what may be one, where it is, when it is due. */
#include "store/sync.h"

#include <string.h>

#include "store/agreements.h"
#include "store/store_testing.h"

static struct arena a;

static struct store *
with_partner(const char *name)
{
	struct partner p = { .id = S("b"), .kind = S("node") };
	struct store *s = open_new(name);
	struct err e = ERR_INIT;

	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
	return s;
}

static struct sync
usual(void)
{
	return (struct sync){ .partner = S("b"), .url = S("https://b.example/taxii2/entente"), .remote = S("local"), .local = S("local"),
		.every_s = 300, .purpose = PURPOSE_PROTECT };
}

/* NULL and 0: as usual. */
static const struct { const char *name, *url, *remote, *pin, *ca, *partner; int64_t every_s; enum sync_auth auth; enum err_code code; } forms[] = {
	{ .name = "https", .url = "https://b.example/taxii2/entente/" },
	{ .name = "a port and an address", .url = "https://[2001:db8::1]:8443/x/" },
	{ .name = "plain, this machine", .url = "http://127.0.0.1:8080/x/" },
	{ .name = "plain, this machine's name", .url = "http://localhost/x/" },
	{ .name = "plain, elsewhere", .url = "http://b.example/x/", .code = ERR_INPUT },
	{ .name = "plain, nearly this machine", .url = "http://127.0.0.1.example/x/", .code = ERR_INPUT },
	{ .name = "another scheme", .url = "file:///etc/passwd", .code = ERR_INPUT },
	{ .name = "a password in it", .url = "https://ana:secret@b.example/x/", .code = ERR_INPUT },
	{ .name = "a question in it", .url = "https://b.example/x/?a=b", .code = ERR_INPUT },
	{ .name = "a space in it", .url = "https://b.example/x y/", .code = ERR_INPUT },
	{ .name = "a line's end in it", .url = "https://b.example/x\r\nHost: y/", .code = ERR_INPUT },
	{ .name = "no address", .url = "b.example", .code = ERR_INPUT },
	{ .name = "a uuid", .remote = "91a7b528-80eb-42ed-a74d-c6fbd5a26116" },
	{ .name = "a collection with a slash", .remote = "../x", .code = ERR_INPUT },
	{ .name = "a collection with a question", .remote = "x?y", .code = ERR_INPUT },
	{ .name = "no collection", .remote = "", .code = ERR_INPUT },
	{ .name = "too often", .every_s = 1, .code = ERR_INPUT },
	{ .name = "too seldom", .every_s = 10000000, .code = ERR_INPUT },
	{ .name = "a pin", .pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
	{ .name = "a pin that is a path", .pin = "/etc/key.pem", .code = ERR_INPUT },
	{ .name = "a certificate that is none", .ca = "x", .code = ERR_INPUT },
	{ .name = "basic without a user", .auth = SYNC_AUTH_BASIC, .code = ERR_INPUT },
	{ .name = "nobody", .partner = "c", .code = ERR_ABSENT },
};

TEST(what_may_be_one)
{
	struct store *s = with_partner("forms.db");

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct sync x = usual();
		struct err e = ERR_INIT;
		int64_t id = 0;

		test_case("%s", forms[i].name);
		x.url = forms[i].url == NULL ? x.url : slice_of_str(forms[i].url);
		x.remote = forms[i].remote == NULL ? x.remote : slice_of_str(forms[i].remote);
		x.partner = forms[i].partner == NULL ? x.partner : slice_of_str(forms[i].partner);
		x.every_s = forms[i].every_s == 0 ? x.every_s : forms[i].every_s;
		x.pin = slice_of_str(forms[i].pin);
		x.ca = slice_of_str(forms[i].ca);
		x.auth = forms[i].auth;
		CHECK(sync_add(s, &x, T0, &id, &e) == (forms[i].code == ERR_NONE));
		CHECK_INT(e.code, forms[i].code);
		if (id != 0)
			CHECK_OK(sync_remove(s, id, &e), &e);
	}
	store_close(&s);
}

static size_t
due_at(struct store *s, int64_t now_s)
{
	struct ids ids = { 0 };
	struct err e = ERR_INIT;
	size_t n;

	CHECK_OK(sync_due(s, false, now_s, &ids, &e), &e);
	n = ids.count;
	ids_fini(&ids);
	return n;
}

static struct sync
got(struct store *s, int64_t id)
{
	struct sync x = { 0 };
	struct err e = ERR_INIT;

	arena_reset(&a);
	CHECK_OK(sync_get(s, id, &a, &x, &e), &e);
	return x;
}

TEST(from_try_to_try)
{
	struct store *s = with_partner("tries.db");
	struct sync x = usual();
	struct err e = ERR_INIT;
	int64_t id = 0;

	CHECK_OK(sync_add(s, &x, T0, &id, &e), &e);
	CHECK_SLICE(got(s, id).url, S("https://b.example/taxii2/entente/"));
	CHECK(!sync_add(s, &x, T0, &id, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	id = 1;
	CHECK_INT(due_at(s, T0), 1);
	CHECK_OK(sync_begin(s, id, T0, &e), &e);
	CHECK_INT(due_at(s, T0 + 100000), 0);
	x = got(s, id);
	CHECK_STR(sync_state_name(&x), "running");
	test_case("it fails");
	CHECK_OK(sync_end(s, id, S("it is away"), T0 + 5, T0 + 65, &e), &e);
	x = got(s, id);
	CHECK_STR(sync_state_name(&x), "failing");
	CHECK_INT(x.failures, 1);
	CHECK_SLICE(x.error, S("it is away"));
	CHECK_INT(due_at(s, T0 + 64), 0);
	CHECK_INT(due_at(s, T0 + 65), 1);
	test_case("it is asked for while it runs");
	CHECK_OK(sync_begin(s, id, T0 + 65, &e), &e);
	CHECK_OK(sync_now(s, id, T0 + 70, &e), &e);
	CHECK_OK(sync_end(s, id, S(""), T0 + 80, T0 + 380, &e), &e);
	x = got(s, id);
	CHECK_STR(sync_state_name(&x), "waiting");
	CHECK_INT(x.failures, 0);
	CHECK_INT(x.last_ok_s, T0 + 80);
	CHECK_INT(due_at(s, T0 + 80), 1);
	test_case("who ran it was killed");
	CHECK_OK(sync_begin(s, id, T0 + 80, &e), &e);
	CHECK_INT(due_at(s, T0 + 80), 0);
	CHECK_OK(sync_none_runs(s, &e), &e);
	CHECK_INT(due_at(s, T0 + 80), 1);
	test_case("paused");
	CHECK_OK(sync_pause(s, id, true, T0 + 90, &e), &e);
	x = got(s, id);
	CHECK_STR(sync_state_name(&x), "paused");
	CHECK_INT(due_at(s, T0 + 1000), 0);
	CHECK(!sync_now(s, id, T0 + 90, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK_OK(sync_pause(s, id, false, T0 + 95, &e), &e);
	CHECK_INT(due_at(s, T0 + 95), 1);
	CHECK(!sync_now(s, 99, T0, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	store_close(&s);
}

/* Where it is moves with the objects, or not at all; under other terms it begins anew. */
TEST(where_it_is)
{
	struct store *s = with_partner("where.db");
	struct sync_move m = { .after_us = 7, .last_us = 9, .next = S("page 2"), .received = 10, .known = 3, .refused = 1 };
	struct sync x = usual();
	struct err e = ERR_INIT;
	bool mine, stopped = true;
	int64_t id = 0;

	CHECK_OK(sync_add(s, &x, T0, &id, &e), &e);
	CHECK_OK(store_begin(s, &mine, &e), &e);
	CHECK_OK(sync_move(s, id, &m, &e), &e);
	CHECK(!store_end(s, mine, false, &e));
	CHECK_INT(got(s, id).received, 0);
	CHECK_OK(sync_move(s, id, &m, &e), &e);
	CHECK_OK(sync_move(s, id, &m, &e), &e);
	x = got(s, id);
	CHECK_INT(x.received, 20);
	CHECK_INT(x.known, 6);
	CHECK_INT(x.refused, 2);
	CHECK_INT(x.after_us, 7);
	CHECK_INT(x.last_us, 9);
	CHECK_SLICE(x.next, S("page 2"));
	CHECK_OK(sync_again(s, id, S("terms"), &e), &e);
	x = got(s, id);
	CHECK_INT(x.after_us + x.last_us, 0);
	CHECK_SLICE(x.next, S(""));
	CHECK_SLICE(x.terms, S("terms"));
	CHECK_INT(x.received, 20);
	CHECK_OK(sync_stopped(s, id, &stopped, &e), &e);
	CHECK(!stopped);
	CHECK_OK(sync_remove(s, id, &e), &e);
	CHECK_OK(sync_stopped(s, id, &stopped, &e), &e);
	CHECK(stopped);
	CHECK(!sync_get(s, id, &a, &x, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	store_close(&s);
}

int
main(void)
{
	arena_init(&a, 1 << 20);
	RUN(what_may_be_one);
	RUN(from_try_to_try);
	RUN(where_it_is);
	arena_fini(&a);
	return test_end();
}
