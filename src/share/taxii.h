/*
 * taxii: what TAXII 2.1 answers, from the store: pages of objects, manifests,
 * versions, and the status of what was sent. Bytes in, bytes out: HTTP, and who
 * may ask, are the server's affair.
 *
 * A page begins behind the last object of the page before, by the moment at which
 * it was added, which is different for each and grows: whatever is written
 * meanwhile, nothing is missed and nothing comes twice. "next" is that moment.
 */
#ifndef SHARE_TAXII_H
#define SHARE_TAXII_H

#include "base/hash.h"
#include "share/stix_in.h"

#define TAXII_TYPE "application/taxii+json;version=2.1"
#define TAXII_OBJECT_TYPE "application/stix+json;version=2.1"
#define TAXII_LIMIT_DEFAULT 100
#define TAXII_LIMIT_MAX 1000
#define TAXII_PAGE_BYTES ((size_t)8 << 20) /* a page ends once it has so many, with one object at least */
#define TAXII_TIME_MAX 32

/* What a request says; NONE: not said. Already decoded. */
struct taxii_asked {
	struct slice limit, next, added_after;
	struct slice ids, types, versions, spec_versions; /* match[...], with commas */
};

struct taxii_query {
	struct slice types[OBJECT_LIST_MAX], ids[OBJECT_LIST_MAX];
	int64_t versions[OBJECT_LIST_MAX];
	struct object_query q;
	size_t limit;
	bool none; /* of another version of STIX: there is nothing */
};

/* ERR_INPUT names the parameter. */
bool taxii_query_read(const struct taxii_asked *asked, struct taxii_query *out, struct err *e) MUST_USE;

enum taxii_kind { TAXII_OBJECTS, TAXII_MANIFEST, TAXII_VERSIONS };

struct taxii_page {
	size_t count;
	int64_t first_us, last_us; /* of what is on the page */
	bool more;
};

/*
 * Append a page. may (NULL: all) says of each object whether who asks may have it:
 * what they may not have is not there for them.
 */
bool taxii_page(struct store *s, const struct taxii_query *q, enum taxii_kind kind,
    bool (*may)(void *cookie, const struct object_row *r), void *cookie, struct buf *out, struct taxii_page *page, struct err *e) MUST_USE;

/* "2026-01-31T12:00:00.123456Z": always six digits, as dates in headers and manifests are. */
size_t taxii_time_print(int64_t us, char out[TAXII_TIME_MAX]);

/* The error message resource (section 3.6.1). */
void taxii_error(struct buf *out, int status, struct slice title, struct slice description);

/*
 * Objects of an envelope into a collection, and the status resource that tells of
 * each (section 4.3). ERR_INPUT: the body is no envelope; then nothing is stored.
 * may (NULL: all) says of each object whether it may come in.
 */
bool taxii_add(struct store *s, int64_t collection, struct slice body,
    bool (*may)(void *cookie, const struct stix_object *o, struct err *why), void *cookie,
    struct buf *status, char id_out[UUID_TEXT + 1], struct err *e) MUST_USE;

#endif
