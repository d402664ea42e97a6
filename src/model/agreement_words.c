/*
 * agreement_words: the words that agreements are written in, as documents,
 * options and the API have them.
 */
#include "model/agreement_room.h"
#include "model/reduce.h"

#define NAME_OF(table, i) ((unsigned)(i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : "")

static const char *const kinds[] = { "memorandum", "technical-cooperation", "project" };
static const char *const states[] = { "draft", "open", "in-force", "amended", "ended" };
/* Not the words themselves: a notice is a draft, too, and an account is open. */
static const char *const state_titles[] = { N_("being drafted"), N_("open for signature"), N_("in force"), N_("in force, amended"), N_("ended") };
static const char *const adhesions[] = { N_("none"), N_("invited"), N_("signed"), N_("deposited"), N_("in-force"), N_("withdrawal-notified"), N_("left") };
static const char *const acts[] = { N_("opened"), N_("invited"), N_("signed"), N_("deposited"), N_("reserved"), N_("reservation-withdrawn"), N_("withdrawal-notified"), N_("amended"), N_("ended"), N_("key-changed") };
static const char *const roles[] = { "member", "expert", "donor" };
static const char *const onwards[] = { "none", "same-agreement", "named" };
static const char *const personals[] = { "removed", "reduced", "whole" };
static const char *const excludes[] = { "expression", "children", "commerce", "profiling" };
static const char *const exclude_titles[] = {
	N_("never against the expression of opinions"),
	N_("data on children for their protection alone"),
	N_("not for commerce"),
	N_("not to make profiles of persons"),
};

const char *agreement_kind_name(enum agreement_kind k) { return NAME_OF(kinds, k); }
const char *agreement_state_name(enum agreement_state s) { return NAME_OF(states, s); }
const char *agreement_state_title(enum agreement_state s) { return NAME_OF(state_titles, s); }
const char *adhesion_state_name(enum adhesion_state s) { return NAME_OF(adhesions, s); }
const char *act_kind_name(enum act_kind k) { return NAME_OF(acts, k); }
const char *party_role_name(enum party_role r) { return NAME_OF(roles, r); }
const char *onward_name(enum onward o) { return NAME_OF(onwards, o); }
const char *personal_name(enum personal p) { return NAME_OF(personals, p); }
const char *exclude_name(enum exclude x) { return NAME_OF(excludes, x); }
const char *exclude_title(enum exclude x) { return NAME_OF(exclude_titles, x); }

bool
agreement_id_ok(struct slice id)
{
	if (id.len == 0 || id.len > AGREEMENT_ID_MAX || id.p[0] == '-' || id.p[id.len - 1] == '-')
		return false;
	for (size_t i = 0; i < id.len; i++) {
		uint8_t c = id.p[i];

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-')
			return false;
	}
	return true;
}

struct slice
agreement_mailbox(enum personal p, struct slice s, struct arena *a)
{
	switch (p) {
	case PERSONAL_WHOLE:
		return s;
	case PERSONAL_REDUCED:
		return reduce_account(s, a);
	case PERSONAL_REMOVED:
	case PERSONAL_COUNT:
		break;
	}
	return S("");
}

static struct prefix
network_of(struct ip ip, unsigned bits)
{
	if (bits < 64) {
		ip.hi = bits == 0 ? 0 : ip.hi & ~(UINT64_MAX >> bits);
		ip.lo = 0;
	} else if (bits < 128) {
		ip.lo = bits == 64 ? 0 : ip.lo & ~(UINT64_MAX >> (bits - 64));
	}
	return (struct prefix){ ip, (uint8_t)bits };
}

bool
agreement_victim(const struct agreement_personal *p, struct ip ip, struct prefix *out)
{
	unsigned bits = ip_is_v4(ip) ? 96u + p->v4_bits : p->v6_bits;

	if (p->victims == PERSONAL_REMOVED)
		return false;
	*out = network_of(ip, p->victims == PERSONAL_WHOLE ? 128 : bits);
	return true;
}

void
agreement_profile_print(const struct agreement_clause *c, struct buf *b)
{
	buf_printf(b, "recipients=%s accounts=%s victims=%s", personal_name(c->personal.recipients),
	    personal_name(c->personal.accounts), personal_name(c->personal.victims));
	if (c->personal.victims == PERSONAL_REDUCED)
		buf_printf(b, "/%u/%u", c->personal.v4_bits, c->personal.v6_bits);
	buf_printf(b, " retention=%u", c->retention_days);
}
