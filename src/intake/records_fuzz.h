/*
 * records_fuzz: what the targets of formats that are read record by record
 * share: any bytes by one format, and what comes out written in each form.
 */
#ifndef INTAKE_RECORDS_FUZZ_H
#define INTAKE_RECORDS_FUZZ_H

#include "intake/formats.h"
#include "model/event_idea.h"
#include "model/event_n6.h"

/* What comes out can be written in each form that we write. */
static bool
take(void *cookie, const struct event *ev, struct err *e)
{
	struct buf *b = cookie;
	struct arena a;

	(void)e;
	arena_init(&a, (size_t)4 << 20);
	buf_clear(b);
	event_to_json(ev, b);
	event_to_n6(ev, b);
	event_to_idea(ev, &a, b);
	arena_fini(&a);
	return true;
}

static int
records_fuzz(const struct intake_format *format, const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;
	struct buf b;

	buf_init(&b, (size_t)16 << 20);
	intake_init(&in);
	in.sink = (struct intake_sink){ .cookie = &b, .event = take };
	in.format_named = format->name;
	source_of_slice(&src, slice_of(data, size));
	(void)format->read(&in, &src, &e);
	intake_fini(&in);
	buf_fini(&b);
	return 0;
}

#endif
