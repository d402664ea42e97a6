/*
 * db_sqlite: the engine inside. WAL, so that readers see a whole state while
 * one process writes. Pages of 8 KiB: a batch of findings in order of their
 * ids touches each page once, and larger pages mean fewer of them to log;
 * past 8 KiB small commits pay more than batches gain (decision 0020).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "store/db_engine.h"
#include "store/db_sqlite_fail.h"

#define APPLICATION_ID 0x456e7431 /* "Ent1" */
#define CACHE_MIB_DEFAULT 4
#define BUSY_MS 10000
/*
 * The log is copied back once it has so many pages (64 MiB): batches touch the
 * same pages again and again, and each is then copied once.
 */
#define CHECKPOINT_PAGES 8192
/*
 * Statements that their callers gave back, kept for whoever prepares the same
 * words again: preparing costs more than most questions do (decision 0139).
 */
#define KEPT_MAX 64
#define KEPT_SQL_MAX 4096

struct sqlite_stmt {
	struct stmt stmt;
	sqlite3_stmt *h;
	int bind_failed; /* the first bind that went wrong, told at the step */
	uint64_t hash; /* of its words */
	size_t len;
};

struct sqlite_db {
	struct db db;
	sqlite3 *h;
	char *path;
	struct sqlite_stmt *kept[KEPT_MAX]; /* the one given back last stands last */
	size_t kept_count;
};

static struct sqlite_db *
of_db(struct db *db)
{
	return (struct sqlite_db *)(void *)db;
}

static struct sqlite_stmt *
of_stmt(struct stmt *s)
{
	return (struct sqlite_stmt *)(void *)s;
}

static bool
fail(struct sqlite_db *d, int rc, struct err *e)
{
	return db_sqlite_fail(d->h, d->path, rc, e);
}

static bool
sqlite_exec(struct db *db, const char *sql, struct err *e)
{
	struct sqlite_db *d = of_db(db);
	int rc = sqlite3_exec(d->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || fail(d, rc, e);
}

static bool
pragma_number(struct sqlite_db *d, const char *sql, int64_t *out,
    struct err *e)
{
	sqlite3_stmt *h = NULL;
	int rc = sqlite3_prepare_v2(d->h, sql, -1, &h, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(h);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(h, 0);
	(void)sqlite3_finalize(h);
	return rc == SQLITE_ROW || fail(d, rc, e);
}

static bool
sqlite_durable(struct db *db, bool on, struct err *e)
{
	return sqlite_exec(db,
	    on ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", e);
}

/*
 * A change of the journal's mode fails at once where another process is at it:
 * SQLite does not wait there, so we do.
 */
static bool
exec_patient(struct sqlite_db *d, const char *sql, struct err *e)
{
	int rc = SQLITE_BUSY;

	for (int waited_ms = 0; waited_ms <= BUSY_MS; waited_ms += 10) {
		rc = sqlite3_exec(d->h, sql, NULL, NULL, NULL);
		if ((rc & 0xff) != SQLITE_BUSY && (rc & 0xff) != SQLITE_LOCKED)
			break;
		(void)sqlite3_sleep(10);
	}
	return rc == SQLITE_OK || fail(d, rc, e);
}

/* Ours, or empty: then it becomes ours. */
static bool
identify(struct sqlite_db *d, struct err *e)
{
	int64_t app = 0, pages = 0;
	char sql[64];

	/* In this order: who makes one says whose it is before its first table. */
	if (!pragma_number(d, "SELECT count(*) FROM sqlite_master", &pages, e) ||
	    !pragma_number(d, "PRAGMA application_id", &app, e))
		return false;
	if (app == APPLICATION_ID)
		return true;
	if (app != 0 || pages != 0)
		return err_set(e, ERR_INPUT,
		    "%s: a database, but not one of Entente's; name another file",
		    d->path);
	if (d->db.read_only)
		return err_set(e, ERR_ABSENT,
		    "%s: the database is empty; run \"entente init\" first", d->path);
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d",
	    APPLICATION_ID);
	/* The size of pages is fixed by the first write. */
	return sqlite_exec(&d->db, "PRAGMA page_size=8192", e) &&
	    exec_patient(d, "PRAGMA journal_mode=WAL", e) &&
	    exec_patient(d, sql, e);
}

/*
 * The log and its index stay (emptied) when the last writer goes: who may only
 * read cannot make them, and without them cannot open the database.
 */
static void
log_stays(struct sqlite_db *d)
{
	int on = 1;

	(void)sqlite3_file_control(d->h, NULL, SQLITE_FCNTL_PERSIST_WAL, &on);
}

static bool
configure(struct sqlite_db *d, const struct db_options *o, struct err *e)
{
	unsigned cache = o->cache_mib == 0 ? CACHE_MIB_DEFAULT : o->cache_mib;
	char sql[96];

	(void)sqlite3_busy_timeout(d->h, BUSY_MS);
	(void)sqlite3_extended_result_codes(d->h, 0);
	/* A file from a stranger must not run code through its schema. */
	(void)sqlite3_db_config(d->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(d->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (!identify(d, e))
		return false;
	(void)snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%u", cache * 1024);
	if (!sqlite_exec(&d->db, sql, e) ||
	    !sqlite_exec(&d->db, "PRAGMA temp_store=FILE", e) ||
	    !sqlite_exec(&d->db, "PRAGMA foreign_keys=OFF", e))
		return false;
	if (o->read_only)
		return sqlite_exec(&d->db, "PRAGMA query_only=1", e);
	log_stays(d);
	(void)snprintf(sql, sizeof(sql), "PRAGMA wal_autocheckpoint=%d",
	    CHECKPOINT_PAGES);
	return sqlite_exec(&d->db, sql, e) &&
	    exec_patient(d, "PRAGMA journal_mode=WAL", e) &&
	    sqlite_exec(&d->db, "PRAGMA journal_size_limit=67108864", e) &&
	    sqlite_durable(&d->db, o->durable, e);
}

static void
stmt_end(struct sqlite_stmt *s)
{
	(void)sqlite3_finalize(s->h);
	free(s);
}

static void
sqlite_close(struct db *db)
{
	struct sqlite_db *d = of_db(db);

	for (size_t i = 0; i < d->kept_count; i++)
		stmt_end(d->kept[i]);
	(void)sqlite3_close(d->h);
	free(d->path);
	free(d);
}

/* What SQLite would only call "cannot open" or take for an empty database. */
static bool
path_ok(const char *path, bool read_only, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		if (errno != ENOENT)
			return err_sys(e, "%s", path);
		if (read_only)
			return err_set(e, ERR_ABSENT,
			    "%s: there is no database; run \"entente init\" first",
			    path);
		return true;
	}
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT,
		    "%s: a folder, where a database file is expected", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s: not a file", path);
	if (!read_only && access(path, W_OK) != 0)
		return err_set(e, ERR_DENIED,
		    "%s: the database cannot be written; check the rights of the file and its folder",
		    path);
	return true;
}

static bool
sqlite_open(const char *path, const struct db_options *o, struct db **out,
    struct err *e)
{
	struct sqlite_db *d;
	int flags = SQLITE_OPEN_NOMUTEX |
	    (o->read_only ? SQLITE_OPEN_READONLY :
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	int rc;

	if (!path_ok(path, o->read_only, e))
		return false;
	/* Nobody asks SQLite how much it holds; counting takes a lock each time. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	d = xalloc(sizeof(*d));
	*d = (struct sqlite_db){
		.db = { .engine = &db_sqlite,
		    .read_only = o->read_only,
		    .durable = o->durable },
		.path = xstrdup(path),
	};
	rc = sqlite3_open_v2(path, &d->h, flags, NULL);
	if (rc != SQLITE_OK ? !fail(d, rc, e) : !configure(d, o, e)) {
		sqlite_close(&d->db);
		return false;
	}
	*out = &d->db;
	return true;
}

static bool
sqlite_begin(struct db *db, struct err *e)
{
	/* The lock at once: a later one could be refused half way. */
	return sqlite_exec(db, "BEGIN IMMEDIATE", e);
}

static bool
sqlite_commit(struct db *db, struct err *e)
{
	return sqlite_exec(db, "COMMIT", e);
}

static void
sqlite_rollback(struct db *db)
{
	/* After some failures SQLite has done it already, and then says so. */
	(void)sqlite3_exec(of_db(db)->h, "ROLLBACK", NULL, NULL, NULL);
}

static bool
sqlite_has_table(struct db *db, const char *name, bool *out, struct err *e)
{
	struct stmt *s = NULL;
	int64_t n = 0;
	bool ok;

	ok = db_prepare(db,
		 "SELECT count(*) FROM sqlite_master WHERE type='table' AND name=?1",
		 &s, e);
	if (ok) {
		stmt_text(s, 1, slice_of_str(name));
		ok = stmt_number(s, &n, NULL, e);
	}
	stmt_free(&s);
	*out = n > 0;
	return ok;
}

static bool
sqlite_check(struct db *db, void (*say)(void *, const char *), void *cookie,
    struct err *e)
{
	struct stmt *s = NULL;
	enum step step = STEP_FAIL;
	bool fine = true;

	if (!db_prepare(db, "PRAGMA integrity_check(20)", &s, e))
		return false;
	while ((step = stmt_step(s, e)) == STEP_ITEM) {
		struct slice line = stmt_col(s, 0);
		char text[512];

		if (slice_eq(line, S("ok")))
			continue;
		fine = false;
		(void)snprintf(text, sizeof(text), "%.*s", SLICE_ARG(line));
		say(cookie, text);
	}
	stmt_free(&s);
	if (step == STEP_FAIL)
		return false;
	return fine ||
	    err_set(e, ERR_SYSTEM,
		"%s: the database is damaged; move it away and make it again from the archive with \"entente replay\"",
		of_db(db)->path);
}

/* One that is kept, of these words; NULL: none is. */
static struct sqlite_stmt *
kept_take(struct sqlite_db *d, uint64_t hash, struct slice sql)
{
	for (size_t i = d->kept_count; i-- > 0;) {
		struct sqlite_stmt *s = d->kept[i];

		if (s->hash != hash || !slice_eq(slice_of(sqlite3_sql(s->h), s->len), sql))
			continue;
		memmove(&d->kept[i], &d->kept[i + 1], (d->kept_count - i - 1) * sizeof(d->kept[0]));
		d->kept_count--;
		return s;
	}
	return NULL;
}

static bool
sqlite_prepare(struct db *db, const char *sql, struct stmt **out,
    struct err *e)
{
	struct slice words = slice_of_str(sql);
	struct sqlite_db *d = of_db(db);
	uint64_t hash = hash64(words, 0);
	struct sqlite_stmt *s = kept_take(d, hash, words);
	sqlite3_stmt *h = NULL;
	const char *rest = "";
	int rc;

	if (s == NULL) {
		rc = sqlite3_prepare_v3(d->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &h, &rest);
		if (rc != SQLITE_OK)
			return fail(d, rc, e);
		s = xalloc(sizeof(*s));
		*s = (struct sqlite_stmt){
			.stmt = { .engine = &db_sqlite, .db = db },
			.h = h, .hash = hash,
			/* Of several statements the first alone is prepared, and none is kept. */
			.len = *rest == '\0' ? words.len : SIZE_MAX,
		};
	}
	*out = &s->stmt;
	return true;
}

static void
sqlite_stmt_free(struct stmt *stmt)
{
	struct sqlite_stmt *s = of_stmt(stmt);
	struct sqlite_db *d = of_db(stmt->db);

	if (s->len > KEPT_SQL_MAX) {
		stmt_end(s);
		return;
	}
	/* It holds no lock and no value of its caller's while it is kept. */
	(void)sqlite3_reset(s->h);
	(void)sqlite3_clear_bindings(s->h);
	s->bind_failed = SQLITE_OK;
	if (d->kept_count == KEPT_MAX) {
		stmt_end(d->kept[0]);
		memmove(d->kept, d->kept + 1, (KEPT_MAX - 1) * sizeof(d->kept[0]));
		d->kept_count--;
	}
	d->kept[d->kept_count++] = s;
}

static void
bound(struct stmt *s, int rc)
{
	if (rc != SQLITE_OK && of_stmt(s)->bind_failed == SQLITE_OK)
		of_stmt(s)->bind_failed = rc;
}

static void
sqlite_bind_i64(struct stmt *s, int i, int64_t v)
{
	bound(s, sqlite3_bind_int64(of_stmt(s)->h, i, v));
}

static void
sqlite_bind_f64(struct stmt *s, int i, double v)
{
	bound(s, sqlite3_bind_double(of_stmt(s)->h, i, v));
}

static void
sqlite_bind_text(struct stmt *s, int i, struct slice v)
{
	bound(s, sqlite3_bind_text64(of_stmt(s)->h, i, (const char *)v.p, v.len,
		     SQLITE_STATIC, SQLITE_UTF8));
}

static void
sqlite_bind_blob(struct stmt *s, int i, struct slice v)
{
	bound(s, sqlite3_bind_blob64(of_stmt(s)->h, i, v.p, v.len,
		     SQLITE_STATIC));
}

static void
sqlite_bind_null(struct stmt *s, int i)
{
	bound(s, sqlite3_bind_null(of_stmt(s)->h, i));
}

static enum step
sqlite_step(struct stmt *s, struct err *e)
{
	struct sqlite_stmt *q = of_stmt(s);
	int rc = q->bind_failed;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q->h);
	if (rc == SQLITE_ROW)
		return STEP_ITEM;
	if (rc != SQLITE_DONE)
		(void)fail(of_db(s->db), rc, e);
	(void)sqlite3_reset(q->h);
	q->bind_failed = SQLITE_OK;
	return rc == SQLITE_DONE ? STEP_END : STEP_FAIL;
}

static void
sqlite_reset(struct stmt *s)
{
	(void)sqlite3_reset(of_stmt(s)->h);
	of_stmt(s)->bind_failed = SQLITE_OK;
}

static int64_t
sqlite_changed(struct stmt *s)
{
	return sqlite3_changes64(of_db(s->db)->h);
}

static int64_t
sqlite_col_i64(struct stmt *s, int i)
{
	return sqlite3_column_int64(of_stmt(s)->h, i);
}

static double
sqlite_col_f64(struct stmt *s, int i)
{
	return sqlite3_column_double(of_stmt(s)->h, i);
}

static struct slice
sqlite_col(struct stmt *s, int i)
{
	sqlite3_stmt *h = of_stmt(s)->h;
	const void *p = sqlite3_column_blob(h, i);

	if (p != NULL)
		return slice_of(p, (size_t)sqlite3_column_bytes(h, i));
	/* An empty blob comes as NULL, but it is there. */
	return sqlite3_column_type(h, i) == SQLITE_NULL ? SLICE_NONE : S("");
}

static bool
sqlite_col_null(struct stmt *s, int i)
{
	return sqlite3_column_type(of_stmt(s)->h, i) == SQLITE_NULL;
}

const struct db_engine db_sqlite = {
	.scheme = "sqlite",
	.word_id = "INTEGER",
	.word_blob = "BLOB",
	.word_clustered = "WITHOUT ROWID",
	.open = sqlite_open,
	.close = sqlite_close,
	.exec = sqlite_exec,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.durable = sqlite_durable,
	.has_table = sqlite_has_table,
	.check = sqlite_check,
	.prepare = sqlite_prepare,
	.stmt_free = sqlite_stmt_free,
	.bind_i64 = sqlite_bind_i64,
	.bind_f64 = sqlite_bind_f64,
	.bind_text = sqlite_bind_text,
	.bind_blob = sqlite_bind_blob,
	.bind_null = sqlite_bind_null,
	.step = sqlite_step,
	.reset = sqlite_reset,
	.changed = sqlite_changed,
	.col_i64 = sqlite_col_i64,
	.col_f64 = sqlite_col_f64,
	.col = sqlite_col,
	.col_null = sqlite_col_null,
};
