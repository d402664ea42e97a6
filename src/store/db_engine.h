/*
 * db_engine: what an SQL engine must do for db.h. An engine is one file that
 * fills this table, and a row in db.c. Its own structs begin with struct db
 * and struct stmt.
 */
#ifndef STORE_DB_ENGINE_H
#define STORE_DB_ENGINE_H

#include "store/db.h"

struct db_engine {
	const char *scheme; /* "sqlite" in "sqlite:PATH" */
	/* What the schema's words $ID, $BLOB and $CLUSTERED mean here. */
	const char *word_id, *word_blob, *word_clustered;

	bool (*open)(const char *where, const struct db_options *options,
	    struct db **out, struct err *e);
	void (*close)(struct db *db);
	bool (*exec)(struct db *db, const char *sql, struct err *e);
	bool (*begin)(struct db *db, struct err *e);
	bool (*commit)(struct db *db, struct err *e);
	void (*rollback)(struct db *db);
	bool (*durable)(struct db *db, bool on, struct err *e);
	bool (*has_table)(struct db *db, const char *name, bool *out,
	    struct err *e);
	/* Look the whole file over; each trouble goes to say(). */
	bool (*check)(struct db *db, void (*say)(void *, const char *),
	    void *cookie, struct err *e);

	bool (*prepare)(struct db *db, const char *sql, struct stmt **out,
	    struct err *e);
	void (*stmt_free)(struct stmt *s);
	void (*bind_i64)(struct stmt *s, int i, int64_t v);
	void (*bind_f64)(struct stmt *s, int i, double v);
	void (*bind_text)(struct stmt *s, int i, struct slice v);
	void (*bind_blob)(struct stmt *s, int i, struct slice v);
	void (*bind_null)(struct stmt *s, int i);
	enum step (*step)(struct stmt *s, struct err *e);
	void (*reset)(struct stmt *s);
	int64_t (*changed)(struct stmt *s);
	int64_t (*col_i64)(struct stmt *s, int i);
	double (*col_f64)(struct stmt *s, int i);
	struct slice (*col)(struct stmt *s, int i);
	bool (*col_null)(struct stmt *s, int i);
};

struct db {
	const struct db_engine *engine;
	bool in_transaction;
	bool read_only;
	bool durable; /* as it is now */
	struct db_watch watch;
};

struct stmt {
	const struct db_engine *engine;
	struct db *db;
};

extern const struct db_engine db_sqlite;

#endif
