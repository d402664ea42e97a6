/*
 * Random deeds by random people: whatever they do, in whatever order, no record is
 * in a state that it may not be in. What a state asks for is written down here a
 * second time, without the tables and guards that the engine works by.
 */
#include "model/desk_story.h"

#include <stdio.h>

#define DEEDS 1200
#define ROUNDS 40

#define MONEY(n) "{\"amount\":\"" n "\",\"currency\":\"USD\",\"date\":\"2026-09-01\"}"
#define EUROS(n) "{\"amount\":\"" n "\",\"currency\":\"EUR\",\"date\":\"2026-09-01\"}"

/* What fields may get: mostly what is fine, sometimes what is not. "@kind" is a record that is there. */
static const struct { const char *field, *values[6]; } pool[] = {
	{ "country", { "\"ES\"", "\"ES\"", "\"ES\"", "\"FR\"", "\"AI\"", "\"ke\"" } },
	{ "language", { "\"en\"", "\"fr\"" } },
	{ "paper", { PROOF } },
	{ "function", { "\"lead\"", "\"deputy\"", "\"lead\"" } },
	{ "name", { "\"N\"", "\"M\"", "\"N\"", "5" } },
	{ "mail", { "\"a@x.example\"", "\"a@x.example\"", "\"a@x.example\"", "\"a\"" } },
	{ "letter", { PROOF, PROOF, "[]" } },
	{ "checked_by", { "\"called\"" } },
	{ "from", { "\"2026-09-01\"", "\"2026-09-01\"", "\"2026-10-01\"", "\"2027-09-01\"", "\"x\"" } },
	{ "until", { "\"2027-12-01\"", "\"2027-12-01\"", "\"2027-12-01\"", "\"2026-09-15\"", "\"2026-01-01\"", "null" } },
	{ "handover", { "@focal-point" } },
	{ "sort", { "\"expert\"", "\"training\"", "\"outcome\"" } },
	{ "interests", { "\"none\"", "\"none\"", "\"none\"", "null" } },
	{ "sells_in", { "[\"FR\"]", "[]" } },
	{ "evidence", { PROOF, PROOF, PROOF, PROOF, "[]", "null" } },
	{ "title", { "\"T\"" } },
	{ "owner", { "\"O\"" } },
	{ "url", { "\"https://x.example/\"" } },
	{ "checked", { "\"2026-09-01\"" } },
	{ "indicator", { "\"LS-1\"", "\"LS-2\"", "\"HC-1\"", "@indicator", "@indicator", "@indicator" } },
	{ "level", { "\"0\"", "\"1\"", "\"2\"", "\"2\"", "\"4\"", "\"na\"" } },
	{ "why", { "\"W\"", "\"W\"", "null" } },
	{ "accepted", { "\"0\"", "\"1\"", "\"2\"", "\"na\"" } },
	{ "accepted_on", { "\"2026-09-01\"" } },
	{ "valid_until", { "\"2028-09-01\"" } },
	{ "problem", { "\"P\"" } },
	{ "wanted", { "\"W\"", "\"W\"", "null" } },
	{ "topics", { "[\"c\"]", "[\"c\"]", "null" } },
	{ "public", { "true", "true", "false" } },
	{ "result", { "\"R\"" } },
	{ "follow_6", { "\"2028-01-01\"" } },
	{ "follow_12", { "\"2028-09-01\"" } },
	{ "need", { "@need" } },
	{ "needs", { "[@need]" } },
	{ "entity", { "\"entity:LABS\"", "\"entity:LABS\"", "\"entity:FUND\"", "@entity" } },
	{ "what", { "\"W\"" } },
	{ "cost", { MONEY("5"), MONEY("5"), "{\"amount\":\"5\"}" } },
	{ "agreement", { "\"mou-2026\"", "\"mou-2026\"", "\"other\"" } },
	{ "budget", { MONEY("10"), MONEY("10"), MONEY("20") } },
	{ "open_money", { "true", "true", "false" } },
	{ "coherence", { "\"C\"", "\"C\"", "null" } },
	{ "part_of", { "@project", "null" } },
	{ "relevance", { "\"1\"", "\"1\"", "null" } }, { "coherent", { "\"1\"" } }, { "effectiveness", { "\"1\"" } }, { "efficiency", { "\"1\"" } },
	{ "impact", { "\"1\"" } }, { "sustainability", { "\"1\"" } }, { "accounts", { PROOF } },
	{ "project", { "@project" } },
	{ "due", { "\"2027-01-01\"" } },
	{ "unit", { "\"U\"" } },
	{ "baseline", { "{\"value\":\"9\",\"date\":\"2026-09-01\"}", "{\"value\":\"9\",\"date\":\"2026-09-01\"}", "null" } },
	{ "target", { "{\"value\":\"1\",\"date\":\"2026-09-01\"}", "{\"value\":\"1\",\"date\":\"2026-09-01\"}", "null" } },
	{ "value", { "\"1\"" } },
	{ "source", { "\"S\"" } },
	{ "query", { "\"Q\"" } },
	{ "pledged", { MONEY("10") } }, { "committed", { MONEY("10"), MONEY("10"), EUROS("10") } },
	{ "paid", { MONEY("10"), MONEY("5"), MONEY("11") } }, { "spent", { MONEY("5"), MONEY("6") } },
	{ "likelihood", { "1" } }, { "severity", { "1", "9" } },
	{ "audience", { "[\"children\"]" } }, { "languages", { "[\"sw\"]" } }, { "licence", { "\"CC0\"" } }, { "accessible", { "\"WCAG\"" } },
	{ "people", { "5" } }, { "meeting", { "@meeting", "null" } }, { "deadline", { "\"2027-01-01\"" } },
	{ "year", { "2026", "2027" } }, { "snapshot", { "\"00\"" } }, { "summary", { "\"S\"" } }, { "corrections", { "\"C\"" } },
};

static size_t
pick(size_t n)
{
	return (size_t)(test_random() % n);
}

static const struct desk_record *
any_of(const struct desk_of_test *t, int kind)
{
	for (int tries = 0; tries < 60 && t->now_count > 0; tries++) {
		const struct desk_record *r = &t->v[t->now[pick(t->now_count)]];

		if (kind < 0 || (int)r->kind == kind)
			return r;
	}
	return NULL;
}

static void
value_put(const struct desk_of_test *t, const char *v, struct buf *b)
{
	const char *at = strchr(v, '@');
	const struct desk_record *r;
	enum desk_kind k = DESK_NEED;
	size_t n;

	if (at == NULL || strncmp(v, "\"a@", 3) == 0) {
		buf_str(b, v);
		return;
	}
	n = strcspn(at + 1, "]");
	(void)desk_kind_find(slice_of(at + 1, n), &k);
	r = any_of(t, (int)k);
	buf_put(b, slice_of(v, (size_t)(at - v)));
	json_quote(b, r == NULL ? S("need:NONE") : r->id);
	buf_str(b, at + 1 + n);
}

/* Fields of a kind; all that are needed with `all`, others by chance. */
static void
patch_make(const struct desk_of_test *t, const struct desk_type_of *type, const char *needs, bool fresh, struct buf *b)
{
	size_t n = 0;

	buf_clear(b);
	buf_byte(b, '{');
	for (size_t i = 0; i < type->field_count; i++) {
		const struct desk_field *f = &type->fields[i];
		bool wanted = (fresh && (f->flags & DESK_NEEDED) != 0) || (needs != NULL && desk_word_in(needs, slice_of_str(f->name)));

		if (((f->flags & DESK_FIXED) != 0 && !fresh) || (wanted ? pick(40) == 0 : pick(6) != 0) || ((f->flags & DESK_OURS) != 0 && !wanted))
			continue;
		for (size_t p = 0; p < sizeof(pool) / sizeof(pool[0]); p++) {
			size_t values = 0;

			if (strcmp(pool[p].field, f->name) != 0)
				continue;
			while (values < 6 && pool[p].values[values] != NULL)
				values++;
			buf_str(b, n++ == 0 ? "" : ",");
			json_quote(b, slice_of_str(f->name));
			buf_byte(b, ':');
			value_put(t, pool[p].values[pick(values)], b);
		}
	}
	buf_byte(b, '}');
}

/* Where a deed can be begun, most people are those who may; the rest are not. */
static const struct desk_actor *
somebody(uint32_t roles)
{
	for (int tries = 0; tries < 20; tries++) {
		const struct desk_actor *x = &desk_people[pick(DESK_PEOPLE)];

		if ((x->roles & roles) != 0 || pick(20) == 0)
			return x;
	}
	return &desk_people[0];
}

static bool
deed(struct desk_of_test *t, struct buf *patch, char what[80], const char **id, struct err *e)
{
	static unsigned long serial;
	const struct desk_record *r = any_of(t, -1);
	const struct desk_type_of *type;
	const struct desk_move *m = NULL;
	size_t die = pick(100);

	if (r == NULL || (die < 12 && t->now_count < 120) || t->now_count < 12) {
		type = desk_kind_of((enum desk_kind)pick(DESK_KIND_COUNT));
		(void)snprintf(what, 80, "new %s", type->name);
		patch_make(t, type, NULL, true, patch);
		*id = (const char *)arena_printf(&t->a, "%s:%lu%c", type->name, ++serial, '\0').p;
		return desk_go(t, somebody(type->create), what, *id, buf_cstr(patch), pick(3) == 0 ? "R" : NULL, e);
	}
	type = desk_kind_of(r->kind);
	*id = (const char *)arena_str(&t->a, r->id);
	if (r->pending.move.p != NULL) {
		(void)snprintf(what, 80, "%s", die < 85 ? "approve-it" : "refuse");
		return desk_go(t, somebody(1u << DESK_K | 1u << DESK_C), what, *id, NULL, pick(2) == 0 ? "R" : NULL, e);
	}
	for (int tries = 0; tries < 10 && type->flow->move_count > 0; tries++) {
		m = &type->flow->moves[pick(type->flow->move_count)];
		/* What ends a record is tried less often, or nothing would get far. */
		if ((m->from >> r->state & 1) != 0 && (!type->flow->states[m->to].final || m->to == 2 || pick(4) == 0))
			break;
	}
	if (die < 30 || m == NULL) {
		(void)snprintf(what, 80, "edit");
		patch_make(t, type, m == NULL ? NULL : m->needs, false, patch);
		return desk_go(t, somebody(type->edit), what, *id, buf_cstr(patch), NULL, e);
	}
	(void)snprintf(what, 80, "%s", m->name);
	patch_make(t, type, m->needs, false, patch);
	return desk_go(t, somebody(m->by), what, *id, pick(4) == 0 ? NULL : buf_cstr(patch), pick(8) == 0 ? NULL : "R", e);
}

/* --- what must be ------------------------------------------------------------------- */

static bool
has(const struct desk_record *r, const char *field)
{
	const struct json *v = desk_get(r, field);

	return v != NULL && (v->count > 0 || v->text.len > 0 || v->kind == JSON_TRUE || v->kind == JSON_FALSE);
}

static bool
is_one_of(const struct desk_record *r, const char *states)
{
	return desk_word_in(states, slice_of_str(desk_kind_of(r->kind)->flow->states[r->state].name));
}

#define EACH(x, t, k) \
	for (size_t i_##x = 0; i_##x < (t)->now_count; i_##x++) \
		for (const struct desk_record *x = &(t)->v[(t)->now[i_##x]]; x != NULL && x->kind == (k); x = NULL)

static bool
need_ok(const struct desk_of_test *t, const struct desk_record *r)
{
	size_t chosen = 0, under_way = 0, closed = 0, open = 0;

	EACH(o, t, DESK_OFFER) {
		chosen += slice_eq(desk_text(o, "need"), r->id) && is_one_of(o, "chosen");
		open += slice_eq(desk_text(o, "need"), r->id) && is_one_of(o, "proposed shortlisted chosen");
	}
	EACH(p, t, DESK_PROJECT) {
		JSON_EACH(id, desk_get(p, "needs")) {
			under_way += slice_eq(json_text(id), r->id) && is_one_of(p, "implementation finalisation suspended");
			closed += slice_eq(json_text(id), r->id) && is_one_of(p, "closed");
		}
	}
	if (chosen > 1 || under_way > 1 || (is_one_of(r, "offered") && open == 0))
		return false;
	if (is_one_of(r, "matched in-project delivered confirmed closed") != (chosen == 1))
		return false;
	if (is_one_of(r, "in-project") != (under_way == 1))
		return false;
	if (is_one_of(r, "published") && !desk_true(r, "public"))
		return false;
	return !is_one_of(r, "delivered confirmed closed") || closed > 0;
}

static bool
project_ok(const struct desk_of_test *t, const struct desk_record *r)
{
	const struct desk_record *up = r;
	size_t indicators = 0;

	EACH(x, t, DESK_INDICATOR) {
		size_t measured = 0;

		if (!slice_eq(desk_text(x, "project"), r->id) || !is_one_of(x, "open"))
			continue;
		indicators++;
		if (is_one_of(r, "approved implementation finalisation closed") && (!has(x, "baseline") || !has(x, "target")))
			return false;
		EACH(m, t, DESK_MEASUREMENT)
			measured += slice_eq(desk_text(m, "indicator"), x->id) && is_one_of(m, "accepted");
		if (is_one_of(r, "closed") && measured == 0)
			return false;
	}
	EACH(m, t, DESK_MILESTONE) {
		if (slice_eq(desk_text(m, "project"), r->id) && is_one_of(m, "open") && is_one_of(r, "finalisation closed"))
			return false;
	}
	for (int n = 0; n < 40 && up != NULL; n++) {
		up = has(up, "part_of") ? desk_last(t, desk_text(up, "part_of")) : NULL;
		if (up == r || n == 39)
			return false;
	}
	if (is_one_of(r, "closed") && !(has(r, "relevance") && has(r, "coherent") && has(r, "effectiveness") && has(r, "efficiency") &&
	    has(r, "impact") && has(r, "sustainability") && has(r, "accounts")))
		return false;
	return !is_one_of(r, "approved implementation finalisation closed") ||
	    (indicators > 0 && has(r, "needs") && has(r, "budget") && has(r, "coherence") && has(r, "agreement"));
}

static int64_t
amount(const struct desk_record *r, const char *field, int64_t none)
{
	struct desk_money m;

	return desk_money_read(desk_get(r, field), &m) ? m.amount : none;
}

static bool
focal_ok(const struct desk_of_test *t, const struct desk_record *r)
{
	int64_t from, until, f, u;

	if (!is_one_of(r, "designated"))
		return true;
	if (!has(r, "letter") || !has(r, "checked_by") || !desk_day(r, "from", &from))
		return false;
	if (!desk_day(r, "until", &until))
		until = INT64_MAX;
	EACH(x, t, DESK_FOCAL) {
		if (x == r || !is_one_of(x, "designated") || !slice_eq(x->country, r->country) ||
		    !slice_eq(desk_text(x, "function"), desk_text(r, "function")) || !desk_day(x, "from", &f))
			continue;
		if (!desk_day(x, "until", &u))
			u = INT64_MAX;
		if (f <= until && from <= u)
			return false;
	}
	return from <= until;
}

static bool
answer_ok(const struct desk_record *r)
{
	struct slice level = desk_text(r, "level"), accepted = desk_text(r, "accepted"), by = desk_done_by(r, "accept");

	if (!is_one_of(r, "accepted"))
		return true;
	return !slice_eq(by, desk_done_by(r, "new")) && !slice_eq(by, desk_done_by(r, "submit")) &&
	    (level.len == 2 ? has(r, "why") && accepted.len == 2 : accepted.p[0] <= level.p[0] && (level.p[0] <= '1' || has(r, "evidence")));
}

static bool
record_ok(const struct desk_of_test *t, const struct desk_record *r)
{
	switch (r->kind) {
	case DESK_NEED:
		return need_ok(t, r);
	case DESK_PROJECT:
		return project_ok(t, r);
	case DESK_FOCAL:
		return focal_ok(t, r);
	case DESK_ANSWER:
		return answer_ok(r);
	case DESK_ENTITY:
		return !is_one_of(r, "recognised") || has(r, "interests");
	case DESK_CONTRIBUTION:
		return amount(r, "spent", 0) <= amount(r, "paid", 0) && amount(r, "paid", 0) <= amount(r, "committed", 0) &&
		    (!is_one_of(r, "committed paid spent reported") || has(r, "committed")) && (!is_one_of(r, "paid spent reported") || has(r, "paid"));
	case DESK_ACTIVITY:
	case DESK_MILESTONE:
	case DESK_DECISION:
		return !is_one_of(r, "done") || has(r, "evidence");
	case DESK_COUNTRY:
		return !is_one_of(r, "member") || !slice_eq(r->country, S("AI"));
	case DESK_INITIATIVE:
	case DESK_OFFER:
	case DESK_INDICATOR:
	case DESK_MEASUREMENT:
	case DESK_RISK:
	case DESK_MATERIAL:
	case DESK_MEETING:
	case DESK_REPORT:
	case DESK_KIND_COUNT:
		break;
	}
	return true;
}

/* One version after the other: chained, by two where two are asked for, and nothing after the end. */
static bool
history_ok(const struct desk_of_test *t, size_t at)
{
	const struct desk_record *r = &t->v[at], *before = NULL;
	const struct desk_type_of *type = desk_kind_of(r->kind);

	for (size_t i = at; i > 0 && before == NULL; i--)
		before = slice_eq(t->v[i - 1].id, r->id) ? &t->v[i - 1] : NULL;
	if (before == NULL)
		return r->version == 1 && r->state == 0;
	if (r->version != before->version + 1 || memcmp(&r->before, &before->sha, sizeof(r->before)) != 0 || type->flow->states[before->state].final)
		return false;
	for (size_t m = 0; m < type->flow->move_count; m++) {
		const struct desk_move *x = &type->flow->moves[m];

		if (r->state == before->state || !slice_eq(slice_of_str(x->name), r->move) || (x->from >> before->state & 1) == 0 || x->to != r->state)
			continue;
		if (x->second == 0 || slice_eq(r->by, S("node")))
			return true;
		return before->pending.move.p != NULL && !slice_eq(before->pending.by, r->by) && slice_eq(before->pending.move, r->move);
	}
	return r->state == before->state;
}

static bool
all_ok(const struct desk_of_test *t, size_t from, const char *what)
{
	struct arena a;
	bool ok = true;

	arena_init(&a, (size_t)64 << 20);
	for (size_t i = from; ok && i < t->count; i++)
		ok = history_ok(t, i);
	for (size_t i = 0; ok && i < t->now_count; i++) {
		const struct desk_record *r = &t->v[t->now[i]];
		struct err e = ERR_INIT;

		ok = record_ok(t, r) && desk_holds(r, &t->world, &a, &e);
		if (!ok)
			printf("\tafter %s: %.*s in state %s: %s\n\t%.*s\n", what, SLICE_ARG(r->id), desk_kind_of(r->kind)->flow->states[r->state].name, e.text, SLICE_ARG(r->json));
	}
	arena_fini(&a);
	return ok;
}

/* The story's beginning: the first round all of it, the others as far as chance has it. */
static void
begin(struct desk_of_test *t, int round)
{
	size_t left = round == 0 ? SIZE_MAX : round % 2 == 1 ? 112 + pick(40) : pick(112);

	for (size_t p = 0; p < sizeof(desk_story) / sizeof(desk_story[0]); p++) {
		for (size_t i = 0; i < desk_story[p].n && left > 0; i++, left--) {
			const struct deed_case *c = &desk_story[p].v[i];
			struct err e = ERR_INIT;

			(void)desk_go(t, desk_person(c->who), c->what, c->id, c->patch, c->reason, &e);
		}
	}
}

TEST(random_deeds)
{
	uint32_t reached[DESK_KIND_COUNT] = { 0 };
	size_t done = 0, refused = 0;
	struct desk_of_test t;
	struct buf patch;

	buf_init(&patch, (size_t)64 << 10);
	for (int round = 0; round < ROUNDS; round++) {
		bool ok = true;

		desk_test_begin(&t);
		begin(&t, round);
		for (int i = 0; i < DEEDS && ok; i++) {
			struct err e = ERR_INIT;
			size_t before = t.count;
			char what[80];
			const char *id = "";

			if (!deed(&t, &patch, what, &id, &e)) {
				refused++;
				ok = CHECK(t.count == before && e.text[0] != '\0' && e.code != ERR_INTERNAL && e.code != ERR_SYSTEM);
				continue;
			}
			done++;
			ok = CHECK(all_ok(&t, before, what));
		}
		for (size_t i = 0; i < t.count; i++)
			reached[t.v[i].kind] |= 1u << t.v[i].state;
		desk_test_end(&t);
	}
	buf_fini(&patch);
	printf("\t%zu deeds done, %zu refused\n", done, refused);
	for (int k = 0; k < DESK_KIND_COUNT; k++) {
		const struct desk_type_of *type = desk_kind_of((enum desk_kind)k);

		for (unsigned s = 0; s < type->flow->state_count; s++) {
			if ((reached[k] >> s & 1) == 0)
				printf("\tnever reached: %s %s\n", type->name, type->flow->states[s].name);
		}
	}
}

int
main(void)
{
	RUN(random_deeds);
	return test_end();
}
