/*
 * draw: a few strokes that charts are made of, drawn as SVG (draw_svg.c) or into
 * the PDF (typeset_draw.c). Units are points (1/72 inch), y grows downwards. What is
 * filled differs in pattern as well as in tone, so that it is told apart in print,
 * without colour, and by who does not see all colours.
 */
#ifndef SHARE_DRAW_H
#define SHARE_DRAW_H

#include <stdbool.h>

#include "base/slice.h"

enum draw_fill { DRAW_DARK, DRAW_STRIPES, DRAW_LIGHT, DRAW_DOTS, DRAW_CROSS, DRAW_WHITE, DRAW_FILL_COUNT };
enum draw_mark { DRAW_DISC, DRAW_RING, DRAW_DIAMOND, DRAW_SQUARE, DRAW_MARK_COUNT };
enum draw_align { DRAW_LEFT, DRAW_MIDDLE, DRAW_RIGHT };

struct draw {
	void *cookie;
	void (*rect)(void *cookie, double x, double y, double w, double h, enum draw_fill fill);
	/* tone: 0 white to 1 black, with a thin frame */
	void (*shade)(void *cookie, double x, double y, double w, double h, double tone);
	void (*line)(void *cookie, double x1, double y1, double x2, double y2, double width, unsigned dash);
	void (*mark)(void *cookie, double x, double y, enum draw_mark mark);
	/* In the box from x to x + w, one line or two around the middle y; what does not fit ends in an ellipsis. */
	void (*text)(void *cookie, double x, double y, double w, enum draw_align align, double size, bool white, int lines, struct slice text);
};

#endif
