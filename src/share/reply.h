/*
 * reply: the recipient of a notice answers by a link that needs no account:
 * "fixed", "not ours", "need help", with a few words. The link is a token that
 * only this node can make: the notice's name, until when it holds, and an
 * HMAC-SHA256 over both and the recipient's address.
 *
 * An answer is a claim, not a proof. What it changes (decision 0095): of a
 * notice that is said to be fixed, or for which help is asked, the findings
 * are acknowledged; silence resolves them, and an event brings them back. Of
 * one that is said to be not theirs, the findings are open again, and the
 * contact is marked as disputed, for a person to look at. Each answer counts
 * once a notice; the same again changes nothing.
 */
#ifndef SHARE_REPLY_H
#define SHARE_REPLY_H

#include "store/store.h"

#define REPLY_TOKEN_MAX 96
#define REPLY_COMMENT_MAX 2000
#define REPLY_DAYS 90

struct reply_key {
	bool there;
	uint8_t b[32];
};
/* The node's own; make: where there is none yet, it is made and kept. */
bool reply_key_get(struct store *s, bool make, struct reply_key *out, struct err *e) MUST_USE;

void reply_token_print(const struct reply_key *k, struct slice notice, struct slice email,
    int64_t expires_s, char out[REPLY_TOKEN_MAX]);

/* What a good token stands for; texts in a. ERR_ABSENT: it is none of ours, ERR_DENIED: it held until then. */
struct reply_notice {
	struct slice id, email, state;
	int64_t created_s, expires_s, contact;
	uint64_t findings;
};
bool reply_token_read(struct store *s, const struct reply_key *k, struct slice token, int64_t now_s,
    struct arena *a, struct reply_notice *out, struct err *e) MUST_USE;

enum reply_answer { REPLY_FIXED, REPLY_NOT_OURS, REPLY_NEED_HELP, REPLY_COUNT };
const char *reply_answer_name(enum reply_answer r); /* "not-ours" */
bool reply_answer_find(struct slice name, enum reply_answer *out);

/* Take an answer; *known_out: it was given before, and nothing changes. One transaction. */
bool reply_take(struct store *s, const struct reply_notice *n, enum reply_answer answer,
    struct slice comment, int64_t now_s, bool *known_out, struct err *e) MUST_USE;

/* Answers, newest first: of one notice, or of all (NONE) before a moment (0: now). */
struct reply_row {
	struct slice notice, email, comment;
	enum reply_answer answer;
	int64_t at_s;
};
bool reply_list(struct store *s, struct slice notice, int64_t before_s, size_t limit,
    bool (*each)(void *cookie, const struct reply_row *r, struct err *e), void *cookie,
    struct err *e) MUST_USE;

#endif
