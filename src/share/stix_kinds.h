/*
 * stix_kinds: what we have as objects of our own kinds (model/stix_own.h):
 * agreements, and contacts beside their identities. For who has asked the policy,
 * as all of share/stix_out.h.
 */
#ifndef SHARE_STIX_KINDS_H
#define SHARE_STIX_KINDS_H

#include "model/agreement.h"
#include "share/stix_out.h"
#include "store/agreements.h"

/* The extension-definitions of our kinds, and who made them: objects with commas between them. */
void stix_out_kinds(struct buf *b);
/* As it stands on a date. False, and nothing appended: nobody has opened it yet. */
bool stix_out_agreement(const struct stix_out *x, const struct agreement *g, int64_t date_s, struct buf *b);
/* How a contact is told, beside its identity. False, and nothing appended: it has no mail address and no page. */
bool stix_out_contact_way(const struct stix_out *x, const struct contact *c, const char *identity, struct buf *b);

/* --- documents --------------------------------------------------------------------- */

/* A bundle's head: who we are, the marks, and where kinds is set our kinds; objects follow, each behind a comma. */
void stix_out_begin(const struct stix_out *x, struct slice of, bool kinds, struct buf *b);
void stix_out_end(struct buf *b);

/* Where a document goes, piece by piece. */
struct stix_out_way {
	/* May this object go? NULL: all may. False: it could not be asked. */
	bool (*may)(void *cookie, struct slice id, bool *out, struct err *e);
	/* b has more; it may be taken out of it. */
	bool (*put)(void *cookie, struct buf *b, struct err *e);
	void *cookie;
};
/* All contacts, and all agreements that were opened, as they stand now. */
bool stix_out_contacts(struct store *s, const struct stix_out *x, int64_t now_s, const struct stix_out_way *way, struct buf *b, struct err *e) MUST_USE;
bool stix_out_agreements(struct store *s, const struct stix_out *x, int64_t now_s, const struct stix_out_way *way, struct buf *b, struct err *e) MUST_USE;

#endif
