/*
 * api_indicator: what is watched for in reports, and what was met.
 */
#include "server/api_object.h"

#include <stdio.h>

#include "server/api_rooms.h"

#define PAGE_ROWS 50

struct page {
	struct api_call *c;
	struct json_out *j;
};

static const char *const states[] = { "watched", "watched", "not-watched", "revoked" };

/* The question to /api/v1/findings that asks for what it says, where findings can be asked so. */
static void
find_put(struct json_out *j, const struct indicator_row *r)
{
	const char *name = r->watch != INDICATOR_VALUE ? NULL : r->key == INDICATOR_KEY_IP ? "prefix" :
	    r->key == INDICATOR_KEY_ASN ? "asn" : r->key == INDICATOR_KEY_FQDN || r->key == INDICATOR_KEY_URL ? "text" : NULL;

	json_out_key(j, S("find"));
	if (name == NULL) {
		json_out_null(j);
		return;
	}
	json_out_object(j);
	json_out_key_text(j, slice_of_str(name), r->text);
	json_out_object_end(j);
}

bool
api_indicator_put(struct api_call *c, struct json_out *j, const struct indicator_row *r, struct err *e)
{
	const struct json *object = NULL;
	struct err none = ERR_INIT;
	struct arena a;
	const char *why;
	bool ok;

	arena_init(&a, (size_t)64 << 20);
	if (!json_parse(r->bytes, &STIX_LIMITS, &a, &object, &none))
		object = NULL;
	why = indicator_why_not(r, object, &a);
	json_out_object(j);
	json_out_key_text(j, S("id"), slice_of_str(r->name));
	api_put_text(j, S("name"), json_text(json_get(object, S("name"))));
	json_out_key_text(j, S("kind"), slice_of_str(indicator_key_name(r->key)));
	json_out_key_text(j, S("watched"), r->text);
	json_out_key_text(j, S("state"), slice_of_str(states[r->revoked ? 3 : r->watch <= INDICATOR_NOT_WATCHED ? r->watch : INDICATOR_NOT_WATCHED]));
	api_put_text(j, S("why"), why == NULL ? SLICE_NONE : slice_of_str(lang_text(c->r->lang, why)));
	api_put_moment(j, S("from"), r->from_s);
	api_put_moment(j, S("until"), r->until_s);
	json_out_key_int(j, S("sightings"), (int64_t)r->count);
	api_put_moment(j, S("first_seen"), r->first_s);
	api_put_moment(j, S("last_seen"), r->last_s);
	find_put(j, r);
	api_tlp_put(j, object);
	ok = api_origin_put(c, j, slice_of_str(r->name), e);
	json_out_object_end(j);
	arena_fini(&a);
	return ok;
}

static bool
row(void *cookie, const struct indicator_row *r, struct err *e)
{
	struct page *p = cookie;

	return api_indicator_put(p->c, p->j, r, e);
}

/* "NUMBER", or of what was seen "SECONDS.NUMBER". */
static bool
cursor_read(struct api_call *c, struct indicator_browse *q, struct err *e)
{
	struct slice rest = api_text_of(c, "cursor"), first;
	uint64_t a = 0, b = 0;
	bool ok;

	if (rest.p == NULL)
		return true;
	(void)slice_cut(&rest, '.', &first);
	ok = slice_u64(first, &a) && a <= INT64_MAX && q->seen == (rest.p != NULL) && (!q->seen || (slice_u64(rest, &b) && b <= INT64_MAX));
	q->before = (int64_t)(q->seen ? b : a);
	q->before_s = (int64_t)(q->seen ? a : 0);
	return (ok && q->before > 0) || (api_fault(c, "cursor"), err_set(e, ERR_INPUT, "cursor: %s is none of this list", QUOTE(api_text_of(c, "cursor"))));
}

static bool
page_put(struct api_call *c, bool seen, struct err *e)
{
	struct indicator_browse q = { .text = api_text_of(c, "q"), .seen = seen, .limit = (size_t)api_int_of(c, "limit", PAGE_ROWS) };
	struct page p = { c, api_json(c) };
	int64_t next = 0, next_s = 0;
	char text[64];

	if (!api_objects_ours(c, e) || !cursor_read(c, &q, e))
		return false;
	json_out_object(p.j);
	json_out_key(p.j, S("items"));
	json_out_array(p.j);
	if (!who_is_bound(c->who) && !indicator_browse(c->api->node->store, &q, row, &p, &next, &next_s, e))
		return false;
	json_out_array_end(p.j);
	if (seen)
		(void)snprintf(text, sizeof(text), "%lld.%lld", (long long)next_s, (long long)next);
	else
		(void)snprintf(text, sizeof(text), "%lld", (long long)next);
	api_put_text(p.j, S("next"), next == 0 ? SLICE_NONE : slice_of_str(text));
	json_out_object_end(p.j);
	return true;
}

static bool
indicators(struct api_call *c, struct err *e)
{
	return page_put(c, api_int_of(c, "seen", 0) != 0, e);
}

static bool
sightings(struct api_call *c, struct err *e)
{
	return page_put(c, true, e);
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

static const struct api_value long_text = { .type = API_TEXT, .max = INT64_MAX };
static const struct api_member find_members[] = {
	{ "prefix", &api_text, 0, NULL },
	{ "asn", &api_text, 0, NULL },
	{ "text", &long_text, 0, NULL },
	END,
};
static const struct api_value find_value = { .type = API_OBJECT, .members = find_members };
static const struct api_member indicator_members[] = {
	{ "id", &api_stix_id, API_REQUIRED, NULL },
	{ "name", &long_text, API_REQUIRED | API_NULL, NULL },
	{ "kind", &api_text, API_REQUIRED, "ip, fqdn, url, md5, ...: what its value is of" },
	{ "watched", &long_text, API_REQUIRED, "The value, or the pattern" },
	{ "state", &api_text, API_REQUIRED, "watched, not-watched, revoked" },
	{ "why", &api_text, API_REQUIRED | API_NULL, "Why it is not watched, for people" },
	{ "from", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "until", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "sightings", &api_count, API_REQUIRED, "Events that met it" },
	{ "first_seen", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "last_seen", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "find", &find_value, API_REQUIRED | API_NULL, "The parameter of /api/v1/findings that asks for what it says" },
	{ "tlp", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "origin", &api_origin_value, API_REQUIRED | API_NULL, "null: no partner's" },
	END,
};
const struct api_value api_indicator_value = { .type = API_OBJECT, .members = indicator_members, .name = "Indicator" };
static const struct api_value indicator_items = { .type = API_ARRAY, .items = &api_indicator_value, .max = INT64_MAX };
static const struct api_member indicators_members[] = {
	{ "items", &indicator_items, API_REQUIRED, NULL },
	{ "next", &api_objects_cursor, API_REQUIRED | API_NULL, "Cursor of what is behind. A search that finds little has one too" },
	END,
};
static const struct api_value indicators_value = { .type = API_OBJECT, .members = indicators_members };

#define PAGING { "q", API_QUERY, &api_objects_q, false, "What the value or the pattern holds" }, \
	{ "limit", API_QUERY, &api_objects_limit, false, "Rows of a page; 50" }, \
	{ "cursor", API_QUERY, &api_objects_cursor, false, "The page behind" }
static const struct api_param indicators_params[] = { PAGING, { "seen", API_QUERY, &api_bool, false, "Only what was met, the latest first" }, PARAMS_END };
static const struct api_param sightings_params[] = { PAGING, PARAMS_END };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/indicators", .right = RIGHT_FINDINGS_READ, .run = indicators,
	    .summary = "What is watched for in reports, the newest first", .params = indicators_params, .answer = &indicators_value },
	{ .method = API_GET, .path = "/api/v1/sightings", .right = RIGHT_FINDINGS_READ, .run = sightings,
	    .summary = "Indicators that events met, the latest first", .params = sightings_params, .answer = &indicators_value },
};

const struct api_room api_indicator_room = { "indicators", routes, sizeof(routes) / sizeof(routes[0]) };
