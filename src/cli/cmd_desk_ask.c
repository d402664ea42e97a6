/*
 * What the desk is asked as a whole: what waits for whom, how much there is of
 * what, whether it is what was written.
 */
#include <stdio.h>

#include "cli/desk.h"

/* --- what waits --------------------------------------------------------------------- */

struct todo {
	struct desk_work *w;
	struct table t;
	struct desk_world world;
	struct desk_reader reader;
	struct arena a;
};

static bool
pending_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct todo *x = cookie;
	const struct desk_type_of *t = desk_kind_of(r->kind);
	const struct desk_move *m = desk_move_find(t, r->pending.move, r->state);
	/* Changes of money and scope: of money the desk, else the country. */
	const struct desk_move edit = { .name = "edit", .second = r->kind == DESK_CONTRIBUTION ? 1u << DESK_K : 1u << DESK_C };

	(void)e;
	arena_reset(&x->a);
	if (x->w->actor.login.len == 0 || desk_may(r, m == NULL ? &edit : m, true, &x->w->actor, &x->world, &x->a))
		desk_row(x->w, &x->t, r);
	return true;
}

/* Whose time has come, and who can do something about it. */
static bool
due_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct todo *x = cookie;
	const struct desk_type_of *t = desk_kind_of(r->kind);
	bool mine = x->w->actor.login.len == 0;

	(void)e;
	arena_reset(&x->a);
	for (size_t i = 0; i < t->flow->move_count && !mine; i++)
		mine = (t->flow->moves[i].from >> r->state & 1) != 0 && desk_may(r, &t->flow->moves[i], false, &x->w->actor, &x->world, &x->a);
	if (mine && r->pending.move.p == NULL)
		desk_row(x->w, &x->t, r);
	return true;
}

/* Needs and answers that wait for the desk or a reviewer before they are late. */
static bool
submitted_take(void *cookie, const struct desk_record *r, struct err *e)
{
	return desk_due(r, NULL) < ((struct todo *)cookie)->w->now_s || due_take(cookie, r, e);
}

bool
cli_desk_todo(struct desk_work *w, struct err *e)
{
	struct todo x = { .w = w };
	bool ok;

	arena_init(&x.a, (size_t)16 << 20);
	desk_world_of(&x.reader, w->node.store, &x.world);
	desk_rows_begin(w, &x.t);
	ok = desk_list(w->node.store, &(struct desk_query){ .pending = true }, pending_take, &x, e) &&
	    desk_list(w->node.store, &(struct desk_query){ .due_s = w->now_s }, due_take, &x, e) &&
	    desk_list(w->node.store, &(struct desk_query){ .has_kind = true, .kind = DESK_NEED, .state = S("submitted") }, submitted_take, &x, e) &&
	    desk_list(w->node.store, &(struct desk_query){ .has_kind = true, .kind = DESK_ANSWER, .state = S("submitted") }, submitted_take, &x, e);
	arena_fini(&x.a);
	return table_finish(&x.t, ok, e);
}

/* --- how much ---------------------------------------------------------------------------- */

static const struct table_column sum_columns[] = {
	{ "kind", N_("Kind"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "count", N_("Number"), true, 0 },
};

static bool
sum_row(void *cookie, enum desk_kind kind, struct slice state, uint64_t count, struct err *e)
{
	const struct desk_type_of *t = desk_kind_of(kind);
	struct table *table = cookie;
	unsigned s;

	(void)e;
	table_str(table, table->json ? t->name : T(t->many));
	table_text(table, table->json || !desk_state_find(t, state, &s) ? state : slice_of_str(T(t->flow->states[s].title)));
	table_int(table, (int64_t)count);
	return true;
}

bool
cli_desk_summary(struct desk_work *w, struct err *e)
{
	struct table t;

	table_begin(&t, sum_columns, sizeof(sum_columns) / sizeof(sum_columns[0]), w->c->json);
	return table_finish(&t, desk_sums(w->node.store, desk_arg(w, 1), sum_row, &t, e), e);
}

/* --- is it what was written? ---------------------------------------------------------------- */

static const char *const fault_names[] = { "whole", "version-changed", "version-missing", "list-other", "unlogged", "log-other" };

bool
cli_desk_verify(struct desk_work *w, struct err *e)
{
	struct desk_verdict v;
	struct sheet s;

	if (!desk_verify(w->node.store, &w->a, &v, e))
		return false;
	w->c->partial = v.fault != DESK_WHOLE;
	if (w->c->json) {
		sheet_begin(&s, true);
		sheet_text(&s, "state", "", slice_of_str(fault_names[v.fault]));
		sheet_text(&s, "record", "", v.record);
		sheet_int(&s, "version", "", v.version);
		sheet_int(&s, "records", "", (int64_t)v.records);
		sheet_int(&s, "versions", "", (int64_t)v.versions);
		return sheet_finish(&s, true, e);
	}
	if (v.fault == DESK_WHOLE) {
		if (!w->c->quiet)
			printf(T("%llu records in %llu versions are what was written."), (unsigned long long)v.records, (unsigned long long)v.versions);
	} else {
		printf(T("%.*s, version %u: %s."), SLICE_ARG(v.record), v.version, T(desk_fault_text(v.fault)));
	}
	if (!w->c->quiet || v.fault != DESK_WHOLE)
		putchar('\n');
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}
