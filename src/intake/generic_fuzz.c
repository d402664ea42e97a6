/*
 * A mapping and a document of it: the text before the first line "%%" is the
 * mapping, what is behind it the document. Whatever they hold, the reading ends
 * with events that are whole, or with a sentence.
 */
#include <stdlib.h>

#include "intake/intake.h"
#include "intake/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	(void)cookie, (void)e;
	if (!event_has(ev, FIELD_CLASSIFICATION_TYPE))
		abort();
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column, struct slice reason, struct err *e)
{
	(void)cookie, (void)place, (void)column, (void)e;
	if (reason.len == 0)
		abort();
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct intake_tables *t;
	struct slice all = slice_of(data, size), document = SLICE_NONE;
	size_t at = slice_find(all, S("\n%%\n"));
	struct err e = ERR_INIT;
	struct source src;
	struct intake in;

	if (t == NULL)
		t = intake_tables_new();
	if (at != SIZE_MAX)
		document = slice_from(all, at + 4);
	if (!intake_tables_add(t, S("fuzz.conf"), slice_sub(all, 0, at), &e)) {
		if (e.text[0] == '\0')
			abort();
		return 0;
	}
	intake_init(&in);
	in.tables = t;
	in.received_s = 1781690400;
	in.options = S("mapping=fuzz");
	in.sink = (struct intake_sink){ .event = take_event, .bad = take_bad };
	source_of_slice(&src, document);
	if (!intake_read(&in, &src, &e) && e.text[0] == '\0')
		abort();
	intake_fini(&in);
	return 0;
}
