/* First byte: the size of the pieces; the rest: a registry's objects, the same whole and in pieces. */
#include "attrib/rpsl.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sum over all that the reader said. */
static uint64_t
walk(struct source *src)
{
	struct err e = ERR_INIT;
	struct rpsl_object o;
	struct rpsl_reader r;
	struct arena a;
	enum step step;
	uint64_t sum = 0;

	arena_init(&a, 1 << 18);
	r = (struct rpsl_reader){ .src = src, .a = &a };
	while ((step = rpsl_next(&r, &o, &e)) == STEP_ITEM || step == STEP_BAD) {
		uint64_t said[] = { step, o.line, r.line, r.bad };

		sum = hash64(slice_of(said, sizeof(said)), sum);
		if (step == STEP_BAD)
			continue;
		for (size_t i = 0; i < o.count; i++)
			sum = hash64(o.v[i].value, hash64(o.v[i].name, sum));
		/* The first attribute is what its name finds. */
		if (!slice_eq(rpsl_get(&o, o.v[0].name), o.v[0].value))
			abort();
	}
	if (step == STEP_FAIL)
		abort();
	arena_fini(&a);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source src;
	struct pieces c;
	uint64_t whole;

	if (size == 0)
		return 0;
	c = (struct pieces){ slice_of(data + 1, size - 1), 1 + (size_t)data[0] };
	source_of_slice(&src, c.rest);
	whole = walk(&src);
	source_of_pull(&src, pieces_pull, &c, 1 << 20);
	if (walk(&src) != whole)
		abort();
	source_fini(&src);
	return 0;
}
