/*
 * archive: every report byte for byte, under its SHA-256, compressed.
 *
 *   DIR/ab/abcdef....zst    zstd frames of 1 MiB of input each, so that a
 *                           place in a large report is found without
 *                           unpacking what lies before it; in front of them
 *                           a skippable frame (RFC 8878 section 3.1.2) with
 *                           what was said of the report when it came
 *   DIR/ab/abcdef....N.note what was said of it on day N (since 1970) besides:
 *                           that it came again, or is to be read otherwise
 *   DIR/tmp/                what is not yet taken; emptied at start
 *   DIR/lock                held by every process that has the archive open:
 *                           tmp/ is emptied by one that finds itself alone
 *
 * A report is taken when archive_commit() has returned: bytes, name and folder
 * are then on stable storage. Many are committed with one wait for the disk.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/source.h"

struct archive;

struct archived {
	struct sha256 sha;
	uint64_t bytes; /* as received */
	uint64_t stored; /* as compressed */
	bool known; /* the same bytes were here before */
};

/*
 * Open or make the folder. The caller closes. A folder that is there but may
 * not be written opens too, for reading: archive_put() is then ERR_DENIED.
 */
bool archive_open(const char *dir, struct archive **out, struct err *e) MUST_USE;
void archive_close(struct archive **a);

#define ARCHIVE_NOTE_MAX ((size_t)64 << 10)

/*
 * For a server, which has others to answer while a report is put and while the
 * disk is waited for. meanwhile() comes after each MiB; it may
 * not use the archive. sync() makes fd, or all of its file system, durable as
 * fsync() and syncfs() do: 0, or errno.
 */
struct archive_aside {
	bool (*meanwhile)(void *cookie, struct err *e);
	int (*sync)(void *cookie, int fd, bool whole);
	void *cookie;
};
void archive_aside(struct archive *a, const struct archive_aside *aside);

/*
 * Read src to its end into the archive (not yet committed). ERR_LIMIT over
 * bytes_max. On failure nothing is left behind. Bytes that are here already
 * (committed, or put and waiting) are stored once, with the note of the first
 * time. note: whatever archive_note() shall give back; may be empty.
 */
bool archive_put(struct archive *a, struct source *src, uint64_t bytes_max,
    struct slice note, struct archived *out, struct err *e) MUST_USE;
/*
 * Keep a note beside a report that is here, or is put and waits: of its day
 * (since 1970), in the place of one that is there. It waits for
 * archive_commit().
 */
bool archive_note_add(struct archive *a, const struct sha256 *sha, uint32_t day,
    struct slice note, struct err *e) MUST_USE;
/*
 * Make all that was put since the last commit durable, with one sync. When it
 * fails, what was put stays waiting and the next commit tries again;
 * archive_close() drops what is still waiting.
 */
bool archive_commit(struct archive *a, struct err *e) MUST_USE;
/* How many reports were put and wait for archive_commit(). */
size_t archive_waiting(const struct archive *a);

bool archive_has(struct archive *a, const struct sha256 *sha);
/* The compressed file, for reading; the caller closes the fd. ERR_ABSENT. */
bool archive_fd(struct archive *a, const struct sha256 *sha, int *fd_out,
    struct err *e) MUST_USE;

/*
 * A source over a compressed archive file, uncompressed as it is read; needs
 * no right but to read fd and to allocate (seeking uses lseek and pread).
 * Free with archive_source_fini(); fd stays the caller's, its place in the
 * file is ours. A damaged or cut file fails where the damage is (ERR_SYSTEM).
 */
struct archive_source;
bool archive_source_open(int fd, size_t window_max,
    struct archive_source **out, struct err *e) MUST_USE;
struct source *archive_source_get(struct archive_source *s);
/* Go on at offset, skipping whole frames. */
bool archive_source_seek(struct archive_source *s, uint64_t offset,
    struct err *e) MUST_USE;
void archive_source_fini(struct archive_source **s);

/*
 * The note of a report and how many bytes it has, without unpacking it. The
 * note is empty where there is none. ERR_ABSENT; ERR_SYSTEM: damaged.
 */
bool archive_note(struct archive *a, const struct sha256 *sha, struct arena *memory,
    struct slice *note_out, uint64_t *bytes_out, struct err *e) MUST_USE;

/* The note beside it of that day; empty where there is none. */
bool archive_note_on(struct archive *a, const struct sha256 *sha, uint32_t day,
    struct arena *memory, struct slice *note_out, struct err *e) MUST_USE;

/* Unpack and compare with the name: "doctor" asks this. */
bool archive_verify(struct archive *a, const struct sha256 *sha,
    struct err *e) MUST_USE;
/* Each report in the archive, in order of names; false from each() stops. */
bool archive_each(struct archive *a,
    bool (*each)(void *cookie, const struct sha256 *sha, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* Each note that lies beside a report. */
bool archive_each_note(struct archive *a,
    bool (*each)(void *cookie, const struct sha256 *sha, uint32_t day, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/*
 * For tests alone: called before each write, sync and rename; what it returns
 * other than 0 is the errno that the call then fails with.
 */
extern int (*archive_fault)(void);

#endif
