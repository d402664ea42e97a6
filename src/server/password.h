/*
 * password: Argon2id by libsodium, what may be a password, and one made for
 * somebody. The parameters stand in the hash, so that those of tomorrow can be
 * others (decision 0090).
 */
#ifndef SERVER_PASSWORD_H
#define SERVER_PASSWORD_H

#include "base/err.h"
#include "base/slice.h"

#define PASSWORD_CHARS_MIN 12
#define PASSWORD_BYTES_MAX 1024
#define PASSWORD_HASH_MAX 128 /* with its NUL */
#define PASSWORD_MADE_BYTES 25 /* with its NUL */

/*
 * A password is prepared by RFC 8265 (parse/opaque.h) wherever it is hashed,
 * tried or compared, so that it may be composed by any keyboard. One that the
 * RFC refuses is taken as its bytes; password_check() lets none be chosen.
 */

/* Slow on purpose: some 150 ms and 64 MiB. ERR_SYSTEM: no memory. */
bool password_hash(struct slice password, char out[PASSWORD_HASH_MAX], struct err *e) MUST_USE;
/* False also for what is no hash. */
bool password_verify(const char *hash, struct slice password);
/* Are they one and the same? */
bool password_same(struct slice a, struct slice b);
/* Was it made with other parameters than today's? */
bool password_is_old(const char *hash);

/*
 * May it be one? By NIST SP 800-63B: long enough, none of the commonest, not
 * the person's own name; and no rule on which characters. ERR_INPUT.
 */
bool password_check(struct slice password, struct slice name, struct slice mail, struct err *e) MUST_USE;

/* 20 characters, 98 bits: "k7mq-..."; without 0 o 1 l i, to be read out. */
void password_make(char out[PASSWORD_MADE_BYTES]);

/* Cheap parameters, for tests of what is around it alone. */
void password_cheap_for_tests(bool on);

#endif
