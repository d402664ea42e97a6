/*
 * A whole connection: what a client sends, in pieces that the input itself cuts,
 * over HTTP/1.1 or HTTP/2 (by its first bytes, without TLS), to a handler that
 * answers in each of the ways there are. At the end the client goes, or the
 * server stops. Nothing may be left over.
 *
 *	byte 0	how the handler answers, and how it ends
 *	then	pieces: a byte N, and 8 * N + 1 bytes
 */
#include <assert.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	unsigned way;
	struct http_exchange *waiting[HTTP_STREAMS_MAX + 1];
};

static bool
more(void *cookie, struct buf *out, bool *end, struct err *e)
{
	unsigned *left = cookie;

	buf_str(out, "more");
	*end = --*left == 0;
	return *left != 7 || err_set(e, ERR_SYSTEM, "as asked for");
}

static void
answer(struct http_exchange *x, unsigned way)
{
	struct api_response out;

	api_response_init(&out);
	if (way == 1) {
		out.more = more;
		out.more_free = free;
		out.more_cookie = xalloc(sizeof(unsigned));
		*(unsigned *)out.more_cookie = 5 + (unsigned)x->r.query.len;
	} else if (way == 2) {
		out.body_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		out.body_bytes = out.body_fd < 0 ? 0 : 100000;
	} else {
		buf_put(&out.body, x->r.body);
		if (!api_header(&out, "X-Path", x->r.path))
			assert(false); /* a path has no control bytes */
	}
	http_answer(x, &out);
}

static void
on_request(void *cookie, struct http_exchange *x, struct api_request *r)
{
	struct fuzz *f = cookie;

	assert(http_path_ok(r->path) && r->body_bytes <= API_BODY_MAX && r->body.len == r->body_bytes);
	if ((f->way & 3) != 3) {
		answer(x, f->way & 3);
		return;
	}
	if ((f->way & 4) != 0)
		http_events_begin(x);
	for (size_t i = 0; i <= HTTP_STREAMS_MAX; i++) {
		if (f->waiting[i] == NULL) {
			f->waiting[i] = x;
			return;
		}
	}
	assert(false);
}

static void
on_gone(void *cookie, struct http_exchange *x)
{
	struct fuzz *f = cookie;
	bool known = false;

	for (size_t i = 0; i <= HTTP_STREAMS_MAX; i++) {
		if (f->waiting[i] == x) {
			f->waiting[i] = NULL;
			known = true;
		}
	}
	assert(known);
}

/* Those that wait: an event, or their answer. */
static void
go_on(struct fuzz *f)
{
	for (size_t i = 0; i <= HTTP_STREAMS_MAX; i++) {
		struct http_exchange *x = f->waiting[i];

		if (x == NULL)
			continue;
		if ((f->way & 4) == 0) {
			f->waiting[i] = NULL;
			answer(x, 0);
		} else if (!http_event(x, S("data: x\n\n"))) {
			f->waiting[i] = NULL;
		}
	}
}

static void
turn(struct http *h, int fd)
{
	uint8_t out[65536];
	struct err e = ERR_INIT;

	h->expire_ms = 0; /* so that it does not wait */
	if (!http_turn(h, &e))
		assert(false);
	while (recv(fd, out, sizeof(out), MSG_DONTWAIT) > 0)
		;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz f;
	static struct http *h;
	struct http_options o = { .limits = HTTP_LIMITS, .request = on_request, .gone = on_gone, .cookie = &f, .spool = "/tmp" };
	struct err e = ERR_INIT;
	int fd[2];

	if (size < 2 || size > 65536)
		return 0;
	if (h == NULL && !http_open(&o, &h, &e))
		assert(false);
	f = (struct fuzz){ .way = data[0] };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) != 0)
		assert(false);
	h->now_ms = http_ms();
	conn_new(h, fd[0], ip_of_v4(0xc0000201));
	for (size_t at = 1; at < size;) {
		size_t n = (size_t)data[at] * 8 + 1;

		at++;
		if (n > size - at)
			n = size - at;
		if (send(fd[1], data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			break;
		at += n;
		turn(h, fd[1]);
		go_on(&f);
	}
	if ((f.way & 8) != 0)
		(void)shutdown(fd[1], SHUT_WR);
	turn(h, fd[1]);
	go_on(&f);
	turn(h, fd[1]);
	close(fd[1]);
	if ((f.way & 16) != 0 && h->conns != NULL)
		conn_stop(h->conns);
	for (int i = 0; i < 100 && (h->conns != NULL || h->dead != NULL); i++) {
		h->expire_ms = 0;
		if (!http_turn(h, &e))
			assert(false);
	}
	assert(h->conns == NULL && h->dead == NULL && h->exchange_count == 0 && h->bodies_bytes == 0);
	return 0;
}
