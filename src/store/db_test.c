#include "store/db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "store/schema.h"
#include "test.h"

static const struct db_options defaults = { 0 };

static const char *
in_dir(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *p = path[turn++ & 3];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", test_dir(), name);
	return p;
}

TEST(values_come_back)
{
	struct err e = ERR_INIT;
	struct db *db = NULL;
	struct stmt *s = NULL;
	int64_t changed = 0, n = 0;

	if (!CHECK_OK(db_open(in_dir("values.db"), &defaults, &db, &e), &e))
		return;
	CHECK_OK(db_exec_schema(db,
		     "CREATE TABLE t (a $ID PRIMARY KEY, b TEXT, c $BLOB, d REAL);"
		     "CREATE TABLE u (a BIGINT, b TEXT, PRIMARY KEY (a, b)) $CLUSTERED",
		     &e), &e);
	CHECK_OK(db_begin(db, &e), &e);
	CHECK(db_in_transaction(db));
	CHECK_OK(db_prepare(db, "INSERT INTO t VALUES (?1, ?2, ?3, ?4)", &s, &e), &e);
	stmt_i64(s, 1, INT64_MAX);
	stmt_text(s, 2, S("caf\xc3\xa9"));
	stmt_blob(s, 3, S("\0\xff"));
	stmt_f64(s, 4, 0.25);
	CHECK_OK(stmt_run(s, &changed, &e), &e);
	CHECK_INT(changed, 1);
	stmt_i64(s, 1, 2);
	stmt_text(s, 2, SLICE_NONE);
	stmt_blob(s, 3, S(""));
	stmt_null(s, 4);
	CHECK_OK(stmt_run(s, &changed, &e), &e);
	stmt_i64(s, 1, 2);
	CHECK(!stmt_run(s, NULL, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	stmt_free(&s);
	CHECK_OK(db_commit(db, &e), &e);

	CHECK_OK(db_prepare(db, "SELECT a, b, c, d FROM t ORDER BY a", &s, &e), &e);
	CHECK_INT(stmt_step(s, &e), STEP_ITEM);
	CHECK(stmt_col_null(s, 1));
	CHECK(stmt_col(s, 1).p == NULL);
	CHECK(stmt_col(s, 2).p != NULL);
	CHECK_INT(stmt_col(s, 2).len, 0);
	CHECK_INT(stmt_step(s, &e), STEP_ITEM);
	CHECK(stmt_col_i64(s, 0) == INT64_MAX);
	CHECK_SLICE(stmt_col(s, 1), S("caf\xc3\xa9"));
	CHECK_SLICE(stmt_col(s, 2), S("\0\xff"));
	CHECK(stmt_col_f64(s, 3) > 0.24 && stmt_col_f64(s, 3) < 0.26);
	CHECK_INT(stmt_step(s, &e), STEP_END);
	stmt_free(&s);

	CHECK_OK(db_begin(db, &e), &e);
	CHECK_OK(db_exec(db, "DELETE FROM t", &e), &e);
	db_rollback(db);
	CHECK_OK(db_number(db, "SELECT count(*) FROM t", &n, &e), &e);
	CHECK_INT(n, 2);
	CHECK(!db_exec(db, "nonsense", &e));
	CHECK_INT(e.code, ERR_INTERNAL);
	db_close(&db);
	CHECK(db == NULL);
}

static void
put_file(const char *path, struct slice bytes)
{
	struct err e = ERR_INIT;

	CHECK_OK(file_write(path, bytes, &e), &e);
}

static void
say_nothing(void *cookie, const char *text)
{
	unsigned *n = cookie;

	(void)text;
	(*n)++;
}

TEST(wrong_files_are_named)
{
	struct err e = ERR_INIT;
	struct db *db = NULL;
	sqlite3 *other = NULL;

	put_file(in_dir("text.db"), S("this is a text of more than one hundred bytes, so that a reader of headers has something to look at and refuses it"));
	CHECK(!db_open(in_dir("text.db"), &defaults, &db, &e));
	CHECK_INT(e.code, ERR_SYSTEM); /* as any other damage: the kind of it is no difference */
	CHECK(strstr(e.text, "not a database") != NULL);

	CHECK(sqlite3_open(in_dir("other.db"), &other) == SQLITE_OK);
	CHECK(sqlite3_exec(other, "CREATE TABLE x (y)", NULL, NULL, NULL) == SQLITE_OK);
	(void)sqlite3_close(other);
	CHECK(!db_open(in_dir("other.db"), &defaults, &db, &e));
	CHECK_INT(e.code, ERR_INPUT);
	CHECK(strstr(e.text, "not one of Entente's") != NULL);

	CHECK(!db_open(test_dir(), &defaults, &db, &e));
	CHECK_INT(e.code, ERR_INPUT);
	CHECK(!db_open(in_dir("none/x.db"), &defaults, &db, &e));
	CHECK(!db_open(in_dir("absent.db"), &(struct db_options){ .read_only = true }, &db, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	CHECK(!db_open("postgresql://host/db", &defaults, &db, &e));
	CHECK_INT(e.code, ERR_INPUT);
}

/* The file is copied with a hole in it: opened, it must not crash. */
TEST(damage_is_told)
{
	struct err e = ERR_INIT;
	struct db *db = NULL;
	unsigned told = 0;
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s", in_dir("damaged.db"));
	if (!CHECK_OK(db_open(path, &defaults, &db, &e), &e))
		return;
	CHECK_OK(schema_migrate(db, &e), &e);
	CHECK_OK(db_check(db, say_nothing, &told, &e), &e);
	CHECK_INT(told, 0);
	db_close(&db);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	for (off_t at = 8192 * 3; at < 8192 * 40; at += 8192) {
		if (pwrite(fd, "\x55\xaa\x55\xaa\x55\xaa\x55\xaa", 8, at) != 8)
			CHECK(false);
	}
	(void)close(fd);
	CHECK_OK(db_open(path, &defaults, &db, &e), &e);
	if (db != NULL) {
		CHECK(!db_check(db, say_nothing, &told, &e));
		CHECK_INT(e.code, ERR_SYSTEM);
		CHECK(told > 0 || e.text[0] != '\0');
	}
	db_close(&db);
}

TEST(schema_knows_its_age)
{
	struct err e = ERR_INIT;
	struct db *db = NULL;
	bool there = false;

	if (!CHECK_OK(db_open(in_dir("schema.db"), &defaults, &db, &e), &e))
		return;
	CHECK_OK(schema_migrate(db, &e), &e);
	CHECK_OK(schema_migrate(db, &e), &e);
	CHECK_OK(db_has_table(db, "finding", &there, &e), &e);
	CHECK(there);
	CHECK_OK(db_exec(db, "UPDATE setting SET value='999' WHERE key='schema'", &e), &e);
	CHECK(!schema_migrate(db, &e));
	CHECK_INT(e.code, ERR_INPUT);
	CHECK(strstr(e.text, "newer") != NULL);
	db_close(&db);
}

TEST(one_writes_many_read)
{
	struct err e = ERR_INIT;
	struct db *w = NULL, *r = NULL;
	int64_t n = -1;

	if (!CHECK_OK(db_open(in_dir("two.db"), &defaults, &w, &e), &e))
		return;
	CHECK_OK(db_exec(w, "CREATE TABLE t (a)", &e), &e);
	CHECK_OK(db_open(in_dir("two.db"), &(struct db_options){ .read_only = true }, &r, &e), &e);
	CHECK_OK(db_begin(w, &e), &e);
	CHECK_OK(db_exec(w, "INSERT INTO t VALUES (1)", &e), &e);
	CHECK_OK(db_number(r, "SELECT count(*) FROM t", &n, &e), &e);
	CHECK_INT(n, 0);
	CHECK(!db_is_durable(w));
	CHECK_OK(db_commit(w, &e), &e);
	CHECK_OK(db_durable(w, true, &e), &e);
	CHECK(db_is_durable(w));
	CHECK_OK(db_number(r, "SELECT count(*) FROM t", &n, &e), &e);
	CHECK_INT(n, 1);
	CHECK(!db_begin(r, &e));
	CHECK_INT(e.code, ERR_DENIED);
	CHECK(!db_exec(r, "INSERT INTO t VALUES (2)", &e));
	db_close(&r);
	db_close(&w);
}

int
main(void)
{
	RUN(values_come_back);
	RUN(wrong_files_are_named);
	RUN(damage_is_told);
	RUN(schema_knows_its_age);
	RUN(one_writes_many_read);
	return test_end();
}
