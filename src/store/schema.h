/*
 * schema: the tables, as numbered migrations in portable SQL.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stddef.h>

#include "store/db.h"

struct schema {
	const char *const *steps; /* number 1 first */
	size_t count;
};

/* The program's own; another one in tests alone. */
extern const struct schema *schema_now;

/* Bring the database to our version. ERR_INPUT when it is newer than we are. */
bool schema_migrate(struct db *db, struct err *e) MUST_USE;
/* Is it of our version? For who may not change it. ERR_CONFLICT: older. */
bool schema_check(struct db *db, struct err *e) MUST_USE;

#endif
