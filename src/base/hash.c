#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

#include <openssl/evp.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* libcrypto looks EVP_sha256() up anew at each use, which costs more than a short text's sum; what it finds stays. */
static const EVP_MD *
sha256_md(void)
{
	static EVP_MD *kept;
	EVP_MD *md = __atomic_load_n(&kept, __ATOMIC_ACQUIRE), *none = NULL;

	if (md != NULL)
		return md;
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md == NULL)
		abort();
	/* Two threads at once: one of them keeps its own. */
	if (__atomic_compare_exchange_n(&kept, &none, md, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return md;
	EVP_MD_free(md);
	return none;
}

/* struct sha256_ctx is never complete: it is libcrypto's EVP_MD_CTX. */
struct sha256_ctx *
sha256_new(void)
{
	EVP_MD_CTX *evp = EVP_MD_CTX_new();

	/* Only a lack of memory can fail here, and then the process ends. */
	if (evp == NULL || EVP_DigestInit_ex(evp, sha256_md(), NULL) != 1)
		abort();
	return (struct sha256_ctx *)(void *)evp;
}

static EVP_MD_CTX *
evp_of(struct sha256_ctx *c)
{
	return (EVP_MD_CTX *)(void *)c;
}

void
sha256_update(struct sha256_ctx *c, struct slice s)
{
	if (EVP_DigestUpdate(evp_of(c), s.p, s.len) != 1)
		abort();
}

void
sha256_final(struct sha256_ctx *c, struct sha256 *out)
{
	unsigned n = 0;

	if (EVP_DigestFinal_ex(evp_of(c), out->b, &n) != 1 || n != SHA256_BYTES ||
	    EVP_DigestInit_ex(evp_of(c), sha256_md(), NULL) != 1)
		abort();
}

void
sha256_free(struct sha256_ctx **c)
{
	EVP_MD_CTX_free(*c == NULL ? NULL : evp_of(*c));
	*c = NULL;
}

struct sha256
sha256_of(struct slice s)
{
	struct sha256 h;
	unsigned n = 0;

	if (EVP_Digest(s.p, s.len, h.b, &n, sha256_md(), NULL) != 1 || n != SHA256_BYTES)
		abort();
	return h;
}

void
sha256_hex(const struct sha256 *h, char out[SHA256_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_BYTES; i++) {
		out[2 * i] = digits[h->b[i] >> 4];
		out[2 * i + 1] = digits[h->b[i] & 15];
	}
	out[SHA256_HEX] = '\0';
}

bool
sha256_parse(struct slice s, struct sha256 *out)
{
	if (s.len != SHA256_HEX)
		return false;
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		int hi = byte_hex(s.p[2 * i]), lo = byte_hex(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out->b[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

void
uuid_print(const uint8_t hash[16], unsigned version, char out[UUID_TEXT + 1])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;

	for (unsigned i = 0; i < 16; i++) {
		uint8_t b = i == 6 ? (uint8_t)((hash[i] & 0x0f) | version << 4) :
		    i == 8 ? (uint8_t)((hash[i] & 0x3f) | 0x80) : hash[i];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[b >> 4];
		*p++ = digits[b & 15];
	}
	*p = '\0';
}

uint64_t
hash64(struct slice s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p == NULL ? (const uint8_t *)"" : s.p, s.len,
	    seed);
}

void
uuid_of_name(const uint8_t space[16], struct slice name, char out[UUID_TEXT + 1])
{
	uint8_t h[EVP_MAX_MD_SIZE] = { 0 };
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (c == NULL || EVP_DigestInit_ex(c, EVP_sha1(), NULL) != 1 || EVP_DigestUpdate(c, space, 16) != 1 ||
	    EVP_DigestUpdate(c, name.p, name.len) != 1 || EVP_DigestFinal_ex(c, h, NULL) != 1)
		abort(); /* only without memory */
	EVP_MD_CTX_free(c);
	uuid_print(h, 5, out);
}

bool
uuid_random(char out[UUID_TEXT + 1], struct err *e)
{
	uint8_t random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return err_sys(e, "the system gives no random numbers");
	uuid_print(random, 4, out);
	return true;
}
