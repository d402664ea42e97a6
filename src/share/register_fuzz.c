#include <stdlib.h>

#include "share/register.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
wording(void *cookie, struct slice bytes, struct err *e)
{
	(void)e;
	*(size_t *)cookie += bytes.len;
	return true;
}

/* What is taken is an agreement that was opened, and whose lines are the file's. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agreement *g;
	struct err e = ERR_INIT;
	size_t bytes = 0;

	if (size > (size_t)64 << 10)
		return 0;
	if (!register_verify(slice_of(data, size), INT64_MAX / 2, &g, wording, &bytes, &e))
		return 0;
	if (g->act_count == 0 || g->acts[0].kind != ACT_OPENED || bytes > size)
		abort();
	for (uint32_t i = 0; i < g->act_count; i++) {
		if (slice_find(slice_of(data, size), g->acts[i].line) == SIZE_MAX)
			abort();
	}
	agreement_free(&g);
	return 0;
}
