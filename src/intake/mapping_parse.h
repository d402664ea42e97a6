/*
 * mapping_parse: the pieces of a mapping's lines (values, conditions,
 * templates), each compiled into the mapping's tables. For mapping.c.
 */
#ifndef INTAKE_MAPPING_PARSE_H
#define INTAKE_MAPPING_PARSE_H

#include "intake/mapping.h"

struct conf_item;

/*
 * The next word of *rest, or text in quotes (\" \\ \t \n in it). False at the
 * end; quoted_out may be NULL.
 */
bool mapping_token(struct mapping *m, struct slice *rest, struct slice *out, bool *quoted_out);
/* As mapping_token, but a word goes up to the next comma; the comma is taken. */
bool mapping_item(struct mapping *m, struct slice *rest, struct slice *out);

/* The number of a column, which is added where it is new. */
bool mapping_column(struct mapping *m, struct slice name, uint32_t *out, struct err *e) MUST_USE;
/* "column | converter argument | ..." */
bool mapping_value_parse(struct mapping *m, struct slice text, struct mapping_value *out,
    struct err *e) MUST_USE;
/* "http://{host}/" */
bool mapping_parts_parse(struct mapping *m, struct slice text, struct span *out,
    struct err *e) MUST_USE;
/* "column is a, b and other contains c or ..." */
bool mapping_condition_parse(struct mapping *m, struct slice text, uint32_t *out,
    struct err *e) MUST_USE;
/* "<time> host: <message>"; a capture gives the column of its name. */
bool mapping_template_parse(struct mapping *m, struct slice text, bool captures,
    struct mapping_template *out, struct err *e) MUST_USE;
/* The number of [map NAME]; it may be written further down. */
uint32_t mapping_map_named(struct mapping *m, struct slice name);

/* A line of [feed] */
bool mapping_feed_key(struct mapping *m, const struct conf_item *i, struct err *e) MUST_USE;

/* "Europe/Warsaw", "CET", "+02:00" */
bool mapping_zone_parse(struct slice s, struct mapping_zone *out, struct err *e) MUST_USE;

#endif
