/*
 * All contacts in memory behind one hash table: its keys are "prefix of that
 * length", "domain", "AS", "country". A question tries the lengths that exist,
 * longest first, then the labels of the name, the AS and the country.
 */
#include "attrib/contacts.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"

#define CONTACTS_BYTES_MAX ((size_t)4 << 30)

struct contacts {
	struct arena memory;
	struct contact *v;
	struct prefix *prefixes; /* beside v, where the scope is one */
	size_t count, cap;
	uint32_t *slots; /* 1 + index into v; 0: empty */
	uint32_t *chain; /* the next contact with the same key, 1 + index */
	size_t slot_count;
	bool lengths[129]; /* which prefix lengths there are */
	struct contact_off *off;
	struct prefix *off_prefixes;
	size_t off_count, off_cap;
	int64_t now_s;
};

static const char *const scope_names[SCOPE_COUNT] = { "prefix", "domain", "asn", "country" };

const char *
contact_scope_name(enum contact_scope s)
{
	return scope_names[s];
}

bool
contact_scope_find(struct slice name, enum contact_scope *out)
{
	static const struct { struct slice word; enum contact_scope scope; } others[] = {
		{ S_INIT("network"), SCOPE_PREFIX }, { S_INIT("cidr"), SCOPE_PREFIX }, { S_INIT("ip"), SCOPE_PREFIX },
		{ S_INIT("fqdn"), SCOPE_DOMAIN }, { S_INIT("as"), SCOPE_ASN }, { S_INIT("cc"), SCOPE_COUNTRY },
	};

	for (int i = 0; i < SCOPE_COUNT; i++) {
		if (slice_eq_nocase(name, slice_of_str(scope_names[i]))) {
			*out = (enum contact_scope)i;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (slice_eq_nocase(name, others[i].word)) {
			*out = others[i].scope;
			return true;
		}
	}
	return false;
}

static uint64_t
key_prefix(const struct prefix *p)
{
	uint8_t bytes[17];

	ip_to_bytes(p->ip, bytes);
	bytes[16] = p->bits;
	return hash64(slice_of(bytes, sizeof(bytes)), SCOPE_PREFIX);
}

static uint64_t
key_asn(uint32_t asn)
{
	return hash64(slice_of(&asn, sizeof(asn)), SCOPE_ASN);
}

static uint64_t
key_text(struct slice s, enum contact_scope scope)
{
	return hash64(s, scope);
}

static bool
asn_of(struct slice s, uint32_t *out)
{
	uint64_t v;

	if (!slice_u64(s, &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static uint64_t
key_of(const struct contacts *c, size_t i)
{
	uint32_t asn = 0;

	switch (c->v[i].scope) {
	case SCOPE_PREFIX:
		return key_prefix(&c->prefixes[i]);
	case SCOPE_ASN:
		(void)asn_of(c->v[i].value, &asn);
		return key_asn(asn);
	case SCOPE_DOMAIN:
	case SCOPE_COUNTRY:
	case SCOPE_COUNT:
		break;
	}
	return key_text(c->v[i].value, c->v[i].scope);
}

/* Each chain keeps its best first: by hand before imported, later before earlier. */
static void
index_build(struct contacts *c)
{
	c->slot_count = 16;
	while (c->slot_count < 2 * c->count + 2)
		c->slot_count *= 2;
	c->slots = xarray(c->slot_count, sizeof(*c->slots));
	c->chain = xarray(c->count + 1, sizeof(*c->chain));
	for (size_t i = 0; i < c->count; i++) {
		size_t at = (size_t)key_of(c, i) & (c->slot_count - 1);

		if (c->v[i].scope == SCOPE_PREFIX)
			c->lengths[c->prefixes[i].bits] = true;
		c->chain[i] = c->slots[at];
		c->slots[at] = (uint32_t)i + 1;
	}
}

static bool
same(const struct contacts *c, size_t i, enum contact_scope scope,
    const struct prefix *prefix, struct slice text)
{
	const struct contact *x = &c->v[i];

	if (x->scope != scope || (x->expires_s != 0 && x->expires_s <= c->now_s))
		return false;
	if (scope == SCOPE_PREFIX)
		return c->prefixes[i].bits == prefix->bits && ip_cmp(c->prefixes[i].ip, prefix->ip) == 0;
	return slice_eq(x->value, text);
}

static const struct contact *
look_up(const struct contacts *c, unsigned layers, uint64_t key, enum contact_scope scope,
    const struct prefix *prefix, struct slice text)
{
	const struct contact *best = NULL;

	for (uint32_t i = c->slots[(size_t)key & (c->slot_count - 1)]; i != 0; i = c->chain[i - 1]) {
		const struct contact *x = &c->v[i - 1];

		if ((layers >> x->layer & 1) == 0 || !same(c, i - 1, scope, prefix, text))
			continue;
		if (best == NULL || x->layer > best->layer ||
		    (x->layer == best->layer && x->id > best->id))
			best = x;
	}
	return best;
}

static const struct contact *
by_prefix(const struct contacts *c, unsigned layers, struct ip ip)
{
	for (int bits = 128; bits >= 0; bits--) {
		struct prefix p = { ip, (uint8_t)bits };
		const struct contact *x;

		if (!c->lengths[bits])
			continue;
		p.ip.hi &= bits == 0 ? 0 : bits >= 64 ? UINT64_MAX : ~(UINT64_MAX >> bits);
		p.ip.lo &= bits <= 64 ? 0 : bits == 128 ? UINT64_MAX : ~(UINT64_MAX >> (bits - 64));
		x = look_up(c, layers, key_prefix(&p), SCOPE_PREFIX, &p, SLICE_NONE);
		if (x != NULL)
			return x;
	}
	return NULL;
}

static const struct contact *
by_domain(const struct contacts *c, unsigned layers, struct slice name)
{
	while (name.len > 0) {
		const struct contact *x = look_up(c, layers, key_text(name, SCOPE_DOMAIN), SCOPE_DOMAIN, NULL, name);
		size_t dot;

		if (x != NULL)
			return x;
		dot = slice_find_byte(name, '.');
		if (dot == SIZE_MAX)
			break;
		name = slice_from(name, dot + 1);
	}
	return NULL;
}

static bool
off_holds(const struct contacts *c, size_t i, const struct contact_query *q)
{
	const struct contact_off *o = &c->off[i];
	uint32_t asn;

	if ((o->from_s != 0 && c->now_s < o->from_s) || (o->until_s != 0 && c->now_s >= o->until_s))
		return false;
	if (o->class_type.len > 0 && !slice_eq(o->class_type, q->class_type))
		return false;
	if (o->feed.len > 0 && !slice_eq(o->feed, q->feed))
		return false;
	if (!o->has_scope)
		return o->class_type.len > 0 || o->feed.len > 0;
	switch (o->scope) {
	case SCOPE_PREFIX:
		return q->has_ip && prefix_covers(&c->off_prefixes[i], q->ip);
	case SCOPE_DOMAIN:
		return slice_ends(q->fqdn, o->value) && (q->fqdn.len == o->value.len ||
		    q->fqdn.p[q->fqdn.len - o->value.len - 1] == '.');
	case SCOPE_ASN:
		return q->asn != 0 && asn_of(o->value, &asn) && asn == q->asn;
	case SCOPE_COUNTRY:
		return slice_eq(o->value, q->country);
	case SCOPE_COUNT:
		break;
	}
	return false;
}

#define BOTH_LAYERS (1u << LAYER_MANUAL | 1u << LAYER_IMPORTED)

/* Prefix (the longest first), then domain, then AS. */
static const struct contact *
most_exact(const struct contacts *c, unsigned layers, const struct contact_query *q)
{
	const struct contact *found = q->has_ip ? by_prefix(c, layers, q->ip) : NULL;
	char text[16];
	struct buf b = { (uint8_t *)text, 0, sizeof(text), sizeof(text) - 1, false };

	if (found == NULL)
		found = by_domain(c, layers, q->fqdn);
	if (found != NULL || q->asn == 0)
		return found;
	buf_u64(&b, q->asn);
	return look_up(c, layers, key_asn(q->asn), SCOPE_ASN, NULL, buf_view(&b));
}

void
contacts_find(const struct contacts *c, const struct contact_query *q,
    struct contact_answer *out)
{
	*out = (struct contact_answer){ .off_reason = SLICE_NONE };
	for (size_t i = 0; i < c->off_count; i++) {
		if (off_holds(c, i, q)) {
			out->off = true;
			out->off_reason = c->off[i].reason;
			return;
		}
	}
	if (q->country.len == 2)
		out->focal_point = look_up(c, BOTH_LAYERS, key_text(q->country, SCOPE_COUNTRY), SCOPE_COUNTRY, NULL, q->country);
	/* What a person entered holds, however exact an import is. */
	out->contact = most_exact(c, 1u << LAYER_MANUAL, q);
	if (out->contact == NULL)
		out->contact = most_exact(c, 1u << LAYER_IMPORTED, q);
	if (out->contact == NULL)
		out->contact = out->focal_point;
}

void
contact_recipient(const struct contact *c, struct policy_recipient *out)
{
	*out = (struct policy_recipient){ .role = ROLE_OTHER, .valid_until_s = c->expires_s };
	switch (c->scope) {
	case SCOPE_PREFIX:
		out->role = ROLE_NETWORK_CONTACT;
		(void)prefix_read_loose(c->value, &out->prefix);
		break;
	case SCOPE_DOMAIN:
		out->role = ROLE_DOMAIN_CONTACT;
		out->domain = c->value;
		break;
	case SCOPE_ASN:
		out->role = ROLE_NETWORK_CONTACT;
		(void)asn_of(c->value, &out->asn);
		break;
	case SCOPE_COUNTRY:
		out->role = ROLE_FOCAL_POINT;
		out->country = c->value;
		break;
	case SCOPE_COUNT:
		break;
	}
}

static bool
keep(struct contacts *c, struct slice *s, struct err *e)
{
	*s = arena_copy(&c->memory, *s);
	return s->p != NULL || err_set(e, ERR_LIMIT, "more contacts than fit into %zu bytes", CONTACTS_BYTES_MAX);
}

static bool
load_contact(void *cookie, const struct contact *row, struct err *e)
{
	struct contacts *c = cookie;
	struct contact *x;

	if (c->count == c->cap) {
		c->cap = c->cap == 0 ? 256 : c->cap * 2;
		c->v = xrealloc(c->v, c->cap * sizeof(*c->v));
		c->prefixes = xrealloc(c->prefixes, c->cap * sizeof(*c->prefixes));
	}
	x = &c->v[c->count];
	*x = *row;
	c->prefixes[c->count] = (struct prefix){ { 0, 0 }, 0 };
	if (x->scope == SCOPE_PREFIX && !prefix_read_loose(x->value, &c->prefixes[c->count]))
		return err_set(e, ERR_INPUT, "contact %lld: %s is not a network", (long long)x->id, QUOTE(x->value));
	c->count++;
	return keep(c, &x->source, e) && keep(c, &x->value, e) && keep(c, &x->name, e) &&
	    keep(c, &x->email, e) && keep(c, &x->medium, e) && keep(c, &x->format, e) &&
	    keep(c, &x->openpgp, e) && keep(c, &x->url, e);
}

static bool
load_off(void *cookie, const struct contact_off *row, struct err *e)
{
	struct contacts *c = cookie;
	struct contact_off *x;

	if (c->off_count == c->off_cap) {
		c->off_cap = c->off_cap == 0 ? 16 : c->off_cap * 2;
		c->off = xrealloc(c->off, c->off_cap * sizeof(*c->off));
		c->off_prefixes = xrealloc(c->off_prefixes, c->off_cap * sizeof(*c->off_prefixes));
	}
	x = &c->off[c->off_count];
	*x = *row;
	c->off_prefixes[c->off_count] = (struct prefix){ { 0, 0 }, 0 };
	if (x->has_scope && x->scope == SCOPE_PREFIX &&
	    !prefix_read_loose(x->value, &c->off_prefixes[c->off_count]))
		return err_set(e, ERR_INPUT, "condition %lld: %s is not a network", (long long)x->id, QUOTE(x->value));
	c->off_count++;
	return keep(c, &x->value, e) && keep(c, &x->class_type, e) && keep(c, &x->feed, e) &&
	    keep(c, &x->reason, e) && keep(c, &x->by, e);
}

bool
contacts_load(struct store *s, struct contacts **out, struct err *e)
{
	struct contacts *c = xalloc(sizeof(*c));

	arena_init(&c->memory, CONTACTS_BYTES_MAX);
	c->now_s = clock_now_s();
	if (!contact_list(s, SLICE_NONE, load_contact, c, e) ||
	    !contact_off_list(s, load_off, c, e)) {
		contacts_free(&c);
		return false;
	}
	index_build(c);
	*out = c;
	return true;
}

void
contacts_free(struct contacts **c)
{
	if (*c == NULL)
		return;
	arena_fini(&(*c)->memory);
	free((*c)->v);
	free((*c)->prefixes);
	free((*c)->slots);
	free((*c)->chain);
	free((*c)->off);
	free((*c)->off_prefixes);
	free(*c);
	*c = NULL;
}
