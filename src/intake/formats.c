#include "intake/formats.h"

const struct intake_format *const intake_formats[] = {
#define X(id) &intake_##id,
#include "intake/format_list.h"
#undef X
};

const size_t intake_format_count = sizeof(intake_formats) / sizeof(intake_formats[0]);

const struct intake_format *
intake_format_find(struct slice name)
{
	for (size_t i = 0; i < intake_format_count; i++) {
		if (slice_eq(intake_formats[i]->name, name))
			return intake_formats[i];
	}
	return NULL;
}

const struct intake_format *
intake_recognise(const struct intake_head *head, const struct intake *in)
{
	const struct intake_format *best = NULL;
	int sure = 0;

	for (size_t i = 0; i < intake_format_count; i++) {
		int unless = intake_formats[i]->unless, n;

		if (unless > 0 && sure >= unless && intake_option(in, S("mapping")).len == 0)
			continue;
		n = intake_formats[i]->recognise(head, in);
		if (n > sure) {
			sure = n;
			best = intake_formats[i];
		}
	}
	return best;
}

void
intake_warmup(void)
{
	static bool done;

	for (size_t i = 0; i < intake_format_count && !done; i++) {
		if (intake_formats[i]->warmup != NULL)
			intake_formats[i]->warmup();
	}
	done = true;
}
