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
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/beside.h"
#include "server/courier.h"
#include "share/sync_run.h"

struct courier {
	struct beside beside;
	struct sync_run *run;
	bool asked; /* something may be due */
};

static void
on_changed(void *cookie, const char *kind, int64_t id)
{
	struct courier *c = cookie;
	struct err e = ERR_INIT;

	/* Who is behind hears of what comes later. */
	if (c->beside.link != NULL && link_room(c->beside.link) && !link_changed_send(c->beside.link, kind, id, &e))
		link_free(&c->beside.link);
}

static void
on_moved(void *cookie, const struct sync *x, uint64_t more)
{
	struct courier *c = cookie;

	board_add(x->direction == SYNC_POLL ? &c->beside.board->courier.received : &c->beside.board->courier.sent, more);
	board_memory(&c->beside.board->courier.memory, c->beside.statm_fd);
}

static void
on_done(void *cookie, const struct sync *x, bool ok)
{
	struct courier *c = cookie;

	(void)x;
	board_add(ok ? &c->beside.board->courier.runs : &c->beside.board->courier.failures, 1);
	board_put(&c->beside.board->courier.last_s, (uint64_t)clock_now_s());
}

/* --- the process ------------------------------------------------------------------------------ */

static void
on_said(void *cookie, const struct link_changed *said)
{
	struct courier *c = cookie;

	c->asked = c->asked || strcmp(said->kind, "sync") == 0;
}

static void
step(struct courier *c)
{
	struct pollfd fds[BESIDE_FDS];

	beside_fds(&c->beside, fds);
	sync_run_step(c->run, fds, c->beside.link == NULL ? 1 : 2, 1000);
	beside_work(&c->beside);
	board_put(&c->beside.board->courier.working, sync_run_count(c->run));
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
	struct courier c = { .beside = { .said = on_said } };
	const struct sync_hooks hooks = { .stop = &child_stopping, .changed = on_changed, .moved = on_moved, .done = on_done, .cookie = &c };
	struct err e = ERR_INIT;

	c.beside.cookie = &c;
	beside_begin(&c.beside, start, "courier");
	if (!sync_run_new(&c.beside.node, &hooks, &c.run, &e))
		child_fail("courier", &e);
	board_put(&c.beside.board->courier.working, 0);
	beside_ready(&c.beside, &c.beside.board->courier.pid, &c.beside.board->courier.memory);
	while (!child_stopping) {
		step(&c);
		if (c.asked && !child_stopping)
			due(&c);
	}
	sync_run_free(&c.run);
	beside_end(&c.beside, &c.beside.board->courier.pid);
}
