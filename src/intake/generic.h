/*
 * generic: the shapes in which feeds come, each a file: they cut a document
 * into records and hand their values to the mapping (mapping_run.h).
 */
#ifndef INTAKE_GENERIC_H
#define INTAKE_GENERIC_H

#include "base/source.h"
#include "intake/mapping_run.h"

/* csv and list: rows of columns */
bool generic_rows(struct mapping_run *r, struct source *src, struct err *e) MUST_USE;
/* pairs and text: a line is a record */
bool generic_lines(struct mapping_run *r, struct source *src, struct err *e) MUST_USE;
/* json: objects, wherever they lie */
bool generic_json(struct mapping_run *r, struct source *src, struct err *e) MUST_USE;
/* html: rows of a table; xml: elements of a name */
bool generic_html(struct mapping_run *r, struct source *src, struct err *e) MUST_USE;
bool generic_xml(struct mapping_run *r, struct source *src, struct err *e) MUST_USE;

/* Does a line begin with one of the mapping's comment marks? */
bool generic_comment(const struct mapping *m, struct slice line);

/* Where each of the mapping's columns stands in a row; for csv and html. */
#define ROW_NOWHERE INT32_MAX
#define ROW_COLUMNS_MAX 2048

struct row_layout {
	int32_t at[MAPPING_COLUMNS_MAX]; /* from 0, or from the end: -1 is the last */
	struct slice *names; /* of the columns, for rest = extra. */
	bool *used;
	size_t count;
};

/* How many of the mapping's columns are among these names? */
size_t row_layout_names(const struct mapping *m, const struct slice *names, size_t count);
/* Lay out by a header's names (copied), or without one (names NULL). ERR_INPUT: not one column is there. */
bool row_layout_find(struct mapping_run *r, struct row_layout *l, const struct slice *names,
    size_t count, struct err *e) MUST_USE;
/* A row's values into the record. */
void row_layout_put(struct mapping_run *r, const struct row_layout *l, const struct slice *v, size_t count);

#endif
