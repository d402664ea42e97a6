/*
 * networks_bench ASN.csv... -- COUNTRY.csv...: build the table of the whole
 * Internet and look addresses up on one core.
 */
#include <stdio.h>
#include <string.h>

#include "attrib/networks.h"
#include "base/clock.h"

#define ROUNDS 20000000

static uint64_t state = 88172645463325252u;

static uint64_t
random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void
measure(const struct networks *n, const char *what, int v6_of_8, double limit)
{
	uint64_t found = 0;
	struct network out;
	int64_t t = clock_mono_ns();
	double rate;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t r = random_next();
		struct ip ip = (i & 7) < v6_of_8 ? (struct ip){ 0x2000000000000000 | r >> 3, r } : ip_of_v4((uint32_t)r);

		found += networks_find(n, ip, &out) ? out.asn != 0 : 0;
	}
	rate = ROUNDS / ((double)(clock_mono_ns() - t) / 1e9);
	printf("%-24s %6.1f million look-ups/s  ratio to %.0f million: %.2f  (%.0f %% known)\n", what,
	    rate / 1e6, limit / 1e6, rate / limit, 100.0 * (double)found / ROUNDS);
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
	t = clock_mono_ns();
	if (!networks_build(sources, count, path, &built, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	s = (double)(clock_mono_ns() - t) / 1e9;
	printf("%-24s %6.2f s  ratio of 1 s: %.2f  (%llu IPv4 and %llu IPv6 ranges)\n", "build", s, s,
	    (unsigned long long)built.ranges_v4, (unsigned long long)built.ranges_v6);
	printf("%-24s %6.1f MiB  ratio of 64 MiB: %.2f\n", "table", (double)built.bytes / 1048576,
	    (double)built.bytes / 1048576 / 64);
	t = clock_mono_ns();
	if (!networks_open(path, &n, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	printf("%-24s %6.1f ms\n", "open and verify", (double)(clock_mono_ns() - t) / 1e6);
	measure(n, "IPv4, random", 0, 20e6);
	measure(n, "IPv6, random", 8, 20e6);
	measure(n, "one in eight IPv6", 1, 20e6);
	networks_close(&n);
	(void)remove(path);
	return 0;
}
