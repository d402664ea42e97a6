#include "intake/xarf_rules.h"

#include <assert.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "base/lang.h"
#include "parse/base64.h"
#include "parse/date.h"
#include "parse/domain.h"
#include "parse/ip.h"

/* Rule in rule; the data needs a dozen. */
#define DEPTH_MAX 40
/* The longest text that a pattern looks at. */
#define PATTERN_TEXT_MAX 1024

static const struct json *rules;

struct check {
	char path[160]; /* "Report.SourceIp" */
	size_t len;
	unsigned depth;
	struct err *e;
};

void
xarf_rules_warmup(void)
{
	/* Lives as long as the process. */
	static struct arena a;
	struct err e = ERR_INIT;
	bool ok = false;

	if (rules != NULL)
		return;
	arena_init(&a, 64 << 20);
	for (size_t i = 0; i < embedded_count && !ok; i++)
		ok = slice_eq(embedded_files[i].name, S("xarf/rules.json")) &&
		    json_parse(embedded_bytes(&embedded_files[i]), &JSON_LIMITS,
		    &a, &rules, &e);
	assert(ok);
}

static const char *
path_of(const struct check *c)
{
	return c->len == 0 ? T("the report") : c->path;
}

static size_t
path_push(struct check *c, struct slice key)
{
	size_t before = c->len;
	int n = snprintf(c->path + c->len, sizeof(c->path) - c->len, "%s%.*s",
	    c->len == 0 ? "" : ".", (int)(key.len > 60 ? 60 : key.len),
	    (const char *)key.p);

	if (n > 0)
		c->len += (size_t)n < sizeof(c->path) - c->len ? (size_t)n :
		    sizeof(c->path) - c->len - 1;
	return before;
}

static void
path_pop(struct check *c, size_t before)
{
	c->len = before;
	c->path[before] = '\0';
}

static double
number(const struct json *v)
{
	char text[64];
	size_t n = v->text.len < sizeof(text) - 1 ? v->text.len : sizeof(text) - 1;

	memcpy(text, v->text.p, n);
	text[n] = '\0';
	return strtod(text, NULL);
}

static bool
is_integer(struct slice text)
{
	size_t dot = slice_find_byte(text, '.');

	if (slice_find_byte(text, 'e') != SIZE_MAX ||
	    slice_find_byte(text, 'E') != SIZE_MAX)
		return false;
	/* 1.0 is an integer, as JSON Schema sees it. */
	for (size_t i = dot == SIZE_MAX ? text.len : dot + 1; i < text.len; i++)
		if (text.p[i] != '0')
			return false;
	return true;
}

static bool
type_is(struct slice type, const struct json *v)
{
	if (slice_eq(type, S("string")))
		return v->kind == JSON_STRING;
	if (slice_eq(type, S("object")))
		return v->kind == JSON_OBJECT;
	if (slice_eq(type, S("array")))
		return v->kind == JSON_ARRAY;
	if (slice_eq(type, S("boolean")))
		return v->kind == JSON_TRUE || v->kind == JSON_FALSE;
	if (slice_eq(type, S("number")))
		return v->kind == JSON_NUMBER;
	if (slice_eq(type, S("integer")))
		return v->kind == JSON_NUMBER && is_integer(v->text);
	return v->kind == JSON_NULL;
}

static bool
digits(struct slice s, size_t at, size_t n)
{
	for (size_t i = at; i < at + n; i++)
		if (i >= s.len || !byte_is_digit(s.p[i]))
			return false;
	return true;
}

/* RFC 3339 section 5.6, and that the parts make a moment. */
static bool
date_time_ok(struct slice s)
{
	struct date d;
	size_t at = 19;

	if (s.len < 20 || !digits(s, 0, 4) || s.p[4] != '-' || !digits(s, 5, 2) ||
	    s.p[7] != '-' || !digits(s, 8, 2) || ((s.p[10] | 0x20) != 't' &&
	    s.p[10] != ' ') || !digits(s, 11, 2) || s.p[13] != ':' ||
	    !digits(s, 14, 2) || s.p[16] != ':' || !digits(s, 17, 2))
		return false;
	if (s.p[at] == '.') {
		for (at++; at < s.len && byte_is_digit(s.p[at]);)
			at++;
	}
	if (at + 1 == s.len)
		return (s.p[at] | 0x20) == 'z' && date_read(s, &d);
	return at + 6 == s.len && (s.p[at] == '+' || s.p[at] == '-') &&
	    digits(s, at + 1, 2) && s.p[at + 3] == ':' && digits(s, at + 4, 2) &&
	    date_read(s, &d);
}

/* RFC 1123 labels; one is enough. */
static bool
hostname_ok(struct slice s)
{
	size_t label = 0;

	if (s.len == 0 || s.len > 253)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t ch = s.p[i];

		if (ch == '.' ? label == 0 || s.p[i - 1] == '-' :
		    !byte_is_alpha(ch) && !byte_is_digit(ch) &&
		    (ch != '-' || label == 0))
			return false;
		label = ch == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0 && s.p[s.len - 1] != '-';
}

static bool
uri_ok(struct slice s)
{
	size_t colon = slice_find_byte(s, ':');

	if (colon == SIZE_MAX || colon == 0 || colon + 1 == s.len ||
	    !byte_is_alpha(s.p[0]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '<' ||
		    s.p[i] == '>' || s.p[i] == 0x7f)
			return false;
	for (size_t i = 1; i < colon; i++)
		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) &&
		    s.p[i] != '+' && s.p[i] != '-' && s.p[i] != '.')
			return false;
	return true;
}

static bool
uuid_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s.p[i] != '-' :
		    byte_hex(s.p[i]) < 0)
			return false;
	return s.len == 36;
}

static bool
format_ok(struct slice format, struct slice s)
{
	struct ip ip;
	struct date d;

	if (slice_eq(format, S("date-time")))
		return date_time_ok(s);
	if (slice_eq(format, S("ipv4")))
		return slice_find_byte(s, ':') == SIZE_MAX && ip_read(s, &ip);
	if (slice_eq(format, S("ipv6")))
		return slice_find_byte(s, ':') != SIZE_MAX && ip_read(s, &ip);
	if (slice_eq(format, S("email")))
		return mailbox_ok(s);
	if (slice_eq(format, S("uri")))
		return uri_ok(s);
	if (slice_eq(format, S("hostname")))
		return hostname_ok(s);
	if (slice_eq(format, S("uuid")))
		return uuid_ok(s);
	if (slice_eq(format, S("date")))
		return s.len == 10 && date_read(s, &d);
	return true;
}

static bool
pattern_ok(struct slice pattern, struct slice s)
{
	char re[1024], text[PATTERN_TEXT_MAX + 1];
	regex_t compiled;
	bool ok;

	if (s.len > PATTERN_TEXT_MAX || pattern.len >= sizeof(re) ||
	    memchr(s.p, '\0', s.len) != NULL)
		return false;
	memcpy(re, pattern.p, pattern.len);
	re[pattern.len] = '\0';
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (regcomp(&compiled, re, REG_EXTENDED | REG_NOSUB) != 0)
		return true;
	ok = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return ok;
}

static bool
base64_ok(struct slice s)
{
	struct arena a = ARENA_NONE;
	struct slice out;
	bool ok;

	arena_init(&a, s.len + 65536);
	ok = base64_read_loose(s, &a, &out);
	arena_fini(&a);
	return ok;
}

static bool
text_check(struct check *c, const struct json *rule, const struct json *v)
{
	int64_t n;
	struct slice s;

	if (json_int(json_get(rule, S("l")), &n) &&
	    slice_chars(v->text) < (size_t)n)
		return err_set(c->e, ERR_INPUT, "%s is shorter than %lld characters",
		    path_of(c), (long long)n);
	if (json_int(json_get(rule, S("k")), &n) &&
	    slice_chars(v->text) > (size_t)n)
		return err_set(c->e, ERR_INPUT, "%s is longer than %lld characters",
		    path_of(c), (long long)n);
	s = json_text(json_get(rule, S("f")));
	if (s.p != NULL && !format_ok(s, v->text))
		return err_set(c->e, ERR_INPUT, "%s: %s is no %.*s", path_of(c),
		    QUOTE(v->text), SLICE_ARG(s));
	s = json_text(json_get(rule, S("x")));
	if (s.p != NULL && !pattern_ok(s, v->text))
		return err_set(c->e, ERR_INPUT, "%s: %s has not the form it must have",
		    path_of(c), QUOTE(v->text));
	if (json_get(rule, S("d")) != NULL && !base64_ok(v->text))
		return err_set(c->e, ERR_INPUT, "%s is no base64", path_of(c));
	return true;
}

static bool
number_check(struct check *c, const struct json *rule, const struct json *v)
{
	const struct json *n = json_get(rule, S("n")), *m = json_get(rule, S("m"));

	if (n != NULL && number(v) < number(n))
		return err_set(c->e, ERR_INPUT, "%s: %s is less than %.*s",
		    path_of(c), QUOTE(v->text), SLICE_ARG(n->text));
	if (m != NULL && number(v) > number(m))
		return err_set(c->e, ERR_INPUT, "%s: %s is more than %.*s",
		    path_of(c), QUOTE(v->text), SLICE_ARG(m->text));
	return true;
}

/* A rule holds rules; how deep is bounded by check()'s DEPTH_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
static bool check(struct check *c, const struct json *rule,
    const struct json *v);

static bool
object_check(struct check *c, const struct json *rule, const struct json *v)
{
	const struct json *known = json_get(rule, S("p"));
	const struct json *other = json_get(rule, S("o"));
	int64_t least;

	JSON_EACH(name, json_get(rule, S("q")))
		if (json_get(v, name->text) == NULL)
			return err_set(c->e, ERR_INPUT, "%s lacks \"%.*s\"",
			    path_of(c), SLICE_ARG(name->text));
	if (json_int(json_get(rule, S("s")), &least) && v->count < least)
		return err_set(c->e, ERR_INPUT, "%s has less than %lld properties",
		    path_of(c), (long long)least);
	JSON_EACH(member, v) {
		const struct json *r = json_get(known, member->key);
		size_t before;
		bool ok;

		if (r == NULL)
			r = other;
		if (r == NULL)
			continue;
		before = path_push(c, member->key);
		if (r->kind == JSON_FALSE)
			return err_set(c->e, ERR_INPUT, "%s is no property that may stand there",
			    path_of(c));
		ok = check(c, r, member);
		if (!ok)
			return false;
		path_pop(c, before);
	}
	return true;
}

static bool
array_check(struct check *c, const struct json *rule, const struct json *v)
{
	const struct json *each = json_get(rule, S("i"));
	int64_t n;
	size_t i = 0;

	if (json_int(json_get(rule, S("a")), &n) && v->count < n)
		return err_set(c->e, ERR_INPUT, "%s has less than %lld items",
		    path_of(c), (long long)n);
	if (json_int(json_get(rule, S("b")), &n) && v->count > n)
		return err_set(c->e, ERR_INPUT, "%s has more than %lld items",
		    path_of(c), (long long)n);
	if (each == NULL)
		return true;
	JSON_EACH(item, v) {
		char key[24];
		size_t before;

		(void)snprintf(key, sizeof(key), "%zu", i++);
		before = path_push(c, slice_of_str(key));
		if (!check(c, each, item))
			return false;
		path_pop(c, before);
	}
	return true;
}

static bool
same(const struct json *a, const struct json *b)
{
	return a->kind == b->kind && slice_eq(a->text, b->text);
}

static bool
value_check(struct check *c, const struct json *rule, const struct json *v)
{
	const struct json *r = json_get(rule, S("t"));
	bool ok = false;

	if (r != NULL && r->kind == JSON_STRING && !type_is(r->text, v))
		return err_set(c->e, ERR_INPUT, "%s must be of type %.*s",
		    path_of(c), SLICE_ARG(r->text));
	r = json_get(rule, S("e"));
	if (r != NULL) {
		JSON_EACH(one, r)
			ok = ok || same(one, v);
		if (!ok)
			return err_set(c->e, ERR_INPUT, "%s: %s is none of the values that may stand there",
			    path_of(c), QUOTE(v->raw));
	}
	r = json_get(rule, S("c"));
	if (r != NULL && !same(r, v))
		return err_set(c->e, ERR_INPUT, "%s must be %s", path_of(c),
		    QUOTE(r->text));
	switch (v->kind) {
	case JSON_STRING:
		return text_check(c, rule, v);
	case JSON_NUMBER:
		return number_check(c, rule, v);
	case JSON_OBJECT:
		return object_check(c, rule, v);
	case JSON_ARRAY:
		return array_check(c, rule, v);
	case JSON_NULL:
	case JSON_TRUE:
	case JSON_FALSE:
		return true;
	}
	return true;
}

/* Does v keep rule? Says nothing where it does not. */
static bool
keeps(const struct check *c, const struct json *rule, const struct json *v)
{
	struct err ignored = ERR_INIT;
	struct check quiet = *c;

	quiet.e = &ignored;
	return check(&quiet, rule, v);
}

/* allOf, anyOf, oneOf, not, if-then-else. */
static bool
logic_check(struct check *c, const struct json *rule, const struct json *v)
{
	const struct json *r;

	JSON_EACH(one, json_get(rule, S("A")))
		if (!check(c, one, v))
			return false;
	r = json_get(rule, S("Y"));
	if (r == NULL)
		r = json_get(rule, S("O"));
	if (r != NULL) {
		bool some = false;

		JSON_EACH(one, r)
			some = some || keeps(c, one, v);
		/* The last one's sentence stands for all. */
		JSON_EACH(one, r)
			if (!some && one->next == NULL)
				return check(c, one, v);
	}
	r = json_get(rule, S("N"));
	if (r != NULL && keeps(c, r, v))
		return err_set(c->e, ERR_INPUT, "%s: this may not stand there",
		    path_of(c));
	r = json_get(rule, S("I"));
	if (r != NULL) {
		r = json_get(rule, keeps(c, r, v) ? S("T") : S("E"));
		if (r != NULL)
			return check(c, r, v);
	}
	return true;
}

static bool
check(struct check *c, const struct json *rule, const struct json *v)
{
	const struct json *ref;
	bool ok;

	if (rule->kind == JSON_TRUE)
		return true;
	if (c->depth++ >= DEPTH_MAX)
		return err_set(c->e, ERR_LIMIT, "%s is nested too deeply", path_of(c));
	ref = json_get(rule, S("r"));
	if (ref != NULL)
		ref = json_get(rules, ref->text);
	ok = (ref == NULL || check(c, ref, v)) && value_check(c, rule, v) &&
	    logic_check(c, rule, v);
	c->depth--;
	return ok;
}
/* NOLINTEND(misc-no-recursion) */

bool
xarf_rules_check(const char *rule, const struct json *value, struct err *e)
{
	struct check c = { .e = e };
	const struct json *r;

	xarf_rules_warmup();
	r = json_get(rules, slice_of_str(rule));
	if (r == NULL)
		return err_set(e, ERR_ABSENT, "there is no rule %s", rule);
	return check(&c, r, value);
}
