/*
 * hash: SHA-256 (libcrypto) for names that must not be forged, XXH3 for
 * tables. hash64 is stable over builds and machines, and may be stored.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define SHA256_BYTES 32
#define SHA256_HEX 64

struct sha256 {
	uint8_t b[SHA256_BYTES];
};

struct sha256_ctx;

struct sha256_ctx *sha256_new(void);
void sha256_update(struct sha256_ctx *c, struct slice s);
void sha256_final(struct sha256_ctx *c, struct sha256 *out);
void sha256_free(struct sha256_ctx **c);

struct sha256 sha256_of(struct slice s);
/* Lower-case hexadecimal, NUL-ended. */
void sha256_hex(const struct sha256 *h, char out[SHA256_HEX + 1]);
/* False unless s is 64 hexadecimal digits. */
bool sha256_parse(struct slice s, struct sha256 *out);

/* A UUID of this version (RFC 9562; 5 and 8 are made of a hash) of a hash's first 16 bytes, in text. */
#define UUID_TEXT 36
void uuid_print(const uint8_t hash[16], unsigned version, char out[UUID_TEXT + 1]);
/* Version 5: the same name in the same name space is the same UUID everywhere. */
void uuid_of_name(const uint8_t space[16], struct slice name, char out[UUID_TEXT + 1]);
/* Version 4: another one each time. */
bool uuid_random(char out[UUID_TEXT + 1], struct err *e) MUST_USE;

uint64_t hash64(struct slice s, uint64_t seed);

#endif
