/*
 * keeper: the one process that writes. For its own files.
 *
 *	keeper.c	the loop: requests of the web processes, reports, the clock
 *	clock.c		what is due by time; clock_notices.c: notices that go by themselves, and the
 *			herald; clock_watch.c: folders that are taken in; clock_objects.c: sightings, retention; clock_sync.c: the courier
 */
#ifndef SERVER_KEEPER_H
#define SERVER_KEEPER_H

#include "base/ids.h"
#include "flow.h"
#include "server/control.h"
#include "server/link.h"
#include "watch.h"

/* What the clock does, each by its own time. */
#define CLOCK_TASKS 10
#define CLOCK_WATCH 5
#define CLOCK_COLUMNS 6
#define CLOCK_SIGHTINGS 7
#define CLOCK_RETENTION 8
#define CLOCK_SYNC 9
/* Web processes, the herald and the courier. */
#define PEERS_MAX (BOARD_WEBS + 2)

/* A link to a web process, the herald or the courier. */
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
	struct kept *next; /* in the queue of those that take their time */
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
	struct kept *later, *later_last; /* that take their time, and wait for the one under way */
	unsigned depth; /* handlers under way: within one that takes its time others are answered */
	bool busy; /* something that takes its time is under way, and lets others be answered */
	struct peer peers[PEERS_MAX];
	size_t peer_count; /* places that were ever used */
	int statm_fd;
	int64_t account; /* who asked for what is being handled; 0: nobody */
	bool handling; /* a handler that lets nobody in */
	bool dirty; /* a report may wait */
	bool leaving; /* all are told */
	struct ids retries; /* reports that are to be read again */
	int64_t looked_ns; /* when it was asked last who waits */
	/* the clock */
	int64_t networks_ns; /* date of networks.tbl, which is in use */
	int64_t next_ns[CLOCK_TASKS]; /* when each is due */
	bool columns_due; /* lists' columns are being made */
	bool objects_due; /* sightings are being made, or what was kept long enough is being taken out */
	int64_t sighted; /* the last indicator of a round that is under way; 0: none is */
	struct ids sends; /* numbers of notices that the herald is to send and did not say to be done; 0: all that are due */
	struct watch *watch; /* NULL: no folders are taken in */
	enum { FOLDER_NEW, FOLDER_THERE, FOLDER_MISSED } folders[NODE_WATCH_MAX]; /* MISSED: that was said */
	/* what changed and was not told yet */
	struct { char kind[LINK_CHANGED_MAX]; int64_t id; } news[64];
	size_t news_count;
};

/* Something changed: the web processes are told at the end of the turn. */
void keeper_changed(struct keeper *k, const char *kind, int64_t id);
/* Answer who waits. Where no transaction is open. */
void keeper_turn(struct keeper *k);
/* The same as a pause: of what takes its time, between two steps of which no transaction is open. */
bool keeper_pause(void *cookie, struct err *e) MUST_USE;

/* Do what is due by time, each for itself. */
void clock_run(struct keeper *k);
/* How long the loop may sleep. */
int clock_wait_ms(const struct keeper *k);
/* Prepare notices where the settings say so, and let them be sent. */
bool clock_notices(struct keeper *k, struct err *e) MUST_USE;
int64_t clock_notices_every_s(const struct keeper *k);
/* Sightings of what indicators met, and what others' clauses let us keep no longer: a slice at a time (clock_objects.c). */
bool clock_sightings(struct keeper *k, struct err *e) MUST_USE;
bool clock_retention(struct keeper *k, struct err *e) MUST_USE;
/* Folders that the settings name: taken in a slice at a time. */
bool clock_watch(struct keeper *k, struct err *e) MUST_USE;
void clock_watch_free(struct keeper *k);
/* Something came there: look soon. */
void clock_watch_soon(struct keeper *k);
bool clock_watch_is_soon(const struct keeper *k);
/* Somebody sends notices (struct api's send): the herald is asked. */
void clock_send_asked(void *cookie, struct slice id);
/* Exchanges with partners that are due: the courier is told. */
bool clock_sync(struct keeper *k, struct err *e) MUST_USE;
/* The link of a slot, HERALD_SLOT or COURIER_SLOT; NULL: it is away. */
struct peer *keeper_peer(struct keeper *k, uint8_t slot);
/* The herald is another one: it is asked what the one before did not say to be done. */
void clock_send_again(struct keeper *k);
void clock_send_done(struct keeper *k, int64_t number);

#endif
