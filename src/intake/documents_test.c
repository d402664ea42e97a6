/*
 * Documents that are read whole: tests/golden/documents/NAME.in gives NAME.out,
 * a line an event, and below each one the forms that other systems take.
 */
#include "intake/formats.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "model/event_idea.h"
#include "model/event_n6.h"
#include "test.h"

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct buf *b = cookie;
	struct arena a;

	(void)e;
	arena_init(&a, (size_t)1 << 20);
	event_to_json(ev, b);
	buf_str(b, "\n n6   ");
	event_to_n6(ev, b);
	buf_str(b, "\n idea ");
	event_to_idea(ev, &a, b);
	buf_byte(b, '\n');
	arena_fini(&a);
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct buf *b = cookie;

	(void)e;
	buf_printf(b, "bad %llu+%u %.*s: %.*s\n", (unsigned long long)place->offset,
	    place->length, SLICE_ARG(column), SLICE_ARG(reason));
	return true;
}

static void
run(const char *name, const char *format)
{
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;
	struct buf in_bytes, want, got;
	char path[128];

	test_case("%s", name);
	buf_init(&in_bytes, (size_t)1 << 20);
	buf_init(&want, (size_t)1 << 20);
	buf_init(&got, (size_t)1 << 20);
	(void)snprintf(path, sizeof(path), "tests/golden/documents/%s.in", name);
	CHECK_OK(file_read(test_path(path), &in_bytes, &e), &e);
	(void)snprintf(path, sizeof(path), "tests/golden/documents/%s.out", name);
	CHECK_OK(file_read(test_path(path), &want, &e), &e);
	intake_init(&in);
	in.name = slice_of_str(name);
	in.sink = (struct intake_sink){ .cookie = &got, .event = take_event, .bad = take_bad };
	source_of_slice(&src, buf_view(&in_bytes));
	if (!intake_read(&in, &src, &e))
		buf_printf(&got, "error %s\n", e.text);
	CHECK(in.format != NULL && slice_eq(in.format->name, slice_of_str(format)));
	CHECK_SLICE(buf_view(&got), buf_view(&want));
	if (getenv("GOLDEN_WRITE") != NULL)
		CHECK_OK(file_write(test_path(path), buf_view(&got), &e), &e);
	intake_fini(&in);
	buf_fini(&in_bytes);
	buf_fini(&want);
	buf_fini(&got);
}

TEST(golden)
{
	run("idea0", "idea0");
	run("n6", "n6");
	run("names", "intelmq-json"); /* what n6 calls them */
	run("dmarc", "dmarc");
	run("dmarc2", "dmarc");
	run("dmarc3", "dmarc");
	run("tlsrpt", "tlsrpt");
	run("iodef", "iodef");
	run("iodef1", "iodef");
}

/* Each class has a way out and, where it is not "other", the way back to itself or its kin. */
TEST(categories)
{
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		struct slice type = class_type((enum class)c);

		test_case("%.*s", SLICE_ARG(type));
		CHECK(idea_class(idea_category((enum class)c)) != CLASS_NONE);
		CHECK(n6_class(n6_category((enum class)c)) != CLASS_NONE);
	}
	CHECK_INT(idea_class(S("Malware.Trojan.New")), CLASS_INFECTED_SYSTEM);
	CHECK_INT(idea_class(S("Nonsense")), CLASS_NONE);
	CHECK_INT(idea_class(S("")), CLASS_NONE);
}

int
main(void)
{
	RUN(golden);
	RUN(categories);
	return test_end();
}
