/*
 * The walls around a reader. Each stands alone, so that a kernel without one
 * still has the others: seccomp lets through what reading needs and no more,
 * Landlock leaves no path of the file system, limits bound memory and files.
 */
#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "intake/reader.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

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
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = f == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	/* abort() signals itself; its keeper and the other readers are of the same user. */
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid()));
	/* Memory, but never memory that runs. */
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	if (r == 0)
		return true;
	errno = -r;
	return err_sys(e, "the kernel does not take the reader's list of system calls");
}

static int
landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* All of the file system's rights handled, none granted. Fine where the kernel lacks it. */
static void
paths_close(void)
{
	struct landlock_ruleset_attr attr = {
		/* The rights of its first version, 1 to 1 << 12. */
		.handled_access_fs = ((uint64_t)1 << 13) - 1,
	};
	int fd;

	if (landlock_version() < 1)
		return;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0u);
	if (fd < 0)
		return;
	(void)syscall(SYS_landlock_restrict_self, fd, 0u);
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
	out->landlock = landlock_version() >= 1;
	out->limits = !SANITIZED;
}
