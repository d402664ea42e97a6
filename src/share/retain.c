#include "share/retain.h"

#include "share/sight.h"

struct removing {
	struct store *store;
	struct retain *x;
};

static bool
take_out(struct removing *r, struct slice id, struct err *e)
{
	uint64_t n;

	if (!object_delete_everywhere(r->store, id, &n, e))
		return false;
	r->x->objects += n;
	return true;
}

static bool
remove_one(void *cookie, const struct origin *o, struct err *e)
{
	struct removing *r = cookie;
	struct slice type, uuid;
	char sighting[STIX_ID_MAX];

	/* What is no object lies elsewhere, and has its own rules. */
	if (!stix_id_split(o->record, &type, &uuid))
		return true;
	if (!take_out(r, o->record, e))
		return false;
	if (!slice_eq(type, S("indicator")))
		return true;
	sight_id(&r->x->who, o->record, sighting);
	return take_out(r, slice_of_str(sighting), e);
}

bool
retain_slice(struct store *s, struct retain *x, struct err *e)
{
	struct removing r = { .store = s, .x = x };
	uint64_t n = 0;
	bool ok = origin_sweep(s, x->now_s, remove_one, &r, RETAIN_TOGETHER, &n, &x->end, e);

	x->records += n;
	return ok;
}
