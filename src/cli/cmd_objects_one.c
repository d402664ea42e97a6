/* objects: what is known of one, taking one out, a new collection. */
#include <stdio.h>

#include "base/lang.h"
#include "cli/agreements.h"
#include "cli/objects.h"
#include "cli/sheet.h"
#include "store/object_browse.h"

static bool
names_put(void *cookie, struct slice alias, struct err *e)
{
	struct buf *b = cookie;

	(void)e;
	buf_printf(b, "%s%.*s", b->len == 0 ? "" : ", ", SLICE_ARG(alias));
	return true;
}

static void
origin_show(struct sheet *s, const struct origin *o)
{
	sheet_text(s, "party", N_("From"), o->party);
	sheet_text(s, "agreement", N_("Agreement"), o->agreement);
	sheet_int(s, "clause", N_("Clause"), o->clause);
	sheet_date(s, "received", N_("Received"), o->received_s);
	sheet_date(s, "until", N_("May be kept until"), o->until_s);
}

/* What is known of an object beside its bytes: where it lies, where it came from. */
bool
cli_objects_about(struct cli *c, struct node *n, struct arena *a, struct err *e)
{
	char text[STIX_TIME_TEXT_MAX];
	struct slice id = slice_of_str(c->arg_count == 2 ? c->args[1] : NULL);
	const struct json *j = NULL;
	struct err none = ERR_INIT;
	struct object_one x;
	struct origin o;
	struct sheet s;
	struct buf names;
	bool found, known, ok;

	if (id.p == NULL)
		return err_set(e, ERR_USAGE, "say which object, by its id");
	if (!object_one(n->store, id, NULL, a, &x, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no object %s", QUOTE(id));
	buf_init(&names, 65536);
	ok = object_collections(n->store, x.first, names_put, &names, e) && origin_get(n->store, slice_of_str(x.row.id), a, &o, &known, e);
	if (ok) {
		if (!json_parse(x.row.bytes, &STIX_LIMITS, a, &j, &none))
			j = NULL;
		sheet_begin(&s, c->json);
		sheet_text(&s, "id", N_("Object"), slice_of_str(x.row.id));
		sheet_text(&s, "name", N_("Name"), object_called(j));
		sheet_text(&s, "version", N_("Version"), slice_of(text, stix_time_print(x.row.version_us, text)));
		sheet_text(&s, "collections", N_("Collections"), buf_view(&names));
		if (known)
			origin_show(&s, &o);
		ok = sheet_finish(&s, true, e);
	}
	buf_fini(&names);
	return ok;
}

/* --- changes, beside a running server -------------------------------------------------- */

struct removal {
	struct slice id;
	int64_t collection;
	uint64_t count;
};

static bool
removed(struct agreements_work *w, void *cookie, struct err *e)
{
	struct removal *x = cookie;

	return object_remove(w->node.store, x->id, x->collection, &x->count, e) &&
	    (x->count > 0 || err_set(e, ERR_ABSENT, "there is no object %s", QUOTE(x->id)));
}

static bool
delete(struct agreements_work *w, struct err *e)
{
	struct removal x = { .id = agreements_arg(w, 1) };
	struct collection from;

	if (!cli_has(w->c, "reason"))
		return err_set(e, ERR_USAGE, "say why, for the audit log: --reason TEXT");
	if (cli_has(w->c, "collection") && !cli_objects_from(w->c, &w->node, &w->a, &from, e))
		return false;
	x.collection = cli_has(w->c, "collection") ? from.id : 0;
	if (!agreements_change(w, removed, &x, "object.delete", x.id, slice_of_str(cli_opt(w->c, "reason")), e))
		return false;
	if (!w->c->quiet)
		printf(TN("%lu version was taken out.\n", "%lu versions were taken out.\n", (unsigned long)x.count), (unsigned long)x.count);
	return true;
}

static bool
made(struct agreements_work *w, void *cookie, struct err *e)
{
	const char *title = cli_opt(w->c, "title");

	return collection_add(w->node.store, agreements_arg(w, 1), slice_of_str(title), SLICE_NONE, &w->a, cookie, e);
}

static bool
collection_make(struct agreements_work *w, struct err *e)
{
	struct collection x;

	return agreements_change(w, made, &x, "collection.add", agreements_arg(w, 1), SLICE_NONE, e);
}

static const struct agreements_verb changes[] = {
	{ "delete", true, false, 1, 1, "ID --reason TEXT", delete },
	{ "collection-add", true, false, 1, 1, "NAME [--title TEXT]", collection_make },
};

bool
cli_objects_change(struct cli *c, struct err *e)
{
	return agreements_run(c, changes, sizeof(changes) / sizeof(changes[0]), e);
}
