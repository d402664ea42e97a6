/*
 * api_object: what is kept as STIX, as the page and programs of this node's people
 * look through it: collections, objects with a search, one with its versions and
 * where it came from; documents in; objects out again. TAXII's addresses are
 * api_taxii.
 */
#include "server/api_object.h"

#include "base/file.h"
#include "server/api_rooms.h"

#define PAGE_ROWS 50
#define BODY_MAX ((size_t)64 << 20)
#define REFUSED_MAX 100

bool
api_objects_ours(const struct api_call *c, struct err *e)
{
	return c->who->kind != WHO_PARTNER || err_set(e, ERR_DENIED, "this is for the people of this node");
}

void
api_put_us(struct json_out *j, struct slice key, int64_t us)
{
	char text[STIX_TIME_TEXT_MAX];

	json_out_key_text(j, key, slice_of(text, stix_time_print(us, text)));
}

void
api_tlp_put(struct json_out *j, const struct json *object)
{
	struct stix_object o = { .json = object };
	bool known = false;
	const struct json *refs = object == NULL ? NULL : json_get(object, S("object_marking_refs"));
	/* An unmarked one has no mark: what is assumed of it is the policy's affair. */
	enum tlp low = refs == NULL ? TLP_CLEAR : stix_object_tlp(&o, TLP_CLEAR, &known), high = refs == NULL ? TLP_RED : stix_object_tlp(&o, TLP_RED, &known);

	api_put_text(j, S("tlp"), low == high ? slice_of_str(tlp_name(low)) : SLICE_NONE);
}

bool
api_origin_put(struct api_call *c, struct json_out *j, struct slice record, struct err *e)
{
	struct origin o;
	bool found;

	if (!origin_get(c->api->node->store, record, c->a, &o, &found, e))
		return false;
	json_out_key(j, S("origin"));
	if (!found) {
		json_out_null(j);
		return true;
	}
	json_out_object(j);
	json_out_key_text(j, S("party"), o.party);
	json_out_key_text(j, S("agreement"), o.agreement);
	json_out_key_int(j, S("version"), o.version);
	json_out_key_int(j, S("clause"), o.clause);
	api_put_moment(j, S("received"), o.received_s);
	api_put_moment(j, S("until"), o.until_s);
	json_out_object_end(j);
	return true;
}

/* --- collections ------------------------------------------------------------------------ */

static void
collection_put(struct json_out *j, const struct collection *x, uint64_t objects)
{
	json_out_object(j);
	json_out_key_text(j, S("id"), x->uuid);
	json_out_key_text(j, S("alias"), x->alias);
	json_out_key_text(j, S("title"), x->title);
	api_put_text(j, S("description"), x->description);
	json_out_key_int(j, S("objects"), (int64_t)objects);
	api_put_moment(j, S("created"), x->created_s);
	json_out_object_end(j);
}

static bool
collection_row(void *cookie, const struct collection *x, uint64_t objects, struct err *e)
{
	(void)e;
	collection_put(cookie, x, objects);
	return true;
}

static bool
collections(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	if (!api_objects_ours(c, e))
		return false;
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!who_is_bound(c->who) && !collection_list(c->api->node->store, collection_row, j, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
collection_make(struct api_call *c, struct err *e)
{
	struct slice alias = api_body_text(c, "alias");
	struct collection x;

	if (!api_objects_ours(c, e))
		return false;
	c->audit = alias;
	if (!collection_add(c->api->node->store, alias, api_body_text(c, "title"), api_body_text(c, "description"), c->a, &x, e))
		return api_fault(c, "alias");
	collection_put(api_json(c), &x, 0);
	api_changed(c, "object", 0);
	return true;
}

/* The one that is named; without a name 0: any. */
static bool
collection_asked(struct api_call *c, struct collection *out, struct err *e)
{
	bool found = false;

	*out = (struct collection){ .id = 0 };
	if (!api_given(c, "collection"))
		return true;
	if (!collection_find(c->api->node->store, api_text_of(c, "collection"), c->a, out, &found, e))
		return false;
	return found || (api_fault(c, "collection"), err_set(e, ERR_ABSENT, "there is no such collection"));
}

/* --- lists --------------------------------------------------------------------------------- */

struct page {
	struct api_call *c;
	struct json_out *j;
	struct arena a; /* of one object's tree */
};

static void
head_put(struct page *p, const struct object_row *r)
{
	const struct json *object = NULL;
	struct err none = ERR_INIT;

	arena_reset(&p->a);
	if (!json_parse(r->bytes, &STIX_LIMITS, &p->a, &object, &none))
		object = NULL;
	json_out_key_text(p->j, S("id"), slice_of_str(r->id));
	json_out_key_text(p->j, S("type"), r->type);
	api_put_text(p->j, S("name"), object == NULL ? SLICE_NONE : object_called(object));
	api_put_us(p->j, S("version"), r->version_us);
	api_put_us(p->j, S("added"), r->added_us);
	json_out_key(p->j, S("revoked"));
	json_out_bool(p->j, r->revoked);
	api_tlp_put(p->j, object);
}

static bool
object_put_row(void *cookie, const struct object_row *r, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	json_out_object(p->j);
	head_put(p, r);
	json_out_object_end(p->j);
	return true;
}

static bool
objects(struct api_call *c, struct err *e)
{
	struct object_browse q = { .type = api_text_of(c, "type"), .text = api_text_of(c, "q"), .before = api_int_of(c, "cursor", 0),
		.limit = (size_t)api_int_of(c, "limit", PAGE_ROWS) };
	struct page p = { .c = c, .j = api_json(c) };
	struct collection from;
	int64_t next = 0;
	bool ok;

	if (!api_objects_ours(c, e))
		return false;
	json_out_object(p.j);
	json_out_key(p.j, S("items"));
	json_out_array(p.j);
	arena_init(&p.a, (size_t)64 << 20);
	ok = who_is_bound(c->who) || collection_asked(c, &from, e);
	if (ok && !who_is_bound(c->who)) {
		q.collection = from.id;
		ok = object_browse(c->api->node->store, &q, object_put_row, &p, &next, e);
	}
	arena_fini(&p.a);
	json_out_array_end(p.j);
	api_put_text(p.j, S("next"), next == 0 ? SLICE_NONE : arena_printf(c->a, "%lld", (long long)next));
	json_out_object_end(p.j);
	return ok;
}

/* --- one object ------------------------------------------------------------------------------- */

static bool
version_put(void *cookie, const struct object_row *r, struct err *e)
{
	struct json_out *j = cookie;

	(void)e;
	json_out_object(j);
	api_put_us(j, S("version"), r->version_us);
	api_put_us(j, S("added"), r->added_us);
	json_out_key(j, S("revoked"));
	json_out_bool(j, r->revoked);
	json_out_object_end(j);
	return true;
}

static bool
alias_put(void *cookie, struct slice alias, struct err *e)
{
	(void)e;
	json_out_text(cookie, alias);
	return true;
}

static bool
watched_put(void *cookie, const struct indicator_row *r, struct err *e)
{
	struct page *p = cookie;

	return api_indicator_put(p->c, p->j, r, e);
}

static bool
parts_put(struct page *p, const struct object_one *x, struct err *e)
{
	struct store *s = p->c->api->node->store;
	bool ok;

	head_put(p, &x->row);
	json_out_key(p->j, S("collections"));
	json_out_array(p->j);
	ok = object_collections(s, x->first, alias_put, p->j, e);
	json_out_array_end(p->j);
	json_out_key(p->j, S("versions"));
	json_out_array(p->j);
	ok = ok && object_versions(s, x->first, version_put, p->j, e);
	json_out_array_end(p->j);
	ok = ok && api_origin_put(p->c, p->j, slice_of_str(x->row.id), e);
	json_out_key(p->j, S("watched"));
	json_out_array(p->j);
	ok = ok && indicator_one(s, x->first, watched_put, p, e);
	json_out_array_end(p->j);
	/* As a text: a reader in between would lose digits and order, and the bytes are what is signed and compared. */
	json_out_key_text(p->j, S("json"), x->row.bytes);
	return ok;
}

static bool
object(struct api_call *c, struct err *e)
{
	struct page p = { .c = c, .j = api_json(c) };
	struct slice version = api_text_of(c, "version");
	struct object_one x;
	int64_t us = 0;
	bool found = false, ok;

	if (!api_objects_ours(c, e))
		return false;
	if (version.p != NULL && !stix_time_read(version, &us, NULL))
		return api_fault(c, "version"), err_set(e, ERR_INPUT, "version: %s is no moment in UTC; write it as 2026-01-31T12:00:00.000Z", QUOTE(version));
	if (!who_is_bound(c->who) && !object_one(c->api->node->store, api_text_of(c, "id"), version.p == NULL ? NULL : &us, c->a, &x, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "there is no such object");
	arena_init(&p.a, (size_t)64 << 20);
	json_out_object(p.j);
	ok = parts_put(&p, &x, e);
	json_out_object_end(p.j);
	arena_fini(&p.a);
	return ok;
}

static bool
delete(struct api_call *c, struct err *e)
{
	struct collection from = { .id = 0 };
	struct slice id = api_text_of(c, "id");
	uint64_t count = 0;

	if (!api_objects_ours(c, e) || !collection_asked(c, &from, e))
		return false;
	c->audit = arena_printf(c->a, "%.*s: %.*s", SLICE_ARG(id), SLICE_ARG(api_text_of(c, "reason")));
	if (!who_is_bound(c->who) && !object_remove(c->api->node->store, id, from.id, &count, e))
		return false;
	if (count == 0)
		return err_set(e, ERR_ABSENT, "there is no such object");
	api_changed(c, "object", 0);
	return true;
}

/* --- in ------------------------------------------------------------------------------------------- */

struct refusals {
	struct json_out *j;
	uint64_t count;
};

static void
refused(void *cookie, uint64_t item, struct slice id, const struct err *why)
{
	struct refusals *r = cookie;

	if (r->count++ >= REFUSED_MAX)
		return;
	json_out_object(r->j);
	json_out_key_int(r->j, S("item"), (int64_t)item);
	api_put_text(r->j, S("id"), slice_sub(id, 0, id.len < STIX_ID_MAX ? id.len : STIX_ID_MAX));
	json_out_key_text(r->j, S("reason"), slice_of_str(why->text));
	json_out_object_end(r->j);
}

static bool
put_in(struct api_call *c, struct stix_in *in, const struct collection *to, struct source *src, struct err *e)
{
	struct refusals r = { .j = api_json(c) };
	bool ok;

	in->store = c->api->node->store;
	in->collection = to->id;
	in->bad = refused;
	in->cookie = &r;
	json_out_object(r.j);
	json_out_key_text(r.j, S("collection"), to->alias);
	json_out_key(r.j, S("refused"));
	json_out_array(r.j);
	ok = stix_in(in, src, e);
	json_out_array_end(r.j);
	json_out_key_int(r.j, S("objects"), (int64_t)in->objects);
	json_out_key_int(r.j, S("added"), (int64_t)in->added);
	json_out_key_int(r.j, S("known"), (int64_t)in->known);
	json_out_key_int(r.j, S("other"), (int64_t)in->other);
	json_out_key_int(r.j, S("wrong"), (int64_t)in->failed);
	json_out_object_end(r.j);
	return ok;
}

static bool
post(struct api_call *c, struct err *e)
{
	struct slice name = api_given(c, "collection") ? api_text_of(c, "collection") : COLLECTION_LOCAL;
	struct stix_in in = { .store = NULL, .now_s = c->r->now_s };
	struct collection to;
	struct source src;
	bool found, ok;

	if (!api_objects_ours(c, e))
		return false;
	if (c->r->body_bytes > BODY_MAX)
		return api_status(c, 413), err_set(e, ERR_LIMIT, "a document has at most %zu bytes here; larger ones go in by \"entente objects import\"", BODY_MAX);
	if (!collection_find(c->api->node->store, name, c->a, &to, &found, e))
		return false;
	/* "local" is made where there is none; another is made by whoever means to. */
	if (!found && !slice_eq(name, COLLECTION_LOCAL))
		return api_fault(c, "collection"), err_set(e, ERR_ABSENT, "there is no such collection");
	if (!found && !collection_need(c->api->node->store, name, c->a, &to, e))
		return false;
	if (c->r->body_fd >= 0)
		source_of_fd(&src, c->r->body_fd, (size_t)32 << 20);
	else
		source_of_slice(&src, c->r->body);
	ok = put_in(c, &in, &to, &src, e);
	source_fini(&src);
	c->audit = to.alias;
	if (ok)
		api_changed(c, "object", 0);
	return ok;
}

/* --- rows --------------------------------------------------------------------------------------------- */

#define END { NULL, NULL, 0, NULL }
#define LIST(name, of) \
	static const struct api_value name##_items = { .type = API_ARRAY, .items = &of, .max = INT64_MAX }
#define PARAMS_END { NULL, API_QUERY, NULL, false, NULL }

const struct api_value api_stix_id = { .type = API_TEXT, .min = 1, .max = STIX_ID_MAX, .about = "A type, two hyphens and a UUID" };
const struct api_value api_objects_limit = { .type = API_INT, .min = 1, .max = 500 };
const struct api_value api_objects_q = { .type = API_TEXT, .min = 1, .max = 300 };
const struct api_value api_objects_cursor = { .type = API_TEXT, .min = 1, .max = 50 };
static const struct api_value row_cursor = { .type = API_INT, .min = 1, .max = INT64_MAX };
static const struct api_value alias_value = { .type = API_TEXT, .min = 1, .max = COLLECTION_ALIAS_MAX, .about = "a-z, 0-9, and behind the first of them . _ -" };
static const struct api_value collection_name = { .type = API_TEXT, .min = 1, .max = COLLECTION_ALIAS_MAX, .about = "Its id or alias" };
static const struct api_value type_value = { .type = API_TEXT, .min = 1, .max = 250 };
static const struct api_value title_value = { .type = API_TEXT, .max = 300 };
static const struct api_value reason_value = { .type = API_TEXT, .min = 1, .max = 300 };
static const struct api_value json_value = { .type = API_TEXT, .max = INT64_MAX };
LIST(text, api_text);

static const struct api_member collection_members[] = {
	{ "id", &api_text, API_REQUIRED, "TAXII's: a UUID" },
	{ "alias", &alias_value, API_REQUIRED, NULL },
	{ "title", &api_text, API_REQUIRED, NULL },
	{ "description", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "objects", &api_count, API_REQUIRED, "Versions of objects" },
	{ "created", &api_moment, API_REQUIRED, NULL },
	END,
};
static const struct api_value collection_value = { .type = API_OBJECT, .members = collection_members, .name = "Collection" };
LIST(collection, collection_value);
static const struct api_member collections_members[] = { { "items", &collection_items, API_REQUIRED, NULL }, END };
static const struct api_value collections_value = { .type = API_OBJECT, .members = collections_members };
static const struct api_member collection_body_members[] = {
	{ "alias", &alias_value, API_REQUIRED, NULL },
	{ "title", &title_value, API_NULL, NULL },
	{ "description", &api_text, API_NULL, NULL },
	END,
};
static const struct api_value collection_body = { .type = API_OBJECT, .members = collection_body_members };

#define HEAD \
	{ "id", &api_stix_id, API_REQUIRED, NULL }, \
	{ "type", &type_value, API_REQUIRED, NULL }, \
	{ "name", &json_value, API_REQUIRED | API_NULL, "What it is known by: its name, value, pattern" }, \
	{ "version", &api_text, API_REQUIRED, "modified, else created, else when it was added" }, \
	{ "added", &api_text, API_REQUIRED, NULL }, \
	{ "revoked", &api_bool, API_REQUIRED, NULL }, \
	{ "tlp", &api_text, API_REQUIRED | API_NULL, "Its mark; null: it bears none that is known" }
static const struct api_member head_members[] = { HEAD, END };
static const struct api_value head_value = { .type = API_OBJECT, .members = head_members, .name = "ObjectHead" };
LIST(head, head_value);
static const struct api_member objects_members[] = {
	{ "items", &head_items, API_REQUIRED, NULL },
	{ "next", &api_objects_cursor, API_REQUIRED | API_NULL, "Cursor of what is behind. A search that finds little has one too" },
	END,
};
static const struct api_value objects_value = { .type = API_OBJECT, .members = objects_members };

static const struct api_member version_members[] = {
	{ "version", &api_text, API_REQUIRED, NULL },
	{ "added", &api_text, API_REQUIRED, NULL },
	{ "revoked", &api_bool, API_REQUIRED, NULL },
	END,
};
static const struct api_value version_value = { .type = API_OBJECT, .members = version_members };
LIST(version, version_value);
static const struct api_member origin_members[] = {
	{ "party", &api_text, API_REQUIRED, "Who gave it" },
	{ "agreement", &api_text, API_REQUIRED, NULL },
	{ "version", &api_count, API_REQUIRED, "Of the agreement's text" },
	{ "clause", &api_count, API_REQUIRED, NULL },
	{ "received", &api_moment, API_REQUIRED, NULL },
	{ "until", &api_moment, API_REQUIRED, "So long it may be kept" },
	END,
};
const struct api_value api_origin_value = { .type = API_OBJECT, .members = origin_members, .name = "Origin" };
LIST(watched, api_indicator_value);
static const struct api_member object_members[] = {
	HEAD,
	{ "collections", &text_items, API_REQUIRED, "Aliases" },
	{ "versions", &version_items, API_REQUIRED, "The newest first" },
	{ "origin", &api_origin_value, API_REQUIRED | API_NULL, "null: no partner's" },
	{ "watched", &watched_items, API_REQUIRED, "Of an indicator: how it is watched for, and what was met" },
	{ "json", &json_value, API_REQUIRED, "The object, byte for byte" },
	END,
};
static const struct api_value object_value = { .type = API_OBJECT, .members = object_members, .name = "Object" };
static const struct api_member refused_members[] = {
	{ "item", &api_count, API_REQUIRED, "Its place in the document, from 1" },
	{ "id", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "reason", &json_value, API_REQUIRED, NULL },
	END,
};
static const struct api_value refused_value = { .type = API_OBJECT, .members = refused_members };
LIST(refused, refused_value);
static const struct api_member added_members[] = {
	{ "collection", &alias_value, API_REQUIRED, NULL },
	{ "refused", &refused_items, API_REQUIRED, "The first hundred" },
	{ "objects", &api_count, API_REQUIRED, NULL },
	{ "added", &api_count, API_REQUIRED, NULL },
	{ "known", &api_count, API_REQUIRED, NULL },
	{ "other", &api_count, API_REQUIRED, "Known with other bytes, left out" },
	{ "wrong", &api_count, API_REQUIRED, NULL },
	END,
};
static const struct api_value added_value = { .type = API_OBJECT, .members = added_members };

#define IN_COLLECTION { "collection", API_QUERY, &collection_name, false, "Its id or alias" }
#define ID { "id", API_PATH, &api_stix_id, true, NULL }
static const struct api_param objects_params[] = { IN_COLLECTION,
	{ "type", API_QUERY, &type_value, false, "indicator, malware, ..." },
	{ "q", API_QUERY, &api_objects_q, false, "A part of the id or of the name" },
	{ "limit", API_QUERY, &api_objects_limit, false, "Rows of a page; 50" },
	{ "cursor", API_QUERY, &row_cursor, false, "The page behind" }, PARAMS_END };
static const struct api_param object_params[] = { ID, { "version", API_QUERY, &api_text, false, "One of its versions; the last" }, PARAMS_END };
static const struct api_param delete_params[] = { ID, IN_COLLECTION, { "reason", API_QUERY, &reason_value, true, "For the audit log" }, PARAMS_END };
static const struct api_param post_params[] = { IN_COLLECTION, PARAMS_END };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/collections", .right = RIGHT_FINDINGS_READ, .run = collections,
	    .summary = "Collections of STIX objects", .answer = &collections_value },
	{ .method = API_POST, .path = "/api/v1/collections", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES, .run = collection_make,
	    .summary = "Make a collection", .body = &collection_body, .answer = &collection_value, .status = 201 },
	{ .method = API_GET, .path = "/api/v1/objects", .right = RIGHT_FINDINGS_READ, .run = objects,
	    .summary = "STIX objects in their last version, newest first", .params = objects_params, .answer = &objects_value },
	{ .method = API_POST, .path = "/api/v1/objects", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES | API_UPLOAD, .run = post,
	    .summary = "Bring in a bundle, an envelope, an array or JSON lines", .params = post_params, .answer = &added_value, .status = 201 },
	{ .method = API_GET, .path = "/api/v1/objects/{id}", .right = RIGHT_FINDINGS_READ, .run = object,
	    .summary = "One STIX object, its versions and where it came from", .params = object_params, .answer = &object_value },
	{ .method = API_DELETE, .path = "/api/v1/objects/{id}", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES, .run = delete,
	    .summary = "Take an object out, of one collection or of all", .params = delete_params, .status = 204 },
};

const struct api_room api_object_room = { "objects", routes, sizeof(routes) / sizeof(routes[0]) };
