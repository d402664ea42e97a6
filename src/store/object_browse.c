#include "store/object_browse.h"

#include "base/lang.h"
#include "store/agreements.h"
#include "store/object_sql.h"
#include "store/store_room.h"

/* --- a page of objects ------------------------------------------------------------- */

/* The columns that row_read() takes; the last is what cursors are of. */
#define COLUMNS "o.id, o.version_us, o.name, o.revoked, o.bytes, o.added_us"
#define NEWEST "NOT EXISTS (SELECT 1 FROM object x WHERE x.first = o.first AND x.first <> x.id AND x.version_us > o.version_us)" \
	" AND NOT EXISTS (SELECT 1 FROM object x WHERE o.first <> o.id AND x.id = o.first AND x.version_us > o.version_us)"

static void
row_read(struct stmt *q, struct object_row *out)
{
	*out = (struct object_row){ .object = stmt_col_i64(q, 0), .version_us = stmt_col_i64(q, 1), .revoked = stmt_col_i64(q, 3) != 0,
		.bytes = stmt_col(q, 4), .added_us = stmt_col_i64(q, 5) };
	object_id_print(stmt_col(q, 2), out->id, &out->type);
	out->type = slice_of(out->id, out->type.len);
}

/* Of a name its beginning: one may be of megabytes, made to cost. */
#define SEARCHED_BYTES 4096

static bool
holds_nocase(struct slice s, struct slice part)
{
	s = slice_sub(s, 0, s.len < SEARCHED_BYTES ? s.len : SEARCHED_BYTES);
	for (size_t i = 0; part.len <= s.len && i <= s.len - part.len; i++) {
		if (slice_eq_nocase(slice_sub(s, i, part.len), part))
			return true;
	}
	return false;
}

struct slice
object_called(const struct json *j)
{
	static const struct slice names[] = { S_INIT("name"), S_INIT("value"), S_INIT("pattern"), S_INIT("relationship_type"), S_INIT("subject"),
		S_INIT("content"), S_INIT("path"), S_INIT("key"), S_INIT("number"), S_INIT("user_id"), S_INIT("opinion") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice v = json_scalar(json_get(j, names[i]));

		if (v.len > 0)
			return v;
	}
	return SLICE_NONE;
}

static bool
fits(const struct object_browse *q, const struct object_row *r, struct arena *a)
{
	const struct json *j = NULL;
	struct err none = ERR_INIT;

	if (q->type.p != NULL && !slice_eq(r->type, q->type))
		return false;
	if (q->text.p == NULL || holds_nocase(slice_of_str(r->id), q->text))
		return true;
	arena_reset(a);
	return json_parse(r->bytes, &STIX_LIMITS, a, &j, &none) && holds_nocase(object_called(j), q->text);
}

/* What somebody wrote as an id is looked up; *first_out 0: it is none, or not there. */
static bool
whole_id(struct store *s, struct slice text, bool *is_out, int64_t *first_out, struct err *e)
{
	uint8_t mem[16 + 250];
	struct slice name;

	*first_out = 0;
	*is_out = text.p != NULL && object_name_of(text, mem, &name);
	return !*is_out || (object_keys_load(s, e) && object_key_find(s, name, first_out, e));
}

static bool
page_prepare(struct store *s, const struct object_browse *q, bool id, int64_t first, struct stmt **out, struct err *e)
{
	struct buf sql;
	bool ok;

	buf_init(&sql, 4096);
	if (q->collection != 0)
		buf_str(&sql, "SELECT " COLUMNS ", m.added_us, 1 FROM collection_object m JOIN object o ON o.id = m.object"
		    " WHERE m.collection = ?1 AND m.flags & 2 <> 0");
	else
		buf_str(&sql, "SELECT " COLUMNS ", o.id, " NEWEST " FROM object o WHERE ?1 = 0 AND o.id < ?2");
	if (id && q->collection != 0)
		buf_str(&sql, " AND m.added_us IN (" SQL_PLACES("?3", "?1") ") AND +m.added_us < ?2 AND o.first = ?3");
	else if (id)
		buf_str(&sql, " AND o.id IN (" SQL_VERSIONS("?3", "id", "") ")");
	else if (q->collection != 0)
		buf_str(&sql, " AND m.added_us < ?2");
	if (!id && q->collection != 0 && q->type.p != NULL)
		buf_str(&sql, " AND m.type = (SELECT id FROM object_type WHERE name = ?4)");
	buf_printf(&sql, " ORDER BY %s DESC LIMIT %d", q->collection != 0 ? "m.added_us" : "o.id", BROWSE_OBJECTS_MAX + 1);
	ok = db_prepare(s->db, buf_cstr(&sql), out, e);
	buf_fini(&sql);
	if (!ok)
		return false;
	stmt_i64(*out, 1, q->collection);
	stmt_i64(*out, 2, q->before > 0 ? q->before : INT64_MAX);
	if (id)
		stmt_i64(*out, 3, first);
	else if (q->collection != 0 && q->type.p != NULL)
		stmt_text(*out, 4, q->type);
	return true;
}

bool
object_browse(struct store *s, const struct object_browse *q,
    bool (*each)(void *cookie, const struct object_row *r, struct err *e), void *cookie, int64_t *next_out, struct err *e)
{
	struct object_browse rest = *q;
	struct stmt *stmt = NULL;
	struct object_row row;
	enum step step = STEP_FAIL;
	size_t looked = 0, shown = 0;
	int64_t first, last = 0;
	struct arena a;
	bool id, full = false, ok = true;

	*next_out = 0;
	if (!whole_id(s, q->text, &id, &first, e))
		return false;
	if (id)
		rest.text = SLICE_NONE;
	if (!page_prepare(s, q, id, first, &stmt, e))
		return false;
	arena_init(&a, (size_t)64 << 20);
	while (ok && !full && (step = stmt_step(stmt, e)) == STEP_ITEM) {
		row_read(stmt, &row);
		/* The last version stands for all. */
		if (stmt_col_i64(stmt, 7) != 0 && fits(&rest, &row, &a)) {
			full = shown++ >= q->limit;
			ok = full || each(cookie, &row, e);
		}
		full = full || ++looked > BROWSE_OBJECTS_MAX;
		if (!full)
			last = stmt_col_i64(stmt, 6);
	}
	*next_out = full ? last : 0;
	stmt_free(&stmt);
	arena_fini(&a);
	return ok && (full || step == STEP_END);
}

/* --- one object --------------------------------------------------------------------- */

bool
object_one(struct store *s, struct slice id, const int64_t *version_us, struct arena *a, struct object_one *out,
    bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool is;

	*found_out = false;
	if (!whole_id(s, id, &is, &out->first, e) || out->first == 0)
		return out->first == 0;
	if (db_prepare(s->db, version_us == NULL ? "SELECT " COLUMNS " FROM object o WHERE o.id = (" SQL_NEWEST("?1") ")" :
		"SELECT " COLUMNS " FROM object o WHERE o.id IN (" SQL_VERSIONS("?1", "id", " AND version_us = ?2") ")", &q, e)) {
		stmt_i64(q, 1, out->first);
		if (version_us != NULL)
			stmt_i64(q, 2, *version_us);
		step = stmt_step(q, e);
		if (step == STEP_ITEM) {
			row_read(q, &out->row);
			out->row.bytes = arena_copy(a, out->row.bytes);
		}
	}
	stmt_free(&q);
	*found_out = step == STEP_ITEM;
	return step != STEP_FAIL && (!a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max));
}

bool
object_versions(struct store *s, int64_t first, bool (*each)(void *cookie, const struct object_row *r, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	struct object_row row;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (db_prepare(s->db, "SELECT o.id, o.version_us, o.name, o.revoked, '', o.added_us FROM object o WHERE o.id IN ("
		SQL_VERSIONS("?1", "id", "") ") ORDER BY o.version_us DESC", &q, e)) {
		stmt_i64(q, 1, first);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			row_read(q, &row);
			ok = each(cookie, &row, e);
		}
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
object_collections(struct store *s, int64_t first, bool (*each)(void *cookie, struct slice alias, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (db_prepare(s->db, "SELECT alias FROM collection c WHERE EXISTS (SELECT 1 FROM collection_object m JOIN object x ON x.id = m.object"
		" WHERE m.collection = c.id AND m.added_us IN (" SQL_PLACES("?1", "c.id") ") AND x.first = ?1) ORDER BY id", &q, e)) {
		stmt_i64(q, 1, first);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
			ok = each(cookie, stmt_col(q, 0), e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

/* --- taking out ----------------------------------------------------------------------- */

static bool
remove_from(struct store *s, struct slice id, const char *sql, int64_t collection, uint64_t *count, struct err *e)
{
	struct object_query one = { .ids = &id, .id_count = 1, .all = true };
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	uint64_t n = 0;
	bool ok = true;

	if (db_prepare(s->db, sql, &q, e)) {
		stmt_i64(q, 1, collection);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			one.collection = stmt_col_i64(q, 0);
			ok = object_delete(s, &one, &n, e);
			*count += n;
		}
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
object_remove(struct store *s, struct slice id, int64_t collection, uint64_t *count_out, struct err *e)
{
	struct object_one x;
	struct arena a;
	bool mine, ok, found = false;

	*count_out = 0;
	if (!store_begin(s, &mine, e))
		return false;
	arena_init(&a, (size_t)16 << 20);
	ok = remove_from(s, id, "SELECT id FROM collection WHERE ?1 = 0 OR id = ?1", collection, count_out, e) &&
	    object_one(s, id, NULL, &a, &x, &found, e);
	/* What comes again later comes from whoever brings it then. */
	if (ok && *count_out > 0 && !found)
		ok = origin_forget(s, id, e);
	arena_fini(&a);
	return store_end(s, mine, ok, e);
}

/* --- indicators ------------------------------------------------------------------------- */

#define INDICATOR "SELECT i.id, o.name, i.from_s, i.until_s, i.revoked, i.watch, i.key, i.text," \
	" coalesce(n.count, 0), coalesce(n.first_s, 0), coalesce(n.last_s, 0), o.bytes FROM "
#define INDICATOR_OF "indicator i JOIN object o ON o.id = i.object LEFT JOIN indicator_seen n ON n.indicator = i.id WHERE "
#define INDICATOR_SEEN "indicator_seen n JOIN indicator i ON i.id = n.indicator JOIN object o ON o.id = i.object WHERE "

/* Where a search ends that finds little: *low_out is the last one that it looks at, *more_out: there are more. */
static bool
search_end(struct store *s, int64_t before, int64_t *low_out, bool *more_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	if (db_prepare(s->db, "SELECT coalesce(min(id), 0), count(*) FROM (SELECT id FROM indicator WHERE id < ?1 ORDER BY id DESC LIMIT ?2)", &q, e)) {
		stmt_i64(q, 1, before);
		stmt_i64(q, 2, BROWSE_INDICATORS_MAX);
		step = stmt_step(q, e);
		if (step == STEP_ITEM) {
			*low_out = stmt_col_i64(q, 0);
			*more_out = stmt_col_i64(q, 1) == BROWSE_INDICATORS_MAX;
		}
	}
	stmt_free(&q);
	return step == STEP_ITEM;
}

static bool
indicators_prepare(struct store *s, const struct indicator_browse *q, int64_t low, struct slice like, struct stmt **out, struct err *e)
{
	int64_t before = q->before > 0 ? q->before : INT64_MAX;
	struct buf sql;
	bool ok;

	buf_init(&sql, 4096);
	if (q->seen)
		buf_str(&sql, INDICATOR INDICATOR_SEEN "n.last_s <= ?4 AND (n.last_s < ?4 OR i.id < ?1) AND ?2 = ?2");
	else
		buf_str(&sql, INDICATOR INDICATOR_OF "i.id < ?1 AND i.id >= ?2");
	if (q->text.p != NULL)
		buf_str(&sql, " AND i.text LIKE ?3 ESCAPE '\\'");
	buf_printf(&sql, " ORDER BY %si.id DESC LIMIT %zu", q->seen ? "n.last_s DESC, " : "", q->limit + 1);
	ok = db_prepare(s->db, buf_cstr(&sql), out, e);
	if (ok) {
		stmt_i64(*out, 1, before);
		stmt_i64(*out, 2, low);
		if (q->text.p != NULL)
			stmt_text(*out, 3, like);
		if (q->seen)
			stmt_i64(*out, 4, q->before_s > 0 ? q->before_s : INT64_MAX);
	}
	buf_fini(&sql);
	return ok;
}

bool
indicator_browse(struct store *s, const struct indicator_browse *q,
    bool (*each)(void *cookie, const struct indicator_row *r, struct err *e), void *cookie,
    int64_t *next_out, int64_t *next_s_out, struct err *e)
{
	struct indicator_row row = { .id = 0 };
	struct stmt *stmt = NULL;
	enum step step = STEP_FAIL;
	int64_t low = 0, last = 0, last_s = 0;
	bool more = false, full = false, ok = true;
	size_t shown = 0;
	struct buf like;

	*next_out = *next_s_out = 0;
	/* What was seen is few, beside what is watched for. */
	if (q->text.p != NULL && !q->seen && !search_end(s, q->before > 0 ? q->before : INT64_MAX, &low, &more, e))
		return false;
	buf_init(&like, 8192);
	if (q->text.p != NULL)
		db_like(&like, q->text);
	ok = indicators_prepare(s, q, low, buf_view(&like), &stmt, e);
	while (ok && !full && (step = stmt_step(stmt, e)) == STEP_ITEM) {
		full = shown++ >= q->limit;
		if (full)
			continue;
		indicator_row_read(stmt, &row);
		last = row.id;
		last_s = row.last_s;
		ok = each(cookie, &row, e);
	}
	stmt_free(&stmt);
	buf_fini(&like);
	if (full || more) {
		*next_out = full ? last : low;
		*next_s_out = q->seen ? last_s : 0;
	}
	return ok && (full || step == STEP_END);
}

bool
indicator_one(struct store *s, int64_t first, bool (*each)(void *cookie, const struct indicator_row *r, struct err *e),
    void *cookie, struct err *e)
{
	struct indicator_row row;
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = true;

	if (db_prepare(s->db, INDICATOR INDICATOR_OF "i.id = ?1", &q, e)) {
		stmt_i64(q, 1, first);
		if ((step = stmt_step(q, e)) == STEP_ITEM) {
			indicator_row_read(q, &row);
			ok = each(cookie, &row, e);
		}
	}
	stmt_free(&q);
	return ok && step != STEP_FAIL;
}

const char *
indicator_why_not(const struct indicator_row *r, const struct json *j, struct arena *a)
{
	struct indicator_plan plan = { .why = NULL };
	struct err none = ERR_INIT;
	struct pattern *tree;

	if (r->revoked || r->watch != INDICATOR_NOT_WATCHED)
		return NULL;
	if (!slice_eq(json_text(json_get(j, S("pattern_type"))), S("stix")))
		return N_("its pattern is in another language");
	if (pattern_parse(r->text, a, &tree, &none))
		indicator_plan(tree, a, &plan);
	return plan.why;
}
