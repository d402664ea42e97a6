/*
 * cursor: reads numbers and bytes off a slice. After a short read each later
 * one gives 0; look at cur_ok() once at the end.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/slice.h"

struct cursor {
	struct slice rest;
	bool failed;
};

static inline struct cursor
cursor_of(struct slice s)
{
	return (struct cursor){ s, false };
}

static inline bool
cur_ok(const struct cursor *c)
{
	return !c->failed;
}

static inline struct slice
cur_take(struct cursor *c, size_t n)
{
	struct slice s = slice_of(c->rest.p, n);

	if (c->failed || n > c->rest.len) {
		c->failed = true;
		return SLICE_NONE;
	}
	c->rest = slice_of(c->rest.p + n, c->rest.len - n);
	return s;
}

static inline void
cur_skip(struct cursor *c, size_t n)
{
	(void)cur_take(c, n);
}

static inline uint64_t
cur_be(struct cursor *c, size_t n)
{
	struct slice s = cur_take(c, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.p[i];
	return v;
}

static inline uint8_t
cur_u8(struct cursor *c)
{
	return (uint8_t)cur_be(c, 1);
}

static inline uint16_t
cur_be16(struct cursor *c)
{
	return (uint16_t)cur_be(c, 2);
}

static inline uint32_t
cur_be32(struct cursor *c)
{
	return (uint32_t)cur_be(c, 4);
}

static inline uint64_t
cur_be64(struct cursor *c)
{
	return cur_be(c, 8);
}

/* LEB128, at most ten bytes. */
static inline uint64_t
cur_varint(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cur_u8(c);

		v |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return v;
	}
	c->failed = true;
	return 0;
}

#endif
