/*
 * networks_table: the file that networks_build() writes and networks_open()
 * maps. Ranges are disjoint and leave no gap: a range ends where the next
 * begins, so only begins are kept. An index by the leading bits leaves a
 * handful of ranges to search by halves.
 *
 *	header | index, starts, values of IPv4 | the same of IPv6 | values | names
 *
 * Numbers are in the machine's own order: the file is made where it is used.
 */
#ifndef ATTRIB_NETWORKS_TABLE_H
#define ATTRIB_NETWORKS_TABLE_H

#include "attrib/networks.h"
#include "base/hash.h"

#define NETWORKS_MAGIC 0x31304e5445544e45u /* "ENTETN01" */
#define NETWORKS_VERSION 1
#define NETWORKS_V4_BITS 16
#define NETWORKS_V6_BITS 20 /* behind the 001 of 2000::/3 */

enum networks_section {
	SECTION_V4_INDEX, /* uint32_t, 2^16 + 1 */
	SECTION_V4_STARTS, /* uint32_t */
	SECTION_V4_VALUES, /* uint32_t: which value */
	SECTION_V6_INDEX,
	SECTION_V6_STARTS, /* struct ip */
	SECTION_V6_VALUES,
	SECTION_VALUES, /* struct networks_value; the first: nothing known */
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
	uint32_t name; /* in SECTION_NAMES; UINT32_MAX: none */
	uint8_t country[2];
	uint8_t zero[2];
};

struct networks_asn {
	uint32_t asn, name;
};

#endif
