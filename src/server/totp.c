#include "server/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>

#include "server/secret.h"

#define RECOVERY_CHARS 16

uint32_t
totp_code(struct slice secret, int64_t step, unsigned digits)
{
	static const uint32_t powers[] = { 1000000, 10000000, 100000000 };
	uint8_t moving[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0, at;
	uint32_t bits;

	for (int i = 0; i < 8; i++)
		moving[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret.p, (int)secret.len, moving, sizeof(moving), mac, &len) == NULL || len != 20)
		abort(); /* only a lack of memory */
	/* RFC 4226 section 5.3 */
	at = mac[19] & 15;
	bits = ((uint32_t)mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	return bits % powers[digits < 6 || digits > 8 ? 0 : digits - 6];
}

bool
totp_check(struct slice secret, struct slice code, int64_t now_s, int64_t *step_out)
{
	int64_t step = now_s / TOTP_STEP_S;
	uint8_t want[6];
	bool found = false;

	if (code.len != sizeof(want))
		return false;
	for (int64_t d = -1; d <= 1; d++) {
		uint32_t v = totp_code(secret, step + d, 6);

		for (int i = 5; i >= 0; i--) {
			want[i] = (uint8_t)('0' + v % 10);
			v /= 10;
		}
		if (sodium_memcmp(want, code.p, sizeof(want)) == 0) {
			*step_out = step + d;
			found = true;
		}
	}
	return found;
}

void
totp_secret_make(uint8_t out[TOTP_SECRET_BYTES])
{
	secret_init();
	randombytes_buf(out, TOTP_SECRET_BYTES);
}

void
totp_base32(struct slice secret, struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < secret.len; i++) {
		bits = bits << 8 | secret.p[i];
		for (have += 8; have >= 5; have -= 5)
			buf_byte(out, (uint8_t)digits[bits >> (have - 5) & 31]);
	}
	if (have > 0)
		buf_byte(out, (uint8_t)digits[bits << (5 - have) & 31]);
}

static void
percent(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (byte_is_alpha(c) || byte_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~')
			buf_byte(out, c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

void
totp_uri(struct slice secret, struct slice issuer, struct slice name, struct buf *out)
{
	buf_str(out, "otpauth://totp/");
	percent(out, issuer);
	buf_byte(out, ':');
	percent(out, name);
	buf_str(out, "?secret=");
	totp_base32(secret, out);
	buf_str(out, "&issuer=");
	percent(out, issuer);
}

static const char recovery_letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

void
totp_recovery_make(char out[TOTP_RECOVERY_BYTES])
{
	secret_init();
	for (size_t i = 0; i < TOTP_RECOVERY_BYTES - 1; i++)
		out[i] = i % 5 == 4 ? '-' : recovery_letters[randombytes_uniform(sizeof(recovery_letters) - 1)];
	out[TOTP_RECOVERY_BYTES - 1] = '\0';
}

bool
totp_recovery_hash(struct slice code, struct sha256 *out)
{
	uint8_t plain[RECOVERY_CHARS];
	size_t n = 0;

	for (size_t i = 0; i < code.len; i++) {
		uint8_t c = byte_lower(code.p[i]);

		if (c == '-' || byte_is_space(c))
			continue;
		if (n == sizeof(plain) || (!byte_is_alpha(c) && !byte_is_digit(c)))
			return false;
		plain[n++] = c;
	}
	if (n != sizeof(plain))
		return false;
	/* Too long to be tried out, so that a fast hash does. */
	*out = sha256_of(slice_of(plain, n));
	return true;
}
