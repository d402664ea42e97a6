/* object_testing: what the tests of objects share. */
#ifndef STORE_OBJECT_TESTING_H
#define STORE_OBJECT_TESTING_H

#include <string.h>

#include "store/object.h"
#include "store/store_testing.h"

#define U1 "11111111-1111-4111-8111-111111111111"
#define U2 "22222222-2222-4222-8222-222222222222"

static struct arena a;

static inline enum object_put
put(struct store *s, int64_t collection, const char *text)
{
	enum object_put result = OBJECT_KNOWN;
	struct err e = ERR_INIT;
	struct stix_object o;
	bool mine, ok;

	arena_reset(&a);
	test_case("%s", text);
	CHECK_OK(stix_read(slice_of_str(text), &a, &o, &e), &e);
	CHECK_OK(objects_begin(s, &mine, &e), &e);
	ok = object_put(s, collection, &o, slice_of_str(text), &a, &result, &e);
	CHECK_OK(objects_end(s, mine, ok, &e), &e);
	return result;
}

static inline const char *
tool(const char *uuid, const char *modified, const char *name)
{
	static char text[4][1024];
	static unsigned at;
	char *out = text[at++ % 4];

	(void)snprintf(out, sizeof(text[0]), "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--%s\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"%s\",\"name\":\"%s\"}",
	    uuid, modified, name);
	return out;
}

static inline int64_t
collection(struct store *s, const char *alias)
{
	struct err e = ERR_INIT;
	struct collection c;
	struct arena mem;

	arena_init(&mem, 65536);
	CHECK_OK(collection_need(s, slice_of_str(alias), &mem, &c, &e), &e);
	arena_fini(&mem);
	return c.id;
}

/* What a question gives: each object's name or value, in order. */
static inline const char *
names(struct store *s, const struct object_query *q)
{
	static char out[4096];
	struct object_walk *w = NULL;
	struct object_row row;
	struct err e = ERR_INIT;
	int64_t last = INT64_MIN;
	enum step step;

	out[0] = '\0';
	CHECK_OK(object_open(s, q, &w, &e), &e);
	while ((step = object_next(w, &row, &e)) == STEP_ITEM) {
		size_t at = slice_find(row.bytes, S("\"name\":\"")), n = strlen(out);
		struct slice rest = slice_from(row.bytes, at + 8);

		CHECK(row.added_us > last);
		last = row.added_us;
		(void)snprintf(out + n, sizeof(out) - n, "%.*s ", (int)slice_find_byte(rest, '"'), (const char *)rest.p);
	}
	CHECK_INT(step, STEP_END);
	object_close(&w);
	return out;
}

static inline void
told(void *cookie, const char *text)
{
	struct buf *b = cookie;

	buf_str(b, text);
	buf_byte(b, '\n');
}

#endif
