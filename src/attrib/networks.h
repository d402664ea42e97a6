/*
 * networks: whose an address is: network, AS, AS name and country, for IPv4 and
 * IPv6. Built whole from MaxMind DB files or range CSV into one file of flat
 * tables, mapped read-only, and swapped for a newer one by one pointer.
 * Look-ups take no lock and no memory.
 */
#ifndef ATTRIB_NETWORKS_H
#define ATTRIB_NETWORKS_H

#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "parse/ip.h"

struct networks;

struct network {
	struct ip first, last; /* the range that all of this is true for */
	uint32_t asn; /* 0: unknown */
	uint8_t country[2]; /* "\0\0": unknown */
	struct slice as_name; /* in the table's memory */
};

enum networks_kind { NETWORKS_ASN, NETWORKS_COUNTRY };

struct networks_source {
	enum networks_kind kind;
	const char *path; /* .mmdb, or rows (attrib/networks_csv.h) */
};

/*
 * Build a table file at path from sources (the later wins where two overlap).
 * A bad line is counted and passed over; more than one in a hundred fails.
 */
struct networks_built { uint64_t ranges_v4, ranges_v6, bad_lines, bytes; };
bool networks_build(const struct networks_source *sources, size_t n,
    const char *path, struct networks_built *out, struct err *e) MUST_USE;

/* Map a table file; it is checked (size, version, order) before it is believed. */
bool networks_open(const char *path, struct networks **out, struct err *e) MUST_USE;
void networks_close(struct networks **n);

/* False when nothing is known of ip (out is then zero). n may be NULL: nothing known. */
bool networks_find(const struct networks *n, struct ip ip, struct network *out);
/* The name of an AS, or SLICE_NONE. */
struct slice networks_as_name(const struct networks *n, uint32_t asn);

#endif
