/*
 * measure: indicators of projects whose actual value the node counts itself, from
 * its findings and checks, with the question that it asked: so that whether help
 * had an effect is seen where the trouble is seen.
 */
#ifndef DESK_MEASURE_H
#define DESK_MEASURE_H

#include "store/desk.h"

struct measure {
	bool known; /* false: there is nothing to count from, which is not zero */
	int64_t value; /* in thousandths */
	int64_t from_s, until_s; /* days */
	struct slice query; /* as a person can ask it again; in a */
};
/*
 * The indicator's value now: of its last `months` where it is of a span of time.
 * ERR_INPUT: it is not measured by the node, or its class is none.
 */
bool measure_of(struct store *s, const struct desk_record *indicator, int64_t now_s, int months, struct arena *a, struct measure *out, struct err *e) MUST_USE;
/* The same as a measurement that is accepted as counted. *done_out false: nothing is known, or it has one of this day. */
bool measure_note(struct store *s, const struct desk_record *indicator, const struct who *by, int64_t now_s, int months,
    struct arena *a, struct desk_record *out, bool *done_out, struct err *e) MUST_USE;

#endif
