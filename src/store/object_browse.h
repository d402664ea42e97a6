/*
 * object_browse: objects and indicators as people look through them: the newest
 * first, page by page, one with all that is known of it. What TAXII asks for is
 * store/object.h.
 *
 * Nothing here walks the whole store at once: a page ends when it is full, or
 * when so many rows were looked at; its cursor goes on from there.
 */
#ifndef STORE_OBJECT_BROWSE_H
#define STORE_OBJECT_BROWSE_H

#include "store/object.h"

/* So many objects are read for one page of a search, and so many indicators, of which only the values are. */
#define BROWSE_OBJECTS_MAX 20000
#define BROWSE_INDICATORS_MAX 250000

struct object_browse {
	int64_t collection; /* 0: any */
	struct slice type; /* NONE: any */
	struct slice text; /* NONE: any; else a part of an id or of what it is called, letters of either case */
	int64_t before; /* the cursor of the page before; 0: from the newest */
	size_t limit;
};
/*
 * The last version of each; rows and what they point at live until each() returns. An id written whole is looked
 * up. *next_out: the cursor of what is behind, 0: that was all.
 */
bool object_browse(struct store *s, const struct object_browse *q,
    bool (*each)(void *cookie, const struct object_row *r, struct err *e), void *cookie, int64_t *next_out, struct err *e) MUST_USE;

/* What a person knows an object by: its name, value, pattern; NONE: nothing. */
struct slice object_called(const struct json *j);

struct object_one {
	int64_t first; /* the number that its versions share */
	struct object_row row; /* bytes in the arena */
};
/* An object by its id, of the version asked for or the last. *found_out false: it is not there. */
bool object_one(struct store *s, struct slice id, const int64_t *version_us, struct arena *a,
    struct object_one *out, bool *found_out, struct err *e) MUST_USE;
/* Its versions, the newest first; without their bytes. */
bool object_versions(struct store *s, int64_t first,
    bool (*each)(void *cookie, const struct object_row *r, struct err *e), void *cookie, struct err *e) MUST_USE;
/* The collections that have one of its versions, by their aliases. */
bool object_collections(struct store *s, int64_t first,
    bool (*each)(void *cookie, struct slice alias, struct err *e), void *cookie, struct err *e) MUST_USE;

/*
 * Take an object, all versions of it, out of a collection, or (0) out of all: then it is gone, and what is known of
 * where it came from, too. *count_out: how many were taken out.
 */
bool object_remove(struct store *s, struct slice id, int64_t collection, uint64_t *count_out, struct err *e) MUST_USE;

struct indicator_browse {
	struct slice text; /* NONE: any; else what the value or pattern must hold */
	bool seen; /* only those that were met, the latest first */
	int64_t before, before_s; /* the cursor; before_s where seen */
	size_t limit;
};
bool indicator_browse(struct store *s, const struct indicator_browse *q,
    bool (*each)(void *cookie, const struct indicator_row *r, struct err *e), void *cookie,
    int64_t *next_out, int64_t *next_s_out, struct err *e) MUST_USE;
/* The indicator that an object is, by the number that its versions share. */
bool indicator_one(struct store *s, int64_t first,
    bool (*each)(void *cookie, const struct indicator_row *r, struct err *e), void *cookie, struct err *e) MUST_USE;
/* Why it is not watched, as a catalogue key; NULL: it is, or was revoked. The reason is not kept: it follows from the pattern. */
const char *indicator_why_not(const struct indicator_row *r, const struct json *j, struct arena *a);

#endif
