/*
 * notices: contacts are told of their findings: one digest a contact and
 * interval, in its language.
 *
 *   prepare   findings → contacts → policy_allows() → a message a contact, kept
 *   send      draft → sending → sent | failed (again later) | refused | uncertain
 *
 * A contact is told of a finding once while the condition lasts; again when it
 * came back, and every REPEAT days while it goes on. Each answer of the policy
 * is logged with the notice.
 */
#ifndef SHARE_NOTICES_H
#define SHARE_NOTICES_H

#include "attrib/contacts.h"
#include "attrib/networks.h"
#include "share/way.h"
#include "store/findings.h"

struct notices_options {
	struct slice name, mail, url; /* who we are */
	enum lang lang; /* of contacts whose language is unknown */
	uint32_t interval_s;
	enum tlp tlp;
	struct slice sign; /* OpenPGP key, or empty */
	int64_t now_s;
};

struct notices_summary {
	uint64_t findings; /* looked at */
	uint64_t told; /* finding and recipient pairs put into notices */
	uint64_t refused; /* pairs that the policy refused */
	uint64_t nobody; /* findings for which no contact is known */
	uint64_t off; /* findings of which nobody is to be told */
	uint64_t waiting; /* recipients whose interval has not passed */
	uint64_t notices; /* made */
	uint64_t sent, later, never, uncertain;
};

bool notices_prepare(struct store *s, const struct contacts *c,
    const struct notices_options *o, struct notices_summary *out,
    struct err *e) MUST_USE;

/*
 * Send what is due. What a crash left in "sending" is sent again where the way
 * makes that safe, else it is uncertain: shown, and sent only by
 * notice_again(). Findings of a notice that was sent become notified.
 */
bool notices_send(struct store *s, const struct way *way,
    const struct way_options *wo, const struct notices_options *o,
    const volatile bool *stop, struct notices_summary *out, struct err *e) MUST_USE;

struct notice_row {
	struct slice id, email, lang, state, reply;
	int64_t created_s, state_s;
	int64_t findings, attempts;
};
/* Newest first; state NONE: any. limit 0: all. */
bool notices_list(struct store *s, struct slice state, size_t limit,
    bool (*each)(void *cookie, const struct notice_row *n, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* The message as it is or was sent. ERR_ABSENT. */
bool notice_message(struct store *s, struct slice id, struct buf *out, struct err *e) MUST_USE;
/* A person's word: send it (again). */
bool notice_again(struct store *s, struct slice id, int64_t now_s, struct err *e) MUST_USE;

#endif
