/*
 * mapping: how a feed of rows or objects becomes events, as a small file:
 *
 *	[feed]
 *	name = Feodo Tracker          feed.name, where the report has none
 *	format = csv                  csv, json or list
 *	delimiter = ,                 csv; \t for a tab
 *	header = yes                  csv: the first row names the columns
 *	comment = #                   csv, list: lines that begin so are left out
 *	array = data.items            json: where the array is; without: one object a line
 *	[constants]
 *	classification.type = c2-server
 *	[fields]
 *	source.ip = dst_ip            a column's name or number from 1; json: a path
 *	extra.status = c2_status
 */
#ifndef INTAKE_MAPPING_H
#define INTAKE_MAPPING_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#define MAPPING_ROWS_MAX 128

enum mapping_format { MAPPING_CSV, MAPPING_JSON, MAPPING_LIST };

struct mapping_row {
	struct slice field; /* an event's field, or "extra.NAME" */
	struct slice from; /* a value (constants), or where it comes from */
};

struct mapping {
	struct slice name; /* of the file, without ".conf" */
	struct slice feed, array, comment;
	enum mapping_format format;
	uint8_t delimiter;
	bool header;
	struct mapping_row constants[MAPPING_ROWS_MAX], fields[MAPPING_ROWS_MAX];
	size_t constant_count, field_count;
	struct arena memory;
};

/* Read a mapping's text; ERR_INPUT names line and key. Free with mapping_free(). */
bool mapping_read(struct slice name, struct slice text, struct mapping **out,
    struct err *e) MUST_USE;
void mapping_free(struct mapping **m);

#endif
