/*
 * typeset: pages, contents, and the two times through.
 */
#include "share/typeset_room.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/date.h"
#include "share/pdf_catalog.h"

/* What is tried, in this order: one family for all scripts first, then what else is common. */
static const char fonts[] = "Noto Sans,Noto Sans Arabic,Noto Sans CJK SC,DejaVu Sans,Droid Sans Fallback,WenQuanYi Micro Hei,sans-serif";

#define MEMORY_MAX ((size_t)64 << 20)
#define ENTRY 15.0 /* height of a line of the contents */

#ifdef __SANITIZE_ADDRESS__
/* Cairo 1.16 forgets some KiB of its tree of tags with each document, fontconfig a pattern; both end with the process. */
const char *__lsan_default_suppressions(void); /* NOLINT(bugprone-reserved-identifier) */
const char *
__lsan_default_suppressions(void) /* NOLINT(bugprone-reserved-identifier) */
{
	return "leak:libcairo.so\nleak:libfontconfig.so\n";
}
#endif

/* --- what all of it is set with --------------------------------------------------- */

/* Hebrew to N'Ko, U+05C0 to U+07FF: two bytes, the first of these. */
static bool
has_rtl(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] >= 0xd7 && s.p[i] <= 0xdf)
			return true;
	}
	return false;
}

PangoLayout *
typeset_layout(struct typeset *t, struct slice text, double width, double size, bool bold)
{
	PangoFontDescription *f = pango_font_description_from_string(fonts);
	PangoLayout *l = pango_layout_new(t->context);
	PangoAttrList *plain = pango_attr_list_new();

	/* "fi" stays two letters, for whoever searches or copies; what Arabic must join is no such ligature. */
	pango_attr_list_insert(plain, pango_attr_font_features_new("liga=0, clig=0"));
	pango_layout_set_attributes(l, plain);
	pango_attr_list_unref(plain);
	pango_font_description_set_absolute_size(f, size * PANGO_SCALE);
	pango_font_description_set_weight(f, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(l, f);
	pango_font_description_free(f);
	if (width > 0)
		pango_layout_set_width(l, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	/* By its first letter; but a sentence with a Latin name in front is still one from right to left. */
	pango_layout_set_auto_dir(l, !(t->rtl && has_rtl(text)));
	pango_layout_set_line_spacing(l, LEADING);
	pango_layout_set_text(l, text.len == 0 ? "" : (const char *)text.p, (int)(text.len > 65535 ? 65535 : text.len));
	return l;
}

double
typeset_layout_height(PangoLayout *l)
{
	int w, h;

	pango_layout_get_size(l, &w, &h);
	return (double)h / PANGO_SCALE;
}

void
typeset_lines(struct typeset *t, PangoLayout *l, int first, int count, double x, double y, double width, bool at_end)
{
	PangoLayoutIter *i = pango_layout_get_iter(l);
	double top = 0;
	int n = 0;

	if (t->drawing)
		t->missing += (uint64_t)pango_layout_get_unknown_glyphs_count(l) / (uint64_t)pango_layout_get_line_count(l) * (uint64_t)count;
	do {
		PangoLayoutLine *line = pango_layout_iter_get_line_readonly(i);
		double base = (double)pango_layout_iter_get_baseline(i) / PANGO_SCALE, w;
		PangoRectangle r;
		int from, to;

		if (n++ < first)
			continue;
		if (n > first + count)
			break;
		pango_layout_iter_get_line_yrange(i, &from, &to);
		if (n == first + 1)
			top = (double)from / PANGO_SCALE;
		/* Where a line begins is the page's matter: one of another direction stands with the rest. */
		pango_layout_line_get_extents(line, NULL, &r);
		w = (double)r.width / PANGO_SCALE;
		cairo_move_to(t->cr, t->rtl != at_end ? x + width - w : x, y + base - top);
		pango_cairo_show_layout_line(t->cr, line);
	} while (pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
}

void
typeset_tag(struct typeset *t, const char *name, const char *attributes)
{
	if (t->drawing)
		cairo_tag_begin(t->cr, name, attributes);
}

void
typeset_untag(struct typeset *t, const char *name)
{
	if (t->drawing)
		cairo_tag_end(t->cr, name);
}

/* --- pages ---------------------------------------------------------------------------- */

/* What stands on every page but the first: the title above, the number below. */
static void
furniture(struct typeset *t)
{
	PangoLayout *l;
	char number[16];

	if (t->page < 2)
		return;
	cairo_set_source_rgb(t->cr, 0.35, 0.35, 0.35);
	l = typeset_layout(t, t->job->title, TYPESET_WIDTH, 8, false);
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	typeset_lines(t, l, 0, 1, MARGIN, 34, TYPESET_WIDTH, false);
	g_object_unref(l);
	(void)snprintf(number, sizeof(number), "%u", t->page);
	l = typeset_layout(t, slice_of_str(number), TYPESET_WIDTH, 8, false);
	typeset_lines(t, l, 0, 1, MARGIN, PAGE_HEIGHT - 44, TYPESET_WIDTH, true);
	g_object_unref(l);
	cairo_set_source_rgb(t->cr, 0, 0, 0);
}

void
typeset_page(struct typeset *t)
{
	if (t->page >= TYPESET_PAGES_MAX) {
		t->failed = true;
		t->y = TOP;
		return;
	}
	cairo_show_page(t->cr);
	t->page++;
	t->y = TOP;
	furniture(t);
}

void
typeset_need(struct typeset *t, double height)
{
	if (t->y + height > BOTTOM && t->y > TOP)
		typeset_page(t);
}

static void
cover(struct typeset *t)
{
	PangoLayout *l = typeset_layout(t, t->job->title, TYPESET_WIDTH, 30, true);

	t->page = 1;
	t->y = 260;
	typeset_tag(t, "H1", NULL);
	typeset_lines(t, l, 0, pango_layout_get_line_count(l), MARGIN, t->y, TYPESET_WIDTH, false);
	typeset_untag(t, "H1");
	t->y += typeset_layout_height(l) + 18;
	g_object_unref(l);
	cairo_set_line_width(t->cr, 2);
	cairo_move_to(t->cr, MARGIN, t->y);
	cairo_line_to(t->cr, MARGIN + TYPESET_WIDTH, t->y);
	cairo_stroke(t->cr);
	t->y += 18;
	for (struct slice rest = t->job->lines, one; rest.len > 0 && slice_cut(&rest, '\n', &one);) {
		l = typeset_layout(t, one, TYPESET_WIDTH, 12, false);
		typeset_tag(t, "P", NULL);
		typeset_lines(t, l, 0, pango_layout_get_line_count(l), MARGIN, t->y, TYPESET_WIDTH, false);
		typeset_untag(t, "P");
		t->y += typeset_layout_height(l) + 4;
		g_object_unref(l);
	}
}

/* --- contents ----------------------------------------------------------------------------- */

void
typeset_mark_add(struct typeset *t, int level, struct slice text)
{
	if (t->drawing) {
		t->mark_at++;
		return;
	}
	t->marks = xgrown(t->marks, t->mark_count, sizeof(*t->marks));
	t->marks[t->mark_count++] = (struct typeset_mark){ level, t->page, xtext(text) };
}

/* Entries of levels 1 and 2, each with its page, which lies so many pages behind where it was found. */
static void
contents_entry(struct typeset *t, size_t n, unsigned behind)
{
	const struct typeset_mark *m = &t->marks[n];
	double indent = m->level == 1 ? 0 : 14, number = 34;
	PangoLayout *l;
	char text[64];

	if (m->level == 1)
		t->y += 5;
	typeset_need(t, ENTRY);
	typeset_tag(t, "P", NULL);
	(void)snprintf(text, sizeof(text), "dest='h%zu'", n);
	typeset_tag(t, CAIRO_TAG_LINK, text);
	l = typeset_layout(t, slice_of_str(m->text), TYPESET_WIDTH - indent - number, m->level == 1 ? 10 : 9, m->level == 1);
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	typeset_lines(t, l, 0, 1, t->rtl ? MARGIN + number : MARGIN + indent, t->y, TYPESET_WIDTH - indent - number, false);
	g_object_unref(l);
	/* A space before it, for those who have it read to them. */
	(void)snprintf(text, sizeof(text), " %u", m->page + behind);
	l = typeset_layout(t, slice_of_str(text), number, 9, false);
	typeset_lines(t, l, 0, 1, t->rtl ? MARGIN : MARGIN + TYPESET_WIDTH - number, t->y, number, true);
	g_object_unref(l);
	typeset_untag(t, CAIRO_TAG_LINK);
	typeset_untag(t, "P");
	t->y += ENTRY;
}

/* How many pages they take: what stands on them does not change it. */
static void
contents(struct typeset *t, unsigned behind)
{
	PangoLayout *l = typeset_layout(t, slice_of_str(t->job->contents), TYPESET_WIDTH, 18, true);

	typeset_page(t);
	typeset_tag(t, "H1", NULL);
	typeset_lines(t, l, 0, 1, MARGIN, t->y, TYPESET_WIDTH, false);
	typeset_untag(t, "H1");
	t->y += typeset_layout_height(l) + 10;
	g_object_unref(l);
	for (size_t n = 0; n < t->mark_count; n++)
		contents_entry(t, n, behind);
}

/* --- the two times through ------------------------------------------------------------------ */

static cairo_status_t
sink(void *cookie, const unsigned char *p, unsigned n)
{
	struct buf *b = cookie;

	if (b != NULL)
		buf_put(b, slice_of(p, n));
	return b != NULL && b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void
metadata(struct typeset *t)
{
	char *title = xtext(t->job->title), *author = xtext(t->job->author), date[DATE_TEXT_MAX];

	(void)date_print_z(t->job->created_s, date);
	cairo_pdf_surface_set_metadata(t->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(t->surface, CAIRO_PDF_METADATA_AUTHOR, author);
	cairo_pdf_surface_set_metadata(t->surface, CAIRO_PDF_METADATA_CREATOR, "Entente " ENTENTE_VERSION);
	cairo_pdf_surface_set_metadata(t->surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
	cairo_pdf_surface_set_metadata(t->surface, CAIRO_PDF_METADATA_MOD_DATE, date);
	free(author);
	free(title);
}

static void
begin(struct typeset *t, bool drawing, struct buf *out)
{
	cairo_font_options_t *o = cairo_font_options_create();

	t->drawing = drawing;
	t->surface = cairo_pdf_surface_create_for_stream(sink, out, PAGE_WIDTH, PAGE_HEIGHT);
	/* With a plain table of objects, which pdf_catalog.c goes on from. */
	cairo_pdf_surface_restrict_to_version(t->surface, CAIRO_PDF_VERSION_1_4);
	if (drawing)
		metadata(t);
	t->cr = cairo_create(t->surface);
	t->context = pango_font_map_create_context(t->map);
	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(t->context, o);
	cairo_font_options_destroy(o);
	pango_context_set_base_dir(t->context, t->rtl ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
	pango_context_set_language(t->context, pango_language_from_string(t->job->lang == LANG_ZH ? "zh-cn" : lang_tag(t->job->lang)));
	pango_context_set_round_glyph_positions(t->context, FALSE);
	t->mark_at = 0;
	memset(t->outlines, 0, sizeof(t->outlines));
	cover(t);
}

static bool
end(struct typeset *t, struct err *e)
{
	cairo_status_t status;

	cairo_destroy(t->cr);
	cairo_surface_finish(t->surface);
	status = cairo_surface_status(t->surface);
	cairo_surface_destroy(t->surface);
	g_object_unref(t->context);
	if (status != CAIRO_STATUS_SUCCESS)
		return err_set(e, ERR_SYSTEM, "the PDF could not be drawn: %s", cairo_status_to_string(status));
	return !t->failed || err_set(e, ERR_LIMIT, "more than %d pages", TYPESET_PAGES_MAX);
}

bool
typeset_run(const struct typeset_job *j, struct buf *out, struct typeset_made *made, struct err *e)
{
	struct typeset t = { .job = j, .rtl = lang_is_rtl(j->lang), .map = pango_cairo_font_map_new() };
	unsigned behind = 0;
	bool ok;

	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(t.map), 72);
	arena_init(&t.a, MEMORY_MAX);
	begin(&t, false, NULL);
	j->content(j->cookie, &t);
	/* The contents come before what they tell of. */
	behind = t.page;
	contents(&t, 0);
	behind = t.page - behind;
	ok = end(&t, e);
	if (ok) {
		begin(&t, true, out);
		contents(&t, behind);
		j->content(j->cookie, &t);
		*made = (struct typeset_made){ t.page, t.missing };
		ok = end(&t, e);
	}
	for (size_t i = 0; i < t.mark_count; i++)
		free(t.marks[i].text);
	free(t.marks);
	free(t.grid.cells);
	arena_fini(&t.a);
	g_object_unref(t.map);
	if (!buf_ok(out))
		return err_set(e, ERR_LIMIT, "a document of more than %zu bytes", out->max);
	return ok && pdf_catalog(out, j->lang, e);
}
