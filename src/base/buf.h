/*
 * buf: bytes being built. It grows up to a limit, remembers that it failed
 * and is checked once at the end with buf_ok().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct buf {
	uint8_t *p;
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};

#define BUF_NONE { NULL, 0, 0, 0, false }

/* An empty buf that may hold up to max bytes. Free it with buf_fini(). */
void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);
/* Empty it, keep its memory. */
void buf_clear(struct buf *b);

/* False once anything did not fit; the contents are then incomplete. */
static inline bool
buf_ok(const struct buf *b)
{
	return !b->failed;
}

static inline struct slice
buf_view(const struct buf *b)
{
	return slice_of(b->p, b->len);
}

void buf_put(struct buf *b, struct slice s);
void buf_byte(struct buf *b, uint8_t c);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
/* Big-endian numbers, for wires and files. */
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);
/* LEB128: seven bits a byte, low bits first. */
void buf_varint(struct buf *b, uint64_t v);
void buf_hex(struct buf *b, struct slice s);
/* Room for n more bytes at p + len, or NULL when over max. */
uint8_t *buf_room(struct buf *b, size_t n);
/* A NUL-ended view; the NUL is not counted in len. Never NULL. */
const char *buf_cstr(struct buf *b);

/*
 * Append s as a person may see it: in double quotes, what slice_shown() does
 * not call plain as \xNN, cut after max bytes with an ellipsis.
 */
void slice_quote(struct buf *b, struct slice s, size_t max);

/* The same into a small array, for error messages: "%s", QUOTE(s).text */
struct quoted {
	char text[96];
};
struct quoted slice_quoted(struct slice s);
#define QUOTE(s) (slice_quoted(s).text)

#endif
