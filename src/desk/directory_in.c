/*
 * directory_in: a directory of somebody else's, row by row, each as if it had been
 * entered by hand.
 */
#include "base/source.h"
#include "desk/directory.h"
#include "desk/vcard.h"
#include "model/country.h"
#include "parse/csv.h"
#include "parse/date.h"

#define ROW_BYTES_MAX DESK_DOC_BYTES_MAX

struct import {
	struct store *s;
	const struct desk_actor *actor;
	const struct who *by;
	int64_t now_s;
	bool dry;
	void (*each)(void *cookie, const struct directory_row *row);
	void *cookie;
	struct directory_result *result;
	struct arena a; /* of one row */
};

/* A row as it was read: a kind, and fields as an object that is not finished. */
struct row {
	size_t line;
	enum desk_kind kind;
	struct buf fields;
	size_t count;
	struct slice name, mail, function, country;
};

static void
row_begin(struct row *r, size_t line)
{
	*r = (struct row){ .line = line, .kind = DESK_ENTITY };
	buf_init(&r->fields, ROW_BYTES_MAX);
	buf_byte(&r->fields, '{');
}

/* What a check of what is there looks at. */
static void
note(struct row *r, const char *field, struct slice v)
{
	if (strcmp(field, "name") == 0)
		r->name = v;
	else if (strcmp(field, "mail") == 0)
		r->mail = v;
	else if (strcmp(field, "function") == 0 || strcmp(field, "sort") == 0)
		r->function = v;
	else if (strcmp(field, "country") == 0)
		r->country = v;
}

/* A field that the kind has, by its text; others are passed over. */
static bool
field_put(struct row *r, const char *name, struct slice text, struct err *e)
{
	const struct desk_field *f = desk_field_find(desk_kind_of(r->kind), slice_of_str(name));

	text = slice_trim(text);
	if (f == NULL || text.len == 0 || (f->flags & (DESK_PERSONAL | DESK_OURS)) != 0)
		return true;
	buf_printf(&r->fields, "%s\"%s\":", r->count++ == 0 ? "" : ",", name);
	note(r, name, text);
	return desk_value_type(f, text, &r->fields, e) || err_within(e, "%s", name);
}

/* --- what a row becomes ---------------------------------------------------------------- */

struct known {
	const struct row *r;
	struct arena *a;
	struct slice id;
};

static bool
known_take(void *cookie, const struct desk_record *there, struct err *e)
{
	struct known *k = cookie;
	const struct row *r = k->r;
	bool same = r->kind == DESK_FOCAL ?
	    slice_eq_nocase(desk_text(there, "mail"), r->mail) && slice_eq(desk_text(there, "function"), r->function) && slice_eq(there->country, r->country) :
	    slice_eq_nocase(desk_text(there, "name"), r->name);

	(void)e;
	if (same && k->id.p == NULL && !desk_kind_of(there->kind)->flow->states[there->state].final)
		k->id = arena_copy(k->a, there->id);
	return true;
}

static bool
deed_of(struct import *x, struct row *r, struct slice *id, struct err *e)
{
	struct desk_deed d = { .verb = DESK_NEW, .kind = r->kind, .actor = x->actor, .now_s = x->now_s };
	struct desk_record out;

	buf_byte(&r->fields, '}');
	if (!buf_ok(&r->fields))
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", ROW_BYTES_MAX);
	if (!json_parse(arena_copy(&x->a, buf_view(&r->fields)), &JSON_LIMITS, &x->a, &d.patch, e))
		return false;
	if (x->dry) {
		struct desk_reader reader;
		struct desk_world w;

		desk_world_of(&reader, x->s, &w);
		d.id = r->kind == DESK_FOCAL ? S("focal-point:NEW") : S("entity:NEW");
		*id = S("");
		return desk_act(NULL, &d, &w, &x->a, &out, e);
	}
	if (!desk_deed(x->s, SLICE_NONE, &d, x->by, &x->a, &out, e))
		return false;
	*id = out.id;
	return true;
}

/* ok: as far as it was read. False: nothing further can be done with the store. */
static bool
row_end(struct import *x, struct row *r, bool ok, struct err *why, struct err *e)
{
	struct directory_row out = { .line = r->line };
	struct known k = { .r = r, .a = &x->a };
	char today[DATE_TEXT_MAX];

	if (ok && r->kind == DESK_FOCAL && slice_find(buf_view(&r->fields), S("\"from\":")) == SIZE_MAX)
		ok = field_put(r, "from", slice_of(today, date_print_day(x->now_s, today)), why);
	if (ok) {
		struct desk_query q = { .has_kind = true, .kind = r->kind, .text = r->kind == DESK_FOCAL ? r->mail : r->name };

		if (!desk_list(x->s, &q, known_take, &k, e))
			return false;
	}
	out.name = r->name;
	out.id = k.id;
	out.known = k.id.p != NULL;
	if (ok && !out.known)
		ok = deed_of(x, r, &out.id, why);
	if (!ok && why->code == ERR_SYSTEM) {
		*e = *why;
		return false;
	}
	if (!ok)
		out.why = why;
	x->result->bad += !ok;
	x->result->known += ok && out.known;
	x->result->added += ok && !out.known;
	if (x->each != NULL)
		x->each(x->cookie, &out);
	buf_fini(&r->fields);
	arena_reset(&x->a);
	return true;
}

/* --- formats ------------------------------------------------------------------------------ */

#define CSV_COLUMNS_MAX 64

static bool
csv_record(struct import *x, const struct csv_row *row, const struct slice *names, size_t count, struct err *e)
{
	struct err why = ERR_INIT;
	struct row r;
	bool ok = true;

	row_begin(&r, (size_t)row->line);
	for (size_t i = 0; i < count && i < row->count; i++) {
		if (slice_eq(names[i], S("kind")))
			ok = desk_kind_find(slice_trim(row->v[i]), &r.kind) && (r.kind == DESK_FOCAL || r.kind == DESK_ENTITY);
	}
	if (!ok)
		(void)err_set(&why, ERR_INPUT, "kind: it is neither focal-point nor entity");
	for (size_t i = 0; ok && i < count && i < row->count; i++) {
		/* An entity's function is its sort. */
		const char *name = slice_eq(names[i], S("function")) && r.kind == DESK_ENTITY ? "sort" : arena_str(&x->a, names[i]);

		ok = name == NULL || field_put(&r, name, arena_copy(&x->a, row->v[i]), &why);
	}
	return row_end(x, &r, ok, &why, e);
}

static bool
csv_in(struct import *x, struct slice text, struct err *e)
{
	struct slice names[CSV_COLUMNS_MAX];
	struct csv_reader reader;
	struct csv_row row;
	struct source src;
	struct arena head;
	enum step step = STEP_END;
	size_t count = 0;
	bool ok = true, named = false;

	source_of_slice(&src, text);
	csv_init(&reader, &src);
	arena_init(&head, (size_t)1 << 20);
	while (ok && ((step = csv_next(&reader, &row, e)) == STEP_ITEM || step == STEP_BAD)) {
		if (step == STEP_BAD) {
			x->result->bad++;
			if (x->each != NULL)
				x->each(x->cookie, &(struct directory_row){ .line = (size_t)row.line, .why = e });
			continue;
		}
		if (count > 0) {
			ok = csv_record(x, &row, names, count, e);
			continue;
		}
		for (; count < row.count && count < CSV_COLUMNS_MAX; count++) {
			names[count] = arena_copy(&head, slice_trim(slice_starts(row.v[count], S("\xef\xbb\xbf")) ? slice_from(row.v[count], 3) : row.v[count]));
			named = named || slice_eq(names[count], S("name"));
		}
		ok = named || err_set(e, ERR_INPUT, "the first line names the columns: kind, function, country, name, mail, ...");
	}
	ok = ok && step == STEP_END;
	csv_fini(&reader);
	arena_fini(&head);
	return ok;
}

/* By its code, or its name in any of the six languages. */
static struct slice
country_read(struct slice text)
{
	if (country_name(text, LANG_EN).p != NULL)
		return text;
	for (size_t i = 0; i < country_count; i++) {
		for (int l = 0; l < LANG_COUNT; l++) {
			if (slice_eq_nocase(text, slice_of_str(country_rows[i].names[l])))
				return slice_of_str(country_rows[i].code);
		}
	}
	return text;
}

static bool
card_fields(struct import *x, const struct vcard *v, struct row *r, struct err *why)
{
	const struct desk_field *function = desk_field_find(desk_kind_of(DESK_FOCAL), S("function"));
	const struct desk_field *sort = desk_field_find(desk_kind_of(DESK_ENTITY), S("sort"));
	struct slice word = v->role;
	struct buf langs;
	bool ok;

	for (size_t i = 0; i < v->category_count; i++) {
		if (desk_word_in(function->words, v->categories[i]) || desk_word_in(sort->words, v->categories[i]))
			word = v->categories[i];
	}
	/* Of a word that is both, "csirt": what the card says besides. */
	if (desk_word_in(function->words, word)) {
		r->kind = DESK_FOCAL;
		for (size_t i = 0; i < v->category_count; i++) {
			if (slice_eq(v->categories[i], S("entity")))
				r->kind = DESK_ENTITY;
		}
	}
	buf_init(&langs, 1024);
	for (size_t i = 0; i < v->lang_count; i++) {
		buf_str(&langs, i == 0 ? "" : ",");
		buf_put(&langs, v->langs[i]);
	}
	ok = field_put(r, "name", v->org.len > 0 ? v->org : v->name, why) && field_put(r, r->kind == DESK_FOCAL ? "function" : "sort", word, why) &&
	    field_put(r, "country", country_read(v->country), why) && field_put(r, "mail", v->mail, why) && field_put(r, "phone", v->phone, why) &&
	    field_put(r, "url", v->url, why) && field_put(r, "languages", arena_copy(&x->a, buf_view(&langs)), why);
	buf_fini(&langs);
	return ok;
}

static bool
vcard_in(struct import *x, struct slice text, struct err *e)
{
	struct slice rest = text;
	size_t line = 0;
	bool found = true, ok = true;

	while (ok && found) {
		struct err why = ERR_INIT;
		size_t begun = line + 1;
		struct vcard v;
		struct row r;
		bool good = vcard_next(&rest, &line, &x->a, &v, &found, &why);

		if (!found)
			break;
		row_begin(&r, begun);
		ok = row_end(x, &r, good && card_fields(x, &v, &r, &why), &why, e);
	}
	return ok;
}

/* An item of JSON: {"kind": ..., fields}. */
static bool
json_fields(const struct json *item, struct row *r, struct err *why)
{
	struct slice kind = json_text(json_get(item, S("kind")));

	if (!json_is(item, JSON_OBJECT) || !desk_kind_find(kind, &r->kind) || (r->kind != DESK_FOCAL && r->kind != DESK_ENTITY))
		return err_set(why, ERR_INPUT, "kind: it is neither focal-point nor entity");
	JSON_EACH(v, item) {
		const struct desk_field *f = desk_field_find(desk_kind_of(r->kind), v->key);

		if (f == NULL || v->kind == JSON_NULL || (f->flags & (DESK_PERSONAL | DESK_OURS)) != 0)
			continue;
		buf_printf(&r->fields, "%s\"%s\":", r->count++ == 0 ? "" : ",", f->name);
		buf_put(&r->fields, v->raw);
		note(r, f->name, json_scalar(v));
	}
	return true;
}

static bool
json_in(struct import *x, struct slice text, struct err *e)
{
	const struct json *j;
	struct arena a;
	size_t n = 0;
	bool ok;

	arena_init(&a, 4 * DIRECTORY_BYTES_MAX);
	ok = json_parse(text, &JSON_LIMITS, &a, &j, e) && (json_is(j, JSON_ARRAY) || err_set(e, ERR_INPUT, "expected a list"));
	for (const struct json *item = ok ? j->first : NULL; ok && item != NULL; item = item->next) {
		struct err why = ERR_INIT;
		struct row r;

		row_begin(&r, ++n);
		ok = row_end(x, &r, json_fields(item, &r, &why), &why, e);
	}
	arena_fini(&a);
	return ok;
}

bool
directory_import(struct store *s, enum directory_form form, struct slice text, const struct desk_actor *actor,
    const struct who *by, int64_t now_s, bool dry,
    void (*each)(void *cookie, const struct directory_row *row), void *cookie, struct directory_result *out, struct err *e)
{
	struct import x = { .s = s, .actor = actor, .by = by, .now_s = now_s, .dry = dry, .each = each, .cookie = cookie, .result = out };
	bool ok = false;

	*out = (struct directory_result){ 0 };
	arena_init(&x.a, (size_t)64 << 20);
	switch (form) {
	case DIRECTORY_VCARD:
		ok = vcard_in(&x, text, e);
		break;
	case DIRECTORY_CSV:
		ok = csv_in(&x, text, e);
		break;
	case DIRECTORY_JSON:
		ok = json_in(&x, text, e);
		break;
	case DIRECTORY_FORM_COUNT:
		break;
	}
	arena_fini(&x.a);
	return ok;
}
