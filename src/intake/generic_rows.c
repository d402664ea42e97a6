/* csv and list: rows of columns, with the header and the comments that feeds have. */
#include "intake/generic.h"
#include "parse/csv.h"

struct rows {
	struct mapping_run *r;
	struct csv_reader csv;
	struct row_layout layout;
	struct slice *cells; /* of a row that we cut ourselves */
	bool own; /* the delimiter is none that the CSV reader knows */
	bool head_due; /* a header is still to come */
	uint64_t skip;
};

/* --- the layout ------------------------------------------------------------------- */

/* "# first_seen" and "first_seen" are one name. */
static struct slice
bare_name(struct slice s)
{
	s = slice_trim(s);
	while (s.len > 0 && (s.p[0] == '#' || s.p[0] == ';' || s.p[0] == ' '))
		s = slice_from(s, 1);
	if (s.len > 1 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		s = slice_sub(s, 1, s.len - 2);
	return slice_trim(s);
}

static size_t
name_find(const struct slice *names, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_eq_nocase(bare_name(names[i]), name))
			return i;
	}
	return SIZE_MAX;
}

size_t
row_layout_names(const struct mapping *m, const struct slice *names, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < m->columns.n; i++) {
		if (m->columns.v[i].kind == COLUMN_NAMED)
			n += name_find(names, count, m->columns.v[i].name) != SIZE_MAX;
	}
	return n;
}

/* Names for rest: the header's, or "column_3". */
static bool
names_keep(struct mapping_run *r, struct row_layout *l, const struct slice *names, size_t count, struct err *e)
{
	struct arena *a = &r->memory;

	l->count = names == NULL ? 64 : count;
	if (l->count > ROW_COLUMNS_MAX)
		l->count = ROW_COLUMNS_MAX;
	l->names = arena_array(a, l->count + 1, sizeof(*l->names));
	l->used = arena_array(a, l->count + 1, sizeof(*l->used));
	for (size_t i = 0; l->names != NULL && i < l->count; i++)
		l->names[i] = names == NULL ? arena_printf(a, "column_%zu", i + 1) : arena_copy(a, bare_name(names[i]));
	return !a->failed || err_set(e, ERR_LIMIT, "a header of more than %zu bytes", a->max);
}

bool
row_layout_find(struct mapping_run *r, struct row_layout *l, const struct slice *names, size_t count, struct err *e)
{
	const struct mapping *m = r->m;
	bool any = m->rest.len > 0, asked = false;

	if (!names_keep(r, l, names, count, e))
		return false;
	for (size_t i = 0; i < m->columns.n; i++) {
		const struct mapping_column *c = &m->columns.v[i];
		size_t k = c->kind == COLUMN_NAMED ? name_find(names, names == NULL ? 0 : count, c->name) : SIZE_MAX;

		l->at[i] = ROW_NOWHERE;
		asked = asked || c->kind == COLUMN_NAMED;
		if (k != SIZE_MAX)
			l->at[i] = (int32_t)k;
		else if (c->kind == COLUMN_NAMED && c->number != 0)
			l->at[i] = c->number > 0 ? c->number - 1 : c->number;
		if (l->at[i] != ROW_NOWHERE) {
			any = true;
			if (l->at[i] >= 0 && (size_t)l->at[i] < l->count)
				l->used[l->at[i]] = true;
		}
	}
	return any || !asked || err_set(e, ERR_INPUT, "none of the columns that mapping %.*s names is in this file", SLICE_ARG(m->name));
}

void
row_layout_put(struct mapping_run *r, const struct row_layout *l, const struct slice *v, size_t count)
{
	for (size_t i = 0; i < r->m->columns.n; i++) {
		int32_t at = l->at[i];

		if (at < 0)
			at += (int32_t)count;
		if (at >= 0 && (size_t)at < count)
			r->cells[i].text = slice_trim(v[at]);
	}
	if (r->m->rest.len == 0)
		return;
	for (size_t i = 0; i < count && i < l->count && r->rest_count < REST_CELLS_MAX; i++) {
		if (!l->used[i])
			r->rest[r->rest_count++] = (struct rest_cell){ l->names[i], { slice_trim(v[i]), EXTRA_TEXT } };
	}
}

/* --- cutting lines ourselves ---------------------------------------------------------- */

/* How much of s is a delimiter, at its begin? */
static size_t
delimiter_at(const struct mapping *m, struct slice s)
{
	size_t n = 0;

	if (m->delimiter_blanks) {
		while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
			n++;
		return n;
	}
	while (slice_starts(slice_from(s, n), m->delimiter)) {
		n += m->delimiter.len;
		if (!m->delimiter_runs)
			break;
	}
	return n;
}

static size_t
line_cut(const struct mapping *m, struct slice line, struct slice cells[ROW_COLUMNS_MAX])
{
	size_t count = 0, n = 0;

	if (m->delimiter_blanks)
		line = slice_trim(line);
	while (count < ROW_COLUMNS_MAX) {
		size_t end = 0, close;

		if (m->delimiter_loose)
			line = slice_trim(line);
		if (m->quote != 0 && line.len > 1 && line.p[0] == m->quote &&
		    (close = slice_find_byte(slice_from(line, 1), m->quote)) != SIZE_MAX &&
		    (close + 2 == line.len || (n = delimiter_at(m, slice_from(line, close + 2))) > 0)) {
			cells[count++] = slice_sub(line, 1, close);
			end = close + 2;
		} else {
			while (end < line.len && (n = delimiter_at(m, slice_from(line, end))) == 0)
				end++;
			cells[count++] = slice_sub(line, 0, end);
		}
		if (end >= line.len)
			break;
		line = slice_from(line, end + n);
	}
	return count;
}

/* A list's line: the value, and what a comment behind it says. */
static size_t
list_cut(const struct mapping *m, struct slice line, struct slice cells[ROW_COLUMNS_MAX])
{
	cells[0] = line;
	for (size_t i = 1; i < line.len; i++) {
		/* Not within a URL: "http://example.org/#top" */
		if (!byte_is_space(line.p[i - 1]) || !generic_comment(m, slice_sub(line, i, 16)) || byte_is_space(line.p[i]))
			continue;
		cells[0] = slice_sub(line, 0, i);
		cells[1] = bare_name(slice_from(line, i));
		return 2;
	}
	return 1;
}

/* --- rows ------------------------------------------------------------------------------- */

/* The row as it stands: its bytes lie before the window until the next is read. */
static struct slice
row_text(const struct rows *x, const struct csv_row *row)
{
	const struct source *src = x->csv.src;

	return slice_of(src->window.p - (src->offset - row->offset), row->length);
}

#define HEADER_LINES 1000 /* in comments behind these nobody looks for a header */

/* Is this the header, or is what it says known without one? */
static bool
header_take(struct rows *x, const struct slice *v, size_t count, bool comment, bool *taken, struct err *e)
{
	const struct mapping *m = x->r->m;
	size_t named = 0, found;

	*taken = false;
	if (comment && x->r->head_line > HEADER_LINES)
		return true;
	found = count == 0 ? 0 : row_layout_names(m, v, count);
	for (size_t i = 0; i < m->columns.n; i++)
		named += m->columns.v[i].kind == COLUMN_NAMED;
	if (comment) {
		/* "# first_seen,dst_ip": a header may stand in a comment; talk may hold a word of it. */
		if (count < 2 || found < 2 || 2 * found < named)
			return true;
	} else if (found == 0 && m->names.n > 0) {
		x->head_due = false;
		return row_layout_find(x->r, &x->layout, m->names.v, m->names.n, e);
	}
	*taken = true;
	x->head_due = false;
	return row_layout_find(x->r, &x->layout, v, count, e);
}

static bool
row_take(struct rows *x, const struct csv_row *row, const struct place *place, struct err *e)
{
	const struct mapping *m = x->r->m;
	struct slice text = row_text(x, row);
	const struct slice *v = row->v;
	size_t count = row->count;
	bool comment = generic_comment(m, text), taken;

	if (x->own) {
		v = x->cells;
		count = m->format == MAPPING_LIST ? list_cut(m, text, x->cells) : line_cut(m, text, x->cells);
	}
	x->r->head_line = place->line == 0 ? 0 : place->line - 1;
	if (place->line <= x->skip) {
		(void)mapping_head_line(x->r, text, false);
		return true;
	}
	if (comment || m->heads.n > 0) {
		bool held = mapping_head_line(x->r, text, !comment);

		if (held && !comment)
			return true;
	}
	if (x->head_due) {
		if (!header_take(x, v, count, comment, &taken, e))
			return false;
		if (taken)
			return true;
	}
	if (comment || slice_trim(text).len == 0)
		return true;
	mapping_record_begin(x->r, text);
	row_layout_put(x->r, &x->layout, v, count);
	return mapping_record_end(x->r, place, e);
}

static bool
rows_begin(struct rows *x, struct err *e)
{
	const struct mapping *m = x->r->m;

	x->own = m->format == MAPPING_LIST || m->delimiter_blanks || m->delimiter_runs ||
	    m->delimiter_loose || m->delimiter.len != 1;
	x->csv.delimiter = x->own ? '\n' : m->delimiter.p[0];
	x->csv.quote = x->own ? 0 : m->quote;
	x->head_due = m->header == HEADER_YES && m->format == MAPPING_CSV;
	x->skip = m->skip;
	if (x->own)
		x->cells = arena_array(&x->r->memory, ROW_COLUMNS_MAX, sizeof(struct slice));
	if (x->own && x->cells == NULL)
		return err_set(e, ERR_LIMIT, "a document of more than %zu bytes", x->r->memory.max);
	return x->head_due || row_layout_find(x->r, &x->layout, m->names.n > 0 ? m->names.v : NULL, m->names.n, e);
}

bool
generic_rows(struct mapping_run *r, struct source *src, struct err *e)
{
	struct rows x = { .r = r };
	struct err why = ERR_INIT;
	struct csv_row row;
	enum step step;
	bool ok = false;

	csv_init(&x.csv, src);
	if (!rows_begin(&x, e))
		goto out;
	while ((step = csv_next(&x.csv, &row, &why)) == STEP_ITEM || step == STEP_BAD) {
		struct place place = { row.offset, row.length, (uint32_t)row.line, S("") };

		if (step == STEP_BAD ? !mapping_record_bad(r, &place, &why, e) : !row_take(&x, &row, &place, e))
			goto out;
	}
	ok = step == STEP_END;
	if (!ok)
		*e = why;
	else if (x.head_due && r->in->events + r->in->bad == 0 && r->m->names.n == 0)
		ok = err_set(e, ERR_INPUT, "none of the columns that mapping %.*s names is in this file", SLICE_ARG(r->m->name));
out:
	csv_fini(&x.csv);
	return ok;
}
