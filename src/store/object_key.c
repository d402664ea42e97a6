/*
 * object_key: where the versions of an object lie, by its name.
 *
 * A name is hashed to 63 bits by a secret of the database, so that nobody can
 * choose names that meet; where two do, the next number is taken, as in a table
 * of open addressing, and the object itself says whose the place is. Names that
 * came lately are held in memory, from the objects themselves, and are put into
 * the table a hundred thousand at once, in order: so a page of it is written once
 * for many names, and not for each (decision 0131).
 *
 * Nearly all names that are asked for are new, and each look into a large table is
 * at another page of it: a filter of a byte and a half a name says at once of
 * most that they are not there (decision 0141). Who writes has one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"
#include "store/object_sql.h"
#include "store/store_room.h"

#define SLOTS_MIN ((size_t)1024)
#define SEED_KEY S("objects.seed")

/* 4 MiB of memory; a page of the table of a million objects is written once for sixty names. */
size_t object_key_tail = 131072;

void
object_keys_forget(struct store *s)
{
	struct objects *o = &s->objects;

	free(o->tail);
	o->tail = NULL;
	o->tail_count = o->tail_slots = 0;
	o->keyed = o->tail_last = 0;
	o->seed = 0;
	/* Types that were given a number in what is rolled back have none. */
	o->type_count = 0;
}

static void
known_forget(struct objects *o)
{
	free(o->known);
	o->known = NULL;
	o->known_words = o->known_count = o->known_max = 0;
}

void
object_keys_fini(struct store *s)
{
	object_keys_forget(s);
	known_forget(&s->objects);
}

/* NOLINTBEGIN(misc-no-recursion): once, into what was made larger */
static void
tail_put(struct objects *o, uint64_t hash, int64_t first)
{
	size_t i;

	if (o->tail_count * 2 >= o->tail_slots) {
		struct key_slot *old = o->tail;
		size_t n = o->tail_slots;

		o->tail_slots = n == 0 ? SLOTS_MIN : n * 2;
		o->tail = xarray(o->tail_slots, sizeof(*o->tail));
		memset(o->tail, 0, o->tail_slots * sizeof(*o->tail));
		o->tail_count = 0;
		for (size_t k = 0; k < n; k++) {
			if (old[k].first != 0)
				tail_put(o, old[k].hash, old[k].first);
		}
		free(old);
	}
	i = (size_t)hash & (o->tail_slots - 1);
	while (o->tail[i].first != 0)
		i = (i + 1) & (o->tail_slots - 1);
	o->tail[i] = (struct key_slot){ hash, first };
	o->tail_count++;
}
/* NOLINTEND(misc-no-recursion) */

static bool
tail_has(const struct objects *o, uint64_t hash, int64_t first)
{
	for (size_t i = (size_t)hash & (o->tail_slots - 1); o->tail_slots > 0 && o->tail[i].first != 0; i = (i + 1) & (o->tail_slots - 1)) {
		if (o->tail[i].hash == hash && o->tail[i].first == first)
			return true;
	}
	return false;
}

static bool
seed_load(struct store *s, struct err *e)
{
	struct slice text;
	uint64_t seed = 0;
	char print[24];
	struct arena a;
	bool ok;

	if (s->objects.seed != 0)
		return true;
	arena_init(&a, 4096);
	ok = store_setting(s, SEED_KEY, &a, &text, e);
	if (ok && (text.p == NULL || !slice_u64(text, &seed))) {
		/* Who only reads makes none: there is no object either. */
		ok = !db_in_transaction(s->db) || (getrandom(&seed, sizeof(seed), 0) == sizeof(seed) ?
			store_setting_put(s, SEED_KEY, slice_of(print, (size_t)snprintf(print, sizeof(print), "%llu", (unsigned long long)(seed |= 1))), e) :
			err_sys(e, "the system gives no random numbers"));
	}
	arena_fini(&a);
	s->objects.seed = seed;
	return ok;
}

static uint64_t
hash_of(const struct store *s, struct slice name)
{
	return hash64(name, s->objects.seed) >> 1;
}

bool
object_keys_load(struct store *s, struct err *e)
{
	struct objects *o = &s->objects;
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	int64_t keyed = 0, last = 0;

	if (!seed_load(s, e) || !db_number(s->db, "SELECT coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'objects.keyed'), 0)", &keyed, e) ||
	    !db_number(s->db, "SELECT coalesce(max(id), 0) FROM object", &last, e))
		return false;
	/* Keys of what was rolled back do no harm in the filter; those that another wrote are missing. */
	if (keyed != o->known_keyed)
		known_forget(o);
	if (keyed != o->keyed || last < o->tail_last) {
		free(o->tail);
		o->tail = NULL;
		o->tail_count = o->tail_slots = 0;
		o->keyed = o->tail_last = keyed;
	}
	if (last == o->tail_last)
		return true;
	/* By any of its versions: the first may have been taken out. */
	if (db_prepare(s->db, "SELECT first, name FROM object WHERE id > ?1 AND first > ?2", &q, e)) {
		stmt_i64(q, 1, o->tail_last);
		stmt_i64(q, 2, o->keyed);
		while ((step = stmt_step(q, e)) == STEP_ITEM) {
			uint64_t hash = hash_of(s, stmt_col(q, 1));

			if (!tail_has(o, hash, stmt_col_i64(q, 0)))
				tail_put(o, hash, stmt_col_i64(q, 0));
		}
	}
	stmt_free(&q);
	o->tail_last = last;
	return step == STEP_END;
}

/* Is what has this number the object of this name? *there_out false: nothing has it any more. */
static bool
is_of(struct store *s, int64_t first, struct slice name, bool *is_out, bool *there_out, struct err *e)
{
	enum step step;
	struct stmt *q;

	if (!store_query(s, Q_OBJECT_KEY_NAME, SQL_VERSIONS("?1", "name", "") " LIMIT 1", &q, e))
		return false;
	stmt_i64(q, 1, first);
	step = stmt_step(q, e);
	*there_out = step == STEP_ITEM;
	*is_out = step == STEP_ITEM && slice_eq(stmt_col(q, 0), name);
	if (step == STEP_ITEM)
		stmt_reset(q);
	return step != STEP_FAIL;
}

/* --- the filter ------------------------------------------------------------------- */

#define KNOWN_BITS 12 /* a key: one look in two hundred is in vain */
#define KNOWN_PROBES 5
#define KNOWN_MIN ((size_t)1 << 18)

static void
known_bits(const struct objects *o, uint64_t key, size_t bits[KNOWN_PROBES])
{
	/* The key is a hash already, of 63 bits: two mixtures of it make the series. */
	uint64_t a = key * UINT64_C(0x9e3779b97f4a7c15), b = (key ^ key >> 29) * UINT64_C(0xbf58476d1ce4e5b9) | 1;

	for (size_t i = 0; i < KNOWN_PROBES; i++, a += b)
		bits[i] = (size_t)((a >> 32) * (o->known_words * 64) >> 32);
}

static void
known_add(struct objects *o, uint64_t key)
{
	size_t bits[KNOWN_PROBES];

	known_bits(o, key, bits);
	for (size_t i = 0; i < KNOWN_PROBES; i++)
		o->known[bits[i] / 64] |= UINT64_C(1) << bits[i] % 64;
	o->known_count++;
}

/* Made where it is not there, and anew with twice the room where it is full. */
static bool
known_load(struct store *s, struct err *e)
{
	struct objects *o = &s->objects;
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	int64_t count = 0;

	if (o->known != NULL && o->known_count < o->known_max)
		return true;
	known_forget(o);
	if (!db_number(s->db, "SELECT count(*) FROM object_key", &count, e) || !db_prepare(s->db, "SELECT key FROM object_key", &q, e))
		return false;
	o->known_max = (size_t)count * 2 < KNOWN_MIN ? KNOWN_MIN : (size_t)count * 2;
	o->known_words = o->known_max * KNOWN_BITS / 64;
	o->known_keyed = o->keyed;
	o->known = xarray(o->known_words, sizeof(*o->known));
	memset(o->known, 0, o->known_words * sizeof(*o->known));
	while ((step = stmt_step(q, e)) == STEP_ITEM)
		known_add(o, (uint64_t)stmt_col_i64(q, 0));
	stmt_free(&q);
	if (step == STEP_FAIL)
		known_forget(o);
	return step != STEP_FAIL;
}

/* False: the table has no such key. Without a filter it may have any. */
static bool
known_may(const struct objects *o, uint64_t key)
{
	size_t bits[KNOWN_PROBES];

	if (o->known == NULL)
		return true;
	known_bits(o, key, bits);
	for (size_t i = 0; i < KNOWN_PROBES; i++) {
		if ((o->known[bits[i] / 64] >> bits[i] % 64 & 1) == 0)
			return false;
	}
	return true;
}

/* In the table: from its number on, until one is free or of nobody any more (*free_out). */
static bool
table_find(struct store *s, struct slice name, int64_t *first_out, int64_t *free_out, struct err *e)
{
	int64_t key = (int64_t)hash_of(s, name), first = 0;
	bool found, is, there;
	struct stmt *q;

	*first_out = 0;
	*free_out = -1;
	if (!store_query(s, Q_OBJECT_KEY_FIND, "SELECT first FROM object_key WHERE key = ?1", &q, e))
		return false;
	for (;; key = key == INT64_MAX ? 0 : key + 1) {
		stmt_i64(q, 1, key);
		if (!stmt_number(q, &first, &found, e))
			return false;
		if (!found) {
			if (*free_out < 0)
				*free_out = key;
			return true;
		}
		if (!is_of(s, first, name, &is, &there, e))
			return false;
		if (is) {
			*first_out = first;
			return true;
		}
		if (!there && *free_out < 0)
			*free_out = key;
	}
}

bool
object_key_find(struct store *s, struct slice name, int64_t *first_out, struct err *e)
{
	struct objects *o = &s->objects;
	uint64_t hash = hash_of(s, name);
	int64_t unused;
	bool is, there;

	*first_out = 0;
	for (size_t i = (size_t)hash & (o->tail_slots - 1); o->tail_slots > 0 && o->tail[i].first != 0; i = (i + 1) & (o->tail_slots - 1)) {
		if (o->tail[i].hash != hash)
			continue;
		if (!is_of(s, o->tail[i].first, name, &is, &there, e))
			return false;
		if (is) {
			*first_out = o->tail[i].first;
			return true;
		}
	}
	if (o->keyed == 0)
		return true;
	/* Who writes asks for many; who only reads, for a few now and then. */
	if (db_in_transaction(s->db) && !known_load(s, e))
		return false;
	return !known_may(o, hash) || table_find(s, name, first_out, &unused, e);
}

static int
by_hash(const void *x, const void *y)
{
	const struct key_slot *a = x, *b = y;

	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

static bool
name_of(struct store *s, int64_t first, struct arena *a, struct slice *out, struct err *e)
{
	struct stmt *q;
	enum step step;

	if (!store_query(s, Q_OBJECT_KEY_NAME, SQL_VERSIONS("?1", "name", "") " LIMIT 1", &q, e))
		return false;
	stmt_i64(q, 1, first);
	step = stmt_step(q, e);
	*out = step == STEP_ITEM ? arena_copy(a, stmt_col(q, 0)) : SLICE_NONE;
	if (step == STEP_ITEM)
		stmt_reset(q);
	return step != STEP_FAIL;
}

/* The place that a name's hash says is nearly always free; else the next one that is. */
static bool
key_put(struct store *s, const struct key_slot *k, struct err *e)
{
	int64_t key = (int64_t)k->hash, changed = 0, first;
	struct slice name;
	struct stmt *q;
	struct arena a;
	bool ok;

	if (!store_query(s, Q_OBJECT_KEY_PUT, "INSERT INTO object_key (key, first) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING", &q, e))
		return false;
	stmt_i64(q, 1, key);
	stmt_i64(q, 2, k->first);
	if (!stmt_run(q, &changed, e))
		return false;
	if (changed == 1)
		return true;
	arena_init(&a, 4096);
	ok = name_of(s, k->first, &a, &name, e) && (name.p == NULL || table_find(s, name, &first, &key, e));
	if (ok && name.p != NULL && first == 0) {
		const int64_t values[] = { key, k->first };

		ok = db_run(s->db, "INSERT INTO object_key (key, first) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET first = excluded.first", values, 2, NULL, e);
	}
	arena_fini(&a);
	return ok;
}

static bool
tail_write(struct store *s, struct err *e)
{
	struct objects *o = &s->objects;
	char text[24];
	size_t n = 0;

	for (size_t i = 0; i < o->tail_slots; i++) {
		if (o->tail[i].first != 0)
			o->tail[n++] = o->tail[i];
	}
	qsort(o->tail, n, sizeof(*o->tail), by_hash);
	for (size_t i = 0; i < n; i++) {
		if (!key_put(s, &o->tail[i], e))
			return false;
		if (o->known != NULL)
			known_add(o, o->tail[i].hash);
	}
	free(o->tail);
	o->tail = NULL;
	o->tail_count = o->tail_slots = 0;
	o->keyed = o->tail_last = o->last_id;
	o->known_keyed = o->known == NULL ? 0 : o->keyed;
	return store_setting_put(s, S("objects.keyed"), slice_of(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)o->last_id)), e);
}

bool
object_key_add(struct store *s, struct slice name, int64_t first, struct err *e)
{
	struct objects *o = &s->objects;

	tail_put(o, hash_of(s, name), first);
	o->tail_last = o->last_id;
	return o->tail_count < object_key_tail || tail_write(s, e);
}
