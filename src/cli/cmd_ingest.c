#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/table.h"
#include "cli/take.h"
#include "intake/mapping.h"
#include "intake/tables.h"
#include "model/event_idea.h"
#include "model/event_n6.h"

static volatile bool stop;

static void
on_signal(int signal)
{
	(void)signal;
	stop = true;
}

const volatile bool *
run_stop_on_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	return &stop;
}

static const struct table_column columns[] = {
	{ "report", N_("Report"), false, 48 },
	{ "format", N_("Format"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "events", N_("Events"), true, 0 },
	{ "bad", N_("Set aside"), true, 0 },
	{ "reason", N_("Reason"), false, 80 },
};

#define ROWS_SHOWN 25

static void
refuse(void *cookie, const char *path, const struct err *why)
{
	struct run *r = cookie;

	(void)path;
	progress_end(&r->progress);
	cli_tell(why->text);
}

static void
take_progress(void *cookie, const struct take *t, const char *path)
{
	struct run *r = cookie;

	progress_at(&r->progress, t->files, path);
}

static void
done(void *cookie, const struct flow_report *d)
{
	struct run *r = cookie;

	r->done++;
	r->events += d->events;
	r->bad += d->bad;
	r->bytes += d->bytes;
	r->aside += d->state == REPORT_ASIDE;
	progress_at(&r->progress, r->done, NULL);
	/* A table of thousands helps nobody: those that need a look, and some more. */
	if (!r->json && r->rows >= ROWS_SHOWN && (d->state != REPORT_ASIDE || r->rows >= (size_t)4 * ROWS_SHOWN))
		return;
	r->rows++;
	table_text(&r->table, d->name);
	table_text(&r->table, d->format);
	table_str(&r->table, r->json ? report_state_name(d->state) : T(report_state_name(d->state)));
	table_int(&r->table, (int64_t)d->events);
	table_int(&r->table, (int64_t)d->bad);
	table_text(&r->table, d->reason.len == 0 ? (r->json ? SLICE_NONE : S("")) : d->reason);
}

static void
work_progress(void *cookie, struct slice name, uint64_t events)
{
	struct run *r = cookie;
	char note[64];

	(void)snprintf(note, sizeof(note), "%.*s: %" PRIu64, (int)(name.len > 30 ? 30 : name.len),
	    (const char *)name.p, events);
	progress_at(&r->progress, r->done, note);
}

void
run_begin(struct run *r, struct cli *c)
{
	*r = (struct run){ .json = c->json, .quiet = c->quiet, .begun_ns = clock_mono_ns() };
	r->options = (struct flow_options){ .done = done, .progress = work_progress,
		.cookie = r, .stop = run_stop_on_signals() };
	table_begin(&r->table, columns, sizeof(columns) / sizeof(columns[0]), c->json);
}

void
run_take(struct run *r, struct take *t)
{
	t->refuse = refuse;
	t->progress = take_progress;
	t->cookie = r;
	t->stop = r->options.stop;
	progress_begin(&r->progress, T("files taken"), 0, r->quiet);
}

void
run_work(struct run *r, uint64_t total)
{
	progress_end(&r->progress);
	progress_begin(&r->progress, T("reports read"), total, r->quiet);
}

bool
run_end(struct run *r, struct cli *c, const struct take *t, struct err *e)
{
	double s = (double)(clock_mono_ns() - r->begun_ns) / 1e9;
	bool ok;

	progress_end(&r->progress);
	if (r->quiet && !r->json)
		r->table.text.len = 0;
	ok = table_end(&r->table) || err_sys(e, "standard output");
	if (!r->json && !r->quiet) {
		if (r->done > r->rows)
			printf(TN("… and %lu more report: entente reports lists them.", "… and %lu more reports: entente reports lists them.", r->done - r->rows), (unsigned long)(r->done - r->rows)), putchar('\n');
		printf(TN("%lu report read", "%lu reports read", r->done), (unsigned long)r->done);
		printf(T(": %llu events, %llu records set aside, %.1f MB in %.1f s."), (unsigned long long)r->events,
		    (unsigned long long)r->bad, (double)r->bytes / 1e6, s);
		putchar('\n');
		if (t != NULL && t->known > 0)
			printf(TN("%lu was here before and is not counted again.", "%lu were here before and are not counted again.", t->known), (unsigned long)t->known), putchar('\n');
		if (r->aside > 0)
			printf(TN("%lu report was set aside: see entente reports, then entente retry.", "%lu reports were set aside: see entente reports, then entente retry.", r->aside), (unsigned long)r->aside), putchar('\n');
	}
	c->partial = r->aside > 0 || r->bad > 0 || (t != NULL && t->refused > 0);
	return ok;
}

void
run_drop(struct run *r)
{
	progress_end(&r->progress);
	(void)table_end(&r->table);
}

bool
run_receipt(struct cli *c, struct receipt *out, struct buf *options, struct err *e)
{
	*out = (struct receipt){ .feed = slice_of_str(cli_opt(c, "feed")), .format = slice_of_str(cli_opt(c, "format")) };
	if (cli_has(c, "format") && intake_format_find(out->format) == NULL)
		return err_set(e, ERR_USAGE, "there is no format \"%s\"; see: entente ingest --formats", cli_opt(c, "format"));
	if (cli_has(c, "mail"))
		buf_printf(options, "mail=%s\n", cli_opt(c, "mail"));
	if (cli_has(c, "trusted"))
		buf_printf(options, "trusted=%s\n", cli_opt(c, "trusted"));
	if (cli_has(c, "mapping"))
		buf_printf(options, "mapping=%s\n", cli_opt(c, "mapping"));
	if (cli_has(c, "option"))
		buf_printf(options, "%s\n", cli_opt(c, "option"));
	if (cli_has(c, "name"))
		out->name = slice_of_str(cli_opt(c, "name"));
	out->options = buf_view(options);
	return true;
}

static bool
formats(struct cli *c, struct err *e)
{
	static const struct table_column cols[] = { { "format", N_("Format"), false, 0 }, { "summary", N_("What it is"), false, 0 } };
	struct table t;

	table_begin(&t, cols, 2, c->json);
	for (size_t i = 0; i < intake_format_count; i++) {
		table_text(&t, intake_formats[i]->name);
		table_str(&t, T(intake_formats[i]->summary));
	}
	return table_end(&t) || err_sys(e, "standard output");
}

/* The ones that ship, by name as they lie; a node's own are files in its folder. */
static bool
mappings(struct cli *c, struct err *e)
{
	static const struct table_column cols[] = { { "mapping", N_("Mapping"), false, 0 }, { "feed", N_("Feed"), false, 0 }, { "documentation", N_("Documentation"), false, 80 } };
	struct intake_tables *tables = intake_tables_new();
	const struct mapping *m;
	struct table t;

	table_begin(&t, cols, 3, c->json);
	for (size_t i = 0; (m = intake_tables_mapping_at(tables, i)) != NULL; i++) {
		table_text(&t, m->name);
		table_text(&t, mapping_feed(m, FIELD_FEED_NAME));
		table_text(&t, mapping_feed(m, FIELD_FEED_DOCUMENTATION));
	}
	intake_tables_free(&tables);
	return table_end(&t) || err_sys(e, "standard output");
}

static void
print_idea(const struct event *ev, struct buf *out)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	event_to_idea(ev, &a, out);
	arena_fini(&a);
}

static bool
print_as(struct run *r, const char *form, struct err *e)
{
	static const struct { struct slice name; void (*print)(const struct event *ev, struct buf *out); } forms[] = {
		{ S_INIT("intelmq-json"), event_to_json }, { S_INIT("idea0"), print_idea }, { S_INIT("n6"), event_to_n6 },
	};

	r->print = event_to_json;
	if (form == NULL)
		return true;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (slice_eq(slice_of_str(form), forms[i].name)) {
			r->print = forms[i].print;
			return true;
		}
	}
	return err_set(e, ERR_USAGE, "--as: %s is none of intelmq-json, idea0, n6", QUOTE(slice_of_str(form)));
}

static bool
print_event(void *cookie, const struct event *ev, struct err *e)
{
	struct run *r = cookie;

	buf_clear(&r->line);
	r->print(ev, &r->line);
	buf_byte(&r->line, '\n');
	if (!buf_ok(&r->line) || fwrite(r->line.p, 1, r->line.len, stdout) != r->line.len)
		return err_sys(e, "standard output");
	return true;
}

static bool
ingest(struct cli *c, struct err *e)
{
	struct take t = { 0 };
	struct flow *flow = NULL;
	struct buf options;
	struct run r;
	bool ok = false;

	if (cli_has(c, "formats"))
		return formats(c, e);
	if (cli_has(c, "mappings"))
		return mappings(c, e);
	if (c->arg_count == 0)
		return err_set(e, ERR_USAGE, "name files or folders, or - for standard input; see: entente ingest --help");
	buf_init(&options, 65536);
	if (!run_receipt(c, &t.receipt, &options, e)) {
		buf_fini(&options);
		return false;
	}
	run_begin(&r, c);
	buf_init(&r.line, 64 << 20);
	if (cli_has(c, "print-events")) {
		r.options.event = print_event;
		/* A report's row closes the lines of its events. */
		r.table.bare = c->json;
		r.quiet = true;
	}
	run_take(&r, &t);
	if (!print_as(&r, cli_opt(c, "as"), e))
		goto out;
	if (!flow_open(c->node, &r.options, &flow, e))
		goto out;
	if (cli_has(c, "schema") && !flow_tables_load(flow, cli_opt(c, "schema"), e))
		goto out;
	t.flow = flow;
	for (int i = 0; i < c->arg_count && !stop; i++) {
		if (!take_path(&t, c->args[i], e))
			goto out;
	}
	if (!take_commit(&t, e))
		goto out;
	run_work(&r, t.reports);
	ok = flow_work(flow, e);
out:
	flow_close(&flow);
	buf_fini(&options);
	buf_fini(&r.line);
	if (!ok) {
		run_drop(&r);
		return false;
	}
	return run_end(&r, c, &t, e);
}

static const struct cli_option options[] = {
	{ "feed", 'f', N_("NAME"), N_("feed.name for events that have none") },
	{ "format", 't', N_("FORMAT"), N_("the format, where it is not to be recognised") },
	{ "formats", 0, NULL, N_("list the formats") },
	{ "mail", 0, "spam|complaint", N_("what mails are: a spam trap's, or complaints") },
	{ "trusted", 0, N_("LIST"), N_("mail hops that are our own: 192.0.2.0/24,mx.example.org") },
	{ "mapping", 0, N_("NAME"), N_("the mapping of a generic CSV or JSON feed") },
	{ "mappings", 0, NULL, N_("list the mappings that ship") },
	{ "schema", 0, N_("FILE"), N_("a newer Shadowserver schema for these reports") },
	{ "name", 0, N_("NAME"), N_("the report's name, for standard input") },
	{ "option", 'o', "KEY=VALUE", N_("something else that the format is told") },
	{ "as", 0, "intelmq-json|idea0|n6", N_("the form that --print-events prints") },
	{ "print-events", 0, NULL, N_("print each event as JSON, one a line; with --json a line about its report behind them") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_ingest = {
	.name = "ingest",
	.args = N_("FILE|FOLDER|-..."),
	.summary = N_("take reports in: archive, read, attribute, count"),
	.details = N_("Each file is archived first, byte for byte, and is safe from then on. Its format is recognised: Shadowserver CSV, ARF, X-ARF, mail, mbox, IntelMQ JSON, IDEA0, DMARC, n6, generic CSV and JSON, and these in ZIP, gzip, zstd or as attachments. What cannot be read is set aside with the reason, and the rest goes on."),
	.examples = "  entente ingest 2026-06-17-scan_rdp-es.csv\n  entente ingest --mail spam Maildir/\n  curl -s https://feed.example/list.csv | entente ingest --mapping mylist -",
	.options = options,
	.args_max = -1,
	.run = ingest,
};
