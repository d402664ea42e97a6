#include "intake/evidence.h"

#include <stdio.h>

#include "test.h"

static const struct {
	const char *name, *text;
	bool html;
	const char *urls, *domains;
} rows[] = {
	{ "plain", "see http://a.example.com/x, or (https://b.example.net/y).", false,
	    "[\"http://a.example.com/x\",\"https://b.example.net/y\"]",
	    "[\"a.example.com\",\"b.example.net\"]" },
	{ "each once", "http://a.example.com/ http://a.example.com/", false,
	    "[\"http://a.example.com/\"]", "[\"a.example.com\"]" },
	{ "no scheme", "go to www.Example.com/offer today", false,
	    "[\"http://www.Example.com/offer\"]", "[\"www.example.com\"]" },
	{ "a name that only ends so", "mailwww.example.com and x@www.example.com", false, "[]", "[]" },
	{ "defanged", "hxxps://bad[.]example[.]com/p and hxxp[:]//192.0.2.1/x", false,
	    "[\"https://bad.example.com/p\",\"http://192.0.2.1/x\"]",
	    "[\"bad.example.com\"]" },
	{ "href", "<a href=\"http://a.example.com/?x=1&amp;y=2\">", true,
	    "[\"http://a.example.com/?x=1&y=2\"]", "[\"a.example.com\"]" },
	{ "quote ends it", "<a href='http://a.example.com/b'>c</a>", true,
	    "[\"http://a.example.com/b\"]", "[\"a.example.com\"]" },
	{ "without a scheme in HTML", "<img src=\"//a.example.com/p.gif\">", true,
	    "[\"http://a.example.com/p.gif\"]", "[\"a.example.com\"]" },
	{ "written in references", "<a href=\"http&#58;//a&#x2e;example.com&#47;b\">", true,
	    "[\"http://a.example.com/b\"]", "[\"a.example.com\"]" },
	{ "user before the host", "http://www.bank.example@evil.example.com/", false,
	    "[\"http://www.bank.example@evil.example.com/\"]", "[\"evil.example.com\"]" },
	{ "no host", "http:// and http://x and // and www.", false, "[]", "[]" },
	{ "comment slashes", "// www is not a name", false, "[]", "[]" },
	{ "cut at the end", "http:/", false, "[]", "[]" },
};

static void
check(size_t i, struct slice text)
{
	struct arena a;
	struct evidence ev;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, 1 << 16);
	evidence_init(&ev, &a);
	evidence_scan(&ev, text, rows[i].html);
	evidence_json(ev.urls, ev.url_count, 100, &b);
	CHECK_SLICE(buf_view(&b), slice_of_str(rows[i].urls));
	buf_clear(&b);
	evidence_json(ev.domains, ev.domain_count, 100, &b);
	CHECK_SLICE(buf_view(&b), slice_of_str(rows[i].domains));
	buf_fini(&b);
	arena_fini(&a);
}

TEST(forms)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_case("%s", rows[i].name);
		check(i, slice_of_str(rows[i].text));
	}
}

/* Wherever the text lies against the sixteen bytes of a step. */
TEST(any_alignment)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t pad = 0; pad < 40; pad++) {
			char text[256];

			test_case("%s, %zu before", rows[i].name, pad);
			memset(text, ' ', pad);
			memcpy(text + pad, rows[i].text, strlen(rows[i].text));
			check(i, slice_of(text, pad + strlen(rows[i].text)));
		}
	}
}

TEST(bounded)
{
	static uint8_t many[400000];
	struct arena a;
	struct evidence ev;
	size_t n = 0;

	for (unsigned i = 0; n + 40 < sizeof(many); i++)
		n += (size_t)snprintf((char *)many + n, 40, "http://h%u.example.com/ ", i);
	arena_init(&a, 1 << 20);
	evidence_init(&ev, &a);
	evidence_scan(&ev, slice_of(many, n), false);
	CHECK_INT(ev.url_count, EVIDENCE_URLS_MAX);
	CHECK_INT(ev.domain_count, EVIDENCE_URLS_MAX);
	CHECK(ev.seen > 10000);
	arena_fini(&a);
}

int
main(void)
{
	RUN(forms);
	RUN(any_alignment);
	RUN(bounded);
	return test_end();
}
