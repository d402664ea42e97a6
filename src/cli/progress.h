/*
 * progress: how far long work is, on standard error where that is a terminal,
 * at most ten times a second; otherwise nothing.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* translated: "reports" */
	uint64_t total; /* 0: unknown */
	uint64_t done;
	int64_t begun_ns, shown_ns;
	bool on;
};

void progress_begin(struct progress *p, const char *what, uint64_t total, bool quiet);
/* done: so far. note (may be NULL): what is being worked on. */
void progress_at(struct progress *p, uint64_t done, const char *note);
void progress_end(struct progress *p);

#endif
