/*
 * columns_keep: how the columns follow the database. What a transaction changes
 * is noted as it is written; before the commit the ids go into the ring, with
 * the stamp into the database; after it the values go into the arrays. A kill
 * in between leaves a file whose number is not the database's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/columns.h"
#include "store/store_room.h"

/* Of more than so many in one transaction the columns are made again: that is sooner done. */
#define CHANGES_MAX ((size_t)1 << 20)
#define CHANGES_KEPT ((size_t)4096)
#define SLICE_ROWS 8192
#define AGAIN_NS INT64_C(600000000000)

/* --- notes ---------------------------------------------------------------------- */

static bool
wanted(const struct store *s, int64_t id)
{
	const struct columns *c = s->columns;

	if (s->changes.all)
		return false;
	return s->changes.beside || (c != NULL && c->keeps && c->h != NULL && !(c->building && id > c->built));
}

struct change *
store_change(struct store *s, int64_t id, enum change_kind kind)
{
	struct changes *ch = &s->changes;

	ch->any = true;
	if (!wanted(s, id))
		return NULL;
	if (ch->count == CHANGES_MAX) {
		ch->all = true;
		return NULL;
	}
	if (ch->count == ch->cap) {
		ch->cap = ch->cap == 0 ? 256 : ch->cap * 2;
		ch->v = xrealloc(ch->v, ch->cap * sizeof(*ch->v));
	}
	ch->v[ch->count] = (struct change){ .id = id, .kind = (uint8_t)kind };
	return &ch->v[ch->count++];
}

void
store_changes(struct store *s, int64_t id)
{
	(void)store_change(s, id, CHANGE_READ);
}

void
store_changes_all(struct store *s)
{
	s->changes.any = s->changes.all = true;
}

static void
notes_clear(struct changes *ch)
{
	ch->any = ch->all = ch->logged = false;
	ch->count = 0;
	if (ch->cap > CHANGES_KEPT) {
		free(ch->v);
		ch->v = NULL;
		ch->cap = 0;
	}
}

/* --- commits ------------------------------------------------------------------------ */

static void
set_log(struct columns *c, const struct changes *ch)
{
	struct columns_header *h = c->h;
	struct columns_set *set = &h->sets[ch->number % COLUMNS_SETS];
	uint64_t from = atomic_load(&h->ring_at);
	bool big = ch->all || ch->count > COLUMNS_SET_MAX;

	atomic_store(&set->number, ch->number);
	atomic_store(&set->from, from);
	atomic_store(&set->count, big ? COLUMNS_BIG : ch->count);
	if (!big) {
		/* Before they are overwritten it is said that they are. */
		atomic_store(&h->ring_at, from + ch->count);
		for (size_t i = 0; i < ch->count; i++)
			((_Atomic int64_t *)(void *)c->at[COL_RING])[(from + i) % COLUMNS_RING] = ch->v[i].id;
	}
	atomic_store(&h->logged, ch->number);
}

/* Behind a stamp: something was changed beside the keeper. */
#define BESIDE "+"

/* The stamp that is there. */
static bool
stamp_get(struct store *s, struct buf *out, struct err *e)
{
	struct slice value;
	struct arena a;
	bool ok;

	arena_init(&a, 4096);
	ok = store_setting(s, S("findings.stamp"), &a, &value, e);
	buf_clear(out);
	buf_put(out, ok ? value : SLICE_NONE);
	arena_fini(&a);
	return ok;
}

static bool
stamp_beside(struct store *s, bool *out, struct err *e)
{
	struct buf stamp;
	bool ok;

	buf_init(&stamp, 256);
	ok = stamp_get(s, &stamp, e);
	*out = ok && slice_ends(buf_view(&stamp), S(BESIDE));
	buf_fini(&stamp);
	return ok;
}

static bool
stamp_put(struct store *s, bool beside, struct err *e)
{
	struct changes *ch = &s->changes;
	char text[64];

	if (!ch->have && getrandom(&ch->epoch, sizeof(ch->epoch), 0) != (ssize_t)sizeof(ch->epoch))
		return err_sys(e, "the machine has no random numbers");
	ch->number = ch->have ? ch->number + 1 : 1;
	ch->have = true;
	(void)snprintf(text, sizeof(text), "%llu.%llu%s", (unsigned long long)ch->epoch, (unsigned long long)ch->number, beside ? BESIDE : "");
	return store_setting_put(s, S("findings.stamp"), slice_of_str(text), e);
}

static bool
follows(const struct store *s)
{
	return s->columns != NULL && s->columns->keeps && s->columns->h != NULL;
}

/* --- beside the keeper ----------------------------------------------------------------- */

/* For the keeper: which findings, 0 for too many to name; and that the file is not of this state. */
static bool
beside_put(struct store *s, struct err *e)
{
	struct changes *ch = &s->changes;
	struct buf stamp;
	struct stmt *q;
	bool ok;

	buf_init(&stamp, 256);
	ok = stamp_get(s, &stamp, e);
	if (ok && !slice_ends(buf_view(&stamp), S(BESIDE))) {
		buf_str(&stamp, BESIDE);
		ok = store_setting_put(s, S("findings.stamp"), buf_view(&stamp), e);
	}
	buf_fini(&stamp);
	if (!ok || !store_query(s, Q_BESIDE_ADD, "INSERT INTO finding_beside (id) VALUES (?1) ON CONFLICT (id) DO NOTHING", &q, e))
		return false;
	for (size_t i = 0; i < (ch->all ? 1 : ch->count) && ok; i++) {
		stmt_i64(q, 1, ch->all ? 0 : ch->v[i].id);
		ok = stmt_run(q, NULL, e);
	}
	return ok;
}

static bool
beside_read(struct store *s, struct err *e)
{
	struct stmt *q;
	enum step step;

	if (!store_query(s, Q_BESIDE, "SELECT id FROM finding_beside ORDER BY id", &q, e))
		return false;
	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		if (stmt_col_i64(q, 0) == 0)
			store_changes_all(s);
		else
			store_changes(s, stmt_col_i64(q, 0));
	}
	stmt_reset(q);
	return step == STEP_END;
}

/* In a transaction of the keeper: what was changed beside becomes changes of its own. */
static bool
beside_take(struct store *s, struct err *e)
{
	struct changes *ch = &s->changes;
	struct buf stamp;
	char ours[64];
	bool beside, ok;

	buf_init(&stamp, 256);
	ok = stamp_get(s, &stamp, e);
	beside = slice_ends(buf_view(&stamp), S(BESIDE));
	(void)snprintf(ours, sizeof(ours), "%llu.", (unsigned long long)ch->epoch);
	/* Whoever wrote without a word changed nobody knows what. */
	if (ok && ch->have && follows(s) && !slice_starts(buf_view(&stamp), slice_of_str(ours)))
		store_changes_all(s);
	buf_fini(&stamp);
	return ok && (!beside || ((!follows(s) || beside_read(s, e)) && db_exec(s->db, "DELETE FROM finding_beside", e)));
}

void
store_columns_beside(struct store *s)
{
	s->changes.beside = true;
}

/* Was something changed beside? Then it is taken now. */
static bool
beside_look(struct store *s, struct err *e)
{
	bool beside;

	if (!stamp_beside(s, &beside, e))
		return false;
	if (!beside)
		return true;
	if (!db_begin(s->db, e))
		return false;
	s->changes.any = true;
	return db_commit(s->db, e);
}

static bool
before_commit(void *cookie, struct err *e)
{
	struct store *s = cookie;

	if (!s->changes.any)
		return true;
	if (s->changes.beside)
		return beside_put(s, e);
	if (!beside_take(s, e) || !stamp_put(s, false, e))
		return false;
	if (follows(s) && !s->columns->building) {
		set_log(s->columns, &s->changes);
		s->changes.logged = true;
	}
	return true;
}

/* What there is cannot be relied on: it is made again. */
static void
lost(struct columns *c)
{
	if (c->h != NULL) {
		atomic_store(&c->h->gone, 1);
		(void)unlink(c->building ? c->part : c->path);
	}
	columns_unmap(c);
}

static void
failed(struct columns *c, const struct err *e)
{
	log_warn("columns.failed", "reason=%s cause=%s", LOG_TEXT(e->text), LOG_TEXT(e->cause));
	lost(c);
	c->failed_ns = clock_mono_ns();
}

static void
committed(struct store *s)
{
	struct columns *c = s->columns;
	struct err e = ERR_INIT;

	if (s->changes.all) {
		lost(c);
		return;
	}
	atomic_store(&c->h->applying, s->changes.number);
	atomic_thread_fence(memory_order_seq_cst);
	if (columns_apply(s, &e))
		atomic_store(&c->h->applied, s->changes.number);
	else
		failed(c, &e);
}

/* It was not to be: none of them changed. */
static void
rolled_back(struct store *s)
{
	struct columns_header *h = s->columns->h;

	atomic_store(&h->sets[s->changes.number % COLUMNS_SETS].count, 0);
	atomic_store(&h->applying, s->changes.number);
	atomic_store(&h->applied, s->changes.number);
}

static void
after(void *cookie, bool done)
{
	struct store *s = cookie;

	if (s->changes.any && follows(s)) {
		if (done)
			committed(s);
		else if (s->changes.logged)
			rolled_back(s);
	}
	notes_clear(&s->changes);
}

void
changes_init(struct store *s)
{
	db_watch(s->db, &(struct db_watch){ before_commit, after, s });
}

void
changes_fini(struct store *s)
{
	free(s->changes.v);
	s->changes = (struct changes){ .any = false };
	if (s->columns != NULL)
		columns_settle(s->columns);
	columns_free(&s->columns);
}

/* --- beginning, and making it ------------------------------------------------------- */

void
store_columns_open(struct store *s, const char *dir)
{
	columns_free(&s->columns);
	s->columns = columns_new(dir);
}

/* A number that no other process, and no copy of this database, has given. Word from beside is kept. */
static bool
stamp_fresh(struct store *s, struct err *e)
{
	struct columns_header *h = s->columns->h;
	bool beside = false;

	s->changes.have = false;
	if (!db_begin(s->db, e))
		return false;
	if (!stamp_beside(s, &beside, e) || !stamp_put(s, beside, e)) {
		store_rollback(s);
		return false;
	}
	if (!db_commit(s->db, e))
		return false;
	atomic_store(&h->epoch, s->changes.epoch);
	atomic_store(&h->logged, s->changes.number);
	atomic_store(&h->applying, s->changes.number);
	atomic_store(&h->applied, s->changes.number);
	return true;
}

/* Is the file of the database's state, but for what was changed beside since? */
static bool
stamp_is(struct store *s, bool beside_too, bool *is_out, struct err *e)
{
	struct columns_header *h = s->columns->h;
	uint64_t number = atomic_load(&h->applied);
	struct buf stamp;
	struct slice value;
	char text[64];
	bool ok;

	(void)snprintf(text, sizeof(text), "%llu.%llu", (unsigned long long)atomic_load(&h->epoch), (unsigned long long)number);
	buf_init(&stamp, 256);
	ok = stamp_get(s, &stamp, e);
	value = buf_view(&stamp);
	if (beside_too && slice_ends(value, S(BESIDE)))
		value = slice_sub(value, 0, value.len - 1);
	*is_out = ok && slice_eq(value, slice_of_str(text)) && atomic_load(&h->applying) == number && atomic_load(&h->logged) == number;
	buf_fini(&stamp);
	return ok;
}

bool
store_columns_keep(struct store *s, struct err *e)
{
	struct columns *c = s->columns;
	bool is = false;

	columns_unmap(c);
	c->keeps = true;
	(void)unlink(c->part);
	if (!columns_look(c))
		return true;
	if (!stamp_is(s, true, &is, e))
		return false;
	if (!is) {
		lost(c);
		return true;
	}
	/* From here on it counts on this boot alone, until it is closed in order. */
	memcpy(c->h->boot, c->boot, 16);
	atomic_store(&c->h->clean, 0);
	(void)msync(c->h, 4096, MS_SYNC);
	return stamp_fresh(s, e) && beside_look(s, e);
}

bool
store_columns_good(struct store *s)
{
	struct err e = ERR_INIT;
	bool is = false;

	return s->columns != NULL && columns_look(s->columns) && stamp_is(s, false, &is, &e) && is;
}

static bool
make_begin(struct store *s, uint64_t least, struct err *e)
{
	struct columns *c = s->columns;
	int64_t n = 0;

	if (c->failed_ns != 0 && clock_mono_ns() - c->failed_ns < AGAIN_NS)
		return true;
	if (!db_number(s->db, "SELECT coalesce(sum(findings), 0) FROM finding_tally", &n, e))
		return false;
	if (n < 0 || (uint64_t)n < least)
		return true;
	if (!columns_make(c, (uint64_t)n + (uint64_t)n / 4 + COLUMNS_SPARE, ((uint64_t)1 << 20) + (uint64_t)n * 4, e)) {
		failed(c, e);
		*e = (struct err)ERR_INIT;
		return true;
	}
	c->building = true;
	c->built = -1;
	return true;
}

/* The next findings; *end_out: those were all. */
static bool
make_slice(struct store *s, bool *end_out, struct err *e)
{
	struct columns *c = s->columns;
	struct stmt *q;
	enum step step = STEP_FAIL;
	int64_t n = 0, id = 0;
	bool ok = true;

	if (!store_query(s, Q_COLUMNS_SLICE, COLUMNS_ROW " WHERE id > ?1 ORDER BY id LIMIT ?2", &q, e))
		return false;
	stmt_i64(q, 1, c->built);
	stmt_i64(q, 2, SLICE_ROWS);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		id = stmt_col_i64(q, 0);
		ok = columns_row_put(c, q, e);
		n++;
	}
	stmt_reset(q);
	if (n > 0)
		c->built = id;
	*end_out = n < SLICE_ROWS;
	return ok && step != STEP_FAIL;
}

bool
store_columns_work(struct store *s, uint64_t least, bool *more_out, struct err *e)
{
	struct columns *c = s->columns;
	bool end = false;

	*more_out = false;
	if (c == NULL || !c->keeps)
		return true;
	if (c->h != NULL && !c->building)
		return beside_look(s, e);
	if (c->h == NULL && !make_begin(s, least, e))
		return false;
	if (c->h == NULL)
		return true;
	if (!make_slice(s, &end, e)) {
		/* The room, or the database: the next who asks it for something will say which. */
		failed(c, e);
		*e = (struct err)ERR_INIT;
		return true;
	}
	*more_out = !end;
	if (!end)
		return true;
	if (!stamp_fresh(s, e))
		return false;
	if (columns_publish(c, e)) {
		log_info("columns.made", "findings=%llu bytes=%llu", (unsigned long long)atomic_load(&c->h->count), (unsigned long long)c->bytes);
		return true;
	}
	failed(c, e);
	*e = (struct err)ERR_INIT;
	return true;
}
