/*
 * api_args: what a request says, read and checked by its row: parts of the
 * path, the query, a body in JSON. What the row does not name is refused by
 * name: a filter that is misspelt and silently ignored shows too much.
 */
#include <stdio.h>

#include "parse/date.h"
#include "model/finding.h"
#include "server/api_route.h"

#define TEXT_MAX 1000
#define ITEMS_MAX 1000
#define FIELD_NAME_MAX 64

static const struct json_limits body_limits = { .bytes = API_BODY_MAX, .depth = 16, .nodes = 65536 };

const struct api_value api_text = { .type = API_TEXT, .max = API_ANSWER_MAX };
const struct api_value api_int = { .type = API_INT };
const struct api_value api_count = { .type = API_INT, .min = 0, .max = INT64_MAX };
const struct api_value api_bool = { .type = API_BOOL };
const struct api_value api_moment = { .type = API_MOMENT };
const struct api_value api_finding_id = { .type = API_FINDING };
const struct api_value api_any = { .type = API_ANY };

/* --- one value ------------------------------------------------------------------------ */

static bool
word_known(const struct api_value *v, struct slice s)
{
	for (size_t i = 0; v->words[i] != NULL; i++) {
		if (slice_eq(s, slice_of_str(v->words[i])))
			return true;
	}
	return false;
}

static bool
word_unknown(const struct api_value *v, struct slice s, struct err *e)
{
	struct buf all;

	buf_init(&all, 1024);
	for (size_t i = 0; v->words[i] != NULL; i++)
		buf_printf(&all, "%s%s", i == 0 ? "" : ", ", v->words[i]);
	(void)err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(s), buf_cstr(&all));
	buf_fini(&all);
	return false;
}

static bool
words_ok(const struct api_value *v, struct slice s, struct err *e)
{
	struct slice rest = s, word = SLICE_NONE;

	while (slice_cut(&rest, ',', &word)) {
		if (!word_known(v, word))
			return word_unknown(v, word, e);
	}
	return true;
}

static bool
int_ok(const struct api_value *v, int64_t n, struct err *e)
{
	if ((v->min == 0 && v->max == 0) || (n >= v->min && n <= v->max))
		return true;
	if (v->max == INT64_MAX)
		return err_set(e, ERR_INPUT, "%lld is too little: at least %lld", (long long)n, (long long)v->min);
	return err_set(e, ERR_INPUT, "%lld is not between %lld and %lld", (long long)n, (long long)v->min, (long long)v->max);
}

static bool
text_ok(const struct api_value *v, struct slice s, struct err *e)
{
	size_t max = v->max == 0 ? TEXT_MAX : (size_t)v->max;

	if (s.len > max)
		return err_set(e, ERR_INPUT, "it has %zu bytes; at most %zu are taken", s.len, max);
	return s.len >= (size_t)v->min || err_set(e, ERR_INPUT, "it is empty or too short: at least %lld bytes", (long long)v->min);
}

static bool
moment_read(struct slice s, int64_t *out, struct err *e)
{
	struct date d;

	if (s.len == 0 || s.len >= DATE_TEXT_MAX || !byte_is_digit(s.p[0]) || slice_find_byte(s, '-') != 4 || !date_read(s, &d))
		return err_set(e, ERR_INPUT, "expected a moment as 2026-06-18T12:00:00Z, or a day, found %s", QUOTE(s));
	*out = d.s;
	return true;
}

static bool
finding_read(struct slice s, int64_t *out, struct err *e)
{
	if ((slice_i64(s, out) && *out > 0) || finding_id_parse(s, out))
		return true;
	return err_set(e, ERR_INPUT, "%s is not the number of a finding", QUOTE(s));
}

/* A text as a value of v; *number: of those that are numbers. */
static bool
read_text(const struct api_value *v, struct slice s, int64_t *number, struct err *e)
{
	switch (v->type) {
	case API_TEXT:
		return text_ok(v, s, e);
	case API_WORD:
		return word_known(v, s) || word_unknown(v, s, e);
	case API_WORDS:
		return words_ok(v, s, e);
	case API_INT:
		return (slice_i64(s, number) || err_set(e, ERR_INPUT, "expected a whole number, found %s", QUOTE(s))) &&
		    int_ok(v, *number, e);
	case API_BOOL:
		*number = slice_eq(s, S("true"));
		return *number != 0 || slice_eq(s, S("false")) ||
		    err_set(e, ERR_INPUT, "%s is none of %s", QUOTE(s), "true, false");
	case API_MOMENT:
		return moment_read(s, number, e);
	case API_FINDING:
		return finding_read(s, number, e);
	case API_NUMBER:
	case API_OBJECT:
	case API_ARRAY:
	case API_ANY:
		break;
	}
	return true;
}

/* --- path and query ------------------------------------------------------------------- */

bool
api_decode(struct slice s, bool query, struct arena *a, struct slice *out, struct err *e)
{
	uint8_t *p = arena_bytes(a, s.len + 1);
	size_t n = 0;

	if (p == NULL)
		return err_set(e, ERR_LIMIT, "the request is too large");
	while (s.len > 0) {
		bool blank = query && s.p[0] == '+';
		int c = slice_percent(&s);

		if (c < 0)
			return err_set(e, ERR_INPUT, "the address has a broken %%-sign");
		p[n++] = blank ? ' ' : (uint8_t)c;
	}
	*out = slice_of(p, n);
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return err_set(e, ERR_INPUT, "the address has a control character");
	}
	return slice_utf8_ok(*out) || err_set(e, ERR_INPUT, "the address is not in UTF-8");
}

static size_t
param_find(const struct api_route *route, struct slice name, enum api_in in)
{
	for (size_t i = 0; route->params != NULL && route->params[i].name != NULL; i++) {
		if (route->params[i].in == in && slice_eq(name, slice_of_str(route->params[i].name)))
			return i;
	}
	return SIZE_MAX;
}

static bool
param_take(struct api_call *c, size_t i, struct slice value, struct err *e)
{
	const struct api_param *p = &c->route->params[i];

	c->texts[i] = value;
	return read_text(p->value, value, &c->numbers[i], e) || api_fault(c, p->name);
}

/* Parts of the path are not told apart by name there: they are in the row's order. */
static bool
path_read(struct api_call *c, struct err *e)
{
	struct slice parts[API_PARAMS_MAX] = { SLICE_NONE };
	const struct api_param *p = c->route->params;
	size_t n = 0;

	(void)api_path_fits(c->route, c->r->path, parts);
	for (size_t i = 0; p != NULL && p[i].name != NULL; i++) {
		struct slice value = SLICE_NONE;

		if (p[i].in != API_PATH)
			continue;
		if (!api_decode(parts[n++], false, c->a, &value, e))
			return api_fault(c, p[i].name);
		/* What is no id names nothing. */
		if (!param_take(c, i, value, e))
			return api_status(c, 404);
	}
	return true;
}

static bool
pair_read(struct api_call *c, struct slice pair, struct err *e)
{
	struct slice name, value = pair;
	size_t i;

	(void)slice_cut(&value, '=', &name);
	if (!api_decode(name, true, c->a, &name, e))
		return false;
	i = param_find(c->route, name, API_QUERY);
	if (i == SIZE_MAX) {
		c->field = arena_str(c->a, slice_sub(name, 0, FIELD_NAME_MAX));
		return err_set(e, ERR_INPUT, "there is no parameter %s here", QUOTE(name));
	}
	if (c->texts[i].p != NULL)
		return api_fault(c, c->route->params[i].name), err_set(e, ERR_INPUT, "the parameter is given twice");
	if (value.p == NULL)
		value = S("");
	return api_decode(value, true, c->a, &value, e) ? param_take(c, i, value, e) : api_fault(c, c->route->params[i].name);
}

static bool
query_read(struct api_call *c, struct err *e)
{
	struct slice rest = c->r->query, pair;
	const struct api_param *p = c->route->params;

	while (rest.len > 0 && slice_cut(&rest, '&', &pair)) {
		if (pair.len > 0 && !pair_read(c, pair, e))
			return false;
	}
	for (size_t i = 0; p != NULL && p[i].name != NULL; i++) {
		if (p[i].required && p[i].in == API_QUERY && c->texts[i].p == NULL)
			return api_fault(c, p[i].name), err_set(e, ERR_INPUT, "the parameter is missing");
	}
	return true;
}

/* --- the body ------------------------------------------------------------------------------ */

static const struct api_member *
member_find(const struct api_value *v, struct slice name)
{
	for (size_t i = 0; v->members != NULL && v->members[i].name != NULL; i++) {
		if (slice_eq(name, slice_of_str(v->members[i].name)))
			return &v->members[i];
	}
	return NULL;
}

static bool
object_ok(const struct api_value *v, const struct json *j, const char **field, struct err *e) /* NOLINT(misc-no-recursion): as deep as the table of routes */
{
	if (j->kind != JSON_OBJECT)
		return err_set(e, ERR_INPUT, "expected an object");
	JSON_EACH(item, j) {
		const struct api_member *m = member_find(v, item->key);

		if (v->members == NULL)
			continue;
		if (m == NULL) {
			*field = "";
			return err_set(e, ERR_INPUT, "there is no member %s here", QUOTE(item->key));
		}
		*field = m->name;
		if (item->kind == JSON_NULL && (m->flags & API_NULL) != 0)
			continue;
		if (!api_value_ok(m->value, item, field, e))
			return false;
	}
	for (size_t i = 0; v->members != NULL && v->members[i].name != NULL; i++) {
		const struct api_member *m = &v->members[i];

		*field = m->name;
		if ((m->flags & API_REQUIRED) != 0 && json_get(j, slice_of_str(m->name)) == NULL)
			return err_set(e, ERR_INPUT, "%s is missing", m->name);
	}
	return true;
}

static bool
array_ok(const struct api_value *v, const struct json *j, const char **field, struct err *e) /* NOLINT(misc-no-recursion): the same */
{
	int64_t max = v->max == 0 ? ITEMS_MAX : v->max;
	const char *mine = *field;

	if (j->kind != JSON_ARRAY)
		return err_set(e, ERR_INPUT, "expected a list");
	if (j->count > max || j->count < v->min)
		return err_set(e, ERR_INPUT, "%lld is not between %lld and %lld", (long long)j->count, (long long)v->min, (long long)max);
	JSON_EACH(item, j) {
		if (!api_value_ok(v->items, item, field, e))
			return false;
		*field = mine;
	}
	return true;
}

/* The depth is the description's, which is ours. */
bool
api_value_ok(const struct api_value *v, const struct json *j, const char **field, struct err *e) /* NOLINT(misc-no-recursion): the same */
{
	int64_t n = 0;

	switch (v->type) {
	case API_ANY:
		return true;
	case API_OBJECT:
		return object_ok(v, j, field, e);
	case API_ARRAY:
		return array_ok(v, j, field, e);
	case API_BOOL:
		return j->kind == JSON_TRUE || j->kind == JSON_FALSE || err_set(e, ERR_INPUT, "expected true or false");
	case API_NUMBER:
		return j->kind == JSON_NUMBER || err_set(e, ERR_INPUT, "expected a number");
	case API_INT:
		return ((j->kind == JSON_NUMBER && json_int(j, &n)) || err_set(e, ERR_INPUT, "expected a whole number, found %s", QUOTE(j->raw))) &&
		    int_ok(v, n, e);
	case API_TEXT:
	case API_WORD:
	case API_WORDS:
	case API_MOMENT:
	case API_FINDING:
		break;
	}
	return (j->kind == JSON_STRING || err_set(e, ERR_INPUT, "expected a text")) && read_text(v, j->text, &n, e);
}

static bool
body_read(struct api_call *c, struct err *e)
{
	const struct api_value *v = c->route->body;
	const char *field = NULL;

	if ((c->route->flags & API_UPLOAD) != 0)
		return true;
	if (v == NULL && c->r->body_bytes > 0)
		return err_set(e, ERR_INPUT, "no content is taken here");
	if (v == NULL)
		return true;
	if (!slice_eq(c->r->type, S("application/json")))
		return api_status(c, 415), err_set(e, ERR_INPUT, "expected content of the type application/json, found %s", QUOTE(c->r->type));
	if (c->r->body_fd >= 0 || c->r->body_bytes > API_BODY_MAX)
		return api_status(c, 413), err_set(e, ERR_LIMIT, "the content is larger than %zu bytes", API_BODY_MAX);
	if (!json_parse(c->r->body, &body_limits, c->a, &c->body, e))
		return false;
	if (api_value_ok(v, c->body, &field, e))
		return true;
	return api_fault(c, field != NULL && field[0] == '\0' ? NULL : field);
}

bool
api_args_read(struct api_call *c, struct err *e)
{
	return path_read(c, e) && query_read(c, e) && body_read(c, e);
}

/* --- what handlers ask ------------------------------------------------------------------- */

static size_t
param_of(const struct api_call *c, const char *name)
{
	for (size_t i = 0; c->route->params != NULL && c->route->params[i].name != NULL; i++) {
		if (strcmp(c->route->params[i].name, name) == 0)
			return i;
	}
	return SIZE_MAX;
}

struct slice
api_text_of(const struct api_call *c, const char *name)
{
	size_t i = param_of(c, name);

	return i == SIZE_MAX ? SLICE_NONE : c->texts[i];
}

int64_t
api_int_of(const struct api_call *c, const char *name, int64_t otherwise)
{
	size_t i = param_of(c, name);

	return i == SIZE_MAX || c->texts[i].p == NULL ? otherwise : c->numbers[i];
}

bool
api_given(const struct api_call *c, const char *name)
{
	return api_text_of(c, name).p != NULL;
}

struct slice
api_body_text(const struct api_call *c, const char *name)
{
	return json_text(json_get(c->body, slice_of_str(name)));
}

int64_t
api_member_int(const struct api_value *v, const struct json *of, const char *name, int64_t otherwise)
{
	const struct json *j = json_get(of, slice_of_str(name));
	const struct api_member *m = member_find(v, slice_of_str(name));
	struct err ignored = ERR_INIT;
	int64_t n = 0;

	if (j == NULL || m == NULL || j->kind == JSON_NULL)
		return otherwise;
	if (j->kind == JSON_STRING)
		return read_text(m->value, j->text, &n, &ignored) ? n : otherwise;
	return json_int(j, &n) ? n : otherwise;
}

int64_t
api_body_int(const struct api_call *c, const char *name, int64_t otherwise)
{
	return api_member_int(c->route->body, c->body, name, otherwise);
}

bool
api_body_bool(const struct api_call *c, const char *name, bool otherwise)
{
	const struct json *j = json_get(c->body, slice_of_str(name));

	return json_is(j, JSON_TRUE) || (otherwise && !json_is(j, JSON_FALSE));
}
