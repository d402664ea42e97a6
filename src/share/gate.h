/*
 * gate: who is to be told of a finding, and may be? All that becomes part of a
 * notice comes through gate_consider(), which asks policy_allows() and logs
 * what it refuses; what it allows is logged with the notice (share/notices.c).
 * On the day it is sent gate_still() asks again (share/check.c).
 */
#ifndef SHARE_GATE_H
#define SHARE_GATE_H

#include "share/notices.h"

/* A finding that one mailbox is to be told of. */
struct pair {
	const struct contact *contact;
	int64_t finding;
	const char *rule, *reason;
	uint16_t at, len; /* the mailbox within contact->email */
};

/* One preparing, or one question why. */
struct prepare {
	struct store *store;
	const struct contacts *contacts;
	const struct notices_options *options;
	struct notices_summary *out;
	struct pair *pairs;
	size_t count, cap;
	struct finding_walk *by_id; /* opened at the first notice */
	struct stmt *told, *last, *max, *refused, *insert, *insert_message, *insert_findings, *insert_transfer;
	int64_t transfer_id;
	/* notices_why(): answers go here, and nothing is written */
	bool (*why)(void *cookie, const struct transfer_row *t, struct err *e);
	void *why_cookie;
};

static inline struct slice
pair_mailbox(const struct pair *p)
{
	return slice_sub(p->contact->email, p->at, p->len);
}

static inline enum lang
prepare_lang(const struct prepare *p, const struct contact *c)
{
	return c->lang_known ? c->lang : p->options->lang;
}

static inline uint32_t
prepare_interval(const struct prepare *p, const struct contact *c)
{
	return c->interval_s != 0 ? c->interval_s : p->options->interval_s;
}

/* Of neighbours with the same finding the first stays; how many are left. */
size_t pairs_once(struct pair *pairs, size_t n);
/* Name the contacts of pairs in a notice, and join their formats. */
struct compose;
void pairs_contacts(const struct pair *pairs, size_t n, struct compose *c);
/*
 * The message of a digest, each finding once. c->rows lives during the call.
 * by_id: opened where it is NULL; the caller closes it.
 */
bool pairs_compose(struct store *s, struct finding_walk **by_id, struct compose *c,
    const struct pair *pairs, size_t n, struct buf *message, struct err *e) MUST_USE;

/* Prepare the statements; prepare_fini() frees them, also after a failure. */
bool prepare_init(struct prepare *p, struct err *e) MUST_USE;
void prepare_fini(struct prepare *p);

/* In a transaction that began after others may have written: numbers of transfers go on behind theirs. */
bool gate_again(struct prepare *p, struct err *e) MUST_USE;

/* Find out who is to be told of a finding: pairs, refusals logged, or answers to p->why. */
bool gate_consider(struct prepare *p, const struct finding_row *row, struct err *e) MUST_USE;
/* When may a mailbox be written to again, as this contact's? 0: now. */
bool gate_due(struct prepare *p, const struct contact *c, struct slice mailbox,
    int64_t *next_s, struct err *e) MUST_USE;
/*
 * May a mailbox that was to be told of a finding still be, today? The contacts
 * as which it may; with none, why not.
 */
struct gate_still {
	const struct contact *as[2];
	size_t count;
	struct policy_answer answer; /* of as[0], or why not */
	struct slice reason; /* the answer's, or what a condition says */
};
void gate_still(const struct prepare *p, const struct finding_row *row,
    struct slice mailbox, struct gate_still *out);

/* One answer to p->why. */
bool gate_answer(struct prepare *p, struct slice recipient, const char *rule,
    struct slice reason, bool allowed, struct err *e) MUST_USE;

#endif
