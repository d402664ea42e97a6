/* object_collection: the collections that objects lie in (store/object.h). */
#include "base/clock.h"
#include "base/lang.h"
#include "store/object.h"
#include "store/store_room.h"

#define COLUMNS "id, uuid, alias, title, description, created_s"

static void
collection_row(struct stmt *q, struct arena *a, struct collection *out)
{
	*out = (struct collection){ .id = stmt_col_i64(q, 0), .uuid = arena_copy(a, stmt_col(q, 1)), .alias = arena_copy(a, stmt_col(q, 2)),
		.title = arena_copy(a, stmt_col(q, 3)), .description = arena_copy(a, stmt_col(q, 4)), .created_s = stmt_col_i64(q, 5) };
}

bool
collection_find(struct store *s, struct slice name, struct arena *a, struct collection *out, bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;

	/* Each by its own index; "or" would gather the rows first, for every page that is asked for. */
	if (db_prepare(s->db, "SELECT " COLUMNS " FROM collection WHERE alias = ?1 UNION ALL SELECT " COLUMNS " FROM collection WHERE uuid = ?1", &q, e)) {
		stmt_text(q, 1, name);
		step = stmt_step(q, e);
		if (step == STEP_ITEM)
			collection_row(q, a, out);
	}
	stmt_free(&q);
	*found_out = step == STEP_ITEM;
	return step != STEP_FAIL;
}

static bool
alias_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') && (i == 0 || (s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')))
			return false;
	}
	return s.len > 0 && s.len <= COLLECTION_ALIAS_MAX;
}

bool
collection_add(struct store *s, struct slice alias, struct slice title, struct slice description, struct arena *a,
    struct collection *out, struct err *e)
{
	char uuid[UUID_TEXT + 1];
	struct stmt *q = NULL;
	bool found, ok;

	if (!alias_ok(alias))
		return err_set(e, ERR_INPUT, "%s: a collection's name is of letters a to z, digits, and behind the first of them . _ -", QUOTE(alias));
	if (!collection_find(s, alias, a, out, &found, e))
		return false;
	if (found)
		return err_set(e, ERR_CONFLICT, "there is a collection %.*s already", SLICE_ARG(alias));
	if (!uuid_random(uuid, e))
		return false;
	ok = db_prepare(s->db, "INSERT INTO collection (id, uuid, alias, title, description, created_s)"
	    " SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, ?4, ?5 FROM collection", &q, e);
	if (ok) {
		stmt_text(q, 1, slice_of_str(uuid));
		stmt_text(q, 2, alias);
		stmt_text(q, 3, title.len > 0 ? title : alias);
		stmt_text(q, 4, description.p == NULL ? S("") : description);
		stmt_i64(q, 5, clock_now_s());
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok && collection_find(s, alias, a, out, &found, e);
}

bool
collection_need(struct store *s, struct slice alias, struct arena *a, struct collection *out, struct err *e)
{
	bool found;

	return collection_find(s, alias, a, out, &found, e) && (found || collection_add(s, alias, SLICE_NONE, SLICE_NONE, a, out, e));
}

bool
collection_list(struct store *s, bool (*each)(void *cookie, const struct collection *c, uint64_t objects, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct collection c;
	struct arena a;
	bool ok = true;

	arena_init(&a, (size_t)1 << 20);
	if (db_prepare(s->db, "SELECT " COLUMNS ","
		" (SELECT count(*) FROM collection_object WHERE collection = collection.id) FROM collection ORDER BY id", &q, e)) {
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
			arena_reset(&a);
			collection_row(q, &a, &c);
			ok = each(cookie, &c, (uint64_t)stmt_col_i64(q, 6), e);
		}
	}
	stmt_free(&q);
	arena_fini(&a);
	return ok && step == STEP_END;
}
