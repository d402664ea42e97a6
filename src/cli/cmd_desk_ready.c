/*
 * Readiness: the model, a country by domain, what is missing, its laws, what changed.
 */
#include <stdio.h>
#include <string.h>

#include "cli/desk.h"
#include "desk/readiness.h"
#include "model/country.h"
#include "parse/date.h"

static enum lang
lang_of(const struct desk_work *w)
{
	enum lang l = LANG_EN;

	(void)lang_parse(w->lang, &l);
	return l;
}

/* --- the model ------------------------------------------------------------------------ */

static const struct table_column model_columns[] = {
	{ "id", N_("Indicator"), false, 0 },
	{ "minimum", N_("Minimum"), true, 0 },
	{ "valid_months", N_("Months"), true, TABLE_DROP(2) },
	{ "topics", N_("Topics"), false, TABLE_DROP(3) },
	{ "question", N_("Question"), false, TABLE_DROP(1) },
};

static bool
model_list(struct desk_work *w, struct err *e)
{
	struct table t;

	table_begin(&t, model_columns, sizeof(model_columns) / sizeof(model_columns[0]), w->c->json);
	for (size_t i = 0; i < ready_count; i++) {
		const struct ready_indicator *x = &ready_indicators[i];

		table_str(&t, x->id);
		if (x->minimum > 0)
			table_int(&t, x->minimum);
		else
			table_none(&t);
		table_int(&t, x->valid_months);
		table_str(&t, x->topics);
		table_str(&t, x->question.t[lang_of(w)]);
	}
	return table_finish(&t, true, e);
}

static bool
model(struct desk_work *w, struct err *e)
{
	const struct ready_indicator *x = ready_find(desk_arg(w, 2));
	enum lang l = lang_of(w);
	struct sheet s;

	if (w->c->arg_count < 3)
		return model_list(w, e);
	if (x == NULL)
		return err_set(e, ERR_ABSENT, "%s is no indicator of readiness; one is \"LS-1\"", QUOTE(desk_arg(w, 2)));
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Indicator"), slice_of_str(x->id));
	sheet_text(&s, "question", N_("Question"), slice_of_str(x->question.t[l]));
	sheet_text(&s, "evidence", N_("Evidence"), slice_of_str(x->evidence.t[l]));
	sheet_list(&s, "levels", N_("Level"));
	for (int n = 0; n < READY_LEVELS; n++) {
		sheet_item(&s);
		sheet_int(&s, "level", "", n);
		sheet_text(&s, "name", "", slice_of_str(ready_scale[n].t[l]));
		sheet_text(&s, "meaning", "", slice_of_str(x->levels[n].t[l]));
		sheet_item_end(&s);
	}
	sheet_list_end(&s);
	if (x->minimum > 0 || s.json)
		sheet_int(&s, "minimum", N_("Minimum"), x->minimum);
	sheet_text(&s, "area", N_("Area"), slice_of_str(x->area));
	sheet_int(&s, "valid_months", N_("Months"), x->valid_months);
	sheet_text(&s, "metric", N_("Measured by"), slice_of_str(x->metric));
	sheet_text(&s, "references", N_("References"), slice_of_str(x->references));
	return sheet_finish(&s, true, e);
}

/* --- a country ----------------------------------------------------------------------------- */

static bool
of_country(struct desk_work *w, int64_t date_s, struct readiness *r, struct err *e)
{
	struct slice code = desk_arg(w, 2);

	return (country_name(code, LANG_EN).p != NULL || err_set(e, ERR_USAGE, "%s is no country (two letters of ISO 3166)", QUOTE(code))) &&
	    readiness_of(w->node.store, code, date_s, &w->a, r, e);
}

static const struct table_column domain_columns[] = {
	{ "domain", N_("Domain"), false, 0 },
	{ "title", N_("Title"), false, 40 | TABLE_DROP(1) },
	{ "indicators", N_("Indicators"), true, 0 },
	{ "answered", N_("Answered"), true, 0 },
	{ "accepted", N_("Accepted"), true, 0 },
	{ "proof", N_("With proof"), true, TABLE_DROP(3) },
	{ "expired", N_("Expired"), true, TABLE_DROP(2) },
	{ "value", N_("Value, %"), true, 0 },
	{ "minimum", N_("Minimum"), true, 0 },
	{ "met", N_("Met"), true, 0 },
};

static bool
show(struct desk_work *w, struct err *e)
{
	int64_t date_s = w->now_s;
	struct readiness r;
	struct table t;

	if (!cli_opt_date(w->c, "date", &date_s, e) || !of_country(w, date_s, &r, e))
		return false;
	table_begin(&t, domain_columns, sizeof(domain_columns) / sizeof(domain_columns[0]), w->c->json);
	for (size_t d = 0; d < ready_domain_count; d++) {
		struct readiness_domain x;

		readiness_sum(&r, ready_domains[d].id, &x);
		table_str(&t, ready_domains[d].id);
		table_str(&t, ready_domains[d].name.t[lang_of(w)]);
		table_int(&t, (int64_t)x.indicators);
		table_int(&t, (int64_t)x.answered);
		table_int(&t, (int64_t)x.accepted);
		table_int(&t, (int64_t)x.proof);
		table_int(&t, (int64_t)x.expired);
		if (x.value < 0)
			table_none(&t);
		else
			table_int(&t, x.value);
		table_int(&t, (int64_t)x.minimum);
		table_int(&t, (int64_t)x.met);
	}
	return table_finish(&t, true, e);
}

/* --- rows of indicators ---------------------------------------------------------------------- */

static const struct table_column answer_columns[] = {
	{ "article", N_("Article"), true, 0 },
	{ "indicator", N_("Indicator"), false, 0 },
	{ "minimum", N_("Minimum"), true, 0 },
	{ "proposed", N_("Proposed"), true, TABLE_DROP(4) },
	{ "accepted", N_("Accepted"), true, 0 },
	{ "before", N_("Before"), true, 0 },
	{ "proof", N_("With proof"), false, TABLE_DROP(3) },
	{ "valid_until", N_("Valid until"), false, TABLE_DAY | TABLE_DROP(2) },
	{ "why", N_("Why"), false, 0 },
	{ "question", N_("Question"), false, 60 | TABLE_DROP(1) },
};
/* Which of them a table has. */
enum { COL_ARTICLE = 1, COL_BEFORE = 2, COL_WHY = 4 };

struct answers {
	struct desk_work *w;
	struct table t;
	struct table_column columns[sizeof(answer_columns) / sizeof(answer_columns[0])];
	unsigned has;
};

static void
answers_begin(struct answers *x)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(answer_columns) / sizeof(answer_columns[0]); i++) {
		if ((i == 0 && (x->has & COL_ARTICLE) == 0) || (i == 5 && (x->has & COL_BEFORE) == 0) || (i == 8 && (x->has & COL_WHY) == 0))
			continue;
		x->columns[n++] = answer_columns[i];
	}
	table_begin(&x->t, x->columns, n, x->w->c->json);
}

static void
level_put(struct table *t, bool there, bool na, int level)
{
	if (!there || (level < 0 && !na))
		table_none(t);
	else if (na)
		table_str(t, "na");
	else
		table_int(t, level);
}

static const char *
why(const struct ready_answer *a)
{
	if (!a->there)
		return N_("not answered");
	if (a->expired)
		return N_("expired");
	if (!a->accepted)
		return a->open ? N_("not accepted yet") : N_("not accepted");
	return a->level > 1 && !a->proof ? N_("without proof") : N_("below the minimum");
}

static void
answer_row(struct answers *x, unsigned article, const struct ready_indicator *i, const struct ready_answer *a, const struct ready_answer *before)
{
	struct table *t = &x->t;

	if ((x->has & COL_ARTICLE) != 0)
		table_int(t, article);
	table_str(t, i->id);
	if (i->minimum > 0)
		table_int(t, i->minimum);
	else
		table_none(t);
	level_put(t, a->there, a->there && a->proposed < 0, a->proposed);
	level_put(t, a->accepted, a->not_applicable, a->level);
	if ((x->has & COL_BEFORE) != 0)
		level_put(t, before->accepted, before->not_applicable, before->level);
	table_str(t, t->json ? (a->proof ? "yes" : "no") : a->proof ? T("yes") : T("no"));
	table_date(t, a->until_s);
	if ((x->has & COL_WHY) != 0)
		table_str(t, t->json ? why(a) : T(why(a)));
	table_str(t, i->question.t[lang_of(x->w)]);
}

static bool
gaps(struct desk_work *w, struct err *e)
{
	struct answers x = { .w = w, .has = COL_WHY };
	struct readiness r;

	if (!of_country(w, w->now_s, &r, e))
		return false;
	answers_begin(&x);
	for (size_t i = 0; i < ready_count; i++) {
		if (!ready_holds(&ready_indicators[i], &r.v[i]))
			answer_row(&x, 0, &ready_indicators[i], &r.v[i], NULL);
	}
	return table_finish(&x.t, true, e);
}

static bool
article_row(void *cookie, unsigned article, const struct ready_indicator *i, const struct ready_answer *a, struct err *e)
{
	(void)e;
	answer_row(cookie, article, i, a, NULL);
	return true;
}

static bool
matrix(struct desk_work *w, struct err *e)
{
	struct answers x = { .w = w, .has = COL_ARTICLE };
	struct readiness r;
	bool ok;

	if (!of_country(w, w->now_s, &r, e))
		return false;
	answers_begin(&x);
	ok = readiness_articles(&r, article_row, &x, e);
	return table_finish(&x.t, ok, e);
}

static bool
change(struct desk_work *w, struct err *e)
{
	struct answers x = { .w = w, .has = COL_BEFORE };
	struct readiness now, before;
	int64_t date_s = 0;

	if (!cli_opt_date(w->c, "date", &date_s, e))
		return false;
	if (date_s == 0)
		return err_set(e, ERR_USAGE, "say since when: --date DATE");
	if (!of_country(w, w->now_s, &now, e) || !of_country(w, date_s, &before, e))
		return false;
	answers_begin(&x);
	for (size_t i = 0; i < ready_count; i++) {
		if (now.v[i].accepted != before.v[i].accepted || now.v[i].level != before.v[i].level || now.v[i].not_applicable != before.v[i].not_applicable)
			answer_row(&x, 0, &ready_indicators[i], &now.v[i], &before.v[i]);
	}
	return table_finish(&x.t, true, e);
}

struct proposed { struct desk_work *w; size_t count; };
static bool
proposed_take(void *cookie, const struct desk_record *r, struct err *e)
{
	return desk_told(((struct proposed *)cookie)->w, r, e);
}

static bool
propose_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct proposed *x = cookie;

	return readiness_propose(w->node.store, desk_arg(w, 2), &w->actor, &w->by, w->now_s, proposed_take, x, &x->count, e);
}

static bool
propose(struct desk_work *w, struct err *e)
{
	struct proposed x = { .w = w };
	struct readiness r;

	if (w->actor.login.len == 0)
		return err_set(e, ERR_USAGE, "say as whom: --as ACCOUNT (entente account list)");
	if (!of_country(w, w->now_s, &r, e) || !desk_change(w, propose_do, &x, e))
		return false;
	if (!w->c->quiet && !w->c->json) {
		printf(TN("%lu need was drafted.", "%lu needs were drafted.", x.count), (unsigned long)x.count);
		putchar('\n');
	}
	return true;
}

bool
cli_desk_ready(struct desk_work *w, struct err *e)
{
	static const struct { const char *name; bool country; bool (*run)(struct desk_work *w, struct err *e); } subs[] = {
		{ "model", false, model }, { "show", true, show }, { "gaps", true, gaps }, { "propose", true, propose }, { "laws", true, matrix }, { "change", true, change },
	};
	const char *name = w->c->arg_count > 1 ? w->c->args[1] : "model";

	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (strcmp(name, subs[i].name) != 0)
			continue;
		if (subs[i].country && w->c->arg_count < 3)
			return err_set(e, ERR_USAGE, "expected: entente desk readiness %s COUNTRY", name);
		return subs[i].run(w, e);
	}
	return err_set(e, ERR_USAGE, "\"%s\" is none of %s", name, "model, show, gaps, propose, laws, change");
}
