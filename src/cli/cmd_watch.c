#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/silence.h"
#include "watch.h"

struct watching {
	struct watch *watch;
	struct flow *flow;
	struct cli *cli;
	int64_t networks_s; /* date of the table we use */
	int64_t swept_ns; /* when silence was looked at last */
};

static void
networks_look(struct watching *w)
{
	struct err e = ERR_INIT;
	struct stat st;

	if (stat(node_path(flow_node(w->flow), "networks.tbl"), &st) != 0 || st.st_mtim.tv_sec == w->networks_s)
		return;
	if (!flow_networks_reload(w->flow, &e))
		log_error("networks.refused", "reason=%s", LOG_TEXT(e.text));
	w->networks_s = st.st_mtim.tv_sec;
}

/* At the start and once an hour. */
static bool
silence_look(struct watching *w, struct err *e)
{
	int64_t now = clock_mono_ns();

	if (w->swept_ns != 0 && now - w->swept_ns < INT64_C(3600000000000))
		return true;
	w->swept_ns = now;
	return silence_sweep(w->cli, flow_node(w->flow)->store, e);
}

static bool
round_of(struct watching *w, struct run *r, struct err *e)
{
	uint64_t took = 0;
	bool end;

	if (!watch_round(w->watch, 0, &took, &end, e))
		return false;
	if (watch_all_gone(w->watch))
		return err_set(e, ERR_ABSENT, "%s: cannot watch this folder", w->cli->args[0]);
	networks_look(w);
	if (!silence_look(w, e))
		return false;
	if (took == 0)
		return true;
	if (!flow_work(w->flow, e))
		return false;
	if (!w->cli->quiet) {
		printf(TN("%lu report read", "%lu reports read", r->done), (unsigned long)r->done);
		printf(T(": %llu events, %llu records set aside."), (unsigned long long)r->events, (unsigned long long)r->bad);
		putchar('\n');
		(void)fflush(stdout);
	}
	r->done = r->events = r->bad = r->bytes = 0;
	return true;
}

static bool
loop(struct watching *w, struct run *r, struct err *e)
{
	struct pollfd p = { .fd = watch_fd(w->watch), .events = POLLIN };

	while (!*r->options.stop) {
		if (!round_of(w, r, e))
			return false;
		if (cli_has(w->cli, "once"))
			return true;
		if (poll(&p, 1, WATCH_IDLE_MS) > 0)
			(void)poll(NULL, 0, WATCH_SETTLE_MS);
	}
	return true;
}

static bool
folders_add(struct watching *w, const struct receipt *said, struct err *e)
{
	for (int i = 0; i < w->cli->arg_count; i++) {
		if (!watch_add(w->watch, w->cli->args[i], said, e))
			return false;
	}
	return true;
}

static bool
watch(struct cli *c, struct err *e)
{
	struct watching w = { .cli = c };
	struct receipt said;
	struct buf options;
	struct run r;
	bool ok = false;

	if (c->arg_count > WATCH_FOLDERS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d folders", WATCH_FOLDERS_MAX);
	buf_init(&options, 65536);
	run_begin(&r, c);
	if (!run_receipt(c, &said, &options, e) || !flow_open(c->node, &r.options, &w.flow, e))
		goto out;
	r.json = false;
	r.rows = 1000000; /* no row a report: a watch may run for a year */
	if (!watch_new(w.flow, r.options.stop, &w.watch, e) || !folders_add(&w, &said, e))
		goto out;
	networks_look(&w);
	ok = loop(&w, &r, e);
out:
	watch_free(&w.watch);
	flow_close(&w.flow);
	buf_fini(&options);
	r.table.rows = 0;
	buf_fini(&r.table.text);
	buf_fini(&r.table.line);
	free(r.table.widths);
	return ok;
}

static const struct cli_option options[] = {
	{ "feed", 'f', N_("NAME"), N_("feed.name for events that have none") },
	{ "format", 't', N_("FORMAT"), N_("the format, where it is not to be recognised") },
	{ "mail", 0, "spam|complaint", N_("what mails are: a spam trap's, or complaints") },
	{ "trusted", 0, N_("LIST"), N_("mail hops that are our own: 192.0.2.0/24,mx.example.org") },
	{ "mapping", 0, N_("NAME"), N_("the mapping of a generic CSV or JSON feed") },
	{ "once", 0, NULL, N_("take what lies there, then end") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_watch = {
	.name = "watch",
	.args = N_("FOLDER..."),
	.summary = N_("take in what comes into folders and Maildirs"),
	.details = N_("A file is taken when nobody writes to it any more, then moved to done/ beside it (refused/ where it could not be taken); a mail goes from new/ to cur/. Names that begin with a dot or end in .tmp, .part or ~ wait: write a file under such a name, then rename it. Links, pipes and folders are left where they are. SIGTERM ends the watch between two reports.\n\nA newer Shadowserver schema that is put into the node's folder as shadowserver.json, and mappings in feeds/, count from the next report on."),
	.examples = "  entente watch /srv/incoming\n  entente watch --mail spam ~/Maildir",
	.options = options,
	.args_min = 1,
	.args_max = -1,
	.run = watch,
};
