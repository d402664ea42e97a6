/*
 * marks: what became of each message of the batch that is being sent, written
 * down as it happens. A mark is one row that changes in its place, so that it
 * costs the least that a database can write; the notices' own states, which
 * take several pages each, follow for the whole batch at once (decision 0064).
 */
#ifndef SHARE_MARKS_H
#define SHARE_MARKS_H

#include "share/way.h"
#include "store/db.h"

struct marks {
	struct stmt *put, *next, *clear;
};

/* Prepare the statements; marks_fini() frees them, also after a failure. */
bool marks_init(struct marks *m, struct db *db, struct err *e) MUST_USE;
void marks_fini(struct marks *m);

/* Message number at of the batch: from now on the other side may have it. */
bool marks_begun(struct marks *m, size_t at, struct slice id, struct err *e) MUST_USE;
/* What came of it. */
bool marks_result(struct marks *m, size_t at, struct slice id, enum way_result result,
    const char *reply, struct err *e) MUST_USE;
/* All marks are of the past: within the transaction that writes the notices' states. */
bool marks_clear(struct marks *m, struct err *e) MUST_USE;
/* The rows, too: when the last batch is done. */
bool marks_drop(struct db *db, struct err *e) MUST_USE;

/* What a crash left. Texts live until the next call. */
struct mark {
	struct slice id, reply;
	bool told; /* the result is known; else it was begun, and no more is */
	enum way_result result;
};
enum step marks_next(struct marks *m, struct mark *out, struct err *e) MUST_USE;

#endif
