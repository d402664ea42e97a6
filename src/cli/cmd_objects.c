/*
 * objects: what the node keeps as STIX: lists, a search, one object and its
 * versions, bundles out. What comes in is cmd_objects_in, what is changed
 * cmd_objects_one.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/objects.h"
#include "cli/table.h"
#include "node.h"
#include "store/object_browse.h"

#define LIMIT 100

/* --- out ------------------------------------------------------------------------ */

struct slice
cli_objects_collection(struct cli *c)
{
	return cli_has(c, "collection") ? slice_of_str(cli_opt(c, "collection")) : COLLECTION_LOCAL;
}

/* The collection that is asked of. */
bool
cli_objects_from(struct cli *c, struct node *n, struct arena *a, struct collection *out, struct err *e)
{
	struct slice name = cli_objects_collection(c);
	bool found;

	return collection_find(n->store, name, a, out, &found, e) &&
	    (found || err_set(e, ERR_ABSENT, "there is no collection %.*s; \"entente objects collections\" lists them", SLICE_ARG(name)));
}

struct asked {
	struct slice types[OBJECT_LIST_MAX], ids[OBJECT_LIST_MAX];
	int64_t versions[OBJECT_LIST_MAX];
	struct object_query q;
};

static bool
version_read(struct asked *x, const char *text, struct err *e)
{
	if (strcmp(text, "first") == 0)
		x->q.first = true;
	else if (strcmp(text, "last") == 0)
		x->q.last = true;
	else if (strcmp(text, "all") == 0)
		x->q.all = true;
	else if (!stix_time_read(slice_of_str(text), &x->versions[x->q.version_count], NULL))
		return err_set(e, ERR_USAGE, "--version: \"%s\" is none of first, last, all or a moment as 2026-01-31T12:00:00.000Z", text);
	else
		x->q.version_count++;
	return true;
}

static bool
asked_read(struct cli *c, struct asked *x, struct err *e)
{
	uint64_t limit = LIMIT;
	const char *v;

	*x = (struct asked){ .q = { .types = x->types, .ids = x->ids, .versions_us = x->versions } };
	for (size_t i = 0; (v = cli_opt_nth(c, "type", i)) != NULL && i < OBJECT_LIST_MAX; i++)
		x->types[x->q.type_count++] = slice_of_str(v);
	for (size_t i = 0; (v = cli_opt_nth(c, "version", i)) != NULL && i < OBJECT_LIST_MAX; i++) {
		if (!version_read(x, v, e))
			return false;
	}
	if (cli_has(c, "after")) {
		x->q.has_after = true;
		if (!stix_time_read(slice_of_str(cli_opt(c, "after")), &x->q.after_us, NULL))
			return err_set(e, ERR_USAGE, "--after: \"%s\" is no moment in UTC; write it as 2026-01-31T12:00:00.000Z", cli_opt(c, "after"));
	}
	if (!cli_opt_u64(c, "limit", 0, INT64_MAX, &limit, e))
		return false;
	x->q.limit = (size_t)limit;
	return true;
}

static const struct table_column columns[] = {
	{ "id", N_("Object"), false, TABLE_WHOLE },
	{ "type", N_("Type"), false, TABLE_DROP(4) },
	{ "name", N_("Name"), false, 48 | TABLE_DROP(1) },
	{ "version", N_("Version"), false, TABLE_DROP(2) },
	{ "added", N_("Added"), false, TABLE_DROP(3) },
	{ "revoked", N_("Revoked"), false, TABLE_DROP(5) },
};

static void
row_show(struct table *t, const struct object_row *r, struct arena *a)
{
	char text[STIX_TIME_TEXT_MAX];
	const struct json *j = NULL;
	struct err none = ERR_INIT;

	arena_reset(a);
	table_str(t, r->id);
	table_text(t, r->type);
	table_text(t, json_parse(r->bytes, &STIX_LIMITS, a, &j, &none) ? object_called(j) : SLICE_NONE);
	table_text(t, slice_of(text, stix_time_print(r->version_us, text)));
	table_text(t, slice_of(text, stix_time_print(r->added_us, text)));
	if (t->json)
		table_str(t, r->revoked ? "true" : "false");
	else
		table_text(t, r->revoked ? slice_of_str(T(N_("yes"))) : SLICE_NONE);
}

static bool
rows_show(struct cli *c, struct node *n, const struct object_query *q, struct err *e)
{
	struct object_walk *w = NULL;
	struct object_row row;
	struct table t;
	struct arena a;
	enum step step = STEP_FAIL;

	arena_init(&a, (size_t)64 << 20);
	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	if (object_open(n->store, q, &w, e)) {
		while ((step = object_next(w, &row, e)) == STEP_ITEM)
			row_show(&t, &row, &a);
	}
	object_close(&w);
	arena_fini(&a);
	return table_finish(&t, step == STEP_END, e);
}

static bool
list(struct cli *c, struct node *n, struct arena *a, struct err *e)
{
	struct collection from;
	struct asked x;

	if (!asked_read(c, &x, e) || !cli_objects_from(c, n, a, &from, e))
		return false;
	x.q.collection = from.id;
	return rows_show(c, n, &x.q, e);
}

struct found {
	struct table t;
	struct arena a;
	size_t shown;
};

static bool
row_found(void *cookie, const struct object_row *r, struct err *e)
{
	struct found *f = cookie;

	(void)e;
	row_show(&f->t, r, &f->a);
	f->shown++;
	return true;
}

/* By a part of an id or of a name, the newest first; of one collection where one is said. */
static bool
search(struct cli *c, struct node *n, struct arena *a, struct err *e)
{
	struct object_browse q = { .limit = LIMIT };
	struct collection from;
	struct found f;
	uint64_t limit = LIMIT;
	int64_t next = 0;
	bool ok;

	if (c->arg_count != 2)
		return err_set(e, ERR_USAGE, "say what to search for: a part of an id or of a name");
	if (!cli_opt_u64(c, "limit", 1, 1000000, &limit, e) || (cli_has(c, "collection") && !cli_objects_from(c, n, a, &from, e)))
		return false;
	q.collection = cli_has(c, "collection") ? from.id : 0;
	q.type = cli_has(c, "type") ? slice_of_str(cli_opt(c, "type")) : SLICE_NONE;
	q.text = slice_of_str(c->args[1]);
	arena_init(&f.a, (size_t)64 << 20);
	table_begin(&f.t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	f.shown = 0;
	/* All is gone through here, slice by slice. */
	do {
		q.limit = (size_t)limit - f.shown;
		ok = object_browse(n->store, &q, row_found, &f, &next, e);
		q.before = next;
	} while (ok && next != 0 && f.shown < limit);
	arena_fini(&f.a);
	return table_finish(&f.t, ok, e);
}

/* The bytes as they came, and nothing else. */
static bool
bytes_show(struct node *n, const struct object_query *q, struct slice id, struct err *e)
{
	struct object_walk *w = NULL;
	struct object_row row;
	enum step step = STEP_FAIL;

	if (object_open(n->store, q, &w, e)) {
		step = object_next(w, &row, e);
		if (step == STEP_ITEM && (fwrite(row.bytes.p, 1, row.bytes.len, stdout) != row.bytes.len || putchar('\n') == EOF))
			step = err_sys(e, "standard output") ? STEP_ITEM : STEP_FAIL;
		else if (step == STEP_END)
			(void)err_set(e, ERR_ABSENT, "there is no object %s in this collection", QUOTE(id));
	}
	object_close(&w);
	return step == STEP_ITEM;
}

static bool
show(struct cli *c, struct node *n, struct arena *a, struct err *e)
{
	struct slice id, type, uuid;
	struct collection from;
	struct asked x;

	if (c->arg_count != 2)
		return err_set(e, ERR_USAGE, "say which object, by its id");
	id = slice_of_str(c->args[1]);
	if (!stix_id_split(id, &type, &uuid))
		return err_set(e, ERR_USAGE, "%s is no identifier: a type, two hyphens and a UUID (RFC 9562)", QUOTE(id));
	if (!asked_read(c, &x, e) || !cli_objects_from(c, n, a, &from, e))
		return false;
	x.q.collection = from.id;
	x.q.ids = &id;
	x.q.id_count = 1;
	if (!cli_has(c, "versions"))
		return bytes_show(n, &x.q, id, e);
	x.q.all = true;
	return rows_show(c, n, &x.q, e);
}

/* A bundle to standard output, object by object. */
static bool
export(struct cli *c, struct node *n, struct arena *a, struct err *e)
{
	struct object_walk *w = NULL;
	struct object_row row;
	struct collection from;
	char id[STIX_ID_MAX];
	enum step step = STEP_FAIL;
	struct asked x;
	struct slice name;
	uint64_t count = 0;

	if (!asked_read(c, &x, e) || !cli_objects_from(c, n, a, &from, e))
		return false;
	x.q.collection = from.id;
	if (!cli_has(c, "limit"))
		x.q.limit = 0;
	name = arena_printf(a, "bundle:%.*s:%lld", SLICE_ARG(from.uuid), (long long)clock_order_ns());
	stix_id_make("bundle", name, id);
	printf("{\"type\":\"bundle\",\"id\":\"%s\"", id);
	if (object_open(n->store, &x.q, &w, e)) {
		while ((step = object_next(w, &row, e)) == STEP_ITEM) {
			(void)fputs(count++ == 0 ? ",\"objects\":[\n" : ",\n", stdout);
			(void)fwrite(row.bytes.p, 1, row.bytes.len, stdout);
		}
	}
	object_close(&w);
	/* A bundle's list is not empty (STIX 2.1 section 8): where there is nothing, there is no list. */
	(void)fputs(count > 0 ? "\n]}\n" : "}\n", stdout);
	return step == STEP_END && ((fflush(stdout) == 0 && ferror(stdout) == 0) || err_sys(e, "standard output"));
}

static bool
collection_show(void *cookie, const struct collection *x, uint64_t objects, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_text(t, x->alias);
	table_text(t, x->title);
	table_int(t, (int64_t)objects);
	table_date(t, x->created_s);
	table_text(t, x->uuid);
	return true;
}

static bool
collections(struct cli *c, struct node *n, struct arena *a, struct err *e)
{
	static const struct table_column cols[] = { { "name", N_("Collection"), false, 0 }, { "title", N_("Title"), false, 40 },
		{ "objects", N_("Objects"), true, 0 }, { "created", N_("Since"), false, TABLE_DAY }, { "id", N_("Number"), false, TABLE_DROP(1) } };
	struct table t;

	(void)a;
	table_begin(&t, cols, 5, c->json);
	return table_finish(&t, collection_list(n->store, collection_show, &t, e), e);
}

static const struct { const char *word; bool (*run)(struct cli *, struct node *, struct arena *, struct err *); } words[] = {
	{ "list", list }, { "search", search }, { "show", show }, { "about", cli_objects_about }, { "export", export }, { "collections", collections },
};

static bool
objects(struct cli *c, struct err *e)
{
	const char *word = c->arg_count == 0 ? "list" : c->args[0];
	bool ok = false, known = false;
	struct arena a;
	struct node n;

	if (strcmp(word, "validate") == 0)
		return cli_objects_validate(c, e);
	if (strcmp(word, "import") == 0)
		return cli_objects_import(c, e);
	if (strcmp(word, "delete") == 0 || strcmp(word, "collection-add") == 0)
		return cli_objects_change(c, e);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		known = known || strcmp(words[i].word, word) == 0;
	if (!known)
		return err_set(e, ERR_USAGE, "\"%s\" is none of import, validate, list, search, show, about, export, delete, collections, collection-add", word);
	if (!node_open(c->node, NODE_READ, &n, e))
		return false;
	arena_init(&a, (size_t)1 << 20);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].word, word) == 0)
			ok = words[i].run(c, &n, &a, e);
	}
	arena_fini(&a);
	node_close(&n);
	return ok;
}

static const struct cli_option options[] = {
	{ "collection", 'c', N_("NAME"), N_("into or of this collection (default: local)") },
	{ "type", 't', N_("TYPE..."), N_("only objects of this type: indicator, malware") },
	{ "version", 0, N_("WHICH..."), N_("first, last, all, or the moment of a version (default: last)") },
	{ "versions", 0, NULL, N_("with show: list the versions that are kept") },
	{ "after", 0, N_("MOMENT"), N_("added after this moment, as the list shows it") },
	{ "limit", 0, N_("NUMBER"), N_("at most so many, the oldest first (default: 100, all with export; 0: all)") },
	{ "reason", 0, N_("TEXT"), N_("with delete: why, for the audit log") },
	{ "title", 0, N_("TEXT"), N_("with collection-add: what people call the collection") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_objects = {
	.name = "objects",
	.args = N_("[import|validate|list|search|show|about|export|delete|collections|collection-add] [FILE|ID|TEXT...]"),
	.summary = N_("keep, check and hand out what is exchanged as STIX 2.1"),
	.details = N_("import takes bundles, TAXII envelopes, arrays and JSON lines of any size; each object is checked against what STIX 2.1 says must be, and one that is wrong is named with its property and left out (exit status 1). Objects are kept byte for byte with all their versions. The same id and version with other bytes is left out: what came first stays. validate checks without storing. show prints an object as it came, about says in which collections it is, from whom it came and until when it may be kept. delete takes an object with all its versions out, of one collection where -c names it, else of all. collection-add makes a collection. Indicators are watched for in all reports that are read from then on: see \"entente indicators\"."),
	.examples = "  entente objects import bundle.json\n  curl -s https://example.org/feed.json | entente objects import -c example -\n  entente objects list -t indicator --limit 20\n  entente objects show indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f --versions\n  entente objects export -t indicator >bundle.json\n  entente objects search emotet -t malware\n  entente objects delete tool--11111111-1111-4111-8111-111111111111 --reason 'sent by mistake'",
	.options = options,
	.args_max = -1,
	.run = objects,
};
