/*
 * batch_flush: the gathered findings and counts into the store, in the order
 * in which they lie there.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "store/batch.h"

#define DAY_S 86400
#define AT_BYTES 40 /* four LEB128 numbers of ten bytes */

struct order {
	int64_t id;
	uint32_t index;
};

static int
order_cmp(const void *a, const void *b)
{
	int64_t x = ((const struct order *)a)->id;
	int64_t y = ((const struct order *)b)->id;

	return x < y ? -1 : x > y;
}

/* So many buckets, and those of more than so many are sorted by qsort(). */
#define BUCKET_BITS 16
#define BUCKET_SMALL 24
/* The buckets themselves cost more than they save below so many findings. */
#define BUCKETS_FROM 4096

static void
bucket_sort(struct order *v, size_t n)
{
	if (n > BUCKET_SMALL) {
		qsort(v, n, sizeof(*v), order_cmp);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct order x = v[i];
		size_t k = i;

		for (; k > 0 && v[k - 1].id > x.id; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

/*
 * The findings by id. Ids are spread over a few networks or over all of the
 * Internet: one pass into buckets over their range leaves little to sort.
 */
static struct order *
order_make(const struct batch *b)
{
	size_t n = b->finding_count, buckets = (size_t)1 << BUCKET_BITS;
	struct order *v = xarray(n, sizeof(*v));
	uint64_t lo = UINT64_MAX, hi = 0;
	unsigned shift = 0;
	uint32_t *begin;

	if (n < BUCKETS_FROM) {
		for (uint32_t i = 0; i < n; i++)
			v[i] = (struct order){ b->findings[i].id, i };
		bucket_sort(v, n);
		return v;
	}
	begin = xarray(buckets + 1, sizeof(*begin));
	for (size_t i = 0; i < n; i++) {
		uint64_t id = (uint64_t)b->findings[i].id;

		lo = id < lo ? id : lo;
		hi = id > hi ? id : hi;
	}
	while ((hi - lo) >> shift >= buckets)
		shift++;
	memset(begin, 0, (buckets + 1) * sizeof(*begin));
	for (size_t i = 0; i < n; i++)
		begin[(((uint64_t)b->findings[i].id - lo) >> shift) + 1]++;
	for (size_t i = 1; i <= buckets; i++)
		begin[i] += begin[i - 1];
	for (size_t i = 0; i < n; i++) {
		int64_t id = b->findings[i].id;

		v[begin[((uint64_t)id - lo) >> shift]++] = (struct order){ id,
			(uint32_t)i };
	}
	/* begin[k] has moved to the end of bucket k. */
	for (size_t i = 0, at = 0; i < buckets; at = begin[i++])
		bucket_sort(v + at, begin[i] - at);
	free(begin);
	return v;
}

static size_t
varint(uint8_t *p, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (uint8_t)(v | 0x80);
	p[n++] = (uint8_t)v;
	return n;
}

/* Where an event stands, as finding.first_at and last_at keep it. */
static struct slice
at_pack(uint8_t *p, int64_t report, uint64_t offset, uint32_t length,
    int64_t part)
{
	size_t n = varint(p, (uint64_t)report);

	n += varint(p + n, offset);
	n += varint(p + n, length);
	n += varint(p + n, (uint64_t)part);
	return slice_of(p, n);
}

static void
bind_term(struct stmt *q, int i, const struct store *s, uint16_t index)
{
	if (index == 0)
		stmt_null(q, i);
	else
		stmt_i64(q, i, term_id(&s->terms, index));
}

static void
bind_country(struct stmt *q, int i, uint16_t country, uint8_t mem[2],
    bool null)
{
	mem[0] = (uint8_t)(country >> 8);
	mem[1] = (uint8_t)country;
	stmt_text(q, i, country != 0 ? slice_of(mem, 2) :
		null ? SLICE_NONE : S(""));
}

static void
bind_side(struct stmt *q, int ip, int place, const struct batch *b,
    const struct gathered *g)
{
	const uint8_t *p = b->text.p + g->side;
	size_t len;

	if (g->side == 0) {
		stmt_null(q, ip);
		stmt_null(q, place);
		return;
	}
	len = (size_t)p[17] << 8 | p[18];
	stmt_blob(q, ip, p[0] != 0 ? slice_of(p + 1, 16) : SLICE_NONE);
	stmt_text(q, place, len > 0 ? slice_of(p + 19, len) : SLICE_NONE);
}

/* What is written of g, for who follows the store (store/columns.h). */
static void
change_note(struct store *s, const struct batch *b, const struct gathered *g, enum change_kind kind)
{
	struct change *x = store_change(s, g->id, kind);

	if (x == NULL || kind == CHANGE_READ)
		return;
	x->first_s = g->first_s;
	x->last_s = g->last_s;
	x->count = g->count;
	x->asn = g->asn;
	x->feed = (uint32_t)term_id(&s->terms, g->feed);
	x->label = (uint32_t)term_id(&s->terms, g->label);
	x->identifier = (uint32_t)term_id(&s->terms, g->identifier);
	x->report = (uint32_t)b->report;
	x->state_s = g->gap_s;
	x->country = g->country;
	x->class = g->class;
	x->state = g->gap_s == 0 ? FINDING_NEW : FINDING_RETURNED;
}

static const char add_sql[] =
    "INSERT INTO finding (id, class, kind, ip, place, identifier, port,"
    " transport, asn, country, first_s, last_s, count, state, state_s, feed,"
    " label, first_at, last_at, tlp, first_cell) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
    " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
    " ON CONFLICT (id) DO NOTHING";

/* *added_out false: the finding is there already. */
static bool
add(struct store *s, const struct batch *b, const struct gathered *g,
    struct stmt *q, bool *added_out, struct err *e)
{
	uint8_t first[AT_BYTES], last[AT_BYTES], country[2];
	char cell[CELL_BYTES];
	int64_t changed = 0;

	stmt_i64(q, 1, g->id);
	stmt_i64(q, 2, g->class);
	stmt_i64(q, 3, g->kind);
	bind_side(q, 4, 5, b, g);
	bind_term(q, 6, s, g->identifier);
	stmt_i64(q, 7, g->port);
	bind_term(q, 8, s, g->transport);
	stmt_i64(q, 9, g->asn);
	bind_country(q, 10, g->country, country, true);
	stmt_i64(q, 11, g->first_s);
	stmt_i64(q, 12, g->last_s);
	stmt_i64(q, 13, g->count);
	stmt_i64(q, 14, g->gap_s == 0 ? FINDING_NEW : FINDING_RETURNED);
	stmt_i64(q, 15, g->gap_s);
	bind_term(q, 16, s, g->feed);
	bind_term(q, 17, s, g->label);
	stmt_blob(q, 18, at_pack(first, b->report, g->first_offset,
			     g->first_length, term_id(&s->terms, g->first_part)));
	stmt_blob(q, 19, g->count == 1 ? SLICE_NONE :
		at_pack(last, b->report, g->last_offset, g->last_length,
		    term_id(&s->terms, g->last_part)));
	stmt_i64(q, 20, g->tlp);
	stmt_text(q, 21, batch_first_cell(s, b, g, cell));
	if (!stmt_run(q, &changed, e))
		return false;
	*added_out = changed == 1;
	if (changed == 1)
		change_note(s, b, g, g->side == 0 ? CHANGE_ADD : CHANGE_READ);
	return true;
}

/*
 * ?2 first, ?3 last, ?4 begin, ?5 gap (0: none), ?6 the class' silence.
 * A return is told only of moments later than what the state rests on, so
 * that an old event that arrives late does not undo what somebody did.
 * 3 is FINDING_RESOLVED, 4 FINDING_RETURNED.
 *
 * What a finding counts as new for has to be looked at where this one may be
 * its earliest: then no row changes, unless ?16 says that it was looked at; ?15
 * is the new first_cell ('' for NULL), or NULL where it stays.
 */
enum first { FIRST_ALIKE, FIRST_KNOWN, FIRST_OTHER };

#define SEEN_SET \
	" last_at = CASE WHEN ?3 >= last_s THEN ?7" \
	"  WHEN ?2 < first_s THEN coalesce(last_at, first_at) ELSE last_at END," \
	" first_at = CASE WHEN ?2 < first_s THEN ?8 ELSE first_at END," \
	" asn = CASE WHEN ?3 >= last_s THEN ?9 ELSE asn END," \
	" feed = CASE WHEN ?3 >= last_s THEN ?11 ELSE feed END," \
	" label = CASE WHEN ?3 >= last_s THEN ?12 ELSE label END," \
	" first_s = CASE WHEN ?2 < first_s THEN ?2 ELSE first_s END," \
	" last_s = CASE WHEN ?3 > last_s THEN ?3 ELSE last_s END," \
	" tlp = CASE WHEN ?14 > tlp THEN ?14 ELSE tlp END," \
	" first_cell = CASE WHEN ?15 IS NOT NULL THEN nullif(?15, '')" \
	"  WHEN ?3 < last_s OR first_cell IS NOT NULL OR (asn = ?9" \
	"   AND country IS NOT DISTINCT FROM ?10 AND feed IS NOT DISTINCT FROM ?11)" \
	"  THEN first_cell ELSE asn || ' ' || coalesce(country, '') || ' ' || coalesce(feed, 0) END," \
	" count = count + ?13 WHERE id = ?1 AND (first_s < ?2 OR ?16 = 1" \
	"  OR (?16 = 0 AND first_s = ?2 AND first_cell IS NULL AND asn = ?9" \
	"   AND country IS NOT DISTINCT FROM ?10 AND feed IS NOT DISTINCT FROM ?11))"

static const char seen_sql[] =
    "UPDATE finding SET"
    " state = CASE WHEN (state = 3 AND ?3 > state_s)"
    "  OR (?5 > last_s + ?6 AND ?5 > state_s)"
    "  OR (?4 > last_s + ?6 AND ?4 > state_s) THEN 4 ELSE state END,"
    " state_s = CASE WHEN ?5 > last_s + ?6 AND ?5 > state_s THEN ?5"
    "  WHEN ?4 > last_s + ?6 AND ?4 > state_s THEN ?4 ELSE state_s END,"
    " silent_s = CASE WHEN ?3 > last_s THEN NULL ELSE silent_s END,"
    " country = CASE WHEN ?3 >= last_s THEN ?10 ELSE country END," SEEN_SET;

/*
 * The same where state and country stay, which is nearly always: it names
 * neither, so that the trigger of the tally does not come into it. No row
 * changes where one of them may move: then seen_sql is asked.
 */
static const char quiet_sql[] =
    "UPDATE finding SET" SEEN_SET
    " AND silent_s IS NULL AND NOT (state = 3 AND ?3 > state_s)"
    " AND NOT (?5 > last_s + ?6 AND ?5 > state_s)"
    " AND NOT (?4 > last_s + ?6 AND ?4 > state_s)"
    " AND (?3 < last_s OR country IS NOT DISTINCT FROM ?10)";

/* What a finding is written by. */
struct writers {
	struct stmt *add, *seen, *quiet;
};

/* *there_out false: it is not there, or this one may be earlier. */
static bool
seen(struct store *s, const struct batch *b, const struct gathered *g,
    enum first first_is, struct slice cell, struct stmt *q, bool *there_out,
    struct err *e)
{
	uint8_t first[AT_BYTES], last[AT_BYTES], country[2];
	int64_t changed = 0;

	stmt_i64(q, 1, g->id);
	stmt_i64(q, 2, g->first_s);
	stmt_i64(q, 3, g->last_s);
	stmt_i64(q, 4, g->begin_s);
	stmt_i64(q, 5, g->gap_s);
	stmt_i64(q, 6, (int64_t)class_silence_d((enum class)g->class) * DAY_S);
	stmt_blob(q, 7, at_pack(last, b->report, g->last_offset, g->last_length,
			    term_id(&s->terms, g->last_part)));
	stmt_blob(q, 8, at_pack(first, b->report, g->first_offset,
			    g->first_length, term_id(&s->terms, g->first_part)));
	stmt_i64(q, 9, g->asn);
	bind_country(q, 10, g->country, country, true);
	bind_term(q, 11, s, g->feed);
	bind_term(q, 12, s, g->label);
	stmt_i64(q, 13, g->count);
	stmt_i64(q, 14, g->tlp);
	stmt_text(q, 15, cell);
	stmt_i64(q, 16, (int64_t)first_is);
	if (!stmt_run(q, &changed, e))
		return false;
	*there_out = changed == 1;
	if (changed == 1)
		change_note(s, b, g, q == s->q[Q_FINDING_QUIET] ? CHANGE_SEEN : CHANGE_READ);
	return true;
}

/* The finding is there, and g may be earlier than all that it was. */
static bool
seen_earlier(struct store *s, struct batch *b, const struct gathered *g,
    struct stmt *q, bool *there_out, struct err *e)
{
	struct slice cell = SLICE_NONE;
	char mem[CELL_BYTES];

	if (!batch_first_move(s, b, g, there_out, mem, &cell, e))
		return false;
	b->likely = cell.p == NULL ? BATCH_SEEN : BATCH_EARLIER;
	return !*there_out || seen(s, b, g, FIRST_KNOWN, cell, q, there_out, e);
}

static bool
seen_again(struct store *s, const struct batch *b, const struct gathered *g,
    const struct writers *w, bool *there_out, struct err *e)
{
	char mem[CELL_BYTES];
	enum first first_is = batch_first_cell(s, b, g, mem).p == NULL ? FIRST_ALIKE : FIRST_OTHER;

	return seen(s, b, g, first_is, SLICE_NONE, w->quiet, there_out, e) &&
	    (*there_out || seen(s, b, g, first_is, SLICE_NONE, w->seen, there_out, e));
}

/* Neighbours tend to be of one country. */
static void
tally_count(struct batch *b, const struct gathered *g)
{
	size_t i = b->tally_at < b->tally_count && b->tally[b->tally_at].country == g->country ? b->tally_at + 1 : b->tally_count;

	while (i > 0 && b->tally[i - 1].country != g->country)
		i--;
	if (i == 0) {
		if (b->tally_count == b->tally_cap) {
			b->tally_cap = b->tally_cap == 0 ? 64 : b->tally_cap * 2;
			b->tally = xrealloc(b->tally, b->tally_cap * sizeof(*b->tally));
		}
		i = ++b->tally_count;
		b->tally[i - 1] = (struct tally_new){ .country = g->country };
	}
	b->tally_at = i - 1;
	b->tally[i - 1].fresh += g->gap_s == 0;
	b->tally[i - 1].returned += g->gap_s != 0;
}

/*
 * Whether a finding is there is found out by trying: what the one before was
 * is tried first, as reports tend to be mostly new or mostly known.
 */
static bool
store_finding(struct store *s, struct batch *b, struct gathered *g,
    const struct writers *w, struct err *e)
{
	bool did = false, added = false;

	if (b->likely == BATCH_EARLIER && !seen_earlier(s, b, g, w->seen, &did, e))
		return false;
	if (!did && b->likely == BATCH_SEEN && !seen_again(s, b, g, w, &did, e))
		return false;
	if (did)
		return true;
	if (!add(s, b, g, w->add, &added, e))
		return false;
	if (added) {
		b->days[g->day].findings_new++;
		tally_count(b, g);
		b->likely = BATCH_NEW;
		return true;
	}
	if (b->likely == BATCH_NEW && !seen_again(s, b, g, w, &did, e))
		return false;
	b->likely = BATCH_SEEN;
	if (!did && !seen_earlier(s, b, g, w->seen, &did, e))
		return false;
	return did ||
	    err_set(e, ERR_INTERNAL, "a finding was neither new nor there");
}

bool
batch_store_findings(struct store *s, struct batch *b, struct err *e)
{
	struct writers w;
	struct order *order;
	bool ok = true;

	if (b->finding_count == 0)
		return true;
	if (!store_query(s, Q_FINDING_ADD, add_sql, &w.add, e) ||
	    !store_query(s, Q_FINDING_SEEN, seen_sql, &w.seen, e) ||
	    !store_query(s, Q_FINDING_QUIET, quiet_sql, &w.quiet, e))
		return false;
	/* A flush that failed may be tried again. */
	b->tally_count = 0;
	for (uint32_t i = 0; i < b->day_count; i++)
		b->days[i].findings_new = 0;
	order = order_make(b);
	for (uint32_t i = 0; i < b->finding_count && ok; i++) {
		/* They lie scattered: have the ones that follow fetched by then. */
		if (i + 8 < b->finding_count) {
			const struct gathered *next = &b->findings[order[i + 8].index];

			__builtin_prefetch(next);
			__builtin_prefetch((const char *)(next + 1) - 1);
		}
		ok = store_finding(s, b, &b->findings[order[i].index], &w, e);
	}
	free(order);
	return ok;
}

static int
day_cmp(const void *a, const void *b)
{
	const struct day_count *x = *(const struct day_count *const *)a;
	const struct day_count *y = *(const struct day_count *const *)b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->country != y->country)
		return x->country < y->country ? -1 : 1;
	if (x->asn != y->asn)
		return x->asn < y->asn ? -1 : 1;
	return x->feed < y->feed ? -1 : x->feed > y->feed;
}

static bool
store_day(struct store *s, const struct day_count *d, struct stmt *q,
    struct err *e)
{
	uint8_t country[2];

	stmt_i64(q, 1, d->day);
	stmt_i64(q, 2, d->class);
	bind_country(q, 3, d->country, country, false);
	stmt_i64(q, 4, d->asn);
	stmt_i64(q, 5, term_id(&s->terms, d->feed));
	stmt_i64(q, 6, d->events);
	stmt_i64(q, 7, d->findings_new);
	return stmt_run(q, NULL, e);
}

/* New ones by country and state; what moves later is counted by a trigger. */
static bool
tally_add(struct store *s, uint16_t country, enum finding_state state, int64_t n, struct err *e)
{
	struct stmt *q;
	uint8_t mem[2];

	if (n == 0)
		return true;
	if (!store_query(s, Q_TALLY_ADD,
		"INSERT INTO finding_tally (country, state, findings) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (country, state) DO UPDATE SET"
		" findings = finding_tally.findings + excluded.findings", &q, e))
		return false;
	bind_country(q, 1, country, mem, false);
	stmt_i64(q, 2, state);
	stmt_i64(q, 3, n);
	return stmt_run(q, NULL, e);
}

static bool
store_tally(struct store *s, const struct batch *b, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; i < b->tally_count && ok; i++)
		ok = tally_add(s, b->tally[i].country, FINDING_NEW, b->tally[i].fresh, e) &&
		    tally_add(s, b->tally[i].country, FINDING_RETURNED, b->tally[i].returned, e);
	return ok;
}

/* After the findings, which say how many of them were new. */
bool
batch_store_days(struct store *s, struct batch *b, struct err *e)
{
	const struct day_count **order;
	struct stmt *q;
	bool ok = true;

	if (b->day_count == 0)
		return true;
	if (!store_tally(s, b, e))
		return false;
	if (!store_query(s, Q_COUNT_ADD,
		"INSERT INTO count_day (day, class, country, asn, feed, events,"
		" findings_new) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT (day, class, country, asn, feed) DO UPDATE SET"
		" events = count_day.events + excluded.events, findings_new ="
		" count_day.findings_new + excluded.findings_new", &q, e))
		return false;
	/* Pointers are sorted. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	order = xarray(b->day_count, sizeof(*order));
	for (uint32_t i = 0; i < b->day_count; i++)
		order[i] = &b->days[i];
	qsort(order, b->day_count, sizeof(*order), day_cmp); /* NOLINT(bugprone-sizeof-expression) */
	for (uint32_t i = 0; i < b->day_count && ok; i++)
		ok = store_day(s, order[i], q, e);
	free(order);
	return ok;
}
