/*
 * mail_recognise: is it a mail, and what does it call itself?
 */
#include "intake/mail.h"

static bool
header_known(struct slice name)
{
	static const struct slice names[] = { S_INIT("received"),
		S_INIT("from"), S_INIT("to"), S_INIT("subject"), S_INIT("date"),
		S_INIT("return-path"), S_INIT("delivered-to"),
		S_INIT("message-id"), S_INIT("mime-version"),
		S_INIT("content-type"), S_INIT("dkim-signature"),
		S_INIT("reply-to"), S_INIT("cc"), S_INIT("sender"),
		S_INIT("received-spf"), S_INIT("authentication-results"),
		S_INIT("arc-seal"), S_INIT("envelope-to"),
		S_INIT("content-transfer-encoding"), S_INIT("errors-to"),
		S_INIT("delivery-date"), S_INIT("list-id"), S_INIT("precedence"),
		S_INIT("feedback-type") };

	if (name.len > 3 && slice_starts_nocase(name, S("x-")))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq_nocase(name, names[i]))
			return true;
	return false;
}

int
mail_recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice rest = mime_head(head->bytes);
	struct mime_header h;
	int known = 0, lines = 0;

	(void)in;
	/* No free text before the header lines, but for mbox's "From ". */
	while (lines < 20 && mime_header_next(&rest, &h)) {
		if (memchr(h.name.p, ' ', h.name.len) != NULL || h.name.len > 80)
			break;
		lines++;
		known += header_known(h.name);
	}
	if (lines == 0 || known == 0 || known * 2 < lines)
		return 0;
	if (slice_starts_nocase(head->type, S("message/rfc822")) ||
	    slice_ends_nocase(head->name, S(".eml")))
		return 90;
	return known >= 3 ? 85 : known == 2 ? 60 : 30;
}

/* RFC 5965 section 2, to the letter: what a mail calls itself, not what a part of it looks like. */
bool
mail_is_feedback_report(const struct mail *m)
{
	return m->mime.count > 1 && mime_is(&m->mime.parts[0], "multipart", "report") &&
	    slice_eq_nocase(mime_param(&m->mime.parts[0], "report-type"), S("feedback-report"));
}

/* "X-XARF: PLAIN", in older ones "X-ARF: yes". */
bool
mail_is_xarf(const struct mail *m)
{
	struct slice rest = m->mime.head;
	struct mime_header h;

	while (mime_header_next(&rest, &h)) {
		if (slice_eq_nocase(h.name, S("x-xarf")) || slice_eq_nocase(h.name, S("x-arf")))
			return true;
	}
	return false;
}
