#include <stdlib.h>

#include "parse/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
		}
		if (step == STEP_END && open != 0)
			abort();
	}
	xml_free(&r);
	return 0;
}
