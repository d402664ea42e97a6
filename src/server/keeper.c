#include "server/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "server/auth.h"
#include "server/conf_change.h"
#include "server/courier.h"
#include "server/sandbox.h"
#include "store/findings.h"

/* Requests that are handled before a report is gone on with. */
#define TURN_REQUESTS 64
/* How often a long report looks up to see who waits. */
#define LOOK_NS INT64_C(1000000)
/* A writer that is going away, or a doctor: its lock is waited for. */
#define LOCK_WAIT_MS 10000

/* --- what changed ------------------------------------------------------------------ */

void
keeper_changed(struct keeper *k, const char *kind, int64_t id)
{
	size_t same = 0;

	for (size_t i = 0; i < k->news_count; i++) {
		if (strcmp(k->news[i].kind, kind) != 0)
			continue;
		if (k->news[i].id == id || k->news[i].id == 0)
			return;
		same = i + 1;
	}
	/* Full: that many changed is enough to say. */
	if (k->news_count == sizeof(k->news) / sizeof(k->news[0])) {
		if (same > 0)
			k->news[same - 1].id = 0;
		return;
	}
	(void)snprintf(k->news[k->news_count].kind, LINK_CHANGED_MAX, "%s", kind);
	k->news[k->news_count++].id = id;
}

static void
on_changed(void *cookie, const char *kind, int64_t id)
{
	struct keeper *k = cookie;

	keeper_changed(k, kind, id);
	k->dirty = k->dirty || strcmp(kind, "report") == 0;
	/* Asked for now, or let go on. */
	if (strcmp(kind, "sync") == 0)
		k->next_ns[CLOCK_SYNC] = 0;
	if (strcmp(kind, "setting") == 0)
		(void)control_send(k->start->control, CONTROL_SETTINGS, 0, -1);
}

static void
on_retry(void *cookie, int64_t report)
{
	struct keeper *k = cookie;

	ids_add(&k->retries, report);
	k->dirty = true;
}

static void
peer_drop(struct peer *p, const struct err *why)
{
	if (why != NULL && why->code != ERR_ABSENT)
		log_error("keeper.link", "slot=%u reason=%s cause=%s", p->slot, LOG_TEXT(why->text), LOG_TEXT(why->cause));
	link_free(&p->link);
}

static void
news_send(struct keeper *k)
{
	struct err e = ERR_INIT;

	for (size_t n = 0; n < k->news_count; n++) {
		for (size_t i = 0; i < k->peer_count; i++) {
			struct peer *p = &k->peers[i];

			/* Who is behind hears of what comes later. */
			if (p->link != NULL && !slot_is_beside(p->slot) && link_room(p->link) && !link_changed_send(p->link, k->news[n].kind, k->news[n].id, &e))
				peer_drop(p, &e);
		}
	}
	k->news_count = 0;
}

/* --- requests ------------------------------------------------------------------------- */

static void
answer(struct keeper *k, struct peer *p, uint64_t number, struct api_response *r)
{
	struct link_answer a = { number, k->account };
	struct err e = ERR_INIT;
	bool ok = p->link == NULL || link_answer_send(p->link, &a, r, &e);

	if (!ok && (e.code == ERR_LIMIT || e.code == ERR_INPUT)) {
		/* It cannot be given, or not be made: say at least so. */
		log_error("keeper.answer", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
		api_response_fini(r);
		api_response_init(r);
		r->status = 500;
		e = (struct err)ERR_INIT;
		ok = link_answer_send(p->link, &a, r, &e);
	}
	if (!ok)
		peer_drop(p, &e);
	api_response_fini(r);
}

static void
kept_free(struct kept *q)
{
	if (q->r.body_fd >= 0)
		(void)close(q->r.body_fd);
	free(q->mem);
	free(q);
}

/* One that takes its time lets others be handled within; what the keeper knows of it is put aside for them. */
static void
run(struct keeper *k, struct kept *q, bool is_long)
{
	struct peer *p = &k->peers[q->peer];
	bool handling = k->handling, busy = k->busy;
	int64_t account = k->account;
	struct api_response out;

	k->account = 0;
	api_response_init(&out);
	k->handling = !is_long;
	k->busy = busy || is_long;
	/* What is to be read is read later: nobody waits for it. */
	flow_hold(k->flow, ++k->depth > 0);
	q->r.now_s = clock_now_s();
	api_handle(&k->api, &q->r, &out);
	flow_hold(k->flow, --k->depth > 0);
	k->handling = handling;
	k->busy = busy;
	board_add(&k->board->keeper.requests, 1);
	if (p->link != NULL && p->number == q->link)
		answer(k, p, q->number, &out);
	else
		api_response_fini(&out);
	k->account = account;
	kept_free(q);
}

/* Now, or behind the one under way. */
static void
run_or_queue(struct keeper *k, struct kept *q)
{
	bool is_long = api_is_long(&q->r);

	if (!is_long || !k->busy) {
		run(k, q, is_long);
		return;
	}
	*(k->later_last != NULL ? &k->later_last->next : &k->later) = q;
	k->later_last = q;
	board_put(&k->board->keeper.queue, ++k->kept_count);
}

static void
later_run(struct keeper *k)
{
	struct kept *q = k->later;

	if (q == NULL || k->busy)
		return;
	k->later = q->next;
	k->later_last = k->later == NULL ? NULL : k->later_last;
	board_put(&k->board->keeper.queue, --k->kept_count);
	run(k, q, true);
}

static void
handle(struct keeper *k, struct peer *p, const struct link_frame *f)
{
	struct kept *q = xalloc(sizeof(*q));
	struct link_frame own = *f;
	struct err e = ERR_INIT;

	q->mem = xalloc(f->payload.len + 1);
	memcpy(q->mem, f->payload.p, f->payload.len);
	own.payload = slice_of(q->mem, f->payload.len);
	q->peer = (size_t)(p - k->peers);
	q->link = p->number;
	if (!link_request_read(&own, &q->number, &q->r, &e)) {
		q->r.body_fd = -1;
		kept_free(q);
		peer_drop(p, &e);
		return;
	}
	q->r.now_s = clock_now_s();
	if (auth_prepare(&k->api, &q->r, q) == AUTH_NOW) {
		run_or_queue(k, q);
		return;
	}
	board_put(&k->board->keeper.queue, ++k->kept_count);
}

/* Passwords that were hashed meanwhile: their requests go on. */
static void
kept_run(struct keeper *k)
{
	struct kept *q;

	while ((q = auth_done(&k->api)) != NULL) {
		board_put(&k->board->keeper.queue, --k->kept_count);
		run_or_queue(k, q);
	}
}

static bool
on_who(struct api *api, const struct api_request *r, struct arena *mem, struct who *out, struct err *e)
{
	struct keeper *k = api->cookie;

	if (!k->who(api, r, mem, out, e))
		return false;
	k->account = out->account;
	return true;
}

static bool
beside_said(struct keeper *k, const struct peer *p, const struct link_frame *f, struct err *e)
{
	struct link_changed c;

	if (!link_changed_read(f, &c, e))
		return false;
	if (p->slot == COURIER_SLOT) {
		keeper_changed(k, c.kind, c.id);
		return true;
	}
	if (strcmp(c.kind, "sent") == 0)
		clock_send_done(k, c.id);
	else
		keeper_changed(k, c.kind, c.id);
	/* What it changed is for the columns to follow. */
	k->next_ns[CLOCK_COLUMNS] = 0;
	return true;
}

/* What came of one peer, up to *left requests. */
static void
peer_work(struct keeper *k, struct peer *p, unsigned *left)
{
	struct link_frame f;
	struct err e = ERR_INIT;
	enum step step = STEP_END;

	if (!link_pump(p->link, &e)) {
		peer_drop(p, &e);
		return;
	}
	while (*left > 0 && p->link != NULL && link_room(p->link) && (step = link_next(p->link, &f, &e)) == STEP_ITEM) {
		(*left)--;
		if (f.kind == LINK_REQUEST && !slot_is_beside(p->slot)) {
			handle(k, p, &f);
			continue;
		}
		if (f.kind == LINK_CHANGED && slot_is_beside(p->slot) && beside_said(k, p, &f, &e))
			continue;
		if (f.fd >= 0)
			(void)close(f.fd);
		(void)err_set(&e, ERR_INTERNAL, "a damaged message between our own processes");
		step = STEP_BAD;
		break;
	}
	if (p->link != NULL && step == STEP_BAD)
		peer_drop(p, &e);
}

struct peer *
keeper_peer(struct keeper *k, uint8_t slot)
{
	for (size_t i = 0; i < k->peer_count; i++) {
		if (k->peers[i].link != NULL && k->peers[i].slot == slot)
			return &k->peers[i];
	}
	return NULL;
}

static void
peer_add(struct keeper *k, int fd, uint8_t slot)
{
	struct peer *before = slot_is_beside(slot) ? keeper_peer(k, slot) : NULL;
	size_t i = 0;

	/* The one before is gone, whether its end was read or not: what it had is asked of this one. */
	if (before != NULL)
		link_free(&before->link);
	while (i < k->peer_count && k->peers[i].link != NULL)
		i++;
	if (fd < 0 || i == PEERS_MAX) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	k->peers[i] = (struct peer){ link_new(fd), slot, ++k->links };
	k->peer_count = i == k->peer_count ? i + 1 : k->peer_count;
	if (slot == HERALD_SLOT)
		clock_send_again(k);
	if (slot == COURIER_SLOT)
		k->next_ns[CLOCK_SYNC] = 0;
}

static void
control_read(struct keeper *k)
{
	struct control_message m;
	bool end = false;

	while (control_receive(k->start->control, &m, &end)) {
		if (m.what == CONTROL_LINK)
			peer_add(k, m.fd, m.slot);
		else if (m.fd >= 0)
			(void)close(m.fd);
	}
	/* Nobody starts us again, or our web processes: end in order. */
	child_stopping = child_stopping || end;
}

void
keeper_turn(struct keeper *k)
{
	unsigned left = TURN_REQUESTS;

	board_beat(k->board);
	control_read(k);
	kept_run(k);
	for (size_t i = 0; i < k->peer_count; i++) {
		if (k->peers[i].link != NULL)
			peer_work(k, &k->peers[i], &left);
	}
	later_run(k);
	news_send(k);
}

/* Wait for whoever comes first; -1: as long as it takes. */
static int
wait_for(struct keeper *k, int ms)
{
	struct pollfd fds[PEERS_MAX + 3] = { { .fd = k->start->control, .events = POLLIN },
		{ .fd = auth_fd(&k->api), .events = POLLIN } };
	nfds_t count = 2, links;
	bool found = false;
	int n;

	for (size_t i = 0; i < k->peer_count; i++) {
		const struct link *l = k->peers[i].link;

		/* It was read together with the one under way, or there were too many for one turn. */
		found = found || (l != NULL && link_has(l) && link_room(l));
		if (l != NULL)
			fds[count++] = (struct pollfd){ .fd = link_fd(k->peers[i].link), .events = link_events(k->peers[i].link) };
	}
	links = count;
	/* What came is not looked at before the crowd is there. */
	if (k->watch != NULL && ms > 0 && !clock_watch_is_soon(k))
		fds[count++] = (struct pollfd){ .fd = watch_fd(k->watch), .events = POLLIN };
	n = poll(fds, count, found ? 0 : ms);
	if (count > links && fds[links].revents != 0)
		clock_watch_soon(k);
	return found && n == 0 ? 1 : n;
}

/* --- the flow's questions --------------------------------------------------------------- */

static bool
waiting(void *cookie)
{
	struct keeper *k = cookie;
	int64_t now = clock_mono_ns();

	/* Where no handler may be let in, none is looked for. */
	if (k->handling || now - k->looked_ns < LOOK_NS)
		return false;
	k->looked_ns = now;
	board_beat(k->board);
	return child_stopping || wait_for(k, 0) > 0;
}

static bool
idle(void *cookie, struct err *e)
{
	struct keeper *k = cookie;

	(void)e;
	keeper_turn(k);
	/* Where reports come without end, the clock has no other place. */
	if (!k->busy)
		clock_run(k);
	return true;
}

bool
keeper_pause(void *cookie, struct err *e)
{
	return !waiting(cookie) || idle(cookie, e);
}

static void
report_done(void *cookie, const struct flow_report *r)
{
	struct keeper *k = cookie;

	board_add(&k->board->keeper.taken, 1);
	keeper_changed(k, "report", r->id);
	if (r->events > 0)
		keeper_changed(k, "finding", 0);
	log_info("report.done", "id=%lld state=%s format=%s bytes=%llu events=%llu bad=%llu", (long long)r->id,
	    report_state_name(r->state), QUOTE(r->format), (unsigned long long)r->bytes,
	    (unsigned long long)r->events, (unsigned long long)r->bad);
}

/* --- the process ---------------------------------------------------------------------------- */

static bool
work(struct keeper *k, struct err *e)
{
	struct ids ids = k->retries;
	size_t count = ids.count;
	bool ok;

	k->dirty = false;
	k->retries = (struct ids){ 0 };
	board_put(&k->board->keeper.working, 1);
	ok = count > 0 ? flow_retry(k->flow, ids.v, count, e) : flow_work(k->flow, e);
	board_put(&k->board->keeper.working, 0);
	ids_fini(&ids);
	/* A report that is gone meanwhile is no reason to end. */
	if (!ok && count > 0 && (e->code == ERR_ABSENT || e->code == ERR_CONFLICT)) {
		log_warn("keeper.retry", "reason=%s", LOG_TEXT(e->text));
		k->dirty = true;
		return true;
	}
	return ok;
}

static bool
loop(struct keeper *k, struct err *e)
{
	while (!child_stopping) {
		int n = wait_for(k, k->dirty || k->news_count > 0 || k->later != NULL ? 0 : clock_wait_ms(k));

		if (n < 0 && errno != EINTR)
			return err_sys(e, "waiting for our own processes failed");
		keeper_turn(k);
		if (!child_stopping && k->dirty && !work(k, e))
			return false;
		clock_run(k);
	}
	return true;
}

/* All that was sent is answered; then it is said that no more is taken, and all goes out. */
static void
leave(struct keeper *k)
{
	int64_t until = clock_mono_ns() + INT64_C(5000000000);
	struct err e = ERR_INIT;
	bool left = true;

	keeper_turn(k);
	for (size_t i = 0; i < k->peer_count; i++) {
		if (k->peers[i].link != NULL && !link_bye_send(k->peers[i].link, &e))
			peer_drop(&k->peers[i], &e);
	}
	/* A web process closes its end when it has read the good-bye and has nothing under way. */
	while (left && clock_mono_ns() < until) {
		left = false;
		(void)wait_for(k, 50);
		keeper_turn(k);
		for (size_t i = 0; i < k->peer_count; i++)
			left = left || k->peers[i].link != NULL;
		left = left || k->kept_count > 0;
	}
}

static bool
open_flow(struct keeper *k, struct err *e)
{
	struct flow_options options = { .done = report_done, .stop = &child_stopping, .waiting = waiting, .idle = idle, .cookie = k };

	for (int waited = 0;; waited += 50) {
		*e = (struct err)ERR_INIT;
		if (flow_open(k->start->dir, &options, &k->flow, e))
			return true;
		if (e->code != ERR_CONFLICT || waited >= LOCK_WAIT_MS || child_stopping)
			return false;
		(void)poll(NULL, 0, 50);
	}
}

/* Lists of a large node; where there is no room for them it goes on without. */
static bool
columns_keep(struct keeper *k, struct err *e)
{
	struct err why = ERR_INIT;

	if (!dir_make(node_path(k->node, "columns"), &why)) {
		log_warn("columns.failed", "reason=%s cause=%s", LOG_TEXT(why.text), LOG_TEXT(why.cause));
		return true;
	}
	return store_columns_keep(k->node->store, e);
}

/* A change of the settings that a kill left half done; the others read them again. */
static bool
settings_finish(const struct keeper *k, struct err *e)
{
	bool did = false;

	if (!conf_change_finish(k->node, &did, e))
		return false;
	if (did)
		(void)control_send(k->start->control, CONTROL_SETTINGS, 0, -1);
	return true;
}

void
keeper_main(const struct child_start *start)
{
	struct keeper *k = xalloc(sizeof(*k));
	struct err e = ERR_INIT;
	bool ok;

	child_signals();
	*k = (struct keeper){ .start = start, .board = start->board, .dirty = true,
		.statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC) };
	if (!sandbox_common(&e) || !open_flow(k, &e))
		child_fail("keeper", &e);
	k->node = flow_node(k->flow);
	if (!columns_keep(k, &e) || !settings_finish(k, &e))
		child_fail("keeper", &e);
	board_put(&k->board->keeper.pid, (uint64_t)getpid());
	board_beat(k->board);
	/* The store is as it should be: the others can open it, while the keys are got ready. */
	(void)control_send(start->control, CONTROL_READY, 0, -1);
	k->api = (struct api){ .node = k->node, .flow = k->flow, .retry = on_retry, .send = clock_send_asked, .pause = keeper_pause, .changed = on_changed, .cookie = k };
	if (!auth_open(k->node, AUTH_KEEPER, &k->auth, &e))
		child_fail("keeper", &e);
	auth_url(k->auth, k->node->conf.server_url);
	auth_share(k->auth, start->rates);
	auth_attach(k->auth, &k->api);
	k->who = k->api.who;
	k->api.who = on_who;
	ok = loop(k, &e);
	if (ok)
		leave(k);
	board_put(&k->board->keeper.pid, 0);
	ids_fini(&k->sends);
	clock_watch_free(k);
	api_fini(&k->api);
	auth_close(&k->auth);
	if (!ok)
		child_fail("keeper", &e);
	flow_close(&k->flow);
	_exit(0);
}
