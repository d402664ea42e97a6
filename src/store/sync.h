/*
 * sync: what is exchanged with whom by TAXII: which collection of which partner
 * is polled into which of ours, or which of ours is pushed to theirs, and how far
 * that is. Where it is moves in the transaction of the objects that it stands
 * behind (sync_move()), so that a kill loses and doubles nothing.
 */
#ifndef STORE_SYNC_H
#define STORE_SYNC_H

#include "base/ids.h"
#include "store/store.h"

#define SYNC_MAX 1000 /* exchanges of a node */
#define SYNC_URL_MAX 2000
#define SYNC_NAME_MAX 256 /* bytes of a collection's name */
#define SYNC_NEXT_MAX 4096 /* of what a server calls the next page; more is no page's name */
#define SYNC_PEM_MAX ((size_t)64 << 10)
#define SYNC_ERROR_MAX 500
#define SYNC_EVERY_MIN_S 10
#define SYNC_EVERY_S 300
#define SYNC_EVERY_MAX_S (7 * 86400)

enum sync_direction { SYNC_POLL, SYNC_PUSH };
const char *sync_direction_name(enum sync_direction d); /* "poll" */
bool sync_direction_find(struct slice name, enum sync_direction *out);

/* How we say who we are. A secret lies in a file of its own (share/sync_run.h). */
enum sync_auth { SYNC_AUTH_NONE, SYNC_AUTH_CERTIFICATE, SYNC_AUTH_TOKEN, SYNC_AUTH_BASIC };
const char *sync_auth_name(enum sync_auth a); /* "certificate" */
bool sync_auth_find(struct slice name, enum sync_auth *out);

struct sync {
	int64_t id;
	struct slice partner; /* its name (store/agreements.h) */
	struct slice url; /* of the API root; ends with '/' */
	struct slice remote, local; /* collections: theirs by id or alias, ours by its name */
	enum sync_direction direction;
	enum policy_purpose purpose;
	bool paused;
	int64_t every_s;
	enum sync_auth auth;
	struct slice user; /* of SYNC_AUTH_BASIC */
	struct slice ca; /* PEM: whose word on its certificate counts; "": the system's */
	struct slice pin; /* "sha256//...": its key, whoever signed it; "": none */
	int64_t created_s;
	/* where it is */
	int64_t after_us; /* poll: what was added there later is new; push: what was added here later */
	struct slice next; /* poll: the page that is next, behind after_us; "": none was begun */
	int64_t last_us; /* poll: the latest moment that its pages told of: after_us, once there is no next one */
	struct slice terms; /* what of agreements it was under; another: from the beginning */
	uint64_t received, known, refused, sent;
	int64_t begun_s; /* 0: it does not run */
	int64_t last_try_s, last_ok_s, next_try_s; /* 0: never; at once */
	uint64_t failures; /* in a row */
	struct slice error; /* of the last try; "": none */
};

/* "waiting", "running", "failing", "paused" */
const char *sync_state_name(const struct sync *x);

/* Could it be one, by its form? *field_out: what is wrong with it ("url"), as the API calls it. */
bool sync_check(const struct sync *x, const char **field_out, struct err *e) MUST_USE;
/*
 * A new one; url gets its last '/'. ERR_INPUT: what is wrong with it. ERR_ABSENT:
 * no such partner. ERR_CONFLICT: there is one of this partner, collections and
 * direction. ERR_LIMIT: over SYNC_MAX.
 */
bool sync_add(struct store *s, const struct sync *x, int64_t now_s, int64_t *id_out, struct err *e) MUST_USE;
/* Texts lie in a. ERR_ABSENT. */
bool sync_get(struct store *s, int64_t id, struct arena *a, struct sync *out, struct err *e) MUST_USE;
bool sync_list(struct store *s, bool (*each)(void *cookie, const struct sync *x, struct err *e), void *cookie, struct err *e) MUST_USE;
bool sync_pause(struct store *s, int64_t id, bool paused, int64_t now_s, struct err *e) MUST_USE; /* ERR_ABSENT */
bool sync_remove(struct store *s, int64_t id, struct err *e) MUST_USE; /* ERR_ABSENT */
/* It is due now, whatever failed before. ERR_ABSENT; ERR_CONFLICT: it is paused. */
bool sync_now(struct store *s, int64_t id, int64_t now_s, struct err *e) MUST_USE;
/* Those that are due and not paused; all: whether due or not. The caller ends *out. */
bool sync_due(struct store *s, bool all, int64_t now_s, struct ids *out, struct err *e) MUST_USE;

/* --- for who runs them (share/sync_run.c) ------------------------------------- */

/* Nothing runs: who ran it before was killed. What it was at is due. */
bool sync_none_runs(struct store *s, struct err *e) MUST_USE;
bool sync_begin(struct store *s, int64_t id, int64_t now_s, struct err *e) MUST_USE;
/* It is over. error "": all went well; else it is tried again at next_s. */
bool sync_end(struct store *s, int64_t id, struct slice error, int64_t now_s, int64_t next_s, struct err *e) MUST_USE;
/* From the beginning, under these terms. */
bool sync_again(struct store *s, int64_t id, struct slice terms, struct err *e) MUST_USE;
/* It was paused, or taken out, since it began. */
bool sync_stopped(struct store *s, int64_t id, bool *out, struct err *e) MUST_USE;
struct sync_move {
	int64_t after_us, last_us;
	struct slice next;
	uint64_t received, known, refused, sent; /* more */
};
/* In the transaction of what was stored, or sent. */
bool sync_move(struct store *s, int64_t id, const struct sync_move *m, struct err *e) MUST_USE;

#endif
