#include <stdlib.h>

#include "parse/json_canon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits limits = { 1 << 20, 64, 10000 };

/* NOLINTBEGIN(misc-no-recursion): as deep as the limits */
/* The same tree? Objects by name; numbers as doubles. Depth is the reader's. */
static bool
same(const struct json *a, const struct json *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	if (a->kind == JSON_STRING)
		return slice_eq(a->text, b->text);
	if (a->kind == JSON_NUMBER) {
		char x[512] = "", y[512] = "";

		if (a->text.len >= sizeof(x) || b->text.len >= sizeof(y))
			return true;
		memcpy(x, a->text.p, a->text.len);
		memcpy(y, b->text.p, b->text.len);
		return strtod(x, NULL) == strtod(y, NULL);
	}
	if (a->kind == JSON_OBJECT) {
		JSON_EACH (m, a) {
			const struct json *other = json_get(b, m->key);

			if (other == NULL || !same(m, other))
				return false;
		}
		return true;
	}
	for (const struct json *x = a->first, *y = b->first; x != NULL; x = x->next, y = y->next) {
		if (!same(x, y))
			return false;
	}
	return true;
}
/* NOLINTEND(misc-no-recursion) */

/* What has a canonical form says the same in it, and it is that form's own. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	const struct json *j, *back;
	struct buf once, twice;
	struct arena a;

	if (size > 4096)
		return 0;
	arena_init(&a, (size_t)16 << 20);
	buf_init(&once, 1 << 20);
	buf_init(&twice, 1 << 20);
	if (json_canon(slice_of(data, size), &limits, &a, &once, &e)) {
		if (!json_canon(buf_view(&once), &limits, &a, &twice, &e) ||
		    !slice_eq(buf_view(&once), buf_view(&twice)) ||
		    !json_canon_check(buf_view(&once), &limits, &a, &back, &e) ||
		    !json_parse(slice_of(data, size), &limits, &a, &j, &e) || !same(j, back))
			abort();
	}
	buf_fini(&once);
	buf_fini(&twice);
	arena_fini(&a);
	return 0;
}
