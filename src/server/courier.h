/*
 * courier: the process that exchanges objects with partners, as the keeper sees it.
 */
#ifndef SERVER_COURIER_H
#define SERVER_COURIER_H

#include "server/herald.h"

/* Its place among the keeper's links. */
#define COURIER_SLOT ((uint8_t)(HERALD_SLOT + 1))

/* Those that work beside the keeper: they are asked, and ask nothing. */
static inline bool
slot_is_beside(uint8_t slot)
{
	return slot == HERALD_SLOT || slot == COURIER_SLOT;
}

#endif
