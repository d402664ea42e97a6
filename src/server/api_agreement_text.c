/*
 * api_agreement_text: what an agreement says: its titles and wordings in up to
 * six languages, and the text itself, which the program keeps to; of each of its
 * versions, one that waits to be put in force included.
 */
#include "server/api_agreement.h"

static const char *const langs[LANG_COUNT + 1] = { [LANG_AR] = "ar", [LANG_ZH] = "zh", [LANG_EN] = "en", [LANG_FR] = "fr", [LANG_RU] = "ru", [LANG_ES] = "es" };

/* The version that is asked for, else the one that acts name now. */
static bool
text_find(struct api_call *c, const struct agreement **g_out, const struct agreement_text **out, struct err *e)
{
	int64_t version;

	if (!api_agreement_find(c, api_text_of(c, "id"), g_out, e))
		return false;
	version = api_int_of(c, "version", (*g_out)->version);
	if (version > (*g_out)->text_count)
		return api_fault(c, "version"), err_set(e, ERR_ABSENT, "it has %u versions", (*g_out)->text_count);
	/* What waits to be put in force is nobody's affair but its drafters'. */
	if (version > (*g_out)->version && c->who->kind == WHO_PARTNER)
		return err_set(e, ERR_ABSENT, "it has %u versions", (*g_out)->version);
	*out = (*g_out)->texts[version - 1];
	return true;
}

static void
wordings_put(struct json_out *j, const struct agreement_text *t)
{
	json_out_key(j, S("wordings"));
	json_out_array(j);
	for (unsigned l = 0; l < LANG_COUNT; l++) {
		char hex[SHA256_HEX + 1];

		if (!t->wordings[l].there)
			continue;
		sha256_hex(&t->wordings[l].sha, hex);
		json_out_object(j);
		json_out_key_text(j, S("lang"), slice_of_str(langs[l]));
		json_out_key(j, S("authentic"));
		json_out_bool(j, (t->authentic >> l & 1) != 0);
		json_out_key_text(j, S("sha256"), slice_of_str(hex));
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static bool
text(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	const struct agreement *g;
	const struct agreement_text *t;
	struct slice wording = SLICE_NONE;
	bool found;
	enum lang lang = c->r->lang;

	if (!text_find(c, &g, &t, e))
		return false;
	if (api_given(c, "lang"))
		(void)lang_parse(arena_str(c->a, api_text_of(c, "lang")), &lang);
	found = agree_wording_find(c->api->node->store, t, lang, c->a, &wording, &lang, e);
	if (!found && e->code != ERR_ABSENT)
		return false;
	if (!found)
		*e = (struct err)ERR_INIT;
	json_out_object(j);
	json_out_key_int(j, S("version"), t->version);
	json_out_key_int(j, S("versions"), c->who->kind == WHO_PARTNER ? g->version : g->text_count);
	json_out_key(j, S("waits"));
	json_out_bool(j, t->version > g->version);
	json_out_key(j, S("titles"));
	json_out_object(j);
	for (unsigned l = 0; l < LANG_COUNT; l++) {
		if (t->titles[l].p != NULL)
			json_out_key_text(j, slice_of_str(langs[l]), t->titles[l]);
	}
	json_out_object_end(j);
	wordings_put(j, t);
	api_put_text(j, S("lang"), found ? slice_of_str(langs[lang]) : SLICE_NONE);
	/* One that is no text (a PDF, say) is for the address beside. */
	api_put_text(j, S("wording"), found && slice_utf8_ok(wording) ? wording : SLICE_NONE);
	json_out_key_text(j, S("json"), t->json);
	json_out_object_end(j);
	return true;
}

static bool
wording(struct api_call *c, struct err *e)
{
	const struct agreement *g;
	const struct agreement_text *t;
	struct slice bytes = SLICE_NONE;
	bool found = false;
	enum lang lang = LANG_EN;

	if (!text_find(c, &g, &t, e))
		return false;
	if (lang_parse(arena_str(c->a, api_text_of(c, "lang")), &lang) && t->wordings[lang].there &&
	    !agreement_wording_get(c->api->node->store, &t->wordings[lang].sha, c->a, &bytes, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no wording in \"%s\"", lang_tag(lang));
	buf_put(&c->out->body, bytes);
	/* A party's bytes: never a page of ours. */
	return api_header(c->out, "Content-Disposition", S("attachment")) || err_set(e, ERR_INTERNAL, "a header could not be written");
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

static const struct api_value lang_value = { .type = API_WORD, .words = langs };
static const struct api_value version_value = { .type = API_INT, .min = 1, .max = AGREEMENT_VERSIONS_MAX };
static const struct api_value long_text = { .type = API_TEXT, .max = INT64_MAX };
static const struct api_member titles_members[] = {
	{ "ar", &api_text, 0, NULL }, { "zh", &api_text, 0, NULL }, { "en", &api_text, 0, NULL },
	{ "fr", &api_text, 0, NULL }, { "ru", &api_text, 0, NULL }, { "es", &api_text, 0, NULL }, END,
};
static const struct api_value titles_value = { .type = API_OBJECT, .members = titles_members };
static const struct api_member wording_members[] = {
	{ "lang", &lang_value, API_REQUIRED, NULL },
	{ "authentic", &api_bool, API_REQUIRED, NULL },
	{ "sha256", &api_agreement_sha, API_REQUIRED, NULL },
	END,
};
static const struct api_value wording_value = { .type = API_OBJECT, .members = wording_members };
static const struct api_value wording_items = { .type = API_ARRAY, .items = &wording_value, .max = LANG_COUNT };
static const struct api_member text_members[] = {
	{ "version", &api_count, API_REQUIRED, NULL },
	{ "versions", &api_count, API_REQUIRED, NULL },
	{ "waits", &api_bool, API_REQUIRED, "It is in force for nobody yet: an amendment that was not opened" },
	{ "titles", &titles_value, API_REQUIRED, NULL },
	{ "wordings", &wording_items, API_REQUIRED, NULL },
	{ "lang", &lang_value, API_REQUIRED | API_NULL, "Of the wording" },
	{ "wording", &long_text, API_REQUIRED | API_NULL, "null: it is not here, or is no text (then it has an address of its own)" },
	{ "json", &long_text, API_REQUIRED, "The text, canonical JSON (RFC 8785), byte for byte" },
	END,
};
static const struct api_value text_value = { .type = API_OBJECT, .members = text_members, .name = "AgreementText" };

static const struct api_param text_params[] = {
	{ "id", API_PATH, &api_agreement_name, true, NULL },
	{ "version", API_QUERY, &version_value, false, "The one that holds" },
	{ "lang", API_QUERY, &lang_value, false, "Else the reader's; where it is not here, one that is authentic" },
	PARAMS_END,
};
static const struct api_param wording_params[] = {
	{ "id", API_PATH, &api_agreement_name, true, NULL },
	{ "lang", API_PATH, &lang_value, true, NULL },
	{ "version", API_QUERY, &version_value, false, "The one that holds" },
	PARAMS_END,
};

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/agreements/{id}/text", .right = RIGHT_AGREEMENTS_READ, .flags = API_PARTNER, .run = text,
	    .summary = "What an agreement says, in a language", .params = text_params, .answer = &text_value },
	{ .method = API_GET, .path = "/api/v1/agreements/{id}/wordings/{lang}", .right = RIGHT_AGREEMENTS_READ, .flags = API_PARTNER, .run = wording,
	    .summary = "A wording's own bytes", .params = wording_params, .type = "application/octet-stream" },
};

const struct api_room api_agreement_text_room = { "agreements", routes, sizeof(routes) / sizeof(routes[0]) };
