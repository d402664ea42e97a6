/*
 * desk_deed: deeds in one transaction with their lines in the audit log; who
 * somebody is at the desk; what time does.
 */
#include <sys/random.h>

#include "base/log.h"
#include "store/agreements.h"
#include "store/audit.h"
#include "store/desk_room.h"

/* --- the world ---------------------------------------------------------------- */

static bool
world_get(void *cookie, struct slice id, struct arena *a, struct desk_record *out, bool *found_out, struct err *e)
{
	return desk_load(((struct desk_reader *)cookie)->s, id, 0, a, out, found_out, e);
}

static bool
world_each(void *cookie, enum desk_kind kind, struct slice of, bool (*take)(void *to, const struct desk_record *r, struct err *e), void *to, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = kind, .of = of };

	return desk_list(((struct desk_reader *)cookie)->s, &q, take, to, e);
}

static bool
world_agreement(void *cookie, struct slice id, struct slice country, int64_t now_s, bool *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct agreement *g;

	*out = false;
	if (!agreement_load(((struct desk_reader *)cookie)->s, id, now_s, &g, &why)) {
		/* One that is not there, or cannot be verified, covers nothing. */
		if (why.code == ERR_ABSENT || why.code == ERR_INPUT)
			return true;
		*e = why;
		return false;
	}
	for (uint32_t p = 0; p < g->party_count; p++) {
		enum adhesion_state st = adhesion_state_at(agreement_adhesion_at(g, p, now_s), now_s);

		*out = *out || (slice_eq(g->parties[p].country, country) && (st == ADHESION_IN_FORCE || st == ADHESION_NOTIFIED));
	}
	agreement_free(&g);
	return true;
}

void
desk_log_detail(const struct desk_record *r, struct buf *out)
{
	char hex[SHA256_HEX + 1];

	sha256_hex(&r->sha, hex);
	buf_printf(out, "version %u sha256:%s", r->version, hex);
}

static bool
world_put(void *cookie, const struct desk_record *r, struct err *e)
{
	struct desk_reader *x = cookie;
	struct buf act, detail;
	bool ok;

	buf_init(&act, 128);
	buf_init(&detail, 256);
	buf_printf(&act, DESK_ACT "%s.%.*s", desk_kind_of(r->kind)->name, SLICE_ARG(r->move));
	desk_log_detail(r, &detail);
	ok = desk_version_add(x->s, r, e) && audit_add(x->s, x->by, buf_view(&act), r->id, buf_view(&detail), x->now_s, e);
	buf_fini(&detail);
	buf_fini(&act);
	return ok;
}

static bool
world_only(void *cookie, const struct desk_record *r, struct err *e)
{
	(void)cookie;
	(void)r;
	return err_set(e, ERR_INTERNAL, "a record is put by a deed alone");
}

void
desk_world_of(struct desk_reader *x, struct store *s, struct desk_world *out)
{
	*x = (struct desk_reader){ .s = s };
	*out = (struct desk_world){ x, world_get, world_each, world_agreement, world_only };
}

/* --- deeds ----------------------------------------------------------------------- */

static bool
fresh_id(const struct desk_deed *d, char out[DESK_ID_MAX], struct err *e)
{
	uint8_t chance[10];

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return err_sys(e, "no random bytes");
	desk_id_print(d->kind, d->now_s * 1000, chance, out);
	return true;
}

bool
desk_deed(struct store *s, struct slice id, const struct desk_deed *d, const struct who *by, struct arena *a, struct desk_record *out, struct err *e)
{
	struct desk_reader x = { s, by, d->now_s };
	struct desk_world w = { &x, world_get, world_each, world_agreement, world_put };
	char made[DESK_ID_MAX];
	struct desk_deed mine_d = *d;
	bool mine;

	if (d->verb == DESK_NEW && d->id.len == 0) {
		if (!fresh_id(d, made, e))
			return false;
		mine_d.id = arena_copy(a, slice_of_str(made));
	}
	return store_begin(s, &mine, e) && store_end(s, mine, desk_do(id, &mine_d, &w, a, out, e), e);
}

/* --- who somebody is ---------------------------------------------------------------- */

struct acting {
	struct slice login, country;
	struct arena *a;
	bool deputy;
	struct slice *entities;
	size_t count;
};

static bool
acting_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct acting *x = cookie;

	(void)e;
	if (r->kind == DESK_FOCAL && desk_in(r, "designated") && slice_eq(r->country, x->country) && slice_eq(desk_text(r, "function"), S("deputy")))
		x->deputy = true;
	if (r->kind == DESK_ENTITY && !desk_in(r, "ended") && x->count < 64)
		x->entities[x->count++] = arena_copy(x->a, r->id);
	return true;
}

bool
desk_actor_of(struct store *s, const struct account *x, struct arena *a, struct desk_actor *out, struct err *e)
{
	static const struct { enum who_role from; enum desk_role to; } roles[] = {
		{ WHO_FOCAL_POINT, DESK_C }, { WHO_COORDINATOR, DESK_K }, { WHO_EXPERT, DESK_X }, { WHO_DONOR, DESK_F }, { WHO_AUDITOR, DESK_A },
	};
	struct acting k = { .login = x->name, .country = x->country, .a = a, .entities = arena_array(a, 64, sizeof(struct slice)) };
	struct desk_query q = { .of = arena_printf(a, "account:%.*s", SLICE_ARG(x->name)) };

	*out = (struct desk_actor){ .login = arena_copy(a, x->name), .country = x->country.len == 2 ? arena_copy(a, x->country) : S("") };
	if (k.entities == NULL || q.of.p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	if (!desk_list(s, &q, acting_take, &k, e))
		return false;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if ((x->roles >> roles[i].from & 1) != 0)
			out->roles |= 1u << roles[i].to;
	}
	if (x->locked)
		out->roles = 0;
	/* A focal point without a country is nobody's. */
	if (out->country.len == 0)
		out->roles &= ~(1u << DESK_C);
	else if (k.deputy && (out->roles & 1u << DESK_C) != 0)
		out->roles ^= 1u << DESK_C | 1u << DESK_D;
	out->entities = k.entities;
	out->entity_count = k.count;
	return true;
}

/* --- time ------------------------------------------------------------------------------ */

struct due {
	struct arena *a;
	struct slice *ids;
	const char **moves;
	size_t count, max;
};

static bool
due_take(void *cookie, const struct desk_record *r, struct err *e)
{
	const struct desk_clock *c = NULL;
	struct due *x = cookie;

	(void)e;
	if (x->count < x->max && desk_due(r, &c) != INT64_MAX && c != NULL && c->then != NULL) {
		x->ids[x->count] = arena_copy(x->a, r->id);
		x->moves[x->count++] = c->then;
	}
	return true;
}

/* One clock of each record. */
static bool
tick_once(struct store *s, const struct who *by, int64_t now_s, size_t max, size_t *done_out, struct err *e)
{
	static const struct desk_actor node = { .login = S_INIT("node"), .roles = 1u << DESK_NODE, .country = S_INIT("") };
	struct desk_query q = { .due_s = now_s };
	struct arena a, work;
	struct due x;
	bool ok;

	*done_out = 0;
	arena_init(&a, (size_t)64 << 20);
	arena_init(&work, (size_t)64 << 20);
	x = (struct due){ &a, arena_array(&a, max, sizeof(struct slice)), arena_array(&a, max, sizeof(char *)), 0, max };
	ok = (x.ids != NULL && x.moves != NULL) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a.max);
	ok = ok && desk_list(s, &q, due_take, &x, e);
	for (size_t i = 0; ok && i < x.count; i++) {
		struct desk_deed d = { .verb = DESK_MOVE, .move = slice_of_str(x.moves[i]), .actor = &node, .now_s = now_s };
		struct err why = ERR_INIT;
		struct desk_record r;

		arena_reset(&work);
		if (desk_deed(s, x.ids[i], &d, by, &work, &r, &why)) {
			(*done_out)++;
		} else if (why.code == ERR_CONFLICT) {
			log_warn("desk.clock", "record=%s move=%s reason=%s", QUOTE(x.ids[i]), x.moves[i], LOG_TEXT(why.text));
		} else {
			*e = why;
			ok = false;
		}
	}
	arena_fini(&work);
	arena_fini(&a);
	return ok;
}

/* A record may have several behind it: one after the other. */
#define PASSES_MAX 8
bool
desk_tick(struct store *s, const struct who *by, int64_t now_s, size_t max, size_t *done_out, struct err *e)
{
	size_t done = 1;

	*done_out = 0;
	for (int n = 0; n < PASSES_MAX && done > 0; n++) {
		if (!tick_once(s, by, now_s, max, &done, e))
			return false;
		*done_out += done;
	}
	return true;
}
