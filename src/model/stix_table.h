/*
 * stix_table: what the standard says of each kind of object, as facts: names of
 * properties, what their values must be, which must be there, and the rules
 * between them (STIX 2.1, OASIS Standard). The facts are stix_table.c, whoever
 * checks them is stix.c; a kind has no code of its own.
 */
#ifndef MODEL_STIX_TABLE_H
#define MODEL_STIX_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum stix_kind {
	STIX_STRING, /* also of open vocabularies, whose words are advice */
	STIX_INTEGER, /* within min and max */
	STIX_FLOAT,
	STIX_BOOLEAN,
	STIX_TIME,
	STIX_TIME_MS, /* with three digits or more behind the second */
	STIX_TYPE, /* the object's own type */
	STIX_ID, /* the object's own id */
	STIX_VERSION, /* "2.1" */
	STIX_REF, /* arg: types and groups (SDO, SRO, SCO) that it may name; NULL: any */
	STIX_ENUM, /* arg: the words */
	STIX_HEX,
	STIX_BINARY, /* base64 */
	STIX_HASHES, /* arg "known": the standard's algorithms alone */
	STIX_DICT,
	STIX_EMBEDDED, /* arg: the name of an embedded type */
	STIX_EXTENSIONS,
	STIX_GRANULAR,
	STIX_LANG, /* RFC 5646 */
	STIX_URL, /* RFC 3986 */
	STIX_IPV4, /* an address or a network */
	STIX_IPV6,
	STIX_MAC,
	STIX_MAILBOX,
	STIX_REGISTRY_KEY, /* without short names of hives */
	STIX_CPE,
	STIX_SEMVER,
	STIX_PATTERN,
	STIX_OBJECT /* a JSON object, looked at elsewhere or not at all */
};

struct stix_prop {
	struct slice name;
	enum stix_kind kind;
	bool required, list;
	const char *arg;
	int64_t min, max; /* of numbers; both 0: any that is safe */
};

enum stix_rule_kind {
	STIX_RULE_END = 0,
	STIX_NOT_BEFORE, /* b >= a */
	STIX_AFTER, /* b > a */
	STIX_ONE_OF, /* at least one of the names in a */
	STIX_NOT_BOTH, /* a, b */
	STIX_NEEDS, /* with a, b too */
	STIX_TRUE_NEEDS, /* where a is true, b must be there */
	STIX_TRUE_FORBIDS, /* where a is true, b must not */
	STIX_FALSE_FORBIDS,
	STIX_SOME /* something beside type, id and what all have */
};

struct stix_rule {
	enum stix_rule_kind kind;
	const char *a, *b;
};

enum stix_class { STIX_SDO, STIX_SRO, STIX_SCO, STIX_META, STIX_PART };

#define STIX_RULES_MAX 6

struct stix_type {
	struct slice name;
	enum stix_class class;
	const struct stix_prop *props;
	size_t count;
	const char *id_from; /* SCO: what its deterministic id is made of */
	struct stix_rule rules[STIX_RULES_MAX];
};

/* The properties that all objects of a class have. */
const struct stix_prop *stix_common(enum stix_class class, size_t *count_out);
/* NULL: neither the standard nor we (model/stix_own.h) know such a type. */
const struct stix_type *stix_type_find(struct slice name);
/* What lies within objects ("kill-chain-phase"), and the standard's own extensions ("ntfs-ext"). */
const struct stix_type *stix_part_find(struct slice name);
/* Is name one of the words, separated by spaces? */
bool stix_word_in(const char *words, struct slice name);

#endif
