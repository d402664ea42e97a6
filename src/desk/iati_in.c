/*
 * iati_in: activities of others.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/source.h"
#include "desk/iati.h"
#include "parse/date.h"
#include "parse/xml.h"

#define TEXT_BYTES_MAX ((size_t)8 << 10)
#define TRANSACTIONS_MAX 500
#define NAMES_MAX 16

struct money {
	struct slice type, day, amount, currency, value_day, org_ref, org_name, ref;
};

/* One activity as it is read; texts lie in the arena until it ends. */
struct reading {
	struct store *s;
	const struct desk_actor *actor;
	const struct who *by;
	int64_t now_s;
	void (*each)(void *cookie, const struct iati_row *row);
	void *cookie;
	struct iati_read *out;
	struct arena a;
	struct buf text; /* of the element that is open */
	bool taking;
	/* where we are */
	bool in_activity, in_transaction, in_result;
	struct slice parent; /* the activity's child that is open */
	char lang[3];
	/* what was found */
	struct slice identifier, org, org_ref, url;
	struct { char lang[3]; struct slice text; } titles[NAMES_MAX];
	size_t title_count;
	struct slice countries[NAMES_MAX], topics[NAMES_MAX], others[NAMES_MAX];
	size_t country_count, topic_count, other_count;
	struct money *money;
	size_t money_count;
	bool too_many;
};

static struct slice
kept(struct reading *x, struct slice s)
{
	return arena_copy(&x->a, slice_sub(slice_trim(s), 0, 400));
}

static void
list_add(struct reading *x, struct slice *v, size_t *n, struct slice s)
{
	s = slice_trim(s);
	if (*n == NAMES_MAX || s.len == 0)
		return;
	for (size_t i = 0; i < *n; i++) {
		if (slice_eq(v[i], s))
			return;
	}
	v[(*n)++] = kept(x, s);
}

/* --- into the desk -------------------------------------------------------------------- */

static void
say(struct reading *x, const char *what, struct slice id, bool known, const struct err *why)
{
	struct iati_row row = { .identifier = x->identifier, .title = x->title_count > 0 ? x->titles[0].text : S(""), .id = id, .what = what, .known = known, .why = why };

	x->out->bad += why != NULL;
	x->out->known += known;
	if (x->each != NULL)
		x->each(x->cookie, &row);
}

struct look { struct reading *x; struct slice identifier, id; };
static bool
look_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct look *l = cookie;

	(void)e;
	if (l->id.p == NULL && slice_eq(desk_text(r, "iati"), l->identifier))
		l->id = arena_copy(&l->x->a, r->id);
	return true;
}

static bool
look_for(struct reading *x, enum desk_kind kind, struct slice of, struct slice identifier, struct slice *out, struct err *e)
{
	struct look l = { x, identifier, SLICE_NONE };
	bool ok = desk_list(x->s, &(struct desk_query){ .has_kind = true, .kind = kind, .of = of }, look_take, &l, e);

	*out = l.id;
	return ok;
}

/* One of our projects: by the identifier that it has, or by ours within it ("urn:entente:project:..."). */
static bool
project_of(struct reading *x, struct slice *out, struct err *e)
{
	if (!look_for(x, DESK_PROJECT, SLICE_NONE, x->identifier, out, e) || out->p != NULL)
		return e->code == ERR_NONE;
	for (size_t i = 0; i < x->other_count; i++) {
		struct slice id = x->others[i];
		struct desk_record r;
		bool found;

		if (!slice_starts(id, S("urn:entente:project:")))
			continue;
		id = slice_from(id, 12);
		if (!desk_load(x->s, id, 0, &x->a, &r, &found, e))
			return false;
		if (found)
			*out = r.id;
	}
	return true;
}

struct donor { struct reading *x; const struct money *m; struct slice id; };
static bool
donor_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct donor *d = cookie;

	(void)e;
	if (d->id.p == NULL && ((d->m->org_ref.len > 0 && slice_eq(desk_text(r, "iati"), d->m->org_ref)) ||
	    (d->m->org_name.len > 0 && slice_eq_nocase(desk_text(r, "name"), d->m->org_name))))
		d->id = arena_copy(&d->x->a, r->id);
	return true;
}

static bool
deed(struct reading *x, enum desk_kind kind, struct buf *patch, struct slice *id, struct err *why)
{
	struct desk_deed d = { .verb = DESK_NEW, .kind = kind, .actor = x->actor, .now_s = x->now_s };
	struct desk_record out;

	if (!buf_ok(patch))
		return err_set(why, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX);
	if (!json_parse(arena_copy(&x->a, buf_view(patch)), &JSON_LIMITS, &x->a, &d.patch, why) ||
	    !desk_deed(x->s, SLICE_NONE, &d, x->by, &x->a, &out, why))
		return false;
	*id = out.id;
	return true;
}

/* A pledge or a commitment of somebody for our project. */
static bool
contribution(struct reading *x, struct slice project, const struct money *m, size_t n, struct err *e)
{
	struct donor d = { x, m, SLICE_NONE };
	struct err why = ERR_INIT;
	struct slice ref = arena_printf(&x->a, "%.*s#%.*s%zu", SLICE_ARG(slice_sub(x->identifier, 0, 200)), SLICE_ARG(slice_sub(m->ref, 0, 100)), n), known, id = SLICE_NONE;
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
initiative(struct reading *x, struct err *e)
{
	struct err why = ERR_INIT;
	struct slice known, id = SLICE_NONE;
	char day[DATE_TEXT_MAX];
	struct buf b;
	bool ok;

	if (!look_for(x, DESK_INITIATIVE, SLICE_NONE, x->identifier, &known, e))
		return false;
	if (known.p != NULL) {
		say(x, "initiative", known, true, NULL);
		return true;
	}
	(void)date_print_day(x->now_s, day);
	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_str(&b, "{\"title\":{");
	for (size_t i = 0; i < x->title_count; i++) {
		buf_printf(&b, "%s\"%s\":", i == 0 ? "" : ",", x->titles[i].lang);
		json_quote(&b, x->titles[i].text);
	}
	buf_str(&b, "},\"owner\":");
	json_quote(&b, x->org.len > 0 ? x->org : x->org_ref);
	buf_str(&b, ",\"iati\":");
	json_quote(&b, x->identifier);
	buf_printf(&b, ",\"checked\":\"%.10s\",\"url\":", day);
	/* Where nothing is said, where anybody finds an activity by its identifier. */
	json_quote(&b, x->url.len > 0 ? x->url : arena_printf(&x->a, "https://d-portal.org/q.html?aid=%.*s", SLICE_ARG(x->identifier)));
	list_json("regions", x->countries, x->country_count, &b);
	list_json("topics", x->topics, x->topic_count, &b);
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
activity_end(struct reading *x, struct err *e)
{
	struct err why = ERR_INIT;
	struct slice project = SLICE_NONE;

	x->out->activities++;
	if (x->a.failed || x->too_many)
		(void)err_set(&why, ERR_LIMIT, "an activity with more than %d transactions, or too long", TRANSACTIONS_MAX);
	else if (x->identifier.len == 0)
		(void)err_set(&why, ERR_INPUT, "an activity without its iati-identifier");
	else if (x->title_count == 0)
		(void)err_set(&why, ERR_INPUT, "an activity without a title");
	if (why.code != ERR_NONE) {
		say(x, "initiative", SLICE_NONE, false, &why);
		return true;
	}
	if (!project_of(x, &project, e))
		return false;
	if (project.p == NULL)
		return initiative(x, e);
	for (size_t i = 0; i < x->money_count; i++) {
		/* Pledges and commitments, coming in or going out (TransactionType 13, 11, 2). */
		if ((slice_eq(x->money[i].type, S("13")) || slice_eq(x->money[i].type, S("11")) || slice_eq(x->money[i].type, S("2"))) &&
		    !contribution(x, project, &x->money[i], i, e))
			return false;
	}
	return true;
}

/* --- the document ------------------------------------------------------------------------- */

struct attributes { struct slice code, ref, lang, iso_date, currency, value_date, url, vocabulary; };

static void
attributes_read(struct reading *x, struct xml_reader *r, struct attributes *out)
{
	struct slice name, v;

	*out = (struct attributes){ 0 };
	while (xml_attribute(r, &name, &v)) {
		if (slice_eq(name, S("code")))
			out->code = kept(x, v);
		else if (slice_eq(name, S("ref")))
			out->ref = kept(x, v);
		else if (slice_eq(name, S("lang")))
			out->lang = kept(x, v);
		else if (slice_eq(name, S("iso-date")))
			out->iso_date = kept(x, v);
		else if (slice_eq(name, S("currency")))
			out->currency = kept(x, v);
		else if (slice_eq(name, S("value-date")))
			out->value_date = kept(x, v);
		else if (slice_eq(name, S("url")))
			out->url = kept(x, v);
		else if (slice_eq(name, S("vocabulary")))
			out->vocabulary = kept(x, v);
	}
}

static void
activity_begin(struct reading *x)
{
	arena_reset(&x->a);
	x->in_activity = true;
	x->in_transaction = x->in_result = x->too_many = false;
	x->identifier = x->org = x->org_ref = x->url = x->parent = SLICE_NONE;
	x->title_count = x->country_count = x->topic_count = x->other_count = x->money_count = 0;
	x->money = arena_array(&x->a, TRANSACTIONS_MAX, sizeof(struct money));
}

static void
transaction_begin(struct reading *x, const struct attributes *at)
{
	x->in_transaction = true;
	x->too_many = x->too_many || x->money_count == TRANSACTIONS_MAX || x->money == NULL;
	if (x->too_many)
		return;
	x->money[x->money_count++] = (struct money){ .ref = at->ref.p == NULL ? S("") : at->ref };
}

static struct money *
money_now(struct reading *x)
{
	return x->in_transaction && x->money_count > 0 ? &x->money[x->money_count - 1] : NULL;
}

/* depth: 2 is the activity, 3 its children. */
static void
start(struct reading *x, struct xml_reader *r, const struct xml_item *item)
{
	struct slice name = arena_copy(&x->a, item->name);
	struct attributes at;
	struct money *m;

	attributes_read(x, r, &at);
	buf_clear(&x->text);
	x->taking = true;
	if (item->depth == 3) {
		x->parent = name;
		if (slice_eq(name, S("transaction")))
			transaction_begin(x, &at);
		else if (slice_eq(name, S("recipient-country")))
			list_add(x, x->countries, &x->country_count, at.code);
		else if (slice_eq(name, S("sector")) && slice_eq(at.vocabulary, S("99")) && desk_word_in(DESK_TOPICS, at.code))
			list_add(x, x->topics, &x->topic_count, at.code);
		else if (slice_eq(name, S("other-identifier")))
			list_add(x, x->others, &x->other_count, at.ref);
		else if (slice_eq(name, S("reporting-org")))
			x->org_ref = at.ref;
		else if (slice_eq(name, S("document-link")) && x->url.p == NULL && slice_starts(at.url, S("https://")))
			x->url = at.url;
	}
	if (slice_eq(name, S("narrative")))
		(void)snprintf(x->lang, sizeof(x->lang), "%.2s", at.lang.len >= 2 ? (const char *)at.lang.p : "en");
	m = money_now(x);
	if (m == NULL || item->depth != 4)
		return;
	if (slice_eq(name, S("transaction-type")))
		m->type = at.code;
	else if (slice_eq(name, S("transaction-date")))
		m->day = at.iso_date;
	else if (slice_eq(name, S("value"))) {
		m->currency = at.currency;
		m->value_day = at.value_date;
	} else if (slice_eq(name, S("provider-org")))
		m->org_ref = at.ref;
}

static void
title_add(struct reading *x, struct slice text)
{
	if (!desk_word_in("ar zh en fr ru es", slice_of_str(x->lang)) || text.len == 0 || x->title_count == NAMES_MAX)
		return;
	for (size_t i = 0; i < x->title_count; i++) {
		if (strcmp(x->titles[i].lang, x->lang) == 0)
			return;
	}
	memcpy(x->titles[x->title_count].lang, x->lang, sizeof(x->lang));
	x->titles[x->title_count++].text = text;
}

static void
ended(struct reading *x, const struct xml_item *item)
{
	struct slice text = kept(x, buf_view(&x->text));
	struct money *m = money_now(x);

	x->taking = false;
	if (item->depth == 3 && slice_eq(item->name, S("iati-identifier")) && x->identifier.p == NULL)
		x->identifier = text;
	if (item->depth == 4 && slice_eq(item->name, S("narrative")) && slice_eq(x->parent, S("title")))
		title_add(x, text);
	if (item->depth == 4 && slice_eq(item->name, S("narrative")) && slice_eq(x->parent, S("reporting-org")) && x->org.p == NULL)
		x->org = text;
	if (m != NULL && item->depth == 4 && slice_eq(item->name, S("value")))
		m->amount = text;
	if (m != NULL && item->depth == 5 && slice_eq(item->name, S("narrative")) && m->org_name.p == NULL && m->type.p != NULL)
		m->org_name = text;
	if (item->depth == 3) {
		x->in_transaction = false;
		x->parent = SLICE_NONE;
	}
}

static bool
take(void *cookie, struct xml_reader *r, const struct xml_item *item, struct err *e)
{
	struct reading *x = cookie;

	switch (item->kind) {
	case XML_ITEM_START:
		if (item->depth == 1 && !slice_eq(item->name, S("iati-activities")))
			return err_set(e, ERR_INPUT, "expected iati-activities, found %s", QUOTE(item->name));
		if (item->depth == 2 && slice_eq(item->name, S("iati-activity")))
			activity_begin(x);
		else if (x->in_activity)
			start(x, r, item);
		return true;
	case XML_ITEM_TEXT:
		if (x->taking && x->text.len + item->text.len <= TEXT_BYTES_MAX)
			buf_put(&x->text, item->text);
		return true;
	case XML_ITEM_END:
		if (item->depth == 2 && x->in_activity) {
			x->in_activity = false;
			return activity_end(x, e);
		}
		if (x->in_activity)
			ended(x, item);
		return true;
	}
	return true;
}

bool
iati_import(struct store *s, struct slice text, const struct desk_actor *actor, const struct who *by, int64_t now_s,
    void (*each)(void *cookie, const struct iati_row *row), void *cookie, struct iati_read *out, struct err *e)
{
	struct reading *x = xalloc(sizeof(*x));
	struct source src;
	bool ok;

	*out = (struct iati_read){ 0 };
	*x = (struct reading){ .s = s, .actor = actor, .by = by, .now_s = now_s, .each = each, .cookie = cookie, .out = out };
	arena_init(&x->a, (size_t)64 << 20);
	buf_init(&x->text, TEXT_BYTES_MAX);
	source_of_slice(&src, text);
	ok = xml_each(&src, &XML_LIMITS, take, x, e);
	buf_fini(&x->text);
	arena_fini(&x->a);
	free(x);
	return ok;
}
