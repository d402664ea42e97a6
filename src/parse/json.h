/*
 * json: RFC 8259 text to a tree in an arena, without recursion, within limits.
 * Numbers stay as their text; strings are unescaped UTF-8. Every node knows
 * where it stands, so that an error can say so.
 */
#ifndef PARSE_JSON_H
#define PARSE_JSON_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct json_limits {
	size_t bytes; /* of the text */
	size_t depth;
	size_t nodes;
};

extern const struct json_limits JSON_LIMITS; /* 64 MiB, 64, 4 million */

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json {
	enum json_kind kind;
	uint32_t count; /* items in an array, members in an object */
	struct slice text; /* STRING: unescaped; NUMBER: as written */
	struct slice key; /* of a member of an object */
	struct slice raw; /* the node as written, in the text */
	const struct json *first; /* first item or member */
	const struct json *next; /* sibling */
};

/*
 * Read one value that fills the whole text (white space around it is fine).
 * The tree lies in a and points into text. The last of two equal keys wins in
 * json_get(). ERR_INPUT names line and column; ERR_LIMIT names the limit.
 * Lone surrogates and invalid UTF-8 become U+FFFD.
 */
bool json_parse(struct slice text, const struct json_limits *limits,
    struct arena *a, const struct json **out, struct err *e) MUST_USE;

/* As json_parse, but stops behind the value; *used_out says where. */
bool json_parse_prefix(struct slice text, const struct json_limits *limits,
    struct arena *a, const struct json **out, size_t *used_out,
    struct err *e) MUST_USE;

/* A member by name, or NULL (also when j is NULL or no object). */
const struct json *json_get(const struct json *j, struct slice key);
/* By a path "a.b.c"; a number is an index of an array. */
const struct json *json_path(const struct json *j, struct slice path);
/* The text of a STRING, else SLICE_NONE (j may be NULL). */
struct slice json_text(const struct json *j);
/* STRING or NUMBER as text, true and false as words; else SLICE_NONE. */
struct slice json_scalar(const struct json *j);
bool json_int(const struct json *j, int64_t *out);
static inline bool
json_is(const struct json *j, enum json_kind kind)
{
	return j != NULL && j->kind == kind;
}

#define JSON_EACH(item, parent) \
	for (const struct json *item = (parent) == NULL ? NULL : (parent)->first; \
	    item != NULL; item = item->next)

/*
 * Writing. Commas and colons are the writer's business; UTF-8 goes out as it
 * is, control bytes escaped, invalid UTF-8 as U+FFFD.
 */
struct json_out {
	struct buf *b;
	bool comma;
	unsigned depth;
	bool pretty;
};

void json_out_init(struct json_out *o, struct buf *b, bool pretty);
void json_out_object(struct json_out *o);
void json_out_object_end(struct json_out *o);
void json_out_array(struct json_out *o);
void json_out_array_end(struct json_out *o);
void json_out_key(struct json_out *o, struct slice key);
void json_out_text(struct json_out *o, struct slice s);
void json_out_int(struct json_out *o, int64_t v);
void json_out_bool(struct json_out *o, bool v);
void json_out_null(struct json_out *o);
/* A number or any value already in JSON. */
void json_out_raw(struct json_out *o, struct slice json);
/* A number by RFC 8259 section 6? What is none goes out as a text. */
bool json_number_ok(struct slice s);
void json_out_number(struct json_out *o, struct slice s);
/* Key and value in one call; S("key") */
void json_out_key_text(struct json_out *o, struct slice key, struct slice s);
void json_out_key_int(struct json_out *o, struct slice key, int64_t v);
/* A string literal with its quotes, to a buf. */
void json_quote(struct buf *b, struct slice s);

#endif
