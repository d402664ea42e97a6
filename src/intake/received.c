/*
 * A Received value is free text that every MTA writes its own way. What holds
 * for all: "from" ... "by" ... ";" date, with comments in parentheses. In the
 * from clause the address that the receiver saw stands (in order of trust)
 *
 *   1. in brackets in a comment    from helo (rdns [192.0.2.1])    Postfix, Sendmail, Exim
 *   2. bare in a comment           from helo (192.0.2.1)           Exchange, qmail, Yahoo
 *   3. in brackets outside         from [192.0.2.1] (helo=x)       Exim, CommuniGate, IMail
 *   4. bare outside                from 192.0.2.1 by x             web mailers
 *
 * and what follows helo=, HELO or EHLO is the sender's own word, never it.
 */
#include "intake/received.h"

#include "base/arena.h"
#include "parse/domain.h"
#include "parse/mime.h"

enum { RANK_NONE, RANK_BARE, RANK_BRACKET, RANK_COMMENT, RANK_COMMENT_BRACKET };

struct walk {
	struct received *out;
	int rank;
	bool first_seen; /* the first word of the from clause */
	struct slice first;
	bool helo_next; /* the next word is what the sender called itself */
	bool helo_said; /* a comment names the HELO, so the first word is not it */
};

/* "[192.0.2.1]", "IPv6:2001:db8::1", "user@192.0.2.1", "192.0.2.1:25" */
static bool
address(struct slice word, struct ip *out)
{
	size_t at = slice_rfind_byte(word, '@');
	size_t colon;

	if (at != SIZE_MAX)
		word = slice_from(word, at + 1);
	if (word.len > 0 && word.p[0] == '[')
		word = slice_from(word, 1);
	if (word.len > 0 && slice_find_byte(word, ']') != SIZE_MAX)
		word.len = slice_find_byte(word, ']');
	if (slice_starts_nocase(word, S("ipv6:")))
		word = slice_from(word, 5);
	if (word.len < 3 || word.len > 64)
		return false;
	if (ip_read(word, out))
		return true;
	/* A zone ("fe80::1%eth0") or a port behind an IPv4 address. */
	if (slice_find_byte(word, '%') != SIZE_MAX)
		return ip_read(slice_sub(word, 0, slice_find_byte(word, '%')), out);
	colon = slice_find_byte(word, ':');
	return colon != SIZE_MAX && colon == slice_rfind_byte(word, ':') &&
	    ip_read(slice_sub(word, 0, colon), out);
}

static bool
looks_like_address(struct slice word)
{
	uint8_t c = word.p[0];

	return c == '[' || byte_is_digit(c) ||
	    slice_find_byte(word, ':') != SIZE_MAX ||
	    slice_find_byte(word, '[') != SIZE_MAX ||
	    slice_find_byte(word, '@') != SIZE_MAX;
}

/* One word of the from clause, depth parentheses deep. */
static void
word_take(struct walk *w, struct slice word, unsigned depth)
{
	struct received *r = w->out;
	size_t bracket, eq;
	struct ip ip;
	int rank;

	if (!w->first_seen) {
		w->first_seen = true;
		w->first = word;
	} else if (w->helo_next) {
		w->helo_next = false;
		if (r->helo.p == NULL)
			r->helo = word;
		return;
	}
	if (slice_eq_nocase(word, S("helo")) || slice_eq_nocase(word, S("ehlo"))) {
		w->helo_next = w->helo_said = true;
		return;
	}
	/* Exim's "helo=x", "ident=x", "port=25": the sender's own words. */
	eq = slice_find_byte(word, '=');
	if (eq != SIZE_MAX && eq > 0 && byte_is_alpha(word.p[0])) {
		if (slice_starts_nocase(word, S("helo="))) {
			w->helo_said = true;
			r->helo = slice_from(word, eq + 1);
		}
		return;
	}
	bracket = slice_find_byte(word, '[');
	if (looks_like_address(word) &&
	    address(slice_from(word, bracket == SIZE_MAX ? 0 : bracket), &ip)) {
		if (depth > 0)
			rank = bracket != SIZE_MAX ? RANK_COMMENT_BRACKET : RANK_COMMENT;
		else
			rank = bracket != SIZE_MAX ? RANK_BRACKET : RANK_BARE;
		/* The first of a rank; but qmail's and Yahoo's comes last. */
		if (rank > w->rank || (rank == w->rank && rank == RANK_COMMENT)) {
			w->rank = rank;
			r->ip = ip;
			r->has_ip = true;
		}
		/* "(name[192.0.2.1])" */
		if (depth > 0 && bracket != SIZE_MAX && bracket > 0 &&
		    word.p[bracket - 1] != '@' && r->rdns.p == NULL)
			r->rdns = slice_sub(word, 0, bracket);
		return;
	}
	/* "(name [192.0.2.1])": kept until the address shows that it is one. */
	if (depth > 0 && w->rank < RANK_COMMENT_BRACKET && r->rdns.p == NULL &&
	    slice_find_byte(word, '.') != SIZE_MAX)
		r->rdns = word;
}

static void
rdns_settle(struct walk *w)
{
	struct received *r = w->out;

	if (w->rank != RANK_COMMENT_BRACKET)
		r->rdns = SLICE_NONE;
	/* Where the HELO has its own place, the first word is the looked-up name. */
	if (w->helo_said && w->rank >= RANK_COMMENT && r->rdns.p == NULL &&
	    w->first.len > 0 && w->first.p[0] != '[')
		r->rdns = w->first;
	if (!w->helo_said && w->first_seen)
		r->helo = w->first;
	if (slice_eq_nocase(r->rdns, S("unknown")) ||
	    slice_eq_nocase(r->rdns, S("localhost")))
		r->rdns = SLICE_NONE;
	if (slice_ends(r->rdns, S(".")))
		r->rdns.len--;
	/* Sendmail puts what identd said in front: "(user@name [192.0.2.1])". */
	if (slice_rfind_byte(r->rdns, '@') != SIZE_MAX)
		r->rdns = slice_from(r->rdns,
		    slice_rfind_byte(r->rdns, '@') + 1);
}

/* The next word from *at on: ends at space, parenthesis, comma or semicolon. */
static struct slice
word_at(struct slice v, size_t *at)
{
	size_t begin = *at;
	bool bracket = false;

	while (*at < v.len) {
		uint8_t c = v.p[*at];

		if (c == '[')
			bracket = true;
		if (byte_is_space(c) || c == '(' || c == ')' || c == ';' || c == ',')
			break;
		(*at)++;
		if (c == ']' && bracket)
			break;
	}
	return slice_sub(v, begin, *at - begin);
}

bool
received_read(struct slice value, struct received *out)
{
	struct walk w = { .out = out };
	enum { BEFORE, FROM, BY, REST } in = BEFORE;
	unsigned depth = 0, base = 0; /* base: how deep the from clause itself stands */
	size_t at = 0, date;

	*out = (struct received){ .has_ip = false };
	value = slice_trim(slice_sub(value, 0, 4096));
	while (at < value.len && in != REST) {
		uint8_t c = value.p[at];
		struct slice word;

		if (c == '(' || c == ')') {
			depth = c == '(' ? depth + 1 : depth > 0 ? depth - 1 : 0;
			w.helo_next = w.helo_next && c == '(';
			at++;
			continue;
		}
		if (byte_is_space(c) || c == ',' || c == ']') {
			at++;
			continue;
		}
		if (c == ';') {
			if (depth == 0)
				break;
			at++;
			continue;
		}
		word = word_at(value, &at);
		if (depth == 0 && in == BEFORE && slice_eq_nocase(word, S("from")))
			in = FROM;
		else if (depth == 1 && in == BEFORE && slice_eq_nocase(word, S("from"))) {
			in = FROM;
			base = 1;
		} else if (depth == 0 && in <= FROM && slice_eq_nocase(word, S("by")))
			in = BY;
		else if (in == FROM)
			word_take(&w, word, depth > base ? depth - base : 0);
		else if (in == BY) {
			out->by = word;
			in = REST;
		} else if (in == BEFORE)
			return false;
	}
	/* "(from root@localhost) by x": sendmail tells itself; a gateway names an address. */
	if (base > 0 && !out->has_ip)
		return false;
	rdns_settle(&w);
	date = slice_rfind_byte(value, ';');
	if (date != SIZE_MAX)
		out->has_date = date_read_mail(slice_trim(
		    slice_from(value, date + 1)), &out->date);
	return in != BEFORE;
}

/* Is name the same as, or below, suffix (with or without a leading dot)? */
static bool
name_below(struct slice name, struct slice suffix)
{
	if (suffix.len > 0 && suffix.p[0] == '.')
		suffix = slice_from(suffix, 1);
	if (suffix.len == 0 || !slice_ends_nocase(name, suffix))
		return false;
	return name.len == suffix.len ||
	    name.p[name.len - suffix.len - 1] == '.';
}

/* A host's name or a domain; at least one letter, else it is a mistyped address. */
static bool
name_ok(struct slice name)
{
	struct slice whole;
	struct arena a;
	bool ok, letter = false;

	if (name.len > 0 && name.p[0] == '.')
		name = slice_from(name, 1);
	for (size_t i = 0; i < name.len; i++)
		letter = letter || byte_is_alpha(name.p[i]) || name.p[i] >= 0x80;
	arena_init(&a, 65536);
	ok = letter && name.len <= 253 && (fqdn_read(name, &a, &whole) || slice_eq_nocase(name, S("localhost")));
	arena_fini(&a);
	return ok;
}

bool
received_trusted(const struct received *r, struct slice trusted)
{
	while (trusted.len > 0) {
		struct prefix net;
		struct slice word;
		size_t n = 0;

		while (n < trusted.len && trusted.p[n] != ',' &&
		    !byte_is_space(trusted.p[n]))
			n++;
		word = slice_sub(trusted, 0, n);
		trusted = slice_from(trusted, n + (n < trusted.len));
		if (word.len == 0)
			continue;
		if (prefix_read_loose(word, &net)) {
			if (r->has_ip && prefix_covers(&net, r->ip))
				return true;
		} else if (r->rdns.len > 0 && name_below(r->rdns, word)) {
			return true;
		}
	}
	return false;
}

bool
received_trusted_check(struct slice trusted, struct err *e)
{
	while (trusted.len > 0) {
		struct prefix net;
		struct slice word;
		size_t n = 0;

		while (n < trusted.len && trusted.p[n] != ',' && !byte_is_space(trusted.p[n]))
			n++;
		word = slice_sub(trusted, 0, n);
		trusted = slice_from(trusted, n + (n < trusted.len));
		if (word.len == 0 || prefix_read_loose(word, &net))
			continue;
		if (!name_ok(word))
			return err_set(e, ERR_INPUT, "%s is neither a network nor the name of a host", QUOTE(word));
	}
	return true;
}

/*
 * An address of our own side of the Internet: no stranger can send from it.
 * (Not ip_is_special(): the documentation networks are nobody's inside.)
 */
static bool
inside(struct ip ip)
{
	static const struct { uint32_t v4; unsigned bits; } v4s[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 },
		{ 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xe0000000, 3 },
	};

	if (!ip_is_v4(ip))
		return ip.hi >> 61 != 1;
	for (size_t i = 0; i < sizeof(v4s) / sizeof(v4s[0]); i++)
		if ((ip_v4(ip) ^ v4s[i].v4) >> (32 - v4s[i].bits) == 0)
			return true;
	return false;
}

bool
received_walk(struct slice head, struct slice trusted, struct received *out)
{
	struct mime_header h;
	unsigned hops = 0;

	while (hops < RECEIVED_HOPS_MAX && mime_header_next(&head, &h)) {
		if (h.name.len != 8 || !slice_eq_nocase(h.name, S("received")))
			continue;
		hops++;
		if (!received_read(h.value, out) || !out->has_ip)
			continue; /* handed on within a host: "by", qmail's queue */
		if (inside(out->ip) || received_trusted(out, trusted))
			continue;
		return true;
	}
	*out = (struct received){ .has_ip = false };
	return false;
}
