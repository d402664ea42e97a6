#include "share/sync_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/log.h"
#include "share/sync_trip.h"

#define MEMORY_MAX ((size_t)4 << 20)
#define MS INT64_C(1000000)
/* One minute, doubled with each failure in a row, up to six hours. */
#define WAIT_FIRST_S 60
#define WAIT_LONGEST_S 21600
#define WAIT_LEAST_S 10
/* So often what a server asks for counts alone; one that asks for seconds each time is a nuisance. */
#define RETRY_TRUSTED 5

struct sync_run {
	struct node *node;
	const struct sync_hooks *hooks;
	struct taxii_client *client;
	struct ids queue;
	struct trip *trips[SYNC_TOGETHER];
	size_t count;
};

int64_t
sync_wait_s(uint64_t failures, int64_t retry_s, uint64_t random)
{
	int64_t wait = WAIT_FIRST_S;

	for (uint64_t i = 1; i < failures && wait < WAIT_LONGEST_S; i++)
		wait *= 2;
	if (wait > WAIT_LONGEST_S)
		wait = WAIT_LONGEST_S;
	/* Many that failed at one moment do not come back at one moment: a fifth more or less. */
	wait += (int64_t)(random % (uint64_t)(wait * 2 / 5 + 1)) - wait / 5;
	if (retry_s > 0 && (failures <= RETRY_TRUSTED || retry_s > wait))
		wait = retry_s;
	return wait < WAIT_LEAST_S ? WAIT_LEAST_S : wait;
}

/* --- secrets ------------------------------------------------------------------------ */

static const char *
secret_path(struct node *n, int64_t id)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "sync/%lld.secret", (long long)id);
	return node_path(n, name);
}

bool
sync_secret_put(struct node *n, int64_t id, struct slice secret, struct err *e)
{
	const char *path = secret_path(n, id);
	mode_t before;
	bool ok;

	if (secret.len == 0 || secret.len > SYNC_SECRET_MAX)
		return err_set(e, ERR_INPUT, "a token or password has from 1 to %d bytes", SYNC_SECRET_MAX);
	for (size_t i = 0; i < secret.len; i++) {
		if (secret.p[i] < 0x20 || secret.p[i] == 0x7f)
			return err_set(e, ERR_INPUT, "a token or password has no control characters");
	}
	before = umask(077);
	ok = dir_make(node_path(n, "sync"), e) && file_write(path, secret, e) && (chmod(path, 0600) == 0 || err_sys(e, "%s", path));
	(void)umask(before);
	return ok;
}

void
sync_secret_remove(struct node *n, int64_t id)
{
	const char *path = secret_path(n, id);

	if (unlink(path) != 0 && errno != ENOENT)
		log_warn("sync.secret", "path=%s errno=%d", LOG_TEXT(path), errno);
}

static bool
secret_read(const char *path, char **out, struct err *e)
{
	struct stat st;
	struct buf b;
	bool ok;

	if (stat(path, &st) != 0)
		return err_sys(e, "%s", path);
	if ((st.st_mode & 077) != 0)
		return err_set(e, ERR_DENIED, "%s: others may read this secret; chmod 600 it", path);
	buf_init(&b, SYNC_SECRET_MAX + 1);
	ok = file_read(path, &b, e);
	if (ok)
		*out = xtext(slice_trim(buf_view(&b)));
	if (b.p != NULL)
		explicit_bzero(b.p, b.cap);
	buf_fini(&b);
	return ok;
}

bool
sync_access(struct node *n, const struct sync *x, struct taxii_access *out, struct err *e)
{
	const char *certificate = node_path_of(n, n->conf.certificate), *key = node_path_of(n, n->conf.key);
	char *secret = NULL;

	*out = (struct taxii_access){ .ca = x->ca, .pin = x->pin, .auth = x->auth };
	if (x->auth == SYNC_AUTH_CERTIFICATE) {
		if (certificate == NULL || key == NULL || !file_exists(certificate) || !file_exists(key))
			return err_set(e, ERR_ABSENT, "this node has no certificate yet; \"entente serve\" makes one when it starts");
		out->certificate = xstrdup(certificate);
		out->key = xstrdup(key);
	}
	if (x->auth == SYNC_AUTH_BASIC)
		out->user = xtext(x->user);
	if (x->auth == SYNC_AUTH_TOKEN || x->auth == SYNC_AUTH_BASIC) {
		if (!secret_read(secret_path(n, x->id), &secret, e)) {
			sync_access_end(out);
			return false;
		}
		out->secret = secret;
	}
	return true;
}

void
sync_access_end(struct taxii_access *x)
{
	const char **texts[] = { &x->user, &x->secret, &x->certificate, &x->key };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *p = NULL;

		if (*texts[i] == NULL)
			continue;
		memcpy(&p, texts[i], sizeof(p)); /* ours, and shown as one that nobody changes */
		explicit_bzero(p, strlen(p));
		free(p);
		*texts[i] = NULL;
	}
}

/* --- what the two kinds share ------------------------------------------------------------- */

struct store *
trip_store(const struct trip *t)
{
	return t->run->node->store;
}

struct listed *
trip_listed(const struct trip *t)
{
	return node_listed(t->run->node);
}

bool
trip_ask(struct trip *t, struct slice path, struct slice body, size_t bytes_max, struct taxii_call **out)
{
	struct arena a;
	bool ok;

	arena_init(&a, 4 * (SYNC_NEXT_MAX + SYNC_URL_MAX) + 65536);
	ok = taxii_call_begin(t->run->client, &t->access, arena_printf(&a, "%.*s%.*s", SLICE_ARG(t->x.url), SLICE_ARG(path)), body, bytes_max,
	    clock_now_s(), out, &t->e);
	arena_fini(&a);
	return ok;
}

bool
trip_good(struct trip *t)
{
	if (taxii_call_result(t->call, &t->e) == TAXII_GOOD)
		return true;
	t->retry_s = taxii_call_head(t->call)->retry_s;
	return false;
}

void
trip_call_free(struct trip *t)
{
	taxii_call_free(&t->call);
}

void
trip_pump(struct trip *t)
{
	taxii_client_pump(t->run->client);
}

bool
trip_collection_check(struct trip *t, bool write)
{
	struct taxii_collection c;
	const struct json *j;
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)64 << 20);
	ok = trip_good(t) && taxii_tree_read(taxii_call_body(t->call), &a, &j, &t->e) && taxii_collection_read(j, &c, &t->e);
	if (ok && !(write ? c.can_write : c.can_read))
		ok = err_set(&t->e, ERR_DENIED, write ? N_("we may not write to this collection") : N_("we may not read this collection"));
	arena_fini(&a);
	trip_call_free(t);
	return ok;
}

static bool
gate_open(struct trip *t, int64_t now_s)
{
	gate_partner_close(&t->gate);
	return gate_partner_open(trip_store(t), t->x.partner, now_s, &t->gate, &t->e);
}

bool
trip_gate(struct trip *t, int64_t now_s)
{
	const struct agreement_pair *pairs;
	char terms[GATE_TERMS_MAX];
	bool stale = false;

	if (!gate_partner_stale(t->gate, &stale, &t->e) || (stale && !gate_open(t, now_s)))
		return false;
	/* Only what was entered as a server of somebody's, and with whom nothing was ever agreed, is a source. */
	t->source = t->x.direction == SYNC_POLL && slice_eq(gate_partner_who(t->gate)->kind, S("taxii")) && gate_partner_pairs(t->gate, &pairs) == 0;
	gate_partner_terms(t->gate, now_s, terms);
	return t->source || terms[0] != '\0' ||
	    err_set(&t->e, ERR_DENIED, "no agreement with %s is in force: nothing is exchanged", QUOTE(t->x.partner));
}

void
trip_moved(struct trip *t, uint64_t objects)
{
	const struct sync_hooks *h = t->run->hooks;

	t->objects += objects;
	if (h->moved != NULL)
		h->moved(h->cookie, &t->x, objects);
	if (h->changed == NULL)
		return;
	h->changed(h->cookie, "sync", t->x.id);
	if (objects > 0 && t->x.direction == SYNC_POLL)
		h->changed(h->cookie, "object", 0);
}

/* --- one run -------------------------------------------------------------------------------- */

/*
 * Under other terms others see other things, on both sides: what was passed over
 * may be ours now. What is known stays known, so beginning anew doubles nothing.
 */
static bool
terms_check(struct trip *t, int64_t now_s)
{
	char terms[GATE_TERMS_MAX];
	struct slice now;

	gate_partner_terms(t->gate, now_s, terms);
	now = t->source ? S("source") : slice_of_str(terms);
	if (slice_eq(now, t->x.terms))
		return true;
	if (t->x.terms.len > 0)
		log_info("sync.again", "id=%lld partner=%s hint=\"agreements changed\"", (long long)t->x.id, QUOTE(t->x.partner));
	t->x.after_us = t->x.last_us = 0;
	t->x.next = S("");
	t->x.terms = arena_copy(&t->a, now);
	return sync_again(trip_store(t), t->x.id, now, &t->e);
}

static bool
collection_open(struct trip *t)
{
	struct collection c = { 0 };
	bool found = true;

	if (t->x.direction == SYNC_POLL) {
		if (!collection_need(trip_store(t), t->x.local, &t->a, &c, &t->e))
			return false;
	} else if (!collection_find(trip_store(t), t->x.local, &t->a, &c, &found, &t->e)) {
		return false;
	}
	t->collection = c.id;
	return found || err_set(&t->e, ERR_ABSENT, "there is no collection %s of ours", QUOTE(t->x.local));
}

static bool
trip_open(struct trip *t)
{
	int64_t now_s = clock_now_s();

	return sync_begin(trip_store(t), t->x.id, now_s, &t->e) && gate_open(t, now_s) && trip_gate(t, now_s) && terms_check(t, now_s) &&
	    collection_open(t) && sync_access(t->run->node, &t->x, &t->access, &t->e);
}

static void
trip_free(struct trip *t)
{
	trip_call_free(t);
	poll_end(t);
	buf_fini(&t->envelope);
	gate_partner_close(&t->gate);
	sync_access_end(&t->access);
	arena_fini(&t->a);
	free(t);
}

static int64_t
wait_of(const struct trip *t, bool ok)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint64_t)clock_order_ns();
	return ok ? t->x.every_s : sync_wait_s(t->x.failures + 1, t->retry_s, random);
}

static void
trip_over(struct trip *t, bool ok)
{
	const struct sync_hooks *h = t->run->hooks;
	int64_t now_s = clock_now_s(), wait_s = wait_of(t, ok);
	struct err e = ERR_INIT;

	if (!sync_end(trip_store(t), t->x.id, ok ? S("") : slice_of_str(t->e.text), now_s, now_s + wait_s, &e))
		log_error("sync.end", "id=%lld reason=%s cause=%s", (long long)t->x.id, LOG_TEXT(e.text), LOG_TEXT(e.cause));
	if (ok)
		log_info("sync.done", "id=%lld partner=%s direction=%s objects=%llu pages=%llu took_ms=%lld", (long long)t->x.id, QUOTE(t->x.partner),
		    sync_direction_name(t->x.direction), (unsigned long long)t->objects, (unsigned long long)t->pages, (long long)((clock_mono_ns() - t->begun_ns) / MS));
	else
		log_warn("sync.failed", "id=%lld partner=%s direction=%s again_s=%lld reason=%s cause=%s", (long long)t->x.id, QUOTE(t->x.partner),
		    sync_direction_name(t->x.direction), (long long)wait_s, LOG_TEXT(t->e.text), LOG_TEXT(t->e.cause));
	if (h->done != NULL)
		h->done(h->cookie, &t->x, ok);
	if (h->changed != NULL)
		h->changed(h->cookie, "sync", t->x.id);
	trip_free(t);
}

/* NULL: it is not there any more, or paused. */
static struct trip *
trip_new(struct sync_run *r, int64_t id)
{
	struct trip *t = xalloc(sizeof(*t));

	*t = (struct trip){ .run = r, .e = ERR_INIT, .begun_ns = clock_mono_ns() };
	arena_init(&t->a, MEMORY_MAX);
	buf_init(&t->envelope, TAXII_ANSWER_BYTES_MAX);
	if (sync_get(trip_store(t), id, &t->a, &t->x, &t->e) && !t->x.paused)
		return t;
	if (t->e.code != ERR_NONE && t->e.code != ERR_ABSENT)
		log_error("sync.begin", "id=%lld reason=%s cause=%s", (long long)id, LOG_TEXT(t->e.text), LOG_TEXT(t->e.cause));
	trip_free(t);
	return NULL;
}

static enum trip_result
trip_step(struct trip *t)
{
	if (t->wake_ns != 0 && clock_mono_ns() < t->wake_ns)
		return TRIP_WAITS;
	t->wake_ns = 0;
	if (t->call != NULL && !taxii_call_done(t->call))
		return TRIP_WAITS;
	return t->x.direction == SYNC_POLL ? poll_step(t) : push_step(t);
}

/* --- all of them ------------------------------------------------------------------------------ */

bool
sync_run_new(struct node *n, const struct sync_hooks *hooks, struct sync_run **out, struct err *e)
{
	struct sync_run *r = xalloc(sizeof(*r));

	*r = (struct sync_run){ .node = n, .hooks = hooks };
	*out = r;
	if (taxii_client_new(&r->client, e) && sync_none_runs(n->store, e))
		return true;
	sync_run_free(out);
	return false;
}

void
sync_run_free(struct sync_run **rp)
{
	struct sync_run *r = *rp;
	struct err e = ERR_INIT;

	*rp = NULL;
	if (r == NULL)
		return;
	if (r->count > 0 && !sync_none_runs(r->node->store, &e))
		log_warn("sync.end", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
	for (size_t i = 0; i < r->count; i++)
		trip_free(r->trips[i]);
	taxii_client_free(&r->client);
	ids_fini(&r->queue);
	free(r);
}

void
sync_run_add(struct sync_run *r, const struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		bool there = ids_has(&r->queue, ids->v[i]);

		for (size_t k = 0; k < r->count; k++)
			there = there || r->trips[k]->x.id == ids->v[i];
		if (!there)
			ids_add(&r->queue, ids->v[i]);
	}
}

bool
sync_run_due(struct sync_run *r, struct err *e)
{
	struct ids ids = { 0 };
	bool ok = sync_due(r->node->store, false, clock_now_s(), &ids, e);

	if (ok)
		sync_run_add(r, &ids);
	ids_fini(&ids);
	return ok;
}

size_t
sync_run_count(const struct sync_run *r)
{
	return r->count + r->queue.count;
}

static void
start_some(struct sync_run *r)
{
	while (r->count < SYNC_TOGETHER && r->queue.count > 0) {
		int64_t id = r->queue.v[0];
		struct trip *t;

		ids_drop(&r->queue, id);
		t = trip_new(r, id);
		if (t == NULL)
			continue;
		if (!trip_open(t)) {
			trip_over(t, false);
			continue;
		}
		r->trips[r->count++] = t;
		if (r->hooks->changed != NULL)
			r->hooks->changed(r->hooks->cookie, "sync", id);
	}
}

static int
wait_ms(const struct sync_run *r, int ms)
{
	int64_t now = clock_mono_ns();

	if (r->queue.count > 0 && r->count < SYNC_TOGETHER)
		return 0;
	for (size_t i = 0; i < r->count; i++) {
		const struct trip *t = r->trips[i];
		int64_t left_ms = t->wake_ns == 0 ? 0 : (t->wake_ns - now) / MS + 1;

		if (t->call != NULL && !taxii_call_done(t->call))
			continue;
		if (left_ms < ms)
			ms = left_ms < 0 ? 0 : (int)left_ms;
	}
	return ms;
}

void
sync_run_step(struct sync_run *r, struct pollfd *fds, size_t n, int ms)
{
	size_t i = 0;

	taxii_client_wait(r->client, fds, n, wait_ms(r, ms));
	while (i < r->count && (r->hooks->stop == NULL || !*r->hooks->stop)) {
		struct trip *t = r->trips[i];
		enum trip_result result = trip_step(t);

		if (result == TRIP_WAITS) {
			i++;
			continue;
		}
		r->trips[i] = r->trips[--r->count];
		trip_over(t, result == TRIP_DONE);
	}
	if (r->hooks->stop == NULL || !*r->hooks->stop)
		start_some(r);
}
