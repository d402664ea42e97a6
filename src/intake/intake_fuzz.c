/*
 * A report of any format: recognised, unpacked and read as in a reader. The
 * first byte chooses a name, so that formats known by name are reached too.
 * The place of an event leads to bytes again.
 */
#include <stdlib.h>

#include "intake/intake.h"
#include "intake/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct seen {
	struct buf b;
	struct arena a;
	struct place last; /* of the last event */
	bool any;
	size_t bytes; /* of the excerpt */
};

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct seen *s = cookie;

	(void)e;
	buf_clear(&s->b);
	event_encode(ev, NULL, &s->b);
	event_to_json(ev, &s->b);
	arena_reset(&s->a);
	s->last = ev->place;
	s->last.part = arena_copy(&s->a, ev->place.part);
	s->any = true;
	return true;
}

static bool
take_bytes(void *cookie, struct slice bytes, struct err *e)
{
	(void)e;
	((struct seen *)cookie)->bytes += bytes.len;
	return true;
}

static void
setup(struct intake *in, const struct intake_tables *tables, struct slice name)
{
	intake_init(in);
	in->tables = tables;
	in->name = name;
	/* Small enough that a bomb is found out quickly. */
	in->limits.unpacked_bytes = (uint64_t)8 << 20;
	in->limits.document_bytes = (size_t)1 << 20;
	in->limits.parts = 50;
}

/* What may keep it closed: what it tells of, or a limit that a part behind the place meets. */
static void
excerpt(const struct intake_tables *tables, struct slice name, struct slice bytes, struct seen *s)
{
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;

	setup(&in, tables, name);
	in.excerpt = &s->last;
	in.sink = (struct intake_sink){ .cookie = s, .bytes = take_bytes };
	source_of_slice(&src, bytes);
	if (intake_read(&in, &src, &e) ? s->bytes < s->last.length || s->bytes == 0 : e.code == ERR_ABSENT)
		abort();
	intake_fini(&in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct slice names[] = { S_INIT(""), S_INIT("2026-01-01-scan_http-x.csv"),
		S_INIT("event4_honeypot_http_scan.csv"), S_INIT("scan_exchange.csv"),
		S_INIT("compromised_website.csv"), S_INIT("x.csv.gz"), S_INIT("x.eml"), S_INIT("x.json") };
	static struct intake_tables *tables;
	struct slice name, bytes;
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;
	struct seen s = { .any = false };
	bool ok;

	if (n == 0)
		return 0;
	if (tables == NULL) {
		intake_warmup();
		tables = intake_tables_new();
	}
	name = names[p[0] % (sizeof(names) / sizeof(names[0]))];
	bytes = slice_of(p + 1, n - 1);
	buf_init(&s.b, (size_t)64 << 20);
	arena_init(&s.a, 1 << 16);
	setup(&in, tables, name);
	in.sink = (struct intake_sink){ .cookie = &s, .event = take_event };
	source_of_slice(&src, bytes);
	ok = intake_read(&in, &src, &e);
	(void)ok;
	intake_fini(&in);
	if (s.any)
		excerpt(tables, name, bytes, &s);
	buf_fini(&s.b);
	arena_fini(&s.a);
	return 0;
}
