#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/query.h"
#include "cli/table.h"
#include "cli/stats.h"
#include "model/country.h"
#include "node.h"
#include "store/findings.h"

static const struct { const char *name; enum stats_by by; const char *title; } dimensions[] = {
	{ "class", STATS_CLASS, N_("Class") },
	{ "country", STATS_COUNTRY, N_("Country") },
	{ "asn", STATS_ASN, N_("AS") },
	{ "feed", STATS_FEED, N_("Feed") },
	{ "day", STATS_DAY, N_("Day") },
	{ "taxonomy", STATS_TAXONOMY, N_("Taxonomy") },
	{ "state", STATS_STATE, N_("State") },
};

struct out {
	struct table table;
	const struct node *node;
	enum stats_by by;
};

static bool
row(void *cookie, const struct stats_row *r, struct err *e)
{
	struct out *o = cookie;

	(void)e;
	if (o->by == STATS_ASN && r->number == 0)
		table_none(&o->table);
	else if (o->by == STATS_ASN)
		table_int(&o->table, r->number);
	else if (o->by == STATS_STATE && !o->table.json)
		table_str(&o->table, T(finding_state_name((enum finding_state)r->number)));
	else
		table_text(&o->table, r->key.len == 0 ? SLICE_NONE : r->key);
	if (o->by == STATS_ASN)
		table_text(&o->table, networks_as_name(o->node->networks, (uint32_t)r->number));
	if (o->by == STATS_COUNTRY && !o->table.json)
		table_text(&o->table, country_name(r->key, lang_get()));
	table_int(&o->table, (int64_t)r->events);
	table_int(&o->table, (int64_t)r->findings);
	return true;
}

bool
stats_table(struct cli *c, const struct node *node, const struct stats_query *q,
    const char *title, struct err *e)
{
	struct table_column columns[4];
	struct out o = { .node = node, .by = q->by };
	size_t n = 0;

	columns[n++] = (struct table_column){ "key", title, q->by == STATS_ASN, 40 };
	if (q->by == STATS_ASN)
		columns[n++] = (struct table_column){ "as_name", N_("AS name"), false, 40 };
	if (q->by == STATS_COUNTRY && !c->json)
		columns[n++] = (struct table_column){ "name", N_("Name"), false, 40 | TABLE_DROP(1) };
	columns[n++] = (struct table_column){ "events", N_("Events"), true, 0 };
	columns[n++] = (struct table_column){ "findings", q->by == STATS_STATE ? N_("Findings") : N_("New findings"), true, 0 };
	table_begin(&o.table, columns, n, c->json);
	return table_finish(&o.table, store_stats(node->store, q, row, &o, e), e);
}

#define OVERVIEW 5 /* tables, where --by does not name one */

/* For programs the overview is one object, with an array a table. */
static bool
overview(struct cli *c, struct node *node, struct stats_query *q, struct err *e)
{
	for (size_t i = 0; i < OVERVIEW; i++) {
		if (c->json)
			printf("%s\"%s\": ", i == 0 ? "{" : ",", dimensions[i].name);
		else if (i > 0)
			putchar('\n');
		q->by = dimensions[i].by;
		if (!stats_table(c, node, q, dimensions[i].title, e))
			return false;
	}
	if (c->json)
		puts("}");
	return true;
}

static bool
by_find(const char *by, size_t *out, struct err *e)
{
	for (size_t i = 0; i < sizeof(dimensions) / sizeof(dimensions[0]); i++) {
		if (by == NULL || strcmp(by, dimensions[i].name) == 0) {
			*out = i;
			return true;
		}
	}
	return err_set(e, ERR_USAGE, "--by: \"%s\" is none of class, country, asn, feed, day, taxonomy, state", by);
}

static bool
stats(struct cli *c, struct err *e)
{
	struct stats_query q = { .top = 20, .now_s = clock_now_s() };
	const char *by = cli_opt(c, "by");
	uint64_t top = q.top;
	char country[2];
	struct node node;
	size_t which;
	bool ok;

	q.feed = slice_of_str(cli_opt(c, "feed"));
	if (!by_find(by, &which, e) || !query_class(c, &q.class_type, e) || !query_country(c, country, &q.country, e) ||
	    !cli_opt_u64(c, "top", 0, SIZE_MAX, &top, e) || !cli_opt_date(c, "since", &q.since_s, e) ||
	    !cli_opt_date(c, "until", &q.until_s, e) || !node_open(c->node, NODE_READ, &node, e))
		return false;
	q.top = (size_t)top;
	q.by = dimensions[which].by;
	ok = by == NULL ? overview(c, &node, &q, e) : stats_table(c, &node, &q, dimensions[which].title, e);
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	{ "by", 'b', "class|country|asn|feed|day|taxonomy|state", N_("one table; without: an overview of the first five") },
	{ "since", 0, N_("DATE"), N_("days from this date on (2026-01-31, 7d); by state: findings last seen then") },
	{ "until", 0, N_("DATE"), N_("days before this date") },
	{ "class", 'c', N_("CLASS"), N_("only this class") },
	{ "country", 0, "CC", N_("only this country; - for unknown") },
	{ "feed", 'f', N_("NAME"), N_("only this feed") },
	{ "top", 0, N_("N"), N_("how many rows at the most, the largest, or the latest days (default 20; 0: all)") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_stats = {
	.name = "stats",
	.args = "",
	.summary = N_("counts by class, country, AS, feed and day"),
	.examples = "  entente stats\n  entente stats --by country --since 30d --json",
	.options = options,
	.run = stats,
};
