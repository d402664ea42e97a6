#include "intake/reader.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/walls.h"
#include "store/archive.h"
#include "test.h"

static pid_t keeper;

/* What the reports' names ask of their reader. */
static void
fault(struct slice report, uint64_t events)
{
	static char *volatile hog;

	if (events < 3)
		return;
	if (slice_eq(report, S("crash.scan_ftp.csv")))
		(void)raise(SIGSEGV);
	/* Where the walls do not stand, it is a process that ends, and not twice as many for each event. */
	else if (slice_eq(report, S("open.scan_ftp.csv")) && fork() == 0)
		_exit(0);
	else if (slice_eq(report, S("signal.scan_ftp.csv")))
		(void)syscall(SYS_tgkill, keeper, keeper, 0);
	else if (slice_eq(report, S("flood.scan_ftp.csv")))
		for (;;) /* signs of life without end */
			(void)!write(3, (const uint8_t[]){ 0, 0, 0, 0, 'A' }, 5);
	else if (slice_eq(report, S("hang.scan_ftp.csv")))
		for (volatile unsigned i = 0;; i++)
			;
	else if (slice_eq(report, S("block.scan_ftp.csv")))
		for (;;) /* nobody writes to it while it reads */
			(void)!read(3, &(char){ 0 }, 1);
	else if (slice_eq(report, S("leave.scan_ftp.csv")))
		for (;;)
			(void)close(3);
	else if (slice_eq(report, S("memory.scan_ftp.csv")))
		for (;;)
			if ((hog = xalloc((size_t)1 << 20)) == NULL)
				return;
}

struct taken {
	uint64_t events, bad, fail_at;
	bool extras;
	char ip[64];
};

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	struct taken *t = cookie;

	if (++t->events == t->fail_at)
		return err_set(e, ERR_SYSTEM, "the disk is full");
	t->extras = t->extras || ev->extra_count > 0;
	(void)snprintf(t->ip, sizeof(t->ip), "%.*s", SLICE_ARG(ev->v[FIELD_SOURCE_IP]));
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	struct taken *t = cookie;

	(void)place, (void)column, (void)reason, (void)e;
	t->bad++;
	return true;
}

static struct readers *readers;
static struct archive *archive;

static int
archived(struct slice bytes)
{
	struct archived a;
	struct source src;
	struct err e = ERR_INIT;
	int fd = -1;

	source_of_slice(&src, bytes);
	CHECK_OK(archive_put(archive, &src, 1 << 30, S(""), &a, &e) && archive_commit(archive, &e) &&
	    archive_fd(archive, &a.sha, &fd, &e), &e);
	return fd;
}

static int
rows(unsigned n)
{
	struct buf b;
	int fd;

	buf_init(&b, (size_t)1 << 26);
	buf_str(&b, "timestamp,ip,port,new\n");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "2026-01-01 00:00:01,192.0.2.%u,21,%u\n", i % 250, i);
	buf_str(&b, "no date,192.0.2.1,21,\n");
	fd = archived(buf_view(&b));
	buf_fini(&b);
	return fd;
}

static bool
run(struct reader *r, int fd, struct slice name, const struct field_set *wanted,
    struct taken *t, struct reader_summary *s, struct err *e)
{
	struct reader_job job = { .fd = fd, .name = name, .wanted = wanted };
	struct intake_sink sink = { .cookie = t, .event = take_event, .bad = take_bad };

	t->events = t->bad = 0;
	return reader_run(r, &job, &sink, s, e);
}

TEST(a_report_comes_through)
{
	struct reader *r = reader_new(readers);
	struct field_set wanted = { { 0, 0 }, false };
	struct reader_summary s;
	struct taken t = { 0 };
	struct err e = ERR_INIT;
	int fd = rows(5000);

	CHECK_OK(run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e), &e);
	CHECK_INT(t.events, 5000);
	CHECK_INT(t.bad, 1);
	CHECK(t.extras);
	CHECK_STR(t.ip, "192.0.2.249");
	CHECK_STR(s.format, "shadowserver-csv");
	CHECK_INT(s.events, 5000);
	CHECK_INT(s.bad, 1);
	CHECK_INT(s.tally_count, 1);
	CHECK_STR(s.tallies[0].column, "timestamp");
	test_case("only what is wanted");
	field_set_add(&wanted, FIELD_SOURCE_IP);
	t = (struct taken){ 0 };
	CHECK_OK(run(r, fd, S("scan_ftp.csv"), &wanted, &t, &s, &e), &e);
	CHECK(!t.extras);
	test_case("a failing sink ends the job, the next one goes on");
	t.fail_at = 10;
	CHECK(!run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e));
	CHECK_STR(e.text, "the disk is full");
	t.fail_at = 0;
	CHECK_OK(run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e), &e);
	test_case("an error has the reader's words");
	CHECK(!run(r, fd, S("scan_rdp"), NULL, &t, &s, &e) || t.events == 5000);
	CHECK(close(fd) == 0);
	fd = archived(S("\x01\x02"));
	CHECK(!run(r, fd, S("x"), NULL, &t, &s, &e));
	CHECK(strstr(e.text, "not one that we know") != NULL);
	CHECK(close(fd) == 0);
	reader_free(&r);
}

TEST(a_bad_reader_costs_one_report)
{
	static const struct {
		struct slice name;
		const char *why;
	} cases[] = {
		{ S_INIT("crash.scan_ftp.csv"), "crashed (SIGSEGV)" },
		{ S_INIT("open.scan_ftp.csv"), "crashed (SIGSYS)" },
		{ S_INIT("hang.scan_ftp.csv"), "took more than 1 s" },
		{ S_INIT("memory.scan_ftp.csv"), "MiB of memory" },
		{ S_INIT("signal.scan_ftp.csv"), "crashed (SIGSYS)" },
	};
	struct reader *r = reader_new(readers);
	int fd = rows(20000);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reader_summary s;
		struct taken t = { 0 };
		struct err e = ERR_INIT;

		if (SANITIZED && i != 2)
			continue;
		test_case("%.*s", SLICE_ARG(cases[i].name));
		CHECK(!run(r, fd, cases[i].name, NULL, &t, &s, &e));
		if (strstr(e.text, cases[i].why) == NULL)
			CHECK_STR(e.text, cases[i].why);
		CHECK_OK(run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e), &e);
		CHECK_INT(t.events, 20000);
	}
	CHECK(close(fd) == 0);
	reader_free(&r);
}

static size_t
open_files(void)
{
	struct dir_list l;
	struct err e = ERR_INIT;
	size_t n = 0;

	if (dir_list("/proc/self/fd", true, &l, &e))
		n = l.count;
	dir_list_free(&l);
	return n;
}

/* Of all processes those that have ended under us or the nursery, and nobody asked how. */
static unsigned
zombies(void)
{
	unsigned n = 0, pgrp;
	struct dir_list l;
	struct err e = ERR_INIT;

	CHECK_OK(dir_list("/proc", false, &l, &e), &e);
	for (size_t i = 0; i < l.count; i++) {
		char path[300], stat[512];
		const char *p;
		char state;
		FILE *f;

		(void)snprintf(path, sizeof(path), "/proc/%s/stat", l.names[i]);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		p = fgets(stat, sizeof(stat), f) == NULL ? NULL : strrchr(stat, ')');
		/* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers */
		n += p != NULL && sscanf(p, ") %c %*u %u", &state, &pgrp) == 2 && state == 'Z' && (pid_t)pgrp == getpgrp();
		(void)fclose(f);
	}
	dir_list_free(&l);
	return n;
}

TEST(many_crashes_leave_nothing_behind)
{
	struct reader *r = reader_new(readers);
	struct reader_summary s;
	struct taken t = { 0 };
	struct err e = ERR_INIT;
	int fd = rows(10);
	size_t files;
	unsigned n = SANITIZED ? 50 : 1000;

	CHECK_OK(run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e), &e);
	files = open_files();
	for (unsigned i = 0; i < n; i++) {
		CHECK(!run(r, fd, S("crash.scan_ftp.csv"), NULL, &t, &s, &e));
		CHECK(!s.no_reader);
	}
	CHECK_OK(run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e), &e);
	CHECK_INT(t.events, 10);
	CHECK_INT(open_files(), files);
	CHECK_INT(zombies(), 0);
	CHECK(close(fd) == 0);
	reader_free(&r);
}

/* It waits for nothing that will come, or has let go of its keeper: neither keeps us waiting. */
TEST(a_reader_that_is_blocked_or_gone)
{
	struct reader_limits limits = READER_LIMITS;
	struct readers *other = NULL;
	struct reader *r;
	struct reader_summary s;
	struct taken t = { 0 };
	struct err e = ERR_INIT;
	int fd = rows(10);
	int64_t begin;

	limits.job_ms = 300;
	CHECK_OK(readers_open(&limits, &other, &e), &e);
	r = reader_new(other);
	test_case("the whole job's limit is nearer than a stall");
	begin = clock_mono_ns();
	CHECK(!run(r, fd, S("block.scan_ftp.csv"), NULL, &t, &s, &e));
	CHECK(strstr(e.text, "and was stopped") != NULL);
	CHECK(clock_mono_ns() - begin < INT64_C(20000000000));
	test_case("it talks without end");
	begin = clock_mono_ns();
	CHECK(!run(r, fd, S("flood.scan_ftp.csv"), NULL, &t, &s, &e));
	CHECK(strstr(e.text, "and was stopped") != NULL);
	CHECK(clock_mono_ns() - begin < INT64_C(20000000000));
	test_case("it closed its socket and goes on");
	CHECK(!run(r, fd, S("leave.scan_ftp.csv"), NULL, &t, &s, &e));
	CHECK(!s.no_reader);
	CHECK_OK(run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e), &e);
	test_case("no nursery: the report is not to blame");
	CHECK(kill(readers_nursery(other), SIGKILL) == 0);
	for (int i = 0; i < 100 && kill(readers_nursery(other), 0) == 0 && run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e); i++)
		(void)usleep(10000);
	CHECK(!run(r, fd, S("scan_ftp.csv"), NULL, &t, &s, &e));
	CHECK(s.no_reader);
	CHECK(close(fd) == 0);
	reader_free(&r);
	readers_close(&other);
}

TEST(a_newer_schema_without_restart)
{
	static const char schema[] = "{\"new\": {\"file_name\": \"scan_new_thing\", \"feed_name\": \"New\","
	    "\"constant_fields\": {\"classification.type\": \"other\"},"
	    "\"required_fields\": [[\"time.source\", \"timestamp\", \"add_UTC_to_timestamp\"]],"
	    "\"optional_fields\": [[\"source.ip\", \"ip\", \"validate_ip\"]]}}";
	struct reader *r = reader_new(readers);
	struct reader_summary s;
	struct taken t = { 0 };
	struct err e = ERR_INIT;
	int fd = rows(10);

	CHECK(!run(r, fd, S("2026-01-01-scan_new_thing-x.csv"), NULL, &t, &s, &e));
	CHECK(!readers_table(readers, S("x.json"), S("{\"a\": 1}"), &e));
	CHECK_OK(readers_table(readers, S("x.json"), slice_of_str(schema), &e), &e);
	CHECK_OK(run(r, fd, S("2026-01-01-scan_new_thing-x.csv"), NULL, &t, &s, &e), &e);
	CHECK_INT(t.events, 10);
	CHECK(close(fd) == 0);
	reader_free(&r);
}

/* Formats whose libraries load things late must have them before the walls close. */
TEST(mail_and_zip_in_the_sandbox)
{
	static const char mail[] = "From: =?windows-1251?q?=E0?= <a@example.com>\nTo: abuse@example.net\n"
	    "Date: Thu, 1 Jan 2026 00:00:00 +0000\nSubject: x\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=windows-1251\n\n\xe0\n"
	    "--b\nContent-Type: text/csv; name=2026-01-01-scan_ftp-x.csv\n"
	    "Content-Disposition: attachment; filename=2026-01-01-scan_ftp-x.csv\n\n"
	    "timestamp,ip,port\n2026-01-01 00:00:00,192.0.2.1,21\n--b--\n";
	struct reader *r = reader_new(readers);
	struct reader_summary s;
	struct taken t = { 0 };
	struct err e = ERR_INIT;
	int fd = archived(slice_of_str(mail));

	CHECK_OK(run(r, fd, S("report.eml"), NULL, &t, &s, &e), &e);
	CHECK_INT(t.events, 1);
	CHECK_STR(s.format, "mail");
	CHECK(close(fd) == 0);
	reader_free(&r);
}

int
main(void)
{
	struct reader_limits limits = READER_LIMITS;
	struct err e = ERR_INIT;

	limits.stall_ms = 1000;
	limits.memory_bytes = (size_t)192 << 20;
	reader_fault = fault;
	keeper = getpid();
	if (!readers_open(&limits, &readers, &e) || !archive_open(test_dir(), &archive, &e)) {
		(void)fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	RUN(a_report_comes_through);
	RUN(a_bad_reader_costs_one_report);
	RUN(many_crashes_leave_nothing_behind);
	RUN(a_reader_that_is_blocked_or_gone);
	RUN(mail_and_zip_in_the_sandbox);
	RUN(a_newer_schema_without_restart);
	archive_close(&archive);
	readers_close(&readers);
	return test_end();
}
