/*
 * embedded: the files of data/ that lie in the program itself.
 */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include "base/slice.h"

struct embedded {
	struct slice name; /* "shadowserver/schema.tsv" */
	const uint8_t *begin, *end;
};

/* Sorted by path; made by data/embed.py. */
extern const struct embedded embedded_files[];
extern const size_t embedded_count;

static inline struct slice
embedded_bytes(const struct embedded *f)
{
	return slice_of(f->begin, (size_t)(f->end - f->begin));
}

#endif
