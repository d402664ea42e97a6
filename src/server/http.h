/*
 * http: HTTP/1.1 and HTTP/2 over TLS (or plainly, behind a proxy on the same
 * machine) in front of a handler that knows nothing of either. One event loop
 * a process; nothing in it blocks.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "server/api.h"

struct http; /* the listening side of one process, with its loop */
struct http_exchange; /* one request that waits for its answer */

struct http_limits {
	size_t header_bytes; /* 32 KiB: over it 431 */
	unsigned header_s; /* a request's header must be there within: 20 */
	unsigned idle_s; /* keep-alive without a request: 75 */
	unsigned body_stall_s; /* without a byte of a body that is due: 30 */
	unsigned connections; /* 4096; over it the oldest idle one goes */
	unsigned connections_per_address; /* 256 */
};
extern const struct http_limits HTTP_LIMITS;

struct http_options {
	const int *listen_fds; /* bound and listening; TLS where tls_cert is set */
	size_t listen_count;
	const char *tls_cert, *tls_key; /* PEM files; NULL: plain HTTP */
	const char *tls_client_ca; /* asks for client certificates (does not require them); may be NULL */
	struct slice tls_ticket_secret; /* 32 bytes that all processes of the node share, or SLICE_NONE: one of this process alone */
	const char *spool; /* folder for large bodies (O_TMPFILE) */
	struct slice trusted_proxies; /* prefixes, by commas or blanks, whose Forwarded / X-Forwarded-For is believed */
	struct http_limits limits;
	/* How large a body may be, told by the head alone; into a file where over API_BODY_MAX. */
	uint64_t (*body_max)(void *cookie, const struct api_request *head);
	/* Which methods there are at a path, as 1u << method; 0: nothing is there. For OPTIONS and 405; may be NULL. */
	unsigned (*methods)(void *cookie, const struct api_request *head);
	/*
	 * The whole request is there. Answer now or later with http_answer(). r
	 * lives until then. The handler never blocks.
	 */
	void (*request)(void *cookie, struct http_exchange *x, struct api_request *r);
	/* The client went away before the answer: forget x (may be NULL). */
	void (*gone)(void *cookie, struct http_exchange *x);
	void *cookie;
};

/*
 * What o points at has to live as long as *out. Raises the process' limit of
 * descriptors to what o->limits.connections need, as far as it may, and
 * ignores SIGPIPE.
 */
bool http_open(const struct http_options *o, struct http **out, struct err *e) MUST_USE;
/* Gives the answer; *r is empty afterwards. What r holds is http's from now on. With back-pressure: `more` is asked as the client takes. */
void http_answer(struct http_exchange *x, struct api_response *r);
/* Instead of an answer: the exchange becomes a stream of server-sent events; http_event() sends one to it. */
void http_events_begin(struct http_exchange *x);
/* False: the client is gone or too slow (its queue is over 64 KiB), and x is no more. */
bool http_event(struct http_exchange *x, struct slice event);
/* The stream ends; x is no more. */
void http_events_end(struct http_exchange *x);
/* Further descriptors and a timer in the same loop: the keeper's socket, signals. */
bool http_watch(struct http *h, int fd, void (*ready)(void *cookie), void *cookie, struct err *e) MUST_USE;
/* No more of it, before it is closed. May be called by ready() itself. */
void http_unwatch(struct http *h, int fd);
bool http_every(struct http *h, unsigned ms, void (*tick)(void *cookie), void *cookie, struct err *e) MUST_USE;
/* Run until http_stop(): then no new connection is taken, answers that are under way are given (up to 30 s), and this returns. */
bool http_run(struct http *h, struct err *e) MUST_USE;
void http_stop(struct http *h);
/* Certificate and key read again, for connections from now on. */
bool http_tls_reload(struct http *h, struct err *e) MUST_USE;
struct http_counts { uint64_t connections, open, requests, bytes_in, bytes_out, refused, status[6]; };
void http_counts(const struct http *h, struct http_counts *out);
void http_close(struct http **h);

#endif
