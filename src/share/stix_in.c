#include "share/stix_in.h"

#include "parse/json_items.h"

struct work {
	struct stix_in *in;
	struct arena a; /* of one object */
	bool open, mine; /* a transaction of ours */
	unsigned together;
};

static void
tell_bad(struct work *w, uint64_t item, struct slice id, const struct err *why)
{
	w->in->failed++;
	if (w->in->bad != NULL)
		w->in->bad(w->in->cookie, item, id, why);
}

/* A bundle is one by its type and id; an envelope has neither (TAXII 2.1 section 3.7). */
static bool
head_check(const struct json_items *it, struct err *e)
{
	struct arena a;
	struct buf b;
	const struct json *j = NULL;
	struct slice type, id, id_type, uuid;
	bool ok = true;

	if (it->where != JSON_ITEMS_OBJECTS || it->head_len == sizeof(it->head))
		return true;
	arena_init(&a, (size_t)256 << 10);
	buf_init(&b, 2 * JSON_ITEMS_HEAD);
	buf_byte(&b, '{');
	buf_put(&b, slice_of(it->head, it->head_len));
	/* A comma stood before "objects". */
	while (b.len > 1 && (byte_is_space(b.p[b.len - 1]) || b.p[b.len - 1] == ','))
		b.len--;
	buf_byte(&b, '}');
	if (json_parse(buf_view(&b), &STIX_LIMITS, &a, &j, e)) {
		type = json_text(json_get(j, S("type")));
		id = json_text(json_get(j, S("id")));
		if (type.p != NULL && !slice_eq(type, S("bundle")))
			ok = err_set(e, ERR_INPUT, "type: a list of objects has the type bundle, or none");
		else if (type.p != NULL && id.p != NULL && (!stix_id_split(id, &id_type, &uuid) || !slice_eq(id_type, S("bundle"))))
			ok = err_set(e, ERR_INPUT, "id: %s is no identifier of a bundle", QUOTE(id));
	} else {
		ok = false;
	}
	buf_fini(&b);
	arena_fini(&a);
	return ok;
}

static bool
ending(struct work *w, bool ok, bool last, struct err *e)
{
	return ok && (w->in->ending == NULL || w->in->ending(w->in->cookie, last, e));
}

static bool
transaction(struct work *w, bool ok, struct err *e)
{
	struct err why = ERR_INIT;

	if (w->open && (!ok || w->together == (w->in->together == 0 ? STIX_IN_TOGETHER : w->in->together))) {
		w->open = false;
		w->together = 0;
		ok = ending(w, ok, false, e);
		/* Where something failed already, that is what is told. */
		if (!objects_end(w->in->store, w->mine, ok, ok ? e : &why))
			return false;
	}
	if (ok && !w->open) {
		if (!objects_begin(w->in->store, &w->mine, e))
			return false;
		w->open = true;
	}
	return ok;
}

static void
count(struct stix_in *in, const struct stix_object *o, struct arena *a, enum object_put what)
{
	char id[STIX_ID_MAX];

	switch (what) {
	case OBJECT_ADDED:
		in->added++;
		break;
	case OBJECT_KNOWN:
		in->known++;
		break;
	case OBJECT_OTHER:
		in->other++;
		break;
	}
	if (o->class == STIX_SCO && stix_observable_id(o->json, a, id) && !slice_eq_nocase(o->id, slice_of_str(id)))
		in->other_ids++;
	if (in->done != NULL)
		in->done(in->cookie, o, what);
}

#define AHEAD_US INT64_C(86400000000)

static bool
moments_ok(const struct stix_in *in, const struct stix_object *o, struct err *why)
{
	int64_t most = in->now_s * 1000000 + AHEAD_US;

	if (in->now_s == 0)
		return true;
	if (o->has_modified && o->modified_us > most)
		return err_set(why, ERR_INPUT, "modified: lies more than a day ahead; no later version of it could be told from then on");
	return !o->has_created || o->created_us <= most || err_set(why, ERR_INPUT, "created: lies more than a day ahead");
}

static bool
take(struct work *w, uint64_t item, struct slice bytes, struct err *e)
{
	enum object_put what = OBJECT_ADDED;
	struct stix_object o = { .id = SLICE_NONE };
	struct err why = ERR_INIT;

	arena_reset(&w->a);
	w->in->objects++;
	if (!stix_read(bytes, &w->a, &o, &why) || !moments_ok(w->in, &o, &why)) {
		tell_bad(w, item, o.id, &why);
		return true;
	}
	if (w->in->store != NULL) {
		if (!transaction(w, true, e))
			return false;
		/* Within the transaction: what is written down of it stands or falls with the object. */
		if (w->in->may != NULL && !w->in->may(w->in->may_cookie, &o, &why)) {
			tell_bad(w, item, o.id, &why);
			w->together++;
			return true;
		}
		if (!object_put(w->in->store, w->in->collection, &o, bytes, &w->a, &what, &why)) {
			/* The object's own fault. */
			if (why.code == ERR_LIMIT || why.code == ERR_CONFLICT) {
				tell_bad(w, item, o.id, &why);
				return true;
			}
			*e = why;
			return transaction(w, false, e);
		}
		w->together++;
	}
	count(w->in, &o, &w->a, what);
	return true;
}

/* Looked at with each item, so that what is none is not read to its end. */
static bool
is_envelope(const struct stix_in *in, const struct json_items *it, bool end, struct err *e)
{
	return !in->envelope || (it->others == 0 && it->lists < 2 && (it->lists == 1 || !end)) ||
	    err_set(e, ERR_INPUT, "expected an envelope: an object with \"objects\", a list");
}

bool
stix_in(struct stix_in *in, struct source *src, struct err *e)
{
	struct work w = { .in = in };
	struct json_items it;
	enum json_items_where was = JSON_ITEMS_TOP;
	struct slice item;
	enum step step = STEP_FAIL;
	bool ok = true;

	arena_init(&w.a, (size_t)96 << 20);
	json_items_init(&it, src, STIX_LIMITS.bytes);
	while (ok && (step = json_items_next(&it, &item, e)) == STEP_ITEM) {
		if (was != JSON_ITEMS_OBJECTS)
			ok = is_envelope(in, &it, false, e) && head_check(&it, e);
		was = it.where;
		ok = ok && take(&w, it.count, item, e);
	}
	ok = ok && step == STEP_END && is_envelope(in, &it, true, e);
	if (w.open) {
		struct err why = ERR_INIT;

		/* What was read well before the document went wrong stays. */
		if (!objects_end(in->store, w.mine, ending(&w, true, ok, ok ? e : &why), ok ? e : &why))
			ok = false;
	}
	arena_fini(&w.a);
	return ok;
}
