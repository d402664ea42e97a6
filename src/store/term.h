/*
 * term: texts that many findings share (feeds, labels, identifiers, parts) as
 * small numbers. In memory a term is an index that is valid until
 * terms_clear(); in the store it is the id of a row of table term. Index and
 * id 0 stand for "nothing", which is what an empty text is.
 */
#ifndef STORE_TERM_H
#define STORE_TERM_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

#define TERM_BYTES_MAX 255
#define TERMS_MAX 65000

struct store;

struct term {
	int64_t id; /* 0: not yet known */
	uint32_t at; /* in text */
	uint32_t len;
};

struct terms {
	struct term *v; /* v[0] is "nothing" */
	size_t count, cap;
	size_t stored; /* so many from the front have their id */
	uint16_t *slots;
	struct buf text;
};

void terms_init(struct terms *t);
void terms_fini(struct terms *t);
/* Forget all: indexes given so far are no longer valid. */
void terms_clear(struct terms *t);
/* Forget the ids: they may have been rolled back. */
void terms_unstore(struct terms *t);
/* Little room is left: clear as soon as nobody holds an index. */
bool terms_full(const struct terms *t);

/* The index of a text, cut and cleaned; false when there is no room at all. */
bool term_of(struct terms *t, struct slice text, uint16_t *out) MUST_USE;
struct slice term_view(const struct terms *t, uint16_t index);
static inline int64_t
term_id(const struct terms *t, uint16_t index)
{
	return t->v[index].id;
}

/* Give every term its row. In a transaction. */
bool terms_store(struct store *s, struct err *e) MUST_USE;
/* The text of a row, copied into a; SLICE_NONE for 0, and when it is not there. */
bool term_text(struct store *s, int64_t id, struct arena *a, struct slice *out,
    struct err *e) MUST_USE;

#endif
