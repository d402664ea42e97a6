/*
 * mapping: how a feed of rows, objects or lines becomes events, as a small
 * file that a person writes (docs/mappings.md is the language's description).
 * It is compiled once, when it is read: names become numbers, conditions and
 * converters rows of tables, so that a record costs no look-up of words.
 *
 *	[feed]
 *	name = Feodo Tracker
 *	format = csv
 *	header = yes
 *	[constants]
 *	classification.type = c2-server
 *	[fields]
 *	source.ip! = dst_ip
 *	time.source = first_seen_utc | date
 */
#ifndef INTAKE_MAPPING_H
#define INTAKE_MAPPING_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "model/event.h"
#include "parse/ip.h"

#define MAPPING_COLUMNS_MAX 256 /* columns that a mapping names */
#define MAPPING_HEADS_MAX 16
#define MAPPING_HEAD_BYTES 512 /* of a value found in a document's head */

enum mapping_format {
	MAPPING_CSV,
	MAPPING_LIST,
	MAPPING_JSON,
	MAPPING_PAIRS,
	MAPPING_TEXT,
	MAPPING_HTML,
	MAPPING_XML
};

enum mapping_header { HEADER_NO, HEADER_YES };

/* A growing array; it has room for the next power of two. */
#define MAPPING_ARRAY(type) struct { type *v; size_t n; }

/* What a value is taken from. What begins with '@' is not in the record itself. */
enum column_kind {
	COLUMN_NAMED, /* of the record, by name or number */
	COLUMN_FILE, /* @file: the name it came under */
	COLUMN_ORIGIN, /* @origin: feed.url where that was told, else the file's name */
	COLUMN_RECEIVED, /* @received: the moment the report was taken */
	COLUMN_LINE, /* @line: the record as it stands */
	COLUMN_KEY, /* @key: the name of the object that is the record */
	COLUMN_HEAD, /* @head.NAME: found in the document's head */
	COLUMN_FIELD, /* @source.ip: the event's field as filled so far */
	COLUMN_EXTRA /* @extra.NAME */
};

struct mapping_column {
	struct slice name;
	enum column_kind kind;
	int32_t number; /* from 1, from the end -1; 0: only by name */
	uint32_t index; /* HEAD: which; FIELD: which field */
};

/* A piece of "http://{host}/": literal text, a column, or the value at hand. */
enum { PART_LITERAL = -1, PART_VALUE = -2 };

struct mapping_part {
	struct slice text;
	int32_t column;
};

struct span {
	uint32_t first, count;
};

struct converter;

struct mapping_call {
	const struct converter *converter;
	struct slice a, b; /* its texts */
	int64_t n;
	uint32_t index; /* of a map or a column */
	struct span parts;
};

struct mapping_value {
	int32_t column; /* -1: a text of parts */
	struct span parts, calls;
};

struct mapping_target {
	struct slice name; /* "source.ip", "extra.status" */
	enum field field; /* FIELD_NONE: under extra. */
	struct slice extra; /* its key */
	bool members; /* "extra.x.*": an object's, each under its own name */
};

struct mapping_step {
	struct mapping_value value;
	struct span targets; /* the first that takes the value gets it */
	uint32_t when; /* a condition's number + 1; 0: always */
	bool required; /* "field!": a record without it is set aside */
	bool loose; /* "field?": a value that does not fit is left out */
};

enum test_op {
	TEST_IS, TEST_CONTAINS, TEST_STARTS, TEST_ENDS, TEST_MATCHES, TEST_IN,
	TEST_BEFORE, TEST_AFTER, TEST_LESS, TEST_MORE, TEST_LOOKS, TEST_SAME, TEST_EMPTY
};

struct test_value {
	struct slice text; /* small letters */
	struct prefix net;
	int64_t number; /* of thousandths; or seconds since 1970; or back from reception */
	bool back;
	uint32_t column; /* SAME */
};

struct mapping_test {
	uint32_t column;
	enum test_op op;
	bool negate;
	bool or_equal; /* LESS, MORE */
	bool other; /* begins what stands behind an "or" */
	struct span values;
};

struct mapping_condition {
	struct span tests;
	bool late; /* looks at fields, so it can only be asked when they are filled */
};

struct map_row {
	struct slice key; /* small letters */
	struct slice result;
	bool keep; /* "*": the value itself */
};

struct mapping_map {
	struct slice name;
	MAPPING_ARRAY(struct map_row) exact; /* sorted by key */
	MAPPING_ARRAY(struct map_row) patterns; /* with '*' and '?', in the order written */
	struct map_row other;
	bool has_other;
	uint32_t line; /* where it is first used */
	bool written;
};

/* "Ban <ip> by <>": literals and what stands between them. */
struct mapping_template {
	struct span parts; /* of struct mapping_part; column -2: passed over */
	struct slice literal; /* what it begins with */
};

struct mapping_head {
	struct slice name;
	uint32_t line; /* of the document, or 0: by template */
	struct mapping_template template;
};

struct mapping_filter {
	uint32_t condition;
	bool keep;
};

enum zone_rule { ZONE_FIXED, ZONE_EU, ZONE_US };

struct mapping_zone {
	bool set;
	enum zone_rule rule;
	int32_t offset_s;
};

struct mapping {
	struct slice name; /* of the file, without ".conf" */
	MAPPING_ARRAY(struct mapping_step) feed; /* feed.*: constants that the report may override */
	enum mapping_format format;
	enum mapping_header header;
	struct slice delimiter; /* csv; one that is longer than a byte is no business of quotes */
	bool delimiter_runs; /* several of them are one */
	bool delimiter_loose; /* blanks around it are part of it */
	bool delimiter_blanks; /* any blanks */
	uint8_t quote; /* 0: none */
	MAPPING_ARRAY(struct slice) names; /* of the columns, where the file has no header */
	MAPPING_ARRAY(struct slice) comments;
	MAPPING_ARRAY(struct slice) empties; /* values that mean nothing */
	MAPPING_ARRAY(struct slice) ignored; /* not kept under rest; patterns */
	uint32_t skip;
	MAPPING_ARRAY(struct slice) records; /* json: where, the first that is there; xml: elements' names */
	bool records_optional;
	struct slice pair, equals; /* pairs */
	struct slice table, table_value; /* html: attribute and value (all such), or "" and a number */
	uint32_t table_number;
	struct slice rest; /* "extra.": columns that no line names; empty: they are not kept */
	bool other_skip; /* lines that no template fits */
	struct mapping_zone zone;
	MAPPING_ARRAY(struct mapping_template) lines; /* text; pairs: what stands before them */
	int32_t pairs_column; /* of the capture <pairs> */
	int32_t each_column; /* text, pairs: the record is one for each piece of it; -1: it is one */
	struct slice each_by; /* what stands between the pieces */
	MAPPING_ARRAY(struct mapping_column) columns;
	MAPPING_ARRAY(struct mapping_part) parts;
	MAPPING_ARRAY(struct mapping_call) calls;
	MAPPING_ARRAY(struct mapping_target) targets;
	MAPPING_ARRAY(struct mapping_step) steps;
	MAPPING_ARRAY(struct mapping_test) tests;
	MAPPING_ARRAY(struct test_value) values;
	MAPPING_ARRAY(struct mapping_condition) conditions;
	MAPPING_ARRAY(struct mapping_filter) filters;
	MAPPING_ARRAY(struct mapping_map) maps;
	MAPPING_ARRAY(struct mapping_head) heads;
	MAPPING_ARRAY(struct slice) known_names, known_texts, known_columns;
	struct arena memory;
};

/* Read a mapping's text; ERR_INPUT names line and key. Free with mapping_free(). */
bool mapping_read(struct slice name, struct slice text, struct mapping **out,
    struct err *e) MUST_USE;
void mapping_free(struct mapping **m);

/* What it says of its feed (FIELD_FEED_NAME and its like), or SLICE_NONE. */
struct slice mapping_feed(const struct mapping *m, enum field f);

/* Room for one more in a MAPPING_ARRAY of n. */
void *mapping_grown(void *v, size_t n, size_t size);
#define MAPPING_ADD(array, ...) \
	((array)->v = mapping_grown((array)->v, (array)->n, sizeof(*(array)->v)), \
	    (array)->v[(array)->n++] = (__VA_ARGS__))

/*
 * How sure we are that a document is this feed's: 0, or from 50 on. name is
 * its file's, bytes its begin. What a mapping does not say how to recognise
 * is never recognised.
 */
int mapping_knows(const struct mapping *m, struct slice name, struct slice bytes);

/* '*' is any bytes, '?' is one; the case of ASCII letters does not matter. */
bool mapping_glob(struct slice pattern, struct slice s);

#endif
