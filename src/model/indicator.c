/*
 * indicator: the index.
 *
 *	key and value --hash--> slot --> entry
 *	                        or slot --> link --> link --> ...
 *	                                      |        |
 *	                                    entry    entry
 *
 * A slot is a hash of 64 bits by a secret of the process, so that nobody can
 * make two values meet; the value is not kept beside it: among 50 million
 * values a stranger's one is taken for another once in 10^11. Beside the slots
 * lies one byte of each hash: most look-ups end there, in memory that the cache
 * holds. Networks are hashed as what is left of an address at their length; an
 * address is looked up once for each length that there is.
 */
#include "model/indicator.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"
#include "model/indicator_eval.h"
#include "parse/ip.h"
#include "parse/pattern_regex.h"

#define NONE UINT32_MAX
#define SLOTS_MIN ((size_t)1024)
#define PATTERN_MEMORY ((size_t)16 << 20) /* of one tree */

/* Of twelve bytes: there are two of them for each value. */
struct slot {
	uint32_t low, high; /* of the hash */
	uint32_t link; /* with DIRECT: the one entry of this value itself, as nearly always */
};
#define DIRECT (UINT32_C(1) << 31) /* INDICATORS_MAX is far below */

struct link {
	uint32_t entry, next;
};

struct watched {
	int64_t id;
	uint32_t from_s, until_s; /* 0: open; 2106 is far enough */
	uint32_t pattern; /* index of what is compiled; NONE: a value alone */
	bool dead;
};

struct compiled {
	struct slice text; /* ours */
	struct arena a;
	struct pattern *tree; /* NULL: not yet, or not to be had */
	bool failed, series;
	int64_t version;
};

struct indicators {
	uint64_t seed;
	struct slot *slots;
	uint8_t *tags; /* 0: the slot is free */
	size_t slot_count, used;
	struct link *links;
	size_t link_count, link_cap;
	struct watched *v;
	size_t count, cap, live;
	struct compiled *compiled;
	size_t compiled_count, compiled_cap;
	uint32_t *loose; /* patterns without an anchor: entries */
	size_t loose_count, loose_cap;
	uint32_t *ids; /* by the hash of an id: the entry that has it, + 1; 0: free */
	size_t id_slots;
	uint32_t lengths[129]; /* networks of each length */
	size_t texts; /* bytes of patterns */
	struct field_set fields;
	struct arena scratch;
};

struct indicators *
indicators_new(void)
{
	struct indicators *x = xalloc(sizeof(*x));

	*x = (struct indicators){ .slot_count = SLOTS_MIN, .id_slots = SLOTS_MIN };
	/* Where the kernel has none yet, a fixed one is as good as none: the table works. */
	(void)(getrandom(&x->seed, sizeof(x->seed), GRND_NONBLOCK) < 0);
	x->slots = xlarge(x->slot_count, sizeof(*x->slots));
	x->tags = xlarge(x->slot_count, 1);
	x->ids = xlarge(x->id_slots, sizeof(*x->ids));
	arena_init(&x->scratch, (size_t)4 << 20);
	return x;
}

static void
compiled_free(struct compiled *c)
{
	if (c->tree != NULL)
		indicator_regex_free(c->tree->root);
	arena_fini(&c->a);
	free((void *)(uintptr_t)c->text.p);
}

void
indicators_free(struct indicators **x)
{
	if (*x == NULL)
		return;
	for (size_t i = 0; i < (*x)->compiled_count; i++)
		compiled_free(&(*x)->compiled[i]);
	large_free((*x)->slots, (*x)->slot_count, sizeof(*(*x)->slots));
	large_free((*x)->tags, (*x)->slot_count, 1);
	large_free((*x)->ids, (*x)->id_slots, sizeof(*(*x)->ids));
	free((*x)->links);
	free((*x)->v);
	free((*x)->compiled);
	free((*x)->loose);
	arena_fini(&(*x)->scratch);
	free(*x);
	*x = NULL;
}

static void *
grown(void *v, size_t count, size_t *cap, size_t size)
{
	size_t bytes;

	if (count < *cap)
		return v;
	*cap = *cap == 0 ? 64 : *cap + *cap / 2;
	if (!size_mul(*cap, size, &bytes))
		abort(); /* INDICATORS_MAX keeps it from here */
	return xrealloc(v, bytes);
}

/* --- ids ------------------------------------------------------------------- */

static size_t
id_at(const struct indicators *x, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 20) & (x->id_slots - 1);

	while (x->ids[i] != 0 && x->v[x->ids[i] - 1].id != id)
		i = (i + 1) & (x->id_slots - 1);
	return i;
}

static void
ids_grow(struct indicators *x)
{
	uint32_t *old = x->ids;
	size_t n = x->id_slots;

	x->id_slots *= 2;
	x->ids = xlarge(x->id_slots, sizeof(*x->ids));
	for (size_t i = 0; i < n; i++) {
		if (old[i] != 0)
			x->ids[id_at(x, x->v[old[i] - 1].id)] = old[i];
	}
	large_free(old, n, sizeof(*old));
}

void
indicators_drop(struct indicators *x, int64_t id)
{
	size_t at = id_at(x, id);

	if (x->ids[at] == 0 || x->v[x->ids[at] - 1].dead)
		return;
	x->v[x->ids[at] - 1].dead = true;
	x->live--;
}

/* --- values ------------------------------------------------------------------ */

static uint64_t
hash_of(const struct indicators *x, enum indicator_key k, struct slice value)
{
	uint64_t h = hash64(value, x->seed + (uint64_t)k * 0x9e3779b97f4a7c15u);

	return h == 0 ? 1 : h;
}

static uint64_t
hash_of_prefix(const struct indicators *x, const struct prefix *p)
{
	uint8_t b[17];

	ip_to_bytes(p->ip, b);
	b[16] = p->bits;
	return hash_of(x, INDICATOR_KEY_COUNT, slice_of(b, sizeof(b)));
}

static uint8_t
tag_of(uint64_t hash)
{
	uint8_t t = (uint8_t)(hash >> 56);

	return t == 0 ? 1 : t;
}

static uint64_t
hash_of_slot(const struct slot *s)
{
	return (uint64_t)s->high << 32 | s->low;
}

/* Where it is, or would be. */
static size_t
slot_at(const struct indicators *x, uint64_t hash)
{
	size_t i = (size_t)hash & (x->slot_count - 1);

	while (x->tags[i] != 0 && (x->tags[i] != tag_of(hash) || hash_of_slot(&x->slots[i]) != hash))
		i = (i + 1) & (x->slot_count - 1);
	return i;
}

static void
slots_grow(struct indicators *x)
{
	struct slot *old = x->slots;
	uint8_t *tags = x->tags;
	size_t n = x->slot_count;

	x->slot_count *= 2;
	x->slots = xlarge(x->slot_count, sizeof(*x->slots));
	x->tags = xlarge(x->slot_count, 1);
	for (size_t i = 0; i < n; i++) {
		size_t at;

		if (tags[i] == 0)
			continue;
		at = slot_at(x, hash_of_slot(&old[i]));
		x->slots[at] = old[i];
		x->tags[at] = tags[i];
	}
	large_free(old, n, sizeof(*old));
	large_free(tags, n, 1);
}

static uint32_t
link_new(struct indicators *x, uint32_t entry, uint32_t next)
{
	x->links = grown(x->links, x->link_count, &x->link_cap, sizeof(*x->links));
	x->links[x->link_count] = (struct link){ entry, next };
	return (uint32_t)x->link_count++;
}

static void
link_add(struct indicators *x, uint64_t hash, uint32_t entry)
{
	uint32_t first;
	size_t at;

	if (x->used * 2 >= x->slot_count)
		slots_grow(x);
	at = slot_at(x, hash);
	if (x->tags[at] == 0) {
		x->tags[at] = tag_of(hash);
		x->slots[at] = (struct slot){ (uint32_t)hash, (uint32_t)(hash >> 32), entry | DIRECT };
		x->used++;
		return;
	}
	first = x->slots[at].link;
	if ((first & DIRECT) != 0)
		first = link_new(x, first & ~DIRECT, NONE);
	x->slots[at].link = link_new(x, entry, first);
}

/* A value, canonical, leads to the entry. */
static void
anchor(struct indicators *x, enum indicator_key k, struct slice value, uint32_t entry)
{
	struct prefix p;

	if (k == INDICATOR_KEY_IP && prefix_read_loose(value, &p)) {
		x->lengths[p.bits]++;
		link_add(x, hash_of_prefix(x, &p), entry);
	} else {
		link_add(x, hash_of(x, k, value), entry);
	}
}

/* --- anchors of patterns -------------------------------------------------------- */

/* How many anchors a part would need; SIZE_MAX: it can be met without one. */
static size_t
anchors_of_test(const struct pattern_test *t, struct arena *a)
{
	const struct view_path *p = view_path_find(t);
	struct slice clean;

	if (p == NULL)
		return 0; /* no event meets it */
	if (t->negated || p->key == INDICATOR_KEY_NONE ||
	    !(t->op == PATTERN_EQ || t->op == PATTERN_IN || (t->op == PATTERN_ISSUBSET && p->kind == VIEW_IP)))
		return SIZE_MAX;
	for (size_t i = 0; i < t->value_count; i++) {
		if (!indicator_value_clean(p->key, t->values[i].text, a, &clean))
			return SIZE_MAX;
	}
	return t->value_count;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as a pattern may be (parse/pattern.h) */
static size_t
anchors_of(const struct pattern_expr *x, struct arena *a)
{
	size_t sum = 0, best = SIZE_MAX;

	if (x->join == PATTERN_LEAF)
		return anchors_of_test(x->test, a);
	for (const struct pattern_expr *i = x->first; i != NULL; i = i->next) {
		size_t n = anchors_of(i, a);

		best = n < best ? n : best;
		sum = n == SIZE_MAX || sum == SIZE_MAX ? SIZE_MAX : sum + n;
	}
	return x->join == PATTERN_AND ? best : sum;
}

static void
anchors_add(struct indicators *ix, const struct pattern_expr *x, uint32_t entry, struct arena *a)
{
	const struct pattern_expr *best = NULL;
	size_t least = SIZE_MAX;
	struct slice clean;

	if (x->join == PATTERN_LEAF) {
		const struct view_path *p = view_path_find(x->test);

		for (size_t i = 0; p != NULL && i < x->test->value_count; i++) {
			if (indicator_value_clean(p->key, x->test->values[i].text, a, &clean))
				anchor(ix, p->key, clean, entry);
		}
		return;
	}
	for (const struct pattern_expr *i = x->first; i != NULL; i = i->next) {
		if (x->join == PATTERN_OR) {
			anchors_add(ix, i, entry, a);
		} else if (anchors_of(i, a) < least) {
			least = anchors_of(i, a);
			best = i;
		}
	}
	if (best != NULL)
		anchors_add(ix, best, entry, a);
}

/* All observations of the pattern must have anchors, or it is looked at always. */
static bool
watch_anchored(const struct pattern_watch *w, struct arena *a)
{
	if (w->expr != NULL)
		return anchors_of(w->expr, a) != SIZE_MAX;
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		if (!watch_anchored(i, a))
			return false;
	}
	return true;
}

static void
watch_anchors_add(struct indicators *x, const struct pattern_watch *w, uint32_t entry, struct arena *a)
{
	if (w->expr != NULL)
		anchors_add(x, w->expr, entry, a);
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next)
		watch_anchors_add(x, i, entry, a);
}

/* --- adding ---------------------------------------------------------------------- */

static void
fields_of_expr(struct indicators *x, const struct pattern_expr *e)
{
	const struct view_path *p;

	if (e->join != PATTERN_LEAF) {
		for (const struct pattern_expr *i = e->first; i != NULL; i = i->next)
			fields_of_expr(x, i);
		return;
	}
	p = view_path_find(e->test);
	for (size_t i = 0; p != NULL && i < sizeof(p->fields) / sizeof(p->fields[0]) && p->fields[i] != FIELD_NONE; i++)
		field_set_add(&x->fields, p->fields[i]);
}

static void
fields_of_watch(struct indicators *x, const struct pattern_watch *w)
{
	if (w->expr != NULL)
		fields_of_expr(x, w->expr);
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next)
		fields_of_watch(x, i);
}
/* NOLINTEND(misc-no-recursion) */

static bool
pattern_add(struct indicators *x, const struct indicator_entry *entry, uint32_t index, struct err *e)
{
	struct compiled c = { .a = ARENA_NONE, .series = entry->watch == INDICATOR_SERIES, .version = entry->version };
	struct pattern *tree;
	struct arena a;
	bool ok;

	arena_init(&a, PATTERN_MEMORY);
	ok = pattern_parse(entry->text, &a, &tree, e);
	if (ok) {
		x->compiled = grown(x->compiled, x->compiled_count, &x->compiled_cap, sizeof(*x->compiled));
		c.text = slice_of(xtext(entry->text), entry->text.len);
		x->texts += entry->text.len;
		x->v[index].pattern = (uint32_t)x->compiled_count;
		x->compiled[x->compiled_count++] = c;
		fields_of_watch(x, tree->root);
		if (watch_anchored(tree->root, &a)) {
			watch_anchors_add(x, tree->root, index, &a);
		} else {
			x->loose = grown(x->loose, x->loose_count, &x->loose_cap, sizeof(*x->loose));
			x->loose[x->loose_count++] = index;
		}
	}
	arena_fini(&a);
	return ok;
}

static uint32_t
second(int64_t s)
{
	return s <= 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

/* What events must say for a value of a kind to be met. */
static void
fields_of_key(struct indicators *x, enum indicator_key k)
{
	static const enum field fields[INDICATOR_KEY_COUNT][6] = {
		[INDICATOR_KEY_IP] = { FIELD_SOURCE_IP, FIELD_DESTINATION_IP, FIELD_SOURCE_LOCAL_IP, FIELD_DESTINATION_LOCAL_IP, FIELD_SOURCE_NETWORK, FIELD_DESTINATION_NETWORK },
		[INDICATOR_KEY_FQDN] = { FIELD_SOURCE_FQDN, FIELD_DESTINATION_FQDN, FIELD_SOURCE_REVERSE_DNS, FIELD_DESTINATION_REVERSE_DNS, FIELD_NONE },
		[INDICATOR_KEY_URL] = { FIELD_SOURCE_URL, FIELD_DESTINATION_URL, FIELD_NONE },
		[INDICATOR_KEY_MD5] = { FIELD_MALWARE_HASH_MD5, FIELD_NONE },
		[INDICATOR_KEY_SHA1] = { FIELD_MALWARE_HASH_SHA1, FIELD_NONE },
		[INDICATOR_KEY_SHA256] = { FIELD_MALWARE_HASH_SHA256, FIELD_NONE },
		[INDICATOR_KEY_MAIL] = { FIELD_SOURCE_ACCOUNT, FIELD_DESTINATION_ACCOUNT, FIELD_NONE },
		[INDICATOR_KEY_ASN] = { FIELD_SOURCE_ASN, FIELD_DESTINATION_ASN, FIELD_NONE },
		[INDICATOR_KEY_ACCOUNT] = { FIELD_SOURCE_ACCOUNT, FIELD_DESTINATION_ACCOUNT, FIELD_NONE },
		[INDICATOR_KEY_NONE] = { FIELD_NONE },
	};

	for (size_t i = 0; i < 6 && fields[k][i] != FIELD_NONE; i++)
		field_set_add(&x->fields, fields[k][i]);
}

bool
indicators_add(struct indicators *x, const struct indicator_entry *entry, struct err *e)
{
	uint32_t index = (uint32_t)x->count;

	if (x->count >= INDICATORS_MAX)
		return err_set(e, ERR_LIMIT, "more than %u indicators", INDICATORS_MAX);
	indicators_drop(x, entry->id);
	x->v = grown(x->v, x->count, &x->cap, sizeof(*x->v));
	x->v[index] = (struct watched){ entry->id, second(entry->from_s), second(entry->until_s), NONE, false };
	x->count++;
	if (entry->watch == INDICATOR_VALUE) {
		anchor(x, entry->key, entry->text, index);
		fields_of_key(x, entry->key);
	} else if (!pattern_add(x, entry, index, e)) {
		x->count--;
		return false;
	}
	x->live++;
	if (x->count * 2 >= x->id_slots)
		ids_grow(x);
	x->ids[id_at(x, entry->id)] = index + 1;
	return true;
}

size_t
indicators_count(const struct indicators *x)
{
	return x->live;
}

size_t
indicators_memory(const struct indicators *x)
{
	size_t n = x->slot_count * (sizeof(*x->slots) + 1) + x->link_cap * sizeof(*x->links) + x->cap * sizeof(*x->v) +
	    x->id_slots * sizeof(*x->ids) + x->compiled_cap * sizeof(*x->compiled) + x->texts;

	for (size_t i = 0; i < x->compiled_count; i++)
		n += x->compiled[i].a.total;
	return n;
}

void
indicators_fields(const struct indicators *x, struct field_set *wanted)
{
	wanted->bits[0] |= x->fields.bits[0];
	wanted->bits[1] |= x->fields.bits[1];
}

/* --- matching ----------------------------------------------------------------------- */

struct matching {
	struct indicators *x;
	const struct event *ev;
	int64_t time_s;
	struct indicator_met *met;
	size_t count;
};

/* The tree of a pattern, read when it is first met. */
static const struct pattern *
tree_of(struct compiled *c)
{
	struct err e = ERR_INIT;

	if (c->tree != NULL || c->failed)
		return c->tree;
	arena_init(&c->a, PATTERN_MEMORY);
	if (!pattern_parse(c->text, &c->a, &c->tree, &e) || !indicator_regex_make(c->tree->root, &e)) {
		if (c->tree != NULL)
			indicator_regex_free(c->tree->root);
		c->tree = NULL;
		c->failed = true;
	}
	return c->tree;
}

/* Does the event meet the pattern, or, of one that needs several, which of its observations? */
static bool
pattern_meets(struct matching *m, struct compiled *c, uint16_t *leaves_out)
{
	const struct pattern *tree = tree_of(c);

	arena_reset(&m->x->scratch);
	if (tree == NULL || !c->series)
		return tree != NULL && indicator_meets(tree->root, m->ev, m->time_s, &m->x->scratch);
	*leaves_out = indicator_leaves(tree->root, m->ev, &m->x->scratch);
	return *leaves_out != 0;
}

static void
meet(struct matching *m, uint32_t index)
{
	const struct watched *w = &m->x->v[index];
	uint16_t leaves = 0;

	if (w->dead || m->count == INDICATORS_MATCHES_MAX || m->time_s < (int64_t)w->from_s ||
	    (w->until_s != 0 && m->time_s >= (int64_t)w->until_s))
		return;
	for (size_t i = 0; i < m->count; i++) {
		if (m->met[i].id == w->id)
			return;
	}
	if (w->pattern == NONE)
		m->met[m->count++] = (struct indicator_met){ w->id, 0, 0 };
	else if (pattern_meets(m, &m->x->compiled[w->pattern], &leaves))
		m->met[m->count++] = (struct indicator_met){ w->id, m->x->compiled[w->pattern].version, leaves };
}

static void
look_up(struct matching *m, uint64_t hash)
{
	const struct indicators *x = m->x;
	size_t at = slot_at(x, hash);
	uint32_t first;

	if (x->tags[at] == 0)
		return;
	first = x->slots[at].link;
	if ((first & DIRECT) != 0 && m->count < INDICATORS_MATCHES_MAX) {
		meet(m, first & ~DIRECT);
		return;
	}
	for (uint32_t l = (first & DIRECT) != 0 ? NONE : first; l != NONE && m->count < INDICATORS_MATCHES_MAX; l = x->links[l].next)
		meet(m, x->links[l].entry);
}

static void
look_up_value(struct matching *m, enum indicator_key k, enum field f)
{
	struct slice v = m->ev->v[f];

	if (v.p != NULL)
		look_up(m, hash_of(m->x, k, v));
}

static void
look_up_lower(struct matching *m, enum indicator_key k, enum field f)
{
	struct slice v = m->ev->v[f];

	if (v.p == NULL)
		return;
	arena_reset(&m->x->scratch);
	v = arena_lower(&m->x->scratch, v);
	if (v.p != NULL)
		look_up(m, hash_of(m->x, k, v));
}

/* An address, or a network, at each length that there is of its own family. */
static void
look_up_ip(struct matching *m, enum field f)
{
	struct slice v = m->ev->v[f];
	struct prefix p;

	if (v.p == NULL || !prefix_read_loose(v, &p))
		return;
	for (unsigned bits = ip_is_v4(p.ip) ? 96 : 0; bits <= p.bits; bits++) {
		struct prefix at = { p.ip, (uint8_t)bits };

		if (m->x->lengths[bits] == 0)
			continue;
		if (bits < 64) {
			at.ip.hi = bits == 0 ? 0 : p.ip.hi & ~(uint64_t)0 << (64 - bits);
			at.ip.lo = 0;
		} else if (bits < 128) {
			at.ip.lo = bits == 64 ? 0 : p.ip.lo & ~(uint64_t)0 << (128 - bits);
		}
		look_up(m, hash_of_prefix(m->x, &at));
	}
}

static const struct { enum indicator_key key; enum field field; void (*look)(struct matching *, enum indicator_key, enum field); } looks[] = {
	{ INDICATOR_KEY_FQDN, FIELD_SOURCE_FQDN, look_up_value }, { INDICATOR_KEY_FQDN, FIELD_DESTINATION_FQDN, look_up_value },
	{ INDICATOR_KEY_FQDN, FIELD_SOURCE_REVERSE_DNS, look_up_value }, { INDICATOR_KEY_FQDN, FIELD_DESTINATION_REVERSE_DNS, look_up_value },
	{ INDICATOR_KEY_URL, FIELD_SOURCE_URL, look_up_value }, { INDICATOR_KEY_URL, FIELD_DESTINATION_URL, look_up_value },
	{ INDICATOR_KEY_ASN, FIELD_SOURCE_ASN, look_up_value }, { INDICATOR_KEY_ASN, FIELD_DESTINATION_ASN, look_up_value },
	{ INDICATOR_KEY_MD5, FIELD_MALWARE_HASH_MD5, look_up_lower }, { INDICATOR_KEY_SHA1, FIELD_MALWARE_HASH_SHA1, look_up_lower },
	{ INDICATOR_KEY_SHA256, FIELD_MALWARE_HASH_SHA256, look_up_lower },
	{ INDICATOR_KEY_MAIL, FIELD_SOURCE_ACCOUNT, look_up_lower }, { INDICATOR_KEY_MAIL, FIELD_DESTINATION_ACCOUNT, look_up_lower },
	{ INDICATOR_KEY_ACCOUNT, FIELD_SOURCE_ACCOUNT, look_up_value }, { INDICATOR_KEY_ACCOUNT, FIELD_DESTINATION_ACCOUNT, look_up_value },
};

static const enum field addresses[] = { FIELD_SOURCE_IP, FIELD_DESTINATION_IP, FIELD_SOURCE_LOCAL_IP, FIELD_DESTINATION_LOCAL_IP,
	FIELD_SOURCE_NETWORK, FIELD_DESTINATION_NETWORK };

size_t
indicators_match(struct indicators *x, const struct event *ev, int64_t time_s, struct indicator_met met[INDICATORS_MATCHES_MAX])
{
	struct matching m = { x, ev, time_s, met, 0 };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		look_up_ip(&m, addresses[i]);
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		looks[i].look(&m, looks[i].key, looks[i].field);
	for (size_t i = 0; i < x->loose_count; i++)
		meet(&m, x->loose[i]);
	return m.count;
}
