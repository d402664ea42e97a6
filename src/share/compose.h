/*
 * compose: a notice as a mail.
 */
#ifndef SHARE_COMPOSE_H
#define SHARE_COMPOSE_H

#include "share/notices.h"

#define COMPOSE_FINDINGS_MAX 20000 /* in one notice's attachment; the rest comes with the next */
#define COMPOSE_XARF_MAX 50
#define COMPOSE_BYTES_MAX ((size_t)32 << 20)

#define COMPOSE_CONTACTS_MAX 20 /* named in one notice */

/* By what the designated authority asks for a report. */
struct compose_reference {
	int64_t finding;
	struct slice text; /* the report's number and SHA-256 */
};

struct compose {
	const struct notices_options *options;
	struct slice to; /* one mailbox */
	enum lang lang;
	unsigned formats; /* CONTACT_CSV | CONTACT_XARF */
	const struct contact *contacts[COMPOSE_CONTACTS_MAX]; /* as which it is told; one at least */
	size_t contact_count;
	struct slice id;
	struct finding_row *rows; /* slices live as long as the call; put in order, latest first */
	size_t count;
	const struct compose_reference *references; /* of protected findings */
	size_t reference_count;
	bool apart; /* no transaction is open, and options has a pause: others are answered while it is made */
};

/* Append the whole message, CRLF. ERR_LIMIT over out's limit. */
bool compose_notice(const struct compose *c, struct buf *out, struct err *e) MUST_USE;

/* One finding as an X-ARF v4 report; false where X-ARF has no form for what we know of it. */
bool compose_xarf(const struct notices_options *o, const struct finding_row *row,
    struct buf *out);
/* A line of findings.csv; its header for row NULL. */
void compose_csv(const struct notices_options *o, const struct finding_row *row, struct buf *out);

/* The mark of a row within a notice: its own, or the notices' where that is stricter. */
static inline enum tlp
compose_tlp(const struct notices_options *o, const struct finding_row *row)
{
	return row->tlp > o->tlp ? row->tlp : o->tlp;
}
/* The mark of a notice as its head has it; false: of before there was one. */
bool compose_marked(struct slice message, enum tlp *out);
#define COMPOSE_HEAD_MAX 512 /* within so many bytes */

/* What can be done about a class, in a sentence (a catalogue key); NULL: nothing general to say. */
const char *compose_advice(enum class c);

/* A header's text by RFC 2047, where it needs it. */
void compose_word(struct buf *out, struct slice text);
/* A name before an address (RFC 5322 section 3.2.5): bare, quoted or encoded. */
void compose_phrase(struct buf *out, struct slice name);
/*
 * A stranger's text within a line of ours, at most max bytes: controls, line
 * ends of any alphabet, marks that turn the writing around and bytes that are
 * no UTF-8 become mark.
 */
void compose_plain(struct buf *out, struct slice text, size_t max, uint8_t mark);

#endif
