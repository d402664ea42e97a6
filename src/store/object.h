/*
 * object: what is kept and exchanged as STIX, byte for byte as it came, with its
 * versions, in collections as TAXII 2.1 has them. Objects were checked
 * (model/stix.h) before they come here.
 *
 * An object's version is its "modified", else "created", else the moment at which
 * it was added. The same id and version twice is one object: the bytes that came
 * first stay.
 */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "model/indicator.h"
#include "model/stix.h"
#include "store/store.h"

/* --- collections ---------------------------------------------------------- */

#define COLLECTION_ALIAS_MAX 100
/* Where objects go that come without the name of a collection. */
#define COLLECTION_LOCAL S("local")

struct collection {
	int64_t id;
	struct slice uuid, alias, title, description;
	int64_t created_s;
};

/* By UUID or alias; *found_out false: there is none. Texts lie in a. */
bool collection_find(struct store *s, struct slice name, struct arena *a,
    struct collection *out, bool *found_out, struct err *e) MUST_USE;
/* A new one; title may be empty. ERR_CONFLICT: the alias is taken. ERR_INPUT: it is none. */
bool collection_add(struct store *s, struct slice alias, struct slice title,
    struct slice description, struct arena *a, struct collection *out, struct err *e) MUST_USE;
/* The one of this alias, made where there is none. */
bool collection_need(struct store *s, struct slice alias, struct arena *a,
    struct collection *out, struct err *e) MUST_USE;
/* How many, and the n-th object's counts. */
bool collection_list(struct store *s,
    bool (*each)(void *cookie, const struct collection *c, uint64_t objects, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* So many versions of one object are kept; one more is ERR_LIMIT, as each costs a look at all. */
#define OBJECT_VERSIONS_MAX 1000
/* And of an observable, which has no moment by which it is looked for, so many with different bytes. */
#define OBJECT_UNDATED_MAX 100

/* --- writing ---------------------------------------------------------------- */

enum object_put {
	OBJECT_ADDED,
	OBJECT_KNOWN, /* the same id, version and bytes */
	OBJECT_OTHER /* the same id and version with other bytes: what came first stays */
};

/*
 * Put many in one transaction: objects_begin(), object_put() for each, and
 * objects_end(), which commits where ok. ERR_LIMIT and ERR_CONFLICT (it was revoked,
 * which is for good) of object_put() are the object's own fault. The caller makes the database durable
 * (db_durable()) where the answer waits for it.
 */
bool objects_begin(struct store *s, bool *mine_out, struct err *e) MUST_USE;
bool object_put(struct store *s, int64_t collection, const struct stix_object *o,
    struct slice bytes, struct arena *a, enum object_put *out, struct err *e) MUST_USE;
bool objects_end(struct store *s, bool mine, bool ok, struct err *e) MUST_USE;
/* Between begin and end: is any version of it there, and this one (of an observable any is)? */
bool object_there(struct store *s, const struct stix_object *o, bool *any_out, bool *same_out, struct err *e) MUST_USE;

/* --- reading ------------------------------------------------------------------ */

struct object_row {
	int64_t object; /* the row */
	int64_t added_us; /* to the collection */
	int64_t version_us;
	struct slice type;
	char id[STIX_ID_MAX];
	struct slice name; /* the same as the table has it: the UUID's 16 bytes, and the type; lives as bytes do */
	bool revoked;
	struct slice bytes; /* lives until the next step */
};

#define OBJECT_LIST_MAX 100 /* ids, types and versions of one question */

/* TAXII's filters; each list empty: any. */
struct object_query {
	int64_t collection;
	const struct slice *types;
	size_t type_count;
	const struct slice *ids;
	size_t id_count;
	/* match[version]; none of them: last */
	bool first, last, all;
	const int64_t *versions_us;
	size_t version_count;
	int64_t after_us; /* added later than this */
	bool has_after;
	size_t limit; /* 0: all */
	/* Of each row: all that there is; added_us and bytes alone; all but the bytes; number, name and bytes. */
	enum { OBJECT_WHOLE, OBJECT_BYTES, OBJECT_NAMED } parts;
};

struct object_walk;

bool object_open(struct store *s, const struct object_query *q,
    struct object_walk **out, struct err *e) MUST_USE;
enum step object_next(struct object_walk *w, struct object_row *out, struct err *e) MUST_USE;
void object_close(struct object_walk **w);

/* Take them out of the collection; what is in no other is gone. *count_out: how many. */
bool object_delete(struct store *s, const struct object_query *q, uint64_t *count_out, struct err *e) MUST_USE;

/* All versions of one, out of all collections: it is gone. */
bool object_delete_everywhere(struct store *s, struct slice id, uint64_t *count_out, struct err *e) MUST_USE;

/* What was told of objects that somebody sent (TAXII's status resource), by its id; kept for a day. */
bool object_status_put(struct store *s, struct slice id, struct slice text, int64_t now_s, struct err *e) MUST_USE;
/* What is older than a day; *count_out: so many. */
bool object_status_sweep(struct store *s, int64_t now_s, uint64_t *count_out, struct err *e) MUST_USE;
bool object_status_get(struct store *s, struct slice id, struct buf *out, bool *found_out, struct err *e) MUST_USE;

/* --- indicators ----------------------------------------------------------------- */

struct indicator_row {
	int64_t id;
	char name[STIX_ID_MAX]; /* the object's id */
	int64_t from_s, until_s;
	bool revoked;
	enum indicator_watch watch;
	enum indicator_key key;
	struct slice text; /* the value, or the pattern; lives until the next step */
	uint64_t count; /* sightings */
	int64_t first_s, last_s; /* 0: not seen */
	struct slice bytes; /* the object */
};

struct indicator_query {
	struct slice text; /* NONE: any; else what value or pattern must hold */
	bool seen; /* only those with sightings, the latest first */
	int64_t after_id;
	size_t limit; /* 0: all */
};
bool indicator_list(struct store *s, const struct indicator_query *q,
    bool (*each)(void *cookie, const struct indicator_row *r, struct err *e),
    void *cookie, struct err *e) MUST_USE;

/* What events met it, of those whose source lets them go as far as `most`. */
struct indicator_seen {
	uint64_t count; /* 0: nothing */
	int64_t first_s, last_s;
};
bool indicator_seen_up_to(struct store *s, int64_t id, enum tlp most, struct indicator_seen *out, struct err *e) MUST_USE;
/* Indicators that met more than was told (indicator_told()), in the order of their numbers. */
bool indicators_due(struct store *s, int64_t after_id, int64_t *ids, size_t max, size_t *n_out, struct err *e) MUST_USE;
bool indicator_told(struct store *s, int64_t id, struct err *e) MUST_USE;
/* The newest version of its object, in a; NONE: it is gone. */
bool indicator_bytes(struct store *s, int64_t id, struct arena *a, struct slice *out, struct err *e) MUST_USE;

/* How an indicator is watched for, as its object says. */
struct object_watched {
	struct indicator_plan plan;
	int64_t from_s, until_s;
	struct slice text; /* its value, or its pattern */
};

/*
 * Bring an index up to what the store holds; cheap where nothing came. Both are
 * empty at first. *x is made when there is something to watch; it is the
 * caller's to free.
 */
struct indicators_at {
	int64_t object; /* the last one that is in it */
	int64_t deleted;
};
bool indicators_load(struct store *s, struct indicators **x, struct indicators_at *at, struct err *e) MUST_USE;

/* --- is it whole? ---------------------------------------------------------------- */

#define OBJECTS_BAD_SHOWN 10 /* objects that are told one by one */

struct objects_check {
	bool each; /* read every object again, too: some 10 µs each */
	void (*say)(void *cookie, const char *text); /* a trouble, for people */
	void (*progress)(void *cookie, uint64_t objects); /* each thousand; may be NULL */
	void *cookie;
	/* results */
	uint64_t objects, troubles;
	uint64_t bad; /* objects that are not what their rows say, or no STIX (any more) */
};
/* False: it could not be looked at. */
bool objects_check(struct store *s, struct objects_check *x, struct err *e) MUST_USE;

#endif
