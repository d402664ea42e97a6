/*
 * agree_two: who proposes an act of ours, or a receipt, does not confirm it: a
 * second person does, and only then is it signed with the node's key (decision
 * 0119). Nobody but who sits at the machine itself signs alone, and the audit log
 * says that.
 */
#ifndef SHARE_AGREE_TWO_H
#define SHARE_AGREE_TWO_H

#include "share/agree.h"

/* [agreements] two_people: yes, no, or auto: as soon as two people here may sign. */
bool agree_two_needed(struct node *n, bool *out, struct err *e) MUST_USE;

/*
 * What a proposal says, as a deed; *invites is of ACT_INVITED. Texts lie in a.
 * ERR_INPUT: no partner whose key is known, or a request that is none.
 */
bool agree_deed(struct store *s, const struct proposal *p, struct arena *a, struct agreement_deed *out,
    struct agreement_party *invites, struct err *e) MUST_USE;

/*
 * Put it down: tried on the agreement as it stands, so that what cannot be done is
 * said now. p->line: a party's act that is to be taken and receipted; agreement and
 * kind are then read from it. p->id, p->by and what goes with them are filled in.
 */
bool agree_propose(struct store *s, struct proposal *p, const struct who *by, const struct agree_keys *keys,
    int64_t now_s, struct arena *a, struct err *e) MUST_USE;

struct agree_confirmed {
	struct proposal proposal;
	struct slice line; /* signed; with our receipt, where it has one */
	bool kept; /* in the register; else it is sent to who keeps that */
};
/*
 * Sign it. ERR_DENIED: the same person proposed it. ERR_CONFLICT: it was decided on,
 * is older than PROPOSAL_DAYS, what it was about has changed since (the text, a
 * key), or it may not be done any more. Texts lie in a.
 */
bool agree_confirm(struct store *s, int64_t id, const struct who *by, const struct agree_keys *keys, int64_t now_s,
    struct arena *a, struct agree_confirmed *out, struct err *e) MUST_USE;
/* Whoever may sign, who proposed it too. *out lies in a. */
bool agree_refuse(struct store *s, int64_t id, const struct who *by, int64_t now_s, struct arena *a, struct proposal *out, struct err *e) MUST_USE;
/* Is it this person's own? */
bool agree_own(const struct proposal *p, const struct who *w);

#endif
