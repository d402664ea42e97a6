#include <stdlib.h>

#include "parse/json_items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	struct slice rest;
	size_t step;
};

static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct bytes *b = cookie;
	size_t n = b->rest.len < b->step ? b->rest.len : b->step;

	(void)e;
	n = n < cap ? n : cap;
	if (n > 0)
		memcpy(p, b->rest.p, n);
	b->rest = slice_from(b->rest, n);
	if (b->rest.len == 0 && n == 0)
		b->rest = SLICE_NONE;
	*n_out = n;
	return true;
}

/* What the items are together, however the document comes in pieces. */
static uint64_t
sum(struct slice all, size_t step, enum step *end_out)
{
	struct bytes b = { all, step };
	struct err e = ERR_INIT;
	struct json_items it;
	struct source src;
	struct slice item;
	uint64_t h = 0;

	source_of_pull(&src, pull, &b, (size_t)1 << 20);
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
