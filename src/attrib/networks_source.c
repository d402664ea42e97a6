/*
 * Files of networks as others make them. Bytes from outside: each limit is
 * checked before what it bounds.
 */
#include "attrib/networks_source.h"

#include <maxminddb.h>
#include <stdlib.h>

#include "attrib/networks_csv.h"
#include "base/arena.h"

#define RANGES_MAX ((size_t)64 << 20)
#define NAMES_BYTES_MAX ((size_t)256 << 20)

bool
ranges_add(struct ranges *r, struct ip first, struct ip last, uint32_t value,
    struct err *e)
{
	if (r->count == r->cap) {
		if (r->count >= RANGES_MAX)
			return err_set(e, ERR_LIMIT, "more than %zu networks", RANGES_MAX);
		r->cap = r->cap == 0 ? 65536 : r->cap * 2;
		r->v = xrealloc(r->v, r->cap * sizeof(*r->v));
	}
	if (r->count > 0 && ip_cmp(r->v[r->count - 1].last, first) >= 0)
		r->sorted = false;
	r->v[r->count++] = (struct range){ first, last, value };
	return true;
}

static size_t
slot_of(const struct names *n, uint32_t asn)
{
	return (size_t)(asn * 0x9e3779b1u) & (n->cap - 1);
}

static void
names_put(struct names *n, uint32_t asn, struct slice name)
{
	size_t i;

	/* The reading ends with an error then; what was not kept has no place. */
	if (!buf_ok(&n->text))
		return;
	if (n->count * 2 >= n->cap) {
		struct names old = *n;

		n->cap = old.cap == 0 ? 1 << 16 : old.cap * 2;
		n->slots = xarray(n->cap, sizeof(*n->slots));
		for (size_t k = 0; k < old.cap; k++) {
			if (old.slots[k].asn == 0)
				continue;
			i = slot_of(n, old.slots[k].asn);
			while (n->slots[i].asn != 0)
				i = (i + 1) & (n->cap - 1);
			n->slots[i] = old.slots[k];
		}
		free(old.slots);
	}
	i = slot_of(n, asn);
	while (n->slots[i].asn != 0 && n->slots[i].asn != asn)
		i = (i + 1) & (n->cap - 1);
	if (name.len > 255)
		name.len = 255;
	/* Said again: mostly the same; of two names the later one holds. */
	if (n->slots[i].asn == asn && slice_eq(name, slice_sub(slice_from(buf_view(&n->text), n->slots[i].at + 1), 0, n->text.p[n->slots[i].at])))
		return;
	n->count -= n->slots[i].asn == asn;
	n->slots[i].asn = asn;
	n->slots[i].at = (uint32_t)n->text.len;
	n->count++;
	buf_byte(&n->text, (uint8_t)name.len);
	buf_put(&n->text, name);
}

static bool
country_read(struct slice s, uint32_t *out)
{
	if (s.len != 2 || !byte_is_alpha(s.p[0]) || !byte_is_alpha(s.p[1]))
		return false;
	*out = (uint32_t)(s.p[0] & ~0x20) << 8 | (uint32_t)(s.p[1] & ~0x20);
	return true;
}

struct csv_taker {
	struct names *n;
	struct ranges *r;
	enum networks_kind kind;
};

static bool
csv_row_in(void *cookie, const struct networks_row *row, struct err *e)
{
	struct csv_taker *t = cookie;

	if (t->kind == NETWORKS_ASN && row->name.len > 0)
		names_put(t->n, row->value, row->name);
	return ranges_add(t->r, row->first, row->last, row->value, e);
}

static bool
csv_load(const struct networks_source *source, struct names *n, struct ranges *r,
    uint64_t *bad_lines, struct err *e)
{
	struct csv_taker t = { n, r, source->kind };
	uint64_t bad = 0;

	if (!networks_csv_read(source, csv_row_in, &t, &bad, e))
		return false;
	*bad_lines += bad;
	return r->count > 0 || err_set(e, ERR_INPUT, "%s: not one range of addresses in it", source->path);
}

/* A text or number of a record by one of its usual names. */
static bool
mmdb_value(MMDB_entry_s *entry, struct names *n, enum networks_kind kind, uint32_t *out)
{
	static const char *const asn_paths[][3] = {
		{ "autonomous_system_number", NULL, NULL }, { "asn", NULL, NULL }, { "as_number", NULL, NULL } };
	static const char *const name_paths[][3] = {
		{ "autonomous_system_organization", NULL, NULL }, { "as_name", NULL, NULL }, { "name", NULL, NULL } };
	static const char *const country_paths[][3] = {
		{ "country", "iso_code", NULL }, { "country_code", NULL, NULL }, { "registered_country", "iso_code", NULL }, { "country", NULL, NULL } };
	MMDB_entry_data_s d;
	uint64_t asn = 0;

	if (kind == NETWORKS_COUNTRY) {
		for (size_t i = 0; i < 4; i++) {
			if (MMDB_aget_value(entry, &d, country_paths[i]) == MMDB_SUCCESS && d.has_data &&
			    d.type == MMDB_DATA_TYPE_UTF8_STRING &&
			    country_read(slice_of(d.utf8_string, d.data_size), out))
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < 3 && asn == 0; i++) {
		if (MMDB_aget_value(entry, &d, asn_paths[i]) != MMDB_SUCCESS || !d.has_data)
			continue;
		if (d.type == MMDB_DATA_TYPE_UINT32) {
			asn = d.uint32;
		} else if (d.type == MMDB_DATA_TYPE_UTF8_STRING) {
			struct slice s = slice_of(d.utf8_string, d.data_size);

			if (slice_starts_nocase(s, S("AS")))
				s = slice_from(s, 2);
			if (!slice_u64(s, &asn) || asn > UINT32_MAX)
				asn = 0;
		}
	}
	if (asn == 0)
		return false;
	*out = (uint32_t)asn;
	for (size_t i = 0; i < 3; i++) {
		if (MMDB_aget_value(entry, &d, name_paths[i]) == MMDB_SUCCESS && d.has_data &&
		    d.type == MMDB_DATA_TYPE_UTF8_STRING) {
			names_put(n, *out, slice_of(d.utf8_string, d.data_size));
			break;
		}
	}
	return true;
}

/* Walk the tree with a stack of our own; depth is the prefix' length. */
static bool
mmdb_walk(struct names *n, MMDB_s *db, enum networks_kind kind, struct ranges *r,
    struct err *e)
{
	struct { uint32_t node; struct ip ip; unsigned depth; } stack[132];
	bool v4_only = db->metadata.ip_version == 4;
	unsigned top = 0;
	uint64_t steps = 0;

	stack[top].node = 0;
	stack[top].ip = v4_only ? ip_of_v4(0) : (struct ip){ 0, 0 };
	stack[top++].depth = v4_only ? 96 : 0;
	while (top > 0) {
		uint32_t node = stack[--top].node;
		struct ip ip = stack[top].ip;
		unsigned depth = stack[top].depth;
		MMDB_search_node_s s;

		/* A tree has no more nodes than it says; a cycle would. */
		if (++steps > (uint64_t)db->metadata.node_count + 1)
			return err_set(e, ERR_INPUT, "a damaged MaxMind DB: its tree has a cycle");
		if (depth >= 128 || MMDB_read_node(db, node, &s) != MMDB_SUCCESS)
			return err_set(e, ERR_INPUT, "a damaged MaxMind DB");
		for (int side = 1; side >= 0; side--) {
			uint8_t type = side == 1 ? s.right_record_type : s.left_record_type;
			uint64_t record = side == 1 ? s.right_record : s.left_record;
			struct ip child = ip;
			struct prefix p;
			uint32_t value;

			if (side == 1 && depth < 64)
				child.hi |= (uint64_t)1 << (63 - depth);
			else if (side == 1)
				child.lo |= (uint64_t)1 << (127 - depth);
			if (type == MMDB_RECORD_TYPE_SEARCH_NODE) {
				/* ::/96 is how a tree of both holds IPv4; its aliases (2002::/16 …) are left out. */
				if (record == (uint64_t)db->ipv4_start_node.node_value && (depth + 1 != 96 || child.hi != 0 || child.lo != 0) &&
				    !v4_only && db->ipv4_start_node.node_value != 0)
					continue;
				if (top == 132)
					return err_set(e, ERR_INPUT, "a damaged MaxMind DB");
				stack[top].node = (uint32_t)record;
				stack[top].ip = child;
				stack[top++].depth = depth + 1;
				continue;
			}
			if (type != MMDB_RECORD_TYPE_DATA ||
			    !mmdb_value(side == 1 ? &s.right_record_entry : &s.left_record_entry, n, kind, &value))
				continue;
			p = (struct prefix){ child, (uint8_t)(depth + 1) };
			if (!v4_only && p.bits >= 96 && child.hi == 0 && child.lo >> 32 == 0)
				p.ip = ip_of_v4((uint32_t)child.lo);
			if (!ranges_add(r, p.ip, prefix_last(&p), value, e))
				return false;
		}
	}
	return true;
}

static bool
mmdb_load(const struct networks_source *source, struct names *n, struct ranges *r,
    struct err *e)
{
	MMDB_s db;
	int status = MMDB_open(source->path, MMDB_MODE_MMAP, &db);
	bool ok;

	if (status != MMDB_SUCCESS)
		return err_set(e, ERR_INPUT, "%s: %s", source->path, MMDB_strerror(status));
	ok = mmdb_walk(n, &db, source->kind, r, e);
	MMDB_close(&db);
	if (ok && r->count == 0)
		ok = err_set(e, ERR_INPUT, "it holds no record of the kind that was asked for");
	return ok || err_within(e, "%s", source->path);
}

void
names_init(struct names *n)
{
	*n = (struct names){ 0 };
	buf_init(&n->text, NAMES_BYTES_MAX);
}

void
names_fini(struct names *n)
{
	free(n->slots);
	buf_fini(&n->text);
	*n = (struct names){ 0 };
}

bool
networks_source_read(const struct networks_source *source, struct names *n,
    struct ranges *r, uint64_t *bad_lines, struct err *e)
{
	bool mmdb = slice_ends_nocase(slice_of_str(source->path), S(".mmdb"));

	if (!(mmdb ? mmdb_load(source, n, r, e) : csv_load(source, n, r, bad_lines, e)))
		return false;
	return buf_ok(&n->text) ||
	    err_set(e, ERR_LIMIT, "%s: the names of networks have more than %zu bytes", source->path, NAMES_BYTES_MAX);
}
