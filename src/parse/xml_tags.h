/*
 * xml_tags: where the tags of an XML document stand. libxml2 reads ahead and
 * does not say; so the bytes that it is given pass here first. What is not
 * well-formed fails there, and what a tag is is told apart by a few characters:
 *
 *	text --<--> tag ------>--> text       quotes in a tag hide a ">"
 *	             |-- !-- comment -- -->
 *	             |-- ![CDATA[ ... ]]>
 *	             `-- ? ... ?>
 */
#ifndef PARSE_XML_TAGS_H
#define PARSE_XML_TAGS_H

#include "base/slice.h"

enum xml_tags_state { TAGS_TEXT, TAGS_OPEN, TAGS_TAG, TAGS_BANG, TAGS_COMMENT, TAGS_CDATA, TAGS_PI };

struct xml_tags {
	enum xml_tags_state state;
	uint64_t at; /* of the next byte */
	uint64_t begin; /* of the tag at hand */
	uint8_t quote; /* that is open in it, or 0 */
	uint8_t last[2]; /* the two bytes before */
	unsigned n; /* bytes of the tag behind "<" */
	bool closing, lost;
	/* those that are not asked for yet */
	uint64_t *v;
	size_t count, next, cap;
};

void xml_tags_init(struct xml_tags *t, uint64_t at);
void xml_tags_fini(struct xml_tags *t);
void xml_tags_take(struct xml_tags *t, struct slice bytes);
/* Of the next tag's begin or end, in the document's order; UINT64_MAX where it is not known. */
uint64_t xml_tags_next(struct xml_tags *t);

#endif
