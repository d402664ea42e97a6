/*
 * batch_first: a finding counts as new once, in the cell (day, class, country,
 * AS, feed) of its earliest observation; of several that are equally early, the
 * one whose cell is the least. So it hangs on what was observed and not on the
 * order in which the reports were read: where an earlier one comes late, the
 * count goes from the old cell to the new one. Numbers of feeds are given in
 * the order of reading, so feeds are compared by name.
 */
#include <stdio.h>

#include "base/arena.h"
#include "store/batch.h"

#define DAY_S 86400

struct cell {
	uint32_t asn;
	uint16_t country;
	int64_t feed; /* a term */
};

/* What the store knows of a finding's first and last observation. */
struct known {
	int64_t first_s, last_s;
	struct cell first, last;
};

bool
batch_cell_less(const struct terms *t, const struct day_count *a,
    const struct day_count *b)
{
	if (a->country != b->country)
		return a->country < b->country;
	if (a->asn != b->asn)
		return a->asn < b->asn;
	return a->feed != b->feed &&
	    slice_cmp(term_view(t, a->feed), term_view(t, b->feed)) < 0;
}

static struct slice
cell_print(const struct store *s, const struct day_count *d, char mem[CELL_BYTES])
{
	char country[2] = { (char)(d->country >> 8), (char)d->country };
	int n = snprintf(mem, CELL_BYTES, "%lu %.*s %lld", (unsigned long)d->asn,
	    d->country == 0 ? 0 : 2, country, (long long)term_id(&s->terms, d->feed));

	return slice_of(mem, (size_t)n);
}

struct slice
batch_first_cell(const struct store *s, const struct batch *b,
    const struct gathered *g, char mem[CELL_BYTES])
{
	const struct day_count *d = &b->days[g->day];

	if (d->asn == g->asn && d->country == g->country && d->feed == g->feed)
		return SLICE_NONE;
	return cell_print(s, d, mem);
}

static uint16_t
country_read(struct slice s)
{
	return (uint16_t)(s.len == 2 ? s.p[0] << 8 | s.p[1] : 0);
}

/* What first_cell holds: AS, country (or nothing) and feed, a blank between them. */
static bool
cell_read(struct slice cell, struct cell *out)
{
	struct slice asn;
	size_t at = slice_rfind_byte(cell, ' ');
	uint64_t n;

	if (at == SIZE_MAX || !slice_i64(slice_from(cell, at + 1), &out->feed))
		return false;
	cell.len = at;
	if (!slice_cut(&cell, ' ', &asn) || !slice_u64(asn, &n) || n > UINT32_MAX)
		return false;
	out->asn = (uint32_t)n;
	out->country = country_read(cell);
	return true;
}

static struct cell
cell_of(const struct store *s, const struct day_count *d)
{
	return (struct cell){ d->asn, d->country, term_id(&s->terms, d->feed) };
}

static bool
cell_eq(const struct cell *a, const struct cell *b)
{
	return a->asn == b->asn && a->country == b->country && a->feed == b->feed;
}

static bool
known_get(struct store *s, int64_t id, struct known *out, bool *there_out,
    struct err *e)
{
	struct stmt *q;
	enum step step;
	bool ok = true;

	if (!store_query(s, Q_FINDING_FIRST,
		"SELECT first_s, last_s, asn, country, coalesce(feed, 0), first_cell"
		" FROM finding WHERE id = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	step = stmt_step(q, e);
	if (step == STEP_FAIL)
		return false;
	*there_out = step == STEP_ITEM;
	if (*there_out) {
		out->first_s = stmt_col_i64(q, 0);
		out->last_s = stmt_col_i64(q, 1);
		out->last = (struct cell){ (uint32_t)stmt_col_i64(q, 2),
			country_read(stmt_col(q, 3)), stmt_col_i64(q, 4) };
		out->first = out->last;
		ok = stmt_col_null(q, 5) || cell_read(stmt_col(q, 5), &out->first) ||
		    err_set(e, ERR_SYSTEM,
			"the database is damaged: a finding's row makes no sense");
	}
	stmt_reset(q);
	return ok;
}

/* Is d, at the moment at_s, before what is known? */
static bool
is_earlier(struct store *s, int64_t at_s, const struct day_count *d,
    const struct known *old, bool *out, struct err *e)
{
	struct slice name;
	struct arena a;
	bool ok;

	*out = at_s < old->first_s;
	if (at_s != old->first_s)
		return true;
	*out = d->country < old->first.country;
	if (d->country != old->first.country)
		return true;
	*out = d->asn < old->first.asn;
	if (d->asn != old->first.asn || term_id(&s->terms, d->feed) == old->first.feed)
		return true;
	arena_init(&a, 4096);
	ok = term_text(s, old->first.feed, &a, &name, e);
	*out = ok && slice_cmp(term_view(&s->terms, d->feed), name) < 0;
	arena_fini(&a);
	return ok;
}

/*
 * *taken_out false: there is no such count. An older program kept no first
 * cell; then the finding stays counted where it is, until a replay.
 */
static bool
count_take(struct store *s, int64_t class, const struct known *old,
    bool *taken_out, struct err *e)
{
	const struct cell *c = &old->first;
	uint8_t country[2] = { (uint8_t)(c->country >> 8), (uint8_t)c->country };
	int64_t changed = 0;
	struct stmt *q;

	if (!store_query(s, Q_COUNT_TAKE,
		"UPDATE count_day SET findings_new = findings_new - 1 WHERE day = ?1"
		" AND class = ?2 AND country = ?3 AND asn = ?4 AND feed = ?5"
		" AND findings_new > 0", &q, e))
		return false;
	stmt_i64(q, 1, old->first_s / DAY_S);
	stmt_i64(q, 2, class);
	stmt_text(q, 3, slice_of(country, c->country == 0 ? 0 : 2));
	stmt_i64(q, 4, c->asn);
	stmt_i64(q, 5, c->feed);
	if (!stmt_run(q, &changed, e))
		return false;
	*taken_out = changed == 1;
	return true;
}

bool
batch_first_move(struct store *s, struct batch *b, const struct gathered *g,
    bool *there_out, char mem[CELL_BYTES], struct slice *cell_out, struct err *e)
{
	struct day_count *d = &b->days[g->day];
	struct cell new = cell_of(s, d), last;
	bool earlier = false, taken = false;
	struct known old;

	*cell_out = SLICE_NONE;
	if (!known_get(s, g->id, &old, there_out, e))
		return false;
	if (!*there_out)
		return true;
	if (!is_earlier(s, g->first_s, d, &old, &earlier, e))
		return false;
	if (!earlier)
		return true;
	last = g->last_s < old.last_s ? old.last :
		(struct cell){ g->asn, g->country, term_id(&s->terms, g->feed) };
	*cell_out = cell_eq(&new, &last) ? S("") : cell_print(s, d, mem);
	if (old.first_s / DAY_S == d->day && cell_eq(&old.first, &new))
		return true;
	if (!count_take(s, g->class, &old, &taken, e))
		return false;
	d->findings_new += taken;
	return true;
}
