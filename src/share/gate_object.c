#include "share/gate_object.h"

#include "base/lang.h"
#include "model/stix_own.h"

#define MEMORY_MAX ((size_t)96 << 20)

void
gate_object_init(struct gate_object *g, struct gate_partner *gate, struct store *s, int64_t now_s)
{
	*g = (struct gate_object){ .gate = gate, .store = s, .now_s = now_s, .purpose = PURPOSE_PROTECT, .e = ERR_INIT };
	arena_init(&g->a, MEMORY_MAX);
}

bool
gate_object_end(struct gate_object *g, struct err *e)
{
	bool ok = g->e.code == ERR_NONE;

	arena_fini(&g->a);
	if (!ok)
		*e = g->e;
	return ok;
}

bool
gate_object_sees(const struct gate_object *g)
{
	const struct agreement_pair *pairs;
	const struct agreement_text *t;
	size_t n = gate_partner_pairs(g->gate, &pairs);

	for (size_t i = 0; i < n; i++) {
		if (agreement_pair_at(&pairs[i], g->now_s, &t) == PAIR_IN_FORCE)
			return true;
	}
	return false;
}

/* The types of STIX by what clauses call them; what is not here tells of a threat. */
static const struct { struct slice type; enum policy_category category; } categories[] = {
	{ S_INIT("identity"), CATEGORY_CONTACT }, { S_INIT("location"), CATEGORY_CONTACT },
	{ S_INIT("sighting"), CATEGORY_ABUSE_REPORT }, { S_INIT("observed-data"), CATEGORY_ABUSE_REPORT },
	{ S_INIT("report"), CATEGORY_CASE_FILE }, { S_INIT("grouping"), CATEGORY_CASE_FILE },
	{ S_INIT("incident"), CATEGORY_CASE_FILE }, { S_INIT("note"), CATEGORY_CASE_FILE }, { S_INIT("opinion"), CATEGORY_CASE_FILE },
	{ S_INIT("artifact"), CATEGORY_CASE_FILE },
};

void
gate_object_record(const struct stix_object *o, struct policy_record *out, bool *person_out)
{
	bool body = json_get(o->json, S("body")) != NULL || json_get(o->json, S("body_multipart")) != NULL ||
	    json_get(o->json, S("raw_email_ref")) != NULL, known;
	const struct stix_own *kind = stix_own_find(o->type_name);
	enum tlp part;

	*out = (struct policy_record){ .class = CLASS_UNDETERMINED, .country = SLICE_NONE, .fqdn = SLICE_NONE,
		/* What the standard does not know may hold anything. */
		.category = o->type == NULL ? CATEGORY_CASE_FILE : o->class == STIX_SCO ? CATEGORY_ABUSE_REPORT : CATEGORY_INDICATOR };
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
		if (slice_eq(o->type_name, categories[i].type))
			out->category = categories[i].category;
	}
	if (kind != NULL)
		out->category = kind->category;
	if (slice_eq(o->type_name, S("email-message")))
		out->category = body ? CATEGORY_SPAM_CONTENT : CATEGORY_SPAM_SAMPLE;
	out->tlp = stix_object_tlp(o, GATE_OBJECT_UNMARKED, &known);
	/* A mark on a part of it holds for the whole: parts are not taken out. */
	JSON_EACH (m, json_get(o->json, S("granular_markings"))) {
		if (stix_tlp_find(json_text(json_get(m, S("marking_ref"))), &part) && part > out->tlp)
			out->tlp = part;
	}
	*person_out = slice_eq(o->type_name, S("email-addr")) || slice_eq(o->type_name, S("user-account")) ||
	    slice_eq(o->type_name, S("email-message")) ||
	    (slice_eq(o->type_name, S("identity")) && slice_eq(json_text(json_get(o->json, S("identity_class"))), S("individual")));
}

/* An object is whole or not there: where people are to be reduced, what is about one stays here. */
static bool
people_allowed(const struct policy_answer *a, bool person)
{
	return !person || (a->clause->personal.accounts == PERSONAL_WHOLE && a->clause->personal.recipients == PERSONAL_WHOLE);
}

static bool
failed(struct gate_object *g, const struct err *why)
{
	if (g->e.code == ERR_NONE)
		g->e = *why;
	return false;
}

bool
gate_object_may(void *cookie, const struct object_row *row)
{
	struct gate_object *g = cookie;
	struct policy_record record;
	struct gate_item item = { .record = slice_of_str(row->id), .what = &record };
	struct policy_answer answer;
	struct stix_object o = { .id = SLICE_NONE };
	struct err why = ERR_INIT;
	struct origin origin;
	bool person, others = false;

	if (g->e.code != ERR_NONE)
		return false;
	if (g->listed != NULL && listed_object(g->listed, row))
		return false;
	arena_reset(&g->a);
	if (g->not_back) {
		if (!origin_get(g->store, item.record, &g->a, &origin, &others, &why))
			return failed(g, &why);
		if (others && slice_eq(origin.party, gate_partner_who(g->gate)->id))
			return false;
	}
	/* It was checked when it came; what cannot be read any more goes nowhere. */
	if (!stix_read(row->bytes, &g->a, &o, &why))
		return false;
	gate_object_record(&o, &record, &person);
	/* A sighting says that its indicator is known here. */
	item.of = json_text(json_get(o.json, S("sighting_of_ref")));
	if (!gate_partner_ask(g->gate, &item, g->purpose, g->now_s, &answer, &why))
		return failed(g, &why);
	if (answer.allowed && !people_allowed(&answer, person))
		return false;
	return gate_partner_pass(g->gate, &item, g->purpose, g->now_s, &answer, &why) ? answer.allowed : failed(g, &why);
}

/*
 * What is there without an origin is our own, and what is under another's clause is
 * that one's: that a partner has it too, and sends it, does not put it under the
 * partner's clause, by which it would go further, or go when its time is over.
 */
enum whose { WHOSE_OTHERS, WHOSE_OURS, WHOSE_OURS_CHANGED, WHOSE_FAILED };

static enum whose
whose_is(struct gate_object *g, const struct stix_object *o, struct err *e)
{
	bool any, same, others = false;
	struct origin origin;

	if (!object_there(g->store, o, &any, &same, e))
		return WHOSE_FAILED;
	if (!any)
		return WHOSE_OTHERS;
	arena_reset(&g->a);
	if (!origin_get(g->store, o->id, &g->a, &origin, &others, e))
		return WHOSE_FAILED;
	if (others && slice_eq(origin.party, gate_partner_who(g->gate)->id))
		return WHOSE_OTHERS;
	return same ? WHOSE_OURS : WHOSE_OURS_CHANGED;
}

bool
gate_object_receive(void *cookie, const struct stix_object *o, struct err *why)
{
	struct gate_object *g = cookie;
	struct policy_record record;
	struct gate_item item = { .record = o->id, .what = &record };
	struct policy_answer answer;
	bool person;

	switch (whose_is(g, o, why)) {
	case WHOSE_FAILED:
		return failed(g, why);
	case WHOSE_OURS:
		return true;
	case WHOSE_OURS_CHANGED:
		return err_set(why, ERR_DENIED, "it is another version of what we have from elsewhere, or is our own; it is not the sender's to change");
	case WHOSE_OTHERS:
		break;
	}
	gate_object_record(o, &record, &person);
	if (!gate_partner_receive(g->gate, &item, g->purpose, g->now_s, &answer, why))
		return failed(g, why);
	return answer.allowed || err_set(why, ERR_DENIED, "no agreement covers it: %s", T(answer.reason));
}

bool
gate_object_source(void *cookie, const struct stix_object *o, struct err *why)
{
	struct gate_object *g = cookie;
	struct policy_record record;
	struct origin origin;
	enum whose whose = whose_is(g, o, why);
	bool person, others = false;

	if (whose == WHOSE_FAILED)
		return failed(g, why);
	if (whose == WHOSE_OURS)
		return true;
	/* A source's own later versions come so, as what of it is CLEAR has no origin. */
	gate_object_record(o, &record, &person);
	arena_reset(&g->a);
	if (!origin_get(g->store, o->id, &g->a, &origin, &others, why))
		return failed(g, why);
	/* What came under a clause before stays under it; what is CLEAR may go where it likes, people apart. */
	if (others || (record.tlp == TLP_CLEAR && !person))
		return true;
	return origin_put_source(g->store, o->id, gate_partner_who(g->gate)->id, g->now_s, why) || failed(g, why);
}
