#include "share/annual_html.h"

#include "share/chart.h"
#include "share/draw_svg.h"

#define TEXT_MAX ((size_t)64 << 10)

static const char style[] =
    "body{font:1rem/1.5 'Noto Sans','Noto Sans Arabic','Noto Sans CJK SC',system-ui,sans-serif;color:#111;background:#fff;max-width:60rem;margin:0 auto;padding:1rem}"
    "h1{font-size:2rem;margin:2rem 0 .5rem}h2{border-bottom:2px solid #0f3d5e;margin-top:3rem}h3{margin-top:2rem}"
    "p.small{color:#444;font-size:.875rem}nav ol{list-style:none;padding:0;columns:2 16rem}nav a{color:#0f3d5e}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.5rem 0}"
    "caption{text-align:start;color:#444}th,td{border-bottom:1px solid #bbb;padding:.2rem .5rem;text-align:start;vertical-align:top;overflow-wrap:anywhere}"
    "thead th{border-bottom:2px solid #444}tbody th{font-weight:normal}[dir=rtl] p,[dir=rtl] th:not(.n),[dir=rtl] td:not(.n){text-align:right}td.n,th.n{text-align:end;font-variant-numeric:tabular-nums;overflow-wrap:normal}td.u{color:#555;font-style:italic}"
    "figure{margin:1rem 0}svg.chart{width:100%;max-width:48rem;height:auto}"
    "@media print{@page{size:A4;margin:20mm}body{max-width:none;padding:0;font-size:10pt}h2{break-before:page}h2,h3{break-after:avoid}"
    "figure,tr{break-inside:avoid}thead{display:table-header-group}nav{break-after:page}.wide{overflow:visible}p{orphans:2;widows:2}}";

struct page {
	struct buf *b;
	enum lang lang;
	bool contents; /* the first time through */
	bool opened; /* a part is open */
};

static void
part(void *cookie, int n, const char *title)
{
	struct page *p = cookie;

	if (p->contents) {
		buf_printf(p->b, "<li><a href=\"#part-%d\">%d. ", n, n);
		draw_svg_escape(p->b, slice_of_str(title));
		buf_str(p->b, "</a></li>\n");
		return;
	}
	buf_printf(p->b, "%s<section id=\"part-%d\" aria-labelledby=\"h-%d\">\n<h2 id=\"h-%d\">%d. ", p->opened ? "</section>\n" : "", n, n, n, n);
	draw_svg_escape(p->b, slice_of_str(title));
	buf_str(p->b, "</h2>\n");
	p->opened = true;
}

static void
section(void *cookie, const char *name, const char *title, const struct annual_view *v)
{
	struct page *p = cookie;

	(void)v;
	if (p->contents)
		return;
	buf_printf(p->b, "<h3 id=\"%s\">", name);
	draw_svg_escape(p->b, slice_of_str(title));
	buf_str(p->b, "</h3>\n");
}

static void
text(void *cookie, struct slice s, bool small)
{
	struct page *p = cookie;

	if (p->contents)
		return;
	buf_printf(p->b, "<p%s dir=\"auto\">", small ? " class=\"small\"" : "");
	draw_svg_escape(p->b, s);
	buf_str(p->b, "</p>\n");
}

static void
chart(void *cookie, const struct annual_view *v)
{
	struct page *p = cookie;
	struct draw d;

	if (p->contents)
		return;
	buf_printf(p->b, "<figure><svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s\" font-family=\"inherit\">",
	    (int)CHART_WIDTH, (int)chart_height(v) + 1, v->table->name);
	draw_svg_of(&d, p->b);
	chart_draw(v, &d);
	buf_str(p->b, "</svg></figure>\n");
}

static bool
is_number(const struct annual_column *c)
{
	return c->type == ANNUAL_COUNT || c->type == ANNUAL_NUMBER;
}

static void
row_put(struct page *p, const struct annual_view *v, const struct json *row)
{
	size_t c = 0;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_str(p->b, "<tr>");
	JSON_EACH(cell, row) {
		bool head = c == 0, number = is_number(&v->table->columns[c]), free = v->table->columns[c].type == ANNUAL_TEXT || v->table->columns[c].type == ANNUAL_TEXTS;

		buf_clear(&b);
		annual_cell(v->table, c++, cell, v->lang, &b);
		buf_printf(p->b, "<%s%s%s>", head ? "th scope=\"row\"" : "td", cell->kind == JSON_NULL ? " class=\"n u\"" : number ? " class=\"n\"" : "", free ? " dir=\"auto\"" : "");
		draw_svg_escape(p->b, buf_view(&b));
		buf_str(p->b, head ? "</th>" : "</td>");
	}
	buf_str(p->b, "</tr>\n");
	buf_fini(&b);
}

static void
table(void *cookie, const struct annual_view *v)
{
	struct page *p = cookie;
	size_t n = 0;

	if (p->contents)
		return;
	buf_str(p->b, "<div class=\"wide\"><table>\n<thead><tr>");
	for (size_t c = 0; c < v->table->column_count; c++) {
		buf_printf(p->b, "<th scope=\"col\"%s>", is_number(&v->table->columns[c]) ? " class=\"n\"" : "");
		draw_svg_escape(p->b, slice_of_str(lang_text(v->lang, v->table->columns[c].title)));
		buf_str(p->b, "</th>");
	}
	buf_str(p->b, "</tr></thead>\n<tbody>\n");
	JSON_EACH(row, v->rows) {
		if (n++ == v->print)
			break;
		row_put(p, v, row);
	}
	buf_str(p->b, "</tbody></table></div>\n");
}

static void
head_put(const struct annual *x, struct page *p)
{
	struct slice rest, one;
	struct buf title, sub;
	size_t n = 0;

	buf_init(&title, TEXT_MAX);
	buf_init(&sub, TEXT_MAX);
	annual_title(x, p->lang, &title);
	annual_subtitle(x, p->lang, &sub);
	buf_printf(p->b, "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
			 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
			 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	    lang_tag(p->lang), lang_is_rtl(p->lang) ? "rtl" : "ltr");
	draw_svg_escape(p->b, buf_view(&title));
	buf_printf(p->b, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
	draw_svg_patterns(p->b);
	buf_str(p->b, "<header>\n<h1>");
	draw_svg_escape(p->b, buf_view(&title));
	buf_str(p->b, "</h1>\n");
	for (rest = buf_view(&sub); rest.len > 0 && slice_line(&rest, &one); n++) {
		buf_str(p->b, "<p dir=\"auto\">");
		draw_svg_escape(p->b, one);
		buf_str(p->b, "</p>\n");
	}
	buf_printf(p->b, "</header>\n<nav aria-label=\"%s\">\n<h2>", lang_text(p->lang, N_("Contents")));
	draw_svg_escape(p->b, slice_of_str(lang_text(p->lang, N_("Contents"))));
	buf_str(p->b, "</h2>\n<ol>\n");
	buf_fini(&sub);
	buf_fini(&title);
}

bool
annual_html(const struct annual *x, enum lang l, struct buf *out, struct err *e)
{
	struct page p = { .b = out, .lang = l, .contents = true };
	struct annual_sink to = { &p, part, section, text, chart, table };

	head_put(x, &p);
	annual_walk(x, l, &to);
	buf_str(out, "</ol>\n</nav>\n<main>\n");
	p.contents = false;
	annual_walk(x, l, &to);
	buf_str(out, p.opened ? "</section>\n</main>\n</body>\n</html>\n" : "</main>\n</body>\n</html>\n");
	return buf_ok(out) || err_set(e, ERR_LIMIT, "a page of more than %zu bytes", out->max);
}
