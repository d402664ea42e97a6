/*
 * Around needs and projects: who could meet a need, what runs already, money, and
 * what the node measures itself.
 */
#include <stdio.h>
#include <string.h>

#include "cli/desk.h"
#include "desk/match.h"
#include "desk/measure.h"

/* --- who could meet a need ------------------------------------------------------------ */

static const struct table_column match_columns[] = {
	{ "id", N_("Id"), false, TABLE_WHOLE },
	{ "name", N_("Entity"), false, 32 },
	{ "points", N_("Points"), true, 0 },
	{ "topics", N_("Topics"), false, 0 },
	{ "languages", N_("Languages"), true, TABLE_DROP(3) },
	{ "region", N_("Works there"), false, TABLE_DROP(2) },
	{ "done", N_("Projects finished"), true, TABLE_DROP(4) },
	{ "running", N_("Under way"), true, TABLE_DROP(5) },
	{ "cost", N_("Cost"), false, TABLE_DROP(1) },
	{ "within", N_("Within the budget"), false, TABLE_DROP(6) },
	{ "sells", N_("Sells there"), false, 0 },
};

static void
yes_put(struct table *t, bool yes)
{
	table_str(t, t->json ? (yes ? "yes" : "no") : yes ? T("yes") : T("no"));
}

static void
match_row(struct table *t, const struct match *m)
{
	struct buf b;

	buf_init(&b, 128);
	table_text(t, m->id);
	table_text(t, m->name);
	table_int(t, m->points);
	buf_printf(&b, "%u/%u", m->topics, m->topics_of);
	table_text(t, buf_view(&b));
	if (m->languages_known)
		table_int(t, m->languages);
	else
		table_none(t);
	yes_put(t, m->region);
	table_int(t, m->done);
	table_int(t, m->running);
	buf_clear(&b);
	if (m->cost_known) {
		desk_amount_print(m->cost.amount, &b);
		buf_printf(&b, " %.*s", SLICE_ARG(m->cost.currency));
	}
	table_text(t, m->cost_known ? buf_view(&b) : SLICE_NONE);
	if (m->cost_known)
		yes_put(t, m->within);
	else
		table_none(t);
	yes_put(t, m->sells);
	buf_fini(&b);
}

bool
cli_desk_rank(struct desk_work *w, struct err *e)
{
	struct desk_record need;
	struct match *v;
	struct table t;
	size_t n;

	if (!desk_arg_record(w, 1, &need, e))
		return false;
	if (need.kind != DESK_NEED)
		return err_set(e, ERR_USAGE, "%s is no need", QUOTE(need.id));
	if (!match_need(w->node.store, &need, &w->a, &v, &n, e))
		return false;
	table_begin(&t, match_columns, sizeof(match_columns) / sizeof(match_columns[0]), w->c->json);
	for (size_t i = 0; i < n; i++)
		match_row(&t, &v[i]);
	return table_finish(&t, true, e);
}

/* --- what runs already --------------------------------------------------------------------- */

struct similar { struct desk_work *w; struct table t; };
static bool
similar_row(void *cookie, const struct desk_record *p, unsigned topics, bool same_country, struct err *e)
{
	struct similar *x = cookie;

	(void)e;
	(void)topics;
	(void)same_country;
	desk_row(x->w, &x->t, p);
	return true;
}

bool
cli_desk_similar(struct desk_work *w, struct err *e)
{
	struct similar x = { .w = w };
	struct desk_record r;
	bool ok;

	if (!desk_arg_record(w, 1, &r, e))
		return false;
	desk_rows_begin(w, &x.t);
	ok = match_similar(w->node.store, &r, similar_row, &x, e);
	return table_finish(&x.t, ok, e);
}

/* --- money ------------------------------------------------------------------------------------ */

static const struct table_column money_columns[] = {
	{ "currency", N_("Currency"), false, 0 },
	{ "contributions", N_("Contributions"), true, TABLE_DROP(2) },
	{ "pledged", N_("Pledged"), true, 0 },
	{ "committed", N_("Committed"), true, 0 },
	{ "paid", N_("Paid"), true, 0 },
	{ "spent", N_("Spent"), true, 0 },
	{ "in_kind", N_("In kind"), true, TABLE_DROP(1) },
};

bool
cli_desk_money(struct desk_work *w, struct err *e)
{
	struct match_money v[MATCH_CURRENCIES_MAX];
	struct desk_record r = { .id = SLICE_NONE };
	struct table t;
	struct buf b;
	size_t n;

	if (w->c->arg_count > 1 && !desk_arg_record(w, 1, &r, e))
		return false;
	if (!match_money(w->node.store, r.id, v, &n, e))
		return false;
	buf_init(&b, 64);
	table_begin(&t, money_columns, sizeof(money_columns) / sizeof(money_columns[0]), w->c->json);
	for (size_t i = 0; i < n; i++) {
		const int64_t amounts[] = { v[i].pledged, v[i].committed, v[i].paid, v[i].spent, v[i].in_kind };

		table_str(&t, v[i].currency);
		table_int(&t, (int64_t)v[i].contributions);
		for (size_t k = 0; k < 5; k++) {
			buf_clear(&b);
			desk_amount_print(amounts[k], &b);
			table_text(&t, buf_view(&b));
		}
	}
	buf_fini(&b);
	return table_finish(&t, true, e);
}

/* --- measured ----------------------------------------------------------------------------------- */

static const struct table_column measure_columns[] = {
	{ "id", N_("Id"), false, TABLE_WHOLE },
	{ "title", N_("Title"), false, 32 | TABLE_DROP(2) },
	{ "baseline", N_("Baseline"), false, 0 },
	{ "target", N_("Target"), false, 0 },
	{ "value", N_("Value"), true, 0 },
	{ "unit", N_("Unit"), false, TABLE_DROP(3) },
	{ "noted", N_("Noted"), false, TABLE_DROP(4) },
	{ "query", N_("Question"), false, TABLE_DROP(1) },
};

struct measures {
	struct desk_work *w;
	struct slice ids[4096];
	size_t count;
	struct table t;
	int months;
};

static bool
measure_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct measures *x = cookie;

	if (!desk_in(r, "open") || desk_text(r, "measure").p == NULL)
		return true;
	if (x->count == sizeof(x->ids) / sizeof(x->ids[0]))
		return err_set(e, ERR_LIMIT, "more than %zu indicators", x->count);
	x->ids[x->count++] = arena_copy(&x->w->a, r->id);
	return true;
}

static void
point_put(struct table *t, const struct desk_record *r, const char *field)
{
	table_text(t, json_text(json_get(desk_get(r, field), S("value"))));
}

static bool
measure_one(struct measures *x, struct slice id, struct err *e)
{
	struct desk_work *w = x->w;
	struct desk_record r, noted;
	struct measure m;
	struct arena a;
	struct buf b;
	bool found, ok, done = false;

	arena_init(&a, (size_t)16 << 20);
	buf_init(&b, 64);
	ok = desk_load(w->node.store, id, 0, &a, &r, &found, e) && measure_of(w->node.store, &r, w->now_s, x->months, &a, &m, e) &&
	    (cli_has(w->c, "dry-run") || measure_note(w->node.store, &r, &w->by, w->now_s, x->months, &a, &noted, &done, e));
	if (ok) {
		table_text(&x->t, r.id);
		table_text(&x->t, desk_title(&r, w->lang));
		point_put(&x->t, &r, "baseline");
		point_put(&x->t, &r, "target");
		desk_amount_print(m.value, &b);
		table_text(&x->t, m.known ? buf_view(&b) : SLICE_NONE);
		table_text(&x->t, desk_text(&r, "unit"));
		yes_put(&x->t, done);
		table_text(&x->t, m.query);
	}
	buf_fini(&b);
	arena_fini(&a);
	return ok;
}

static bool
measure_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct measures *x = cookie;

	(void)w;
	for (size_t i = 0; i < x->count; i++) {
		if (!measure_one(x, x->ids[i], e))
			return false;
	}
	return true;
}

bool
cli_desk_measure(struct desk_work *w, struct err *e)
{
	struct measures *x = arena_alloc(&w->a, sizeof(*x));
	uint64_t months = 3;
	struct desk_record r;
	bool ok;

	if (x == NULL || !cli_opt_u64(w->c, "months", 1, 120, &months, e))
		return false;
	x->w = w;
	x->months = (int)months;
	if (w->c->arg_count > 1) {
		if (!desk_arg_record(w, 1, &r, e))
			return false;
		if (r.kind != DESK_INDICATOR)
			return err_set(e, ERR_USAGE, "%s is no indicator of a project", QUOTE(r.id));
		x->ids[x->count++] = r.id;
	} else if (!desk_list(w->node.store, &(struct desk_query){ .has_kind = true, .kind = DESK_INDICATOR }, measure_take, x, e)) {
		return false;
	}
	table_begin(&x->t, measure_columns, sizeof(measure_columns) / sizeof(measure_columns[0]), w->c->json);
	ok = desk_change(w, measure_do, x, e);
	return table_finish(&x->t, ok, e);
}
