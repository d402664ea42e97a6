/*
 * stats_sum: counts by day, country, AS, class and feed, for any number of
 * these at one walk over count_day. The sums are made here: of seventy thousand
 * rows the database's own grouping costs six times as much, and the first page
 * asks for four of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "parse/date.h"
#include "store/findings.h"
#include "store/store_room.h"

#define DAY_S 86400
#define SLOTS_FIRST 64 /* a power of two */

struct cell {
	int64_t key;
	uint64_t events, findings;
	bool used;
};

/* What one part has counted: an open hash table by key. */
struct sums {
	struct cell *v;
	size_t cap, count;
	struct cell *last; /* rows of one key tend to follow each other */
};

/* What is counted by, and the column that says it. */
static const struct {
	const char *column;
	int at;
} keys[] = {
	[STATS_DAY] = { "day", 0 },
	[STATS_CLASS] = { "class", 1 },
	[STATS_TAXONOMY] = { "class", 1 },
	[STATS_COUNTRY] = { "country", 2 },
	[STATS_ASN] = { "asn", 3 },
	[STATS_FEED] = { "feed", 4 },
};
#define KEY_COLUMNS 5

/* --- the table -------------------------------------------------------------- */

static void
sums_init(struct sums *t)
{
	*t = (struct sums){ xarray(SLOTS_FIRST, sizeof(*t->v)), SLOTS_FIRST, 0, NULL };
	memset(t->v, 0, t->cap * sizeof(*t->v));
}

static struct cell *
slot_of(const struct sums *t, int64_t key)
{
	/* Rows come in the order of their keys: sixteen neighbours stay together. */
	size_t i = ((size_t)(((uint64_t)key >> 4) * 0x9e3779b97f4a7c15U >> 24) * 16 + (size_t)(key & 15)) & (t->cap - 1);

	while (t->v[i].used && t->v[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->v[i];
}

static void
sums_grow(struct sums *t)
{
	struct sums next = { xarray(t->cap * 2, sizeof(*t->v)), t->cap * 2, t->count, NULL };

	memset(next.v, 0, next.cap * sizeof(*next.v));
	for (size_t i = 0; i < t->cap; i++) {
		if (t->v[i].used)
			*slot_of(&next, t->v[i].key) = t->v[i];
	}
	free(t->v);
	*t = next;
}

static void
sums_add(struct sums *t, int64_t key, uint64_t events, uint64_t findings)
{
	struct cell *x = t->last;

	if (x == NULL || x->key != key)
		x = slot_of(t, key);
	if (!x->used && (t->count + 1) * 4 > t->cap * 3) {
		sums_grow(t);
		x = slot_of(t, key);
	}
	t->count += !x->used;
	*x = (struct cell){ key, x->events + events, x->findings + findings, true };
	t->last = x;
}

/* The cells to the front of the table, which is none any more. */
static void
sums_pack(struct sums *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->cap; i++) {
		if (t->v[i].used)
			t->v[n++] = t->v[i];
	}
	t->last = NULL;
}

/* --- the walk --------------------------------------------------------------- */

static bool
wanted(const struct stats_part *parts, size_t n, int column)
{
	for (size_t i = 0; i < n; i++) {
		if (keys[parts[i].by].at == column)
			return true;
	}
	return false;
}

static bool
walk_prepare(struct store *s, const struct stats_query *q, const struct stats_part *parts,
    size_t n, struct stmt **out, struct err *e)
{
	static const char *const columns[KEY_COLUMNS] = { "day", "class", "country", "asn", "feed" };
	struct buf sql;
	bool ok;

	buf_init(&sql, 16384);
	buf_str(&sql, "SELECT ");
	for (int i = 0; i < KEY_COLUMNS; i++)
		buf_printf(&sql, "%s, ", wanted(parts, n, i) ? columns[i] : "0");
	buf_str(&sql, "events, findings_new FROM count_day WHERE day >= ?1 AND day < ?2");
	if (q->class_type.p != NULL)
		buf_str(&sql, " AND class = ?3");
	if (q->country.p != NULL)
		buf_str(&sql, " AND country = ?4");
	if (q->feed.p != NULL)
		buf_str(&sql, q->feed.len == 0 ? " AND coalesce(feed, 0) = 0" :
			" AND feed = (SELECT id FROM term WHERE text = ?5)");
	if (q->has_asn)
		buf_str(&sql, " AND asn = ?6");
	ok = db_prepare(s->db, buf_cstr(&sql), out, e);
	buf_fini(&sql);
	return ok;
}

static int64_t
day_or(int64_t s, int64_t open)
{
	return s == 0 ? open : s / DAY_S;
}

static bool
walk_bind(struct stmt *st, const struct stats_query *q, struct err *e)
{
	enum class class = CLASS_NONE;

	if (q->class_type.p != NULL) {
		class = class_find(q->class_type);
		if (class == CLASS_NONE)
			return err_set(e, ERR_INPUT,
			    "%s is not a class of RSIT",
			    QUOTE(q->class_type));
		stmt_i64(st, 3, class);
	}
	stmt_i64(st, 1, day_or(q->since_s, INT64_MIN));
	stmt_i64(st, 2, day_or(q->until_s, INT64_MAX));
	if (q->country.p != NULL)
		stmt_text(st, 4, slice_eq(q->country, S("-")) ? S("") : q->country);
	if (q->feed.p != NULL && q->feed.len > 0)
		stmt_text(st, 5, q->feed);
	if (q->has_asn)
		stmt_i64(st, 6, q->asn);
	return true;
}

/* 'E' << 8 | 'S'; 0: unknown. */
static int64_t
country_key(struct slice s)
{
	return s.len == 2 ? (int64_t)s.p[0] << 8 | s.p[1] : 0;
}

static bool
walk(struct stmt *st, const struct stats_part *parts, size_t n, struct sums *sums, struct err *e)
{
	enum step step;

	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		uint64_t events = (uint64_t)stmt_col_i64(st, KEY_COLUMNS);
		uint64_t findings = (uint64_t)stmt_col_i64(st, KEY_COLUMNS + 1);

		for (size_t i = 0; i < n; i++) {
			int at = keys[parts[i].by].at;

			sums_add(&sums[i], parts[i].by == STATS_COUNTRY ? country_key(stmt_col(st, at)) : stmt_col_i64(st, at),
			    events, findings);
		}
	}
	return step == STEP_END;
}

/* --- what is said of it ------------------------------------------------------- */

/* The key of a row as text; mem is for what is printed. */
static bool
key_text(struct store *s, enum stats_by by, int64_t key, char mem[64], struct arena *a,
    struct slice *out, struct err *e)
{
	bool class = key >= 0 && key < CLASS_COUNT;

	*out = S("");
	switch (by) {
	case STATS_DAY:
		*out = slice_of(mem, date_print_day(key * DAY_S, mem));
		return true;
	case STATS_ASN:
		if (key != 0)
			*out = slice_of(mem, (size_t)snprintf(mem, 64, "AS%lld", (long long)key));
		return true;
	case STATS_CLASS:
		if (class)
			*out = class_type((enum class)key);
		return true;
	case STATS_TAXONOMY:
		if (class)
			*out = class_taxonomy((enum class)key);
		return true;
	case STATS_COUNTRY:
		mem[0] = (char)(key >> 8);
		mem[1] = (char)key;
		*out = slice_of(mem, key == 0 ? 0 : 2);
		return true;
	case STATS_FEED:
		if (!term_text(s, key, a, out, e))
			return false;
		*out = out->p == NULL ? S("") : *out;
		return true;
	case STATS_STATE:
		break;
	}
	return true;
}

/* The most events first; then by key, of which a country's is as its text. */
static bool
comes_first(const struct cell *x, const struct cell *y)
{
	return x->events != y->events ? x->events > y->events : x->key < y->key;
}

static int
cell_cmp(const void *a, const void *b)
{
	return comes_first(a, b) ? -1 : comes_first(b, a);
}

static int
day_cmp(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static void
swap(struct cell *x, struct cell *y)
{
	struct cell t = *x;

	*x = *y;
	*y = t;
}

/* The last of them by that order on top of a heap of n. */
static void
sift(struct cell *v, size_t i, size_t n)
{
	for (size_t c = 2 * i + 1; c < n; c = 2 * i + 1) {
		if (c + 1 < n && comes_first(&v[c], &v[c + 1]))
			c++;
		if (!comes_first(&v[i], &v[c]))
			return;
		swap(&v[i], &v[c]);
		i = c;
	}
}

/* The first top of n cells to the front, in order: who wants twenty of seventy thousand need not sort them all. */
static size_t
first_of(struct cell *v, size_t n, size_t top)
{
	if (top == 0 || top > n)
		top = n;
	if (top < n) {
		for (size_t i = top / 2 + 1; i-- > 0;)
			sift(v, i, top);
		for (size_t i = top; i < n; i++) {
			if (comes_first(&v[i], &v[0])) {
				swap(&v[i], &v[0]);
				sift(v, 0, top);
			}
		}
	}
	qsort(v, top, sizeof(*v), cell_cmp);
	return top;
}

/* Classes of one taxonomy are joined: the store knows classes alone. The first class stands for all. */
static size_t
taxonomies(struct cell *v, size_t n)
{
	size_t out = 0, i;

	qsort(v, n, sizeof(*v), day_cmp);
	for (size_t k = 0; k < n; k++) {
		struct cell x = v[k];
		struct slice name = class_taxonomy((enum class)x.key);

		for (i = 0; i < out; i++) {
			if (slice_eq(name, class_taxonomy((enum class)v[i].key)))
				break;
		}
		if (i == out)
			v[out++] = (struct cell){ x.key, 0, 0, true };
		v[i].events += x.events;
		v[i].findings += x.findings;
	}
	return out;
}

struct named {
	struct slice name;
	struct cell cell;
};

static int
named_cmp(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->cell.events != y->cell.events)
		return x->cell.events > y->cell.events ? -1 : 1;
	return slice_cmp(x->name, y->name);
}

static bool
say(struct store *s, const struct stats_part *p, size_t part, const struct cell *x, struct arena *a,
    stats_each_fn each, void *cookie, struct err *e)
{
	struct stats_row row = { .events = x->events, .findings = x->findings };
	char mem[64];

	if (!key_text(s, p->by, x->key, mem, a, &row.key, e))
		return false;
	row.number = p->by == STATS_DAY ? x->key * DAY_S : p->by == STATS_ASN || p->by == STATS_CLASS ? x->key : 0;
	return each(cookie, part, &row, e);
}

/* Feeds have names, which are not in the order of their numbers. */
static bool
say_feeds(struct store *s, const struct stats_part *p, size_t part, const struct sums *t, struct arena *a,
    stats_each_fn each, void *cookie, struct err *e)
{
	struct named *v = xarray(t->count, sizeof(*v));
	char mem[64];
	bool ok = true;

	for (size_t i = 0; i < t->count && ok; i++) {
		v[i].cell = t->v[i];
		ok = key_text(s, STATS_FEED, t->v[i].key, mem, a, &v[i].name, e);
	}
	qsort(v, t->count, sizeof(*v), named_cmp);
	for (size_t i = 0; i < t->count && ok && (p->top == 0 || i < p->top); i++)
		ok = each(cookie, part, &(struct stats_row){ v[i].name, 0, v[i].cell.events, v[i].cell.findings }, e);
	free(v);
	return ok;
}

static bool
say_part(struct store *s, const struct stats_part *p, size_t part, struct sums *t, struct arena *a,
    stats_each_fn each, void *cookie, struct err *e)
{
	size_t from = 0, n;
	bool ok = true;

	sums_pack(t);
	n = t->count;
	if (p->by == STATS_FEED)
		return n == 0 || say_feeds(s, p, part, t, a, each, cookie, e);
	if (p->by == STATS_DAY) {
		/* The latest days are wanted, and in order. */
		qsort(t->v, n, sizeof(*t->v), day_cmp);
		from = p->top != 0 && n > p->top ? n - p->top : 0;
	} else {
		n = first_of(t->v, p->by == STATS_TAXONOMY ? taxonomies(t->v, n) : n, p->top);
	}
	for (size_t i = from; i < n && ok; i++)
		ok = say(s, p, part, &t->v[i], a, each, cookie, e);
	return ok;
}

bool
stats_sums(struct store *s, const struct stats_query *q, const struct stats_part *parts, size_t n,
    stats_each_fn each, void *cookie, struct err *e)
{
	struct sums sums[STATS_PARTS_MAX];
	struct stmt *st = NULL;
	struct arena a;
	bool ok;

	for (size_t i = 0; i < n; i++)
		sums_init(&sums[i]);
	arena_init(&a, (size_t)32 << 20); /* 65,000 feeds of 255 bytes */
	ok = walk_prepare(s, q, parts, n, &st, e) && walk_bind(st, q, e) && walk(st, parts, n, sums, e);
	stmt_free(&st);
	for (size_t i = 0; i < n; i++) {
		ok = ok && say_part(s, &parts[i], i, &sums[i], &a, each, cookie, e);
		free(sums[i].v);
	}
	arena_fini(&a);
	return ok;
}
