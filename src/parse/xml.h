/*
 * xml: a walk over an XML document (libxml2's text reader behind it), without
 * a tree, without recursion. No document type is taken: so no entity can be
 * defined, nothing expands, and nothing is fetched. Names come without their
 * namespace's prefix, as DMARC and RID senders disagree about those.
 */
#ifndef PARSE_XML_H
#define PARSE_XML_H

#include "base/source.h"

struct xml_limits {
	uint64_t bytes; /* of the document */
	unsigned depth;
};

extern const struct xml_limits XML_LIMITS; /* 64 MiB, 100 */

enum xml_kind { XML_ITEM_START, XML_ITEM_TEXT, XML_ITEM_END };

struct xml_item {
	enum xml_kind kind;
	struct slice name; /* START and END; valid until the next xml_next() */
	struct slice text; /* TEXT, UTF-8; long text may come in pieces */
	unsigned depth; /* of the element, or of the one around the text; root: 1 */
	uint64_t line; /* from 1; where libxml2 stands, at or just behind the item */
	/*
	 * In the source: where START's tag begins, behind what END ends with. In
	 * HTML of a START of <tr> alone. XML_AT_UNKNOWN where it is not known.
	 */
	uint64_t at;
};

#define XML_AT_UNKNOWN UINT64_MAX

/*
 * At an element's END: *offset, its START's at, and *length become its place.
 * Where it is not known that is 0 and 0, the whole document.
 */
void xml_place(const struct xml_item *end, uint64_t *offset, uint32_t *length);

struct xml_reader;

/*
 * A reader of the rest of src, which stays the caller's and must outlive it.
 * One text node holds at most 10 MB (libxml2's own limit), so that memory is
 * bounded whatever the document's size. Free with xml_free().
 */
bool xml_open(struct source *src, const struct xml_limits *limits,
    struct xml_reader **out, struct err *e) MUST_USE;
/*
 * The same walk over HTML as browsers take it: elements that were not closed
 * are, names come in small letters. It is held whole: 16 MiB at the most.
 */
bool xml_open_html(struct source *src, struct xml_reader **out, struct err *e) MUST_USE;
void xml_free(struct xml_reader **r);

/*
 * Behind a START: its attributes, one a call; false behind the last. The
 * slices are valid until the next call of any kind.
 */
bool xml_attribute(struct xml_reader *r, struct slice *name, struct slice *value);

/*
 * STEP_ITEM, STEP_END behind the root's end, or STEP_FAIL: not well-formed
 * (ERR_INPUT with the line), over a limit (ERR_LIMIT), or the source failed.
 * An element without content gives START and END too. After STEP_FAIL every
 * further call is STEP_FAIL.
 */
enum step xml_next(struct xml_reader *r, struct xml_item *out,
    struct err *e) MUST_USE;
/* The whole document, item by item, until take() says false. */
bool xml_each(struct source *src, const struct xml_limits *limits,
    bool (*take)(void *cookie, struct xml_reader *r, const struct xml_item *item, struct err *e),
    void *cookie, struct err *e) MUST_USE;

#endif
