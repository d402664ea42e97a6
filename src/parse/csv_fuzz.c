#include <stdlib.h>

#include "base/pieces.h"
#include "parse/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
mix(uint64_t *sum, uint64_t value)
{
	*sum = (*sum ^ value) * 0x100000001b3u;
}

static void
mix_text(uint64_t *sum, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		mix(sum, s.p[i]);
	mix(sum, s.len);
}

/* A sum over all that the reader said. */
static uint64_t
walk(struct source *src)
{
	struct err e = ERR_INIT;
	struct csv_reader r;
	struct csv_row row;
	enum step step;
	uint64_t sum = 0xcbf29ce484222325u;

	csv_init(&r, src);
	r.limits = (struct csv_limits){ .record_bytes = 200, .fields = 70 };
	while ((step = csv_next(&r, &row, &e)) == STEP_ITEM || step == STEP_BAD) {
		mix(&sum, step);
		mix(&sum, row.offset);
		mix(&sum, row.length);
		mix(&sum, row.line);
		for (size_t i = 0; step == STEP_ITEM && i < row.count; i++)
			mix_text(&sum, row.v[i]);
	}
	csv_fini(&r);
	return sum;
}

/* The same records whole and in pieces. */
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
