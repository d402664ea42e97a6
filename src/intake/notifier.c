/*
 * notifier: complaints that programs write as plain text. What they have in
 * common is read by three readers: XML that lies in the text (ACNS copyright
 * notices, Google's Safe Browsing), lists of addresses under headings (Project
 * Honey Pot), and for the rest the address and URL that a known sender names
 * in the subject or behind a label. A sender is one row.
 */
#include "intake/mail.h"

#define RECORDS_MAX 10000

static struct slice
first_text(struct mail *m, size_t *part_out)
{
	for (size_t i = 0; i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];
		struct slice text;

		if (p->kind == MIME_LEAF && mime_is(p, "text", NULL) &&
		    !mime_is(p, "text", "html") &&
		    mime_text(&m->mime, p, &text) && text.len > 0) {
			*part_out = i;
			return text;
		}
	}
	return SLICE_NONE;
}

static void
event_begin(struct mail *m, enum class class, const char *identifier)
{
	struct event *ev = &m->in->ev;

	event_clear(ev);
	event_put(ev, FIELD_CLASSIFICATION_TYPE, class_type(class));
	event_put(ev, FIELD_CLASSIFICATION_IDENTIFIER, slice_of_str(identifier));
}

/* An event whose odd fields are left out and whose place is the part. */
static bool
event_end(struct mail *m, size_t part, struct err *e)
{
	struct event *ev = &m->in->ev;

	if (!event_has(ev, FIELD_TIME_SOURCE) && m->has_date)
		mail_put_date(m, ev, FIELD_TIME_SOURCE, &m->date);
	if (!mail_extra(m, ev, "reporter_domain", m->from_domain, e))
		return false;
	return mail_give(m, ev, m->mime.parts[part].offset,
	    m->mime.parts[part].content.len, e);
}

static bool
put(struct mail *m, enum field f, struct slice v)
{
	return mail_put_if_good(m, &m->in->ev, f, v);
}

/* --- XML in text --- */

/* What stands between <name> and </name> behind *from, or SLICE_NONE. */
static struct slice
element(struct slice text, const char *name)
{
	size_t n = strlen(name), at = 0;

	while ((at += slice_find(slice_from(text, at), slice_of_str(name))) <
	    text.len) {
		struct slice rest = slice_from(text, at + n);
		size_t end;

		if (at > 0 && text.p[at - 1] == '<' && rest.len > 0 &&
		    (rest.p[0] == '>' || byte_is_space(rest.p[0]))) {
			rest = slice_from(rest, slice_find_byte(rest, '>') == SIZE_MAX ?
			    rest.len : slice_find_byte(rest, '>') + 1);
			end = slice_find_byte(rest, '<');
			return slice_trim(slice_sub(rest, 0,
			    end == SIZE_MAX ? 0 : end));
		}
		at += n;
		if (at >= text.len)
			break;
	}
	return SLICE_NONE;
}

/* Automated Copyright Notice System 1.x: one notice, one source. */
static bool
acns_read(struct mail *m, size_t part, struct slice text, bool *took_out,
    struct err *e)
{
	size_t begin = slice_find(text, S("<Infringement"));
	struct slice xml, stamp;
	struct date date;

	if (begin == SIZE_MAX)
		return true;
	xml = slice_from(text, begin);
	if (slice_find(xml, S("</Infringement>")) != SIZE_MAX)
		xml.len = slice_find(xml, S("</Infringement>"));
	event_begin(m, CLASS_COPYRIGHT, "acns");
	if (!put(m, FIELD_SOURCE_IP, element(xml, "IP_Address")))
		return true;
	*took_out = true;
	(void)put(m, FIELD_SOURCE_PORT, element(xml, "Port"));
	stamp = element(xml, "TimeStamp");
	if (date_read(stamp, &date))
		mail_put_date(m, &m->in->ev, FIELD_TIME_SOURCE, &date);
	return mail_extra(m, &m->in->ev, "case_id", element(xml, "ID"), e) &&
	    mail_extra(m, &m->in->ev, "work_title", slice_sub(element(xml,
	    "Title"), 0, 200), e) &&
	    mail_extra(m, &m->in->ev, "network", element(xml, "Type"), e) &&
	    event_end(m, part, e);
}

/* The value of name="..." in a tag. */
static struct slice
attribute(struct slice tag, struct slice name)
{
	size_t at = slice_find(tag, name);
	struct slice rest = at == SIZE_MAX ? SLICE_NONE :
	    slice_from(tag, at + name.len);
	size_t end;

	if (!slice_starts(rest, S("=\"")))
		return SLICE_NONE;
	rest = slice_from(rest, 2);
	end = slice_find_byte(rest, '"');
	return end == SIZE_MAX ? SLICE_NONE : slice_sub(rest, 0, end);
}

/* Google Safe Browsing: one <url_info url= ip=> an address that serves malware. */
static bool
safe_browsing_read(struct mail *m, size_t part, struct slice text,
    bool *took_out, struct err *e)
{
	size_t n = 0;

	if (slice_find(text, S("<notification_message")) == SIZE_MAX)
		return true;
	while (n++ < RECORDS_MAX) {
		size_t at = slice_find(text, S("<url_info")), end;
		struct slice tag;

		if (at == SIZE_MAX)
			break;
		text = slice_from(text, at);
		end = slice_find_byte(text, '>');
		tag = slice_sub(text, 0, end == SIZE_MAX ? text.len : end);
		text = slice_from(text, tag.len);
		event_begin(m, CLASS_MALWARE_DISTRIBUTION, "safe-browsing");
		(void)put(m, FIELD_SOURCE_IP, attribute(tag, S(" ip")));
		if (!put(m, FIELD_SOURCE_URL, attribute(tag, S(" url"))) &&
		    !event_has(&m->in->ev, FIELD_SOURCE_IP))
			continue;
		*took_out = true;
		if (!event_end(m, part, e))
			return false;
	}
	return true;
}

/* --- addresses under headings --- */

static bool
honey_pot_read(struct mail *m, size_t part, struct slice text, bool *took_out,
    struct err *e)
{
	enum class class = CLASS_UNDETERMINED;
	const char *what = "suspicious";
	bool under = false; /* a heading: before it stand examples and links */
	struct slice line;
	size_t n = 0;

	while (slice_line(&text, &line) && n < RECORDS_MAX) {
		struct slice word = slice_trim(line), rest = text, next;
		size_t end = slice_find(word, S(" ("));
		struct date date;
		struct ip ip;

		under = under || slice_starts(word, S("IPs Engaged In"));
		if (slice_starts(word, S("IPs Engaged In Harvesting"))) {
			class = CLASS_SCANNER;
			what = "harvester";
		} else if (slice_starts(word, S("IPs Engaged In Email Spamming"))) {
			class = CLASS_SPAM;
			what = "mail-spam";
		} else if (slice_starts(word, S("IPs Engaged In Dictionary"))) {
			class = CLASS_BRUTE_FORCE;
			what = "dictionary-attack";
		} else if (slice_starts(word, S("IPs Engaged In Comment"))) {
			class = CLASS_SPAM;
			what = "comment-spam";
		} else if (slice_starts(word, S("Other Potentially"))) {
			class = CLASS_UNDETERMINED;
			what = "suspicious";
		}
		/* "192.0.2.1 (H)", or the address alone in the free service's. */
		if (!under || !ip_read(slice_sub(word, 0, end), &ip))
			continue;
		event_begin(m, class, what);
		if (!mail_put_ip(m, &m->in->ev, FIELD_SOURCE_IP, ip))
			continue;
		/* The first line below says when: "- Mon, 21 Sep 2015 11:00AM PDT". */
		if (slice_line(&rest, &next)) {
			next = slice_trim(next);
			if (slice_starts(next, S("- ")) && date_read(slice_from(next, 2),
			    &date))
				mail_put_date(m, &m->in->ev, FIELD_TIME_SOURCE, &date);
		}
		*took_out = true;
		n++;
		if (!event_end(m, part, e))
			return false;
	}
	return true;
}

/* --- senders by name --- */

struct sender {
	struct slice domain; /* of From, or below it */
	const char *name;
	enum class class; /* unless a word of the subject says more */
};

static const struct sender senders[] = {
	{ S_INIT("clean-mx.de"), "clean-mx", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("webiron.com"), "webiron", CLASS_EXPLOIT },
	{ S_INIT("netcraft.com"), "netcraft", CLASS_PHISHING },
	{ S_INIT("cyscon.net"), "cyscon", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("cyscon.de"), "cyscon", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("c-sirt.org"), "cyscon", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("ip-echelon.com"), "ip-echelon", CLASS_COPYRIGHT },
	{ S_INIT("copyright-compliance.com"), "copyright-compliance", CLASS_COPYRIGHT },
	{ S_INIT("blocklist.de"), "blocklist-de", CLASS_BRUTE_FORCE },
	{ S_INIT("spamcop.net"), "spamcop", CLASS_SPAM },
	{ S_INIT("abuse.ch"), "abuse-ch", CLASS_MALWARE_DISTRIBUTION },
	{ S_INIT("phishlabs.com"), "phishlabs", CLASS_PHISHING },
	{ S_INIT("projecthoneypot.org"), "project-honey-pot", CLASS_SPAM },
};

static const struct sender *
sender_find(struct slice domain)
{
	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		struct slice d = senders[i].domain;

		if (slice_ends(domain, d) && (domain.len == d.len ||
		    domain.p[domain.len - d.len - 1] == '.'))
			return &senders[i];
	}
	return NULL;
}

static bool
contains_nocase(struct slice s, struct slice word)
{
	for (size_t i = 0; i + word.len <= s.len; i++)
		if (slice_eq_nocase(slice_sub(s, i, word.len), word))
			return true;
	return false;
}

static enum class
class_by_subject(struct slice subject, enum class otherwise)
{
	static const struct { struct slice word; enum class class; } words[] = {
		{ S_INIT("phish"), CLASS_PHISHING },
		{ S_INIT("malware"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("virus"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("botnet"), CLASS_INFECTED_SYSTEM },
		{ S_INIT("infring"), CLASS_COPYRIGHT },
		{ S_INIT("copyright"), CLASS_COPYRIGHT },
		{ S_INIT("brute"), CLASS_BRUTE_FORCE },
		{ S_INIT("ssh"), CLASS_BRUTE_FORCE },
		{ S_INIT("portscan"), CLASS_SCANNER },
		{ S_INIT("port scan"), CLASS_SCANNER },
		{ S_INIT("ddos"), CLASS_DDOS },
		{ S_INIT("spam"), CLASS_SPAM },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (contains_nocase(subject, words[i].word))
			return words[i].class;
	return otherwise;
}

/* The first address in s, wherever it stands between other bytes. */
static bool
address_in(struct slice s, struct ip *out)
{
	size_t i = 0;

	while (i < s.len) {
		size_t begin = i;

		while (i < s.len && (byte_hex(s.p[i]) >= 0 || s.p[i] == '.' ||
		    s.p[i] == ':'))
			i++;
		if (i - begin >= 7 && i - begin <= 45) {
			struct slice word = slice_sub(s, begin, i - begin);

			while (word.len > 0 && (word.p[word.len - 1] == '.' ||
			    word.p[word.len - 1] == ':'))
				word.len--;
			if (ip_read(word, out))
				return true;
		}
		i = i == begin ? i + 1 : i;
	}
	return false;
}

static bool
address_labelled(struct slice text, struct ip *out)
{
	static const struct slice labels[] = { S_INIT("ip address"),
		S_INIT("offending ip"), S_INIT("source ip"), S_INIT("host at ip"),
		S_INIT("under ip"), S_INIT("attacker"), S_INIT("ip:"),
		S_INIT("source:"), S_INIT("[2/25] ["), S_INIT("ip :") };
	struct slice line;

	while (slice_line(&text, &line)) {
		line = slice_sub(line, 0, 400);
		for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
			size_t n = labels[i].len;

			for (size_t at = 0; at + n < line.len; at++)
				if (slice_eq_nocase(slice_sub(line, at, n),
				    labels[i]) && address_in(slice_sub(line,
				    at + n, 60), out))
					return true;
		}
	}
	return false;
}

/* The value behind a label at a line's beginning. */
static struct slice
labelled(struct slice text, struct slice label)
{
	struct slice line;

	while (slice_line(&text, &line)) {
		line = slice_trim(slice_sub(line, 0, 400));
		if (slice_starts_nocase(line, label))
			return slice_trim(slice_from(line, label.len));
	}
	return SLICE_NONE;
}

/* Exim's reports of a DMARC failure have a text where RFC 6591 asks for fields. */
static bool
forensic_read(struct mail *m, size_t part, struct slice text, bool *took_out, struct err *e)
{
	struct event *ev = &m->in->ev;
	struct date date;

	if (slice_find(text, S("DMARC")) == SIZE_MAX)
		return true;
	event_begin(m, CLASS_MASQUERADE, "feedback");
	if (!put(m, FIELD_SOURCE_IP, labelled(text, S("Sender IP Address:"))))
		return true;
	*took_out = true;
	(void)put(m, FIELD_EVENT_DESCRIPTION_TARGET, labelled(text, S("Sender Domain:")));
	if (date_read_mail(labelled(text, S("Received date:")), &date))
		mail_put_date(m, ev, FIELD_TIME_SOURCE, &date);
	return mail_extra(m, ev, "feedback_type", S("auth-failure"), e) && mail_extra(m, ev, "auth_failure", S("dmarc"), e) &&
	    event_end(m, part, e);
}

static bool
named_read(struct mail *m, const struct sender *s, size_t part,
    struct slice text, bool *took_out, struct err *e)
{
	struct event *ev = &m->in->ev;
	struct evidence *x = m->evidence;
	struct ip ip;
	bool found;

	event_begin(m, class_by_subject(m->subject, s == NULL ?
	    CLASS_UNDETERMINED : s->class), s == NULL ? "complaint" : s->name);
	found = address_in(m->subject, &ip) || address_labelled(text, &ip);
	if (found && !mail_put_ip(m, ev, FIELD_SOURCE_IP, ip))
		return true;
	/* The page complained about is named in the subject, else nowhere surely. */
	evidence_init(x, m->a);
	evidence_scan(x, m->subject, false);
	if (x->url_count > 0)
		(void)put(m, FIELD_SOURCE_URL, x->urls[0]);
	if (!event_has(ev, FIELD_SOURCE_IP) && !event_has(ev, FIELD_SOURCE_URL))
		return true;
	*took_out = true;
	evidence_init(x, m->a);
	evidence_scan(x, text, false);
	return mail_extra(m, ev, "subject", m->subject, e) &&
	    mail_put_evidence(m, ev, e) && event_end(m, part, e);
}

/* Copyright notices, in the text or as an attachment, of whoever sent them. */
bool
notice_read(struct mail *m, bool *took_out, struct err *e)
{
	for (size_t i = 0; i < m->mime.count && !*took_out; i++) {
		const struct mime_part *p = &m->mime.parts[i];
		struct slice text;

		if (p->kind != MIME_LEAF || (!mime_is(p, "text", NULL) &&
		    !mime_is(p, "application", "xml")))
			continue;
		if (!mime_text(&m->mime, p, &text))
			return err_set(e, ERR_LIMIT,
			    "the mail needs more memory than it may have");
		if (!acns_read(m, i, text, took_out, e))
			return false;
	}
	return true;
}

bool
notifier_read(struct mail *m, bool *took_out, struct err *e)
{
	const struct sender *s = sender_find(m->from_domain);
	size_t part = 0;
	struct slice text = first_text(m, &part);

	if (text.p == NULL)
		return true;
	if (!safe_browsing_read(m, part, text, took_out, e))
		return false;
	if (!*took_out && !forensic_read(m, part, text, took_out, e))
		return false;
	if (!*took_out && slice_find(text, S("Project Honey Pot")) != SIZE_MAX &&
	    !honey_pot_read(m, part, text, took_out, e))
		return false;
	if (!*took_out && (s != NULL || m->mode == MAIL_COMPLAINT))
		return named_read(m, s, part, text, took_out, e);
	return true;
}
