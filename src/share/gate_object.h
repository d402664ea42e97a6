/*
 * gate_object: partners at a collection of STIX. Each object is a record that the
 * policy is asked about, as it goes and as it comes: what category of data it
 * is, how it is marked, whether it is about a person.
 */
#ifndef SHARE_GATE_OBJECT_H
#define SHARE_GATE_OBJECT_H

#include "share/gate_partner.h"
#include "share/listed.h"
#include "store/object.h"

/* What nobody marked goes to whom an agreement lets have this. */
#define GATE_OBJECT_UNMARKED TLP_AMBER

struct gate_object {
	struct gate_partner *gate; /* the caller's */
	struct store *store;
	int64_t now_s;
	struct listed *listed; /* indicators of what may not be listed do not go; NULL: all may */
	enum policy_purpose purpose; /* PURPOSE_PROTECT, where the caller does not set another */
	bool not_back; /* what came from the partner itself is passed over, and that is no refusal */
	/* kept by gate_object.c */
	struct arena a; /* of one object */
	struct err e; /* the first failure; after it nothing goes */
};

void gate_object_init(struct gate_object *g, struct gate_partner *gate, struct store *s, int64_t now_s);
/* False: something failed on the way (e), and what was gone through must not be answered. */
bool gate_object_end(struct gate_object *g, struct err *e) MUST_USE;

/* Is any agreement in force with the partner? Without one there is nothing to see. */
bool gate_object_sees(const struct gate_object *g);
/*
 * May the partner have it? Yes and no are written down, in the caller's
 * transaction where one is open. For taxii_page(); cookie is the struct.
 */
bool gate_object_may(void *cookie, const struct object_row *row);
/*
 * May we have what the partner sends? Where not, why says the reason; where yes,
 * its origin and until when it may be kept are written down. For stix_in().
 */
bool gate_object_receive(void *cookie, const struct stix_object *o, struct err *why);
/*
 * The same of a source that this node chose itself and has no agreement with, as
 * a public feed: it is kept, and goes to nobody unless it is marked TLP:CLEAR
 * (decision 0113).
 */
bool gate_object_source(void *cookie, const struct stix_object *o, struct err *why);

/* What category an object is, and its mark. *person_out: it is about an account or a mailbox. */
void gate_object_record(const struct stix_object *o, struct policy_record *out, bool *person_out);

#endif
