#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

#include "base/slice.h"

static int64_t fixed_s = INT64_MIN;

int64_t
clock_now_s(void)
{
	struct timespec t;

	if (fixed_s != INT64_MIN)
		return fixed_s;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

int64_t
clock_mono_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
clock_order_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
clock_fix(int64_t now_s)
{
	fixed_s = now_s;
}

bool
clock_is_fixed(void)
{
	return fixed_s != INT64_MIN;
}

void
clock_init(void)
{
	int64_t s;

	if (slice_i64(slice_of_str(getenv("ENTENTE_NOW")), &s))
		clock_fix(s);
}
