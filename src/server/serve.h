/*
 * serve: a node as a server: a supervisor and its children.
 *
 *	supervisor ──┬── keeper ── nursery ── readers
 *	             ├── web, web ...
 *	             └── teller
 *
 *	SIGTERM, SIGINT	stop: no new connection, what was asked is answered, exit 0
 *	SIGHUP		the settings and certificates again; no request is lost
 *	SIGUSR2		the program anew (after an update), at the same sockets
 */
#ifndef SERVER_SERVE_H
#define SERVER_SERVE_H

#include "base/err.h"
#include "base/slice.h"

struct serve_options {
	const char *dir; /* the node's */
	const char *user; /* started as root, it runs as this one; NULL: as it is */
	bool check; /* look whether it could start, and end */
	char **argv; /* to start anew by; NULL: it cannot */
	/* Where it listens, for people (may be NULL). */
	void (*listening)(void *cookie, const char *url);
	void *cookie;
};

/* Runs until it is told to stop. */
bool serve_run(const struct serve_options *o, struct err *e) MUST_USE;

#endif
