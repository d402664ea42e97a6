/*
 * batch: how observations wait in memory for their transaction. For this room
 * alone: batch.c gathers, batch_flush.c writes, batch_first.c says what a finding
 * counts as new for, bad.c gathers and writes bad records.
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/arena.h"
#include "store/store_room.h"

/*
 * The sizes are a bound on memory: 256 Ki findings of 88 bytes, their table
 * and 12 MiB of texts at most. More findings a batch means fewer touches of
 * each page of the store; past this the gain is small (decision 0020).
 */
#define BATCH_FINDINGS ((uint32_t)262144)
#define BATCH_COUNTS ((uint32_t)65536)
#define BATCH_EVENTS ((uint64_t)1 << 20) /* at most so much is read again after a kill */
#define BATCH_TEXT ((size_t)8 << 20)
/* Who has others to answer begins with so many, and goes no lower. */
#define BATCH_FINDINGS_FEW ((uint32_t)12288)
/* What one record may still bring after the batch counts as full. */
#define BATCH_SLACK 4096

/* What a batch knows of one finding. */
struct gathered {
	int64_t id;
	uint64_t first_offset, last_offset;
	/* begin: the first in order; gap: the last one that ended a silence, or 0 */
	uint32_t first_s, last_s, begin_s, gap_s;
	uint32_t first_length, last_length;
	uint32_t count, asn;
	uint32_t side; /* address and name of a place that is no IPv4, in text; 0: none */
	uint32_t day; /* index of the count that its earliest observation is in */
	uint16_t feed, label, identifier, transport, first_part, last_part;
	uint16_t port, country;
	uint8_t class, kind, tlp;
};

struct day_count {
	uint32_t day, asn;
	uint16_t country, feed;
	uint8_t class;
	uint32_t events, findings_new;
};

/* Bad records: see bad.c. */
struct bad_run {
	uint16_t part;
	uint32_t n;
	size_t at, len; /* in places */
};

struct bad_kind {
	uint32_t at, col_len, kind_len; /* in text */
	uint32_t n;
};

struct bad_example {
	uint64_t offset;
	uint32_t length, line;
	uint32_t at, col_len, reason_len; /* in text */
	uint16_t part;
};

#define BAD_RUNS ((uint32_t)1024)
#define BAD_KINDS ((uint32_t)8192)
#define BAD_KIND_SLOTS ((size_t)16384)
#define BAD_KINDS_NAMED 1000 /* of one report */
#define BAD_EXAMPLES ((uint32_t)1000)
#define BAD_RUN_BYTES ((size_t)256 << 10)
#define BAD_BYTES ((size_t)2 << 20)
#define BAD_PENDING 64

struct bads {
	struct buf places;
	uint64_t last_offset; /* of the run that is open */
	struct bad_run *runs;
	uint32_t run_count;
	bool run_open;
	struct bad_kind *kinds; /* in the order in which they came */
	uint16_t *kind_slots; /* index + 1, by hash */
	uint32_t kind_count;
	struct bad_example *examples;
	uint32_t example_count;
	uint64_t examples_stored; /* of the report */
	struct buf text;
	uint64_t pending[BAD_PENDING]; /* ordinals at the current place */
	uint32_t pending_count;
};

/* A place that was set aside: sorted by part and offset. */
struct retry_place {
	uint64_t part; /* hash64() of its text: terms may be cleared meanwhile */
	uint64_t offset;
	uint64_t ordinal; /* << 1 | mixed */
};

struct retry {
	bool on;
	struct retry_place *v;
	size_t count;
	int64_t last; /* the last row of this pass */
	int64_t end; /* the last row of the whole retry */
	uint64_t skip; /* taken ones that are stored already */
};

struct batch {
	bool open;
	int64_t report;
	int64_t received_s;
	uint64_t skip; /* calls still to be passed over */
	uint64_t events, bad; /* gathered since the last flush */
	uint64_t taken; /* events and bad since the last flush, for progress */
	uint64_t events_total, bad_total;

	struct gathered *findings;
	uint32_t *slots; /* index + 1, by id */
	uint32_t finding_count;
	uint32_t findings_max; /* it counts as full then: BATCH_FINDINGS, or what is written in time */
	int64_t flush_ns; /* how long a flush may take; 0: as long as it takes */
	struct day_count *days;
	uint32_t *day_slots;
	uint32_t day_count;
	/* Findings that were added, by the country of the row; since the flush began. */
	struct tally_new { uint16_t country; uint32_t fresh, returned; } *tally;
	size_t tally_count, tally_cap, tally_at; /* tally_at: the one of the finding before */
	struct buf text;
	struct sightings *sightings; /* NULL: none was met (batch_sight.c) */

	/* the place that the last call was about */
	bool at_known;
	uint16_t at_part;
	uint64_t at_hash; /* of the part's text, when it is a retry */
	uint64_t at_offset;
	uint64_t at_items; /* calls for it so far */
	uint64_t at_good; /* events among them */
	bool at_cut; /* a flush came between */

	struct bads bads;
	struct retry retry;
	/* What the last finding was: likely the next one too. */
	enum { BATCH_NEW, BATCH_SEEN, BATCH_EARLIER } likely;
	uint16_t likely_feed; /* of the last observation */
};

#define BATCH_SLOTS ((size_t)524288)
#define DAY_SLOTS ((size_t)131072)

void bads_init(struct bads *b);
void bads_fini(struct bads *b);
void bads_clear(struct bads *b);
bool bads_full(const struct bads *b);
/* The place is left: what was bad there goes into the run. */
void bads_close_place(struct batch *b, bool mixed);
bool bads_store(struct store *s, struct batch *b, struct err *e) MUST_USE;
/* Is this item, the ordinal-th of its place, one that was set aside? */
bool retry_wants(const struct retry *r, uint64_t part, uint64_t offset,
    uint64_t ordinal);
bool retry_finish(struct store *s, struct batch *b, struct err *e) MUST_USE;

/* Write the gathered findings and counts. In a transaction. */
bool batch_store_findings(struct store *s, struct batch *b,
    struct err *e) MUST_USE;
bool batch_store_days(struct store *s, struct batch *b, struct err *e) MUST_USE;

/* Of two counts of one day and class: which comes first by country, AS and feed's name? */
bool batch_cell_less(const struct terms *t, const struct day_count *a,
    const struct day_count *b);
#define CELL_BYTES 64
/*
 * Where the earliest observation of g is counted, as finding.first_cell keeps
 * it; SLICE_NONE where the latest is counted alike.
 */
struct slice batch_first_cell(const struct store *s, const struct batch *b,
    const struct gathered *g, char mem[CELL_BYTES]);
/*
 * The finding is there, and g may be earlier: then what it counts as new goes
 * from its old cell to g's, and *cell_out is for finding.first_cell (empty:
 * NULL from now on); else it is SLICE_NONE. *there_out false: it is not there. In a transaction.
 */
bool batch_first_move(struct store *s, struct batch *b, const struct gathered *g,
    bool *there_out, char mem[CELL_BYTES], struct slice *cell_out,
    struct err *e) MUST_USE;

/* So many indicators of a batch: 4 MiB. */
#define BATCH_SIGHTINGS ((uint32_t)131072)
/* The event met indicators, or parts of some; at_s as it is counted. */
void batch_sight(struct batch *b, const struct observation *o, uint32_t at_s);
bool batch_sight_full(const struct batch *b);
void batch_sight_clear(struct batch *b);
void batch_sight_free(struct batch *b);
bool batch_store_sightings(struct store *s, struct batch *b, struct err *e) MUST_USE;

struct batch *batch_get(struct store *s);
/* Empty it for a report. */
void batch_start(struct batch *b, int64_t report, int64_t received_s);

/*
 * A call about a place: *take_out false when it is to be passed over. Flushes
 * where the batch is full.
 */
bool batch_enter(struct store *s, struct slice part, uint64_t offset,
    bool *take_out, struct err *e) MUST_USE;

#endif
