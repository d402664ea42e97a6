/*
 * contacts: who answers for an address, an AS, a domain, a country. Three
 * layers: imported (replaced whole by the next import of its source), by hand,
 * and switched off by a condition. Who is told, in this order:
 *
 *	1  a condition holds		nobody
 *	2  by hand			the longest prefix, else the domain, else the AS
 *	3  imported			the longest prefix, else the domain, else the AS
 *	4  nothing of these		the country's focal point
 *
 * The focal point is told beside 2 and 3, too. For one and the same network,
 * domain, AS or country there is one contact by hand; of imported ones the
 * latest holds. Expired ones are none.
 */
#ifndef ATTRIB_CONTACTS_H
#define ATTRIB_CONTACTS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "model/policy.h"
#include "store/store.h"

enum contact_scope { SCOPE_PREFIX, SCOPE_DOMAIN, SCOPE_ASN, SCOPE_COUNTRY, SCOPE_COUNT };
enum contact_layer { LAYER_IMPORTED, LAYER_MANUAL };

struct contact {
	int64_t id;
	enum contact_layer layer;
	struct slice source; /* of an import: "ripe", a file's name; "" by hand */
	enum contact_scope scope;
	struct slice value; /* canonical: "192.0.2.0/24", "example.org", "64496", "ES" */
	struct slice name; /* of the organisation or function */
	struct slice email; /* of a function rather than a person; several: "a@x.example,b@x.example" */
	enum lang lang;
	bool lang_known;
	struct slice medium; /* "mail" */
	uint32_t interval_s; /* between notices; 0: the node's default */
	struct slice format; /* "csv", "xarf", "csv,xarf"; empty: csv */
	struct slice openpgp; /* fingerprint of the key, or empty */
	struct slice url; /* where the fact stands: security.txt, RFC 2350 page */
	int64_t checked_s; /* when it was last true; 0: unknown */
	int64_t expires_s; /* 0: no end stated */
	int64_t disputed_s; /* when it said that something was not theirs; 0: never. Entering it anew clears it */
};

/* What is asked: who is to be told of this? Unknown parts are zero or NONE. */
struct contact_query {
	bool has_ip;
	struct ip ip;
	uint32_t asn;
	struct slice country;
	struct slice fqdn;
	struct slice class_type; /* conditions may name a class */
	struct slice feed;
};

struct contacts; /* all of them, in memory, ready to be asked */

bool contacts_load(struct store *s, struct contacts **out, struct err *e) MUST_USE;
void contacts_free(struct contacts **c);
/* Another number after every change: for who keeps what contacts_load() gave. */
bool contacts_version(struct store *s, int64_t *out, struct err *e) MUST_USE;

/*
 * Who answers: the best contact of the most exact scope, and beside it the
 * country's focal point where there is one. *off_out: a condition says that
 * nobody is to be told (its text is for people).
 */
struct contact_answer {
	const struct contact *contact; /* or NULL */
	const struct contact *focal_point; /* or NULL; may be the same */
	bool off;
	struct slice off_reason;
};
void contacts_find(const struct contacts *c, const struct contact_query *q,
    struct contact_answer *out);
/* What policy_allows() needs to know of a contact. */
void contact_recipient(const struct contact *c, struct policy_recipient *out);

/* Take the next mailbox off a contact's; a comma within quotes is part of one. */
bool contact_mailbox(struct slice *rest, struct slice *out);
/* "AS64496", "192.0.2.0/24", "example.org", "ES": what it answers for, for people. */
void contact_about(const struct contact *c, struct buf *out);

/* What notices to a contact carry; 0: neither word is in it. */
enum { CONTACT_CSV = 1, CONTACT_XARF = 2 };
unsigned contact_formats(struct slice format);
struct slice contact_formats_name(unsigned formats); /* "csv,xarf" */

const char *contact_scope_name(enum contact_scope s); /* "prefix" */
bool contact_scope_find(struct slice name, enum contact_scope *out);

/*
 * Bring scope, value, email and format to their canonical form, or say what is
 * wrong with them. Slices then lie in a.
 */
bool contact_clean(struct contact *c, struct arena *a, struct err *e) MUST_USE;

/*
 * Enter a contact (c->id 0: a new one, else that one is replaced). ERR_CONFLICT:
 * a second one by hand for the same, as the first would silently not be told.
 */
bool contact_put(struct store *s, const struct contact *c, int64_t *id_out,
    struct err *e) MUST_USE;
bool contact_remove(struct store *s, int64_t id, struct err *e) MUST_USE; /* ERR_ABSENT */
/* All, or those of one source (SLICE_NONE: any), in order of scope and value. */
bool contact_list(struct store *s, struct slice source,
    bool (*each)(void *cookie, const struct contact *c, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* Some of them in that order, for who looks at a page; *total_out: how many there are in all (may be NULL: not counted). */
struct contact_page {
	struct slice source; /* NONE: any */
	struct slice text; /* within value, name, address or source; ASCII case does not matter; NONE: any */
	size_t skip, limit;
	bool of_places; /* not those of an AS, which lies in no country */
	const bool *enough; /* each() may set it: no further row is looked at; NULL: all are */
};
bool contact_page(struct store *s, const struct contact_page *p, uint64_t *total_out,
    bool (*each)(void *cookie, const struct contact *c, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* A condition under which nobody is told. Empty parts ask for nothing. */
struct contact_off {
	int64_t id;
	bool has_scope;
	enum contact_scope scope;
	struct slice value, class_type, feed;
	struct slice reason, by;
	int64_t from_s, until_s; /* 0: open */
};
bool contact_off_put(struct store *s, const struct contact_off *o,
    int64_t *id_out, struct err *e) MUST_USE;
bool contact_off_remove(struct store *s, int64_t id, struct err *e) MUST_USE;
bool contact_off_list(struct store *s,
    bool (*each)(void *cookie, const struct contact_off *o, struct err *e),
    void *cookie, struct err *e) MUST_USE;

#endif
