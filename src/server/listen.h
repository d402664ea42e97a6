/*
 * listen: the sockets at which a server listens: bound before rights are given
 * up, shared by all its web processes, and kept over a restart.
 */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include "node.h"

#define LISTEN_MAX 32

struct listener {
	char name[272]; /* as in the settings: "127.0.0.1:8443" */
	char at[80]; /* as it is bound: "127.0.0.1:40123" */
	int fd;
};

struct listeners {
	struct listener v[LISTEN_MAX];
	size_t count;
};

/*
 * Sockets for what `listen` says. Those that *l has already under the same name
 * stay, others are closed. Where the environment brings some (LISTEN_FDS, of
 * systemd or of ourselves before a restart), they are taken instead of bound
 * (inherited: only at the start). *l is as it was where this is false.
 */
bool listeners_open(struct listeners *l, struct slice listen, bool inherited, struct err *e) MUST_USE;
void listeners_close(struct listeners *l);
/* For exec: the sockets from 3 on and LISTEN_FDS in the environment. */
bool listeners_pass(struct listeners *l, struct err *e) MUST_USE;

#endif
