#include "attrib/warnings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A list of any bytes, and the same bytes looked for in it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct warnings *w = warnings_new();
	struct err e = ERR_INIT;
	const char *list = NULL;
	size_t skipped;

	if (warnings_add(w, slice_of(data, size), &skipped, &e))
		(void)warnings_text(w, slice_of(data, size), &list);
	warnings_free(&w);
	return 0;
}
