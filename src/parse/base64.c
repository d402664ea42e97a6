#include "parse/base64.h"

static int
value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool
decode(struct slice s, struct arena *a, bool loose, struct slice *out)
{
	uint8_t *p = arena_bytes(a, s.len / 4 * 3 + 3);
	size_t n = 0, digits = 0, pads = 0;
	uint32_t group = 0;

	if (p == NULL)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int v = value_of(s.p[i]);

		if (loose && byte_is_space(s.p[i]))
			continue;
		if (s.p[i] == '=') {
			pads++;
			continue;
		}
		if (v < 0 || pads > 0)
			return false;
		group = group << 6 | (uint32_t)v;
		if (++digits % 4 == 0) {
			p[n++] = (uint8_t)(group >> 16);
			p[n++] = (uint8_t)(group >> 8);
			p[n++] = (uint8_t)group;
			group = 0;
		}
	}
	if (digits % 4 == 1 || pads > 2 ||
	    (!loose && (digits + pads) % 4 != 0) || (pads > 0 && digits % 4 == 0))
		return false;
	if (digits % 4 >= 2)
		p[n++] = (uint8_t)(digits % 4 == 2 ? group >> 4 : group >> 10);
	if (digits % 4 == 3)
		p[n++] = (uint8_t)(group >> 2);
	*out = slice_of(p, n);
	return true;
}

bool
base64_read(struct slice s, struct arena *a, struct slice *out)
{
	return decode(s, a, false, out);
}

bool
base64_read_loose(struct slice s, struct arena *a, struct slice *out)
{
	return decode(s, a, true, out);
}

void
base64_put(struct buf *b, struct slice s)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	while (s.len > 0) {
		uint32_t group = (uint32_t)s.p[0] << 16 |
		    (uint32_t)(s.len > 1 ? s.p[1] : 0) << 8 | (s.len > 2 ? s.p[2] : 0);

		buf_byte(b, (uint8_t)digits[group >> 18]);
		buf_byte(b, (uint8_t)digits[group >> 12 & 63]);
		buf_byte(b, s.len > 1 ? (uint8_t)digits[group >> 6 & 63] : '=');
		buf_byte(b, s.len > 2 ? (uint8_t)digits[group & 63] : '=');
		s = slice_from(s, 3);
	}
}
