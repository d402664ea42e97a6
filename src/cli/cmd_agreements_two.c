/*
 * What one person proposes to sign and another confirms, on the command line. Who
 * sits at the node's own machine may sign alone, as party.key is theirs to read
 * anyway; the audit log says that they did.
 */
#include <stdio.h>

#include "cli/agreements.h"
#include "cli/sheet.h"
#include "cli/table.h"

static const struct table_column columns[] = {
	{ "number", N_("Number"), true, 0 },
	{ "agreement", N_("Agreement"), false, 32 },
	{ "act", N_("What was done"), false, 0 },
	{ "receipt", N_("Receipt"), false, TABLE_DROP(4) },
	{ "party", N_("Party"), false, 32 },
	{ "clause", N_("Clause"), true, TABLE_DROP(3) },
	{ "by", N_("Proposed by"), false, 32 },
	{ "at", N_("When"), false, 0 },
	{ "paper", N_("Paper"), false, 16 | TABLE_DROP(5) },
	{ "state", N_("State"), false, TABLE_DROP(2) },
	{ "decided_by", N_("Decided by"), false, 32 | TABLE_DROP(1) },
};

static bool
row(void *cookie, const struct proposal *p, struct err *e)
{
	struct table *t = cookie;
	char paper[SHA256_HEX + 1];

	(void)e;
	sha256_hex(&p->paper, paper);
	table_int(t, p->id);
	table_text(t, p->agreement);
	table_str(t, t->json ? act_kind_name(p->kind) : T(act_kind_name(p->kind)));
	table_str(t, t->json ? (p->line.len > 0 ? "yes" : "no") : p->line.len > 0 ? T(N_("yes")) : T(N_("no")));
	table_text(t, p->party.len == 0 ? SLICE_NONE : p->party);
	if (p->clause == 0)
		table_none(t);
	else
		table_int(t, p->clause);
	table_text(t, p->by);
	table_moment(t, p->at_s);
	table_str(t, paper);
	table_str(t, proposal_state_name(p->state));
	table_text(t, p->decided_by.len == 0 ? SLICE_NONE : p->decided_by);
	return true;
}

bool
cli_agreements_proposals(struct agreements_work *w, struct err *e)
{
	struct table t;

	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), w->c->json);
	return table_finish(&t, proposal_list(w->node.store, cli_has(w->c, "all"), 0, row, &t, e), e);
}

static bool
propose_do(struct agreements_work *w, void *cookie, struct err *e)
{
	return agree_propose(w->node.store, cookie, &w->by, &w->keys, w->now_s, &w->a, e);
}

bool
cli_agreements_propose(struct agreements_work *w, struct proposal *p, struct err *e)
{
	struct sheet s;

	if (!agreements_change(w, propose_do, p, "agreement.propose", p->line.len > 0 ? S("receipt") : p->agreement,
	    slice_of_str(p->line.len > 0 ? "" : act_kind_name(p->kind)), e))
		return false;
	if (w->c->quiet)
		return true;
	sheet_begin(&s, w->c->json);
	sheet_int(&s, "proposal", N_("Proposal"), p->id);
	return sheet_finish(&s, true, e);
}

bool
cli_agreements_alone(struct agreements_work *w, struct slice what, struct slice *detail_out, struct err *e)
{
	bool two;

	if (!agree_two_needed(&w->node, &two, e))
		return false;
	*detail_out = what;
	if (!two)
		return true;
	*detail_out = arena_printf(&w->a, "%.*s%salone, at the machine", SLICE_ARG(what), what.len > 0 ? "; " : "");
	if (!w->c->quiet)
		cli_tell(T("Signed by you alone, as you sit at the machine; the audit log says so. To have a second person confirm it: --propose."));
	return true;
}

static bool
number_take(struct agreements_work *w, int64_t *out, struct err *e)
{
	uint64_t n;

	if (!slice_u64(agreements_arg(w, 1), &n) || n == 0 || n > INT64_MAX)
		return err_set(e, ERR_USAGE, "say which proposal, by its number");
	*out = (int64_t)n;
	return true;
}

struct decision {
	int64_t id;
	struct agree_confirmed x;
};

static bool
confirm_do(struct agreements_work *w, void *cookie, struct err *e)
{
	struct decision *d = cookie;

	return agree_confirm(w->node.store, d->id, &w->by, &w->keys, w->now_s, &w->a, &d->x, e);
}

bool
cli_agreements_confirm(struct agreements_work *w, struct err *e)
{
	struct decision d;

	return number_take(w, &d.id, e) &&
	    agreements_change(w, confirm_do, &d, "agreement.confirm", slice_of_str("proposal"), agreements_arg(w, 1), e) &&
	    cli_agreements_told(w, d.x.kept, d.x.line, e);
}

static bool
refuse_do(struct agreements_work *w, void *cookie, struct err *e)
{
	struct decision *d = cookie;

	return agree_refuse(w->node.store, d->id, &w->by, w->now_s, &w->a, &d->x.proposal, e);
}

bool
cli_agreements_refuse(struct agreements_work *w, struct err *e)
{
	struct decision d;

	return number_take(w, &d.id, e) &&
	    agreements_change(w, refuse_do, &d, "agreement.refuse", slice_of_str("proposal"), agreements_arg(w, 1), e);
}
