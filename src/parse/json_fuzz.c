#include <stdlib.h>

#include "base/buf.h"
#include "parse/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written as one string each and reads back the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits limits = { 1 << 20, 64, 10000 };
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;
	const struct json *j, *back;

	arena_init(&a, 4 << 20);
	buf_init(&b, 4 << 20);
	if (json_parse(slice_of(data, size), &limits, &a, &j, &e)) {
		(void)json_path(j, S("a.b.0"));
		JSON_EACH (m, j) {
			if (!json_is(m, JSON_STRING))
				continue;
			if (!slice_utf8_ok(m->text))
				abort();
			buf_clear(&b);
			json_quote(&b, m->text);
			if (json_parse(buf_view(&b), &limits, &a, &back, &e) ?
			    !slice_eq(json_text(back), m->text) : !a.failed)
				abort();
		}
	}
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
