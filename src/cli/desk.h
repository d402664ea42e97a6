/*
 * desk: what the files of entente desk share.
 */
#ifndef CLI_DESK_H
#define CLI_DESK_H

#include "base/lang.h"
#include "cli/cli.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "node.h"
#include "store/desk.h"

struct desk_work {
	struct cli *c;
	struct node node;
	struct arena a;
	struct who by; /* whose line it is in the audit log */
	struct account account; /* --as */
	struct desk_actor actor; /* no login: nobody was named */
	int64_t now_s;
	const char *lang; /* "es": of texts that are shown */
};

struct desk_command {
	const char *name;
	bool writes; /* somebody is named: --as */
	bool serves; /* writes, by the node itself: nobody need be named */
	int args_min, args_max; /* behind the verb; -1: any number */
	const char *args; /* "ID FIELD=VALUE...", for who gave others */
	bool (*run)(struct desk_work *w, struct err *e);
};

static inline struct slice
desk_arg(const struct desk_work *w, int n)
{
	return slice_of_str(w->c->arg_count > n ? w->c->args[n] : NULL);
}

/* As whom: of --as, where it is needed or given. */
bool desk_actor_take(struct desk_work *w, bool needed, struct err *e) MUST_USE;
/* One or more deeds, in one transaction that is on the disk when it returns. */
bool desk_change(struct desk_work *w, bool (*change)(struct desk_work *w, void *cookie, struct err *e), void *cookie, struct err *e) MUST_USE;

/* The record that an argument names. ERR_ABSENT. */
bool desk_arg_record(struct desk_work *w, int n, struct desk_record *out, struct err *e) MUST_USE;
/* A file of the command line, in the work's memory; "-" is standard input. */
bool desk_file_read(struct desk_work *w, const char *path, size_t max, struct slice *out, struct err *e) MUST_USE;
/* To --out, or to standard output. */
bool desk_put_out(struct desk_work *w, struct slice text, struct err *e) MUST_USE;
/* For people: what a record has become, on a line; for programs: its document. */
bool desk_told(struct desk_work *w, const struct desk_record *r, struct err *e) MUST_USE;
/* The fields of arguments from n on, and of --fields, as one JSON object; NULL where there are none. */
bool desk_fields(struct desk_work *w, const struct desk_type_of *t, int n, const struct json **out, struct err *e) MUST_USE;
/* Rows of records for people and programs. */
void desk_rows_begin(struct desk_work *w, struct table *t);
void desk_row(struct desk_work *w, struct table *t, const struct desk_record *r);

/* cmd_desk_show.c */
bool cli_desk_kinds(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_list(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_show(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_history(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_todo(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_verify(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_summary(struct desk_work *w, struct err *e) MUST_USE;
/* cmd_desk_act.c */
bool cli_desk_new(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_edit(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_do(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_approve(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_refuse(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_file(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_tick(struct desk_work *w, struct err *e) MUST_USE;
/* cmd_desk_check.c */
bool cli_desk_export(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_import(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_check(struct desk_work *w, struct err *e) MUST_USE;
/* cmd_desk_project.c */
bool cli_desk_rank(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_similar(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_money(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_measure(struct desk_work *w, struct err *e) MUST_USE;
bool cli_desk_iati(struct desk_work *w, struct err *e) MUST_USE; /* cmd_desk_iati.c */
/* cmd_desk_ready.c */
bool cli_desk_ready(struct desk_work *w, struct err *e) MUST_USE;

#endif
