/*
 * flow_room: what the files of the flow share. For them alone.
 */
#ifndef FLOW_ROOM_H
#define FLOW_ROOM_H

#include "base/ids.h"
#include "flow.h"
#include "flow_reader.h"
#include "store/object.h"

/* Reports up to this size share a transaction, so many at the most. */
#define SMALL_BYTES ((uint64_t)256 << 10)
#define SMALL_TOGETHER 200

/* Items between two looks at who waits: a fraction of a millisecond. */
#define PAUSE_EVERY 256
/* So many observations go into the batch at once. */
#define FLOW_HELD 64

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
	struct observation observed[FLOW_HELD]; /* their texts are in what the reader sent */
	size_t observed_count;
	/* what events are held against; NULL: there is no indicator */
	struct indicators *indicators;
	struct indicators_at indicators_at;
	struct indicator_met met[FLOW_HELD][INDICATORS_MATCHES_MAX]; /* of those observed */
	uint64_t events, dated; /* of them with a time of their own */
	uint64_t items; /* events and bad records: now and then it is asked who waits */
	unsigned together; /* small reports in the transaction that is open */
	bool working; /* in flow_work() */
	bool held; /* flow_work() waits */
	bool acts_later; /* when all is read: what was done about findings, again */
	bool given_up; /* the report at hand was left in the middle, to be gone on with */
	/* reports whose bad records are to be read again */
	struct ids later;
};

/* Read f->report into the open batch. out->aside: the report's own fault, e says which. */
bool flow_read_into_batch(struct flow *f, struct flow_read *out, struct err *e) MUST_USE;
/* The report's bytes are closed before anything of it is stored. */
bool flow_report_closed(struct flow *f, struct err *e) MUST_USE;
/* The event, or its protected form, which lasts until the next call. */
const struct event *flow_guarded(struct flow *f, const struct event *ev);
/* Did it give events, as a list, and none with a time? */
bool flow_undated(const struct flow *f, const struct flow_read *read);
/* Tell whoever asked what became of the report. */
bool flow_tell_done(struct flow *f, int64_t id, struct err *e) MUST_USE;
bool flow_stopped(const struct flow *f);
/* Answer who waits, if somebody does. False: e says why, or f->given_up is set. */
bool flow_pause(struct flow *f, struct err *e) MUST_USE;
/* The same where what is under way is not given up for it, as a report that is being received. */
bool flow_others(struct flow *f, struct err *e) MUST_USE;
void flow_aside_begin(struct flow *f);
/* A small report joins the transaction that is open, a large one ends it. */
bool flow_together(struct flow *f, struct err *e) MUST_USE;
bool flow_together_end(struct flow *f, struct err *e) MUST_USE;
/* ERR_CONFLICT while a report is being read. */
bool flow_idle_only(const struct flow *f, struct err *e) MUST_USE;
/* The bad records of those in f->later. */
bool flow_retry_bad(struct flow *f, struct err *e) MUST_USE;

#endif
