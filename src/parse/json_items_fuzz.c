#include <stdlib.h>

#include "base/pieces.h"
#include "parse/json_items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the items are together, however the document comes in pieces. */
static uint64_t
sum(struct slice all, size_t step, enum step *end_out)
{
	struct pieces b = { all, step };
	struct err e = ERR_INIT;
	struct json_items it;
	struct source src;
	struct slice item;
	uint64_t h = 0;

	source_of_pull(&src, pieces_pull, &b, (size_t)1 << 20);
	json_items_init(&it, &src, (size_t)1 << 20);
	while ((*end_out = json_items_next(&it, &item, &e)) == STEP_ITEM) {
		for (size_t i = 0; i < item.len; i++)
			h = h * 31 + item.p[i];
		h = h * 31 + 256;
	}
	if (*end_out == STEP_FAIL && e.text[0] == '\0')
		abort();
	source_fini(&src);
	return h;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum step whole, cut;

	if (sum(slice_of(data, size), size + 1, &whole) != sum(slice_of(data, size), 1, &cut) || whole != cut)
		abort();
	return 0;
}
