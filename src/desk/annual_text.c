/*
 * annual_text: the annual report as a person reads it: cells, numbers and dates by
 * language, and the way through its parts, which every form of it takes.
 */
#include "desk/annual_room.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/country.h"
#include "model/desk_ready.h"
#include "model/taxonomy.h"
#include "parse/csv.h"
#include "parse/date.h"

/* Translated texts go through printf: msgfmt holds them to their arguments. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define TEXT_MAX ((size_t)64 << 10)

/* --- numbers and dates ---------------------------------------------------------- */

/* As CLDR has it; Arabic with European digits, as on the page. */
static const struct { const char *group, *point; int least; } forms[LANG_COUNT] = {
	[LANG_AR] = { ",", ".", 4 }, [LANG_ZH] = { ",", ".", 4 }, [LANG_EN] = { ",", ".", 4 },
	[LANG_FR] = { "\xe2\x80\xaf", ",", 4 }, [LANG_RU] = { "\xc2\xa0", ",", 4 }, [LANG_ES] = { "\xc2\xa0", ",", 5 },
};

static void
digits_put(struct slice digits, enum lang l, struct buf *out)
{
	for (size_t i = 0; i < digits.len; i++) {
		if (i > 0 && (digits.len - i) % 3 == 0 && digits.len >= (size_t)forms[l].least)
			buf_str(out, forms[l].group);
		buf_byte(out, digits.p[i]);
	}
}

static void
decimal_put(struct slice text, enum lang l, struct buf *out)
{
	struct slice whole;

	if (text.len > 0 && text.p[0] == '-') {
		buf_str(out, "\xe2\x88\x92"); /* U+2212 */
		text = slice_from(text, 1);
	}
	if (!slice_cut(&text, '.', &whole))
		return;
	digits_put(whole, l, out);
	if (text.len > 0) {
		buf_str(out, forms[l].point);
		buf_put(out, text);
	}
}

void
annual_number(int64_t n, enum lang l, struct buf *out)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%lld", (long long)n);

	decimal_put(slice_of(text, (size_t)len), l, out);
}

void
annual_day(int64_t s, enum lang l, struct buf *out)
{
	static const char *const how[LANG_COUNT] = {
		[LANG_AR] = "%3$d/%2$d/%1$d", [LANG_ZH] = "%1$d年%2$d月%3$d日", [LANG_EN] = "%1$d-%2$02d-%3$02d",
		[LANG_FR] = "%3$02d/%2$02d/%1$d", [LANG_RU] = "%3$02d.%2$02d.%1$d", [LANG_ES] = "%3$d/%2$d/%1$d",
	};
	int64_t y;
	unsigned m, d;

	date_civil(s / 86400 - (s % 86400 < 0), &y, &m, &d);
	buf_printf(out, how[l], (int)y, (int)m, (int)d);
}

static void
month_put(struct slice month, enum lang l, struct buf *out)
{
	struct slice y = slice_sub(month, 0, 4), m = slice_sub(month, 5, 2);

	if (l == LANG_ZH)
		buf_printf(out, "%.*s年%.*s月", SLICE_ARG(y), SLICE_ARG(m));
	else if (l == LANG_EN)
		buf_put(out, month);
	else
		buf_printf(out, "%.*s%s%.*s", SLICE_ARG(m), l == LANG_RU ? "." : "/", SLICE_ARG(y));
}

/* --- cells ------------------------------------------------------------------------ */

/* What would order the writing, break lines or a page stays out. */
static void
clean_put(struct slice s, struct buf *out)
{
	size_t step;

	for (; s.len > 0; s = slice_from(s, step)) {
		if (slice_shown(s, &step) == SHOWN_PLAIN)
			buf_put(out, slice_sub(s, 0, step));
		else if (s.p[0] == '\n')
			buf_byte(out, '\n');
		else
			buf_byte(out, ' ');
	}
}

struct slice
annual_text(const struct json *texts, enum lang l)
{
	const struct json *v = json_get(texts, slice_of_str(lang_tag(l)));

	v = v == NULL ? json_get(texts, S("en")) : v;
	v = v == NULL && texts != NULL ? texts->first : v;
	return json_text(v);
}

static void
word_put(struct slice word, enum lang l, struct buf *out)
{
	char text[64];
	const char *title;

	(void)snprintf(text, sizeof(text), "%.*s", SLICE_ARG(word));
	title = annual_word(text);
	if (title == text)
		clean_put(word, out);
	else
		buf_str(out, lang_text(l, title));
}

static void
region_put(struct slice code, enum lang l, struct buf *out)
{
	static const struct { const char *code, *name; } regions[] = {
		{ "002", N_("Africa") }, { "009", N_("Oceania") }, { "019", N_("Americas") }, { "142", N_("Asia") }, { "150", N_("Europe") },
	};

	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (slice_eq(code, slice_of_str(regions[i].code))) {
			buf_str(out, lang_text(l, regions[i].name));
			return;
		}
	}
	clean_put(code, out);
}

static void
domain_put(struct slice id, enum lang l, struct buf *out)
{
	for (size_t d = 0; d < ready_domain_count; d++) {
		if (slice_eq(id, slice_of_str(ready_domains[d].id))) {
			buf_str(out, ready_domains[d].name.t[l]);
			return;
		}
	}
	clean_put(id, out);
}

static void
class_put(struct slice type, enum lang l, struct buf *out)
{
	enum class c = class_find(type);

	if (slice_eq(class_type(c), type))
		buf_str(out, lang_text(l, class_title(c)));
	else
		clean_put(type, out);
}

static void
text_put(const struct annual_table *t, enum annual_type type, struct slice s, enum lang l, struct buf *out)
{
	const struct ready_indicator *i;
	unsigned state;
	int64_t day;

	switch (type) {
	case ANNUAL_COUNT: case ANNUAL_NUMBER:
		decimal_put(s, l, out);
		return;
	case ANNUAL_TEXT: case ANNUAL_TEXTS:
		clean_put(s, out);
		return;
	case ANNUAL_DAY:
		if (desk_day_read(s, &day))
			annual_day(day, l, out);
		return;
	case ANNUAL_MONTH:
		month_put(s, l, out);
		return;
	case ANNUAL_COUNTRY: {
		struct slice name = country_name(s, l);

		clean_put(name.len > 0 ? name : s, out);
		return;
	}
	case ANNUAL_REGION:
		region_put(s, l, out);
		return;
	case ANNUAL_WORD:
		word_put(s, l, out);
		return;
	case ANNUAL_STATE:
		if (desk_state_find(desk_kind_of(t->kind), s, &state))
			buf_str(out, lang_text(l, desk_kind_of(t->kind)->flow->states[state].title));
		else
			clean_put(s, out);
		return;
	case ANNUAL_READY:
		i = ready_find(s);
		clean_put(s, out);
		if (i != NULL)
			buf_printf(out, " %s", i->question.t[l]);
		return;
	case ANNUAL_DOMAIN:
		domain_put(s, l, out);
		return;
	case ANNUAL_CLASS:
		class_put(s, l, out);
		return;
	}
}

void
annual_cell(const struct annual_table *t, size_t column, const struct json *v, enum lang l, struct buf *out)
{
	enum annual_type type = column < t->column_count ? t->columns[column].type : ANNUAL_TEXT;
	int64_t below;

	if (v == NULL || v->kind == JSON_NULL) {
		buf_str(out, lang_text(l, N_("not known")));
	} else if (type == ANNUAL_TEXTS) {
		clean_put(annual_text(v, l), out);
	} else if (v->kind == JSON_OBJECT && json_int(json_get(v, S("below")), &below)) {
		buf_printf(out, lang_text(l, N_("fewer than %d")), (int)(below < 1000 ? below : 1000));
	} else {
		text_put(t, type, json_scalar(v), l, out);
	}
}

bool
annual_value(const struct json *v, double *out)
{
	struct slice s = json_scalar(v);
	int64_t n;

	if (v == NULL || v->kind == JSON_NULL || s.p == NULL)
		return false;
	if (v->kind == JSON_STRING && desk_day_read(s, &n))
		*out = (double)n;
	else if (v->kind == JSON_STRING && desk_amount_read(s, &n))
		*out = (double)n / DESK_AMOUNT_SCALE;
	else if (json_int(v, &n))
		*out = (double)n;
	else
		return false;
	return true;
}

/* --- the way through ---------------------------------------------------------------- */

void
annual_title(const struct annual *x, enum lang l, struct buf *out)
{
	buf_printf(out, lang_text(l, N_("Annual report %d")), x->year);
}

void
annual_subtitle(const struct annual *x, enum lang l, struct buf *out)
{
	struct buf from, until;

	buf_init(&from, 100);
	buf_init(&until, 100);
	annual_day(x->from_s, l, &from);
	annual_day(x->as_of_s < x->until_s + 86400 ? x->as_of_s : x->until_s, l, &until);
	clean_put(x->node, out);
	buf_byte(out, '\n');
	buf_printf(out, lang_text(l, N_("From %s to %s")), buf_cstr(&from), buf_cstr(&until));
	if (x->draft)
		buf_printf(out, "\n%s", lang_text(l, N_("Draft: not approved by two persons")));
	buf_fini(&until);
	buf_fini(&from);
}

/* Smallest and largest, or first and last, of a plotted column: the chart in words. */
static void
column_say(const struct annual_view *v, size_t column, size_t *said, struct buf *out)
{
	bool order = v->table->chart == ANNUAL_LINES || v->table->chart == ANNUAL_STACK;
	const struct json *low = NULL, *high = NULL;
	double at, least = 0, most = 0;
	struct buf a, b;

	JSON_EACH(row, v->rows) {
		const struct json *c = row->first;

		for (size_t n = 0; n < column && c != NULL; n++)
			c = c->next;
		if (!annual_value(c, &at))
			continue;
		if (low == NULL || (!order && at < least)) {
			low = c;
			least = at;
		}
		if (high == NULL || order || at > most) {
			high = c;
			most = at;
		}
	}
	if (low == NULL)
		return;
	buf_init(&a, TEXT_MAX);
	buf_init(&b, TEXT_MAX);
	annual_cell(v->table, column, low, v->lang, &a);
	annual_cell(v->table, column, high, v->lang, &b);
	buf_str(out, (*said)++ == 0 ? "" : " · ");
	buf_printf(out, lang_text(v->lang, order ? N_("%s: %s at first, %s at last") : N_("%s: from %s to %s")),
	    lang_text(v->lang, v->table->columns[column].title), buf_cstr(&a), buf_cstr(&b));
	buf_fini(&b);
	buf_fini(&a);
}

static void
chart_say(const struct annual_view *v, const struct annual_sink *to)
{
	size_t said = 0;
	struct buf b;

	/* Rows of different units have no smallest one; days and the numbers in a heat map speak for themselves. */
	if (v->table == &annual_tables[ANNUAL_RESULTS] || v->table->chart == ANNUAL_SPANS || v->table->chart == ANNUAL_HEAT)
		return;
	buf_init(&b, TEXT_MAX);
	for (size_t c = 0; c < v->table->column_count; c++) {
		if (v->table->columns[c].plot)
			column_say(v, c, &said, &b);
	}
	if (said > 0)
		to->text(to->cookie, buf_view(&b), true);
	buf_fini(&b);
}

bool
annual_drawn(const struct annual_view *v)
{
	double at;

	if (v->table->chart == ANNUAL_PLAIN)
		return false;
	JSON_EACH(row, v->rows) {
		size_t n = 0;

		JSON_EACH(c, row) {
			if (v->table->columns[n++].plot && annual_value(c, &at) && (at > 0 || at < 0))
				return true;
		}
	}
	return false;
}

static void
table_walk(const struct annual *x, size_t t, enum lang l, const struct annual_sink *to)
{
	const struct annual_table *table = &annual_tables[t];
	struct annual_view v = { table, x->rows[t], x->rows[t]->count, x->rows[t]->count, l };

	if (table->print > 0 && v.print > table->print)
		v.print = table->print;
	to->section(to->cookie, table->name, lang_text(l, table->title), v.count == 0 ? NULL : &v);
	to->text(to->cookie, slice_of_str(lang_text(l, table->note)), true);
	if (v.count == 0) {
		to->text(to->cookie, slice_of_str(lang_text(l, N_("Nothing is recorded."))), false);
		return;
	}
	if (annual_drawn(&v)) {
		to->chart(to->cookie, &v);
		chart_say(&v, to);
	}
	to->table(to->cookie, &v);
	if (v.print < v.count) {
		struct buf b;

		buf_init(&b, TEXT_MAX);
		buf_printf(&b, lang_plural(l, "… and %lu more row, in the data package (%s.csv).", "… and %lu more rows, in the data package (%s.csv).", v.count - v.print),
		    (unsigned long)(v.count - v.print), table->name);
		to->text(to->cookie, buf_view(&b), true);
		buf_fini(&b);
	}
}

static void
texts_walk(const struct json *texts, enum lang l, const struct annual_sink *to)
{
	struct slice rest = annual_text(texts, l), one;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	while (rest.len > 0 && slice_line(&rest, &one)) {
		buf_clear(&b);
		clean_put(slice_trim(one), &b);
		if (b.len > 0)
			to->text(to->cookie, buf_view(&b), false);
	}
	buf_fini(&b);
}

static void
annex_walk(const struct annual *x, enum lang l, const struct annual_sink *to)
{
	static const char *const method[] = {
		N_("All figures are counted from the records of the cooperation desk, in the version that held at the end of the period, and from the counts that are kept as reports come. Nothing is typed in by hand but the summary, the lessons and the corrections."),
		N_("What is not known is told as not known; it is not zero. A country is told of by itself where it is public or where the country opens it; else it is counted. There is no ranking of countries."),
		N_("Topics are those of the needs that countries expressed: 1 to 5 and a to m. Member: a country that two coordinators took in, with a designated focal point. Alive: it answered a question within four months. An indicator has reached its target when the last accepted measurement has."),
		N_("The data were frozen once, reviewed and approved by two persons, and are the same for every language. What was found wrong later is added below; what was published stays as it was."),
	};
	char hex[SHA256_HEX + 1];
	struct buf b;

	to->part(to->cookie, ANNUAL_PARTS + 1, lang_text(l, N_("Annexes")));
	to->section(to->cookie, "method", lang_text(l, N_("Method and definitions")), NULL);
	for (size_t i = 0; i < sizeof(method) / sizeof(method[0]); i++)
		to->text(to->cookie, slice_of_str(lang_text(l, method[i])), false);
	buf_init(&b, TEXT_MAX);
	to->section(to->cookie, "data", lang_text(l, N_("Data")), NULL);
	buf_printf(&b, lang_text(l, N_("The data package holds each table as a CSV file and all of them as one JSON file (RFC 8785). Readiness is counted by version %.*s of its model.")), SLICE_ARG(x->readiness));
	to->text(to->cookie, buf_view(&b), false);
	buf_clear(&b);
	sha256_hex(&x->sha, hex);
	buf_printf(&b, "SHA-256: %s", hex);
	to->text(to->cookie, buf_view(&b), false);
	to->section(to->cookie, "corrections", lang_text(l, N_("Corrections")), NULL);
	if (x->corrects.len > 0) {
		buf_clear(&b);
		buf_printf(&b, lang_text(l, N_("This report corrects the one of %.*s.")), SLICE_ARG(x->corrects));
		to->text(to->cookie, buf_view(&b), false);
	}
	if (x->corrections != NULL)
		texts_walk(x->corrections, l, to);
	else
		to->text(to->cookie, slice_of_str(lang_text(l, N_("None so far."))), false);
	buf_fini(&b);
}

void
annual_walk(const struct annual *x, enum lang l, const struct annual_sink *to)
{
	int part = 0;

	for (size_t t = 0; t < ANNUAL_TABLES; t++) {
		if (annual_tables[t].part != part) {
			part = annual_tables[t].part;
			to->part(to->cookie, part, lang_text(l, annual_part_title(part)));
			if (part == 1 && x->summary != NULL)
				texts_walk(x->summary, l, to);
			if (part == 12 && x->lessons != NULL)
				texts_walk(x->lessons, l, to);
		}
		table_walk(x, t, l, to);
	}
	annex_walk(x, l, to);
}

/* --- CSV ------------------------------------------------------------------------------- */

void
annual_csv(const struct annual *x, enum annual_id id, struct buf *out)
{
	const struct annual_table *t = &annual_tables[id];

	for (size_t c = 0; c < t->column_count; c++)
		csv_put(out, slice_of_str(t->columns[c].name), c == 0, false);
	buf_str(out, "\r\n");
	JSON_EACH(row, x->rows[id]) {
		size_t c = 0;

		JSON_EACH(v, row) {
			char few[32];
			int64_t below;
			struct slice s = json_scalar(v);

			if (v->kind == JSON_OBJECT && json_int(json_get(v, S("below")), &below))
				s = slice_of(few, (size_t)snprintf(few, sizeof(few), "<%d", (int)(below < 1000 ? below : 1000)));
			else if (v->kind == JSON_OBJECT)
				s = annual_text(v, LANG_EN);
			/* A figure below zero is no formula. */
			csv_put(out, s, c == 0, t->columns[c].type != ANNUAL_NUMBER && t->columns[c].type != ANNUAL_COUNT);
			c++;
		}
		buf_str(out, "\r\n");
	}
}
