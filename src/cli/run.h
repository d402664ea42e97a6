/*
 * run: what ingest, watch, retry and replay show of their work: progress, a row
 * for each report, a summary.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "take.h"

struct run {
	bool json, quiet, places;
	struct flow_options options; /* for flow_open() */
	struct progress progress;
	struct table table;
	struct buf line;
	void (*print)(const struct event *ev, struct buf *out); /* --as */
	int64_t begun_ns;
	uint64_t done, aside, nothing, others, events, bad, bytes, rows;
	int refused_status; /* exit status by the first file that was refused */
};

void run_begin(struct run *r, struct cli *c);
/* Show files being taken, then reports being read. */
void run_take(struct run *r, struct take *t);
void run_work(struct run *r, uint64_t total);
/* The table and the summary; sets the exit status. t may be NULL. */
bool run_end(struct run *r, struct cli *c, const struct take *t, struct err *e) MUST_USE;

/* The table as far as it came, when the work failed. */
void run_drop(struct run *r);

/* --feed, --format, --mail ... as the flow wants them; texts in options. */
bool run_receipt(struct cli *c, struct receipt *out, struct buf *options,
    struct err *e) MUST_USE;

/* SIGINT and SIGTERM end the work between two reports. */
const volatile bool *run_stop_on_signals(void);

#endif
