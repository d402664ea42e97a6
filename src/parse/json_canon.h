/*
 * json_canon: RFC 8785 (JCS): of all texts that say the same in JSON the one
 * that is hashed and signed. Members in the order of their names' UTF-16 code
 * units, numbers as ECMAScript prints them, no white space, strings escaped
 * where they must be and nowhere else.
 */
#ifndef PARSE_JSON_CANON_H
#define PARSE_JSON_CANON_H

#include "base/buf.h"
#include "parse/json.h"

/*
 * Append the canonical form of a text to out. ERR_INPUT: no JSON, a name twice
 * in one object, half a surrogate pair, bytes that are no UTF-8, a number that
 * a double cannot hold. ERR_LIMIT: over limits, a, or out's own.
 */
bool json_canon(struct slice text, const struct json_limits *limits,
    struct arena *a, struct buf *out, struct err *e) MUST_USE;

/* The same, of a text that is read already: raw is the text that j was read from. */
bool json_canon_tree(struct slice raw, const struct json *j, const struct json_limits *limits,
    struct arena *a, struct buf *out, struct err *e) MUST_USE;

/* Is it canonical as it stands, byte for byte? ERR_INPUT says that it is not. */
bool json_canon_check(struct slice text, const struct json_limits *limits,
    struct arena *a, const struct json **out, struct err *e) MUST_USE;

/* The order of RFC 8785 section 3.2.3, of UTF-8: as UTF-16 code units. */
int json_canon_cmp(struct slice a, struct slice b);

#define JSON_DOUBLE_TEXT_MAX 32
/* As ECMAScript's Number::toString(): shortest that reads back the same. v is finite. */
size_t json_double_print(double v, char out[JSON_DOUBLE_TEXT_MAX]);

#endif
