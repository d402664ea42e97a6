/*
 * typeset_table: a table is collected, its columns get their widths by what stands
 * in them, and its rows go over as many pages as they need, each with the head. A
 * row stays on one page.
 */
#include "share/typeset_room.h"

#include <stdlib.h>

#define CELL_SIZE 8.0
#define PADDING 4.0 /* at both sides of a cell */
#define CELL_BYTES_MAX 1500 /* of one cell; what is longer ends in an ellipsis */
#define CELLS_MAX 100000
#define SHORT 8 /* rows of a table that stays on one page */

void
typeset_table_begin(struct typeset *t, const struct typeset_column *columns, size_t count)
{
	arena_reset(&t->a);
	free(t->grid.cells);
	t->grid = (struct typeset_grid){ .count = count > TYPESET_COLUMNS_MAX ? TYPESET_COLUMNS_MAX : count };
	for (size_t c = 0; c < t->grid.count; c++)
		t->grid.columns[c] = (struct typeset_column){ arena_copy(&t->a, columns[c].title), columns[c].number };
}

void
typeset_cell(struct typeset *t, struct slice text, bool faint)
{
	struct typeset_grid *g = &t->grid;
	size_t cut = 0;

	if (g->cell_count >= CELLS_MAX)
		return;
	while (cut < text.len && cut < CELL_BYTES_MAX) {
		size_t step = slice_utf8_step(slice_from(text, cut));

		cut += step == 0 ? 1 : step;
	}
	g->cells = xgrown(g->cells, g->cell_count, sizeof(*g->cells));
	g->cells[g->cell_count].text = cut < text.len ? arena_printf(&t->a, "%.*s…", SLICE_ARG(slice_sub(text, 0, cut))) : arena_copy(&t->a, text);
	g->cells[g->cell_count++].faint = faint;
	t->failed = t->failed || t->a.failed;
}

/* --- widths ---------------------------------------------------------------------------- */

static double
width_of(PangoLayout *l)
{
	int w, h;

	pango_layout_get_size(l, &w, &h);
	return (double)w / PANGO_SCALE;
}

/* The whole text on one line, and its longest word. */
static void
measure(struct typeset *t, struct slice text, bool bold, double *whole, double *word)
{
	PangoLayout *l = typeset_layout(t, text, 0, CELL_SIZE, bold);
	double w = width_of(l) + 1;

	*whole = w > *whole ? w : *whole;
	pango_layout_set_wrap(l, PANGO_WRAP_WORD);
	pango_layout_set_width(l, 0);
	w = width_of(l) + 1;
	*word = w > *word ? w : *word;
	g_object_unref(l);
}

static void
widths(struct typeset *t, double out[TYPESET_COLUMNS_MAX])
{
	struct typeset_grid *g = &t->grid;
	double whole[TYPESET_COLUMNS_MAX] = { 0 }, word[TYPESET_COLUMNS_MAX] = { 0 }, room = TYPESET_WIDTH - 2 * PADDING * (double)g->count, wholes = 0, words = 0;

	for (size_t c = 0; c < g->count; c++)
		measure(t, g->columns[c].title, true, &whole[c], &word[c]);
	for (size_t i = 0; i < g->cell_count; i++)
		measure(t, g->cells[i].text, false, &whole[i % g->count], &word[i % g->count]);
	for (size_t c = 0; c < g->count; c++) {
		/* One long word, such as an address, takes not more than its share: it is broken. */
		double share = room / (double)g->count * 1.4;

		word[c] = word[c] > share ? share : word[c];
		wholes += whole[c];
		words += word[c];
	}
	for (size_t c = 0; c < g->count; c++) {
		if (wholes <= room)
			out[c] = whole[c] + (room - wholes) / (double)g->count;
		else if (words <= room)
			out[c] = word[c] + (room - words) * (whole[c] - word[c]) / (wholes - words);
		else
			out[c] = word[c] * room / words;
	}
}

/* --- rows ------------------------------------------------------------------------------------ */

struct row {
	PangoLayout *cells[TYPESET_COLUMNS_MAX];
	bool faint[TYPESET_COLUMNS_MAX];
	double height;
};

/* at: its first cell, or SIZE_MAX for the head. */
static void
row_make(struct typeset *t, const double *w, size_t at, struct row *r)
{
	struct typeset_grid *g = &t->grid;
	double most = (BOTTOM - TOP) / 2;

	*r = (struct row){ .height = 0 };
	for (size_t c = 0; c < g->count; c++) {
		struct slice s = at == SIZE_MAX ? g->columns[c].title : at + c < g->cell_count ? g->cells[at + c].text : SLICE_NONE;
		double h;

		r->cells[c] = typeset_layout(t, s, w[c], CELL_SIZE, at == SIZE_MAX);
		pango_layout_set_line_spacing(r->cells[c], 1.1f);
		pango_layout_set_height(r->cells[c], (int)(most * PANGO_SCALE));
		pango_layout_set_ellipsize(r->cells[c], PANGO_ELLIPSIZE_END);
		r->faint[c] = at != SIZE_MAX && at + c < g->cell_count && g->cells[at + c].faint;
		h = typeset_layout_height(r->cells[c]) + 4;
		r->height = h > r->height ? h : r->height;
	}
}

static void
row_free(struct typeset *t, struct row *r)
{
	for (size_t c = 0; c < t->grid.count; c++)
		g_object_unref(r->cells[c]);
}

static void
row_draw(struct typeset *t, const double *w, const struct row *r, bool head)
{
	double x = 0;

	typeset_tag(t, "TR", NULL);
	for (size_t c = 0; c < t->grid.count; c++) {
		const char *name = head ? "TH" : "TD";
		double at = x + PADDING;

		typeset_tag(t, name, NULL);
		if (r->faint[c])
			cairo_set_source_rgb(t->cr, 0.4, 0.4, 0.4);
		typeset_lines(t, r->cells[c], 0, pango_layout_get_line_count(r->cells[c]), MARGIN + (t->rtl ? TYPESET_WIDTH - at - w[c] : at), t->y + 2, w[c], t->grid.columns[c].number);
		cairo_set_source_rgb(t->cr, 0, 0, 0);
		typeset_untag(t, name);
		x += w[c] + 2 * PADDING;
	}
	typeset_untag(t, "TR");
	t->y += r->height;
	cairo_set_line_width(t->cr, head ? 1 : 0.25);
	cairo_move_to(t->cr, MARGIN, t->y);
	cairo_line_to(t->cr, MARGIN + TYPESET_WIDTH, t->y);
	cairo_stroke(t->cr);
}

/* Of a row that is not set yet; 0 where there is none. */
static double
next_height(struct typeset *t, const double *w, size_t at)
{
	struct row r;

	if (at >= t->grid.cell_count)
		return 0;
	row_make(t, w, at, &r);
	row_free(t, &r);
	return r.height;
}

/* A short table is not torn apart. */
static void
keep_whole(struct typeset *t, const double *w, double height)
{
	if (t->grid.cell_count / t->grid.count > SHORT)
		return;
	for (size_t at = 0; at < t->grid.cell_count; at += t->grid.count)
		height += next_height(t, w, at);
	if (height < (BOTTOM - TOP) / 2)
		typeset_need(t, height);
}

void
typeset_table_end(struct typeset *t)
{
	struct typeset_grid *g = &t->grid;
	double w[TYPESET_COLUMNS_MAX] = { 0 };
	struct row head, row;
	bool opened = false;

	if (g->count == 0 || g->cell_count == 0)
		return;
	widths(t, w);
	row_make(t, w, SIZE_MAX, &head);
	keep_whole(t, w, head.height);
	for (size_t at = 0; at < g->cell_count && !t->failed; at += g->count) {
		double least;

		row_make(t, w, at, &row);
		/* The head stands with two rows at least, and two at least are left for another page. */
		least = row.height + (opened ? 0 : head.height);
		if (at + 2 * g->count == g->cell_count || !opened)
			least += next_height(t, w, at + g->count);
		if (t->y + least > BOTTOM && t->y > TOP) {
			if (opened)
				typeset_untag(t, "Table");
			opened = false;
			typeset_page(t);
		}
		if (!opened) {
			typeset_tag(t, "Table", NULL);
			row_draw(t, w, &head, true);
			opened = true;
		}
		row_draw(t, w, &row, false);
		row_free(t, &row);
	}
	if (opened)
		typeset_untag(t, "Table");
	row_free(t, &head);
	t->y += 8;
}
