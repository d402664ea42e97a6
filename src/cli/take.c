#include "cli/take.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

#define COMMIT_EVERY 512
#define FOLDERS_MAX 100000
#define WINDOW ((size_t)1 << 20)

static struct slice
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slice_of_str(slash == NULL ? path : slash + 1);
}

/* The file being read, and whether it was its reading that failed. */
struct input {
	int fd;
	bool failed;
};

static bool
pull_input(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct input *in = cookie;
	ssize_t n;

	do {
		n = read(in->fd, p, cap);
	} while (n < 0 && errno == EINTR);
	in->failed = n < 0;
	*n_out = n < 0 ? 0 : (size_t)n;
	return n >= 0 || err_sys(e, "reading failed");
}

/* *ours_out: it is the node that failed (a full disk), not the file. */
static bool
take_fd(struct take *t, int fd, const char *path, bool *ours_out, struct err *e)
{
	struct receipt r = t->receipt;
	struct input in = { fd, false };
	struct source src;
	bool ok;

	if (r.name.len == 0)
		r.name = base_name(path);
	source_of_pull(&src, pull_input, &in, WINDOW);
	ok = flow_receive(t->flow, &src, &r, e);
	*ours_out = !ok && e->code == ERR_SYSTEM && !in.failed;
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

static bool
take_file(struct take *t, const char *path, struct err *e)
{
	struct err why = ERR_INIT;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok = true, ours;

	if (fd < 0) {
		(void)err_sys(&why, "%s", path);
		refused(t, path, &why);
		return true;
	}
	if (fstat(fd, &st) != 0 || !(S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))) {
		(void)err_set(&why, ERR_INPUT, "%s: not a file", path);
		refused(t, path, &why);
	} else {
		/* A pipe is waited for; only its opening must not hang. */
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
		if (!take_fd(t, fd, path, &ours, &why)) {
			(void)err_within(&why, "%s", path);
			ok = !ours;
			if (ours)
				*e = why;
			else
				refused(t, path, &why);
		} else {
			t->files++;
		}
	}
	(void)close(fd);
	if (t->progress != NULL)
		t->progress(t->cookie, t, path);
	if (ok && flow_pending(t->flow) >= COMMIT_EVERY)
		ok = take_commit(t, e);
	return ok;
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
			ok = take_file(t, name, e);
	}
	dir_list_free(&l);
	return ok;
}

bool
take_path(struct take *t, const char *path, struct err *e)
{
	struct folders waiting = { NULL, 0, 0 };
	struct err why = ERR_INIT;
	struct stat st;
	bool ok, ours;

	if (strcmp(path, "-") == 0) {
		ok = take_fd(t, STDIN_FILENO, "standard-input", &ours, &why);
		t->files += ok;
		if (!ok && !ours)
			refused(t, "-", &why);
		*e = why;
		return ok || !ours;
	}
	if (stat(path, &st) != 0) {
		(void)err_sys(&why, "%s", path);
		refused(t, path, &why);
		return true;
	}
	if (!S_ISDIR(st.st_mode))
		return take_file(t, path, e);
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
