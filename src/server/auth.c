#include "server/auth.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/auth_room.h"

bool
auth_factor_due(const struct node_conf *conf, const struct account *x)
{
	return (x->roles & conf->second_factor) != 0 && !x->second_factor;
}

bool
auth_open(struct node *n, enum auth_place place, struct auth **out, struct err *e)
{
	struct auth *a = xalloc(sizeof(*a));
	char made[PASSWORD_MADE_BYTES];

	secret_init();
	*a = (struct auth){ .node = n, .place = place, .url = S(""), .limits = limits_new() };
	*out = a;
	if (place == AUTH_WEB)
		return true;
	/* What is tried for a name that is nobody's takes as long as any other. */
	password_make(made);
	if (secret_open(node_path(n, "secret.key"), &a->secret, e) &&
	    password_hash(slice_of_str(made), a->nobody, e) && hasher_open(&a->hasher, e))
		return true;
	auth_close(out);
	return false;
}

/* Refused sign-ins that the clock has not written yet. */
static void
rest_write(struct auth *a)
{
	struct api api = { .node = a->node, .auth = a };
	struct err e = ERR_INIT;

	if (a->refusal_count > 0 && a->node->store != NULL && !auth_tick(&api, &e))
		log_error("audit.add", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
}

void
auth_close(struct auth **ap)
{
	struct auth *a = *ap;

	*ap = NULL;
	if (a == NULL)
		return;
	rest_write(a);
	hasher_close(&a->hasher);
	secret_close(&a->secret);
	limits_free(&a->limits);
	sodium_memzero(a, sizeof(*a));
	free(a);
}

void
auth_url(struct auth *a, struct slice url)
{
	a->url = url;
}

void
auth_share(struct auth *a, struct limits_shared *rates)
{
	limits_share(a->limits, rates);
}

void
auth_csrf(struct slice session_secret, char out[CSRF_TEXT_MAX])
{
	static const uint8_t text[] = "entente csrf 1";
	uint8_t mac[(CSRF_TEXT_MAX - 1) / 2];

	(void)crypto_generichash(mac, sizeof(mac), text, sizeof(text) - 1, session_secret.p,
	    session_secret.len > crypto_generichash_KEYBYTES_MAX ? crypto_generichash_KEYBYTES_MAX : session_secret.len);
	(void)sodium_bin2hex(out, CSRF_TEXT_MAX, mac, sizeof(mac));
}

/* --- who -------------------------------------------------------------------------------- */

static bool
session_who(struct auth *auth, const struct api_request *r, struct slice secret, struct arena *mem,
    struct who *out, struct err *e)
{
	struct sha256 hash = sha256_of(secret);
	struct session s;
	bool found;

	if (!session_find(auth->node->store, &hash, r->now_s, mem, &s, &found, e))
		return false;
	if (!found)
		return true;
	auth->last = hash;
	auth->last_seen_s = s.seen_s;
	out->kind = WHO_PERSON;
	out->account = s.account.id;
	out->session = s.id;
	out->name = s.account.name;
	out->roles = s.account.roles;
	out->second_factor = s.second_factor;
	out->must_change = s.account.must_change;
	out->must_factor = auth_factor_due(&auth->node->conf, &s.account);
	out->rights = out->must_change || out->must_factor ? 1u << RIGHT_PUBLIC | 1u << RIGHT_SELF : who_roles_rights(out->roles);
	who_country_set(out, s.account.country);
	if (auth->place == AUTH_KEEPER && r->now_s - s.seen_s >= SEEN_STEP_S)
		return session_seen(auth->node->store, s.id, r->now_s, e);
	return true;
}

static bool
token_who(struct auth *auth, const struct api_request *r, struct slice text, struct arena *mem,
    struct who *out, struct err *e)
{
	struct sha256 hash = sha256_of(text);
	struct token t;
	bool found;

	if (!token_find(auth->node->store, &hash, r->now_s, mem, &t, &found, e))
		return false;
	/* While its owner has a password to change that somebody else knows, or a second factor to set up, it is asleep. */
	if (!found || t.account.must_change || auth_factor_due(&auth->node->conf, &t.account))
		return true;
	auth->last = hash;
	auth->last_seen_s = t.seen_s;
	out->kind = WHO_TOKEN;
	out->account = t.account.id;
	out->session = t.id;
	out->roles = t.account.roles;
	out->rights = (t.scopes & who_roles_rights(t.account.roles)) | 1u << RIGHT_PUBLIC;
	out->name = arena_printf(mem, "%.*s/token:%.*s", SLICE_ARG(t.account.name), SLICE_ARG(t.name));
	who_country_set(out, t.account.country);
	if (auth->place == AUTH_KEEPER && r->now_s - t.seen_s >= SEEN_STEP_S)
		return token_seen(auth->node->store, t.id, r->now_s, e);
	return true;
}

static bool
partner_who(struct auth *auth, const struct api_request *r, struct arena *mem,
    struct who *out, struct err *e)
{
	struct partner_cert c;
	bool found;

	if (!partner_cert_find(auth->node->store, r->client_cert, r->now_s, mem, &c, &found, e))
		return false;
	if (!found)
		return true;
	out->kind = WHO_PARTNER;
	out->session = c.id;
	out->rights = c.scopes | 1u << RIGHT_PUBLIC;
	out->name = arena_printf(mem, "partner:%.*s", SLICE_ARG(c.name));
	return true;
}

/*
 * What a browser sends by itself (cookie, certificate) could be a foreign
 * page's doing: its Origin must be ours where there is one, and by a session
 * there must be one, and the token that only our own page can have read.
 */
static bool
own_page(struct auth *auth, const struct api_request *r, struct slice secret, struct err *e)
{
	char csrf[CSRF_TEXT_MAX];

	if (r->method == API_GET)
		return true;
	if (r->origin.len > 0 && !auth_origin_ok(r->origin, r->host, auth->url))
		return err_set(e, ERR_DENIED, "the request comes from another site");
	if (secret.p == NULL)
		return true;
	if (r->origin.len == 0)
		return err_set(e, ERR_DENIED, "the request does not say which page it comes from");
	auth_csrf(secret, csrf);
	return (r->csrf.len == CSRF_TEXT_MAX - 1 && sodium_memcmp(r->csrf.p, csrf, CSRF_TEXT_MAX - 1) == 0) ||
	    err_set(e, ERR_DENIED, "the page is out of date; load it again");
}

/* The session's secret, where it has the form of one. */
static struct slice
session_secret(const struct api_request *r)
{
	struct slice s = r->authorization.len > 0 ? SLICE_NONE : auth_cookie_find(r->cookie, S(COOKIE_SESSION));

	return s.len == SECRET_TEXT ? s : SLICE_NONE;
}

bool
auth_who(struct api *a, const struct api_request *r, struct arena *mem,
    struct who *out, struct err *e)
{
	struct auth *auth = auth_of(a);
	struct slice secret = session_secret(r), token = auth_token(r->authorization, mem);

	*out = (struct who){ .kind = WHO_NOBODY, .name = S(""), .rights = 1u << RIGHT_PUBLIC, .from = r->from };
	if (r->authorization.len > 0)
		return token.p == NULL || token_who(auth, r, token, mem, out, e);
	if (secret.p != NULL && !session_who(auth, r, secret, mem, out, e))
		return false;
	if (!own_page(auth, r, out->kind == WHO_PERSON ? secret : SLICE_NONE, e))
		return false;
	if (out->kind != WHO_NOBODY || r->client_cert.len != SHA256_BYTES)
		return true;
	return partner_who(auth, r, mem, out, e);
}

/* --- signs of life ---------------------------------------------------------------------------- */

bool
auth_seen_due(struct api *a, const struct api_request *r, struct arena *mem,
    struct api_request *out)
{
	struct slice secret = session_secret(r), text = auth_token(r->authorization, mem);
	struct auth *auth = auth_of(a);
	char csrf[CSRF_TEXT_MAX] = "";
	struct sha256 hash;

	/* The time first: it is seldom due. */
	if ((secret.p == NULL && text.p == NULL) || r->now_s - auth->last_seen_s < SEEN_STEP_S)
		return false;
	hash = sha256_of(secret.p != NULL ? secret : text);
	if (memcmp(&hash, &auth->last, sizeof(hash)) != 0)
		return false;
	if (secret.p != NULL)
		auth_csrf(secret, csrf);
	*out = (struct api_request){ .method = API_POST, .path = S("/api/v1/session/seen"), .query = S(""), .type = S(""),
		.accept = S(""), .if_match = S(""), .cookie = r->cookie, .authorization = r->authorization,
		.csrf = arena_copy(mem, slice_of_str(csrf)),
		.origin = arena_printf(mem, "https://%.*s", SLICE_ARG(r->host)),
		.host = r->host, .client_cert = S(""), .body = S(""), .body_fd = -1, .filename = S(""),
		.lang = r->lang, .from = r->from, .tls = r->tls, .now_s = r->now_s };
	return !mem->failed;
}

/* --- hashing ahead --------------------------------------------------------------------------------- */

int
auth_fd(const struct api *a)
{
	return hasher_fd(auth_of(a)->hasher);
}

void *
auth_done(struct api *a)
{
	auth_of(a)->full = false; /* it was about the request before */
	return hasher_done(auth_of(a)->hasher);
}

void
auth_forget(struct api *a, void *cookie)
{
	hasher_forget(auth_of(a)->hasher, cookie);
}

static enum auth_when
ask(struct auth *auth, const struct hash_ask *q, bool stranger, void *cookie)
{
	auth->full = !hasher_ask(auth->hasher, q, stranger, cookie);
	return auth->full ? AUTH_NOW : AUTH_LATER;
}

/* What will be refused is not hashed first. */
static enum auth_when
ask_signin(struct auth *auth, const struct api_request *r, const struct json *body, struct arena *mem, void *cookie)
{
	struct slice password = json_text(json_get(body, S("password")));
	struct err e = ERR_INIT;
	struct auth_try t;

	if (password.p == NULL || !auth_try_begin(auth, r, json_text(json_get(body, S("name"))), mem, &t, &e) ||
	    limits_would_refuse(auth->limits, &t.attempt, r->now_s))
		return AUTH_NOW;
	return ask(auth, &(struct hash_ask){ .verify = t.hash, .password = password },
	    t.attempt.device.p == NULL, cookie);
}

/* Of somebody who is signed in: the password that is theirs now and, maybe, the next. */
static enum auth_when
ask_own(struct api *a, const struct api_request *r, const struct json *body, struct arena *mem, void *cookie)
{
	struct auth *auth = auth_of(a);
	struct slice password = json_text(json_get(body, S("current"))), totp;
	struct err e = ERR_INIT;
	char hash[PASSWORD_HASH_MAX];
	struct who who;

	if (password.p == NULL || !auth_who(a, r, mem, &who, &e) || who.kind != WHO_PERSON ||
	    !auth_hash_of(auth, who.account, mem, hash, &totp, &e))
		return AUTH_NOW;
	return ask(auth, &(struct hash_ask){ .verify = hash, .password = password,
		.hash = json_text(json_get(body, S("password"))) }, false, cookie);
}

enum auth_when
auth_prepare(struct api *a, const struct api_request *r, void *cookie)
{
	bool signin = slice_eq(r->path, S("/api/v1/session")), own = slice_starts(r->path, S("/api/v1/me/"));
	static const struct json_limits limits = { 16384, 4, 32 };
	enum auth_when when = AUTH_NOW;
	const struct json *body;
	struct err e = ERR_INIT;
	struct arena mem;

	auth_of(a)->full = false;
	if (r->method != API_POST || (!signin && !own) || auth_of(a)->hasher == NULL)
		return AUTH_NOW;
	arena_init(&mem, (size_t)256 << 10);
	if (json_parse(r->body, &limits, &mem, &body, &e))
		when = signin ? ask_signin(auth_of(a), r, body, &mem, cookie) : ask_own(a, r, body, &mem, cookie);
	arena_fini(&mem);
	return when;
}

/* --- the rest of the hooks ----------------------------------------------------------------------------- */

static bool
rate(struct api *a, int kind, struct ip from, int64_t *retry_s_out)
{
	static const struct limits_rule rules[] = {
		[API_RATE_LOOK] = { 60, 2 },
		[API_RATE_WRITE] = { 10, 60 },
	};

	if (kind <= API_RATE_NONE || (size_t)kind >= sizeof(rules) / sizeof(rules[0]))
		return true;
	return limits_rate(auth_of(a)->limits, (unsigned)kind, &rules[kind], from, clock_now_s(), retry_s_out);
}

void
auth_head_keep(struct api *a)
{
	struct err e = ERR_INIT;

	if (!audit_head_keep(a->node->store, node_path(a->node, "audit.head"), &e))
		log_error("audit.head", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
}

/* What was refused is in the log too: somebody tried. */
static bool
audit(struct api *a, const struct who *who, const char *what, struct slice about, int status, struct err *e)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", status);
	return audit_add(a->node->store, who, slice_of_str(what), about, slice_of_str(text), clock_now_s(), e);
}

void
auth_attach(struct auth *auth, struct api *a)
{
	a->auth = auth;
	a->who = auth_who;
	a->rate = rate;
	a->audit = auth->place == AUTH_KEEPER ? audit : NULL;
	a->audited = auth->place == AUTH_KEEPER ? auth_head_keep : NULL;
}

bool
auth_sweep(struct api *a, int64_t now_s, struct err *e)
{
	struct auth *auth = auth_of(a);
	int64_t n;

	for (size_t i = 0; i < PENDING_MAX; i++) {
		if (auth->pending[i].until_s <= now_s)
			sodium_memzero(&auth->pending[i], sizeof(auth->pending[i]));
	}
	if (!auth_tick(a, e) || !session_sweep(a->node->store, now_s, e))
		return false;
	if (auth->forgot_day == now_s / 86400)
		return true;
	auth->forgot_day = now_s / 86400;
	return audit_forget(a->node->store, now_s - (int64_t)AUDIT_IP_DAYS * 86400, &n, e);
}
