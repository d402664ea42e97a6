/*
 * domain: host names, mail addresses and URLs as they stand in reports.
 */
#ifndef PARSE_DOMAIN_H
#define PARSE_DOMAIN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/*
 * A host name of at least two labels (underscores allowed, as services use
 * them), at most 253 bytes, not an address. Lower case ASCII comes back; a
 * name with other characters goes through IDNA 2008 (libidn2). A trailing dot
 * is taken off. False when it is none.
 */
bool fqdn_read(struct slice s, struct arena *a, struct slice *out);
/* Is s, as it stands, such a name? No memory needed. */
bool fqdn_ok(struct slice s);

/* The registered domain ("example.co.uk") by the public suffix list (libpsl), or SLICE_NONE. */
struct slice domain_registered(struct slice fqdn, struct arena *a);
/* Is it a name under which others register ("co.uk", "org", "xn--p1ai"), by the same list? No memory needed. */
bool domain_suffix(struct slice name);

struct url {
	struct slice scheme; /* as written, without ':' */
	struct slice userinfo;
	struct slice host; /* brackets of IPv6 taken off */
	struct slice port; /* digits, or NONE */
	struct slice path; /* from '/' on, or empty */
	struct slice query; /* behind '?', or NONE */
	struct slice fragment; /* behind '#', or NONE */
};

/* RFC 3986 with an authority; parts are views of s. False when it is none. */
bool url_split(struct slice s, struct url *out);
/* "hxxp://", "http[:]//", "example[.]com" and their like made plain. */
struct slice url_refang(struct slice s, struct arena *a);

/* "local@domain": one '@', a local part, a host name or address literal. */
bool mailbox_ok(struct slice s);

#endif
