#include <string.h>

#include "base/lang.h"
#include "store/agreements.h"
#include "store/store_room.h"

#define COLUMNS "id, agreement, act, text, paper, date_s, clause, party, role, key, request, line, by_kind, by_account, by_name, at_s, state, decided_by, decided_s"

static const char *const states[] = { "open", "done", "refused" };

const char *
proposal_state_name(enum proposal_state s)
{
	return (unsigned)s < PROPOSAL_STATE_COUNT ? states[s] : "";
}

static bool
room_for(struct store *s, struct err *e)
{
	struct stmt *q = NULL;
	int64_t n = 0;
	bool ok = db_prepare(s->db, "SELECT count(*) FROM agreement_proposal WHERE state = 0", &q, e) && stmt_number(q, &n, NULL, e);

	stmt_free(&q);
	return ok && (n < PROPOSALS_OPEN_MAX || err_set(e, ERR_LIMIT, "more than %d proposals wait; confirm or refuse some of them", PROPOSALS_OPEN_MAX));
}

static struct slice
or_empty(struct slice s)
{
	return s.p == NULL ? S("") : s;
}

static bool
add(struct store *s, struct proposal *p, int64_t now_s, struct err *e)
{
	char text[SHA256_HEX + 1], paper[SHA256_HEX + 1], key[ED25519_KEY_HEX + 1];
	struct stmt *q = NULL;
	bool ok = room_for(s, e) && db_prepare(s->db, "INSERT INTO agreement_proposal (" COLUMNS ") VALUES ((SELECT coalesce(max(id), 0) + 1 FROM agreement_proposal),"
	    " ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0, '', 0) RETURNING id", &q, e);

	if (ok) {
		sha256_hex(&p->text, text);
		sha256_hex(&p->paper, paper);
		ed25519_key_print(&p->key, key);
		stmt_text(q, 1, p->agreement);
		stmt_i64(q, 2, p->kind);
		stmt_text(q, 3, slice_of_str(text));
		stmt_text(q, 4, slice_of_str(paper));
		stmt_i64(q, 5, p->date_s);
		stmt_i64(q, 6, p->clause);
		stmt_text(q, 7, or_empty(p->party));
		stmt_i64(q, 8, p->role);
		stmt_text(q, 9, slice_of_str(key));
		stmt_text(q, 10, or_empty(p->request));
		stmt_text(q, 11, or_empty(p->line));
		stmt_i64(q, 12, p->by_kind);
		stmt_i64(q, 13, p->by_account);
		stmt_text(q, 14, or_empty(p->by));
		stmt_i64(q, 15, now_s);
		ok = stmt_number(q, &p->id, NULL, e);
	}
	stmt_free(&q);
	p->at_s = now_s;
	return ok;
}

bool
proposal_add(struct store *s, struct proposal *p, int64_t now_s, struct err *e)
{
	bool mine;

	return store_begin(s, &mine, e) && store_end(s, mine, add(s, p, now_s, e), e);
}

static bool
row_read(struct stmt *q, struct proposal *p, struct err *e)
{
	*p = (struct proposal){ .id = stmt_col_i64(q, 0), .agreement = stmt_col(q, 1), .kind = (enum act_kind)stmt_col_i64(q, 2),
		.date_s = stmt_col_i64(q, 5), .clause = (uint32_t)stmt_col_i64(q, 6), .party = stmt_col(q, 7), .role = (enum party_role)stmt_col_i64(q, 8),
		.request = stmt_col(q, 10), .line = stmt_col(q, 11), .by_kind = (enum who_kind)stmt_col_i64(q, 12), .by_account = stmt_col_i64(q, 13),
		.by = stmt_col(q, 14), .at_s = stmt_col_i64(q, 15), .state = (enum proposal_state)stmt_col_i64(q, 16), .decided_by = stmt_col(q, 17),
		.decided_s = stmt_col_i64(q, 18) };
	return ((unsigned)p->kind < ACT_KIND_COUNT && (unsigned)p->role < PARTY_ROLE_COUNT && (unsigned)p->state < PROPOSAL_STATE_COUNT &&
	    (unsigned)p->by_kind < WHO_KIND_COUNT && p->clause <= AGREEMENT_CLAUSES_MAX && sha256_parse(stmt_col(q, 3), &p->text) &&
	    sha256_parse(stmt_col(q, 4), &p->paper) && ed25519_key_parse(stmt_col(q, 9), &p->key)) ||
	    err_set(e, ERR_SYSTEM, "the database is damaged: a proposal's row makes no sense");
}

bool
proposal_get(struct store *s, int64_t id, struct arena *a, struct proposal *out, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(s->db, "SELECT " COLUMNS " FROM agreement_proposal WHERE id = ?1", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		step = stmt_step(q, e);
		ok = step != STEP_FAIL && (step == STEP_ITEM || err_set(e, ERR_ABSENT, "there is no proposal %lld", (long long)id)) && row_read(q, out, e);
	}
	if (ok) {
		struct slice *texts[] = { &out->agreement, &out->party, &out->request, &out->line, &out->by, &out->decided_by };

		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			*texts[i] = arena_copy(a, *texts[i]);
		ok = !a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	}
	stmt_free(&q);
	return ok;
}

bool
proposal_list(struct store *s, bool decided, size_t limit, bool (*each)(void *cookie, const struct proposal *p, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	struct proposal p;
	bool ok = db_prepare(s->db, "SELECT " COLUMNS " FROM agreement_proposal WHERE state = 0 OR ?1 <> 0 ORDER BY id DESC LIMIT ?2", &q, e);

	if (ok) {
		stmt_i64(q, 1, decided);
		stmt_i64(q, 2, limit == 0 ? INT64_MAX : (int64_t)limit);
		while (ok && (step = stmt_step(q, e)) == STEP_ITEM)
			ok = row_read(q, &p, e) && each(cookie, &p, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}

bool
proposal_decide(struct store *s, int64_t id, enum proposal_state state, struct slice by, int64_t now_s, struct err *e)
{
	struct stmt *q = NULL;
	int64_t changed = 0;
	bool ok = db_prepare(s->db, "UPDATE agreement_proposal SET state = ?2, decided_by = ?3, decided_s = ?4 WHERE id = ?1 AND state = 0", &q, e);

	if (ok) {
		stmt_i64(q, 1, id);
		stmt_i64(q, 2, state);
		stmt_text(q, 3, or_empty(by));
		stmt_i64(q, 4, now_s);
		ok = stmt_run(q, &changed, e) && (changed == 1 || err_set(e, ERR_CONFLICT, "proposal %lld was confirmed or refused already", (long long)id));
	}
	stmt_free(&q);
	return ok;
}
