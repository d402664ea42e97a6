/*
 * pieces: a source that gives a text in pieces of at most so many bytes, for tests
 * and fuzz targets: however a document is cut, it says the same.
 */
#ifndef BASE_PIECES_H
#define BASE_PIECES_H

#include "base/source.h"

struct pieces {
	struct slice rest;
	size_t most;
};

static inline bool
pieces_pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct pieces *c = cookie;
	size_t n = c->most < cap ? c->most : cap;

	(void)e;
	n = n < c->rest.len ? n : c->rest.len;
	if (n > 0)
		memcpy(p, c->rest.p, n);
	c->rest = slice_from(c->rest, n);
	*n_out = n;
	return true;
}

#endif
