/*
 * api_contact: who answers for what, and where nobody is told; whose a network is.
 */
#include <stdio.h>

#include "attrib/contacts.h"
#include "attrib/networks.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"

#define PAGE_ROWS 100
/* Rows that one page of who is held to a country may cost: a tenth of a second. */
#define LOOKED_AT_MAX 100000

/* --- whose country -------------------------------------------------------------------------------- */

static bool
network_of(const struct api_call *c, struct slice value, struct network *out)
{
	struct prefix p;

	return prefix_read_loose(value, &p) && networks_find(c->api->node->networks, p.ip, out);
}

/* Who is held to a country sees the contacts of it: by name, by network, by the name's end. */
bool
api_contact_visible(const struct api_call *c, enum contact_scope scope, struct slice value)
{
	const uint8_t *cc = c->who->country;
	uint8_t end[3] = { '.', byte_lower(cc[0]), byte_lower(cc[1]) };
	struct network n;

	if (!who_is_bound(c->who))
		return true;
	switch (scope) {
	case SCOPE_COUNTRY:
		return api_may_see(c, value);
	case SCOPE_PREFIX:
		return network_of(c, value, &n) && api_may_see(c, slice_of(n.country, 2));
	case SCOPE_DOMAIN:
		return slice_ends_nocase(value, slice_of(end, 3));
	case SCOPE_ASN:
	case SCOPE_COUNT:
		break;
	}
	return false;
}

/* --- contacts ---------------------------------------------------------------------------------------- */

static void
contact_show(struct json_out *j, const struct contact *x)
{
	json_out_key_int(j, S("id"), x->id);
	json_out_key_text(j, S("layer"), x->layer == LAYER_MANUAL ? S("manual") : S("imported"));
	api_put_text(j, S("source"), x->source);
	json_out_key_text(j, S("scope"), slice_of_str(contact_scope_name(x->scope)));
	json_out_key_text(j, S("value"), x->value);
	api_put_text(j, S("name"), x->name);
	json_out_key_text(j, S("email"), x->email);
	api_put_text(j, S("language"), x->lang_known ? slice_of_str(lang_tag(x->lang)) : SLICE_NONE);
	json_out_key_text(j, S("format"), x->format);
	api_put_number(j, S("interval"), x->interval_s);
	api_put_text(j, S("openpgp"), x->openpgp);
	api_put_text(j, S("url"), x->url);
	api_put_moment(j, S("checked"), x->checked_s);
	api_put_moment(j, S("expires"), x->expires_s);
	api_put_moment(j, S("disputed"), x->disputed_s);
}

struct page {
	struct api_call *c;
	struct json_out *j;
	size_t shown, limit, skip, total;
	uint64_t looked; /* of who is held to a country */
	bool enough;
};

static void
item_put(struct page *p, const struct contact *x)
{
	json_out_object(p->j);
	contact_show(p->j, x);
	json_out_object_end(p->j);
	p->shown++;
}

static bool
contact_row(void *cookie, const struct contact *x, struct err *e)
{
	(void)e;
	item_put(cookie, x);
	return true;
}

/* The row that is one too many tells that there is more; it is the next page's first. */
static bool
contact_row_bound(void *cookie, const struct contact *x, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	if (api_contact_visible(p->c, x->scope, x->value)) {
		p->enough = p->shown == p->limit;
		if (p->enough)
			return true;
		item_put(p, x);
	}
	p->looked++;
	return true;
}

/* The database passes over what stands before the page, and what does not fit. *next: where the next one begins; 0: there is none. */
static bool
contacts_page(struct api_call *c, struct page *p, size_t *next, struct err *e)
{
	struct contact_page q = { .source = api_text_of(c, "source"), .text = api_text_of(c, "text"), .skip = p->skip, .limit = p->limit };
	uint64_t total;

	if (!contact_page(c->api->node->store, &q, &total, contact_row, p, e))
		return false;
	p->total = (size_t)total;
	*next = total > p->skip + p->limit ? p->skip + p->limit : 0;
	return true;
}

/*
 * Whose a contact is, the database cannot say: its network's country is in a table
 * beside it. So rows are looked at until the page is full, and so many at the most:
 * a page may hold few, or none, and still say where the next one begins.
 */
static bool
contacts_bound(struct api_call *c, struct page *p, size_t *next, struct err *e)
{
	struct contact_page q = { .source = api_text_of(c, "source"), .text = api_text_of(c, "text"), .skip = p->skip, .limit = LOOKED_AT_MAX,
		.of_places = true, .enough = &p->enough };

	if (!contact_page(c->api->node->store, &q, NULL, contact_row_bound, p, e))
		return false;
	p->total = p->shown;
	*next = p->enough || p->looked == LOOKED_AT_MAX ? p->skip + (size_t)p->looked : 0;
	return true;
}

static bool
contacts(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct page p = { .c = c, .j = j, .limit = (size_t)api_int_of(c, "limit", PAGE_ROWS), .skip = (size_t)api_int_of(c, "cursor", 0) };
	size_t next = 0;

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!(who_is_bound(c->who) ? contacts_bound(c, &p, &next, e) : contacts_page(c, &p, &next, e)))
		return false;
	json_out_array_end(j);
	json_out_key_int(j, S("total"), (int64_t)p.total);
	json_out_key(j, S("next"));
	if (next > 0)
		json_out_text(j, arena_printf(c->a, "%zu", next));
	else
		json_out_null(j);
	json_out_object_end(j);
	return true;
}

static bool
about_read(struct api_call *c, struct contact *x, struct err *e)
{
	(void)contact_scope_find(api_body_text(c, "scope"), &x->scope);
	x->value = api_body_text(c, "value");
	if (!contact_clean(x, c->a, e))
		return api_fault(c, "value");
	return api_contact_visible(c, x->scope, x->value) || err_set(e, ERR_DENIED, "you see what concerns your own country");
}

static struct slice
or_none(struct slice s)
{
	return s.len == 0 ? SLICE_NONE : s;
}

static bool
contact_add(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct contact x = { .layer = LAYER_MANUAL, .checked_s = c->r->now_s, .email = api_body_text(c, "email"),
		.name = api_body_text(c, "name"), .format = or_none(api_body_text(c, "format")), .openpgp = api_body_text(c, "openpgp"),
		.url = api_body_text(c, "url"), .interval_s = (uint32_t)api_body_int(c, "interval", 0), .expires_s = api_body_int(c, "expires", 0) };
	char tag[8];

	if (api_body_text(c, "language").p != NULL) {
		(void)snprintf(tag, sizeof(tag), "%.*s", SLICE_ARG(api_body_text(c, "language")));
		x.lang_known = lang_parse(tag, &x.lang);
	}
	if (!about_read(c, &x, e) || !contact_put(c->api->node->store, &x, &x.id, e))
		return false;
	x.format = x.format.len == 0 ? S("csv") : x.format;
	api_changed(c, "contact", x.id);
	c->audit = arena_printf(c->a, "contact %lld %.*s", (long long)x.id, SLICE_ARG(x.value));
	json_out_object(j);
	contact_show(j, &x);
	json_out_object_end(j);
	return true;
}

/* Is it there, and the asker's to change? */
struct seek {
	struct api_call *c;
	int64_t id;
	bool found;
};

static bool
seek_contact(void *cookie, const struct contact *x, struct err *e)
{
	struct seek *s = cookie;

	(void)e;
	s->found = s->found || (x->id == s->id && api_contact_visible(s->c, x->scope, x->value));
	return true;
}

static bool
seek_off(void *cookie, const struct contact_off *o, struct err *e)
{
	struct seek *s = cookie;

	(void)e;
	s->found = s->found || (o->id == s->id && (!who_is_bound(s->c->who) || (o->has_scope && api_contact_visible(s->c, o->scope, o->value))));
	return true;
}

static bool
gone(struct api_call *c, int64_t id)
{
	api_changed(c, "contact", id);
	c->audit = arena_printf(c->a, "number %lld", (long long)id);
	c->status = 204;
	return true;
}

static bool
contact_delete(struct api_call *c, struct err *e)
{
	struct store *s = c->api->node->store;
	struct seek k = { .c = c, .id = api_int_of(c, "id", 0) };

	if (who_is_bound(c->who) && !contact_list(s, SLICE_NONE, seek_contact, &k, e))
		return false;
	if (who_is_bound(c->who) && !k.found)
		return err_set(e, ERR_ABSENT, "there is no number %lld", (long long)k.id);
	return contact_remove(s, k.id, e) && gone(c, k.id);
}

/* --- where nobody is told ------------------------------------------------------------------------------ */

static void
off_put(struct json_out *j, const struct contact_off *o)
{
	json_out_object(j);
	json_out_key_int(j, S("id"), o->id);
	api_put_text(j, S("scope"), o->has_scope ? slice_of_str(contact_scope_name(o->scope)) : SLICE_NONE);
	api_put_text(j, S("value"), o->value);
	api_put_text(j, S("class"), o->class_type);
	api_put_text(j, S("feed"), o->feed);
	api_put_text(j, S("reason"), o->reason);
	api_put_text(j, S("by"), o->by);
	api_put_moment(j, S("from"), o->from_s);
	api_put_moment(j, S("until"), o->until_s);
	json_out_object_end(j);
}

static bool
off_row(void *cookie, const struct contact_off *o, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	if (!who_is_bound(p->c->who) || (o->has_scope && api_contact_visible(p->c, o->scope, o->value)))
		off_put(p->j, o);
	return true;
}

static bool
off(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct page p = { .c = c, .j = j };

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!contact_off_list(c->api->node->store, off_row, &p, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

static bool
off_add(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct contact x = { .email = S("nobody@example.org") };
	struct contact_off o = { .has_scope = api_body_text(c, "scope").p != NULL, .class_type = api_body_text(c, "class"),
		.feed = api_body_text(c, "feed"), .reason = api_body_text(c, "reason"), .by = c->who->name,
		.until_s = api_body_int(c, "until", 0) };

	if (who_is_bound(c->who) && !o.has_scope)
		return err_set(e, ERR_DENIED, "you see what concerns your own country");
	if (o.has_scope && !about_read(c, &x, e))
		return false;
	o.scope = x.scope;
	o.value = o.has_scope ? x.value : SLICE_NONE;
	if (!contact_off_put(c->api->node->store, &o, &o.id, e))
		return false;
	api_changed(c, "contact", 0);
	c->audit = arena_printf(c->a, "condition %lld", (long long)o.id);
	off_put(j, &o);
	return true;
}

static bool
off_delete(struct api_call *c, struct err *e)
{
	struct store *s = c->api->node->store;
	struct seek k = { .c = c, .id = api_int_of(c, "id", 0) };

	if (!contact_off_list(s, seek_off, &k, e))
		return false;
	if (!k.found)
		return err_set(e, ERR_ABSENT, "there is no number %lld", (long long)k.id);
	return contact_off_remove(s, k.id, e) && gone(c, k.id);
}

/* --- networks --------------------------------------------------------------------------------------------- */

static bool
networks(struct api_call *c, struct err *e)
{
	const struct networks *table = c->api->node->networks;
	struct json_out *j = api_json(c);
	struct slice text = api_text_of(c, "ip"), name;
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX];
	struct ip ip, from, to;
	struct network n;

	if ((text.p == NULL) == !api_given(c, "asn"))
		return api_fault(c, "ip"), err_set(e, ERR_INPUT, "name an address by ip, or an AS by asn");
	if (text.p != NULL && !ip_parse(text, &ip, e))
		return api_fault(c, "ip");
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (text.p != NULL && networks_find(table, ip, &n)) {
		networks_range(table, ip, &from, &to);
		json_out_object(j);
		json_out_key_text(j, S("first"), slice_of(first, ip_print(from, first)));
		json_out_key_text(j, S("last"), slice_of(last, ip_print(to, last)));
		api_put_number(j, S("asn"), n.asn);
		api_put_text(j, S("as_name"), networks_as_name(table, n.asn));
		api_put_text(j, S("country"), n.country[0] == 0 ? SLICE_NONE : slice_of(n.country, 2));
		json_out_object_end(j);
	}
	name = text.p == NULL ? networks_as_name(table, (uint32_t)api_int_of(c, "asn", 0)) : SLICE_NONE;
	if (name.p != NULL) {
		json_out_object(j);
		json_out_key_int(j, S("asn"), api_int_of(c, "asn", 0));
		api_put_text(j, S("as_name"), name);
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static const char *const scope_words[] = { "prefix", "domain", "asn", "country", NULL };
static const char *const language_words[] = { "ar", "zh", "en", "fr", "ru", "es", NULL };
static const struct api_value scope_value = { .type = API_WORD, .words = scope_words };
static const struct api_value language_value = { .type = API_WORD, .words = language_words };
static const struct api_value email_value = { .type = API_TEXT, .min = 3, .max = 2000 };
static const struct api_value long_value = { .type = API_TEXT, .max = 500 };
static const struct api_value interval_value = { .type = API_INT, .min = 1, .max = 31536000 };
static const struct api_value offset_value = { .type = API_INT, .min = 0, .max = INT32_MAX };

static const struct api_member contact_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "layer", &api_text, API_REQUIRED, "manual or imported" },
	{ "source", &api_text, API_REQUIRED | API_NULL, "Of an import" },
	{ "scope", &api_text, API_REQUIRED, NULL },
	{ "value", &api_text, API_REQUIRED, NULL },
	{ "name", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "email", &api_text, API_REQUIRED, NULL },
	{ "language", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "format", &api_text, API_REQUIRED, NULL },
	{ "interval", &api_count, API_REQUIRED | API_NULL, "Seconds; null: the node's" },
	{ "openpgp", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "url", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "checked", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "expires", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "disputed", &api_moment, API_REQUIRED | API_NULL, "When it answered that something was not theirs" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value contact_value = { .type = API_OBJECT, .members = contact_members, .name = "Contact" };
static const struct api_value contact_items = { .type = API_ARRAY, .items = &contact_value };
static const struct api_member contacts_members[] = {
	{ "items", &contact_items, API_REQUIRED, NULL },
	{ "total", &api_count, API_REQUIRED, "In all; for who is held to a country, on this page" },
	{ "next", &api_text, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value contacts_value = { .type = API_OBJECT, .members = contacts_members };
static const struct api_member contact_body_members[] = {
	{ "scope", &scope_value, API_REQUIRED, NULL },
	{ "value", &api_short, API_REQUIRED, NULL },
	{ "email", &email_value, API_REQUIRED, "Several: with commas" },
	{ "name", &long_value, API_NULL, NULL },
	{ "language", &language_value, API_NULL, NULL },
	{ "format", &api_short, API_NULL, "csv, xarf, both" },
	{ "interval", &interval_value, API_NULL, "Seconds between notices" },
	{ "openpgp", &long_value, API_NULL, NULL },
	{ "url", &long_value, API_NULL, NULL },
	{ "expires", &api_moment, API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value contact_body = { .type = API_OBJECT, .members = contact_body_members };

static const struct api_member off_members[] = {
	{ "id", &api_count, API_REQUIRED, NULL },
	{ "scope", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "value", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "class", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "feed", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "reason", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "by", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "from", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ "until", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value off_value = { .type = API_OBJECT, .members = off_members, .name = "Off" };
static const struct api_value off_items = { .type = API_ARRAY, .items = &off_value, .max = INT64_MAX };
static const struct api_member off_list_members[] = { { "items", &off_items, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value off_list = { .type = API_OBJECT, .members = off_list_members };
static const struct api_member off_body_members[] = {
	{ "scope", &scope_value, API_NULL, NULL },
	{ "value", &api_short, API_NULL, NULL },
	{ "class", &api_class, API_NULL, NULL },
	{ "feed", &api_short, API_NULL, NULL },
	{ "reason", &long_value, API_REQUIRED, NULL },
	{ "until", &api_moment, API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value off_body = { .type = API_OBJECT, .members = off_body_members };

static const struct api_member network_members[] = {
	{ "first", &api_text, 0, NULL },
	{ "last", &api_text, 0, NULL },
	{ "asn", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "as_name", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "country", &api_text, API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value network_value = { .type = API_OBJECT, .members = network_members };
static const struct api_value network_items = { .type = API_ARRAY, .items = &network_value };
static const struct api_member networks_members[] = { { "items", &network_items, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value networks_value = { .type = API_OBJECT, .members = networks_members };

static const struct api_param contacts_params[] = {
	{ "text", API_QUERY, &api_short, false, "Within value, name, mail or source" },
	{ "source", API_QUERY, &api_short, false, "Name of an import" },
	{ "limit", API_QUERY, &api_limit, false, "Rows of a page; 100" },
	{ "cursor", API_QUERY, &offset_value, false, "The page behind" },
	{ NULL, API_QUERY, NULL, false, NULL },
};
static const struct api_param id_params[] = { { "id", API_PATH, &api_report_id, true, NULL }, { NULL, API_QUERY, NULL, false, NULL } };
static const struct api_param networks_params[] = {
	{ "ip", API_QUERY, &api_short, false, "Whose this address is" },
	{ "asn", API_QUERY, &api_asn, false, "The name of this AS" },
	{ NULL, API_QUERY, NULL, false, NULL },
};

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/contacts", .right = RIGHT_CONTACTS_READ, .run = contacts,
	    .summary = "Who answers for what", .params = contacts_params, .answer = &contacts_value },
	{ .method = API_POST, .path = "/api/v1/contacts", .right = RIGHT_CONTACTS_CHANGE, .flags = API_CHANGES, .run = contact_add,
	    .summary = "Enter a contact by hand; it wins over imported ones", .body = &contact_body, .answer = &contact_value, .status = 201 },
	{ .method = API_GET, .path = "/api/v1/contacts/off", .right = RIGHT_CONTACTS_READ, .run = off,
	    .summary = "Conditions under which nobody is told", .answer = &off_list },
	{ .method = API_POST, .path = "/api/v1/contacts/off", .right = RIGHT_CONTACTS_CHANGE, .flags = API_CHANGES, .run = off_add,
	    .summary = "Tell nobody where this holds", .body = &off_body, .answer = &off_value, .status = 201 },
	{ .method = API_DELETE, .path = "/api/v1/contacts/off/{id}", .right = RIGHT_CONTACTS_CHANGE, .flags = API_CHANGES, .run = off_delete,
	    .summary = "Take a condition out", .params = id_params, .status = 204 },
	{ .method = API_DELETE, .path = "/api/v1/contacts/{id}", .right = RIGHT_CONTACTS_CHANGE, .flags = API_CHANGES, .run = contact_delete,
	    .summary = "Take a contact out", .params = id_params, .status = 204 },
	{ .method = API_GET, .path = "/api/v1/networks", .right = RIGHT_FINDINGS_READ, .run = networks,
	    .summary = "Whose an address is, or the name of an AS", .params = networks_params, .answer = &networks_value },
};

const struct api_room api_contact_room = { "contacts", routes, sizeof(routes) / sizeof(routes[0]) };
