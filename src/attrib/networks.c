#include "attrib/networks.h"

#include <stdlib.h>

#include "attrib/networks_table.h"
#include "base/arena.h"
#include "base/file.h"

#define TABLE_BYTES_MAX ((size_t)2 << 30)

struct networks {
	struct file_map map;
	const uint32_t *v4_index, *v4_starts, *v4_values;
	const uint32_t *v6_index, *v6_values;
	const struct ip *v6_starts;
	const struct networks_value *values;
	const struct networks_asn *asns;
	struct slice names;
	size_t v4_count, v6_count, value_count, asn_count;
};

static struct slice
section_of(const struct networks *n, enum networks_section s)
{
	const struct networks_header *h = n->map.base;

	return slice_of(n->map.view.p + h->sections[s].at, h->sections[s].bytes);
}

/* All that a look-up leans on is proved here once. */
static bool
table_check(struct networks *n, struct err *e)
{
	const struct networks_header *h = n->map.base;
	struct slice file = n->map.view;
	static const size_t sizes[SECTION_COUNT] = { 4, 4, 4, 4, sizeof(struct ip), 4,
		sizeof(struct networks_value), sizeof(struct networks_asn), 1 };

	if (file.len < sizeof(*h) || h->magic != NETWORKS_MAGIC)
		return err_set(e, ERR_INPUT, "this is not a table of networks");
	if (h->version != NETWORKS_VERSION)
		return err_set(e, ERR_INPUT, "a table of networks of another version; make it again: entente networks --asn ... --country ...");
	if (h->bytes != file.len ||
	    networks_checksum(h, slice_from(file, sizeof(*h))) != h->checksum)
		return err_set(e, ERR_INPUT, "the table of networks is damaged; make it again: entente networks --asn ... --country ...");
	for (int i = 0; i < SECTION_COUNT; i++) {
		if (h->sections[i].at > file.len || h->sections[i].bytes > file.len - h->sections[i].at ||
		    h->sections[i].at % 16 != 0 || h->sections[i].bytes % sizes[i] != 0)
			return err_set(e, ERR_INPUT, "the table of networks is damaged");
	}
	n->v4_index = (const void *)section_of(n, SECTION_V4_INDEX).p;
	n->v4_starts = (const void *)section_of(n, SECTION_V4_STARTS).p;
	n->v4_values = (const void *)section_of(n, SECTION_V4_VALUES).p;
	n->v4_count = section_of(n, SECTION_V4_STARTS).len / 4;
	n->v6_index = (const void *)section_of(n, SECTION_V6_INDEX).p;
	n->v6_starts = (const void *)section_of(n, SECTION_V6_STARTS).p;
	n->v6_values = (const void *)section_of(n, SECTION_V6_VALUES).p;
	n->v6_count = section_of(n, SECTION_V6_STARTS).len / sizeof(struct ip);
	n->values = (const void *)section_of(n, SECTION_VALUES).p;
	n->value_count = section_of(n, SECTION_VALUES).len / sizeof(struct networks_value);
	n->asns = (const void *)section_of(n, SECTION_ASNS).p;
	n->asn_count = section_of(n, SECTION_ASNS).len / sizeof(struct networks_asn);
	n->names = section_of(n, SECTION_NAMES);
	if (n->v4_count == 0 || n->v6_count == 0 || n->value_count == 0 || n->v4_starts[0] != 0 ||
	    section_of(n, SECTION_V4_INDEX).len != 4 * (((size_t)1 << NETWORKS_V4_BITS) + 1) ||
	    section_of(n, SECTION_V6_INDEX).len != 4 * (((size_t)1 << NETWORKS_V6_BITS) + 1) ||
	    section_of(n, SECTION_V4_VALUES).len != 4 * n->v4_count ||
	    section_of(n, SECTION_V6_VALUES).len != 4 * n->v6_count)
		return err_set(e, ERR_INPUT, "the table of networks is damaged");
	for (size_t i = 0; i < n->v4_count; i++) {
		if (n->v4_values[i] >= n->value_count || (i > 0 && n->v4_starts[i] <= n->v4_starts[i - 1]))
			return err_set(e, ERR_INPUT, "the table of networks is damaged");
	}
	for (size_t i = 0; i < n->v6_count; i++) {
		if (n->v6_values[i] >= n->value_count || (i > 0 && ip_cmp(n->v6_starts[i], n->v6_starts[i - 1]) <= 0))
			return err_set(e, ERR_INPUT, "the table of networks is damaged");
	}
	for (size_t i = 0; i <= (size_t)1 << NETWORKS_V6_BITS; i++) {
		if (n->v6_index[i] >= n->v6_count || (i > 0 && n->v6_index[i] < n->v6_index[i - 1]) ||
		    (i <= (size_t)1 << NETWORKS_V4_BITS &&
		     (n->v4_index[i] >= n->v4_count || (i > 0 && n->v4_index[i] < n->v4_index[i - 1]))))
			return err_set(e, ERR_INPUT, "the table of networks is damaged");
	}
	return true;
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

/* The last of starts[low..high] that is at or before key; halves without a branch. */
static inline size_t
search_v4(const uint32_t *starts, size_t low, size_t high, uint32_t key)
{
	size_t count = high - low + 1;

	while (count > 1) {
		size_t half = count / 2;

		low = starts[low + half] <= key ? low + half : low;
		count -= half;
	}
	return low;
}

static size_t
search_v6(const struct ip *starts, size_t low, size_t high, struct ip key)
{
	size_t count = high - low + 1;

	while (count > 1) {
		size_t half = count / 2;

		low = ip_cmp(starts[low + half], key) <= 0 ? low + half : low;
		count -= half;
	}
	return low;
}

bool
networks_find(const struct networks *n, struct ip ip, struct network *out)
{
	const struct networks_value *v;
	size_t at;

	if (n == NULL)
		goto unknown;
	if (ip_is_v4(ip)) {
		uint32_t v4 = ip_v4(ip), bucket = v4 >> (32 - NETWORKS_V4_BITS);

		at = search_v4(n->v4_starts, n->v4_index[bucket], n->v4_index[bucket + 1], v4);
		v = &n->values[n->v4_values[at]];
		if (n->v4_values[at] == 0)
			goto unknown;
		out->first = ip_of_v4(n->v4_starts[at]);
		out->last = ip_of_v4(at + 1 < n->v4_count ? n->v4_starts[at + 1] - 1 : UINT32_MAX);
	} else {
		size_t low = 0, high = n->v6_count - 1;

		if (ip.hi >> 61 == 1) {
			size_t bucket = ip.hi >> (61 - NETWORKS_V6_BITS) & (((size_t)1 << NETWORKS_V6_BITS) - 1);

			low = n->v6_index[bucket];
			high = n->v6_index[bucket + 1];
		}
		at = search_v6(n->v6_starts, low, high, ip);
		v = &n->values[n->v6_values[at]];
		if (n->v6_values[at] == 0 || ip_cmp(n->v6_starts[at], ip) > 0)
			goto unknown;
		out->first = n->v6_starts[at];
		out->last = (struct ip){ UINT64_MAX, UINT64_MAX };
		if (at + 1 < n->v6_count) {
			out->last = n->v6_starts[at + 1];
			out->last.hi -= out->last.lo == 0;
			out->last.lo--;
		}
	}
	out->asn = v->asn;
	out->country[0] = v->country[0];
	out->country[1] = v->country[1];
	out->as_name = v->name == UINT32_MAX ? SLICE_NONE : name_at(n, v->name);
	return true;
unknown:
	*out = (struct network){ 0 };
	return false;
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
