#include <stdio.h>

#include "base/lang.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/show.h"
#include "cli/table.h"
#include "flow_reader.h"
#include "node.h"
#include "store/findings.h"

static const struct table_column columns[] = {
	{ "report", N_("Report"), true, 0 },
	{ "received", N_("Received"), false, TABLE_DAY | TABLE_DROP(5) },
	{ "name", N_("Name"), false, 44 },
	{ "feed", N_("Feed"), false, TABLE_JSON },
	{ "format", N_("Format"), false, TABLE_DROP(4) },
	{ "state", N_("State"), false, TABLE_DROP(1) },
	{ "bytes", N_("Bytes"), true, TABLE_DROP(7) },
	{ "events", N_("Events"), true, TABLE_DROP(2) },
	{ "bad", N_("Set aside"), true, TABLE_DROP(3) },
	{ "reason", N_("Reason"), false, 60 | TABLE_DROP(6) },
	{ "sha256", "SHA-256", false, TABLE_JSON },
};

static bool
list_row(void *cookie, const struct report *r, struct err *e)
{
	struct table *t = cookie;
	char hex[SHA256_HEX + 1];

	(void)e;
	sha256_hex(&r->sha, hex);
	table_int(t, r->id);
	table_moment(t, r->received_s);
	table_text(t, r->name);
	table_text(t, r->feed.len == 0 ? SLICE_NONE : r->feed);
	table_text(t, r->format);
	table_str(t, t->json ? report_state_name(r->state) : T(report_state_name(r->state)));
	table_int(t, (int64_t)r->bytes);
	table_int(t, (int64_t)r->events);
	table_int(t, (int64_t)r->bad);
	table_text(t, r->reason.len == 0 ? (t->json ? SLICE_NONE : S("")) : r->reason);
	table_str(t, hex);
	return true;
}

static bool
summary_item(void *cookie, const struct bad_summary *b, struct err *e)
{
	struct sheet *s = cookie;

	(void)e;
	sheet_item(s);
	sheet_int(s, "count", "", (int64_t)b->count);
	sheet_text(s, "column", "", b->column.len == 0 ? SLICE_NONE : b->column);
	sheet_text(s, "reason", "", b->kind.len == 0 ? SLICE_NONE : b->kind);
	sheet_item_end(s);
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

static bool
example_item(void *cookie, const struct bad_row *b, struct err *e)
{
	struct sheet *s = cookie;

	(void)e;
	sheet_item(s);
	sheet_text(s, "part", "", b->part);
	sheet_int(s, "line", "", b->line);
	sheet_int(s, "offset", "", (int64_t)b->offset);
	sheet_int(s, "length", "", b->length);
	sheet_text(s, "column", "", b->column.len == 0 ? SLICE_NONE : b->column);
	sheet_text(s, "reason", "", b->reason);
	sheet_item_end(s);
	return true;
}

static void
sheet_report(struct sheet *s, const struct report *r)
{
	char hex[SHA256_HEX + 1];

	sha256_hex(&r->sha, hex);
	sheet_int(s, "report", N_("Report"), r->id);
	sheet_text(s, "name", N_("Name"), r->name);
	sheet_date(s, "received", N_("Received"), r->received_s);
	sheet_text(s, "sha256", "SHA-256", slice_of_str(hex));
	sheet_int(s, "bytes", N_("Bytes"), (int64_t)r->bytes);
	sheet_text(s, "format", N_("Format"), r->format);
	sheet_text(s, "feed", N_("Feed"), r->feed.len == 0 ? SLICE_NONE : r->feed);
	sheet_text(s, "options", N_("Options"), r->options.len == 0 ? SLICE_NONE : slice_trim(r->options));
	sheet_word(s, "state", N_("State"), report_state_name(r->state));
	sheet_text(s, "reason", N_("Reason"), r->reason.len == 0 ? SLICE_NONE : r->reason);
	sheet_int(s, "events", N_("Events"), (int64_t)r->events);
	sheet_int(s, "bad", N_("Set aside"), (int64_t)r->bad);
	sheet_int(s, "reads", N_("Times read"), r->reads);
}

/* The first records that were set aside, each with its place. */
static bool
examples_show(struct store *s, int64_t id, struct err *e)
{
	static const struct table_column columns_of[] = { { "part", N_("Part"), false, 32 | TABLE_DROP(3) }, { "line", N_("Line"), true, TABLE_DROP(1) },
		{ "offset", N_("Offset"), true, TABLE_DROP(2) }, { "column", N_("Column"), false, 32 }, { "reason", N_("Reason"), false, 80 } };
	struct table t;

	putchar('\n');
	table_begin(&t, columns_of, 5, false);
	return table_finish(&t, bad_examples(s, id, SHOW_BAD_MAX, example_row, &t, e), e);
}

static bool
one(struct cli *c, struct node *n, struct flow_reader *reader, int64_t id, struct err *e)
{
	struct sheet s;
	struct report r;
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)1 << 20);
	ok = report_get(n->store, id, &a, &r, e);
	if (ok && reader != NULL) {
		ok = show_bad_records(n, reader, &r, &a, e);
	} else if (ok && cli_has(c, "raw")) {
		ok = show_report_bytes(n, &r, e);
	} else if (ok) {
		sheet_begin(&s, c->json);
		sheet_report(&s, &r);
		sheet_list(&s, "set_aside", N_("Why"));
		ok = bad_summary(n->store, id, 50, summary_item, &s, e);
		sheet_list_end(&s);
		if (c->json) {
			sheet_list(&s, "examples", "");
			ok = ok && bad_examples(n->store, id, SHOW_BAD_MAX, example_item, &s, e);
			sheet_list_end(&s);
		}
		ok = sheet_finish(&s, ok, e) && (c->json || r.bad == 0 || examples_show(n->store, id, e));
	}
	arena_fini(&a);
	return ok;
}

static bool
reports(struct cli *c, struct err *e)
{
	struct report_query q = { .limit = 50, .with_bad = cli_has(c, "bad") };
	struct slice state = slice_of_str(cli_opt(c, "state"));
	uint64_t limit = q.limit, id;
	struct flow_reader *reader = NULL;
	struct node node;
	struct table t;
	bool ok;

	for (int i = 0; i < REPORT_STATE_COUNT && state.p != NULL && !q.has_state; i++) {
		q.state = (enum report_state)i;
		q.has_state = slice_eq(state, slice_of_str(report_state_name(q.state)));
	}
	if (cli_has(c, "raw") && c->arg_count == 0)
		return err_set(e, ERR_USAGE, "--raw needs one report: entente reports NUMBER --raw");
	if (cli_has(c, "evidence") && c->arg_count == 0)
		return err_set(e, ERR_USAGE, "--evidence needs one report: entente reports NUMBER --evidence");
	if (state.p != NULL && !q.has_state)
		return err_set(e, ERR_USAGE, "--state: %s is none of received, reading, done, aside, nothing", QUOTE(state));
	if (!cli_opt_u64(c, "limit", 0, SIZE_MAX, &limit, e) || (cli_has(c, "evidence") && !flow_reader_at(c->node, &reader, e)) ||
	    !node_open(c->node, NODE_READ, &node, e)) {
		flow_reader_stop(&reader);
		return false;
	}
	q.limit = (size_t)limit;
	q.feed = slice_of_str(cli_opt(c, "feed"));
	if (c->arg_count == 1) {
		ok = slice_u64(slice_of_str(c->args[0]), &id) && id <= INT64_MAX ? one(c, &node, reader, (int64_t)id, e) :
		    err_set(e, ERR_USAGE, "%s is not the number of a report", QUOTE(slice_of_str(c->args[0])));
	} else {
		table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
		ok = report_list(node.store, &q, list_row, &t, e);
		if (ok && t.rows == 0 && !c->json)
			t.text.len = 0;
		if (ok && t.rows == 0 && !c->quiet)
			cli_tell(T("no report matches"));
		ok = table_finish(&t, ok, e);
	}
	node_close(&node);
	flow_reader_stop(&reader);
	return ok;
}

static const struct cli_option options[] = {
	{ "state", 's', "received|reading|done|aside|nothing", N_("only reports in this state") },
	{ "bad", 0, NULL, N_("only reports of which records were set aside") },
	{ "feed", 'f', N_("NAME"), N_("only this feed") },
	{ "limit", 0, N_("N"), N_("how many at the most (default 50; 0: all)") },
	{ "raw", 0, NULL, N_("of one report: its bytes as they came, to standard output") },
	{ "evidence", 0, NULL, N_("of one report: the very bytes of the first records that were set aside") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_reports = {
	.name = "reports",
	.args = N_("[NUMBER]"),
	.summary = N_("list reports, or show one: its SHA-256, what was set aside of it and why"),
	.examples = "  entente reports --state aside\n  entente reports 12\n  entente reports 12 --raw | sha256sum\n  entente reports 12 --evidence",
	.options = options,
	.args_max = 1,
	.run = reports,
};
