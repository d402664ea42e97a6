/*
 * link: requests and answers between a web process and the keeper, over a
 * Unix stream socket.
 *
 *	web                                       keeper
 *	 | 'Q' number, request [descriptor]  ------> |
 *	 | <------  'A' number, answer [descriptor]  |
 *	 | <------  'C' kind, id                     |  something changed
 *	 | <------  'B'                              |  it takes no more requests
 *
 *	frame: be32 length of what follows the head | kind | 1: a descriptor comes
 *	along | payload: LEB128 numbers, texts as length and bytes
 *
 * Who speaks to strangers may have been taken over by one: what comes is
 * checked as any input, costs bounded memory, and a descriptor is taken only
 * of a plain file. Nothing here blocks. What the other side does not take
 * waits; link_room() says when to stop giving.
 */
#ifndef SERVER_LINK_H
#define SERVER_LINK_H

#include "server/api.h"

enum link_kind { LINK_REQUEST = 'Q', LINK_ANSWER = 'A', LINK_CHANGED = 'C', LINK_BYE = 'B' };

#define LINK_HEAD 6
/* A body in the frame at the most, and what stands around it. */
#define LINK_INLINE_MAX API_BODY_MAX
#define LINK_FRAME_MAX (LINK_INLINE_MAX + ((size_t)256 << 10))
/* Each text of a request but its body. */
#define LINK_TEXT_MAX ((size_t)64 << 10)

struct link;

/* sock becomes the link's own, and non-blocking. */
struct link *link_new(int sock);
void link_free(struct link **l);
int link_fd(const struct link *l);
/* What to poll for: POLLOUT where something waits; POLLIN always. */
short link_events(const struct link *l);
/* Less than some MiB wait to be sent. */
bool link_room(const struct link *l);
/* Nothing waits to be sent. */
bool link_idle(const struct link *l);

/* A whole frame came already: link_next() gives one without waiting for the other side. */
bool link_has(const struct link *l);

/* Send and receive what goes without waiting. False: the other side has gone, or the socket fails. */
bool link_pump(struct link *l, struct err *e) MUST_USE;

/* A frame that came; payload lives until the next link_next() or link_pump(). */
struct link_frame {
	enum link_kind kind;
	struct slice payload;
	int fd; /* the caller's from now on; -1: none */
};
/* STEP_ITEM; STEP_END: none is whole yet; STEP_BAD: what came is no frame, close the link. */
enum step link_next(struct link *l, struct link_frame *out, struct err *e) MUST_USE;

/* --- what is in them ---------------------------------------------------------- */

/* r's body_fd stays the caller's: it is doubled. False: memory or descriptors ran out. */
bool link_request_send(struct link *l, uint64_t number, const struct api_request *r, struct err *e) MUST_USE;
/*
 * Slices of *out lie in the payload; fd, if any, becomes out->body_fd (closed
 * where this is false). who is NULL: the keeper asks itself whose it is.
 */
bool link_request_read(const struct link_frame *f, uint64_t *number_out,
    struct api_request *out, struct err *e) MUST_USE;

/* What the keeper says of an answer besides, for the log. */
struct link_answer {
	uint64_t number;
	int64_t account; /* who asked; 0: nobody */
};
/* A long body (r->more too) goes into a file in memory. r is used up, not freed. */
bool link_answer_send(struct link *l, const struct link_answer *a, struct api_response *r,
    struct err *e) MUST_USE;
/* *out is begun with api_response_init() and the caller's to end; on failure it is ended already. */
bool link_answer_read(const struct link_frame *f, struct link_answer *a_out,
    struct api_response *out, struct err *e) MUST_USE;

#define LINK_CHANGED_MAX 32 /* bytes of a kind */
struct link_changed {
	char kind[LINK_CHANGED_MAX];
	int64_t id;
};
bool link_changed_send(struct link *l, const char *kind, int64_t id, struct err *e) MUST_USE;
bool link_changed_read(const struct link_frame *f, struct link_changed *out, struct err *e) MUST_USE;
bool link_bye_send(struct link *l, struct err *e) MUST_USE;

#endif
