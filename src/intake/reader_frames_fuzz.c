/* What a reader that was taken over could send to the keeper. */
#include "intake/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	(void)e;
	buf_clear(cookie);
	event_to_json(ev, cookie);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct event ev;
	struct reader_summary s = { 0 };
	struct err e = ERR_INIT, why = ERR_INIT;
	struct intake_sink sink = { .event = take_event };
	struct buf b;
	bool ok;

	if (n == 0)
		return 0;
	buf_init(&b, (size_t)64 << 20);
	sink.cookie = &b;
	if (p[0] == 'B')
		ok = reader_block_read(slice_of(p + 1, n - 1), &ev, &sink, &s, &e);
	else
		(void)!reader_end_read(slice_of(p + 1, n - 1), &s, &ok, &why, &e);
	buf_fini(&b);
	return 0;
}
