/*
 * typeset: pages of A4 as PDF, set by Pango and drawn by Cairo (decision 0180): text
 * of any script in its direction, tables whose heads are repeated, figures, contents
 * with page numbers and links, bookmarks, tags for those who have it read to them.
 *
 * The content is asked for twice, by the same calls: first to see on which page each
 * heading falls, then to draw. It must say the same both times. The same content on
 * the same machine gives the same bytes; other fonts give others.
 *
 * All of Pango and Cairo is in typeset*.c; what they are given is UTF-8 without
 * control characters (annual_cell() and its like).
 */
#ifndef SHARE_TYPESET_H
#define SHARE_TYPESET_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "share/draw.h"

#define TYPESET_WIDTH 481.0 /* of the text, points */
#define TYPESET_FIGURE_MAX 640.0
#define TYPESET_COLUMNS_MAX 12
#define TYPESET_PAGES_MAX 2000

struct typeset;

struct typeset_job {
	enum lang lang;
	struct slice title, lines; /* of the first page; lines: one below the other */
	const char *contents; /* "Contents", in the language */
	struct slice author;
	int64_t created_s; /* what the file says of itself: no clock is looked at */
	void (*content)(void *cookie, struct typeset *t);
	void *cookie;
};

struct typeset_made {
	unsigned pages;
	uint64_t missing; /* characters for which no installed font has a glyph */
};

/* A document to out. ERR_LIMIT: too many pages or bytes; ERR_SYSTEM: what Cairo says. */
bool typeset_run(const struct typeset_job *j, struct buf *out, struct typeset_made *made, struct err *e) MUST_USE;

/* --- within content ---------------------------------------------------------------- */

/* level 1 begins a page; levels 1 and 2 are bookmarks and in the contents. keep: what of the next stays on its page. */
void typeset_heading(struct typeset *t, int level, struct slice text, double keep);
void typeset_text(struct typeset *t, struct slice text, bool small);
/* Stays on one page; height at most TYPESET_FIGURE_MAX, width TYPESET_WIDTH. */
void typeset_figure(struct typeset *t, double height, void (*draw)(void *cookie, const struct draw *d), void *cookie);

struct typeset_column { struct slice title; bool number; };
/* Rows of cells follow, cell by cell; end sets the table. */
void typeset_table_begin(struct typeset *t, const struct typeset_column *columns, size_t count);
void typeset_cell(struct typeset *t, struct slice text, bool faint);
void typeset_table_end(struct typeset *t);

#endif
