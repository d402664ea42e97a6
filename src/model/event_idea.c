#include "model/event_idea.h"

#include "base/hash.h"
#include "parse/base64.h"
#include "parse/ip.h"

/* Towards us: the categories of IDEA's classification. */
static const struct { struct slice category; enum class class; } categories[] = {
	{ S_INIT("Abusive.Child"), CLASS_VIOLENCE },
	{ S_INIT("Abusive.Harassment"), CLASS_HARMFUL_SPEECH },
	{ S_INIT("Abusive.Spam"), CLASS_SPAM },
	{ S_INIT("Abusive.Sexual"), CLASS_VIOLENCE },
	{ S_INIT("Abusive.Violence"), CLASS_VIOLENCE },
	{ S_INIT("Abusive"), CLASS_SPAM },
	{ S_INIT("Malware"), CLASS_INFECTED_SYSTEM },
	{ S_INIT("Recon.Scanning"), CLASS_SCANNER },
	{ S_INIT("Recon.Sniffing"), CLASS_SNIFFING },
	{ S_INIT("Recon.SocialEngineering"), CLASS_SOCIAL_ENGINEERING },
	{ S_INIT("Recon.Searching"), CLASS_SCANNER },
	{ S_INIT("Recon"), CLASS_SCANNER },
	{ S_INIT("Attempt.Exploit"), CLASS_EXPLOIT },
	{ S_INIT("Attempt.Login"), CLASS_BRUTE_FORCE },
	{ S_INIT("Attempt.NewSignature"), CLASS_EXPLOIT },
	{ S_INIT("Attempt"), CLASS_IDS_ALERT },
	{ S_INIT("Intrusion.AdminCompromise"), CLASS_PRIVILEGED_ACCOUNT_COMPROMISE },
	{ S_INIT("Intrusion.UserCompromise"), CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE },
	{ S_INIT("Intrusion.AppCompromise"), CLASS_APPLICATION_COMPROMISE },
	{ S_INIT("Intrusion.Botnet"), CLASS_INFECTED_SYSTEM },
	{ S_INIT("Intrusion"), CLASS_SYSTEM_COMPROMISE },
	{ S_INIT("Availability.DoS"), CLASS_DOS },
	{ S_INIT("Availability.DDoS"), CLASS_DDOS },
	{ S_INIT("Availability.Sabotage"), CLASS_SABOTAGE },
	{ S_INIT("Availability.Outage"), CLASS_OUTAGE },
	{ S_INIT("Availability"), CLASS_DOS },
	{ S_INIT("Information.UnauthorizedAccess"), CLASS_UNAUTHORISED_INFORMATION_ACCESS },
	{ S_INIT("Information.UnauthorizedModification"), CLASS_UNAUTHORISED_INFORMATION_MODIFICATION },
	{ S_INIT("Information"), CLASS_UNAUTHORISED_INFORMATION_ACCESS },
	{ S_INIT("Fraud.UnauthorizedUsage"), CLASS_UNAUTHORISED_USE_OF_RESOURCES },
	{ S_INIT("Fraud.Copyright"), CLASS_COPYRIGHT },
	{ S_INIT("Fraud.Masquerade"), CLASS_MASQUERADE },
	{ S_INIT("Fraud.Phishing"), CLASS_PHISHING },
	{ S_INIT("Fraud.Scam"), CLASS_MASQUERADE },
	{ S_INIT("Fraud"), CLASS_MASQUERADE },
	{ S_INIT("Vulnerable.Open"), CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE },
	{ S_INIT("Vulnerable.Config"), CLASS_VULNERABLE_SYSTEM },
	{ S_INIT("Vulnerable"), CLASS_VULNERABLE_SYSTEM },
	{ S_INIT("Anomaly"), CLASS_OTHER },
	{ S_INIT("Other"), CLASS_OTHER },
	{ S_INIT("Test"), CLASS_TEST },
};

enum class
idea_class(struct slice category)
{
	for (;;) {
		size_t dot;

		for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
			if (slice_eq_nocase(category, categories[i].category))
				return categories[i].class;
		}
		dot = slice_rfind_byte(category, '.');
		if (dot == SIZE_MAX)
			return CLASS_NONE;
		category = slice_sub(category, 0, dot);
	}
}

struct slice
idea_category(enum class c)
{
	switch (c) {
	case CLASS_SPAM: return S("Abusive.Spam");
	case CLASS_HARMFUL_SPEECH: return S("Abusive.Harassment");
	case CLASS_VIOLENCE: return S("Abusive.Violence");
	case CLASS_INFECTED_SYSTEM: case CLASS_MALWARE_DISTRIBUTION:
	case CLASS_MALWARE_CONFIGURATION: case CLASS_MALWARE:
		return S("Malware");
	case CLASS_C2_SERVER: case CLASS_DGA_DOMAIN: return S("Intrusion.Botnet");
	case CLASS_SCANNER: return S("Recon.Scanning");
	case CLASS_SNIFFING: return S("Recon.Sniffing");
	case CLASS_SOCIAL_ENGINEERING: return S("Recon.SocialEngineering");
	case CLASS_IDS_ALERT: case CLASS_EXPLOIT: return S("Attempt.Exploit");
	case CLASS_BRUTE_FORCE: return S("Attempt.Login");
	case CLASS_PRIVILEGED_ACCOUNT_COMPROMISE: return S("Intrusion.AdminCompromise");
	case CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE: return S("Intrusion.UserCompromise");
	case CLASS_APPLICATION_COMPROMISE: return S("Intrusion.AppCompromise");
	case CLASS_SYSTEM_COMPROMISE: case CLASS_BURGLARY: return S("Intrusion");
	case CLASS_DOS: return S("Availability.DoS");
	case CLASS_DDOS: return S("Availability.DDoS");
	case CLASS_SABOTAGE: return S("Availability.Sabotage");
	case CLASS_OUTAGE: return S("Availability.Outage");
	case CLASS_UNAUTHORISED_INFORMATION_ACCESS: case CLASS_DATA_LEAK:
		return S("Information.UnauthorizedAccess");
	case CLASS_UNAUTHORISED_INFORMATION_MODIFICATION: case CLASS_DATA_LOSS:
		return S("Information.UnauthorizedModification");
	case CLASS_UNAUTHORISED_USE_OF_RESOURCES: return S("Fraud.UnauthorizedUsage");
	case CLASS_COPYRIGHT: return S("Fraud.Copyright");
	case CLASS_MASQUERADE: return S("Fraud.Masquerade");
	case CLASS_PHISHING: return S("Fraud.Phishing");
	case CLASS_MISCONFIGURATION: case CLASS_WEAK_CRYPTO:
	case CLASS_INFORMATION_DISCLOSURE: case CLASS_VULNERABLE_SYSTEM:
		return S("Vulnerable.Config");
	case CLASS_DDOS_AMPLIFIER: case CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE:
	case CLASS_PROXY:
		return S("Vulnerable.Open");
	case CLASS_TEST: return S("Test");
	case CLASS_BLACKLIST: case CLASS_OTHER: case CLASS_TOR:
	case CLASS_UNDETERMINED: case CLASS_COUNT:
		break;
	}
	return S("Other");
}

/* Keys of one end of a connection: the fields, in IDEA's order of keys. */
struct end {
	enum field asn, ip, local_ip, network, fqdn, ptr, account, port, url;
};

static void
list_begin(struct json_out *o, const char *key)
{
	json_out_key(o, slice_of_str(key));
	json_out_array(o);
}

static void
list_of_text(struct json_out *o, const char *key, struct slice one, struct slice two)
{
	if (one.p == NULL && two.p == NULL)
		return;
	list_begin(o, key);
	if (one.p != NULL)
		json_out_text(o, one);
	if (two.p != NULL && !slice_eq(one, two))
		json_out_text(o, two);
	json_out_array_end(o);
}

static void
list_of_number(struct json_out *o, const char *key, struct slice number)
{
	if (number.p == NULL)
		return;
	list_begin(o, key);
	json_out_number(o, number);
	json_out_array_end(o);
}

static bool
is_v6(struct slice address)
{
	return slice_find_byte(address, ':') != SIZE_MAX;
}

static void
put_end(struct json_out *o, const struct event *ev, const struct end *f, const char *key)
{
	struct slice ip = ev->v[f->ip], net = ev->v[f->network];
	const enum field *fields = &f->asn;
	bool any = false;

	for (size_t i = 0; i < sizeof(*f) / sizeof(*fields); i++)
		any = any || event_has(ev, fields[i]);
	if (!any)
		return;
	list_begin(o, key);
	json_out_object(o);
	/* A network around a known address is not where it came from. */
	if (ip.p == NULL)
		ip = net;
	list_of_number(o, "ASN", ev->v[f->asn]);
	if (ip.p != NULL)
		list_of_text(o, is_v6(ip) ? "IP6" : "IP4", ip, SLICE_NONE);
	list_of_text(o, "Hostname", ev->v[f->fqdn], SLICE_NONE);
	list_of_text(o, "PTR", ev->v[f->ptr], SLICE_NONE);
	list_of_number(o, "Port", ev->v[f->port]);
	list_of_text(o, "Proto", ev->v[FIELD_PROTOCOL_TRANSPORT], ev->v[FIELD_PROTOCOL_APPLICATION]);
	list_of_text(o, "URL", ev->v[f->url], SLICE_NONE);
	json_out_object_end(o);
	json_out_array_end(o);
}

/* RFC 9562 section 5.8 form, from the event's own content. */
static struct slice
content_id(const struct event *ev, struct arena *a)
{
	char text[UUID_TEXT + 1];
	struct sha256 h;
	struct buf b;

	buf_init(&b, (size_t)8 << 20);
	event_to_json(ev, &b);
	h = sha256_of(buf_view(&b));
	buf_fini(&b);
	uuid_print(h.b, 8, text);
	return arena_copy(a, slice_of_str(text));
}

static void
put_attachment(struct json_out *o, const struct event *ev, struct arena *a)
{
	struct slice content;

	if (!event_has(ev, FIELD_RAW))
		return;
	list_begin(o, "Attach");
	json_out_object(o);
	list_of_text(o, "Type", S("OrigData"), SLICE_NONE);
	list_of_text(o, "Ref", ev->v[FIELD_FEED_URL], SLICE_NONE);
	if (base64_read(ev->v[FIELD_RAW], a, &content) && slice_utf8_ok(content)) {
		json_out_key_text(o, S("Content"), content);
	} else {
		json_out_key_text(o, S("ContentEncoding"), S("base64"));
		json_out_key_text(o, S("Content"), ev->v[FIELD_RAW]);
	}
	json_out_object_end(o);
	json_out_array_end(o);
}

static void
put_refs(struct json_out *o, const struct event *ev, struct arena *a)
{
	struct slice misp = SLICE_NONE;

	if (event_has(ev, FIELD_MISP_EVENT_UUID))
		misp = arena_printf(a, "misp_event:%.*s", SLICE_ARG(ev->v[FIELD_MISP_EVENT_UUID]));
	list_of_text(o, "Ref", ev->v[FIELD_EVENT_DESCRIPTION_URL], misp);
}

static void
put_description(struct json_out *o, const struct event *ev, struct arena *a)
{
	struct slice text = ev->v[FIELD_EVENT_DESCRIPTION_TEXT], feed = ev->v[FIELD_FEED_NAME];

	if (text.p == NULL)
		text = ev->v[FIELD_CLASSIFICATION_IDENTIFIER];
	if (feed.p != NULL && text.p != NULL)
		text = arena_printf(a, "%.*s: %.*s", SLICE_ARG(feed), SLICE_ARG(text));
	else if (text.p == NULL)
		text = feed;
	if (text.p != NULL)
		json_out_key_text(o, S("Description"), text);
}

/* 0 to 100 of ours as 0 to 1: the decimal point moves by two places. */
static void
put_confidence(struct json_out *o, const struct event *ev, struct arena *a)
{
	struct slice accuracy = ev->v[FIELD_FEED_ACCURACY], whole = accuracy;
	uint64_t percent;
	size_t dot;

	if (accuracy.p == NULL)
		return;
	dot = slice_find_byte(accuracy, '.');
	if (dot != SIZE_MAX)
		whole = slice_sub(accuracy, 0, dot);
	if (!slice_u64(whole, &percent) || percent > 100)
		return;
	json_out_key(o, S("Confidence"));
	if (percent == 100)
		json_out_raw(o, S("1"));
	else
		json_out_raw(o, arena_printf(a, "0.%02u", (unsigned)percent));
}

void
event_to_idea(const struct event *ev, struct arena *a, struct buf *out)
{
	static const struct end source = { FIELD_SOURCE_ASN, FIELD_SOURCE_IP,
		FIELD_SOURCE_LOCAL_IP, FIELD_SOURCE_NETWORK, FIELD_SOURCE_FQDN,
		FIELD_SOURCE_REVERSE_DNS, FIELD_SOURCE_ACCOUNT, FIELD_SOURCE_PORT,
		FIELD_SOURCE_URL };
	static const struct end target = { FIELD_DESTINATION_ASN, FIELD_DESTINATION_IP,
		FIELD_DESTINATION_LOCAL_IP, FIELD_DESTINATION_NETWORK,
		FIELD_DESTINATION_FQDN, FIELD_DESTINATION_REVERSE_DNS,
		FIELD_DESTINATION_ACCOUNT, FIELD_DESTINATION_PORT, FIELD_DESTINATION_URL };
	enum class class = class_find(ev->v[FIELD_CLASSIFICATION_TYPE]);
	struct slice detected = ev->v[FIELD_TIME_OBSERVATION];
	struct json_out o;

	json_out_init(&o, out, false);
	json_out_object(&o);
	json_out_key_text(&o, S("Format"), S("IDEA0"));
	json_out_key_text(&o, S("ID"), content_id(ev, a));
	/* DetectTime is obligatory. */
	if (detected.p == NULL)
		detected = ev->v[FIELD_TIME_SOURCE];
	if (detected.p != NULL)
		json_out_key_text(&o, S("DetectTime"), detected);
	if (event_has(ev, FIELD_TIME_SOURCE))
		json_out_key_text(&o, S("EventTime"), ev->v[FIELD_TIME_SOURCE]);
	list_of_text(&o, "Category", idea_category(class),
	    class == CLASS_TEST || !slice_eq(ev->v[FIELD_CLASSIFICATION_TAXONOMY], S("test")) ?
	    SLICE_NONE : S("Test"));
	put_description(&o, ev, a);
	put_confidence(&o, ev, a);
	put_refs(&o, ev, a);
	put_end(&o, ev, &source, "Source");
	put_end(&o, ev, &target, "Target");
	put_attachment(&o, ev, a);
	json_out_object_end(&o);
}
