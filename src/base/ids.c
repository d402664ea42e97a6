#include "base/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void
ids_add(struct ids *ids, int64_t id)
{
	if (ids->count == ids->cap) {
		ids->cap = ids->cap == 0 ? 64 : ids->cap * 2;
		ids->v = xrealloc(ids->v, ids->cap * sizeof(*ids->v));
	}
	ids->v[ids->count++] = id;
}

/* Where it is; count: nowhere. */
static size_t
place(const struct ids *ids, int64_t id)
{
	size_t i = 0;

	while (i < ids->count && ids->v[i] != id)
		i++;
	return i;
}

bool
ids_has(const struct ids *ids, int64_t id)
{
	return place(ids, id) < ids->count;
}

void
ids_drop(struct ids *ids, int64_t id)
{
	size_t i = place(ids, id);

	if (i < ids->count)
		memmove(ids->v + i, ids->v + i + 1, (--ids->count - i) * sizeof(*ids->v));
}

void
ids_fini(struct ids *ids)
{
	free(ids->v);
	*ids = (struct ids){ 0 };
}
