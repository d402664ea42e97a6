/*
 * herald: the process that sends notices, as the keeper sees it.
 */
#ifndef SERVER_HERALD_H
#define SERVER_HERALD_H

#include "base/slice.h"
#include "server/control.h"

/* Its place among the keeper's links. */
#define HERALD_SLOT ((uint8_t)BOARD_WEBS)

/* The number that stands for a notice between keeper and herald; 0: it is no notice's name. */
int64_t herald_number(struct slice id);

#endif
