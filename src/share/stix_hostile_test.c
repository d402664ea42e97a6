/*
 * Documents of STIX that somebody made to do harm: each is refused with a reason
 * that names the place, or comes in and does none; and what stands beside it comes in.
 */
#include "share/stix_in.h"

#include <stdio.h>
#include <string.h>

#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_testing.h"

#define U "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
#define UPPER "8E2E2D2B-17D4-4CBF-938F-98EE46B3CD3F"
#define NOW (T0 + 86400 * 100)
#define HEAD(type, uuid, created, modified) "{\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type "--" uuid "\",\"created\":\"" created "\",\"modified\":\"" modified "\""
#define CREATED "2026-01-01T00:00:00.000Z"
#define TOOL(uuid, modified, more) HEAD("tool", uuid, CREATED, modified) ",\"name\":\"t\"" more "}"
#define HUNDRED "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#define GOOD "{\"type\":\"mutex\",\"id\":\"mutex--11111111-1111-4111-8111-111111111111\",\"name\":\"good\"}"

struct seen {
	struct stix_in in;
	char why[2000];
	int64_t collection;
};

static void
bad(void *cookie, uint64_t item, struct slice id, const struct err *why)
{
	struct seen *x = cookie;

	(void)item;
	(void)id;
	if (x->why[0] == '\0')
		(void)snprintf(x->why, sizeof(x->why), "%s", why->text);
}

/* A document into the store; false: it is none. */
static bool
come(struct store *s, struct seen *x, struct source *src)
{
	struct collection c;
	struct err e = ERR_INIT;
	struct arena a;
	bool ok;

	*x = (struct seen){ .in = { .store = s, .now_s = NOW, .bad = bad } };
	arena_init(&a, 65536);
	CHECK_OK(collection_need(s, COLLECTION_LOCAL, &a, &c, &e), &e);
	x->in.collection = x->collection = c.id;
	x->in.cookie = x;
	ok = stix_in(&x->in, src, &e);
	if (!ok)
		(void)snprintf(x->why, sizeof(x->why), "%s", e.text);
	arena_fini(&a);
	return ok;
}

static bool
come_text(struct store *s, struct seen *x, struct slice text)
{
	struct source src;

	source_of_slice(&src, text);
	return come(s, x, &src);
}

static int64_t
number(struct store *s, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK_OK(db_number(store_db(s), sql, &n, &e), &e);
	return n;
}

#define REL(uuid, from, to) HEAD("relationship", uuid, CREATED, CREATED) ",\"relationship_type\":\"uses\",\"source_ref\":\"" from "\",\"target_ref\":\"" to "\"}"
#define MARK(more) "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"marking-definition--" U "\",\"created\":\"" CREATED "\"," more "}"
#define STATEMENT "\"definition_type\":\"statement\",\"definition\":{\"statement\":\"x\"}"

/* Objects that stand beside a good one. why NULL: it comes in. */
static const struct { const char *name, *object, *why; } objects[] = {
	/* circles: what is named is not followed */
	{ "a grouping of itself", HEAD("grouping", U, CREATED, CREATED) ",\"context\":\"x\",\"object_refs\":[\"grouping--" U "\"]}", NULL },
	{ "a report of itself", HEAD("report", U, CREATED, CREATED) ",\"name\":\"x\",\"published\":\"" CREATED "\",\"object_refs\":[\"report--" U "\",\"report--" U "\"]}", NULL },
	{ "a relationship with one end", REL(U, "malware--" U, "malware--" U), NULL },
	{ "a relationship of relationships", REL(U, "relationship--" U, "malware--" U), "source_ref: may not name an object of type relationship" },
	{ "a sighting of a sighting", HEAD("sighting", U, CREATED, CREATED) ",\"sighting_of_ref\":\"sighting--" U "\"}", "sighting_of_ref: may not name" },
	{ "a marking that marks itself", MARK(STATEMENT ",\"object_marking_refs\":[\"marking-definition--" U "\"]"), "object_marking_refs[0]: names the marking itself" },
	{ "the same in capitals", MARK(STATEMENT ",\"object_marking_refs\":[\"marking-definition--" UPPER "\"]"), "object_marking_refs[0]: names the marking itself" },
	{ "a part of a marking that it marks", MARK(STATEMENT ",\"granular_markings\":[{\"marking_ref\":\"marking-definition--" U "\",\"selectors\":[\"created\"]}]"), "granular_markings[0]: names the marking itself" },
	{ "a selector that points at itself", TOOL(U, CREATED, ",\"granular_markings\":[{\"lang\":\"en\",\"selectors\":[\"granular_markings.[0].selectors.[0]\"]}]"), NULL },
	/* false marks */
	{ "TLP 1 under another id", MARK("\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"white\"}"), "id: is not that of TLP:white" },
	{ "TLP 2.0 under another id", MARK("\"name\":\"TLP:CLEAR\",\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"clear\"}}"), "id: is not that of TLP:clear" },
	{ "the same by an extension of one's own", MARK("\"extensions\":{\"extension-definition--" U "\":{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"green\"}}"), "id: is not that of TLP:green" },
	{ "RED's object that says clear", "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1\",\"created\":\"2022-10-01T00:00:00.000Z\",\"name\":\"TLP:RED\",\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"clear\"}}}", "id: belongs to the mark TLP:RED" },
	/* names */
	{ "type and id differ", "{\"type\":\"malware\",\"spec_version\":\"2.1\",\"id\":\"tool--" U "\",\"created\":\"" CREATED "\",\"modified\":\"" CREATED "\",\"is_family\":false}", "id: begins with tool, and the object's type is malware" },
	{ "a name twice", TOOL(U, CREATED, ",\"name\":\"u\""), "the name \"name\" stands twice" },
	{ "a name twice, written otherwise", TOOL(U, CREATED, ",\"na\\u006de\":\"u\""), "the name \"name\" stands twice" },
	{ "a name twice, deep", TOOL(U, CREATED, ",\"x_own\":{\"a\":[{\"b\":1,\"b\":2}]}"), "the name \"b\" stands twice" },
	{ "a name with NUL", TOOL(U, CREATED, ",\"x_\\u0000\":1"), "is no name of a property" },
	{ "half a surrogate", TOOL(U, CREATED, ",\"description\":\"\\ud800\""), "half a surrogate pair" },
	{ "the other half first", TOOL(U, CREATED, ",\"description\":\"\\udc00\\ud800\""), "half a surrogate pair" },
	{ "half of one behind a backslash", TOOL(U, CREATED, ",\"description\":\"\\\\\\ud800x\""), "half a surrogate pair" },
	{ "a whole one", TOOL(U, CREATED, ",\"description\":\"\\ud83d\\ude00 \\\\ud800\""), NULL },
	{ "no UTF-8", TOOL(U, CREATED, ",\"description\":\"\xc3\x28\""), "is no UTF-8" },
	{ "a bare control", TOOL(U, CREATED, ",\"description\":\"a\x01\""), "JSON, line 1, column" },
	/* moments */
	{ "from the year 9999", TOOL(U, "9999-12-31T23:59:59.999999Z", ""), "modified: lies more than a day ahead" },
	{ "made in the year 9999", "{\"type\":\"language-content\",\"spec_version\":\"2.1\",\"id\":\"language-content--" U "\",\"created\":\"9999-01-01T00:00:00.000Z\",\"modified\":\"9999-01-01T00:00:00.000Z\",\"object_ref\":\"tool--" U "\",\"contents\":{\"de\":{\"name\":\"x\"}}}", "modified: lies more than a day ahead" },
	{ "of tomorrow's clock", TOOL(U, "2026-04-11T12:00:00.000Z", ""), NULL },
	{ "changed before it was made", TOOL(U, "2025-12-31T23:59:59.999Z", ""), "modified: lies before created" },
	{ "finer than a microsecond", TOOL(U, "2026-01-01T00:00:00.0000001Z", ""), "modified: has more than six digits" },
	{ "coarser than a millisecond", TOOL(U, "2026-01-01T00:00:00Z", ""), "modified: needs three digits" },
	{ "a leap second, where there is none", TOOL(U, "2026-01-01T00:00:60.000Z", ""), NULL },
	{ "a 61st second", TOOL(U, "2026-01-01T00:00:61.000Z", ""), "modified: " },
	{ "the 30th of February", TOOL(U, "2026-02-30T00:00:00.000Z", ""), "modified: " },
	{ "another zone", TOOL(U, "2026-01-01T00:00:00.000+00:00", ""), "modified: " },
	{ "a year of five digits", TOOL(U, "12026-01-01T00:00:00.000Z", ""), "modified: " },
	{ "before all", HEAD("tool", U, "0000-01-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z") ",\"name\":\"t\"}", NULL },
};

TEST(one_beside_a_good_one)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		char name[40], text[4000];
		struct store *s;
		struct seen x;

		(void)snprintf(name, sizeof(name), "one%zu.db", i);
		test_case("%s", objects[i].name);
		s = open_new(name);
		(void)snprintf(text, sizeof(text), "{\"type\":\"bundle\",\"id\":\"bundle--" U "\",\"objects\":[%s,%s]}", objects[i].object, GOOD);
		CHECK(come_text(s, &x, slice_of_str(text)));
		CHECK_INT(x.in.added, objects[i].why == NULL ? 2 : 1);
		CHECK_INT(x.in.failed, objects[i].why != NULL);
		if (objects[i].why != NULL && strncmp(x.why, objects[i].why, strlen(objects[i].why)) != 0 && strstr(x.why, objects[i].why) == NULL)
			FAIL(x.why);
		store_close(&s);
	}
}

/* Documents that are none, or are none any more from a place on: what came before stays. */
static const struct { const char *name, *text; unsigned added; bool ok; } documents[] = {
	{ "garbage behind a bundle", "{\"type\":\"bundle\",\"id\":\"bundle--" U "\",\"objects\":[" GOOD "]} garbage", 1, false },
	{ "a brace too many", "{\"objects\":[" GOOD "]}}", 1, false },
	{ "a bracket too many", "[" GOOD "]]", 1, false },
	{ "another bundle behind it", "{\"objects\":[" GOOD "]}{\"objects\":[]}", 1, true },
	{ "no end", "{\"objects\":[" GOOD ",", 1, false },
	{ "no end within an object", "{\"objects\":[" GOOD ",{\"type\":\"tool\"", 1, false },
	{ "NUL behind it", "NUL", 1, false },
	{ "a mark of byte order", "\xef\xbb\xbf{\"objects\":[" GOOD "]}", 1, true },
	{ "a mark of byte order twice", "\xef\xbb\xbf\xef\xbb\xbf{\"objects\":[" GOOD "]}", 0, false },
	{ "UTF-16", "\xff\xfe{", 0, false },
	{ "two lists", "{\"objects\":[" GOOD "],\"objects\":[]}", 1, false },
	{ "a bundle within", "{\"objects\":[{\"type\":\"bundle\",\"id\":\"bundle--" U "\",\"objects\":[]}," GOOD "]}", 1, true },
	{ "numbers between", "[1," GOOD "]", 1, true },
	{ "lines", GOOD "\n" GOOD "\r\n", 1, true },
};

TEST(documents_that_are_none)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		static const char nul[] = "{\"objects\":[" GOOD "]}\0{";
		struct slice text = strcmp(documents[i].text, "NUL") == 0 ? slice_of(nul, sizeof(nul) - 1) : slice_of_str(documents[i].text);
		char name[40];
		struct store *s;
		struct seen x;
		bool ok;

		(void)snprintf(name, sizeof(name), "document%zu.db", i);
		test_case("%s", documents[i].name);
		s = open_new(name);
		ok = come_text(s, &x, text);
		CHECK_INT(ok, documents[i].ok);
		CHECK_INT(x.in.added, documents[i].added);
		CHECK_INT(number(s, "SELECT count(*) FROM object"), documents[i].added);
		CHECK(ok || x.why[0] != '\0');
		store_close(&s);
	}
}

/* What is much longer or deeper than anybody needs, read from a stream as from a file of a stranger. */
static void
repeat(struct buf *b, const char *text, size_t n)
{
	while (n-- > 0)
		buf_str(b, text);
}

static const struct { const char *name, *before, *many, *middle, *close, *behind; size_t times; bool whole, stream; const char *why; } large[] = {
	{ "a million deep, one object", "[", "{\"a\":", "1", "}", "]", 1000000, true, true, "nested deeper" },
	{ "a million lists deep, in an object", "[{\"type\":\"tool\",\"x\":", "[", "", "]", "}]", 1000000, true, true, "nested deeper" },
	{ "a million lists deep, alone", "", "[", "", "]", "", 1000000, true, true, "nested deeper" },
	{ "a million braces that are not closed", "[", "{\"a\":", "", "", "", 1000000, false, false, "the text ends within a value" },
	{ "a text of 100 MB", "[{\"type\":\"tool\",\"name\":\"", HUNDRED, "\"}", "", "]", 1000000, true, false, "larger than 8388608 bytes" },
	{ "a text of 100 MB before the objects", "{\"type\":\"", HUNDRED, "\",\"objects\":[]}", "", "", 1000000, true, false, NULL },
	{ "a name of 9 MB", "[{\"", "012345678", "\":1}]", "", "", 1000000, true, false, "larger than 8388608 bytes" },
	{ "a million values", "[{\"type\":\"tool\",\"x_own\":[", "1,", "1]}]", "", "", 1000000, true, true, "values" },
	{ "a number of a million digits", "[{\"type\":\"tool\",\"x_own\":", "9", "}]", "", "", 1000000, true, true, "id: is missing" },
	{ "a million backslashes", "[{\"type\":\"", "\\\\", "\"}]", "", "", 1000000, true, true, "is no name of a type" },
};

/* In memory a larger one is passed over as one that is wrong; from a stream it ends the document. */
static void
large_one(size_t i, struct slice text, bool stream)
{
	struct store *s = open_new("large.db");
	int fd = stream ? memfd_create("large", MFD_CLOEXEC) : -1;
	struct source src;
	struct err e = ERR_INIT;
	struct seen x;
	bool ok;

	test_case("%s, %s", large[i].name, stream ? "from a stream" : "whole");
	if (stream) {
		CHECK_OK(fd_write_all(fd, text, &e), &e);
		CHECK(lseek(fd, 0, SEEK_SET) == 0);
		source_of_fd(&src, fd, (size_t)32 << 20);
	} else {
		source_of_slice(&src, text);
	}
	ok = come(s, &x, &src);
	CHECK_INT(ok, stream ? large[i].stream : large[i].whole);
	CHECK_INT(x.in.added, 0);
	if (large[i].why != NULL && strstr(x.why, large[i].why) == NULL)
		FAIL(x.why);
	if (stream) {
		source_fini(&src);
		(void)close(fd);
	}
	store_close(&s);
}

TEST(large_ones)
{
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		struct buf b;

		buf_init(&b, (size_t)256 << 20);
		buf_str(&b, large[i].before);
		repeat(&b, large[i].many, large[i].times);
		buf_str(&b, large[i].middle);
		repeat(&b, large[i].close, large[i].times);
		buf_str(&b, large[i].behind);
		CHECK(buf_ok(&b));
		large_one(i, buf_view(&b), false);
		large_one(i, buf_view(&b), true);
		buf_fini(&b);
	}
}

/* Versions, one document behind the other. */
TEST(versions)
{
	struct store *s = open_new("versions.db");
	struct seen x;
	static const struct { const char *name, *text; unsigned added, other, failed; const char *why; } steps[] = {
		{ "the first", TOOL(U, "2026-01-02T00:00:00.000Z", ""), 1, 0, 0, NULL },
		{ "a microsecond later", TOOL(U, "2026-01-02T00:00:00.000001Z", ""), 1, 0, 0, NULL },
		{ "the same moment with other digits", TOOL(U, "2026-01-02T00:00:00.000000Z", ""), 0, 1, 0, NULL },
		{ "an id in capitals is the same id", TOOL(UPPER, "2026-01-02T00:00:00.000001Z", ""), 0, 1, 0, NULL },
		{ "and has the same versions", TOOL(UPPER, "2026-01-03T00:00:00.000Z", ""), 1, 0, 0, NULL },
		{ "backwards: kept, and not the last", TOOL(U, "2026-01-01T12:00:00.000Z", ",\"description\":\"old\""), 1, 0, 0, NULL },
		{ "revoked", TOOL(U, "2026-01-04T00:00:00.000Z", ",\"revoked\":true"), 1, 0, 0, NULL },
		{ "and back", TOOL(U, "2026-01-05T00:00:00.000Z", ",\"revoked\":false"), 0, 0, 1, "revoked: " },
		{ "under an id in capitals", TOOL(UPPER, "2026-01-06T00:00:00.000Z", ""), 0, 0, 1, "revoked: " },
		{ "revoked once more is no version either", TOOL(U, "2026-01-07T00:00:00.000Z", ",\"revoked\":true"), 0, 0, 1, "revoked: " },
		{ "what was before it may still come", TOOL(U, "2026-01-03T12:00:00.000Z", ""), 1, 0, 0, NULL },
		{ "the same number of another type is another", HEAD("vulnerability", U, CREATED, CREATED) ",\"name\":\"v\"}", 1, 0, 0, NULL },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		test_case("%s", steps[i].name);
		CHECK(come_text(s, &x, slice_of_str(steps[i].text)));
		CHECK_INT(x.in.added, steps[i].added);
		CHECK_INT(x.in.other, steps[i].other);
		CHECK_INT(x.in.failed, steps[i].failed);
		CHECK(steps[i].why == NULL || strncmp(x.why, steps[i].why, strlen(steps[i].why)) == 0);
	}
	CHECK_INT(number(s, "SELECT count(DISTINCT first) FROM object"), 2);
	CHECK_INT(number(s, "SELECT count(*) FROM collection_object m JOIN object o ON o.id = m.object WHERE m.flags & 2 <> 0 AND o.revoked = 1"), 1);
	store_close(&s);
}

/* One id over and over: each version is looked for, so many are kept, and none makes the others slow. */
TEST(the_same_id)
{
	struct store *s = open_new("same.db");
	struct seen x;
	struct buf b;
	int64_t from;

	buf_init(&b, (size_t)256 << 20);
	test_case("a hundred thousand times the same");
	for (unsigned i = 0; i < 100000; i++)
		buf_str(&b, GOOD "\n");
	from = clock_mono_ns();
	CHECK(come_text(s, &x, buf_view(&b)));
	CHECK_INT(x.in.added, 1);
	CHECK_INT(x.in.known, 99999);
	test_case("twenty thousand versions");
	buf_clear(&b);
	for (unsigned i = 0; i < 20000; i++)
		buf_printf(&b, "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--" U "\",\"created\":\"" CREATED "\",\"modified\":\"2026-01-02T00:00:00.%06uZ\",\"name\":\"t\"}\n", i);
	CHECK(come_text(s, &x, buf_view(&b)));
	CHECK_INT(x.in.added, OBJECT_VERSIONS_MAX);
	CHECK_INT(x.in.failed, 20000 - OBJECT_VERSIONS_MAX);
	CHECK(strstr(x.why, "has 1000 versions already") != NULL);
	test_case("twenty thousand observables of one id");
	buf_clear(&b);
	for (unsigned i = 0; i < 20000; i++)
		buf_printf(&b, "{\"type\":\"mutex\",\"id\":\"mutex--" U "\",\"name\":\"m%u\"}\n", i);
	CHECK(come_text(s, &x, buf_view(&b)));
	CHECK_INT(x.in.added, OBJECT_UNDATED_MAX);
	test_case("they took %lld s", (long long)((clock_mono_ns() - from) / 1000000000));
	CHECK(clock_mono_ns() - from < INT64_C(240) * 1000000000);
	buf_fini(&b);
	store_close(&s);
}

int
main(void)
{
	RUN(one_beside_a_good_one);
	RUN(documents_that_are_none);
	RUN(large_ones);
	RUN(versions);
	RUN(the_same_id);
	return test_end();
}
