/*
 * store: the node's records. One process writes (the keeper).
 *
 *   report    what was received and how far it has been read
 *   finding   see model/finding.h; counts by day beside it
 *   bad       records set aside: where they lie, which column, why
 *   contact, notice, transfer: who answers, what was told, why it was allowed
 *
 * A report moves: received -> reading -> done | nothing | aside. Its events are stored in
 * batches; each batch and the count of events that it brings the report to are
 * one transaction, so that a kill at any point counts none twice: reading the
 * report again skips the events that are counted already (readers give the
 * same events in the same order).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "model/event.h"
#include "model/finding.h"
#include "model/indicator.h"
#include "model/policy.h"
#include "store/db.h"

struct store;

/*
 * A transaction of one's own, or the one that is open: *mine_out says which.
 * store_end() commits or rolls back what is mine; returns ok and committed.
 */
bool store_begin(struct store *s, bool *mine_out, struct err *e) MUST_USE;
bool store_end(struct store *s, bool mine, bool ok, struct err *e) MUST_USE;

/*
 * Open PATH (a database file), make or migrate the schema. ERR_INPUT: not
 * ours, or newer than we are; the text says what to do. Read-only, it must be
 * there and of our version.
 */
bool store_open(const char *path, const struct db_options *options,
    struct store **out, struct err *e) MUST_USE;
void store_close(struct store **s);
struct db *store_db(struct store *s);
/* Give up the transaction that is open, and what was remembered of it. */
void store_rollback(struct store *s);
/* Integrity of file and counters; each trouble goes to say(). False when any. */
bool store_check(struct store *s, void (*say)(void *, const char *), void *cookie,
    struct err *e) MUST_USE;

/* Small settings of the node that are data ("schema.shadowserver", ...). */
bool store_setting(struct store *s, struct slice key, struct arena *a,
    struct slice *value_out, struct err *e) MUST_USE;
bool store_setting_put(struct store *s, struct slice key, struct slice value,
    struct err *e) MUST_USE;

/* --- reports ------------------------------------------------------------ */

/* REPORT_NOTHING: read well, and there is nothing in it to report (a mail that is no complaint). */
enum report_state { REPORT_RECEIVED, REPORT_READING, REPORT_DONE, REPORT_ASIDE, REPORT_NOTHING, REPORT_STATE_COUNT };
const char *report_state_name(enum report_state s);

struct report {
	int64_t id;
	struct sha256 sha;
	int64_t received_s;
	uint64_t bytes;
	struct slice name; /* the file's own name, without folders */
	struct slice feed; /* feed.name that its events get, or empty */
	struct slice format; /* asked for, or recognised; empty before */
	struct slice options; /* what the reader is told besides, "key=value" lines */
	enum report_state state;
	struct slice reason; /* of REPORT_ASIDE and REPORT_NOTHING, for people */
	uint64_t events; /* stored */
	uint64_t bad; /* records set aside */
	uint32_t reads; /* times a reader began on it */
	bool undated; /* a list without a time of its own: it held when it was received */
	bool protected; /* something in it is (model/protect.h): its bytes are not shown */
};

/*
 * Enter a report that the archive holds. The same SHA-256 twice is one report:
 * *known_out says so and *id_out is the first one's. It is on disk when this
 * returns, or, inside the caller's transaction, when that is committed after
 * db_durable(db, true). r's id, state, reason and counts are not looked at.
 */
bool report_add(struct store *s, const struct report *r, int64_t *id_out,
    bool *known_out, struct err *e) MUST_USE;
/*
 * Enter bytes that are known as received once more: for what holds at the
 * moment of reception alone (a block list), that is an observation of its own.
 * Once a day (UTC) at the most: *known_out says that the day had one.
 */
bool report_add_again(struct store *s, const struct report *r, int64_t *id_out,
    bool *known_out, struct err *e) MUST_USE;
/* Was it received on the day (since 1970)? */
bool report_on_day(struct store *s, const struct sha256 *sha, uint32_t day,
    bool *found_out, struct err *e) MUST_USE;
uint32_t report_day(const struct report *r); /* of its reception */
bool report_get(struct store *s, int64_t id, struct arena *a,
    struct report *out, struct err *e) MUST_USE; /* ERR_ABSENT */
/*
 * What was said of a report when it came, as a line that the archive keeps
 * beside its bytes: received_s, name, feed, format and options; order: which of
 * two came first. report_note_read() gives what it finds; false: no such line.
 */
void report_note_print(const struct report *r, int64_t order, struct buf *out);
bool report_note_read(struct slice note, struct arena *a, struct report *out, int64_t *order_out);
/* The next report of a state behind id `after`, or *found_out false. */
bool report_next(struct store *s, enum report_state state, int64_t after,
    struct arena *a, struct report *out, bool *found_out, struct err *e) MUST_USE;
/* A reader begins on it: state reading, one more read. */
bool report_begin(struct store *s, int64_t id, struct err *e) MUST_USE;
/*
 * Something in it is protected. It holds at once, through a replay, and until
 * the report was read to its end and store_batch_end() says otherwise.
 */
bool report_protect(struct store *s, int64_t id, struct err *e) MUST_USE;
bool report_aside(struct store *s, int64_t id, struct slice reason,
    struct err *e) MUST_USE;
/* By SHA-256, the one received first; *found_out false when there is none. */
bool report_find(struct store *s, const struct sha256 *sha, struct arena *a,
    struct report *out, bool *found_out, struct err *e) MUST_USE;

/* What is asked of the list of reports; newest first. */
struct report_query {
	bool has_state;
	enum report_state state;
	bool with_bad; /* only those with bad records */
	struct slice feed, format; /* NONE: any */
	int64_t since_s, until_s; /* received; 0: open */
	int64_t before_id; /* for the next page: the last id shown; 0: from the newest */
	size_t limit; /* 0: all */
};
bool report_list(struct store *s, const struct report_query *q,
    bool (*each)(void *cookie, const struct report *r, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* How many reports in each state, and what they hold together. */
struct report_totals {
	uint64_t reports[REPORT_STATE_COUNT];
	uint64_t events, bad, bytes;
	int64_t last_s; /* the latest was received; 0: there is none */
};
bool report_totals(struct store *s, struct report_totals *out,
    struct err *e) MUST_USE;

/*
 * Read it (again): what `retry` does for an aside report. Events that were
 * stored before it was set aside are not counted again.
 */
bool report_again(struct store *s, int64_t id, struct err *e) MUST_USE;
/*
 * Name, feed, format and options are r's from now on, and it is to be read
 * again; what was said of its bad records goes. Its events are the caller's
 * affair: of a report that gave some, store_forget_derived() must follow in the
 * same transaction.
 */
bool report_retell(struct store *s, const struct report *r, struct err *e) MUST_USE;

/* --- events into findings ---------------------------------------------- */

/* One event, as the flow hands it over after attribution. */
struct observation {
	struct finding_key key;
	int64_t time_s; /* time.source, else the report's received_s */
	uint32_t asn; /* 0: unknown */
	uint8_t country[2]; /* "\0\0": unknown */
	enum tlp tlp; /* of the source; TLP_CLEAR where it said nothing */
	struct slice feed; /* feed.name */
	struct slice label; /* malware.name or event_description.text: what a person sees */
	uint64_t offset; /* place in the report */
	uint32_t length;
	struct slice part;
	const struct indicator_met *met; /* indicators that it met (model/indicator.h) */
	size_t met_count;
};

/*
 * A batch gathers observations of one report in memory (bounded: about 36 MiB),
 * joins those of one finding, and goes into the store in one transaction, in
 * the order of finding ids. store_observe() and store_bad() flush by themselves
 * when the batch is full. One batch is open at a time.
 *
 * The result is a function of the observations in their order, however they
 * were cut into batches and whatever kills lay between. Where several reports
 * are small, the caller may hold one transaction over all of them (db_begin()
 * and db_commit() on store_db()); if that fails or is given up, store_rollback()
 * instead of db_rollback().
 *
 * A moment more than a day after the report was received, or before 1970, is
 * taken for the moment of reception. Texts over 255 bytes are cut (places: 2,048).
 *
 * *seen_out (may be NULL): how many events and bad records of this report are
 * stored already. The reader begins at the start all the same: so many calls
 * are passed over silently.
 */
bool store_batch_begin(struct store *s, int64_t report_id, uint64_t *seen_out,
    struct err *e) MUST_USE;
/*
 * Read a report that is done once more, for its bad records alone: of all the
 * items that come, those are taken whose places were set aside; what is bad
 * again is set aside again. store_batch_done() ends it. A pass takes up to
 * a million places; *more_out: another pass is needed after this one.
 * ERR_CONFLICT for a report that is not done, or has no bad record.
 */
bool store_batch_retry(struct store *s, int64_t report_id, bool *more_out,
    struct err *e) MUST_USE;
/* The same as one after the other, and quicker: many look into large tables at once. */
bool store_observe_many(struct store *s, const struct observation *v, size_t n,
    struct err *e) MUST_USE;
bool store_observe(struct store *s, const struct observation *o,
    struct err *e) MUST_USE;
/* A bad record: counted and kept by place; 1,000 examples a report keep their reason. */
bool store_bad(struct store *s, uint64_t offset, uint32_t length, uint32_t line,
    struct slice part, struct slice column, struct slice reason,
    struct err *e) MUST_USE;
/* Write what is gathered together with the report's progress. */
/*
 * For who has others to answer: a batch shall be no larger than what is written
 * in so many ms. 0, as it is at first: as large as memory allows, which costs
 * the least.
 */
void store_batch_patience(struct store *s, int64_t ms);
bool store_batch_flush(struct store *s, struct err *e) MUST_USE;
/* What is said of a report that was read to its end. */
struct batch_end {
	struct slice format; /* it was read as; empty: as it was */
	/*
	 * Why it had nothing to report, or empty: where it gave neither an event
	 * nor a bad record, it is REPORT_NOTHING for that reason.
	 */
	struct slice nothing;
	bool undated, protected; /* see struct report; a retry leaves them */
};
/* Flush and mark the report done. */
bool store_batch_end(struct store *s, const struct batch_end *end, struct err *e) MUST_USE;
bool store_batch_done(struct store *s, struct slice format, struct err *e) MUST_USE;
/* Forget what was gathered since the last flush. Fine where none is open. */
void store_batch_drop(struct store *s);
/* Stored or gathered since the batch began, passed-over ones not counted. */
void store_batch_counts(const struct store *s, uint64_t *events_out,
    uint64_t *bad_out);

#endif
