#include "model/stix_own.h"

#define PROPS(a) .props = (a), .count = sizeof(a) / sizeof((a)[0])
#define PURPOSES "notify statistics protect"
#define CATEGORIES "contact statistics abuse-report indicator spam-sample spam-content case-file"
#define DEFINED "2026-01-01T00:00:00.000Z" /* of all definitions; no node's clock stands before it */

static const struct stix_prop party_props[] = {
	{ .name = S_INIT("id"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("country"), .kind = STIX_STRING },
	{ .name = S_INIT("role"), .kind = STIX_ENUM, .arg = "member expert donor" },
	{ .name = S_INIT("key"), .kind = STIX_HEX },
	{ .name = S_INIT("state"), .kind = STIX_ENUM, .required = true, .arg = "none invited signed deposited in-force withdrawal-notified left" },
	{ .name = S_INIT("in_force"), .kind = STIX_TIME },
	{ .name = S_INIT("leaves"), .kind = STIX_TIME },
};

static const struct stix_prop clause_props[] = {
	{ .name = S_INIT("number"), .kind = STIX_INTEGER, .required = true, .min = 1, .max = 1000 },
	{ .name = S_INIT("category"), .kind = STIX_ENUM, .required = true, .arg = CATEGORIES },
	{ .name = S_INIT("purposes"), .kind = STIX_ENUM, .required = true, .list = true, .arg = PURPOSES },
	{ .name = S_INIT("tlp"), .kind = STIX_ENUM, .required = true, .arg = "CLEAR GREEN AMBER AMBER+STRICT" },
	{ .name = S_INIT("retention_days"), .kind = STIX_INTEGER, .required = true, .min = 1, .max = 36525 },
	{ .name = S_INIT("onward"), .kind = STIX_ENUM, .required = true, .arg = "none same-agreement named" },
	{ .name = S_INIT("onward_to"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("profile"), .kind = STIX_STRING },
	{ .name = S_INIT("excluded"), .kind = STIX_ENUM, .list = true, .arg = "expression children commerce profiling" },
};

static const struct stix_type parts[] = {
	{ .name = S_INIT("entente-clause"), .class = STIX_PART, PROPS(clause_props) },
	{ .name = S_INIT("entente-party"), .class = STIX_PART, PROPS(party_props) },
};

static const struct stix_prop agreement_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("agreement_id"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("agreement_kind"), .kind = STIX_ENUM, .required = true, .arg = "memorandum technical-cooperation project" },
	{ .name = S_INIT("agreement_version"), .kind = STIX_INTEGER, .required = true, .min = 1, .max = 64 },
	{ .name = S_INIT("state"), .kind = STIX_ENUM, .required = true, .arg = "draft open in-force amended ended" },
	{ .name = S_INIT("lead"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("text_hashes"), .kind = STIX_HASHES, .required = true, .arg = "known" },
	{ .name = S_INIT("in_force"), .kind = STIX_TIME },
	{ .name = S_INIT("ends"), .kind = STIX_TIME },
	{ .name = S_INIT("parties"), .kind = STIX_EMBEDDED, .required = true, .list = true, .arg = "entente-party" },
	{ .name = S_INIT("clauses"), .kind = STIX_EMBEDDED, .required = true, .list = true, .arg = "entente-clause" },
};

static const struct stix_prop contact_props[] = {
	{ .name = S_INIT("identity_ref"), .kind = STIX_REF, .required = true, .arg = "identity" },
	{ .name = S_INIT("scope"), .kind = STIX_ENUM, .required = true, .arg = "prefix domain asn country" },
	{ .name = S_INIT("value"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("emails"), .kind = STIX_MAILBOX, .list = true },
	{ .name = S_INIT("notice_lang"), .kind = STIX_LANG },
	{ .name = S_INIT("formats"), .kind = STIX_ENUM, .list = true, .arg = "csv xarf" },
	{ .name = S_INIT("openpgp"), .kind = STIX_HEX },
	{ .name = S_INIT("url"), .kind = STIX_URL },
	{ .name = S_INIT("checked"), .kind = STIX_TIME },
	{ .name = S_INIT("expires"), .kind = STIX_TIME },
};

static const struct stix_own kinds[] = {
	{ .type = { .name = S_INIT("entente-agreement"), .class = STIX_SDO, PROPS(agreement_props),
	      .rules = { { STIX_AFTER, "in_force", "ends" }, { STIX_RULE_END, NULL, NULL } } },
	    .title = "Agreement", .about = "What parties have agreed may flow between them: who is in, since when, and the clauses on data.",
	    .version = "1.0.0", .category = CATEGORY_CASE_FILE },
	{ .type = { .name = S_INIT("entente-contact"), .class = STIX_SDO, PROPS(contact_props),
	      .rules = { { STIX_ONE_OF, "emails url", NULL }, { STIX_RULE_END, NULL, NULL } } },
	    .title = "Contact", .about = "Who answers for a network, a domain, an AS or a country, and how they are told.",
	    .version = "1.0.0", .category = CATEGORY_CONTACT },
};

const struct stix_own *
stix_own_at(size_t i)
{
	return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

const struct stix_own *
stix_own_find(struct slice type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (slice_eq(kinds[i].type.name, type))
			return &kinds[i];
	}
	return NULL;
}

const struct stix_type *
stix_own_part_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (slice_eq(parts[i].name, name))
			return &parts[i];
	}
	return NULL;
}

/* --- definitions ------------------------------------------------------------- */

void
stix_own_id(const struct stix_own *k, char out[STIX_ID_MAX])
{
	struct buf b;

	buf_init(&b, 512);
	buf_str(&b, "entente:");
	buf_put(&b, k->type.name);
	stix_id_make("extension-definition", buf_view(&b), out);
	buf_fini(&b);
}

static void
maker_id(char out[STIX_ID_MAX])
{
	stix_id_make("identity", S("entente"), out);
}

static void
head_put(struct json_out *j, const char *type, const char *id)
{
	json_out_object(j);
	json_out_key_text(j, S("type"), slice_of_str(type));
	json_out_key_text(j, S("spec_version"), S("2.1"));
	json_out_key_text(j, S("id"), slice_of_str(id));
	json_out_key_text(j, S("created"), S(DEFINED));
	json_out_key_text(j, S("modified"), S(DEFINED));
}

void
stix_own_maker(struct buf *out)
{
	char id[STIX_ID_MAX];
	struct json_out j;

	maker_id(id);
	json_out_init(&j, out, false);
	head_put(&j, "identity", id);
	json_out_key_text(&j, S("name"), S("Entente"));
	json_out_key_text(&j, S("identity_class"), S("system"));
	json_out_object_end(&j);
}

/* NOLINTBEGIN(misc-no-recursion): parts hold no parts */
static void schema_members(struct json_out *j, const struct stix_type *t);

/* What a value is, in JSON Schema's words; the rest of what is checked has none. */
static void
schema_value(struct json_out *j, const struct stix_prop *p)
{
	const struct stix_type *part = p->kind == STIX_EMBEDDED ? stix_own_part_find(slice_of_str(p->arg)) : NULL;
	struct slice rest = slice_of_str(p->arg), word;

	if (part != NULL) {
		schema_members(j, part);
		return;
	}
	json_out_object(j);
	json_out_key_text(j, S("type"), p->kind == STIX_INTEGER ? S("integer") : p->kind == STIX_FLOAT ? S("number") : p->kind == STIX_BOOLEAN ? S("boolean") :
	    p->kind == STIX_HASHES || p->kind == STIX_DICT || p->kind == STIX_EMBEDDED ? S("object") : S("string"));
	if (p->kind == STIX_INTEGER && p->max != 0) {
		json_out_key_int(j, S("minimum"), p->min);
		json_out_key_int(j, S("maximum"), p->max);
	}
	if (p->kind == STIX_TIME)
		json_out_key_text(j, S("format"), S("date-time"));
	if (p->kind == STIX_ENUM) {
		json_out_key(j, S("enum"));
		json_out_array(j);
		while (slice_cut(&rest, ' ', &word))
			json_out_text(j, word);
		json_out_array_end(j);
	}
	json_out_object_end(j);
}

static void
schema_members(struct json_out *j, const struct stix_type *t)
{
	json_out_object(j);
	json_out_key_text(j, S("type"), S("object"));
	json_out_key(j, S("required"));
	json_out_array(j);
	for (size_t i = 0; i < t->count; i++) {
		if (t->props[i].required)
			json_out_text(j, t->props[i].name);
	}
	json_out_array_end(j);
	json_out_key(j, S("properties"));
	json_out_object(j);
	for (size_t i = 0; i < t->count; i++) {
		json_out_key(j, t->props[i].name);
		if (t->props[i].list) {
			json_out_object(j);
			json_out_key_text(j, S("type"), S("array"));
			json_out_key_int(j, S("minItems"), 1);
			json_out_key(j, S("items"));
		}
		schema_value(j, &t->props[i]);
		if (t->props[i].list)
			json_out_object_end(j);
	}
	json_out_object_end(j);
	json_out_object_end(j);
}
/* NOLINTEND(misc-no-recursion) */

void
stix_own_definition(const struct stix_own *k, struct buf *out)
{
	char id[STIX_ID_MAX], by[STIX_ID_MAX];
	struct json_out j, schema;
	struct buf text;

	buf_init(&text, (size_t)1 << 20);
	json_out_init(&schema, &text, false);
	schema_members(&schema, &k->type);
	stix_own_id(k, id);
	maker_id(by);
	json_out_init(&j, out, false);
	head_put(&j, "extension-definition", id);
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	json_out_key_text(&j, S("name"), slice_of_str(k->title));
	json_out_key_text(&j, S("description"), slice_of_str(k->about));
	json_out_key_text(&j, S("schema"), buf_view(&text));
	json_out_key_text(&j, S("version"), slice_of_str(k->version));
	json_out_key(&j, S("extension_types"));
	json_out_array(&j);
	json_out_text(&j, S("new-sdo"));
	json_out_array_end(&j);
	json_out_object_end(&j);
	buf_fini(&text);
}

void
stix_own_extensions_put(const struct stix_own *k, struct json_out *j)
{
	char id[STIX_ID_MAX];

	stix_own_id(k, id);
	json_out_key(j, S("extensions"));
	json_out_object(j);
	json_out_key(j, slice_of_str(id));
	json_out_object(j);
	json_out_key_text(j, S("extension_type"), S("new-sdo"));
	json_out_object_end(j);
	json_out_object_end(j);
}

bool
stix_own_declared(const struct stix_own *k, const struct json *object)
{
	char id[STIX_ID_MAX];

	stix_own_id(k, id);
	return slice_eq(json_text(json_get(json_get(json_get(object, S("extensions")), slice_of_str(id)), S("extension_type"))), S("new-sdo"));
}
