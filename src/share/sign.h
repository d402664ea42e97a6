/*
 * sign: OpenPGP signatures on mails (RFC 3156 section 5), by GMime and GnuPG.
 */
#ifndef SHARE_SIGN_H
#define SHARE_SIGN_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Append the entity (its content headers and body) as multipart/signed. key: a
 * fingerprint or address of a secret key in the keyring of GNUPGHOME.
 */
bool sign_entity(const struct buf *entity, struct slice key, struct buf *out,
    struct err *e) MUST_USE;

#endif
