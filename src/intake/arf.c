/*
 * arf: feedback reports (RFC 5965; RFC 6591 for authentication failures, RFC
 * 6650 on their use, RFC 6692 for the port). The report part says who is
 * complained about; the reported message, whole or only its header lines, is
 * the evidence, and speaks where the report part is silent. Recipients are in
 * both; they are never taken over.
 */
#include "base/lang.h"
#include "intake/mail.h"
#include "parse/domain.h"

struct feedback {
	struct slice type, user_agent, delivery, auth_failure, dkim_domain;
	struct slice uris[8], domains[8];
	size_t uri_count, domain_count;
	uint64_t incidents;
	bool has_ip, has_date;
	struct ip ip;
	struct slice port;
	struct date date;
	struct slice mail_from;
};

static bool
source_ip(struct slice v, struct ip *out)
{
	if (v.len > 2 && v.p[0] == '[')
		v = slice_sub(v, 1, v.len - 2);
	if (slice_starts_nocase(v, S("ipv6:")))
		v = slice_from(v, 5);
	return ip_read(v, out);
}

static void
field_take(const struct mime_header *h, struct feedback *f)
{
	struct slice n = h->name, v = slice_trim(h->value);

	if (v.len == 0)
		return;
	if (slice_eq_nocase(n, S("feedback-type"))) {
		if (f->type.p == NULL)
			f->type = v;
	} else if (slice_eq_nocase(n, S("source-ip"))) {
		if (!f->has_ip)
			f->has_ip = source_ip(v, &f->ip);
	} else if (slice_eq_nocase(n, S("source-port"))) {
		f->port = v;
	} else if (slice_eq_nocase(n, S("arrival-date")) ||
	    slice_eq_nocase(n, S("received-date"))) {
		/* Arrival-Date has taken Received-Date's place: it wins. */
		if (!f->has_date || (n.p[0] | 0x20) == 'a')
			f->has_date = date_read_mail(v, &f->date) || f->has_date;
	} else if (slice_eq_nocase(n, S("reported-uri"))) {
		if (f->uri_count < 8)
			f->uris[f->uri_count++] = v;
	} else if (slice_eq_nocase(n, S("reported-domain"))) {
		if (f->domain_count < 8)
			f->domains[f->domain_count++] = v;
	} else if (slice_eq_nocase(n, S("incidents"))) {
		if (!slice_u64(v, &f->incidents))
			f->incidents = 0;
	} else if (slice_eq_nocase(n, S("user-agent"))) {
		f->user_agent = v;
	} else if (slice_eq_nocase(n, S("auth-failure"))) {
		f->auth_failure = v;
	} else if (slice_eq_nocase(n, S("delivery-result"))) {
		f->delivery = v;
	} else if (slice_eq_nocase(n, S("dkim-domain"))) {
		f->dkim_domain = v;
	} else if (slice_eq_nocase(n, S("original-mail-from"))) {
		f->mail_from = v;
	}
}

static enum class
class_of(struct slice type)
{
	static const struct { struct slice type; enum class class; } types[] = {
		{ S_INIT("abuse"), CLASS_SPAM },
		{ S_INIT("opt-out"), CLASS_SPAM },
		{ S_INIT("opt-out-list"), CLASS_SPAM },
		{ S_INIT("fraud"), CLASS_PHISHING },
		{ S_INIT("phishing"), CLASS_PHISHING },
		{ S_INIT("virus"), CLASS_MALWARE_DISTRIBUTION },
		{ S_INIT("auth-failure"), CLASS_MASQUERADE },
		{ S_INIT("dkim"), CLASS_MASQUERADE },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_eq_nocase(type, types[i].type))
			return types[i].class;
	return CLASS_OTHER;
}

/* The reported message: the first mail or block of header lines behind i. */
static size_t
message_find(const struct mail *m, size_t i)
{
	for (size_t j = 1; j < m->mime.count; j++) {
		const struct mime_part *p = &m->mime.parts[j];

		if (j != i && (p->kind == MIME_MESSAGE ||
		    mime_is(p, "message", "rfc822") ||
		    mime_is(p, "text", "rfc822-headers") ||
		    mime_is(p, "message", "rfc822-headers")))
			return j;
	}
	return SIZE_MAX;
}

/* The reporter's own relays stand on top of the reported message: pass them. */
static struct slice
trusted_with_reporter(struct mail *m)
{
	struct slice own = m->from_domain.p == NULL ? SLICE_NONE :
	    domain_registered(m->from_domain, m->a);

	if (own.len == 0)
		return m->trusted;
	return arena_printf(m->a, "%.*s,%.*s", SLICE_ARG(m->trusted),
	    SLICE_ARG(own));
}

static bool
put_list(struct mail *m, struct event *ev, const char *key,
    struct slice *list, size_t count, struct err *e)
{
	struct buf b;
	struct slice s;

	if (count == 0)
		return true;
	buf_init(&b, 65536);
	evidence_json(list, count, count, &b);
	s = buf_ok(&b) ? arena_copy(m->a, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	return s.p == NULL || event_extra(ev, slice_of_str(key), s, EXTRA_JSON, e);
}

static bool
put_feedback(struct mail *m, struct feedback *f, struct event *ev,
    struct err *e)
{
	event_put(ev, FIELD_CLASSIFICATION_TYPE, class_type(class_of(f->type)));
	event_put(ev, FIELD_CLASSIFICATION_IDENTIFIER, S("feedback"));
	if (f->has_ip && !mail_put_ip(m, ev, FIELD_SOURCE_IP, f->ip))
		return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
	if (f->has_ip && f->port.len > 0)
		/* A port that is none is left out; the address stands. */
		(void)mail_put_if_good(m, ev, FIELD_SOURCE_PORT, f->port);
	if (f->has_date)
		mail_put_date(m, ev, FIELD_TIME_SOURCE, &f->date);
	return mail_extra(m, ev, "feedback_type", f->type, e) &&
	    mail_extra(m, ev, "user_agent", slice_sub(f->user_agent, 0, 200), e) &&
	    mail_extra(m, ev, "auth_failure", f->auth_failure, e) &&
	    mail_extra(m, ev, "delivery_result", f->delivery, e) &&
	    mail_extra(m, ev, "dkim_domain", f->dkim_domain, e) &&
	    mail_extra(m, ev, "reporter_domain", m->from_domain, e) &&
	    mail_extra(m, ev, "mail_from_domain", mail_domain(m,
	    mime_address(f->mail_from)), e) &&
	    (f->incidents == 0 || mail_extra_number(m, ev, "incidents",
	    f->incidents, e)) &&
	    put_list(m, ev, "reported_domains", f->domains, f->domain_count, e) &&
	    put_list(m, ev, "reported_uris", f->uris, f->uri_count, e);
}

/*
 * Without an address: the web page or the name that was reported. A page beside
 * a sending host is another place, and would be blamed on the wrong network;
 * so it is only evidence there.
 */
static void
put_place(struct mail *m, const struct feedback *f, struct event *ev)
{
	if (event_has(ev, FIELD_SOURCE_IP))
		return;
	if (f->uri_count > 0 &&
	    mail_put_if_good(m, ev, FIELD_SOURCE_URL, f->uris[0]))
		return;
	if (f->domain_count > 0)
		(void)mail_put_if_good(m, ev, FIELD_SOURCE_FQDN, f->domains[0]);
}

static bool
feedback_read(struct mail *m, size_t i, struct err *e)
{
	struct event *ev = &m->in->ev;
	struct feedback f = { .incidents = 0 };
	size_t at = message_find(m, i);
	struct slice content, rest;
	struct mime_header h;
	struct err why = ERR_INIT;

	if (!mime_content(&m->mime, &m->mime.parts[i], &content))
		return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
	rest = content;
	while (mime_header_next(&rest, &h))
		field_take(&h, &f);
	if (f.type.len == 0) {
		(void)err_set(&why, ERR_INPUT, "a feedback report without Feedback-Type");
		return mail_aside(m, &why, e);
	}
	if (slice_eq_nocase(f.type, S("not-spam"))) {
		(void)err_set(&why, ERR_INPUT,
		    "feedback \"not-spam\": somebody says that a mail was none; nothing is complained about");
		intake_nothing(m->in, &why);
		return true;
	}
	event_clear(ev);
	if (!put_feedback(m, &f, ev, e))
		return false;
	if (at != SIZE_MAX) {
		const struct mime_part *p = &m->mime.parts[at];
		struct mail_head head;
		struct slice text = p->content;

		if (p->kind == MIME_LEAF && !mime_content(&m->mime, p, &text))
			return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
		mail_head_read(mime_head(text), trusted_with_reporter(m), &head);
		if (!mail_scan(m, at + 1, mail_part_end(m, at), e) ||
		    !mail_put_head(m, &head, ev, e) ||
		    !mail_put_evidence(m, ev, e))
			return false;
		put_place(m, &f, ev);
		return mail_give(m, ev, p->offset, p->content.len, e);
	}
	put_place(m, &f, ev);
	if (!event_has(ev, FIELD_TIME_SOURCE) && m->has_date)
		mail_put_date(m, ev, FIELD_TIME_SOURCE, &m->date);
	return mail_give(m, ev, m->mime.parts[i].offset,
	    m->mime.parts[i].content.len, e);
}

bool
arf_read(struct mail *m, bool *took_out, struct err *e)
{
	for (size_t i = 0; i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];

		if (!mime_is(p, "message", "feedback-report"))
			continue;
		*took_out = true;
		if (!feedback_read(m, i, e))
			return false;
	}
	return true;
}
