/*
 * clock: what time it is. Dates are int64_t seconds UTC since 1970, timers
 * int64_t nanoseconds of the monotonic clock.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Now; or what clock_fix() said, so that tests and replays have no wall clock. */
int64_t clock_now_s(void);
int64_t clock_mono_ns(void);
/* Nanoseconds since 1970, never fixed: to tell what came first, across restarts. */
int64_t clock_order_ns(void);
/* From now on clock_now_s() answers this; INT64_MIN lets it run again. */
void clock_fix(int64_t now_s);
bool clock_is_fixed(void);
/* Take ENTENTE_NOW (seconds since 1970) from the environment, if it is set. */
void clock_init(void);

#endif
