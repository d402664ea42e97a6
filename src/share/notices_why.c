/*
 * notices_why: the log of what was answered about one finding, and what the
 * gate would answer now.
 */
#include "base/lang.h"
#include "share/gate.h"

/* What was answered before, as it stands in the log. */
static bool
why_log(struct prepare *p, int64_t finding, struct err *e)
{
	struct stmt *st = NULL;
	enum step step;

	if (!db_prepare(store_db(p->store), "SELECT t.at_s, t.recipient, t.rule, t.reason, t.allowed, t.notice, n.state, n.state_s"
	    " FROM transfer t LEFT JOIN notice n ON n.id = t.notice WHERE t.finding = ?1 ORDER BY t.id", &st, e))
		return false;
	stmt_i64(st, 1, finding);
	while ((step = stmt_step(st, e)) == STEP_ITEM) {
		struct transfer_row t = { .at_s = stmt_col_i64(st, 0), .recipient = stmt_col(st, 1), .rule = stmt_col(st, 2),
			.reason = stmt_col(st, 3), .allowed = stmt_col_i64(st, 4) != 0, .notice = stmt_col(st, 5),
			.state = stmt_col(st, 6), .state_s = stmt_col_i64(st, 7) };

		if (!p->why(p->why_cookie, &t, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	stmt_free(&st);
	return step == STEP_END;
}

static bool
why_now(struct prepare *p, int64_t finding, struct err *e)
{
	struct finding_query q = { .id = finding };
	struct finding_walk *w = NULL;
	struct finding_row row;
	bool ok = false;

	if (!finding_open(p->store, &q, &w, e))
		return false;
	switch (finding_next(w, &row, e)) {
	case STEP_ITEM:
		if (row.state == FINDING_ACKNOWLEDGED || row.state == FINDING_RESOLVED)
			ok = gate_answer(p, SLICE_NONE, "state", S(N_("nobody is told of a finding that is acknowledged or resolved")), false, e);
		else
			ok = gate_consider(p, &row, e);
		break;
	case STEP_FAIL:
		break;
	case STEP_END:
	case STEP_BAD:
		ok = err_set(e, ERR_ABSENT, "there is no such finding");
		break;
	}
	finding_close(&w);
	return ok;
}

bool
notices_why(struct store *s, const struct contacts *c, const struct notices_options *o,
    int64_t finding, bool (*each)(void *cookie, const struct transfer_row *t, struct err *e),
    void *cookie, struct err *e)
{
	struct notices_summary unused = { 0 };
	struct prepare p = { .store = s, .contacts = c, .options = o, .out = &unused, .why = each, .why_cookie = cookie };
	bool ok = prepare_init(&p, e) && why_log(&p, finding, e) && why_now(&p, finding, e);

	prepare_fini(&p);
	return ok;
}
