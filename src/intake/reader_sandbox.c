/*
 * The walls around a reader. Each stands alone, so that a kernel without one
 * still has the others: seccomp lets through what reading needs and no more,
 * Landlock leaves no path of the file system, limits bound memory and files.
 */
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/walls.h"
#include "intake/reader.h"

/* What a reader does all day. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(lseek),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(fstat), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(getrandom),
	SCMP_SYS(getpid), SCMP_SYS(gettid),
};

/* What a library may try and must be told no, without dying of it. */
static const int refused[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
	SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(getrusage), SCMP_SYS(sched_getaffinity), SCMP_SYS(prctl),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(prlimit64), SCMP_SYS(socket), SCMP_SYS(connect),
};

static bool
syscalls_close(struct err *e)
{
	return walls_calls(allowed, sizeof(allowed) / sizeof(allowed[0]), refused, sizeof(refused) / sizeof(refused[0])) ||
	    err_sys(e, "the kernel does not take the reader's list of system calls");
}

/* All of the file system's rights handled, none granted. Fine where the kernel lacks it. */
static void
paths_close(void)
{
	int fd;

	if (walls_landlock() < 1)
		return;
	fd = walls_paths_new();
	if (fd < 0)
		return;
	(void)walls_paths_close(fd);
	(void)close(fd);
}

static void
limit(int what, rlim_t v)
{
	struct rlimit l = { v, v };

	(void)setrlimit((__rlimit_resource_t)what, &l);
}

bool
reader_sandbox_enter(size_t memory_bytes, struct err *e)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, 16);
	limit(RLIMIT_NPROC, 0);
	if (!SANITIZED && memory_bytes > 0)
		limit(RLIMIT_AS, memory_bytes);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_sys(e, "the kernel does not let the reader give up its rights");
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	paths_close();
	/* A sanitizer's own work needs calls that no reader needs. */
	return SANITIZED || syscalls_close(e);
}

void
reader_sandbox_probe(struct reader_sandbox *out)
{
	out->seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
	out->landlock = walls_landlock() >= 1;
	out->limits = !SANITIZED;
}
