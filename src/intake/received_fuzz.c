#include "intake/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct received r;

	(void)received_read(slice_of(data, size), &r);
	(void)received_walk(slice_of(data, size), S("192.0.2.0/24, example.org"), &r);
	return 0;
}
