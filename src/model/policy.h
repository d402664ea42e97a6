/*
 * policy: may this record go to that recipient, for that purpose, on that
 * date? A pure function; every way out asks it, and its answer is logged with
 * the transfer. The default is no. Who answers for a thing may be told of it;
 * what else flows, flows by an agreement (model/agreement.h), which the answer
 * then names with its clause.
 */
#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include <stdint.h>

#include "base/slice.h"
#include "model/taxonomy.h"
#include "parse/ip.h"

enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };

/* "AMBER+STRICT" and its like, as the tlp field has them. */
bool tlp_find(struct slice name, enum tlp *out);
const char *tlp_name(enum tlp t); /* "AMBER" */

enum policy_purpose { PURPOSE_NOTIFY /* have it repaired */, PURPOSE_STATISTICS, PURPOSE_PROTECT, PURPOSE_COUNT };
const char *policy_purpose_name(enum policy_purpose p); /* "notify" */
bool policy_purpose_find(struct slice name, enum policy_purpose *out);

/* What kind of data a record is, as clauses of agreements name it. */
enum policy_category {
	CATEGORY_CONTACT, CATEGORY_STATISTICS, CATEGORY_ABUSE_REPORT, CATEGORY_INDICATOR,
	CATEGORY_SPAM_SAMPLE, /* without content */
	CATEGORY_SPAM_CONTENT, CATEGORY_CASE_FILE, CATEGORY_COUNT
};
const char *policy_category_name(enum policy_category c); /* "abuse-report" */
const char *policy_category_title(enum policy_category c); /* catalogue key */
bool policy_category_find(struct slice name, enum policy_category *out);

enum policy_role {
	ROLE_NETWORK_CONTACT, /* answers for prefixes or an AS */
	ROLE_DOMAIN_CONTACT,
	ROLE_FOCAL_POINT, /* designated by a country */
	ROLE_OTHER, /* nobody that a rule is about */
	ROLE_PARTNER /* has agreements with us, or not */
};

struct agreement;
struct agreement_clause;
struct agreement_pair;

/* Under what we have a record of somebody else's. */
struct policy_origin {
	struct slice agreement, from; /* the agreement's id, the party's */
	const struct agreement_clause *clause; /* NULL: not known any more */
	int64_t until_s; /* its retention ends */
};

/* What is to go out, as far as the rules look at it. */
struct policy_record {
	enum class class;
	bool target; /* it is whom it happened to, not where it comes from */
	bool has_ip;
	struct ip ip;
	uint32_t asn; /* 0: unknown */
	struct slice country; /* ISO 3166-1 alpha-2, or NONE */
	struct slice fqdn; /* or NONE */
	enum tlp tlp;
	/* to partners alone */
	enum policy_category category;
	bool own_mark; /* the mark is ours, and so what it allows: else AMBER+STRICT stays here */
	const struct policy_origin *origin; /* NULL: it is our own */
};

/* Who is to have it, and what it answers for. */
struct policy_recipient {
	enum policy_role role;
	struct prefix prefix; /* .bits 0: none */
	uint32_t asn; /* 0: none */
	struct slice domain; /* NONE: none */
	struct slice country; /* NONE: none */
	int64_t valid_from_s, valid_until_s; /* 0: open */
	/* of ROLE_PARTNER */
	struct slice partner; /* its id */
	const struct agreement_pair *pairs; /* agreements that both are named in */
	size_t pair_count;
};

struct policy_answer {
	bool allowed;
	/*
	 * A stable name. Yes: "own-network", "own-domain", "focal-point",
	 * "child-protection", "agreement". No: "child-protection", "tlp", "purpose",
	 * "target", "not-valid", "no-rule"; of partners also "no-agreement",
	 * "not-in-force", "left", "expired", "category", "reservation", "onward",
	 * "retention".
	 */
	const char *rule;
	const char *reason; /* a catalogue key, for people */
	/* Of partners: under what, or what came nearest to it. */
	const struct agreement *agreement;
	const struct agreement_clause *clause; /* its profile and retention hold for what goes */
};

struct policy_answer policy_allows(const struct policy_record *record,
    const struct policy_recipient *recipient, enum policy_purpose purpose,
    int64_t date_s);

/* The part of it that is about partners; policy_allows() asks it. */
struct policy_answer policy_by_agreement(const struct policy_record *record,
    const struct policy_recipient *recipient, enum policy_purpose purpose, int64_t date_s);

/* Of two clauses that both allow: which one gives less away? < 0: a. */
int policy_narrower(const struct agreement_clause *a, const struct agreement_clause *b);

#endif
