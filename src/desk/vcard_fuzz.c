#include <stdlib.h>

#include "desk/vcard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written so that it is read the same again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), again;
	size_t line = 0, other = 0;
	struct err e = ERR_INIT;
	struct vcard v, w;
	struct arena a;
	struct buf b;
	bool found;

	if (size > (size_t)256 << 10)
		return 0;
	arena_init(&a, (size_t)32 << 20);
	buf_init(&b, (size_t)4 << 20);
	while (vcard_next(&rest, &line, &a, &v, &found, &e) && found) {
		buf_clear(&b);
		vcard_put(&v, &b);
		again = buf_view(&b);
		if (!buf_ok(&b) || slice_find_byte(v.name, '\r') != SIZE_MAX)
			continue;
		if (!vcard_next(&again, &other, &a, &w, &found, &e) || !found || w.lang_count > VCARD_LIST_MAX || w.mail.len > v.mail.len)
			abort();
	}
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
