/*
 * http_testing: for the tests of http: a server in a thread of its own on
 * loopback, with small time limits and a handler that does what the path says,
 * and a client that sends bytes as they are.
 */
#ifndef SERVER_HTTP_TESTING_H
#define SERVER_HTTP_TESTING_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/http.h"

struct http_testing {
	struct http *h;
	pthread_t thread;
	int listen_fd, port;
	int wake[2]; /* a byte: 's' stop, 'r' TLS again, 'e' an event to all */
	struct http_exchange *waiting[256]; /* of /never */
	struct http_exchange *streams[256]; /* of /events */
	size_t waiting_count, streams_count;
	atomic_uint asked, gone, pieces, slow;
	bool ran_ok, reload_ok;
	struct err e;
};

/* Small limits of time: a second for a head and for a body that stalls, two for an idle one. */
struct http_options testing_options(void);
/* o: limits and TLS as wanted, the rest is set here. */
void testing_start(struct http_testing *t, struct http_options o);
void testing_tell(struct http_testing *t, char what);
void testing_stop(struct http_testing *t);

struct reply {
	int status; /* 0: none came */
	struct buf bytes; /* all that came */
	struct slice body;
	bool closed; /* the connection ended */
};

int testing_connect(const struct http_testing *t);
bool testing_send(int fd, struct slice s);
/* One answer, within 5 s; to be read again where more follow. */
void testing_read(int fd, struct reply *r);
/* Send, read one answer and whether the connection ends then (waits for it where the answer says so). */
void testing_ask(const struct http_testing *t, struct slice request, struct reply *r);
void reply_fini(struct reply *r);
/* The value of a field of the answer, or "". */
struct slice reply_field(const struct reply *r, const char *name);
/* Kilobytes of memory that this process holds. */
long testing_rss(void);
/* So many kilobytes more are no more than a server that holds nothing whole may take. */
bool testing_is_little(long kib);
/* Until *v is at least n, 5 s at most. */
bool testing_until(atomic_uint *v, unsigned n);

#endif
