/*
 * courier: the process that exchanges objects with partners by TAXII
 * (share/sync_run.h). Servers of others take their time, or stand still, which
 * neither the keeper nor anybody who waits for it has. It writes beside the
 * keeper, a page of objects with the place behind it in one short transaction.
 * What is due stands in the store, so it is asked for no number:
 *
 *	keeper                                  courier
 *	 | 'C' "sync" 0  --------------------->  |  look what is due
 *	 | <-----  'C' "sync" id                 |  that one came further, or is over
 *	 | <-----  'C' "object" 0                |  objects came
 *
 * A kill leaves what was under way where it was; the next one goes on with it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/board.h"
#include "server/courier.h"
#include "server/link.h"
#include "server/sandbox.h"
#include "share/sync_run.h"

struct courier {
	const struct child_start *start;
	struct node node;
	struct board *board;
	struct link *link; /* to the keeper; NULL: there is none now */
	struct sync_run *run;
	bool asked; /* something may be due */
	int statm_fd;
};

static void
on_changed(void *cookie, const char *kind, int64_t id)
{
	struct courier *c = cookie;
	struct err e = ERR_INIT;

	/* Who is behind hears of what comes later. */
	if (c->link != NULL && link_room(c->link) && !link_changed_send(c->link, kind, id, &e))
		link_free(&c->link);
}

static void
on_moved(void *cookie, const struct sync *x, uint64_t more)
{
	struct courier *c = cookie;

	board_add(x->direction == SYNC_POLL ? &c->board->courier.received : &c->board->courier.sent, more);
	board_memory(&c->board->courier.memory, c->statm_fd);
}

static void
on_done(void *cookie, const struct sync *x, bool ok)
{
	struct courier *c = cookie;

	(void)x;
	board_add(ok ? &c->board->courier.runs : &c->board->courier.failures, 1);
	board_put(&c->board->courier.last_s, (uint64_t)clock_now_s());
}

/* --- the process ------------------------------------------------------------------------------ */

static void
link_work(struct courier *c)
{
	struct link_changed said;
	struct link_frame f;
	struct err e = ERR_INIT;
	enum step step = STEP_END;
	bool ok = link_pump(c->link, &e);

	while (ok && (step = link_next(c->link, &f, &e)) == STEP_ITEM) {
		if (f.fd >= 0)
			(void)close(f.fd);
		if (f.kind == LINK_CHANGED && link_changed_read(&f, &said, &e) && strcmp(said.kind, "sync") == 0)
			c->asked = true;
	}
	if (!ok || step == STEP_BAD)
		link_free(&c->link);
}

static void
control_work(struct courier *c)
{
	struct control_message m;
	bool end = false;

	while (control_receive(c->start->control, &m, &end)) {
		if (m.what == CONTROL_LINK && m.fd >= 0) {
			link_free(&c->link);
			c->link = link_new(m.fd);
		} else if (m.fd >= 0) {
			(void)close(m.fd);
		}
	}
	child_stopping = child_stopping || end;
}

static void
step(struct courier *c)
{
	struct pollfd fds[2] = { { .fd = c->start->control, .events = POLLIN },
		{ .fd = c->link == NULL ? -1 : link_fd(c->link), .events = c->link == NULL ? 0 : link_events(c->link) } };

	sync_run_step(c->run, fds, c->link == NULL ? 1 : 2, 1000);
	control_work(c);
	if (c->link != NULL)
		link_work(c);
	board_put(&c->board->courier.working, sync_run_count(c->run));
}

static void
due(struct courier *c)
{
	struct err e = ERR_INIT;

	c->asked = false;
	if (sync_run_due(c->run, &e))
		return;
	/* The keeper asks again soon. */
	log_error("sync.due", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
}

void
courier_main(const struct child_start *start)
{
	struct courier c = { .start = start, .node = NODE_NONE, .board = start->board, .statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC) };
	const struct sync_hooks hooks = { .stop = &child_stopping, .changed = on_changed, .moved = on_moved, .done = on_done, .cookie = &c };
	struct err e = ERR_INIT;

	child_signals();
	if (!sandbox_common(&e) || !node_open(start->dir, NODE_BESIDE, &c.node, &e))
		child_fail("courier", &e);
	/* The lock is the keeper's, also where it is away for a moment. */
	if (c.node.lock_fd >= 0)
		(void)close(c.node.lock_fd);
	c.node.lock_fd = -1;
	if (!sync_run_new(&c.node, &hooks, &c.run, &e))
		child_fail("courier", &e);
	board_put(&c.board->courier.pid, (uint64_t)getpid());
	board_put(&c.board->courier.working, 0);
	board_memory(&c.board->courier.memory, c.statm_fd);
	(void)control_send(start->control, CONTROL_READY, 0, -1);
	while (!child_stopping) {
		step(&c);
		if (c.asked && !child_stopping)
			due(&c);
	}
	sync_run_free(&c.run);
	/* The next one may be there already. */
	if (board_get(&c.board->courier.pid) == (uint64_t)getpid())
		board_put(&c.board->courier.pid, 0);
	link_free(&c.link);
	node_close(&c.node);
	_exit(0);
}
