#include "intake/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct evidence ev;
	struct arena a;
	struct buf b;

	arena_init(&a, 8 << 20);
	buf_init(&b, 8 << 20);
	for (int html = 0; html < 2; html++) {
		evidence_init(&ev, &a);
		evidence_scan(&ev, slice_of(data, size), html != 0);
		evidence_json(ev.urls, ev.url_count, 1000, &b);
	}
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
