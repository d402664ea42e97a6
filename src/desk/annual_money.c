/*
 * annual_money: money, material, decisions: parts 9, 10 and 15. Currencies are not
 * added up: there is no rate that everybody would agree on.
 */
#include "desk/annual_room.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS 4
#define LANGS "ar zh en fr ru es"
#define LANG_COLUMNS 7
#define AUDIENCES "consumers children parents teachers companies providers public-bodies judiciary"
#define AUDIENCE_COUNT 8

static const char *const steps[STEPS] = { "pledged", "committed", "paid", "spent" };

/* A sum is of one of three tables, and of what stands in its first columns. */
struct sum { enum annual_id table; struct slice key, first, currency; int64_t v[STEPS], in_kind, count; };
struct funds {
	struct sum *v;
	size_t count;
};

static struct sum *
sum_of(struct annual_work *w, struct funds *x, enum annual_id table, struct slice key, struct slice first, struct slice currency)
{
	for (size_t i = 0; i < x->count; i++) {
		struct sum *s = &x->v[i];

		if (s->table == table && slice_eq(s->key, key) && slice_eq(s->first, first) && slice_eq(s->currency, currency))
			return s;
	}
	x->v = xgrown(x->v, x->count, sizeof(*x->v));
	x->v[x->count] = (struct sum){ .table = table, .key = arena_copy(w->a, key), .first = arena_copy(w->a, first), .currency = arena_copy(w->a, currency) };
	return &x->v[x->count++];
}

static void
sum_add(struct sum *s, const int64_t v[STEPS], bool in_kind)
{
	s->count++;
	for (size_t n = 0; n < STEPS; n++)
		s->v[n] += v[n];
	s->in_kind += in_kind ? v[0] : 0;
}

static bool
contribution_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	struct slice currency = SLICE_NONE, donor = S("?");
	unsigned groups = annual_groups_of(r->country);
	struct funds *x = cookie;
	int64_t v[STEPS] = { 0 };
	struct desk_record entity;
	bool found = false, ok;
	struct arena a;

	if (desk_in(r, "draft") || desk_in(r, "withdrawn"))
		return true;
	for (size_t n = 0; n < STEPS; n++) {
		struct desk_money m;

		if (desk_get(r, steps[n]) != NULL && desk_money_read(desk_get(r, steps[n]), &m)) {
			v[n] = m.amount;
			currency = m.currency;
		}
	}
	if (currency.len == 0)
		return true;
	arena_init(&a, (size_t)1 << 20);
	ok = desk_load(w->s, desk_text(r, "entity"), 0, &a, &entity, &found, e);
	if (ok && found)
		donor = desk_text(&entity, "name");
	if (ok) {
		sum_add(sum_of(w, x, ANNUAL_MONEY, SLICE_NONE, SLICE_NONE, currency), v, desk_true(r, "in_kind"));
		sum_add(sum_of(w, x, ANNUAL_DONORS, desk_text(r, "entity"), donor, currency), v, false);
		for (size_t g = 0; g < ANNUAL_GROUPS; g++) {
			if ((groups >> g & 1) != 0)
				sum_add(sum_of(w, x, ANNUAL_MONEY_GROUPS, slice_sub(S("01234"), g, 1), slice_of_str(annual_groups[g]), currency), v, false);
		}
	}
	arena_fini(&a);
	return ok;
}

static bool
sum_row(struct annual_work *w, const struct sum *s, struct err *e)
{
	char key[256];
	int n = snprintf(key, sizeof(key), "%.*s %.*s %.*s", SLICE_ARG(s->table == ANNUAL_DONORS ? s->first : s->key), SLICE_ARG(s->key), SLICE_ARG(s->currency));

	annual_begin(w, s->table, slice_of(key, n < 0 ? 0 : n < (int)sizeof(key) ? (size_t)n : sizeof(key) - 1));
	if (s->table != ANNUAL_MONEY)
		annual_put(w, s->first);
	annual_put(w, s->currency);
	if (s->table == ANNUAL_MONEY)
		annual_int(w, s->count);
	for (size_t i = 0; i < STEPS; i++)
		annual_thousandths(w, s->v[i]);
	if (s->table == ANNUAL_MONEY)
		annual_thousandths(w, s->in_kind);
	return annual_done(w, e);
}

/* --- material ------------------------------------------------------------------------- */

struct material {
	int64_t topics[ANNUAL_TOPICS][LANG_COLUMNS];
	int64_t count[AUDIENCE_COUNT], uses[AUDIENCE_COUNT], uncounted[AUDIENCE_COUNT];
};

static bool
material_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	unsigned topics = annual_topics(r), langs = 0;
	struct material *x = cookie;
	int64_t uses = 0;
	bool counted = json_int(desk_get(r, "uses"), &uses);

	(void)e;
	if (!desk_in(r, "published"))
		return true;
	w->materials++;
	w->uses_unknown += !counted;
	JSON_EACH(l, desk_get(r, "languages")) {
		int n = annual_word_at(LANGS, slice_sub(json_text(l), 0, 2));

		langs |= 1u << (n < 0 ? LANG_COLUMNS - 1 : n);
	}
	for (size_t t = 0; t < ANNUAL_TOPICS; t++) {
		for (size_t l = 0; l < LANG_COLUMNS; l++)
			x->topics[t][l] += (topics >> t & 1) != 0 && (langs >> l & 1) != 0;
	}
	JSON_EACH(a, desk_get(r, "audience")) {
		int n = annual_word_at(AUDIENCES, json_text(a));

		if (n < 0)
			continue;
		x->count[n]++;
		x->uses[n] += uses;
		x->uncounted[n] += !counted;
	}
	return true;
}

static bool
material_rows(struct annual_work *w, const struct material *x, struct err *e)
{
	struct slice rest = S(AUDIENCES), word;

	for (size_t t = 0; t < ANNUAL_TOPICS; t++) {
		annual_begin(w, ANNUAL_MATERIALS, SLICE_NONE);
		annual_put(w, annual_topic(t));
		for (size_t l = 0; l < LANG_COLUMNS; l++)
			annual_int(w, x->topics[t][l]);
		if (!annual_done(w, e))
			return false;
	}
	for (size_t n = 0; n < AUDIENCE_COUNT && slice_cut(&rest, ' ', &word); n++) {
		annual_begin(w, ANNUAL_AUDIENCES, SLICE_NONE);
		annual_put(w, word);
		annual_int(w, x->count[n]);
		/* Where nobody counted, nothing is known of uses. */
		if (x->count[n] > 0 && x->uncounted[n] == x->count[n])
			annual_none(w);
		else
			annual_int(w, x->uses[n]);
		annual_int(w, x->uncounted[n]);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

bool
annual_money(struct annual_work *w, struct err *e)
{
	struct material *m = xalloc(sizeof(*m));
	struct funds x = { NULL, 0 };
	bool ok = annual_each(w, DESK_CONTRIBUTION, w->as_of_s, contribution_take, &x, e);

	*m = (struct material){ 0 };
	for (size_t i = 0; ok && i < x.count; i++)
		ok = sum_row(w, &x.v[i], e);
	ok = ok && annual_each(w, DESK_MATERIAL, w->as_of_s, material_take, m, e) && material_rows(w, m, e);
	free(x.v);
	free(m);
	return ok;
}

/* --- decisions --------------------------------------------------------------------------- */

static bool
decision_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	bool asked = desk_in(r, "proposed");
	int64_t deadline = 0;

	(void)cookie;
	if (!asked && !desk_in(r, "taken") && !annual_in_year(w, r->state_s))
		return true;
	(void)desk_day(r, "deadline", &deadline);
	annual_begin(w, asked ? ANNUAL_ASKED : ANNUAL_DECIDED, r->id);
	annual_texts(w, desk_get(r, "title"));
	if (asked)
		annual_texts(w, desk_get(r, "what"));
	annual_put(w, desk_text(r, "owner"));
	annual_date(w, deadline);
	if (!asked) {
		annual_str(w, desk_kind_of(r->kind)->flow->states[r->state].name);
		annual_date(w, r->state_s);
	}
	return annual_done(w, e);
}

bool
annual_decisions(struct annual_work *w, struct err *e)
{
	return annual_each(w, DESK_DECISION, w->as_of_s, decision_take, NULL, e);
}
