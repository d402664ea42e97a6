/*
 * indicator_series: patterns that need several events (STIX 2.1 sections 9.5 to
 * 9.7). Each observation expression of a pattern, a leaf, is matched alone; the
 * moments at which leaves were met are combined here:
 *
 *	AND, FOLLOWEDBY	all parts, each by an event of its own; of FOLLOWEDBY none of the
 *			later part lies before one of the earlier part
 *	OR		one of the parts
 *	REPEATS		so many times, each by an event of its own
 *	WITHIN		from the first to the last of them no more seconds
 *	START, STOP	all of them between the two moments, STOP itself not
 *
 * An event is a sighting where it completes the pattern: where events that were
 * there when it came, and it among them, can be taken so. Events are not used up.
 * What is kept of an indicator is bounded; by what is kept alone it is decided, so
 * the same events in the same order give the same, wherever they were stopped.
 */
#ifndef MODEL_INDICATOR_SERIES_H
#define MODEL_INDICATOR_SERIES_H

#include "base/arena.h"
#include "base/buf.h"
#include "parse/pattern.h"

#define SERIES_LEAVES_MAX 16 /* observation expressions of one pattern */
#define SERIES_NEED_MAX 256 /* events that it can ask for, REPEATS multiplied out */
#define SERIES_PARTS_MAX 48 /* its parts, REPEATS of what is no single observation multiplied out */
#define SERIES_WAYS_MAX 16 /* ways to meet it, by OR */
/* Moments that are kept of one indicator; when there are more, the earliest of the most frequent kind goes. */
#define SERIES_KEPT_MAX 512
/* Steps of one decision; where more are needed the event counts as none that completes it. */
#define SERIES_STEPS_MAX 50000

struct series_moment {
	uint32_t at_s;
	uint16_t leaves; /* bit i: leaf i, in the order in which they stand in the pattern */
};

struct series_state {
	struct series_moment v[SERIES_KEPT_MAX + 1]; /* by at_s, the later one behind its equals */
	size_t n;
	uint8_t tlp; /* the strictest mark of all that is kept, or was */
};

struct series;

/* False: it is larger than the bounds above. It lies in a, and does not need the pattern any more. */
bool series_new(const struct pattern *p, struct arena *a, struct series **out);
/* Something came that met leaves: does it complete the pattern? It is kept from now on. */
bool series_add(const struct series *s, struct series_state *st, struct series_moment m);

/* As it lies in the store. What cannot be read is none: false, and *st is empty. */
void series_state_print(const struct series_state *st, struct buf *out);
bool series_state_read(struct slice bytes, struct series_state *st);

#endif
