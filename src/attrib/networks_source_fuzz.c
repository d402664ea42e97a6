/*
 * First byte: CSV or MaxMind DB, of AS or of countries; the rest: the file.
 * Ranges that come out have their ends in order and are of one family, as
 * networks_build() takes for granted.
 */
#include "attrib/networks_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[2][32];

static void
forget(void)
{
	(void)unlink(path[0]);
	(void)unlink(path[1]);
}

/* The name says what it is, so each kind has its file. */
static int
file_of(bool mmdb)
{
	static int fds[2] = { -1, -1 };
	int fd = fds[mmdb];

	if (fd >= 0)
		return fd;
	(void)snprintf(path[mmdb], sizeof(path[mmdb]), mmdb ? "/tmp/fuzz-XXXXXX.mmdb" : "/tmp/fuzz-XXXXXX.csv");
	fd = fds[mmdb] = mkstemps(path[mmdb], mmdb ? 5 : 4);
	if (fd < 0 || (fds[!mmdb] < 0 && atexit(forget) != 0))
		abort();
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ranges r = { .sorted = true };
	struct networks_source source;
	struct err e = ERR_INIT;
	struct names names;
	uint64_t bad = 0;
	bool mmdb;
	int fd;

	if (size == 0)
		return 0;
	mmdb = (data[0] & 1) != 0;
	fd = file_of(mmdb);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data + 1, size - 1, 0) != (ssize_t)size - 1)
		abort();
	source = (struct networks_source){ (data[0] & 2) != 0 ? NETWORKS_COUNTRY : NETWORKS_ASN, path[mmdb] };
	names_init(&names);
	if (networks_source_read(&source, &names, &r, &bad, &e)) {
		for (size_t i = 0; i < r.count; i++) {
			if (ip_cmp(r.v[i].first, r.v[i].last) > 0 || r.v[i].value == 0)
				abort();
		}
	} else if (e.text[0] == '\0') {
		abort();
	}
	names_fini(&names);
	free(r.v);
	return 0;
}
