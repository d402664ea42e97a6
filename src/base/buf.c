#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf)BUF_NONE;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

/* Make room for n bytes and a NUL. */
static bool
grow(struct buf *b, size_t n)
{
	size_t cap = b->cap < 256 ? 256 : b->cap;

	if (b->failed || n > b->max - b->len) {
		b->failed = true;
		return false;
	}
	if (b->len + n < b->cap)
		return true;
	while (cap <= b->len + n)
		cap *= 2;
	b->p = xrealloc(b->p, cap);
	b->cap = cap;
	return true;
}

uint8_t *
buf_room(struct buf *b, size_t n)
{
	return grow(b, n) ? b->p + b->len : NULL;
}

void
buf_put(struct buf *b, struct slice s)
{
	if (s.len == 0 || !grow(b, s.len))
		return;
	memcpy(b->p + b->len, s.p, s.len);
	b->len += s.len;
}

void
buf_byte(struct buf *b, uint8_t c)
{
	if (!grow(b, 1))
		return;
	b->p[b->len++] = c;
}

void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, slice_of_str(s));
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || !grow(b, (size_t)n)) {
		b->failed = true;
		return;
	}
	(void)vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (uint8_t)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	buf_put(b, slice_of(digits + at, sizeof(digits) - at));
}

void
buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_byte(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

static void
put_be(struct buf *b, uint64_t v, size_t n)
{
	uint8_t *p = buf_room(b, n);

	if (p == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	b->len += n;
}

void
buf_be16(struct buf *b, uint16_t v)
{
	put_be(b, v, 2);
}

void
buf_be32(struct buf *b, uint32_t v)
{
	put_be(b, v, 4);
}

void
buf_be64(struct buf *b, uint64_t v)
{
	put_be(b, v, 8);
}

void
buf_varint(struct buf *b, uint64_t v)
{
	uint8_t *p = buf_room(b, 10);
	size_t n = 0;

	if (p == NULL)
		return;
	while (v >= 0x80) {
		p[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	p[n++] = (uint8_t)v;
	b->len += n;
}

void
buf_hex(struct buf *b, struct slice s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len; i++) {
		buf_byte(b, (uint8_t)digits[s.p[i] >> 4]);
		buf_byte(b, (uint8_t)digits[s.p[i] & 15]);
	}
}

const char *
buf_cstr(struct buf *b)
{
	if (b->p == NULL) {
		if (b->max == 0)
			return "";
		b->p = xrealloc(NULL, 256);
		b->cap = 256;
	}
	b->p[b->len] = '\0'; /* grow() always leaves room for it */
	return (const char *)b->p;
}

void
slice_quote(struct buf *b, struct slice s, size_t max)
{
	bool cut = s.len > max;

	if (cut)
		s.len = max;
	buf_byte(b, '"');
	while (s.len > 0) {
		size_t n;

		if (slice_shown(s, &n) != SHOWN_PLAIN) {
			for (size_t i = 0; i < n; i++)
				buf_printf(b, "\\x%02x", s.p[i]);
		} else if (s.p[0] == '"' || s.p[0] == '\\') {
			buf_byte(b, '\\');
			buf_byte(b, s.p[0]);
		} else {
			buf_put(b, slice_of(s.p, n));
		}
		s = slice_from(s, n);
	}
	buf_byte(b, '"');
	if (cut)
		buf_str(b, "…");
}

struct quoted
slice_quoted(struct slice s)
{
	struct quoted q;
	struct buf b;

	buf_init(&b, (size_t)4 * 96);
	/* A byte may become four; try shorter until it fits. */
	for (size_t max = 64;; max /= 2) {
		buf_clear(&b);
		slice_quote(&b, s, max);
		if (b.len < sizeof(q.text))
			break;
	}
	memcpy(q.text, buf_cstr(&b), b.len + 1);
	buf_fini(&b);
	return q;
}
