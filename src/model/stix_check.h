/* stix_check: where a check stands in an object, and how it says what is wrong. For this room alone. */
#ifndef MODEL_STIX_CHECK_H
#define MODEL_STIX_CHECK_H

#include "model/stix.h"

/* A step of the path from the object to what is looked at; on the C stack. */
struct stix_at {
	const struct stix_at *up;
	struct slice name; /* NONE: an index */
	size_t index;
};

struct stix_check {
	const struct json *root;
	struct slice type_name;
	struct arena *a;
	struct err *e;
	struct pattern *pattern; /* found on the way */
};

/* Put the path before what e says; returns false. */
bool stix_wrong(const struct stix_check *c, const struct stix_at *at);
/* The rules between properties of one object or part. */
bool stix_rules_check(const struct stix_check *c, const struct stix_at *at, const struct stix_type *t, const struct json *j);
/* What the table cannot say: markings, contents in other languages, patterns. */
bool stix_special_check(struct stix_check *c, const struct stix_type *t, const struct json *j);
/* extensions, of an object of this type. */
bool stix_extensions_check(const struct stix_check *c, const struct stix_at *at, const struct json *j);
/* A selector of a granular marking points at something in the object. */
bool stix_selector_check(const struct stix_check *c, const struct stix_at *at, struct slice selector);
/* All properties of a part or an object. */
bool stix_members_check(const struct stix_check *c, const struct stix_at *at, const struct stix_type *t,
    enum stix_class class, const struct json *j);

#endif
