/*
 * account: the people of a node, as rows. What proves that somebody is one of
 * them (the password's hash, the second factor's secret) is here as bytes that
 * are sealed by a key outside of the database (server/secret.h); this room
 * neither opens nor judges them.
 *
 * Changes are short transactions of their own, or part of the caller's, which
 * then holds the line for the audit log too. The last administrator who can
 * sign in is neither locked, nor removed, nor made something else: ERR_CONFLICT.
 */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "base/hash.h"
#include "base/lang.h"
#include "model/who.h"
#include "store/store.h"

#define ACCOUNT_NAME_MAX 64
#define ACCOUNTS_MAX 10000

struct account {
	int64_t id; /* never given twice */
	struct slice name; /* as one signs in: unique, lower case */
	struct slice display; /* as others see it, in any script */
	struct slice mail;
	bool lang_known;
	enum lang lang;
	struct slice country; /* "ES", or empty */
	uint32_t roles; /* 1u << role */
	bool locked;
	bool must_change; /* the password was given out by somebody */
	bool second_factor; /* read alone: account_totp_put() */
	int64_t created_s, changed_s;
	int64_t signed_s; /* last sign-in; 0: never */
};

/* A name as it is kept: a-z 0-9 . _ - @, from 2 to 64, letter or digit first. It lies in a. */
bool account_name_clean(struct slice name, struct arena *a, struct slice *out, struct err *e) MUST_USE;
/* Name, display, mail, country, roles: cleaned, or ERR_INPUT; *field_out (may be NULL) is the one at fault. */
bool account_clean(struct account *x, struct arena *a, const char **field_out, struct err *e) MUST_USE;

/* ERR_CONFLICT: the name is taken. x->id and the dates are not looked at. */
bool account_add(struct store *s, const struct account *x, struct slice password,
    int64_t now_s, int64_t *id_out, struct err *e) MUST_USE;
bool account_get(struct store *s, int64_t id, struct arena *a, struct account *out,
    struct err *e) MUST_USE; /* ERR_ABSENT */
bool account_find(struct store *s, struct slice name, struct arena *a,
    struct account *out, bool *found_out, struct err *e) MUST_USE;
/* By name. */
bool account_list(struct store *s,
    bool (*each)(void *cookie, const struct account *x, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* Display, mail, language, country, roles, locked. Locked: its sessions end. */
bool account_put(struct store *s, const struct account *x, int64_t now_s,
    struct err *e) MUST_USE;
/* With its sessions and tokens. What it did stays, under its name. */
bool account_remove(struct store *s, int64_t id, struct err *e) MUST_USE;
bool account_signed(struct store *s, int64_t id, int64_t now_s, struct err *e) MUST_USE;
bool account_count(struct store *s, int64_t *out, struct err *e) MUST_USE;

/* --- what is sealed ------------------------------------------------------------ */

struct account_secret {
	struct slice password;
	struct slice totp; /* NONE: no second factor */
};
bool account_secret(struct store *s, int64_t id, struct arena *a,
    struct account_secret *out, struct err *e) MUST_USE;
/* Ends every session but `session` (0: all). */
bool account_password_put(struct store *s, int64_t id, struct slice sealed,
    bool must_change, int64_t session, int64_t now_s, struct err *e) MUST_USE;
/* The same password under newer parameters: nothing else changes. */
bool account_password_again(struct store *s, int64_t id, struct slice sealed,
    struct err *e) MUST_USE;
/* A new second factor, whose first code was of `step`; sealed NONE: none any more, its recovery codes go too. */
bool account_totp_put(struct store *s, int64_t id, struct slice sealed, int64_t step,
    int64_t now_s, struct err *e) MUST_USE;
/* A code of this step was given. *fresh_out false: of this step or a later one was one already. */
bool account_totp_use(struct store *s, int64_t id, int64_t step, bool *fresh_out,
    struct err *e) MUST_USE;
/* Recovery codes, each good once, instead of those before. */
bool account_codes_put(struct store *s, int64_t id, const struct sha256 *codes, size_t n,
    struct err *e) MUST_USE;
bool account_code_use(struct store *s, int64_t id, const struct sha256 *code,
    bool *used_out, struct err *e) MUST_USE;
bool account_codes_left(struct store *s, int64_t id, int64_t *out, struct err *e) MUST_USE;

#endif
