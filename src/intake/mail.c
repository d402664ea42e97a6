#include "intake/mail.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/lang.h"
#include "model/reduce.h"
#include "parse/domain.h"

#define SUBJECT_MAX 200
#define RECIPIENTS_MAX 1000000
#define URLS_SHOWN_MAX 50

void
mail_warmup(void)
{
	struct arena a = ARENA_NONE;

	mime_warmup();
	arena_init(&a, 4096);
	(void)domain_registered(S("example.org"), &a);
	arena_fini(&a);
}

/* --- header lines --- */

static size_t
count_addresses(struct slice value)
{
	size_t n = 0;
	const uint8_t *p = value.p, *end = value.p + value.len;

	while (p < end && (p = memchr(p, '@', (size_t)(end - p))) != NULL) {
		n++;
		p++;
	}
	return n;
}

/* Header names by their length: the usual one is settled by one comparison. */
static void
head_line(const struct mime_header *l, struct mail_head *h)
{
	struct slice n = l->name;

	switch (n.len) {
	case 2:
		if (slice_eq_nocase(n, S("to")) || slice_eq_nocase(n, S("cc")))
			h->recipients += count_addresses(l->value);
		break;
	case 4:
		if (slice_eq_nocase(n, S("from"))) {
			if (h->from.p == NULL)
				h->from = mime_address(l->value);
		} else if (!h->has_date && slice_eq_nocase(n, S("date"))) {
			h->has_date = date_read_mail(slice_trim(l->value),
			    &h->date);
		}
		break;
	case 6:
		if (h->sender.p == NULL && slice_eq_nocase(n, S("sender")))
			h->sender = mime_address(l->value);
		break;
	case 7:
		if (h->subject.p == NULL && slice_eq_nocase(n, S("subject")))
			h->subject = l->value;
		break;
	case 10:
		if (h->message_id.p == NULL && slice_eq_nocase(n, S("message-id")))
			h->message_id = slice_trim(l->value);
		break;
	case 11:
		if (h->return_path.p == NULL && !h->null_path &&
		    slice_eq_nocase(n, S("return-path"))) {
			h->return_path = mime_address(l->value);
			h->null_path = slice_eq(slice_trim(l->value), S("<>"));
		}
		break;
	case 12:
		if (h->content_type.p == NULL &&
		    slice_eq_nocase(n, S("content-type")))
			h->content_type = slice_trim(l->value);
		break;
	case 14:
		if (slice_eq_nocase(n, S("auto-submitted")))
			h->auto_replied = slice_starts_nocase(slice_trim(l->value),
			    S("auto-replied"));
		break;
	case 16:
		if (h->origin.p == NULL && slice_eq_nocase(n, S("x-originating-ip")))
			h->origin = slice_trim(l->value);
		break;
	case 19:
		if (slice_eq_nocase(n, S("x-failed-recipients")))
			h->failed_recipients = true;
		break;
	}
}

void
mail_head_read(struct slice head, struct slice trusted, struct mail_head *out)
{
	struct mime_header l;
	struct slice rest = head;

	*out = (struct mail_head){ .recipients = 0 };
	while (mime_header_next(&rest, &l))
		head_line(&l, out);
	if (out->recipients > RECIPIENTS_MAX)
		out->recipients = RECIPIENTS_MAX;
	out->has_relay = received_walk(head, trusted, &out->relay);
}

/* --- putting facts into an event --- */

void
mail_put_date(struct mail *m, struct event *ev, enum field f,
    const struct date *d)
{
	char text[DATE_TEXT_MAX];
	struct slice s = arena_copy(m->a, slice_of(text, date_print(d, text)));

	if (s.p != NULL)
		event_put(ev, f, s);
}

bool
mail_put_ip(struct mail *m, struct event *ev, enum field f, struct ip ip)
{
	char text[IP_TEXT_MAX];
	struct slice s = arena_copy(m->a, slice_of(text, ip_print(ip, text)));

	if (s.p != NULL)
		event_put(ev, f, s);
	return s.p != NULL;
}

bool
mail_put_if_good(struct mail *m, struct event *ev, enum field f,
    struct slice value)
{
	struct err ignored = ERR_INIT;

	return value.len > 0 && event_set(ev, f, value, m->a, &ignored) &&
	    event_has(ev, f);
}

bool
mail_extra(struct mail *m, struct event *ev, const char *key,
    struct slice value, struct err *e)
{
	(void)m;
	if (value.len == 0)
		return true;
	return event_extra(ev, slice_of_str(key), value, EXTRA_TEXT, e);
}

bool
mail_extra_number(struct mail *m, struct event *ev, const char *key,
    uint64_t v, struct err *e)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	struct slice s = arena_copy(m->a, slice_of(text, (size_t)n));

	return s.p == NULL || event_extra(ev, slice_of_str(key), s,
	    EXTRA_NUMBER, e);
}

struct slice
mail_domain(struct mail *m, struct slice address)
{
	size_t at = slice_rfind_byte(address, '@');
	struct slice out = SLICE_NONE;

	if (at == SIZE_MAX || !fqdn_read(slice_from(address, at + 1), m->a, &out))
		return SLICE_NONE;
	return out;
}

/* "[192.0.2.1]", "192.0.2.1": what a web mailer says its user came from. */
static bool
origin_ip(struct slice s, struct ip *out)
{
	if (s.len > 2 && s.p[0] == '[')
		s = slice_sub(s, 1, s.len - 2);
	return ip_read(s, out);
}

bool
mail_put_head(struct mail *m, const struct mail_head *h, struct event *ev,
    struct err *e)
{
	char hash[17], text[IP_TEXT_MAX];
	struct ip ip;

	if (h->has_relay && !event_has(ev, FIELD_SOURCE_IP)) {
		if (!mail_put_ip(m, ev, FIELD_SOURCE_IP, h->relay.ip))
			goto full;
		if (!mail_extra(m, ev, "relay_name", h->relay.rdns, e) ||
		    !mail_extra(m, ev, "relay_helo", h->relay.helo, e))
			return false;
	}
	if (!event_has(ev, FIELD_TIME_SOURCE)) {
		if (h->has_relay && h->relay.has_date)
			mail_put_date(m, ev, FIELD_TIME_SOURCE, &h->relay.date);
		else if (h->has_date)
			mail_put_date(m, ev, FIELD_TIME_SOURCE, &h->date);
	}
	if (!mail_extra(m, ev, "subject", mime_header_text(
	    h->subject, SUBJECT_MAX, m->a), e) ||
	    !mail_extra(m, ev, "sender_domain", mail_domain(m, h->from), e) ||
	    !mail_extra(m, ev, "return_path_domain",
	    mail_domain(m, h->return_path), e))
		return false;
	if (h->message_id.len > 0) {
		struct slice s;

		(void)snprintf(hash, sizeof(hash), "%016llx",
		    (unsigned long long)hash64(h->message_id, 0));
		s = arena_copy(m->a, slice_of(hash, 16));
		if (!mail_extra(m, ev, "message_id_hash", s, e))
			return false;
	}
	if (h->origin.len > 0 && origin_ip(h->origin, &ip)) {
		struct slice s = arena_copy(m->a,
		    slice_of(text, ip_print(ip, text)));

		if (!mail_extra(m, ev, "originating_ip", s, e))
			return false;
	}
	return h->recipients == 0 || mail_extra_number(m, ev, "recipients",
	    h->recipients, e);
full:
	return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
}

size_t
mail_part_end(const struct mail *m, size_t i)
{
	size_t end = i + 1;

	while (end < m->mime.count && m->mime.parts[end].depth >
	    m->mime.parts[i].depth)
		end++;
	return end;
}

bool
mail_scan(struct mail *m, size_t first, size_t last, struct err *e)
{
	evidence_init(m->evidence, m->a);
	for (size_t i = first; i < last && i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];
		struct slice text;

		if (p->kind != MIME_LEAF || !mime_is(p, "text", NULL))
			continue;
		if (!mime_text(&m->mime, p, &text))
			return err_set(e, ERR_LIMIT,
			    "the mail needs more memory than it may have");
		evidence_scan(m->evidence, text, mime_is(p, "text", "html"));
	}
	return true;
}

static bool
put_list(struct mail *m, struct event *ev, const char *key,
    const struct slice *list, size_t count, struct err *e)
{
	struct buf b;
	struct slice s;

	if (count == 0)
		return true;
	buf_init(&b, 1 << 20);
	evidence_json(list, count, URLS_SHOWN_MAX, &b);
	s = buf_ok(&b) ? arena_copy(m->a, buf_view(&b)) : SLICE_NONE;
	buf_fini(&b);
	return s.p == NULL || event_extra(ev, slice_of_str(key), s, EXTRA_JSON, e);
}

bool
mail_put_evidence(struct mail *m, struct event *ev, struct err *e)
{
	struct evidence *x = m->evidence;

	if (x->url_count > URLS_SHOWN_MAX && !mail_extra_number(m, ev,
	    "url_count", x->url_count, e))
		return false;
	return put_list(m, ev, "urls", x->urls, x->url_count, e) &&
	    put_list(m, ev, "domains", x->domains, x->domain_count, e);
}

bool
mail_give(struct mail *m, struct event *ev, uint64_t off, size_t len,
    struct err *e)
{
	ev->place.offset = m->base + off;
	ev->place.length = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
	ev->place.line = 0;
	ev->place.part = m->in->part;
	m->events++;
	return intake_event(m->in, ev, e);
}

bool
mail_aside(struct mail *m, const struct err *why, struct err *e)
{
	struct place place = { .offset = m->base, .part = m->in->part,
		.length = m->mime.bytes.len > UINT32_MAX ? UINT32_MAX :
		(uint32_t)m->mime.bytes.len };

	return intake_bad(m->in, &place, SLICE_NONE, why, e);
}

/* --- forms --- */

/* Spam from whoever handed it in: a trap's mail, or one that was complained about. */
static bool
spam_read(struct mail *m, size_t first, size_t last, struct slice head,
    uint64_t off, size_t len, const char *way, struct err *e)
{
	struct event *ev = &m->in->ev;
	struct mail_head h;
	struct err why = ERR_INIT;

	mail_head_read(head, m->trusted, &h);
	event_clear(ev);
	event_put(ev, FIELD_CLASSIFICATION_TYPE, class_type(CLASS_SPAM));
	event_put(ev, FIELD_CLASSIFICATION_IDENTIFIER, slice_of_str(way));
	if (!mail_scan(m, first, last, e) || !mail_put_head(m, &h, ev, e) ||
	    !mail_put_evidence(m, ev, e))
		return false;
	if (!event_has(ev, FIELD_SOURCE_IP)) {
		(void)err_set(&why, ERR_INPUT,
		    "no Received line names a host outside that handed the mail in");
		return mail_aside(m, &why, e);
	}
	return mail_give(m, ev, off, len, e);
}

/* Attachments that hold records, by type or name; texts and pictures do not. */
static bool
document(const struct mime_part *p)
{
	static const struct slice ends[] = { S_INIT(".csv"), S_INIT(".json"),
		S_INIT(".jsonl"), S_INIT(".xml"), S_INIT(".zip"), S_INIT(".gz"),
		S_INIT(".zst"), S_INIT(".tsv") };
	static const char *const types[] = { "csv", "json", "x-ndjson", "zip",
		"x-zip-compressed", "x-zip", "gzip", "x-gzip", "xml", "zstd",
		"tlsrpt+gzip", "tlsrpt+json" };
	struct slice name;

	if (p->kind != MIME_LEAF)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (mime_is(p, "application", types[i]) ||
		    mime_is(p, "text", types[i]))
			return true;
	name = mime_name(p);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_ends_nocase(name, ends[i]))
			return true;
	return false;
}

static bool
documents_each(struct mail *m, bool *took_out, struct err *e)
{
	for (size_t i = 0; i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];
		struct slice content, name, type, part;
		struct source src;

		if (!document(p))
			continue;
		if (!mime_content(&m->mime, p, &content))
			return err_set(e, ERR_LIMIT,
			    "the mail needs more memory than it may have");
		*took_out = true;
		name = mime_name(p);
		type = arena_printf(m->a, "%s/%s", p->type, p->subtype);
		/* The place's name is kept; the number tells such parts apart. */
		part = reduce_text(name, m->a);
		part = part.len > 0 ? arena_printf(m->a, "%zu-%.*s", i,
		    SLICE_ARG(part)) : arena_printf(m->a, "%zu", i);
		source_of_slice(&src, content);
		if (!intake_child(m->in, part, name, type, &src, e))
			return false;
	}
	return true;
}

static bool
documents_read(struct mail *m, bool *took_out, struct err *e)
{
	struct slice named = m->in->format_named;
	bool ok;

	/* What was named is the mail; its attachments are what they are. */
	m->in->format_named = SLICE_NONE;
	ok = documents_each(m, took_out, e);
	m->in->format_named = named;
	return ok;
}

/* A mail that the complaint carries: as a part, or as its header lines alone. */
static bool
attached_read(struct mail *m, bool *took_out, struct err *e)
{
	for (size_t i = 1; i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];
		struct slice content = p->content;

		if (p->kind != MIME_MESSAGE &&
		    !mime_is(p, "text", "rfc822-headers") &&
		    !mime_is(p, "message", "rfc822"))
			continue;
		if (p->kind == MIME_LEAF && !mime_content(&m->mime, p, &content))
			return err_set(e, ERR_LIMIT,
			    "the mail needs more memory than it may have");
		*took_out = true;
		if (!spam_read(m, i + 1, mail_part_end(m, i), mime_head(content),
		    p->offset, p->content.len, "complaint", e))
			return false;
	}
	return true;
}

/* Received lines pasted into the text, as people and simple programs do. */
static bool
pasted_read(struct mail *m, bool *took_out, struct err *e)
{
	for (size_t i = 0; m->mode == MAIL_COMPLAINT && i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];
		struct slice text;
		size_t at;

		if (p->kind != MIME_LEAF || !mime_is(p, "text", NULL))
			continue;
		if (!mime_text(&m->mime, p, &text))
			return err_set(e, ERR_LIMIT,
			    "the mail needs more memory than it may have");
		at = slice_find(text, S("\nReceived: from "));
		if (at == SIZE_MAX)
			continue;
		*took_out = true;
		return spam_read(m, i, i + 1, mime_head(slice_from(text, at + 1)),
		    p->offset, p->content.len, "complaint", e);
	}
	return true;
}

static bool
nothing_read(struct mail *m, struct err *e)
{
	struct err why = ERR_INIT;

	if (m->mode == MAIL_COMPLAINT) {
		(void)err_set(&why, ERR_INPUT,
		    "this complaint names no mail, address or record that a program can read");
		return mail_aside(m, &why, e);
	}
	if (mail_recognise(&(struct intake_head){ .bytes = m->mime.bytes }, m->in) == 0) {
		(void)err_set(&why, ERR_INPUT, "this is no mail: it does not begin with the header lines of one");
		return mail_aside(m, &why, e);
	}
	(void)err_set(&why, ERR_INPUT,
	    "this mail is no report that a program can read; if it was sent to a spam trap, say mail=spam, if somebody complains in it, mail=complaint");
	intake_nothing(m->in, &why);
	return true;
}

/*
 * Complaints that come into a trap's mailbox say what they are in their own
 * head: read as spam, they would blame the mail server of whoever complains.
 */
static bool
reports_read(struct mail *m, bool *took_out, struct err *e)
{
	bool xarf = mail_is_xarf(m);

	if ((xarf || mail_is_feedback_report(m)) && !arf_read(m, took_out, e))
		return false;
	if (!xarf || *took_out)
		return true;
	return xarf_mail_read(m, took_out, e) && (*took_out || documents_read(m, took_out, e));
}

static bool
forms_read(struct mail *m, struct err *e)
{
	/* In order: what says most clearly what it is comes first. */
	static bool (*const forms[])(struct mail *, bool *, struct err *) = {
		arf_read, xarf_mail_read, bounce_read, notice_read, documents_read,
		notifier_read, attached_read, pasted_read };
	struct mail_head h;
	bool took = false;

	mail_head_read(m->mime.head, m->trusted, &h);
	m->from_domain = mail_domain(m, h.from);
	m->subject = mime_header_text(h.subject, SUBJECT_MAX, m->a);
	m->has_date = h.has_date;
	m->date = h.date;
	if (m->mode == MAIL_SPAM && !reports_read(m, &took, e))
		return false;
	/* What a mail system returns to a trap was not its own doing. */
	if (m->mode == MAIL_SPAM && !took && mail_is_delivery_report(m)) {
		bounce_nothing(m);
		took = true;
	}
	if (m->mode == MAIL_SPAM)
		return took || spam_read(m, 0, m->mime.count, m->mime.head, 0,
		    m->mime.bytes.len, "spam-trap", e);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!forms[i](m, &took, e))
			return false;
		if (took)
			return true;
	}
	return nothing_read(m, e);
}

static enum mail_mode
mode_of(const struct intake *in)
{
	struct slice mode = intake_option(in, S("mail"));

	if (slice_eq(mode, S("spam")))
		return MAIL_SPAM;
	return slice_eq(mode, S("complaint")) ? MAIL_COMPLAINT : MAIL_AUTO;
}

/* A mail whose lines end in CR alone, as old Macs have it: a copy, byte for byte as long. */
static bool
lines_end(struct slice *bytes, struct arena *a, struct err *e)
{
	uint8_t *p;

	if (slice_find_byte(*bytes, '\n') != SIZE_MAX || slice_find_byte(*bytes, '\r') == SIZE_MAX)
		return true;
	p = arena_bytes(a, bytes->len);
	if (p == NULL)
		return err_set(e, ERR_LIMIT, "the mail needs more memory than it may have");
	for (size_t i = 0; i < bytes->len; i++)
		p[i] = bytes->p[i] == '\r' ? '\n' : bytes->p[i];
	*bytes = slice_of(p, bytes->len);
	return true;
}

static bool
mail_read(struct intake *in, struct source *src, struct err *e)
{
	struct mime_limits limits = MIME_LIMITS;
	struct evidence evidence;
	struct mail m = { .in = in, .a = &in->document, .base = src->offset,
		.mode = mode_of(in), .trusted = intake_option(in, S("trusted")),
		.evidence = &evidence };
	struct slice bytes;
	bool ok;

	if (!source_all(src, in->limits.document_bytes, &bytes, e) || !lines_end(&bytes, m.a, e))
		return false;
	limits.bytes = in->limits.document_bytes;
	ok = mime_open(&m.mime, bytes, &limits, m.a, e);
	if (ok && m.mime.cut)
		ok = mail_aside(&m, &m.mime.why, e);
	ok = ok && forms_read(&m, e);
	mime_close(&m.mime);
	/* Keeps its first block, so that the next mail takes nothing from malloc. */
	arena_reset(m.a);
	return ok;
}

static bool
mode_check(struct slice v, struct err *e)
{
	return slice_eq(v, S("spam")) || slice_eq(v, S("complaint")) ||
	    err_set(e, ERR_INPUT, "%s is neither spam nor complaint", QUOTE(v));
}

static const struct intake_option_row options[] = {
	{ S_INIT("mail"), mode_check },
	{ S_INIT("trusted"), received_trusted_check },
	{ S_INIT(""), NULL },
};

const struct intake_format intake_mail = {
	.name = S_INIT("mail"),
	.summary = N_("mails: complaints (ARF, X-ARF, attachments), spam traps"),
	.recognise = mail_recognise,
	.read = mail_read,
	.warmup = mail_warmup,
	.options = options,
};
