/*
 * test: what a unit test needs. A test is a table of cases and a loop:
 *
 *	TEST(ip_parse_cases) { for (...) { test_case(c->name); CHECK(...); } }
 *	int main(void) { RUN(ip_parse_cases); return test_end(); }
 *
 * CHECKs count; a failing one prints the case, the input and both values, and
 * the test goes on. The run closes with "N passed, N failed".
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define TEST(name) static void name(void)
#define RUN(name) (test_begin(#name), name())

void test_begin(const char *name);
/* Names the case that the following CHECKs are about. */
void test_case(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool test_check(bool ok, const char *file, int line, const char *what);
bool test_check_int(long long got, long long want, const char *file, int line,
    const char *what);
bool test_check_slice(struct slice got, struct slice want, const char *file,
    int line, const char *what);
bool test_check_ok(bool ok, const struct err *e, const char *file, int line,
    const char *what);
/* The exit status; prints the closing line. */
int test_end(void);

/* A folder of this test's own under $TMPDIR; removed by test_end(). */
const char *test_dir(void);
/* Reproducible random numbers; the seed is printed on failure, TEST_SEED sets it. */
uint64_t test_random(void);
/* PATH under the source tree ("tests/golden/x.csv"); lives until the next call but 8. */
const char *test_path(const char *relative);

/* What a longer comparison found wrong. */
#define FAIL(what) test_check(false, __FILE__, __LINE__, what)
#define CHECK(x) test_check((x), __FILE__, __LINE__, #x)
#define CHECK_INT(got, want) test_check_int((long long)(got), (long long)(want), __FILE__, __LINE__, #got)
#define CHECK_SLICE(got, want) test_check_slice((got), (want), __FILE__, __LINE__, #got)
#define CHECK_STR(got, want) test_check_slice(slice_of_str(got), slice_of_str(want), __FILE__, __LINE__, #got)
/* x returned true; otherwise the error is printed. */
#define CHECK_OK(x, e) test_check_ok((x), (e), __FILE__, __LINE__, #x)

#endif
