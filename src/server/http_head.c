#include "server/http_head.h"

#define EXTRA_MAX ((size_t)8 << 10)

/* --- where it ends ------------------------------------------------------------------ */

enum http_end
http_head_end(struct slice in, size_t *scanned)
{
	size_t at = *scanned;

	while (at < in.len) {
		const uint8_t *lf = memchr(in.p + at, '\n', in.len - at);

		if (lf == NULL) {
			at = in.len;
			break;
		}
		at = (size_t)(lf - in.p) + 1;
		if (at < 2 || in.p[at - 2] != '\r')
			return HTTP_END_BAD;
		if (at >= 4 && in.p[at - 3] == '\n') {
			*scanned = at;
			return HTTP_END_HERE;
		}
	}
	*scanned = at;
	return HTTP_END_MORE;
}

/* --- what it says ------------------------------------------------------------------- */

static bool
is_tchar(uint8_t c)
{
	return byte_is_alpha(c) || byte_is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool
http_token_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_tchar(s.p[i]))
			return false;
	}
	return s.len > 0;
}

bool
http_value_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

/* Spaces and tabs alone: other white space is no value's edge, but a control byte. */
static struct slice
trim_blanks(struct slice s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_from(s, 1);
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* "GET /path HTTP/1.1", one space each. */
static int
request_line(struct slice line, struct http_head *out)
{
	size_t sp = slice_find_byte(line, ' ');
	struct slice rest = sp < line.len ? slice_from(line, sp + 1) : SLICE_NONE;
	size_t end = slice_find_byte(rest, ' ');
	struct slice version;

	if (sp >= line.len || end >= rest.len)
		return 400;
	out->method = slice_sub(line, 0, sp);
	out->target = slice_sub(rest, 0, end);
	version = slice_from(rest, end + 1);
	if (!http_token_ok(out->method) || out->target.len == 0)
		return 400;
	for (size_t i = 0; i < out->target.len; i++) {
		if (out->target.p[i] <= 0x20 || out->target.p[i] >= 0x7f)
			return 400;
	}
	if (version.len != 8 || !slice_starts(version, S("HTTP/")) || !byte_is_digit(version.p[5]) ||
	    version.p[6] != '.' || !byte_is_digit(version.p[7]))
		return 400;
	if (version.p[5] != '1' || version.p[7] > '1')
		return 505;
	out->http10 = version.p[7] == '0';
	return 0;
}

static int
field_line(uint8_t *p, size_t len, struct http_head *out)
{
	struct slice line = slice_of(p, len);
	size_t colon = slice_find_byte(line, ':');
	struct http_field *f = &out->fields[out->count];

	if (colon >= len || !http_token_ok(slice_sub(line, 0, colon)))
		return 400; /* a folded line begins with a blank, which is no token */
	if (out->count == HTTP_FIELDS_MAX)
		return 431;
	for (size_t i = 0; i < colon; i++)
		p[i] = byte_lower(p[i]);
	f->name = slice_of(p, colon);
	f->value = trim_blanks(slice_from(line, colon + 1));
	if (!http_value_ok(f->value))
		return 400;
	out->count++;
	return 0;
}

int
http_head_parse(uint8_t *bytes, size_t len, struct http_head *out)
{
	size_t at = 0;
	int bad = 0;

	out->count = 0;
	out->authority = SLICE_NONE;
	out->http2 = false;
	for (bool first = true; bad == 0; first = false) {
		uint8_t *lf = memchr(bytes + at, '\n', len - at);
		size_t n;

		if (lf == NULL || lf == bytes + at || lf[-1] != '\r')
			return 400;
		n = (size_t)(lf - (bytes + at)) - 1;
		if (n == 0 && !first)
			return at + 2 == len ? 0 : 400;
		bad = first ? request_line(slice_of(bytes + at, n), out) : field_line(bytes + at, n, out);
		at += n + 2;
	}
	return bad;
}

const struct http_field *
http_head_field(const struct http_head *h, struct slice name)
{
	for (size_t i = 0; i < h->count; i++) {
		if (slice_eq(h->fields[i].name, name))
			return &h->fields[i];
	}
	return NULL;
}

size_t
http_head_count(const struct http_head *h, struct slice name)
{
	size_t n = 0;

	for (size_t i = 0; i < h->count; i++)
		n += slice_eq(h->fields[i].name, name);
	return n;
}

bool
http_head_lists(const struct http_head *h, struct slice name, struct slice word)
{
	for (size_t i = 0; i < h->count; i++) {
		struct slice rest = h->fields[i].value, part;

		if (!slice_eq(h->fields[i].name, name))
			continue;
		while (slice_cut(&rest, ',', &part)) {
			if (slice_eq_nocase(trim_blanks(part), word))
				return true;
		}
	}
	return false;
}

/* --- chunks -------------------------------------------------------------------------- */

/* One byte that is not data. */
static bool
chunk_byte(struct http_chunks *c, uint8_t b)
{
	int hex;

	switch (c->state) {
	case CHUNK_SIZE:
		hex = byte_hex(b);
		if (hex >= 0) {
			/* 15 digits: what is left can be added up without overflow. */
			if (++c->digits > 15)
				return false;
			c->left = c->left << 4 | (uint64_t)hex;
			return true;
		}
		if (c->digits == 0)
			return false;
		c->state = b == '\r' ? CHUNK_SIZE_LF : CHUNK_EXTENSION;
		return b == '\r' || b == ';';
	case CHUNK_EXTENSION:
		if (b == '\r')
			c->state = CHUNK_SIZE_LF;
		else if (++c->extra > EXTRA_MAX || (b < 0x20 && b != '\t') || b == 0x7f)
			return false;
		return true;
	case CHUNK_SIZE_LF:
		c->state = c->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
		c->digits = 0;
		c->line = false;
		return b == '\n';
	case CHUNK_DATA_CR:
		c->state = CHUNK_DATA_LF;
		return b == '\r';
	case CHUNK_DATA_LF:
		c->state = CHUNK_SIZE;
		return b == '\n';
	case CHUNK_TRAILER:
		if (b == '\r') {
			c->state = c->line ? CHUNK_TRAILER_LF : CHUNK_LAST_LF;
			return true;
		}
		/* What a trailer says is not used; it has to be one all the same. */
		if (++c->extra > EXTRA_MAX || (!c->line && !is_tchar(b)))
			return false;
		c->line = true;
		return (b >= 0x20 || b == '\t') && b != 0x7f;
	case CHUNK_TRAILER_LF:
		c->state = CHUNK_TRAILER;
		c->line = false;
		return b == '\n';
	case CHUNK_LAST_LF:
		c->state = CHUNK_DONE;
		return b == '\n';
	case CHUNK_DATA:
	case CHUNK_DONE:
		break;
	}
	return false;
}

bool
http_chunks_take(struct http_chunks *c, struct slice *in, struct slice *data_out)
{
	*data_out = SLICE_NONE;
	while (in->len > 0 && c->state != CHUNK_DONE) {
		if (c->state == CHUNK_DATA) {
			*data_out = slice_sub(*in, 0, c->left < in->len ? (size_t)c->left : in->len);
			c->left -= data_out->len;
			*in = slice_from(*in, data_out->len);
			if (c->left == 0)
				c->state = CHUNK_DATA_CR;
			return true;
		}
		if (!chunk_byte(c, in->p[0]))
			return false;
		*in = slice_from(*in, 1);
	}
	return true;
}
