/*
 * typeset_room: what the files of typeset share. For them alone.
 */
#ifndef SHARE_TYPESET_ROOM_H
#define SHARE_TYPESET_ROOM_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "base/arena.h"
#include "share/typeset.h"

#define PAGE_WIDTH 595.28
#define PAGE_HEIGHT 841.89
#define MARGIN ((PAGE_WIDTH - TYPESET_WIDTH) / 2)
#define TOP 62.0
#define BOTTOM (PAGE_HEIGHT - 62.0)
#define TEXT_SIZE 10.0
#define SMALL_SIZE 8.5
#define LEADING 1.25f

struct typeset_mark { int level; unsigned page; char *text; };

struct typeset_grid {
	struct typeset_column columns[TYPESET_COLUMNS_MAX];
	size_t count;
	struct typeset_grid_cell { struct slice text; bool faint; } *cells;
	size_t cell_count;
};

struct typeset {
	const struct typeset_job *job;
	bool rtl, drawing; /* drawing: the second time through */
	cairo_surface_t *surface;
	cairo_t *cr;
	PangoFontMap *map;
	PangoContext *context;
	double y; /* where the next thing begins */
	unsigned page; /* from 1 */
	struct typeset_mark *marks; /* headings, as the first time found them */
	size_t mark_count, mark_at;
	int outlines[3]; /* the last bookmark of each level */
	struct arena a; /* of the table that is being set */
	struct typeset_grid grid;
	uint64_t missing;
	bool failed; /* too many pages, or no memory */
};

/* A paragraph of a width; size in points. The caller frees it with g_object_unref(). */
PangoLayout *typeset_layout(struct typeset *t, struct slice text, double width, double size, bool bold);
double typeset_layout_height(PangoLayout *l);
/* Its lines from first on, so many, at x and y; at the side where reading begins, or the other. */
void typeset_lines(struct typeset *t, PangoLayout *l, int first, int count, double x, double y, double width, bool at_end);
/* A new page, unless so much is left on this one. */
void typeset_need(struct typeset *t, double height);
void typeset_page(struct typeset *t);
/* Tags, where something is drawn: "P", "H1", "TD" ... */
void typeset_tag(struct typeset *t, const char *name, const char *attributes);
void typeset_untag(struct typeset *t, const char *name);
void typeset_mark_add(struct typeset *t, int level, struct slice text);

#endif
