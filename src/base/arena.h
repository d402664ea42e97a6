/*
 * arena: the memory of one job (a record, a message, a request). It is taken
 * piece by piece and dropped whole; it has a limit, because input decides how
 * much is asked for. NULL is an ordinary answer: ERR_LIMIT.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *block;
	size_t used; /* in the current block */
	size_t total; /* in all blocks */
	size_t max;
	bool failed; /* something did not fit since the last reset */
};

#define ARENA_NONE { NULL, 0, 0, 0, false }

void arena_init(struct arena *a, size_t max);
void arena_fini(struct arena *a);
/* Forget all that was taken; keep one block for the next job. */
void arena_reset(struct arena *a);

/* n bytes, zeroed, aligned for any type; NULL when over the limit. */
void *arena_alloc(struct arena *a, size_t n);
/* As arena_alloc for count things of a size; NULL on overflow too. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* n bytes, not zeroed, not aligned. */
uint8_t *arena_bytes(struct arena *a, size_t n);
/* A copy of s that lives as long as the arena; SLICE_NONE when full. */
struct slice arena_copy(struct arena *a, struct slice s);
/* The same with a NUL behind it, or NULL. */
char *arena_str(struct arena *a, struct slice s);
/* A copy with ASCII letters in lower case; SLICE_NONE when full. */
struct slice arena_lower(struct arena *a, struct slice s);
/* Slices one behind the other; SLICE_NONE when full. */
struct slice arena_join(struct arena *a, const struct slice *parts, size_t count);
/* A formatted text; SLICE_NONE when full. */
struct slice arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Memory that we ourselves chose to hold: never NULL, or the process ends. */
void *xalloc(size_t n);
void *xrealloc(void *p, size_t n);
void *xarray(size_t count, size_t size);
/*
 * An array that is only ever made longer by this, one item at a time (or NULL,
 * with count 0): with room for one more. How long it is follows from count.
 */
void *xgrown(void *v, size_t count, size_t size);
/*
 * An array of some MiB, zeroed, that is looked into here and there: in huge
 * pages where the kernel has them, as a look into each small page waits for its
 * address first. Ends with large_free() of the same numbers.
 */
void *xlarge(size_t count, size_t size);
void large_free(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
/* The bytes of s, a NUL behind them. */
char *xtext(struct slice s);

/* a + b and a * b, false on overflow. */
static inline bool
size_add(size_t a, size_t b, size_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

static inline bool
size_mul(size_t a, size_t b, size_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

#endif
