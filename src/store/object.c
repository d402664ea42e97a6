#include "store/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/lang.h"
#include "store/object_sql.h"
#include "store/store_room.h"

#define LAST_KEY "objects.last"
#define NAME_MAX_BYTES (16 + 250)

static int64_t
now_us(void)
{
	struct timespec t;

	/* Tests say what time it is. */
	if (clock_is_fixed())
		return clock_now_s() * 1000000;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/*
 * The last number and moment that were given away, also to what was taken out
 * since: whoever followed up to there must see what comes next as new, though the
 * clock was set back.
 */
static bool
last_read(struct store *s, struct err *e)
{
	struct objects *o = &s->objects;
	struct slice rest, id, us;
	uint64_t n = 0;
	struct arena a;
	bool ok;

	arena_init(&a, 4096);
	ok = store_setting(s, S(LAST_KEY), &a, &rest, e);
	if (ok && rest.p != NULL && slice_cut(&rest, ' ', &id) && slice_cut(&rest, ' ', &us)) {
		if (slice_u64(id, &n) && n <= INT64_MAX && (int64_t)n > o->last_id)
			o->last_id = (int64_t)n;
		if (slice_u64(us, &n) && n <= INT64_MAX && (int64_t)n > o->last_us)
			o->last_us = (int64_t)n;
	}
	arena_fini(&a);
	return ok;
}

static bool
last_write(struct store *s, struct err *e)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%lld %lld", (long long)s->objects.last_id, (long long)s->objects.last_us);

	return store_setting_put(s, S(LAST_KEY), slice_of(text, (size_t)n), e);
}

bool
objects_begin(struct store *s, bool *mine_out, struct err *e)
{
	struct objects *o = &s->objects;

	if (!store_begin(s, mine_out, e))
		return false;
	o->last_id = o->last_us = 0;
	/* Whoever wrote meanwhile: the numbers go on behind theirs. */
	if (object_keys_load(s, e) && db_number(s->db, "SELECT coalesce(max(id), 0) FROM object", &o->last_id, e) &&
	    db_number(s->db, "SELECT coalesce(max(added_us), 0) FROM object WHERE id = (SELECT max(id) FROM object)", &o->last_us, e) &&
	    last_read(s, e))
		return true;
	return store_end(s, *mine_out, false, e);
}

bool
objects_end(struct store *s, bool mine, bool ok, struct err *e)
{
	ok = ok && last_write(s, e);
	ok = store_end(s, mine, ok, e);
	if (!ok)
		object_keys_forget(s);
	return ok;
}

bool
object_there(struct store *s, const struct stix_object *o, bool *any_out, bool *same_out, struct err *e)
{
	uint8_t mem[NAME_MAX_BYTES];
	struct slice name;
	struct stmt *q;
	int64_t first, n = 0;

	*any_out = *same_out = false;
	if (!object_name_of(o->id, mem, &name))
		return true;
	if (!object_key_find(s, name, &first, e))
		return false;
	*any_out = *same_out = first != 0;
	if (first == 0 || (!o->has_modified && !o->has_created))
		return true;
	if (!store_query(s, Q_OBJECT_THERE, SQL_VERSIONS("?1", "id", " AND version_us = ?2"), &q, e))
		return false;
	stmt_i64(q, 1, first);
	stmt_i64(q, 2, o->has_modified ? o->modified_us : o->created_us);
	return stmt_number(q, &n, same_out, e);
}

/* The number of a type's name; there are some dozens, and they are remembered. */
static bool
type_number(struct store *s, struct slice name, int64_t *out, struct err *e)
{
	struct objects *o = &s->objects;
	struct stmt *find, *add;
	bool found = false;

	for (size_t i = 0; i < o->type_count; i++) {
		if (slice_eq(name, slice_of_str(o->types[i].name))) {
			*out = o->types[i].id;
			return true;
		}
	}
	if (!store_query(s, Q_OBJECT_TYPE_FIND, "SELECT id FROM object_type WHERE name = ?1", &find, e) ||
	    !store_query(s, Q_OBJECT_TYPE_ADD, "INSERT INTO object_type (id, name) SELECT coalesce(max(id), 0) + 1, ?1 FROM object_type", &add, e))
		return false;
	stmt_text(find, 1, name);
	if (!stmt_number(find, out, &found, e))
		return false;
	if (!found) {
		stmt_text(add, 1, name);
		if (!stmt_run(add, NULL, e))
			return false;
		stmt_text(find, 1, name);
		if (!stmt_number(find, out, NULL, e))
			return false;
	}
	if (o->type_count < sizeof(o->types) / sizeof(o->types[0]) && name.len < sizeof(o->types[0].name)) {
		memcpy(o->types[o->type_count].name, name.p, name.len);
		o->types[o->type_count].name[name.len] = '\0';
		o->types[o->type_count++].id = *out;
	}
	return true;
}

bool
object_name_of(struct slice id, uint8_t out[NAME_MAX_BYTES], struct slice *name_out)
{
	struct slice type, uuid;

	if (!stix_id_split(id, &type, &uuid) || !stix_uuid_read(uuid, out))
		return false;
	memcpy(out + 16, type.p, type.len);
	*name_out = slice_of(out, 16 + type.len);
	return true;
}

/* Versions of the object that are there: of this version, and the first and the last of all. */
struct versions {
	int64_t same; /* 0: none */
	int64_t first; /* the number of what came first; 0: none is there */
	int64_t newest_us;
	int64_t count;
};

/* Of what has versions: each is looked for by its moment, however many there are. */
static bool
versions_dated(struct store *s, int64_t version_us, struct slice bytes, struct versions *out, bool *equal_out, struct err *e)
{
	struct stmt *q, *one;
	enum step step;

	if (!store_query(s, Q_OBJECT_VERSIONS, "SELECT count(*), max(version_us) FROM (" SQL_VERSIONS("?1", "version_us", "") ") v", &q, e) ||
	    !store_query(s, Q_OBJECT_VERSION, SQL_VERSIONS("?1", "id, bytes", " AND version_us = ?2"), &one, e))
		return false;
	stmt_i64(q, 1, out->first);
	step = stmt_step(q, e);
	if (step == STEP_ITEM) {
		out->count = stmt_col_i64(q, 0);
		out->newest_us = stmt_col_i64(q, 1);
	}
	stmt_reset(q);
	if (step == STEP_FAIL)
		return false;
	stmt_i64(one, 1, out->first);
	stmt_i64(one, 2, version_us);
	step = stmt_step(one, e);
	if (step == STEP_ITEM) {
		out->same = stmt_col_i64(one, 0);
		*equal_out = slice_eq(stmt_col(one, 1), bytes);
	}
	stmt_reset(one);
	return step != STEP_FAIL;
}

/* An observable has no version of its own: it is another where its bytes are. */
static bool
versions_undated(struct store *s, struct slice bytes, struct versions *out, bool *equal_out, struct err *e)
{
	struct stmt *q;
	enum step step;

	if (!store_query(s, Q_OBJECT_UNDATED, SQL_VERSIONS("?1", "id, version_us, bytes", ""), &q, e))
		return false;
	stmt_i64(q, 1, out->first);
	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		if (slice_eq(stmt_col(q, 2), bytes)) {
			out->same = stmt_col_i64(q, 0);
			*equal_out = true;
		}
		if (stmt_col_i64(q, 1) > out->newest_us)
			out->newest_us = stmt_col_i64(q, 1);
		out->count++;
	}
	return step == STEP_END;
}

static bool
versions_find(struct store *s, struct slice name, int64_t version_us, bool dated, struct slice bytes, struct versions *out,
    bool *equal_out, struct err *e)
{
	*out = (struct versions){ .newest_us = INT64_MIN };
	*equal_out = false;
	if (!object_key_find(s, name, &out->first, e))
		return false;
	if (out->first == 0)
		return true;
	return dated ? versions_dated(s, version_us, bytes, out, equal_out, e) : versions_undated(s, bytes, out, equal_out, e);
}

/* A further version: not one too many, and not of what was revoked, which is for good (STIX 2.1 section 3.2). */
static bool
version_allowed(struct store *s, const struct versions *v, const struct stix_object *o, bool dated, int64_t version_us, struct err *e)
{
	int64_t most = dated ? OBJECT_VERSIONS_MAX : OBJECT_UNDATED_MAX, revoked = 0;
	struct stmt *q;
	bool found = false;

	if (v->first == 0)
		return true;
	if (v->count >= most)
		return err_set(e, ERR_LIMIT, "%.*s has %lld versions already, and no more are kept", SLICE_ARG(o->id), (long long)most);
	if (!dated)
		return true;
	if (!store_query(s, Q_OBJECT_REVOKED, SQL_VERSIONS("?1", "id", " AND revoked <> 0 AND version_us < ?2") " LIMIT 1", &q, e))
		return false;
	stmt_i64(q, 1, v->first);
	stmt_i64(q, 2, version_us);
	if (!stmt_number(q, &revoked, &found, e))
		return false;
	return !found || err_set(e, ERR_CONFLICT, "revoked: %.*s was revoked by an earlier version, which is for good; make a new object", SLICE_ARG(o->id));
}

static bool
row_add(struct store *s, struct slice name, int64_t first, int64_t type, int64_t version_us, const struct stix_object *o, struct slice bytes,
    struct err *e)
{
	struct stmt *q;

	if (!store_query(s, Q_OBJECT_ADD, "INSERT INTO object (id, first, name, type, version_us, added_us, revoked, bytes)"
		" VALUES (?1, ?8, ?2, ?3, ?4, ?5, ?6, ?7)", &q, e))
		return false;
	stmt_i64(q, 1, s->objects.last_id);
	stmt_blob(q, 2, name);
	stmt_i64(q, 3, type);
	stmt_i64(q, 4, version_us);
	stmt_i64(q, 5, s->objects.last_us);
	stmt_i64(q, 6, o->revoked);
	stmt_blob(q, 7, bytes);
	stmt_i64(q, 8, first);
	return stmt_run(q, NULL, e);
}

static bool
member_there(struct store *s, int64_t collection, int64_t object, bool *there_out, struct err *e)
{
	struct stmt *q;
	int64_t n;

	if (!store_query(s, Q_OBJECT_MEMBER_THERE, "SELECT m.object FROM object o CROSS JOIN collection_object m WHERE o.id = ?2"
		" AND m.collection = ?1 AND m.added_us = o.added_us AND m.object = o.id"
		" UNION ALL SELECT object FROM collection_object WHERE object = ?2 AND collection = ?1 AND flags > 3", &q, e))
		return false;
	stmt_i64(q, 1, collection);
	stmt_i64(q, 2, object);
	return stmt_number(q, &n, there_out, e);
}

/*
 * Into the collection, where it is not in it: which of its versions there are the
 * first and the last is said anew. came: the object itself came now, so that it lies nowhere yet.
 */
static bool
member_add(struct store *s, int64_t collection, int64_t object, int64_t type, int64_t first, bool came, bool alone, bool *added_out,
    struct err *e)
{
	struct stmt *q, *flags;
	bool there = false;

	*added_out = false;
	if (!came && !member_there(s, collection, object, &there, e))
		return false;
	if (there)
		return true;
	if (!store_query(s, Q_OBJECT_MEMBER_ADD, "INSERT INTO collection_object (collection, added_us, object, type, flags)"
		" VALUES (?1, ?2, ?3, ?4, ?5)", &q, e))
		return false;
	stmt_i64(q, 1, collection);
	stmt_i64(q, 2, s->objects.last_us);
	stmt_i64(q, 3, object);
	stmt_i64(q, 4, type);
	stmt_i64(q, 5, came ? 3 : 3 + OBJECT_PLACE_LATER);
	if (!stmt_run(q, NULL, e))
		return false;
	*added_out = true;
	if (alone)
		return true;
	if (!store_query(s, Q_OBJECT_FLAGS, SQL_FLAGS, &flags, e))
		return false;
	stmt_i64(flags, 1, collection);
	stmt_i64(flags, 2, first);
	return stmt_run(flags, NULL, e);
}

static int64_t
seconds_of(const struct json *j)
{
	int64_t us;

	return stix_time_read(json_text(j), &us, NULL) ? (us < 0 ? (us - 999999) / 1000000 : us / 1000000) : 0;
}

void
object_watched_of(const struct stix_object *o, struct arena *a, struct object_watched *out)
{
	struct slice pattern = json_text(json_get(o->json, S("pattern")));

	*out = (struct object_watched){ .plan = { .watch = INDICATOR_NOT_WATCHED } };
	if (o->pattern != NULL)
		indicator_plan(o->pattern, a, &out->plan);
	out->from_s = seconds_of(json_get(o->json, S("valid_from")));
	out->until_s = seconds_of(json_get(o->json, S("valid_until")));
	out->text = text_clean(out->plan.watch == INDICATOR_VALUE ? out->plan.value : pattern, PATTERN_BYTES_MAX, a);
}

bool
object_indicator_put(struct store *s, int64_t id, int64_t object, const struct stix_object *o, struct arena *a, struct err *e)
{
	struct object_watched w;
	struct stmt *q;

	object_watched_of(o, a, &w);
	if (!store_query(s, Q_INDICATOR_PUT, "INSERT INTO indicator (id, object, revoked, from_s, until_s, watch, key, text)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET object = excluded.object,"
		" revoked = excluded.revoked, from_s = excluded.from_s, until_s = excluded.until_s, watch = excluded.watch,"
		" key = excluded.key, text = excluded.text", &q, e))
		return false;
	stmt_i64(q, 1, id);
	stmt_i64(q, 2, object);
	stmt_i64(q, 3, o->revoked);
	stmt_i64(q, 4, w.from_s);
	stmt_i64(q, 5, w.until_s);
	stmt_i64(q, 6, w.plan.watch);
	stmt_i64(q, 7, w.plan.key);
	stmt_text(q, 8, w.text);
	if (!stmt_run(q, NULL, e))
		return false;
	if (object == id)
		return true;
	/* What was met of the version before says nothing of this one. */
	if (!store_query(s, Q_INDICATOR_PART_GONE, "DELETE FROM indicator_part WHERE indicator = ?1", &q, e))
		return false;
	stmt_i64(q, 1, id);
	return stmt_run(q, NULL, e);
}

static void
count_on(struct objects *o)
{
	int64_t now = now_us();

	o->last_us = now > o->last_us ? now : o->last_us + 1;
}

bool
object_put(struct store *s, int64_t collection, const struct stix_object *o, struct slice bytes, struct arena *a,
    enum object_put *out, struct err *e)
{
	bool dated = o->has_modified || o->has_created, equal, added = false;
	int64_t type, version_us = o->has_modified ? o->modified_us : o->created_us, object, at;
	uint8_t mem[NAME_MAX_BYTES];
	struct versions there;
	struct slice name;
	bool alone;

	if (!object_name_of(o->id, mem, &name))
		return err_set(e, ERR_INTERNAL, "an object was not checked before it was stored");
	if (!type_number(s, o->type_name, &type, e) || !versions_find(s, name, version_us, dated, bytes, &there, &equal, e))
		return false;
	count_on(&s->objects);
	object = there.same;
	alone = there.first == 0;
	if (object == 0 && !version_allowed(s, &there, o, dated, version_us, e))
		return false;
	if (object == 0) {
		object = ++s->objects.last_id;
		at = dated ? version_us : s->objects.last_us;
		if (alone)
			there.first = object;
		if (!row_add(s, name, there.first, type, at, o, bytes, e) || (alone && !object_key_add(s, name, object, e)))
			return false;
		if (slice_eq(o->type_name, S("indicator")) && at > there.newest_us &&
		    !object_indicator_put(s, there.first, object, o, a, e))
			return false;
	}
	if (!member_add(s, collection, object, type, there.first, there.same == 0, alone, &added, e))
		return false;
	*out = there.same != 0 && !equal ? OBJECT_OTHER : added ? OBJECT_ADDED : OBJECT_KNOWN;
	return true;
}
