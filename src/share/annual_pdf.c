#include "share/annual_pdf.h"

#include <stdio.h>

#include "share/chart.h"

#define NOTE 30.0 /* height of the lines between a title and its chart */
#define TEXT_MAX ((size_t)64 << 10)

struct document { const struct annual *x; enum lang lang; };
struct pages { struct typeset *t; enum lang lang; };

static void
part(void *cookie, int n, const char *title)
{
	struct pages *p = cookie;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_printf(&b, "%d. %s", n, title);
	typeset_heading(p->t, 1, buf_view(&b), 0);
	buf_fini(&b);
}

static void
section(void *cookie, const char *name, const char *title, const struct annual_view *v)
{
	struct pages *p = cookie;

	(void)name;
	typeset_heading(p->t, 2, slice_of_str(title), v != NULL && annual_drawn(v) ? chart_height(v) + NOTE : 90);
}

static void
text(void *cookie, struct slice s, bool small)
{
	struct pages *p = cookie;

	typeset_text(p->t, s, small);
}

static void
figure(void *cookie, const struct draw *d)
{
	chart_draw(cookie, d);
}

static void
chart(void *cookie, const struct annual_view *v)
{
	struct pages *p = cookie;
	struct annual_view copy = *v;

	typeset_figure(p->t, chart_height(v), figure, &copy);
}

static void
table(void *cookie, const struct annual_view *v)
{
	struct typeset_column columns[TYPESET_COLUMNS_MAX];
	const struct annual_table *table = v->table;
	struct pages *p = cookie;
	size_t n = 0;
	struct buf b;

	for (size_t c = 0; c < table->column_count && c < TYPESET_COLUMNS_MAX; c++) {
		columns[c].title = slice_of_str(lang_text(v->lang, table->columns[c].title));
		columns[c].number = table->columns[c].type == ANNUAL_COUNT || table->columns[c].type == ANNUAL_NUMBER;
	}
	typeset_table_begin(p->t, columns, table->column_count);
	buf_init(&b, TEXT_MAX);
	JSON_EACH(row, v->rows) {
		size_t c = 0;

		if (n++ == v->print)
			break;
		JSON_EACH(cell, row) {
			buf_clear(&b);
			annual_cell(table, c++, cell, v->lang, &b);
			typeset_cell(p->t, buf_view(&b), cell->kind == JSON_NULL);
		}
	}
	buf_fini(&b);
	typeset_table_end(p->t);
}

static void
content(void *cookie, struct typeset *t)
{
	const struct document *d = cookie;
	struct pages p = { t, d->lang };

	annual_walk(d->x, d->lang, &(struct annual_sink){ &p, part, section, text, chart, table });
}

bool
annual_pdf(const struct annual *x, enum lang l, struct buf *out, struct typeset_made *made, struct err *e)
{
	struct document d = { x, l };
	struct typeset_job j = { .lang = l, .contents = lang_text(l, N_("Contents")), .author = x->node, .created_s = x->as_of_s, .content = content, .cookie = &d };
	struct buf title, lines;
	bool ok;

	buf_init(&title, TEXT_MAX);
	buf_init(&lines, TEXT_MAX);
	annual_title(x, l, &title);
	annual_subtitle(x, l, &lines);
	j.title = buf_view(&title);
	j.lines = buf_view(&lines);
	ok = typeset_run(&j, out, made, e);
	buf_fini(&lines);
	buf_fini(&title);
	return ok;
}
