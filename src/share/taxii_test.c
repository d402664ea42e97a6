/* TAXII's pages, filters and status, from the store alone. */
#include "share/taxii.h"

#include <stdio.h>
#include <string.h>

#include "share/listed.h"
#include "test.h"

static struct arena a;

static struct store *
open_store(const char *name, int64_t *collection)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	struct collection c;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
	CHECK_OK(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
	CHECK_OK(collection_need(s, S("local"), &a, &c, &e), &e);
	*collection = c.id;
	return s;
}

#define TOOL(n, modified) "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--11111111-1111-4111-8111-" n "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"" modified "\",\"name\":\"x\"}"

static const struct json *
add(struct store *s, int64_t c, const char *body, struct buf *b)
{
	char id[UUID_TEXT + 1];
	const struct json *j = NULL;
	struct err e = ERR_INIT;

	buf_clear(b);
	if (CHECK_OK(taxii_add(s, c, slice_of_str(body), NULL, NULL, b, id, &e), &e))
		CHECK_OK(json_parse(buf_view(b), &STIX_LIMITS, &a, &j, &e), &e);
	CHECK_SLICE(json_text(json_get(j, S("id"))), slice_of_str(id));
	return j;
}

static void
mutexes(struct store *s, int64_t c, unsigned count, struct buf *b)
{
	for (unsigned i = 0; i < count; i++) {
		char text[1024];

		(void)snprintf(text, sizeof(text), "{\"objects\":[{\"type\":\"mutex\",\"id\":\"mutex--11111111-1111-4111-8111-%012u\",\"name\":\"x\"}]}", i);
		(void)add(s, c, text, b);
	}
}

static const struct json *
page(struct store *s, int64_t c, const struct taxii_asked *asked, enum taxii_kind kind, bool (*may)(void *, const struct object_row *),
    struct taxii_page *p, struct buf *b)
{
	const struct json *j = NULL;
	struct taxii_query q;
	struct err e = ERR_INIT;

	buf_clear(b);
	CHECK_OK(taxii_query_read(asked, &q, &e), &e);
	q.q.collection = c;
	CHECK_OK(taxii_page(s, &q, kind, may, NULL, b, p, &e), &e);
	CHECK_OK(json_parse(buf_view(b), &STIX_LIMITS, &a, &j, &e), &e);
	return j;
}

static int64_t
number(const struct json *j, struct slice key)
{
	int64_t v = -1;

	return json_int(json_get(j, key), &v) ? v : -1;
}

TEST(status_of_what_was_sent)
{
	const struct json *j;
	struct store *s;
	struct buf b;
	int64_t c;

	s = open_store("add.db", &c);
	buf_init(&b, (size_t)1 << 20);
	j = add(s, c, "{\"objects\":[" TOOL("000000000001", "2026-01-01T00:00:00.000Z") ",{\"type\":\"tool\",\"id\":\"x\"}," TOOL("000000000001", "2026-01-01T00:00:00.000Z") "]}", &b);
	CHECK_SLICE(json_text(json_get(j, S("status"))), S("complete"));
	CHECK_INT(number(j, S("total_count")), 3);
	CHECK_INT(number(j, S("success_count")), 2);
	CHECK_INT(number(j, S("failure_count")), 1);
	CHECK_INT(number(j, S("pending_count")), 0);
	CHECK_SLICE(json_text(json_path(j, S("failures.0.id"))), S("x"));
	CHECK(json_text(json_path(j, S("failures.0.message"))).len > 0);
	CHECK_SLICE(json_text(json_path(j, S("successes.0.version"))), S("2026-01-01T00:00:00.000Z"));
	buf_fini(&b);
	store_close(&s);
}

#define IND(n, pattern) "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--11111111-1111-4111-8111-" n "\",\"created\":\"2026-01-01T00:00:00.000Z\"," \
	"\"modified\":\"2026-01-01T00:00:00.000Z\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"pattern_type\":\"stix\",\"pattern\":\"" pattern "\"}"

static bool
not_listed(void *cookie, const struct object_row *r)
{
	return !listed_object(cookie, r);
}

/* An indicator of what no list may hold is kept, and is not there for a partner. */
TEST(warned)
{
	static const enum taxii_kind kinds[] = { TAXII_OBJECTS, TAXII_MANIFEST };
	struct warnings *w = warnings_new();
	struct listed *l = listed_new(w);
	struct taxii_asked asked = { .limit = S_INIT("2") };
	struct taxii_query q;
	struct taxii_page p;
	struct err e = ERR_INIT;
	struct store *s;
	struct buf b;
	int64_t c;

	s = open_store("warned.db", &c);
	buf_init(&b, (size_t)1 << 20);
	(void)add(s, c, "{\"objects\":[" IND("000000000001", "[ipv4-addr:value = '8.8.8.8']") "," IND("000000000002", "[ipv4-addr:value = '45.33.32.156']") ","
	    IND("000000000003", "[domain-name:value = 'com']") "," IND("000000000004", "[url:value = 'http://bad.example.com/']") ","
	    IND("000000000005", "[domain-name:value = 'b.root-servers.net']") "]}", &b);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		buf_clear(&b);
		CHECK_OK(taxii_query_read(&asked, &q, &e), &e);
		q.q.collection = c;
		CHECK_OK(taxii_page(s, &q, kinds[i], not_listed, l, &b, &p, &e), &e);
		CHECK_INT(p.count, 2);
		CHECK(slice_find(buf_view(&b), S("000000000002")) != SIZE_MAX && slice_find(buf_view(&b), S("000000000004")) != SIZE_MAX);
		CHECK(slice_find(buf_view(&b), S("8.8.8.8")) == SIZE_MAX && slice_find(buf_view(&b), S("root-servers")) == SIZE_MAX);
	}
	q.limit = 9;
	CHECK_OK(taxii_page(s, &q, TAXII_OBJECTS, NULL, NULL, &b, &p, &e), &e);
	CHECK_INT(p.count, 5);
	buf_fini(&b);
	store_close(&s);
	listed_free(&l);
	warnings_free(&w);
}

static const char *const no_envelopes[] = { "", "{", "[]", "{}", "{\"objects\":{}}", "{\"objects\":[]}x", "5", "{\"objects\":[" TOOL("000000000001", "2026-01-01T00:00:00.000Z") "]" };

TEST(what_is_no_envelope_stores_nothing)
{
	struct taxii_page p;
	struct store *s;
	struct buf b;
	int64_t c;

	s = open_store("none.db", &c);
	buf_init(&b, (size_t)1 << 20);
	for (size_t i = 0; i < sizeof(no_envelopes) / sizeof(no_envelopes[0]); i++) {
		char id[UUID_TEXT + 1];
		struct err e = ERR_INIT;

		test_case("%s", no_envelopes[i]);
		CHECK(!taxii_add(s, c, slice_of_str(no_envelopes[i]), NULL, NULL, &b, id, &e));
		CHECK_INT(e.code, ERR_INPUT);
	}
	(void)page(s, c, &(struct taxii_asked){ .limit = S("5") }, TAXII_OBJECTS, NULL, &p, &b);
	CHECK_INT(p.count, 0);
	CHECK_SLICE(buf_view(&b), S("{}"));
	buf_fini(&b);
	store_close(&s);
}

TEST(pages)
{
	struct taxii_asked asked = { .limit = S("3") };
	char next[64] = "", added[TAXII_TIME_MAX];
	size_t total = 0, count = 0;
	struct taxii_page p;
	const struct json *j;
	struct store *s;
	struct buf b;
	int64_t c, last = 0;

	s = open_store("pages.db", &c);
	buf_init(&b, (size_t)1 << 20);
	mutexes(s, c, 10, &b);
	do {
		j = page(s, c, &asked, TAXII_MANIFEST, NULL, &p, &b);
		CHECK_INT(json_get(j, S("objects"))->count, (long long)p.count);
		CHECK((json_get(j, S("more")) != NULL) == p.more);
		CHECK(p.first_us > last && p.last_us >= p.first_us);
		last = p.last_us;
		total += p.count;
		(void)snprintf(next, sizeof(next), "%.*s", SLICE_ARG(json_text(json_get(j, S("next")))));
		asked.next = slice_of_str(next);
	} while (p.more && ++count < 20);
	CHECK_INT(total, 10);
	CHECK_INT(count, 3);
	CHECK_INT(json_text(json_path(j, S("objects.0.date_added"))).len, 27);
	CHECK_SLICE(json_text(json_path(j, S("objects.0.media_type"))), S(TAXII_OBJECT_TYPE));
	/* as a client goes on that keeps the header's moment */
	(void)taxii_time_print(last, added);
	(void)page(s, c, &(struct taxii_asked){ .added_after = slice_of_str(added) }, TAXII_OBJECTS, NULL, &p, &b);
	CHECK_INT(p.count, 0);
	(void)taxii_time_print(last - 1, added);
	(void)page(s, c, &(struct taxii_asked){ .added_after = slice_of_str(added) }, TAXII_OBJECTS, NULL, &p, &b);
	CHECK_INT(p.count, 1);
	buf_fini(&b);
	store_close(&s);
}

static const struct { const char *name; struct taxii_asked asked; size_t count; } filters[] = {
	{ "nothing said", { .limit = { NULL, 0 } }, 3 },
	{ "a type", { .types = S_INIT("tool") }, 2 },
	{ "types, all versions", { .types = S_INIT("mutex,tool"), .versions = S_INIT("all") }, 4 },
	{ "the first, or a moment", { .versions = S_INIT("first,2026-01-02T00:00:00.000Z") }, 4 },
	{ "another standard", { .spec_versions = S_INIT("2.0") }, 0 },
	{ "one of two standards", { .spec_versions = S_INIT("2.0,2.1") }, 3 },
	{ "an id", { .ids = S_INIT("tool--11111111-1111-4111-8111-000000000001") }, 1 },
	{ "an id that is none", { .ids = S_INIT("x") }, 0 },
	{ "an id and its versions", { .ids = S_INIT("tool--11111111-1111-4111-8111-000000000001"), .versions = S_INIT("all") }, 2 },
	{ "in the future", { .added_after = S_INIT("2999-01-01T00:00:00Z") }, 0 },
};

TEST(filters_of_taxii)
{
	struct taxii_page p;
	const struct json *j;
	struct store *s;
	struct buf b;
	int64_t c;

	s = open_store("filters.db", &c);
	buf_init(&b, (size_t)1 << 20);
	(void)add(s, c, "{\"objects\":[" TOOL("000000000001", "2026-01-01T00:00:00.000Z") "," TOOL("000000000001", "2026-01-02T00:00:00.000Z") "," TOOL("000000000002", "2026-01-01T00:00:00.000Z")
	    ",{\"type\":\"mutex\",\"id\":\"mutex--11111111-1111-4111-8111-000000000001\",\"name\":\"x\"}]}", &b);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		test_case("%s", filters[i].name);
		(void)page(s, c, &filters[i].asked, TAXII_OBJECTS, NULL, &p, &b);
		CHECK_INT(p.count, filters[i].count);
	}
	j = page(s, c, &(struct taxii_asked){ .ids = S("tool--11111111-1111-4111-8111-000000000001"), .versions = S("all") }, TAXII_VERSIONS, NULL, &p, &b);
	CHECK_INT(json_get(j, S("versions"))->count, 2);
	CHECK_SLICE(json_text(json_path(j, S("versions.1"))), S("2026-01-02T00:00:00.000Z"));
	buf_fini(&b);
	store_close(&s);
}

static const struct { const char *name; struct taxii_asked asked; } wrong[] = {
	{ "limit 0", { .limit = S_INIT("0") } }, { "limit x", { .limit = S_INIT("x") } }, { "limit -1", { .limit = S_INIT("-1") } },
	{ "added_after", { .added_after = S_INIT("yesterday") } }, { "added_after without Z", { .added_after = S_INIT("2026-01-01T00:00:00") } },
	{ "next", { .next = S_INIT("x") } }, { "version", { .versions = S_INIT("newest") } }, { "empty type", { .types = S_INIT("a,,b") } },
};

TEST(wrong_questions)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct taxii_query q;
		struct err e = ERR_INIT;

		test_case("%s", wrong[i].name);
		CHECK(!taxii_query_read(&wrong[i].asked, &q, &e));
		CHECK_INT(e.code, ERR_INPUT);
	}
}

static bool
even(void *cookie, const struct object_row *r)
{
	(void)cookie;
	return (r->id[strlen(r->id) - 1] - '0') % 2 == 0;
}

/* What somebody may not have is not there for them: not in counts, not in dates. */
TEST(what_one_may_have)
{
	struct taxii_asked asked = { .limit = S("2") };
	struct taxii_page p;
	const struct json *j;
	size_t total = 0;
	struct store *s;
	char next[32];
	struct buf b;
	int64_t c;

	s = open_store("may.db", &c);
	buf_init(&b, (size_t)1 << 20);
	mutexes(s, c, 9, &b);
	do {
		j = page(s, c, &asked, TAXII_MANIFEST, even, &p, &b);
		CHECK(slice_find(buf_view(&b), S("000000000001")) == SIZE_MAX && slice_find(buf_view(&b), S("000000000003")) == SIZE_MAX);
		total += p.count;
		(void)snprintf(next, sizeof(next), "%.*s", SLICE_ARG(json_text(json_get(j, S("next")))));
		asked.next = slice_of_str(next);
	} while (p.more);
	CHECK_INT(total, 5);
	buf_fini(&b);
	store_close(&s);
}

int
main(void)
{
	arena_init(&a, (size_t)64 << 20);
	RUN(warned);
	RUN(status_of_what_was_sent);
	RUN(what_is_no_envelope_stores_nothing);
	RUN(pages);
	RUN(filters_of_taxii);
	RUN(wrong_questions);
	RUN(what_one_may_have);
	arena_fini(&a);
	return test_end();
}
