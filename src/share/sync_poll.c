/*
 * sync_poll: objects of a partner's collection into ours, page by page. While a
 * page is stored the next one is on its way. The cursor is what the server called
 * the next page, and when there is none, the moment of the last object that it
 * told of; it moves in the transaction of the page's last objects.
 *
 * What a server could lie about costs it nothing but our patience: a page that
 * was there before, pages without end or without objects end the run with an
 * error; a moment that cannot be is not taken, so that objects come again, which
 * is known, and none is missed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "share/stix_in.h"
#include "share/sync_trip.h"
#include "share/taxii.h"

#define PAGES_MAX 200000
#define EMPTY_MAX 1000
/* Another's clock may be ahead of ours by this. */
#define AHEAD_US (INT64_C(86400) * 1000000)
/* The network is looked after so often while objects are stored. */
#define PUMP_EVERY 64

/* --- what pages were called ---------------------------------------------------------------- */

void
poll_end(struct trip *t)
{
	free(t->seen);
	t->seen = NULL;
	t->seen_count = t->seen_slots = 0;
}

static bool
seen_put(uint64_t *v, size_t slots, uint64_t hash)
{
	size_t i = (size_t)hash & (slots - 1);

	while (v[i] != 0 && v[i] != hash)
		i = (i + 1) & (slots - 1);
	if (v[i] == hash)
		return false;
	v[i] = hash;
	return true;
}

/* False: a page of this name was there before in this run. */
static bool
seen_add(struct trip *t, struct slice name)
{
	uint64_t hash = hash64(name, 1) | 1;

	if (t->seen_count * 2 >= t->seen_slots) {
		size_t slots = t->seen_slots == 0 ? 256 : t->seen_slots * 2;
		uint64_t *v = xarray(slots, sizeof(*v));

		memset(v, 0, slots * sizeof(*v));
		for (size_t i = 0; i < t->seen_slots; i++) {
			if (t->seen[i] != 0)
				(void)seen_put(v, slots, t->seen[i]);
		}
		free(t->seen);
		t->seen = v;
		t->seen_slots = slots;
	}
	t->seen_count++;
	return seen_put(t->seen, t->seen_slots, hash);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void
percent_put(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (byte_is_alpha(s.p[i]) || byte_is_digit(s.p[i]) || (s.p[i] != 0 && strchr("-_.~", s.p[i]) != NULL))
			buf_byte(b, s.p[i]);
		else
			buf_printf(b, "%%%02X", s.p[i]);
	}
}

static bool
page_ask(struct trip *t, int64_t after_us, struct slice next, struct taxii_call **out)
{
	char text[TAXII_TIME_MAX];
	struct buf b;
	bool ok;

	buf_init(&b, 4 * SYNC_NEXT_MAX);
	buf_printf(&b, "collections/%.*s/objects/?limit=%zu", SLICE_ARG(t->x.remote), t->limit);
	if (after_us > 0) {
		/* Elsewhere moments may be coarse, and what was added in the same one is no later: it is asked for again. */
		int64_t us = slice_eq(gate_partner_who(t->gate)->kind, S("node")) ? after_us : after_us - 1;

		buf_str(&b, "&added_after=");
		percent_put(&b, slice_of(text, taxii_time_print(us, text)));
	}
	if (next.len > 0) {
		buf_str(&b, "&next=");
		percent_put(&b, next);
	}
	ok = buf_ok(&b) ? trip_ask(t, buf_view(&b), SLICE_NONE, TAXII_ANSWER_BYTES_MAX, out) : err_set(&t->e, ERR_LIMIT, "the name of its next page is too long");
	buf_fini(&b);
	return ok;
}

/* --- where it goes on ---------------------------------------------------------------------------- */

/* The moment that the page tells of, where it can be one. */
static void
moment_take(struct trip *t, struct sync_move *m)
{
	const struct taxii_head *h = taxii_call_head(t->call);

	if (!h->has_last)
		return;
	if ((h->has_first && h->first_us > h->last_us) || h->last_us > clock_now_s() * 1000000 + AHEAD_US) {
		log_warn("sync.moment", "id=%lld partner=%s hint=\"the server names a moment that cannot be; it is not taken\"", (long long)t->x.id, QUOTE(t->x.partner));
		return;
	}
	if (h->last_us > m->last_us)
		m->last_us = h->last_us;
}

static bool
next_take(struct trip *t, const struct taxii_envelope *env, struct sync_move *m)
{
	m->after_us = t->x.after_us;
	m->next = SLICE_NONE;
	m->last_us = t->x.last_us;
	moment_take(t, m);
	if (!env->more) {
		m->after_us = m->last_us > t->x.after_us ? m->last_us : t->x.after_us;
		return true;
	}
	if (env->next.p == NULL) {
		/* It says that there is more and not where: behind the last one, where it told of that. */
		m->after_us = m->last_us;
		return m->last_us > t->x.after_us || err_set(&t->e, ERR_INPUT, "it says that there is more and not where");
	}
	if (env->next.len > SYNC_NEXT_MAX)
		return err_set(&t->e, ERR_LIMIT, "the name of its next page is too long");
	if (!seen_add(t, env->next))
		return err_set(&t->e, ERR_INPUT, "its pages go round in a circle: the next one was there before");
	m->next = slice_of(t->next, env->next.len);
	memcpy(t->next, env->next.p, env->next.len);
	return true;
}

static bool
count_check(struct trip *t, const struct taxii_envelope *env)
{
	bool none = env->objects.p == NULL || slice_trim(slice_sub(env->objects, 1, env->objects.len - 2)).len == 0;

	t->empty = none ? t->empty + 1 : 0;
	if (++t->pages > PAGES_MAX)
		return err_set(&t->e, ERR_LIMIT, "more than %d pages in one go: it is gone on with later", PAGES_MAX);
	return !env->more || t->empty <= EMPTY_MAX || err_set(&t->e, ERR_INPUT, "%d pages in a row without an object, and no end", EMPTY_MAX);
}

/* --- storing ------------------------------------------------------------------------------------------ */

struct storing {
	struct trip *t;
	struct stix_in in;
	struct gate_object gate;
	struct sync_move to; /* where it is behind this page */
	uint64_t received, known, refused; /* of it, what was counted already */
	unsigned told, looked;
	bool moved;
};

static void
pump(struct storing *s)
{
	if (++s->looked % PUMP_EVERY == 0)
		trip_pump(s->t);
}

static void
bad(void *cookie, uint64_t item, struct slice id, const struct err *why)
{
	struct storing *s = cookie;

	pump(s);
	if (s->told++ < TRIP_TOLD_MAX)
		log_warn("sync.left_out", "id=%lld partner=%s item=%llu object=%s reason=%s", (long long)s->t->x.id, QUOTE(s->t->x.partner),
		    (unsigned long long)item, QUOTE(id), LOG_TEXT(why->text));
}

static void
done(void *cookie, const struct stix_object *o, enum object_put what)
{
	(void)o;
	(void)what;
	pump(cookie);
}

/* Counts with the objects; the cursor with the last of them. */
static bool
ending(void *cookie, bool last, struct err *e)
{
	struct storing *s = cookie;
	struct sync_move m = last ? s->to : (struct sync_move){ .after_us = s->t->x.after_us, .last_us = s->t->x.last_us, .next = s->t->x.next };

	if (s->gate.e.code != ERR_NONE) {
		*e = s->gate.e;
		return false;
	}
	m.received = s->in.objects - s->received;
	m.known = s->in.known + s->in.other - s->known;
	m.refused = s->in.failed - s->refused;
	if (!sync_move(trip_store(s->t), s->t->x.id, &m, e))
		return false;
	s->received += m.received;
	s->known += m.known;
	s->refused += m.refused;
	s->moved = last;
	return true;
}

/* Where no transaction was open at the end, as no object could be read. */
static bool
ending_alone(struct storing *s, struct err *e)
{
	bool mine;

	return store_begin(trip_store(s->t), &mine, e) && store_end(trip_store(s->t), mine, ending(s, true, e), e);
}

static bool
page_store(struct trip *t, struct slice objects, const struct sync_move *to)
{
	struct storing s = { .t = t, .to = *to };
	struct source src;
	bool ok = true;

	gate_object_init(&s.gate, t->gate, trip_store(t), clock_now_s());
	s.gate.purpose = t->x.purpose;
	s.in = (struct stix_in){ .store = trip_store(t), .collection = t->collection, .now_s = clock_now_s(), .may = t->source ? gate_object_source : gate_object_receive,
		.may_cookie = &s.gate, .bad = bad, .done = done, .ending = ending, .cookie = &s, .together = TRIP_TOGETHER };
	if (objects.p != NULL) {
		source_of_slice(&src, objects);
		ok = stix_in(&s.in, &src, &t->e);
	}
	if (ok && !s.moved)
		ok = ending_alone(&s, &t->e);
	ok = gate_object_end(&s.gate, ok ? &t->e : &(struct err)ERR_INIT) && ok;
	if (ok) {
		t->x.after_us = to->after_us;
		t->x.last_us = to->last_us;
		memcpy(t->next_now, t->next, to->next.len);
		t->x.next = slice_of(t->next_now, to->next.len);
		trip_moved(t, s.received);
	}
	return ok;
}

/* --- steps ----------------------------------------------------------------------------------------------- */

/* Fewer at once, where that is what the answer asks for. */
static bool
smaller(struct trip *t, enum taxii_result result)
{
	if (result != TAXII_SMALLER || t->limit <= 1)
		return false;
	t->limit /= 2;
	t->e = (struct err)ERR_INIT;
	trip_call_free(t);
	return true;
}

/* What it called the next page when we were here last it may not know any more: the pages begin anew. */
static bool
forgotten(struct trip *t)
{
	long status = taxii_call_status(t->call);

	if (t->pages > 0 || t->x.next.len == 0 || (status != 400 && status != 404 && status != 410 && status != 422))
		return false;
	log_info("sync.page_forgotten", "id=%lld partner=%s status=%ld", (long long)t->x.id, QUOTE(t->x.partner), status);
	t->x.next = S("");
	trip_call_free(t);
	return true;
}

static enum trip_result
page_take(struct trip *t)
{
	struct taxii_call *ahead = NULL, *this = t->call;
	struct taxii_envelope env;
	struct sync_move to = { 0 };
	bool stopped = false, ok;
	struct arena a;

	arena_init(&a, (size_t)1 << 20);
	ok = taxii_envelope_read(taxii_call_body(this), &a, &env, &t->e) && count_check(t, &env) && next_take(t, &env, &to) &&
	    trip_gate(t, clock_now_s()) && (!env.more || page_ask(t, to.after_us, to.next, &ahead)) && page_store(t, env.objects, &to);
	arena_fini(&a);
	trip_call_free(t);
	t->call = ahead;
	if (!ok)
		return TRIP_FAILED;
	if (!sync_stopped(trip_store(t), t->x.id, &stopped, &t->e))
		return TRIP_FAILED;
	return ahead == NULL || stopped ? TRIP_DONE : TRIP_WAITS;
}

enum trip_result
poll_step(struct trip *t)
{
	struct err why = ERR_INIT;
	enum taxii_result result;
	struct buf b;
	bool ok;

	switch (t->step) {
	case TRIP_BEGIN:
		buf_init(&b, 2 * SYNC_NAME_MAX);
		buf_printf(&b, "collections/%.*s/", SLICE_ARG(t->x.remote));
		ok = trip_ask(t, buf_view(&b), SLICE_NONE, TAXII_SMALL_BYTES_MAX, &t->call);
		buf_fini(&b);
		t->step = TRIP_COLLECTION;
		t->limit = TAXII_LIMIT_MAX;
		return ok ? TRIP_WAITS : TRIP_FAILED;
	case TRIP_COLLECTION:
		t->step = TRIP_PAGE;
		return trip_collection_check(t, false) && page_ask(t, t->x.after_us, t->x.next, &t->call) ? TRIP_WAITS : TRIP_FAILED;
	case TRIP_PAGE:
		result = taxii_call_result(t->call, &why);
		if (result == TAXII_GOOD)
			return page_take(t);
		if (smaller(t, result) || forgotten(t))
			return page_ask(t, t->x.after_us, t->x.next, &t->call) ? TRIP_WAITS : TRIP_FAILED;
		t->e = why;
		t->retry_s = taxii_call_head(t->call)->retry_s;
		return TRIP_FAILED;
	case TRIP_ROOT:
	case TRIP_BUILD:
	case TRIP_POST:
	case TRIP_STATUS:
		break;
	}
	(void)err_set(&t->e, ERR_INTERNAL, "an exchange is where it cannot be");
	return TRIP_FAILED;
}
