/*
 * http_exchange: one request and its answer. The body comes into memory, and
 * over API_BODY_MAX into a file without a name; the answer is pulled piece by
 * piece as the client takes it, so that neither is ever held whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "parse/json.h"
#include "server/http_in.h"

#define SPARE_MAX 64
#define ARENA_MAX ((size_t)256 << 10)

struct http_exchange *
exchange_new(struct conn *c)
{
	struct http *h = c->h;
	struct http_exchange *x = h->spare;
	struct arena arena = ARENA_NONE;

	/* One for each connection is kept free; the others, of HTTP/2, share as many again. */
	if (c->x_count > 0 && h->exchange_count >= h->o.limits.connections)
		return NULL;
	if (x != NULL) {
		h->spare = x->next;
		h->spare_count--;
		arena = x->arena;
	} else {
		x = xalloc(sizeof(*x));
		arena_init(&arena, ARENA_MAX);
	}
	/* Not the hundred fields of the head: they are set as they come. */
	memset(x, 0, offsetof(struct http_exchange, head));
	x->head.count = 0;
	memset(&x->frame, 0, sizeof(*x) - offsetof(struct http_exchange, frame));
	x->arena = arena;
	x->h = h;
	x->conn = c;
	x->r.body_fd = -1;
	x->r.lang = LANG_EN;
	buf_init(&x->body, API_BODY_MAX);
	buf_init(&x->events, HTTP_EVENTS_BYTES);
	x->next = c->x;
	if (c->x != NULL)
		c->x->prev = x;
	c->x = x;
	c->x_count++;
	h->exchange_count++;
	return x;
}

void
exchange_free(struct http_exchange *x)
{
	struct http *h = x->h;

	if ((x->state == EXCHANGE_ASKED || x->state == EXCHANGE_EVENTS) && h->o.gone != NULL)
		h->o.gone(h->o.cookie, x);
	*(x->prev != NULL ? &x->prev->next : &x->conn->x) = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	x->conn->x_count--;
	h->exchange_count--;
	if (x->r.body_fd >= 0)
		close(x->r.body_fd);
	h->bodies_bytes -= x->body.cap;
	buf_fini(&x->body);
	buf_fini(&x->events);
	if (x->res_set)
		api_response_fini(&x->res);
	arena_reset(&x->arena);
	if (h->spare_count < SPARE_MAX) {
		x->next = h->spare;
		h->spare = x;
		h->spare_count++;
	} else {
		arena_fini(&x->arena);
		free(x);
	}
}

/* --- the request ---------------------------------------------------------------------- */

static bool
refuse(struct http_exchange *x, int status)
{
	x->refused = status;
	return false;
}

bool
exchange_head(struct http_exchange *x)
{
	const struct conn *c = x->conn;
	struct http *h = x->h;
	struct http_peer peer = { c->ip, c->ssl != NULL,
		c->cert_subject != NULL ? slice_of(c->cert_sha256, sizeof(c->cert_sha256)) : SLICE_NONE,
		slice_of_str(c->cert_subject), h->trusted, h->trusted_count };

	if (x->refused == 0)
		x->refused = http_request_of(&x->head, &peer, &x->arena, &x->r, &x->frame);
	if (x->refused != 0)
		return false;
	x->body_max = API_BODY_MAX;
	if (x->frame.options)
		return refuse(x, 405);
	if (x->frame.body != HTTP_BODY_NONE && h->o.body_max != NULL) {
		uint64_t max = h->o.body_max(h->o.cookie, &x->r);

		if (max > 0)
			x->body_max = max;
	}
	if (x->frame.length > x->body_max)
		return refuse(x, 413);
	x->state = EXCHANGE_BODY;
	return true;
}

/* From memory into a file, once. */
static bool
spool(struct http_exchange *x)
{
	struct err e = ERR_INIT;

	x->r.body_fd = open(x->h->o.spool == NULL ? "/var/tmp" : x->h->o.spool, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (x->r.body_fd < 0 || !fd_write_all(x->r.body_fd, buf_view(&x->body), &e)) {
		log_error("http.spool", "errno=%d", errno);
		return refuse(x, 503);
	}
	x->h->bodies_bytes -= x->body.cap;
	buf_fini(&x->body);
	return true;
}

bool
exchange_body(struct http_exchange *x, struct slice piece)
{
	struct http *h = x->h;
	struct err e = ERR_INIT;
	size_t cap;

	if (piece.len > x->body_max - x->r.body_bytes)
		return refuse(x, 413);
	x->r.body_bytes += piece.len;
	x->deadline_ms = h->now_ms + (int64_t)h->o.limits.body_stall_s * 1000;
	if (x->r.body_fd < 0 && x->r.body_bytes > API_BODY_MAX && !spool(x))
		return false;
	if (x->r.body_fd >= 0)
		return fd_write_all(x->r.body_fd, piece, &e) || refuse(x, 503);
	cap = x->body.cap;
	buf_put(&x->body, piece);
	h->bodies_bytes += x->body.cap - cap;
	return (buf_ok(&x->body) && h->bodies_bytes <= HTTP_BODIES_BYTES) || refuse(x, 503);
}

void
exchange_ask(struct http_exchange *x)
{
	struct http *h = x->h;

	h->counts.requests++;
	if (x->refused == 0 && x->r.body_fd >= 0 && lseek(x->r.body_fd, 0, SEEK_SET) != 0)
		x->refused = 503;
	if (x->refused != 0) {
		exchange_refuse(x, x->refused);
		return;
	}
	x->state = EXCHANGE_ASKED;
	x->deadline_ms = 0;
	x->r.body = buf_view(&x->body);
	h->o.request(h->o.cookie, x, &x->r);
}

/* --- the answer ----------------------------------------------------------------------- */

void
http_answer(struct http_exchange *x, struct api_response *r)
{
	if (x->res_set) /* the head of a stream of events, or an answer that is replaced before it went */
		api_response_fini(&x->res);
	x->res = *r;
	api_response_init(r);
	x->res_set = true;
	x->state = EXCHANGE_ANSWER;
	x->no_body = x->frame.head_only || x->res.status == 204 || x->res.status == 304;
	x->length_known = x->res.body_fd >= 0 || x->res.more == NULL;
	x->length = x->res.body_fd >= 0 ? x->res.body_bytes : x->res.body.len;
	x->deadline_ms = x->h->now_ms + (int64_t)x->h->o.limits.body_stall_s * 1000;
	if (x->res.status >= 100 && x->res.status < 600)
		x->h->counts.status[x->res.status / 100]++;
	http_again(x->conn);
}

void
http_events_begin(struct http_exchange *x)
{
	struct api_response r;

	api_response_init(&r);
	r.type = "text/event-stream; charset=utf-8";
	/* A proxy that gathers bytes before it passes them on would hold them back. */
	if (!api_header(&r, "X-Accel-Buffering", S("no")))
		r.headers.len = 0;
	http_answer(x, &r);
	api_response_fini(&r);
	x->state = EXCHANGE_EVENTS;
	x->length_known = false;
	buf_str(&x->events, ":\n\n");
	x->deadline_ms = x->h->now_ms + HTTP_PING_MS;
}

static bool
events_add(struct http_exchange *x, struct slice event)
{
	if (x->events_at > 0) {
		memmove(x->events.p, x->events.p + x->events_at, x->events.len - x->events_at);
		x->events.len -= x->events_at;
		x->events_at = 0;
	}
	buf_put(&x->events, event);
	if (x->stream != 0)
		http2_resume(x);
	http_again(x->conn);
	return buf_ok(&x->events);
}

bool
http_event(struct http_exchange *x, struct slice event)
{
	if (events_add(x, event))
		return true;
	x->state = EXCHANGE_ANSWER; /* so that nobody is told again */
	x->h->counts.refused++;
	if (x->stream != 0)
		http2_reset(x, NGHTTP2_ENHANCE_YOUR_CALM);
	else
		conn_kill(x->conn);
	return false;
}

void
exchange_ping(struct http_exchange *x, int64_t now_ms)
{
	x->deadline_ms = now_ms + HTTP_PING_MS;
	if (x->events.len == x->events_at)
		(void)events_add(x, S(":\n\n"));
	else if (x->stream != 0)
		http2_reset(x, NGHTTP2_ENHANCE_YOUR_CALM); /* took nothing since the last one */
	else
		conn_kill(x->conn);
}

/* --- its body ------------------------------------------------------------------------- */

static bool
pull_file(struct http_exchange *x, uint8_t *to, size_t cap, size_t *n_out)
{
	uint64_t left = x->length - x->sent;
	ssize_t n;

	do {
		n = pread(x->res.body_fd, to, left < cap ? (size_t)left : cap, (off_t)x->sent);
	} while (n < 0 && errno == EINTR);
	if (n <= 0 && left > 0)
		return false;
	*n_out = (size_t)n;
	return true;
}

/* The next piece into res.body, which has gone out. */
static bool
refill(struct http_exchange *x)
{
	struct err e = ERR_INIT;

	x->body_at = 0;
	buf_clear(&x->res.body);
	if (x->res.more(x->res.more_cookie, &x->res.body, &x->more_end, &e) && buf_ok(&x->res.body))
		return true;
	log_warn("http.more", "path=%s error=%s", LOG_TEXT(QUOTE(x->r.path)), LOG_TEXT(e.text));
	return false;
}

static bool
pull_memory(struct http_exchange *x, uint8_t *to, size_t cap, size_t *n_out)
{
	size_t n;

	for (int i = 0; x->body_at == x->res.body.len && x->res.more != NULL && !x->more_end; i++) {
		if (i == 64 || !refill(x)) /* a source that says nothing and never ends would hold up all */
			return false;
	}
	n = x->res.body.len - x->body_at;
	if (n > cap)
		n = cap;
	if (n > 0)
		memcpy(to, x->res.body.p + x->body_at, n);
	x->body_at += n;
	*n_out = n;
	return true;
}

static void
pull_events(struct http_exchange *x, uint8_t *to, size_t cap, size_t *n_out)
{
	size_t n = x->events.len - x->events_at;

	if (n > cap)
		n = cap;
	if (n > 0)
		memcpy(to, x->events.p + x->events_at, n);
	x->events_at += n;
	if (x->events_at == x->events.len) {
		buf_clear(&x->events);
		x->events_at = 0;
	}
	*n_out = n;
}

bool
exchange_pull(struct http_exchange *x, uint8_t *to, size_t cap, size_t *n_out, bool *end_out)
{
	bool ok = true;

	*n_out = 0;
	*end_out = false;
	if (x->no_body) {
		*end_out = true;
		return true;
	}
	if (x->state == EXCHANGE_EVENTS) {
		pull_events(x, to, cap, n_out);
		return true;
	}
	if (x->res.body_fd >= 0)
		ok = pull_file(x, to, cap, n_out);
	else
		ok = pull_memory(x, to, cap, n_out);
	x->sent += *n_out;
	x->deadline_ms = x->h->now_ms + (int64_t)x->h->o.limits.body_stall_s * 1000;
	*end_out = x->length_known ? x->sent == x->length : x->more_end && x->body_at == x->res.body.len;
	return ok;
}
