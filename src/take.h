/*
 * take: reports from where people keep them (files, folders, Maildirs,
 * standard input) into the flow.
 */
#ifndef TAKE_H
#define TAKE_H

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
/*
 * If path is "-" or a pipe, read it to its end into a file without a name in
 * dir: *fd_out, the caller's; else it stays -1. For take_spooled(), later.
 */
bool take_spool(struct take *t, const char *path, const char *dir,
    uint64_t bytes_max, int *fd_out, struct err *e) MUST_USE;
bool take_spooled(struct take *t, const char *path, int fd, struct err *e) MUST_USE;
/* Make durable and list what was taken. */
bool take_commit(struct take *t, struct err *e) MUST_USE;

#endif
