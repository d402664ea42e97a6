#include <stdlib.h>

#include "model/stix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stix_object o;
	struct err e = ERR_INIT;
	char id[STIX_ID_MAX], again[STIX_ID_MAX];
	struct slice type, uuid;
	struct arena a;

	arena_init(&a, (size_t)32 << 20);
	if (stix_read(slice_of(data, size), &a, &o, &e)) {
		if (!stix_id_split(o.id, &type, &uuid) || !slice_eq(type, o.type_name))
			abort();
		if (o.has_created && o.has_modified && o.modified_us < o.created_us)
			abort();
		if (stix_observable_id(o.json, &a, id) &&
		    (!stix_id_split(slice_of_str(id), &type, &uuid) || !stix_observable_id(o.json, &a, again) || strcmp(id, again) != 0))
			abort();
	} else if (e.text[0] == '\0') {
		abort();
	}
	arena_fini(&a);
	return 0;
}
