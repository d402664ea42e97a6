/*
 * who: the person, program or partner that asks for something, what they are
 * in this node, and what that lets them do. Pure rules: the rows of accounts,
 * sessions and tokens lie in store/account.h, their proof in server/auth.h.
 */
#ifndef MODEL_WHO_H
#define MODEL_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "parse/ip.h"

/* What a person is here. An account may be several. */
enum who_role {
	WHO_ADMINISTRATOR, /* accounts, settings; not by itself the data */
	WHO_ANALYST, /* takes in, looks at and moves findings, sends notices */
	WHO_FOCAL_POINT, /* answers for a country: findings, contacts, notices' approval */
	WHO_COORDINATOR, /* partners, agreements, the desk */
	WHO_EXPERT, /* reads what is shared with experts */
	WHO_DONOR, /* reads statistics and results */
	WHO_AUDITOR, /* reads all that was done, changes nothing */
	WHO_VIEWER, /* reads findings and statistics */
	WHO_ROLE_COUNT
};
const char *who_role_name(enum who_role r); /* "focal-point": in files, API and options */
const char *who_role_title(enum who_role r); /* catalogue key */
bool who_role_find(struct slice name, enum who_role *out);

/* What can be done. A token's scopes are rights too. */
enum who_right {
	RIGHT_PUBLIC, /* everybody, signed in or not */
	RIGHT_SELF, /* whoever is signed in, for their own account */
	RIGHT_STATS_READ,
	RIGHT_FINDINGS_READ, /* findings, events, look-up, export */
	RIGHT_FINDINGS_ACT, /* change states */
	RIGHT_REPORTS_READ, /* list, errors */
	RIGHT_REPORTS_RAW, /* original bytes */
	RIGHT_REPORTS_ADD, /* upload, retry */
	RIGHT_CONTACTS_READ,
	RIGHT_CONTACTS_CHANGE,
	RIGHT_NOTICES_READ,
	RIGHT_NOTICES_MAKE, /* prepare, withdraw */
	RIGHT_NOTICES_SEND, /* approve and send: nobody approves what they prepared themselves where two are asked for */
	RIGHT_SETTINGS_READ,
	RIGHT_SETTINGS_CHANGE,
	RIGHT_ACCOUNTS_READ, /* who is here, as what */
	RIGHT_ACCOUNTS, /* make, change, lock, reset */
	RIGHT_AUDIT_READ,
	RIGHT_METRICS,
	/* Numbers of rights lie in the store: further ones come here. */
	RIGHT_AGREEMENTS_READ, /* agreements, partners, what went and what would */
	RIGHT_AGREEMENTS_CHANGE, /* enter partners, draft, sign, take acts of others */
	RIGHT_COUNT
};
const char *who_right_name(enum who_right r); /* "findings.read" */
bool who_right_find(struct slice name, enum who_right *out);
const char *who_right_title(enum who_right r); /* catalogue key */
/* What a role may do, as 1u << right. Every role has PUBLIC and SELF. */
uint32_t who_role_rights(enum who_role r);
uint32_t who_roles_rights(uint32_t roles); /* of all that are set in 1u << role */
#define WHO_RIGHTS_ALL ((1u << RIGHT_COUNT) - 1)
/* What a token or a partner may be given: not what is a person's alone (SELF, ACCOUNTS, AGREEMENTS_CHANGE). */
uint32_t who_scopes(void);
/*
 * Rights or roles as words with one space between, in the order above; and
 * back, where spaces and commas part them. ERR_INPUT names the word that is none.
 */
void who_rights_print(uint32_t rights, struct buf *out);
bool who_rights_parse(struct slice s, uint32_t *out, struct err *e) MUST_USE;
void who_roles_print(uint32_t roles, struct buf *out);
bool who_roles_parse(struct slice s, uint32_t *out, struct err *e) MUST_USE;

enum who_kind {
	WHO_NOBODY, /* not signed in */
	WHO_PERSON, /* by session */
	WHO_TOKEN, /* by API token */
	WHO_PARTNER, /* a node, by client certificate */
	WHO_HERE, /* the command line on the node's own machine */
	WHO_KIND_COUNT
};
const char *who_kind_name(enum who_kind k); /* "person" */

struct who {
	enum who_kind kind;
	int64_t account; /* 0: none */
	int64_t session; /* or the token's id; 0: none */
	struct slice name; /* for the audit log: "ana", "ana/token:ci"; lives as long as the request */
	uint32_t roles; /* 1u << role */
	uint32_t rights; /* 1u << right: of the roles, cut to the token's scopes */
	bool second_factor; /* was given in this session */
	struct ip from; /* the client's address */
	bool must_change; /* signed in with a password that was given out: nothing but changing it is possible */
	bool must_factor; /* the node asks a second factor of one of its roles, and it has none: nothing but setting it up */
	/*
	 * Only what concerns this country is theirs to see and to move ("ES"); two
	 * zero bytes: all. Set for who sees findings as a focal point alone.
	 */
	uint8_t country[2];
};

/* What an account with these roles and rights is held to by its country (see above). */
void who_country_set(struct who *w, struct slice country);
static inline bool
who_is_bound(const struct who *w)
{
	return w->country[0] != 0;
}

static inline bool
who_may(const struct who *w, enum who_right r)
{
	return r == RIGHT_PUBLIC || (w->rights >> r & 1) != 0;
}

/*
 * A count as w may know it. Who does not see findings is told of sums, and the
 * sum of a network's two findings is as good as the findings: fewer than
 * WHO_COUNT_STEP are not told (false), more are in steps of it, so that the
 * difference of two sums tells no more either.
 */
#define WHO_COUNT_STEP 10
bool who_count(const struct who *w, uint64_t n, uint64_t *out);

#endif
