/*
 * beside: what the processes have in common that work beside the keeper (herald,
 * courier): the node opened without its lock, a link on which they are asked,
 * their place on the page of numbers, and their end.
 */
#ifndef SERVER_BESIDE_H
#define SERVER_BESIDE_H

#include <poll.h>

#include "node.h"
#include "server/board.h"
#include "server/control.h"
#include "server/link.h"

#define BESIDE_FDS 2

struct beside {
	const struct child_start *start;
	struct node node;
	struct board *board;
	struct link *link; /* to the keeper; NULL: there is none now */
	int statm_fd;
	/* The keeper said this. */
	void (*said)(void *cookie, const struct link_changed *c);
	void *cookie;
};

/* Open the node, in the sandbox. Ends the process, with a line in the log, where that fails. */
void beside_begin(struct beside *b, const struct child_start *start, const char *name);
/* All is there: the supervisor is told. pid and memory are the process' own numbers. */
void beside_ready(struct beside *b, board_number *pid, board_number *memory);
/* What to poll for; the second may be no descriptor (-1). */
void beside_fds(const struct beside *b, struct pollfd fds[BESIDE_FDS]);
/* Take what came there; child_stopping is set where all is to end. */
void beside_work(struct beside *b);
/* Give all back, and end the process. */
_Noreturn void beside_end(struct beside *b, board_number *pid);

#endif
