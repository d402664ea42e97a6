/*
 * annual: what the files of entente annual share.
 */
#ifndef CLI_ANNUAL_H
#define CLI_ANNUAL_H

#include "cli/desk.h"
#include "desk/annual.h"

/* The second argument. */
bool annual_year(const struct desk_work *w, int *out, struct err *e) MUST_USE;
/* Counted now, as records stood at a moment; progress is shown. */
bool annual_count(struct desk_work *w, int year, int64_t as_of_s, struct slice corrects, struct buf *out, struct err *e) MUST_USE;
/* The report's record and the data that it names, held to their hash. b: whose memory the data are. */
bool annual_frozen(struct desk_work *w, int year, struct buf *b, struct desk_record *r, struct annual *x, struct err *e) MUST_USE;

bool cli_annual_make(struct desk_work *w, struct err *e) MUST_USE; /* cmd_annual_make.c */

#endif
