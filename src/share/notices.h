/*
 * notices: contacts are told of their findings: one digest a mailbox, medium,
 * language and interval.
 *
 *   prepare   findings → contacts → policy_allows() → a message a recipient, kept
 *   send      asked again, on that day (share/check.h); then
 *             draft → queued → sending → sent | failed (again later) | refused | uncertain
 *
 * A mailbox is told of a finding once while the condition lasts; again when it
 * came back, and every REPEAT days while it goes on. Each answer of the policy
 * is logged with the notice, and a notice holds what that log allows.
 *
 * States: draft; queued and sending (on their way, with marks beside them:
 * share/notices_send.c); sent;
 * failed (tried again at next_s); refused; uncertain (may have arrived: a person
 * decides); withdrawn (by a person, not made again by itself; or as nothing of
 * it is to be told any more, and its findings are told when that changes).
 */
#ifndef SHARE_NOTICES_H
#define SHARE_NOTICES_H

#include "attrib/contacts.h"
#include "attrib/networks.h"
#include "share/reply.h"
#include "share/way.h"
#include "store/findings.h"

/* What would be made, or waits: one recipient. */
struct notice_plan {
	struct slice email, medium, format;
	enum lang lang;
	uint32_t interval_s;
	size_t findings;
	int64_t next_s; /* 0: due now */
};

struct notices_options {
	struct slice name, mail, url; /* who we are */
	struct slice reply_to; /* where answers go, or empty: to mail */
	enum lang lang; /* of contacts whose language is unknown */
	uint32_t interval_s;
	enum tlp tlp;
	struct slice sign; /* OpenPGP key, or empty */
	struct slice reply_url; /* where the node's page is reached: a link to answer stands in notices; empty: none */
	struct reply_key reply_key;
	struct slice by; /* who prepares, for who approves; empty: the clock */
	bool approved_only; /* send: only what a second person approved */
	int64_t now_s;
	/* prepare: what was not seen for its class' period is resolved first, for who has not done it (store_silence) */
	bool silence;
	/* prepare: say what would be made, and change nothing */
	bool (*plan)(void *cookie, const struct notice_plan *p, struct err *e);
	void *cookie;
	/* prepare: called between two transactions, for who has others to answer; it may change findings, not contacts (may be NULL) */
	bool (*pause)(void *cookie, struct err *e);
	void *pause_cookie;
	/* prepare: called in the transaction of the first notice that is made (may be NULL); false: nothing is made */
	bool (*first)(void *cookie, struct err *e);
	void *first_cookie;
	/* send: this one alone, be it due or not; NONE: all that are due */
	struct slice only;
};

struct notices_summary {
	uint64_t findings; /* looked at */
	uint64_t told; /* finding and recipient pairs put into notices */
	uint64_t refused; /* pairs that the policy refused */
	uint64_t nobody; /* findings for which no contact is known */
	uint64_t off; /* findings of which nobody is to be told */
	uint64_t waiting; /* recipients whose interval has not passed */
	uint64_t notices; /* made */
	/* asked again when it was to be sent: findings that went out of notices, notices of which nothing was left */
	uint64_t taken_out, withdrawn;
	uint64_t sent, later, never, uncertain;
};

/*
 * In transactions of a moment each: what a kill leaves is whole notices, and
 * the next preparing goes on behind them. One at a time.
 */
bool notices_prepare(struct store *s, const struct contacts *c,
    const struct notices_options *o, struct notices_summary *out,
    struct err *e) MUST_USE;

/*
 * Send what is due, as far as it may still be told: what may not any more is
 * taken out, and the log of transfers says why. What a crash cut off is sent again where it cannot have
 * left, else it is uncertain: shown, and sent only by notice_again(). Findings
 * of a notice that was sent become notified. ERR_CONFLICT: o->only is not
 * to be sent.
 */
bool notices_send(struct store *s, const struct contacts *c,
    const struct way *way, const struct way_options *wo,
    const struct notices_options *o, const volatile bool *stop,
    struct notices_summary *out, struct err *e) MUST_USE;

struct notice_row {
	struct slice id, email, medium, lang, format, state, reply;
	struct slice prepared_by, approved_by; /* empty: the clock; nobody yet */
	int64_t approved_s, contact, replies;
	int64_t created_s, state_s, next_s; /* next_s: of a failed one */
	int64_t interval_s, findings, attempts;
};
/* Newest first; NONE: any. email: a part of the address. limit 0: all. */
struct notice_query {
	struct slice id, state, email;
	struct slice country; /* all of its findings lie in it; NONE: any */
	/* For the next page: the last one shown. before_id NONE: from the newest. */
	int64_t before_s;
	struct slice before_id;
	size_t limit;
};
bool notices_list(struct store *s, const struct notice_query *q,
    bool (*each)(void *cookie, const struct notice_row *n, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* The message as it is or was sent. ERR_ABSENT. */
bool notice_message(struct store *s, struct slice id, struct buf *out, struct err *e) MUST_USE;

/* A person's word. ERR_ABSENT: no such notice; ERR_CONFLICT: not in this state. */
enum notice_word {
	NOTICE_AGAIN, /* send it (again) */
	NOTICE_ARRIVED, /* an uncertain one did arrive */
	NOTICE_WITHDRAW /* do not send it */
};
bool notice_say(struct store *s, struct slice id, enum notice_word word,
    int64_t now_s, struct err *e) MUST_USE;

/*
 * A person approves what another prepared. ERR_DENIED: it is their own;
 * ERR_CONFLICT: it does not wait for it.
 */
bool notice_approve(struct store *s, struct slice id, struct slice by, bool two_people,
    int64_t now_s, struct err *e) MUST_USE;

/*
 * The findings of a notice that was sent become notified. kept: a statement that
 * is prepared where it is NULL; the caller frees it.
 */
bool notice_tell_findings(struct store *s, struct stmt **kept, struct slice id,
    int64_t now_s, struct err *e) MUST_USE;

/*
 * Why was somebody told of a finding, or not: what the log of transfers says,
 * and then (at_s 0) what the next preparing would do. rule is a stable name,
 * reason a catalogue key or a person's words. ERR_ABSENT: no such finding.
 */
struct transfer_row {
	int64_t at_s;
	struct slice recipient, rule, reason;
	bool allowed;
	struct slice notice, state; /* of what it went into; NONE: into nothing */
	int64_t state_s;
};
bool notices_why(struct store *s, const struct contacts *c,
    const struct notices_options *o, int64_t finding,
    bool (*each)(void *cookie, const struct transfer_row *t, struct err *e),
    void *cookie, struct err *e) MUST_USE;

#endif
