/*
 * typeset_text: headings, paragraphs, figures.
 */
#include "share/typeset_room.h"

#include <cairo-pdf.h>
#include <stdio.h>

static void draw_of(struct typeset *t, struct draw *d);

void
typeset_heading(struct typeset *t, int level, struct slice text, double keep)
{
	static const double sizes[] = { 0, 18, 13, 11 };
	static const char *const names[] = { "", "H1", "H2", "H3" };
	int n = level < 1 ? 1 : level > 3 ? 3 : level;
	PangoLayout *l = typeset_layout(t, text, TYPESET_WIDTH, sizes[n], true);
	double h = typeset_layout_height(l);
	char attributes[64];
	size_t mark = t->mark_at;

	if (n == 1) {
		typeset_page(t);
	} else {
		t->y += t->y > TOP ? 12 : 0;
		/* Never the last thing on a page. */
		typeset_need(t, h + keep);
	}
	if (t->drawing && mark < t->mark_count) {
		int parent = n == 1 ? CAIRO_PDF_OUTLINE_ROOT : t->outlines[n - 1];

		(void)snprintf(attributes, sizeof(attributes), "name='h%zu'", mark);
		cairo_tag_begin(t->cr, CAIRO_TAG_DEST, attributes);
		cairo_tag_end(t->cr, CAIRO_TAG_DEST);
		(void)snprintf(attributes, sizeof(attributes), "dest='h%zu'", mark);
		if (n < 3)
			t->outlines[n] = cairo_pdf_surface_add_outline(t->surface, parent, t->marks[mark].text, attributes, n == 1 ? 0 : CAIRO_PDF_OUTLINE_FLAG_OPEN);
	}
	typeset_mark_add(t, n, text);
	typeset_tag(t, names[n], NULL);
	typeset_lines(t, l, 0, pango_layout_get_line_count(l), MARGIN, t->y, TYPESET_WIDTH, false);
	typeset_untag(t, names[n]);
	t->y += h + (n == 1 ? 10 : 5);
	g_object_unref(l);
}

/* So many lines from first on fit on what is left of the page. */
static int
fits(const struct typeset *t, PangoLayout *l, int first)
{
	PangoLayoutIter *i = pango_layout_get_iter(l);
	int n = 0, count = 0, top = 0;

	do {
		int from, to;

		pango_layout_iter_get_line_yrange(i, &from, &to);
		if (n++ < first)
			continue;
		if (n == first + 1)
			top = from;
		if (t->y + (double)(to - top) / PANGO_SCALE > BOTTOM)
			break;
		count++;
	} while (pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
	return count;
}

static double
lines_height(PangoLayout *l, int first, int count)
{
	PangoLayoutIter *i = pango_layout_get_iter(l);
	int n = 0, top = 0, end = 0;

	do {
		int from, to;

		pango_layout_iter_get_line_yrange(i, &from, &to);
		if (n == first)
			top = from;
		if (n < first + count)
			end = to;
		n++;
	} while (pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
	return (double)(end - top) / PANGO_SCALE;
}

void
typeset_text(struct typeset *t, struct slice text, bool small)
{
	PangoLayout *l = typeset_layout(t, text, TYPESET_WIDTH, small ? SMALL_SIZE : TEXT_SIZE, false);
	int lines = pango_layout_get_line_count(l), at = 0;

	while (at < lines && !t->failed) {
		int n = fits(t, l, at), left = lines - at;

		/* Two lines at least stand together, at the end of a page and at the beginning of the next. */
		if (n < left && left - n < 2)
			n = left - 2;
		if (n < left && n < 2) {
			if (t->y > TOP) {
				typeset_page(t);
				continue;
			}
			n = n < 1 ? 1 : n;
		}
		n = n > left ? left : n;
		if (small)
			cairo_set_source_rgb(t->cr, 0.27, 0.27, 0.27);
		typeset_tag(t, "P", NULL);
		typeset_lines(t, l, at, n, MARGIN, t->y, TYPESET_WIDTH, false);
		typeset_untag(t, "P");
		cairo_set_source_rgb(t->cr, 0, 0, 0);
		t->y += lines_height(l, at, n);
		at += n;
		if (at < lines)
			typeset_page(t);
	}
	t->y += small ? 4 : 6;
	g_object_unref(l);
}

void
typeset_figure(struct typeset *t, double height, void (*draw)(void *cookie, const struct draw *d), void *cookie)
{
	struct draw d;

	height = height > TYPESET_FIGURE_MAX ? TYPESET_FIGURE_MAX : height;
	typeset_need(t, height);
	draw_of(t, &d);
	typeset_tag(t, "Figure", NULL);
	cairo_save(t->cr);
	cairo_translate(t->cr, MARGIN, t->y);
	draw(cookie, &d);
	cairo_restore(t->cr);
	typeset_untag(t, "Figure");
	t->y += height + 6;
}

/* --- strokes ------------------------------------------------------------------------------ */

/* Patterns as lines, not as pictures: sharp at any size, and the same in every reader. */
static void
fill_pattern(cairo_t *cr, double x, double y, double w, double h, enum draw_fill fill)
{
	cairo_save(cr);
	cairo_rectangle(cr, x, y, w, h);
	cairo_clip(cr);
	cairo_set_line_width(cr, fill == DRAW_STRIPES ? 1.6 : 0.6);
	if (fill == DRAW_STRIPES)
		cairo_set_source_rgb(cr, 0.106, 0.369, 0.541);
	for (double at = -h; (fill == DRAW_STRIPES || fill == DRAW_CROSS) && at < w; at += 4) {
		cairo_move_to(cr, x + at, y + h);
		cairo_line_to(cr, x + at + h, y);
	}
	for (double at = -h; fill == DRAW_CROSS && at < w; at += 4) {
		cairo_move_to(cr, x + at, y);
		cairo_line_to(cr, x + at + h, y + h);
	}
	cairo_stroke(cr);
	for (double row = y + 2; fill == DRAW_DOTS && row < y + h; row += 4) {
		for (double at = x + 2; at < x + w; at += 4)
			cairo_rectangle(cr, at - 0.7, row - 0.7, 1.4, 1.4);
	}
	cairo_fill(cr);
	cairo_restore(cr);
}

static void
rect(void *cookie, double x, double y, double w, double h, enum draw_fill fill)
{
	static const double tones[DRAW_FILL_COUNT][3] = { [DRAW_DARK] = { 0.06, 0.24, 0.37 }, [DRAW_STRIPES] = { 1, 1, 1 }, [DRAW_LIGHT] = { 0.73, 0.83, 0.9 },
		[DRAW_DOTS] = { 1, 1, 1 }, [DRAW_CROSS] = { 1, 1, 1 }, [DRAW_WHITE] = { 1, 1, 1 } };
	struct typeset *t = cookie;

	if (!t->drawing)
		return;
	cairo_rectangle(t->cr, x, y, w, h);
	cairo_set_source_rgb(t->cr, tones[fill][0], tones[fill][1], tones[fill][2]);
	cairo_fill(t->cr);
	cairo_set_source_rgb(t->cr, 0.13, 0.13, 0.13);
	fill_pattern(t->cr, x, y, w, h, fill);
	cairo_set_line_width(t->cr, 0.5);
	cairo_rectangle(t->cr, x, y, w, h);
	cairo_stroke(t->cr);
}

static void
shade(void *cookie, double x, double y, double w, double h, double tone)
{
	struct typeset *t = cookie;

	cairo_rectangle(t->cr, x, y, w, h);
	cairo_set_source_rgb(t->cr, 1 - tone, 1 - tone, 1 - tone);
	cairo_fill_preserve(t->cr);
	cairo_set_source_rgb(t->cr, 0.6, 0.6, 0.6);
	cairo_set_line_width(t->cr, 0.3);
	cairo_stroke(t->cr);
	cairo_set_source_rgb(t->cr, 0, 0, 0);
}

static void
line(void *cookie, double x1, double y1, double x2, double y2, double width, unsigned dash)
{
	static const double dashes[4][4] = { { 0 }, { 4, 2, 4, 2 }, { 1, 2, 1, 2 }, { 6, 2, 1, 2 } };
	struct typeset *t = cookie;

	cairo_set_dash(t->cr, dashes[dash % 4], dash % 4 == 0 ? 0 : 4, 0);
	cairo_set_line_width(t->cr, width);
	cairo_move_to(t->cr, x1, y1);
	cairo_line_to(t->cr, x2, y2);
	cairo_stroke(t->cr);
	cairo_set_dash(t->cr, NULL, 0, 0);
}

static void
mark(void *cookie, double x, double y, enum draw_mark mark)
{
	struct typeset *t = cookie;

	cairo_new_path(t->cr);
	cairo_set_line_width(t->cr, 1);
	if (mark == DRAW_DISC || mark == DRAW_RING) {
		cairo_arc(t->cr, x, y, mark == DRAW_DISC ? 3 : 4, 0, 6.2832);
	} else if (mark == DRAW_SQUARE) {
		cairo_rectangle(t->cr, x - 3, y - 3, 6, 6);
	} else {
		cairo_move_to(t->cr, x, y - 4);
		cairo_line_to(t->cr, x + 4, y);
		cairo_line_to(t->cr, x, y + 4);
		cairo_line_to(t->cr, x - 4, y);
		cairo_close_path(t->cr);
	}
	if (mark == DRAW_DISC)
		cairo_set_source_rgb(t->cr, 0.06, 0.24, 0.37);
	else
		cairo_set_source_rgb(t->cr, 0.73, 0.83, 0.9);
	if (mark != DRAW_RING)
		cairo_fill_preserve(t->cr);
	cairo_set_source_rgb(t->cr, 0.13, 0.13, 0.13);
	cairo_stroke(t->cr);
}

static void
text(void *cookie, double x, double y, double w, enum draw_align align, double size, bool white, int most, struct slice s)
{
	struct typeset *t = cookie;
	PangoLayout *l = typeset_layout(t, s, w, size, false);
	int lines;
	double h;

	pango_layout_set_line_spacing(l, 1.0f);
	pango_layout_set_height(l, -most);
	pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
	lines = pango_layout_get_line_count(l);
	h = typeset_layout_height(l);
	if (white)
		cairo_set_source_rgb(t->cr, 1, 1, 1);
	for (int n = 0; n < lines; n++) {
		PangoRectangle r;
		double at = x, width;

		pango_layout_line_get_extents(pango_layout_get_line_readonly(l, n), NULL, &r);
		width = (double)r.width / PANGO_SCALE;
		/* typeset_lines() puts it where reading begins; a picture has sides. */
		at = align == DRAW_LEFT ? x : align == DRAW_RIGHT ? x + w - width : x + (w - width) / 2;
		typeset_lines(t, l, n, 1, at, y - h / 2 + h / lines * n, width, false);
	}
	if (white)
		cairo_set_source_rgb(t->cr, 0, 0, 0);
	g_object_unref(l);
}

static void
draw_of(struct typeset *t, struct draw *d)
{
	*d = (struct draw){ t, rect, shade, line, mark, text };
}
