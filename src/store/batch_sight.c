/*
 * batch_sight: which indicators the events of a batch met, gathered by indicator
 * and mark and written with the rest of the batch, so that a kill counts none
 * twice. What is only a part of a pattern over several events is decided when the
 * batch is written, in the order in which events came, from what the store has of
 * the indicator: so a kill, a replay and another size of batches give the same.
 */
#include <stdlib.h>

#include "model/indicator_series.h"
#include "store/batch.h"

#define PATTERN_MEMORY ((size_t)16 << 20)

struct sighting {
	int64_t indicator;
	uint32_t count, first_s, last_s;
	uint8_t tlp;
};

struct part {
	int64_t indicator, version;
	uint32_t at_s, number; /* in the order in which they came */
	uint16_t leaves;
	uint8_t tlp;
};

struct sightings {
	struct sighting *v;
	uint32_t *slots; /* index + 1 */
	uint32_t count, slot_count;
	struct part *parts;
	uint32_t part_count, part_cap;
};

static uint32_t
slot_of(const struct sightings *t, int64_t indicator, uint8_t tlp)
{
	uint32_t i = (uint32_t)(((uint64_t)indicator * 8 + tlp) * 0x9e3779b97f4a7c15u >> 32) & (t->slot_count - 1);

	while (t->slots[i] != 0 && (t->v[t->slots[i] - 1].indicator != indicator || t->v[t->slots[i] - 1].tlp != tlp))
		i = (i + 1) & (t->slot_count - 1);
	return i;
}

static void
slots_make(struct sightings *t)
{
	memset(t->slots, 0, t->slot_count * sizeof(*t->slots));
	for (uint32_t i = 0; i < t->count; i++)
		t->slots[slot_of(t, t->v[i].indicator, t->v[i].tlp)] = i + 1;
}

static void
grow(struct sightings *t)
{
	t->slot_count = t->slot_count == 0 ? 256 : t->slot_count * 2;
	free(t->slots);
	t->slots = xarray(t->slot_count, sizeof(*t->slots));
	t->v = xrealloc(t->v, t->slot_count / 2 * sizeof(*t->v));
	slots_make(t);
}

static void
count_one(struct sightings *t, int64_t indicator, uint8_t tlp, uint32_t at_s)
{
	struct sighting *g;
	uint32_t at;

	if (t->count >= t->slot_count / 2)
		grow(t);
	at = slot_of(t, indicator, tlp);
	if (t->slots[at] == 0) {
		t->v[t->count] = (struct sighting){ indicator, 0, at_s, at_s, tlp };
		t->slots[at] = ++t->count;
	}
	g = &t->v[t->slots[at] - 1];
	g->count++;
	g->first_s = at_s < g->first_s ? at_s : g->first_s;
	g->last_s = at_s > g->last_s ? at_s : g->last_s;
}

static void
part_keep(struct sightings *t, const struct indicator_met *m, uint8_t tlp, uint32_t at_s)
{
	if (t->part_count == t->part_cap) {
		t->part_cap = t->part_cap == 0 ? 256 : t->part_cap * 2;
		t->parts = xrealloc(t->parts, t->part_cap * sizeof(*t->parts));
	}
	t->parts[t->part_count] = (struct part){ m->id, m->version, at_s, t->part_count, m->leaves, tlp };
	t->part_count++;
}

void
batch_sight(struct batch *b, const struct observation *o, uint32_t at_s)
{
	struct sightings *t = b->sightings;

	if (t == NULL) {
		t = b->sightings = xalloc(sizeof(*t));
		*t = (struct sightings){ 0 };
	}
	for (size_t i = 0; i < o->met_count; i++) {
		if (o->met[i].leaves == 0)
			count_one(t, o->met[i].id, (uint8_t)o->tlp, at_s);
		else
			part_keep(t, &o->met[i], (uint8_t)o->tlp, at_s);
	}
}

bool
batch_sight_full(const struct batch *b)
{
	return b->sightings != NULL && (b->sightings->count >= BATCH_SIGHTINGS || b->sightings->part_count >= BATCH_SIGHTINGS);
}

void
batch_sight_clear(struct batch *b)
{
	if (b->sightings == NULL)
		return;
	b->sightings->part_count = 0;
	if (b->sightings->count == 0)
		return;
	memset(b->sightings->slots, 0, b->sightings->slot_count * sizeof(*b->sightings->slots));
	b->sightings->count = 0;
}

void
batch_sight_free(struct batch *b)
{
	if (b->sightings == NULL)
		return;
	free(b->sightings->v);
	free(b->sightings->slots);
	free(b->sightings->parts);
	free(b->sightings);
	b->sightings = NULL;
}

/* --- writing ------------------------------------------------------------------ */

static int
by_indicator(const void *x, const void *y)
{
	const struct sighting *a = x, *b = y;

	if (a->indicator != b->indicator)
		return a->indicator < b->indicator ? -1 : 1;
	return (int)a->tlp - (int)b->tlp;
}

static int
by_part(const void *x, const void *y)
{
	const struct part *a = x, *b = y;

	if (a->indicator != b->indicator)
		return a->indicator < b->indicator ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static bool
sighting_write(struct stmt *q, const struct sighting *g, struct err *e)
{
	stmt_i64(q, 1, g->indicator);
	stmt_i64(q, 2, g->count);
	stmt_i64(q, 3, g->first_s);
	stmt_i64(q, 4, g->last_s);
	stmt_i64(q, 5, g->tlp);
	return stmt_run(q, NULL, e);
}

/* The pattern as it was when the events were held against it; *out NULL: it is another now, or gone. */
static bool
series_get(struct store *s, const struct part *p, struct arena *a, struct series **out, struct err *e)
{
	struct err none = ERR_INIT;
	struct pattern *tree;
	struct stmt *q;
	enum step step;

	*out = NULL;
	if (!store_query(s, Q_INDICATOR_TEXT, "SELECT text FROM indicator WHERE id = ?1 AND object = ?2", &q, e))
		return false;
	stmt_i64(q, 1, p->indicator);
	stmt_i64(q, 2, p->version);
	step = stmt_step(q, e);
	if (step == STEP_ITEM && pattern_parse(arena_copy(a, stmt_col(q, 0)), a, &tree, &none) && !series_new(tree, a, out))
		*out = NULL;
	stmt_reset(q);
	return step != STEP_FAIL;
}

static bool
state_get(struct store *s, int64_t indicator, struct series_state *st, struct err *e)
{
	struct stmt *q;
	enum step step;

	st->n = 0;
	st->tlp = 0;
	if (!store_query(s, Q_INDICATOR_PART, "SELECT state FROM indicator_part WHERE indicator = ?1", &q, e))
		return false;
	stmt_i64(q, 1, indicator);
	step = stmt_step(q, e);
	/* What cannot be read begins anew. */
	if (step == STEP_ITEM)
		(void)series_state_read(stmt_col(q, 0), st);
	stmt_reset(q);
	return step != STEP_FAIL;
}

static bool
state_put(struct store *s, int64_t indicator, const struct series_state *st, struct err *e)
{
	struct stmt *q;
	struct buf b;
	bool ok;

	buf_init(&b, 65536);
	series_state_print(st, &b);
	ok = store_query(s, Q_INDICATOR_PART_PUT, "INSERT INTO indicator_part (indicator, state) VALUES (?1, ?2)"
	    " ON CONFLICT (indicator) DO UPDATE SET state = excluded.state", &q, e);
	if (ok) {
		stmt_i64(q, 1, indicator);
		stmt_blob(q, 2, buf_view(&b));
		ok = stmt_run(q, NULL, e);
	}
	buf_fini(&b);
	return ok;
}

/* All parts of one indicator that the batch has. A sighting is marked as strictly as anything that it may rest on. */
static bool
series_write(struct store *s, struct stmt *q, const struct part *p, uint32_t n, struct arena *a, struct err *e)
{
	struct series_state st;
	struct series *series;
	bool ok;

	if (!series_get(s, p, a, &series, e))
		return false;
	if (series == NULL)
		return true;
	ok = state_get(s, p->indicator, &st, e);
	for (uint32_t i = 0; ok && i < n; i++) {
		if (p[i].version != p->version)
			continue;
		st.tlp = p[i].tlp > st.tlp ? p[i].tlp : st.tlp;
		if (series_add(series, &st, (struct series_moment){ p[i].at_s, p[i].leaves }))
			ok = sighting_write(q, &(struct sighting){ p->indicator, 1, p[i].at_s, p[i].at_s, st.tlp }, e);
	}
	return ok && state_put(s, p->indicator, &st, e);
}

static bool
parts_write(struct store *s, struct stmt *q, struct sightings *t, struct err *e)
{
	struct arena a;
	bool ok = true;

	if (t->part_count == 0)
		return true;
	arena_init(&a, PATTERN_MEMORY);
	qsort(t->parts, t->part_count, sizeof(*t->parts), by_part);
	for (uint32_t i = 0, n; ok && i < t->part_count; i += n) {
		for (n = 1; i + n < t->part_count && t->parts[i + n].indicator == t->parts[i].indicator; n++)
			;
		arena_reset(&a);
		ok = series_write(s, q, &t->parts[i], n, &a, e);
	}
	arena_fini(&a);
	return ok;
}

/* What is in memory stays as it is: a flush that failed may be tried again. */
bool
batch_store_sightings(struct store *s, struct batch *b, struct err *e)
{
	struct sightings *t = b->sightings;
	struct stmt *q;

	if (t == NULL || (t->count == 0 && t->part_count == 0))
		return true;
	if (!store_query(s, Q_INDICATOR_SEEN, "INSERT INTO indicator_seen (indicator, tlp, count, first_s, last_s) VALUES (?1, ?5, ?2, ?3, ?4)"
		" ON CONFLICT (indicator, tlp) DO UPDATE SET count = indicator_seen.count + excluded.count,"
		" first_s = CASE WHEN excluded.first_s < indicator_seen.first_s THEN excluded.first_s ELSE indicator_seen.first_s END,"
		" last_s = CASE WHEN excluded.last_s > indicator_seen.last_s THEN excluded.last_s ELSE indicator_seen.last_s END", &q, e))
		return false;
	if (t->count > 0) {
		qsort(t->v, t->count, sizeof(*t->v), by_indicator);
		slots_make(t);
	}
	for (uint32_t i = 0; i < t->count; i++) {
		if (!sighting_write(q, &t->v[i], e))
			return false;
	}
	return parts_write(s, q, t, e);
}
