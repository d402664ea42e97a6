#include "share/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "base/lang.h"
#include "share/compose.h"

struct check {
	struct prepare p; /* asks the gate; prepares nothing */
	struct finding_walk *walk;
	struct stmt *findings, *notice, *take_out, *log, *message, *changed;
	struct ids ids;
	/* of the notice at hand: what stays, by each contact that lead to it; what does not */
	struct pair *pairs;
	size_t count, cap;
	struct gone { int64_t finding; const char *rule; struct slice reason; } *gone;
	size_t gone_count, gone_cap;
	enum tlp strictest;
	struct arena a; /* of the notice at hand */
	struct slice id, mailbox, lang, format;
	bool marked_known;
	enum tlp marked;
};

bool
check_open(struct store *s, const struct contacts *c, const struct notices_options *o,
    struct notices_summary *out, struct check **check_out, struct err *e)
{
	struct finding_query q = { .id = 1 }; /* each is sought */
	struct check *k = xalloc(sizeof(*k));
	struct db *db = store_db(s);

	*k = (struct check){ .p = { .store = s, .contacts = c, .options = o, .out = out } };
	arena_init(&k->a, (size_t)1 << 20);
	*check_out = k;
	if (finding_open(s, &q, &k->walk, e) &&
	    db_prepare(db, "SELECT finding FROM notice_finding WHERE notice = ?1 ORDER BY finding", &k->findings, e) &&
	    db_prepare(db, "SELECT n.email, n.lang, n.format, substr(m.message, 1, ?2) FROM notice n JOIN notice_message m ON m.notice = n.id WHERE n.id = ?1", &k->notice, e) &&
	    db_prepare(db, "DELETE FROM notice_finding WHERE notice = ?1 AND finding = ?2", &k->take_out, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason)"
		" SELECT COALESCE(MAX(id), 0) + 1, ?1, ?2, ?3, ?4, 'notify', ?5, 0, ?6 FROM transfer", &k->log, e) &&
	    db_prepare(db, "UPDATE notice_message SET message = ?2 WHERE notice = ?1", &k->message, e) &&
	    db_prepare(db, "UPDATE notice SET findings = ?2, state = CASE WHEN ?2 = 0 THEN 'withdrawn' ELSE state END,"
		" state_s = CASE WHEN ?2 = 0 THEN ?3 ELSE state_s END, next_s = CASE WHEN ?2 = 0 THEN 0 ELSE next_s END,"
		" reply = CASE WHEN ?2 = 0 THEN ?4 ELSE reply END WHERE id = ?1", &k->changed, e))
		return true;
	check_close(check_out);
	return false;
}

void
check_close(struct check **kp)
{
	struct check *k = *kp;

	*kp = NULL;
	if (k == NULL)
		return;
	finding_close(&k->walk);
	stmt_free(&k->findings);
	stmt_free(&k->notice);
	stmt_free(&k->take_out);
	stmt_free(&k->log);
	stmt_free(&k->message);
	stmt_free(&k->changed);
	arena_fini(&k->a);
	ids_fini(&k->ids);
	free(k->pairs);
	free(k->gone);
	free(k);
}

/* To whom, how, and how it is marked. */
static bool
notice_read(struct check *k, struct slice id, bool *there, struct err *e)
{
	enum step step;

	k->id = id;
	stmt_text(k->notice, 1, id);
	stmt_i64(k->notice, 2, COMPOSE_HEAD_MAX);
	step = stmt_step(k->notice, e);
	*there = step == STEP_ITEM;
	if (*there) {
		k->mailbox = arena_copy(&k->a, stmt_col(k->notice, 0));
		k->lang = arena_copy(&k->a, stmt_col(k->notice, 1));
		k->format = arena_copy(&k->a, stmt_col(k->notice, 2));
		k->marked_known = compose_marked(stmt_col(k->notice, 3), &k->marked);
	}
	stmt_reset(k->notice);
	return step != STEP_FAIL;
}

static bool
ids_read(struct check *k, struct err *e)
{
	enum step step;

	k->ids.count = 0;
	stmt_text(k->findings, 1, k->id);
	while ((step = stmt_step(k->findings, e)) == STEP_ITEM)
		ids_add(&k->ids, stmt_col_i64(k->findings, 0));
	stmt_reset(k->findings);
	return step == STEP_END;
}

static void
stays(struct check *k, int64_t finding, const struct gate_still *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct slice rest = g->as[i]->email, x = SLICE_NONE;

		while (contact_mailbox(&rest, &x) && !slice_eq(x, k->mailbox))
			;
		if (k->count == k->cap) {
			k->cap = k->cap == 0 ? 64 : k->cap * 2;
			k->pairs = xrealloc(k->pairs, k->cap * sizeof(*k->pairs));
		}
		k->pairs[k->count++] = (struct pair){ g->as[i], finding, g->answer.rule, g->answer.reason,
			(uint16_t)(x.p - g->as[i]->email.p), (uint16_t)x.len };
	}
}

static void
goes(struct check *k, int64_t finding, const char *rule, struct slice reason)
{
	if (k->gone_count == k->gone_cap) {
		k->gone_cap = k->gone_cap == 0 ? 64 : k->gone_cap * 2;
		k->gone = xrealloc(k->gone, k->gone_cap * sizeof(*k->gone));
	}
	k->gone[k->gone_count++] = (struct gone){ finding, rule, reason };
}

/* A condition's words and the policy's outlive the check: none is copied. */
static bool
ask_all(struct check *k, struct err *e)
{
	enum step step = STEP_ITEM;

	k->count = k->gone_count = 0;
	k->strictest = k->p.options->tlp;
	for (size_t i = 0; i < k->ids.count && step != STEP_FAIL; i++) {
		struct finding_row row;
		struct gate_still g;

		finding_seek(k->walk, k->ids.v[i]);
		step = finding_next(k->walk, &row, e);
		if (step != STEP_ITEM) {
			/* A replay may have read its report in another way. */
			goes(k, k->ids.v[i], "state", S(N_("there is no such finding any more")));
			continue;
		}
		gate_still(&k->p, &row, k->mailbox, &g);
		if (g.count > 0) {
			stays(k, row.id, &g);
			k->strictest = row.tlp > k->strictest ? row.tlp : k->strictest;
		} else {
			goes(k, row.id, g.answer.rule, g.reason);
		}
	}
	finding_seek(k->walk, 0);
	return step != STEP_FAIL;
}

static bool
take_out(struct check *k, struct err *e)
{
	for (size_t i = 0; i < k->gone_count; i++) {
		stmt_text(k->take_out, 1, k->id);
		stmt_i64(k->take_out, 2, k->gone[i].finding);
		stmt_i64(k->log, 1, k->p.options->now_s);
		stmt_i64(k->log, 2, k->gone[i].finding);
		stmt_text(k->log, 3, k->id);
		stmt_text(k->log, 4, k->mailbox);
		stmt_text(k->log, 5, slice_of_str(k->gone[i].rule));
		stmt_text(k->log, 6, k->gone[i].reason);
		if (!stmt_run(k->take_out, NULL, e) || !stmt_run(k->log, NULL, e))
			return false;
	}
	return true;
}

/* The same notice, of what stays. */
static bool
compose_again(struct check *k, size_t *n, struct err *e)
{
	struct compose c = { .options = k->p.options, .to = k->mailbox, .lang = k->p.options->lang, .id = k->id };
	struct buf message;
	char tag[16];
	bool ok;

	(void)snprintf(tag, sizeof(tag), "%.*s", (int)(k->lang.len > 15 ? 15 : k->lang.len), (const char *)k->lang.p);
	(void)lang_parse(tag, &c.lang);
	pairs_contacts(k->pairs, k->count, &c);
	c.formats = contact_formats(k->format) == 0 ? CONTACT_CSV : contact_formats(k->format);
	*n = pairs_once(k->pairs, k->count);
	buf_init(&message, COMPOSE_BYTES_MAX);
	ok = pairs_compose(k->p.store, &k->walk, &c, k->pairs, *n, &message, e);
	if (ok) {
		stmt_text(k->message, 1, k->id);
		stmt_blob(k->message, 2, buf_view(&message));
		ok = stmt_run(k->message, NULL, e);
	}
	buf_fini(&message);
	return ok;
}

static bool
change(struct check *k, struct err *e)
{
	struct db *db = store_db(k->p.store);
	size_t n = 0;

	if (!db_begin(db, e))
		return false;
	if (!take_out(k, e) || (k->count > 0 && !compose_again(k, &n, e)))
		goto back;
	stmt_text(k->changed, 1, k->id);
	stmt_i64(k->changed, 2, (int64_t)n);
	stmt_i64(k->changed, 3, k->p.options->now_s);
	stmt_text(k->changed, 4, S(N_("nothing of it is to be told any more")));
	if (stmt_run(k->changed, NULL, e) && db_commit(db, e)) {
		k->p.out->taken_out += k->gone_count;
		k->p.out->withdrawn += n == 0;
		return true;
	}
back:
	store_rollback(k->p.store);
	return false;
}

bool
check_notice(struct check *k, struct slice id, bool *left_out, struct err *e)
{
	bool there;

	arena_reset(&k->a);
	*left_out = true;
	if (!notice_read(k, id, &there, e) || !ids_read(k, e) || !ask_all(k, e))
		return false;
	if (!there || k->ids.count == 0)
		return true;
	if (k->gone_count == 0 && k->marked_known && k->marked >= k->strictest)
		return true;
	*left_out = k->count > 0;
	return change(k, e);
}
