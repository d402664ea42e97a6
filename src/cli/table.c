#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/arena.h"
#include "base/lang.h"
#include "parse/date.h"
#include "parse/json.h"

#define TEXT_MAX ((size_t)256 << 20)

static uint32_t
code_point(struct slice s, size_t n)
{
	static const uint8_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = s.p[0] & first[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s.p[i] & 0x3f);
	return c;
}

size_t
text_width(struct slice s)
{
	size_t width = 0;

	while (s.len > 0) {
		size_t n = slice_utf8_step(s);
		int w = n == 0 ? 1 : n == 1 ? 1 : wcwidth((wchar_t)code_point(s, n));

		/* In the C locale wcwidth() knows ASCII only: then one a character. */
		width += w < 0 ? 1 : (size_t)w;
		s = slice_from(s, n == 0 ? 1 : n);
	}
	return width;
}

#define ISOLATES_MAX 8 /* within each other; ours never are */

/* The depth of isolates (UAX 9) behind this character; -1: one is closed that was not open. */
static int
isolates(struct slice s, int depth)
{
	if (!slice_starts(s, S("\xe2\x81")) || s.len < 3 || s.p[2] < 0xa6 || s.p[2] > 0xa9)
		return depth;
	return s.p[2] == 0xa9 ? depth - 1 : depth + 1;
}

/* Our own sentences have marks in pairs; those of others would take hold of what stands beside them. */
static bool
marks_paired(struct slice s)
{
	int depth = 0;
	size_t n;

	for (; s.len > 0 && depth >= 0 && depth <= ISOLATES_MAX; s = slice_from(s, n)) {
		if (slice_shown(s, &n) == SHOWN_MARK)
			depth = isolates(s, depth);
	}
	return depth == 0;
}

/* What a terminal may get; the rest as '?'. */
void
text_clean_put(struct buf *b, struct slice s, size_t width_max)
{
	bool paired = marks_paired(s);
	size_t width = 0;
	int depth = 0;

	while (s.len > 0) {
		size_t n;
		enum shown shown = slice_shown(s, &n);
		bool bad = shown == SHOWN_NEVER || (shown == SHOWN_MARK && !paired);

		if (width_max != 0 && width + 1 >= width_max &&
		    text_width(s) > width_max - width) {
			buf_str(b, "…");
			while (depth-- > 0)
				buf_str(b, "\xe2\x81\xa9");
			return;
		}
		if (shown == SHOWN_MARK && paired)
			depth = isolates(s, depth);
		if (bad)
			buf_byte(b, '?');
		else
			buf_put(b, slice_of(s.p, n));
		width += bad ? 1 : text_width(slice_of(s.p, n));
		s = slice_from(s, n);
	}
}

void
text_show(FILE *to, struct slice s)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	text_clean_put(&b, s, 0);
	(void)fwrite(b.p == NULL ? "" : (const char *)b.p, 1, b.len, to);
	buf_fini(&b);
}

/*
 * For people: cells end with '\t', rows with '\n'; text_clean_put() has taken both
 * out of what came from outside.
 */
static void
cell(struct table *t, struct slice s, bool quote)
{
	if (t->json) {
		buf_str(&t->line, t->at == 0 ? "{" : ",");
		json_quote(&t->line, slice_of_str(t->columns[t->at].key));
		buf_byte(&t->line, ':');
		if (quote)
			json_quote(&t->line, s);
		else
			buf_put(&t->line, s);
	} else {
		size_t begin = t->text.len, width, shape = t->columns[t->at].width_max;

		if ((shape & TABLE_JSON) == 0)
			text_clean_put(&t->text, s, shape & TABLE_WIDTH);
		width = text_width(slice_from(buf_view(&t->text), begin));
		if (width > t->widths[t->at])
			t->widths[t->at] = width;
		buf_byte(&t->text, '\t');
	}
	if (++t->at < t->count)
		return;
	t->at = 0;
	t->rows++;
	if (t->json) {
		buf_str(&t->line, t->bare ? "}\n" : "}");
		if (!t->bare)
			(void)fputs(t->rows == 1 ? "[\n" : ",\n", stdout);
		(void)fwrite(t->line.p, 1, t->line.len, stdout);
		buf_clear(&t->line);
	} else {
		buf_byte(&t->text, '\n');
	}
}

void
table_begin(struct table *t, const struct table_column *columns, size_t count,
    bool json)
{
	*t = (struct table){ .columns = columns, .count = count, .json = json };
	buf_init(&t->text, TEXT_MAX);
	buf_init(&t->line, 1 << 20);
	t->widths = xarray(count, sizeof(*t->widths));
	if (json)
		return;
	for (size_t i = 0; i < count; i++)
		cell(t, slice_of_str(T(columns[i].title)), true);
	t->rows = 0;
}

void
table_text(struct table *t, struct slice s)
{
	if (s.p == NULL)
		table_none(t);
	else
		cell(t, s, true);
}

void
table_str(struct table *t, const char *s)
{
	table_text(t, slice_of_str(s));
}

void
table_int(struct table *t, int64_t v)
{
	char text[24];

	cell(t, slice_of(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)v)),
	    false);
}

void
table_moment(struct table *t, int64_t s)
{
	char text[DATE_TEXT_MAX];

	cell(t, slice_of(text, date_print_z(s, text)), true);
}

void
table_date(struct table *t, int64_t s)
{
	if (s == 0)
		table_none(t);
	else
		table_moment(t, s);
}

void
table_raw(struct table *t, struct slice json)
{
	cell(t, json, false);
}

void
table_none(struct table *t)
{
	cell(t, t->json ? S("null") : S("-"), false);
}

static void
pad(size_t n)
{
	while (n-- > 0)
		(void)fputc(' ', stdout);
}

size_t
terminal_width(void)
{
	struct winsize w = { 0 };

	if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		return 0;
	return w.ws_col;
}

static size_t
total(const struct table *t)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->count; i++)
		sum += t->widths[i] == 0 ? 0 : t->widths[i] + (sum == 0 ? 0 : 2);
	return sum;
}

#define SHRUNK 10 /* columns that are left of a text; a date's day has as many */

/* The column that gives way next, or SIZE_MAX. */
static size_t
weakest(const struct table *t)
{
	size_t best = SIZE_MAX, drop = 0;

	for (size_t i = 0; i < t->count; i++) {
		size_t d = t->columns[i].width_max >> 16 & 0xff;

		if (t->widths[i] > 0 && d > drop) {
			drop = d;
			best = i;
		}
	}
	return best;
}

/* Of what may not be left out, the column that is cut next, or SIZE_MAX. */
static size_t
widest(const struct table *t)
{
	size_t best = SIZE_MAX, most = SHRUNK;

	for (size_t i = 0; i < t->count; i++) {
		if (!t->columns[i].right && (t->columns[i].width_max & TABLE_WHOLE) == 0 && t->widths[i] > most) {
			most = t->widths[i];
			best = i;
		}
	}
	return best;
}

/* As narrow as the terminal: dates are cut to days, then the weakest column is cut or left out. */
static void
fit(struct table *t, size_t width)
{
	size_t i, over;

	for (i = 0; width > 0 && i < t->count && total(t) > width; i++) {
		if ((t->columns[i].width_max & TABLE_DAY) != 0 && t->widths[i] > SHRUNK)
			t->widths[i] = SHRUNK;
	}
	while (width > 0 && total(t) > width && (i = weakest(t)) != SIZE_MAX) {
		over = total(t) - width;
		if (!t->columns[i].right && t->widths[i] >= SHRUNK + over)
			t->widths[i] -= over;
		else
			t->widths[i] = 0;
	}
	while (width > 0 && total(t) > width && (i = widest(t)) != SIZE_MAX) {
		over = total(t) - width;
		t->widths[i] = t->widths[i] >= SHRUNK + over ? t->widths[i] - over : SHRUNK;
	}
}

/* As much of a cell as its column has room for. */
static void
cell_cut(struct table *t, size_t i, struct slice text)
{
	buf_clear(&t->line);
	if ((t->columns[i].width_max & TABLE_DAY) != 0 && t->widths[i] == SHRUNK && byte_is_digit(text.len == 0 ? 0 : text.p[0]))
		buf_put(&t->line, slice_sub(text, 0, SHRUNK));
	else
		text_clean_put(&t->line, text, text_width(text) > t->widths[i] ? t->widths[i] : 0);
}

/*
 * In a language written from the right each cell is isolated: neighbours
 * would otherwise become one run, and the columns change places.
 */
static void
print_row(struct table *t, struct slice row)
{
	bool isolate = lang_is_rtl(lang_get()), first = true;
	struct slice text;

	for (size_t i = 0; i < t->count && slice_cut(&row, '\t', &text); i++) {
		size_t space;

		if (t->widths[i] == 0)
			continue;
		cell_cut(t, i, text);
		space = t->widths[i] - text_width(buf_view(&t->line));
		if (!first)
			pad(2);
		first = false;
		if (t->columns[i].right)
			pad(space);
		printf("%s%.*s%s", isolate ? "\u2068" : "", SLICE_ARG(buf_view(&t->line)), isolate ? "\u2069" : "");
		if (!t->columns[i].right && i + 1 < t->count)
			pad(space);
	}
	(void)fputc('\n', stdout);
}

bool
table_end(struct table *t)
{
	struct slice rest = buf_view(&t->text), row;
	bool head = isatty(STDOUT_FILENO) == 1;

	if (t->json && !t->bare) {
		(void)fputs(t->rows == 0 ? "[]\n" : "\n]\n", stdout);
	} else if (!t->json) {
		fit(t, terminal_width());
		for (size_t i = 0; slice_line(&rest, &row); i++) {
			if (i == 0 && head)
				(void)fputs("\033[1m", stdout);
			print_row(t, row);
			if (i == 0 && head)
				(void)fputs("\033[0m", stdout);
		}
	}
	table_drop(t);
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}

void
table_drop(struct table *t)
{
	buf_fini(&t->text);
	buf_fini(&t->line);
	free(t->widths);
	t->widths = NULL;
}

bool
table_finish(struct table *t, bool ok, struct err *e)
{
	if (ok)
		return table_end(t) || err_sys(e, "standard output");
	table_drop(t);
	return false;
}
