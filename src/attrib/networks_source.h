/*
 * networks_source: what a file says of networks, as a list of ranges: a MaxMind
 * DB, or rows of first,last,... as CSV. networks_build() lays the lists over
 * each other.
 */
#ifndef ATTRIB_NETWORKS_SOURCE_H
#define ATTRIB_NETWORKS_SOURCE_H

#include "attrib/networks.h"
#include "base/buf.h"

struct range {
	struct ip first, last;
	uint32_t value; /* an AS number, or two letters of a country */
};

struct ranges {
	struct range *v; /* the holder's: free() */
	size_t count, cap;
	bool sorted; /* and disjoint; true at the begin */
};

/* ERR_LIMIT over 64 Mi ranges. */
bool ranges_add(struct ranges *r, struct ip first, struct ip last,
    uint32_t value, struct err *e) MUST_USE;

/* What is known of AS names while building: open addressing, a power of two. */
struct names {
	struct { uint32_t asn, at; } *slots;
	size_t count, cap;
	struct buf text; /* each: one byte length, bytes */
};

void names_init(struct names *n);
void names_fini(struct names *n);

/*
 * Add what the file says to r, and AS names to n. *bad_lines counts what was
 * passed over. ERR_INPUT where it is damaged, of another kind, or more than
 * one line in a hundred is no range; ERR_LIMIT over 256 MiB of names.
 */
bool networks_source_read(const struct networks_source *source, struct names *n,
    struct ranges *r, uint64_t *bad_lines, struct err *e) MUST_USE;

#endif
