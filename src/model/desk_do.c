/*
 * desk_do: a deed, what follows from it, and whether everything that it touches
 * still holds.
 */
#include "model/desk_room.h"

/* A choice of one offer passes over the others: each follow may have so many of its own. */
#define TOUCHED_MAX 512
#define DEPTH_MAX 6

struct run {
	const struct desk_world *w;
	struct arena *a;
	int64_t now_s;
	struct slice touched[TOUCHED_MAX];
	size_t count;
};

static const struct desk_actor node = { .login = { (const uint8_t *)"node", 4 }, .roles = 1u << DESK_NODE, .country = { (const uint8_t *)"", 0 } };

static bool
touch(struct run *x, struct slice id, struct err *e)
{
	for (size_t i = 0; i < x->count; i++) {
		if (slice_eq(x->touched[i], id))
			return true;
	}
	if (x->count == TOUCHED_MAX)
		return err_set(e, ERR_LIMIT, "more than %d records would change at once", TOUCHED_MAX);
	x->touched[x->count++] = id;
	return true;
}

static bool follow(struct run *x, const struct desk_record *r, int depth, struct err *e);

/* One record that may follow. That it is in another state, or its guard does not hold, is no failure. */
static bool
then(struct run *x, const struct desk_record *r, struct slice id, const struct desk_follow *f, int depth, struct err *e)
{
	struct desk_record there, next;
	struct desk_deed d = { .verb = DESK_MOVE, .actor = &node, .now_s = x->now_s, .move = slice_of_str(f->then) };
	struct err why = ERR_INIT;
	bool found = false;

	if (!x->w->get(x->w->cookie, id, x->a, &there, &found, e))
		return false;
	if (!found || there.kind != f->to || desk_move_find(desk_kind_of(there.kind), d.move, there.state) == NULL)
		return true;
	d.reason = r->reason.len > 0 ? r->reason : r->id;
	if (!desk_act(&there, &d, x->w, x->a, &next, &why)) {
		if (why.code == ERR_CONFLICT)
			return true;
		*e = why;
		return false;
	}
	return x->w->put(x->w->cookie, &next, e) && touch(x, next.id, e) && follow(x, &next, depth + 1, e);
}

struct ids {
	struct run *x;
	struct slice but;
	struct slice *v;
	size_t count;
};

static bool
id_take(void *to, const struct desk_record *r, struct err *e)
{
	struct ids *l = to;

	if (slice_eq(r->id, l->but))
		return true;
	if (l->count == TOUCHED_MAX)
		return err_set(e, ERR_LIMIT, "more than %d records would change at once", TOUCHED_MAX);
	l->v[l->count++] = arena_copy(l->x->a, r->id);
	return true;
}

/* Those that refer to a record, asked for first and moved afterwards. */
static bool
then_each(struct run *x, const struct desk_record *r, const struct desk_follow *f, int depth, struct err *e)
{
	struct slice of = f->by[0] == '\0' ? r->id : desk_text(r, f->by);
	struct ids l = { x, r->id, arena_array(x->a, TOUCHED_MAX, sizeof(struct slice)), 0 };

	if (l.v == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", x->a->max);
	if (!x->w->each(x->w->cookie, f->to, of, id_take, &l, e))
		return false;
	for (size_t i = 0; i < l.count; i++) {
		if (!then(x, r, l.v[i], f, depth, e))
			return false;
	}
	return true;
}

/* What a field names: a record, or an indicator of readiness, whose answer is the country's. */
static struct slice
id_of(struct run *x, const struct desk_record *r, const struct desk_follow *f, struct slice named)
{
	return f->to != DESK_ANSWER ? named : arena_printf(x->a, "answer:%.*s.%.*s", SLICE_ARG(r->country), SLICE_ARG(named));
}

static bool
follow(struct run *x, const struct desk_record *r, int depth, struct err *e)
{
	if (depth > DEPTH_MAX)
		return err_set(e, ERR_INTERNAL, "what follows from what goes round in a circle");
	for (size_t i = 0; i < desk_follow_count; i++) {
		const struct desk_follow *f = &desk_follows[i];
		const struct json *v;

		if (f->kind != r->kind || !slice_eq(r->move, slice_of_str(f->move)))
			continue;
		if (f->field == NULL) {
			if (!then_each(x, r, f, depth, e))
				return false;
			continue;
		}
		v = desk_get(r, f->field);
		for (const struct json *one = json_is(v, JSON_ARRAY) ? v->first : v; one != NULL; one = v->kind == JSON_ARRAY ? one->next : NULL) {
			if (!then(x, r, id_of(x, r, f, json_text(one)), f, depth, e))
				return false;
		}
	}
	return true;
}

/* --- does all of it hold? ----------------------------------------------------------- */

static bool
holds_one(struct run *x, struct slice id, struct desk_record *r, bool *found, struct err *e)
{
	*found = false;
	if (!x->w->get(x->w->cookie, id, x->a, r, found, e))
		return false;
	return !*found || desk_holds(r, x->w, x->a, e) || (err_within(e, "%.*s", SLICE_ARG(id)));
}

/* A record and what it is part of, upwards. */
static bool
holds_up(struct run *x, struct slice id, struct err *e)
{
	struct desk_record r;
	bool found;

	for (int n = 0; n < 4 && id.p != NULL; n++) {
		const struct desk_type_of *t;

		if (!holds_one(x, id, &r, &found, e))
			return false;
		if (!found)
			return true;
		t = desk_kind_of(r.kind);
		id = t->parent == NULL ? SLICE_NONE : desk_text(&r, t->parent);
	}
	return true;
}

static bool
holds_refs(struct run *x, const struct desk_record *r, struct err *e)
{
	const struct desk_type_of *t = desk_kind_of(r->kind);

	for (size_t i = 0; i < t->field_count; i++) {
		const struct desk_field *f = &t->fields[i];
		const struct json *v = desk_get(r, f->name);

		if (v == NULL || (f->type != DESK_REF && f->type != DESK_REFS))
			continue;
		for (const struct json *one = v->kind == JSON_ARRAY ? v->first : v; one != NULL; one = v->kind == JSON_ARRAY ? one->next : NULL) {
			if (!holds_up(x, json_text(one), e))
				return false;
		}
	}
	return true;
}

bool
desk_do(struct slice id, const struct desk_deed *d, const struct desk_world *w, struct arena *a,
    struct desk_record *out, struct err *e)
{
	struct run x = { .w = w, .a = a, .now_s = d->now_s };
	struct desk_record was, r;
	bool found = false;

	if (d->verb != DESK_NEW) {
		if (!w->get(w->cookie, id, a, &was, &found, e))
			return false;
		if (!found)
			return err_set(e, ERR_ABSENT, "there is no %s", QUOTE(id));
	}
	if (!desk_act(found ? &was : NULL, d, w, a, out, e) || !w->put(w->cookie, out, e) || !touch(&x, out->id, e) ||
	    !follow(&x, out, 0, e))
		return false;
	for (size_t i = 0; i < x.count; i++) {
		if (!holds_one(&x, x.touched[i], &r, &found, e) || !holds_refs(&x, &r, e))
			return false;
	}
	return true;
}
