/*
 * api_stats: sums. All but sums by state under further filters come from what
 * is kept up as events come (count_day, finding_tally, time_day), so that the
 * first page costs the same whatever the node holds.
 */
#include <stdio.h>

#include "attrib/networks.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "store/tally.h"

#define DAY_S 86400
#define OVERVIEW_DAYS 30
#define OVERVIEW_TOP 20

struct rows {
	struct api_call *c;
	struct json_out *j;
	enum stats_by by;
};

static bool
row_put(void *cookie, const struct stats_row *r, struct err *e)
{
	struct rows *x = cookie;
	uint64_t events, findings;
	bool few = !who_count(x->c->who, r->findings, &findings);

	(void)e;
	/* That there is something at all tells who sees no findings of a small network. */
	if (!who_count(x->c->who, r->events, &events) || (x->by == STATS_STATE && few))
		return true;
	json_out_object(x->j);
	json_out_key_text(x->j, S("key"), r->key);
	json_out_key_int(x->j, S("number"), r->number);
	if (x->by == STATS_ASN)
		api_put_text(x->j, S("as_name"), networks_as_name(x->c->api->node->networks, (uint32_t)r->number));
	json_out_key_int(x->j, S("events"), (int64_t)events);
	json_out_key(x->j, S("findings"));
	if (few)
		json_out_null(x->j);
	else
		json_out_int(x->j, (int64_t)findings);
	json_out_object_end(x->j);
	return true;
}

/* By state, from the tally: events are not kept by state. */
static bool
states_put(struct api_call *c, struct json_out *j, struct slice country, struct err *e)
{
	uint64_t n[FINDING_STATE_COUNT];

	if (!tally_states(c->api->node->store, country, n, e))
		return false;
	for (unsigned i = 0; i < FINDING_STATE_COUNT; i++) {
		if (!who_count(c->who, n[i], &n[i]))
			continue;
		json_out_object(j);
		json_out_key_text(j, S("key"), slice_of_str(finding_state_name((enum finding_state)i)));
		json_out_key_int(j, S("number"), i);
		json_out_key_int(j, S("events"), 0);
		json_out_key_int(j, S("findings"), (int64_t)n[i]);
		json_out_object_end(j);
	}
	return true;
}

static const char *const by_words[] = { "day", "country", "asn", "class", "taxonomy", "feed", "state", NULL };

static enum stats_by
by_of(struct slice s)
{
	static const enum stats_by list[] = { STATS_DAY, STATS_COUNTRY, STATS_ASN, STATS_CLASS, STATS_TAXONOMY, STATS_FEED, STATS_STATE };
	size_t i = 0;

	while (by_words[i + 1] != NULL && !slice_eq(s, slice_of_str(by_words[i])))
		i++;
	return list[i];
}

static bool
stats(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct rows x = { c, j, by_of(api_text_of(c, "by")) };
	struct finding_query f;
	struct stats_query q;
	bool ok;

	if (!api_filter_read(c, NULL, &f, e))
		return false;
	q = (struct stats_query){ .by = x.by, .since_s = f.since_s, .until_s = f.until_s, .class_type = f.class_type, .country = f.country,
		.feed = f.feed, .has_asn = f.has_asn, .asn = f.asn, .top = (size_t)api_int_of(c, "top", 100), .now_s = c->r->now_s };
	json_out_object(j);
	json_out_key(j, S("rows"));
	json_out_array(j);
	if (x.by == STATS_STATE && q.since_s == 0 && q.until_s == 0 && q.class_type.p == NULL && q.feed.p == NULL && !q.has_asn)
		ok = states_put(c, j, q.country, e);
	else
		ok = store_stats(c->api->node->store, &q, row_put, &x, e);
	json_out_array_end(j);
	json_out_object_end(j);
	return ok;
}

/* --- the first page -------------------------------------------------------------------------------- */

/* One walk counts for all four; they come one after the other. */
static const struct stats_part overview_parts[] = {
	{ STATS_DAY, OVERVIEW_DAYS }, { STATS_CLASS, OVERVIEW_TOP }, { STATS_COUNTRY, 0 }, { STATS_ASN, OVERVIEW_TOP },
};
#define OVERVIEW_PARTS (sizeof(overview_parts) / sizeof(overview_parts[0]))
static const char *const overview_keys[OVERVIEW_PARTS] = { "days", "classes", "countries", "networks" };

struct tables {
	struct rows rows;
	size_t begun; /* so many arrays were begun */
};

static void
table_begin(struct tables *t)
{
	if (t->begun > 0)
		json_out_array_end(t->rows.j);
	json_out_key(t->rows.j, slice_of_str(overview_keys[t->begun]));
	json_out_array(t->rows.j);
	t->rows.by = overview_parts[t->begun++].by;
}

static bool
table_row(void *cookie, size_t part, const struct stats_row *r, struct err *e)
{
	struct tables *t = cookie;

	while (t->begun <= part)
		table_begin(t);
	return row_put(&t->rows, r, e);
}

static bool
tables_put(struct api_call *c, struct json_out *j, struct err *e)
{
	struct tables t = { .rows = { c, j, STATS_DAY } };
	struct stats_query q = { .since_s = (c->r->now_s / DAY_S - OVERVIEW_DAYS + 1) * DAY_S,
		.country = who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE, .now_s = c->r->now_s };

	if (!store_stats_parts(c->api->node->store, &q, overview_parts, OVERVIEW_PARTS, table_row, &t, e))
		return false;
	while (t.begun < OVERVIEW_PARTS)
		table_begin(&t);
	json_out_array_end(j);
	return true;
}

static bool
reports_put(struct api_call *c, struct json_out *j, struct err *e)
{
	struct report_totals t;

	if (!report_totals(c->api->node->store, &t, e))
		return false;
	json_out_key(j, S("reports"));
	json_out_object(j);
	for (unsigned i = 0; i < REPORT_STATE_COUNT; i++)
		json_out_key_int(j, slice_of_str(report_state_name((enum report_state)i)), (int64_t)t.reports[i]);
	json_out_key_int(j, S("events"), (int64_t)t.events);
	json_out_key_int(j, S("bad"), (int64_t)t.bad);
	json_out_key_int(j, S("bytes"), (int64_t)t.bytes);
	api_put_moment(j, S("last"), t.last_s);
	json_out_object_end(j);
	return true;
}

static bool
by_state_put(struct api_call *c, struct json_out *j, struct err *e)
{
	uint64_t n[FINDING_STATE_COUNT], open = 0;

	if (!tally_states(c->api->node->store, who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE, n, e))
		return false;
	json_out_key(j, S("by_state"));
	json_out_object(j);
	for (unsigned i = 0; i < FINDING_STATE_COUNT; i++) {
		json_out_key_int(j, slice_of_str(finding_state_name((enum finding_state)i)), (int64_t)n[i]);
		open += i == FINDING_RESOLVED ? 0 : n[i];
	}
	json_out_object_end(j);
	json_out_key_int(j, S("open"), (int64_t)open);
	return true;
}

static bool
time_put(struct api_call *c, struct json_out *j, struct slice key, unsigned kinds, struct err *e)
{
	struct times t;

	if (!times_get(c->api->node->store, kinds, c->r->now_s - (int64_t)OVERVIEW_DAYS * DAY_S, &t, e))
		return false;
	json_out_key(j, key);
	json_out_object(j);
	json_out_key_int(j, S("count"), (int64_t)t.count);
	json_out_key(j, S("median_s"));
	if (t.count > 0)
		json_out_int(j, t.median_s);
	else
		json_out_null(j);
	json_out_object_end(j);
	return true;
}

static bool
overview(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	bool ok;

	json_out_object(j);
	ok = reports_put(c, j, e) && by_state_put(c, j, e) && tables_put(c, j, e);
	json_out_key(j, S("times"));
	json_out_object(j);
	ok = ok && time_put(c, j, S("notify"), 1u << TIME_TOLD, e) && time_put(c, j, S("fix"), 1u << TIME_FIXED | 1u << TIME_SILENT, e);
	json_out_object_end(j);
	json_out_key_int(j, S("period_days"), OVERVIEW_DAYS);
	json_out_object_end(j);
	return ok;
}

/* --- rows --------------------------------------------------------------------------------------------- */

static const struct api_value by_value = { .type = API_WORD, .words = by_words };
static const struct api_value top_value = { .type = API_INT, .min = 1, .max = 10000 };
static const struct api_member row_members[] = {
	{ "key", &api_text, API_REQUIRED, "2026-02-10, ES, AS64496, infected-system, ...; empty: unknown" },
	{ "number", &api_int, API_REQUIRED, "Seconds of the day, the AS; else of no meaning" },
	{ "as_name", &api_text, API_NULL, "By asn" },
	{ "events", &api_count, API_REQUIRED, NULL },
	{ "findings", &api_count, API_REQUIRED | API_NULL, "Seen for the first time; by state: in it. Who does not see findings is told counts in tens: null is fewer than ten, rows of fewer than ten events are left out" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value row_value = { .type = API_OBJECT, .members = row_members, .name = "StatsRow" };
static const struct api_value row_list = { .type = API_ARRAY, .items = &row_value, .max = INT64_MAX };
static const struct api_member stats_members[] = { { "rows", &row_list, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value stats_value = { .type = API_OBJECT, .members = stats_members };

static const struct api_member reports_members[] = {
	{ "received", &api_count, API_REQUIRED, NULL }, { "reading", &api_count, API_REQUIRED, NULL },
	{ "done", &api_count, API_REQUIRED, NULL }, { "aside", &api_count, API_REQUIRED, NULL },
	{ "nothing", &api_count, API_REQUIRED, NULL }, { "events", &api_count, API_REQUIRED, NULL },
	{ "bad", &api_count, API_REQUIRED, NULL }, { "bytes", &api_count, API_REQUIRED, NULL },
	{ "last", &api_moment, API_REQUIRED | API_NULL, "When the latest was received" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value reports_value = { .type = API_OBJECT, .members = reports_members };
static const struct api_member state_members[] = {
	{ "new", &api_count, API_REQUIRED, NULL }, { "notified", &api_count, API_REQUIRED, NULL },
	{ "acknowledged", &api_count, API_REQUIRED, NULL }, { "resolved", &api_count, API_REQUIRED, NULL },
	{ "returned", &api_count, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value state_value = { .type = API_OBJECT, .members = state_members };
static const struct api_member time_members[] = {
	{ "count", &api_count, API_REQUIRED, NULL },
	{ "median_s", &api_count, API_REQUIRED | API_NULL, "Within a tenth" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value time_value = { .type = API_OBJECT, .members = time_members };
static const struct api_member times_members[] = {
	{ "notify", &time_value, API_REQUIRED, "From the first event to the first notice" },
	{ "fix", &time_value, API_REQUIRED, "From the first event to a person's word, or to the last event before it fell silent" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value times_value = { .type = API_OBJECT, .members = times_members };
static const struct api_member overview_members[] = {
	{ "reports", &reports_value, API_REQUIRED, NULL },
	{ "by_state", &state_value, API_REQUIRED, "As of the last sweep of silence" },
	{ "open", &api_count, API_REQUIRED, NULL },
	{ "days", &row_list, API_REQUIRED, NULL },
	{ "classes", &row_list, API_REQUIRED, NULL },
	{ "countries", &row_list, API_REQUIRED, NULL },
	{ "networks", &row_list, API_REQUIRED, NULL },
	{ "times", &times_value, API_REQUIRED, NULL },
	{ "period_days", &api_count, API_REQUIRED, "Of the tables and times" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value overview_value = { .type = API_OBJECT, .members = overview_members, .name = "Overview" };

static const struct api_param stats_params[] = {
	{ "by", API_QUERY, &by_value, true, NULL },
	{ "since", API_QUERY, &api_moment, false, "Whole days" },
	{ "until", API_QUERY, &api_moment, false, NULL },
	{ "class", API_QUERY, &api_class, false, NULL },
	{ "country", API_QUERY, &api_country, false, NULL },
	{ "asn", API_QUERY, &api_asn, false, NULL },
	{ "feed", API_QUERY, &api_short, false, NULL },
	{ "top", API_QUERY, &top_value, false, "The largest; of days the latest; 100" },
	{ NULL, API_QUERY, NULL, false, NULL },
};

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/stats", .right = RIGHT_STATS_READ, .run = stats,
	    .summary = "Events and new findings by day, country, AS, class, taxonomy, feed or state", .params = stats_params, .answer = &stats_value },
	{ .method = API_GET, .path = "/api/v1/overview", .right = RIGHT_STATS_READ, .run = overview,
	    .summary = "What the first page shows", .answer = &overview_value },
};

const struct api_room api_stats_room = { "statistics", routes, sizeof(routes) / sizeof(routes[0]) };
