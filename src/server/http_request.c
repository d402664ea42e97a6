#include "server/http_request.h"

#include "base/clock.h"

#define AGENT_MAX 200
#define FILENAME_MAX_BYTES 255

/* --- parts ---------------------------------------------------------------------------- */

/* Into out (at least as long as s); false on a bad percent sign. */
static bool
decode(struct slice s, uint8_t *out, size_t *n_out)
{
	size_t n = 0;

	while (s.len > 0) {
		int c = slice_percent(&s);

		if (c < 0)
			return false;
		out[n++] = (uint8_t)c;
	}
	*n_out = n;
	return true;
}

static bool
segment_ok(struct slice s)
{
	uint8_t text[1024];
	size_t n;

	if (s.len > sizeof(text) || !decode(s, text, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < 0x20 || text[i] == 0x7f || text[i] == '/' || text[i] == '\\')
			return false;
	}
	return !(n == 1 && text[0] == '.') && !(n == 2 && text[0] == '.' && text[1] == '.') &&
	    slice_utf8_ok(slice_of(text, n));
}

bool
http_path_ok(struct slice path)
{
	struct slice rest, part;

	if (path.len == 0 || path.p[0] != '/')
		return false;
	for (size_t i = 0; i < path.len; i++) {
		if (path.p[i] <= 0x20 || path.p[i] >= 0x7f || strchr("#?\"<>\\^`{|}", path.p[i]) != NULL)
			return false;
	}
	rest = slice_from(path, 1);
	while (slice_cut(&rest, '/', &part)) {
		if ((part.len == 0 && rest.p != NULL) || !segment_ok(part))
			return false;
	}
	return true;
}

static bool
query_ok(struct slice query)
{
	for (size_t i = 0; i < query.len; i++) {
		if (query.p[i] <= 0x20 || query.p[i] >= 0x7f || query.p[i] == '#')
			return false;
	}
	return true;
}

bool
http_host_ok(struct slice host)
{
	struct slice port;
	size_t at;

	if (host.len == 0 || host.len > 255 + 6)
		return false;
	if (host.p[0] == '[') {
		struct ip ip;

		at = slice_find_byte(host, ']');
		if (at >= host.len || !ip_read(slice_sub(host, 1, at - 1), &ip))
			return false;
		port = slice_from(host, ++at);
	} else {
		for (at = 0; at < host.len && host.p[at] != ':'; at++) {
			if (!byte_is_alpha(host.p[at]) && !byte_is_digit(host.p[at]) && strchr("-._", host.p[at]) == NULL)
				return false;
		}
		port = slice_from(host, at);
		if (at == 0)
			return false;
	}
	if (port.len == 0)
		return true;
	if (port.p[0] != ':' || port.len > 6)
		return false;
	for (size_t i = 1; i < port.len; i++) {
		if (!byte_is_digit(port.p[i]))
			return false;
	}
	return true;
}

/* ";q=0.8" as 800; 1000 where there is none. */
static unsigned
quality(struct slice parameters)
{
	struct slice part;

	while (slice_cut(&parameters, ';', &part)) {
		unsigned q = 0, step = 1000;

		part = slice_trim(part);
		if (!slice_starts_nocase(part, S("q=")))
			continue;
		for (size_t i = 2; i < part.len; i++) {
			if (part.p[i] == '.')
				continue;
			if (!byte_is_digit(part.p[i]))
				return 0;
			q += (unsigned)(part.p[i] - '0') * step;
			step /= 10;
		}
		return q > 1000 ? 1000 : q;
	}
	return 1000;
}

enum lang
http_language(struct slice accept)
{
	enum lang best = LANG_EN, lang;
	unsigned best_q = 0;
	struct slice part;

	while (slice_cut(&accept, ',', &part)) {
		size_t semicolon = slice_find_byte(part, ';');
		struct slice tag = slice_trim(slice_sub(part, 0, semicolon < part.len ? semicolon : part.len));
		unsigned q = quality(semicolon < part.len ? slice_from(part, semicolon + 1) : SLICE_NONE);
		char text[32];

		if (q <= best_q || tag.len == 0 || tag.len >= sizeof(text))
			continue;
		memcpy(text, tag.p, tag.len);
		text[tag.len] = '\0';
		if (lang_parse(text, &lang)) {
			best = lang;
			best_q = q;
		}
	}
	return best;
}

struct slice
http_filename(struct slice value, struct arena *a)
{
	uint8_t *text;
	size_t n, from = 0;

	if (slice_starts_nocase(value, S("utf-8'"))) {
		size_t quote = slice_find_byte(slice_from(value, 6), '\'');

		value = quote < value.len - 6 ? slice_from(value, 6 + quote + 1) : SLICE_NONE;
	}
	text = arena_bytes(a, value.len);
	if (text == NULL || value.len == 0 || !decode(value, text, &n) || !slice_utf8_ok(slice_of(text, n)))
		return SLICE_NONE;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '/' || text[i] == '\\')
			from = i + 1;
		if (text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '_';
	}
	while (from < n && (text[from] == '.' || text[from] == ' '))
		from++;
	return n - from > FILENAME_MAX_BYTES ? SLICE_NONE : slice_of(text + from, n - from);
}

/* --- the request ---------------------------------------------------------------------- */

static int
method_of(struct slice name, struct api_request *r, struct http_frame *f)
{
	f->head_only = slice_eq(name, S("HEAD"));
	f->options = slice_eq(name, S("OPTIONS"));
	r->method = API_GET;
	if (f->head_only || f->options)
		return 0;
	for (unsigned m = 0; m < API_METHOD_COUNT; m++) {
		if (slice_eq(name, slice_of_str(api_method_name(m)))) {
			r->method = m;
			return 0;
		}
	}
	return slice_eq(name, S("TRACE")) || slice_eq(name, S("CONNECT")) ? 405 : 501;
}

/* "http://host/path" off the target: its authority. False where it has none. */
static bool
absolute(struct slice *target, struct slice *authority)
{
	struct slice rest;
	size_t end;

	if (slice_starts_nocase(*target, S("http://")))
		rest = slice_from(*target, 7);
	else if (slice_starts_nocase(*target, S("https://")))
		rest = slice_from(*target, 8);
	else
		return false;
	for (end = 0; end < rest.len && rest.p[end] != '/' && rest.p[end] != '?'; end++)
		;
	*authority = slice_sub(rest, 0, end);
	*target = end == rest.len ? S("/") : slice_from(rest, end);
	return true;
}

static int
target_of(const struct http_head *h, struct api_request *r, const struct http_frame *f)
{
	const struct http_field *host = http_head_field(h, S("host"));
	struct slice target = h->target, authority = h->authority;
	size_t q;

	if (http_head_count(h, S("host")) > 1 || (host == NULL && !h->http2 && !h->http10))
		return 400;
	if (!h->http2)
		(void)absolute(&target, &authority);
	r->host = host != NULL ? host->value : authority;
	/* Two names for one request: the proxy before us may have looked at the other one. */
	if (host != NULL && authority.len > 0 && !slice_eq_nocase(host->value, authority))
		return 400;
	if ((r->host.len > 0 || !h->http10) && !http_host_ok(r->host))
		return 400;
	if (f->options && slice_eq(target, S("*")))
		target = S("/");
	q = slice_find_byte(target, '?');
	r->path = slice_sub(target, 0, q < target.len ? q : target.len);
	r->query = q < target.len ? slice_from(target, q + 1) : SLICE_NONE;
	return http_path_ok(r->path) && query_ok(r->query) ? 0 : 400;
}

static int
frame_of(const struct http_head *h, const struct api_request *r, struct http_frame *f)
{
	const struct http_field *length = http_head_field(h, S("content-length"));
	const struct http_field *coding = http_head_field(h, S("transfer-encoding"));

	if (http_head_count(h, S("content-length")) > 1 || http_head_count(h, S("transfer-encoding")) > 1)
		return 400;
	if (length != NULL && !slice_u64(length->value, &f->length))
		return 400;
	f->length_known = length != NULL;
	if (coding != NULL) {
		/* Beside a length, or from a client that cannot know it: somebody is to be misled. */
		if (length != NULL || h->http10 || h->http2)
			return 400;
		if (!slice_eq_nocase(coding->value, S("chunked")))
			return 501;
		f->body = HTTP_BODY_CHUNKED;
	} else if (h->http2) {
		f->body = HTTP_BODY_STREAM;
	} else if (f->length > 0) {
		f->body = HTTP_BODY_LENGTH;
	}
	f->close = !h->http2 && (h->http10 ? !http_head_lists(h, S("connection"), S("keep-alive")) :
	    http_head_lists(h, S("connection"), S("close")));
	(void)r;
	return 0;
}

static int
expectation_of(const struct http_head *h, struct http_frame *f)
{
	const struct http_field *expect = http_head_field(h, S("expect"));

	if (expect == NULL || h->http10)
		return 0;
	if (!slice_eq_nocase(expect->value, S("100-continue")))
		return 417;
	f->expects = f->body != HTTP_BODY_NONE;
	return 0;
}

/* A field that may stand there once; false where it stands there twice. */
static bool
one(const struct http_head *h, struct slice name, struct slice *out)
{
	const struct http_field *f = http_head_field(h, name);

	if (f != NULL)
		*out = f->value;
	return f == NULL || http_head_count(h, name) == 1;
}

/* A list that may stand in several fields, as one. */
static struct slice
joined(const struct http_head *h, struct slice name, const char *between, struct arena *a)
{
	struct slice all = SLICE_NONE;

	for (size_t i = 0; i < h->count; i++) {
		if (!slice_eq(h->fields[i].name, name))
			continue;
		all = all.p == NULL ? h->fields[i].value :
		    arena_printf(a, "%.*s%s%.*s", SLICE_ARG(all), between, SLICE_ARG(h->fields[i].value));
	}
	return all;
}

static struct slice
media_type(struct slice value, struct arena *a)
{
	size_t semicolon = slice_find_byte(value, ';');

	return arena_lower(a, slice_trim(slice_sub(value, 0, semicolon < value.len ? semicolon : value.len)));
}

static struct slice
type_parameters(struct slice value)
{
	size_t semicolon = slice_find_byte(value, ';');

	return semicolon == SIZE_MAX ? S("") : slice_from(value, semicolon + 1);
}

static int
fields_of(const struct http_head *h, struct arena *a, struct api_request *r)
{
	struct slice type = SLICE_NONE, filename = SLICE_NONE;

	if (!one(h, S("authorization"), &r->authorization) || !one(h, S("x-csrf-token"), &r->csrf) ||
	    !one(h, S("origin"), &r->origin) || !one(h, S("content-type"), &type) ||
	    !one(h, S("x-filename"), &filename) || !one(h, S("user-agent"), &r->agent))
		return 400;
	r->agent = slice_sub(r->agent, 0, AGENT_MAX);
	r->type = media_type(type, a);
	r->type_parameters = type_parameters(type);
	r->filename = http_filename(filename, a);
	r->cookie = joined(h, S("cookie"), "; ", a);
	r->accept = joined(h, S("accept"), ", ", a);
	r->encoding = joined(h, S("accept-encoding"), ", ", a);
	r->if_match = joined(h, S("if-match"), ", ", a);
	r->if_none_match = joined(h, S("if-none-match"), ", ", a);
	r->lang = http_language(joined(h, S("accept-language"), ", ", a));
	return a->failed ? 431 : 0;
}

int
http_request_of(const struct http_head *h, const struct http_peer *peer, struct arena *a,
    struct api_request *r, struct http_frame *f)
{
	int status;

	*r = (struct api_request){ .body_fd = -1, .lang = LANG_EN, .from = peer->ip, .tls = peer->tls,
		.client_cert = peer->cert_sha256, .client_subject = peer->cert_subject, .now_s = clock_now_s() };
	*f = (struct http_frame){ .body = HTTP_BODY_NONE };
	/* The frame first: where the body ends has to be known even of a request that is refused. */
	if ((status = frame_of(h, r, f)) != 0 || (status = fields_of(h, a, r)) != 0 ||
	    (status = method_of(h->method, r, f)) != 0 || (status = target_of(h, r, f)) != 0 ||
	    (status = expectation_of(h, f)) != 0)
		return status;
	return http_forwarded(h, peer, a, &r->from, &r->tls) ? 0 : 400;
}
