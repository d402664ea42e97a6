/* Sightings of what indicators met: what they say, when they are told anew, whom they reach; and what is kept no longer. */
#include "share/sight.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/agreement_testing.h"
#include "share/gate_object.h"
#include "share/retain.h"
#include "share/stix_in.h"
#include "store/store_testing.h"

#define IND(n) "indicator--00000000-0000-4000-8000-00000000000" #n
#define GREEN "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
#define RED "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
#define CLAUSES(onward) KIT_CLAUSE(1, "abuse-report", "\"protect\"", "AMBER", 90, "\"none\"") "," KIT_CLAUSE(2, "indicator", "\"protect\"", "AMBER", 30, onward)

static const struct stix_out us = { .name = S_INIT("CSIRT a"), .mail = S_INIT("a@a.example") };

static int64_t
number(struct store *s, const char *sql)
{
	struct err e = ERR_INIT;
	int64_t n = -1;

	CHECK_OK(db_number(store_db(s), sql, &n, &e), &e);
	return n;
}

static void
run_sql(struct store *s, const char *sql)
{
	struct err e = ERR_INIT;

	CHECK_OK(db_exec(store_db(s), sql, &e), &e);
}

static void
partner(struct store *s, struct slice id)
{
	struct agreement_party them = kit_party(id);
	struct partner p = { .id = id, .kind = S("node"), .has_key = true, .key = them.key };
	struct err e = ERR_INIT;

	CHECK_OK(partner_put(s, &p, false, T0, &e), &e);
}

/* Us (a) and b and c, all in one agreement. */
static struct store *
node(const char *name, const char *clauses)
{
	struct agreement_party self = kit_party(S("a"));
	struct kit_text t = { .id = "one", .kind = AGREEMENT_TECHNICAL, .parties = "a b c", .clauses = clauses };
	struct store *s = open_new(name);
	struct agreement_text text;
	struct agreement *g;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	CHECK_OK(party_self_put(s, S("a"), &self.key, &e), &e);
	partner(s, S("b"));
	partner(s, S("c"));
	arena_init(&a, 4 << 20);
	buf_init(&b, AGREEMENT_TEXT_BYTES_MAX);
	kit_text_put(&t, true, &b);
	CHECK_OK(agreement_text_read(buf_view(&b), &a, &text, &e), &e);
	CHECK_OK(agreement_text_put(s, &text, &e), &e);
	CHECK_OK(agreement_load(s, text.id, KIT_NOW, &g, &e), &e);
	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; sign c 3", &e), &e);
	for (uint32_t i = 0; i < g->act_count; i++)
		CHECK_OK(agreement_act_put(s, text.id, &g->acts[i], &e), &e);
	agreement_free(&g);
	buf_fini(&b);
	arena_fini(&a);
	return s;
}

/* Indicators 1 to 3 come, from c where `from` says so, into the collection local. */
static void
indicators_come(struct store *s, const char *marks, bool from)
{
	struct stix_in in = { .store = s };
	struct gate_partner *gate = NULL;
	struct gate_object g;
	struct collection c;
	struct err e = ERR_INIT;
	struct source src;
	struct arena a;
	struct buf b;

	arena_init(&a, 65536);
	buf_init(&b, 65536);
	for (int i = 1; i <= 3; i++)
		buf_printf(&b, "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-00000000000%d\","
			       "\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"pattern\":\"[ipv4-addr:value = '198.51.100.%d']\","
			       "\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\"%s}", i, i, marks);
	CHECK_OK(collection_need(s, COLLECTION_LOCAL, &a, &c, &e), &e);
	in.collection = c.id;
	if (from) {
		CHECK_OK(gate_partner_open(s, S("c"), KIT_NOW, &gate, &e), &e);
		gate_object_init(&g, gate, s, KIT_DAY(10));
		in.may = gate_object_receive;
		in.may_cookie = &g;
	}
	source_of_slice(&src, buf_view(&b));
	CHECK_OK(stix_in(&in, &src, &e), &e);
	CHECK_INT(in.added, 3);
	if (from)
		CHECK_OK(gate_object_end(&g, &e), &e);
	gate_partner_close(&gate);
	buf_fini(&b);
	arena_fini(&a);
}

static uint64_t
told(struct store *s, int64_t now_s)
{
	struct sight x = { .who = us, .now_s = now_s };
	struct err e = ERR_INIT;

	do {
		if (!CHECK_OK(sight_slice(s, &x, &e), &e))
			break;
	} while (!x.end);
	return x.made;
}

/* What is in the collection of sightings, one behind the other; partner NONE: all. */
static const char *
sightings(struct store *s, struct slice to)
{
	static char out[8192];
	struct object_query q = { .all = true };
	struct gate_partner *gate = NULL;
	struct gate_object g;
	struct object_walk *w = NULL;
	struct object_row row;
	struct collection c;
	struct err e = ERR_INIT;
	struct arena a;
	bool found;

	out[0] = '\0';
	arena_init(&a, 65536);
	if (to.p != NULL) {
		CHECK_OK(gate_partner_open(s, to, KIT_NOW, &gate, &e), &e);
		gate_object_init(&g, gate, s, KIT_DAY(11));
	}
	CHECK_OK(collection_find(s, SIGHT_COLLECTION, &a, &c, &found, &e), &e);
	q.collection = c.id;
	CHECK_OK(object_open(s, &q, &w, &e), &e);
	while (found && object_next(w, &row, &e) == STEP_ITEM) {
		struct slice of = slice_from(row.bytes, slice_find(row.bytes, S("\"sighting_of_ref\":")));

		if (!slice_eq(row.type, S("sighting")) || (to.p != NULL && !gate_object_may(&g, &row)))
			continue;
		(void)snprintf(out + strlen(out), sizeof(out) - strlen(out), "%.*s:%.*s ", 1, (const char *)of.p + 18 + sizeof(IND(1)) - 1,
		    (int)slice_find_byte(slice_from(row.bytes, slice_find(row.bytes, S("\"count\":")) + 8), ','),
		    (const char *)row.bytes.p + slice_find(row.bytes, S("\"count\":")) + 8);
	}
	object_close(&w);
	if (to.p != NULL)
		CHECK_OK(gate_object_end(&g, &e), &e);
	gate_partner_close(&gate);
	arena_fini(&a);
	return out;
}

#define SEEN(indicator, tlp, count, first, last) "INSERT INTO indicator_seen (indicator, tlp, count, first_s, last_s) VALUES (" #indicator ", " #tlp ", " #count ", " #first ", " #last ")"

TEST(what_they_say)
{
	struct store *s = node("say.db", CLAUSES("\"none\""));

	clock_fix(KIT_DAY(10));
	indicators_come(s, ",\"object_marking_refs\":[\"" GREEN "\"]", false);
	CHECK_INT(told(s, KIT_DAY(10)), 0);
	run_sql(s, SEEN(1, 0, 3, 1767225600, 1767225900));
	run_sql(s, SEEN(1, 1, 4, 1767225500, 1767225700));
	test_case("what was marked closer than the indicator is not counted");
	run_sql(s, SEEN(1, 2, 50, 1767220000, 1767330000));
	run_sql(s, SEEN(2, 4, 9, 1767225600, 1767225600));
	CHECK_INT(told(s, KIT_DAY(10)), 1);
	CHECK_STR(sightings(s, SLICE_NONE), "1:7 ");
	CHECK_INT(number(s, "SELECT count(*) FROM object WHERE CAST(bytes AS TEXT) LIKE '%\"first_seen\":\"2025-12-31T23:58:20.000Z\",\"last_seen\":\"2026-01-01T00:05:00.000Z\",\"count\":7,%'"
		" AND CAST(bytes AS TEXT) LIKE '%\"object_marking_refs\":[\"" GREEN "\"]}'"), 1);
	CHECK_INT(number(s, "SELECT count(*) FROM object WHERE CAST(bytes AS TEXT) LIKE '%\"name\":\"CSIRT a\"%'"), 1);
	test_case("nothing new, nothing told");
	CHECK_INT(told(s, KIT_DAY(11)), 0);
	CHECK_INT(number(s, "SELECT count(*) FROM indicator_seen WHERE told <> count"), 0);
	test_case("after a replay the same");
	run_sql(s, "UPDATE indicator_seen SET told = 0");
	CHECK_INT(told(s, KIT_DAY(11)), 0);
	test_case("more: another version, in the place of the one before, later though the clock is not");
	run_sql(s, "UPDATE indicator_seen SET count = count + 1 WHERE tlp = 0");
	CHECK_INT(told(s, KIT_DAY(10)), 1);
	CHECK_STR(sightings(s, SLICE_NONE), "1:8 ");
	CHECK_INT(number(s, "SELECT count(*) FROM object WHERE CAST(bytes AS TEXT) LIKE '%\"created\":\"2026-01-11T00:00:00.000Z\",\"modified\":\"2026-01-11T00:00:00.001Z\"%'"), 1);
	{
		struct sight x = { .now_s = KIT_DAY(11) };
		struct err e = ERR_INIT;

		test_case("nobody saw it");
		CHECK(!sight_slice(s, &x, &e));
		CHECK_INT(e.code, ERR_INPUT);
	}
	clock_fix(INT64_MIN);
	store_close(&s);
}

TEST(many)
{
	struct store *s = node("many.db", CLAUSES("\"none\""));

	indicators_come(s, "", false);
	/* Of those that are gone nothing is told, and they are not asked about again. */
	run_sql(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
		   " INSERT INTO indicator_seen (indicator, tlp, count, first_s, last_s) SELECT i, 0, i, 1767225600, 1767225600 FROM n");
	CHECK_INT(told(s, KIT_DAY(10)), 3);
	CHECK_STR(sightings(s, SLICE_NONE), "1:1 2:2 3:3 ");
	CHECK_INT(number(s, "SELECT count(*) FROM indicator_seen WHERE told <> count"), 0);
	store_close(&s);
}

static const struct { const char *clauses, *marks; bool from; const char *b, *c; } reaches[] = {
	/* ours: as far as a clause on abuse reports says */
	{ CLAUSES("\"none\""), "", false, "1:5 ", "1:5 " },
	{ CLAUSES("\"none\""), ",\"object_marking_refs\":[\"" RED "\"]", false, "", "" },
	{ CLAUSES("\"none\""), ",\"object_marking_refs\":[\"" GREEN "\"],\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[\"pattern\"]}]", false, "", "" },
	/* c's: back to c, and on to others as c's clause says */
	{ CLAUSES("\"none\""), "", true, "", "1:5 " },
	{ CLAUSES("\"same-agreement\""), "", true, "1:5 ", "1:5 " },
	{ CLAUSES("[\"b\"]"), "", true, "1:5 ", "1:5 " },
	{ CLAUSES("[\"d\"]"), "", true, "", "1:5 " },
	/* no clause lets us give such */
	{ KIT_CLAUSE(1, "indicator", "\"protect\"", "AMBER", 30, "\"same-agreement\""), "", true, "", "" },
};

TEST(whom_they_reach)
{
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++) {
		struct store *s;
		char name[32];

		(void)snprintf(name, sizeof(name), "reach%zu.db", i);
		test_case("%zu %s %s", i, reaches[i].clauses, reaches[i].marks);
		s = node(name, reaches[i].clauses);
		indicators_come(s, reaches[i].marks, reaches[i].from);
		run_sql(s, SEEN(1, 0, 5, 1767225600, 1767225900));
		CHECK_INT(told(s, KIT_DAY(10)), 1);
		CHECK_STR(sightings(s, S("b")), reaches[i].b);
		CHECK_STR(sightings(s, S("c")), reaches[i].c);
		/* what was answered stands in the log */
		CHECK_INT(number(s, "SELECT count(*) FROM transfer WHERE allowed = 1 AND record LIKE 'sighting--%'"), (reaches[i].b[0] != '\0') + (reaches[i].c[0] != '\0'));
		store_close(&s);
	}
}

static uint64_t
swept(struct store *s, int64_t now_s, uint64_t *objects)
{
	struct retain x = { .who = us, .now_s = now_s };
	struct err e = ERR_INIT;

	do {
		if (!CHECK_OK(retain_slice(s, &x, &e), &e))
			break;
	} while (!x.end);
	*objects = x.objects;
	return x.records;
}

TEST(kept_no_longer)
{
	struct store *s = node("retain.db", CLAUSES("\"none\""));
	struct indicators *x = NULL;
	struct indicators_at at = { 0, 0 };
	struct err e = ERR_INIT;
	struct stix_object o;
	enum object_put what;
	struct collection c;
	uint64_t objects;
	struct arena a;
	bool mine;
	static const struct slice ours = S_INIT("{\"type\":\"mutex\",\"id\":\"mutex--00000000-0000-4000-8000-000000000009\",\"name\":\"ours\"}");

	indicators_come(s, "", true);
	/* One of them lies in another collection, too; and something of ours. */
	arena_init(&a, 1 << 20);
	CHECK_OK(collection_need(s, S("other"), &a, &c, &e), &e);
	run_sql(s, "INSERT INTO collection_object SELECT 2, added_us, object, type, flags FROM collection_object WHERE object = 1");
	CHECK_OK(stix_read(ours, &a, &o, &e), &e);
	CHECK_OK(objects_begin(s, &mine, &e), &e);
	CHECK_OK(objects_end(s, mine, object_put(s, c.id, &o, ours, &a, &what, &e), &e), &e);
	run_sql(s, SEEN(1, 0, 5, 1767225600, 1767225900));
	run_sql(s, "INSERT INTO indicator_part (indicator, state) VALUES (1, x'00')");
	CHECK_INT(told(s, KIT_DAY(10)), 1);
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK_INT(indicators_count(x), 3);
	test_case("until the day");
	CHECK_INT(swept(s, KIT_DAY(40) - 1, &objects), 0);
	CHECK_INT(objects, 0);
	test_case("and from then on not");
	CHECK_INT(swept(s, KIT_DAY(40), &objects), 3);
	CHECK_INT(objects, 5); /* three, one of them in two collections, and a sighting */
	CHECK_INT(number(s, "SELECT count(*) FROM object"), 2); /* ours, and we ourselves */
	CHECK_INT(number(s, "SELECT count(*) FROM indicator"), 0);
	CHECK_INT(number(s, "SELECT count(*) FROM indicator_seen"), 0);
	CHECK_INT(number(s, "SELECT count(*) FROM indicator_part"), 0);
	CHECK_INT(number(s, "SELECT count(*) FROM record_origin"), 0);
	CHECK_OK(indicators_load(s, &x, &at, &e), &e);
	CHECK(x == NULL || indicators_count(x) == 0);
	CHECK_INT(swept(s, KIT_DAY(400), &objects), 0);
	test_case("what was told of a POST, a day long");
	CHECK_OK(object_status_put(s, S("x"), S("{}"), KIT_DAY(40), &e), &e);
	CHECK_OK(object_status_sweep(s, KIT_DAY(41), &objects, &e), &e);
	CHECK_INT(objects, 0);
	CHECK_OK(object_status_sweep(s, KIT_DAY(41) + 1, &objects, &e), &e);
	CHECK_INT(objects, 1);
	indicators_free(&x);
	arena_fini(&a);
	store_close(&s);
}

/* What c gave stays under c's clause, and c's to change, whoever else sends it. */
TEST(not_the_senders)
{
	static const struct { const char *modified; unsigned known, failed; } sent[] = { { "2026-01-01T00:00:00.000Z", 1, 0 }, { "2026-01-05T00:00:00.000Z", 0, 1 } };
	struct store *s = node("whose.db", CLAUSES("\"same-agreement\""));

	indicators_come(s, "", true);
	for (size_t i = 0; i < 2; i++) {
		struct stix_in in = { .store = s, .collection = 1, .may = gate_object_receive };
		struct gate_partner *gate = NULL;
		struct gate_object g;
		struct err e = ERR_INIT;
		struct source src;
		char text[600];

		test_case("%s", sent[i].modified);
		(void)snprintf(text, sizeof(text), "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"" IND(1) "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"%s\","
						    "\"pattern\":\"[ipv4-addr:value = '198.51.100.1']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\"}", sent[i].modified);
		CHECK_OK(gate_partner_open(s, S("b"), KIT_NOW, &gate, &e), &e);
		gate_object_init(&g, gate, s, KIT_DAY(11));
		in.may_cookie = &g;
		source_of_slice(&src, slice_of_str(text));
		CHECK_OK(stix_in(&in, &src, &e), &e);
		CHECK_INT(in.known, sent[i].known);
		CHECK_INT(in.failed, sent[i].failed);
		CHECK_OK(gate_object_end(&g, &e), &e);
		gate_partner_close(&gate);
	}
	CHECK_INT(number(s, "SELECT count(*) FROM record_origin WHERE party = 'c'"), 3);
	store_close(&s);
}

int
main(void)
{
	RUN(what_they_say);
	RUN(many);
	RUN(whom_they_reach);
	RUN(kept_no_longer);
	RUN(not_the_senders);
	return test_end();
}
