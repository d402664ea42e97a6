#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/table.h"
#include "intake/mapping.h"
#include "intake/tables.h"
#include "model/event_idea.h"
#include "model/event_n6.h"
#include "take.h"

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
	{ "report", N_("Report"), true, 0 },
	{ "name", N_("Name"), false, 48 },
	{ "format", N_("Format"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "events", N_("Events"), true, 0 },
	{ "bad", N_("Set aside"), true, 0 },
	{ "reason", N_("Reason"), false, 80 },
	/* for programs alone */
	{ "sha256", "", false, 0 },
};

#define COLUMNS_SHOWN (sizeof(columns) / sizeof(columns[0]) - 1)
#define ROWS_SHOWN 25
#define OTHERS_SHOWN 10

static void
refuse(void *cookie, const char *path, const struct err *why)
{
	struct run *r = cookie;

	(void)path;
	progress_end(&r->progress);
	cli_tell(why->text);
	if (r->refused_status == 0)
		r->refused_status = err_exit_status(why->code);
}

/* Was it told what now is, where now says something? */
static bool
told_alike(const struct report *was, const struct receipt *now)
{
	struct slice rest = now->options, line;

	while (slice_line(&rest, &line)) {
		size_t eq = slice_find_byte(line, '=');
		struct slice old = eq == SIZE_MAX ? SLICE_NONE : intake_option_of(was->options, slice_sub(line, 0, eq));

		if (eq != SIZE_MAX && !slice_eq(old.p == NULL ? S("") : old, slice_from(line, eq + 1)))
			return false;
	}
	/* One that could not be read may have had the wrong name. */
	if ((was->state == REPORT_ASIDE || (was->events == 0 && was->bad > 0)) && !slice_eq(now->name, was->name))
		return false;
	return (now->feed.len == 0 || slice_eq(now->feed, was->feed)) &&
	    (now->format.len == 0 || slice_eq(now->format, was->format));
}

/* The same bytes are one report; that they are to be read otherwise must not be lost on the way. */
static void
known(void *cookie, const struct report *was, const struct receipt *now)
{
	struct run *r = cookie;
	struct buf b;

	if (told_alike(was, now) || r->others++ >= OTHERS_SHOWN)
		return;
	progress_end(&r->progress);
	buf_init(&b, 1 << 16);
	buf_printf(&b, T("%.*s: is report %lld already, received with other options; to read it with these: entente retry %lld, with the same options"),
	    SLICE_ARG(now->name), (long long)was->id, (long long)was->id);
	text_show(stderr, buf_view(&b));
	fputc('\n', stderr);
	buf_fini(&b);
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
	r->nothing += d->state == REPORT_NOTHING;
	progress_at(&r->progress, r->done, NULL);
	/* A table of thousands helps nobody: those that need a look, and some more. */
	if (!r->json && r->rows >= ROWS_SHOWN && (d->state != REPORT_ASIDE || r->rows >= (size_t)4 * ROWS_SHOWN))
		return;
	r->rows++;
	table_int(&r->table, d->id);
	table_text(&r->table, d->name);
	table_text(&r->table, d->format);
	table_str(&r->table, r->json ? report_state_name(d->state) : T(report_state_name(d->state)));
	table_int(&r->table, (int64_t)d->events);
	table_int(&r->table, (int64_t)d->bad);
	table_text(&r->table, d->reason.len == 0 ? (r->json ? SLICE_NONE : S("")) : d->reason);
	if (r->json) {
		char hex[SHA256_HEX + 1];

		sha256_hex(&d->sha, hex);
		table_str(&r->table, hex);
	}
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
		.known = known, .cookie = r, .stop = run_stop_on_signals() };
	table_begin(&r->table, columns, COLUMNS_SHOWN + c->json, c->json);
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
	/* No heading over nothing. */
	if ((r->quiet || r->rows == 0) && !r->json)
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
		if (r->nothing > 0)
			printf(TN("%lu report had nothing to report: see entente reports --state nothing.", "%lu reports had nothing to report: see entente reports --state nothing.", r->nothing), (unsigned long)r->nothing), putchar('\n');
		if (r->others > 0)
			printf(TN("%lu was received with other options than these: see entente retry --help.", "%lu were received with other options than these: see entente retry --help.", r->others), (unsigned long)r->others), putchar('\n');
		if (r->aside > 0)
			printf(TN("%lu report was set aside: see entente reports, then entente retry.", "%lu reports were set aside: see entente reports, then entente retry.", r->aside), (unsigned long)r->aside), putchar('\n');
	}
	c->partial = r->aside > 0 || r->bad > 0 || r->others > 0 || (t != NULL && t->refused > 0);
	/* Nothing could be taken at all: a script wants to know why. */
	if (t != NULL && t->refused > 0 && t->files == 0)
		c->status = r->refused_status;
	return ok;
}

void
run_drop(struct run *r)
{
	progress_end(&r->progress);
	if (r->rows == 0 && !r->json)
		r->table.text.len = 0;
	(void)table_end(&r->table);
}

/* "KEY=VALUE" into options, if a format knows the key and the value is good; an empty one takes it away. */
static bool
option_put(struct buf *options, struct slice key, struct slice value, struct err *e)
{
	if (!intake_option_check(key, value, e)) {
		e->code = ERR_USAGE;
		return false;
	}
	if (intake_option_of(buf_view(options), key).p != NULL)
		return err_set(e, ERR_USAGE, "%s is given twice", QUOTE(key));
	buf_printf(options, "%.*s=%.*s\n", SLICE_ARG(key), SLICE_ARG(value));
	return true;
}

static bool
options_take(struct cli *c, struct buf *options, struct err *e)
{
	static const char *const own[] = { "mail", "trusted", "mapping" };
	const char *more;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (cli_has(c, own[i]) && !option_put(options, slice_of_str(own[i]), slice_of_str(cli_opt(c, own[i])), e))
			return false;
	}
	for (size_t i = 0; (more = cli_opt_nth(c, "option", i)) != NULL; i++) {
		struct slice text = slice_of_str(more);
		size_t eq = slice_find_byte(text, '=');

		if (eq == SIZE_MAX || slice_find_byte(text, '\n') != SIZE_MAX)
			return err_set(e, ERR_USAGE, "--option: expected KEY=VALUE, found %s", QUOTE(text));
		if (!option_put(options, slice_sub(text, 0, eq), slice_from(text, eq + 1), e))
			return false;
	}
	return true;
}

bool
run_receipt(struct cli *c, struct receipt *out, struct buf *options, struct err *e)
{
	*out = (struct receipt){ .feed = slice_of_str(cli_opt(c, "feed")), .format = slice_of_str(cli_opt(c, "format")) };
	if (out->format.len > 0 && intake_format_find(out->format) == NULL)
		return err_set(e, ERR_USAGE, "there is no format \"%s\"; see: entente ingest --formats", cli_opt(c, "format"));
	if (!options_take(c, options, e))
		return false;
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

/* Where it lies in the archive, under names that an IntelMQ pipeline takes. */
static const struct event *
with_place(struct run *r, const struct report *report, const struct event *ev)
{
	static struct event out;
	static char hex[SHA256_HEX + 1], numbers[5][24];
	const struct { const char *key; uint64_t v; } rows[] = {
		{ "entente.schema_version", EVENT_SCHEMA_VERSION }, { "entente.report", (uint64_t)report->id },
		{ "entente.offset", ev->place.offset }, { "entente.length", ev->place.length },
		{ "entente.line", ev->place.line },
	};
	struct err full = ERR_INIT;
	bool ok = true;

	if (!r->places)
		return ev;
	out = *ev;
	sha256_hex(&report->sha, hex);
	for (size_t i = 0; ok && i < sizeof(rows) / sizeof(rows[0]); i++) {
		int n = snprintf(numbers[i], sizeof(numbers[i]), "%" PRIu64, rows[i].v);

		ok = rows[i].v == 0 && i == 4 ? true :
		    event_extra(&out, slice_of_str(rows[i].key), slice_of(numbers[i], (size_t)n), EXTRA_NUMBER, &full);
	}
	ok = ok && event_extra(&out, S("entente.sha256"), slice_of_str(hex), EXTRA_TEXT, &full) &&
	    (ev->place.part.len == 0 || event_extra(&out, S("entente.part"), ev->place.part, EXTRA_TEXT, &full));
	/* An event with all the extras that may be has no room for ours. */
	return ok ? &out : ev;
}

static bool
print_event(void *cookie, const struct report *report, const struct event *ev, struct err *e)
{
	struct run *r = cookie;

	buf_clear(&r->line);
	r->print(with_place(r, report, ev), &r->line);
	buf_byte(&r->line, '\n');
	if (!buf_ok(&r->line) || fwrite(r->line.p, 1, r->line.len, stdout) != r->line.len)
		return err_sys(e, "standard output");
	return true;
}

/* What comes by a pipe is waited for before the node is ours: others go on meanwhile. */
static bool
spool(struct cli *c, struct take *t, int *fds, struct err *e)
{
	struct node conf = NODE_NONE;
	bool ok = node_conf_read(&conf, c->node, e);

	for (int i = 0; ok && i < c->arg_count; i++) {
		ok = take_spool(t, c->args[i], c->node, conf.conf.report_bytes_max, &fds[i], e);
	}
	arena_fini(&conf.memory);
	return ok;
}

static bool
take_all(struct cli *c, struct take *t, const int *fds, struct err *e)
{
	for (int i = 0; i < c->arg_count && !stop; i++) {
		if (!(fds[i] >= 0 ? take_spooled(t, c->args[i], fds[i], e) : take_path(t, c->args[i], e)))
			return false;
	}
	return take_commit(t, e);
}

static bool
ingest(struct cli *c, struct err *e)
{
	struct take t = { 0 };
	struct flow *flow = NULL;
	struct buf options;
	struct run r;
	int *fds;
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
	r.places = cli_has(c, "places");
	if (cli_has(c, "print-events")) {
		r.options.event = print_event;
		/* A report's row closes the lines of its events. */
		r.table.bare = c->json;
		r.quiet = true;
	}
	run_take(&r, &t);
	fds = xarray((size_t)c->arg_count, sizeof(*fds));
	for (int i = 0; i < c->arg_count; i++)
		fds[i] = -1;
	if (!print_as(&r, cli_opt(c, "as"), e) || !spool(c, &t, fds, e))
		goto out;
	if (!flow_open(c->node, &r.options, &flow, e))
		goto out;
	if (cli_has(c, "schema") && !flow_tables_load(flow, cli_opt(c, "schema"), e))
		goto out;
	t.flow = flow;
	if (!take_all(c, &t, fds, e))
		goto out;
	run_work(&r, t.reports);
	ok = flow_work(flow, e);
out:
	flow_close(&flow);
	for (int i = 0; i < c->arg_count; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	free(fds);
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
	{ "option", 'o', "KEY=VALUE...", N_("something else that the format is told") },
	{ "as", 0, "intelmq-json|idea0|n6", N_("the form that --print-events prints") },
	{ "print-events", 0, NULL, N_("print each event as JSON, one a line; with --json a line about its report behind them") },
	{ "places", 0, NULL, N_("with --print-events: also where each event lies, under extra.entente") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_ingest = {
	.name = "ingest",
	.args = N_("FILE|FOLDER|-..."),
	.summary = N_("take reports in: archive, read, attribute, count"),
	.details = N_("Each file is archived first, byte for byte, and is safe from then on. Its format is recognised: Shadowserver CSV, ARF, X-ARF, mail, mbox, IntelMQ JSON, IDEA0, DMARC, IODEF, n6, generic CSV and JSON, and these in ZIP, gzip, zstd or as attachments. What cannot be read is set aside with the reason, and the rest goes on.\n\nThe same bytes are one report however often they come; to read them with other options, see entente retry --help. A list without times of its own (--mapping, no time.source) holds on the day on which it is fetched: the same list on another day counts as seen again.\n\nA newer Shadowserver schema (intelmq.json) counts from the next report on when it lies in the node's folder as shadowserver.json; mappings lie there as feeds/NAME.conf."),
	.examples = "  entente ingest 2026-06-17-scan_rdp-es.csv\n  entente ingest --mail spam Maildir/\n  curl -s https://feed.example/list.csv | entente ingest --mapping mylist -",
	.options = options,
	.args_max = -1,
	.run = ingest,
};
