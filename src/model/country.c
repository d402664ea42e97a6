#include "model/country.h"

#include <stdlib.h>
#include <string.h>

static int
by_code(const void *code, const void *row)
{
	return memcmp(code, ((const struct country *)row)->code, 2);
}

struct slice
country_name(struct slice code, enum lang lang)
{
	const struct country *c = NULL;

	if (code.len == 2)
		c = bsearch(code.p, country_rows, country_count, sizeof(country_rows[0]), by_code);
	return c == NULL ? SLICE_NONE : slice_of_str(c->names[lang]);
}

void
country_print(struct slice code, enum lang lang, struct buf *b)
{
	struct slice name = country_name(code, lang);

	if (name.p == NULL)
		buf_put(b, code);
	else
		buf_printf(b, "%.*s (%.*s)", SLICE_ARG(name), SLICE_ARG(code));
}
