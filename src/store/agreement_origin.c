#include "store/agreements.h"
#include "store/store_room.h"

#define COLUMNS "record, agreement, version, clause, party, received_s, until_s"
#define SWEEP 100

static bool
put(struct store *s, const struct origin *o, struct err *e)
{
	struct stmt *q;

	/* Many a second, where a collection comes for the first time: prepared once. */
	if (!store_query(s, Q_ORIGIN_PUT, "INSERT INTO record_origin (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT (record) DO UPDATE SET agreement = excluded.agreement, version = excluded.version,"
		" clause = excluded.clause, party = excluded.party, received_s = excluded.received_s, until_s = excluded.until_s", &q, e))
		return false;
	stmt_text(q, 1, o->record);
	stmt_text(q, 2, o->agreement);
	stmt_i64(q, 3, o->version);
	stmt_i64(q, 4, o->clause);
	stmt_text(q, 5, o->party);
	stmt_i64(q, 6, o->received_s);
	stmt_i64(q, 7, o->until_s);
	return stmt_run(q, NULL, e);
}

bool
origin_put(struct store *s, struct slice record, const struct agreement_pair *p, const struct agreement_text *t,
    const struct agreement_clause *c, int64_t received_s, struct err *e)
{
	const struct origin o = { .record = record, .agreement = t->id, .party = p->agreement->parties[p->partner].id, .version = t->version,
		.clause = c->number, .received_s = received_s, .until_s = received_s + (int64_t)c->retention_days * 86400 };

	return put(s, &o, e);
}

bool
origin_put_source(struct store *s, struct slice record, struct slice partner, int64_t received_s, struct err *e)
{
	const struct origin o = { .record = record, .agreement = S(""), .party = partner, .received_s = received_s, .until_s = AGREEMENT_NEVER };

	return put(s, &o, e);
}

static void
row_read(struct stmt *q, struct origin *o)
{
	*o = (struct origin){ .record = stmt_col(q, 0), .agreement = stmt_col(q, 1), .version = (uint32_t)stmt_col_i64(q, 2),
		.clause = (uint32_t)stmt_col_i64(q, 3), .party = stmt_col(q, 4), .received_s = stmt_col_i64(q, 5), .until_s = stmt_col_i64(q, 6) };
}

static bool
texts_keep(struct origin *o, struct arena *a, struct err *e)
{
	o->record = arena_copy(a, o->record);
	o->agreement = arena_copy(a, o->agreement);
	o->party = arena_copy(a, o->party);
	return !a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

bool
origin_get(struct store *s, struct slice record, struct arena *a, struct origin *out, bool *found_out, struct err *e)
{
	struct stmt *q;
	enum step step;
	bool ok = true;

	*found_out = false;
	if (!store_query(s, Q_ORIGIN_GET, "SELECT " COLUMNS " FROM record_origin WHERE record = ?1", &q, e))
		return false;
	stmt_text(q, 1, record);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		*found_out = true;
		row_read(q, out);
		ok = texts_keep(out, a, e);
	}
	stmt_reset(q);
	return ok && step != STEP_FAIL;
}

bool
origin_forget(struct store *s, struct slice record, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "DELETE FROM record_origin WHERE record = ?1", &q, e);

	if (ok) {
		stmt_text(q, 1, record);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

/* The next hundred, read whole first: remove() may change what they are read from. */
static bool
due(struct store *s, int64_t now_s, struct arena *a, struct origin v[SWEEP], size_t *n_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT " COLUMNS " FROM record_origin WHERE until_s <= ?1 ORDER BY until_s, record LIMIT ?2", &q, e);

	*n_out = 0;
	if (ok) {
		stmt_i64(q, 1, now_s);
		stmt_i64(q, 2, SWEEP);
		while (ok && *n_out < SWEEP && (step = stmt_step(q, e)) == STEP_ITEM) {
			row_read(q, &v[*n_out]);
			ok = texts_keep(&v[(*n_out)++], a, e);
		}
	}
	stmt_free(&q);
	return ok && step != STEP_FAIL;
}

static bool
some(struct store *s, int64_t now_s, bool (*remove)(void *cookie, const struct origin *o, struct err *e),
    void *cookie, size_t *n_out, struct err *e)
{
	struct origin v[SWEEP];
	struct arena a;
	bool ok;

	arena_init(&a, 1 << 20);
	ok = due(s, now_s, &a, v, n_out, e);
	for (size_t i = 0; ok && i < *n_out; i++)
		ok = remove(cookie, &v[i], e) && origin_forget(s, v[i].record, e);
	arena_fini(&a);
	return ok;
}

bool
origin_sweep(struct store *s, int64_t now_s, bool (*remove)(void *cookie, const struct origin *o, struct err *e),
    void *cookie, size_t most, uint64_t *count_out, bool *end_out, struct err *e)
{
	size_t n = SWEEP;

	*count_out = 0;
	*end_out = false;
	while (n == SWEEP && (most == 0 || *count_out < most)) {
		bool mine;

		if (!store_begin(s, &mine, e) || !store_end(s, mine, some(s, now_s, remove, cookie, &n, e), e))
			return false;
		*count_out += n;
	}
	*end_out = n < SWEEP;
	return true;
}
