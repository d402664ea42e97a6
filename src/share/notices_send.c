/*
 * notices_send: drafts into the world. Each message's state is written before
 * its dialogue and after it, so that a kill leaves at most one in doubt; where
 * the machine itself may lose power, every 64 messages reach the disk.
 */
#include <stdio.h>

#include "share/notices.h"

#define TOGETHER 64
#define RETRY_FIRST_S 300
#define RETRY_LONGEST_S 14400
#define ATTEMPTS_MAX 12

struct sending {
	struct store *store;
	const struct notices_options *options;
	struct stmt *next, *begin, *end, *findings;
};

static bool
set_state(struct sending *s, struct slice id, const char *state, int64_t next_s,
    const char *reply, bool attempt, struct err *e)
{
	stmt_text(s->end, 1, id);
	stmt_text(s->end, 2, slice_of_str(state));
	stmt_i64(s->end, 3, s->options->now_s);
	stmt_i64(s->end, 4, next_s);
	stmt_text(s->end, 5, slice_of_str(reply));
	stmt_i64(s->end, 6, attempt ? 1 : 0);
	return stmt_run(s->end, NULL, e);
}

/* Findings of a sent notice were told; one that is resolved meanwhile stays so. */
static bool
tell_findings(struct sending *s, struct slice id, struct err *e)
{
	int64_t ids[256];
	int64_t after = INT64_MIN;
	size_t n;

	do {
		enum step step = STEP_END;

		n = 0;
		stmt_text(s->findings, 1, id);
		stmt_i64(s->findings, 2, after);
		while (n < 256 && (step = stmt_step(s->findings, e)) == STEP_ITEM)
			ids[n++] = stmt_col_i64(s->findings, 0);
		stmt_reset(s->findings);
		if (step == STEP_FAIL)
			return false;
		for (size_t i = 0; i < n; i++) {
			struct err why = ERR_INIT;

			if (!finding_act_apply(s->store, ids[i], FINDING_TELL, S("notice"), id, s->options->now_s, &why) &&
			    why.code != ERR_CONFLICT && why.code != ERR_ABSENT) {
				*e = why;
				return false;
			}
		}
		after = n == 0 ? after : ids[n - 1];
	} while (n == 256);
	return true;
}

static bool
record(struct sending *s, struct slice id, int64_t attempts, enum way_result r,
    const char *reply, struct notices_summary *out, struct err *e)
{
	int64_t wait = RETRY_FIRST_S;

	switch (r) {
	case WAY_SENT:
		out->sent++;
		return set_state(s, id, "sent", 0, reply, true, e) && tell_findings(s, id, e);
	case WAY_LATER:
		if (attempts + 1 >= ATTEMPTS_MAX) {
			out->never++;
			return set_state(s, id, "refused", 0, reply, true, e);
		}
		for (int64_t i = 0; i < attempts && wait < RETRY_LONGEST_S; i++)
			wait *= 2;
		out->later++;
		return set_state(s, id, "failed", s->options->now_s + wait, reply, true, e);
	case WAY_AWAY:
		/* Not the notice's fault: it uses up none of its attempts. */
		out->later++;
		return set_state(s, id, "failed", s->options->now_s + wait, reply, false, e);
	case WAY_NEVER:
		out->never++;
		return set_state(s, id, "refused", 0, reply, true, e);
	case WAY_UNCERTAIN:
		break;
	}
	out->uncertain++;
	return set_state(s, id, "uncertain", 0, reply, true, e);
}

/* The next that is due; its texts lie in a. */
static bool
next_due(struct sending *s, struct arena *a, struct message *m, int64_t *attempts, bool *found, struct err *e)
{
	enum step step;

	stmt_i64(s->next, 1, s->options->now_s);
	step = stmt_step(s->next, e);
	*found = step == STEP_ITEM;
	if (*found) {
		m->id = arena_copy(a, stmt_col(s->next, 0));
		m->to = arena_copy(a, stmt_col(s->next, 1));
		m->bytes = arena_copy(a, stmt_col(s->next, 2));
		*attempts = stmt_col_i64(s->next, 3);
	}
	stmt_reset(s->next);
	if (step != STEP_FAIL && a->failed)
		return err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", a->max);
	return step != STEP_FAIL;
}

static bool
send_one(struct sending *s, const struct way *way, void *state, const struct message *m,
    int64_t attempts, bool *away, struct notices_summary *out, struct err *e)
{
	struct db *db = store_db(s->store);
	char reply[WAY_REPLY_MAX] = "";
	enum way_result r;

	stmt_text(s->begin, 1, m->id);
	stmt_i64(s->begin, 2, s->options->now_s);
	if (!stmt_run(s->begin, NULL, e))
		return false;
	r = way->send(state, m, reply);
	*away = r == WAY_AWAY;
	if (!db_begin(db, e))
		return false;
	if (record(s, m->id, attempts, r, reply, out, e) && db_commit(db, e))
		return true;
	store_rollback(s->store);
	return false;
}

static bool
recover(struct sending *s, const struct way *way, struct err *e)
{
	struct stmt *st = NULL;
	bool ok = db_prepare(store_db(s->store), "UPDATE notice SET state = ?1, state_s = ?2 WHERE state = 'sending'", &st, e);

	if (ok) {
		stmt_text(st, 1, way->again_is_safe ? S("draft") : S("uncertain"));
		stmt_i64(st, 2, s->options->now_s);
		ok = stmt_run(st, NULL, e);
	}
	stmt_free(&st);
	return ok;
}

static bool
loop(struct sending *s, const struct way *way, void *state, const volatile bool *stop,
    struct notices_summary *out, struct err *e)
{
	struct db *db = store_db(s->store);
	struct arena a;
	unsigned since_sync = 0;
	bool ok = true, found = true, away = false;

	arena_init(&a, (size_t)64 << 20);
	while (ok && found && !away && !(stop != NULL && *stop)) {
		struct message m = { .from = s->options->mail };
		int64_t attempts = 0;

		arena_reset(&a);
		ok = next_due(s, &a, &m, &attempts, &found, e);
		if (!ok || !found)
			break;
		/* The last message of a crowd takes the others to the disk with it. */
		ok = db_durable(db, ++since_sync % TOGETHER == 0, e) &&
		    send_one(s, way, state, &m, attempts, &away, out, e);
	}
	arena_fini(&a);
	return ok;
}

bool
notices_send(struct store *store, const struct way *way, const struct way_options *wo,
    const struct notices_options *o, const volatile bool *stop,
    struct notices_summary *out, struct err *e)
{
	struct sending s = { .store = store, .options = o };
	struct db *db = store_db(store);
	bool durable = db_is_durable(db);
	void *state = NULL;
	bool ok;

	if (!way->open(wo, &state, e))
		return false;
	ok = recover(&s, way, e) &&
	    db_prepare(db, "SELECT id, email, (SELECT message FROM notice_message WHERE notice = notice.id), attempts FROM notice WHERE state IN ('draft', 'failed') AND next_s <= ?1 ORDER BY state, next_s LIMIT 1", &s.next, e) &&
	    db_prepare(db, "UPDATE notice SET state = 'sending', state_s = ?2 WHERE id = ?1", &s.begin, e) &&
	    db_prepare(db, "UPDATE notice SET state = ?2, state_s = ?3, next_s = ?4, reply = ?5, attempts = attempts + ?6 WHERE id = ?1", &s.end, e) &&
	    db_prepare(db, "SELECT finding FROM notice_finding WHERE notice = ?1 AND finding > ?2 ORDER BY finding LIMIT 256", &s.findings, e) &&
	    loop(&s, way, state, stop, out, e);
	stmt_free(&s.next);
	stmt_free(&s.begin);
	stmt_free(&s.end);
	stmt_free(&s.findings);
	way->close(&state);
	/* What was sent must be known after a power cut, too. */
	if (ok && db_durable(db, true, e)) {
		struct stmt *st = NULL;

		ok = db_prepare(db, "UPDATE setting SET value = value WHERE key = 'schema'", &st, e) && stmt_run(st, NULL, e);
		stmt_free(&st);
	}
	return db_durable(db, durable, e) && ok;
}

bool
notices_list(struct store *s, struct slice state, size_t limit,
    bool (*each)(void *cookie, const struct notice_row *n, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	enum step step;

	if (!db_prepare(store_db(s), "SELECT id, email, lang, state, reply, created_s, state_s, findings, attempts FROM notice"
	    " WHERE ?1 IS NULL OR state = ?1 ORDER BY created_s DESC, id LIMIT ?2", &st, e))
		return false;
	stmt_text(st, 1, state);
	stmt_i64(st, 2, limit == 0 ? INT64_MAX : (int64_t)limit);
	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		struct notice_row n = { .id = stmt_col(st, 0), .email = stmt_col(st, 1), .lang = stmt_col(st, 2),
			.state = stmt_col(st, 3), .reply = stmt_col(st, 4), .created_s = stmt_col_i64(st, 5),
			.state_s = stmt_col_i64(st, 6), .findings = stmt_col_i64(st, 7), .attempts = stmt_col_i64(st, 8) };

		if (!each(cookie, &n, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	stmt_free(&st);
	return step == STEP_END;
}

bool
notice_message(struct store *s, struct slice id, struct buf *out, struct err *e)
{
	struct stmt *st = NULL;
	enum step step = STEP_FAIL;

	if (db_prepare(store_db(s), "SELECT message FROM notice_message WHERE notice = ?1", &st, e)) {
		stmt_text(st, 1, id);
		step = stmt_step(st, e);
		if (step == STEP_ITEM)
			buf_put(out, stmt_col(st, 0));
	}
	stmt_free(&st);
	if (step == STEP_END)
		return err_set(e, ERR_ABSENT, "there is no notice %s", QUOTE(id));
	return step == STEP_ITEM;
}

bool
notice_again(struct store *s, struct slice id, int64_t now_s, struct err *e)
{
	struct stmt *st = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(store_db(s), "UPDATE notice SET state = 'draft', state_s = ?2, next_s = 0 WHERE id = ?1 AND state IN ('uncertain', 'refused', 'failed', 'draft')", &st, e);

	if (ok) {
		stmt_text(st, 1, id);
		stmt_i64(st, 2, now_s);
		ok = stmt_run(st, &changed, e);
	}
	stmt_free(&st);
	if (ok && changed == 0)
		return err_set(e, ERR_ABSENT, "there is no notice %s that could be sent again", QUOTE(id));
	return ok;
}
