/*
 * retain: what came from others is kept as long as its clause says, and no longer.
 * When its time is over an object goes out of every collection, and with an
 * indicator go what was watched for it, what was counted, and our sighting of it.
 */
#ifndef SHARE_RETAIN_H
#define SHARE_RETAIN_H

#include "share/stix_out.h"
#include "store/agreements.h"
#include "store/object.h"

#define RETAIN_TOGETHER 1000 /* records of one slice */

struct retain {
	struct stix_out who; /* whose sightings go with their indicators */
	int64_t now_s;
	/* kept by retain_slice() */
	uint64_t records; /* whose time was over */
	uint64_t objects; /* versions that went out of a collection */
	bool end;
};

/* The next ones whose time is over: a hundred a transaction, each gone whole or not at all. */
bool retain_slice(struct store *s, struct retain *x, struct err *e) MUST_USE;

#endif
