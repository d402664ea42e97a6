#include "intake/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every mode on any bytes; children are read as what they are. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const options[] = { "mail=spam\ntrusted=192.0.2.0/24",
		"mail=complaint", "" };
	static struct intake in;

	intake_warmup();
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct source src;
		struct err e = ERR_INIT;

		intake_init(&in);
		in.format_named = S("mail");
		in.options = slice_of_str(options[i]);
		source_of_slice(&src, slice_of(data, size));
		if (!intake_read(&in, &src, &e) && e.text[0] == '\0')
			__builtin_trap(); /* a failure without a sentence */
		intake_fini(&in);
	}
	return 0;
}
