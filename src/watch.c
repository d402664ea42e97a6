#include "watch.h"

#include <errno.h>
#include <fcntl.h>
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
#include "base/log.h"
#include "take.h"

#define SWEEP_MAX ((size_t)4096) /* files that are made durable together */

struct watched {
	char *path; /* as named */
	char *feed, *format, *options;
	bool maildir;
	bool gone; /* it cannot be listed, and that was said */
	/* a sweep that is under way */
	struct dir_list list;
	size_t at;
	int dir_fd; /* -1: none is */
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
	struct watched v[WATCH_FOLDERS_MAX];
	size_t count, next; /* next: the folder whose turn it is */
	struct take take;
	struct stuck stuck;
	int inotify;
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
	struct take *t = &w->take;
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

/* What is to be swept: the folder as it is now. False: it cannot be listed, which is said once. */
static bool
sweep_begin(struct watched *f)
{
	char dir[PATH_TEXT_MAX];
	struct err why = ERR_INIT;

	if (f->dir_fd >= 0)
		return true;
	(void)snprintf(dir, sizeof(dir), "%s%s", f->path, f->maildir ? "/new" : "");
	if (folder_open(f, dir, &f->dir_fd, &why) && dir_list(dir, false, &f->list, &why)) {
		f->gone = false;
		f->at = 0;
		return true;
	}
	if (!f->gone)
		log_error("watch.gone", "path=%s reason=%s", dir, LOG_TEXT(why.text));
	f->gone = true;
	if (f->dir_fd >= 0)
		(void)close(f->dir_fd);
	f->dir_fd = -1;
	return false;
}

static void
sweep_end(struct watched *f)
{
	if (f->dir_fd < 0)
		return;
	dir_list_free(&f->list);
	(void)close(f->dir_fd);
	f->list = (struct dir_list){ 0 };
	f->dir_fd = -1;
}

/* Files of a sweep, until the time is over: made durable together, then put away. */
static bool
sweep_some(struct watch *w, struct watched *f, int64_t until_ns, uint64_t *took, struct err *e)
{
	struct swept *swept = xarray(SWEEP_MAX, sizeof(*swept));
	char path[PATH_TEXT_MAX], dir[PATH_TEXT_MAX];
	bool ok = true;
	size_t n = 0;

	(void)snprintf(dir, sizeof(dir), "%s%s", f->path, f->maildir ? "/new" : "");
	w->take.receipt = (struct receipt){ .feed = slice_of_str(f->feed), .format = slice_of_str(f->format), .options = slice_of_str(f->options) };
	while (ok && n < SWEEP_MAX && f->at + n < f->list.count && !*w->take.stop &&
	    (n == 0 || until_ns == 0 || clock_mono_ns() < until_ns)) {
		(void)path_join(path, dir, f->list.names[f->at + n]);
		ok = sweep_one(w, path, f->list.names[f->at + n], &swept[n], e);
		*took += swept[n].fate != FATE_LEFT;
		n++;
	}
	ok = ok && take_commit(&w->take, e);
	for (size_t i = 0; i < n && ok; i++) {
		const char *name = f->list.names[f->at + i];

		(void)path_join(path, dir, name);
		if (swept[i].fate != FATE_LEFT)
			put_away(w, f, f->dir_fd, path, name, &swept[i].st, swept[i].fate == FATE_REFUSED);
	}
	f->at += n;
	free(swept);
	return ok;
}

bool
watch_round(struct watch *w, int64_t slice_ns, uint64_t *took_out, bool *end_out, struct err *e)
{
	int64_t until_ns = slice_ns == 0 ? 0 : clock_mono_ns() + slice_ns;
	char events[65536];
	bool ok = true;

	*took_out = 0;
	/* What comes from now on is told again. */
	if (w->next == 0 && read(w->inotify, events, sizeof(events)) < 0 && errno != EAGAIN && errno != EINTR)
		return err_sys(e, "inotify");
	while (ok && w->next < w->count && !*w->take.stop && (until_ns == 0 || clock_mono_ns() < until_ns)) {
		struct watched *f = &w->v[w->next];
		bool there = sweep_begin(f);

		ok = !there || sweep_some(w, f, until_ns, took_out, e);
		if (!ok || !there || f->at >= f->list.count) {
			sweep_end(f);
			w->next++;
		}
	}
	*end_out = !ok || w->next >= w->count || *w->take.stop;
	w->next = *end_out ? 0 : w->next;
	return ok;
}

bool
watch_all_gone(const struct watch *w)
{
	size_t gone = 0;

	for (size_t i = 0; i < w->count; i++)
		gone += w->v[i].gone;
	return gone == w->count;
}

int
watch_fd(const struct watch *w)
{
	return w->inotify;
}

/* --- folders --------------------------------------------------------------------------- */

static void
refuse(void *cookie, const char *path, const struct err *why)
{
	(void)cookie, (void)path;
	log_warn("watch.refused", "reason=%s", LOG_TEXT(why->text));
}

bool
watch_new(struct flow *flow, const volatile bool *stop, struct watch **out, struct err *e)
{
	struct watch *w = xalloc(sizeof(*w));

	*w = (struct watch){ .take = { .flow = flow, .stop = stop, .refuse = refuse, .careful = true },
		.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) };
	*out = w;
	/* Who opens a file in the moment that we hold its lease would end us with this. */
	(void)signal(SIGIO, SIG_IGN);
	if (w->inotify >= 0)
		return true;
	(void)err_sys(e, "inotify");
	watch_free(out);
	return false;
}

bool
watch_add(struct watch *w, const char *path, const struct receipt *said, struct err *e)
{
	struct watched *f = &w->v[w->count];
	char sub[PATH_TEXT_MAX];
	bool maildir;

	if (w->count == WATCH_FOLDERS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d folders", WATCH_FOLDERS_MAX);
	maildir = folder_in(path, "new", sub) && folder_in(path, "cur", sub);
	(void)snprintf(sub, sizeof(sub), "%s%s", path, maildir ? "/new" : "");
	if (inotify_add_watch(w->inotify, sub, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0)
		return err_sys(e, "%s: cannot watch this folder", path);
	*f = (struct watched){ .path = xstrdup(path), .feed = xtext(said->feed), .format = xtext(said->format),
		.options = xtext(said->options), .maildir = maildir, .dir_fd = -1 };
	w->count++;
	return true;
}

void
watch_free(struct watch **wp)
{
	struct watch *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->count; i++) {
		sweep_end(&w->v[i]);
		free(w->v[i].path);
		free(w->v[i].feed);
		free(w->v[i].format);
		free(w->v[i].options);
	}
	if (w->inotify >= 0)
		(void)close(w->inotify);
	free(w->stuck.v);
	free(w);
}
