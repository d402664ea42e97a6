/* Hostile JSON to an event; what went in comes out as one line of JSON, and back the same. */
#include <stdlib.h>

#include "model/event.h"
#include "model/finding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event ev, back;
	struct err e = ERR_INIT;
	const struct json *j;
	struct buf b, again;
	struct arena a;

	arena_init(&a, 1 << 24);
	buf_init(&b, 1 << 24);
	buf_init(&again, 1 << 24);
	event_clear(&ev);
	event_clear(&back);
	if (!json_parse(slice_of(data, size), &JSON_LIMITS, &a, &j, &e) ||
	    !event_from_json(j, &ev, &a, &e))
		goto out;
	event_to_json(&ev, &b);
	if (slice_find_byte(buf_view(&b), '\n') != SIZE_MAX || !buf_ok(&b))
		abort();
	if (!json_parse(buf_view(&b), &JSON_LIMITS, &a, &j, &e))
		abort();
	/* Names beside the fields came in bare and go out under "extra.". */
	if (!event_from_json(j, &back, &a, &e))
		abort();
	event_to_json(&back, &again);
	if (!slice_eq(buf_view(&b), buf_view(&again)))
		abort();
	if (event_finish(&ev, &a, &e)) {
		struct finding_key k;

		if (!finding_key_of(&ev, &k, &e))
			abort();
	}
out:
	buf_fini(&b);
	buf_fini(&again);
	arena_fini(&a);
	return 0;
}
