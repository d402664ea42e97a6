/*
 * query: the command line's filters as a question to the store.
 */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

#include "cli/cli.h"
#include "store/findings.h"

bool query_read(struct cli *c, struct finding_query *q, struct err *e) MUST_USE;

#endif
