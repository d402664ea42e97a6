/*
 * mapping_run: a compiled mapping at work on one record after another. The
 * shapes (generic_*.c) fill the cells; what is in them becomes an event here.
 */
#ifndef INTAKE_MAPPING_RUN_H
#define INTAKE_MAPPING_RUN_H

#include "intake/intake.h"
#include "intake/mapping.h"

/* A value of a record; text.p NULL: there is none. */
struct cell {
	struct slice text;
	enum extra_kind kind;
};

/* A value that no line names, for rest = extra. */
struct rest_cell {
	struct slice name;
	struct cell cell;
};

#define REST_CELLS_MAX EVENT_EXTRAS_MAX

struct mapping_run {
	struct intake *in;
	const struct mapping *m;
	struct cell cells[MAPPING_COLUMNS_MAX]; /* by the mapping's columns */
	struct rest_cell rest[REST_CELLS_MAX];
	size_t rest_count;
	struct slice file, origin; /* @file, @origin */
	char received[40];
	struct slice received_text;
	uint8_t heads[MAPPING_HEADS_MAX][MAPPING_HEAD_BYTES];
	size_t head_lens[MAPPING_HEADS_MAX];
	uint64_t head_line; /* lines seen by mapping_head_line() */
	bool *idle; /* steps whose fields nobody wants */
	struct { enum field field; struct slice value; } told[8]; /* feed.* that came with the report */
	size_t told_count;
	uint32_t when; /* the condition asked last, and its answer */
	bool when_holds;
	struct slice column; /* what the error is about */
	struct arena memory; /* of the document: what was told, a header's names */
};

/* Begin a document. Free with mapping_run_fini(). */
void mapping_run_init(struct mapping_run *r, struct intake *in, const struct mapping *m);
void mapping_run_fini(struct mapping_run *r);

/* Forget the cells of the record before; line is @line. */
void mapping_record_begin(struct mapping_run *r, struct slice line);
/* Put a value where its column is named; else, where rest is kept, there. */
void mapping_record_put(struct mapping_run *r, struct slice name, struct cell cell);
/*
 * The record is whole: filters, fields, and on to the taker as an event, or
 * aside. False only where the taker failed.
 */
bool mapping_record_end(struct mapping_run *r, const struct place *place, struct err *e) MUST_USE;
/* Set it aside unread. */
bool mapping_record_bad(struct mapping_run *r, const struct place *place, const struct err *why,
    struct err *e) MUST_USE;

/*
 * A line of a document's head (a comment, a line skipped) or, data set, any:
 * does it hold a value for [head]? Then it is kept.
 */
bool mapping_head_line(struct mapping_run *r, struct slice line, bool data);

/* Match a template against a line; values[i] is the i-th part's, where that is a capture. */
#define TEMPLATE_PARTS_MAX 64
bool mapping_template_match(const struct mapping *m, const struct mapping_template *t,
    struct slice line, struct slice values[TEMPLATE_PARTS_MAX]);

/* The value a line asks for; false: it does not fit, why says so. */
bool mapping_value(struct mapping_run *r, const struct mapping_value *v, struct cell *out,
    struct err *why) MUST_USE;
/* A column's value at this point. */
struct cell mapping_cell(const struct mapping_run *r, uint32_t column);
bool mapping_holds(const struct mapping_run *r, uint32_t condition);
/* Pieces put together; SLICE_NONE where the record's memory is used up. */
struct slice mapping_parts(struct mapping_run *r, struct span parts, struct slice value);

/* A JSON value as a cell. */
struct cell mapping_json_cell(const struct json *j);

/* Thousandths of a number with a point. */
bool mapping_number(struct slice s, int64_t *out);
/* 1: s looks like a kind ("ip", "sha256"), 0: not, -1: there is no such kind. */
int mapping_looks(struct slice s, struct slice kind);

struct converter {
	struct slice name;
	const char *args; /* s text, n number, c column, m map, t text with columns; "?" behind: may be absent */
	const char *usage;
	bool (*convert)(struct mapping_run *r, const struct mapping_call *call, struct cell *v,
	    struct err *why);
	bool on_empty; /* also asked where there is no value */
	bool (*check)(const struct mapping_call *call, struct err *e); /* of the arguments */
};

const struct converter *converter_find(struct slice name);

/* Dates: by a strptime form, or in the forms that parse/date.h knows. */
bool mapping_date(struct slice s, struct slice form, const struct mapping_zone *zone,
    int64_t received_s, int64_t *s_out, uint32_t *us_out);
/* Are all letters behind '%' ones that mapping_date knows? */
bool mapping_date_form_ok(struct slice form);

#endif
