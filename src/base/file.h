/*
 * file: files and folders, with errors that name the path.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct file_map {
	struct slice view;
	void *base;
};

#define FILE_MAP_NONE { { NULL, 0 }, NULL }

/* Map a whole file for reading; an empty one is an empty view. ERR_LIMIT over max. */
bool file_map(const char *path, size_t max, struct file_map *out,
    struct err *e) MUST_USE;
void file_unmap(struct file_map *m);

/* Read a whole file into b (up to b->max). */
bool file_read(const char *path, struct buf *b, struct err *e) MUST_USE;
bool fd_read_all(int fd, struct buf *b, struct err *e) MUST_USE;
/* Write all of s; handles short writes and EINTR. */
bool fd_write_all(int fd, struct slice s, struct err *e) MUST_USE;

#define PATH_TEXT_MAX 4096

/*
 * A file that is written piece by piece to a name beside its own, and has its
 * own when it is whole and on the disk: commit or drop ends it.
 */
struct file_new {
	char path[PATH_TEXT_MAX], tmp[PATH_TEXT_MAX];
	int fd; /* -1: ended */
};

bool file_new_open(struct file_new *f, const char *path, struct err *e) MUST_USE;
bool file_new_put(struct file_new *f, struct slice s, struct err *e) MUST_USE;
bool file_new_commit(struct file_new *f, struct err *e) MUST_USE;
/* Nothing of it stays. Of one that ended already: nothing. */
void file_new_drop(struct file_new *f);
/* The same at once. */
bool file_write(const char *path, struct slice s, struct err *e) MUST_USE;

/* "DIR/NAME" in out; where it does not fit "", which no call opens. Returns out. */
const char *path_join(char out[PATH_TEXT_MAX], const char *dir, const char *name);

/* Make a folder and those above it; one that is there already is fine. */
bool dir_make(const char *path, struct err *e) MUST_USE;
bool dir_sync(const char *path, struct err *e) MUST_USE;
bool file_exists(const char *path);

/*
 * Open a folder in which others may have a say: behind a link only where root or
 * we made it. The caller closes *fd_out, which is -1 on failure.
 */
bool dir_open(const char *path, int *fd_out, struct err *e) MUST_USE;

/*
 * Give a file a new name and never that of another: where `to` is taken, ".2",
 * ".3" ... is put behind it; `to` has the name then. Each is a name in its open
 * folder. On another file system it is copied, synced, and then removed here.
 */
bool file_move(int from_dir, const char *from, int to_dir, char to[PATH_TEXT_MAX], struct err *e) MUST_USE;

/*
 * Names in a folder, sorted by bytes, without "." and ".."; the caller frees
 * with dir_list_free(). Hidden names are left out unless hidden is set.
 */
struct dir_list {
	char **names;
	size_t count;
};
bool dir_list(const char *path, bool hidden, struct dir_list *out,
    struct err *e) MUST_USE;
void dir_list_free(struct dir_list *l);

#endif
