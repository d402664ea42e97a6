/*
 * auth_device: a browser that signed in before says so: NONCE "." MAC, where
 * the MAC is over the account and the nonce. It gives no right but to a budget
 * of tries of its own (limits.h). One that was copied or is tried out too often
 * is treated as a stranger's.
 */
#include <sodium.h>

#include "server/auth_room.h"

#define NONCE_TEXT 22 /* 16 bytes as base64url */
#define MAC_TEXT 22

static struct slice
mac_text(const struct auth *auth, int64_t account, struct slice nonce, char out[MAC_TEXT + 1])
{
	uint8_t mac[SECRET_MAC_BYTES];
	struct buf b;

	buf_init(&b, 128);
	buf_be64(&b, (uint64_t)account);
	buf_put(&b, nonce);
	secret_mac(auth->secret, SECRET_DEVICE, buf_view(&b), mac);
	buf_fini(&b);
	(void)sodium_bin2base64(out, MAC_TEXT + 1, mac, sizeof(mac), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return slice_of(out, MAC_TEXT);
}

struct slice
auth_device_read(const struct auth *auth, struct slice cookie, int64_t account)
{
	struct slice v = auth_cookie_find(cookie, S(COOKIE_DEVICE));
	char want[MAC_TEXT + 1];

	if (v.len != NONCE_TEXT + 1 + MAC_TEXT || v.p[NONCE_TEXT] != '.')
		return SLICE_NONE;
	(void)mac_text(auth, account, slice_sub(v, 0, NONCE_TEXT), want);
	return sodium_memcmp(want, v.p + NONCE_TEXT + 1, MAC_TEXT) == 0 ? slice_sub(v, 0, NONCE_TEXT) : SLICE_NONE;
}

struct slice
auth_device_make(const struct auth *auth, int64_t account, struct arena *mem)
{
	struct slice nonce = secret_random_text(16, mem);
	char mac[MAC_TEXT + 1];

	if (nonce.p == NULL)
		return SLICE_NONE;
	(void)mac_text(auth, account, nonce, mac);
	return arena_printf(mem, "%.*s.%s", SLICE_ARG(nonce), mac);
}
