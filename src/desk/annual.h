/*
 * annual: the figures of a year, frozen: the annual report's snapshot.
 *
 *	records as they stood	-> tables of rows -> canonical JSON (RFC 8785) -> SHA-256
 *	the stream's counts	/
 *
 * What tables there are, of which columns and in which part of the report, is one
 * table (annual_table.c). Pages, PDF and CSV are made of the snapshot alone, by
 * annual_walk(), so that they cannot say different things. Records are looked at
 * in the version that held at a moment ("as of"), so that a later run over the
 * same records gives the same bytes.
 *
 * Unknown is null, never zero. No table adds countries up to a rank: rows are in
 * the order of codes, regions and dates. Of countries one by one is told what is
 * public of them or what they open; else they are counted.
 */
#ifndef DESK_ANNUAL_H
#define DESK_ANNUAL_H

#include "base/hash.h"
#include "base/lang.h"
#include "store/desk.h"

#define ANNUAL_FORM 1 /* of snapshots */
#define ANNUAL_BYTES_MAX DESK_FILE_BYTES_MAX
#define ANNUAL_FEW 10 /* counts of the stream below this are "fewer than ten": docs/privacy.md */

enum annual_type {
	ANNUAL_COUNT, /* a whole number */
	ANNUAL_NUMBER, /* a decimal, as a text */
	ANNUAL_TEXT, /* as somebody wrote it */
	ANNUAL_TEXTS, /* {"en": ..., "es": ...} */
	ANNUAL_DAY, ANNUAL_MONTH, /* "2026-11-29", "2026-11" */
	ANNUAL_COUNTRY, ANNUAL_REGION, /* ISO 3166; M49 */
	ANNUAL_WORD, /* of annual_word() */
	ANNUAL_STATE, /* of the table's kind */
	ANNUAL_READY, ANNUAL_DOMAIN, /* of the readiness model */
	ANNUAL_CLASS
};

struct annual_column {
	const char *name, *title; /* for programs; for people: catalogue key */
	enum annual_type type;
	bool plot; /* drawn by the chart */
};

enum annual_chart {
	ANNUAL_PLAIN, /* a table alone */
	ANNUAL_BARS, /* a bar a row and plotted column */
	ANNUAL_STACK, /* a column a row, plotted columns on each other */
	ANNUAL_LINES, /* plotted columns over rows */
	ANNUAL_HEAT, /* rows by plotted columns, darker is more; the number stands in it */
	ANNUAL_SPANS, /* from the first plotted day to the second */
	ANNUAL_DOTS /* plotted columns as marks on one scale: before and after; baseline, target, actual */
};

enum annual_id {
	ANNUAL_FIGURES, ANNUAL_MEMBERS_REGION, ANNUAL_MEMBERS_GROUP, ANNUAL_MEMBERS_YEAR, ANNUAL_MEMBERS, ANNUAL_FUNCTIONS,
	ANNUAL_ENTITIES, ANNUAL_INITIATIVES, ANNUAL_LIVENESS, ANNUAL_ANSWERS, ANNUAL_MISSING, ANNUAL_AGREEMENTS,
	ANNUAL_PARTIES, ANNUAL_TRANSFERS, ANNUAL_READY_STATES, ANNUAL_READY_AGES, ANNUAL_MINIMUM, ANNUAL_LEVELS,
	ANNUAL_DOMAINS, ANNUAL_NEED_STEPS, ANNUAL_NEED_AGES, ANNUAL_NEED_TOPICS, ANNUAL_NEED_REFUSED, ANNUAL_UNFUNDED,
	ANNUAL_PROJECT_STATES, ANNUAL_PROJECT_TOPICS, ANNUAL_MILESTONES, ANNUAL_PROJECTS, ANNUAL_RESULT_SORTS,
	ANNUAL_RESULTS, ANNUAL_FOLLOW_UPS, ANNUAL_MONEY, ANNUAL_DONORS, ANNUAL_MONEY_GROUPS, ANNUAL_MATERIALS,
	ANNUAL_AUDIENCES, ANNUAL_STREAM_MONTHS, ANNUAL_STREAM_CLASSES, ANNUAL_FEEDBACK, ANNUAL_EVALUATIONS,
	ANNUAL_RIGHTS, ANNUAL_UNKNOWN, ANNUAL_ASKED, ANNUAL_DECIDED, ANNUAL_TABLES
};

struct annual_table {
	const char *name; /* "members_by_region" */
	int part; /* 1 to 15 */
	const char *title, *note; /* catalogue keys; note: how to read it */
	enum annual_chart chart;
	enum desk_kind kind; /* of ANNUAL_STATE */
	size_t print; /* rows on pages; the data package has all. 0: all there too */
	const struct annual_column *columns;
	size_t column_count;
};
extern const struct annual_table annual_tables[ANNUAL_TABLES];
#define ANNUAL_PARTS 15
const char *annual_part_title(int part); /* catalogue key */
/* What a word in a table means ("ldc"); catalogue key. A word that is not known comes back itself. */
const char *annual_word(const char *word);

/* --- the snapshot ------------------------------------------------------------- */

struct annual_ask {
	int year;
	int64_t as_of_s; /* records as they stood then; not after the year's end: annual_end() */
	struct slice node; /* its name */
	struct slice corrects; /* "sha256:..." of the snapshot that this one corrects; NONE: none */
	/* How far it is, for people; may be NULL. */
	void (*at)(void *cookie, int part);
	void *cookie;
};
/* The first moment after a year. */
int64_t annual_end(int year);

/* Collect it: canonical JSON to out. ERR_LIMIT over ANNUAL_BYTES_MAX. */
bool annual_collect(struct store *s, const struct annual_ask *q, struct buf *out, struct err *e) MUST_USE;

/* One that was read again; texts lie in the arena and in json. */
struct annual {
	struct slice json;
	struct sha256 sha;
	int year;
	int64_t from_s, until_s, as_of_s;
	struct slice node, corrects, readiness; /* corrects: ""; readiness: the model's version */
	const struct json *rows[ANNUAL_TABLES];
	bool draft; /* two persons have not approved it */
	/* What people wrote, beside it: of the report's record. May be NULL. */
	const struct json *summary, *lessons, *corrections;
};
/* ERR_INPUT: not canonical, not of this form, a row that is not of its table's columns. */
bool annual_read(struct slice json, struct arena *a, struct annual *out, struct err *e) MUST_USE;

/* --- for people -------------------------------------------------------------------- */

/* A cell as a person reads it: "1,234", "not known", "fewer than 10", "Kenya". */
void annual_cell(const struct annual_table *t, size_t column, const struct json *v, enum lang l, struct buf *out);
/* A number's value for charts; false: unknown. Days in seconds. */
bool annual_value(const struct json *v, double *out);
void annual_number(int64_t n, enum lang l, struct buf *out);
void annual_day(int64_t s, enum lang l, struct buf *out);
/* One of {"en": ...} in a language, else English, else any. */
struct slice annual_text(const struct json *texts, enum lang l);

struct annual_view {
	const struct annual_table *table;
	const struct json *rows;
	size_t count, print; /* rows there are; rows that pages show */
	enum lang lang;
};
/* Has it a chart, and is there anything to draw? */
bool annual_drawn(const struct annual_view *v);
/* The way through a report, which pages and PDF share; texts live during the call. */
struct annual_sink {
	void *cookie;
	void (*part)(void *cookie, int part, const char *title);
	/* v: the table that it is about, so that its chart stays with its title; NULL: text alone. */
	void (*section)(void *cookie, const char *name, const char *title, const struct annual_view *v);
	void (*text)(void *cookie, struct slice text, bool small);
	void (*chart)(void *cookie, const struct annual_view *v);
	void (*table)(void *cookie, const struct annual_view *v);
};
void annual_walk(const struct annual *x, enum lang l, const struct annual_sink *to);
/* Title, period, hash: for the first page and a file's metadata. */
void annual_title(const struct annual *x, enum lang l, struct buf *out);
void annual_subtitle(const struct annual *x, enum lang l, struct buf *out);

/* A table as CSV (RFC 4180), codes as they are, unknown as an empty field. */
void annual_csv(const struct annual *x, enum annual_id id, struct buf *out);

#endif
