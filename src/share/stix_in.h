/*
 * stix_in: documents of STIX into the store: bundles, TAXII's envelopes, arrays,
 * objects behind each other; of any size, in the memory of one object. An object
 * that is wrong is told and left out, the others go on.
 */
#ifndef SHARE_STIX_IN_H
#define SHARE_STIX_IN_H

#include "base/source.h"
#include "store/object.h"

/* So many objects share a transaction: what waits for the disk waits once for them. */
#define STIX_IN_TOGETHER 10000

struct stix_in {
	struct store *store; /* NULL: look only */
	int64_t collection;
	bool envelope; /* nothing but one envelope is taken (TAXII 2.1 section 3.7) */
	/*
	 * The moment; 0: not looked at. What was "modified" or "created" later than a day
	 * from now would stand before all that its creator says until then.
	 */
	int64_t now_s;
	/* May it come in? False with the reason: it is told as a bad one. May be NULL. */
	bool (*may)(void *cookie, const struct stix_object *o, struct err *why);
	void *may_cookie;
	/* What is wrong with an object: its place from 1, its id (or NONE), why. May be NULL. */
	void (*bad)(void *cookie, uint64_t item, struct slice id, const struct err *why);
	/* What came of one (may be NULL): for answers that name each. */
	void (*done)(void *cookie, const struct stix_object *o, enum object_put what);
	void *cookie;
	unsigned together; /* so many share a transaction; 0: STIX_IN_TOGETHER */
	/* Before each commit, in its transaction; last: nothing follows. May be NULL. */
	bool (*ending)(void *cookie, bool last, struct err *e);
	/* results */
	uint64_t objects, added, known, other, failed;
	uint64_t other_ids; /* observables whose id is not the one that they should have */
};

/* False: the document is none, or the store failed; what went before is stored, and counted. */
bool stix_in(struct stix_in *in, struct source *src, struct err *e) MUST_USE;

#endif
