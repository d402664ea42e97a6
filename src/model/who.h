/*
 * who: the person, program or partner that asks for something, what they are
 * in this node, and what that lets them do. Pure rules: the rows of accounts,
 * sessions and tokens lie in store/account.h, their proof in server/auth.h.
 */
#ifndef MODEL_WHO_H
#define MODEL_WHO_H

#include <stdbool.h>
#include <stdint.h>

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
	RIGHT_ACCOUNTS, /* make, change, lock, reset */
	RIGHT_AUDIT_READ,
	RIGHT_METRICS,
	RIGHT_COUNT
};
const char *who_right_name(enum who_right r); /* "findings.read" */
bool who_right_find(struct slice name, enum who_right *out);
/* What a role may do, as 1u << right. Every role has PUBLIC and SELF. */
uint32_t who_role_rights(enum who_role r);

enum who_kind {
	WHO_NOBODY, /* not signed in */
	WHO_PERSON, /* by session */
	WHO_TOKEN, /* by API token */
	WHO_PARTNER, /* a node, by client certificate */
	WHO_HERE /* the command line on the node's own machine */
};

struct who {
	enum who_kind kind;
	int64_t account; /* 0: none */
	int64_t session; /* or the token's id; 0: none */
	struct slice name; /* for the audit log: "ana", "ana/token:ci"; lives as long as the request */
	uint32_t roles; /* 1u << role */
	uint32_t rights; /* 1u << right: of the roles, cut to the token's scopes */
	bool second_factor; /* was given in this session */
	struct ip from; /* the client's address */
};

static inline bool
who_may(const struct who *w, enum who_right r)
{
	return r == RIGHT_PUBLIC || (w->rights >> r & 1) != 0;
}

#endif
