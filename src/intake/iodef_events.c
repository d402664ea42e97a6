#include "intake/iodef.h"

#include "parse/base64.h"

#define EVENTS_MAX 100000 /* of one flow */

struct side_fields {
	enum field ip, network, asn, fqdn, url, account, port;
	const char *kind, *ports, *service, *hidden;
};

static const struct side_fields AT_SOURCE = { FIELD_SOURCE_IP, FIELD_SOURCE_NETWORK, FIELD_SOURCE_ASN,
	FIELD_SOURCE_FQDN, FIELD_SOURCE_URL, FIELD_SOURCE_ACCOUNT, FIELD_SOURCE_PORT,
	"source_category", "source_ports", "source_service", "source_address" };
static const struct side_fields AT_DESTINATION = { FIELD_DESTINATION_IP, FIELD_DESTINATION_NETWORK, FIELD_DESTINATION_ASN,
	FIELD_DESTINATION_FQDN, FIELD_DESTINATION_URL, FIELD_DESTINATION_ACCOUNT, FIELD_DESTINATION_PORT,
	"destination_category", "destination_ports", "destination_service", "destination_address" };

enum class
iodef_role(struct slice category)
{
	static const struct { struct slice name; enum class class; } roles[] = {
		{ S_INIT("c2-server"), CLASS_C2_SERVER }, { S_INIT("malware-distribution"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("drop-server"), CLASS_C2_SERVER }, { S_INIT("hop-point"), CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("reflector"), CLASS_DDOS_AMPLIFIER }, { S_INIT("phishing-site"), CLASS_PHISHING },
		{ S_INIT("spear-phishing-site"), CLASS_PHISHING }, { S_INIT("recruiting-site"), CLASS_MASQUERADE },
		{ S_INIT("fraudulent-site"), CLASS_MASQUERADE }, { S_INIT("anonymization"), CLASS_PROXY },
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (slice_eq_nocase(category, roles[i].name))
			return roles[i].class;
	}
	return CLASS_NONE;
}

/*
 * An impact is told of the one who felt it. Where it comes from is an attempt
 * at most; who was broken into has something to mend, who was only flooded,
 * probed or read from has not (CLASS_NONE).
 */
bool
iodef_impact(struct slice type, enum class *at_source_out, enum class *at_target_out)
{
	static const struct { struct slice name; enum class source, target; } impacts[] = {
		{ S_INIT("takeover-account"), CLASS_EXPLOIT, CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE },
		{ S_INIT("takeover-service"), CLASS_EXPLOIT, CLASS_APPLICATION_COMPROMISE },
		{ S_INIT("takeover-system"), CLASS_EXPLOIT, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("cps-manipulation"), CLASS_SABOTAGE, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("cps-damage"), CLASS_SABOTAGE, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("availability-data"), CLASS_DOS, CLASS_NONE },
		{ S_INIT("availability-account"), CLASS_DOS, CLASS_NONE },
		{ S_INIT("availability-service"), CLASS_DOS, CLASS_NONE },
		{ S_INIT("availability-system"), CLASS_DOS, CLASS_NONE },
		{ S_INIT("damaged-system"), CLASS_SABOTAGE, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("damaged-data"), CLASS_SABOTAGE, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("breach-proprietary"), CLASS_UNAUTHORISED_INFORMATION_ACCESS, CLASS_DATA_LEAK },
		{ S_INIT("breach-privacy"), CLASS_UNAUTHORISED_INFORMATION_ACCESS, CLASS_DATA_LEAK },
		{ S_INIT("breach-credential"), CLASS_UNAUTHORISED_INFORMATION_ACCESS, CLASS_DATA_LEAK },
		{ S_INIT("breach-configuration"), CLASS_UNAUTHORISED_INFORMATION_ACCESS, CLASS_DATA_LEAK },
		{ S_INIT("integrity-data"), CLASS_UNAUTHORISED_INFORMATION_MODIFICATION, CLASS_UNAUTHORISED_INFORMATION_MODIFICATION },
		{ S_INIT("integrity-configuration"), CLASS_UNAUTHORISED_INFORMATION_MODIFICATION, CLASS_UNAUTHORISED_INFORMATION_MODIFICATION },
		{ S_INIT("integrity-hardware"), CLASS_SABOTAGE, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("traffic-redirection"), CLASS_SNIFFING, CLASS_NONE },
		{ S_INIT("monitoring-traffic"), CLASS_SNIFFING, CLASS_NONE },
		{ S_INIT("monitoring-host"), CLASS_EXPLOIT, CLASS_SYSTEM_COMPROMISE },
		/* RFC 5070 section 3.10.1 */
		{ S_INIT("admin"), CLASS_EXPLOIT, CLASS_PRIVILEGED_ACCOUNT_COMPROMISE },
		{ S_INIT("user"), CLASS_EXPLOIT, CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE },
		{ S_INIT("dos"), CLASS_DOS, CLASS_NONE },
		{ S_INIT("file"), CLASS_EXPLOIT, CLASS_SYSTEM_COMPROMISE },
		{ S_INIT("info-leak"), CLASS_UNAUTHORISED_INFORMATION_ACCESS, CLASS_DATA_LEAK },
		{ S_INIT("misconfiguration"), CLASS_MISCONFIGURATION, CLASS_MISCONFIGURATION },
		{ S_INIT("recon"), CLASS_SCANNER, CLASS_NONE },
		{ S_INIT("social-engineering"), CLASS_SOCIAL_ENGINEERING, CLASS_NONE },
		{ S_INIT("extortion"), CLASS_OTHER, CLASS_NONE },
		{ S_INIT("policy"), CLASS_OTHER, CLASS_NONE },
		{ S_INIT("unknown"), CLASS_UNDETERMINED, CLASS_NONE },
	};

	for (size_t i = 0; i < sizeof(impacts) / sizeof(impacts[0]); i++) {
		if (!slice_eq_nocase(type, impacts[i].name))
			continue;
		*at_source_out = impacts[i].source;
		*at_target_out = impacts[i].target;
		return true;
	}
	return false;
}

enum iodef_kind
iodef_kind(struct slice category)
{
	static const struct { struct slice name; enum iodef_kind kind; } kinds[] = {
		{ S_INIT("ipv4-addr"), IODEF_IP }, { S_INIT("ipv6-addr"), IODEF_IP },
		{ S_INIT("ipv4-net"), IODEF_NETWORK }, { S_INIT("ipv6-net"), IODEF_NETWORK },
		{ S_INIT("asn"), IODEF_ASN }, { S_INIT("e-mail"), IODEF_MAIL }, { S_INIT("site-uri"), IODEF_URL },
		{ S_INIT("domain-name"), IODEF_NAME }, { S_INIT("fqdn"), IODEF_NAME }, { S_INIT("file-hash"), IODEF_HASH },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (slice_eq_nocase(category, kinds[i].name))
			return kinds[i].kind;
	}
	return IODEF_OTHER;
}

static bool
extra(struct intake *in, const char *key, struct slice v, struct err *why)
{
	return v.len == 0 || event_extra(&in->ev, slice_of_str(key), v, EXTRA_TEXT, why);
}

/* XML signatures write a digest in base64, much else in hexadecimal. */
static bool
put_hash(struct intake *in, struct slice v, struct err *why)
{
	static const struct { size_t bytes; enum field field; } kinds[] = {
		{ 16, FIELD_MALWARE_HASH_MD5 }, { 20, FIELD_MALWARE_HASH_SHA1 }, { 32, FIELD_MALWARE_HASH_SHA256 } };
	struct slice raw, text;
	struct buf hex;
	bool is_hex = true;

	for (size_t i = 0; i < v.len; i++)
		is_hex = is_hex && byte_hex(v.p[i]) >= 0;
	for (size_t i = 0; i < 3 && is_hex; i++) {
		if (v.len == 2 * kinds[i].bytes)
			return intake_put(in, kinds[i].field, arena_lower(&in->record, v), "hash", why);
	}
	if (!base64_read_loose(v, &in->record, &raw))
		return extra(in, "hash", v, why);
	for (size_t i = 0; i < 3; i++) {
		if (raw.len != kinds[i].bytes)
			continue;
		buf_init(&hex, 2 * raw.len);
		buf_hex(&hex, raw);
		text = arena_copy(&in->record, buf_view(&hex));
		buf_fini(&hex);
		return intake_put(in, kinds[i].field, text, "hash", why);
	}
	return extra(in, "hash", v, why);
}

static bool
put_value(struct intake *in, const struct side_fields *f, const struct iodef_value *v, struct err *why)
{
	switch (v->kind) {
	case IODEF_IP:
		return intake_put(in, f->ip, v->text, f->hidden, why);
	case IODEF_NETWORK:
		return intake_put(in, f->network, v->text, f->hidden, why);
	case IODEF_ASN:
		return intake_put(in, f->asn, v->text, f->hidden, why);
	case IODEF_URL:
		return intake_put(in, f->url, v->text, f->hidden, why);
	case IODEF_MAIL:
		return intake_put(in, f->account, v->text, f->hidden, why);
	case IODEF_NAME:
		return intake_put(in, f->fqdn, v->text, f->hidden, why);
	case IODEF_HASH:
		return put_hash(in, v->text, why);
	case IODEF_OTHER:
		return extra(in, f->hidden, v->text, why);
	}
	return true;
}

/* What an event rests on must be good; what stands beside it may be strange. */
static bool
set_where(struct intake *in, const struct iodef_value *v, struct err *why)
{
	switch (v->kind) {
	case IODEF_IP:
		return event_set(&in->ev, FIELD_SOURCE_IP, v->text, &in->record, why);
	case IODEF_NETWORK:
		return event_set(&in->ev, FIELD_SOURCE_NETWORK, v->text, &in->record, why);
	case IODEF_ASN:
		return event_set(&in->ev, FIELD_SOURCE_ASN, v->text, &in->record, why);
	case IODEF_URL:
		return event_set(&in->ev, FIELD_SOURCE_URL, v->text, &in->record, why);
	case IODEF_NAME:
		return event_set(&in->ev, FIELD_SOURCE_FQDN, v->text, &in->record, why);
	default:
		return put_value(in, &AT_SOURCE, v, why);
	}
}

static bool
put_system(struct intake *in, const struct side_fields *f, const struct iodef_system *s, struct err *why)
{
	return intake_put(in, f->port, s->port, f->ports, why) && extra(in, f->ports, s->ports, why) &&
	    extra(in, f->service, s->service, why) &&
	    intake_put(in, FIELD_PROTOCOL_TRANSPORT, s->transport, "protocol", why);
}

static struct slice
tlp_text(enum tlp_said t)
{
	static const struct slice names[] = { [TLP_NOT_SAID] = S_INIT(""), [TLP_SAID_CLEAR] = S_INIT("CLEAR"),
		[TLP_SAID_GREEN] = S_INIT("GREEN"), [TLP_SAID_AMBER] = S_INIT("AMBER"), [TLP_SAID_RED] = S_INIT("RED") };

	return names[t];
}

static bool
put_scope(struct intake *in, const struct iodef_flow *flow, struct err *why)
{
	const struct iodef_scope *s = flow->scope;
	struct slice when = s->start.len > 0 ? s->start : s->detect.len > 0 ? s->detect : s->report;
	bool cve = slice_starts_nocase(s->vulnerability, S("CVE-"));

	if (!event_set(&in->ev, FIELD_TIME_SOURCE, when, &in->record, why) ||
	    !event_set(&in->ev, FIELD_TLP, tlp_text(s->tlp), &in->record, why))
		return false;
	if (!intake_put(in, FIELD_TIME_OBSERVATION, s->detect, "detected", why) ||
	    !intake_put(in, FIELD_EVENT_DESCRIPTION_TEXT, s->description, "description", why) ||
	    !intake_put(in, FIELD_EVENT_DESCRIPTION_URL, s->reference, "reference", why) ||
	    (cve && !intake_put(in, FIELD_PRODUCT_VULNERABILITIES, s->vulnerability, "vulnerability", why)) ||
	    (!cve && !extra(in, "vulnerability", s->vulnerability, why)))
		return false;
	return extra(in, "incident", flow->incident, why) && extra(in, "confidence", s->confidence, why);
}

/*
 * What the sender calls it by name, else what the system is used for, else the
 * impact there. The name is of what was done: a target is not the place of it.
 */
static enum class
class_of(const struct iodef_scope *scope, const struct iodef_system *s)
{
	enum class c = s->side == IODEF_SOURCE ? class_find(scope->class_said) : CLASS_NONE;
	enum class impact = s->side == IODEF_SOURCE ? scope->at_source : scope->at_target;

	if (c != CLASS_NONE)
		return c;
	if (s->role != CLASS_NONE)
		return s->role;
	if (impact != CLASS_NONE && impact != CLASS_UNDETERMINED)
		return impact;
	if (s->watchlist)
		return CLASS_BLACKLIST;
	return s->side == IODEF_SOURCE ? CLASS_UNDETERMINED : CLASS_NONE;
}

static const struct iodef_value *
first_of(const struct iodef_system *s, bool name)
{
	for (const struct iodef_value *v = s->first; v != NULL; v = v->next) {
		if ((v->kind == IODEF_NAME) == name && v->kind != IODEF_OTHER)
			return v;
	}
	return NULL;
}

static bool
build(struct intake *in, const struct iodef_flow *flow, const struct iodef_system *s,
    const struct iodef_value *v, const struct iodef_system *target, struct err *why)
{
	const struct iodef_value *name = first_of(s, true), *address;

	event_put(&in->ev, FIELD_CLASSIFICATION_TYPE, class_type(class_of(flow->scope, s)));
	if (!set_where(in, v, why) || !put_system(in, &AT_SOURCE, s, why) ||
	    !extra(in, AT_SOURCE.kind, s->category, why))
		return false;
	/* A name of a system with addresses belongs to each of them. */
	if (v->kind == IODEF_IP && name != NULL && !put_value(in, &AT_SOURCE, name, why))
		return false;
	if (target != NULL) {
		address = first_of(target, false);
		name = first_of(target, true);
		if ((address != NULL && !put_value(in, &AT_DESTINATION, address, why)) ||
		    (name != NULL && !put_value(in, &AT_DESTINATION, name, why)) ||
		    !put_system(in, &AT_DESTINATION, target, why))
			return false;
	}
	return put_scope(in, flow, why);
}

static struct place
place_of(const struct iodef_flow *flow)
{
	return (struct place){ .offset = flow->offset, .length = flow->length, .line = flow->line };
}

static bool
bad(struct intake *in, const struct iodef_flow *flow, const char *column, const struct err *why, struct err *e)
{
	struct place place = place_of(flow);

	intake_look(in, flow->scope->description);
	return intake_bad(in, &place, slice_of_str(column), why, e);
}

static bool
give(struct intake *in, const struct iodef_flow *flow, const struct iodef_system *s,
    const struct iodef_value *v, const struct iodef_system *target, struct err *e)
{
	struct err why = ERR_INIT;

	event_clear(&in->ev);
	in->ev.place = place_of(flow);
	if (!build(in, flow, s, v, target, &why))
		return bad(in, flow, "System", &why, e);
	return intake_event(in, &in->ev, e);
}

/* Somebody did it to them, and nobody knows who: a fact, and no fault of theirs. */
static bool
give_target(struct intake *in, const struct iodef_flow *flow, const struct iodef_system *s, uint64_t *given, struct err *e)
{
	const struct iodef_value *address = first_of(s, false), *name = first_of(s, true);
	struct err why = ERR_INIT;

	if ((address == NULL && name == NULL) || *given >= EVENTS_MAX)
		return true;
	++*given;
	event_clear(&in->ev);
	in->ev.place = place_of(flow);
	event_put(&in->ev, FIELD_CLASSIFICATION_TYPE, class_type(class_find(flow->scope->class_said)));
	if ((address != NULL && !put_value(in, &AT_DESTINATION, address, &why)) ||
	    (name != NULL && !put_value(in, &AT_DESTINATION, name, &why)) ||
	    !put_system(in, &AT_DESTINATION, s, &why) || !put_scope(in, flow, &why))
		return bad(in, flow, "System", &why, e);
	return intake_event(in, &in->ev, e);
}

/* Each address of a system; its names where it has none. */
static bool
give_system(struct intake *in, const struct iodef_flow *flow, const struct iodef_system *s,
    const struct iodef_system *target, uint64_t *given, struct err *e)
{
	bool by_name = first_of(s, false) == NULL;
	struct err why = ERR_INIT;

	for (const struct iodef_value *v = s->first; v != NULL && !in->stopped; v = v->next) {
		if (v->kind == IODEF_OTHER || (v->kind == IODEF_NAME) != by_name)
			continue;
		if ((*given)++ == EVENTS_MAX) {
			(void)err_set(&why, ERR_LIMIT, "more than %d addresses in one flow", EVENTS_MAX);
			return bad(in, flow, "Flow", &why, e);
		}
		if (*given > EVENTS_MAX)
			return true;
		if (!give(in, flow, s, v, target, e))
			return false;
	}
	return true;
}

static bool
nothing(struct intake *in, const struct iodef_flow *flow, bool spoofed, struct err *e)
{
	struct err why = ERR_INIT;

	if (flow->first == NULL)
		return true;
	if (spoofed)
		(void)err_set(&why, ERR_INPUT, "its sources are spoofed: nobody who answers for one has anything to mend");
	else
		(void)err_set(&why, ERR_INPUT, "no source that says where, and no target that has something to mend");
	return bad(in, flow, "System", &why, e);
}

bool
iodef_events(struct intake *in, const struct iodef_flow *flow, struct err *e)
{
	const struct iodef_system *target = NULL;
	unsigned targets = 0;
	uint64_t given = 0;
	bool spoofed = false;

	for (const struct iodef_system *s = flow->first; s != NULL; s = s->next) {
		if (s->side == IODEF_TARGET && targets++ == 0)
			target = s;
		spoofed = spoofed || s->spoofed;
	}
	if (targets > 1)
		target = NULL; /* whose it was cannot be told */
	for (const struct iodef_system *s = flow->first; s != NULL; s = s->next) {
		if (s->side == IODEF_SOURCE && !s->spoofed && !give_system(in, flow, s, target, &given, e))
			return false;
	}
	/* Nobody did it: those who have something to mend themselves are told. */
	for (const struct iodef_system *s = given == 0 ? flow->first : NULL; s != NULL; s = s->next) {
		if (s->side != IODEF_TARGET)
			continue;
		if (class_of(flow->scope, s) != CLASS_NONE ? !give_system(in, flow, s, NULL, &given, e) :
		    class_find(flow->scope->class_said) != CLASS_NONE && !give_target(in, flow, s, &given, e))
			return false;
	}
	return given > 0 || nothing(in, flow, spoofed, e);
}
