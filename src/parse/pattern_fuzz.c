#include <stdlib.h>

#include "parse/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NOLINTBEGIN(misc-no-recursion): as deep as a pattern may be */
/* Whatever is accepted has a path of a type in every test, and values where its comparison needs some. */
static void
tests(const struct pattern_expr *x, unsigned depth)
{
	if (depth > 2 * PATTERN_DEPTH_MAX + 4)
		abort();
	for (; x != NULL; x = x->next) {
		if (x->join != PATTERN_LEAF) {
			tests(x->first, depth + 1);
			continue;
		}
		if (x->test->type.len == 0 || x->test->step_count == 0)
			abort();
		if (x->test->op != PATTERN_EXISTS && x->test->op != PATTERN_IN && x->test->value_count != 1)
			abort();
	}
}

static void
watches(const struct pattern_watch *w, unsigned depth)
{
	if (depth > 4 * PATTERN_DEPTH_MAX + 4)
		abort();
	for (; w != NULL; w = w->next) {
		if (w->expr != NULL)
			tests(w->expr, 0);
		else
			watches(w->first, depth + 1);
	}
}
/* NOLINTEND(misc-no-recursion) */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct pattern *p;
	struct arena a;

	arena_init(&a, 8 << 20);
	if (pattern_parse(slice_of(data, size), &a, &p, &e))
		watches(p->root, 0);
	else if (e.text[0] == '\0')
		abort();
	arena_fini(&a);
	return 0;
}
