/* The patterning language: what is one, what is none and where it goes wrong, and what a tree says. */
#include "parse/pattern.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#include "test.h"

/* Accepted. By the grammar of STIX 2.1 section 9; what they stand for is the comment. */
static const char *const good[] = {
	/* one comparison of each kind */
	"[ipv4-addr:value = '198.51.100.1']",
	"[ipv4-addr:value == '198.51.100.1']",
	"[ipv4-addr:value != '198.51.100.1']",
	"[ipv4-addr:value <> '198.51.100.1']",
	"[file:size < 1024]",
	"[file:size <= 1024]",
	"[file:size > 1024]",
	"[file:size >= 1024]",
	"[file:size NOT = 1024]",
	"[file:size NOT > 1024]",
	"[file:name IN ('a.exe', 'b.exe')]",
	"[file:name NOT IN ('a.exe')]",
	"[file:name IN ()]",
	"[file:size IN (1, 2, 3)]",
	"[file:size IN (1, 2.5, 'x', true, h'00', t'2026-01-31T12:00:00Z')]",
	"[url:value LIKE 'http://%.example.org/_.php']",
	"[url:value NOT LIKE '%']",
	"[url:value MATCHES '^https?://[^/]+/gate\\\\.php$']",
	"[url:value NOT MATCHES 'x']",
	"[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
	"[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']",
	"[ipv6-addr:value ISSUPERSET '2001:db8::/48']",
	"[ipv4-addr:value NOT ISSUPERSET '198.51.100.1/32']",
	"[EXISTS file:hashes.MD5]",
	"[EXISTS file:name AND file:size > 0]",
	/* values */
	"[x:a = 0]", "[x:a = -1]", "[x:a = +1]", "[x:a = -0]", "[x:a = 9223372036854775807]", "[x:a = 1.5]", "[x:a = .5]", "[x:a = -.5]",
	"[x:a = +0.25]", "[x:a = 00.5]", "[x:a = true]", "[x:a = false]", "[x:a != false]",
	"[x:a = '']", "[x:a = 'it\\'s']", "[x:a = 'C:\\\\Windows']", "[x:a = '\"']", "[x:a = '// no comment']", "[x:a = 'a\nb']",
	"[x:a = '\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a']", "[x:a = '\xf0\x9f\x90\x8e']",
	"[x:a = h'']", "[x:a = h'00ffAB']", "[x:a = b'AA==']", "[x:a = b'AAA=']", "[x:a = b'AAAA']", "[x:a > h'00']", "[x:a < b'AAAA']",
	"[x:a = t'2026-01-31T12:00:00Z']", "[x:a = t'2026-01-31T12:00:00.123456789Z']", "[x:a >= t'2024-02-29T23:59:59.9Z']",
	"[x:a = t'2016-12-31T23:59:60Z']",
	/* paths */
	"[file:hashes.'SHA-256' = 'aa']", "[file:hashes.MD5 = 'aa']", "[file:'hashes'.'MD5' = 'aa']",
	"[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
	"[x:a[0] = 1]", "[x:a[-1] = 1]", "[x:a[*] = 1]", "[x:a[+1] = 1]", "[x:a[0][1][*].b.c[2] = 1]", "[x:a[ 0 ] = 1]",
	"[network-traffic:src_ref.value = '198.51.100.1']", "[x_y:z_1 = 1]", "[_x:_y = 1]", "[x-usb-device:usbdrive.serial_number = '1']",
	"[x:a . b = 1]", "[x : a = 1]", "[x:'it\\'s' = 1]", "[t:a = 1]", "[h:b = 1]", "[x:IN = 1]", "[AND:OR = 1]",
	/* and, or, parentheses in comparisons */
	"[a:b = 1 AND a:c = 2]", "[a:b = 1 OR a:c = 2]", "[a:b = 1 AND a:c = 2 OR a:d = 3]", "[a:b = 1 OR a:c = 2 AND a:d = 3]",
	"[(a:b = 1)]", "[((a:b = 1))]", "[(a:b = 1 OR a:c = 2) AND a:d = 3]", "[a:b = 1 AND (a:c = 2 OR (a:d = 3 AND a:e = 4))]",
	"[a:b = 1 AND c:d = 2]", "[(a:b = 1) AND (EXISTS a:c)]",
	/* observations */
	"[a:b = 1] AND [a:c = 2]", "[a:b = 1] OR [a:c = 2]", "[a:b = 1] FOLLOWEDBY [a:c = 2]",
	"[a:b = 1] AND [a:c = 2] OR [a:d = 3] FOLLOWEDBY [a:e = 4]", "([a:b = 1])", "(([a:b = 1]))",
	"([a:b = 1] OR [a:c = 2]) AND [a:d = 3]", "[a:b = 1] FOLLOWEDBY ([a:c = 2] OR [a:d = 3])",
	"[a:b = 1]AND[a:c = 2]", "[a:b = 1] AND [a:b = 2] AND [a:b = 3] AND [a:b = 4]",
	/* qualifiers */
	"[a:b = 1] WITHIN 5 SECONDS", "[a:b = 1] WITHIN 0.5 SECONDS", "[a:b = 1] WITHIN +5 SECONDS", "[a:b = 1] REPEATS 5 TIMES",
	"[a:b = 1] REPEATS 5 TIMES WITHIN 60 SECONDS", "[a:b = 1] WITHIN 60 SECONDS REPEATS 5 TIMES",
	"[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
	"([a:b = 1] AND [a:c = 2]) WITHIN 5 SECONDS", "([a:b = 1] WITHIN 5 SECONDS) WITHIN 6 SECONDS",
	"([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES", "[a:b = 1] AND [a:c = 2] WITHIN 5 SECONDS",
	"([a:b = 1] FOLLOWEDBY [a:c = 2]) REPEATS 5 TIMES WITHIN 180 SECONDS",
	/* white space and comments */
	"  [a:b = 1]  ", "\t[\na:b\r\n=\v1\f]", "[a:b = 1] // the end", "// the begin\n[a:b = 1]", "[a:b /* between */ = /**/ 1]", "/* *//* */[a:b = 1]",
	"[a:b\xc2\xa0=\xe2\x80\x83 1]", "[a:b\xe3\x80\x80= 1]", "[a:b\xc2\x85= 1]",
};

/* Refused: the column where, and a word of the reason. */
static const struct { const char *text; unsigned column; const char *says; } bad[] = {
	{ "", 1, "expected [" },
	{ "   ", 4, "expected [" },
	{ "file:size = 1280", 1, "expected [" },
	{ "[]", 2, "a type and a property" },
	{ "[file:size = ]", 14, "expected a value" },
	{ "[file:size 1280]", 12, "expected a comparison" },
	{ "[file:size]", 11, "expected a comparison" },
	{ "[file:size = 1280", 18, "expected AND, OR or ]" },
	{ "[file:size = 1280]]", 19, "the end" },
	{ "[file:size = 1280] [file:size = 1]", 20, "the end" },
	{ "[file.size = 1280]", 6, "expected :" },
	{ "[file: = 1]", 8, "name of a property" },
	{ "[:size = 1]", 2, "a type and a property" },
	{ "['file':size = 1]", 2, "a type and a property" },
	{ "[file:size. = 1]", 13, "name of a property" },
	{ "[file:hashes.SHA-256 = 'aa']", 14, "put it in quotes" },
	{ "[file:a-b = 1]", 7, "put it in quotes" },
	{ "[file:'' = 1]", 7, "name of a property" },
	{ "[file:a[] = 1]", 9, "a number or *" },
	{ "[file:a[x] = 1]", 9, "a number or *" },
	{ "[file:a[1.5] = 1]", 9, "a number or *" },
	{ "[file:a[1 = 1]", 11, "expected ]" },
	{ "[file:a['1'] = 1]", 9, "a number or *" },
	{ "[file:hashes.MD5 = cead3f77]", 20, "expected a value" },
	{ "[file:hashes.MD5 = 1ead3f77]", 20, "a number ends in a letter" },
	{ "[file:hashes.MD5 =? 'a']", 19, "no meaning" },
	{ "[file:name MATCHES /.*/]", 20, "no meaning" },
	{ "[file:name MATCHES 5]", 20, "text in quotes" },
	{ "[file:name MATCHES h'00']", 20, "text in quotes" },
	{ "[file:name MATCHES '(']", 20, "regular expression" },
	{ "[file:name MATCHES '[a-']", 20, "regular expression" },
	{ "[file:name MATCHES '*']", 20, "regular expression" },
	{ "[file:name LIKE 5]", 17, "text in quotes" },
	{ "[file:name LIKE]", 16, "text in quotes" },
	{ "[file:name like 'x']", 12, "expected a comparison" },
	{ "[ipv4-addr:value ISSUBSET ]", 27, "text in quotes" },
	{ "[ipv4-addr:value ISSUBSET 24]", 27, "text in quotes" },
	{ "[file:size IN 1]", 15, "a list of values" },
	{ "[file:size IN (1 2)]", 18, ", or )" },
	{ "[file:size IN (1,)]", 18, "expected a value" },
	{ "[file:size IN (,1)]", 16, "expected a value" },
	{ "[file:size IN (1, 2]", 20, ", or )" },
	{ "[file:size IN (1, file:size)]", 19, "expected a value" },
	{ "[file:size NOT NOT = 1]", 16, "expected a comparison" },
	{ "[NOT file:size = 1]", 6, "expected :" },
	{ "[file:size NOT]", 15, "expected a comparison" },
	{ "[NOT (file:size = 1)]", 6, "expected :" },
	{ "[EXISTS file:size = 1]", 19, "AND, OR or ]" },
	{ "[EXISTS]", 8, "a type and a property" },
	{ "[NOT EXISTS file:size]", 6, "expected :" },
	{ "[exists file:size]", 9, "expected :" },
	{ "[file:size > true]", 14, "no order" },
	{ "[file:size = True]", 14, "expected a value" },
	{ "[file:size = null]", 14, "expected a value" },
	{ "[a:b = 01]", 8, "no number" },
	{ "[a:b = -01]", 8, "no number" },
	{ "[a:b = 1.]", 8, "no number" },
	{ "[a:b = 1e5]", 8, "ends in a letter" },
	{ "[a:b = 0x10]", 8, "ends in a letter" },
	{ "[a:b = 1.2.3]", 11, "AND, OR or ]" },
	{ "[a:b = - 1]", 8, "no meaning" },
	{ "[a:b = 9223372036854775808]", 8, "no number" },
	{ "[a:b = 'x]", 8, "has no end" },
	{ "[a:b = 'x\\y']", 10, "backslash" },
	{ "[a:b = 'x\\']", 8, "has no end" },
	{ "[a:b = \"x\"]", 8, "no meaning" },
	{ "[a:b = '\xff']", 8, "no UTF-8" },
	{ "[a:b = h'0']", 8, "two a byte" },
	{ "[a:b = h'0g']", 8, "two a byte" },
	{ "[a:b = h '00']", 8, "expected a value" },
	{ "[a:b = b'====']", 8, "base64" },
	{ "[a:b = b'A']", 8, "base64" },
	{ "[a:b = b'']", 8, "base64" },
	{ "[a:b = t'2026-01-31']", 8, "moment" },
	{ "[a:b = t'2026-01-31T12:00:00']", 8, "moment" },
	{ "[a:b = t'2026-01-31T12:00:00+01:00']", 8, "moment" },
	{ "[a:b = t'2026-13-01T12:00:00Z']", 8, "moment" },
	{ "[a:b = t'2026-02-30T12:00:00Z']", 8, "moment" },
	{ "[a:b = t'2026-00-10T12:00:00Z']", 8, "moment" },
	{ "[a:b = t'2026-01-00T12:00:00Z']", 8, "moment" },
	{ "[a:b = t'2026-01-31T24:00:00Z']", 8, "moment" },
	{ "[a:b = t'2026-01-31T12:60:00Z']", 8, "moment" },
	{ "[a:b = t'2026-01-31T12:00:61Z']", 8, "moment" },
	{ "[a:b = t'2026-01-31T12:00:00.Z']", 8, "moment" },
	{ "[a:b = t'2026-01-31t12:00:00z']", 8, "moment" },
	{ "[a:b = t'2457-73-22T32:81:84.1Z']", 8, "moment" },
	{ "[a:b = 1 AND]", 13, "a type and a property" },
	{ "[AND a:b = 1]", 6, "expected :" },
	{ "[a:b = 1 and a:c = 2]", 10, "AND, OR or ]" },
	{ "[a:b = 1 FOLLOWEDBY a:c = 2]", 10, "AND, OR or ]" },
	{ "[a:b = 1 XOR a:c = 2]", 10, "AND, OR or ]" },
	{ "[(a:b = 1]", 10, "expected )" },
	{ "[a:b = 1)]", 9, "AND, OR or ]" },
	{ "[()]", 3, "a type and a property" },
	{ "([a:b = 1]", 11, "expected )" },
	{ "[a:b = 1])", 10, "the end" },
	{ "()", 2, "expected [" },
	{ "[a:b = 1] AND", 14, "expected [" },
	{ "OR [a:b = 1]", 1, "expected [" },
	{ "[a:b = 1] followedby [a:c = 2]", 11, "the end" },
	{ "[[a:b = 1]]", 2, "a type and a property" },
	{ "[a:b = 1] WITHIN", 17, "seconds over 0" },
	{ "[a:b = 1] WITHIN 5", 19, "SECONDS" },
	{ "[a:b = 1] WITHIN 5 HOURS", 20, "SECONDS" },
	{ "[a:b = 1] WITHIN 5 seconds", 20, "SECONDS" },
	{ "[a:b = 1] WITHIN -5 SECONDS", 18, "seconds over 0" },
	{ "[a:b = 1] WITHIN 0 SECONDS", 18, "seconds over 0" },
	{ "[a:b = 1] WITHIN '5' SECONDS", 18, "seconds over 0" },
	{ "[a:b = 1] within 5 SECONDS", 11, "the end" },
	{ "[a:b = 1 WITHIN 5 SECONDS]", 10, "AND, OR or ]" },
	{ "[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", 35, "twice" },
	{ "[a:b = 1] REPEATS 2 TIMES REPEATS 3 TIMES", 35, "twice" },
	{ "[a:b = 1] REPEATS TIMES", 19, "whole number" },
	{ "[a:b = 1] REPEATS 0 TIMES", 19, "whole number" },
	{ "[a:b = 1] REPEATS -1 TIMES", 19, "whole number" },
	{ "[a:b = 1] REPEATS 1.5 TIMES", 19, "whole number" },
	{ "[a:b = 1] REPEATS 5", 20, "TIMES" },
	{ "[a:b = 1] START '2026-01-01T00:00:00Z' STOP '2026-02-01T00:00:00Z'", 17, "a moment" },
	{ "[a:b = 1] START t'2026-01-01T00:00:00Z'", 40, "STOP" },
	{ "[a:b = 1] START t'2026-02-01T00:00:00Z' STOP t'2026-01-01T00:00:00Z'", 69, "behind START" },
	{ "[a:b = 1] STOP t'2026-02-01T00:00:00Z'", 11, "the end" },
	{ "WITHIN 5 SECONDS", 1, "expected [" },
	{ "[a:b = 1] /* open", 11, "no end" },
	{ "[a:b = 1] # no", 11, "no meaning" },
	{ "[a:b = 1];", 10, "no meaning" },
	{ "[\xd8\xb9:b = 1]", 2, "no meaning" },
	{ "[a:b = '\xd8\xb9' ?]", 12, "no meaning" },
};

TEST(accepted)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err e = ERR_INIT;
		struct pattern *p;
		struct arena a;

		test_case("%s", good[i]);
		arena_init(&a, 1 << 20);
		CHECK_OK(pattern_parse(slice_of_str(good[i]), &a, &p, &e), &e);
		arena_fini(&a);
	}
	CHECK(sizeof(good) / sizeof(good[0]) + sizeof(bad) / sizeof(bad[0]) >= 150);
}

TEST(refused)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = ERR_INIT;
		struct pattern *p;
		struct arena a;
		char at[32];

		test_case("%s", bad[i].text);
		arena_init(&a, 1 << 20);
		CHECK(!pattern_parse(slice_of_str(bad[i].text), &a, &p, &e));
		(void)snprintf(at, sizeof(at), "column %u:", bad[i].column);
		if (!CHECK(strncmp(e.text, at, strlen(at)) == 0) || !CHECK(strstr(e.text, bad[i].says) != NULL))
			CHECK_STR(e.text, at);
		arena_fini(&a);
	}
}

/* NOLINTBEGIN(misc-no-recursion): as deep as a pattern may be */
/* A tree as a text that says how it binds. */
static void
expr_print(const struct pattern_expr *x, struct buf *b)
{
	if (x->join == PATTERN_LEAF) {
		buf_put(b, x->test->steps[0].key);
		return;
	}
	buf_str(b, x->join == PATTERN_AND ? "and(" : "or(");
	for (const struct pattern_expr *i = x->first; i != NULL; i = i->next) {
		expr_print(i, b);
		buf_str(b, i->next != NULL ? " " : ")");
	}
}

static void
watch_print(const struct pattern_watch *w, struct buf *b)
{
	if (w->expr != NULL)
		expr_print(w->expr, b);
	else
		buf_str(b, w->first->next == NULL ? "(" : w->join == PATTERN_AND ? "AND(" : w->join == PATTERN_OR ? "OR(" : "THEN(");
	for (const struct pattern_watch *i = w->first; i != NULL; i = i->next) {
		watch_print(i, b);
		buf_str(b, i->next != NULL ? " " : ")");
	}
	if (w->repeats > 0)
		buf_printf(b, "*%d", (int)w->repeats);
	if (w->within_s > 0)
		buf_printf(b, "/%d", (int)w->within_s);
}
/* NOLINTEND(misc-no-recursion) */

static const struct { const char *text, *tree; } trees[] = {
	{ "[x:a = 1 OR x:b = 1 AND x:c = 1]", "or(a and(b c))" },
	{ "[x:a = 1 AND x:b = 1 OR x:c = 1]", "or(and(a b) c)" },
	{ "[(x:a = 1 OR x:b = 1) AND x:c = 1]", "and(or(a b) c)" },
	{ "[x:a = 1 AND x:b = 1 AND x:c = 1]", "and(a b c)" },
	{ "[x:a = 1] FOLLOWEDBY [x:b = 1] OR [x:c = 1] AND [x:d = 1]", "THEN(a OR(b AND(c d)))" },
	{ "[x:a = 1] AND [x:b = 1] OR [x:c = 1] FOLLOWEDBY [x:d = 1]", "THEN(OR(AND(a b) c) d)" },
	{ "([x:a = 1] FOLLOWEDBY [x:b = 1]) AND [x:c = 1]", "AND((THEN(a b)) c)" },
	{ "[x:a = 1] AND [x:b = 1] WITHIN 5 SECONDS", "AND(a b/5)" },
	{ "([x:a = 1] AND [x:b = 1]) WITHIN 5 SECONDS", "(AND(a b))/5" },
	{ "([x:a = 1] REPEATS 2 TIMES WITHIN 3 SECONDS) REPEATS 4 TIMES", "(a*2/3)*4" },
};

TEST(precedence)
{
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct err e = ERR_INIT;
		struct pattern *p;
		struct arena a;
		struct buf b;

		test_case("%s", trees[i].text);
		arena_init(&a, 1 << 20);
		buf_init(&b, 4096);
		if (CHECK_OK(pattern_parse(slice_of_str(trees[i].text), &a, &p, &e), &e)) {
			watch_print(p->root, &b);
			CHECK_STR(buf_cstr(&b), trees[i].tree);
		}
		buf_fini(&b);
		arena_fini(&a);
	}
}

static const struct { const char *text; enum pattern_value_kind kind; struct slice value; int64_t integer; } values[] = {
	{ "[x:a = 'it\\'s \\\\ me']", PATTERN_TEXT, S_INIT("it's \\ me"), 0 },
	/* e and an accent behind it: one character */
	{ "[x:a = 'cafe\xcc\x81']", PATTERN_TEXT, S_INIT("caf\xc3\xa9"), 0 },
	{ "[x:a = h'00fF']", PATTERN_BYTES, S_INIT("\0\xff"), 0 },
	{ "[x:a = b'AP8=']", PATTERN_BYTES, S_INIT("\0\xff"), 0 },
	{ "[x:a = -12]", PATTERN_INTEGER, S_INIT("-12"), -12 },
	{ "[x:a = true]", PATTERN_BOOLEAN, S_INIT(""), 1 },
	{ "[x:a = t'1970-01-02T00:00:01.5Z']", PATTERN_TIME, S_INIT("1970-01-02T00:00:01.5Z"), 86401500000 },
	{ "[x:a = t'1969-12-31T23:59:59.999999Z']", PATTERN_TIME, S_INIT("1969-12-31T23:59:59.999999Z"), -1 },
};

TEST(literals)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct pattern_value *v;
		struct err e = ERR_INIT;
		struct pattern *p;
		struct arena a;

		test_case("%s", values[i].text);
		arena_init(&a, 1 << 20);
		if (CHECK_OK(pattern_parse(slice_of_str(values[i].text), &a, &p, &e), &e)) {
			v = p->root->expr->test->values;
			CHECK_INT(v->kind, values[i].kind);
			CHECK_SLICE(v->text, values[i].value);
			CHECK_INT(v->integer, values[i].integer);
		}
		arena_fini(&a);
	}
}

/* Limits are reached, and said. */
static void
large(const char *head, const char *each, size_t times, const char *tail, bool fits)
{
	struct err e = ERR_INIT;
	struct pattern *p;
	struct arena a;
	struct buf b;

	test_case("%s%s... %zu times", head, each, times);
	arena_init(&a, (size_t)64 << 20);
	buf_init(&b, (size_t)4 << 20);
	buf_str(&b, head);
	for (size_t i = 0; i < times; i++)
		buf_str(&b, each);
	buf_str(&b, tail);
	CHECK(pattern_parse(buf_view(&b), &a, &p, &e) == fits);
	if (!fits)
		CHECK_INT(e.code, ERR_LIMIT);
	buf_fini(&b);
	arena_fini(&a);
}

TEST(limits)
{
	large("[x:a = 1", " OR x:a = 1", 9999, "]", true);
	large("[x:a = 1", " OR x:a = 1", 10000, "]", false);
	large("[x:a IN (1", ", 1", 9998, ")]", true);
	large("[x:a IN (1", ", 1", 10000, ")]", false);
	large("[", "(", 33, "x:a = 1", false);
	large("", "(", 100000, "", false);
	large("[", "(", 100000, "", false);
	large("[x:a", ".b", 31, " = 1]", true);
	large("[x:a", ".b", 32, " = 1]", false);
	large("[x:a = '", "x", 256 << 10, "']", false);
}

TEST(expressions_of_strangers)
{
	struct err e = ERR_INIT;
	struct pattern *p;
	struct arena a;

	/* Compiling is bounded, too: parentheses without end. */
	arena_init(&a, 1 << 20);
	CHECK(!pattern_parse(S("[x:a MATCHES '((((((((((((((((((((((((((((((((((((((((((((((((((((((((x))))))))))))))))))))))))))))))))))))))))))))))))))))))))']"), &a, &p, &e));
	CHECK(strstr(e.text, "regular expression") != NULL);
	CHECK(!pattern_parse(S("[x:a MATCHES '\\\\C']"), &a, &p, &e));
	arena_fini(&a);
}

int
main(void)
{
	RUN(accepted);
	RUN(refused);
	RUN(precedence);
	RUN(literals);
	RUN(limits);
	RUN(expressions_of_strangers);
	return test_end();
}
