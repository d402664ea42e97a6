#include "parse/domain.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>

#include "parse/ip.h"

/* What a byte may be in a host name. */
enum { NAME_NO, NAME_YES, NAME_DOT, NAME_HYPHEN, NAME_UPPER };

static inline unsigned
name_byte(uint8_t c)
{
	if ((uint8_t)(c - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_')
		return NAME_YES;
	if (c == '.')
		return NAME_DOT;
	if (c == '-')
		return NAME_HYPHEN;
	return (uint8_t)(c - 'A') < 26 ? NAME_UPPER : NAME_NO;
}

/* RFC 1123 section 2.1, with underscores (RFC 8552) and at least two labels. */
static bool
name_ok(struct slice s, bool upper)
{
	size_t label = 0, dots = 0;
	uint8_t last = '.';

	if (s.len < 3 || s.len > 253)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		switch (name_byte(s.p[i])) {
		case NAME_DOT:
			if (label == 0 || last == '-')
				return false;
			label = 0;
			dots++;
			break;
		case NAME_HYPHEN:
			if (label == 0)
				return false;
			label++;
			break;
		case NAME_UPPER:
			if (!upper)
				return false;
			label++;
			break;
		case NAME_YES:
			label++;
			break;
		default:
			return false;
		}
		if (label > 63)
			return false;
		last = s.p[i];
	}
	/* The last label of a name is never all digits (RFC 3696 section 2). */
	if (dots == 0 || label == 0 || last == '-')
		return false;
	for (size_t i = s.len - label; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]))
			return true;
	}
	return false;
}

bool
fqdn_ok(struct slice s)
{
	return name_ok(s, false);
}

/* RFC 5891 look-up; libidn2 takes and gives C strings. */
static bool
idna(struct slice s, struct arena *a, struct slice *out)
{
	char *text, *ascii = NULL;
	bool ok = false;

	if (s.len > 1000 || !slice_utf8_ok(s) || memchr(s.p, '\0', s.len) != NULL)
		return false;
	text = arena_str(a, s);
	if (text == NULL)
		return false;
	if (idn2_lookup_u8((const uint8_t *)text, (uint8_t **)&ascii,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK &&
	    name_ok(slice_of_str(ascii), false)) {
		*out = arena_copy(a, slice_of_str(ascii));
		ok = out->p != NULL;
	}
	idn2_free(ascii);
	return ok;
}

bool
fqdn_read(struct slice s, struct arena *a, struct slice *out)
{
	bool ascii = true;

	if (s.len > 0 && s.p[s.len - 1] == '.')
		s.len--;
	if (name_ok(s, false)) {
		*out = s;
		return true;
	}
	for (size_t i = 0; i < s.len; i++)
		ascii = ascii && s.p[i] < 0x80;
	if (!ascii)
		return idna(s, a, out);
	if (!name_ok(s, true))
		return false;
	*out = arena_lower(a, s);
	return out->p != NULL;
}

struct slice
domain_registered(struct slice fqdn, struct arena *a)
{
	const psl_ctx_t *psl = psl_builtin();
	const char *text, *found;

	if (psl == NULL || !name_ok(fqdn, false))
		return SLICE_NONE;
	text = arena_str(a, fqdn);
	if (text == NULL)
		return SLICE_NONE;
	found = psl_registrable_domain(psl, text);
	return slice_of_str(found);
}

bool
domain_suffix(struct slice name)
{
	const psl_ctx_t *psl = psl_builtin();
	bool one = slice_find_byte(name, '.') == SIZE_MAX;
	char text[256];

	if (psl == NULL || name.len < 2 || name.len >= sizeof(text) || (one && name.len > 63))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!byte_is_alpha(name.p[i]) && !byte_is_digit(name.p[i]) && name.p[i] != '-' && name.p[i] != '.')
			return false;
		text[i] = (char)byte_lower(name.p[i]);
	}
	text[name.len] = '\0';
	/* One label is one by the list's own "whatever is not named": that is left out. */
	return psl_is_public_suffix2(psl, text, one ? PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE : PSL_TYPE_ANY) != 0;
}

bool
url_split(struct slice s, struct url *out)
{
	size_t colon = slice_find_byte(s, ':'), at, end;
	struct slice rest, authority;

	*out = (struct url){ 0 };
	if (colon == SIZE_MAX || colon == 0 || colon > 32 || !byte_is_alpha(s.p[0]) ||
	    !slice_starts(slice_from(s, colon), S("://")))
		return false;
	for (size_t i = 1; i < colon; i++) {
		uint8_t c = s.p[i];

		if (!byte_is_alpha(c) && !byte_is_digit(c) && c != '+' && c != '-' && c != '.')
			return false;
	}
	out->scheme = slice_sub(s, 0, colon);
	rest = slice_from(s, colon + 3);
	for (end = 0; end < rest.len; end++) {
		uint8_t c = rest.p[end];

		if (c == '/' || c == '?' || c == '#' || c == '\\')
			break;
	}
	authority = slice_sub(rest, 0, end);
	rest = slice_from(rest, end);
	at = slice_rfind_byte(authority, '@');
	if (at != SIZE_MAX) {
		out->userinfo = slice_sub(authority, 0, at);
		authority = slice_from(authority, at + 1);
	}
	out->host = authority;
	if (authority.len > 0 && authority.p[0] == '[') {
		size_t close = slice_find_byte(authority, ']');

		if (close == SIZE_MAX)
			return false;
		out->host = slice_sub(authority, 1, close - 1);
		authority = slice_from(authority, close + 1);
		if (authority.len > 0 && authority.p[0] != ':')
			return false;
		at = authority.len > 0 ? 0 : SIZE_MAX;
	} else {
		at = slice_find_byte(authority, ':');
		if (at != SIZE_MAX)
			out->host = slice_sub(authority, 0, at);
	}
	if (at != SIZE_MAX) {
		uint64_t port;

		out->port = slice_from(authority, at + 1);
		if (out->port.len > 0 && (!slice_u64(out->port, &port) || port > 65535))
			return false;
		if (out->port.len == 0)
			out->port = SLICE_NONE;
	}
	if (out->host.len == 0)
		return false;
	at = slice_find_byte(rest, '#');
	if (at != SIZE_MAX) {
		out->fragment = slice_from(rest, at + 1);
		rest = slice_sub(rest, 0, at);
	}
	at = slice_find_byte(rest, '?');
	if (at != SIZE_MAX) {
		out->query = slice_from(rest, at + 1);
		rest = slice_sub(rest, 0, at);
	}
	out->path = rest;
	return true;
}

struct slice
url_refang(struct slice s, struct arena *a)
{
	static const struct { struct slice from, to; } marks[] = {
		{ S_INIT("[.]"), S_INIT(".") }, { S_INIT("(.)"), S_INIT(".") },
		{ S_INIT("[dot]"), S_INIT(".") }, { S_INIT("(dot)"), S_INIT(".") },
		{ S_INIT("[:]"), S_INIT(":") }, { S_INIT("[://]"), S_INIT("://") },
		{ S_INIT("[/]"), S_INIT("/") }, { S_INIT("[@]"), S_INIT("@") },
	};
	uint8_t *o = arena_bytes(a, s.len + 1);
	size_t n = 0;

	if (o == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < s.len;) {
		size_t k = 0;

		while (k < sizeof(marks) / sizeof(marks[0]) &&
		    !slice_starts_nocase(slice_from(s, i), marks[k].from))
			k++;
		if (k < sizeof(marks) / sizeof(marks[0])) {
			memcpy(o + n, marks[k].to.p, marks[k].to.len);
			n += marks[k].to.len;
			i += marks[k].from.len;
		} else {
			o[n++] = s.p[i++];
		}
	}
	/* hxxp, hXXps, fxp: the letters that were put in place of "tt" and "t". */
	if (n > 4 && byte_lower(o[0]) == 'h' && byte_lower(o[1]) == 'x' &&
	    byte_lower(o[2]) == 'x' && byte_lower(o[3]) == 'p')
		memcpy(o, "http", 4);
	else if (n > 3 && byte_lower(o[0]) == 'f' && byte_lower(o[1]) == 'x' &&
	    byte_lower(o[2]) == 'p' && o[3] == ':')
		o[1] = 't';
	return slice_of(o, n);
}

/*
 * RFC 5321 section 4.1.2: within quotes a quote or backslash has a backslash
 * before it. Else "a" <b@example.net>, "c"@example.org would name two.
 */
static bool
quoted_ok(struct slice s)
{
	if (s.len < 2 || s.p[s.len - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.p[i] == '"' || (s.p[i] == '\\' && ++i + 1 == s.len))
			return false;
	}
	return true;
}

bool
mailbox_ok(struct slice s)
{
	size_t at = slice_rfind_byte(s, '@');
	struct slice local, domain;
	struct ip ip;

	if (at == SIZE_MAX || at == 0 || at > 64 || s.len > 254)
		return false;
	local = slice_sub(s, 0, at);
	domain = slice_from(s, at + 1);
	if (local.p[0] == '"') {
		if (!quoted_ok(local))
			return false;
	} else if (local.p[0] == '.' || local.p[local.len - 1] == '.') {
		return false;
	}
	for (size_t i = 0, step; i < local.len; i += step) {
		uint8_t c = local.p[i];

		if (slice_shown(slice_from(local, i), &step) != SHOWN_PLAIN || (local.p[0] != '"' &&
		    (c == ' ' || memchr("()<>[]:;@\\,\"", c, 12) != NULL)))
			return false;
	}
	if (domain.len > 2 && domain.p[0] == '[' && domain.p[domain.len - 1] == ']') {
		domain = slice_sub(domain, 1, domain.len - 2);
		if (slice_starts_nocase(domain, S("IPv6:")))
			domain = slice_from(domain, 5);
		return ip_read(domain, &ip);
	}
	return name_ok(domain, true);
}
