/*
 * flow_room: what the files of the flow share. For them alone.
 */
#ifndef FLOW_ROOM_H
#define FLOW_ROOM_H

#include "flow.h"
#include "flow_reader.h"

/* Reports up to this size share a transaction, so many at the most. */
#define SMALL_BYTES ((uint64_t)256 << 10)
#define SMALL_TOGETHER 200

struct pending;

struct flow {
	struct node node;
	struct flow_options options;
	struct flow_reader *reader;
	struct pending *pending;
	size_t pending_count, pending_cap;
	struct arena arena; /* of the report at hand */
	struct arena guard; /* of the event at hand, where it is protected */
	struct event guarded;
	/* the report at hand */
	struct report report;
	bool protected; /* something in it is, and the store knows */
	uint64_t events, dated; /* of them with a time of their own */
};

/* Read f->report into the open batch. out->aside: the report's own fault, e says which. */
bool flow_read_into_batch(struct flow *f, struct flow_read *out, struct err *e) MUST_USE;
/* Did it give events, as a list, and none with a time? */
bool flow_undated(const struct flow *f, const struct flow_read *read);
/* Tell whoever asked what became of the report. */
bool flow_tell_done(struct flow *f, int64_t id, struct err *e) MUST_USE;
bool flow_stopped(const struct flow *f);

#endif
