#include "test.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

static const char *test_name = "";
static char case_name[256];
static unsigned long passed, failed;
static char dir[256];
static uint64_t seed, state;

void
test_begin(const char *name)
{
	test_name = name;
	case_name[0] = '\0';
}

void
test_case(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	/* clang 14 takes it for unset (LLVM 41311). */
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
	(void)vsnprintf(case_name, sizeof(case_name), fmt, ap);
	va_end(ap);
}

static bool
count(bool ok, const char *file, int line, const char *what)
{
	if (ok) {
		passed++;
		return true;
	}
	failed++;
	fprintf(stderr, "%s:%d: %s%s%s: %s", file, line, test_name,
	    case_name[0] == '\0' ? "" : ": ", case_name, what);
	if (seed != 0)
		fprintf(stderr, " (TEST_SEED=%" PRIu64 ")", seed);
	fputc('\n', stderr);
	return false;
}

bool
test_check(bool ok, const char *file, int line, const char *what)
{
	return count(ok, file, line, what);
}

bool
test_check_int(long long got, long long want, const char *file, int line,
    const char *what)
{
	if (!count(got == want, file, line, what))
		fprintf(stderr, "\texpected %lld\n\tgot      %lld\n", want, got);
	return got == want;
}

bool
test_check_slice(struct slice got, struct slice want, const char *file,
    int line, const char *what)
{
	struct buf g, w;

	if (count(slice_eq(got, want), file, line, what))
		return true;
	buf_init(&g, 1 << 16);
	buf_init(&w, 1 << 16);
	slice_quote(&g, got, 4096);
	slice_quote(&w, want, 4096);
	fprintf(stderr, "\texpected %s\n\tgot      %s\n", buf_cstr(&w), buf_cstr(&g));
	buf_fini(&g);
	buf_fini(&w);
	return false;
}

bool
test_check_ok(bool ok, const struct err *e, const char *file, int line,
    const char *what)
{
	if (!count(ok, file, line, what))
		fprintf(stderr, "\terror: %s (%s)\n", e->text, e->cause);
	return ok;
}

static int
unlink_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

int
test_end(void)
{
	if (dir[0] != '\0')
		(void)nftw(dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
	printf("%lu passed, %lu failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}

const char *
test_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	if (dir[0] != '\0')
		return dir;
	(void)snprintf(dir, sizeof(dir), "%s/entente-test-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		exit(2);
	}
	return dir;
}

/* xorshift64*, good enough to vary inputs */
uint64_t
test_random(void)
{
	if (seed == 0) {
		const char *s = getenv("TEST_SEED");

		seed = s != NULL ? strtoull(s, NULL, 10) : (uint64_t)time(NULL);
		state = seed = seed == 0 ? 1 : seed;
	}
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dU;
}

const char *
test_path(const char *relative)
{
	static char paths[8][512];
	static unsigned next;
	const char *root = getenv("ENTENTE_SOURCE");
	char *p = paths[next++ % 8];

	(void)snprintf(p, sizeof(paths[0]), "%s/%s", root == NULL ? "." : root,
	    relative);
	return p;
}
