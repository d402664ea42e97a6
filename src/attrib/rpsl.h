/*
 * rpsl: objects of a registry's database as text (RFC 2622 section 2, RFC 2725):
 * attributes "name: value", values going on in lines that begin with a blank
 * or '+', comments behind '#', objects parted by empty lines.
 */
#ifndef ATTRIB_RPSL_H
#define ATTRIB_RPSL_H

#include "base/arena.h"
#include "base/source.h"

#define RPSL_ATTRIBUTES_MAX 512 /* further ones of one object are left out */

struct rpsl_attribute {
	struct slice name; /* lower case */
	struct slice value; /* without comment, trimmed, continued lines joined by a space */
};

struct rpsl_object {
	struct rpsl_attribute *v; /* the first one's name is the class: "role" */
	size_t count;
	uint64_t line; /* of its first line, from 1 */
};

struct rpsl_reader {
	struct source *src;
	struct arena *a; /* reset for each object */
	uint64_t line;
	uint64_t bad; /* lines that are no attribute */
};

/* STEP_BAD: a line over 64 KiB or an object that is too large; it is passed over. */
enum step rpsl_next(struct rpsl_reader *r, struct rpsl_object *out, struct err *e) MUST_USE;
/* The first value of a name, or SLICE_NONE. */
struct slice rpsl_get(const struct rpsl_object *o, struct slice name);

/*
 * The mail address in what people write into abuse-mailbox: "a@b.example,",
 * "a@b.example (preferred)", "A@B.Example", quoted local parts. Lower case.
 * False when there is none.
 */
bool mailbox_clean(struct slice s, struct arena *a, struct slice *out);
/* All of them, with commas between: "a@b.example / c@d.example" has two. */
bool mailboxes_find(struct slice s, struct arena *a, struct slice *out);

#endif
