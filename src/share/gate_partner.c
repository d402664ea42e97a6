#include "share/gate_partner.h"

#include <stdlib.h>

#include "parse/domain.h"

#define MEMORY_MAX ((size_t)1 << 20)

struct gate_partner {
	struct store *store;
	struct arena a, item; /* of its own texts; of one question */
	struct partner who;
	struct agreements own; /* where nobody keeps them for it */
	const struct agreements *agreements;
	struct agreement_pair *pairs;
	struct policy_recipient to;
	int64_t version;
	struct stmt *yes, *no;
};

static bool
pairs_find(struct gate_partner *g, struct err *e)
{
	struct agreement_party us, them = { .id = g->who.id, .key = g->who.key };
	bool known;

	if (!party_self(g->store, &g->a, &us, &known, e))
		return false;
	if (known && g->who.has_key)
		agreement_pairs(g->agreements->v, g->agreements->n, &us, &them, &g->pairs, &g->to.pair_count);
	g->to.pairs = g->pairs;
	return true;
}

static bool
open_it(struct gate_partner *g, struct slice partner, struct err *e)
{
	bool found;

	if (!agreements_version(g->store, &g->version, e) || !partner_get(g->store, partner, &g->a, &g->who, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no partner %s", QUOTE(partner));
	g->to.partner = g->who.id;
	return true;
}

static struct gate_partner *
gate_new(struct store *s)
{
	struct gate_partner *g = xalloc(sizeof(*g));

	*g = (struct gate_partner){ .store = s, .to = { .role = ROLE_PARTNER } };
	arena_init(&g->a, MEMORY_MAX);
	arena_init(&g->item, MEMORY_MAX);
	return g;
}

bool
gate_partner_open(struct store *s, struct slice partner, int64_t now_s, struct gate_partner **out, struct err *e)
{
	struct gate_partner *g = *out = gate_new(s);

	g->agreements = &g->own;
	/* The version first: what changes after it makes this one stale. */
	if (open_it(g, partner, e) && agreements_load(s, now_s, &g->own, e) && pairs_find(g, e))
		return true;
	gate_partner_close(out);
	return false;
}

bool
gate_partner_open_on(struct store *s, const struct agreements *all, struct slice partner, struct gate_partner **out, struct err *e)
{
	struct gate_partner *g = *out = gate_new(s);

	g->agreements = all;
	if (open_it(g, partner, e) && pairs_find(g, e))
		return true;
	gate_partner_close(out);
	return false;
}

void
gate_partner_close(struct gate_partner **gp)
{
	struct gate_partner *g = *gp;

	*gp = NULL;
	if (g == NULL)
		return;
	stmt_free(&g->yes);
	stmt_free(&g->no);
	agreements_fini(&g->own);
	free(g->pairs);
	arena_fini(&g->a);
	arena_fini(&g->item);
	free(g);
}

bool
gate_partner_stale(struct gate_partner *g, bool *out, struct err *e)
{
	int64_t version;

	if (!agreements_version(g->store, &version, e))
		return false;
	*out = version != g->version;
	return true;
}

const struct partner *
gate_partner_who(const struct gate_partner *g)
{
	return &g->who;
}

size_t
gate_partner_pairs(const struct gate_partner *g, const struct agreement_pair **out)
{
	*out = g->pairs;
	return g->to.pair_count;
}

static void
reservations_put(const struct agreement_pair *p, const struct agreement_text *t, int64_t date_s, struct sha256_ctx *h)
{
	for (uint32_t i = 0; i < t->clause_count; i++) {
		const uint8_t bits = (uint8_t)(agreement_reserved_at(p->agreement, p->us, t->clauses[i].number, date_s) |
		    agreement_reserved_at(p->agreement, p->partner, t->clauses[i].number, date_s) << 1);

		sha256_update(h, slice_of(&bits, 1));
	}
}

void
gate_partner_terms(const struct gate_partner *g, int64_t date_s, char out[GATE_TERMS_MAX])
{
	struct sha256_ctx *h = sha256_new();
	const struct agreement_text *t;
	struct sha256 sum;
	bool any = false;

	for (size_t i = 0; i < g->to.pair_count; i++) {
		if (agreement_pair_at(&g->pairs[i], date_s, &t) != PAIR_IN_FORCE)
			continue;
		any = true;
		sha256_update(h, slice_of(t->sha.b, sizeof(t->sha.b)));
		reservations_put(&g->pairs[i], t, date_s, h);
	}
	sha256_final(h, &sum);
	sha256_free(&h);
	sha256_hex(&sum, out);
	if (!any)
		out[0] = '\0';
}

void
gate_finding_record(const struct finding_row *row, struct policy_record *out)
{
	*out = (struct policy_record){ .class = row->class, .target = row->kind == PLACE_TARGET, .has_ip = row->has_ip, .ip = row->ip,
		.asn = row->asn, .country = row->country, .fqdn = row->kind == PLACE_FQDN ? row->place : SLICE_NONE,
		/* The mark is that of its sources. */
		.tlp = row->tlp, .category = CATEGORY_ABUSE_REPORT };
}

/* --- asking --------------------------------------------------------------------- */

static struct slice
item_name(const struct gate_item *item, char text[FINDING_ID_TEXT_MAX])
{
	if (item->record.p != NULL)
		return item->record;
	finding_id_print(item->finding, text);
	return slice_of_str(text);
}

static const struct agreement_clause *
clause_of(const struct gate_partner *g, const struct origin *o)
{
	for (size_t i = 0; i < g->agreements->n; i++) {
		const struct agreement *x = g->agreements->v[i];

		if (slice_eq(x->texts[0]->id, o->agreement))
			return o->version >= 1 && o->version <= x->version ? agreement_clause_find(x->texts[o->version - 1], o->clause) : NULL;
	}
	return NULL;
}

/* What we have of others goes on as they said; found by its name, so that no caller can leave it out. */
static bool
origin_look(struct gate_partner *g, struct slice name, struct policy_origin *out, bool *found_out, struct err *e)
{
	struct origin o;

	arena_reset(&g->item);
	if (!origin_get(g->store, name, &g->item, &o, found_out, e))
		return false;
	if (*found_out)
		*out = (struct policy_origin){ o.agreement, o.party, clause_of(g, &o), o.until_s };
	return true;
}

bool
gate_partner_ask(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose,
    int64_t date_s, struct policy_answer *out, struct err *e)
{
	struct policy_record what = *item->what;
	char text[FINDING_ID_TEXT_MAX];
	struct policy_origin origin;
	bool others;

	if (!origin_look(g, item_name(item, text), &origin, &others, e))
		return false;
	if (!others && item->of.p != NULL && !origin_look(g, item->of, &origin, &others, e))
		return false;
	if (others)
		what.origin = &origin;
	*out = policy_allows(&what, &g->to, purpose, date_s);
	return true;
}

/* --- the log -------------------------------------------------------------------- */

#define COLUMNS "id, at_s, finding, notice, recipient, purpose, rule, allowed, reason, record, agreement, clause, profile"
#define VALUES "(SELECT COALESCE(MAX(id), 0) + 1 FROM transfer), ?1, ?2, NULL, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"

static bool
log_answer(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose, int64_t now_s,
    const struct policy_answer *a, struct err *e)
{
	struct stmt **q = a->allowed ? &g->yes : &g->no;
	char name[FINDING_ID_TEXT_MAX];
	struct buf profile;
	bool ok;

	/* A partner that asks each minute is refused the same each minute: said once. */
	if (*q == NULL && !db_prepare(store_db(g->store), a->allowed ? "INSERT INTO transfer (" COLUMNS ") VALUES (" VALUES ")" :
		"INSERT INTO transfer (" COLUMNS ") SELECT " VALUES " WHERE NOT EXISTS (SELECT 1 FROM transfer WHERE record = ?8 AND recipient = ?3 AND purpose = ?4"
		" AND rule = ?5 AND allowed = 0 AND COALESCE(agreement, '') = COALESCE(?9, ''))", q, e))
		return false;
	buf_init(&profile, 200);
	if (a->allowed)
		agreement_profile_print(a->clause, &profile);
	stmt_i64(*q, 1, now_s);
	if (item->finding != 0)
		stmt_i64(*q, 2, item->finding);
	else
		stmt_null(*q, 2);
	stmt_text(*q, 3, g->who.id);
	stmt_text(*q, 4, slice_of_str(policy_purpose_name(purpose)));
	stmt_text(*q, 5, slice_of_str(a->rule));
	stmt_i64(*q, 6, a->allowed);
	stmt_text(*q, 7, slice_of_str(a->reason));
	stmt_text(*q, 8, item_name(item, name));
	stmt_text(*q, 9, a->agreement == NULL ? SLICE_NONE : a->agreement->texts[0]->id);
	if (a->clause != NULL)
		stmt_i64(*q, 10, a->clause->number);
	else
		stmt_null(*q, 10);
	stmt_text(*q, 11, a->allowed ? buf_view(&profile) : SLICE_NONE);
	ok = stmt_run(*q, NULL, e);
	buf_fini(&profile);
	return ok;
}

bool
gate_partner_pass(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose,
    int64_t now_s, struct policy_answer *out, struct err *e)
{
	/* Nothing goes whose answer could not be written down. */
	if (gate_partner_ask(g, item, purpose, now_s, out, e) && log_answer(g, item, purpose, now_s, out, e))
		return true;
	*out = (struct policy_answer){ .rule = "no-rule", .reason = "" };
	return false;
}

bool
gate_partner_receive(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose,
    int64_t now_s, struct policy_answer *out, struct err *e)
{
	struct policy_record what = *item->what;
	char name[FINDING_ID_TEXT_MAX];
	const struct agreement_text *t;

	/* The mark is the sender's own, and where it had it from is its affair. */
	what.own_mark = true;
	what.origin = NULL;
	*out = policy_allows(&what, &g->to, purpose, now_s);
	if (!out->allowed)
		return true;
	for (size_t i = 0; i < g->to.pair_count; i++) {
		const struct agreement_pair *p = &g->pairs[i];

		if (p->agreement == out->agreement && agreement_pair_at(p, now_s, &t) == PAIR_IN_FORCE)
			return origin_put(g->store, item_name(item, name), p, t, out->clause, now_s, e);
	}
	return err_set(e, ERR_INTERNAL, "an agreement that is none of ours");
}

bool
gate_partner_log(struct store *s, struct slice partner, const bool *allowed, int64_t before_id, size_t limit,
    bool (*each)(void *cookie, const struct gate_transfer *t, struct err *e), void *cookie, struct err *e)
{
	struct stmt *q = NULL;
	enum step step = STEP_FAIL;
	bool ok = db_prepare(store_db(s), "SELECT id, at_s, finding, recipient, purpose, rule, allowed, reason, record, agreement, clause, profile"
	    " FROM transfer WHERE record IS NOT NULL AND (?1 IS NULL OR recipient = ?1) AND (?2 = 0 OR id < ?2) AND (?4 < 0 OR allowed = ?4) ORDER BY id DESC LIMIT ?3", &q, e);

	if (ok) {
		stmt_text(q, 1, partner);
		stmt_i64(q, 2, before_id);
		stmt_i64(q, 3, limit == 0 ? INT64_MAX : (int64_t)limit);
		stmt_i64(q, 4, allowed == NULL ? -1 : *allowed);
	}
	while (ok && (step = stmt_step(q, e)) == STEP_ITEM) {
		struct gate_transfer t = { .id = stmt_col_i64(q, 0), .at_s = stmt_col_i64(q, 1), .finding = stmt_col_i64(q, 2),
			.partner = stmt_col(q, 3), .purpose = stmt_col(q, 4), .rule = stmt_col(q, 5), .allowed = stmt_col_i64(q, 6) != 0,
			.reason = stmt_col(q, 7), .record = stmt_col(q, 8), .agreement = stmt_col(q, 9), .clause = stmt_col_i64(q, 10), .profile = stmt_col(q, 11) };

		ok = each(cookie, &t, e);
	}
	stmt_free(&q);
	return ok && step == STEP_END;
}
