/*
 * gate_partner: may this record go to this partner, for this purpose, now? What a
 * way out to partners (TAXII, MISP, files) hands over comes through
 * gate_partner_pass(), which asks policy_allows() and writes its answer down:
 * agreement, clause and profile, or the reason for no. How much of it may be
 * known is in the answer's clause: known_row_by_clause() (share/known.h), and
 * agreement_mailbox(), agreement_victim() for what is no finding.
 */
#ifndef SHARE_GATE_PARTNER_H
#define SHARE_GATE_PARTNER_H

#include "store/agreements.h"
#include "store/findings.h"

struct gate_partner; /* a partner and our agreements with it, as they stood when it was opened */

/*
 * ERR_ABSENT: there is no such partner. One whose key is not known, or we
 * ourselves without a name or key, is no failure: there is no agreement then.
 */
bool gate_partner_open(struct store *s, struct slice partner, int64_t now_s,
    struct gate_partner **out, struct err *e) MUST_USE;
/* The same on agreements that somebody keeps (agreements_load()) as long as *out lives. */
bool gate_partner_open_on(struct store *s, const struct agreements *all, struct slice partner,
    struct gate_partner **out, struct err *e) MUST_USE;
void gate_partner_close(struct gate_partner **g);
/* Did partners, texts or acts change since? Then open it anew. */
bool gate_partner_stale(struct gate_partner *g, bool *out, struct err *e) MUST_USE;

const struct partner *gate_partner_who(const struct gate_partner *g);
/* Our agreements with it, for who puts what comes from it under a clause. */
size_t gate_partner_pairs(const struct gate_partner *g, const struct agreement_pair **out);

/*
 * What is in force between us on that date, as a short text: another where an
 * agreement, its version or a reservation is another. "": nothing is.
 */
#define GATE_TERMS_MAX (SHA256_HEX + 1)
void gate_partner_terms(const struct gate_partner *g, int64_t date_s, char out[GATE_TERMS_MAX]);

/* Something that is to go. */
struct gate_item {
	int64_t finding; /* 0: it is no finding */
	struct slice record; /* its name: "indicator--..."; of a finding it may be NONE */
	/* What it tells of: where it has no origin of its own, it goes no further than that may. NONE: nothing. */
	struct slice of;
	const struct policy_record *what; /* its origin is looked up by the names */
};
/* What the rules look at, of a finding; its slices are the row's. */
void gate_finding_record(const struct finding_row *row, struct policy_record *out);

/* Asked beforehand: nothing is written. The answer's clause lives as long as g. */
bool gate_partner_ask(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose,
    int64_t date_s, struct policy_answer *out, struct err *e) MUST_USE;
/*
 * Asked as it goes, and logged in the caller's transaction where one is open: each
 * transfer, and each refusal once.
 */
bool gate_partner_pass(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose,
    int64_t now_s, struct policy_answer *out, struct err *e) MUST_USE;

/*
 * Something came from the partner: may we have it, and until when? Its clause is
 * found as if we were to give it to ourselves; its origin is written down.
 * *out: not allowed where no clause covers it, and then it is not to be kept.
 */
bool gate_partner_receive(struct gate_partner *g, const struct gate_item *item, enum policy_purpose purpose,
    int64_t now_s, struct policy_answer *out, struct err *e) MUST_USE;

/* The log of what went to partners, newest first; partner NONE: of all; allowed NULL: what went and what was refused. limit 0: all. */
struct gate_transfer {
	int64_t id, at_s, finding, clause;
	struct slice partner, purpose, rule, reason, record, agreement, profile;
	bool allowed;
};
bool gate_partner_log(struct store *s, struct slice partner, const bool *allowed, int64_t before_id, size_t limit,
    bool (*each)(void *cookie, const struct gate_transfer *t, struct err *e), void *cookie, struct err *e) MUST_USE;

#endif
