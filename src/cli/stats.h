/*
 * stats: one table of counts.
 */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include "cli/cli.h"
#include "node.h"
#include "store/findings.h"

/* title is a catalogue key. */
bool stats_table(struct cli *c, const struct node *node,
    const struct stats_query *q, const char *title, struct err *e) MUST_USE;

#endif
