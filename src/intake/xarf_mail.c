/*
 * xarf_mail: the older X-ARF (0.1, 0.2, PLAIN, BULK): a mail whose second text
 * part holds "Key: value" lines, a subset of YAML. JSON parts of X-ARF 1 to 4
 * are documents of their own (xarf.c).
 *
 *	---
 *	Reported-From: abuse-team@example.org
 *	Category: abuse
 *	Report-Type: login-attack
 *	Service: ssh
 *	Date: Fri, 31 Jan 2014 07:19:02 +0100
 *	Source-Type: ipv4
 *	Source: 192.0.2.1
 */
#include "intake/mail.h"

#define DOCUMENTS_MAX 10000

struct record {
	struct slice category, type, source, source_type, date, service, port;
	struct slice any_port; /* whose it is depends on the type */
	struct slice url, domain, target, target_port, id, version, occurrences;
	struct slice protocol, agent;
	unsigned found; /* of the keys that make a record one */
};

static struct slice
scalar(struct slice v)
{
	v = slice_trim(v);
	if (v.len >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
	    v.p[v.len - 1] == v.p[0])
		v = slice_sub(v, 1, v.len - 2);
	return v;
}

static void
line_take(struct slice key, struct slice value, struct record *r)
{
	const struct { struct slice key; struct slice *to; bool counts; } keys[] = {
		{ S("category"), &r->category, true },
		{ S("report-type"), &r->type, true },
		{ S("source"), &r->source, true },
		{ S("source-type"), &r->source_type, true },
		{ S("reported-from"), NULL, true },
		{ S("schema-url"), NULL, true },
		{ S("date"), &r->date, false },
		{ S("service"), &r->service, false },
		{ S("port"), &r->any_port, false },
		{ S("source-port"), &r->port, false },
		{ S("download-port"), &r->port, false },
		{ S("download-link"), &r->url, false },
		{ S("url"), &r->url, false },
		{ S("uri"), &r->url, false },
		{ S("domain"), &r->domain, false },
		{ S("destination"), &r->target, false },
		{ S("destination-port"), &r->target_port, false },
		{ S("report-id"), &r->id, false },
		{ S("version"), &r->version, false },
		{ S("occurrences"), &r->occurrences, false },
		{ S("protocol"), &r->protocol, false },
		{ S("user-agent"), &r->agent, false },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!slice_eq_nocase(key, keys[i].key))
			continue;
		if (value.len > 0)
			r->found += keys[i].counts;
		if (keys[i].to != NULL && keys[i].to->p == NULL)
			*keys[i].to = value;
		return;
	}
}

static enum class
class_of(const struct record *r)
{
	static const struct { struct slice type; enum class class; } types[] = {
		{ S_INIT("login-attack"), CLASS_BRUTE_FORCE },
		{ S_INIT("auth"), CLASS_BRUTE_FORCE },
		{ S_INIT("malware-attack"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("malware"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("malicious-website"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("phishing"), CLASS_PHISHING },
		{ S_INIT("fraud"), CLASS_PHISHING },
		{ S_INIT("childabuse"), CLASS_VIOLENCE },
		{ S_INIT("child-abuse"), CLASS_VIOLENCE },
		{ S_INIT("csam"), CLASS_VIOLENCE },
		{ S_INIT("csem"), CLASS_VIOLENCE },
		{ S_INIT("spam"), CLASS_SPAM },
		{ S_INIT("spamvertised"), CLASS_SPAM },
		{ S_INIT("regbot"), CLASS_SPAM },
		{ S_INIT("badbot"), CLASS_SCANNER },
		{ S_INIT("portscan"), CLASS_SCANNER },
		{ S_INIT("port-scan"), CLASS_SCANNER },
		{ S_INIT("webcrawler"), CLASS_SCANNER },
		{ S_INIT("attack"), CLASS_IDS_ALERT },
		{ S_INIT("web-attack"), CLASS_EXPLOIT },
		{ S_INIT("hacking"), CLASS_EXPLOIT },
		{ S_INIT("ddos"), CLASS_DDOS },
		{ S_INIT("dos"), CLASS_DOS },
		{ S_INIT("copyright"), CLASS_COPYRIGHT },
		{ S_INIT("trademark"), CLASS_MASQUERADE },
		{ S_INIT("botnet"), CLASS_INFECTED_SYSTEM },
		{ S_INIT("bot-infection"), CLASS_INFECTED_SYSTEM },
		{ S_INIT("infection"), CLASS_INFECTED_SYSTEM },
		{ S_INIT("command-and-control"), CLASS_C2_SERVER },
		{ S_INIT("cnc"), CLASS_C2_SERVER },
		{ S_INIT("openresolver"), CLASS_DDOS_AMPLIFIER },
		{ S_INIT("open-resolver"), CLASS_DDOS_AMPLIFIER },
		{ S_INIT("openservice"), CLASS_POTENTIALLY_UNWANTED_ACCESSIBLE },
		{ S_INIT("rogue-dns"), CLASS_MALWARE_CONFIGURATION },
		{ S_INIT("compromised-website"), CLASS_APPLICATION_COMPROMISE },
		{ S_INIT("compromised-server"), CLASS_SYSTEM_COMPROMISE },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_eq_nocase(r->type, types[i].type))
			return types[i].class;
	if (slice_eq_nocase(r->category, S("fraud")))
		return CLASS_PHISHING;
	if (slice_eq_nocase(r->category, S("auth")))
		return CLASS_BRUTE_FORCE;
	return CLASS_UNDETERMINED;
}

/* Of an attack "Port" is the attacked one, of a service the source's own. */
static bool
attack(enum class class)
{
	return class == CLASS_BRUTE_FORCE || class == CLASS_SCANNER ||
	    class == CLASS_EXPLOIT || class == CLASS_IDS_ALERT ||
	    class == CLASS_DOS || class == CLASS_DDOS || class == CLASS_SPAM ||
	    class == CLASS_UNDETERMINED;
}

/* Source by what it is, not by what Source-Type calls it. */
static bool
put_source(struct mail *m, const struct record *r, struct event *ev,
    struct err *why)
{
	struct ip ip;

	if (ip_read(r->source, &ip)) {
		if (!mail_put_ip(m, ev, FIELD_SOURCE_IP, ip))
			return err_set(why, ERR_LIMIT, "the mail needs more memory than it may have");
	} else if (slice_find(r->source, S("://")) != SIZE_MAX) {
		if (!event_set(ev, FIELD_SOURCE_URL, r->source, m->a, why))
			return err_within(why, "X-ARF Source");
	} else if (slice_find_byte(r->source, '@') != SIZE_MAX) {
		if (!event_set(ev, FIELD_SOURCE_FQDN, mail_domain(m, r->source),
		    m->a, why))
			return err_within(why, "X-ARF Source");
	} else if (r->source.len == 0) {
		return err_set(why, ERR_INPUT, "an X-ARF report without Source");
	} else if (!event_set(ev, FIELD_SOURCE_FQDN, r->source, m->a, why)) {
		return err_within(why, "X-ARF Source");
	}
	return true;
}

static bool
record_give(struct mail *m, const struct mime_part *p, const struct record *r,
    struct err *e)
{
	struct event *ev = &m->in->ev;
	struct err why = ERR_INIT;
	struct date date;

	event_clear(ev);
	event_put(ev, FIELD_CLASSIFICATION_TYPE, class_type(class_of(r)));
	if (r->type.len > 0 && r->type.len <= 100)
		(void)mail_put_if_good(m, ev, FIELD_CLASSIFICATION_IDENTIFIER, r->type);
	if (!put_source(m, r, ev, &why))
		return mail_aside(m, &why, e);
	if (date_read(r->date, &date))
		mail_put_date(m, ev, FIELD_TIME_SOURCE, &date);
	else if (m->has_date)
		mail_put_date(m, ev, FIELD_TIME_SOURCE, &m->date);
	if (r->url.len > 0 && !event_has(ev, FIELD_SOURCE_URL))
		(void)mail_put_if_good(m, ev, FIELD_SOURCE_URL, r->url);
	(void)mail_put_if_good(m, ev, FIELD_SOURCE_PORT, r->port);
	(void)mail_put_if_good(m, ev, FIELD_PROTOCOL_APPLICATION, r->service);
	(void)mail_put_if_good(m, ev, FIELD_PROTOCOL_TRANSPORT, r->protocol);
	(void)mail_put_if_good(m, ev, attack(class_of(r)) ?
	    FIELD_DESTINATION_PORT : FIELD_SOURCE_PORT, r->any_port);
	(void)mail_put_if_good(m, ev, FIELD_DESTINATION_IP, r->target);
	(void)mail_put_if_good(m, ev, FIELD_DESTINATION_PORT, r->target_port);
	if (!mail_extra(m, ev, "report_id", r->id, e) ||
	    !mail_extra(m, ev, "xarf_version", r->version, e) ||
	    !mail_extra(m, ev, "xarf_category", r->category, e) ||
	    !mail_extra(m, ev, "xarf_type", r->type, e) ||
	    !mail_extra(m, ev, "occurrences", r->occurrences, e) ||
	    !mail_extra(m, ev, "user_agent", r->agent, e) ||
	    !mail_extra(m, ev, "reporter_domain", m->from_domain, e))
		return false;
	return mail_give(m, ev, p->offset, p->content.len, e);
}

static bool
part_read(struct mail *m, const struct mime_part *p, bool *took_out,
    struct err *e)
{
	struct record r = { .found = 0 };
	struct slice text, line;
	size_t records = 0;
	bool more = true;

	if (!mime_text(&m->mime, p, &text))
		return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
	/* Prose has its first such line late, if at all; a report has it first. */
	text = slice_trim(text);
	while (more) {
		size_t colon;

		more = slice_line(&text, &line);
		if (!more || slice_eq(slice_trim(line), S("---")) ||
		    slice_eq(slice_trim(line), S("..."))) {
			/* Three of its obligatory keys, and the type among them. */
			if (r.found >= 3 && r.type.len > 0) {
				*took_out = true;
				if (!record_give(m, p, &r, e))
					return false;
				if (++records == DOCUMENTS_MAX)
					return true;
			}
			r = (struct record){ .found = 0 };
			continue;
		}
		colon = slice_find_byte(slice_sub(line, 0, 64), ':');
		if (colon != SIZE_MAX && colon > 0)
			line_take(slice_trim(slice_sub(line, 0, colon)),
			    scalar(slice_from(line, colon + 1)), &r);
	}
	return true;
}

bool
xarf_mail_read(struct mail *m, bool *took_out, struct err *e)
{
	for (size_t i = 0; i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];

		if (p->kind != MIME_LEAF || p->content.len < 40 ||
		    (!mime_is(p, "text", "plain") && !mime_is(p, "text", "yaml") &&
		    !mime_is(p, "application", "yaml") &&
		    !mime_is(p, "application", "x-yaml")))
			continue;
		if (!part_read(m, p, took_out, e))
			return false;
	}
	return true;
}
