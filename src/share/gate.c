#include "share/gate.h"

#include <stdlib.h>

#include "base/lang.h"
#include "parse/domain.h"

#define REPEAT_S ((int64_t)7 * 86400)
#define PAIRS_MAX ((size_t)4 << 20) /* 160 MiB */

bool
gate_answer(struct prepare *p, struct slice recipient, const char *rule, struct slice reason,
    bool allowed, struct err *e)
{
	struct transfer_row t = { .recipient = recipient, .rule = slice_of_str(rule), .reason = reason, .allowed = allowed };

	return p->why(p->why_cookie, &t, e);
}

/*
 * Was this recipient told of it since it began (again), and not too long ago?
 * A notice that was refused counts: the same mail every run would be refused
 * every run. A person sends it again, or enters another address.
 */
static bool
told_already(struct prepare *p, const struct finding_row *row, struct slice mailbox,
    bool *out, struct err *e)
{
	int64_t since = p->options->now_s - REPEAT_S;
	enum step step;

	if (row->state == FINDING_RETURNED && row->state_s > since)
		since = row->state_s;
	/* Nothing new since it was told: silence is not news. */
	if (row->notified_s != 0 && row->last_s < row->notified_s)
		since = 0;
	stmt_i64(p->told, 1, row->id);
	stmt_text(p->told, 2, mailbox);
	stmt_i64(p->told, 3, since);
	step = stmt_step(p->told, e);
	*out = step == STEP_ITEM;
	stmt_reset(p->told);
	return step != STEP_FAIL;
}

static bool
log_refusal(struct prepare *p, const struct finding_row *row, struct slice mailbox,
    const struct policy_answer *a, struct err *e)
{
	p->out->refused++;
	stmt_i64(p->refused, 1, ++p->transfer_id);
	stmt_i64(p->refused, 2, p->options->now_s);
	stmt_i64(p->refused, 3, row->id);
	stmt_text(p->refused, 4, mailbox);
	stmt_text(p->refused, 5, slice_of_str(a->rule));
	stmt_text(p->refused, 6, slice_of_str(a->reason));
	return stmt_run(p->refused, NULL, e);
}

bool
gate_due(struct prepare *p, const struct contact *c, struct slice mailbox, int64_t *next_s, struct err *e)
{
	uint32_t interval = prepare_interval(p, c);
	enum step step;

	*next_s = 0;
	stmt_text(p->last, 1, mailbox);
	stmt_text(p->last, 2, c->medium);
	stmt_text(p->last, 3, slice_of_str(lang_tag(prepare_lang(p, c))));
	stmt_i64(p->last, 4, interval);
	step = stmt_step(p->last, e);
	if (step == STEP_ITEM && !stmt_col_null(p->last, 0) &&
	    p->options->now_s - stmt_col_i64(p->last, 0) < interval)
		*next_s = stmt_col_i64(p->last, 0) + interval;
	stmt_reset(p->last);
	return step != STEP_FAIL;
}

/* What the next preparing would do with this pair. */
static bool
say_pair(struct prepare *p, const struct contact *c, struct slice mailbox,
    const struct policy_answer *a, bool told, struct err *e)
{
	int64_t next_s;

	if (!a->allowed)
		return gate_answer(p, mailbox, a->rule, slice_of_str(a->reason), false, e);
	if (told)
		return gate_answer(p, mailbox, "told-already", S(N_("it was told of this; again when it comes back, or goes on for a week")), false, e);
	if (!gate_due(p, c, mailbox, &next_s, e))
		return false;
	if (next_s != 0)
		return gate_answer(p, mailbox, "interval", S(N_("it was written to, and its interval has not passed")), false, e);
	return gate_answer(p, mailbox, a->rule, slice_of_str(a->reason), true, e);
}

static void
pair_add(struct prepare *p, const struct pair *pair)
{
	if (p->count == p->cap) {
		if (p->cap >= PAIRS_MAX)
			return; /* the rest comes with the next run */
		p->cap = p->cap == 0 ? 1024 : p->cap * 2;
		p->pairs = xrealloc(p->pairs, p->cap * sizeof(*p->pairs));
	}
	p->pairs[p->count++] = *pair;
}

/* The one gate: nothing becomes part of a notice but through here. */
static bool
consider(struct prepare *p, const struct finding_row *row, const struct policy_record *record,
    const struct contact *c, struct slice mailbox, bool *allowed, struct err *e)
{
	struct policy_recipient to;
	struct policy_answer a;
	bool told = false;

	contact_recipient(c, &to);
	a = policy_allows(record, &to, PURPOSE_NOTIFY, p->options->now_s);
	*allowed = a.allowed;
	if (a.allowed && !told_already(p, row, mailbox, &told, e))
		return false;
	if (p->why != NULL)
		return say_pair(p, c, mailbox, &a, told, e);
	if (!a.allowed)
		return log_refusal(p, row, mailbox, &a, e);
	if (!told)
		pair_add(p, &(struct pair){ c, row->id, a.rule, a.reason,
		    (uint16_t)(mailbox.p - c->email.p), (uint16_t)mailbox.len });
	return true;
}

/* Each mailbox of a contact that was not told through another one. */
static bool
consider_all(struct prepare *p, const struct finding_row *row, const struct policy_record *record,
    const struct contact *c, const struct contact *other, bool *allowed, struct err *e)
{
	struct slice rest = c->email, mailbox, theirs, x;

	while (contact_mailbox(&rest, &mailbox)) {
		bool again = false;

		theirs = other == NULL ? SLICE_NONE : other->email;
		while (!again && contact_mailbox(&theirs, &x))
			again = slice_eq(x, mailbox);
		if (!again && !consider(p, row, record, c, mailbox, allowed, e))
			return false;
	}
	return true;
}

bool
gate_consider(struct prepare *p, const struct finding_row *row, struct err *e)
{
	struct contact_query q = { .has_ip = row->has_ip, .ip = row->ip, .asn = row->asn,
		.country = row->country, .class_type = class_type(row->class), .feed = row->feed };
	struct policy_record record = { .class = row->class, .has_ip = row->has_ip, .ip = row->ip,
		.asn = row->asn, .country = row->country, .tlp = row->tlp, .target = row->kind == PLACE_TARGET };
	struct contact_answer a;
	bool allowed = false, allowed_too;
	struct url u;

	p->out->findings++;
	if (row->kind == PLACE_FQDN)
		q.fqdn = row->place;
	else if (row->kind == PLACE_URL && url_split(row->place, &u))
		q.fqdn = u.host;
	record.fqdn = q.fqdn;
	contacts_find(p->contacts, &q, &a);
	if (a.off) {
		p->out->off++;
		return p->why == NULL || gate_answer(p, SLICE_NONE, "off", a.off_reason, false, e);
	}
	if (a.contact == NULL) {
		p->out->nobody++;
		return p->why == NULL || gate_answer(p, SLICE_NONE, "no-contact", S(N_("no contact is known for it")), false, e);
	}
	return consider_all(p, row, &record, a.contact, NULL, &allowed, e) &&
	    (a.focal_point == NULL || a.focal_point == a.contact ||
	     consider_all(p, row, &record, a.focal_point, allowed ? a.contact : NULL, &allowed_too, e));
}

bool
prepare_init(struct prepare *p, struct err *e)
{
	struct db *db = store_db(p->store);
	struct stmt *max = NULL;
	bool ok;

	ok = db_prepare(db, "SELECT COALESCE(MAX(id), 0) FROM transfer", &max, e) && stmt_step(max, e) == STEP_ITEM;
	if (ok)
		p->transfer_id = stmt_col_i64(max, 0);
	stmt_free(&max);
	return ok &&
	    db_prepare(db, "SELECT 1 FROM notice_finding nf JOIN notice n ON n.id = nf.notice WHERE nf.finding = ?1 AND n.email = ?2 AND n.created_s >= ?3 LIMIT 1", &p->told, e) &&
	    db_prepare(db, "SELECT MAX(created_s) FROM notice WHERE email = ?1 AND medium = ?2 AND lang = ?3 AND interval_s = ?4 AND state <> 'withdrawn'", &p->last, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason)"
		" SELECT ?1, ?2, ?3, NULL, ?4, 'notify', ?5, 0, ?6 WHERE NOT EXISTS (SELECT 1 FROM transfer WHERE finding = ?3 AND recipient = ?4 AND rule = ?5 AND allowed = 0)", &p->refused, e) &&
	    db_prepare(db, "INSERT INTO notice (id, contact, email, medium, lang, format, created_s, state, state_s, attempts, next_s, reply, findings, interval_s)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'draft', ?7, 0, 0, '', ?8, ?9)", &p->insert, e) &&
	    db_prepare(db, "INSERT INTO notice_message (notice, message) VALUES (?1, ?2)", &p->insert_message, e) &&
	    db_prepare(db, "INSERT INTO notice_finding (notice, finding) SELECT notice, finding FROM transfer WHERE id > ?2 AND notice = ?1 AND allowed = 1", &p->insert_findings, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason) VALUES (?1, ?2, ?3, ?4, ?5, 'notify', ?6, 1, ?7)", &p->insert_transfer, e);
}

void
prepare_fini(struct prepare *p)
{
	stmt_free(&p->told);
	stmt_free(&p->last);
	stmt_free(&p->refused);
	stmt_free(&p->insert);
	stmt_free(&p->insert_message);
	stmt_free(&p->insert_findings);
	stmt_free(&p->insert_transfer);
	free(p->pairs);
}
