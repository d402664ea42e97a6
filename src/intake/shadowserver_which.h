/*
 * shadowserver_which: which of Shadowserver's reports a document is: by its file's
 * name, the feed, what was said, else by its columns.
 */
#ifndef INTAKE_SHADOWSERVER_WHICH_H
#define INTAKE_SHADOWSERVER_WHICH_H

#include "intake/intake.h"
#include "intake/shadowserver.h"

/* How sure its first line makes it (struct intake_format). */
int shadow_recognise(const struct intake_head *head, const struct intake *in);
/* The report of a document with these columns. ERR_INPUT: none, or none for certain; the text says what to do. */
bool shadow_report_choose(const struct intake *in, const struct slice *columns, size_t count,
    const struct shadow_report **out, struct err *e) MUST_USE;

#endif
