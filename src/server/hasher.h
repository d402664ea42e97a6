/*
 * hasher: the thread that hashes passwords, so that the keeper answers others
 * meanwhile. One hash at a time (64 MiB, 150 ms); its queue is bounded, and
 * whoever comes when it is full is told to come again.
 *
 * Work is asked for ahead by hasher_ask(), under a cookie. When the cookie
 * came back from hasher_done(), the same questions asked by hasher_verify() and
 * hasher_hash() are answered at once from what was worked out, each once. A
 * question that was not asked ahead is worked out on the spot, which takes as
 * long as it takes.
 */
#ifndef SERVER_HASHER_H
#define SERVER_HASHER_H

#include "base/err.h"
#include "server/password.h"

#define HASHER_QUEUE_MAX 32
#define HASHER_STRANGERS_MAX 16 /* of the queue; the rest is for who is known */

struct hasher;
/* ERR_SYSTEM: no thread. */
bool hasher_open(struct hasher **out, struct err *e) MUST_USE;
void hasher_close(struct hasher **h);

struct hash_ask {
	const char *verify; /* a hash that `password` may fit, or NULL */
	struct slice password;
	struct slice hash; /* a password that is to be hashed, or NONE */
};
/* False: the queue is full, for who is a stranger maybe earlier. cookie: not NULL. */
bool hasher_ask(struct hasher *h, const struct hash_ask *ask, bool stranger, void *cookie);
/* Readable when something is done. */
int hasher_fd(const struct hasher *h);
/* The next cookie whose work is done, or NULL. */
void *hasher_done(struct hasher *h);
/* Nobody waits for it any more. */
void hasher_forget(struct hasher *h, void *cookie);

bool hasher_verify(struct hasher *h, const char *hash, struct slice password);
bool hasher_hash(struct hasher *h, struct slice password, char out[PASSWORD_HASH_MAX], struct err *e) MUST_USE;

#endif
