#include "store/findings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "parse/date.h"
#include "store/tally.h"
#include "store/store_testing.h"
#include "test.h"

#define DAY 86400

static struct observation
at_host(unsigned host, int day)
{
	struct observation o = {
		.key = { .class = host % 2 == 0 ? CLASS_INFECTED_SYSTEM : CLASS_DDOS_AMPLIFIER,
		    .kind = PLACE_IP,
		    .ip = ip_of_v4(0xc0000200 + host),
		    .identifier = S("x") },
		.time_s = T0 + (int64_t)day * DAY,
		.asn = 64496 + host % 2,
		.country = { 'E', 'S' },
		.feed = host < 5 ? S("alpha") : S("beta"),
		.label = S("50%_off\\"),
		.offset = host,
	};

	o.key.id = (int64_t)((uint64_t)ip_v4(o.key.ip) << 31 | 7);
	if (host == 9)
		memset(o.country, 0, 2);
	return o;
}

static int64_t
report_make(struct store *s, const char *name)
{
	struct err e = ERR_INIT;
	struct report r = { .received_s = T0 + 400 * (int64_t)DAY, .name = slice_of_str(name) };
	int64_t id = 0;
	bool known;

	r.sha = sha256_of(r.name);
	CHECK_OK(report_add(s, &r, &id, &known, &e), &e);
	return id;
}

/* Hosts 0 to 9, each seen on `day`. */
static void
ten_hosts(struct store *s, int64_t report, int day)
{
	struct err e = ERR_INIT;

	CHECK_OK(store_batch_begin(s, report, NULL, &e), &e);
	for (unsigned i = 0; i < 10; i++) {
		struct observation o = at_host(i, day);

		CHECK_OK(store_observe(s, &o, &e), &e);
	}
	CHECK_OK(store_batch_done(s, S("f"), &e), &e);
}

struct query_case {
	const char *name;
	struct finding_query q;
	unsigned count;
};

TEST(queries_filter)
{
	struct store *s = open_new("query.db");
	struct prefix p30 = { 0 }, p6 = { 0 };
	struct finding_row r;
	struct err e = ERR_INIT;

	CHECK(prefix_read_loose(S("192.0.2.4/30"), &p30));
	CHECK(prefix_read_loose(S("2001:db8::/32"), &p6));
	ten_hosts(s, report_make(s, "a"), 1);
	{
		struct observation o = at_host(0, 2);

		o.key.kind = PLACE_URL;
		o.key.id = 77;
		o.key.place = S("http://Example.org/");
		o.key.class = CLASS_PHISHING;
		o.key.ip = ip_of_v4(0xc0000205);
		CHECK_OK(store_batch_begin(s, report_make(s, "b"), NULL, &e), &e);
		CHECK_OK(store_observe(s, &o, &e), &e);
		o.key.kind = PLACE_IP;
		o.key.id = 78;
		o.key.ip = (struct ip){ 0x20010db800000000u, 1 };
		CHECK_OK(store_observe(s, &o, &e), &e);
		CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	}
	const struct query_case cases[] = {
		{ "all", { 0 }, 12 },
		{ "id", { .id = 77 }, 1 },
		{ "class", { .class_type = S("ddos-amplifier") }, 5 },
		{ "taxonomy", { .taxonomy = S("fraud") }, 2 },
		{ "country", { .country = S("ES") }, 11 },
		{ "country unknown", { .country = S("-") }, 1 },
		{ "asn", { .has_asn = true, .asn = 64497 }, 5 },
		{ "prefix", { .has_prefix = true, .prefix = p30 }, 5 },
		{ "prefix 6", { .has_prefix = true, .prefix = p6 }, 1 },
		{ "state new", { .states = 1 << FINDING_NEW }, 12 },
		{ "state other", { .states = 1 << FINDING_NOTIFIED | 1 << FINDING_RESOLVED }, 0 },
		{ "since", { .since_s = T0 + 2 * DAY }, 2 },
		{ "until", { .until_s = T0 + 2 * DAY }, 10 },
		{ "new since", { .new_since_s = T0 + 2 * DAY }, 2 },
		{ "feed", { .feed = S("beta") }, 5 },
		{ "feed unknown", { .feed = S("gamma") }, 0 },
		{ "text of place", { .text = S("example.ORG") }, 1 },
		{ "text of label", { .text = S("%_off\\") }, 12 },
		{ "text none", { .text = S("50_") }, 0 },
		{ "limit", { .limit = 3 }, 3 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding_walk *w = NULL;
		uint64_t n = 0;
		unsigned got = 0;
		enum step step = STEP_FAIL;

		test_case("%s", cases[i].name);
		if (!CHECK_OK(finding_open(s, &cases[i].q, &w, &e), &e))
			continue;
		while ((step = finding_next(w, &r, &e)) == STEP_ITEM)
			got++;
		CHECK_INT(step, STEP_END);
		CHECK_INT(got, cases[i].count);
		finding_close(&w);
		CHECK_OK(finding_count(s, &cases[i].q, &n, &e), &e);
		CHECK(n == cases[i].count || cases[i].q.limit != 0);
	}
	{
		struct finding_walk *w = NULL;

		CHECK(!finding_open(s, &(struct finding_query){ .class_type = S("nonsense") }, &w, &e));
		CHECK_INT(e.code, ERR_INPUT);
		CHECK_OK(finding_open(s, &(struct finding_query){ .id = 78 }, &w, &e), &e);
		CHECK(finding_next(w, &r, &e) == STEP_ITEM);
		CHECK_SLICE(r.place, S("2001:db8::1"));
		CHECK_SLICE(r.feed, S("alpha"));
		CHECK(r.has_ip && r.first.report == 2 && r.last.report == 2);
		finding_close(&w);
	}
	store_close(&s);
}

TEST(pages_join_up)
{
	struct store *s = open_new("pages.db");
	struct err e = ERR_INIT;

	ten_hosts(s, report_make(s, "a"), 1);
	ten_hosts(s, report_make(s, "b"), 2);
	for (int by = FINDING_BY_ID; by <= FINDING_BY_COUNT; by++) {
		struct finding_query q = { .order = (enum finding_order)by, .limit = 3 };
		int64_t seen[16] = { 0 };
		unsigned n = 0, got;

		test_case("order %d", by);
		do {
			struct finding_walk *w = NULL;
			struct finding_row r;

			got = 0;
			if (!CHECK_OK(finding_open(s, &q, &w, &e), &e))
				break;
			while (n < 16 && finding_next(w, &r, &e) == STEP_ITEM) {
				seen[n++] = r.id;
				q.after_id = r.id;
				q.after_value = by == FINDING_BY_LAST ? r.last_s :
				    by == FINDING_BY_FIRST ? r.first_s : (int64_t)r.count;
				got++;
			}
			finding_close(&w);
		} while (got == 3);
		CHECK_INT(n, 10);
		for (unsigned i = 1; i < n; i++)
			CHECK(seen[i] > seen[i - 1]);
	}
	store_close(&s);
}

static bool
state_is(struct store *s, unsigned host, enum finding_state want)
{
	struct finding_walk *w = NULL;
	struct finding_row r;
	struct err e = ERR_INIT;
	struct observation o = at_host(host, 0);
	bool ok;

	ok = finding_open(s, &(struct finding_query){ .id = o.key.id }, &w, &e) &&
	    finding_next(w, &r, &e) == STEP_ITEM;
	CHECK(ok);
	ok = ok && CHECK_INT(r.state, want);
	finding_close(&w);
	return ok;
}

static void
act(struct store *s, unsigned host, enum finding_act a, int day)
{
	struct err e = ERR_INIT;
	struct observation o = at_host(host, 0);

	CHECK_OK(finding_act_apply(s, o.key.id, a, S("ana"), S("why"),
		     T0 + (int64_t)day * DAY, &e), &e);
}

/* Resolved as of a moment (0: as of the last sweep). */
static uint64_t
resolved(struct store *s, int64_t now_s)
{
	struct finding_query q = { .states = 1u << FINDING_RESOLVED, .now_s = now_s };
	struct finding_walk *w = NULL;
	struct finding_row r;
	struct err e = ERR_INIT;
	uint64_t n = 0, rows = 0;

	CHECK_OK(finding_count(s, &q, &n, &e), &e);
	CHECK_OK(finding_open(s, &q, &w, &e), &e);
	while (finding_next(w, &r, &e) == STEP_ITEM) {
		rows++;
		CHECK_INT(r.state, FINDING_RESOLVED);
	}
	finding_close(&w);
	CHECK_INT(rows, n);
	return n;
}

static bool
act_see(void *cookie, const struct finding_act_row *a, struct err *e)
{
	unsigned *n = cookie;

	(void)e;
	CHECK_SLICE(a->by, S("ana"));
	(*n)++;
	return true;
}

static void
dump(struct store *s, struct buf *out)
{
	struct err e = ERR_INIT;
	int fd = memfd_create("dump", MFD_CLOEXEC);

	buf_init(out, 1 << 20);
	CHECK_OK(store_dump(s, fd, &e), &e);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_OK(fd_read_all(fd, out, &e), &e);
	(void)close(fd);
}

/* A life of ten hosts; then all of it again from the reports alone. */
TEST(findings_of_a_report)
{
	struct store *s = open_new("of-report.db");
	struct err e = ERR_INIT;
	uint64_t n = 0;

	ten_hosts(s, report_make(s, "a"), 1);
	ten_hosts(s, report_make(s, "b"), 2);
	for (int64_t report = 1; report <= 3; report++) {
		test_case("report %d", (int)report);
		CHECK_OK(finding_count(s, &(struct finding_query){ .report = report }, &n, &e), &e);
		CHECK_INT(n, report <= 2 ? 10 : 0);
	}
	store_close(&s);
}

TEST(acts_outlive_a_replay)
{
	struct store *s = open_new("acts.db");
	struct err e = ERR_INIT;
	struct buf want, got;
	uint64_t n = 0;
	unsigned acts = 0;
	static const int days[] = { 1, 4, 8, 30 };
	int64_t reports[4];

	for (int i = 0; i < 4; i++) {
		char name[2] = { (char)('a' + i), '\0' };

		reports[i] = report_make(s, name);
	}
	ten_hosts(s, reports[0], 1);
	act(s, 0, FINDING_TELL, 2);
	act(s, 2, FINDING_TELL, 2);
	act(s, 2, FINDING_ACKNOWLEDGE, 3);
	act(s, 4, FINDING_RESOLVE, 3);
	act(s, 6, FINDING_RESOLVE, 5); /* day 4's event comes late */
	act(s, 8, FINDING_RESOLVE, 2);
	act(s, 8, FINDING_REOPEN, 3);
	CHECK(!finding_act_apply(s, at_host(4, 0).key.id, FINDING_TELL, S("ana"), S(""), T0, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	CHECK(!finding_act_apply(s, 12345, FINDING_TELL, S("ana"), S(""), T0, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	state_is(s, 0, FINDING_NOTIFIED);
	state_is(s, 2, FINDING_ACKNOWLEDGED);
	state_is(s, 4, FINDING_RESOLVED);
	state_is(s, 8, FINDING_RETURNED);
	ten_hosts(s, reports[1], 4);
	state_is(s, 0, FINDING_NOTIFIED);
	state_is(s, 4, FINDING_RETURNED);
	state_is(s, 6, FINDING_RESOLVED);
	act(s, 4, FINDING_TELL, 5);
	ten_hosts(s, reports[2], 8);
	state_is(s, 6, FINDING_RETURNED);
	/* Class 0's silence is 7 days, class 1's 14. */
	CHECK_OK(store_silence(s, T0 + 14 * DAY, &n, &e), &e);
	CHECK_INT(n, 0);
	/* Whoever looks at a moment sees what a sweep at that moment writes down. */
	CHECK_INT(resolved(s, T0 + 14 * DAY), resolved(s, 0));
	CHECK_INT(resolved(s, T0 + 15 * DAY), resolved(s, 0) + 5);
	CHECK_OK(store_silence(s, T0 + 15 * DAY, &n, &e), &e);
	CHECK_INT(resolved(s, T0 + 15 * DAY), resolved(s, 0));
	CHECK_INT(n, 5);
	state_is(s, 0, FINDING_RESOLVED);
	state_is(s, 1, FINDING_NEW);
	ten_hosts(s, reports[3], 30);
	state_is(s, 0, FINDING_RETURNED);
	state_is(s, 1, FINDING_RETURNED);
	act(s, 2, FINDING_TELL, 31);
	CHECK_OK(store_silence(s, T0 + 40 * DAY, &n, &e), &e);
	CHECK_INT(n, 5);
	CHECK_OK(finding_acts(s, at_host(2, 0).key.id, act_see, &acts, &e), &e);
	CHECK_INT(acts, 3);
	dump(s, &want);

	CHECK_OK(store_forget_derived(s, &e), &e);
	for (int i = 0; i < 4; i++)
		ten_hosts(s, reports[i], days[i]);
	CHECK_OK(store_acts_again(s, &e), &e);
	CHECK_OK(store_silence(s, T0 + 40 * DAY, &n, &e), &e);
	dump(s, &got);
	CHECK_SLICE(buf_view(&got), buf_view(&want));
	buf_fini(&want);
	buf_fini(&got);
	store_close(&s);
}

static bool
stats_print(void *cookie, const struct stats_row *r, struct err *e)
{
	(void)e;
	buf_printf(cookie, "%.*s %llu %llu;", SLICE_ARG(r->key),
	    (unsigned long long)r->events, (unsigned long long)r->findings);
	return true;
}

struct stats_case {
	const char *name;
	struct stats_query q;
	const char *want;
};

TEST(counts_are_kept_up)
{
	struct store *s = open_new("stats.db");
	struct err e = ERR_INIT;

	ten_hosts(s, report_make(s, "a"), 1);
	ten_hosts(s, report_make(s, "b"), 1);
	ten_hosts(s, report_make(s, "c"), 3);
	const struct stats_case cases[] = {
		{ "day", { .by = STATS_DAY }, "2026-01-02 20 10;2026-01-04 10 0;" },
		{ "the latest day", { .by = STATS_DAY, .top = 1 }, "2026-01-04 10 0;" },
		{ "since", { .by = STATS_DAY, .since_s = T0 + 2 * DAY }, "2026-01-04 10 0;" },
		{ "until", { .by = STATS_DAY, .until_s = T0 + 2 * DAY }, "2026-01-02 20 10;" },
		{ "until that day", { .by = STATS_DAY, .until_s = T0 + DAY }, "" },
		{ "country", { .by = STATS_COUNTRY }, "ES 27 9; 3 1;" },
		{ "top", { .by = STATS_COUNTRY, .top = 1 }, "ES 27 9;" },
		{ "asn", { .by = STATS_ASN }, "AS64496 15 5;AS64497 15 5;" },
		{ "class", { .by = STATS_CLASS }, "infected-system 15 5;ddos-amplifier 15 5;" },
		{ "taxonomy", { .by = STATS_TAXONOMY }, "malicious-code 15 5;vulnerable 15 5;" },
		{ "feed", { .by = STATS_FEED }, "alpha 15 5;beta 15 5;" },
		{ "state", { .by = STATS_STATE }, "new 30 10;" },
		{ "state, before its silence", { .by = STATS_STATE, .now_s = T0 + 4 * DAY }, "new 30 10;" },
		{ "state, class 0 silent", { .by = STATS_STATE, .now_s = T0 + 10 * DAY }, "new 15 5;resolved 15 5;" },
		{ "state, all silent", { .by = STATS_STATE, .now_s = T0 + 40 * DAY }, "resolved 30 10;" },
		{ "state, seen since", { .by = STATS_STATE, .since_s = T0 + 3 * DAY }, "new 30 10;" },
		{ "state, seen until", { .by = STATS_STATE, .until_s = T0 + 3 * DAY }, "" },
		{ "state of a feed", { .by = STATS_STATE, .feed = S("beta") }, "new 15 5;" },
		{ "filters", { .by = STATS_DAY, .class_type = S("ddos-amplifier"),
		    .country = S("-"), .feed = S("beta"), .has_asn = true, .asn = 64497 },
		    "2026-01-02 2 1;2026-01-04 1 0;" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;

		test_case("%s", cases[i].name);
		buf_init(&b, 4096);
		CHECK_OK(store_stats(s, &cases[i].q, stats_print, &b, &e), &e);
		CHECK_STR(buf_cstr(&b), cases[i].want);
		buf_fini(&b);
	}
	store_close(&s);
}

static bool
part_print(void *cookie, size_t part, const struct stats_row *r, struct err *e)
{
	(void)e;
	buf_printf(cookie, "%zu %.*s %lld %llu %llu\n", part, SLICE_ARG(r->key), (long long)r->number,
	    (unsigned long long)r->events, (unsigned long long)r->findings);
	return true;
}

/* What the database itself sums. */
static void
sql_print(struct store *s, const char *sql, size_t part, enum stats_by by, struct buf *out)
{
	struct stmt *q = NULL;
	struct err e = ERR_INIT;

	CHECK_OK(db_prepare(store_db(s), sql, &q, &e), &e);
	while (stmt_step(q, &e) == STEP_ITEM) {
		int64_t n = stmt_col_i64(q, 0);
		char mem[64] = "";
		struct slice key = slice_of_str(mem);

		if (by == STATS_DAY)
			key = slice_of(mem, date_print_day(n * DAY, mem));
		else if (by == STATS_ASN && n != 0)
			key = slice_of(mem, (size_t)snprintf(mem, sizeof(mem), "AS%lld", (long long)n));
		else if (by == STATS_CLASS)
			key = class_type((enum class)n);
		else if (by == STATS_COUNTRY)
			key = stmt_col(q, 1);
		buf_printf(out, "%zu %.*s %lld %lld %lld\n", part, SLICE_ARG(key),
		    (long long)(by == STATS_COUNTRY ? 0 : by == STATS_DAY ? n * DAY : n), (long long)stmt_col_i64(q, 2), (long long)stmt_col_i64(q, 3));
	}
	stmt_free(&q);
}

/* One walk for four questions says what four of the database's own say. */
TEST(counts_of_one_walk_are_the_database_s)
{
	static const struct stats_part parts[] = { { STATS_DAY, 5 }, { STATS_CLASS, 3 }, { STATS_COUNTRY, 0 }, { STATS_ASN, 20 } };
	struct store *s = open_new("stats-parts.db");
	struct err e = ERR_INIT;
	struct buf got, want;

	CHECK_OK(db_begin(store_db(s), &e), &e);
	for (int i = 0; i < 4000; i++) {
		const int64_t v[] = { 20000 + (int64_t)(test_random() % 9), (int64_t)(test_random() % CLASS_COUNT),
			(int64_t)(test_random() % 700), (int64_t)(test_random() % 5), (int64_t)(test_random() % 50), (int64_t)(test_random() % 3) };

		CHECK_OK(db_run(store_db(s), "INSERT INTO count_day (day, class, country, asn, feed, events, findings_new)"
			" VALUES (?1, ?2, CASE ?3 % 4 WHEN 0 THEN '' WHEN 1 THEN 'ES' WHEN 2 THEN 'AR' ELSE 'FR' END, ?3, ?4, ?5, ?6)"
			" ON CONFLICT DO UPDATE SET events = events + 1", v, 6, NULL, &e), &e);
	}
	CHECK_OK(db_commit(store_db(s), &e), &e);
	buf_init(&got, 1 << 20);
	buf_init(&want, 1 << 20);
	CHECK_OK(store_stats_parts(s, &(struct stats_query){ .since_s = 20002 * DAY }, parts, 4, part_print, &got, &e), &e);
	sql_print(s, "SELECT * FROM (SELECT day, '', sum(events), sum(findings_new) FROM count_day WHERE day >= 20002 GROUP BY 1 ORDER BY 1 DESC LIMIT 5) ORDER BY 1", 0, STATS_DAY, &want);
	sql_print(s, "SELECT class, '', sum(events), sum(findings_new) FROM count_day WHERE day >= 20002 GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 3", 1, STATS_CLASS, &want);
	sql_print(s, "SELECT 0, country, sum(events), sum(findings_new) FROM count_day WHERE day >= 20002 GROUP BY 2 ORDER BY 3 DESC, 2", 2, STATS_COUNTRY, &want);
	sql_print(s, "SELECT asn, '', sum(events), sum(findings_new) FROM count_day WHERE day >= 20002 GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 20", 3, STATS_ASN, &want);
	CHECK(want.len > 100);
	CHECK_STR(buf_cstr(&got), buf_cstr(&want));
	buf_fini(&got);
	buf_fini(&want);
	store_close(&s);
}

static bool
summary_print(void *cookie, const struct bad_summary *b, struct err *e)
{
	(void)e;
	buf_printf(cookie, "%.*s: %.*s %llu;", SLICE_ARG(b->column),
	    SLICE_ARG(b->kind), (unsigned long long)b->count);
	return true;
}

static bool
example_count(void *cookie, const struct bad_row *b, struct err *e)
{
	unsigned *n = cookie;

	(void)e;
	CHECK_INT(b->line, *n + 2);
	CHECK_SLICE(b->part, S("2/x.csv"));
	(*n)++;
	return true;
}

TEST(bad_records_are_summed_up)
{
	struct store *s = open_new("bad.db");
	struct err e = ERR_INIT;
	int64_t id = report_make(s, "a");
	unsigned examples = 0;
	struct buf b;

	buf_init(&b, 4096);
	test_case("a reader that says nothing of it");
	CHECK_OK(store_batch_begin(s, report_make(s, "b"), NULL, &e), &e);
	CHECK_OK(store_bad(s, 0, 1, 1, S(""), SLICE_NONE, SLICE_NONE, &e), &e);
	CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	test_case("3,000 of two kinds");
	CHECK_OK(store_batch_begin(s, id, NULL, &e), &e);
	for (unsigned i = 0; i < 3000; i++) {
		char text[64];
		int n = snprintf(text, sizeof(text), i % 3 == 0 ? "\"%u\\\"\" is no date" :
			"\"%u\" is not an IP address", i);

		CHECK_OK(store_bad(s, i * 10, 9, i + 2, S("2/x.csv"),
			     i % 3 == 0 ? S("time") : S("ip"), slice_of(text, (size_t)n), &e), &e);
	}
	CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	CHECK_OK(bad_summary(s, id, 0, summary_print, &b, &e), &e);
	CHECK_STR(buf_cstr(&b), "ip: \"...\" is not an IP address 2000;time: \"...\" is no date 1000;");
	CHECK_OK(bad_examples(s, id, 0, example_count, &examples, &e), &e);
	CHECK_INT(examples, 1000);
	test_case("numbers of a place are none of the kind");
	buf_clear(&b);
	id = report_make(s, "c");
	CHECK_OK(store_batch_begin(s, id, NULL, &e), &e);
	for (unsigned i = 0; i < 20; i++) {
		char text[64];
		int n = snprintf(text, sizeof(text), "line 1, column %u: over 10 bytes", i * i);

		CHECK_OK(store_bad(s, i, 1, i, S(""), S(""), slice_of(text, (size_t)n), &e), &e);
	}
	CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	CHECK_OK(bad_summary(s, id, 0, summary_print, &b, &e), &e);
	CHECK_STR(buf_cstr(&b), ": line #, column #: over 10 bytes 20;");
	buf_fini(&b);
	store_close(&s);
}

/* After every step the tally is what a walk over the table gives, by state and country. */
static void
tally_agrees(struct store *s, const char *when)
{
	uint64_t n[FINDING_STATE_COUNT];
	struct err e = ERR_INIT;

	test_case("%s", when);
	for (int c = 0; c < 3; c++) {
		static const char *const where[] = { "1 = 1", "country = 'ES'", "country IS NULL" };
		static const struct slice country[] = { { NULL, 0 }, S_INIT("ES"), S_INIT("-") };

		CHECK_OK(tally_states(s, country[c], n, &e), &e);
		for (unsigned i = 0; i < FINDING_STATE_COUNT; i++) {
			char sql[128];
			int64_t want = 0;

			(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM finding_now WHERE state_now = %u AND %s", i, where[c]);
			CHECK_OK(db_number(store_db(s), sql, &want, &e), &e);
			CHECK_INT(n[i], want);
		}
	}
}

TEST(states_are_kept_up)
{
	struct store *s = open_new("tally.db");
	struct times t;
	struct err e = ERR_INIT;
	uint64_t n = 0;

	ten_hosts(s, report_make(s, "a"), 1);
	tally_agrees(s, "new ones");
	act(s, 0, FINDING_TELL, 2);
	act(s, 2, FINDING_RESOLVE, 3);
	act(s, 4, FINDING_TELL, 2);
	act(s, 4, FINDING_REOPEN, 3);
	state_is(s, 4, FINDING_NEW);
	tally_agrees(s, "acts");
	ten_hosts(s, report_make(s, "b"), 4);
	tally_agrees(s, "seen again");
	CHECK_OK(store_silence(s, T0 + 30 * DAY, &n, &e), &e);
	CHECK_INT(n, 10);
	tally_agrees(s, "silence");
	ten_hosts(s, report_make(s, "c"), 60);
	tally_agrees(s, "back");
	{
		struct observation o = at_host(1, 61);

		o.country[0] = 'F';
		o.country[1] = 'R';
		CHECK_OK(store_batch_begin(s, report_make(s, "d"), NULL, &e), &e);
		CHECK_OK(store_observe(s, &o, &e), &e);
		CHECK_OK(store_batch_done(s, S("f"), &e), &e);
	}
	tally_agrees(s, "moved to another country");
	CHECK_OK(times_get(s, 1u << TIME_TOLD, T0, &t, &e), &e);
	CHECK_INT(t.count, 2);
	CHECK(t.median_s > DAY - DAY / 8 && t.median_s < DAY + DAY / 8);
	CHECK_OK(times_get(s, 1u << TIME_SILENT, T0, &t, &e), &e);
	CHECK_INT(t.count, 10);
	CHECK(t.median_s > 3 * DAY - DAY / 2 && t.median_s < 3 * DAY + DAY / 2);
	CHECK_OK(times_get(s, 1u << TIME_TOLD, T0 + 10 * DAY, &t, &e), &e);
	CHECK_INT(t.count, 0);
	CHECK_OK(store_forget_derived(s, &e), &e);
	tally_agrees(s, "all forgotten");
	store_close(&s);
}

/* Classes of durations follow one another, and each one's middle lies in it. */
TEST(durations_in_classes)
{
	unsigned before = 0;

	for (int64_t v = 0; v < 100000; v++) {
		unsigned b = time_bucket(v);

		CHECK(b == before || b == before + 1);
		before = b;
		CHECK_INT(time_bucket(time_middle(b)), b);
	}
	CHECK_INT(time_bucket(-5), 0);
	CHECK(time_middle(time_bucket(INT64_MAX)) > 0);
}

int
main(void)
{
	RUN(states_are_kept_up);
	RUN(durations_in_classes);
	RUN(queries_filter);
	RUN(pages_join_up);
	RUN(findings_of_a_report);
	RUN(acts_outlive_a_replay);
	RUN(counts_are_kept_up);
	RUN(counts_of_one_walk_are_the_database_s);
	RUN(bad_records_are_summed_up);
	return test_end();
}
