/*
 * reader: formats run in processes that hold nothing: no network, no database,
 * no right to open a file. What a hostile report can reach there is its own
 * reading, and nothing else.
 *
 *   keeper ──────── job, with the archived file's descriptor ───────▶ reader
 *          ◀── blocks of events and bad records · progress · the end ──
 *      │ control                                                         ▲
 *      └──────▶ nursery: forked before the keeper opens anything; ───────┘
 *               it warms the libraries up and forks readers when asked
 *
 * Frames both ways: length (4 bytes, big-endian), kind (1 byte), payload. What
 * a reader sends is checked like any input. A reader that crashes, hangs or
 * outgrows its memory costs one report; the next job gets a new one.
 */
#ifndef INTAKE_READER_H
#define INTAKE_READER_H

#include <sys/types.h>

#include "intake/intake.h"
#include "intake/tables.h"

struct readers;
struct reader;

struct reader_limits {
	size_t memory_bytes; /* of one reader, address space (512 MiB; sanitizer builds have none) */
	int stall_ms; /* of its own work without a sign of life; ten times as long by the clock (60 s) */
	int job_ms; /* of one report, by the clock, time spent here not counted; so much work, too (1 h) */
};

extern const struct reader_limits READER_LIMITS;

struct reader_job {
	int fd; /* the archived file (zstd), for reading; stays the caller's */
	struct slice name, feed, options;
	struct slice format; /* named, or empty */
	int64_t received_s;
	const struct field_set *wanted; /* NULL: all fields and extras */
	const struct place *excerpt; /* give its bytes to the sink instead; NULL: read */
};

/* How the reading of a report ended. */
struct reader_summary {
	char format[64]; /* recognised; "" when it was not */
	char nothing[INTAKE_NOTHING_MAX]; /* why there was nothing to report, or "" */
	uint64_t events, bad, bytes;
	struct intake_tally tallies[INTAKE_TALLIES_MAX];
	size_t tally_count;
	bool protected; /* something in it is, be it a bad record (model/protect.h) */
	bool no_reader; /* no process could be had to read it: not the report's fault */
};

/*
 * Fork the nursery. Call it before the process opens what a reader must not
 * inherit, and before it starts threads.
 */
bool readers_open(const struct reader_limits *limits, struct readers **out,
    struct err *e) MUST_USE;
/* The process that starts readers, for tests. */
pid_t readers_nursery(const struct readers *rs);
/* All readers must be freed before. */
void readers_close(struct readers **rs);
/*
 * A newer table (intake_tables_add): from their next job on all readers have
 * it. It is checked here first; on failure nothing changes.
 */
bool readers_table(struct readers *rs, struct slice name, struct slice bytes,
    struct err *e) MUST_USE;

/* A place for one reader; its process starts with the first job. */
struct reader *reader_new(struct readers *rs);
void reader_free(struct reader **r);

/*
 * Read a report. Events and bad records go to sink as they come (sink->wanted
 * is not looked at: job->wanted counts). False where the report must be set
 * aside; e says why for people, *out holds what was read until then. A sink
 * that fails ends the job with its error, and the reader with it.
 */
bool reader_run(struct reader *r, const struct reader_job *job,
    const struct intake_sink *sink, struct reader_summary *out,
    struct err *e) MUST_USE;

/* The same in this process, for tests and where a sandbox is not to be had. */
bool reader_run_here(const struct intake_tables *tables,
    const struct reader_job *job, const struct intake_sink *sink,
    struct reader_summary *out, struct err *e) MUST_USE;

/*
 * The keeper's side of a frame: items of a block go to sink. For reader_run()
 * and its fuzzer; ev and memory are the caller's, for many calls.
 */
bool reader_block_read(struct slice payload, struct event *ev,
    const struct intake_sink *sink, struct reader_summary *out, struct err *e) MUST_USE;
bool reader_end_read(struct slice payload, struct reader_summary *out,
    bool *ok_out, struct err *why, struct err *e) MUST_USE;

/* What keeps a reader in; each true where the kernel has it. For doctor. */
struct reader_sandbox {
	bool seccomp, landlock, limits;
};
void reader_sandbox_probe(struct reader_sandbox *out);
/* Give up all rights for good. For the reader's process. */
bool reader_sandbox_enter(size_t memory_bytes, struct err *e) MUST_USE;

/* For tests alone, set before readers_open(): called in the reader before each event. */
extern void (*reader_fault)(struct slice report, uint64_t events);

#endif
