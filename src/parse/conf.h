/*
 * conf: configuration files as people write them.
 *
 *	# a comment; also ;
 *	[section]
 *	key = value          spaces around both are taken off
 *	key = "  value  "    quotes keep them
 *	"a = b" = value      and let a key hold anything
 */
#ifndef PARSE_CONF_H
#define PARSE_CONF_H

#include "base/err.h"
#include "base/slice.h"
#include "base/source.h"

struct conf {
	struct slice rest;
	struct slice section; /* "" before the first */
	uint32_t line;
};

struct conf_item {
	struct slice section, key, value; /* views of the text */
	struct slice raw; /* the value with its quotes */
	uint32_t line;
};

static inline struct conf
conf_of(struct slice text)
{
	return (struct conf){ .rest = text, .section = S("") };
}

/* The next key. STEP_BAD: this line is none of the three (e says why); the next call goes on behind it. */
enum step conf_next(struct conf *c, struct conf_item *out, struct err *e) MUST_USE;

#endif
