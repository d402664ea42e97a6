#include "base/lang_mo.h"

/* Our catalogues are made here, so little-endian is the only order there is. */
static uint32_t
le32(struct slice mo, size_t at)
{
	const uint8_t *p = mo.p + at;

	if (at > mo.len || mo.len - at < 4)
		return 0;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* The i-th string of a table: its NUL-ended bytes, or NONE when out of bounds. */
static struct slice
string_at(struct slice mo, uint32_t table, uint32_t i)
{
	uint32_t len = le32(mo, table + (size_t)i * 8);
	uint32_t at = le32(mo, table + (size_t)i * 8 + 4);

	if (at >= mo.len || len >= mo.len - at || mo.p[at + len] != '\0')
		return SLICE_NONE;
	return slice_of(mo.p + at, len);
}

const char *
mo_find(const struct slice *mo, const char *msgid, unsigned form)
{
	uint32_t low = 0, high, ids, texts;

	if (mo->len < 28 || le32(*mo, 0) != 0x950412de)
		return NULL;
	high = le32(*mo, 8);
	ids = le32(*mo, 12);
	texts = le32(*mo, 16);
	/* The strings are sorted by bytes. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct slice id = string_at(*mo, ids, middle), text;
		int c;

		if (id.p == NULL)
			return NULL;
		/* A plural's key is "one\0many": strcmp sees the singular alone. */
		c = strcmp(msgid, (const char *)id.p);
		if (c < 0) {
			high = middle;
			continue;
		}
		if (c > 0) {
			low = middle + 1;
			continue;
		}
		text = string_at(*mo, texts, middle);
		while (form > 0 && text.p != NULL) {
			size_t end = slice_find_byte(text, '\0');

			if (end == SIZE_MAX)
				break; /* fewer forms than the rule: the last one */
			text = slice_from(text, end + 1);
			form--;
		}
		return text.len == 0 ? NULL : (const char *)text.p;
	}
	return NULL;
}
