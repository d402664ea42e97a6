/*
 * totp: the second factor. RFC 6238 as authenticator applications have it
 * (SHA-1, 6 digits, 30 s), and codes for the day on which the telephone is gone.
 */
#ifndef SERVER_TOTP_H
#define SERVER_TOTP_H

#include "base/buf.h"
#include "base/hash.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_STEP_S 30
#define TOTP_RECOVERY_CODES 10
#define TOTP_RECOVERY_BYTES 20 /* "k7mq-2xhw-9ncv-p4ze" and its NUL */

/* The code of a step (seconds since 1970 / 30), of 6 to 8 digits. */
uint32_t totp_code(struct slice secret, int64_t step, unsigned digits);
/*
 * Is code one of now, of the step before or of the one after? *step_out is its
 * step: whoever takes it notes it, and takes none of it or before again.
 */
bool totp_check(struct slice secret, struct slice code, int64_t now_s, int64_t *step_out);

void totp_secret_make(uint8_t out[TOTP_SECRET_BYTES]);
/* RFC 4648 section 6, without padding: as it is typed in. */
void totp_base32(struct slice secret, struct buf *out);
/* otpauth://totp/ISSUER:NAME?secret=...: what the picture holds. */
void totp_uri(struct slice secret, struct slice issuer, struct slice name, struct buf *out);

/* A code of 79 bits, for one use. */
void totp_recovery_make(char out[TOTP_RECOVERY_BYTES]);
/* Its hash as it is kept; case, spaces and hyphens do not count. False: it has not the form of one. */
bool totp_recovery_hash(struct slice code, struct sha256 *out);

#endif
