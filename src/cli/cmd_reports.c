#include <stdio.h>

#include "base/lang.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "node.h"
#include "store/findings.h"

static const struct table_column columns[] = {
	{ "report", N_("Report"), true, 0 },
	{ "received", N_("Received"), false, 0 },
	{ "name", N_("Name"), false, 44 },
	{ "format", N_("Format"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "bytes", N_("Bytes"), true, 0 },
	{ "events", N_("Events"), true, 0 },
	{ "bad", N_("Set aside"), true, 0 },
	{ "reason", N_("Reason"), false, 60 },
};

static bool
list_row(void *cookie, const struct report *r, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_int(t, r->id);
	table_date(t, r->received_s);
	table_text(t, r->name);
	table_text(t, r->format);
	table_str(t, t->json ? report_state_name(r->state) : T(report_state_name(r->state)));
	table_int(t, (int64_t)r->bytes);
	table_int(t, (int64_t)r->events);
	table_int(t, (int64_t)r->bad);
	table_text(t, r->reason.len == 0 ? (t->json ? SLICE_NONE : S("")) : r->reason);
	return true;
}

static bool
summary_row(void *cookie, const struct bad_summary *b, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_text(t, b->column.len == 0 ? SLICE_NONE : b->column);
	table_text(t, b->kind.len == 0 ? SLICE_NONE : b->kind);
	table_int(t, (int64_t)b->count);
	return true;
}

static bool
example_row(void *cookie, const struct bad_row *b, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_text(t, b->part);
	table_int(t, b->line);
	table_int(t, (int64_t)b->offset);
	table_text(t, b->column.len == 0 ? SLICE_NONE : b->column);
	table_text(t, b->reason);
	return true;
}

/* What is wrong with one report: by column, then the first records. */
static bool
one(struct cli *c, struct store *s, int64_t id, struct err *e)
{
	static const struct table_column by_column[] = { { "column", N_("Column"), false, 32 },
		{ "reason", N_("Reason"), false, 80 }, { "count", N_("Records"), true, 0 } };
	static const struct table_column examples[] = { { "part", N_("Part"), false, 32 }, { "line", N_("Line"), true, 0 },
		{ "offset", N_("Offset"), true, 0 }, { "column", N_("Column"), false, 32 }, { "reason", N_("Reason"), false, 80 } };
	struct table t;

	if (!c->json) {
		table_begin(&t, by_column, 3, false);
		if (!bad_summary(s, id, 50, summary_row, &t, e) || !table_end(&t))
			return false;
		putchar('\n');
	}
	table_begin(&t, examples, 5, c->json);
	return bad_examples(s, id, 20, example_row, &t, e) && (table_end(&t) || err_sys(e, "standard output"));
}

static bool
reports(struct cli *c, struct err *e)
{
	struct report_query q = { .limit = 50, .with_bad = cli_has(c, "bad") };
	struct slice state = slice_of_str(cli_opt(c, "state"));
	uint64_t limit = q.limit, id;
	struct node node;
	struct table t;
	bool ok;

	for (int i = 0; i < REPORT_STATE_COUNT && state.p != NULL && !q.has_state; i++) {
		q.state = (enum report_state)i;
		q.has_state = slice_eq(state, slice_of_str(report_state_name(q.state)));
	}
	if (state.p != NULL && !q.has_state)
		return err_set(e, ERR_USAGE, "--state: %s is none of received, reading, done, aside, nothing", QUOTE(state));
	if (!cli_opt_u64(c, "limit", 0, SIZE_MAX, &limit, e) || !node_open(c->node, NODE_READ, &node, e))
		return false;
	q.limit = (size_t)limit;
	q.feed = slice_of_str(cli_opt(c, "feed"));
	if (c->arg_count == 1) {
		ok = slice_u64(slice_of_str(c->args[0]), &id) && id <= INT64_MAX ? one(c, node.store, (int64_t)id, e) :
		    err_set(e, ERR_USAGE, "%s is not the number of a report", QUOTE(slice_of_str(c->args[0])));
	} else {
		table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
		ok = report_list(node.store, &q, list_row, &t, e);
		ok = (table_end(&t) || err_sys(e, "standard output")) && ok;
	}
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	{ "state", 's', N_("STATE"), N_("received, reading, done, aside or nothing") },
	{ "bad", 0, NULL, N_("only reports of which records were set aside") },
	{ "feed", 'f', N_("NAME"), N_("only this feed") },
	{ "limit", 0, N_("N"), N_("how many at the most (default 50; 0: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_reports = {
	.name = "reports",
	.args = N_("[NUMBER]"),
	.summary = N_("list reports, or what was set aside of one and why"),
	.examples = "  entente reports --state aside\n  entente reports 12",
	.options = options,
	.args_max = 1,
	.run = reports,
};
