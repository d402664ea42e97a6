/*
 * auth_room: what the files of signing in share. For them alone.
 */
#ifndef SERVER_AUTH_ROOM_H
#define SERVER_AUTH_ROOM_H

#include "server/api_route.h"
#include "server/auth.h"
#include "server/hasher.h"
#include "server/limits.h"
#include "server/secret.h"
#include "server/totp.h"
#include "store/account.h"
#include "store/audit.h"
#include "store/session.h"
#include "store/token.h"

#define COOKIE_SESSION "__Host-entente"
#define COOKIE_DEVICE "__Host-entente-device"
#define DEVICE_LIFE_S (180 * 86400)
#define SECRET_TEXT 43 /* 32 bytes as base64url */
#define TOKEN_BEGIN "ente_"
#define CSRF_TEXT_MAX 33
#define PENDING_MAX 32
#define PENDING_S 900

/* A second factor that was begun and waits for its first code. */
struct pending {
	int64_t account, until_s;
	uint8_t secret[TOTP_SECRET_BYTES];
};

/*
 * A refused sign-in that is not written down yet. To write takes milliseconds,
 * and only for accounts that are there: whoever waits for the answer must not
 * be able to tell. So it is written by the clock.
 */
struct refusal {
	int64_t at_s, account;
	char name[ACCOUNT_NAME_MAX + 1];
	const char *why;
	struct ip from;
};
#define REFUSALS_MAX 128

struct auth {
	struct node *node;
	enum auth_place place;
	struct slice url; /* see auth_url() */
	/* Whom auth_who() found last, and when it was noted as seen: auth_seen_due() asks right behind it. */
	struct sha256 last;
	int64_t last_seen_s;
	struct limits *limits;
	/* of the keeper alone */
	struct secret *secret;
	struct hasher *hasher;
	char nobody[PASSWORD_HASH_MAX]; /* what is tried where there is no such account */
	struct pending pending[PENDING_MAX];
	bool full; /* the request in hand was to be hashed and the queue had no room */
	struct refusal refusals[REFUSALS_MAX];
	size_t refusal_count;
	uint64_t refusals_lost; /* more came than have room until the clock's next turn */
	int64_t forgot_day; /* when addresses were taken out of the audit log last */
};

static inline struct auth *
auth_of(const struct api *a)
{
	return a->auth;
}

/* Does the node ask a second factor of one of its roles ([server] second_factor), and it has none? */
bool auth_factor_due(const struct node_conf *conf, const struct account *x);

/* The CSRF token of a session: made of its secret, which no foreign page can read. */
void auth_csrf(struct slice session_secret, char out[CSRF_TEXT_MAX]);

/* --- device cookies (auth_device.c) ---------------------------------------------------- */

/* What a good one of this account says, or NONE. */
struct slice auth_device_read(const struct auth *auth, struct slice cookie, int64_t account);
/* A new one; lies in mem. */
struct slice auth_device_make(const struct auth *auth, int64_t account, struct arena *mem);

/* --- a try to sign in (auth_try.c) -------------------------------------------------------- */

struct auth_try {
	struct account account; /* where found */
	bool found;
	struct attempt attempt;
	char hash[PASSWORD_HASH_MAX]; /* what the password must fit: the account's, or nobody's */
	struct slice totp; /* the secret of the second factor, opened; NONE: it has none */
};
/* Look the account up by a name as it was given. Texts lie in mem. */
bool auth_try_begin(struct auth *auth, const struct api_request *r, struct slice name,
    struct arena *mem, struct auth_try *out, struct err *e) MUST_USE;
void auth_refused(struct auth *auth, const struct auth_try *t, const char *why, int64_t now_s);
/* The hash of an account's password, opened. False: it cannot be (another key): nothing fits it. */
bool auth_hash_of(struct auth *auth, int64_t account, struct arena *mem,
    char out[PASSWORD_HASH_MAX], struct slice *totp_out, struct err *e) MUST_USE;

/* --- changes (auth_change.c); of the command line too ----------------------------------------- */

/* One transaction with its line in the audit log, on disk when auth_change_end() returns true. */
struct auth_change {
	struct store *store;
	bool was_durable;
};
bool auth_change_begin(struct auth_change *c, struct store *s, struct err *e) MUST_USE;
bool auth_change_end(struct auth_change *c, bool ok, const struct who *by, const char *act,
    struct slice object, struct slice detail, int64_t now_s, struct err *e) MUST_USE;
/* The same, where the line was written already. */
bool auth_change_close(struct auth_change *c, bool ok, struct err *e) MUST_USE;

/* Within a change: an account with its password (a hash), or another password. */
bool auth_account_add(struct store *s, const struct secret *secret, const struct account *x,
    const char *hash, int64_t now_s, int64_t *id_out, struct err *e) MUST_USE;
bool auth_password_put(struct store *s, const struct secret *secret, int64_t account,
    const char *hash, bool must_change, int64_t session, int64_t now_s, struct err *e) MUST_USE;
/* A token of an account; its text, which is shown once, in mem. days: until it expires. */
bool auth_token_add(struct store *s, struct token *x, int64_t days, int64_t now_s,
    struct arena *mem, struct slice *text_out, struct err *e) MUST_USE;
/* "account:3 ana": as the audit log names it. */
struct slice auth_object(const struct account *x, struct arena *mem);

/* --- passwords within a handler (api_me.c) ---------------------------------------------------- */

/* Is it this account's password? Within its budget; false with e and c's status set. */
bool auth_password_ask(struct api_call *c, struct slice password, struct slice *totp_out, struct err *e) MUST_USE;

#endif
