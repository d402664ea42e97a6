/* First byte: which field; the rest: a value. What is clean stays as it is. */
#include <stdlib.h>

#include "model/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
type_once(enum field_type type, struct slice value, struct arena *a)
{
	struct err e = ERR_INIT;
	struct slice clean, again;

	(void)field_type_ok(type, value);
	if (!field_type_clean(type, value, a, &clean, &e))
		return;
	if (!field_type_clean(type, clean, a, &again, &e) || !slice_eq(clean, again))
		abort();
	if (!field_type_ok(type, clean))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice value, clean, again;
	struct err e = ERR_INIT;
	struct arena a;
	enum field f;

	if (size == 0)
		return 0;
	value = slice_of(data + 1, size - 1);
	arena_init(&a, 1 << 22);
	(void)field_find(value);
	type_once((enum field_type)(data[0] % (TYPE_JSON_DICT + 1)), value, &a);
	f = (enum field)(data[0] % FIELD_COUNT);
	if (field_clean(f, value, &a, &clean, &e) &&
	    (!field_clean(f, clean, &a, &again, &e) || !slice_eq(clean, again)))
		abort();
	arena_fini(&a);
	return 0;
}
