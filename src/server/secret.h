/*
 * secret: the node's own key, 32 random bytes in DIR/secret.key (mode 0600).
 * It seals what proves who somebody is before that goes into the database, so
 * that a copy of the database, or a process that can only read it, holds
 * nothing that could be tried out. It also signs device cookies.
 * Whoever loses it keeps every account, and gives new passwords out.
 */
#ifndef SERVER_SECRET_H
#define SERVER_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct secret;

/* Read DIR/secret.key; it is made where it is not there. ERR_DENIED: others may read it. */
bool secret_open(const char *path, struct secret **out, struct err *e) MUST_USE;
void secret_close(struct secret **s);

enum secret_use { SECRET_PASSWORD, SECRET_TOTP, SECRET_DEVICE };
/* Sealed for one use and one account: in another's row it does not open. Lies in a. */
bool secret_seal(const struct secret *s, enum secret_use use, int64_t account,
    struct slice plain, struct arena *a, struct slice *out, struct err *e) MUST_USE;
/* False: it was not sealed so, or by another key. */
bool secret_unseal(const struct secret *s, enum secret_use use, int64_t account,
    struct slice sealed, struct arena *a, struct slice *out);

#define SECRET_MAC_BYTES 16
void secret_mac(const struct secret *s, enum secret_use use, struct slice text,
    uint8_t out[SECRET_MAC_BYTES]);

/* n random bytes as base64url without padding, in a; SLICE_NONE when full. */
struct slice secret_random_text(size_t n, struct arena *a);
/* Take libsodium up; once a process, any number of times. */
void secret_init(void);

#endif
