/*
 * Every mapping that ships, over a small document of its feed:
 * tests/golden/feeds/NAME.in gives NAME.out, a line an event. A first line
 * "##option KEY=VALUE" or "##file NAME" is no part of the document, nor is
 * "##known": the document is then also recognised without naming the mapping.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "base/file.h"
#include "intake/intake.h"
#include "intake/mapping.h"
#include "intake/tables.h"
#include "test.h"

#define RECEIVED INT64_C(1781690400) /* 2026-06-17T10:00:00 */

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	(void)e;
	event_to_json(ev, cookie);
	buf_byte(cookie, '\n');
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column, struct slice reason, struct err *e)
{
	(void)e;
	buf_printf(cookie, "bad line %u %.*s: %.*s\n", place->line, SLICE_ARG(column), SLICE_ARG(reason));
	return true;
}

struct fixture {
	struct slice file, document;
	struct buf options;
	bool known;
};

static void
fixture_read(struct slice text, struct fixture *x)
{
	struct slice line;

	*x = (struct fixture){ .file = S("report") };
	buf_init(&x->options, 4096);
	while (slice_starts(text, S("##")) && slice_line(&text, &line)) {
		if (slice_starts(line, S("##option ")))
			buf_printf(&x->options, "%.*s\n", SLICE_ARG(slice_from(line, 9)));
		else if (slice_starts(line, S("##file ")))
			x->file = slice_from(line, 7);
		else if (slice_eq(line, S("##known")))
			x->known = true;
		else {
			text = slice_of(line.p, (size_t)(text.p + text.len - line.p));
			break;
		}
	}
	x->document = text;
}

static void
read_it(const struct intake_tables *t, const struct fixture *x, struct slice mapping, struct buf *got)
{
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;
	struct buf options;

	buf_init(&options, 8192);
	buf_put(&options, buf_view(&x->options));
	if (mapping.len > 0)
		buf_printf(&options, "mapping=%.*s\n", SLICE_ARG(mapping));
	intake_init(&in);
	in.name = x->file;
	in.tables = t;
	in.received_s = RECEIVED;
	in.options = buf_view(&options);
	in.sink = (struct intake_sink){ .cookie = got, .event = take_event, .bad = take_bad };
	source_of_slice(&src, x->document);
	if (!intake_read(&in, &src, &e))
		buf_printf(got, "error %s\n", e.text);
	intake_fini(&in);
	buf_fini(&options);
}

static void
feed(const struct intake_tables *t, struct slice name)
{
	struct buf in_bytes, want, got, again;
	struct err e = ERR_INIT;
	struct fixture x;
	char path[256];

	test_case("%.*s", SLICE_ARG(name));
	buf_init(&in_bytes, (size_t)1 << 20);
	buf_init(&want, (size_t)1 << 20);
	buf_init(&got, (size_t)1 << 20);
	buf_init(&again, (size_t)1 << 20);
	(void)snprintf(path, sizeof(path), "tests/golden/feeds/%.*s.in", SLICE_ARG(name));
	CHECK_OK(file_read(test_path(path), &in_bytes, &e), &e);
	(void)snprintf(path, sizeof(path), "tests/golden/feeds/%.*s.out", SLICE_ARG(name));
	if (getenv("GOLDEN_WRITE") == NULL)
		CHECK_OK(file_read(test_path(path), &want, &e), &e);
	fixture_read(buf_view(&in_bytes), &x);
	read_it(t, &x, name, &got);
	if (getenv("GOLDEN_WRITE") != NULL)
		CHECK_OK(file_write(test_path(path), buf_view(&got), &e), &e);
	else
		CHECK_SLICE(buf_view(&got), buf_view(&want));
	if (x.known) {
		read_it(t, &x, S(""), &again);
		CHECK_SLICE(buf_view(&again), buf_view(&got));
	}
	buf_fini(&x.options);
	buf_fini(&in_bytes);
	buf_fini(&want);
	buf_fini(&got);
	buf_fini(&again);
}

TEST(shipped)
{
	struct intake_tables *t = intake_tables_new();
	size_t count = 0;

	for (size_t i = 0; i < embedded_count; i++) {
		struct slice name = embedded_files[i].name;

		if (!slice_starts(name, S("feeds/")))
			continue;
		feed(t, slice_sub(name, 6, name.len - 11));
		count++;
	}
	CHECK(count > 50);
	intake_tables_free(&t);
}

int
main(void)
{
	RUN(shipped);
	return test_end();
}
