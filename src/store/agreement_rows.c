#include <stdlib.h>

#include "base/log.h"
#include "store/agreements.h"
#include "store/store_room.h"

/* --- texts and acts --------------------------------------------------------------- */

static bool
act_count(struct store *s, struct slice id, int64_t *out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "SELECT count(*) FROM agreement_act WHERE agreement = ?1", &q, e);

	*out = 0;
	if (ok) {
		stmt_text(q, 1, id);
		ok = stmt_number(q, out, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

/* A text that acts rest on: the first once it is opened, another once it is amended to. */
static bool
text_free(struct store *s, const struct agreement_text *t, struct err *e)
{
	struct agreement *g = NULL;
	int64_t acts;
	bool ok;

	if (!act_count(s, t->id, &acts, e))
		return false;
	if (acts == 0)
		return t->version == 1 || err_set(e, ERR_CONFLICT, "version %u of a text comes when the one before it is in force", t->version);
	if (!agreement_load(s, t->id, INT64_MAX / 2, &g, e) || g == NULL)
		return false;
	if (t->version <= g->version)
		ok = memcmp(&g->texts[t->version - 1]->sha, &t->sha, sizeof(t->sha)) == 0 ||
		    err_set(e, ERR_CONFLICT, "version %u of the text of %s stands already, and is another one", t->version, QUOTE(t->id));
	else
		ok = (t->version == g->version + 1 ||
		    err_set(e, ERR_CONFLICT, "version %u of a text comes when the one before it is in force", t->version)) &&
		    (ed25519_key_eq(&t->lead.key, &g->lead.key) ||
		    err_set(e, ERR_CONFLICT, "the amended text gives %s another key than it has", QUOTE(t->lead.id)));
	agreement_free(&g);
	return ok;
}

static bool
text_row(struct store *s, const struct agreement_text *t, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db,
	    "INSERT INTO agreement_text (agreement, version, json) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (agreement, version) DO UPDATE SET json = excluded.json", &q, e);

	if (ok) {
		stmt_text(q, 1, t->id);
		stmt_i64(q, 2, t->version);
		stmt_text(q, 3, t->json);
		ok = stmt_run(q, NULL, e) && agreements_changed(s, e);
	}
	stmt_free(&q);
	return ok;
}

bool
agreement_text_put(struct store *s, const struct agreement_text *t, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, text_free(s, t, e) && text_row(s, t, e), e);
}

static bool
act_put(struct store *s, struct slice id, const struct agreement_act *x, struct err *e)
{
	struct stmt *q = NULL;
	bool ok = db_prepare(s->db, "INSERT INTO agreement_act (agreement, number, line) VALUES (?1, ?2, ?3)", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		stmt_i64(q, 2, x->number);
		stmt_text(q, 3, x->line);
		ok = stmt_run(q, NULL, e) && agreements_changed(s, e);
	}
	stmt_free(&q);
	return ok;
}

bool
agreement_act_put(struct store *s, struct slice id, const struct agreement_act *x, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, act_put(s, id, x, e), e);
}

static bool
rows_put(struct store *s, const struct agreement *g, uint32_t texts, uint32_t acts, struct err *e)
{
	bool ok = true;

	for (uint32_t v = texts; ok && v < g->version; v++)
		ok = text_row(s, g->texts[v], e);
	for (uint32_t i = acts; ok && i < g->act_count; i++)
		ok = act_put(s, g->texts[0]->id, &g->acts[i], e);
	return ok;
}

bool
agreement_put(struct store *s, const struct agreement *g, uint32_t texts, uint32_t acts, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, rows_put(s, g, texts, acts, e), e);
}

static bool
texts_load(struct store *s, struct slice id, struct agreement **g, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT json FROM agreement_text WHERE agreement = ?1 ORDER BY version", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
			ok = *g == NULL ? agreement_new(stmt_col(q, 0), g, e) : agreement_text_add(*g, stmt_col(q, 0), e);
	}
	stmt_free(&q);
	return ok && step == STEP_END && (*g != NULL || err_set(e, ERR_ABSENT, "there is no agreement %s", QUOTE(id)));
}

static bool
acts_load(struct store *s, struct slice id, int64_t now_s, struct agreement *g, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT line FROM agreement_act WHERE agreement = ?1 ORDER BY number", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
			ok = agreement_act_add(g, stmt_col(q, 0), now_s, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
agreement_load(struct store *s, struct slice id, int64_t now_s, struct agreement **out, struct err *e)
{
	bool ok;

	*out = NULL;
	ok = texts_load(s, id, out, e);
	if (*out == NULL)
		return e->code == ERR_ABSENT ? false : err_within(e, "%.*s", SLICE_ARG(id));
	/* The rows are of this agreement by what was signed, not by their column. */
	if (ok && !slice_eq((*out)->texts[0]->id, id))
		ok = err_set(e, ERR_SYSTEM, "the database is damaged: an agreement's row makes no sense");
	if (ok && acts_load(s, id, now_s, *out, e))
		return true;
	agreement_free(out);
	if (e->code == ERR_ABSENT)
		e->code = ERR_INPUT; /* an act speaks of what is not there; the agreement is */
	return err_within(e, "%.*s", SLICE_ARG(id));
}

bool
agreement_draft_remove(struct store *s, struct slice id, struct err *e)
{
	struct stmt *q = NULL;
	int64_t acts, changed = 0;
	bool ok = act_count(s, id, &acts, e) &&
	    (acts == 0 || err_set(e, ERR_CONFLICT, "%s was opened; it can be ended", QUOTE(id))) &&
	    db_prepare(s->db, "DELETE FROM agreement_text WHERE agreement = ?1", &q, e);

	if (ok) {
		stmt_text(q, 1, id);
		ok = stmt_run(q, &changed, e) && (changed > 0 || err_set(e, ERR_ABSENT, "there is no agreement %s", QUOTE(id))) &&
		    agreements_changed(s, e);
	}
	stmt_free(&q);
	return ok;
}

/* --- all of them -------------------------------------------------------------------- */

static bool
load_all(struct store *s, struct stmt *q, int64_t now_s, struct agreements *out, struct err *e)
{
	struct err why = ERR_INIT;
	enum step step;

	while ((step = stmt_step(q, e)) == STEP_ITEM) {
		struct slice id = stmt_col(q, 0);
		struct agreement *g;

		if (!agreement_load(s, id, now_s, &g, &why)) {
			/* What cannot be verified lets nothing flow; the others do. */
			log_warn("agreement.refused", "agreement=%s reason=%s", QUOTE(id), LOG_TEXT(why.text));
			out->refused++;
			continue;
		}
		out->v = xrealloc(out->v, (out->n + 1) * sizeof(struct agreement *));
		out->v[out->n++] = g;
	}
	return step == STEP_END;
}

bool
agreements_load(struct store *s, int64_t now_s, struct agreements *out, struct err *e)
{
	struct stmt *q = NULL;
	bool ok;

	*out = (struct agreements){ 0 };
	ok = db_prepare(s->db, "SELECT DISTINCT agreement FROM agreement_text ORDER BY agreement", &q, e) && load_all(s, q, now_s, out, e);
	stmt_free(&q);
	if (!ok)
		agreements_fini(out);
	return ok;
}

void
agreements_fini(struct agreements *x)
{
	for (size_t i = 0; i < x->n; i++)
		agreement_free(&x->v[i]);
	free(x->v);
	*x = (struct agreements){ 0 };
}

/* --- wordings ------------------------------------------------------------------------ */

bool
agreement_wording_put(struct store *s, struct slice bytes, struct err *e)
{
	struct sha256 sha = sha256_of(bytes);
	struct stmt *q = NULL;
	bool ok;

	if (bytes.len == 0 || bytes.len > AGREEMENT_WORDING_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "a wording has 1 to %zu bytes", AGREEMENT_WORDING_BYTES_MAX);
	ok = db_prepare(s->db, "INSERT INTO agreement_wording (sha, bytes) VALUES (?1, ?2) ON CONFLICT (sha) DO NOTHING", &q, e);
	if (ok) {
		stmt_blob(q, 1, slice_of(sha.b, SHA256_BYTES));
		stmt_blob(q, 2, bytes);
		ok = stmt_run(q, NULL, e);
	}
	stmt_free(&q);
	return ok;
}

bool
agreement_wording_get(struct store *s, const struct sha256 *sha, struct arena *a, struct slice *out,
    bool *found_out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT bytes FROM agreement_wording WHERE sha = ?1", &q, e);

	*found_out = false;
	if (ok) {
		stmt_blob(q, 1, slice_of(sha->b, SHA256_BYTES));
		step = stmt_step(q, e);
		ok = step != STEP_FAIL;
	}
	if (ok && step == STEP_ITEM) {
		struct sha256 is = sha256_of(stmt_col(q, 0));

		*found_out = true;
		*out = arena_copy(a, stmt_col(q, 0));
		ok = (out->p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max)) &&
		    (memcmp(&is, sha, sizeof(is)) == 0 || err_set(e, ERR_SYSTEM, "the database is damaged: a wording is not what its hash says"));
	}
	stmt_free(&q);
	return ok;
}
