/*
 * report: what was received, and how far it has been read.
 */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/lang.h"
#include "store/store_room.h"

#define COLUMNS \
	"id, sha, received_s, bytes, name, feed, format, options, state," \
	" reason, events, bad, reads, undated, protected"

const char *
report_state_name(enum report_state s)
{
	switch (s) {
	case REPORT_RECEIVED:
		return N_("received");
	case REPORT_READING:
		return N_("reading");
	case REPORT_DONE:
		return N_("done");
	case REPORT_ASIDE:
		return N_("aside");
	case REPORT_NOTHING:
		return N_("nothing");
	case REPORT_STATE_COUNT:
		break;
	}
	return "";
}

/* Texts are copied into a; with NULL they live until the statement's next step. */
static bool
row_read(struct stmt *q, struct arena *a, struct report *r, struct err *e)
{
	struct slice sha = stmt_col(q, 1);
	struct slice *texts[] = { &r->name, &r->feed, &r->format, &r->options,
		&r->reason };
	static const int columns[] = { 4, 5, 6, 7, 9 };
	int64_t state = stmt_col_i64(q, 8);

	if (sha.len != SHA256_BYTES || state < 0 || state >= REPORT_STATE_COUNT)
		return err_set(e, ERR_SYSTEM,
		    "the database is damaged: a report's row makes no sense");
	*r = (struct report){
		.id = stmt_col_i64(q, 0),
		.received_s = stmt_col_i64(q, 2),
		.bytes = (uint64_t)stmt_col_i64(q, 3),
		.state = (enum report_state)state,
		.events = (uint64_t)stmt_col_i64(q, 10),
		.bad = (uint64_t)stmt_col_i64(q, 11),
		.reads = (uint32_t)stmt_col_i64(q, 12),
		.undated = stmt_col_i64(q, 13) != 0,
		.protected = stmt_col_i64(q, 14) != 0,
	};
	memcpy(r->sha.b, sha.p, SHA256_BYTES);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = stmt_col(q, columns[i]);
		if (a != NULL)
			*texts[i] = arena_copy(a, *texts[i]);
	}
	if (a != NULL && a->failed)
		return err_set(e, ERR_LIMIT, "a report's row is too large");
	return true;
}

static bool
find_id(struct store *s, const struct sha256 *sha, int64_t *id, bool *found,
    struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_REPORT_FIND,
		"SELECT id FROM report WHERE sha = ?1 ORDER BY id LIMIT 1", &q, e))
		return false;
	stmt_blob(q, 1, slice_of(sha->b, SHA256_BYTES));
	return stmt_number(q, id, found, e);
}

#define DAY_S 86400

uint32_t
report_day(const struct report *r)
{
	return r->received_s <= 0 ? 0 : (uint32_t)(r->received_s / DAY_S);
}

static bool
day_id(struct store *s, const struct sha256 *sha, uint32_t day, int64_t *id,
    bool *found, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_REPORT_ON_DAY,
		"SELECT id FROM report WHERE sha = ?1 AND received_s >= ?2 AND received_s < ?2 + 86400 LIMIT 1",
		&q, e))
		return false;
	stmt_blob(q, 1, slice_of(sha->b, SHA256_BYTES));
	stmt_i64(q, 2, (int64_t)day * DAY_S);
	return stmt_number(q, id, found, e);
}

bool
report_on_day(struct store *s, const struct sha256 *sha, uint32_t day,
    bool *found_out, struct err *e)
{
	int64_t id;

	return day_id(s, sha, day, &id, found_out, e);
}

/* Name, feed, format, options from parameter `at` on; a must live until the step. */
static void
texts_bind(struct stmt *q, int at, const struct report *r, struct arena *a)
{
	stmt_text(q, at, text_clean(slice_of(r->name.p == NULL ?
		(const uint8_t *)"" : r->name.p, r->name.len), 1024, a));
	stmt_text(q, at + 1, r->feed.p == NULL ? S("") : text_cut(r->feed, 255));
	stmt_text(q, at + 2, r->format.p == NULL ? S("") : r->format);
	stmt_text(q, at + 3, r->options.p == NULL ? S("") : r->options);
}

static bool
insert(struct store *s, const struct report *r, int64_t *id, struct err *e)
{
	struct arena a;
	struct stmt *q;
	bool ok;

	/* The next id behind the last one, whoever gave it. */
	if (!store_query(s, Q_REPORT_ADD,
		"INSERT INTO report (id, sha, received_s, bytes, name, feed,"
		" format, options, state, reason, events, bad, reads, seen,"
		" retry_seen) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM report),"
		" ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '', 0, 0, 0, 0, 0) RETURNING id",
		&q, e))
		return false;
	arena_init(&a, (size_t)1 << 20);
	stmt_blob(q, 1, slice_of(r->sha.b, SHA256_BYTES));
	stmt_i64(q, 2, r->received_s);
	stmt_i64(q, 3, (int64_t)r->bytes);
	texts_bind(q, 4, r, &a);
	ok = stmt_number(q, id, NULL, e);
	arena_fini(&a);
	return ok;
}

static bool
find(struct store *s, const struct report *r, bool again, int64_t *id,
    bool *found, struct err *e)
{
	return again ? day_id(s, &r->sha, report_day(r), id, found, e) :
		       find_id(s, &r->sha, id, found, e);
}

static bool
add(struct store *s, const struct report *r, bool again, int64_t *id_out,
    bool *known_out, struct err *e)
{
	bool mine = !db_in_transaction(s->db);
	bool durable = db_is_durable(s->db);
	bool ok;

	/* Found without a transaction: the common case of a repeated report. */
	if (!find(s, r, again, id_out, known_out, e))
		return false;
	if (*known_out)
		return true;
	if (mine && (!db_durable(s->db, true, e) || !db_begin(s->db, e)))
		return false;
	ok = find(s, r, again, id_out, known_out, e) &&
	    (*known_out || insert(s, r, id_out, e));
	ok = store_end(s, mine, ok, e);
	/* Whether or not it can be set back, the report is in. */
	if (mine && !durable) {
		struct err ignored = ERR_INIT;

		ok = db_durable(s->db, false, &ignored) && ok;
	}
	return ok;
}

bool
report_add(struct store *s, const struct report *r, int64_t *id_out,
    bool *known_out, struct err *e)
{
	return add(s, r, false, id_out, known_out, e);
}

bool
report_add_again(struct store *s, const struct report *r, int64_t *id_out,
    bool *known_out, struct err *e)
{
	return add(s, r, true, id_out, known_out, e);
}

bool
report_find(struct store *s, const struct sha256 *sha, struct arena *a,
    struct report *out, bool *found_out, struct err *e)
{
	int64_t id = 0;

	if (!find_id(s, sha, &id, found_out, e))
		return false;
	return !*found_out || report_get(s, id, a, out, e);
}

static bool
take_row(struct stmt *q, struct arena *a, struct report *out, bool *found,
    struct err *e)
{
	enum step step = stmt_step(q, e);
	bool ok = step != STEP_FAIL;

	*found = step == STEP_ITEM;
	if (*found)
		ok = row_read(q, a, out, e);
	stmt_reset(q);
	return ok;
}

bool
report_get(struct store *s, int64_t id, struct arena *a, struct report *out,
    struct err *e)
{
	struct stmt *q;
	bool found;

	if (!store_query(s, Q_REPORT_GET,
		"SELECT " COLUMNS " FROM report WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	if (!take_row(q, a, out, &found, e))
		return false;
	return found ||
	    err_set(e, ERR_ABSENT, "there is no report %lld", (long long)id);
}

bool
report_next(struct store *s, enum report_state state, int64_t after,
    struct arena *a, struct report *out, bool *found_out, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_REPORT_NEXT,
		"SELECT " COLUMNS
		" FROM report WHERE state = ?1 AND id > ?2 ORDER BY id LIMIT 1",
		&q, e))
		return false;
	stmt_i64(q, 1, state);
	stmt_i64(q, 2, after);
	return take_row(q, a, out, found_out, e);
}

/* Run a change of one report's row. */
static bool
change(struct stmt *q, int64_t id, struct err *e)
{
	int64_t changed = 0;

	return stmt_run(q, &changed, e) &&
	    (changed == 1 ||
		err_set(e, ERR_ABSENT, "there is no report %lld", (long long)id));
}

bool
report_begin(struct store *s, int64_t id, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_REPORT_BEGIN,
		"UPDATE report SET state = 1, reason = '', reads = reads + 1 WHERE id = ?1",
		&q, e))
		return false;
	stmt_i64(q, 1, id);
	return change(q, id, e);
}

bool
report_protect(struct store *s, int64_t id, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_REPORT_PROTECT,
		"UPDATE report SET protected = 1 WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	return change(q, id, e);
}

static bool
state_put(struct store *s, int64_t id, enum report_state state,
    struct slice reason, struct err *e)
{
	struct stmt *q;
	struct arena a;
	bool ok;

	if (!store_query(s, Q_REPORT_STATE,
		"UPDATE report SET state = ?2, reason = ?3 WHERE id = ?1", &q, e))
		return false;
	arena_init(&a, (size_t)64 << 10);
	stmt_i64(q, 1, id);
	stmt_i64(q, 2, state);
	stmt_text(q, 3, reason.p == NULL ? S("") : text_clean(reason, 2048, &a));
	ok = change(q, id, e);
	arena_fini(&a);
	return ok;
}

bool
report_aside(struct store *s, int64_t id, struct slice reason, struct err *e)
{
	return state_put(s, id, REPORT_ASIDE, reason, e);
}

bool
report_again(struct store *s, int64_t id, struct err *e)
{
	return state_put(s, id, REPORT_RECEIVED, S(""), e);
}

static bool
retell(struct store *s, const struct report *r, struct err *e)
{
	static const char *const forget[] = {
		"DELETE FROM bad_place WHERE report = ?1",
		"DELETE FROM bad_count WHERE report = ?1",
		"DELETE FROM bad_example WHERE report = ?1",
	};
	struct stmt *q = NULL;
	struct arena a;
	bool ok;

	if (!db_prepare(s->db,
		"UPDATE report SET name = ?2, feed = ?3, format = ?4, options = ?5,"
		" state = 0, reason = '', bad = 0, seen = 0, retry_last = NULL,"
		" retry_end = NULL, retry_seen = 0 WHERE id = ?1", &q, e))
		return false;
	arena_init(&a, (size_t)1 << 20);
	stmt_i64(q, 1, r->id);
	texts_bind(q, 2, r, &a);
	ok = change(q, r->id, e);
	stmt_free(&q);
	arena_fini(&a);
	for (size_t i = 0; ok && i < sizeof(forget) / sizeof(forget[0]); i++)
		ok = db_run(s->db, forget[i], &r->id, 1, NULL, e);
	return ok;
}

bool
report_retell(struct store *s, const struct report *r, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, retell(s, r, e), e);
}

bool
report_list(struct store *s, const struct report_query *q,
    bool (*each)(void *cookie, const struct report *r, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	struct report r;
	enum step step = STEP_FAIL;
	bool ok = true;

	/* One statement for all: a filter that is not asked for is NULL or 0. */
	if (!db_prepare(s->db,
		"SELECT " COLUMNS " FROM report WHERE (?1 IS NULL OR state = ?1)"
		" AND (?2 = 0 OR bad > 0) AND (?3 IS NULL OR feed = ?3)"
		" AND (?4 IS NULL OR format = ?4)"
		" AND received_s >= ?5 AND received_s < ?6 AND id < ?7"
		" ORDER BY id DESC LIMIT ?8", &st, e))
		return false;
	if (q->has_state)
		stmt_i64(st, 1, q->state);
	else
		stmt_null(st, 1);
	stmt_i64(st, 2, q->with_bad);
	stmt_text(st, 3, q->feed);
	stmt_text(st, 4, q->format);
	stmt_i64(st, 5, q->since_s == 0 ? INT64_MIN : q->since_s);
	stmt_i64(st, 6, q->until_s == 0 ? INT64_MAX : q->until_s);
	stmt_i64(st, 7, q->before_id == 0 ? INT64_MAX : q->before_id);
	stmt_i64(st, 8, q->limit == 0 ? INT64_MAX : (int64_t)q->limit);
	while (ok && (step = stmt_step(st, e)) == STEP_ITEM)
		ok = row_read(st, NULL, &r, e) && each(cookie, &r, e);
	stmt_free(&st);
	return ok && step == STEP_END;
}

bool
report_totals(struct store *s, struct report_totals *out, struct err *e)
{
	struct stmt *st = NULL;
	enum step step;

	*out = (struct report_totals){ 0 };
	if (!db_prepare(s->db,
		"SELECT state, count(*), sum(events), sum(bad), sum(bytes), max(received_s) FROM report GROUP BY state",
		&st, e))
		return false;
	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		int64_t state = stmt_col_i64(st, 0);

		if (state >= 0 && state < REPORT_STATE_COUNT)
			out->reports[state] = (uint64_t)stmt_col_i64(st, 1);
		out->events += (uint64_t)stmt_col_i64(st, 2);
		out->bad += (uint64_t)stmt_col_i64(st, 3);
		out->bytes += (uint64_t)stmt_col_i64(st, 4);
		out->last_s = stmt_col_i64(st, 5) > out->last_s ? stmt_col_i64(st, 5) : out->last_s;
	}
	stmt_free(&st);
	return step == STEP_END;
}
