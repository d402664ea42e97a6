/*
 * flow_aside: others are answered while a report is taken: between two MiB of
 * it, and while the disk is waited for, which a thread does that touches
 * nothing but the descriptor.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "flow_room.h"

/* Findings are written in pieces of about so long: nobody is answered within. */
#define FLUSH_MS 200
/* While the disk is waited for it is looked so often who asks. */
#define LOOK_MS 2

bool
flow_others(struct flow *f, struct err *e)
{
	return f->options.waiting == NULL || !f->options.waiting(f->options.cookie) || f->options.idle(f->options.cookie, e);
}

static bool
meanwhile(void *cookie, struct err *e)
{
	return flow_others(cookie, e);
}

struct waits {
	int fd;
	bool whole;
	int error; /* read once the thread has ended */
	int done;
};

static void *
wait_for_disk(void *cookie)
{
	struct waits *w = cookie;

	w->error = (w->whole ? syncfs(w->fd) : fsync(w->fd)) == 0 ? 0 : errno;
	(void)eventfd_write(w->done, 1);
	return NULL;
}

/* Signals are the process' affair, not this thread's. */
static bool
begin(struct waits *w, pthread_t *thread)
{
	sigset_t all, before;
	bool ok;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(thread, NULL, wait_for_disk, w) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

static int
sync_aside(void *cookie, int fd, bool whole)
{
	struct flow *f = cookie;
	struct waits w = { .fd = fd, .whole = whole, .done = eventfd(0, EFD_CLOEXEC) };
	struct pollfd p = { .fd = w.done, .events = POLLIN };
	struct err e = ERR_INIT;
	pthread_t thread;
	bool ok = true;

	if (w.done < 0 || !begin(&w, &thread)) {
		if (w.done >= 0)
			(void)close(w.done);
		return (whole ? syncfs(fd) : fsync(fd)) == 0 ? 0 : errno;
	}
	while (poll(&p, 1, ok ? LOOK_MS : -1) <= 0)
		ok = ok && flow_others(f, &e);
	(void)pthread_join(thread, NULL);
	(void)close(w.done);
	return w.error != 0 || ok ? w.error : ECANCELED;
}

void
flow_aside_begin(struct flow *f)
{
	if (f->options.waiting == NULL)
		return;
	store_batch_patience(f->node.store, FLUSH_MS);
	archive_aside(f->node.archive, &(struct archive_aside){ meanwhile, sync_aside, f });
}
