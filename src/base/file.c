#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static bool
absent_or_sys(const char *path, struct err *e)
{
	bool absent = errno == ENOENT;

	(void)err_sys(e, "%s", path);
	if (absent)
		e->code = ERR_ABSENT;
	return false;
}

bool
file_map(const char *path, size_t max, struct file_map *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = false;

	*out = (struct file_map)FILE_MAP_NONE;
	if (fd < 0)
		return absent_or_sys(path, e);
	if (fstat(fd, &st) != 0) {
		(void)err_sys(e, "%s", path);
	} else if (!S_ISREG(st.st_mode)) {
		(void)err_set(e, ERR_INPUT, "%s: not a file", path);
	} else if ((uintmax_t)st.st_size > max) {
		(void)err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path, max);
	} else if (st.st_size == 0) {
		ok = true;
	} else {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (p == MAP_FAILED) {
			(void)err_sys(e, "%s", path);
		} else {
			out->base = p;
			out->view = slice_of(p, (size_t)st.st_size);
			ok = true;
		}
	}
	(void)close(fd);
	return ok;
}

void
file_unmap(struct file_map *m)
{
	if (m->base != NULL)
		(void)munmap(m->base, m->view.len);
	*m = (struct file_map)FILE_MAP_NONE;
}

bool
fd_read_all(int fd, struct buf *b, struct err *e)
{
	for (;;) {
		uint8_t *p = buf_room(b, 1);
		size_t room;
		ssize_t n;

		if (p == NULL) {
			/* Full: fine if nothing follows. */
			uint8_t probe;

			n = read(fd, &probe, 1);
			if (n == 0) {
				b->failed = false;
				return true;
			}
			return err_set(e, ERR_LIMIT, "larger than %zu bytes", b->max);
		}
		room = b->cap - b->len - 1;
		if (room > b->max - b->len)
			room = b->max - b->len;
		n = read(fd, p, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "reading failed");
		if (n == 0)
			return true;
		b->len += (size_t)n;
	}
}

bool
file_read(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return absent_or_sys(path, e);
	ok = fd_read_all(fd, b, e);
	(void)close(fd);
	return ok || err_within(e, "%s", path);
}

bool
fd_write_all(int fd, struct slice s, struct err *e)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.p, s.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "writing failed");
		s = slice_from(s, (size_t)n);
	}
	return true;
}

/* The folder of a path, in a buffer of the caller's. */
static const char *
folder_of(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		(void)snprintf(out, size, ".");
	else if (slash == path)
		(void)snprintf(out, size, "/");
	else
		(void)snprintf(out, size, "%.*s", (int)(slash - path), path);
	return out;
}

/* "PATH.tmp.PID" of a process that was killed: nobody else would ever remove it. */
static void
leftovers_remove(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	char folder[4096], old[PATH_TEXT_MAX];
	struct err ignored = ERR_INIT;
	struct dir_list l;
	size_t n = strlen(base);

	if (!dir_list(folder_of(path, folder, sizeof(folder)), false, &l, &ignored))
		return;
	for (size_t i = 0; i < l.count; i++) {
		uint64_t pid;

		if (strncmp(l.names[i], base, n) != 0 || strncmp(l.names[i] + n, ".tmp.", 5) != 0 ||
		    !slice_u64(slice_of_str(l.names[i] + n + 5), &pid) || pid == 0 || pid > INT32_MAX)
			continue;
		if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
			(void)unlink(path_join(old, folder, l.names[i]));
	}
	dir_list_free(&l);
}

bool
file_new_open(struct file_new *f, const char *path, struct err *e)
{
	f->fd = -1;
	if (snprintf(f->path, sizeof(f->path), "%s", path) >= (int)sizeof(f->path) ||
	    snprintf(f->tmp, sizeof(f->tmp), "%s.tmp.%d", path, (int)getpid()) >= (int)sizeof(f->tmp))
		return err_set(e, ERR_INPUT, "%s: the path is too long", path);
	leftovers_remove(path);
	f->fd = open(f->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return f->fd >= 0 || err_sys(e, "%s", path);
}

bool
file_new_put(struct file_new *f, struct slice s, struct err *e)
{
	return fd_write_all(f->fd, s, e) || err_within(e, "%s", f->path);
}

bool
file_new_commit(struct file_new *f, struct err *e)
{
	char folder[PATH_TEXT_MAX];
	bool ok = fsync(f->fd) == 0 || err_sys(e, "%s", f->path);

	if (close(f->fd) != 0 && ok)
		ok = err_sys(e, "%s", f->path);
	f->fd = -1;
	if (ok && rename(f->tmp, f->path) != 0)
		ok = err_sys(e, "%s", f->path);
	if (!ok) {
		(void)unlink(f->tmp);
		return false;
	}
	return dir_sync(folder_of(f->path, folder, sizeof(folder)), e);
}

void
file_new_drop(struct file_new *f)
{
	if (f->fd < 0)
		return;
	(void)close(f->fd);
	(void)unlink(f->tmp);
	f->fd = -1;
}

bool
file_write(const char *path, struct slice s, struct err *e)
{
	struct file_new f;

	if (!file_new_open(&f, path, e))
		return false;
	if (!file_new_put(&f, s, e)) {
		file_new_drop(&f);
		return false;
	}
	return file_new_commit(&f, e);
}

const char *
path_join(char out[PATH_TEXT_MAX], const char *dir, const char *name)
{
	size_t a = strlen(dir), b = strlen(name);

	out[0] = '\0';
	if (a > PATH_TEXT_MAX - 2 || b > PATH_TEXT_MAX - 2 - a)
		return out;
	memcpy(out, dir, a);
	out[a] = '/';
	memcpy(out + a + 1, name, b + 1);
	return out;
}

bool
dir_make(const char *path, struct err *e)
{
	char part[4096];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(part))
		return err_set(e, ERR_INPUT, "%s: the path is empty or too long", path);
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			return err_sys(e, "%s: cannot make this folder", part);
		part[i] = i == n ? '\0' : '/';
	}
	return true;
}

bool
dir_sync(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		(void)err_sys(e, "%s", path);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
copy_bytes(int from, int to, struct err *e)
{
	uint8_t bytes[65536];

	for (;;) {
		ssize_t n = read(from, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "reading failed");
		if (n == 0)
			return true;
		if (!fd_write_all(to, slice_of(bytes, (size_t)n), e))
			return false;
	}
}

/* EEXIST in *error_out where the name is taken. A copy that is cut short is not left. */
static bool
move_over(int from_dir, const char *from, int to_dir, const char *to, int *error_out, struct err *e)
{
	int in = openat(from_dir, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1;
	bool ok;

	*error_out = EXDEV;
	if (in < 0)
		return err_sys(e, "%s", from);
	out = openat(to_dir, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (out < 0) {
		*error_out = errno;
		(void)err_sys(e, "%s", to);
		(void)close(in);
		return false;
	}
	ok = copy_bytes(in, out, e) && (fsync(out) == 0 || err_sys(e, "%s", to));
	(void)close(in);
	if (close(out) != 0 && ok)
		ok = err_sys(e, "%s", to);
	ok = ok && (fsync(to_dir) == 0 || err_sys(e, "%s", to)) && (unlinkat(from_dir, from, 0) == 0 || err_sys(e, "%s", from));
	if (!ok)
		(void)unlinkat(to_dir, to, 0);
	return ok;
}

/* As renameat2(RENAME_NOREPLACE), also where the file system does not know it. */
static int
rename_new(int from_dir, const char *from, int to_dir, const char *to)
{
	if (renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	if (linkat(from_dir, from, to_dir, to, 0) != 0)
		return errno;
	return unlinkat(from_dir, from, 0) == 0 ? 0 : errno;
}

bool
file_move(int from_dir, const char *from, int to_dir, char to[PATH_TEXT_MAX], struct err *e)
{
	size_t n = strlen(to);
	int error = EEXIST;

	for (unsigned i = 2; error == EEXIST; i++) {
		error = rename_new(from_dir, from, to_dir, to);
		if (error == EXDEV && move_over(from_dir, from, to_dir, to, &error, e))
			return true;
		if (error != EEXIST)
			break;
		if (n + 12 >= PATH_TEXT_MAX)
			return err_set(e, ERR_INPUT, "%s: the path is too long", to);
		(void)snprintf(to + n, 12, ".%u", i);
	}
	if (error == 0)
		return true;
	if (error != EXDEV) {
		errno = error;
		(void)err_sys(e, "%s", from);
	}
	return false;
}

/* The folder behind a link that lies open as fd, where we or root made it; -1 and errno. */
static int
behind_link(const char *path, int link)
{
	char target[PATH_TEXT_MAX], folder[4096];
	struct stat st;
	ssize_t n;
	int in, fd;

	if (fstat(link, &st) != 0 || !S_ISLNK(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		errno = EPERM;
		return -1;
	}
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n < 0)
		return -1;
	target[n] = '\0';
	in = open(folder_of(path, folder, sizeof(folder)), O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = in < 0 ? -1 : openat(in, target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in >= 0)
		(void)close(in);
	return fd;
}

bool
dir_open(const char *path, int *fd_out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), link;

	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
		link = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (link >= 0) {
			fd = behind_link(path, link);
			(void)close(link);
		}
	}
	*fd_out = fd;
	return fd >= 0 || err_sys(e, "%s", path);
}

bool
file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static int
name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
dir_list(const char *path, bool hidden, struct dir_list *out, struct err *e)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	size_t cap = 0;

	*out = (struct dir_list){ 0 };
	if (d == NULL)
		return err_sys(e, "%s", path);
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    (entry->d_name[0] == '.' && !hidden))
			continue;
		if (out->count == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			out->names = xrealloc(out->names, cap * sizeof(char *));
		}
		out->names[out->count++] = xstrdup(entry->d_name);
	}
	(void)closedir(d);
	if (out->count > 0)
		qsort(out->names, out->count, sizeof(char *), name_cmp);
	return true;
}

void
dir_list_free(struct dir_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->names[i]);
	free(l->names);
	*l = (struct dir_list){ 0 };
}
