#include "store/desk.h"

#include "model/agreement_testing.h"
#include "model/desk_story.h"
#include "store/agreements.h"
#include "store/audit.h"
#include "store/store_testing.h"

static const struct who here = { .kind = WHO_HERE, .name = S_INIT("test") };
static int64_t now_s = INT64_C(1790000000);

/* One deed of the story, as the desk in memory does it. */
static bool
go(struct store *s, const struct deed_case *c, struct err *e)
{
	struct desk_deed d = { .verb = DESK_MOVE, .id = slice_of_str(c->id), .move = slice_of_str(c->what), .reason = slice_of_str(c->reason),
		.actor = desk_person(c->who), .now_s = now_s + 1 };
	struct desk_record out;
	const struct json *j = NULL;
	struct arena a;
	bool ok = true;

	now_s++;
	arena_init(&a, (size_t)64 << 20);
	if (slice_starts(d.move, S("new "))) {
		d.verb = DESK_NEW;
		ok = desk_kind_find(slice_from(d.move, 4), &d.kind);
	} else if (slice_eq(d.move, S("edit"))) {
		d.verb = DESK_EDIT;
	} else if (slice_eq(d.move, S("approve-it")) || slice_eq(d.move, S("refuse"))) {
		d.verb = slice_eq(d.move, S("refuse")) ? DESK_REFUSE : DESK_APPROVE;
	}
	if (c->patch != NULL)
		ok = ok && json_parse(slice_of_str(c->patch), &JSON_LIMITS, &a, &j, e);
	d.patch = j;
	ok = ok && desk_deed(s, d.id, &d, &here, &a, &out, e);
	arena_fini(&a);
	return ok;
}

/* A technical-cooperation agreement in force for a party of ES. */
static void
agreement_keep(struct store *s)
{
	struct kit_text t = { .id = "mou-2026", .kind = AGREEMENT_TECHNICAL };
	struct agreement_text text;
	struct agreement *g = NULL;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(&t, true, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &text, &e) && agreement_text_put(s, &text, &e), &e);
	CHECK_OK(agreement_load(s, S("mou-2026"), KIT_NOW, &g, &e), &e);
	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2", &e), &e);
	for (uint32_t i = 0; i < g->act_count; i++)
		CHECK_OK(agreement_act_put(s, S("mou-2026"), &g->acts[i], &e), &e);
	agreement_free(&g);
	buf_fini(&b);
	arena_fini(&a);
}

static void
whole(struct store *s, enum desk_fault want)
{
	struct desk_verdict v;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, (size_t)1 << 20);
	CHECK_OK(desk_verify(s, &a, &v, &e), &e);
	CHECK_INT(v.fault, want);
	arena_fini(&a);
}

static int64_t
rows(struct store *s)
{
	struct err e = ERR_INIT;
	int64_t n = 0, m = 0, l = 0;

	CHECK_OK(db_number(store_db(s), "SELECT count(*) FROM desk_version", &n, &e) && db_number(store_db(s), "SELECT count(*) FROM audit", &m, &e) &&
	    db_number(store_db(s), "SELECT count(*) FROM desk_link", &l, &e), &e);
	return n * 1000000000 + m * 10000 + l;
}

static void
story_play(struct store *s)
{
	for (size_t p = 0; p < sizeof(desk_story) / sizeof(desk_story[0]); p++) {
		for (size_t i = 0; i < desk_story[p].n; i++) {
			const struct deed_case *c = &desk_story[p].v[i];
			int64_t before = rows(s);
			struct err e = ERR_INIT;
			bool ok;

			test_case("%zu.%zu: %s %s %s", p, i, c->who, c->what, c->id);
			ok = go(s, c, &e);
			if (c->says == NULL)
				CHECK_OK(ok, &e);
			else
				CHECK(!ok && rows(s) == before && slice_find(slice_of_str(e.text), slice_of_str(c->says)) != SIZE_MAX);
		}
	}
}

struct tally { size_t n; char last[64]; int64_t changed_s; };
static bool
tally(void *cookie, const struct desk_record *r, struct err *e)
{
	struct tally *t = cookie;

	(void)e;
	t->n++;
	t->changed_s = r->changed_s;
	(void)snprintf(t->last, sizeof(t->last), "%.*s", SLICE_ARG(r->id));
	return true;
}

static size_t
listed(struct store *s, struct desk_query q)
{
	struct tally t = { 0 };
	struct err e = ERR_INIT;
	uint64_t n;

	CHECK_OK(desk_list(s, &q, tally, &t, &e), &e);
	CHECK_OK(desk_count(s, &q, &n, &e), &e);
	CHECK_INT(n, t.n);
	return t.n;
}

TEST(story_in_the_store)
{
	struct store *s = open_new("story.db");
	struct desk_actor x;
	struct err e = ERR_INIT;
	struct desk_record r;
	struct tally t = { 0 };
	struct slice id;
	struct arena a;
	bool found;
	size_t done;

	arena_init(&a, (size_t)64 << 20);
	agreement_keep(s);
	story_play(s);
	whole(s, DESK_WHOLE);
	CHECK_OK(desk_load(s, S("need:1"), 0, &a, &r, &found, &e), &e);
	CHECK(found && desk_in(&r, "closed"));
	CHECK_OK(desk_load(s, S("need:1"), 1, &a, &r, &found, &e), &e);
	CHECK(found && desk_in(&r, "draft") && r.version == 1);
	CHECK_OK(desk_load(s, S("need:7"), 0, &a, &r, &found, &e), &e);
	CHECK(!found);
	CHECK_OK(desk_history(s, S("need:1"), tally, &t, &e), &e);
	CHECK(t.n > 10);
	CHECK_INT(listed(s, (struct desk_query){ .has_kind = true, .kind = DESK_ENTITY }), 2);
	CHECK_INT(listed(s, (struct desk_query){ .of = S("need:1") }), 4);
	CHECK_INT(listed(s, (struct desk_query){ .has_kind = true, .kind = DESK_OFFER, .of = S("need:1"), .state = S("chosen") }), 1);
	CHECK_INT(listed(s, (struct desk_query){ .has_kind = true, .kind = DESK_FOCAL, .country = S("ES"), .text = S("dEs") }), 2);
	CHECK_INT(listed(s, (struct desk_query){ .text = S("%") }), 0);
	CHECK_OK(desk_id_find(s, S("ES.LS-1"), &a, &id, &e), &e);
	CHECK_SLICE(id, S("answer:ES.LS-1"));
	CHECK(!desk_id_find(s, S("LS-1"), &a, &id, &e) && e.code == ERR_INPUT);
	CHECK(!desk_id_find(s, S("' OR 1"), &a, &id, &e) && e.code == ERR_ABSENT);
	/* Time: the answer expires three years later, once. */
	CHECK_OK(desk_tick(s, &here, INT64_C(1790000000) + 1200 * INT64_C(86400), 100, &done, &e), &e);
	CHECK_OK(desk_load(s, S("answer:ES.LS-1"), 0, &a, &r, &found, &e), &e);
	CHECK(found && desk_in(&r, "expired") && done >= 1);
	/* The need's checks after 6 and 12 months were due, too, and nothing is after that. */
	CHECK_OK(desk_load(s, S("need:1"), 0, &a, &r, &found, &e), &e);
	CHECK(desk_done_s(&r, "check-6") > 0 && desk_done_s(&r, "check-12") > 0);
	CHECK_OK(desk_tick(s, &here, INT64_C(1790000000) + 1201 * INT64_C(86400), 100, &done, &e), &e);
	CHECK_INT(done, 0);
	whole(s, DESK_WHOLE);
	/* Who somebody is. */
	CHECK_OK(desk_actor_of(s, &(struct account){ .name = S("xena"), .country = S(""), .roles = 1u << WHO_EXPERT }, &a, &x, &e), &e);
	CHECK(x.roles == 1u << DESK_X && x.entity_count == 0);
	CHECK_OK(go(s, &(struct deed_case){ "xena", "edit", "entity:LABS", "{\"accounts\":[\"xena\"]}", NULL, NULL }, &e), &e);
	CHECK_OK(desk_actor_of(s, &(struct account){ .name = S("xena"), .country = S(""), .roles = 1u << WHO_EXPERT }, &a, &x, &e), &e);
	CHECK(x.entity_count == 1 && slice_eq(x.entities[0], S("entity:LABS")));
	CHECK_OK(desk_actor_of(s, &(struct account){ .name = S("c"), .country = S(""), .roles = 1u << WHO_FOCAL_POINT }, &a, &x, &e), &e);
	CHECK_INT(x.roles, 0);
	arena_fini(&a);
	store_close(&s);
}

static void
broken(const char *name, const char *sql, enum desk_fault want)
{
	struct store *s = open_new(name);
	struct err e = ERR_INIT;

	test_case("%s", sql);
	for (size_t i = 0; i < desk_story[0].n; i++)
		(void)go(s, &desk_story[0].v[i], &e);
	whole(s, DESK_WHOLE);
	CHECK_OK(db_exec(store_db(s), sql, &e), &e);
	whole(s, want);
	store_close(&s);
}

TEST(what_was_changed_is_found)
{
	broken("a.db", "UPDATE desk_version SET json = replace(json, 'Labs', 'Labz') WHERE record = 'entity:LABS' AND version = 2", DESK_VERSION_CHANGED);
	broken("b.db", "UPDATE desk_version SET sha = zeroblob(32) WHERE record = 'entity:LABS' AND version = 1", DESK_VERSION_CHANGED);
	broken("c.db", "DELETE FROM desk_version WHERE record = 'entity:LABS' AND version = 2", DESK_VERSION_MISSING);
	broken("d.db", "DELETE FROM desk_version WHERE record = 'entity:FUND' AND version = 4", DESK_LIST_OTHER);
	broken("e.db", "DELETE FROM desk_version WHERE record = 'entity:FUND' AND version = 4; UPDATE desk_record SET version = 3 WHERE id = 'entity:FUND'", DESK_LOG_OTHER);
	broken("f.db", "DELETE FROM desk_version WHERE record = 'entity:FUND'; DELETE FROM desk_record WHERE id = 'entity:FUND'", DESK_LOG_OTHER);
	broken("g.db", "DELETE FROM audit WHERE object = 'entity:FUND' AND act LIKE '%.new'", DESK_UNLOGGED);
}

TEST(files_and_names)
{
	struct store *s = open_new("files.db");
	struct err e = ERR_INIT;
	struct slice token, again, name;
	struct sha256 sha;
	struct arena a;
	struct buf b;
	int64_t n;
	bool found;

	arena_init(&a, (size_t)1 << 20);
	buf_init(&b, DESK_FILE_BYTES_MAX);
	CHECK_OK(desk_file_put(s, S("law.pdf"), S("text"), S("ana"), now_s, &sha, &e), &e);
	CHECK_OK(desk_file_put(s, S("other"), S("text"), S("bob"), now_s, &sha, &e), &e);
	CHECK_OK(desk_file_get(s, &sha, &b, &found, &e), &e);
	CHECK(found);
	CHECK_SLICE(buf_view(&b), S("text"));
	sha.b[0] ^= 1;
	CHECK_OK(desk_file_there(s, &sha, &found, &e), &e);
	CHECK(!found);
	CHECK(!desk_file_put(s, S("x"), S(""), S("ana"), now_s, &sha, &e));
	CHECK_OK(desk_private_put(s, S("Jane Roe"), S(""), &a, &token, &e), &e);
	CHECK_OK(desk_private_put(s, S("Jane Roe"), S(""), &a, &again, &e), &e);
	CHECK(!slice_eq(token, again)); /* nobody guesses a name by its hash */
	CHECK_OK(desk_private_get(s, token, &a, &name, &e), &e);
	CHECK_SLICE(name, S("Jane Roe"));
	CHECK_OK(desk_private_forget(s, now_s, &n, &e), &e);
	CHECK_INT(n, 2);
	CHECK_OK(desk_private_get(s, token, &a, &name, &e), &e);
	CHECK(name.p == NULL);
	buf_fini(&b);
	arena_fini(&a);
	store_close(&s);
}

int
main(void)
{
	RUN(story_in_the_store);
	RUN(what_was_changed_is_found);
	RUN(files_and_names);
	return test_end();
}
