/*
 * A table of networks as somebody else may have left it. The input is a list of
 * changes to a good table, six bytes each: a place and four bytes for it; the
 * checksum is then made right, so that what stands behind it is looked at. A
 * table that is opened answers for any address without leaving its memory.
 *
 * A real table's indexes have a million entries, which opening it looks at one by
 * one: five inputs a second. So the module is built here once more with short
 * ones; nothing else of it differs.
 */
#define NETWORKS_V4_BITS 4
#define NETWORKS_V6_BITS 6
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attrib/networks.c" /* NOLINT(bugprone-suspicious-include): with the index above */
#include "attrib/networks_build.c" /* NOLINT(bugprone-suspicious-include) */
#include "base/buf.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char csv[] =
    "192.0.2.0,192.0.2.255,64496,One\n"
    "198.51.100.0,198.51.100.127,64497,Two\n"
    "2001:db8::,2001:db8::ffff,64498,Three\n"
    "2001:db8:1::,2001:db8:1::ffff,64499,Four\n";

static void
file_put(const char *path, struct slice s)
{
	struct err e = ERR_INIT;

	if (!file_write(path, s, &e))
		abort();
}

static void
good_table(struct buf *out)
{
	char dir[] = "/tmp/fuzz-networks-XXXXXX", from[64], to[64];
	struct networks_built built;
	struct err e = ERR_INIT;

	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(from, sizeof(from), "%s/a.csv", dir);
	(void)snprintf(to, sizeof(to), "%s/table", dir);
	file_put(from, slice_of_str(csv));
	if (!networks_build(&(struct networks_source){ NETWORKS_ASN, from }, 1, to, &built, &e) ||
	    !file_read(to, out, &e))
		abort();
	(void)unlink(from);
	(void)unlink(to);
	(void)rmdir(dir);
}

/* Where a change goes: the header and the short tables more often than the long indexes. */
static size_t
place_of(const struct networks_header *h, uint16_t v, size_t len)
{
	unsigned which = v % (SECTION_COUNT + 1), at = v / (SECTION_COUNT + 1);

	if (which == SECTION_COUNT)
		return at % sizeof(*h);
	return (h->sections[which].at + (size_t)at * 4) % (len - 4);
}

static bool
put(int fd, const struct buf *from, size_t at, size_t n)
{
	return pwrite(fd, from->p + at, n, (off_t)at) == (ssize_t)n;
}

static void
ask(const struct networks *n, const uint8_t *p, size_t size)
{
	static const struct ip fixed[] = { { 0, 0 }, { 0, 0xffff00000000 }, { 0, 0xffffc0000201 },
		{ 0, 0xffffffffffff }, { 0x20010db800000000, 1 }, { 0x20010db800010000, 0 },
		{ 0x3fffffffffffffff, UINT64_MAX }, { UINT64_MAX, UINT64_MAX } };
	struct network got;
	struct ip ip = { 0, 0 }, first, last;
	volatile uint8_t sink = 0;

	memcpy(&ip, p, size < sizeof(ip) ? size : sizeof(ip));
	for (size_t i = 0; i <= sizeof(fixed) / sizeof(fixed[0]); i++) {
		struct ip at = i == 0 ? ip : fixed[i - 1];
		struct slice name;

		(void)networks_find(n, at, &got);
		name = networks_as_name(n, i == 0 ? 64496 : got.asn);
		for (size_t k = 0; k < name.len; k++)
			sink = (uint8_t)(sink + name.p[k]);
		networks_range(n, at, &first, &last);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf good, changed;
	static struct networks_header header; /* of the good one */
	struct networks *n = NULL;
	struct networks_header *h;
	struct err e = ERR_INIT;
	size_t places[64], count = 0;
	char path[64];
	static int fd = -1;

	if (fd < 0) {
		buf_init(&good, 16 << 20);
		buf_init(&changed, 16 << 20);
		good_table(&good);
		buf_put(&changed, buf_view(&good));
		memcpy(&header, good.p, sizeof(header));
		fd = memfd_create("table", MFD_CLOEXEC);
		if (fd < 0 || !fd_write_all(fd, buf_view(&good), &e))
			abort();
	}
	for (size_t i = 0; i + 6 <= size && count < 64; i += 6) {
		size_t at = place_of(&header, (uint16_t)(data[i] << 8 | data[i + 1]), changed.len);

		memcpy(changed.p + at, data + i + 2, 4);
		places[count++] = at;
	}
	h = (struct networks_header *)(void *)changed.p;
	h->checksum = networks_checksum(h, slice_from(buf_view(&changed), sizeof(*h)));
	if (!put(fd, &changed, 0, sizeof(*h)))
		abort();
	for (size_t i = 0; i < count; i++) {
		if (!put(fd, &changed, places[i], 4))
			abort();
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (networks_open(path, &n, &e))
		ask(n, data, size);
	else if (e.text[0] == '\0')
		abort();
	networks_close(&n);
	/* As it was, for the next input. */
	memcpy(changed.p, good.p, sizeof(header));
	for (size_t i = 0; i < count; i++) {
		memcpy(changed.p + places[i], good.p + places[i], 4);
		if (!put(fd, &good, places[i], 4))
			abort();
	}
	return 0;
}
