#include "share/way.h"

static const struct way *const ways[] = { &way_outbox, &way_smtp };

const struct way *
way_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (slice_eq(name, slice_of_str(ways[i]->name)))
			return ways[i];
	}
	return NULL;
}
