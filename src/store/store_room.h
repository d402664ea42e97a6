/*
 * store_room: what the files of this room share. For them alone.
 */
#ifndef STORE_STORE_ROOM_H
#define STORE_STORE_ROOM_H

#include "model/stix.h"
#include "store/columns.h"
#include "store/store.h"
#include "store/term.h"

/* Statements that are kept prepared; each is used in one place. */
enum query {
	Q_SETTING_GET,
	Q_SETTING_PUT,
	Q_TERM_FIND,
	Q_TERM_MAX,
	Q_TERM_ADD,
	Q_TERM_TEXT,
	Q_REPORT_FIND,
	Q_REPORT_ON_DAY,
	Q_REPORT_ADD,
	Q_REPORT_GET,
	Q_REPORT_NEXT,
	Q_REPORT_STATE,
	Q_REPORT_BEGIN,
	Q_REPORT_PROTECT,
	Q_BATCH_BEGIN,
	Q_BATCH_PROGRESS,
	Q_BATCH_DONE,
	Q_BATCH_NOTHING,
	Q_FINDING_ADD,
	Q_FINDING_SEEN,
	Q_FINDING_QUIET,
	Q_FINDING_FIRST,
	Q_COUNT_ADD,
	Q_COUNT_TAKE,
	Q_BAD_PLACE_ADD,
	Q_BAD_SEQ,
	Q_BAD_COUNT_SEEN,
	Q_BAD_COUNT_ADD,
	Q_BAD_KINDS,
	Q_BAD_EXAMPLE_ADD,
	Q_BAD_EXAMPLES,
	Q_FINDING_STATE,
	Q_SILENCE,
	Q_FINDING_MOVE,
	Q_ACT_ADD,
	Q_ACTS,
	Q_FINDING_NOTICES,
	Q_TIME_NOTE,
	Q_TALLY_ADD,
	Q_SESSION_FIND,
	Q_TOKEN_FIND,
	Q_CERT_FIND,
	Q_AUDIT_HEAD,
	Q_AUDIT_ADD,
	Q_COLUMNS_ROW,
	Q_BESIDE,
	Q_BESIDE_ADD,
	Q_COLUMNS_SLICE,
	Q_OBJECT_TYPE_FIND,
	Q_OBJECT_TYPE_ADD,
	Q_OBJECT_KEY_FIND,
	Q_OBJECT_KEY_NAME,
	Q_OBJECT_KEY_PUT,
	Q_OBJECT_VERSIONS,
	Q_OBJECT_THERE,
	Q_OBJECT_VERSION,
	Q_OBJECT_UNDATED,
	Q_OBJECT_REVOKED,
	Q_OBJECT_ADD,
	Q_OBJECT_MEMBER_THERE,
	Q_OBJECT_MEMBER_ADD,
	Q_OBJECT_FLAGS,
	Q_OBJECT_HOLDER,
	Q_INDICATOR_PUT,
	Q_INDICATOR_SEEN,
	Q_INDICATOR_TEXT,
	Q_INDICATOR_PART,
	Q_INDICATOR_PART_PUT,
	Q_INDICATOR_PART_GONE,
	Q_INDICATOR_BYTES,
	Q_INDICATOR_SEEN_SUM,
	Q_INDICATOR_TOLD,
	Q_ORIGIN_GET,
	Q_ORIGIN_PUT,
	Q_SYNC_MOVE,
	Q_SYNC_STOPPED,
	Q_AGREEMENTS_VERSION,
	Q_AGREEMENTS_CHANGED,
	QUERY_COUNT
};

struct batch;

/* Where the numbers of objects stand, within a transaction of theirs (object.c). */
struct objects {
	int64_t last_id, last_us;
	struct { int64_t id; char name[32]; } types[64];
	size_t type_count;
	/* object_key.c: the names that table object_key does not have yet */
	uint64_t seed; /* 0: not yet known */
	int64_t keyed, tail_last; /* objects up to here are in the table, up to there in the tail */
	struct key_slot { uint64_t hash; int64_t first; } *tail; /* first 0: free */
	size_t tail_count, tail_slots;
	/* A filter over the table: what it does not know is not there. NULL: not made yet. */
	uint64_t *known;
	size_t known_words, known_count, known_max;
	int64_t known_keyed; /* it has all up to here */
};

struct store {
	struct db *db;
	struct terms terms;
	struct batch *batch; /* made at the first use */
	struct stmt *q[QUERY_COUNT];
	struct objects objects;
	struct columns *columns; /* NULL: not asked for */
	struct changes changes;
};

/* The statement, prepared at its first use; it stays the store's. */
bool store_query(struct store *s, enum query q, const char *sql,
    struct stmt **out, struct err *e) MUST_USE;

/*
 * When a finding falls silent, and its state at a moment (a number or
 * placeholder; 0: as it was swept last), over the columns of finding. The first
 * also in C, for who has the row.
 */
void silence_moment_sql(struct buf *sql);
void state_now_sql(struct buf *sql, const char *now);
int64_t silence_moment(enum finding_state state, int64_t state_s, int64_t last_s,
    enum class class);

/* All that a query chooses, in order of id, where the columns know it and they are few; else *ids_out is NULL. The caller frees. */
bool finding_few(struct store *s, const struct finding_query *q, int64_t **ids_out, size_t *n_out, struct err *e) MUST_USE;

/* As store_stats_parts(), but by state. */
bool stats_sums(struct store *s, const struct stats_query *q, const struct stats_part *parts, size_t n,
    stats_each_fn each, void *cookie, struct err *e) MUST_USE;
/* The 16 bytes of an id's UUID and its type's name, as table object has them. False: it is no identifier. */
/*
 * The number of the object's first version; 0: it is not there. objects_keys_load()
 * was called since the transaction, or the question, began.
 */
bool object_key_find(struct store *s, struct slice name, int64_t *first_out, struct err *e) MUST_USE;
/* A name that is not there has this number from now on; within a transaction. */
bool object_key_add(struct store *s, struct slice name, int64_t first, struct err *e) MUST_USE;
bool object_keys_load(struct store *s, struct err *e) MUST_USE;
/* So many names are held in memory before they go into the table. Another one in tests alone. */
extern size_t object_key_tail;
/* After a rollback: what the tail holds may not be there. */
void object_keys_forget(struct store *s);
/* The same, and nothing is held any more: before the store is closed. */
void object_keys_fini(struct store *s);

bool object_name_of(struct slice id, uint8_t out[16 + 250], struct slice *name_out);
/* And back: the id's text, with where its type stands; "" of what is none. */
void object_id_print(struct slice name, char out[STIX_ID_MAX], struct slice *type_out);
/* Of a row of object_query.c's and object_browse.c's questions: twelve columns in the order of indicator_list(). */
struct indicator_row;
void indicator_row_read(struct stmt *q, struct indicator_row *out);
/* What an indicator's row says of its object; texts lie in a and in o. */
struct stix_object;
struct object_watched;
void object_watched_of(const struct stix_object *o, struct arena *a, struct object_watched *out);
/* Indicator id is watched by what object says, its newest version, which is o. */
bool object_indicator_put(struct store *s, int64_t id, int64_t object, const struct stix_object *o, struct arena *a, struct err *e) MUST_USE;
/* What agreements_version() tells of; in the change's transaction. */
bool agreements_changed(struct store *s, struct err *e) MUST_USE;

void batch_free(struct batch **b);

/* What a text column holds must be text: bad UTF-8 and NUL become '?'. */
struct slice text_clean(struct slice s, size_t max, struct arena *a);
/* s, cut to at most max bytes between two characters. */
struct slice text_cut(struct slice s, size_t max);

#endif
