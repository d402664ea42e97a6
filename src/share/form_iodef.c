/*
 * IODEF version 2 (RFC 7970): an incident a finding. What RSIT calls it stands
 * in <AdditionalData>, as our own reader (intake/iodef.c) looks for it; who has
 * the standard alone reads the impact and what the system is used for.
 */
#include "share/form.h"

#include "base/lang.h"
#include "share/compose.h"

static void
head(struct form_run *r, struct buf *b)
{
	(void)r;
	buf_str(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<IODEF-Document version=\"2.00\" xml:lang=\"en\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">\n");
}

static void
tail(struct form_run *r, struct buf *b)
{
	(void)r;
	buf_str(b, "</IODEF-Document>\n");
}

static void
element(struct buf *b, const char *open, struct slice text, const char *close)
{
	buf_str(b, open);
	form_xml(b, text);
	buf_str(b, close);
}

/* RFC 7970 section 3.3.1; AMBER+STRICT is younger than it, and no less than private. */
static const char *
restriction(enum tlp t)
{
	return t == TLP_CLEAR ? "white" : t == TLP_GREEN ? "green" : t == TLP_AMBER ? "amber" : "red";
}

static const char *
role(enum class c)
{
	switch (c) {
	case CLASS_C2_SERVER:
		return "c2-server";
	case CLASS_MALWARE_DISTRIBUTION:
		return "malware-distribution";
	case CLASS_PHISHING:
		return "phishing-site";
	case CLASS_MASQUERADE:
		return "fraudulent-site";
	case CLASS_DDOS_AMPLIFIER:
		return "reflector";
	case CLASS_PROXY:
	case CLASS_TOR:
		return "anonymization";
	default:
		return NULL;
	}
}

static const char *
impact(enum class c)
{
	switch (c) {
	case CLASS_DOS:
	case CLASS_DDOS:
	case CLASS_OUTAGE:
		return "availability-service";
	case CLASS_SYSTEM_COMPROMISE:
	case CLASS_INFECTED_SYSTEM:
		return "takeover-system";
	case CLASS_APPLICATION_COMPROMISE:
		return "takeover-service";
	case CLASS_PRIVILEGED_ACCOUNT_COMPROMISE:
	case CLASS_UNPRIVILEGED_ACCOUNT_COMPROMISE:
		return "takeover-account";
	case CLASS_UNAUTHORISED_INFORMATION_MODIFICATION:
		return "integrity-data";
	case CLASS_DATA_LEAK:
	case CLASS_UNAUTHORISED_INFORMATION_ACCESS:
		return "breach-proprietary";
	case CLASS_SNIFFING:
		return "monitoring-traffic";
	default:
		return "unknown";
	}
}

static const char *
category(const struct finding_row *row)
{
	static const char *const names[PLACE_KIND_COUNT] = { [PLACE_URL] = "site-uri", [PLACE_ASN] = "asn", [PLACE_ACCOUNT] = "e-mail" };

	if (row->kind == PLACE_IP)
		return ip_is_v4(row->ip) ? "ipv4-addr" : "ipv6-addr";
	if (row->kind == PLACE_NETWORK)
		return slice_find_byte(row->place, ':') == SIZE_MAX ? "ipv4-net" : "ipv6-net";
	/* A name that is an account and no mailbox has no category. */
	if (row->kind == PLACE_ACCOUNT && slice_find_byte(row->place, '@') == SIZE_MAX)
		return NULL;
	return names[row->kind];
}

static void
system_put(const struct finding_row *row, const char *what, struct buf *b)
{
	const char *of = role(row->class), *protocol = slice_eq(row->transport, S("tcp")) ? "6" : slice_eq(row->transport, S("udp")) ? "17" : NULL;

	buf_printf(b, "      <System category=\"%s\">\n        <Node>", row->kind == PLACE_TARGET ? "target" : "source");
	if (what != NULL) {
		buf_printf(b, "<Address category=\"%s\">", what);
		element(b, "", row->place, "</Address>");
	} else {
		element(b, "<DomainData system-status=\"unknown\" domain-status=\"unknown\"><Name>", row->place, "</Name></DomainData>");
	}
	buf_str(b, "</Node>\n");
	if (of != NULL)
		buf_printf(b, "        <NodeRole category=\"%s\"/>\n", of);
	if (row->port != 0 && protocol != NULL)
		buf_printf(b, "        <Service ip-protocol=\"%s\"><Port>%u</Port></Service>\n", protocol, row->port);
	buf_str(b, "      </System>\n");
}

/* Order by RFC 7970 section 3.2: IncidentID, times, Description, Assessment, Contact, EventData. */
static bool
row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	bool name = row->kind == PLACE_FQDN || row->kind == PLACE_TARGET;
	const char *what = category(row);
	char id[FINDING_ID_TEXT_MAX];

	if (what == NULL && !name)
		return false;
	finding_id_print(row->id, id);
	buf_printf(b, "  <Incident purpose=\"reporting\" restriction=\"%s\">\n    <IncidentID name=\"", restriction(compose_tlp(r->who, row)));
	form_xml(b, r->who->name);
	buf_printf(b, "\">%s</IncidentID>\n", id);
	element(b, "    <StartTime>", form_moment(r, row->first_s), "</StartTime>\n");
	element(b, "    <EndTime>", form_moment(r, row->last_s), "</EndTime>\n");
	element(b, "    <GenerationTime>", form_moment(r, r->who->now_s), "</GenerationTime>\n");
	element(b, "    <Description>", row->identifier.len > 0 ? row->identifier : row->label.len > 0 ? row->label : class_type(row->class), "</Description>\n");
	buf_printf(b, "    <Assessment><SystemImpact type=\"%s\"/></Assessment>\n", impact(row->class));
	element(b, "    <Contact type=\"organization\" role=\"creator\"><ContactName>", r->who->name, "</ContactName>");
	if (r->who->mail.len > 0)
		element(b, "<Email><EmailTo>", r->who->mail, "</EmailTo></Email>");
	buf_str(b, "</Contact>\n    <EventData>\n");
	element(b, "      <DetectTime>", form_moment(r, row->last_s), "</DetectTime>\n      <Flow>\n");
	system_put(row, what, b);
	buf_str(b, "      </Flow>\n");
	element(b, "      <AdditionalData dtype=\"string\" meaning=\"classification.type\">", class_type(row->class), "</AdditionalData>\n");
	buf_printf(b, "      <AdditionalData dtype=\"integer\" meaning=\"count\">%llu</AdditionalData>\n", (unsigned long long)row->count);
	buf_str(b, "    </EventData>\n  </Incident>\n");
	return true;
}

const struct form form_iodef = { .name = "iodef", .summary = N_("IODEF version 2 (RFC 7970), an incident each"),
	.type = "application/xml; charset=utf-8", .file = "findings.iodef.xml", .head = head, .row = row, .tail = tail };
