/*
 * networks_table: the file that networks_build() writes and networks_open()
 * maps. Ranges are disjoint and leave no gap: a range ends where the next
 * begins, so only begins are kept. An index by the leading bits leaves a
 * handful of ranges to search by halves.
 *
 *	header | index, starts, values of IPv4 | the same of IPv6 | ASs | names
 *
 * A look-up of a random address waits for memory and for little else, so it
 * touches few lines of it: IPv4 ranges are cut at the edges of the buckets, of
 * a start the low half alone is kept (a bucket's starts mostly share one line),
 * and what is known of a range stands beside its start, not behind an index.
 *
 * Numbers are in the machine's own order: the file is made where it is used.
 */
#ifndef ATTRIB_NETWORKS_TABLE_H
#define ATTRIB_NETWORKS_TABLE_H

#include "attrib/networks.h"
#include "base/hash.h"

#define NETWORKS_MAGIC 0x31304e5445544e45u /* "ENTETN01" */
#define NETWORKS_VERSION 2
#ifndef NETWORKS_V4_BITS /* both are less in networks_fuzz.c, and nowhere else */
#define NETWORKS_V4_BITS 16
#define NETWORKS_V6_BITS 20 /* behind the 001 of 2000::/3 */
#endif

/* The bits of an IPv4 address behind its bucket's. */
#if NETWORKS_V4_BITS < 16
typedef uint32_t networks_low;
#else
typedef uint16_t networks_low;
#endif

static inline networks_low
networks_low_of(uint64_t v4)
{
	return (networks_low)(v4 & (((uint64_t)1 << (32 - NETWORKS_V4_BITS)) - 1));
}

enum networks_section {
	SECTION_V4_INDEX, /* uint32_t, 2^NETWORKS_V4_BITS + 1: a bucket's first range, which begins with it */
	SECTION_V4_STARTS, /* networks_low: the low half */
	SECTION_V4_VALUES, /* struct networks_value */
	SECTION_V6_INDEX, /* uint32_t, 2^NETWORKS_V6_BITS + 1: the last range that begins at or before the bucket */
	SECTION_V6_STARTS, /* struct ip */
	SECTION_V6_VALUES,
	SECTION_ASNS, /* struct networks_asn, sorted */
	SECTION_NAMES, /* one byte length, bytes */
	SECTION_COUNT
};

struct networks_header {
	uint64_t magic;
	uint64_t version;
	uint64_t bytes; /* of the file */
	uint64_t checksum; /* networks_checksum() */
	struct { uint64_t at, bytes; } sections[SECTION_COUNT];
};

/* Over the header, its checksum taken as zero, and what follows it. */
static inline uint64_t
networks_checksum(const struct networks_header *h, struct slice rest)
{
	struct networks_header zeroed = *h;

	zeroed.checksum = 0;
	return hash64(rest, hash64(slice_of(&zeroed, sizeof(zeroed)), 0));
}

struct networks_value {
	uint32_t asn;
	uint8_t country[2];
	uint8_t goes_on; /* 1: cut off from the range before, at a bucket's edge */
	uint8_t zero;
};

struct networks_asn {
	uint32_t asn, name;
};

#endif
