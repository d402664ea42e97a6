/*
 * columns_keep: how the columns follow the database. What a transaction changes
 * is noted as it is written; before the commit the ids go into the ring, with
 * the stamp into the database; after it the values go into the arrays. A kill
 * in between leaves a file whose number is not the database's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/log.h"
#include "store/columns.h"
#include "store/store_room.h"

/* Of more than so many in one transaction the columns are made again: that is sooner done. */
#define CHANGES_MAX ((size_t)1 << 20)
#define CHANGES_KEPT ((size_t)4096)
#define SLICE_ROWS 8192
#define ROOM_SPARE ((uint64_t)65536)
#define AGAIN_NS INT64_C(600000000000)
#define DAY_S 86400

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

/* --- one row ---------------------------------------------------------------------- */

#define ROW_COLUMNS "SELECT id, class, kind, ip, place, asn, country, first_s, last_s, count, state, state_s, silent_s," \
		    " coalesce(identifier, 0), coalesce(feed, 0), coalesce(label, 0), first_at, last_at FROM finding"

static uint32_t
u32_of(int64_t v)
{
	return v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static uint32_t
report_of(struct slice at)
{
	struct cursor c = cursor_of(at);

	return u32_of((int64_t)(cur_varint(&c) & INT64_MAX));
}

static uint32_t
quiet_of(uint32_t since_s, unsigned class)
{
	return u32_of((int64_t)since_s + (int64_t)class_silence_d((enum class)class) * DAY_S);
}

/* The slot of an id, made if it has none; *new_out says so. Where the room ends, more is made. */
static bool
slot_get(struct columns *c, int64_t id, uint32_t *slot, bool *new_out, struct err *e)
{
	*slot = columns_find(c, id);
	*new_out = *slot == UINT32_MAX;
	if (!*new_out || columns_add(c, id, slot))
		return true;
	return columns_grow(c, c->cap + c->cap / 2 + ROOM_SPARE, c->text_cap, e) &&
	    (columns_add(c, id, slot) || err_set(e, ERR_SYSTEM, "there is no room on the disk for columns of %llu findings", (unsigned long long)c->cap));
}

static bool
name_put(struct columns *c, uint32_t slot, struct slice ip, struct slice place, struct err *e)
{
	struct ip at = { 0, 0 };
	bool has_ip = ip.len == 16;

	if (has_ip)
		at = ip_from_bytes(ip.p);
	if (columns_name_add(c, slot, has_ip, at, place))
		return true;
	return columns_grow(c, c->cap, c->text_cap * 2 + place.len, e) &&
	    (columns_name_add(c, slot, has_ip, at, place) || err_set(e, ERR_SYSTEM, "there is no room on the disk for columns of %llu findings", (unsigned long long)c->cap));
}

static void
count_put(struct columns *c, uint32_t slot, uint64_t count)
{
	if (count >= UINT32_MAX)
		atomic_store(&c->h->saturated, 1);
	col_u32(c, COL_COUNT)[slot] = count >= UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static uint8_t
state_byte(int64_t state, bool host)
{
	return (uint8_t)((unsigned)(state & STATE_BITS) | (host ? STATE_HOST : 0));
}

/* The row that q is at, into its slot. */
static bool
row_put(struct columns *c, struct stmt *q, struct err *e)
{
	int64_t class = stmt_col_i64(q, 1), state = stmt_col_i64(q, 10), last_s = stmt_col_i64(q, 8), state_s = stmt_col_i64(q, 11);
	struct slice ip = stmt_col(q, 3), place = stmt_col(q, 4), country = stmt_col(q, 6), last_at = stmt_col(q, 17);
	bool host = stmt_col_i64(q, 2) == PLACE_IP && ip.p == NULL, new = false;
	uint32_t at;

	if (class < 0 || class >= CLASS_COUNT || state < 0 || state >= FINDING_STATE_COUNT)
		return err_set(e, ERR_SYSTEM, "the database is damaged: a finding's row makes no sense");
	if (!slot_get(c, stmt_col_i64(q, 0), &at, &new, e) || (new && !host && !name_put(c, at, ip, place, e)))
		return false;
	col_u32(c, COL_LAST)[at] = u32_of(last_s);
	col_u32(c, COL_FIRST)[at] = u32_of(stmt_col_i64(q, 7));
	count_put(c, at, (uint64_t)stmt_col_i64(q, 9));
	col_u32(c, COL_QUIET)[at] = u32_of(silence_moment((enum finding_state)state, state_s, last_s, (enum class)class));
	col_u32(c, COL_ASN)[at] = u32_of(stmt_col_i64(q, 5));
	col_u32(c, COL_IDENTIFIER)[at] = u32_of(stmt_col_i64(q, 13));
	col_u32(c, COL_FEED)[at] = u32_of(stmt_col_i64(q, 14));
	col_u32(c, COL_LABEL)[at] = u32_of(stmt_col_i64(q, 15));
	col_u32(c, COL_FIRST_AT)[at] = report_of(stmt_col(q, 16));
	col_u32(c, COL_LAST_AT)[at] = report_of(last_at.p == NULL ? stmt_col(q, 16) : last_at);
	col_u16(c, COL_COUNTRY)[at] = (uint16_t)(country.len == 2 ? country.p[0] << 8 | country.p[1] : 0);
	c->at[COL_CLASS][at] = (uint8_t)class;
	/* The state last: before it the slot of a new one counts as empty. */
	c->at[COL_STATE][at] = state_byte(stmt_col_null(q, 12) ? state : FINDING_RESOLVED, host);
	return true;
}

/* As it is in the database now: it may be gone. */
static bool
row_read(struct store *s, int64_t id, struct err *e)
{
	struct columns *c = s->columns;
	struct stmt *q;
	enum step step;
	bool ok = true;

	if (!store_query(s, Q_COLUMNS_ROW, ROW_COLUMNS " WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		ok = row_put(c, q, e);
	stmt_reset(q);
	if (step == STEP_END && columns_find(c, id) != UINT32_MAX)
		c->at[COL_STATE][columns_find(c, id)] = STATE_DEAD;
	return ok && step != STEP_FAIL;
}

/* --- what a transaction changed ---------------------------------------------------- */

static bool
apply_new(struct columns *c, const struct change *x, uint32_t at, struct err *e)
{
	bool new;

	if (at == UINT32_MAX && !slot_get(c, x->id, &at, &new, e))
		return false;
	col_u32(c, COL_LAST)[at] = x->last_s;
	col_u32(c, COL_FIRST)[at] = x->first_s;
	count_put(c, at, x->count);
	col_u32(c, COL_QUIET)[at] = quiet_of(x->state_s > x->last_s ? x->state_s : x->last_s, x->class);
	col_u32(c, COL_ASN)[at] = x->asn;
	col_u32(c, COL_IDENTIFIER)[at] = x->identifier;
	col_u32(c, COL_FEED)[at] = x->feed;
	col_u32(c, COL_LABEL)[at] = x->label;
	col_u32(c, COL_FIRST_AT)[at] = col_u32(c, COL_LAST_AT)[at] = x->report;
	col_u16(c, COL_COUNTRY)[at] = x->country;
	c->at[COL_CLASS][at] = x->class;
	c->at[COL_STATE][at] = state_byte(x->state, true);
	return true;
}

/* As quiet_sql in batch_flush.c has it. */
static void
apply_seen(struct columns *c, const struct change *x, uint32_t at)
{
	uint32_t *last_s = &col_u32(c, COL_LAST)[at], *quiet_s = &col_u32(c, COL_QUIET)[at];
	/* It was quiet from the later of its last event and its reopening; so it is now. */
	uint32_t quiet = quiet_of(x->last_s, c->at[COL_CLASS][at] < CLASS_COUNT ? c->at[COL_CLASS][at] : 0);

	count_put(c, at, (uint64_t)col_u32(c, COL_COUNT)[at] + x->count);
	*quiet_s = quiet > *quiet_s ? quiet : *quiet_s;
	if (x->last_s < *last_s)
		return;
	*last_s = x->last_s;
	col_u32(c, COL_ASN)[at] = x->asn;
	col_u32(c, COL_FEED)[at] = x->feed;
	col_u32(c, COL_LABEL)[at] = x->label;
	col_u32(c, COL_LAST_AT)[at] = x->report;
}

/* What is known goes first: what is read afterwards is the last word. */
static bool
apply(struct store *s, struct err *e)
{
	struct changes *ch = &s->changes;
	struct columns *c = s->columns;
	size_t read = 0;
	bool ok = true;

	for (size_t i = 0; i < ch->count && ok; i++) {
		struct change *x = &ch->v[i];
		uint32_t at;

		if (i + 12 < ch->count)
			__builtin_prefetch(columns_hint(c, ch->v[i + 12].id));
		if (x->kind == CHANGE_READ) {
			read++;
			continue;
		}
		at = columns_find(c, x->id);
		if (x->kind == CHANGE_ADD) {
			ok = apply_new(c, x, at, e);
		} else if (at != UINT32_MAX) {
			apply_seen(c, x, at);
		} else {
			x->kind = CHANGE_READ;
			read++;
		}
	}
	for (size_t i = 0; i < ch->count && read > 0 && ok; i++) {
		if (ch->v[i].kind == CHANGE_READ)
			ok = row_read(s, ch->v[i].id, e);
	}
	return ok;
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
	if (apply(s, &e))
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
	if (!columns_make(c, (uint64_t)n + (uint64_t)n / 4 + ROOM_SPARE, ((uint64_t)1 << 20) + (uint64_t)n * 4, e)) {
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

	if (!store_query(s, Q_COLUMNS_SLICE, ROW_COLUMNS " WHERE id > ?1 ORDER BY id LIMIT ?2", &q, e))
		return false;
	stmt_i64(q, 1, c->built);
	stmt_i64(q, 2, SLICE_ROWS);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		id = stmt_col_i64(q, 0);
		ok = row_put(c, q, e);
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
