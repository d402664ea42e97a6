#include "desk/match.h"

#include <stdlib.h>

#include "model/desk_member.h"

#define MATCHES_MAX 2000

static bool
has(const struct json *list, struct slice word)
{
	JSON_EACH(item, list) {
		if (slice_eq_nocase(json_text(item), word))
			return true;
	}
	return false;
}

static unsigned
shared(const struct json *a, const struct json *b)
{
	unsigned n = 0;

	JSON_EACH(item, a)
		n += has(b, json_text(item));
	return n;
}

/* --- one entity ------------------------------------------------------------------ */

struct work {
	struct store *s;
	const struct desk_record *need;
	struct arena *a;
	struct match *v;
	size_t count;
};

static bool
project_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct match *m = cookie;

	(void)e;
	if (!slice_eq(desk_text(r, "entity"), m->entity))
		return true;
	m->done += desk_in(r, "closed");
	m->running += desk_in(r, "implementation") || desk_in(r, "finalisation") || desk_in(r, "approved");
	return true;
}

static void
points(struct match *m)
{
	m->points = (int)(m->topics_of == 0 ? 0 : m->topics * 40 / m->topics_of) + (m->languages > 0 ? 15 : 0) + (m->region ? 15 : 0) +
	    (int)(m->done >= 3 ? 15 : m->done * 5) + (m->cost_known && m->within ? 15 : 0);
}

static bool
entity_judge(struct work *x, const struct desk_record *r, struct match *m, struct err *e)
{
	const struct json *topics = desk_get(x->need, "topics"), *languages = desk_get(x->need, "languages"), *theirs = desk_get(r, "languages");
	struct desk_query q = { .has_kind = true, .kind = DESK_PROJECT };

	m->entity = arena_copy(x->a, r->id);
	m->name = arena_copy(x->a, desk_text(r, "name"));
	m->topics_of = topics == NULL ? 0 : topics->count;
	m->topics = shared(topics, desk_get(r, "topics"));
	m->languages = shared(languages, theirs);
	m->languages_known = languages != NULL && theirs != NULL;
	m->region = has(desk_get(r, "regions"), x->need->country) || slice_eq(r->country, x->need->country);
	m->sells = has(desk_get(r, "sells_in"), x->need->country);
	q.of = m->entity;
	return desk_list(x->s, &q, project_take, m, e);
}

static bool
room(struct work *x, struct err *e)
{
	return x->count < MATCHES_MAX || err_set(e, ERR_LIMIT, "more than %d entities and offers", MATCHES_MAX);
}

static bool
entity_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct work *x = cookie;
	struct match m = { .offer = false };

	/* Their own offer stands for them. */
	for (size_t i = 0; i < x->count; i++) {
		if (slice_eq(x->v[i].entity, r->id))
			return true;
	}
	if (!room(x, e) || !entity_judge(x, r, &m, e))
		return false;
	if (m.topics == 0)
		return true;
	m.id = m.entity;
	points(&m);
	x->v[x->count++] = m;
	return true;
}

static bool
offer_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct work *x = cookie;
	struct desk_money budget;
	struct match m = { .offer = true };
	struct desk_record entity;
	struct arena a;
	bool found, ok;

	if (!desk_in(r, "proposed") && !desk_in(r, "shortlisted"))
		return true;
	arena_init(&a, (size_t)1 << 20);
	ok = room(x, e) && desk_load(x->s, desk_text(r, "entity"), 0, &a, &entity, &found, e) && (!found || entity_judge(x, &entity, &m, e));
	if (ok && found) {
		m.id = arena_copy(x->a, r->id);
		m.cost_known = desk_money_read(desk_get(r, "cost"), &m.cost);
		m.within = m.cost_known && desk_money_read(desk_get(x->need, "budget"), &budget) && slice_eq(budget.currency, m.cost.currency) &&
		    m.cost.amount <= budget.amount;
		m.cost.currency = arena_copy(x->a, m.cost.currency);
		points(&m);
		x->v[x->count++] = m;
	}
	arena_fini(&a);
	return ok;
}

static int
best_first(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	if (x->offer != y->offer)
		return y->offer - x->offer;
	return x->points != y->points ? y->points - x->points : slice_cmp(x->id, y->id);
}

bool
match_need(struct store *s, const struct desk_record *need, struct arena *a, struct match **out, size_t *count_out, struct err *e)
{
	struct work x = { s, need, a, arena_array(a, MATCHES_MAX, sizeof(struct match)), 0 };
	struct desk_query offers = { .has_kind = true, .kind = DESK_OFFER, .of = need->id };
	struct desk_query entities = { .has_kind = true, .kind = DESK_ENTITY, .state = S("recognised") };

	if (x.v == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	if (!desk_list(s, &offers, offer_take, &x, e) || !desk_list(s, &entities, entity_take, &x, e))
		return false;
	qsort(x.v, x.count, sizeof(x.v[0]), best_first);
	*out = x.v;
	*count_out = x.count;
	return true;
}

/* --- what runs already ------------------------------------------------------------- */

struct similar {
	const struct desk_record *r;
	bool (*each)(void *cookie, const struct desk_record *project, unsigned topics, bool same_country, struct err *e);
	void *cookie;
};

static bool
near(struct slice a, struct slice b)
{
	const struct desk_member *x = desk_member_find(a), *y = desk_member_find(b);

	return x != NULL && y != NULL && x->subregion[0] != '\0' && strcmp(x->subregion, y->subregion) == 0;
}

static bool
similar_take(void *cookie, const struct desk_record *p, struct err *e)
{
	struct similar *x = cookie;
	unsigned topics = shared(desk_get(x->r, "topics"), desk_get(p, "topics"));
	bool same = slice_eq(p->country, x->r->country);

	if (topics == 0 || desk_kind_of(p->kind)->flow->states[p->state].final || slice_eq(p->id, x->r->id) || (!same && !near(p->country, x->r->country)))
		return true;
	return x->each(x->cookie, p, topics, same, e);
}

bool
match_similar(struct store *s, const struct desk_record *r,
    bool (*each)(void *cookie, const struct desk_record *project, unsigned topics, bool same_country, struct err *e), void *cookie, struct err *e)
{
	struct similar x = { r, each, cookie };

	return desk_list(s, &(struct desk_query){ .has_kind = true, .kind = DESK_PROJECT }, similar_take, &x, e);
}

/* --- money -------------------------------------------------------------------------- */

struct sums {
	struct match_money *v;
	size_t count;
};

static struct match_money *
sum_of(struct sums *x, struct slice currency)
{
	for (size_t i = 0; i < x->count; i++) {
		if (slice_eq(slice_of_str(x->v[i].currency), currency))
			return &x->v[i];
	}
	if (x->count == MATCH_CURRENCIES_MAX || currency.len != 3)
		return NULL;
	x->v[x->count] = (struct match_money){ 0 };
	memcpy(x->v[x->count].currency, currency.p, 3);
	return &x->v[x->count++];
}

static bool
money_take(void *cookie, const struct desk_record *r, struct err *e)
{
	static const char *const names[] = { "pledged", "committed", "paid", "spent" };
	struct sums *x = cookie;
	struct match_money *m = NULL;
	struct desk_money v;

	if (desk_in(r, "draft") || desk_in(r, "withdrawn"))
		return true;
	for (size_t i = 0; i < 4; i++) {
		int64_t *to[4];

		if (!desk_money_read(desk_get(r, names[i]), &v))
			continue;
		m = sum_of(x, v.currency);
		if (m == NULL)
			return err_set(e, ERR_LIMIT, "more than %d currencies", MATCH_CURRENCIES_MAX);
		to[0] = &m->pledged, to[1] = &m->committed, to[2] = &m->paid, to[3] = &m->spent;
		if (!desk_true(r, "in_kind"))
			*to[i] += v.amount;
		else if (i == 0)
			m->in_kind += v.amount;
	}
	if (m != NULL)
		m->contributions++;
	return true;
}

bool
match_money(struct store *s, struct slice project, struct match_money out[MATCH_CURRENCIES_MAX], size_t *count_out, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_CONTRIBUTION, .of = project };
	struct sums x = { out, 0 };
	bool ok = desk_list(s, &q, money_take, &x, e);

	*count_out = x.count;
	return ok;
}
