/*
 * html: the rows of one table. xml: elements of one name, whatever is around
 * them; their children's texts and attributes are the values.
 */
#include "base/buf.h"
#include "intake/generic.h"
#include "parse/xml.h"

/* --- html --------------------------------------------------------------------------------- */

#define CELLS 64 /* of a row; behind them the links, by number and by name */
#define CELL_BYTES ((size_t)16 << 10)

struct table {
	struct mapping_run *r;
	struct xml_reader *x;
	struct row_layout layout;
	unsigned tables; /* begun so far */
	unsigned inside; /* depth of the chosen one; 0: not in it */
	unsigned cell_at; /* depth of the cell at hand; 0: none */
	bool done, found, head_due;
	uint64_t rows; /* of this table */
	struct slice page;
	uint64_t base; /* of the page in its document */
	struct place place; /* of the row at hand */
	struct buf text[CELLS];
	struct buf href[CELLS];
	size_t count;
};

static bool
is_name(const struct xml_item *i, const char *name)
{
	return slice_eq(i->name, slice_of_str(name));
}

/* Is value among the words of a class attribute, or the whole of another? */
static bool
value_fits(struct slice name, struct slice has, struct slice value)
{
	struct slice word;

	if (slice_eq(slice_trim(has), value))
		return true;
	while (slice_eq(name, S("class")) && slice_cut(&has, ' ', &word)) {
		if (slice_eq(word, value))
			return true;
	}
	return false;
}

static bool
table_chosen(struct table *t)
{
	const struct mapping *m = t->r->m;
	struct slice name, value;
	bool chosen = false;

	t->tables++;
	if (m->table.len == 0)
		return t->tables == m->table_number;
	while (xml_attribute(t->x, &name, &value))
		chosen = chosen || (slice_eq_nocase(name, m->table) && value_fits(name, value, m->table_value));
	return chosen;
}

static void
row_begin(struct table *t, const struct xml_item *i)
{
	t->count = 0;
	t->place = (struct place){ .offset = i->at, .line = (uint32_t)i->line };
	for (size_t k = 0; k < CELLS; k++) {
		buf_clear(&t->text[k]);
		buf_clear(&t->href[k]);
	}
}

/* Its cells, then the links by number, then the links by name. */
static void
row_values(struct table *t, struct slice v[3 * CELLS])
{
	for (size_t k = 0; k < CELLS; k++) {
		v[k] = k < t->count ? slice_trim(buf_view(&t->text[k])) : SLICE_NONE;
		v[CELLS + k] = k < t->count ? buf_view(&t->href[k]) : SLICE_NONE;
		v[2 * CELLS + k] = v[CELLS + k];
	}
}

static bool
layout_find(struct table *t, const struct slice *head, struct err *e)
{
	struct arena *a = &t->r->memory;
	struct slice names[3 * CELLS];

	for (size_t k = 0; k < CELLS; k++) {
		names[k] = head != NULL ? head[k] : k < t->r->m->names.n ? t->r->m->names.v[k] : S("");
		names[CELLS + k] = arena_printf(a, "%zu.href", k + 1);
		names[2 * CELLS + k] = names[k].len == 0 ? S("") : arena_printf(a, "%.*s.href", SLICE_ARG(names[k]));
	}
	if (!row_layout_find(t->r, &t->layout, names, 3 * CELLS, e))
		return false;
	/* A link is only taken where it is asked for. */
	for (size_t k = CELLS; k < t->layout.count; k++)
		t->layout.used[k] = true;
	return true;
}

/* From its <tr> to the first tag that may end it; a table in a cell cuts it short. */
static void
row_place(struct table *t)
{
	static const struct slice ends[] = { S_INIT("</tr"), S_INIT("<tr"), S_INIT("</table") };
	struct slice row, rest;
	size_t n;
	bool end = false;

	if (t->place.offset == XML_AT_UNKNOWN) {
		t->place.offset = 0;
		return;
	}
	row = slice_from(t->page, (size_t)(t->place.offset - t->base));
	rest = slice_from(row, 1);
	while (!end && (n = slice_find_byte(rest, '<')) != SIZE_MAX) {
		rest = slice_from(rest, n);
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			end = end || slice_starts_nocase(rest, ends[i]);
		n = end && rest.p[1] == '/' ? slice_find_byte(rest, '>') : 0;
		rest = slice_from(rest, !end ? 1 : n == 0 || n == SIZE_MAX ? 0 : n + 1);
	}
	t->place.length = (uint32_t)(end ? (size_t)(rest.p - row.p) : row.len);
}

static bool
row_end(struct table *t, struct err *e)
{
	struct slice v[3 * CELLS];

	if (t->count == 0 || t->rows++ < t->r->m->skip)
		return true;
	row_values(t, v);
	if (t->head_due) {
		t->head_due = false;
		return layout_find(t, v, e);
	}
	mapping_record_begin(t->r, buf_view(&t->text[0]));
	row_layout_put(t->r, &t->layout, v, 3 * CELLS);
	row_place(t);
	return mapping_record_end(t->r, &t->place, e);
}

/* Text with its white space as a browser shows it: one blank for any. */
static void
text_add(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len && b->len < CELL_BYTES; i++) {
		bool space = byte_is_space(s.p[i]);

		/* U+00A0, which tables fill cells with */
		if (s.p[i] == 0xc2 && i + 1 < s.len && s.p[i + 1] == 0xa0) {
			space = true;
			i++;
		}
		if (!space)
			buf_byte(b, s.p[i]);
		else if (b->len > 0 && b->p[b->len - 1] != ' ')
			buf_byte(b, ' ');
	}
}

static bool
element_begin(struct table *t, const struct xml_item *i, struct err *e)
{
	unsigned depth = i->depth;
	struct slice name, value;

	if (is_name(i, "table") && t->inside == 0 && table_chosen(t)) {
		t->inside = depth;
		t->found = true;
		t->head_due = t->r->m->header == HEADER_YES;
		return t->head_due || layout_find(t, NULL, e);
	}
	if (t->inside == 0)
		return true;
	if (is_name(i, "tr") && t->cell_at == 0) {
		row_begin(t, i);
	} else if ((is_name(i, "td") || is_name(i, "th")) && t->cell_at == 0 && t->count < CELLS) {
		t->cell_at = depth;
		t->count++;
	} else if (is_name(i, "a") && t->cell_at > 0 && t->href[t->count - 1].len == 0) {
		while (xml_attribute(t->x, &name, &value)) {
			if (slice_eq_nocase(name, S("href")))
				buf_put(&t->href[t->count - 1], slice_sub(value, 0, CELL_BYTES));
		}
	} else if (is_name(i, "input") && t->cell_at > 0) {
		/* What stands in a field is seen as text. */
		while (xml_attribute(t->x, &name, &value)) {
			if (slice_eq_nocase(name, S("value")))
				text_add(&t->text[t->count - 1], value);
		}
	} else if ((is_name(i, "br") || is_name(i, "p") || is_name(i, "div")) && t->cell_at > 0) {
		text_add(&t->text[t->count - 1], S(" "));
	}
	return true;
}

static bool
element_end(struct table *t, const struct xml_item *i, struct err *e)
{
	if (t->inside == 0)
		return true;
	if (i->depth == t->inside) {
		t->inside = 0;
		t->rows = 0;
		/* Of a number there is one table; of a class there may be more. */
		t->done = t->r->m->table.len == 0;
	} else if (i->depth == t->cell_at) {
		t->cell_at = 0;
	} else if (is_name(i, "tr") && t->cell_at == 0) {
		return row_end(t, e);
	}
	return true;
}

static bool
table_walk(struct table *t, struct err *e)
{
	struct xml_item i;
	enum step step = STEP_END;

	while (!t->done && (step = xml_next(t->x, &i, e)) == STEP_ITEM) {
		bool ok = true;

		switch (i.kind) {
		case XML_ITEM_START:
			ok = element_begin(t, &i, e);
			break;
		case XML_ITEM_TEXT:
			if (t->cell_at > 0)
				text_add(&t->text[t->count - 1], i.text);
			break;
		case XML_ITEM_END:
			ok = element_end(t, &i, e);
			break;
		}
		if (!ok)
			return false;
	}
	if (!t->done && step == STEP_FAIL)
		return false;
	return t->found || err_set(e, ERR_INPUT, "there is no such table in this page as mapping %.*s says", SLICE_ARG(t->r->m->name));
}

bool
generic_html(struct mapping_run *r, struct source *src, struct err *e)
{
	struct table t = { .r = r };
	bool ok;

	if (!xml_open_html(src, &t.x, e))
		return false;
	t.page = src->window;
	t.base = src->offset;
	for (size_t k = 0; k < CELLS; k++) {
		buf_init(&t.text[k], 2 * CELL_BYTES);
		buf_init(&t.href[k], 2 * CELL_BYTES);
	}
	ok = table_walk(&t, e);
	for (size_t k = 0; k < CELLS; k++) {
		buf_fini(&t.text[k]);
		buf_fini(&t.href[k]);
	}
	xml_free(&t.x);
	return ok;
}

/* --- xml -------------------------------------------------------------------------------------- */

struct element {
	struct mapping_run *r;
	struct xml_reader *x;
	struct arena a; /* of the record's values */
	unsigned record; /* its depth; 0: outside */
	struct buf path, text;
	size_t ends[128]; /* of the path at each depth below the record */
	bool leaf; /* nothing but text so far */
	struct place place; /* of the record */
};

static struct slice
kept(struct element *x, struct slice s)
{
	return arena_copy(&x->a, s);
}

static void
attributes_put(struct element *x)
{
	struct slice name, value, path;

	while (xml_attribute(x->x, &name, &value)) {
		path = arena_printf(&x->a, "%.*s@%.*s", SLICE_ARG(buf_view(&x->path)), SLICE_ARG(name));
		mapping_record_put(x->r, path, (struct cell){ kept(x, value), EXTRA_TEXT });
	}
}

static bool
is_record(const struct mapping *m, struct slice name)
{
	for (size_t i = 0; i < m->records.n; i++) {
		if (slice_eq(m->records.v[i], name))
			return true;
	}
	return false;
}

static void
xml_begin(struct element *x, const struct xml_item *i)
{
	if (x->record == 0) {
		if (!is_record(x->r->m, i->name))
			return;
		x->record = i->depth;
		x->place = (struct place){ .offset = i->at, .line = (uint32_t)i->line };
		arena_reset(&x->a);
		buf_clear(&x->path);
		mapping_record_begin(x->r, SLICE_NONE);
		buf_str(&x->path, ".");
		attributes_put(x);
		buf_clear(&x->path);
		x->ends[0] = 0;
	} else {
		unsigned below = i->depth - x->record;

		x->path.len = x->ends[below - 1];
		if (x->path.len > 0)
			buf_byte(&x->path, '.');
		buf_put(&x->path, i->name);
		x->ends[below] = x->path.len;
		attributes_put(x);
	}
	buf_clear(&x->text);
	x->leaf = true;
}

static bool
xml_end(struct element *x, const struct xml_item *i, struct err *e)
{
	struct err why = ERR_INIT;

	if (x->record == 0)
		return true;
	if (x->leaf && slice_trim(buf_view(&x->text)).len > 0)
		mapping_record_put(x->r, i->depth == x->record ? S(".") : kept(x, slice_sub(buf_view(&x->path), 0, x->ends[i->depth - x->record])),
		    (struct cell){ kept(x, slice_trim(buf_view(&x->text))), EXTRA_TEXT });
	x->leaf = false;
	if (i->depth != x->record)
		return true;
	x->record = 0;
	xml_place(i, &x->place.offset, &x->place.length);
	if (!x->a.failed && buf_ok(&x->text) && buf_ok(&x->path))
		return mapping_record_end(x->r, &x->place, e);
	buf_fini(&x->text);
	buf_init(&x->text, x->r->in->limits.record_bytes);
	x->path.failed = false;
	(void)err_set(&why, ERR_LIMIT, "a record of more than %zu bytes", x->r->in->limits.record_bytes);
	return mapping_record_bad(x->r, &x->place, &why, e);
}

static bool
xml_walk(struct element *x, struct err *e)
{
	struct xml_item i;
	enum step step;

	while ((step = xml_next(x->x, &i, e)) == STEP_ITEM) {
		switch (i.kind) {
		case XML_ITEM_START:
			xml_begin(x, &i);
			break;
		case XML_ITEM_TEXT:
			if (x->record > 0)
				buf_put(&x->text, i.text);
			break;
		case XML_ITEM_END:
			if (!xml_end(x, &i, e))
				return false;
			break;
		}
	}
	return step == STEP_END;
}

bool
generic_xml(struct mapping_run *r, struct source *src, struct err *e)
{
	struct element x = { .r = r };
	bool ok;

	if (!xml_open(src, &XML_LIMITS, &x.x, e))
		return false;
	arena_init(&x.a, 4 * r->in->limits.record_bytes);
	buf_init(&x.path, 8192);
	buf_init(&x.text, r->in->limits.record_bytes);
	ok = xml_walk(&x, e);
	buf_fini(&x.path);
	buf_fini(&x.text);
	arena_fini(&x.a);
	xml_free(&x.x);
	return ok;
}
