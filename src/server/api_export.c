/*
 * api_export: findings as files: each of share/form.h's forms, JSON lines, a
 * STIX 2.1 bundle. A file is made page by page, as the client takes it: each page is
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
#include "share/form.h"
#include "share/known.h"

#define PAGE_ROWS 500

enum export_kind { EXPORT_FORM, EXPORT_JSONL, EXPORT_STIX };

struct export {
	enum export_kind kind;
	struct node *node;
	struct who who;
	struct arena a; /* of the query's texts */
	struct arena page; /* of one page's texts */
	struct finding_query q;
	struct api_request request;
	struct notices_options options; /* who we are */
	const struct form *form; /* of EXPORT_FORM */
	struct form_run run;
	bool begun, ended;
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
	case EXPORT_FORM:
		form_row(x->form, &x->run, r, b);
		break;
	case EXPORT_JSONL:
		jsonl_row(x, r, b);
		break;
	case EXPORT_STIX:
		stix_row(x, r, b);
		break;
	}
}

static void
head(struct export *x, struct buf *b)
{
	char id[40];
	struct buf what;

	if (x->kind == EXPORT_FORM)
		form_begin(x->form, &x->run, b);
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
	if (*end_out && x->kind == EXPORT_FORM)
		form_end(x->form, &x->run, out);
	if (!buf_ok(out))
		return err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
	return step == STEP_END;
}

static void
export_free(void *cookie)
{
	struct export *x = cookie;

	form_fini(&x->run);
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
export(struct api_call *c, enum export_kind kind, const struct form *form, const char *name, struct err *e)
{
	const struct node_conf *conf = &c->api->node->conf;
	struct export *x = xalloc(sizeof(*x));

	*x = (struct export){ .kind = kind, .form = form, .node = c->api->node, .who = *c->who,
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
	x->run = (struct form_run){ .who = &x->options, .question = x->request.query, .warnings = node_warnings(x->node), .a = &x->page, .most = TLP_RED };
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
jsonl(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_JSONL, NULL, "findings.jsonl", e);
}

static bool
stix(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_STIX, NULL, "findings.stix.json", e);
}

/* The route's path ends as the form's file is called. */
static bool
by_form(struct api_call *c, struct err *e)
{
	for (size_t i = 0; form_at(i) != NULL; i++) {
		if (slice_ends(slice_of_str(c->route->path), slice_of_str(form_at(i)->file)))
			return export(c, EXPORT_FORM, form_at(i), form_at(i)->file, e);
	}
	return err_set(e, ERR_ABSENT, "there is no such form");
}

static const struct api_param params[] = { API_FILTER_PARAMS, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/export/findings.csv", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "Findings for spreadsheets", .params = params, .type = "text/csv; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.jsonl", .right = RIGHT_FINDINGS_READ, .run = jsonl,
	    .summary = "Findings, one in a line", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.intelmq.jsonl", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "Findings as events of IntelMQ", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.iodef.xml", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "Findings as IODEF version 2 (RFC 7970), an incident each", .params = params, .type = "application/xml; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.misp.json", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "Findings as an event of MISP", .params = params, .type = "application/json" },
	{ .method = API_GET, .path = "/api/v1/export/findings.txt", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "Places of open findings, one in a line, less what is on a warning list", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.nft", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "The same as sets for nft -f", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.rules", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "The same as rules for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.ips.lst", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "The same addresses as a dataset for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.names.lst", .right = RIGHT_FINDINGS_READ, .run = by_form,
	    .summary = "The same names as a dataset for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.stix.json", .right = RIGHT_FINDINGS_READ, .run = stix,
	    .summary = "Findings as a STIX 2.1 bundle: observed data with deterministic names", .params = params, .type = "application/stix+json;version=2.1" },
};

const struct api_room api_export_room = { "export", routes, sizeof(routes) / sizeof(routes[0]) };
