#include "model/event.h"

static void
value_out(struct buf *out, enum field_type type, struct slice v)
{
	switch (type) {
	case TYPE_INTEGER:
	case TYPE_ASN:
	case TYPE_FLOAT:
	case TYPE_ACCURACY:
	case TYPE_BOOLEAN:
	case TYPE_JSON:
	case TYPE_JSON_DICT:
		buf_put(out, v);
		return;
	case TYPE_STRING:
	case TYPE_LOWER:
	case TYPE_UPPER:
	case TYPE_IP:
	case TYPE_NETWORK:
	case TYPE_FQDN:
	case TYPE_URL:
	case TYPE_DATE:
	case TYPE_BASE64:
	case TYPE_TAXONOMY:
	case TYPE_CLASS:
	case TYPE_TLP:
	case TYPE_REGISTRY:
		break;
	}
	json_quote(out, v);
}

void
event_to_json(const struct event *ev, struct buf *out)
{
	bool comma = false;

	buf_byte(out, '{');
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		if (!event_has(ev, (enum field)f))
			continue;
		if (comma)
			buf_byte(out, ',');
		comma = true;
		json_quote(out, field_name((enum field)f));
		buf_byte(out, ':');
		value_out(out, field_type((enum field)f), ev->v[f]);
	}
	for (size_t i = 0; i < ev->extra_count; i++) {
		const struct extra *x = &ev->extras[i];

		buf_str(out, comma ? ",\"extra." : "\"extra.");
		comma = true;
		/* The key's own quotes: its opening one is behind "extra." already. */
		size_t at = out->len;

		json_quote(out, x->key);
		if (out->len > at) {
			memmove(out->p + at, out->p + at + 1, out->len - at - 1);
			out->len--;
		}
		buf_byte(out, ':');
		if (x->kind == EXTRA_TEXT)
			json_quote(out, x->value);
		else
			buf_put(out, x->value);
	}
	buf_byte(out, '}');
}

static enum extra_kind
kind_of(const struct json *j)
{
	switch (j->kind) {
	case JSON_NUMBER:
		return EXTRA_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return EXTRA_BOOL;
	case JSON_STRING:
		return EXTRA_TEXT;
	case JSON_ARRAY:
	case JSON_OBJECT:
	case JSON_NULL:
		break;
	}
	return EXTRA_JSON;
}

/* One member under its whole name; objects are walked by the caller. */
static bool
member_in(const struct json *m, struct slice name, struct event *ev,
    struct arena *a, struct err *e)
{
	struct slice value = m->kind == JSON_STRING ? m->text : m->raw;
	enum field f = field_find(name);

	if (m->kind == JSON_NULL || slice_eq(name, S("__type")))
		return true;
	if (f != FIELD_NONE || slice_starts(name, S("extra.")))
		return event_set_named(ev, name, value, kind_of(m), a, e);
	/* What we have no field for is kept under "extra.", nothing is lost. */
	return event_extra(ev, name, value, kind_of(m), e);
}

/* Is there a field whose name begins with name and a dot? */
static bool
names_group(struct slice name)
{
	if (slice_eq(name, S("extra")))
		return true;
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		struct slice full = field_name((enum field)f);

		if (slice_starts(full, name) && full.len > name.len && full.p[name.len] == '.')
			return true;
	}
	return false;
}

#define GROUPS_DEEP 8

bool
event_from_json(const struct json *j, struct event *ev, struct arena *a,
    struct err *e)
{
	/* Where we are in nested groups: {"source": {"geolocation": {"cc": ...}}} */
	struct { const struct json *at; struct slice prefix; } stack[GROUPS_DEEP];
	size_t depth = 1;

	if (!json_is(j, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "an event is a JSON object");
	stack[0].at = j->first;
	stack[0].prefix = S("");
	while (depth > 0) {
		const struct json *m = stack[depth - 1].at;
		struct slice prefix = stack[depth - 1].prefix, name;

		if (m == NULL) {
			depth--;
			continue;
		}
		stack[depth - 1].at = m->next;
		name = m->key;
		if (prefix.len > 0)
			name = arena_printf(a, "%.*s.%.*s", SLICE_ARG(prefix), SLICE_ARG(m->key));
		if (name.p == NULL)
			return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
		if (m->kind == JSON_OBJECT && depth < GROUPS_DEEP && names_group(name) &&
		    field_find(name) == FIELD_NONE) {
			stack[depth].at = m->first;
			stack[depth].prefix = name;
			depth++;
			continue;
		}
		if (!member_in(m, name, ev, a, e))
			return false;
	}
	return true;
}
