/*
 * notices_list: looking at notices, and what a person may say about one.
 */
#include "share/notices.h"

bool
notices_list(struct store *s, const struct notice_query *q,
    bool (*each)(void *cookie, const struct notice_row *n, struct err *e),
    void *cookie, struct err *e)
{
	struct stmt *st = NULL;
	enum step step;

	if (!db_prepare(store_db(s), "SELECT id, email, medium, lang, format, state, reply, created_s, state_s, next_s, interval_s, findings, attempts,"
	    " prepared_by, approved_by, approved_s, coalesce(contact, 0), (SELECT count(*) FROM notice_reply r WHERE r.notice = notice.id) FROM notice"
	    " WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR email LIKE '%' || ?2 || '%') AND (?3 IS NULL OR id = ?3)"
	    " AND (?5 IS NULL OR created_s < ?6 OR (created_s = ?6 AND id > ?5))"
	    " AND (?7 IS NULL OR NOT EXISTS (SELECT 1 FROM notice_finding nf LEFT JOIN finding f ON f.id = nf.finding"
	    " WHERE nf.notice = notice.id AND coalesce(f.country, '') <> ?7))"
	    " ORDER BY created_s DESC, id LIMIT ?4", &st, e))
		return false;
	stmt_text(st, 1, q->state);
	stmt_text(st, 2, q->email);
	stmt_text(st, 3, q->id);
	stmt_i64(st, 4, q->limit == 0 ? INT64_MAX : (int64_t)q->limit);
	stmt_text(st, 5, q->before_id);
	stmt_i64(st, 6, q->before_s);
	stmt_text(st, 7, q->country);
	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		struct notice_row n = { .id = stmt_col(st, 0), .email = stmt_col(st, 1), .medium = stmt_col(st, 2),
			.lang = stmt_col(st, 3), .format = stmt_col(st, 4), .state = stmt_col(st, 5), .reply = stmt_col(st, 6),
			.created_s = stmt_col_i64(st, 7), .state_s = stmt_col_i64(st, 8), .next_s = stmt_col_i64(st, 9),
			.interval_s = stmt_col_i64(st, 10), .findings = stmt_col_i64(st, 11), .attempts = stmt_col_i64(st, 12),
			.prepared_by = stmt_col(st, 13), .approved_by = stmt_col(st, 14), .approved_s = stmt_col_i64(st, 15),
			.contact = stmt_col_i64(st, 16), .replies = stmt_col_i64(st, 17) };

		if (!slice_eq(n.state, S("failed")))
			n.next_s = 0;
		if (!each(cookie, &n, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	stmt_free(&st);
	return step == STEP_END;
}

bool
notice_message(struct store *s, struct slice id, struct buf *out, struct err *e)
{
	struct stmt *st = NULL;
	enum step step = STEP_FAIL;

	if (db_prepare(store_db(s), "SELECT message FROM notice_message WHERE notice = ?1", &st, e)) {
		stmt_text(st, 1, id);
		step = stmt_step(st, e);
		if (step == STEP_ITEM)
			buf_put(out, stmt_col(st, 0));
	}
	stmt_free(&st);
	if (step == STEP_END)
		return err_set(e, ERR_ABSENT, "there is no notice %s", QUOTE(id));
	return step == STEP_ITEM;
}

/*
 * What a word means in which state. A notice on its way takes none: it is
 * settled first, by the next sending.
 */
static const char *const words[] = {
	[NOTICE_AGAIN] = "UPDATE notice SET state = 'draft', state_s = ?2, next_s = 0, approved_s = CASE WHEN state = 'withdrawn' THEN 0 ELSE approved_s END WHERE id = ?1 AND state NOT IN ('queued', 'sending')",
	[NOTICE_ARRIVED] = "UPDATE notice SET state = 'sent', state_s = ?2 WHERE id = ?1 AND state = 'uncertain'",
	[NOTICE_WITHDRAW] = "UPDATE notice SET state = 'withdrawn', state_s = ?2, next_s = 0 WHERE id = ?1 AND state IN ('draft', 'failed', 'refused', 'uncertain')",
};

static bool
refuse(enum notice_word word, struct slice id, struct err *e)
{
	switch (word) {
	case NOTICE_AGAIN:
		return err_set(e, ERR_CONFLICT, "notice %s is on its way: entente notices --send settles it first", QUOTE(id));
	case NOTICE_ARRIVED:
		return err_set(e, ERR_CONFLICT, "notice %s is not uncertain", QUOTE(id));
	case NOTICE_WITHDRAW:
		break;
	}
	return err_set(e, ERR_CONFLICT, "notice %s was sent, or is on its way: it cannot be withdrawn", QUOTE(id));
}

static bool
there(struct store *s, struct slice id, bool *out, struct err *e)
{
	struct stmt *st = NULL;
	int64_t one = 0;
	bool ok = db_prepare(store_db(s), "SELECT 1 FROM notice WHERE id = ?1", &st, e);

	if (ok) {
		stmt_text(st, 1, id);
		ok = stmt_number(st, &one, out, e);
	}
	stmt_free(&st);
	return ok;
}

static bool
say(struct store *s, struct slice id, enum notice_word word, int64_t now_s, struct err *e)
{
	struct stmt *st = NULL;
	int64_t changed = 0;
	struct stmt *told = NULL;
	bool known = false, ok = db_prepare(store_db(s), words[word], &st, e);

	if (ok) {
		stmt_text(st, 1, id);
		stmt_i64(st, 2, now_s);
		ok = stmt_run(st, &changed, e);
	}
	stmt_free(&st);
	if (ok && changed > 0 && word == NOTICE_ARRIVED)
		ok = notice_tell_findings(s, &told, id, now_s, e);
	stmt_free(&told);
	if (!ok || changed > 0)
		return ok;
	if (!there(s, id, &known, e))
		return false;
	return known ? refuse(word, id, e) :
	    err_set(e, ERR_ABSENT, "there is no notice %s", QUOTE(id));
}

bool
notice_say(struct store *s, struct slice id, enum notice_word word, int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, say(s, id, word, now_s, e), e);
}

/* Findings of a sent notice were told; one that is resolved meanwhile stays so. */
bool
notice_tell_findings(struct store *s, struct stmt **kept, struct slice id, int64_t now_s, struct err *e)
{
	int64_t ids[256], after = INT64_MIN;
	enum step step = STEP_ITEM;
	bool ok = *kept != NULL || db_prepare(store_db(s), "SELECT finding FROM notice_finding WHERE notice = ?1 AND finding > ?2 ORDER BY finding LIMIT 256", kept, e);
	struct stmt *st = *kept;

	while (ok && step == STEP_ITEM) {
		size_t n = 0;

		stmt_text(st, 1, id);
		stmt_i64(st, 2, after);
		while (n < 256 && (step = stmt_step(st, e)) == STEP_ITEM)
			ids[n++] = stmt_col_i64(st, 0);
		stmt_reset(st);
		ok = step != STEP_FAIL;
		for (size_t i = 0; i < n && ok; i++) {
			struct err why = ERR_INIT;

			ok = finding_act_apply(s, ids[i], FINDING_TELL, S("notice"), id, now_s, &why) ||
			    why.code == ERR_CONFLICT || why.code == ERR_ABSENT;
			if (!ok)
				*e = why;
		}
		after = n == 0 ? after : ids[n - 1];
	}
	return ok;
}

static bool
approve(struct store *s, struct slice id, struct slice by, bool two_people, int64_t now_s, struct err *e)
{
	struct stmt *st = NULL;
	int64_t changed = 0, own = 0;
	bool known = false, ok = db_prepare(store_db(s), "UPDATE notice SET approved_by = ?2, approved_s = ?3 WHERE id = ?1"
	    " AND state IN ('draft', 'failed') AND approved_s = 0 AND (?4 = 0 OR prepared_by <> ?2)", &st, e);

	if (ok) {
		stmt_text(st, 1, id);
		stmt_text(st, 2, by);
		stmt_i64(st, 3, now_s);
		stmt_i64(st, 4, two_people);
		ok = stmt_run(st, &changed, e);
	}
	stmt_free(&st);
	if (!ok || changed > 0)
		return ok;
	if (!there(s, id, &known, e))
		return false;
	if (!known)
		return err_set(e, ERR_ABSENT, "there is no notice %s", QUOTE(id));
	if (!db_prepare(store_db(s), "SELECT 1 FROM notice WHERE id = ?1 AND prepared_by = ?2 AND approved_s = 0 AND state IN ('draft', 'failed')", &st, e))
		return false;
	stmt_text(st, 1, id);
	stmt_text(st, 2, by);
	known = false;
	ok = stmt_number(st, &own, &known, e);
	stmt_free(&st);
	if (ok && known)
		return err_set(e, ERR_DENIED, "you prepared notice %s: another person approves it", QUOTE(id));
	return ok && err_set(e, ERR_CONFLICT, "notice %s was approved, or is not waiting any more", QUOTE(id));
}

bool
notice_approve(struct store *s, struct slice id, struct slice by, bool two_people, int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, approve(s, id, by, two_people, now_s, e), e);
}
