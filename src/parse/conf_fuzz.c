/* Any text: sections, keys and values are views of it, each line is one step, and each bad one has a sentence. */
#include <stdlib.h>

#include "parse/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
lies_in(struct slice part, struct slice whole)
{
	return part.len == 0 || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct conf c = conf_of(text);
	struct conf_item i;
	uint32_t line = 0;
	enum step step;

	do {
		struct err e = ERR_INIT;

		step = conf_next(&c, &i, &e);
		if (step == STEP_ITEM && (!lies_in(i.section, text) || !lies_in(i.key, text) || !lies_in(i.value, text)))
			abort();
		if (step != STEP_END && c.line <= line)
			abort();
		if (step == STEP_BAD && e.text[0] == '\0')
			abort();
		line = c.line;
	} while (step == STEP_ITEM || step == STEP_BAD);
	return 0;
}
