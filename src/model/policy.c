#include "model/policy.h"

#include "base/lang.h"

static const struct policy_answer
	yes_network = { .allowed = true, .rule = "own-network", .reason = N_("the network's own contact may be told of its own hosts") },
	yes_domain = { .allowed = true, .rule = "own-domain", .reason = N_("the domain's own contact may be told of its own names") },
	yes_country = { .allowed = true, .rule = "focal-point", .reason = N_("a country's focal point may be told of hosts in the country") },
	yes_child = { .allowed = true, .rule = "child-protection", .reason = N_("the designated authority gets the fact and a reference, no content") },
	no_child = { .allowed = false, .rule = "child-protection", .reason = N_("what concerns the sexual exploitation of children goes to the designated authority only") },
	no_tlp = { .allowed = false, .rule = "tlp", .reason = N_("its source marked it TLP:RED or AMBER+STRICT, so it stays with us") },
	no_purpose = { .allowed = false, .rule = "purpose", .reason = N_("without an agreement, records flow to have a thing repaired, for nothing else") },
	no_target = { .allowed = false, .rule = "target", .reason = N_("it is the target of what was seen, not its origin: there is nothing to repair") },
	no_date = { .allowed = false, .rule = "not-valid", .reason = N_("the contact is not valid on that date") },
	no_rule = { .allowed = false, .rule = "no-rule", .reason = N_("no rule and no agreement lets this record go to this recipient") };

static const char *const tlp_names[] = { "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED" };

static const char *const purpose_names[] = { "notify", "statistics", "protect" };
static const struct { const char *name, *title; } categories[] = {
	[CATEGORY_CONTACT] = { "contact", N_("contacts") },
	[CATEGORY_STATISTICS] = { "statistics", N_("aggregate statistics") },
	[CATEGORY_ABUSE_REPORT] = { "abuse-report", N_("abuse reports") },
	[CATEGORY_INDICATOR] = { "indicator", N_("indicators") },
	[CATEGORY_SPAM_SAMPLE] = { "spam-sample", N_("spam samples without content") },
	[CATEGORY_SPAM_CONTENT] = { "spam-content", N_("spam samples with content") },
	[CATEGORY_CASE_FILE] = { "case-file", N_("case files") },
};

const char *
policy_purpose_name(enum policy_purpose p)
{
	return (unsigned)p < PURPOSE_COUNT ? purpose_names[p] : "";
}

bool
policy_purpose_find(struct slice name, enum policy_purpose *out)
{
	for (unsigned i = 0; i < PURPOSE_COUNT; i++) {
		if (slice_eq(name, slice_of_str(purpose_names[i]))) {
			*out = (enum policy_purpose)i;
			return true;
		}
	}
	return false;
}

const char *
policy_category_name(enum policy_category c)
{
	return (unsigned)c < CATEGORY_COUNT ? categories[c].name : "";
}

const char *
policy_category_title(enum policy_category c)
{
	return (unsigned)c < CATEGORY_COUNT ? categories[c].title : "";
}

bool
policy_category_find(struct slice name, enum policy_category *out)
{
	for (unsigned i = 0; i < CATEGORY_COUNT; i++) {
		if (slice_eq(name, slice_of_str(categories[i].name))) {
			*out = (enum policy_category)i;
			return true;
		}
	}
	return false;
}

bool
tlp_find(struct slice name, enum tlp *out)
{
	for (unsigned i = 0; i < sizeof(tlp_names) / sizeof(tlp_names[0]); i++) {
		if (slice_eq_nocase(name, slice_of_str(tlp_names[i]))) {
			*out = (enum tlp)i;
			return true;
		}
	}
	return false;
}

const char *
tlp_name(enum tlp t)
{
	return (unsigned)t < sizeof(tlp_names) / sizeof(tlp_names[0]) ? tlp_names[t] : "RED";
}

static bool
within(struct slice name, struct slice domain)
{
	if (domain.len == 0 || name.len < domain.len || !slice_ends_nocase(name, domain))
		return false;
	return name.len == domain.len || name.p[name.len - domain.len - 1] == '.';
}

struct policy_answer
policy_allows(const struct policy_record *record,
    const struct policy_recipient *recipient, enum policy_purpose purpose,
    int64_t date_s)
{
	bool own_country = record->country.len == 2 && recipient->country.len == 2 &&
	    slice_eq_nocase(record->country, recipient->country);

	if ((recipient->valid_from_s != 0 && date_s < recipient->valid_from_s) ||
	    (recipient->valid_until_s != 0 && date_s >= recipient->valid_until_s))
		return no_date;
	if (recipient->role == ROLE_PARTNER)
		return policy_by_agreement(record, recipient, purpose, date_s);
	if (purpose != PURPOSE_NOTIFY)
		return no_purpose;
	if (record->target)
		return no_target;
	/*
	 * A duty of its own, whatever the mark: what goes is the fact and a
	 * reference, and a source's TLP:RED is about the content (decision 0063).
	 * Before any rule that says yes: it must not be reached around.
	 */
	if (record->class == CLASS_VIOLENCE)
		return recipient->role == ROLE_FOCAL_POINT && own_country ? yes_child : no_child;
	/* TLP 2.0: RED for us alone, AMBER+STRICT for our organisation alone. */
	if (record->tlp == TLP_RED || record->tlp == TLP_AMBER_STRICT)
		return no_tlp;
	switch (recipient->role) {
	case ROLE_NETWORK_CONTACT:
		if (recipient->prefix.bits != 0 && record->has_ip &&
		    prefix_covers(&recipient->prefix, record->ip))
			return yes_network;
		if (recipient->asn != 0 && recipient->asn == record->asn)
			return yes_network;
		return no_rule;
	case ROLE_DOMAIN_CONTACT:
		return within(record->fqdn, recipient->domain) ? yes_domain : no_rule;
	case ROLE_FOCAL_POINT:
		return own_country ? yes_country : no_rule;
	case ROLE_OTHER:
	case ROLE_PARTNER:
		break;
	}
	return no_rule;
}
