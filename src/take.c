#include "take.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

#define COMMIT_EVERY 512
#define FOLDERS_MAX 100000
#define WINDOW ((size_t)1 << 20)
#define QUIET_S 5 /* where nothing else says that a file is finished */

static struct slice
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slice_of_str(slash == NULL ? path : slash + 1);
}

/* The file being read, and whether what failed was its own. */
struct input {
	int fd;
	struct stat st; /* when reading began */
	bool failed, changed;
};

static bool
same_contents(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool
take_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && same_contents(a, b);
}

static bool
pull_input(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct input *in = cookie;
	struct stat now;
	ssize_t n;

	do {
		n = read(in->fd, p, cap);
	} while (n < 0 && errno == EINTR);
	in->failed = n < 0;
	*n_out = n < 0 ? 0 : (size_t)n;
	if (n < 0)
		return err_sys(e, "reading failed");
	/* Half of one state and half of another is no report. */
	if (n == 0 && S_ISREG(in->st.st_mode) && fstat(in->fd, &now) == 0 && !same_contents(&in->st, &now)) {
		in->changed = true;
		return err_set(e, ERR_CONFLICT, "it changed while it was read; take it again when it is finished");
	}
	return true;
}

/*
 * Does nobody write to it any more? A lease is granted only where no process has
 * the file open for writing; where leases are not to be had (another's file, a
 * network file system), a file that was left alone for some seconds is finished.
 */
static bool
finished(int fd, const struct stat *st)
{
	int64_t now = (int64_t)time(NULL);

	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
		return true;
	}
	if (errno == EAGAIN)
		return false;
	/* A date to come says nothing: the clock was set back, or the sender's is wrong. */
	return st->st_mtim.tv_sec > now || now - st->st_mtim.tv_sec >= QUIET_S;
}

/* *ours_out: it is the node that failed (a full disk), not the file. */
static bool
take_fd(struct take *t, int fd, const char *path, bool *ours_out, struct err *e)
{
	struct receipt r = t->receipt;
	struct input in = { .fd = fd };
	struct source src;
	bool ok;

	if (fstat(fd, &in.st) != 0)
		in.st.st_mode = 0;
	if (r.name.len == 0)
		r.name = base_name(path);
	source_of_pull(&src, pull_input, &in, WINDOW);
	ok = flow_receive(t->flow, &src, &r, e);
	*ours_out = !ok && e->code != ERR_LIMIT && !in.failed && !in.changed;
	t->later += in.changed;
	t->last = in.st;
	t->bytes += src.offset;
	source_fini(&src);
	return ok;
}

/* A file that cannot be taken does not stop the others. */
static void
refused(struct take *t, const char *path, const struct err *why)
{
	t->refused++;
	if (t->refuse != NULL)
		t->refuse(t->cookie, path, why);
}

/* errno of a file that is named, by what a script wants to know. */
static bool
not_opened(const char *path, struct err *why)
{
	int error = errno;

	(void)err_sys(why, "%s", path);
	if (error == ENOENT || error == ENOTDIR)
		why->code = ERR_ABSENT;
	else if (error == EACCES)
		why->code = ERR_DENIED;
	return false;
}

/* A pipe without a writer yet reads as if it were at its end: wait for the first. */
static void
await_writer(const struct take *t, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, -1) < 0 && errno == EINTR && !(t->stop != NULL && *t->stop))
		;
}

/* What is not to be opened or read is the file's trouble, too few descriptors are ours. */
static bool
open_input(struct take *t, const char *path, bool named, int *fd_out, bool *ours_out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (t->careful ? O_NOFOLLOW : 0));
	struct stat st;

	*fd_out = fd;
	*ours_out = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM);
	if (fd < 0)
		return not_opened(path, e);
	if (fstat(fd, &st) != 0 || !(S_ISREG(st.st_mode) || (named && S_ISFIFO(st.st_mode))))
		return err_set(e, ERR_INPUT, "%s: not a file", path);
	if (t->careful && !finished(fd, &st)) {
		t->later++;
		return err_set(e, ERR_CONFLICT, "%s: it is still being written", path);
	}
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	if (S_ISFIFO(st.st_mode))
		await_writer(t, fd);
	return true;
}

/* named: by a person, who may name a pipe; in a folder there are only files. */
static bool
take_file(struct take *t, const char *path, bool named, struct err *e)
{
	uint64_t later = t->later;
	struct err why = ERR_INIT;
	bool ok, ours = false;
	int fd;

	ok = open_input(t, path, named, &fd, &ours, &why);
	if (ok && !take_fd(t, fd, path, &ours, &why))
		ok = err_within(&why, "%s", path);
	if (fd >= 0)
		(void)close(fd);
	t->files += ok;
	if (!ok && ours) {
		*e = why;
		return false;
	}
	/* Who is careful comes again. */
	if (!ok && !(t->careful && t->later > later))
		refused(t, path, &why);
	if (t->progress != NULL)
		t->progress(t->cookie, t, path);
	return flow_pending(t->flow) < COMMIT_EVERY || take_commit(t, e);
}

/* Folders wait on a list of our own: depth costs nothing. */
struct folders {
	char **v;
	size_t count, cap;
};

static bool
folder_put(struct folders *f, const char *path, struct err *e)
{
	if (f->count == FOLDERS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d folders", FOLDERS_MAX);
	if (f->count == f->cap) {
		f->cap = f->cap == 0 ? 16 : f->cap * 2;
		f->v = xrealloc(f->v, f->cap * sizeof(*f->v));
	}
	f->v[f->count++] = xstrdup(path);
	return true;
}

static bool
take_folder(struct take *t, struct folders *waiting, const char *path, struct err *e)
{
	struct dir_list l;
	char name[4096];
	bool ok = true;

	if (!dir_list(path, false, &l, e)) {
		refused(t, path, e);
		return true;
	}
	for (size_t i = 0; i < l.count && ok && !(t->stop != NULL && *t->stop); i++) {
		struct stat st;

		if (snprintf(name, sizeof(name), "%s/%s", path, l.names[i]) >= (int)sizeof(name))
			continue;
		if (t->leave.len > 0 && slice_ends(slice_of_str(l.names[i]), t->leave))
			continue;
		/* A link to a folder might lead round in a circle. */
		if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode))
			ok = strcmp(l.names[i], "tmp") == 0 ? true : folder_put(waiting, name, e);
		else
			ok = take_file(t, name, false, e);
	}
	dir_list_free(&l);
	return ok;
}

static int
nameless_file(const char *dir, struct err *e)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* Not every file system has them. */
	if (snprintf(path, sizeof(path), "%s/.spool-XXXXXX", dir) < (int)sizeof(path))
		fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		(void)err_sys(e, "%s", dir);
	else
		(void)unlink(path);
	return fd;
}

static bool
copy_in(struct take *t, int from, int to, uint64_t bytes_max, struct err *e)
{
	static uint8_t bytes[1 << 16];
	uint64_t total = 0;

	/* One byte more than may be: archive_put() refuses it in its own words. */
	while (total <= bytes_max) {
		ssize_t n = read(from, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR && t->stop != NULL && *t->stop)
			return err_set(e, ERR_SYSTEM, "stopped before the input had ended; nothing of it was taken");
		if (n < 0 && errno != EINTR)
			return err_sys(e, "reading failed");
		if (n == 0)
			break;
		if (n > 0 && !fd_write_all(to, slice_of(bytes, (size_t)n), e))
			return false;
		total += n > 0 ? (uint64_t)n : 0;
	}
	return lseek(to, 0, SEEK_SET) == 0 || err_sys(e, "reading failed");
}

bool
take_spool(struct take *t, const char *path, const char *dir,
    uint64_t bytes_max, int *fd_out, struct err *e)
{
	bool input = strcmp(path, "-") == 0, ok;
	struct stat st;
	int from = STDIN_FILENO;

	if (!input && (stat(path, &st) != 0 || !S_ISFIFO(st.st_mode)))
		return true;
	if (!input)
		from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return err_sys(e, "%s", path);
	*fd_out = nameless_file(dir, e);
	ok = *fd_out >= 0 && copy_in(t, from, *fd_out, bytes_max, e);
	if (!input)
		(void)close(from);
	return ok || err_within(e, "%s", path);
}

bool
take_spooled(struct take *t, const char *path, int fd, struct err *e)
{
	struct err why = ERR_INIT;
	bool ours, ok = take_fd(t, fd, strcmp(path, "-") == 0 ? "standard-input" : path, &ours, &why);

	t->files += ok;
	if (!ok && !ours)
		refused(t, path, &why);
	if (ours)
		*e = why;
	return ok || !ours;
}

bool
take_path(struct take *t, const char *path, struct err *e)
{
	struct folders waiting = { NULL, 0, 0 };
	struct err why = ERR_INIT;
	struct stat st;
	bool ok;

	if (strcmp(path, "-") == 0)
		return take_spooled(t, path, STDIN_FILENO, e);
	/* It was a file a moment ago; what a stranger made of it since, open_input() sees. */
	if (t->careful)
		return take_file(t, path, false, e);
	if (stat(path, &st) != 0) {
		(void)not_opened(path, &why);
		refused(t, path, &why);
		return true;
	}
	if (!S_ISDIR(st.st_mode))
		return take_file(t, path, true, e);
	ok = folder_put(&waiting, path, e);
	while (ok && waiting.count > 0) {
		char *next = waiting.v[--waiting.count];

		ok = take_folder(t, &waiting, next, e);
		free(next);
	}
	while (waiting.count > 0)
		free(waiting.v[--waiting.count]);
	free(waiting.v);
	return ok;
}

bool
take_commit(struct take *t, struct err *e)
{
	struct flow_taken taken;

	if (!flow_commit(t->flow, &taken, e))
		return false;
	t->reports += taken.reports;
	t->known += taken.known;
	return true;
}
