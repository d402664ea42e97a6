#include "base/ids.h"

#include <stdlib.h>

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

void
ids_fini(struct ids *ids)
{
	free(ids->v);
	*ids = (struct ids){ 0 };
}
