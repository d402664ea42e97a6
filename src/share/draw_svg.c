#include "share/draw_svg.h"

#include <math.h>

#define LINES_MAX 2

void
draw_svg_escape(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.p[i]) {
		case '&':
			buf_str(out, "&amp;");
			break;
		case '<':
			buf_str(out, "&lt;");
			break;
		case '>':
			buf_str(out, "&gt;");
			break;
		case '"':
			buf_str(out, "&quot;");
			break;
		default:
			buf_byte(out, s.p[i]);
		}
	}
}

/* Hundredths of a point, without a locale's comma and without digits that say nothing. */
static void
number(struct buf *b, double v)
{
	long n = lround(v * 100);

	if (n < 0) {
		buf_byte(b, '-');
		n = -n;
	}
	buf_printf(b, "%ld", n / 100);
	if (n % 100 != 0)
		buf_printf(b, n % 10 == 0 ? ".%01ld" : ".%02ld", n % 10 == 0 ? n % 100 / 10 : n % 100);
}

static void
attribute(struct buf *b, const char *name, double v)
{
	buf_printf(b, " %s=\"", name);
	number(b, v);
	buf_byte(b, '"');
}

void
draw_svg_patterns(struct buf *out)
{
	buf_str(out, "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" style=\"position:absolute\"><defs>"
		     "<pattern id=\"f1\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"4\" height=\"4\" fill=\"#fff\"/><rect width=\"2\" height=\"4\" fill=\"#1b5e8a\"/></pattern>"
		     "<pattern id=\"f3\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><rect width=\"4\" height=\"4\" fill=\"#fff\"/><circle cx=\"2\" cy=\"2\" r=\"1\" fill=\"#222\"/></pattern>"
		     "<pattern id=\"f4\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><rect width=\"5\" height=\"5\" fill=\"#fff\"/><path d=\"M0 0L5 5M5 0L0 5\" stroke=\"#222\" stroke-width=\".8\"/></pattern>"
		     "</defs></svg>\n");
}

static void
rect(void *cookie, double x, double y, double w, double h, enum draw_fill fill)
{
	static const char *const fills[DRAW_FILL_COUNT] = { "#0f3d5e", "url(#f1)", "#b9d3e6", "url(#f3)", "url(#f4)", "#fff" };
	struct buf *b = cookie;

	buf_str(b, "<rect");
	attribute(b, "x", x);
	attribute(b, "y", y);
	attribute(b, "width", w);
	attribute(b, "height", h);
	buf_printf(b, " fill=\"%s\" stroke=\"#222\" stroke-width=\".5\"/>", fills[fill]);
}

static void
shade(void *cookie, double x, double y, double w, double h, double tone)
{
	struct buf *b = cookie;
	long v = lround(255 * (1 - tone));

	buf_str(b, "<rect");
	attribute(b, "x", x);
	attribute(b, "y", y);
	attribute(b, "width", w);
	attribute(b, "height", h);
	buf_printf(b, " fill=\"rgb(%ld,%ld,%ld)\" stroke=\"#999\" stroke-width=\".3\"/>", v, v, v);
}

static void
line(void *cookie, double x1, double y1, double x2, double y2, double width, unsigned dash)
{
	static const char *const dashes[] = { "", " stroke-dasharray=\"4 2\"", " stroke-dasharray=\"1 2\"", " stroke-dasharray=\"6 2 1 2\"" };
	struct buf *b = cookie;

	buf_str(b, "<line");
	attribute(b, "x1", x1);
	attribute(b, "y1", y1);
	attribute(b, "x2", x2);
	attribute(b, "y2", y2);
	attribute(b, "stroke-width", width);
	buf_printf(b, " stroke=\"#222\"%s/>", dashes[dash % 4]);
}

static void
mark(void *cookie, double x, double y, enum draw_mark mark)
{
	struct buf *b = cookie;

	if (mark == DRAW_DISC || mark == DRAW_RING) {
		buf_str(b, "<circle");
		attribute(b, "cx", x);
		attribute(b, "cy", y);
		buf_printf(b, " r=\"%s\" fill=\"%s\" stroke=\"#222\"/>", mark == DRAW_DISC ? "3" : "4", mark == DRAW_DISC ? "#0f3d5e" : "none");
		return;
	}
	buf_str(b, "<rect");
	attribute(b, "x", x - 3);
	attribute(b, "y", y - 3);
	buf_str(b, " width=\"6\" height=\"6\" fill=\"#b9d3e6\" stroke=\"#222\"");
	if (mark == DRAW_DIAMOND) {
		buf_str(b, " transform=\"rotate(45 ");
		number(b, x);
		buf_byte(b, ' ');
		number(b, y);
		buf_str(b, ")\"");
	}
	buf_str(b, "/>");
}

/* Of an em: wide scripts take one, others about half of it. */
static double
width_of(struct slice s, size_t step)
{
	return step >= 3 && s.p[0] >= 0xe2 && s.p[0] != 0xe2 ? 1.0 : 0.56;
}

/* So much of s fits on a line of w; broken behind a space, or anywhere in a script without. */
static size_t
line_fits(struct slice s, double size, double w)
{
	double at = 0;
	size_t i = 0, space = 0;

	while (i < s.len) {
		size_t step = slice_utf8_step(slice_from(s, i));

		step = step == 0 ? 1 : step;
		at += width_of(slice_from(s, i), step) * size;
		if (at > w)
			return space > 0 ? space : i > 0 ? i : step;
		i += step;
		if (s.p[i - 1] == ' ' || step >= 3)
			space = i;
	}
	return s.len;
}

static void
text(void *cookie, double x, double y, double w, enum draw_align align, double size, bool white, int most, struct slice s)
{
	static const char *const anchors[] = { "start", "middle", "end" };
	struct buf *b = cookie;
	size_t cuts[LINES_MAX] = { 0 }, lines = 0;
	struct slice rest = s;

	while (lines < (size_t)most && lines < LINES_MAX && rest.len > 0) {
		cuts[lines] = line_fits(rest, size, w);
		rest = slice_from(rest, cuts[lines++]);
	}
	for (size_t n = 0; n < lines; n++) {
		struct slice one = slice_trim(slice_sub(s, 0, cuts[n]));

		/* Physical sides: direction is of the characters, not of the picture. */
		buf_str(b, "<text direction=\"ltr\"");
		attribute(b, "x", align == DRAW_LEFT ? x : align == DRAW_RIGHT ? x + w : x + w / 2);
		attribute(b, "y", y + size * 0.36 + ((double)n - ((double)lines - 1) / 2) * size * 1.15);
		attribute(b, "font-size", size);
		buf_printf(b, " text-anchor=\"%s\" fill=\"%s\">", anchors[align], white ? "#fff" : "#111");
		draw_svg_escape(b, one);
		if (n + 1 == lines && rest.len > 0)
			buf_str(b, "…");
		buf_str(b, "</text>");
		s = slice_from(s, cuts[n]);
	}
}

void
draw_svg_of(struct draw *d, struct buf *out)
{
	*d = (struct draw){ out, rect, shade, line, mark, text };
}
