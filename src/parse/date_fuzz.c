#include <stdlib.h>

#include "parse/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	char text[DATE_TEXT_MAX];
	struct date d, back;
	int64_t fast;

	(void)date_read_mail(s, &d);
	if (date_read_fast(s, &fast) && (!date_read(s, &d) || d.s != fast))
		abort();
	if (date_read(s, &d)) {
		size_t n = date_print(&d, text);

		if (!date_read(slice_of(text, n), &back) || back.s != d.s || back.us != d.us)
			abort();
		(void)date_print_mail(d.s, text);
	}
	return 0;
}
