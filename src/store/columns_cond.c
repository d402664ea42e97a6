#include "store/columns_cond.h"

#include <stdlib.h>
#include <string.h>

#include "store/store_room.h"

static bool
bit(const struct bits *b, uint64_t i)
{
	return i < b->count && (b->v[i / 64] >> (i % 64) & 1) != 0;
}

static void
bits_make(struct bits *b, uint64_t count)
{
	b->count = count;
	b->v = xarray(count / 64 + 1, sizeof(*b->v));
}

static void
bit_put(struct bits *b, uint64_t i)
{
	if (i < b->count)
		b->v[i / 64] |= UINT64_C(1) << (i % 64);
}

void
cond_fini(struct cond *k)
{
	free(k->in_prefix.v);
	free(k->in_text.v);
	free(k->terms);
}

/* --- putting the question -------------------------------------------------------- */

uint64_t
columns_rows(const struct columns *c)
{
	uint64_t n = atomic_load_explicit(&c->h->count, memory_order_acquire);

	return n < c->cap ? n : c->cap;
}

static uint64_t
names_of(const struct columns *c)
{
	uint64_t n = atomic_load_explicit(&c->h->names, memory_order_acquire);

	return n < c->cap ? n : c->cap;
}

static void
prefix_put(const struct columns *c, struct cond *k)
{
	const struct prefix *p = &k->q->prefix;
	struct ip last = prefix_last(p);
	uint64_t n = names_of(c);

	k->by_prefix = true;
	k->id_lo = 1;
	k->id_hi = 0;
	if (prefix_is_v4(p))
		finding_hosts_range(p, &k->id_lo, &k->id_hi);
	if (k->q->hosts)
		return;
	bits_make(&k->in_prefix, columns_rows(c));
	for (uint64_t i = 0; i < n; i++) {
		const struct columns_name *x = &col_names(c)[i];
		struct ip ip = { x->hi, x->lo };

		if (x->has_ip != 0 && ip_cmp(ip, p->ip) >= 0 && ip_cmp(ip, last) <= 0)
			bit_put(&k->in_prefix, x->slot);
	}
}

/* The last name that begins at or before this byte. */
static uint64_t
name_at(const struct columns *c, uint64_t n, uint64_t at)
{
	uint64_t lo = 0, hi = n;

	while (hi - lo > 1) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (col_names(c)[mid].at <= at)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void
names_put(const struct columns *c, struct cond *k, struct slice needle)
{
	uint64_t n = names_of(c), len = atomic_load_explicit(&c->h->text_len, memory_order_acquire), at = 0;
	const uint8_t *text = c->at[COL_TEXT];

	len = len < c->text_cap ? len : c->text_cap;
	bits_make(&k->in_text, columns_rows(c));
	while (n > 0 && at < len) {
		const uint8_t *p = memmem(text + at, len - at, needle.p, needle.len);
		uint64_t i;

		if (p == NULL)
			break;
		i = name_at(c, n, (uint64_t)(p - text));
		bit_put(&k->in_text, col_names(c)[i].slot);
		/* Behind the rest of this name; at least one byte on, whatever the file says. */
		at = (uint64_t)col_names(c)[i].at + col_names(c)[i].len;
		at = at > (uint64_t)(p - text) ? at : (uint64_t)(p - text) + 1;
	}
}

static bool
term_find(struct store *s, struct slice text, uint32_t *out, bool *found, struct err *e)
{
	struct stmt *q;
	int64_t id = 0;

	*found = false;
	if (!store_query(s, Q_TERM_FIND, "SELECT id FROM term WHERE text = ?1", &q, e))
		return false;
	stmt_text(q, 1, text);
	if (!stmt_number(q, &id, found, e))
		return false;
	*out = (uint32_t)id;
	return true;
}

static bool
terms_put(struct store *s, struct cond *k, struct err *e)
{
	struct stmt *q = NULL;
	struct buf like;
	enum step step = STEP_FAIL;
	int64_t last = 0;

	if (!db_number(s->db, "SELECT coalesce(max(id), 0) FROM term", &last, e))
		return false;
	k->term_count = (uint64_t)last + 1;
	k->terms = xarray(k->term_count, 1);
	buf_init(&like, 4096);
	db_like(&like, k->q->text);
	if (db_prepare(s->db, "SELECT id FROM term WHERE text LIKE ?1 ESCAPE '\\'", &q, e)) {
		stmt_text(q, 1, buf_view(&like));
		while ((step = stmt_step(q, e)) == STEP_ITEM) {
			int64_t id = stmt_col_i64(q, 0);

			if (id > 0 && id <= last)
				k->terms[id] = 1;
		}
	}
	stmt_free(&q);
	buf_fini(&like);
	return step == STEP_END;
}

static bool
text_put(struct store *s, struct cond *k, struct err *e)
{
	uint8_t lower[256];
	struct slice t = k->q->text;

	for (size_t i = 0; i < t.len; i++)
		lower[i] = byte_lower(t.p[i]);
	names_put(s->columns, k, slice_of(lower, t.len));
	return terms_put(s, k, e);
}

static void
classes_put(struct cond *k)
{
	const struct finding_query *q = k->q;

	k->by_class = q->class_type.p != NULL || q->taxonomy.p != NULL;
	for (unsigned i = 0; i < CLASS_COUNT && k->by_class; i++)
		k->class_ok[i] = (q->class_type.p == NULL || class_find(q->class_type) == (enum class)i) &&
		    (q->taxonomy.p == NULL || slice_eq(class_taxonomy((enum class)i), q->taxonomy));
}

bool
cond_make(struct store *s, const struct finding_query *q, struct cond *k, struct err *e)
{
	bool found = true;

	*k = (struct cond){ .q = q, .report = (uint32_t)q->report };
	k->now_s = q->now_s <= 0 ? 0 : q->now_s > UINT32_MAX ? UINT32_MAX : (uint32_t)q->now_s;
	classes_put(k);
	k->by_country = q->country.p != NULL;
	if (k->by_country && !slice_eq(q->country, S("-"))) {
		k->country = (uint16_t)(q->country.len == 2 ? q->country.p[0] << 8 | q->country.p[1] : 0);
		k->none = k->country == 0;
	}
	k->by_feed = q->feed.p != NULL || q->no_feed;
	if (q->feed.p != NULL && !term_find(s, q->feed, &k->feed, &found, e))
		return false;
	k->none = k->none || !found || (q->feed.p != NULL && q->no_feed);
	if (q->has_prefix)
		prefix_put(s->columns, k);
	return q->text.p == NULL || text_put(s, k, e);
}

/* --- one block --------------------------------------------------------------------- */

static void
mask_numbers(const struct columns *c, const struct cond *k, uint64_t at, uint8_t m[BLOCK])
{
	const struct finding_query *q = k->q;
	const uint32_t *last = col_u32(c, COL_LAST) + at, *first = col_u32(c, COL_FIRST) + at;

	if (q->has_asn) {
		const uint32_t *v = col_u32(c, COL_ASN) + at, asn = q->asn;

		NARROW(v[i] == asn);
	}
	if (k->by_feed) {
		const uint32_t *v = col_u32(c, COL_FEED) + at, feed = k->feed;

		NARROW(v[i] == feed);
	}
	if (q->since_s != 0)
		NARROW((int64_t)last[i] >= q->since_s);
	if (q->until_s != 0)
		NARROW((int64_t)last[i] < q->until_s);
	if (q->new_since_s != 0)
		NARROW((int64_t)first[i] >= q->new_since_s);
	if (q->report != 0) {
		const uint32_t *a = col_u32(c, COL_FIRST_AT) + at, *b = col_u32(c, COL_LAST_AT) + at, r = k->report;

		NARROW((a[i] == r) | (b[i] == r));
	}
}

static void
mask_words(const struct columns *c, const struct cond *k, uint64_t at, uint8_t m[BLOCK])
{
	const uint8_t *state = c->at[COL_STATE] + at, *class = c->at[COL_CLASS] + at;
	const uint32_t *quiet = col_u32(c, COL_QUIET) + at;

	if (k->by_country) {
		const uint16_t *v = col_u16(c, COL_COUNTRY) + at, country = k->country;

		NARROW(v[i] == country);
	}
	if (k->by_class)
		NARROW(k->class_ok[class[i]]);
	if (k->q->due) {
		const unsigned now = k->now_s;

		NARROW((quiet[i] <= now) & ((state[i] & STATE_BITS) != FINDING_RESOLVED));
	}
	if (k->q->states != 0) {
		/* By state: as it is, and where its silence has come. */
		const unsigned ok = k->q->states & 31u, silent = k->q->states >> FINDING_RESOLVED & 1u, now = k->now_s;

		for (uint32_t i = 0; i < BLOCK; i++) {
			unsigned is = ok >> (state[i] & STATE_BITS) & 1u;

			m[i] = (uint8_t)(m[i] & (((now != 0) & (quiet[i] <= now)) != 0 ? silent : is));
		}
	}
}

static void
mask_places(const struct columns *c, const struct cond *k, uint64_t at, uint32_t n, uint8_t m[BLOCK])
{
	const uint8_t *state = c->at[COL_STATE] + at;
	const int64_t *id = col_i64(c) + at;

	if (k->by_prefix) {
		for (uint32_t i = 0; i < n; i++) {
			if (m[i] != 0)
				m[i] = (((state[i] & STATE_HOST) != 0) & (id[i] >= k->id_lo) & (id[i] <= k->id_hi)) || bit(&k->in_prefix, at + i);
		}
	}
	if (k->q->text.p != NULL) {
		const uint32_t *label = col_u32(c, COL_LABEL) + at, *identifier = col_u32(c, COL_IDENTIFIER) + at;

		for (uint32_t i = 0; i < n; i++) {
			if (m[i] != 0)
				m[i] = (label[i] < k->term_count && k->terms[label[i]]) || (identifier[i] < k->term_count && k->terms[identifier[i]]) ||
				    bit(&k->in_text, at + i);
		}
	}
}

void
cond_mask(const struct columns *c, const struct cond *k, uint64_t at, uint32_t n, uint8_t m[BLOCK])
{
	const uint8_t *state = c->at[COL_STATE] + at;

	memset(m, k->none ? 0 : 1, BLOCK);
	NARROW(state[i] < STATE_DEAD);
	mask_numbers(c, k, at, m);
	mask_words(c, k, at, m);
	memset(m + n, 0, BLOCK - n);
	if (k->by_prefix || k->q->text.p != NULL)
		mask_places(c, k, at, n, m);
}

uint32_t
cond_chosen(const uint8_t m[BLOCK], uint16_t v[BLOCK])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < BLOCK; i += 8) {
		uint64_t eight;

		memcpy(&eight, m + i, 8);
		if (eight == 0)
			continue;
		for (uint32_t k = i; k < i + 8; k++) {
			v[n] = (uint16_t)k;
			n += m[k] != 0;
		}
	}
	return n;
}
