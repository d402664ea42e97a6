/*
 * contacts_import: contacts from files, shown as a difference before they take
 * effect. What a source imports replaces all that it imported before.
 */
#ifndef ATTRIB_CONTACTS_IMPORT_H
#define ATTRIB_CONTACTS_IMPORT_H

#include "attrib/contacts.h"
#include "base/source.h"

enum contact_change { CONTACT_ADDED, CONTACT_CHANGED, CONTACT_REMOVED };

struct contacts_diff {
	struct arena memory;
	/* all that the file says */
	struct contact *contacts;
	size_t count, cap;
	/* what differs from the source's former import; contact: as it will be (removed: as it was) */
	struct contact_diff { enum contact_change change; struct contact contact; } *changes;
	size_t change_count, change_cap;
	size_t same;
	/* lines and objects that could not be used */
	struct contact_bad { uint64_t line; struct slice reason; } *bad;
	size_t bad_count, bad_cap; /* reasons are kept up to 1,000 */
	size_t bad_total;
};

enum contacts_kind { CONTACTS_CSV, CONTACTS_RPSL, CONTACTS_SECURITY_TXT, CONTACTS_RFC2350 };
bool contacts_kind_find(struct slice name, enum contacts_kind *out);
/* By what the text looks like. */
enum contacts_kind contacts_kind_guess(struct slice head);

/*
 * Read src and compare with what the source named so imported before. For
 * security.txt and RFC 2350, whose documents do not say what they are about,
 * about is a contact with scope and value set. Free with contacts_diff_free().
 */
bool contacts_import(struct store *s, enum contacts_kind kind,
    struct slice source_name, const struct contact *about, struct source *src,
    struct contacts_diff *out, struct err *e) MUST_USE;
/* Write it, in one transaction. */
bool contacts_import_apply(struct store *s, struct slice source_name,
    const struct contacts_diff *d, struct err *e) MUST_USE;
void contacts_diff_free(struct contacts_diff *d);

/* For the readers of single formats. */
bool contacts_diff_add(struct contacts_diff *d, const struct contact *c, struct err *e) MUST_USE;
void contacts_diff_bad(struct contacts_diff *d, uint64_t line, const struct err *why);
bool contacts_rpsl_read(struct source *src, struct contacts_diff *d, struct err *e) MUST_USE;

#endif
