/*
 * live: asks the directory's contacts whether they are there, by the rhythm of
 * model/desk_live.h, and takes their answers. Sending is the caller's.
 */
#ifndef DESK_LIVE_H
#define DESK_LIVE_H

#include "base/lang.h"
#include "store/desk_check.h"

/* A question as it is to be sent; texts live as long as the call. */
struct live_question {
	struct slice record, to; /* to: one mailbox */
	struct slice name, function; /* who is asked for, as what */
	enum lang lang;
	enum desk_way way; /* MAIL or PING */
	enum desk_step step;
	char token[DESK_TOKEN_TEXT + 1]; /* comes back with the answer */
};
/* False: it could not be sent; it is not noted as sent, and e says why. */
typedef bool (*live_send_fn)(void *cookie, const struct live_question *q, struct err *e);

struct live_result {
	uint64_t sent, failed;
	uint64_t by_hand; /* whose next step is a person's */
	uint64_t dead;
};

/*
 * Whoever is due gets the next question: by itself up to the third. Each is noted
 * before the next is sent; what could not be sent is told in the log and tried
 * again at the next run. At most max are sent.
 */
bool live_run(struct store *s, int64_t now_s, size_t max, live_send_fn send, void *cookie, struct live_result *out, struct err *e) MUST_USE;
/*
 * One contact is asked now, by a person: of the step that is due, or anew. From
 * the fourth on the question goes to the deputy, from the fifth to the lead. *to_out lies in a.
 */
bool live_ask(struct store *s, struct slice record, struct slice by, int64_t now_s, live_send_fn send, void *cookie,
    struct arena *a, struct slice *to_out, struct err *e) MUST_USE;

/*
 * Every word of a question that a text, such as a mail, has: whose questions were
 * answered by it. ERR_INPUT: a machine's mail, which answers for nobody.
 */
bool live_take(struct store *s, struct slice text, struct slice by, int64_t now_s,
    bool (*each)(void *cookie, struct slice record, bool again, struct err *e), void *cookie, uint64_t *found_out, struct err *e) MUST_USE;

/*
 * What a page says of a contact: security.txt (RFC 9116) or the description of a
 * CSIRT (RFC 2350). Good where it is not expired and names the contact's mailbox;
 * the result is kept either way, and says why.
 */
bool live_page(struct store *s, struct slice record, struct slice text, struct slice by, int64_t now_s,
    struct arena *a, bool *good_out, struct slice *result_out, struct err *e) MUST_USE;

#endif
