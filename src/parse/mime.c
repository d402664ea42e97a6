#include "parse/mime.h"

#include <gmime/gmime.h>

#include "parse/base64.h"
#include "parse/mime_gate.h"

/*
 * 64 MiB and 100,000 headers bound what a report may be; 100 levels and
 * 10,000 parts are far over any mail that a person or program sent in good
 * faith. 16 KiB of addresses are 400 recipients.
 */
const struct mime_limits MIME_LIMITS = { 64 << 20, 100, 10000, 100000, 16384 };

/* What mails come in beside UTF-8; an open converter keeps its tables loaded. */
static const char *const charsets[] = { "UTF-8", "UTF-16", "UTF-16LE",
	"UTF-16BE", "UTF-32", "UTF-7", "US-ASCII", "ISO-8859-1", "ISO-8859-2",
	"ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7",
	"ISO-8859-8", "ISO-8859-9", "ISO-8859-10", "ISO-8859-13", "ISO-8859-14",
	"ISO-8859-15", "ISO-8859-16", "WINDOWS-1250", "WINDOWS-1251",
	"WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255",
	"WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "WINDOWS-874", "KOI8-R",
	"KOI8-U", "GB2312", "GBK", "GB18030", "BIG5", "BIG5-HKSCS", "EUC-TW",
	"EUC-JP", "SHIFT_JIS", "ISO-2022-JP", "EUC-KR", "ISO-2022-KR", "UHC",
	"TIS-620", "IBM437", "IBM850", "MACINTOSH", "HZ" };

void
mime_warmup(void)
{
	/* Kept open for the life of the process, on purpose. */
	static iconv_t held[sizeof(charsets) / sizeof(charsets[0])];

	if (held[0] != NULL)
		return;
	g_mime_init();
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		held[i] = g_mime_iconv_open("UTF-8", charsets[i]);
	/* Every GObject class is registered at its first use: use them all. */
	{
		static const char all[] = "From: =?koi8-r?B?8A==?= <a@example.org>\n"
		    "To: g: a@example.org;\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n"
		    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		    "Content-Type: message/rfc822\n\nSubject: a\n\nb\n--b\n"
		    "Content-Type: message/partial; id=a; number=1\n\nb\n--b\n"
		    "Content-Type: application/x-b; name*=utf-8''%41\n"
		    "Content-Disposition: attachment; filename=a\n\nb\n--b--\n";
		struct arena a = ARENA_NONE;
		struct mime m = MIME_NONE;
		struct err e = ERR_INIT;

		arena_init(&a, 1 << 20);
		if (mime_open(&m, S(""), &MIME_LIMITS, &a, &e) ||
		    mime_open(&m, slice_of(all, sizeof(all) - 1), &MIME_LIMITS,
		    &a, &e))
			for (size_t i = 0; i < m.count; i++)
				(void)mime_name(&m.parts[i]);
		mime_close(&m);
		arena_fini(&a);
	}
}

bool
mime_header_next(struct slice *rest, struct mime_header *out)
{
	while (rest->len > 0) {
		const uint8_t *p = rest->p, *end = p + rest->len, *lf = p;
		const uint8_t *colon, *last;

		/* The line and those folded onto it. */
		do {
			lf = memchr(lf, '\n', (size_t)(end - lf));
			lf = lf == NULL ? end : lf + 1;
		} while (lf < end && (*lf == ' ' || *lf == '\t'));
		*rest = slice_of(lf, (size_t)(end - lf));
		last = lf;
		if (last > p && last[-1] == '\n')
			last--;
		if (last > p && last[-1] == '\r')
			last--;
		colon = memchr(p, ':', (size_t)(last - p));
		if (colon == NULL || colon == p)
			continue;
		out->value = slice_of(colon + 1, (size_t)(last - colon) - 1);
		while (colon > p && byte_is_space(colon[-1]))
			colon--;
		out->name = slice_of(p, (size_t)(colon - p));
		return true;
	}
	return false;
}

struct slice
mime_header_find(struct slice head, struct slice name)
{
	struct mime_header h;

	while (mime_header_next(&head, &h))
		if (h.name.len == name.len && slice_eq_nocase(h.name, name))
			return h.value;
	return SLICE_NONE;
}

struct slice
mime_head(struct slice bytes)
{
	const uint8_t *p = bytes.p, *end;

	/* Not even NULL + 0 is allowed. */
	if (bytes.len == 0)
		return bytes;
	end = p + bytes.len;
	/* mbox's line, with its '>' where somebody quoted it. */
	if (slice_starts(bytes, S("From ")) || slice_starts(bytes, S(">From "))) {
		const uint8_t *lf = memchr(p, '\n', bytes.len);

		bytes = slice_from(bytes, lf == NULL ? bytes.len :
		    (size_t)(lf - p) + 1);
		p = bytes.p;
	}
	while (p < end) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));

		if (*p == '\n' || (*p == '\r' && lf == p + 1))
			break;
		p = lf == NULL ? end : lf + 1;
	}
	return slice_of(bytes.p, (size_t)(p - bytes.p));
}

struct slice
mime_address(struct slice value)
{
	size_t at = SIZE_MAX, begin, end, from = 0;

	/* "Name <local@domain>": the brackets win over an address in the name. */
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '<') {
			from = i + 1;
			at = SIZE_MAX;
		}
		if (value.p[i] == '@' && at == SIZE_MAX)
			at = i;
		if (value.p[i] == '>' && from > 0)
			break;
	}
	if (at == SIZE_MAX)
		return SLICE_NONE;
	for (begin = at; begin > from; begin--)
		if (memchr("<>()\"',;: \t\r\n", value.p[begin - 1], 14) != NULL)
			break;
	for (end = at + 1; end < value.len; end++)
		if (memchr("<>()\"',; \t\r\n", value.p[end], 13) != NULL)
			break;
	return begin == at || end == at + 1 ? SLICE_NONE :
	    slice_sub(value, begin, end - begin);
}

struct slice
mime_header_text(struct slice value, size_t max, struct arena *a)
{
	bool plain = true;
	struct slice out;
	size_t n = 0;
	uint8_t *p;

	value = slice_sub(slice_trim(value), 0, 4 * max);
	for (size_t i = 0; i < value.len && plain; i++)
		plain = value.p[i] >= 0x20 && value.p[i] < 0x7f &&
		    !(value.p[i] == '=' && i + 1 < value.len &&
		    value.p[i + 1] == '?');
	if (plain)
		return slice_sub(value, 0, max);
	{
		char *raw = arena_str(a, value);
		char *text, *flat;

		if (raw == NULL)
			return SLICE_NONE;
		flat = g_mime_utils_header_unfold(raw);
		text = g_mime_utils_header_decode_text(NULL, flat);
		out = arena_copy(a, slice_of_str(text));
		g_free(text);
		g_free(flat);
	}
	/* What is no UTF-8 yet becomes '?'; control bytes become spaces. */
	p = arena_bytes(a, out.len);
	if (p == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < out.len && n < max;) {
		size_t step = slice_utf8_step(slice_from(out, i));

		if (n + step > max)
			break;
		if (step == 0)
			p[n++] = '?';
		else if (step == 1)
			p[n++] = out.p[i] < 0x20 || out.p[i] == 0x7f ? ' ' : out.p[i];
		else {
			memcpy(p + n, out.p + i, step);
			n += step;
		}
		i += step == 0 ? 1 : step;
	}
	return slice_of(p, n);
}

/* --- the list of parts --- */

/* Where a part's content begins: behind the header lines it has. */
static size_t
content_offset(const struct mime *m, GMimeObject *o, size_t fallback)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(o);
	gint64 off = -1;
	struct slice rest;

	if (g_mime_header_list_get_count(list) > 0)
		off = g_mime_header_get_offset(
		    g_mime_header_list_get_header_at(list, 0));
	if (off < 0 || (uint64_t)off > m->text.len)
		return fallback;
	rest = slice_from(m->text, (size_t)off);
	off += (gint64)mime_head(rest).len;
	rest = slice_from(m->text, (size_t)off);
	return (size_t)off + (slice_starts(rest, S("\r\n")) ? 2 : rest.len > 0);
}

/* Where a part's content begins in the text that GMime sees. */
static size_t
at(const struct mime *m, const struct mime_part *p)
{
	return (size_t)(p->content.p - m->text.p);
}

/* Where the content of a child of parent ends: before parent's next boundary. */
static size_t
content_end(const struct mime *m, size_t parent, size_t begin)
{
	for (; parent != MIME_ROOT; parent = m->parts[parent].parent) {
		const struct mime_part *up = &m->parts[parent];
		const uint8_t *p = m->text.p + begin;
		size_t end = at(m, up) + up->content.len;
		const char *boundary;
		size_t n;

		if (up->kind != MIME_MULTIPART)
			return end < begin ? begin : end;
		boundary = g_mime_multipart_get_boundary(
		    GMIME_MULTIPART(up->object));
		n = boundary == NULL ? 0 : strlen(boundary);
		while (n > 0 && p < m->text.p + end) {
			const uint8_t *hit = memmem(p,
			    (size_t)(m->text.p + end - p), "\n--", 3);

			if (hit == NULL)
				break;
			if ((size_t)(m->text.p + end - hit) - 3 >= n &&
			    memcmp(hit + 3, boundary, n) == 0)
				return (size_t)(hit - m->text.p);
			p = hit + 3;
		}
		return end < begin ? begin : end;
	}
	return m->text.len;
}

static struct slice
leaf_content(const struct mime *m, GMimeObject *o)
{
	GMimeDataWrapper *data = GMIME_IS_PART(o) ?
	    g_mime_part_get_content(GMIME_PART(o)) : NULL;
	GMimeStream *s = data == NULL ? NULL : g_mime_data_wrapper_get_stream(data);
	gint64 end;

	if (s == NULL || s->bound_start < 0 ||
	    (uint64_t)s->bound_start > m->text.len)
		return slice_of(m->text.p, 0);
	end = s->bound_end < 0 || (uint64_t)s->bound_end > m->text.len ?
	    (gint64)m->text.len : s->bound_end;
	if (end < s->bound_start)
		end = s->bound_start;
	return slice_sub(m->text, (size_t)s->bound_start,
	    (size_t)(end - s->bound_start));
}

static void
part_set(struct mime *m, struct mime_part *p, GMimeObject *o)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);

	p->object = o;
	p->type = type == NULL ? "text" : g_mime_content_type_get_media_type(type);
	p->subtype = type == NULL ? "plain" :
	    g_mime_content_type_get_media_subtype(type);
	p->attachment = d != NULL && g_mime_content_disposition_is_attachment(d);
	if (GMIME_IS_MULTIPART(o))
		p->kind = MIME_MULTIPART;
	else if (GMIME_IS_MESSAGE_PART(o))
		p->kind = MIME_MESSAGE;
	else
		p->kind = MIME_LEAF;
	if (p->kind == MIME_LEAF) {
		p->content = leaf_content(m, o);
	} else if (p->parent == MIME_ROOT) {
		p->content = slice_from(m->text, mime_head(m->text).len);
	} else {
		size_t off = content_offset(m, o, at(m, &m->parts[p->parent]));
		size_t end = content_end(m, p->parent, off);

		p->content = slice_sub(m->text, off, end - off);
	}
	p->offset = at(m, p) + m->shift;
}

/* What is still to be put on the list: object and the part it lies in. */
struct todo {
	GMimeObject *object;
	size_t parent;
};

/* Children in order, with a stack of our own; a full arena ends it. */
static bool
list_parts(struct mime *m, GMimeObject *root, const struct mime_limits *limits,
    struct err *e)
{
	size_t cap = 4, todo_cap = 8, todo = 0;
	struct todo *stack = arena_array(m->a, todo_cap, sizeof(*stack));

	m->parts = arena_array(m->a, cap, sizeof(*m->parts));
	if (stack == NULL || m->parts == NULL)
		goto full;
	stack[todo++] = (struct todo){ root, MIME_ROOT };
	while (todo > 0) {
		struct todo t = stack[--todo];
		struct mime_part *p;
		size_t n = 0;

		if (m->count == limits->parts) {
			m->cut = true;
			(void)err_set(&m->why, ERR_LIMIT,
			    "more than %zu parts; the rest was not read",
			    limits->parts);
			break;
		}
		if (m->count == cap) {
			struct mime_part *more = arena_array(m->a, cap * 4,
			    sizeof(*more));

			if (more == NULL)
				goto full;
			memcpy(more, m->parts, cap * sizeof(*more));
			m->parts = more;
			cap *= 4;
		}
		p = &m->parts[m->count];
		*p = (struct mime_part){ .parent = t.parent,
			.depth = t.parent == MIME_ROOT ? 0 :
			m->parts[t.parent].depth + 1 };
		part_set(m, p, t.object);
		if (p->kind == MIME_MULTIPART)
			n = (size_t)g_mime_multipart_get_count(
			    GMIME_MULTIPART(t.object));
		else if (p->kind == MIME_MESSAGE)
			n = 1;
		if (n > limits->parts)
			n = limits->parts;
		if (p->depth >= limits->depth)
			n = 0;
		if (todo + n > todo_cap) {
			struct todo *more = arena_array(m->a, (todo + n) * 2,
			    sizeof(*more));

			if (more == NULL)
				goto full;
			memcpy(more, stack, todo * sizeof(*more));
			stack = more;
			todo_cap = (todo + n) * 2;
		}
		for (size_t i = n; i > 0; i--) {
			GMimeObject *child;

			if (p->kind == MIME_MULTIPART)
				child = g_mime_multipart_get_part(
				    GMIME_MULTIPART(t.object), (int)i - 1);
			else {
				GMimeMessage *inner =
				    g_mime_message_part_get_message(
				    GMIME_MESSAGE_PART(t.object));

				child = inner == NULL ? NULL :
				    g_mime_message_get_mime_part(inner);
			}
			if (child != NULL)
				stack[todo++] = (struct todo){ child, m->count };
		}
		m->count++;
	}
	return true;
full:
	return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
}

/*
 * m->text: the document with those of its header lines that GMime needs.
 * Copying the rest costs a hundredth of what parsing the others would.
 */
static bool
text_make(struct mime *m)
{
	static const char first[] = "MIME-Version: 1.0\n";
	struct slice head = m->head, rest;
	struct mime_header h;
	size_t from = (size_t)(m->head.p - m->bytes.p) + m->head.len;
	size_t n = sizeof(first) - 1;
	uint8_t *text;

	rest = slice_from(m->bytes, from);
	text = arena_bytes(m->a, n + m->head.len + 1 + rest.len);
	if (text == NULL)
		return false;
	memcpy(text, first, n);
	while (mime_header_next(&head, &h)) {
		size_t len = (size_t)(head.p - h.name.p);

		if (h.name.len < 8 || (h.name.p[0] | 0x20) != 'c' ||
		    !slice_starts_nocase(h.name, S("content-")))
			continue;
		memcpy(text + n, h.name.p, len);
		n += len;
		if (text[n - 1] != '\n')
			text[n++] = '\n';
	}
	if (rest.len > 0)
		memcpy(text + n, rest.p, rest.len);
	m->text = slice_of(text, n + rest.len);
	m->shift = (uint64_t)from - n;
	return true;
}

bool
mime_open(struct mime *m, struct slice bytes,
    const struct mime_limits *limits, struct arena *a, struct err *e)
{
	GMimeParser *parser;
	GByteArray *array;
	GMimeObject *root;

	*m = (struct mime){ .a = a, .bytes = bytes };
	if (bytes.len > limits->bytes)
		return err_set(e, ERR_LIMIT, "a mail of %zu bytes is over the limit of %zu",
		    bytes.len, limits->bytes);
	m->head = mime_head(bytes);
	if (m->head.len == 0)
		return err_set(e, ERR_INPUT, "this is no mail: it has no header lines");
	if (!text_make(m) ||
	    !mime_gate(m->text, limits, a, &m->text, &m->cut, &m->why))
		return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
	/* The array borrows our bytes; mime_close() takes them back. */
	array = g_byte_array_new();
	array->data = (guint8 *)(uintptr_t)m->text.p;
	array->len = (guint)m->text.len;
	m->stream = g_mime_stream_mem_new_with_byte_array(array);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(m->stream), FALSE);
	parser = g_mime_parser_new_with_stream(m->stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	m->message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	root = m->message == NULL ? NULL : g_mime_message_get_mime_part(m->message);
	if (root == NULL) {
		/* Header lines only, or nothing that GMime takes for a mail. */
		return true;
	}
	return list_parts(m, root, limits, e);
}

void
mime_close(struct mime *m)
{
	if (m->message != NULL)
		g_object_unref(m->message);
	if (m->stream != NULL) {
		GByteArray *array = g_mime_stream_mem_get_byte_array(m->stream);

		g_object_unref(m->stream);
		/* Not its own bytes: it must forget them before it goes. */
		array->data = NULL;
		array->len = 0;
		g_byte_array_free(array, TRUE);
	}
	*m = (struct mime)MIME_NONE;
}

bool
mime_is(const struct mime_part *p, const char *type, const char *subtype)
{
	return slice_eq_nocase(slice_of_str(p->type), slice_of_str(type)) &&
	    (subtype == NULL || slice_eq_nocase(slice_of_str(p->subtype),
	    slice_of_str(subtype)));
}

struct slice
mime_param(const struct mime_part *p, const char *name)
{
	return slice_of_str(g_mime_object_get_content_type_parameter(p->object,
	    name));
}

struct slice
mime_name(const struct mime_part *p)
{
	const char *name = g_mime_object_get_content_disposition_parameter(
	    p->object, "filename");

	if (name == NULL)
		name = g_mime_object_get_content_type_parameter(p->object, "name");
	return slice_of_str(name);
}

/* --- contents --- */

/* RFC 2045 section 6.7; what is no escape stays as it is. */
static size_t
qp_decode(struct slice in, uint8_t *out)
{
	const uint8_t *p = in.p, *end = p + in.len;
	uint8_t *o = out;

	while (p < end) {
		const uint8_t *eq = memchr(p, '=', (size_t)(end - p));
		size_t n = (size_t)((eq == NULL ? end : eq) - p);

		memcpy(o, p, n);
		o += n;
		if (eq == NULL)
			break;
		p = eq + 1;
		if (end - p >= 2 && byte_hex(p[0]) >= 0 && byte_hex(p[1]) >= 0) {
			*o++ = (uint8_t)(byte_hex(p[0]) << 4 | byte_hex(p[1]));
			p += 2;
			continue;
		}
		/* A soft line break, with spaces that a relay put behind it. */
		eq = p;
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		if (p < end && *p == '\n') {
			p++;
		} else {
			*o++ = '=';
			p = eq;
		}
	}
	return (size_t)(o - out);
}

bool
mime_content(const struct mime *m, const struct mime_part *p,
    struct slice *out)
{
	GMimeContentEncoding encoding = GMIME_IS_PART(p->object) ?
	    g_mime_part_get_content_encoding(p->object) :
	    GMIME_CONTENT_ENCODING_DEFAULT;
	GMimeEncoding state;
	uint8_t *room;
	size_t n;

	*out = p->content;
	if (p->content.len == 0 || (encoding != GMIME_CONTENT_ENCODING_BASE64 &&
	    encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
	    encoding != GMIME_CONTENT_ENCODING_UUENCODE))
		return true;
	if (encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE) {
		room = arena_bytes(m->a, p->content.len);
		if (room == NULL)
			return false;
		*out = slice_of(room, qp_decode(p->content, room));
		return true;
	}
	g_mime_encoding_init_decode(&state, encoding);
	room = arena_bytes(m->a, g_mime_encoding_outlen(&state, p->content.len));
	if (room == NULL)
		return false;
	n = g_mime_encoding_step(&state, (const char *)p->content.p,
	    p->content.len, (char *)room);
	*out = slice_of(room, n);
	return true;
}

/* The character sets in which "http" is not written as in ASCII. */
static bool
ascii_is_lost(struct slice charset)
{
	return slice_starts_nocase(charset, S("utf-16")) ||
	    slice_starts_nocase(charset, S("utf-32")) ||
	    slice_starts_nocase(charset, S("utf-7")) ||
	    slice_starts_nocase(charset, S("ucs-")) ||
	    slice_starts_nocase(charset, S("utf16"));
}

bool
mime_text(const struct mime *m, const struct mime_part *p, struct slice *out)
{
	struct slice charset = mime_param(p, "charset");
	iconv_t cd;
	char *in, *to;
	size_t left, room;
	uint8_t *text;

	if (!mime_content(m, p, out))
		return false;
	if (charset.len < 5 || !ascii_is_lost(charset))
		return true;
	cd = g_mime_iconv_open("UTF-8", (const char *)charset.p);
	if (cd == (iconv_t)-1)
		return true;
	/* Two bytes of UTF-16 are at most three of UTF-8; UTF-7 shrinks. */
	room = out->len * 2 + 16;
	text = arena_bytes(m->a, room);
	if (text == NULL) {
		(void)g_mime_iconv_close(cd);
		return false;
	}
	in = (char *)(uintptr_t)out->p;
	left = out->len;
	to = (char *)text;
	(void)iconv(cd, &in, &left, &to, &room);
	(void)g_mime_iconv_close(cd);
	*out = slice_of(text, (size_t)((uint8_t *)to - text));
	return true;
}
