#include "share/chart.h"

#include <math.h>
#include <stdio.h>

#define SERIES_MAX 8
#define ROWS_MAX 40 /* on one chart; the table has the rest */
#define LABEL 170.0 /* width of a row's name */
#define VALUE 46.0 /* room for a figure behind a bar */
#define BAR 9.0
#define BAR_MIN 5.0
#define GAP 7.0
#define LEGEND 18.0
#define PLOT 150.0 /* height of charts over time */
#define SMALL 8.0
#define HEAT_ROW 13.0
#define SPAN_ROW 15.0
#define TEXT_MAX ((size_t)64 << 10)

struct chart {
	const struct annual_view *v;
	const struct draw *d;
	bool rtl;
	size_t series[SERIES_MAX], count; /* plotted columns */
	size_t rows;
	double bar; /* height of one */
};

static const struct json *
cell(const struct json *row, size_t column)
{
	const struct json *c = row->first;

	for (size_t n = 0; n < column && c != NULL; n++)
		c = c->next;
	return c;
}

static double
bars_height(const struct chart *k)
{
	return LEGEND + GAP + (k->bar * (double)k->count + GAP) * (double)k->rows + 4;
}

static void
chart_of(const struct annual_view *v, const struct draw *d, struct chart *k)
{
	size_t limit = v->table->chart == ANNUAL_HEAT ? 88 : ROWS_MAX;

	*k = (struct chart){ .v = v, .d = d, .rtl = lang_is_rtl(v->lang), .rows = v->print < limit ? v->print : limit };
	for (size_t c = 0; c < v->table->column_count && k->count < SERIES_MAX; c++) {
		if (v->table->columns[c].plot)
			k->series[k->count++] = c;
	}
	/* Many bars are thinner; what does not fit even so is in the table. */
	k->bar = k->count == 0 ? BAR : ((CHART_HEIGHT_MAX - LEGEND - 2 * GAP) / (double)(k->rows == 0 ? 1 : k->rows) - GAP) / (double)k->count;
	k->bar = k->bar > BAR ? BAR : k->bar < BAR_MIN ? BAR_MIN : k->bar;
	while (v->table->chart == ANNUAL_BARS && k->rows > 1 && bars_height(k) > CHART_HEIGHT_MAX)
		k->rows--;
}

/* --- strokes that know the direction ---------------------------------------------- */

static void
rect(const struct chart *k, double x, double y, double w, double h, enum draw_fill fill)
{
	k->d->rect(k->d->cookie, k->rtl ? CHART_WIDTH - x - w : x, y, w, h, fill);
}

static void
line(const struct chart *k, double x1, double y1, double x2, double y2, double width, unsigned dash)
{
	k->d->line(k->d->cookie, k->rtl ? CHART_WIDTH - x1 : x1, y1, k->rtl ? CHART_WIDTH - x2 : x2, y2, width, dash);
}

static void
mark(const struct chart *k, double x, double y, size_t n)
{
	k->d->mark(k->d->cookie, k->rtl ? CHART_WIDTH - x : x, y, (enum draw_mark)(n % DRAW_MARK_COUNT));
}

static void
text(const struct chart *k, double x, double y, double w, enum draw_align align, bool white, struct slice s)
{
	if (k->rtl) {
		x = CHART_WIDTH - x - w;
		align = align == DRAW_LEFT ? DRAW_RIGHT : align == DRAW_RIGHT ? DRAW_LEFT : align;
	}
	k->d->text(k->d->cookie, x, y, w, align, SMALL, white, k->v->table->chart == ANNUAL_SPANS || k->v->table->chart == ANNUAL_DOTS ? 1 : 2, s);
}

static void
text_of(const struct chart *k, const struct json *row, size_t column, double x, double y, double w, enum draw_align align, bool white)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	/* An indicator goes by its number; the table has its question. */
	if (k->v->table->columns[column].type == ANNUAL_READY)
		buf_put(&b, json_text(cell(row, column)));
	else
		annual_cell(k->v->table, column, cell(row, column), k->v->lang, &b);
	text(k, x, y, w, align, white, buf_view(&b));
	buf_fini(&b);
}

static struct slice
title(const struct chart *k, size_t n)
{
	return slice_of_str(lang_text(k->v->lang, k->v->table->columns[k->series[n]].title));
}

static void
legend(const struct chart *k, bool marks)
{
	double w = CHART_WIDTH / (double)(k->count == 0 ? 1 : k->count);

	for (size_t n = 0; n < k->count; n++) {
		double x = w * (double)n;

		if (marks)
			mark(k, x + 5, LEGEND / 2, n);
		else
			rect(k, x, LEGEND / 2 - 4, 10, 8, (enum draw_fill)(n % DRAW_FILL_COUNT));
		text(k, x + 15, LEGEND / 2, w - 20, DRAW_LEFT, false, title(k, n));
	}
}

static double
largest(const struct chart *k, bool summed)
{
	double max = 0, v;
	size_t r = 0;

	JSON_EACH(row, k->v->rows) {
		double sum = 0;

		if (r++ == k->rows)
			break;
		for (size_t n = 0; n < k->count; n++) {
			if (!annual_value(cell(row, k->series[n]), &v))
				continue;
			sum += v;
			max = v > max ? v : max;
		}
		max = summed && sum > max ? sum : max;
	}
	return max;
}

/* The next of 1, 2, 5, 10, 20 ...: where an axis ends. */
static double
axis_end(double max)
{
	double p = 1;

	if (max <= 0)
		return 1;
	while (p * 10 < max)
		p *= 10;
	return max <= p ? p : max <= p * 2 ? p * 2 : max <= p * 5 ? p * 5 : p * 10;
}

/* --- bars ----------------------------------------------------------------------------- */

static void
bars(const struct chart *k)
{
	double y = LEGEND + GAP, room = CHART_WIDTH - LABEL - 6 - VALUE, max = largest(k, false);
	size_t r = 0;

	legend(k, false);
	JSON_EACH(row, k->v->rows) {
		double h = k->bar * (double)k->count;

		if (r++ == k->rows)
			break;
		text_of(k, row, 0, 0, y + h / 2, LABEL, DRAW_RIGHT, false);
		for (size_t n = 0; n < k->count; n++) {
			double v = 0, w, at = y + k->bar * (double)n;

			/* Unknown has no bar, and says so. */
			w = annual_value(cell(row, k->series[n]), &v) && max > 0 ? room * v / max : 0;
			if (w > 0)
				rect(k, LABEL + 6, at, w, k->bar - 1.5, (enum draw_fill)(n % DRAW_FILL_COUNT));
			text_of(k, row, k->series[n], LABEL + 9 + w, at + k->bar / 2 - 0.5, CHART_WIDTH - LABEL - 9 - w, DRAW_LEFT, false);
		}
		y += h + GAP;
	}
	line(k, LABEL + 6, LEGEND + GAP - 3, LABEL + 6, y - GAP + 3, 0.7, 0);
}

/* --- over time -------------------------------------------------------------------------- */

#define AXIS 40.0

static void
axis(const struct chart *k, double top, double bottom, double end)
{
	struct buf b;

	for (int n = 0; n <= 4; n++) {
		double y = bottom - (bottom - top) * n / 4, v = end * n / 4;

		line(k, AXIS, y, CHART_WIDTH, y, n == 0 ? 0.7 : 0.25, 0);
		if (v > floor(v))
			continue;
		buf_init(&b, 100);
		annual_number((int64_t)v, k->v->lang, &b);
		text(k, 0, y, AXIS - 4, DRAW_RIGHT, false, buf_view(&b));
		buf_fini(&b);
	}
}

static void
over_time(const struct chart *k, bool stacked)
{
	double top = LEGEND + GAP, bottom = top + PLOT, end = axis_end(largest(k, stacked)), step = (CHART_WIDTH - AXIS) / (double)(k->rows == 0 ? 1 : k->rows);
	double before[SERIES_MAX] = { 0 };
	bool had[SERIES_MAX] = { false };
	size_t r = 0;

	legend(k, !stacked);
	axis(k, top, bottom, end);
	JSON_EACH(row, k->v->rows) {
		double x = AXIS + step * (double)r, y = bottom, v;

		if (r++ == k->rows)
			break;
		if (r % (k->rows > 14 ? k->rows / 7 : 1) == 0 || r == 1)
			text_of(k, row, 0, x, bottom + 9, step, DRAW_MIDDLE, false);
		for (size_t n = 0; n < k->count; n++) {
			if (!annual_value(cell(row, k->series[n]), &v)) {
				had[n] = false;
				continue;
			}
			if (stacked) {
				double h = PLOT * v / end;

				y -= h;
				if (h > 0)
					rect(k, x + step * 0.15, y, step * 0.7, h, (enum draw_fill)(n % DRAW_FILL_COUNT));
				continue;
			}
			y = bottom - PLOT * v / end;
			if (had[n])
				line(k, x - step / 2, before[n], x + step / 2, y, 1.2, (unsigned)n);
			mark(k, x + step / 2, y, n);
			before[n] = y;
			had[n] = true;
		}
	}
}

/* --- heat ---------------------------------------------------------------------------------- */

#define HEAT_LABEL 40.0
#define HEAT_HALVES 14.0 /* between two of them */

/* Many rows with short names stand in two halves, side by side. */
static size_t
heat_half(const struct chart *k)
{
	return k->rows > 44 ? (k->rows + 1) / 2 : k->rows;
}

static void
heat(const struct chart *k)
{
	size_t half = heat_half(k), r = 0, unknown = SIZE_MAX;
	double whole = half < k->rows ? (CHART_WIDTH - HEAT_HALVES) / 2 : CHART_WIDTH, w = (whole - HEAT_LABEL) / (double)(k->count == 0 ? 1 : k->count), max = 0, v;

	/* What is not known is a number without a shade: it is no level. */
	for (size_t n = 0; n < k->count; n++)
		unknown = strcmp(k->v->table->columns[k->series[n]].name, "unknown") == 0 ? n : unknown;
	JSON_EACH(row, k->v->rows) {
		for (size_t n = 0; n < k->count; n++)
			max = n != unknown && annual_value(cell(row, k->series[n]), &v) && v > max ? v : max;
	}
	for (size_t n = 0; n < k->count; n++) {
		for (double x = HEAT_LABEL; x < CHART_WIDTH; x += whole + HEAT_HALVES)
			text(k, x + w * (double)n, LEGEND / 2, w, DRAW_MIDDLE, false, n == unknown ? S("?") : title(k, n));
	}
	JSON_EACH(row, k->v->rows) {
		double left = r < half ? 0 : whole + HEAT_HALVES, y = LEGEND + 4 + HEAT_ROW * (double)(r < half ? r : r - half);

		if (r++ == k->rows)
			break;
		text_of(k, row, 0, left, y + HEAT_ROW / 2, HEAT_LABEL - 4, DRAW_RIGHT, false);
		for (size_t n = 0; n < k->count; n++) {
			double x = left + HEAT_LABEL + w * (double)n, tone;

			tone = n != unknown && annual_value(cell(row, k->series[n]), &v) && max > 0 ? v / max * 0.85 : 0;
			k->d->shade(k->d->cookie, k->rtl ? CHART_WIDTH - x - w : x, y, w, HEAT_ROW, tone);
			text_of(k, row, k->series[n], x, y + HEAT_ROW / 2, w, DRAW_MIDDLE, tone > 0.5);
		}
	}
	if (unknown != SIZE_MAX) {
		struct buf b;

		buf_init(&b, TEXT_MAX);
		buf_printf(&b, "? = %.*s", SLICE_ARG(title(k, unknown)));
		text(k, 0, LEGEND + 4 + HEAT_ROW * (double)half + 8, CHART_WIDTH, DRAW_LEFT, false, buf_view(&b));
		buf_fini(&b);
	}
}

/* --- spans of days ----------------------------------------------------------------------------- */

/* A line each: a name that is longer is cut; the table has it whole. */
static void
spans(const struct chart *k)
{
	double first = INFINITY, last = -INFINITY, room = CHART_WIDTH - LABEL - 6, y = LEGEND + 4, v;
	size_t r = 0;
	struct buf b;

	JSON_EACH(row, k->v->rows) {
		for (size_t n = 0; n < k->count; n++) {
			if (annual_value(cell(row, k->series[n]), &v)) {
				first = v < first ? v : first;
				last = v > last ? v : last;
			}
		}
	}
	if (last <= first)
		last = first + 86400.0 * 30;
	buf_init(&b, 200);
	annual_day((int64_t)first, k->v->lang, &b);
	text(k, LABEL + 6, LEGEND / 2, room / 2, DRAW_LEFT, false, buf_view(&b));
	buf_clear(&b);
	annual_day((int64_t)last, k->v->lang, &b);
	text(k, LABEL + 6 + room / 2, LEGEND / 2, room / 2, DRAW_RIGHT, false, buf_view(&b));
	buf_fini(&b);
	line(k, LABEL + 6, LEGEND, CHART_WIDTH, LEGEND, 0.5, 0);
	JSON_EACH(row, k->v->rows) {
		double from, until;
		bool begun, ended;

		if (r++ == k->rows)
			break;
		text_of(k, row, 0, 0, y + 7, LABEL, DRAW_RIGHT, false);
		begun = k->count > 0 && annual_value(cell(row, k->series[0]), &from);
		ended = k->count > 1 && annual_value(cell(row, k->series[1]), &until);
		if (begun) {
			double x = LABEL + 6 + room * (from - first) / (last - first), w = ended ? room * (until - from) / (last - first) : CHART_WIDTH - x;

			/* What has no end goes on to the edge, and is open there. */
			rect(k, x, y + 2.5, w > 1 ? w : 1, BAR, ended ? DRAW_LIGHT : DRAW_STRIPES);
		}
		y += SPAN_ROW;
	}
}

/* --- dots on one scale ------------------------------------------------------------------------------ */

static void
dots(const struct chart *k)
{
	double y = LEGEND + GAP, room = CHART_WIDTH - LABEL - 22, max = largest(k, false);
	/* Rows of different units have a scale each, from 0 to their largest. */
	bool each = k->v->table == &annual_tables[ANNUAL_RESULTS];
	size_t r = 0;

	/* A percentage is one of a hundred, every year. */
	max = k->v->table == &annual_tables[ANNUAL_DOMAINS] ? 100 : max;
	legend(k, true);
	JSON_EACH(row, k->v->rows) {
		double end = max, v;

		if (r++ == k->rows)
			break;
		text_of(k, row, 0, 0, y + 7, LABEL, DRAW_RIGHT, false);
		for (size_t n = 0; n < k->count && each; n++) {
			end = n == 0 ? 0 : end;
			if (annual_value(cell(row, k->series[n]), &v))
				end = fabs(v) > end ? fabs(v) : end;
		}
		line(k, LABEL + 10, y + 7, LABEL + 10 + room, y + 7, 0.25, 0);
		for (size_t n = 0; n < k->count; n++) {
			if (annual_value(cell(row, k->series[n]), &v))
				mark(k, LABEL + 10 + (end > 0 && v > 0 ? room * v / end : 0), y + 7, n);
		}
		y += SPAN_ROW;
	}
	line(k, LABEL + 10, LEGEND + GAP - 3, LABEL + 10, y, 0.7, 0);
	if (!each) {
		struct buf b;

		buf_init(&b, 100);
		annual_number((int64_t)max, k->v->lang, &b);
		text(k, LABEL + room - 90, y + 6, 105, DRAW_RIGHT, false, buf_view(&b));
		text(k, LABEL + 8, y + 6, 30, DRAW_LEFT, false, S("0"));
		buf_fini(&b);
	}
}

double
chart_height(const struct annual_view *v)
{
	struct chart k;

	chart_of(v, NULL, &k);
	switch (v->table->chart) {
	case ANNUAL_PLAIN:
		return 0;
	case ANNUAL_BARS:
		return bars_height(&k);
	case ANNUAL_STACK: case ANNUAL_LINES:
		return LEGEND + GAP + PLOT + 22;
	case ANNUAL_HEAT:
		return LEGEND + 4 + HEAT_ROW * (double)heat_half(&k) + 18;
	case ANNUAL_SPANS: case ANNUAL_DOTS:
		while (k.rows > 28)
			k.rows = 28;
		return LEGEND + GAP + SPAN_ROW * (double)k.rows + 16;
	}
	return 0;
}

void
chart_draw(const struct annual_view *v, const struct draw *d)
{
	struct chart k;

	chart_of(v, d, &k);
	switch (v->table->chart) {
	case ANNUAL_PLAIN:
		break;
	case ANNUAL_BARS:
		bars(&k);
		break;
	case ANNUAL_STACK:
		over_time(&k, true);
		break;
	case ANNUAL_LINES:
		over_time(&k, false);
		break;
	case ANNUAL_HEAT:
		heat(&k);
		break;
	case ANNUAL_SPANS:
		k.rows = k.rows > 28 ? 28 : k.rows;
		spans(&k);
		break;
	case ANNUAL_DOTS:
		k.rows = k.rows > 28 ? 28 : k.rows;
		dots(&k);
		break;
	}
}
