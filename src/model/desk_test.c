#include "model/desk_testing.h"

#include "model/desk_member.h"
#include "parse/date.h"

/* --- values ------------------------------------------------------------------ */

static const struct value_case {
	const char *kind, *field, *typed, *want; /* NULL: refused */
	const char *says;
} values[] = {
	{ "need", "budget", "1000 USD 2026-11-29", "{\"amount\":\"1000\",\"currency\":\"USD\",\"date\":\"2026-11-29\"}", NULL },
	{ "need", "budget", "1000.5 USD 2026-11-29", "{\"amount\":\"1000.50\",\"currency\":\"USD\",\"date\":\"2026-11-29\"}", NULL },
	{ "need", "budget", "1000", NULL, "an amount has a currency" },
	{ "need", "budget", "1000 USD", NULL, "an amount has a date" },
	{ "need", "budget", "1000 XXX 2026-11-29", NULL, "no currency by ISO 4217" },
	{ "need", "budget", "1000 USD 2026-02-29", NULL, "is no day" },
	{ "need", "budget", "-5 USD 2026-02-28", NULL, "not below zero" },
	{ "need", "budget", "1e9 USD 2026-02-28", NULL, "an amount is a number" },
	{ "need", "budget", "9999999999999 USD 2026-02-28", NULL, "an amount is a number" },
	{ "need", "budget", "{\"amount\":\"1\",\"currency\":\"USD\",\"date\":\"2026-11-29\",\"x\":1}", NULL, "is none of amount currency date" },
	{ "need", "topics", "1, b ,m", "[\"1\",\"b\",\"m\"]", NULL },
	{ "need", "topics", "1,1", NULL, "in it twice" },
	{ "need", "topics", "n", NULL, "is none of 1 2 3" },
	{ "need", "problem", "Nobody answers", "{\"en\":\"Nobody answers\"}", NULL },
	{ "need", "problem", "es: Nadie responde | en: Nobody answers", "{\"es\":\"Nadie responde\",\"en\":\"Nobody answers\"}", NULL },
	{ "need", "problem", "{\"de\":\"Niemand\"}", NULL, "none of ar zh en fr ru es" },
	{ "need", "problem", "", NULL, "it is empty" },
	{ "need", "problem", "right\xe2\x80\xaeleft", NULL, "nobody can see" },
	{ "need", "country", "KE", "\"KE\"", NULL },
	{ "need", "country", "XX", NULL, "is no country" },
	{ "need", "country", "ke", NULL, "is no country" },
	{ "need", "indicators", "LS-1,HC-2", "[\"LS-1\",\"HC-2\"]", NULL },
	{ "need", "indicators", "LS-99", NULL, "no indicator of readiness" },
	{ "need", "indicators", "LS1", NULL, "no indicator of readiness" },
	{ "need", "public", "yes", "true", NULL },
	{ "need", "public", "maybe", NULL, "true or false" },
	{ "need", "order", "0", NULL, "from 1 to 1000" },
	{ "need", "order", "x", NULL, "from 1 to 1000" },
	{ "offer", "need", "need:1", "\"need:1\"", NULL },
	{ "offer", "need", "project:1", NULL, "no id of this kind: need" },
	{ "offer", "need", "need:1 OR 1", NULL, "no id of this kind: need" },
	{ "answer", "level", "na", "\"na\"", NULL },
	{ "answer", "level", "5", NULL, "none of 0 1 2 3 4 na" },
	{ "answer", "evidence", "https://x.example/law 2026-01-02 page 3",
	    "[{\"url\":\"https://x.example/law\",\"seen\":\"2026-01-02\",\"page\":\"page 3\"}]", NULL },
	{ "answer", "evidence", "https://x.example/law", NULL, "the day on which it was seen" },
	{ "answer", "evidence", "javascript:alert(1) 2026-01-02", NULL, "no link" },
	{ "answer", "evidence", "sha256:00 2026-01-02", NULL, "no SHA-256" },
	{ "indicator", "baseline", "-12.5 2026-01-01", "{\"date\":\"2026-01-01\",\"value\":\"-12.50\"}", NULL },
	{ "indicator", "baseline", "12.5", NULL, "a figure has a date" },
	{ "focal-point", "mail", "csirt@x.example", "\"csirt@x.example\"", NULL },
	{ "focal-point", "mail", "csirt", NULL, "not a mail address" },
	{ "focal-point", "person", "Jane Roe", NULL, "kept beside the record" },
};

TEST(value_cases)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct value_case *c = &values[i];
		struct err e = ERR_INIT;
		enum desk_kind k;
		struct buf b;
		bool ok;

		test_case("%s %s", c->field, c->typed);
		buf_init(&b, 4096);
		CHECK(desk_kind_find(slice_of_str(c->kind), &k));
		ok = desk_value_type(desk_field_find(desk_kind_of(k), slice_of_str(c->field)), slice_of_str(c->typed), &b, &e);
		CHECK(ok == (c->want != NULL));
		if (c->want != NULL) {
			CHECK_OK(ok, &e);
			CHECK_SLICE(buf_view(&b), slice_of_str(c->want));
		} else if (slice_find(slice_of_str(e.text), slice_of_str(c->says)) == SIZE_MAX) {
			CHECK_STR(e.text, c->says);
		}
		buf_fini(&b);
	}
}

TEST(days_and_amounts)
{
	int64_t s, v = 0;
	struct buf b;

	CHECK(desk_day_read(S("2026-11-27"), &s)); /* a Friday */
	CHECK_INT((desk_working_days(s, 1) - s) / 86400, 3);
	CHECK_INT((desk_working_days(s, 15) - s) / 86400, 21);
	CHECK(desk_day_read(S("2026-01-31"), &s) && desk_day_read(S("2026-02-28"), &v));
	CHECK_INT(desk_months(s, 1), v);
	CHECK(desk_day_read(S("2024-02-29"), &s) && desk_day_read(S("2025-02-28"), &v));
	CHECK_INT(desk_months(s, 12), v);
	CHECK(!desk_day_read(S("2026-13-01"), &s) && !desk_day_read(S("2026-1-01"), &s) && !desk_day_read(S(""), &s));
	buf_init(&b, 4096);
	for (int i = 0; i < 20000; i++) {
		int64_t want = (int64_t)(test_random() % 2000000000000) - 1000000000000;

		buf_clear(&b);
		desk_amount_print(want, &b);
		if (!desk_amount_read(buf_view(&b), &v) || v != want)
			CHECK_INT(v, want);
	}
	buf_fini(&b);
	CHECK(desk_is_member(S("KE")) && !desk_is_member(S("AI")) && !desk_is_member(S("XX")));
}

/* --- tables ------------------------------------------------------------------------ */

static bool
names_ok(const struct desk_type_of *t, const char *names)
{
	struct slice rest = slice_of_str(names), name;

	while (rest.len > 0 && slice_cut(&rest, ' ', &name)) {
		if (desk_field_find(t, name) == NULL)
			return false;
	}
	return true;
}

/* The tables say nothing that the engine would not find; every state but the first is reached by some move. */
TEST(tables)
{
	for (int i = 0; i < DESK_KIND_COUNT; i++) {
		const struct desk_type_of *t = desk_kind_of((enum desk_kind)i);
		uint32_t reached = 1;

		test_case("%s", t->name);
		CHECK_INT(t->kind, i);
		CHECK(t->flow->state_count > 0 && t->flow->state_count <= 32);
		CHECK(names_ok(t, t->natural) && (t->parent == NULL || desk_field_find(t, slice_of_str(t->parent))->type == DESK_REF));
		for (size_t s = 0; s < t->flow->state_count; s++)
			CHECK(names_ok(t, t->flow->states[s].needs));
		for (size_t m = 0; m < t->flow->move_count; m++) {
			const struct desk_move *x = &t->flow->moves[m];

			test_case("%s %s", t->name, x->name);
			CHECK(names_ok(t, x->needs) && x->by != 0 && x->to < t->flow->state_count && x->from >> t->flow->state_count == 0);
			CHECK(strcmp(x->name, "edit") != 0 && strcmp(x->name, "new") != 0 && strcmp(x->name, "propose-it") != 0);
			for (size_t s = 0; s < t->flow->state_count; s++)
				CHECK((x->from >> s & 1) == 0 || !t->flow->states[s].final);
			reached |= 1u << x->to;
		}
		CHECK_INT(reached, (INT64_C(1) << t->flow->state_count) - 1);
	}
	for (size_t i = 0; i < desk_follow_count; i++) {
		bool found = false;

		for (unsigned s = 0; s < 32; s++)
			found = found || desk_move_find(desk_kind_of(desk_follows[i].to), slice_of_str(desk_follows[i].then), s) != NULL;
		CHECK(found);
	}
	for (size_t i = 0; i < desk_clock_count; i++) {
		const struct desk_clock *c = &desk_clocks[i];
		unsigned s;

		CHECK(desk_state_find(desk_kind_of(c->kind), slice_of_str(c->state), &s));
		CHECK(c->then == NULL || desk_move_find(desk_kind_of(c->kind), slice_of_str(c->then), s) != NULL);
		CHECK(c->day == NULL || desk_field_find(desk_kind_of(c->kind), slice_of_str(c->day)) != NULL);
	}
}

/* --- documents ------------------------------------------------------------------------ */

TEST(documents)
{
	struct desk_of_test t;
	struct err e = ERR_INIT;
	struct desk_record r, x;
	struct slice text;
	char id[DESK_ID_MAX];
	uint8_t chance[10] = { 0 };

	desk_test_begin(&t);
	CHECK_OK(desk_go(&t, desk_person("dan"), "new need", "need:1", "{\"country\":\"ES\",\"title\":\"CSIRT\",\"problem\":\"None\"}", NULL, &e), &e);
	r = t.v[0];
	text = r.json;
	CHECK_OK(desk_doc_read(text, &t.a, &x, &e), &e);
	CHECK(desk_doc_write(&x, &t.a, &e) && slice_eq(x.json, text) && memcmp(&x.sha, &r.sha, sizeof(x.sha)) == 0);
	CHECK_SLICE(desk_title(&x, "en"), S("CSIRT"));
	CHECK_SLICE(desk_done_by(&x, "new"), S("dan"));
	CHECK(!desk_doc_read(S("{\"id\":\"need:1\"}"), &t.a, &x, &e));
	/* Whatever byte is cut off, it is no document. */
	for (size_t n = 0; n < text.len; n++) {
		if (desk_doc_read(slice_sub(text, 0, n), &t.a, &x, &e))
			CHECK_INT(n, -1);
	}
	CHECK_OK(desk_go(&t, desk_person("dan"), "edit", "need:1", "{\"urgency\":\"high\"}", NULL, &e), &e);
	CHECK(memcmp(&t.v[1].before, &t.v[0].sha, SHA256_BYTES) == 0);
	desk_id_print(DESK_NEED, INT64_C(1469918176385), chance, id);
	CHECK_STR(id, "need:01ARYZ6S410000000000000000");
	desk_test_end(&t);
}

int
main(void)
{
	RUN(value_cases);
	RUN(days_and_amounts);
	RUN(tables);
	RUN(documents);
	return test_end();
}
