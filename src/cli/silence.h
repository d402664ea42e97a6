/*
 * silence: findings that were not seen for their class' period are resolved, and
 * it is said how many.
 */
#ifndef CLI_SILENCE_H
#define CLI_SILENCE_H

#include "cli/cli.h"
#include "store/store.h"

/* Sweep up to now; a line on standard error where there were any (not with --quiet). */
bool silence_sweep(struct cli *c, struct store *s, struct err *e) MUST_USE;

#endif
