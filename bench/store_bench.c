/*
 * store_bench: observations into the store, without what lies before it:
 * a million findings that are all new, then the same again a day later, then
 * a report all of whose records are bad.
 *
 *	store_bench DATABASE ROWS [COLUMNS]
 *
 * COLUMNS is a folder: the columns for lists are kept there meanwhile, as the
 * server's keeper does (decision 0086).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/findings.h"

static double
cpu_s(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void
must(bool ok, const struct err *e)
{
	if (ok)
		return;
	fprintf(stderr, "%s (%s)\n", e->text, e->cause);
	exit(1);
}

static uint32_t
spread(uint32_t i)
{
	i *= 2654435761u;
	i ^= i >> 15;
	return i * 2246822519u;
}

static void
events(struct store *s, unsigned rows, int64_t day, struct err *e)
{
	for (unsigned i = 0; i < rows; i++) {
		uint32_t ip = spread(i);
		struct observation o = {
			.key = { .id = (int64_t)((uint64_t)ip << 31 | (ip * 40503u & 0x7fffffff)),
			    .class = CLASS_VULNERABLE_SYSTEM, .kind = PLACE_IP, .ip = ip_of_v4(ip),
			    .identifier = S("accessible-http"), .port = 80, .transport = S("tcp") },
			.time_s = 1770681600 + day * 86400 + i / 50,
			.asn = ip % 20000,
			.country = { 'E', 'S' },
			.feed = S("Accessible HTTP"),
			.label = S("Accessible HTTP"),
			.offset = (uint64_t)i * 390,
			.length = 389,
		};

		must(store_observe(s, &o, e), e);
	}
}

static void
bads(struct store *s, unsigned rows, struct err *e)
{
	for (unsigned i = 0; i < rows; i++) {
		char reason[64];
		int n = snprintf(reason, sizeof(reason), "\"10.0.0.%u\" is not an IP address", i);

		must(store_bad(s, (uint64_t)i * 390, 389, i + 2, S(""), S("ip"),
			 slice_of(reason, (size_t)n), e), e);
	}
}

static void
pass(struct store *s, const char *name, unsigned rows, int64_t day, bool bad)
{
	struct err e = ERR_INIT;
	struct report r = { .received_s = 1770681600 + day * 86400 + 86400, .name = slice_of_str(name),
		.sha = sha256_of(slice_of_str(name)) };
	int64_t t = clock_mono_ns(), id;
	double c = cpu_s();
	struct rusage use;
	bool known;

	must(report_add(s, &r, &id, &known, &e), &e);
	must(store_batch_begin(s, id, NULL, &e), &e);
	if (bad)
		bads(s, rows, &e);
	else
		events(s, rows, day, &e);
	must(store_batch_done(s, S("bench"), &e), &e);
	c = cpu_s() - c;
	t = clock_mono_ns() - t;
	(void)getrusage(RUSAGE_SELF, &use);
	printf("store_bench pass=%s rows=%u wall_s=%.3f cpu_s=%.3f rows_per_cpu_s=%.0f peak_mib=%ld\n", name,
	    rows, (double)t / 1e9, c, rows / c, use.ru_maxrss / 1024);
}

int
main(int argc, char **argv)
{
	unsigned rows = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1000000;
	struct err e = ERR_INIT;
	struct store *s;
	struct stat st;

	if (argc < 2) {
		fprintf(stderr, "usage: store_bench DATABASE ROWS\n");
		return 2;
	}
	must(store_open(argv[1], &(struct db_options){ .cache_mib = 8 }, &s, &e), &e);
	if (argc > 3) {
		bool more;

		store_columns_open(s, argv[3]);
		must(store_columns_keep(s, &e), &e);
		must(store_columns_work(s, 0, &more, &e), &e);
	}
	pass(s, "new", rows, 0, false);
	pass(s, "repeat", rows, 1, false);
	pass(s, "bad", rows, 2, true);
	store_close(&s);
	if (stat(argv[1], &st) == 0)
		printf("store_bench bytes_per_finding=%.1f\n", (double)st.st_size / rows);
	return 0;
}
