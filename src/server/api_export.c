/*
 * api_export: findings as files: CSV, JSON lines, IntelMQ's events, a STIX 2.1
 * bundle. A file is made page by page, as the client takes it: each page is
 * its own question, by the order of ids, so that no reading of the store stays
 * open and a slow client holds nothing up.
 *
 * A file leaves the node. The operator's own people (accounts, tokens, the
 * command line) get what the store holds, marked with its TLP; for a partner
 * each finding passes policy_allows() first, whose default is no.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/date.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "share/compose.h"
#include "share/known.h"

#define PAGE_ROWS 500

enum export_kind { EXPORT_CSV, EXPORT_JSONL, EXPORT_INTELMQ, EXPORT_STIX };

struct export {
	enum export_kind kind;
	struct node *node;
	struct who who;
	struct arena a; /* of the query's texts */
	struct arena page; /* of one page's texts */
	struct finding_query q;
	struct api_request request;
	struct notices_options options; /* who we are */
	bool begun, ended;
	uint64_t rows;
};

/* --- STIX ------------------------------------------------------------------------------------------ */

/* Names of TLP 2.0's markings by the OASIS extension (stix2 tlp v2). */
static const char *const tlp_ids[] = {
	[TLP_CLEAR] = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	[TLP_GREEN] = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	[TLP_AMBER] = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	[TLP_AMBER_STRICT] = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	[TLP_RED] = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
};

/*
 * A UUID version 5 (RFC 9562) in STIX' own name space (STIX 2.1 section 2.9):
 * the same thing has the same name in every bundle, and an address the same as
 * in everybody's.
 */
static void
uuid(struct slice name, char out[40])
{
	static const uint8_t space[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };
	uint8_t h[EVP_MAX_MD_SIZE] = { 0 };
	struct buf b;

	buf_init(&b, (size_t)64 << 10);
	buf_put(&b, slice_of(space, 16));
	buf_put(&b, name);
	(void)EVP_Digest(b.p, b.len, h, NULL, EVP_sha1(), NULL);
	buf_fini(&b);
	uuid_print(h, 5, out);
}

/* Of something of ours: what it is, who we are, and its name. */
static void
uuid_ours(const struct export *x, const char *what, struct slice of, char out[40])
{
	struct buf b;

	buf_init(&b, (size_t)16 << 10);
	buf_printf(&b, "%s:", what);
	buf_put(&b, x->options.name);
	buf_byte(&b, ':');
	buf_put(&b, of);
	uuid(buf_view(&b), out);
	buf_fini(&b);
}

static void
stix_moment(struct json_out *j, struct slice key, int64_t s)
{
	char text[DATE_TEXT_MAX], out[DATE_TEXT_MAX + 8];
	size_t n = date_print_z(s, text);

	/* STIX 2.1 section 3.2: at least three digits behind the second for created and modified. */
	(void)snprintf(out, sizeof(out), "%.*s.000Z", (int)(n - 1), text);
	json_out_key_text(j, key, slice_of_str(out));
}

static void
stix_open(struct json_out *j, const char *type, const char *id, int64_t created_s, int64_t modified_s)
{
	json_out_object(j);
	json_out_key_text(j, S("type"), slice_of_str(type));
	json_out_key_text(j, S("spec_version"), S("2.1"));
	json_out_key_text(j, S("id"), slice_of_str(id));
	stix_moment(j, S("created"), created_s);
	stix_moment(j, S("modified"), modified_s);
}

static void
identity_id(const struct export *x, char out[64])
{
	char id[40];

	uuid_ours(x, "identity", SLICE_NONE, id);
	(void)snprintf(out, 64, "identity--%s", id);
}

/* Who says it; the moment is that of the standard, so that the object is the same in each bundle. */
static void
stix_identity(const struct export *x, struct buf *b)
{
	char id[64];
	struct json_out j;

	identity_id(x, id);
	json_out_init(&j, b, false);
	stix_open(&j, "identity", id, 1623283200, 1623283200);
	json_out_key_text(&j, S("name"), x->options.name);
	json_out_key_text(&j, S("identity_class"), S("organization"));
	if (x->options.mail.len > 0)
		json_out_key_text(&j, S("contact_information"), x->options.mail);
	json_out_object_end(&j);
}

/* The address or name as an object of its own; false: STIX has no form for such a place. */
static bool
stix_place(const struct finding_row *r, struct json_out *j, char id[64])
{
	const char *type = r->kind == PLACE_URL ? "url" : r->kind == PLACE_FQDN ? "domain-name" :
	    r->kind == PLACE_ASN ? "autonomous-system" :
	    r->kind == PLACE_IP ? (ip_is_v4(r->ip) ? "ipv4-addr" : "ipv6-addr") : NULL;
	uint64_t asn = 0;
	struct buf value;
	char name[40];

	if (type == NULL || r->place.len == 0 || (r->kind == PLACE_ASN && !slice_u64(r->place, &asn)))
		return false;
	/* What makes the name: the object's one property, as JSON. */
	buf_init(&value, (size_t)64 << 10);
	if (r->kind == PLACE_ASN) {
		buf_printf(&value, "{\"number\":%llu}", (unsigned long long)asn);
	} else {
		buf_str(&value, "{\"value\":");
		json_quote(&value, r->place);
		buf_byte(&value, '}');
	}
	uuid(buf_view(&value), name);
	buf_fini(&value);
	(void)snprintf(id, 64, "%s--%s", type, name);
	json_out_object(j);
	json_out_key_text(j, S("type"), slice_of_str(type));
	json_out_key_text(j, S("spec_version"), S("2.1"));
	json_out_key_text(j, S("id"), slice_of_str(id));
	if (r->kind == PLACE_ASN)
		json_out_key_int(j, S("number"), (int64_t)asn);
	else
		json_out_key_text(j, S("value"), r->place);
	json_out_object_end(j);
	return true;
}

static void
stix_row(const struct export *x, const struct finding_row *r, struct buf *b)
{
	char place[64], id[64], by[64], name[40], finding[FINDING_ID_TEXT_MAX];
	struct json_out j;

	json_out_init(&j, b, false);
	buf_byte(b, ',');
	if (!stix_place(r, &j, place)) {
		/* Taken back: there is nothing to observe. */
		b->len--;
		return;
	}
	finding_id_print(r->id, finding);
	identity_id(x, by);
	uuid_ours(x, "observed-data", slice_of_str(finding), name);
	(void)snprintf(id, sizeof(id), "observed-data--%s", name);
	buf_byte(b, ',');
	json_out_init(&j, b, false);
	stix_open(&j, "observed-data", id, r->first_s, r->last_s);
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	stix_moment(&j, S("first_observed"), r->first_s);
	stix_moment(&j, S("last_observed"), r->last_s);
	/* STIX 2.1 section 4.13: at most 999,999,999. */
	json_out_key_int(&j, S("number_observed"), (int64_t)(r->count > 999999999 ? 999999999 : r->count == 0 ? 1 : r->count));
	json_out_key(&j, S("object_refs"));
	json_out_array(&j);
	json_out_text(&j, slice_of_str(place));
	json_out_array_end(&j);
	json_out_key(&j, S("labels"));
	json_out_array(&j);
	json_out_text(&j, class_type(r->class));
	if (r->identifier.len > 0)
		json_out_text(&j, r->identifier);
	json_out_array_end(&j);
	json_out_key(&j, S("external_references"));
	json_out_array(&j);
	json_out_object(&j);
	json_out_key_text(&j, S("source_name"), x->options.name);
	json_out_key_text(&j, S("external_id"), slice_of_str(finding));
	json_out_object_end(&j);
	json_out_array_end(&j);
	json_out_key(&j, S("object_marking_refs"));
	json_out_array(&j);
	json_out_text(&j, slice_of_str(tlp_ids[r->tlp <= TLP_RED ? r->tlp : TLP_RED]));
	json_out_array_end(&j);
	json_out_object_end(&j);
}

/* --- the others --------------------------------------------------------------------------------------- */

static void
jsonl_row(struct export *x, const struct finding_row *r, struct buf *b)
{
	struct api api = { .node = x->node };
	struct api_call c = { .api = &api, .who = &x->who, .a = &x->page };
	struct json_out j;

	json_out_init(&j, b, false);
	json_out_object(&j);
	api_finding_put(&c, &j, r);
	json_out_object_end(&j);
	buf_byte(b, '\n');
}

/* A finding as IntelMQ's event: its latest moment, and the rest as extras. */
static void
intelmq_row(struct export *x, const struct finding_row *r, struct buf *b)
{
	static const struct slice names[PLACE_KIND_COUNT] = { [PLACE_IP] = S_INIT("source.ip"), [PLACE_NETWORK] = S_INIT("source.network"),
		[PLACE_FQDN] = S_INIT("source.fqdn"), [PLACE_URL] = S_INIT("source.url"), [PLACE_ASN] = S_INIT("source.asn"),
		[PLACE_ACCOUNT] = S_INIT("source.account") };
	char id[FINDING_ID_TEXT_MAX], first[DATE_TEXT_MAX], last[DATE_TEXT_MAX], ip[IP_TEXT_MAX];
	struct json_out j;
	struct slice place = names[r->kind];
	struct ip target;

	(void)x;
	/* What a name of a field asks for, a value has to be: of hashes and targets there are several kinds. */
	if (r->kind == PLACE_HASH)
		place = r->place.len == 64 ? S("malware.hash.sha256") : r->place.len == 40 ? S("malware.hash.sha1") : r->place.len == 32 ? S("malware.hash.md5") : SLICE_NONE;
	if (r->kind == PLACE_TARGET)
		place = ip_read(r->place, &target) ? S("destination.ip") : slice_find(r->place, S("://")) != SIZE_MAX ? S("destination.url") : S("destination.fqdn");
	finding_id_print(r->id, id);
	json_out_init(&j, b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("classification.taxonomy"), class_taxonomy(r->class));
	json_out_key_text(&j, S("classification.type"), class_type(r->class));
	if (r->identifier.len > 0)
		json_out_key_text(&j, S("classification.identifier"), r->identifier);
	if (r->place.len > 0 && place.p != NULL && r->kind == PLACE_ASN)
		json_out_key_int(&j, place, (int64_t)r->asn);
	else if (r->place.len > 0 && place.p != NULL)
		json_out_key_text(&j, place, r->place);
	if (r->has_ip && r->kind != PLACE_IP)
		json_out_key_text(&j, S("source.ip"), slice_of(ip, ip_print(r->ip, ip)));
	if (r->asn != 0 && r->kind != PLACE_ASN)
		json_out_key_int(&j, S("source.asn"), r->asn);
	if (r->country.len > 0)
		json_out_key_text(&j, S("source.geolocation.cc"), r->country);
	if (r->port != 0)
		json_out_key_int(&j, S("source.port"), r->port);
	if (r->transport.len > 0)
		json_out_key_text(&j, S("protocol.transport"), r->transport);
	if (r->label.len > 0)
		json_out_key_text(&j, S("event_description.text"), r->label);
	if (r->feed.len > 0)
		json_out_key_text(&j, S("feed.name"), r->feed);
	date_print(&(struct date){ r->last_s, 0 }, last);
	json_out_key_text(&j, S("time.source"), slice_of_str(last));
	json_out_key_text(&j, S("tlp"), slice_of_str(tlp_name(r->tlp)));
	date_print(&(struct date){ r->first_s, 0 }, first);
	json_out_key_text(&j, S("extra.first_seen"), slice_of_str(first));
	json_out_key_int(&j, S("extra.count"), (int64_t)r->count);
	json_out_key_text(&j, S("extra.finding"), slice_of_str(id));
	json_out_key_text(&j, S("extra.state"), slice_of_str(finding_state_name(r->state)));
	json_out_object_end(&j);
	buf_byte(b, '\n');
}

/* --- pages ------------------------------------------------------------------------------------------------ */

/* For our own people: yes. A partner is a recipient like any other. */
static bool
may_leave(const struct export *x, const struct finding_row *r)
{
	struct policy_record record = { .class = r->class, .target = r->kind == PLACE_TARGET, .has_ip = r->has_ip, .ip = r->ip,
		.asn = r->asn, .country = r->country.len == 0 ? SLICE_NONE : r->country,
		.fqdn = r->kind == PLACE_FQDN ? r->place : SLICE_NONE, .tlp = r->tlp };
	struct policy_recipient to = { .role = ROLE_OTHER };

	return x->who.kind != WHO_PARTNER || policy_allows(&record, &to, PURPOSE_PROTECT, x->q.now_s).allowed;
}

static void
row_out(struct export *x, struct finding_row *r, struct buf *b)
{
	struct api_call c = { .who = &x->who, .a = &x->page };

	if (!may_leave(x, r))
		return;
	api_finding_reduce(&c, r);
	if (x->who.kind == WHO_PARTNER)
		known_row(r, ROLE_OTHER, &x->page);
	switch (x->kind) {
	case EXPORT_CSV:
		compose_csv(&x->options, r, b);
		break;
	case EXPORT_JSONL:
		jsonl_row(x, r, b);
		break;
	case EXPORT_INTELMQ:
		intelmq_row(x, r, b);
		break;
	case EXPORT_STIX:
		stix_row(x, r, b);
		break;
	}
	x->rows++;
}

static void
head(const struct export *x, struct buf *b)
{
	char id[40];
	struct buf what;

	if (x->kind == EXPORT_CSV)
		compose_csv(&x->options, NULL, b);
	if (x->kind != EXPORT_STIX)
		return;
	/* A bundle is what was asked, when: it has no name that lasts. */
	buf_init(&what, 8192);
	buf_put(&what, x->request.query);
	buf_i64(&what, x->q.now_s);
	uuid_ours(x, "bundle", buf_view(&what), id);
	buf_fini(&what);
	buf_printf(b, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[", id);
	stix_identity(x, b);
}

static bool
more(void *cookie, struct buf *out, bool *end_out, struct err *e)
{
	struct export *x = cookie;
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step;
	size_t n = 0;

	arena_reset(&x->page);
	if (!x->begun)
		head(x, out);
	x->begun = true;
	if (!finding_open(x->node->store, &x->q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM) {
		n++;
		x->q.after_id = row.id;
		row_out(x, &row, out);
	}
	finding_close(&w);
	*end_out = n < PAGE_ROWS;
	if (*end_out && x->kind == EXPORT_STIX)
		buf_str(out, "]}\n");
	if (!buf_ok(out))
		return err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
	return step == STEP_END;
}

static void
export_free(void *cookie)
{
	struct export *x = cookie;

	arena_fini(&x->a);
	arena_fini(&x->page);
	free(x);
}

/* The texts of the question outlive the request. */
static void
keep(struct export *x, struct slice *s)
{
	if (s->p != NULL)
		*s = arena_copy(&x->a, *s);
}

static bool
export(struct api_call *c, enum export_kind kind, const char *name, struct err *e)
{
	const struct node_conf *conf = &c->api->node->conf;
	struct export *x = xalloc(sizeof(*x));

	*x = (struct export){ .kind = kind, .node = c->api->node, .who = *c->who,
		.options = { .name = conf->name, .mail = conf->mail, .tlp = TLP_CLEAR, .now_s = c->r->now_s } };
	arena_init(&x->a, (size_t)1 << 20);
	arena_init(&x->page, (size_t)16 << 20);
	c->out->more_cookie = x;
	c->out->more = more;
	c->out->more_free = export_free;
	if (!api_filter_read(c, NULL, &x->q, e))
		return false;
	x->q.order = FINDING_BY_ID;
	x->q.limit = PAGE_ROWS;
	x->request.query = c->r->query;
	keep(x, &x->request.query);
	keep(x, &x->q.class_type);
	keep(x, &x->q.taxonomy);
	keep(x, &x->q.country);
	keep(x, &x->q.feed);
	keep(x, &x->q.text);
	x->who.name = SLICE_NONE;
	buf_printf(&c->out->headers, "Content-Disposition: attachment; filename=\"%s\"\r\n", name);
	return !x->a.failed || err_set(e, ERR_LIMIT, "the request is too large");
}

static bool
csv(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_CSV, "findings.csv", e);
}

static bool
jsonl(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_JSONL, "findings.jsonl", e);
}

static bool
intelmq(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_INTELMQ, "findings.intelmq.jsonl", e);
}

static bool
stix(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_STIX, "findings.stix.json", e);
}

static const struct api_param params[] = { API_FILTER_PARAMS, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/export/findings.csv", .right = RIGHT_FINDINGS_READ, .run = csv,
	    .summary = "Findings for spreadsheets", .params = params, .type = "text/csv; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.jsonl", .right = RIGHT_FINDINGS_READ, .run = jsonl,
	    .summary = "Findings, one in a line", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.intelmq.jsonl", .right = RIGHT_FINDINGS_READ, .run = intelmq,
	    .summary = "Findings as events of IntelMQ", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.stix.json", .right = RIGHT_FINDINGS_READ, .run = stix,
	    .summary = "Findings as a STIX 2.1 bundle: observed data with deterministic names", .params = params, .type = "application/stix+json;version=2.1" },
};

const struct api_room api_export_room = { "export", routes, sizeof(routes) / sizeof(routes[0]) };
