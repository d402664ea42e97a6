#include "intake/tables.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "intake/mapping.h"
#include "intake/shadowserver.h"

struct intake_tables {
	struct shadow_schema *shadow, *legacy;
	struct mapping **mappings;
	size_t mapping_count;
};

#define MAPPINGS_MAX 4096

static bool
mapping_add(struct intake_tables *t, struct slice name, struct slice bytes,
    struct err *e)
{
	struct mapping *m;

	if (!mapping_read(name, bytes, &m, e))
		return false;
	for (size_t i = 0; i < t->mapping_count; i++) {
		if (slice_eq(t->mappings[i]->name, m->name)) {
			mapping_free(&t->mappings[i]);
			t->mappings[i] = m;
			return true;
		}
	}
	if (t->mapping_count == MAPPINGS_MAX) {
		mapping_free(&m);
		return err_set(e, ERR_LIMIT, "more than %d mappings", MAPPINGS_MAX);
	}
	t->mappings = xrealloc(t->mappings, (t->mapping_count + 1) * sizeof(struct mapping *));
	t->mappings[t->mapping_count++] = m;
	return true;
}

bool
intake_tables_add(struct intake_tables *t, struct slice name,
    struct slice bytes, struct err *e)
{
	struct shadow_schema *shadow, **slot = &t->shadow;

	if (slice_ends(name, S(".conf")))
		return mapping_add(t, name, bytes, e);
	if (!shadow_schema_read(bytes, &shadow, e))
		return err_within(e, "%.*s", SLICE_ARG(name));
	if (slice_eq(name, S("shadowserver/legacy.tsv")))
		slot = &t->legacy;
	shadow_schema_free(slot);
	*slot = shadow;
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
	shadow_schema_free(&(*t)->legacy);
	for (size_t i = 0; i < (*t)->mapping_count; i++)
		mapping_free(&(*t)->mappings[i]);
	free((*t)->mappings);
	free(*t);
	*t = NULL;
}

const struct shadow_schema *
intake_tables_shadow(const struct intake_tables *t)
{
	return t == NULL ? NULL : t->shadow;
}

const struct shadow_schema *
intake_tables_shadow_legacy(const struct intake_tables *t)
{
	return t == NULL ? NULL : t->legacy;
}

const struct mapping *
intake_tables_mapping(const struct intake_tables *t, struct slice name)
{
	for (size_t i = 0; t != NULL && i < t->mapping_count; i++) {
		if (slice_eq(t->mappings[i]->name, name))
			return t->mappings[i];
	}
	return NULL;
}

const struct mapping *
intake_tables_known(const struct intake_tables *t, struct slice name, struct slice bytes, int *sure_out)
{
	const struct mapping *best = NULL;

	*sure_out = 0;
	for (size_t i = 0; t != NULL && i < t->mapping_count; i++) {
		int sure = mapping_knows(t->mappings[i], name, bytes);

		if (sure > 0 && sure >= *sure_out) {
			*sure_out = sure;
			best = t->mappings[i];
		}
	}
	return best;
}

const struct mapping *
intake_tables_mapping_at(const struct intake_tables *t, size_t i)
{
	return t == NULL || i >= t->mapping_count ? NULL : t->mappings[i];
}
