/*
 * annual_html: the annual report as one file of HTML: no scripts, no addresses that
 * are fetched, charts as SVG, each with its table.
 */
#ifndef SHARE_ANNUAL_HTML_H
#define SHARE_ANNUAL_HTML_H

#include "desk/annual.h"

/* ERR_LIMIT where it does not fit out. */
bool annual_html(const struct annual *x, enum lang l, struct buf *out, struct err *e) MUST_USE;

#endif
