#define PCRE2_CODE_UNIT_WIDTH 8
#include "parse/pattern_regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/arena.h"

/*
 * Steps, KiB and depth of one match. An address of 2 KiB takes some thousands
 * of steps by an honest expression; at these bounds one takes some milliseconds.
 */
#define MATCH_STEPS 100000
#define MATCH_HEAP_KIB 1024
#define MATCH_DEPTH 1000
#define COMPILE_PAREN_DEPTH 50

struct pattern_regex {
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_data *data;
};

static pcre2_code *
compile(struct slice text, struct err *e)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR said[128] = "";
	PCRE2_SIZE at = 0;
	pcre2_code *code = NULL;
	int rc = 0;

	if (text.len > PATTERN_REGEX_BYTES_MAX) {
		(void)err_set(e, ERR_LIMIT, "the regular expression is longer than %d bytes", PATTERN_REGEX_BYTES_MAX);
	} else if (c != NULL) {
		(void)pcre2_set_parens_nest_limit(c, COMPILE_PAREN_DEPTH);
		/* Section 9.6: as PCRE, with the dot for any character, over Unicode; \C could cut a character. */
		code = pcre2_compile(text.p, text.len, PCRE2_UTF | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C, &rc, &at, c);
		if (code == NULL) {
			(void)pcre2_get_error_message(rc, said, sizeof(said));
			(void)err_set(e, ERR_INPUT, "the regular expression is wrong at its character %zu: %s", (size_t)at + 1, (const char *)said);
		}
	}
	pcre2_compile_context_free(c);
	return code;
}

bool
pattern_regex_check(struct slice text, struct err *e)
{
	pcre2_code *code = compile(text, e);
	bool ok = code != NULL;

	pcre2_code_free(code);
	return ok;
}

bool
pattern_regex_new(struct slice text, struct pattern_regex **out, struct err *e)
{
	pcre2_code *code = compile(text, e);
	struct pattern_regex *r;

	if (code == NULL)
		return false;
	r = xalloc(sizeof(*r));
	r->code = code;
	r->context = pcre2_match_context_create(NULL);
	r->data = pcre2_match_data_create(1, NULL);
	*out = r;
	if (r->context == NULL || r->data == NULL) {
		pattern_regex_free(out);
		return err_set(e, ERR_SYSTEM, "there is not enough memory");
	}
	(void)pcre2_set_match_limit(r->context, MATCH_STEPS);
	(void)pcre2_set_heap_limit(r->context, MATCH_HEAP_KIB);
	(void)pcre2_set_depth_limit(r->context, MATCH_DEPTH);
	return true;
}

void
pattern_regex_free(struct pattern_regex **r)
{
	if (*r == NULL)
		return;
	pcre2_match_data_free((*r)->data);
	pcre2_match_context_free((*r)->context);
	pcre2_code_free((*r)->code);
	free(*r);
	*r = NULL;
}

bool
pattern_regex_match(const struct pattern_regex *r, struct slice s)
{
	return pcre2_match(r->code, s.p == NULL ? (PCRE2_SPTR) "" : s.p, s.len, 0, 0, r->data, r->context) >= 0;
}
