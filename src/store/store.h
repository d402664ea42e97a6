/*
 * store: the node's records. One process writes (the keeper).
 *
 *   report    what was received and how far it has been read
 *   finding   see model/finding.h; counts by day beside it
 *   bad       records set aside: where they lie, which column, why
 *   contact, notice, transfer: who answers, what was told, why it was allowed
 *
 * A report moves: received -> reading -> done | aside. Its events are stored in
 * batches; each batch and the count of events that it brings the report to are
 * one transaction, so that a kill at any point counts none twice: reading the
 * report again skips the events that are counted already (readers give the
 * same events in the same order).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "model/event.h"
#include "model/finding.h"
#include "store/db.h"

struct store;

/* Open PATH (a database file), make or migrate the schema. ERR_INPUT: not ours, or newer than we are; the text says what to do. */
bool store_open(const char *path, const struct db_options *options,
    struct store **out, struct err *e) MUST_USE;
void store_close(struct store **s);
struct db *store_db(struct store *s);
/* Integrity of file and counters; each trouble goes to say(). False when any. */
bool store_check(struct store *s, void (*say)(void *, const char *), void *cookie,
    struct err *e) MUST_USE;

/* Small settings of the node that are data ("schema.shadowserver", ...). */
bool store_setting(struct store *s, struct slice key, struct arena *a,
    struct slice *value_out, struct err *e) MUST_USE;
bool store_setting_put(struct store *s, struct slice key, struct slice value,
    struct err *e) MUST_USE;

/* --- reports ------------------------------------------------------------ */

enum report_state { REPORT_RECEIVED, REPORT_READING, REPORT_DONE, REPORT_ASIDE };
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
	struct slice reason; /* of REPORT_ASIDE, for people */
	uint64_t events; /* stored */
	uint64_t bad; /* records set aside */
	uint32_t reads; /* times a reader began on it */
};

/*
 * Enter a report that the archive holds. The same SHA-256 twice is one report:
 * *known_out says so and *id_out is the first one's.
 */
bool report_add(struct store *s, const struct report *r, int64_t *id_out,
    bool *known_out, struct err *e) MUST_USE;
bool report_get(struct store *s, int64_t id, struct arena *a,
    struct report *out, struct err *e) MUST_USE; /* ERR_ABSENT */
/* The next report of a state behind id `after`, or *found_out false. */
bool report_next(struct store *s, enum report_state state, int64_t after,
    struct arena *a, struct report *out, bool *found_out, struct err *e) MUST_USE;
bool report_begin(struct store *s, int64_t id, struct err *e) MUST_USE;
bool report_aside(struct store *s, int64_t id, struct slice reason,
    struct err *e) MUST_USE;
/* Read it (again) from the start: what `retry` does for an aside report. */
bool report_again(struct store *s, int64_t id, struct err *e) MUST_USE;

/* --- events into findings ---------------------------------------------- */

/* One event, as the flow hands it over after attribution. */
struct observation {
	struct finding_key key;
	int64_t time_s; /* time.source, else the report's received_s */
	uint32_t asn; /* 0: unknown */
	uint8_t country[2]; /* "\0\0": unknown */
	struct slice feed; /* feed.name */
	struct slice label; /* malware.name or event_description.text: what a person sees */
	uint64_t offset; /* place in the report */
	uint32_t length;
	struct slice part;
};

/*
 * A batch gathers observations of one report in memory (bounded), joins those
 * of one finding, and goes into the store in one transaction, in the order of
 * finding ids. store_observe() flushes by itself when the batch is full.
 */
bool store_batch_begin(struct store *s, int64_t report_id, struct err *e) MUST_USE;
bool store_observe(struct store *s, const struct observation *o,
    struct err *e) MUST_USE;
/* A bad record: counted and kept by place; examples with a reason are bounded. */
bool store_bad(struct store *s, uint64_t offset, uint32_t length, uint32_t line,
    struct slice part, struct slice column, struct slice reason,
    struct err *e) MUST_USE;
/* Write what is gathered together with the report's progress. */
bool store_batch_flush(struct store *s, struct err *e) MUST_USE;
/* Flush and mark the report done, with the format it was read as. */
bool store_batch_done(struct store *s, struct slice format, struct err *e) MUST_USE;
void store_batch_drop(struct store *s);

#endif
