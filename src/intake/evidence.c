/*
 * The scan looks at two bytes only, "//" and "ww", sixteen places at a time
 * where the machine can: every URL has one of them, and little else does. What
 * stands around a hit then decides.
 */
#include "intake/evidence.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/hash.h"
#include "parse/domain.h"
#include "parse/ip.h"
#include "parse/json.h"

void
evidence_init(struct evidence *ev, struct arena *a)
{
	ev->a = a;
	ev->url_count = ev->domain_count = 0;
	ev->seen = 0;
}

/* Where the next "//" or "ww" (any case) begins at or behind p. */
static const uint8_t *
next_hit(const uint8_t *p, const uint8_t *end)
{
#ifdef __SSE2__
	const __m128i slash = _mm_set1_epi8('/'), w = _mm_set1_epi8('w');
	const __m128i lower = _mm_set1_epi8(0x20);

	while (end - p > 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i n = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
		__m128i ss = _mm_and_si128(_mm_cmpeq_epi8(v, slash),
		    _mm_cmpeq_epi8(n, slash));
		__m128i ww = _mm_and_si128(
		    _mm_cmpeq_epi8(_mm_or_si128(v, lower), w),
		    _mm_cmpeq_epi8(_mm_or_si128(n, lower), w));
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(ss, ww));

		if (mask != 0)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#endif
	for (; end - p >= 2; p++)
		if ((p[0] == '/' && p[1] == '/') || ((p[0] | 0x20) == 'w' &&
		    (p[1] | 0x20) == 'w'))
			return p;
	return NULL;
}

/* 0: ends a URL; 1: part of it; 2: part of it unless it comes last. */
static inline int
url_byte(uint8_t c)
{
	static const uint8_t ascii[128] = {
		['!'] = 2, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1,
		['\''] = 2, ['('] = 1, [')'] = 2, ['*'] = 1, ['+'] = 1,
		[','] = 2, ['-'] = 1, ['.'] = 2, ['/'] = 1, [':'] = 2,
		[';'] = 2, ['='] = 1, ['?'] = 2, ['@'] = 1, ['['] = 1,
		[']'] = 2, ['_'] = 1, ['{'] = 1, ['|'] = 1, ['}'] = 1,
		['~'] = 1, ['^'] = 1,
	};

	return c >= 128 || byte_is_alpha(c) || byte_is_digit(c) ? 1 : ascii[c];
}

static size_t
url_length(const uint8_t *p, const uint8_t *end, uint8_t quote)
{
	const uint8_t *q = p, *last = p;
	bool opened = false;

	if (end - p > EVIDENCE_URL_BYTES_MAX)
		end = p + EVIDENCE_URL_BYTES_MAX;
	for (; q < end && url_byte(*q) != 0 && *q != quote; q++) {
		opened = opened || *q == '(';
		if (url_byte(*q) == 1 || quote != 0 || (*q == ')' && opened))
			last = q + 1;
	}
	return (size_t)(last - p);
}

struct slice
evidence_host(struct slice url)
{
	size_t begin = slice_find(url, S("://"));
	size_t end, at;

	begin = begin == SIZE_MAX ? 0 : begin + 3;
	for (end = begin; end < url.len; end++)
		if (url.p[end] == '/' || url.p[end] == '?' || url.p[end] == '#')
			break;
	url = slice_sub(url, begin, end - begin);
	at = slice_rfind_byte(url, '@');
	if (at != SIZE_MAX)
		url = slice_from(url, at + 1);
	if (url.len > 0 && url.p[0] == '[') {
		end = slice_find_byte(url, ']');
		return end == SIZE_MAX ? SLICE_NONE : slice_sub(url, 1, end - 1);
	}
	end = slice_find_byte(url, ':');
	return end == SIZE_MAX ? url : slice_sub(url, 0, end);
}

static bool
known(const uint64_t *hashes, size_t count, uint64_t hash)
{
	for (size_t i = 0; i < count; i++)
		if (hashes[i] == hash)
			return true;
	return false;
}

static void
url_add(struct evidence *ev, struct slice url)
{
	struct slice host = evidence_host(url), name;
	struct ip ip;
	uint64_t h;

	if (host.len > 0 && host.p[host.len - 1] == '.')
		host.len--;
	if (host.len < 3)
		return;
	name = SLICE_NONE;
	if (!fqdn_read(host, ev->a, &name) && !ip_read(host, &ip))
		return;
	ev->seen++;
	h = hash64(url, 0);
	if (ev->url_count < EVIDENCE_URLS_MAX &&
	    !known(ev->url_hash, ev->url_count, h)) {
		ev->url_hash[ev->url_count] = h;
		ev->urls[ev->url_count++] = url;
	}
	if (name.p == NULL)
		return;
	h = hash64(name, 1);
	if (ev->domain_count < EVIDENCE_URLS_MAX &&
	    !known(ev->domain_hash, ev->domain_count, h)) {
		ev->domain_hash[ev->domain_count] = h;
		ev->domains[ev->domain_count++] = name;
	}
}

/* prefix, then s with "&amp;" and "[.]" made plain. */
static struct slice
plain_url(struct evidence *ev, struct slice prefix, struct slice s, bool html)
{
	uint8_t *p;
	size_t n = prefix.len;

	if (prefix.len == 0 && memchr(s.p, '[', s.len) == NULL &&
	    (!html || memchr(s.p, '&', s.len) == NULL))
		return s;
	p = arena_bytes(ev->a, prefix.len + s.len);
	if (p == NULL)
		return SLICE_NONE;
	if (prefix.len > 0)
		memcpy(p, prefix.p, prefix.len);
	for (size_t i = 0; i < s.len;) {
		struct slice rest = slice_from(s, i);

		if (slice_starts(rest, S("[.]")) || slice_starts(rest, S("[:]"))) {
			p[n++] = s.p[i + 1];
			i += 3;
		} else if (html && slice_starts_nocase(rest, S("&amp;"))) {
			p[n++] = '&';
			i += 5;
		} else if (slice_starts_nocase(rest, S("[dot]"))) {
			p[n++] = '.';
			i += 5;
		} else {
			p[n++] = s.p[i++];
		}
	}
	return slice_of(p, n);
}

/* The scheme whose ':' ends before slashes; its plain name, or SLICE_NONE. */
static struct slice
scheme_before(const uint8_t *begin, const uint8_t *slashes,
    const uint8_t **scheme_out)
{
	static const struct { struct slice seen, plain; } schemes[] = {
		{ S_INIT("https"), S_INIT("https://") },
		{ S_INIT("http"), S_INIT("http://") },
		{ S_INIT("hxxps"), S_INIT("https://") },
		{ S_INIT("hxxp"), S_INIT("http://") },
		{ S_INIT("hxtps"), S_INIT("https://") },
		{ S_INIT("hxtp"), S_INIT("http://") },
		{ S_INIT("meows"), S_INIT("https://") },
		{ S_INIT("meow"), S_INIT("http://") },
		{ S_INIT("ftp"), S_INIT("ftp://") },
	};
	const uint8_t *p = slashes;

	if (p - begin >= 3 && memcmp(p - 3, "[:]", 3) == 0)
		p -= 3;
	else if (p > begin && p[-1] == ':')
		p--;
	else
		return SLICE_NONE;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = schemes[i].seen.len;

		if ((size_t)(p - begin) >= n && slice_eq_nocase(
		    slice_of(p - n, n), schemes[i].seen)) {
			*scheme_out = p - n;
			return schemes[i].plain;
		}
	}
	return SLICE_NONE;
}

static uint8_t
quote_before(const uint8_t *begin, const uint8_t *p)
{
	return p > begin && (p[-1] == '"' || p[-1] == '\'') ? p[-1] : 0;
}

/* The hit at p; where the scan goes on. */
static const uint8_t *
hit_take(struct evidence *ev, struct slice text, const uint8_t *p, bool html)
{
	const uint8_t *begin = text.p, *end = text.p + text.len, *scheme;
	struct slice plain, url;
	uint8_t quote;
	size_t n;

	if (*p == '/') {
		plain = scheme_before(begin, p, &scheme);
		if (plain.p == NULL) {
			quote = quote_before(begin, p);
			if (!html || quote == 0)
				return p + 2;
			scheme = p;
			plain = S("http://");
		}
		quote = quote_before(begin, scheme);
		n = url_length(p + 2, end, quote);
		if (n < 3)
			return p + 2;
		/* As it stands where that is plain already: no copy. */
		if (slice_eq(slice_of(scheme, (size_t)(p + 2 - scheme)), plain))
			url = plain_url(ev, SLICE_NONE, slice_of(scheme,
			    (size_t)(p + 2 - scheme) + n), html);
		else
			url = plain_url(ev, plain, slice_of(p + 2, n), html);
		if (url.p != NULL)
			url_add(ev, url);
		return p + 2 + n;
	}
	if (end - p < 8 || (p[2] | 0x20) != 'w' || (p[3] != '.' && p[3] != '['))
		return p + 1;
	if (p > begin && (byte_is_alpha(p[-1]) || byte_is_digit(p[-1]) ||
	    p[-1] == '.' || p[-1] == '-' || p[-1] == '@' || p[-1] == '_' ||
	    p[-1] == '/'))
		return p + 3;
	n = url_length(p, end, quote_before(begin, p));
	if (n > 6) {
		url = plain_url(ev, S("http://"), slice_of(p, n), html);
		if (url.p != NULL)
			url_add(ev, url);
	}
	return p + (n > 3 ? n : 3);
}

/* "&#47;", "&#x2f;": the whole text with numeric references decoded. */
static struct slice
unreference(struct evidence *ev, struct slice text)
{
	uint8_t *out = arena_bytes(ev->a, text.len);
	size_t n = 0;

	if (out == NULL)
		return text;
	for (size_t i = 0; i < text.len;) {
		size_t j = i + 2, digits = 0;
		unsigned v = 0;
		bool hex;

		if (text.p[i] != '&' || i + 3 >= text.len || text.p[i + 1] != '#') {
			out[n++] = text.p[i++];
			continue;
		}
		hex = (text.p[j] | 0x20) == 'x';
		j += hex;
		for (; j < text.len && digits < 7; j++, digits++) {
			int d = byte_hex(text.p[j]);

			if (d < 0 || (!hex && d > 9))
				break;
			v = v * (hex ? 16 : 10) + (unsigned)d;
		}
		if (digits == 0 || v >= 0x80 || v < 0x20) {
			out[n++] = text.p[i++];
			continue;
		}
		out[n++] = (uint8_t)v;
		i = j + (j < text.len && text.p[j] == ';');
	}
	return slice_of(out, n);
}

void
evidence_scan(struct evidence *ev, struct slice text, bool html)
{
	const uint8_t *p, *end;

	if (text.len < 2)
		return;
	if (html && memmem(text.p, text.len, "&#", 2) != NULL)
		text = unreference(ev, text);
	p = text.p;
	end = text.p + text.len;
	while (end - p >= 2 && (p = next_hit(p, end)) != NULL)
		p = hit_take(ev, text, p, html);
}

void
evidence_json(const struct slice *list, size_t count, size_t max,
    struct buf *out)
{
	buf_byte(out, '[');
	for (size_t i = 0; i < count && i < max; i++) {
		if (i > 0)
			buf_byte(out, ',');
		json_quote(out, list[i]);
	}
	buf_byte(out, ']');
}
