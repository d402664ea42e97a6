/*
 * act: a person moves findings. One by its name, many by the filters of query.
 */
#include <stdio.h>
#include <pwd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/query.h"
#include "cli/sheet.h"
#include "cli/silence.h"
#include "node.h"

/* More findings than this at once are moved with --yes only. */
#define ACT_ASK 20

struct act {
	enum finding_act act;
	struct slice by, comment;
	struct ids ids;
	uint64_t moved, left; /* left: in a state to which it does not apply */
	bool named; /* by their names, not by filters */
};

static bool
act_find(const char *word, enum finding_act *out, struct err *e)
{
	static const struct { const char *name; enum finding_act act; } acts[] = {
		{ "acknowledge", FINDING_ACKNOWLEDGE }, { "resolve", FINDING_RESOLVE }, { "reopen", FINDING_REOPEN } };

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (slice_eq_nocase(slice_of_str(word), slice_of_str(acts[i].name))) {
			*out = acts[i].act;
			return true;
		}
	}
	return err_set(e, ERR_USAGE, "\"%s\" is none of acknowledge, resolve, reopen", word);
}

/* Who is at the keyboard, where --by does not say. */
static struct slice
whoami(void)
{
	const struct passwd *p = getpwuid(getuid());

	return p == NULL ? S("") : slice_of_str(p->pw_name);
}

static bool
gather(struct act *a, struct store *s, const struct finding_query *q, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	size_t before = a->ids.count;
	enum step step;

	if (!finding_open(s, q, &w, e))
		return false;
	while ((step = finding_next(w, &row, e)) == STEP_ITEM)
		ids_add(&a->ids, row.id);
	finding_close(&w);
	if (step == STEP_END && q->id != 0 && a->ids.count == before) {
		char text[FINDING_ID_TEXT_MAX];

		finding_id_print(q->id, text);
		return err_set(e, ERR_ABSENT, "there is no finding %s", text);
	}
	return step == STEP_END;
}

/* The filters stand in front of --comment in the table below. */
static bool
filters_given(struct cli *c)
{
	const struct cli_option *o = c->command->options;

	for (size_t i = 0; !slice_eq(slice_of_str(o[i].name), S("comment")); i++) {
		if (c->values[i] != NULL)
			return true;
	}
	return false;
}

/* Each argument behind the act is a question of its own; without one the filters are. */
static bool
choose(struct cli *c, struct act *a, struct store *s, struct err *e)
{
	for (int i = 1; i < c->arg_count || i == 1; i++) {
		const char *arg = i < c->arg_count ? c->args[i] : NULL;
		struct finding_query q = { 0 };
		struct query_memory m;

		if (!query_read(c, arg, &m, &q, e))
			return false;
		q.order = FINDING_BY_ID;
		a->named = arg != NULL && q.id != 0;
		if (!gather(a, s, &q, e))
			return false;
	}
	return a->ids.count > 0 || err_set(e, ERR_ABSENT, "no finding matches");
}

/* All in one transaction: either the whole choice is moved, or none of it. */
static bool
move(struct act *a, struct store *s, struct err *e)
{
	struct db *db = store_db(s);
	int64_t now = clock_now_s();

	if (!db_begin(db, e))
		return false;
	for (size_t i = 0; i < a->ids.count; i++) {
		if (finding_act_apply(s, a->ids.v[i], a->act, a->by, a->comment, now, e)) {
			a->moved++;
		} else if (e->code == ERR_CONFLICT && !(a->named && a->ids.count == 1)) {
			a->left++;
		} else {
			store_rollback(s);
			return false;
		}
	}
	if (a->moved > 0)
		return db_commit(db, e);
	store_rollback(s);
	return false; /* the last refusal says why */
}

static bool
report(struct cli *c, const struct act *a, bool dry, struct err *e)
{
	struct sheet s;

	if (c->json) {
		sheet_begin(&s, true);
		sheet_text(&s, "act", "", slice_of_str(finding_act_name(a->act)));
		sheet_int(&s, "chosen", "", (int64_t)a->ids.count);
		sheet_int(&s, "moved", "", (int64_t)a->moved);
		sheet_int(&s, "left", "", (int64_t)a->left);
		return sheet_finish(&s, true, e);
	}
	if (c->quiet)
		return true;
	if (dry)
		printf(TN("%lu finding would be moved; nothing is changed.", "%lu findings would be moved; nothing is changed.", a->ids.count), (unsigned long)a->ids.count);
	else
		printf(TN("%lu finding moved", "%lu findings moved", a->moved), (unsigned long)a->moved);
	if (!dry && a->left > 0)
		printf(T(", %llu left as they are: the act does not apply to their state"), (unsigned long long)a->left);
	puts(dry ? "" : ".");
	return true;
}

static bool
act(struct cli *c, struct err *e)
{
	struct act a = { .by = slice_of_str(cli_opt(c, "by")), .comment = slice_of_str(cli_opt(c, "comment")) };
	bool dry = cli_has(c, "dry-run"), ok;
	struct node n;

	if (!act_find(c->args[0], &a.act, e))
		return false;
	if (c->arg_count == 1 && !filters_given(c))
		return err_set(e, ERR_USAGE, "name findings, or filters as those of query; see: entente act --help");
	if (a.by.p == NULL)
		a.by = whoami();
	if (!node_open(c->node, dry ? NODE_READ : NODE_WRITE, &n, e))
		return false;
	ok = (dry || silence_sweep(c, n.store, e)) && choose(c, &a, n.store, e);
	if (ok && !dry && a.ids.count > ACT_ASK && !cli_has(c, "yes"))
		ok = err_set(e, ERR_USAGE, "this would move %zu findings: look with --dry-run, then say --yes", a.ids.count);
	ok = ok && (dry || move(&a, n.store, e)) && report(c, &a, dry, e);
	c->partial = ok && a.left > 0;
	ids_fini(&a.ids);
	node_close(&n);
	return ok;
}

static const struct cli_option options[] = {
	QUERY_OPTIONS,
	{ "report", 0, N_("NUMBER"), N_("first or last seen in this report") },
	{ "comment", 'm', N_("TEXT"), N_("why, for who looks later") },
	{ "by", 0, N_("NAME"), N_("who says so (default: your login's name)") },
	{ "dry-run", 0, NULL, N_("only count what would be moved") },
	{ "yes", 'y', NULL, N_("move more than 20 findings at once") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_act = {
	.name = "act",
	.args = N_("acknowledge|resolve|reopen [FINDING|ADDRESS|NETWORK|AS|COUNTRY|TEXT]..."),
	.summary = N_("acknowledge, resolve or reopen findings"),
	.details = N_("acknowledge: somebody looks at it; resolve: it is gone; reopen: it is not. One finding is named by its number, many by the filters of query. The act is kept with its date, who and why, also through a replay: entente query FINDING shows it. A resolved finding that is seen again has returned. To one finding in a state where the act means nothing: exit status 75; of many, those are left as they are and the status is 1."),
	.examples = "  entente act resolve F600014VPVQPHC --comment \"patched, says their abuse desk\"\n  entente act acknowledge --asn 64496 --class infected-system --state new,notified --dry-run\n  entente act resolve 192.0.2.0/24 --until 2026-01-01 --yes",
	.options = options,
	.args_min = 1,
	.args_max = -1,
	.run = act,
};
