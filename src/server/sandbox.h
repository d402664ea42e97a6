/*
 * sandbox: the walls around a web process: it speaks with strangers, so that it
 * may read the node's folder, write in its spool, and nothing else: no new
 * sockets, no programs, no other process.
 */
#ifndef SERVER_SANDBOX_H
#define SERVER_SANDBOX_H

#include "base/err.h"
#include "base/slice.h"

struct sandbox_paths {
	const char *const *read; /* folders and files; NULL ends it; what is not there is left out */
	const char *write; /* a folder; NULL: none */
};

/* Nothing to go back from. Each wall stands alone: a kernel without one still has the others. */
bool sandbox_web(const struct sandbox_paths *paths, struct err *e) MUST_USE;
/* No new rights by programs with the set-user bit; no core with what is secret. */
bool sandbox_common(struct err *e) MUST_USE;

#endif
