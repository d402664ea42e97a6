#include "share/known.h"

#include "model/agreement.h"
#include "model/protect.h"
#include "model/reduce.h"
#include "parse/domain.h"

static enum reduce_profile
profile_of(enum policy_role role)
{
	switch (role) {
	case ROLE_NETWORK_CONTACT:
	case ROLE_DOMAIN_CONTACT:
		return REDUCE_OWNER;
	case ROLE_FOCAL_POINT:
	case ROLE_OTHER:
	case ROLE_PARTNER:
		break;
	}
	return REDUCE_OTHER;
}

/* The fact, and where: of a page, as older stores have it, the host. */
static void
fact_alone(struct finding_row *row)
{
	struct url u;

	if (row->kind == PLACE_URL)
		row->place = url_split(row->place, &u) ? u.host : S("");
	else if (row->kind == PLACE_ACCOUNT || (row->kind == PLACE_HASH && !protected_name(row->place)))
		row->place = S("");
	if (!protected_name(row->identifier))
		row->identifier = S("");
	row->label = S("");
}

static void
known(struct finding_row *row, enum reduce_profile p, struct arena *a)
{
	static const enum field places[PLACE_KIND_COUNT] = { [PLACE_IP] = FIELD_SOURCE_IP,
		[PLACE_NETWORK] = FIELD_SOURCE_NETWORK, [PLACE_FQDN] = FIELD_SOURCE_FQDN,
		[PLACE_URL] = FIELD_SOURCE_URL, [PLACE_ASN] = FIELD_SOURCE_ASN,
		[PLACE_ACCOUNT] = FIELD_SOURCE_ACCOUNT, [PLACE_HASH] = FIELD_MALWARE_HASH_SHA256,
		[PLACE_TARGET] = FIELD_DESTINATION_URL };

	if (class_protected(row->class)) {
		fact_alone(row);
		return;
	}
	row->place = reduce_field(p, places[row->kind], row->place, a);
	row->identifier = reduce_field(p, FIELD_CLASSIFICATION_IDENTIFIER, row->identifier, a);
	row->label = reduce_field(p, FIELD_EVENT_DESCRIPTION_TEXT, row->label, a);
	row->feed = reduce_field(p, FIELD_FEED_NAME, row->feed, a);
}

void
known_row(struct finding_row *row, enum policy_role role, struct arena *a)
{
	known(row, profile_of(role), a);
}

/* Whom it happened to: a name cannot be reduced, as an address can. */
static void
victim(struct finding_row *row, const struct agreement_personal *p, struct arena *a)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix net;

	if (p->victims == PERSONAL_WHOLE)
		return;
	row->place = S("");
	if (!row->has_ip)
		return;
	row->has_ip = agreement_victim(p, row->ip, &net);
	if (!row->has_ip)
		return;
	row->ip = net.ip;
	row->place = arena_copy(a, slice_of(text, prefix_print(&net, text)));
}

void
known_row_by_clause(struct finding_row *row, const struct agreement_clause *c, struct arena *a)
{
	known(row, c->personal.accounts == PERSONAL_WHOLE ? REDUCE_OWNER : REDUCE_OTHER, a);
	if (row->kind == PLACE_ACCOUNT && c->personal.accounts == PERSONAL_REMOVED)
		row->place = S("");
	if (row->kind == PLACE_TARGET)
		victim(row, &c->personal, a);
}
