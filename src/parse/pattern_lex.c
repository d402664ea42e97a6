#include "parse/pattern_lex.h"

#include <stdlib.h>
#include <uninorm.h>

#include "base/buf.h"
#include "parse/base64.h"
#include "parse/date.h"

bool
pattern_lex_wrong(struct pattern_lex *l)
{
	size_t at = l->begin < l->text.len ? l->begin : l->text.len;

	return err_within(l->e, "column %zu", slice_chars(slice_sub(l->text, 0, at)) + 1);
}

static bool
full(struct pattern_lex *l)
{
	return err_set(l->e, ERR_LIMIT, "the pattern needs more memory than %zu bytes", l->a->max);
}

/* White space by the grammar, which is more than ASCII's; 0: none. */
static size_t
white_step(struct slice s)
{
	size_t n = slice_utf8_step(s);
	uint32_t c;

	if (n == 1)
		return byte_is_space(s.p[0]) ? 1 : 0;
	if (n == 2)
		return s.p[0] == 0xc2 && (s.p[1] == 0x85 || s.p[1] == 0xa0) ? 2 : 0;
	if (n != 3)
		return 0;
	c = (uint32_t)(s.p[0] & 0xf) << 12 | (uint32_t)(s.p[1] & 0x3f) << 6 | (s.p[2] & 0x3f);
	return c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 ? 3 : 0;
}

/* White space and comments. False: a comment has no end. */
static bool
skip(struct pattern_lex *l)
{
	for (;;) {
		struct slice rest = slice_from(l->text, l->at);
		size_t n = rest.len == 0 || l->at >= l->text.len ? 0 : white_step(rest);

		if (l->at >= l->text.len)
			return true;
		if (n > 0) {
			l->at += n;
		} else if (slice_starts(rest, S("//"))) {
			while (l->at < l->text.len && l->text.p[l->at] != '\n' && l->text.p[l->at] != '\r')
				l->at++;
		} else if (slice_starts(rest, S("/*"))) {
			n = slice_find(slice_from(rest, 2), S("*/"));
			l->begin = l->at;
			if (n == SIZE_MAX)
				return err_set(l->e, ERR_INPUT, "the comment has no end; close it with */") || pattern_lex_wrong(l);
			l->at += n + 4;
		} else {
			return true;
		}
	}
}

bool
pattern_nfc(struct slice s, struct arena *a, struct slice *out)
{
	size_t n = 0;
	uint8_t *v;

	*out = s;
	for (n = 0; n < s.len && s.p[n] < 0x80; n++)
		;
	if (n == s.len)
		return true;
	if (!slice_utf8_ok(s))
		return false;
	v = u8_normalize(UNINORM_NFC, s.p, s.len, NULL, &n);
	if (v == NULL)
		return false;
	*out = arena_copy(a, slice_of(v, n));
	free(v);
	return out->p != NULL || n == 0;
}

/* Behind the opening quote: to the closing one, \' and \\ undone. */
static bool
quoted(struct pattern_lex *l, struct slice *out)
{
	size_t begin = l->at, end = begin, escapes = 0, n = 0;
	uint8_t *o;

	while (end < l->text.len && l->text.p[end] != '\'') {
		if (l->text.p[end] == '\\') {
			if (end + 1 >= l->text.len || (l->text.p[end + 1] != '\'' && l->text.p[end + 1] != '\\')) {
				l->begin = end;
				return err_set(l->e, ERR_INPUT, "a backslash stands before ' or \\ alone; write it as \\\\") || pattern_lex_wrong(l);
			}
			escapes++;
			end++;
		}
		end++;
	}
	if (end >= l->text.len)
		return err_set(l->e, ERR_INPUT, "the text in quotes has no end; close it with '") || pattern_lex_wrong(l);
	l->at = end + 1;
	*out = slice_sub(l->text, begin, end - begin);
	if (escapes == 0)
		return true;
	o = arena_bytes(l->a, out->len);
	if (o == NULL)
		return full(l);
	for (size_t i = 0; i < out->len; i++) {
		if (out->p[i] == '\\')
			i++;
		o[n++] = out->p[i];
	}
	*out = slice_of(o, n);
	return true;
}

static bool
text_value(struct pattern_lex *l)
{
	l->at++;
	l->value.kind = PATTERN_TEXT;
	return quoted(l, &l->value.text) && (pattern_nfc(l->value.text, l->a, &l->value.text) ||
		err_set(l->e, ERR_INPUT, "the text is no UTF-8") || pattern_lex_wrong(l));
}

static bool
hex_value(struct pattern_lex *l)
{
	struct slice s = SLICE_NONE;
	uint8_t *o;
	bool ok = true;

	l->value.kind = PATTERN_BYTES;
	if (!quoted(l, &s))
		return false;
	o = arena_bytes(l->a, s.len / 2 + 1);
	if (o == NULL)
		return full(l);
	for (size_t i = 0; ok && i + 1 < s.len; i += 2) {
		int high = byte_hex(s.p[i]), low = byte_hex(s.p[i + 1]);

		ok = high >= 0 && low >= 0;
		if (ok)
			o[i / 2] = (uint8_t)(high << 4 | low);
	}
	l->value.text = slice_of(o, s.len / 2);
	return (ok && s.len % 2 == 0) ||
	    err_set(l->e, ERR_INPUT, "h'...' holds hexadecimal digits, two a byte") || pattern_lex_wrong(l);
}

static bool
binary_value(struct pattern_lex *l)
{
	struct slice s = SLICE_NONE;

	l->value.kind = PATTERN_BYTES;
	return quoted(l, &s) && ((s.len > 0 && base64_read(s, l->a, &l->value.text)) ||
		err_set(l->e, ERR_INPUT, "b'...' holds base64 (RFC 4648 section 4)") || pattern_lex_wrong(l));
}

/* Digits where the form has '0', else the byte itself. */
static bool
like(struct slice s, const char *form)
{
	for (size_t i = 0; form[i] != '\0'; i++) {
		if (i >= s.len || (form[i] == '0' ? !byte_is_digit(s.p[i]) : s.p[i] != (uint8_t)form[i]))
			return false;
	}
	return true;
}

static bool
moment_read(struct slice s, int64_t *us_out)
{
	int64_t us = 0, days, y;
	unsigned n[6], back_month, back_day;
	static const uint8_t at[] = { 5, 8, 11, 14, 17 };
	size_t i = 19, digits = 0;

	if (!like(s, "0000-00-00T00:00:00") || s.p[s.len - 1] != 'Z')
		return false;
	if (s.p[i] == '.') {
		for (i++; i < s.len - 1 && byte_is_digit(s.p[i]); i++) {
			if (digits++ < 6)
				us = us * 10 + (s.p[i] - '0');
		}
		if (digits == 0)
			return false;
	}
	if (i != s.len - 1)
		return false;
	for (; digits < 6; digits++)
		us *= 10;
	for (i = 0; i < 5; i++)
		n[i + 1] = (unsigned)(s.p[at[i]] - '0') * 10 + (unsigned)(s.p[at[i] + 1] - '0');
	y = (s.p[0] - '0') * 1000 + (s.p[1] - '0') * 100 + (s.p[2] - '0') * 10 + (s.p[3] - '0');
	if (n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 || n[3] > 23 || n[4] > 59 || n[5] > 60)
		return false;
	days = date_days(y, n[1], n[2]);
	/* The 31st of a month that has 30. */
	date_civil(days, &y, &back_month, &back_day);
	*us_out = (((days * 24 + n[3]) * 60 + n[4]) * 60 + n[5]) * 1000000 + us;
	return back_month == n[1] && back_day == n[2];
}

static bool
time_value(struct pattern_lex *l)
{
	l->value.kind = PATTERN_TIME;
	return quoted(l, &l->value.text) && (moment_read(l->value.text, &l->value.integer) ||
		err_set(l->e, ERR_INPUT, "t'...' holds a moment in UTC, as t'2026-01-31T12:00:00Z'") || pattern_lex_wrong(l));
}

static bool
name_byte(uint8_t c, bool first)
{
	return byte_is_alpha(c) || c == '_' || (!first && (byte_is_digit(c) || c == '-'));
}

static bool
word(struct pattern_lex *l)
{
	size_t begin = l->at;

	while (l->at < l->text.len && name_byte(l->text.p[l->at], l->at == begin))
		l->at++;
	l->token = TOKEN_WORD;
	l->word = slice_sub(l->text, begin, l->at - begin);
	l->hyphen = slice_find_byte(l->word, '-') != SIZE_MAX;
	if (!slice_eq(l->word, S("true")) && !slice_eq(l->word, S("false")))
		return true;
	l->token = TOKEN_VALUE;
	l->value.kind = PATTERN_BOOLEAN;
	l->value.integer = l->word.p[0] == 't';
	return true;
}

/* [+-]? digits, or digits '.' digits, where those before the point may be none. */
static bool
number(struct pattern_lex *l)
{
	size_t begin = l->at, whole, fraction = 0;
	struct slice s;
	char text[64] = "";
	bool point = false;

	l->plus_minus = l->text.p[l->at] == '+' || l->text.p[l->at] == '-';
	l->at += l->plus_minus;
	for (whole = l->at; l->at < l->text.len && byte_is_digit(l->text.p[l->at]);)
		l->at++;
	whole = l->at - whole;
	if (l->at < l->text.len && l->text.p[l->at] == '.') {
		size_t from = l->at + 1, to = from;

		while (to < l->text.len && byte_is_digit(l->text.p[to]))
			to++;
		fraction = to - from;
		point = true;
		l->at = to;
	}
	s = slice_sub(l->text, begin, l->at - begin);
	if ((point ? fraction == 0 : whole == 0) || s.len >= sizeof(text) ||
	    (!point && whole > 1 && s.p[l->plus_minus] == '0'))
		return err_set(l->e, ERR_INPUT, "%s is no number", QUOTE(s)) || pattern_lex_wrong(l);
	if (l->at < l->text.len && (name_byte(l->text.p[l->at], false)))
		return err_set(l->e, ERR_INPUT, "a number ends in a letter; put a text in quotes") || pattern_lex_wrong(l);
	memcpy(text, s.p, s.len);
	l->value = (struct pattern_value){ .kind = point ? PATTERN_FLOAT : PATTERN_INTEGER, .text = s, .number = strtod(text, NULL) };
	return point || slice_i64(s, &l->value.integer) ||
	    err_set(l->e, ERR_INPUT, "%s is no number", QUOTE(s)) || pattern_lex_wrong(l);
}

static const struct { struct slice text; enum pattern_token token; } signs[] = {
	/* the longer before the shorter */
	{ S_INIT("=="), TOKEN_EQ }, { S_INIT("="), TOKEN_EQ }, { S_INIT("!="), TOKEN_NE }, { S_INIT("<>"), TOKEN_NE },
	{ S_INIT("<="), TOKEN_LE }, { S_INIT("<"), TOKEN_LT }, { S_INIT(">="), TOKEN_GE }, { S_INIT(">"), TOKEN_GT },
	{ S_INIT("("), TOKEN_OPEN }, { S_INIT(")"), TOKEN_CLOSE }, { S_INIT("["), TOKEN_BRACKET }, { S_INIT("]"), TOKEN_BRACKET_END },
	{ S_INIT(":"), TOKEN_COLON }, { S_INIT(","), TOKEN_COMMA }, { S_INIT("*"), TOKEN_STAR },
};

static bool
sign(struct pattern_lex *l)
{
	struct slice rest = slice_from(l->text, l->at);

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (slice_starts(rest, signs[i].text)) {
			l->token = signs[i].token;
			l->at += signs[i].text.len;
			return true;
		}
	}
	return err_set(l->e, ERR_INPUT, "%s has no meaning here", QUOTE(slice_sub(rest, 0, slice_utf8_step(rest) > 0 ? slice_utf8_step(rest) : 1))) ||
	    pattern_lex_wrong(l);
}

bool
pattern_lex_next(struct pattern_lex *l)
{
	uint8_t c, d;

	if (!skip(l))
		return false;
	l->begin = l->at;
	l->plus_minus = false;
	if (l->at >= l->text.len) {
		l->token = TOKEN_END;
		return true;
	}
	c = l->text.p[l->at];
	d = l->at + 1 < l->text.len ? l->text.p[l->at + 1] : 0;
	if ((c == 'h' || c == 'b' || c == 't') && d == '\'') {
		l->at += 2;
		l->token = TOKEN_VALUE;
		return c == 'h' ? hex_value(l) : c == 'b' ? binary_value(l) : time_value(l);
	}
	if (name_byte(c, true))
		return word(l);
	if (c == '\'') {
		l->token = TOKEN_VALUE;
		return text_value(l);
	}
	if (byte_is_digit(c) || ((c == '+' || c == '-') && (byte_is_digit(d) || d == '.')) || (c == '.' && byte_is_digit(d))) {
		l->token = TOKEN_VALUE;
		return number(l);
	}
	if (c == '.') {
		l->token = TOKEN_DOT;
		l->at++;
		return true;
	}
	return sign(l);
}
