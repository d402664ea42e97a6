/*
 * api_taxii: TAXII 2.1's addresses (OASIS Standard): discovery, one API root, its
 * collections, and their objects, manifests, versions and status. They are rows
 * of the one table of routes, so who may ask, and what is written to the audit
 * log, is as everywhere.
 *
 * A partner sees in a collection what an agreement in force lets it have
 * (share/gate_object.h), and without one no collection at all.
 */
#include "base/file.h"
#include "server/api_cache.h"
#include "server/api_rooms.h"
#include "server/api_route.h"
#include "share/gate_object.h"
#include "share/taxii.h"
#include "share/taxii_media.h"

#define ROOT "/taxii2/entente/"
#define COLLECTION ROOT "collections/{id}/"
#define BODY_MAX ((size_t)64 << 20)

/* --- what all have in common -------------------------------------------------------- */

/* Section 1.6.8: what is given is of one kind. */
static bool
accepts(struct api_call *c, struct err *e)
{
	return taxii_media_accepted(c->r->accept) || (api_status(c, 406), err_set(e, ERR_INPUT, "only %s is given here", TAXII_TYPE));
}

static bool
moment_header(struct api_call *c, const char *name, int64_t us)
{
	char text[TAXII_TIME_MAX];

	return api_header(c->out, name, slice_of(text, taxii_time_print(us, text)));
}

/*
 * What a partner may have is for its agreements to say, and what it gets is written
 * down. An object says of no country that it is a focal point's.
 */
struct seen {
	bool nothing;
	bool gated; /* a partner with an agreement in force */
	struct gate_partner *gate;
	struct gate_object object;
};

static bool
seen_begin(struct api_call *c, struct seen *x, struct err *e)
{
	struct store *s = c->api->node->store;
	const struct agreements *all;
	struct partner partner = { .id = SLICE_NONE };
	bool found;

	*x = (struct seen){ .nothing = c->who->country[0] != 0 };
	if (c->who->kind != WHO_PARTNER)
		return true;
	x->nothing = true;
	if (!partner_of_cert(s, c->who->session, c->a, &partner, &found, e))
		return false;
	if (!found)
		return true;
	if (!api_agreements(c->api, c->r->now_s, &all, e) || !gate_partner_open_on(s, all, partner.id, &x->gate, e))
		return false;
	gate_object_init(&x->object, x->gate, s, c->r->now_s);
	x->object.listed = node_listed(c->api->node);
	x->gated = gate_object_sees(&x->object);
	x->nothing = !x->gated;
	return true;
}

/* False: what was gone through could not be written down, and must not be answered. */
static bool
seen_end(struct seen *x, bool ok, struct err *e)
{
	struct err why = ERR_INIT;
	bool good = x->gate == NULL || gate_object_end(&x->object, ok ? e : &why);

	gate_partner_close(&x->gate);
	return ok && good;
}

static bool
collection_find_seen(struct api_call *c, const struct seen *x, struct collection *out, struct err *e)
{
	bool found = false;

	if (!x->nothing && !collection_find(c->api->node->store, api_text_of(c, "id"), c->a, out, &found, e))
		return false;
	return found || err_set(e, ERR_ABSENT, "there is no such collection");
}

/* --- resources --------------------------------------------------------------------------- */

static struct slice
title_of(const struct api_call *c)
{
	struct slice name = c->api->node->conf.name;

	return name.len > 0 ? name : S("Entente");
}

static bool
discovery(struct api_call *c, struct err *e)
{
	struct json_out *j;

	if (!accepts(c, e))
		return false;
	j = api_json(c);
	json_out_object(j);
	json_out_key_text(j, S("title"), title_of(c));
	if (c->api->node->conf.mail.len > 0)
		json_out_key_text(j, S("contact"), c->api->node->conf.mail);
	json_out_key_text(j, S("default"), S(ROOT));
	json_out_key(j, S("api_roots"));
	json_out_array(j);
	json_out_text(j, S(ROOT));
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
root(struct api_call *c, struct err *e)
{
	struct json_out *j;

	if (!accepts(c, e))
		return false;
	j = api_json(c);
	json_out_object(j);
	json_out_key_text(j, S("title"), title_of(c));
	json_out_key(j, S("versions"));
	json_out_array(j);
	json_out_text(j, S(TAXII_TYPE));
	json_out_array_end(j);
	json_out_key_int(j, S("max_content_length"), (int64_t)BODY_MAX);
	json_out_object_end(j);
	return true;
}

static void
collection_put(struct api_call *c, struct json_out *j, const struct collection *x)
{
	json_out_object(j);
	json_out_key_text(j, S("id"), x->uuid);
	json_out_key_text(j, S("title"), x->title);
	if (x->description.len > 0)
		json_out_key_text(j, S("description"), x->description);
	json_out_key_text(j, S("alias"), x->alias);
	json_out_key(j, S("can_read"));
	json_out_bool(j, true);
	json_out_key(j, S("can_write"));
	json_out_bool(j, who_may(c->who, RIGHT_REPORTS_ADD));
	json_out_key(j, S("media_types"));
	json_out_array(j);
	json_out_text(j, S(TAXII_OBJECT_TYPE));
	json_out_array_end(j);
	json_out_object_end(j);
}

struct listing {
	struct api_call *c;
	struct json_out *j;
	uint64_t count;
};

static bool
listed(void *cookie, const struct collection *x, uint64_t objects, struct err *e)
{
	struct listing *l = cookie;

	(void)objects;
	(void)e;
	if (l->count++ == 0) {
		json_out_key(l->j, S("collections"));
		json_out_array(l->j);
	}
	collection_put(l->c, l->j, x);
	return true;
}

static bool
collections(struct api_call *c, struct err *e)
{
	struct listing l = { .c = c };
	struct seen x = { .nothing = true };
	bool ok;

	if (!accepts(c, e))
		return false;
	l.j = api_json(c);
	json_out_object(l.j);
	ok = seen_begin(c, &x, e) && (x.nothing || collection_list(c->api->node->store, listed, &l, e));
	if (l.count > 0)
		json_out_array_end(l.j);
	json_out_object_end(l.j);
	return seen_end(&x, ok, e);
}

static bool
collection_one(struct api_call *c, struct err *e)
{
	struct collection x = { 0 };
	struct seen seen = { .nothing = true };
	bool ok;

	if (!accepts(c, e))
		return false;
	ok = seen_begin(c, &seen, e) && collection_find_seen(c, &seen, &x, e);
	if (ok)
		collection_put(c, api_json(c), &x);
	return seen_end(&seen, ok, e);
}

/* --- objects -------------------------------------------------------------------------------- */

static void
asked(const struct api_call *c, struct taxii_asked *out)
{
	*out = (struct taxii_asked){ .limit = api_text_of(c, "limit"), .next = api_text_of(c, "next"), .added_after = api_text_of(c, "added_after"),
		.types = api_text_of(c, "match[type]"), .versions = api_text_of(c, "match[version]"), .spec_versions = api_text_of(c, "match[spec_version]"),
		.ids = api_given(c, "object") ? api_text_of(c, "object") : api_text_of(c, "match[id]") };
}

static bool
page_answer(struct api_call *c, enum taxii_kind kind, struct seen *seen, const struct taxii_asked *a, bool one, struct err *e)
{
	struct taxii_query q = { .none = false };
	struct taxii_page page = { 0 };
	struct collection x = { 0 };

	if (!collection_find_seen(c, seen, &x, e) || !taxii_query_read(a, &q, e))
		return false;
	q.q.collection = x.id;
	if (!taxii_page(c->api->node->store, &q, kind, seen->gated ? gate_object_may : NULL, &seen->object, &c->out->body, &page, e))
		return false;
	/* An object that is not there is an error; a question without an answer is not. */
	if (one && page.count == 0 && a->added_after.p == NULL && a->next.p == NULL && (a->versions.p == NULL || kind == TAXII_VERSIONS) && a->spec_versions.p == NULL)
		return err_set(e, ERR_ABSENT, "there is no such object in this collection");
	return page.count == 0 || (moment_header(c, "X-TAXII-Date-Added-First", page.first_us) && moment_header(c, "X-TAXII-Date-Added-Last", page.last_us)) ||
	    err_set(e, ERR_INTERNAL, "a header could not be written");
}

/* A question that has no answer is written down too: refusals of objects stand in the log. */
static bool
seen_log_end(struct store *s, bool mine, bool ok, struct err *e)
{
	struct err why = ERR_INIT;
	bool absent = !ok && e->code == ERR_ABSENT;

	if (!mine)
		return ok;
	return store_end(s, true, ok || absent, ok ? e : &why) && ok;
}

static bool
page_of(struct api_call *c, enum taxii_kind kind, bool one, struct err *e)
{
	struct store *s = c->api->node->store;
	struct taxii_asked a;
	struct seen seen = { .nothing = true };
	bool ok, mine = false;

	if (!accepts(c, e))
		return false;
	asked(c, &a);
	if (kind == TAXII_VERSIONS)
		a.versions = S("all");
	ok = seen_begin(c, &seen, e);
	/* What goes is on the page and in the log, or in neither. */
	if (ok && seen.gated)
		ok = store_begin(s, &mine, e);
	ok = seen_end(&seen, ok && page_answer(c, kind, &seen, &a, one, e), e);
	return seen_log_end(s, mine, ok, e);
}

static bool
objects(struct api_call *c, struct err *e)
{
	return page_of(c, TAXII_OBJECTS, false, e);
}

static bool
manifest(struct api_call *c, struct err *e)
{
	return page_of(c, TAXII_MANIFEST, false, e);
}

static bool
object(struct api_call *c, struct err *e)
{
	return page_of(c, TAXII_OBJECTS, true, e);
}

static bool
versions(struct api_call *c, struct err *e)
{
	return page_of(c, TAXII_VERSIONS, true, e);
}

/* --- writing ------------------------------------------------------------------------------------ */

static bool
body_get(struct api_call *c, struct buf *mem, struct slice *out, struct err *e)
{
	if (c->r->body_fd < 0) {
		*out = c->r->body;
		return true;
	}
	if (!fd_read_all(c->r->body_fd, mem, e))
		return api_status(c, 413);
	*out = buf_view(mem);
	return true;
}

static bool
post(struct api_call *c, struct err *e)
{
	char id[UUID_TEXT + 1];
	struct collection x = { 0 };
	struct seen seen = { .nothing = true };
	struct slice body = SLICE_NONE;
	struct buf mem;
	bool ok;

	if (!slice_eq(c->r->type, S("application/taxii+json")) || !taxii_media_version_ok(c->r->type_parameters))
		return api_status(c, 415), err_set(e, ERR_INPUT, "only %s is taken here", TAXII_TYPE);
	if (!accepts(c, e))
		return false;
	if (c->r->body_bytes > BODY_MAX)
		return api_status(c, 413), err_set(e, ERR_LIMIT, "an envelope has at most %zu bytes here; send several", BODY_MAX);
	buf_init(&mem, BODY_MAX);
	ok = seen_begin(c, &seen, e) && collection_find_seen(c, &seen, &x, e) && body_get(c, &mem, &body, e);
	if (ok && !taxii_add(c->api->node->store, x.id, body, seen.gated ? gate_object_receive : NULL, &seen.object, &c->out->body, id, e)) {
		/* Section 5.5: a body that is malformed; nothing of it is stored. */
		ok = e->code == ERR_INPUT || e->code == ERR_LIMIT ? api_status(c, 422) : false;
	}
	ok = seen_end(&seen, ok, e) && object_status_put(c->api->node->store, slice_of_str(id), buf_view(&c->out->body), c->r->now_s, e);
	buf_fini(&mem);
	if (ok)
		api_changed(c, "object", 0);
	return ok;
}

static bool
status(struct api_call *c, struct err *e)
{
	bool found = false, ok;
	struct seen seen = { .nothing = true };

	if (!accepts(c, e))
		return false;
	ok = seen_begin(c, &seen, e) && (seen.nothing || object_status_get(c->api->node->store, api_text_of(c, "id"), &c->out->body, &found, e));
	if (!seen_end(&seen, ok, e))
		return false;
	return found || err_set(e, ERR_ABSENT, "there is no such request; what was told of it is kept for a day");
}

static bool
delete(struct api_call *c, struct err *e)
{
	struct taxii_asked a;
	struct taxii_query q = { .none = false };
	struct collection x = { 0 };
	struct seen seen = { .nothing = c->who->country[0] != 0 };
	uint64_t count;

	if (c->who->kind == WHO_PARTNER)
		return err_set(e, ERR_DENIED, "a partner takes nothing out of our collections");
	if (!accepts(c, e) || !collection_find_seen(c, &seen, &x, e))
		return false;
	asked(c, &a);
	/* Without a filter: all versions (section 5.7). */
	if (a.versions.p == NULL)
		a.versions = S("all");
	if (!taxii_query_read(&a, &q, e))
		return false;
	q.q.ids = q.ids;
	q.q.versions_us = q.versions;
	q.q.collection = x.id;
	if (q.none || !object_delete(c->api->node->store, &q.q, &count, e))
		return q.none ? err_set(e, ERR_ABSENT, "there is no such object in this collection") : false;
	return count > 0 || err_set(e, ERR_ABSENT, "there is no such object in this collection");
}

static const struct api_value list_value = { .type = API_TEXT, .min = 1, .max = 32768 };
static const struct api_value short_value = { .type = API_TEXT, .min = 1, .max = 300 };

#define IN_COLLECTION { "id", API_PATH, &short_value, true, "Its id or alias" }
#define PAGING { "limit", API_QUERY, &short_value, false, "At most so many" }, \
	{ "next", API_QUERY, &short_value, false, "As the page before says" }, \
	{ "added_after", API_QUERY, &short_value, false, "Added later than this moment" }
#define MATCH { "match[version]", API_QUERY, &list_value, false, "first, last, all, or moments" }, \
	{ "match[spec_version]", API_QUERY, &list_value, false, "2.1" }
#define END { NULL, API_QUERY, NULL, false, NULL }
#define ID { "object", API_PATH, &short_value, true, "Its id" }

static const struct api_param id_params[] = { IN_COLLECTION, END };
static const struct api_param list_params[] = { IN_COLLECTION, PAGING, MATCH, { "match[id]", API_QUERY, &list_value, false, NULL },
	{ "match[type]", API_QUERY, &list_value, false, NULL }, END };
static const struct api_param object_params[] = { IN_COLLECTION, ID, PAGING, MATCH, END };
static const struct api_param versions_params[] = { IN_COLLECTION, ID, PAGING, { "match[spec_version]", API_QUERY, &list_value, false, "2.1" }, END };
static const struct api_param delete_params[] = { IN_COLLECTION, ID, MATCH, END };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/taxii2/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = discovery,
	    .summary = "TAXII 2.1: what there is", .type = TAXII_TYPE },
	{ .method = API_GET, .path = ROOT, .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = root,
	    .summary = "TAXII 2.1: the API root", .type = TAXII_TYPE },
	{ .method = API_GET, .path = ROOT "status/{id}/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = status,
	    .summary = "TAXII 2.1: what came of a POST", .params = id_params, .type = TAXII_TYPE },
	{ .method = API_GET, .path = ROOT "collections/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = collections,
	    .summary = "TAXII 2.1: the collections", .type = TAXII_TYPE },
	{ .method = API_GET, .path = COLLECTION, .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = collection_one,
	    .summary = "TAXII 2.1: one collection", .params = id_params, .type = TAXII_TYPE },
	{ .method = API_GET, .path = COLLECTION "manifest/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = manifest,
	    .summary = "TAXII 2.1: what objects it has", .params = list_params, .type = TAXII_TYPE },
	{ .method = API_GET, .path = COLLECTION "objects/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = objects,
	    .summary = "TAXII 2.1: its objects", .params = list_params, .type = TAXII_TYPE },
	{ .method = API_POST, .path = COLLECTION "objects/", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES | API_UPLOAD | API_PARTNER, .run = post,
	    .summary = "TAXII 2.1: add objects", .params = id_params, .type = TAXII_TYPE, .status = 202 },
	{ .method = API_GET, .path = COLLECTION "objects/{object}/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = object,
	    .summary = "TAXII 2.1: one object", .params = object_params, .type = TAXII_TYPE },
	{ .method = API_DELETE, .path = COLLECTION "objects/{object}/", .right = RIGHT_REPORTS_ADD, .flags = API_CHANGES, .run = delete,
	    .summary = "TAXII 2.1: take an object out", .params = delete_params, .type = TAXII_TYPE },
	{ .method = API_GET, .path = COLLECTION "objects/{object}/versions/", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = versions,
	    .summary = "TAXII 2.1: the versions of an object", .params = versions_params, .type = TAXII_TYPE },
};

const struct api_room api_taxii_room = { "taxii", routes, sizeof(routes) / sizeof(routes[0]) };
