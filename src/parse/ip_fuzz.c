#include <stdlib.h>

#include "parse/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	char text[PREFIX_TEXT_MAX];
	struct err e = ERR_INIT;
	struct prefix p, q;
	struct ip ip, back;

	if (ip_parse(s, &ip, &e)) {
		size_t n = ip_print(ip, text);

		if (!ip_read(slice_of(text, n), &back) || ip_cmp(ip, back) != 0)
			abort();
		(void)ip_is_special(ip);
	}
	if (prefix_read_loose(s, &p)) {
		size_t n = prefix_print(&p, text);

		if (!prefix_parse(slice_of(text, n), &q, &e) ||
		    ip_cmp(p.ip, q.ip) != 0 || p.bits != q.bits)
			abort();
		(void)prefix_within(p.ip, p.ip, prefix_last(&p));
	}
	return 0;
}
