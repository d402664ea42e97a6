#include "model/desk_live.h"

#include "base/lang.h"

#define DAY_S 86400

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char head[] = "ENTENTE-";

const char *
desk_live_name(enum desk_live l)
{
	static const char *const names[LIVE_COUNT] = { "unverified", "alive", "due", "late", "dead" };

	return names[l];
}

const char *
desk_live_title(enum desk_live l)
{
	static const char *const titles[LIVE_COUNT] = { N_("has not answered yet"), N_("answers"), N_("is being asked"), N_("is late"), N_("does not answer") };

	return titles[l];
}

const char *
desk_way_name(enum desk_way w)
{
	static const char *const names[WAY_COUNT] = { "mail", "page", "call", "ping" };

	return names[w];
}

const char *
desk_way_title(enum desk_way w)
{
	static const char *const titles[WAY_COUNT] = { N_("by mail"), N_("by its page"), N_("by a call"), N_("by an unannounced exercise") };

	return titles[w];
}

bool
desk_way_find(struct slice name, enum desk_way *out)
{
	for (int i = 0; i < WAY_COUNT; i++) {
		if (slice_eq(name, slice_of_str(desk_way_name((enum desk_way)i)))) {
			*out = (enum desk_way)i;
			return true;
		}
	}
	return false;
}

int
desk_live_months(enum desk_kind k)
{
	return k == DESK_FOCAL ? 4 : 6;
}

enum desk_live
desk_live_at(const struct desk_life *l, int months, int64_t now_s)
{
	if (l->asked_s > 0 && now_s >= l->asked_s + 60 * DAY_S)
		return LIVE_DEAD;
	if (l->asked_s > 0 && now_s >= l->asked_s + 21 * DAY_S)
		return LIVE_LATE;
	if (l->answered_s == 0)
		return LIVE_UNVERIFIED;
	/* A question within the rhythm (a ping) takes nothing away before its time is over. */
	return now_s < desk_months(l->answered_s, months) ? LIVE_ALIVE : LIVE_DUE;
}

enum desk_step
desk_live_step(const struct desk_life *l, int months, int64_t now_s)
{
	static const struct { int day; enum desk_step step; } steps[] = {
		{ 0, STEP_FIRST }, { 7, STEP_AGAIN }, { 14, STEP_ONCE_MORE }, { 21, STEP_DEPUTY }, { 35, STEP_AUTHORITY }, { 60, STEP_GIVEN_UP },
	};
	int64_t begun = l->asked_s;

	if (begun == 0) {
		if (l->answered_s > 0 && now_s < desk_months(l->answered_s, months))
			return STEP_NONE;
		return STEP_FIRST;
	}
	/* One at a time, in their order, however long nobody looked. */
	if ((size_t)l->steps >= sizeof(steps) / sizeof(steps[0]))
		return STEP_NONE;
	return now_s >= begun + (int64_t)steps[l->steps].day * DAY_S ? steps[l->steps].step : STEP_NONE;
}

void
desk_token_print(const uint8_t chance[16], char out[DESK_TOKEN_TEXT + 1])
{
	size_t n = sizeof(head) - 1;

	memcpy(out, head, n);
	for (int bit = -2; bit < 128; bit += 5) {
		unsigned v = 0;

		for (int i = bit; i < bit + 5; i++)
			v = v << 1 | (i < 0 ? 0u : (unsigned)(chance[i / 8] >> (7 - i % 8) & 1));
		out[n++] = digits[v];
	}
	out[n] = '\0';
}

bool
desk_token_next(struct slice *rest, struct slice *out)
{
	size_t at;

	while ((at = slice_find(*rest, slice_of_str(head))) != SIZE_MAX) {
		struct slice t = slice_sub(*rest, at, DESK_TOKEN_TEXT);
		size_t n = sizeof(head) - 1;

		while (n < t.len && strchr(digits, t.p[n]) != NULL && t.p[n] != '\0')
			n++;
		*rest = slice_from(*rest, at + n);
		if (n == DESK_TOKEN_TEXT) {
			*out = t;
			return true;
		}
	}
	*rest = SLICE_NONE;
	return false;
}
