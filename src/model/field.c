#include "model/field.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "model/taxonomy.h"
#include "parse/base64.h"
#include "parse/date.h"
#include "parse/domain.h"
#include "parse/ip.h"
#include "parse/json.h"

enum shape { SHAPE_ANY, SHAPE_ASCII, SHAPE_CC, SHAPE_HASH, SHAPE_UUID, SHAPE_TRANSPORT, SHAPE_SEVERITY };

static const struct {
	struct slice name;
	enum field_type type;
	uint16_t longest;
	enum shape shape;
} fields[FIELD_COUNT] = {
#define X(id, name, type, longest, shape) { S_INIT(name), TYPE_##type, longest, SHAPE_##shape },
#include "model/field_list.h"
#undef X
};

struct slice
field_name(enum field f)
{
	return fields[f].name;
}

enum field_type
field_type(enum field f)
{
	return fields[f].type;
}

enum field
field_find(struct slice name)
{
	unsigned low = 0, high = FIELD_COUNT;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		int c = slice_cmp(name, fields[middle].name);

		if (c == 0)
			return (enum field)middle;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return FIELD_NONE;
}

static bool
no_memory(const struct arena *a, struct err *e)
{
	return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

static bool
case_fold(struct slice s, bool upper, struct arena *a, struct slice *out, struct err *e)
{
	uint8_t *p;
	bool change = false;

	for (size_t i = 0; i < s.len && !change; i++) {
		uint8_t c = s.p[i];

		change = upper ? c >= 'a' && c <= 'z' : (c >= 'A' && c <= 'Z') || c >= 0xc3;
	}
	*out = s;
	if (!change)
		return true;
	p = arena_bytes(a, s.len);
	if (p == NULL)
		return no_memory(a, e);
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (upper)
			p[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c & ~0x20) : c;
		else
			p[i] = byte_lower(c);
		/* Latin-1 capitals in UTF-8 (À to Þ, but for ×), the common case beside ASCII. */
		if (!upper && i > 0 && s.p[i - 1] == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97)
			p[i] = (uint8_t)(c + 0x20);
	}
	*out = slice_of(p, s.len);
	return true;
}

/* A text: valid UTF-8 (what is not becomes U+FFFD), no NUL ("\0" instead). */
static bool
text_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	struct buf b;

	*out = s;
	if (slice_utf8_ok(s) && (s.len == 0 || memchr(s.p, '\0', s.len) == NULL))
		return true;
	buf_init(&b, 3 * s.len + 1);
	while (s.len > 0) {
		size_t n = slice_utf8_step(s);

		if (n == 0)
			buf_str(&b, "\xef\xbf\xbd");
		else if (s.p[0] == '\0')
			buf_str(&b, "\\0");
		else
			buf_put(&b, slice_of(s.p, n));
		s = slice_from(s, n == 0 ? 1 : n);
	}
	*out = arena_copy(a, buf_view(&b));
	buf_fini(&b);
	return out->p != NULL || no_memory(a, e);
}

static bool
ip_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	char text[IP_TEXT_MAX];
	struct slice whole = s;
	uint64_t number;
	struct ip ip;
	size_t at;

	if (s.len > 2 && s.p[0] == '[' && s.p[s.len - 1] == ']')
		s = slice_sub(s, 1, s.len - 2);
	/* "192.0.2.1/32" and "fe80::1%eth0": the address is meant. */
	at = slice_find_byte(s, '/');
	if (at != SIZE_MAX && slice_eq(slice_from(s, at), slice_find_byte(s, ':') == SIZE_MAX ? S("/32") : S("/128")))
		s = slice_sub(s, 0, at);
	at = slice_find_byte(s, '%');
	if (at != SIZE_MAX && slice_find_byte(s, ':') < at)
		s = slice_sub(s, 0, at);
	if (!ip_read(s, &ip)) {
		/* An IPv4 address as one number, as some exports have it. */
		if (!slice_u64(s, &number) || number > UINT32_MAX || s.len < 8)
			return err_set(e, ERR_INPUT, "%s is not an IP address", QUOTE(whole));
		ip = ip_of_v4((uint32_t)number);
	}
	/* What a tool writes that knows no address; it would be everybody's finding. */
	if (ip_is_v4(ip) && ip_v4(ip) == 0)
		return err_set(e, ERR_INPUT, "%s is not the address of a host", QUOTE(whole));
	at = ip_print(ip, text);
	if (slice_eq(s, slice_of(text, at)))
		*out = s;
	else
		*out = arena_copy(a, slice_of(text, at));
	return out->p != NULL || no_memory(a, e);
}

static bool
network_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix p;

	if (!prefix_read_loose(s, &p))
		return err_set(e, ERR_INPUT, "%s is not a network", QUOTE(s));
	*out = arena_copy(a, slice_of(text, prefix_print(&p, text)));
	return out->p != NULL || no_memory(a, e);
}

static bool
fqdn_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	struct ip ip;

	while (s.len > 0 && s.p[0] == '.')
		s = slice_from(s, 1);
	while (s.len > 0 && s.p[s.len - 1] == '.')
		s.len--;
	if (ip_read(s, &ip) || !fqdn_read(s, a, out))
		return err_set(e, ERR_INPUT, "%s is not a host name", QUOTE(s));
	return true;
}

static bool
url_ok(struct slice s)
{
	struct url u;

	if (!url_split(s, &u))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

static bool
url_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	if (slice_starts_nocase(s, S("hxx")) || slice_find_byte(s, '[') != SIZE_MAX)
		s = url_refang(s, a);
	if (s.p == NULL)
		return no_memory(a, e);
	if (!text_clean(s, a, &s, e))
		return false;
	if (!url_ok(s))
		return err_set(e, ERR_INPUT, "%s is not a URL", QUOTE(s));
	*out = s;
	return true;
}

/* Digits with a sign, as Python's int() takes them: "+5", "-0", "007", "1_000" is none. */
static bool
integer_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	char text[24];
	int64_t v;

	if (!slice_i64(s, &v))
		return err_set(e, ERR_INPUT, "%s is not a whole number", QUOTE(s));
	if (s.p[0] != '+' && !(s.len > 1 && s.p[0] == '0') && !(s.len > 1 && s.p[0] == '-')) {
		*out = s;
		return true;
	}
	*out = arena_copy(a, slice_of(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)v)));
	return out->p != NULL || no_memory(a, e);
}

/* strtod without its hexadecimal, infinite and undefined numbers. */
static bool
double_read(struct slice s, double *out)
{
	char text[64], *end;

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) && memchr("+-.eE", s.p[i], 5) == NULL)
			return false;
	}
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	*out = strtod(text, &end);
	return end == text + s.len && isfinite(*out);
}

/* The shortest text that reads back the same, with a point as Python prints it. */
static size_t
double_print(double v, char out[40])
{
	int n = 0;

	for (int digits = 1; digits <= 17; digits++) {
		n = snprintf(out, 40, "%.*g", digits, v);
		if (strtod(out, NULL) == v)
			break;
	}
	/* 1e+02 is how %g says 100. */
	if (strchr(out, 'e') != NULL && fabs(v) >= 1e-4 && fabs(v) < 1e16)
		n = snprintf(out, 40, "%.0f", v);
	if (strpbrk(out, ".e") == NULL)
		n += snprintf(out + n, 40 - (size_t)n, ".0");
	return (size_t)n;
}

static bool
float_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	char text[40];
	double v;

	if (!double_read(s, &v))
		return err_set(e, ERR_INPUT, "%s is not a number", QUOTE(s));
	*out = arena_copy(a, slice_of(text, double_print(v, text)));
	return out->p != NULL || no_memory(a, e);
}

static bool
accuracy_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	double v;

	if (slice_eq_nocase(s, S("true")))
		s = S("100");
	else if (slice_eq_nocase(s, S("false")))
		s = S("0");
	if (!double_read(s, &v) || v < 0 || v > 100)
		return err_set(e, ERR_INPUT, "%s is not a number from 0 to 100", QUOTE(s));
	return float_clean(s, a, out, e);
}

static bool
asn_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	struct slice digits = s;
	uint64_t v;

	if (slice_starts_nocase(s, S("AS")))
		digits = slice_trim(slice_from(s, 2));
	if (!slice_u64(digits, &v) || v == 0 || v > UINT32_MAX)
		return err_set(e, ERR_INPUT, "%s is not an AS number", QUOTE(s));
	*out = digits;
	if (digits.p[0] == '0')
		*out = arena_printf(a, "%llu", (unsigned long long)v);
	return out->p != NULL || no_memory(a, e);
}

static bool
boolean_clean(struct slice s, struct slice *out, struct err *e)
{
	static const struct { struct slice word; bool value; } words[] = {
		{ S_INIT("true"), true }, { S_INIT("yes"), true }, { S_INIT("1"), true },
		{ S_INIT("y"), true }, { S_INIT("t"), true },
		{ S_INIT("false"), false }, { S_INIT("no"), false }, { S_INIT("0"), false },
		{ S_INIT("n"), false }, { S_INIT("f"), false },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (slice_eq_nocase(s, words[i].word)) {
			*out = words[i].value ? S("true") : S("false");
			return true;
		}
	}
	return err_set(e, ERR_INPUT, "%s is neither true nor false", QUOTE(s));
}

static bool
date_clean(struct slice s, struct arena *a, struct slice *out, struct err *e)
{
	char text[DATE_TEXT_MAX];
	struct date d = { 0, 0 };
	size_t n;

	if (!date_read_fast(s, &d.s) && !date_parse(s, &d, e))
		return false;
	n = date_print(&d, text);
	if (slice_eq(s, slice_of(text, n)))
		*out = s;
	else
		*out = arena_copy(a, slice_of(text, n));
	return out->p != NULL || no_memory(a, e);
}

static bool
tlp_clean(struct slice s, struct slice *out, struct err *e)
{
	static const struct { struct slice word, now; } words[] = {
		{ S_INIT("CLEAR"), S_INIT("CLEAR") }, { S_INIT("WHITE"), S_INIT("CLEAR") },
		{ S_INIT("GREEN"), S_INIT("GREEN") }, { S_INIT("AMBER"), S_INIT("AMBER") },
		{ S_INIT("YELLOW"), S_INIT("AMBER") }, { S_INIT("AMBER+STRICT"), S_INIT("AMBER+STRICT") },
		{ S_INIT("AMBER STRICT"), S_INIT("AMBER+STRICT") }, { S_INIT("RED"), S_INIT("RED") },
	};
	struct slice rest = s;

	if (slice_starts_nocase(rest, S("TLP"))) {
		rest = slice_from(rest, 3);
		while (rest.len > 0 && (rest.p[0] == ':' || rest.p[0] == ' ' || rest.p[0] == '-'))
			rest = slice_from(rest, 1);
	}
	rest = slice_trim(rest);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (slice_eq_nocase(rest, words[i].word)) {
			*out = words[i].now;
			return true;
		}
	}
	return err_set(e, ERR_INPUT, "%s is not a TLP marking", QUOTE(s));
}

static bool
registry_clean(struct slice s, struct slice *out, struct err *e)
{
	static const struct { struct slice word, now; } words[] = {
		{ S_INIT("AFRINIC"), S_INIT("AFRINIC") }, { S_INIT("APNIC"), S_INIT("APNIC") },
		{ S_INIT("ARIN"), S_INIT("ARIN") }, { S_INIT("LACNIC"), S_INIT("LACNIC") },
		{ S_INIT("RIPE"), S_INIT("RIPE") }, { S_INIT("RIPENCC"), S_INIT("RIPE") },
		{ S_INIT("RIPE-NCC"), S_INIT("RIPE") }, { S_INIT("RIPE NCC"), S_INIT("RIPE") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (slice_eq_nocase(s, words[i].word)) {
			*out = words[i].now;
			return true;
		}
	}
	return err_set(e, ERR_INPUT, "%s is not a regional Internet registry", QUOTE(s));
}

static bool
json_clean(struct slice s, bool object, struct arena *a, struct slice *out, struct err *e)
{
	const struct json *j;

	if (!text_clean(s, a, &s, e) || !json_parse(s, &JSON_LIMITS, a, &j, e))
		return false;
	if (object && j->kind != JSON_OBJECT)
		return err_set(e, ERR_INPUT, "%s is not a JSON object", QUOTE(s));
	*out = j->raw;
	return true;
}

bool
field_type_clean(enum field_type type, struct slice value, struct arena *a,
    struct slice *out, struct err *e)
{
	struct slice s = slice_trim(value);

	if (s.len == 0)
		return err_set(e, ERR_INPUT, "the value is empty");
	switch (type) {
	case TYPE_STRING:
		return text_clean(s, a, out, e);
	case TYPE_LOWER:
		return text_clean(s, a, &s, e) && case_fold(s, false, a, out, e);
	case TYPE_UPPER:
		return text_clean(s, a, &s, e) && case_fold(s, true, a, out, e);
	case TYPE_IP:
		return ip_clean(s, a, out, e);
	case TYPE_NETWORK:
		return network_clean(s, a, out, e);
	case TYPE_FQDN:
		return fqdn_clean(s, a, out, e);
	case TYPE_URL:
		return url_clean(s, a, out, e);
	case TYPE_INTEGER:
		return integer_clean(s, a, out, e);
	case TYPE_FLOAT:
		return float_clean(s, a, out, e);
	case TYPE_BOOLEAN:
		return boolean_clean(s, out, e);
	case TYPE_DATE:
		return date_clean(s, a, out, e);
	case TYPE_ASN:
		return asn_clean(s, a, out, e);
	case TYPE_ACCURACY:
		return accuracy_clean(s, a, out, e);
	case TYPE_BASE64: {
		struct slice decoded;

		*out = s;
		return base64_read(s, a, &decoded) ||
		    err_set(e, ERR_INPUT, "%s is not base64", QUOTE(s));
	}
	case TYPE_TAXONOMY:
		*out = taxonomy_modern(s);
		return out->p != NULL ||
		    err_set(e, ERR_INPUT, "%s is not a taxonomy of RSIT", QUOTE(s));
	case TYPE_CLASS:
		*out = class_modern(s);
		return out->p != NULL ||
		    err_set(e, ERR_INPUT, "%s is not a class of RSIT", QUOTE(s));
	case TYPE_TLP:
		return tlp_clean(s, out, e);
	case TYPE_REGISTRY:
		return registry_clean(s, out, e);
	case TYPE_JSON:
		return json_clean(s, false, a, out, e);
	case TYPE_JSON_DICT:
		return json_clean(s, true, a, out, e);
	}
	return err_set(e, ERR_INTERNAL, "a field of an unknown type");
}

static bool
uuid_ok(struct slice s)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (s.len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		bool ok = form[i] == '-' ? s.p[i] == '-' :
		    byte_is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z');

		if (!ok)
			return false;
	}
	return true;
}

static bool
shape_ok(enum shape shape, struct slice s)
{
	switch (shape) {
	case SHAPE_ANY:
		return true;
	case SHAPE_ASCII:
		for (size_t i = 0; i < s.len; i++) {
			if (s.p[i] < 0x20 || s.p[i] > 0x7e)
				return false;
		}
		return true;
	case SHAPE_CC:
		return s.len == 2 && (byte_is_alpha(s.p[0]) || byte_is_digit(s.p[0])) &&
		    (byte_is_alpha(s.p[1]) || byte_is_digit(s.p[1]));
	case SHAPE_HASH:
		for (size_t i = 0; i < s.len; i++) {
			if (byte_hex(s.p[i]) < 0 && s.p[i] != '.' && s.p[i] != '/')
				return false;
		}
		return true;
	case SHAPE_UUID:
		return uuid_ok(s);
	case SHAPE_TRANSPORT:
		/* IANA's protocol names: letters, digits and a few signs. */
		for (size_t i = 0; i < s.len; i++) {
			if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) &&
			    memchr("-+./", s.p[i], 4) == NULL)
				return false;
		}
		return s.len > 0 && (byte_is_alpha(s.p[0]) || slice_eq(s, S("3pc")));
	case SHAPE_SEVERITY:
		return slice_eq(s, S("critical")) || slice_eq(s, S("high")) ||
		    slice_eq(s, S("medium")) || slice_eq(s, S("low")) ||
		    slice_eq(s, S("info")) || slice_eq(s, S("undefined"));
	}
	return false;
}

bool
field_clean(enum field f, struct slice value, struct arena *a,
    struct slice *out, struct err *e)
{
	struct slice s = SLICE_NONE;

	if (!field_type_clean(fields[f].type, value, a, &s, e))
		return false;
	if (fields[f].longest != 0 && s.len > fields[f].longest)
		return err_set(e, ERR_INPUT, "%s is longer than %u bytes", QUOTE(s),
		    (unsigned)fields[f].longest);
	if (fields[f].shape != SHAPE_ANY && !shape_ok(fields[f].shape, s))
		return err_set(e, ERR_INPUT, "%s is not of the form that this field has",
		    QUOTE(s));
	*out = s;
	return true;
}

/* "2015-08-31T08:16:10", perhaps a fraction of any length, "+00:00". */
static bool
date_ok(struct slice s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	struct slice rest = slice_from(s, sizeof(form) - 1);
	struct date d;

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (i >= s.len || (form[i] == 'd' ? !byte_is_digit(s.p[i]) : s.p[i] != form[i]))
			return false;
	}
	if (!slice_ends(rest, S("+00:00")))
		return false;
	rest.len -= 6;
	if (rest.len == 1 || (rest.len > 0 && rest.p[0] != '.'))
		return false;
	for (size_t i = 1; i < rest.len; i++) {
		if (!byte_is_digit(rest.p[i]))
			return false;
	}
	return date_read(s, &d);
}

bool
field_type_ok(enum field_type type, struct slice value)
{
	struct err e = ERR_INIT;
	struct slice clean = SLICE_NONE;
	struct prefix net;
	struct arena a;
	struct ip ip;
	bool ok;

	/* The types that have more than one good form: what reads as one is fine. */
	switch ((int)type) {
	case TYPE_IP:
		return ip_read(value, &ip) && !(ip_is_v4(ip) && ip_v4(ip) == 0);
	case TYPE_NETWORK:
		return prefix_parse(value, &net, &e);
	case TYPE_DATE:
		return date_ok(value);
	case TYPE_TLP:
		if (slice_eq(value, S("WHITE"))) /* TLP 1.0's name of CLEAR */
			return true;
	}
	arena_init(&a, 4 * value.len + 65536);
	ok = field_type_clean(type, value, &a, &clean, &e) && (slice_eq(clean, value) ||
	    ((type == TYPE_FLOAT || type == TYPE_ACCURACY) && !byte_is_alpha(value.p[0]) &&
	    slice_eq(slice_trim(value), value)));
	arena_fini(&a);
	return ok;
}
