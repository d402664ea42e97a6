/*
 * desk_mail: a question of the desk to a contact, as a mail in its language.
 */
#ifndef SHARE_DESK_MAIL_H
#define SHARE_DESK_MAIL_H

#include "desk/live.h"
#include "share/notices_node.h"
#include "share/way.h"

/* The open way out, and who we are. Set up by desk_mail_open(). */
struct desk_mail {
	struct notices_options o;
	const struct way *way;
	struct way_options wo;
	void *state;
};
bool desk_mail_open(struct node *n, int64_t now_s, struct desk_mail *out, struct err *e) MUST_USE;
/* What was sent is on the disk, where the way has one. */
bool desk_mail_close(struct desk_mail *m, struct err *e) MUST_USE;
/* A live_send_fn; cookie is the struct desk_mail. It says nothing but what its recipient is asked as. */
bool desk_mail_send(void *cookie, const struct live_question *q, struct err *e) MUST_USE;
/* The message, CRLF; for tests, too. */
void desk_mail_compose(const struct notices_options *o, const struct live_question *q, struct buf *out);

#endif
