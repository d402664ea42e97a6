/* http over HTTP/1.1: what smuggles, what is slow, what is large. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "server/http_in.h"
#include "server/http_testing.h"
#include "test.h"

#define GET "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /ok HTTP/1.1\r\nHost: a\r\n"
/* What an attacker wants to be taken for a request of its own. */
#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"

static struct http_testing t;

/* --- one request, whole --------------------------------------------------------------- */

static const struct ask_case {
	const char *name;
	struct slice request;
	int status;
	bool closed;
	unsigned asked; /* how many requests reached the handler */
	const char *body; /* has to hold this; NULL: whatever */
} ask_cases[] = {
	{ "plain", S_INIT(GET), 200, false, 1, "GET /ok ? host=a from=127.0.0.1 tls=0 lang=en" },
	{ "close", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200, true, 1, "GET /ok" },
	{ "HTTP/1.0", S_INIT("GET /ok HTTP/1.0\r\n\r\n"), 200, true, 1, "GET /ok" },
	{ "HTTP/1.0 that stays", S_INIT("GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 200, false, 1, "GET /ok" },
	{ "an empty line before", S_INIT("\r\n" GET), 200, false, 1, "GET /ok" },
	{ "two empty lines before", S_INIT("\r\n\r\n" GET), 400, true, 0, NULL },
	{ "query", S_INIT("GET /ok?a=b%20c HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false, 1, "?a=b%20c" },
	{ "absolute form", S_INIT("GET http://a/ok HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false, 1, "GET /ok" },
	{ "a body of a known length", S_INIT(POST "Content-Length: 5\r\n\r\nhello"), 200, false, 1, "body=hello" },
	{ "a chunked body", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n"), 200, false, 1, "body=hello" },
	{ "a body of a GET", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"), 200, false, 1, "body=hello" },
	{ "another method", S_INIT("PATCH /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"), 200, false, 1, "PATCH /ok" },
	{ "a language", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nAccept-Language: ar\r\n\r\n"), 200, false, 1, "lang=ar" },
	{ "nobody's X-Forwarded-For", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"), 200, false, 1, "from=127.0.0.1" },
	{ "OPTIONS", S_INIT("OPTIONS /ok HTTP/1.1\r\nHost: a\r\n\r\n"), 405, false, 0, "about:blank" },
	{ "OPTIONS of nothing", S_INIT("OPTIONS /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), 404, false, 0, NULL },
	{ "TRACE", S_INIT("TRACE /ok HTTP/1.1\r\nHost: a\r\n\r\n"), 405, false, 0, NULL },
	{ "CONNECT", S_INIT("CONNECT a:25 HTTP/1.1\r\nHost: a:25\r\n\r\n"), 405, false, 0, NULL },
	{ "an upgrade to HTTP/2 is not taken", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"), 200, false, 1, "GET /ok" },
	{ "TLS to a plain port", S_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 400, true, 0, NULL },
	/* Smuggling. */
	{ "CL.TE", S_INIT(POST "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "TE.CL", S_INIT(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "TE.TE", S_INIT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "TE behind a tab", S_INIT(POST "Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "TE with a space before its colon", S_INIT(POST "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc" HIDDEN), 400, true, 0, NULL },
	{ "TE in a folded line", S_INIT(POST "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc" HIDDEN), 400, true, 0, NULL },
	{ "TE of another word", S_INIT(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN), 501, true, 0, NULL },
	{ "TE of HTTP/1.0", S_INIT("POST /ok HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "CL.CL", S_INIT(POST "Content-Length: 0\r\nContent-Length: 38\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "CL of a list", S_INIT(POST "Content-Length: 0, 38\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "CL with a plus", S_INIT(POST "Content-Length: +0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "CL of a GET hides nothing", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n" HIDDEN), 200, false, 1, "body=GET /hidden" },
	{ "a name of control bytes", S_INIT(POST "\x0b" "Content-Length: 38\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "LF alone ends the head", S_INIT("GET /ok HTTP/1.1\nHost: a\n\n" HIDDEN), 400, true, 0, NULL },
	{ "LF alone within the head", S_INIT("GET /ok HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "CR alone within a value", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nX: y\rContent-Length: 36\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "NUL within a value", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "LF alone behind a chunk's size", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n0\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "LF alone in a chunk's extension", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "a chunk longer than its size", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "a chunk of 17 digits", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\nab\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "a chunk of a negative size", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n-1\r\nab\r\n0\r\n\r\n" HIDDEN), 400, true, 0, NULL },
	{ "two hosts", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400, true, 0, NULL },
	{ "two names of one host", S_INIT("GET http://b/ok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "no host", S_INIT("GET /ok HTTP/1.1\r\n\r\n"), 400, true, 0, NULL },
	{ "a host that breaks a line", S_INIT("GET /ok HTTP/1.1\r\nHost: a%0d%0a\r\n\r\n"), 400, true, 0, NULL },
	/* Paths. */
	{ "dot segments", S_INIT("GET /a/../ok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "dot segments, encoded", S_INIT("GET /a/%2e%2E/ok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "a slash, encoded", S_INIT("GET /a%2f..%2fok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "a backslash", S_INIT("GET /a\\..\\ok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "NUL, encoded", S_INIT("GET /ok%00.html HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "a line's end, encoded", S_INIT("GET /ok%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "overlong UTF-8", S_INIT("GET /%c0%ae%c0%ae/ok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "two slashes", S_INIT("GET //ok HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	{ "a fragment", S_INIT("GET /ok#a HTTP/1.1\r\nHost: a\r\n\r\n"), 400, true, 0, NULL },
	/* Limits. */
	{ "a body over what the route takes", S_INIT("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world"), 413, true, 0, NULL },
	{ "a body as long as it takes", S_INIT("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhelloworld"), 200, false, 1, NULL },
	{ "a chunked body over it", S_INIT("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"), 413, true, 0, NULL },
	{ "a length of many gigabytes", S_INIT(POST "Content-Length: 99999999999\r\n\r\n"), 413, true, 0, NULL },
	{ "an expectation of another kind", S_INIT(POST "Expect: 200-ok\r\nContent-Length: 3\r\n\r\n"), 417, true, 0, NULL },
	{ "too large, told before it is sent", S_INIT(POST "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"), 413, true, 0, NULL },
};

TEST(asks)
{
	testing_start(&t, testing_options());
	for (size_t i = 0; i < sizeof(ask_cases) / sizeof(ask_cases[0]); i++) {
		const struct ask_case *c = &ask_cases[i];
		unsigned before = atomic_load(&t.asked);
		struct reply r;

		test_case("%s", c->name);
		testing_ask(&t, c->request, &r);
		CHECK_INT(r.status, c->status);
		CHECK(r.closed == c->closed);
		CHECK(slice_eq(reply_field(&r, "connection"), S("close")) == c->closed);
		CHECK_INT(atomic_load(&t.asked) - before, c->asked);
		if (c->body != NULL)
			CHECK(slice_find(r.body, slice_of_str(c->body)) != SIZE_MAX);
		CHECK(slice_find(reply_field(&r, "content-security-policy"), S("script-src 'self'")) != SIZE_MAX);
		CHECK_SLICE(reply_field(&r, "x-content-type-options"), S("nosniff"));
		CHECK_SLICE(reply_field(&r, "strict-transport-security"), SLICE_NONE);
		if (c->status == 405)
			CHECK_SLICE(reply_field(&r, "allow"), S("GET, HEAD, POST"));
		reply_fini(&r);
	}
	testing_stop(&t);
}

/* The same bytes, cut anywhere, mean the same. */
TEST(pieces)
{
	struct slice request = S("\r\nPOST /ok HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n");

	testing_start(&t, testing_options());
	for (size_t cut = 1; cut < request.len; cut += 3) {
		int fd = testing_connect(&t);
		struct reply r;

		test_case("cut at %zu", cut);
		CHECK(testing_send(fd, slice_sub(request, 0, cut)));
		(void)usleep(2000);
		CHECK(testing_send(fd, slice_from(request, cut)));
		testing_read(fd, &r);
		CHECK_INT(r.status, 200);
		CHECK(slice_find(r.body, S("body=hello")) != SIZE_MAX);
		reply_fini(&r);
		close(fd);
	}
	testing_stop(&t);
}

TEST(pipelined)
{
	struct buf all;
	struct reply r;
	size_t n = 0;
	int fd;

	testing_start(&t, testing_options());
	buf_init(&all, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_printf(&all, "GET /ok?%d HTTP/1.1\r\nHost: a\r\n%s\r\n", i, i == 999 ? "Connection: close\r\n" : "");
	fd = testing_connect(&t);
	CHECK(testing_send(fd, buf_view(&all)));
	do {
		testing_read(fd, &r);
		for (struct slice rest = buf_view(&r.bytes); slice_find(rest, S("HTTP/1.1 200")) != SIZE_MAX; n++)
			rest = slice_from(rest, slice_find(rest, S("HTTP/1.1 200")) + 12);
		if (!r.closed)
			reply_fini(&r);
	} while (!r.closed && n < 1000);
	test_case("as many answers as requests, in order");
	CHECK_INT(n, 1000);
	reply_fini(&r);
	buf_fini(&all);
	close(fd);
	testing_stop(&t);
}

/* --- large heads ---------------------------------------------------------------------- */

TEST(large_heads)
{
	testing_start(&t, testing_options());
	for (int way = 0; way < 4; way++) {
		struct buf all;
		struct reply r;

		test_case("way %d", way);
		buf_init(&all, 1 << 20);
		buf_str(&all, "GET /ok");
		for (int i = 0; i < 40000 && way == 0; i++)
			buf_byte(&all, 'a');
		buf_str(&all, " HTTP/1.1\r\nHost: a\r\n");
		for (int i = 0; i < 4000 && way == 1; i++)
			buf_printf(&all, "X-%d: a\r\n", i);
		for (int i = 0; i < 40000 && way == 2; i++)
			buf_str(&all, i == 0 ? "X: " : "a");
		/* Just below the limit it is taken. */
		for (int i = 0; i < 30000 && way == 3; i++)
			buf_str(&all, i == 0 ? "X: " : "a");
		buf_str(&all, "\r\n\r\n");
		if (way == 1)
			all.len -= 2;
		testing_ask(&t, buf_view(&all), &r);
		CHECK_INT(r.status, way == 3 ? 200 : 431);
		reply_fini(&r);
		buf_fini(&all);
	}
	testing_stop(&t);
}

/* --- slow clients --------------------------------------------------------------------- */

static const struct slow_case {
	const char *name;
	struct slice first, then; /* then: again and again, every 100 ms */
	int status; /* 0: the connection just ends */
} slow_cases[] = {
	{ "says nothing", S_INIT(""), S_INIT(""), 0 },
	{ "a byte of the head at a time", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\nX: "), S_INIT("a"), 408 },
	{ "a field at a time", S_INIT("GET /ok HTTP/1.1\r\nHost: a\r\n"), S_INIT("X: a\r\n"), 408 },
	{ "a body that stops", S_INIT(POST "Content-Length: 100\r\n\r\nhello"), S_INIT(""), 408 },
	{ "a chunk that stops", S_INIT(POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhe"), S_INIT(""), 408 },
	{ "stays, and asks nothing", S_INIT(GET), S_INIT(""), 200 },
	{ "the beginning of HTTP/2", S_INIT("PR"), S_INIT(""), 0 },
};

TEST(slow_clients)
{
	enum { N = sizeof(slow_cases) / sizeof(slow_cases[0]) };
	int64_t began = clock_mono_ns();
	int fd[N];

	testing_start(&t, testing_options());
	for (size_t i = 0; i < N; i++) {
		fd[i] = testing_connect(&t);
		CHECK(testing_send(fd[i], slow_cases[i].first));
	}
	for (int turn = 0; turn < 14; turn++) {
		(void)usleep(100000);
		for (size_t i = 0; i < N; i++)
			(void)testing_send(fd[i], slow_cases[i].then);
	}
	for (size_t i = 0; i < N; i++) {
		struct reply r, end;

		test_case("%s", slow_cases[i].name);
		testing_read(fd[i], &r);
		CHECK_INT(r.status, slow_cases[i].status);
		if (!r.closed) {
			testing_read(fd[i], &end);
			CHECK(end.closed);
			CHECK_INT(end.status, 0);
			reply_fini(&end);
		}
		reply_fini(&r);
		close(fd[i]);
	}
	CHECK(clock_mono_ns() - began < 6000000000);
	testing_stop(&t);
}

/* --- large bodies --------------------------------------------------------------------- */

#define MIB ((size_t)1 << 20)

/* 100 MB, chunked or of a known length. */
TEST(uploads)
{
	uint8_t *block = xalloc(MIB);
	char want[120], hex[SHA256_HEX + 1];
	long before, most = 0;
	struct sha256 sum;

	testing_start(&t, testing_options());
	for (size_t i = 0; i < MIB; i++)
		block[i] = (uint8_t)(i * 2654435761u >> 13);
	before = testing_rss();
	for (int way = 0; way < 2; way++) {
		struct sha256_ctx *c = sha256_new();
		int fd = testing_connect(&t);
		struct reply r;

		test_case(way == 0 ? "of a known length" : "chunked");
		CHECK(testing_send(fd, way == 0 ? S("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n") :
		    S("POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")));
		for (int i = 0; i < 100; i++) {
			if (way == 1)
				CHECK(testing_send(fd, S("100000\r\n")));
			CHECK(testing_send(fd, slice_of(block, MIB)));
			if (way == 1)
				CHECK(testing_send(fd, i == 99 ? S("\r\n0\r\n\r\n") : S("\r\n")));
			sha256_update(c, slice_of(block, MIB));
			most = testing_rss() > most ? testing_rss() : most;
		}
		sha256_final(c, &sum);
		sha256_free(&c);
		sha256_hex(&sum, hex);
		(void)snprintf(want, sizeof(want), "104857600 file %s", hex);
		testing_read(fd, &r);
		CHECK_INT(r.status, 200);
		CHECK_SLICE(r.body, slice_of_str(want));
		reply_fini(&r);
		close(fd);
	}
	test_case("memory");
	CHECK(testing_is_little(most - before));
	free(block);
	testing_stop(&t);
}

TEST(small_uploads)
{
	static const struct {
		size_t bytes;
		const char *where;
	} cases[] = { { 0, "memory" }, { 1, "memory" }, { 65536, "memory" }, { MIB, "memory" }, { MIB + 1, "file" } };
	uint8_t *block = xalloc(MIB + 1);

	memset(block, 'u', MIB + 1);
	testing_start(&t, testing_options());
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sha256 sum = sha256_of(slice_of(block, cases[i].bytes));
		char head[120], want[120], hex[SHA256_HEX + 1];
		int fd = testing_connect(&t);
		struct reply r;

		test_case("%zu bytes", cases[i].bytes);
		sha256_hex(&sum, hex);
		(void)snprintf(head, sizeof(head), "POST /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %zu\r\n\r\n", cases[i].bytes);
		(void)snprintf(want, sizeof(want), "%zu %s %s", cases[i].bytes, cases[i].where, hex);
		CHECK(testing_send(fd, slice_of_str(head)));
		if (cases[i].bytes > 0) {
			testing_read(fd, &r);
			CHECK_INT(r.status, 100);
			reply_fini(&r);
		}
		CHECK(testing_send(fd, slice_of(block, cases[i].bytes)));
		testing_read(fd, &r);
		CHECK_SLICE(r.body, slice_of_str(want));
		reply_fini(&r);
		close(fd);
	}
	free(block);
	testing_stop(&t);
}

/* --- long answers --------------------------------------------------------------------- */

/* A client that does not read: no more is made than fits on the way. */
TEST(back_pressure)
{
	struct reply r;
	unsigned made;
	int fd, small = 65536;

	testing_start(&t, testing_options());
	fd = testing_connect(&t);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	CHECK(testing_send(fd, S("GET /more?1600 HTTP/1.1\r\nHost: a\r\n\r\n")));
	(void)usleep(400000);
	made = atomic_load(&t.pieces);
	test_case("of 100 MiB");
	CHECK(made > 0);
	CHECK(made < 160); /* 10 MiB: the kernel's buffers of loopback are generous */
	testing_read(fd, &r);
	CHECK_INT(r.status, 200);
	CHECK(r.body.len > 1600u << 16);
	CHECK_INT(atomic_load(&t.pieces), 1600);
	reply_fini(&r);
	close(fd);
	test_case("a client that never reads is let go");
	fd = testing_connect(&t);
	CHECK(testing_send(fd, S("GET /more?1600 HTTP/1.1\r\nHost: a\r\n\r\n")));
	(void)usleep(2500000);
	made = atomic_load(&t.pieces);
	testing_read(fd, &r);
	CHECK(r.closed);
	CHECK_INT(atomic_load(&t.pieces), made);
	reply_fini(&r);
	close(fd);
	testing_stop(&t);
}

TEST(answers)
{
	struct reply r;

	testing_start(&t, testing_options());
	test_case("of a file");
	testing_ask(&t, S("GET /file HTTP/1.1\r\nHost: a\r\n\r\n"), &r);
	CHECK_INT(r.body.len, 300000);
	CHECK_INT(r.body.p[299999], 'f');
	reply_fini(&r);
	test_case("HEAD has the length and no body");
	testing_ask(&t, S("HEAD /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), &r);
	CHECK_INT(r.status, 200);
	CHECK(reply_field(&r, "content-length").len > 0);
	CHECK_INT(r.body.len, 0);
	CHECK(slice_ends(buf_view(&r.bytes), S("\r\n\r\n")));
	reply_fini(&r);
	test_case("204");
	testing_ask(&t, S("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n"), &r);
	CHECK_INT(r.status, 204);
	CHECK_SLICE(reply_field(&r, "content-length"), SLICE_NONE);
	CHECK_SLICE(reply_field(&r, "content-type"), SLICE_NONE);
	reply_fini(&r);
	test_case("an answer that fails on its way is not whole");
	testing_ask(&t, S("GET /broken?10 HTTP/1.1\r\nHost: a\r\n\r\n"), &r);
	CHECK(r.closed);
	CHECK(!slice_ends(buf_view(&r.bytes), S("0\r\n\r\n")));
	reply_fini(&r);
	test_case("HTTP/1.0 knows no chunks");
	testing_ask(&t, S("GET /more?2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), &r);
	CHECK(r.closed);
	CHECK_SLICE(reply_field(&r, "transfer-encoding"), SLICE_NONE);
	CHECK_INT(slice_from(buf_view(&r.bytes), slice_find(buf_view(&r.bytes), S("\r\n\r\n")) + 4).len, 131072);
	reply_fini(&r);
	test_case("a field cannot end its line");
	testing_ask(&t, S("GET /inject HTTP/1.1\r\nHost: a\r\n\r\n"), &r);
	CHECK_INT(r.status, 200);
	CHECK_SLICE(reply_field(&r, "x-bad"), SLICE_NONE);
	CHECK_SLICE(reply_field(&r, "x-b"), SLICE_NONE);
	CHECK_SLICE(reply_field(&r, "x-c"), SLICE_NONE);
	CHECK_SLICE(reply_field(&r, "x-d"), S("d"));
	reply_fini(&r);
	testing_stop(&t);
}

/* --- going away ----------------------------------------------------------------------- */

TEST(gone)
{
	struct reply r;
	int fd;

	testing_start(&t, testing_options());
	test_case("before the answer");
	fd = testing_connect(&t);
	CHECK(testing_send(fd, S("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")));
	CHECK(testing_until(&t.asked, 1));
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger)) == 0);
	close(fd);
	CHECK(testing_until(&t.gone, 1));
	for (int large = 0; large < 2; large++) {
		test_case("one that only sends no more is answered, %d", large);
		fd = testing_connect(&t);
		CHECK(testing_send(fd, large == 0 ? S(GET) : S("GET /more?400 HTTP/1.1\r\nHost: a\r\n\r\n")));
		CHECK(shutdown(fd, SHUT_WR) == 0);
		if (large == 1)
			(void)usleep(300000); /* what is made waits for the client */
		testing_read(fd, &r);
		CHECK_INT(r.status, 200);
		CHECK(large == 0 || slice_ends(r.body, S("\r\n0\r\n\r\n")));
		reply_fini(&r);
		close(fd);
	}
	testing_stop(&t);
}

TEST(events)
{
	struct reply r;
	int fd, lazy;

	testing_start(&t, testing_options());
	fd = testing_connect(&t);
	CHECK(testing_send(fd, S("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")));
	lazy = testing_connect(&t);
	CHECK(testing_send(lazy, S("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")));
	CHECK(testing_until(&t.asked, 2));
	testing_tell(&t, 'e');
	(void)usleep(100000);
	test_case("one comes");
	{
		uint8_t bytes[4096];
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
		struct slice got = slice_of(bytes, n < 0 ? 0 : (size_t)n);

		CHECK(slice_find(got, S("text/event-stream")) != SIZE_MAX);
		CHECK(slice_find(got, S("data: {\"id\":\"7\"}\n\n")) != SIZE_MAX);
	}
	test_case("the client goes");
	close(fd);
	CHECK(testing_until(&t.gone, 1));
	test_case("a stop ends them");
	testing_stop(&t);
	testing_read(lazy, &r);
	CHECK(r.closed);
	reply_fini(&r);
	close(lazy);
}

static struct http_exchange *asked;

static void
on_asked(void *cookie, struct http_exchange *x, struct api_request *r)
{
	(void)cookie;
	(void)r;
	asked = x;
	http_events_begin(x);
}

/*
 * A client whose kernel takes nothing just now has as long as any other, however
 * long ago there was something to send. Without a thread: the clock is ours.
 */
TEST(slow_after_a_pause)
{
	struct http_options o = testing_options();
	struct err e = ERR_INIT;
	uint8_t block[60000] = { 'b' };
	struct http *h;
	struct conn *c;
	int fd[2];

	o.request = on_asked;
	CHECK_OK(http_open(&o, &h, &e), &e);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
	h->now_ms = http_ms();
	conn_new(h, fd[0], ip_of_v4(0x7f000001));
	c = h->conns;
	CHECK(testing_send(fd[1], S("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")));
	CHECK_OK(http_turn(h, &e), &e);
	CHECK_OK(http_turn(h, &e), &e);
	CHECK(asked != NULL && c->out.len == 0);
	c->moved_ms -= 3600000;
	conn_expire(c, h->now_ms);
	CHECK_INT(c->moved_ms, h->now_ms); /* what comes next has its time from here */
	for (int i = 0; i < 100 && c->state != CONN_DEAD && c->out.len == 0; i++) {
		CHECK(http_event(asked, slice_of(block, sizeof(block))));
		CHECK_OK(http_turn(h, &e), &e);
	}
	CHECK(c->out.len > 0);
	conn_expire(c, h->now_ms + 500);
	CHECK(c->state != CONN_DEAD);
	conn_expire(c, h->now_ms + 5000);
	CHECK(c->state == CONN_DEAD);
	close(fd[1]);
	http_close(&h);
}

/* One that takes no events is let go; memory does not grow by it. */
TEST(slow_events)
{
	int fd, small = 4096;

	testing_start(&t, testing_options());
	fd = testing_connect(&t);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	CHECK(testing_send(fd, S("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")));
	CHECK(testing_until(&t.asked, 1));
	for (int i = 0; i < 400000 && atomic_load(&t.slow) + atomic_load(&t.gone) == 0; i++)
		testing_tell(&t, 'e');
	CHECK(testing_until(&t.slow, 1));
	CHECK_INT(atomic_load(&t.gone), 0);
	close(fd);
	testing_stop(&t);
}

/* --- stop and limits ------------------------------------------------------------------ */

TEST(stop)
{
	int late, idle;
	struct reply r;

	testing_start(&t, testing_options());
	late = testing_connect(&t);
	CHECK(testing_send(late, S("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")));
	idle = testing_connect(&t);
	CHECK(testing_send(idle, S(GET)));
	testing_read(idle, &r);
	reply_fini(&r);
	CHECK(testing_until(&t.asked, 2));
	testing_stop(&t);
	test_case("what is under way is answered");
	testing_read(late, &r);
	CHECK_INT(r.status, 200);
	CHECK_SLICE(r.body, S("late"));
	CHECK_SLICE(reply_field(&r, "connection"), S("close"));
	reply_fini(&r);
	test_case("what is idle ends");
	testing_read(idle, &r);
	CHECK(r.closed);
	CHECK_INT(r.status, 0);
	reply_fini(&r);
	close(late);
	close(idle);
}

TEST(connection_limits)
{
	struct http_options o = testing_options();
	int fd[6];
	struct reply r;

	test_case("by address");
	o.limits.connections_per_address = 3;
	o.limits.header_s = 10;
	testing_start(&t, o);
	for (int i = 0; i < 4; i++) {
		fd[i] = testing_connect(&t);
		(void)testing_send(fd[i], S(GET));
		testing_read(fd[i], &r);
		CHECK_INT(r.status, i < 3 ? 200 : 0);
		reply_fini(&r);
	}
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	testing_stop(&t);

	test_case("in all: the oldest idle one goes");
	o.limits.connections_per_address = 100;
	o.limits.connections = 4;
	testing_start(&t, o);
	for (int i = 0; i < 5; i++) {
		fd[i] = testing_connect(&t);
		(void)testing_send(fd[i], i == 0 ? S("GET /never HTTP/1.1\r\nHost: a\r\n\r\n") : S(GET));
		if (i > 0) {
			testing_read(fd[i], &r);
			CHECK_INT(r.status, 200);
			reply_fini(&r);
		}
		(void)usleep(5000);
	}
	testing_read(fd[1], &r);
	CHECK(r.closed);
	reply_fini(&r);
	(void)testing_send(fd[2], S(GET));
	testing_read(fd[2], &r);
	CHECK_INT(r.status, 200);
	reply_fini(&r);
	for (int i = 0; i < 5; i++)
		close(fd[i]);
	testing_stop(&t);
}

/* No descriptor left: the loop does not spin, and goes on when there is one. */
TEST(no_descriptors)
{
	struct rlimit before, few;
	struct timespec begin, end;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct reply r;

	testing_start(&t, testing_options());
	a.sin_port = htons((uint16_t)t.port);
	CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
	few = before;
	few.rlim_cur = 3;
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	CHECK(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin) == 0);
	(void)usleep(600000);
	CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end) == 0);
	CHECK((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 < 100);
	CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
	CHECK(testing_send(fd, S(GET)));
	testing_read(fd, &r);
	CHECK_INT(r.status, 200);
	reply_fini(&r);
	close(fd);
	testing_stop(&t);
}

int
main(void)
{
	RUN(asks);
	RUN(pieces);
	RUN(pipelined);
	RUN(large_heads);
	RUN(slow_clients);
	RUN(uploads);
	RUN(small_uploads);
	RUN(back_pressure);
	RUN(answers);
	RUN(gone);
	RUN(events);
	RUN(slow_events);
	RUN(slow_after_a_pause);
	RUN(stop);
	RUN(connection_limits);
	RUN(no_descriptors);
	return test_end();
}
