/*
 * auth_try: before a password is looked at: which account, which budget, and
 * what the password must fit. An account that is not there costs the same
 * work and gets the same answer as one that is.
 */
#include <string.h>

#include "server/auth_room.h"

bool
auth_hash_of(struct auth *auth, int64_t account, struct arena *mem,
    char out[PASSWORD_HASH_MAX], struct slice *totp_out, struct err *e)
{
	struct account_secret sealed;
	struct slice plain;

	*totp_out = SLICE_NONE;
	memcpy(out, auth->nobody, PASSWORD_HASH_MAX);
	if (!account_secret(auth->node->store, account, mem, &sealed, e))
		return false;
	if (secret_unseal(auth->secret, SECRET_PASSWORD, account, sealed.password, mem, &plain) &&
	    plain.len < PASSWORD_HASH_MAX) {
		memcpy(out, plain.p, plain.len);
		out[plain.len] = '\0';
	}
	/* A second factor that cannot be opened is one that no code fits, not none. */
	if (sealed.totp.p != NULL && !secret_unseal(auth->secret, SECRET_TOTP, account, sealed.totp, mem, totp_out))
		*totp_out = S("");
	return true;
}

bool
auth_try_begin(struct auth *auth, const struct api_request *r, struct slice name,
    struct arena *mem, struct auth_try *out, struct err *e)
{
	struct err unclean = ERR_INIT;
	struct slice clean;

	*out = (struct auth_try){ .attempt = { .from = r->from } };
	memcpy(out->hash, auth->nobody, PASSWORD_HASH_MAX);
	if (!account_name_clean(name, mem, &clean, &unclean)) {
		out->attempt.account = slice_sub(name, 0, ACCOUNT_NAME_MAX + 1);
		return true;
	}
	out->attempt.account = clean;
	if (!account_find(auth->node->store, clean, mem, &out->account, &out->found, e))
		return false;
	if (!out->found)
		return true;
	out->attempt.device = auth_device_read(auth, r->cookie, out->account.id);
	return auth_hash_of(auth, out->account.id, mem, out->hash, &out->totp, e);
}
