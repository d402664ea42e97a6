#include <stdlib.h>

#include "model/desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A version of a record as somebody sends it; and, of a text "KIND FIELD VALUE",
 * what a person types. What is taken is written the same again.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size), rest = text, kind, field;
	struct desk_record r, again;
	struct err e = ERR_INIT;
	const struct desk_field *f;
	enum desk_kind k;
	struct arena a;
	struct buf b, shown;

	if (size > DESK_DOC_BYTES_MAX)
		return 0;
	arena_init(&a, (size_t)32 << 20);
	buf_init(&b, DESK_DOC_BYTES_MAX);
	buf_init(&shown, DESK_DOC_BYTES_MAX);
	if (desk_doc_read(text, &a, &r, &e)) {
		again = r;
		if (!desk_doc_write(&again, &a, &e) || !slice_eq(again.json, text))
			abort();
		(void)desk_due(&r, NULL);
	}
	if (slice_cut(&rest, ' ', &kind) && slice_cut(&rest, ' ', &field) && desk_kind_find(kind, &k) &&
	    (f = desk_field_find(desk_kind_of(k), field)) != NULL && rest.p != NULL && desk_value_type(f, rest, &b, &e)) {
		const struct json *v;

		if (!json_parse(buf_view(&b), &JSON_LIMITS, &a, &v, &e) || !desk_value_put(f, v, &shown, &e) ||
		    !slice_eq(buf_view(&b), buf_view(&shown)))
			abort();
		desk_value_print(f, v, "fr", &shown);
	}
	buf_fini(&shown);
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
