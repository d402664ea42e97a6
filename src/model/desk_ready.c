#include "model/desk_ready.h"

const struct ready_indicator *
ready_find(struct slice id)
{
	for (size_t i = 0; i < ready_count; i++) {
		if (slice_eq(id, slice_of_str(ready_indicators[i].id)))
			return &ready_indicators[i];
	}
	return NULL;
}

static int
level_of(struct slice s)
{
	return s.len == 1 && byte_is_digit(s.p[0]) ? s.p[0] - '0' : -1;
}

void
ready_judge(const struct desk_record *r, int64_t date_s, struct ready_answer *out)
{
	const struct json *proof;

	*out = (struct ready_answer){ .proposed = -1, .level = -1 };
	if (r == NULL)
		return;
	proof = desk_get(r, "evidence");
	out->there = true;
	out->open = desk_in(r, "draft") || desk_in(r, "submitted") || desk_in(r, "in-review");
	out->proposed = level_of(desk_text(r, "level"));
	out->proof = proof != NULL && proof->count > 0;
	if (desk_text(r, "accepted").p == NULL)
		return;
	out->accepted = true;
	out->not_applicable = desk_text(r, "accepted").len == 2;
	out->level = level_of(desk_text(r, "accepted"));
	(void)desk_day(r, "accepted_on", &out->accepted_s);
	if (desk_day(r, "valid_until", &out->until_s))
		out->expired = date_s >= out->until_s + 86400;
}

int
ready_counted(const struct ready_answer *a)
{
	if (!a->accepted || a->expired || a->level < 0)
		return -1;
	return !a->proof && a->level > 1 ? 1 : a->level;
}

bool
ready_holds(const struct ready_indicator *i, const struct ready_answer *a)
{
	return i->minimum == 0 || (a->accepted && !a->expired && (a->not_applicable || ready_counted(a) >= i->minimum));
}
