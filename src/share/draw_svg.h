/*
 * draw_svg: charts as SVG within a page of HTML. Browsers know how wide a text is,
 * we do not: widths are estimated generously and lines broken by them.
 */
#ifndef SHARE_DRAW_SVG_H
#define SHARE_DRAW_SVG_H

#include "base/buf.h"
#include "share/draw.h"

/* The patterns that all charts of a page fill with; once a page. */
void draw_svg_patterns(struct buf *out);
/* d draws to out from now on; the caller writes the <svg> around it. */
void draw_svg_of(struct draw *d, struct buf *out);
/* Text within HTML or XML, & < > " escaped. */
void draw_svg_escape(struct buf *out, struct slice s);

#endif
