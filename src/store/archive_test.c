#include "store/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "test.h"

#define MIB ((size_t)1 << 20)

static const char *
in_dir(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *p = path[turn++ & 3];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", test_dir(), name);
	return p;
}

/* Bytes that pack, but not to nothing. */
static struct slice
bytes_make(size_t n, uint64_t seed)
{
	uint8_t *p = xalloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)("abcdefgh0123\n,.x"[seed >> 60]);
	}
	return slice_of(p, n);
}

static void
bytes_free(struct slice *s)
{
	union {
		const uint8_t *in;
		uint8_t *out;
	} u = { s->p };

	free(u.out);
	*s = SLICE_NONE;
}

static bool
put(struct archive *a, struct slice s, struct archived *out, struct err *e)
{
	struct source src;

	source_of_slice(&src, s);
	return archive_put(a, &src, UINT64_MAX, S("note"), out, e);
}

/* Read it back from `from` on and compare. */
static bool
same(struct archive *a, const struct sha256 *sha, struct slice want,
    size_t from, struct err *e)
{
	struct archive_source *s = NULL;
	struct slice rest = slice_from(want, from);
	bool ok = false;
	int fd = -1;

	if (!archive_fd(a, sha, &fd, e))
		return false;
	if (archive_source_open(fd, 2 * MIB, &s, e) &&
	    (from == 0 || archive_source_seek(s, from, e))) {
		struct source *src = archive_source_get(s);

		ok = src->offset == from || from == 0;
		while (ok && (src->window.len > 0 || !src->eof)) {
			size_t n = src->window.len;

			ok = n <= rest.len && memcmp(src->window.p == NULL ?
				(const uint8_t *)"" : src->window.p, rest.p, n) == 0;
			rest = slice_from(rest, n);
			source_advance(src, n);
			ok = ok && source_more(src, e);
		}
		ok = ok && rest.len == 0;
	}
	archive_source_fini(&s);
	(void)close(fd);
	return ok;
}

TEST(what_goes_in_comes_out)
{
	static const size_t sizes[] = { 0, 1, 1000, MIB - 1, MIB, MIB + 1,
		3 * MIB + 12345 };
	struct err e = ERR_INIT;
	struct archive *a = NULL;

	if (!CHECK_OK(archive_open(in_dir("a"), &a, &e), &e))
		return;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct slice b = bytes_make(sizes[i], i + 1);
		struct archived x, y;
		struct sha256 sha = sha256_of(b);

		test_case("%zu bytes", sizes[i]);
		CHECK_OK(put(a, b, &x, &e), &e);
		CHECK(!x.known);
		CHECK_INT(x.bytes, sizes[i]);
		CHECK(memcmp(&x.sha, &sha, sizeof(sha)) == 0);
		CHECK(!archive_has(a, &sha));
		CHECK_OK(put(a, b, &y, &e), &e);
		CHECK(y.known);
		CHECK_INT(archive_waiting(a), 1);
		CHECK_OK(archive_commit(a, &e), &e);
		CHECK_INT(archive_waiting(a), 0);
		CHECK(archive_has(a, &sha));
		CHECK_OK(put(a, b, &y, &e), &e);
		CHECK(y.known);
		CHECK_OK(same(a, &sha, b, 0, &e), &e);
		CHECK_OK(archive_verify(a, &sha, &e), &e);
		for (int k = 0; k < 20 && sizes[i] > 0; k++) {
			/* cppcheck does not take the loop's condition for one. */
			/* cppcheck-suppress zerodiv */
			size_t from = (size_t)(test_random() % sizes[i]);

			test_case("%zu bytes from %zu", sizes[i], from);
			CHECK_OK(same(a, &sha, b, from, &e), &e);
		}
		if (sizes[i] > 0)
			CHECK_OK(same(a, &sha, b, sizes[i], &e), &e);
		CHECK(!same(a, &sha, b, sizes[i] + 1, &e));
		CHECK_INT(e.code, ERR_INPUT);
		bytes_free(&b);
	}
	archive_close(&a);
}

static bool
count_one(void *cookie, const struct sha256 *sha, struct err *e)
{
	struct sha256 *last = cookie;

	(void)e;
	if (memcmp(last, sha, sizeof(*sha)) >= 0)
		CHECK(false);
	*last = *sha;
	last[1].b[0]++;
	return true;
}

TEST(a_note_lies_beside_the_bytes)
{
	static const struct { const char *name; size_t bytes; const char *note; } cases[] = {
		{ "small", 10, "{\"name\":\"x.csv\"}" },
		{ "several frames", 3 * MIB + 5, "n" },
		{ "none", 10000, "" },
		{ "of nothing", 0, "empty report" },
	};
	struct err e = ERR_INIT;
	struct archive *a = NULL;
	struct slice note;
	struct arena m;
	uint64_t bytes;

	if (!CHECK_OK(archive_open(in_dir("note"), &a, &e), &e))
		return;
	arena_init(&m, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice b = bytes_make(cases[i].bytes, 100 + i);
		struct archived x;
		struct source src;

		test_case("%s", cases[i].name);
		source_of_slice(&src, b);
		CHECK_OK(archive_put(a, &src, UINT64_MAX, slice_of_str(cases[i].note), &x, &e), &e);
		/* The same bytes with another note: the first stays. */
		source_of_slice(&src, b);
		CHECK_OK(archive_put(a, &src, UINT64_MAX, S("another"), &x, &e), &e);
		CHECK_OK(archive_commit(a, &e), &e);
		CHECK_OK(archive_note(a, &x.sha, &m, &note, &bytes, &e), &e);
		CHECK(slice_eq(note, slice_of_str(cases[i].note)));
		CHECK_INT(bytes, cases[i].bytes);
		CHECK_OK(archive_verify(a, &x.sha, &e), &e);
		if (cases[i].bytes > 0)
			CHECK_OK(same(a, &x.sha, b, cases[i].bytes - 1, &e), &e);
		bytes_free(&b);
	}
	CHECK(!archive_note(a, &(struct sha256){ { 1 } }, &m, &note, &bytes, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	arena_fini(&m);
	archive_close(&a);
}

struct days {
	struct sha256 sha;
	uint32_t day[4];
	size_t count, reports;
};

static bool
day_take(void *cookie, const struct sha256 *sha, uint32_t day, struct err *e)
{
	struct days *d = cookie;

	(void)e;
	CHECK(memcmp(sha, &d->sha, sizeof(*sha)) == 0);
	d->day[d->count++ & 3] = day;
	return true;
}

static bool
report_take(void *cookie, const struct sha256 *sha, struct err *e)
{
	struct days *d = cookie;

	(void)sha;
	(void)e;
	d->reports++;
	return true;
}

TEST(notes_lie_beside_a_report)
{
	struct err e = ERR_INIT;
	struct archive *a = NULL;
	struct archived got;
	struct days days = { .count = 0 };
	struct arena memory;
	struct slice note;

	arena_init(&memory, MIB);
	CHECK_OK(archive_open(in_dir("notes"), &a, &e), &e);
	CHECK_OK(put(a, S("a list"), &got, &e), &e);
	CHECK_OK(archive_note_add(a, &got.sha, 20001, S("first"), &e), &e);
	CHECK_OK(archive_note_on(a, &got.sha, 20001, &memory, &note, &e), &e);
	CHECK_SLICE(note, S(""));
	CHECK_OK(archive_commit(a, &e), &e);
	CHECK_OK(archive_note_add(a, &got.sha, 20001, S("the later of one day"), &e), &e);
	CHECK_OK(archive_note_add(a, &got.sha, 20003, S("another day"), &e), &e);
	CHECK_OK(archive_commit(a, &e), &e);
	/* What is not committed is not there. */
	CHECK_OK(archive_note_add(a, &got.sha, 20004, S("lost"), &e), &e);
	archive_close(&a);
	CHECK_OK(archive_open(in_dir("notes"), &a, &e), &e);
	CHECK_OK(archive_note_on(a, &got.sha, 20001, &memory, &note, &e), &e);
	CHECK_SLICE(note, S("the later of one day"));
	CHECK_OK(archive_note_on(a, &got.sha, 20003, &memory, &note, &e), &e);
	CHECK_SLICE(note, S("another day"));
	CHECK_OK(archive_note_on(a, &got.sha, 20004, &memory, &note, &e), &e);
	CHECK_SLICE(note, S(""));
	days.sha = got.sha;
	CHECK_OK(archive_each_note(a, day_take, &days, &e), &e);
	CHECK_INT(days.count, 2);
	CHECK_INT(days.day[0] + days.day[1], 40004);
	CHECK_OK(archive_each(a, report_take, &days, &e), &e);
	CHECK_INT(days.reports, 1);
	CHECK_OK(archive_verify(a, &got.sha, &e), &e);
	archive_close(&a);
	arena_fini(&memory);
}

TEST(many_at_once)
{
	struct err e = ERR_INIT;
	struct archive *a = NULL;
	struct sha256 last[2] = { 0 };

	if (!CHECK_OK(archive_open(in_dir("many"), &a, &e), &e))
		return;
	for (size_t i = 0; i < 200; i++) {
		struct slice b = bytes_make(100 + i, i);
		struct archived x;

		CHECK_OK(put(a, b, &x, &e), &e);
		bytes_free(&b);
	}
	CHECK_OK(archive_commit(a, &e), &e);
	CHECK_OK(archive_each(a, count_one, last, &e), &e);
	CHECK_INT(last[1].b[0], 200);
	archive_close(&a);
}

static size_t
files_in(const char *path)
{
	struct err e = ERR_INIT;
	struct dir_list l;
	size_t n;

	if (!CHECK_OK(dir_list(path, true, &l, &e), &e))
		return 0;
	n = l.count;
	dir_list_free(&l);
	return n;
}

TEST(left_overs_are_cleared_by_the_only_one)
{
	struct err e = ERR_INIT;
	struct archive *a = NULL, *b = NULL;
	struct archived x;

	if (!CHECK_OK(archive_open(in_dir("left"), &a, &e), &e))
		return;
	CHECK_OK(file_write(in_dir("left/tmp/1.1"), S("half"), &e), &e);
	CHECK_OK(archive_open(in_dir("left"), &b, &e), &e);
	CHECK_INT(files_in(in_dir("left/tmp")), 1);
	archive_close(&b);
	archive_close(&a);
	CHECK_OK(archive_open(in_dir("left"), &a, &e), &e);
	CHECK_INT(files_in(in_dir("left/tmp")), 0);
	CHECK_OK(put(a, S("never committed"), &x, &e), &e);
	CHECK_INT(files_in(in_dir("left/tmp")), 1);
	archive_close(&a);
	CHECK_INT(files_in(in_dir("left/tmp")), 0);
}

TEST(limits_and_absence)
{
	struct err e = ERR_INIT;
	struct archive *a = NULL;
	struct archived x;
	struct source src;
	struct slice b = bytes_make(2 * MIB, 7);
	struct sha256 none = { { 1 } };
	int fd;

	if (!CHECK_OK(archive_open(in_dir("limits"), &a, &e), &e))
		return;
	source_of_slice(&src, b);
	CHECK(!archive_put(a, &src, 2 * MIB - 1, S(""), &x, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	CHECK_INT(files_in(in_dir("limits/tmp")), 0);
	source_of_slice(&src, b);
	CHECK_OK(archive_put(a, &src, 2 * MIB, S(""), &x, &e), &e);
	CHECK(!archive_fd(a, &none, &fd, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	bytes_free(&b);
	archive_close(&a);
	CHECK(!archive_open(in_dir("limits/lock"), &a, &e));
}

static void
path_of(const struct sha256 *sha, char out[512])
{
	char hex[SHA256_HEX + 1];

	sha256_hex(sha, hex);
	(void)snprintf(out, 512, "%s/damage/%.2s/%s.zst", test_dir(), hex, hex);
}

/* Whatever is done to the file, reading it fails with a sentence. */
TEST(damage_is_found)
{
	struct err e = ERR_INIT;
	struct archive *a = NULL;
	struct archived x;
	struct slice b = bytes_make(2 * MIB + 500, 3);
	struct buf whole;
	char path[512];

	if (!CHECK_OK(archive_open(in_dir("damage"), &a, &e), &e))
		return;
	CHECK_OK(put(a, b, &x, &e), &e);
	CHECK_OK(archive_commit(a, &e), &e);
	path_of(&x.sha, path);
	buf_init(&whole, 8 * MIB);
	CHECK_OK(file_read(path, &whole, &e), &e);
	for (int i = 0; i < 60; i++) {
		size_t at = (size_t)(test_random() % whole.len);
		uint8_t old = whole.p[at];

		test_case("byte %zu", at);
		whole.p[at] ^= (uint8_t)(1 + test_random() % 255);
		CHECK_OK(file_write(path, i % 2 == 0 ? buf_view(&whole) :
			slice_of(whole.p, at), &e), &e);
		e = (struct err)ERR_INIT;
		CHECK(!archive_verify(a, &x.sha, &e));
		CHECK(e.text[0] != '\0');
		CHECK(!same(a, &x.sha, b, 2 * MIB, &e) || i % 2 == 0);
		whole.p[at] = old;
	}
	CHECK_OK(file_write(path, buf_view(&whole), &e), &e);
	CHECK_OK(archive_verify(a, &x.sha, &e), &e);
	buf_fini(&whole);
	bytes_free(&b);
	archive_close(&a);
}

static int fault_in;

static int
fault(void)
{
	return fault_in > 0 && --fault_in == 0 ? ENOSPC : 0;
}

static bool
put_three(struct archive *a, const struct slice *b, struct err *e)
{
	struct archived x;

	for (size_t i = 0; i < 3; i++) {
		if (!put(a, b[i], &x, e))
			return false;
	}
	return archive_commit(a, e);
}

/* The n-th call fails for n = 1, 2, 3 ... until all goes well. */
TEST(full_disk_loses_nothing)
{
	struct slice b[3] = { bytes_make(10, 1), bytes_make(MIB + 10, 2),
		bytes_make(500, 3) };
	struct err e = ERR_INIT;
	bool through = false;

	archive_fault = fault;
	for (int n = 1; n < 100 && !through; n++) {
		struct archive *a = NULL;
		char dir[512];

		test_case("call %d", n);
		(void)snprintf(dir, sizeof(dir), "%s/full%d", test_dir(), n);
		fault_in = 0;
		if (!CHECK_OK(archive_open(dir, &a, &e), &e))
			break;
		fault_in = n;
		e = (struct err)ERR_INIT;
		through = put_three(a, b, &e);
		if (through)
			CHECK(fault_in > 0);
		else
			CHECK(strstr(e.text, "disk is full") != NULL);
		/* Space was made: the same again goes through. */
		fault_in = 0;
		CHECK_OK(put_three(a, b, &e), &e);
		for (size_t i = 0; i < 3; i++) {
			struct sha256 sha = sha256_of(b[i]);

			CHECK_OK(archive_verify(a, &sha, &e), &e);
		}
		(void)snprintf(dir + strlen(dir), sizeof(dir) - strlen(dir), "/tmp");
		CHECK_INT(files_in(dir), 0);
		archive_close(&a);
	}
	CHECK(through);
	archive_fault = NULL;
	for (size_t i = 0; i < 3; i++)
		bytes_free(&b[i]);
}

TEST(read_only_folder)
{
	struct err e = ERR_INIT;
	struct archive *a = NULL;
	struct archived x;
	struct sha256 sha = sha256_of(S("kept"));

	if (geteuid() == 0)
		return; /* root may write anywhere */
	CHECK_OK(archive_open(in_dir("ro"), &a, &e), &e);
	CHECK_OK(put(a, S("kept"), &x, &e), &e);
	CHECK_OK(archive_commit(a, &e), &e);
	archive_close(&a);
	CHECK(chmod(in_dir("ro"), 0555) == 0);
	CHECK_OK(archive_open(in_dir("ro"), &a, &e), &e);
	CHECK_OK(archive_verify(a, &sha, &e), &e);
	CHECK(!put(a, S("more"), &x, &e));
	CHECK_INT(e.code, ERR_DENIED);
	archive_close(&a);
	CHECK(chmod(in_dir("ro"), 0755) == 0);
}

int
main(void)
{
	RUN(what_goes_in_comes_out);
	RUN(a_note_lies_beside_the_bytes);
	RUN(notes_lie_beside_a_report);
	RUN(many_at_once);
	RUN(left_overs_are_cleared_by_the_only_one);
	RUN(limits_and_absence);
	RUN(damage_is_found);
	RUN(full_disk_loses_nothing);
	RUN(read_only_folder);
	return test_end();
}
