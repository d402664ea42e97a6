#include "parse/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>

#include "base/arena.h"

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
	/* Neither NOENT, nor DTDLOAD, nor HUGE: the defaults are the safe ones. */
	r->x = xmlReaderForIO(pull, NULL, r, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_COMPACT);
	if (r->x == NULL) {
		bool ours = r->failed;

		*e = r->e;
		free(r);
		return ours ? false : err_set(e, ERR_SYSTEM, "the XML reader does not start");
	}
	xmlTextReaderSetStructuredErrorHandler(r->x, complain, r);
	*out = r;
	return true;
}

#define HTML_BYTES_MAX ((size_t)16 << 20)
#define HTML_DEPTH_MAX 256 /* libxml2's own limit */

/*
 * Comments carry nothing, and some pages cut words and entities with them, so
 * that programs misread what people see. Without them *text is what is seen.
 */
static uint8_t *
comments_cut(struct slice *text)
{
	uint8_t *p = xalloc(text->len + 1);
	struct slice rest = *text;
	size_t n = 0, open, close;

	while ((open = slice_find(rest, S("<!--"))) != SIZE_MAX) {
		close = slice_find(slice_from(rest, open + 4), S("-->"));
		if (close == SIZE_MAX)
			break;
		memcpy(p + n, rest.p, open);
		n += open;
		rest = slice_from(rest, open + 4 + close + 3);
	}
	if (rest.len > 0)
		memcpy(p + n, rest.p, rest.len);
	*text = slice_of(p, n + rest.len);
	return p;
}

bool
xml_open_html(struct source *src, struct xml_reader **out, struct err *e)
{
	struct xml_reader *r;
	struct slice text;
	uint8_t *plain;

	if (!source_all(src, HTML_BYTES_MAX, &text, e))
		return false;
	plain = comments_cut(&text);
	r = xalloc(sizeof(*r));
	*r = (struct xml_reader){ .src = src, .limits = { HTML_BYTES_MAX, HTML_DEPTH_MAX }, .e = ERR_INIT };
	/* What is no UTF-8 says so itself, in a <meta>. */
	r->html = htmlReadMemory((const char *)text.p, (int)text.len, NULL,
	    slice_utf8_ok(text) ? "UTF-8" : NULL,
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT);
	free(plain);
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
		if (item(r, out))
			return STEP_ITEM;
	}
	*e = r->e;
	return STEP_FAIL;
}
