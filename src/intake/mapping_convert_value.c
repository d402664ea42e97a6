/* Converters of dates, numbers and JSON. */
#include "intake/mapping_convert.h"

#include "base/buf.h"
#include "parse/date.h"

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
		if (more)
			rest = slice_from(rest, at + call->a.len);
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

/* An object's members as a list of what put() makes of each, if anything. */
static bool
members(struct mapping_run *r, const struct mapping_call *call, struct cell *v,
    void (*put)(struct buf *b, const struct mapping_call *call, const struct json *member),
    struct err *why)
{
	const struct json *j, *object;
	struct slice whole;
	struct buf b;

	if (v->kind != EXTRA_JSON)
		return nothing(v);
	if (!json_parse(v->text, &VALUE_LIMITS, &r->in->record, &j, why))
		return false;
	object = json_is(j, JSON_OBJECT) ? j : NULL;
	buf_init(&b, 4 * r->in->limits.record_bytes);
	buf_byte(&b, '[');
	JSON_EACH (x, object)
		put(&b, call, x);
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

static void
put_key(struct buf *b, const struct mapping_call *call, const struct json *member)
{
	if (is_listed(call->a, member->key))
		return;
	if (b->len > 1)
		buf_byte(b, ',');
	json_quote(b, member->key);
}

/* An object's names as a list, but for those that are listed. */
static bool
do_keys(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	return members(r, call, v, put_key, why);
}

static void
put_named(struct buf *b, const struct mapping_call *call, const struct json *member)
{
	const struct json *inner = json_is(member, JSON_OBJECT) ? member : NULL;

	buf_str(b, b->len > 1 ? ",{" : "{");
	json_quote(b, call->a);
	buf_byte(b, ':');
	json_quote(b, member->key);
	JSON_EACH (m, inner) {
		buf_byte(b, ',');
		json_quote(b, m->key);
		buf_byte(b, ':');
		buf_put(b, m->raw);
	}
	buf_byte(b, '}');
}

/* {"CVE-1": {...}} as [{"name": "CVE-1", ...}] */
static bool
do_named(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	return members(r, call, v, put_named, why);
}

static const struct converter table[] = {
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
};

const struct converter_table converters_value = { table, sizeof(table) / sizeof(table[0]) };
