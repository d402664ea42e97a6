/* First byte: how long the message is that is looked for, second: the plural form; then it, then a catalogue. */
#include "base/lang_mo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	char msgid[64] = "";
	size_t len;

	if (size < 2)
		return 0;
	len = data[0] % sizeof(msgid);
	rest = slice_from(rest, 2);
	if (len > 0 && rest.len >= len)
		memcpy(msgid, rest.p, len);
	rest = slice_from(rest, len);
	for (unsigned form = 0; form < 2; form++) {
		const char *text = mo_find(&rest, msgid, form == 0 ? 0 : data[1]);

		/* A text ends within the catalogue. */
		if (text != NULL && ((const uint8_t *)text < rest.p || (const uint8_t *)text + strlen(text) >= rest.p + rest.len))
			__builtin_trap();
	}
	return 0;
}
