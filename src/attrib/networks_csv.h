/*
 * networks_csv: ranges of addresses from rows, in the forms that they come in:
 *
 *	first,last,asn,name		addresses, or their numbers; without a heading
 *	first,last,country
 *	network,asn,name		192.0.2.0/24
 *	a heading that names columns	network or start_ip and end_ip; asn, as_name,
 *					country_code and their like; GeoLite2's
 *					geoname_id, looked up in the file named
 *					-Locations- beside it
 *
 * plain, or compressed with gzip, zstd, xz or bzip2.
 */
#ifndef ATTRIB_NETWORKS_CSV_H
#define ATTRIB_NETWORKS_CSV_H

#include "attrib/networks.h"

/* value: an AS number, or two letters as 'E' << 8 | 'S'. name: of the AS, or empty. */
struct networks_row {
	struct ip first, last;
	uint32_t value;
	struct slice name;
};

/*
 * Each row of which something is known to each(). Lines that are no range are
 * counted in *bad_out; more than one in a hundred fails (ERR_INPUT).
 */
bool networks_csv_read(const struct networks_source *source,
    bool (*each)(void *cookie, const struct networks_row *row, struct err *e),
    void *cookie, uint64_t *bad_out, struct err *e) MUST_USE;

#endif
