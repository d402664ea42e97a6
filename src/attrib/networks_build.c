/*
 * From sources to the table file: each source becomes a sorted list of disjoint
 * ranges, the lists of a kind are laid over each other (the later wins), and
 * one sweep over the two kinds gives ranges for which all is the same.
 */
#include <maxminddb.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "attrib/networks_table.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "parse/csv.h"

__extension__ typedef unsigned __int128 u128;

#define SOURCE_BYTES_MAX ((size_t)4 << 30)
#define RANGES_MAX ((size_t)64 << 20)
#define NAMES_BYTES_MAX ((size_t)256 << 20)

struct range {
	struct ip first, last;
	uint32_t value; /* an AS number, or two letters of a country */
};

struct ranges {
	struct range *v;
	size_t count, cap;
	bool sorted;
};

/* What is known of AS names while building: open addressing, a power of two. */
struct names {
	struct { uint32_t asn, at; } *slots;
	size_t count, cap;
	struct buf text; /* each: one byte length, bytes */
};

struct build {
	struct ranges kinds[2];
	struct names names;
	struct networks_built *built;
};

static bool
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

static struct ip
ip_next(struct ip ip)
{
	ip.lo++;
	ip.hi += ip.lo == 0;
	return ip;
}

static struct ip
ip_before(struct ip ip)
{
	ip.hi -= ip.lo == 0;
	ip.lo--;
	return ip;
}

static int
range_cmp(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int c = ip_cmp(x->first, y->first);

	/* The wider one first: the narrower lies in it and wins. */
	return c != 0 ? c : ip_cmp(y->last, x->last);
}

/*
 * Make a list disjoint where ranges lie in each other: the narrower wins. A
 * stack holds those that are open at pos.
 */
static bool
flatten(struct ranges *r, struct err *e)
{
	struct ranges out = { .sorted = true };
	size_t *stack, depth = 0;
	struct ip pos = { 0, 0 };
	bool ok = false;

	if (r->sorted || r->count == 0)
		return true;
	qsort(r->v, r->count, sizeof(*r->v), range_cmp);
	stack = xarray(r->count, sizeof(*stack));
	for (size_t i = 0; i <= r->count; i++) {
		const struct range *next = i < r->count ? &r->v[i] : NULL;

		while (depth > 0) {
			const struct range *top = &r->v[stack[depth - 1]];

			if (next != NULL && ip_cmp(top->last, next->first) >= 0)
				break;
			if (ip_cmp(pos, top->last) <= 0) {
				if (!ranges_add(&out, pos, top->last, top->value, e))
					goto out;
				pos = ip_next(top->last);
			}
			depth--;
		}
		if (next == NULL)
			break;
		if (depth > 0 && ip_cmp(pos, next->first) < 0 &&
		    !ranges_add(&out, pos, ip_before(next->first), r->v[stack[depth - 1]].value, e))
			goto out;
		pos = next->first;
		stack[depth++] = i;
	}
	ok = true;
out:
	free(stack);
	free(r->v);
	*r = out;
	return ok;
}

/* base with top laid over it; both sorted and disjoint. base is replaced, top freed. */
static bool
overlay(struct ranges *base, struct ranges *top, struct err *e)
{
	struct ranges out = { .sorted = true };
	size_t t = 0;
	bool ok = false;

	if (base->count == 0) {
		free(base->v);
		*base = *top;
		*top = (struct ranges){ 0 };
		return true;
	}
	for (size_t b = 0; b < base->count; b++) {
		struct range r = base->v[b];
		bool rest = true;

		while (t < top->count && ip_cmp(top->v[t].first, r.first) < 0 &&
		    ip_cmp(top->v[t].last, r.first) < 0) {
			if (!ranges_add(&out, top->v[t].first, top->v[t].last, top->v[t].value, e))
				goto out;
			t++;
		}
		while (rest && t < top->count && ip_cmp(top->v[t].first, r.last) <= 0) {
			if (ip_cmp(r.first, top->v[t].first) < 0 &&
			    !ranges_add(&out, r.first, ip_before(top->v[t].first), r.value, e))
				goto out;
			if (ip_cmp(top->v[t].last, r.last) >= 0) {
				rest = false;
				break;
			}
			r.first = ip_next(top->v[t].last);
			if (!ranges_add(&out, top->v[t].first, top->v[t].last, top->v[t].value, e))
				goto out;
			t++;
		}
		if (rest && !ranges_add(&out, r.first, r.last, r.value, e))
			goto out;
	}
	for (; t < top->count; t++) {
		if (!ranges_add(&out, top->v[t].first, top->v[t].last, top->v[t].value, e))
			goto out;
	}
	ok = true;
out:
	free(base->v);
	*base = out;
	free(top->v);
	*top = (struct ranges){ 0 };
	return ok;
}

static void
names_put(struct names *n, uint32_t asn, struct slice name)
{
	size_t i;

	if (n->count * 2 >= n->cap) {
		struct names old = *n;

		n->cap = old.cap == 0 ? 1 << 16 : old.cap * 2;
		n->slots = xarray(n->cap, sizeof(*n->slots));
		for (size_t k = 0; k < old.cap; k++) {
			if (old.slots[k].asn == 0)
				continue;
			i = old.slots[k].asn * 0x9e3779b1u & (n->cap - 1);
			while (n->slots[i].asn != 0)
				i = (i + 1) & (n->cap - 1);
			n->slots[i] = old.slots[k];
		}
		free(old.slots);
	}
	i = asn * 0x9e3779b1u & (n->cap - 1);
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

/* An address, or the number of one in decimal: up to 2^32 IPv4, above it IPv6. */
static bool
address_read(struct slice s, bool numbers_v6, struct ip *out)
{
	u128 v = 0;

	if (ip_read(s, out))
		return true;
	if (s.len == 0 || s.len > 39)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!byte_is_digit(s.p[i]) ||
		    __builtin_mul_overflow(v, (u128)10, &v) ||
		    __builtin_add_overflow(v, (u128)(s.p[i] - '0'), &v))
			return false;
	}
	if (v <= UINT32_MAX && !numbers_v6)
		*out = ip_of_v4((uint32_t)v);
	else
		*out = (struct ip){ (uint64_t)(v >> 64), (uint64_t)v };
	return true;
}

static bool
country_read(struct slice s, uint32_t *out)
{
	if (s.len != 2 || !byte_is_alpha(s.p[0]) || !byte_is_alpha(s.p[1]))
		return false;
	*out = (uint32_t)(s.p[0] & ~0x20) << 8 | (uint32_t)(s.p[1] & ~0x20);
	return true;
}

/* first,last,asn,name or first,last,country */
static bool
row_add(struct build *b, enum networks_kind kind, struct ranges *r,
    const struct csv_row *row, bool *good, struct err *e)
{
	struct ip first, last;
	uint64_t asn;
	uint32_t value;
	bool v6;

	*good = false;
	if (row->count < 3)
		return true;
	/* A range whose end is over 2^32 is IPv6, also where it begins at 0. */
	v6 = row->v[1].len > 10 && slice_find_byte(row->v[1], '.') == SIZE_MAX;
	if (!address_read(row->v[0], v6, &first) || !address_read(row->v[1], v6, &last) ||
	    ip_cmp(first, last) > 0 || ip_is_v4(first) != ip_is_v4(last))
		return true;
	if (kind == NETWORKS_ASN) {
		struct slice number = row->v[2];

		if (slice_starts_nocase(number, S("AS")))
			number = slice_from(number, 2);
		if (!slice_u64(number, &asn) || asn > UINT32_MAX)
			return true;
		*good = true;
		if (asn == 0)
			return true; /* not routed: nothing is known */
		value = (uint32_t)asn;
		if (row->count > 3)
			names_put(&b->names, value, slice_trim(row->v[3]));
	} else if (!country_read(row->v[2], &value)) {
		/* "None" and "-" say that nothing is known. */
		*good = row->v[2].len == 0 || slice_eq(row->v[2], S("-")) || slice_eq(row->v[2], S("None"));
		return true;
	}
	*good = true;
	return ranges_add(r, first, last, value, e);
}

static bool
csv_load(struct build *b, const struct networks_source *source, struct ranges *r,
    struct err *e)
{
	struct file_map map = FILE_MAP_NONE;
	uint64_t lines = 0, bad = 0;
	struct csv_reader reader;
	struct csv_row row;
	struct source src;
	enum step step;
	bool good;

	if (!file_map(source->path, SOURCE_BYTES_MAX, &map, e))
		return false;
	source_of_slice(&src, map.view);
	csv_init(&reader, &src);
	while ((step = csv_next(&reader, &row, e)) == STEP_ITEM || step == STEP_BAD) {
		good = false;
		lines++;
		if (step == STEP_ITEM && !row_add(b, source->kind, r, &row, &good, e)) {
			step = STEP_FAIL;
			break;
		}
		/* The first line may name the columns. */
		bad += !good && lines > 1;
	}
	csv_fini(&reader);
	file_unmap(&map);
	b->built->bad_lines += bad;
	if (step == STEP_FAIL)
		return err_within(e, "%s", source->path);
	if (bad > lines / 100)
		return err_set(e, ERR_INPUT, "%s: %llu of %llu lines are no range of addresses; expected first,last,%s",
		    source->path, (unsigned long long)bad, (unsigned long long)lines,
		    source->kind == NETWORKS_ASN ? "asn,name" : "country");
	if (r->count == 0)
		return err_set(e, ERR_INPUT, "%s: not one range of addresses in it", source->path);
	return true;
}

/* A text or number of a record by one of its usual names. */
static bool
mmdb_value(MMDB_entry_s *entry, struct build *b, enum networks_kind kind, uint32_t *out)
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
			names_put(&b->names, *out, slice_of(d.utf8_string, d.data_size));
			break;
		}
	}
	return true;
}

/* Walk the tree with a stack of our own; depth is the prefix' length. */
static bool
mmdb_walk(struct build *b, MMDB_s *db, enum networks_kind kind, struct ranges *r,
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
			    !mmdb_value(side == 1 ? &s.right_record_entry : &s.left_record_entry, b, kind, &value))
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
mmdb_load(struct build *b, const struct networks_source *source, struct ranges *r,
    struct err *e)
{
	MMDB_s db;
	int status = MMDB_open(source->path, MMDB_MODE_MMAP, &db);
	bool ok;

	if (status != MMDB_SUCCESS)
		return err_set(e, ERR_INPUT, "%s: %s", source->path, MMDB_strerror(status));
	ok = mmdb_walk(b, &db, source->kind, r, e);
	MMDB_close(&db);
	if (ok && r->count == 0)
		ok = err_set(e, ERR_INPUT, "it holds no record of the kind that was asked for");
	return ok || err_within(e, "%s", source->path);
}

/* The table being laid out, in the order of the file. */
struct layout {
	struct buf v4_starts, v4_values, v6_starts, v6_values, values, asns;
	struct { uint64_t key; uint32_t at; } *seen;
	size_t seen_count, seen_cap;
	struct ip next4, next6; /* where the last range of the family ended, plus one */
};

#define PUT(buf, x) buf_put(buf, slice_of(&(x), sizeof(x)))

static uint32_t
value_of(struct layout *l, const struct names *n, uint32_t asn, uint32_t country)
{
	uint64_t key = (uint64_t)asn << 16 | country;
	struct networks_value v = { .asn = asn };
	size_t i;

	if (key == 0)
		return 0; /* nothing known: the first value, put there before */
	if (l->seen_count * 2 >= l->seen_cap) {
		size_t cap = l->seen_cap == 0 ? 1 << 16 : l->seen_cap * 2;
		__typeof__(l->seen) seen = xarray(cap, sizeof(*seen));

		for (size_t k = 0; k < l->seen_cap; k++) {
			if (l->seen[k].key == 0)
				continue;
			i = hash64(slice_of(&l->seen[k].key, 8), 0) & (cap - 1);
			while (seen[i].key != 0)
				i = (i + 1) & (cap - 1);
			seen[i] = l->seen[k];
		}
		free(l->seen);
		l->seen = seen;
		l->seen_cap = cap;
	}
	i = hash64(slice_of(&key, 8), 0) & (l->seen_cap - 1);
	while (l->seen[i].key != 0 && l->seen[i].key != key)
		i = (i + 1) & (l->seen_cap - 1);
	if (l->seen[i].key == key)
		return l->seen[i].at;
	v.country[0] = (uint8_t)(country >> 8);
	v.country[1] = (uint8_t)country;
	v.name = UINT32_MAX;
	for (size_t k = asn * 0x9e3779b1u & (n->cap - 1); n->cap > 0 && n->slots[k].asn != 0; k = (k + 1) & (n->cap - 1)) {
		if (n->slots[k].asn == asn)
			v.name = n->slots[k].at;
	}
	l->seen[i].key = key;
	l->seen[i].at = (uint32_t)(l->values.len / sizeof(v));
	l->seen_count++;
	PUT(&l->values, v);
	return l->seen[i].at;
}

/* Append a range; what lies between it and the one before is "unknown": value 0. */
static void
lay(struct layout *l, struct ip first, struct ip last, uint32_t value)
{
	bool v4 = ip_is_v4(first);
	struct ip *next = v4 ? &l->next4 : &l->next6;
	uint32_t none = 0;

	if (ip_cmp(*next, first) < 0) {
		if (v4) {
			uint32_t at = ip_v4(*next);

			PUT(&l->v4_starts, at);
			PUT(&l->v4_values, none);
		} else {
			PUT(&l->v6_starts, *next);
			PUT(&l->v6_values, none);
		}
	}
	if (v4) {
		uint32_t at = ip_v4(first);

		PUT(&l->v4_starts, at);
		PUT(&l->v4_values, value);
	} else {
		PUT(&l->v6_starts, first);
		PUT(&l->v6_values, value);
	}
	*next = ip_next(last);
}

/* One sweep over both kinds; pieces with the same facts as the one before are joined. */
static void
sweep(struct build *b, struct layout *l)
{
	const struct ranges *a = &b->kinds[NETWORKS_ASN], *c = &b->kinds[NETWORKS_COUNTRY];
	size_t i = 0, k = 0;
	struct ip pos = { 0, 0 };

	while (i < a->count || k < c->count) {
		const struct range *x = i < a->count ? &a->v[i] : NULL;
		const struct range *y = k < c->count ? &c->v[k] : NULL;
		struct ip first, last;
		bool in_x, in_y;

		if (x != NULL && ip_cmp(x->last, pos) < 0) {
			i++;
			continue;
		}
		if (y != NULL && ip_cmp(y->last, pos) < 0) {
			k++;
			continue;
		}
		in_x = x != NULL && ip_cmp(x->first, pos) <= 0;
		in_y = y != NULL && ip_cmp(y->first, pos) <= 0;
		if (!in_x && !in_y) {
			if (x != NULL && (y == NULL || ip_cmp(x->first, y->first) < 0))
				pos = x->first;
			else if (y != NULL)
				pos = y->first;
			continue;
		}
		first = pos;
		last = in_x ? x->last : y->last;
		if (in_x && in_y && ip_cmp(y->last, last) < 0)
			last = y->last;
		if (!in_x && x != NULL && ip_cmp(x->first, last) <= 0)
			last = ip_before(x->first);
		if (!in_y && y != NULL && ip_cmp(y->first, last) <= 0)
			last = ip_before(y->first);
		lay(l, first, last, value_of(l, &b->names, in_x ? x->value : 0, in_y ? y->value : 0));
		if (last.hi == UINT64_MAX && last.lo == UINT64_MAX)
			break;
		pos = ip_next(last);
	}
}

static int
asn_cmp(const void *a, const void *b)
{
	const struct networks_asn *x = a, *y = b;

	return x->asn < y->asn ? -1 : x->asn > y->asn;
}

/* Index entry i is the last range that begins at or before bucket i's first address. */
static void
index_put(struct buf *out, const struct buf *starts, bool v4)
{
	size_t n = starts->len / (v4 ? sizeof(uint32_t) : sizeof(struct ip)), at = 0;
	size_t buckets = (size_t)1 << (v4 ? NETWORKS_V4_BITS : NETWORKS_V6_BITS);

	for (size_t i = 0; i <= buckets; i++) {
		struct ip edge = { 1u, 0 };
		uint32_t entry;

		if (v4)
			edge = i == buckets ? (struct ip){ 1, 0 } : ip_of_v4((uint32_t)(i << (32 - NETWORKS_V4_BITS)));
		else
			edge.hi = ((uint64_t)1 << 61) + ((uint64_t)i << (61 - NETWORKS_V6_BITS));
		for (; at + 1 < n; at++) {
			struct ip next;

			if (v4)
				next = ip_of_v4(((const uint32_t *)(const void *)starts->p)[at + 1]);
			else
				memcpy(&next, starts->p + (at + 1) * sizeof(next), sizeof(next));
			if (ip_cmp(next, edge) > 0)
				break;
		}
		entry = (uint32_t)at;
		PUT(out, entry);
	}
}

static void
align(struct buf *b)
{
	while (b->len % 16 != 0)
		buf_byte(b, 0);
}

static void
section(struct buf *out, struct networks_header *h, enum networks_section s,
    const struct buf *from)
{
	align(out);
	h->sections[s].at = out->len;
	h->sections[s].bytes = from->len;
	buf_put(out, buf_view(from));
}

static bool
layout_write(struct build *b, struct layout *l, const char *path, struct err *e)
{
	struct networks_header h = { .magic = NETWORKS_MAGIC, .version = NETWORKS_VERSION };
	struct buf out, v4_index, v6_index;
	bool ok;

	buf_init(&out, (size_t)2 << 30);
	buf_init(&v4_index, 1 << 24);
	buf_init(&v6_index, 1 << 24);
	for (size_t i = 0; i < b->names.cap; i++) {
		if (b->names.slots[i].asn != 0)
			PUT(&l->asns, b->names.slots[i]);
	}
	if (l->asns.len > 0)
		qsort(l->asns.p, l->asns.len / sizeof(struct networks_asn), sizeof(struct networks_asn), asn_cmp);
	index_put(&v4_index, &l->v4_starts, true);
	index_put(&v6_index, &l->v6_starts, false);
	buf_put(&out, slice_of(&h, sizeof(h)));
	section(&out, &h, SECTION_V4_INDEX, &v4_index);
	section(&out, &h, SECTION_V4_STARTS, &l->v4_starts);
	section(&out, &h, SECTION_V4_VALUES, &l->v4_values);
	section(&out, &h, SECTION_V6_INDEX, &v6_index);
	section(&out, &h, SECTION_V6_STARTS, &l->v6_starts);
	section(&out, &h, SECTION_V6_VALUES, &l->v6_values);
	section(&out, &h, SECTION_VALUES, &l->values);
	section(&out, &h, SECTION_ASNS, &l->asns);
	section(&out, &h, SECTION_NAMES, &b->names.text);
	if (!buf_ok(&out)) {
		ok = err_set(e, ERR_LIMIT, "the table of networks would have more than 2 GiB");
	} else {
		h.bytes = out.len;
		h.checksum = networks_checksum(&h, slice_from(buf_view(&out), sizeof(h)));
		memcpy(out.p, &h, sizeof(h));
		ok = file_write(path, buf_view(&out), e);
	}
	b->built->ranges_v4 = l->v4_starts.len / sizeof(uint32_t);
	b->built->ranges_v6 = l->v6_starts.len / sizeof(struct ip);
	b->built->bytes = out.len;
	buf_fini(&out);
	buf_fini(&v4_index);
	buf_fini(&v6_index);
	return ok;
}

static bool
write_table(struct build *b, const char *path, struct err *e)
{
	struct networks_value nothing = { .name = UINT32_MAX };
	struct layout l = { .next4 = ip_of_v4(0) };
	struct buf *bufs[] = { &l.v4_starts, &l.v4_values, &l.v6_starts, &l.v6_values, &l.values, &l.asns };
	bool ok;

	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_init(bufs[i], (size_t)1 << 30);
	PUT(&l.values, nothing);
	sweep(b, &l);
	/* Behind the last range nothing is known. */
	if (l.v4_starts.len == 0 || ip_is_v4(l.next4))
		lay(&l, l.next4, l.next4, 0);
	if (l.next6.hi != 0 || l.next6.lo != 0 || l.v6_starts.len == 0)
		lay(&l, l.next6, l.next6, 0);
	ok = layout_write(b, &l, path, e);
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_fini(bufs[i]);
	free(l.seen);
	return ok;
}

bool
networks_build(const struct networks_source *sources, size_t n,
    const char *path, struct networks_built *out, struct err *e)
{
	struct build b = { .built = out };
	bool ok = false;

	*out = (struct networks_built){ 0 };
	buf_init(&b.names.text, NAMES_BYTES_MAX);
	for (size_t i = 0; i < n; i++) {
		struct ranges r = { .sorted = true };
		bool mmdb = slice_ends_nocase(slice_of_str(sources[i].path), S(".mmdb"));

		if (!(mmdb ? mmdb_load(&b, &sources[i], &r, e) : csv_load(&b, &sources[i], &r, e)) ||
		    !flatten(&r, e) || !overlay(&b.kinds[sources[i].kind], &r, e)) {
			free(r.v);
			goto out;
		}
	}
	ok = write_table(&b, path, e);
out:
	free(b.kinds[0].v);
	free(b.kinds[1].v);
	free(b.names.slots);
	buf_fini(&b.names.text);
	return ok;
}
