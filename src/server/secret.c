#include "server/secret.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/keyfile.h"

#define KEY_BYTES KEYFILE_BYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

struct secret {
	uint8_t keys[SECRET_DEVICE + 1][KEY_BYTES];
};

void
secret_init(void)
{
	if (sodium_init() < 0)
		abort(); /* no random numbers: nothing here would be safe */
}

bool
secret_open(const char *path, struct secret **out, struct err *e)
{
	uint8_t key[KEY_BYTES];

	*out = NULL;
	secret_init();
	if (!keyfile_get(path, key, e)) {
		if (e->code == ERR_INPUT)
			(void)err_set(e, ERR_INPUT, "%s is not the key that was made; put a copy of it back, or remove it and give new passwords out", path);
		return false;
	}
	/* Locked in memory, with guard pages, not in a core. */
	*out = sodium_malloc(sizeof(**out));
	if (*out == NULL)
		abort();
	for (uint64_t i = 0; i <= SECRET_DEVICE; i++)
		(void)crypto_kdf_derive_from_key((*out)->keys[i], KEY_BYTES, i + 1, "entente1", key);
	sodium_memzero(key, sizeof(key));
	return true;
}

void
secret_close(struct secret **s)
{
	sodium_free(*s);
	*s = NULL;
}

static void
account_bytes(int64_t account, uint8_t out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)account >> (56 - 8 * i));
}

bool
secret_seal(const struct secret *s, enum secret_use use, int64_t account,
    struct slice plain, struct arena *a, struct slice *out, struct err *e)
{
	uint8_t *p = arena_bytes(a, NONCE_BYTES + plain.len + TAG_BYTES), ad[8];

	if (p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	account_bytes(account, ad);
	randombytes_buf(p, NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE_BYTES, NULL, plain.p, plain.len,
	    ad, sizeof(ad), NULL, p, s->keys[use]);
	*out = slice_of(p, NONCE_BYTES + plain.len + TAG_BYTES);
	return true;
}

bool
secret_unseal(const struct secret *s, enum secret_use use, int64_t account,
    struct slice sealed, struct arena *a, struct slice *out)
{
	uint8_t *p, ad[8];
	size_t len;

	*out = SLICE_NONE;
	if (sealed.len < NONCE_BYTES + TAG_BYTES)
		return false;
	len = sealed.len - NONCE_BYTES - TAG_BYTES;
	p = arena_bytes(a, len + 1);
	account_bytes(account, ad);
	if (p == NULL || crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL, NULL, sealed.p + NONCE_BYTES,
		sealed.len - NONCE_BYTES, ad, sizeof(ad), sealed.p, s->keys[use]) != 0)
		return false;
	*out = slice_of(p, len);
	return true;
}

void
secret_mac(const struct secret *s, enum secret_use use, struct slice text,
    uint8_t out[SECRET_MAC_BYTES])
{
	(void)crypto_generichash(out, SECRET_MAC_BYTES, text.p, text.len, s->keys[use], KEY_BYTES);
}

struct slice
secret_random_text(size_t n, struct arena *a)
{
	uint8_t bytes[64];
	size_t max = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *p = n > sizeof(bytes) ? NULL : arena_alloc(a, max);

	if (p == NULL)
		return SLICE_NONE;
	randombytes_buf(bytes, n);
	(void)sodium_bin2base64(p, max, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
	return slice_of(p, max - 1);
}
