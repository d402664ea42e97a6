/*
 * columns: what lists of findings look at, beside the database: a file a node
 * (columns/findings) with an array for each field that is filtered or sorted
 * by, which all processes map. It is derived: made from the database at any time,
 * believed only where it is of the very state that the database is in, and
 * never shown: rows come from the database, by id (decision 0086).
 *
 * One process keeps it (columns_keep): it notes what a transaction changes and
 * writes that into the arrays after the commit. Every process that changes
 * findings, kept or not, leaves a stamp in the same transaction: table setting,
 * "findings.stamp", EPOCH.NUMBER. A file of another stamp is not looked at. One
 * that writes beside the keeper puts a '+' behind the stamp that is there, and
 * the ids into table finding_beside, which the keeper looks at by and by.
 *
 * For this room alone, but for what store/findings.h says of it.
 */
#ifndef STORE_COLUMNS_H
#define STORE_COLUMNS_H

#include <stdatomic.h>

#include "store/findings.h"

#define COLUMNS_FILE "findings"

/* What a column is: its bytes a slot. A slot is a finding, and stays its. */
enum column {
	COL_ID,
	COL_LAST,
	COL_FIRST,
	COL_COUNT, /* up to UINT32_MAX; then the header says saturated */
	COL_QUIET, /* when it falls silent (silence_moment) */
	COL_ASN,
	COL_FEED, /* terms; 0: none */
	COL_LABEL,
	COL_IDENTIFIER,
	COL_FIRST_AT, /* the report of the first and of the last event */
	COL_LAST_AT,
	COL_COUNTRY, /* 'E' << 8 | 'S'; 0: unknown */
	COL_CLASS,
	COL_STATE,
	/* Not by slot: */
	COL_SLOTS, /* a hash table: slot + 1 by id */
	COL_NAMES, /* struct columns_name */
	COL_TEXT, /* their texts in lower case, a NUL behind each */
	COL_RING, /* ids that were written lately */
	COLUMN_COUNT
};
#define COLUMNS_BY_SLOT ((unsigned)COL_SLOTS)

/* COL_STATE: the state, silence that was swept included, and what else is asked of a row. */
#define STATE_BITS 7u
#define STATE_HOST 8u /* an IPv4 address: it is in the id */
#define STATE_DEAD 128u /* no finding any more */

/* A place that is no IPv4 address. */
struct columns_name {
	uint64_t hi, lo; /* its address, where has_ip */
	uint32_t slot, at;
	uint16_t len;
	uint8_t has_ip;
};

/* How many transactions, and ids of them, can be told apart from what is mapped. */
#define COLUMNS_SETS 1024u
#define COLUMNS_RING 65536u
#define COLUMNS_SET_MAX 16384u /* a larger one is waited for */
#define COLUMNS_BIG UINT64_MAX

/* So many findings are picked at the most. */
#define COLUMNS_PICKS ((size_t)20001)

/* A column's room is a multiple of so many slots. */
#define COLUMNS_BLOCK 2048u
/* Made with room for so many more than there are. */
#define COLUMNS_SPARE ((uint64_t)65536)

#define COLUMNS_MAGIC 0x31736d756c6f43U
#define COLUMNS_VERSION 1u

struct columns_header {
	/* Fixed when it is made; check is over these. */
	uint64_t magic, version, cap, text_cap;
	uint64_t check;
	/* It is believed on the boot it was written in, or where it was closed in order. */
	uint8_t boot[16];
	_Atomic uint64_t clean;
	_Atomic uint64_t ready; /* 0: it is being made */
	_Atomic uint64_t gone; /* another has taken its place, or it is wrong */
	_Atomic uint64_t epoch;
	/*
	 * Numbers of transactions: whose ids are in the ring, whose are being
	 * written, whose are all written. logged >= applying >= applied.
	 */
	_Atomic uint64_t logged, applying, applied;
	_Atomic uint64_t count, names, text_len;
	_Atomic uint64_t saturated;
	_Atomic uint64_t ring_at; /* ids ever put into the ring */
	struct columns_set {
		_Atomic uint64_t number, from, count; /* count: COLUMNS_BIG: ids are not in the ring */
	} sets[COLUMNS_SETS];
};

struct columns {
	char path[4096], part[4096]; /* part: while it is being made */
	uint8_t boot[16];
	struct columns_header *h; /* NULL: none */
	size_t bytes;
	uint8_t *at[COLUMN_COUNT];
	uint64_t cap, text_cap, hash_cap;
	uint64_t dev, ino;
	uint64_t answered; /* questions, for tests and benches */
	int64_t away_ns; /* until then it is not asked: what it says does not come together */
	/* Of the keeper: */
	bool keeps;
	int fd;
	uint64_t reserved, names_reserved, text_reserved;
	bool building;
	int64_t built; /* ids up to this are in it */
	int64_t failed_ns; /* when it could not be made; tried again later */
};

static inline int64_t *
col_i64(const struct columns *c)
{
	return (int64_t *)(void *)c->at[COL_ID];
}

static inline uint32_t *
col_u32(const struct columns *c, enum column i)
{
	return (uint32_t *)(void *)c->at[i];
}

static inline uint16_t *
col_u16(const struct columns *c, enum column i)
{
	return (uint16_t *)(void *)c->at[i];
}

static inline struct columns_name *
col_names(const struct columns *c)
{
	return (struct columns_name *)(void *)c->at[COL_NAMES];
}

/* --- the file (columns.c) ------------------------------------------------- */

/* In the folder DIR; nothing is opened yet. */
struct columns *columns_new(const char *dir);
void columns_free(struct columns **c);
/* Map what is there, if it can be believed; where it is mapped already, what has taken its place. */
bool columns_look(struct columns *c);
void columns_unmap(struct columns *c);
/* Make an empty one, not yet ready, under a name of its own. */
bool columns_make(struct columns *c, uint64_t cap, uint64_t text_cap, struct err *e) MUST_USE;
/* The same findings in more room, which takes the old one's place. */
bool columns_grow(struct columns *c, uint64_t cap, uint64_t text_cap, struct err *e) MUST_USE;
bool columns_publish(struct columns *c, struct err *e) MUST_USE;
/* All that was written reaches the disk, and then that it was. */
void columns_settle(struct columns *c);
/* The slot of an id; UINT32_MAX: none. */
uint32_t columns_find(const struct columns *c, int64_t id);
/* Where the search for it begins, for __builtin_prefetch. */
const void *columns_hint(const struct columns *c, int64_t id);
/* A slot for a new id. False: there is no room. */
bool columns_add(struct columns *c, int64_t id, uint32_t *slot_out);
bool columns_name_add(struct columns *c, uint32_t slot, bool has_ip, struct ip ip, struct slice text);

/* --- keeping it (columns_keep.c) ------------------------------------------- */

enum change_kind {
	CHANGE_READ, /* look at the row */
	CHANGE_ADD, /* an IPv4 finding that is new */
	CHANGE_SEEN /* seen again: state, country and first event stay */
};
struct change {
	int64_t id;
	uint32_t first_s, last_s, count, asn, feed, label, identifier, report;
	uint32_t state_s;
	uint16_t country;
	uint8_t class, state, kind;
};

/* What the open transaction changes. */
struct changes {
	bool any, all, failed;
	struct change *v;
	size_t count, cap;
	bool beside; /* another process keeps the columns: ids are left for it in table finding_beside */
	bool have; /* epoch and number: of the last stamp that was written */
	uint64_t epoch, number;
	bool logged;
};

/* This finding changes in the open transaction; or so many that they are not named. */
void store_changes(struct store *s, int64_t id);
void store_changes_all(struct store *s);
/* As store_changes(), with all that is new of it: to be filled in. NULL: nobody wants it. */
struct change *store_change(struct store *s, int64_t id, enum change_kind kind);
void changes_init(struct store *s);
void changes_fini(struct store *s);

/* --- rows into slots (columns_row.c) ----------------------------------------- */

#define COLUMNS_ROW "SELECT id, class, kind, ip, place, asn, country, first_s, last_s, count, state, state_s, silent_s," \
	" coalesce(identifier, 0), coalesce(feed, 0), coalesce(label, 0), first_at, last_at FROM finding"
/* The row that a statement of these columns is at, into its slot; more room is made where it ends. */
bool columns_row_put(struct columns *c, struct stmt *q, struct err *e) MUST_USE;
/* What the transaction that is now written has changed. */
bool columns_apply(struct store *s, struct err *e) MUST_USE;

/* --- asking it (columns_ask.c) ---------------------------------------------- */

struct picked {
	uint32_t key; /* UINT32_MAX - what the order looks at; 0 by id */
	int64_t id;
};

struct picks {
	struct picked *v;
	size_t count, cap;
	struct stmt *hold; /* while it is open, the database stays as it was picked from */
};

/* Of a by-id walk's row: is it chosen, and with what key? Used for what is being written. */
typedef enum step (*columns_row_fn)(void *cookie, int64_t id, struct finding_row *row, struct err *e);

/* What the columns can answer, and better than the database. */
bool columns_fit(const struct store *s, const struct finding_query *q);
/*
 * The first q->limit ids in q's order behind its cursor. *used_out false: it is
 * to be asked of the database. look: reads one finding under q's filters.
 */
bool columns_pick(struct store *s, const struct finding_query *q, columns_row_fn look, void *cookie,
    struct picks *out, bool *used_out, struct err *e) MUST_USE;
void picks_fini(struct picks *p);
/* Sums over all that q chooses; up to limit of them where that is not 0 (then only the total holds). */
bool columns_sum(struct store *s, const struct finding_query *q, size_t limit, columns_row_fn look, void *cookie,
    struct finding_sum *out, bool *used_out, struct err *e) MUST_USE;
static inline uint32_t
picked_key(enum finding_order order, int64_t value)
{
	return order == FINDING_BY_ID ? 0 : UINT32_MAX - (uint32_t)value;
}

#endif
