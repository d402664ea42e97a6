/*
 * chart: a table of the annual report as a chart: zero-based, in print and without
 * colour readable, mirrored where one reads from right to left. The table stands
 * beside it and has all figures.
 */
#ifndef SHARE_CHART_H
#define SHARE_CHART_H

#include "desk/annual.h"
#include "share/draw.h"

#define CHART_WIDTH 480.0

/* How high it will be; it is never higher than a page (CHART_HEIGHT_MAX). */
#define CHART_HEIGHT_MAX 600.0
double chart_height(const struct annual_view *v);
void chart_draw(const struct annual_view *v, const struct draw *d);

#endif
