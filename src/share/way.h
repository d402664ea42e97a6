/*
 * way: how a message leaves: a way out is one file here and one row in way.c.
 */
#ifndef SHARE_WAY_H
#define SHARE_WAY_H

#include "base/err.h"
#include "base/slice.h"

struct way_options {
	const char *outbox; /* the Maildir */
	struct slice url, user, password_file, tls, ca; /* of SMTP */
	const volatile bool *stop; /* a dialogue that lasts is broken off where nothing can have left yet (may be NULL) */
};

struct message {
	struct slice id; /* of the notice: the same message has the same */
	struct slice from, to; /* addresses alone */
	struct slice bytes; /* RFC 5322, CRLF */
	/*
	 * Called before the bytes go out that let the other side have the whole:
	 * until then a crash leaves no doubt. False: do not go on (WAY_LATER).
	 */
	bool (*committing)(void *cookie);
	void *cookie;
};

enum way_result {
	WAY_SENT, /* the other side has taken it */
	WAY_LATER, /* not now: try again */
	WAY_AWAY, /* not reached or signed in: nothing can leave now, whatever the message */
	WAY_NEVER, /* this message is refused for good */
	WAY_UNCERTAIN /* cut off where nobody can know */
};

#define WAY_REPLY_MAX 200
#define WAY_BATCH_MAX 512 /* messages between two waits for the disk */

/*
 * Messages come in batches. A way by which a message leaves at once has send()
 * alone. One that can tell later what became of a message (gone() is set) is
 * given the whole batch first, then each for good, and settles at the end.
 */
struct way {
	const char *name;
	size_t batch_max; /* where each is in doubt after a power cut: few */
	bool (*open)(const struct way_options *o, void **state_out, struct err *e);
	void (*close)(void **state);
	/* reply: what the other side said, for people. */
	enum way_result (*send)(void *state, const struct message *m, char reply[WAY_REPLY_MAX]);
	/* Keep m where a crash leaves it. False: not even one of the batch is begun. */
	bool (*stage)(void *state, const struct message *m, struct err *e);
	/* All that was staged is on the disk when it returns. */
	bool (*staged)(void *state, struct err *e);
	/* All that was sent is on the disk when it returns. */
	bool (*settle)(void *state, struct err *e);
	/* Of a message that was staged, before a crash: did it go? */
	bool (*gone)(void *state, struct slice id);
};

/* NULL when there is no such way. */
const struct way *way_find(struct slice name);

extern const struct way way_outbox, way_smtp;

#endif
