#include "share/agree_model.h"

#include <stdio.h>

#include "model/agreement_testing.h"
#include "store/store_testing.h"
#include "test.h"

static struct agreement_party
party(const char *id, const char *name, const char *country, enum party_role role)
{
	struct agreement_party p = kit_party(slice_of_str(id));

	p.name = slice_of_str(name);
	p.country = slice_of_str(country);
	p.role = role;
	return p;
}

static size_t
count_of(struct slice s, struct slice what)
{
	size_t n = 0;

	for (size_t at; (at = slice_find(s, what)) != SIZE_MAX; n++)
		s = slice_from(s, at + what.len);
	return n;
}

/* Every kind makes a draft that is taken, whose wordings say what its clauses do. */
TEST(drafts)
{
	struct agreement_party parties[] = { party("es", "CERT ES", "ES", PARTY_MEMBER), party("x", "Experts & <b>Co</b> {title}", "", PARTY_EXPERT) };
	struct store *s = open_new("model.db");
	struct err e = ERR_INIT;

	for (unsigned k = 0; k < AGREEMENT_KIND_COUNT; k++) {
		struct agree_model m = { .kind = (enum agreement_kind)k, .lead = party("desk", "The Desk", "", PARTY_MEMBER), .parties = parties, .party_count = 2 };
		struct agree_wording w[LANG_COUNT];
		struct agreement_text t;
		struct slice json;
		struct arena a;
		char id[8];

		(void)snprintf(id, sizeof(id), "m%u", k);
		m.id = slice_of_str(id);
		arena_init(&a, 8 << 20);
		m.titles[LANG_FR] = S("Un autre titre");
		test_case("%s", agreement_kind_name(m.kind));
		CHECK_OK(agree_model_make(&m, &a, &json, w, &e), &e);
		CHECK_OK(agree_draft(s, json, w, LANG_COUNT, &a, &t, &e), &e);
		CHECK_INT(t.kind, m.kind);
		CHECK_INT(t.authentic, (1u << LANG_COUNT) - 1);
		CHECK_INT(t.party_count, 2);
		CHECK_SLICE(agreement_title(&t, LANG_FR), S("Un autre titre"));
		for (unsigned l = 0; l < LANG_COUNT; l++) {
			struct slice text = w[l].bytes;
			char number[32];

			test_case("%s, %s", agreement_kind_name(m.kind), lang_tag((enum lang)l));
			CHECK(t.titles[l].len > 0 && t.wordings[l].there);
			CHECK(slice_utf8_ok(text));
			CHECK(slice_find(text, t.titles[l]) == 0);
			CHECK(slice_find(text, S("- CERT ES (ES)\n- Experts & <b>Co</b> {title}\n")) != SIZE_MAX);
			CHECK(slice_find(text, S("The Desk")) != SIZE_MAX);
			/* Every place was filled in; but what a party is called stays that. */
			CHECK_INT(count_of(text, S("{")), 1);
			CHECK_INT(count_of(text, S("@")), 0);
			CHECK_INT(count_of(text, S("\n\n\n")), 0);
			/* As many articles in each language, and a line a clause with its mark and days. */
			CHECK(slice_find(text, S("\n12. ")) != SIZE_MAX && slice_find(text, S("\n13. ")) == SIZE_MAX);
			CHECK_INT(count_of(text, S("\n- ")), 2 + t.clause_count);
			for (uint32_t c = 0; c < t.clause_count; c++) {
				struct slice rest = text, line;
				bool found = false;

				(void)snprintf(number, sizeof(number), " %u ", t.clauses[c].retention_days);
				while (slice_line(&rest, &line))
					found = found || (slice_starts(line, S("- ")) && slice_find(line, slice_of_str(number)) != SIZE_MAX &&
					    slice_find(line, slice_of_str(tlp_name(t.clauses[c].tlp))) != SIZE_MAX);
				CHECK(found);
			}
			(void)snprintf(number, sizeof(number), "%u", t.notice_days);
			CHECK(slice_find(text, slice_of_str(number)) != SIZE_MAX);
		}
		arena_fini(&a);
	}
	store_close(&s);
}

/* A name that could turn a page's writing round is none. */
TEST(hostile_names)
{
	struct agreement_party parties[] = { party("es", "CERT \xe2\x80\xaeSE", "ES", PARTY_MEMBER) };
	struct agree_model m = { .kind = AGREEMENT_MEMORANDUM, .id = S("m"), .lead = party("desk", "Desk", "", PARTY_MEMBER), .parties = parties, .party_count = 1,
		.authentic = 1u << LANG_EN };
	struct store *s = open_new("names.db");
	struct agree_wording w[LANG_COUNT];
	struct agreement_text t;
	struct err e = ERR_INIT;
	struct slice json;
	struct arena a;

	arena_init(&a, 8 << 20);
	CHECK_OK(agree_model_make(&m, &a, &json, w, &e), &e);
	CHECK(!agree_draft(s, json, w, LANG_COUNT, &a, &t, &e));
	CHECK(strstr(e.text, "control characters") != NULL);
	parties[0].name = S("CERT ES");
	m.titles[LANG_EN] = S("On\nspam");
	CHECK_OK(agree_model_make(&m, &a, &json, w, &e), &e);
	CHECK(!agree_draft(s, json, w, LANG_COUNT, &a, &t, &e));
	m.titles[LANG_EN] = SLICE_NONE;
	CHECK_OK(agree_model_make(&m, &a, &json, w, &e), &e);
	CHECK_OK(agree_draft(s, json, w, LANG_COUNT, &a, &t, &e), &e);
	CHECK_INT(t.authentic, 1u << LANG_EN);
	arena_fini(&a);
	store_close(&s);
}

int
main(void)
{
	RUN(drafts);
	RUN(hostile_names);
	return test_end();
}
