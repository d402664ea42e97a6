#include <stdio.h>

#include "server/http_request.h"
#include "test.h"

/* --- heads ---------------------------------------------------------------------------- */

#define HOST "Host: node.example\r\n"

static const struct head_case {
	const char *name;
	struct slice head;
	int status; /* 0: taken */
} head_cases[] = {
	{ "plain", S_INIT("GET / HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "HTTP/1.0 without Host", S_INIT("GET / HTTP/1.0\r\n\r\n"), 0 },
	{ "HTTP/1.1 without Host", S_INIT("GET / HTTP/1.1\r\n\r\n"), 400 },
	{ "two Hosts", S_INIT("GET / HTTP/1.1\r\n" HOST "Host: other.example\r\n\r\n"), 400 },
	{ "two equal Hosts", S_INIT("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 400 },
	{ "empty Host", S_INIT("GET / HTTP/1.1\r\nHost: \r\n\r\n"), 400 },
	{ "Host with a path", S_INIT("GET / HTTP/1.1\r\nHost: node.example/a\r\n\r\n"), 400 },
	{ "Host with a user", S_INIT("GET / HTTP/1.1\r\nHost: a@node.example\r\n\r\n"), 400 },
	{ "Host with a bad port", S_INIT("GET / HTTP/1.1\r\nHost: node.example:8x\r\n\r\n"), 400 },
	{ "Host of IPv6", S_INIT("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n"), 0 },
	{ "Host of IPv6 without its end", S_INIT("GET / HTTP/1.1\r\nHost: [2001:db8::1\r\n\r\n"), 400 },
	{ "absolute form", S_INIT("GET http://node.example/a?b HTTP/1.1\r\n" HOST "\r\n"), 0 },
	{ "absolute form, another Host", S_INIT("GET http://other.example/ HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "absolute form, another scheme", S_INIT("GET ftp://node.example/ HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "authority form", S_INIT("GET node.example:80 HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "CONNECT", S_INIT("CONNECT node.example:80 HTTP/1.1\r\n" HOST "\r\n"), 405 },
	{ "TRACE", S_INIT("TRACE / HTTP/1.1\r\n" HOST "\r\n"), 405 },
	{ "an unknown method", S_INIT("BREW / HTTP/1.1\r\n" HOST "\r\n"), 501 },
	{ "a method in lower case", S_INIT("get / HTTP/1.1\r\n" HOST "\r\n"), 501 },
	{ "a method that is no token", S_INIT("GE\"T / HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "HTTP/2.0 in HTTP/1's clothes", S_INIT("GET / HTTP/2.0\r\n" HOST "\r\n"), 505 },
	{ "HTTP/1.2", S_INIT("GET / HTTP/1.2\r\n" HOST "\r\n"), 505 },
	{ "HTTP/0.9", S_INIT("GET /\r\n\r\n"), 400 },
	{ "a version of many digits", S_INIT("GET / HTTP/1.01\r\n" HOST "\r\n"), 400 },
	{ "two spaces", S_INIT("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a tab for a space", S_INIT("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a space behind the version", S_INIT("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400 },
	{ "NUL in the target", S_INIT("GET /a\0b HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a byte over 0x7f in the target", S_INIT("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), 400 },
	{ "a space before the colon", S_INIT("GET / HTTP/1.1\r\nHost : node.example\r\n\r\n"), 400 },
	{ "a folded line", S_INIT("GET / HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n"), 400 },
	{ "a folded line at first", S_INIT("GET / HTTP/1.1\r\n X-A: b\r\n" HOST "\r\n"), 400 },
	{ "a name that is empty", S_INIT("GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n"), 400 },
	{ "a line without a colon", S_INIT("GET / HTTP/1.1\r\n" HOST "X-A\r\n\r\n"), 400 },
	{ "a name with a bracket", S_INIT("GET / HTTP/1.1\r\n" HOST "X[A]: b\r\n\r\n"), 400 },
	{ "a name with a byte over 0x7f", S_INIT("GET / HTTP/1.1\r\n" HOST "Content-L\xc3\xa9ngth: 3\r\n\r\n"), 400 },
	{ "NUL in a value", S_INIT("GET / HTTP/1.1\r\n" HOST "X-A: b\0c\r\n\r\n"), 400 },
	{ "CR in a value", S_INIT("GET / HTTP/1.1\r\n" HOST "X-A: b\rTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "LF in a value", S_INIT("GET / HTTP/1.1\r\n" HOST "X-A: b\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "lines that end in LF", S_INIT("GET / HTTP/1.1\nHost: node.example\n\n"), 400 },
	{ "one length", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n"), 0 },
	{ "two lengths", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"), 400 },
	{ "two equal lengths", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"), 400 },
	{ "a list of lengths", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\n"), 400 },
	{ "a length with a sign", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\n"), 400 },
	{ "a length below zero", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: -3\r\n\r\n"), 400 },
	{ "a length in hexadecimal", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x3\r\n\r\n"), 400 },
	{ "an empty length", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n"), 400 },
	{ "a length over 64 bits", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\n"), 400 },
	{ "a length with an underscore", S_INIT("POST / HTTP/1.1\r\n" HOST "Content_Length: 3\r\n\r\n"), 0 },
	{ "chunked", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), 0 },
	{ "Chunked", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n"), 0 },
	{ "chunked and a length", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), 400 },
	{ "a length and chunked", S_INIT("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "chunked twice", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "chunked in HTTP/1.0", S_INIT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "chunked, chunked", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n"), 501 },
	{ "xchunked", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n"), 501 },
	{ "chunked behind a vertical tab", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \vchunked\r\n\r\n"), 400 },
	{ "gzip, chunked", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501 },
	{ "identity", S_INIT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n"), 501 },
	{ "an expectation that we do not know", S_INIT("POST / HTTP/1.1\r\n" HOST "Expect: tea\r\nContent-Length: 3\r\n\r\n"), 417 },
	{ "two Authorizations", S_INIT("GET / HTTP/1.1\r\n" HOST "Authorization: a\r\nAuthorization: b\r\n\r\n"), 400 },
	{ "two Origins", S_INIT("GET / HTTP/1.1\r\n" HOST "Origin: https://a\r\nOrigin: https://b\r\n\r\n"), 400 },
	{ "two Content-Types", S_INIT("GET / HTTP/1.1\r\n" HOST "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n"), 400 },
	{ "bytes behind the head", S_INIT("GET / HTTP/1.1\r\n" HOST "\r\nGET"), 400 },
	{ "no empty line", S_INIT("GET / HTTP/1.1\r\n" HOST), 400 },
	{ "nothing", S_INIT(""), 400 },
};

static int
request_of(struct slice head, struct arena *a, struct api_request *r, struct http_frame *f)
{
	static struct http_head h;
	struct http_peer peer = { .ip = ip_of_v4(0xc0000201) };
	struct slice copy = arena_copy(a, head);
	int status = http_head_parse((uint8_t *)(uintptr_t)copy.p, copy.len, &h);

	return status != 0 ? status : http_request_of(&h, &peer, a, r, f);
}

TEST(heads)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(head_cases) / sizeof(head_cases[0]); i++) {
		const struct head_case *c = &head_cases[i];
		struct api_request r;
		struct http_frame f;

		test_case("%s", c->name);
		CHECK_INT(request_of(c->head, &a, &r, &f), c->status);
		arena_reset(&a);
	}
	arena_fini(&a);
}

TEST(fields)
{
	struct slice head = S("POST /a%20b/c?q=1&r HTTP/1.1\r\n" HOST "Content-Type: Application/JSON; charset=utf-8\r\n"
	    "Cookie: a=1\r\ncookie: b=2\r\nAuthorization: Bearer x\r\nX-CSRF-Token: t\r\nOrigin: https://node.example\r\n"
	    "Accept-Language: de, ru;q=0.7, fr;q=0.8, *;q=0.1\r\nX-Filename: UTF-8''..%2Fr%C3%A9sum%C3%A9%01.csv\r\n"
	    "If-None-Match: \"a\"\r\nContent-Length: 12\r\nConnection: keep-alive, Close\r\nExpect: 100-Continue\r\n\r\n");
	struct api_request r = { .body_fd = -1 };
	struct http_frame f = { .close = false };
	struct arena a;

	arena_init(&a, 1 << 20);
	test_case("all of them");
	CHECK_INT(request_of(head, &a, &r, &f), 0);
	CHECK_INT(r.method, API_POST);
	CHECK_SLICE(r.path, S("/a%20b/c"));
	CHECK_SLICE(r.query, S("q=1&r"));
	CHECK_SLICE(r.host, S("node.example"));
	CHECK_SLICE(r.type, S("application/json"));
	CHECK_SLICE(r.cookie, S("a=1; b=2"));
	CHECK_SLICE(r.authorization, S("Bearer x"));
	CHECK_SLICE(r.csrf, S("t"));
	CHECK_SLICE(r.origin, S("https://node.example"));
	CHECK_SLICE(r.filename, S("r\xc3\xa9sum\xc3\xa9_.csv"));
	CHECK_SLICE(r.if_none_match, S("\"a\""));
	CHECK_INT(r.lang, LANG_FR);
	CHECK_INT(f.body, HTTP_BODY_LENGTH);
	CHECK_INT(f.length, 12);
	CHECK(f.close && f.expects && !f.head_only);
	arena_reset(&a);
	test_case("HEAD, absolute form without a path");
	CHECK_INT(request_of(S("HEAD http://NODE.example HTTP/1.1\r\nHost: node.EXAMPLE\r\n\r\n"), &a, &r, &f), 0);
	CHECK(f.head_only);
	CHECK_SLICE(r.path, S("/"));
	test_case("too many fields");
	{
		struct buf b;

		buf_init(&b, 1 << 16);
		buf_str(&b, "GET / HTTP/1.1\r\n" HOST);
		for (int i = 0; i < HTTP_FIELDS_MAX; i++)
			buf_printf(&b, "X-%d: a\r\n", i);
		buf_str(&b, "\r\n");
		CHECK_INT(request_of(buf_view(&b), &a, &r, &f), 431);
		buf_fini(&b);
	}
	arena_fini(&a);
}

/* --- where a head ends, in any pieces ------------------------------------------------- */

TEST(ends)
{
	static const struct {
		const char *name;
		struct slice in;
		enum http_end end;
		size_t len;
	} cases[] = {
		{ "whole", S_INIT("GET / HTTP/1.1\r\nA: b\r\n\r\nrest"), HTTP_END_HERE, 24 },
		{ "cut", S_INIT("GET / HTTP/1.1\r\nA: b\r\n\r"), HTTP_END_MORE, 23 },
		{ "bare LF", S_INIT("GET / HTTP/1.1\nA: b\r\n\r\n"), HTTP_END_BAD, 0 },
		{ "LF LF", S_INIT("GET / HTTP/1.1\r\nA: b\r\n\n"), HTTP_END_BAD, 0 },
		{ "LF at first", S_INIT("\nGET / HTTP/1.1\r\n\r\n"), HTTP_END_BAD, 0 },
		{ "CR CR LF", S_INIT("GET / HTTP/1.1\r\r\n\r\n"), HTTP_END_HERE, 19 }, /* refused as a control byte */
		{ "nothing", S_INIT(""), HTTP_END_MORE, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t step = 1; step <= cases[i].in.len + 1; step++) {
			enum http_end end = HTTP_END_MORE;
			size_t scanned = 0;

			test_case("%s by %zu", cases[i].name, step);
			for (size_t n = 0; end == HTTP_END_MORE && n < cases[i].in.len + step; n += step)
				end = http_head_end(slice_sub(cases[i].in, 0, n), &scanned);
			CHECK_INT(end, cases[i].end);
			if (end == HTTP_END_HERE)
				CHECK_INT(scanned, cases[i].len);
		}
	}
}

/* --- chunks, in any pieces ------------------------------------------------------------ */

static const struct chunk_case {
	const char *name;
	struct slice in;
	const char *body; /* NULL: refused */
	size_t used;
} chunk_cases[] = {
	{ "one", S_INIT("3\r\nabc\r\n0\r\n\r\nGET"), "abc", 13 },
	{ "two, upper case and lower", S_INIT("A\r\n0123456789\r\n0b\r\n0123456789a\r\n0\r\n\r\n"), "01234567890123456789a", 37 },
	{ "none", S_INIT("0\r\n\r\n"), "", 5 },
	{ "many zeros", S_INIT("000\r\n\r\n"), "", 7 },
	{ "an extension", S_INIT("3;a=b\r\nabc\r\n0;x\r\n\r\n"), "abc", 19 },
	{ "trailers", S_INIT("3\r\nabc\r\n0\r\nX-A: b\r\nX-B: c\r\n\r\n"), "abc", 29 },
	{ "a sign", S_INIT("+3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "0x", S_INIT("0x3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "a space before", S_INIT(" 3\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "a space behind", S_INIT("3 \r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "no digits", S_INIT("\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "an extension without digits", S_INIT(";a\r\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "bare LF behind the size", S_INIT("3\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "bare LF behind the data", S_INIT("3\r\nabc\n0\r\n\r\n"), NULL, 0 },
	{ "bare LF in an extension", S_INIT("3;a\nabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "bare CR behind the size", S_INIT("3\rabc\r\n0\r\n\r\n"), NULL, 0 },
	{ "longer than said", S_INIT("3\r\nabcd\r\n0\r\n\r\n"), NULL, 0 },
	{ "a size over 60 bits", S_INIT("1000000000000000\r\n"), NULL, 0 },
	{ "a size over 64 bits", S_INIT("100000000000000000000000003\r\nabc"), NULL, 0 },
	{ "a trailer with a control byte", S_INIT("0\r\nX-A: \x01\r\n\r\n"), NULL, 0 },
	{ "a trailer that begins with a space", S_INIT("0\r\n X-A: b\r\n\r\n"), NULL, 0 },
	{ "bare LF in a trailer", S_INIT("0\r\nX-A: b\n\r\n"), NULL, 0 },
};

TEST(chunks)
{
	for (size_t i = 0; i < sizeof(chunk_cases) / sizeof(chunk_cases[0]); i++) {
		const struct chunk_case *c = &chunk_cases[i];

		for (size_t step = 1; step <= c->in.len; step++) {
			struct http_chunks state = { .state = CHUNK_SIZE };
			size_t used = 0;
			struct buf body;
			bool ok = true;

			test_case("%s by %zu", c->name, step);
			buf_init(&body, 1 << 16);
			for (size_t at = 0; ok && at < c->in.len && state.state != CHUNK_DONE; at += step) {
				struct slice in = slice_sub(c->in, at, step), data;

				while (ok && in.len > 0 && state.state != CHUNK_DONE) {
					ok = http_chunks_take(&state, &in, &data);
					if (ok)
						buf_put(&body, data);
				}
				used = at + (at + step < c->in.len ? step : c->in.len - at) - in.len;
			}
			CHECK(ok == (c->body != NULL));
			if (c->body != NULL) {
				CHECK(state.state == CHUNK_DONE);
				CHECK_SLICE(buf_view(&body), slice_of_str(c->body));
				CHECK_INT(used, c->used);
			}
			buf_fini(&body);
		}
	}
}

TEST(chunk_limits)
{
	struct http_chunks state = { .state = CHUNK_SIZE };
	struct slice in = S("1;"), data;
	size_t n = 0;

	test_case("an extension without end");
	CHECK(http_chunks_take(&state, &in, &data));
	for (in = S("x"); n < 100000 && http_chunks_take(&state, &in, &data); n++)
		in = S("x");
	CHECK(n <= 8 << 10);
}

/* --- paths, hosts, names -------------------------------------------------------------- */

TEST(paths)
{
	static const struct {
		const char *path;
		bool ok;
	} cases[] = {
		{ "/", true }, { "/a", true }, { "/a/", true }, { "/a/b.c/d-e_f~g", true }, { "/a%20b", true },
		{ "/%C3%A9", true }, { "/...", true }, { "/a:b@c!$&'()*+,;=", true }, { "/.well-known/security.txt", true },
		{ "", false }, { "a", false }, { "*", false }, { "//", false }, { "//a", false }, { "/a//b", false },
		{ "/.", false }, { "/..", false }, { "/a/./b", false }, { "/a/../b", false }, { "/a/..", false },
		{ "/%2e", false }, { "/%2E%2e/a", false }, { "/.%2e/a", false }, { "/a%2fb", false }, { "/a%2Fb", false },
		{ "/a%5cb", false }, { "/a\\b", false }, { "/..\\b", false }, { "/%00", false }, { "/a%0d%0ab", false },
		{ "/a%7f", false }, { "/a%", false }, { "/a%2", false }, { "/a%zz", false }, { "/%c0%ae%c0%ae/", false },
		{ "/%ff", false }, { "/a b", false }, { "/a\tb", false }, { "/a#b", false }, { "/a?b", false }, { "/<a>", false },
		{ "/a\"b", false }, { "/a^b", false }, { "/{a}", false }, { "/a|b", false }, { "/a`b", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].path);
		CHECK(http_path_ok(slice_of_str(cases[i].path)) == cases[i].ok);
	}
}

TEST(filenames)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "report.csv", "report.csv" }, { "a%20b.csv", "a b.csv" }, { "UTF-8''%e4%b8%ad.csv", "\xe4\xb8\xad.csv" },
		{ "utf-8'fr'a.csv", "a.csv" }, { "../../etc/passwd", "passwd" }, { "C:\\a\\b.csv", "b.csv" }, { "%2e%2e%2fa", "a" },
		{ "..", "" }, { "...a", "a" }, { "a%00b", "a_b" }, { "a%0d%0ab", "a__b" }, { "%ff", "" }, { "a%", "" }, { "", "" },
		{ "UTF-8'", "" }, { "a/", "" },
	};
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].value);
		CHECK_SLICE(http_filename(slice_of_str(cases[i].value), &a), slice_of_str(cases[i].want));
	}
	arena_fini(&a);
}

TEST(languages)
{
	static const struct {
		const char *accept;
		enum lang lang;
	} cases[] = {
		{ "", LANG_EN }, { "fr", LANG_FR }, { "fr-CA, en;q=0.5", LANG_FR }, { "en;q=0.5, ar", LANG_AR }, { "de", LANG_EN },
		{ "de, es;q=0.1", LANG_ES }, { "zh-Hant-TW", LANG_ZH }, { "ru;q=0", LANG_EN }, { "ru;q=x, es;q=0.2", LANG_ES },
		{ ";;;,,,q=", LANG_EN }, { "*", LANG_EN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].accept);
		CHECK_INT(http_language(slice_of_str(cases[i].accept)), cases[i].lang);
	}
}

/* --- proxies -------------------------------------------------------------------------- */

TEST(proxies)
{
	static const struct {
		const char *name, *peer, *head, *from; /* from NULL: refused */
		bool tls;
	} cases[] = {
		{ "nobody's word", "198.51.100.9", "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n", "198.51.100.9", false },
		{ "a proxy's word", "10.0.0.1", "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n", "203.0.113.5", true },
		{ "what the client wrote before it", "10.0.0.1", "X-Forwarded-For: 192.0.2.1, 203.0.113.5\r\n", "203.0.113.5", false },
		{ "two proxies of ours", "10.0.0.1", "X-Forwarded-For: 192.0.2.1, 203.0.113.5, 10.0.0.2\r\n", "203.0.113.5", false },
		{ "in two fields", "10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 203.0.113.5, 10.0.0.2\r\n", "203.0.113.5", false },
		{ "ours alone", "10.0.0.1", "X-Forwarded-For: 10.0.0.7\r\n", "10.0.0.7", false },
		{ "no word", "10.0.0.1", "", "10.0.0.1", false },
		{ "IPv6 with a port", "10.0.0.1", "X-Forwarded-For: [2001:db8::5]:4711\r\n", "2001:db8::5", false },
		{ "IPv4 with a port", "10.0.0.1", "X-Forwarded-For: 203.0.113.5:4711\r\n", "203.0.113.5", false },
		{ "Forwarded", "10.0.0.1", "Forwarded: for=192.0.2.1, for=\"[2001:db8::5]:4711\";proto=https;by=10.0.0.1\r\n", "2001:db8::5", true },
		{ "Forwarded, not said by whom", "10.0.0.1", "Forwarded: for=unknown;proto=https\r\n", "10.0.0.1", true },
		{ "Forwarded, hidden", "10.0.0.1", "Forwarded: for=_secret\r\n", "10.0.0.1", false },
		{ "both, alike", "10.0.0.1", "Forwarded: for=203.0.113.5\r\nX-Forwarded-For: 203.0.113.5\r\n", "203.0.113.5", false },
		{ "both, not alike", "10.0.0.1", "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 203.0.113.5\r\n", NULL, false },
		{ "no address", "10.0.0.1", "X-Forwarded-For: <script>\r\n", NULL, false },
		{ "no address behind a proxy of ours", "10.0.0.1", "X-Forwarded-For: x, 10.0.0.2\r\n", NULL, false },
		{ "an empty element", "10.0.0.1", "X-Forwarded-For: ,\r\n", NULL, false },
	};
	static struct http_head h;
	struct prefix ours;
	struct err e = ERR_INIT;
	struct arena a;

	CHECK_OK(prefix_parse(S("10.0.0.0/8"), &ours, &e), &e);
	arena_init(&a, 1 << 18);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_peer peer = { .trusted = &ours, .trusted_count = 1 };
		char *head = (char *)arena_bytes(&a, 512);
		char text[IP_TEXT_MAX];
		struct api_request r;
		struct http_frame f;
		int status;

		test_case("%s", cases[i].name);
		CHECK(ip_read(slice_of_str(cases[i].peer), &peer.ip));
		(void)snprintf(head, 512, "GET / HTTP/1.1\r\n" HOST "%s\r\n", cases[i].head);
		CHECK_INT(http_head_parse((uint8_t *)head, strlen(head), &h), 0);
		status = http_request_of(&h, &peer, &a, &r, &f);
		CHECK_INT(status, cases[i].from == NULL ? 400 : 0);
		if (cases[i].from != NULL && status == 0) {
			(void)ip_print(r.from, text);
			CHECK_STR(text, cases[i].from);
			CHECK(r.tls == cases[i].tls);
		}
	}
	arena_fini(&a);
}

int
main(void)
{
	RUN(heads);
	RUN(fields);
	RUN(ends);
	RUN(chunks);
	RUN(chunk_limits);
	RUN(paths);
	RUN(filenames);
	RUN(languages);
	RUN(proxies);
	return test_end();
}
