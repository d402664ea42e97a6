/*
 * Exchanges with a server that says what a script has: whatever it lies about, what
 * is right of it is kept once, nothing is missed, and what is wrong is told.
 */
#include "share/sync_testing.h"

#include <archive.h>
#include <archive_entry.h>

static void
page(struct buf *out, const char *fields, unsigned from, unsigned count, const char *tail)
{
	char text[1024];
	struct buf b;

	buf_init(&b, (size_t)16 << 20);
	buf_str(&b, "{\"objects\":[");
	for (unsigned i = 0; i < count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		indicator_put(&b, from + i, "GREEN");
	}
	buf_printf(&b, "]%s}", tail);
	(void)snprintf(text, sizeof(text), "%s%s", TAXII, fields);
	answer(out, "200 OK", text, buf_view(&b));
	buf_fini(&b);
}

/* --- poll: one script a case -------------------------------------------------------------- */

/* Two pages and a last one, which is empty; then nothing new. */
static void
good(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	if (says(a, "added_after=2026-04-01T00%3A00%3A00.000008Z") || says(a, "next=3"))
		answer(out, "200 OK", TAXII, S("{}"));
	else if (says(a, "next=2%2F%20%26"))
		page(out, FIRST_LAST, 3, 2, ",\"more\":true,\"next\":\"3\"");
	else if (!says(a, "next=") && !says(a, "added_after"))
		page(out, "", 0, 3, ",\"more\":true,\"next\":\"2/ &\"");
}

static void
circle(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		page(out, FIRST_LAST, 0, 1, says(a, "next=x") ? ",\"more\":true,\"next\":\"y\"" : ",\"more\":true,\"next\":\"x\"");
}

static void
empty_for_ever(const struct asked *a, struct buf *out)
{
	static unsigned n;
	char body[64];

	if (usual(a, out))
		return;
	(void)snprintf(body, sizeof(body), "{\"objects\":[ ],\"more\":true,\"next\":\"%u\"}", n++);
	answer(out, "200 OK", TAXII, slice_of_str(body));
}

static void
more_and_not_where(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		page(out, "", 0, 1, ",\"more\":true");
}

/* Without a name of the next page it is behind the last moment. */
static void
more_by_moment(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	if (says(a, "added_after"))
		page(out, "X-TAXII-Date-Added-Last: 2026-04-02T00:00:00Z\r\n", 1, 1, "");
	else
		page(out, FIRST_LAST, 0, 1, ",\"more\":true");
}

static void
moment_ahead(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		page(out, "X-TAXII-Date-Added-Last: 2999-01-01T00:00:00Z\r\n", 0, 2, "");
}

static void
moments_crossed(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		page(out, "X-TAXII-Date-Added-First: 2026-04-02T00:00:00Z\r\nX-TAXII-Date-Added-Last: 2026-04-01T00:00:00Z\r\n", 0, 2, "");
}

static void
wrong_objects(const struct asked *a, struct buf *out)
{
	struct buf b;

	if (usual(a, out))
		return;
	buf_init(&b, (size_t)32 << 20);
	buf_str(&b, "{\"objects\":[{\"type\":\"tool\"},");
	indicator_put(&b, 1, "GREEN");
	buf_str(&b, ",{},{\"type\":\"indicator\",\"id\":\"indicator--x\"},{\"type\":\"artifact\",\"payload_bin\":\"");
	/* Larger than an object may be. */
	for (unsigned i = 0; i < 9u << 16; i++)
		buf_str(&b, "AAAAAAAAAAAAAAAA");
	buf_str(&b, "\"},");
	indicator_put(&b, 2, "GREEN");
	buf_str(&b, "]}");
	answer(out, "200 OK", TAXII FIRST_LAST, buf_view(&b));
	buf_fini(&b);
}

static void
no_envelope(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		answer(out, "200 OK", TAXII, S("{\"objects\":[{\"type\":\"tool\""));
}

static void
html(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		answer(out, "200 OK", "Content-Type: text/html\r\n", S("<html>"));
}

static void
cut(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		buf_str(out, "HTTP/1.1 200 OK\r\n" TAXII "Content-Length: 100000\r\n\r\n{\"objects\":[");
}

static void
long_head(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	buf_str(out, "HTTP/1.1 200 OK\r\n" TAXII);
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(out, "X-%u: 1\r\n", i);
	buf_str(out, "Content-Length: 2\r\n\r\n{}");
}

static void
moved(const struct asked *a, struct buf *out)
{
	if (!usual(a, out))
		answer(out, "301 Moved Permanently", "Location: http://127.0.0.1:1/elsewhere/\r\n", S(""));
}

#define REFUSES(name, status, fields, body) \
	static void name(const struct asked *a, struct buf *out) \
	{ \
		if (!usual(a, out)) \
			answer(out, status, fields, S(body)); \
	}
REFUSES(unknown, "401 Unauthorized", TAXII, "{\"title\":\"Who\",\"description\":\"are you?\"}")
REFUSES(forbidden, "403 Forbidden", TAXII, "{}")
REFUSES(not_there, "404 Not Found", "Content-Type: text/html\r\n", "<html>")
REFUSES(not_accepted, "406 Not Acceptable", TAXII, "")
REFUSES(too_often, "429 Too Many Requests", TAXII "Retry-After: 137\r\n", "")
REFUSES(failing, "500 Internal Server Error", "", "")
REFUSES(busy, "503 Service Unavailable", "Retry-After: 17\r\n", "")

/* It gives 200 at once at the most, and says so by refusing more. */
static void
less_at_once(const struct asked *a, struct buf *out)
{
	if (usual(a, out))
		return;
	if (says(a, "limit=1000") || says(a, "limit=500") || says(a, "limit=250"))
		answer(out, "413 Content Too Large", TAXII, S("{}"));
	else
		page(out, FIRST_LAST, 0, 125, "");
}

/* 200 MiB of nothing in some KiB. */
static void
bomb(const struct asked *a, struct buf *out)
{
	static uint8_t zeros[1 << 20], packed[4 << 20];
	struct archive *x;
	struct archive_entry *entry;
	static size_t used;

	if (usual(a, out))
		return;
	if (used > 0) {
		answer(out, "200 OK", TAXII "Content-Encoding: gzip\r\n", slice_of(packed, used));
		return;
	}
	memset(zeros, ' ', sizeof(zeros));
	x = archive_write_new();
	(void)archive_write_add_filter_gzip(x);
	(void)archive_write_set_format_raw(x);
	(void)archive_write_set_bytes_in_last_block(x, 1);
	(void)archive_write_open_memory(x, packed, sizeof(packed), &used);
	entry = archive_entry_new();
	archive_entry_set_filetype(entry, AE_IFREG);
	(void)archive_write_header(x, entry);
	for (int i = 0; i < 200; i++)
		(void)archive_write_data(x, zeros, sizeof(zeros));
	(void)archive_write_close(x);
	archive_entry_free(entry);
	(void)archive_write_free(x);
	answer(out, "200 OK", TAXII "Content-Encoding: gzip\r\n", slice_of(packed, used));
}

static const struct poll_case {
	const char *name;
	answer_fn fn;
	const char *error; /* what it tells, or a part of it; NULL: all is well */
	int64_t objects; /* that are kept */
	uint64_t received, known, refused;
	int64_t after_us; /* where it is then */
	int64_t wait_s; /* until the next try; 0: not looked at */
} polls[] = {
	{ "pages", good, NULL, 5, 5, 0, 0, 1775001600000009, 300 },
	{ "pages in a circle", circle, "go round in a circle", 1, 2, 1, 0, 0, 0 },
	{ "pages without objects and without end", empty_for_ever, "in a row without an object, and no end", 0, 0, 0, 0, 0, 0 },
	{ "more, and not where", more_and_not_where, "that there is more and not where", 0, 0, 0, 0, 0, 0 },
	{ "more, behind the last moment", more_by_moment, NULL, 2, 2, 0, 0, 1775088000000000, 0 },
	{ "a moment that is to come", moment_ahead, NULL, 2, 2, 0, 0, 0, 0 },
	{ "moments that are crossed", moments_crossed, NULL, 2, 2, 0, 0, 0, 0 },
	{ "objects that are wrong", wrong_objects, NULL, 2, 6, 0, 4, 1775001600000009, 0 },
	{ "no envelope", no_envelope, "is no TAXII envelope", 0, 0, 0, 0, 0, 0 },
	{ "HTML", html, "is not TAXII 2.1 but \"text/html\"", 0, 0, 0, 0, 0, 0 },
	{ "cut", cut, "the connection broke", 0, 0, 0, 0, 0, 0 },
	{ "a head without end", long_head, "the head of its answer is larger", 0, 0, 0, 0, 0, 0 },
	{ "another address", moved, "it has moved to \"http://127.0.0.1:1/elsewhere/\" (301)", 0, 0, 0, 0, 0, 0 },
	{ "401", unknown, "(401); its people enter our certificate, or give us a token: \"Who: are you?\"", 0, 0, 0, 0, 0, 0 },
	{ "403", forbidden, "(403)", 0, 0, 0, 0, 0, 0 },
	{ "404", not_there, "(404)", 0, 0, 0, 0, 0, 0 },
	{ "406", not_accepted, "(406)", 0, 0, 0, 0, 0, 0 },
	{ "429", too_often, "(429)", 0, 0, 0, 0, 0, 137 },
	{ "500", failing, "it failed (500)", 0, 0, 0, 0, 0, 0 },
	{ "503", busy, "(503)", 0, 0, 0, 0, 0, 17 },
	{ "less at once", less_at_once, NULL, 125, 125, 0, 0, 1775001600000009, 0 },
	{ "a bomb", bomb, "its answer has more than", 0, 0, 0, 0, 0, 0 },
};

static void
poll_check(const struct poll_case *c, const struct sync *x, struct sync_kit *k)
{
	if (c->error == NULL)
		CHECK_SLICE(x->error, S(""));
	else if (!CHECK(slice_find(x->error, slice_of_str(c->error)) != SIZE_MAX))
		printf("	got %.*s\n", SLICE_ARG(x->error));
	CHECK_INT(x->failures, c->error == NULL ? 0 : 1);
	CHECK_INT(kit_number(k, KIT_OBJECTS), c->objects);
	CHECK_INT(x->received, c->received);
	CHECK_INT(x->known, c->known);
	CHECK_INT(x->refused, c->refused);
	CHECK_INT(x->after_us, c->after_us);
	if (c->wait_s != 0)
		CHECK_INT(x->next_try_s, NOW + c->wait_s);
	CHECK(x->next_try_s >= NOW + 10 && x->next_try_s <= NOW + 300);
}

TEST(servers_that_are_polled)
{
	for (size_t i = 0; i < sizeof(polls) / sizeof(polls[0]); i++) {
		struct server s = server_start(polls[i].fn);
		struct sync_kit k;
		struct sync x;
		char name[32];

		test_case("%s", polls[i].name);
		(void)snprintf(name, sizeof(name), "poll%zu.db", i);
		kit_open(&k, name, "taxii", SYNC_POLL, s.port);
		x = kit_sync(&k);
		poll_check(&polls[i], &x, &k);
		kit_close(&k);
		server_stop(&s);
	}
}

/* The second time only what is new is asked for. */
TEST(once_more)
{
	struct server s = server_start(good);
	struct sync_kit k;
	struct sync x;

	kit_open(&k, "again.db", "taxii", SYNC_POLL, s.port);
	(void)kit_sync(&k);
	x = kit_sync(&k);
	CHECK_SLICE(x.error, S(""));
	CHECK_INT(x.received, 5);
	server_stop(&s);
	kit_close(&k);
}

/* "next=old" is refused; the rest is as good() has it. */
static void
forgot(const struct asked *a, struct buf *out)
{
	if (is(a, OBJECTS) && says(a, "next=old"))
		answer(out, "400 Bad Request", TAXII, S("{\"title\":\"next?\"}"));
	else
		good(a, out);
}

TEST(a_page_that_was_forgotten)
{
	struct server s = server_start(forgot);
	struct sync_kit k;
	struct sync x;
	struct err e = ERR_INIT;

	kit_open(&k, "forgot.db", "taxii", SYNC_POLL, s.port);
	CHECK_OK(sync_again(k.node.store, k.id, S("source"), &e), &e);
	CHECK_OK(sync_move(k.node.store, k.id, &(struct sync_move){ .next = S("old") }, &e), &e);
	x = kit_sync(&k);
	CHECK_SLICE(x.error, S(""));
	CHECK_INT(kit_number(&k, KIT_OBJECTS), 5);
	server_stop(&s);
	kit_close(&k);
}

TEST(nobody_answers)
{
	struct server s = server_start(good);
	struct sync_kit k;
	struct sync x;

	server_stop(&s);
	kit_open(&k, "away.db", "taxii", SYNC_POLL, s.port);
	for (uint64_t i = 1; i <= 3; i++) {
		x = kit_sync(&k);
		CHECK(slice_find(x.error, S("nothing answers at its address")) != SIZE_MAX);
		CHECK_INT(x.failures, i);
	}
	CHECK(x.next_try_s >= NOW + 240 * 4 / 5 && x.next_try_s <= NOW + 240 * 6 / 5);
	kit_close(&k);
}

/* --- what may come, and go on ---------------------------------------------------------------- */

/* A source without an agreement: all is kept, and what is not CLEAR has an origin that lets it go to nobody. */
TEST(a_source)
{
	struct server s = server_start(marks);
	struct sync_kit k;
	struct sync x;

	kit_open(&k, "source.db", "taxii", SYNC_POLL, s.port);
	x = kit_sync(&k);
	CHECK_SLICE(x.error, S(""));
	CHECK_INT(kit_number(&k, KIT_OBJECTS), 3);
	CHECK_INT(kit_number(&k, "SELECT count(*) FROM record_origin WHERE agreement = '' AND party = 'b'"), 2);
	CHECK_INT(kit_number(&k, "SELECT count(*) FROM record_origin WHERE record LIKE '%000000000001'"), 0);
	server_stop(&s);
	kit_close(&k);
}

/* A node: what the clause covers, under the clause. */
TEST(a_partner)
{
	struct server s = server_start(marks);
	struct sync_kit k;
	struct sync x;

	kit_open(&k, "partner.db", "node", SYNC_POLL, s.port);
	x = kit_sync(&k);
	CHECK_SLICE(x.error, S(""));
	CHECK_INT(x.received, 3);
	CHECK_INT(x.refused, 1);
	CHECK_INT(kit_number(&k, KIT_OBJECTS), 2);
	CHECK_INT(kit_number(&k, "SELECT count(*) FROM record_origin WHERE agreement = 'one' AND clause = 2"), 2);
	server_stop(&s);
	kit_close(&k);
}

/* Indicator 2 as our own; of an earlier version where that is asked for. */
static void
own_put(struct sync_kit *k, bool earlier)
{
	struct collection c;
	struct stix_object o;
	enum object_put what;
	struct err e = ERR_INIT;
	struct buf b;
	bool mine, ok;

	buf_init(&b, 4096);
	indicator_put(&b, 2, "GREEN");
	for (size_t at = 0; earlier && (at = slice_find(buf_view(&b), S("2026-01-01T00:00:00.000Z"))) != SIZE_MAX;)
		b.p[at + 3] = '5';
	CHECK_OK(collection_need(k->node.store, S("local"), &k->a, &c, &e), &e);
	CHECK_OK(stix_read(buf_view(&b), &k->a, &o, &e), &e);
	CHECK_OK(objects_begin(k->node.store, &mine, &e), &e);
	ok = object_put(k->node.store, c.id, &o, buf_view(&b), &k->a, &what, &e);
	CHECK_OK(objects_end(k->node.store, mine, ok, &e), &e);
	buf_fini(&b);
}

/* What is our own stays our own, also where a partner has it and sends it, and is changed by us alone. */
TEST(our_own)
{
	struct server s = server_start(marks);
	struct sync_kit k;
	struct sync x;

	for (int earlier = 0; earlier < 2; earlier++) {
		kit_open(&k, earlier == 0 ? "own.db" : "earlier.db", "node", SYNC_POLL, s.port);
		own_put(&k, earlier != 0);
		x = kit_sync(&k);
		CHECK_INT(x.known, 1 - earlier);
		CHECK_INT(x.refused, 1 + earlier);
		CHECK_INT(kit_number(&k, KIT_OBJECTS), 2);
		CHECK_INT(kit_number(&k, "SELECT count(*) FROM record_origin WHERE record LIKE '%000000000002'"), 0);
		CHECK_INT(kit_number(&k, "SELECT count(*) FROM record_origin WHERE record LIKE '%000000000001'"), 1);
		kit_close(&k);
	}
	server_stop(&s);
}

/* The agreement is left: the partner is not even asked. */
TEST(nothing_in_force)
{
	struct server s = server_start(good);
	struct sync_kit k;
	struct sync x;

	for (int d = SYNC_POLL; d <= SYNC_PUSH; d++) {
		kit_open(&k, d == SYNC_POLL ? "left1.db" : "left2.db", "taxii", (enum sync_direction)d, s.port);
		agreement_kept(k.node.store, &(struct kit_text){ .id = "one", .kind = AGREEMENT_TECHNICAL, .notice = 10 }, "open 0; sign a 1; sign b 2; leave b 50");
		x = kit_sync(&k);
		CHECK_SLICE(x.error, S("no agreement with \"b\" is in force: nothing is exchanged"));
		CHECK_INT(kit_number(&k, KIT_OBJECTS), 0);
		kit_close(&k);
	}
	server_stop(&s);
}

/* --- patience ---------------------------------------------------------------------------------------- */

TEST(when_it_is_tried_again)
{
	static const struct { uint64_t failures; int64_t retry_s, least, most; } waits[] = {
		{ 1, 0, 48, 72 }, { 2, 0, 96, 144 }, { 3, 0, 192, 288 }, { 9, 0, 12288, 18432 }, { 10, 0, 17280, 25920 }, { UINT64_MAX, 0, 17280, 25920 },
		{ 1, 5, 10, 10 }, { 1, 3600, 3600, 3600 }, { 6, 5, 1536, 2304 }, { 6, 86400, 86400, 86400 },
	};

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		test_case("%zu", i);
		for (int k = 0; k < 1000; k++) {
			int64_t s = sync_wait_s(waits[i].failures, waits[i].retry_s, test_random());

			if (s < waits[i].least || s > waits[i].most)
				CHECK_INT(s, waits[i].least);
		}
	}
	CHECK_INT(sync_wait_s(1, 0, 0), 48);
	CHECK_INT(sync_wait_s(1, 0, 24), 72);
}

int
main(void)
{
	clock_fix(NOW);
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(servers_that_are_polled);
	RUN(once_more);
	RUN(a_page_that_was_forgotten);
	RUN(nobody_answers);
	RUN(a_source);
	RUN(a_partner);
	RUN(our_own);
	RUN(nothing_in_force);
	RUN(when_it_is_tried_again);
	return test_end();
}
