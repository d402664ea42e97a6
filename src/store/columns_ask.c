/*
 * columns_ask: what a question of findings finds in the columns. Block by block:
 * what columns_cond.c leaves of it is kept in order or summed.
 *
 * A question begins with a look at the database's stamp, and from then on both
 * it and the database's rows are of one state, d. The columns may be of another:
 * the keeper goes on. What it wrote between the begin of the question, its end
 * and d is told by the ring: those findings are left out here and read from the
 * database instead. So the answer is that of state d, whatever was written.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/columns_cond.h"
#include "store/store_room.h"

#define TRIES 60
#define TRIES_STALE 4 /* of another stamp: that ends soon, or not */
#define WAIT_MS 5
#define AWAY_NS INT64_C(2000000000)
/* More than are asked for are kept, as some may turn out to be of those that are written now. */
#define SPARE 512u
#define TOUCHED_MAX ((size_t)COLUMNS_SET_MAX)
/* A question by id whose page the database finds within so many rows is not for the columns. */
#define WALK_ROWS UINT64_C(30000)
#define NARROW_BITS 116
#define SAMPLE_BLOCKS 48u

struct touched {
	int64_t *v; /* sorted */
	size_t count;
};

/* --- the first ones ------------------------------------------------------------------ */

static int
picked_cmp(const void *a, const void *b)
{
	const struct picked *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

struct best {
	struct picks *out;
	size_t keep; /* so many are looked for */
	struct picked worst; /* none behind it is wanted any more */
	bool full;
};

static void
best_cut(struct best *b)
{
	struct picks *p = b->out;

	if (p->count > 0)
		qsort(p->v, p->count, sizeof(*p->v), picked_cmp);
	if (p->count < b->keep)
		return;
	p->count = b->keep;
	b->worst = p->v[b->keep - 1];
	b->full = true;
}

static void
best_add(struct best *b, struct picked x)
{
	struct picks *p = b->out;

	if (b->full && picked_cmp(&x, &b->worst) >= 0)
		return;
	p->v[p->count++] = x;
	if (p->count == p->cap)
		best_cut(b);
}

static const uint32_t *
order_column(const struct columns *c, enum finding_order order)
{
	switch (order) {
	case FINDING_BY_LAST:
		return col_u32(c, COL_LAST);
	case FINDING_BY_FIRST:
		return col_u32(c, COL_FIRST);
	case FINDING_BY_COUNT:
		return col_u32(c, COL_COUNT);
	case FINDING_BY_ID:
		break;
	}
	return NULL;
}

/* Where the page before ended. */
static struct picked
cursor_of_query(const struct finding_query *q)
{
	int64_t v = q->after_value < 0 ? 0 : q->after_value > UINT32_MAX ? UINT32_MAX : q->after_value;

	return (struct picked){ picked_key(q->order, v), q->after_id };
}

static void
block_pick(const struct columns *c, const struct cond *k, uint64_t at, uint32_t n, struct best *b)
{
	const struct finding_query *q = k->q;
	const uint32_t *order = order_column(c, q->order);
	struct picked after = cursor_of_query(q);
	uint16_t v[BLOCK];
	uint8_t m[BLOCK];
	uint32_t count;

	cond_mask(c, k, at, n, m);
	if (order != NULL) {
		const uint32_t *o = order + at, least = b->full ? UINT32_MAX - b->worst.key : 0;
		uint32_t most = q->after_id != 0 ? UINT32_MAX - after.key : UINT32_MAX;

		NARROW((o[i] >= least) & (o[i] <= most));
	}
	count = cond_chosen(m, v);
	for (uint32_t i = 0; i < count; i++) {
		struct picked x = { order == NULL ? 0 : UINT32_MAX - order[at + v[i]], col_i64(c)[at + v[i]] };

		if (q->after_id == 0 || picked_cmp(&x, &after) > 0)
			best_add(b, x);
	}
}

/*
 * Blocks are taken in an order that has nothing to do with that of their
 * findings: the first of a sorted column would each be better than all before.
 */
static uint64_t
stride_of(uint64_t blocks)
{
	uint64_t stride = blocks * 618 / 1000 | 1, a, b;

	for (;; stride += 2) {
		for (a = stride, b = blocks; b != 0;) {
			uint64_t rest = a % b;

			a = b;
			b = rest;
		}
		if (a == 1)
			return stride;
	}
}

static uint32_t
block_rows(uint64_t rows, uint64_t block)
{
	uint64_t left = rows - block * BLOCK;

	return left < BLOCK ? (uint32_t)left : BLOCK;
}

static void
scan_pick(const struct columns *c, const struct cond *k, uint64_t rows, struct best *b)
{
	uint64_t blocks = (rows + BLOCK - 1) / BLOCK, stride = blocks == 0 ? 1 : stride_of(blocks);

	for (uint64_t i = 0, at = 0; i < blocks; i++, at = (at + stride) % blocks)
		block_pick(c, k, at * BLOCK, block_rows(rows, at), b);
	best_cut(b);
}

/* --- sums ------------------------------------------------------------------------------ */

static void
sum_slot(const struct columns *c, uint32_t now_s, uint64_t at, struct finding_sum *out)
{
	unsigned state = c->at[COL_STATE][at] & STATE_BITS;

	if (now_s != 0 && col_u32(c, COL_QUIET)[at] <= now_s)
		state = FINDING_RESOLVED;
	if (state >= FINDING_STATE_COUNT)
		return;
	out->findings[state]++;
	out->events[state] += col_u32(c, COL_COUNT)[at];
	if ((int64_t)col_u32(c, COL_LAST)[at] > out->last_s)
		out->last_s = col_u32(c, COL_LAST)[at];
}

static bool
touched_has(const struct touched *t, int64_t id)
{
	size_t lo = 0, hi = t->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->v[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->count && t->v[lo] == id;
}

static void
scan_sum(const struct columns *c, const struct cond *k, uint64_t rows, const struct touched *t, size_t limit, struct finding_sum *out)
{
	uint16_t v[BLOCK];
	uint8_t m[BLOCK];

	for (uint64_t at = 0; at < rows && (limit == 0 || out->total < limit); at += BLOCK) {
		uint32_t count;

		cond_mask(c, k, at, block_rows(rows, at / BLOCK), m);
		count = cond_chosen(m, v);
		if (limit != 0 && t->count == 0) {
			out->total += count;
			continue;
		}
		for (uint32_t i = 0; i < count; i++) {
			if (t->count > 0 && touched_has(t, col_i64(c)[at + v[i]]))
				continue;
			out->total++;
			sum_slot(c, k->now_s, at + v[i], out);
		}
	}
}

/* --- what is being written --------------------------------------------------------------- */

static int
id_cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The ids of one transaction, behind those in t. False: they are not to be had any more. */
static bool
set_read(const struct columns *c, uint64_t number, struct touched *t)
{
	struct columns_header *h = c->h;
	struct columns_set *set = &h->sets[number % COLUMNS_SETS];
	uint64_t from = atomic_load(&set->from), count = atomic_load(&set->count);

	if (atomic_load(&set->number) != number || count == COLUMNS_BIG || count > TOUCHED_MAX - t->count)
		return false;
	for (uint64_t i = 0; i < count; i++)
		t->v[t->count++] = ((const _Atomic int64_t *)(const void *)c->at[COL_RING])[(from + i) % COLUMNS_RING];
	return atomic_load(&set->number) == number && atomic_load(&h->ring_at) - from <= COLUMNS_RING;
}

/* Those of all transactions behind `from` up to `to`, and of the one that is open here. */
static bool
touched_read(const struct store *s, uint64_t from, uint64_t to, struct touched *t)
{
	const struct changes *ch = &s->changes;
	size_t n = 0;

	t->count = 0;
	if (to - from >= COLUMNS_SETS)
		return false;
	if (t->v == NULL && (to > from || ch->count > 0))
		t->v = xarray(TOUCHED_MAX, sizeof(*t->v));
	for (size_t i = 0; i < ch->count; i++)
		t->v[t->count++] = ch->v[i].id;
	for (uint64_t i = from + 1; i <= to; i++) {
		if (!set_read(s->columns, i, t))
			return false;
	}
	if (t->count > 1)
		qsort(t->v, t->count, sizeof(*t->v), id_cmp);
	for (size_t i = 0; i < t->count; i++) {
		if (n == 0 || t->v[n - 1] != t->v[i])
			t->v[n++] = t->v[i];
	}
	t->count = n;
	return true;
}

/* --- one state of both --------------------------------------------------------------------- */

/* The database's stamp; the statement stays open, so that the database stays as it is. */
static bool
hold(struct store *s, struct stmt **q, uint64_t *epoch, uint64_t *number, struct err *e)
{
	struct slice text, head;

	*epoch = *number = 0;
	if (*q == NULL && !db_prepare(s->db, "SELECT value FROM setting WHERE key = 'findings.stamp'", q, e))
		return false;
	switch (stmt_step(*q, e)) {
	case STEP_ITEM:
		text = stmt_col(*q, 0);
		if (!slice_cut(&text, '.', &head) || !slice_u64(head, epoch) || !slice_u64(text, number))
			*number = 0;
		return true;
	case STEP_END:
		return true;
	case STEP_FAIL:
	case STEP_BAD:
		break;
	}
	return false;
}

struct asked {
	struct store *s;
	const struct finding_query *q;
	columns_row_fn look;
	void *cookie;
	struct picks *picks; /* or */
	struct finding_sum *sum;
	size_t limit;
	struct stmt *hold;
	struct touched touched;
};

enum try { TRY_DONE, TRY_AGAIN, TRY_STALE, TRY_NOT, TRY_FAIL };

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* How many rows the database would look at to find the page, as far as a sample tells. */
static bool
dense(const struct columns *c, const struct cond *k, uint64_t rows, size_t limit)
{
	uint64_t blocks = (rows + BLOCK - 1) / BLOCK, step = blocks / SAMPLE_BLOCKS + 1, looked = 0, found = 0;
	uint8_t m[BLOCK];

	for (uint64_t b = 0; b < blocks; b += step) {
		uint32_t n = block_rows(rows, b);

		cond_mask(c, k, b * BLOCK, n, m);
		looked += n;
		for (uint32_t i = 0; i < n; i++)
			found += m[i];
	}
	return found > 0 && looked / found <= WALK_ROWS / limit;
}

static void
picks_room(struct picks *p, size_t n)
{
	if (p->cap < n) {
		p->v = xrealloc(p->v, n * sizeof(*p->v));
		p->cap = n;
	}
	p->count = 0;
}

/* Those that are written just now out of the picks, and in again as the database has them. */
static enum try
picks_mend(struct asked *a, bool full, struct err *e)
{
	struct picks *p = a->picks;
	const struct touched *t = &a->touched;
	struct picked after = cursor_of_query(a->q);
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (!touched_has(t, p->v[i].id))
			p->v[n++] = p->v[i];
	}
	if (full && n < a->limit)
		return TRY_AGAIN;
	picks_room(p, n + t->count);
	p->count = n;
	for (size_t i = 0; i < t->count; i++) {
		struct finding_row row;
		struct picked x = { 0, t->v[i] };
		enum step step = a->look(a->cookie, t->v[i], &row, e);

		if (step == STEP_FAIL)
			return TRY_FAIL;
		if (step != STEP_ITEM)
			continue;
		if (finding_order_value(a->q->order, &row) >= UINT32_MAX)
			return TRY_NOT;
		x.key = picked_key(a->q->order, finding_order_value(a->q->order, &row));
		if (a->q->after_id == 0 || picked_cmp(&x, &after) > 0)
			p->v[p->count++] = x;
	}
	qsort(p->v, p->count, sizeof(*p->v), picked_cmp);
	return TRY_DONE;
}

static enum try
pick_once(struct asked *a, const struct cond *k, uint64_t from, uint64_t d, struct err *e)
{
	const struct columns *c = a->s->columns;
	struct best b = { .out = a->picks, .keep = a->limit + SPARE };
	uint64_t rows = columns_rows(c);
	enum try got = TRY_DONE;

	if (a->q->order == FINDING_BY_ID && !k->none && dense(c, k, rows, a->limit))
		return TRY_NOT;
	picks_room(a->picks, b.keep + larger(b.keep, 4096));
	scan_pick(c, k, rows, &b);
	atomic_thread_fence(memory_order_seq_cst);
	if (!touched_read(a->s, from, larger(d, atomic_load(&c->h->applying)), &a->touched))
		return TRY_AGAIN;
	if (a->touched.count > 0)
		got = picks_mend(a, b.full, e);
	if (a->picks->count > a->limit)
		a->picks->count = a->limit;
	return got;
}

static enum try
sum_touched(struct asked *a, struct err *e)
{
	for (size_t i = 0; i < a->touched.count; i++) {
		struct finding_row row;
		enum step step = a->look(a->cookie, a->touched.v[i], &row, e);

		if (step == STEP_FAIL)
			return TRY_FAIL;
		if (step != STEP_ITEM)
			continue;
		a->sum->total++;
		a->sum->findings[row.state]++;
		a->sum->events[row.state] += row.count;
		a->sum->last_s = row.last_s > a->sum->last_s ? row.last_s : a->sum->last_s;
	}
	return TRY_DONE;
}

static enum try
sum_once(struct asked *a, const struct cond *k, uint64_t from, uint64_t d, struct err *e)
{
	const struct columns *c = a->s->columns;
	uint64_t to = larger(d, atomic_load(&c->h->applying)), end;
	enum try got = TRY_DONE;

	*a->sum = (struct finding_sum){ 0 };
	if (!touched_read(a->s, from, to, &a->touched))
		return TRY_AGAIN;
	scan_sum(c, k, columns_rows(c), &a->touched, a->limit, a->sum);
	atomic_thread_fence(memory_order_seq_cst);
	end = atomic_load(&c->h->applying);
	/* Another came meanwhile: what was summed may be of before or after it. */
	if (end > to)
		return TRY_AGAIN;
	if (a->limit == 0 || a->sum->total < a->limit)
		got = sum_touched(a, e);
	if (a->limit != 0 && a->sum->total > a->limit)
		a->sum->total = a->limit;
	return got;
}

static enum try
ask_once(struct asked *a, struct err *e)
{
	struct columns *c = a->s->columns;
	uint64_t epoch, d, applied;
	struct cond k;
	enum try got = TRY_FAIL;

	if (!columns_look(c))
		return TRY_NOT;
	if (!hold(a->s, &a->hold, &epoch, &d, e))
		return TRY_FAIL;
	if (d == 0)
		return TRY_NOT;
	/* The keeper may be about to begin with a new one. */
	if (atomic_load(&c->h->epoch) != epoch)
		return TRY_STALE;
	if (atomic_load(&c->h->saturated) != 0 && (a->sum != NULL || a->q->order == FINDING_BY_COUNT))
		return TRY_NOT;
	applied = atomic_load(&c->h->applied);
	if (d > atomic_load(&c->h->logged))
		return TRY_NOT;
	if (cond_make(a->s, a->q, &k, e))
		got = a->sum != NULL ? sum_once(a, &k, d < applied ? d : applied, d, e) : pick_once(a, &k, d < applied ? d : applied, d, e);
	cond_fini(&k);
	/* What was mapped may have been given up while it was read. */
	return got == TRY_DONE && atomic_load(&c->h->gone) != 0 ? TRY_AGAIN : got;
}

/* False and no error: it is for the database. */
static bool
ask(struct asked *a, bool *used_out, struct err *e)
{
	enum try got = TRY_AGAIN;

	for (unsigned i = 0; got == TRY_AGAIN ? i < TRIES : got == TRY_STALE && i < TRIES_STALE; i++) {
		if (i > 0) {
			stmt_reset(a->hold);
			(void)poll(NULL, 0, WAIT_MS);
		}
		got = ask_once(a, e);
	}
	free(a->touched.v);
	if (got == TRY_AGAIN)
		a->s->columns->away_ns = clock_mono_ns() + AWAY_NS;
	*used_out = got == TRY_DONE;
	a->s->columns->answered += *used_out;
	return got != TRY_FAIL;
}

bool
finding_prefix_narrow(const struct prefix *p)
{
	return ip_is_v4(p->ip) && p->bits >= NARROW_BITS;
}

static bool
filters(const struct finding_query *q)
{
	return q->class_type.p != NULL || q->taxonomy.p != NULL || q->country.p != NULL || q->has_asn || q->has_prefix || q->states != 0 || q->due ||
	    q->since_s != 0 || q->until_s != 0 || q->new_since_s != 0 || q->feed.p != NULL || q->no_feed || q->text.p != NULL || q->report != 0;
}

/* What the open transaction has changed is known, one by one. */
static bool
changes_known(const struct store *s)
{
	const struct columns *c = s->columns;

	return !s->changes.any || (c->keeps && c->h != NULL && !c->building && !s->changes.all && s->changes.count <= TOUCHED_MAX / 2);
}

bool
columns_fit(const struct store *s, const struct finding_query *q)
{
	return s->columns != NULL && (s->columns->away_ns == 0 || clock_mono_ns() > s->columns->away_ns) && changes_known(s) && q->id == 0 && !(q->has_prefix && finding_prefix_narrow(&q->prefix)) && q->report >= 0 && q->report < UINT32_MAX &&
	    (q->text.p == NULL || (q->text.len > 0 && q->text.len <= 256 && slice_find_byte(q->text, 0) == SIZE_MAX));
}

void
picks_fini(struct picks *p)
{
	free(p->v);
	stmt_free(&p->hold);
	*p = (struct picks){ .v = NULL };
}

bool
columns_pick(struct store *s, const struct finding_query *q, columns_row_fn look, void *cookie, struct picks *out, bool *used_out, struct err *e)
{
	struct asked a = { .s = s, .q = q, .look = look, .cookie = cookie, .picks = out, .limit = q->limit };
	bool ok;

	*out = (struct picks){ .v = NULL };
	*used_out = false;
	if (!columns_fit(s, q) || q->limit == 0 || q->limit > COLUMNS_PICKS || (q->order == FINDING_BY_ID && !filters(q)))
		return true;
	ok = ask(&a, used_out, e);
	out->hold = a.hold;
	if (!ok || !*used_out)
		picks_fini(out);
	return ok;
}

bool
columns_sum(struct store *s, const struct finding_query *q, size_t limit, columns_row_fn look, void *cookie, struct finding_sum *out, bool *used_out, struct err *e)
{
	struct asked a = { .s = s, .q = q, .look = look, .cookie = cookie, .sum = out, .limit = limit };
	bool ok;

	*used_out = false;
	if (!columns_fit(s, q))
		return true;
	ok = ask(&a, used_out, e);
	stmt_free(&a.hold);
	return ok;
}
