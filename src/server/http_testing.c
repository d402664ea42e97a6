#include "server/http_testing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "test.h"

#define WAIT_MS 5000

/* --- the handler ---------------------------------------------------------------------- */

struct stream {
	struct http_testing *t;
	unsigned left, fail_at;
};

static bool
more(void *cookie, struct buf *out, bool *end, struct err *e)
{
	static const uint8_t block[64 << 10] = { 'm' };
	struct stream *s = cookie;

	if (s->fail_at > 0 && --s->fail_at == 0)
		return err_set(e, ERR_SYSTEM, "as asked for");
	buf_put(out, slice_of(block, sizeof(block)));
	atomic_fetch_add(&s->t->pieces, 1);
	*end = --s->left == 0;
	return true;
}

static void
answer_more(struct http_testing *t, struct http_exchange *x, struct slice query, unsigned fail_at)
{
	struct stream *s = xalloc(sizeof(*s));
	struct api_response out;
	uint64_t n = 0;

	(void)slice_u64(query, &n);
	*s = (struct stream){ t, (unsigned)n, fail_at };
	api_response_init(&out);
	out.more = more;
	out.more_free = free;
	out.more_cookie = s;
	http_answer(x, &out);
}

/* How long the body was, its sum, and where it lay. */
static void
answer_upload(struct http_exchange *x, const struct api_request *r)
{
	struct sha256_ctx *c = sha256_new();
	struct api_response out;
	char hex[SHA256_HEX + 1];
	struct sha256 sum;
	uint8_t piece[8192];
	ssize_t n;

	sha256_update(c, r->body);
	while (r->body_fd >= 0 && (n = read(r->body_fd, piece, sizeof(piece))) > 0)
		sha256_update(c, slice_of(piece, (size_t)n));
	sha256_final(c, &sum);
	sha256_free(&c);
	sha256_hex(&sum, hex);
	api_response_init(&out);
	buf_printf(&out.body, "%llu %s %s", (unsigned long long)r->body_bytes, r->body_fd >= 0 ? "file" : "memory", hex);
	http_answer(x, &out);
}

static void
answer_file(struct http_exchange *x)
{
	struct api_response out;
	struct err e = ERR_INIT;
	char path[] = "/tmp/http_testing.XXXXXX";
	uint8_t piece[1000];

	api_response_init(&out);
	out.body_fd = mkstemp(path);
	(void)unlink(path);
	memset(piece, 'f', sizeof(piece));
	for (int i = 0; i < 300; i++)
		CHECK_OK(fd_write_all(out.body_fd, slice_of(piece, sizeof(piece)), &e), &e);
	out.body_bytes = 300000;
	http_answer(x, &out);
}

static void
answer_text(struct http_exchange *x, const struct api_request *r)
{
	struct api_response out;
	char from[IP_TEXT_MAX];

	(void)ip_print(r->from, from);
	api_response_init(&out);
	out.type = "text/plain; charset=utf-8";
	buf_printf(&out.body, "%s %.*s ?%.*s host=%.*s from=%s tls=%d lang=%s cookie=%.*s subject=%.*s cert=%zu body=%.*s", api_method_name(r->method),
	    SLICE_ARG(r->path), SLICE_ARG(r->query), SLICE_ARG(r->host), from, r->tls, lang_tag(r->lang), SLICE_ARG(r->cookie),
	    SLICE_ARG(r->client_subject), r->client_cert.len, SLICE_ARG(r->body));
	if (slice_eq(r->path, S("/inject"))) {
		CHECK(!api_header(&out, "X-A", S("b\r\nX-Bad: 1")));
		buf_str(&out.headers, "X-B: b\x01\x02\r\nX-C: c\rX-Bad: 2\r\nX-D: d\r\n");
	}
	if (slice_eq(r->path, S("/204")))
		out.status = 204;
	http_answer(x, &out);
}

static void
on_request(void *cookie, struct http_exchange *x, struct api_request *r)
{
	struct http_testing *t = cookie;

	atomic_fetch_add(&t->asked, 1);
	if (slice_eq(r->path, S("/more")))
		answer_more(t, x, r->query, 0);
	else if (slice_eq(r->path, S("/broken")))
		answer_more(t, x, r->query, 3);
	else if (slice_eq(r->path, S("/up")))
		answer_upload(x, r);
	else if (slice_eq(r->path, S("/file")))
		answer_file(x);
	else if (slice_eq(r->path, S("/never")))
		t->waiting[t->waiting_count++ % 256] = x;
	else if (slice_eq(r->path, S("/events"))) {
		http_events_begin(x);
		t->streams[t->streams_count++ % 256] = x;
	} else
		answer_text(x, r);
}

static void
forget(struct http_testing *t, const struct http_exchange *x)
{
	for (size_t i = 0; i < 256; i++) {
		if (t->waiting[i] == x)
			t->waiting[i] = NULL;
		if (t->streams[i] == x)
			t->streams[i] = NULL;
	}
}

static void
on_gone(void *cookie, struct http_exchange *x)
{
	struct http_testing *t = cookie;

	atomic_fetch_add(&t->gone, 1);
	forget(t, x);
}

static uint64_t
body_max(void *cookie, const struct api_request *head)
{
	(void)cookie;
	return slice_eq(head->path, S("/up")) ? 256u << 20 : slice_eq(head->path, S("/small")) ? 10 : 0;
}

static unsigned
methods(void *cookie, const struct api_request *head)
{
	(void)cookie;
	return slice_eq(head->path, S("/nothing")) ? 0 : 1u << API_GET | 1u << API_POST;
}

/* --- the server ----------------------------------------------------------------------- */

static void
on_wake(void *cookie)
{
	struct http_testing *t = cookie;
	struct err e = ERR_INIT;
	char what;

	if (read(t->wake[0], &what, 1) != 1)
		return;
	if (what == 's') {
		for (size_t i = 0; i < 256; i++) {
			struct http_exchange *x = t->waiting[i];
			struct api_response out;

			t->waiting[i] = NULL;
			if (x == NULL)
				continue;
			api_response_init(&out);
			buf_str(&out.body, "late");
			http_answer(x, &out);
		}
		http_stop(t->h);
	}
	if (what == 'r')
		t->reload_ok = http_tls_reload(t->h, &e);
	for (size_t i = 0; what == 'e' && i < 256; i++) {
		if (t->streams[i] != NULL && !http_event(t->streams[i], S("event: finding\ndata: {\"id\":\"7\"}\n\n"))) {
			atomic_fetch_add(&t->slow, 1);
			t->streams[i] = NULL;
		}
	}
}

static void *
run(void *cookie)
{
	struct http_testing *t = cookie;

	t->ran_ok = http_run(t->h, &t->e);
	return NULL;
}

struct http_options
testing_options(void)
{
	struct http_options o = { .limits = HTTP_LIMITS };

	o.limits.header_s = 1;
	o.limits.idle_s = 2;
	o.limits.body_stall_s = 1;
	return o;
}

void
testing_start(struct http_testing *t, struct http_options o)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	memset(t, 0, sizeof(*t));
	t->e = (struct err)ERR_INIT;
	t->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	CHECK(bind(t->listen_fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(t->listen_fd, 1024) == 0);
	CHECK(getsockname(t->listen_fd, (struct sockaddr *)&a, &n) == 0 && pipe(t->wake) == 0);
	t->port = ntohs(a.sin_port);
	o.listen_fds = &t->listen_fd;
	o.listen_count = 1;
	o.spool = test_dir();
	o.request = on_request;
	o.gone = on_gone;
	o.body_max = body_max;
	o.methods = methods;
	o.cookie = t;
	if (!CHECK_OK(http_open(&o, &t->h, &t->e), &t->e) || !CHECK_OK(http_watch(t->h, t->wake[0], on_wake, t, &t->e), &t->e))
		exit(1);
	CHECK(pthread_create(&t->thread, NULL, run, t) == 0);
}

void
testing_tell(struct http_testing *t, char what)
{
	CHECK(write(t->wake[1], &what, 1) == 1);
}

void
testing_stop(struct http_testing *t)
{
	testing_tell(t, 's');
	CHECK(pthread_join(t->thread, NULL) == 0);
	CHECK_OK(t->ran_ok, &t->e);
	http_close(&t->h);
	close(t->listen_fd);
	close(t->wake[0]);
	close(t->wake[1]);
}

/* --- the client ----------------------------------------------------------------------- */

int
testing_connect(const struct http_testing *t)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)t->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

bool
testing_send(int fd, struct slice s)
{
	while (s.len > 0) {
		ssize_t n = send(fd, s.p, s.len, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		s = slice_from(s, (size_t)n);
	}
	return true;
}

struct slice
reply_field(const struct reply *r, const char *name)
{
	struct slice rest = buf_view(&r->bytes), line;
	size_t n = strlen(name);

	while (slice_line(&rest, &line) && line.len > 0) {
		if (line.len > n && line.p[n] == ':' && slice_eq_nocase(slice_sub(line, 0, n), slice_of_str(name)))
			return slice_trim(slice_from(line, n + 1));
	}
	return SLICE_NONE;
}

/* Is one answer whole in what came so far? A HEAD's or 304's has no body; then the client waits in vain for 100 ms. */
static bool
whole(struct reply *r)
{
	struct slice all = buf_view(&r->bytes);
	size_t head = slice_find(all, S("\r\n\r\n"));
	uint64_t length = 0, status = 0;

	if (head == SIZE_MAX || all.len < 12)
		return false;
	(void)slice_u64(slice_sub(all, 9, 3), &status);
	r->status = (int)status;
	r->body = slice_from(all, head + 4);
	if (slice_eq(reply_field(r, "transfer-encoding"), S("chunked")))
		return slice_ends(r->body, S("0\r\n\r\n"));
	if (!slice_u64(reply_field(r, "content-length"), &length))
		return status == 204 || status == 304 || status == 100;
	if (r->body.len < length)
		return false;
	r->body = slice_sub(r->body, 0, (size_t)length);
	return true;
}

static bool
piece(int fd, struct reply *r, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t bytes[65536];
	ssize_t n;

	if (poll(&p, 1, ms) != 1)
		return false;
	n = recv(fd, bytes, sizeof(bytes), 0);
	if (n <= 0) {
		r->closed = true;
		return false;
	}
	buf_put(&r->bytes, slice_of(bytes, (size_t)n));
	return true;
}

void
testing_read(int fd, struct reply *r)
{
	*r = (struct reply){ 0 };
	buf_init(&r->bytes, (size_t)256 << 20);
	while (!whole(r) && piece(fd, r, WAIT_MS))
		;
}

void
testing_ask(const struct http_testing *t, struct slice request, struct reply *r)
{
	int fd = testing_connect(t);

	CHECK(fd >= 0);
	(void)testing_send(fd, request);
	testing_read(fd, r);
	if (slice_eq(reply_field(r, "connection"), S("close"))) {
		while (!r->closed && piece(fd, r, WAIT_MS))
			;
		(void)whole(r);
	}
	close(fd);
}

void
reply_fini(struct reply *r)
{
	buf_fini(&r->bytes);
}

long
testing_rss(void)
{
	char text[200];
	struct slice rest, part = SLICE_NONE;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text));
	uint64_t pages = 0;

	close(fd);
	/* All pages, and those that are there. */
	rest = slice_of(text, n < 0 ? 0 : (size_t)n);
	CHECK(slice_cut(&rest, ' ', &part) && slice_cut(&rest, ' ', &part) && slice_u64(part, &pages));
	return (long)pages * (sysconf(_SC_PAGESIZE) / 1024);
}

bool
testing_until(atomic_uint *v, unsigned n)
{
	for (int i = 0; i < WAIT_MS / 5 && atomic_load(v) < n; i++)
		(void)usleep(5000);
	return atomic_load(v) >= n;
}

bool
testing_is_little(long kib)
{
#if defined(__SANITIZE_ADDRESS__)
	return kib < 512 * 1024; /* what is freed is kept for a while */
#else
	return kib < 8 * 1024;
#endif
}
