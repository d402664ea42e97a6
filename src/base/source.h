/*
 * source: a document's bytes, pulled window by window, so that a reader of
 * 10 GB needs the memory of one record. Parsers look at s->window, advance
 * over what they have read, and ask for more where a record is cut.
 *
 *   [..read and forgotten..][ window: unread, at hand ][..not yet here..]
 *                            ^ offset
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct source {
	struct slice window; /* unread bytes; moves when more() is called */
	uint64_t offset; /* of window.p[0] from the document's begin */
	bool eof; /* nothing follows the window */
	/*
	 * Put up to cap bytes at p, say how many; 0 is the end of the document.
	 * NULL when all there is lies in the window already.
	 */
	bool (*pull)(void *cookie, uint8_t *p, size_t cap, size_t *n_out,
	    struct err *e);
	void *cookie;
	uint8_t *mem; /* our buffer; NULL for a slice */
	size_t cap;
	size_t window_max; /* source_more() over it is ERR_LIMIT */
};

/* All of s is the window. Nothing to free. */
void source_of_slice(struct source *s, struct slice bytes);
/* Pulls from fd; the fd stays the caller's. Free with source_fini(). */
void source_of_fd(struct source *s, int fd, size_t window_max);
/* Pulls by a callback. */
void source_of_pull(struct source *s,
    bool (*pull)(void *, uint8_t *, size_t, size_t *, struct err *),
    void *cookie, size_t window_max);
void source_fini(struct source *s);

/*
 * Enlarge the window by at least one byte, or set eof. ERR_LIMIT where the
 * window is window_max long already, and whatever pull() fails with.
 */
bool source_more(struct source *s, struct err *e) MUST_USE;

/* Forget the first n bytes of the window. */
static inline void
source_advance(struct source *s, size_t n)
{
	s->window = slice_from(s->window, n);
	s->offset += n;
}

/* Fill the window to at least n bytes if there are so many. */
bool source_want(struct source *s, size_t n, struct err *e) MUST_USE;

/* The whole rest as one slice, at most max bytes (ERR_LIMIT over it). */
bool source_all(struct source *s, size_t max, struct slice *out,
    struct err *e) MUST_USE;

/* Steps of a walk over items. */
enum step { STEP_ITEM, STEP_END, STEP_BAD, STEP_FAIL };

/*
 * The next line without LF or CRLF; it lies in the window until the next
 * call. A line over max bytes is STEP_BAD: it is skipped to its end in
 * bounded memory, *line_out shows its begin. STEP_FAIL: the source failed.
 * offset_out may be NULL.
 */
enum step source_line(struct source *s, size_t max, struct slice *line_out,
    uint64_t *offset_out, struct err *e) MUST_USE;

#endif
