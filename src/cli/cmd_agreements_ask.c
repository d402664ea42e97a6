/*
 * What would a partner get, and why not the rest? And what went.
 */
#include <stdlib.h>

#include "base/lang.h"
#include "cli/agreements.h"
#include "cli/table.h"

#define LIMIT 100

static const struct table_column sums[] = {
	{ "allowed", N_("Goes"), false, 0 },
	{ "findings", N_("Findings"), true, 0 },
	{ "rule", N_("Rule"), false, 0 },
	{ "agreement", N_("Agreement"), false, 32 },
	{ "clause", N_("Clause"), true, 0 },
	{ "profile", N_("Reduced to"), false, TABLE_DROP(3) },
	{ "example", N_("Such as"), false, TABLE_DROP(2) },
	{ "reason", N_("Why"), false, 0 },
};

static const struct table_column each_columns[] = {
	{ "finding", N_("Finding"), false, 0 },
	{ "class", N_("Class"), false, TABLE_DROP(4) },
	{ "tlp", "TLP", false, TABLE_DROP(5) },
	{ "allowed", N_("Goes"), false, 0 },
	{ "rule", N_("Rule"), false, 0 },
	{ "agreement", N_("Agreement"), false, 32 },
	{ "clause", N_("Clause"), true, 0 },
	{ "profile", N_("Reduced to"), false, TABLE_DROP(3) },
	{ "reason", N_("Why"), false, TABLE_DROP(2) },
};

static const struct table_column transfer_columns[] = {
	{ "id", N_("Number"), true, TABLE_DROP(4) },
	{ "at", N_("When"), false, 0 },
	{ "partner", N_("Partner"), false, 32 },
	{ "record", N_("Record"), false, 48 },
	{ "purpose", N_("Purpose"), false, TABLE_DROP(5) },
	{ "allowed", N_("Goes"), false, 0 },
	{ "rule", N_("Rule"), false, 0 },
	{ "agreement", N_("Agreement"), false, 32 },
	{ "clause", N_("Clause"), true, 0 },
	{ "profile", N_("Reduced to"), false, TABLE_DROP(3) },
	{ "reason", N_("Why"), false, TABLE_DROP(2) },
};

static void
yes_put(struct table *t, bool yes)
{
	if (t->json)
		table_str(t, yes ? "yes" : "no");
	else
		table_str(t, yes ? T(N_("yes")) : T(N_("no")));
}

static void
number_put(struct table *t, int64_t n)
{
	if (n == 0)
		table_none(t);
	else
		table_int(t, n);
}

static void
under_put(struct table *t, const struct policy_answer *a)
{
	struct buf b;

	buf_init(&b, 256);
	if (a->allowed)
		agreement_profile_print(a->clause, &b);
	table_text(t, a->agreement == NULL ? SLICE_NONE : a->agreement->texts[0]->id);
	number_put(t, a->clause == NULL ? 0 : a->clause->number);
	table_text(t, a->allowed ? buf_view(&b) : SLICE_NONE);
	buf_fini(&b);
}

static bool
each_row(void *cookie, const struct finding_row *row, const struct policy_answer *a, struct err *e)
{
	struct table *t = cookie;
	char id[FINDING_ID_TEXT_MAX];

	(void)e;
	finding_id_print(row->id, id);
	table_str(t, id);
	table_text(t, class_type(row->class));
	table_str(t, tlp_name(row->tlp));
	yes_put(t, a->allowed);
	table_str(t, a->rule);
	under_put(t, a);
	table_str(t, t->json ? a->reason : T(a->reason));
	return true;
}

static void
sum_row(struct table *t, const struct agree_answer *x)
{
	char id[FINDING_ID_TEXT_MAX];

	finding_id_print(x->example, id);
	yes_put(t, x->answer.allowed);
	table_int(t, (int64_t)x->findings);
	table_str(t, x->answer.rule);
	under_put(t, &x->answer);
	table_str(t, id);
	table_str(t, t->json ? x->answer.reason : T(x->answer.reason));
}

static bool
ask(struct agreements_work *w, struct gate_partner *g, enum policy_purpose purpose, uint64_t limit, struct err *e)
{
	bool single = cli_has(w->c, "findings");
	struct finding_query q = { .now_s = w->date_s, .limit = (size_t)limit };
	struct agree_answer *v = NULL;
	struct table t;
	size_t n = 0;
	bool ok;

	if (single)
		table_begin(&t, each_columns, sizeof(each_columns) / sizeof(each_columns[0]), w->c->json);
	else
		table_begin(&t, sums, sizeof(sums) / sizeof(sums[0]), w->c->json);
	ok = agree_ask(g, w->node.store, &q, purpose, w->date_s, single ? each_row : NULL, &t, &v, &n, e);
	for (size_t i = 0; ok && !single && i < n; i++)
		sum_row(&t, &v[i]);
	free(v);
	return table_finish(&t, ok, e);
}

bool
cli_agreements_ask(struct agreements_work *w, struct err *e)
{
	struct slice name = slice_of_str(cli_opt(w->c, "purpose"));
	enum policy_purpose purpose = PURPOSE_PROTECT;
	uint64_t limit = cli_has(w->c, "findings") ? LIMIT : 0;
	struct gate_partner *g;
	bool ok;

	if (!cli_has(w->c, "partner"))
		return err_set(e, ERR_USAGE, "say who is to get it: --partner NAME");
	if (name.p != NULL && !policy_purpose_find(name, &purpose))
		return err_set(e, ERR_USAGE, "--purpose: %s is none of notify, statistics, protect", QUOTE(name));
	if (!cli_opt_u64(w->c, "limit", 0, INT64_MAX, &limit, e) ||
	    !gate_partner_open(w->node.store, slice_of_str(cli_opt(w->c, "partner")), w->now_s, &g, e))
		return false;
	ok = ask(w, g, purpose, limit, e);
	gate_partner_close(&g);
	return ok;
}

static bool
transfer_row(void *cookie, const struct gate_transfer *x, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_int(t, x->id);
	table_moment(t, x->at_s);
	table_text(t, x->partner);
	table_text(t, x->record);
	table_text(t, x->purpose);
	yes_put(t, x->allowed);
	table_text(t, x->rule);
	table_text(t, x->agreement);
	number_put(t, x->clause);
	table_text(t, x->profile);
	if (t->json || x->reason.p == NULL) {
		table_text(t, x->reason);
	} else {
		char *key = xtext(x->reason);

		table_str(t, T(key));
		free(key);
	}
	return true;
}

bool
cli_agreements_transfers(struct agreements_work *w, struct err *e)
{
	bool refused = cli_has(w->c, "refused"), allowed = !refused;
	uint64_t limit = LIMIT;
	struct table t;

	if (refused && cli_has(w->c, "allowed"))
		return err_set(e, ERR_USAGE, "--allowed and --refused exclude each other");
	if (!cli_opt_u64(w->c, "limit", 0, INT64_MAX, &limit, e))
		return false;
	table_begin(&t, transfer_columns, sizeof(transfer_columns) / sizeof(transfer_columns[0]), w->c->json);
	return table_finish(&t, gate_partner_log(w->node.store, slice_of_str(cli_opt(w->c, "partner")), refused || cli_has(w->c, "allowed") ? &allowed : NULL, 0, (size_t)limit, transfer_row, &t, e), e);
}
