/*
 * finding_act: what people, notices and time do to findings, and what a
 * replay must keep of it.
 *
 * Events can be made again from the archive; acts cannot, so each is kept with
 * the state that it led to. An act is dated not before the finding's latest
 * event, so that "what came later" has one meaning: after a replay the last
 * act's state holds, unless an event came after it. Silence is no act: it
 * follows from the latest event and the date, and is kept beside the state.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/lang.h"
#include "store/findings.h"
#include "store/store_room.h"
#include "store/tally.h"

#define DAY_S 86400

const char *
finding_act_name(enum finding_act a)
{
	switch (a) {
	case FINDING_SEEN:
		return N_("seen");
	case FINDING_TELL:
		return N_("told");
	case FINDING_ACKNOWLEDGE:
		return N_("acknowledge");
	case FINDING_RESOLVE:
		return N_("resolve");
	case FINDING_REOPEN:
		return N_("reopen");
	case FINDING_SILENCE:
		return N_("silence");
	case FINDING_ACT_COUNT:
		break;
	}
	return "";
}

struct standing {
	enum finding_state state;
	int64_t first_s, last_s, state_s, notified_s;
};

static bool
standing_get(struct store *s, int64_t id, struct standing *out, struct err *e)
{
	struct stmt *q;
	enum step step;
	int64_t state;

	if (!store_query(s, Q_FINDING_STATE,
		"SELECT state_now, last_s, state_s, first_s, notified_s FROM finding_now WHERE id = ?1",
		&q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_FAIL)
		return false;
	if (step == STEP_END) {
		char text[FINDING_ID_TEXT_MAX];

		finding_id_print(id, text);
		return err_set(e, ERR_ABSENT, "there is no finding %s", text);
	}
	state = stmt_col_i64(q, 0);
	out->last_s = stmt_col_i64(q, 1);
	out->state_s = stmt_col_i64(q, 2);
	out->first_s = stmt_col_i64(q, 3);
	out->notified_s = stmt_col_i64(q, 4);
	stmt_reset(q);
	if (state < 0 || state >= FINDING_STATE_COUNT)
		return err_set(e, ERR_SYSTEM,
		    "the database is damaged: a finding's row makes no sense");
	out->state = (enum finding_state)state;
	return true;
}

static bool
act_write(struct store *s, int64_t id, enum finding_act act,
    enum finding_state to, struct slice by, struct slice comment, int64_t at_s,
    struct err *e)
{
	struct stmt *move, *add;
	struct arena a;
	bool ok;

	if (!store_query(s, Q_FINDING_MOVE,
		"UPDATE finding SET state = ?2, state_s = ?3, silent_s = NULL,"
		" notified_s = CASE WHEN ?4 = 1 THEN ?3 ELSE notified_s END"
		" WHERE id = ?1", &move, e) ||
	    !store_query(s, Q_ACT_ADD,
		"INSERT INTO finding_act (id, finding, act, to_state, at_s,"
		" by_whom, comment) VALUES ((SELECT coalesce(max(id), 0) + 1"
		" FROM finding_act), ?1, ?2, ?3, ?4, ?5, ?6)", &add, e))
		return false;
	stmt_i64(move, 1, id);
	stmt_i64(move, 2, to);
	stmt_i64(move, 3, at_s);
	stmt_i64(move, 4, act == FINDING_TELL);
	store_changes(s, id);
	if (!stmt_run(move, NULL, e))
		return false;
	arena_init(&a, (size_t)64 << 10);
	stmt_i64(add, 1, id);
	stmt_i64(add, 2, act);
	stmt_i64(add, 3, to);
	stmt_i64(add, 4, at_s);
	stmt_text(add, 5, by.p == NULL ? S("") : text_clean(by, 255, &a));
	stmt_text(add, 6, comment.p == NULL ? S("") :
		text_clean(comment, 4096, &a));
	ok = stmt_run(add, NULL, e);
	arena_fini(&a);
	return ok;
}

/* How long it took: until the first notice, until somebody said that it is over. */
static bool
times(struct store *s, const struct standing *was, enum finding_act act, int64_t at_s, struct err *e)
{
	if (act == FINDING_TELL && was->notified_s == 0)
		return time_note(s, TIME_TOLD, at_s, at_s - was->first_s, 1, e);
	return act != FINDING_RESOLVE || time_note(s, TIME_FIXED, at_s, at_s - was->first_s, 1, e);
}

static bool
apply(struct store *s, int64_t id, enum finding_act act, struct slice by,
    struct slice comment, int64_t at_s, struct err *e)
{
	struct standing now = { .state = FINDING_NEW };
	enum finding_state to;

	if (!standing_get(s, id, &now, e))
		return false;
	if (!finding_move(now.state, act, &to)) {
		char text[FINDING_ID_TEXT_MAX];

		finding_id_print(id, text);
		return err_set(e, ERR_CONFLICT,
		    "finding %s is %s; \"%s\" does not apply to it", text,
		    T(finding_state_name(now.state)), T(finding_act_name(act)));
	}
	if (at_s < now.last_s)
		at_s = now.last_s;
	if (at_s < now.state_s)
		at_s = now.state_s;
	return act_write(s, id, act, to, by, comment, at_s, e) && times(s, &now, act, at_s, e);
}

bool
finding_act_apply(struct store *s, int64_t id, enum finding_act act,
    struct slice by, struct slice comment, int64_t at_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) &&
	    store_end(s, mine, apply(s, id, act, by, comment, at_s, e), e);
}

bool
finding_acts(struct store *s, int64_t id,
    bool (*each)(void *cookie, const struct finding_act_row *a, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (!store_query(s, Q_ACTS,
		"SELECT finding, at_s, act, to_state, by_whom, comment"
		" FROM finding_act WHERE finding = ?1 ORDER BY id", &q, e))
		return false;
	stmt_i64(q, 1, id);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		ok = each(cookie, &(struct finding_act_row){
			.finding = stmt_col_i64(q, 0),
			.at_s = stmt_col_i64(q, 1),
			.act = (enum finding_act)stmt_col_i64(q, 2),
			.to = (enum finding_state)stmt_col_i64(q, 3),
			.by = stmt_col(q, 4),
			.comment = stmt_col(q, 5),
		}, e);
	}
	stmt_reset(q);
	return ok && step == STEP_END;
}

bool
finding_notices(struct store *s, int64_t id,
    bool (*each)(void *cookie, const struct finding_notice *n, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (!store_query(s, Q_FINDING_NOTICES,
		"SELECT id, email, state, state_s FROM notice_finding, notice"
		" WHERE finding = ?1 AND id = notice ORDER BY created_s, id", &q, e))
		return false;
	stmt_i64(q, 1, id);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = each(cookie, &(struct finding_notice){ stmt_col(q, 0), stmt_col(q, 1),
			stmt_col(q, 2), stmt_col_i64(q, 3) }, e);
	stmt_reset(q);
	return ok && step == STEP_END;
}

/*
 * Silent from: the latest event, or where somebody reopened it later, that
 * moment, and the class' period. What people said to be resolved stays so.
 */
void
silence_moment_sql(struct buf *sql)
{
	buf_str(sql, "((CASE WHEN state IN (0, 4) AND state_s > last_s THEN state_s ELSE last_s END)"
		     " + (CASE class");
	for (int c = 0; c < CLASS_COUNT; c++)
		buf_printf(sql, " WHEN %d THEN %u", c,
		    class_silence_d((enum class)c) * DAY_S);
	buf_str(sql, " ELSE 0 END))");
}

void
state_now_sql(struct buf *sql, const char *now)
{
	buf_printf(sql, "(CASE WHEN silent_s IS NOT NULL OR (%s <> 0 AND state <> 3 AND ", now);
	silence_moment_sql(sql);
	buf_printf(sql, " <= %s) THEN 3 ELSE state END)", now);
}

int64_t
silence_moment(enum finding_state state, int64_t state_s, int64_t last_s, enum class class)
{
	bool reopened = (state == FINDING_NEW || state == FINDING_RETURNED) && state_s > last_s;

	return (reopened ? state_s : last_s) + (int64_t)class_silence_d(class) * DAY_S;
}

/* Durations of neighbours are alike: they are noted together. */
static bool
silenced(struct store *s, struct stmt *q, uint64_t *count_out, struct err *e)
{
	struct { int64_t day; unsigned bucket; int64_t seconds; uint64_t n; } run = { .n = 0 };
	enum step step;
	bool ok = true;

	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		int64_t seconds = stmt_col_i64(q, 1) - stmt_col_i64(q, 0), day = stmt_col_i64(q, 2) / DAY_S;

		(*count_out)++;
		store_changes(s, stmt_col_i64(q, 3));
		if (run.n > 0 && (day != run.day || time_bucket(seconds) != run.bucket)) {
			ok = time_note(s, TIME_SILENT, run.day * DAY_S, run.seconds, run.n, e);
			run.n = 0;
		}
		run.day = day;
		run.bucket = time_bucket(seconds);
		run.seconds = seconds;
		run.n++;
	}
	stmt_reset(q);
	return ok && step == STEP_END && (run.n == 0 || time_note(s, TIME_SILENT, run.day * DAY_S, run.seconds, run.n, e));
}

/* Findings that are looked at in one transaction: some ten milliseconds. */
#define SILENCE_ROWS 10000

/* It stays the store's: each act looks at silence first, and its text takes longer than its run. */
static bool
silence_prepare(struct store *s, struct stmt **q, struct err *e)
{
	struct buf sql;
	bool ok;

	*q = s->q[Q_SILENCE];
	if (*q != NULL)
		return true;
	buf_init(&sql, (size_t)16 << 10);
	buf_str(&sql, "UPDATE finding SET silent_s = ");
	silence_moment_sql(&sql);
	buf_str(&sql, " WHERE silent_s IS NULL AND state <> 3 AND ");
	silence_moment_sql(&sql);
	buf_str(&sql, " <= ?1 AND id > ?2 AND id <= ?3 RETURNING first_s, last_s, silent_s, id");
	ok = store_query(s, Q_SILENCE, buf_cstr(&sql), q, e);
	buf_fini(&sql);
	return ok;
}

/* Of the findings over `from` up to `to`. In a transaction. */
static bool
silence_range(struct store *s, struct stmt *q, int64_t from, int64_t to, int64_t now_s, uint64_t *count_out, struct err *e)
{
	stmt_i64(q, 1, now_s);
	stmt_i64(q, 2, from);
	stmt_i64(q, 3, to);
	return silenced(s, q, count_out, e);
}

static bool
silence(struct store *s, int64_t from, int64_t to, int64_t now_s, uint64_t *count_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok, mine;

	*count_out = 0;
	ok = silence_prepare(s, &q, e) && store_begin(s, &mine, e) &&
	    store_end(s, mine, silence_range(s, q, from, to, now_s, count_out, e), e);
	return ok;
}

/* Those whose moment has come, by the columns: *done_out false where they are many, or not known. */
static bool
silence_few(struct store *s, int64_t now_s, uint64_t *count_out, bool *done_out, struct err *e)
{
	struct stmt *q = NULL;
	int64_t *ids = NULL;
	size_t n = 0;
	bool ok = finding_few(s, &(struct finding_query){ .due = true, .now_s = now_s }, &ids, &n, e), mine;

	*count_out = 0;
	*done_out = ids != NULL && n <= SILENCE_ROWS;
	if (ok && *done_out && n > 0) {
		ok = silence_prepare(s, &q, e) && store_begin(s, &mine, e);
		if (ok) {
			for (size_t i = 0; i < n && ok; i++)
				ok = silence_range(s, q, ids[i] - 1, ids[i], now_s, count_out, e);
			ok = store_end(s, mine, ok, e);
		}
	}
	free(ids);
	return ok;
}

bool
store_silence(struct store *s, int64_t now_s, uint64_t *count_out,
    struct err *e)
{
	bool ok = silence(s, INT64_MIN, INT64_MAX, now_s, count_out, e);

	*count_out = ok ? *count_out : 0;
	return ok;
}

bool
store_silence_one(struct store *s, int64_t id, int64_t now_s, struct err *e)
{
	uint64_t n;

	return silence(s, id - 1, id, now_s, &n, e);
}

/* The last id of the next slice; *last_out is left where none is behind it. */
static bool
slice_end(struct store *s, int64_t from, int64_t *last_out, bool *more_out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT id FROM finding WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?2", &q, e);

	if (ok) {
		stmt_i64(q, 1, from);
		stmt_i64(q, 2, SILENCE_ROWS - 1);
		ok = stmt_number(q, last_out, more_out, e);
	}
	stmt_free(&q);
	return ok;
}

bool
store_silence_slice(struct store *s, struct silence_slice *x, struct err *e)
{
	int64_t from = x->after_id == 0 ? INT64_MIN : x->after_id, to = INT64_MAX;
	uint64_t n = 0;
	bool more = false;

	if (x->after_id == 0 && !silence_few(s, x->now_s, &n, &x->end, e))
		return false;
	if (x->end) {
		x->count += n;
		return true;
	}
	if (!slice_end(s, from, &to, &more, e) || !silence(s, from, to, x->now_s, &n, e))
		return false;
	x->after_id = to;
	x->count += n;
	x->end = !more;
	return true;
}

bool
store_forget_derived(struct store *s, struct err *e)
{
	static const char *const steps[] = {
		"DELETE FROM finding",
		"DELETE FROM count_day",
		"DELETE FROM finding_tally",
		"DELETE FROM time_day WHERE kind = 2", /* TIME_SILENT comes again */
		"DELETE FROM bad_place",
		"DELETE FROM bad_count",
		"DELETE FROM bad_example",
		"DELETE FROM indicator_seen",
		"DELETE FROM indicator_part",
		"UPDATE report SET state = 0, reason = '', events = 0, bad = 0,"
		" reads = 0, seen = 0, retry_last = NULL, retry_end = NULL,"
		" retry_seen = 0",
	};
	bool mine, ok = true;

	store_batch_drop(s);
	if (!store_begin(s, &mine, e))
		return false;
	store_changes_all(s);
	for (size_t i = 0; ok && i < sizeof(steps) / sizeof(steps[0]); i++)
		ok = db_exec(s->db, steps[i], e);
	return store_end(s, mine, ok, e);
}

/*
 * The last act of each finding holds, unless the finding came back from
 * silence after it (then state_s is later); a resolved one that was seen later
 * has returned. 1 is FINDING_TELL.
 */
bool
store_acts_again(struct store *s, struct err *e)
{
	static const char *const steps[] = {
		"UPDATE finding SET notified_s = (SELECT max(at_s) FROM finding_act"
		" WHERE finding_act.finding = finding.id AND act = 1)"
		" WHERE id IN (SELECT finding FROM finding_act WHERE act = 1)",
		"UPDATE finding SET (state, state_s) = (SELECT"
		" CASE WHEN a.to_state = 3 AND finding.last_s > a.at_s THEN 4 ELSE a.to_state END,"
		" a.at_s FROM finding_act a WHERE a.finding = finding.id"
		" ORDER BY a.id DESC LIMIT 1)"
		" WHERE state_s <= (SELECT a.at_s FROM finding_act a"
		" WHERE a.finding = finding.id ORDER BY a.id DESC LIMIT 1)",
	};
	bool mine, ok = true;

	if (!store_begin(s, &mine, e))
		return false;
	store_changes_all(s);
	for (size_t i = 0; ok && i < sizeof(steps) / sizeof(steps[0]); i++)
		ok = db_exec(s->db, steps[i], e);
	return store_end(s, mine, ok, e);
}
