/*
 * api_finding: findings: lists, one of them with its history, the events
 * behind it, and what people do about them.
 */
#include <stdio.h>

#include "attrib/contacts.h"
#include "flow.h"
#include "server/api_cache.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"

#define PAGE_ROWS 100
#define COUNT_MAX 100000 /* counted one by one; over it the answer says "at least" */
#define ACT_FINDINGS_MAX 10000
#define EVENTS_MAX 1000
/* A report is read from its begin: a longer one is for the command line. */
#define EVENTS_REPORT_BYTES_MAX ((uint64_t)64 << 20)

/* --- lists ------------------------------------------------------------------------------ */

static const char *const order_words[] = { "last", "first", "count", "id", NULL };
static const struct api_value order_value = { .type = API_WORD, .words = order_words };

static enum finding_order
order_of(const struct api_call *c)
{
	static const enum finding_order orders[] = { FINDING_BY_LAST, FINDING_BY_FIRST, FINDING_BY_COUNT, FINDING_BY_ID };
	struct slice s = api_text_of(c, "order");

	for (size_t i = 0; order_words[i] != NULL; i++) {
		if (slice_eq(s, slice_of_str(order_words[i])))
			return orders[i];
	}
	return FINDING_BY_LAST;
}

static bool
list_rows(struct api_call *c, struct finding_query *q, struct err *e)
{
	struct json_out *j = api_json(c);
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct buf next;
	struct json_out cursor;
	size_t limit = q->limit, n = 0;
	enum step step;

	buf_init(&next, 256);
	/* One more than is shown says whether there is a next page. */
	q->limit = limit + 1;
	if (!finding_open(c->api->node->store, q, &w, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	while ((step = finding_next(w, &row, e)) == STEP_ITEM && n++ < limit) {
		buf_clear(&next);
		json_out_init(&cursor, &next, false);
		api_cursor_put(&cursor, q->order, &row);
		api_finding_reduce(c, &row);
		json_out_object(j);
		api_finding_put(c, j, &row);
		json_out_object_end(j);
	}
	finding_close(&w);
	json_out_array_end(j);
	json_out_key(j, S("next"));
	if (n > limit)
		json_out_raw(j, buf_view(&next));
	else
		json_out_null(j);
	json_out_object_end(j);
	buf_fini(&next);
	return step != STEP_FAIL;
}

static bool
list(struct api_call *c, struct err *e)
{
	struct finding_query q;

	if (!api_filter_read(c, NULL, &q, e))
		return false;
	q.order = order_of(c);
	q.limit = (size_t)api_int_of(c, "limit", PAGE_ROWS);
	return api_cursor_read(c, &q, e) && list_rows(c, &q, e);
}

static bool
count(struct api_call *c, struct err *e)
{
	struct finding_query q;
	struct json_out *j = api_json(c);
	uint64_t n = 0;

	if (!api_filter_read(c, NULL, &q, e))
		return false;
	q.limit = COUNT_MAX + 1;
	if (!finding_count_up_to(c->api->node->store, &q, &n, e))
		return false;
	json_out_object(j);
	json_out_key_int(j, S("count"), (int64_t)(n > COUNT_MAX ? COUNT_MAX : n));
	json_out_key(j, S("exact"));
	json_out_bool(j, n <= COUNT_MAX);
	json_out_object_end(j);
	return true;
}

/* --- one -------------------------------------------------------------------------------- */

static bool
at_put(struct api_call *c, struct json_out *j, struct slice key, const struct finding_at *at, struct err *e)
{
	char hex[SHA256_HEX + 1];
	struct report r;

	if (!report_get(c->api->node->store, at->report, c->a, &r, e))
		return false;
	sha256_hex(&r.sha, hex);
	json_out_key(j, key);
	json_out_object(j);
	json_out_key_int(j, S("report"), at->report);
	api_put_text(j, S("file"), r.name);
	json_out_key_text(j, S("sha256"), slice_of_str(hex));
	json_out_key_text(j, S("part"), at->part);
	json_out_key_int(j, S("offset"), (int64_t)at->offset);
	json_out_key_int(j, S("length"), at->length);
	json_out_object_end(j);
	return true;
}

static bool
act_put(void *cookie, const struct finding_act_row *a, struct err *e)
{
	struct json_out *j = cookie;

	(void)e;
	json_out_object(j);
	api_put_moment_always(j, S("at"), a->at_s);
	json_out_key_text(j, S("act"), slice_of_str(finding_act_name(a->act)));
	json_out_key_text(j, S("to"), slice_of_str(finding_state_name(a->to)));
	api_put_text(j, S("by"), a->by);
	api_put_text(j, S("comment"), a->comment);
	json_out_object_end(j);
	return true;
}

static bool
notice_put(void *cookie, const struct finding_notice *n, struct err *e)
{
	struct json_out *j = cookie;

	(void)e;
	json_out_object(j);
	json_out_key_text(j, S("id"), n->id);
	json_out_key_text(j, S("email"), n->email);
	json_out_key_text(j, S("state"), n->state);
	api_put_moment(j, S("at"), n->state_s);
	json_out_object_end(j);
	return true;
}

void
api_contact_short_put(struct json_out *j, const struct contact *x, const char *as)
{
	if (x == NULL)
		return;
	json_out_object(j);
	json_out_key_text(j, S("as"), slice_of_str(as));
	json_out_key_int(j, S("id"), x->id);
	json_out_key_text(j, S("scope"), slice_of_str(contact_scope_name(x->scope)));
	json_out_key_text(j, S("value"), x->value);
	api_put_text(j, S("name"), x->name);
	json_out_key_text(j, S("email"), x->email);
	json_out_object_end(j);
}

static bool
contacts_put(struct api_call *c, struct json_out *j, const struct finding_row *row, struct err *e)
{
	struct contact_query q = { .has_ip = row->has_ip, .ip = row->ip, .asn = row->asn, .country = row->country.len == 0 ? SLICE_NONE : row->country,
		.class_type = class_type(row->class), .feed = row->feed };
	const struct contacts *all;
	struct contact_answer a;

	if (row->kind == PLACE_FQDN)
		q.fqdn = row->place;
	if (!api_contacts(c->api, &all, e))
		return false;
	contacts_find(all, &q, &a);
	json_out_key(j, S("contacts"));
	json_out_array(j);
	api_contact_short_put(j, a.contact, "contact");
	if (a.focal_point != a.contact)
		api_contact_short_put(j, a.focal_point, "focal-point");
	json_out_array_end(j);
	api_put_text(j, S("off"), a.off ? a.off_reason : SLICE_NONE);
	return true;
}

/* The finding of the path, as the asker may see it. What lies in another country is not there. */
static bool
row_get(struct api_call *c, struct finding_walk **w, struct finding_row *row, struct err *e)
{
	struct finding_query q = { .id = api_int_of(c, "id", 0), .now_s = c->r->now_s };
	char id[FINDING_ID_TEXT_MAX];
	enum step step;

	if (!finding_open(c->api->node->store, &q, w, e))
		return false;
	step = finding_next(*w, row, e);
	if (step == STEP_ITEM && api_may_see(c, row->country)) {
		api_finding_reduce(c, row);
		return true;
	}
	finding_id_print(q.id, id);
	return step != STEP_FAIL && err_set(e, ERR_ABSENT, "there is no finding %s", id);
}

static bool
one_put(struct api_call *c, const struct finding_row *row, struct err *e)
{
	struct store *s = c->api->node->store;
	struct json_out *j = api_json(c);
	bool ok;

	json_out_object(j);
	api_finding_put(c, j, row);
	ok = at_put(c, j, S("first"), &row->first, e) && at_put(c, j, S("last"), &row->last, e);
	json_out_key(j, S("acts"));
	json_out_array(j);
	ok = ok && finding_acts(s, row->id, act_put, j, e);
	json_out_array_end(j);
	if (ok && who_may(c->who, RIGHT_NOTICES_READ)) {
		json_out_key(j, S("notices"));
		json_out_array(j);
		ok = finding_notices(s, row->id, notice_put, j, e);
		json_out_array_end(j);
	}
	if (ok && who_may(c->who, RIGHT_CONTACTS_READ))
		ok = contacts_put(c, j, row, e);
	json_out_object_end(j);
	return ok;
}

static bool
one(struct api_call *c, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	bool ok = row_get(c, &w, &row, e) && one_put(c, &row, e);

	finding_close(&w);
	return ok;
}

/* --- events ------------------------------------------------------------------------------ */

struct events {
	struct json_out *j;
	int64_t finding;
	int64_t shown, limit;
	bool enough;
};

static bool
event_out(void *cookie, const struct event *ev, struct err *e)
{
	struct events *x = cookie;
	struct finding_key key;

	if (!finding_key_of(ev, &key, e))
		return false;
	if (key.id != x->finding)
		return true;
	if (x->shown == x->limit) {
		/* Stops the reading: the rest would be read for nothing. */
		x->enough = true;
		return err_set(e, ERR_LIMIT, "enough was read");
	}
	x->shown++;
	json_out_raw(x->j, S(""));
	event_to_json(ev, x->j->b);
	return true;
}

static bool
events_of(struct api_call *c, struct events *x, int64_t report, struct err *e)
{
	struct report r;

	if (!report_get(c->api->node->store, report, c->a, &r, e))
		return false;
	if (r.bytes > EVENTS_REPORT_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "report %lld has %llu bytes: its events are read by the command line: entente query --events",
		    (long long)report, (unsigned long long)r.bytes);
	return flow_events(c->api->flow, &r, event_out, x, e) || x->enough;
}

static bool
events(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct events x = { .j = j, .limit = api_int_of(c, "limit", PAGE_ROWS) };
	int64_t first, last;
	bool ok;

	if (!row_get(c, &w, &row, e)) {
		finding_close(&w);
		return false;
	}
	x.finding = row.id;
	first = row.first.report;
	last = row.last.report;
	finding_close(&w);
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	ok = events_of(c, &x, last, e) && (first == last || x.enough || events_of(c, &x, first, e));
	json_out_array_end(j);
	json_out_key(j, S("more"));
	json_out_bool(j, x.enough);
	json_out_object_end(j);
	return ok;
}

/* --- acts -------------------------------------------------------------------------------- */

static const char *const act_words[] = { "acknowledge", "resolve", "reopen", NULL };

struct acts {
	enum finding_act act;
	int64_t *ids;
	size_t count;
	uint64_t done;
	struct json_out refused;
	struct buf text;
	size_t refused_count;
};

static enum finding_act
act_of(struct slice word)
{
	static const enum finding_act acts[] = { FINDING_ACKNOWLEDGE, FINDING_RESOLVE, FINDING_REOPEN };
	size_t i = 0;

	while (act_words[i + 1] != NULL && !slice_eq(word, slice_of_str(act_words[i])))
		i++;
	return acts[i];
}

static bool
choose(struct api_call *c, struct acts *a, struct err *e)
{
	const struct json *ids = json_get(c->body, S("ids")), *filter = json_get(c->body, S("filter"));
	struct finding_query q;
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step;

	if ((ids == NULL) == (filter == NULL))
		return api_fault(c, "ids"), err_set(e, ERR_INPUT, "name findings by ids, or choose them by a filter");
	a->ids = arena_array(c->a, ACT_FINDINGS_MAX + 1, sizeof(*a->ids));
	if (a->ids == NULL)
		return err_set(e, ERR_LIMIT, "the request is too large");
	JSON_EACH(item, ids) {
		int64_t id = 0;

		if (!slice_i64(item->text, &id) && !finding_id_parse(item->text, &id))
			return api_fault(c, "ids"), err_set(e, ERR_INPUT, "%s is not the number of a finding", QUOTE(item->text));
		a->ids[a->count++] = id;
	}
	if (filter == NULL)
		return true;
	if (!api_filter_read(c, filter, &q, e))
		return false;
	q.limit = ACT_FINDINGS_MAX + 1;
	if (!finding_open(c->api->node->store, &q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM)
		a->ids[a->count++] = row.id;
	finding_close(&w);
	if (a->count > ACT_FINDINGS_MAX)
		return api_fault(c, "filter"), err_set(e, ERR_LIMIT, "more than %d findings at once; choose fewer", ACT_FINDINGS_MAX);
	return step == STEP_END;
}

static void
refused_put(struct acts *a, int64_t id, const char *why)
{
	struct json_out *j = &a->refused;

	a->refused_count++;
	json_out_object(j);
	api_put_finding_id(j, S("id"), id);
	json_out_key_text(j, S("reason"), slice_of_str(why));
	json_out_object_end(j);
}

/* Another country's is as one that is not there. */
static bool
visible(struct api_call *c, int64_t id, bool *out, struct err *e)
{
	struct finding_query q = { .id = id, .country = slice_of(c->who->country, 2) };
	uint64_t n = 1;

	*out = true;
	if (who_is_bound(c->who) && !finding_count(c->api->node->store, &q, &n, e))
		return false;
	*out = n > 0;
	return true;
}

static bool
act_one(struct api_call *c, struct acts *a, int64_t id, struct err *e)
{
	struct store *s = c->api->node->store;
	char text[FINDING_ID_TEXT_MAX];
	struct err why = ERR_INIT;
	bool there;

	if (!visible(c, id, &there, e) || !store_silence_one(s, id, c->r->now_s, e))
		return false;
	finding_id_print(id, text);
	if (!there)
		(void)err_set(&why, ERR_ABSENT, "there is no finding %s", text);
	if (there && finding_act_apply(s, id, a->act, c->who->name, api_body_text(c, "comment"), c->r->now_s, &why)) {
		a->done++;
		return true;
	}
	if (why.code != ERR_CONFLICT && why.code != ERR_ABSENT) {
		*e = why;
		return false;
	}
	refused_put(a, id, why.text);
	return true;
}

static bool
act_all(struct api_call *c, struct acts *a, struct err *e)
{
	struct store *s = c->api->node->store;
	bool mine, ok = true;

	if (!store_begin(s, &mine, e))
		return false;
	for (size_t i = 0; ok && i < a->count; i++)
		ok = act_one(c, a, a->ids[i], e);
	return store_end(s, mine, ok, e);
}

static bool
acts(struct api_call *c, struct err *e)
{
	struct acts a = { .act = act_of(api_body_text(c, "act")) };
	struct json_out *j = api_json(c);
	bool ok;

	buf_init(&a.text, (size_t)4 << 20);
	json_out_init(&a.refused, &a.text, false);
	json_out_array(&a.refused);
	ok = choose(c, &a, e) && act_all(c, &a, e);
	json_out_array_end(&a.refused);
	if (ok) {
		json_out_object(j);
		json_out_key_int(j, S("done"), (int64_t)a.done);
		json_out_key(j, S("refused"));
		json_out_raw(j, buf_view(&a.text));
		json_out_object_end(j);
		if (a.done > 0)
			api_changed(c, "finding", a.count == 1 ? a.ids[0] : 0);
		c->audit = arena_printf(c->a, "%.*s %llu", SLICE_ARG(api_body_text(c, "act")), (unsigned long long)a.done);
	}
	buf_fini(&a.text);
	return ok;
}

/* --- rows ------------------------------------------------------------------------------- */

static const struct api_value items = { .type = API_ARRAY, .items = &api_finding };
static const struct api_member list_members[] = {
	{ "items", &items, API_REQUIRED, NULL },
	{ "next", &api_text, API_REQUIRED | API_NULL, "Cursor of the next page; null: that was all" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value list_value = { .type = API_OBJECT, .members = list_members, .name = "FindingList" };

static const struct api_member count_members[] = {
	{ "count", &api_count, API_REQUIRED, NULL },
	{ "exact", &api_bool, API_REQUIRED, "False: there are more than that" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value count_value = { .type = API_OBJECT, .members = count_members };

static const struct api_member at_members[] = {
	{ "report", &api_count, API_REQUIRED, NULL },
	{ "file", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "sha256", &api_text, API_REQUIRED, NULL },
	{ "part", &api_text, API_REQUIRED, "Path within a mail or an archive; empty: the report itself" },
	{ "offset", &api_count, API_REQUIRED, "Bytes" },
	{ "length", &api_count, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value at_value = { .type = API_OBJECT, .members = at_members, .name = "Place" };

static const struct api_member act_members[] = {
	{ "at", &api_moment, API_REQUIRED, NULL },
	{ "act", &api_text, API_REQUIRED, "told, acknowledge, resolve, reopen" },
	{ "to", &api_text, API_REQUIRED, "State" },
	{ "by", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "comment", &api_text, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value act_value = { .type = API_OBJECT, .members = act_members, .name = "Act" };
static const struct api_value act_list = { .type = API_ARRAY, .items = &act_value, .max = INT64_MAX };

static const struct api_member notice_members[] = {
	{ "id", &api_text, API_REQUIRED, NULL },
	{ "email", &api_text, API_REQUIRED, NULL },
	{ "state", &api_text, API_REQUIRED, NULL },
	{ "at", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value notice_value = { .type = API_OBJECT, .members = notice_members };
static const struct api_value notice_list = { .type = API_ARRAY, .items = &notice_value, .max = INT64_MAX };

static const struct api_member contact_members[] = {
	{ "as", &api_text, API_REQUIRED, "contact or focal-point" },
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "scope", &api_text, API_REQUIRED, NULL },
	{ "value", &api_text, API_REQUIRED, NULL },
	{ "name", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "email", &api_text, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
const struct api_value api_contact_short = { .type = API_OBJECT, .members = contact_members, .name = "WhoAnswers" };
static const struct api_value contact_list_value = { .type = API_ARRAY, .items = &api_contact_short };

static const struct api_member one_members[] = {
	API_FINDING_MEMBERS,
	{ "first", &at_value, API_REQUIRED, NULL },
	{ "last", &at_value, API_REQUIRED, NULL },
	{ "acts", &act_list, API_REQUIRED, NULL },
	{ "notices", &notice_list, 0, "Where the asker may see notices" },
	{ "contacts", &contact_list_value, 0, "Who would be told now; where the asker may see contacts" },
	{ "off", &api_text, API_NULL, "Why nobody is told, where a condition says so" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value one_value = { .type = API_OBJECT, .members = one_members, .name = "FindingDetail" };

static const struct api_value event_value = { .type = API_OBJECT, .about = "As IntelMQ has it: one flat object" };
static const struct api_value event_list = { .type = API_ARRAY, .items = &event_value };
static const struct api_member events_members[] = {
	{ "items", &event_list, API_REQUIRED, NULL },
	{ "more", &api_bool, API_REQUIRED, "There are further ones in these reports" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value events_value = { .type = API_OBJECT, .members = events_members };

static const struct api_value act_word = { .type = API_WORD, .words = act_words };
static const struct api_value ids_value = { .type = API_ARRAY, .items = &api_finding_id, .min = 1, .max = ACT_FINDINGS_MAX };
static const struct api_value comment_value = { .type = API_TEXT, .max = 4096 };
static const struct api_member acts_members[] = {
	{ "act", &act_word, API_REQUIRED, NULL },
	{ "ids", &ids_value, 0, "Either these" },
	{ "filter", &api_filter, 0, "or what a filter chooses: 10,000 at most" },
	{ "comment", &comment_value, API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value acts_body = { .type = API_OBJECT, .members = acts_members };

static const struct api_member refused_members[] = {
	{ "id", &api_finding_id, API_REQUIRED, NULL },
	{ "reason", &api_text, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value refused_value = { .type = API_OBJECT, .members = refused_members };
static const struct api_value refused_list = { .type = API_ARRAY, .items = &refused_value, .max = ACT_FINDINGS_MAX };
static const struct api_member done_members[] = {
	{ "done", &api_count, API_REQUIRED, NULL },
	{ "refused", &refused_list, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value done_value = { .type = API_OBJECT, .members = done_members };

static const struct api_param list_params[] = {
	API_FILTER_PARAMS,
	{ "order", API_QUERY, &order_value, false, "last (default): latest first; first; count; id: by address" },
	{ "limit", API_QUERY, &api_limit, false, "Rows of a page; 100" },
	{ "cursor", API_QUERY, &api_cursor, false, "The page behind" },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param count_params[] = { API_FILTER_PARAMS, { NULL, API_QUERY, NULL, false, NULL } };
static const struct api_param id_params[] = { { "id", API_PATH, &api_finding_id, true, NULL }, { NULL, API_QUERY, NULL, false, NULL } };
static const struct api_param events_params[] = {
	{ "id", API_PATH, &api_finding_id, true, NULL },
	{ "limit", API_QUERY, &api_limit, false, "Events; 100" },
	{ NULL, API_QUERY, NULL, false, NULL },
};

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/findings", .right = RIGHT_FINDINGS_READ, .run = list,
	    .summary = "Findings, page by page", .params = list_params, .answer = &list_value },
	{ .method = API_GET, .path = "/api/v1/findings/count", .right = RIGHT_FINDINGS_READ, .run = count,
	    .summary = "How many findings a filter chooses", .params = count_params, .answer = &count_value },
	{ .method = API_POST, .path = "/api/v1/findings/acts", .right = RIGHT_FINDINGS_ACT, .flags = API_CHANGES, .run = acts,
	    .summary = "Acknowledge, resolve or reopen findings", .body = &acts_body, .answer = &done_value },
	{ .method = API_GET, .path = "/api/v1/findings/{id}", .right = RIGHT_FINDINGS_READ, .run = one,
	    .summary = "One finding, with its history", .params = id_params, .answer = &one_value },
	{ .method = API_GET, .path = "/api/v1/findings/{id}/events", .right = RIGHT_FINDINGS_READ, .flags = API_READS_KEEPER | API_LONG, .run = events,
	    .summary = "The events behind a finding, read again from its first and its latest report", .params = events_params, .answer = &events_value },
};

const struct api_room api_finding_room = { "findings", routes, sizeof(routes) / sizeof(routes[0]) };
