#include "share/listed.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "parse/json.h"

#define MEMORY_MAX ((size_t)64 << 20)

/* What lists are made of; a file's name that reads like a domain is none. */
static bool
of_places(struct slice before)
{
	static const struct slice types[] = { S_INIT("ipv4-addr:"), S_INIT("ipv6-addr:"), S_INIT("domain-name:"), S_INIT("url:"), S_INIT("network-traffic:") };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (slice_find(before, types[i]) != SIZE_MAX)
			return true;
	}
	return false;
}

/* A constant without its quotes; where it has escapes it is written anew in mem. */
static bool
constant_next(struct slice *rest, struct slice *before, uint8_t *mem, size_t mem_size, struct slice *out)
{
	size_t at = slice_find_byte(*rest, '\''), n = 0;
	bool escaped = false;

	if (at == SIZE_MAX)
		return false;
	*before = slice_sub(*rest, 0, at);
	*rest = slice_from(*rest, at + 1);
	while (n < rest->len && rest->p[n] != '\'') {
		escaped = escaped || rest->p[n] == '\\';
		n += rest->p[n] == '\\' && n + 1 < rest->len ? 2 : 1;
	}
	*out = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n < rest->len ? n + 1 : n);
	if (escaped) {
		size_t len = 0;

		for (size_t i = 0; i < out->len && len < mem_size; i++) {
			if (out->p[i] == '\\' && i + 1 < out->len)
				i++;
			mem[len++] = out->p[i];
		}
		*out = slice_of(mem, len);
	}
	return true;
}

static bool
pattern_warned(const struct warnings *w, struct slice pattern)
{
	struct slice before, constant;
	uint8_t mem[4096];
	bool places = false;

	while (constant_next(&pattern, &before, mem, sizeof(mem), &constant)) {
		/* Of a list in brackets the path stands before the first alone. */
		if (slice_find_byte(before, ':') != SIZE_MAX)
			places = of_places(before);
		if (places && warnings_text(w, constant, NULL))
			return true;
	}
	return false;
}

/* Read whole: somebody wrote it in a way that hides what it says. */
static bool
slow(const struct warnings *w, struct slice object)
{
	const struct json *j;
	struct err ignored = ERR_INIT;
	struct arena a;
	bool warned = false;

	arena_init(&a, MEMORY_MAX);
	if (json_parse(object, &JSON_LIMITS, &a, &j, &ignored) && slice_eq(json_text(json_get(j, S("type"))), S("indicator")) &&
	    slice_eq(json_text(json_get(j, S("pattern_type"))), S("stix")))
		warned = pattern_warned(w, json_text(json_get(j, S("pattern"))));
	arena_fini(&a);
	return warned;
}

/*
 * Most objects name nothing that is warned of, and pages of them are asked for all
 * day: whatever stands between two quotes is looked up first, wherever that is.
 */
bool
listed_warned(const struct warnings *w, struct slice object)
{
	struct slice whole = object;
	size_t at = slice_find_byte(object, '\'');

	/* Escapes may stand in names as well, and instead of quotes. */
	if (slice_find_byte(object, '\\') != SIZE_MAX)
		return slow(w, object);
	while (at != SIZE_MAX) {
		size_t len;

		object = slice_from(object, at + 1);
		len = slice_find_byte(object, '\'');
		if (len != SIZE_MAX && slice_find_byte(slice_sub(object, 0, len), ' ') == SIZE_MAX && warnings_text(w, slice_sub(object, 0, len), NULL))
			return slow(w, whole);
		at = len;
	}
	return false;
}

/* --- remembered ------------------------------------------------------------------------- */

#define KNOWN 1u
#define WARNED 2u

struct listed {
	const struct warnings *w;
	/* By row: KNOWN, WARNED, and of what object, as numbers of rows that are gone are given again. */
	uint32_t *rows;
	size_t count;
};

struct listed *
listed_new(const struct warnings *w)
{
	struct listed *l = xalloc(sizeof(*l));

	*l = (struct listed){ .w = w };
	return l;
}

void
listed_free(struct listed **l)
{
	if (*l == NULL)
		return;
	free((*l)->rows);
	free(*l);
	*l = NULL;
}

static bool
room_for(struct listed *l, int64_t row)
{
	size_t count = l->count == 0 ? 4096 : l->count;

	if (row < 0 || row >= LISTED_ROWS_MAX)
		return false;
	while (count <= (size_t)row)
		count *= 2;
	if (count == l->count)
		return true;
	l->rows = xrealloc(l->rows, count * sizeof(*l->rows));
	memset(l->rows + l->count, 0, (count - l->count) * sizeof(*l->rows));
	l->count = count;
	return true;
}

bool
listed_object(struct listed *l, const struct object_row *r)
{
	uint32_t of;

	if (!slice_eq(r->type, S("indicator")))
		return false;
	if (!room_for(l, r->object))
		return listed_warned(l->w, r->bytes);
	/* What a UUID begins with is as good as a hash. */
	if (r->name.len < sizeof(of))
		return listed_warned(l->w, r->bytes);
	memcpy(&of, r->name.p, sizeof(of));
	of &= ~(KNOWN | WARNED);
	if ((l->rows[r->object] & KNOWN) == 0 || (l->rows[r->object] & ~(KNOWN | WARNED)) != of)
		l->rows[r->object] = of | KNOWN | (listed_warned(l->w, r->bytes) ? WARNED : 0);
	return (l->rows[r->object] & WARNED) != 0;
}
