/*
 * http_in: what the parts of http share. Nobody else includes it.
 *
 *	http.c		the loop: epoll, listeners, timers, start and stop
 *	http_conn.c	a connection: what it does next, its time limits
 *	http_bytes.c	its bytes in and out, TLS or not
 *	http1.c		HTTP/1.1 on it		http2.c	HTTP/2 on it, by nghttp2
 *	http_exchange.c	a request and its answer, whichever of the two brought it
 *
 * Everything runs in turns of the loop. http_answer() and http_event() may be
 * called from anywhere: they only put the connection on h->again. What is freed
 * lies on h->dead until the turn ends, as events of the same turn may name it.
 */
#ifndef SERVER_HTTP_IN_H
#define SERVER_HTTP_IN_H

#include <nghttp2/nghttp2.h>

#include "server/http.h"
#include "server/http_request.h"
#include "server/http_tls.h"

#define HTTP_OUT_BYTES ((size_t)64 << 10) /* what lies ready to be sent: no more is made */
#define HTTP_EVENTS_BYTES ((size_t)64 << 10)
#define HTTP_STREAMS_MAX 100 /* requests at once on one HTTP/2 connection */
#define HTTP_BODIES_BYTES ((size_t)128 << 20) /* bodies in memory, all together */
#define HTTP_PING_MS 15000 /* a stream of events says that it lives */
#define HTTP_LINGER_MS 2000
#define HTTP_BUCKETS 1024 /* connections by address */

/* What epoll knows. */
struct http_fd {
	enum { HTTP_FD_LISTEN, HTTP_FD_CONN, HTTP_FD_WATCH } kind;
	int fd;
};

struct http_exchange {
	struct http *h;
	struct conn *conn;
	struct http_exchange *prev, *next; /* of the connection */
	int32_t stream; /* of HTTP/2 */
	enum exchange_state {
		EXCHANGE_HEAD, /* its head comes */
		EXCHANGE_BODY, /* its body comes */
		EXCHANGE_ASKED, /* the handler has it */
		EXCHANGE_ANSWER, /* its answer goes */
		EXCHANGE_EVENTS /* events go, as they come */
	} state;
	int64_t deadline_ms; /* for what is due now; 0: nothing */
	struct arena arena;
	struct http_head head;
	struct http_frame frame;
	struct api_request r;
	int refused; /* the status that its head or body has earned; 0: none */
	size_t head_bytes;
	/* The body as it comes: in memory, then in a file. */
	struct buf body;
	uint64_t body_max;
	/* The answer as it goes. */
	struct api_response res;
	bool res_set;
	bool head_sent, length_known, chunked, no_body;
	uint64_t length, sent; /* of the answer's body */
	size_t body_at; /* in res.body */
	bool more_end;
	struct buf events;
	size_t events_at;
};

enum conn_state { CONN_HANDSHAKE, CONN_FIRST, CONN_HTTP1, CONN_HTTP2, CONN_LINGER, CONN_DEAD };

struct conn {
	struct http_fd fd; /* first: what epoll gives back */
	struct http *h;
	struct conn *prev, *next;
	struct conn *by_ip; /* the next one in its bucket */
	struct conn *again_next, *dead_next;
	bool again;
	enum conn_state state;
	struct ip ip;
	bool exempt; /* a proxy of ours: not counted by address */
	SSL *ssl;
	bool readable; /* there may be bytes to read, in the kernel or in OpenSSL */
	bool tls_wants_write; /* before it can read on */
	uint8_t cert_sha256[32];
	char *cert_subject; /* NULL: none */
	uint32_t epoll; /* the events it is registered for */
	bool hung; /* the client sends no more: said once */
	bool close; /* when all is sent */
	int64_t since_ms; /* of the last request's end, or the beginning */
	int64_t moved_ms; /* the last byte sent, or the time when there was nothing to send */
	int64_t deadline_ms; /* for a head that is due; 0: none is */
	struct buf in; /* HTTP/1.1: bytes not looked at yet */
	size_t in_at, scanned;
	struct buf out;
	size_t out_at;
	struct http_exchange *x; /* all of them; of HTTP/1.1 one at most */
	size_t x_count;
	struct http_chunks chunks; /* of HTTP/1.1's body */
	uint64_t left;
	nghttp2_session *h2;
	unsigned resets; /* streams that the client took back, this second */
	int64_t resets_s;
};

struct watch {
	struct http_fd fd;
	void (*ready)(void *cookie);
	void *cookie;
	struct watch *next;
};

struct timer {
	unsigned ms;
	int64_t due_ms;
	void (*tick)(void *cookie);
	void *cookie;
	struct timer *next;
};

struct http {
	struct http_options o;
	struct prefix *trusted;
	size_t trusted_count;
	struct http_tls *tls;
	nghttp2_session_callbacks *h2_callbacks;
	nghttp2_option *h2_option;
	int epoll;
	struct http_fd *listeners;
	struct watch *watches;
	struct timer *timers;
	struct conn *conns; /* newest first */
	struct conn *buckets[HTTP_BUCKETS];
	struct conn *again, *dead;
	struct http_exchange *spare; /* freed ones, with an arena's block each */
	size_t spare_count, exchange_count;
	size_t bodies_bytes; /* in memory now */
	struct buf outs[8]; /* memory for what is to be sent: lent to the connection that is worked on */
	size_t outs_count;
	int64_t now_ms; /* at the beginning of this turn */
	int64_t expire_ms; /* when time limits are looked at next */
	int64_t stop_ms; /* stopping: until when; 0: not */
	bool full; /* no descriptors left: the listeners rest for a moment */
	int64_t full_s; /* when that was said last */
	struct http_counts counts;
	char date[32]; /* of the Date field, this second's */
	int64_t date_s;
	uint8_t scratch[64 << 10]; /* what one read brings */
};

/* http.c */
int64_t http_ms(void);
/* One turn of the loop; waits for something to happen, or for a timer. */
bool http_turn(struct http *h, struct err *e) MUST_USE;
void http_again(struct conn *c);
const char *http_date(struct http *h);

/* http_conn.c */
void conn_new(struct http *h, int fd, struct ip ip);
/* Do what can be done now: read, understand, answer, write. */
void conn_work(struct conn *c);
void conn_event(struct conn *c, uint32_t events);
/* The end, whatever was under way; the handler hears of it. */
void conn_kill(struct conn *c);
void conn_free(struct conn *c); /* of a dead one, at the turn's end */
void conn_expire(struct conn *c, int64_t now_ms);
/* Nothing is asked or answered on it. */
bool conn_is_idle(const struct conn *c);
void conn_stop(struct conn *c);

/* http_bytes.c */
enum moved { MOVED_NONE, MOVED_SOME, MOVED_END };
enum moved conn_read(struct conn *c, uint8_t *p, size_t cap, size_t *n_out);
enum moved conn_write(struct conn *c, struct slice s, size_t *n_out);
/* What an OpenSSL call that brought nothing means. */
enum moved conn_tls_moved(struct conn *c, int rc);
/* HTTP/1.1: what has come and is not understood yet. */
void conn_keep(struct conn *c, struct slice in);
struct slice conn_unread(const struct conn *c);
void conn_took(struct conn *c, size_t n);
/* Memory for c->out, while the connection is worked on. */
void conn_lend(struct conn *c);
void conn_return(struct conn *c);

/* http1.c: bytes lie in c->in; puts into c->out. */
void http1_work(struct conn *c);
bool http1_wants(const struct conn *c);
void http1_expire(struct conn *c, int64_t now_ms);
/* http2.c */
bool http2_begin(struct conn *c);
void http2_take(struct conn *c, struct slice in);
void http2_work(struct conn *c);
bool http2_wants(const struct conn *c);
void http2_stop(struct conn *c);
void http2_resume(struct http_exchange *x);
void http2_reset(struct http_exchange *x, uint32_t code);
void http2_expire(struct conn *c, int64_t now_ms);
bool http2_set_up(struct http *h);

/* http_exchange.c */
/* NULL where there are too many. */
struct http_exchange *exchange_new(struct conn *c);
void exchange_free(struct http_exchange *x);
/* The head is in x->head: what is asked, how long the body may be. False: x->refused says why not. */
bool exchange_head(struct http_exchange *x);
/* A piece of the body. False: x->refused. */
bool exchange_body(struct http_exchange *x, struct slice piece);
/* The request is complete: to the handler, or refused. */
void exchange_ask(struct http_exchange *x);
/* An answer of our own. */
void exchange_refuse(struct http_exchange *x, int status);
/* The answer's fields, names in lower case, in x->arena; without status. */
size_t exchange_fields(struct http_exchange *x, struct http_field *out, size_t max);
/* Up to cap bytes of the answer's body. *end_out: there is no more. False: it failed on the way. 0 without end: nothing yet. */
bool exchange_pull(struct http_exchange *x, uint8_t *to, size_t cap, size_t *n_out, bool *end_out);
void exchange_ping(struct http_exchange *x, int64_t now_ms);

#endif
