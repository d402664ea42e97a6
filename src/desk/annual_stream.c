/*
 * annual_stream: agreements and what passed under them, what sources reported, what
 * was told and answered, rights: parts 4, 11 and 13. Counts of the stream below ten
 * are told as such (docs/privacy.md).
 */
#include "desk/annual_room.h"

#include <stdio.h>

#include "model/taxonomy.h"
#include "store/agreements.h"
#include "store/annual.h"
#include "store/findings.h"

/* --- agreements ------------------------------------------------------------------ */

static void
title_put(struct annual_work *w, const struct agreement_text *t, struct buf *b, struct arena *a)
{
	const struct json *j = NULL;
	struct err e = ERR_INIT;
	size_t n = 0;

	buf_clear(b);
	buf_byte(b, '{');
	for (int l = 0; l < LANG_COUNT; l++) {
		if (t->titles[l].len == 0)
			continue;
		buf_printf(b, "%s\"%s\":", n++ == 0 ? "" : ",", lang_tag((enum lang)l));
		json_quote(b, t->titles[l]);
	}
	buf_byte(b, '}');
	annual_texts(w, json_parse(buf_view(b), &JSON_LIMITS, a, &j, &e) ? j : NULL);
}

/* The text that held; later ones are of later. */
static const struct agreement_text *
text_at(const struct agreement *g, int64_t at_s)
{
	const struct agreement_text *t = g->texts[0];

	for (uint32_t i = 1; i < g->text_count; i++) {
		if (g->version_s[i] < at_s)
			t = g->texts[i];
	}
	return t;
}

static bool
party_row(struct annual_work *w, const struct agreement *g, const struct adhesion *x, struct err *e)
{
	const struct agreement_party *p = &g->parties[x->party];
	char key[200];
	int n = snprintf(key, sizeof(key), "%.*s %.*s %lld", SLICE_ARG(g->texts[0]->id), SLICE_ARG(p->id), (long long)x->in_force_s);

	annual_begin(w, ANNUAL_PARTIES, slice_of(key, n < 0 ? 0 : n < (int)sizeof(key) ? (size_t)n : sizeof(key) - 1));
	annual_put(w, p->name.len > 0 ? p->name : p->id);
	annual_put(w, g->texts[0]->id);
	annual_date(w, x->in_force_s);
	annual_date(w, x->left_s < w->as_of_s ? x->left_s : 0);
	return annual_done(w, e);
}

static bool
agreement_rows(struct annual_work *w, const struct agreement *g, struct buf *b, struct err *e)
{
	int64_t parties = 0, reserved = 0, at = w->as_of_s;
	struct arena a;
	bool ok = true;

	if (g->opened_s >= at)
		return true;
	for (uint32_t i = 0; ok && i < g->adhesion_count; i++) {
		const struct adhesion *x = &g->adhesions[i];

		if (x->in_force_s >= at)
			continue;
		parties += x->left_s >= at;
		ok = party_row(w, g, x, e);
	}
	for (uint32_t i = 0; i < g->reservation_count; i++)
		reserved += g->reservations[i].from_s < at && g->reservations[i].until_s >= at;
	arena_init(&a, (size_t)1 << 20);
	annual_begin(w, ANNUAL_AGREEMENTS, g->texts[0]->id);
	title_put(w, text_at(g, at), b, &a);
	annual_str(w, agreement_kind_name(g->texts[0]->kind));
	annual_str(w, agreement_state_name(agreement_state_at(g, at - 1)));
	annual_date(w, g->opened_s);
	annual_date(w, g->in_force_s < at ? g->in_force_s : 0);
	annual_int(w, parties);
	annual_int(w, reserved);
	ok = ok && annual_done(w, e);
	arena_fini(&a);
	return ok;
}

static bool
transfer_row(void *cookie, struct slice agreement, int64_t allowed, int64_t refused, struct err *e)
{
	struct annual_work *w = cookie;

	annual_begin(w, ANNUAL_TRANSFERS, agreement);
	annual_put(w, agreement);
	annual_few(w, allowed);
	annual_few(w, refused);
	return annual_done(w, e);
}

bool
annual_agree(struct annual_work *w, struct err *e)
{
	struct agreements x = { NULL, 0, 0 };
	bool ok = agreements_load(w->s, w->ask->as_of_s, &x, e);
	struct buf b;

	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	for (size_t i = 0; ok && i < x.n; i++)
		ok = agreement_rows(w, x.v[i], &b, e);
	w->agreements = (int64_t)(x.n + x.refused);
	w->agreements_bad = (int64_t)x.refused;
	buf_fini(&b);
	agreements_fini(&x);
	return ok && annual_transfers(w->s, w->from_s, w->as_of_s, transfer_row, w, e);
}

/* --- the stream ---------------------------------------------------------------------- */

struct month { int64_t events, findings, sources; };

static bool
day_take(void *cookie, const struct stats_row *row, struct err *e)
{
	struct month *m = cookie;

	(void)e;
	m->events += (int64_t)row->events;
	m->findings += (int64_t)row->findings;
	return true;
}

static bool
feed_take(void *cookie, const struct stats_row *row, struct err *e)
{
	struct month *m = cookie;

	(void)e;
	m->sources += row->key.len > 0;
	return true;
}

static bool
class_take(void *cookie, const struct stats_row *row, struct err *e)
{
	struct annual_work *w = cookie;

	annual_begin(w, ANNUAL_STREAM_CLASSES, row->key);
	annual_put(w, row->key);
	annual_few(w, (int64_t)row->findings);
	annual_few(w, (int64_t)row->events);
	return annual_done(w, e);
}

static bool
count_row(struct annual_work *w, enum annual_id table, const char *what, int64_t n, struct err *e)
{
	annual_begin(w, table, SLICE_NONE);
	annual_str(w, what);
	annual_few(w, n);
	return annual_done(w, e);
}

static bool
unknown_row(struct annual_work *w, const char *what, struct err *e)
{
	annual_begin(w, ANNUAL_RIGHTS, SLICE_NONE);
	annual_str(w, what);
	annual_none(w);
	return annual_done(w, e);
}

bool
annual_stream(struct annual_work *w, struct err *e)
{
	struct annual_flow notices = { 0, 0 };
	int64_t begin, end, children = 0;

	for (unsigned n = 0; n < 12 && annual_month_end(w, n, &begin, &end); n++) {
		struct stats_query q = { .since_s = begin, .until_s = end + 86399, .now_s = w->as_of_s };
		struct month m = { 0, 0, 0 };

		q.by = STATS_DAY;
		if (!store_stats(w->s, &q, day_take, &m, e))
			return false;
		q.by = STATS_FEED;
		if (!store_stats(w->s, &q, feed_take, &m, e))
			return false;
		annual_begin(w, ANNUAL_STREAM_MONTHS, SLICE_NONE);
		annual_month(w, begin);
		annual_few(w, m.events);
		annual_few(w, m.findings);
		annual_int(w, m.sources);
		if (!annual_done(w, e))
			return false;
	}
	return store_stats(w->s, &(struct stats_query){ .by = STATS_CLASS, .since_s = w->from_s, .until_s = w->as_of_s + 86399, .now_s = w->as_of_s }, class_take, w, e) &&
	    annual_notices(w->s, w->from_s, w->as_of_s, &notices, e) && annual_protected(w->s, w->from_s, w->as_of_s, &children, e) &&
	    count_row(w, ANNUAL_FEEDBACK, "notices_sent", notices.sent, e) && count_row(w, ANNUAL_FEEDBACK, "notices_answered", notices.answered, e) &&
	    unknown_row(w, "refused_rights", e) && unknown_row(w, "privacy_incidents", e) && count_row(w, ANNUAL_RIGHTS, "protected_reports", children, e);
}
