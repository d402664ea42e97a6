#include "intake/tables.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "intake/shadowserver.h"

struct intake_tables {
	struct shadow_schema *shadow;
};

bool
intake_tables_add(struct intake_tables *t, struct slice name,
    struct slice bytes, struct err *e)
{
	struct shadow_schema *shadow;

	if (!shadow_schema_read(bytes, &shadow, e))
		return err_within(e, "%.*s", SLICE_ARG(name));
	shadow_schema_free(&t->shadow);
	t->shadow = shadow;
	return true;
}

struct intake_tables *
intake_tables_new(void)
{
	struct intake_tables *t = xalloc(sizeof(*t));
	struct err e = ERR_INIT;

	*t = (struct intake_tables){ 0 };
	for (size_t i = 0; i < embedded_count; i++) {
		const struct embedded *f = &embedded_files[i];
		bool ok = true;

		if (slice_starts(f->name, S("shadowserver/")) || slice_starts(f->name, S("feeds/")))
			ok = intake_tables_add(t, f->name, embedded_bytes(f), &e);
		assert(ok);
		(void)ok;
	}
	return t;
}

void
intake_tables_free(struct intake_tables **t)
{
	if (*t == NULL)
		return;
	shadow_schema_free(&(*t)->shadow);
	free(*t);
	*t = NULL;
}

const struct shadow_schema *
intake_tables_shadow(const struct intake_tables *t)
{
	return t == NULL ? NULL : t->shadow;
}
