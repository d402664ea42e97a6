/*
 * archive_source: reads what archive.c wrote. Memory is bounded by the window
 * that a frame may ask for, whatever the file claims.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "base/arena.h"
#include "store/archive_room.h"

#define IN_BYTES ((size_t)128 << 10)
/* Our frames hold 1 MiB, so no window is larger; a forged one may not be. */
#define WINDOW_LOG_MAX 20
#define SKIPPABLE_HEAD 8

struct archive_source {
	struct source src;
	int fd;
	ZSTD_DCtx *z;
	uint8_t *in;
	ZSTD_inBuffer left;
	bool inside; /* of a frame */
	bool eof;
};

static bool
refill(struct archive_source *s, struct err *e)
{
	ssize_t n;

	do {
		n = read(s->fd, s->in, IN_BYTES);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "reading failed");
	s->left = (ZSTD_inBuffer){ s->in, (size_t)n, 0 };
	s->eof = n == 0;
	if (s->eof && s->inside)
		return err_set(e, ERR_SYSTEM,
		    "the archived report is damaged: its file ends too early");
	return true;
}

static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct archive_source *s = cookie;
	ZSTD_outBuffer out = { p, cap, 0 };

	while (out.pos == 0 && !s->eof) {
		size_t rc;

		if (s->left.pos == s->left.size && !refill(s, e))
			return false;
		if (s->eof)
			break;
		rc = ZSTD_decompressStream(s->z, &out, &s->left);
		if (ZSTD_isError(rc)) {
			(void)err_set(e, ERR_SYSTEM,
			    "the archived report is damaged near byte %llu",
			    (unsigned long long)(s->src.offset + s->src.window.len));
			return err_cause(e, "zstd: %s", ZSTD_getErrorName(rc));
		}
		s->inside = rc != 0;
	}
	*n_out = out.pos;
	return true;
}

bool
archive_source_open(int fd, size_t window_max, struct archive_source **out,
    struct err *e)
{
	struct archive_source *s = xalloc(sizeof(*s));

	(void)e;
	*s = (struct archive_source){ .fd = fd };
	s->z = ZSTD_createDCtx();
	if (s->z == NULL)
		abort();
	(void)ZSTD_DCtx_setParameter(s->z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	s->in = xalloc(IN_BYTES);
	source_of_pull(&s->src, pull, s, window_max);
	*out = s;
	return true;
}

struct source *
archive_source_get(struct archive_source *s)
{
	return &s->src;
}

void
archive_source_fini(struct archive_source **s)
{
	if (*s != NULL) {
		source_fini(&(*s)->src);
		(void)ZSTD_freeDCtx((*s)->z);
		free((*s)->in);
		free(*s);
	}
	*s = NULL;
}

static bool
read_at(int fd, uint64_t at, uint8_t *p, size_t n, size_t *got, struct err *e)
{
	ssize_t r;

	do {
		r = pread(fd, p, n, (off_t)at);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, "reading failed");
	*got = (size_t)r;
	return true;
}

static bool
damaged(struct err *e, uint64_t at)
{
	return err_set(e, ERR_SYSTEM,
	    "the archived report is damaged: no frame at byte %llu of its file",
	    (unsigned long long)at);
}

static uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool
is_skippable(const uint8_t *head, size_t n)
{
	return n >= SKIPPABLE_HEAD && (le32(head) & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

/*
 * Of the frame at `at` in the file: how long it is there, and unpacked. Walks
 * the headers of its blocks (RFC 8878 section 3.1.1), without unpacking.
 */
static bool
frame_size(int fd, uint64_t at, uint64_t *packed, uint64_t *content,
    struct err *e)
{
	uint8_t head[18]; /* the longest frame header */
	uint64_t end = at;
	bool checksum, last = false;
	size_t got = 0;
	unsigned long long size;

	if (!read_at(fd, at, head, sizeof(head), &got, e))
		return false;
	if (got == 0) {
		*packed = *content = 0;
		return true;
	}
	if (is_skippable(head, got)) {
		*packed = SKIPPABLE_HEAD + (uint64_t)le32(head + 4);
		*content = 0;
		return true;
	}
	size = ZSTD_getFrameContentSize(head, got);
	if (got < 6 || size == ZSTD_CONTENTSIZE_ERROR ||
	    size == ZSTD_CONTENTSIZE_UNKNOWN)
		return damaged(e, at);
	checksum = (head[4] & 4) != 0;
	end += 5; /* magic, descriptor; then window, dictionary, content size */
	end += (head[4] & 0x20) == 0;
	end += (uint64_t)((const uint8_t[]){ 0, 1, 2, 4 })[head[4] & 3];
	end += (head[4] >> 6) != 0 ? (uint64_t)1 << (head[4] >> 6) :
				     (uint64_t)((head[4] & 0x20) != 0);
	while (!last) {
		uint32_t block;

		if (!read_at(fd, end, head, 3, &got, e))
			return false;
		if (got < 3)
			return damaged(e, end);
		block = (uint32_t)head[0] | (uint32_t)head[1] << 8 |
		    (uint32_t)head[2] << 16;
		last = (block & 1) != 0;
		/* Type 1 repeats one byte. */
		end += 3 + ((block >> 1 & 3) == 1 ? 1 : block >> 3);
	}
	*packed = end - at + (checksum ? 4 : 0);
	*content = size;
	return true;
}

static bool
note_read(int fd, struct arena *memory, struct slice *out, struct err *e)
{
	uint8_t head[SKIPPABLE_HEAD], *note;
	size_t got = 0, n;

	if (!read_at(fd, 0, head, sizeof(head), &got, e))
		return false;
	if (!is_skippable(head, got))
		return true;
	n = le32(head + 4);
	note = n <= ARCHIVE_NOTE_MAX ? arena_alloc(memory, n) : NULL;
	if (note == NULL || !read_at(fd, SKIPPABLE_HEAD, note, n, &got, e) || got != n)
		return damaged(e, 0);
	*out = slice_of(note, n);
	return true;
}

bool
archive_frames(int fd, struct arena *memory, struct slice *note_out,
    uint64_t *bytes_out, struct err *e)
{
	uint64_t at = 0, packed = 0, content = 0;

	*bytes_out = 0;
	if (!note_read(fd, memory, note_out, e))
		return false;
	do {
		if (!frame_size(fd, at, &packed, &content, e))
			return false;
		at += packed;
		*bytes_out += content;
	} while (packed > 0);
	return true;
}

bool
archive_source_seek(struct archive_source *s, uint64_t offset, struct err *e)
{
	uint64_t at = 0, begin = 0;

	for (;;) {
		uint64_t packed = 0, content = 0;

		if (!frame_size(s->fd, at, &packed, &content, e))
			return false;
		if (packed == 0 || content > offset - begin)
			break;
		at += packed;
		begin += content;
	}
	if (lseek(s->fd, (off_t)at, SEEK_SET) < 0)
		return err_sys(e, "seeking failed");
	(void)ZSTD_DCtx_reset(s->z, ZSTD_reset_session_only);
	s->left = (ZSTD_inBuffer){ s->in, 0, 0 };
	s->inside = s->eof = false;
	s->src.window = slice_of(s->src.mem, 0);
	s->src.offset = begin;
	s->src.eof = false;
	while (s->src.offset < offset) {
		uint64_t left = offset - s->src.offset;

		if (s->src.window.len == 0) {
			if (s->src.eof)
				return err_set(e, ERR_INPUT,
				    "the report has only %llu bytes",
				    (unsigned long long)s->src.offset);
			if (!source_more(&s->src, e))
				return false;
		}
		source_advance(&s->src, s->src.window.len < left ?
			s->src.window.len : (size_t)left);
	}
	return true;
}
