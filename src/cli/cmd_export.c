#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/query.h"
#include "cli/table.h"
#include "node.h"
#include "share/form.h"
#include "share/known.h"
#include "share/misp_feed.h"
#include "share/stix_kinds.h"

#define PIECE ((size_t)256 << 10) /* written at once */

static const struct table_column columns[] = {
	{ "form", N_("Form"), false, 0 },
	{ "summary", N_("What it is"), false, 0 },
	{ "file", N_("File"), false, 0 },
};

/* --- what is no finding --------------------------------------------------------- */

static bool
things_put(void *cookie, struct buf *b, struct err *e)
{
	(void)cookie;
	if (!buf_ok(b))
		return err_set(e, ERR_LIMIT, "an object of more than %zu bytes", b->max);
	if (b->len >= PIECE && fwrite(b->p, 1, b->len, stdout) != b->len)
		return err_sys(e, "standard output");
	if (b->len >= PIECE)
		buf_clear(b);
	return true;
}

static const struct thing {
	const char *name, *summary, *file;
	bool (*out)(struct store *s, const struct stix_out *x, int64_t now_s, const struct stix_out_way *way, struct buf *b, struct err *e);
} things[] = {
	{ "stix-contacts", N_("STIX 2.1: contacts, and how they are told"), "contacts.stix.json", stix_out_contacts },
	{ "stix-agreements", N_("STIX 2.1: agreements, as they stand now"), "agreements.stix.json", stix_out_agreements },
};

static bool
list(struct cli *c, struct err *e)
{
	struct table t;

	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	for (size_t i = 0; form_at(i) != NULL; i++) {
		table_str(&t, form_at(i)->name);
		table_str(&t, c->json ? form_at(i)->summary : T(form_at(i)->summary));
		table_str(&t, form_at(i)->file);
	}
	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		table_str(&t, things[i].name);
		table_str(&t, c->json ? things[i].summary : T(things[i].summary));
		table_str(&t, things[i].file);
	}
	return table_finish(&t, true, e);
}

/* Where rows go: standard output, a file in a folder, or a MISP's feed there. */
struct way_out {
	const struct form *form;
	struct form_run *run;
	struct buf b;
	struct file_new file; /* .fd -1: standard output */
	struct misp_feed *feed; /* NULL: none */
};

static bool
flush(struct way_out *w, struct err *e)
{
	bool ok = buf_ok(&w->b) || err_set(e, ERR_LIMIT, "a finding of more than %zu bytes", w->b.max);

	if (ok && w->file.fd >= 0)
		ok = file_new_put(&w->file, buf_view(&w->b), e);
	else if (ok && w->b.len > 0 && fwrite(w->b.p, 1, w->b.len, stdout) != w->b.len)
		ok = err_sys(e, "standard output");
	buf_clear(&w->b);
	return ok;
}

static bool
way_begin(struct way_out *w, const char *folder, struct err *e)
{
	char path[PATH_TEXT_MAX];

	if (folder != NULL && w->form == &form_misp)
		return misp_feed_open(folder, w->run, &w->feed, e);
	if (folder != NULL && (!dir_make(folder, e) || !file_new_open(&w->file, path_join(path, folder, w->form->file), e)))
		return false;
	form_begin(w->form, w->run, &w->b);
	return true;
}

static bool
way_row(struct way_out *w, const struct finding_row *row, struct err *e)
{
	if (w->feed != NULL)
		return misp_feed_row(w->feed, row, e);
	form_row(w->form, w->run, row, &w->b);
	return w->b.len < PIECE || flush(w, e);
}

static bool
way_end(struct way_out *w, struct err *e)
{
	if (w->feed != NULL)
		return misp_feed_commit(w->feed, e);
	form_end(w->form, w->run, &w->b);
	return flush(w, e) && (w->file.fd < 0 || file_new_commit(&w->file, e));
}

static bool
rows(struct node *n, struct way_out *w, const char *folder, const struct finding_query *q, struct err *e)
{
	struct finding_walk *walk = NULL;
	struct finding_row row;
	enum step step = STEP_FAIL;
	bool ok = finding_open(n->store, q, &walk, e) && way_begin(w, folder, e);

	while (ok && (step = finding_next(walk, &row, e)) == STEP_ITEM) {
		arena_reset(w->run->a);
		/* Nobody knows who will read the file: it says what anybody may know. */
		known_row(&row, ROLE_OTHER, w->run->a);
		ok = way_row(w, &row, e);
	}
	ok = ok && step == STEP_END && way_end(w, e);
	finding_close(&walk);
	return ok;
}

static void
remark(struct cli *c, const struct form_run *r)
{
	unsigned long written = (unsigned long)r->rows, warned = (unsigned long)r->warned, marked = (unsigned long)r->marked,
	    without = (unsigned long)r->without;

	if (c->quiet)
		return;
	fprintf(stderr, TN("%lu finding written\n", "%lu findings written\n", written), written);
	if (warned > 0)
		fprintf(stderr, TN("%lu is on a warning list and was left out\n", "%lu are on a warning list and were left out\n", warned), warned);
	if (marked > 0)
		fprintf(stderr, TN("%lu is marked closer than TLP:%s and was left out; see --tlp\n", "%lu are marked closer than TLP:%s and were left out; see --tlp\n", marked),
		    marked, tlp_name(r->most));
	if (without > 0)
		fprintf(stderr, TN("%lu has no place in this form\n", "%lu have no place in this form\n", without), without);
}

/* The filters in words: the same question names the same document. */
static void
question(struct cli *c, struct buf *b)
{
	static const char *const filters[] = { "class", "taxonomy", "country", "asn", "net", "feed", "state", "since", "until", "text" };

	buf_init(b, (size_t)64 << 10);
	if (c->arg_count > 1)
		buf_str(b, c->args[1]);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (cli_opt(c, filters[i]) != NULL)
			buf_printf(b, "%s%s %s", b->len > 0 ? ", " : "", filters[i], cli_opt(c, filters[i]));
	}
}

static bool
write_form(struct cli *c, const struct form *f, struct err *e)
{
	struct finding_query q = { .limit = 0 };
	struct notices_options who = { .tlp = TLP_CLEAR };
	struct form_run r = { .who = &who, .most = TLP_AMBER };
	struct slice tlp = slice_of_str(cli_opt(c, "tlp"));
	struct way_out w = { .form = f, .run = &r, .file.fd = -1 };
	struct query_memory m;
	struct arena a;
	struct node node;
	struct buf text;
	bool ok;

	if (!query_read(c, c->arg_count > 1 ? c->args[1] : NULL, &m, &q, e))
		return false;
	q.order = FINDING_BY_ID;
	if (tlp.p != NULL && !tlp_find(tlp, &r.most))
		return err_set(e, ERR_USAGE, "--tlp: %s is none of CLEAR, GREEN, AMBER, AMBER+STRICT, RED", QUOTE(tlp));
	if (!node_open(c->node, NODE_READ, &node, e))
		return false;
	arena_init(&a, (size_t)1 << 20);
	who.name = node.conf.name;
	who.mail = node.conf.mail;
	who.now_s = clock_now_s();
	if (form_warns(f))
		r.warnings = node_warnings(&node);
	r.a = &a;
	question(c, &text);
	r.question = buf_view(&text);
	buf_init(&w.b, (size_t)16 << 20);
	ok = rows(&node, &w, cli_opt(c, "to"), &q, e);
	if (ok)
		remark(c, &r);
	file_new_drop(&w.file);
	misp_feed_free(&w.feed);
	buf_fini(&w.b);
	buf_fini(&text);
	form_fini(&r);
	arena_fini(&a);
	node_close(&node);
	return ok;
}

static bool
thing_write(struct cli *c, const struct thing *t, struct err *e)
{
	const struct stix_out_way way = { NULL, things_put, NULL };
	struct stix_out who;
	struct node node;
	struct buf b;
	bool ok;

	if (c->arg_count > 1)
		return err_set(e, ERR_USAGE, "%s takes no filter", t->name);
	if (!node_open(c->node, NODE_READ, &node, e))
		return false;
	who = (struct stix_out){ .name = node.conf.name, .mail = node.conf.mail };
	buf_init(&b, (size_t)16 << 20);
	ok = t->out(node.store, &who, clock_now_s(), &way, &b, e);
	if (ok && (fwrite(b.p, 1, b.len, stdout) != b.len || fflush(stdout) != 0))
		ok = err_sys(e, "standard output");
	buf_fini(&b);
	node_close(&node);
	return ok;
}

static bool
export(struct cli *c, struct err *e)
{
	const struct form *f;

	if (c->arg_count == 0)
		return list(c, e);
	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		if (strcmp(c->args[0], things[i].name) == 0)
			return thing_write(c, &things[i], e);
	}
	f = form_find(slice_of_str(c->args[0]));
	if (f == NULL)
		return err_set(e, ERR_USAGE, "there is no form %s; see: entente export", QUOTE(slice_of_str(c->args[0])));
	return write_form(c, f, e);
}

static const struct cli_option options[] = {
	QUERY_OPTIONS,
	{ "tlp", 0, N_("MARK"), N_("the closest TLP that may stand in the file (default: AMBER)") },
	{ "to", 0, N_("FOLDER"), N_("write the file into this folder, whole or not at all; of misp: a feed, with manifest.json and hashes.csv") },
	{ "limit", 0, N_("N"), N_("how many at the most (default: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_export = {
	.name = "export",
	.args = N_("[FORM [FINDING|ADDRESS|NETWORK|AS|COUNTRY|TEXT]]"),
	.summary = N_("write findings, contacts or agreements as a file for another program"),
	.details = N_("Without a form: which there are. Personal data is reduced, as nobody knows who will read the file.\n\nForms that machines act on by themselves (plain, nftables, suricata) hold open findings alone, and nothing that is on a warning list: public resolvers, root servers, special-purpose addresses, names under which others register, and the lists in the node's folder warnings/ (MISP's form of them, NAME.json)."),
	.examples = "  entente export\n  entente export iodef --country ES > findings.iodef.xml\n  entente export stix --class c2-server > findings.stix.json\n  entente export stix-contacts > contacts.stix.json\n  entente export misp --class c2-server --state open --to /srv/www/misp\n  entente export nftables --class c2-server | nft -f -",
	.options = options,
	.args_max = 2,
	.run = export,
};
