/*
 * db: one SQL for two engines. SQLite lies inside (store/db_sqlite.c), a second
 * engine is a file and a row of the table in db.c. All values are bound;
 * placeholders are ?1, ?2 ...
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/source.h"

struct db;
struct stmt;

struct db_options {
	bool read_only;
	bool durable; /* every commit reaches the disk (synchronous=FULL); else at checkpoints */
	unsigned cache_mib; /* page cache; 0: a small default */
};

/*
 * url: a path, "sqlite:PATH"; others by the engines' table. The caller closes.
 * A file that is a database but not ours is ERR_INPUT, a damaged one
 * ERR_SYSTEM; one that is not there is made unless read_only (ERR_ABSENT).
 */
bool db_open(const char *url, const struct db_options *options,
    struct db **out, struct err *e) MUST_USE;
void db_close(struct db **db);

/* One or more statements without values (schema, pragma-free). */
bool db_exec(struct db *db, const char *sql, struct err *e) MUST_USE;
/* As db_exec; $ID, $BLOB and $CLUSTERED stand for the engine's words. */
bool db_exec_schema(struct db *db, const char *sql, struct err *e) MUST_USE;
bool db_begin(struct db *db, struct err *e) MUST_USE;
bool db_commit(struct db *db, struct err *e) MUST_USE;
/* Fine where nothing is open. */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);
/*
 * What is asked between the two is answered from one state of the database, and
 * the locks for it are taken once. Not within a transaction. A statement that is
 * still at work at the end goes on.
 */
bool db_read_begin(struct db *db, struct err *e) MUST_USE;
void db_read_end(struct db *db);
/*
 * Who wants to know of every transaction's end: before() in it, when it is about
 * to be committed (false: it is rolled back instead), after() behind it.
 */
struct db_watch {
	bool (*before)(void *cookie, struct err *e);
	void (*after)(void *cookie, bool committed);
	void *cookie;
};
void db_watch(struct db *db, const struct db_watch *w);
/*
 * From the next transaction on, every commit is on disk when db_commit()
 * returns (and all before it with it), or only at checkpoints. Not while one
 * is open. db_is_durable() says how it stands.
 */
bool db_durable(struct db *db, bool on, struct err *e) MUST_USE;
bool db_is_durable(const struct db *db);
bool db_has_table(struct db *db, const char *name, bool *out,
    struct err *e) MUST_USE;
/* Look the whole database over; each trouble goes to say(). False when any. */
bool db_check(struct db *db, void (*say)(void *, const char *), void *cookie,
    struct err *e) MUST_USE;

/* Prepared once, run often. The statement belongs to the caller, ends before db. */
bool db_prepare(struct db *db, const char *sql, struct stmt **out,
    struct err *e) MUST_USE;
void stmt_free(struct stmt **s);
/* Bound slices must stay until stmt_step() returned END or stmt_reset(). i from 1. */
void stmt_i64(struct stmt *s, int i, int64_t v);
void stmt_f64(struct stmt *s, int i, double v);
void stmt_text(struct stmt *s, int i, struct slice v); /* SLICE_NONE: NULL */
void stmt_blob(struct stmt *s, int i, struct slice v);
void stmt_null(struct stmt *s, int i);
/* STEP_ITEM: a row is there. STEP_END: done (and reset). STEP_FAIL: e says why (and reset). */
enum step stmt_step(struct stmt *s, struct err *e) MUST_USE;
void stmt_reset(struct stmt *s);
/* Run to the end, rows thrown away; *changed_out (may be NULL): rows changed. */
bool stmt_run(struct stmt *s, int64_t *changed_out, struct err *e) MUST_USE;
/*
 * The first row's first column, or *out unchanged and *found_out (may be NULL)
 * false where there is no row or it is NULL. The statement is reset.
 */
bool stmt_number(struct stmt *s, int64_t *out, bool *found_out,
    struct err *e) MUST_USE;
/* Prepare, take one number, free: for what is asked rarely. */
bool db_number(struct db *db, const char *sql, int64_t *out,
    struct err *e) MUST_USE;
/* Prepare, run with whole numbers for ?1 and on, free: for what is done rarely. As stmt_run(). */
bool db_run(struct db *db, const char *sql, const int64_t *values, size_t count,
    int64_t *changed_out, struct err *e) MUST_USE;
/* Columns of the row, from 0; slices live until the next step or reset. */
int64_t stmt_col_i64(struct stmt *s, int i);
double stmt_col_f64(struct stmt *s, int i);
struct slice stmt_col(struct stmt *s, int i); /* text or blob; NULL: SLICE_NONE */
bool stmt_col_null(struct stmt *s, int i);

/* A text as LIKE's pattern, ESCAPE '\\', for wherever it may stand. */
void db_like(struct buf *b, struct slice text);

#endif
