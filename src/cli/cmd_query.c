#include <stdio.h>

#include "base/clock.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/query.h"
#include "cli/show.h"
#include "cli/table.h"
#include "flow.h"
#include "flow_reader.h"
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

static bool
asn_read(struct slice s, struct finding_query *q)
{
	uint64_t asn;

	if (slice_starts_nocase(s, S("AS")))
		s = slice_from(s, 2);
	if (!slice_u64(s, &asn) || asn > UINT32_MAX)
		return false;
	q->has_asn = true;
	q->asn = (uint32_t)asn;
	return true;
}

/* Two letters in either case, or "-": unknown. The letters are kept in mem. */
static bool
country_read(struct slice s, char mem[2], struct slice *out)
{
	if (slice_eq(s, S("-"))) {
		*out = s;
		return true;
	}
	if (s.len != 2 || !byte_is_alpha(s.p[0]) || !byte_is_alpha(s.p[1]))
		return false;
	mem[0] = (char)(s.p[0] & 0xdf);
	mem[1] = (char)(s.p[1] & 0xdf);
	*out = slice_of(mem, 2);
	return true;
}

bool
query_country(struct cli *c, char mem[2], struct slice *out, struct err *e)
{
	struct slice s = slice_of_str(cli_opt(c, "country"));

	*out = SLICE_NONE;
	return s.p == NULL || country_read(s, mem, out) ||
	    err_set(e, ERR_USAGE, "--%s: expected two letters (ISO 3166), found %s", "country", QUOTE(s));
}

/* An unknown class is told with those there are: nobody knows 39 by heart. */
bool
query_class(struct cli *c, struct slice *out, struct err *e)
{
	struct buf all;

	*out = slice_of_str(cli_opt(c, "class"));
	if (out->p == NULL || class_find(*out) != CLASS_NONE)
		return true;
	buf_init(&all, 4096);
	for (int i = 0; i < CLASS_COUNT; i++)
		buf_printf(&all, "%s%.*s", i == 0 ? "" : ", ", SLICE_ARG(class_type((enum class)i)));
	fprintf(stderr, T("The classes: %s\n"), buf_cstr(&all));
	buf_fini(&all);
	return err_set(e, ERR_USAGE, "--%s: %s is not a class of RSIT", "class", QUOTE(*out));
}

/* An argument is an id, a network or address, an AS, a country, or text to look for. */
static void
arg_read(struct slice s, struct query_memory *m, struct finding_query *q)
{
	if (finding_id_parse(s, &q->id))
		return;
	if (asn_read(s, q) || country_read(s, m->country, &q->country))
		return;
	q->has_prefix = prefix_read_loose(s, &q->prefix);
	if (!q->has_prefix)
		q->text = s;
}

bool
query_read(struct cli *c, const char *arg, struct query_memory *m,
    struct finding_query *q, struct err *e)
{
	const char *asn = cli_opt(c, "asn");
	uint64_t limit = q->limit, report = 0;

	if (asn != NULL && !asn_read(slice_of_str(asn), q))
		return err_set(e, ERR_USAGE, "--asn: %s is not an AS number", QUOTE(slice_of_str(asn)));
	q->taxonomy = slice_of_str(cli_opt(c, "taxonomy"));
	if (q->taxonomy.p != NULL && !taxonomy_ok(q->taxonomy))
		return err_set(e, ERR_USAGE, "--%s: %s is not a taxonomy of RSIT", "taxonomy", QUOTE(q->taxonomy));
	q->feed = slice_of_str(cli_opt(c, "feed"));
	q->text = slice_of_str(cli_opt(c, "text"));
	q->now_s = clock_now_s();
	if (!query_country(c, m->country, &q->country, e) || !query_class(c, &q->class_type, e))
		return false;
	if (arg != NULL)
		arg_read(slice_of_str(arg), m, q);
	if (!cli_opt_u64(c, "limit", 0, SIZE_MAX, &limit, e) || !cli_opt_u64(c, "report", 1, INT64_MAX, &report, e))
		return false;
	q->limit = (size_t)limit;
	q->report = (int64_t)report;
	return opt_prefix(c, q, e) && opt_states(c, q, e) && opt_order(c, q, e) &&
	    cli_opt_date(c, "since", &q->since_s, e) && cli_opt_date(c, "until", &q->until_s, e);
}

static const struct table_column columns[] = {
	{ "id", N_("Finding"), false, 0 },
	{ "place", N_("Where"), false, 40 },
	{ "port", N_("Port"), true, TABLE_DROP(3) },
	{ "transport", N_("Transport"), false, TABLE_JSON },
	{ "class", N_("Class"), false, TABLE_DROP(1) },
	{ "identifier", N_("What"), false, 28 | TABLE_DROP(4) },
	{ "label", N_("Description"), false, TABLE_JSON },
	{ "country", N_("Country"), false, TABLE_DROP(5) },
	{ "asn", N_("AS"), true, TABLE_DROP(6) },
	{ "as_name", N_("AS name"), false, TABLE_JSON },
	{ "first_seen", N_("First seen"), false, TABLE_DAY | TABLE_DROP(8) },
	{ "last_seen", N_("Last seen"), false, TABLE_DAY | TABLE_DROP(2) },
	{ "count", N_("Events"), true, TABLE_DROP(7) },
	{ "tlp", "TLP", false, TABLE_JSON },
	{ "state", N_("State"), false, TABLE_DROP(1) },
	{ "state_since", N_("Since"), false, TABLE_JSON },
	{ "notified", N_("Notified"), false, TABLE_JSON },
	{ "feed", N_("Feed"), false, 24 | TABLE_DROP(9) },
	{ "first", "", false, TABLE_JSON },
	{ "last", "", false, TABLE_JSON },
};

static void
or_none(struct table *t, struct slice s)
{
	table_text(t, s.len == 0 ? SLICE_NONE : s);
}

static void
number_or_none(struct table *t, int64_t n)
{
	if (n == 0)
		table_none(t);
	else
		table_int(t, n);
}

/* For people "What" is the name, or else the description. */
static struct slice
what(const struct table *t, const struct finding_row *row)
{
	return row->identifier.len > 0 || t->json ? row->identifier : row->label;
}

static bool
at_out(struct table *t, struct node *n, const struct finding_at *at, struct err *e)
{
	struct buf b;
	bool ok = true;

	buf_init(&b, 8192);
	if (t->json)
		ok = show_place_json(n->store, at, &b, e);
	if (ok)
		table_raw(t, buf_view(&b));
	buf_fini(&b);
	return ok;
}

static bool
row_out(struct table *t, struct node *n, const struct finding_row *row, struct err *e)
{
	char id[FINDING_ID_TEXT_MAX];

	finding_id_print(row->id, id);
	table_str(t, id);
	table_text(t, row->place);
	number_or_none(t, row->port);
	or_none(t, row->transport);
	table_text(t, class_type(row->class));
	or_none(t, what(t, row));
	or_none(t, row->label);
	or_none(t, row->country);
	number_or_none(t, row->asn);
	or_none(t, networks_as_name(n->networks, row->asn));
	table_moment(t, row->first_s);
	table_moment(t, row->last_s);
	table_int(t, (int64_t)row->count);
	table_str(t, tlp_name(row->tlp));
	table_str(t, t->json ? finding_state_name(row->state) : T(finding_state_name(row->state)));
	table_date(t, row->state_s);
	table_date(t, row->notified_s);
	or_none(t, row->feed);
	return at_out(t, n, &row->first, e) && at_out(t, n, &row->last, e);
}

/* What a list leaves unsaid: that there is more, or nothing. */
static bool
remark(struct cli *c, struct store *s, const struct finding_query *q, size_t rows, struct err *e)
{
	uint64_t total = 0;

	if (rows == 0 && !c->quiet)
		cli_tell(T("no finding matches"));
	if (c->json || c->quiet || q->limit == 0 || rows < q->limit)
		return true;
	if (!finding_count(s, q, &total, e))
		return false;
	if (total > q->limit) {
		printf(T("%zu of %llu findings; more with --limit."), q->limit, (unsigned long long)total);
		putchar('\n');
	}
	return true;
}

static bool
findings(struct cli *c, struct node *n, const struct finding_query *q, struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	struct table t;
	enum step step = STEP_ITEM;

	if (!finding_open(n->store, q, &w, e))
		return false;
	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), c->json);
	while (step == STEP_ITEM && (step = finding_next(w, &row, e)) == STEP_ITEM) {
		if (!row_out(&t, n, &row, e))
			step = STEP_FAIL;
	}
	finding_close(&w);
	if (t.rows == 0 && !t.json)
		t.text.len = 0;
	return table_finish(&t, step == STEP_END, e) && remark(c, n->store, q, t.rows, e);
}

/* One finding by its name: all that is known of it, or what it rests on. */
static bool
one(struct cli *c, struct node *n, struct flow_reader *reader, const struct finding_query *q,
    struct err *e)
{
	struct finding_walk *w = NULL;
	struct finding_row row;
	char id[FINDING_ID_TEXT_MAX];
	enum step step;
	bool ok = false;

	if (!finding_open(n->store, q, &w, e))
		return false;
	step = finding_next(w, &row, e);
	finding_id_print(q->id, id);
	if (step == STEP_END)
		ok = err_set(e, ERR_ABSENT, "there is no finding %s", id);
	else if (step == STEP_ITEM)
		ok = reader != NULL ? show_evidence(n, reader, &row, e) : show_finding(c, n, &row, e);
	finding_close(&w);
	return ok;
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
	int64_t reports[2];
	enum step step;
	bool ok = false;

	if (!flow_open(c->node, &(struct flow_options){ 0 }, &w.flow, e))
		return false;
	buf_init(&w.line, 64 << 20);
	if (q->report != 0) {
		ok = report_events(&w, q->report, e);
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

/* The readers first, as they inherit what is open. */
static bool
evidence(struct cli *c, const struct finding_query *q, struct err *e)
{
	struct flow_reader *reader = NULL;
	struct node node = NODE_NONE;
	bool ok = flow_reader_at(c->node, &reader, e) && node_open(c->node, NODE_READ, &node, e);

	if (ok) {
		ok = one(c, &node, reader, q, e);
		node_close(&node);
	}
	flow_reader_stop(&reader);
	return ok;
}

static bool
query(struct cli *c, struct err *e)
{
	struct finding_query q = { .limit = 50 };
	struct query_memory m;
	struct node node;
	bool ok;

	if (!query_read(c, c->arg_count == 0 ? NULL : c->args[0], &m, &q, e))
		return false;
	if (cli_has(c, "evidence") && q.id == 0)
		return err_set(e, ERR_USAGE, "--evidence needs one finding: entente query FINDING --evidence");
	if (cli_has(c, "events"))
		return events(c, &q, e);
	if (cli_has(c, "evidence"))
		return evidence(c, &q, e);
	if (!node_open(c->node, NODE_READ, &node, e))
		return false;
	ok = q.id != 0 ? one(c, &node, NULL, &q, e) : findings(c, &node, &q, e);
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	QUERY_OPTIONS,
	{ "sort", 0, "last|first|count|id", N_("order (default: last)") },
	{ "limit", 0, N_("N"), N_("how many at the most (default 50; 0: all)") },
	{ "events", 'e', NULL, N_("print the events behind, read again from the archive, as IntelMQ JSON") },
	{ "report", 0, N_("NUMBER"), N_("first or last seen in this report; with --events: all events of it") },
	{ "evidence", 0, NULL, N_("of one finding: the very bytes that its latest event was read from") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_query = {
	.name = "query",
	.args = N_("[FINDING|ADDRESS|NETWORK|AS|COUNTRY|TEXT]"),
	.summary = N_("show findings, one finding, or the events behind them"),
	.details = N_("A finding named alone is shown with all that is known of it: where its first and latest event stand in the archive, what was done about it, and which notices name it. A finding that has not been seen for its class' period counts as resolved. To move findings: entente act."),
	.examples = "  entente query --country ES --state open\n  entente query 192.0.2.0/24\n  entente query AS64496\n  entente query F600014VPVQPHC\n  entente query F600014VPVQPHC --events\n  entente query F600014VPVQPHC --evidence",
	.options = options,
	.args_max = 1,
	.run = query,
};
