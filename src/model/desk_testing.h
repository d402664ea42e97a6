/*
 * desk_testing: a desk in memory, for tests: its records, whose last put() can be
 * undone, and hands that do something at it.
 */
#ifndef MODEL_DESK_TESTING_H
#define MODEL_DESK_TESTING_H

#include <stdlib.h>

#include "model/desk.h"
#include "test.h"

#define DESKS_MAX 100000

struct desk_of_test {
	struct arena a;
	struct desk_record *v; /* versions, in the order they came */
	size_t count;
	size_t *now, now_count; /* the last versions, by their place in v */
	int64_t now_s;
	const char *agreement; /* in force for everybody; NULL: none */
	struct desk_world world;
};

static inline const struct desk_record *
desk_last(const struct desk_of_test *t, struct slice id)
{
	for (size_t i = 0; i < t->now_count; i++) {
		if (slice_eq(t->v[t->now[i]].id, id))
			return &t->v[t->now[i]];
	}
	return NULL;
}

static inline void
desk_test_now(struct desk_of_test *t, size_t at)
{
	for (size_t i = 0; i < t->now_count; i++) {
		if (slice_eq(t->v[t->now[i]].id, t->v[at].id)) {
			t->now[i] = at;
			return;
		}
	}
	t->now[t->now_count++] = at;
}

/* As it was when there were so many versions. */
static inline void
desk_test_undo(struct desk_of_test *t, size_t count)
{
	if (t->count == count)
		return;
	t->count = count;
	t->now_count = 0;
	for (size_t i = 0; i < count; i++)
		desk_test_now(t, i);
}

static inline bool
desk_test_get(void *cookie, struct slice id, struct arena *a, struct desk_record *out, bool *found_out, struct err *e)
{
	const struct desk_record *r = desk_last(cookie, id);

	(void)a;
	(void)e;
	*found_out = r != NULL;
	if (r != NULL)
		*out = *r;
	return true;
}

struct desk_ref_test { struct slice of; bool met; };
static inline bool
desk_test_ref(void *cookie, struct slice id, struct err *e)
{
	struct desk_ref_test *x = cookie;

	(void)e;
	x->met = x->met || slice_eq(id, x->of);
	return true;
}

static inline bool
desk_test_each(void *cookie, enum desk_kind kind, struct slice of,
    bool (*take)(void *to, const struct desk_record *r, struct err *e), void *to, struct err *e)
{
	struct desk_of_test *t = cookie;

	for (size_t i = 0; i < t->now_count; i++) {
		const struct desk_record *r = &t->v[t->now[i]];
		struct desk_ref_test x = { of, false };

		if (r->kind == kind && (!desk_refs(r, desk_test_ref, &x, e) || (x.met && !take(to, r, e))))
			return false;
	}
	return true;
}

static inline bool
desk_test_agreement(void *cookie, struct slice id, struct slice country, int64_t now_s, bool *out, struct err *e)
{
	struct desk_of_test *t = cookie;

	(void)country;
	(void)now_s;
	(void)e;
	*out = t->agreement != NULL && slice_eq(id, slice_of_str(t->agreement));
	return true;
}

static inline bool
desk_test_put(void *cookie, const struct desk_record *r, struct err *e)
{
	struct desk_of_test *t = cookie;

	if (t->count == DESKS_MAX)
		return err_set(e, ERR_LIMIT, "the test is full");
	if (!desk_doc_read(r->json, &t->a, &t->v[t->count], e))
		return false;
	desk_test_now(t, t->count++);
	return true;
}

static inline void
desk_test_begin(struct desk_of_test *t)
{
	*t = (struct desk_of_test){ .now_s = INT64_C(1790000000), .agreement = "mou-2026" };
	arena_init(&t->a, (size_t)2 << 30);
	t->v = xarray(DESKS_MAX, sizeof(struct desk_record));
	t->now = xarray(DESKS_MAX, sizeof(size_t));
	t->world = (struct desk_world){ t, desk_test_get, desk_test_each, desk_test_agreement, desk_test_put };
}

static inline void
desk_test_end(struct desk_of_test *t)
{
	free(t->v);
	free(t->now);
	arena_fini(&t->a);
}

static const struct slice desk_test_labs[] = { S_INIT("entity:LABS") }, desk_test_fund[] = { S_INIT("entity:FUND") };
/* Two coordinators, the people of two countries, an expert, a donor, an auditor. */
static const struct desk_actor desk_people[] = {
	{ S_INIT("kim"), 1u << DESK_K, S_INIT(""), NULL, 0 },
	{ S_INIT("kai"), 1u << DESK_K, S_INIT(""), NULL, 0 },
	{ S_INIT("cora"), 1u << DESK_C, S_INIT("ES"), NULL, 0 },
	{ S_INIT("dan"), 1u << DESK_D, S_INIT("ES"), NULL, 0 },
	{ S_INIT("carl"), 1u << DESK_C, S_INIT("FR"), NULL, 0 },
	{ S_INIT("xena"), 1u << DESK_X, S_INIT(""), desk_test_labs, 1 },
	{ S_INIT("fred"), 1u << DESK_F, S_INIT(""), desk_test_fund, 1 },
	{ S_INIT("ada"), 1u << DESK_A, S_INIT(""), NULL, 0 },
	{ S_INIT("node"), 1u << DESK_NODE, S_INIT(""), NULL, 0 },
};
#define DESK_PEOPLE (sizeof(desk_people) / sizeof(desk_people[0]))

static inline const struct desk_actor *
desk_person(const char *login)
{
	for (size_t i = 0; i < DESK_PEOPLE; i++) {
		if (slice_eq(desk_people[i].login, slice_of_str(login)))
			return &desk_people[i];
	}
	return NULL;
}

/* One deed; what was put is undone where it fails. what: "new KIND", "edit", "approve", "refuse" or a move; patch: JSON or NULL. */
static inline bool
desk_go(struct desk_of_test *t, const struct desk_actor *x, const char *what, const char *id, const char *patch, const char *reason, struct err *e)
{
	struct desk_deed d = { .verb = DESK_MOVE, .id = slice_of_str(id), .move = slice_of_str(what), .reason = slice_of_str(reason),
		.actor = x, .now_s = ++t->now_s };
	size_t count = t->count;
	struct desk_record out;
	const struct json *j = NULL;
	bool ok = true;

	if (slice_starts(d.move, S("new "))) {
		d.verb = DESK_NEW;
		ok = desk_kind_find(slice_from(d.move, 4), &d.kind);
	} else if (slice_eq(d.move, S("edit"))) {
		d.verb = DESK_EDIT;
	} else if (slice_eq(d.move, S("approve-it")) || slice_eq(d.move, S("refuse"))) {
		d.verb = slice_eq(d.move, S("refuse")) ? DESK_REFUSE : DESK_APPROVE;
	}
	if (patch != NULL)
		ok = ok && json_parse(arena_copy(&t->a, slice_of_str(patch)), &JSON_LIMITS, &t->a, &j, e);
	d.patch = j;
	ok = ok && desk_do(arena_copy(&t->a, d.id), &d, &t->world, &t->a, &out, e);
	if (!ok)
		desk_test_undo(t, count);
	return ok;
}

#endif
