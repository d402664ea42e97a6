/*
 * mapping_convert: what the files of converters share. Each has a table of its
 * own; converter_find() looks through all of them.
 */
#ifndef INTAKE_MAPPING_CONVERT_H
#define INTAKE_MAPPING_CONVERT_H

#include "intake/mapping_run.h"

struct converter_table {
	const struct converter *v;
	size_t n;
};

extern const struct converter_table converters_text, converters_value, converters_net;

/* Take a text that was just made; where that is NULL, memory is used up. */
static inline bool
keep(struct mapping_run *r, struct cell *v, struct slice text, struct err *why)
{
	v->text = text;
	v->kind = EXTRA_TEXT;
	return text.p != NULL ||
	    err_set(why, ERR_LIMIT, "a record of more than %zu bytes", r->in->limits.record_bytes);
}

/* Take a part of what is there. */
static inline bool
view(struct cell *v, struct slice text)
{
	v->text = slice_trim(text);
	v->kind = EXTRA_TEXT;
	return true;
}

static inline bool
nothing(struct cell *v)
{
	v->text = SLICE_NONE;
	return true;
}

#endif
