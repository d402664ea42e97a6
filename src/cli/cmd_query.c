#include <stdio.h>

#include "base/lang.h"
#include "cli/commands.h"
#include "cli/query.h"
#include "cli/table.h"
#include "flow.h"
#include "store/findings.h"

static bool
opt_prefix(struct cli *c, struct finding_query *q, struct err *e)
{
	const char *net = cli_opt(c, "net");

	if (net == NULL)
		return true;
	q->has_prefix = true;
	return prefix_read_loose(slice_of_str(net), &q->prefix) ||
	    err_set(e, ERR_USAGE, "--net: %s is not a network (192.0.2.0/24, 2001:db8::/32)", QUOTE(slice_of_str(net)));
}

static bool
opt_states(struct cli *c, struct finding_query *q, struct err *e)
{
	struct slice rest = slice_of_str(cli_opt(c, "state")), word;
	enum finding_state s;

	while (slice_cut(&rest, ',', &word)) {
		if (slice_eq(word, S("open"))) {
			q->states |= 1u << FINDING_NEW | 1u << FINDING_NOTIFIED | 1u << FINDING_ACKNOWLEDGED | 1u << FINDING_RETURNED;
			continue;
		}
		if (!finding_state_find(word, &s))
			return err_set(e, ERR_USAGE, "--state: %s is none of new, notified, acknowledged, resolved, returned, open", QUOTE(word));
		q->states |= 1u << s;
	}
	return true;
}

static bool
opt_order(struct cli *c, struct finding_query *q, struct err *e)
{
	static const struct { const char *name; enum finding_order order; } orders[] = {
		{ "last", FINDING_BY_LAST }, { "first", FINDING_BY_FIRST }, { "count", FINDING_BY_COUNT }, { "id", FINDING_BY_ID } };
	struct slice text = slice_of_str(cli_opt(c, "sort"));

	q->order = FINDING_BY_LAST;
	for (size_t i = 0; i < 4 && text.p != NULL; i++) {
		if (slice_eq(text, slice_of_str(orders[i].name))) {
			q->order = orders[i].order;
			return true;
		}
	}
	return text.p == NULL || err_set(e, ERR_USAGE, "--sort: %s is none of last, first, count, id", QUOTE(text));
}

/* An argument is an id, a network or address, an AS, a country, or text to look for. */
static bool
arg_read(struct slice s, struct finding_query *q)
{
	uint64_t asn;

	if (finding_id_parse(s, &q->id))
		return true;
	if (prefix_read_loose(s, &q->prefix)) {
		q->has_prefix = true;
		return true;
	}
	if (slice_starts_nocase(s, S("AS")) && slice_u64(slice_from(s, 2), &asn) && asn <= UINT32_MAX) {
		q->has_asn = true;
		q->asn = (uint32_t)asn;
		return true;
	}
	q->text = s;
	return true;
}

bool
query_read(struct cli *c, struct finding_query *q, struct err *e)
{
	const char *asn = cli_opt(c, "asn");
	uint64_t limit = q->limit, number;

	if (asn != NULL) {
		struct slice s = slice_of_str(asn);

		if (slice_starts_nocase(s, S("AS")))
			s = slice_from(s, 2);
		if (!slice_u64(s, &number) || number > UINT32_MAX)
			return err_set(e, ERR_USAGE, "--asn: %s is not an AS number", QUOTE(s));
		q->has_asn = true;
		q->asn = (uint32_t)number;
	}
	q->class_type = slice_of_str(cli_opt(c, "class"));
	q->taxonomy = slice_of_str(cli_opt(c, "taxonomy"));
	q->country = slice_of_str(cli_opt(c, "country"));
	q->feed = slice_of_str(cli_opt(c, "feed"));
	q->text = slice_of_str(cli_opt(c, "text"));
	for (int i = 0; i < c->arg_count; i++) {
		if (!arg_read(slice_of_str(c->args[i]), q))
			return false;
	}
	if (!cli_opt_u64(c, "limit", 0, SIZE_MAX, &limit, e))
		return false;
	q->limit = (size_t)limit;
	return opt_prefix(c, q, e) && opt_states(c, q, e) && opt_order(c, q, e) &&
	    cli_opt_date(c, "since", &q->since_s, e) && cli_opt_date(c, "until", &q->until_s, e);
}

static const struct table_column columns[] = {
	{ "id", N_("Finding"), false, 0 },
	{ "place", N_("Where"), false, 40 },
	{ "port", N_("Port"), true, 0 },
	{ "class", N_("Class"), false, 0 },
	{ "identifier", N_("What"), false, 28 },
	{ "country", N_("Country"), false, 0 },
	{ "asn", N_("AS"), true, 0 },
	{ "first_seen", N_("First seen"), false, 0 },
	{ "last_seen", N_("Last seen"), false, 0 },
	{ "count", N_("Events"), true, 0 },
	{ "state", N_("State"), false, 0 },
	{ "feed", N_("Feed"), false, 24 },
};

static void
row_out(struct table *t, const struct finding_row *row)
{
	char id[FINDING_ID_TEXT_MAX];

	finding_id_print(row->id, id);
	table_str(t, id);
	table_text(t, row->place);
	if (row->port == 0)
		table_none(t);
	else
		table_int(t, row->port);
	table_text(t, class_type(row->class));
	table_text(t, row->identifier.len > 0 ? row->identifier : row->label.len > 0 ? row->label : SLICE_NONE);
	table_text(t, row->country.len == 0 ? SLICE_NONE : row->country);
	if (row->asn == 0)
		table_none(t);
	else
		table_int(t, row->asn);
	table_date(t, row->first_s);
	table_date(t, row->last_s);
	table_int(t, (int64_t)row->count);
	table_str(t, t->json ? finding_state_name(row->state) : T(finding_state_name(row->state)));
	table_text(t, row->feed.len == 0 ? SLICE_NONE : row->feed);
}

static bool
findings(struct cli *c, struct store *s, const struct finding_query *q, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct table t;
	uint64_t total = 0;
	enum step step;

	if (!finding_open(s, q, &w, e))
		return false;
	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	while ((step = finding_next(w, &row, e)) == STEP_ITEM)
		row_out(&t, &row);
	finding_close(&w);
	if (!table_end(&t))
		return err_sys(e, "standard output");
	if (step == STEP_END && !c->json && !c->quiet && q->limit != 0 && t.rows == q->limit &&
	    finding_count(s, q, &total, e) && total > q->limit) {
		printf(T("%zu of %llu findings; more with --limit."), q->limit, (unsigned long long)total);
		putchar('\n');
	}
	return step == STEP_END;
}

/* --- events and evidence: read again from the archive ------------------------ */

struct wanted {
	struct flow *flow;
	int64_t id; /* 0: all */
	uint64_t shown, limit;
	struct buf line;
};

static bool
event_out(void *cookie, const struct event *ev, struct err *e)
{
	struct wanted *w = cookie;
	struct finding_key key;

	if (w->limit != 0 && w->shown >= w->limit)
		return true;
	if (w->id != 0 && (!finding_key_of(ev, &key, e) || key.id != w->id))
		return true;
	w->shown++;
	buf_clear(&w->line);
	event_to_json(ev, &w->line);
	buf_byte(&w->line, '\n');
	if (!buf_ok(&w->line) || fwrite(w->line.p, 1, w->line.len, stdout) != w->line.len)
		return err_sys(e, "standard output");
	return true;
}

static bool
report_events(struct wanted *w, int64_t id, struct err *e)
{
	struct report r;
	struct arena a;
	bool ok;

	arena_init(&a, 1 << 20);
	ok = report_get(flow_node(w->flow)->store, id, &a, &r, e) &&
	    flow_events(w->flow, &r, event_out, w, e);
	arena_fini(&a);
	return ok;
}

static bool
events(struct cli *c, const struct finding_query *q, struct err *e)
{
	struct wanted w = { .limit = q->limit };
	struct finding_walk *walk = NULL;
	struct finding_row row;
	uint64_t report = 0;
	int64_t reports[2];
	enum step step;
	bool ok = false;

	if (!flow_open(c->node, &(struct flow_options){ 0 }, &w.flow, e))
		return false;
	buf_init(&w.line, 64 << 20);
	if (!cli_opt_u64(c, "report", 1, INT64_MAX, &report, e))
		goto out;
	if (report != 0) {
		ok = report_events(&w, (int64_t)report, e);
		goto out;
	}
	if (!finding_open(flow_node(w.flow)->store, q, &walk, e))
		goto out;
	while ((step = finding_next(walk, &row, e)) == STEP_ITEM) {
		/* The reports that saw it first and last; the row goes when they are read. */
		reports[0] = row.first.report;
		reports[1] = row.last.report;
		w.id = row.id;
		if (!report_events(&w, reports[0], e) ||
		    (reports[1] != reports[0] && !report_events(&w, reports[1], e)))
			break;
	}
	ok = step == STEP_END;
	finding_close(&walk);
out:
	buf_fini(&w.line);
	flow_close(&w.flow);
	return ok;
}

static bool
query(struct cli *c, struct err *e)
{
	struct finding_query q = { .limit = 50 };
	struct node node;
	bool ok;

	if (!query_read(c, &q, e))
		return false;
	if (cli_has(c, "events"))
		return events(c, &q, e);
	if (!node_open(c->node, NODE_READ, &node, e))
		return false;
	ok = findings(c, node.store, &q, e);
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	{ "class", 'c', N_("CLASS"), N_("RSIT class: infected-system, spam, phishing, ...") },
	{ "taxonomy", 0, N_("NAME"), N_("RSIT taxonomy: malicious-code, vulnerable, ...") },
	{ "country", 0, "CC", N_("country of the address; - for unknown") },
	{ "asn", 'a', N_("NUMBER"), N_("AS of the address") },
	{ "net", 0, N_("PREFIX"), N_("addresses in this network") },
	{ "feed", 'f', N_("NAME"), N_("feed of the latest event") },
	{ "state", 's', N_("LIST"), N_("new, notified, acknowledged, resolved, returned, open") },
	{ "since", 0, N_("DATE"), N_("last seen from this date on (2026-01-31, 7d, 12h)") },
	{ "until", 0, N_("DATE"), N_("last seen before this date") },
	{ "text", 0, N_("TEXT"), N_("text in place, name or description") },
	{ "sort", 0, "last|first|count|id", N_("order (default: last)") },
	{ "limit", 0, N_("N"), N_("how many at the most (default 50; 0: all)") },
	{ "events", 'e', NULL, N_("print the events behind, read again from the archive, as IntelMQ JSON") },
	{ "report", 0, N_("NUMBER"), N_("with --events: all events of this report") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_query = {
	.name = "query",
	.args = N_("[FINDING|ADDRESS|NETWORK|AS|TEXT]"),
	.summary = N_("show findings, or the events behind them"),
	.examples = "  entente query --country ES --state open\n  entente query 192.0.2.0/24\n  entente query F600014VPVQPHC --events",
	.options = options,
	.args_max = 1,
	.run = query,
};
