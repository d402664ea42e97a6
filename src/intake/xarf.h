/*
 * xarf: X-ARF reports as JSON: version 4, and 1 to 3 (with alpha and
 * development) of its predecessor. One object is one report; an array of them
 * is taken too.
 */
#ifndef INTAKE_XARF_H
#define INTAKE_XARF_H

#include "intake/formats.h"
#include "parse/json.h"

/* ERR_INPUT names the property that is wrong. */
bool xarf_valid(const struct json *report, struct err *e) MUST_USE;

#endif
