#include "intake/xarf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rules on any JSON; the reading as a whole is intake's target. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const struct json *tree;
	struct err e = ERR_INIT;

	arena_init(&a, 64 << 20);
	if (json_parse(slice_of(data, size), &JSON_LIMITS, &a, &tree, &e) &&
	    !xarf_valid(tree, &e) && e.text[0] == '\0')
		__builtin_trap(); /* a refusal without a sentence */
	arena_fini(&a);
	return 0;
}
