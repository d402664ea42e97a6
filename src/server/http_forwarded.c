/*
 * http_forwarded: who stands behind a proxy. Each proxy appends what it saw, so
 * the list is believed from its end as long as the one who wrote it is trusted.
 */
#include "server/http_request.h"

bool
http_trusted(const struct http_peer *peer, struct ip ip)
{
	for (size_t i = 0; i < peer->trusted_count; i++) {
		if (prefix_covers(&peer->trusted[i], ip))
			return true;
	}
	return false;
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80", in quotes or not. */
static bool
node_ip(struct slice s, struct ip *out)
{
	size_t colon;

	s = slice_trim(s);
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		s = slice_sub(s, 1, s.len - 2);
	if (s.len > 0 && s.p[0] == '[') {
		size_t end = slice_find_byte(s, ']');

		return end < s.len && ip_read(slice_sub(s, 1, end - 1), out);
	}
	colon = slice_find_byte(s, ':');
	if (colon < s.len && slice_rfind_byte(s, ':') == colon)
		s = slice_sub(s, 0, colon);
	return ip_read(s, out);
}

/* The last element of a list that may have more; what is before it in *rest. */
static struct slice
last_cut(struct slice *rest)
{
	size_t comma = slice_rfind_byte(*rest, ',');
	struct slice last;

	if (comma >= rest->len) {
		last = *rest;
		*rest = SLICE_NONE;
	} else {
		last = slice_from(*rest, comma + 1);
		*rest = slice_sub(*rest, 0, comma);
	}
	return slice_trim(last);
}

/* What an element of Forwarded says under a name, or "". */
static struct slice
parameter(struct slice element, struct slice name)
{
	struct slice part;

	while (slice_cut(&element, ';', &part)) {
		size_t eq = slice_find_byte(part, '=');

		if (eq < part.len && slice_eq_nocase(slice_trim(slice_sub(part, 0, eq)), name))
			return slice_trim(slice_from(part, eq + 1));
	}
	return SLICE_NONE;
}

/* All fields of that name as one list. */
static struct slice
list_of(const struct http_head *h, struct slice name, struct arena *a)
{
	struct slice all = SLICE_NONE;

	for (size_t i = 0; i < h->count; i++) {
		if (!slice_eq(h->fields[i].name, name))
			continue;
		all = all.len == 0 ? h->fields[i].value :
		    arena_printf(a, "%.*s,%.*s", SLICE_ARG(all), SLICE_ARG(h->fields[i].value));
	}
	return all;
}

static bool
walk(const struct http_peer *peer, struct slice list, bool forwarded, struct ip *from, bool *tls)
{
	bool nearest = true;

	while (list.len > 0) {
		struct slice element = last_cut(&list);
		struct slice node = forwarded ? parameter(element, S("for")) : element;

		if (forwarded && nearest)
			*tls = slice_eq_nocase(parameter(element, S("proto")), S("https"));
		nearest = false;
		/* Without an address ("unknown", "_hidden") the proxy itself stands for whoever it was. */
		if (forwarded && (node.len == 0 || slice_eq_nocase(node, S("unknown")) || node.p[0] == '_'))
			return true;
		if (!node_ip(node, from))
			return false;
		if (!http_trusted(peer, *from))
			return true;
	}
	return true;
}

bool
http_forwarded(const struct http_head *h, const struct http_peer *peer, struct arena *a,
    struct ip *from_out, bool *tls_out)
{
	struct slice forwarded, x_for, x_proto;
	struct ip other = peer->ip;

	*from_out = peer->ip;
	*tls_out = peer->tls;
	if (!http_trusted(peer, peer->ip))
		return true;
	forwarded = list_of(h, S("forwarded"), a);
	x_for = list_of(h, S("x-forwarded-for"), a);
	x_proto = list_of(h, S("x-forwarded-proto"), a);
	if (a->failed)
		return false;
	if (!walk(peer, x_for, false, from_out, tls_out))
		return false;
	if (forwarded.len > 0) {
		if (!walk(peer, forwarded, true, &other, tls_out))
			return false;
		if (x_for.len > 0 && ip_cmp(other, *from_out) != 0)
			return false;
		*from_out = other;
	}
	if (x_proto.len > 0)
		*tls_out = slice_eq_nocase(last_cut(&x_proto), S("https"));
	return true;
}
