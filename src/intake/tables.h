/*
 * tables: what formats need to know that is data and may change while the node
 * runs: Shadowserver's schema, the mappings of feeds. Built whole, then only
 * read; a newer one takes its place between two reports.
 */
#ifndef INTAKE_TABLES_H
#define INTAKE_TABLES_H

#include "base/err.h"
#include "base/slice.h"

struct intake_tables;
struct shadow_schema;
struct mapping;

/* The ones that ship in the program. Never fails: they were tested with it. */
struct intake_tables *intake_tables_new(void);
void intake_tables_free(struct intake_tables **t);

/*
 * Take a newer table from a file's bytes (copied). name tells its kind:
 * "NAME.conf" is a feed's mapping, which replaces one of the same name;
 * all else is a Shadowserver schema, as published (JSON) or as ours.
 */
bool intake_tables_add(struct intake_tables *t, struct slice name,
    struct slice bytes, struct err *e) MUST_USE;

/* By the name of its file without ".conf", or NULL. */
const struct mapping *intake_tables_mapping(const struct intake_tables *t, struct slice name);
/* The i-th mapping, in no order, or NULL behind the last. */
const struct mapping *intake_tables_mapping_at(const struct intake_tables *t, size_t i);

/*
 * The mapping that knows a document by its file's name and its begin, or NULL;
 * *sure_out is how sure it is (0 to 78). Of two equal ones the later loaded wins.
 */
const struct mapping *intake_tables_known(const struct intake_tables *t, struct slice name,
    struct slice bytes, int *sure_out);
/* NULL only where t is NULL. */
const struct shadow_schema *intake_tables_shadow(const struct intake_tables *t);
/* Reports that are no longer sent: for what the schema does not know. */
const struct shadow_schema *intake_tables_shadow_legacy(const struct intake_tables *t);

#endif
