/* RFC 8265's OpaqueString: its own examples, both forms of one text, and what is none. */
#include "parse/opaque.h"

#include <string.h>

#include "test.h"

static const struct {
	const char *name, *text, *out; /* out NULL: refused */
} cases[] = {
	/* RFC 8265, section 4.3, the tables of examples */
	{ "ASCII", "correct horse battery staple", "correct horse battery staple" },
	{ "ASCII, case", "Correct Horse Battery Staple", "Correct Horse Battery Staple" },
	{ "non-ASCII", "\xcf\x80\xc3\x9f\xc3\xa5", "\xcf\x80\xc3\x9f\xc3\xa5" },
	{ "non-ASCII, a sign", "Jack of \xe2\x99\xa6s", "Jack of \xe2\x99\xa6s" },
	{ "an ogham space", "foo\xe1\x9a\x80" "bar", "foo bar" },
	{ "empty", "", "" },
	{ "a tab", "my cat is a \tby", NULL },
	/* composing */
	{ "e with an accent behind it", "cafe\xcc\x81", "caf\xc3\xa9" },
	{ "e with an accent", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "two marks in the other order", "a\xcc\x81\xcc\xa3", "\xe1\xba\xa1\xcc\x81" },
	{ "Hangul in parts", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c" },
	{ "a part of Hangul alone", "\xe1\x84\x92", NULL },
	{ "angstrom sign", "\xe2\x84\xab", "\xc3\x85" },
	/* what is kept: width, case, ligatures */
	{ "wide letters", "\xef\xbc\xa1\xef\xbc\xa2", "\xef\xbc\xa1\xef\xbc\xa2" },
	{ "a ligature", "\xef\xac\x81", "\xef\xac\x81" },
	{ "dotless and capital i", "\xc4\xb1I\xc4\xb0", "\xc4\xb1I\xc4\xb0" },
	/* spaces */
	{ "no-break space", "a\xc2\xa0" "b", "a b" },
	{ "ideographic space", "\xe4\xb8\x80\xe3\x80\x80\xe4\xba\x8c", "\xe4\xb8\x80 \xe4\xba\x8c" },
	{ "line separator", "a\xe2\x80\xa8" "b", NULL },
	/* what is not seen */
	{ "zero width space", "a\xe2\x80\x8b" "b", NULL },
	{ "soft hyphen", "a\xc2\xad" "b", NULL },
	{ "right-to-left mark", "a\xe2\x80\x8f" "b", NULL },
	{ "variation selector", "\xe2\x9d\xa4\xef\xb8\x8f", NULL },
	{ "a heart without it", "\xe2\x9d\xa4", "\xe2\x9d\xa4" },
	{ "an escape", "a\x1b[b", NULL },
	{ "delete", "a\x7f" "b", NULL },
	{ "a C1 control", "a\xc2\x85" "b", NULL },
	{ "private use", "\xee\x80\x80", NULL },
	{ "a noncharacter", "\xef\xbf\xbf", NULL },
	{ "not given out", "\xcd\xb8", NULL },
	{ "outside the first plane", "\xf0\x9f\x90\x8e", "\xf0\x9f\x90\x8e" },
	/* by the surroundings */
	{ "non-joiner in Persian", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88" },
	{ "non-joiner behind alef", "\xd8\xa7\xe2\x80\x8c\xd8\xae", NULL },
	{ "non-joiner between Latin letters", "a\xe2\x80\x8c" "b", NULL },
	{ "joiner behind a virama", "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d", "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d" },
	{ "joiner elsewhere", "a\xe2\x80\x8d", NULL },
	{ "middle dot in Catalan", "col\xc2\xb7laborar", "col\xc2\xb7laborar" },
	{ "middle dot elsewhere", "a\xc2\xb7" "b", NULL },
	{ "geresh", "\xd7\xa6\xd7\xb3", "\xd7\xa6\xd7\xb3" },
	{ "geresh alone", "\xd7\xb3", NULL },
	{ "katakana middle dot", "\xe3\x82\xa2\xe3\x83\xbb", "\xe3\x82\xa2\xe3\x83\xbb" },
	{ "katakana middle dot alone", "a\xe3\x83\xbb", NULL },
	{ "Arabic digits", "\xd9\xa1\xd9\xa2", "\xd9\xa1\xd9\xa2" },
	{ "digits of both rows", "\xd9\xa1\xdb\xb2", NULL },
	{ "tatweel", "\xd8\xb3\xd9\x80\xd8\xb3", NULL },
	/* not text */
	{ "half a character", "a\xc3", NULL },
	{ "a surrogate", "\xed\xa0\x80", NULL },
	{ "too long a form", "\xc0\xaf", NULL },
};

TEST(profile)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice want = slice_of_str(cases[i].out == NULL ? "" : cases[i].out);
		struct opaque o, again;
		struct err e = ERR_INIT;
		bool ok = opaque_read(slice_of_str(cases[i].text), &o, &e);

		test_case("%s", cases[i].name);
		CHECK_INT(ok, cases[i].out != NULL);
		CHECK(ok || e.code == ERR_INPUT);
		CHECK(slice_eq(slice_of(o.b, o.len), want));
		/* What came out stays as it is. */
		if (ok) {
			CHECK_OK(opaque_read(slice_of(o.b, o.len), &again, &e), &e);
			CHECK(slice_eq(slice_of(again.b, again.len), want));
		}
	}
}

TEST(limits)
{
	static char text[OPAQUE_IN_MAX + 2];
	struct opaque o;
	struct err e = ERR_INIT;

	memset(text, 'x', sizeof(text));
	CHECK_OK(opaque_read(slice_of(text, OPAQUE_IN_MAX), &o, &e), &e);
	CHECK(!opaque_read(slice_of(text, OPAQUE_IN_MAX + 1), &o, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	test_case("what becomes three times as long");
	for (size_t i = 0; i + 4 <= OPAQUE_IN_MAX; i += 4)
		memcpy(text + i, "\xf0\x9d\x85\xa0", 4); /* U+1D160 is three characters composed */
	CHECK_OK(opaque_read(slice_of(text, OPAQUE_IN_MAX), &o, &e), &e);
	CHECK_INT(o.len, OPAQUE_OUT_MAX);
	test_case("NUL is a control");
	CHECK(!opaque_read(slice_of("a\0b", 3), &o, &e));
}

int
main(void)
{
	RUN(profile);
	RUN(limits);
	return test_end();
}
