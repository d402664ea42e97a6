/*
 * sync_trip: one run of one exchange, as sync_run, sync_poll and sync_push share
 * it. For these alone.
 */
#ifndef SHARE_SYNC_TRIP_H
#define SHARE_SYNC_TRIP_H

#include "share/gate_object.h"
#include "share/sync_run.h"

/* So many objects share a transaction: nobody waits long for one. */
#define TRIP_TOGETHER 1000
/* Of what a server did wrong so many are told in the log, a page. */
#define TRIP_TOLD_MAX 5

enum trip_step { TRIP_BEGIN, TRIP_ROOT, TRIP_COLLECTION, TRIP_PAGE, TRIP_BUILD, TRIP_POST, TRIP_STATUS };
enum trip_result { TRIP_WAITS, TRIP_DONE, TRIP_FAILED };

struct trip {
	struct sync_run *run;
	struct arena a; /* of the run */
	struct sync x; /* where it is by now; its texts are a's */
	struct taxii_access access;
	struct partner partner;
	struct gate_partner *gate;
	bool source; /* a public source, without an agreement */
	int64_t collection; /* ours */
	enum trip_step step;
	struct taxii_call *call; /* under way */
	int64_t wake_ns; /* monotonic: not before; 0: at once */
	int64_t begun_ns;
	int64_t retry_s; /* what the server asked for */
	uint64_t objects; /* that came, or went, in this run */
	struct err e;
	/* poll */
	size_t limit; /* of a page */
	uint64_t pages, empty; /* pages in all, and in a row without an object */
	char next[SYNC_NEXT_MAX], next_now[SYNC_NEXT_MAX]; /* the page that is to come, and the one at hand (x.next) */
	uint64_t *seen; /* hashes of what pages were called, by open addressing; 0: free */
	size_t seen_count, seen_slots;
	/* push */
	struct buf envelope;
	size_t bytes_max, sent; /* of an envelope; objects in it */
	int64_t end_us; /* the envelope stands for what was added until then */
	uint64_t left_out; /* too large for the server */
	char status[129]; /* the id of what is pending */
	int64_t asked_ns; /* when it was posted */
	unsigned tries; /* how often its status was asked for */
};

struct store *trip_store(const struct trip *t);
struct listed *trip_listed(const struct trip *t);
/* GET, or POST where body is not NONE; path lies behind the API root's address. */
bool trip_ask(struct trip *t, struct slice path, struct slice body, size_t bytes_max, struct taxii_call **out) MUST_USE;
/* The collection that was asked for: is it there, may we? */
bool trip_collection_check(struct trip *t, bool write) MUST_USE;
/* The answer of the call: false, and told in t->e, where it is not good. */
bool trip_good(struct trip *t) MUST_USE;
/* May anything flow now? The gate is opened anew where agreements changed. */
bool trip_gate(struct trip *t, int64_t now_s) MUST_USE;
/* It came further: told to who watches. */
void trip_moved(struct trip *t, uint64_t objects);
void trip_call_free(struct trip *t);
/* Look after the network while something else is done. */
void trip_pump(struct trip *t);

enum trip_result poll_step(struct trip *t);
enum trip_result push_step(struct trip *t);
void poll_end(struct trip *t);

#endif
