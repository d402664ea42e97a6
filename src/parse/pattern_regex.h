/*
 * pattern_regex: the regular expressions of MATCHES, by PCRE2 (decision 0130).
 * Whoever wrote one is a stranger: what compiling and matching may cost is
 * bounded, and a match that reaches the bound is none.
 */
#ifndef PARSE_PATTERN_REGEX_H
#define PARSE_PATTERN_REGEX_H

#include "base/err.h"
#include "base/slice.h"

#define PATTERN_REGEX_BYTES_MAX 4096

struct pattern_regex;

/* Is it one? ERR_INPUT says what PCRE2 found, and where; ERR_LIMIT: too long. */
bool pattern_regex_check(struct slice text, struct err *e) MUST_USE;
bool pattern_regex_new(struct slice text, struct pattern_regex **out, struct err *e) MUST_USE;
void pattern_regex_free(struct pattern_regex **r);
/* Somewhere in s; s is NFC. */
bool pattern_regex_match(const struct pattern_regex *r, struct slice s);

#endif
