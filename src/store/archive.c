/*
 * archive: see archive.h. A report is written to tmp/ while its SHA-256 is
 * made, then waits; a commit syncs what waits, renames it to its name and
 * syncs the folders. A name in the archive therefore always has its whole
 * contents behind it, and a crash leaves nothing but files in tmp/.
 */
#include "store/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/file.h"
#include "store/archive_room.h"

#define FRAME_BYTES ((size_t)1 << 20)
/* Level 1 packs CSV sevenfold; see decision 0022. */
#define LEVEL 1
/* So many files are synced one by one; for more, the whole file system. */
#define SYNC_EACH_MAX 8
#define WAITING_MAX 4096
#define SLOTS (2 * WAITING_MAX) /* a power of two */

struct waiting {
	struct sha256 sha;
	uint64_t number; /* its name in tmp/ */
	bool is_note;
	uint32_t day; /* of a note */
};

struct archive {
	char *dir;
	int dir_fd;
	int lock_fd;
	bool read_only;
	struct archive_aside aside; /* empty: nobody waits */
	uint64_t next; /* number of the next file in tmp/ */
	ZSTD_CCtx *z;
	struct sha256_ctx *sha;
	uint8_t *in, *out;
	size_t out_cap;
	struct waiting *waiting;
	size_t waiting_count;
	uint16_t *slots; /* index + 1 of a waiting one, by SHA-256 */
	bool folder_dirty[256];
};

int (*archive_fault)(void);

static bool
faulty(void)
{
	int error = archive_fault == NULL ? 0 : archive_fault();

	if (error != 0)
		errno = error;
	return error != 0;
}

/* errno as a sentence; path is below the archive's folder. */
static bool
fail(struct archive *a, const char *path, struct err *e)
{
	int error = errno;

	(void)err_sys(e, "%s", path);
	if (error == ENOSPC || error == EDQUOT)
		(void)err_set(e, ERR_SYSTEM,
		    "%s: the disk is full; free some space and go on, nothing that was accepted is lost",
		    a->dir);
	else if (error == EACCES || error == EROFS || error == EPERM)
		(void)err_set(e, ERR_DENIED,
		    "%s: the archive cannot be written; check the rights of the folder",
		    a->dir);
	else
		(void)err_set(e, ERR_SYSTEM,
		    "%s: the archive cannot be written: %s", a->dir,
		    strerror(error));
	return err_cause(e, "%s: errno %d", path, error);
}

static void
tmp_name(const struct archive *a, uint64_t number, char out[64])
{
	(void)a;
	(void)snprintf(out, 64, "tmp/%d.%" PRIu64, (int)getpid(), number);
}

/* "ab/abcd....zst" */
static void
sha_name(const struct sha256 *sha, char out[80])
{
	char hex[SHA256_HEX + 1];

	sha256_hex(sha, hex);
	(void)snprintf(out, 80, "%.2s/%s.zst", hex, hex);
}

/* "ab/abcd....20420.note" */
static void
note_name(const struct sha256 *sha, uint32_t day, char out[96])
{
	char hex[SHA256_HEX + 1];

	sha256_hex(sha, hex);
	(void)snprintf(out, 96, "%.2s/%s.%" PRIu32 ".note", hex, hex, day);
}

static bool
tmp_clear(struct archive *a, struct err *e)
{
	char path[4096];
	struct dir_list l;
	bool ok = true;

	(void)snprintf(path, sizeof(path), "%s/tmp", a->dir);
	if (!dir_list(path, true, &l, e))
		return false;
	for (size_t i = 0; i < l.count && ok; i++) {
		(void)snprintf(path, sizeof(path), "tmp/%s", l.names[i]);
		ok = unlinkat(a->dir_fd, path, 0) == 0 || errno == ENOENT ||
		    fail(a, path, e);
	}
	dir_list_free(&l);
	return ok;
}

/*
 * Everybody who has the archive open shares the lock; who gets it alone knows
 * that what lies in tmp/ belongs to nobody any more.
 */
static bool
lock(struct archive *a, struct err *e)
{
	bool ok = true;

	a->lock_fd = openat(a->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC,
	    0666);
	if (a->lock_fd < 0)
		return fail(a, "lock", e);
	if (flock(a->lock_fd, LOCK_EX | LOCK_NB) == 0)
		ok = tmp_clear(a, e);
	if (ok && flock(a->lock_fd, LOCK_SH) != 0)
		ok = fail(a, "lock", e);
	return ok;
}

bool
archive_open(const char *dir, struct archive **out, struct err *e)
{
	struct archive *a = xalloc(sizeof(*a));
	char tmp[4096];
	bool ok = true;

	*out = NULL;
	*a = (struct archive){ .dir_fd = -1, .lock_fd = -1 };
	a->dir = xstrdup(dir);
	if (snprintf(tmp, sizeof(tmp), "%s/tmp", dir) >= (int)sizeof(tmp) - 256)
		ok = err_set(e, ERR_INPUT, "%s: the path is too long", dir);
	if (ok) {
		a->read_only = access(dir, F_OK) == 0 && access(dir, W_OK) != 0;
		ok = a->read_only || dir_make(tmp, e);
	}
	if (ok) {
		a->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ok = a->dir_fd >= 0 || fail(a, dir, e);
	}
	if (ok && !a->read_only)
		ok = lock(a, e);
	if (!ok)
		archive_close(&a);
	*out = a;
	return ok;
}

static void
waiting_drop(struct archive *a)
{
	char name[64];

	for (size_t i = 0; i < a->waiting_count; i++) {
		tmp_name(a, a->waiting[i].number, name);
		(void)unlinkat(a->dir_fd, name, 0);
	}
	a->waiting_count = 0;
}

void
archive_close(struct archive **ap)
{
	struct archive *a = *ap;

	*ap = NULL;
	if (a == NULL)
		return;
	waiting_drop(a);
	if (a->dir_fd >= 0)
		(void)close(a->dir_fd);
	if (a->lock_fd >= 0)
		(void)close(a->lock_fd);
	(void)ZSTD_freeCCtx(a->z);
	if (a->sha != NULL)
		sha256_free(&a->sha);
	free(a->in);
	free(a->out);
	free(a->waiting);
	free(a->slots);
	free(a->dir);
	free(a);
}

void
archive_aside(struct archive *a, const struct archive_aside *aside)
{
	a->aside = *aside;
}

size_t
archive_waiting(const struct archive *a)
{
	return a->waiting_count;
}

/* What only a writer needs, made at the first report. */
static void
writer_init(struct archive *a)
{
	if (a->z != NULL)
		return;
	a->z = ZSTD_createCCtx();
	if (a->z == NULL)
		abort();
	(void)ZSTD_CCtx_setParameter(a->z, ZSTD_c_compressionLevel, LEVEL);
	/* Damage is found at the frame, not only by the whole report's hash. */
	(void)ZSTD_CCtx_setParameter(a->z, ZSTD_c_checksumFlag, 1);
	a->sha = sha256_new();
	a->in = xalloc(FRAME_BYTES);
	a->out_cap = ZSTD_compressBound(FRAME_BYTES);
	a->out = xalloc(a->out_cap);
	a->waiting = xarray(WAITING_MAX, sizeof(*a->waiting));
	a->slots = xarray(SLOTS, sizeof(*a->slots));
	memset(a->slots, 0, SLOTS * sizeof(*a->slots));
}

static size_t
slot_of(const struct sha256 *sha)
{
	return ((size_t)sha->b[0] << 16 | (size_t)sha->b[1] << 8 | sha->b[2]) &
	    (SLOTS - 1);
}

static bool
is_waiting(const struct archive *a, const struct sha256 *sha)
{
	for (size_t i = slot_of(sha); a->slots[i] != 0; i = (i + 1) & (SLOTS - 1)) {
		if (memcmp(&a->waiting[a->slots[i] - 1].sha, sha, sizeof(*sha)) == 0)
			return true;
	}
	return false;
}

static void
wait_for_commit(struct archive *a, struct waiting w)
{
	size_t i = slot_of(&w.sha);

	while (a->slots[i] != 0)
		i = (i + 1) & (SLOTS - 1);
	a->waiting[a->waiting_count++] = w;
	a->slots[i] = (uint16_t)a->waiting_count;
	a->folder_dirty[w.sha.b[0]] = true;
}

static bool
write_out(struct archive *a, int fd, struct slice s, struct err *e)
{
	while (s.len > 0) {
		ssize_t n = faulty() ? -1 : write(fd, s.p, s.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(a, "tmp", e);
		s = slice_from(s, (size_t)n);
	}
	return true;
}

static bool
put_frame(struct archive *a, int fd, struct slice bytes, struct archived *out,
    struct err *e)
{
	size_t n;

	sha256_update(a->sha, bytes);
	n = ZSTD_compress2(a->z, a->out, a->out_cap, bytes.p, bytes.len);
	if (ZSTD_isError(n))
		return err_set(e, ERR_INTERNAL, "compressing failed: %s",
		    ZSTD_getErrorName(n));
	out->bytes += bytes.len;
	out->stored += n;
	return write_out(a, fd, slice_of(a->out, n), e);
}

/* Fill a->in from the source; *n_out < FRAME_BYTES only at the end. */
static bool
fill(struct archive *a, struct source *src, size_t *n_out, struct err *e)
{
	size_t n = 0;

	while (n < FRAME_BYTES) {
		size_t take = src->window.len;

		if (take == 0) {
			if (src->eof)
				break;
			if (!source_more(src, e))
				return false;
			continue;
		}
		if (take > FRAME_BYTES - n)
			take = FRAME_BYTES - n;
		memcpy(a->in + n, src->window.p, take);
		source_advance(src, take);
		n += take;
	}
	*n_out = n;
	return true;
}

static bool
put_note(struct archive *a, int fd, struct slice note, struct archived *out, struct err *e)
{
	uint8_t head[8];

	if (note.len == 0)
		return true;
	if (note.len > ARCHIVE_NOTE_MAX)
		return err_set(e, ERR_LIMIT, "what is said of the report has more than %zu bytes", ARCHIVE_NOTE_MAX);
	for (size_t i = 0; i < 4; i++) {
		head[i] = (uint8_t)((uint32_t)ZSTD_MAGIC_SKIPPABLE_START >> 8 * i);
		head[4 + i] = (uint8_t)(note.len >> 8 * i);
	}
	out->stored += sizeof(head) + note.len;
	return write_out(a, fd, slice_of(head, sizeof(head)), e) && write_out(a, fd, note, e);
}

static bool
put_all(struct archive *a, int fd, struct source *src, uint64_t bytes_max,
    struct slice note, struct archived *out, struct err *e)
{
	size_t n;

	if (!put_note(a, fd, note, out, e))
		return false;
	do {
		if (!fill(a, src, &n, e))
			return false;
		if (n > bytes_max - out->bytes)
			return err_set(e, ERR_LIMIT,
			    "the report is larger than %llu bytes",
			    (unsigned long long)bytes_max);
		/* An empty report still has a frame, so that it can be read. */
		if ((n > 0 || out->bytes == 0) &&
		    !put_frame(a, fd, slice_of(a->in, n), out, e))
			return false;
		if (n == FRAME_BYTES && a->aside.meanwhile != NULL && !a->aside.meanwhile(a->aside.cookie, e))
			return false;
	} while (n == FRAME_BYTES);
	return true;
}

/* A file in tmp/ that may wait for the next commit. */
static bool
tmp_make(struct archive *a, uint64_t number, char name[64], int *fd_out, struct err *e)
{
	if (a->read_only)
		return err_set(e, ERR_DENIED,
		    "%s: the archive cannot be written; check the rights of the folder",
		    a->dir);
	writer_init(a);
	if (a->waiting_count == WAITING_MAX && !archive_commit(a, e))
		return false;
	tmp_name(a, number, name);
	*fd_out = faulty() ? -1 : openat(a->dir_fd, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return *fd_out >= 0 || fail(a, name, e);
}

bool
archive_note_add(struct archive *a, const struct sha256 *sha, uint32_t day,
    struct slice note, struct err *e)
{
	uint64_t number = a->next++;
	char name[64];
	bool ok;
	int fd = -1;

	if (note.len > ARCHIVE_NOTE_MAX)
		return err_set(e, ERR_LIMIT, "what is said of the report has more than %zu bytes", ARCHIVE_NOTE_MAX);
	if (!tmp_make(a, number, name, &fd, e))
		return false;
	ok = write_out(a, fd, note, e);
	if (close(fd) != 0 && ok)
		ok = fail(a, name, e);
	if (ok)
		wait_for_commit(a, (struct waiting){ *sha, number, true, day });
	else
		(void)unlinkat(a->dir_fd, name, 0);
	return ok;
}

bool
archive_put(struct archive *a, struct source *src, uint64_t bytes_max,
    struct slice note, struct archived *out, struct err *e)
{
	uint64_t number = a->next++;
	char name[64];
	bool ok;
	int fd = -1;

	*out = (struct archived){ 0 };
	if (!tmp_make(a, number, name, &fd, e))
		return false;
	ok = put_all(a, fd, src, bytes_max, note, out, e);
	/* Also after a failure: it makes the context ready for the next one. */
	sha256_final(a->sha, &out->sha);
	if (close(fd) != 0 && ok)
		ok = fail(a, name, e);
	if (ok)
		out->known = is_waiting(a, &out->sha) || archive_has(a, &out->sha);
	if (!ok || out->known)
		(void)unlinkat(a->dir_fd, name, 0);
	else
		wait_for_commit(a, (struct waiting){ out->sha, number, false, 0 });
	/* Its folder may still wait for a sync by whoever put it there. */
	if (ok && out->known)
		a->folder_dirty[out->sha.b[0]] = true;
	return ok;
}

/* The disk is waited for. False: errno. */
static bool
sync_of(struct archive *a, int fd, bool whole)
{
	int error;

	if (faulty())
		return false;
	if (a->aside.sync == NULL)
		return (whole ? syncfs(fd) : fsync(fd)) == 0;
	error = a->aside.sync(a->aside.cookie, fd, whole);
	errno = error != 0 ? error : errno;
	return error == 0;
}

static bool
sync_fs(struct archive *a, struct err *e)
{
	return sync_of(a, a->dir_fd, true) || fail(a, "syncfs", e);
}

static bool
sync_files(struct archive *a, struct err *e)
{
	if (a->waiting_count > SYNC_EACH_MAX)
		return sync_fs(a, e);
	for (size_t i = 0; i < a->waiting_count; i++) {
		char name[64];
		bool ok;
		int fd;

		tmp_name(a, a->waiting[i].number, name);
		fd = openat(a->dir_fd, name, O_RDONLY | O_CLOEXEC);
		ok = fd >= 0 && sync_of(a, fd, false);
		if (!ok)
			(void)fail(a, name, e);
		if (fd >= 0)
			(void)close(fd);
		if (!ok)
			return false;
	}
	return true;
}

/* Give what waits its name. One that is done stays done if a later one fails. */
static bool
rename_all(struct archive *a, struct err *e)
{
	while (a->waiting_count > 0) {
		const struct waiting *w = &a->waiting[a->waiting_count - 1];
		char from[64], to[96], folder[4] = "";

		tmp_name(a, w->number, from);
		if (w->is_note)
			note_name(&w->sha, w->day, to);
		else
			sha_name(&w->sha, to);
		memcpy(folder, to, 2);
		if (faulty() ||
		    (renameat(a->dir_fd, from, a->dir_fd, to) != 0 &&
			(errno != ENOENT ||
			    (mkdirat(a->dir_fd, folder, 0777) != 0 &&
				errno != EEXIST) ||
			    renameat(a->dir_fd, from, a->dir_fd, to) != 0)))
			return fail(a, to, e);
		a->waiting_count--;
	}
	return true;
}

static bool
sync_folder(struct archive *a, const char *name, struct err *e)
{
	int fd = openat(a->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && sync_of(a, fd, false);

	if (!ok)
		(void)fail(a, name, e);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
sync_folders(struct archive *a, struct err *e)
{
	unsigned dirty = 0;

	for (unsigned i = 0; i < 256; i++)
		dirty += a->folder_dirty[i];
	if (dirty > SYNC_EACH_MAX) {
		if (!sync_fs(a, e))
			return false;
	} else {
		for (unsigned i = 0; i < 256; i++) {
			char name[4];

			(void)snprintf(name, sizeof(name), "%02x", i);
			if (a->folder_dirty[i] && !sync_folder(a, name, e))
				return false;
		}
		/* For folders that were made just now. */
		if (dirty > 0 && !sync_folder(a, ".", e))
			return false;
	}
	memset(a->folder_dirty, 0, sizeof(a->folder_dirty));
	return true;
}

bool
archive_commit(struct archive *a, struct err *e)
{
	bool ok = (a->waiting_count == 0 || sync_files(a, e)) &&
	    rename_all(a, e) && sync_folders(a, e);

	if (a->slots == NULL)
		return ok;
	/* What could not be renamed goes on waiting. */
	memset(a->slots, 0, SLOTS * sizeof(*a->slots));
	for (size_t n = a->waiting_count, i = a->waiting_count = 0; i < n; i++)
		wait_for_commit(a, a->waiting[i]);
	return ok;
}

const char *
archive_dir(const struct archive *a)
{
	return a->dir;
}

bool
archive_has(struct archive *a, const struct sha256 *sha)
{
	char name[80];

	sha_name(sha, name);
	return faccessat(a->dir_fd, name, F_OK, 0) == 0;
}

/* A pipe, where somebody left one, would keep us waiting for its writer. */
static int
open_kept(struct archive *a, const char *name)
{
	int fd = openat(a->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	(void)close(fd);
	errno = EINVAL;
	return -1;
}

bool
archive_fd(struct archive *a, const struct sha256 *sha, int *fd_out,
    struct err *e)
{
	char name[80];

	sha_name(sha, name);
	*fd_out = open_kept(a, name);
	if (*fd_out >= 0)
		return true;
	if (errno == ENOENT)
		return err_set(e, ERR_ABSENT,
		    "%s: the archive has no such report", name);
	return err_sys(e, "%s/%s", a->dir, name);
}

bool
archive_note(struct archive *a, const struct sha256 *sha, struct arena *memory,
    struct slice *note_out, uint64_t *bytes_out, struct err *e)
{
	char name[80];
	bool ok;
	int fd;

	*note_out = S("");
	*bytes_out = 0;
	if (!archive_fd(a, sha, &fd, e))
		return false;
	ok = archive_frames(fd, memory, note_out, bytes_out, e);
	(void)close(fd);
	sha_name(sha, name);
	return ok || err_within(e, "%s", name);
}

bool
archive_note_on(struct archive *a, const struct sha256 *sha, uint32_t day,
    struct arena *memory, struct slice *note_out, struct err *e)
{
	uint8_t *note = arena_alloc(memory, ARCHIVE_NOTE_MAX);
	size_t n = 0;
	ssize_t got = 1;
	char name[96];
	int fd;

	*note_out = S("");
	note_name(sha, day, name);
	fd = open_kept(a, name);
	if (fd < 0)
		return errno == ENOENT || err_sys(e, "%s/%s", a->dir, name);
	while (note != NULL && n < ARCHIVE_NOTE_MAX && got > 0) {
		got = read(fd, note + n, ARCHIVE_NOTE_MAX - n);
		n += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	if (note == NULL || got < 0)
		return err_set(e, ERR_SYSTEM, "%s: what is said of the report cannot be read", name);
	*note_out = slice_of(note, n);
	return true;
}

bool
archive_verify(struct archive *a, const struct sha256 *sha, struct err *e)
{
	struct archive_source *s = NULL;
	struct sha256_ctx *c = NULL;
	struct sha256 got;
	bool ok = false;
	int fd = -1;

	if (!archive_fd(a, sha, &fd, e))
		return false;
	if (archive_source_open(fd, FRAME_BYTES, &s, e)) {
		struct source *src = archive_source_get(s);

		c = sha256_new();
		do {
			sha256_update(c, src->window);
			source_advance(src, src->window.len);
			ok = source_more(src, e);
		} while (ok && (!src->eof || src->window.len > 0));
		sha256_final(c, &got);
		sha256_free(&c);
		if (ok && memcmp(&got, sha, sizeof(got)) != 0)
			ok = err_set(e, ERR_SYSTEM,
			    "the archived report is damaged: its bytes do not give its name");
	}
	archive_source_fini(&s);
	(void)close(fd);
	if (!ok) {
		char name[80];

		sha_name(sha, name);
		return err_within(e, "%s", name);
	}
	return true;
}
