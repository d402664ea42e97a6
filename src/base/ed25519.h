/*
 * ed25519: a party's signature (RFC 8032, by libsodium). What is signed begins
 * with a line that says what it is for, so that a signature under one kind of
 * text is none under another.
 */
#ifndef BASE_ED25519_H
#define BASE_ED25519_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/slice.h"

#define ED25519_KEY_BYTES 32
#define ED25519_KEY_HEX 64
#define ED25519_SIGNATURE_BYTES 64
#define ED25519_SIGNATURE_HEX 128

struct ed25519_key { /* the public half, which is no secret */
	uint8_t b[ED25519_KEY_BYTES];
};
struct ed25519_signature {
	uint8_t b[ED25519_SIGNATURE_BYTES];
};

/* Hexadecimal, lower case, as documents have them; false on anything else. */
void ed25519_key_print(const struct ed25519_key *k, char out[ED25519_KEY_HEX + 1]);
bool ed25519_key_parse(struct slice s, struct ed25519_key *out);
void ed25519_signature_print(const struct ed25519_signature *s, char out[ED25519_SIGNATURE_HEX + 1]);
bool ed25519_signature_parse(struct slice s, struct ed25519_signature *out);
bool ed25519_key_eq(const struct ed25519_key *a, const struct ed25519_key *b);

/*
 * The key's name, for people to compare by another way than the one that it came
 * by: the SHA-256 of the public half.
 */
struct sha256 ed25519_fingerprint(const struct ed25519_key *k);
/* Of its first 20 bytes: "0a1b 2c3d ...", ten groups of four. */
#define ED25519_FINGERPRINT_TEXT 50
void ed25519_fingerprint_print(const struct ed25519_key *k, char out[ED25519_FINGERPRINT_TEXT]);

/* The secret half, in locked memory. */
struct ed25519;
/* From a file as keyfile_get() knows it, made where it is not there. */
bool ed25519_open(const char *path, struct ed25519 **out, struct err *e) MUST_USE;
/* Of a seed of 32 bytes: for tests. */
struct ed25519 *ed25519_of_seed(const uint8_t seed[32]);
void ed25519_close(struct ed25519 **k);
const struct ed25519_key *ed25519_public(const struct ed25519 *k);

/* purpose: "entente agreement act 1", without line ends. */
void ed25519_sign(const struct ed25519 *k, const char *purpose, struct slice text,
    struct ed25519_signature *out);
/* Signatures that could be changed into others (malleable ones), and keys of small order, are false. */
bool ed25519_verify(const struct ed25519_key *k, const char *purpose, struct slice text,
    const struct ed25519_signature *s) MUST_USE;

#endif
