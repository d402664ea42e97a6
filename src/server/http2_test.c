/* http over HTTP/2, without TLS: the same rules, and what only its frames allow. */
#include <errno.h>
#include <fcntl.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/http_testing.h"
#include "test.h"

#define STREAMS 256

static struct http_testing t;

/* --- a client ------------------------------------------------------------------------- */

struct stream {
	int status;
	uint32_t reset; /* the code, + 1 */
	bool closed;
	size_t bytes;
	char body[400]; /* its beginning */
	size_t left; /* of what it sends; SIZE_MAX: it never ends */
};

struct client {
	int fd;
	nghttp2_session *s;
	struct stream v[STREAMS]; /* by stream id / 2 */
	bool ended; /* the connection */
	uint32_t goaway; /* the code, + 1 */
};

static struct stream *
stream_of(struct client *c, int32_t id)
{
	return &c->v[(size_t)id / 2 % STREAMS];
}

static int
on_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name, size_t n, const uint8_t *v, size_t vn, uint8_t flags, void *cookie)
{
	(void)s;
	(void)flags;
	if (slice_eq(slice_of(name, n), S(":status")) && vn == 3)
		stream_of(cookie, f->hd.stream_id)->status = (v[0] - '0') * 100 + (v[1] - '0') * 10 + v[2] - '0';
	return 0;
}

static int
on_data(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *p, size_t n, void *cookie)
{
	struct stream *x = stream_of(cookie, id);

	(void)s;
	(void)flags;
	for (size_t i = 0; i < n; i++, x->bytes++) {
		if (x->bytes < sizeof(x->body) - 1)
			x->body[x->bytes] = (char)p[i];
	}
	return 0;
}

static int
on_frame(nghttp2_session *s, const nghttp2_frame *f, void *cookie)
{
	struct client *c = cookie;

	(void)s;
	if (f->hd.type == NGHTTP2_GOAWAY)
		c->goaway = f->goaway.error_code + 1;
	return 0;
}

static int
on_close(nghttp2_session *s, int32_t id, uint32_t code, void *cookie)
{
	struct stream *x = stream_of(cookie, id);

	(void)s;
	x->closed = true;
	x->reset = code == 0 ? 0 : code + 1;
	return 0;
}

static ssize_t
on_read(nghttp2_session *s, int32_t id, uint8_t *to, size_t cap, uint32_t *flags, nghttp2_data_source *src, void *cookie)
{
	struct stream *x = stream_of(cookie, id);
	size_t n = x->left < cap ? x->left : cap;

	(void)s;
	(void)src;
	memset(to, 'u', n);
	if (x->left != SIZE_MAX)
		x->left -= n;
	if (x->left == 0)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static void
client_open(struct client *c, bool windows)
{
	nghttp2_session_callbacks *cb = NULL;
	nghttp2_option *o = NULL;

	*c = (struct client){ .fd = testing_connect(&t) };
	CHECK(c->fd >= 0);
	CHECK(nghttp2_session_callbacks_new(&cb) == 0 && nghttp2_option_new(&o) == 0);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_close);
	nghttp2_option_set_no_http_messaging(o, 1); /* so that it sends what is wrong */
	nghttp2_option_set_peer_max_concurrent_streams(o, 1000);
	nghttp2_option_set_no_auto_window_update(o, !windows);
	CHECK(nghttp2_session_client_new2(&c->s, cb, c, o) == 0);
	nghttp2_session_callbacks_del(cb);
	nghttp2_option_del(o);
	CHECK(nghttp2_submit_settings(c->s, NGHTTP2_FLAG_NONE, NULL, 0) == 0);
}

static void
client_close(struct client *c)
{
	nghttp2_session_del(c->s);
	close(c->fd);
}

/* One exchange of bytes; waits at most ms. */
static void
client_turn(struct client *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	const uint8_t *out;
	uint8_t in[65536];
	ssize_t n;

	/* What it has to say, as long as the server takes it. */
	while (!c->ended && (n = nghttp2_session_mem_send(c->s, &out)) > 0) {
		if (!testing_send(c->fd, slice_of(out, (size_t)n)))
			c->ended = true;
		if (poll(&p, 1, 0) == 1)
			break;
	}
	if (c->ended || poll(&p, 1, ms) != 1)
		return;
	n = recv(c->fd, in, sizeof(in), 0);
	if (n <= 0 || nghttp2_session_mem_recv(c->s, in, (size_t)n) != n)
		c->ended = true;
}

static void
client_until_closed(struct client *c, int32_t id)
{
	int64_t until = clock_mono_ns() + 5000000000;

	while (!stream_of(c, id)->closed && !c->ended && clock_mono_ns() < until)
		client_turn(c, 100);
}

struct pair {
	const char *name, *value;
};

/* Without END_STREAM where a body follows. */
static int32_t
client_ask(struct client *c, const struct pair *fields, size_t count, size_t body)
{
	nghttp2_nv nv[160];
	nghttp2_data_provider data = { .read_callback = on_read };
	int32_t id;

	for (size_t i = 0; i < count; i++)
		nv[i] = (nghttp2_nv){ (uint8_t *)(uintptr_t)fields[i].name, (uint8_t *)(uintptr_t)fields[i].value,
			strlen(fields[i].name), strlen(fields[i].value), NGHTTP2_NV_FLAG_NONE };
	id = nghttp2_submit_request(c->s, NULL, nv, count, body > 0 ? &data : NULL, NULL);
	CHECK(id > 0);
	stream_of(c, id)->left = body;
	return id;
}

static int32_t
client_get(struct client *c, const char *path)
{
	const struct pair f[] = { { ":method", "GET" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", path } };

	return client_ask(c, f, 4, 0);
}

/* --- one request ---------------------------------------------------------------------- */

#define USUAL { ":method", "GET" }, { ":scheme", "http" }, { ":authority", "a" }

static const struct ask_case {
	const char *name;
	struct pair fields[8];
	size_t body; /* bytes that it sends */
	int status; /* 0: the stream is reset */
	unsigned asked;
	const char *holds;
} ask_cases[] = {
	{ "plain", { USUAL, { ":path", "/ok" } }, 0, 200, 1, "GET /ok ? host=a from=127.0.0.1 tls=0" },
	{ "by Host alone", { { ":method", "GET" }, { ":scheme", "http" }, { ":path", "/ok" }, { "host", "a" } }, 0, 200, 1, "host=a" },
	{ "cookies in parts", { USUAL, { ":path", "/ok" }, { "cookie", "a=1" }, { "cookie", "b=2" } }, 0, 200, 1, "cookie=a=1; b=2" },
	{ "a body", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" }, { "content-length", "3" } }, 3, 200, 1, "body=uuu" },
	{ "a body of unknown length", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" } }, 3, 200, 1, "body=uuu" },
	{ "HEAD", { { ":method", "HEAD" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" } }, 0, 200, 1, NULL },
	{ "204", { USUAL, { ":path", "/204" } }, 0, 204, 1, NULL },
	{ "OPTIONS", { { ":method", "OPTIONS" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" } }, 0, 405, 0, NULL },
	{ "no authority", { { ":method", "GET" }, { ":scheme", "http" }, { ":path", "/ok" } }, 0, 0, 0, NULL },
	{ "two names of one host", { USUAL, { ":path", "/ok" }, { "host", "b" } }, 0, 400, 0, NULL },
	{ "dot segments", { USUAL, { ":path", "/a/../ok" } }, 0, 400, 0, NULL },
	{ "a slash, encoded", { USUAL, { ":path", "/a%2fok" } }, 0, 400, 0, NULL },
	{ "no path", { USUAL }, 0, 0, 0, NULL },
	{ "two paths", { USUAL, { ":path", "/ok" }, { ":path", "/hidden" } }, 0, 0, 0, NULL },
	{ "a path that breaks a line", { USUAL, { ":path", "/ok HTTP/1.1\r\nHost: b" } }, 0, 0, 0, NULL },
	{ "a value that breaks a line", { USUAL, { ":path", "/ok" }, { "x-a", "b\r\ntransfer-encoding: chunked" } }, 0, 400, 0, NULL },
	{ "a name that breaks a line", { USUAL, { ":path", "/ok" }, { "x-a: b\r\nx-c", "d" } }, 0, 400, 0, NULL },
	{ "Transfer-Encoding", { USUAL, { ":path", "/ok" }, { "transfer-encoding", "chunked" } }, 0, 0, 0, NULL },
	{ "Connection", { USUAL, { ":path", "/ok" }, { "connection", "keep-alive" } }, 0, 0, 0, NULL },
	{ "shorter than it says", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" }, { "content-length", "9" } }, 3, 0, 0, NULL },
	{ "longer than it says", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" }, { "content-length", "1" } }, 3, 0, 0, NULL },
	{ "two lengths", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/ok" }, { "content-length", "3" }, { "content-length", "3" } }, 3, 0, 0, NULL },
	{ "larger than the route takes", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/small" }, { "content-length", "11" } }, 11, 413, 0, NULL },
	{ "larger, and it does not say so", { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/small" } }, 100000, 413, 0, NULL },
};

TEST(asks)
{
	testing_start(&t, testing_options());
	for (size_t i = 0; i < sizeof(ask_cases) / sizeof(ask_cases[0]); i++) {
		const struct ask_case *k = &ask_cases[i];
		unsigned before = atomic_load(&t.asked);
		struct client c;
		size_t n = 0;
		int32_t id;

		test_case("%s", k->name);
		while (n < 8 && k->fields[n].name != NULL)
			n++;
		client_open(&c, true);
		id = client_ask(&c, k->fields, n, k->body);
		client_until_closed(&c, id);
		CHECK_INT(stream_of(&c, id)->status, k->status);
		CHECK(stream_of(&c, id)->closed || c.ended);
		CHECK_INT(atomic_load(&t.asked) - before, k->asked);
		if (k->holds != NULL)
			CHECK(strstr(stream_of(&c, id)->body, k->holds) != NULL);
		if (k->holds == NULL && k->status < 300)
			CHECK_INT(stream_of(&c, id)->bytes, 0);
		client_close(&c);
	}
	testing_stop(&t);
}

/* --- large ---------------------------------------------------------------------------- */

TEST(large_heads)
{
	char *value = xalloc(60001);

	memset(value, 'a', 60000);
	value[60000] = '\0';
	testing_start(&t, testing_options());
	for (int way = 0; way < 3; way++) {
		struct pair f[120] = { USUAL, { ":path", "/ok" } };
		struct client c;
		size_t n = 4;
		int32_t id;

		test_case(way == 0 ? "one long field" : way == 1 ? "many fields" : "just below");
		if (way == 0)
			f[n++] = (struct pair){ "x-a", value + 60000 - 40000 };
		while (way == 1 && n < 120)
			f[n++] = (struct pair){ "x-a", "b" };
		if (way == 2)
			f[n++] = (struct pair){ "x-a", value + 60000 - 30000 };
		client_open(&c, true);
		id = client_ask(&c, f, n, 0);
		client_until_closed(&c, id);
		CHECK_INT(stream_of(&c, id)->status, way == 2 ? 200 : 431);
		client_close(&c);
	}
	free(value);
	testing_stop(&t);
}

TEST(upload)
{
	const struct pair f[] = { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/up" } };
	long before, most = 0;
	struct client c;
	int32_t id;

	testing_start(&t, testing_options());
	client_open(&c, true);
	before = testing_rss();
	id = client_ask(&c, f, 4, (size_t)100 << 20);
	for (int64_t until = clock_mono_ns() + 60000000000; !stream_of(&c, id)->closed && !c.ended && clock_mono_ns() < until;) {
		client_turn(&c, 100);
		most = testing_rss() > most ? testing_rss() : most;
	}
	CHECK_INT(stream_of(&c, id)->status, 200);
	CHECK(strstr(stream_of(&c, id)->body, "104857600 file ") != NULL);
	CHECK(testing_is_little(most - before));
	client_close(&c);
	testing_stop(&t);
}

/* A client that opens no window gets no more than one, and no more is made. */
TEST(back_pressure)
{
	struct client c;
	int32_t id;

	testing_start(&t, testing_options());
	client_open(&c, false);
	id = client_get(&c, "/more?1600");
	for (int i = 0; i < 10; i++)
		client_turn(&c, 50);
	CHECK_INT(stream_of(&c, id)->status, 200);
	CHECK_INT(stream_of(&c, id)->bytes, 65535);
	CHECK(atomic_load(&t.pieces) <= 2);
	test_case("and is let go when it stays so");
	client_until_closed(&c, id);
	CHECK_INT(stream_of(&c, id)->reset, NGHTTP2_CANCEL + 1);
	client_close(&c);
	test_case("one that takes all gets all");
	client_open(&c, true);
	id = client_get(&c, "/more?160");
	client_until_closed(&c, id);
	CHECK_INT(stream_of(&c, id)->bytes, 160u << 16);
	CHECK_INT(stream_of(&c, id)->reset, 0);
	id = client_get(&c, "/file");
	client_until_closed(&c, id);
	CHECK_INT(stream_of(&c, id)->bytes, 300000);
	test_case("what fails on its way is reset");
	id = client_get(&c, "/broken?10");
	client_until_closed(&c, id);
	CHECK(stream_of(&c, id)->reset != 0);
	client_close(&c);
	testing_stop(&t);
}

/* --- many ----------------------------------------------------------------------------- */

TEST(many_streams)
{
	struct client c;
	int done = 0;

	testing_start(&t, testing_options());
	client_open(&c, true);
	for (int i = 0; i < 100; i++)
		(void)client_get(&c, "/ok");
	for (int i = 0; i < 50 && done < 100; i++) {
		client_turn(&c, 100);
		done = 0;
		for (int k = 0; k < STREAMS; k++)
			done += c.v[k].status == 200 && c.v[k].closed;
	}
	test_case("a hundred at once");
	CHECK_INT(done, 100);
	client_close(&c);
	test_case("no more than a hundred wait at once");
	client_open(&c, true);
	for (int i = 0; i < 120; i++)
		(void)client_get(&c, "/never");
	for (int i = 0; i < 10; i++)
		client_turn(&c, 30);
	CHECK(atomic_load(&t.asked) > 150 && atomic_load(&t.asked) <= 200);
	client_close(&c);
	CHECK(testing_until(&t.gone, atomic_load(&t.asked) - 100));
	testing_stop(&t);
}

/* CVE-2023-44487: begin and take back, as fast as can be. */
TEST(rapid_reset)
{
	struct client c;
	int n = 0;

	testing_start(&t, testing_options());
	client_open(&c, true);
	while (!c.ended && c.goaway == 0 && n < 5000) {
		int32_t id = client_get(&c, "/never");

		client_turn(&c, 0);
		CHECK(nghttp2_submit_rst_stream(c.s, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL) == 0);
		client_turn(&c, 0);
		n++;
	}
	for (int i = 0; i < 20 && !c.ended && c.goaway == 0; i++)
		client_turn(&c, 100);
	CHECK(c.ended || c.goaway == NGHTTP2_ENHANCE_YOUR_CALM + 1);
	CHECK(n < 5000);
	CHECK(testing_until(&t.gone, atomic_load(&t.asked)));
	client_close(&c);
	testing_stop(&t);
}

/* --- frames --------------------------------------------------------------------------- */

static void
put_frame(struct buf *b, uint8_t type, uint8_t flags, uint32_t stream, struct slice payload)
{
	buf_byte(b, (uint8_t)(payload.len >> 16));
	buf_be16(b, (uint16_t)payload.len);
	buf_byte(b, type);
	buf_byte(b, flags);
	buf_be32(b, stream);
	buf_put(b, payload);
}

static const struct flood_case {
	const char *name;
	uint8_t first_type, first_flags; /* 0xff: no first frame */
	uint32_t stream;
	struct slice first;
	uint8_t type, flags;
	struct slice payload; /* again and again */
} flood_cases[] = {
	/* ":method: GET", and then a block that never ends (CVE-2024-28182). */
	{ "CONTINUATION without end", 1, 0, 1, S_INIT("\x82"), 9, 0, S_INIT("\x00\x01x\x01y") },
	{ "CONTINUATION of nothing", 1, 0, 1, S_INIT("\x82"), 9, 0, S_INIT("") },
	{ "SETTINGS without reading the answers", 0xff, 0, 0, S_INIT(""), 4, 0, S_INIT("\x00\x03\x00\x00\x00\x64") },
	{ "PING without reading the answers", 0xff, 0, 0, S_INIT(""), 6, 0, S_INIT("12345678") },
	{ "frames of no kind", 0xff, 0, 0, S_INIT(""), 0x42, 0, S_INIT("12345678") },
	{ "DATA of a stream that is not there", 0xff, 0, 1, S_INIT(""), 0, 0, S_INIT("12345678") },
	{ "WINDOW_UPDATE over all limits", 0xff, 0, 0, S_INIT(""), 8, 0, S_INIT("\x7f\xff\xff\xff") },
	{ "PUSH_PROMISE from a client", 0xff, 0, 1, S_INIT(""), 5, 4, S_INIT("\x00\x00\x00\x02\x82") },
};

/* Sends 40 MB of it, or until the server has had enough; memory does not grow by it. */
TEST(floods)
{
	testing_start(&t, testing_options());
	for (size_t i = 0; i < sizeof(flood_cases) / sizeof(flood_cases[0]); i++) {
		const struct flood_case *k = &flood_cases[i];
		int fd = testing_connect(&t);
		struct timeval wait = { 3, 0 };
		uint8_t answer[4096];
		ssize_t got;
		long before = testing_rss();
		bool taken = true;
		struct buf b;

		test_case("%s", k->name);
		CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) == 0 &&
		    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0);
		buf_init(&b, 1 << 20);
		buf_str(&b, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
		put_frame(&b, 4, 0, 0, SLICE_NONE);
		if (k->first_type != 0xff)
			put_frame(&b, k->first_type, k->first_flags, k->stream, k->first);
		CHECK(testing_send(fd, buf_view(&b)));
		buf_clear(&b);
		while (b.len < 400000)
			put_frame(&b, k->type, k->flags, k->stream, k->payload);
		for (int n = 0; taken && n < 100; n++)
			taken = testing_send(fd, buf_view(&b));
		/* Either it is refused at once, or what comes after the refusal is thrown away. */
		while ((got = recv(fd, answer, sizeof(answer), 0)) > 0)
			;
		CHECK(got == 0 || errno == ECONNRESET);
		CHECK(testing_is_little(testing_rss() - before));
		buf_fini(&b);
		close(fd);
	}
	test_case("the others are served all the same");
	{
		struct client c;
		int32_t id;

		client_open(&c, true);
		id = client_get(&c, "/ok");
		client_until_closed(&c, id);
		CHECK_INT(stream_of(&c, id)->status, 200);
		client_close(&c);
	}
	testing_stop(&t);
}

/* --- slow, and the end ---------------------------------------------------------------- */

TEST(slow_clients)
{
	const struct pair f[] = { { ":method", "POST" }, { ":scheme", "http" }, { ":authority", "a" }, { ":path", "/up" }, { "content-length", "100" } };
	nghttp2_nv nv[5];
	struct client c;
	int32_t id;

	testing_start(&t, testing_options());
	test_case("a body that stops");
	client_open(&c, true);
	for (size_t i = 0; i < 5; i++)
		nv[i] = (nghttp2_nv){ (uint8_t *)(uintptr_t)f[i].name, (uint8_t *)(uintptr_t)f[i].value, strlen(f[i].name), strlen(f[i].value), 0 };
	id = nghttp2_submit_headers(c.s, NGHTTP2_FLAG_NONE, -1, NULL, nv, 5, NULL);
	client_until_closed(&c, id);
	CHECK_INT(stream_of(&c, id)->status, 408);
	client_close(&c);
	test_case("one that asks no more");
	client_open(&c, true);
	id = client_get(&c, "/ok");
	for (int64_t until = clock_mono_ns() + 5000000000; !c.ended && clock_mono_ns() < until;)
		client_turn(&c, 100);
	CHECK_INT(stream_of(&c, id)->status, 200);
	CHECK(c.ended);
	CHECK_INT(c.goaway, NGHTTP2_NO_ERROR + 1);
	client_close(&c);
	testing_stop(&t);
}

TEST(events_and_stop)
{
	struct client c;
	int32_t events, late;

	testing_start(&t, testing_options());
	client_open(&c, true);
	events = client_get(&c, "/events");
	late = client_get(&c, "/never");
	for (int i = 0; i < 50 && stream_of(&c, events)->status == 0; i++)
		client_turn(&c, 100);
	CHECK(testing_until(&t.asked, 2));
	testing_tell(&t, 'e');
	for (int i = 0; i < 50 && strstr(stream_of(&c, events)->body, "data:") == NULL; i++)
		client_turn(&c, 100);
	test_case("an event comes");
	CHECK(strstr(stream_of(&c, events)->body, "data: {\"id\":\"7\"}") != NULL);
	CHECK(!stream_of(&c, events)->closed);
	testing_tell(&t, 's');
	client_until_closed(&c, late);
	client_until_closed(&c, events);
	test_case("a stop answers what is under way, and ends events");
	CHECK_INT(stream_of(&c, late)->status, 200);
	CHECK(strcmp(stream_of(&c, late)->body, "late") == 0);
	CHECK(stream_of(&c, events)->closed);
	CHECK_INT(c.goaway, NGHTTP2_NO_ERROR + 1);
	for (int i = 0; i < 50 && !c.ended; i++)
		client_turn(&c, 100);
	CHECK(c.ended);
	client_close(&c);
	testing_stop(&t);
}

int
main(void)
{
	RUN(asks);
	RUN(large_heads);
	RUN(upload);
	RUN(back_pressure);
	RUN(many_streams);
	RUN(rapid_reset);
	RUN(floods);
	RUN(slow_clients);
	RUN(events_and_stop);
	return test_end();
}
