/*
 * networks_bench ASN.csv... -- COUNTRY.csv...: build the table of the whole
 * Internet and look addresses up on one core.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attrib/networks.h"

#define ROUNDS 20480000

static uint64_t state = 88172645463325252u;

static uint64_t
random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

#define MANY 256

/* All on one core and none of it waits for anything but memory: the processor's time is the time. */
static int64_t
cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
measure(const struct networks *n, const char *what, int v6_of_8, bool many)
{
	static struct ip ips[MANY];
	static struct network out[MANY];
	uint64_t found = 0;
	int64_t t = cpu_ns();
	double rate;

	for (int i = 0; i < ROUNDS; i += MANY) {
		for (int k = 0; k < MANY; k++) {
			uint64_t r = random_next();

			ips[k] = (k & 7) < v6_of_8 ? (struct ip){ 0x2000000000000000 | r >> 3, r } : ip_of_v4((uint32_t)r);
		}
		if (many)
			networks_find_many(n, ips, MANY, out);
		for (int k = 0; k < MANY; k++) {
			if (!many)
				(void)networks_find(n, ips[k], &out[k]);
			found += out[k].asn != 0;
		}
	}
	rate = ROUNDS / ((double)(cpu_ns() - t) / 1e9);
	printf("%-32s %6.1f million look-ups/s  ratio to 20 million: %.2f  (%.0f %% known)\n", what,
	    rate / 1e6, rate / 20e6, 100.0 * (double)found / ROUNDS);
}

int
main(int argc, char **argv)
{
	struct networks_source sources[32];
	enum networks_kind kind = NETWORKS_ASN;
	struct networks_built built;
	struct networks *n = NULL;
	struct err e = ERR_INIT;
	char path[] = "/tmp/entente-networks-bench";
	size_t count = 0;
	int64_t t;
	double s;

	for (int i = 1; i < argc && count < 32; i++) {
		if (strcmp(argv[i], "--") == 0)
			kind = NETWORKS_COUNTRY;
		else
			sources[count++] = (struct networks_source){ kind, argv[i] };
	}
	t = cpu_ns();
	if (!networks_build(sources, count, path, &built, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	s = (double)(cpu_ns() - t) / 1e9;
	printf("%-32s %6.2f s  ratio of 1 s: %.2f  (%llu IPv4 and %llu IPv6 ranges)\n", "build", s, s,
	    (unsigned long long)built.ranges_v4, (unsigned long long)built.ranges_v6);
	printf("%-32s %6.1f MiB  ratio of 64 MiB: %.2f\n", "table", (double)built.bytes / 1048576,
	    (double)built.bytes / 1048576 / 64);
	t = cpu_ns();
	if (!networks_open(path, &n, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	printf("%-32s %6.1f ms\n", "open and verify", (double)(cpu_ns() - t) / 1e6);
	measure(n, "IPv4, random, many at once", 0, true);
	measure(n, "one in eight IPv6, many at once", 1, true);
	measure(n, "IPv4, random, one by one", 0, false);
	measure(n, "one in eight IPv6, one by one", 1, false);
	measure(n, "IPv6, random, one by one", 8, false);
	networks_close(&n);
	(void)remove(path);
	return 0;
}
