/*
 * tally: what the first page shows, kept up as things change, so that it costs
 * the same at a thousand findings and at ten million: how many findings are in
 * each state, by country; and how long it took until somebody was told and
 * until it was over.
 *
 * The tally of states follows the table: new ones are added by the batch that
 * stores them, moves are counted by a trigger, whoever makes them. States are
 * as of the last store_silence().
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "store/store.h"

/* By state; country NONE: all, "-": unknown. */
bool tally_states(struct store *s, struct slice country,
    uint64_t out[FINDING_STATE_COUNT], struct err *e) MUST_USE;

enum time_kind {
	TIME_TOLD, /* from the first event to the first notice */
	TIME_FIXED, /* from the first event to a person's word that it is resolved */
	TIME_SILENT, /* from the first to the last event, of one that then fell silent */
	TIME_KIND_COUNT
};
/* One of them was so long, on the day of at_s. Joins the caller's transaction. */
bool time_note(struct store *s, enum time_kind kind, int64_t at_s, int64_t seconds,
    uint64_t n, struct err *e) MUST_USE;

struct times {
	uint64_t count;
	int64_t median_s; /* within a tenth; 0 where count is 0 */
};
/* Of the kinds in 1u << kind, on the days from since_s on. */
bool times_get(struct store *s, unsigned kinds, int64_t since_s,
    struct times *out, struct err *e) MUST_USE;

/* For tests: the class of a duration, and the middle of a class. */
unsigned time_bucket(int64_t seconds);
int64_t time_middle(unsigned bucket);

#endif
