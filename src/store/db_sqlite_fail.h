/* db_sqlite_fail: what SQLite says went wrong, as a sentence for who can act on it. For db_sqlite.c. */
#ifndef STORE_DB_SQLITE_FAIL_H
#define STORE_DB_SQLITE_FAIL_H

#include <sqlite3.h>

#include "base/err.h"

/* h may be NULL, where opening failed. Returns false. */
bool db_sqlite_fail(sqlite3 *h, const char *path, int rc, struct err *e);

#endif
