/*
 * The desk's moves: a need from its first word to the check after a year, and
 * refusals, each with its sentence. Random deeds are desk_random_test.c's.
 */
#include "model/desk_story.h"

static void
deeds(struct desk_of_test *t, const struct deed_case *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct deed_case *c = &v[i];
		size_t before = t->count;
		struct err e = ERR_INIT;
		bool ok;

		test_case("%zu: %s %s %s", i, c->who, c->what, c->id);
		ok = desk_go(t, desk_person(c->who), c->what, c->id, c->patch, c->reason, &e);
		if (c->says == NULL) {
			CHECK_OK(ok, &e);
		} else {
			CHECK(!ok && t->count == before);
			if (slice_find(slice_of_str(e.text), slice_of_str(c->says)) == SIZE_MAX)
				CHECK_STR(e.text, c->says);
		}
	}
}
#define DEEDS(t, v) deeds(t, v, sizeof(v) / sizeof((v)[0]))

static const char *
state_of(struct desk_of_test *t, const char *id)
{
	const struct desk_record *r = desk_last(t, slice_of_str(id));

	return r == NULL ? "" : desk_kind_of(r->kind)->flow->states[r->state].name;
}

TEST(story_cases)
{
	struct desk_of_test t;

	desk_test_begin(&t);
	DEEDS(&t, entities);
	DEEDS(&t, directory);
	CHECK_STR(state_of(&t, "focal-point:1"), "replaced");
	CHECK_STR(state_of(&t, "country:ES"), "member");
	DEEDS(&t, readiness);
	DEEDS(&t, story);
	CHECK_STR(state_of(&t, "need:1"), "matched");
	CHECK_STR(state_of(&t, "offer:2"), "not-chosen");
	CHECK_SLICE(desk_last(&t, S("offer:2"))->reason, S("best fit"));
	DEEDS(&t, run);
	CHECK_STR(state_of(&t, "project:1"), "closed");
	CHECK_STR(state_of(&t, "need:1"), "closed");
	desk_test_end(&t);
}

int
main(void)
{
	RUN(story_cases);
	return test_end();
}
