/* A schema that somebody hands in as newer, as JSON or as our rows. */
#include "intake/shadowserver.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct shadow_schema *s = NULL;
	struct err e = ERR_INIT;

	if (shadow_schema_read(slice_of(p, n), &s, &e))
		(void)shadow_find_file(s, slice_of(p, n < 64 ? n : 64));
	shadow_schema_free(&s);
	return 0;
}
