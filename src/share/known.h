/*
 * known: a finding as its recipient may know it. Whatever goes out of the node
 * passes policy_allows() for whether, and this for how much: the profile of
 * personal data by the recipient's role, and of protected findings nothing but
 * the fact. Also where a store holds more than it would take in today.
 */
#ifndef SHARE_KNOWN_H
#define SHARE_KNOWN_H

#include "model/policy.h"
#include "store/findings.h"

/* Reduce row in place; its slices then lie where they did, or in a. */
void known_row(struct finding_row *row, enum policy_role role, struct arena *a);

/*
 * As the partner may know it, to whom a clause lets it go: what personal data
 * becomes is in the clause (docs/agreements.md).
 */
struct agreement_clause;
void known_row_by_clause(struct finding_row *row, const struct agreement_clause *c, struct arena *a);

#endif
