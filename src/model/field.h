/*
 * field: the names that an event may carry, which are those of the IntelMQ
 * data format (3.5: with severity and product.*), and what a value of each
 * must look like. Everything else goes under "extra.".
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

enum field_type {
	TYPE_STRING,
	TYPE_LOWER, /* LowercaseString */
	TYPE_UPPER, /* UppercaseString */
	TYPE_IP,
	TYPE_NETWORK,
	TYPE_FQDN,
	TYPE_URL,
	TYPE_INTEGER,
	TYPE_FLOAT,
	TYPE_BOOLEAN,
	TYPE_DATE,
	TYPE_ASN,
	TYPE_ACCURACY, /* 0 to 100 */
	TYPE_BASE64,
	TYPE_TAXONOMY,
	TYPE_CLASS, /* classification.type */
	TYPE_TLP,
	TYPE_REGISTRY,
	TYPE_JSON,
	TYPE_JSON_DICT
};

/*
 * The list itself, one row a field: X(enumerator, name, type, longest, shape).
 * It is model/field_list.h; add a field there and nowhere else.
 */
enum field {
#define X(id, name, type, longest, shape) FIELD_##id,
#include "model/field_list.h"
#undef X
	FIELD_COUNT,
	FIELD_NONE = FIELD_COUNT
};

struct slice field_name(enum field f);
enum field_type field_type(enum field f);
/* FIELD_NONE when there is no such name. */
enum field field_find(struct slice name);

/*
 * Bring value to the canonical text of a type: trimmed, case folded, an IP in
 * RFC 5952 form, a date in IntelMQ's, a boolean as "true"/"false", an old
 * class name as the new one ("botnet drone": infected-system) ... or say why
 * not (err without the field's name). The result lies in value or in a.
 */
bool field_type_clean(enum field_type type, struct slice value,
    struct arena *a, struct slice *out, struct err *e) MUST_USE;

/* The same and the field's own length and shape. */
bool field_clean(enum field f, struct slice value, struct arena *a,
    struct slice *out, struct err *e) MUST_USE;

/* Is value in canonical form as it stands (IntelMQ's is_valid without sanitize)? */
bool field_type_ok(enum field_type type, struct slice value);

#endif
