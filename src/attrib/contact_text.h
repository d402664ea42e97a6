/*
 * contact_text: what an organisation says of itself: security.txt (RFC 9116)
 * and the description of a CSIRT (RFC 2350).
 */
#ifndef ATTRIB_CONTACT_TEXT_H
#define ATTRIB_CONTACT_TEXT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#define CONTACT_TEXT_LIST_MAX 16

struct security_txt {
	struct slice contacts[CONTACT_TEXT_LIST_MAX]; /* URIs, in order of preference */
	size_t contact_count;
	struct slice email; /* of the first mailto:, or NONE */
	struct slice languages; /* "es, en", or NONE */
	struct slice encryption, policy, canonical; /* or NONE */
	int64_t expires_s;
	bool is_signed; /* in an OpenPGP cleartext frame (not checked here) */
};

/*
 * RFC 9116 section 2. ERR_INPUT where it breaks a must: no Contact, no Expires
 * or two of it, a date that is none, more than one Preferred-Languages.
 * Slices lie in text or in a.
 */
bool security_txt_read(struct slice text, struct arena *a,
    struct security_txt *out, struct err *e) MUST_USE;

struct rfc2350 {
	struct slice name; /* of the team */
	struct slice email, phone, address, time_zone, keys; /* of section 2; or NONE */
	struct slice constituency, url; /* or NONE */
	int64_t updated_s; /* 0: not stated */
};

/*
 * A document by the template of RFC 2350 appendix D: numbered headings, free
 * text below. What is not found is NONE; ERR_INPUT where not even a mail
 * address was.
 */
bool rfc2350_read(struct slice text, struct arena *a, struct rfc2350 *out,
    struct err *e) MUST_USE;

#endif
