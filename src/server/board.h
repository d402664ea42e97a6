/*
 * board: a page of numbers that all processes of a server share: what each of
 * them does, for /health and /metrics. Each process writes its own place; what
 * is read here decides nothing but what is shown, as a web process that was
 * taken over could write anything.
 */
#ifndef SERVER_BOARD_H
#define SERVER_BOARD_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#define BOARD_WEBS 128 /* twice NODE_PROCESSES_MAX: a reload has old and new ones */
#define BOARD_TIMES 12

typedef _Atomic uint64_t board_number;

struct board_web {
	board_number pid, memory; /* bytes */
	board_number connections, open, requests, bytes_in, bytes_out, refused, status[6];
	board_number times[BOARD_TIMES], times_count, times_us; /* how long answers took */
	board_number streams; /* of server-sent events */
	board_number waiting; /* requests that wait for the keeper */
};

struct board {
	board_number started_s, loaded_s; /* of the server, of its configuration */
	struct {
		board_number pid, memory, restarts;
		board_number beat_ms; /* monotonic: it answers */
		board_number queue, requests, working, taken;
	} keeper;
	/* Who sends notices (server/herald.h); what it did since the server was started, by message. */
	struct {
		board_number pid, memory, restarts;
		board_number asked, working; /* orders that are not done; one is under way */
		board_number runs, errors; /* that came to an end; that could not be done */
		board_number sent, later, refused, uncertain, withdrawn;
		board_number last_s, last_ms; /* of the latest run: when it ended, how long it took */
	} herald;
	/* Who exchanges objects with partners (server/courier.h), since the server was started. */
	struct {
		board_number pid, memory, restarts;
		board_number working; /* exchanges under way, or about to begin */
		board_number runs, failures; /* that went well; that did not */
		board_number received, sent; /* objects */
		board_number last_s; /* when one was over last */
	} courier;
	board_number web_restarts;
	struct board_web webs[BOARD_WEBS];
	/* What is counted in the store now and then (server/teller.c). */
	struct {
		board_number at_s, took_ms;
		board_number reports[REPORT_STATE_COUNT], events, bad, bytes;
		board_number findings[8], notices[8];
	} store;
};

/* One page for all children that are forked from now on. */
bool board_make(struct board **out, struct err *e) MUST_USE;

static inline void
board_put(board_number *n, uint64_t v)
{
	atomic_store_explicit(n, v, memory_order_relaxed);
}

static inline void
board_add(board_number *n, uint64_t v)
{
	(void)atomic_fetch_add_explicit(n, v, memory_order_relaxed);
}

static inline uint64_t
board_get(const board_number *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

/* An answer took so long. */
void board_time(struct board_web *w, uint64_t us);
/* The keeper is there: it says so while it lives. */
void board_beat(struct board *b);
bool board_keeper_alive(const struct board *b);
/* A web process has ended, however it did. */
void board_web_gone(struct board_web *w);
/* Memory of this process, by a descriptor of /proc/self/statm (-1: unknown). */
void board_memory(board_number *n, int statm_fd);

/* The notice states in their order on the board. */
extern const char *const board_notice_states[8];

/* Prometheus' text format, version 0.0.4. */
void board_metrics(const struct board *b, struct buf *out);

#endif
