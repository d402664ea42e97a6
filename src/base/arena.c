#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/log.h"

#define BLOCK_MIN ((size_t)16 << 10)

struct arena_block {
	struct arena_block *next; /* the one before */
	size_t size; /* of mem */
	alignas(max_align_t) uint8_t mem[];
};

void
arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){ .max = max };
}

void
arena_fini(struct arena *a)
{
	while (a->block != NULL) {
		struct arena_block *next = a->block->next;

		free(a->block);
		a->block = next;
	}
	*a = (struct arena)ARENA_NONE;
}

void
arena_reset(struct arena *a)
{
	/* The newest block is the largest; keep it unless it was a rare giant. */
	if (a->block != NULL) {
		struct arena_block *b = a->block->next;

		while (b != NULL) {
			struct arena_block *next = b->next;

			free(b);
			b = next;
		}
		a->block->next = NULL;
		if (a->block->size > 64 * BLOCK_MIN) {
			free(a->block);
			a->block = NULL;
		}
	}
	a->used = 0;
	a->total = a->block == NULL ? 0 : a->block->size;
	a->failed = false;
}

static void *
take(struct arena *a, size_t n, size_t align)
{
	size_t at = (a->used + (align - 1)) & ~(align - 1);
	struct arena_block *b;
	size_t size;

	if (a->block != NULL && at <= a->block->size && n <= a->block->size - at) {
		a->used = at + n;
		return a->block->mem + at;
	}
	size = a->block == NULL ? BLOCK_MIN : a->block->size * 2;
	if (size < n)
		size = n;
	if (size > a->max - a->total)
		size = a->max - a->total;
	if (n > size) {
		a->failed = true;
		return NULL;
	}
	b = malloc(sizeof(*b) + size);
	if (b == NULL) {
		a->failed = true;
		return NULL;
	}
	b->next = a->block;
	b->size = size;
	a->block = b;
	a->total += size;
	a->used = n;
	return b->mem;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p = take(a, n, alignof(max_align_t));

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (!size_mul(count, size, &n)) {
		a->failed = true;
		return NULL;
	}
	return arena_alloc(a, n);
}

uint8_t *
arena_bytes(struct arena *a, size_t n)
{
	return take(a, n, 1);
}

struct slice
arena_copy(struct arena *a, struct slice s)
{
	uint8_t *p = arena_bytes(a, s.len);

	if (p == NULL)
		return SLICE_NONE;
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return slice_of(p, s.len);
}

char *
arena_str(struct arena *a, struct slice s)
{
	char *p = (char *)arena_bytes(a, s.len + 1);

	if (p == NULL)
		return NULL;
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	p[s.len] = '\0';
	return p;
}

struct slice
arena_lower(struct arena *a, struct slice s)
{
	uint8_t *p = arena_bytes(a, s.len);

	for (size_t i = 0; p != NULL && i < s.len; i++)
		p[i] = byte_lower(s.p[i]);
	return p == NULL ? SLICE_NONE : slice_of(p, s.len);
}

struct slice
arena_join(struct arena *a, const struct slice *parts, size_t count)
{
	size_t len = 0, at = 0;
	uint8_t *p;

	for (size_t i = 0; i < count; i++) {
		if (!size_add(len, parts[i].len, &len))
			return SLICE_NONE;
	}
	p = arena_bytes(a, len);
	if (p == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(p + at, parts[i].p, parts[i].len);
		at += parts[i].len;
	}
	return slice_of(p, len);
}

struct slice
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return SLICE_NONE;
	p = (char *)arena_bytes(a, (size_t)n + 1);
	if (p == NULL)
		return SLICE_NONE;
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return slice_of(p, (size_t)n);
}

void *
xalloc(size_t n)
{
	void *p = calloc(1, n == 0 ? 1 : n);

	if (p == NULL) {
		log_error("memory.out", "asked_bytes=%zu", n);
		abort();
	}
	return p;
}

void *
xrealloc(void *p, size_t n)
{
	p = realloc(p, n == 0 ? 1 : n);
	if (p == NULL) {
		log_error("memory.out", "asked_bytes=%zu", n);
		abort();
	}
	return p;
}

void *
xarray(size_t count, size_t size)
{
	size_t n;

	if (!size_mul(count, size, &n))
		n = SIZE_MAX;
	return xalloc(n);
}

void *
xgrown(void *v, size_t count, size_t size)
{
	size_t bytes;

	/* By doubling, at each power of two from 8 on. */
	if (count > 0 && (count < 8 || (count & (count - 1)) != 0))
		return v;
	if (!size_mul(count == 0 ? 4 : count, 2 * size, &bytes))
		abort();
	return xrealloc(v, bytes);
}

#define HUGE_PAGE ((size_t)2 << 20)

/* In whole huge pages; SIZE_MAX: nobody has so much. */
static size_t
large_bytes(size_t count, size_t size)
{
	size_t n;

	return size_mul(count, size, &n) && n <= SIZE_MAX - 2 * HUGE_PAGE ? (n + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1) : SIZE_MAX;
}

void *
xlarge(size_t count, size_t size)
{
	size_t n = large_bytes(count, size), before;
	uint8_t *p = n == SIZE_MAX ? MAP_FAILED :
	    mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		log_error("memory.out", "asked_bytes=%zu", n);
		abort();
	}
	before = -(uintptr_t)p & (HUGE_PAGE - 1);
	if (before > 0)
		(void)munmap(p, before);
	if (before < HUGE_PAGE)
		(void)munmap(p + before + n, HUGE_PAGE - before);
	/* Advice: without it all goes on, slower. */
	(void)madvise(p + before, n, MADV_HUGEPAGE);
	return p + before;
}

void
large_free(void *p, size_t count, size_t size)
{
	if (p != NULL)
		(void)munmap(p, large_bytes(count, size));
}

char *
xstrdup(const char *s)
{
	return xtext(slice_of_str(s));
}

char *
xtext(struct slice s)
{
	char *p = xalloc(s.len + 1);

	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return p;
}
