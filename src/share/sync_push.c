/*
 * sync_push: what is new in a collection of ours to a partner's, envelope by
 * envelope. Each object passes the gate as it is put in, and its answer is
 * written down before the envelope leaves; the cursor moves when the partner has
 * said what came of it. What was cut in between is sent again, and is known there.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/lang.h"
#include "base/log.h"
#include "share/sync_trip.h"
#include "share/taxii.h"

/* So many objects are looked at in one transaction, whether they may go or not. */
#define LOOK_MAX (2 * TRIP_TOGETHER)
/* Of what a server may take at once: "{"objects":[" and "]}" around it. */
#define AROUND 32
#define BYTES_LEAST 1024
/* A status that stays pending is asked for at 1, 2, 4 ... 30 s, so long in all. */
#define STATUS_WAIT_MAX_S 30
#define STATUS_LONGEST_NS (INT64_C(900) * 1000000000)

/* --- an envelope ------------------------------------------------------------------------- */

/* False: it does not fit behind what is there. */
static bool
fits(const struct trip *t, const struct object_row *row)
{
	return t->envelope.len + row->bytes.len + AROUND <= t->bytes_max;
}

/* What is too large for the partner alone would stop all behind it. */
static bool
too_large(struct trip *t, const struct object_row *row)
{
	if (row->bytes.len + AROUND <= t->bytes_max)
		return false;
	if (t->left_out++ < TRIP_TOLD_MAX)
		log_warn("sync.left_out", "id=%lld partner=%s object=%s reason=\"it is larger than what the partner takes\"", (long long)t->x.id,
		    QUOTE(t->x.partner), QUOTE(slice_of_str(row->id)));
	return true;
}

static enum step
rows_put(struct trip *t, struct object_walk *w, struct gate_object *gate, struct err *e)
{
	struct object_row row;
	size_t looked = 0;
	enum step step;

	while ((step = object_next(w, &row, e)) == STEP_ITEM) {
		bool large = too_large(t, &row);

		if (!large && t->sent > 0 && (t->sent == TRIP_TOGETHER || !fits(t, &row)))
			return STEP_END;
		if (!large && gate_object_may(gate, &row)) {
			buf_str(&t->envelope, t->sent++ == 0 ? "{\"objects\":[" : ",");
			buf_put(&t->envelope, row.bytes);
		}
		t->end_us = row.added_us;
		if (++looked == LOOK_MAX)
			return STEP_END;
	}
	return step;
}

/* Read, asked and written down in one transaction; *nothing_out: there is nothing behind where it is. */
static bool
fill(struct trip *t, bool *nothing_out, struct err *e)
{
	struct object_query q = { .collection = t->collection, .after_us = t->x.after_us, .has_after = true, .limit = LOOK_MAX };
	struct object_walk *w = NULL;
	struct gate_object gate;
	enum step step = STEP_FAIL;
	bool ok;

	buf_clear(&t->envelope);
	t->sent = 0;
	t->left_out = 0;
	t->end_us = t->x.after_us;
	gate_object_init(&gate, t->gate, trip_store(t), clock_now_s());
	gate.purpose = t->x.purpose;
	gate.not_back = true;
	gate.listed = trip_listed(t);
	if (object_open(trip_store(t), &q, &w, e))
		step = rows_put(t, w, &gate, e);
	object_close(&w);
	ok = gate_object_end(&gate, step != STEP_FAIL ? e : &(struct err)ERR_INIT) && step != STEP_FAIL;
	if (t->sent > 0)
		buf_str(&t->envelope, "]}");
	*nothing_out = t->end_us == t->x.after_us;
	return ok && (buf_ok(&t->envelope) || err_set(e, ERR_LIMIT, "an envelope is too large"));
}

static bool
move(struct trip *t, uint64_t sent, uint64_t refused, struct err *e)
{
	const struct sync_move m = { .after_us = t->end_us, .sent = sent, .refused = refused + t->left_out };

	t->left_out = 0;
	if (!sync_move(trip_store(t), t->x.id, &m, e))
		return false;
	t->x.after_us = t->end_us;
	return true;
}

/* Nothing of what was looked at may go: it is passed over in the same transaction. */
static bool
build(struct trip *t, bool *nothing_out, struct err *e)
{
	bool mine;

	return store_begin(trip_store(t), &mine, e) &&
	    store_end(trip_store(t), mine, fill(t, nothing_out, e) && (t->sent > 0 || *nothing_out || move(t, 0, 0, e)), e);
}

/* --- steps -------------------------------------------------------------------------------------- */

static bool
collection_ask(struct trip *t, const char *behind, struct slice body, size_t bytes_max)
{
	struct buf b;
	bool ok;

	buf_init(&b, 2 * SYNC_NAME_MAX);
	buf_printf(&b, "collections/%.*s/%s", SLICE_ARG(t->x.remote), behind);
	ok = trip_ask(t, buf_view(&b), body, bytes_max, &t->call);
	buf_fini(&b);
	return ok;
}

static enum trip_result
send_next(struct trip *t)
{
	bool nothing = false, stopped = false;

	if (!sync_stopped(trip_store(t), t->x.id, &stopped, &t->e) || (!stopped && (!trip_gate(t, clock_now_s()) || !build(t, &nothing, &t->e))))
		return TRIP_FAILED;
	if (stopped || nothing)
		return TRIP_DONE;
	t->step = TRIP_BUILD;
	/* Other exchanges go on between two looks. */
	if (t->sent == 0)
		return TRIP_WAITS;
	t->step = TRIP_POST;
	t->asked_ns = clock_mono_ns();
	t->tries = 0;
	return collection_ask(t, "objects/", buf_view(&t->envelope), TAXII_ANSWER_BYTES_MAX) ? TRIP_WAITS : TRIP_FAILED;
}

static enum trip_result
root_take(struct trip *t)
{
	const struct json *j;
	struct arena a;
	uint64_t max = 0;
	bool ok;

	arena_init(&a, (size_t)64 << 20);
	ok = trip_good(t) && taxii_tree_read(taxii_call_body(t->call), &a, &j, &t->e);
	if (ok)
		max = taxii_root_max(j);
	arena_fini(&a);
	trip_call_free(t);
	t->bytes_max = max == 0 || max > TAXII_PAGE_BYTES ? TAXII_PAGE_BYTES : max < BYTES_LEAST ? BYTES_LEAST : (size_t)max;
	t->step = TRIP_COLLECTION;
	return ok && collection_ask(t, "", SLICE_NONE, TAXII_SMALL_BYTES_MAX) ? TRIP_WAITS : TRIP_FAILED;
}

static void
failures_tell(const struct trip *t, const struct taxii_status *s)
{
	unsigned told = 0;

	JSON_EACH (f, s->failures) {
		if (told++ == TRIP_TOLD_MAX)
			return;
		log_warn("sync.refused", "id=%lld partner=%s object=%s reason=%s", (long long)t->x.id, QUOTE(t->x.partner),
		    QUOTE(json_text(json_get(f, S("id")))), QUOTE(json_text(json_get(f, S("message")))));
	}
}

static enum trip_result
pending(struct trip *t, const struct taxii_status *s)
{
	int64_t wait_s = INT64_C(1) << (t->tries < 5 ? t->tries : 5);

	/* The id becomes a part of an address: a UUID, as the standard has it (section 4.3.1). */
	if (t->status[0] == '\0') {
		for (size_t i = 0; i < s->id.len; i++) {
			if (!byte_is_alpha(s->id.p[i]) && !byte_is_digit(s->id.p[i]) && s->id.p[i] != '-')
				return (void)err_set(&t->e, ERR_INPUT, "its status is named %s, which is no UUID", QUOTE(s->id)), TRIP_FAILED;
		}
		if (s->id.len == 0 || s->id.len >= sizeof(t->status))
			return (void)err_set(&t->e, ERR_INPUT, "its status has no id, and is pending"), TRIP_FAILED;
		(void)snprintf(t->status, sizeof(t->status), "%.*s", SLICE_ARG(s->id));
	}
	if (clock_mono_ns() - t->asked_ns > STATUS_LONGEST_NS)
		return (void)err_set(&t->e, ERR_SYSTEM, "what was sent is still pending there after %d minutes", 15), TRIP_FAILED;
	t->tries++;
	t->step = TRIP_STATUS;
	t->wake_ns = clock_mono_ns() + (wait_s > STATUS_WAIT_MAX_S ? STATUS_WAIT_MAX_S : wait_s) * INT64_C(1000000000);
	return TRIP_WAITS;
}

static enum trip_result
status_take(struct trip *t)
{
	struct taxii_status s = { .id = SLICE_NONE };
	enum trip_result result = TRIP_FAILED;
	const struct json *j;
	struct arena a;

	arena_init(&a, (size_t)256 << 20);
	if (trip_good(t) && taxii_tree_read(taxii_call_body(t->call), &a, &j, &t->e) && taxii_status_read(j, t->sent, &s, &t->e)) {
		if (!s.complete) {
			result = pending(t, &s);
		} else {
			failures_tell(t, &s);
			t->status[0] = '\0';
			/* What it does not speak of it has: it said that it is done. */
			if (move(t, t->sent - s.failure, s.failure, &t->e)) {
				t->pages++;
				trip_moved(t, t->sent);
				t->step = TRIP_BUILD;
				result = TRIP_WAITS;
			}
		}
	}
	arena_fini(&a);
	trip_call_free(t);
	return result;
}

/* It takes less at once than it said. */
static enum trip_result
post_take(struct trip *t)
{
	struct err why = ERR_INIT;

	if (taxii_call_result(t->call, &why) != TAXII_SMALLER || taxii_call_status(t->call) != 413)
		return status_take(t);
	if (t->bytes_max / 2 < BYTES_LEAST) {
		t->e = why;
		return TRIP_FAILED;
	}
	t->bytes_max /= 2;
	trip_call_free(t);
	t->step = TRIP_BUILD;
	return TRIP_WAITS;
}

static enum trip_result
status_ask(struct trip *t)
{
	char path[160];

	if (t->call != NULL)
		return status_take(t);
	(void)snprintf(path, sizeof(path), "status/%s/", t->status);
	return trip_ask(t, slice_of_str(path), SLICE_NONE, TAXII_ANSWER_BYTES_MAX, &t->call) ? TRIP_WAITS : TRIP_FAILED;
}

enum trip_result
push_step(struct trip *t)
{
	switch (t->step) {
	case TRIP_BEGIN:
		t->step = TRIP_ROOT;
		return trip_ask(t, S(""), SLICE_NONE, TAXII_SMALL_BYTES_MAX, &t->call) ? TRIP_WAITS : TRIP_FAILED;
	case TRIP_ROOT:
		return root_take(t);
	case TRIP_COLLECTION:
		return trip_collection_check(t, true) ? send_next(t) : TRIP_FAILED;
	case TRIP_BUILD:
		return send_next(t);
	case TRIP_POST:
		return post_take(t);
	case TRIP_STATUS:
		return status_ask(t);
	case TRIP_PAGE:
		break;
	}
	(void)err_set(&t->e, ERR_INTERNAL, "an exchange is where it cannot be");
	return TRIP_FAILED;
}
