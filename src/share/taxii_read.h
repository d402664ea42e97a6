/*
 * taxii_read: what a TAXII 2.1 server of others says, read without belief: lines
 * of its head, envelopes, collections, statuses. Bytes in, values out.
 */
#ifndef SHARE_TAXII_READ_H
#define SHARE_TAXII_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "parse/json.h"

/* --- heads ---------------------------------------------------------------------- */

#define TAXII_HEAD_BYTES_MAX ((size_t)64 << 10)
#define TAXII_HEAD_LINE_MAX ((size_t)8 << 10)
#define TAXII_HEAD_LINES_MAX 200
/* Who asks to wait longer is asked again after this all the same. */
#define TAXII_RETRY_MAX_S 86400

struct taxii_head {
	size_t bytes;
	unsigned lines;
	char type[128]; /* Content-Type, cut */
	char location[512];
	bool has_first, has_last; /* X-TAXII-Date-Added-First, -Last: such as are moments */
	int64_t first_us, last_us;
	int64_t retry_s; /* Retry-After from now on, at most TAXII_RETRY_MAX_S; 0: not said */
};
/* One line as it came, a status line begins anew. ERR_LIMIT: more than a head has. */
bool taxii_head_line(struct taxii_head *h, struct slice line, int64_t now_s, struct err *e) MUST_USE;
/* Is it application/taxii+json, of version 2.1 or of none that it names? */
bool taxii_head_is_taxii(const struct taxii_head *h);

/* --- bodies --------------------------------------------------------------------- */

struct taxii_envelope {
	struct slice objects; /* the list as it stands in the text, "[...]"; NONE: none */
	bool more;
	struct slice next; /* in the arena; NONE: not said */
};
/*
 * The frame of a page of objects (section 3.7): the list is found by its brackets
 * alone, its objects are for stix_in(). ERR_INPUT: it is no envelope, or a member
 * of it stands twice.
 */
bool taxii_envelope_read(struct slice text, struct arena *a, struct taxii_envelope *out, struct err *e) MUST_USE;

#define TAXII_ROOTS_MAX 100
#define TAXII_COLLECTIONS_MAX 1000

/* Discovery's answer, an API root's, and an error's: one tree. Only such as is an object. */
bool taxii_tree_read(struct slice text, struct arena *a, const struct json **out, struct err *e) MUST_USE;

struct taxii_collection {
	struct slice id, alias, title, description;
	bool can_read, can_write;
};
/* ERR_INPUT: it has no id. */
bool taxii_collection_read(const struct json *j, struct taxii_collection *out, struct err *e) MUST_USE;
/* max_content_length of an API root; 0: none that makes sense. */
uint64_t taxii_root_max(const struct json *j);

struct taxii_status {
	struct slice id;
	bool complete; /* else it is pending */
	uint64_t success, failure, pending;
	const struct json *failures; /* a list, or NULL */
};
/* ERR_INPUT: it is none, or its counts are not of so many objects as were sent. */
bool taxii_status_read(const struct json *j, uint64_t sent, struct taxii_status *out, struct err *e) MUST_USE;

/* What a server says for people of an error: its title and description, or NONE. */
struct slice taxii_error_read(struct slice text, struct arena *a);

#endif
