/*
 * table: rows for people (aligned columns) or for programs (--json: an array
 * of objects, one a line). Columns have a key for programs and a title for
 * people.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define TABLE_COLUMNS_MAX 32

/*
 * On a terminal a table is as wide as that: columns give way, the highest n
 * first, by being cut and then by being left out. Elsewhere all is shown.
 */
#define TABLE_DROP(n) ((size_t)(n) << 16)
#define TABLE_DAY ((size_t)1 << 24) /* a date: cut to its day */
#define TABLE_JSON ((size_t)1 << 25) /* for programs alone */
#define TABLE_WHOLE ((size_t)1 << 26) /* never cut: the terminal may break the line */
#define TABLE_WIDTH ((size_t)0xffff)

struct table_column {
	const char *key; /* "first_seen" */
	const char *title; /* catalogue key */
	bool right; /* numbers */
	size_t width_max; /* cut in the table for people (0: not) | TABLE_... */
};

struct table {
	const struct table_column *columns;
	size_t count;
	bool json;
	bool bare; /* json: the objects alone, one a line, without the array around them */
	size_t rows;
	size_t at; /* column of the next cell */
	size_t *widths; /* 0: not shown */
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
void table_moment(struct table *t, int64_t s); /* 0 is 1970 */
void table_raw(struct table *t, struct slice json); /* of a TABLE_JSON column: as it is */
void table_none(struct table *t); /* unknown: null; "-" for people */
/* Print what is left; frees. False when standard output failed. */
bool table_end(struct table *t);

/* Free without printing what is not printed yet. */
void table_drop(struct table *t);
/* table_end() where all went well, else table_drop(). ok and all printed. */
bool table_finish(struct table *t, bool ok, struct err *e);

/* What a terminal may get of a text from outside, at most so wide (0: any). */
void text_clean_put(struct buf *b, struct slice s, size_t width_max);
/* The same to a stream; lines and tabs too are one line's. */
void text_show(FILE *to, struct slice s);
/* The width of standard output where it is a terminal, else 0. */
size_t terminal_width(void);
/* Columns that a text takes on a terminal. */
size_t text_width(struct slice s);

#endif
