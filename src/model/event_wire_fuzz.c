/*
 * What a reader's process that has been taken over may send: decoding refuses
 * it or gives an event that encodes to the same again, prints as JSON that
 * can be read, and has a finding's key or none.
 */
#include <stdlib.h>

#include "model/event.h"
#include "model/finding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event ev, back;
	struct cursor c = cursor_of(slice_of(data, size));
	struct err e = ERR_INIT;
	struct finding_key k;
	const struct json *j;
	struct buf b, again;
	struct arena a;

	arena_init(&a, 1 << 24);
	buf_init(&b, 1 << 24);
	buf_init(&again, 1 << 24);
	if (!event_decode(&c, &ev, &e))
		goto out;
	event_encode(&ev, NULL, &b);
	c = cursor_of(buf_view(&b));
	if (!event_decode(&c, &back, &e) || c.rest.len != 0)
		abort();
	event_encode(&back, NULL, &again);
	if (!slice_eq(buf_view(&b), buf_view(&again)))
		abort();
	buf_clear(&again);
	event_to_json(&ev, &again);
	if (slice_find_byte(buf_view(&again), '\n') != SIZE_MAX ||
	    !json_parse(buf_view(&again), &JSON_LIMITS, &a, &j, &e))
		abort();
	if (finding_key_of(&ev, &k, &e) && (k.id < 0 || k.class >= CLASS_COUNT || k.place.p == NULL))
		abort();
	if (event_finish(&ev, &a, &e) && finding_key_of(&ev, &k, &e) && k.id < 0)
		abort();
out:
	buf_fini(&b);
	buf_fini(&again);
	arena_fini(&a);
	return 0;
}
