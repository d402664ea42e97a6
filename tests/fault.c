/*
 * fault: a library that is loaded before the others (LD_PRELOAD) and lets the
 * n-th call of one kind fail, in the program that it is loaded into and not in
 * its readers:
 *
 *	FAULT=write:3	the third write to a file says that the disk is full
 *	FAULT_FIRED=P	P is made when that happened
 *
 * 075-nth-call.sh counts n up until nothing fires any more.
 *
 *	SLOW=1500:/archive/	each wait for the disk of a file below such a path lasts 1,500 ms longer, in
 *				all processes; also each MiB that is written there, by a tenth of it
 *	SLOW_LOG=FILE		from when to when it did is said there
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char kind[16];
static long left;
static pid_t self;
static const char *fired;

__attribute__((constructor)) static void
begin(void)
{
	const char *fault = getenv("FAULT"), *colon = fault == NULL ? NULL : strchr(fault, ':');

	if (colon != NULL && (size_t)(colon - fault) < sizeof(kind)) {
		memcpy(kind, fault, (size_t)(colon - fault));
		left = strtol(colon + 1, NULL, 10);
	}
	fired = getenv("FAULT_FIRED");
	self = getpid();
}

static bool
fails(const char *what, int code)
{
	if (left <= 0 || strcmp(kind, what) != 0 || getpid() != self || --left > 0)
		return false;
	if (fired != NULL)
		(void)syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, fired, O_CREAT | O_WRONLY, 0666));
	errno = code;
	return true;
}

/* The next one of this name; dlsym() gives a void pointer, which ISO C keeps apart from functions. */
#define REAL(name, ...) \
	static __typeof__(&name) real; \
	if (real == NULL) { \
		void *found = dlsym(RTLD_NEXT, #name); \
		memcpy(&real, &found, sizeof(real)); \
	} \
	return real(__VA_ARGS__)

#define FAULTY(type, name, params, what, code, ...) \
	type name params \
	{ \
		if (fails(what, code)) \
			return (type)-1; \
		REAL(name, __VA_ARGS__); \
	}

/* NOLINTBEGIN(misc-no-recursion): what tells of a slow call writes by the call itself, which does nothing slow then */
/* From when to when it waited, in nanoseconds of the monotonic clock. */
static void
slow_tell(const struct timespec *begun)
{
	const char *log = getenv("SLOW_LOG");
	int fd = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct timespec now;
	char line[64];
	int n;

	if (fd < 0)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	n = snprintf(line, sizeof(line), "%lld %lld\n", begun->tv_sec * 1000000000LL + begun->tv_nsec, now.tv_sec * 1000000000LL + now.tv_nsec);
	if (write(fd, line, (size_t)n) < 0)
		perror(log);
	(void)close(fd);
}

/* A slow disk, as far as it concerns a path. */
static void
slow(int fd, size_t bytes)
{
	const char *how = getenv("SLOW"), *colon = how == NULL ? NULL : strchr(how, ':');
	char link[64], path[4096];
	struct timespec begun;
	ssize_t n;
	long ms;

	if (colon == NULL)
		return;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 2);
	if (n <= 0)
		return;
	path[n] = '/';
	path[n + 1] = '\0';
	if (strstr(path, colon + 1) == NULL)
		return;
	ms = bytes == SIZE_MAX ? strtol(how, NULL, 10) : strtol(how, NULL, 10) * (long)(bytes >> 10) / 10240;
	(void)clock_gettime(CLOCK_MONOTONIC, &begun);
	(void)poll(NULL, 0, (int)ms);
	slow_tell(&begun);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	/* What a person reads is no file. */
	if (fd > 2 && fails("write", ENOSPC))
		return -1;
	if (n >= 4096)
		slow(fd, n);
	REAL(write, fd, p, n);
}
/* NOLINTEND(misc-no-recursion) */

FAULTY(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), "write", ENOSPC, fd, p, n, at)
FAULTY(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), "write", ENOSPC, fd, p, n, at)
FAULTY(ssize_t, read, (int fd, void *p, size_t n), "read", EIO, fd, p, n)
FAULTY(ssize_t, pread, (int fd, void *p, size_t n, off_t at), "read", EIO, fd, p, n, at)
FAULTY(ssize_t, pread64, (int fd, void *p, size_t n, off64_t at), "read", EIO, fd, p, n, at)
#define SYNC(name) \
	int name(int fd) \
	{ \
		if (fails("sync", EIO)) \
			return -1; \
		slow(fd, SIZE_MAX); \
		REAL(name, fd); \
	}

SYNC(fsync)
SYNC(fdatasync)
SYNC(syncfs)
FAULTY(int, ftruncate, (int fd, off_t n), "truncate", EIO, fd, n)
FAULTY(int, ftruncate64, (int fd, off64_t n), "truncate", EIO, fd, n)
FAULTY(int, rename, (const char *from, const char *to), "rename", EACCES, from, to)
FAULTY(int, renameat, (int a, const char *from, int b, const char *to), "rename", EACCES, a, from, b, to)
FAULTY(int, mkdir, (const char *path, mode_t mode), "mkdir", EACCES, path, mode)
FAULTY(int, mkdirat, (int fd, const char *path, mode_t mode), "mkdir", EACCES, fd, path, mode)

#define OPEN(name, ...) \
	va_list ap; \
	mode_t mode; \
	va_start(ap, flags); \
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? (mode_t)va_arg(ap, int) : 0; \
	va_end(ap); \
	if (fails("open", EMFILE)) \
		return -1; \
	REAL(name, __VA_ARGS__, mode)

int
open(const char *path, int flags, ...)
{
	OPEN(open, path, flags);
}

int
open64(const char *path, int flags, ...)
{
	OPEN(open64, path, flags);
}

int
openat(int fd, const char *path, int flags, ...)
{
	OPEN(openat, fd, path, flags);
}

int
openat64(int fd, const char *path, int flags, ...)
{
	OPEN(openat64, fd, path, flags);
}
