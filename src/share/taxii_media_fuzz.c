/* taxii_media: any header; what stands before a comma and behind it changes nothing that is said for sure. */
#include <stdlib.h>

#include "base/buf.h"
#include "share/taxii_media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct buf b;

	(void)taxii_media_accepted(s);
	(void)taxii_media_version_ok(s);
	buf_init(&b, (size_t)1 << 20);
	buf_str(&b, "application/taxii+json;version=2.1;q=0.3,");
	buf_put(&b, s);
	/* Only a range that is as close can take it back, and then one yes is enough. */
	if (buf_ok(&b) && !taxii_media_accepted(buf_view(&b)))
		abort();
	buf_fini(&b);
	return 0;
}
