/*
 * http_conn: a client's connection. Reads what the protocol on it wants,
 * writes what it has made, and lets go of whoever is too slow. It works until
 * nothing moves any more, some rounds at a time, so that one client cannot
 * keep the others waiting.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "server/http_in.h"

/* How long a new connection may take to ask when the server stops. */
#define STOP_ASK_MS 5000

#define ROUNDS 16
#define OUT_MAX (4 * HTTP_OUT_BYTES)

/* --- beginning and end ---------------------------------------------------------------- */

/* One client's addresses: of IPv6 a whole /64 is one client's. */
static size_t
bucket_of(struct ip ip)
{
	struct ip net = ip_is_v4(ip) ? ip : (struct ip){ ip.hi, 0 };

	return hash64(slice_of(&net, sizeof(net)), 0) % HTTP_BUCKETS;
}

static bool
same_client(struct ip a, struct ip b)
{
	return a.hi == b.hi && (a.lo == b.lo || (!ip_is_v4(a) && !ip_is_v4(b)));
}

/* A new client over the limit for its address is not taken. */
static bool
has_place(struct http *h, struct ip ip)
{
	unsigned n = 0;

	for (const struct conn *c = h->buckets[bucket_of(ip)]; c != NULL; c = c->by_ip)
		n += same_client(c->ip, ip);
	return n < h->o.limits.connections_per_address;
}

/* Over the limit for all, the one that has been idle for longest goes. */
static bool
make_place(struct http *h)
{
	struct conn *oldest = NULL;

	if (h->counts.open < h->o.limits.connections)
		return true;
	for (struct conn *c = h->conns; c != NULL; c = c->next) {
		if (conn_is_idle(c) && (oldest == NULL || c->since_ms <= oldest->since_ms))
			oldest = c;
	}
	if (oldest == NULL)
		return false;
	conn_kill(oldest);
	return true;
}

static void
list_add(struct http *h, struct conn *c)
{
	struct conn **bucket = &h->buckets[bucket_of(c->ip)];

	c->next = h->conns;
	if (h->conns != NULL)
		h->conns->prev = c;
	h->conns = c;
	if (!c->exempt) {
		c->by_ip = *bucket;
		*bucket = c;
	}
	h->counts.connections++;
	h->counts.open++;
}

static void
list_remove(struct http *h, struct conn *c)
{
	*(c->prev != NULL ? &c->prev->next : &h->conns) = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	for (struct conn **p = &h->buckets[bucket_of(c->ip)]; !c->exempt && *p != NULL; p = &(*p)->by_ip) {
		if (*p == c) {
			*p = c->by_ip;
			break;
		}
	}
	h->counts.open--;
}

void
conn_new(struct http *h, int fd, struct ip ip)
{
	struct http_peer us = { .trusted = h->trusted, .trusted_count = h->trusted_count };
	bool exempt = http_trusted(&us, ip);
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP };
	struct conn *c;
	int one = 1;

	if ((!exempt && !has_place(h, ip)) || !make_place(h)) {
		h->counts.refused++;
		close(fd);
		return;
	}
	c = xalloc(sizeof(*c));
	*c = (struct conn){ .fd = { HTTP_FD_CONN, fd }, .h = h, .ip = ip, .exempt = exempt, .state = CONN_FIRST,
		.since_ms = h->now_ms, .moved_ms = h->now_ms, .epoll = ev.events,
		.deadline_ms = h->now_ms + (int64_t)h->o.limits.header_s * 1000 };
	buf_init(&c->in, h->o.limits.header_bytes + sizeof(h->scratch) + 1);
	buf_init(&c->out, OUT_MAX);
	list_add(h, c);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ev.data.ptr = c;
	if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
		conn_kill(c);
		return;
	}
	if (h->tls != NULL) {
		c->state = CONN_HANDSHAKE;
		c->ssl = http_tls_accept(h->tls, fd);
		if (c->ssl == NULL)
			conn_kill(c);
	}
}

void
conn_kill(struct conn *c)
{
	struct http *h = c->h;

	if (c->state == CONN_DEAD)
		return;
	c->state = CONN_DEAD;
	while (c->x != NULL)
		exchange_free(c->x);
	list_remove(h, c);
	/* Its descriptor goes now, so that its number and its place are free. */
	if (c->ssl != NULL)
		SSL_set_quiet_shutdown(c->ssl, 1);
	close(c->fd.fd);
	c->fd.fd = -1;
	c->dead_next = h->dead;
	h->dead = c;
}

void
conn_free(struct conn *c)
{
	nghttp2_session_del(c->h2);
	SSL_free(c->ssl);
	buf_fini(&c->in);
	buf_fini(&c->out);
	free(c->cert_subject);
	free(c);
}

bool
conn_is_idle(const struct conn *c)
{
	return c->x == NULL && c->out.len == c->out_at && c->state != CONN_LINGER;
}

/* --- work ----------------------------------------------------------------------------- */

static bool
wants(const struct conn *c)
{
	switch (c->state) {
	case CONN_HANDSHAKE:
	case CONN_FIRST:
	case CONN_LINGER:
		return true;
	case CONN_HTTP1:
		return http1_wants(c);
	case CONN_HTTP2:
		return http2_wants(c);
	case CONN_DEAD:
		break;
	}
	return false;
}

static bool
begin(struct conn *c, bool http2)
{
	c->state = http2 ? CONN_HTTP2 : CONN_HTTP1;
	c->since_ms = c->h->now_ms;
	if (http2 && !http2_begin(c))
		conn_kill(c);
	return c->state != CONN_DEAD;
}

static bool
handshake(struct conn *c)
{
	char subject[512];
	int rc;

	c->tls_wants_write = false;
	rc = SSL_do_handshake(c->ssl);
	if (rc != 1) {
		if (conn_tls_moved(c, rc) == MOVED_END) {
			c->h->counts.refused++;
			conn_kill(c);
		}
		return false;
	}
	if (http_tls_peer(c->ssl, c->cert_sha256, subject))
		c->cert_subject = xstrdup(subject);
	return begin(c, http_tls_is_http2(c->ssl));
}

/* Without TLS the first bytes say which it is (RFC 9113 section 3.3). */
static void
first_bytes(struct conn *c)
{
	struct slice in = conn_unread(c);
	struct slice preface = S("PRI ");

	if (in.len < preface.len && slice_starts(preface, in))
		return;
	if (!begin(c, slice_starts(in, preface)) || c->state == CONN_HTTP1)
		return;
	http2_take(c, in);
	if (c->state != CONN_DEAD)
		conn_took(c, conn_unread(c).len);
}

static void
take_bytes(struct conn *c, struct slice in)
{
	switch (c->state) {
	case CONN_FIRST:
		conn_keep(c, in);
		first_bytes(c);
		break;
	case CONN_HTTP1:
		conn_keep(c, in);
		break;
	case CONN_HTTP2:
		http2_take(c, in);
		break;
	case CONN_HANDSHAKE:
	case CONN_LINGER: /* thrown away */
	case CONN_DEAD:
		break;
	}
}

static bool
take(struct conn *c)
{
	struct http *h = c->h;
	size_t n = 0;

	if (c->state == CONN_DEAD || !c->readable || !wants(c))
		return false;
	if (c->state == CONN_HANDSHAKE)
		return handshake(c);
	c->tls_wants_write = false;
	switch (conn_read(c, h->scratch, sizeof(h->scratch), &n)) {
	case MOVED_NONE:
		return false;
	case MOVED_SOME:
		h->counts.bytes_in += n;
		take_bytes(c, slice_of(h->scratch, n));
		return c->state != CONN_DEAD;
	case MOVED_END:
		break;
	}
	/* A client that has sent all it had may still be reading. */
	if (c->state == CONN_HTTP1 && c->out_at < c->out.len)
		c->close = true;
	else
		conn_kill(c);
	return false;
}

static bool
flush(struct conn *c)
{
	bool moved = false;

	if (!buf_ok(&c->out))
		conn_kill(c);
	while (c->state != CONN_DEAD && c->out_at < c->out.len) {
		size_t n = 0;
		enum moved m = conn_write(c, slice_from(buf_view(&c->out), c->out_at), &n);

		if (m == MOVED_END)
			conn_kill(c);
		if (m != MOVED_SOME)
			return moved;
		moved = true;
		c->out_at += n;
		c->h->counts.bytes_out += n;
		c->moved_ms = c->h->now_ms;
	}
	if (c->out.len > 0) {
		buf_clear(&c->out);
		c->out_at = 0;
	}
	return moved;
}

/* All is said; the client may still be sending, and a reset would take our last words from it. */
static void
linger(struct conn *c)
{
	if (c->ssl != NULL) {
		(void)SSL_shutdown(c->ssl);
		ERR_clear_error();
	}
	(void)shutdown(c->fd.fd, SHUT_WR);
	c->state = CONN_LINGER;
	c->deadline_ms = c->h->now_ms + HTTP_LINGER_MS;
}

static void
watch(struct conn *c)
{
	struct epoll_event ev = { .data.ptr = c };

	if (wants(c))
		ev.events |= EPOLLIN;
	if (c->out_at < c->out.len || c->tls_wants_write)
		ev.events |= EPOLLOUT;
	if (!c->hung)
		ev.events |= EPOLLRDHUP;
	if (ev.events == c->epoll)
		return;
	c->epoll = ev.events;
	if (epoll_ctl(c->h->epoll, EPOLL_CTL_MOD, c->fd.fd, &ev) != 0)
		conn_kill(c);
}

void
conn_work(struct conn *c)
{
	int round;

	conn_lend(c);
	for (round = 0; round < ROUNDS && c->state != CONN_DEAD; round++) {
		bool moved;

		if (c->state == CONN_HTTP1)
			http1_work(c);
		else if (c->state == CONN_HTTP2)
			http2_work(c);
		moved = flush(c);
		if (c->state != CONN_DEAD && c->state != CONN_LINGER && c->close && c->x == NULL && c->out_at == c->out.len)
			linger(c);
		moved |= take(c);
		if (!moved)
			break;
	}
	if (c->state == CONN_DEAD)
		return;
	conn_return(c);
	if (round == ROUNDS)
		http_again(c);
	watch(c);
}

void
conn_event(struct conn *c, uint32_t events)
{
	if (c->state == CONN_DEAD)
		return;
	if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
		conn_kill(c);
		return;
	}
	/* What ends can be read: that it ends. After a write that it waited for, TLS may read on. */
	c->readable |= (events & (EPOLLIN | EPOLLRDHUP)) != 0 || (c->tls_wants_write && (events & EPOLLOUT) != 0);
	if ((events & EPOLLRDHUP) != 0) {
		c->hung = true;
		/* It may still wait for its answer; nobody waits for events that way. */
		if (c->state == CONN_HTTP1 && c->x != NULL && c->x->state == EXCHANGE_EVENTS) {
			conn_kill(c);
			return;
		}
	}
	conn_work(c);
}

void
conn_expire(struct conn *c, int64_t now_ms)
{
	const struct http_limits *l = &c->h->o.limits;

	switch (c->state) {
	case CONN_HANDSHAKE:
	case CONN_FIRST:
	case CONN_LINGER:
		if (now_ms >= c->deadline_ms)
			conn_kill(c);
		return;
	case CONN_HTTP1:
	case CONN_HTTP2:
		break;
	case CONN_DEAD:
		return;
	}
	if (c->out_at == c->out.len)
		c->moved_ms = now_ms;
	if (c->out_at < c->out.len && now_ms >= c->moved_ms + (int64_t)l->body_stall_s * 1000)
		conn_kill(c);
	else if (c->state == CONN_HTTP1)
		http1_expire(c, now_ms);
	else
		http2_expire(c, now_ms);
}

void
conn_stop(struct conn *c)
{
	/* Who came and has not asked yet may: else its request is lost on the way. */
	if (c->x == NULL && c->deadline_ms != 0 && c->state != CONN_LINGER && c->state != CONN_DEAD) {
		c->deadline_ms = c->deadline_ms < c->h->now_ms + STOP_ASK_MS ? c->deadline_ms : c->h->now_ms + STOP_ASK_MS;
		return;
	}
	switch (c->state) {
	case CONN_HTTP2:
		http2_stop(c);
		return;
	case CONN_HTTP1:
		c->close = true;
		if (c->x != NULL && c->x->state == EXCHANGE_EVENTS)
			conn_kill(c);
		else
			http_again(c); /* one that is idle says good-bye by itself */
		return;
	case CONN_HANDSHAKE:
	case CONN_FIRST:
		conn_kill(c);
		return;
	case CONN_LINGER:
	case CONN_DEAD:
		return;
	}
}
