#include "server/http.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/http_in.h"

#define TURN_EVENTS 256
#define EXPIRE_MS 250
#define STOP_MS 30000
#define TRUSTED_MAX 256
#define KEPT_BYTES (4 << 20)

const struct http_limits HTTP_LIMITS = {
	.header_bytes = (size_t)32 << 10, /* cookies and a long query fit many times */
	.header_s = 20,
	.idle_s = 75, /* as long as browsers keep theirs */
	.body_stall_s = 30,
	.connections = 4096,
	.connections_per_address = 256, /* an office behind one address */
};

int64_t
http_ms(void)
{
	return clock_mono_ns() / 1000000;
}

void
http_again(struct conn *c)
{
	if (c->again || c->state == CONN_DEAD)
		return;
	c->again = true;
	c->again_next = c->h->again;
	c->h->again = c;
}

/* RFC 9110's form, whatever the process' language. */
const char *
http_date(struct http *h)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = clock_now_s();
	struct tm t;

	if (now != h->date_s || h->date[0] == '\0') {
		h->date_s = now;
		if (gmtime_r(&now, &t) == NULL)
			return "Thu, 01 Jan 1970 00:00:00 GMT";
		(void)snprintf(h->date, sizeof(h->date), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * t.tm_wday,
		    t.tm_mday % 100, months + 3 * t.tm_mon, (t.tm_year + 1900) % 10000, t.tm_hour, t.tm_min, t.tm_sec);
	}
	return h->date;
}

/* --- open and close ------------------------------------------------------------------- */

static bool
trusted_read(struct http *h, struct err *e)
{
	struct slice rest = h->o.trusted_proxies, part;

	h->trusted = xarray(TRUSTED_MAX, sizeof(*h->trusted));
	while (slice_cut(&rest, ',', &part)) {
		struct slice word;

		while (slice_cut(&part, ' ', &word)) {
			if (word.len == 0)
				continue;
			if (h->trusted_count == TRUSTED_MAX)
				return err_set(e, ERR_LIMIT, "more than %d trusted proxies", TRUSTED_MAX);
			if (!prefix_parse(word, &h->trusted[h->trusted_count++], e))
				return err_within(e, "trusted proxies");
		}
	}
	return true;
}

static bool
listen_all(struct http *h)
{
	bool ok = true;

	for (size_t i = 0; i < h->o.listen_count; i++) {
		/* Several processes wait at one socket: one of them is woken. */
		struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &h->listeners[i] };

		h->listeners[i] = (struct http_fd){ HTTP_FD_LISTEN, h->o.listen_fds[i] };
		ok = epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->o.listen_fds[i], &ev) == 0 && ok;
	}
	return ok;
}

static void
listen_none(struct http *h)
{
	for (size_t i = 0; i < h->o.listen_count; i++)
		(void)epoll_ctl(h->epoll, EPOLL_CTL_DEL, h->listeners[i].fd, NULL);
}

/* Connections, their bodies' files, and what else the process has open. */
static void
descriptors(const struct http_limits *l)
{
	struct rlimit r;
	rlim_t want = 2 * (rlim_t)l->connections + 256;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
		return;
	r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

bool
http_open(const struct http_options *o, struct http **out, struct err *e)
{
	struct http *h = xalloc(sizeof(*h));
	bool ok;

	memset(h, 0, sizeof(*h));
	h->o = *o;
	h->now_ms = http_ms();
	h->listeners = xarray(o->listen_count, sizeof(*h->listeners));
	descriptors(&o->limits);
	/* What one answer has freed is the next one's: not given back and asked for again each time. */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	/* OpenSSL writes by write(), which would end the process where a client has gone. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (h->epoll < 0)
		ok = err_sys(e, "The server's loop cannot be made");
	else if (!http2_set_up(h))
		ok = err_set(e, ERR_SYSTEM, "HTTP/2 cannot be set up");
	else
		ok = trusted_read(h, e) && (o->tls_cert == NULL ||
		    http_tls_open(o->tls_cert, o->tls_key, o->tls_client_ca, o->tls_ticket_secret, &h->tls, e)) &&
		    (listen_all(h) || err_sys(e, "The socket cannot be listened at"));
	if (!ok) {
		http_close(&h);
		return false;
	}
	*out = h;
	return true;
}

/* Those that lie on h->again still stay until they are met there. */
static void
bury(struct http *h)
{
	struct conn **p = &h->dead;

	while (*p != NULL) {
		struct conn *c = *p;

		if (c->again) {
			p = &c->dead_next;
			continue;
		}
		*p = c->dead_next;
		conn_free(c);
	}
}

void
http_close(struct http **hp)
{
	struct http *h = *hp;

	if (h == NULL)
		return;
	for (; h->again != NULL; h->again = h->again->again_next)
		h->again->again = false;
	while (h->conns != NULL)
		conn_kill(h->conns);
	bury(h);
	while (h->spare != NULL) {
		struct http_exchange *x = h->spare;

		h->spare = x->next;
		arena_fini(&x->arena);
		free(x);
	}
	while (h->outs_count > 0)
		buf_fini(&h->outs[--h->outs_count]);
	while (h->watches != NULL) {
		struct watch *w = h->watches;

		h->watches = w->next;
		free(w);
	}
	while (h->timers != NULL) {
		struct timer *t = h->timers;

		h->timers = t->next;
		free(t);
	}
	if (h->epoll >= 0)
		close(h->epoll);
	http_tls_close(&h->tls);
	nghttp2_session_callbacks_del(h->h2_callbacks);
	nghttp2_option_del(h->h2_option);
	free(h->listeners);
	free(h->trusted);
	free(h);
	*hp = NULL;
}

bool
http_tls_reload(struct http *h, struct err *e)
{
	return h->tls == NULL || http_tls_load(h->tls, e);
}

void
http_counts(const struct http *h, struct http_counts *out)
{
	*out = h->counts;
}

/* --- others in the loop --------------------------------------------------------------- */

bool
http_watch(struct http *h, int fd, void (*ready)(void *cookie), void *cookie, struct err *e)
{
	struct watch *w = xalloc(sizeof(*w));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w };

	*w = (struct watch){ { HTTP_FD_WATCH, fd }, ready, cookie, h->watches };
	if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
		free(w);
		return err_sys(e, "The descriptor cannot be watched");
	}
	h->watches = w;
	return true;
}

void
http_unwatch(struct http *h, int fd)
{
	for (struct watch *w = h->watches; w != NULL; w = w->next) {
		if (w->fd.fd != fd || w->ready == NULL)
			continue;
		(void)epoll_ctl(h->epoll, EPOLL_CTL_DEL, fd, NULL);
		w->ready = NULL; /* events of this turn may still name it: it is freed with h */
	}
}

bool
http_every(struct http *h, unsigned ms, void (*tick)(void *cookie), void *cookie, struct err *e)
{
	struct timer *t = xalloc(sizeof(*t));

	(void)e;
	*t = (struct timer){ ms, http_ms() + ms, tick, cookie, h->timers };
	h->timers = t;
	return true;
}

/* --- the loop ------------------------------------------------------------------------- */

static struct ip
ip_of(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return ip_of_v4(ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr));
	if (a->ss_family == AF_INET6)
		return ip_from_bytes(((const struct sockaddr_in6 *)a)->sin6_addr.s6_addr);
	return ip_of_v4(0x7f000001); /* a socket of this machine */
}

static void
take_clients(struct http *h, int fd)
{
	/* Some at a time: there are other processes, and clients that wait. */
	for (int i = 0; i < 64; i++) {
		struct sockaddr_storage a = { 0 };
		socklen_t n = sizeof(a);
		int client = accept4(fd, (struct sockaddr *)&a, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client >= 0) {
			conn_new(h, client, ip_of(&a));
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK) {
			if (h->full_s != clock_now_s())
				log_error("http.accept", "errno=%d open=%llu", errno, (unsigned long long)h->counts.open);
			h->full_s = clock_now_s();
			/* It would be told again and again that somebody waits. */
			h->full = true;
			listen_none(h);
		}
		return;
	}
}

static void
take_event(struct http *h, const struct epoll_event *ev)
{
	struct http_fd *fd = ev->data.ptr;
	struct watch *w;

	switch (fd->kind) {
	case HTTP_FD_LISTEN:
		if (h->stop_ms == 0 && !h->full)
			take_clients(h, fd->fd);
		break;
	case HTTP_FD_CONN:
		conn_event(ev->data.ptr, ev->events);
		break;
	case HTTP_FD_WATCH:
		w = ev->data.ptr;
		if (w->ready != NULL)
			w->ready(w->cookie);
		break;
	}
}

static void
work_again(struct http *h)
{
	struct conn *list = h->again;

	/* What is put there meanwhile is of the next turn, which comes at once. */
	h->again = NULL;
	while (list != NULL) {
		struct conn *c = list;

		list = c->again_next;
		c->again = false;
		if (c->state != CONN_DEAD)
			conn_work(c);
	}
}

static void
tick(struct http *h)
{
	for (struct timer *t = h->timers; t != NULL; t = t->next) {
		if (h->now_ms >= t->due_ms) {
			t->due_ms = h->now_ms + t->ms;
			t->tick(t->cookie);
		}
	}
	if (h->now_ms < h->expire_ms)
		return;
	h->expire_ms = h->now_ms + EXPIRE_MS;
	if (h->full && h->stop_ms == 0) {
		h->full = false;
		(void)listen_all(h);
	}
	for (struct conn *c = h->conns, *next; c != NULL; c = next) {
		next = c->next;
		conn_expire(c, h->now_ms);
	}
}

static int
wait_ms(const struct http *h)
{
	int64_t until = h->expire_ms;

	for (const struct timer *t = h->timers; t != NULL; t = t->next)
		until = t->due_ms < until ? t->due_ms : until;
	return h->again != NULL || until <= h->now_ms ? 0 : (int)(until - h->now_ms);
}

bool
http_turn(struct http *h, struct err *e)
{
	struct epoll_event events[TURN_EVENTS];
	int n;

	h->now_ms = http_ms();
	n = epoll_wait(h->epoll, events, TURN_EVENTS, wait_ms(h));
	if (n < 0 && errno != EINTR)
		return err_sys(e, "The server's loop cannot wait");
	h->now_ms = http_ms();
	for (int i = 0; i < n; i++)
		take_event(h, &events[i]);
	tick(h);
	work_again(h);
	bury(h);
	return true;
}

bool
http_run(struct http *h, struct err *e)
{
	do {
		if (!http_turn(h, e))
			return false;
	} while (h->stop_ms == 0 || (h->conns != NULL && h->now_ms < h->stop_ms));
	return true;
}

void
http_stop(struct http *h)
{
	if (h->stop_ms != 0)
		return;
	h->stop_ms = http_ms() + STOP_MS;
	/* The sockets are everybody's: whoever comes now goes to another process, or waits for the next. */
	listen_none(h);
	for (struct conn *c = h->conns, *next; c != NULL; c = next) {
		next = c->next;
		conn_stop(c);
	}
}
