/*
 * web: a process that speaks with strangers. For its own files.
 *
 *	web.c		the process: requests, what runs here, what the keeper does
 *	web_live.c	streams of server-sent events
 *	web_log.c	a line for each request
 */
#ifndef SERVER_WEB_H
#define SERVER_WEB_H

#include "node.h"
#include "server/control.h"
#include "server/http.h"
#include "server/link.h"

/* A request from its coming to its answer. */
struct ask {
	struct ask *prev, *next;
	struct http_exchange *x; /* NULL: the client has gone; the answer is only logged */
	struct api_request *r; /* NULL once the client has gone */
	uint64_t number; /* of this process; the last digits of its name in log and answer */
	bool sent; /* to the keeper that is there now */
	int64_t begun_ns;
	bool asked; /* whose it is; account and rights are the answer */
	int64_t account;
	uint32_t rights;
	enum api_method method;
	char path[200]; /* as it is logged */
};

/* A stream of server-sent events. */
struct live {
	struct live *next;
	struct http_exchange *x;
	uint32_t rights;
	int64_t since_ns;
};

struct news {
	char kind[LINK_CHANGED_MAX];
	int64_t id; /* 0: many */
};

struct web {
	const struct child_start *start;
	struct board *board;
	struct board_web *mine;
	struct node node;
	struct http *http;
	struct http_counts base; /* of the process that had this place before */
	struct api api;
	struct auth *auth;
	bool (*who)(struct api *a, const struct api_request *r, struct arena *mem, struct who *out, struct err *e); /* auth's */
	struct ask *current; /* whose request is being handled here */
	int epoll; /* of the links, which http watches as one */
	struct link *link; /* to the keeper; NULL: there is none now */
	bool bye; /* it takes no more */
	struct ask *asks; /* all that wait for the keeper, the newest first */
	struct ask *asks_last;
	size_t ask_count, sent_count;
	uint64_t next;
	int statm_fd;
	int64_t minute_ns;
	struct live *lives;
	size_t live_count;
	struct news news[64];
	size_t news_count;
	bool stopping;
	bool alone; /* the supervisor is gone: no other keeper will come */
};

/* --- web_live.c ------------------------------------------------------------------ */

#define LIVES_MAX 2048

/* The exchange becomes a stream of what the rights let it hear. False: there are too many. */
bool live_begin(struct web *w, struct http_exchange *x, uint32_t rights);
void live_gone(struct web *w, struct http_exchange *x);
/* Something changed: told at the next tick, once. */
void live_news(struct web *w, const char *kind, int64_t id);
void live_tick(struct web *w);

/* --- web_log.c --------------------------------------------------------------------- */

/* A path without what is secret or names somebody: tokens of links, long numbers. */
void log_path(struct slice path, char *out, size_t cap);
/* "7-1f" in the log and in X-Request-Id. */
void log_request_name(const struct web *w, const struct ask *a, char out[40]);
void log_request(const struct web *w, const struct ask *a, int status, uint64_t bytes);

#endif
