#include "base/ed25519.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/keyfile.h"

struct ed25519 {
	struct ed25519_key public;
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

static void
up(void)
{
	if (sodium_init() < 0)
		abort(); /* no random numbers: nothing here would be safe */
}

static bool
hex_parse(struct slice s, uint8_t *out, size_t n)
{
	if (s.len != 2 * n)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int h = byte_hex(s.p[i]);

		if (h < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false; /* one way to write it */
		out[i / 2] = (uint8_t)(i % 2 == 0 ? h << 4 : out[i / 2] | h);
	}
	return true;
}

void
ed25519_key_print(const struct ed25519_key *k, char out[ED25519_KEY_HEX + 1])
{
	(void)sodium_bin2hex(out, ED25519_KEY_HEX + 1, k->b, sizeof(k->b));
}

bool
ed25519_key_parse(struct slice s, struct ed25519_key *out)
{
	return hex_parse(s, out->b, sizeof(out->b));
}

void
ed25519_signature_print(const struct ed25519_signature *s, char out[ED25519_SIGNATURE_HEX + 1])
{
	(void)sodium_bin2hex(out, ED25519_SIGNATURE_HEX + 1, s->b, sizeof(s->b));
}

bool
ed25519_signature_parse(struct slice s, struct ed25519_signature *out)
{
	return hex_parse(s, out->b, sizeof(out->b));
}

bool
ed25519_key_eq(const struct ed25519_key *a, const struct ed25519_key *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

struct sha256
ed25519_fingerprint(const struct ed25519_key *k)
{
	return sha256_of(slice_of(k->b, sizeof(k->b)));
}

void
ed25519_fingerprint_print(const struct ed25519_key *k, char out[ED25519_FINGERPRINT_TEXT])
{
	struct sha256 h = ed25519_fingerprint(k);
	char hex[SHA256_HEX + 1];
	size_t o = 0;

	sha256_hex(&h, hex);
	for (size_t i = 0; i < 40; i++) {
		if (i > 0 && i % 4 == 0)
			out[o++] = ' ';
		out[o++] = hex[i];
	}
	out[o] = '\0';
}

struct ed25519 *
ed25519_of_seed(const uint8_t seed[32])
{
	struct ed25519 *k;

	up();
	k = sodium_malloc(sizeof(*k)); /* with guard pages, not in a core */
	if (k == NULL)
		abort();
	(void)crypto_sign_seed_keypair(k->public.b, k->secret, seed);
	return k;
}

bool
ed25519_open(const char *path, struct ed25519 **out, struct err *e)
{
	uint8_t seed[KEYFILE_BYTES];
	bool ok;

	*out = NULL;
	up();
	ok = keyfile_get(path, seed, e);
	if (ok)
		*out = ed25519_of_seed(seed);
	sodium_memzero(seed, sizeof(seed));
	return ok;
}

void
ed25519_close(struct ed25519 **k)
{
	sodium_free(*k);
	*k = NULL;
}

const struct ed25519_key *
ed25519_public(const struct ed25519 *k)
{
	return &k->public;
}

/* The purpose's line, then the text. The caller frees. */
static struct slice
purposed(struct buf *b, const char *purpose, struct slice text)
{
	buf_init(b, text.len + strlen(purpose) + 1);
	buf_str(b, purpose);
	buf_byte(b, '\n');
	buf_put(b, text);
	return buf_view(b);
}

void
ed25519_sign(const struct ed25519 *k, const char *purpose, struct slice text,
    struct ed25519_signature *out)
{
	struct buf b;
	struct slice s = purposed(&b, purpose, text);

	(void)crypto_sign_detached(out->b, NULL, s.p, s.len, k->secret);
	buf_fini(&b);
}

bool
ed25519_verify(const struct ed25519_key *k, const char *purpose, struct slice text,
    const struct ed25519_signature *sig)
{
	struct slice s;
	struct buf b;
	bool ok;

	up();
	s = purposed(&b, purpose, text);
	ok = crypto_sign_verify_detached(sig->b, s.p, s.len, k->b) == 0;
	buf_fini(&b);
	return ok;
}
