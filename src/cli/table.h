/*
 * table: rows for people (aligned columns) or for programs (--json: an array
 * of objects, one a line). Columns have a key for programs and a title for
 * people.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define TABLE_COLUMNS_MAX 24

struct table_column {
	const char *key; /* "first_seen" */
	const char *title; /* catalogue key */
	bool right; /* numbers */
	size_t width_max; /* cut in the table for people; 0: not */
};

struct table {
	const struct table_column *columns;
	size_t count;
	bool json;
	bool bare; /* json: the objects alone, one a line, without the array around them */
	size_t rows;
	size_t at; /* column of the next cell */
	size_t *widths;
	/* kept until the end, as the widths are known then; people's tables are bounded by --limit */
	struct buf text;
	struct buf line;
};

void table_begin(struct table *t, const struct table_column *columns,
    size_t count, bool json);
/* The cells of a row, in the columns' order; the row ends with its last cell. */
void table_text(struct table *t, struct slice s);
void table_str(struct table *t, const char *s);
void table_int(struct table *t, int64_t v);
void table_date(struct table *t, int64_t s); /* 0: nothing */
void table_none(struct table *t); /* unknown: null; "-" for people */
/* Print what is left; frees. False when standard output failed. */
bool table_end(struct table *t);

/* Columns that a text takes on a terminal. */
size_t text_width(struct slice s);

#endif
