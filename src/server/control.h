/*
 * control: what a supervisor and its children say to each other, a byte a
 * message, some with a descriptor.
 *
 *	'L'	to a child: a link, to the keeper or (in the keeper) to the web process of that slot, the herald or the courier
 *	'R'	from a child: it is ready
 *	'S'	from the keeper: entente.conf was changed through it, read it again
 */
#ifndef SERVER_CONTROL_H
#define SERVER_CONTROL_H

#include "base/err.h"
#include "base/slice.h"
#include "server/board.h"

enum control_what { CONTROL_LINK = 'L', CONTROL_READY = 'R', CONTROL_SETTINGS = 'S' };

struct control_message {
	enum control_what what;
	uint8_t slot;
	int fd; /* -1: none */
};

/* A pair of sockets that keep messages apart and do not block. */
bool control_pair(int out[2], struct err *e) MUST_USE;
/* fd stays the caller's. False: the other side has gone. */
bool control_send(int sock, enum control_what what, uint8_t slot, int fd);
/* *end_out: the other side has gone. False: there is no message now. */
bool control_receive(int sock, struct control_message *out, bool *end_out);

/* What a child is given. Its main function does not come back. */
struct child_start {
	const char *dir; /* the node's */
	struct board *board;
	int control;
	uint8_t slot; /* of a web process */
	const int *listen_fds;
	size_t listen_count;
	struct limits_shared *rates; /* of strangers, for all processes together */
	const uint8_t *ticket_secret; /* 32 bytes that all web processes share */
};
_Noreturn void keeper_main(const struct child_start *s);
_Noreturn void web_main(const struct child_start *s);
_Noreturn void teller_main(const struct child_start *s);
_Noreturn void herald_main(const struct child_start *s);
_Noreturn void courier_main(const struct child_start *s);

#define TICKET_SECRET_BYTES 32

/* Ends a child that cannot go on; the reason is logged. */
_Noreturn void child_fail(const char *role, const struct err *e);

/* True once SIGTERM or SIGINT came. */
extern volatile bool child_stopping;
/* SIGTERM sets child_stopping and ends a wait; SIGINT and SIGHUP are the supervisor's affair. */
void child_signals(void);

#endif
