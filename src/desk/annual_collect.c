/*
 * annual_collect: rows become a snapshot; what the collectors of its parts share.
 */
#include "desk/annual_room.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/desk_ready.h"
#include "parse/date.h"
#include "parse/json_canon.h"

#define MEMORY_MAX ((size_t)512 << 20)
#define ROW_MAX ((size_t)128 << 10)

static const struct json_limits snapshot_limits = { ANNUAL_BYTES_MAX, 8, 8000000 };

int64_t
annual_end(int year)
{
	return date_days((int64_t)year + 1, 1, 1) * 86400;
}

/* --- rows ---------------------------------------------------------------------- */

void
annual_begin(struct annual_work *w, enum annual_id table, struct slice key)
{
	w->table = table;
	w->key = key;
	w->cells = 0;
	buf_clear(&w->row);
	buf_byte(&w->row, '[');
}

static void
comma(struct annual_work *w)
{
	if (w->cells++ > 0)
		buf_byte(&w->row, ',');
}

void
annual_int(struct annual_work *w, int64_t n)
{
	comma(w);
	buf_i64(&w->row, n);
}

void
annual_none(struct annual_work *w)
{
	comma(w);
	buf_str(&w->row, "null");
}

void
annual_few(struct annual_work *w, int64_t n)
{
	if (n == 0 || n >= ANNUAL_FEW) {
		annual_int(w, n);
		return;
	}
	comma(w);
	buf_printf(&w->row, "{\"below\":%d}", ANNUAL_FEW);
}

void
annual_put(struct annual_work *w, struct slice text)
{
	if (text.len == 0) {
		annual_none(w);
		return;
	}
	comma(w);
	json_quote(&w->row, text);
}

void
annual_str(struct annual_work *w, const char *text)
{
	annual_put(w, slice_of_str(text));
}

void
annual_texts(struct annual_work *w, const struct json *texts)
{
	size_t n = 0;

	if (!json_is(texts, JSON_OBJECT) || texts->count == 0) {
		annual_none(w);
		return;
	}
	comma(w);
	buf_byte(&w->row, '{');
	JSON_EACH(t, texts) {
		buf_str(&w->row, n++ == 0 ? "" : ",");
		json_quote(&w->row, t->key);
		buf_byte(&w->row, ':');
		json_quote(&w->row, json_text(t));
	}
	buf_byte(&w->row, '}');
}

void
annual_date(struct annual_work *w, int64_t s)
{
	char day[DATE_TEXT_MAX];

	if (s == 0 || s == INT64_MAX)
		annual_none(w);
	else
		annual_put(w, slice_of(day, date_print_day(s, day)));
}

void
annual_month(struct annual_work *w, int64_t s)
{
	char day[DATE_TEXT_MAX];

	annual_put(w, slice_sub(slice_of(day, date_print_day(s, day)), 0, 7));
}

void
annual_thousandths(struct annual_work *w, int64_t n)
{
	comma(w);
	buf_byte(&w->row, '"');
	desk_amount_print(n, &w->row);
	buf_byte(&w->row, '"');
}

bool
annual_done(struct annual_work *w, struct err *e)
{
	struct annual_lines *l = &w->lines[w->table];
	struct annual_line x = { .at = l->count };

	buf_byte(&w->row, ']');
	x.json = arena_copy(w->a, buf_view(&w->row));
	x.key = w->key.len == 0 ? SLICE_NONE : arena_copy(w->a, w->key);
	if (!buf_ok(&w->row) || x.json.p == NULL || (w->key.len > 0 && x.key.p == NULL))
		return err_set(e, ERR_LIMIT, "the report's data are more than %zu bytes", MEMORY_MAX);
	l->v = xgrown(l->v, l->count, sizeof(*l->v));
	l->v[l->count++] = x;
	return true;
}

static int
by_key(const void *a, const void *b)
{
	const struct annual_line *x = a, *y = b;
	int c = slice_cmp(x->key, y->key);

	return c != 0 ? c : (x->at > y->at) - (x->at < y->at);
}

/* --- records as they stood -------------------------------------------------------- */

struct each {
	struct annual_work *w;
	int64_t at_s;
	bool (*take)(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e);
	void *cookie;
	uint32_t version; /* the one that held */
};

static bool
held(void *cookie, const struct desk_record *r, struct err *e)
{
	struct each *x = cookie;

	(void)e;
	if (r->changed_s < x->at_s)
		x->version = r->version;
	return true;
}

static bool
each_record(void *cookie, const struct desk_record *r, struct err *e)
{
	struct each *x = cookie;
	struct desk_record then;
	bool found = false, ok;
	struct arena a;

	if (r->changed_s < x->at_s)
		return x->take(x->w, x->cookie, r, e);
	if (r->created_s >= x->at_s)
		return true;
	x->version = 0;
	if (!desk_history(x->w->s, r->id, held, x, e))
		return false;
	if (x->version == 0)
		return true;
	arena_init(&a, (size_t)8 << 20);
	ok = desk_load(x->w->s, r->id, x->version, &a, &then, &found, e) && (!found || x->take(x->w, x->cookie, &then, e));
	arena_fini(&a);
	return ok;
}

bool
annual_each(struct annual_work *w, enum desk_kind kind, int64_t at_s,
    bool (*take)(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = kind };
	struct each x = { w, at_s, take, cookie, 0 };

	return desk_list(w->s, &q, each_record, &x, e);
}

/* --- what many of them ask ---------------------------------------------------------- */

struct annual_country *
annual_country_of(struct annual_work *w, struct slice code)
{
	const struct desk_member *m = desk_member_find(code);

	return m == NULL ? NULL : &w->countries[m - desk_members];
}

int
annual_word_at(const char *words, struct slice word)
{
	struct slice rest = slice_of_str(words), one;

	for (int n = 0; rest.len > 0 && slice_cut(&rest, ' ', &one); n++) {
		if (slice_eq(one, word))
			return n;
	}
	return -1;
}

unsigned
annual_topics(const struct desk_record *r)
{
	unsigned bits = 0;

	JSON_EACH(t, desk_get(r, "topics")) {
		int n = annual_word_at(DESK_TOPICS, json_text(t));

		bits |= n < 0 ? 0 : 1u << n;
	}
	return bits;
}

struct slice
annual_topic(size_t n)
{
	return slice_sub(S(DESK_TOPICS), n * 2, 1);
}

const char *const annual_groups[ANNUAL_GROUPS] = { "all", "ldc", "lldc", "sids", "no_group" };

unsigned
annual_groups_of(struct slice code)
{
	const struct desk_member *m = desk_member_find(code);

	if (m == NULL)
		return 1;
	return 1u | (m->ldc ? 2u : 0) | (m->lldc ? 4u : 0) | (m->sids ? 8u : 0) | (m->ldc || m->lldc || m->sids ? 0 : 16u);
}

bool
annual_month_end(const struct annual_work *w, unsigned n, int64_t *begin_out, int64_t *end_out)
{
	*begin_out = date_days(w->ask->year, n + 1, 1) * 86400;
	*end_out = desk_months(*begin_out, 1);
	if (*begin_out >= w->as_of_s)
		return false;
	*end_out = *end_out < w->as_of_s ? *end_out : w->as_of_s;
	return true;
}

/* --- what is summed up at last ---------------------------------------------------------- */

struct before { struct slice name; int64_t value; bool known; };

/* This figure in last year's report, as it was frozen. */
static bool
before_find(struct annual_work *w, struct before *v, size_t n, struct err *e)
{
	char id[32];
	struct desk_record r;
	struct sha256 sha;
	struct annual x = { .year = 0 };
	struct slice hash;
	struct arena a;
	bool found = false, ok;
	struct buf b;

	(void)snprintf(id, sizeof(id), "report:%d", w->ask->year - 1);
	arena_init(&a, MEMORY_MAX);
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = desk_load(w->s, slice_of_str(id), 0, &a, &r, &found, e);
	if (ok && found) {
		hash = desk_text(&r, "snapshot");
		found = slice_starts(hash, S("sha256:")) && sha256_parse(slice_from(hash, 7), &sha);
		ok = !found || desk_file_get(w->s, &sha, &b, &found, e);
		ok = ok && (!found || annual_read(buf_view(&b), &a, &x, e));
	}
	for (size_t i = 0; ok && found && i < n; i++) {
		JSON_EACH(row, x.rows[ANNUAL_FIGURES]) {
			if (row->first != NULL && slice_eq(json_text(row->first), v[i].name))
				v[i].known = json_int(row->first->next, &v[i].value);
		}
	}
	buf_fini(&b);
	arena_fini(&a);
	return ok || err_within(e, "%s", id);
}

static bool
figures(struct annual_work *w, struct err *e)
{
	struct before v[] = { { S("members"), 0, false }, { S("contacts_alive"), 0, false }, { S("needs_met"), 0, false },
		{ S("projects_running"), 0, false }, { S("targets_reached"), 0, false } };
	int64_t members = 0, now[5];

	for (size_t i = 0; i < desk_member_count; i++)
		members += w->countries[i].member;
	now[0] = members;
	now[1] = w->alive;
	now[2] = w->needs_met;
	now[3] = w->projects_running;
	now[4] = w->targets_reached;
	if (!before_find(w, v, 5, e))
		return false;
	for (size_t i = 0; i < 5; i++) {
		annual_begin(w, ANNUAL_FIGURES, SLICE_NONE);
		annual_put(w, v[i].name);
		annual_int(w, now[i]);
		if (v[i].known)
			annual_int(w, v[i].value);
		else
			annual_none(w);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

bool
annual_sums(struct annual_work *w, struct err *e)
{
	int64_t members = 0, silent = 0, closed = 0;

	for (size_t i = 0; i < desk_member_count; i++) {
		members += w->countries[i].member;
		silent += w->countries[i].member && !w->countries[i].answered;
		closed += w->countries[i].member && !w->countries[i].opens_readiness;
	}
	const struct { const char *what; int64_t count, of; } gaps[] = {
		{ "contacts_unverified", w->never_answered, w->designated }, { "contacts_silent", w->silent, w->designated },
		{ "countries_silent", silent, members }, { "countries_closed", closed, members }, { "answers_expired", w->expired, w->answers },
		{ "answers_unproven", w->unproven, w->accepted }, { "indicators_unmeasured", w->unmeasured, w->indicators },
		{ "projects_no_budget", w->projects_unbudgeted, w->projects_running }, { "initiatives_stale", w->stale, w->initiatives },
		{ "uses_unknown", w->uses_unknown, w->materials }, { "agreements_unverified", w->agreements_bad, w->agreements },
	};

	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		annual_begin(w, ANNUAL_UNKNOWN, SLICE_NONE);
		annual_str(w, gaps[i].what);
		annual_int(w, gaps[i].count);
		annual_int(w, gaps[i].of);
		if (!annual_done(w, e))
			return false;
	}
	annual_begin(w, ANNUAL_UNKNOWN, SLICE_NONE);
	annual_str(w, "desk_cost");
	annual_none(w);
	annual_none(w);
	return annual_done(w, e) && figures(w, e);
}

/* --- the snapshot -------------------------------------------------------------------------- */

static void
day_put(struct buf *b, const char *key, int64_t s)
{
	char day[DATE_TEXT_MAX];

	(void)date_print_day(s, day);
	buf_printf(b, ",\"%s\":\"%s\"", key, day);
}

static void
snapshot_put(struct annual_work *w, struct buf *b)
{
	char moment[DATE_TEXT_MAX];

	(void)date_print_z(w->as_of_s, moment);
	buf_printf(b, "{\"annual\":%d,\"year\":%d,\"as_of\":\"%s\"", ANNUAL_FORM, w->ask->year, moment);
	day_put(b, "from", w->from_s);
	day_put(b, "until", annual_end(w->ask->year) - 86400);
	buf_str(b, ",\"node\":");
	json_quote(b, w->ask->node);
	buf_printf(b, ",\"readiness\":\"%s\"", ready_version);
	if (w->ask->corrects.len > 0) {
		buf_str(b, ",\"corrects\":");
		json_quote(b, w->ask->corrects);
	}
	buf_str(b, ",\"tables\":{");
	for (size_t t = 0; t < ANNUAL_TABLES; t++) {
		struct annual_lines *l = &w->lines[t];

		if (l->count > 1)
			qsort(l->v, l->count, sizeof(*l->v), by_key);
		buf_printf(b, "%s\"%s\":[", t == 0 ? "" : ",", annual_tables[t].name);
		for (size_t i = 0; i < l->count; i++) {
			buf_str(b, i == 0 ? "" : ",");
			buf_put(b, l->v[i].json);
		}
		buf_byte(b, ']');
	}
	buf_str(b, "}}");
}

bool
annual_collect(struct store *s, const struct annual_ask *q, struct buf *out, struct err *e)
{
	static const struct { int part; bool (*run)(struct annual_work *w, struct err *e); } runs[] = {
		{ 2, annual_who }, { 3, annual_reach }, { 4, annual_agree }, { 5, annual_ready }, { 6, annual_needs }, { 7, annual_projects },
		{ 9, annual_money }, { 11, annual_stream }, { 15, annual_decisions }, { 1, annual_sums },
	};
	int64_t begin = date_days(q->year, 1, 1) * 86400, end = annual_end(q->year);
	struct arena a, b;
	struct annual_work w = { .s = s, .ask = q, .a = &a, .from_s = begin, .as_of_s = q->as_of_s < end ? q->as_of_s : end };
	struct buf text;
	bool ok = true;

	if (q->year < 2000 || q->year > 2200)
		return err_set(e, ERR_INPUT, "a report is of a year from 2000 to 2200, not %d", q->year);
	if (w.as_of_s <= begin)
		return err_set(e, ERR_CONFLICT, "the year %d has not begun", q->year);
	arena_init(&a, MEMORY_MAX);
	arena_init(&b, 2 * MEMORY_MAX);
	buf_init(&w.row, ROW_MAX);
	buf_init(&text, ANNUAL_BYTES_MAX);
	w.countries = xarray(desk_member_count, sizeof(*w.countries));
	memset(w.countries, 0, desk_member_count * sizeof(*w.countries));
	for (size_t i = 0; ok && i < sizeof(runs) / sizeof(runs[0]); i++) {
		if (q->at != NULL)
			q->at(q->cookie, runs[i].part);
		ok = runs[i].run(&w, e) || err_within(e, "part %d", runs[i].part);
	}
	if (ok) {
		snapshot_put(&w, &text);
		ok = (buf_ok(&text) || err_set(e, ERR_LIMIT, "the report's data are more than %zu bytes", ANNUAL_BYTES_MAX)) &&
		    json_canon(buf_view(&text), &snapshot_limits, &b, out, e);
	}
	for (size_t t = 0; t < ANNUAL_TABLES; t++)
		free(w.lines[t].v);
	free(w.countries);
	buf_fini(&text);
	buf_fini(&w.row);
	arena_fini(&b);
	arena_fini(&a);
	return ok;
}
