/*
 * From sources to the table file: each source becomes a sorted list of disjoint
 * ranges, the lists of a kind are laid over each other (the later wins), and
 * one sweep over the two kinds gives ranges for which all is the same.
 */
#include <stdlib.h>

#include "attrib/networks_source.h"
#include "attrib/networks_table.h"
#include "base/arena.h"
#include "base/file.h"

struct build {
	struct ranges kinds[2];
	struct names names;
	struct networks_built *built;
};

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

/* The table being laid out, in the order of the file. */
struct layout {
	struct buf v4_index, v4_starts, v4_values, v6_index, v6_starts, v6_values, asns;
	uint64_t ranges_v4; /* as given, not as cut at the edges of buckets */
	struct ip next4, next6; /* where the last range of the family ended, plus one */
};

#define PUT(buf, x) buf_put(buf, slice_of(&(x), sizeof(x)))

static void
lay_v4(struct layout *l, uint32_t first, uint32_t last, struct networks_value v)
{
	unsigned low = 32 - NETWORKS_V4_BITS;

	l->ranges_v4++;
	for (uint64_t at = first; at <= last; at = ((at >> low) + 1) << low) {
		networks_low start = networks_low_of(at);
		uint32_t entry = (uint32_t)(l->v4_starts.len / sizeof(start));

		v.goes_on = at != first;
		if (start == 0)
			PUT(&l->v4_index, entry);
		PUT(&l->v4_starts, start);
		PUT(&l->v4_values, v);
	}
	l->next4 = ip_next(ip_of_v4(last));
}

static void
lay_v6(struct layout *l, struct ip first, struct ip last, struct networks_value v)
{
	PUT(&l->v6_starts, first);
	PUT(&l->v6_values, v);
	l->next6 = ip_next(last);
}

/* Append a range; what lies between it and the one before is unknown. */
static void
lay(struct layout *l, struct ip first, struct ip last, uint32_t asn, uint32_t country)
{
	struct networks_value none = { 0 }, v = { .asn = asn,
		.country = { (uint8_t)(country >> 8), (uint8_t)country } };

	if (ip_is_v4(first)) {
		if (ip_cmp(l->next4, first) < 0)
			lay_v4(l, ip_v4(l->next4), ip_v4(first) - 1, none);
		lay_v4(l, ip_v4(first), ip_v4(last), v);
	} else {
		if (ip_cmp(l->next6, first) < 0)
			lay_v6(l, l->next6, ip_before(first), none);
		lay_v6(l, first, last, v);
	}
}

/* One sweep over both kinds. */
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
		/* One of them holds pos, so in_x or in_y: it is there. */
		/* cppcheck-suppress nullPointerRedundantCheck */
		last = in_x ? x->last : y->last;
		if (in_x && in_y && ip_cmp(y->last, last) < 0)
			last = y->last;
		if (!in_x && x != NULL && ip_cmp(x->first, last) <= 0)
			last = ip_before(x->first);
		if (!in_y && y != NULL && ip_cmp(y->first, last) <= 0)
			last = ip_before(y->first);
		lay(l, first, last, in_x ? x->value : 0, in_y ? y->value : 0);
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

/* Entry i is the last range that begins at or before bucket i's first address. */
static void
v6_index_put(struct buf *out, const struct buf *starts)
{
	size_t n = starts->len / sizeof(struct ip), at = 0;

	for (size_t i = 0; i <= (size_t)1 << NETWORKS_V6_BITS; i++) {
		struct ip edge = { ((uint64_t)1 << 61) + ((uint64_t)i << (61 - NETWORKS_V6_BITS)), 0 };
		uint32_t entry;

		for (; at + 1 < n; at++) {
			struct ip next;

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

static void
asns_put(struct layout *l, const struct names *names)
{
	for (size_t i = 0; i < names->cap; i++) {
		if (names->slots[i].asn != 0)
			PUT(&l->asns, names->slots[i]);
	}
	if (l->asns.len > 0)
		qsort(l->asns.p, l->asns.len / sizeof(struct networks_asn), sizeof(struct networks_asn), asn_cmp);
}

static bool
layout_write(struct build *b, struct layout *l, const char *path, struct err *e)
{
	struct networks_header h = { .magic = NETWORKS_MAGIC, .version = NETWORKS_VERSION };
	struct buf out;
	bool ok;

	buf_init(&out, (size_t)2 << 30);
	buf_put(&out, slice_of(&h, sizeof(h)));
	section(&out, &h, SECTION_V4_INDEX, &l->v4_index);
	section(&out, &h, SECTION_V4_STARTS, &l->v4_starts);
	section(&out, &h, SECTION_V4_VALUES, &l->v4_values);
	section(&out, &h, SECTION_V6_INDEX, &l->v6_index);
	section(&out, &h, SECTION_V6_STARTS, &l->v6_starts);
	section(&out, &h, SECTION_V6_VALUES, &l->v6_values);
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
	b->built->ranges_v4 = l->ranges_v4;
	b->built->ranges_v6 = l->v6_starts.len / sizeof(struct ip);
	b->built->bytes = out.len;
	buf_fini(&out);
	return ok;
}

static bool
write_table(struct build *b, const char *path, struct err *e)
{
	struct layout l = { .next4 = ip_of_v4(0) };
	struct buf *bufs[] = { &l.v4_index, &l.v4_starts, &l.v4_values, &l.v6_index,
		&l.v6_starts, &l.v6_values, &l.asns };
	struct networks_value none = { 0 };
	uint32_t end;
	bool ok;

	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_init(bufs[i], (size_t)1 << 30);
	sweep(b, &l);
	/* Behind the last range nothing is known. */
	if (ip_is_v4(l.next4))
		lay_v4(&l, ip_v4(l.next4), UINT32_MAX, none);
	if (l.next6.hi != 0 || l.next6.lo != 0 || l.v6_starts.len == 0)
		lay_v6(&l, l.next6, l.next6, none);
	end = (uint32_t)(l.v4_starts.len / sizeof(networks_low));
	PUT(&l.v4_index, end);
	v6_index_put(&l.v6_index, &l.v6_starts);
	asns_put(&l, &b->names);
	ok = layout_write(b, &l, path, e);
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_fini(bufs[i]);
	return ok;
}

bool
networks_build(const struct networks_source *sources, size_t n,
    const char *path, struct networks_built *out, struct err *e)
{
	struct build b = { .built = out };
	bool ok = false;

	*out = (struct networks_built){ 0 };
	names_init(&b.names);
	for (size_t i = 0; i < n; i++) {
		struct ranges r = { .sorted = true };

		if (!networks_source_read(&sources[i], &b.names, &r, &out->bad_lines, e) ||
		    !flatten(&r, e) || !overlay(&b.kinds[sources[i].kind], &r, e)) {
			free(r.v);
			goto out;
		}
	}
	ok = write_table(&b, path, e);
out:
	free(b.kinds[0].v);
	free(b.kinds[1].v);
	names_fini(&b.names);
	return ok;
}
