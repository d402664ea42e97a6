/*
 * take: reports from where people keep them (files, folders, Maildirs,
 * standard input) into the flow.
 */
#ifndef CLI_TAKE_H
#define CLI_TAKE_H

#include <sys/stat.h>

#include "flow.h"

struct take {
	struct flow *flow;
	struct receipt receipt; /* feed, format and options for all */
	struct slice leave; /* names in folders that end so are left (NONE: none) */
	/* what became of them so far */
	uint64_t files, bytes, reports, known, refused;
	/*
	 * For a folder that is watched: what is still being written is left for
	 * another time and counted here; links are not followed.
	 */
	bool careful;
	uint64_t later;
	struct stat last; /* the file that was read last, as it was then */
	/* Called for a file that could not be taken (may be NULL). */
	void (*refuse)(void *cookie, const char *path, const struct err *why);
	/* Called after each file (may be NULL). */
	void (*progress)(void *cookie, const struct take *t, const char *path);
	void *cookie;
	const volatile bool *stop;
};

/* A file, a folder with all below it, a Maildir, or "-". */
bool take_path(struct take *t, const char *path, struct err *e) MUST_USE;
/* The same file with the same contents? */
bool take_same(const struct stat *a, const struct stat *b);
/* Make durable and list what was taken. */
bool take_commit(struct take *t, struct err *e) MUST_USE;

#endif
