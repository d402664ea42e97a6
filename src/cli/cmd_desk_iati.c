/*
 * Projects as IATI 2.03, and activities of others.
 */
#include <stdio.h>
#include <string.h>

#include "cli/desk.h"
#include "desk/iati.h"

static bool
iati_out(struct desk_work *w, struct err *e)
{
	struct iati_options o = { .org = slice_of_str(cli_opt(w->c, "org")), .name = w->node.conf.name, .now_s = w->now_s };
	struct desk_record r = { .id = SLICE_NONE };
	struct iati_result result;
	char said[512];
	struct buf b;
	bool ok;

	if (o.org.p == NULL)
		return err_set(e, ERR_USAGE, "say who reports: --org IDENTIFIER");
	if (w->c->arg_count > 2 && !desk_arg_record(w, 2, &r, e))
		return false;
	buf_init(&b, IATI_BYTES_MAX);
	ok = iati_export(w->node.store, r.id, &o, &b, &result, e) && desk_put_out(w, buf_view(&b), e);
	buf_fini(&b);
	if (ok && result.left_out > 0 && !w->c->quiet) {
		(void)snprintf(said, sizeof(said), TN("%lu project has no dates yet, and is left out.", "%lu projects have no dates yet, and are left out.", result.left_out), (unsigned long)result.left_out);
		cli_tell(said);
	}
	return ok;
}

static const struct table_column columns[] = {
	{ "identifier", N_("Identifier in IATI"), false, 40 },
	{ "title", N_("Title"), false, 40 | TABLE_DROP(1) },
	{ "what", N_("What it became"), false, 0 },
	{ "result", N_("Result"), false, 0 },
	{ "id", N_("Id"), false, TABLE_DROP(2) },
	{ "reason", N_("Reason"), false, 0 },
};

static void
row(void *cookie, const struct iati_row *r)
{
	const char *result = r->why != NULL ? N_("bad") : r->known ? N_("known") : N_("new");
	struct table *t = cookie;
	enum desk_kind k = DESK_INITIATIVE;

	(void)desk_kind_find(slice_of_str(r->what), &k);
	table_text(t, r->identifier);
	table_text(t, r->title);
	table_str(t, t->json ? r->what : T(desk_kind_of(k)->title));
	table_str(t, t->json ? result : T(result));
	table_text(t, r->id);
	table_text(t, r->why == NULL ? SLICE_NONE : slice_of_str(r->why->text));
}

static bool
iati_in(struct desk_work *w, struct err *e)
{
	struct iati_taken result;
	struct slice text;
	struct table t;
	bool ok;

	if (w->c->arg_count < 3)
		return err_set(e, ERR_USAGE, "expected: entente desk iati import FILE");
	if (w->actor.login.len == 0)
		return err_set(e, ERR_USAGE, "say as whom: --as ACCOUNT (entente account list)");
	if (!desk_file_read(w, w->c->args[2], IATI_BYTES_MAX, &text, e))
		return false;
	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), w->c->json);
	ok = iati_import(w->node.store, text, &w->actor, &w->by, w->now_s, row, &t, &result, e);
	w->c->partial = result.bad > 0;
	return table_finish(&t, ok, e) || err_within(e, "%s", w->c->args[2]);
}

bool
cli_desk_iati(struct desk_work *w, struct err *e)
{
	const char *name = w->c->arg_count > 1 ? w->c->args[1] : "export";

	if (strcmp(name, "export") == 0)
		return iati_out(w, e);
	if (strcmp(name, "import") == 0)
		return iati_in(w, e);
	return err_set(e, ERR_USAGE, "\"%s\" is none of %s", name, "export, import");
}
