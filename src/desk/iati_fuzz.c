#include <stdlib.h>

#include "desk/iati_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
take(void *cookie, struct iati_activity *x, struct err *e)
{
	(void)cookie;
	(void)e;
	if (x->title_count > IATI_NAMES_MAX || x->country_count > IATI_NAMES_MAX || x->topic_count > IATI_NAMES_MAX ||
	    x->other_count > IATI_NAMES_MAX || x->money_count > IATI_TRANSACTIONS_MAX)
		abort();
	for (size_t i = 0; i < x->money_count; i++) {
		if (x->money[i].amount.len > 400 || x->money[i].org_name.len > 400)
			abort();
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;

	if (size <= (size_t)1 << 20 && !iati_read(slice_of(data, size), take, NULL, &e) && e.text[0] == '\0')
		abort();
	return 0;
}
