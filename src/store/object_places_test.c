/* Versions and places that the indexes of exceptions hold (store/object_sql.h). */
#include "store/object_testing.h"

static int64_t
number(struct store *s, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK_OK(db_number(store_db(s), sql, &n, &e), &e);
	return n;
}

/* Each way in which a version, or its place, is none of the usual: found by its id everywhere, put again, and taken out. */
static void
exceptions_look(struct store *s, int64_t c, int64_t other)
{
	struct objects_check x = { .each = true, .say = told };
	const struct slice id = S("tool--" U1);
	struct err e = ERR_INIT;
	uint64_t n = 0;
	struct buf b;

	buf_init(&b, 65536);
	x.cookie = &b;
	CHECK_OK(objects_check(s, &x, &e), &e);
	CHECK_STR(buf_cstr(&b), "");
	buf_fini(&b);
	/* The place at home is lost and given again, while the other holds the object. */
	CHECK_OK(object_delete(s, &(struct object_query){ .collection = c, .first = true, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(n, 1);
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .all = true, .ids = &id, .id_count = 1 }), "two ");
	CHECK_STR(names(s, &(struct object_query){ .collection = other, .all = true, .ids = &id, .id_count = 1 }), "two one ");
	CHECK_INT(put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_ADDED);
	CHECK_INT(put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_KNOWN);
	CHECK_INT(put(s, other, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_KNOWN);
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .all = true, .ids = &id, .id_count = 1 }), "two one ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .first = true, .ids = &id, .id_count = 1 }), "one ");
	CHECK_STR(names(s, &(struct object_query){ .collection = c, .ids = &id, .id_count = 1 }), "two ");
}

TEST(exceptions)
{
	struct store *s = open_new("exceptions.db");
	int64_t c = collection(s, "local"), other = collection(s, "other");
	const struct slice id = S("tool--" U1);
	struct err e = ERR_INIT;
	uint64_t n = 0;

	put(s, c, tool(U2, "2026-01-01T00:00:00.000Z", "beside"));
	put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one"));
	put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
	CHECK_INT(put(s, other, tool(U1, "2026-01-02T00:00:00.000Z", "two")), OBJECT_ADDED);
	CHECK_INT(put(s, other, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_ADDED);
	CHECK_INT(number(s, "SELECT count(*) FROM collection_object WHERE flags > 3"), 2);
	exceptions_look(s, c, other);
	CHECK_INT(number(s, "SELECT count(*) FROM collection_object WHERE flags > 3"), 3);
	exceptions_look(s, c, other);
	test_case("the version that came first is gone, and comes again as one more");
	for (int i = 0; i < 2; i++)
		CHECK_OK(object_delete(s, &(struct object_query){ .collection = i == 0 ? c : other, .first = true, .ids = &id, .id_count = 1 }, &n, &e), &e);
	CHECK_INT(number(s, "SELECT count(*) FROM object WHERE id = first"), 1);
	CHECK_INT(put(s, other, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_ADDED);
	CHECK_INT(put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one")), OBJECT_ADDED);
	CHECK_INT(number(s, "SELECT count(DISTINCT first) FROM object"), 2);
	exceptions_look(s, c, other);
	CHECK_OK(object_delete_everywhere(s, id, &n, &e), &e);
	CHECK_INT(n, 4);
	CHECK_INT(number(s, "SELECT count(*) FROM collection_object"), 1);
	CHECK_INT(number(s, "SELECT count(*) FROM object"), 1);
	store_close(&s);
}

/* Of a database from before, the places that came later are told by their moments. */
TEST(from_before)
{
	static const char back[] = "CREATE UNIQUE INDEX object_first ON object (first, version_us);"
	    "CREATE UNIQUE INDEX collection_object_object ON collection_object (object, collection);"
	    "DROP INDEX object_later; DROP INDEX collection_object_later; UPDATE collection_object SET flags = flags & 3;"
	    "UPDATE setting SET value = '16' WHERE key = 'schema'";
	struct store *s = open_new("before.db");
	int64_t c = collection(s, "local"), other = collection(s, "other");
	struct err e = ERR_INIT;

	put(s, c, tool(U1, "2026-01-01T00:00:00.000Z", "one"));
	put(s, c, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
	put(s, other, tool(U1, "2026-01-02T00:00:00.000Z", "two"));
	put(s, other, tool(U1, "2026-01-01T00:00:00.000Z", "one"));
	CHECK_OK(db_exec(store_db(s), back, &e), &e);
	store_close(&s);
	s = open_new("before.db");
	CHECK_INT(number(s, "SELECT count(*) FROM collection_object WHERE flags > 3"), 2);
	CHECK_INT(number(s, "SELECT count(*) FROM sqlite_schema WHERE name IN ('object_first', 'collection_object_object')"), 0);
	exceptions_look(s, c, other);
	store_close(&s);
}

int
main(void)
{
	arena_init(&a, (size_t)16 << 20);
	RUN(exceptions);
	RUN(from_before);
	arena_fini(&a);
	return test_end();
}
