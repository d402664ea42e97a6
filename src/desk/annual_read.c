/*
 * annual_read: a snapshot read again, held to its tables.
 */
#include "desk/annual_room.h"

#include "parse/date.h"
#include "parse/json_canon.h"

static const struct json_limits limits = { ANNUAL_BYTES_MAX, 8, 8000000 };

#define CELL_BYTES_MAX 20000

/* Texts by language: {"en": ...}. */
static bool
texts_ok(const struct json *v)
{
	size_t n = 0;

	JSON_EACH(t, v) {
		if (t->kind != JSON_STRING || t->text.len > CELL_BYTES_MAX || ++n > LANG_COUNT)
			return false;
	}
	return v->kind == JSON_OBJECT && n > 0;
}

static bool
cell_ok(enum annual_type type, const struct json *v)
{
	int64_t n;

	if (v->kind == JSON_NULL)
		return true;
	switch (type) {
	case ANNUAL_COUNT:
		return (v->kind == JSON_NUMBER && json_int(v, &n) && n >= 0) || (v->kind == JSON_OBJECT && v->count == 1 && json_int(json_get(v, S("below")), &n));
	case ANNUAL_TEXTS:
		return texts_ok(v);
	case ANNUAL_NUMBER:
		return v->kind == JSON_STRING && desk_amount_read(v->text, &n);
	case ANNUAL_DAY:
		return v->kind == JSON_STRING && desk_day_read(v->text, &n);
	case ANNUAL_MONTH:
		return v->kind == JSON_STRING && v->text.len == 7;
	case ANNUAL_TEXT: case ANNUAL_COUNTRY: case ANNUAL_REGION: case ANNUAL_WORD: case ANNUAL_STATE: case ANNUAL_READY: case ANNUAL_DOMAIN: case ANNUAL_CLASS:
		break;
	}
	return v->kind == JSON_STRING && v->text.len <= CELL_BYTES_MAX;
}

static bool
rows_check(const struct annual_table *t, const struct json *rows, struct err *e)
{
	size_t n = 0;

	if (!json_is(rows, JSON_ARRAY))
		return err_set(e, ERR_INPUT, "%s: expected a list of rows", t->name);
	JSON_EACH(row, rows) {
		size_t c = 0;

		n++;
		if (row->kind != JSON_ARRAY || row->count != t->column_count)
			return err_set(e, ERR_INPUT, "%s: row %zu: expected %zu cells", t->name, n, t->column_count);
		JSON_EACH(v, row) {
			if (!cell_ok(t->columns[c].type, v))
				return err_set(e, ERR_INPUT, "%s: row %zu: %s: it is not of its column's kind", t->name, n, t->columns[c].name);
			c++;
		}
	}
	return true;
}

static bool
head_read(const struct json *j, struct annual *out, struct err *e)
{
	int64_t form = 0, year = 0;
	struct date d;

	if (!json_int(json_get(j, S("annual")), &form) || form != ANNUAL_FORM)
		return err_set(e, ERR_INPUT, "it is no annual report's data of form %d", ANNUAL_FORM);
	if (!json_int(json_get(j, S("year")), &year) || year < 2000 || year > 2200)
		return err_set(e, ERR_INPUT, "year: expected one from 2000 to 2200");
	if (!desk_day_read(json_text(json_get(j, S("from"))), &out->from_s) || !desk_day_read(json_text(json_get(j, S("until"))), &out->until_s) ||
	    !date_read(json_text(json_get(j, S("as_of"))), &d))
		return err_set(e, ERR_INPUT, "from, until, as_of: expected dates");
	out->year = (int)year;
	out->as_of_s = d.s;
	out->node = json_text(json_get(j, S("node")));
	out->corrects = json_text(json_get(j, S("corrects")));
	out->readiness = json_text(json_get(j, S("readiness")));
	return true;
}

bool
annual_read(struct slice json, struct arena *a, struct annual *out, struct err *e)
{
	const struct json *j, *tables;

	*out = (struct annual){ .json = json, .sha = sha256_of(json) };
	if (!json_canon_check(json, &limits, a, &j, e) || !head_read(j, out, e))
		return false;
	tables = json_get(j, S("tables"));
	for (size_t t = 0; t < ANNUAL_TABLES; t++) {
		out->rows[t] = json_get(tables, slice_of_str(annual_tables[t].name));
		if (!rows_check(&annual_tables[t], out->rows[t], e))
			return false;
	}
	return true;
}
