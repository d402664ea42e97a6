/*
 * auth_kit: for the tests of signing in: a node of its own, the keeper's side and
 * a web process' side of it, and what a browser sends to them by itself.
 */
#ifndef SERVER_AUTH_KIT_H
#define SERVER_AUTH_KIT_H

#include "parse/json.h"
#include "server/auth.h"
#include "server/auth_room.h"

#define T0 1767225600 /* 2026-01-01 */
#define PASSWORD "three words apart"

extern struct node node;
extern struct auth *keeper_auth, *web_auth;
extern struct api keeper, web;
extern int64_t now_s; /* of the requests */

/* A browser, or a program: what it sends by itself. */
struct client {
	char cookie[512], device[128], csrf[64], bearer[64];
	const char *origin;
	uint32_t v4;
	struct slice cert;
};

struct reply {
	int status;
	struct arena a;
	const struct json *body;
	bool asked_code;
	int64_t retry_s;
};

void reply_fini(struct reply *r);
/* Where the loop would run it. */
struct reply ask(struct client *c, enum api_method m, const char *path, const char *body);
int status_of(struct client *c, enum api_method m, const char *path, const char *body);
struct client browser(uint32_t v4);
/* Sign in; what the page would do with the answer. */
struct reply sign_in(struct client *c, const char *name, const char *password, const char *code);
int signed_in(struct client *c, const char *name);
int64_t account_new(const char *name, uint32_t roles, const char *country);
int64_t audit_rows(const char *act);

/* The tests of accounts, tokens and partners; after those of sessions. */
void auth_accounts_tests(void);

#endif
