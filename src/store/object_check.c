/*
 * object_check: is what is kept of objects whole? Counts by the database, each one
 * pass over an index; and, where all is to be looked at, each object read again and
 * held against what its row says of it.
 */
#include <stdio.h>

#include "base/lang.h"
#include "store/object.h"
#include "store/object_sql.h"
#include "store/store_room.h"

/* Each counts what must not be. */
static const struct { const char *sql, *what; } counts[] = {
	{ "SELECT count(*) FROM collection_object m WHERE NOT EXISTS (SELECT 1 FROM object o WHERE o.id = m.object)",
	    N_("%lld members of collections have no object") },
	{ "SELECT count(*) FROM collection_object m WHERE NOT EXISTS (SELECT 1 FROM collection c WHERE c.id = m.collection)",
	    N_("%lld members lie in a collection that is not there") },
	{ "SELECT count(*) FROM object o WHERE NOT EXISTS (" SQL_HOME_OF_O ") AND NOT EXISTS (" SQL_LATER_OF_O ")",
	    N_("%lld objects lie in no collection") },
	{ "SELECT count(*) FROM collection_object m JOIN object o ON o.id = m.object WHERE m.type <> o.type",
	    N_("%lld members are listed under another type than their object's") },
	{ "SELECT count(*) FROM collection_object m JOIN object o ON o.id = m.object WHERE (m.flags > 3) <> (m.added_us <> o.added_us)",
	    N_("%lld members of collections are not found by their object") },
	{ "SELECT count(*) FROM object o WHERE NOT EXISTS (SELECT 1 FROM object_type t WHERE t.id = o.type)",
	    N_("%lld objects have a type without a name") },
	{ "SELECT count(*) FROM (SELECT m.collection, o.first FROM collection_object m JOIN object o ON o.id = m.object GROUP BY m.collection, o.first"
	  " HAVING sum(m.flags & 1) <> 1 OR sum((m.flags & 2) / 2) <> 1 OR max(CASE WHEN m.flags & 2 <> 0 THEN o.version_us END) <> max(o.version_us)"
	  " OR min(CASE WHEN m.flags & 1 <> 0 THEN o.version_us END) <> min(o.version_us))",
	    N_("%lld objects have a wrong first or last version in a collection") },
	{ "SELECT count(*) FROM indicator i WHERE NOT EXISTS (SELECT 1 FROM object o WHERE o.id = i.object AND o.first = i.id)",
	    N_("%lld indicators are watched for without an object") },
	{ "SELECT count(*) FROM indicator i WHERE (SELECT n.version_us FROM object n WHERE n.id = i.object) <"
	  " (SELECT max(version_us) FROM (" SQL_VERSIONS("i.id", "version_us", "") ") v)",
	    N_("%lld indicators are watched for by an older version") },
	{ "SELECT count(DISTINCT o.first) FROM object o WHERE o.type = (SELECT id FROM object_type WHERE name = 'indicator')"
	  " AND NOT EXISTS (SELECT 1 FROM indicator i WHERE i.id = o.first)",
	    N_("%lld indicators are not watched for") },
	{ "SELECT count(*) FROM (SELECT first FROM object WHERE first <= coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'objects.keyed'), 0)"
	  " EXCEPT SELECT first FROM object_key)",
	    N_("%lld objects cannot be found by their id") },
	{ "SELECT count(*) FROM record_origin r WHERE r.until_s < r.received_s",
	    N_("%lld records of partners end before they began") },
};

static bool
counts_check(struct objects_check *x, struct store *s, struct err *e)
{
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		char text[300];
		int64_t n = 0;

		if (!db_number(s->db, counts[i].sql, &n, e))
			return false;
		if (n == 0)
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(text, sizeof(text), T(counts[i].what), (long long)n);
#pragma GCC diagnostic pop
		x->troubles++;
		x->say(x->cookie, text);
	}
	return true;
}

/* --- each object ------------------------------------------------------------------ */

struct row {
	int64_t id, first, version_us;
	struct slice name, type, bytes;
	bool revoked, watched; /* watched: it is what an indicator's row was made of */
	int64_t from_s, until_s;
	enum indicator_watch watch;
	enum indicator_key key;
	struct slice text;
};

static void
row_read(struct stmt *q, struct row *r)
{
	*r = (struct row){ .id = stmt_col_i64(q, 0), .first = stmt_col_i64(q, 1), .version_us = stmt_col_i64(q, 2), .name = stmt_col(q, 3), .type = stmt_col(q, 4),
		.revoked = stmt_col_i64(q, 5) != 0, .bytes = stmt_col(q, 6), .watched = !stmt_col_null(q, 7), .from_s = stmt_col_i64(q, 8),
		.until_s = stmt_col_i64(q, 9), .watch = (enum indicator_watch)stmt_col_i64(q, 10), .key = (enum indicator_key)stmt_col_i64(q, 11),
		.text = stmt_col(q, 12) };
}

static bool
row_is(const struct row *r, const struct stix_object *o, struct arena *a, struct err *why)
{
	struct object_watched w;
	uint8_t mem[16 + 250];
	struct slice name;

	if (!object_name_of(o->id, mem, &name) || !slice_eq(name, r->name))
		return err_set(why, ERR_INPUT, "it lies under another id");
	if (!slice_eq(o->type_name, r->type))
		return err_set(why, ERR_INPUT, "it lies under another type");
	if ((o->has_modified && o->modified_us != r->version_us) || (!o->has_modified && o->has_created && o->created_us != r->version_us))
		return err_set(why, ERR_INPUT, "it lies under another version than its \"modified\"");
	if (o->revoked != r->revoked)
		return err_set(why, ERR_INPUT, "its row says otherwise whether it is revoked");
	if (!r->watched)
		return true;
	object_watched_of(o, a, &w);
	/* What an older program could not watch is planned when it is loaded. */
	if (r->from_s == w.from_s && r->until_s == w.until_s && slice_eq(r->text, w.text) && (int)r->key == (int)w.plan.key &&
	    (r->watch == w.plan.watch || (r->watch == INDICATOR_NOT_WATCHED && w.plan.watch == INDICATOR_SERIES)))
		return true;
	return err_set(why, ERR_INPUT, "it is watched for otherwise than its pattern says");
}

static void
row_check(struct objects_check *x, const struct row *r, struct arena *a)
{
	struct stix_object o = { .id = SLICE_NONE };
	struct err why = ERR_INIT;
	char text[1200];

	arena_reset(a);
	x->objects++;
	if (stix_read(r->bytes, a, &o, &why) && row_is(r, &o, a, &why))
		return;
	x->troubles++;
	if (x->bad++ >= OBJECTS_BAD_SHOWN)
		return;
	(void)snprintf(text, sizeof(text), "%s: %s", o.id.p == NULL ? QUOTE(slice_sub(r->type, 0, r->type.len < 80 ? r->type.len : 80)) : QUOTE(o.id), why.text);
	x->say(x->cookie, text);
}

static bool
each_check(struct objects_check *x, struct store *s, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct arena a;
	struct row r;

	arena_init(&a, (size_t)96 << 20);
	if (db_prepare(s->db, "SELECT o.id, o.first, o.version_us, o.name, t.name, o.revoked, o.bytes, i.id, i.from_s, i.until_s, i.watch, i.key, i.text"
		" FROM object o LEFT JOIN object_type t ON t.id = o.type LEFT JOIN indicator i ON i.id = o.first AND i.object = o.id ORDER BY o.id", &q, e)) {
		while ((step = stmt_step(q, e)) == STEP_ITEM) {
			row_read(q, &r);
			row_check(x, &r, &a);
			if (x->progress != NULL && x->objects % 1000 == 0)
				x->progress(x->cookie, x->objects);
		}
	}
	stmt_free(&q);
	arena_fini(&a);
	return step == STEP_END;
}

bool
objects_check(struct store *s, struct objects_check *x, struct err *e)
{
	x->objects = x->troubles = x->bad = 0;
	if (!counts_check(x, s, e))
		return false;
	if (x->each)
		return each_check(x, s, e);
	return db_number(s->db, "SELECT count(*) FROM object", (int64_t *)&x->objects, e);
}
