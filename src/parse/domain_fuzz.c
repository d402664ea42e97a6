#include <stdlib.h>

#include "parse/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), out, plain;
	struct arena a;
	struct url u;

	arena_init(&a, 1 << 20);
	if (fqdn_read(s, &a, &out)) {
		if (!fqdn_ok(out))
			abort();
		(void)domain_registered(out, &a);
	}
	(void)fqdn_ok(s);
	(void)mailbox_ok(s);
	plain = url_refang(s, &a);
	(void)(plain.p != NULL && url_split(plain, &u));
	if (url_split(s, &u) && (u.host.p < data || u.host.p + u.host.len > data + size))
		abort();
	arena_fini(&a);
	return 0;
}
