/*
 * directory: focal points and entities as others keep them: vCard, CSV, JSON, out
 * and in; and what the stream's attribution takes of them.
 */
#ifndef DESK_DIRECTORY_H
#define DESK_DIRECTORY_H

#include "store/desk_check.h"

#define DIRECTORY_BYTES_MAX ((size_t)64 << 20)

enum directory_form { DIRECTORY_VCARD, DIRECTORY_CSV, DIRECTORY_JSON, DIRECTORY_FORM_COUNT };
bool directory_form_find(struct slice name, enum directory_form *out); /* "vcard", "csv", "json" */

struct directory_query {
	struct slice country; /* NONE: all */
	bool all; /* those proposed, and those whose time is over, too */
	int64_t now_s;
};

/*
 * Who answers, for whom, since when, and when they last did. Persons' names are
 * not in it: a directory that travels names functions.
 */
bool directory_export(struct store *s, enum directory_form form, const struct directory_query *q, struct buf *out, struct err *e) MUST_USE;

/* Of a row of an import: what became of it. */
struct directory_row {
	size_t line; /* or number, of JSON's items */
	struct slice name, id; /* id: of the record it became, or is already; NONE: it is bad */
	bool known;
	const struct err *why; /* of one that is bad */
};
struct directory_result { uint64_t added, known, bad; };
/*
 * Each row becomes a record that is proposed, as if the actor had entered it:
 * nobody is designated or recognised by a file. What is there already (the same
 * function of the same country under the same address; the same entity's name)
 * stays. Each row is a transaction of its own; no transaction is open. dry: look only.
 */
bool directory_import(struct store *s, enum directory_form form, struct slice text, const struct desk_actor *actor,
    const struct who *by, int64_t now_s, bool dry,
    void (*each)(void *cookie, const struct directory_row *row), void *cookie, struct directory_result *out, struct err *e) MUST_USE;

/*
 * Who is told for a country where nobody else answers (attrib/contacts.h): of its
 * designated focal points the CSIRT, else the lead, else the deputy, the first that
 * is not known to be dead. They are contacts of source "directory", which this
 * brings up to date. In the caller's transaction where one is open.
 */
bool directory_contacts(struct store *s, int64_t now_s, struct err *e) MUST_USE;

#endif
