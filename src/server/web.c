#include "server/web.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/log.h"
#include "parse/json.h"
#include "server/auth.h"
#include "server/sandbox.h"
#include "server/static.h"

/* Requests that wait for the keeper, and how long for one that is away. */
#define ASKS_MAX 1024
#define ASK_NS INT64_C(20000000000)
#define TICK_MS 100
#define LOOK_NS INT64_C(5000000000)

/* --- answers -------------------------------------------------------------------------- */

/* The answer to whoever asked, if they are still there, and a line in the log. */
static void
answer(struct web *w, struct ask *a, struct api_response *r)
{
	uint64_t bytes = r->body_fd >= 0 ? r->body_bytes : r->body.len;
	int status = r->status;
	char name[40];

	log_request_name(w, a, name);
	if (a->x != NULL) {
		if (!api_header(r, "X-Request-Id", slice_of_str(name)))
			log_warn("web.header", "request=%s", name);
		http_answer(a->x, r);
	}
	api_response_fini(r);
	log_request(w, a, a->x == NULL ? 499 : status, bytes);
}

/* The keeper cannot do it now. */
static void
answer_away(struct web *w, struct ask *a)
{
	enum lang before = lang_get();
	struct api_response r;
	struct json_out j;

	api_response_init(&r);
	r.status = 503;
	r.type = "application/problem+json; charset=utf-8";
	lang_set(a->r != NULL ? a->r->lang : before);
	json_out_init(&j, &r.body, false);
	json_out_object(&j);
	json_out_key_text(&j, S("type"), S("about:blank"));
	json_out_key_text(&j, S("title"), slice_of_str(T("Not now")));
	json_out_key_int(&j, S("status"), 503);
	json_out_key_text(&j, S("detail"), slice_of_str(T("The part of this node that writes was busy or was started again; whether your change was made is not known. Look, and try again.")));
	json_out_object_end(&j);
	lang_set(before);
	if (!api_header(&r, "Retry-After", S("2")))
		r.headers.len = 0;
	answer(w, a, &r);
}

/* --- requests that wait for the keeper ------------------------------------------------ */

static void
ask_drop(struct web *w, struct ask *a)
{
	*(a->prev != NULL ? &a->prev->next : &w->asks) = a->next;
	*(a->next != NULL ? &a->next->prev : &w->asks_last) = a->prev;
	w->ask_count--;
	w->sent_count -= a->sent;
	board_put(&w->mine->waiting, w->ask_count);
	free(a);
}

static void
link_drop(struct web *w, const struct err *why)
{
	if (w->link == NULL)
		return;
	if (why != NULL && why->code != ERR_ABSENT)
		log_error("web.link", "reason=%s cause=%s", LOG_TEXT(why->text), LOG_TEXT(why->cause));
	(void)epoll_ctl(w->epoll, EPOLL_CTL_DEL, link_fd(w->link), NULL);
	link_free(&w->link);
	/* What it had may be done or not: only who asked can look. */
	for (struct ask *a = w->asks_last, *before; a != NULL; a = before) {
		before = a->prev;
		if (!a->sent)
			continue;
		answer_away(w, a);
		ask_drop(w, a);
	}
}

static void
link_poll(struct web *w)
{
	struct epoll_event ev = { .events = EPOLLIN | ((link_events(w->link) & 4) != 0 ? EPOLLOUT : 0), .data.fd = link_fd(w->link) };

	(void)epoll_ctl(w->epoll, EPOLL_CTL_MOD, link_fd(w->link), &ev);
}

/* The oldest first, as far as the keeper takes them. */
static void
asks_send(struct web *w)
{
	struct err e = ERR_INIT;

	for (struct ask *a = w->asks_last, *before; a != NULL && w->link != NULL && !w->bye && link_room(w->link); a = before) {
		before = a->prev;
		if (a->sent)
			continue;
		if (a->r == NULL) {
			/* Never begun, and nobody waits for it. */
			ask_drop(w, a);
			continue;
		}
		a->sent = true;
		w->sent_count++;
		if (!link_request_send(w->link, a->number, a->r, &e))
			link_drop(w, &e);
	}
	if (w->link != NULL)
		link_poll(w);
}

static struct ask *
ask_find(struct web *w, uint64_t number)
{
	struct ask *a = w->asks_last;

	while (a != NULL && a->number != number)
		a = a->prev;
	return a;
}

static bool
frame_take(struct web *w, const struct link_frame *f, struct err *e)
{
	struct api_response r;
	struct link_changed changed;
	struct link_answer said;
	struct ask *a;

	switch (f->kind) {
	case LINK_ANSWER:
		if (!link_answer_read(f, &said, &r, e))
			return false;
		a = ask_find(w, said.number);
		if (a == NULL || !a->sent) {
			api_response_fini(&r);
			return true;
		}
		a->account = said.account;
		answer(w, a, &r);
		ask_drop(w, a);
		return true;
	case LINK_CHANGED:
		if (!link_changed_read(f, &changed, e))
			return false;
		live_news(w, changed.kind, changed.id);
		return true;
	case LINK_BYE:
		w->bye = true;
		return true;
	case LINK_REQUEST:
		break;
	}
	if (f->fd >= 0)
		(void)close(f->fd);
	return err_set(e, ERR_INTERNAL, "a damaged message between our own processes");
}

static void
link_work(struct web *w)
{
	struct err e = ERR_INIT;
	struct link_frame f;
	enum step step = STEP_END;
	bool ok = link_pump(w->link, &e);

	while (ok && w->link != NULL && (step = link_next(w->link, &f, &e)) == STEP_ITEM)
		ok = frame_take(w, &f, &e);
	/* It takes no more, and has answered all: let it go. */
	if (ok && step == STEP_END && w->bye && w->sent_count == 0 && w->link != NULL)
		link_drop(w, NULL);
	else if (!ok || step == STEP_BAD)
		link_drop(w, &e);
	asks_send(w);
}

static void
link_take(struct web *w, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	link_drop(w, NULL);
	w->bye = false;
	w->link = link_new(fd);
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		log_error("web.link", "errno=%d", errno);
	asks_send(w);
}

static void
stop(struct web *w)
{
	if (w->stopping)
		return;
	w->stopping = true;
	http_stop(w->http);
}

static void
control_work(struct web *w)
{
	struct control_message m;
	bool end = false;

	while (control_receive(w->start->control, &m, &end)) {
		if (m.what == CONTROL_LINK && m.fd >= 0)
			link_take(w, m.fd);
		else if (m.fd >= 0)
			(void)close(m.fd);
	}
	if (end) {
		w->alone = true;
		(void)epoll_ctl(w->epoll, EPOLL_CTL_DEL, w->start->control, NULL);
		stop(w);
	}
}

/* The links' own epoll has something. */
static void
on_links(void *cookie)
{
	struct web *w = cookie;
	struct epoll_event events[4];
	int n = epoll_wait(w->epoll, events, 4, 0);

	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == w->start->control)
			control_work(w);
		else if (w->link != NULL && events[i].data.fd == link_fd(w->link))
			link_work(w);
	}
}

/* --- requests --------------------------------------------------------------------------- */

static struct ask
ask_of(struct web *w, struct http_exchange *x, struct api_request *r)
{
	struct ask a = { .x = x, .r = r, .number = ++w->next, .begun_ns = clock_mono_ns(), .method = r->method };

	log_path(r->path, a.path, sizeof(a.path));
	return a;
}

static void
ask_keeper(struct web *w, const struct ask *begun)
{
	struct ask *a;

	/* One that is to end still waits for the next keeper, which it is told of as long as there is somebody to tell it. */
	if (w->ask_count >= ASKS_MAX || (w->alone && w->link == NULL)) {
		struct ask copy = *begun;

		answer_away(w, &copy);
		return;
	}
	a = xalloc(sizeof(*a));
	*a = *begun;
	a->prev = NULL;
	a->next = w->asks;
	*(w->asks != NULL ? &w->asks->prev : &w->asks_last) = a;
	w->asks = a;
	w->ask_count++;
	board_put(&w->mine->waiting, w->ask_count);
	asks_send(w);
}

static bool
store_reads(struct web *w)
{
	struct err e = ERR_INIT;
	int64_t n = 0;

	if (db_number(store_db(w->node.store), "SELECT COUNT(*) FROM setting", &n, &e))
		return true;
	log_error("health.store", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
	return false;
}

static void
health(struct web *w, struct api_response *out)
{
	bool keeper = board_keeper_alive(w->board) && w->link != NULL, store = store_reads(w);
	struct json_out j;

	out->status = keeper && store ? 200 : 503;
	json_out_init(&j, &out->body, false);
	json_out_object(&j);
	json_out_key_text(&j, S("status"), keeper && store ? S("ok") : S("failing"));
	json_out_key_text(&j, S("keeper"), keeper ? S("ok") : S("away"));
	json_out_key_text(&j, S("store"), store ? S("ok") : S("failing"));
	json_out_key_text(&j, S("version"), S(ENTENTE_VERSION));
	json_out_object_end(&j);
}

static bool
in_prefixes(struct slice list, struct ip ip)
{
	struct slice rest = list, part, word;
	struct prefix p;

	while (slice_cut(&rest, ',', &part)) {
		while (slice_cut(&part, ' ', &word)) {
			if (word.len > 0 && prefix_read_loose(word, &p) && prefix_covers(&p, ip))
				return true;
		}
	}
	return false;
}

/* Whose right it is: an address that the settings name, or a token or person with the right. */
static bool
metrics_allowed(struct web *w, struct ask *a)
{
	struct who who = { .kind = WHO_NOBODY };
	struct err e = ERR_INIT;
	struct arena mem;
	bool ok;

	if (in_prefixes(w->node.conf.metrics, a->r->from))
		return true;
	arena_init(&mem, (size_t)1 << 20);
	ok = w->api.who != NULL && w->api.who(&w->api, a->r, &mem, &who, &e) && who_may(&who, RIGHT_METRICS);
	arena_fini(&mem);
	return ok;
}

static void
metrics(struct web *w, struct ask *a, struct api_response *out)
{
	out->type = "text/plain; version=0.0.4; charset=utf-8";
	if (metrics_allowed(w, a)) {
		board_metrics(w->board, &out->body);
		return;
	}
	out->status = 401;
	out->type = "text/plain; charset=utf-8";
	buf_printf(&out->body, "%s\n", T("This is for whoever has a token with the right metrics.read, or comes from a network that [server] metrics names."));
	if (!api_header(out, "WWW-Authenticate", S("Bearer")))
		out->headers.len = 0;
}

/* Whose request it is, for the log and for streams. */
static bool
on_who(struct api *api, const struct api_request *r, struct arena *mem, struct who *out, struct err *e)
{
	struct web *w = api->cookie;

	if (!w->who(api, r, mem, out, e))
		return false;
	if (w->current != NULL) {
		w->current->asked = true;
		w->current->account = out->account;
		w->current->rights = out->rights;
	}
	return true;
}

/* A sign of life of a session or token, which the keeper writes down; nobody waits for the answer. */
static void
seen_send(struct web *w, const struct api_request *r)
{
	struct api_request seen;
	struct err e = ERR_INIT;
	struct arena mem;

	arena_init(&mem, (size_t)1 << 20);
	if (w->link != NULL && !w->bye && link_room(w->link) && auth_seen_due(&w->api, r, &mem, &seen)) {
		if (link_request_send(w->link, 0, &seen, &e))
			link_poll(w);
		else
			link_drop(w, &e);
	}
	arena_fini(&mem);
}

static void
here(struct web *w, struct ask *a)
{
	struct api_response out;
	struct ask *before = w->current;

	api_response_init(&out);
	w->current = a;
	if (slice_eq(a->r->path, S("/health")) && a->r->method == API_GET)
		health(w, &out);
	else if (slice_eq(a->r->path, S("/metrics")) && a->r->method == API_GET)
		metrics(w, a, &out);
	else if (!static_answer(a->r, &out))
		api_handle(&w->api, a->r, &out);
	w->current = before;
	if (a->asked)
		seen_send(w, a->r);
	if (out.events && out.status == 200) {
		bool begun = live_begin(w, a->x, a->rights);

		api_response_fini(&out);
		if (begun)
			log_request(w, a, 200, 0);
		else
			answer_away(w, a);
		return;
	}
	answer(w, a, &out);
}

static void
on_request(void *cookie, struct http_exchange *x, struct api_request *r)
{
	struct web *w = cookie;
	struct ask a = ask_of(w, x, r);

	r->now_s = clock_now_s();
	if (api_place(r) == API_KEEPER)
		ask_keeper(w, &a);
	else
		here(w, &a);
}

static void
on_gone(void *cookie, struct http_exchange *x)
{
	struct web *w = cookie;

	live_gone(w, x);
	for (struct ask *a = w->asks; a != NULL; a = a->next) {
		if (a->x == x) {
			a->x = NULL;
			a->r = NULL;
		}
	}
}

static uint64_t
on_body_max(void *cookie, const struct api_request *head)
{
	struct web *w = cookie;

	return api_upload_max(&w->api, head);
}

/* --- time ---------------------------------------------------------------------------------- */

/* What the process before in this place counted goes on. */
static void
board_base(struct web *w)
{
	struct http_counts *c = &w->base;

	c->connections = board_get(&w->mine->connections);
	c->requests = board_get(&w->mine->requests);
	c->bytes_in = board_get(&w->mine->bytes_in);
	c->bytes_out = board_get(&w->mine->bytes_out);
	c->refused = board_get(&w->mine->refused);
	for (size_t i = 0; i < 6; i++)
		c->status[i] = board_get(&w->mine->status[i]);
}

static void
board_write(struct web *w)
{
	const struct http_counts *b = &w->base;
	struct http_counts c;

	http_counts(w->http, &c);
	board_put(&w->mine->open, c.open);
	board_put(&w->mine->connections, b->connections + c.connections);
	board_put(&w->mine->requests, b->requests + c.requests);
	board_put(&w->mine->bytes_in, b->bytes_in + c.bytes_in);
	board_put(&w->mine->bytes_out, b->bytes_out + c.bytes_out);
	board_put(&w->mine->refused, b->refused + c.refused);
	for (size_t i = 0; i < 6; i++)
		board_put(&w->mine->status[i], b->status[i] + c.status[i]);
}

/* What nobody takes in time is told so; it was not begun. */
static void
asks_expire(struct web *w, int64_t now)
{
	for (struct ask *a = w->asks_last, *before; a != NULL; a = before) {
		before = a->prev;
		if (a->sent || now - a->begun_ns < ASK_NS)
			continue;
		answer_away(w, a);
		ask_drop(w, a);
	}
}

static void
on_tick(void *cookie)
{
	struct web *w = cookie;
	int64_t now = clock_mono_ns();

	if (child_stopping)
		stop(w);
	live_tick(w);
	board_write(w);
	asks_expire(w, now);
	if (now - w->minute_ns < LOOK_NS)
		return;
	w->minute_ns = now;
	board_memory(&w->mine->memory, w->statm_fd);
}

/* --- the process ------------------------------------------------------------------------------ */

static bool
links_open(struct web *w, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = w->start->control };

	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->start->control, &ev) != 0)
		return err_sys(e, "The server's loop cannot be made");
	return http_watch(w->http, w->epoll, on_links, w, e) && http_every(w->http, TICK_MS, on_tick, w, e);
}

static const char *const readable[] = { "store.db", "store.db-wal", "store.db-shm", "archive", "columns" };

static bool
open_all(struct web *w, const char *spool, struct err *e)
{
	const struct node_conf *c = &w->node.conf;
	struct http_options o = { .listen_fds = w->start->listen_fds, .listen_count = w->start->listen_count, .spool = spool,
		.tls_ticket_secret = slice_of(w->start->ticket_secret, TICKET_SECRET_BYTES), .limits = HTTP_LIMITS,
		.body_max = on_body_max, .request = on_request, .gone = on_gone, .cookie = w };
	const char *read[8] = { NULL };
	struct sandbox_paths paths = { read, spool };

	if (!node_open(w->start->dir, NODE_READ, &w->node, e))
		return false;
	o.trusted_proxies = c->proxies;
	if (c->tls) {
		o.tls_cert = node_path_of(&w->node, c->certificate);
		o.tls_key = node_path_of(&w->node, c->key);
		o.tls_client_ca = node_path_of(&w->node, c->client_ca);
	}
	w->api = (struct api){ .node = &w->node, .cookie = w };
	if (!auth_open(&w->node, AUTH_WEB, &w->auth, e))
		return false;
	auth_url(w->auth, c->server_url);
	auth_share(w->auth, w->start->rates);
	auth_attach(w->auth, &w->api);
	w->who = w->api.who;
	w->api.who = on_who;
	/* Not the folder itself: the keys that seal what is secret lie there, and are the keeper's. */
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		read[i] = xstrdup(node_path(&w->node, readable[i]));
	return dir_make(spool, e) && http_open(&o, &w->http, e) && links_open(w, e) && sandbox_web(&paths, e);
}

void
web_main(const struct child_start *start)
{
	struct web *w = xalloc(sizeof(*w));
	char spool[PATH_TEXT_MAX];
	struct err e = ERR_INIT;
	bool ok;

	child_signals();
	*w = (struct web){ .start = start, .board = start->board, .mine = &start->board->webs[start->slot], .node = NODE_NONE,
		.epoll = -1, .statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC) };
	(void)path_join(spool, start->dir, "spool");
	/* Where a large sort goes: the sandbox leaves no other place. */
	(void)setenv("SQLITE_TMPDIR", spool, 1);
	board_base(w);
	if (!open_all(w, spool, &e))
		child_fail("web", &e);
	board_put(&w->mine->pid, (uint64_t)getpid());
	(void)control_send(start->control, CONTROL_READY, 0, -1);
	ok = http_run(w->http, &e);
	board_write(w);
	if (!ok)
		child_fail("web", &e);
	board_web_gone(w->mine);
	http_close(&w->http);
	api_fini(&w->api);
	auth_close(&w->auth);
	link_free(&w->link);
	node_close(&w->node);
	_exit(0);
}
