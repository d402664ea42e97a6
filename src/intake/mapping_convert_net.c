/* Converters of addresses, networks, hosts and URLs. */
#include "intake/mapping_convert.h"

#include "parse/domain.h"

/* --- addresses and URLs ----------------------------------------------------------------------- */

static bool
do_refang(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	(void)call;
	return keep(r, v, url_refang(v->text, &r->in->record), why);
}

static bool
do_scheme(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);

	if (slice_find(slice_sub(s, 0, 32), S("://")) != SIZE_MAX || s.len > 32768)
		return true;
	if (slice_starts(s, S("//")))
		s = slice_from(s, 2);
	return keep(r, v, arena_join(&r->in->record, (const struct slice[]){ call->a, S("://"), s }, 3), why);
}

/* "host:port", "[v6]:port", "scheme://host:port/path": false where there is no host. */
static bool
host_port(struct slice s, struct slice *host, struct slice *port)
{
	struct url u;
	size_t colon, end = 0;

	*port = SLICE_NONE;
	if (url_split(s, &u)) {
		*host = u.host;
		*port = u.port;
		return true;
	}
	while (end < s.len && s.p[end] != '/' && s.p[end] != '?')
		end++;
	s = slice_sub(s, 0, end);
	if (s.len > 0 && s.p[0] == '[') {
		colon = slice_find_byte(s, ']');
		if (colon == SIZE_MAX)
			return false;
		*host = slice_sub(s, 1, colon - 1);
		if (colon + 1 < s.len && s.p[colon + 1] == ':')
			*port = slice_from(s, colon + 2);
		return true;
	}
	colon = slice_find_byte(s, ':');
	*host = s;
	/* A second colon: an IPv6 address without a port. */
	if (colon != SIZE_MAX && slice_find_byte(slice_from(s, colon + 1), ':') == SIZE_MAX) {
		*host = slice_sub(s, 0, colon);
		*port = slice_from(s, colon + 1);
	}
	return host->len > 0;
}

static bool
do_host(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice host, port;

	(void)r, (void)call, (void)why;
	return host_port(slice_trim(v->text), &host, &port) ? view(v, host) : nothing(v);
}

static bool
do_port(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice host, port;

	(void)r, (void)call, (void)why;
	return host_port(slice_trim(v->text), &host, &port) && port.len > 0 ? view(v, port) : nothing(v);
}

static bool
do_path(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);
	struct url u;
	size_t slash;

	(void)r, (void)call, (void)why;
	if (url_split(s, &u))
		slash = u.path.len == 0 ? SIZE_MAX : (size_t)(u.path.p - s.p);
	else
		slash = slice_find_byte(s, '/');
	return slash == SIZE_MAX ? nothing(v) : view(v, slice_from(s, slash));
}

static bool
do_asn(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text);
	size_t n = 0;

	(void)r, (void)call, (void)why;
	if (slice_starts_nocase(s, S("ASN")))
		s = slice_from(s, 3);
	else if (slice_starts_nocase(s, S("AS")))
		s = slice_from(s, 2);
	s = slice_trim(s);
	while (n < s.len && byte_is_digit(s.p[n]))
		n++;
	return n == 0 ? nothing(v) : view(v, slice_sub(s, 0, n));
}

static unsigned
bits_of_mask(struct ip mask)
{
	uint32_t m = ip_v4(mask);
	unsigned bits = 0;

	while (bits < 32 && (m >> (31 - bits) & 1) != 0)
		bits++;
	return bits == 0 || (bits < 32 && (m << bits) != 0) ? 0 : bits;
}

/* "192.0.2.0 - 192.0.2.255", "192.0.2.0/255.255.255.0", or a prefix, whose host bits are cleared. */
static bool
do_network(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice s = slice_trim(v->text), low, high;
	size_t dash = slice_find_byte(s, '-'), slash = slice_find_byte(s, '/');
	char text[PREFIX_TEXT_MAX];
	struct ip first, last;
	struct prefix p;

	(void)call;
	if (dash != SIZE_MAX) {
		low = slice_trim(slice_sub(s, 0, dash));
		high = slice_trim(slice_from(s, dash + 1));
		if (!ip_read(low, &first) || !ip_read(high, &last))
			return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
		p = prefix_within(first, first, last);
		if (ip_cmp(p.ip, first) != 0 || ip_cmp(prefix_last(&p), last) != 0)
			return err_set(why, ERR_INPUT, "%s is more than one network", QUOTE(s));
	} else if (slash != SIZE_MAX && ip_read(slice_from(s, slash + 1), &last) && ip_is_v4(last)) {
		unsigned bits = bits_of_mask(last);

		if (bits == 0 || !ip_read(slice_sub(s, 0, slash), &first) || !ip_is_v4(first))
			return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
		s = arena_printf(&r->in->record, "%.*s/%u", SLICE_ARG(slice_sub(s, 0, slash)), bits);
		if (!prefix_read_loose(s, &p))
			return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
	} else if (!prefix_read_loose(s, &p)) {
		return err_set(why, ERR_INPUT, "%s is not a network", QUOTE(s));
	}
	return keep(r, v, arena_copy(&r->in->record, slice_of(text, prefix_print(&p, text))), why);
}

/* "109.230.155.061": octets filled up with zeros, which elsewhere would be octal. */
static bool
do_octets(struct mapping_run *r, const struct mapping_call *call, struct cell *v, struct err *why)
{
	struct slice rest = slice_trim(v->text), part;
	uint64_t o[4];
	size_t n = 0;

	(void)call;
	while (slice_cut(&rest, '.', &part)) {
		if (n == 4 || part.len > 3 || !slice_u64(part, &o[n++]))
			return true; /* none of these: the field will say what is wrong */
	}
	if (n != 4)
		return true;
	return keep(r, v, arena_printf(&r->in->record, "%u.%u.%u.%u", (unsigned)o[0], (unsigned)o[1],
	    (unsigned)o[2], (unsigned)o[3]), why);
}

static const struct converter table[] = {
	{ S_INIT("refang"), "", "refang", do_refang, false, NULL },
	{ S_INIT("scheme"), "s", "scheme http", do_scheme, false, NULL },
	{ S_INIT("host"), "", "host", do_host, false, NULL },
	{ S_INIT("port"), "", "port", do_port, false, NULL },
	{ S_INIT("path"), "", "path", do_path, false, NULL },
	{ S_INIT("asn"), "", "asn", do_asn, false, NULL },
	{ S_INIT("network"), "", "network", do_network, false, NULL },
	{ S_INIT("octets"), "", "octets", do_octets, false, NULL },
};

const struct converter_table converters_net = { table, sizeof(table) / sizeof(table[0]) };
