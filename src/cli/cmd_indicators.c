/*
 * indicators: what is watched for, and how often it was seen.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "node.h"
#include "share/sight.h"
#include "store/object_browse.h"

#define LIMIT 100

static const struct table_column columns[] = {
	{ "id", N_("Indicator"), false, TABLE_DROP(2) },
	{ "name", N_("Name"), false, 32 | TABLE_DROP(3) },
	{ "kind", N_("Kind"), false, TABLE_DROP(5) },
	{ "watched", N_("Watched for"), false, 60 },
	{ "sightings", N_("Sightings"), true, 0 },
	{ "first_seen", N_("First seen"), false, TABLE_DAY | TABLE_DROP(4) },
	{ "last_seen", N_("Last seen"), false, TABLE_DAY | TABLE_DROP(1) },
	{ "valid_from", N_("Valid from"), false, TABLE_DAY | TABLE_DROP(7) },
	{ "valid_until", N_("Until"), false, TABLE_DAY | TABLE_DROP(6) },
	{ "state", N_("State"), false, TABLE_DROP(5) },
	{ "why", N_("Why not"), false, 40 | TABLE_DROP(6) },
};

struct rows {
	struct table t;
	struct arena a;
};

static bool
row(void *cookie, const struct indicator_row *r, struct err *e)
{
	static const char *const states[] = { [INDICATOR_VALUE] = N_("watched"), [INDICATOR_PATTERN] = N_("watched"), [INDICATOR_NOT_WATCHED] = N_("not watched"),
		[INDICATOR_SERIES] = N_("watched"), [INDICATOR_SERIES + 1] = N_("revoked") };
	struct rows *x = cookie;
	const char *state = states[r->revoked ? INDICATOR_SERIES + 1 : r->watch <= INDICATOR_SERIES ? r->watch : INDICATOR_NOT_WATCHED], *why;
	const struct json *j = NULL;
	struct err none = ERR_INIT;

	(void)e;
	arena_reset(&x->a);
	if (!json_parse(r->bytes, &STIX_LIMITS, &x->a, &j, &none))
		j = NULL;
	why = indicator_why_not(r, j, &x->a);
	table_str(&x->t, r->name);
	table_text(&x->t, json_text(json_get(j, S("name"))));
	table_str(&x->t, indicator_key_name(r->key));
	table_text(&x->t, r->text);
	table_int(&x->t, (int64_t)r->count);
	table_date(&x->t, r->first_s);
	table_date(&x->t, r->last_s);
	table_date(&x->t, r->from_s);
	table_date(&x->t, r->until_s);
	table_str(&x->t, x->t.json ? state : T(state));
	table_text(&x->t, why == NULL ? SLICE_NONE : slice_of_str(x->t.json ? why : T(why)));
	return true;
}

/* What the server does once an hour, at once. */
static bool
share(struct cli *c, struct err *e)
{
	struct sight x = { .end = false };
	struct sheet s;
	struct node n;
	bool ok = true;

	if (c->arg_count != 1)
		return err_set(e, ERR_USAGE, "share takes no words");
	if (!node_open(c->node, NODE_WRITE, &n, e))
		return false;
	x.who = (struct stix_out){ .name = n.conf.name, .mail = n.conf.mail };
	x.now_s = clock_now_s();
	while (ok && !x.end)
		ok = sight_slice(n.store, &x, e);
	node_close(&n);
	if (!ok || (c->quiet && !c->json))
		return ok;
	sheet_begin(&s, c->json);
	sheet_int(&s, "sightings", N_("Sightings made or told anew"), (int64_t)x.made);
	return sheet_finish(&s, true, e);
}

static bool
indicators(struct cli *c, struct err *e)
{
	const char *word = c->arg_count == 0 ? "list" : c->args[0];
	bool search = strcmp(word, "search") == 0, ok;
	struct indicator_query q = { .seen = cli_has(c, "seen") };
	uint64_t limit = LIMIT;
	struct rows x;
	struct node n;

	if (strcmp(word, "share") == 0)
		return share(c, e);
	if (!search && strcmp(word, "list") != 0)
		return err_set(e, ERR_USAGE, "\"%s\" is none of list, search, share", word);
	if (search != (c->arg_count == 2))
		return search ? err_set(e, ERR_USAGE, "say what to search for: an address, a name, a part of a pattern") :
		    err_set(e, ERR_USAGE, "list takes no words; search does");
	if (!cli_opt_u64(c, "limit", 0, INT64_MAX, &limit, e) || !node_open(c->node, NODE_READ, &n, e))
		return false;
	q.limit = (size_t)limit;
	if (search)
		q.text = slice_of_str(c->args[1]);
	arena_init(&x.a, (size_t)64 << 20);
	table_begin(&x.t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	ok = table_finish(&x.t, indicator_list(n.store, &q, row, &x, e), e);
	arena_fini(&x.a);
	node_close(&n);
	return ok;
}

static const struct cli_option options[] = {
	{ "seen", 0, NULL, N_("only those that were seen, the latest first") },
	{ "limit", 0, N_("NUMBER"), N_("at most so many (default: 100; 0: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_indicators = {
	.name = "indicators",
	.args = N_("[list|search|share] [TEXT]"),
	.summary = N_("show what is watched for, and how often it was seen"),
	.details = N_("Every event of every report is held against the STIX patterns of all valid indicators as it is read; what meets one counts as a sighting of it, once an event. A pattern over several events is met by each event that completes it. Patterns that speak of what reports do not say are kept and handed on, and shown as not watched, with the reason. Counts are made again by \"entente replay\".\n\nshare makes sightings of STIX of what was met, in the collection \"sightings\", which partners see as agreements allow; a running server does it once an hour."),
	.examples = "  entente indicators --seen\n  entente indicators search 198.51.100\n  entente indicators list --limit 0 --json",
	.options = options,
	.args_max = 2,
	.run = indicators,
};
