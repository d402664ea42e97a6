#include "model/stix.h"

#include <stdlib.h>

#include "model/stix_check.h"
#include "model/stix_value.h"
#include "parse/domain.h"

const struct json_limits STIX_LIMITS = {
	.bytes = (size_t)8 << 20,
	.depth = 32,
	.nodes = 100000,
};

/* I-JSON (RFC 7493 section 2.2): beyond it, not every reader has whole numbers. */
#define SAFE_MAX 9007199254740991LL
#define STEPS_MAX 16

/* A step of a path; a sender's own name may hold anything, and be long. */
static void
name_put(struct buf *b, struct slice name)
{
	if (b->len > 0)
		buf_byte(b, '.');
	for (size_t i = 0; i < name.len && i < 80; i++)
		buf_byte(b, name.p[i] > ' ' && name.p[i] < 0x7f ? name.p[i] : '?');
}

bool
stix_wrong(const struct stix_check *c, const struct stix_at *at)
{
	const struct stix_at *steps[STEPS_MAX];
	size_t n = 0;
	struct buf b;

	for (; at != NULL && n < STEPS_MAX; at = at->up)
		steps[n++] = at;
	buf_init(&b, 300);
	while (n-- > 0) {
		if (steps[n]->name.p == NULL)
			buf_printf(&b, "[%zu]", steps[n]->index);
		else
			name_put(&b, steps[n]->name);
	}
	if (b.len > 0)
		(void)err_within(c->e, "%s", buf_cstr(&b));
	buf_fini(&b);
	return false;
}

/* A name of the sender's own that is not plain is not repeated as it is. */
static bool
member_name_wrong(const struct stix_check *c, const struct stix_at *at, struct slice name)
{
	(void)err_set(c->e, ERR_INPUT, "%s is no name of a property: use 3 to 250 characters of a-z, 0-9 and _", QUOTE(name));
	return stix_wrong(c, at);
}

static bool
text_wrong(const struct stix_check *c, const struct stix_at *at)
{
	(void)err_set(c->e, ERR_INPUT, "expected a text");
	return stix_wrong(c, at);
}

static bool
ref_check(const struct stix_check *c, const struct stix_at *at, const char *allowed, struct slice id)
{
	const struct stix_type *t;
	struct slice type, uuid;

	if (!stix_id_split(id, &type, &uuid)) {
		(void)err_set(c->e, ERR_INPUT, "%s is no identifier: a type, two hyphens and a UUID (RFC 9562)", QUOTE(id));
		return stix_wrong(c, at);
	}
	if (allowed == NULL || stix_word_in(allowed, type))
		return true;
	t = stix_type_find(type);
	/* Of a type that is not the standard's nobody knows the group. */
	if (t == NULL ? strstr(allowed, "SDO") != NULL || strstr(allowed, "SCO") != NULL || strstr(allowed, "SRO") != NULL :
		(t->class == STIX_SDO && stix_word_in(allowed, S("SDO"))) || (t->class == STIX_SCO && stix_word_in(allowed, S("SCO"))) ||
		    (t->class == STIX_SRO && stix_word_in(allowed, S("SRO"))))
		return true;
	(void)err_set(c->e, ERR_INPUT, "may not name an object of type %.*s; allowed: %s", SLICE_ARG(type), allowed);
	return stix_wrong(c, at);
}

static bool
integer_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *p, const struct json *j)
{
	bool any = p->min == 0 && p->max == 0;
	int64_t v, min = any ? -SAFE_MAX : p->min, max = any ? SAFE_MAX : p->max;

	if (json_int(j, &v) && v >= min && v <= max)
		return true;
	(void)err_set(c->e, ERR_INPUT, "expected a whole number from %lld to %lld", (long long)min, (long long)max);
	return stix_wrong(c, at);
}

static bool
float_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *p, const struct json *j)
{
	char text[64] = "";
	double v = 0;

	if (json_is(j, JSON_NUMBER) && j->text.len < sizeof(text)) {
		memcpy(text, j->text.p, j->text.len);
		v = strtod(text, NULL);
		if ((p->min == 0 && p->max == 0) || (v >= (double)p->min && v <= (double)p->max))
			return true;
	}
	if (p->min == 0 && p->max == 0)
		(void)err_set(c->e, ERR_INPUT, "expected a number");
	else
		(void)err_set(c->e, ERR_INPUT, "expected a number from %lld to %lld", (long long)p->min, (long long)p->max);
	return stix_wrong(c, at);
}

static bool
time_check(const struct stix_check *c, const struct stix_at *at, struct slice s, bool ms)
{
	size_t digits;
	int64_t us;

	if (!stix_time_read(s, &us, &digits))
		(void)err_set(c->e, ERR_INPUT, "%s is no moment in UTC; write it as 2026-01-31T12:00:00.000Z", QUOTE(s));
	else if (ms && digits < 3)
		(void)err_set(c->e, ERR_INPUT, "needs three digits behind the second or more, as in 2026-01-31T12:00:00.000Z");
	else if (ms && digits > 6)
		(void)err_set(c->e, ERR_INPUT, "has more than six digits behind the second, by which TAXII cannot tell versions");
	else
		return true;
	return stix_wrong(c, at);
}

static bool
hashes_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *p, const struct json *j)
{
	if (!json_is(j, JSON_OBJECT) || j->count == 0) {
		(void)err_set(c->e, ERR_INPUT, "expected an object of hashes by their algorithm, as {\"SHA-256\": \"...\"}");
		return stix_wrong(c, at);
	}
	JSON_EACH (m, j) {
		struct stix_at here = { at, m->key, 0 };
		size_t digits = stix_hash_digits(m->key);
		struct slice v = json_text(m);

		if (!stix_key_ok(m->key) || (digits == SIZE_MAX && p->arg != NULL)) {
			(void)err_set(c->e, ERR_INPUT, "%s is no algorithm of hashes; MD5, SHA-1, SHA-256, SHA-512, SHA3-256, SHA3-512, SSDEEP and TLSH are", QUOTE(m->key));
			return stix_wrong(c, at);
		}
		if (v.p == NULL || v.len == 0)
			return text_wrong(c, &here);
		if (digits != 0 && digits != SIZE_MAX && (v.len != digits || !stix_hex_ok(v))) {
			(void)err_set(c->e, ERR_INPUT, "expected %zu hexadecimal digits", digits);
			return stix_wrong(c, &here);
		}
	}
	return true;
}

static bool
dict_check(const struct stix_check *c, const struct stix_at *at, const struct json *j)
{
	if (!json_is(j, JSON_OBJECT)) {
		(void)err_set(c->e, ERR_INPUT, "expected a dictionary, in braces");
		return stix_wrong(c, at);
	}
	JSON_EACH (m, j) {
		if (!stix_key_ok(m->key)) {
			(void)err_set(c->e, ERR_INPUT, "%s is no key of a dictionary: use 1 to 250 characters of a-z, A-Z, 0-9, - and _", QUOTE(m->key));
			return stix_wrong(c, at);
		}
	}
	return true;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as STIX_LIMITS let an object be */
static bool
embedded_check(const struct stix_check *c, const struct stix_at *at, const char *name, const struct json *j)
{
	if (!json_is(j, JSON_OBJECT)) {
		(void)err_set(c->e, ERR_INPUT, "expected an object, in braces");
		return stix_wrong(c, at);
	}
	return stix_members_check(c, at, stix_part_find(slice_of_str(name)), STIX_PART, j);
}

static bool
granular_check(const struct stix_check *c, const struct stix_at *at, const struct json *j)
{
	const struct json *selectors = json_get(j, S("selectors"));
	struct stix_at list = { at, S("selectors"), 0 };
	size_t i = 0;

	if (!embedded_check(c, at, "granular-marking", j))
		return false;
	JSON_EACH (s, selectors) {
		struct stix_at here = { &list, SLICE_NONE, i++ };

		if (!stix_selector_check(c, &here, json_text(s)))
			return false;
	}
	return true;
}

/* Kinds that are texts of a certain form, and how to say what is wrong. */
static bool
form_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *p, struct slice s)
{
	bool ok = true;

	switch (p->kind) {
	case STIX_VERSION:
		ok = slice_eq(s, S("2.1")) || err_set(c->e, ERR_INPUT, "is %s; this store holds STIX 2.1, so write \"2.1\" or convert the object first", QUOTE(s));
		break;
	case STIX_ENUM:
		ok = stix_word_in(p->arg, s) || err_set(c->e, ERR_INPUT, "%s is none of: %s", QUOTE(s), p->arg);
		break;
	case STIX_HEX:
		ok = stix_hex_ok(s) || err_set(c->e, ERR_INPUT, "expected hexadecimal digits, two a byte");
		break;
	case STIX_BINARY:
		ok = stix_base64_ok(s) || err_set(c->e, ERR_INPUT, "expected base64 (RFC 4648 section 4)");
		break;
	case STIX_LANG:
		ok = stix_lang_ok(s) || err_set(c->e, ERR_INPUT, "%s is no tag of a language (RFC 5646), as en or pt-BR", QUOTE(s));
		break;
	case STIX_URL:
		ok = stix_url_ok(s) || err_set(c->e, ERR_INPUT, "%s is no URL (RFC 3986); write other characters as %%41", QUOTE(s));
		break;
	case STIX_IPV4:
		ok = stix_address_ok(s, true) || err_set(c->e, ERR_INPUT, "%s is no IPv4 address or network", QUOTE(s));
		break;
	case STIX_IPV6:
		ok = stix_address_ok(s, false) || err_set(c->e, ERR_INPUT, "%s is no IPv6 address or network", QUOTE(s));
		break;
	case STIX_MAC:
		ok = stix_mac_ok(s) || err_set(c->e, ERR_INPUT, "%s is no MAC address in lower case with colons, as d2:fb:49:24:37:18", QUOTE(s));
		break;
	case STIX_MAILBOX:
		ok = mailbox_ok(s) || err_set(c->e, ERR_INPUT, "%s is no mail address without a name before it, as a@example.org", QUOTE(s));
		break;
	case STIX_REGISTRY_KEY:
		ok = !stix_hive_short(s) || err_set(c->e, ERR_INPUT, "has its hive in short; write HKEY_LOCAL_MACHINE and its like");
		break;
	case STIX_CPE:
		ok = stix_cpe_ok(s) || err_set(c->e, ERR_INPUT, "%s is no CPE 2.3 name, as cpe:2.3:a:vendor:product:1.0:*:*:*:*:*:*:*", QUOTE(s));
		break;
	case STIX_SEMVER:
		ok = stix_semver_ok(s) || err_set(c->e, ERR_INPUT, "%s is no version by semver.org, as 1.0.0", QUOTE(s));
		break;
	case STIX_STRING:
	case STIX_INTEGER:
	case STIX_FLOAT:
	case STIX_BOOLEAN:
	case STIX_TIME:
	case STIX_TIME_MS:
	case STIX_TYPE:
	case STIX_ID:
	case STIX_REF:
	case STIX_HASHES:
	case STIX_DICT:
	case STIX_EMBEDDED:
	case STIX_EXTENSIONS:
	case STIX_GRANULAR:
	case STIX_PATTERN:
	case STIX_OBJECT:
		break;
	}
	return ok || stix_wrong(c, at);
}

static bool
value_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *p, const struct json *j)
{
	switch (p->kind) {
	case STIX_INTEGER:
		return integer_check(c, at, p, j);
	case STIX_FLOAT:
		return float_check(c, at, p, j);
	case STIX_BOOLEAN:
		if (json_is(j, JSON_TRUE) || json_is(j, JSON_FALSE))
			return true;
		(void)err_set(c->e, ERR_INPUT, "expected true or false, without quotes");
		return stix_wrong(c, at);
	case STIX_HASHES:
		return hashes_check(c, at, p, j);
	case STIX_DICT:
		return dict_check(c, at, j);
	case STIX_EMBEDDED:
		return embedded_check(c, at, p->arg, j);
	case STIX_EXTENSIONS:
		return stix_extensions_check(c, at, j);
	case STIX_GRANULAR:
		return granular_check(c, at, j);
	case STIX_OBJECT:
		return dict_check(c, at, j);
	case STIX_STRING:
	case STIX_TIME:
	case STIX_TIME_MS:
	case STIX_TYPE:
	case STIX_ID:
	case STIX_VERSION:
	case STIX_REF:
	case STIX_ENUM:
	case STIX_HEX:
	case STIX_BINARY:
	case STIX_LANG:
	case STIX_URL:
	case STIX_IPV4:
	case STIX_IPV6:
	case STIX_MAC:
	case STIX_MAILBOX:
	case STIX_REGISTRY_KEY:
	case STIX_CPE:
	case STIX_SEMVER:
	case STIX_PATTERN:
		break;
	}
	if (!json_is(j, JSON_STRING))
		return text_wrong(c, at);
	if (p->kind == STIX_TIME || p->kind == STIX_TIME_MS)
		return time_check(c, at, j->text, p->kind == STIX_TIME_MS);
	if (p->kind == STIX_REF)
		return ref_check(c, at, p->arg, j->text);
	return p->kind == STIX_STRING || form_check(c, at, p, j->text);
}

static bool
prop_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *p, const struct json *j)
{
	size_t i = 0;

	if (!p->list)
		return value_check(c, at, p, j);
	if (!json_is(j, JSON_ARRAY) || j->count == 0) {
		(void)err_set(c->e, ERR_INPUT, "expected a list that is not empty; leave the property out where there is nothing");
		return stix_wrong(c, at);
	}
	JSON_EACH (item, j) {
		struct stix_at here = { at, SLICE_NONE, i++ };

		if (!value_check(c, &here, p, item))
			return false;
	}
	return true;
}

/* What the standard does not know is kept, if it could be somebody's property. */
static bool
custom_check(const struct stix_check *c, const struct stix_at *up, const struct stix_at *at, bool part, const struct json *j)
{
	if (!(part ? stix_key_ok(j->key) : stix_name_ok(j->key)))
		return member_name_wrong(c, up, j->key);
	if (j->kind == JSON_NULL || (j->kind == JSON_ARRAY && j->count == 0)) {
		(void)err_set(c->e, ERR_INPUT, "null and the empty list are no values in STIX; leave the property out");
		return stix_wrong(c, at);
	}
	return true;
}

static size_t
prop_find(const struct stix_prop *props, size_t n, struct slice name)
{
	size_t i = 0;

	while (i < n && !slice_eq(props[i].name, name))
		i++;
	return i;
}

static bool
required_check(const struct stix_check *c, const struct stix_at *at, const struct stix_prop *props, size_t n, uint64_t seen)
{
	for (size_t i = 0; i < n; i++) {
		struct stix_at here = { at, props[i].name, 0 };

		if (props[i].required && (seen >> i & 1) == 0) {
			(void)err_set(c->e, ERR_INPUT, "is missing, and every object of its kind must have it");
			return stix_wrong(c, &here);
		}
	}
	return true;
}

bool
stix_members_check(const struct stix_check *c, const struct stix_at *at, const struct stix_type *t,
    enum stix_class class, const struct json *j)
{
	size_t common_count, own_count = t == NULL ? 0 : t->count, i;
	const struct stix_prop *common = stix_common(class, &common_count);
	uint64_t seen_common = 0, seen_own = 0;

	JSON_EACH (m, j) {
		struct stix_at here = { at, m->key, 0 };

		if ((i = prop_find(common, common_count, m->key)) < common_count) {
			seen_common |= (uint64_t)1 << i;
			if (!prop_check(c, &here, &common[i], m))
				return false;
		} else if (t != NULL && (i = prop_find(t->props, own_count, m->key)) < own_count) {
			seen_own |= (uint64_t)1 << i;
			if (!prop_check(c, &here, &t->props[i], m))
				return false;
		} else if (!custom_check(c, at, &here, class == STIX_PART, m)) {
			return false;
		}
	}
	return required_check(c, at, common, common_count, seen_common) &&
	    (t == NULL || (required_check(c, at, t->props, own_count, seen_own) && stix_rules_check(c, at, t, j)));
}
/* NOLINTEND(misc-no-recursion) */

/* What kind a type of somebody's own is: its extension says it, or its common properties. */
static enum stix_class
custom_class(const struct json *j)
{
	JSON_EACH (x, json_get(j, S("extensions"))) {
		struct slice kind = json_text(json_get(x, S("extension_type")));

		if (slice_eq(kind, S("new-sco")))
			return STIX_SCO;
		if (slice_eq(kind, S("new-sro")))
			return STIX_SRO;
		if (slice_eq(kind, S("new-sdo")))
			return STIX_SDO;
	}
	return json_get(j, S("created")) == NULL && json_get(j, S("modified")) == NULL ? STIX_SCO : STIX_SDO;
}

static int
by_key(const void *a, const void *b)
{
	const struct json *const *x = a, *const *y = b;

	return slice_cmp((*x)->key, (*y)->key);
}

/* Does a name stand twice in one object? NULL: no. Sorted where there are many, so that nobody makes it slow. */
static const struct json *
twice_in(const struct json *j, struct arena *a, bool *full_out)
{
	const struct json **v;
	size_t n = 0;

	if (j->count <= 24) {
		JSON_EACH (m, j) {
			for (const struct json *o = m->next; o != NULL; o = o->next) {
				if (m->key.len == o->key.len && slice_eq(m->key, o->key))
					return m;
			}
		}
		return NULL;
	}
	v = arena_array(a, j->count, sizeof(*v)); /* NOLINT(bugprone-sizeof-expression): pointers */
	if (v == NULL) {
		*full_out = true;
		return NULL;
	}
	JSON_EACH (m, j)
		v[n++] = m;
	qsort(v, n, sizeof(*v), by_key); /* NOLINT(bugprone-sizeof-expression): pointers */
	for (size_t i = 1; i < n; i++) {
		if (slice_eq(v[i - 1]->key, v[i]->key))
			return v[i];
	}
	return NULL;
}

/* All objects of the tree, without recursion: depth is bounded by STIX_LIMITS. */
static bool
twice_check(const struct json *root, struct arena *a, struct err *e)
{
	const struct json *stack[64];
	size_t depth = 0;
	bool full = false;

	for (const struct json *j = root;;) {
		const struct json *m = j->kind == JSON_OBJECT ? twice_in(j, a, &full) : NULL;

		if (full)
			return err_set(e, ERR_LIMIT, "JSON: more memory than %zu bytes", a->max);
		if (m != NULL)
			return err_set(e, ERR_INPUT, "the name %s stands twice in one object; which of the two is meant nobody can know", QUOTE(m->key));
		if ((j->kind == JSON_OBJECT || j->kind == JSON_ARRAY) && j->first != NULL) {
			if (depth == sizeof(stack) / sizeof(stack[0]))
				return err_set(e, ERR_LIMIT, "JSON: nested deeper than %zu", depth);
			stack[depth++] = j;
			j = j->first;
			continue;
		}
		while (j != root && j->next == NULL)
			j = stack[--depth];
		if (j == root)
			return true;
		j = j->next;
	}
}

static void
moments(const struct json *j, struct stix_object *out)
{
	out->has_created = stix_time_read(json_text(json_get(j, S("created"))), &out->created_us, NULL);
	out->has_modified = stix_time_read(json_text(json_get(j, S("modified"))), &out->modified_us, NULL);
	out->revoked = json_is(json_get(j, S("revoked")), JSON_TRUE);
}

static bool
head_check(const struct json *j, struct stix_object *out, struct err *e)
{
	struct slice type, uuid;

	if (!json_is(j, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "a STIX object is a JSON object, in braces");
	out->type_name = json_text(json_get(j, S("type")));
	out->id = json_text(json_get(j, S("id")));
	if (out->type_name.p == NULL)
		return err_set(e, ERR_INPUT, "type: is missing, or no text");
	if (slice_eq(out->type_name, S("bundle")))
		return err_set(e, ERR_INPUT, "type: a bundle within a bundle is none; send the objects themselves");
	if (!stix_type_name_ok(out->type_name))
		return err_set(e, ERR_INPUT, "type: %s is no name of a type: use 3 to 250 characters of a-z, 0-9 and single hyphens", QUOTE(out->type_name));
	if (out->id.p == NULL)
		return err_set(e, ERR_INPUT, "id: is missing, or no text");
	if (!stix_id_split(out->id, &type, &uuid))
		return err_set(e, ERR_INPUT, "id: %s is no identifier: a type, two hyphens and a UUID (RFC 9562)", QUOTE(out->id));
	return slice_eq(type, out->type_name) ||
	    err_set(e, ERR_INPUT, "id: begins with %.*s, and the object's type is %.*s; they must be the same", SLICE_ARG(type), SLICE_ARG(out->type_name));
}

bool
stix_check(const struct json *j, struct arena *a, struct stix_object *out, struct err *e)
{
	struct stix_check c = { .root = j, .a = a, .e = e };

	*out = (struct stix_object){ .json = j };
	if (!head_check(j, out, e))
		return false;
	c.type_name = out->type_name;
	out->type = stix_type_find(out->type_name);
	out->class = out->type != NULL ? out->type->class : custom_class(j);
	if (!twice_check(j, a, e) || !stix_members_check(&c, NULL, out->type, out->class, j) ||
	    !stix_special_check(&c, out->type, j))
		return false;
	out->pattern = c.pattern;
	moments(j, out);
	return !out->has_created || !out->has_modified || out->modified_us >= out->created_us ||
	    err_set(e, ERR_INPUT, "modified: lies before created");
}

/* The four digits of an escape \uXXXX; -1: they are none. */
static int
escape_at(struct slice s, size_t i)
{
	int v = 0;

	if (s.len - i < 6 || s.p[i] != '\\' || s.p[i + 1] != 'u' || !stix_hex_ok(slice_sub(s, i + 2, 4)))
		return -1;
	for (size_t k = i + 2; k < i + 6; k++)
		v = v * 16 + (byte_is_digit(s.p[k]) ? s.p[k] - '0' : (s.p[k] | 0x20) - 'a' + 10);
	return v;
}

/*
 * The bytes are handed on as they came, so they must be such as every reader can
 * have: UTF-8, and no half of a surrogate pair (RFC 7493 section 2.1).
 */
static bool
bytes_check(struct slice text, struct err *e)
{
	if (!slice_utf8_ok(text))
		return err_set(e, ERR_INPUT, "the object is no UTF-8");
	for (size_t i = 0, step; (step = slice_find_byte(slice_from(text, i), '\\')) != SIZE_MAX;) {
		int v, next;

		i += step;
		v = escape_at(text, i);
		if (v < 0) {
			i += text.len - i < 2 ? text.len - i : 2;
			continue;
		}
		i += 6;
		next = v >= 0xd800 && v < 0xdc00 && text.len - i >= 6 ? escape_at(text, i) : -1;
		if (next >= 0xdc00 && next < 0xe000)
			i += 6;
		else if (v >= 0xd800 && v < 0xe000)
			return err_set(e, ERR_INPUT, "the object has half a surrogate pair, \\u%04x; which character is meant nobody can know", (unsigned)v);
	}
	return true;
}

bool
stix_read(struct slice text, struct arena *a, struct stix_object *out, struct err *e)
{
	const struct json *j;

	/* Its limits first: what is too large is not gone through. */
	return json_parse(text, &STIX_LIMITS, a, &j, e) && bytes_check(text, e) && stix_check(j, a, out, e);
}
