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
	uint32_t asn; /* 0: unknown; its name: networks_as_name() */
	uint8_t country[2]; /* "\0\0": unknown */
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
/* The same for many at once, which wait for memory together: twice as quick or more. */
void networks_find_many(const struct networks *n, const struct ip *ips, size_t count,
    struct network *out);
/* The range around ip for which all that is known is true; all of nothing where n is NULL. */
void networks_range(const struct networks *n, struct ip ip, struct ip *first_out,
    struct ip *last_out);
/* The name of an AS, in the table's memory, or SLICE_NONE. */
struct slice networks_as_name(const struct networks *n, uint32_t asn);

#endif
