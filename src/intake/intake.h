/*
 * intake: from a report's bytes to events. A format is one file here and one
 * row in the table of formats.c. A format's code runs in a reader: a process
 * without network, database or the right to open a file (intake/reader.h), so
 * it takes bytes from a source and gives events to a sink, nothing else.
 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/source.h"
#include "model/event.h"

struct intake;
/* Data that formats need, loaded before the sandbox closes; see tables.h. */
struct intake_tables;

/* What a document shows before it is read: for recognising its format. */
struct intake_head {
	struct slice name; /* file name, or empty */
	struct slice type; /* MIME type of an attachment, or empty */
	struct slice bytes; /* the first 64 KiB, or all */
	bool whole; /* bytes is all there is */
};

struct intake_format {
	struct slice name; /* "shadowserver-csv": for --format and the report's row */
	const char *summary; /* catalogue key */
	/* How sure we are that it is ours: 0 no, 100 certain. Must be cheap. */
	int (*recognise)(const struct intake_head *head, const struct intake *in);
	/*
	 * Read the document to its end: events to intake_event(), bad records to
	 * intake_bad(). False only when reading cannot go on (the whole report is
	 * then set aside with e).
	 */
	bool (*read)(struct intake *in, struct source *src, struct err *e);
	/*
	 * Load all that the libraries below load when they are first used (tables,
	 * converters, locales): afterwards the reader may open nothing. May be NULL.
	 */
	void (*warmup)(void);
	bool wrapper; /* only holds other documents (ZIP, gzip, mbox) */
	/* Not asked, unless a mapping is named, where another is this sure: asking costs more. */
	int unless;
	/* What it looks for with intake_option(); ends with an empty key. May be NULL. */
	const struct intake_option_row *options;
	/*
	 * Its documents may be lists: one that gives no record a time holds when
	 * it is received, and the same bytes on another day are another observation.
	 */
	bool lists;
};

struct intake_option_row {
	struct slice key;
	/* NULL: any value. ERR_INPUT: what would have been a good one. */
	bool (*check)(struct slice value, struct err *e);
};

/* All formats; the one that recognises best wins, the earlier of equals. */
extern const struct intake_format *const intake_formats[];
extern const size_t intake_format_count;
const struct intake_format *intake_format_find(struct slice name);
/* Calls each format's warmup(), once: before intake_read(), and before a sandbox closes. */
void intake_warmup(void);
const struct intake_format *intake_recognise(const struct intake_head *head,
    const struct intake *in);

struct intake_limits {
	size_t document_bytes; /* what must be held whole: a mail, a JSON document (64 MiB) */
	size_t record_bytes; /* one record of a streamed format (1 MiB) */
	uint64_t unpacked_bytes; /* all that comes out of archives and attachments (4 GiB) */
	uint64_t unpack_ratio; /* unpacked over packed (1,000), looked at from 64 MiB on */
	unsigned depth; /* document in document (8) */
	unsigned parts; /* of all documents in a report (10,000) */
	uint64_t bad_max; /* bad records whose reason quotes the value (1,000); behind them a shorter one */
};

extern const struct intake_limits INTAKE_LIMITS;

/* Where events go. All callbacks get cookie. False stops the reading (e is set). */
struct intake_sink {
	void *cookie;
	bool (*event)(void *cookie, const struct event *ev, struct err *e);
	bool (*bad)(void *cookie, const struct place *place, struct slice column,
	    struct slice reason, struct err *e);
	const struct field_set *wanted; /* what the taker looks at; NULL: all */
	/* Now and then while a reader takes its time: others may be answered meanwhile (may be NULL). */
	bool (*pause)(void *cookie, struct err *e);
	/* What the events since the last call point to goes away now; for what comes by a reader (may be NULL). */
	bool (*settle)(void *cookie, struct err *e);
	/* A piece of an excerpt, where one was asked for. */
	bool (*bytes)(void *cookie, struct slice s, struct err *e);
};

/* Bad records of one kind: what a report's summary says. */
#define INTAKE_TALLIES_MAX 64
/* Of a sentence why there is nothing to report. */
#define INTAKE_NOTHING_MAX 400

struct intake_tally {
	char column[48]; /* cut; "" is no column */
	char sample[160]; /* the first one's reason */
	enum err_code code;
	uint64_t count;
};

/*
 * The reading of one report. The struct is open to formats: they read it, and
 * write only through the functions below.
 */
struct intake {
	/* about the report */
	struct slice name; /* of the report: its file name */
	struct slice part; /* "" or the path of the part being read: "2/report.csv" */
	struct slice feed; /* feed.name for its events where it has none itself, or empty */
	int64_t received_s; /* the moment it was received: never the clock's */
	struct slice options; /* "key=value" lines: intake_option() */
	const struct intake_tables *tables; /* schemas and mappings, loaded beforehand */
	struct intake_limits limits;
	struct intake_sink sink;
	/* the memory of one record: intake_event() and intake_bad() reset it */
	struct arena record;
	/* the memory of one document (a mail, a JSON tree): dropped with it */
	struct arena document;
	struct event ev; /* the event being built, for whoever wants one */
	const struct intake_format *format; /* of the part being read */
	/*
	 * Not to be read: the bytes of this place are asked for. All is unpacked
	 * and taken apart as it is for reading, until its part is come to. NULL: read.
	 */
	const struct place *excerpt;
	bool excerpt_given;
	/* Called now and then while much is unpacked and nothing comes of it, with the sink's cookie (may be NULL). */
	bool (*tick)(void *cookie, struct err *e);
	/* kept by intake.c */
	struct slice format_named; /* asked for; empty: recognise */
	const struct intake_format *outer; /* of the report itself, once known */
	unsigned depth, parts;
	uint64_t unpacked, packed;
	uint64_t events, bad;
	bool stopped; /* the taker wants no more, or a limit of the whole report is met */
	bool guarded; /* something in it is protected (model/protect.h): quote nothing of it */
	struct intake_tally tallies[INTAKE_TALLIES_MAX];
	size_t tally_count; /* the last one takes what is over */
	char nothing[INTAKE_NOTHING_MAX]; /* the first one's; "": intake_nothing() was not called */
};

/* Does the taker look at this field (or, FIELD_NONE, at extras)? */
static inline bool
intake_wants(const struct intake *in, enum field f)
{
	if (in->sink.wanted == NULL)
		return true;
	return f == FIELD_NONE ? in->sink.wanted->extras : field_set_has(in->sink.wanted, f);
}

void intake_init(struct intake *in);
void intake_fini(struct intake *in);

/*
 * Read a whole report: unpack, recognise (or take format_named), read. Or give
 * in->excerpt: ERR_ABSENT where the report has no such part, ERR_DENIED where
 * its part tells of what is never shown (model/protect.h).
 */
bool intake_read(struct intake *in, struct source *src, struct err *e) MUST_USE;

/*
 * Read a document within a document (attachment, member of a ZIP, message of an
 * mbox). name and type are hints; part is put behind in->part with '/'. Its
 * own failure is a bad record of the outer document, not the end of it.
 */
bool intake_child(struct intake *in, struct slice part, struct slice name,
    struct slice type, struct source *src, struct err *e) MUST_USE;

/*
 * Hand on in->ev or another event: event_finish(), personal data reduced and
 * protected events brought to their form, feed.name where absent, then the
 * sink. A refused event becomes a bad record. The record arena is reset
 * afterwards.
 */
bool intake_event(struct intake *in, struct event *ev, struct err *e) MUST_USE;
/*
 * Put a value that is not the event's whole point into in->ev: what its field does
 * not take stays beside it, under extra.KEY. One that is there already stays; an
 * empty one is none.
 */
bool intake_put(struct intake *in, enum field f, struct slice value, const char *key, struct err *e) MUST_USE;
/* Set a record aside: why->text, the column or field it is about (or empty). */
bool intake_bad(struct intake *in, const struct place *place,
    struct slice column, const struct err *why, struct err *e) MUST_USE;
/* Before intake_bad(): the record's text, so that nothing of it is quoted that must not be. */
void intake_look(struct intake *in, struct slice record);

/*
 * What was read well is no report, and nothing is set aside: a mail that is
 * no complaint. why->text, for people.
 */
void intake_nothing(struct intake *in, const struct err *why);

/*
 * Account for bytes that came out of an archive or attachment: packed is what
 * was read for them so far, unpacked what was gained now. ERR_LIMIT over
 * unpacked_bytes or unpack_ratio, and then the whole report stops.
 */
bool intake_unpacked(struct intake *in, uint64_t packed, uint64_t unpacked,
    struct err *e) MUST_USE;

/* A line "key=value" of in->options, or SLICE_NONE. */
struct slice intake_option(const struct intake *in, struct slice key);
/* The same of any such lines. */
struct slice intake_option_of(struct slice options, struct slice key);
/* Does a format know the key, and is the value good, or empty? ERR_INPUT names the known ones. */
bool intake_option_check(struct slice key, struct slice value, struct err *e) MUST_USE;

#endif
