#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/run.h"

#define FOLDERS_MAX 256
#define SETTLE_MS 200 /* files come in crowds: take them together */
#define IDLE_MS 5000 /* how often networks.tbl is looked at, and what inotify lost is found */

struct watched {
	const char *path; /* as named */
	bool maildir;
};

struct watch {
	struct watched v[FOLDERS_MAX];
	int count;
	struct take *take;
	struct cli *cli;
	int64_t networks_s; /* date of the table we use */
};

static bool
folder_in(const char *path, const char *name, char out[4096])
{
	struct stat st;

	return snprintf(out, 4096, "%s/%s", path, name) < 4096 && stat(out, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Taken and durable: out of the way, so that it is not taken again. */
static void
put_away(const struct watched *w, const char *from, const char *name, bool refused)
{
	char to[4096];
	struct err e = ERR_INIT;

	if (w->maildir) {
		/* maildir(5): what was looked at lies in cur, with its flags. */
		(void)snprintf(to, sizeof(to), "%s/cur/%s%s", w->path, name, strstr(name, ":2,") == NULL ? ":2,S" : "");
	} else {
		(void)path_join(to, w->path, refused ? "refused" : "done");
		if (!dir_make(to, &e)) {
			log_error("watch.dir", "path=%s reason=\"%s\"", to, e.text);
			return;
		}
		(void)snprintf(to, sizeof(to), "%s/%s/%s", w->path, refused ? "refused" : "done", name);
	}
	if (rename(from, to) != 0)
		log_error("watch.rename", "from=%s to=%s errno=%d", from, to, errno);
}

static bool
unfinished(struct slice name)
{
	return name.len == 0 || name.p[0] == '.' || slice_ends(name, S(".tmp")) ||
	    slice_ends(name, S(".part")) || slice_ends(name, S(".filepart")) || slice_ends(name, S("~"));
}

/* Take every file that lies in a watched folder, make it durable, put it away. */
static bool
sweep(struct watch *w, const struct watched *f, uint64_t *took, struct err *e)
{
	char dir[4096], path[4096];
	struct dir_list l;
	bool *refused;
	bool ok = true;

	(void)snprintf(dir, sizeof(dir), "%s%s", f->path, f->maildir ? "/new" : "");
	if (!dir_list(dir, false, &l, e))
		return false;
	refused = xarray(l.count + 1, sizeof(*refused));
	for (size_t i = 0; i < l.count && ok; i++) {
		uint64_t before = w->take->refused;
		struct stat st;

		(void)path_join(path, dir, l.names[i]);
		if (unfinished(slice_of_str(l.names[i])) || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
			l.names[i][0] = '\0';
			continue;
		}
		ok = take_path(w->take, path, e);
		refused[i] = w->take->refused > before;
		*took += ok;
	}
	ok = ok && take_commit(w->take, e);
	for (size_t i = 0; i < l.count && ok; i++) {
		if (l.names[i][0] == '\0')
			continue;
		(void)path_join(path, dir, l.names[i]);
		put_away(f, path, l.names[i], refused[i]);
	}
	free(refused);
	dir_list_free(&l);
	return ok;
}

static void
networks_look(struct watch *w)
{
	struct err e = ERR_INIT;
	struct stat st;

	if (stat(node_path(flow_node(w->take->flow), "networks.tbl"), &st) != 0 || st.st_mtim.tv_sec == w->networks_s)
		return;
	if (!flow_networks_reload(w->take->flow, &e))
		log_error("networks.refused", "reason=\"%s\"", e.text);
	w->networks_s = st.st_mtim.tv_sec;
}

static bool
round_of(struct watch *w, struct run *r, struct err *e)
{
	uint64_t took = 0;

	for (int i = 0; i < w->count; i++) {
		if (!sweep(w, &w->v[i], &took, e))
			return false;
	}
	networks_look(w);
	if (took == 0)
		return true;
	if (!flow_work(w->take->flow, e))
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
loop(struct watch *w, struct run *r, int fd, struct err *e)
{
	char events[65536];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (!*r->options.stop) {
		int n;

		if (!round_of(w, r, e))
			return false;
		if (cli_has(w->cli, "once"))
			return true;
		n = poll(&p, 1, IDLE_MS);
		if (n > 0) {
			(void)poll(NULL, 0, SETTLE_MS);
			if (read(fd, events, sizeof(events)) < 0 && errno != EAGAIN && errno != EINTR)
				return err_sys(e, "inotify");
		}
	}
	return true;
}

static bool
watch(struct cli *c, struct err *e)
{
	struct take t = { 0 };
	struct watch w = { .take = &t, .cli = c };
	struct buf options;
	struct run r;
	char sub[4096];
	int fd = -1;
	bool ok = false;

	if (c->arg_count > FOLDERS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d folders", FOLDERS_MAX);
	buf_init(&options, 65536);
	run_begin(&r, c);
	if (!run_receipt(c, &t.receipt, &options, e) || !flow_open(c->node, &r.options, &t.flow, e))
		goto out;
	r.json = false;
	r.rows = 1000000; /* no row a report: a watch may run for a year */
	t.cookie = &r;
	t.stop = r.options.stop;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0) {
		(void)err_sys(e, "inotify");
		goto out;
	}
	for (int i = 0; i < c->arg_count; i++) {
		bool maildir = folder_in(c->args[i], "new", sub) && folder_in(c->args[i], "cur", sub);

		(void)snprintf(sub, sizeof(sub), "%s%s", c->args[i], maildir ? "/new" : "");
		if (inotify_add_watch(fd, sub, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
			(void)err_sys(e, "%s: cannot watch this folder", c->args[i]);
			goto out;
		}
		w.v[w.count++] = (struct watched){ c->args[i], maildir };
	}
	networks_look(&w);
	ok = loop(&w, &r, fd, e);
out:
	if (fd >= 0)
		(void)close(fd);
	flow_close(&t.flow);
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
	.details = N_("A file is taken when it is closed or moved in, then moved to done/ beside it (refused/ where it could not be taken); a mail goes from new/ to cur/. Names that begin with a dot or end in .tmp, .part or ~ wait. Write a file under such a name, then rename it. SIGTERM ends the watch between two reports."),
	.examples = "  entente watch /srv/incoming\n  entente watch --mail spam ~/Maildir",
	.options = options,
	.args_min = 1,
	.args_max = -1,
	.run = watch,
};
