#include "parse/mime_gate.h"

#include <gmime/gmime.h>

/*
 * Lines "--..." times open boundaries: what GMime compares. Half a second's
 * worth; a mail that is all such lines needs a fifth of it at depth 1.
 */
#define COMPARISONS_MAX 100000000

struct gate {
	const struct mime_limits *limits;
	struct arena *a;
	struct slice bytes;
	uint8_t *copy; /* NULL until something must be changed */
	struct slice *open; /* boundaries, the innermost last */
	size_t depth, parts, headers, comparisons;
	/* of the header block being read */
	struct slice boundary;
	bool typed; /* it has a Content-Type already */
	bool message; /* its content is a message: header lines follow */
};

/* The headers that GMime parses into lists, and those of the part itself. */
static bool
taken_apart(struct slice name)
{
	static const struct slice names[] = { S_INIT("to"), S_INIT("cc"),
		S_INIT("bcc"), S_INIT("from"), S_INIT("sender"),
		S_INIT("reply-to"), S_INIT("content-type"),
		S_INIT("content-disposition"), S_INIT("references"),
		S_INIT("autocrypt"), S_INIT("date"), S_INIT("message-id"),
		S_INIT("content-id"), S_INIT("content-transfer-encoding") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq_nocase(name, names[i]))
			return true;
	return false;
}

/*
 * GMime's own reading of a Content-Type, so that the gate and the parser see
 * the same boundary whatever way it is written. False: the arena is full.
 */
static bool
type_read(struct gate *g, struct slice value)
{
	char *text = arena_str(g->a, value);
	GMimeContentType *type;
	const char *boundary;

	if (text == NULL)
		return false;
	type = g_mime_content_type_parse(NULL, text);
	boundary = g_mime_content_type_get_parameter(type, "boundary");
	g->message = g_mime_content_type_is_type(type, "message", "*");
	if (boundary != NULL && g_mime_content_type_is_type(type, "multipart", "*"))
		g->boundary = arena_copy(g->a, slice_of_str(boundary));
	g_object_unref(type);
	return !g->a->failed;
}

/* Give a header that GMime shall not look into another name, in a copy. */
static bool
hide(struct gate *g, struct slice name)
{
	if (g->copy == NULL) {
		g->copy = arena_bytes(g->a, g->bytes.len);
		if (g->copy == NULL)
			return false;
		memcpy(g->copy, g->bytes.p, g->bytes.len);
	}
	g->copy[name.p - g->bytes.p] = '_';
	return true;
}

static bool
header(struct gate *g, struct slice line)
{
	size_t colon = slice_find_byte(slice_sub(line, 0, 256), ':');
	struct slice name = slice_trim(slice_sub(line, 0,
	    colon == SIZE_MAX ? 0 : colon));
	struct slice value = slice_from(line, name.len == 0 ? line.len : colon + 1);

	g->headers++;
	if (name.len == 0)
		return true;
	if (line.len > g->limits->header_bytes && taken_apart(name))
		return hide(g, name);
	if (!slice_eq_nocase(name, S("content-type")))
		return true;
	/* Of two only one can count; let it be the first for both of us. */
	if (g->typed)
		return hide(g, name);
	g->typed = true;
	return type_read(g, value);
}

/* The open boundary that a line is, and whether it closes it. */
static size_t
boundary_find(const struct gate *g, struct slice line, bool *close_out)
{
	struct slice text = slice_from(line, 2);

	if (!slice_starts(line, S("--")))
		return SIZE_MAX;
	for (size_t i = g->depth; i > 0; i--) {
		struct slice rest;

		if (g->open[i - 1].len == 0 || !slice_starts(text, g->open[i - 1]))
			continue;
		rest = slice_from(text, g->open[i - 1].len);
		*close_out = slice_starts(rest, S("--"));
		rest = slice_from(rest, *close_out ? 2 : 0);
		if (slice_trim(rest).len == 0)
			return i - 1;
	}
	return SIZE_MAX;
}

/* The end of the line that begins at off: behind its LF. */
static size_t
line_end(struct slice bytes, size_t off)
{
	const uint8_t *lf = memchr(bytes.p + off, '\n', bytes.len - off);

	return lf == NULL ? bytes.len : (size_t)(lf - bytes.p) + 1;
}

/* A header block from *off on; behind it, off is the content's. */
static bool
block(struct gate *g, size_t *off)
{
	g->boundary = SLICE_NONE;
	g->message = false;
	g->typed = false;
	while (*off < g->bytes.len && g->headers <= g->limits->headers) {
		size_t end = line_end(g->bytes, *off);
		bool close;

		/* A boundary ends a block that lacks its empty line. */
		if (boundary_find(g, slice_sub(g->bytes, *off, end - *off),
		    &close) != SIZE_MAX)
			return true;
		if (slice_trim(slice_sub(g->bytes, *off, end - *off)).len == 0 &&
		    end - *off <= 2) {
			*off = end;
			return true;
		}
		while (end < g->bytes.len && (g->bytes.p[end] == ' ' ||
		    g->bytes.p[end] == '\t'))
			end = line_end(g->bytes, end);
		if (!header(g, slice_sub(g->bytes, *off, end - *off)))
			return false;
		*off = end;
	}
	return true;
}

/* What reaches a limit, as a sentence; false when nothing does. */
static bool
over(const struct gate *g, struct err *why)
{
	if (g->depth > g->limits->depth) {
		(void)err_set(why, ERR_LIMIT, "more than %zu nested parts; the rest was not read",
		    g->limits->depth);
		return true;
	}
	if (g->parts > g->limits->parts) {
		(void)err_set(why, ERR_LIMIT, "more than %zu parts; the rest was not read",
		    g->limits->parts);
		return true;
	}
	if (g->comparisons > COMPARISONS_MAX) {
		(void)err_set(why, ERR_LIMIT, "too many lines that look like boundaries; the rest was not read");
		return true;
	}
	if (g->headers > g->limits->headers) {
		(void)err_set(why, ERR_LIMIT, "more than %zu header lines; the rest was not read",
		    g->limits->headers);
		return true;
	}
	return false;
}

bool
mime_gate(struct slice bytes, const struct mime_limits *limits,
    struct arena *a, struct slice *out_view, bool *cut_out, struct err *why)
{
	struct gate g = { .limits = limits, .a = a, .bytes = bytes };
	size_t off = 0, begin = 0;
	bool in_head = true;

	*cut_out = false;
	*out_view = bytes;
	if (bytes.len < MIME_GATE_BYTES)
		return true;
	g.open = arena_array(a, limits->depth + 2, sizeof(*g.open));
	if (g.open == NULL)
		return false;
	while (off < bytes.len) {
		size_t at;
		bool closes;

		if (in_head) {
			begin = off;
			if (!block(&g, &off))
				return false;
			in_head = g.message;
			if (g.message)
				/* An empty boundary: a level that no line ends. */
				g.open[g.depth++] = SLICE_NONE;
			else if (g.boundary.len > 0)
				g.open[g.depth++] = g.boundary;
			if ((*cut_out = over(&g, why)))
				break;
			continue;
		}
		begin = off;
		off = line_end(bytes, off);
		if (g.depth == 0)
			break; /* no boundary is open: nothing else can come */
		if (bytes.p[begin] == '-') {
			g.comparisons += g.depth;
			if (g.comparisons > COMPARISONS_MAX &&
			    (*cut_out = over(&g, why)))
				break;
		}
		at = boundary_find(&g, slice_sub(bytes, begin, off - begin),
		    &closes);
		if (at == SIZE_MAX)
			continue;
		g.depth = closes ? at : at + 1;
		if (closes)
			continue;
		g.parts++;
		in_head = true;
		if ((*cut_out = over(&g, why)))
			break;
	}
	out_view->len = *cut_out ? begin : bytes.len;
	if (g.copy != NULL)
		out_view->p = g.copy;
	return true;
}
