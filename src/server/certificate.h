/*
 * certificate: the one that a node makes for itself, and whether one can be used.
 */
#ifndef SERVER_CERTIFICATE_H
#define SERVER_CERTIFICATE_H

#include "base/hash.h"
#include "node.h"

/*
 * DIR/tls/certificate.pem and key.pem (0600), as the settings name them: EC P-256,
 * signed by itself, for this machine's name, localhost and the host of `url`.
 * What is there already stays.
 */
bool certificate_make(const struct node *n, struct err *e) MUST_USE;

/* Both can be read, belong together, and *days_out (may be NULL) are left. */
bool certificate_check(const char *certificate, const char *key, int64_t *days_out, struct err *e) MUST_USE;

/*
 * The first certificate in a text of PEM, as partners are known by it: the hash
 * of its bytes, and when it expires. ERR_INPUT: it is none, or has expired.
 */
bool certificate_of(struct slice pem, int64_t now_s, struct sha256 *sha_out,
    int64_t *expires_s_out, struct err *e) MUST_USE;

#endif
