/* Objects in collections: versions, what is known, TAXII's filters and pages, taking out, indicators. */
#include "store/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/object_testing.h"
#include "store/store_room.h"

TEST(versions)
{
	struct store *s = open_new("versions.db");
	int64_t c = collection(s, "local"), other = collection(s, "other");
	const struct slice id = S("tool--" U1), upper = S("tool--" U2);
	const int64_t at[] = { 1767312000000000 };

	CHECK_INT(put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two")), OBJECT_ADDED);
	CHECK_INT(put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_ADDED);
	CHECK_INT(put(s, c, tool(U2, "2026-01-01T00:00:00.000Z", "else")), OBJECT_ADDED);
	CHECK_INT(put(s, c, tool(U1, "2026-01-03T00:00:00.000Z", "three")), OBJECT_ADDED);
	CHECK_INT(put(s, c, tool(U1, "2026-01-03T00:00:00.000Z", "three")), OBJECT_KNOWN);
	CHECK_INT(put(s, c, tool(U1, "2026-01-03T00:00:00.000Z", "changed")), OBJECT_OTHER);
	/* the same moment, written otherwise */
	CHECK_INT(put(s, c, tool(U1, "2026-01-03T00:00:00.000000Z", "changed")), OBJECT_OTHER);
	test_case("filters by version");
	CHECK_STR(names(s, &(struct object_query){ .collection = c }), "else three ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .all = true }), "two one else three ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .first = true }), "one else ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .first = true, .last = true }), "one else three ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .versions_us = at, .version_count = 1 }), "two ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .all = true, .ids = &id, .id_count = 1 }), "two one three ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .ids = &upper, .id_count = 1 }), "else ");
	CHECK_STR(names(s, &(struct object_query){ .collection = other, .all = true }), "");
	/* another collection has versions of its own */
	CHECK_INT(put(s, other, tool(U1, "2026-01-02T00:00:00.000Z", "two")), OBJECT_ADDED);
	CHECK_STR(names(s, &(struct object_query){ .collection = other }), "two ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c }), "else three ");
	store_close(&s);
}

TEST(observables_without_a_version)
{
	struct store *s = open_new("sco.db");
	int64_t c = collection(s, "local");

	CHECK_INT(put(s, c, "{\"type\":\"mutex\",\"id\":\"mutex--" U1 "\",\"name\":\"a\"}"), OBJECT_ADDED);
	CHECK_INT(put(s, c, "{\"type\":\"mutex\",\"id\":\"mutex--" U1 "\",\"name\":\"a\"}"), OBJECT_KNOWN);
	CHECK_INT(put(s, c, "{\"type\":\"mutex\",\"id\":\"mutex--" U1 "\",\"name\":\"b\"}"), OBJECT_ADDED);
	/* the UUID of another type is another object; letters of either case are one id */
	CHECK_INT(put(s, c, "{\"type\":\"url\",\"id\":\"url--" U1 "\",\"value\":\"x:y\",\"name\":\"u\"}"), OBJECT_ADDED);
	CHECK_STR(names(s, &(struct object_query){ .collection = c }), "b u ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .all = true }), "a b u ");
	store_close(&s);
}

TEST(bytes_stay)
{
	static const char text[] = "{\"name\":\"\\u0061\", \"x_own\" : 1.50e1,\n\"type\":\"mutex\",\"id\":\"mutex--" U1 "\"}";
	struct store *s = open_new("bytes.db");
	struct object_walk *w = NULL;
	struct object_row row;
	struct err e = ERR_INIT;

	put(s, collection(s, "local"), text);
	CHECK_OK(object_open(s, &(struct object_query){ .collection = 1 }, &w, &e), &e);
	CHECK_INT(object_next(w, &row, &e), STEP_ITEM);
	CHECK_SLICE(row.bytes, slice_of_str(text));
	CHECK_STR(row.id, "mutex--" U1);
	CHECK_SLICE(row.type, S("mutex"));
	object_close(&w);
	store_close(&s);
}

/* Pages by added_after, while others write: nothing is missed, nothing comes twice. */
TEST(pages_under_writes)
{
	struct store *s = open_new("pages.db");
	int64_t c = collection(s, "local"), after = 0;
	size_t got = 0, written = 0;
	char seen[400] = "";

	clock_fix(T0);
	for (bool more = true; more;) {
		struct object_walk *w = NULL;
		struct object_row row;
		struct err e = ERR_INIT;
		size_t n = 0;

		for (int i = 0; i < 13 && written < 400; i++, written++) {
			char uuid[40];

			(void)snprintf(uuid, sizeof(uuid), "11111111-1111-4111-8111-%012zu", written);
			put(s, c, tool(uuid, "2026-01-01T00:00:00.000Z", "x"));
		}
		CHECK_OK(object_open(s, &(struct object_query){ .collection = c, .has_after = true, .after_us = after, .limit = 7 }, &w, &e), &e);
		while (object_next(w, &row, &e) == STEP_ITEM) {
			size_t i = (size_t)strtoull(row.id + 6 + 24, NULL, 10);

			CHECK(i < 400 && seen[i] == 0);
			seen[i < 400 ? i : 0] = 1;
			CHECK(row.added_us > after);
			after = row.added_us;
			n++;
		}
		object_close(&w);
		got += n;
		more = n > 0;
	}
	clock_fix(INT64_MIN);
	CHECK_INT(got, 400);
	store_close(&s);
}

TEST(types_and_moments)
{
	struct store *s = open_new("types.db");
	int64_t c = collection(s, "local");
	const struct slice types[] = { S_INIT("mutex"), S_INIT("nothing") };

	put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "t"));
	put(s, c, "{\"type\":\"mutex\",\"id\":\"mutex--" U1 "\",\"name\":\"m\"}");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .types = types, .type_count = 2 }), "m ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .types = types + 1, .type_count = 1 }), "");
	store_close(&s);
}

#define INDICATOR(uuid, modified, pattern, more) "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--" uuid "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"" modified "\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"pattern\":\"" pattern "\"" more "}"

static size_t
matches(struct indicators *x, const char *ip)
{
	struct indicator_met ids[INDICATORS_MATCHES_MAX];
	static struct event ev;

	event_clear(&ev);
	event_put(&ev, FIELD_SOURCE_IP, slice_of_str(ip));
	return x == NULL ? 0 : indicators_match(x, &ev, T0 + 100, ids);
}

TEST(indicators_follow)
{
	struct store *s = open_new("indicators.db");
	int64_t c = collection(s, "local");
	const struct slice id = S("indicator--" U1);
	struct indicators *x = NULL;
	struct indicators_at at = { 0, 0 };
	struct err e = ERR_INIT;
	uint64_t n;

	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK(x == NULL);
	put(s, c, INDICATOR(U1, "2026-01-02T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.2']", ""));
	put(s, c, INDICATOR(U2, "2026-01-02T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.9' AND network-traffic:src_port = 1]", ""));
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(matches(x, "198.51.100.2"), 1);
	CHECK_INT(indicators_count(x), 2);
	/* an older version says nothing any more, a newer one all */
	put(s, c, INDICATOR(U1, "2026-01-01T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.1']", ""));
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(matches(x, "198.51.100.1"), 0);
	put(s, c, INDICATOR(U1, "2026-01-03T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.3']", ""));
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(matches(x, "198.51.100.2"), 0);
	CHECK_INT(matches(x, "198.51.100.3"), 1);
	/* the newest is taken out: the one before it holds */
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 1);
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(matches(x, "198.51.100.3"), 0);
	CHECK_INT(matches(x, "198.51.100.2"), 1);
	put(s, c, INDICATOR(U1, "2026-01-04T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.2']", ",\"revoked\":true"));
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(matches(x, "198.51.100.2"), 0);
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .all = true, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 3);
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(indicators_count(x), 1);
	indicators_free(&x);
	store_close(&s);
}

TEST(taken_out)
{
	struct store *s = open_new("delete.db");
	int64_t c = collection(s, "local"), other = collection(s, "other"), left;
	const struct slice id = S("tool--" U1);
	struct err e = ERR_INIT;
	uint64_t n;

	put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one"));
	put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
	put(s, other, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 1);
	CHECK_STR(names(s, &(struct object_query){ .collection = c }), "one ");
	CHECK_STR(names(s, &(struct object_query){ .collection = other }), "two ");
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = other, .all = true }, &n, &e), &e);
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .all = true }, &n, &e), &e);
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM object", &left, &e), &e);
	CHECK_INT(left, 0);
	store_close(&s);
}

/* Of an object whose first version is gone, another process finds the rest; a number is given once. */
TEST(taken_out_and_on)
{
	struct store *s = open_new("deleted.db");
	int64_t c = collection(s, "local"), firsts, at, before;
	const struct slice id = S("indicator--" U1), t = S("tool--" U2);
	struct indicators *x = NULL;
	struct indicators_at loaded = { 0, 0 };
	struct err e = ERR_INIT;
	uint64_t n;

	put(s, c, INDICATOR(U1, "2026-01-02T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.1']", ""));
	put(s, c, INDICATOR(U1, "2026-01-03T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.2']", ""));
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .first = true, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 1);
	store_close(&s);
	s = open_new("deleted.db");
	put(s, c, INDICATOR(U1, "2026-01-04T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.3']", ""));
	CHECK_OK(db_number(store_db(s), "SELECT count(DISTINCT first) FROM object", &firsts, &e), &e);
	CHECK_INT(firsts, 1);
	test_case("what takes the place of the last one");
	put(s, c, tool(U2, "2026-01-01T00:00:00.000Z", "gone"));
	CHECK_OK(indicators_load(s, &x, &loaded, &e), &e);
	CHECK_OK(db_number(store_db(s), "SELECT max(added_us) FROM object", &before, &e), &e);
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .ids = &t, .id_count = 1 }, &n, &e), &e);
	clock_fix(T0 - 100000);
	put(s, c, INDICATOR(U2, "2026-01-02T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.9']", ""));
	clock_fix(INT64_MIN);
	CHECK_OK(indicators_load(s, &x, &loaded, &e), &e);
	CHECK_INT(matches(x, "198.51.100.9"), 1);
	CHECK_OK(db_number(store_db(s), "SELECT max(added_us) FROM object", &at, &e), &e);
	CHECK(at > before);
	indicators_free(&x);
	store_close(&s);
}

static const struct { const char *sql, *says; } damages[] = {
	{ "SELECT 1", "" },
	{ "INSERT INTO collection_object VALUES (1, 5, 999, 1, 3)", "1 members of collections have no object" },
	{ "INSERT INTO collection_object SELECT 7, added_us, object, type, flags FROM collection_object WHERE object = 1", "1 members lie in a collection that is not there" },
	{ "DELETE FROM collection_object WHERE object = 1", "1 objects lie in no collection" },
	{ "UPDATE collection_object SET type = 77 WHERE object = 1", "1 members are listed under another type" },
	{ "UPDATE collection_object SET added_us = added_us - 1 WHERE object = 1", "1 members of collections are not found by their object" },
	{ "UPDATE collection_object SET flags = flags + 4 WHERE object = 3", "1 members of collections are not found by their object" },
	{ "UPDATE object SET type = 77 WHERE id = 1", "1 objects have a type without a name" },
	{ "UPDATE collection_object SET flags = 3 WHERE object IN (SELECT id FROM object WHERE name = (SELECT name FROM object WHERE id = 1))", "1 objects have a wrong first or last version" },
	{ "UPDATE collection_object SET flags = 0 WHERE object = 3", "1 objects have a wrong first or last version" },
	{ "UPDATE indicator SET object = 1", "1 indicators are watched for without an object" },
	{ "UPDATE indicator SET object = 3", "1 indicators are watched for by an older version" },
	{ "DELETE FROM indicator", "1 indicators are not watched for" },
	{ "UPDATE object_key SET first = 999", "objects cannot be found by their id" },
	/* what each says of itself */
	{ "UPDATE object SET bytes = substr(bytes, 2) WHERE id = 1", "\"tool\": " },
	{ "UPDATE object SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"one\"', '1') AS BLOB) WHERE id = 1", "name: expected a text" },
	{ "UPDATE object SET name = (SELECT name FROM object WHERE id = 5) WHERE id = 1", "it lies under another id" },
	{ "UPDATE object SET version_us = version_us - 1 WHERE id = 1", "it lies under another version than its \"modified\"" },
	{ "UPDATE object SET revoked = 1 WHERE id = 1", "its row says otherwise whether it is revoked" },
	{ "UPDATE indicator SET text = '198.51.100.77'", "it is watched for otherwise than its pattern says" },
	{ "UPDATE indicator SET until_s = 5", "it is watched for otherwise than its pattern says" },
};

/* Each damage is told, and nothing is where there is none. */
TEST(doctor)
{
	struct err e = ERR_INIT;

	object_key_tail = 2;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct objects_check x = { .each = true, .say = told };
		struct store *s;
		char name[32];
		struct buf b;
		int64_t c;

		(void)snprintf(name, sizeof(name), "doctor%zu.db", i);
		buf_init(&b, 65536);
		x.cookie = &b;
		s = open_new(name);
		c = collection(s, "local");
		put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one"));
		put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
		put(s, c, INDICATOR(U1, "2026-01-02T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.1']", ""));
		put(s, c, INDICATOR(U1, "2026-01-03T00:00:00.000Z", "[ipv4-addr:value = '198.51.100.2']", ""));
		put(s, c, "{\"type\":\"mutex\",\"id\":\"mutex--" U1 "\",\"name\":\"m\"}");
		put(s, c, "{\"type\":\"mutex\",\"id\":\"mutex--" U2 "\",\"name\":\"n\"}");
		test_case("%s", damages[i].sql);
		if (i > 0)
			CHECK_OK(db_exec(store_db(s), damages[i].sql, &e), &e);
		CHECK_OK(objects_check(s, &x, &e), &e);
		CHECK_INT(x.objects, 6);
		CHECK_INT(x.troubles > 0, i > 0);
		if (i == 0)
			CHECK_STR(buf_cstr(&b), "");
		else if (slice_find(buf_view(&b), slice_of_str(damages[i].says)) == SIZE_MAX)
			FAIL(buf_cstr(&b));
		buf_fini(&b);
		store_close(&s);
	}
	object_key_tail = 131072;
}

/* The first version goes, others stay; and who opens the store then still finds them by their name. */
TEST(found_without_the_first)
{
	struct store *s = open_new("first.db");
	int64_t c = collection(s, "local");
	const int64_t at[] = { 1767225600000000 };
	const struct slice id = S("tool--" U1);
	struct err e = ERR_INIT;
	char path[512];
	uint64_t n;

	put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one"));
	put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .ids = &id, .id_count = 1, .versions_us = at, .version_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 1);
	store_close(&s);
	(void)snprintf(path, sizeof(path), "%s/first.db", test_dir());
	CHECK_OK(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .ids = &id, .id_count = 1 }), "two ");
	CHECK_INT(put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two")), OBJECT_KNOWN);
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .all = true, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 1);
	store_close(&s);
}

TEST(limits)
{
	struct store *s = open_new("limits.db");
	int64_t c = collection(s, "local");
	struct object_walk *w = NULL;
	struct err e = ERR_INIT;
	struct collection x;
	struct stix_object o;
	enum object_put result;
	bool mine;
	struct slice many[OBJECT_LIST_MAX + 1];
	char text[1024];

	for (size_t i = 0; i <= OBJECT_LIST_MAX; i++)
		many[i] = S("tool");
	CHECK(!object_open(s, &(struct object_query){ .collection = c, .types = many, .type_count = OBJECT_LIST_MAX + 1 }, &w, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	CHECK(!collection_add(s, S("Local"), SLICE_NONE, SLICE_NONE, &a, &x, &e));
	CHECK(!collection_add(s, S("local"), SLICE_NONE, SLICE_NONE, &a, &x, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	/* versions without end */
	CHECK_OK(objects_begin(s, &mine, &e), &e);
	for (unsigned i = 0; i <= OBJECT_VERSIONS_MAX; i++) {
		bool ok;

		(void)snprintf(text, sizeof(text), "%s", tool(U1, "2026-01-01T00:00:00.000Z", "x"));
		(void)snprintf(strstr(text, "modified\":\"") + 11, 20, "2026-01-01T00:%02u:%02u", i / 60, i % 60);
		strstr(text, "modified\":\"")[11 + 19] = '.';
		arena_reset(&a);
		CHECK_OK(stix_read(slice_of_str(text), &a, &o, &e), &e);
		ok = object_put(s, c, &o, slice_of_str(text), &a, &result, &e);
		if (ok == (i == OBJECT_VERSIONS_MAX))
			FAIL("the number of versions has a limit");
	}
	CHECK_INT(e.code, ERR_LIMIT);
	CHECK_OK(objects_end(s, mine, true, &e), &e);
	store_close(&s);
}

/* So many that names go into the table; then all are known, also to who opens the store anew, and where two meet. */
TEST(names_in_the_table)
{
	enum { MANY = 3300 };
	struct store *s = open_new("keys.db");
	int64_t c = collection(s, "local"), rows;
	struct err e = ERR_INIT;
	char text[512], path[512];
	size_t tail = object_key_tail;

	object_key_tail = 1000;
	for (unsigned pass = 0; pass < 3; pass++) {
		uint64_t added = 0;
		bool mine;

		if (pass == 1) {
			/* another one lies where the first should, and the first behind it */
			CHECK_OK(db_exec(store_db(s), "INSERT INTO object_key SELECT key + 1, first FROM object_key WHERE first = 1;"
				"UPDATE object_key SET first = 2 WHERE key = (SELECT min(key) FROM object_key WHERE first = 1)", &e), &e);
		}
		if (pass == 2) {
			store_close(&s);
			(void)snprintf(path, sizeof(path), "%s/keys.db", test_dir());
			CHECK_OK(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
		}
		CHECK_OK(objects_begin(s, &mine, &e), &e);
		for (unsigned i = 0; i < MANY; i++) {
			enum object_put what = OBJECT_OTHER;
			struct stix_object o;

			(void)snprintf(text, sizeof(text), "{\"type\":\"mutex\",\"id\":\"mutex--11111111-1111-4111-8111-%012u\",\"name\":\"x\"}", i);
			arena_reset(&a);
			if (!stix_read(slice_of_str(text), &a, &o, &e) || !object_put(s, c, &o, slice_of_str(text), &a, &what, &e))
				FAIL(e.text);
			added += what == OBJECT_ADDED;
		}
		CHECK_OK(objects_end(s, mine, true, &e), &e);
		test_case("pass %u", pass);
		CHECK_INT(added, pass == 0 ? MANY : 0);
	}
	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM object_key", &rows, &e), &e);
	CHECK_INT(rows, 3001);
	/* What is given up is not known. */
	{
		bool mine;
		struct stix_object o;
		enum object_put what = OBJECT_KNOWN;

		for (unsigned i = 0; i < 2; i++) {
			CHECK_OK(objects_begin(s, &mine, &e), &e);
			arena_reset(&a);
			(void)snprintf(text, sizeof(text), "{\"type\":\"mutex\",\"id\":\"mutex--" U2 "\",\"name\":\"x\"}");
			CHECK_OK(stix_read(slice_of_str(text), &a, &o, &e) && object_put(s, c, &o, slice_of_str(text), &a, &what, &e), &e);
			CHECK_INT(what, OBJECT_ADDED);
			if (i == 0)
				CHECK(!objects_end(s, mine, false, &e));
			else
				CHECK_OK(objects_end(s, mine, true, &e), &e);
		}
	}
	object_key_tail = tail;
	store_close(&s);
}

int
main(void)
{
	arena_init(&a, (size_t)16 << 20);
	RUN(versions);
	RUN(observables_without_a_version);
	RUN(bytes_stay);
	RUN(pages_under_writes);
	RUN(types_and_moments);
	RUN(indicators_follow);
	RUN(taken_out);
	RUN(taken_out_and_on);
	RUN(doctor);
	RUN(found_without_the_first);
	RUN(limits);
	RUN(names_in_the_table);
	arena_fini(&a);
	return test_end();
}
