/*
 * The converters of mappings, one row each at the end of this file. Each takes
 * the value at hand and leaves another, or says why it cannot. What they do is
 * in proportion to the value and to the mapping's own words.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "intake/mapping_parse.h"
#include "intake/mapping_run.h"
#include "parse/base64.h"
#include "parse/date.h"
#include "parse/domain.h"

static bool
keep(struct mapping_run *r, struct cell *v, struct slice text, struct err *why)
{
	v->text = text;
	v->kind = EXTRA_TEXT;
	return text.p != NULL ||
	    err_set(why, ERR_LIMIT, "a record of more than %zu bytes", r->in->limits.record_bytes);
}

static bool
view(struct cell *v, struct slice text)
{
	v->text = slice_trim(text);
	v->kind = EXTRA_TEXT;
	return true;
}

static bool
nothing(struct cell *v)
{
	v->text = SLICE_NONE;
	return true;
}

/* --- letters ------------------------------------------------------------------------- */

static bool
do_lower(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)call;
	return keep(r, v, mapping_small(&r->in->record, v->text), why);
}

static bool
do_upper(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint8_t *p = arena_bytes(&r->in->record, v->text.len + 1);

	(void)call;
	for (size_t i = 0; p != NULL && i < v->text.len; i++)
		p[i] = byte_is_alpha(v->text.p[i]) ? (uint8_t)(v->text.p[i] & ~0x20) : v->text.p[i];
	return keep(r, v, slice_of(p, p == NULL ? 0 : v->text.len), why);
}

static bool
do_strip(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = v->text;

	(void)r, (void)why;
	while (s.len > 0 && slice_find_byte(call->a, s.p[0]) != SIZE_MAX)
		s = slice_from(s, 1);
	while (s.len > 0 && slice_find_byte(call->a, s.p[s.len - 1]) != SIZE_MAX)
		s.len--;
	return view(v, s);
}

static bool
do_replace(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest = v->text, whole;
	struct buf b;
	size_t at;

	if (call->a.len == 0 || slice_find(rest, call->a) == SIZE_MAX)
		return true;
	buf_init(&b, r->in->limits.record_bytes);
	while ((at = slice_find(rest, call->a)) != SIZE_MAX) {
		buf_put(&b, slice_sub(rest, 0, at));
		buf_put(&b, call->b);
		rest = slice_from(rest, at + call->a.len);
	}
	buf_put(&b, rest);
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	return keep(r, v, whole, why);
}

static bool
do_ascii(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint8_t *p = arena_bytes(&r->in->record, v->text.len + 1);
	size_t n = 0;

	(void)call;
	for (size_t i = 0; p != NULL && i < v->text.len; i++) {
		if (v->text.p[i] >= 0x20 && v->text.p[i] < 0x7f)
			p[n++] = v->text.p[i];
	}
	return keep(r, v, slice_of(p, n), why);
}

/* --- pieces --------------------------------------------------------------------------- */

/* Where needle stands last, or SIZE_MAX. */
static size_t
find_last(struct slice s, struct slice needle)
{
	for (size_t i = s.len; needle.len > 0 && i >= needle.len; i--) {
		if (memcmp(s.p + i - needle.len, needle.p, needle.len) == 0)
			return i - needle.len;
	}
	return SIZE_MAX;
}

static bool
do_after(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = slice_find(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_from(v->text, at + call->a.len));
}

static bool
do_after_last(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = find_last(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_from(v->text, at + call->a.len));
}

static bool
do_before(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = slice_find(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_sub(v->text, 0, at));
}

static bool
do_before_last(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = find_last(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_sub(v->text, 0, at));
}

static bool
do_between(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t from = slice_find(v->text, call->a), to;
	struct slice s;

	(void)r, (void)why;
	if (from == SIZE_MAX)
		return nothing(v);
	s = slice_from(v->text, from + call->a.len);
	to = slice_find(s, call->b);
	return to == SIZE_MAX ? nothing(v) : view(v, slice_sub(s, 0, to));
}

/* The n-th piece between separators, from 1; from the end, -1. */
static bool
piece(struct cell *v, struct slice sep, int64_t n)
{
	struct slice rest = v->text;
	int64_t count = 1;
	size_t at;

	if (sep.len == 0 || n == 0)
		return nothing(v);
	for (struct slice s = rest; (at = slice_find(s, sep)) != SIZE_MAX; s = slice_from(s, at + sep.len))
		count++;
	n = n < 0 ? count + n + 1 : n;
	if (n < 1 || n > count)
		return nothing(v);
	while (--n > 0)
		rest = slice_from(rest, slice_find(rest, sep) + sep.len);
	at = slice_find(rest, sep);
	return view(v, at == SIZE_MAX ? rest : slice_sub(rest, 0, at));
}

static bool
do_part(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)r, (void)why;
	return piece(v, call->a, call->n);
}

static bool
do_word(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest = v->text, word = SLICE_NONE;
	int64_t count = 0, n = call->n;

	(void)r, (void)why;
	for (int pass = 0; pass < 2; pass++) {
		int64_t i = 0;

		for (rest = slice_trim(v->text); rest.len > 0; rest = slice_trim(rest)) {
			size_t len = 0;

			while (len < rest.len && !byte_is_space(rest.p[len]))
				len++;
			i++;
			if (pass == 1 && i == n) {
				word = slice_sub(rest, 0, len);
				break;
			}
			rest = slice_from(rest, len);
		}
		count = pass == 0 ? i : count;
		n = n < 0 ? count + n + 1 : n;
	}
	return word.p == NULL ? nothing(v) : view(v, word);
}

static bool
do_digits(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t from = 0, to;

	(void)r, (void)call, (void)why;
	while (from < v->text.len && !byte_is_digit(v->text.p[from]))
		from++;
	for (to = from; to < v->text.len && byte_is_digit(v->text.p[to]);)
		to++;
	return view(v, slice_sub(v->text, from, to - from));
}

/* --- other values ----------------------------------------------------------------------- */

static bool
do_default(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)r, (void)why;
	return v->text.p != NULL ? true : view(v, call->a);
}

static bool
do_or(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)why;
	if (v->text.p == NULL)
		*v = mapping_cell(r, call->index);
	return true;
}

static bool
do_text(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)why;
	v->text = mapping_parts(r, call->parts, v->text);
	v->kind = EXTRA_TEXT;
	return true;
}

static int
key_order(const void *a, const void *b)
{
	const struct slice *key = a;
	const struct map_row *row = b;

	return slice_cmp(*key, row->key);
}

static bool
do_map(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct mapping_map *m = &r->m->maps.v[call->index];
	struct slice key = mapping_small(&r->in->record, slice_trim(v->text));
	const struct map_row *row = NULL;

	if (key.p == NULL)
		return keep(r, v, key, why);
	if (m->exact.n > 0)
		row = bsearch(&key, m->exact.v, m->exact.n, sizeof(*m->exact.v), key_order);
	for (size_t i = 0; i < m->patterns.n && row == NULL; i++) {
		if (mapping_glob(m->patterns.v[i].key, key))
			row = &m->patterns.v[i];
	}
	if (row == NULL && m->has_other)
		row = &m->other;
	if (row == NULL)
		return nothing(v);
	return row->keep ? true : view(v, row->result);
}

/* --- dates ------------------------------------------------------------------------------- */

static bool
date_keep(struct mapping_run *r, struct cell *v, int64_t s, uint32_t us, struct err *why)
{
	char text[DATE_TEXT_MAX];
	struct date d = { s, us };

	/* Years 1 to 9999: what lies outside is no date of a report. */
	if (s < INT64_C(-62135596800) || s > INT64_C(253402300799))
		return err_set(why, ERR_INPUT, "%s is not a date that we know", QUOTE(v->text));
	return keep(r, v, arena_copy(&r->in->record, slice_of(text, date_print(&d, text))), why);
}

static bool
do_date(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint32_t us;
	int64_t s;

	if (mapping_date(v->text, call->a, &r->m->zone, r->in->received_s, &s, &us))
		return date_keep(r, v, s, us, why);
	if (call->a.len > 0)
		return err_set(why, ERR_INPUT, "%s is not a date of the form %s", QUOTE(v->text), QUOTE(call->a));
	return err_set(why, ERR_INPUT, "%s is not a date that we know", QUOTE(v->text));
}

static bool
form_check(const struct mapping_call *call, struct err *e)
{
	return call->a.p == NULL || mapping_date_form_ok(call->a) ||
	    err_set(e, ERR_INPUT, "%s is not a form of dates: there are %%Y %%y %%m %%d %%b %%a %%H %%I %%M %%S %%f %%p %%z %%s %%j %%F %%T %%D", QUOTE(call->a));
}

static const struct { struct slice name; int64_t per_s; } units[] = {
	{ S_INIT("s"), 1 }, { S_INIT("ms"), 1000 }, { S_INIT("us"), 1000000 },
	{ S_INIT("ns"), 1000000000 }, { S_INIT("filetime"), 10000000 },
};

static size_t
unit_find(struct slice name)
{
	size_t i = 0;

	while (i < sizeof(units) / sizeof(units[0]) && !slice_eq(name, units[i].name))
		i++;
	return i;
}

static bool
unit_check(const struct mapping_call *call, struct err *e)
{
	return call->a.p == NULL || unit_find(call->a) < sizeof(units) / sizeof(units[0]) ||
	    err_set(e, ERR_INPUT, "%s is none of s, ms, us, ns, filetime", QUOTE(call->a));
}

/* Since 1970; a filetime counts from 1601. Without a unit the length says: thirteen digits are milliseconds. */
static bool
do_epoch(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t point = slice_find_byte(v->text, '.'), digits;
	struct slice s = slice_sub(v->text, 0, point == SIZE_MAX ? v->text.len : point);
	int64_t n, per_s, micro = 0;

	if (!slice_i64(s, &n) || n < 0)
		return err_set(why, ERR_INPUT, "%s is not a time since 1970", QUOTE(v->text));
	digits = s.len;
	per_s = call->a.p != NULL ? units[unit_find(call->a)].per_s :
	    digits >= 18 ? 1000000000 : digits >= 16 ? 1000000 : digits >= 13 ? 1000 : 1;
	if (per_s == 1 && point != SIZE_MAX) {
		struct slice f = slice_from(v->text, point + 1);

		for (size_t i = 0; i < 6; i++)
			micro = micro * 10 + (i < f.len && byte_is_digit(f.p[i]) ? f.p[i] - '0' : 0);
	} else if (per_s > 1) {
		micro = per_s >= 1000000 ? n % per_s / (per_s / 1000000) : n % per_s * (1000000 / per_s);
	}
	n /= per_s;
	if (slice_eq(call->a, S("filetime")))
		n -= INT64_C(11644473600);
	return date_keep(r, v, n, (uint32_t)micro, why);
}

/* --- kinds under extra. -------------------------------------------------------------------- */

static bool
do_int(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);
	int64_t n;

	(void)call;
	if (!slice_i64(s, &n))
		return err_set(why, ERR_INPUT, "%s is not a whole number", QUOTE(v->text));
	if (!keep(r, v, arena_printf(&r->in->record, "%lld", (long long)n), why))
		return false;
	v->kind = EXTRA_NUMBER;
	return true;
}

static bool
do_number(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice clean;

	(void)call;
	if (!field_type_clean(TYPE_FLOAT, v->text, &r->in->record, &clean, why))
		return false;
	*v = (struct cell){ clean, EXTRA_NUMBER };
	return true;
}

static bool
do_bool(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice clean;

	(void)call;
	if (!field_type_clean(TYPE_BOOLEAN, v->text, &r->in->record, &clean, why))
		return false;
	*v = (struct cell){ clean, EXTRA_BOOL };
	return true;
}

/* Taken apart again for each record: less than a record may have. */
static const struct json_limits VALUE_LIMITS = { .bytes = (size_t)256 << 10, .depth = 32, .nodes = 20000 };

static bool
do_json(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j;

	(void)call;
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	*v = (struct cell){ j->raw, EXTRA_JSON };
	return true;
}

/* "a, b" as ["a","b"] */
static bool
do_list(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest = v->text, item, whole;
	bool more = true;
	struct buf b;

	buf_init(&b, 4 * r->in->limits.record_bytes);
	buf_byte(&b, '[');
	while (more) {
		size_t at = slice_find(rest, call->a);

		more = at != SIZE_MAX && call->a.len > 0;
		item = slice_trim(more ? slice_sub(rest, 0, at) : rest);
		rest = more ? slice_from(rest, at + call->a.len) : rest;
		if (item.len == 0)
			continue;
		if (b.len > 1)
			buf_byte(&b, ',');
		json_quote(&b, item);
	}
	buf_byte(&b, ']');
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	if (!keep(r, v, whole, why))
		return false;
	v->kind = EXTRA_JSON;
	return true;
}

/* The n-th of a JSON array. */
static bool
do_item(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j, *x;
	int64_t n = call->n;

	if (v->kind != EXTRA_JSON)
		return true;
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	if (j->kind != JSON_ARRAY)
		return true;
	n = n < 0 ? (int64_t)j->count + n : n - 1;
	for (x = j->first; x != NULL && n > 0; x = x->next)
		n--;
	if (x == NULL || n < 0 || x->kind == JSON_NULL)
		return nothing(v);
	*v = mapping_json_cell(x);
	return true;
}

static bool
do_join(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j;
	struct slice whole;
	struct buf b;

	if (v->kind != EXTRA_JSON)
		return true;
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	buf_init(&b, r->in->limits.record_bytes);
	JSON_EACH (x, j) {
		struct slice s = x->kind == JSON_STRING ? x->text : x->raw;

		if (b.len > 0)
			buf_put(&b, call->a);
		buf_put(&b, s);
	}
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	return keep(r, v, whole, why);
}

/* "server.ip" of an object. */
static bool
do_get(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j;

	if (v->kind != EXTRA_JSON)
		return nothing(v);
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	j = json_get(j, call->a) != NULL ? json_get(j, call->a) : json_path(j, call->a);
	if (j == NULL || j->kind == JSON_NULL)
		return nothing(v);
	*v = mapping_json_cell(j);
	return true;
}

/* Of a list of objects the first whose member is that. */
static bool
do_find(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j;

	if (v->kind != EXTRA_JSON)
		return nothing(v);
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	JSON_EACH (x, j) {
		if (slice_eq_nocase(json_scalar(json_get(x, call->a)), call->b)) {
			*v = mapping_json_cell(x);
			return true;
		}
	}
	return nothing(v);
}

static bool
is_listed(struct slice list, struct slice name)
{
	struct slice word;

	while (slice_cut(&list, ',', &word)) {
		if (slice_eq(slice_trim(word), name))
			return true;
	}
	return false;
}

/* An object's names as a list, but for those that are listed. */
static bool
do_keys(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j;
	struct slice whole;
	struct buf b;

	if (v->kind != EXTRA_JSON)
		return nothing(v);
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	buf_init(&b, 4 * r->in->limits.record_bytes);
	buf_byte(&b, '[');
	JSON_EACH (x, json_is(j, JSON_OBJECT) ? j : NULL) {
		if (is_listed(call->a, x->key))
			continue;
		if (b.len > 1)
			buf_byte(&b, ',');
		json_quote(&b, x->key);
	}
	buf_byte(&b, ']');
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	if (whole.len == 2)
		return nothing(v);
	if (!keep(r, v, whole, why))
		return false;
	v->kind = EXTRA_JSON;
	return true;
}

/* {"CVE-1": {...}} as [{"name": "CVE-1", ...}] */
static bool
do_named(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct json *j;
	struct slice whole;
	struct buf b;

	if (v->kind != EXTRA_JSON)
		return nothing(v);
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	buf_init(&b, 4 * r->in->limits.record_bytes);
	JSON_EACH (x, json_is(j, JSON_OBJECT) ? j : NULL) {
		buf_str(&b, b.len == 0 ? "[{" : ",{");
		json_quote(&b, call->a);
		buf_byte(&b, ':');
		json_quote(&b, x->key);
		JSON_EACH (m, json_is(x, JSON_OBJECT) ? x : NULL) {
			buf_byte(&b, ',');
			json_quote(&b, m->key);
			buf_byte(&b, ':');
			buf_put(&b, m->raw);
		}
		buf_byte(&b, '}');
	}
	if (b.len > 0)
		buf_byte(&b, ']');
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	if (!keep(r, v, whole, why))
		return false;
	v->kind = EXTRA_JSON;
	return true;
}

/* --- addresses and URLs ----------------------------------------------------------------------- */

static bool
do_refang(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)call;
	return keep(r, v, url_refang(v->text, &r->in->record), why);
}

static bool
do_scheme(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);

	if (slice_find(slice_sub(s, 0, 32), S("://")) != SIZE_MAX || s.len > 32768)
		return true;
	if (slice_starts(s, S("//")))
		s = slice_from(s, 2);
	return keep(r, v, arena_printf(&r->in->record, "%.*s://%.*s", SLICE_ARG(call->a), SLICE_ARG(s)), why);
}

/* "host:port", "[v6]:port", "scheme://host:port/path": false where there is no host. */
static bool
host_port(struct slice s, struct slice *host, struct slice *port)
{
	struct url u;
	size_t colon, end = 0;

	*port = SLICE_NONE;
	if (url_split(s, &u)) {
		*host = u.host;
		*port = u.port;
		return true;
	}
	while (end < s.len && s.p[end] != '/' && s.p[end] != '?')
		end++;
	s = slice_sub(s, 0, end);
	if (s.len > 0 && s.p[0] == '[') {
		colon = slice_find_byte(s, ']');
		if (colon == SIZE_MAX)
			return false;
		*host = slice_sub(s, 1, colon - 1);
		if (colon + 1 < s.len && s.p[colon + 1] == ':')
			*port = slice_from(s, colon + 2);
		return true;
	}
	colon = slice_find_byte(s, ':');
	*host = s;
	/* A second colon: an IPv6 address without a port. */
	if (colon != SIZE_MAX && slice_find_byte(slice_from(s, colon + 1), ':') == SIZE_MAX) {
		*host = slice_sub(s, 0, colon);
		*port = slice_from(s, colon + 1);
	}
	return host->len > 0;
}

static bool
do_host(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice host, port;

	(void)r, (void)call, (void)why;
	return host_port(slice_trim(v->text), &host, &port) ? view(v, host) : nothing(v);
}

static bool
do_port(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice host, port;

	(void)r, (void)call, (void)why;
	return host_port(slice_trim(v->text), &host, &port) && port.len > 0 ? view(v, port) : nothing(v);
}

static bool
do_path(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);
	struct url u;
	size_t slash;

	(void)r, (void)call, (void)why;
	if (url_split(s, &u))
		slash = u.path.len == 0 ? SIZE_MAX : (size_t)(u.path.p - s.p);
	else
		slash = slice_find_byte(s, '/');
	return slash == SIZE_MAX ? nothing(v) : view(v, slice_from(s, slash));
}

static bool
do_asn(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);

	if (slice_starts_nocase(s, S("ASN")))
		s = slice_from(s, 3);
	else if (slice_starts_nocase(s, S("AS")))
		s = slice_from(s, 2);
	v->text = slice_trim(s);
	if (v->text.len == 0 || !byte_is_digit(v->text.p[0]))
		return nothing(v);
	return do_digits(r, call, v, why);
}

static unsigned
bits_of_mask(struct ip mask)
{
	uint32_t m = ip_v4(mask);
	unsigned bits = 0;

	while (bits < 32 && (m >> (31 - bits) & 1) != 0)
		bits++;
	return bits == 0 || (bits < 32 && (m << bits) != 0) ? 0 : bits;
}

/* "192.0.2.0 - 192.0.2.255", "192.0.2.0/255.255.255.0", or a prefix, whose host bits are cleared. */
static bool
do_network(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text), low, high;
	size_t dash = slice_find_byte(s, '-'), slash = slice_find_byte(s, '/');
	char text[PREFIX_TEXT_MAX];
	struct ip first, last;
	struct prefix p;

	(void)call;
	if (dash != SIZE_MAX) {
		low = slice_trim(slice_sub(s, 0, dash));
		high = slice_trim(slice_from(s, dash + 1));
		if (!ip_read(low, &first) || !ip_read(high, &last))
			return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
		p = prefix_within(first, first, last);
		if (ip_cmp(p.ip, first) != 0 || ip_cmp(prefix_last(&p), last) != 0)
			return err_set(why, ERR_INPUT, "%s is more than one network", QUOTE(s));
	} else if (slash != SIZE_MAX && ip_read(slice_from(s, slash + 1), &last) && ip_is_v4(last)) {
		unsigned bits = bits_of_mask(last);

		if (bits == 0 || !ip_read(slice_sub(s, 0, slash), &first) || !ip_is_v4(first))
			return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
		s = arena_printf(&r->in->record, "%.*s/%u", SLICE_ARG(slice_sub(s, 0, slash)), bits);
		if (!prefix_read_loose(s, &p))
			return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
	} else if (!prefix_read_loose(s, &p)) {
		return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
	}
	return keep(r, v, arena_copy(&r->in->record, slice_of(text, prefix_print(&p, text))), why);
}

/* "109.230.155.061": octets filled up with zeros, which elsewhere would be octal. */
static bool
do_octets(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest = slice_trim(v->text), part;
	uint64_t o[4];
	size_t n = 0;

	(void)call;
	while (slice_cut(&rest, '.', &part)) {
		if (n == 4 || part.len > 3 || !slice_u64(part, &o[n++]))
			return true; /* none of these: the field will say what is wrong */
	}
	if (n != 4)
		return true;
	return keep(r, v, arena_printf(&r->in->record, "%u.%u.%u.%u", (unsigned)o[0], (unsigned)o[1],
	    (unsigned)o[2], (unsigned)o[3]), why);
}

/* --- encodings ------------------------------------------------------------------------------- */

static bool
do_unbase64(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice out;

	(void)call;
	if (!base64_read(slice_trim(v->text), &r->in->record, &out))
		return err_set(why, ERR_INPUT, "%s is not base64", QUOTE(v->text));
	return keep(r, v, out, why);
}

/* "%41" and '+' as forms send them */
static bool
do_unescape(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint8_t *p = arena_bytes(&r->in->record, v->text.len + 1);
	size_t n = 0;

	(void)call;
	for (size_t i = 0; p != NULL && i < v->text.len; i++) {
		const uint8_t *c = v->text.p + i;

		if (*c == '%' && v->text.len - i > 2 && byte_hex(c[1]) >= 0 && byte_hex(c[2]) >= 0) {
			p[n++] = (uint8_t)(byte_hex(c[1]) * 16 + byte_hex(c[2]));
			i += 2;
		} else {
			p[n++] = *c;
		}
	}
	return keep(r, v, slice_of(p, p == NULL ? 0 : n), why);
}

/* --- the table ---------------------------------------------------------------------------------- */

static const struct converter converters[] = {
	{ S_INIT("lower"), "", "lower", do_lower, false, NULL },
	{ S_INIT("upper"), "", "upper", do_upper, false, NULL },
	{ S_INIT("ascii"), "", "ascii", do_ascii, false, NULL },
	{ S_INIT("strip"), "s", "strip \"characters\"", do_strip, false, NULL },
	{ S_INIT("replace"), "ss", "replace \"this\" \"by that\"", do_replace, false, NULL },
	{ S_INIT("remove"), "s", "remove \"this\"", do_replace, false, NULL },
	{ S_INIT("after"), "s", "after \"text\"", do_after, false, NULL },
	{ S_INIT("after-last"), "s", "after-last \"text\"", do_after_last, false, NULL },
	{ S_INIT("before"), "s", "before \"text\"", do_before, false, NULL },
	{ S_INIT("before-last"), "s", "before-last \"text\"", do_before_last, false, NULL },
	{ S_INIT("between"), "ss", "between \"this\" \"and that\"", do_between, false, NULL },
	{ S_INIT("part"), "ns", "part 2 \"separator\"", do_part, false, NULL },
	{ S_INIT("word"), "n", "word 1", do_word, false, NULL },
	{ S_INIT("digits"), "", "digits", do_digits, false, NULL },
	{ S_INIT("default"), "s", "default \"text\"", do_default, true, NULL },
	{ S_INIT("or"), "c", "or column", do_or, true, NULL },
	{ S_INIT("text"), "t", "text \"http://{}/{column}\"", do_text, false, NULL },
	{ S_INIT("map"), "m", "map name", do_map, true, NULL },
	{ S_INIT("date"), "s?", "date \"%d.%m.%Y\"", do_date, false, form_check },
	{ S_INIT("epoch"), "s?", "epoch ms", do_epoch, false, unit_check },
	{ S_INIT("int"), "", "int", do_int, false, NULL },
	{ S_INIT("number"), "", "number", do_number, false, NULL },
	{ S_INIT("bool"), "", "bool", do_bool, false, NULL },
	{ S_INIT("json"), "", "json", do_json, false, NULL },
	{ S_INIT("list"), "s", "list \",\"", do_list, false, NULL },
	{ S_INIT("item"), "n", "item 1", do_item, false, NULL },
	{ S_INIT("join"), "s", "join \", \"", do_join, false, NULL },
	{ S_INIT("get"), "s", "get server.ip", do_get, false, NULL },
	{ S_INIT("find"), "ss", "find name \"value\"", do_find, false, NULL },
	{ S_INIT("keys"), "s?", "keys \"but,these\"", do_keys, false, NULL },
	{ S_INIT("named"), "s", "named identifier", do_named, false, NULL },
	{ S_INIT("refang"), "", "refang", do_refang, false, NULL },
	{ S_INIT("scheme"), "s", "scheme http", do_scheme, false, NULL },
	{ S_INIT("host"), "", "host", do_host, false, NULL },
	{ S_INIT("port"), "", "port", do_port, false, NULL },
	{ S_INIT("path"), "", "path", do_path, false, NULL },
	{ S_INIT("asn"), "", "asn", do_asn, false, NULL },
	{ S_INIT("network"), "", "network", do_network, false, NULL },
	{ S_INIT("octets"), "", "octets", do_octets, false, NULL },
	{ S_INIT("unbase64"), "", "unbase64", do_unbase64, false, NULL },
	{ S_INIT("unescape"), "", "unescape", do_unescape, false, NULL },
};

const struct converter *
converter_find(struct slice name)
{
	for (size_t i = 0; i < sizeof(converters) / sizeof(converters[0]); i++) {
		if (slice_eq(converters[i].name, name))
			return &converters[i];
	}
	return NULL;
}
