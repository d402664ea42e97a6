#include "parse/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>

#include "base/arena.h"
#include "parse/xml_tags.h"

const struct xml_limits XML_LIMITS = {
	/* The largest DMARC reports unpack to some 20 MB. */
	.bytes = (uint64_t)64 << 20,
	.depth = 100,
};

struct xml_reader {
	xmlTextReaderPtr x;
	struct source *src;
	struct xml_limits limits;
	uint64_t read;
	struct xml_tags tags;
	bool end_due; /* of an element without content */
	bool on_attribute;
	xmlDocPtr html; /* the tree that is walked, where it is HTML */
	bool failed;
	struct err e; /* the first thing that went wrong */
};

static struct slice
slice_of_xml(const xmlChar *s)
{
	return s == NULL ? S("") : slice_of(s, (size_t)xmlStrlen(s));
}

static bool
fail(struct xml_reader *r)
{
	r->failed = true;
	return false;
}

/*
 * libxml2 asks for bytes; -1 ends the walk with r->e. It gets all it asked for
 * while there is more: else where it fails would depend on the pulls' sizes.
 */
static int
pull(void *cookie, char *p, int cap)
{
	struct xml_reader *r = cookie;
	size_t got = 0, want = (size_t)cap;

	while (!r->failed && got < want) {
		size_t n = r->src->window.len < want - got ? r->src->window.len : want - got;

		if (n == 0) {
			if (r->src->eof)
				break;
			if (!source_more(r->src, &r->e))
				(void)fail(r);
			continue;
		}
		if (n > r->limits.bytes - r->read) {
			(void)err_set(&r->e, ERR_LIMIT, "XML of more than %llu bytes",
			    (unsigned long long)r->limits.bytes);
			(void)fail(r);
			break;
		}
		memcpy(p + got, r->src->window.p, n);
		xml_tags_take(&r->tags, slice_sub(r->src->window, 0, n));
		source_advance(r->src, n);
		r->read += n;
		got += n;
	}
	return r->failed ? -1 : (int)got;
}

/* Also keeps libxml2 from printing to standard error. */
static void
complain(void *cookie, xmlErrorPtr x)
{
	struct xml_reader *r = cookie;

	if (r->failed || x->level < XML_ERR_ERROR)
		return;
	(void)err_set(&r->e, ERR_INPUT, "XML, line %d: not well-formed", x->line);
	(void)err_cause(&r->e, "libxml2 %d", x->code);
	(void)fail(r);
}

bool
xml_open(struct source *src, const struct xml_limits *limits,
    struct xml_reader **out, struct err *e)
{
	struct xml_reader *r = xalloc(sizeof(*r));

	*r = (struct xml_reader){ .src = src, .limits = *limits, .e = ERR_INIT };
	xml_tags_init(&r->tags, src->offset);
	/* Neither NOENT, nor DTDLOAD, nor HUGE: the defaults are the safe ones. */
	r->x = xmlReaderForIO(pull, NULL, r, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_COMPACT);
	if (r->x == NULL) {
		bool ours = r->failed;

		*e = r->e;
		xml_tags_fini(&r->tags);
		free(r);
		if (!ours)
			(void)err_set(e, ERR_SYSTEM, "the XML reader does not start");
		return false;
	}
	xmlTextReaderSetStructuredErrorHandler(r->x, complain, r);
	*out = r;
	return true;
}

#define HTML_BYTES_MAX ((size_t)16 << 20)
#define HTML_DEPTH_MAX 256 /* libxml2's own limit */

#define HTML_AT "entente-at"

/* Text without comments; each <tr> is told where it stands, which the tree forgets. */
static void
rows_mark(struct slice text, uint64_t at, struct buf *out)
{
	struct slice all = text;
	size_t n;

	while ((n = slice_find_byte(text, '<')) != SIZE_MAX) {
		struct slice tag = slice_from(text, n);
		bool row = slice_starts_nocase(tag, S("<tr")) && tag.len > 3 && (byte_is_space(tag.p[3]) || tag.p[3] == '>');

		buf_put(out, slice_sub(text, 0, n + (row ? 3 : 1)));
		/* Rows upon rows: they need no more than the page itself. */
		if (row && out->len < 2 * HTML_BYTES_MAX)
			buf_printf(out, " " HTML_AT "=%llu", (unsigned long long)(at + (uint64_t)(tag.p - all.p)));
		text = slice_from(tag, row ? 3 : 1);
	}
	buf_put(out, text);
}

/*
 * Comments carry nothing, and some pages cut words and entities with them, so
 * that programs misread what people see. Without them it is what is seen.
 */
static void
html_prepare(struct slice text, uint64_t at, struct buf *out)
{
	size_t open, close;

	while ((open = slice_find(text, S("<!--"))) != SIZE_MAX) {
		close = slice_find(slice_from(text, open + 4), S("-->"));
		if (close == SIZE_MAX)
			break;
		rows_mark(slice_sub(text, 0, open), at, out);
		text = slice_from(text, open + 4 + close + 3);
		at += open + 4 + close + 3;
	}
	rows_mark(text, at, out);
}

/* Where a row stands, as html_prepare() noted: its first attribute, whatever the page says. */
static uint64_t
html_place(struct xml_reader *r)
{
	xmlChar *text = xmlTextReaderGetAttribute(r->x, (const xmlChar *)HTML_AT);
	uint64_t at = XML_AT_UNKNOWN;

	if (text != NULL && !slice_u64(slice_of_xml(text), &at))
		at = XML_AT_UNKNOWN;
	xmlFree(text);
	return at;
}

bool
xml_open_html(struct source *src, struct xml_reader **out, struct err *e)
{
	struct xml_reader *r;
	struct slice text;
	struct buf marked;

	if (!source_all(src, HTML_BYTES_MAX, &text, e))
		return false;
	buf_init(&marked, 4 * HTML_BYTES_MAX);
	html_prepare(text, src->offset, &marked);
	r = xalloc(sizeof(*r));
	*r = (struct xml_reader){ .src = src, .limits = { HTML_BYTES_MAX, HTML_DEPTH_MAX }, .e = ERR_INIT };
	/* What is no UTF-8 says so itself, in a <meta>. */
	r->html = htmlReadMemory(buf_cstr(&marked), (int)marked.len, NULL,
	    slice_utf8_ok(text) ? "UTF-8" : NULL,
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	buf_fini(&marked);
	r->x = r->html == NULL ? NULL : xmlReaderWalker(r->html);
	if (r->x == NULL) {
		xml_free(&r);
		return err_set(e, ERR_INPUT, "this is no HTML");
	}
	*out = r;
	return true;
}

bool
xml_attribute(struct xml_reader *r, struct slice *name, struct slice *value)
{
	int step = r->failed ? 0 : r->on_attribute ? xmlTextReaderMoveToNextAttribute(r->x) :
	    xmlTextReaderMoveToFirstAttribute(r->x);

	r->on_attribute = step == 1;
	if (step != 1) {
		(void)xmlTextReaderMoveToElement(r->x);
		return false;
	}
	*name = slice_of_xml(xmlTextReaderConstLocalName(r->x));
	*value = slice_of_xml(xmlTextReaderConstValue(r->x));
	return true;
}

void
xml_free(struct xml_reader **r)
{
	if (*r == NULL)
		return;
	if ((*r)->x != NULL)
		xmlFreeTextReader((*r)->x);
	if ((*r)->html != NULL)
		xmlFreeDoc((*r)->html);
	xml_tags_fini(&(*r)->tags);
	free(*r);
	*r = NULL;
}

/* Turn libxml2's node into an item; false where it is none of interest. */
static bool
item(struct xml_reader *r, struct xml_item *out)
{
	int depth = xmlTextReaderDepth(r->x), type = xmlTextReaderNodeType(r->x);
	int line = r->html != NULL ? (int)xmlGetLineNo(xmlTextReaderCurrentNode(r->x)) :
	    xmlTextReaderGetParserLineNumber(r->x);

	*out = (struct xml_item){
		.depth = depth < 0 ? 0 : (unsigned)depth,
		.line = line < 1 ? 1 : (uint64_t)line,
		.at = XML_AT_UNKNOWN,
	};
	switch (type) {
	case XML_READER_TYPE_ELEMENT:
	case XML_READER_TYPE_END_ELEMENT:
		out->kind = type == XML_READER_TYPE_ELEMENT ? XML_ITEM_START : XML_ITEM_END;
		out->name = slice_of_xml(xmlTextReaderConstLocalName(r->x));
		out->depth++;
		if (out->depth > r->limits.depth) {
			(void)err_set(&r->e, ERR_LIMIT, "XML, line %llu: more than %u nested elements",
			    (unsigned long long)out->line, r->limits.depth);
			return fail(r);
		}
		r->end_due = type == XML_READER_TYPE_ELEMENT &&
		    xmlTextReaderIsEmptyElement(r->x) == 1;
		return true;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		out->kind = XML_ITEM_TEXT;
		out->text = slice_of_xml(xmlTextReaderConstValue(r->x));
		return true;
	case XML_READER_TYPE_DOCUMENT_TYPE:
	case XML_READER_TYPE_ENTITY_REFERENCE:
		/* HTML's says which HTML it is, and defines nothing. */
		if (r->html != NULL)
			return false;
		(void)err_set(&r->e, ERR_INPUT, "XML, line %llu: a document type or an entity of its own is not taken",
		    (unsigned long long)out->line);
		return fail(r);
	default: /* comments and processing instructions say nothing to us */
		return false;
	}
}

static void
place(struct xml_reader *r, struct xml_item *out)
{
	if (r->html == NULL && out->kind != XML_ITEM_TEXT)
		out->at = xml_tags_next(&r->tags);
	else if (out->kind == XML_ITEM_START && slice_eq(out->name, S("tr")))
		out->at = html_place(r);
}

enum step
xml_next(struct xml_reader *r, struct xml_item *out, struct err *e)
{
	if (r->on_attribute)
		(void)xmlTextReaderMoveToElement(r->x);
	r->on_attribute = false;
	if (r->end_due && !r->failed) {
		bool ok = item(r, out);

		r->end_due = false;
		out->kind = XML_ITEM_END;
		place(r, out);
		if (ok)
			return STEP_ITEM;
	}
	while (!r->failed) {
		int step = xmlTextReaderRead(r->x);

		if (r->failed)
			break;
		if (step == 0)
			return STEP_END;
		if (step < 0) {
			(void)err_set(&r->e, ERR_INPUT, "XML, line %d: not well-formed",
			    xmlTextReaderGetParserLineNumber(r->x));
			(void)fail(r);
			break;
		}
		if (item(r, out)) {
			place(r, out);
			return STEP_ITEM;
		}
	}
	*e = r->e;
	return STEP_FAIL;
}

void
xml_place(const struct xml_item *end, uint64_t *offset, uint32_t *length)
{
	uint64_t n = end->at - *offset;

	*length = 0;
	if (*offset == XML_AT_UNKNOWN || end->at == XML_AT_UNKNOWN || end->at < *offset)
		*offset = 0;
	else
		*length = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

bool
xml_each(struct source *src, const struct xml_limits *limits,
    bool (*take)(void *cookie, struct xml_reader *r, const struct xml_item *item, struct err *e),
    void *cookie, struct err *e)
{
	struct xml_reader *r = NULL;
	struct xml_item item;
	enum step step = STEP_ITEM;
	bool ok = xml_open(src, limits, &r, e);

	while (ok && (step = xml_next(r, &item, e)) == STEP_ITEM)
		ok = take(cookie, r, &item, e);
	xml_free(&r);
	return ok && step == STEP_END;
}
