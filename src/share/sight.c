#include "share/sight.h"

#include "share/gate_object.h"

#define MEMORY_MAX ((size_t)96 << 20)
#define COUNT_MAX 999999999u /* STIX 2.1 section 5.2 */

void
sight_id(const struct stix_out *who, struct slice indicator, char out[STIX_ID_MAX])
{
	struct buf of;

	buf_init(&of, 1024);
	/* Two nodes may have the name that all begin with. */
	buf_str(&of, "of:");
	buf_put(&of, who->mail);
	buf_byte(&of, ':');
	buf_put(&of, indicator);
	stix_out_id(who, "sighting", buf_view(&of), out);
	buf_fini(&of);
}

struct making {
	struct store *store;
	struct sight *x;
	struct collection to;
	struct arena a; /* of one sighting */
	struct buf b;
	bool identity; /* we ourselves are in the collection */
};

/* What was told before. */
struct before {
	bool there;
	int64_t created_us, modified_us;
	struct indicator_seen seen;
};

static int64_t
second_of(const struct json *j)
{
	int64_t us = 0;

	return stix_time_read(json_text(j), &us, NULL) ? us / 1000000 : 0;
}

static bool
before_get(struct making *m, struct slice id, struct before *out, struct err *e)
{
	const struct object_query q = { .collection = m->to.id, .ids = &id, .id_count = 1, .last = true };
	struct object_walk *w = NULL;
	struct object_row row;
	struct stix_object o;
	struct err none = ERR_INIT;
	enum step step = STEP_FAIL;

	*out = (struct before){ .there = false };
	if (object_open(m->store, &q, &w, e) && (step = object_next(w, &row, e)) == STEP_ITEM) {
		out->there = true;
		out->created_us = out->modified_us = row.version_us;
		if (stix_read(arena_copy(&m->a, row.bytes), &m->a, &o, &none)) {
			out->created_us = o.created_us;
			out->seen = (struct indicator_seen){ 0, second_of(json_get(o.json, S("first_seen"))), second_of(json_get(o.json, S("last_seen"))) };
			(void)slice_u64(json_scalar(json_get(o.json, S("count"))), &out->seen.count);
		}
	}
	object_close(&w);
	return step != STEP_FAIL;
}

static void
moment(struct json_out *j, const char *key, int64_t us)
{
	char text[STIX_TIME_TEXT_MAX];

	json_out_key_text(j, slice_of_str(key), slice_of(text, stix_time_print(us, text)));
}

/* Marked as the indicator is; unmarked, and where a part of it has a closer mark, by that. */
static void
marks_put(struct json_out *j, const struct stix_object *o, enum tlp tlp)
{
	struct slice ours = stix_tlp_id(tlp);
	bool said = false;

	json_out_key(j, S("object_marking_refs"));
	json_out_array(j);
	JSON_EACH (m, json_get(o->json, S("object_marking_refs"))) {
		enum tlp it;

		said = said || (stix_tlp_find(json_text(m), &it) && it == tlp);
		json_out_text(j, json_text(m));
	}
	if (!said)
		json_out_text(j, ours);
	json_out_array_end(j);
}

static void
print(struct making *m, const struct stix_object *o, const char *id, const struct before *before, const struct indicator_seen *seen, enum tlp tlp)
{
	int64_t now_us = m->x->now_s * 1000000;
	char by[STIX_ID_MAX];
	struct json_out j;

	/* Later than the one before, whatever the clock says. */
	if (before->there && now_us <= before->modified_us)
		now_us = before->modified_us + 1000;
	stix_out_id(&m->x->who, "identity", SLICE_NONE, by);
	buf_clear(&m->b);
	json_out_init(&j, &m->b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("type"), S("sighting"));
	json_out_key_text(&j, S("spec_version"), S("2.1"));
	json_out_key_text(&j, S("id"), slice_of_str(id));
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	moment(&j, "created", before->there ? before->created_us : now_us);
	moment(&j, "modified", now_us);
	moment(&j, "first_seen", seen->first_s * 1000000);
	moment(&j, "last_seen", seen->last_s * 1000000);
	json_out_key_int(&j, S("count"), (int64_t)seen->count);
	json_out_key_text(&j, S("sighting_of_ref"), o->id);
	json_out_key(&j, S("where_sighted_refs"));
	json_out_array(&j);
	json_out_text(&j, slice_of_str(by));
	json_out_array_end(&j);
	marks_put(&j, o, tlp);
	json_out_object_end(&j);
}

/* What lies in b, checked like anybody's. */
static bool
put(struct making *m, struct err *e)
{
	struct slice bytes = arena_copy(&m->a, buf_view(&m->b));
	struct stix_object o;
	enum object_put what;

	if (!buf_ok(&m->b) || bytes.p == NULL)
		return err_set(e, ERR_LIMIT, "a sighting of more than %zu bytes", m->b.max);
	return stix_read(bytes, &m->a, &o, e) && object_put(m->store, m->to.id, &o, bytes, &m->a, &what, e);
}

static bool
identity(struct making *m, struct err *e)
{
	if (m->identity)
		return true;
	m->identity = true;
	buf_clear(&m->b);
	stix_out_identity(&m->x->who, &m->b);
	return put(m, e);
}

static bool
tell(struct making *m, int64_t indicator, const struct stix_object *o, struct err *e)
{
	struct policy_record record;
	struct indicator_seen seen;
	struct before before;
	char id[STIX_ID_MAX];
	struct slice name;
	uint64_t gone;
	bool person;

	gate_object_record(o, &record, &person);
	if (!indicator_seen_up_to(m->store, indicator, record.tlp, &seen, e))
		return false;
	if (seen.count == 0)
		return true;
	seen.count = seen.count > COUNT_MAX ? COUNT_MAX : seen.count;
	sight_id(&m->x->who, o->id, id);
	name = slice_of_str(id);
	if (!before_get(m, name, &before, e))
		return false;
	/* After a replay the same was counted again. */
	if (before.there && before.seen.count == seen.count && before.seen.first_s == seen.first_s && before.seen.last_s == seen.last_s)
		return true;
	if (!identity(m, e))
		return false;
	print(m, o, id, &before, &seen, record.tlp);
	if (!put(m, e))
		return false;
	m->x->made++;
	return !before.there || object_delete(m->store, &(struct object_query){ .collection = m->to.id, .ids = &name, .id_count = 1,
	    .versions_us = &before.modified_us, .version_count = 1 }, &gone, e);
}

static bool
one(struct making *m, int64_t indicator, struct err *e)
{
	struct err none = ERR_INIT;
	struct slice bytes;
	struct stix_object o;

	arena_reset(&m->a);
	if (!indicator_bytes(m->store, indicator, &m->a, &bytes, e))
		return false;
	/* One that is gone, or that no one can read any more, has no sighting. */
	if (bytes.p != NULL && stix_read(bytes, &m->a, &o, &none) && !tell(m, indicator, &o, e))
		return false;
	return indicator_told(m->store, indicator, e);
}

bool
sight_slice(struct store *s, struct sight *x, struct err *e)
{
	struct making m = { .store = s, .x = x };
	int64_t ids[SIGHT_TOGETHER];
	size_t n = 0;
	bool mine, ok;

	x->end = true;
	if (x->who.name.len == 0)
		return err_set(e, ERR_INPUT, "sightings say who saw: give the node a name in entente.conf");
	if (!indicators_due(s, x->after_id, ids, SIGHT_TOGETHER, &n, e))
		return false;
	if (n == 0)
		return true;
	arena_init(&m.a, MEMORY_MAX);
	buf_init(&m.b, (size_t)1 << 20);
	ok = objects_begin(s, &mine, e);
	if (ok) {
		ok = collection_need(s, SIGHT_COLLECTION, &m.a, &m.to, e);
		for (size_t i = 0; ok && i < n; i++)
			ok = one(&m, ids[i], e);
		ok = objects_end(s, mine, ok, e);
	}
	if (ok) {
		x->after_id = ids[n - 1];
		x->end = n < SIGHT_TOGETHER;
	}
	buf_fini(&m.b);
	arena_fini(&m.a);
	return ok;
}
