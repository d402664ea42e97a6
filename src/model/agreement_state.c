/*
 * agreement_state: how an agreement stands on a date, for its parties and between
 * two of them. Only looks; what is looked at is made by the acts (agreement.c).
 */
#include <stdlib.h>

#include "model/agreement_room.h"

#define DAY_S ((int64_t)86400)
#define NEVER AGREEMENT_NEVER

struct adhesion *
agreement_round(const struct agreement *g, uint32_t party, int64_t date_s)
{
	for (uint32_t i = g->adhesion_count; i-- > 0;) {
		if (g->adhesions[i].party == party && g->adhesions[i].invited_s <= date_s)
			return &g->adhesions[i];
	}
	return NULL;
}

const struct adhesion *
agreement_adhesion_at(const struct agreement *g, uint32_t party, int64_t date_s)
{
	return agreement_round(g, party, date_s);
}

enum adhesion_state
adhesion_state_at(const struct adhesion *x, int64_t date_s)
{
	if (x == NULL || date_s < x->invited_s)
		return ADHESION_NONE;
	if (date_s >= x->left_s)
		return ADHESION_LEFT;
	if (date_s >= x->notified_s)
		return ADHESION_NOTIFIED;
	if (date_s >= x->in_force_s)
		return ADHESION_IN_FORCE;
	if (date_s >= x->deposited_s)
		return ADHESION_DEPOSITED;
	return date_s >= x->signed_s ? ADHESION_SIGNED : ADHESION_INVITED;
}

uint32_t
adhesion_version_at(const struct adhesion *x, int64_t date_s)
{
	uint32_t version = 0;

	for (uint32_t i = 0; i < x->accept_count && x->accepts[i].at_s <= date_s; i++)
		version = x->accepts[i].version;
	return version;
}

bool
agreement_reserved_at(const struct agreement *g, uint32_t party, uint32_t clause, int64_t date_s)
{
	for (uint32_t i = 0; i < g->reservation_count; i++) {
		const struct agreement_reservation *r = &g->reservations[i];

		if (r->party == party && r->clause == clause && r->from_s <= date_s && date_s < r->until_s)
			return true;
	}
	return false;
}

/* When a text's term is over; it counts from the agreement's entry into force. */
static int64_t
term_end_s(const struct agreement *g, const struct agreement_text *t)
{
	if (t->term_days == 0 || g->in_force_s == NEVER)
		return NEVER;
	return g->in_force_s + (int64_t)t->term_days * (1 + (int64_t)t->renewals) * DAY_S;
}

/* Of the terms that any party has accepted the longest: a shorter one later would end it in the past. */
static int64_t
terms_end_s(const struct agreement *g)
{
	int64_t end = term_end_s(g, g->texts[0]);

	for (uint32_t i = 0; i < g->adhesion_count; i++) {
		const struct adhesion *x = &g->adhesions[i];

		for (uint32_t k = 0; k < x->accept_count; k++) {
			int64_t s = term_end_s(g, g->texts[x->accepts[k].version - 1]);

			end = s > end ? s : end;
		}
	}
	return end;
}

/* When the last one left, if all have. */
static int64_t
all_left_s(const struct agreement *g)
{
	bool was_in_force = false;
	int64_t last = INT64_MIN;

	for (uint32_t i = 0; i < g->adhesion_count; i++) {
		const struct adhesion *x = &g->adhesions[i];

		if (x->signed_s == NEVER)
			continue;
		was_in_force = was_in_force || x->in_force_s != NEVER;
		last = x->left_s > last ? x->left_s : last;
	}
	return was_in_force ? last : NEVER;
}

static int64_t
min_s(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
agreement_end_s(const struct agreement *g)
{
	return min_s(g->ended_s, min_s(terms_end_s(g), all_left_s(g)));
}

enum agreement_state
agreement_state_at(const struct agreement *g, int64_t date_s)
{
	uint32_t version = 1;

	if (date_s < g->opened_s)
		return AGREEMENT_DRAFT;
	if (date_s >= agreement_end_s(g))
		return AGREEMENT_ENDED;
	if (date_s < g->in_force_s)
		return AGREEMENT_OPEN;
	while (version < g->version && g->version_s[version] <= date_s)
		version++;
	for (uint32_t i = 0; i < g->adhesion_count; i++) {
		enum adhesion_state s = adhesion_state_at(&g->adhesions[i], date_s);

		if ((s == ADHESION_IN_FORCE || s == ADHESION_NOTIFIED) && adhesion_version_at(&g->adhesions[i], date_s) < version)
			return AGREEMENT_AMENDED;
	}
	return AGREEMENT_IN_FORCE;
}

/* --- between two --------------------------------------------------------------- */

void
agreement_pairs(struct agreement *const *v, size_t n, const struct agreement_party *us,
    const struct agreement_party *partner, struct agreement_pair **out, size_t *count_out)
{
	struct agreement_pair *pairs = n == 0 ? NULL : xarray(n, sizeof(*pairs));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct agreement_pair p = { v[i], agreement_party_find(v[i], us->id, &us->key),
			agreement_party_find(v[i], partner->id, &partner->key) };

		if (p.us != UINT32_MAX && p.partner != UINT32_MAX && p.us != p.partner)
			pairs[count++] = p;
	}
	*out = pairs;
	*count_out = count;
}

enum pair_state
agreement_pair_at(const struct agreement_pair *p, int64_t date_s, const struct agreement_text **text_out)
{
	const struct agreement *g = p->agreement;
	const struct adhesion *us = agreement_round(g, p->us, date_s), *partner = agreement_round(g, p->partner, date_s);
	enum adhesion_state a = adhesion_state_at(us, date_s), b = adhesion_state_at(partner, date_s);
	uint32_t x, y;

	*text_out = NULL;
	if (a == ADHESION_LEFT || b == ADHESION_LEFT)
		return PAIR_LEFT;
	if (date_s >= g->ended_s)
		return PAIR_EXPIRED;
	if ((a != ADHESION_IN_FORCE && a != ADHESION_NOTIFIED) || (b != ADHESION_IN_FORCE && b != ADHESION_NOTIFIED))
		return date_s >= agreement_end_s(g) ? PAIR_EXPIRED : PAIR_NOT_IN_FORCE;
	/* Between a party that accepted a text as amended and one that did not, the older one holds. */
	x = adhesion_version_at(us, date_s);
	y = adhesion_version_at(partner, date_s);
	*text_out = g->texts[(x < y ? x : y) - 1];
	return date_s >= term_end_s(g, *text_out) ? PAIR_EXPIRED : PAIR_IN_FORCE;
}
