/*
 * api_lookup: what the node knows of an address, a network, a name, a page or
 * an AS; one, or many at once.
 */
#include "attrib/networks.h"
#include "parse/domain.h"
#include "server/api_cache.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"

#define LOOKUP_MAX 1000

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

static bool
sum_run(struct api_call *c, const struct asked *a, struct sum *out, struct err *e)
{
	struct slice place = a->text;
	struct stmt *q = NULL;
	char text[IP_TEXT_MAX];
	int64_t first, last;
	uint8_t ip[16];
	enum step step;

	if (a->kind == ASKED_IP)
		place = slice_of(text, ip_print(a->prefix.ip, text));
	finding_place_range(place, &first, &last);
	if (!db_prepare(store_db(c->api->node->store), place_sql, &q, e))
		return false;
	ip_to_bytes(a->prefix.ip, ip);
	stmt_i64(q, 1, first);
	stmt_i64(q, 2, last);
	stmt_text(q, 3, who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE);
	stmt_text(q, 4, place);
	stmt_blob(q, 5, slice_of(ip, 16));
	step = stmt_step(q, e);
	if (step == STEP_ITEM)
		*out = (struct sum){ .total = stmt_col_i64(q, 0), .open = stmt_col_i64(q, 1), .last_s = stmt_col_i64(q, 2) };
	stmt_free(&q);
	return step != STEP_FAIL;
}

static bool
is_v4(const struct asked *a)
{
	return (a->kind == ASKED_IP || a->kind == ASKED_PREFIX) && prefix_is_v4(&a->prefix);
}

/* An AS, or a large network: a walk over all, by columns where there are any. */
static bool
walks(const struct asked *a)
{
	return a->kind == ASKED_ASN || (a->kind == ASKED_PREFIX && !finding_prefix_narrow(&a->prefix));
}

static bool
sum_walk(struct api_call *c, const struct asked *a, struct sum *out, struct err *e)
{
	struct finding_query q = { .has_asn = a->kind == ASKED_ASN, .asn = a->asn, .has_prefix = a->kind != ASKED_ASN, .hosts = is_v4(a),
		.prefix = a->prefix, .country = who_is_bound(c->who) ? slice_of(c->who->country, 2) : SLICE_NONE };
	struct finding_sum sum;

	if (!finding_sum(c->api->node->store, &q, &sum, e))
		return false;
	*out = (struct sum){ .total = (int64_t)sum.total, .open = (int64_t)(sum.total - sum.findings[FINDING_RESOLVED]), .last_s = sum.last_s };
	return true;
}

static bool
sum_get(struct api_call *c, const struct asked *a, struct sum *out, struct err *e)
{
	*out = (struct sum){ 0 };
	if (a->kind == ASKED_UNKNOWN)
		return true;
	return walks(a) || is_v4(a) ? sum_walk(c, a, out, e) : sum_run(c, a, out, e);
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
		if (found.contact != NULL && api_contact_visible(c, found.contact->scope, found.contact->value))
			api_contact_short_put(j, found.contact, "contact");
		if (found.focal_point != NULL && found.focal_point != found.contact && api_contact_visible(c, found.focal_point->scope, found.focal_point->value))
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
			return api_fault(c, "q"), err_set(e, ERR_LIMIT, "more than %d ASes or large networks at once; ask in parts", WALKS_MAX);
		if (!lookup_put(c, item->text, j, e))
			return false;
	}
	json_out_array_end(j);
	json_out_object_end(j);
	return true;
}

/* --- rows ---------------------------------------------------------------------- */

static const struct api_value lookup_text = { .type = API_TEXT, .min = 1, .max = 2048 };
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

static const struct api_param lookup_params[] = { { "q", API_QUERY, &lookup_text, true, "Address, network, name, URL, or AS64496" }, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/lookup", .right = RIGHT_FINDINGS_READ, .run = lookup,
	    .summary = "What is known of something", .params = lookup_params, .answer = &lookup_value },
	{ .method = API_POST, .path = "/api/v1/lookup", .right = RIGHT_FINDINGS_READ, .run = lookups,
	    .summary = "The same of up to 1,000 at once", .body = &lookup_body, .answer = &lookup_value },
};

const struct api_room api_lookup_room = { "look-up", routes, sizeof(routes) / sizeof(routes[0]) };
