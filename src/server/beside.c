#include "server/beside.h"

#include <fcntl.h>
#include <unistd.h>

#include "server/sandbox.h"

void
beside_begin(struct beside *b, const struct child_start *start, const char *name)
{
	struct err e = ERR_INIT;

	b->start = start;
	b->board = start->board;
	b->node = (struct node)NODE_NONE;
	b->link = NULL;
	b->statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	child_signals();
	if (!sandbox_common(&e) || !node_open(start->dir, NODE_BESIDE, &b->node, &e))
		child_fail(name, &e);
	/* The lock is the keeper's, also where it is away for a moment. */
	if (b->node.lock_fd >= 0)
		(void)close(b->node.lock_fd);
	b->node.lock_fd = -1;
}

void
beside_ready(struct beside *b, board_number *pid, board_number *memory)
{
	board_put(pid, (uint64_t)getpid());
	board_memory(memory, b->statm_fd);
	(void)control_send(b->start->control, CONTROL_READY, 0, -1);
}

void
beside_fds(const struct beside *b, struct pollfd fds[BESIDE_FDS])
{
	fds[0] = (struct pollfd){ .fd = b->start->control, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = b->link == NULL ? -1 : link_fd(b->link), .events = b->link == NULL ? 0 : link_events(b->link) };
}

static void
control_work(struct beside *b)
{
	struct control_message m;
	bool end = false;

	while (control_receive(b->start->control, &m, &end)) {
		if (m.what == CONTROL_LINK && m.fd >= 0) {
			link_free(&b->link);
			b->link = link_new(m.fd);
		} else if (m.fd >= 0) {
			(void)close(m.fd);
		}
	}
	child_stopping = child_stopping || end;
}

static void
link_work(struct beside *b)
{
	struct link_changed said;
	struct link_frame f;
	struct err e = ERR_INIT;
	enum step step = STEP_END;
	bool ok = link_pump(b->link, &e);

	while (ok && (step = link_next(b->link, &f, &e)) == STEP_ITEM) {
		if (f.fd >= 0)
			(void)close(f.fd);
		if (f.kind == LINK_CHANGED && link_changed_read(&f, &said, &e))
			b->said(b->cookie, &said);
	}
	if (!ok || step == STEP_BAD)
		link_free(&b->link);
}

void
beside_work(struct beside *b)
{
	control_work(b);
	if (b->link != NULL)
		link_work(b);
}

void
beside_end(struct beside *b, board_number *pid)
{
	/* The next one may be there already. */
	if (board_get(pid) == (uint64_t)getpid())
		board_put(pid, 0);
	link_free(&b->link);
	node_close(&b->node);
	_exit(0);
}
