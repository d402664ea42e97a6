/*
 * First byte: the size of the pieces; the rest: any bytes. Lines are the same
 * whole and in pieces, a quoted text can be shown to a person, and a number that
 * is read is the one that is written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/pieces.h"
#include "base/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_MAX_BYTES 100

static void
lines(struct slice text, size_t piece)
{
	struct pieces c = { text, piece };
	struct err e = ERR_INIT;
	struct source src;
	struct slice line, want;
	uint64_t offset;
	enum step step;

	source_of_pull(&src, pieces_pull, &c, 1 << 20);
	while ((step = source_line(&src, LINE_MAX_BYTES, &line, &offset, &e)) == STEP_ITEM || step == STEP_BAD) {
		if (!slice_line(&text, &want))
			abort();
		if ((step == STEP_ITEM) != (want.len <= LINE_MAX_BYTES) || (step == STEP_ITEM && !slice_eq(line, want)))
			abort();
	}
	if (step != STEP_END || text.len != 0)
		abort();
	source_fini(&src);
}

static void
numbers(struct slice s)
{
	char text[32];
	uint64_t u;
	int64_t i;

	if (slice_u64(s, &u)) {
		while (s.len > 1 && s.p[0] == '0')
			s = slice_from(s, 1);
		(void)snprintf(text, sizeof(text), "%" PRIu64, u);
		if (!slice_eq(s, slice_of_str(text)) || !slice_i64(s, &i) != (u > INT64_MAX))
			abort();
	}
	if (slice_i64(s, &i)) {
		(void)snprintf(text, sizeof(text), "%" PRId64, i);
		if (!slice_i64(slice_of_str(text), &i))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), quoted;
	struct buf b;

	if (size == 0)
		return 0;
	s = slice_from(s, 1);
	lines(s, 1 + (size_t)data[0]);
	numbers(s);
	buf_init(&b, 8 * size + 64);
	slice_quote(&b, s, 200);
	quoted = buf_view(&b);
	if (!buf_ok(&b) || !slice_utf8_ok(quoted) || quoted.len < 2)
		abort();
	for (size_t step; quoted.len > 0; quoted = slice_from(quoted, step)) {
		if (slice_shown(quoted, &step) != SHOWN_PLAIN)
			abort();
	}
	buf_fini(&b);
	return 0;
}
