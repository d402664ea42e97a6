/*
 * What somebody sends who means harm: each test tries it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "server/api_kit.h"

#define NONE SLICE_NONE

/* Every parameter and part of a path of every route, with what has broken others. */
TEST(strings_in_every_parameter)
{
	static const char *const strings[] = { "'%20OR%20'1'%3D'1", "1%3B%20DROP%20TABLE%20finding--", "%22%29%20UNION%20SELECT%201--",
		"%25%25%27%5C", "..%2F..%2Fetc%2Fpasswd", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%F0%9F%98%80", "-1", "99999999999999999999",
		"%00", "%0d%0aSet-Cookie:%20a%3Db", "%ff%fe", "%", "%zz", "a%2", "1e9", "0x10", "%7B%7B7*7%7D%7D", "" };
	struct kit k;
	struct answer a;
	int64_t before = 0, after = 0;
	struct err e = ERR_INIT;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	CHECK_OK(db_number(store_db(k.api.node->store), "SELECT count(*) FROM finding", &before, &e), &e);
	for (size_t i = 0; api_rooms[i] != NULL; i++) {
		for (size_t n = 0; n < api_rooms[i]->count; n++) {
			const struct api_route *r = &api_rooms[i]->routes[n];

			for (size_t p = 0; r->params != NULL && r->params[p].name != NULL; p++) {
				for (size_t s = 0; s < sizeof(strings) / sizeof(strings[0]); s++) {
					char path[512], *at = path;
					struct api_request q = { .method = r->method, .body_fd = -1, .who = &kit_all, .lang = LANG_EN };
					char query[256] = "";

					if (r->params[p].in == API_HEADER)
						continue;
					for (const char *c = r->path; *c != '\0'; c++) {
						if (*c != '{') {
							*at++ = *c;
							continue;
						}
						at += snprintf(at, 64, "%s", r->params[p].in == API_PATH ? strings[s] : "1");
						while (*c != '}')
							c++;
					}
					*at = '\0';
					if (r->params[p].in == API_QUERY)
						(void)snprintf(query, sizeof(query), "%s=%s", r->params[p].name, strings[s]);
					q.path = slice_of_str(path);
					q.query = slice_of_str(query);
					test_case("%s %s?%s", api_method_name(r->method), path, query);
					a = kit_send(&k, &q);
					CHECK(a.status < 500);
					CHECK(slice_find(a.headers, S("Set-Cookie")) == SIZE_MAX);
					/* Whatever is said back is a text in JSON. */
					if (a.status >= 400)
						CHECK(slice_starts(a.type, slice_starts(q.path, S("/taxii2/")) ? S("application/taxii+json") : S("application/problem+json")));
					kit_forget(&k);
				}
			}
		}
	}
	CHECK_OK(db_number(store_db(k.api.node->store), "SELECT count(*) FROM finding", &after, &e), &e);
	CHECK_INT(after, before);
	kit_close(&k);
}

TEST(forms_of_requests)
{
	static const struct { const char *name, *what, *body; int status; const char *field; } cases[] = {
		{ "a parameter that is misspelt", "GET /api/v1/findings?contry=ES", NULL, 400, "contry" },
		{ "twice", "GET /api/v1/findings?country=ES&country=FR", NULL, 400, "country" },
		{ "no class", "GET /api/v1/findings?class=nope", NULL, 400, "class" },
		{ "no state", "GET /api/v1/findings?state=new,old", NULL, 400, "state" },
		{ "too many", "GET /api/v1/findings?limit=1001", NULL, 400, "limit" },
		{ "none", "GET /api/v1/findings?limit=0", NULL, 400, "limit" },
		{ "no number", "GET /api/v1/findings?asn=AS1", NULL, 400, "asn" },
		{ "an AS over 32 bits", "GET /api/v1/findings?asn=4294967296", NULL, 400, "asn" },
		{ "no date", "GET /api/v1/findings?since=yesterday", NULL, 400, "since" },
		{ "another list's cursor", "GET /api/v1/findings?order=id&cursor=l5.7", NULL, 400, "cursor" },
		{ "a made-up cursor", "GET /api/v1/findings?cursor=x", NULL, 400, "cursor" },
		{ "no body", "POST /api/v1/findings/acts", NULL, 415, NULL },
		{ "a broken body", "POST /api/v1/findings/acts", "{\"act\":", 400, NULL },
		{ "an array", "POST /api/v1/findings/acts", "[]", 400, NULL },
		{ "nothing in it", "POST /api/v1/findings/acts", "{}", 400, "act" },
		{ "a member too many", "POST /api/v1/findings/acts", "{\"act\":\"resolve\",\"ids\":[\"1\"],\"admin\":true}", 400, NULL },
		{ "an act too many", "POST /api/v1/findings/acts", "{\"act\":\"seen\",\"ids\":[\"1\"]}", 400, "act" },
		{ "no ids", "POST /api/v1/findings/acts", "{\"act\":\"resolve\",\"ids\":[]}", 400, "ids" },
		{ "ids that are numbers", "POST /api/v1/findings/acts", "{\"act\":\"resolve\",\"ids\":[1]}", 400, "ids" },
		{ "both", "POST /api/v1/findings/acts", "{\"act\":\"resolve\",\"ids\":[\"1\"],\"filter\":{}}", 400, "ids" },
		{ "a filter that is misspelt", "POST /api/v1/findings/acts", "{\"act\":\"resolve\",\"filter\":{\"contry\":\"ES\"}}", 400, NULL },
		{ "a body where none is taken", "GET /api/v1/findings", "{}", 400, NULL },
		{ "too deep", "POST /api/v1/findings/acts", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 400, NULL },
	};
	struct kit k;

	kit_open(&k);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer a = kit_call(&k, &kit_all, cases[i].what, slice_of_str(cases[i].body));

		test_case("%s", cases[i].name);
		CHECK_STATUS(a, cases[i].status);
		if (cases[i].field != NULL)
			CHECK_SLICE(kit_text(&a, "field"), slice_of_str(cases[i].field));
	}
	kit_close(&k);
}

/* Nested a hundred thousand deep, and as large as may be: refused in bounded memory and time. */
TEST(deep_and_large)
{
	struct kit k;
	struct buf b;
	struct answer a;

	kit_open(&k);
	buf_init(&b, 2 << 20);
	for (unsigned i = 0; i < 100000; i++)
		buf_str(&b, "{\"filter\":");
	a = kit_call(&k, &kit_all, "POST /api/v1/findings/acts", buf_view(&b));
	CHECK_STATUS(a, 400);
	buf_clear(&b);
	buf_str(&b, "{\"act\":\"resolve\",\"ids\":[\"1\"");
	for (unsigned i = 0; i < 200000; i++)
		buf_str(&b, ",\"1\"");
	buf_str(&b, "]}");
	a = kit_call(&k, &kit_all, "POST /api/v1/findings/acts", buf_view(&b));
	CHECK_STATUS(a, 400);
	buf_clear(&b);
	buf_str(&b, "{\"act\":\"resolve\",\"comment\":\"");
	for (unsigned i = 0; i < 5000; i++)
		buf_byte(&b, 'x');
	buf_str(&b, "\",\"ids\":[\"1\"]}");
	a = kit_call(&k, &kit_all, "POST /api/v1/findings/acts", buf_view(&b));
	CHECK_STATUS(a, 400);
	CHECK_SLICE(kit_text(&a, "field"), S("comment"));
	{
		struct api_request r = { .method = API_POST, .path = S("/api/v1/findings/acts"), .type = S("application/json"),
			.body_fd = -1, .body = S("{}"), .body_bytes = API_BODY_MAX + 1, .who = &kit_all, .lang = LANG_EN };

		test_case("a body over the limit");
		a = kit_send(&k, &r);
		CHECK_STATUS(a, 413);
	}
	buf_fini(&b);
	kit_close(&k);
}

/* What a report says is shown everywhere: as a text in JSON, and as a cell that is no formula. */
TEST(a_reports_strings)
{
	static const struct slice report = S_INIT("{\"classification.type\":\"phishing\",\"source.url\":\"http://evil.example/\\\"><script>alert(1)</script>\",\"event_description.text\":\"</script><img src=x onerror=alert(1)>\",\"feed.name\":\"=cmd|'/c calc'!A1\",\"classification.identifier\":\"@SUM(1)\\u2028\"}\n");
	static const char *const paths[] = { "GET /api/v1/findings", "GET /api/v1/findings?text=script", "GET /api/v1/export/findings.jsonl",
		"GET /api/v1/export/findings.stix.json", "GET /api/v1/stats?by=feed", "GET /api/v1/overview" };
	struct kit k;
	struct answer a;

	kit_open(&k);
	(void)kit_take(&k, report);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		a = kit_call(&k, &kit_all, paths[i], NONE);
		CHECK_STATUS(a, 200);
		CHECK(slice_find(a.type, S("json")) != SIZE_MAX);
		CHECK(slice_find(a.type, S("html")) == SIZE_MAX);
	}
	a = kit_call(&k, &kit_all, "GET /api/v1/export/findings.csv", NONE);
	CHECK(slice_find(a.body, S(",=cmd")) == SIZE_MAX);
	CHECK(slice_find(a.body, S(",@SUM")) == SIZE_MAX);
	CHECK(slice_find(a.body, S("\n=")) == SIZE_MAX);
	kit_close(&k);
}

/* A file's name comes back in a header, in JSON, and never as a path. */
TEST(file_names)
{
	static const struct { const char *name, *kept; } cases[] = {
		{ "report.csv", "report.csv" }, { "../../etc/passwd", "passwd" }, { "C:\\temp\\x.eml", "x.eml" },
		{ "a\r\nSet-Cookie: a=b", "aSet-Cookie: a=b" }, { "..", "upload" }, { "", "upload" }, { "/", "upload" },
		{ "\xff\xfe.csv", ".csv" }, { "<b>.csv", "<b>.csv" }, { "\"; filename=\"x.html", "\"; filename=\"x.html" },
	};
	struct kit k;

	kit_open(&k);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char body[128], path[64];
		struct api_request r = { .method = API_POST, .path = S("/api/v1/reports"), .body_fd = -1, .who = &kit_all, .lang = LANG_EN,
			.filename = slice_of_str(cases[i].name) };
		struct answer a;

		(void)snprintf(body, sizeof(body), "{\"classification.type\":\"scanner\",\"source.ip\":\"198.18.0.%zu\"}\n", i);
		r.body = slice_of_str(body);
		r.body_bytes = r.body.len;
		test_case("%s", cases[i].kept);
		a = kit_send(&k, &r);
		CHECK_STATUS(a, 202);
		(void)snprintf(path, sizeof(path), "GET /api/v1/reports/%zu", i + 1);
		a = kit_call(&k, &kit_all, path, NONE);
		CHECK_SLICE(kit_text(&a, "name"), slice_of_str(cases[i].kept));
		(void)snprintf(path, sizeof(path), "GET /api/v1/reports/%zu/raw", i + 1);
		a = kit_call(&k, &kit_all, path, NONE);
		CHECK_STATUS(a, 200);
		CHECK(slice_find(a.headers, S("\r\nSet-Cookie")) == SIZE_MAX);
		CHECK(slice_find(a.headers, S("filename=\"x.html")) == SIZE_MAX);
		CHECK_SLICE(a.type, S("application/octet-stream"));
	}
	kit_close(&k);
}

TEST(headers_hold_no_lines)
{
	struct api_response r;

	api_response_init(&r);
	CHECK(api_header(&r, "X-A", S("plain value; q=1")));
	CHECK(!api_header(&r, "X-A", S("a\r\nSet-Cookie: b=c")));
	CHECK(!api_header(&r, "X-A", S("a\nb")));
	CHECK(!api_header(&r, "X-A", slice_of("a\0b", 3)));
	CHECK_SLICE(buf_view(&r.headers), S("X-A: plain value; q=1\r\n"));
	api_response_fini(&r);
}

/* What concerns the sexual exploitation of children is not shown, by whatever way it is asked for. */
TEST(protected_content)
{
	static const struct slice report = S_INIT("{\"classification.type\":\"violence\",\"source.url\":\"http://host.example/secret-path\",\"source.ip\":\"203.0.113.5\",\"event_description.text\":\"secret-words\"}\n");
	static const char *const ways[] = { "GET /api/v1/findings", "GET /api/v1/export/findings.csv", "GET /api/v1/export/findings.jsonl",
		"GET /api/v1/export/findings.intelmq.jsonl", "GET /api/v1/export/findings.stix.json", "GET /api/v1/reports/1/bad",
		"GET /api/v1/reports/1", "GET /api/v1/lookup?q=203.0.113.5", "GET /api/v1/stats?by=class" };
	struct kit k;
	struct answer a;
	char path[128];

	kit_open(&k);
	(void)kit_take(&k, report);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		a = kit_call(&k, &kit_all, ways[i], NONE);
		CHECK_STATUS(a, 200);
		CHECK(slice_find(a.body, S("secret")) == SIZE_MAX);
	}
	a = kit_call(&k, &kit_all, "GET /api/v1/reports/1/raw", NONE);
	CHECK_STATUS(a, 403);
	CHECK(slice_find(a.body, S("secret")) == SIZE_MAX);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings", NONE);
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s/events", SLICE_ARG(kit_text(&a, "items.0.id")));
	a = kit_call(&k, &kit_all, path, NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	CHECK(slice_find(a.body, S("secret")) == SIZE_MAX);
	kit_close(&k);
}

/* Errors come in the language that was asked for, and the process goes on in its own. */
TEST(languages)
{
	struct kit k;
	struct answer a;

	kit_open(&k);
	for (unsigned l = 0; l < LANG_COUNT; l++) {
		struct api_request r = { .method = API_GET, .path = S("/api/v1/findings"), .query = S("class=x"), .body_fd = -1, .who = &kit_all, .lang = (enum lang)l };
		char want[64];

		a = kit_send(&k, &r);
		CHECK_STATUS(a, 400);
		(void)snprintf(want, sizeof(want), "Content-Language: %s\r\n", lang_tag((enum lang)l));
		CHECK(slice_find(a.headers, slice_of_str(want)) != SIZE_MAX);
		CHECK_INT(lang_get(), LANG_EN);
	}
	kit_close(&k);
}

int
main(void)
{
	RUN(strings_in_every_parameter);
	RUN(forms_of_requests);
	RUN(deep_and_large);
	RUN(a_reports_strings);
	RUN(file_names);
	RUN(headers_hold_no_lines);
	RUN(protected_content);
	RUN(languages);
	return test_end();
}
