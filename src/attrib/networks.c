#include "attrib/networks.h"

#include <stdlib.h>
#include <string.h>

#include "attrib/networks_table.h"
#include "base/arena.h"
#include "base/file.h"

#define TABLE_BYTES_MAX ((size_t)2 << 30)

struct networks {
	struct file_map map;
	const uint32_t *v4_index, *v6_index;
	const networks_low *v4_starts;
	const struct ip *v6_starts;
	const struct networks_value *v4_values, *v6_values;
	const struct networks_asn *asns;
	struct slice names;
	size_t v4_count, v6_count, asn_count;
};

static struct slice
section_of(const struct networks *n, enum networks_section s)
{
	const struct networks_header *h = n->map.base;

	return slice_of(n->map.view.p + h->sections[s].at, h->sections[s].bytes);
}

static bool
damaged(struct err *e)
{
	return err_set(e, ERR_INPUT, "the table of networks is damaged; make it again: entente networks --asn ... --country ...");
}

static void
sections_find(struct networks *n)
{
	n->v4_index = (const void *)section_of(n, SECTION_V4_INDEX).p;
	n->v4_starts = (const void *)section_of(n, SECTION_V4_STARTS).p;
	n->v4_values = (const void *)section_of(n, SECTION_V4_VALUES).p;
	n->v4_count = section_of(n, SECTION_V4_STARTS).len / sizeof(*n->v4_starts);
	n->v6_index = (const void *)section_of(n, SECTION_V6_INDEX).p;
	n->v6_starts = (const void *)section_of(n, SECTION_V6_STARTS).p;
	n->v6_values = (const void *)section_of(n, SECTION_V6_VALUES).p;
	n->v6_count = section_of(n, SECTION_V6_STARTS).len / sizeof(struct ip);
	n->asns = (const void *)section_of(n, SECTION_ASNS).p;
	n->asn_count = section_of(n, SECTION_ASNS).len / sizeof(struct networks_asn);
	n->names = section_of(n, SECTION_NAMES);
}

/* Every bucket has a range that begins with it; starts grow within it. */
static bool
v4_check(const struct networks *n)
{
	size_t buckets = (size_t)1 << NETWORKS_V4_BITS;

	if (section_of(n, SECTION_V4_INDEX).len != sizeof(uint32_t) * (buckets + 1) ||
	    section_of(n, SECTION_V4_VALUES).len != sizeof(struct networks_value) * n->v4_count ||
	    n->v4_index[0] != 0 || n->v4_index[buckets] != n->v4_count)
		return false;
	for (size_t b = 0; b < buckets; b++) {
		uint32_t at = n->v4_index[b], end = n->v4_index[b + 1];

		if (at >= end || end > n->v4_count || n->v4_starts[at] != 0)
			return false;
		while (++at < end) {
			if (n->v4_starts[at] <= n->v4_starts[at - 1] || n->v4_values[at].goes_on != 0)
				return false;
		}
	}
	return n->v4_values[0].goes_on == 0;
}

static bool
v6_check(const struct networks *n)
{
	size_t buckets = (size_t)1 << NETWORKS_V6_BITS;

	if (section_of(n, SECTION_V6_INDEX).len != sizeof(uint32_t) * (buckets + 1) ||
	    section_of(n, SECTION_V6_VALUES).len != sizeof(struct networks_value) * n->v6_count ||
	    n->v6_count == 0 || n->v6_starts[0].hi != 0 || n->v6_starts[0].lo != 0)
		return false;
	for (size_t i = 1; i < n->v6_count; i++) {
		if (ip_cmp(n->v6_starts[i], n->v6_starts[i - 1]) <= 0)
			return false;
	}
	for (size_t i = 0; i <= buckets; i++) {
		if (n->v6_index[i] >= n->v6_count || (i > 0 && n->v6_index[i] < n->v6_index[i - 1]))
			return false;
	}
	return true;
}

/* All that a look-up leans on is proved here once. */
static bool
table_check(struct networks *n, struct err *e)
{
	const struct networks_header *h = n->map.base;
	struct slice file = n->map.view;
	static const size_t sizes[SECTION_COUNT] = { 4, sizeof(networks_low), sizeof(struct networks_value), 4,
		sizeof(struct ip), sizeof(struct networks_value), sizeof(struct networks_asn), 1 };

	if (file.len < sizeof(*h) || h->magic != NETWORKS_MAGIC)
		return err_set(e, ERR_INPUT, "this is not a table of networks");
	if (h->version != NETWORKS_VERSION)
		return err_set(e, ERR_INPUT, "a table of networks of another version; make it again: entente networks --asn ... --country ...");
	if (h->bytes != file.len ||
	    networks_checksum(h, slice_from(file, sizeof(*h))) != h->checksum)
		return damaged(e);
	for (int i = 0; i < SECTION_COUNT; i++) {
		if (h->sections[i].at > file.len || h->sections[i].bytes > file.len - h->sections[i].at ||
		    h->sections[i].at % 16 != 0 || h->sections[i].bytes % sizes[i] != 0)
			return damaged(e);
	}
	sections_find(n);
	return (v4_check(n) && v6_check(n)) || damaged(e);
}

bool
networks_open(const char *path, struct networks **out, struct err *e)
{
	struct networks *n = xalloc(sizeof(*n));

	if (!file_map(path, TABLE_BYTES_MAX, &n->map, e)) {
		free(n);
		return false;
	}
	if (!table_check(n, e)) {
		networks_close(&n);
		return err_within(e, "%s", path);
	}
	*out = n;
	return true;
}

void
networks_close(struct networks **n)
{
	if (*n == NULL)
		return;
	file_unmap(&(*n)->map);
	free(*n);
	*n = NULL;
}

static struct slice
name_at(const struct networks *n, uint32_t at)
{
	if (at >= n->names.len || n->names.p[at] > n->names.len - at - 1)
		return SLICE_NONE;
	return slice_of(n->names.p + at + 1, n->names.p[at]);
}

/* The last range of the address' bucket that begins at or before it; halves without a branch. */
static inline size_t
v4_at(const struct networks *n, uint32_t v4)
{
	uint32_t bucket = v4 >> (32 - NETWORKS_V4_BITS);
	networks_low key = networks_low_of(v4);
	size_t low = n->v4_index[bucket], count = n->v4_index[bucket + 1] - low;

	while (count > 1) {
		size_t half = count / 2;

		low = n->v4_starts[low + half] <= key ? low + half : low;
		count -= half;
	}
	return low;
}

/* Of an address in 2000::/3. */
static inline size_t
v6_bucket(struct ip ip)
{
	return ip.hi >> (61 - NETWORKS_V6_BITS) & (((size_t)1 << NETWORKS_V6_BITS) - 1);
}

static inline size_t
v6_at(const struct networks *n, struct ip key)
{
	size_t low = 0, count = n->v6_count;

	if (key.hi >> 61 == 1) {
		size_t bucket = v6_bucket(key);

		low = n->v6_index[bucket];
		count = n->v6_index[bucket + 1] - low + 1;
	}
	while (count > 1) {
		size_t half = count / 2;

		low = ip_cmp(n->v6_starts[low + half], key) <= 0 ? low + half : low;
		count -= half;
	}
	return low;
}

static inline bool
network_of(const struct networks_value *v, struct network *out)
{
	out->asn = v->asn;
	out->country[0] = v->country[0];
	out->country[1] = v->country[1];
	return v->asn != 0 || v->country[0] != 0;
}

bool
networks_find(const struct networks *n, struct ip ip, struct network *out)
{
	*out = (struct network){ 0 };
	if (n == NULL)
		return false;
	return network_of(ip_is_v4(ip) ? &n->v4_values[v4_at(n, ip_v4(ip))] :
		&n->v6_values[v6_at(n, ip)], out);
}

/* So many look-ups wait for memory at once. */
#define TOGETHER ((size_t)32)

/* Each step asks for the lines that the next one reads. */
static void
find_together(const struct networks *n, const struct ip *ips, size_t count, struct network *out)
{
	const struct networks_value *values[TOGETHER];

	for (size_t i = 0; i < count; i++) {
		if (ip_is_v4(ips[i]))
			__builtin_prefetch(&n->v4_index[ip_v4(ips[i]) >> (32 - NETWORKS_V4_BITS)]);
		else if (ips[i].hi >> 61 == 1)
			__builtin_prefetch(&n->v6_index[v6_bucket(ips[i])]);
	}
	for (size_t i = 0; i < count; i++) {
		const uint32_t *v4 = &n->v4_index[ip_v4(ips[i]) >> (32 - NETWORKS_V4_BITS)];

		if (ip_is_v4(ips[i]))
			__builtin_prefetch(&n->v4_starts[v4[0] + (v4[1] - v4[0]) / 2]);
		else if (ips[i].hi >> 61 == 1)
			__builtin_prefetch(&n->v6_starts[n->v6_index[v6_bucket(ips[i])]]);
	}
	for (size_t i = 0; i < count; i++) {
		values[i] = ip_is_v4(ips[i]) ? &n->v4_values[v4_at(n, ip_v4(ips[i]))] :
					       &n->v6_values[v6_at(n, ips[i])];
		__builtin_prefetch(values[i]);
	}
	for (size_t i = 0; i < count; i++)
		(void)network_of(values[i], &out[i]);
}

void
networks_find_many(const struct networks *n, const struct ip *ips, size_t count,
    struct network *out)
{
	if (n == NULL) {
		memset(out, 0, count * sizeof(*out));
		return;
	}
	for (size_t i = 0; i < count; i += TOGETHER)
		find_together(n, ips + i, count - i < TOGETHER ? count - i : TOGETHER, out + i);
}

/* The address at which the range begins: its bucket is the last one whose first range is not behind it. */
static uint32_t
v4_start(const struct networks *n, size_t at)
{
	uint32_t low = 0, count = (uint32_t)1 << NETWORKS_V4_BITS;

	while (count > 1) {
		uint32_t half = count / 2;

		low = n->v4_index[low + half] <= at ? low + half : low;
		count -= half;
	}
	return low << (32 - NETWORKS_V4_BITS) | n->v4_starts[at];
}

static void
v4_range(const struct networks *n, uint32_t v4, struct ip *first, struct ip *last)
{
	size_t at = v4_at(n, v4), next = at + 1;

	while (at > 0 && n->v4_values[at].goes_on != 0)
		at--;
	while (next < n->v4_count && n->v4_values[next].goes_on != 0)
		next++;
	*first = ip_of_v4(v4_start(n, at));
	*last = ip_of_v4(next == n->v4_count ? UINT32_MAX : v4_start(n, next) - 1);
}

void
networks_range(const struct networks *n, struct ip ip, struct ip *first_out,
    struct ip *last_out)
{
	size_t at;

	*first_out = (struct ip){ 0, 0 };
	*last_out = (struct ip){ UINT64_MAX, UINT64_MAX };
	if (n == NULL)
		return;
	if (ip_is_v4(ip)) {
		v4_range(n, ip_v4(ip), first_out, last_out);
		return;
	}
	at = v6_at(n, ip);
	*first_out = n->v6_starts[at];
	if (at + 1 < n->v6_count) {
		*last_out = n->v6_starts[at + 1];
		last_out->hi -= last_out->lo == 0;
		last_out->lo--;
	}
}

struct slice
networks_as_name(const struct networks *n, uint32_t asn)
{
	size_t low = 0, high = n == NULL ? 0 : n->asn_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (n->asns[middle].asn == asn)
			return name_at(n, n->asns[middle].name);
		if (n->asns[middle].asn < asn)
			low = middle + 1;
		else
			high = middle;
	}
	return SLICE_NONE;
}
