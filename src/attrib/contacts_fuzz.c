/*
 * First byte: the kind of file; the rest: what somebody hands in as contacts. It
 * is refused with a sentence, or taken; and then the same file changes nothing.
 */
#include <stdlib.h>

#include "attrib/contacts_import.h"
#include "store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
import(struct store *s, enum contacts_kind kind, struct slice text, struct contacts_diff *d)
{
	const struct contact about = { .scope = SCOPE_DOMAIN, .value = S("example.org") };
	struct err e = ERR_INIT;
	struct source src;

	source_of_slice(&src, text);
	if (contacts_import(s, kind, S("fuzz"), &about, &src, d, &e))
		return true;
	if (e.text[0] == '\0')
		abort();
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store *s;
	struct contacts_diff d, again;
	struct err e = ERR_INIT;
	enum contacts_kind kind;
	struct slice text;

	if (size == 0)
		return 0;
	if (s == NULL && !store_open(":memory:", &(struct db_options){ 0 }, &s, &e))
		abort();
	kind = (enum contacts_kind)(data[0] % (CONTACTS_RFC2350 + 1));
	text = slice_of(data + 1, size - 1);
	if (import(s, kind, text, &d)) {
		if (!contacts_import_apply(s, S("fuzz"), &d, &e))
			abort();
		/* The moment of looking is no change; all else is as it was. */
		if (!import(s, kind, text, &again) || again.change_count != 0 || again.same != d.count)
			abort();
		contacts_diff_free(&again);
	}
	contacts_diff_free(&d);
	return 0;
}
