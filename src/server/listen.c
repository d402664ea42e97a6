#include "server/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* What may wait for a web process: a restart, or a rush. */
#define BACKLOG 4096
#define FD_FIRST 3 /* of LISTEN_FDS */

static void
address_print(int fd, char *out, size_t cap)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof(a);
	char host[64] = "?", port[16] = "?";

	if (getsockname(fd, (struct sockaddr *)&a, &n) == 0)
		(void)getnameinfo((struct sockaddr *)&a, n, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	(void)snprintf(out, cap, a.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static bool
bind_one(const struct addrinfo *a, int *fd_out, struct err *e, const char *name)
{
	int on = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

	if (fd < 0)
		return err_sys(e, "%s", name);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* The other family has a socket of its own. */
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
		*fd_out = fd;
		return true;
	}
	(void)err_sys(e, "%s: cannot listen there; is another server running, or is the port below 1024?", name);
	(void)close(fd);
	return false;
}

/* All addresses that a name stands for; one of a family that the machine lacks is left out. */
static bool
bind_name(struct listeners *l, const struct node_listen *at, const char *name, struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM }, *found = NULL;
	size_t before = l->count;
	int r = getaddrinfo(at->host[0] == '*' ? NULL : at->host, at->port, &hints, &found);

	if (r != 0)
		return err_set(e, ERR_INPUT, "%s: there is no such address: %s", name, gai_strerror(r));
	for (const struct addrinfo *a = found; a != NULL && l->count < LISTEN_MAX; a = a->ai_next) {
		struct listener *x = &l->v[l->count];

		if (!bind_one(a, &x->fd, e, name))
			continue;
		(void)snprintf(x->name, sizeof(x->name), "%s", name);
		address_print(x->fd, x->at, sizeof(x->at));
		l->count++;
	}
	freeaddrinfo(found);
	return l->count > before;
}

/* Those under this name move from *old to *l. */
static bool
keep_name(struct listeners *l, struct listeners *old, const char *name)
{
	size_t before = l->count;

	for (size_t i = 0; i < old->count; i++) {
		if (old->v[i].fd < 0 || strcmp(old->v[i].name, name) != 0 || l->count == LISTEN_MAX)
			continue;
		l->v[l->count++] = old->v[i];
	}
	return l->count > before;
}

static size_t
inherited_count(void)
{
	const char *count = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	uint64_t n, p;

	if (count == NULL || pid == NULL || !slice_u64(slice_of_str(count), &n) || !slice_u64(slice_of_str(pid), &p) ||
	    p != (uint64_t)getpid())
		return 0;
	return n > LISTEN_MAX ? LISTEN_MAX : (size_t)n;
}

static void
inherit(struct listeners *l, size_t n)
{
	l->count = 0;
	for (size_t i = 0; i < n; i++) {
		struct listener *x = &l->v[l->count++];

		x->fd = FD_FIRST + (int)i;
		(void)fcntl(x->fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(x->fd, F_SETFL, fcntl(x->fd, F_GETFL) | O_NONBLOCK);
		(void)snprintf(x->name, sizeof(x->name), "%zu", i);
		address_print(x->fd, x->at, sizeof(x->at));
	}
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDNAMES");
}

static void
close_others(const struct listeners *which, const struct listeners *keep)
{
	for (size_t i = 0; i < which->count; i++) {
		bool kept = false;

		for (size_t k = 0; k < keep->count; k++)
			kept = kept || keep->v[k].fd == which->v[i].fd;
		if (!kept)
			(void)close(which->v[i].fd);
	}
}

bool
listeners_open(struct listeners *l, struct slice listen, bool inherited, struct err *e)
{
	struct listeners old = *l, fresh = { .count = 0 };
	struct slice rest = listen;
	struct node_listen at;
	enum step step;
	bool ok = true;

	if (inherited && inherited_count() > 0) {
		inherit(l, inherited_count());
		return true;
	}
	while (ok && (step = node_listen_next(&rest, &at, e)) != STEP_END) {
		char name[272];

		if (step != STEP_ITEM) {
			ok = false;
			break;
		}
		(void)snprintf(name, sizeof(name), strchr(at.host, ':') != NULL ? "[%s]:%s" : "%s:%s", at.host, at.port);
		ok = keep_name(&fresh, &old, name) || bind_name(&fresh, &at, name, e);
	}
	if (!ok) {
		close_others(&fresh, &old);
		return false;
	}
	close_others(&old, &fresh);
	*l = fresh;
	return true;
}

void
listeners_close(struct listeners *l)
{
	for (size_t i = 0; i < l->count; i++)
		(void)close(l->v[i].fd);
	l->count = 0;
}

bool
listeners_pass(struct listeners *l, struct err *e)
{
	char text[24];

	/* First out of the way, so that none takes another's place. */
	for (size_t i = 0; i < l->count; i++) {
		int fd = fcntl(l->v[i].fd, F_DUPFD_CLOEXEC, FD_FIRST + LISTEN_MAX);

		if (fd < 0)
			return err_sys(e, "%s", l->v[i].at);
		l->v[i].fd = fd;
	}
	for (size_t i = 0; i < l->count; i++) {
		if (dup2(l->v[i].fd, FD_FIRST + (int)i) < 0)
			return err_sys(e, "%s", l->v[i].at);
	}
	(void)snprintf(text, sizeof(text), "%zu", l->count);
	(void)setenv("LISTEN_FDS", text, 1);
	(void)snprintf(text, sizeof(text), "%d", (int)getpid());
	(void)setenv("LISTEN_PID", text, 1);
	return true;
}
