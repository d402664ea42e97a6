/*
 * country: names of countries and territories in the six languages, in the
 * wording of the United Nations (data/countries, made a table by its embed.py).
 */
#ifndef MODEL_COUNTRY_H
#define MODEL_COUNTRY_H

#include "base/buf.h"
#include "base/lang.h"
#include "base/slice.h"

struct country {
	char code[3]; /* ISO 3166, "ES" */
	const char *names[LANG_COUNT];
};
/* Sorted by code. */
extern const struct country country_rows[];
extern const size_t country_count;

/* By its code in capitals, as the store has it; NONE where the list has none. */
struct slice country_name(struct slice code, enum lang lang);
/* "Spain (ES)", or the code alone. */
void country_print(struct slice code, enum lang lang, struct buf *b);

#endif
