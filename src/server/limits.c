/*
 * limits: a budget is one number, the moment at which it is whole again. A try
 * moves that moment by a period; what would move it past the burst is refused.
 * (A leaky bucket, kept as its virtual time.) The numbers lie in a table of
 * sets of eight. In a full set the one that is whole soonest gives way: to push
 * out the budget of an account under attack, one would have to fill the set
 * with budgets that are used up more.
 */
#include "server/limits.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "server/secret.h"

#define SETS 8192
#define WAYS 8
#define KNOWN_S (30 * 86400)

const struct limits_rule LIMITS_SOURCE = { 30, 30 };
const struct limits_rule LIMITS_SOURCE_ACCOUNT = { 5, 300 };
/* NIST SP 800-63B bounds what may be tried at an account; these are 100 an hour. */
const struct limits_rule LIMITS_ACCOUNT = { 30, 36 };
const struct limits_rule LIMITS_KNOWN = { 10, 120 };

struct cell {
	uint64_t key;
	int64_t whole_s;
};

struct table {
	struct cell cells[SETS][WAYS];
};

/* The same for many processes. A cell that two take at once is one's; the other's try is not counted. */
struct limits_shared {
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
	struct shared_cell { _Atomic uint64_t key; _Atomic int64_t whole_s; } cells[SETS][WAYS];
};

struct limits {
	struct limits_shared *shared; /* of rates; NULL: this process' own */
	uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* nobody outside knows which set is whose */
	struct table budgets;
	struct table known; /* only whoever signs in gets in here */
};

enum part { PART_RATE, PART_SOURCE = 64, PART_SOURCE_ACCOUNT, PART_ACCOUNT, PART_DEVICE, PART_PLACE };

struct limits *
limits_new(void)
{
	struct limits *l = xalloc(sizeof(*l));

	secret_init();
	memset(l, 0, sizeof(*l));
	randombytes_buf(l->hash_key, sizeof(l->hash_key));
	return l;
}

void
limits_free(struct limits **l)
{
	free(*l);
	*l = NULL;
}

static void
source_put(struct buf *b, struct ip from)
{
	buf_be64(b, from.hi);
	buf_be64(b, ip_is_v4(from) ? from.lo : 0); /* one network has one IPv6 /64 */
}

static uint64_t
keyed(const uint8_t *hash_key, unsigned part, const struct ip *from, struct slice text)
{
	uint8_t h[crypto_shorthash_BYTES];
	uint64_t key;
	struct buf b;

	buf_init(&b, 512);
	buf_be32(&b, part);
	if (from != NULL)
		source_put(&b, *from);
	buf_put(&b, slice_sub(text, 0, 256));
	(void)crypto_shorthash(h, b.p, b.len, hash_key);
	buf_fini(&b);
	memcpy(&key, h, sizeof(key));
	return key == 0 ? 1 : key;
}

static uint64_t
key_of(const struct limits *l, unsigned part, const struct ip *from, struct slice text)
{
	return keyed(l->hash_key, part, from, text);
}

static struct cell *
find(struct table *t, uint64_t key)
{
	struct cell *set = t->cells[key % SETS];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
	}
	return NULL;
}

static struct cell *
place(struct table *t, uint64_t key)
{
	struct cell *set = t->cells[key % SETS], *c = find(t, key);

	if (c != NULL)
		return c;
	c = &set[0];
	for (int i = 1; i < WAYS; i++) {
		if (set[i].whole_s < c->whole_s)
			c = &set[i];
	}
	*c = (struct cell){ key, 0 };
	return c;
}

/* Seconds until one more fits; 0: now. */
static int64_t
wait_of(struct limits *l, uint64_t key, const struct limits_rule *r, int64_t now_s)
{
	const struct cell *c = find(&l->budgets, key);
	int64_t used = c == NULL || c->whole_s <= now_s ? 0 : c->whole_s - now_s;
	int64_t room = (int64_t)(r->burst - 1) * r->period_s;

	return used <= room ? 0 : used - room;
}

static void
use(struct limits *l, uint64_t key, const struct limits_rule *r, int64_t now_s, unsigned tries)
{
	struct cell *c = place(&l->budgets, key);
	int64_t most = now_s + (int64_t)r->burst * r->period_s;

	if (c->whole_s < now_s)
		c->whole_s = now_s;
	c->whole_s += (int64_t)tries * r->period_s;
	if (c->whole_s > most)
		c->whole_s = most;
}

static void
unuse(struct limits *l, uint64_t key, const struct limits_rule *r)
{
	struct cell *c = find(&l->budgets, key);

	if (c != NULL)
		c->whole_s -= r->period_s;
}

/* --- rates ------------------------------------------------------------------------------ */

struct limits_shared *
limits_shared_make(void)
{
	struct limits_shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED)
		return NULL;
	secret_init();
	randombytes_buf(s->hash_key, sizeof(s->hash_key));
	return s;
}

void
limits_share(struct limits *l, struct limits_shared *s)
{
	l->shared = s;
}

static struct shared_cell *
shared_place(struct limits_shared *s, uint64_t key)
{
	struct shared_cell *set = s->cells[key % SETS], *c = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (atomic_load(&set[i].key) == key)
			return &set[i];
		if (atomic_load(&set[i].whole_s) < atomic_load(&c->whole_s))
			c = &set[i];
	}
	atomic_store(&c->whole_s, 0);
	atomic_store(&c->key, key);
	return c;
}

static bool
shared_rate(struct limits_shared *s, uint64_t key, const struct limits_rule *r, int64_t now_s, int64_t *retry_s_out)
{
	struct shared_cell *c = shared_place(s, key);
	int64_t was = atomic_load(&c->whole_s), room = (int64_t)(r->burst - 1) * r->period_s, from;

	do {
		from = was < now_s ? now_s : was;
		/* The clock was set back, or somebody wrote nonsense: it is whole after a full burst. */
		if (from - now_s > room + r->period_s)
			from = now_s + room + r->period_s;
		*retry_s_out = from - now_s <= room ? 0 : from - now_s - room;
		if (*retry_s_out > 0)
			return false;
	} while (!atomic_compare_exchange_weak(&c->whole_s, &was, from + r->period_s));
	return true;
}

bool
limits_rate(struct limits *l, unsigned kind, const struct limits_rule *rule, struct ip from,
    int64_t now_s, int64_t *retry_s_out)
{
	uint64_t key = keyed(l->shared != NULL ? l->shared->hash_key : l->hash_key, PART_RATE + kind % 64, &from, SLICE_NONE);

	if (l->shared != NULL)
		return shared_rate(l->shared, key, rule, now_s, retry_s_out);
	*retry_s_out = wait_of(l, key, rule, now_s);
	if (*retry_s_out > 0)
		return false;
	use(l, key, rule, now_s, 1);
	return true;
}

/* --- tries to sign in ----------------------------------------------------------------- */

struct budget {
	uint64_t key;
	const struct limits_rule *rule;
};

/* Who is known draws from one budget of its own; a stranger from three. */
struct budgets {
	struct budget v[3];
	size_t n;
};

static struct budgets
strangers(const struct limits *l, const struct attempt *t)
{
	return (struct budgets){ {
		{ key_of(l, PART_SOURCE, &t->from, SLICE_NONE), &LIMITS_SOURCE },
		{ key_of(l, PART_SOURCE_ACCOUNT, &t->from, t->account), &LIMITS_SOURCE_ACCOUNT },
		{ key_of(l, PART_ACCOUNT, NULL, t->account), &LIMITS_ACCOUNT },
	}, 3 };
}

static int64_t
wait_all(struct limits *l, const struct budgets *b, int64_t now_s)
{
	int64_t worst = 0;

	for (size_t i = 0; i < b->n; i++) {
		int64_t w = wait_of(l, b->v[i].key, b->v[i].rule, now_s);

		if (w > worst)
			worst = w;
	}
	return worst;
}

/* Of who is known: one budget, by the class. */
static struct budgets
of_known(const struct limits *l, const struct attempt *t, enum attempt_class c)
{
	uint64_t key = c == ATTEMPT_DEVICE ? key_of(l, PART_DEVICE, NULL, t->device) :
	    key_of(l, PART_PLACE, &t->from, t->account);

	return (struct budgets){ { { key, &LIMITS_KNOWN } }, 1 };
}

static struct budgets
budgets_of(const struct limits *l, const struct attempt *t, enum attempt_class c)
{
	switch (c) {
	case ATTEMPT_REFUSED:
		break;
	case ATTEMPT_STRANGER:
		return strangers(l, t);
	case ATTEMPT_PLACE:
	case ATTEMPT_DEVICE:
		return of_known(l, t, c);
	}
	return (struct budgets){ .n = 0 };
}

static bool
is_known(struct limits *l, const struct attempt *t, enum attempt_class c, int64_t now_s)
{
	const struct cell *cell;

	if (c == ATTEMPT_DEVICE)
		return t->device.p != NULL;
	cell = find(&l->known, key_of(l, PART_PLACE, &t->from, t->account));
	return cell != NULL && cell->whole_s > now_s;
}

/* The best class that has a try left: who used up what is its own is a stranger. */
static enum attempt_class
choose(struct limits *l, const struct attempt *t, int64_t now_s, struct budgets *out,
    int64_t *retry_s_out)
{
	*retry_s_out = 0;
	for (enum attempt_class c = ATTEMPT_DEVICE; c > ATTEMPT_REFUSED; c--) {
		if (c != ATTEMPT_STRANGER && !is_known(l, t, c, now_s))
			continue;
		*out = budgets_of(l, t, c);
		*retry_s_out = wait_all(l, out, now_s);
		if (*retry_s_out == 0)
			return c;
	}
	return ATTEMPT_REFUSED;
}

enum attempt_class
limits_take(struct limits *l, const struct attempt *t, int64_t now_s, int64_t *retry_s_out)
{
	struct budgets b;
	enum attempt_class c = choose(l, t, now_s, &b, retry_s_out);

	for (size_t i = 0; c != ATTEMPT_REFUSED && i < b.n; i++)
		use(l, b.v[i].key, b.v[i].rule, now_s, 1);
	return c;
}

bool
limits_would_refuse(struct limits *l, const struct attempt *t, int64_t now_s)
{
	struct budgets b;
	int64_t retry_s;

	return choose(l, t, now_s, &b, &retry_s) == ATTEMPT_REFUSED;
}

void
limits_give_back(struct limits *l, const struct attempt *t, enum attempt_class c)
{
	struct budgets b = budgets_of(l, t, c);

	for (size_t i = 0; i < b.n; i++)
		unuse(l, b.v[i].key, b.v[i].rule);
}

void
limits_more(struct limits *l, const struct attempt *t, enum attempt_class c, int64_t now_s, unsigned tries)
{
	struct budgets b = budgets_of(l, t, c);

	for (size_t i = 0; i < b.n; i++)
		use(l, b.v[i].key, b.v[i].rule, now_s, tries);
}

void
limits_know(struct limits *l, const struct attempt *t, int64_t now_s)
{
	place(&l->known, key_of(l, PART_PLACE, &t->from, t->account))->whole_s = now_s + KNOWN_S;
}
