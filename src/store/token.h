/*
 * token: how programs and partners are known. A token belongs to a person and
 * never may more than that person may at the moment of its use. A certificate
 * belongs to a partner, a node of somebody else's.
 */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "store/account.h"

#define TOKEN_PREFIX_MAX 16
#define TOKENS_PER_ACCOUNT 50
#define TOKEN_LIFE_S_MAX ((int64_t)366 * 86400)

struct token {
	int64_t id;
	struct slice name; /* "ci" */
	struct slice prefix; /* its first characters, to tell it by */
	uint32_t scopes; /* 1u << right */
	int64_t created_s, expires_s; /* expires_s is always set */
	int64_t seen_s; /* last used; 0: never */
	struct account account; /* its owner: id, name, roles, country, must_change, second_factor */
};

/* ERR_CONFLICT: the owner has one of that name. ERR_LIMIT: too many. Expired ones of the name give way. */
bool token_add(struct store *s, const struct token *x, const struct sha256 *hash,
    int64_t now_s, int64_t *id_out, struct err *e) MUST_USE;
/* One that holds, of an account that is not locked. Texts lie in a. */
bool token_find(struct store *s, const struct sha256 *hash, int64_t now_s, struct arena *a,
    struct token *out, bool *found_out, struct err *e) MUST_USE;
bool token_seen(struct store *s, int64_t id, int64_t now_s, struct err *e) MUST_USE;
/* account 0: of everybody. Expired ones too, by owner and name. */
bool token_list(struct store *s, int64_t account,
    bool (*each)(void *cookie, const struct token *x, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* ERR_ABSENT: there is none such, or it is not account's (0: whoever's). */
bool token_get(struct store *s, int64_t id, int64_t account, struct arena *a,
    struct token *out, struct err *e) MUST_USE;
bool token_remove(struct store *s, int64_t id, struct err *e) MUST_USE;

struct partner_cert {
	int64_t id;
	struct sha256 sha; /* of the certificate's DER */
	struct slice name; /* the partner's */
	uint32_t scopes;
	int64_t created_s, expires_s; /* expires_s 0: with the certificate */
};
/* ERR_CONFLICT: the certificate is known. */
bool partner_cert_add(struct store *s, const struct partner_cert *x, int64_t now_s,
    int64_t *id_out, struct err *e) MUST_USE;
bool partner_cert_find(struct store *s, struct slice sha, int64_t now_s, struct arena *a,
    struct partner_cert *out, bool *found_out, struct err *e) MUST_USE;
bool partner_cert_list(struct store *s,
    bool (*each)(void *cookie, const struct partner_cert *x, struct err *e),
    void *cookie, struct err *e) MUST_USE;
bool partner_cert_remove(struct store *s, int64_t id, struct err *e) MUST_USE; /* ERR_ABSENT */

#endif
