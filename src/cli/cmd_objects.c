/*
 * objects: what the node keeps as STIX: files in and out, lists, one object and
 * its versions.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "node.h"
#include "share/stix_in.h"

#define LIMIT 100
#define BAD_SHOWN 20

/* --- in -------------------------------------------------------------------- */

struct bads {
	const char *path;
	bool json;
	uint64_t shown;
};

static void
bad_show(void *cookie, uint64_t item, struct slice id, const struct err *why)
{
	struct bads *b = cookie;
	struct buf text;

	if (b->shown++ >= BAD_SHOWN)
		return;
	buf_init(&text, 8192);
	buf_printf(&text, T("object %llu"), (unsigned long long)item);
	if (id.p != NULL) {
		buf_str(&text, " (");
		text_clean_put(&text, id, 100);
		buf_byte(&text, ')');
	}
	buf_str(&text, ": ");
	text_clean_put(&text, slice_of_str(why->text), 0);
	fprintf(stderr, "%s: %s\n", b->path, buf_cstr(&text));
	buf_fini(&text);
}

static bool
one_file(struct cli *c, struct stix_in *in, const char *path, struct err *e)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct bads bads = { .path = path, .json = c->json };
	struct source src;
	bool ok;

	if (fd < 0)
		return err_sys(e, "%s", path);
	in->bad = bad_show;
	in->cookie = &bads;
	source_of_fd(&src, fd, (size_t)32 << 20);
	ok = stix_in(in, &src, e);
	in->bad = NULL;
	in->cookie = NULL;
	source_fini(&src);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (bads.shown > BAD_SHOWN)
		fprintf(stderr, TN("%s: %lu more object is wrong\n", "%s: %lu more objects are wrong\n", (unsigned long)(bads.shown - BAD_SHOWN)), path, (unsigned long)(bads.shown - BAD_SHOWN));
	return ok || err_within(e, "%s", path);
}

static bool
result_show(struct cli *c, const struct stix_in *in, bool stored, struct err *e)
{
	struct sheet s;

	if (c->quiet && !c->json)
		return true;
	sheet_begin(&s, c->json);
	sheet_int(&s, "objects", N_("Objects"), (int64_t)in->objects);
	if (stored) {
		sheet_int(&s, "added", N_("Added"), (int64_t)in->added);
		sheet_int(&s, "known", N_("Known"), (int64_t)in->known);
		if (c->json || in->other > 0)
			sheet_int(&s, "other", N_("Known with other bytes, left out"), (int64_t)in->other);
	}
	sheet_int(&s, "wrong", N_("Wrong"), (int64_t)in->failed);
	if (c->json || in->other_ids > 0)
		sheet_int(&s, "other_ids", N_("Observables whose id is not the standard's"), (int64_t)in->other_ids);
	return sheet_finish(&s, true, e);
}

static bool
files(struct cli *c, struct stix_in *in, struct err *e)
{
	bool ok = true;

	if (c->arg_count < 2)
		return err_set(e, ERR_USAGE, "say which file, or - for standard input");
	for (int i = 1; ok && i < c->arg_count; i++)
		ok = one_file(c, in, c->args[i], e);
	c->partial = in->failed > 0;
	return ok;
}

static bool
validate(struct cli *c, struct err *e)
{
	struct stix_in in = { 0 };

	return files(c, &in, e) && result_show(c, &in, false, e);
}

static struct slice
collection_name(struct cli *c)
{
	return cli_has(c, "collection") ? slice_of_str(cli_opt(c, "collection")) : COLLECTION_LOCAL;
}

static bool
import(struct cli *c, struct err *e)
{
	struct collection to;
	struct stix_in in = { 0 };
	struct arena a;
	struct node n;
	bool ok;

	if (!node_open(c->node, NODE_WRITE, &n, e))
		return false;
	arena_init(&a, 65536);
	ok = collection_need(n.store, collection_name(c), &a, &to, e) && db_durable(store_db(n.store), true, e);
	if (ok) {
		in.store = n.store;
		in.collection = to.id;
		ok = files(c, &in, e);
		/* What was stored before a file went wrong is told, too. */
		if (ok || in.objects > 0) {
			struct err why = ERR_INIT;

			ok = result_show(c, &in, true, &why) && ok;
		}
	}
	arena_fini(&a);
	node_close(&n);
	return ok;
}

/* --- out ------------------------------------------------------------------------ */

/* The collection that is asked of. */
static bool
collection_of(struct cli *c, struct node *n, struct arena *a, struct collection *out, struct err *e)
{
	struct slice name = collection_name(c);
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

/* What a person knows it by. */
static struct slice
name_of(const struct json *j)
{
	static const struct slice names[] = { S_INIT("name"), S_INIT("value"), S_INIT("pattern"), S_INIT("relationship_type"), S_INIT("subject"),
		S_INIT("content"), S_INIT("path"), S_INIT("key"), S_INIT("number"), S_INIT("user_id"), S_INIT("opinion") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice v = json_scalar(json_get(j, names[i]));

		if (v.len > 0)
			return v;
	}
	return SLICE_NONE;
}

static void
row_show(struct table *t, const struct object_row *r, struct arena *a)
{
	char text[STIX_TIME_TEXT_MAX];
	const struct json *j = NULL;
	struct err none = ERR_INIT;

	arena_reset(a);
	table_str(t, r->id);
	table_text(t, r->type);
	table_text(t, json_parse(r->bytes, &STIX_LIMITS, a, &j, &none) ? name_of(j) : SLICE_NONE);
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

	if (!asked_read(c, &x, e) || !collection_of(c, n, a, &from, e))
		return false;
	x.q.collection = from.id;
	return rows_show(c, n, &x.q, e);
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
	if (!asked_read(c, &x, e) || !collection_of(c, n, a, &from, e))
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

	if (!asked_read(c, &x, e) || !collection_of(c, n, a, &from, e))
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
	{ "list", list }, { "show", show }, { "export", export }, { "collections", collections },
};

static bool
objects(struct cli *c, struct err *e)
{
	const char *word = c->arg_count == 0 ? "list" : c->args[0];
	bool ok = false, known = false;
	struct arena a;
	struct node n;

	if (strcmp(word, "validate") == 0)
		return validate(c, e);
	if (strcmp(word, "import") == 0)
		return import(c, e);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		known = known || strcmp(words[i].word, word) == 0;
	if (!known)
		return err_set(e, ERR_USAGE, "\"%s\" is none of import, validate, list, show, export, collections", word);
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
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_objects = {
	.name = "objects",
	.args = N_("[import|validate|list|show|export|collections] [FILE|ID...]"),
	.summary = N_("keep, check and hand out what is exchanged as STIX 2.1"),
	.details = N_("import takes bundles, TAXII envelopes, arrays and JSON lines of any size; each object is checked against what STIX 2.1 says must be, and one that is wrong is named with its property and left out (exit status 1). Objects are kept byte for byte with all their versions. The same id and version with other bytes is left out: what came first stays. validate checks without storing. show prints an object as it came. Indicators are watched for in all reports that are read from then on: see \"entente indicators\"."),
	.examples = "  entente objects import bundle.json\n  curl -s https://example.org/feed.json | entente objects import -c example -\n  entente objects list -t indicator --limit 20\n  entente objects show indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f --versions\n  entente objects export -t indicator >bundle.json",
	.options = options,
	.args_max = -1,
	.run = objects,
};
