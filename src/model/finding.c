#include "model/finding.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/lang.h"
#include "model/protect.h"

/* "-": the act means nothing in that state. */
static const char moves[FINDING_STATE_COUNT][FINDING_ACT_COUNT + 1] = {
	/* acts: seen, tell, acknowledge, resolve, reopen, silence */
	[FINDING_NEW] = "-nar-r",
	[FINDING_NOTIFIED] = "-narwr",
	[FINDING_ACKNOWLEDGED] = "-n-rwr",
	[FINDING_RESOLVED] = "b---b-",
	[FINDING_RETURNED] = "-nar-r",
};

static const char *const state_names[FINDING_STATE_COUNT] = {
	[FINDING_NEW] = N_("new"),
	[FINDING_NOTIFIED] = N_("notified"),
	[FINDING_ACKNOWLEDGED] = N_("acknowledged"),
	[FINDING_RESOLVED] = N_("resolved"),
	[FINDING_RETURNED] = N_("returned"),
};

const char *
finding_state_name(enum finding_state s)
{
	return state_names[s];
}

bool
finding_state_find(struct slice name, enum finding_state *out)
{
	for (int i = 0; i < FINDING_STATE_COUNT; i++) {
		if (slice_eq(name, slice_of_str(state_names[i]))) {
			*out = (enum finding_state)i;
			return true;
		}
	}
	return false;
}

bool
finding_move(enum finding_state from, enum finding_act act,
    enum finding_state *to_out)
{
	switch (moves[from][act]) {
	case 'n':
		/* Being told again of what somebody looks at changes nothing. */
		*to_out = from == FINDING_ACKNOWLEDGED ? from : FINDING_NOTIFIED;
		return true;
	case 'a':
		*to_out = FINDING_ACKNOWLEDGED;
		return true;
	case 'r':
		*to_out = FINDING_RESOLVED;
		return true;
	case 'b':
		*to_out = FINDING_RETURNED;
		return true;
	case 'w':
		/* Nobody who can help was told: it is as if it were new. */
		*to_out = FINDING_NEW;
		return true;
	}
	*to_out = from;
	return false;
}

static const char *const kind_names[PLACE_KIND_COUNT] = {
	[PLACE_IP] = "ip",
	[PLACE_NETWORK] = "network",
	[PLACE_FQDN] = "fqdn",
	[PLACE_URL] = "url",
	[PLACE_ASN] = "asn",
	[PLACE_ACCOUNT] = "account",
	[PLACE_HASH] = "hash",
	[PLACE_TARGET] = "target",
};

const char *
place_kind_name(enum place_kind k)
{
	return kind_names[k];
}

static const struct { enum field f; enum place_kind kind; } place_order[] = {
	{ FIELD_SOURCE_IP, PLACE_IP },
	{ FIELD_SOURCE_NETWORK, PLACE_NETWORK },
	{ FIELD_SOURCE_FQDN, PLACE_FQDN },
	{ FIELD_SOURCE_URL, PLACE_URL },
	{ FIELD_SOURCE_ASN, PLACE_ASN },
	{ FIELD_SOURCE_ACCOUNT, PLACE_ACCOUNT },
	{ FIELD_SOURCE_REVERSE_DNS, PLACE_FQDN },
	{ FIELD_MALWARE_HASH_SHA256, PLACE_HASH },
	{ FIELD_MALWARE_HASH_SHA1, PLACE_HASH },
	{ FIELD_MALWARE_HASH_MD5, PLACE_HASH },
	{ FIELD_SOURCE_LOCAL_IP, PLACE_IP },
	{ FIELD_SOURCE_LOCAL_HOSTNAME, PLACE_FQDN },
	{ FIELD_DESTINATION_IP, PLACE_IP },
	{ FIELD_DESTINATION_FQDN, PLACE_FQDN },
	{ FIELD_DESTINATION_URL, PLACE_URL },
};

/* Classes whose trouble is one page or file, not the host that many share. */
static bool
url_matters(enum class c)
{
	return c == CLASS_PHISHING || c == CLASS_MALWARE_DISTRIBUTION ||
	    c == CLASS_HARMFUL_SPEECH || c == CLASS_COPYRIGHT || c == CLASS_MASQUERADE;
}

/*
 * Is the destination itself what the class speaks of? A server of a botnet, a
 * page, a file are what they are, at whichever end a report has them; of a
 * bot's call, a scan or an attack the destination is the other one.
 */
static bool
destination_is_it(enum class c)
{
	return c == CLASS_C2_SERVER || c == CLASS_DGA_DOMAIN || c == CLASS_MALWARE_DISTRIBUTION ||
	    c == CLASS_MALWARE_CONFIGURATION || c == CLASS_PHISHING;
}

static bool
is_destination(enum field f)
{
	return f == FIELD_DESTINATION_IP || f == FIELD_DESTINATION_FQDN || f == FIELD_DESTINATION_URL;
}

static bool
place_of(const struct event *ev, struct finding_key *k)
{
	if (url_matters(k->class) && event_has(ev, FIELD_SOURCE_URL)) {
		k->kind = PLACE_URL;
		k->place = ev->v[FIELD_SOURCE_URL];
		return true;
	}
	for (size_t i = 0; i < sizeof(place_order) / sizeof(place_order[0]); i++) {
		if (event_has(ev, place_order[i].f)) {
			bool far = is_destination(place_order[i].f);
			/* Its host was read off the page's address. */
			bool page = far && url_matters(k->class) && event_has(ev, FIELD_DESTINATION_URL);

			k->kind = far && !destination_is_it(k->class) ? PLACE_TARGET : page ? PLACE_URL : place_order[i].kind;
			k->place = ev->v[page ? FIELD_DESTINATION_URL : place_order[i].f];
			return true;
		}
	}
	/* Of a protected event whose only place was the page: its fingerprint. */
	k->kind = PLACE_HASH;
	k->place = ev->v[FIELD_CLASSIFICATION_IDENTIFIER];
	return class_protected(k->class) && protected_name(k->place);
}

static uint64_t
high_of(struct slice place)
{
	return hash64(place, 0) >> 32 & 0xffffffff;
}

void
finding_place_range(struct slice place, int64_t *first_out, int64_t *last_out)
{
	struct ip ip;
	uint64_t high = ip_read(place, &ip) && ip_is_v4(ip) ? ip_v4(ip) : high_of(place);

	*first_out = (int64_t)(high << 31);
	*last_out = (int64_t)(high << 31 | 0x7fffffff);
}

void
finding_hosts_range(const struct prefix *p, int64_t *first_out, int64_t *last_out)
{
	*first_out = (int64_t)((uint64_t)ip_v4(p->ip) << 31);
	*last_out = (int64_t)((uint64_t)ip_v4(prefix_last(p)) << 31 | 0x7fffffff);
}

static int64_t
id_of(const struct finding_key *k)
{
	uint64_t h = hash64(k->place, (uint64_t)k->class << 32 | (uint64_t)k->kind << 16 | k->port);
	uint64_t high;

	h = hash64(k->identifier, h);
	if (k->transport.len > 0)
		h = hash64(k->transport, h);
	if (k->kind == PLACE_IP && ip_is_v4(k->ip))
		high = ip_v4(k->ip);
	else
		high = high_of(k->place);
	return (int64_t)((high & 0xffffffff) << 31 | (h & 0x7fffffff));
}

bool
finding_key_of(const struct event *ev, struct finding_key *out, struct err *e)
{
	uint64_t port;

	*out = (struct finding_key){
		.class = class_find(ev->v[FIELD_CLASSIFICATION_TYPE]),
		.identifier = S(""),
		.transport = S(""),
	};
	if (out->class == CLASS_NONE || !place_of(ev, out))
		return err_set(e, ERR_INPUT, "an event without class or place");
	if (!event_has(ev, FIELD_SOURCE_IP) || !ip_read(ev->v[FIELD_SOURCE_IP], &out->ip))
		out->ip = (struct ip){ 0, 0 };
	if (out->kind == PLACE_IP && out->ip.hi == 0 && out->ip.lo == 0 &&
	    !ip_read(out->place, &out->ip))
		return err_set(e, ERR_INPUT, "%s is not an IP address", QUOTE(out->place));
	if (event_has(ev, FIELD_CLASSIFICATION_IDENTIFIER))
		out->identifier = ev->v[FIELD_CLASSIFICATION_IDENTIFIER];
	else if (event_has(ev, FIELD_MALWARE_NAME))
		out->identifier = ev->v[FIELD_MALWARE_NAME];
	if (class_port_matters(out->class) && event_has(ev, FIELD_SOURCE_PORT) &&
	    slice_u64(ev->v[FIELD_SOURCE_PORT], &port) && port <= 65535) {
		out->port = (uint16_t)port;
		if (event_has(ev, FIELD_PROTOCOL_TRANSPORT))
			out->transport = ev->v[FIELD_PROTOCOL_TRANSPORT];
	}
	out->id = id_of(out);
	return true;
}

/* Crockford's base 32: no I, L, O, U. */
static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
finding_id_print(int64_t id, char out[FINDING_ID_TEXT_MAX])
{
	uint64_t v = (uint64_t)id;

	out[0] = 'F';
	for (int i = 13; i >= 1; i--) {
		out[i] = digits[v & 31];
		v >>= 5;
	}
	out[14] = '\0';
}

bool
finding_id_parse(struct slice s, int64_t *out)
{
	uint64_t v = 0;

	if (s.len != 14 || byte_lower(s.p[0]) != 'f')
		return false;
	for (size_t i = 1; i < 14; i++) {
		uint8_t c = s.p[i] >= 'a' && s.p[i] <= 'z' ? (uint8_t)(s.p[i] & ~0x20) : s.p[i];
		const char *at;

		/* What people write for the digits that look like them. */
		c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
		at = c == 0 ? NULL : strchr(digits, c);
		if (at == NULL || v >> 58 != 0)
			return false;
		v = v << 5 | (uint64_t)(at - digits);
	}
	*out = (int64_t)v;
	return v >> 63 == 0;
}
