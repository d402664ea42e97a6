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
#include <stdio.h>
#include <stdlib.h>

#include "parse/date.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "share/form.h"
#include "share/known.h"
#include "share/stix_out.h"

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

static void
stix_row(const struct export *x, const struct finding_row *r, struct buf *b)
{
	struct stix_out out = { .name = x->options.name, .mail = x->options.mail, .warnings = x->run.warnings };

	buf_byte(b, ',');
	/* Taken back where there is nothing to observe. */
	if (!stix_out_finding(&out, r, b))
		b->len--;
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
	struct stix_out out = { .name = x->options.name, .mail = x->options.mail };
	char id[STIX_ID_MAX];
	struct buf what;

	if (x->kind == EXPORT_FORM)
		form_begin(x->form, &x->run, b);
	if (x->kind != EXPORT_STIX)
		return;
	/* A bundle is what was asked, when: it has no name that lasts. */
	buf_init(&what, 8192);
	buf_put(&what, x->request.query);
	buf_i64(&what, x->q.now_s);
	stix_out_bundle_id(&out, buf_view(&what), id);
	buf_fini(&what);
	buf_printf(b, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", id);
	stix_out_identity(&out, b);
	buf_byte(b, ',');
	stix_out_marks(b);
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
	x->run = (struct form_run){ .who = &x->options, .question = x->request.query, .warnings = kind == EXPORT_STIX || (form != NULL && form_warns(form)) ? node_warnings(x->node) : NULL, .a = &x->page, .most = TLP_RED };
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
	{ .method = API_GET, .path = "/api/v1/export/findings.csv", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "Findings for spreadsheets", .params = params, .type = "text/csv; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.jsonl", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = jsonl,
	    .summary = "Findings, one in a line", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.intelmq.jsonl", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "Findings as events of IntelMQ", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.iodef.xml", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "Findings as IODEF version 2 (RFC 7970), an incident each", .params = params, .type = "application/xml; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.misp.json", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "Findings as an event of MISP", .params = params, .type = "application/json" },
	{ .method = API_GET, .path = "/api/v1/export/findings.txt", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "Places of open findings, one in a line, less what is on a warning list", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.nft", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "The same as sets for nft -f", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.rules", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "The same as rules for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.ips.lst", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "The same addresses as a dataset for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.names.lst", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = by_form,
	    .summary = "The same names as a dataset for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.stix.json", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER, .run = stix,
	    .summary = "Findings as a STIX 2.1 bundle: observed data with deterministic names", .params = params, .type = "application/stix+json;version=2.1" },
};

const struct api_room api_export_room = { "export", routes, sizeof(routes) / sizeof(routes[0]) };
