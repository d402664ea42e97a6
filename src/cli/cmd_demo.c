/*
 * demo: the main job from begin to end in a fresh node, on the project's own
 * small reports (data/demo, embedded) and on whatever real input is named.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attrib/contacts_import.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/demo.h"
#include "cli/networks_find.h"
#include "cli/notices.h"
#include "cli/run.h"
#include "cli/stats.h"
#include "store/findings.h"

static void
heading(struct cli *c, const char *text)
{
	if (!c->quiet)
		printf("\n== %s\n", text);
	(void)fflush(stdout);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

/* Only what is a node may be taken away. */
static bool
fresh(struct cli *c, struct err *e)
{
	char path[4096];

	(void)path_join(path, c->node, "entente.conf");
	if (!file_exists(c->node) || !cli_has(c, "fresh"))
		return true;
	if (!file_exists(path))
		return err_set(e, ERR_CONFLICT, "%s is there and is not a node: it is left alone; name another folder", c->node);
	return nftw(c->node, remove_one, 32, FTW_DEPTH | FTW_PHYS) == 0 || err_sys(e, "%s", c->node);
}

/* The embedded files as files, so that they come in as a person's would. */
static bool
unpack(const char *dir, struct err *e)
{
	char path[4096];

	if (!dir_make(dir, e))
		return false;
	for (size_t i = 0; i < embedded_count; i++) {
		struct slice name = embedded_files[i].name;

		if (!slice_starts(name, S("demo/")))
			continue;
		(void)path_join(path, dir, (const char *)name.p + 5); /* names end with a NUL */
		if (!file_write(path, embedded_bytes(&embedded_files[i]), e))
			return false;
	}
	return true;
}

static bool
build_networks(struct cli *c, const char *demo, struct err *e)
{
	struct networks_source sources[66];
	struct networks_built built;
	char asn[4096], country[4096], out[4096];
	glob_t g = { 0 };
	size_t n = 0;
	bool ok;

	(void)path_join(asn, demo, "asn.csv");
	(void)path_join(country, demo, "country.csv");
	(void)path_join(out, c->node, "networks.tbl");
	ok = (!cli_has(c, "asn") || cli_networks_sources(cli_opt(c, "asn"), NETWORKS_ASN, &g, sources, &n, e)) &&
	    (!cli_has(c, "country") || cli_networks_sources(cli_opt(c, "country"), NETWORKS_COUNTRY, &g, sources, &n, e));
	/* The addresses of documentation (RFC 5737), which the real tables leave out. */
	sources[n++] = (struct networks_source){ NETWORKS_ASN, asn };
	sources[n++] = (struct networks_source){ NETWORKS_COUNTRY, country };
	ok = ok && networks_build(sources, n, out, &built, e);
	if (ok && !c->quiet) {
		printf(T("%llu networks of IPv4 and %llu of IPv6 from %zu files, %.1f MiB."), (unsigned long long)built.ranges_v4,
		    (unsigned long long)built.ranges_v6, n, (double)built.bytes / 1048576);
		putchar('\n');
	}
	globfree(&g);
	return ok;
}

/* Reports are what is neither a table nor a list of contacts. */
static bool
take_demo(struct take *t, const char *demo, struct buf *options, struct err *e)
{
	struct dir_list l;
	char path[4096];
	bool ok;

	if (!dir_list(demo, false, &l, e))
		return false;
	ok = true;
	for (size_t i = 0; i < l.count && ok; i++) {
		struct slice name = slice_of_str(l.names[i]);

		if (slice_eq(name, S("asn.csv")) || slice_eq(name, S("country.csv")) || slice_eq(name, S("contacts.csv")))
			continue;
		(void)path_join(path, demo, l.names[i]);
		t->receipt = (struct receipt){ 0 };
		if (slice_starts(name, S("spam-")))
			t->receipt = (struct receipt){ .feed = S("Demo spam trap"), .options = buf_view(options) };
		ok = take_path(t, path, e);
	}
	dir_list_free(&l);
	return ok;
}

/* Folders named spam* are a spam trap's, others are mails as they come. */
static bool
take_mails(struct cli *c, struct take *t, struct buf *options, struct err *e)
{
	const char *dir = cli_opt(c, "mails");
	struct dir_list l;
	char path[4096];
	bool ok;

	if (dir == NULL)
		return true;
	if (!dir_list(dir, false, &l, e))
		return false;
	ok = true;
	for (size_t i = 0; i < l.count && ok; i++) {
		bool spam = slice_starts(slice_of_str(l.names[i]), S("spam"));
		struct stat st;

		(void)path_join(path, dir, l.names[i]);
		if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		t->receipt = (struct receipt){ .format = S("mail"), .feed = spam ? S("Spam trap") : S("Mailbox"),
			.options = spam ? buf_view(options) : SLICE_NONE };
		t->leave = S(".json"); /* the data set's notes on each mail */
		ok = take_path(t, path, e);
		t->leave = SLICE_NONE;
	}
	dir_list_free(&l);
	return ok;
}

static bool
take_all(struct cli *c, const char *demo, struct err *e)
{
	struct take t = { 0 };
	struct buf options;
	struct run r;
	bool ok;

	buf_init(&options, 65536);
	buf_str(&options, "mail=spam\n");
	if (cli_has(c, "trusted"))
		buf_printf(&options, "trusted=%s\n", cli_opt(c, "trusted"));
	else
		buf_str(&options, "trusted=192.0.2.10\n");
	run_begin(&r, c);
	run_take(&r, &t);
	ok = flow_open(c->node, &r.options, &t.flow, e) && take_demo(&t, demo, &options, e) &&
	    take_mails(c, &t, &options, e);
	for (int i = 0; i < c->arg_count && ok; i++) {
		t.receipt = (struct receipt){ 0 };
		ok = take_path(&t, c->args[i], e);
	}
	ok = ok && take_commit(&t, e);
	run_work(&r, t.reports);
	ok = ok && flow_work(t.flow, e);
	flow_close(&t.flow);
	buf_fini(&options);
	if (!ok) {
		run_drop(&r);
		return false;
	}
	return run_end(&r, c, &t, e);
}

static bool
contacts_in(struct node *n, const char *demo, struct err *e)
{
	struct contacts_diff d = { 0 };
	struct file_map map;
	struct source src;
	char path[4096];
	bool ok;

	(void)path_join(path, demo, "contacts.csv");
	if (!file_map(path, 1 << 20, &map, e))
		return false;
	source_of_slice(&src, map.view);
	ok = contacts_import(n->store, CONTACTS_CSV, S("demo"), NULL, &src, &d, e) &&
	    contacts_import_apply(n->store, S("demo"), &d, e);
	contacts_diff_free(&d);
	file_unmap(&map);
	return ok;
}

/* The same events counted three ways must be one number. */
static bool
add_up(struct node *n, struct err *e)
{
	struct report_totals totals;
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct finding_query q = { .order = FINDING_BY_ID };
	uint64_t findings = 0, events = 0;
	enum step step;

	if (!report_totals(n->store, &totals, e) || !finding_open(n->store, &q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM) {
		findings++;
		events += row.count;
	}
	finding_close(&w);
	if (step != STEP_END)
		return false;
	printf(T("%llu reports were taken: %llu read, %llu set aside. %llu events came of them, and the %llu findings count %llu: %s."),
	    (unsigned long long)(totals.reports[REPORT_DONE] + totals.reports[REPORT_NOTHING] + totals.reports[REPORT_ASIDE] + totals.reports[REPORT_RECEIVED] + totals.reports[REPORT_READING]),
	    (unsigned long long)(totals.reports[REPORT_DONE] + totals.reports[REPORT_NOTHING]), (unsigned long long)totals.reports[REPORT_ASIDE],
	    (unsigned long long)totals.events, (unsigned long long)findings, (unsigned long long)events,
	    events == totals.events ? T("the counters add up") : T("THE COUNTERS DO NOT ADD UP"));
	putchar('\n');
	return events == totals.events || err_set(e, ERR_INTERNAL, "the counters do not add up");
}

static bool
summary(struct cli *c, struct node *n, struct err *e)
{
	static const struct { enum stats_by by; const char *head, *title; } parts[] = {
		{ STATS_CLASS, N_("What was found"), N_("Class") },
		{ STATS_COUNTRY, N_("By country"), N_("Country") },
		{ STATS_ASN, N_("By network"), N_("AS") },
		{ STATS_FEED, N_("By feed"), N_("Feed") },
		{ STATS_STATE, N_("By state"), N_("State") },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		heading(c, T(parts[i].head));
		if (!stats_table(c, n, &(struct stats_query){ .by = parts[i].by, .top = 12, .now_s = clock_now_s() }, parts[i].title, e))
			return false;
	}
	heading(c, T("Do the counters add up?"));
	return add_up(n, e);
}

/* Midnight after the days of the project's own reports. */
#define DEMO_NOW_S INT64_C(1781827200) /* 2026-06-19 */

static void
clock_say(struct cli *c)
{
	if (c->quiet)
		return;
	heading(c, T("What time it is here"));
	puts(T("All reports here are old, so the clock of this node stands at 2026-06-19 (clock in its entente.conf). The project's own reports are of the days before: what they tell of is open. Mails of a real spam trap are of 2002: their hosts count as resolved, as nobody has seen them since, and nobody is told of them."));
}

static void
look_around(struct cli *c)
{
	static const char *const commands[] = { "query --state open", "query --country ES", "reports", "contacts", "notices", "doctor" };

	heading(c, T("Look around"));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  entente %s --node %s\n", commands[i], c->node);
	printf(T("The notices lie in %s/outbox/new, as mails."), c->node);
	putchar('\n');
}

/* The cooperation desk, with a region at work. */
static bool
desk_fill(struct cli *c, struct node *n, struct err *e)
{
	heading(c, T("A region works together"));
	if (!demo_desk(n, clock_now_s(), e))
		return false;
	if (!c->quiet) {
		printf(T("See: entente desk --node %s, and entente desk list need --node %s"), c->node, c->node);
		putchar('\n');
	}
	return true;
}

static bool
demo(struct cli *c, struct err *e)
{
	struct node_conf conf;
	struct node node;
	char dir[4096];
	bool ok;

	node_conf_defaults(&conf);
	conf.name = S("CSIRT of Exampleland (demo)");
	conf.mail = S("csirt@demo.example");
	conf.lang = lang_get();
	conf.clock_s = DEMO_NOW_S;
	(void)path_join(dir, c->node, "demo");
	if (!fresh(c, e) || !node_init(c->node, &conf, e) || !unpack(dir, e))
		return false;
	clock_say(c);
	heading(c, T("Whose an address is"));
	if (!build_networks(c, dir, e))
		return false;
	heading(c, T("Reports come in"));
	if (!take_all(c, dir, e) || !node_open(c->node, NODE_WRITE, &node, e))
		return false;
	c->partial = false; /* a demo shows what is set aside; that is no trouble of its own */
	heading(c, T("Who answers for what, and what they are told"));
	ok = contacts_in(&node, dir, e) && notices_run(c, &node, true, true, e) && summary(c, &node, e);
	if (ok && cli_has(c, "desk"))
		ok = desk_fill(c, &node, e);
	if (ok && !c->quiet)
		look_around(c);
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	{ "desk", 0, NULL, N_("fill the cooperation desk, too: a region's contacts, readiness, needs, projects") },
	{ "fresh", 0, NULL, N_("take the node away that is there, and begin anew") },
	{ "asn", 0, N_("PATH"), N_("file or folder, as for entente networks") },
	{ "country", 0, N_("PATH"), N_("file or folder, as for entente networks") },
	{ "mails", 0, N_("FOLDER"), N_("folders of mails; those named spam* are a spam trap's") },
	{ "trusted", 0, N_("LIST"), N_("mail hops that are our own: 192.0.2.0/24,mx.example.org") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_demo = {
	.name = "demo",
	.args = N_("[FILE|FOLDER...]"),
	.summary = N_("fill a fresh node with sample reports and show the main job"),
	.examples = "  entente demo --node demo-node --fresh",
	.options = options,
	.args_max = -1,
	.run = demo,
};
