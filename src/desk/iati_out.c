/*
 * iati_out: projects as IATI 2.03.
 */
#include "desk/iati.h"
#include "desk/iati_xml.h"
#include "model/country.h"
#include "parse/date.h"

struct out {
	struct store *s;
	const struct iati_options *o;
	struct buf *b;
	struct iati_result *result;
};

void
iati_identifier(const struct desk_record *p, struct slice org, struct buf *out)
{
	struct slice own = desk_text(p, "iati"), rest = p->id, kind;

	if (own.len > 0) {
		buf_put(out, own);
		return;
	}
	(void)slice_cut(&rest, ':', &kind);
	buf_printf(out, "%.*s-%.*s", SLICE_ARG(org), SLICE_ARG(rest));
}

/* --- who --------------------------------------------------------------------------------- */

static const char *
org_type(struct slice sort)
{
	/* IATI's codelist OrganisationType. */
	static const struct { const char *sort, *code; } types[] = {
		{ "university", "80" }, { "isp", "70" }, { "mobile-operator", "70" }, { "direct-marketing", "70" }, { "regulator", "10" },
		{ "csirt", "15" }, { "international", "40" }, { "association", "21" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (slice_eq(sort, slice_of_str(types[i].sort)))
			return types[i].code;
	}
	return NULL;
}

static void
org_put(const char *element, const char *role, const struct desk_record *r, struct buf *b)
{
	const char *type = org_type(desk_text(r, "sort"));

	buf_printf(b, "<%s", element);
	if (desk_text(r, "iati").len > 0)
		attribute("ref", desk_text(r, "iati"), b);
	if (type != NULL)
		attribute("type", slice_of_str(type), b);
	if (role != NULL)
		attribute("role", slice_of_str(role), b);
	buf_byte(b, '>');
	narrative(desk_text(r, "name"), NULL, b);
	buf_printf(b, "</%s>", element);
}

struct money_work {
	struct out *x;
	struct slice seen[64];
	size_t count;
	bool donors_report;
	struct arena *a;
	int64_t committed;
	struct slice currency;
};

static bool
donor_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct money_work *k = cookie;
	struct desk_record donor;
	struct desk_money m;
	bool found;

	if (desk_in(r, "draft") || desk_in(r, "withdrawn"))
		return true;
	if (desk_money_read(desk_get(r, "committed"), &m) && slice_eq(m.currency, k->currency))
		k->committed += m.amount;
	for (size_t i = 0; i < k->count; i++) {
		if (slice_eq(k->seen[i], desk_text(r, "entity")))
			return true;
	}
	if (k->count == sizeof(k->seen) / sizeof(k->seen[0]) || !desk_load(k->x->s, desk_text(r, "entity"), 0, k->a, &donor, &found, e))
		return k->count == sizeof(k->seen) / sizeof(k->seen[0]);
	if (found) {
		k->seen[k->count++] = donor.id;
		k->donors_report = k->donors_report || desk_text(&donor, "iati").len > 0;
		org_put("participating-org", "1", &donor, k->x->b);
	}
	return true;
}

/* --- money --------------------------------------------------------------------------------- */

static void
transaction(const char *type, const struct desk_record *r, const struct desk_record *donor, const char *field, struct buf *b)
{
	struct desk_money m;

	if (!desk_money_read(desk_get(r, field), &m))
		return;
	buf_str(b, "<transaction");
	buf_str(b, " ref=\"");
	escaped(r->id, b);
	buf_printf(b, "#%s\"><transaction-type code=\"%s\"/>", field, type);
	iso_date("transaction-date", NULL, m.date_s, b);
	value(&m, b);
	if (desk_true(r, "in_kind"))
		buf_str(b, "<description><narrative>in kind</narrative></description>");
	if (donor != NULL && strcmp(type, "4") != 0)
		org_put("provider-org", NULL, donor, b);
	buf_str(b, "</transaction>");
}

static bool
transaction_take(void *cookie, const struct desk_record *r, struct err *e)
{
	struct money_work *k = cookie;
	struct desk_record donor;
	bool found;

	if (desk_in(r, "draft") || desk_in(r, "withdrawn"))
		return true;
	if (!desk_load(k->x->s, desk_text(r, "entity"), 0, k->a, &donor, &found, e))
		return false;
	transaction("13", r, found ? &donor : NULL, "pledged", k->x->b);
	transaction("11", r, found ? &donor : NULL, "committed", k->x->b);
	transaction("1", r, found ? &donor : NULL, "paid", k->x->b);
	transaction("4", r, found ? &donor : NULL, "spent", k->x->b);
	return true;
}

/* No budget is longer than a year: by the days of each. */
static void
budgets(const struct desk_record *p, bool committed, struct buf *b)
{
	struct desk_money whole, part;
	int64_t from, until, days, given = 0;

	if (!desk_money_read(desk_get(p, "budget"), &whole) || !desk_day(p, "from", &from) || !desk_day(p, "until", &until) || until < from)
		return;
	days = (until - from) / 86400 + 1;
	part = whole;
	for (int64_t at = from; at <= until;) {
		int64_t next = desk_months(at, 12), end = next - 86400 < until ? next - 86400 : until;

		/* To the hundredth; the last one has what is left. */
		part.amount = end == until ? whole.amount - given : whole.amount / 10 * ((end - at) / 86400 + 1) / days * 10;
		given += part.amount;
		buf_printf(b, "<budget type=\"1\" status=\"%d\">", committed ? 2 : 1);
		iso_date("period-start", NULL, at, b);
		iso_date("period-end", NULL, end, b);
		value(&part, b);
		buf_str(b, "</budget>");
		at = end + 86400;
	}
}

/* --- results ---------------------------------------------------------------------------------- */

static void
period(struct slice from, struct slice until, struct slice target, const struct desk_record *m, struct buf *b)
{
	buf_printf(b, "<period><period-start iso-date=\"%.*s\"/><period-end iso-date=\"%.*s\"/>", SLICE_ARG(from), SLICE_ARG(until));
	if (target.len > 0) {
		buf_str(b, "<target");
		attribute("value", target, b);
		buf_str(b, "/>");
	}
	if (m != NULL) {
		buf_str(b, "<actual");
		attribute("value", desk_text(m, "value"), b);
		buf_str(b, "><comment>");
		narrative(desk_text(m, "query").len > 0 ? desk_text(m, "query") : desk_text(m, "source"), NULL, b);
		buf_str(b, "</comment></actual>");
	}
	buf_str(b, "</period>");
}

static bool
measured_take(void *cookie, const struct desk_record *m, struct err *e)
{
	struct money_work *k = cookie;

	(void)e;
	if (desk_in(m, "accepted"))
		period(desk_text(m, "from"), desk_text(m, "until"), SLICE_NONE, m, k->x->b);
	return true;
}

static bool
result_take(void *cookie, const struct desk_record *r, struct err *e)
{
	static const char *const sorts[] = { "output", "outcome", "impact" };
	struct money_work *k = cookie;
	struct desk_query q = { .has_kind = true, .kind = DESK_MEASUREMENT };
	const struct json *base = desk_get(r, "baseline"), *target = desk_get(r, "target");
	struct slice unit = desk_text(r, "unit");
	struct buf *b = k->x->b;
	int sort = 0;

	if (!desk_in(r, "open"))
		return true;
	while (sort < 2 && !slice_eq(desk_text(r, "sort"), slice_of_str(sorts[sort])))
		sort++;
	buf_printf(b, "<result type=\"%d\"><title>", sort + 1);
	narratives(desk_get(r, "title"), b);
	/* Unit or percent (codelist IndicatorMeasure 1, 2). */
	buf_printf(b, "</title><indicator measure=\"%d\" ascending=\"%s\"><title>", slice_find(unit, S("%")) != SIZE_MAX || slice_find(unit, S("percent")) != SIZE_MAX ? 2 : 1,
	    desk_true(r, "down") ? "false" : "true");
	narratives(desk_get(r, "title"), b);
	buf_str(b, "</title><description>");
	narrative(unit, NULL, b);
	buf_str(b, "</description>");
	if (base != NULL) {
		struct slice date = json_text(json_get(base, S("date")));

		buf_printf(b, "<baseline year=\"%.4s\" iso-date=\"%.*s\"", (const char *)date.p, SLICE_ARG(date));
		attribute("value", json_text(json_get(base, S("value"))), b);
		buf_str(b, "/>");
	}
	if (target != NULL)
		period(base == NULL ? json_text(json_get(target, S("date"))) : json_text(json_get(base, S("date"))), json_text(json_get(target, S("date"))),
		    json_text(json_get(target, S("value"))), NULL, b);
	q.of = arena_copy(k->a, r->id);
	if (!desk_list(k->x->s, &q, measured_take, k, e))
		return false;
	buf_str(b, "</indicator></result>");
	return true;
}

/* --- the rest of an activity --------------------------------------------------------------------- */

static void
sectors(const struct desk_record *p, struct buf *b)
{
	const struct json *topics = desk_get(p, "topics");
	unsigned n = 0, share;

	/* 22040: information and communication technology. */
	buf_str(b, "<sector vocabulary=\"1\" code=\"22040\" percentage=\"100\"/>");
	if (topics == NULL || topics->count == 0)
		return;
	share = 10000 / topics->count;
	JSON_EACH(t, topics) {
		unsigned this = ++n == topics->count ? 10000 - share * (topics->count - 1) : share;

		buf_str(b, "<sector vocabulary=\"99\" vocabulary-uri=\"" IATI_VOCABULARY "\"");
		attribute("code", json_text(t), b);
		buf_printf(b, " percentage=\"%u.%02u\"/>", this / 100, this % 100);
	}
}

static void
documents(const struct desk_record *p, const char *field, const char *category, const char *title, struct buf *b)
{
	JSON_EACH(v, desk_get(p, field)) {
		struct slice url = json_text(json_get(v, S("url")));

		/* What is kept here as a file has no address that others could use. */
		if (url.p == NULL || json_is(json_get(v, S("confidential")), JSON_TRUE))
			continue;
		buf_str(b, "<document-link");
		attribute("url", url, b);
		buf_printf(b, " format=\"text/html\"><title><narrative>%s</narrative></title><category code=\"%s\"/></document-link>", title, category);
	}
}

static const char *
status_of(const struct desk_record *p)
{
	static const struct { const char *state, *code; } codes[] = {
		{ "pipeline", "1" }, { "approved", "1" }, { "implementation", "2" }, { "finalisation", "3" }, { "closed", "4" }, { "cancelled", "5" }, { "suspended", "6" },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (desk_in(p, codes[i].state))
			return codes[i].code;
	}
	return "1";
}

static void
dates(const struct desk_record *p, struct buf *b)
{
	int64_t s;

	if (desk_day(p, "from", &s))
		iso_date("activity-date", "1", s, b);
	if (desk_done_s(p, "start") > 0)
		iso_date("activity-date", "2", desk_done_s(p, "start"), b);
	if (desk_day(p, "until", &s))
		iso_date("activity-date", "3", s, b);
	if (desk_done_s(p, "close") > 0)
		iso_date("activity-date", "4", desk_done_s(p, "close"), b);
}

static bool
related(struct money_work *k, const struct desk_record *p, struct err *e)
{
	struct slice up = desk_text(p, "part_of");
	struct desk_record parent;
	bool found;
	struct buf id;

	if (up.p == NULL)
		return true;
	if (!desk_load(k->x->s, up, 0, k->a, &parent, &found, e))
		return false;
	if (!found)
		return true;
	buf_init(&id, 1024);
	iati_identifier(&parent, k->x->o->org, &id);
	buf_str(k->x->b, "<related-activity");
	attribute("ref", buf_view(&id), k->x->b);
	buf_str(k->x->b, " type=\"1\"/>");
	buf_fini(&id);
	return true;
}

static void
head(struct out *x, const struct desk_record *p, bool secondary)
{
	struct buf *b = x->b;
	char at[DATE_TEXT_MAX];

	(void)date_print_z(p->changed_s, at);
	buf_printf(b, "<iati-activity xml:lang=\"en\" last-updated-datetime=\"%s\" hierarchy=\"%d\"><iati-identifier>", at, desk_text(p, "part_of").p == NULL ? 1 : 2);
	{
		struct buf id;

		buf_init(&id, 1024);
		iati_identifier(p, x->o->org, &id);
		escaped(buf_view(&id), b);
		buf_fini(&id);
	}
	buf_str(b, "</iati-identifier><reporting-org");
	attribute("ref", x->o->org, b);
	buf_printf(b, " type=\"40\" secondary-reporter=\"%d\">", secondary);
	narrative(x->o->name, NULL, b);
	buf_str(b, "</reporting-org><title>");
	narratives(desk_get(p, "title"), b);
	buf_str(b, "</title><description type=\"1\">");
	narratives(desk_get(p, desk_get(p, "goals") != NULL ? "goals" : "title"), b);
	buf_str(b, "</description>");
}

static void
identifiers(const struct desk_record *p, struct buf *b)
{
	buf_str(b, "<other-identifier ref=\"urn:entente:");
	escaped(p->id, b);
	buf_str(b, "\" type=\"A1\"/>");
	JSON_EACH(need, desk_get(p, "needs")) {
		buf_str(b, "<other-identifier ref=\"urn:entente:");
		escaped(json_text(need), b);
		buf_str(b, "\" type=\"A9\"/>");
	}
}

static void
country_org(const struct desk_record *p, struct buf *b)
{
	struct slice name = country_name(p->country, LANG_EN);

	buf_str(b, "<participating-org type=\"10\" role=\"2\">");
	narrative(name.p == NULL ? p->country : name, NULL, b);
	buf_str(b, "</participating-org>");
}

/* The need behind it is in no standard: an element of our own, at the end. */
static void
needs(const struct desk_record *p, struct buf *b)
{
	JSON_EACH(need, desk_get(p, "needs")) {
		buf_str(b, "<entente:need id=\"urn:entente:");
		escaped(json_text(need), b);
		buf_str(b, "\"/>");
	}
}

static bool
activity(struct out *x, const struct desk_record *p, struct money_work *k, struct err *e)
{
	struct desk_query money = { .has_kind = true, .kind = DESK_CONTRIBUTION, .of = p->id };
	struct desk_query indicators = { .has_kind = true, .kind = DESK_INDICATOR, .of = p->id };
	struct desk_money budget = { 0 };
	struct desk_record entity;
	struct buf *b = x->b, orgs;
	bool found, ok;

	/* Who pays is asked first: whether they report themselves stands above it. */
	(void)desk_money_read(desk_get(p, "budget"), &budget);
	k->currency = budget.currency;
	buf_init(&orgs, 1 << 20);
	x->b = &orgs;
	ok = desk_list(x->s, &money, donor_take, k, e);
	x->b = b;
	if (ok) {
		head(x, p, k->donors_report);
		buf_put(b, buf_view(&orgs));
		country_org(p, b);
		ok = desk_load(x->s, desk_text(p, "entity"), 0, k->a, &entity, &found, e);
		if (ok && found)
			org_put("participating-org", "4", &entity, b);
	}
	buf_fini(&orgs);
	if (!ok)
		return false;
	identifiers(p, b);
	buf_printf(b, "<activity-status code=\"%s\"/>", status_of(p));
	dates(p, b);
	buf_printf(b, "<recipient-country code=\"%.*s\" percentage=\"100\"/>", SLICE_ARG(p->country));
	sectors(p, b);
	budgets(p, k->committed >= budget.amount, b);
	if (!desk_list(x->s, &money, transaction_take, k, e))
		return false;
	documents(p, "evidence", "A08", "Evidence", b);
	documents(p, "accounts", "A06", "Accounts", b);
	if (!related(k, p, e) || !desk_list(x->s, &indicators, result_take, k, e))
		return false;
	needs(p, b);
	buf_str(b, "</iati-activity>\n");
	return buf_ok(b) || err_set(e, ERR_LIMIT, "a document of more than %zu bytes", b->max);
}

static bool
project_take(void *cookie, const struct desk_record *p, struct err *e)
{
	struct out *x = cookie;
	struct money_work k = { .x = x };
	struct arena a;
	int64_t s;
	bool ok;

	if (!desk_day(p, "from", &s)) {
		x->result->left_out++;
		return true;
	}
	arena_init(&a, (size_t)32 << 20);
	k.a = &a;
	ok = activity(x, p, &k, e);
	arena_fini(&a);
	x->result->written += ok;
	return ok;
}

static bool
org_ok(struct slice org)
{
	for (size_t i = 0; i < org.len; i++) {
		if (!byte_is_alpha(org.p[i]) && !byte_is_digit(org.p[i]) && org.p[i] != '-' && org.p[i] != '.' && org.p[i] != '_')
			return false;
	}
	return org.len >= 4 && org.len <= 100 && slice_find_byte(org, '-') != SIZE_MAX;
}

bool
iati_export(struct store *s, struct slice project, const struct iati_options *o, struct buf *out, struct iati_result *result, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_PROJECT };
	struct out x = { s, o, out, result };
	char now[DATE_TEXT_MAX];
	struct desk_record p;
	struct arena a;
	bool ok, found;

	*result = (struct iati_result){ 0 };
	if (!org_ok(o->org))
		return err_set(e, ERR_INPUT, "%s is no identifier of an organisation in IATI; one is \"XM-DAC-41114\"", QUOTE(o->org));
	(void)date_print_z(o->now_s, now);
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<iati-activities version=\"2.03\" generated-datetime=\"%s\" xmlns:entente=\"" IATI_NAMESPACE "\">\n", now);
	if (project.p == NULL) {
		ok = desk_list(s, &q, project_take, &x, e);
	} else {
		arena_init(&a, (size_t)4 << 20);
		ok = desk_load(s, project, 0, &a, &p, &found, e) && (found || err_set(e, ERR_ABSENT, "there is no %s", QUOTE(project))) && project_take(&x, &p, e);
		arena_fini(&a);
	}
	buf_str(out, "</iati-activities>\n");
	/* The schema asks for one at the least. */
	return ok && (result->written > 0 || err_set(e, ERR_ABSENT, "there is no project with dates yet"));
}
