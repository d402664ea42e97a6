#include "model/event.h"

/* Room for a tree of v, whose nodes outweigh their text. */
#define JSON_TREE_BYTES(len) (64 * (len) + 65536)

/*
 * JSON that was read well, on one line. Control bytes are white space here,
 * and bad UTF-8 stands within strings: json_parse() refuses all others.
 */
static void
json_line(struct buf *out, struct slice raw)
{
	while (raw.len > 0) {
		size_t n = slice_utf8_step(raw);

		if (n == 0)
			buf_str(out, "\xef\xbf\xbd");
		else if (raw.p[0] < 0x20)
			buf_byte(out, ' ');
		else
			buf_put(out, slice_of(raw.p, n));
		raw = slice_from(raw, n == 0 ? 1 : n);
	}
}

/* JSON as it stands; what is none goes out as a text. */
static void
json_put(struct buf *out, struct slice v)
{
	struct err e = ERR_INIT;
	const struct json *j;
	struct arena a;

	arena_init(&a, JSON_TREE_BYTES(v.len));
	if (json_parse(v, &JSON_LIMITS, &a, &j, &e))
		json_line(out, j->raw);
	else
		json_quote(out, v);
	arena_fini(&a);
}

static void
bare_put(struct buf *out, struct slice v, bool bare)
{
	if (bare)
		buf_put(out, v);
	else
		json_quote(out, v);
}

static void
bool_put(struct buf *out, struct slice v)
{
	bare_put(out, v, slice_eq(v, S("true")) || slice_eq(v, S("false")));
}

/*
 * Values come from a reader's process, which may have been taken over by what
 * it read: no byte of theirs may end up as JSON's own signs unchecked.
 */
static void
value_out(struct buf *out, enum field_type type, struct slice v)
{
	switch (type) {
	case TYPE_INTEGER:
	case TYPE_ASN:
	case TYPE_FLOAT:
	case TYPE_ACCURACY:
		bare_put(out, v, json_number_ok(v));
		return;
	case TYPE_BOOLEAN:
		bool_put(out, v);
		return;
	case TYPE_JSON_DICT:
		json_put(out, v);
		return;
	case TYPE_JSON: /* the format's own form: a text that holds JSON */
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

static void
extra_out(struct buf *out, const struct extra *x)
{
	switch (x->kind) {
	case EXTRA_TEXT:
		break;
	case EXTRA_NUMBER:
		bare_put(out, x->value, json_number_ok(x->value));
		return;
	case EXTRA_BOOL:
		bool_put(out, x->value);
		return;
	case EXTRA_JSON:
		json_put(out, x->value);
		return;
	}
	json_quote(out, x->value);
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
		extra_out(out, x);
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
	if (name.len == 0)
		return err_set(e, ERR_INPUT, "a member of the event has no name");
	if (m->kind == JSON_STRING && value.len == 0)
		return true; /* absent, as in the fields we have */
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

/* "prefix.key"; keys may hold any byte, NUL too, so printf is no help. */
static struct slice
name_join(struct slice prefix, struct slice key, struct arena *a)
{
	uint8_t *p = arena_bytes(a, prefix.len + 1 + key.len);

	if (p == NULL)
		return SLICE_NONE;
	memcpy(p, prefix.p, prefix.len);
	p[prefix.len] = '.';
	if (key.len > 0)
		memcpy(p + prefix.len + 1, key.p, key.len);
	return slice_of(p, prefix.len + 1 + key.len);
}

/* "extra" as a text that holds an object: how IntelMQ writes it for flat outputs. */
static void
extra_unpack(const struct json **m, struct slice name, struct arena *a)
{
	struct err e = ERR_INIT;
	const struct json *j;

	if ((*m)->kind == JSON_STRING && slice_eq(name, S("extra")) &&
	    json_parse((*m)->text, &JSON_LIMITS, a, &j, &e) && j->kind == JSON_OBJECT)
		*m = j;
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
			name = name_join(prefix, m->key, a);
		if (name.len > 0 && name.p == NULL)
			return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
		extra_unpack(&m, name, a);
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
