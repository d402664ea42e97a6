#include "model/desk_member.h"

#include <stdlib.h>

static int
by_code(const void *code, const void *row)
{
	return memcmp(code, ((const struct desk_member *)row)->code, 2);
}

const struct desk_member *
desk_member_find(struct slice code)
{
	return code.len != 2 ? NULL : bsearch(code.p, desk_members, desk_member_count, sizeof(desk_members[0]), by_code);
}

bool
desk_is_member(struct slice code)
{
	const struct desk_member *m = desk_member_find(code);

	return m != NULL && m->member;
}
