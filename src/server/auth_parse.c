/*
 * auth_parse: what a stranger's headers say. Pure, and fuzzed.
 */
#include "server/auth_room.h"

#include "parse/base64.h"

static bool
secret_text_ok(struct slice s)
{
	if (s.len != SECRET_TEXT)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (!byte_is_alpha(c) && !byte_is_digit(c) && c != '-' && c != '_')
			return false;
	}
	return true;
}

/* A second one of the name is somebody else's doing: then there is none. */
struct slice
auth_cookie_find(struct slice cookie, struct slice name)
{
	struct slice rest = cookie, pair, found = SLICE_NONE;
	size_t count = 0;

	while (rest.p != NULL && slice_cut(&rest, ';', &pair)) {
		struct slice key;

		pair = slice_trim(pair);
		if (!slice_cut(&pair, '=', &key) || !slice_eq(key, name))
			continue;
		found = pair;
		count++;
	}
	return count == 1 && found.len > 0 ? found : SLICE_NONE;
}

static struct slice
token_text(struct slice s)
{
	return slice_starts(s, S(TOKEN_BEGIN)) && secret_text_ok(slice_from(s, sizeof(TOKEN_BEGIN) - 1)) ? s : SLICE_NONE;
}

struct slice
auth_bearer(struct slice authorization)
{
	struct slice s = slice_trim(authorization);

	return slice_starts_nocase(s, S("Bearer ")) ? token_text(slice_trim(slice_from(s, 7))) : SLICE_NONE;
}

struct slice
auth_token(struct slice authorization, struct arena *a)
{
	struct slice s = slice_trim(authorization), name;

	if (!slice_starts_nocase(s, S("Basic ")))
		return auth_bearer(authorization);
	if (!base64_read(slice_trim(slice_from(s, 6)), a, &s) || !slice_cut(&s, ':', &name) || s.p == NULL)
		return SLICE_NONE;
	return token_text(s);
}

/* "https://host:port/path" to its origin, without the port that goes without saying. */
static bool
origin_split(struct slice s, bool *https, struct slice *host)
{
	*https = slice_starts_nocase(s, S("https://"));
	if (!*https && !slice_starts_nocase(s, S("http://")))
		return false;
	s = slice_from(s, *https ? 8 : 7);
	s = slice_sub(s, 0, slice_find_byte(s, '/'));
	if (slice_ends(s, *https ? S(":443") : S(":80")))
		s.len -= *https ? 4 : 3;
	*host = s;
	return s.len > 0;
}

static bool
is_loopback(struct slice host)
{
	size_t colon = slice_ends(host, S("]")) ? SIZE_MAX : slice_rfind_byte(host, ':');

	host = slice_sub(host, 0, colon);
	return slice_eq_nocase(host, S("localhost")) || slice_eq(host, S("127.0.0.1")) || slice_eq(host, S("[::1]"));
}

bool
auth_origin_ok(struct slice origin, struct slice host, struct slice url)
{
	struct slice theirs, ours;
	bool https, url_https;

	if (!origin_split(origin, &https, &theirs) || slice_find_byte(slice_from(origin, https ? 8 : 7), '/') != SIZE_MAX)
		return false;
	if (url.len > 0 && origin_split(url, &url_https, &ours) && url_https == https && slice_eq_nocase(theirs, ours))
		return true;
	/* Without TLS only on the machine itself. */
	if (!https && !is_loopback(theirs))
		return false;
	if (slice_ends(host, https ? S(":443") : S(":80")))
		host.len -= https ? 4 : 3;
	return host.len > 0 && slice_eq_nocase(theirs, host);
}
