#include "parse/ip.h"

#include <stdio.h>

/* The digits of one octet at p; returns how many, 0 when it is none. */
static size_t
octet(const uint8_t *p, const uint8_t *end, uint32_t *out)
{
	uint32_t v;
	size_t n;

	if (p >= end || !byte_is_digit(*p))
		return 0;
	v = (uint32_t)(*p - '0');
	for (n = 1; n < 3 && p + n < end && byte_is_digit(p[n]); n++)
		v = v * 10 + (uint32_t)(p[n] - '0');
	/* "010" is eight for some and ten for others: refused (RFC 6943 section 3.1.1). */
	if (v > 255 || (n > 1 && *p == '0'))
		return 0;
	*out = v;
	return n;
}

static bool
read_v4(struct slice s, uint32_t *out)
{
	const uint8_t *p = s.p, *end = s.p + s.len;
	uint32_t v = 0, part;

	for (int i = 0; i < 4; i++) {
		size_t n = octet(p, end, &part);

		if (n == 0)
			return false;
		v = v << 8 | part;
		p += n;
		if (i < 3 && (p >= end || *p++ != '.'))
			return false;
	}
	*out = v;
	return p == end;
}

/* RFC 4291 section 2.2: eight groups, one "::", perhaps a dotted quad at the end. */
static bool
read_v6(struct slice s, struct ip *out)
{
	uint16_t groups[8] = { 0 };
	size_t n = 0, gap = SIZE_MAX, at = 0;

	if (s.len < 2 || s.len > 45)
		return false;
	if (s.p[0] == ':') {
		if (s.p[1] != ':')
			return false;
		gap = 0;
		at = 2;
	}
	while (at < s.len) {
		size_t digits = 0;
		uint32_t v = 0;

		if (n == 8)
			return false;
		while (at + digits < s.len && digits < 5 && byte_hex(s.p[at + digits]) >= 0)
			v = v << 4 | (uint32_t)byte_hex(s.p[at + digits++]);
		if (digits == 0 || digits > 4)
			return false;
		if (at + digits < s.len && s.p[at + digits] == '.') {
			if (n > 6 || !read_v4(slice_from(s, at), &v))
				return false;
			groups[n++] = (uint16_t)(v >> 16);
			groups[n++] = (uint16_t)v;
			break;
		}
		groups[n++] = (uint16_t)v;
		at += digits;
		if (at == s.len)
			break;
		if (s.p[at++] != ':')
			return false;
		if (at == s.len)
			return false; /* a single ':' at the end */
		if (s.p[at] == ':') {
			if (gap != SIZE_MAX)
				return false;
			gap = n;
			at++;
		}
	}
	if (gap == SIZE_MAX ? n != 8 : n > 7)
		return false;
	if (gap != SIZE_MAX) {
		size_t tail = n - gap;

		for (size_t i = 0; i < tail; i++)
			groups[7 - i] = groups[n - 1 - i];
		for (size_t i = gap; i < 8 - tail; i++)
			groups[i] = 0;
	}
	*out = (struct ip){ 0, 0 };
	for (size_t i = 0; i < 4; i++) {
		out->hi = out->hi << 16 | groups[i];
		out->lo = out->lo << 16 | groups[i + 4];
	}
	return true;
}

bool
ip_read(struct slice s, struct ip *out)
{
	uint32_t v4;

	if (s.len < 2 || s.len > 45)
		return false;
	if (s.len <= 15 && read_v4(s, &v4)) {
		*out = ip_of_v4(v4);
		return true;
	}
	return read_v6(s, out);
}

bool
ip_parse(struct slice s, struct ip *out, struct err *e)
{
	return ip_read(s, out) ||
	    err_set(e, ERR_INPUT, "%s is not an IP address", QUOTE(s));
}

static uint64_t
high_bits(unsigned n)
{
	return n == 0 ? 0 : n >= 64 ? UINT64_MAX : ~(UINT64_MAX >> n);
}

static struct ip
ip_masked(struct ip ip, unsigned bits)
{
	return (struct ip){ ip.hi & high_bits(bits),
		ip.lo & high_bits(bits > 64 ? bits - 64 : 0) };
}

static bool
prefix_split(struct slice s, struct prefix *out)
{
	size_t slash = slice_find_byte(s, '/');
	uint64_t bits;
	bool v4;

	if (!ip_read(slice_sub(s, 0, slash == SIZE_MAX ? s.len : slash), &out->ip))
		return false;
	/* ::ffff:1.2.3.4/100 has its bits counted from the 128 as written. */
	v4 = ip_is_v4(out->ip) && slice_find_byte(slice_sub(s, 0, slash), ':') == SIZE_MAX;
	if (slash == SIZE_MAX) {
		out->bits = 128;
		return true;
	}
	s = slice_from(s, slash + 1);
	if (s.len > 3 || (s.len > 1 && s.p[0] == '0') || !slice_u64(s, &bits) ||
	    bits > (v4 ? 32 : 128))
		return false;
	out->bits = (uint8_t)(v4 ? bits + 96 : bits);
	return true;
}

bool
prefix_parse(struct slice s, struct prefix *out, struct err *e)
{
	struct prefix p;

	if (!prefix_split(s, &p))
		return err_set(e, ERR_INPUT, "%s is not a network (192.0.2.0/24, 2001:db8::/32)",
		    QUOTE(s));
	if (ip_cmp(ip_masked(p.ip, p.bits), p.ip) != 0) {
		struct prefix q = { ip_masked(p.ip, p.bits), p.bits };
		char text[PREFIX_TEXT_MAX];

		(void)prefix_print(&q, text);
		return err_set(e, ERR_INPUT, "%s has bits behind its length; %s is meant?",
		    QUOTE(s), text);
	}
	*out = p;
	return true;
}

bool
prefix_read_loose(struct slice s, struct prefix *out)
{
	struct prefix p;

	if (!prefix_split(s, &p))
		return false;
	*out = (struct prefix){ ip_masked(p.ip, p.bits), p.bits };
	return true;
}

static char *
print_u(char *p, unsigned v)
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

size_t
ip_print(struct ip ip, char out[IP_TEXT_MAX])
{
	static const char hex[] = "0123456789abcdef";
	uint16_t g[8];
	size_t best = 8, best_len = 1;
	char *p = out;

	if (ip_is_v4(ip)) {
		for (int shift = 24; shift >= 0; shift -= 8) {
			p = print_u(p, ip_v4(ip) >> shift & 255);
			*p++ = shift > 0 ? '.' : '\0';
		}
		return (size_t)(p - 1 - out);
	}
	for (size_t i = 0; i < 8; i++)
		g[i] = (uint16_t)((i < 4 ? ip.hi : ip.lo) >> (16 * (3 - i % 4)));
	/* RFC 5952 section 4.2: the longest run of two zeros or more, the first of equals. */
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;

		while (i + n < 8 && g[i + n] == 0)
			n++;
		if (n > best_len) {
			best = i;
			best_len = n;
		}
		i += n;
	}
	for (size_t i = 0; i < 8; i++) {
		int shift = 12;

		if (i == best) {
			*p++ = ':';
			if (best + best_len == 8)
				*p++ = ':';
			i += best_len - 1;
			continue;
		}
		if (i > 0)
			*p++ = ':';
		while (shift > 0 && g[i] >> shift == 0)
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			*p++ = hex[g[i] >> shift & 15];
	}
	*p = '\0';
	return (size_t)(p - out);
}

bool
prefix_is_v4(const struct prefix *p)
{
	return ip_is_v4(p->ip) && p->bits >= 96;
}

size_t
prefix_print(const struct prefix *p, char out[PREFIX_TEXT_MAX])
{
	bool v4 = prefix_is_v4(p);
	size_t n = ip_print(p->ip, out);
	char *end;

	out[n] = '/';
	end = print_u(out + n + 1, (unsigned)p->bits - (v4 ? 96 : 0));
	*end = '\0';
	return (size_t)(end - out);
}

bool
prefix_covers(const struct prefix *p, struct ip ip)
{
	struct ip m = ip_masked(ip, p->bits);

	return m.hi == p->ip.hi && m.lo == p->ip.lo;
}

struct ip
prefix_last(const struct prefix *p)
{
	return (struct ip){ p->ip.hi | ~high_bits(p->bits),
		p->ip.lo | ~high_bits(p->bits > 64 ? p->bits - 64u : 0) };
}

struct prefix
prefix_within(struct ip ip, struct ip first, struct ip last)
{
	struct prefix best = { ip, 128 };

	for (unsigned bits = 128; bits-- > 0;) {
		struct prefix p = { ip_masked(ip, bits), (uint8_t)bits };

		if (ip_cmp(p.ip, first) < 0 || ip_cmp(prefix_last(&p), last) > 0)
			break;
		best = p;
	}
	return best;
}

static bool
v4_is_special(uint32_t v4)
{
	/* The IANA registry of RFC 6890, where not globally reachable; RFC 5771, RFC 1112 section 4. */
	static const struct { uint32_t v4; unsigned bits; } blocks[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 },
		{ 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc0586300, 24 },
		{ 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 4 }, { 0xf0000000, 4 },
	};

	/* Anycast for PCP and TURN (RFC 7723, RFC 8155): reached from anywhere. */
	if (v4 == 0xc0000009 || v4 == 0xc000000a)
		return false;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if ((v4 ^ blocks[i].v4) >> (32 - blocks[i].bits) == 0)
			return true;
	}
	return false;
}

/* 2001::/23, the IETF's own: special but for what its registry row says. */
static bool
ietf_is_special(struct ip ip)
{
	uint32_t top = (uint32_t)(ip.hi >> 32);

	/* Teredo (RFC 4380): the client's IPv4 address, every bit turned. */
	if (top == 0x20010000)
		return v4_is_special(~(uint32_t)ip.lo);
	/* PCP, TURN and DNS-SD anycast (RFC 7723, RFC 8155, RFC 9665) */
	if (ip.hi == 0x2001000100000000)
		return ip.lo < 1 || ip.lo > 3;
	/* AMT (RFC 7450), AS112 (RFC 7535), ORCHIDv2 (RFC 7343), drones (RFC 9374) */
	return !(top == 0x20010003 || ip.hi >> 16 == 0x200100040112 || top >> 4 == 0x2001002 || top >> 4 == 0x2001003);
}

bool
ip_is_special(struct ip ip)
{
	if (ip_is_v4(ip))
		return v4_is_special(ip_v4(ip));
	/* IPv4 behind a translator (RFC 6052): as reachable as what it stands for. */
	if (ip.hi == 0x0064ff9b00000000 && ip.lo >> 32 == 0)
		return v4_is_special((uint32_t)ip.lo);
	/* Only 2000::/3 is given out (RFC 4291 section 2.4); in it these are not. */
	if (ip.hi >> 61 != 1)
		return true;
	if (ip.hi >> 41 == 0x20010000u >> 9)
		return ietf_is_special(ip);
	if (ip.hi >> 48 == 0x2002) /* 6to4 (RFC 3056) */
		return v4_is_special((uint32_t)(ip.hi >> 16));
	return ip.hi >> 32 == 0x20010db8 || ip.hi >> 44 == 0x3fff0;
}

bool
ip_is_documentation(struct ip ip)
{
	uint32_t v4 = ip_is_v4(ip) ? ip_v4(ip) >> 8 : 0;

	return v4 == 0xc00002 || v4 == 0xc63364 || v4 == 0xcb0071 ||
	    (!ip_is_v4(ip) && (ip.hi >> 32 == 0x20010db8 || ip.hi >> 44 == 0x3fff0));
}

void
ip_to_bytes(struct ip ip, uint8_t out[16])
{
	for (size_t i = 0; i < 8; i++) {
		out[i] = (uint8_t)(ip.hi >> (56 - 8 * i));
		out[i + 8] = (uint8_t)(ip.lo >> (56 - 8 * i));
	}
}

struct ip
ip_from_bytes(const uint8_t in[16])
{
	struct ip ip = { 0, 0 };

	for (size_t i = 0; i < 8; i++) {
		ip.hi = ip.hi << 8 | in[i];
		ip.lo = ip.lo << 8 | in[i + 8];
	}
	return ip;
}
