#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/query.h"
#include "cli/table.h"
#include "node.h"
#include "share/form.h"
#include "share/known.h"

static const struct table_column columns[] = {
	{ "form", N_("Form"), false, 0 },
	{ "summary", N_("What it is"), false, 0 },
	{ "file", N_("File"), false, 0 },
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
	return table_finish(&t, true, e);
}

static bool
flush(struct buf *b, struct err *e)
{
	bool ok = buf_ok(b) || err_set(e, ERR_LIMIT, "a finding of more than %zu bytes", b->max);

	if (ok && b->len > 0 && fwrite(b->p, 1, b->len, stdout) != b->len)
		ok = err_sys(e, "standard output");
	buf_clear(b);
	return ok;
}

static bool
rows(struct node *n, const struct form *f, struct form_run *r, const struct finding_query *q, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct buf b;
	enum step step = STEP_FAIL;
	bool ok = finding_open(n->store, q, &w, e);

	buf_init(&b, (size_t)16 << 20);
	form_begin(f, r, &b);
	while (ok && (ok = flush(&b, e)) && (step = finding_next(w, &row, e)) == STEP_ITEM) {
		arena_reset(r->a);
		/* Nobody knows who will read the file: it says what anybody may know. */
		known_row(&row, ROLE_OTHER, r->a);
		form_row(f, r, &row, &b);
	}
	ok = ok && step == STEP_END;
	form_end(f, r, &b);
	ok = ok && flush(&b, e);
	finding_close(&w);
	buf_fini(&b);
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

static bool
write_form(struct cli *c, const struct form *f, struct err *e)
{
	struct finding_query q = { .limit = 0 };
	struct notices_options who = { .tlp = TLP_CLEAR };
	struct form_run r = { .who = &who, .most = TLP_AMBER };
	struct slice tlp = slice_of_str(cli_opt(c, "tlp"));
	struct query_memory m;
	struct arena a;
	struct node node;
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
	r.warnings = node_warnings(&node);
	r.a = &a;
	ok = rows(&node, f, &r, &q, e);
	if (ok)
		remark(c, &r);
	form_fini(&r);
	arena_fini(&a);
	node_close(&node);
	return ok;
}

static bool
export(struct cli *c, struct err *e)
{
	const struct form *f;

	if (c->arg_count == 0)
		return list(c, e);
	f = form_find(slice_of_str(c->args[0]));
	if (f == NULL)
		return err_set(e, ERR_USAGE, "there is no form %s; see: entente export", QUOTE(slice_of_str(c->args[0])));
	return write_form(c, f, e);
}

static const struct cli_option options[] = {
	QUERY_OPTIONS,
	{ "tlp", 0, N_("MARK"), N_("the closest TLP that may stand in the file (default: AMBER)") },
	{ "limit", 0, N_("N"), N_("how many at the most (default: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_export = {
	.name = "export",
	.args = N_("[FORM [FINDING|ADDRESS|NETWORK|AS|COUNTRY|TEXT]]"),
	.summary = N_("write findings as a file for another program"),
	.details = N_("Without a form: which there are. Personal data is reduced, as nobody knows who will read the file.\n\nForms that machines act on by themselves (plain, nftables, suricata) hold open findings alone, and nothing that is on a warning list: public resolvers, root servers, special-purpose addresses, names under which others register, and the lists in the node's folder warnings/ (MISP's form of them, NAME.json)."),
	.examples = "  entente export\n  entente export iodef --country ES > findings.iodef.xml\n  entente export misp --class c2-server --state open > findings.misp.json\n  entente export nftables --class c2-server | nft -f -",
	.options = options,
	.args_max = 2,
	.run = export,
};
