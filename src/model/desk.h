/*
 * desk: the records of cooperation, from who answers for a country to what a
 * project brought about. What kinds there are, what each is made of, which states
 * it has, who may move it on and what must hold then are tables (desk_kind.c,
 * desk_state.c); one engine, desk_act(), works by them:
 *
 *	record	a kind's fields (a JSON object), its state, who did what last
 *	deed	new, edit, a move by name, approve, refuse: by an actor, at a moment
 *	guard	what must hold of a record and of those beside it (desk_guard.c)
 *
 * A move, or a change of a field, that takes two persons is proposed first and
 * waits in the record; it is done when another person approves it, and all its
 * guards are looked at on both days. Guards of a state hold as long as a record
 * is in it: a deed after which they would not is refused, and changes nothing.
 *
 * A record's version is one canonical JSON document (RFC 8785) with the hash of
 * the one before, so that a history can be verified without this program. All
 * here is pure: other records are asked for by struct desk_world.
 */
#ifndef MODEL_DESK_H
#define MODEL_DESK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "parse/json.h"

#define DESK_DOC_BYTES_MAX ((size_t)128 << 10)
#define DESK_ID_MAX 64
#define DESK_LIST_MAX 200
#define DESK_TOPICS "1 2 3 4 5 a b c d e f g h i j k l m"

enum desk_kind {
	DESK_COUNTRY, DESK_FOCAL, DESK_ENTITY, DESK_INITIATIVE, DESK_ANSWER, DESK_NEED, DESK_OFFER,
	DESK_PROJECT, DESK_ACTIVITY, DESK_MILESTONE, DESK_INDICATOR, DESK_MEASUREMENT, DESK_CONTRIBUTION,
	DESK_RISK, DESK_MATERIAL, DESK_MEETING, DESK_DECISION, DESK_REPORT, DESK_KIND_COUNT
};

/* Who somebody is at the desk; an actor may be several. */
enum desk_role {
	DESK_C, /* focal point of a country */
	DESK_D, /* deputy */
	DESK_K, /* coordinator: the desk */
	DESK_X, /* expert entity */
	DESK_F, /* donor */
	DESK_A, /* auditor */
	DESK_NODE, /* what follows by itself */
	DESK_ROLE_COUNT
};
const char *desk_role_name(enum desk_role r); /* "focal-point" */

enum desk_type {
	DESK_LINE, /* a text of one line */
	DESK_TEXTS, /* the same said in up to six languages: {"en": "...", "es": "..."} */
	DESK_WORD, /* one of `words` */
	DESK_WORDS, /* some of them */
	DESK_LINES, /* a list of lines */
	DESK_DAY, /* "2026-11-29" */
	DESK_INT, /* from min to max */
	DESK_NUMBER, /* a decimal, as a text: "12.5" */
	DESK_BOOL,
	DESK_MONEY, /* {"amount": "1000.00", "currency": "USD", "date": "2026-11-29"} */
	DESK_POINT, /* {"value": "12.5", "date": "2026-11-29"}: a figure and when it was true */
	DESK_REF, /* the id of a record of kind `to` */
	DESK_REFS,
	DESK_CODE, /* a country by ISO 3166, in capitals */
	DESK_CODES,
	DESK_READY, /* an indicator of the readiness model: "LS-1" */
	DESK_READIES,
	DESK_EVIDENCE, /* [{"sha256" or "url", "seen", "kind", "page", "lang", "note"}] */
	DESK_MAILBOX,
	DESK_URL /* http or https */
};

enum {
	DESK_NEEDED = 1, /* from the start */
	DESK_FIXED = 2, /* not after it was entered */
	DESK_TWO = 4, /* two persons change it, once it is no draft any more */
	DESK_PERSONAL = 8, /* here as a hash alone ("sha256:..."); what it stands for lies beside, and can be forgotten */
	DESK_OURS = 16, /* set with a move, not by who enters or edits */
	DESK_EARLY = 32, /* not after the state that it begins in */
	DESK_LATER = 64 /* not while it is in that state, but with a move */
};

struct desk_field {
	const char *name, *title; /* title: catalogue key */
	enum desk_type type;
	unsigned flags;
	const char *words; /* of WORD, WORDS: with one space between */
	enum desk_kind to; /* of REF, REFS */
	int64_t min, max; /* of INT */
};

/* What must hold; each has its sentence in desk_guard.c. */
enum desk_guard {
	DESK_G_MEMBER, /* a Member of the United Nations */
	DESK_G_LEAD, /* the country has a designated lead focal point */
	DESK_G_TERM, /* no other designation for the same role at the same time */
	DESK_G_SUCCESSOR, /* another record of that role is designated */
	DESK_G_DAYS, /* a span begins before it ends */
	DESK_G_CAP, /* a level above 1 has evidence; "not applicable" a reason */
	DESK_G_REVIEWER, /* who accepts a level is far enough from it */
	DESK_G_ACCEPTED, /* the accepted level is not above the proposed one */
	DESK_G_PUBLIC, /* the country wishes it to be seen */
	DESK_G_RECOGNISED, /* the entity is recognised */
	DESK_G_ASKED, /* the need is open for offers */
	DESK_G_OFFERED, /* an offer was proposed */
	DESK_G_UNOFFERED, /* no offer is left */
	DESK_G_CHOSEN, /* one offer was chosen */
	DESK_G_MATCHED, /* every need behind the project is matched, and of its country */
	DESK_G_BASELINE, /* there are indicators, each with baseline and target */
	DESK_G_MONEY, /* commitments cover the budget, or what is open is said */
	DESK_G_AGREEMENT, /* the agreement named is in force for the country */
	DESK_G_CIRCLE, /* no project is part of itself */
	DESK_G_MILESTONES, /* each is done, or dropped with a reason */
	DESK_G_RESULTS, /* each indicator has an accepted measurement */
	DESK_G_AMOUNTS, /* one currency; committed, paid and spent follow each other */
	DESK_G_PARENT, /* the project that it is part of is under way */
	DESK_G_PROJECT, /* a project for it is under way */
	DESK_G_LOST, /* no project for it is under way any more */
	DESK_G_DELIVERED, /* a project for it has closed */
	DESK_G_FOLLOW, /* follow-up dates lie 6 and 12 months behind */
	DESK_GUARD_COUNT
};
#define DESK_G(x) (UINT64_C(1) << DESK_G_##x)

struct desk_state {
	const char *name, *title;
	uint64_t guards; /* hold while a record is in it */
	const char *needs; /* fields that are filled while it is in it */
	bool final;
	bool locked; /* nothing is edited; a move leads on */
};

struct desk_move {
	const char *name, *title;
	uint32_t from; /* 1u << state */
	unsigned to; /* a state's number */
	uint32_t by, second; /* 1u << role; second 0: one person is enough */
	const char *other_than; /* moves (and "new") whose last doer may not do this one, nor approve it */
	uint64_t guards; /* hold when it is done */
	const char *needs; /* fields that are filled when it is done */
	bool reason; /* a reason is said */
};

/* The states of a kind, the first that it begins in, and the moves between them. */
struct desk_flow {
	const struct desk_state *states;
	size_t state_count;
	const struct desk_move *moves;
	size_t move_count;
};

struct desk_type_of {
	enum desk_kind kind;
	const char *name, *title, *many; /* "need", N_("Need"), N_("Needs") */
	const struct desk_field *fields;
	size_t field_count;
	const struct desk_flow *flow;
	uint32_t create, edit; /* roles */
	const char *natural; /* the id is made of these fields; NULL: of time and chance */
	const char *parent; /* the field that says of what it is a part; its country is this one's */
	const char *entity; /* the field that says whose it is, for experts and donors; NULL: the parent's */
};
const struct desk_type_of *desk_kind_of(enum desk_kind k);
bool desk_kind_find(struct slice name, enum desk_kind *out);
const struct desk_field *desk_field_find(const struct desk_type_of *t, struct slice name);
const struct desk_move *desk_move_find(const struct desk_type_of *t, struct slice name, unsigned state);
bool desk_state_find(const struct desk_type_of *t, struct slice name, unsigned *out);
/* The kind that an id begins with. */
bool desk_id_kind(struct slice id, enum desk_kind *out);
/* "need:01K..." of a moment and 10 random bytes (ULID). */
void desk_id_print(enum desk_kind k, int64_t now_ms, const uint8_t chance[10], char out[DESK_ID_MAX]);

/* Is a word in a list of words with one space between? */
bool desk_word_in(const char *words, struct slice word);

/* --- records --------------------------------------------------------------- */

struct desk_pending {
	struct slice move; /* "edit", or a move's name; NONE: nothing waits */
	struct slice by, reason;
	int64_t at_s;
	const struct json *patch; /* or NULL */
};

struct desk_record {
	struct slice id;
	enum desk_kind kind;
	uint32_t version; /* from 1 */
	unsigned state;
	int64_t created_s, changed_s, state_s; /* state_s: in it since */
	struct slice country; /* "ES", or "" */
	struct slice by, move, reason; /* of this version: who, "new", "edit", "propose", "refuse" or the move */
	const struct json *body; /* fields */
	const struct json *acts; /* {"submit": {"at": 1, "by": "ana"}}: who did each move last */
	struct desk_pending pending;
	struct sha256 before; /* of the version before; zero for the first */
	/* set by desk_doc_read() and desk_doc_write() */
	struct slice json;
	struct sha256 sha;
};

/* A version as one canonical text, which r->json and r->sha become. It lies in a. ERR_LIMIT. */
bool desk_doc_write(struct desk_record *r, struct arena *a, struct err *e) MUST_USE;
/* Read one: canonical, of a kind and with fields that we know. The text must outlive *out. */
bool desk_doc_read(struct slice json, struct arena *a, struct desk_record *out, struct err *e) MUST_USE;

/* Of the body: NULL or NONE where there is none. */
const struct json *desk_get(const struct desk_record *r, const char *field);
struct slice desk_text(const struct desk_record *r, const char *field);
/* Of TEXTS: in this language ("es"), else English, else any. */
struct slice desk_said(const struct desk_record *r, const char *field, const char *lang);
bool desk_day(const struct desk_record *r, const char *field, int64_t *s_out); /* midnight UTC */
bool desk_true(const struct desk_record *r, const char *field);
/* A person reads it: title, or what comes nearest. */
struct slice desk_title(const struct desk_record *r, const char *lang);
/* Who did a move last; NONE: nobody. */
struct slice desk_done_by(const struct desk_record *r, const char *move);
int64_t desk_done_s(const struct desk_record *r, const char *move); /* 0: never */
/* The ids that it refers to, its country's ("country:ES") and its people's accounts' ("account:ana") among them; false: each said so. */
bool desk_refs(const struct desk_record *r, bool (*each)(void *cookie, struct slice id, struct err *e), void *cookie, struct err *e) MUST_USE;
static inline bool
desk_in(const struct desk_record *r, const char *state)
{
	return slice_eq(slice_of_str(desk_kind_of(r->kind)->flow->states[r->state].name), slice_of_str(state));
}

/* --- values ---------------------------------------------------------------- */

/*
 * A field's value, checked and in its one form, as JSON. ERR_INPUT says what is
 * wrong with it, without the field's name.
 */
bool desk_value_put(const struct desk_field *f, const struct json *v, struct buf *out, struct err *e) MUST_USE;
/*
 * The same of what a person types: lists with commas, "1000 USD 2026-11-29",
 * "12.5 2026-11-29", texts in English unless "es:" stands before, evidence as a
 * link or "sha256:...", with the day it was seen behind it.
 */
bool desk_value_type(const struct desk_field *f, struct slice text, struct buf *out, struct err *e) MUST_USE;
/* As a person reads it, on one line. */
void desk_value_print(const struct desk_field *f, const struct json *v, const char *lang, struct buf *out);

#define DESK_AMOUNT_SCALE 1000
struct desk_money {
	int64_t amount; /* thousandths */
	struct slice currency; /* ISO 4217 */
	int64_t date_s;
};
/* A decimal with at most three places, in thousandths; at most 10^12. */
bool desk_amount_read(struct slice text, int64_t *out);
void desk_amount_print(int64_t amount, struct buf *out);
bool desk_money_read(const struct json *v, struct desk_money *out);
bool desk_currency_ok(struct slice code);
bool desk_day_read(struct slice text, int64_t *s_out); /* "YYYY-MM-DD" alone, a day that there is */
/* So many working days (Monday to Friday) after a moment. */
int64_t desk_working_days(int64_t from_s, unsigned days);
/* The same day so many months later; a shorter month's last day where it has none. */
int64_t desk_months(int64_t from_s, int months);

/* --- deeds ------------------------------------------------------------------ */

struct desk_actor {
	struct slice login; /* of the person; of DESK_NODE "node" */
	uint32_t roles; /* 1u << role */
	struct slice country; /* of C and D */
	const struct slice *entities; /* ids, of X and F */
	size_t entity_count;
};

/* The records beside the one that is worked on, as they are now. */
struct desk_world {
	void *cookie;
	bool (*get)(void *cookie, struct slice id, struct arena *a, struct desk_record *out, bool *found_out, struct err *e);
	/* All of a kind that refer to a record (a country's too: "country:ES"). */
	bool (*each)(void *cookie, enum desk_kind kind, struct slice of,
	    bool (*take)(void *to, const struct desk_record *r, struct err *e), void *to, struct err *e);
	/* Is there an agreement of this name in force for a party of this country? */
	bool (*agreement)(void *cookie, struct slice id, struct slice country, int64_t now_s, bool *out, struct err *e);
	/* Keep a version; what was asked before is answered by it from now on. */
	bool (*put)(void *cookie, const struct desk_record *r, struct err *e);
};

enum desk_verb { DESK_NEW, DESK_EDIT, DESK_MOVE, DESK_APPROVE, DESK_REFUSE };

struct desk_deed {
	enum desk_verb verb;
	enum desk_kind kind; /* NEW */
	struct slice id; /* NEW: where the kind has no natural one */
	struct slice move; /* MOVE */
	const struct json *patch; /* fields; null takes one out. May be NULL */
	struct slice reason;
	const struct desk_actor *actor;
	int64_t now_s;
};

/*
 * What becomes of a record (NULL: there is none yet) by a deed: *out is its next
 * version, in a, with its JSON. ERR_DENIED: this person may not. ERR_CONFLICT: not
 * in this state, or a guard does not hold. ERR_INPUT: a value is wrong. Of others
 * nothing is changed, and whether this leaves them as they may be is not looked
 * at: desk_do() does both.
 */
bool desk_act(const struct desk_record *was, const struct desk_deed *d, const struct desk_world *w,
    struct arena *a, struct desk_record *out, struct err *e) MUST_USE;

/*
 * A deed with all that follows from it: w->put() is given each record's next
 * version, the deed's own (*out) first. Then every record that was touched, and
 * those that they speak of, must hold. On failure the caller undoes what was put.
 */
bool desk_do(struct slice id, const struct desk_deed *d, const struct desk_world *w, struct arena *a,
    struct desk_record *out, struct err *e) MUST_USE;

/* May this person begin or approve it, by role, country and entity? For lists of what can be done. */
bool desk_may(const struct desk_record *r, const struct desk_move *m, bool second, const struct desk_actor *x,
    const struct desk_world *w, struct arena *a);
/* Do the guards of the state that a record is in hold? ERR_CONFLICT says which does not. */
bool desk_holds(const struct desk_record *r, const struct desk_world *w, struct arena *a, struct err *e) MUST_USE;

/* What happens to others by itself when a move was done: see desk_state.c. */
struct desk_follow {
	enum desk_kind kind;
	const char *move;
	const char *field; /* of the moved record: those that it refers to; NULL: those of `to` that refer to what it refers to by `by` */
	const char *by;
	enum desk_kind to;
	const char *then;
};
extern const struct desk_follow desk_follows[];
extern const size_t desk_follow_count;

/* What time does: in this state for so long, or past a day that the record names. */
struct desk_clock {
	enum desk_kind kind;
	const char *state;
	const char *day; /* field; NULL: counted from the last change */
	int months; /* after it */
	const char *then; /* the move; NULL: it is late, and shown so */
	unsigned working_days; /* since the state began, instead of months */
};
extern const struct desk_clock desk_clocks[];
extern const size_t desk_clock_count;
/* When the next clock of a record strikes; INT64_MAX: none. *clock_out may be NULL. */
int64_t desk_due(const struct desk_record *r, const struct desk_clock **clock_out);

#endif
