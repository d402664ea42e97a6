/*
 * The n-th write or sync of the database fails, for n = 1, 2, 3 ... until the
 * job runs through: each time the error is a sentence, and when there is space
 * again the report goes on and comes out as if nothing had been.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "store/findings.h"
#include "test.h"

static int fault_in; /* 0: never */

static bool
faulty(void)
{
	return fault_in > 0 && --fault_in == 0;
}

/* A file of SQLite's own VFS behind one of ours. */
struct shim {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;

static sqlite3_file *
real_of(sqlite3_file *f)
{
	return ((struct shim *)(void *)f)->real;
}

#define PASS(name, params, args) \
	static int name params \
	{ \
		return real_of(f)->pMethods->name args; \
	}

PASS(xRead, (sqlite3_file *f, void *p, int n, sqlite3_int64 at), (real_of(f), p, n, at))
PASS(xFileSize, (sqlite3_file *f, sqlite3_int64 *n), (real_of(f), n))
PASS(xLock, (sqlite3_file *f, int l), (real_of(f), l))
PASS(xUnlock, (sqlite3_file *f, int l), (real_of(f), l))
PASS(xCheckReservedLock, (sqlite3_file *f, int *out), (real_of(f), out))
PASS(xFileControl, (sqlite3_file *f, int op, void *p), (real_of(f), op, p))
PASS(xSectorSize, (sqlite3_file *f), (real_of(f)))
PASS(xDeviceCharacteristics, (sqlite3_file *f), (real_of(f)))
PASS(xShmMap, (sqlite3_file *f, int i, int n, int w, void volatile **p), (real_of(f), i, n, w, p))
PASS(xShmLock, (sqlite3_file *f, int o, int n, int flags), (real_of(f), o, n, flags))
PASS(xShmUnmap, (sqlite3_file *f, int del), (real_of(f), del))

static void
xShmBarrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int
xClose(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int
xWrite(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return faulty() ? SQLITE_FULL :
			  real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int
xTruncate(sqlite3_file *f, sqlite3_int64 n)
{
	return faulty() ? SQLITE_IOERR_TRUNCATE :
			  real_of(f)->pMethods->xTruncate(real_of(f), n);
}

static int
xSync(sqlite3_file *f, int flags)
{
	return faulty() ? SQLITE_IOERR_FSYNC :
			  real_of(f)->pMethods->xSync(real_of(f), flags);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = xClose,
	.xRead = xRead,
	.xWrite = xWrite,
	.xTruncate = xTruncate,
	.xSync = xSync,
	.xFileSize = xFileSize,
	.xLock = xLock,
	.xUnlock = xUnlock,
	.xCheckReservedLock = xCheckReservedLock,
	.xFileControl = xFileControl,
	.xSectorSize = xSectorSize,
	.xDeviceCharacteristics = xDeviceCharacteristics,
	.xShmMap = xShmMap,
	.xShmLock = xShmLock,
	.xShmBarrier = xShmBarrier,
	.xShmUnmap = xShmUnmap,
};

static int
xOpen(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct shim *s = (struct shim *)(void *)f;
	int rc;

	(void)vfs;
	s->real = (sqlite3_file *)(void *)(s + 1);
	rc = real_vfs->xOpen(real_vfs, name, s->real, flags, out);
	s->base.pMethods = s->real->pMethods == NULL ? NULL : &methods;
	return rc;
}

static void
vfs_install(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
	vfs.xOpen = xOpen;
	CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

#define ITEMS 300

static bool
item_put(struct store *s, unsigned i, struct err *e)
{
	struct observation o = {
		.key = { .id = (int64_t)((i * 2654435761u % 120) + 1), .class = CLASS_SCANNER,
		    .kind = PLACE_IP, .identifier = i % 2 == 0 ? S("a") : S("b") },
		.time_s = 1767225600 + i * 60,
		.feed = S("feed"),
		.offset = i * 100,
	};

	return i % 10 == 9 ?
	    store_bad(s, o.offset, 10, i, S(""), S("ip"), S("wrong"), e) :
	    store_observe(s, &o, e);
}

/* Open, enter the report unless it is there, read it to its end. */
static bool
job(const char *path, bool finish, struct buf *dump_out, struct err *e)
{
	struct db_options options = { .durable = true };
	struct report r = { .received_s = 1768000000, .name = S("r"), .sha = sha256_of(S("r")) };
	struct store *s = NULL;
	int64_t id;
	bool known, ok;
	int fd;

	ok = store_open(path, &options, &s, e) && report_add(s, &r, &id, &known, e) &&
	    store_batch_begin(s, id, NULL, e);
	for (unsigned i = 0; ok && i < ITEMS; i++)
		ok = item_put(s, i, e) && (i % 60 != 0 || store_batch_flush(s, e));
	ok = ok && store_batch_done(s, S("f"), e);
	if (ok && finish) {
		fd = memfd_create("dump", MFD_CLOEXEC);
		buf_clear(dump_out);
		ok = store_dump(s, fd, e) && lseek(fd, 0, SEEK_SET) == 0 &&
		    fd_read_all(fd, dump_out, e);
		(void)close(fd);
	}
	store_close(&s);
	return ok;
}

TEST(full_disk_is_told_and_survived)
{
	struct buf want, got;
	struct err e = ERR_INIT;
	bool through = false;
	char path[512];

	buf_init(&want, 1 << 20);
	buf_init(&got, 1 << 20);
	(void)snprintf(path, sizeof(path), "%s/want.db", test_dir());
	CHECK_OK(job(path, true, &want, &e), &e);
	for (int n = 1; n < 2000 && !through; n++) {
		test_case("write %d", n);
		(void)snprintf(path, sizeof(path), "%s/full%d.db", test_dir(), n);
		e = (struct err)ERR_INIT;
		fault_in = n;
		through = job(path, false, &got, &e) && fault_in > 0;
		if (fault_in == 0)
			CHECK(through || e.code != ERR_INTERNAL);
		if (!through && e.code != ERR_NONE)
			CHECK(strstr(e.text, "disk") != NULL || strstr(e.text, "cannot be") != NULL);
		fault_in = 0;
		e = (struct err)ERR_INIT;
		/* A report that was done already cannot be begun again. */
		if (!job(path, true, &got, &e)) {
			CHECK_INT(e.code, ERR_CONFLICT);
			continue;
		}
		CHECK(slice_eq(buf_view(&want), buf_view(&got)));
	}
	CHECK(through);
	buf_fini(&want);
	buf_fini(&got);
}

int
main(void)
{
	vfs_install();
	RUN(full_disk_is_told_and_survived);
	return test_end();
}
