/*
 * The converters of mappings. Each takes the value at hand and leaves another,
 * or says why it cannot; what it does is in proportion to the value and to the
 * mapping's own words. Here: texts; values of kinds in mapping_convert_value.c,
 * addresses and URLs in mapping_convert_net.c.
 */
#include "intake/mapping_convert.h"

#include <stdlib.h>

#include "base/buf.h"
#include "intake/mapping_parse.h"
#include "parse/base64.h"

/* --- letters ------------------------------------------------------------------------- */

static bool
do_lower(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)call;
	return keep(r, v, arena_lower(&r->in->record, v->text), why);
}

static bool
do_upper(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint8_t *p = arena_bytes(&r->in->record, v->text.len + 1);

	(void)call;
	for (size_t i = 0; p != NULL && i < v->text.len; i++)
		p[i] = byte_is_alpha(v->text.p[i]) ? (uint8_t)(v->text.p[i] & ~0x20) : v->text.p[i];
	return keep(r, v, slice_of(p, p == NULL ? 0 : v->text.len), why);
}

static bool
do_strip(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = v->text;

	(void)r, (void)why;
	while (s.len > 0 && slice_find_byte(call->a, s.p[0]) != SIZE_MAX)
		s = slice_from(s, 1);
	while (s.len > 0 && slice_find_byte(call->a, s.p[s.len - 1]) != SIZE_MAX)
		s.len--;
	return view(v, s);
}

static bool
do_replace(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest = v->text, whole;
	struct buf b;
	size_t at;

	if (call->a.len == 0 || slice_find(rest, call->a) == SIZE_MAX)
		return true;
	buf_init(&b, r->in->limits.record_bytes);
	while ((at = slice_find(rest, call->a)) != SIZE_MAX) {
		buf_put(&b, slice_sub(rest, 0, at));
		buf_put(&b, call->b);
		rest = slice_from(rest, at + call->a.len);
	}
	buf_put(&b, rest);
	whole = buf_ok(&b) ? arena_copy(&r->in->record, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	return keep(r, v, whole, why);
}

static bool
do_ascii(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint8_t *p = arena_bytes(&r->in->record, v->text.len + 1);
	size_t n = 0;

	(void)call;
	for (size_t i = 0; p != NULL && i < v->text.len; i++) {
		if (v->text.p[i] >= 0x20 && v->text.p[i] < 0x7f)
			p[n++] = v->text.p[i];
	}
	return keep(r, v, slice_of(p, n), why);
}

/* --- pieces --------------------------------------------------------------------------- */

/* Where needle stands last, or SIZE_MAX. */
static size_t
find_last(struct slice s, struct slice needle)
{
	for (size_t i = s.len; needle.len > 0 && i >= needle.len; i--) {
		if (memcmp(s.p + i - needle.len, needle.p, needle.len) == 0)
			return i - needle.len;
	}
	return SIZE_MAX;
}

static bool
do_after(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = slice_find(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_from(v->text, at + call->a.len));
}

static bool
do_after_last(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = find_last(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_from(v->text, at + call->a.len));
}

static bool
do_before(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = slice_find(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_sub(v->text, 0, at));
}

static bool
do_before_last(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t at = find_last(v->text, call->a);

	(void)r, (void)why;
	return view(v, at == SIZE_MAX ? v->text : slice_sub(v->text, 0, at));
}

static bool
do_between(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t from = slice_find(v->text, call->a), to;
	struct slice s;

	(void)r, (void)why;
	if (from == SIZE_MAX)
		return nothing(v);
	s = slice_from(v->text, from + call->a.len);
	to = slice_find(s, call->b);
	return to == SIZE_MAX ? nothing(v) : view(v, slice_sub(s, 0, to));
}

/* The n-th piece between separators, from 1; from the end, -1. */
static bool
piece(struct cell *v, struct slice sep, int64_t n)
{
	struct slice rest = v->text;
	int64_t count = 1;
	size_t at;

	if (sep.len == 0 || n == 0)
		return nothing(v);
	for (struct slice s = rest; (at = slice_find(s, sep)) != SIZE_MAX; s = slice_from(s, at + sep.len))
		count++;
	n = n < 0 ? count + n + 1 : n;
	if (n < 1 || n > count)
		return nothing(v);
	while (--n > 0)
		rest = slice_from(rest, slice_find(rest, sep) + sep.len);
	at = slice_find(rest, sep);
	return view(v, at == SIZE_MAX ? rest : slice_sub(rest, 0, at));
}

static bool
do_part(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)r, (void)why;
	return piece(v, call->a, call->n);
}

static bool
do_word(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest, word = SLICE_NONE;
	int64_t count = 0, n = call->n;

	(void)r, (void)why;
	for (int pass = 0; pass < 2; pass++) {
		int64_t i = 0;

		for (rest = slice_trim(v->text); rest.len > 0; rest = slice_trim(rest)) {
			size_t len = 0;

			while (len < rest.len && !byte_is_space(rest.p[len]))
				len++;
			i++;
			if (pass == 1 && i == n) {
				word = slice_sub(rest, 0, len);
				break;
			}
			rest = slice_from(rest, len);
		}
		count = pass == 0 ? i : count;
		n = n < 0 ? count + n + 1 : n;
	}
	return word.p == NULL ? nothing(v) : view(v, word);
}

static bool
do_digits(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	size_t from = 0, to;

	(void)r, (void)call, (void)why;
	while (from < v->text.len && !byte_is_digit(v->text.p[from]))
		from++;
	for (to = from; to < v->text.len && byte_is_digit(v->text.p[to]);)
		to++;
	return view(v, slice_sub(v->text, from, to - from));
}

/* --- other values ----------------------------------------------------------------------- */

static bool
do_default(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)r, (void)why;
	return v->text.p != NULL ? true : view(v, call->a);
}

static bool
do_or(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)why;
	if (v->text.p == NULL)
		*v = mapping_cell(r, call->index);
	return true;
}

static bool
do_text(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)why;
	v->text = mapping_parts(r, call->parts, v->text);
	v->kind = EXTRA_TEXT;
	return true;
}

static int
key_order(const void *a, const void *b)
{
	const struct slice *key = a;
	const struct map_row *row = b;

	return slice_cmp(*key, row->key);
}

static bool
do_map(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	const struct mapping_map *m = &r->m->maps.v[call->index];
	struct slice key = arena_lower(&r->in->record, slice_trim(v->text));
	const struct map_row *row = NULL;

	if (key.p == NULL)
		return keep(r, v, key, why);
	if (m->exact.n > 0)
		row = bsearch(&key, m->exact.v, m->exact.n, sizeof(*m->exact.v), key_order);
	for (size_t i = 0; i < m->patterns.n && row == NULL; i++) {
		if (mapping_glob(m->patterns.v[i].key, key))
			row = &m->patterns.v[i];
	}
	if (row == NULL && m->has_other)
		row = &m->other;
	if (row == NULL)
		return nothing(v);
	return row->keep ? true : view(v, row->result);
}

/* --- encodings ------------------------------------------------------------------------------- */

static bool
do_unbase64(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice out;

	(void)call;
	if (!base64_read(slice_trim(v->text), &r->in->record, &out))
		return err_set(why, ERR_INPUT, "%s is not base64", QUOTE(v->text));
	return keep(r, v, out, why);
}

/* "%41" and '+' as forms send them */
static bool
do_unescape(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	uint8_t *p = arena_bytes(&r->in->record, v->text.len + 1);
	struct slice s = v->text;
	size_t n = 0;

	(void)call;
	while (p != NULL && s.len > 0) {
		int c = slice_percent(&s);

		if (c < 0)
			s = slice_from(s, 1);
		p[n++] = c < 0 ? '%' : (uint8_t)c;
	}
	return keep(r, v, slice_of(p, p == NULL ? 0 : n), why);
}

/* --- the table ---------------------------------------------------------------------------------- */

static const struct converter table[] = {
	{ S_INIT("lower"), "", "lower", do_lower, false, NULL },
	{ S_INIT("upper"), "", "upper", do_upper, false, NULL },
	{ S_INIT("ascii"), "", "ascii", do_ascii, false, NULL },
	{ S_INIT("strip"), "s", "strip \"characters\"", do_strip, false, NULL },
	{ S_INIT("replace"), "ss", "replace \"this\" \"by that\"", do_replace, false, NULL },
	{ S_INIT("remove"), "s", "remove \"this\"", do_replace, false, NULL },
	{ S_INIT("after"), "s", "after \"text\"", do_after, false, NULL },
	{ S_INIT("after-last"), "s", "after-last \"text\"", do_after_last, false, NULL },
	{ S_INIT("before"), "s", "before \"text\"", do_before, false, NULL },
	{ S_INIT("before-last"), "s", "before-last \"text\"", do_before_last, false, NULL },
	{ S_INIT("between"), "ss", "between \"this\" \"and that\"", do_between, false, NULL },
	{ S_INIT("part"), "ns", "part 2 \"separator\"", do_part, false, NULL },
	{ S_INIT("word"), "n", "word 1", do_word, false, NULL },
	{ S_INIT("digits"), "", "digits", do_digits, false, NULL },
	{ S_INIT("default"), "s", "default \"text\"", do_default, true, NULL },
	{ S_INIT("or"), "c", "or column", do_or, true, NULL },
	{ S_INIT("text"), "t", "text \"http://{}/{column}\"", do_text, false, NULL },
	{ S_INIT("map"), "m", "map name", do_map, true, NULL },
	{ S_INIT("unbase64"), "", "unbase64", do_unbase64, false, NULL },
	{ S_INIT("unescape"), "", "unescape", do_unescape, false, NULL },
};

const struct converter_table converters_text = { table, sizeof(table) / sizeof(table[0]) };

const struct converter *
converter_find(struct slice name)
{
	const struct converter_table *tables[] = { &converters_text, &converters_value, &converters_net };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (size_t k = 0; k < tables[i]->n; k++) {
			if (slice_eq(tables[i]->v[k].name, name))
				return &tables[i]->v[k];
		}
	}
	return NULL;
}
