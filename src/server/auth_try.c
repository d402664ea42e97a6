/*
 * auth_try: before a password is looked at: which account, which budget, and
 * what the password must fit. An account that is not there costs the same
 * work and gets the same answer as one that is.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"

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

void
auth_refused(struct auth *auth, const struct auth_try *t, const char *why, int64_t now_s)
{
	struct refusal *r;

	/* Of a name that is nobody's nothing is written, as strangers could fill the database. */
	if (!t->found)
		return;
	if (auth->refusal_count == REFUSALS_MAX) {
		auth->refusals_lost++;
		return;
	}
	r = &auth->refusals[auth->refusal_count++];
	*r = (struct refusal){ .at_s = now_s, .account = t->account.id, .why = why, .from = t->attempt.from };
	(void)snprintf(r->name, sizeof(r->name), "%.*s", SLICE_ARG(t->account.name));
}

static bool
refusal_write(struct store *s, const struct refusal *r, struct arena *a, struct err *e)
{
	struct who w = { .kind = WHO_NOBODY, .name = S(""), .from = r->from };
	struct account x = { .id = r->account, .name = slice_of_str(r->name) };

	return audit_add(s, &w, S("session.refused"), auth_object(&x, a), slice_of_str(r->why), r->at_s, e);
}

static bool
refusals_write(struct auth *auth, struct arena *a, struct err *e)
{
	struct store *s = auth->node->store;
	struct who w = { .kind = WHO_NOBODY, .name = S("") };

	for (size_t i = 0; i < auth->refusal_count; i++) {
		if (!refusal_write(s, &auth->refusals[i], a, e))
			return false;
	}
	return auth->refusals_lost == 0 ||
	    audit_add(s, &w, S("session.refused"), S(""), arena_printf(a, "%llu more, too many to be written one by one", (unsigned long long)auth->refusals_lost),
		auth->refusals[auth->refusal_count - 1].at_s, e);
}

bool
auth_tick(struct api *api, struct err *e)
{
	struct auth *auth = auth_of(api);
	struct db *db = store_db(auth->node->store);
	struct arena a;
	bool ok;

	if (auth->refusal_count == 0)
		return true;
	if (!db_begin(db, e))
		return false;
	arena_init(&a, (size_t)1 << 17);
	ok = refusals_write(auth, &a, e) && db_commit(db, e);
	arena_fini(&a);
	if (!ok) {
		store_rollback(auth->node->store);
		return false;
	}
	log_info("session.refused", "count=%llu", (unsigned long long)(auth->refusal_count + auth->refusals_lost));
	auth->refusal_count = 0;
	auth->refusals_lost = 0;
	auth_head_keep(api);
	return true;
}
