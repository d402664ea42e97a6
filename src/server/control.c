#include "server/control.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/pass.h"

volatile bool child_stopping;

bool
control_pair(int out[2], struct err *e)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, out) == 0 ||
	    err_sys(e, "a socket between our own processes");
}

bool
control_send(int sock, enum control_what what, uint8_t slot, int fd)
{
	union pass_room room;
	uint8_t bytes[2] = { (uint8_t)what, slot };
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	pass_put(&m, &room, fd);
	return sendmsg(sock, &m, MSG_NOSIGNAL) == (ssize_t)sizeof(bytes);
}

bool
control_receive(int sock, struct control_message *out, bool *end_out)
{
	union pass_room room;
	uint8_t bytes[2];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	pass_expect(&m, &room);
	n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	*end_out = n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
	if (n != (ssize_t)sizeof(bytes))
		return false;
	*out = (struct control_message){ .what = (enum control_what)bytes[0], .slot = bytes[1], .fd = pass_take(&m) };
	return true;
}

void
child_fail(const char *role, const struct err *e)
{
	log_error("serve.failed", "role=%s reason=%s cause=%s", role, LOG_TEXT(e->text), LOG_TEXT(e->cause));
	_exit(1);
}

static void
on_term(int signal)
{
	(void)signal;
	child_stopping = true;
}

void
child_signals(void)
{
	/* Without SA_RESTART: a wait ends. */
	struct sigaction term = { .sa_handler = on_term }, ignore = { .sa_handler = SIG_IGN }, plain = { .sa_handler = SIG_DFL };
	sigset_t none;

	(void)sigaction(SIGTERM, &term, NULL);
	/* A terminal sends these to the whole group; who decides is the supervisor. */
	(void)sigaction(SIGINT, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	(void)sigaction(SIGUSR2, &ignore, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGCHLD, &plain, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}
