/*
 * desk_act: the engine: who may, what a record becomes, what follows.
 */
#include "model/desk_room.h"

#include "base/lang.h"
#include "model/desk_ready.h"
#include "parse/date.h"

/* --- who may ---------------------------------------------------------------------- */

const char *
desk_role_name(enum desk_role r)
{
	static const char *const names[DESK_ROLE_COUNT] = { "focal-point", "deputy", "coordinator", "expert", "donor", "auditor", "node" };

	return names[r];
}

#define UP_MAX 4
/* Is the record, or what it is part of, one of this actor's entities'? */
static bool
is_theirs(const struct desk_record *r, const struct desk_actor *x, const struct desk_world *w, struct arena *a)
{
	struct desk_record at = *r;

	for (int n = 0; n < UP_MAX; n++) {
		const struct desk_type_of *t = desk_kind_of(at.kind);
		struct slice whose = t->entity == NULL ? SLICE_NONE : t->entity[0] == '\0' ? at.id : desk_text(&at, t->entity);
		struct err e = ERR_INIT;
		bool found = false;

		for (size_t i = 0; whose.p != NULL && i < x->entity_count; i++) {
			if (slice_eq(x->entities[i], whose))
				return true;
		}
		if (t->parent == NULL || desk_text(&at, t->parent).p == NULL)
			return n == 0 && t->entity == NULL; /* nobody's in particular */
		if (!w->get(w->cookie, desk_text(&at, t->parent), a, &at, &found, &e) || !found)
			return false;
	}
	return false;
}

/* As one of these roles; fresh: it is only about to be entered. */
static bool
may_as(uint32_t roles, const struct desk_record *r, bool fresh, const struct desk_actor *x, const struct desk_world *w, struct arena *a)
{
	uint32_t as = roles & x->roles;

	if ((as & (1u << DESK_K | 1u << DESK_NODE)) != 0)
		return true;
	if ((as & (1u << DESK_C | 1u << DESK_D)) != 0 && (r->country.len == 0 || slice_eq(r->country, x->country)))
		return true;
	return (as & (1u << DESK_X | 1u << DESK_F)) != 0 && ((fresh && r->kind == DESK_ENTITY) || is_theirs(r, x, w, a));
}

static bool
is_other(const struct desk_record *r, const char *moves, const struct desk_actor *x)
{
	struct slice rest = slice_of_str(moves), move;

	while (r != NULL && rest.len > 0 && slice_cut(&rest, ' ', &move)) {
		if (slice_eq(json_text(json_get(json_get(r->acts, move), S("by"))), x->login))
			return false;
	}
	return true;
}

bool
desk_may(const struct desk_record *r, const struct desk_move *m, bool second, const struct desk_actor *x,
    const struct desk_world *w, struct arena *a)
{
	if (second && slice_eq(r->pending.by, x->login))
		return false;
	return may_as(second ? m->second : m->by, r, false, x, w, a) && (m->other_than == NULL || is_other(r, m->other_than, x));
}

/* For the error: "coordinator, donor". */
static void
roles_print(uint32_t roles, struct buf *b)
{
	for (int i = 0; i < DESK_ROLE_COUNT; i++) {
		if ((roles >> i & 1) != 0)
			buf_printf(b, "%s%s", b->len == 0 ? "" : ", ", desk_role_name((enum desk_role)i));
	}
}

static bool
denied(uint32_t roles, const struct desk_record *r, const struct desk_actor *x, struct err *e)
{
	struct buf b;

	buf_init(&b, 256);
	roles_print(roles, &b);
	if ((roles & x->roles) == 0)
		(void)err_set(e, ERR_DENIED, "%s may not do this; it is for: %s", QUOTE(x->login), buf_cstr(&b));
	else if (r->country.len == 2 && (roles & x->roles & (1u << DESK_C | 1u << DESK_D)) != 0)
		(void)err_set(e, ERR_DENIED, "this is for the focal points of %.*s", SLICE_ARG(r->country));
	else
		(void)err_set(e, ERR_DENIED, "this is for the entity whose it is");
	buf_fini(&b);
	return false;
}

static bool
may_move(const struct desk_record *r, const struct desk_move *m, bool second, const struct desk_actor *x,
    const struct desk_world *w, struct arena *a, struct err *e)
{
	if (second && slice_eq(r->pending.by, x->login))
		return err_set(e, ERR_DENIED, "%s proposed this, and nobody approves what they proposed", QUOTE(x->login));
	if (!may_as(second ? m->second : m->by, r, false, x, w, a))
		return denied(second ? m->second : m->by, r, x, e);
	return m->other_than == NULL || is_other(r, m->other_than, x) ||
	    err_set(e, ERR_DENIED, "%s entered or proposed this; another person does the next step", QUOTE(x->login));
}

/* --- pieces of a deed ---------------------------------------------------------------- */

struct work {
	const struct desk_deed *d;
	const struct desk_world *w;
	struct arena *a;
	const struct desk_type_of *t;
	struct desk_record r; /* what it becomes */
};

/* {"submit":{"at":..,"by":..}} with one more, or another. */
static bool
act_note(struct work *k, const char *move, struct slice by, struct err *e)
{
	struct slice name = slice_of_str(move);
	struct buf b;
	bool ok;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_byte(&b, '{');
	JSON_EACH(v, k->r.acts) {
		if (slice_eq(v->key, name))
			continue;
		json_quote(&b, v->key);
		buf_byte(&b, ':');
		buf_put(&b, v->raw);
		buf_byte(&b, ',');
	}
	json_quote(&b, name);
	buf_printf(&b, ":{\"at\":%lld,\"by\":", (long long)k->d->now_s);
	json_quote(&b, by);
	buf_str(&b, "}}");
	ok = (buf_ok(&b) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", DESK_DOC_BYTES_MAX)) &&
	    desk_tree(buf_view(&b), k->a, &k->r.acts, e);
	buf_fini(&b);
	return ok;
}

/* What a record refers to is there. */
static bool
refs_check(const struct work *k, const struct json *patch, struct err *e)
{
	JSON_EACH(v, patch) {
		const struct desk_field *f = desk_field_find(k->t, v->key);
		const struct json *one = v->kind == JSON_ARRAY ? v->first : v;

		if (f == NULL || (f->type != DESK_REF && f->type != DESK_REFS) || v->kind == JSON_NULL)
			continue;
		for (; one != NULL; one = v->kind == JSON_ARRAY ? one->next : NULL) {
			struct desk_record there;
			bool found = false;

			if (!k->w->get(k->w->cookie, json_text(one), k->a, &there, &found, e))
				return err_within(e, "%s", f->name);
			if (!found)
				return err_set(e, ERR_ABSENT, "%s: there is no %s", f->name, QUOTE(json_text(one)));
			if (slice_eq(there.id, k->r.id))
				return err_set(e, ERR_INPUT, "%s: a record does not refer to itself", f->name);
		}
	}
	return true;
}

/* What it is part of is closed: no more comes into it but money's last steps. */
static bool
parent_open(const struct work *k, bool ends, struct err *e)
{
	struct desk_record p;
	bool found = false;

	if (k->t->parent == NULL || desk_text(&k->r, k->t->parent).p == NULL || ends || k->r.kind == DESK_CONTRIBUTION ||
	    (k->d->actor->roles & 1u << DESK_NODE) != 0)
		return true;
	if (!k->w->get(k->w->cookie, desk_text(&k->r, k->t->parent), k->a, &p, &found, e))
		return false;
	return !found || !desk_kind_of(p.kind)->flow->states[p.state].final ||
	    err_set(e, ERR_CONFLICT, "what it is part of, %.*s, is over (%s)", SLICE_ARG(p.id), desk_kind_of(p.kind)->flow->states[p.state].name);
}

static bool
reason_check(struct slice reason, bool needed, struct err *e)
{
	size_t step;

	if (reason.len == 0)
		return !needed || err_set(e, ERR_INPUT, "say why (a reason)");
	if (reason.len > 4000)
		return err_set(e, ERR_LIMIT, "a reason of more than %d bytes", 4000);
	for (struct slice rest = reason; rest.len > 0; rest = slice_from(rest, step)) {
		if (slice_shown(rest, &step) == SHOWN_NEVER && rest.p[0] != '\n')
			return err_set(e, ERR_INPUT, "it holds a character that nobody can see");
	}
	return true;
}

/* state: the one that it is in, or that it is moved into. */
static bool
early_check(const struct desk_type_of *t, const struct json *patch, unsigned state, bool moves, struct err *e)
{
	JSON_EACH(v, patch) {
		const struct desk_field *f = desk_field_find(t, v->key);

		if (f != NULL && (f->flags & DESK_EARLY) != 0 && state > 0)
			return err_set(e, ERR_CONFLICT, "%s stays as it was when the first step was done", f->name);
		if (f != NULL && (f->flags & DESK_LATER) != 0 && state == 0 && (!moves || v->kind == JSON_NULL))
			return err_set(e, ERR_CONFLICT, "%s comes with a later step", f->name);
	}
	return true;
}

static bool
patch_apply(struct work *k, const struct json *patch, bool fresh, bool moves, bool ours, struct err *e)
{
	return early_check(k->t, patch, k->r.state, moves, e) && desk_body(k->t, k->r.body, patch, fresh, ours, k->a, &k->r.body, e) && refs_check(k, patch, e);
}

/* --- deeds ------------------------------------------------------------------------------- */

/* The id of a kind that has a natural one: "answer:ES.LS-1". */
static bool
natural_id(struct work *k, struct err *e)
{
	struct slice rest = slice_of_str(k->t->natural), name;
	struct buf b;

	buf_init(&b, DESK_ID_MAX);
	buf_printf(&b, "%s:", k->t->name);
	for (int n = 0; rest.len > 0 && slice_cut(&rest, ' ', &name); n++) {
		buf_str(&b, n == 0 ? "" : ".");
		buf_put(&b, json_scalar(json_get(k->r.body, name)));
	}
	k->r.id = arena_copy(k->a, buf_view(&b));
	buf_fini(&b);
	return k->r.id.p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", k->a->max);
}

/* Its own, or that of what it is part of. */
static bool
country_take(struct work *k, struct err *e)
{
	struct desk_record p;
	bool found = false;

	k->r.country = desk_text(&k->r, "country");
	if (k->r.country.p == NULL && k->t->parent != NULL && desk_text(&k->r, k->t->parent).p != NULL) {
		if (!k->w->get(k->w->cookie, desk_text(&k->r, k->t->parent), k->a, &p, &found, e))
			return false;
		if (found)
			k->r.country = p.country;
	}
	if (k->r.country.p == NULL)
		k->r.country = S("");
	return true;
}

static bool
is_new(struct work *k, struct err *e)
{
	struct desk_record there;
	bool found = false;

	k->r = (struct desk_record){ .kind = k->d->kind, .version = 1, .created_s = k->d->now_s, .state_s = k->d->now_s, .move = S("new"), .id = k->d->id };
	if ((k->t->create & k->d->actor->roles) == 0)
		return denied(k->t->create, &k->r, k->d->actor, e);
	if (!patch_apply(k, k->d->patch, true, false, (k->d->actor->roles & 1u << DESK_NODE) != 0, e) || !country_take(k, e))
		return false;
	if (!may_as(k->t->create, &k->r, true, k->d->actor, k->w, k->a))
		return denied(k->t->create, &k->r, k->d->actor, e);
	if (k->t->natural != NULL && !natural_id(k, e))
		return false;
	if (!k->w->get(k->w->cookie, k->r.id, k->a, &there, &found, e))
		return false;
	if (found)
		return err_set(e, ERR_CONFLICT, "%.*s is there already", SLICE_ARG(k->r.id));
	return parent_open(k, false, e) && act_note(k, "new", k->d->actor->login, e);
}

static bool
wait_for_another(struct work *k, const char *move, struct err *e)
{
	const struct desk_deed *d = k->d;

	(void)e;
	k->r.pending = (struct desk_pending){ slice_of_str(move), d->actor->login, d->reason, d->now_s, d->patch };
	k->r.move = S("propose");
	return true;
}

static bool
nothing_waits(const struct desk_record *was, struct err *e)
{
	return was->pending.move.p == NULL ||
	    err_set(e, ERR_CONFLICT, "%.*s waits for a second person; it is approved or refused first", SLICE_ARG(was->pending.move));
}

/* No draft any more: neither it nor what it is part of is in its first state. */
static bool
is_settled(const struct work *k, const struct desk_record *was)
{
	struct desk_record p;
	struct err e = ERR_INIT;
	bool found = false;

	if (was->state > 0 || k->r.kind == DESK_CONTRIBUTION)
		return was->state > 0;
	return k->t->parent != NULL && desk_text(was, k->t->parent).p != NULL &&
	    k->w->get(k->w->cookie, desk_text(was, k->t->parent), k->a, &p, &found, &e) && found && p.state > 0;
}

static bool
two_needed(const struct work *k, const struct desk_record *was)
{
	bool settled = is_settled(k, was);

	JSON_EACH(v, k->d->patch) {
		const struct desk_field *f = desk_field_find(k->t, v->key);
		const struct json *old = json_get(was->body, v->key);

		if (f != NULL && (f->flags & DESK_TWO) != 0 && settled &&
		    (old == NULL || !slice_eq(old->raw, v->raw)))
			return true;
	}
	return false;
}

static bool
is_edit(struct work *k, const struct desk_record *was, struct err *e)
{
	const struct desk_state *s = &k->t->flow->states[was->state];
	struct desk_record plain = k->r;

	if (!may_as(k->t->edit, was, false, k->d->actor, k->w, k->a))
		return denied(k->t->edit, was, k->d->actor, e);
	if (!nothing_waits(was, e))
		return false;
	if (s->final || s->locked)
		return err_set(e, ERR_CONFLICT, "nothing is edited in this state (%s); a move leads on", s->name);
	if (k->d->patch == NULL || k->d->patch->count == 0)
		return err_set(e, ERR_INPUT, "there is nothing to change");
	k->r.move = S("edit");
	if (!parent_open(k, false, e) || !patch_apply(k, k->d->patch, false, false, false, e))
		return false;
	if (two_needed(k, was)) {
		plain.by = k->r.by;
		k->r = plain;
		return wait_for_another(k, "edit", e);
	}
	return act_note(k, "edit", k->d->actor->login, e);
}

/* Do a move for good: m's state, by whoever proposes it. */
static bool
move_do(struct work *k, const struct desk_move *m, const struct json *patch, bool ours, struct err *e)
{
	if (!patch_apply(k, patch, false, true, ours, e) || !parent_open(k, k->t->flow->states[m->to].final, e))
		return false;
	k->r.state = m->to;
	k->r.state_s = k->d->now_s;
	return (m->needs == NULL || desk_needs(m->needs, &k->r, e));
}

/* The fields of ours that come with a move. */
static bool
is_ours(const struct work *k, const struct desk_move *m)
{
	return (k->d->actor->roles & 1u << DESK_NODE) != 0 || (k->r.kind == DESK_ANSWER && strcmp(m->name, "accept") == 0) ||
	    (k->r.kind == DESK_REPORT && (strcmp(m->name, "freeze") == 0 || strcmp(m->name, "correct") == 0));
}

/* What a reviewer's acceptance sets besides the level: its day, and until when it counts. */
static bool
accept_patch(struct work *k, const struct json *patch, const struct json **out, struct err *e)
{
	const struct ready_indicator *i = ready_find(desk_text(&k->r, "indicator"));
	struct slice level = json_text(json_get(patch, S("accepted")));
	char day[DATE_TEXT_MAX];
	struct buf b;
	bool ok;

	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_byte(&b, '{');
	JSON_EACH(v, patch) {
		if (slice_eq(v->key, S("accepted")) || slice_eq(v->key, S("accepted_on")) || slice_eq(v->key, S("valid_until")))
			continue;
		json_quote(&b, v->key);
		buf_byte(&b, ':');
		buf_put(&b, v->raw);
		buf_byte(&b, ',');
	}
	buf_str(&b, "\"accepted\":");
	json_quote(&b, level.p == NULL ? desk_text(&k->r, "level") : level);
	buf_printf(&b, ",\"accepted_on\":\"%.10s\"", (date_print_day(k->d->now_s, day), day));
	buf_printf(&b, ",\"valid_until\":\"%.10s\"}", (date_print_day(desk_months(k->d->now_s, i == NULL ? 12 : i->valid_months), day), day));
	ok = desk_tree(buf_view(&b), k->a, out, e);
	buf_fini(&b);
	return ok;
}

static bool
is_move(struct work *k, const struct desk_record *was, struct err *e)
{
	const struct desk_move *m = desk_move_find(k->t, k->d->move, was->state);
	bool node = (k->d->actor->roles & 1u << DESK_NODE) != 0;
	const struct json *patch = k->d->patch;
	struct desk_record plain = k->r;

	if (m == NULL)
		return err_set(e, ERR_CONFLICT, "%s is no move from this state (%s)", QUOTE(k->d->move), k->t->flow->states[was->state].name);
	if (!may_move(was, m, false, k->d->actor, k->w, k->a, e) || (!node && !nothing_waits(was, e)) || !reason_check(k->d->reason, m->reason, e))
		return false;
	if (node)
		k->r.pending = (struct desk_pending){ 0 };
	if (k->r.kind == DESK_ANSWER && strcmp(m->name, "accept") == 0 && !accept_patch(k, patch, &patch, e))
		return false;
	if (!move_do(k, m, patch, is_ours(k, m), e) || !desk_guards(m->guards, &k->r, k->d->actor, k->d->now_s, k->w, k->a, e))
		return false;
	if (m->second != 0 && !node) {
		plain.by = k->r.by;
		k->r = plain;
		return wait_for_another(k, m->name, e);
	}
	k->r.move = slice_of_str(m->name);
	return act_note(k, m->name, k->d->actor->login, e);
}

static bool
approve_move(struct work *k, const struct desk_record *was, struct err *e)
{
	const struct desk_move *m = desk_move_find(k->t, was->pending.move, was->state);

	if (m == NULL)
		return err_set(e, ERR_CONFLICT, "%s is no move from this state (%s)", QUOTE(was->pending.move), k->t->flow->states[was->state].name);
	if (!may_move(was, m, true, k->d->actor, k->w, k->a, e) || !move_do(k, m, was->pending.patch, is_ours(k, m), e) ||
	    !desk_guards(m->guards, &k->r, k->d->actor, k->d->now_s, k->w, k->a, e))
		return false;
	k->r.move = slice_of_str(m->name);
	k->r.reason = was->pending.reason;
	return act_note(k, m->name, was->pending.by, e) && act_note(k, "approve", k->d->actor->login, e);
}

/* Who approves a change of money or scope: of money the desk, else the country, or the desk where there is none. */
#define EDIT_SECOND(kind) ((kind) == DESK_CONTRIBUTION ? 1u << DESK_K : 1u << DESK_C)

static bool
approve_edit(struct work *k, const struct desk_record *was, struct err *e)
{
	static const char edit[] = "edit";
	const struct desk_move m = { .name = edit, .second = EDIT_SECOND(k->r.kind) };

	if (!may_move(was, &m, true, k->d->actor, k->w, k->a, e) || !parent_open(k, false, e) || !patch_apply(k, was->pending.patch, false, false, false, e))
		return false;
	k->r.move = S("edit");
	k->r.reason = was->pending.reason;
	return act_note(k, edit, was->pending.by, e) && act_note(k, "approve", k->d->actor->login, e);
}

static bool
is_approval(struct work *k, const struct desk_record *was, struct err *e)
{
	if (was->pending.move.p == NULL)
		return err_set(e, ERR_CONFLICT, "nothing waits for a second person here");
	k->r.pending = (struct desk_pending){ 0 };
	return slice_eq(was->pending.move, S("edit")) ? approve_edit(k, was, e) : approve_move(k, was, e);
}

static bool
is_refusal(struct work *k, const struct desk_record *was, struct err *e)
{
	const struct desk_move *m;
	uint32_t second;

	if (was->pending.move.p == NULL)
		return err_set(e, ERR_CONFLICT, "nothing waits for a second person here");
	m = desk_move_find(k->t, was->pending.move, was->state);
	second = m == NULL ? EDIT_SECOND(k->r.kind) : m->second;
	/* Who proposed it may take it back. */
	if (!slice_eq(was->pending.by, k->d->actor->login) && !may_as(second, was, false, k->d->actor, k->w, k->a))
		return denied(second, was, k->d->actor, e);
	if (!reason_check(k->d->reason, !slice_eq(was->pending.by, k->d->actor->login), e))
		return false;
	k->r.pending = (struct desk_pending){ 0 };
	k->r.move = S("refuse");
	return true;
}

static bool
deed(struct work *k, const struct desk_record *was, struct err *e)
{
	switch (k->d->verb) {
	case DESK_NEW:
		return is_new(k, e);
	case DESK_EDIT:
		return is_edit(k, was, e);
	case DESK_MOVE:
		return is_move(k, was, e);
	case DESK_APPROVE:
		return is_approval(k, was, e);
	case DESK_REFUSE:
		return is_refusal(k, was, e);
	}
	return false;
}

bool
desk_act(const struct desk_record *was, const struct desk_deed *d, const struct desk_world *w,
    struct arena *a, struct desk_record *out, struct err *e)
{
	struct work k = { .d = d, .w = w, .a = a, .t = desk_kind_of(was == NULL ? d->kind : was->kind) };

	if (d->actor->login.len == 0)
		return err_set(e, ERR_DENIED, "whoever does this has a name");
	if (was != NULL) {
		k.r = *was;
		k.r.version++;
		k.r.before = was->sha;
	}
	k.r.by = d->actor->login;
	k.r.reason = d->reason;
	if (!reason_check(d->reason, false, e) || !deed(&k, was, e))
		return false;
	k.r.by = d->actor->login;
	if (d->verb == DESK_NEW)
		k.r.reason = d->reason;
	else if (k.r.pending.move.p != NULL && k.r.pending.at_s == d->now_s)
		k.r.reason = SLICE_NONE; /* it is the proposal's */
	k.r.changed_s = d->now_s;
	*out = k.r;
	return desk_doc_write(out, a, e);
}
