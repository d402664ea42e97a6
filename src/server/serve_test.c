/* What the server's processes share: log lines, the journal's form, control messages, sockets, certificates, figures. */
#include "server/serve.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pass.h"
#include "server/board.h"
#include "server/certificate.h"
#include "server/control.h"
#include "server/journal.h"
#include "server/listen.h"
#include "server/web.h"
#include "test.h"

TEST(a_path_in_the_log_names_nobody)
{
	static const struct { const char *path, *want; } cases[] = {
		{ "/", "/" },
		{ "/health", "/health" },
		{ "/api/v1/findings", "/api/v1/findings" },
		{ "/api/v1/reports/12/raw", "/api/v1/reports/12/raw" },
		/* made of an address */
		{ "/api/v1/findings/6917530218920900468", "/api/v1/findings/*" },
		{ "/api/v1/findings/F600012NEWYXVM", "/api/v1/findings/*" },
		/* whoever has it may answer */
		{ "/api/v1/reply/abc", "/api/v1/reply/*" },
		{ "/r/0123456789abcdef0123456789abcdef", "/r/*" },
		{ "/api/v1/export/findings.intelmq.jsonl", "/api/v1/export/findings.intelmq.jsonl" },
		{ "/x\"y", "/*" },
		{ "/a%0Ab", "/*" },
		{ "/caf\xc3\xa9", "/*" },
		{ "//", "//" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[200];

		test_case("%s", cases[i].path);
		log_path(slice_of_str(cases[i].path), out, sizeof(out));
		CHECK_STR(out, cases[i].want);
	}
}

TEST(a_long_path_is_cut)
{
	char path[4096], out[64];

	for (size_t i = 0; i < sizeof(path) - 1; i++)
		path[i] = i % 5 == 0 ? '/' : 'a';
	path[sizeof(path) - 1] = '\0';
	log_path(slice_of_str(path), out, sizeof(out));
	CHECK(strlen(out) < sizeof(out) && strncmp(out, "/aaaa/aaaa", 10) == 0);
}

/* A small one as a datagram; a large one as a descriptor alone, of a file that nobody can change. */
TEST(the_journals_socket)
{
	int pair[2], small = 4096;
	static uint8_t large[200000];
	union pass_room room;
	uint8_t got[64];
	struct iovec iov = { got, sizeof(got) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd;

	CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK(journal_send(pair[0], S("MESSAGE=short\n")));
	CHECK_INT(recv(pair[1], got, sizeof(got), 0), 14);
	CHECK(memcmp(got, "MESSAGE=short\n", 14) == 0);
	CHECK(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)) == 0);
	memset(large, 'x', sizeof(large));
	memcpy(large, "MESSAGE=", 8);
	CHECK(journal_send(pair[0], slice_of(large, sizeof(large))));
	pass_expect(&m, &room);
	CHECK_INT(recvmsg(pair[1], &m, 0), 0);
	fd = pass_take(&m);
	CHECK(fd >= 0);
	CHECK_INT(lseek(fd, 0, SEEK_END), sizeof(large));
	CHECK_INT(pread(fd, got, 9, 0), 9);
	CHECK(memcmp(got, "MESSAGE=x", 9) == 0);
	CHECK(pwrite(fd, "y", 1, 0) < 0);
	(void)close(fd);
	(void)close(pair[0]);
	(void)close(pair[1]);
	CHECK(!journal_send(pair[0], S("MESSAGE=nobody\n")));
}

TEST(a_line_for_the_journal)
{
	static const struct { const char *name, *text, *want; } cases[] = {
		{ "plain", "status=200 ms=1.5", "ENTENTE_STATUS=200\nENTENTE_MS=1.5\n" },
		{ "in quotes", "reason=\"a \\\"b\\\" c\" code=7", "ENTENTE_REASON=a \"b\" c\nENTENTE_CODE=7\n" },
		{ "no pairs", "only words", "" },
		{ "a key that is none", "1x=2 y-z=3 ok=4", "ENTENTE_OK=4\n" },
		{ "an empty value", "a= b=2", "ENTENTE_A=\nENTENTE_B=2\n" },
		{ "a quote that never ends", "a=\"b c", "ENTENTE_A=b c\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b, want;

		test_case("%s", cases[i].name);
		buf_init(&b, 4096);
		buf_init(&want, 4096);
		journal_print(&b, LOG_LEVEL_WARN, "x.y", slice_of_str(cases[i].text));
		buf_printf(&want, "SYSLOG_IDENTIFIER=entente\nPRIORITY=4\nENTENTE_EVENT=x.y\nMESSAGE=x.y %s\n%s", cases[i].text, cases[i].want);
		CHECK_SLICE(buf_view(&b), buf_view(&want));
		buf_fini(&b);
		buf_fini(&want);
	}
}

TEST(a_line_end_from_outside_begins_no_field)
{
	struct buf b;

	buf_init(&b, 4096);
	journal_print(&b, LOG_LEVEL_INFO, "x", S("a=\"1\nPRIORITY=0\""));
	CHECK(slice_find(buf_view(&b), S("\nPRIORITY=0")) == SIZE_MAX || slice_find(buf_view(&b), S("MESSAGE=x a=\"1\nPRIORITY")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("ENTENTE_A=1 PRIORITY=0\n")) != SIZE_MAX);
	buf_fini(&b);
}

TEST(messages_of_the_supervisor)
{
	struct err e = ERR_INIT;
	struct control_message m;
	bool end = true;
	int pair[2], other[2];

	CHECK_OK(control_pair(pair, &e), &e);
	CHECK(!control_receive(pair[1], &m, &end) && !end);
	CHECK(pipe(other) == 0);
	CHECK(control_send(pair[0], CONTROL_LINK, 7, other[0]));
	CHECK(control_send(pair[0], CONTROL_READY, 0, -1));
	CHECK(control_receive(pair[1], &m, &end) && m.what == CONTROL_LINK && m.slot == 7 && m.fd >= 0);
	(void)close(m.fd);
	CHECK(control_receive(pair[1], &m, &end) && m.what == CONTROL_READY && m.fd == -1);
	(void)close(pair[0]);
	CHECK(!control_receive(pair[1], &m, &end) && end);
	(void)close(pair[1]);
	(void)close(other[0]);
	(void)close(other[1]);
}

TEST(sockets_stay_where_the_settings_do)
{
	struct listeners l = { .count = 0 };
	struct err e = ERR_INIT;
	char at[80];
	int fd;

	CHECK_OK(listeners_open(&l, S("127.0.0.1:0"), false, &e), &e);
	CHECK_INT(l.count, 1);
	CHECK(strncmp(l.v[0].at, "127.0.0.1:", 10) == 0 && strcmp(l.v[0].at, "127.0.0.1:0") != 0);
	(void)snprintf(at, sizeof(at), "%s", l.v[0].at);
	fd = l.v[0].fd;
	CHECK_OK(listeners_open(&l, S("127.0.0.1:0, localhost:0"), false, &e), &e);
	CHECK(l.count >= 2 && l.v[0].fd == fd);
	CHECK_STR(l.v[0].at, at);
	/* What cannot be had leaves all as it was. */
	CHECK(!listeners_open(&l, S("127.0.0.1:0, 192.0.2.1:9"), false, &e));
	CHECK(l.count >= 2 && l.v[0].fd == fd && fcntl(fd, F_GETFD) >= 0);
	listeners_close(&l);
}

TEST(a_certificate_of_our_own)
{
	struct node n = NODE_NONE;
	struct err e = ERR_INIT;
	char dir[3000], path[PATH_TEXT_MAX];
	int64_t days = 0;
	struct stat st;

	(void)snprintf(dir, sizeof(dir), "%s/n", test_dir());
	CHECK_OK(node_init(dir, NULL, &e), &e);
	CHECK_OK(node_conf_read(&n, dir, &e), &e);
	CHECK_OK(certificate_make(&n, &e), &e);
	CHECK(stat(node_path(&n, "tls/key.pem"), &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK_OK(certificate_check(node_path(&n, "tls/certificate.pem"), node_path(&n, "tls/key.pem"), &days, &e), &e);
	CHECK(days > 3600);
	/* One that is there stays. */
	CHECK_OK(file_write(path_join(path, dir, "tls/certificate.pem"), S("mine"), &e), &e);
	CHECK_OK(certificate_make(&n, &e), &e);
	CHECK(!certificate_check(node_path(&n, "tls/certificate.pem"), node_path(&n, "tls/key.pem"), &days, &e));
	CHECK(strstr(e.text, "no certificate") != NULL);
	arena_fini(&n.memory);
}

TEST(figures_of_all_processes)
{
	struct board *b = NULL;
	struct err e = ERR_INIT;
	struct buf out;

	CHECK_OK(board_make(&b, &e), &e);
	CHECK(!board_keeper_alive(b));
	board_put(&b->keeper.pid, 1);
	board_beat(b);
	CHECK(board_keeper_alive(b));
	board_put(&b->webs[0].status[2], 5);
	board_put(&b->webs[9].status[2], 6);
	board_time(&b->webs[3], 700);
	board_time(&b->webs[4], 20000000);
	buf_init(&out, 65536);
	board_metrics(b, &out);
	CHECK(slice_find(buf_view(&out), S("entente_http_requests_total{status=\"2xx\"} 11\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_http_seconds_bucket{le=\"0.001\"} 1\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_http_seconds_bucket{le=\"10\"} 1\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_http_seconds_bucket{le=\"+Inf\"} 2\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_http_seconds_count 2\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_herald_up 0\n")) != SIZE_MAX);
	/* What was not counted is not shown as zero. */
	CHECK(slice_find(buf_view(&out), S("entente_herald_last_run")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_findings")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_courier_up 0\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_courier_last_run")) == SIZE_MAX);
	board_put(&b->courier.pid, 8);
	board_put(&b->courier.working, 2);
	board_add(&b->courier.received, 5);
	board_add(&b->courier.failures, 1);
	board_put(&b->courier.last_s, 1781784000);
	board_put(&b->herald.pid, 7);
	board_put(&b->herald.asked, 2);
	board_add(&b->herald.later, 3);
	board_put(&b->herald.last_s, 1781784000);
	board_put(&b->herald.last_ms, 250);
	buf_clear(&out);
	board_metrics(b, &out);
	CHECK(slice_find(buf_view(&out), S("entente_courier_up 1\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_courier_exchanges 2\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_courier_objects_total{direction=\"poll\"} 5\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_courier_failures_total 1\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_courier_last_run_timestamp_seconds 1781784000\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_herald_up 1\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_herald_queue 2\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_herald_messages_total{result=\"deferred\"} 3\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_herald_last_run_timestamp_seconds 1781784000\n")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&out), S("entente_herald_last_run_seconds 0.250\n")) != SIZE_MAX);
	buf_fini(&out);
}

int
main(void)
{
	RUN(a_path_in_the_log_names_nobody);
	RUN(a_long_path_is_cut);
	RUN(a_line_for_the_journal);
	RUN(the_journals_socket);
	RUN(a_line_end_from_outside_begins_no_field);
	RUN(messages_of_the_supervisor);
	RUN(sockets_stay_where_the_settings_do);
	RUN(a_certificate_of_our_own);
	RUN(figures_of_all_processes);
	return test_end();
}
