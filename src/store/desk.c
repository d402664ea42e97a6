/*
 * desk: versions go in and come out; lists.
 */
#include "store/desk.h"

#include "store/desk_room.h"

/* --- reading ------------------------------------------------------------------ */

static bool
copy_read(struct slice json, struct arena *a, struct desk_record *out, struct err *e)
{
	struct slice kept = arena_copy(a, json);
	struct err why = ERR_INIT;

	if (kept.p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	if (desk_doc_read(kept, a, out, &why))
		return true;
	if (why.code == ERR_LIMIT) {
		*e = why;
		return false;
	}
	(void)err_set(e, ERR_SYSTEM, "the database is damaged: a record of the desk makes no sense");
	return err_cause(e, "%s", why.text);
}

bool
desk_load(struct store *s, struct slice id, uint32_t version, struct arena *a, struct desk_record *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, version == 0 ?
	    "SELECT json FROM desk_version WHERE record = ?1 ORDER BY version DESC LIMIT 1" :
	    "SELECT json FROM desk_version WHERE record = ?1 AND version = ?2", &q, e);

	*found_out = false;
	if (ok) {
		stmt_text(q, 1, id.p == NULL ? S("") : id);
		if (version != 0)
			stmt_i64(q, 2, version);
		step = stmt_step(q, e);
		*found_out = step == STEP_ITEM;
		ok = step == STEP_END || (step == STEP_ITEM && copy_read(stmt_col(q, 0), a, out, e));
	}
	stmt_free(&q);
	return ok;
}

bool
desk_id_find(struct store *s, struct slice text, struct arena *a, struct slice *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct buf like;
	size_t n = 0;
	bool ok;

	for (size_t i = 0; i < text.len; i++) {
		if (!byte_is_alpha(text.p[i]) && !byte_is_digit(text.p[i]) && text.p[i] != ':' && text.p[i] != '-' && text.p[i] != '.')
			return err_set(e, ERR_ABSENT, "there is no %s", QUOTE(text));
	}
	buf_init(&like, 256);
	buf_byte(&like, '%');
	buf_put(&like, slice_sub(text, 0, 128));
	ok = db_prepare(s->db, text.len < 4 || slice_find_byte(text, ':') != SIZE_MAX ?
	    "SELECT id FROM desk_record WHERE id = ?2 AND ?1 <> ''" :
	    "SELECT id FROM desk_record WHERE id = ?2 OR id LIKE ?1 LIMIT 2", &q, e);
	if (ok) {
		stmt_text(q, 1, buf_view(&like));
		stmt_text(q, 2, text.p == NULL ? S("") : text);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			*out = arena_copy(a, stmt_col(q, 0));
			n++;
		}
		ok = step == STEP_END;
	}
	stmt_free(&q);
	buf_fini(&like);
	if (ok && n != 1)
		return n == 0 ? err_set(e, ERR_ABSENT, "there is no %s", QUOTE(text)) :
				err_set(e, ERR_INPUT, "several records end with %s; write more of it", QUOTE(text));
	return ok;
}

/* --- lists ---------------------------------------------------------------------- */

/* The rows that a query chooses, behind what is selected. */
static void
where_put(const struct desk_query *q, struct buf *b)
{
	/* Those that speak of one thing are few: they come first, whatever the planner thinks. */
	if (q->of.p != NULL)
		buf_str(b, " FROM desk_link l CROSS JOIN desk_record r WHERE r.id = l.record AND l.target = ?5");
	else
		buf_str(b, " FROM desk_record r WHERE 1 = 1");
	if (q->has_kind)
		buf_str(b, " AND r.kind = ?1");
	if (q->of.p != NULL && q->has_kind)
		buf_str(b, " AND l.kind = ?1");
	if (q->state.p != NULL)
		buf_str(b, " AND r.state = ?2");
	if (q->country.p != NULL)
		buf_str(b, " AND r.country = ?3");
	if (q->text.p != NULL)
		buf_str(b, " AND r.text LIKE ?4 ESCAPE '\\'");
	if (q->due_s != 0)
		buf_str(b, " AND r.due_s < ?6");
	if (q->pending)
		buf_str(b, " AND r.pending = 1");
}

static void
where_bind(const struct desk_query *q, struct stmt *st, const struct buf *like)
{
	if (q->has_kind)
		stmt_text(st, 1, slice_of_str(desk_kind_of(q->kind)->name));
	if (q->state.p != NULL)
		stmt_text(st, 2, q->state);
	if (q->country.p != NULL)
		stmt_text(st, 3, q->country);
	if (q->text.p != NULL)
		stmt_text(st, 4, buf_view(like));
	if (q->of.p != NULL)
		stmt_text(st, 5, q->of);
	if (q->due_s != 0)
		stmt_i64(st, 6, q->due_s);
}

/* ?7 and ?8: the last row before; ?9: how many. */
static void
order_put(const struct desk_query *q, struct buf *b)
{
	if (q->due_s != 0)
		buf_str(b, " ORDER BY r.due_s, r.id");
	else if (q->before_id.p != NULL)
		buf_str(b, " AND (r.changed_s < ?7 OR (r.changed_s = ?7 AND r.id < ?8)) ORDER BY r.changed_s DESC, r.id DESC");
	else
		buf_str(b, " ORDER BY r.changed_s DESC, r.id DESC");
	buf_str(b, " LIMIT ?9");
}

static bool
rows_each(struct stmt *q, bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e)
{
	struct arena a;
	enum step step = STEP_END;
	bool ok = true;

	arena_init(&a, (size_t)4 << 20);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		struct desk_record r;

		arena_reset(&a);
		ok = copy_read(stmt_col(q, 0), &a, &r, e) && each(cookie, &r, e);
	}
	arena_fini(&a);
	return ok && step == STEP_END;
}

bool
desk_list(struct store *s, const struct desk_query *q, bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	struct buf sql, like;
	bool ok;

	buf_init(&sql, 2048);
	buf_init(&like, 4096);
	buf_str(&sql, "SELECT v.json FROM (SELECT r.id, r.version, r.changed_s, r.due_s");
	where_put(q, &sql);
	order_put(q, &sql);
	buf_str(&sql, ") r JOIN desk_version v ON v.record = r.id AND v.version = r.version ORDER BY ");
	buf_str(&sql, q->due_s != 0 ? "r.due_s, r.id" : "r.changed_s DESC, r.id DESC");
	if (q->text.p != NULL)
		db_like(&like, q->text);
	ok = db_prepare(s->db, buf_cstr(&sql), &st, e);
	if (ok) {
		where_bind(q, st, &like);
		if (q->before_id.p != NULL && q->due_s == 0) {
			stmt_i64(st, 7, q->before_s);
			stmt_text(st, 8, q->before_id);
		}
		stmt_i64(st, 9, q->limit > 0 && q->limit < INT64_MAX ? (int64_t)q->limit : INT64_MAX);
		ok = rows_each(st, each, cookie, e);
	}
	stmt_free(&st);
	buf_fini(&like);
	buf_fini(&sql);
	return ok;
}

bool
desk_count(struct store *s, const struct desk_query *q, uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	struct buf sql, like;
	int64_t n = 0;
	bool ok;

	buf_init(&sql, 2048);
	buf_init(&like, 4096);
	buf_str(&sql, "SELECT count(*)");
	where_put(q, &sql);
	if (q->text.p != NULL)
		db_like(&like, q->text);
	ok = db_prepare(s->db, buf_cstr(&sql), &st, e);
	if (ok) {
		where_bind(q, st, &like);
		ok = stmt_number(st, &n, NULL, e);
	}
	*out = (uint64_t)n;
	stmt_free(&st);
	buf_fini(&like);
	buf_fini(&sql);
	return ok;
}

bool
desk_sums(struct store *s, struct slice country, bool (*each)(void *cookie, enum desk_kind kind, struct slice state, uint64_t count, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	enum desk_kind k;
	bool ok = db_prepare(s->db, country.p == NULL ?
	    "SELECT kind, state, count(*) FROM desk_record GROUP BY kind, state ORDER BY kind, state" :
	    "SELECT kind, state, count(*) FROM desk_record WHERE country = ?1 GROUP BY kind, state ORDER BY kind, state", &q, e);

	if (ok && country.p != NULL)
		stmt_text(q, 1, country);
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
		ok = !desk_kind_find(stmt_col(q, 0), &k) || each(cookie, k, stmt_col(q, 1), (uint64_t)stmt_col_i64(q, 2), e);
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
desk_history(struct store *s, struct slice id, bool (*each)(void *cookie, const struct desk_record *r, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT json FROM desk_version WHERE record = ?1 ORDER BY version", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		ok = rows_each(q, each, cookie, e);
	}
	stmt_free(&q);
	return ok;
}

/* --- writing ----------------------------------------------------------------------- */

static bool
version_put(struct store *s, const struct desk_record *r, struct err *e)
{
	struct stmt *q = NULL;
	int64_t there = 0;
	bool ok;

	ok = db_prepare(s->db, "SELECT version FROM desk_record WHERE id = ?1", &q, e);
	if (ok) {
		stmt_text(q, 1, r->id);
		ok = stmt_number(q, &there, NULL, e);
	}
	stmt_free(&q);
	if (ok && there + 1 != r->version)
		ok = err_set(e, ERR_CONFLICT, "%.*s was changed by somebody else meanwhile; look at it again", SLICE_ARG(r->id));
	ok = ok && db_prepare(s->db, "INSERT INTO desk_version (record, version, sha, json) VALUES (?1, ?2, ?3, ?4)", &q, e);
	if (ok) {
		stmt_text(q, 1, r->id);
		stmt_i64(q, 2, r->version);
		stmt_blob(q, 3, slice_of(r->sha.b, SHA256_BYTES));
		stmt_text(q, 4, r->json);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

/* Titles and names in all their languages, for searches. */
static void
text_put(const struct desk_record *r, struct buf *b)
{
	static const char *const names[] = { "title", "name", "mail", "indicator", "owner" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct json *v = desk_get(r, names[i]);

		for (const struct json *one = json_is(v, JSON_OBJECT) ? v->first : v; one != NULL; one = v->kind == JSON_OBJECT ? one->next : NULL) {
			if (one->kind == JSON_STRING && b->len + one->text.len < 4000) {
				buf_put(b, one->text);
				buf_byte(b, '\n');
			}
		}
	}
	buf_put(b, r->id);
}

static bool
row_put(struct store *s, const struct desk_record *r, struct err *e)
{
	const struct desk_type_of *t = desk_kind_of(r->kind);
	int64_t due = desk_due(r, NULL);
	struct stmt *q = NULL;
	struct buf text;
	bool ok = db_prepare(s->db,
	    "INSERT INTO desk_record (id, kind, version, state, country, changed_s, due_s, pending, text)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET version = excluded.version,"
	    " state = excluded.state, country = excluded.country, changed_s = excluded.changed_s, due_s = excluded.due_s,"
	    " pending = excluded.pending, text = excluded.text", &q, e);

	buf_init(&text, 8192);
	if (ok) {
		text_put(r, &text);
		stmt_text(q, 1, r->id);
		stmt_text(q, 2, slice_of_str(t->name));
		stmt_i64(q, 3, r->version);
		stmt_text(q, 4, slice_of_str(t->flow->states[r->state].name));
		stmt_text(q, 5, r->country);
		stmt_i64(q, 6, r->changed_s);
		if (due == INT64_MAX)
			stmt_null(q, 7);
		else
			stmt_i64(q, 7, due);
		stmt_i64(q, 8, r->pending.move.p != NULL);
		stmt_text(q, 9, buf_view(&text));
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	buf_fini(&text);
	return ok;
}

struct link { struct stmt *q; const struct desk_record *r; };
static bool
link_put(void *cookie, struct slice id, struct err *e)
{
	struct link *l = cookie;

	stmt_text(l->q, 1, id);
	stmt_text(l->q, 2, slice_of_str(desk_kind_of(l->r->kind)->name));
	stmt_text(l->q, 3, l->r->id);
	return stmt_run(l->q, NULL, e);
}

static bool
links_put(struct store *s, const struct desk_record *r, struct err *e)
{
	struct link l = { NULL, r };
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "DELETE FROM desk_link WHERE record = ?1", &q, e);

	if (ok) {
		stmt_text(q, 1, r->id);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	ok = ok && db_prepare(s->db, "INSERT INTO desk_link (target, kind, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", &l.q, e) &&
	    desk_refs(r, link_put, &l, e);
	stmt_free(&l.q);
	return ok;
}

bool
desk_version_add(struct store *s, const struct desk_record *r, struct err *e)
{
	return version_put(s, r, e) && row_put(s, r, e) && links_put(s, r, e);
}
