/*
 * opaque: a password as RFC 8265 (section 4.2, OpaqueString) prepares it, so
 * that what two keyboards compose differently is one password: every space is
 * the plain one, and Unicode's composed form (NFC). Nothing else is changed:
 * case and width say something. By libunistring (decision 0104).
 */
#ifndef PARSE_OPAQUE_H
#define PARSE_OPAQUE_H

#include "base/err.h"
#include "base/slice.h"

#define OPAQUE_IN_MAX 1024
/* What composing may make longer at the most: Unicode's bound for UTF-8. */
#define OPAQUE_OUT_MAX (3 * OPAQUE_IN_MAX)

struct opaque {
	uint8_t b[OPAQUE_OUT_MAX];
	size_t len;
};

/*
 * ERR_INPUT: it is not text in UTF-8, or holds what FreeformClass (RFC 8264,
 * section 4.3) does not: control characters, what cannot be seen, what Unicode
 * has not given a meaning yet. ERR_LIMIT: more than OPAQUE_IN_MAX bytes. The
 * texts say which, and nothing else of a password. The caller wipes *out.
 */
bool opaque_read(struct slice s, struct opaque *out, struct err *e) MUST_USE;

#endif
