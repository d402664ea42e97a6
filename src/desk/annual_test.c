#include "desk/annual.h"

#include <stdlib.h>

#include "base/file.h"
#include "desk/annual_testing.h"
#include "parse/json_canon.h"
#include "store/store_testing.h"

static bool
collect(struct store *s, int64_t as_of_s, struct slice corrects, struct buf *b)
{
	struct annual_ask q = { .year = FILL_YEAR, .as_of_s = as_of_s, .node = S("Test"), .corrects = corrects };
	struct err e = ERR_INIT;

	buf_clear(b);
	return CHECK_OK(annual_collect(s, &q, b, &e), &e);
}

static struct store *
filled(const char *name)
{
	struct store *s = open_new(name);
	struct err e = ERR_INIT;

	CHECK_OK(fill(s, 12, 40, &e), &e);
	return s;
}

/* GOLDEN_WRITE=1 writes it; a person reads what changed. */
TEST(golden)
{
	struct store *s = filled("golden.db");
	const char *path = test_path("tests/golden/annual/2026.json");
	struct buf b, want;
	struct err e = ERR_INIT;

	buf_init(&b, ANNUAL_BYTES_MAX);
	buf_init(&want, ANNUAL_BYTES_MAX);
	(void)collect(s, annual_end(FILL_YEAR), SLICE_NONE, &b);
	buf_byte(&b, '\n');
	if (getenv("GOLDEN_WRITE") != NULL)
		CHECK_OK(file_write(path, buf_view(&b), &e), &e);
	CHECK_OK(file_read(path, &want, &e), &e);
	CHECK(slice_eq(buf_view(&b), buf_view(&want)));
	buf_fini(&want);
	buf_fini(&b);
	store_close(&s);
}

static struct slice first_id;
static bool
first_take(void *cookie, const struct desk_record *r, struct err *e)
{
	(void)e;
	if (first_id.p == NULL)
		first_id = arena_copy(cookie, r->id);
	return true;
}

/* Whenever it is counted, the same moment gives the same bytes: later versions do not count. */
TEST(the_same_bytes)
{
	struct store *s = filled("same.db");
	int64_t end = annual_end(FILL_YEAR), middle = FILL_BEGIN + 200 * FILL_DAY;
	struct buf a, b, m;
	struct desk_record r;
	struct err e = ERR_INIT;
	struct arena mem;
	bool found = false;

	arena_init(&mem, (size_t)8 << 20);
	buf_init(&a, ANNUAL_BYTES_MAX);
	buf_init(&b, ANNUAL_BYTES_MAX);
	buf_init(&m, ANNUAL_BYTES_MAX);
	(void)collect(s, end, SLICE_NONE, &a);
	(void)collect(s, end + 90 * FILL_DAY, SLICE_NONE, &b);
	CHECK(slice_eq(buf_view(&a), buf_view(&b)));
	(void)collect(s, middle, SLICE_NONE, &m);
	CHECK(!slice_eq(buf_view(&a), buf_view(&m)));
	/* A project is cancelled in January: the year before stays as it was. */
	first_id = SLICE_NONE;
	CHECK_OK(desk_list(s, &(struct desk_query){ .has_kind = true, .kind = DESK_PROJECT, .state = S("implementation") }, first_take, &mem, &e), &e);
	CHECK_OK(desk_load(s, first_id, 0, &mem, &r, &found, &e), &e);
	CHECK(found && desk_state_find(desk_kind_of(DESK_PROJECT), S("cancelled"), &r.state));
	r.before = r.sha;
	r.version++;
	r.changed_s = r.state_s = end + FILL_DAY;
	CHECK_OK(desk_doc_write(&r, &mem, &e) && desk_version_add(s, &r, &e), &e);
	(void)collect(s, end + 90 * FILL_DAY, SLICE_NONE, &b);
	CHECK(slice_eq(buf_view(&a), buf_view(&b)));
	(void)collect(s, middle, SLICE_NONE, &b);
	CHECK(slice_eq(buf_view(&m), buf_view(&b)));
	/* A correction names what it corrects, and is another. */
	(void)collect(s, end, S("sha256:00"), &b);
	CHECK(!slice_eq(buf_view(&a), buf_view(&b)) && slice_find(buf_view(&b), S("\"corrects\":\"sha256:00\"")) != SIZE_MAX);
	buf_fini(&m);
	buf_fini(&b);
	buf_fini(&a);
	arena_fini(&mem);
	store_close(&s);
}

static int64_t
number(const struct annual *x, enum annual_id t, const char *key, size_t column)
{
	int64_t n = -2;

	JSON_EACH(row, x->rows[t]) {
		const struct json *c = row->first;

		if (!slice_eq(json_text(c), slice_of_str(key)))
			continue;
		for (size_t i = 0; i < column; i++)
			c = c->next;
		return c->kind == JSON_NULL ? -1 : json_int(c, &n) ? n : -2;
	}
	return n;
}

/* Of an empty node: what was counted is zero, what nobody recorded is unknown. */
TEST(unknown_is_not_zero)
{
	struct store *s = open_new("empty.db");
	struct err e = ERR_INIT;
	struct annual x;
	struct arena a;
	struct buf b, shown;

	arena_init(&a, (size_t)16 << 20);
	buf_init(&b, ANNUAL_BYTES_MAX);
	buf_init(&shown, 1000);
	(void)collect(s, annual_end(FILL_YEAR), SLICE_NONE, &b);
	CHECK_OK(annual_read(buf_view(&b), &a, &x, &e), &e);
	CHECK_INT(number(&x, ANNUAL_FIGURES, "members", 1), 0);
	CHECK_INT(number(&x, ANNUAL_FIGURES, "members", 2), -1); /* no report of last year */
	CHECK_INT(number(&x, ANNUAL_RIGHTS, "privacy_incidents", 1), -1);
	CHECK_INT(number(&x, ANNUAL_UNKNOWN, "desk_cost", 1), -1);
	CHECK_INT(number(&x, ANNUAL_ANSWERS, "150", 3), -1); /* a median of nothing */
	CHECK_INT(number(&x, ANNUAL_DOMAINS, "LS", 3), -1);
	annual_cell(&annual_tables[ANNUAL_FIGURES], 2, x.rows[ANNUAL_FIGURES]->first->first->next->next, LANG_EN, &shown);
	CHECK_STR(buf_cstr(&shown), "not known");
	buf_fini(&shown);
	buf_fini(&b);
	arena_fini(&a);
	store_close(&s);
}

/* What a country does not open is in no row; rows are in the order of codes, never of figures. */
TEST(one_by_one_only_what_is_open)
{
	static const enum annual_id one_by_one[] = { ANNUAL_PROJECTS, ANNUAL_RESULTS, ANNUAL_EVALUATIONS };
	struct store *s = filled("open.db");
	struct err e = ERR_INIT;
	struct annual x;
	struct arena a;
	struct buf b;
	size_t seen = 0;

	arena_init(&a, (size_t)64 << 20);
	buf_init(&b, ANNUAL_BYTES_MAX);
	(void)collect(s, annual_end(FILL_YEAR), SLICE_NONE, &b);
	CHECK_OK(annual_read(buf_view(&b), &a, &x, &e), &e);
	for (size_t i = 0; i < sizeof(one_by_one) / sizeof(one_by_one[0]); i++) {
		struct slice before = SLICE_NONE;

		JSON_EACH(row, x.rows[one_by_one[i]]) {
			struct slice code = json_text(row->first->next);
			unsigned n = 0;

			/* Every third country opens nothing (annual_testing.h). */
			while (n < 12 && !slice_eq(code, slice_of_str(desk_members[n * (desk_member_count / 12)].code)))
				n++;
			CHECK(n < 12 && n % 3 != 0);
			CHECK(before.p == NULL || slice_cmp(before, code) <= 0);
			before = code;
			seen++;
		}
	}
	CHECK(seen > 10);
	/* No table of countries but those of what is theirs to show: none has a figure to rank by beside a public one. */
	for (size_t t = 0; t < ANNUAL_TABLES; t++) {
		for (size_t c = 0; c < annual_tables[t].column_count; c++)
			CHECK(annual_tables[t].columns[c].type != ANNUAL_COUNTRY || annual_tables[t].chart == ANNUAL_PLAIN || annual_tables[t].chart == ANNUAL_SPANS ||
			    t == ANNUAL_RESULTS);
	}
	buf_fini(&b);
	arena_fini(&a);
	store_close(&s);
}

TEST(read_again)
{
	static const struct { const char *name, *from, *to, *says; } cases[] = {
		{ "another form", "\"annual\":1", "\"annual\":2", "form 1" },
		{ "no year", "\"year\":2026", "\"year\":1926", "year" },
		{ "a day that is none", "\"from\":\"2026-01-01\"", "\"from\":\"2026-01-32\"", "expected dates" },
		{ "a negative count", "[\"members\",0,", "[\"members\",-1,", "figures: row 1: value" },
		{ "a cell too few", "[\"members\",0,null]", "[\"members\",0]", "expected 3 cells" },
		{ "a table that is missing", "\"asked\":[]", "\"askee\":[]", "asked: expected a list" },
		{ "not canonical", "\"annual\":1,", "\"annual\": 1,", "" },
	};
	struct store *s = open_new("again.db");
	struct err e = ERR_INIT;
	struct annual x;
	struct arena a;
	struct buf b, bad;

	arena_init(&a, (size_t)64 << 20);
	buf_init(&b, ANNUAL_BYTES_MAX);
	buf_init(&bad, ANNUAL_BYTES_MAX);
	(void)collect(s, annual_end(FILL_YEAR), SLICE_NONE, &b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice text = buf_view(&b), from = slice_of_str(cases[i].from);
		size_t at = slice_find(text, from);

		test_case("%s", cases[i].name);
		CHECK(at != SIZE_MAX);
		buf_clear(&bad);
		buf_put(&bad, slice_sub(text, 0, at));
		buf_str(&bad, cases[i].to);
		buf_put(&bad, slice_from(text, at + from.len));
		arena_reset(&a);
		CHECK(!annual_read(buf_view(&bad), &a, &x, &e) && slice_find(slice_of_str(e.text), slice_of_str(cases[i].says)) != SIZE_MAX);
	}
	CHECK(!annual_collect(s, &(struct annual_ask){ .year = 2030, .as_of_s = annual_end(FILL_YEAR), .node = S("x") }, &bad, &e));
	CHECK_STR(e.text, "the year 2030 has not begun");
	buf_fini(&bad);
	buf_fini(&b);
	arena_fini(&a);
	store_close(&s);
}

static void
number_in(enum lang l, int64_t n, const char *want)
{
	struct buf b;

	buf_init(&b, 100);
	annual_number(n, l, &b);
	CHECK_STR(buf_cstr(&b), want);
	buf_fini(&b);
}

TEST(numbers_by_language)
{
	struct buf b;

	number_in(LANG_EN, 1234567, "1,234,567");
	number_in(LANG_EN, -50, "\xe2\x88\x92" "50");
	number_in(LANG_FR, 1234, "1\xe2\x80\xaf" "234");
	number_in(LANG_ES, 1234, "1234");
	number_in(LANG_ES, 12345, "12\xc2\xa0" "345");
	number_in(LANG_RU, 1234, "1\xc2\xa0" "234");
	buf_init(&b, 1000);
	annual_day(FILL_BEGIN, LANG_ZH, &b);
	buf_byte(&b, ' ');
	annual_day(FILL_BEGIN, LANG_RU, &b);
	CHECK_STR(buf_cstr(&b), "2026年1月1日 01.01.2026");
	buf_fini(&b);
}

int
main(void)
{
	RUN(golden);
	RUN(the_same_bytes);
	RUN(unknown_is_not_zero);
	RUN(one_by_one_only_what_is_open);
	RUN(read_again);
	RUN(numbers_by_language);
	return test_end();
}
