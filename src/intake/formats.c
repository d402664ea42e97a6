#include "intake/formats.h"

#include "base/buf.h"
#include "base/hash.h"

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

/* All keys that a format knows, each once, for an error's text. */
static void
keys_put(struct buf *b)
{
	for (size_t i = 0; i < intake_format_count; i++) {
		const struct intake_option_row *o = intake_formats[i]->options;

		for (; o != NULL && o->key.len > 0; o++) {
			if (slice_find(buf_view(b), o->key) != SIZE_MAX)
				continue;
			buf_str(b, b->len == 0 ? "" : ", ");
			buf_put(b, o->key);
		}
	}
}

bool
intake_option_check(struct slice key, struct slice value, struct err *e)
{
	struct buf b;

	for (size_t i = 0; i < intake_format_count; i++) {
		const struct intake_option_row *o = intake_formats[i]->options;

		for (; o != NULL && o->key.len > 0; o++) {
			if (slice_eq(o->key, key))
				return value.len == 0 || o->check == NULL || o->check(value, e) || err_within(e, "%.*s", SLICE_ARG(key));
		}
	}
	buf_init(&b, 4096);
	keys_put(&b);
	(void)err_set(e, ERR_INPUT, "no format knows the option %s; known are %.*s", QUOTE(key), SLICE_ARG(buf_view(&b)));
	buf_fini(&b);
	return false;
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
	/* The fingerprints of protected pages: libcrypto loads what it needs at the first one. */
	(void)sha256_of(S(""));
	done = true;
}
