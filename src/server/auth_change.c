/*
 * auth_change: what is written of accounts, each change with its line.
 */
#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "server/auth_room.h"

/* As it was before; where that fails it only costs time. */
static void
durable_again(const struct auth_change *c)
{
	struct err e = ERR_INIT;

	if (!c->was_durable && !db_durable(store_db(c->store), false, &e))
		log_warn("store.durable", "reason=%s", LOG_TEXT(e.text));
}

bool
auth_change_begin(struct auth_change *c, struct store *s, struct err *e)
{
	struct db *db = store_db(s);

	*c = (struct auth_change){ .store = s, .was_durable = db_is_durable(db) };
	if (!c->was_durable && !db_durable(db, true, e))
		return false;
	if (db_begin(db, e))
		return true;
	durable_again(c);
	return false;
}

bool
auth_change_close(struct auth_change *c, bool ok, struct err *e)
{
	ok = ok && db_commit(store_db(c->store), e);
	if (!ok)
		store_rollback(c->store);
	durable_again(c);
	return ok;
}

bool
auth_change_end(struct auth_change *c, bool ok, const struct who *by, const char *act,
    struct slice object, struct slice detail, int64_t now_s, struct err *e)
{
	return auth_change_close(c, ok && audit_add(c->store, by, slice_of_str(act), object, detail, now_s, e), e);
}

static bool
seal(const struct secret *secret, int64_t account, const char *hash, struct arena *a,
    struct slice *out, struct err *e)
{
	return secret_seal(secret, SECRET_PASSWORD, account, slice_of_str(hash), a, out, e);
}

/* Sealed for its number, which is known once the row is there. */
bool
auth_account_add(struct store *s, const struct secret *secret, const struct account *x,
    const char *hash, int64_t now_s, int64_t *id_out, struct err *e)
{
	struct slice sealed;
	struct arena a;
	bool ok;

	arena_init(&a, 4096);
	ok = account_add(s, x, S(""), now_s, id_out, e) &&
	    seal(secret, *id_out, hash, &a, &sealed, e) &&
	    account_password_again(s, *id_out, sealed, e);
	arena_fini(&a);
	return ok;
}

bool
auth_password_put(struct store *s, const struct secret *secret, int64_t account,
    const char *hash, bool must_change, int64_t session, int64_t now_s, struct err *e)
{
	struct slice sealed;
	struct arena a;
	bool ok;

	arena_init(&a, 4096);
	ok = seal(secret, account, hash, &a, &sealed, e) &&
	    account_password_put(s, account, sealed, must_change, session, now_s, e);
	arena_fini(&a);
	return ok;
}

bool
auth_token_add(struct store *s, struct token *x, int64_t days, int64_t now_s,
    struct arena *mem, struct slice *text_out, struct err *e)
{
	struct slice secret = secret_random_text(32, mem);
	struct sha256 hash;

	x->name = slice_trim(x->name);
	if (x->name.len == 0 || x->name.len > 64 || !slice_utf8_ok(x->name))
		return err_set(e, ERR_INPUT, "a token's name has from 1 to %d bytes", 64);
	for (size_t i = 0; i < x->name.len; i++) {
		if (x->name.p[i] < 0x20 || x->name.p[i] == 0x7f)
			return err_set(e, ERR_INPUT, "%s holds control characters", QUOTE(x->name));
	}
	if ((x->scopes & who_scopes()) == 0)
		return err_set(e, ERR_INPUT, "a token needs at least one right that may be given to it, such as \"findings.read\"");
	*text_out = arena_printf(mem, TOKEN_BEGIN "%.*s", SLICE_ARG(secret));
	if (secret.p == NULL || text_out->p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", mem->max);
	x->prefix = slice_sub(*text_out, 0, sizeof(TOKEN_BEGIN) - 1 + 6);
	x->expires_s = now_s + days * 86400;
	hash = sha256_of(*text_out);
	return token_add(s, x, &hash, now_s, &x->id, e);
}

struct slice
auth_object(const struct account *x, struct arena *mem)
{
	return arena_printf(mem, "account:%lld %.*s", (long long)x->id, SLICE_ARG(x->name));
}
