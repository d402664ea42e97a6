#include <stdio.h>

#include "base/ids.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "node.h"

static bool
id_put(void *cookie, const struct report *r, struct err *e)
{
	(void)e;
	ids_add(cookie, r->id);
	return true;
}

static bool
ids_list(struct store *s, struct ids *ids, enum report_state state, bool with_bad, struct err *e)
{
	return report_list(s, &(struct report_query){ .has_state = true, .state = state, .with_bad = with_bad }, id_put, ids, e);
}

/* Those that are named, or all that --nothing asks for, or all that was set aside. */
static bool
ids_of(struct cli *c, struct store *s, struct ids *ids, struct err *e)
{
	uint64_t id;

	for (int i = 0; i < c->arg_count; i++) {
		if (!slice_u64(slice_of_str(c->args[i]), &id) || id > INT64_MAX)
			return err_set(e, ERR_USAGE, "%s is not the number of a report", QUOTE(slice_of_str(c->args[i])));
		ids_add(ids, (int64_t)id);
	}
	if (cli_has(c, "nothing"))
		return ids_list(s, ids, REPORT_NOTHING, false, e);
	return c->arg_count > 0 ||
	    (ids_list(s, ids, REPORT_ASIDE, false, e) && ids_list(s, ids, REPORT_DONE, true, e));
}

static bool
told_of(struct cli *c, struct flow_told *t, struct buf *options, bool *any_out, struct err *e)
{
	struct receipt r;

	if (!run_receipt(c, &r, options, e))
		return false;
	*t = (struct flow_told){ .name = r.name, .feed = r.feed, .format = r.format,
		.options = r.options, .replay = cli_has(c, "replay") };
	*any_out = t->name.p != NULL || t->feed.p != NULL || t->format.p != NULL || t->options.len > 0;
	if (t->replay && !*any_out)
		return err_set(e, ERR_USAGE, "--replay goes with what is told anew (--format, --mail, ...); else see: entente replay --help");
	if (*any_out && c->arg_count == 0 && !cli_has(c, "nothing"))
		return err_set(e, ERR_USAGE, "name the reports that are told anew, or say --nothing");
	return true;
}

static bool
retry(struct cli *c, struct err *e)
{
	struct ids ids = { 0 };
	struct flow_told told = { .replay = false };
	struct flow *flow = NULL;
	struct buf options;
	struct run r;
	bool ok, any = false;

	run_begin(&r, c);
	buf_init(&options, 65536);
	ok = told_of(c, &told, &options, &any, e) && flow_open(c->node, &r.options, &flow, e) &&
	    ids_of(c, flow_node(flow)->store, &ids, e) &&
	    (!cli_has(c, "schema") || flow_tables_load(flow, cli_opt(c, "schema"), e));
	run_work(&r, told.replay ? 0 : ids.count);
	if (any)
		ok = ok && flow_retell(flow, ids.v, ids.count, &told, e);
	else
		ok = ok && flow_retry(flow, ids.v, ids.count, e);
	ids_fini(&ids);
	flow_close(&flow);
	buf_fini(&options);
	if (!ok) {
		run_drop(&r);
		return false;
	}
	return run_end(&r, c, NULL, e);
}

static const struct cli_option retry_options[] = {
	{ "format", 't', N_("FORMAT"), N_("read as this format from now on; empty: recognise it") },
	{ "mail", 0, "spam|complaint", N_("what mails are: a spam trap's, or complaints") },
	{ "trusted", 0, N_("LIST"), N_("mail hops that are our own: 192.0.2.0/24,mx.example.org") },
	{ "mapping", 0, N_("NAME"), N_("the mapping of a generic CSV or JSON feed") },
	{ "feed", 'f', N_("NAME"), N_("feed.name for events that have none") },
	{ "name", 0, N_("NAME"), N_("the name that the file should have had") },
	{ "option", 'o', "KEY=VALUE...", N_("something else that the format is told") },
	{ "nothing", 0, NULL, N_("all reports that had nothing to report") },
	{ "replay", 0, NULL, N_("where a report gave events already: count everything again") },
	{ "schema", 0, N_("FILE"), N_("a newer Shadowserver schema for these reports") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_retry = {
	.name = "retry",
	.args = N_("[NUMBER...]"),
	.summary = N_("read again what was set aside: whole reports, or their bad records"),
	.details = N_("Without a number: everything that was set aside. Nothing that was counted is counted again.\n\nWith --format, --mail, --mapping, --feed, --name, --trusted or --option the reports are read anew as told, and stay so: in the list, and in the archive, from which a lost list is made again. What is not told stays as it was; an empty value takes an option away.\n\nWhat a report counted lies in sums and cannot be taken out of them again. Where one gave events already, retry refuses, unless --replay says that all findings and counts are made again from the archive."),
	.examples = "  entente retry\n  entente retry --mail spam 12 13\n  entente retry --mail spam --nothing\n  entente retry --format shadowserver-csv --option type=scan_rdp --replay 14",
	.options = retry_options,
	.args_max = -1,
	.run = retry,
};

static bool
replay(struct cli *c, struct err *e)
{
	struct flow *flow = NULL;
	struct run r;
	struct report_totals totals = { 0 };
	uint64_t count = 0, recovered = 0;
	bool ok;

	run_begin(&r, c);
	ok = flow_open(c->node, &r.options, &flow, e) && flow_recover(flow, &recovered, e) &&
	    report_totals(flow_node(flow)->store, &totals, e);
	for (int i = 0; i < REPORT_STATE_COUNT; i++)
		count += totals.reports[i];
	if (recovered > 0 && !c->quiet)
		fprintf(stderr, T("%llu reports of the archive were in no list; they are in it again.\n"), (unsigned long long)recovered);
	run_work(&r, count);
	ok = ok && flow_replay(flow, e);
	flow_close(&flow);
	if (!ok) {
		run_drop(&r);
		return false;
	}
	return run_end(&r, c, NULL, e);
}

const struct cli_command cli_replay = {
	.name = "replay",
	.args = "",
	.summary = N_("make findings and counts again from the archive"),
	.details = N_("All that is derived is dropped and made again from the reports as they were received. What people and notices did stays. Reports that the archive holds and the list does not know are entered again, so that a lost store.db comes back (contacts, notices and what people did come from a copy of it alone). It may be stopped and goes on with the next command."),
	.run = replay,
};
