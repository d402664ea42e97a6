/*
 * stix_own: our own kinds of objects, which the standard does not have. Each is a
 * row: its properties and rules as facts, like the standard's (model/stix_table.h),
 * so that one that comes is checked as strictly; what clauses of agreements call
 * it; and the extension-definition by which other programs know what it is. A
 * further kind is a further row of stix_own.c.
 *
 * Definitions are the program's, not a node's: the same in every node, under the
 * identity that stands for it, with ids that follow from their names (STIX 2.1
 * section 7.3). Their schema is written from the row.
 */
#ifndef MODEL_STIX_OWN_H
#define MODEL_STIX_OWN_H

#include "model/policy.h"
#include "model/stix.h"

struct stix_own {
	struct stix_type type; /* of STIX_SDO */
	const char *title, *about; /* English: of the extension-definition */
	const char *version; /* semver; another one is another definition's version, not another id */
	enum policy_category category;
};

const struct stix_own *stix_own_find(struct slice type); /* NULL: none of ours */
const struct stix_own *stix_own_at(size_t i); /* NULL behind the last */
/* What lies within them ("entente-party"); NULL: none of ours. */
const struct stix_type *stix_own_part_find(struct slice name);

/* The id of its extension-definition. */
void stix_own_id(const struct stix_own *k, char out[STIX_ID_MAX]);
/* "extensions": {ID: {"extension_type": "new-sdo"}}, into an object that is open. */
void stix_own_extensions_put(const struct stix_own *k, struct json_out *j);
/* The extension-definition itself; and who made all of them. */
void stix_own_definition(const struct stix_own *k, struct buf *out);
void stix_own_maker(struct buf *out);
/* Does the object say that it is of this kind? */
bool stix_own_declared(const struct stix_own *k, const struct json *object);

#endif
