#include "share/notices.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "parse/domain.h"
#include "share/compose.h"

#define REPEAT_S ((int64_t)7 * 86400)
#define MESSAGE_MAX ((size_t)32 << 20)
#define PAIRS_MAX ((size_t)16 << 20)

/* A finding that one contact is to be told of. */
struct pair {
	const struct contact *contact;
	int64_t finding;
	const char *rule, *reason;
};

struct prepare {
	struct store *store;
	const struct contacts *contacts;
	const struct notices_options *options;
	struct notices_summary *out;
	struct pair *pairs;
	size_t count, cap;
	struct stmt *told, *last, *refused, *insert, *insert_message, *insert_finding, *insert_transfer;
	int64_t transfer_id;
};

/*
 * Was this recipient told of it since it began (again), and not too long ago?
 * A notice that was refused counts: the same mail every run would be refused
 * every run. A person sends it again, or enters another address.
 */
static bool
told_already(struct prepare *p, const struct finding_row *row, const struct contact *c,
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
	stmt_text(p->told, 2, c->email);
	stmt_i64(p->told, 3, since);
	step = stmt_step(p->told, e);
	*out = step == STEP_ITEM;
	stmt_reset(p->told);
	return step != STEP_FAIL;
}

static bool
log_refusal(struct prepare *p, const struct finding_row *row, const struct contact *c,
    const struct policy_answer *a, struct err *e)
{
	p->out->refused++;
	stmt_i64(p->refused, 1, ++p->transfer_id);
	stmt_i64(p->refused, 2, p->options->now_s);
	stmt_i64(p->refused, 3, row->id);
	stmt_text(p->refused, 4, c->email);
	stmt_text(p->refused, 5, slice_of_str(a->rule));
	stmt_text(p->refused, 6, slice_of_str(a->reason));
	return stmt_run(p->refused, NULL, e);
}

/* The one gate: nothing becomes part of a notice but through here. */
static bool
consider(struct prepare *p, const struct finding_row *row, const struct policy_record *record,
    const struct contact *c, struct err *e)
{
	struct policy_recipient to;
	struct policy_answer a;
	bool told;

	contact_recipient(c, &to);
	a = policy_allows(record, &to, PURPOSE_NOTIFY, p->options->now_s);
	if (!a.allowed)
		return log_refusal(p, row, c, &a, e);
	if (!told_already(p, row, c, &told, e))
		return false;
	if (told)
		return true;
	if (p->count == p->cap) {
		if (p->cap >= PAIRS_MAX)
			return true; /* the rest comes with the next run */
		p->cap = p->cap == 0 ? 1024 : p->cap * 2;
		p->pairs = xrealloc(p->pairs, p->cap * sizeof(*p->pairs));
	}
	p->pairs[p->count++] = (struct pair){ c, row->id, a.rule, a.reason };
	return true;
}

static bool
look_at(struct prepare *p, const struct finding_row *row, struct err *e)
{
	struct contact_query q = { .has_ip = row->has_ip, .ip = row->ip, .asn = row->asn,
		.country = row->country, .class_type = class_type(row->class), .feed = row->feed };
	struct policy_record record = { .class = row->class, .has_ip = row->has_ip, .ip = row->ip,
		.asn = row->asn, .country = row->country, .tlp = row->tlp };
	struct contact_answer a;
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
		return true;
	}
	if (a.contact == NULL) {
		p->out->nobody++;
		return true;
	}
	if (!consider(p, row, &record, a.contact, e))
		return false;
	if (a.focal_point != NULL && a.focal_point != a.contact &&
	    !slice_eq(a.focal_point->email, a.contact->email))
		return consider(p, row, &record, a.focal_point, e);
	return true;
}

static int
pair_cmp(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int c = slice_cmp(x->contact->email, y->contact->email);

	if (c != 0)
		return c;
	if (x->contact != y->contact)
		return x->contact->id < y->contact->id ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

/* Has the recipient's interval passed? */
static bool
due(struct prepare *p, const struct contact *c, bool *out, struct err *e)
{
	uint32_t interval = c->interval_s != 0 ? c->interval_s : p->options->interval_s;
	enum step step;

	*out = true;
	stmt_text(p->last, 1, c->email);
	step = stmt_step(p->last, e);
	if (step == STEP_ITEM && !stmt_col_null(p->last, 0))
		*out = p->options->now_s - stmt_col_i64(p->last, 0) >= interval;
	stmt_reset(p->last);
	return step != STEP_FAIL;
}

static struct slice
notice_id(const struct prepare *p, const struct pair *pairs, size_t n, char out[32])
{
	uint64_t h = hash64(pairs[0].contact->email, (uint64_t)(p->options->now_s));

	for (size_t i = 0; i < n; i++)
		h = hash64(slice_of(&pairs[i].finding, sizeof(int64_t)), h);
	return slice_of(out, (size_t)snprintf(out, 32, "N%016llx", (unsigned long long)h));
}

/* The rows of a notice, their texts kept in a. */
static bool
rows_load(struct prepare *p, const struct pair *pairs, size_t n, struct arena *a,
    struct finding_row *rows, size_t *count, struct err *e)
{
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		struct finding_query q = { .id = pairs[i].finding };
		struct finding_walk *w = NULL;
		struct finding_row *r = &rows[*count];
		enum step step;

		if (!finding_open(p->store, &q, &w, e))
			return false;
		step = finding_next(w, r, e);
		if (step == STEP_ITEM) {
			r->place = arena_copy(a, r->place);
			r->identifier = arena_copy(a, r->identifier);
			r->transport = arena_copy(a, r->transport);
			r->country = arena_copy(a, r->country);
			r->feed = arena_copy(a, r->feed);
			r->label = arena_copy(a, r->label);
			(*count)++;
		}
		finding_close(&w);
		if (step == STEP_FAIL)
			return false;
	}
	return true;
}

static bool
write_rows(struct prepare *p, struct slice id, const struct contact *c, const struct pair *pairs,
    size_t n, struct slice message, struct err *e)
{
	enum lang lang = c->lang_known ? c->lang : p->options->lang;

	stmt_text(p->insert, 1, id);
	stmt_i64(p->insert, 2, c->id);
	stmt_text(p->insert, 3, c->email);
	stmt_text(p->insert, 4, slice_of_str(lang_tag(lang)));
	stmt_text(p->insert, 5, c->format);
	stmt_i64(p->insert, 6, p->options->now_s);
	stmt_i64(p->insert, 7, (int64_t)n);
	stmt_text(p->insert_message, 1, id);
	stmt_blob(p->insert_message, 2, message);
	if (!stmt_run(p->insert, NULL, e) || !stmt_run(p->insert_message, NULL, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		stmt_text(p->insert_finding, 1, id);
		stmt_i64(p->insert_finding, 2, pairs[i].finding);
		stmt_i64(p->insert_transfer, 1, ++p->transfer_id);
		stmt_i64(p->insert_transfer, 2, p->options->now_s);
		stmt_i64(p->insert_transfer, 3, pairs[i].finding);
		stmt_text(p->insert_transfer, 4, id);
		stmt_text(p->insert_transfer, 5, c->email);
		stmt_text(p->insert_transfer, 6, slice_of_str(pairs[i].rule));
		stmt_text(p->insert_transfer, 7, slice_of_str(pairs[i].reason));
		if (!stmt_run(p->insert_finding, NULL, e) || !stmt_run(p->insert_transfer, NULL, e))
			return false;
	}
	return true;
}

/* One digest: n pairs of one recipient. */
static bool
digest(struct prepare *p, const struct pair *pairs, size_t n, struct err *e)
{
	struct compose c = { .options = p->options, .contact = pairs[0].contact };
	struct finding_row *rows;
	struct arena a;
	struct buf message;
	char id[32];
	bool is_due, ok;

	if (!due(p, pairs[0].contact, &is_due, e))
		return false;
	if (!is_due) {
		p->out->waiting++;
		return true;
	}
	if (n > COMPOSE_FINDINGS_MAX)
		n = COMPOSE_FINDINGS_MAX;
	arena_init(&a, (size_t)256 << 20);
	buf_init(&message, MESSAGE_MAX);
	rows = xarray(n, sizeof(*rows));
	c.id = notice_id(p, pairs, n, id);
	c.rows = rows;
	ok = rows_load(p, pairs, n, &a, rows, &c.count, e) &&
	    (c.count == 0 || (compose_notice(&c, &message, e) &&
	     write_rows(p, c.id, pairs[0].contact, pairs, n, buf_view(&message), e)));
	p->out->notices += ok && c.count > 0;
	p->out->told += ok ? c.count : 0;
	free(rows);
	buf_fini(&message);
	arena_fini(&a);
	return ok;
}

static bool
prepare_statements(struct prepare *p, struct err *e)
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
	    db_prepare(db, "SELECT MAX(created_s) FROM notice WHERE email = ?1", &p->last, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason)"
		" SELECT ?1, ?2, ?3, NULL, ?4, 'notify', ?5, 0, ?6 WHERE NOT EXISTS (SELECT 1 FROM transfer WHERE finding = ?3 AND recipient = ?4 AND rule = ?5 AND allowed = 0)", &p->refused, e) &&
	    db_prepare(db, "INSERT INTO notice (id, contact, email, medium, lang, format, created_s, state, state_s, attempts, next_s, reply, findings)"
		" VALUES (?1, ?2, ?3, 'mail', ?4, ?5, ?6, 'draft', ?6, 0, 0, '', ?7)", &p->insert, e) &&
	    db_prepare(db, "INSERT INTO notice_message (notice, message) VALUES (?1, ?2)", &p->insert_message, e) &&
	    db_prepare(db, "INSERT INTO notice_finding (notice, finding) VALUES (?1, ?2)", &p->insert_finding, e) &&
	    db_prepare(db, "INSERT INTO transfer (id, at_s, finding, notice, recipient, purpose, rule, allowed, reason) VALUES (?1, ?2, ?3, ?4, ?5, 'notify', ?6, 1, ?7)", &p->insert_transfer, e);
}

static bool
walk(struct prepare *p, struct err *e)
{
	struct finding_query q = { .order = FINDING_BY_ID,
		.states = 1u << FINDING_NEW | 1u << FINDING_RETURNED | 1u << FINDING_NOTIFIED };
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step;

	if (!finding_open(p->store, &q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM) {
		if (!look_at(p, &row, e)) {
			step = STEP_FAIL;
			break;
		}
	}
	finding_close(&w);
	return step == STEP_END;
}

static bool
digests(struct prepare *p, struct err *e)
{
	size_t n;

	if (p->count > 0)
		qsort(p->pairs, p->count, sizeof(*p->pairs), pair_cmp);
	for (size_t i = 0; i < p->count; i += n) {
		/* One address, one digest, also where it answers for several things. */
		for (n = 1; i + n < p->count && slice_eq(p->pairs[i + n].contact->email, p->pairs[i].contact->email); n++)
			;
		if (!digest(p, p->pairs + i, n, e))
			return false;
	}
	return true;
}

bool
notices_prepare(struct store *s, const struct contacts *c,
    const struct notices_options *o, struct notices_summary *out, struct err *e)
{
	struct prepare p = { .store = s, .contacts = c, .options = o, .out = out };
	struct db *db = store_db(s);
	bool ok = false;

	if (o->mail.len == 0)
		return err_set(e, ERR_INPUT, "notices need a sender: set mail in entente.conf");
	if (!db_begin(db, e))
		return false;
	ok = prepare_statements(&p, e) && walk(&p, e) && digests(&p, e);
	stmt_free(&p.told);
	stmt_free(&p.last);
	stmt_free(&p.refused);
	stmt_free(&p.insert);
	stmt_free(&p.insert_message);
	stmt_free(&p.insert_finding);
	stmt_free(&p.insert_transfer);
	free(p.pairs);
	if (ok && db_commit(db, e))
		return true;
	store_rollback(s);
	return false;
}
