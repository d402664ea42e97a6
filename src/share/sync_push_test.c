/*
 * Pushing to a server that says what a script has: each object goes as far as the
 * agreement lets it, is written down, and arrives until the server has said so.
 */
#include "share/sync_testing.h"

/* What came goes into a page that the test shares. */
struct came { unsigned posts, objects, longest, asked; };
static struct came *came;

static unsigned
objects_in(struct slice body)
{
	unsigned n = 0;
	size_t at;

	while ((at = slice_find(body, S("\"type\":\"indicator\""))) != SIZE_MAX) {
		n++;
		body = slice_from(body, at + 1);
	}
	return n;
}

static void
status(struct buf *out, const char *fields, const char *word, unsigned good_count, unsigned bad_count)
{
	char body[512];

	(void)snprintf(body, sizeof(body), "{\"id\":\"2d086da7-4bdc-4f91-900e-d77486753710\",\"status\":\"%s\",\"total_count\":%u,\"success_count\":%u,\"failure_count\":%u,"
	    "\"failures\":[{\"id\":\"indicator--x\",\"version\":\"2026-01-01T00:00:00Z\",\"message\":\"no\\u001b[31m\"}],\"pending_count\":0}", word, good_count + bad_count, good_count, bad_count);
	answer(out, "202 Accepted", fields, slice_of_str(body));
}

static unsigned
count(const struct asked *a)
{
	unsigned n = objects_in(a->body);

	came->posts++;
	came->objects += n;
	came->longest = a->body.len > came->longest ? (unsigned)a->body.len : came->longest;
	return n;
}

static void
takes(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		status(out, TAXII, "complete", count(a), 0);
}

static void
refuses_some(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		status(out, TAXII, "complete", count(a) - 1, 1);
}

/* Told twice that it takes its time. */
static void
takes_its_time(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	if (is(a, "POST "))
		status(out, TAXII, "pending", 0 * count(a), 0);
	else
		status(out, TAXII, came->asked++ < 1 ? "pending" : "complete", 3, 0);
}

static void
status_of_more(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		status(out, TAXII, "complete", count(a) + 1000, 0);
}

static void
status_of_another_place(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		answer(out, "202 Accepted", TAXII, S("{\"id\":\"../../secrets\",\"status\":\"pending\"}"));
}

static void
takes_little(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	if (a->body.len > 1500)
		answer(out, "413 Content Too Large", TAXII, S("{}"));
	else
		status(out, TAXII, "complete", count(a), 0);
}

/* The first envelope arrives, and its answer does not. */
static void
cut_after(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	if (count(a) > 0 && came->asked++ > 0)
		status(out, TAXII, "complete", objects_in(a->body), 0);
}

static void
ours_put(struct sync_kit *k, unsigned n)
{
	struct collection c;
	struct err e = ERR_INIT;
	bool mine, ok = true;

	CHECK_OK(collection_need(k->node.store, S("local"), &k->a, &c, &e), &e);
	CHECK_OK(objects_begin(k->node.store, &mine, &e), &e);
	for (unsigned i = 0; ok && i < n; i++) {
		enum object_put what;
		struct stix_object o;
		struct arena a;
		struct buf b;

		arena_init(&a, 1 << 20);
		buf_init(&b, 1 << 16);
		/* The tenth is marked AMBER, which no clause lets go. */
		indicator_put(&b, i, i % 10 == 9 ? "AMBER" : "GREEN");
		ok = stix_read(buf_view(&b), &a, &o, &e) && object_put(k->node.store, c.id, &o, buf_view(&b), &a, &what, &e);
		buf_fini(&b);
		arena_fini(&a);
	}
	CHECK_OK(objects_end(k->node.store, mine, ok, &e), &e);
}

static const struct push_case {
	const char *name;
	answer_fn fn;
	unsigned ours;
	const char *error;
	uint64_t sent, refused;
	unsigned objects; /* that arrived, each time that they did */
	int64_t logged; /* as gone */
} pushes[] = {
	/* 5,000 bytes at once is what it says that it takes: ten objects and a bit. */
	{ "taken", takes, 30, NULL, 27, 0, 27, 27 },
	{ "one is refused in each", refuses_some, 5, NULL, 4, 1, 5, 5 },
	{ "pending for a while", takes_its_time, 3, NULL, 3, 0, 3, 3 },
	{ "a status of more than were sent", status_of_more, 3, "tells of more objects than were sent", 0, 0, 3, 3 },
	{ "a status of another place", status_of_another_place, 3, "which is no UUID", 0, 0, 0, 3 },
	/* Each that was too long was put together, and so written down, before. */
	{ "it takes less than it says", takes_little, 6, NULL, 6, 0, 6, 0 },
	{ "nothing to say", takes, 0, NULL, 0, 0, 0, 0 },
};

TEST(servers_that_are_pushed_to)
{
	for (size_t i = 0; i < sizeof(pushes) / sizeof(pushes[0]); i++) {
		const struct push_case *c = &pushes[i];
		struct server s = { .pid = -1 };
		struct sync_kit k;
		struct sync x;
		char name[32];

		test_case("%s", c->name);
		*came = (struct came){ 0 };
		s = server_start(c->fn);
		(void)snprintf(name, sizeof(name), "push%zu.db", i);
		kit_open(&k, name, "node", SYNC_PUSH, s.port);
		ours_put(&k, c->ours);
		x = kit_sync(&k);
		if (c->error == NULL)
			CHECK_SLICE(x.error, S(""));
		else if (!CHECK(slice_find(x.error, slice_of_str(c->error)) != SIZE_MAX))
			printf("	got %.*s\n", SLICE_ARG(x.error));
		CHECK_INT(x.sent, c->sent);
		CHECK_INT(x.refused, c->refused);
		CHECK_INT(came->objects, c->objects);
		CHECK(came->longest <= 5000);
		if (c->logged != 0)
			CHECK_INT(kit_number(&k, "SELECT count(*) FROM transfer WHERE allowed = 1 AND recipient = 'b'"), c->logged);
		CHECK_INT(kit_number(&k, "SELECT count(*) FROM transfer WHERE allowed = 0"), c->ours / 10);
		kit_close(&k);
		server_stop(&s);
	}
}

/* What arrived and was not answered for goes again; what was goes never again. */
TEST(pushed_again)
{
	struct server s = { .pid = -1 };
	struct sync_kit k;
	struct sync x;

	*came = (struct came){ 0 };
	s = server_start(cut_after);
	kit_open(&k, "cut.db", "node", SYNC_PUSH, s.port);
	ours_put(&k, 5);
	x = kit_sync(&k);
	CHECK(x.error.len > 0);
	CHECK_INT(x.sent, 0);
	x = kit_sync(&k);
	CHECK_SLICE(x.error, S(""));
	CHECK_INT(x.sent, 5);
	CHECK_INT(came->objects, 10);
	x = kit_sync(&k);
	CHECK_INT(came->objects, 10);
	server_stop(&s);
	kit_close(&k);
}

/* It came from this partner: it does not go back. */
TEST(not_back)
{
	struct server s = { .pid = -1 };
	struct sync_kit k;
	struct sync push = { .partner = S("b"), .remote = S("c"), .local = S("local"), .direction = SYNC_PUSH, .purpose = PURPOSE_PROTECT, .every_s = 300 };
	struct err e = ERR_INIT;
	char url[64];

	*came = (struct came){ 0 };
	s = server_start(marks);
	kit_open(&k, "back.db", "node", SYNC_POLL, s.port);
	(void)kit_sync(&k);
	server_stop(&s);
	s = server_start(takes);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/r/", s.port);
	push.url = slice_of_str(url);
	CHECK_OK(sync_add(k.node.store, &push, NOW, &k.id, &e), &e);
	CHECK_SLICE(kit_sync(&k).error, S(""));
	CHECK_INT(came->objects, 0);
	CHECK_INT(kit_number(&k, "SELECT count(*) FROM transfer"), 0);
	server_stop(&s);
	kit_close(&k);
}

int
main(void)
{
	clock_fix(NOW);
	(void)signal(SIGPIPE, SIG_IGN);
	came = mmap(NULL, sizeof(*came), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	RUN(servers_that_are_pushed_to);
	RUN(pushed_again);
	RUN(not_back);
	return test_end();
}
