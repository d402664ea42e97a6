/*
 * desk_member: what the desk counts countries by (data/countries/facts.json).
 */
#ifndef MODEL_DESK_MEMBER_H
#define MODEL_DESK_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct desk_member {
	char code[3]; /* ISO 3166, "ES" */
	char region[4], subregion[4]; /* M49; "" */
	char language[3]; /* of its letters, one of the six; "": ask */
	bool member; /* of the United Nations */
	bool ldc, lldc, sids; /* least developed, landlocked developing, small island developing */
};
/* Sorted by code. */
extern const struct desk_member desk_members[];
extern const size_t desk_member_count;

/* By its code in capitals; NULL. */
const struct desk_member *desk_member_find(struct slice code);
bool desk_is_member(struct slice code);

#endif
