/*
 * bounce: a mail system's notice that it could not deliver. It says nothing of
 * an abuse, whatever it carries.
 */
#include "intake/mail.h"

/* RFC 3464 and RFC 8098: by its parts, whatever its subject. */
bool
mail_is_delivery_report(const struct mail *m)
{
	for (size_t i = 0; i < m->mime.count; i++)
		if (mime_is(&m->mime.parts[i], "message", "delivery-status") ||
		    mime_is(&m->mime.parts[i], "message",
		    "disposition-notification"))
			return true;
	return m->mime.count > 0 &&
	    mime_is(&m->mime.parts[0], "multipart", "report") &&
	    slice_eq_nocase(mime_param(&m->mime.parts[0], "report-type"),
	    S("delivery-status"));
}

/* "550 5.1.1": an SMTP answer that refuses for good or for now (RFC 3463). */
static bool
refusal_in(struct slice text)
{
	for (size_t i = 0; i + 9 <= text.len; i++) {
		const uint8_t *p = text.p + i;

		if ((p[0] == '4' || p[0] == '5') && byte_is_digit(p[1]) && byte_is_digit(p[2]) && (p[3] == ' ' || p[3] == '-') &&
		    p[4] == p[0] && p[5] == '.' && byte_is_digit(p[6]) && (i == 0 || byte_is_space(p[-1])))
			return true;
	}
	return false;
}

/*
 * A mail that is returned whole behind a text of its own. The text of a mail
 * system holds the SMTP answer; who complains does not say that his mail came
 * back.
 */
static bool
refused_in_text(struct mail *m, bool daemon)
{
	bool returned = false;
	struct slice text = SLICE_NONE;

	if (m->mode == MAIL_COMPLAINT)
		return false;
	for (size_t i = 0; i < m->mime.count; i++) {
		const struct mime_part *p = &m->mime.parts[i];

		if (mime_is(p, "message", "rfc822"))
			returned = true;
		else if (p->kind == MIME_LEAF && text.p == NULL && !returned && mime_is(p, "text", "plain") &&
		    !mime_text(&m->mime, p, &text))
			return false;
	}
	text = slice_sub(text, 0, 4096);
	return returned && ((daemon && refusal_in(text)) || slice_find(text, S("ould not be delivered to")) != SIZE_MAX ||
	    slice_find(text, S("nable to deliver message to")) != SIZE_MAX);
}

static bool
bounce(struct mail *m, const struct mail_head *h)
{
	static const struct slice subjects[] = { S_INIT("undeliver"),
		S_INIT("delivery status notification"), S_INIT("delivery failure"),
		S_INIT("mail delivery failed"), S_INIT("returned mail"),
		S_INIT("failure notice"), S_INIT("delivery has failed"),
		S_INIT("mail system error"), S_INIT("delivery report") };
	struct slice subject = slice_trim(h->subject);
	bool daemon = slice_starts_nocase(h->from, S("mailer-daemon@")) ||
	    slice_starts_nocase(h->from, S("postmaster@")) ||
	    slice_starts_nocase(h->from, S("mail-daemon@"));

	if (mail_is_delivery_report(m) || h->failed_recipients || refused_in_text(m, daemon))
		return true;
	if (!daemon && !h->null_path && !h->auto_replied)
		return false;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (slice_starts_nocase(subject, subjects[i]))
			return true;
	return daemon && h->null_path;
}

void
bounce_nothing(struct mail *m)
{
	struct err why = ERR_INIT;

	(void)err_set(&why, ERR_INPUT,
	    "this is a bounce (a notice that a mail could not be delivered), not a complaint");
	intake_nothing(m->in, &why);
}

bool
bounce_read(struct mail *m, bool *took_out, struct err *e)
{
	struct mail_head h;

	(void)e;
	mail_head_read(m->mime.head, m->trusted, &h);
	*took_out = bounce(m, &h);
	if (*took_out)
		bounce_nothing(m);
	return true;
}
