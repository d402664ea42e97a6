/*
 * agreements: what partners and agreements share on the command line.
 */
#ifndef CLI_AGREEMENTS_H
#define CLI_AGREEMENTS_H

#include "base/lang.h"
#include "cli/cli.h"
#include "model/who.h"
#include "node.h"
#include "share/agree_two.h"

struct agreements_work {
	struct cli *c;
	struct node node;
	struct arena a;
	struct agree_keys keys; /* of verbs that sign */
	struct who by;
	int64_t now_s, date_s; /* date_s: --date, else now */
};

struct agreements_verb {
	const char *name;
	bool writes, signs;
	int args_min, args_max; /* behind the verb */
	const char *args; /* "ID FILE...", for who gave others */
	bool (*run)(struct agreements_work *w, struct err *e);
};

/* Open the node as the verb needs it, run it, close. names: of all verbs, for who wrote another. */
bool agreements_run(struct cli *c, const struct agreements_verb *verbs, size_t n, struct err *e) MUST_USE;

/* One transaction with its line in the audit log. */
bool agreements_change(struct agreements_work *w, bool (*change)(struct agreements_work *w, void *cookie, struct err *e),
    void *cookie, const char *act, struct slice object, struct slice detail, struct err *e) MUST_USE;

static inline struct slice
agreements_arg(const struct agreements_work *w, int n)
{
	return slice_of_str(w->c->arg_count > n ? w->c->args[n] : NULL);
}

/* A whole file in the work's memory. */
bool agreements_file(struct agreements_work *w, const char *path, size_t max, struct slice *out, struct err *e) MUST_USE;

/* For programs its name, for people its title. */
static inline const char *
agreement_state_word(bool json, enum agreement_state s)
{
	return json ? agreement_state_name(s) : T(agreement_state_title(s));
}

/* cmd_agreements_draft.c */
bool cli_agreements_draft(struct agreements_work *w, struct err *e) MUST_USE;
/* cmd_agreements_act.c */
bool cli_agreements_act(struct agreements_work *w, struct err *e) MUST_USE; /* by its verb */
bool cli_agreements_rekey(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_receipts(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_export(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_import(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_verify(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_discard(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_wording(struct agreements_work *w, struct err *e) MUST_USE;
/* What came of an act: in the register, or a line for who keeps that. */
bool cli_agreements_told(struct agreements_work *w, bool kept, struct slice line, struct err *e) MUST_USE;
/* cmd_agreements_two.c */
bool cli_agreements_proposals(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_confirm(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_refuse(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_propose(struct agreements_work *w, struct proposal *p, struct err *e) MUST_USE;
/* Something is to be signed by one person where two are asked for: what the audit log says beside `what`. */
bool cli_agreements_alone(struct agreements_work *w, struct slice what, struct slice *detail_out, struct err *e) MUST_USE;
/* cmd_agreements_ask.c */
bool cli_agreements_ask(struct agreements_work *w, struct err *e) MUST_USE;
bool cli_agreements_transfers(struct agreements_work *w, struct err *e) MUST_USE;

#endif
