#include "server/serve.h"

#include <errno.h>
#include <grp.h>
#include <openssl/rand.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/certificate.h"
#include "server/journal.h"
#include "server/limits.h"
#include "server/supervise.h"

/* Days before its end at which a certificate is spoken of. */
#define DAYS_WARNED 14

bool
serve_conf_check(const struct node *n, struct err *e)
{
	const struct node_conf *c = &n->conf;
	int64_t days = 0;

	if (!c->tls)
		return true;
	if (!certificate_check(node_path_of(n, c->certificate), node_path_of(n, c->key), &days, e))
		return false;
	if (days < DAYS_WARNED)
		log_warn("serve.certificate", "days_left=%lld path=%s", (long long)days, LOG_TEXT(node_path_of(n, c->certificate)));
	return true;
}

/* A node that was made before there was a server has none: as init would have made it. */
static bool
certificate_ready(const struct node *n, const struct serve_options *o, struct err *e)
{
	struct node_conf usual;

	node_conf_defaults(&usual);
	/* What root makes, the user it becomes could not read. */
	if (!n->conf.tls || o->check || (o->user != NULL && geteuid() == 0) ||
	    !slice_eq(n->conf.certificate, usual.certificate) || !slice_eq(n->conf.key, usual.key))
		return true;
	return certificate_make(n, e);
}

static bool
user_become(const char *user, struct err *e)
{
	struct passwd *p;

	if (user == NULL) {
		if (geteuid() == 0)
			log_warn("serve.root", "hint=\"it runs with all rights; give it a user of its own with --user\"");
		return true;
	}
	errno = 0;
	p = getpwnam(user);
	if (p == NULL)
		return err_set(e, ERR_USAGE, "there is no user %s on this machine", user);
	if (geteuid() == p->pw_uid)
		return true;
	if (geteuid() != 0)
		return err_set(e, ERR_DENIED, "only root can become %s; leave --user out, or start it as root", user);
	if (initgroups(user, p->pw_gid) != 0 || setgid(p->pw_gid) != 0 || setuid(p->pw_uid) != 0)
		return err_sys(e, "becoming %s failed", user);
	/* Whoever could get back has not become anybody. */
	return p->pw_uid == 0 || (setuid(0) != 0 && setgid(0) != 0) || err_set(e, ERR_SYSTEM, "becoming %s failed", user);
}

/* systemd's protocol: a datagram to the socket that is named. */
void
serve_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = path == NULL ? 0 : strlen(path);
	int fd;

	if (len == 0 || len >= sizeof(at.sun_path) || (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	memcpy(at.sun_path, path, len);
	if (at.sun_path[0] == '@')
		at.sun_path[0] = '\0';
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		log_warn("serve.notify", "errno=%d", errno);
	(void)close(fd);
}

/* With the moment, by which Type=notify-reload knows that this is the answer to its signal. */
void
serve_notify_reloading(void)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)(clock_mono_ns() / 1000));
	serve_notify(text);
}

int64_t
serve_watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t n, p;

	if (usec == NULL || !slice_u64(slice_of_str(usec), &n) || n == 0 || n > INT64_MAX / 1000)
		return 0;
	if (pid != NULL && (!slice_u64(slice_of_str(pid), &p) || p != (uint64_t)getpid()))
		return 0;
	return (int64_t)n * 1000 / 2;
}

static void
tell_listening(const struct serve_options *o, const struct supervisor *s)
{
	char url[128];

	for (size_t i = 0; i < s->listeners.count; i++) {
		(void)snprintf(url, sizeof(url), "%s://%s/", s->tls ? "https" : "http", s->listeners.v[i].at);
		log_info("serve.listening", "url=%s", url);
		if (o->listening != NULL)
			o->listening(o->cookie, url);
	}
}

static bool
plain_warn(const struct node_conf *c)
{
	if (!c->tls && slice_find(c->listen, S("*:")) != SIZE_MAX)
		log_warn("serve.plain", "hint=\"passwords travel in the clear: tls is no, and the whole network is listened to\"");
	return true;
}

bool
serve_run(const struct serve_options *o, struct err *e)
{
	struct supervisor *s = xalloc(sizeof(*s));
	struct node n = NODE_NONE;
	bool ok;

	*s = (struct supervisor){ .options = o, .begun_ns = clock_mono_ns() };
	journal_open();
	ok = node_conf_read(&n, o->dir, e) && certificate_ready(&n, o, e) && serve_conf_check(&n, e) && plain_warn(&n.conf) &&
	    (o->check || listeners_open(&s->listeners, n.conf.listen, true, e)) && user_become(o->user, e);
	s->tls = n.conf.tls;
	s->wanted = supervise_processes(&n.conf);
	if (!o->check) {
		s->rates = limits_shared_make();
		ok = ok && board_make(&s->board, e) && (s->rates != NULL || err_sys(e, "memory that processes share")) &&
		    (RAND_bytes(s->ticket_secret, sizeof(s->ticket_secret)) == 1 || err_set(e, ERR_SYSTEM, "the machine has no random numbers"));
	}
	arena_fini(&n.memory);
	if (ok && !o->check) {
		tell_listening(o, s);
		ok = supervise(s, e);
	}
	listeners_close(&s->listeners);
	free(s);
	return ok;
}
