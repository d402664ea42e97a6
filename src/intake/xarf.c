#include "intake/xarf.h"

#include <stdio.h>

#include "base/lang.h"
#include "intake/evidence.h"
#include "intake/xarf_rules.h"
#include "model/taxonomy.h"
#include "parse/ip.h"

/* The type as it is in a report: category and type, or class and type. */
struct kind {
	struct slice category, type;
	const char *rule; /* NULL: none of its own */
	enum class class;
};

static const struct kind kinds4[] = {
	{ S_INIT("messaging"), S_INIT("spam"), "v4__types__messaging-spam", CLASS_SPAM },
	{ S_INIT("messaging"), S_INIT("bulk_messaging"), "v4__types__messaging-bulk-messaging", CLASS_SPAM },
	{ S_INIT("messaging"), S_INIT("social_engineering"), NULL, CLASS_SOCIAL_ENGINEERING },
	{ S_INIT("connection"), S_INIT("login_attack"), "v4__types__connection-login-attack", CLASS_BRUTE_FORCE },
	{ S_INIT("connection"), S_INIT("auth_failure"), NULL, CLASS_BRUTE_FORCE },
	{ S_INIT("connection"), S_INIT("port_scan"), "v4__types__connection-port-scan", CLASS_SCANNER },
	{ S_INIT("connection"), S_INIT("ddos"), "v4__types__connection-ddos", CLASS_DDOS },
	{ S_INIT("connection"), S_INIT("infected_host"), "v4__types__connection-infected-host", CLASS_INFECTED_SYSTEM },
	{ S_INIT("connection"), S_INIT("reconnaissance"), "v4__types__connection-reconnaissance", CLASS_SCANNER },
	{ S_INIT("connection"), S_INIT("scraping"), "v4__types__connection-scraping", CLASS_SCANNER },
	{ S_INIT("connection"), S_INIT("sql_injection"), "v4__types__connection-sql-injection", CLASS_EXPLOIT },
	{ S_INIT("connection"), S_INIT("vulnerability_scan"), "v4__types__connection-vulnerability-scan", CLASS_SCANNER },
	{ S_INIT("vulnerability"), S_INIT("cve"), "v4__types__vulnerability-cve", CLASS_VULNERABLE_SYSTEM },
	{ S_INIT("vulnerability"), S_INIT("open_service"), "v4__types__vulnerability-open-service", CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE },
	{ S_INIT("vulnerability"), S_INIT("open"), NULL, CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE },
	{ S_INIT("vulnerability"), S_INIT("misconfiguration"), "v4__types__vulnerability-misconfiguration", CLASS_VULNERABLE_SYSTEM },
	{ S_INIT("vulnerability"), S_INIT("outdated_dnssec"), NULL, CLASS_WEAK_CRYPTO },
	{ S_INIT("vulnerability"), S_INIT("ssl_freak"), NULL, CLASS_WEAK_CRYPTO },
	{ S_INIT("vulnerability"), S_INIT("ssl_poodle"), NULL, CLASS_WEAK_CRYPTO },
	{ S_INIT("reputation"), S_INIT("blocklist"), "v4__types__reputation-blocklist", CLASS_BLACKLIST },
	{ S_INIT("reputation"), S_INIT("threat_intelligence"), "v4__types__reputation-threat-intelligence", CLASS_OTHER },
	{ S_INIT("infrastructure"), S_INIT("botnet"), "v4__types__infrastructure-botnet", CLASS_INFECTED_SYSTEM },
	{ S_INIT("infrastructure"), S_INIT("bot"), NULL, CLASS_INFECTED_SYSTEM },
	{ S_INIT("infrastructure"), S_INIT("compromised_server"), "v4__types__infrastructure-compromised-server", CLASS_SYSTEM_COMPROMISE },
	{ S_INIT("infrastructure"), S_INIT("compromised_website"), NULL, CLASS_APPLICATION_COMPROMISE },
	{ S_INIT("infrastructure"), S_INIT("compromised_account"), NULL, CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE },
	{ S_INIT("infrastructure"), S_INIT("compromised_microsoft_exchange"), NULL, CLASS_SYSTEM_COMPROMISE },
	{ S_INIT("infrastructure"), S_INIT("cve"), NULL, CLASS_VULNERABLE_SYSTEM },
	{ S_INIT("content"), S_INIT("phishing"), "v4__types__content-phishing", CLASS_PHISHING },
	{ S_INIT("content"), S_INIT("phishing_site"), NULL, CLASS_PHISHING },
	{ S_INIT("content"), S_INIT("malware"), "v4__types__content-malware", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("content"), S_INIT("csam"), "v4__types__content-csam", CLASS_VIOLENCE },
	{ S_INIT("content"), S_INIT("csem"), "v4__types__content-csem", CLASS_VIOLENCE },
	{ S_INIT("content"), S_INIT("exposed_data"), "v4__types__content-exposed-data", CLASS_DATA_LEAK },
	{ S_INIT("content"), S_INIT("brand_infringement"), "v4__types__content-brand_infringement", CLASS_MASQUERADE },
	{ S_INIT("content"), S_INIT("fraud"), "v4__types__content-fraud", CLASS_SOCIAL_ENGINEERING },
	{ S_INIT("content"), S_INIT("remote_compromise"), "v4__types__content-remote_compromise", CLASS_APPLICATION_COMPROMISE },
	{ S_INIT("content"), S_INIT("suspicious_registration"), "v4__types__content-suspicious_registration", CLASS_MASQUERADE },
	{ S_INIT("content"), S_INIT("defacement"), NULL, CLASS_UNAUTHORISED_INFORMATION_MODIFICATION },
	{ S_INIT("content"), S_INIT("spamvertised"), NULL, CLASS_SPAM },
	{ S_INIT("content"), S_INIT("web_hack"), NULL, CLASS_APPLICATION_COMPROMISE },
	{ S_INIT("copyright"), S_INIT("copyright"), "v4__types__copyright-copyright", CLASS_COPYRIGHT },
	{ S_INIT("copyright"), S_INIT("p2p"), "v4__types__copyright-p2p", CLASS_COPYRIGHT },
	{ S_INIT("copyright"), S_INIT("cyberlocker"), "v4__types__copyright-cyberlocker", CLASS_COPYRIGHT },
	{ S_INIT("copyright"), S_INIT("ugc_platform"), "v4__types__copyright-ugc-platform", CLASS_COPYRIGHT },
	{ S_INIT("copyright"), S_INIT("link_site"), "v4__types__copyright-link-site", CLASS_COPYRIGHT },
	{ S_INIT("copyright"), S_INIT("usenet"), "v4__types__copyright-usenet", CLASS_COPYRIGHT },
};

/* The rule's name without its version: "legacy3__" or "legacy1__" goes before. */
static const struct kind kinds3[] = {
	{ S_INIT("Content"), S_INIT("Botnet"), "botnet", CLASS_INFECTED_SYSTEM },
	{ S_INIT("Content"), S_INIT("ChildAbuse"), "childabuse", CLASS_VIOLENCE },
	{ S_INIT("Content"), S_INIT("ChildSexualAbuseMaterial"), "csam", CLASS_VIOLENCE },
	{ S_INIT("Content"), S_INIT("Copyright"), "copyright", CLASS_COPYRIGHT },
	{ S_INIT("Content"), S_INIT("Malware"), "malware", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("Content"), S_INIT("Phishing"), "phishing", CLASS_PHISHING },
	{ S_INIT("Content"), S_INIT("Trademark"), "trademark", CLASS_MASQUERADE },
	{ S_INIT("Activity"), S_INIT("DOS"), "ddos", CLASS_DOS },
	{ S_INIT("Activity"), S_INIT("DDoS"), NULL, CLASS_DDOS },
	{ S_INIT("Activity"), S_INIT("Exploit"), "exploit", CLASS_EXPLOIT },
	{ S_INIT("Activity"), S_INIT("Harassment"), "harassment", CLASS_HARMFUL_SPEECH },
	{ S_INIT("Activity"), S_INIT("LoginAttack"), "loginattack", CLASS_BRUTE_FORCE },
	{ S_INIT("Activity"), S_INIT("Login-Attack"), NULL, CLASS_BRUTE_FORCE },
	{ S_INIT("Activity"), S_INIT("Malware"), "rpz", CLASS_INFECTED_SYSTEM },
	{ S_INIT("Activity"), S_INIT("PortScan"), "portscan", CLASS_SCANNER },
	{ S_INIT("Activity"), S_INIT("Port-Scan"), NULL, CLASS_SCANNER },
	{ S_INIT("Activity"), S_INIT("PotentiallyCompromisedAccount"), "potentially_compromised_account", CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE },
	{ S_INIT("Activity"), S_INIT("Spam"), "spam", CLASS_SPAM },
	{ S_INIT("Activity"), S_INIT("WebCrawler"), "webcrawler", CLASS_SCANNER },
	{ S_INIT("Vulnerability"), S_INIT("OpenService"), "openservice", CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE },
	/* 3.0.0 writes types small, under classes of its own. */
	{ S_INIT(""), S_INIT("phishing"), NULL, CLASS_PHISHING },
	{ S_INIT(""), S_INIT("spam"), NULL, CLASS_SPAM },
	{ S_INIT(""), S_INIT("ddos"), NULL, CLASS_DDOS },
	{ S_INIT(""), S_INIT("botnet"), NULL, CLASS_INFECTED_SYSTEM },
	{ S_INIT(""), S_INIT("malware"), NULL, CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT(""), S_INIT("copyright"), NULL, CLASS_COPYRIGHT },
	{ S_INIT(""), S_INIT("login_attack"), NULL, CLASS_BRUTE_FORCE },
	{ S_INIT(""), S_INIT("login-attack"), NULL, CLASS_BRUTE_FORCE },
	{ S_INIT(""), S_INIT("loginattack"), NULL, CLASS_BRUTE_FORCE },
	{ S_INIT(""), S_INIT("port_scan"), NULL, CLASS_SCANNER },
	{ S_INIT(""), S_INIT("port-scan"), NULL, CLASS_SCANNER },
	{ S_INIT(""), S_INIT("portscan"), NULL, CLASS_SCANNER },
	{ S_INIT(""), S_INIT("csam"), NULL, CLASS_VIOLENCE },
	{ S_INIT(""), S_INIT("childabuse"), NULL, CLASS_VIOLENCE },
};

static const struct kind *
kind_find(const struct kind *kinds, size_t n, struct slice category,
    struct slice type)
{
	for (size_t i = 0; i < n; i++)
		if ((kinds[i].category.len == 0 ||
		    slice_eq(kinds[i].category, category)) &&
		    slice_eq(kinds[i].type, type))
			return &kinds[i];
	return NULL;
}

static const struct kind *
kind4(const struct json *r)
{
	return kind_find(kinds4, sizeof(kinds4) / sizeof(kinds4[0]),
	    json_text(json_get(r, S("category"))),
	    json_text(json_get(r, S("type"))));
}

static const struct kind *
kind3(const struct json *report)
{
	return kind_find(kinds3, sizeof(kinds3) / sizeof(kinds3[0]),
	    json_text(json_get(report, S("ReportClass"))),
	    json_text(json_get(report, S("ReportType"))));
}

/* --- is it one? --- */

static bool
valid4(const struct json *r, struct slice version, struct err *e)
{
	const struct kind *k = kind4(r);

	if (!slice_starts(version, S("4.")))
		return err_set(e, ERR_INPUT, "xarf_version: %s is no version that is known",
		    QUOTE(version));
	/* 4.0 asked for less and knew other types. */
	if (slice_starts(version, S("4.0")))
		return xarf_rules_check("v4_0", r, e);
	if (!xarf_rules_check("v4__xarf-core", r, e))
		return false;
	if (k == NULL || k->rule == NULL)
		return err_set(e, ERR_INPUT, "type: %s is no type of the category %s",
		    QUOTE(json_text(json_get(r, S("type")))),
		    QUOTE(json_text(json_get(r, S("category")))));
	return xarf_rules_check(k->rule, r, e);
}

static bool
valid3(const struct json *r, struct slice version, struct err *e)
{
	const struct json *report = json_get(r, S("Report"));
	const struct kind *k = kind3(report);
	bool old = version.p == NULL || slice_eq(version, S("1")) || slice_eq(version, S("2")) ||
	    slice_eq(version, S("alpha"));
	struct err other = ERR_INIT;
	char rule[64];

	if (slice_starts(version, S("3.")))
		return xarf_rules_check("v3_0", r, e);
	if (slice_eq(version, S("3")) &&
	    xarf_rules_check("v3__xarf-v3-legacy", r, &other))
		return true;
	if (!xarf_rules_check(old ? "legacy1__xarf_shared#XarfBase" :
	    "legacy3__xarf_shared#XarfBase", r, e))
		return false;
	if (!json_is(report, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "Report must be of type object");
	if (k == NULL || k->rule == NULL)
		return err_set(e, ERR_INPUT, "Report.ReportType: %s is no type of the class %s",
		    QUOTE(json_text(json_get(report, S("ReportType")))),
		    QUOTE(json_text(json_get(report, S("ReportClass")))));
	(void)snprintf(rule, sizeof(rule), "legacy%d__%s", old ? 1 : 3, k->rule);
	return xarf_rules_check(rule, r, e);
}

bool
xarf_valid(const struct json *r, struct err *e)
{
	const struct json *v4 = json_get(r, S("xarf_version"));
	const struct json *v3 = json_get(r, S("Version"));

	if (!json_is(r, JSON_OBJECT))
		return err_set(e, ERR_INPUT, "an X-ARF report is a JSON object");
	if (v4 != NULL)
		return valid4(r, json_scalar(v4), e);
	if (v3 != NULL || json_get(r, S("ReporterInfo")) != NULL)
		return valid3(r, json_text(v3), e);
	return err_set(e, ERR_INPUT, "no X-ARF: it has neither \"xarf_version\" nor \"Version\"");
}

/* --- the event --- */

struct job {
	struct intake *in;
	struct arena *a;
	struct event *ev;
};

/* A field that is beside the point is left out where its value is no good. */
static bool
put(struct job *j, enum field f, struct slice v)
{
	struct err ignored = ERR_INIT;

	return v.len > 0 && event_set(j->ev, f, v, j->a, &ignored) &&
	    event_has(j->ev, f);
}

/* JSON without the white space between its tokens. */
static struct slice
compact(struct arena *a, struct slice raw)
{
	uint8_t *p = arena_bytes(a, raw.len);
	bool text = false;
	size_t n = 0;

	if (p == NULL)
		return SLICE_NONE;
	for (size_t i = 0; i < raw.len; i++) {
		if (!text && byte_is_space(raw.p[i]))
			continue;
		if (raw.p[i] == '"')
			text = !text;
		p[n++] = raw.p[i];
		if (text && raw.p[i] == '\\' && i + 1 < raw.len)
			p[n++] = raw.p[++i];
	}
	return slice_of(p, n);
}

static void
extra(struct job *j, const char *key, const struct json *v)
{
	struct err ignored = ERR_INIT;
	struct slice s = json_scalar(v);
	enum extra_kind kind = EXTRA_TEXT;

	if (v == NULL)
		return;
	if (v->kind == JSON_NUMBER)
		kind = EXTRA_NUMBER;
	else if (v->kind == JSON_TRUE || v->kind == JSON_FALSE)
		kind = EXTRA_BOOL;
	else if (v->kind == JSON_ARRAY && v->raw.len <= 4096) {
		kind = EXTRA_JSON;
		s = compact(j->a, v->raw);
	}
	if (s.len > 0 && s.len <= 4096 &&
	    !event_extra(j->ev, slice_of_str(key), s, kind, &ignored))
		return;
}

/* Who is meant: an address, a URL, a name; of an account only its domain. */
static void
put_source(struct job *j, struct slice s)
{
	size_t at = slice_rfind_byte(s, '@');

	if (put(j, FIELD_SOURCE_IP, s))
		return;
	if (slice_find(s, S("://")) != SIZE_MAX) {
		(void)put(j, FIELD_SOURCE_URL, s);
		return;
	}
	if (at != SIZE_MAX)
		s = slice_from(s, at + 1);
	(void)put(j, FIELD_SOURCE_FQDN, s);
}

/* The host of a URL, and nothing else of it. */
static void
put_host(struct job *j, struct slice url)
{
	struct slice host = evidence_host(url);

	if (!put(j, FIELD_SOURCE_IP, host))
		(void)put(j, FIELD_SOURCE_FQDN, host);
}

static void
put_protocol(struct job *j, struct slice protocol, struct slice service)
{
	static const struct slice transports[] = { S_INIT("tcp"), S_INIT("udp"),
		S_INIT("icmp"), S_INIT("sctp") };
	enum field f = FIELD_PROTOCOL_APPLICATION;

	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (slice_eq_nocase(protocol, transports[i]))
			f = FIELD_PROTOCOL_TRANSPORT;
	(void)put(j, f, protocol);
	(void)put(j, FIELD_PROTOCOL_APPLICATION, service);
}

/* "login_attack", "LoginAttack": the name of the condition, in one spelling. */
static void
put_identifier(struct job *j, struct slice type)
{
	uint8_t *p = arena_bytes(j->a, type.len);

	if (p == NULL || type.len > 60)
		return;
	for (size_t i = 0; i < type.len; i++)
		p[i] = type.p[i] == '_' ? '-' : byte_lower(type.p[i]);
	(void)put(j, FIELD_CLASSIFICATION_IDENTIFIER, slice_of(p, type.len));
}

/*
 * Child abuse: what model/protect.h needs to make the fact and a reference of
 * it; no name of a file, no notes.
 */
static void
put_protected(struct job *j, struct slice page, struct slice id, struct slice case_id)
{
	struct err ignored = ERR_INIT;

	event_put(j->ev, FIELD_CLASSIFICATION_IDENTIFIER, S("child-abuse"));
	if (slice_find(page, S("://")) == SIZE_MAX)
		put_source(j, page);
	else if (!put(j, FIELD_SOURCE_URL, page))
		put_host(j, page);
	if (id.len > 0 && id.len <= 200 && !event_extra(j->ev, S("report_id"),
	    id, EXTRA_TEXT, &ignored))
		return;
	if (case_id.len > 0 && case_id.len <= 200 && !event_extra(j->ev,
	    S("reference"), case_id, EXTRA_TEXT, &ignored))
		return;
}

/* What is worth keeping of a type, and names no person. */
static const char *const extras4[] = { "report_id", "evidence_source",
	"confidence", "tags", "description", "first_seen", "last_seen",
	"attempt_count", "attempts_count", "attack_vector", "attack_pattern",
	"attack_technique", "duration_seconds", "duration_minutes", "peak_pps",
	"peak_bps", "packet_count", "byte_count", "amplification_factor",
	"scan_type", "scan_rate", "ports_scanned", "targeted_ports",
	"total_requests", "total_probes", "user_agent", "bot_type",
	"compromise_type", "compromise_method", "compromise_evidence",
	"service_version", "service_port", "risk_level", "severity",
	"cvss_score", "cvss_vector", "patch_available", "remediation",
	"threat_type", "confidence_score", "blocklist_reason", "work_title",
	"rights_holder", "p2p_protocol", "infringement_type", "target_brand",
	"fraud_type", "lure_type", "malware_type", "distribution_method",
	"registration_date", "risk_score", "data_types", "record_count",
	"detection_method", "spam_indicators", "recipient_count", "subject" };

static void
event4(struct job *j, const struct json *r, const struct kind *k)
{
	struct slice id = json_text(json_get(r, S("report_id")));
	struct slice source = json_text(json_get(r, S("source_identifier")));
	struct err ignored = ERR_INIT;
	struct slice type = json_text(json_get(r, S("type")));

	(void)put(j, FIELD_TIME_SOURCE, json_text(json_get(r, S("timestamp"))));
	if (!event_extra(j->ev, S("reporter_domain"), json_text(json_path(r,
	    S("reporter.domain"))), EXTRA_TEXT, &ignored))
		return;
	if (k != NULL && k->class == CLASS_VIOLENCE) {
		(void)put(j, FIELD_SOURCE_URL, json_text(json_get(r, S("url"))));
		put_protected(j, source, id, json_text(json_get(r, S("ncmec_report_id"))));
		return;
	}
	put_identifier(j, type);
	put_source(j, source);
	if (!event_has(j->ev, FIELD_SOURCE_URL) &&
	    !put(j, FIELD_SOURCE_URL, json_text(json_get(r, S("url")))))
		(void)put(j, FIELD_SOURCE_URL,
		    json_text(json_get(r, S("infringing_url"))));
	(void)put(j, FIELD_SOURCE_PORT, json_scalar(json_get(r, S("source_port"))));
	(void)put(j, FIELD_DESTINATION_IP, json_text(json_get(r, S("destination_ip"))));
	(void)put(j, FIELD_DESTINATION_PORT,
	    json_scalar(json_get(r, S("destination_port"))));
	(void)put(j, FIELD_DESTINATION_URL, json_text(json_get(r, S("target_url"))));
	put_protocol(j, json_text(json_get(r, S("protocol"))),
	    json_text(json_get(r, S("service"))));
	(void)(put(j, FIELD_MALWARE_NAME, json_text(json_get(r, S("malware_family")))) ||
	    put(j, FIELD_MALWARE_NAME, json_text(json_get(r, S("bot_name")))));
	if (put(j, FIELD_PRODUCT_VULNERABILITIES, json_text(json_get(r, S("cve_id")))))
		put_identifier(j, json_text(json_get(r, S("cve_id"))));
	for (size_t i = 0; i < sizeof(extras4) / sizeof(extras4[0]); i++)
		extra(j, extras4[i], json_get(r, slice_of_str(extras4[i])));
}

static const struct { const char *name, *key; } extras3[] = {
	{ "ReportClass", "report_class" }, { "ReporterCaseID", "report_id" },
	{ "ReporterSeverity", "reporter_severity" },
	{ "FirstSeen", "first_seen" }, { "Ongoing", "ongoing" },
	{ "ByteCount", "byte_count" }, { "PacketCount", "packet_count" },
	{ "ServiceVersion", "service_version" },
	{ "InfringedMaterial", "work_title" },
	{ "TrademarkedMaterial", "work_title" },
	{ "SharingProtocol", "network" }, { "ThreatActor", "threat_actor" },
	{ "Attempts", "attempt_count" }, { "AttackCount", "attempt_count" },
};

static void
event3(struct job *j, const struct json *r, const struct kind *k)
{
	const struct json *p = json_get(r, S("Report"));
	const struct json *more = json_get(p, S("AdditionalInfo"));
	struct slice url = json_text(json_get(p, S("SourceUrl")));
	struct slice ip = json_text(json_get(p, S("SourceIp")));
	struct slice port = json_scalar(json_get(p, S("SourcePort")));
	struct err ignored = ERR_INIT;

	/* 3.0.0 has them in an object; the one of the xarf project "Url". */
	if (ip.p == NULL)
		ip = json_text(json_path(p, S("Source.IP")));
	if (url.p == NULL)
		url = json_text(json_path(p, S("Source.URL")));
	if (url.p == NULL)
		url = json_text(json_get(p, S("Url")));
	if (port.p == NULL)
		port = json_scalar(json_path(p, S("Source.Port")));
	(void)put(j, FIELD_TIME_SOURCE, json_text(json_get(p, S("Date"))));
	if (!event_extra(j->ev, S("reporter_domain"), json_text(json_path(r,
	    S("ReporterInfo.ReporterOrgDomain"))), EXTRA_TEXT, &ignored))
		return;
	(void)put(j, FIELD_SOURCE_IP, ip);
	if (k != NULL && k->class == CLASS_VIOLENCE) {
		put_protected(j, url, SLICE_NONE,
		    json_text(json_get(p, S("ReporterCaseID"))));
		return;
	}
	put_identifier(j, json_text(json_get(p, S("ReportType"))));
	(void)put(j, FIELD_SOURCE_URL, url);
	(void)put(j, FIELD_SOURCE_PORT, port);
	(void)put(j, FIELD_DESTINATION_IP, json_text(json_get(p, S("DestinationIp"))));
	(void)put(j, FIELD_DESTINATION_PORT,
	    json_scalar(json_get(p, S("DestinationPort"))));
	(void)put(j, FIELD_DESTINATION_IP,
	    json_text(json_get(more, S("DestinationIP"))));
	(void)put(j, FIELD_DESTINATION_PORT,
	    json_scalar(json_get(more, S("DestinationPort"))));
	put_protocol(j, json_text(json_get(p, S("TransportProtocol"))),
	    json_text(json_get(p, S("ServiceName"))));
	put_protocol(j, json_text(json_get(p, S("Protocol"))), SLICE_NONE);
	put_protocol(j, json_text(json_get(more, S("Protocol"))), SLICE_NONE);
	(void)(put(j, FIELD_MALWARE_NAME, json_text(json_get(p, S("MalwareName")))) ||
	    put(j, FIELD_MALWARE_NAME, json_text(json_get(p, S("BotnetName")))) ||
	    put(j, FIELD_MALWARE_NAME, json_text(json_get(more, S("MalwareFamily")))));
	for (size_t i = 0; i < sizeof(extras3) / sizeof(extras3[0]); i++)
		extra(j, extras3[i].key, json_get(p, slice_of_str(extras3[i].name)));
}

static bool
report_read(struct intake *in, struct arena *a, struct slice text,
    uint64_t base, const struct json *r, struct err *e)
{
	struct job j = { .in = in, .a = a, .ev = &in->ev };
	struct place place = { .offset = base + (uint64_t)(r->raw.p - text.p),
		.length = r->raw.len > UINT32_MAX ? UINT32_MAX :
		(uint32_t)r->raw.len, .part = in->part };
	const struct kind *k;
	struct err why = ERR_INIT;

	if (!xarf_valid(r, &why)) {
		intake_look(in, r->raw);
		return intake_bad(in, &place, SLICE_NONE, &why, e);
	}
	k = json_get(r, S("xarf_version")) != NULL ? kind4(r) :
	    kind3(json_get(r, S("Report")));
	event_clear(j.ev);
	event_put(j.ev, FIELD_CLASSIFICATION_TYPE,
	    class_type(k == NULL ? CLASS_UNDETERMINED : k->class));
	if (json_get(r, S("xarf_version")) != NULL)
		event4(&j, r, k);
	else
		event3(&j, r, k);
	j.ev->place = place;
	return intake_event(in, j.ev, e);
}

static bool
xarf_read(struct intake *in, struct source *src, struct err *e)
{
	struct json_limits limits = JSON_LIMITS;
	struct arena a = ARENA_NONE;
	const struct json *tree;
	uint64_t base = src->offset;
	struct slice text;
	bool ok;

	if (!source_all(src, in->limits.document_bytes, &text, e))
		return false;
	limits.bytes = in->limits.document_bytes;
	/* A node is a hundred bytes, and at the least two of text. */
	arena_init(&a, text.len * 64 + (1 << 20));
	ok = json_parse(text, &limits, &a, &tree, e);
	if (ok && tree->kind == JSON_ARRAY) {
		JSON_EACH(item, tree)
			ok = ok && report_read(in, &a, text, base, item, e);
	} else if (ok) {
		ok = report_read(in, &a, text, base, tree, e);
	}
	arena_fini(&a);
	return ok;
}

static int
xarf_recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice s = slice_trim(head->bytes);

	(void)in;
	if (slice_starts(s, S("\xef\xbb\xbf")))
		s = slice_from(s, 3);
	if (s.len < 2 || (s.p[0] != '{' && s.p[0] != '['))
		return 0;
	if (slice_find(s, S("\"xarf_version\"")) != SIZE_MAX)
		return 95;
	if (slice_find(s, S("\"ReporterInfo\"")) != SIZE_MAX &&
	    slice_find(s, S("\"Version\"")) != SIZE_MAX)
		return 95;
	return slice_find(s, S("\"ReportType\"")) != SIZE_MAX &&
	    slice_find(s, S("\"ReportClass\"")) != SIZE_MAX ? 80 : 0;
}

const struct intake_format intake_xarf = {
	.name = S_INIT("xarf"),
	.summary = N_("X-ARF reports as JSON (versions 1 to 4)"),
	.recognise = xarf_recognise,
	.read = xarf_read,
	.warmup = xarf_rules_warmup,
};
