/*
 * herald: the process that sends notices. A mail server may take half an hour
 * over one message, which neither the keeper nor anybody who waits for it has.
 * It writes beside the keeper, in transactions of a moment each; which notice
 * is made and approved is the keeper's affair, and when one is to be sent, too:
 *
 *	keeper                                  herald
 *	 | 'C' "send" notice (0: all due)  -----> |
 *	 | <-----  'C' "notice" 0                  |  some have moved
 *	 | <-----  'C' "sent" notice               |  that was done
 *
 * What it was asked and did not say to be done, the keeper asks the next one.
 * What a kill leaves of a batch is seen to by the next sending (decision 0060).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "server/board.h"
#include "server/herald.h"
#include "server/link.h"
#include "server/sandbox.h"
#include "share/notices_node.h"

/* So often it is told how far sending is. */
#define SLICE_S 5

struct herald {
	const struct child_start *start;
	struct node node;
	struct board *board;
	struct link *link; /* to the keeper; NULL: there is none now */
	struct ids asked;
	int64_t run_ns; /* when the run under way began; 0: none is */
	int statm_fd;
};

/* --- slices --------------------------------------------------------------------------- */

/* The slice is over, or the process is to end: no further message is begun. */
static volatile bool enough;

static void
on_alarm(int signal)
{
	(void)signal;
	enough = true;
}

static void
on_term(int signal)
{
	(void)signal;
	child_stopping = enough = true;
}

static void
slice_begin(void)
{
	struct sigaction alarm = { .sa_handler = on_alarm, .sa_flags = SA_RESTART }, term = { .sa_handler = on_term };
	struct itimerval t = { .it_value = { .tv_sec = SLICE_S } };

	enough = false;
	(void)sigaction(SIGALRM, &alarm, NULL);
	(void)sigaction(SIGTERM, &term, NULL);
	(void)setitimer(ITIMER_REAL, &t, NULL);
	enough = enough || child_stopping;
}

static void
slice_end(void)
{
	struct itimerval none = { .it_value = { 0 } };

	(void)setitimer(ITIMER_REAL, &none, NULL);
}

/* --- numbers of notices ------------------------------------------------------------------ */

int64_t
herald_number(struct slice id)
{
	uint64_t n = 0;

	for (size_t i = 1; i < id.len; i++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, id.p[i]);

		if (at == NULL || id.p[i] == 0)
			return 0;
		n = n << 4 | (uint64_t)(at - digits);
	}
	return id.len == 17 && id.p[0] == 'N' ? (int64_t)n : 0;
}

static struct slice
name_of(int64_t number, char out[24])
{
	return slice_of(out, (size_t)snprintf(out, 24, "N%016llx", (unsigned long long)number));
}

/* --- sending ------------------------------------------------------------------------------- */

static void
tell(struct herald *h, const char *kind, int64_t id)
{
	struct err e = ERR_INIT;

	if (h->link != NULL && !link_changed_send(h->link, kind, id, &e))
		link_free(&h->link);
}

/* For who looks at /metrics, while it is sending too. */
static void
count(struct herald *h, const struct notices_summary *s)
{
	board_add(&h->board->herald.sent, s->sent);
	board_add(&h->board->herald.later, s->later);
	board_add(&h->board->herald.refused, s->never);
	board_add(&h->board->herald.uncertain, s->uncertain);
	board_add(&h->board->herald.withdrawn, s->withdrawn);
	board_memory(&h->board->herald.memory, h->statm_fd);
}

static void
summary(struct herald *h, const struct notices_summary *s)
{
	count(h, s);
	if (s->sent + s->later + s->never + s->uncertain + s->withdrawn == 0)
		return;
	log_info("notices.sent", "sent=%llu later=%llu refused=%llu uncertain=%llu withdrawn=%llu",
	    (unsigned long long)s->sent, (unsigned long long)s->later, (unsigned long long)s->never,
	    (unsigned long long)s->uncertain, (unsigned long long)s->withdrawn);
	tell(h, "notice", 0);
	if (s->sent > 0)
		tell(h, "finding", 0);
}

/* *more_out: the slice was over before all had gone. */
static bool
send_slice(struct herald *h, int64_t number, bool *more_out, struct err *e)
{
	struct notices_summary s = { 0 };
	struct contacts *c = NULL;
	struct notices_options o;
	struct way_options wo;
	const struct way *way;
	char name[24];
	bool ok;

	if (!notices_of_node(&h->node, clock_now_s(), &o, e) || !notices_way(&h->node, &way, &wo, e) ||
	    !contacts_load(h->node.store, &c, e))
		return false;
	o.only = number == 0 ? SLICE_NONE : name_of(number, name);
	wo.stop = &child_stopping;
	slice_begin();
	ok = notices_send(h->node.store, c, way, &wo, &o, &enough, &s, e);
	slice_end();
	contacts_free(&c);
	summary(h, &s);
	*more_out = ok && enough && s.later == 0 && number == 0;
	return ok;
}

/* A run is all slices of one order. */
static void
run_begin(struct herald *h)
{
	if (h->run_ns != 0)
		return;
	h->run_ns = clock_mono_ns();
	board_put(&h->board->herald.working, 1);
}

static void
run_end(struct herald *h, int64_t number)
{
	int64_t took_ms = (clock_mono_ns() - h->run_ns) / 1000000;
	char name[24];

	h->run_ns = 0;
	board_put(&h->board->herald.working, 0);
	board_put(&h->board->herald.asked, h->asked.count);
	board_put(&h->board->herald.last_s, (uint64_t)clock_now_s());
	board_put(&h->board->herald.last_ms, (uint64_t)took_ms);
	board_add(&h->board->herald.runs, 1);
	log_info("notices.run", "notice=%.*s took_ms=%lld waiting=%zu", SLICE_ARG(number == 0 ? S("all") : name_of(number, name)),
	    (long long)took_ms, h->asked.count);
}

static void
send_asked(struct herald *h)
{
	int64_t number = h->asked.v[0];
	struct err e = ERR_INIT;
	bool more = false;

	run_begin(h);
	if (!send_slice(h, number, &more, &e)) {
		board_add(&h->board->herald.errors, 1);
		log_error("notices.failed", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
	}
	if (more || child_stopping)
		return;
	ids_drop(&h->asked, number);
	run_end(h, number);
	tell(h, "sent", number);
}

/* --- the process ------------------------------------------------------------------------------ */

static void
ask_take(struct herald *h, const struct link_frame *f)
{
	struct link_changed c;
	struct err e = ERR_INIT;

	if (f->fd >= 0)
		(void)close(f->fd);
	if (f->kind != LINK_CHANGED || !link_changed_read(f, &c, &e) || strcmp(c.kind, "send") != 0)
		return;
	if (!ids_has(&h->asked, c.id))
		ids_add(&h->asked, c.id);
	board_put(&h->board->herald.asked, h->asked.count);
}

static void
link_work(struct herald *h)
{
	struct link_frame f;
	struct err e = ERR_INIT;
	enum step step = STEP_END;
	bool ok = link_pump(h->link, &e);

	while (ok && (step = link_next(h->link, &f, &e)) == STEP_ITEM)
		ask_take(h, &f);
	if (!ok || step == STEP_BAD)
		link_free(&h->link);
}

static void
control_work(struct herald *h)
{
	struct control_message m;
	bool end = false;

	while (control_receive(h->start->control, &m, &end)) {
		if (m.what == CONTROL_LINK && m.fd >= 0) {
			link_free(&h->link);
			h->link = link_new(m.fd);
		} else if (m.fd >= 0) {
			(void)close(m.fd);
		}
	}
	child_stopping = child_stopping || end;
}

static void
wait_all(struct herald *h)
{
	struct pollfd fds[2] = { { .fd = h->start->control, .events = POLLIN },
		{ .fd = h->link == NULL ? -1 : link_fd(h->link), .events = h->link == NULL ? 0 : link_events(h->link) } };

	(void)poll(fds, 2, h->asked.count > 0 ? 0 : 1000);
	control_work(h);
	if (h->link != NULL)
		link_work(h);
}

void
herald_main(const struct child_start *start)
{
	struct herald h = { .start = start, .node = NODE_NONE, .board = start->board,
		.statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC) };
	struct err e = ERR_INIT;

	child_signals();
	if (!sandbox_common(&e) || !node_open(start->dir, NODE_BESIDE, &h.node, &e))
		child_fail("herald", &e);
	/* The lock is the keeper's, also where it is away for a moment. */
	if (h.node.lock_fd >= 0)
		(void)close(h.node.lock_fd);
	h.node.lock_fd = -1;
	board_put(&h.board->herald.pid, (uint64_t)getpid());
	board_put(&h.board->herald.asked, 0);
	board_put(&h.board->herald.working, 0);
	board_memory(&h.board->herald.memory, h.statm_fd);
	(void)control_send(start->control, CONTROL_READY, 0, -1);
	while (!child_stopping) {
		wait_all(&h);
		if (h.asked.count > 0 && !child_stopping)
			send_asked(&h);
	}
	/* The next one may be there already. */
	if (board_get(&h.board->herald.pid) == (uint64_t)getpid())
		board_put(&h.board->herald.pid, 0);
	link_free(&h.link);
	ids_fini(&h.asked);
	node_close(&h.node);
	_exit(0);
}
