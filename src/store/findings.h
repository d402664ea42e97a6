/*
 * findings: asking for them, acting on them, counting them.
 */
#ifndef STORE_FINDINGS_H
#define STORE_FINDINGS_H

#include "store/store.h"

/* Where an event stands in the archive. */
struct finding_at {
	int64_t report;
	uint64_t offset;
	uint32_t length;
	struct slice part;
};

/* Slices live until the next finding_next() of the same walk. */
struct finding_row {
	int64_t id;
	enum class class;
	enum place_kind kind;
	bool has_ip;
	struct ip ip;
	struct slice place; /* canonical text, of an address too */
	struct slice identifier, transport; /* "": none */
	uint16_t port; /* 0: none */
	uint32_t asn; /* 0: unknown */
	struct slice country; /* "": unknown */
	int64_t first_s, last_s;
	uint64_t count;
	enum tlp tlp; /* the strictest of its events */
	enum finding_state state; /* as it counts now, silence included */
	/*
	 * What the state rests on: when somebody acted, when it fell silent,
	 * when it came back from silence; for one that came back after it was
	 * said to be resolved, when that was said. 0 for a new one.
	 */
	int64_t state_s;
	int64_t notified_s; /* 0: never */
	struct slice feed, label; /* of the latest event */
	struct finding_at first, last;
};

enum finding_order {
	FINDING_BY_ID, /* IPv4 networks lie side by side; cheapest */
	FINDING_BY_LAST, /* latest first */
	FINDING_BY_FIRST, /* newest finding first */
	FINDING_BY_COUNT /* most events first */
};

/* What is asked: all parts must hold. NONE, 0 and false ask for nothing. */
struct finding_query {
	int64_t id; /* one finding */
	struct slice class_type; /* "infected-system" */
	struct slice taxonomy; /* "malicious-code" */
	struct slice country; /* "ES"; "-": unknown */
	bool has_asn;
	uint32_t asn; /* 0: unknown */
	bool has_prefix;
	struct prefix prefix; /* of an address, or of the address of a name */
	bool hosts; /* of a prefix of IPv4: addresses alone */
	bool due; /* silent by now_s, which no store_silence() has written down */
	unsigned states; /* 1 << FINDING_NEW | ...; 0: any */
	int64_t since_s, until_s; /* last seen: since <= last_s < until */
	int64_t new_since_s; /* first seen not before */
	struct slice feed; /* exactly */
	bool no_feed; /* without one */
	struct slice text; /* within place, label or identifier; ASCII case does not matter */
	int64_t report; /* first or last seen in this report */
	/* Silence counts up to this moment; 0: up to the last store_silence(). */
	int64_t now_s;
	enum finding_order order;
	size_t limit; /* 0: all */
	/*
	 * Go on behind the last row of the page before: its id, and what the
	 * order looks at (last_s, first_s or count). after_id 0: from the start.
	 */
	int64_t after_id, after_value;
};

struct finding_walk;

/*
 * ERR_INPUT for an unknown class or taxonomy. q's slices must live until
 * finding_close(). While a walk is open, findings may change; it shows each
 * row as it is when it comes to it.
 */
bool finding_open(struct store *s, const struct finding_query *q,
    struct finding_walk **out, struct err *e) MUST_USE;
/* STEP_ITEM, STEP_END or STEP_FAIL. */
enum step finding_next(struct finding_walk *w, struct finding_row *row,
    struct err *e) MUST_USE;
/* What the order looks at, of a row; 0 by id. */
int64_t finding_order_value(enum finding_order order, const struct finding_row *row);
/* The same walk once more, for another finding: of a query by id alone. id 0: lets go of the row. */
void finding_seek(struct finding_walk *w, int64_t id);
void finding_close(struct finding_walk **w);
/* How many a query would give (order, limit and cursor not looked at). */
bool finding_count(struct store *s, const struct finding_query *q,
    uint64_t *out, struct err *e) MUST_USE;
/* As finding_count(), and no further than q->limit: who asks for a page need not know how many millions. */
bool finding_count_up_to(struct store *s, const struct finding_query *q,
    uint64_t *out, struct err *e) MUST_USE;

/* An IPv4 network of /20 or less: its ids lie side by side, and the database finds all of them at once. */
bool finding_prefix_narrow(const struct prefix *p);

/* What a query gives, summed. */
struct finding_sum {
	uint64_t total;
	uint64_t findings[FINDING_STATE_COUNT], events[FINDING_STATE_COUNT]; /* by state, as of now_s */
	int64_t last_s; /* of the latest event; 0: none */
};
bool finding_sum(struct store *s, const struct finding_query *q, struct finding_sum *out,
    struct err *e) MUST_USE;

/* --- columns: lists of a large node (decision 0086) ------------------------- */

/* Look into the columns in the folder DIR, where there are any. It need not be there. */
void store_columns_open(struct store *s, const char *dir);
/* This process writes beside the one that keeps them, and leaves word of what it changes. */
void store_columns_beside(struct store *s);
/*
 * From now on this process, the one that writes the store, keeps them; DIR is
 * there. What does not belong to the store's state is not used, and goes.
 */
bool store_columns_keep(struct store *s, struct err *e) MUST_USE;
/*
 * Make them, a slice at a time (some 20 ms), where there are none and the store
 * has so many findings. *more_out: there is more to do. Not in a transaction.
 * That they cannot be made (a full disk) is told in the log and no failure.
 */
bool store_columns_work(struct store *s, uint64_t least, bool *more_out, struct err *e) MUST_USE;
/* Are they there, and of the state that the store is in? */
bool store_columns_good(struct store *s);

/* --- acts ------------------------------------------------------------------ */

/*
 * Somebody, or a notice, did something about a finding: it moves by
 * finding_move() and the act is written down, where a replay leaves it.
 * ERR_ABSENT: no such finding. ERR_CONFLICT: the act means nothing in its
 * state; nothing is written. Joins the caller's transaction if one is open.
 */
bool finding_act_apply(struct store *s, int64_t id, enum finding_act act,
    struct slice by, struct slice comment, int64_t at_s,
    struct err *e) MUST_USE;

const char *finding_act_name(enum finding_act a); /* catalogue key */

struct finding_act_row {
	int64_t finding, at_s;
	enum finding_act act;
	enum finding_state to;
	struct slice by, comment;
};
/* What was done about one finding, in order. */
bool finding_acts(struct store *s, int64_t id,
    bool (*each)(void *cookie, const struct finding_act_row *a, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* A notice that names a finding. Slices live during the call. */
struct finding_notice {
	struct slice id, email, state;
	int64_t state_s;
};
/* In the order in which they were made. */
bool finding_notices(struct store *s, int64_t id,
    bool (*each)(void *cookie, const struct finding_notice *n, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/*
 * Findings whose class' period passed without an event count as resolved from
 * the moment at which it had. Returns how many are so newly.
 */
bool store_silence(struct store *s, int64_t now_s, uint64_t *count_out,
    struct err *e) MUST_USE;

/*
 * The same in slices of some ten thousand findings, a transaction each, for who
 * has others to answer: until end.
 */
struct silence_slice {
	int64_t now_s;
	int64_t after_id; /* where the next one begins */
	uint64_t count; /* resolved so far */
	bool end;
};
bool store_silence_slice(struct store *s, struct silence_slice *x, struct err *e) MUST_USE;
/* The same for one finding, before somebody acts on it. Joins the caller's transaction if one is open. */
bool store_silence_one(struct store *s, int64_t id, int64_t now_s,
    struct err *e) MUST_USE;

/* --- replay ---------------------------------------------------------------- */

/*
 * Drop all that is derived from reports: findings, counts, bad records; every
 * report is "received" again. Acts, notices, transfers and contacts stay.
 */
bool store_forget_derived(struct store *s, struct err *e) MUST_USE;
/* When all reports are read again: what was done about findings holds again. */
bool store_acts_again(struct store *s, struct err *e) MUST_USE;
/*
 * Findings, counts and bad records as text, one line each, in an order that
 * does not depend on how they came in: two stores hold the same if and only
 * if their dumps are equal.
 */
bool store_dump(struct store *s, int fd, struct err *e) MUST_USE;

/* --- counts ---------------------------------------------------------------- */

enum stats_by { STATS_DAY, STATS_COUNTRY, STATS_ASN, STATS_CLASS, STATS_TAXONOMY, STATS_FEED, STATS_STATE };

struct stats_query {
	enum stats_by by;
	/* Whole days: since <= day < until; 0: open. STATS_STATE: last seen in them. */
	int64_t since_s, until_s;
	struct slice class_type, country, feed; /* NONE: any; country "-": unknown */
	bool has_asn;
	uint32_t asn;
	size_t top; /* the largest by events (STATS_DAY: the latest, in order of days); 0: all */
	int64_t now_s; /* STATS_STATE: as finding_query's */
};

struct stats_row {
	struct slice key; /* "2026-02-10", "ES", "infected-system"; "": unknown */
	int64_t number; /* seconds of the day, AS, class, state; else 0 */
	uint64_t events;
	uint64_t findings; /* seen for the first time; of STATS_STATE: in that state */
};

/*
 * From the counts that are kept up as events come (STATS_STATE walks the
 * findings). The row lives during the call.
 */
bool store_stats(struct store *s, const struct stats_query *q,
    bool (*each)(void *cookie, const struct stats_row *row, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/*
 * Several at one walk: each part by its own by and top, the rest is q's. Rows
 * come part after part. STATS_STATE stands alone.
 */
struct stats_part {
	enum stats_by by;
	size_t top;
};
#define STATS_PARTS_MAX 4
typedef bool (*stats_each_fn)(void *cookie, size_t part, const struct stats_row *row, struct err *e);
bool store_stats_parts(struct store *s, const struct stats_query *q, const struct stats_part *parts,
    size_t n, stats_each_fn each, void *cookie, struct err *e) MUST_USE;

/* --- bad records ----------------------------------------------------------- */

struct bad_summary {
	struct slice column; /* "": the record itself */
	struct slice kind; /* the reason without what it quotes; "": further ones, or not known any more */
	uint64_t count;
};
/* By column and reason, most frequent first; limit 0: all. */
bool bad_summary(struct store *s, int64_t report, size_t limit,
    bool (*each)(void *cookie, const struct bad_summary *b, struct err *e),
    void *cookie, struct err *e) MUST_USE;

struct bad_row {
	uint64_t offset;
	uint32_t length, line;
	struct slice part, column, reason;
};
/* The examples that were kept, in order. */
bool bad_examples(struct store *s, int64_t report, size_t limit,
    bool (*each)(void *cookie, const struct bad_row *b, struct err *e),
    void *cookie, struct err *e) MUST_USE;

#endif
