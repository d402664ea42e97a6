#include "parse/mime.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/walls.h"
#include "test.h"

static struct arena a;
static struct mime m;

static bool
open_text(struct slice s)
{
	struct err e = ERR_INIT;

	mime_close(&m);
	arena_fini(&a);
	arena_init(&a, 256 << 20);
	return CHECK_OK(mime_open(&m, s, &MIME_LIMITS, &a, &e), &e);
}

TEST(parts)
{
	static const char mail[] =
	    "From a@example.org Thu Jan  1 00:00:00 1970\n"
	    "Subject: outer\n"
	    "Content-Type: multipart/mixed; boundary=\"b\"\n\n"
	    "preamble\n--b\nContent-Type: text/plain\n"
	    "Content-Transfer-Encoding: quoted-printable\n\na=3Db=\n c= \nd=zz\n"
	    "--b\nContent-Type: message/rfc822\n\n"
	    "Subject: inner\nContent-Type: text/html; charset=utf-8\n\n<p>x</p>\n"
	    "--b\nContent-Type: application/zip; name=\"a.zip\"\n"
	    "Content-Disposition: attachment\n"
	    "Content-Transfer-Encoding: base64\n\naGVs\nbG8=\n--b--\nepilogue\n";
	struct slice s;

	if (!open_text(slice_of(mail, sizeof(mail) - 1)))
		return;
	CHECK_INT(m.count, 5);
	CHECK(m.parts[0].kind == MIME_MULTIPART);
	CHECK(mime_is(&m.parts[1], "TEXT", "plain"));
	CHECK(mime_content(&m, &m.parts[1], &s));
	CHECK_SLICE(s, S("a=b cd=zz"));
	CHECK(m.parts[2].kind == MIME_MESSAGE);
	CHECK_SLICE(m.parts[2].content,
	    S("Subject: inner\nContent-Type: text/html; charset=utf-8\n\n<p>x</p>"));
	CHECK(memcmp(mail + m.parts[2].offset, "Subject: inner", 14) == 0);
	CHECK_INT(m.parts[3].parent, 2);
	CHECK_INT(m.parts[3].depth, 2);
	CHECK_SLICE(mime_param(&m.parts[3], "charset"), S("utf-8"));
	CHECK_SLICE(mime_name(&m.parts[4]), S("a.zip"));
	CHECK(m.parts[4].attachment);
	CHECK(mime_content(&m, &m.parts[4], &s));
	CHECK_SLICE(s, S("hello"));
	CHECK_SLICE(mime_header_find(m.head, S("subject")), S(" outer"));
	CHECK_SLICE(mime_header_find(mime_head(m.parts[2].content), S("SUBJECT")),
	    S(" inner"));
}

TEST(nothing_at_all)
{
	CHECK_INT(mime_head(SLICE_NONE).len, 0);
	CHECK(mime_header_find(mime_head(SLICE_NONE), S("To")).p == NULL);
}

TEST(headers)
{
	struct slice rest = S("A: b\r\n c\r\nno colon\nD : e\n\nBody: x\n");
	struct mime_header h;

	rest = mime_head(rest);
	CHECK(mime_header_next(&rest, &h));
	CHECK_SLICE(h.name, S("A"));
	CHECK_SLICE(h.value, S(" b\r\n c"));
	CHECK(mime_header_next(&rest, &h));
	CHECK_SLICE(h.name, S("D"));
	CHECK(!mime_header_next(&rest, &h));

	arena_fini(&a);
	arena_init(&a, 1 << 20);
	CHECK_SLICE(mime_header_text(S(" =?utf-8?q?caf=C3=A9?=\n =?iso-8859-1?q?_=E9?="), 100, &a),
	    S("caf\xc3\xa9 \xc3\xa9"));
	CHECK_SLICE(mime_header_text(S("caf\xc3\xa9"), 4, &a), S("caf"));
	CHECK_SLICE(mime_address(S("\"a@b.c\" <x@example.org>")), S("x@example.org"));
	CHECK_SLICE(mime_address(S(" x@example.org (X)")), S("x@example.org"));
	CHECK_SLICE(mime_address(S("nobody")), SLICE_NONE);
}

/* The sanitizers look at each byte that GMime copies as its buffers grow: an eighth is enough for them. */
#define TIMES(n) (SANITIZED ? (n) / 8 : (n))

/* What a stranger might send to make GMime recurse, grow or crawl. */
TEST(hostile)
{
	static const struct { const char *name, *before, *unit, *after; size_t n; bool cut; } rows[] = {
		{ "groups in groups", "To: ", "g:", "\n\nx", 10 << 20, false },
		{ "addresses", "To: ", "a@b.c,", "\n\nx", 4 << 20, false },
		{ "parameters", "Content-Type: a/b;", "x=y;", "\n\nx", 4 << 20, false },
		{ "messages in messages", "", "Content-Type: message/rfc822\n\n", "Subject: x\n\n", 100000, true },
		{ "empty parts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n", "", 4 << 20, true },
		{ "header lines", "", "a: b\n", "\nx", 1 << 20, false },
		{ "header lines for GMime", "", "Content-a: b\n", "\nx", 1 << 20, true },
		{ "no end of a line", "Subject: ", "XXXXXXXXXXXXXXXX", "\n\nx", 2 << 20, false },
		{ "a body without lines", "Subject: x\n\n", "XXXXXXXXXXXXXXXX", "", 2 << 20, false },
		{ "header lines without end", "", "\n a", "", 4 << 20, false },
		{ "dashes", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", "--\n", "", 4 << 20, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b;
		struct err e = ERR_INIT;

		test_case("%s", rows[i].name);
		buf_init(&b, 64 << 20);
		buf_str(&b, rows[i].before);
		for (size_t n = 0; n < TIMES(rows[i].n); n++)
			buf_str(&b, rows[i].unit);
		buf_str(&b, rows[i].after);
		CHECK(buf_ok(&b));
		mime_close(&m);
		arena_fini(&a);
		arena_init(&a, 256 << 20);
		if (mime_open(&m, buf_view(&b), &MIME_LIMITS, &a, &e))
			CHECK_INT(m.cut, rows[i].cut);
		mime_close(&m);
		buf_fini(&b);
	}
	{
		struct buf b;

		test_case("dashes under 90 levels");
		buf_init(&b, 64 << 20);
		for (unsigned n = 0; n < 90; n++)
			buf_printf(&b, "Content-Type: multipart/mixed; boundary=\"b%u\"\n\n--b%u\n", n, n);
		buf_str(&b, "\n");
		for (unsigned n = 0; n < 4 << 20; n++)
			buf_str(&b, "--\n");
		if (open_text(buf_view(&b)))
			CHECK(m.cut);
		mime_close(&m);
		buf_fini(&b);
	}
	{
		struct buf b;

		test_case("10,000 levels");
		buf_init(&b, 64 << 20);
		for (unsigned n = 0; n < 10000; n++)
			buf_printf(&b, "Content-Type: multipart/mixed; boundary=\"b%u\"\n\n--b%u\n", n, n);
		if (open_text(buf_view(&b))) {
			CHECK(m.cut);
			CHECK_STR(m.why.text, "more than 100 nested parts; the rest was not read");
			CHECK(m.count >= 100 && m.count <= 102);
		}
		mime_close(&m);
		buf_fini(&b);
	}
}

int
main(void)
{
	mime_warmup();
	RUN(parts);
	RUN(headers);
	RUN(nothing_at_all);
	RUN(hostile);
	mime_close(&m);
	arena_fini(&a);
	return test_end();
}
