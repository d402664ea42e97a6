#include "store/db.h"

#include <assert.h>
#include <string.h>

#include "store/db_engine.h"

/* A second engine: its file and its row. */
static const struct db_engine *const engines[] = { &db_sqlite };

#define ENGINE_COUNT (sizeof(engines) / sizeof(engines[0]))

bool
db_open(const char *url, const struct db_options *options, struct db **out,
    struct err *e)
{
	const char *colon = strchr(url, ':');

	*out = NULL;
	for (size_t i = 0; colon != NULL && i < ENGINE_COUNT; i++) {
		size_t n = strlen(engines[i]->scheme);

		if ((size_t)(colon - url) == n &&
		    memcmp(url, engines[i]->scheme, n) == 0)
			return engines[i]->open(colon + 1, options, out, e);
	}
	if (strncmp(url, "postgresql:", 11) == 0 ||
	    strncmp(url, "postgres:", 9) == 0)
		return err_set(e, ERR_INPUT,
		    "this build has no engine for %s; use a file's path", url);
	return db_sqlite.open(url, options, out, e);
}

void
db_close(struct db **db)
{
	if (*db != NULL) {
		db_rollback(*db);
		(*db)->engine->close(*db);
	}
	*db = NULL;
}

bool
db_exec(struct db *db, const char *sql, struct err *e)
{
	return db->engine->exec(db, sql, e);
}

bool
db_exec_schema(struct db *db, const char *sql, struct err *e)
{
	const struct {
		struct slice word;
		const char *meaning;
	} words[] = {
		{ S("$ID"), db->engine->word_id },
		{ S("$BLOB"), db->engine->word_blob },
		{ S("$CLUSTERED"), db->engine->word_clustered },
	};
	struct slice rest = slice_of_str(sql);
	struct buf b;
	bool ok;

	buf_init(&b, (size_t)1 << 20);
	while (rest.len > 0) {
		size_t at = slice_find_byte(rest, '$');
		const char *meaning = NULL;

		buf_put(&b, slice_sub(rest, 0, at == SIZE_MAX ? rest.len : at));
		if (at == SIZE_MAX)
			break;
		rest = slice_from(rest, at);
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (slice_starts(rest, words[i].word)) {
				meaning = words[i].meaning;
				rest = slice_from(rest, words[i].word.len);
				break;
			}
		}
		assert(meaning != NULL); /* the schema is our own */
		buf_str(&b, meaning);
	}
	assert(buf_ok(&b));
	ok = db_exec(db, buf_cstr(&b), e);
	buf_fini(&b);
	return ok;
}

bool
db_begin(struct db *db, struct err *e)
{
	assert(!db->in_transaction);
	if (db->read_only)
		return err_set(e, ERR_DENIED,
		    "the database was opened for reading only");
	if (!db->engine->begin(db, e))
		return false;
	db->in_transaction = true;
	return true;
}

bool
db_commit(struct db *db, struct err *e)
{
	assert(db->in_transaction);
	if ((db->watch.before != NULL && !db->watch.before(db->watch.cookie, e)) || !db->engine->commit(db, e)) {
		db_rollback(db);
		return false;
	}
	db->in_transaction = false;
	if (db->watch.after != NULL)
		db->watch.after(db->watch.cookie, true);
	return true;
}

void
db_rollback(struct db *db)
{
	bool was = db->in_transaction;

	if (was)
		db->engine->rollback(db);
	db->in_transaction = false;
	if (was && db->watch.after != NULL)
		db->watch.after(db->watch.cookie, false);
}

static bool
word_run(struct db *db, const char *word, struct err *e)
{
	struct stmt *s = NULL;
	bool ok = db_prepare(db, word, &s, e) && stmt_run(s, NULL, e);

	stmt_free(&s);
	return ok;
}

bool
db_read_begin(struct db *db, struct err *e)
{
	assert(!db->in_transaction);
	return word_run(db, "BEGIN", e);
}

void
db_read_end(struct db *db)
{
	struct err e = ERR_INIT;

	/* Nothing was written: one that cannot be ended well is given up. */
	if (!word_run(db, "COMMIT", &e))
		db->engine->rollback(db);
}

void
db_watch(struct db *db, const struct db_watch *w)
{
	db->watch = *w;
}

bool
db_in_transaction(const struct db *db)
{
	return db->in_transaction;
}

bool
db_durable(struct db *db, bool on, struct err *e)
{
	assert(!db->in_transaction);
	if (db->durable != on && !db->engine->durable(db, on, e))
		return false;
	db->durable = on;
	return true;
}

bool
db_is_durable(const struct db *db)
{
	return db->durable;
}

bool
db_has_table(struct db *db, const char *name, bool *out, struct err *e)
{
	return db->engine->has_table(db, name, out, e);
}

bool
db_check(struct db *db, void (*say)(void *, const char *), void *cookie,
    struct err *e)
{
	return db->engine->check(db, say, cookie, e);
}

bool
db_prepare(struct db *db, const char *sql, struct stmt **out, struct err *e)
{
	*out = NULL;
	return db->engine->prepare(db, sql, out, e);
}

void
stmt_free(struct stmt **s)
{
	if (*s != NULL)
		(*s)->engine->stmt_free(*s);
	*s = NULL;
}

void
stmt_i64(struct stmt *s, int i, int64_t v)
{
	s->engine->bind_i64(s, i, v);
}

void
stmt_f64(struct stmt *s, int i, double v)
{
	s->engine->bind_f64(s, i, v);
}

void
stmt_text(struct stmt *s, int i, struct slice v)
{
	if (v.p == NULL)
		s->engine->bind_null(s, i);
	else
		s->engine->bind_text(s, i, v);
}

void
stmt_blob(struct stmt *s, int i, struct slice v)
{
	if (v.p == NULL)
		s->engine->bind_null(s, i);
	else
		s->engine->bind_blob(s, i, v);
}

void
stmt_null(struct stmt *s, int i)
{
	s->engine->bind_null(s, i);
}

enum step
stmt_step(struct stmt *s, struct err *e)
{
	return s->engine->step(s, e);
}

void
stmt_reset(struct stmt *s)
{
	s->engine->reset(s);
}

bool
stmt_run(struct stmt *s, int64_t *changed_out, struct err *e)
{
	enum step step;

	do {
		step = s->engine->step(s, e);
	} while (step == STEP_ITEM);
	if (step == STEP_END && changed_out != NULL)
		*changed_out = s->engine->changed(s);
	return step == STEP_END;
}

bool
stmt_number(struct stmt *s, int64_t *out, bool *found_out, struct err *e)
{
	enum step step = s->engine->step(s, e);
	bool found = step == STEP_ITEM && !s->engine->col_null(s, 0);

	if (found)
		*out = s->engine->col_i64(s, 0);
	if (found_out != NULL)
		*found_out = found;
	if (step == STEP_ITEM)
		s->engine->reset(s);
	return step != STEP_FAIL;
}

bool
db_number(struct db *db, const char *sql, int64_t *out, struct err *e)
{
	struct stmt *s = NULL;
	bool ok;

	*out = 0;
	ok = db_prepare(db, sql, &s, e) && stmt_number(s, out, NULL, e);
	stmt_free(&s);
	return ok;
}

bool
db_run(struct db *db, const char *sql, const int64_t *values, size_t count,
    int64_t *changed_out, struct err *e)
{
	struct stmt *s = NULL;
	bool ok = db_prepare(db, sql, &s, e);

	for (size_t i = 0; ok && i < count; i++)
		stmt_i64(s, (int)i + 1, values[i]);
	ok = ok && stmt_run(s, changed_out, e);
	stmt_free(&s);
	return ok;
}

int64_t
stmt_col_i64(struct stmt *s, int i)
{
	return s->engine->col_i64(s, i);
}

double
stmt_col_f64(struct stmt *s, int i)
{
	return s->engine->col_f64(s, i);
}

struct slice
stmt_col(struct stmt *s, int i)
{
	return s->engine->col(s, i);
}

bool
stmt_col_null(struct stmt *s, int i)
{
	return s->engine->col_null(s, i);
}

/* LIKE's own characters are taken as they are. */
void
db_like(struct buf *b, struct slice text)
{
	buf_byte(b, '%');
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, text.p[i]);
	}
	buf_byte(b, '%');
}
