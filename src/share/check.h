/*
 * check: a notice that was prepared is asked about again on the day it is sent,
 * the first time as after a back-off and at a person's word: contacts end,
 * conditions are set, findings are resolved and marked more strictly while it
 * waits. What may not be told any more is taken out, the log of transfers says
 * why, and the notice is composed again under its old id; one of which nothing
 * is left is withdrawn. One of which all may still be told is left as it is.
 */
#ifndef SHARE_CHECK_H
#define SHARE_CHECK_H

#include "share/gate.h"

struct check;

/* The arguments must outlive it. */
bool check_open(struct store *s, const struct contacts *c,
    const struct notices_options *o, struct notices_summary *out,
    struct check **check_out, struct err *e) MUST_USE;
void check_close(struct check **k);

/*
 * Ask about one that is not on its way (draft or failed). left_out: it is to be
 * sent. What changes is one transaction.
 */
bool check_notice(struct check *k, struct slice id, bool *left_out, struct err *e) MUST_USE;

#endif
