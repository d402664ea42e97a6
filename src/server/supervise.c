#include "server/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "server/courier.h"

#define MS INT64_C(1000000)
/* A child that lived so long was well: the next one is started at once. */
#define WELL_NS (INT64_C(10000) * MS)
#define WAIT_FIRST_MS 100
#define WAIT_LONGEST_MS 10000
/* How long a child may take to end: answers under way have 30 s. */
#define END_NS (INT64_C(40000) * MS)

static const char *const role_names[] = { "keeper", "web", "teller", "herald", "courier" };
static const char *const process_names[] = { "entente-keeper", "entente-web", "entente-teller", "entente-herald",
	"entente-courier" };

unsigned
supervise_processes(const struct node_conf *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->processes > 0)
		return c->processes;
	return cores < 2 ? 2 : cores > 16 ? 16 : (unsigned)cores;
}

/* --- children ---------------------------------------------------------------------------- */

static uint8_t
slot_of(const struct supervisor *s, const struct child *c)
{
	return c->role == ROLE_WEB ? (uint8_t)(c - s->webs) : c->role == ROLE_HERALD ? HERALD_SLOT : c->role == ROLE_COURIER ? COURIER_SLOT : 0;
}

/* Of all that there may be, webs last. */
#define CHILDREN (BOARD_WEBS + 4)

static struct child *
child_at(struct supervisor *s, size_t i)
{
	return i == 0 ? &s->keeper : i == 1 ? &s->teller : i == 2 ? &s->herald : i == 3 ? &s->courier : &s->webs[i - 4];
}

/* What a child must not hold: the others' sockets, and what it does not need. */
static void
inherited_close(struct supervisor *s, const struct child *mine)
{
	for (size_t i = 0; i < CHILDREN; i++) {
		const struct child *c = child_at(s, i);

		if (c != mine && c->state != CHILD_NONE)
			(void)close(c->control);
	}
	(void)close(s->signals);
	if (mine->role != ROLE_WEB)
		listeners_close(&s->listeners);
}

static _Noreturn void
child_main(struct supervisor *s, struct child *c, int control)
{
	static int fds[LISTEN_MAX];
	struct child_start start = { .dir = s->options->dir, .board = s->board, .rates = s->rates, .control = control,
		.slot = slot_of(s, c), .listen_fds = fds, .ticket_secret = s->ticket_secret };

	inherited_close(s, c);
	(void)prctl(PR_SET_NAME, process_names[c->role]);
	for (; start.listen_count < s->listeners.count; start.listen_count++)
		fds[start.listen_count] = s->listeners.v[start.listen_count].fd;
	switch (c->role) {
	case ROLE_KEEPER:
		keeper_main(&start);
	case ROLE_WEB:
		web_main(&start);
	case ROLE_TELLER:
		teller_main(&start);
	case ROLE_HERALD:
		herald_main(&start);
	case ROLE_COURIER:
		courier_main(&start);
	case ROLE_COUNT:
		break;
	}
	_exit(3);
}

/* A socket between one web process, herald or courier, and the keeper; each end travels by its control socket. */
static void
link_pair(struct supervisor *s, struct child *other)
{
	int pair[2];

	if (s->keeper.state == CHILD_NONE || s->keeper.state == CHILD_STOPPING || other->state == CHILD_NONE)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		log_error("serve.link", "errno=%d", errno);
		return;
	}
	if (!control_send(s->keeper.control, CONTROL_LINK, slot_of(s, other), pair[0]) ||
	    !control_send(other->control, CONTROL_LINK, 0, pair[1]))
		log_error("serve.link", "errno=%d", errno);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static bool
is_beside(enum role role)
{
	return role == ROLE_HERALD || role == ROLE_COURIER;
}

static void
start(struct supervisor *s, struct child *c, enum role role)
{
	struct err e = ERR_INIT;
	int pair[2];
	pid_t pid;

	s->patience[role].again_ns = clock_mono_ns() + WAIT_FIRST_MS * MS;
	if (!control_pair(pair, &e)) {
		log_error("serve.start", "role=%s reason=%s cause=%s", role_names[role], LOG_TEXT(e.text), LOG_TEXT(e.cause));
		return;
	}
	c->role = role;
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		child_main(s, c, pair[1]);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		log_error("serve.start", "role=%s errno=%d", role_names[role], errno);
		(void)close(pair[0]);
		return;
	}
	*c = (struct child){ .role = role, .state = CHILD_STARTING, .pid = pid, .control = pair[0],
		.generation = role == ROLE_KEEPER || is_beside(role) ? s->settings : s->generation, .begun_ns = clock_mono_ns() };
	if (role == ROLE_WEB || is_beside(role))
		link_pair(s, c);
	if (role == ROLE_KEEPER) {
		link_pair(s, &s->herald);
		link_pair(s, &s->courier);
	}
	for (size_t i = 0; role == ROLE_KEEPER && i < BOARD_WEBS; i++)
		link_pair(s, &s->webs[i]);
}

static void
end(struct child *c)
{
	if (c->state == CHILD_NONE || c->state == CHILD_STOPPING)
		return;
	c->state = CHILD_STOPPING;
	c->kill_ns = clock_mono_ns() + END_NS;
	(void)kill(c->pid, SIGTERM);
}

static struct child *
child_of(struct supervisor *s, pid_t pid)
{
	for (size_t i = 0; i < CHILDREN; i++) {
		struct child *c = child_at(s, i);

		if (c->state != CHILD_NONE && c->pid == pid)
			return c;
	}
	return NULL;
}

/* It ended by itself: told, and the next one waits the longer the sooner it did. */
static void
died(struct supervisor *s, const struct child *c, int status)
{
	struct patience *p = &s->patience[c->role];
	int64_t now = clock_mono_ns();

	if (now - c->begun_ns > WELL_NS)
		p->wait_ms = 0;
	p->again_ns = now + p->wait_ms * MS;
	log_error("serve.died", "role=%s pid=%d status=%d signal=%d again_ms=%lld", role_names[c->role], (int)c->pid,
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, (long long)p->wait_ms);
	p->wait_ms = p->wait_ms == 0 ? WAIT_FIRST_MS : p->wait_ms * 2 > WAIT_LONGEST_MS ? WAIT_LONGEST_MS : p->wait_ms * 2;
	if (c->role == ROLE_KEEPER)
		board_add(&s->board->keeper.restarts, 1);
	else if (c->role == ROLE_WEB)
		board_add(&s->board->web_restarts, 1);
	else if (c->role == ROLE_HERALD) {
		board_add(&s->board->herald.restarts, 1);
		board_put(&s->board->herald.pid, 0);
	} else if (c->role == ROLE_COURIER) {
		board_add(&s->board->courier.restarts, 1);
		board_put(&s->board->courier.pid, 0);
		board_put(&s->board->courier.working, 0);
	}
	/* What fails before it ever served would fail for ever: whoever starts it has to know. */
	s->failed = s->failed || (!s->ready && WIFEXITED(status));
}

static void
reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *c = child_of(s, pid);

		if (c == NULL)
			continue;
		if (c->state != CHILD_STOPPING && !s->stopping)
			died(s, c, status);
		if (c->role == ROLE_KEEPER)
			board_put(&s->board->keeper.pid, 0);
		if (c->role == ROLE_WEB)
			board_web_gone(&s->board->webs[slot_of(s, c)]);
		(void)close(c->control);
		c->state = CHILD_NONE;
	}
}

/* --- what is to be ------------------------------------------------------------------------- */

static struct child *
web_free(struct supervisor *s)
{
	for (size_t i = 0; i < BOARD_WEBS; i++) {
		if (s->webs[i].state == CHILD_NONE)
			return &s->webs[i];
	}
	return NULL;
}

static size_t
webs(const struct supervisor *s, bool current, enum child_state a, enum child_state b)
{
	size_t n = 0;

	for (size_t i = 0; i < BOARD_WEBS; i++) {
		const struct child *c = &s->webs[i];

		n += (c->state == a || c->state == b) && (c->generation == s->generation) == current;
	}
	return n;
}

static struct child *
web_old(struct supervisor *s)
{
	for (size_t i = 0; i < BOARD_WEBS; i++) {
		if ((s->webs[i].state == CHILD_STARTING || s->webs[i].state == CHILD_READY) && s->webs[i].generation != s->generation)
			return &s->webs[i];
	}
	return NULL;
}

/* The keeper of other settings ends, and another begins where it was. */
static void
keeper_see(struct supervisor *s, int64_t now)
{
	if (s->keeper.state == CHILD_READY && s->keeper.generation != s->settings)
		end(&s->keeper);
	if (s->keeper.state == CHILD_NONE && now >= s->patience[ROLE_KEEPER].again_ns)
		start(s, &s->keeper, ROLE_KEEPER);
}

/*
 * As many as are wanted; at a reload each new one that is ready lets one old
 * one go, so that there is always somebody who takes connections.
 */
static void
webs_see(struct supervisor *s, int64_t now)
{
	size_t ready = webs(s, true, CHILD_READY, CHILD_READY);
	size_t fresh = webs(s, true, CHILD_READY, CHILD_STARTING);
	struct child *c;

	while (webs(s, false, CHILD_READY, CHILD_STARTING) + ready > s->wanted && ready > 0 && (c = web_old(s)) != NULL)
		end(c);
	for (size_t i = 0; i < BOARD_WEBS && fresh > s->wanted; i++) {
		if (s->webs[i].state == CHILD_READY && s->webs[i].generation == s->generation) {
			end(&s->webs[i]);
			fresh--;
		}
	}
	while (fresh < s->wanted && now >= s->patience[ROLE_WEB].again_ns && (c = web_free(s)) != NULL) {
		start(s, c, ROLE_WEB);
		if (c->state == CHILD_NONE)
			break;
		/* Several start at once only where none is there yet. */
		s->patience[ROLE_WEB].again_ns = now;
		fresh++;
	}
}

/*
 * A table of networks that was built again: a web process cannot open it behind
 * its walls, so that others take over. The keeper finds it by itself.
 */
static void
networks_look(struct supervisor *s, int64_t now)
{
	char path[PATH_TEXT_MAX];
	struct stat st;
	bool first = s->looked_ns == 0;
	int64_t date = 0;

	if (!first && now - s->looked_ns < 2000 * MS)
		return;
	s->looked_ns = now;
	if (stat(path_join(path, s->options->dir, "networks.tbl"), &st) == 0)
		date = (int64_t)st.st_mtim.tv_sec * 1000 * MS + st.st_mtim.tv_nsec;
	if (!first && s->networks_ns != date)
		s->generation++;
	s->networks_ns = date;
}

/* Those that nobody waits for: when all others are there. */
static void
helper_see(struct supervisor *s, struct child *c, enum role role, unsigned generation, int64_t now)
{
	if (!s->ready)
		return;
	if (c->state == CHILD_READY && c->generation != generation)
		end(c);
	if (c->state == CHILD_NONE && now >= s->patience[role].again_ns)
		start(s, c, role);
}

static void
see(struct supervisor *s)
{
	int64_t now = clock_mono_ns();

	networks_look(s, now);
	keeper_see(s, now);
	/* A store of an older schema is brought up to date by the keeper first. */
	if (s->keeper.state == CHILD_READY || s->ready)
		webs_see(s, now);
	helper_see(s, &s->teller, ROLE_TELLER, s->generation, now);
	helper_see(s, &s->herald, ROLE_HERALD, s->settings, now);
	helper_see(s, &s->courier, ROLE_COURIER, s->settings, now);
	if (!s->ready && s->keeper.state == CHILD_READY && webs(s, true, CHILD_READY, CHILD_READY) >= s->wanted) {
		s->ready = true;
		log_info("serve.ready", "took_ms=%lld processes=%u", (long long)((now - s->begun_ns) / MS), s->wanted);
		serve_notify("READY=1\nSTATUS=serving");
	}
}

/* The front first, so that the keeper answers what they still ask. */
static bool
see_stop(struct supervisor *s)
{
	bool left = false;

	for (size_t i = 0; i < BOARD_WEBS; i++) {
		end(&s->webs[i]);
		left = left || s->webs[i].state != CHILD_NONE;
	}
	end(&s->teller);
	end(&s->herald);
	end(&s->courier);
	if (!left)
		end(&s->keeper);
	return left || s->keeper.state != CHILD_NONE || s->teller.state != CHILD_NONE || s->herald.state != CHILD_NONE || s->courier.state != CHILD_NONE;
}

static void
patience_end(struct child *c, int64_t now)
{
	if (c->state != CHILD_STOPPING || now < c->kill_ns)
		return;
	log_error("serve.killed", "role=%s pid=%d", role_names[c->role], (int)c->pid);
	(void)kill(c->pid, SIGKILL);
	c->kill_ns = INT64_MAX;
}

/* --- the settings again ----------------------------------------------------------------------- */

static void
reload(struct supervisor *s)
{
	struct node n = NODE_NONE;
	struct err e = ERR_INIT;

	s->reload = false;
	s->reloading = true;
	serve_notify_reloading();
	if (node_conf_read(&n, s->options->dir, &e) && serve_conf_check(&n, &e) && listeners_open(&s->listeners, n.conf.listen, false, &e)) {
		s->tls = n.conf.tls;
		s->wanted = supervise_processes(&n.conf);
		s->generation++;
		s->settings++;
		board_put(&s->board->loaded_s, (uint64_t)clock_now_s());
		log_info("serve.reload", "processes=%u", s->wanted);
	} else {
		/* Better the old settings than none. */
		log_error("serve.reload", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
	}
	arena_fini(&n.memory);
}

/* The old ones take no more, and as many new ones as are wanted do. */
static void
reload_see(struct supervisor *s)
{
	if (!s->reloading || s->keeper.state != CHILD_READY || s->keeper.generation != s->settings ||
	    webs(s, true, CHILD_READY, CHILD_READY) < s->wanted || webs(s, false, CHILD_READY, CHILD_STARTING) > 0)
		return;
	s->reloading = false;
	serve_notify("READY=1");
}

/* As long as the process that writes answers, or is being started again. */
static void
watchdog(struct supervisor *s, int64_t now)
{
	bool well = board_keeper_alive(s->board) || s->keeper.state != CHILD_READY || s->stopping;

	if (s->watchdog_ns == 0 || !well || now - s->fed_ns < s->watchdog_ns)
		return;
	s->fed_ns = now;
	serve_notify("WATCHDOG=1");
}

static void
signals_read(struct supervisor *s)
{
	struct signalfd_siginfo i;

	while (read(s->signals, &i, sizeof(i)) == (ssize_t)sizeof(i)) {
		switch (i.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			if (!s->stopping)
				serve_notify("STOPPING=1");
			s->stopping = true;
			s->anew = false;
			break;
		case SIGUSR2:
			s->anew = s->options->argv != NULL;
			s->stopping = s->stopping || s->anew;
			break;
		case SIGHUP:
			s->reload = true;
			break;
		default:
			break;
		}
	}
}

/* --- the loop ------------------------------------------------------------------------------------ */

static void
control_read(struct supervisor *s, struct child *c)
{
	struct control_message m;
	bool gone;

	while (control_receive(c->control, &m, &gone)) {
		if (m.what == CONTROL_READY && c->state == CHILD_STARTING)
			c->state = CHILD_READY;
		if (m.what == CONTROL_SETTINGS && c == &s->keeper)
			s->reload = true;
		if (m.fd >= 0)
			(void)close(m.fd);
	}
}

static void
wait_all(struct supervisor *s)
{
	struct pollfd fds[CHILDREN + 1] = { { .fd = s->signals, .events = POLLIN } };
	struct child *of[CHILDREN + 1] = { NULL };
	nfds_t n = 1;

	for (size_t i = 0; i < CHILDREN; i++) {
		struct child *c = child_at(s, i);

		/* The keeper has something to say later, too. */
		if (c->state != CHILD_STARTING && (c != &s->keeper || c->state != CHILD_READY))
			continue;
		of[n] = c;
		fds[n++] = (struct pollfd){ .fd = c->control, .events = POLLIN };
	}
	(void)poll(fds, n, 100);
	signals_read(s);
	for (nfds_t i = 1; i < n; i++) {
		if (fds[i].revents != 0)
			control_read(s, of[i]);
	}
}

static bool
signals_open(struct supervisor *s, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGUSR2);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals >= 0 || err_sys(e, "signals cannot be waited for");
}

/* The program as it is on the disk now takes the sockets over. */
static bool
exec_anew(struct supervisor *s, struct err *e)
{
	sigset_t none;

	if (!listeners_pass(&s->listeners, e))
		return false;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execvp(s->options->argv[0], s->options->argv);
	return err_sys(e, "%s: cannot be started again", s->options->argv[0]);
}

bool
supervise(struct supervisor *s, struct err *e)
{
	if (!signals_open(s, e))
		return false;
	s->watchdog_ns = serve_watchdog_ns();
	board_put(&s->board->started_s, (uint64_t)clock_now_s());
	board_put(&s->board->loaded_s, (uint64_t)clock_now_s());
	for (;;) {
		int64_t now = clock_mono_ns();

		reap(s);
		if (s->failed)
			s->stopping = true;
		if (s->stopping && !see_stop(s))
			break;
		if (!s->stopping && s->reload && s->ready)
			reload(s);
		if (!s->stopping) {
			see(s);
			reload_see(s);
		}
		watchdog(s, now);
		for (size_t i = 0; i < CHILDREN; i++)
			patience_end(child_at(s, i), now);
		wait_all(s);
	}
	if (s->failed)
		return err_set(e, ERR_SYSTEM, "the server could not start; its log says why");
	if (s->anew)
		return exec_anew(s, e);
	log_info("serve.stopped", "uptime_s=%lld", (long long)((clock_mono_ns() - s->begun_ns) / (1000 * MS)));
	return true;
}
