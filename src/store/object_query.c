/* object_query: objects by TAXII's filters, taking them out, and what indicators are watched. */
#include <stdlib.h>

#include "store/object.h"
#include "store/object_sql.h"
#include "store/store_room.h"

struct object_walk {
	struct stmt *q;
	const struct parts *parts;
	struct buf sql;
};

/* Where a row has what; -1: not asked for. */
struct parts {
	const char *columns;
	int object, version, name, revoked, bytes; /* added_us is first always */
};
static const struct parts parts_of[] = {
	[OBJECT_WHOLE] = { "m.added_us, o.id, o.version_us, o.name, o.revoked, o.bytes", 1, 2, 3, 4, 5 },
	[OBJECT_BYTES] = { "m.added_us, o.bytes", -1, -1, -1, -1, 1 },
	[OBJECT_NAMED] = { "m.added_us, o.id, o.version_us, o.name, o.revoked", 1, 2, 3, 4, -1 },
};

/* "?7, ?8, ?9" */
static void
places_put(struct buf *b, size_t n, int *next)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s?%d", i == 0 ? "" : ", ", (*next)++);
}

/* Versions are joined by "or", as TAXII has it (section 3.4.4). */
static void
versions_put(struct buf *b, const struct object_query *q, int *next)
{
	const char *word = "";

	if (q->all)
		return;
	buf_str(b, " AND (");
	if (q->first) {
		buf_str(b, "m.flags & 1 <> 0");
		word = " OR ";
	}
	if (q->last || (!q->first && q->version_count == 0)) {
		buf_printf(b, "%sm.flags & 2 <> 0", word);
		word = " OR ";
	}
	if (q->version_count > 0) {
		buf_printf(b, "%so.version_us IN (", word);
		places_put(b, q->version_count, next);
		buf_byte(b, ')');
	}
	buf_byte(b, ')');
}

/* As SQL_PLACES(), of several objects; their numbers are the values from "from" on. */
static void
ids_put(struct buf *b, size_t n, int from)
{
	static const char *const before[] = { " AND m.added_us IN (SELECT added_us FROM object WHERE first = id AND id IN (",
		") UNION ALL SELECT added_us FROM object WHERE first <> id AND first IN (",
		") UNION ALL SELECT n.added_us FROM collection_object n WHERE n.flags > 3 AND +n.collection = ?1 AND n.object IN ("
		"SELECT id FROM object WHERE first = id AND id IN (", ") UNION ALL SELECT id FROM object WHERE first <> id AND first IN (",
		"))) AND o.first IN (" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		int next = from;

		buf_str(b, before[i]);
		places_put(b, n, &next);
	}
	buf_byte(b, ')');
}

/* What is chosen of m, the collection, and o, the objects. Values are bound in the same order. */
static void
where_put(struct buf *b, const struct object_query *q, int *next)
{
	buf_printf(b, " FROM collection_object m JOIN object o ON o.id = m.object WHERE m.collection = ?%d", (*next)++);
	/* "+": the places of what is asked for are gone to, and not all behind the moment. */
	if (q->has_after)
		buf_printf(b, " AND %sm.added_us > ?%d", q->id_count > 0 ? "+" : "", (*next)++);
	if (q->type_count == 1) {
		/* One type is walked in its index; a subquery that is no constant would not be. */
		buf_printf(b, " AND m.type = coalesce((SELECT id FROM object_type WHERE name = ?%d), 0)", (*next)++);
	} else if (q->type_count > 0) {
		/* "+": several in an index would have to be sorted, all of them, before the first is there. */
		buf_str(b, " AND +m.type IN (SELECT id FROM object_type WHERE name IN (");
		places_put(b, q->type_count, next);
		buf_str(b, "))");
	}
	if (q->id_count > 0) {
		ids_put(b, q->id_count, *next);
		*next += (int)q->id_count;
	}
	versions_put(b, q, next);
}

static void
where_bind(struct stmt *s, const struct object_query *q, const int64_t *firsts)
{
	int i = 1;

	stmt_i64(s, i++, q->collection);
	if (q->has_after)
		stmt_i64(s, i++, q->after_us);
	for (size_t k = 0; k < q->type_count; k++)
		stmt_text(s, i++, q->types[k]);
	for (size_t k = 0; k < q->id_count; k++)
		stmt_i64(s, i++, firsts[k]);
	for (size_t k = 0; !q->all && k < q->version_count; k++)
		stmt_i64(s, i++, q->versions_us[k]);
}

/* The numbers of the objects that are asked for; 0: what is no identifier, or not there, names none. */
static bool
firsts_find(struct store *s, const struct object_query *q, int64_t firsts[OBJECT_LIST_MAX], struct err *e)
{
	uint8_t mem[16 + 250];
	struct slice name;

	if (q->id_count > 0 && !object_keys_load(s, e))
		return false;
	for (size_t i = 0; i < q->id_count; i++) {
		firsts[i] = 0;
		if (object_name_of(q->ids[i], mem, &name) && !object_key_find(s, name, &firsts[i], e))
			return false;
	}
	return true;
}

static bool
lists_ok(const struct object_query *q, struct err *e)
{
	return (q->type_count <= OBJECT_LIST_MAX && q->id_count <= OBJECT_LIST_MAX && q->version_count <= OBJECT_LIST_MAX) ||
	    err_set(e, ERR_LIMIT, "more than %d ids, types or versions in one question", OBJECT_LIST_MAX);
}

bool
object_open(struct store *s, const struct object_query *q, struct object_walk **out, struct err *e)
{
	int64_t firsts[OBJECT_LIST_MAX];
	struct object_walk *w;
	int next = 1;

	*out = NULL;
	if (!lists_ok(q, e) || !firsts_find(s, q, firsts, e))
		return false;
	w = xalloc(sizeof(*w));
	*w = (struct object_walk){ .parts = &parts_of[q->parts] };
	buf_init(&w->sql, 65536);
	buf_printf(&w->sql, "SELECT %s", w->parts->columns);
	where_put(&w->sql, q, &next);
	buf_str(&w->sql, " ORDER BY m.added_us");
	if (q->limit > 0)
		buf_printf(&w->sql, " LIMIT ?%d", next);
	if (!db_prepare(s->db, buf_cstr(&w->sql), &w->q, e)) {
		object_close(&w);
		return false;
	}
	where_bind(w->q, q, firsts);
	/* A number of its own in the words would make each limit another statement. */
	if (q->limit > 0)
		stmt_i64(w->q, next, (int64_t)q->limit);
	*out = w;
	return true;
}

/* The id of a name: its type, and the UUID in lower case. */
void
object_id_print(struct slice name, char out[STIX_ID_MAX], struct slice *type_out)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	*type_out = slice_from(name, 16);
	if (name.len < 16 || name.len > 16 + 250) {
		*type_out = SLICE_NONE;
		out[0] = '\0';
		return;
	}
	memcpy(out, type_out->p, type_out->len);
	n = type_out->len;
	out[n++] = '-';
	out[n++] = '-';
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		out[n++] = digits[name.p[i] >> 4];
		out[n++] = digits[name.p[i] & 0xf];
	}
	out[n] = '\0';
}

enum step
object_next(struct object_walk *w, struct object_row *out, struct err *e)
{
	enum step step = stmt_step(w->q, e);
	const struct parts *p = w->parts;

	if (step != STEP_ITEM)
		return step;
	out->added_us = stmt_col_i64(w->q, 0);
	out->bytes = p->bytes < 0 ? SLICE_NONE : stmt_col(w->q, p->bytes);
	if (p->name < 0) {
		out->id[0] = '\0';
		out->type = out->name = SLICE_NONE;
		out->object = out->version_us = 0;
		out->revoked = false;
		return step;
	}
	out->object = stmt_col_i64(w->q, p->object);
	out->version_us = p->version < 0 ? 0 : stmt_col_i64(w->q, p->version);
	out->name = stmt_col(w->q, p->name);
	out->revoked = p->revoked >= 0 && stmt_col_i64(w->q, p->revoked) != 0;
	if (p->name >= 0) {
		object_id_print(out->name, out->id, &out->type);
		out->type = slice_of(out->id, out->type.len);
	} else {
		out->id[0] = '\0';
		out->type = slice_from(out->name, out->name.len < 16 ? out->name.len : 16);
	}
	return step;
}

void
object_close(struct object_walk **w)
{
	if (*w == NULL)
		return;
	stmt_free(&(*w)->q);
	buf_fini(&(*w)->sql);
	free(*w);
	*w = NULL;
}

/* --- taking out ---------------------------------------------------------------- */

/* What nobody has is gone. */
static const char object_gone[] = "DELETE FROM object WHERE id = ?1 AND id NOT IN (SELECT o.id FROM object o WHERE o.id = ?1"
    " AND (EXISTS (" SQL_HOME_OF_O ") OR EXISTS (" SQL_LATER_OF_O ")))";

static const char *const indicator_gone[] = { "DELETE FROM indicator WHERE id = ?1", "DELETE FROM indicator_seen WHERE indicator = ?1",
	"DELETE FROM indicator_part WHERE indicator = ?1" };

/* What is watched is what the newest version that is left says. */
static bool
indicator_again(struct store *s, int64_t first, struct err *e)
{
	struct stmt *q = NULL;
	struct err not_read = ERR_INIT;
	struct stix_object o;
	enum step step = STEP_FAIL;
	struct arena a;
	bool ok = true;

	arena_init(&a, (size_t)64 << 20);
	if (db_prepare(s->db, "SELECT id, bytes FROM object WHERE id = (" SQL_NEWEST("?1") ")", &q, e)) {
		stmt_i64(q, 1, first);
		step = stmt_step(q, e);
		if (step == STEP_ITEM && stix_read(stmt_col(q, 1), &a, &o, &not_read))
			ok = object_indicator_put(s, first, stmt_col_i64(q, 0), &o, &a, e);
	}
	stmt_free(&q);
	arena_fini(&a);
	for (size_t i = 0; step == STEP_END && ok && i < sizeof(indicator_gone) / sizeof(indicator_gone[0]); i++)
		ok = db_run(s->db, indicator_gone[i], &first, 1, NULL, e);
	return step != STEP_FAIL && ok;
}

static const char indicator_deleted[] = "INSERT INTO setting (key, value) VALUES ('indicators.deleted', '1')"
    " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)";

static bool
one_delete(struct store *s, int64_t collection, const struct object_row *row, struct err *e)
{
	const int64_t place[] = { collection, row->added_us, row->object };
	bool indicator = slice_eq(row->type, S("indicator"));
	struct stmt *q = NULL;
	int64_t family[] = { collection, 0 };
	bool ok = db_prepare(s->db, "SELECT first FROM object WHERE id = ?1", &q, e);

	if (ok) {
		stmt_i64(q, 1, row->object);
		ok = stmt_number(q, &family[1], NULL, e);
	}
	stmt_free(&q);
	/* The flags after it, without the one that goes: which of what is left are the first and the last. */
	if (!ok || !db_run(s->db, "DELETE FROM collection_object WHERE collection = ?1 AND added_us = ?2 AND object = ?3", place, 3, NULL, e) ||
	    !db_run(s->db, SQL_FLAGS, family, 2, NULL, e) || !db_run(s->db, object_gone, &row->object, 1, NULL, e))
		return false;
	return !indicator || (indicator_again(s, family[1], e) && db_exec(s->db, indicator_deleted, e));
}

bool
object_delete(struct store *s, const struct object_query *q, uint64_t *count_out, struct err *e)
{
	struct object_walk *w = NULL;
	struct object_row *rows = NULL;
	size_t n = 0;
	enum step step;
	bool mine, ok;

	*count_out = 0;
	if (!store_begin(s, &mine, e))
		return false;
	ok = object_open(s, q, &w, e);
	if (ok) {
		for (;; n++) {
			rows = xgrown(rows, n, sizeof(*rows));
			if ((step = object_next(w, &rows[n], e)) != STEP_ITEM)
				break;
		}
		ok = step == STEP_END;
	}
	object_close(&w);
	for (size_t i = 0; ok && i < n; i++) {
		/* Its texts lie in the row itself. */
		rows[i].type = slice_of(rows[i].id, rows[i].type.len);
		ok = one_delete(s, q->collection, &rows[i], e);
	}
	*count_out = n;
	free(rows);
	return store_end(s, mine, ok, e);
}

/* A collection that has it; 0: none has. */
static bool
holder(struct store *s, int64_t first, int64_t *out, struct err *e)
{
	struct stmt *q;

	*out = 0;
	if (!store_query(s, Q_OBJECT_HOLDER, "SELECT c.id FROM collection c WHERE EXISTS (SELECT 1 FROM collection_object m JOIN object x ON x.id = m.object"
		" WHERE m.collection = c.id AND m.added_us IN (" SQL_PLACES("?1", "c.id") ") AND x.first = ?1) LIMIT 1", &q, e))
		return false;
	stmt_i64(q, 1, first);
	return stmt_number(q, out, NULL, e);
}

bool
object_delete_everywhere(struct store *s, struct slice id, uint64_t *count_out, struct err *e)
{
	int64_t first[OBJECT_LIST_MAX], collection;
	struct object_query q = { .ids = &id, .id_count = 1, .all = true };
	bool mine, ok;

	*count_out = 0;
	if (!store_begin(s, &mine, e))
		return false;
	ok = firsts_find(s, &q, first, e);
	for (collection = 1; ok && first[0] != 0 && collection != 0;) {
		uint64_t n = 0;

		ok = holder(s, first[0], &collection, e);
		q.collection = collection;
		ok = ok && (collection == 0 || object_delete(s, &q, &n, e));
		if (ok && collection != 0 && n == 0)
			ok = err_set(e, ERR_INTERNAL, "an object lies in a collection and cannot be taken out; see: entente doctor");
		*count_out += n;
	}
	return store_end(s, mine, ok, e);
}

/* --- indicators -------------------------------------------------------------------- */

void
indicator_row_read(struct stmt *q, struct indicator_row *out)
{
	struct slice type;

	*out = (struct indicator_row){ .id = stmt_col_i64(q, 0), .from_s = stmt_col_i64(q, 2), .until_s = stmt_col_i64(q, 3),
		.revoked = stmt_col_i64(q, 4) != 0, .watch = (enum indicator_watch)stmt_col_i64(q, 5), .key = (enum indicator_key)stmt_col_i64(q, 6),
		.text = stmt_col(q, 7), .count = (uint64_t)stmt_col_i64(q, 8), .first_s = stmt_col_i64(q, 9), .last_s = stmt_col_i64(q, 10),
		.bytes = stmt_col(q, 11) };
	object_id_print(stmt_col(q, 1), out->name, &type);
}

/* A few that are looked at need no sum over all. */
static const char seen_of_one[] = "coalesce((SELECT sum(count) FROM indicator_seen WHERE indicator = i.id), 0),"
    " coalesce((SELECT min(first_s) FROM indicator_seen WHERE indicator = i.id), 0),"
    " coalesce((SELECT max(last_s) FROM indicator_seen WHERE indicator = i.id), 0)";
static const char seen_of_all[] = "(SELECT indicator, sum(count) AS count, min(first_s) AS first_s, max(last_s) AS last_s"
    " FROM indicator_seen GROUP BY indicator) n JOIN indicator i ON i.id = n.indicator";

bool
indicator_list(struct store *s, const struct indicator_query *query,
    bool (*each)(void *cookie, const struct indicator_row *r, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct indicator_row row;
	struct buf sql, like;
	bool ok = true;

	buf_init(&sql, 4096);
	buf_init(&like, 8192);
	buf_printf(&sql, "SELECT i.id, o.name, i.from_s, i.until_s, i.revoked, i.watch, i.key, i.text, %s, o.bytes FROM %s"
	    " JOIN object o ON o.id = i.object WHERE i.id > ?1%s ORDER BY %si.id", query->seen ? "n.count, n.first_s, n.last_s" : seen_of_one,
	    query->seen ? seen_of_all : "indicator i", query->text.p == NULL ? "" : " AND i.text LIKE ?2 ESCAPE '\\'", query->seen ? "n.last_s DESC, " : "");
	if (query->limit > 0)
		buf_printf(&sql, " LIMIT %zu", query->limit);
	if (query->text.p != NULL)
		db_like(&like, query->text);
	if (db_prepare(s->db, buf_cstr(&sql), &q, e)) {
		stmt_i64(q, 1, query->after_id);
		if (query->text.p != NULL)
			stmt_text(q, 2, buf_view(&like));
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			indicator_row_read(q, &row);
			ok = each(cookie, &row, e);
		}
	}
	stmt_free(&q);
	buf_fini(&sql);
	buf_fini(&like);
	return ok && step == STEP_END;
}

/* What an older program could not watch is planned again: its rows stay as they are. */
static void
plan_again(struct indicator_entry *entry, struct arena *a)
{
	struct indicator_plan plan = { .watch = INDICATOR_NOT_WATCHED };
	struct err none = ERR_INIT;
	struct pattern *tree;

	arena_reset(a);
	if (pattern_parse(entry->text, a, &tree, &none))
		indicator_plan(tree, a, &plan);
	if (plan.watch == INDICATOR_SERIES)
		entry->watch = plan.watch;
}

static bool
entry_take(struct indicators *x, struct stmt *q, struct arena *a, struct err *e)
{
	struct indicator_entry entry = { .id = stmt_col_i64(q, 0), .version = stmt_col_i64(q, 1), .from_s = stmt_col_i64(q, 2), .until_s = stmt_col_i64(q, 3),
		.watch = (enum indicator_watch)stmt_col_i64(q, 5), .key = (enum indicator_key)stmt_col_i64(q, 6), .text = stmt_col(q, 7) };

	indicators_drop(x, entry.id);
	if (entry.watch == INDICATOR_NOT_WATCHED)
		plan_again(&entry, a);
	if (stmt_col_i64(q, 4) != 0 || entry.watch == INDICATOR_NOT_WATCHED || entry.watch > INDICATOR_SERIES)
		return true;
	/* A pattern that is none any more is left out: whoever stored it had parsed it. */
	return indicators_add(x, &entry, e) || e->code == ERR_INPUT;
}

#define ENTRY "SELECT i.id, i.object, i.from_s, i.until_s, i.revoked, i.watch, i.key, i.text FROM "
static const char all_sql[] = ENTRY "indicator i";
static const char since_sql[] = ENTRY "object o JOIN indicator i ON i.id = o.first"
    " WHERE o.id > ?1 AND o.type = (SELECT id FROM object_type WHERE name = 'indicator')";

bool
indicators_load(struct store *s, struct indicators **x, struct indicators_at *at, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	int64_t deleted = 0, last = 0;
	struct arena a;
	bool ok = true;

	if (!db_number(s->db, "SELECT coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'indicators.deleted'), 0)", &deleted, e))
		return false;
	if (deleted != at->deleted) {
		indicators_free(x);
		*at = (struct indicators_at){ .deleted = deleted };
	}
	if (!db_number(s->db, "SELECT coalesce(max(id), 0) FROM object", &last, e))
		return false;
	arena_init(&a, (size_t)16 << 20);
	/* All at first; then by what was added since, each by its first version. */
	if (last != at->object && db_prepare(s->db, at->object == 0 ? all_sql : since_sql, &q, e)) {
		if (at->object != 0)
			stmt_i64(q, 1, at->object);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			if (*x == NULL)
				*x = indicators_new();
			ok = entry_take(*x, q, &a, e);
		}
		at->object = last;
	} else if (last == at->object) {
		step = STEP_END;
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok && step == STEP_END;
}
