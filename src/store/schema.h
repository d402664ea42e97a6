/*
 * schema: the tables, as numbered migrations in portable SQL.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

/* Bring the database to our version. ERR_INPUT when it is newer than we are. */
bool schema_migrate(struct db *db, struct err *e) MUST_USE;
/* Is it of our version? For who may not change it. ERR_CONFLICT: older. */
bool schema_check(struct db *db, struct err *e) MUST_USE;

#endif
