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
	if (p->options->plan != NULL)
		return true;
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

/* The one gate: nothing becomes part of a notice, or stays in one, but through here. */
static struct policy_answer
ask(const struct prepare *p, const struct policy_record *record, const struct contact *c)
{
	struct policy_recipient to;

	contact_recipient(c, &to);
	return policy_allows(record, &to, PURPOSE_NOTIFY, p->options->now_s);
}

static bool
consider(struct prepare *p, const struct finding_row *row, const struct policy_record *record,
    const struct contact *c, struct slice mailbox, struct err *e)
{
	struct policy_answer a = ask(p, record, c);
	bool told = false;

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

static bool
leads_to(const struct contact *c, struct slice mailbox)
{
	struct slice rest = c->email, x;

	while (contact_mailbox(&rest, &x)) {
		if (slice_eq(x, mailbox))
			return true;
	}
	return false;
}

/* Would the two be told by one and the same digest? */
static bool
same_digest(const struct prepare *p, const struct contact *a, const struct contact *b)
{
	return slice_eq(a->medium, b->medium) && prepare_lang(p, a) == prepare_lang(p, b) &&
	    prepare_interval(p, a) == prepare_interval(p, b);
}

/*
 * Each mailbox of a contact. One that is told through the other contact is told
 * through this one, too, and the digest names both; in another language, or
 * at another interval, it would be told twice.
 */
static bool
consider_all(struct prepare *p, const struct finding_row *row, const struct policy_record *record,
    const struct contact *c, const struct contact *other, struct err *e)
{
	struct slice rest = c->email, mailbox;

	while (contact_mailbox(&rest, &mailbox)) {
		if (other != NULL && !same_digest(p, c, other) && leads_to(other, mailbox))
			continue;
		if (!consider(p, row, record, c, mailbox, e))
			return false;
	}
	return true;
}

/* Who answers for a finding, and what the rules look at. */
static void
look(const struct prepare *p, const struct finding_row *row, struct policy_record *record,
    struct contact_answer *who)
{
	struct contact_query q = { .has_ip = row->has_ip, .ip = row->ip, .asn = row->asn,
		.country = row->country, .class_type = class_type(row->class), .feed = row->feed };
	struct url u;

	if (row->kind == PLACE_FQDN)
		q.fqdn = row->place;
	else if (row->kind == PLACE_URL && url_split(row->place, &u))
		q.fqdn = u.host;
	else if (row->kind == PLACE_ACCOUNT && slice_rfind_byte(row->place, '@') != SIZE_MAX)
		q.fqdn = slice_from(row->place, slice_rfind_byte(row->place, '@') + 1); /* whose customer it is */
	*record = (struct policy_record){ .class = row->class, .has_ip = row->has_ip, .ip = row->ip,
		.asn = row->asn, .country = row->country, .fqdn = q.fqdn, .tlp = row->tlp,
		.target = row->kind == PLACE_TARGET };
	contacts_find(p->contacts, &q, who);
}

void
gate_still(const struct prepare *p, const struct finding_row *row, struct slice mailbox,
    struct gate_still *out)
{
	static const struct policy_answer no_state = { .rule = "state", .reason = N_("nobody is told of a finding that is acknowledged or resolved") },
		no_off = { .rule = "off", .reason = "" },
		no_contact = { .rule = "no-contact", .reason = N_("this address does not answer for it any more") };
	struct policy_record record;
	struct contact_answer who;

	*out = (struct gate_still){ .answer = no_contact };
	look(p, row, &record, &who);
	if (who.off) {
		out->answer = no_off;
		out->reason = who.off_reason;
		return;
	}
	for (int i = 0; i < 2; i++) {
		const struct contact *c = i == 0 ? who.contact : who.focal_point;
		struct policy_answer a;

		if (c == NULL || (i == 1 && c == who.contact) || !leads_to(c, mailbox))
			continue;
		a = ask(p, &record, c);
		if (out->count == 0)
			out->answer = a;
		if (a.allowed)
			out->as[out->count++] = c;
	}
	if (row->state == FINDING_ACKNOWLEDGED || row->state == FINDING_RESOLVED) {
		out->answer = no_state;
		out->count = 0;
	}
	out->reason = slice_of_str(out->answer.reason);
}

bool
gate_consider(struct prepare *p, const struct finding_row *row, struct err *e)
{
	struct policy_record record;
	struct contact_answer a;

	p->out->findings++;
	look(p, row, &record, &a);
	if (a.off) {
		p->out->off++;
		return p->why == NULL || gate_answer(p, SLICE_NONE, "off", a.off_reason, false, e);
	}
	if (a.contact == NULL) {
		p->out->nobody++;
		return p->why == NULL || gate_answer(p, SLICE_NONE, "no-contact", S(N_("no contact is known for it")), false, e);
	}
	return consider_all(p, row, &record, a.contact, NULL, e) &&
	    (a.focal_point == NULL || a.focal_point == a.contact ||
	     consider_all(p, row, &record, a.focal_point, ask(p, &record, a.contact).allowed ? a.contact : NULL, e));
}

bool
gate_again(struct prepare *p, struct err *e)
{
	return stmt_number(p->max, &p->transfer_id, NULL, e);
}

bool
prepare_init(struct prepare *p, struct err *e)
{
	struct db *db = store_db(p->store);

	return db_prepare(db, "SELECT COALESCE(MAX(id), 0) FROM transfer", &p->max, e) && gate_again(p, e) &&
	    db_prepare(db, "SELECT 1 FROM notice_finding nf JOIN notice n ON n.id = nf.notice WHERE nf.finding = ?1 AND n.email = ?2 AND n.created_s >= ?3 LIMIT 1", &p->told, e) &&
	    db_prepare(db, "SELECT MAX(created_s) FROM notice WHERE email = ?1 AND medium = ?2 AND lang = ?3 AND interval_s = ?4 AND state <> 'withdrawn'", &p->last, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason)"
		" SELECT ?1, ?2, ?3, NULL, ?4, 'notify', ?5, 0, ?6 WHERE NOT EXISTS (SELECT 1 FROM transfer WHERE finding = ?3 AND recipient = ?4 AND rule = ?5 AND allowed = 0)", &p->refused, e) &&
	    db_prepare(db, "INSERT INTO notice (id, contact, email, medium, lang, format, created_s, state, state_s, attempts, next_s, reply, findings, interval_s, prepared_by)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'draft', ?7, 0, 0, '', ?8, ?9, ?10)", &p->insert, e) &&
	    db_prepare(db, "INSERT INTO notice_message (notice, message) VALUES (?1, ?2)", &p->insert_message, e) &&
	    db_prepare(db, "INSERT INTO notice_finding (notice, finding) SELECT notice, finding FROM transfer WHERE id > ?2 AND notice = ?1 AND allowed = 1", &p->insert_findings, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason) VALUES (?1, ?2, ?3, ?4, ?5, 'notify', ?6, 1, ?7)", &p->insert_transfer, e);
}

void
prepare_fini(struct prepare *p)
{
	finding_close(&p->by_id);
	stmt_free(&p->max);
	stmt_free(&p->told);
	stmt_free(&p->last);
	stmt_free(&p->refused);
	stmt_free(&p->insert);
	stmt_free(&p->insert_message);
	stmt_free(&p->insert_findings);
	stmt_free(&p->insert_transfer);
	free(p->pairs);
}
