/*
 * batch_sight: which indicators the events of a batch met, gathered by indicator
 * and written with the rest of the batch, so that a kill counts none twice.
 */
#include <stdlib.h>

#include "store/batch.h"

struct sighting {
	int64_t indicator;
	uint32_t count, first_s, last_s;
};

struct sightings {
	struct sighting *v;
	uint32_t *slots; /* index + 1 */
	uint32_t count, slot_count;
};

static uint32_t
slot_of(const struct sightings *t, int64_t indicator)
{
	uint32_t i = (uint32_t)((uint64_t)indicator * 0x9e3779b97f4a7c15u >> 32) & (t->slot_count - 1);

	while (t->slots[i] != 0 && t->v[t->slots[i] - 1].indicator != indicator)
		i = (i + 1) & (t->slot_count - 1);
	return i;
}

static void
slots_make(struct sightings *t)
{
	memset(t->slots, 0, t->slot_count * sizeof(*t->slots));
	for (uint32_t i = 0; i < t->count; i++)
		t->slots[slot_of(t, t->v[i].indicator)] = i + 1;
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

void
batch_sight(struct batch *b, const int64_t *indicators, size_t n, uint32_t at_s)
{
	struct sightings *t = b->sightings;

	if (t == NULL) {
		t = b->sightings = xalloc(sizeof(*t));
		*t = (struct sightings){ 0 };
	}
	for (size_t i = 0; i < n; i++) {
		struct sighting *g;
		uint32_t at;

		if (t->count >= t->slot_count / 2)
			grow(t);
		at = slot_of(t, indicators[i]);
		if (t->slots[at] == 0) {
			t->v[t->count] = (struct sighting){ indicators[i], 0, at_s, at_s };
			t->slots[at] = ++t->count;
		}
		g = &t->v[t->slots[at] - 1];
		g->count++;
		g->first_s = at_s < g->first_s ? at_s : g->first_s;
		g->last_s = at_s > g->last_s ? at_s : g->last_s;
	}
}

bool
batch_sight_full(const struct batch *b)
{
	return b->sightings != NULL && b->sightings->count >= BATCH_SIGHTINGS;
}

void
batch_sight_clear(struct batch *b)
{
	if (b->sightings == NULL || b->sightings->count == 0)
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
	free(b->sightings);
	b->sightings = NULL;
}

static int
by_indicator(const void *x, const void *y)
{
	const struct sighting *a = x, *b = y;

	return a->indicator < b->indicator ? -1 : a->indicator > b->indicator;
}

bool
batch_store_sightings(struct store *s, struct batch *b, struct err *e)
{
	struct sightings *t = b->sightings;
	struct stmt *q;

	if (t == NULL || t->count == 0)
		return true;
	if (!store_query(s, Q_INDICATOR_SEEN, "INSERT INTO indicator_seen (indicator, count, first_s, last_s) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (indicator) DO UPDATE SET count = indicator_seen.count + excluded.count,"
		" first_s = CASE WHEN excluded.first_s < indicator_seen.first_s THEN excluded.first_s ELSE indicator_seen.first_s END,"
		" last_s = CASE WHEN excluded.last_s > indicator_seen.last_s THEN excluded.last_s ELSE indicator_seen.last_s END", &q, e))
		return false;
	qsort(t->v, t->count, sizeof(*t->v), by_indicator);
	slots_make(t);
	for (uint32_t i = 0; i < t->count; i++) {
		stmt_i64(q, 1, t->v[i].indicator);
		stmt_i64(q, 2, t->v[i].count);
		stmt_i64(q, 3, t->v[i].first_s);
		stmt_i64(q, 4, t->v[i].last_s);
		if (!stmt_run(q, NULL, e))
			return false;
	}
	return true;
}
