/*
 * agreement_text: the text of an agreement, from canonical JSON. docs/agreements.md
 * shows one.
 */
#include "model/agreement_room.h"

static const char *kind_word(int i) { return agreement_kind_name((enum agreement_kind)i); }
static const char *category_word(int i) { return policy_category_name((enum policy_category)i); }
static const char *purpose_word(int i) { return policy_purpose_name((enum policy_purpose)i); }
static const char *tlp_word(int i) { return tlp_name((enum tlp)i); }
static const char *personal_word(int i) { return personal_name((enum personal)i); }
static const char *exclude_word(int i) { return exclude_name((enum exclude)i); }
static const char *lang_word(int i) { return lang_tag((enum lang)i); }

static bool
no_memory(const struct arena *a, struct err *e)
{
	return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

static bool
personal_read(const struct json *j, struct agreement_personal *p, struct err *e)
{
	static const char *const names[] = { "recipients", "accounts", "victims", "v4_bits", "v6_bits", "ground", NULL };
	int recipients, accounts, victims;
	uint32_t v4, v6;

	if (!doc_object(j, names, e) ||
	    !doc_word(j, "recipients", personal_word, PERSONAL_COUNT, &recipients, e) ||
	    !doc_word(j, "accounts", personal_word, PERSONAL_COUNT, &accounts, e) ||
	    !doc_word(j, "victims", personal_word, PERSONAL_COUNT, &victims, e) ||
	    !doc_number(j, "v4_bits", 0, 32, &v4, e) || !doc_number(j, "v6_bits", 0, 128, &v6, e) ||
	    !doc_text(j, "ground", 1000, true, &p->ground, e))
		return false;
	p->recipients = (enum personal)recipients;
	p->accounts = (enum personal)accounts;
	p->victims = (enum personal)victims;
	p->v4_bits = (uint8_t)v4;
	p->v6_bits = (uint8_t)v6;
	if (p->ground.len == 0 && (recipients == PERSONAL_WHOLE || accounts == PERSONAL_WHOLE || victims == PERSONAL_WHOLE))
		return err_set(e, ERR_INPUT, "ground: personal data goes whole for a reason that is written here");
	return true;
}

/* "none", "same-agreement", or a list of parties. */
static bool
onward_read(const struct json *j, struct agreement_clause *c, struct arena *a, struct err *e)
{
	const struct json *m = json_get(j, S("onward"));

	if (json_is(m, JSON_STRING) && slice_eq(m->text, S("none"))) {
		c->onward = ONWARD_NONE;
		return true;
	}
	if (json_is(m, JSON_STRING) && slice_eq(m->text, S("same-agreement"))) {
		c->onward = ONWARD_SAME;
		return true;
	}
	if (!json_is(m, JSON_ARRAY) || m->count == 0 || m->count > AGREEMENT_PARTIES_MAX)
		return err_set(e, ERR_INPUT, "onward: expected \"none\", \"same-agreement\" or a list of parties");
	c->onward = ONWARD_NAMED;
	c->named = arena_array(a, m->count, sizeof(*c->named));
	if (c->named == NULL)
		return no_memory(a, e);
	JSON_EACH (item, m) {
		if (!agreement_id_ok(json_text(item)))
			return err_set(e, ERR_INPUT, "onward: %s is no party's name", QUOTE(json_text(item)));
		c->named[c->named_count++] = item->text;
	}
	return true;
}

static bool
clause_read(const struct json *j, uint32_t number, struct agreement_clause *c, struct arena *a, struct err *e)
{
	static const char *const names[] = { "number", "category", "purposes", "tlp", "personal", "retention_days", "onward", "excluded", NULL };
	uint32_t must = 1u << EXCLUDE_EXPRESSION | 1u << EXCLUDE_CHILDREN;
	int category, tlp;

	if (!doc_object(j, names, e) || !doc_number(j, "number", number, number, &c->number, e) ||
	    !doc_word(j, "category", category_word, CATEGORY_COUNT, &category, e) ||
	    !doc_words(j, "purposes", purpose_word, PURPOSE_COUNT, &c->purposes, e) ||
	    /* What is RED is for those in the room: no clause lets it go by itself. */
	    !doc_word(j, "tlp", tlp_word, TLP_RED, &tlp, e) ||
	    !doc_number(j, "retention_days", 1, AGREEMENT_DAYS_MAX, &c->retention_days, e) ||
	    !onward_read(j, c, a, e) || !doc_words(j, "excluded", exclude_word, EXCLUDE_COUNT, &c->excluded, e))
		return false;
	c->category = (enum policy_category)category;
	c->tlp = (enum tlp)tlp;
	if (c->purposes == 0)
		return err_set(e, ERR_INPUT, "purposes: at least one");
	if ((c->excluded & must) != must)
		return err_set(e, ERR_INPUT, "excluded: \"expression\" and \"children\" are excluded in every clause");
	return personal_read(json_get(j, S("personal")), &c->personal, e) || err_within(e, "personal");
}

static bool
clauses_read(const struct json *j, struct agreement_text *t, struct arena *a, struct err *e)
{
	const struct json *m = json_get(j, S("clauses"));

	if (!json_is(m, JSON_ARRAY) || m->count == 0 || m->count > AGREEMENT_CLAUSES_MAX)
		return err_set(e, ERR_INPUT, "clauses: expected a list of 1 to %d", AGREEMENT_CLAUSES_MAX);
	t->clauses = arena_array(a, m->count, sizeof(*t->clauses));
	if (t->clauses == NULL)
		return no_memory(a, e);
	JSON_EACH (item, m) {
		if (!clause_read(item, t->clause_count + 1, &t->clauses[t->clause_count], a, e))
			return err_within(e, "clause %u", t->clause_count + 1);
		t->clause_count++;
	}
	return true;
}

static bool
parties_read(const struct json *j, struct agreement_text *t, struct arena *a, struct err *e)
{
	const struct json *m = json_get(j, S("parties"));

	if (!json_is(m, JSON_ARRAY) || m->count > AGREEMENT_PARTIES_MAX)
		return err_set(e, ERR_INPUT, "parties: expected a list of at most %d", AGREEMENT_PARTIES_MAX);
	if (t->version > 1 && m->count > 0)
		return err_set(e, ERR_INPUT, "parties: an amended text names none; who joins is invited");
	t->parties = arena_array(a, (size_t)m->count + 1, sizeof(*t->parties));
	if (t->parties == NULL)
		return no_memory(a, e);
	JSON_EACH (item, m) {
		struct agreement_party *p = &t->parties[t->party_count++];

		if (!doc_party(item, true, p, e))
			return err_within(e, "party %u", t->party_count);
		for (uint32_t i = 0; i + 1 < t->party_count; i++) {
			if (slice_eq(t->parties[i].id, p->id) || ed25519_key_eq(&t->parties[i].key, &p->key))
				return err_set(e, ERR_INPUT, "parties: %s stands there twice, or has another's key", QUOTE(p->id));
		}
		/* The lead may be a party, too: then it is the same one. */
		if (slice_eq(p->id, t->lead.id) != ed25519_key_eq(&p->key, &t->lead.key))
			return err_set(e, ERR_INPUT, "parties: %s has the lead's name or its key, and not both", QUOTE(p->id));
	}
	return true;
}

static bool
titles_read(const struct json *j, struct agreement_text *t, struct err *e)
{
	const struct json *m = json_get(j, S("titles"));
	enum lang lang;

	if (!json_is(m, JSON_OBJECT) || m->count == 0)
		return err_set(e, ERR_INPUT, "titles: expected at least one, under its language");
	JSON_EACH (item, m) {
		char tag[3] = "";

		if (item->key.len == 2)
			memcpy(tag, item->key.p, 2);
		if (!lang_parse(tag, &lang) || !slice_eq(slice_of_str(lang_tag(lang)), item->key))
			return err_set(e, ERR_INPUT, "%s: %s is none of ar, zh, en, fr, ru, es", "titles", QUOTE(item->key));
		if (!doc_text(m, tag, 300, false, &t->titles[lang], e))
			return err_within(e, "titles");
	}
	return true;
}

static bool
wordings_read(const struct json *j, struct agreement_text *t, struct err *e)
{
	const struct json *m = json_get(j, S("wordings"));
	enum lang lang;

	if (!json_is(m, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "wordings: expected the SHA-256 of each wording, under its language");
	JSON_EACH (item, m) {
		char tag[3] = "";

		if (item->key.len == 2)
			memcpy(tag, item->key.p, 2);
		if (!lang_parse(tag, &lang) || !slice_eq(slice_of_str(lang_tag(lang)), item->key))
			return err_set(e, ERR_INPUT, "%s: %s is none of ar, zh, en, fr, ru, es", "wordings", QUOTE(item->key));
		t->wordings[lang].there = true;
		if (!doc_sha(m, tag, &t->wordings[lang].sha, e))
			return err_within(e, "wordings");
	}
	if (!doc_words(j, "authentic", lang_word, LANG_COUNT, &t->authentic, e))
		return false;
	for (unsigned l = 0; l < LANG_COUNT; l++) {
		if ((t->authentic >> l & 1) != 0 && !t->wordings[l].there)
			return err_set(e, ERR_INPUT, "authentic: there is no wording in \"%s\"", lang_tag((enum lang)l));
	}
	return t->authentic != 0 || err_set(e, ERR_INPUT, "authentic: at least one wording is");
}

static bool
rules_read(const struct json *j, struct agreement_text *t, struct err *e)
{
	static const char *const force_names[] = { "count", "delay_days", NULL }, *const term_names[] = { "days", "renewals", NULL };
	const struct json *force = json_get(j, S("in_force")), *term = json_get(j, S("term"));

	if (!doc_object(force, force_names, e) ||
	    !doc_number(force, "count", 1, AGREEMENT_PARTIES_MAX, &t->force_count, e) ||
	    !doc_number(force, "delay_days", 0, AGREEMENT_DAYS_MAX, &t->force_delay_days, e))
		return err_within(e, "in_force");
	if (!doc_object(term, term_names, e) || !doc_number(term, "days", 0, AGREEMENT_DAYS_MAX, &t->term_days, e) ||
	    !doc_number(term, "renewals", 0, 100, &t->renewals, e))
		return err_within(e, "term");
	return doc_number(j, "notice_days", 0, AGREEMENT_DAYS_MAX, &t->notice_days, e);
}

static bool
text_of(const struct json *j, struct arena *a, struct agreement_text *t, struct err *e)
{
	static const char *const names[] = { "form", "id", "kind", "version", "titles", "wordings", "authentic", "lead", "parties",
		"in_force", "term", "notice_days", "clauses", NULL };
	int kind;

	if (!doc_object(j, names, e))
		return false;
	if (!slice_eq(json_text(json_get(j, S("form"))), S("entente agreement 1")))
		return err_set(e, ERR_INPUT, "form: expected \"entente agreement 1\"");
	if (!doc_id(j, "id", &t->id, e) || !doc_word(j, "kind", kind_word, AGREEMENT_KIND_COUNT, &kind, e) ||
	    !doc_number(j, "version", 1, AGREEMENT_VERSIONS_MAX, &t->version, e) ||
	    !titles_read(j, t, e) || !wordings_read(j, t, e))
		return false;
	t->kind = (enum agreement_kind)kind;
	if (!doc_party(json_get(j, S("lead")), false, &t->lead, e))
		return err_within(e, "lead");
	return parties_read(j, t, a, e) && rules_read(j, t, e) && clauses_read(j, t, a, e);
}

bool
agreement_text_read(struct slice json, struct arena *a, struct agreement_text *out, struct err *e)
{
	const struct json *j;

	*out = (struct agreement_text){ .json = json };
	if (!json_canon_check(json, &agreement_text_limits, a, &j, e) || !text_of(j, a, out, e))
		return err_within(e, "agreement");
	out->sha = sha256_of(json);
	return true;
}

bool
agreement_draft_read(struct slice json, struct arena *a, struct agreement_text *out,
    struct buf *canonical, struct err *e)
{
	return json_canon(json, &agreement_text_limits, a, canonical, e) &&
	    agreement_text_read(buf_view(canonical), a, out, e);
}

struct slice
agreement_title(const struct agreement_text *t, enum lang lang)
{
	if (t->titles[lang].p != NULL)
		return t->titles[lang];
	/* An authentic one, English first among them; then any. */
	for (int authentic = 1; authentic >= 0; authentic--) {
		for (unsigned i = 0; i <= LANG_COUNT; i++) {
			unsigned l = i == 0 ? LANG_EN : i - 1;

			if (t->titles[l].p != NULL && (authentic == 0 || (t->authentic >> l & 1) != 0))
				return t->titles[l];
		}
	}
	return t->id;
}

unsigned
agreement_wording_order(const struct agreement_text *t, enum lang asked, enum lang out[LANG_COUNT])
{
	unsigned n = 0;

	if (t->wordings[asked].there)
		out[n++] = asked;
	for (unsigned i = 0; i <= LANG_COUNT; i++) {
		unsigned l = i == 0 ? LANG_EN : i - 1;

		if ((t->authentic >> l & 1) != 0 && l != asked && (i == 0 || l != LANG_EN))
			out[n++] = (enum lang)l;
	}
	return n;
}

const struct agreement_clause *
agreement_clause_find(const struct agreement_text *t, uint32_t number)
{
	return number >= 1 && number <= t->clause_count ? &t->clauses[number - 1] : NULL;
}
