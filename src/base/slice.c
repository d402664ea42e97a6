#include "base/slice.h"

int
slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (c != 0)
		return c;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool
slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (byte_lower(a.p[i]) != byte_lower(b.p[i]))
			return false;
	}
	return true;
}

bool
slice_starts(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && slice_eq(slice_sub(s, 0, prefix.len), prefix);
}

bool
slice_starts_nocase(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len &&
	    slice_eq_nocase(slice_sub(s, 0, prefix.len), prefix);
}

bool
slice_ends(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len &&
	    slice_eq(slice_from(s, s.len - suffix.len), suffix);
}

bool
slice_ends_nocase(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len &&
	    slice_eq_nocase(slice_from(s, s.len - suffix.len), suffix);
}

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && byte_is_space(s.p[0]))
		s = slice_from(s, 1);
	while (s.len > 0 && byte_is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

size_t
slice_find(struct slice s, struct slice needle)
{
	const uint8_t *at;

	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return SIZE_MAX;
	at = memmem(s.p, s.len, needle.p, needle.len);
	return at == NULL ? SIZE_MAX : (size_t)(at - s.p);
}

size_t
slice_find_byte(struct slice s, uint8_t byte)
{
	const uint8_t *at = s.len == 0 ? NULL : memchr(s.p, byte, s.len);

	return at == NULL ? SIZE_MAX : (size_t)(at - s.p);
}

size_t
slice_rfind_byte(struct slice s, uint8_t byte)
{
	const uint8_t *at = s.len == 0 ? NULL : memrchr(s.p, byte, s.len);

	return at == NULL ? SIZE_MAX : (size_t)(at - s.p);
}

bool
slice_cut(struct slice *rest, uint8_t sep, struct slice *part_out)
{
	size_t at;

	if (rest->p == NULL)
		return false;
	at = slice_find_byte(*rest, sep);
	if (at == SIZE_MAX) {
		*part_out = *rest;
		*rest = SLICE_NONE;
		return true;
	}
	*part_out = slice_of(rest->p, at);
	*rest = slice_of(rest->p + at + 1, rest->len - at - 1);
	return true;
}

bool
slice_line(struct slice *rest, struct slice *line_out)
{
	if (rest->len == 0 || !slice_cut(rest, '\n', line_out))
		return false;
	if (line_out->len > 0 && line_out->p[line_out->len - 1] == '\r')
		line_out->len--;
	return true;
}

bool
slice_u64(struct slice s, uint64_t *v_out)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > 20)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) ||
		    __builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*v_out = v;
	return true;
}

bool
slice_i64(struct slice s, int64_t *v_out)
{
	bool negative = s.len > 0 && s.p[0] == '-';
	uint64_t v;

	if (s.len > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = slice_from(s, 1);
	if (!slice_u64(s, &v) || v > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*v_out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* The length of the well-formed sequence at s.p (RFC 3629 section 4), or 0. */
static size_t
utf8_step(struct slice s)
{
	uint8_t c = s.p[0];
	uint8_t low = 0x80, high = 0xbf;
	size_t n;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (s.len < n)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (s.p[1] < low || s.p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

size_t
slice_chars(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

int
slice_percent(struct slice *s)
{
	int hi, lo;
	uint8_t c = s->p[0];

	if (c != '%') {
		*s = slice_from(*s, 1);
		return c;
	}
	if (s->len < 3 || (hi = byte_hex(s->p[1])) < 0 || (lo = byte_hex(s->p[2])) < 0)
		return -1;
	*s = slice_from(*s, 3);
	return hi << 4 | lo;
}

size_t
slice_utf8_step(struct slice s)
{
	return s.len == 0 ? 0 : utf8_step(s);
}

static uint32_t
code_point(const uint8_t *p, size_t n)
{
	static const uint8_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = p[0] & first[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

enum shown
slice_shown(struct slice s, size_t *step_out)
{
	size_t n = utf8_step(s);
	uint32_t c;

	*step_out = n == 0 ? 1 : n;
	if (n == 0)
		return SHOWN_NEVER;
	c = code_point(s.p, n);
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e))
		return SHOWN_NEVER;
	if (c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff)
		return SHOWN_MARK;
	return SHOWN_PLAIN;
}

bool
slice_utf8_ok(struct slice s)
{
	uint64_t word;

	while (s.len > 0) {
		size_t n;

		/* Eight ASCII bytes at a time, which is nearly all there is. */
		while (s.len >= 8) {
			memcpy(&word, s.p, 8);
			if ((word & 0x8080808080808080U) != 0)
				break;
			s = slice_of(s.p + 8, s.len - 8);
		}
		if (s.len == 0)
			break;
		n = utf8_step(s);
		if (n == 0)
			return false;
		s = slice_of(s.p + n, s.len - n);
	}
	return true;
}

int
byte_hex(uint8_t c)
{
	if (byte_is_digit(c))
		return c - '0';
	c = byte_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
