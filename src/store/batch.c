/*
 * batch: gathers the observations of one report.
 *
 * What a finding becomes is a fold over its observations in their order; the
 * fold is such that any run of them can be gathered first and joined with the
 * store's row later, with the same outcome:
 *
 *   first, last     the earliest and the latest one (of equals the first, and
 *                   the last in order); feed, label, AS, country: the latest's
 *   counted as new  in the cell of the earliest one, of equals the least cell:
 *                   the same whatever the order (batch_first.c, decision 0071)
 *   returned        an observation later than all before it by more than the
 *                   class' silence means that the finding was gone and is
 *                   back. In a run only two can be that towards the store's
 *                   row: the first in order (begin), and the last one that was
 *                   it within the run (gap); the latter is the later one.
 */
#include "store/batch.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"

#define DAY_S 86400

struct batch *
batch_get(struct store *s)
{
	struct batch *b = s->batch;

	if (b != NULL)
		return b;
	b = s->batch = xalloc(sizeof(*b));
	*b = (struct batch){ 0 };
	b->findings_max = BATCH_FINDINGS;
	b->findings = xlarge(BATCH_FINDINGS, sizeof(*b->findings));
	b->slots = xlarge(BATCH_SLOTS, sizeof(*b->slots));
	b->days = xlarge(BATCH_COUNTS, sizeof(*b->days));
	b->day_slots = xlarge(DAY_SLOTS, sizeof(*b->day_slots));
	buf_init(&b->text, BATCH_TEXT);
	bads_init(&b->bads);
	return b;
}

void
batch_free(struct batch **bp)
{
	struct batch *b = *bp;

	*bp = NULL;
	if (b == NULL)
		return;
	bads_fini(&b->bads);
	batch_sight_free(b);
	buf_fini(&b->text);
	large_free(b->findings, BATCH_FINDINGS, sizeof(*b->findings));
	large_free(b->slots, BATCH_SLOTS, sizeof(*b->slots));
	large_free(b->days, BATCH_COUNTS, sizeof(*b->days));
	free(b->tally);
	large_free(b->day_slots, DAY_SLOTS, sizeof(*b->day_slots));
	free(b->retry.v);
	free(b);
}

static size_t
finding_slot(int64_t id)
{
	return (size_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 45);
}

static size_t
day_slot(const struct day_count *d)
{
	uint64_t a = (uint64_t)d->day << 32 | d->asn;
	uint64_t b = (uint64_t)d->country << 24 | (uint64_t)d->feed << 8 | d->class;

	return (size_t)((a * 0x9e3779b97f4a7c15u ^ b * 0xc2b2ae3d27d4eb4fu) >> 47);
}

/* Few entries are taken out one by one: a mail should not cost a large memset. */
static void
gathered_clear(struct batch *b)
{
	if (b->finding_count > 4096) {
		memset(b->slots, 0, BATCH_SLOTS * sizeof(*b->slots));
	} else {
		for (uint32_t i = 0; i < b->finding_count; i++) {
			size_t at = finding_slot(b->findings[i].id);

			/* The whole cluster goes, so none is searched in vain. */
			for (; b->slots[at] != 0; at = (at + 1) & (BATCH_SLOTS - 1))
				b->slots[at] = 0;
		}
	}
	if (b->day_count > 1024) {
		memset(b->day_slots, 0, DAY_SLOTS * sizeof(*b->day_slots));
	} else {
		for (uint32_t i = 0; i < b->day_count; i++) {
			size_t at = day_slot(&b->days[i]);

			for (; b->day_slots[at] != 0; at = (at + 1) & (DAY_SLOTS - 1))
				b->day_slots[at] = 0;
		}
	}
	b->finding_count = b->day_count = 0;
	buf_clear(&b->text);
	buf_byte(&b->text, 0); /* side 0 is "none" */
	bads_clear(&b->bads);
	batch_sight_clear(b);
	b->events = b->bad = b->taken = 0;
}

void
batch_start(struct batch *b, int64_t report, int64_t received_s)
{
	gathered_clear(b);
	free(b->retry.v);
	b->retry = (struct retry){ 0 };
	b->open = true;
	b->report = report;
	b->received_s = received_s;
	b->skip = 0;
	b->events_total = b->bad_total = 0;
	b->at_known = b->at_cut = false;
	b->at_items = b->at_good = 0;
}

void
store_batch_drop(struct store *s)
{
	if (s->batch == NULL)
		return;
	gathered_clear(s->batch);
	s->batch->open = false;
}

void
store_batch_counts(const struct store *s, uint64_t *events_out,
    uint64_t *bad_out)
{
	*events_out = s->batch == NULL ? 0 : s->batch->events_total;
	*bad_out = s->batch == NULL ? 0 : s->batch->bad_total;
}

bool
store_batch_begin(struct store *s, int64_t report_id, uint64_t *seen_out,
    struct err *e)
{
	struct batch *b = batch_get(s);
	struct stmt *q;
	enum step step;

	if (!store_query(s, Q_BATCH_BEGIN,
		"SELECT received_s, seen, state,"
		" (SELECT count(*) FROM bad_example WHERE report = ?1)"
		" FROM report WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, report_id);
	step = stmt_step(q, e);
	if (step == STEP_FAIL)
		return false;
	if (step == STEP_END)
		return err_set(e, ERR_ABSENT, "there is no report %lld",
		    (long long)report_id);
	batch_start(b, report_id, stmt_col_i64(q, 0));
	b->skip = (uint64_t)stmt_col_i64(q, 1);
	b->bads.examples_stored = (uint64_t)stmt_col_i64(q, 3);
	if (stmt_col_i64(q, 2) == REPORT_DONE) {
		b->open = false;
		stmt_reset(q);
		return err_set(e, ERR_CONFLICT,
		    "report %lld is read already", (long long)report_id);
	}
	stmt_reset(q);
	if (seen_out != NULL)
		*seen_out = b->skip;
	return true;
}

static bool
is_full(const struct store *s, const struct batch *b, uint32_t slack)
{
	return b->finding_count >= b->findings_max - slack ||
	    b->day_count >= BATCH_COUNTS - slack ||
	    b->taken >= BATCH_EVENTS - slack ||
	    b->text.len > BATCH_TEXT - ((size_t)1 << 18) - (size_t)slack * 512 ||
	    terms_full(&s->terms) || bads_full(&b->bads) || batch_sight_full(b);
}

/*
 * A record may give several items at one place, good and bad. A retry must
 * tell them apart, so they are numbered, and a batch is cut between places
 * where it can be.
 */
bool
batch_enter(struct store *s, struct slice part, uint64_t offset,
    bool *take_out, struct err *e)
{
	struct batch *b = s->batch;
	uint16_t index;
	bool same;

	assert(b != NULL && b->open);
	index = b->at_part;
	/* Each call adds a few terms and looks whether many are left. */
	if ((!b->at_known || !slice_eq(term_view(&s->terms, index), part)) &&
	    !term_of(&s->terms, part, &index))
		return err_set(e, ERR_LIMIT, "too many different texts");
	same = b->at_known && index == b->at_part && offset == b->at_offset;
	if (!same) {
		bads_close_place(b, b->at_good > 0 || b->at_cut);
		b->at_items = b->at_good = 0;
		b->at_cut = false;
		if (b->retry.on && (!b->at_known || index != b->at_part))
			b->at_hash = hash64(term_view(&s->terms, index), 0);
		b->at_offset = offset;
		b->at_part = index;
		b->at_known = true;
	}
	if (is_full(s, b, same ? 1 : BATCH_SLACK)) {
		if (!store_batch_flush(s, e) ||
		    !term_of(&s->terms, part, &b->at_part))
			return false;
		b->at_known = true;
		b->at_offset = offset;
		b->at_cut = same;
	}
	b->at_items++;
	*take_out = false;
	if (b->skip > 0) {
		b->skip--;
		return true;
	}
	if (b->retry.on) {
		if (!retry_wants(&b->retry, b->at_hash, offset, b->at_items - 1))
			return true;
		if (b->retry.skip > 0) {
			b->retry.skip--;
			return true;
		}
	}
	*take_out = true;
	return true;
}

static uint32_t
moment(const struct batch *b, int64_t t)
{
	if (t < 0 || t > UINT32_MAX || t - DAY_S > b->received_s)
		t = b->received_s;
	return t < 0 ? 0 : t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

static uint32_t
count_event(struct batch *b, const struct day_count *key)
{
	size_t at = day_slot(key);
	struct day_count *d;

	for (; b->day_slots[at] != 0; at = (at + 1) & (DAY_SLOTS - 1)) {
		d = &b->days[b->day_slots[at] - 1];
		if (d->day == key->day && d->asn == key->asn &&
		    d->country == key->country && d->feed == key->feed &&
		    d->class == key->class) {
			d->events++;
			return b->day_slots[at] - 1;
		}
	}
	d = &b->days[b->day_count];
	*d = *key;
	d->events = 1;
	d->findings_new = 0;
	b->day_slots[at] = ++b->day_count;
	return b->day_count - 1;
}

/* What a row needs besides for a place that is not an IPv4 address. */
static uint32_t
side_put(struct batch *b, const struct finding_key *k)
{
	struct slice place = k->kind == PLACE_IP ? SLICE_NONE :
						   text_cut(k->place, 2048);
	bool has_ip = k->ip.hi != 0 || k->ip.lo != 0;
	uint8_t *p;
	size_t at = b->text.len;

	if (k->kind == PLACE_IP && ip_is_v4(k->ip))
		return 0;
	p = buf_room(&b->text, 19 + place.len);
	assert(p != NULL); /* batch_room() saw to it */
	p[0] = has_ip;
	ip_to_bytes(k->ip, p + 1);
	p[17] = (uint8_t)(place.len >> 8);
	p[18] = (uint8_t)place.len;
	if (place.len > 0)
		memcpy(p + 19, place.p, place.len);
	b->text.len += 19 + place.len;
	return (uint32_t)at;
}

struct terms_of {
	uint16_t feed, label, identifier, transport;
};

static bool
terms_of(struct store *s, const struct observation *o, struct terms_of *t)
{
	return term_of(&s->terms, o->feed, &t->feed) &&
	    term_of(&s->terms, o->label, &t->label) &&
	    term_of(&s->terms, o->key.identifier, &t->identifier) &&
	    term_of(&s->terms, o->key.transport, &t->transport);
}

static void
gather_new(struct batch *b, struct gathered *g, const struct observation *o,
    const struct terms_of *t, uint32_t at_s)
{
	*g = (struct gathered){
		.id = o->key.id,
		.first_offset = o->offset,
		.last_offset = o->offset,
		.first_s = at_s,
		.last_s = at_s,
		.begin_s = at_s,
		.first_length = o->length,
		.last_length = o->length,
		.count = 1,
		.asn = o->asn,
		.side = side_put(b, &o->key),
		.feed = t->feed,
		.label = t->label,
		.identifier = t->identifier,
		.transport = t->transport,
		.first_part = b->at_part,
		.last_part = b->at_part,
		.port = o->key.port,
		.country = (uint16_t)(o->country[0] << 8 | o->country[1]),
		.class = (uint8_t)o->key.class,
		.kind = (uint8_t)o->key.kind,
		.tlp = (uint8_t)o->tlp,
	};
}

/* day: the count that the observation is in. */
static void
gather_more(struct store *s, struct gathered *g, const struct observation *o,
    const struct terms_of *t, uint32_t at_s, uint32_t day)
{
	struct batch *b = s->batch;

	if (at_s > (uint64_t)g->last_s +
		    (uint64_t)class_silence_d(o->key.class) * DAY_S)
		g->gap_s = at_s;
	if (at_s < g->first_s ||
	    (at_s == g->first_s && day != g->day &&
		batch_cell_less(&s->terms, &b->days[day], &b->days[g->day])))
		g->day = day;
	if (at_s < g->first_s) {
		g->first_s = at_s;
		g->first_offset = o->offset;
		g->first_length = o->length;
		g->first_part = b->at_part;
	}
	if (at_s >= g->last_s) {
		g->last_s = at_s;
		g->last_offset = o->offset;
		g->last_length = o->length;
		g->last_part = b->at_part;
		g->asn = o->asn;
		g->country = (uint16_t)(o->country[0] << 8 | o->country[1]);
		g->feed = t->feed;
		g->label = t->label;
	}
	/* What one source holds back is not let go by another. */
	if (o->tlp > g->tlp)
		g->tlp = (uint8_t)o->tlp;
	g->count++;
}

bool
store_observe(struct store *s, const struct observation *o, struct err *e)
{
	struct batch *b = s->batch;
	struct terms_of t;
	uint32_t at_s, day;
	size_t at;
	bool take = false;

	if (!batch_enter(s, o->part, o->offset, &take, e))
		return false;
	b->at_good++;
	if (!take)
		return true;
	if (!terms_of(s, o, &t))
		return err_set(e, ERR_LIMIT, "too many different texts");
	b->likely_feed = t.feed;
	at_s = moment(b, o->time_s);
	day = count_event(b, &(struct day_count){
		.day = at_s / DAY_S,
		.asn = o->asn,
		.country = (uint16_t)(o->country[0] << 8 | o->country[1]),
		.feed = t.feed,
		.class = (uint8_t)o->key.class,
	});
	b->events++;
	b->events_total++;
	b->taken++;
	if (o->met_count > 0)
		batch_sight(b, o, at_s);
	for (at = finding_slot(o->key.id); b->slots[at] != 0;
	    at = (at + 1) & (BATCH_SLOTS - 1)) {
		struct gathered *g = &b->findings[b->slots[at] - 1];

		if (g->id == o->key.id) {
			gather_more(s, g, o, &t, at_s, day);
			return true;
		}
	}
	gather_new(b, &b->findings[b->finding_count], o, &t, at_s);
	b->findings[b->finding_count].day = day;
	b->slots[at] = ++b->finding_count;
	return true;
}

/* So many observations are expected together. */
#define AHEAD ((size_t)16)

/*
 * Each step asks for the lines that the next one reads. Which count an
 * observation goes to is guessed from the feed before: a wrong guess costs
 * nothing but the wait that it would have saved.
 */
static void
expect(const struct batch *b, const struct observation *v, size_t n)
{
	size_t slot[AHEAD], day[AHEAD];

	for (size_t i = 0; i < n; i++) {
		slot[i] = finding_slot(v[i].key.id);
		day[i] = day_slot(&(struct day_count){
			.day = moment(b, v[i].time_s) / DAY_S,
			.asn = v[i].asn,
			.country = (uint16_t)(v[i].country[0] << 8 | v[i].country[1]),
			.feed = b->likely_feed,
			.class = (uint8_t)v[i].key.class,
		});
		__builtin_prefetch(&b->slots[slot[i]]);
		__builtin_prefetch(&b->day_slots[day[i]]);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t finding = b->slots[slot[i]], count = b->day_slots[day[i]];

		if (finding != 0)
			__builtin_prefetch(&b->findings[finding - 1]);
		if (count != 0)
			__builtin_prefetch(&b->days[count - 1]);
	}
}

bool
store_observe_many(struct store *s, const struct observation *v, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (i % AHEAD == 0)
			expect(s->batch, v + i, n - i < AHEAD ? n - i : AHEAD);
		if (!store_observe(s, &v[i], e))
			return false;
	}
	return true;
}

static bool
progress(struct store *s, struct batch *b, struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_BATCH_PROGRESS,
		"UPDATE report SET events = events + ?2, bad = bad + ?3,"
		" seen = seen + ?4, retry_seen = retry_seen + ?5 WHERE id = ?1",
		&q, e))
		return false;
	stmt_i64(q, 1, b->report);
	stmt_i64(q, 2, (int64_t)b->events);
	stmt_i64(q, 3, (int64_t)b->bad);
	stmt_i64(q, 4, b->retry.on ? 0 : (int64_t)b->taken);
	stmt_i64(q, 5, b->retry.on ? (int64_t)b->taken : 0);
	return stmt_run(q, NULL, e);
}

static bool
write_all(struct store *s, struct batch *b, struct err *e)
{
	return b->taken == 0 ||
	    (terms_store(s, e) && batch_store_findings(s, b, e) &&
		batch_store_days(s, b, e) && bads_store(s, b, e) &&
		batch_store_sightings(s, b, e) && progress(s, b, e));
}

/* After a flush nobody holds a term's index but the place we are at. */
static void
written(struct store *s, struct batch *b)
{
	b->bads.examples_stored += b->bads.example_count;
	gathered_clear(b);
	if (terms_full(&s->terms)) {
		terms_clear(&s->terms);
		b->at_known = false;
		b->at_part = 0;
	}
}

void
store_batch_patience(struct store *s, int64_t ms)
{
	struct batch *b = batch_get(s);

	b->flush_ns = ms * 1000000;
	b->findings_max = ms > 0 ? BATCH_FINDINGS_FEW : BATCH_FINDINGS;
}

/* A flush of n findings took so long: the next batch is what can be written in time. */
static void
size_learn(struct batch *b, uint32_t n, int64_t took_ns)
{
	uint64_t fits;

	if (b->flush_ns == 0 || n == 0)
		return;
	fits = (uint64_t)n * (uint64_t)b->flush_ns / (uint64_t)(took_ns > 0 ? took_ns : 1);
	/* One that was quick says little of one that is many times larger. */
	if (fits > 2 * (uint64_t)b->findings_max)
		fits = n < b->findings_max / 2 ? b->findings_max : 2 * (uint64_t)b->findings_max;
	b->findings_max = fits < BATCH_FINDINGS_FEW ? BATCH_FINDINGS_FEW : fits > BATCH_FINDINGS ? BATCH_FINDINGS : (uint32_t)fits;
}

bool
store_batch_flush(struct store *s, struct err *e)
{
	struct batch *b = s->batch;
	int64_t begun_ns = clock_mono_ns();
	bool mine;

	assert(b != NULL && b->open);
	/* More may come for this place: what is bad there is held for mixed. */
	bads_close_place(b, true);
	b->at_cut = true;
	if (!store_begin(s, &mine, e) ||
	    !store_end(s, mine, write_all(s, b, e), e))
		return false;
	size_learn(b, b->finding_count, clock_mono_ns() - begun_ns);
	written(s, b);
	return true;
}

/* Read well, and neither an event nor a bad record in it. */
static bool
nothing_put(struct store *s, struct batch *b, struct slice why, struct err *e)
{
	struct stmt *q;
	struct arena a;
	bool ok;

	if (why.len == 0)
		return true;
	if (!store_query(s, Q_BATCH_NOTHING,
		"UPDATE report SET state = 4, reason = ?2 WHERE id = ?1 AND state = 2"
		" AND events = 0 AND bad = 0", &q, e))
		return false;
	arena_init(&a, (size_t)64 << 10);
	stmt_i64(q, 1, b->report);
	stmt_text(q, 2, text_clean(why, 2048, &a));
	ok = stmt_run(q, NULL, e);
	arena_fini(&a);
	return ok;
}

static bool
done(struct store *s, struct batch *b, const struct batch_end *end, struct err *e)
{
	struct stmt *q;

	if (b->retry.on)
		return retry_finish(s, b, e);
	if (!store_query(s, Q_BATCH_DONE,
		"UPDATE report SET state = 2, reason = '', format ="
		" CASE WHEN ?2 = '' THEN format ELSE ?2 END, undated = ?3,"
		" protected = ?4 WHERE id = ?1",
		&q, e))
		return false;
	stmt_i64(q, 1, b->report);
	stmt_text(q, 2, end->format.p == NULL ? S("") : end->format);
	stmt_i64(q, 3, end->undated);
	stmt_i64(q, 4, end->protected);
	return stmt_run(q, NULL, e);
}

bool
store_batch_done(struct store *s, struct slice format, struct err *e)
{
	return store_batch_end(s, &(struct batch_end){ .format = format }, e);
}

bool
store_batch_end(struct store *s, const struct batch_end *end, struct err *e)
{
	struct batch *b = s->batch;
	bool mine;

	assert(b != NULL && b->open);
	bads_close_place(b, b->at_good > 0 || b->at_cut);
	if (!store_begin(s, &mine, e) ||
	    !store_end(s, mine, write_all(s, b, e) && done(s, b, end, e) &&
		nothing_put(s, b, end->nothing, e), e))
		return false;
	written(s, b);
	b->open = false;
	return true;
}
