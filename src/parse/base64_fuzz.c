/*
 * What is read strictly has the length of what would be written (spare bits of
 * its last digit are passed over, RFC 4648 section 3.5); the loose reader gives
 * the same for it.
 */
#include <stdlib.h>

#include "parse/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), out, loose, back;
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 22);
	buf_init(&b, 1 << 22);
	if (base64_read(s, &a, &out)) {
		base64_put(&b, out);
		if (b.len != s.len || !base64_read(buf_view(&b), &a, &back) || !slice_eq(out, back))
			abort();
		if (!base64_read_loose(s, &a, &loose) || !slice_eq(out, loose))
			abort();
	}
	buf_clear(&b);
	base64_put(&b, s);
	if (!base64_read(buf_view(&b), &a, &back) || !slice_eq(back, s))
		abort();
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
