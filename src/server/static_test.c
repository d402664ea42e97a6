#include <stdio.h>
#include <stdlib.h>

#include "server/page.h"
#include "server/static.h"
#include "test.h"

static struct slice
field(const struct api_response *r, const char *name)
{
	struct slice rest = buf_view(&r->headers), line;
	size_t n = strlen(name);

	while (slice_line(&rest, &line)) {
		if (line.len > n + 2 && slice_eq_nocase(slice_sub(line, 0, n), slice_of_str(name)) && line.p[n] == ':')
			return slice_from(line, n + 2);
	}
	return SLICE_NONE;
}

static bool
ask(const char *path, const char *encoding, struct slice if_none_match, struct api_response *out)
{
	struct api_request r = { .path = slice_of_str(path), .encoding = slice_of_str(encoding),
		.if_none_match = if_none_match, .lang = LANG_EN, .body_fd = -1 };

	api_response_init(out);
	return static_answer(&r, out);
}

static const struct embedded *
file(const char *name)
{
	for (size_t i = 0; i < page_count; i++) {
		if (slice_eq(page_files[i].name, slice_of_str(name)))
			return &page_files[i];
	}
	return NULL;
}

static struct slice
bytes_of(const char *name)
{
	const struct embedded *f = file(name);

	return f == NULL ? SLICE_NONE : embedded_bytes(f);
}

static bool
is_packed(struct slice name)
{
	return slice_ends(name, S(".br")) || slice_ends(name, S(".gz"));
}

/* Whatever page is embedded: each file as it is and as it is packed. */
TEST(files)
{
	static const struct {
		const char *accept, *ending, *coding;
	} ways[] = { { "", "", "" }, { "gzip, deflate", ".gz", "gzip" }, { "gzip, deflate, br", ".br", "br" }, { "br;q=0, gzip;q=0.5", ".gz", "gzip" } };

	CHECK(page_count > 2);
	for (size_t i = 0; i < page_count; i++) {
		char path[300], name[300];

		if (is_packed(page_files[i].name))
			continue;
		CHECK(i == 0 || slice_cmp(page_files[i - 1].name, page_files[i].name) < 0);
		(void)snprintf(path, sizeof(path), "/%.*s", SLICE_ARG(page_files[i].name));
		for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
			const struct embedded *want;
			struct api_response out;
			bool there;

			test_case("%s, %s", path, ways[k].accept);
			(void)snprintf(name, sizeof(name), "%s%s", path + 1, ways[k].ending);
			want = file(name);
			there = want != NULL;
			want = there ? want : &page_files[i];
			CHECK(ask(path, ways[k].accept, SLICE_NONE, &out));
			CHECK_INT(out.status, 200);
			CHECK(slice_eq(buf_view(&out.body), embedded_bytes(want)));
			if (there)
				CHECK_SLICE(field(&out, "content-encoding"), slice_of_str(ways[k].coding));
			CHECK_SLICE(field(&out, "vary"), S("Accept-Encoding"));
			CHECK(!out.no_store);
			if (strncmp(path, "/assets/", 8) == 0)
				CHECK_SLICE(field(&out, "cache-control"), S("public, max-age=31536000, immutable"));
			CHECK(strcmp(out.type, "application/octet-stream") != 0);
			api_response_fini(&out);
		}
	}
}

TEST(places)
{
	static const struct {
		const char *path;
		bool ours;
		int status;
		bool page; /* it is index.html */
	} cases[] = {
		{ "/", true, 200, true }, { "/index.html", true, 200, true }, { "/findings", true, 200, true },
		{ "/findings/7", true, 200, true }, { "/reply/abc-DEF_123", true, 200, true },
		{ "/favicon.ico", true, 404, false }, { "/assets/", true, 404, false }, { "/assets/none-12345678.js", true, 404, false },
		{ "/assets/none", true, 404, false }, { "/index.html.br", true, 404, false }, { "/index.html.gz", true, 404, false },
		{ "/wp-login.php", true, 404, false }, { "/.env", true, 404, false }, { "/manifest.json", true, 404, false },
		{ "/api/v1/findings", false, 0, false }, { "/api/", false, 0, false }, { "/.well-known/security.txt", false, 0, false },
		{ "/health", false, 0, false }, { "/metrics", false, 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct api_response out;

		test_case("%s", cases[i].path);
		CHECK(ask(cases[i].path, "", SLICE_NONE, &out) == cases[i].ours);
		if (cases[i].ours) {
			CHECK_INT(out.status, cases[i].status);
			CHECK((out.status == 200) == cases[i].page);
			if (cases[i].page)
				CHECK(slice_eq(buf_view(&out.body), bytes_of("index.html")));
		} else {
			CHECK_INT(out.body.len, 0);
		}
		api_response_fini(&out);
	}
	test_case("POST");
	{
		struct api_request r = { .method = API_POST, .path = S("/"), .body_fd = -1 };
		struct api_response out;

		api_response_init(&out);
		CHECK(!static_answer(&r, &out));
		api_response_fini(&out);
	}
}

TEST(same_again)
{
	struct api_response first, packed, out;
	char list[200];

	CHECK(ask("/", "", SLICE_NONE, &first));
	CHECK(ask("/", "gzip", SLICE_NONE, &packed));
	CHECK_SLICE(field(&first, "cache-control"), S("no-cache"));
	CHECK_INT(field(&first, "etag").len, 34);
	test_case("another coding is another thing");
	CHECK(!slice_eq(field(&first, "etag"), field(&packed, "etag")));
	test_case("the same");
	CHECK(ask("/", "", field(&first, "etag"), &out));
	CHECK_INT(out.status, 304);
	CHECK_INT(out.body.len, 0);
	CHECK_SLICE(field(&out, "etag"), field(&first, "etag"));
	api_response_fini(&out);
	test_case("one of many, weak");
	(void)snprintf(list, sizeof(list), "\"x\", W/%.*s", SLICE_ARG(field(&first, "etag")));
	CHECK(ask("/findings", "", slice_of_str(list), &out));
	CHECK_INT(out.status, 304);
	api_response_fini(&out);
	test_case("another");
	CHECK(ask("/", "", S("\"x\""), &out));
	CHECK_INT(out.status, 200);
	api_response_fini(&out);
	api_response_fini(&first);
	api_response_fini(&packed);
}

TEST(codings)
{
	static const struct {
		const char *accept;
		bool br, gzip;
	} cases[] = {
		{ "", false, false }, { "br", true, false }, { "GZIP, Br", true, true }, { "br;q=0", false, false },
		{ "br;q=0.000, gzip;q=0.1", false, true }, { "*", true, true }, { "*;q=0", false, false }, { "gzip, *;q=0", false, true },
		{ "br;q=0, *", false, true }, { "xbr", false, false }, { ",,;;", false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_case("%s", cases[i].accept);
		CHECK(static_takes(slice_of_str(cases[i].accept), S("br")) == cases[i].br);
		CHECK(static_takes(slice_of_str(cases[i].accept), S("gzip")) == cases[i].gzip);
	}
}

/* Nothing in the page that the Content-Security-Policy would stop. */
TEST(nothing_inline)
{
	struct slice page = bytes_of("index.html");

	CHECK(slice_find(page, S("<style")) == SIZE_MAX);
	CHECK(slice_find(page, S("style=")) == SIZE_MAX);
	CHECK(slice_find(page, S("<script>")) == SIZE_MAX);
	CHECK(slice_find(page, S(" onload=")) == SIZE_MAX && slice_find(page, S(" onclick=")) == SIZE_MAX);
	CHECK(slice_find(page, S("javascript:")) == SIZE_MAX);
	CHECK(slice_find(page, S("http://")) == SIZE_MAX && slice_find(page, S("https://")) == SIZE_MAX);
}

int
main(void)
{
	RUN(files);
	RUN(places);
	RUN(same_again);
	RUN(codings);
	RUN(nothing_inline);
	return test_end();
}
