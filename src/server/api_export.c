/*
 * api_export: findings as files: each of share/form.h's forms, JSON lines, a
 * STIX 2.1 bundle. A file is made page by page, as the client takes it: each page is
 * its own question, by the order of ids, so that no reading of the store stays
 * open and a slow client holds nothing up.
 *
 * A file leaves the node. The operator's own people (accounts, tokens, the
 * command line) get what the store holds, marked with its TLP. A partner gets what
 * an agreement in force lets it have for the purpose that it names: each finding
 * passes share/gate_partner.h, is reduced by its clause, and what went is written
 * down. Its file is made whole within the request, of so many findings at the most;
 * a Link header leads to the next one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/date.h"
#include "server/api_cache.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "share/form.h"
#include "share/gate_partner.h"
#include "share/known.h"
#include "share/stix_kinds.h"

#define PAGE_ROWS 500
/* A partner's file looks at so many findings, and ends behind so many bytes: the keeper makes it, and others wait. */
#define PARTNER_ROWS 5000
#define PARTNER_BYTES ((size_t)4 << 20)

enum export_kind { EXPORT_FORM, EXPORT_JSONL };

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
	bool begun;
	size_t rows; /* looked at */
	/* of a partner */
	struct gate_partner *gate;
	enum policy_purpose purpose;
	struct err e; /* what could not be written down: nothing goes */
};

/* --- one in a line --------------------------------------------------------------------------------------- */

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

/* A finding as STIX brings an indicator with it, which is data of another category. */
static bool
partner_indicator(struct export *x, const struct finding_row *r, struct policy_record record)
{
	struct stix_out who = { .name = x->options.name };
	char finding[FINDING_ID_TEXT_MAX], id[STIX_ID_MAX];
	struct gate_item item = { .finding = r->id, .what = &record };
	struct policy_answer answer;
	bool ok;

	/* What no list may hold is no indicator for anybody. */
	x->run.observed_only = x->run.warnings != NULL && warnings_text(x->run.warnings, r->place, NULL);
	if (x->run.observed_only)
		return true;
	finding_id_print(r->id, finding);
	stix_out_id(&who, "indicator", slice_of_str(finding), id);
	item.record = slice_of_str(id);
	record.category = CATEGORY_INDICATOR;
	ok = gate_partner_pass(x->gate, &item, x->purpose, x->q.now_s, &answer, &x->e);
	x->run.observed_only = !ok || !answer.allowed;
	return ok;
}

/* Of a partner: may it have it, and how much of it? What could not be written down ends the file (x->e). */
static bool
partner_row(struct export *x, struct finding_row *r)
{
	struct policy_record record;
	const struct gate_item item = { .finding = r->id, .what = &record };
	struct policy_answer answer;

	if (x->e.code != ERR_NONE)
		return false;
	gate_finding_record(r, &record);
	if (!gate_partner_pass(x->gate, &item, x->purpose, x->q.now_s, &answer, &x->e) || !answer.allowed)
		return false;
	known_row_by_clause(r, answer.clause, &x->page);
	return x->form != &form_stix || partner_indicator(x, r, record);
}

static void
row_out(struct export *x, struct finding_row *r, struct buf *b)
{
	struct api_call c = { .who = &x->who, .a = &x->page };

	if (x->who.kind == WHO_PARTNER && !partner_row(x, r))
		return;
	api_finding_reduce(&c, r);
	switch (x->kind) {
	case EXPORT_FORM:
		form_row(x->form, &x->run, r, b);
		break;
	case EXPORT_JSONL:
		jsonl_row(x, r, b);
		break;
	}
}

static void
head(struct export *x, struct buf *b)
{
	if (x->kind == EXPORT_FORM)
		form_begin(x->form, &x->run, b);
}

static void
tail(struct export *x, struct buf *b)
{
	if (x->kind == EXPORT_FORM)
		form_end(x->form, &x->run, b);
}

static bool
page(struct export *x, struct buf *out, bool *last_out, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	enum step step;
	size_t n = 0;

	arena_reset(&x->page);
	if (!finding_open(x->node->store, &x->q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM) {
		n++;
		x->q.after_id = row.id;
		row_out(x, &row, out);
	}
	finding_close(&w);
	x->rows += n;
	*last_out = n < PAGE_ROWS;
	if (x->e.code != ERR_NONE) {
		*e = x->e;
		return false;
	}
	return step == STEP_END;
}

static bool
more(void *cookie, struct buf *out, bool *end_out, struct err *e)
{
	struct export *x = cookie;

	if (!x->begun)
		head(x, out);
	x->begun = true;
	if (!page(x, out, end_out, e))
		return false;
	if (*end_out)
		tail(x, out);
	return buf_ok(out) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
}

/* --- partners ------------------------------------------------------------------------------------------------ */

/* The same question, on behind the last finding that was looked at. */
static void
link_put(struct api_call *c, const struct export *x)
{
	struct slice rest = c->r->query, one;
	char id[FINDING_ID_TEXT_MAX];

	buf_printf(&c->out->headers, "Link: <%s?", c->route->path);
	while (slice_cut(&rest, '&', &one)) {
		if (one.len == 0 || slice_starts(one, S("after=")))
			continue;
		for (size_t i = 0; i < one.len; i++) {
			/* It stands in a header, between < and >. */
			if (one.p[i] <= ' ' || one.p[i] >= 0x7f || strchr("<>\"\\", one.p[i]) != NULL)
				buf_printf(&c->out->headers, "%%%02X", one.p[i]);
			else
				buf_byte(&c->out->headers, one.p[i]);
		}
		buf_byte(&c->out->headers, '&');
	}
	finding_id_print(x->q.after_id, id);
	buf_printf(&c->out->headers, "after=%s>; rel=\"next\"\r\n", id);
}

static bool
in_force(const struct gate_partner *g, int64_t now_s)
{
	const struct agreement_pair *pairs;
	const struct agreement_text *t;
	size_t n = gate_partner_pairs(g, &pairs);

	for (size_t i = 0; i < n; i++) {
		if (agreement_pair_at(&pairs[i], now_s, &t) == PAIR_IN_FORCE)
			return true;
	}
	return false;
}

/* What goes and its line in the log are one transaction. */
static bool
partner_walk(struct api_call *c, struct export *x, struct err *e)
{
	struct store *s = x->node->store;
	bool mine, ok = true, last = false;

	if (!store_begin(s, &mine, e))
		return false;
	while (ok && !last && x->rows < PARTNER_ROWS && c->out->body.len < PARTNER_BYTES)
		ok = page(x, &c->out->body, &last, e);
	ok = ok && (buf_ok(&c->out->body) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once"));
	if (ok && !last)
		link_put(c, x);
	return store_end(s, mine, ok, e);
}

/* Whoever asks by this certificate, and our agreements; *out NULL: there is none in force, and so nothing to ask about. */
static bool
partner_gate(struct api_call *c, struct gate_partner **out, struct err *e)
{
	struct store *s = c->api->node->store;
	struct partner partner = { .id = SLICE_NONE };
	const struct agreements *all;
	bool found = false;

	*out = NULL;
	if (!partner_of_cert(s, c->who->session, c->a, &partner, &found, e))
		return false;
	if (!found)
		return true;
	if (!api_agreements(c->api, c->r->now_s, &all, e) || !gate_partner_open_on(s, all, partner.id, out, e))
		return false;
	if (!in_force(*out, c->r->now_s))
		gate_partner_close(out);
	return true;
}

static bool
partner_file(struct api_call *c, struct export *x, struct err *e)
{
	bool ok = partner_gate(c, &x->gate, e);

	if (ok)
		head(x, &c->out->body);
	if (ok && x->gate != NULL)
		ok = partner_walk(c, x, e);
	if (ok)
		tail(x, &c->out->body);
	gate_partner_close(&x->gate);
	return ok;
}

static bool
partner_asked(struct api_call *c, struct export *x, struct err *e)
{
	x->purpose = PURPOSE_PROTECT;
	if (c->who->kind != WHO_PARTNER)
		return (!api_given(c, "purpose") && !api_given(c, "after")) || err_set(e, ERR_INPUT, "purpose and after are for partners; a file for our own people is whole");
	if (api_given(c, "purpose") && !policy_purpose_find(api_text_of(c, "purpose"), &x->purpose))
		return err_set(e, ERR_INTERNAL, "a purpose that is none was let through");
	x->q.after_id = api_int_of(c, "after", x->q.after_id);
	return true;
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
	c->out->more_free = export_free;
	if (!api_filter_read(c, NULL, &x->q, e))
		return false;
	x->q.order = FINDING_BY_ID;
	x->q.limit = PAGE_ROWS;
	x->request.query = c->r->query;
	keep(x, &x->request.query);
	x->run = (struct form_run){ .who = &x->options, .question = x->request.query, .warnings = form != NULL && form_warns(form) ? node_warnings(x->node) : NULL, .a = &x->page, .most = TLP_RED };
	keep(x, &x->q.class_type);
	keep(x, &x->q.taxonomy);
	keep(x, &x->q.country);
	keep(x, &x->q.feed);
	keep(x, &x->q.text);
	x->who.name = SLICE_NONE;
	buf_printf(&c->out->headers, "Content-Disposition: attachment; filename=\"%s\"\r\n", name);
	if (x->a.failed)
		return err_set(e, ERR_LIMIT, "the request is too large");
	if (!partner_asked(c, x, e))
		return false;
	if (c->who->kind == WHO_PARTNER)
		return partner_file(c, x, e);
	c->out->more = more;
	return true;
}

static bool
jsonl(struct api_call *c, struct err *e)
{
	return export(c, EXPORT_JSONL, NULL, "findings.jsonl", e);
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

/* --- contacts and agreements ----------------------------------------------------------------------------------- */

struct things {
	struct api_call *c;
	struct gate_partner *gate; /* of a partner; NULL: it has no agreement */
	enum policy_purpose purpose;
};

static bool
thing_put(void *cookie, struct buf *b, struct err *e)
{
	(void)cookie;
	return buf_ok(b) || err_set(e, ERR_LIMIT, "the answer is too large; ask for less at once");
}

static bool
contact_may(void *cookie, struct slice id, bool *out, struct err *e)
{
	struct things *x = cookie;
	/* Nobody marks contacts: as objects that nobody marked. */
	struct policy_record record = { .class = CLASS_UNDETERMINED, .category = CATEGORY_CONTACT, .tlp = TLP_AMBER };
	struct gate_item item = { .record = id, .what = &record };
	struct policy_answer answer;

	*out = false;
	if (x->gate == NULL)
		return true;
	if (!gate_partner_pass(x->gate, &item, x->purpose, x->c->r->now_s, &answer, e))
		return false;
	*out = answer.allowed;
	return true;
}

static bool
contacts(struct api_call *c, struct err *e)
{
	struct store *s = c->api->node->store;
	const struct stix_out who = { .name = c->api->node->conf.name, .mail = c->api->node->conf.mail };
	struct things x = { .c = c, .purpose = PURPOSE_PROTECT };
	const struct stix_out_way way = { c->who->kind == WHO_PARTNER ? contact_may : NULL, thing_put, &x };
	bool ok, mine = false;

	if (api_given(c, "purpose"))
		(void)policy_purpose_find(api_text_of(c, "purpose"), &x.purpose);
	if (c->who->kind == WHO_PARTNER && !partner_gate(c, &x.gate, e))
		return false;
	ok = x.gate == NULL || store_begin(s, &mine, e);
	ok = ok && stix_out_contacts(s, &who, c->r->now_s, &way, &c->out->body, e);
	if (mine)
		ok = store_end(s, true, ok, e);
	gate_partner_close(&x.gate);
	return ok;
}

static bool
agreements(struct api_call *c, struct err *e)
{
	const struct stix_out who = { .name = c->api->node->conf.name, .mail = c->api->node->conf.mail };
	const struct stix_out_way way = { NULL, thing_put, NULL };

	if (c->who->kind == WHO_PARTNER)
		return err_set(e, ERR_DENIED, "a partner reads the registers of its agreements: /api/v1/agreements/NAME/register");
	return stix_out_agreements(c->api->node->store, &who, c->r->now_s, &way, &c->out->body, e);
}

static const char *const purposes[] = { "notify", "statistics", "protect", NULL };
static const struct api_value purpose = { .type = API_WORD, .words = purposes };

static const struct api_param params[] = { API_FILTER_PARAMS,
	{ "purpose", API_QUERY, &purpose, false, "Of a partner: what for (default: protect). Agreements say what may go for which purpose" },
	{ "after", API_QUERY, &api_finding_id, false, "Of a partner: as the header Link of the file before says" }, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_param contact_params[] = { { "purpose", API_QUERY, &purpose, false, "Of a partner: what for (default: protect)" }, { NULL, API_QUERY, NULL, false, NULL } };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/export/findings.csv", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "Findings for spreadsheets", .params = params, .type = "text/csv; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.jsonl", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = jsonl,
	    .summary = "Findings, one in a line", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.intelmq.jsonl", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "Findings as events of IntelMQ", .params = params, .type = "application/jsonl; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.iodef.xml", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "Findings as IODEF version 2 (RFC 7970), an incident each", .params = params, .type = "application/xml; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.misp.json", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "Findings as an event of MISP", .params = params, .type = "application/json" },
	{ .method = API_GET, .path = "/api/v1/export/findings.txt", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "Places of open findings, one in a line, less what is on a warning list", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.nft", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "The same as sets for nft -f", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.rules", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "The same as rules for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.ips.lst", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "The same addresses as a dataset for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.names.lst", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "The same names as a dataset for Suricata", .params = params, .type = "text/plain; charset=utf-8" },
	{ .method = API_GET, .path = "/api/v1/export/findings.stix.json", .right = RIGHT_FINDINGS_READ, .flags = API_PARTNER_KEEPER, .run = by_form,
	    .summary = "Findings as a STIX 2.1 bundle: observed data with deterministic names", .params = params, .type = "application/stix+json;version=2.1" },
	{ .method = API_GET, .path = "/api/v1/export/contacts.stix.json", .right = RIGHT_CONTACTS_READ, .flags = API_PARTNER_KEEPER, .run = contacts,
	    .summary = "Contacts as a STIX 2.1 bundle: identities, and how they are told", .params = contact_params, .type = "application/stix+json;version=2.1" },
	{ .method = API_GET, .path = "/api/v1/export/agreements.stix.json", .right = RIGHT_AGREEMENTS_READ, .run = agreements,
	    .summary = "Agreements as a STIX 2.1 bundle, as they stand now", .type = "application/stix+json;version=2.1" },
};

const struct api_room api_export_room = { "export", routes, sizeof(routes) / sizeof(routes[0]) };
