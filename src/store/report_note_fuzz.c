/*
 * What stands beside a report in an archive that others may have written to: it
 * is refused, or what was read of it is read again from what we would write.
 */
#include <stdlib.h>

#include "store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t order, again_order;
	struct report r, again;
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	if (!report_note_read(slice_of(data, size), &a, &r, &order))
		goto out;
	/* The day names a file. */
	if (report_day(&r) > 0 && r.received_s <= 0)
		abort();
	report_note_print(&r, order, &b);
	/* What is written is longer where every letter is one that must be written as \u00XX. */
	if (!buf_ok(&b) || (!report_note_read(buf_view(&b), &a, &again, &again_order) && b.len < 65536))
		abort();
	if (b.len < 65536 && (again_order != order || again.received_s != r.received_s ||
	    !slice_eq(again.name, r.name) || !slice_eq(again.feed, r.feed) ||
	    !slice_eq(again.format, r.format) || !slice_eq(again.options, r.options)))
		abort();
out:
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
