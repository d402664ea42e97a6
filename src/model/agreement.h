/*
 * agreement: what two parties have said may flow between them. A memorandum of
 * understanding with a depositary, a technical-cooperation agreement, or a
 * project: a text, and the acts of its parties, in one chain.
 *
 *	text    a canonical JSON document (RFC 8785): kind, lead, parties, the rule by
 *	        which it comes into force, term, notice, data clauses, and the hashes
 *	        of its wordings in up to six languages
 *	act     a canonical JSON line {"act":{...},"signature":"..."}: numbered, with
 *	        the hash of the line before, signed by the party whose act it is; in a
 *	        memorandum the depositary's receipt stands in the line, too, and its
 *	        date is the one that counts
 *	lead    the depositary of a memorandum, the coordinator of the others: opens,
 *	        invites, amends and ends, and keeps the register
 *
 *	instrument  draft -> open -> in-force <-> amended -> ended
 *	adhesion    invited -> signed -> deposited -> in-force -> withdrawal-notified -> left
 *	            (deposited in a memorandum alone); reserved and back at any time
 *
 *	key         a party's or the lead's becomes another by an act that the old one
 *	            signs, or, of a party, that the lead signs on a paper from it
 *
 * All is pure: the same acts give the same states at a date, and what comes
 * later changes nothing before it (decision 0110).
 */
#ifndef MODEL_AGREEMENT_H
#define MODEL_AGREEMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/ed25519.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/lang.h"
#include "model/policy.h"

#define AGREEMENT_NEVER INT64_MAX
#define AGREEMENT_ID_MAX 64
#define AGREEMENT_TEXT_BYTES_MAX ((size_t)256 << 10)
#define AGREEMENT_LINE_BYTES_MAX ((size_t)16 << 10)
#define AGREEMENT_PARTIES_MAX 512
#define AGREEMENT_CLAUSES_MAX 64
#define AGREEMENT_VERSIONS_MAX 64
#define AGREEMENT_ACTS_MAX 100000
/* What is gone through for each act: times that parties were invited, and reservations. */
#define AGREEMENT_ROUNDS_MAX 4096
#define AGREEMENT_RESERVATIONS_MAX 32768
#define AGREEMENT_DAYS_MAX 36525
/* So far may another's clock be ahead. */
#define AGREEMENT_SKEW_S 3600

enum agreement_kind { AGREEMENT_MEMORANDUM, AGREEMENT_TECHNICAL, AGREEMENT_PROJECT, AGREEMENT_KIND_COUNT };
const char *agreement_kind_name(enum agreement_kind k); /* "memorandum" */

enum agreement_state { AGREEMENT_DRAFT, AGREEMENT_OPEN, AGREEMENT_IN_FORCE, AGREEMENT_AMENDED, AGREEMENT_ENDED, AGREEMENT_STATE_COUNT };
const char *agreement_state_name(enum agreement_state s); /* "in-force" */
const char *agreement_state_title(enum agreement_state s); /* catalogue key */

enum adhesion_state {
	ADHESION_NONE, ADHESION_INVITED, ADHESION_SIGNED, ADHESION_DEPOSITED, ADHESION_IN_FORCE,
	ADHESION_NOTIFIED, ADHESION_LEFT, ADHESION_STATE_COUNT
};
const char *adhesion_state_name(enum adhesion_state s); /* "withdrawal-notified" */

enum act_kind {
	ACT_OPENED, ACT_INVITED, ACT_SIGNED, ACT_DEPOSITED, ACT_RESERVED, ACT_RESERVATION_WITHDRAWN,
	ACT_WITHDRAWAL_NOTIFIED, ACT_AMENDED, ACT_ENDED, ACT_KEY_CHANGED, ACT_KIND_COUNT
};
const char *act_kind_name(enum act_kind k); /* "reservation-withdrawn" */

/* What a party does in it; of no weight for what may flow. */
enum party_role { PARTY_MEMBER, PARTY_EXPERT, PARTY_DONOR, PARTY_ROLE_COUNT };
const char *party_role_name(enum party_role r); /* "member" */

enum onward { ONWARD_NONE, ONWARD_SAME, ONWARD_NAMED, ONWARD_COUNT };
const char *onward_name(enum onward o); /* "same-agreement" */

/* What becomes of personal data: a name's domain, an address' network, or all of it. */
enum personal { PERSONAL_REMOVED, PERSONAL_REDUCED, PERSONAL_WHOLE, PERSONAL_COUNT };
const char *personal_name(enum personal p); /* "removed" */

/* Uses that are excluded beside the two that always are. */
enum exclude { EXCLUDE_EXPRESSION, EXCLUDE_CHILDREN, EXCLUDE_COMMERCE, EXCLUDE_PROFILING, EXCLUDE_COUNT };
const char *exclude_name(enum exclude x); /* "expression" */
const char *exclude_title(enum exclude x); /* catalogue key */

struct agreement_personal {
	enum personal recipients; /* of spam */
	enum personal accounts;
	enum personal victims; /* their addresses; reduced: to v4_bits, v6_bits */
	uint8_t v4_bits, v6_bits;
	struct slice ground; /* why anything of it may be whole; empty: nothing is */
};

struct agreement_clause {
	uint32_t number; /* from 1 */
	enum policy_category category;
	uint32_t purposes; /* 1u << policy_purpose */
	enum tlp tlp; /* the highest; RED never */
	struct agreement_personal personal;
	uint32_t retention_days;
	enum onward onward;
	struct slice *named; /* of ONWARD_NAMED: parties' ids */
	uint32_t named_count;
	uint32_t excluded; /* 1u << exclude */
};

struct agreement_party {
	struct slice id; /* "es-cert" */
	struct slice name, country; /* country: "" or ISO 3166 */
	enum party_role role;
	struct ed25519_key key;
};

struct agreement_text {
	struct sha256 sha;
	struct slice json; /* canonical */
	struct slice id;
	enum agreement_kind kind;
	uint32_t version; /* 1, 2, ... */
	struct slice titles[LANG_COUNT]; /* NONE: not in this language */
	struct { bool there; struct sha256 sha; } wordings[LANG_COUNT];
	uint32_t authentic; /* 1u << lang */
	struct agreement_party lead;
	struct agreement_party *parties; /* of version 1; later ones join by being invited */
	uint32_t party_count;
	uint32_t force_count, force_delay_days; /* so many deposits (signatures), so long before */
	uint32_t term_days, renewals; /* 0 days: without an end */
	uint32_t notice_days;
	struct agreement_clause *clauses;
	uint32_t clause_count;
};

/*
 * Read a text: canonical, complete, of this version of the form. Its slices lie
 * in json and a. ERR_INPUT names the member that is wrong or unknown.
 */
bool agreement_text_read(struct slice json, struct arena *a,
    struct agreement_text *out, struct err *e) MUST_USE;
/* A draft as a person wrote it, checked and brought to canonical form. */
bool agreement_draft_read(struct slice json, struct arena *a, struct agreement_text *out,
    struct buf *canonical, struct err *e) MUST_USE;
/* The languages whose wording is to be handed out where one is asked for: that, then the authentic ones. How many. */
unsigned agreement_wording_order(const struct agreement_text *t, enum lang asked, enum lang out[LANG_COUNT]);
/* The title in a language, else in an authentic one, else in one that there is. */
struct slice agreement_title(const struct agreement_text *t, enum lang lang);
bool agreement_id_ok(struct slice id); /* of parties, too: a-z 0-9 - */

/* A mailbox, or an account's name, as it may be known: "" where it goes, "x@example.org", or whole. */
struct slice agreement_mailbox(enum personal p, struct slice s, struct arena *a);
/* The network that stands for a victim's address; false: it goes altogether. */
bool agreement_victim(const struct agreement_personal *p, struct ip ip, struct prefix *out);
/* "recipients=removed accounts=reduced victims=reduced/24/48 retention=90": for the log. */
void agreement_profile_print(const struct agreement_clause *c, struct buf *b);

/* --- acts ------------------------------------------------------------------ */

struct agreement_act {
	enum act_kind kind;
	uint32_t number; /* from 1 */
	struct slice agreement, party;
	struct sha256 text; /* the one that held when it was done */
	struct sha256 before; /* of the line before; zero for the first */
	struct sha256 paper; /* of the paper that it is written on */
	int64_t date_s;
	uint32_t clause; /* reserved, reservation-withdrawn */
	struct agreement_party invites; /* invited */
	struct sha256 amends; /* amended: the new text */
	/* key-changed: whose key becomes which; proof: the new key's signature */
	struct slice holder;
	struct ed25519_key key;
	struct ed25519_signature proof;
	struct ed25519_signature signature;
	bool receipted;
	int64_t receipt_s;
	struct ed25519_signature receipt;
	/* what is signed */
	struct slice body, received;
	struct sha256 sha; /* of the line */
	struct slice line;
};

static inline int64_t
act_effective_s(const struct agreement_act *x)
{
	return x->receipted ? x->receipt_s : x->date_s;
}

/* Read one line; signatures are not looked at, as the keys are not known here. */
bool agreement_act_read(struct slice line, struct arena *a,
    struct agreement_act *out, struct err *e) MUST_USE;
bool agreement_act_verify(const struct agreement_act *x, const struct ed25519_key *key) MUST_USE;
bool agreement_receipt_verify(const struct agreement_act *x, const struct ed25519_key *lead) MUST_USE;

/* --- agreements ------------------------------------------------------------ */

/* One time that a party is in it; who left and came back has two. */
struct agreement_accept { uint32_t version; int64_t at_s; };
struct adhesion {
	uint32_t party;
	int64_t invited_s, signed_s, deposited_s, in_force_s, notified_s, left_s; /* AGREEMENT_NEVER */
	struct agreement_accept *accepts; /* versions of the text, as they were accepted */
	uint32_t accept_count;
};
struct agreement_reservation {
	uint32_t party, clause;
	int64_t from_s, until_s;
};

/* A key that became another: by the holder's old key, or by the lead on a paper. */
struct agreement_key_change {
	struct slice holder;
	struct ed25519_key from, to;
	int64_t at_s;
	bool by_lead;
};

struct agreement {
	struct arena a;
	const struct agreement_text **texts; /* by version, from 1 at 0; beyond `version`: not yet in force */
	uint32_t text_count;
	uint32_t version; /* the one that acts name now */
	int64_t *version_s; /* when each version was opened */
	struct agreement_party lead; /* with the key that it has after the last act, as parties have theirs */
	struct agreement_party *parties;
	uint32_t party_count;
	struct agreement_key_change *changes; /* in order */
	uint32_t change_count;
	struct adhesion *adhesions; /* in the order of invitations */
	uint32_t adhesion_count;
	struct agreement_reservation *reservations;
	uint32_t reservation_count;
	struct agreement_act *acts;
	uint32_t act_count;
	int64_t opened_s, in_force_s, ended_s; /* AGREEMENT_NEVER; ended_s: by act */
};

/* Of its first text. Later texts by agreement_text_add(), then the acts in order. */
bool agreement_new(struct slice text, struct agreement **out, struct err *e) MUST_USE;
void agreement_free(struct agreement **g);
/* A further version: ERR_INPUT unless it is the next one, of the same agreement and lead (by name; its key is looked at when it is amended to). */
bool agreement_text_add(struct agreement *g, struct slice text, struct err *e) MUST_USE;
/*
 * The next act: its place in the chain, its signatures, its dates (not after
 * now_s) and whether it may be done in the state that it finds. The error names
 * the act's number and what is wrong; g is then as it was.
 */
bool agreement_act_add(struct agreement *g, struct slice line, int64_t now_s,
    struct err *e) MUST_USE;
/*
 * Would the depositary take this line, which has no receipt yet, if it came now?
 * Says what agreement_act_add() would; g is not to be used afterwards.
 */
bool agreement_act_try(struct agreement *g, struct slice line, int64_t now_s,
    struct err *e) MUST_USE;
/* The last line's hash; zero where there is none. */
struct sha256 agreement_head(const struct agreement *g);
static inline const struct agreement_text *
agreement_text_now(const struct agreement *g)
{
	return g->texts[g->version - 1];
}

/* What somebody is about to do. */
struct agreement_deed {
	enum act_kind kind;
	struct slice party;
	struct sha256 paper;
	int64_t date_s;
	uint32_t clause;
	const struct agreement_party *invites;
	struct sha256 amends;
	struct slice holder; /* key-changed: the party itself, or whose key the lead writes down */
	struct ed25519_key key;
	struct ed25519_signature proof; /* by agreement_key_prove() */
};
/* The line for it, signed, with the place that the register has now; without a receipt. */
bool agreement_act_make(const struct agreement *g, const struct agreement_deed *d,
    const struct ed25519 *key, struct arena *a, struct slice *line_out, struct err *e) MUST_USE;
/* The line again, with the depositary's receipt. */
bool agreement_receipt_make(struct slice line, const struct ed25519 *lead, int64_t date_s,
    struct arena *a, struct slice *line_out, struct err *e) MUST_USE;

enum agreement_state agreement_state_at(const struct agreement *g, int64_t date_s);
/* From when on it is ended, by act, term or as all have left; AGREEMENT_NEVER. */
int64_t agreement_end_s(const struct agreement *g);

/*
 * UINT32_MAX: no party of this name; with a key: or it has another. A key that was
 * its own counts as long as it alone laid it down; where the lead wrote a change
 * down since, only what people have entered as the new one does.
 */
uint32_t agreement_party_find(const struct agreement *g, struct slice id, const struct ed25519_key *key);
/* The same of the lead. */
bool agreement_lead_is(const struct agreement *g, struct slice id, const struct ed25519_key *key);
/* Has anybody in it this key, or had it? */
bool agreement_key_was(const struct agreement *g, const struct ed25519_key *key, struct slice *holder_out);
/* Is an act for the lead alone, and is it receipted? holder: of ACT_KEY_CHANGED. */
bool agreement_by_lead(const struct agreement *g, enum act_kind k, struct slice party);
bool agreement_receipted(const struct agreement *g, enum act_kind k, struct slice party, struct slice holder);
/*
 * The new key's signature for ACT_KEY_CHANGED; lost: for what the lead is to write
 * down, else for the act that the party makes now. ERR_DENIED: no such party.
 */
bool agreement_key_prove(const struct agreement *g, struct slice holder, bool lost, const struct ed25519 *next,
    struct arena *a, struct ed25519_signature *out, struct err *e) MUST_USE;
/* The round that counts on a date, or NULL. */
const struct adhesion *agreement_adhesion_at(const struct agreement *g, uint32_t party, int64_t date_s);
enum adhesion_state adhesion_state_at(const struct adhesion *x, int64_t date_s);
/* The highest version of the text that it has accepted; 0: none. */
uint32_t adhesion_version_at(const struct adhesion *x, int64_t date_s);
bool agreement_reserved_at(const struct agreement *g, uint32_t party, uint32_t clause, int64_t date_s);

/* --- between two ------------------------------------------------------------ */

/* One agreement as it stands between us and a partner. */
struct agreement_pair {
	const struct agreement *agreement;
	uint32_t us, partner; /* party, or UINT32_MAX */
};

/*
 * The pairs of all agreements that both are named in, under these keys. The
 * caller frees *out.
 */
void agreement_pairs(struct agreement *const *v, size_t n, const struct agreement_party *us,
    const struct agreement_party *partner, struct agreement_pair **out, size_t *count_out);

enum pair_state { PAIR_NOT_IN_FORCE, PAIR_LEFT, PAIR_EXPIRED, PAIR_IN_FORCE };
/*
 * Does it hold for both on that date? *text_out: the version that both have
 * accepted. Who is notified as leaving is in it until the notice has run out.
 */
enum pair_state agreement_pair_at(const struct agreement_pair *p, int64_t date_s,
    const struct agreement_text **text_out);

/* The clause by its number, or NULL. */
const struct agreement_clause *agreement_clause_find(const struct agreement_text *t, uint32_t number);

#endif
