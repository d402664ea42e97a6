/*
 * who: the table of roles and rights, which is the whole of it.
 *
 * Each role has what its work needs. An administrator keeps the machine and
 * the accounts, and by that alone sees no finding, no report and no notice:
 * whoever does both has both roles, and the audit log says since when. An
 * auditor sees what was done, and has no right with which anything changes. A
 * donor and, until an agreement says more, an expert see sums: what is shared
 * beyond them is shared for a reason (decision 0092).
 */
#include "model/who.h"

#include "base/lang.h"

#define R(right) (1u << RIGHT_##right)
/* Whoever is signed in. */
#define ALWAYS (R(PUBLIC) | R(SELF))

struct role {
	const char *name, *title;
	uint32_t rights;
};

static const struct role roles[WHO_ROLE_COUNT] = {
	[WHO_ADMINISTRATOR] = { "administrator", N_("Administrator"),
	    R(STATS_READ) | R(SETTINGS_READ) | R(SETTINGS_CHANGE) | R(ACCOUNTS_READ) |
	    R(ACCOUNTS) | R(AUDIT_READ) | R(METRICS) },
	[WHO_ANALYST] = { "analyst", N_("Analyst"),
	    R(STATS_READ) | R(FINDINGS_READ) | R(FINDINGS_ACT) | R(REPORTS_READ) |
	    R(REPORTS_RAW) | R(REPORTS_ADD) | R(CONTACTS_READ) | R(CONTACTS_CHANGE) |
	    R(NOTICES_READ) | R(NOTICES_MAKE) | R(NOTICES_SEND) | R(SETTINGS_READ) |
	    R(AGREEMENTS_READ) },
	/* Of one country, where the account names one: who_country_set(). */
	[WHO_FOCAL_POINT] = { "focal-point", N_("Focal point"),
	    R(STATS_READ) | R(FINDINGS_READ) | R(FINDINGS_ACT) | R(CONTACTS_READ) |
	    R(CONTACTS_CHANGE) | R(NOTICES_READ) | R(NOTICES_SEND) | R(AGREEMENTS_READ) },
	[WHO_COORDINATOR] = { "coordinator", N_("Coordinator"),
	    R(STATS_READ) | R(FINDINGS_READ) | R(CONTACTS_READ) | R(CONTACTS_CHANGE) |
	    R(NOTICES_READ) | R(SETTINGS_READ) | R(AGREEMENTS_READ) | R(AGREEMENTS_CHANGE) },
	[WHO_EXPERT] = { "expert", N_("Expert"), R(STATS_READ) },
	[WHO_DONOR] = { "donor", N_("Donor"), R(STATS_READ) },
	[WHO_AUDITOR] = { "auditor", N_("Auditor"),
	    R(STATS_READ) | R(FINDINGS_READ) | R(REPORTS_READ) | R(CONTACTS_READ) |
	    R(NOTICES_READ) | R(SETTINGS_READ) | R(ACCOUNTS_READ) | R(AUDIT_READ) |
	    R(METRICS) | R(AGREEMENTS_READ) },
	[WHO_VIEWER] = { "viewer", N_("Viewer"), R(STATS_READ) | R(FINDINGS_READ) },
};

static const struct { const char *name, *title; } rights[RIGHT_COUNT] = {
	[RIGHT_PUBLIC] = { "public", N_("what everybody may see") },
	[RIGHT_SELF] = { "self", N_("one's own account") },
	[RIGHT_STATS_READ] = { "stats.read", N_("see statistics") },
	[RIGHT_FINDINGS_READ] = { "findings.read", N_("see findings and their events") },
	[RIGHT_FINDINGS_ACT] = { "findings.act", N_("change the state of findings") },
	[RIGHT_REPORTS_READ] = { "reports.read", N_("see which reports came") },
	[RIGHT_REPORTS_RAW] = { "reports.raw", N_("get reports as they were received") },
	[RIGHT_REPORTS_ADD] = { "reports.add", N_("bring reports in") },
	[RIGHT_CONTACTS_READ] = { "contacts.read", N_("see contacts and networks") },
	[RIGHT_CONTACTS_CHANGE] = { "contacts.change", N_("change contacts") },
	[RIGHT_NOTICES_READ] = { "notices.read", N_("see notices") },
	[RIGHT_NOTICES_MAKE] = { "notices.make", N_("prepare notices") },
	[RIGHT_NOTICES_SEND] = { "notices.send", N_("approve and send notices") },
	[RIGHT_SETTINGS_READ] = { "settings.read", N_("see settings") },
	[RIGHT_SETTINGS_CHANGE] = { "settings.change", N_("change settings") },
	[RIGHT_ACCOUNTS_READ] = { "accounts.read", N_("see who has an account") },
	[RIGHT_ACCOUNTS] = { "accounts", N_("make and change accounts") },
	[RIGHT_AUDIT_READ] = { "audit.read", N_("read the audit log") },
	[RIGHT_METRICS] = { "metrics", N_("read the server's figures") },
	[RIGHT_AGREEMENTS_READ] = { "agreements.read", N_("see agreements, partners and transfers") },
	[RIGHT_AGREEMENTS_CHANGE] = { "agreements.change", N_("sign for the node, and enter partners") },
};

const char *
who_role_name(enum who_role r)
{
	return r < WHO_ROLE_COUNT ? roles[r].name : "";
}

const char *
who_role_title(enum who_role r)
{
	return r < WHO_ROLE_COUNT ? roles[r].title : "";
}

bool
who_role_find(struct slice name, enum who_role *out)
{
	for (unsigned r = 0; r < WHO_ROLE_COUNT; r++) {
		if (slice_eq_nocase(name, slice_of_str(roles[r].name))) {
			*out = (enum who_role)r;
			return true;
		}
	}
	return false;
}

const char *
who_right_name(enum who_right r)
{
	return r < RIGHT_COUNT ? rights[r].name : "";
}

const char *
who_right_title(enum who_right r)
{
	return r < RIGHT_COUNT ? rights[r].title : "";
}

bool
who_right_find(struct slice name, enum who_right *out)
{
	for (unsigned r = 0; r < RIGHT_COUNT; r++) {
		if (slice_eq(name, slice_of_str(rights[r].name))) {
			*out = (enum who_right)r;
			return true;
		}
	}
	return false;
}

uint32_t
who_role_rights(enum who_role r)
{
	return r < WHO_ROLE_COUNT ? roles[r].rights | ALWAYS : R(PUBLIC);
}

uint32_t
who_roles_rights(uint32_t set)
{
	uint32_t all = R(PUBLIC);

	for (unsigned r = 0; r < WHO_ROLE_COUNT; r++) {
		if ((set >> r & 1) != 0)
			all |= who_role_rights((enum who_role)r);
	}
	return all;
}

uint32_t
who_scopes(void)
{
	return WHO_RIGHTS_ALL & ~(R(SELF) | R(ACCOUNTS) | R(AGREEMENTS_CHANGE));
}

static void
word_put(struct buf *out, size_t begun, const char *word)
{
	if (out->len > begun)
		buf_byte(out, ' ');
	buf_str(out, word);
}

void
who_rights_print(uint32_t set, struct buf *out)
{
	size_t begun = out->len;

	for (unsigned r = 0; r < RIGHT_COUNT; r++) {
		if ((set >> r & 1) != 0)
			word_put(out, begun, rights[r].name);
	}
}

void
who_roles_print(uint32_t set, struct buf *out)
{
	size_t begun = out->len;

	for (unsigned r = 0; r < WHO_ROLE_COUNT; r++) {
		if ((set >> r & 1) != 0)
			word_put(out, begun, roles[r].name);
	}
}

/* The next word of a list; false: no more. */
static bool
word_next(struct slice *rest, struct slice *out)
{
	size_t n = 0;

	while (rest->len > 0 && (byte_is_space(rest->p[0]) || rest->p[0] == ','))
		*rest = slice_from(*rest, 1);
	while (n < rest->len && !byte_is_space(rest->p[n]) && rest->p[n] != ',')
		n++;
	*out = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return n > 0;
}

bool
who_rights_parse(struct slice s, uint32_t *out, struct err *e)
{
	enum who_right r;
	struct slice word;

	*out = 0;
	while (word_next(&s, &word)) {
		if (!who_right_find(word, &r))
			return err_set(e, ERR_INPUT, "%s is no right; one is \"findings.read\"", QUOTE(word));
		*out |= 1u << r;
	}
	return true;
}

bool
who_roles_parse(struct slice s, uint32_t *out, struct err *e)
{
	enum who_role r;
	struct slice word;

	*out = 0;
	while (word_next(&s, &word)) {
		if (!who_role_find(word, &r))
			return err_set(e, ERR_INPUT, "%s is none of administrator, analyst, focal-point, coordinator, expert, donor, auditor, viewer", QUOTE(word));
		*out |= 1u << r;
	}
	return true;
}

const char *
who_kind_name(enum who_kind k)
{
	switch (k) {
	case WHO_NOBODY:
		return "nobody";
	case WHO_PERSON:
		return "person";
	case WHO_TOKEN:
		return "token";
	case WHO_PARTNER:
		return "partner";
	case WHO_HERE:
		return "here";
	case WHO_KIND_COUNT:
		break;
	}
	return "";
}

void
who_country_set(struct who *w, struct slice country)
{
	uint32_t wide = w->roles & ~(1u << WHO_FOCAL_POINT);

	w->country[0] = w->country[1] = 0;
	if (country.len != 2 || (w->roles >> WHO_FOCAL_POINT & 1) == 0 ||
	    (who_roles_rights(wide) & R(FINDINGS_READ)) != 0)
		return;
	w->country[0] = country.p[0];
	w->country[1] = country.p[1];
}

bool
who_count(const struct who *w, uint64_t n, uint64_t *out)
{
	if (who_may(w, RIGHT_FINDINGS_READ)) {
		*out = n;
		return true;
	}
	*out = n - n % WHO_COUNT_STEP;
	return n == 0 || n >= WHO_COUNT_STEP;
}
