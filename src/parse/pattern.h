/*
 * pattern: the STIX 2.1 patterning language (section 9), from text to a tree in
 * an arena.
 *
 *   [ipv4-addr:value = '198.51.100.1' AND network-traffic:dst_port IN (22, 23)]
 *     FOLLOWEDBY [url:value LIKE '%/gate.php'] WITHIN 600 SECONDS
 *
 * An observation is what stands in brackets: comparisons of one moment, joined
 * by AND and OR. Observations are joined by AND, OR and FOLLOWEDBY (from the
 * tightest to the loosest), and qualified in time. Chains of one word are one
 * node with many parts, so depth is only what parentheses and brackets make.
 */
#ifndef PARSE_PATTERN_H
#define PARSE_PATTERN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#define PATTERN_BYTES_MAX ((size_t)256 << 10)
#define PATTERN_DEPTH_MAX 32
#define PATTERN_TESTS_MAX 10000 /* comparisons and values of lists together */
#define PATTERN_PATH_MAX 32 /* steps of one path */

enum pattern_op {
	PATTERN_EQ, PATTERN_NE, PATTERN_LT, PATTERN_LE, PATTERN_GT, PATTERN_GE,
	PATTERN_IN, PATTERN_LIKE, PATTERN_MATCHES, PATTERN_ISSUBSET, PATTERN_ISSUPERSET, PATTERN_EXISTS
};

enum pattern_value_kind { PATTERN_TEXT, PATTERN_INTEGER, PATTERN_FLOAT, PATTERN_BOOLEAN, PATTERN_BYTES, PATTERN_TIME };

struct pattern_value {
	enum pattern_value_kind kind;
	struct slice text; /* TEXT: without quotes and escapes, NFC; TIME: as written; BYTES: decoded of hex and binary */
	int64_t integer; /* BOOLEAN: 0 or 1 */
	double number; /* of INTEGER too */
};

#define PATTERN_ANY INT64_MIN /* [*] */

struct pattern_step {
	struct slice key; /* NONE: an index */
	int64_t index; /* from the end where negative; PATTERN_ANY */
};

struct pattern_regex;

struct pattern_test {
	enum pattern_op op;
	bool negated;
	struct slice type; /* "ipv4-addr" */
	struct pattern_step *steps;
	size_t step_count;
	struct pattern_value *values; /* one; of IN any number; of EXISTS none */
	size_t value_count;
	struct pattern_regex *regex; /* compiled by whoever matches; see parse/pattern_match.h */
};

enum pattern_join { PATTERN_LEAF, PATTERN_AND, PATTERN_OR, PATTERN_FOLLOWEDBY };

/* Comparisons: LEAF is a test. */
struct pattern_expr {
	enum pattern_join join;
	struct pattern_test *test;
	struct pattern_expr *first; /* parts of AND and OR */
	struct pattern_expr *next;
};

/* Observations: LEAF is what stands in brackets. */
struct pattern_watch {
	enum pattern_join join;
	struct pattern_expr *expr;
	struct pattern_watch *first, *next;
	double within_s; /* 0: not said */
	bool within_each; /* WITHIN stands before REPEATS: each of them by itself */
	int64_t repeats; /* 0: not said */
	bool bounded; /* START and STOP */
	int64_t start_us, stop_us;
};

struct pattern {
	struct pattern_watch *root;
	size_t leaves; /* observations */
	size_t tests;
};

/*
 * ERR_INPUT names the column, from 1, and what was expected; ERR_LIMIT the limit.
 * The tree lies in a and points into text. Regular expressions are compiled
 * once, to know that they are some.
 */
bool pattern_parse(struct slice text, struct arena *a, struct pattern **out,
    struct err *e) MUST_USE;

/* s in Unicode's form NFC: s itself where it is already, else in a. False: no memory, or no UTF-8. */
bool pattern_nfc(struct slice s, struct arena *a, struct slice *out);

#endif
