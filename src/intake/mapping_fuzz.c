/* Any text is a mapping or is refused with a sentence. */
#include <stdlib.h>

#include "intake/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mapping *m = NULL;
	struct err e = ERR_INIT;

	if (mapping_read(S("fuzz.conf"), slice_of(data, size), &m, &e))
		mapping_free(&m);
	else if (e.text[0] == '\0')
		abort();
	return 0;
}
