/*
 * stix_out: what the node knows as STIX 2.1: findings as observed data with their
 * observables and, where the address itself does harm, an indicator and our
 * sighting of it; contacts as identities. Ids follow from who we are and what it
 * is, so the same thing has the same id in every bundle and every answer.
 *
 * Nothing is asked of the policy here: whoever hands it out asked before.
 */
#ifndef SHARE_STIX_OUT_H
#define SHARE_STIX_OUT_H

#include "attrib/contacts.h"
#include "attrib/warnings.h"
#include "model/stix.h"
#include "store/findings.h"

struct stix_out {
	struct slice name, mail; /* who we are; mail may be empty */
	const struct warnings *warnings; /* what these hold is observed, but no indicator; NULL: none are known */
	bool observed_only; /* of findings no indicator, and no sighting of it */
};

/* Each appends whole objects, with a comma between two of its own. */
void stix_out_identity(const struct stix_out *x, struct buf *b);
/* The five marks of TLP 2.0, so that a bundle explains itself. */
void stix_out_marks(struct buf *b);
/* False, and nothing appended: STIX has no form for such a place. */
bool stix_out_finding(const struct stix_out *x, const struct finding_row *r, struct buf *b);
/* Who answers for a network, a domain, an AS or a country. False: without a name and an address it is nobody. */
void stix_out_contact_id(const struct stix_out *x, const struct contact *c, char out[STIX_ID_MAX]);
/* Its identity, and how it is told (share/stix_kinds.h). */
bool stix_out_contact(const struct stix_out *x, const struct contact *c, struct buf *b);
/* The id of something of ours, by its kind and its name among them: the same each time. Of an identity NONE: we ourselves. */
void stix_out_id(const struct stix_out *x, const char *type, struct slice of, char out[STIX_ID_MAX]);
/* "bundle--": of what was asked. */
void stix_out_bundle_id(const struct stix_out *x, struct slice what, char out[STIX_ID_MAX]);

#endif
