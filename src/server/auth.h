/*
 * auth: whose request it is. A person comes by a session's cookie, a program by
 * a token, a partner by the certificate of its TLS client. Asking only reads
 * the store, so that every web process can do it; signing in, out and the
 * marks of use are writes and run in the keeper (decision 0090).
 *
 *	__Host-entente=SECRET		a session; changing requests need the CSRF token and the Origin
 *	Authorization: Bearer ente_...	a token; wins over a cookie that comes beside it
 *	Authorization: Basic ...	the same, as the password of any user name: TAXII 2.1
 *					asks for it, and many of its clients know nothing else (decision 0140)
 *	a client certificate		a partner, where neither is there
 *
 * What proves nothing (an ended session, a revoked token) is nobody, so that
 * what is public still answers.
 */
#ifndef SERVER_AUTH_H
#define SERVER_AUTH_H

#include "base/arena.h"
#include "base/err.h"
#include "model/who.h"
#include "server/api.h"

struct auth; /* lies in api.auth */

enum auth_place {
	AUTH_WEB, /* reads: knows who it is */
	AUTH_KEEPER /* signs in and changes: holds the node's key, the limits and the hashing thread */
};
/* n must live longer. For the keeper before it gives up rights: it makes a thread and reads DIR/secret.key. */
bool auth_open(struct node *n, enum auth_place place, struct auth **out, struct err *e) MUST_USE;
/* While the store is still open: what the clock has not written yet is written. */
void auth_close(struct auth **a);
/*
 * Where people reach the node ([server] url), for a proxy that does not pass
 * the host on: requests from a page there are our own page's. It is not the
 * organisation's site: that is another page. url lives as long as a does; "": unknown.
 */
void auth_url(struct auth *a, struct slice url);

/* Rates of strangers are counted there, for all processes together (server/limits.h). */
struct limits_shared;
void auth_share(struct auth *a, struct limits_shared *rates);

/*
 * Who asks. Texts lie in mem. False, ERR_DENIED: it is a changing request
 * (not GET) that a foreign page may have sent: answer 403 and run nothing.
 * ERR_SYSTEM: the store cannot be read.
 */
bool auth_who(struct api *a, const struct api_request *r, struct arena *mem,
    struct who *out, struct err *e) MUST_USE;

/*
 * A session or token in use that was not noted as seen for some minutes: the
 * web process sends this request to the keeper beside r, and drops the answer.
 * To be asked behind auth_who() on the same r, whose finding it uses. False:
 * nothing is due. *out borrows from r and mem.
 */
bool auth_seen_due(struct api *a, const struct api_request *r, struct arena *mem,
    struct api_request *out);

/*
 * Passwords are hashed by a thread of the keeper. Ask before api_handle():
 * AUTH_NOW: go on. AUTH_LATER: keep r; when auth_fd() can be read,
 * auth_done() gives the cookies back one by one (NULL: no more) and
 * api_handle() then finds the work done. A keeper that never asks hashes within
 * api_handle(), which takes some 200 ms.
 */
enum auth_when { AUTH_NOW, AUTH_LATER };
enum auth_when auth_prepare(struct api *a, const struct api_request *r, void *cookie);
int auth_fd(const struct api *a);
void *auth_done(struct api *a);
/* Who waited is gone: its cookie is not given back any more. */
void auth_forget(struct api *a, void *cookie);

/* By the clock, in the keeper, every second: refused sign-ins are written down. Where there is none it does nothing. */
bool auth_tick(struct api *a, struct err *e) MUST_USE;
/* By the clock, in the keeper, every few minutes: sessions that ended go, old addresses leave the audit log. */
bool auth_sweep(struct api *a, int64_t now_s, struct err *e) MUST_USE;

/* The log's head to DIR/audit.head, after something was committed. What fails there is logged, and stops nothing. */
void auth_head_keep(struct api *a);

/* Set the hooks of api: who, rate and, in the keeper, audit. */
void auth_attach(struct auth *auth, struct api *a);

/* --- for tests and fuzzing: the parsers -------------------------------------------- */

/* The session's secret in a Cookie header, or NONE (also where it comes twice). */
struct slice auth_cookie_find(struct slice cookie, struct slice name);
/* The token of "Bearer ente_...", or NONE. */
struct slice auth_bearer(struct slice authorization);
/* The same, or the token that is the password of "Basic base64(name:password)" (RFC 7617), in a. */
struct slice auth_token(struct slice authorization, struct arena *a);
/* Is Origin that of the host itself, or of url where that is set? */
bool auth_origin_ok(struct slice origin, struct slice host, struct slice url);

#endif
