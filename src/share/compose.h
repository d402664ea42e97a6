/*
 * compose: a notice as a mail.
 */
#ifndef SHARE_COMPOSE_H
#define SHARE_COMPOSE_H

#include "share/notices.h"

#define COMPOSE_FINDINGS_MAX 20000 /* in one notice's attachment; the rest comes with the next */
#define COMPOSE_XARF_MAX 50

struct compose {
	const struct notices_options *options;
	const struct contact *contact;
	struct slice id;
	const struct finding_row *rows; /* slices live as long as the call */
	size_t count;
};

/* Append the whole message, CRLF. ERR_LIMIT over out's limit. */
bool compose_notice(const struct compose *c, struct buf *out, struct err *e) MUST_USE;

/* One finding as an X-ARF v4 report; false where X-ARF has no form for what we know of it. */
bool compose_xarf(const struct notices_options *o, const struct finding_row *row,
    struct buf *out);
/* A line of findings.csv; its header for row NULL. */
void compose_csv(const struct finding_row *row, struct buf *out);

/* A header's text by RFC 2047, where it needs it. */
void compose_word(struct buf *out, struct slice text);

#endif
