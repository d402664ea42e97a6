/*
 * api_contact: who answers for what, and where nobody is told; whose a network
 * is; and what the node knows of an address, a name or an AS.
 */
#include <stdio.h>

#include "attrib/networks.h"
#include "parse/domain.h"
#include "server/api_cache.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"

#define PAGE_ROWS 100
#define LOOKUP_MAX 1000

/* --- whose country -------------------------------------------------------------------------------- */

static bool
network_of(const struct api_call *c, struct slice value, struct network *out)
{
	struct prefix p;

	return prefix_read_loose(value, &p) && networks_find(c->api->node->networks, p.ip, out);
}

/* Who is held to a country sees the contacts of it: by name, by network, by the name's end. */
static bool
visible(const struct api_call *c, enum contact_scope scope, struct slice value)
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
	struct slice text, last;
	size_t shown, limit, passed, skip;
};

static bool
matches(const struct page *p, const struct contact *x)
{
	const struct slice texts[] = { x->value, x->name, x->email, x->source };

	if (p->text.p == NULL)
		return true;
	for (size_t i = 0; i < 4; i++) {
		for (size_t k = 0; texts[i].len >= p->text.len && k <= texts[i].len - p->text.len; k++) {
			if (slice_eq_nocase(slice_sub(texts[i], k, p->text.len), p->text))
				return true;
		}
	}
	return false;
}

static bool
contact_row(void *cookie, const struct contact *x, struct err *e)
{
	struct page *p = cookie;

	(void)e;
	if (!visible(p->c, x->scope, x->value) || !matches(p, x) || p->passed++ < p->skip || p->shown++ >= p->limit)
		return true;
	json_out_object(p->j);
	contact_show(p->j, x);
	json_out_object_end(p->j);
	return true;
}

static bool
contacts(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct page p = { .c = c, .j = j, .text = api_text_of(c, "text"), .limit = (size_t)api_int_of(c, "limit", PAGE_ROWS),
		.skip = (size_t)api_int_of(c, "cursor", 0) };

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!contact_list(c->api->node->store, api_text_of(c, "source"), contact_row, &p, e))
		return false;
	json_out_array_end(j);
	json_out_key_int(j, S("total"), (int64_t)p.passed);
	json_out_key(j, S("next"));
	if (p.shown > p.limit)
		json_out_text(j, arena_printf(c->a, "%zu", p.skip + p.limit));
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
	return visible(c, x->scope, x->value) || err_set(e, ERR_DENIED, "you see what concerns your own country");
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
	s->found = s->found || (x->id == s->id && visible(s->c, x->scope, x->value));
	return true;
}

static bool
seek_off(void *cookie, const struct contact_off *o, struct err *e)
{
	struct seek *s = cookie;

	(void)e;
	s->found = s->found || (o->id == s->id && (!who_is_bound(s->c->who) || (o->has_scope && visible(s->c, o->scope, o->value))));
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
	if (!who_is_bound(p->c->who) || (o->has_scope && visible(p->c, o->scope, o->value)))
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

/* --- look-up -------------------------------------------------------------------------------------------------- */

enum asked_kind { ASKED_IP, ASKED_PREFIX, ASKED_DOMAIN, ASKED_URL, ASKED_ASN, ASKED_UNKNOWN };
static const char *const asked_names[] = { "ip", "prefix", "domain", "url", "asn", "unknown" };

/* What is asked about, brought to the form in which the store has it. */
struct asked {
	enum asked_kind kind;
	struct prefix prefix;
	uint32_t asn;
	struct slice text; /* a name, or a URL */
	struct slice host;
};

static bool
asn_read(struct slice s, uint32_t *out)
{
	uint64_t v;

	if (!slice_starts_nocase(s, S("AS")) || !slice_u64(slice_from(s, 2), &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static void
asked_read(struct api_call *c, struct slice q, struct asked *out)
{
	struct slice s = url_refang(slice_trim(q), c->a);
	struct url url;
	struct ip ip;

	*out = (struct asked){ .kind = ASKED_UNKNOWN };
	if (ip_read(s, &ip)) {
		*out = (struct asked){ .kind = ASKED_IP, .prefix = { ip, 128 } };
	} else if (prefix_read_loose(s, &out->prefix)) {
		out->kind = ASKED_PREFIX;
	} else if (asn_read(s, &out->asn)) {
		out->kind = ASKED_ASN;
	} else if (url_split(s, &url)) {
		out->kind = ASKED_URL;
		out->text = s;
		out->host = url.host;
	} else if (fqdn_read(s, c->a, &out->text)) {
		out->kind = ASKED_DOMAIN;
		out->host = out->text;
	}
}

struct sum {
	int64_t open, total, last_s;
};

/*
 * By the ids alone, which begin with the place: what hangs on a name and
 * merely had this address at the time is found by findings?prefix=.
 */
static const char place_sql[] = "SELECT count(*), sum(state_now <> 3), max(last_s) FROM finding_now"
    " WHERE id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR country = ?3) AND (?4 IS NULL OR place = ?4 OR (kind = 0 AND ip = ?5))";
static const char network_sql[] = "SELECT count(*), sum(state_now <> 3), max(last_s) FROM finding_now"
    " WHERE id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR country = ?3) AND kind = 0 AND ip IS NULL";

static bool
sum_run(struct api_call *c, const struct asked *a, struct sum *out, struct err *e)
{
	bool v4 = (a->kind == ASKED_IP || a->kind == ASKED_PREFIX) && ip_is_v4(a->prefix.ip) && a->prefix.bits >= 96;
	int64_t first = (int64_t)((uint64_t)ip_v4(a->prefix.ip) << 31);
	int64_t last = (int64_t)((uint64_t)ip_v4(prefix_last(&a->prefix)) << 31 | 0x7fffffff);
	struct slice place = a->text;
	struct stmt *q = NULL;
	char text[IP_TEXT_MAX];
	uint8_t ip[16];
	enum step step;

	if (a->kind == ASKED_IP && !v4)
		place = slice_of(text, ip_print(a->prefix.ip, text));
	if (!v4)
		finding_place_range(place, &first, &last);
	if (!db_prepare(store_db(c->api->node->store), v4 ? network_sql : place_sql, &q, e))
		return false;
	ip_to_bytes(a->prefix.ip, ip);
	stmt_i64(q, 1, first);
	stmt_i64(q, 2, last);
	stmt_text(q, 3, who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE);
	if (!v4) {
		stmt_text(q, 4, place);
		stmt_blob(q, 5, slice_of(ip, 16));
	}
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*out = (struct sum){ .total = stmt_col_i64(q, 0), .open = stmt_col_i64(q, 1), .last_s = stmt_col_i64(q, 2) };
	stmt_free(&q);
	return step != STEP_FAIL;
}

/* An AS, or a network of IPv6: a walk over all. */
static bool
walks(const struct asked *a)
{
	return a->kind == ASKED_ASN || (a->kind == ASKED_PREFIX && !(ip_is_v4(a->prefix.ip) && a->prefix.bits >= 96));
}

static bool
sum_walk(struct api_call *c, const struct asked *a, struct sum *out, struct err *e)
{
	struct finding_query q = { .has_asn = a->kind == ASKED_ASN, .asn = a->asn, .has_prefix = a->kind != ASKED_ASN,
		.prefix = a->prefix, .country = who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE };
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step;

	if (!finding_open(c->api->node->store, &q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM) {
		out->total++;
		out->open += row.state != FINDING_RESOLVED;
		out->last_s = row.last_s > out->last_s ? row.last_s : out->last_s;
	}
	finding_close(&w);
	return step == STEP_END;
}

static bool
sum_get(struct api_call *c, const struct asked *a, struct sum *out, struct err *e)
{
	*out = (struct sum){ 0 };
	if (a->kind == ASKED_UNKNOWN)
		return true;
	return walks(a) ? sum_walk(c, a, out, e) : sum_run(c, a, out, e);
}

static bool
who_answers(struct api_call *c, const struct asked *a, const struct network *n, struct json_out *j, struct err *e)
{
	struct contact_query q = { .has_ip = a->kind == ASKED_IP || a->kind == ASKED_PREFIX, .ip = a->prefix.ip,
		.asn = n->asn, .country = n->country[0] == 0 ? SLICE_NONE : slice_of(n->country, 2), .fqdn = a->host };
	const struct contacts *all;
	struct contact_answer found;

	json_out_key(j, S("contacts"));
	json_out_array(j);
	if (who_may(c->who, RIGHT_CONTACTS_READ)) {
		if (!api_contacts(c->api, &all, e))
			return false;
		contacts_find(all, &q, &found);
		if (found.contact != NULL && visible(c, found.contact->scope, found.contact->value))
			api_contact_short_put(j, found.contact, "contact");
		if (found.focal_point != NULL && found.focal_point != found.contact && visible(c, found.focal_point->scope, found.focal_point->value))
			api_contact_short_put(j, found.focal_point, "focal-point");
	}
	json_out_array_end(j);
	return true;
}

static bool
lookup_put(struct api_call *c, struct slice text, struct json_out *j, struct err *e)
{
	const struct networks *table = c->api->node->networks;
	char first[PREFIX_TEXT_MAX];
	struct network n = { .asn = 0 };
	struct prefix around;
	struct ip from, to;
	bool known = false;
	struct asked a;
	struct sum sum;

	asked_read(c, text, &a);
	if (!sum_get(c, &a, &sum, e))
		return false;
	if (a.kind == ASKED_IP || a.kind == ASKED_PREFIX)
		known = networks_find(table, a.prefix.ip, &n);
	if (a.kind == ASKED_ASN)
		n.asn = a.asn;
	json_out_object(j);
	json_out_key_text(j, S("q"), text);
	json_out_key_text(j, S("kind"), slice_of_str(asked_names[a.kind]));
	api_put_number(j, S("asn"), n.asn);
	api_put_text(j, S("as_name"), networks_as_name(table, n.asn));
	api_put_text(j, S("country"), n.country[0] == 0 ? SLICE_NONE : slice_of(n.country, 2));
	json_out_key(j, S("prefix"));
	if (known) {
		networks_range(table, a.prefix.ip, &from, &to);
		around = prefix_within(a.prefix.ip, from, to);
		json_out_text(j, slice_of(first, prefix_print(&around, first)));
	} else {
		json_out_null(j);
	}
	if (!who_answers(c, &a, &n, j, e))
		return false;
	json_out_key(j, S("findings"));
	json_out_object(j);
	json_out_key_int(j, S("open"), sum.open);
	json_out_key_int(j, S("total"), sum.total);
	api_put_moment(j, S("last_seen"), sum.last_s);
	json_out_object_end(j);
	json_out_object_end(j);
	return true;
}

static bool
lookup(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	if (!lookup_put(c, api_text_of(c, "q"), j, e))
		return false;
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

#define WALKS_MAX 20

static bool
lookups(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct asked a;
	size_t dear = 0;

	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	JSON_EACH(item, json_get(c->body, S("q"))) {
		asked_read(c, item->text, &a);
		dear += walks(&a);
		if (dear > WALKS_MAX)
			return api_fault(c, "q"), err_set(e, ERR_LIMIT, "more than %d ASes or networks of IPv6 at once; ask in parts", WALKS_MAX);
		if (!lookup_put(c, item->text, j, e))
			return false;
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
static const struct api_value lookup_text = { .type = API_TEXT, .min = 1, .max = 2048 };

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
	{ "total", &api_count, API_REQUIRED, NULL },
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

static const struct api_member sum_members[] = {
	{ "open", &api_count, API_REQUIRED, NULL },
	{ "total", &api_count, API_REQUIRED, NULL },
	{ "last_seen", &api_moment, API_REQUIRED | API_NULL, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value sum_value = { .type = API_OBJECT, .members = sum_members };
static const struct api_value short_list = { .type = API_ARRAY, .items = &api_contact_short };
static const struct api_member lookup_members[] = {
	{ "q", &api_text, API_REQUIRED, NULL },
	{ "kind", &api_text, API_REQUIRED, "ip, prefix, domain, url, asn, unknown" },
	{ "asn", &api_count, API_REQUIRED | API_NULL, NULL },
	{ "as_name", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "country", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "prefix", &api_text, API_REQUIRED | API_NULL, NULL },
	{ "contacts", &short_list, API_REQUIRED, NULL },
	{ "findings", &sum_value, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value lookup_item = { .type = API_OBJECT, .members = lookup_members, .name = "Lookup" };
static const struct api_value lookup_items = { .type = API_ARRAY, .items = &lookup_item };
static const struct api_member lookup_list_members[] = { { "items", &lookup_items, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value lookup_value = { .type = API_OBJECT, .members = lookup_list_members };
static const struct api_value q_list = { .type = API_ARRAY, .items = &lookup_text, .min = 1, .max = LOOKUP_MAX };
static const struct api_member lookup_body_members[] = { { "q", &q_list, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value lookup_body = { .type = API_OBJECT, .members = lookup_body_members };

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
static const struct api_param lookup_params[] = { { "q", API_QUERY, &lookup_text, true, "Address, network, name, URL, or AS64496" }, { NULL, API_QUERY, NULL, false, NULL } };

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
	{ .method = API_GET, .path = "/api/v1/lookup", .right = RIGHT_FINDINGS_READ, .run = lookup,
	    .summary = "What is known of something", .params = lookup_params, .answer = &lookup_value },
	{ .method = API_POST, .path = "/api/v1/lookup", .right = RIGHT_FINDINGS_READ, .run = lookups,
	    .summary = "The same of up to 1,000 at once", .body = &lookup_body, .answer = &lookup_value },
};

const struct api_room api_contact_room = { "contacts", routes, sizeof(routes) / sizeof(routes[0]) };
