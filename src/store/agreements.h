/*
 * agreements: who our partners are, the texts and acts of agreements as they were
 * signed, and under what we have what others gave us. What is read is verified
 * each time (model/agreement.h): a row that somebody changed makes its agreement
 * count as none.
 */
#ifndef STORE_AGREEMENTS_H
#define STORE_AGREEMENTS_H

#include "model/agreement.h"
#include "model/who.h"
#include "store/store.h"

/* --- partners ---------------------------------------------------------------- */

/* A node or system of others; id is its name as a party to agreements. */
struct partner {
	struct slice id, name, country; /* country: "" or ISO 3166 */
	struct slice kind; /* "node", "taxii", "misp", "other" */
	bool has_key;
	struct ed25519_key key;
	struct slice url; /* "": unknown */
	int64_t cert; /* its client certificate (store/token.h); 0: none */
	int64_t created_s;
};

/*
 * Enter one, or put it otherwise. ERR_INPUT: a name, country or kind that is
 * none. ERR_CONFLICT: another partner has the key, or it had another key and
 * `rekey` is not set; another has the certificate. ERR_ABSENT: there is no such
 * certificate.
 */
bool partner_put(struct store *s, const struct partner *p, bool rekey, int64_t now_s, struct err *e) MUST_USE;
/* Texts lie in a. */
bool partner_get(struct store *s, struct slice id, struct arena *a, struct partner *out, bool *found_out, struct err *e) MUST_USE;
/* By its client certificate: who asks at the door. */
bool partner_of_cert(struct store *s, int64_t cert, struct arena *a, struct partner *out, bool *found_out, struct err *e) MUST_USE;
bool partner_list(struct store *s, bool (*each)(void *cookie, const struct partner *p, struct err *e),
    void *cookie, struct err *e) MUST_USE;
bool partner_remove(struct store *s, struct slice id, struct err *e) MUST_USE; /* ERR_ABSENT */

/*
 * Our own name and key as a party: the public half, for who may not read the
 * secret one. *found_out false: none was given.
 */
bool party_self(struct store *s, struct arena *a, struct agreement_party *out, bool *found_out, struct err *e) MUST_USE;
bool party_self_put(struct store *s, struct slice id, const struct ed25519_key *key, struct err *e) MUST_USE;

/* Another number after every change of partners, texts or acts: for who keeps what was loaded. */
bool agreements_version(struct store *s, int64_t *out, struct err *e) MUST_USE;

/* --- agreements --------------------------------------------------------------- */

/*
 * A text: a draft, which replaces the draft before it, or a further version, until
 * an act names it. ERR_CONFLICT: one that acts rest on is there, and another.
 */
bool agreement_text_put(struct store *s, const struct agreement_text *t, struct err *e) MUST_USE;
/* An act that agreement_act_add() took. */
bool agreement_act_put(struct store *s, struct slice id, const struct agreement_act *x, struct err *e) MUST_USE;
/* Of an agreement that was verified all that lies behind so many texts and acts; a draft gives way. */
bool agreement_put(struct store *s, const struct agreement *g, uint32_t texts, uint32_t acts, struct err *e) MUST_USE;
/* One, verified. ERR_ABSENT; whatever is wrong with it else. */
bool agreement_load(struct store *s, struct slice id, int64_t now_s, struct agreement **out, struct err *e) MUST_USE;
/* A draft that nothing was done about. ERR_CONFLICT: it was opened. */
bool agreement_draft_remove(struct store *s, struct slice id, struct err *e) MUST_USE;

struct agreements {
	struct agreement **v;
	size_t n;
	size_t refused; /* so many could not be verified, and are left out with a warning */
};
bool agreements_load(struct store *s, int64_t now_s, struct agreements *out, struct err *e) MUST_USE;
void agreements_fini(struct agreements *x);

/* A wording's own bytes, under their hash. */
#define AGREEMENT_WORDING_BYTES_MAX ((size_t)4 << 20)
bool agreement_wording_put(struct store *s, struct slice bytes, struct err *e) MUST_USE;
bool agreement_wording_get(struct store *s, const struct sha256 *sha, struct arena *a, struct slice *out,
    bool *found_out, struct err *e) MUST_USE;

/* --- proposals ------------------------------------------------------------------- */

/*
 * An act of ours, or a receipt for a party's act, that one person proposed and a
 * second one decides on. They stay when they are decided on: who did is history.
 */
enum proposal_state { PROPOSAL_OPEN, PROPOSAL_DONE, PROPOSAL_REFUSED, PROPOSAL_STATE_COUNT };
const char *proposal_state_name(enum proposal_state s); /* "open" */
#define PROPOSALS_OPEN_MAX 1000
#define PROPOSAL_DAYS 30
struct proposal {
	int64_t id; /* 1, 2, ...: never given twice */
	struct slice agreement;
	enum act_kind kind;
	struct sha256 text, paper; /* text: the one that held when it was proposed */
	int64_t date_s;
	uint32_t clause;
	struct slice party; /* invited; of a receipt: whose act it is */
	enum party_role role;
	struct ed25519_key key; /* that it is about; zero: none */
	struct slice request; /* key-changed: of a party that lost its own */
	struct slice line; /* of a receipt: the party's act; else NONE or "" */
	enum who_kind by_kind;
	int64_t by_account; /* 0: none */
	struct slice by;
	int64_t at_s;
	enum proposal_state state;
	struct slice decided_by;
	int64_t decided_s;
};
/* p->id and at_s are set. ERR_LIMIT: too many wait. */
bool proposal_add(struct store *s, struct proposal *p, int64_t now_s, struct err *e) MUST_USE;
bool proposal_get(struct store *s, int64_t id, struct arena *a, struct proposal *out, struct err *e) MUST_USE; /* ERR_ABSENT */
/* Newest first; those that wait, or all. limit 0: no limit. Texts live until the next. */
bool proposal_list(struct store *s, bool decided, size_t limit, bool (*each)(void *cookie, const struct proposal *p, struct err *e),
    void *cookie, struct err *e) MUST_USE;
/* ERR_CONFLICT: it was decided on before. */
bool proposal_decide(struct store *s, int64_t id, enum proposal_state state, struct slice by, int64_t now_s, struct err *e) MUST_USE;

/* --- what came from others ------------------------------------------------------ */

struct origin {
	struct slice record; /* "indicator--..." */
	struct slice agreement, party;
	uint32_t version, clause; /* of the text that held then */
	int64_t received_s, until_s;
};
/* Kept under a clause from received_s on; a later reception counts anew. until_s is made of it. */
bool origin_put(struct store *s, struct slice record, const struct agreement_pair *p, const struct agreement_text *t,
    const struct agreement_clause *c, int64_t received_s, struct err *e) MUST_USE;
/*
 * It came from a source that we have no agreement with (a public feed): there is
 * no clause that would let it go on, and none that ends its time.
 */
bool origin_put_source(struct store *s, struct slice record, struct slice partner, int64_t received_s, struct err *e) MUST_USE;
bool origin_get(struct store *s, struct slice record, struct arena *a, struct origin *out, bool *found_out,
    struct err *e) MUST_USE;
/* A record that is gone: what comes under its name later has another origin. Fine where there is none. */
bool origin_forget(struct store *s, struct slice record, struct err *e) MUST_USE;
/*
 * Records whose time is over: each goes to remove(), which takes it out of where
 * it lies, and with it goes what is known of its origin, in one transaction a
 * hundred. About most of them at once (0: all). *count_out: so many; *end_out: no
 * more are due.
 */
bool origin_sweep(struct store *s, int64_t now_s, bool (*remove)(void *cookie, const struct origin *o, struct err *e),
    void *cookie, size_t most, uint64_t *count_out, bool *end_out, struct err *e) MUST_USE;

#endif
