#include <stdlib.h>
#include <string.h>

#include "parse/opaque.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was prepared is text, of bounded length, and preparing it again changes nothing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct opaque one, two;
	struct err e = ERR_INIT;

	if (!opaque_read(slice_of(data, size), &one, &e))
		return 0;
	if (!slice_utf8_ok(slice_of(one.b, one.len)))
		abort();
	if (one.len <= OPAQUE_IN_MAX && (!opaque_read(slice_of(one.b, one.len), &two, &e) || one.len != two.len || memcmp(one.b, two.b, one.len) != 0))
		abort();
	return 0;
}
