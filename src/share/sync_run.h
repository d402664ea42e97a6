/*
 * sync_run: exchanges (store/sync.h) as they run: several at once in one thread,
 * each with its partner's server and no other. What fails is tried again later,
 * the later the oftener it failed. Whoever runs them is one process: the courier
 * of a server, or the command line under the node's lock.
 */
#ifndef SHARE_SYNC_RUN_H
#define SHARE_SYNC_RUN_H

#include <poll.h>

#include "node.h"
#include "share/taxii_client.h"

/* So many at once; further ones wait. Each holds two answers in memory at the most. */
#define SYNC_TOGETHER 8

struct sync_hooks {
	const volatile bool *stop; /* all is to end soon; may be NULL */
	/* Something of a kind ("sync", "object") changed; may be NULL. */
	void (*changed)(void *cookie, const char *kind, int64_t id);
	/* One came further, by so many objects. May be NULL. */
	void (*moved)(void *cookie, const struct sync *x, uint64_t more);
	/* One is over. May be NULL. */
	void (*done)(void *cookie, const struct sync *x, bool ok);
	void *cookie;
};

struct sync_run;
/* hooks and n stay the caller's, and live as long. What a killed process left under way is due again. */
bool sync_run_new(struct node *n, const struct sync_hooks *hooks, struct sync_run **out, struct err *e) MUST_USE;
/* What is under way is due again. */
void sync_run_free(struct sync_run **r);
/* These, whether due or not, if they do not run. */
void sync_run_add(struct sync_run *r, const struct ids *ids);
/* What is due now. */
bool sync_run_due(struct sync_run *r, struct err *e) MUST_USE;
/* Those under way and those that wait for their turn. */
size_t sync_run_count(const struct sync_run *r);
/* Wait for the network, or one of these (as poll()), ms at the most; then do what is to be done. */
void sync_run_step(struct sync_run *r, struct pollfd *fds, size_t n, int ms);

/* How one is met, for who asks without an exchange (taxii_look()); the caller ends it. */
bool sync_access(struct node *n, const struct sync *x, struct taxii_access *out, struct err *e) MUST_USE;
void sync_access_end(struct taxii_access *x);

/*
 * The token or password of an exchange, in DIR/sync/ID.secret, which is its
 * owner's alone (0600).
 */
#define SYNC_SECRET_MAX 4096
bool sync_secret_put(struct node *n, int64_t id, struct slice secret, struct err *e) MUST_USE;
void sync_secret_remove(struct node *n, int64_t id);

/* When one that failed so often in a row is tried again, in seconds from then on; retry_s: what the server asked for, or 0. */
int64_t sync_wait_s(uint64_t failures, int64_t retry_s, uint64_t random);

#endif
