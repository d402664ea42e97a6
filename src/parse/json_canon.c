/*
 * json_canon: the tree is walked with a stack of our own, as the reader builds
 * it: depth is the reader's limit, work n log n in the members of an object.
 */
#include "parse/json_canon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/lang.h"

/* --- order ----------------------------------------------------------------- */

/*
 * UTF-8 is in the order of code points. UTF-16 differs in one place: what lies
 * beyond U+FFFF is written with surrogates (U+D800 on), before U+E000.
 */
static int
rank(uint8_t c)
{
	return c == 0xee || c == 0xef ? c + 0x20 : c;
}

int
json_canon_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len, i = 0;

	while (i < n && a.p[i] == b.p[i])
		i++;
	if (i < n)
		return rank(a.p[i]) < rank(b.p[i]) ? -1 : 1;
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

static int
by_key(const void *a, const void *b)
{
	const struct json *const *x = a, *const *y = b;

	return json_canon_cmp((*x)->key, (*y)->key);
}

/* --- numbers --------------------------------------------------------------- */

/* digits[0] . digits[1..count) times ten to the exponent */
struct decimal {
	char digits[20];
	int count, exponent;
};

/* count digits of v, rounded right, as the C library knows to; is it v again? */
static bool
digits_of(double v, int count, struct decimal *d)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.*e", count - 1, v);
	d->digits[0] = text[0];
	for (int i = 1; i < count; i++)
		d->digits[i] = text[i + 1];
	d->count = count;
	d->exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	return strtod(text, NULL) == v;
}

/*
 * The next larger number of as many digits. Below a power of two doubles lie
 * twice as close as above it, so that the nearest decimal may be another double
 * and its upper neighbour, though further away, is v.
 */
static bool
digits_above(double v, struct decimal *d)
{
	struct decimal up = *d;
	char text[40];
	int i = up.count - 1;

	while (i >= 0 && up.digits[i] == '9')
		up.digits[i--] = '0';
	if (i < 0)
		return false; /* 99..9: its neighbour has fewer digits, and was tried */
	up.digits[i]++;
	(void)snprintf(text, sizeof(text), "%c.%.*se%d", up.digits[0], up.count - 1, up.digits + 1, up.exponent);
	if (strtod(text, NULL) != v)
		return false;
	*d = up;
	return true;
}

/* v > 0: the fewest digits that read back as v; of those the nearest. */
static void
shortest(double v, struct decimal *d)
{
	int e;
	bool power = frexp(v, &e) == 0.5;

	/*
	 * A decimal of up to 15 digits comes back from a double as it was (DBL_DIG),
	 * so the 15 digits of v are those of any shorter one, and zeros. Where
	 * doubles thin out, near zero, that does not hold.
	 */
	for (int n = v < 1e-290 ? 1 : 15; n <= 17; n++) {
		if (digits_of(v, n, d) || (power && digits_above(v, d)))
			break;
	}
	while (d->count > 1 && d->digits[d->count - 1] == '0')
		d->count--;
}

size_t
json_double_print(double v, char out[JSON_DOUBLE_TEXT_MAX])
{
	struct decimal d;
	const char *sign = v < 0 ? "-" : "";
	int k, n;

	if (v == 0) /* also of -0 */
		return (size_t)snprintf(out, JSON_DOUBLE_TEXT_MAX, "0");
	shortest(fabs(v), &d);
	k = d.count;
	n = d.exponent + 1; /* ECMA-262's k and n: the point stands behind n digits */
	if (k <= n && n <= 21)
		return (size_t)snprintf(out, JSON_DOUBLE_TEXT_MAX, "%s%.*s%.*s", sign, k, d.digits, n - k, "00000000000000000000");
	if (0 < n && n < k)
		return (size_t)snprintf(out, JSON_DOUBLE_TEXT_MAX, "%s%.*s.%.*s", sign, n, d.digits, k - n, d.digits + n);
	if (-6 < n && n <= 0)
		return (size_t)snprintf(out, JSON_DOUBLE_TEXT_MAX, "%s0.%.*s%.*s", sign, -n, "000000", k, d.digits);
	return (size_t)snprintf(out, JSON_DOUBLE_TEXT_MAX, "%s%c%s%.*se%+d", sign, d.digits[0], k > 1 ? "." : "", k - 1, d.digits + 1, n - 1);
}

static bool
number_put(struct slice text, struct arena *a, struct buf *out, struct err *e)
{
	char printed[JSON_DOUBLE_TEXT_MAX], *copy;
	double v;

	copy = arena_str(a, text);
	if (copy == NULL)
		return err_set(e, ERR_LIMIT, "JSON: more memory than %zu bytes", a->max);
	v = strtod(copy, NULL);
	if (!isfinite(v))
		return err_set(e, ERR_INPUT, "JSON: the number %s is larger than a double can be", QUOTE(text));
	buf_put(out, slice_of(printed, json_double_print(v, printed)));
	return true;
}

/* --- strings --------------------------------------------------------------- */

static void
string_put(struct slice s, struct buf *out)
{
	static const char names[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

	buf_byte(out, '"');
	while (s.len > 0) {
		size_t plain = 0;
		uint8_t c;

		while (plain < s.len && s.p[plain] >= 0x20 && s.p[plain] != '"' && s.p[plain] != '\\')
			plain++;
		buf_put(out, slice_of(s.p, plain));
		s = slice_from(s, plain);
		if (s.len == 0)
			break;
		c = s.p[0];
		buf_byte(out, '\\');
		if (c == '"' || c == '\\')
			buf_byte(out, c);
		else if (c < sizeof(names) && names[c] != 0)
			buf_byte(out, (uint8_t)names[c]);
		else
			buf_printf(out, "u%04x", c);
		s = slice_from(s, 1);
	}
	buf_byte(out, '"');
}

static bool
hex4(struct slice s, uint32_t *out)
{
	*out = 0;
	for (size_t i = 0; i < 4; i++) {
		int h = i < s.len ? byte_hex(s.p[i]) : -1;

		if (h < 0)
			return false;
		*out = *out << 4 | (uint32_t)h;
	}
	return true;
}

/*
 * The reader makes U+FFFD of half a surrogate pair and of bytes that are no
 * UTF-8. Two texts that differ there must not be signed as one: refused.
 */
static bool
strings_ok(struct slice text, struct err *e)
{
	uint32_t c, low;
	size_t i;

	if (!slice_utf8_ok(text))
		return err_set(e, ERR_INPUT, "JSON: it is not UTF-8");
	while ((i = slice_find_byte(text, '\\')) != SIZE_MAX) {
		struct slice at = slice_from(text, i + 1);

		text = slice_from(text, i + 2);
		if (at.len == 0 || at.p[0] != 'u' || !hex4(slice_from(at, 1), &c) || c < 0xd800 || c >= 0xe000)
			continue;
		if (c >= 0xdc00 || at.len < 7 || at.p[5] != '\\' || at.p[6] != 'u' ||
		    !hex4(slice_from(at, 7), &low) || low < 0xdc00 || low >= 0xe000)
			return err_set(e, ERR_INPUT, "JSON: half a surrogate pair, \\u%04x", c);
		text = slice_from(at, 11);
	}
	return true;
}

/* --- the walk -------------------------------------------------------------- */

struct level {
	const struct json **items; /* of an object, in order */
	const struct json *next; /* of an array */
	size_t at, count;
	bool object;
};

static bool
members_sort(const struct json *j, struct level *l, struct arena *a, struct err *e)
{
	size_t n = 0;

	l->items = arena_array(a, (size_t)j->count + 1, sizeof(*l->items)); /* NOLINT(bugprone-sizeof-expression): pointers */
	if (l->items == NULL)
		return err_set(e, ERR_LIMIT, "JSON: more memory than %zu bytes", a->max);
	JSON_EACH (m, j)
		l->items[n++] = m;
	qsort(l->items, n, sizeof(const struct json *), by_key);
	for (size_t i = 1; i < n; i++) {
		if (slice_eq(l->items[i - 1]->key, l->items[i]->key))
			return err_set(e, ERR_INPUT, "JSON: the name %s stands twice in one object", QUOTE(l->items[i]->key));
	}
	return true;
}

/* What stands for j alone; *opened: it has items, which follow. */
static bool
value_put(const struct json *j, struct level *l, bool *opened, struct arena *a,
    struct buf *out, struct err *e)
{
	*opened = false;
	switch (j->kind) {
	case JSON_NULL:
		buf_str(out, "null");
		return true;
	case JSON_FALSE:
		buf_str(out, "false");
		return true;
	case JSON_TRUE:
		buf_str(out, "true");
		return true;
	case JSON_NUMBER:
		return number_put(j->text, a, out, e);
	case JSON_STRING:
		string_put(j->text, out);
		return true;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	*opened = true;
	*l = (struct level){ .next = j->first, .count = j->count, .object = j->kind == JSON_OBJECT };
	buf_byte(out, l->object ? '{' : '[');
	return !l->object || members_sort(j, l, a, e);
}

static const struct json *
item_next(struct level *l, struct buf *out)
{
	const struct json *j = l->object ? l->items[l->at] : l->next;

	if (l->at++ > 0)
		buf_byte(out, ',');
	if (l->object) {
		string_put(j->key, out);
		buf_byte(out, ':');
	} else {
		l->next = j->next;
	}
	return j;
}

bool
json_canon_tree(struct slice raw, const struct json *j, const struct json_limits *limits,
    struct arena *a, struct buf *out, struct err *e)
{
	struct level *stack;
	size_t depth = 0;

	if (!strings_ok(raw, e))
		return false;
	/* One deeper than the reader's: an empty array there is no level to it. */
	stack = arena_array(a, limits->depth + 2, sizeof(*stack));
	if (stack == NULL)
		return err_set(e, ERR_LIMIT, "JSON: more memory than %zu bytes", a->max);
	for (;;) {
		bool opened;

		if (!value_put(j, &stack[depth], &opened, a, out, e))
			return false;
		if (opened)
			depth++;
		while (depth > 0 && stack[depth - 1].at == stack[depth - 1].count)
			buf_byte(out, stack[--depth].object ? '}' : ']');
		if (depth == 0)
			break;
		j = item_next(&stack[depth - 1], out);
	}
	return buf_ok(out) || err_set(e, ERR_LIMIT, "JSON: larger than %zu bytes", out->max);
}

bool
json_canon(struct slice text, const struct json_limits *limits, struct arena *a,
    struct buf *out, struct err *e)
{
	const struct json *j;

	return json_parse(text, limits, a, &j, e) && json_canon_tree(text, j, limits, a, out, e);
}

bool
json_canon_check(struct slice text, const struct json_limits *limits, struct arena *a,
    const struct json **out, struct err *e)
{
	struct buf b;
	bool ok;

	/* As long as what it is compared with, and a number may be printed longer. */
	buf_init(&b, text.len + JSON_DOUBLE_TEXT_MAX);
	ok = json_parse(text, limits, a, out, e) && json_canon_tree(text, *out, limits, a, &b, e);
	if (ok && !slice_eq(buf_view(&b), text))
		ok = err_set(e, ERR_INPUT, "it is not in canonical form (RFC 8785)");
	if (!ok && e->code == ERR_LIMIT && b.failed)
		(void)err_set(e, ERR_INPUT, "it is not in canonical form (RFC 8785)");
	buf_fini(&b);
	return ok;
}
