/*
 * indicator_series: how it is decided. A pattern is written out when it is read:
 * OR becomes a list of ways, REPEATS of one observation a number, REPEATS of more
 * than one observation copies. What is left of a way is a tree of AND and
 * FOLLOWEDBY over cells; a cell wants `need` events that met one of its leaves.
 *
 * WITHIN is decided by trying each moment as the first, FOLLOWEDBY by trying each
 * moment as the border between two parts: then each cell has a span of time, and
 * whether events can be shared out among cells so that none is used twice is a
 * matching in a graph (augmenting paths). Spans that hold too few events are
 * passed over before anything is tried in them.
 */
#include "model/indicator_series.h"

#include <string.h>

#define MOMENT_BYTES 6
#define FOREVER INT64_C(0x7fffffffffff)

struct node {
	enum pattern_join join; /* LEAF: a cell */
	uint16_t accept;
	uint32_t need;
	int64_t within; /* -1: any */
	int64_t from, to; /* START and STOP, in seconds, both inclusive */
	struct node **parts;
	size_t count;
};

/* A way, written out from its root on: a part lies behind what it is part of. */
struct part {
	const struct node *node;
	int32_t parent; /* -1: the root */
	bool last; /* of its parent's parts */
	uint32_t end; /* the first that is not below it */
	uint32_t need; /* of all cells below it */
};

struct way {
	struct part v[SERIES_PARTS_MAX];
	size_t n;
};

struct series {
	struct way ways[SERIES_WAYS_MAX];
	size_t n;
};

/* --- from a pattern --------------------------------------------------------- */

struct ways {
	struct node *v[SERIES_WAYS_MAX];
	size_t n;
};

struct making {
	struct arena *a;
	unsigned leaves;
	bool failed;
};

static struct node *
node_new(struct making *m, enum pattern_join join, size_t parts)
{
	struct node *x = arena_alloc(m->a, sizeof(*x));
	struct node **v = parts == 0 ? NULL : arena_alloc(m->a, parts * sizeof(*v)); /* NOLINT(bugprone-sizeof-expression) */

	if (x == NULL || (parts > 0 && v == NULL)) {
		m->failed = true;
		return NULL;
	}
	*x = (struct node){ .join = join, .within = -1, .from = -FOREVER, .to = FOREVER, .parts = v };
	return x;
}

static void
way_add(struct making *m, struct ways *w, struct node *x)
{
	if (x == NULL || w->n == SERIES_WAYS_MAX)
		m->failed = true;
	else
		w->v[w->n++] = x;
}

/* Seconds of a moment, to the next whole one. */
static int64_t
second_of(int64_t us)
{
	return us / 1000000 + (us % 1000000 > 0);
}

static bool
is_free(const struct node *x)
{
	return x->within < 0 && x->from == -FOREVER && x->to == FOREVER;
}

/* x under what its qualifiers say of time; what it says itself stays beside it. */
static struct node *
timed(struct making *m, struct node *x, const struct pattern_watch *w, bool within)
{
	struct node *out;

	/* One event is within any time. */
	within = within && x != NULL && !(x->join == PATTERN_LEAF && x->need == 1);
	if (x == NULL || (!w->bounded && !(within && w->within_s > 0)))
		return x;
	out = node_new(m, PATTERN_AND, 1);
	if (out == NULL)
		return NULL;
	/* A cell has no parts to be beside. */
	if (is_free(x))
		*out = *x;
	else
		out->parts[out->count++] = x;
	if (within && w->within_s > 0)
		out->within = w->within_s >= (double)FOREVER ? FOREVER : (int64_t)w->within_s;
	if (w->bounded) {
		out->from = second_of(w->start_us);
		out->to = second_of(w->stop_us) - 1;
	}
	return out;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as a pattern may be (parse/pattern.h), and its repetitions are bounded */
static void ways_of(struct making *m, const struct pattern_watch *w, struct ways *out);

/* One choice of each list after the other, all of them: head has the parts so far. */
static void
product(struct making *m, enum pattern_join join, const struct ways *lists, size_t count, size_t at, struct node **chosen, struct ways *out)
{
	struct node *x;

	if (m->failed)
		return;
	if (at < count) {
		for (size_t i = 0; i < lists[at].n; i++) {
			chosen[at] = lists[at].v[i];
			product(m, join, lists, count, at + 1, chosen, out);
		}
		return;
	}
	x = node_new(m, join, count);
	for (size_t i = 0; x != NULL && i < count; i++)
		x->parts[x->count++] = chosen[i];
	way_add(m, out, x);
}

static void
join_of(struct making *m, const struct pattern_watch *w, struct ways *out)
{
	struct ways lists[SERIES_LEAVES_MAX] = { { .n = 0 } };
	struct node *chosen[SERIES_LEAVES_MAX];
	size_t n = 0;

	for (const struct pattern_watch *i = w->first; i != NULL && !m->failed; i = i->next) {
		if (n == SERIES_LEAVES_MAX)
			m->failed = true;
		else
			ways_of(m, i, &lists[n++]);
	}
	if (n == 1 && !m->failed)
		*out = lists[0];
	else
		product(m, w->join, lists, n, 0, chosen, out);
}

static bool
is_plain_cell(const struct node *x)
{
	return x->join == PATTERN_LEAF && is_free(x) && x->need == 1;
}

/* Ways that are one observation each are one: whichever of them is met. */
static void
either_of(struct making *m, const struct pattern_watch *w, struct ways *out)
{
	struct node *plain = NULL;

	for (const struct pattern_watch *i = w->first; i != NULL && !m->failed; i = i->next) {
		struct ways one = { .n = 0 };

		ways_of(m, i, &one);
		for (size_t k = 0; k < one.n && !m->failed; k++) {
			if (is_plain_cell(one.v[k]) && plain != NULL) {
				plain->accept |= one.v[k]->accept;
				continue;
			}
			if (is_plain_cell(one.v[k]))
				plain = one.v[k];
			way_add(m, out, one.v[k]);
		}
	}
}

/* So many of them, each by one of the ways. The same choice in another order is the same. */
static void
copies(struct making *m, const struct ways *one, size_t times, size_t from, struct node **chosen, size_t at, struct ways *out)
{
	struct node *x;

	if (m->failed)
		return;
	if (at < times) {
		for (size_t i = from; i < one->n; i++) {
			chosen[at] = one->v[i];
			copies(m, one, times, i, chosen, at + 1, out);
		}
		return;
	}
	x = node_new(m, PATTERN_AND, times);
	for (size_t i = 0; x != NULL && i < times; i++)
		x->parts[x->count++] = chosen[i];
	way_add(m, out, x);
}

static void
repeated(struct making *m, struct ways *w, int64_t times)
{
	struct node *chosen[SERIES_PARTS_MAX];
	struct ways out = { .n = 0 };

	if (m->failed || times <= 1)
		return;
	if (times > SERIES_NEED_MAX) {
		m->failed = true;
	} else if (w->n == 1 && w->v[0]->join == PATTERN_LEAF && w->v[0]->within < 0) {
		w->v[0]->need *= (uint32_t)times;
		m->failed = w->v[0]->need > SERIES_NEED_MAX;
	} else if (times >= SERIES_PARTS_MAX) {
		m->failed = true;
	} else {
		copies(m, w, (size_t)times, 0, chosen, 0, &out);
		*w = out;
	}
}

static void
ways_of(struct making *m, const struct pattern_watch *w, struct ways *out)
{
	struct node *x;

	if (w->expr != NULL) {
		x = node_new(m, PATTERN_LEAF, 0);
		if (x != NULL && m->leaves < SERIES_LEAVES_MAX) {
			x->accept = (uint16_t)(1u << m->leaves++);
			x->need = 1;
			way_add(m, out, x);
		} else {
			m->failed = true;
		}
	} else if (w->join == PATTERN_OR) {
		either_of(m, w, out);
	} else {
		join_of(m, w, out);
	}
	/* "WITHIN 5 SECONDS REPEATS 3 TIMES": each of them, not all together. */
	for (size_t i = 0; w->within_each && i < out->n; i++)
		out->v[i] = timed(m, out->v[i], &(struct pattern_watch){ .within_s = w->within_s }, true);
	repeated(m, out, w->repeats);
	for (size_t i = 0; i < out->n && !m->failed; i++)
		out->v[i] = timed(m, out->v[i], w, !w->within_each);
}

static void
write_out(struct making *m, struct way *way, const struct node *x, int32_t parent, bool last)
{
	size_t at = way->n;

	if (m->failed || at == SERIES_PARTS_MAX) {
		m->failed = true;
		return;
	}
	way->v[way->n++] = (struct part){ .node = x, .parent = parent, .last = last, .need = x->need };
	for (size_t i = 0; i < x->count && !m->failed; i++) {
		size_t child = way->n;

		write_out(m, way, x->parts[i], (int32_t)at, i + 1 == x->count);
		way->v[at].need += m->failed ? 0 : way->v[child].need;
	}
	way->v[at].end = (uint32_t)way->n;
	if (way->v[at].need > SERIES_NEED_MAX)
		m->failed = true;
}
/* NOLINTEND(misc-no-recursion) */

bool
series_new(const struct pattern *p, struct arena *a, struct series **out)
{
	struct making m = { .a = a };
	struct ways w = { .n = 0 };
	struct series *s;

	*out = NULL;
	if (p->leaves > SERIES_LEAVES_MAX)
		return false;
	ways_of(&m, p->root, &w);
	s = m.failed ? NULL : arena_alloc(a, sizeof(*s));
	if (s == NULL)
		return false;
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < w.n && !m.failed; i++)
		write_out(&m, &s->ways[s->n++], w.v[i], -1, true);
	if (m.failed || s->n == 0)
		return false;
	*out = s;
	return true;
}

/* --- deciding ------------------------------------------------------------------ */

struct deciding {
	const struct way *way;
	const struct series_moment *v;
	size_t n, new; /* new: the one that must be taken */
	size_t forced; /* the cell that takes it */
	unsigned steps;
	bool crowded; /* some event may be taken by more than one cell */
	int64_t lo[SERIES_PARTS_MAX], hi[SERIES_PARTS_MAX]; /* of each part, inclusive */
	int64_t border[SERIES_PARTS_MAX]; /* of a part of FOLLOWEDBY: the end of the one before it */
	uint16_t before[SERIES_PARTS_MAX][SERIES_KEPT_MAX + 2]; /* of a cell: how many of the first i it may take */
	int16_t owner[SERIES_KEPT_MAX + 1]; /* the cell that an event is given to; -1: none */
	bool visited[SERIES_KEPT_MAX + 1];
};

/* The first at or behind the moment. */
static size_t
at_or_behind(const struct deciding *d, int64_t t)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((int64_t)d->v[mid].at_s < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
is_cell(const struct deciding *d, size_t part)
{
	return d->way->v[part].node->join == PATTERN_LEAF;
}

/* Are there enough for the cell in that time, whoever else wants them? */
static bool
cell_enough(const struct deciding *d, size_t cell, int64_t lo, int64_t hi)
{
	size_t from = at_or_behind(d, lo), to = at_or_behind(d, hi + 1);

	return from < to && (uint32_t)(d->before[cell][to] - d->before[cell][from]) >= d->way->v[cell].node->need;
}

/* The same for all cells from `from` to `to`. */
static bool
enough(const struct deciding *d, size_t from, size_t to, int64_t lo, int64_t hi)
{
	for (size_t i = from; i < to; i++) {
		if (is_cell(d, i) && !cell_enough(d, i, lo, hi))
			return false;
	}
	return true;
}

/* NOLINTBEGIN(misc-no-recursion): a step each part of a way, or each event that is kept; SERIES_STEPS_MAX in all */
static bool
give(struct deciding *d, size_t cell)
{
	size_t from = at_or_behind(d, d->lo[cell]), to = at_or_behind(d, d->hi[cell] + 1);
	uint16_t accept = d->way->v[cell].node->accept;

	for (size_t i = from; i < to; i++) {
		if (d->owner[i] < 0 && !d->visited[i] && (d->v[i].leaves & accept) != 0) {
			d->owner[i] = (int16_t)cell;
			return true;
		}
	}
	for (size_t i = from; i < to; i++) {
		if (d->visited[i] || d->owner[i] < 0 || (size_t)d->owner[i] == cell || (d->v[i].leaves & accept) == 0)
			continue;
		d->visited[i] = true;
		if (give(d, (size_t)d->owner[i])) {
			d->owner[i] = (int16_t)cell;
			return true;
		}
	}
	return false;
}

/* Each cell has its span, and enough in it: can the events be shared out? */
static bool
share_out(struct deciding *d)
{
	if (!d->crowded)
		return true;
	for (size_t i = 0; i < d->n; i++)
		d->owner[i] = -1;
	for (size_t c = 0; c < d->way->n; c++) {
		uint32_t need = is_cell(d, c) ? d->way->v[c].node->need - (c == d->forced) : 0;

		for (; need > 0; need--) {
			d->steps++;
			memset(d->visited, 0, d->n * sizeof(d->visited[0]));
			d->visited[d->new] = true;
			if (!give(d, c))
				return false;
		}
	}
	return true;
}

static bool settle(struct deciding *d, size_t part);

static bool
below(const struct deciding *d, size_t part, size_t what)
{
	return what >= part && what < d->way->v[part].end;
}

/* The part lies between lo and hi; its own WITHIN chooses when it begins. */
static bool
span(struct deciding *d, size_t part, int64_t lo, int64_t hi)
{
	const struct node *x = d->way->v[part].node;
	int64_t new = d->v[d->new].at_s;
	size_t begin;

	lo = lo > x->from ? lo : x->from;
	hi = hi < x->to ? hi : x->to;
	if (lo > hi || (below(d, part, d->forced) && (new < lo || new > hi)) || !enough(d, part, d->way->v[part].end, lo, hi))
		return false;
	if (x->within < 0) {
		d->lo[part] = lo;
		d->hi[part] = hi;
		return settle(d, part + 1);
	}
	begin = at_or_behind(d, lo);
	for (size_t i = begin; i < d->n && (int64_t)d->v[i].at_s <= hi; i++) {
		int64_t first = d->v[i].at_s, last = x->within < hi - first ? first + x->within : hi;

		if (i > begin && d->v[i - 1].at_s == d->v[i].at_s)
			continue;
		if (++d->steps > SERIES_STEPS_MAX)
			return false;
		if (below(d, part, d->forced) && (new < first || new > last))
			continue;
		if (!enough(d, part, d->way->v[part].end, first, last))
			continue;
		d->lo[part] = first;
		d->hi[part] = last;
		if (settle(d, part + 1))
			return true;
	}
	return false;
}

/* The parts from this one on: spans for all of them, then events. */
static bool
settle(struct deciding *d, size_t part)
{
	const struct part *p = &d->way->v[part];
	size_t parent;
	int64_t from, hi;

	if (++d->steps > SERIES_STEPS_MAX)
		return false;
	if (part == d->way->n)
		return share_out(d);
	if (p->parent < 0)
		return span(d, part, -FOREVER, FOREVER);
	parent = (size_t)p->parent;
	if (d->way->v[parent].node->join != PATTERN_FOLLOWEDBY)
		return span(d, part, d->lo[parent], d->hi[parent]);
	from = part == parent + 1 ? d->lo[parent] : d->border[part];
	hi = d->hi[parent];
	if (p->last)
		return span(d, part, from, hi);
	/* Each border between it and what follows, from the earliest on; when too little lies behind, no later one will do. */
	for (size_t i = at_or_behind(d, from); i < d->n && (int64_t)d->v[i].at_s <= hi; i++) {
		int64_t t = d->v[i].at_s;

		if (i + 1 < d->n && d->v[i + 1].at_s == d->v[i].at_s)
			continue;
		if (!enough(d, p->end, d->way->v[parent].end, t, hi) || ++d->steps > SERIES_STEPS_MAX)
			return false;
		d->border[p->end] = t;
		if (span(d, part, from, t))
			return true;
	}
	return false;
}
/* NOLINTEND(misc-no-recursion) */

static bool
completes(struct deciding *d)
{
	uint16_t seen = 0, twice = 0;

	for (size_t c = 0; c < d->way->n; c++) {
		uint16_t sum = 0, accept = d->way->v[c].node->accept;

		if (!is_cell(d, c))
			continue;
		for (size_t i = 0; i < d->n; i++) {
			d->before[c][i] = sum;
			sum = (uint16_t)(sum + ((d->v[i].leaves & accept) != 0));
		}
		d->before[c][d->n] = sum;
		twice |= seen & accept;
		seen |= accept;
	}
	/* Two cells of one leaf, or an event that is several leaves. */
	d->crowded = twice != 0;
	for (size_t i = 0; i < d->n && !d->crowded; i++)
		d->crowded = (d->v[i].leaves & (d->v[i].leaves - 1)) != 0;
	for (size_t c = 0; c < d->way->n && d->steps <= SERIES_STEPS_MAX; c++) {
		if (!is_cell(d, c) || (d->v[d->new].leaves & d->way->v[c].node->accept) == 0)
			continue;
		d->forced = c;
		if (settle(d, 0))
			return true;
	}
	return false;
}

/* The earliest of the kind that there is most of; of two that are as frequent, the lower one. */
static void
make_room(struct series_state *st)
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < st->n; i++) {
		size_t same = 0;

		for (size_t k = i; k < st->n; k++)
			same += st->v[k].leaves == st->v[i].leaves;
		if (same > most || (same == most && st->v[i].leaves < st->v[best].leaves)) {
			most = same;
			best = i;
		}
	}
	st->n--;
	memmove(&st->v[best], &st->v[best + 1], (st->n - best) * sizeof(st->v[0]));
}

bool
series_add(const struct series *s, struct series_state *st, struct series_moment m)
{
	struct deciding d = { .v = st->v };
	bool met = false;
	size_t at = st->n;

	while (at > 0 && st->v[at - 1].at_s > m.at_s)
		at--;
	memmove(&st->v[at + 1], &st->v[at], (st->n - at) * sizeof(st->v[0]));
	st->v[at] = m;
	d.n = ++st->n;
	d.new = at;
	for (size_t i = 0; i < s->n && !met; i++) {
		d.way = &s->ways[i];
		met = d.way->v[0].need <= d.n && completes(&d);
	}
	if (st->n > SERIES_KEPT_MAX)
		make_room(st);
	return met;
}

/* --- in the store --------------------------------------------------------------- */

void
series_state_print(const struct series_state *st, struct buf *out)
{
	buf_byte(out, st->tlp);
	for (size_t i = 0; i < st->n; i++) {
		const struct series_moment *m = &st->v[i];
		const uint8_t b[MOMENT_BYTES] = { (uint8_t)(m->at_s >> 24), (uint8_t)(m->at_s >> 16), (uint8_t)(m->at_s >> 8), (uint8_t)m->at_s,
			(uint8_t)(m->leaves >> 8), (uint8_t)m->leaves };

		buf_put(out, slice_of(b, sizeof(b)));
	}
}

bool
series_state_read(struct slice bytes, struct series_state *st)
{
	st->n = 0;
	st->tlp = 0;
	if (bytes.len == 0 || (bytes.len - 1) % MOMENT_BYTES != 0 || (bytes.len - 1) / MOMENT_BYTES > SERIES_KEPT_MAX)
		return false;
	for (size_t i = 1; i < bytes.len; i += MOMENT_BYTES) {
		const uint8_t *b = bytes.p + i;

		st->v[st->n] = (struct series_moment){ (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3],
			(uint16_t)(b[4] << 8 | b[5]) };
		if (st->n > 0 && st->v[st->n].at_s < st->v[st->n - 1].at_s) {
			st->n = 0;
			return false;
		}
		st->n++;
	}
	st->tlp = bytes.p[0];
	return true;
}
