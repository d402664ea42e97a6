/*
 * demo: what the files of entente demo share.
 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "node.h"
#include "parse/date.h"

/* A region at work, in an empty desk: in one transaction, up to now_s. */
bool demo_desk(struct node *n, int64_t now_s, struct err *e) MUST_USE;

#endif
