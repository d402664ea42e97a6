/*
 * notices_send: drafts into the world, a batch at a time. What stands in the
 * store at a crash tells what may have left:
 *
 *	draft, failed ══> queued ──> begun ──> its result     (each message)
 *	                    └───────> sent, failed, refused, uncertain (the batch)
 *
 * ══> has waited for the disk, for the whole batch at once; ──> is written, so
 * that it outlives the process but not the machine. Begun and the result are
 * marks beside the notice (share/marks.h), and become its state when the batch
 * is done, or after a kill by the next run. After a kill a message is in doubt
 * only where it is begun without a result, and there is one at the most. After a
 * power cut the marks behind ══> may be lost, so that the whole batch is in
 * doubt: it is kept to what a second sends (decisions 0060, 0064).
 *
 * Before the batch is queued each of it is asked about once more (share/check.h).
 *
 * A way that can tell what became of a message (way.h: gone) has no doubt: its
 * batch is "sending" from the first mark on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "share/check.h"
#include "share/marks.h"
#include "share/notices.h"

#define BATCH_FIRST 8
#define BATCH_SHORT_NS ((int64_t)250000000)
#define BATCH_LONG_NS ((int64_t)1000000000)
#define RETRY_FIRST_S 300
#define RETRY_LONGEST_S 14400
#define ATTEMPTS_MAX 12
#define MESSAGE_MAX ((size_t)64 << 20)

struct item {
	struct slice id, to;
	int64_t attempts;
	enum way_result result;
	char reply[WAY_REPLY_MAX];
};

struct sending {
	struct store *store;
	const struct way *way;
	void *state; /* the way's */
	const struct notices_options *options;
	struct notices_summary *out;
	struct check *check;
	struct stmt *next, *message, *begin, *end, *release, *mark, *told;
	struct marks marks;
	struct item items[WAY_BATCH_MAX]; /* the batch; texts in memory */
	size_t count;
	struct arena memory, bytes; /* of a batch, of one message */
	char batch[96]; /* "WAY BOOT": who marks, and since when the machine runs */
	struct err failed; /* of a mark within a dialogue */
	bool away;
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

static bool
record(struct sending *s, const struct item *it, struct err *e)
{
	struct notices_summary *out = s->out;
	struct slice id = it->id;
	const char *reply = it->reply;
	int64_t attempts = it->attempts, wait = RETRY_FIRST_S;

	switch (it->result) {
	case WAY_SENT:
		out->sent++;
		return set_state(s, id, "sent", 0, reply, true, e) && notice_tell_findings(s->store, &s->told, id, s->options->now_s, e);
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

/* Several changes of state in one transaction. */
static bool
record_all(struct sending *s, const struct item *items, size_t n, struct err *e)
{
	struct db *db = store_db(s->store);
	bool ok = true;

	if (!db_begin(db, e))
		return false;
	for (size_t i = 0; i < n && ok; i++)
		ok = record(s, &items[i], e);
	if (ok && marks_clear(&s->marks, e) && db_commit(db, e))
		return true;
	store_rollback(s->store);
	return false;
}

/* The message of an item, in s->bytes. */
static bool
load(struct sending *s, const struct item *it, struct message *m, struct err *e)
{
	enum step step;

	arena_reset(&s->bytes);
	*m = (struct message){ .id = it->id, .from = s->options->mail, .to = it->to };
	stmt_text(s->message, 1, it->id);
	step = stmt_step(s->message, e);
	if (step == STEP_ITEM)
		m->bytes = arena_copy(&s->bytes, stmt_col(s->message, 0));
	stmt_reset(s->message);
	if (step == STEP_END)
		return err_set(e, ERR_INTERNAL, "notice %s has no message", QUOTE(it->id));
	if (step == STEP_ITEM && s->bytes.failed)
		return err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", s->bytes.max);
	return step == STEP_ITEM;
}

/* Up to max that are due. */
static bool
gather(struct sending *s, size_t max, struct err *e)
{
	enum step step = STEP_END;

	s->count = 0;
	arena_reset(&s->memory);
	stmt_i64(s->next, 1, s->options->only.len > 0 ? INT64_MAX : s->options->now_s);
	stmt_text(s->next, 2, s->options->only);
	stmt_i64(s->next, 3, (int64_t)max);
	while (s->count < max && (step = stmt_step(s->next, e)) == STEP_ITEM) {
		struct item *it = &s->items[s->count++];

		it->id = arena_copy(&s->memory, stmt_col(s->next, 0));
		it->to = arena_copy(&s->memory, stmt_col(s->next, 1));
		it->attempts = stmt_col_i64(s->next, 2);
		it->reply[0] = '\0';
	}
	stmt_reset(s->next);
	return step != STEP_FAIL;
}

/* Of the batch stays what may still be told. */
static bool
check(struct sending *s, struct err *e)
{
	size_t kept = 0;
	bool left;

	for (size_t i = 0; i < s->count; i++) {
		if (!check_notice(s->check, s->items[i].id, &left, e))
			return false;
		if (left)
			s->items[kept++] = s->items[i];
	}
	s->count = kept;
	return true;
}

static bool
stage(struct sending *s, struct err *e)
{
	struct message m;

	for (size_t i = 0; i < s->count; i++) {
		if (!load(s, &s->items[i], &m, e) || !s->way->stage(s->state, &m, e))
			return false;
	}
	return s->way->staged(s->state, e);
}

static bool
set_begun(struct sending *s, struct slice id, const char *state, struct err *e)
{
	stmt_text(s->begin, 1, id);
	stmt_text(s->begin, 2, slice_of_str(state));
	stmt_i64(s->begin, 3, s->options->now_s);
	return stmt_run(s->begin, NULL, e);
}

/* The one wait for the disk: the batch is marked, and all before it is kept. */
static bool
mark(struct sending *s, struct err *e)
{
	struct db *db = store_db(s->store);
	bool ok;

	if (!db_durable(db, true, e) || !db_begin(db, e))
		return false;
	stmt_text(s->mark, 1, slice_of_str(s->batch));
	ok = stmt_run(s->mark, NULL, e);
	for (size_t i = 0; i < s->count && ok; i++)
		ok = set_begun(s, s->items[i].id, s->way->gone != NULL ? "sending" : "queued", e);
	if (ok && db_commit(db, e))
		return db_durable(db, false, e);
	store_rollback(s->store);
	return false;
}

/* From here on the other side may have it. */
static bool
committing(void *cookie)
{
	struct sending *s = cookie;

	return marks_begun(&s->marks, s->count, s->items[s->count].id, &s->failed);
}

/* What a kill or a stop left of a batch that was not begun goes back. */
static bool
release(struct sending *s, struct err *e)
{
	return stmt_run(s->release, NULL, e);
}

static bool
dialogues(struct sending *s, const volatile bool *stop, struct err *e)
{
	size_t n = s->count;
	struct message m;

	for (s->count = 0; s->count < n && !s->away && !(stop != NULL && *stop); s->count++) {
		struct item *it = &s->items[s->count];

		if (!load(s, it, &m, e))
			return false;
		m.committing = committing;
		m.cookie = s;
		it->result = s->way->send(s->state, &m, it->reply);
		if (s->failed.code != ERR_NONE) {
			*e = s->failed;
			return false;
		}
		s->away = it->result == WAY_AWAY;
		if (!marks_result(&s->marks, s->count, it->id, it->result, it->reply, e))
			return false;
	}
	return record_all(s, s->items, s->count, e) && (s->count == n || release(s, e));
}

/* Each for good, then one wait for all, then their states. */
static bool
settle(struct sending *s, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		struct message m = { .id = s->items[i].id };

		s->items[i].result = s->way->send(s->state, &m, s->items[i].reply);
	}
	return s->way->settle(s->state, e) && record_all(s, s->items, s->count, e);
}

static size_t
batch_next(size_t size, size_t max, int64_t took_ns)
{
	if (took_ns < BATCH_SHORT_NS)
		return size < max / 2 ? 2 * size : max;
	return took_ns > BATCH_LONG_NS && size > 1 ? size / 2 : size;
}

static bool
loop(struct sending *s, const volatile bool *stop, struct err *e)
{
	size_t size = BATCH_FIRST;
	bool ok = true;

	while (ok && !s->away && !(stop != NULL && *stop)) {
		int64_t begun_ns = clock_mono_ns();

		if (!gather(s, size, e))
			return false;
		if (s->count == 0)
			return s->options->only.len == 0 || err_set(e, ERR_CONFLICT, "notice %s is not to be sent in the state it is in; see entente notices, and --again", QUOTE(s->options->only));
		ok = check(s, e);
		if (ok && s->count > 0)
			ok = (s->way->gone == NULL || stage(s, e)) && mark(s, e) &&
			    (s->way->gone == NULL ? dialogues(s, stop, e) : settle(s, e));
		if (s->options->only.len > 0)
			break;
		size = batch_next(size, s->way->batch_max, clock_mono_ns() - begun_ns);
	}
	return ok;
}

/* --- after a crash --------------------------------------------------------- */

/* Which run of the machine this is; "": unknown, and no other is the same. */
static void
boot_id(char out[64])
{
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 4096);
	out[0] = '\0';
	if (file_read("/proc/sys/kernel/random/boot_id", &b, &e))
		(void)snprintf(out, 64, "%.*s", SLICE_ARG(slice_trim(buf_view(&b))));
	buf_fini(&b);
}

/* Is "WAY BOOT" of the last batch ours? */
static bool
last_batch(struct sending *s, bool *same_way, bool *same_boot, struct err *e)
{
	struct slice ours = slice_of_str(s->batch), theirs;
	size_t space = slice_find_byte(ours, ' ');
	struct stmt *st = NULL;
	enum step step = STEP_FAIL;

	*same_way = *same_boot = false;
	if (db_prepare(store_db(s->store), "SELECT value FROM setting WHERE key = 'notices.batch'", &st, e))
		step = stmt_step(st, e);
	if (step == STEP_ITEM) {
		theirs = stmt_col(st, 0);
		*same_way = slice_starts(theirs, slice_sub(ours, 0, space + 1));
		*same_boot = space + 1 < ours.len && slice_ends(theirs, slice_from(ours, space));
	}
	stmt_free(&st);
	return step != STEP_FAIL;
}

/* The way knows: each either went, or is still to go. */
static bool
recover_asking(struct sending *s, struct err *e)
{
	struct db *db = store_db(s->store);
	struct stmt *begun = NULL;
	enum step step;
	bool ok;

	if (!db_prepare(db, "SELECT id FROM notice WHERE state = 'sending' LIMIT 1", &begun, e))
		return false;
	ok = s->way->settle(s->state, e) && db_begin(db, e);
	while (ok && (step = stmt_step(begun, e)) != STEP_END) {
		struct item it = { .result = WAY_SENT };

		ok = step == STEP_ITEM;
		if (!ok)
			break;
		arena_reset(&s->memory);
		it.id = arena_copy(&s->memory, stmt_col(begun, 0));
		stmt_reset(begun);
		ok = s->way->gone(s->state, it.id) ? record(s, &it, e) : set_begun(s, it.id, "queued", e);
	}
	stmt_free(&begun);
	if (ok && release(s, e) && db_commit(db, e))
		return true;
	store_rollback(s->store);
	return false;
}

/* Of each that was marked: what came of it, or that nobody knows. */
static bool
recover_marks(struct sending *s, const char *why, struct err *e)
{
	struct stmt *queued = NULL;
	enum step step = STEP_END;
	bool ok = db_prepare(store_db(s->store), "SELECT attempts FROM notice WHERE id = ?1 AND state = 'queued'", &queued, e);

	arena_reset(&s->memory);
	s->count = 0;
	while (ok && s->count < WAY_BATCH_MAX) {
		struct item *it = &s->items[s->count];
		struct slice reply;
		struct mark mark;
		bool found = false;

		if ((step = marks_next(&s->marks, &mark, e)) != STEP_ITEM)
			break;
		*it = (struct item){ .id = arena_copy(&s->memory, mark.id), .result = mark.result };
		reply = mark.told ? mark.reply : slice_of_str(why);
		(void)snprintf(it->reply, sizeof(it->reply), "%.*s", (int)(reply.len > 190 ? 190 : reply.len), (const char *)reply.p);
		stmt_text(queued, 1, it->id);
		ok = stmt_number(queued, &it->attempts, &found, e);
		s->count += found;
	}
	stmt_reset(s->marks.next);
	stmt_free(&queued);
	return ok && step != STEP_FAIL && record_all(s, s->items, s->count, e);
}

static bool
recover(struct sending *s, struct err *e)
{
	static const char sql[] = "UPDATE notice SET state = 'uncertain', state_s = ?1, attempts = attempts + 1, reply = ?2 WHERE state IN ('queued', 'sending')";
	const char *why = N_("the machine went down while it was on its way");
	bool same_way, same_boot, ok;
	struct stmt *st = NULL;

	if (!last_batch(s, &same_way, &same_boot, e))
		return false;
	if (same_way && s->way->gone != NULL)
		return recover_asking(s, e);
	if (same_boot)
		why = N_("the program was ended while it was on its way");
	if (!recover_marks(s, why, e) || (same_boot && !release(s, e)))
		return false;
	ok = db_prepare(store_db(s->store), sql, &st, e);
	if (ok) {
		int64_t changed = 0;

		stmt_i64(st, 1, s->options->now_s);
		stmt_text(st, 2, slice_of_str(why));
		ok = stmt_run(st, &changed, e);
		s->out->uncertain += (uint64_t)changed;
	}
	stmt_free(&st);
	return ok;
}

static bool
statements(struct sending *s, struct err *e)
{
	struct db *db = store_db(s->store);

	return db_prepare(db, "SELECT id, email, attempts FROM notice WHERE state IN ('draft', 'failed') AND next_s <= ?1 AND (?2 IS NULL OR id = ?2) ORDER BY state, next_s LIMIT ?3", &s->next, e) &&
	    db_prepare(db, "SELECT message FROM notice_message WHERE notice = ?1", &s->message, e) &&
	    db_prepare(db, "INSERT INTO setting (key, value) VALUES ('notices.batch', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", &s->mark, e) &&
	    db_prepare(db, "UPDATE notice SET state = ?2, state_s = ?3 WHERE id = ?1", &s->begin, e) &&
	    db_prepare(db, "UPDATE notice SET state = ?2, state_s = ?3, next_s = ?4, reply = ?5, attempts = attempts + ?6 WHERE id = ?1", &s->end, e) &&
	    db_prepare(db, "UPDATE notice SET state = CASE WHEN next_s > 0 THEN 'failed' ELSE 'draft' END WHERE state = 'queued'", &s->release, e) &&
	    marks_init(&s->marks, db, e);
}

/* What was done must be known after a power cut, too. */
static bool
keep(struct sending *s, struct err *e)
{
	stmt_text(s->mark, 1, slice_of_str(s->batch));
	return db_durable(store_db(s->store), true, e) && marks_drop(store_db(s->store), e) && stmt_run(s->mark, NULL, e);
}

static void
sending_fini(struct sending *s)
{
	check_close(&s->check);
	stmt_free(&s->next);
	stmt_free(&s->message);
	stmt_free(&s->begin);
	stmt_free(&s->end);
	stmt_free(&s->release);
	stmt_free(&s->mark);
	stmt_free(&s->told);
	marks_fini(&s->marks);
	arena_fini(&s->memory);
	arena_fini(&s->bytes);
	s->way->close(&s->state);
}

bool
notices_send(struct store *store, const struct contacts *c, const struct way *way,
    const struct way_options *wo, const struct notices_options *o, const volatile bool *stop,
    struct notices_summary *out, struct err *e)
{
	struct sending *s;
	struct db *db = store_db(store);
	bool durable = db_is_durable(db), ok;
	char boot[64];

	s = xalloc(sizeof(*s));
	*s = (struct sending){ .store = store, .way = way, .options = o, .out = out };
	if (!way->open(wo, &s->state, e)) {
		free(s);
		return false;
	}
	boot_id(boot);
	(void)snprintf(s->batch, sizeof(s->batch), "%s %s", way->name, boot);
	arena_init(&s->memory, (size_t)1 << 20);
	arena_init(&s->bytes, MESSAGE_MAX);
	ok = check_open(store, c, o, out, &s->check, e) && statements(s, e) && recover(s, e) && loop(s, stop, e) && keep(s, e);
	sending_fini(s);
	free(s);
	return db_durable(db, durable, e) && ok;
}
