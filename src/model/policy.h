/*
 * policy: may this record go to that recipient, for that purpose, on that
 * date? A pure function; every way out asks it, and its answer is logged with
 * the transfer. The default is no. Agreements join the rules later.
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

enum policy_purpose { PURPOSE_NOTIFY /* have it repaired */, PURPOSE_STATISTICS, PURPOSE_PROTECT };

enum policy_role {
	ROLE_NETWORK_CONTACT, /* answers for prefixes or an AS */
	ROLE_DOMAIN_CONTACT,
	ROLE_FOCAL_POINT, /* designated by a country */
	ROLE_OTHER
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
};

/* Who is to have it, and what it answers for. */
struct policy_recipient {
	enum policy_role role;
	struct prefix prefix; /* .bits 0: none */
	uint32_t asn; /* 0: none */
	struct slice domain; /* NONE: none */
	struct slice country; /* NONE: none */
	int64_t valid_from_s, valid_until_s; /* 0: open */
};

struct policy_answer {
	bool allowed;
	const char *rule; /* a stable name: "own-network", "focal-point", "child-protection", "no-rule" */
	const char *reason; /* a catalogue key, for people */
};

struct policy_answer policy_allows(const struct policy_record *record,
    const struct policy_recipient *recipient, enum policy_purpose purpose,
    int64_t date_s);

#endif
