#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/lang.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/silence.h"

#define FOLDERS_MAX 256
#define SWEEP_MAX ((size_t)4096) /* files that are made durable together */
#define SETTLE_MS 200 /* files come in crowds: take them together */
#define IDLE_MS 5000 /* how often networks.tbl is looked at, and what inotify lost is found */

struct watched {
	const char *path; /* as named */
	bool maildir;
	bool gone; /* it cannot be listed, and that was said */
};

/*
 * Files that were taken and could not be put away (a folder that may not be
 * written, a sticky one): by their hash, so that each is read once.
 */
struct stuck {
	uint64_t *v;
	size_t count, cap; /* cap: a power of two; 0 is an empty place */
};

#define STUCK_MAX ((size_t)1 << 20)

struct watch {
	struct watched v[FOLDERS_MAX];
	int count;
	struct take *take;
	struct cli *cli;
	struct stuck stuck;
	int64_t networks_s; /* date of the table we use */
	int64_t swept_ns; /* when silence was looked at last */
};

static uint64_t
stuck_key(const char *path, const struct stat *st)
{
	uint64_t is[] = { (uint64_t)st->st_dev, (uint64_t)st->st_ino, (uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec };

	return hash64(slice_of(is, sizeof(is)), hash64(slice_of_str(path), 0)) | 1;
}

static bool
stuck_has(const struct stuck *s, uint64_t key)
{
	if (s->cap == 0)
		return false;
	for (size_t i = (size_t)key & (s->cap - 1); s->v[i] != 0; i = (i + 1) & (s->cap - 1)) {
		if (s->v[i] == key)
			return true;
	}
	return false;
}

static void /* NOLINTNEXTLINE(misc-no-recursion): once, into what was made larger */
stuck_add(struct stuck *s, uint64_t key)
{
	struct stuck old = *s;
	size_t i;

	if (stuck_has(s, key))
		return;
	if (s->count >= s->cap / 2) {
		/* Over the limit it begins anew: each of them is then read once more. */
		size_t cap = s->cap == 0 ? 64 : s->cap * 2;

		*s = (struct stuck){ NULL, 0, cap > STUCK_MAX ? 64 : cap };
		s->v = xarray(s->cap, sizeof(*s->v));
		for (i = 0; i < old.cap && cap <= STUCK_MAX; i++) {
			if (old.v[i] != 0)
				stuck_add(s, old.v[i]);
		}
		free(old.v);
	}
	for (i = (size_t)key & (s->cap - 1); s->v[i] != 0; i = (i + 1) & (s->cap - 1))
		;
	s->v[i] = key;
	s->count++;
}

static bool
folder_in(const char *path, const char *name, char out[4096])
{
	struct stat st;

	return snprintf(out, 4096, "%s/%s", path, name) < 4096 && stat(out, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * Where it is put away; maildir(5): what was looked at lies in cur, with its
 * flags. A stranger who may write to the folder must not choose where that is:
 * with done -> /etc/cron.d we would put there what they wrote.
 */
static bool
away(const struct watched *w, const char *name, bool refused, char to[PATH_TEXT_MAX], int *dir_out, struct err *e)
{
	char folder[PATH_TEXT_MAX];

	(void)path_join(folder, w->path, w->maildir ? "cur" : refused ? "refused" : "done");
	(void)snprintf(to, PATH_TEXT_MAX, "%s%s", name, w->maildir && strstr(name, ":2,") == NULL ? ":2,S" : "");
	return (w->maildir || dir_make(folder, e)) && dir_open(folder, dir_out, e);
}

/*
 * Taken and durable, or refused: out of the way, so that it is not read again.
 * What another file has become meanwhile, or grew, comes back to be taken.
 */
static void
put_away(struct watch *w, const struct watched *f, int dir, const char *from, const char *name,
    const struct stat *was, bool refused)
{
	char to[PATH_TEXT_MAX], back[PATH_TEXT_MAX];
	struct err e = ERR_INIT;
	struct stat now;
	int to_dir = -1;

	if (fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) != 0 || !take_same(was, &now))
		return;
	if (!away(f, name, refused, to, &to_dir, &e) || !file_move(dir, name, to_dir, to, &e)) {
		stuck_add(&w->stuck, stuck_key(from, &now));
		log_error("watch.stuck", "path=%s reason=%s", from, LOG_TEXT(e.text));
	} else if (fstatat(to_dir, to, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_ino == was->st_ino && !take_same(was, &now)) {
		(void)snprintf(back, sizeof(back), "%s", name);
		if (!file_move(to_dir, to, dir, back, &e))
			log_error("watch.changed", "path=%s reason=%s", to, LOG_TEXT(e.text));
	}
	if (to_dir >= 0)
		(void)close(to_dir);
}

static bool
unfinished(struct slice name)
{
	return name.len == 0 || name.p[0] == '.' || slice_ends(name, S(".tmp")) ||
	    slice_ends(name, S(".part")) || slice_ends(name, S(".filepart")) || slice_ends(name, S("~"));
}

enum fate { FATE_LEFT, FATE_TAKEN, FATE_REFUSED };

struct swept {
	struct stat st;
	enum fate fate;
};

/* One file of a watched folder; false where the node has failed. */
static bool
sweep_one(struct watch *w, const char *path, const char *name, struct swept *s, struct err *e)
{
	struct take *t = w->take;
	uint64_t refused = t->refused, files = t->files;

	s->fate = FATE_LEFT;
	if (unfinished(slice_of_str(name)) || lstat(path, &s->st) != 0 || !S_ISREG(s->st.st_mode) ||
	    stuck_has(&w->stuck, stuck_key(path, &s->st)))
		return true;
	if (!take_path(t, path, e))
		return false;
	if (t->files > files) {
		s->fate = FATE_TAKEN;
		s->st = t->last;
	} else if (t->refused > refused) {
		s->fate = FATE_REFUSED;
	}
	return true;
}

/* The folder was named to us, and may be a link; new/ is whose the Maildir is. */
static bool
folder_open(const struct watched *f, const char *dir, int *fd_out, struct err *e)
{
	if (f->maildir)
		return dir_open(dir, fd_out, e);
	*fd_out = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd_out >= 0 || err_sys(e, "%s", dir);
}

/* Take every file that lies in a watched folder, make it durable, put it away. */
static bool
sweep(struct watch *w, struct watched *f, uint64_t *took, struct err *e)
{
	char dir[PATH_TEXT_MAX], path[PATH_TEXT_MAX];
	struct err why = ERR_INIT;
	struct dir_list l = { 0 };
	struct swept *swept;
	bool ok = true;
	int dir_fd = -1;
	size_t n;

	(void)snprintf(dir, sizeof(dir), "%s%s", f->path, f->maildir ? "/new" : "");
	if (!folder_open(f, dir, &dir_fd, &why) || !dir_list(dir, false, &l, &why)) {
		if (!f->gone)
			log_error("watch.gone", "path=%s reason=%s", dir, LOG_TEXT(why.text));
		f->gone = true;
		if (dir_fd >= 0)
			(void)close(dir_fd);
		return true;
	}
	f->gone = false;
	swept = xarray(SWEEP_MAX, sizeof(*swept));
	for (size_t at = 0; at < l.count && ok && !*w->take->stop; at += n) {
		for (n = 0; n < SWEEP_MAX && at + n < l.count && ok && !*w->take->stop; n++) {
			(void)path_join(path, dir, l.names[at + n]);
			ok = sweep_one(w, path, l.names[at + n], &swept[n], e);
			*took += swept[n].fate != FATE_LEFT;
		}
		ok = ok && take_commit(w->take, e);
		for (size_t i = 0; i < n && ok; i++) {
			(void)path_join(path, dir, l.names[at + i]);
			if (swept[i].fate != FATE_LEFT)
				put_away(w, f, dir_fd, path, l.names[at + i], &swept[i].st, swept[i].fate == FATE_REFUSED);
		}
	}
	free(swept);
	dir_list_free(&l);
	(void)close(dir_fd);
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
		log_error("networks.refused", "reason=%s", LOG_TEXT(e.text));
	w->networks_s = st.st_mtim.tv_sec;
}

/* At the start and once an hour. */
static bool
silence_look(struct watch *w, struct err *e)
{
	int64_t now = clock_mono_ns();

	if (w->swept_ns != 0 && now - w->swept_ns < INT64_C(3600000000000))
		return true;
	w->swept_ns = now;
	return silence_sweep(w->cli, flow_node(w->take->flow)->store, e);
}

static bool
round_of(struct watch *w, struct run *r, struct err *e)
{
	uint64_t took = 0;

	int gone = 0;

	for (int i = 0; i < w->count; i++) {
		if (!sweep(w, &w->v[i], &took, e))
			return false;
		gone += w->v[i].gone;
	}
	if (gone == w->count)
		return err_set(e, ERR_ABSENT, "%s: cannot watch this folder", w->v[0].path);
	networks_look(w);
	if (!silence_look(w, e))
		return false;
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

static void
refuse(void *cookie, const char *path, const struct err *why)
{
	(void)cookie, (void)path;
	log_warn("watch.refused", "reason=%s", LOG_TEXT(why->text));
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
	t.refuse = refuse;
	t.careful = true;
	/* Who opens a file in the moment that we hold its lease would end us with this. */
	(void)signal(SIGIO, SIG_IGN);
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
		w.v[w.count++] = (struct watched){ c->args[i], maildir, false };
	}
	networks_look(&w);
	ok = loop(&w, &r, fd, e);
out:
	if (fd >= 0)
		(void)close(fd);
	flow_close(&t.flow);
	free(w.stuck.v);
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
