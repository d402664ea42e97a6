/*
 * shadowserver: the schema of Shadowserver's reports, as data. What a report's
 * column means is a row in it; no report type is known to the program's code.
 */
#ifndef INTAKE_SHADOWSERVER_H
#define INTAKE_SHADOWSERVER_H

#include "base/arena.h"
#include "base/err.h"
#include "model/field.h"

/* How a column's text becomes a value; names are the schema's. */
enum shadow_conv {
	SHADOW_TEXT,
	SHADOW_TO_NONE, /* "", "0" and "unknown" are nothing */
	SHADOW_INT,
	SHADOW_NOT_ZERO, /* a number, 0 is nothing */
	SHADOW_FLOAT,
	SHADOW_BOOL,
	SHADOW_IP,
	SHADOW_NETWORK,
	SHADOW_FQDN,
	SHADOW_TIME_UTC,
	SHADOW_DATE,
	SHADOW_DATE_UTC,
	SHADOW_CVE, /* the CVE names in a list of tags */
	SHADOW_HTTP_URL, /* host and path stand in two columns */
	SHADOW_CATEGORY, /* "category", else "detail" */
	SHADOW_BASE64, /* as it is, or encoded */
	SHADOW_EXCHANGE_TAXONOMY,
	SHADOW_EXCHANGE_TYPE,
	SHADOW_EXCHANGE_IDENTIFIER
};

struct shadow_item {
	enum field field; /* FIELD_NONE: extra */
	struct slice extra; /* its key there */
	struct slice column;
	enum shadow_conv conv;
	bool need; /* the record is bad without it */
	bool ignore;
};

struct shadow_constant {
	enum field field;
	struct slice extra;
	struct slice value; /* canonical */
};

struct shadow_report {
	struct slice key, file_name, feed_name, url;
	const struct shadow_item *items; /* needed ones first */
	size_t item_count;
	const struct shadow_constant *constants;
	size_t constant_count;
};

struct shadow_schema {
	struct arena memory;
	struct slice date;
	struct shadow_report *reports;
	size_t report_count;
};

/* From intelmq.json as published, or from our data/shadowserver/schema.tsv. */
bool shadow_schema_read(struct slice bytes, struct shadow_schema **out,
    struct err *e) MUST_USE;
void shadow_schema_free(struct shadow_schema **s);

/* By type ("scan_http", "event4_sinkhole"), feed's name, or a file's name. */
const struct shadow_report *shadow_find(const struct shadow_schema *s,
    struct slice type);
const struct shadow_report *shadow_find_file(const struct shadow_schema *s,
    struct slice file_name);
/*
 * By the header's columns: the report that they fit best, or NULL where they
 * fit none. *sure_out: they are exactly its columns, or nearly, and no report
 * that means something else comes near.
 */
const struct shadow_report *shadow_find_columns(const struct shadow_schema *s,
    const struct slice *columns, size_t count, bool *sure_out);

#endif
