/*
 * xarf_rules: is a JSON value what a version of X-ARF asks for? The rules are
 * data/xarf/rules.json (made by data/xarf/rules.py, which says what each key
 * means). The check goes as deep as the rules do, never as the input.
 */
#ifndef INTAKE_XARF_RULES_H
#define INTAKE_XARF_RULES_H

#include "parse/json.h"

/* Read the rules; once in a process, before its rights are given up. */
void xarf_rules_warmup(void);

/* ERR_INPUT names the property that breaks the rule, ERR_ABSENT: no such rule. */
bool xarf_rules_check(const char *rule, const struct json *value,
    struct err *e) MUST_USE;

#endif
