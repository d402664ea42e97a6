/* objects: documents of STIX in, or only looked through. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/objects.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "share/stix_in.h"

#define BAD_SHOWN 20

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

bool
cli_objects_validate(struct cli *c, struct err *e)
{
	struct stix_in in = { .now_s = clock_now_s() };

	return files(c, &in, e) && result_show(c, &in, false, e);
}

bool
cli_objects_import(struct cli *c, struct err *e)
{
	struct collection to;
	struct stix_in in = { 0 };
	struct arena a;
	struct node n;
	bool ok;

	if (!node_open(c->node, NODE_WRITE, &n, e))
		return false;
	arena_init(&a, 65536);
	ok = collection_need(n.store, cli_objects_collection(c), &a, &to, e) && db_durable(store_db(n.store), true, e);
	if (ok) {
		in.store = n.store;
		in.collection = to.id;
		in.now_s = clock_now_s(); /* the node may have a clock of its own */
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
