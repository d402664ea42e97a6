#include "desk/iati_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/source.h"
#include "model/desk.h"
#include "parse/xml.h"

#define TEXT_BYTES_MAX ((size_t)8 << 10)
#define ACTIVITY_BYTES_MAX ((size_t)64 << 20)

struct reading {
	bool (*take)(void *cookie, struct iati_activity *x, struct err *e);
	void *cookie;
	struct arena a; /* of one activity */
	struct buf text; /* of the element that is open */
	bool taking;
	bool in_activity, in_transaction;
	struct slice parent; /* the activity's child that is open */
	char lang[3];
	struct iati_activity act;
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
	if (*n == IATI_NAMES_MAX || s.len == 0)
		return;
	for (size_t i = 0; i < *n; i++) {
		if (slice_eq(v[i], s))
			return;
	}
	v[(*n)++] = kept(x, s);
}

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
	x->in_transaction = false;
	x->parent = SLICE_NONE;
	x->act = (struct iati_activity){ .a = &x->a };
	x->act.money = arena_array(&x->a, IATI_TRANSACTIONS_MAX, sizeof(struct iati_money));
}

static void
transaction_begin(struct reading *x, const struct attributes *at)
{
	x->in_transaction = true;
	x->act.too_many = x->act.too_many || x->act.money_count == IATI_TRANSACTIONS_MAX || x->act.money == NULL;
	if (x->act.too_many)
		return;
	x->act.money[x->act.money_count++] = (struct iati_money){ .ref = at->ref.p == NULL ? S("") : at->ref };
}

static struct iati_money *
money_now(struct reading *x)
{
	return x->in_transaction && x->act.money_count > 0 ? &x->act.money[x->act.money_count - 1] : NULL;
}

/* depth: 2 is the activity, 3 its children. */
static void
start(struct reading *x, struct xml_reader *r, const struct xml_item *item)
{
	struct slice name = arena_copy(&x->a, item->name);
	struct attributes at;
	struct iati_money *m;

	attributes_read(x, r, &at);
	buf_clear(&x->text);
	x->taking = true;
	if (item->depth == 3) {
		x->parent = name;
		if (slice_eq(name, S("transaction")))
			transaction_begin(x, &at);
		else if (slice_eq(name, S("recipient-country")))
			list_add(x, x->act.countries, &x->act.country_count, at.code);
		else if (slice_eq(name, S("sector")) && slice_eq(at.vocabulary, S("99")) && desk_word_in(DESK_TOPICS, at.code))
			list_add(x, x->act.topics, &x->act.topic_count, at.code);
		else if (slice_eq(name, S("other-identifier")))
			list_add(x, x->act.others, &x->act.other_count, at.ref);
		else if (slice_eq(name, S("reporting-org")))
			x->act.org_ref = at.ref;
		else if (slice_eq(name, S("document-link")) && x->act.url.p == NULL && slice_starts(at.url, S("https://")))
			x->act.url = at.url;
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
	if (!desk_word_in("ar zh en fr ru es", slice_of_str(x->lang)) || text.len == 0 || x->act.title_count == IATI_NAMES_MAX)
		return;
	for (size_t i = 0; i < x->act.title_count; i++) {
		if (strcmp(x->act.titles[i].lang, x->lang) == 0)
			return;
	}
	memcpy(x->act.titles[x->act.title_count].lang, x->lang, sizeof(x->lang));
	x->act.titles[x->act.title_count++].text = text;
}

static void
ended(struct reading *x, const struct xml_item *item)
{
	struct slice text = kept(x, buf_view(&x->text));
	struct iati_money *m = money_now(x);

	x->taking = false;
	if (item->depth == 3 && slice_eq(item->name, S("iati-identifier")) && x->act.identifier.p == NULL)
		x->act.identifier = text;
	if (item->depth == 4 && slice_eq(item->name, S("narrative")) && slice_eq(x->parent, S("title")))
		title_add(x, text);
	if (item->depth == 4 && slice_eq(item->name, S("narrative")) && slice_eq(x->parent, S("reporting-org")) && x->act.org.p == NULL)
		x->act.org = text;
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
item_take(void *cookie, struct xml_reader *r, const struct xml_item *item, struct err *e)
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
			x->act.too_many = x->act.too_many || x->a.failed;
			return x->take(x->cookie, &x->act, e);
		}
		if (x->in_activity)
			ended(x, item);
		return true;
	}
	return true;
}

bool
iati_read(struct slice text, bool (*take)(void *cookie, struct iati_activity *x, struct err *e), void *cookie, struct err *e)
{
	struct reading *x = xalloc(sizeof(*x));
	struct source src;
	bool ok;

	*x = (struct reading){ .take = take, .cookie = cookie };
	arena_init(&x->a, ACTIVITY_BYTES_MAX);
	buf_init(&x->text, TEXT_BYTES_MAX);
	source_of_slice(&src, text);
	ok = xml_each(&src, &XML_LIMITS, item_take, x, e);
	buf_fini(&x->text);
	arena_fini(&x->a);
	free(x);
	return ok;
}
