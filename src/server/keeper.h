/*
 * keeper: the one process that writes. For its own files.
 *
 *	keeper.c	the loop: requests of the web processes, reports, the clock
 *	clock.c		what is due by time; clock_notices.c: notices that go by themselves
 */
#ifndef SERVER_KEEPER_H
#define SERVER_KEEPER_H

#include "base/buf.h"
#include "base/ids.h"
#include "flow.h"
#include "server/control.h"
#include "server/link.h"

/* A link to a web process. */
struct peer {
	struct link *link; /* NULL: an empty place */
	uint8_t slot;
	uint64_t number; /* of this link: a later one in the same place has another */
};

/* A request, with its own memory: it may wait for the thread that hashes passwords. */
struct kept {
	struct api_request r;
	uint8_t *mem;
	size_t peer; /* its place */
	uint64_t link, number; /* of the link, of the request */
};

struct keeper {
	const struct child_start *start;
	struct board *board;
	struct flow *flow;
	struct node *node;
	struct api api;
	struct auth *auth;
	bool (*who)(struct api *a, const struct api_request *r, struct arena *mem, struct who *out, struct err *e); /* auth's */
	uint64_t links; /* that there ever were */
	size_t kept_count; /* requests that wait for a password's hash */
	struct peer peers[BOARD_WEBS];
	size_t peer_count; /* places that were ever used */
	int statm_fd;
	int64_t account; /* who asked for what is being handled; 0: nobody */
	bool handling; /* within api_handle() */
	bool dirty; /* a report may wait */
	bool leaving; /* all are told */
	struct ids retries; /* reports that are to be read again */
	int64_t looked_ns; /* when it was asked last who waits */
	/* the clock */
	int64_t networks_ns; /* date of networks.tbl, which is in use */
	int64_t tick_ns, second_ns, sweep_ns, notices_ns, hour_ns; /* when each was done last */
	bool notices_due; /* there may be more to send */
	struct buf sends; /* ids of notices that somebody sends, a line each; an empty one: all that are due */
	/* what changed and was not told yet */
	struct { char kind[LINK_CHANGED_MAX]; int64_t id; } news[64];
	size_t news_count;
};

/* Something changed: the web processes are told at the end of the turn. */
void keeper_changed(struct keeper *k, const char *kind, int64_t id);
/* Answer who waits. Where no transaction is open. */
void keeper_turn(struct keeper *k);

/* How long the loop may sleep, and what is due then. False: the store failed. */
int clock_wait_ms(const struct keeper *k);
bool clock_run(struct keeper *k, struct err *e) MUST_USE;
/* Send a slice of what is due; begin: prepare first. */
void clock_notices(struct keeper *k, bool begin);
/* Somebody sends notices (struct api's send); the clock does it, a slice each turn. */
void clock_send_asked(void *cookie, struct slice id);
void clock_sends(struct keeper *k);

#endif
