#include "share/annual_html.h"
#include "share/annual_pdf.h"

#include <stdio.h>

#include "base/file.h"
#include "share/chart.h"
#include "share/draw_svg.h"
#include "test.h"

static struct buf snapshot;
static struct arena memory;
static struct annual report;

static void
load(void)
{
	struct err e = ERR_INIT;

	arena_init(&memory, (size_t)64 << 20);
	buf_init(&snapshot, ANNUAL_BYTES_MAX);
	CHECK_OK(file_read(test_path("tests/golden/annual/2026.json"), &snapshot, &e), &e);
	CHECK_OK(annual_read(slice_trim(buf_view(&snapshot)), &memory, &report, &e), &e);
	CHECK_OK(json_parse(S("{\"en\":\"First line.\\nSecond <b>line</b>, \\u202eturned\\u202c.\",\"ar\":\"نص عربي مع CSIRT واحد.\"}"), &JSON_LIMITS, &memory, &report.summary, &e), &e);
}

static size_t
count(struct slice s, struct slice what)
{
	size_t n = 0, at;

	for (; (at = slice_find(s, what)) != SIZE_MAX; s = slice_from(s, at + what.len))
		n++;
	return n;
}

TEST(page)
{
	for (int l = 0; l < LANG_COUNT; l++) {
		struct err e = ERR_INIT;
		struct buf a, b;
		struct slice s;
		char head[64];

		buf_init(&a, (size_t)8 << 20);
		buf_init(&b, (size_t)8 << 20);
		test_case("%s", lang_tag((enum lang)l));
		CHECK_OK(annual_html(&report, (enum lang)l, &a, &e) && annual_html(&report, (enum lang)l, &b, &e), &e);
		s = buf_view(&a);
		CHECK(slice_eq(s, buf_view(&b)));
		(void)snprintf(head, sizeof(head), "<html lang=\"%s\" dir=\"%s\">", lang_tag((enum lang)l), l == LANG_AR ? "rtl" : "ltr");
		CHECK_INT(count(s, slice_of_str(head)), 1);
		CHECK_INT(count(s, S("<script")) + count(s, S("src=")) + count(s, S("url(http")) + count(s, S("<link")), 0);
		CHECK_INT(count(s, S("<b>line")), 0);
		CHECK_INT(count(s, S("\xe2\x80\xae")), 0); /* what turns the writing around stays out */
		/* Each chart has its table. */
		CHECK(count(s, S("<figure>")) > 15 && count(s, S("<table>")) >= count(s, S("<figure>")));
		CHECK_INT(count(s, S("<section ")), count(s, S("</section>")));
		CHECK_INT(count(s, S("<tr>")), count(s, S("</tr>")));
		CHECK(slice_utf8_ok(s));
		buf_fini(&b);
		buf_fini(&a);
	}
}

/* --- charts stay within their frame ------------------------------------------------- */

struct frame { double height; size_t strokes, outside; };

static void
at(struct frame *f, double x, double y)
{
	f->strokes++;
	f->outside += !(x >= -0.5 && x <= CHART_WIDTH + 0.5 && y >= -0.5 && y <= f->height + 0.5);
}

static void
rect(void *cookie, double x, double y, double w, double h, enum draw_fill fill)
{
	(void)fill;
	at(cookie, x, y);
	at(cookie, x + w, y + h);
}

static void
shade(void *cookie, double x, double y, double w, double h, double tone)
{
	struct frame *f = cookie;

	f->outside += !(tone >= 0 && tone <= 1);
	at(f, x, y);
	at(f, x + w, y + h);
}

static void
line(void *cookie, double x1, double y1, double x2, double y2, double width, unsigned dash)
{
	(void)width;
	(void)dash;
	at(cookie, x1, y1);
	at(cookie, x2, y2);
}

static void
mark(void *cookie, double x, double y, enum draw_mark m)
{
	(void)m;
	at(cookie, x, y);
}

static void
text(void *cookie, double x, double y, double w, enum draw_align align, double size, bool white, int lines, struct slice s)
{
	struct frame *f = cookie;

	(void)align;
	(void)white;
	f->outside += w <= 0 || !slice_utf8_ok(s);
	at(f, x, y - size * 0.5 * lines + 4);
	at(f, x + w, y + size * 0.3);
}

TEST(charts)
{
	for (size_t t = 0; t < ANNUAL_TABLES; t++) {
		for (int l = 0; l < LANG_COUNT; l++) {
			struct annual_view v = { &annual_tables[t], report.rows[t], report.rows[t]->count, report.rows[t]->count, (enum lang)l };
			struct frame f = { .height = chart_height(&v) };
			struct draw d = { &f, rect, shade, line, mark, text };

			test_case("%s in %s", annual_tables[t].name, lang_tag((enum lang)l));
			CHECK(f.height <= TYPESET_FIGURE_MAX);
			if (!annual_drawn(&v))
				continue;
			chart_draw(&v, &d);
			CHECK(f.strokes > 0);
			CHECK_INT(f.outside, 0);
		}
	}
}

/* --- PDF ------------------------------------------------------------------------------- */

TEST(pdf)
{
	static const enum lang langs[] = { LANG_EN, LANG_AR };

	for (size_t i = 0; i < 2; i++) {
		struct typeset_made made, again;
		struct err e = ERR_INIT;
		struct buf a, b;
		struct slice s;
		char lang[16];

		test_case("%s", lang_tag(langs[i]));
		buf_init(&a, ANNUAL_PDF_BYTES_MAX);
		buf_init(&b, ANNUAL_PDF_BYTES_MAX);
		CHECK_OK(annual_pdf(&report, langs[i], &a, &made, &e) && annual_pdf(&report, langs[i], &b, &again, &e), &e);
		s = buf_view(&a);
		CHECK(slice_eq(s, buf_view(&b)));
		CHECK(made.pages > 20 && made.pages == again.pages);
		(void)snprintf(lang, sizeof(lang), "/Lang (%s)", lang_tag(langs[i]));
		CHECK(slice_starts(s, S("%PDF-1.4")) && slice_ends(s, S("%%EOF\n")) && slice_find(s, slice_of_str(lang)) != SIZE_MAX);
		CHECK(slice_find(s, S("/MarkInfo << /Marked true >>")) != SIZE_MAX && slice_find(s, S("/Outlines")) != SIZE_MAX);
		CHECK_INT(slice_find(s, S("/Direction /R2L")) != SIZE_MAX, langs[i] == LANG_AR);
		buf_fini(&b);
		buf_fini(&a);
	}
}

/* What is too long for any page ends in an ellipsis, and the document ends. */
static void
monster(void *cookie, struct typeset *t)
{
	struct typeset_column columns[3] = { { S("A"), false }, { S("A very very long head of a column that has no end"), true }, { S("C"), false } };
	struct slice s = buf_view(cookie);

	typeset_heading(t, 1, slice_sub(s, 0, 300), 0);
	typeset_heading(t, 2, slice_sub(s, 0, 40), 100000);
	typeset_text(t, s, false);
	typeset_table_begin(t, columns, 3);
	for (size_t i = 0; i < 301; i++)
		typeset_cell(t, i % 7 == 0 ? s : S("x"), false);
	typeset_table_end(t);
}

TEST(monsters)
{
	struct typeset_job j = { .lang = LANG_AR, .title = S("T"), .contents = "C", .author = S("a"), .content = monster };
	struct typeset_made made = { 0, 0 };
	struct err e = ERR_INIT;
	struct buf word, out;

	buf_init(&word, 100000);
	for (size_t i = 0; i < 20000; i++)
		buf_str(&word, i % 500 == 0 ? "\xd8\xb9 " : "W");
	j.cookie = &word;
	buf_init(&out, ANNUAL_PDF_BYTES_MAX);
	CHECK_OK(typeset_run(&j, &out, &made, &e), &e);
	CHECK(made.pages > 5 && made.pages < 400);
	buf_fini(&out);
	/* No room: an error, and no half of a document that looks whole. */
	buf_init(&out, 10000);
	CHECK(!typeset_run(&j, &out, &made, &e) && e.code == ERR_LIMIT);
	buf_fini(&out);
	buf_fini(&word);
}

TEST(package)
{
	struct annual_file more = { "iati.xml", "application/xml", S("<iati-activities/>") };
	struct err e = ERR_INIT;
	struct buf a, b;

	buf_init(&a, (size_t)8 << 20);
	buf_init(&b, (size_t)8 << 20);
	CHECK_OK(annual_zip(&report, &more, 1, &a, &e) && annual_zip(&report, &more, 1, &b, &e), &e);
	CHECK(slice_eq(buf_view(&a), buf_view(&b)));
	CHECK_INT(count(buf_view(&a), S("datapackage.json")), 2);
	CHECK_INT(count(buf_view(&a), S("iati.xml")), 2);
	CHECK_INT(count(buf_view(&a), S("members_region.csv")), 2);
	more.name = "figures.csv";
	CHECK(!annual_zip(&report, &more, 1, &b, &e) && e.code == ERR_CONFLICT);
	buf_clear(&a);
	annual_csv(&report, ANNUAL_FIGURES, &a);
	CHECK(slice_starts(buf_view(&a), S("figure,value,before\r\nmembers,12,\r\n")));
	buf_fini(&b);
	buf_fini(&a);
}

int
main(void)
{
	RUN(load);
	RUN(page);
	RUN(charts);
	RUN(pdf);
	RUN(monsters);
	RUN(package);
	arena_fini(&memory);
	buf_fini(&snapshot);
	return test_end();
}
