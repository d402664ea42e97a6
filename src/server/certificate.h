/*
 * certificate: the one that a node makes for itself, and whether one can be used.
 */
#ifndef SERVER_CERTIFICATE_H
#define SERVER_CERTIFICATE_H

#include "node.h"

/*
 * DIR/tls/certificate.pem and key.pem (0600), as the settings name them: EC P-256,
 * signed by itself, for this machine's name, localhost and the host of `url`.
 * What is there already stays.
 */
bool certificate_make(const struct node *n, struct err *e) MUST_USE;

/* Both can be read, belong together, and *days_out (may be NULL) are left. */
bool certificate_check(const char *certificate, const char *key, int64_t *days_out, struct err *e) MUST_USE;

#endif
