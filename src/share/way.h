/*
 * way: how a message leaves: a way out is one file here and one row in way.c.
 */
#ifndef SHARE_WAY_H
#define SHARE_WAY_H

#include "base/err.h"
#include "base/slice.h"

struct way_options {
	const char *outbox; /* the Maildir */
	struct slice url, user, password_file, tls; /* of SMTP */
};

struct message {
	struct slice id; /* of the notice: the same message has the same */
	struct slice from, to; /* addresses alone */
	struct slice bytes; /* RFC 5322, CRLF */
};

enum way_result {
	WAY_SENT, /* the other side has taken it */
	WAY_LATER, /* not now: try again */
	WAY_AWAY, /* not reached or signed in: nothing can leave now, whatever the message */
	WAY_NEVER, /* this message is refused for good */
	WAY_UNCERTAIN /* cut off where nobody can know */
};

#define WAY_REPLY_MAX 200

struct way {
	const char *name;
	bool (*open)(const struct way_options *o, void **state_out, struct err *e);
	/* reply: what the other side said, for people. */
	enum way_result (*send)(void *state, const struct message *m, char reply[WAY_REPLY_MAX]);
	void (*close)(void **state);
	/* Sent twice is there once: what a crash cut off may simply be sent again. */
	bool again_is_safe;
};

/* NULL when there is no such way. */
const struct way *way_find(struct slice name);

extern const struct way way_outbox, way_smtp;

#endif
