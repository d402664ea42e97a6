/*
 * The directory as files, and whether its contacts are alive.
 */
#include <stdio.h>
#include <string.h>

#include "cli/desk.h"
#include "desk/directory.h"
#include "desk/live.h"
#include "share/desk_mail.h"
#include "share/fetch.h"

/* --- files ------------------------------------------------------------------------- */

static bool
form_take(struct desk_work *w, enum directory_form *out, struct err *e)
{
	const char *format = cli_has(w->c, "format") ? cli_opt(w->c, "format") : "csv";

	return directory_form_find(slice_of_str(format), out) || err_set(e, ERR_USAGE, "--format: \"%s\" is none of vcard, csv, json", format);
}

bool
cli_desk_export(struct desk_work *w, struct err *e)
{
	struct directory_query q = { .country = slice_of_str(cli_opt(w->c, "country")), .all = cli_has(w->c, "all"), .now_s = w->now_s };
	enum directory_form form;
	struct buf b;
	bool ok;

	if (!form_take(w, &form, e))
		return false;
	buf_init(&b, DIRECTORY_BYTES_MAX);
	ok = directory_export(w->node.store, form, &q, &b, e) && desk_put_out(w, buf_view(&b), e);
	buf_fini(&b);
	return ok;
}

static const struct table_column import_columns[] = {
	{ "line", N_("Line"), true, 0 },
	{ "name", N_("Name"), false, 40 | TABLE_DROP(1) },
	{ "result", N_("Result"), false, 0 },
	{ "id", N_("Id"), false, TABLE_DROP(2) },
	{ "reason", N_("Reason"), false, 0 },
};

static void
import_row(void *cookie, const struct directory_row *row)
{
	const char *result = row->why != NULL ? N_("bad") : row->known ? N_("known") : N_("new");
	struct table *t = cookie;

	table_int(t, (int64_t)row->line);
	table_text(t, row->name);
	table_str(t, t->json ? result : T(result));
	table_text(t, row->id.len == 0 ? SLICE_NONE : row->id);
	table_text(t, row->why == NULL ? SLICE_NONE : slice_of_str(row->why->text));
}

bool
cli_desk_import(struct desk_work *w, struct err *e)
{
	struct directory_result result;
	enum directory_form form;
	struct slice text;
	struct table t;
	bool ok;

	if (!form_take(w, &form, e) || !desk_file_read(w, w->c->args[1], DIRECTORY_BYTES_MAX, &text, e))
		return false;
	table_begin(&t, import_columns, sizeof(import_columns) / sizeof(import_columns[0]), w->c->json);
	ok = directory_import(w->node.store, form, text, &w->actor, &w->by, w->now_s, cli_has(w->c, "dry-run"), import_row, &t, &result, e);
	if (!table_finish(&t, ok, e))
		return err_within(e, "%s", w->c->args[1]);
	w->c->partial = result.bad > 0;
	if (!w->c->json && !w->c->quiet) {
		printf(T("%llu entered, %llu known already, %llu bad."), (unsigned long long)result.added, (unsigned long long)result.known, (unsigned long long)result.bad);
		putchar('\n');
	}
	return true;
}

/* --- asking ---------------------------------------------------------------------------- */

struct ask {
	struct desk_mail mail;
	struct live_result result;
	struct slice record, to;
};

static bool
run_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct ask *x = cookie;

	return live_run(w->node.store, w->now_s, 10000, desk_mail_send, &x->mail, &x->result, e) && directory_contacts(w->node.store, w->now_s, e);
}

static bool
ask_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct ask *x = cookie;

	return live_ask(w->node.store, x->record, w->by.name, w->now_s, desk_mail_send, &x->mail, &w->a, &x->to, e);
}

static bool
asked(struct desk_work *w, struct ask *x, bool (*change)(struct desk_work *w, void *cookie, struct err *e), struct err *e)
{
	return desk_mail_open(&w->node, w->now_s, &x->mail, e) && desk_change(w, change, x, e);
}

static bool
check_run(struct desk_work *w, struct err *e)
{
	struct ask x = { .record = SLICE_NONE };
	struct err closing = ERR_INIT;
	bool ok = asked(w, &x, run_do, e), closed = desk_mail_close(&x.mail, &closing);
	struct sheet s;

	if (ok && !closed)
		*e = closing;
	if (!ok || !closed)
		return false;
	w->c->partial = x.result.failed > 0;
	if (w->c->quiet)
		return true;
	sheet_begin(&s, w->c->json);
	sheet_int(&s, "sent", N_("Questions sent"), (int64_t)x.result.sent);
	sheet_int(&s, "failed", N_("Could not be sent"), (int64_t)x.result.failed);
	sheet_int(&s, "by_hand", N_("To be asked by a person"), (int64_t)x.result.by_hand);
	sheet_int(&s, "dead", N_("Do not answer any more"), (int64_t)x.result.dead);
	return sheet_finish(&s, true, e);
}

static bool
check_ask(struct desk_work *w, struct err *e)
{
	struct err closing = ERR_INIT;
	struct desk_record r;
	struct ask x = { .record = SLICE_NONE };
	bool ok, closed;

	if (!desk_arg_record(w, 2, &r, e))
		return false;
	x.record = r.id;
	ok = asked(w, &x, ask_do, e);
	closed = desk_mail_close(&x.mail, &closing);
	if (ok && !closed)
		*e = closing;
	if (!ok || !closed)
		return false;
	if (!w->c->quiet) {
		printf(T("Asked at %.*s."), SLICE_ARG(x.to));
		putchar('\n');
	}
	return true;
}

/* --- answers ------------------------------------------------------------------------------ */

struct answer {
	struct slice text;
	uint64_t found;
};

static bool
answer_row(void *cookie, struct slice record, bool again, struct err *e)
{
	struct desk_work *w = cookie;

	(void)e;
	if (!w->c->quiet) {
		printf("%.*s  %s\n", SLICE_ARG(record), again ? T("had answered already") : T("has answered"));
	}
	return true;
}

static bool
answer_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct answer *x = cookie;

	return live_take(w->node.store, x->text, w->by.name, w->now_s, answer_row, w, &x->found, e) && directory_contacts(w->node.store, w->now_s, e);
}

/* A word itself, or a file (a mail as it came) that it is in. */
static bool
check_answer(struct desk_work *w, struct err *e)
{
	struct answer x = { .text = desk_arg(w, 2) };

	if (!slice_starts(x.text, S("ENTENTE-")) && !desk_file_read(w, w->c->args[2], (size_t)1 << 20, &x.text, e))
		return false;
	if (!desk_change(w, answer_do, &x, e))
		return false;
	return x.found > 0 || err_set(e, ERR_INPUT, "the word of no question is in it");
}

struct call {
	struct slice record;
	enum desk_way way;
	int64_t id;
};

static bool
call_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct call *x = cookie;

	return desk_check_sent(w->node.store, x->record, x->way, STEP_NONE, SLICE_NONE, w->actor.login, w->now_s, &x->id, e);
}

static bool
as_coordinator(struct desk_work *w, struct err *e)
{
	return (w->actor.roles & 1u << DESK_K) != 0 || err_set(e, ERR_DENIED, "this is for a coordinator: --as ACCOUNT");
}

static bool
check_call(struct desk_work *w, struct err *e)
{
	struct call x = { .way = cli_has(w->c, "ping") ? WAY_PING : WAY_CALL };
	struct desk_record r;

	if (!as_coordinator(w, e) || !desk_arg_record(w, 2, &r, e))
		return false;
	if (r.kind != DESK_FOCAL && r.kind != DESK_ENTITY)
		return err_set(e, ERR_INPUT, "%s is neither a focal point nor an entity", QUOTE(r.id));
	x.record = r.id;
	if (!desk_change(w, call_do, &x, e))
		return false;
	if (w->c->json)
		printf("{\"call\": %lld}\n", (long long)x.id);
	else if (!w->c->quiet)
		printf(T("Call %lld; it counts once another person confirms it: entente desk check confirm %lld\n"), (long long)x.id, (long long)x.id);
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

static bool
confirm_do(struct desk_work *w, void *cookie, struct err *e)
{
	return desk_check_confirm(w->node.store, *(int64_t *)cookie, w->actor.login, w->now_s, e) && directory_contacts(w->node.store, w->now_s, e);
}

static bool
check_confirm(struct desk_work *w, struct err *e)
{
	int64_t id;

	return as_coordinator(w, e) && (slice_i64(desk_arg(w, 2), &id) || err_set(e, ERR_USAGE, "say which call, by its number")) &&
	    desk_change(w, confirm_do, &id, e);
}

struct page {
	struct slice record, text, result;
	bool good;
};

static bool
page_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct page *x = cookie;

	return live_page(w->node.store, x->record, x->text, w->by.name, w->now_s, &w->a, &x->good, &x->result, e) && directory_contacts(w->node.store, w->now_s, e);
}

/* Its own page, fetched now, or a copy of it in a file. */
static bool
check_page(struct desk_work *w, struct err *e)
{
	struct desk_record r;
	struct page x = { .good = false };
	struct slice url;
	struct buf b;
	bool ok;

	if (!desk_arg_record(w, 2, &r, e))
		return false;
	x.record = r.id;
	url = desk_text(&r, "url");
	buf_init(&b, FETCH_BYTES_MAX);
	if (w->c->arg_count > 3)
		ok = desk_file_read(w, w->c->args[3], FETCH_BYTES_MAX, &x.text, e);
	else
		ok = (url.len > 0 || err_set(e, ERR_INPUT, "%s has no page (url)", QUOTE(r.id))) && fetch_page(url, cli_has(w->c, "near"), &b, e);
	if (w->c->arg_count <= 3)
		x.text = buf_view(&b);
	ok = ok && desk_change(w, page_do, &x, e);
	if (ok && !w->c->quiet)
		printf("%.*s  %s: %.*s\n", SLICE_ARG(r.id), x.good ? T("good") : T("not good"), SLICE_ARG(x.result));
	w->c->partial = ok && !x.good;
	buf_fini(&b);
	return ok;
}

/* --- how they are ----------------------------------------------------------------------------- */

static const struct table_column life_columns[] = {
	{ "id", N_("Id"), false, TABLE_WHOLE },
	{ "name", N_("Name"), false, 32 | TABLE_DROP(1) },
	{ "country", N_("Country"), false, TABLE_DROP(4) },
	{ "function", N_("Function"), false, TABLE_DROP(3) },
	{ "last_answered", N_("Last answered on"), false, TABLE_DAY },
	{ "way", N_("How"), false, TABLE_DROP(5) },
	{ "state", N_("State"), false, 0 },
	{ "asked", N_("Asked since"), false, TABLE_DAY | TABLE_DROP(2) },
	{ "questions", N_("Questions"), true, TABLE_DROP(6) },
};

struct lives { struct desk_work *w; struct table t; };

static bool
life_row(void *cookie, const struct desk_record *r, struct err *e)
{
	struct lives *x = cookie;
	struct desk_life l;
	enum desk_live live;

	if (!desk_in(r, r->kind == DESK_FOCAL ? "designated" : "recognised"))
		return true;
	if (!desk_life_of(x->w->node.store, r->id, &l, e))
		return false;
	live = desk_live_at(&l, desk_live_months(r->kind), x->w->now_s);
	table_text(&x->t, r->id);
	table_text(&x->t, desk_text(r, "name"));
	table_text(&x->t, r->country.len == 0 ? SLICE_NONE : r->country);
	table_text(&x->t, desk_text(r, r->kind == DESK_FOCAL ? "function" : "sort"));
	table_date(&x->t, l.answered_s);
	table_text(&x->t, l.answered_s == 0 ? SLICE_NONE : slice_of_str(x->t.json ? desk_way_name(l.way) : T(desk_way_title(l.way))));
	table_str(&x->t, x->t.json ? desk_live_name(live) : T(desk_live_title(live)));
	table_date(&x->t, l.asked_s);
	table_int(&x->t, l.steps);
	return true;
}

static bool
check_list(struct desk_work *w, struct err *e)
{
	struct lives x = { .w = w };
	struct desk_query q = { .has_kind = true, .kind = DESK_FOCAL, .country = slice_of_str(cli_opt(w->c, "country")) };
	bool ok;

	table_begin(&x.t, life_columns, sizeof(life_columns) / sizeof(life_columns[0]), w->c->json);
	ok = desk_list(w->node.store, &q, life_row, &x, e);
	q.kind = DESK_ENTITY;
	ok = ok && desk_list(w->node.store, &q, life_row, &x, e);
	return table_finish(&x.t, ok, e);
}

bool
cli_desk_check(struct desk_work *w, struct err *e)
{
	static const struct { const char *name, *args; int least; bool (*run)(struct desk_work *w, struct err *e); } subs[] = {
		{ "list", "", 0, check_list }, { "run", "", 0, check_run }, { "ask", "ID", 1, check_ask }, { "answer", "WORD|FILE", 1, check_answer },
		{ "call", "ID", 1, check_call }, { "confirm", "NUMBER", 1, check_confirm }, { "page", "ID [FILE]", 1, check_page },
	};
	const char *name = w->c->arg_count > 1 ? w->c->args[1] : "list";

	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (strcmp(name, subs[i].name) != 0)
			continue;
		if (w->c->arg_count - 2 < subs[i].least && subs[i].least > 0)
			return err_set(e, ERR_USAGE, "expected: entente desk check %s %s", subs[i].name, subs[i].args);
		return subs[i].run(w, e);
	}
	return err_set(e, ERR_USAGE, "\"%s\" is none of %s", name, "list, run, ask, answer, call, confirm, page");
}
