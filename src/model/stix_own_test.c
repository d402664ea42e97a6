/* Our own kinds: checked as strictly as the standard's, and defined for who does not know them. */
#include "model/stix_own.h"

#include <stdio.h>
#include <string.h>

#include "model/agreement.h"
#include "test.h"

#define HEAD "{\"type\":\"entente-contact\",\"spec_version\":\"2.1\",\"id\":\"entente-contact--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\"," \
	"\"created\":\"2026-01-02T03:04:05.678Z\",\"modified\":\"2026-01-02T03:04:05.678Z\",\"extensions\":{\"%s\":{\"extension_type\":\"%s\"}%s}%s}"
#define REF "\"identity_ref\":\"identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\""
#define WHOLE "," REF ",\"scope\":\"asn\",\"value\":\"64500\",\"emails\":[\"abuse@net.example\"]"

static const struct { const char *kind, *extensions, *rest, *wrong; } cases[] = {
	{ "new-sdo", "", WHOLE, NULL },
	{ "new-sdo", "", WHOLE ",\"url\":\"https://net.example/\",\"checked\":\"2026-01-01T00:00:00Z\",\"notice_lang\":\"fr\",\"formats\":[\"csv\",\"xarf\"],\"x_own\":1", NULL },
	/* somebody's extension beside ours is kept */
	{ "new-sdo", ",\"extension-definition--11111111-1111-4111-8111-111111111111\":{\"extension_type\":\"property-extension\",\"rank\":5}", WHOLE, NULL },
	{ "new-sro", "", WHOLE, "extensions" },
	{ "new-sdo", "", ",\"scope\":\"asn\",\"value\":\"64500\",\"emails\":[\"abuse@net.example\"]", "identity_ref" },
	{ "new-sdo", "", ",\"identity_ref\":\"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f\",\"scope\":\"asn\",\"value\":\"1\",\"emails\":[\"a@b.example\"]", "identity_ref" },
	{ "new-sdo", "", "," REF ",\"scope\":\"world\",\"value\":\"1\",\"emails\":[\"a@b.example\"]", "scope" },
	{ "new-sdo", "", "," REF ",\"scope\":\"asn\",\"value\":64500,\"emails\":[\"a@b.example\"]", "value" },
	{ "new-sdo", "", "," REF ",\"scope\":\"asn\",\"value\":\"1\",\"emails\":[]", "emails" },
	{ "new-sdo", "", "," REF ",\"scope\":\"asn\",\"value\":\"1\",\"emails\":[\"nobody\"]", "emails[0]" },
	{ "new-sdo", "", "," REF ",\"scope\":\"asn\",\"value\":\"1\"", "must have at least one of: emails url" },
	{ "new-sdo", "", WHOLE ",\"checked\":\"yesterday\"", "checked" },
	{ "new-sdo", "", WHOLE ",\"formats\":[\"pdf\"]", "formats[0]" },
};

TEST(as_strict)
{
	const struct stix_own *k = stix_own_find(S("entente-contact"));
	char id[STIX_ID_MAX], text[2048];

	stix_own_id(k, id);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stix_object o;
		struct err e = ERR_INIT;
		struct arena a;

		(void)snprintf(text, sizeof(text), HEAD, id, cases[i].kind, cases[i].extensions, cases[i].rest);
		test_case("%s", text);
		arena_init(&a, 1 << 20);
		if (cases[i].wrong == NULL) {
			CHECK_OK(stix_read(slice_of_str(text), &a, &o, &e), &e);
			CHECK(o.type == &k->type && o.class == STIX_SDO);
		} else {
			CHECK(!stix_read(slice_of_str(text), &a, &o, &e));
			CHECK(strncmp(e.text, cases[i].wrong, strlen(cases[i].wrong)) == 0);
		}
		arena_fini(&a);
	}
}

/* Each definition is an object of the standard, and its schema is JSON that names what is required. */
TEST(defined)
{
	for (size_t i = 0; stix_own_at(i) != NULL; i++) {
		const struct stix_own *k = stix_own_at(i);
		char id[STIX_ID_MAX];
		const struct json *schema;
		struct stix_object o;
		struct err e = ERR_INIT;
		struct arena a;
		struct buf b;
		size_t n = 0;

		test_case("%.*s", SLICE_ARG(k->type.name));
		arena_init(&a, 1 << 20);
		buf_init(&b, 1 << 20);
		stix_own_definition(k, &b);
		CHECK_OK(stix_read(buf_view(&b), &a, &o, &e), &e);
		stix_own_id(k, id);
		CHECK_SLICE(o.id, slice_of_str(id));
		CHECK_OK(json_parse(json_text(json_get(o.json, S("schema"))), &STIX_LIMITS, &a, &schema, &e), &e);
		for (size_t p = 0; p < k->type.count; p++) {
			n += k->type.props[p].required;
			CHECK(json_get(json_get(schema, S("properties")), k->type.props[p].name) != NULL);
		}
		CHECK_INT(json_get(schema, S("required"))->count, n);
		CHECK(stix_own_find(k->type.name) == k && stix_type_find(k->type.name) == &k->type);
		arena_fini(&a);
		buf_fini(&b);
	}
	CHECK(stix_own_find(S("indicator")) == NULL);
}

static const char *
words_of(struct slice part, struct slice name)
{
	const struct stix_type *t = stix_part_find(part);

	for (size_t i = 0; t != NULL && i < t->count; i++) {
		if (slice_eq(t->props[i].name, name))
			return t->props[i].arg;
	}
	return "";
}

/* A word that the model has and the row has not could never be handed on. */
TEST(words_are_the_models)
{
	for (unsigned i = 0; i < CATEGORY_COUNT; i++)
		CHECK(stix_word_in(words_of(S("entente-clause"), S("category")), slice_of_str(policy_category_name((enum policy_category)i))));
	for (unsigned i = 0; i < PURPOSE_COUNT; i++)
		CHECK(stix_word_in(words_of(S("entente-clause"), S("purposes")), slice_of_str(policy_purpose_name((enum policy_purpose)i))));
	for (unsigned i = 0; i < EXCLUDE_COUNT; i++)
		CHECK(stix_word_in(words_of(S("entente-clause"), S("excluded")), slice_of_str(exclude_name((enum exclude)i))));
	for (unsigned i = 0; i < ADHESION_STATE_COUNT; i++) {
		test_case("%s", adhesion_state_name((enum adhesion_state)i));
		CHECK(stix_word_in(words_of(S("entente-party"), S("state")), slice_of_str(adhesion_state_name((enum adhesion_state)i))));
	}
	for (unsigned i = 0; i < PARTY_ROLE_COUNT; i++)
		CHECK(stix_word_in(words_of(S("entente-party"), S("role")), slice_of_str(party_role_name((enum party_role)i))));
	for (unsigned i = 0; i < AGREEMENT_STATE_COUNT; i++) {
		const struct stix_own *k = stix_own_find(S("entente-agreement"));
		const char *words = "";

		for (size_t p = 0; p < k->type.count; p++)
			words = slice_eq(k->type.props[p].name, S("state")) ? k->type.props[p].arg : words;
		CHECK(stix_word_in(words, slice_of_str(agreement_state_name((enum agreement_state)i))));
	}
}

int
main(void)
{
	RUN(as_strict);
	RUN(defined);
	RUN(words_are_the_models);
	return test_end();
}
