#include <stdlib.h>

#include "parse/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A tag begins and ends with its brackets, and its name stands behind the first. */
static bool
stands(const uint8_t *data, size_t size, const struct xml_item *i)
{
	struct slice tag = slice_from(slice_of(data, size), i->at + 1);
	size_t colon = slice_find_byte(slice_sub(tag, 0, 256), ':');

	if (i->kind == XML_ITEM_END)
		return i->at > 0 && i->at <= size && data[i->at - 1] == '>';
	return i->at < size && data[i->at] == '<' && (slice_starts(tag, i->name) || colon != SIZE_MAX || i->name.len > 100 || !slice_utf8_ok(tag));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct xml_reader *r = NULL;
	struct xml_item i;
	struct source src;
	unsigned open = 0;

	source_of_slice(&src, slice_of(data, size));
	if (xml_open(&src, &XML_LIMITS, &r, &e)) {
		enum step step;

		while ((step = xml_next(r, &i, &e)) == STEP_ITEM) {
			if (i.kind == XML_ITEM_START && i.depth != ++open)
				abort();
			if (i.kind == XML_ITEM_END && i.depth != open--)
				abort();
			if (i.kind != XML_ITEM_TEXT && i.at != XML_AT_UNKNOWN && !stands(data, size, &i))
				abort();
		}
		if (step == STEP_END && open != 0)
			abort();
	}
	xml_free(&r);
	return 0;
}
