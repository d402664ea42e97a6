/*
 * directory: out, and into attribution. What comes in is directory_in.c's.
 */
#include "desk/directory.h"

#include <stdlib.h>

#include "attrib/contacts.h"
#include "desk/vcard.h"
#include "parse/csv.h"
#include "parse/date.h"

bool
directory_form_find(struct slice name, enum directory_form *out)
{
	static const char *const names[DIRECTORY_FORM_COUNT] = { "vcard", "csv", "json" };

	for (int i = 0; i < DIRECTORY_FORM_COUNT; i++) {
		if (slice_eq(name, slice_of_str(names[i]))) {
			*out = (enum directory_form)i;
			return true;
		}
	}
	return false;
}

/* --- out ---------------------------------------------------------------------------- */

struct export {
	struct store *s;
	const struct directory_query *q;
	enum directory_form form;
	struct buf *out;
	struct json_out j;
};

static struct slice
joined(const struct json *v, struct buf *b)
{
	size_t n = 0;

	buf_clear(b);
	if (json_is(v, JSON_STRING))
		return v->text;
	JSON_EACH(item, v) {
		buf_str(b, n++ == 0 ? "" : ",");
		buf_put(b, json_text(item));
	}
	return buf_view(b);
}

/* Fields that a directory has, in the columns' order; the first of those that a kind has. */
static const struct { const char *column, *field, *other; } columns[] = {
	{ "function", "function", "sort" }, { "country", "country", NULL }, { "name", "name", NULL }, { "mail", "mail", NULL },
	{ "phone", "phone", NULL }, { "hours", "hours", NULL }, { "languages", "languages", NULL }, { "language", "language", NULL },
	{ "topics", "topics", NULL }, { "regions", "regions", NULL }, { "url", "url", NULL }, { "openpgp", "openpgp", NULL },
	{ "from", "from", NULL }, { "until", "until", NULL },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void
csv_row(struct export *x, const struct desk_record *r, const struct desk_life *l, enum desk_live live)
{
	char day[DATE_TEXT_MAX];
	struct buf b;

	buf_init(&b, 16384);
	csv_put(x->out, r->id, true, true);
	csv_put(x->out, slice_of_str(desk_kind_of(r->kind)->name), false, true);
	for (size_t i = 0; i < COLUMNS; i++) {
		const struct json *v = desk_get(r, columns[i].field);

		if (v == NULL && columns[i].other != NULL)
			v = desk_get(r, columns[i].other);
		csv_put(x->out, v == NULL ? S("") : joined(v, &b), false, true);
	}
	csv_put(x->out, slice_of_str(desk_kind_of(r->kind)->flow->states[r->state].name), false, true);
	csv_put(x->out, slice_of_str(desk_live_name(live)), false, true);
	csv_put(x->out, l->answered_s == 0 ? S("") : slice_of(day, date_print_day(l->answered_s, day)), false, true);
	csv_put(x->out, l->answered_s == 0 ? S("") : slice_of_str(desk_way_name(l->way)), false, true);
	buf_str(x->out, "\r\n");
	buf_fini(&b);
}

static void
json_row(struct export *x, const struct desk_record *r, const struct desk_life *l, enum desk_live live)
{
	char day[DATE_TEXT_MAX];

	json_out_object(&x->j);
	json_out_key_text(&x->j, S("id"), r->id);
	json_out_key_text(&x->j, S("kind"), slice_of_str(desk_kind_of(r->kind)->name));
	json_out_key_text(&x->j, S("state"), slice_of_str(desk_kind_of(r->kind)->flow->states[r->state].name));
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *name = desk_get(r, columns[i].field) == NULL && columns[i].other != NULL ? columns[i].other : columns[i].field;
		const struct json *v = desk_get(r, name);

		if (v == NULL)
			continue;
		json_out_key(&x->j, slice_of_str(name));
		json_out_raw(&x->j, v->raw);
	}
	json_out_key_text(&x->j, S("live"), slice_of_str(desk_live_name(live)));
	json_out_key(&x->j, S("last_answered"));
	if (l->answered_s == 0)
		json_out_null(&x->j);
	else
		json_out_text(&x->j, slice_of(day, date_print_day(l->answered_s, day)));
	if (l->answered_s != 0)
		json_out_key_text(&x->j, S("answered_by"), slice_of_str(desk_way_name(l->way)));
	json_out_object_end(&x->j);
}

static void
vcard_row(struct export *x, const struct desk_record *r, const struct desk_life *l)
{
	struct slice function = desk_text(r, r->kind == DESK_FOCAL ? "function" : "sort");
	struct vcard v = { .kind = S("org"), .name = desk_text(r, "name"), .org = desk_text(r, "name"), .role = function, .mail = desk_text(r, "mail"),
		.phone = desk_text(r, "phone"), .url = desk_text(r, "url"), .country = r->country };
	const struct json *langs = desk_get(r, "languages");
	char day[DATE_TEXT_MAX];
	struct buf uid, note;

	buf_init(&uid, 256);
	buf_init(&note, 256);
	buf_printf(&uid, "urn:entente:%.*s", SLICE_ARG(r->id));
	v.uid = buf_view(&uid);
	v.categories[v.category_count++] = slice_of_str(desk_kind_of(r->kind)->name);
	v.categories[v.category_count++] = function;
	JSON_EACH(lang, langs) {
		if (v.lang_count < VCARD_LIST_MAX)
			v.langs[v.lang_count++] = json_text(lang);
	}
	if (l->answered_s > 0) {
		(void)date_print_day(l->answered_s, day);
		buf_printf(&note, "last answered %s (%s)", day, desk_way_name(l->way));
		v.note = buf_view(&note);
	}
	vcard_put(&v, x->out);
	buf_fini(&note);
	buf_fini(&uid);
}

static bool
export_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct export *x = cookie;
	struct desk_life l;
	enum desk_live live;

	if (!x->q->all && !desk_in(r, r->kind == DESK_FOCAL ? "designated" : "recognised"))
		return true;
	if (!desk_life_of(x->s, r->id, &l, e))
		return false;
	live = desk_live_at(&l, desk_live_months(r->kind), x->q->now_s);
	switch (x->form) {
	case DIRECTORY_VCARD:
		vcard_row(x, r, &l);
		break;
	case DIRECTORY_CSV:
		csv_row(x, r, &l, live);
		break;
	case DIRECTORY_JSON:
		json_row(x, r, &l, live);
		break;
	case DIRECTORY_FORM_COUNT:
		break;
	}
	return buf_ok(x->out) || err_set(e, ERR_LIMIT, "a directory of more than %zu bytes", x->out->max);
}

bool
directory_export(struct store *s, enum directory_form form, const struct directory_query *q, struct buf *out, struct err *e)
{
	struct export x = { .s = s, .q = q, .form = form, .out = out };
	struct desk_query focal = { .has_kind = true, .kind = DESK_FOCAL, .country = q->country };
	struct desk_query entity = { .has_kind = true, .kind = DESK_ENTITY, .country = q->country };

	json_out_init(&x.j, out, false);
	if (form == DIRECTORY_CSV) {
		csv_put(out, S("id"), true, false);
		csv_put(out, S("kind"), false, false);
		for (size_t i = 0; i < COLUMNS; i++)
			csv_put(out, slice_of_str(columns[i].column), false, false);
		buf_str(out, ",state,live,last_answered,answered_by\r\n");
	} else if (form == DIRECTORY_JSON) {
		json_out_array(&x.j);
	}
	if (!desk_list(s, &focal, export_take, &x, e) || !desk_list(s, &entity, export_take, &x, e))
		return false;
	if (form == DIRECTORY_JSON) {
		json_out_array_end(&x.j);
		buf_byte(out, '\n');
	}
	return buf_ok(out) || err_set(e, ERR_LIMIT, "a directory of more than %zu bytes", out->max);
}

/* --- attribution ------------------------------------------------------------------------- */

#define SOURCE "directory"

struct answers {
	struct store *s;
	struct arena *a;
	int64_t now_s;
	/* by country: who is best so far */
	struct best { struct slice country; int rank; struct contact c; } *v;
	size_t count, cap;
};

static int
rank_of(struct slice function)
{
	static const char *const order[] = { "csirt", "lead", "deputy" };

	for (int i = 0; i < 3; i++) {
		if (slice_eq(function, slice_of_str(order[i])))
			return i;
	}
	return -1;
}

static void
contact_of(struct answers *x, const struct desk_record *r, const struct desk_life *l, struct contact *c)
{
	struct slice lang = desk_text(r, "language");
	int64_t until;
	char tag[3] = "";

	*c = (struct contact){ .layer = LAYER_IMPORTED, .source = S(SOURCE), .scope = SCOPE_COUNTRY, .value = arena_copy(x->a, r->country),
		.name = arena_copy(x->a, desk_text(r, "name")), .email = arena_copy(x->a, desk_text(r, "mail")), .medium = S("mail"), .format = S(""),
		.openpgp = S(""), .url = desk_text(r, "url").p == NULL ? S("") : arena_copy(x->a, desk_text(r, "url")), .checked_s = l->answered_s };
	if (lang.len == 2) {
		memcpy(tag, lang.p, 2);
		c->lang_known = lang_parse(tag, &c->lang);
	}
	if (desk_day(r, "until", &until))
		c->expires_s = until + 86400;
}

static bool
answer_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct answers *x = cookie;
	int rank = rank_of(desk_text(r, "function"));
	struct desk_life l;
	int64_t from;
	size_t i = 0;

	if (rank < 0 || (desk_day(r, "from", &from) && from > x->now_s))
		return true;
	if (!desk_life_of(x->s, r->id, &l, e))
		return false;
	if (desk_live_at(&l, desk_live_months(r->kind), x->now_s) == LIVE_DEAD)
		rank += 10; /* better than nobody */
	while (i < x->count && !slice_eq(x->v[i].country, r->country))
		i++;
	if (i < x->count && x->v[i].rank <= rank)
		return true;
	if (i == x->count) {
		x->v = xgrown(x->v, x->count, sizeof(x->v[0]));
		x->count++;
	}
	x->v[i].country = arena_copy(x->a, r->country);
	x->v[i].rank = rank;
	contact_of(x, r, &l, &x->v[i].c);
	return !x->a->failed || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", x->a->max);
}

static bool
contacts_put(struct store *s, struct answers *x, struct err *e)
{
	static const char gone[] = "DELETE FROM contact WHERE source = '" SOURCE "' AND layer = 0";
	bool ok = db_run(store_db(s), gone, NULL, 0, NULL, e);

	for (size_t i = 0; ok && i < x->count; i++)
		ok = contact_clean(&x->v[i].c, x->a, e) && contact_put(s, &x->v[i].c, NULL, e);
	return ok;
}

bool
directory_contacts(struct store *s, int64_t now_s, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_FOCAL, .state = S("designated") };
	struct answers x = { .s = s, .now_s = now_s };
	struct arena a;
	bool ok, mine;

	arena_init(&a, (size_t)16 << 20);
	x.a = &a;
	ok = desk_list(s, &q, answer_take, &x, e) && store_begin(s, &mine, e) && store_end(s, mine, contacts_put(s, &x, e), e);
	free(x.v);
	arena_fini(&a);
	return ok;
}
