#include "store/db_sqlite_fail.h"

#include <errno.h>
#include <stddef.h>

bool
db_sqlite_fail(sqlite3 *h, const char *path, int rc, struct err *e)
{
	int extended = h == NULL ? rc : sqlite3_extended_errcode(h);
	int sys = h == NULL ? 0 : sqlite3_system_errno(h);
	const char *said = h == NULL ? "" : sqlite3_errmsg(h);

	if ((rc & 0xff) == SQLITE_FULL ||
	    ((rc & 0xff) == SQLITE_IOERR && (sys == ENOSPC || sys == EDQUOT))) {
		(void)err_set(e, ERR_SYSTEM,
		    "%s: the disk is full; free some space and go on, nothing that was accepted is lost",
		    path);
		return err_cause(e, "sqlite %d errno %d: %s", extended, sys, said);
	}
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		(void)err_set(e, ERR_CONFLICT,
		    "%s: another process is writing this database; try again when it has ended",
		    path);
		break;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		(void)err_set(e, ERR_DENIED,
		    "%s: the database cannot be written; check the rights of the file and its folder",
		    path);
		break;
	case SQLITE_CANTOPEN:
		(void)err_set(e, sys == ENOENT ? ERR_ABSENT : ERR_SYSTEM,
		    "%s: the database cannot be opened; check that its folder is there and may be written",
		    path);
		break;
	case SQLITE_NOTADB:
		(void)err_set(e, ERR_SYSTEM,
		    "%s: this file is not a database, or is damaged from its first page on; move it away and make it again from the archive with \"entente replay\"", path);
		break;
	case SQLITE_CORRUPT:
		(void)err_set(e, ERR_SYSTEM,
		    "%s: the database is damaged; move it away and make it again from the archive with \"entente replay\"",
		    path);
		break;
	case SQLITE_CONSTRAINT:
		(void)err_set(e, ERR_CONFLICT,
		    "%s: such a record is there already", path);
		break;
	case SQLITE_IOERR:
		(void)err_set(e, ERR_SYSTEM,
		    "%s: reading or writing the database failed; check the disk",
		    path);
		break;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_MISMATCH:
	case SQLITE_SCHEMA:
		(void)err_set(e, ERR_INTERNAL,
		    "%s: the database refused a statement", path);
		break;
	default:
		(void)err_set(e, ERR_SYSTEM, "%s: the database failed", path);
		break;
	}
	return err_cause(e, "sqlite %d errno %d: %s", extended, sys, said);
}
