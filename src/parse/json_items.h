/*
 * json_items: the objects of a large JSON document, one by one, in the memory
 * of one: those of a bundle or an envelope ({"objects": [...]}), of an array, or
 * objects one behind the other (JSON lines). What is between is passed over; an
 * item is cut out by its brackets alone, and whoever reads it finds whether it
 * is JSON.
 */
#ifndef PARSE_JSON_ITEMS_H
#define PARSE_JSON_ITEMS_H

#include "base/source.h"

#define JSON_ITEMS_HEAD 1024

enum json_items_where { JSON_ITEMS_TOP, JSON_ITEMS_ARRAY, JSON_ITEMS_OBJECTS, JSON_ITEMS_TAIL };

struct json_items {
	struct source *src;
	size_t item_max; /* bytes of one item, and of what stands before "objects" */
	enum json_items_where where;
	size_t taken; /* bytes of the window that the last item held */
	bool first; /* no comma is due */
	uint64_t count; /* items so far */
	uint64_t lists; /* envelopes so far */
	uint64_t others; /* arrays and plain objects at the top so far */
	/* Of an envelope: its text before "objects", without the brace; cut where it is longer. */
	char head[JSON_ITEMS_HEAD];
	size_t head_len;
};

void json_items_init(struct json_items *it, struct source *src, size_t item_max);
/*
 * The next item, which lies in the source's window until the next call. STEP_FAIL:
 * the source failed (ERR_SYSTEM), the document is none (ERR_INPUT), or an item is
 * larger than item_max (ERR_LIMIT).
 */
enum step json_items_next(struct json_items *it, struct slice *out, struct err *e) MUST_USE;

#endif
