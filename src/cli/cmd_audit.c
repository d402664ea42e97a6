/*
 * audit: what was done in this node, and whether the log of it is whole.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "node.h"
#include "parse/date.h"
#include "store/audit.h"

#define LIMIT 100

static const struct table_column columns[] = {
	{ "id", N_("Number"), true, 0 },
	{ "at", N_("When"), false, 0 },
	{ "who", N_("Who"), false, 32 },
	{ "kind", N_("As"), false, TABLE_DROP(2) },
	{ "act", N_("Act"), false, 40 },
	{ "object", N_("On"), false, 40 },
	{ "detail", N_("Detail"), false, 60 | TABLE_DROP(3) },
	{ "address", N_("Address"), false, TABLE_DROP(4) },
};

static bool
row(void *cookie, const struct audit_row *r, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_int(t, r->id);
	table_moment(t, r->at_s);
	table_text(t, r->who.len == 0 ? SLICE_NONE : r->who);
	table_str(t, who_kind_name(r->kind));
	table_text(t, r->act);
	table_text(t, r->object.len == 0 ? SLICE_NONE : r->object);
	table_text(t, r->detail.len == 0 ? SLICE_NONE : r->detail);
	table_text(t, r->ip.len == 0 ? SLICE_NONE : r->ip);
	return true;
}

static bool
list(struct cli *c, struct node *n, struct err *e)
{
	struct audit_query q = { .act = slice_of_str(cli_opt(c, "act")), .object = slice_of_str(cli_opt(c, "on")) };
	uint64_t limit = LIMIT, before = 0;
	struct table t;

	if (!cli_opt_u64(c, "limit", 0, INT64_MAX, &limit, e) || !cli_opt_u64(c, "before", 1, INT64_MAX, &before, e) ||
	    !cli_opt_date(c, "since", &q.since_s, e) || !cli_opt_date(c, "until", &q.until_s, e))
		return false;
	q.limit = (size_t)limit;
	q.before_id = (int64_t)before;
	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	return table_finish(&t, audit_list(n->store, &q, row, &t, e), e);
}

/* The heads to compare with: the one in the node's folder, and one that was kept elsewhere. */
static bool
heads_get(struct cli *c, struct node *n, struct audit_head heads[2], size_t *count, struct err *e)
{
	const char *path = node_path(n, "audit.head");
	struct buf b;
	bool ok = true;

	*count = 0;
	if (file_exists(path)) {
		buf_init(&b, 4096);
		ok = file_read(path, &b, e) && (audit_head_read(buf_view(&b), &heads[0]) ||
			err_set(e, ERR_INPUT, "%s is no head of the audit log; look at it, run \"entente audit verify\", then move it away", path));
		buf_fini(&b);
		*count = 1;
	}
	if (ok && cli_has(c, "head")) {
		ok = audit_head_read(slice_of_str(cli_opt(c, "head")), &heads[*count]) ||
		    err_set(e, ERR_USAGE, "--head: expected NUMBER:SHA-256 as verify prints it, found \"%s\"", cli_opt(c, "head"));
		++*count;
	}
	return ok;
}

static bool
judge(const struct audit_result *r, struct err *e)
{
	switch (r->state) {
	case AUDIT_WHOLE:
		return true;
	case AUDIT_ROW_CHANGED:
		return err_set(e, ERR_CONFLICT, "row %lld of the audit log is not what was written; the %lld rows before it are", (long long)r->at, (long long)r->rows);
	case AUDIT_ROW_MISSING:
		return err_set(e, ERR_CONFLICT, "row %lld of the audit log is missing; the %lld rows before it are as they were written", (long long)r->at, (long long)r->rows);
	case AUDIT_CUT:
		return err_set(e, ERR_CONFLICT, "the audit log ends before row %lld, and there were more; its %lld rows are as they were written", (long long)r->at, (long long)r->rows);
	case AUDIT_OTHER:
		break;
	}
	return err_set(e, ERR_CONFLICT, "row %lld of the audit log is another one than the head that was kept says: the log was made anew", (long long)r->at);
}

static bool
verify(struct cli *c, struct node *n, struct err *e)
{
	char text[AUDIT_HEAD_TEXT_MAX];
	struct audit_head heads[2];
	struct audit_result r;
	struct sheet s;
	size_t count;

	if (!heads_get(c, n, heads, &count, e) || !audit_verify(n->store, heads, count, &r, e) || !judge(&r, e))
		return false;
	audit_head_print(&r.head, text);
	if (c->json) {
		sheet_begin(&s, true);
		sheet_int(&s, "rows", "", r.rows);
		sheet_text(&s, "head", "", slice_of_str(text));
		return sheet_finish(&s, true, e);
	}
	if (c->quiet)
		return true;
	printf(TN("The audit log is whole: %lu row.", "The audit log is whole: %lu rows.", (unsigned long)r.rows), (unsigned long)r.rows);
	putchar('\n');
	puts(T("Its head, to be kept elsewhere and given back with --head:"));
	puts(text);
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

static bool
audit(struct cli *c, struct err *e)
{
	const char *word = c->arg_count == 0 ? "list" : c->args[0];
	bool check = strcmp(word, "verify") == 0, ok;
	struct node n;

	if (!check && strcmp(word, "list") != 0)
		return err_set(e, ERR_USAGE, "\"%s\" is none of list, verify", word);
	if (!node_open(c->node, NODE_READ, &n, e))
		return false;
	ok = check ? verify(c, &n, e) : list(c, &n, e);
	node_close(&n);
	return ok;
}

static const struct cli_option options[] = {
	{ "act", 0, N_("TEXT"), N_("only acts that begin so: account, session.refused") },
	{ "on", 0, N_("TEXT"), N_("only what was done on this: account:3") },
	{ "since", 0, N_("DATE"), N_("from this date on (2026-01-31, 7d, 12h)") },
	{ "until", 0, N_("DATE"), N_("before this date") },
	{ "before", 0, N_("NUMBER"), N_("before this row, for the next page") },
	{ "limit", 0, N_("NUMBER"), N_("at most so many rows, the newest first (default: 100; 0: all)") },
	{ "head", 0, N_("HEAD"), N_("with verify: the log must hold this row, as verify printed it earlier") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_audit = {
	.name = "audit",
	.args = N_("[list|verify]"),
	.summary = N_("show what was done, and check that the log of it is whole"),
	.details = N_("Each row of the audit log holds a hash over itself and the row before. verify goes through all of them and names the first that was changed, is missing or does not belong there. Somebody who can write the database could make the whole log anew, or cut off its end: so the number and hash of its last row, its head, are kept in audit.head beside the database, and printed. Keep it elsewhere, and give it back with --head. Exit status 75 where the log is not whole. Addresses of people are forgotten after 90 days, which does not change the hashes."),
	.examples = "  entente audit --since 7d --act account\n  entente audit verify\n  entente audit verify --head 120:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	.options = options,
	.args_max = 1,
	.run = audit,
};
