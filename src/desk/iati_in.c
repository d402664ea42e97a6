/*
 * iati_in: activities of others.
 */
#include "desk/iati.h"
#include "desk/iati_read.h"
#include "parse/date.h"

struct import {
	struct store *s;
	const struct desk_actor *actor;
	const struct who *by;
	int64_t now_s;
	void (*each)(void *cookie, const struct iati_row *row);
	void *cookie;
	struct iati_taken *out;
	struct iati_activity *act; /* the one that was read */
};

/* --- into the desk -------------------------------------------------------------------- */

static void
say(struct import *x, const char *what, struct slice id, bool known, const struct err *why)
{
	struct iati_row row = { .identifier = x->act->identifier, .title = x->act->title_count > 0 ? x->act->titles[0].text : S(""), .id = id, .what = what, .known = known, .why = why };

	x->out->bad += why != NULL;
	x->out->known += known;
	if (x->each != NULL)
		x->each(x->cookie, &row);
}

struct look { struct import *x; struct slice identifier, id; };
static bool
look_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct look *l = cookie;

	(void)e;
	if (l->id.p == NULL && slice_eq(desk_text(r, "iati"), l->identifier))
		l->id = arena_copy(l->x->act->a, r->id);
	return true;
}

static bool
look_for(struct import *x, enum desk_kind kind, struct slice of, struct slice identifier, struct slice *out, struct err *e)
{
	struct look l = { x, identifier, SLICE_NONE };
	bool ok = desk_list(x->s, &(struct desk_query){ .has_kind = true, .kind = kind, .of = of }, look_take, &l, e);

	*out = l.id;
	return ok;
}

/* One of our projects: by the identifier that it has, or by ours within it ("urn:entente:project:..."). */
static bool
project_of(struct import *x, struct slice *out, struct err *e)
{
	if (!look_for(x, DESK_PROJECT, SLICE_NONE, x->act->identifier, out, e) || out->p != NULL)
		return e->code == ERR_NONE;
	for (size_t i = 0; i < x->act->other_count; i++) {
		struct slice id = x->act->others[i];
		struct desk_record r;
		bool found;

		if (!slice_starts(id, S("urn:entente:project:")))
			continue;
		id = slice_from(id, 12);
		if (!desk_load(x->s, id, 0, x->act->a, &r, &found, e))
			return false;
		if (found)
			*out = r.id;
	}
	return true;
}

struct donor { struct import *x; const struct iati_money *m; struct slice id; };
static bool
donor_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct donor *d = cookie;

	(void)e;
	if (d->id.p == NULL && ((d->m->org_ref.len > 0 && slice_eq(desk_text(r, "iati"), d->m->org_ref)) ||
	    (d->m->org_name.len > 0 && slice_eq_nocase(desk_text(r, "name"), d->m->org_name))))
		d->id = arena_copy(d->x->act->a, r->id);
	return true;
}

static bool
deed(struct import *x, enum desk_kind kind, struct buf *patch, struct slice *id, struct err *why)
{
	struct desk_deed d = { .verb = DESK_NEW, .kind = kind, .actor = x->actor, .now_s = x->now_s };
	struct desk_record out;

	if (!buf_ok(patch))
		return err_set(why, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX);
	if (!json_parse(arena_copy(x->act->a, buf_view(patch)), &JSON_LIMITS, x->act->a, &d.patch, why) ||
	    !desk_deed(x->s, SLICE_NONE, &d, x->by, x->act->a, &out, why))
		return false;
	*id = out.id;
	return true;
}

/* A pledge or a commitment of somebody for our project. */
static bool
contribution(struct import *x, struct slice project, const struct iati_money *m, size_t n, struct err *e)
{
	struct donor d = { x, m, SLICE_NONE };
	struct err why = ERR_INIT;
	struct slice ref = arena_printf(x->act->a, "%.*s#%.*s%zu", SLICE_ARG(slice_sub(x->act->identifier, 0, 200)), SLICE_ARG(slice_sub(m->ref, 0, 100)), n), known, id = SLICE_NONE;
	struct buf b;
	bool ok;

	/* What came from us and comes back. */
	if (slice_starts(m->ref, S("contribution:")))
		return true;
	if (!look_for(x, DESK_CONTRIBUTION, project, ref, &known, e))
		return false;
	if (known.p != NULL) {
		say(x, "contribution", known, true, NULL);
		return true;
	}
	if (!desk_list(x->s, &(struct desk_query){ .has_kind = true, .kind = DESK_ENTITY }, donor_take, &d, e))
		return false;
	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_str(&b, "{\"project\":");
	json_quote(&b, project);
	buf_str(&b, ",\"iati\":");
	json_quote(&b, ref);
	buf_str(&b, ",\"pledged\":{\"amount\":");
	json_quote(&b, m->amount);
	buf_str(&b, ",\"currency\":");
	json_quote(&b, m->currency);
	buf_str(&b, ",\"date\":");
	json_quote(&b, m->value_day.len > 0 ? m->value_day : m->day);
	buf_str(&b, "},\"entity\":");
	json_quote(&b, d.id.p == NULL ? S("") : d.id);
	buf_byte(&b, '}');
	ok = (d.id.p != NULL || err_set(&why, ERR_ABSENT, "the donor %s (%s) is no entity here; enter it first", QUOTE(m->org_name), QUOTE(m->org_ref))) &&
	    deed(x, DESK_CONTRIBUTION, &b, &id, &why);
	buf_fini(&b);
	if (!ok && why.code == ERR_SYSTEM) {
		*e = why;
		return false;
	}
	x->out->contributions += ok;
	say(x, "contribution", id, false, ok ? NULL : &why);
	return true;
}

static void
list_json(const char *name, const struct slice *v, size_t n, struct buf *b)
{
	if (n == 0)
		return;
	buf_printf(b, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i == 0 ? "" : ",");
		json_quote(b, v[i]);
	}
	buf_byte(b, ']');
}

static bool
initiative(struct import *x, struct err *e)
{
	struct err why = ERR_INIT;
	struct slice known, id = SLICE_NONE;
	char day[DATE_TEXT_MAX];
	struct buf b;
	bool ok;

	if (!look_for(x, DESK_INITIATIVE, SLICE_NONE, x->act->identifier, &known, e))
		return false;
	if (known.p != NULL) {
		say(x, "initiative", known, true, NULL);
		return true;
	}
	(void)date_print_day(x->now_s, day);
	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_str(&b, "{\"title\":{");
	for (size_t i = 0; i < x->act->title_count; i++) {
		buf_printf(&b, "%s\"%s\":", i == 0 ? "" : ",", x->act->titles[i].lang);
		json_quote(&b, x->act->titles[i].text);
	}
	buf_str(&b, "},\"owner\":");
	json_quote(&b, x->act->org.len > 0 ? x->act->org : x->act->org_ref);
	buf_str(&b, ",\"iati\":");
	json_quote(&b, x->act->identifier);
	buf_printf(&b, ",\"checked\":\"%.10s\",\"url\":", day);
	/* Where nothing is said, where anybody finds an activity by its identifier. */
	json_quote(&b, x->act->url.len > 0 ? x->act->url : arena_printf(x->act->a, "https://d-portal.org/q.html?aid=%.*s", SLICE_ARG(x->act->identifier)));
	list_json("regions", x->act->countries, x->act->country_count, &b);
	list_json("topics", x->act->topics, x->act->topic_count, &b);
	buf_byte(&b, '}');
	ok = deed(x, DESK_INITIATIVE, &b, &id, &why);
	buf_fini(&b);
	if (!ok && why.code == ERR_SYSTEM) {
		*e = why;
		return false;
	}
	x->out->initiatives += ok;
	say(x, "initiative", id, false, ok ? NULL : &why);
	return true;
}

static bool
activity_take(void *cookie, struct iati_activity *act, struct err *e)
{
	struct import *x = cookie;
	struct err why = ERR_INIT;
	struct slice project = SLICE_NONE;

	x->act = act;
	x->out->activities++;
	if (x->act->too_many)
		(void)err_set(&why, ERR_LIMIT, "an activity with more than %d transactions, or too long", IATI_TRANSACTIONS_MAX);
	else if (x->act->identifier.len == 0)
		(void)err_set(&why, ERR_INPUT, "an activity without its iati-identifier");
	else if (x->act->title_count == 0)
		(void)err_set(&why, ERR_INPUT, "an activity without a title");
	if (why.code != ERR_NONE) {
		say(x, "initiative", SLICE_NONE, false, &why);
		return true;
	}
	if (!project_of(x, &project, e))
		return false;
	if (project.p == NULL)
		return initiative(x, e);
	for (size_t i = 0; i < x->act->money_count; i++) {
		/* Pledges and commitments, coming in or going out (TransactionType 13, 11, 2). */
		if ((slice_eq(x->act->money[i].type, S("13")) || slice_eq(x->act->money[i].type, S("11")) || slice_eq(x->act->money[i].type, S("2"))) &&
		    !contribution(x, project, &x->act->money[i], i, e))
			return false;
	}
	return true;
}

bool
iati_import(struct store *s, struct slice text, const struct desk_actor *actor, const struct who *by, int64_t now_s,
    void (*each)(void *cookie, const struct iati_row *row), void *cookie, struct iati_taken *out, struct err *e)
{
	struct import x = { .s = s, .actor = actor, .by = by, .now_s = now_s, .each = each, .cookie = cookie, .out = out };

	*out = (struct iati_taken){ 0 };
	return iati_read(text, activity_take, &x, e);
}
