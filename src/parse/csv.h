/*
 * csv: records of fields (RFC 4180, read generously): LF, CRLF or CR CRLF ends
 * a record, a quoted field may hold all of these, "" is a quote, a quote in
 * the middle of an unquoted field is a byte, NUL is a byte. Any split of the
 * input gives the same records.
 */
#ifndef PARSE_CSV_H
#define PARSE_CSV_H

#include "base/arena.h"
#include "base/source.h"

struct csv_limits {
	size_t record_bytes; /* one record, as it stands in the document */
	size_t fields; /* in one record */
};

extern const struct csv_limits CSV_LIMITS; /* 1 MiB, 2,048 fields */

struct csv_row {
	struct slice *v; /* unquoted; valid until the next csv_next() */
	size_t count;
	uint64_t offset; /* of the record in the document */
	uint32_t length; /* in bytes, line end not counted */
	uint64_t line; /* of its first byte, from 1 */
};

struct csv_reader {
	struct source *src;
	struct csv_limits limits;
	uint8_t delimiter; /* ',' unless told */
	uint8_t quote; /* '"' unless told; 0: none */
	bool skip_empty; /* leave out lines with nothing on them; default true */
	/* the reader's own */
	uint64_t line;
	struct slice *fields;
	size_t fields_cap;
	uint8_t *unquoted;
	size_t unquoted_cap;
	uint64_t failed_bytes; /* looked at for records that were bad in the end */
	uint64_t strict_until; /* before this offset no record goes over its line */
};

void csv_init(struct csv_reader *r, struct source *src);
void csv_fini(struct csv_reader *r);

/*
 * STEP_ITEM: *row holds a record. STEP_BAD: this record is over a limit or its
 * quote is never closed; it is skipped (row->offset, length and line say
 * where), e says why, and the next call goes on behind it. An unclosed quote
 * that runs over record_bytes ends at the end of its first line, so that one
 * stray quote costs one record. Where many lines do so, records are held to
 * their line for a while: what is looked at in vain stays within a small
 * multiple of the document. STEP_FAIL: the source failed.
 */
enum step csv_next(struct csv_reader *r, struct csv_row *row,
    struct err *e) MUST_USE;

/* Append a field, quoted where RFC 4180 needs it; formulas (= + - @) get a leading ' when safe is set. */
void csv_put(struct buf *b, struct slice field, bool first, bool safe);

#endif
