#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/lang.h"
#include "base/log.h"
#include "base/slice.h"
#include "base/source.h"
#include "test.h"

TEST(slices)
{
	struct slice rest = S("a,,"), part;
	uint64_t u;
	int64_t i;

	CHECK(slice_cut(&rest, ',', &part) && slice_eq(part, S("a")));
	CHECK(slice_cut(&rest, ',', &part) && part.len == 0);
	CHECK(slice_cut(&rest, ',', &part) && part.len == 0);
	CHECK(!slice_cut(&rest, ',', &part));
	rest = S("one\r\ntwo\nthree");
	CHECK(slice_line(&rest, &part) && slice_eq(part, S("one")));
	CHECK(slice_line(&rest, &part) && slice_eq(part, S("two")));
	CHECK(slice_line(&rest, &part) && slice_eq(part, S("three")));
	CHECK(!slice_line(&rest, &part));
	CHECK_SLICE(slice_trim(S(" \t x y\r\n")), S("x y"));
	CHECK(slice_u64(S("18446744073709551615"), &u) && u == UINT64_MAX);
	CHECK(!slice_u64(S("18446744073709551616"), &u));
	CHECK(!slice_u64(S(""), &u) && !slice_u64(S("1 "), &u));
	CHECK(slice_i64(S("-9223372036854775808"), &i) && i == INT64_MIN);
	CHECK(!slice_i64(S("9223372036854775808"), &i));
	CHECK(slice_find(S("abcabc"), S("ca")) == 2);
	CHECK(slice_cmp(S("ab"), S("abc")) < 0);
	CHECK(slice_ends_nocase(S("report.CSV"), S(".csv")));
}

static const struct {
	const char *name;
	struct slice s;
	bool ok;
} utf8_cases[] = {
	{ "ascii", S_INIT("hello, longer than eight"), true },
	{ "two, three and four bytes", S_INIT("\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"), true },
	{ "overlong", S_INIT("\xc0\xaf"), false },
	{ "surrogate", S_INIT("\xed\xa0\x80"), false },
	{ "over U+10FFFF", S_INIT("\xf4\x90\x80\x80"), false },
	{ "cut", S_INIT("abc\xe4\xb8"), false },
};

TEST(utf8)
{
	for (size_t i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]); i++) {
		test_case("%s", utf8_cases[i].name);
		CHECK(slice_utf8_ok(utf8_cases[i].s) == utf8_cases[i].ok);
	}
}

TEST(bufs)
{
	struct buf b;
	struct cursor c;

	buf_init(&b, 64);
	buf_varint(&b, 300);
	buf_be32(&b, 0xdeadbeef);
	buf_i64(&b, INT64_MIN);
	CHECK(buf_ok(&b));
	c = cursor_of(buf_view(&b));
	CHECK_INT(cur_varint(&c), 300);
	CHECK_INT(cur_be32(&c), 0xdeadbeef);
	CHECK_SLICE(cur_take(&c, 20), S("-9223372036854775808"));
	CHECK(cur_ok(&c));
	CHECK(cur_u8(&c) == 0 && !cur_ok(&c));
	buf_clear(&b);
	slice_quote(&b, S("\xc2\x9b\xe2\x80\xae\xe2\x81\xa7x"), 32);
	CHECK_SLICE(buf_view(&b), S("\"\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x81\\xa7x\""));
	buf_clear(&b);
	slice_quote(&b, S("a\"\n\xff\xc3\xa9"), 32);
	CHECK_SLICE(buf_view(&b), S("\"a\\\"\\x0a\\xff\xc3\xa9\""));
	buf_clear(&b);
	for (int i = 0; i < 65; i++)
		buf_byte(&b, 'x');
	CHECK(!buf_ok(&b) && b.len == 64);
	buf_fini(&b);
	CHECK(strlen(QUOTE(slice_of("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32))) < 96);
}

TEST(arenas)
{
	struct arena a;

	arena_init(&a, 100000);
	for (int i = 0; i < 3; i++) {
		CHECK(arena_alloc(&a, 40000) != NULL);
		CHECK(arena_alloc(&a, 40000) != NULL);
		CHECK(arena_alloc(&a, 40000) == NULL && a.failed);
		arena_reset(&a);
		CHECK(!a.failed);
	}
	CHECK(arena_array(&a, SIZE_MAX / 2, 4) == NULL);
	arena_reset(&a);
	CHECK_SLICE(arena_printf(&a, "%d-%s", 7, "x"), S("7-x"));
	CHECK_SLICE(arena_join(&a, (const struct slice[]){ S("ab"), SLICE_NONE, S("c") }, 3), S("abc"));
	CHECK_SLICE(arena_lower(&a, S("Ab\xc3\x84-9")), S("ab\xc3\x84-9"));
	arena_fini(&a);
}

TEST(errors)
{
	struct err e = ERR_INIT;

	CHECK(!err_set(&e, ERR_INPUT, "expected %d columns", 2));
	CHECK(!err_within(&e, "line %d", 14));
	CHECK_STR(e.text, "line 14: expected 2 columns");
	errno = ENOSPC;
	CHECK(!err_sys(&e, "%s", "disk"));
	CHECK_STR(e.text, "disk: No space left on device");
	for (int i = 0; i < 200; i++)
		CHECK(!err_within(&e, "a place that is named again and again"));
	CHECK(strlen(e.text) < sizeof(e.text));
}

struct chunks {
	struct slice rest;
	size_t most;
};

static bool
pull_chunk(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct chunks *c = cookie;
	size_t n = 1 + (size_t)(test_random() % c->most);

	(void)e;
	n = n > cap ? cap : n;
	n = n > c->rest.len ? c->rest.len : n;
	if (n > 0)
		memcpy(p, c->rest.p, n);
	c->rest = slice_from(c->rest, n);
	*n_out = n;
	return true;
}

/* Any split of the input gives the same lines. */
TEST(lines)
{
	struct buf text;
	struct err e = ERR_INIT;

	buf_init(&text, 4 << 20);
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "line %d %.*s\n", i, (int)(test_random() % 40),
		    "........................................");
	for (int round = 0; round < 20; round++) {
		struct chunks chunks = { buf_view(&text), 1 + (size_t)(test_random() % 70000) };
		struct source s;
		struct slice line, plain = buf_view(&text), want;
		uint64_t offset, sum = 0;
		size_t n = 0;

		source_of_pull(&s, pull_chunk, &chunks, 1 << 20);
		while (source_line(&s, 100, &line, &offset, &e) == STEP_ITEM) {
			CHECK(offset == sum);
			if (!CHECK(slice_line(&plain, &want) && slice_eq(line, want)))
				break;
			sum += line.len + 1;
			n++;
		}
		CHECK_INT(n, 20000);
		source_fini(&s);
	}
	buf_fini(&text);
}

TEST(long_lines)
{
	struct chunks chunks;
	struct buf text;
	struct source s;
	struct slice line;
	struct err e = ERR_INIT;

	buf_init(&text, 8 << 20);
	buf_str(&text, "a\n");
	for (int i = 0; i < 3000000; i++)
		buf_byte(&text, 'x');
	buf_str(&text, "\nb");
	chunks = (struct chunks){ buf_view(&text), 65536 };
	source_of_pull(&s, pull_chunk, &chunks, 64 << 20);
	CHECK(source_line(&s, 1000, &line, NULL, &e) == STEP_ITEM);
	CHECK(source_line(&s, 1000, &line, NULL, &e) == STEP_BAD);
	CHECK(s.cap <= 1 << 20);
	CHECK(source_line(&s, 1000, &line, NULL, &e) == STEP_ITEM && slice_eq(line, S("b")));
	CHECK(source_line(&s, 1000, &line, NULL, &e) == STEP_END);
	source_fini(&s);
	test_case("it ends with the document, at the end of a piece");
	e = (struct err)ERR_INIT;
	chunks = (struct chunks){ slice_sub(buf_view(&text), 2, 1 << 20), 65536 };
	source_of_pull(&s, pull_chunk, &chunks, 64 << 20);
	CHECK(source_line(&s, 1000, &line, NULL, &e) == STEP_BAD);
	CHECK_STR(e.text, "a line of more than 1000 bytes");
	CHECK(source_line(&s, 1000, &line, NULL, &e) == STEP_END);
	source_fini(&s);
	buf_fini(&text);
}

TEST(files)
{
	char path[512];
	struct err e = ERR_INIT;
	struct dir_list l;
	struct file_map m;
	struct buf b;

	(void)snprintf(path, sizeof(path), "%s/a/b", test_dir());
	CHECK_OK(dir_make(path, &e), &e);
	(void)snprintf(path, sizeof(path), "%s/a/b/f", test_dir());
	CHECK_OK(file_write(path, S("contents"), &e), &e);
	CHECK_OK(file_map(path, 100, &m, &e), &e);
	CHECK_SLICE(m.view, S("contents"));
	file_unmap(&m);
	CHECK(!file_map(path, 3, &m, &e) && e.code == ERR_LIMIT);
	buf_init(&b, 8);
	CHECK_OK(file_read(path, &b, &e), &e);
	CHECK_SLICE(buf_view(&b), S("contents"));
	buf_fini(&b);
	buf_init(&b, 7);
	CHECK(!file_read(path, &b, &e) && e.code == ERR_LIMIT);
	buf_fini(&b);
	(void)snprintf(path, sizeof(path), "%s/a/b", test_dir());
	CHECK_OK(dir_list(path, false, &l, &e), &e);
	CHECK_INT(l.count, 1);
	dir_list_free(&l);
	CHECK(!file_map("/nonexistent/x", 1, &m, &e) && e.code == ERR_ABSENT);
}

TEST(hashes)
{
	char hex[SHA256_HEX + 1];
	struct sha256 h = sha256_of(S("abc")), back;

	sha256_hex(&h, hex);
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK(sha256_parse(slice_of_str(hex), &back) && memcmp(&h, &back, sizeof(h)) == 0);
	CHECK(!sha256_parse(S("ba78"), &back));
	/* Stored in findings' ids: must never change. */
	CHECK(hash64(S("abc"), 0) == 0x78af5f94892f3950U);
}

TEST(languages)
{
	enum lang l;

	CHECK(lang_parse("fr_FR.UTF-8", &l) && l == LANG_FR);
	CHECK(lang_parse("zh-Hant", &l) && l == LANG_ZH);
	CHECK(!lang_parse("de", &l) && !lang_parse("", &l) && !lang_parse(NULL, &l));
	CHECK_STR(lang_text(LANG_EN, "no such message"), "no such message");
	CHECK_STR(lang_text(LANG_AR, "no such message"), "no such message");
	CHECK_STR(lang_plural(LANG_EN, "one", "many", 1), "one");
	CHECK_STR(lang_plural(LANG_EN, "one", "many", 0), "many");
}

TEST(a_place_is_named_once)
{
	static const struct { const char *name, *where, *text, *want; } cases[] = {
		{ "plain", "a.csv", "it is empty", "a.csv: it is empty" },
		{ "named already", "n/store.db", "n/store.db: not a database", "n/store.db: not a database" },
		{ "by its last name", "n/bad.json", "bad.json: no schema", "n/bad.json: no schema" },
		{ "another one", "a", "ab: no", "a: ab: no" },
	};
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].name);
		(void)err_set(&e, ERR_INPUT, "%s", cases[i].text);
		(void)err_within(&e, "%s", cases[i].where);
		CHECK_STR(e.text, cases[i].want);
	}
}

TEST(log_texts)
{
	CHECK_STR(LOG_TEXT("\"x.csv\" names a\\b"), "\"\\\"x.csv\\\" names a\\\\b\"");
	CHECK_STR(LOG_TEXT(""), "\"\"");
}

TEST(percent)
{
	static const struct { struct slice text; int byte; size_t left; } rows[] = {
		{ S_INIT("a%"), 'a', 1 }, { S_INIT("%41b"), 'A', 1 }, { S_INIT("%fF"), 0xff, 0 },
		{ S_INIT("%"), -1, 1 }, { S_INIT("%4"), -1, 2 }, { S_INIT("%4g1"), -1, 4 }, { S_INIT("+"), '+', 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice s = rows[i].text;

		test_case("%.*s", SLICE_ARG(s));
		CHECK_INT(slice_percent(&s), rows[i].byte);
		CHECK_INT(s.len, rows[i].left);
	}
	CHECK_INT(slice_chars(S("a\xc3\xa4\xe4\xb8\xad")), 3);
}

TEST(uuids)
{
	uint8_t hash[16];
	char text[UUID_TEXT + 1];

	memset(hash, 0xff, sizeof(hash));
	uuid_print(hash, 5, text);
	CHECK_STR(text, "ffffffff-ffff-5fff-bfff-ffffffffffff");
	memset(hash, 0, sizeof(hash));
	uuid_print(hash, 8, text);
	CHECK_STR(text, "00000000-0000-8000-8000-000000000000");
}

TEST(lists_of_ids)
{
	struct ids ids = { 0 };

	CHECK(!ids_has(&ids, 0));
	ids_drop(&ids, 0);
	for (int64_t i = 0; i < 100; i++)
		ids_add(&ids, i * 3);
	CHECK(ids_has(&ids, 0) && ids_has(&ids, 297) && !ids_has(&ids, 1));
	ids_drop(&ids, 0);
	ids_drop(&ids, 297);
	ids_drop(&ids, 150);
	ids_drop(&ids, 150);
	CHECK_INT(ids.count, 97);
	CHECK(ids.v[0] == 3 && ids.v[48] == 147 && ids.v[49] == 153 && ids.v[96] == 294);
	ids_fini(&ids);
	CHECK_INT(ids.count, 0);
}

int
main(void)
{
	RUN(slices);
	RUN(utf8);
	RUN(bufs);
	RUN(arenas);
	RUN(errors);
	RUN(lines);
	RUN(long_lines);
	RUN(files);
	RUN(hashes);
	RUN(languages);
	RUN(a_place_is_named_once);
	RUN(log_texts);
	RUN(percent);
	RUN(uuids);
	RUN(lists_of_ids);
	return test_end();
}
