/*
 * openapi: the table of routes as OpenAPI 3.1, for programs and for those who
 * write them. Descriptions are English, as every program's are.
 */
#include <stdio.h>

#include "server/api_rooms.h"
#include "server/api_route.h"

#define NAMED_MAX 128

/* Schemas with a name, gathered as they are met. */
struct named {
	const struct api_value *v[NAMED_MAX];
	size_t count;
};

static void schema(struct json_out *j, const struct api_value *v, bool null, struct named *n);

static void
about(struct json_out *j, const char *text)
{
	if (text != NULL)
		json_out_key_text(j, S("description"), slice_of_str(text));
}

static void
type(struct json_out *j, const char *name, bool null)
{
	json_out_key(j, S("type"));
	if (!null) {
		json_out_text(j, slice_of_str(name));
		return;
	}
	json_out_array(j);
	json_out_text(j, slice_of_str(name));
	json_out_text(j, S("null"));
	json_out_array_end(j);
}

static void
words(struct json_out *j, const struct api_value *v, bool null)
{
	json_out_key(j, S("enum"));
	json_out_array(j);
	for (size_t i = 0; v->words[i] != NULL; i++)
		json_out_text(j, slice_of_str(v->words[i]));
	if (null)
		json_out_null(j);
	json_out_array_end(j);
}

/* "new,returned": a pattern of the words. */
static void
words_pattern(struct json_out *j, const struct api_value *v)
{
	struct buf b;

	buf_init(&b, 4096);
	for (int times = 0; times < 2; times++) {
		buf_str(&b, times == 0 ? "^(" : "(,(");
		for (size_t i = 0; v->words[i] != NULL; i++)
			buf_printf(&b, "%s%s", i == 0 ? "" : "|", v->words[i]);
		buf_str(&b, times == 0 ? ")" : "))*$");
	}
	json_out_key_text(j, S("pattern"), buf_view(&b));
	buf_fini(&b);
}

static void
object(struct json_out *j, const struct api_value *v, struct named *n) /* NOLINT(misc-no-recursion): as deep as the table of routes */
{
	bool any = false;

	json_out_key(j, S("additionalProperties"));
	json_out_bool(j, v->members == NULL);
	if (v->members == NULL)
		return;
	json_out_key(j, S("properties"));
	json_out_object(j);
	for (size_t i = 0; v->members[i].name != NULL; i++) {
		json_out_key(j, slice_of_str(v->members[i].name));
		schema(j, v->members[i].value, (v->members[i].flags & API_NULL) != 0, n);
		any = any || (v->members[i].flags & API_REQUIRED) != 0;
	}
	json_out_object_end(j);
	if (!any)
		return;
	json_out_key(j, S("required"));
	json_out_array(j);
	for (size_t i = 0; v->members[i].name != NULL; i++) {
		if ((v->members[i].flags & API_REQUIRED) != 0)
			json_out_text(j, slice_of_str(v->members[i].name));
	}
	json_out_array_end(j);
}

static void
bounds(struct json_out *j, const struct api_value *v, const char *least, const char *most, int64_t otherwise)
{
	int64_t max = v->max == 0 ? otherwise : v->max;

	if (v->min != 0 || v->type == API_INT)
		json_out_key_int(j, slice_of_str(least), v->min);
	if (max != INT64_MAX)
		json_out_key_int(j, slice_of_str(most), max);
}

/* The keywords of a value, within an object that is open. */
static void
keywords(struct json_out *j, const struct api_value *v, bool null, struct named *n) /* NOLINT(misc-no-recursion): the same */
{
	switch (v->type) {
	case API_ANY:
		break;
	case API_TEXT:
		type(j, "string", null);
		/* Lengths in JSON Schema are characters, ours are bytes: only the lower one says the same. */
		if (v->min > 0)
			json_out_key_int(j, S("minLength"), 1);
		break;
	case API_WORD:
		type(j, "string", null);
		words(j, v, null);
		break;
	case API_WORDS:
		type(j, "string", null);
		words_pattern(j, v);
		break;
	case API_INT:
		type(j, "integer", null);
		if (v->min != 0 || v->max != 0)
			bounds(j, v, "minimum", "maximum", INT64_MAX);
		break;
	case API_NUMBER:
		type(j, "number", null);
		break;
	case API_BOOL:
		type(j, "boolean", null);
		break;
	case API_MOMENT:
		type(j, "string", null);
		json_out_key_text(j, S("format"), S("date-time"));
		break;
	case API_FINDING:
		type(j, "string", null);
		json_out_key_text(j, S("pattern"), S("^([0-9]{1,19}|F[0-9A-Za-z]{13})$"));
		break;
	case API_OBJECT:
		type(j, "object", null);
		object(j, v, n);
		break;
	case API_ARRAY:
		type(j, "array", null);
		bounds(j, v, "minItems", "maxItems", INT64_MAX);
		json_out_key(j, S("items"));
		schema(j, v->items, false, n);
		break;
	}
	if (v->format != NULL)
		json_out_key_text(j, S("format"), slice_of_str(v->format));
	about(j, v->about);
}

static void
name_keep(struct named *n, const struct api_value *v)
{
	for (size_t i = 0; i < n->count; i++) {
		if (n->v[i] == v)
			return;
	}
	if (n->count < NAMED_MAX)
		n->v[n->count++] = v;
}

static void
reference(struct json_out *j, const struct api_value *v)
{
	char text[96];

	json_out_object(j);
	(void)snprintf(text, sizeof(text), "#/components/schemas/%s", v->name);
	json_out_key_text(j, S("$ref"), slice_of_str(text));
	json_out_object_end(j);
}

static void
schema(struct json_out *j, const struct api_value *v, bool null, struct named *n) /* NOLINT(misc-no-recursion): the same */
{
	if (v->name == NULL) {
		json_out_object(j);
		keywords(j, v, null, n);
		json_out_object_end(j);
		return;
	}
	name_keep(n, v);
	if (!null) {
		reference(j, v);
		return;
	}
	json_out_object(j);
	json_out_key(j, S("anyOf"));
	json_out_array(j);
	reference(j, v);
	json_out_object(j);
	json_out_key_text(j, S("type"), S("null"));
	json_out_object_end(j);
	json_out_array_end(j);
	json_out_object_end(j);
}

static void
params(struct json_out *j, const struct api_route *r, struct named *n)
{
	static const char *const places[] = { [API_QUERY] = "query", [API_PATH] = "path", [API_HEADER] = "header" };

	if (r->params == NULL)
		return;
	json_out_key(j, S("parameters"));
	json_out_array(j);
	for (const struct api_param *p = r->params; p->name != NULL; p++) {
		json_out_object(j);
		json_out_key_text(j, S("name"), slice_of_str(p->name));
		json_out_key_text(j, S("in"), slice_of_str(places[p->in]));
		json_out_key(j, S("required"));
		json_out_bool(j, p->required || p->in == API_PATH);
		about(j, p->about);
		json_out_key(j, S("schema"));
		schema(j, p->value, false, n);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void
content(struct json_out *j, const char *media, const struct api_value *v, struct named *n)
{
	json_out_key(j, S("content"));
	json_out_object(j);
	json_out_key(j, slice_of_str(media));
	json_out_object(j);
	if (v != NULL) {
		json_out_key(j, S("schema"));
		schema(j, v, false, n);
	}
	json_out_object_end(j);
	json_out_object_end(j);
}

static void
body(struct json_out *j, const struct api_route *r, struct named *n)
{
	if (r->body == NULL && (r->flags & API_UPLOAD) == 0)
		return;
	json_out_key(j, S("requestBody"));
	json_out_object(j);
	json_out_key(j, S("required"));
	json_out_bool(j, true);
	content(j, r->body != NULL ? "application/json" : "*/*", r->body, n);
	json_out_object_end(j);
}

static void
answers(struct json_out *j, const struct api_route *r, struct named *n)
{
	int status = r->status == 0 ? 200 : r->status;
	char code[16];

	(void)snprintf(code, sizeof(code), "%d", status);
	json_out_key(j, S("responses"));
	json_out_object(j);
	json_out_key(j, slice_of_str(code));
	json_out_object(j);
	json_out_key_text(j, S("description"), S("Done"));
	if (r->answer != NULL)
		content(j, "application/json", r->answer, n);
	else if (r->type != NULL)
		content(j, r->type, NULL, n);
	json_out_object_end(j);
	json_out_key(j, S("default"));
	json_out_object(j);
	json_out_key_text(j, S("$ref"), strncmp(r->path, "/taxii2/", 8) == 0 ? S("#/components/responses/TaxiiError") : S("#/components/responses/Problem"));
	json_out_object_end(j);
	json_out_object_end(j);
}

/* "getFindingsId": stable, as programs are made from it. */
static void
operation_id(struct json_out *j, const struct api_route *r)
{
	struct buf b;
	bool up = true;

	buf_init(&b, 256);
	for (const char *p = api_method_name(r->method); *p != '\0'; p++)
		buf_byte(&b, byte_lower((uint8_t)*p));
	for (const char *p = r->path + (strncmp(r->path, "/api/v1", 7) == 0 ? 7 : 0); *p != '\0'; p++) {
		if (!byte_is_alpha((uint8_t)*p) && !byte_is_digit((uint8_t)*p)) {
			up = true;
			continue;
		}
		buf_byte(&b, (uint8_t)(up && byte_is_alpha((uint8_t)*p) ? *p & ~0x20 : *p));
		up = false;
	}
	json_out_key_text(j, S("operationId"), buf_view(&b));
	buf_fini(&b);
}

static void
operation(struct json_out *j, const struct api_room *room, const struct api_route *r, struct named *n)
{
	char method[16];
	size_t k = 0;

	for (const char *p = api_method_name(r->method); *p != '\0' && k < sizeof(method) - 1; p++)
		method[k++] = (char)byte_lower((uint8_t)*p);
	json_out_key(j, slice_of(method, k));
	json_out_object(j);
	operation_id(j, r);
	json_out_key(j, S("tags"));
	json_out_array(j);
	json_out_text(j, slice_of_str(room->tag));
	json_out_array_end(j);
	json_out_key_text(j, S("summary"), slice_of_str(r->summary));
	json_out_key_text(j, S("x-right"), slice_of_str(who_right_name(r->right)));
	if (r->right == RIGHT_PUBLIC) {
		json_out_key(j, S("security"));
		json_out_array(j);
		json_out_array_end(j);
	}
	params(j, r, n);
	body(j, r, n);
	answers(j, r, n);
	json_out_object_end(j);
}

/* Rows of one path are one object, in whatever order and room they stand. */
static bool
first_of_path(const struct api_room *const *rooms, const struct api_route *r)
{
	for (size_t i = 0; rooms[i] != NULL; i++) {
		for (size_t k = 0; k < rooms[i]->count; k++) {
			if (strcmp(rooms[i]->routes[k].path, r->path) == 0)
				return &rooms[i]->routes[k] == r;
		}
	}
	return false;
}

static void
path(struct json_out *j, const struct api_room *const *rooms, const char *name, struct named *n)
{
	json_out_key(j, slice_of_str(name));
	json_out_object(j);
	for (size_t i = 0; rooms[i] != NULL; i++) {
		for (size_t k = 0; k < rooms[i]->count; k++) {
			if (strcmp(rooms[i]->routes[k].path, name) == 0)
				operation(j, rooms[i], &rooms[i]->routes[k], n);
		}
	}
	json_out_object_end(j);
}

static void
paths(struct json_out *j, const struct api_room *const *rooms, struct named *n)
{
	for (size_t i = 0; rooms[i] != NULL; i++) {
		for (size_t k = 0; k < rooms[i]->count; k++) {
			if (first_of_path(rooms, &rooms[i]->routes[k]))
				path(j, rooms, rooms[i]->routes[k].path, n);
		}
	}
}

static void
security(struct json_out *j)
{
	static const char *const names[] = { "session", "token" };

	json_out_key(j, S("securitySchemes"));
	json_out_raw(j, S("{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-entente\",\"description\":\"A changing request needs the header X-CSRF-Token beside it.\"},"
			  "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	json_out_object_end(j);
	json_out_key(j, S("security"));
	json_out_array(j);
	for (size_t i = 0; i < 2; i++) {
		json_out_object(j);
		json_out_key(j, slice_of_str(names[i]));
		json_out_array(j);
		json_out_array_end(j);
		json_out_object_end(j);
	}
	json_out_array_end(j);
}

static void
components(struct json_out *j, struct named *n)
{
	json_out_key(j, S("components"));
	json_out_object(j);
	json_out_key(j, S("schemas"));
	json_out_object(j);
	/* One that is printed may name further ones: the list grows as we go. */
	for (size_t i = 0; i < n->count; i++) {
		json_out_key(j, slice_of_str(n->v[i]->name));
		json_out_object(j);
		keywords(j, n->v[i], false, n);
		json_out_object_end(j);
	}
	json_out_key(j, S("Problem"));
	json_out_raw(j, S("{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
			  "\"detail\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"}},\"required\":[\"type\",\"title\",\"status\",\"detail\"]}"));
	json_out_object_end(j);
	json_out_key(j, S("responses"));
	json_out_raw(j, S("{\"Problem\":{\"description\":\"What went wrong (RFC 9457), in the language that was asked for\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}},"
		"\"TaxiiError\":{\"description\":\"What went wrong, as TAXII 2.1 says it (section 3.6.1)\",\"content\":{\"application/taxii+json\":{\"schema\":"
		"{\"type\":\"object\",\"required\":[\"title\"],\"properties\":{\"title\":{\"type\":\"string\"},\"description\":{\"type\":\"string\"},\"http_status\":{\"type\":\"string\"}}}}}}}"));
	security(j);
}

void
openapi_print(const struct api_room *const *rooms, struct buf *out)
{
	struct named n = { .count = 0 };
	struct json_out j;

	json_out_init(&j, out, false);
	json_out_object(&j);
	json_out_key_text(&j, S("openapi"), S("3.1.0"));
	json_out_key(&j, S("info"));
	json_out_object(&j);
	json_out_key_text(&j, S("title"), S("Entente"));
	json_out_key_text(&j, S("version"), S(ENTENTE_VERSION));
	json_out_key_text(&j, S("description"), S("Reports, findings, contacts and notices of one node. x-right names the right that a request needs."));
	json_out_object_end(&j);
	json_out_key(&j, S("paths"));
	json_out_object(&j);
	paths(&j, rooms, &n);
	json_out_object_end(&j);
	components(&j, &n);
	json_out_object_end(&j);
}

static bool
document(struct api_call *c, struct err *e)
{
	(void)e;
	openapi_print(api_rooms, &c->out->body);
	c->out->no_store = false;
	return true;
}

static const struct api_value document_value = { .type = API_OBJECT };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/openapi.json", .right = RIGHT_PUBLIC, .run = document,
	    .summary = "This description", .answer = &document_value },
};

const struct api_room api_meta_room = { "description", routes, sizeof(routes) / sizeof(routes[0]) };
