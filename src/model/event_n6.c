#include "model/event_n6.h"

#include <stdio.h>

#include "parse/date.h"

/*
 * identifier: for bots the malware's name is better than any constant, so
 * there is none here.
 */
static const struct {
	struct slice category;
	enum class class;
	struct slice identifier;
} rows[] = {
	{ S_INIT("amplifier"), CLASS_DDOS_AMPLIFIER, S_INIT("amplifier") },
	{ S_INIT("backdoor"), CLASS_SYSTEM_COMPROMISE, S_INIT("hacked server") },
	{ S_INIT("bots"), CLASS_INFECTED_SYSTEM, { NULL, 0 } },
	{ S_INIT("cnc"), CLASS_C2_SERVER, S_INIT("c&c server") },
	{ S_INIT("deface"), CLASS_UNAUTHORISED_INFORMATION_MODIFICATION, S_INIT("compromised-website") },
	{ S_INIT("dns-query"), CLASS_OTHER, S_INIT("ignore me") },
	{ S_INIT("dos-attacker"), CLASS_DDOS, S_INIT("dos-attacker") },
	{ S_INIT("dos-victim"), CLASS_DDOS, S_INIT("dos-victim") },
	{ S_INIT("exposed"), CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE, S_INIT("exposed") },
	{ S_INIT("flow"), CLASS_OTHER, S_INIT("flow") },
	{ S_INIT("flow-anomaly"), CLASS_OTHER, S_INIT("flow-anomaly") },
	{ S_INIT("fraud"), CLASS_MASQUERADE, S_INIT("fraud") },
	{ S_INIT("leak"), CLASS_DATA_LEAK, S_INIT("leak") },
	{ S_INIT("malurl"), CLASS_MALWARE_DISTRIBUTION, S_INIT("malurl") },
	{ S_INIT("malware-action"), CLASS_MALWARE_CONFIGURATION, S_INIT("malware-configuration") },
	{ S_INIT("other"), CLASS_OTHER, S_INIT("other") },
	{ S_INIT("phish"), CLASS_PHISHING, S_INIT("phishing") },
	{ S_INIT("proxy"), CLASS_PROXY, S_INIT("openproxy") },
	{ S_INIT("sandbox-url"), CLASS_MALWARE, S_INIT("sandboxurl") },
	{ S_INIT("scam"), CLASS_MASQUERADE, S_INIT("scam") },
	{ S_INIT("scanning"), CLASS_SCANNER, S_INIT("scanning") },
	{ S_INIT("server-exploit"), CLASS_EXPLOIT, S_INIT("server-exploit") },
	{ S_INIT("spam"), CLASS_SPAM, S_INIT("spam") },
	{ S_INIT("spam-url"), CLASS_SPAM, S_INIT("spam-url") },
	{ S_INIT("tor"), CLASS_TOR, S_INIT("tor exit node") },
	{ S_INIT("vulnerable"), CLASS_VULNERABLE_SYSTEM, S_INIT("vulnerable") },
	{ S_INIT("webinject"), CLASS_MALWARE, S_INIT("malware") },
};

enum class
n6_class(struct slice category)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (slice_eq(rows[i].category, category))
			return rows[i].class;
	}
	return CLASS_NONE;
}

struct slice
n6_identifier(struct slice category)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (slice_eq(rows[i].category, category))
			return rows[i].identifier;
	}
	return SLICE_NONE;
}

struct slice
n6_category(enum class c)
{
	switch (c) {
	case CLASS_SPAM: return S("spam");
	case CLASS_INFECTED_SYSTEM: return S("bots");
	case CLASS_C2_SERVER: case CLASS_DGA_DOMAIN: return S("cnc");
	case CLASS_MALWARE_DISTRIBUTION: return S("malurl");
	case CLASS_MALWARE_CONFIGURATION: return S("malware-action");
	case CLASS_SCANNER: return S("scanning");
	case CLASS_SOCIAL_ENGINEERING: case CLASS_MASQUERADE: return S("fraud");
	case CLASS_IDS_ALERT: case CLASS_BRUTE_FORCE: case CLASS_EXPLOIT:
	case CLASS_PRIVILEGED_ACCOUNT_COMPROMISE:
	case CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE:
		return S("server-exploit");
	case CLASS_APPLICATION_COMPROMISE: case CLASS_SYSTEM_COMPROMISE:
		return S("backdoor");
	case CLASS_DOS: case CLASS_DDOS: return S("dos-attacker");
	case CLASS_UNAUTHORISED_INFORMATION_MODIFICATION: return S("deface");
	case CLASS_DATA_LEAK: return S("leak");
	case CLASS_PHISHING: return S("phish");
	case CLASS_DDOS_AMPLIFIER: return S("amplifier");
	case CLASS_MISCONFIGURATION: case CLASS_WEAK_CRYPTO:
	case CLASS_INFORMATION_DISCLOSURE: case CLASS_VULNERABLE_SYSTEM:
	case CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE:
		return S("vulnerable");
	case CLASS_PROXY: return S("proxy");
	case CLASS_TOR: return S("tor");
	case CLASS_HARMFUL_SPEECH: case CLASS_VIOLENCE: case CLASS_SNIFFING:
	case CLASS_BURGLARY: case CLASS_SABOTAGE: case CLASS_OUTAGE:
	case CLASS_UNAUTHORISED_INFORMATION_ACCESS: case CLASS_DATA_LOSS:
	case CLASS_UNAUTHORISED_USE_OF_RESOURCES: case CLASS_COPYRIGHT:
	case CLASS_BLACKLIST: case CLASS_OTHER: case CLASS_MALWARE:
	case CLASS_UNDETERMINED: case CLASS_TEST: case CLASS_COUNT:
		break;
	}
	return S("other");
}

static const struct called {
	struct slice identifier, name, category;
} called[] = {
#define N6_NAME(identifier, name, category) { S_INIT(identifier), S_INIT(name), S_INIT(category) },
#include "model/n6_list.h"
#undef N6_NAME
};

/*
 * The row of its identifier, of what is open; NULL: n6 has no name of its own for
 * it, or it is said of something else, as of a bot.
 */
static const struct called *
called_find(const struct event *ev, enum class class)
{
	struct slice id = ev->v[FIELD_CLASSIFICATION_IDENTIFIER], usual = n6_category(class);

	if (!slice_eq(usual, S("vulnerable")) && !slice_eq(usual, S("amplifier")) &&
	    !slice_eq(usual, S("backdoor")) && class != CLASS_OTHER)
		return NULL;
	for (size_t i = 0; id.len > 0 && i < sizeof(called) / sizeof(called[0]); i++) {
		if (slice_eq(called[i].identifier, id))
			return &called[i];
	}
	return NULL;
}

/* From n6 the name came as malware.name, or as a text where it is no plain one. */
static struct slice
name_of(const struct event *ev, const struct called *c, bool from_n6)
{
	const struct extra *tag = event_extra_find(ev, S("tag"));
	struct slice fall = ev->v[FIELD_CLASSIFICATION_IDENTIFIER];

	if (event_has(ev, FIELD_MALWARE_NAME))
		return ev->v[FIELD_MALWARE_NAME];
	if (from_n6 && event_has(ev, FIELD_EVENT_DESCRIPTION_TEXT))
		return ev->v[FIELD_EVENT_DESCRIPTION_TEXT];
	if (c != NULL && c->name.len > 0)
		return c->name;
	/* Of industrial systems the tag names the protocol. */
	if (c != NULL && tag != NULL && tag->value.len > 0)
		return tag->value;
	if (c != NULL && event_has(ev, FIELD_PROTOCOL_APPLICATION))
		return ev->v[FIELD_PROTOCOL_APPLICATION];
	return fall.p != NULL ? fall : ev->v[FIELD_EVENT_DESCRIPTION_TEXT];
}

static void
put_text(struct json_out *o, const char *key, struct slice value)
{
	if (value.p != NULL)
		json_out_key_text(o, slice_of_str(key), value);
}

static void
put_number(struct json_out *o, const char *key, struct slice value)
{
	if (value.p == NULL)
		return;
	json_out_key(o, slice_of_str(key));
	json_out_number(o, value);
}

static void
put_address(struct json_out *o, const struct event *ev)
{
	if (!event_has(ev, FIELD_SOURCE_IP))
		return;
	json_out_key(o, S("address"));
	json_out_array(o);
	json_out_object(o);
	json_out_key_text(o, S("ip"), ev->v[FIELD_SOURCE_IP]);
	put_number(o, "asn", ev->v[FIELD_SOURCE_ASN]);
	put_text(o, "cc", ev->v[FIELD_SOURCE_GEOLOCATION_CC]);
	json_out_object_end(o);
	json_out_array_end(o);
}

static void
put_time(struct json_out *o, const struct event *ev)
{
	struct slice when = ev->v[FIELD_TIME_SOURCE];
	char text[DATE_TEXT_MAX], us[16];
	struct date d;
	struct buf b;

	if (when.p == NULL)
		when = ev->v[FIELD_TIME_OBSERVATION];
	if (when.p == NULL || !date_read(when, &d))
		return;
	/* "2015-11-17T12:17:27Z" without the "T" and "Z" */
	if (date_print_z(d.s, text) < 20)
		return;
	buf_init(&b, 64);
	buf_put(&b, slice_of(text, 10));
	buf_byte(&b, ' ');
	buf_put(&b, slice_of(text + 11, 8));
	if (d.us != 0 && snprintf(us, sizeof(us), ".%06u", d.us % 1000000) > 0)
		buf_str(&b, us);
	json_out_key_text(o, S("time"), buf_view(&b));
	buf_fini(&b);
}

/*
 * n6 asks which end a port is at: of a service that is offered, its own is the
 * destination's, as whoever uses it is the source there.
 */
static bool
port_is_service(enum class c, struct slice category)
{
	return slice_eq(category, S("vulnerable")) || slice_eq(category, S("amplifier")) || c == CLASS_C2_SERVER ||
	    c == CLASS_PROXY || c == CLASS_TOR || c == CLASS_PHISHING || c == CLASS_MALWARE_DISTRIBUTION ||
	    c == CLASS_SYSTEM_COMPROMISE || c == CLASS_APPLICATION_COMPROMISE || c == CLASS_UNAUTHORISED_INFORMATION_MODIFICATION;
}

static void
put_ports(struct json_out *o, const struct event *ev, enum class c, struct slice category)
{
	struct slice source = ev->v[FIELD_SOURCE_PORT], destination = ev->v[FIELD_DESTINATION_PORT];

	if (destination.p == NULL && source.p != NULL && port_is_service(c, category)) {
		destination = source;
		source = SLICE_NONE;
	}
	put_number(o, "sport", source);
	put_number(o, "dport", destination);
}

/*
 * n6's own attributes that an event has no field for come and go as extras.
 * From elsewhere than n6 an extra of the same name may mean something else:
 * then only those that can mean one thing.
 */
static const struct { struct slice key; bool plain; } own[] = {
	{ S_INIT("action"), false }, { S_INIT("additional_data"), false }, { S_INIT("adip"), false },
	{ S_INIT("alternative_fqdns"), false }, { S_INIT("block"), false }, { S_INIT("botid"), true },
	{ S_INIT("cert_length"), true },
	{ S_INIT("channel"), false }, { S_INIT("confidence"), false }, { S_INIT("count"), false },
	{ S_INIT("dataset"), false }, { S_INIT("description"), false }, { S_INIT("detected_since"), true },
	{ S_INIT("device_id"), true }, { S_INIT("device_model"), true }, { S_INIT("device_type"), true },
	{ S_INIT("device_vendor"), true }, { S_INIT("device_version"), true }, { S_INIT("dns_version"), true },
	{ S_INIT("email"), false }, { S_INIT("filename"), true }, { S_INIT("first_seen"), false },
	{ S_INIT("handshake"), true }, { S_INIT("header"), true }, { S_INIT("iban"), true },
	{ S_INIT("injects"), false }, { S_INIT("internal_ip"), true }, { S_INIT("ipmi_version"), true },
	{ S_INIT("mac_address"), true }, { S_INIT("method"), false }, { S_INIT("min_amplification"), true },
	{ S_INIT("phone"), false }, { S_INIT("product"), false }, { S_INIT("product_code"), false },
	{ S_INIT("proxy_type"), true }, { S_INIT("referer"), true }, { S_INIT("registrar"), true },
	{ S_INIT("request"), false }, { S_INIT("restriction"), false }, { S_INIT("revision"), false },
	{ S_INIT("sender"), false }, { S_INIT("subject_common_name"), true }, { S_INIT("sysdesc"), true },
	{ S_INIT("tags"), false }, { S_INIT("url_pattern"), true }, { S_INIT("urls_matched"), true },
	{ S_INIT("user_agent"), true }, { S_INIT("vendor"), false }, { S_INIT("version"), false },
	{ S_INIT("visible_databases"), true }, { S_INIT("x509fp_sha1"), true }, { S_INIT("x509issuer"), true },
	{ S_INIT("x509subject"), true },
};

static void
put_own(struct json_out *o, const struct event *ev)
{
	/* What the reader of n6 events calls n6's "source". */
	bool from_n6 = event_extra_find(ev, S("feed_source")) != NULL;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		const struct extra *x = event_extra_find(ev, own[i].key);

		if (x == NULL || !(own[i].plain || from_n6))
			continue;
		/* All of them are texts there, but for the count. */
		json_out_key(o, own[i].key);
		if (slice_eq(own[i].key, S("count")) || x->kind == EXTRA_JSON)
			json_out_number(o, x->value);
		else
			json_out_text(o, x->value);
	}
}

/* The product at the address is n6's device. */
static void
put_device(struct json_out *o, const struct event *ev)
{
	static const struct { struct slice key; enum field field; } same[] = {
		{ S_INIT("device_vendor"), FIELD_PRODUCT_VENDOR }, { S_INIT("device_model"), FIELD_PRODUCT_NAME },
		{ S_INIT("device_version"), FIELD_PRODUCT_VERSION },
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (event_has(ev, same[i].field) && event_extra_find(ev, same[i].key) == NULL)
			json_out_key_text(o, same[i].key, ev->v[same[i].field]);
	}
}

void
event_to_n6(const struct event *ev, struct buf *out)
{
	const struct extra *id = event_extra_find(ev, S("n6_category"));
	enum class class = class_find(ev->v[FIELD_CLASSIFICATION_TYPE]);
	bool calls = class == CLASS_INFECTED_SYSTEM;
	bool from_n6 = id != NULL && n6_class(id->value) != CLASS_NONE;
	const struct called *c = from_n6 ? NULL : called_find(ev, class);
	struct slice category = from_n6 ? id->value : c != NULL ? c->category : n6_category(class);
	struct json_out o;

	json_out_init(&o, out, false);
	json_out_object(&o);
	put_address(&o, ev);
	json_out_key_text(&o, S("category"), category);
	put_text(&o, "name", name_of(ev, c, from_n6));
	put_time(&o, ev);
	/* Of a bot n6 names what it called: the name and the address of the botnet's server. */
	put_text(&o, "fqdn", calls && !event_has(ev, FIELD_SOURCE_FQDN) ? ev->v[FIELD_DESTINATION_FQDN] : ev->v[FIELD_SOURCE_FQDN]);
	put_text(&o, "url", calls && !event_has(ev, FIELD_SOURCE_URL) ? ev->v[FIELD_DESTINATION_URL] : ev->v[FIELD_SOURCE_URL]);
	put_text(&o, "ip_network", ev->v[FIELD_SOURCE_NETWORK]);
	put_text(&o, "proto", ev->v[FIELD_PROTOCOL_TRANSPORT]);
	put_text(&o, "dip", ev->v[FIELD_DESTINATION_IP]);
	put_ports(&o, ev, class, category);
	put_text(&o, "md5", ev->v[FIELD_MALWARE_HASH_MD5]);
	put_text(&o, "sha1", ev->v[FIELD_MALWARE_HASH_SHA1]);
	put_text(&o, "sha256", ev->v[FIELD_MALWARE_HASH_SHA256]);
	put_text(&o, "target", ev->v[FIELD_EVENT_DESCRIPTION_TARGET]);
	put_text(&o, "username", ev->v[FIELD_SOURCE_ACCOUNT]);
	put_text(&o, "misp_event_uuid", ev->v[FIELD_MISP_EVENT_UUID]);
	put_text(&o, "misp_attr_uuid", ev->v[FIELD_MISP_ATTRIBUTE_UUID]);
	put_own(&o, ev);
	put_device(&o, ev);
	json_out_object_end(&o);
}
