/*
 * What the desk holds: kinds, lists, one record, its history.
 */
#include <stdio.h>
#include <string.h>

#include "cli/desk.h"
#include "parse/date.h"

/* --- kinds ------------------------------------------------------------------------ */

static const char *const type_names[] = {
	[DESK_LINE] = N_("line"), [DESK_TEXTS] = N_("text by language"), [DESK_WORD] = N_("one of"), [DESK_WORDS] = N_("some of"),
	[DESK_LINES] = N_("list"), [DESK_DAY] = N_("day"), [DESK_INT] = N_("number"), [DESK_NUMBER] = N_("decimal"), [DESK_BOOL] = N_("yes or no"),
	[DESK_MONEY] = N_("amount, currency, day"), [DESK_POINT] = N_("figure, day"), [DESK_REF] = N_("id"), [DESK_REFS] = N_("ids"),
	[DESK_CODE] = N_("country"), [DESK_CODES] = N_("countries"), [DESK_READY] = N_("indicator of readiness"),
	[DESK_READIES] = N_("indicators of readiness"), [DESK_EVIDENCE] = N_("files and links"), [DESK_MAILBOX] = N_("mail address"), [DESK_URL] = N_("link"),
};

static void
roles_text(uint32_t roles, struct buf *b)
{
	buf_clear(b);
	for (int i = 0; i < DESK_ROLE_COUNT; i++) {
		if ((roles >> i & 1) != 0)
			buf_printf(b, "%s%s", b->len == 0 ? "" : " ", desk_role_name((enum desk_role)i));
	}
}

static void
fields_sheet(struct sheet *s, const struct desk_type_of *t)
{
	sheet_list(s, "fields", N_("Fields"));
	for (size_t i = 0; i < t->field_count; i++) {
		const struct desk_field *f = &t->fields[i];

		sheet_item(s);
		sheet_text(s, "name", "", slice_of_str(f->name));
		sheet_text(s, "title", "", slice_of_str(s->json ? f->title : T(f->title)));
		sheet_word(s, "type", "", type_names[f->type]);
		if (f->words != NULL)
			sheet_text(s, "words", "", slice_of_str(f->words));
		if (f->type == DESK_REF || f->type == DESK_REFS)
			sheet_text(s, "kind", "", slice_of_str(desk_kind_of(f->to)->name));
		if ((f->flags & DESK_NEEDED) != 0)
			sheet_word(s, "needed", "", N_("needed"));
		if ((f->flags & DESK_TWO) != 0)
			sheet_word(s, "two", "", N_("changed by two"));
		sheet_item_end(s);
	}
	sheet_list_end(s);
}

static void
move_item(struct sheet *s, const struct desk_type_of *t, const struct desk_move *m, struct buf *b)
{
	sheet_item(s);
	sheet_text(s, "name", "", slice_of_str(m->name));
	buf_clear(b);
	for (size_t k = 0; k < t->flow->state_count; k++) {
		if ((m->from >> k & 1) != 0)
			buf_printf(b, "%s%s", b->len == 0 ? "" : " ", t->flow->states[k].name);
	}
	if (!s->json)
		buf_printf(b, " → %s", t->flow->states[m->to].name);
	sheet_text(s, "from", "", buf_view(b));
	if (s->json)
		sheet_text(s, "to", "", slice_of_str(t->flow->states[m->to].name));
	roles_text(m->by, b);
	sheet_text(s, "by", "", buf_view(b));
	roles_text(m->second, b);
	if (s->json || b->len > 0) {
		if (!s->json) {
			struct buf and;

			buf_init(&and, 1024);
			buf_printf(&and, T("and a second: %.*s"), SLICE_ARG(buf_view(b)));
			sheet_text(s, "second", "", buf_view(&and));
			buf_fini(&and);
		} else {
			sheet_text(s, "second", "", buf_view(b));
		}
	}
	if (m->reason)
		sheet_word(s, "reason", "", N_("with a reason"));
	if (m->needs != NULL)
		sheet_text(s, "needs", "", slice_of_str(m->needs));
	sheet_item_end(s);
}

static void
moves_sheet(struct sheet *s, const struct desk_type_of *t)
{
	struct buf b;

	buf_init(&b, 1024);
	sheet_list(s, "states", N_("States"));
	for (size_t i = 0; i < t->flow->state_count; i++) {
		sheet_item(s);
		sheet_text(s, "name", "", slice_of_str(t->flow->states[i].name));
		sheet_word(s, "title", "", t->flow->states[i].title);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	sheet_list(s, "moves", N_("Moves"));
	for (size_t i = 0; i < t->flow->move_count; i++)
		move_item(s, t, &t->flow->moves[i], &b);
	sheet_list_end(s);
	buf_fini(&b);
}

static bool
kind_show(struct desk_work *w, const struct desk_type_of *t, struct err *e)
{
	struct sheet s;
	struct buf b;

	buf_init(&b, 256);
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "kind", N_("Kind"), slice_of_str(t->name));
	sheet_word(&s, "title", N_("Title"), t->title);
	roles_text(t->create, &b);
	sheet_text(&s, "entered_by", N_("Entered by"), buf_view(&b));
	roles_text(t->edit, &b);
	sheet_text(&s, "edited_by", N_("Changed by"), buf_view(&b));
	fields_sheet(&s, t);
	moves_sheet(&s, t);
	buf_fini(&b);
	return sheet_finish(&s, true, e);
}

static const struct table_column kind_columns[] = {
	{ "kind", N_("Kind"), false, 0 },
	{ "title", N_("Title"), false, 0 },
	{ "states", N_("States"), false, 0 },
};

bool
cli_desk_kinds(struct desk_work *w, struct err *e)
{
	enum desk_kind k;
	struct table t;

	if (w->c->arg_count > 1)
		return desk_kind_find(desk_arg(w, 1), &k) ? kind_show(w, desk_kind_of(k), e) :
							    err_set(e, ERR_USAGE, "%s is no kind of record; see: entente desk kinds", QUOTE(desk_arg(w, 1)));
	table_begin(&t, kind_columns, sizeof(kind_columns) / sizeof(kind_columns[0]), w->c->json);
	for (int i = 0; i < DESK_KIND_COUNT; i++) {
		const struct desk_type_of *type = desk_kind_of((enum desk_kind)i);
		struct buf b;

		buf_init(&b, 1024);
		for (size_t n = 0; n < type->flow->state_count; n++)
			buf_printf(&b, "%s%s", n == 0 ? "" : " ", type->flow->states[n].name);
		table_str(&t, type->name);
		table_str(&t, t.json ? type->title : T(type->title));
		table_text(&t, buf_view(&b));
		buf_fini(&b);
	}
	return table_finish(&t, true, e);
}

/* --- lists --------------------------------------------------------------------------- */

static const struct table_column columns[] = {
	{ "id", N_("Id"), false, TABLE_WHOLE },
	{ "title", N_("Title"), false, 48 | TABLE_DROP(1) },
	{ "country", N_("Country"), false, TABLE_DROP(3) },
	{ "state", N_("State"), false, 0 },
	{ "waits", N_("Waits for a second person"), false, TABLE_DROP(2) },
	{ "due", N_("Due"), false, TABLE_DAY | TABLE_DROP(4) },
	{ "changed", N_("Changed"), false, TABLE_DAY | TABLE_DROP(5) },
	{ "by", N_("By"), false, 20 | TABLE_DROP(6) },
	{ "version", N_("Version"), true, TABLE_JSON },
	{ "body", "", false, TABLE_JSON },
};

void
desk_rows_begin(struct desk_work *w, struct table *t)
{
	table_begin(t, columns, sizeof(columns) / sizeof(columns[0]), w->c->json);
}

void
desk_row(struct desk_work *w, struct table *t, const struct desk_record *r)
{
	const struct desk_state *s = &desk_kind_of(r->kind)->flow->states[r->state];
	int64_t due = desk_due(r, NULL);

	table_text(t, r->id);
	table_text(t, desk_title(r, w->lang));
	table_text(t, r->country.len == 0 ? SLICE_NONE : r->country);
	table_str(t, t->json ? s->name : T(s->title));
	table_text(t, r->pending.move);
	table_date(t, due == INT64_MAX ? 0 : due);
	table_date(t, r->changed_s);
	table_text(t, r->by);
	table_int(t, r->version);
	table_raw(t, r->body->raw);
}

struct rows { struct desk_work *w; struct table t; };
static bool
row_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct rows *x = cookie;

	(void)e;
	desk_row(x->w, &x->t, r);
	return true;
}

static bool
query_take(struct desk_work *w, struct desk_query *q, struct err *e)
{
	uint64_t limit = 100;
	int64_t due = 0;

	*q = (struct desk_query){ .state = slice_of_str(cli_opt(w->c, "state")), .country = slice_of_str(cli_opt(w->c, "country")),
		.text = slice_of_str(cli_opt(w->c, "text")), .pending = cli_has(w->c, "pending") };
	if (w->c->arg_count > 1 && !desk_kind_find(desk_arg(w, 1), &q->kind))
		return err_set(e, ERR_USAGE, "%s is no kind of record; see: entente desk kinds", QUOTE(desk_arg(w, 1)));
	q->has_kind = w->c->arg_count > 1;
	if (!cli_opt_u64(w->c, "limit", 0, 1000000, &limit, e) || !cli_opt_date(w->c, "due", &due, e))
		return false;
	q->limit = (size_t)limit;
	q->due_s = due;
	/* Of a country that has no record of its own, too. */
	q->of = slice_of_str(cli_opt(w->c, "of"));
	return q->of.p == NULL || slice_starts(q->of, S("country:")) || slice_starts(q->of, S("account:")) ||
	    desk_id_find(w->node.store, q->of, &w->a, &q->of, e);
}

bool
cli_desk_list(struct desk_work *w, struct err *e)
{
	struct rows x = { .w = w };
	struct desk_query q;
	uint64_t all = 0;
	bool ok;

	if (!query_take(w, &q, e))
		return false;
	desk_rows_begin(w, &x.t);
	ok = desk_list(w->node.store, &q, row_take, &x, e);
	if (!table_finish(&x.t, ok, e))
		return false;
	if (w->c->json || w->c->quiet || q.limit == 0 || !desk_count(w->node.store, &q, &all, e) || all <= q.limit)
		return e->code == ERR_NONE;
	printf(T("%llu of %llu are shown; --limit 0 shows all."), (unsigned long long)q.limit, (unsigned long long)all);
	putchar('\n');
	return true;
}

/* --- one ------------------------------------------------------------------------------- */

static void
value_sheet(struct desk_work *w, struct sheet *s, const struct desk_field *f, const struct json *v)
{
	struct err ignored = ERR_INIT;
	struct slice name;
	struct buf b;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	if ((f->flags & DESK_PERSONAL) != 0) {
		if (desk_private_get(w->node.store, json_text(v), &w->a, &name, &ignored) && name.p != NULL)
			buf_put(&b, name);
		else
			buf_str(&b, T("(forgotten)"));
	} else {
		desk_value_print(f, v, w->lang, &b);
	}
	sheet_text(s, f->name, f->title, buf_view(&b));
	buf_fini(&b);
}

static bool
moves_open(struct desk_work *w, struct sheet *s, const struct desk_record *r)
{
	const struct desk_type_of *t = desk_kind_of(r->kind);
	struct desk_reader reader;
	struct desk_world world;
	struct buf b;

	if (w->actor.login.len == 0)
		return true;
	desk_world_of(&reader, w->node.store, &world);
	buf_init(&b, 1024);
	for (size_t i = 0; r->pending.move.p == NULL && i < t->flow->move_count; i++) {
		if ((t->flow->moves[i].from >> r->state & 1) != 0 && desk_may(r, &t->flow->moves[i], false, &w->actor, &world, &w->a))
			buf_printf(&b, "%s%s", b.len == 0 ? "" : " ", t->flow->moves[i].name);
	}
	sheet_text(s, "moves", N_("What can be done"), buf_view(&b));
	buf_fini(&b);
	return true;
}

bool
cli_desk_show(struct desk_work *w, struct err *e)
{
	const struct desk_type_of *t;
	char hex[SHA256_HEX + 1];
	struct desk_record r;
	uint64_t version = 0;
	bool found = true;
	struct sheet s;

	if (!desk_arg_record(w, 1, &r, e) || !cli_opt_u64(w->c, "version", 1, UINT32_MAX, &version, e))
		return false;
	if (version > 0 && !desk_load(w->node.store, r.id, (uint32_t)version, &w->a, &r, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "%.*s has no version %llu", SLICE_ARG(r.id), (unsigned long long)version);
	if (w->c->json)
		return desk_put_out(w, arena_printf(&w->a, "%.*s\n", SLICE_ARG(r.json)), e);
	t = desk_kind_of(r.kind);
	sheet_begin(&s, false);
	sheet_text(&s, "id", N_("Id"), r.id);
	sheet_word(&s, "kind", N_("Kind"), t->title);
	sheet_word(&s, "state", N_("State"), t->flow->states[r.state].title);
	sheet_date(&s, "since", N_("Since"), r.state_s);
	for (size_t i = 0; i < t->field_count; i++) {
		const struct json *v = desk_get(&r, t->fields[i].name);

		if (v != NULL)
			value_sheet(w, &s, &t->fields[i], v);
	}
	if (r.pending.move.p != NULL) {
		sheet_text(&s, "pending", N_("Waits for a second person"), r.pending.move);
		sheet_text(&s, "pending_by", N_("Proposed by"), r.pending.by);
		sheet_text(&s, "pending_reason", N_("Reason"), r.pending.reason);
	}
	sheet_date(&s, "due", N_("Due"), desk_due(&r, NULL) == INT64_MAX ? 0 : desk_due(&r, NULL));
	sheet_date(&s, "changed", N_("Changed"), r.changed_s);
	sheet_text(&s, "by", N_("By"), r.by);
	sheet_int(&s, "version", N_("Version"), r.version);
	sha256_hex(&r.sha, hex);
	sheet_text(&s, "sha256", "SHA-256", slice_of_str(hex));
	(void)moves_open(w, &s, &r);
	return sheet_finish(&s, true, e);
}

static const struct table_column history_columns[] = {
	{ "version", N_("Version"), true, 0 },
	{ "at", N_("When"), false, 0 },
	{ "by", N_("By"), false, 0 },
	{ "move", N_("What was done"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "waits", N_("Waits for a second person"), false, TABLE_DROP(2) },
	{ "reason", N_("Reason"), false, 60 | TABLE_DROP(1) },
	{ "sha256", "SHA-256", false, 12 | TABLE_DROP(3) },
	{ "document", "", false, TABLE_JSON },
};

static bool
history_row(void *cookie, const struct desk_record *r, struct err *e)
{
	const struct desk_state *s = &desk_kind_of(r->kind)->flow->states[r->state];
	struct table *t = cookie;
	char hex[SHA256_HEX + 1];

	(void)e;
	sha256_hex(&r->sha, hex);
	table_int(t, r->version);
	table_date(t, r->changed_s);
	table_text(t, r->by);
	table_text(t, r->move);
	table_str(t, t->json ? s->name : T(s->title));
	table_text(t, r->pending.move);
	table_text(t, r->pending.move.p != NULL ? r->pending.reason : r->reason);
	table_str(t, hex);
	table_raw(t, r->json);
	return true;
}

bool
cli_desk_history(struct desk_work *w, struct err *e)
{
	struct desk_record r;
	struct table t;

	if (!desk_arg_record(w, 1, &r, e))
		return false;
	table_begin(&t, history_columns, sizeof(history_columns) / sizeof(history_columns[0]), w->c->json);
	return table_finish(&t, desk_history(w->node.store, r.id, history_row, &t, e), e);
}
