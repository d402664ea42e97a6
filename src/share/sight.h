/*
 * sight: what indicators met becomes sightings of STIX, in a collection of their
 * own, so that TAXII and sync carry them to whoever an agreement lets have them.
 * One sighting an indicator: its number, its first and its last moment, and that we
 * saw it; nothing of whom it happened to. When more was met it is told anew, by a
 * later "modified"; the version before it goes.
 *
 * A sighting is marked as its indicator is, and counts events alone whose sources
 * let them go as far. Where its indicator came from others, the gate lets it go
 * where the indicator may go, and back (share/gate_object.h).
 */
#ifndef SHARE_SIGHT_H
#define SHARE_SIGHT_H

#include "share/stix_out.h"
#include "store/object.h"

#define SIGHT_COLLECTION S("sightings")
#define SIGHT_TOGETHER 256 /* indicators of one slice, and transaction */

struct sight {
	struct stix_out who; /* without a name there are no sightings */
	int64_t now_s;
	/* kept by sight_slice() */
	int64_t after_id;
	uint64_t made; /* so many are new, or say more than before */
	bool end; /* there are no more */
};

/* Of the next indicators that met more than was told. ERR_INPUT: we have no name. */
bool sight_slice(struct store *s, struct sight *x, struct err *e) MUST_USE;
/* The id of our sighting of an indicator. */
void sight_id(const struct stix_out *who, struct slice indicator, char out[STIX_ID_MAX]);

#endif
