/*
 * ip: addresses and prefixes. One type for both families: 128 bits in host
 * order halves; an IPv4 address is kept as ::ffff:a.b.c.d, so that every
 * comparison and every table works on one form.
 */
#ifndef PARSE_IP_H
#define PARSE_IP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct ip {
	uint64_t hi, lo;
};

/* bits counts from the 128: 192.0.2.0/24 has bits = 96 + 24. */
struct prefix {
	struct ip ip; /* host bits are zero */
	uint8_t bits;
};

#define IP_TEXT_MAX 46
#define PREFIX_TEXT_MAX 50

static inline bool
ip_is_v4(struct ip ip)
{
	return ip.hi == 0 && ip.lo >> 32 == 0xffff;
}

static inline uint32_t
ip_v4(struct ip ip)
{
	return (uint32_t)ip.lo;
}

static inline struct ip
ip_of_v4(uint32_t v4)
{
	return (struct ip){ 0, 0xffff00000000u | v4 };
}

static inline int
ip_cmp(struct ip a, struct ip b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

/*
 * Dotted quad (octets without leading zeros) or RFC 4291 section 2.2 text;
 * no zone, no brackets, no port, no white space. Mapped v6 is the v4 address.
 */
bool ip_parse(struct slice s, struct ip *out, struct err *e) MUST_USE;
/* The same without a sentence, for hot paths and for trying. */
bool ip_read(struct slice s, struct ip *out);

/* "192.0.2.0/24", "2001:db8::/32"; an address alone is /32 or /128. Host bits: ERR_INPUT. */
bool prefix_parse(struct slice s, struct prefix *out, struct err *e) MUST_USE;
/* As prefix_parse, but host bits are cleared. */
bool prefix_read_loose(struct slice s, struct prefix *out);

/* RFC 5952 text; NUL-ended; returns its length. */
size_t ip_print(struct ip ip, char out[IP_TEXT_MAX]);
size_t prefix_print(const struct prefix *p, char out[PREFIX_TEXT_MAX]);

/* Of IPv4: within ::ffff:0:0/96, as addresses of IPv4 are kept. */
bool prefix_is_v4(const struct prefix *p);
bool prefix_covers(const struct prefix *p, struct ip ip);
struct ip prefix_last(const struct prefix *p);
/* The largest prefix around ip that lies within [first, last]. */
struct prefix prefix_within(struct ip ip, struct ip first, struct ip last);

/*
 * Not on the Internet: what IANA's special-purpose registries (RFC 6890) call not
 * globally reachable, multicast, reserved. An address that carries an IPv4
 * address (6to4, Teredo, 64:ff9b::/96) is as special as that one.
 */
bool ip_is_special(struct ip ip);
/* One of those that are kept for documentation (RFC 5737, RFC 3849, RFC 9637). */
bool ip_is_documentation(struct ip ip);

/* 16 bytes, network order; IPv4 as mapped. */
void ip_to_bytes(struct ip ip, uint8_t out[16]);
struct ip ip_from_bytes(const uint8_t in[16]);

#endif
