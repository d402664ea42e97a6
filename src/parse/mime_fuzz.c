#include "parse/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mime m = MIME_NONE;
	struct arena a;
	struct err e = ERR_INIT;
	struct mime_header h;
	struct slice rest, text;

	mime_warmup();
	arena_init(&a, 64 << 20);
	if (mime_open(&m, slice_of(data, size), &MIME_LIMITS, &a, &e)) {
		for (size_t i = 0; i < m.count; i++) {
			(void)mime_name(&m.parts[i]);
			(void)mime_text(&m, &m.parts[i], &text);
		}
		rest = m.head;
		while (mime_header_next(&rest, &h)) {
			(void)mime_header_text(h.value, 200, &a);
			(void)mime_address(h.value);
		}
	}
	mime_close(&m);
	arena_fini(&a);
	return 0;
}
