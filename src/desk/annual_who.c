/*
 * annual_who: who takes part, and what of countries other parts ask: part 2.
 */
#include "desk/annual_room.h"

#include <stdio.h>

#define REGIONS 5
#define FUNCTIONS "lead deputy duty spam-authority csirt child-protection"
#define SORTS "expert donor isp mobile-operator direct-marketing association csirt regulator university international initiative"
#define SORT_COUNT 11

/* M49: Africa, Americas, Asia, Europe, Oceania, in the order of their codes. */
static const char *const regions[REGIONS] = { "002", "019", "142", "150", "009" };

struct who_counts {
	int64_t designated[6], proposed[6];
	int64_t recognised[SORT_COUNT], candidate[SORT_COUNT], suspended[SORT_COUNT];
	int64_t initiatives[ANNUAL_TOPICS], entities[ANNUAL_TOPICS];
};

static bool
opens(const struct desk_record *r, struct slice what)
{
	JSON_EACH(o, desk_get(r, "open")) {
		if (slice_eq(json_text(o), what))
			return true;
	}
	return false;
}

static bool
country_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	struct annual_country *c = annual_country_of(w, r->country);

	(void)cookie;
	(void)e;
	if (c == NULL)
		return true;
	c->listed = true;
	c->member = desk_in(r, "member");
	c->joined_s = desk_done_s(r, "join");
	c->opens_readiness = opens(r, S("readiness"));
	c->opens_projects = opens(r, S("projects"));
	return true;
}

static bool
focal_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	int n = annual_word_at(FUNCTIONS, desk_text(r, "function"));
	struct annual_country *c = annual_country_of(w, r->country);
	struct who_counts *x = cookie;

	(void)e;
	if (n < 0)
		return true;
	x->designated[n] += desk_in(r, "designated");
	x->proposed[n] += desk_in(r, "proposed");
	if (c != NULL && desk_in(r, "designated"))
		c->functions |= 1u << n;
	return true;
}

static bool
entity_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	int n = annual_word_at(SORTS, desk_text(r, "sort"));
	unsigned topics = annual_topics(r);
	struct who_counts *x = cookie;

	(void)w;
	(void)e;
	if (n < 0)
		return true;
	x->recognised[n] += desk_in(r, "recognised");
	x->candidate[n] += desk_in(r, "candidate");
	x->suspended[n] += desk_in(r, "suspended");
	for (size_t t = 0; t < ANNUAL_TOPICS && desk_in(r, "recognised"); t++)
		x->entities[t] += topics >> t & 1;
	return true;
}

static bool
initiative_take(struct annual_work *w, void *cookie, const struct desk_record *r, struct err *e)
{
	unsigned topics = annual_topics(r);
	struct who_counts *x = cookie;
	int64_t checked;

	(void)e;
	if (!desk_in(r, "listed"))
		return true;
	w->initiatives++;
	w->stale += !desk_day(r, "checked", &checked) || desk_months(checked, 12) < w->as_of_s;
	for (size_t t = 0; t < ANNUAL_TOPICS; t++)
		x->initiatives[t] += topics >> t & 1;
	return true;
}

/* --- rows --------------------------------------------------------------------- */

static bool
region_rows(struct annual_work *w, struct err *e)
{
	for (size_t g = 0; g < REGIONS; g++) {
		int64_t members = 0, could = 0;

		for (size_t i = 0; i < desk_member_count; i++) {
			bool here = strcmp(desk_members[i].region, regions[g]) == 0;

			members += here && w->countries[i].member;
			could += here && desk_members[i].member;
		}
		annual_begin(w, ANNUAL_MEMBERS_REGION, slice_of_str(regions[g]));
		annual_str(w, regions[g]);
		annual_int(w, members);
		annual_int(w, could);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
group_rows(struct annual_work *w, struct err *e)
{
	for (size_t g = 0; g < ANNUAL_GROUPS; g++) {
		int64_t members = 0, could = 0;

		for (size_t i = 0; i < desk_member_count; i++) {
			bool in = (annual_groups_of(slice_of_str(desk_members[i].code)) >> g & 1) != 0;

			members += in && w->countries[i].member;
			could += in && desk_members[i].member;
		}
		annual_begin(w, ANNUAL_MEMBERS_GROUP, SLICE_NONE);
		annual_str(w, annual_groups[g]);
		annual_int(w, members);
		annual_int(w, could);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
year_rows(struct annual_work *w, struct err *e)
{
	int first = w->ask->year;

	for (size_t i = 0; i < desk_member_count; i++) {
		while (w->countries[i].member && w->countries[i].joined_s > 0 && first > 2000 && w->countries[i].joined_s < annual_end(first - 1))
			first--;
	}
	for (int y = first; y <= w->ask->year; y++) {
		int64_t n = 0;
		char text[16];

		for (size_t i = 0; i < desk_member_count; i++)
			n += w->countries[i].member && w->countries[i].joined_s < annual_end(y);
		(void)snprintf(text, sizeof(text), "%d", y);
		annual_begin(w, ANNUAL_MEMBERS_YEAR, slice_of_str(text));
		annual_str(w, text);
		annual_int(w, n);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
member_rows(struct annual_work *w, struct err *e)
{
	for (size_t i = 0; i < desk_member_count; i++) {
		const struct annual_country *c = &w->countries[i];

		if (!c->member)
			continue;
		annual_begin(w, ANNUAL_MEMBERS, slice_of_str(desk_members[i].code));
		annual_str(w, desk_members[i].code);
		annual_date(w, c->joined_s);
		annual_int(w, __builtin_popcount(c->functions));
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

static bool
word_rows(struct annual_work *w, enum annual_id table, const char *words, const int64_t *a, const int64_t *b, const int64_t *c, struct err *e)
{
	struct slice rest = slice_of_str(words), one;

	for (size_t n = 0; rest.len > 0 && slice_cut(&rest, ' ', &one); n++) {
		annual_begin(w, table, SLICE_NONE);
		annual_put(w, one);
		annual_int(w, a[n]);
		annual_int(w, b[n]);
		if (c != NULL)
			annual_int(w, c[n]);
		if (!annual_done(w, e))
			return false;
	}
	return true;
}

bool
annual_who(struct annual_work *w, struct err *e)
{
	struct who_counts x = { 0 };

	return annual_each(w, DESK_COUNTRY, w->as_of_s, country_take, &x, e) && annual_each(w, DESK_FOCAL, w->as_of_s, focal_take, &x, e) &&
	    annual_each(w, DESK_ENTITY, w->as_of_s, entity_take, &x, e) && annual_each(w, DESK_INITIATIVE, w->as_of_s, initiative_take, &x, e) &&
	    region_rows(w, e) && group_rows(w, e) && year_rows(w, e) && member_rows(w, e) &&
	    word_rows(w, ANNUAL_FUNCTIONS, FUNCTIONS, x.designated, x.proposed, NULL, e) &&
	    word_rows(w, ANNUAL_ENTITIES, SORTS, x.recognised, x.candidate, x.suspended, e) &&
	    word_rows(w, ANNUAL_INITIATIVES, DESK_TOPICS, x.initiatives, x.entities, NULL, e);
}
