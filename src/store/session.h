/*
 * session: that somebody is signed in. The row holds a hash of the secret that
 * the browser has, so that a copy of the database opens no session. Finding
 * one only reads.
 */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "store/account.h"

#define SESSION_IDLE_S (12 * 3600)
#define SESSION_LIFE_S (7 * 86400)
/* How coarsely it is noted that a session, or a token, was seen. */
#define SEEN_STEP_S 600
#define SESSIONS_PER_ACCOUNT 20 /* the one longest unseen goes */

struct session {
	int64_t id;
	int64_t created_s, seen_s;
	bool second_factor; /* was given */
	struct slice ip; /* it was begun from */
	struct account account; /* id, name, display, language, country, roles, must_change, second_factor */
};

bool session_add(struct store *s, const struct sha256 *hash, int64_t account,
    bool second_factor, struct slice ip, int64_t now_s, int64_t *id_out, struct err *e) MUST_USE;
/* One that holds at this moment, of an account that is not locked. Texts lie in a. */
bool session_find(struct store *s, const struct sha256 *hash, int64_t now_s,
    struct arena *a, struct session *out, bool *found_out, struct err *e) MUST_USE;
bool session_seen(struct store *s, int64_t id, int64_t now_s, struct err *e) MUST_USE;
/* Its second factor was given after it had begun. */
bool session_factor(struct store *s, int64_t id, struct err *e) MUST_USE;
bool session_end(struct store *s, int64_t id, struct err *e) MUST_USE;
/* All of an account but `but` (0: all). */
bool session_end_all(struct store *s, int64_t account, int64_t but, struct err *e) MUST_USE;
/* Those of an account that hold, latest seen first; account.id alone is set of it. */
bool session_list(struct store *s, int64_t account, int64_t now_s,
    bool (*each)(void *cookie, const struct session *x, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* Rows of sessions that ended. */
bool session_sweep(struct store *s, int64_t now_s, struct err *e) MUST_USE;

#endif
