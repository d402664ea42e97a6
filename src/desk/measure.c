#include "desk/measure.h"

#include <stdlib.h>

#include "parse/date.h"
#include "store/desk_check.h"
#include "store/findings.h"

#define OPEN (1u << FINDING_NEW | 1u << FINDING_NOTIFIED | 1u << FINDING_ACKNOWLEDGED | 1u << FINDING_RETURNED)

/* As `entente query` has them. */
static void
query_text(const struct desk_record *r, const char *states, const struct measure *m, bool span, struct buf *b)
{
	struct slice class = desk_text(r, "class"), text = desk_text(r, "text");
	char day[DATE_TEXT_MAX];

	buf_printf(b, "entente query --country %.*s%s", SLICE_ARG(r->country), states);
	if (class.len > 0)
		buf_printf(b, " --class %.*s", SLICE_ARG(class));
	if (text.len > 0) {
		buf_str(b, " --text ");
		slice_quote(b, text, 200);
	}
	if (span) {
		buf_printf(b, " --since %.10s", (date_print_day(m->from_s, day), day));
		buf_printf(b, " --until %.10s", (date_print_day(m->until_s, day), day));
	}
}

static struct finding_query
query_of(const struct desk_record *r, int64_t now_s)
{
	return (struct finding_query){ .country = r->country, .class_type = desk_text(r, "class"), .text = desk_text(r, "text"), .now_s = now_s, .order = FINDING_BY_ID };
}

static bool
counted(struct store *s, struct finding_query *q, struct measure *m, struct err *e)
{
	uint64_t n;

	if (!finding_count(s, q, &n, e))
		return false;
	if (n > 1000000000)
		n = 1000000000;
	m->value = (int64_t)n * DESK_AMOUNT_SCALE;
	m->known = true;
	return true;
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The median from the first event to the end, of what ended within the span. */
#define CLOSED_MAX 200000
static bool
hours_to_close(struct store *s, struct finding_query *q, struct measure *m, struct err *e)
{
	int64_t *v = xarray(CLOSED_MAX, sizeof(*v));
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step = STEP_FAIL;
	size_t n = 0;

	q->states = 1u << FINDING_RESOLVED;
	if (finding_open(s, q, &w, e)) {
		while ((step = finding_next(w, &row, e)) == STEP_ITEM && n < CLOSED_MAX) {
			if (row.state_s >= m->from_s && row.state_s < m->until_s + 86400 && row.state_s >= row.first_s)
				v[n++] = row.state_s - row.first_s;
		}
	}
	finding_close(&w);
	if (n > 0 && step != STEP_FAIL) {
		qsort(v, n, sizeof(*v), by_size);
		m->value = v[n / 2] * DESK_AMOUNT_SCALE / 3600;
		m->known = true;
	}
	free(v);
	return step != STEP_FAIL;
}

struct alive { struct store *s; int64_t now_s; int64_t all, alive; };
static bool
alive_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct alive *x = cookie;
	struct desk_life l;

	if (!desk_life_of(x->s, r->id, &l, e))
		return false;
	x->all++;
	x->alive += desk_live_at(&l, desk_live_months(r->kind), x->now_s) == LIVE_ALIVE;
	return true;
}

static bool
contacts_alive(struct store *s, const struct desk_record *r, int64_t now_s, struct measure *m, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_FOCAL, .country = r->country, .state = S("designated") };
	struct alive x = { .s = s, .now_s = now_s };

	if (!desk_list(s, &q, alive_take, &x, e))
		return false;
	m->known = x.all > 0;
	if (m->known)
		m->value = x.alive * 100 * DESK_AMOUNT_SCALE / x.all;
	return true;
}

bool
measure_of(struct store *s, const struct desk_record *r, int64_t now_s, int months, struct arena *a, struct measure *out, struct err *e)
{
	struct finding_query q = query_of(r, now_s);
	struct slice what = desk_text(r, "measure");
	struct buf b;
	bool ok;

	*out = (struct measure){ .from_s = desk_months(now_s, -months) / 86400 * 86400, .until_s = now_s / 86400 * 86400 };
	if (what.p == NULL)
		return err_set(e, ERR_INPUT, "%.*s is not measured by the node (measure)", SLICE_ARG(r->id));
	if (r->country.len != 2)
		return err_set(e, ERR_INPUT, "%.*s is of no country", SLICE_ARG(r->id));
	buf_init(&b, 2048);
	if (slice_eq(what, S("open-findings"))) {
		q.states = OPEN;
		out->from_s = out->until_s; /* as it is on the day */
		query_text(r, " --state open", out, false, &b);
		ok = counted(s, &q, out, e);
	} else if (slice_eq(what, S("findings"))) {
		q.since_s = out->from_s;
		q.until_s = out->until_s + 86400;
		query_text(r, "", out, true, &b);
		ok = counted(s, &q, out, e);
	} else if (slice_eq(what, S("hours-to-close"))) {
		query_text(r, " --state resolved", out, true, &b);
		buf_str(&b, " (median hours from the first event to the end)");
		ok = hours_to_close(s, &q, out, e);
	} else {
		out->from_s = out->until_s;
		buf_printf(&b, "entente desk check list --country %.*s (percent of focal points that are alive)", SLICE_ARG(r->country));
		ok = contacts_alive(s, r, now_s, out, e);
	}
	out->query = arena_copy(a, buf_view(&b));
	buf_fini(&b);
	return ok;
}

struct measured { int64_t until_s; bool there; };
static bool
measured_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct measured *x = cookie;
	int64_t until;

	(void)e;
	x->there = x->there || (slice_eq(desk_done_by(r, "new"), S("node")) && desk_day(r, "until", &until) && until == x->until_s);
	return true;
}

static void
patch_put(const struct desk_record *indicator, const struct measure *m, struct buf *b)
{
	char from[DATE_TEXT_MAX], until[DATE_TEXT_MAX];

	(void)date_print_day(m->from_s, from);
	(void)date_print_day(m->until_s, until);
	buf_str(b, "{\"indicator\":");
	json_quote(b, indicator->id);
	buf_str(b, ",\"value\":\"");
	desk_amount_print(m->value, b);
	buf_printf(b, "\",\"from\":\"%.10s\",\"until\":\"%.10s\",\"source\":\"entente\",\"query\":", from, until);
	json_quote(b, slice_sub(m->query, 0, 400));
	buf_byte(b, '}');
}

bool
measure_note(struct store *s, const struct desk_record *indicator, const struct who *by, int64_t now_s, int months,
    struct arena *a, struct desk_record *out, bool *done_out, struct err *e)
{
	static const struct desk_actor node = { .login = S_INIT("node"), .roles = 1u << DESK_NODE, .country = S_INIT("") };
	struct desk_deed d = { .verb = DESK_NEW, .kind = DESK_MEASUREMENT, .actor = &node, .now_s = now_s };
	struct desk_query q = { .has_kind = true, .kind = DESK_MEASUREMENT, .of = indicator->id };
	struct measured there;
	struct measure m;
	struct buf b;
	bool ok;

	*done_out = false;
	if (!measure_of(s, indicator, now_s, months, a, &m, e))
		return false;
	there = (struct measured){ m.until_s, false };
	if (!desk_list(s, &q, measured_take, &there, e))
		return false;
	if (!m.known || there.there)
		return true;
	buf_init(&b, 8192);
	patch_put(indicator, &m, &b);
	ok = json_parse(arena_copy(a, buf_view(&b)), &JSON_LIMITS, a, &d.patch, e) && desk_deed(s, SLICE_NONE, &d, by, a, out, e);
	buf_fini(&b);
	d = (struct desk_deed){ .verb = DESK_MOVE, .move = S("count"), .actor = &node, .now_s = now_s };
	*done_out = ok && desk_deed(s, out->id, &d, by, a, out, e);
	return *done_out;
}
