/* What servers of others say: envelopes, heads, statuses, and what is none. */
#include "share/taxii_read.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "test.h"

static struct arena a;

static const struct { const char *name, *text; bool good; const char *objects, *next; bool more; } envelopes[] = {
	{ "empty", "{}", true, NULL, NULL, false },
	{ "white space", " { } \n", true, NULL, NULL, false },
	{ "a page", "{\"objects\":[{\"a\":1}],\"more\":true,\"next\":\"17\"}", true, "[{\"a\":1}]", "17", true },
	{ "the list last", "{\"more\":false,\"objects\":[ ]}", true, "[ ]", NULL, false },
	{ "brackets in texts", "{\"objects\":[{\"a\":\"]\\\"[\"},[[]]],\"next\":\"x\"}", true, "[{\"a\":\"]\\\"[\"},[[]]]", "x", false },
	{ "backslashes", "{\"objects\":[\"\\\\\",\"\\\\\\\"]\",\"\"]}", true, "[\"\\\\\",\"\\\\\\\"]\",\"\"]", NULL, false },
	{ "other members", "{\"x\":{\"objects\":[1]},\"objects\":[2],\"y\":[{}]}", true, "[2]", NULL, false },
	{ "an empty next", "{\"next\":\"\",\"more\":true}", true, NULL, NULL, true },
	{ "nothing", "", false, NULL, NULL, false },
	{ "a list", "[]", false, NULL, NULL, false },
	{ "no end", "{\"objects\":[]", false, NULL, NULL, false },
	{ "the list does not end", "{\"objects\":[{\"a\":\"]}", false, NULL, NULL, false },
	{ "cut in an escape", "{\"objects\":[\"\\", false, NULL, NULL, false },
	{ "something behind", "{}x", false, NULL, NULL, false },
	{ "objects twice", "{\"objects\":[],\"objects\":[]}", false, NULL, NULL, false },
	{ "more twice", "{\"more\":true,\"more\":false}", false, NULL, NULL, false },
	{ "next twice", "{\"next\":\"1\",\"next\":\"2\"}", false, NULL, NULL, false },
	{ "more is a text", "{\"more\":\"true\"}", false, NULL, NULL, false },
	{ "next is a number", "{\"next\":5}", false, NULL, NULL, false },
	{ "objects is an object", "{\"objects\":{}}", false, NULL, NULL, false },
	{ "no name", "{5:6}", false, NULL, NULL, false },
	{ "no value", "{\"a\"}", false, NULL, NULL, false },
	{ "a comma too many", "{\"a\":1,}", false, NULL, NULL, false },
};

TEST(frames)
{
	for (size_t i = 0; i < sizeof(envelopes) / sizeof(envelopes[0]); i++) {
		struct taxii_envelope env;
		struct err e = ERR_INIT;

		test_case("%s", envelopes[i].name);
		arena_reset(&a);
		CHECK(taxii_envelope_read(slice_of_str(envelopes[i].text), &a, &env, &e) == envelopes[i].good);
		if (!envelopes[i].good) {
			CHECK(e.text[0] != '\0');
			continue;
		}
		CHECK_SLICE(env.objects, slice_of_str(envelopes[i].objects));
		CHECK_SLICE(env.next, slice_of_str(envelopes[i].next));
		CHECK(env.more == envelopes[i].more);
	}
}

/* A hundred members more than there are, and a value that is larger than any has to be. */
TEST(limits)
{
	struct taxii_envelope env;
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	buf_byte(&b, '{');
	for (int i = 0; i < 200; i++)
		buf_printf(&b, "%s\"m%d\":1", i == 0 ? "" : ",", i);
	buf_byte(&b, '}');
	CHECK(!taxii_envelope_read(buf_view(&b), &a, &env, &e));
	buf_clear(&b);
	buf_str(&b, "{\"x\":\"");
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, 'x');
	buf_str(&b, "\"}");
	CHECK(!taxii_envelope_read(buf_view(&b), &a, &env, &e));
	buf_fini(&b);
}

#define NOW 1767225600 /* 2026-01-01 */
static const struct { const char *name, *line; int64_t retry_s; bool has_last; bool taxii; } lines[] = {
	{ "seconds", "Retry-After: 120\r\n", 120, false, false },
	{ "a date", "retry-after: Thu, 01 Jan 2026 00:01:40 GMT\r\n", 100, false, false },
	{ "a date that has passed", "Retry-After: Thu, 01 Jan 2015 00:01:40 GMT\r\n", 0, false, false },
	{ "a year", "Retry-After: 99999999\r\n", TAXII_RETRY_MAX_S, false, false },
	{ "no number", "Retry-After: soon\r\n", 0, false, false },
	{ "below zero", "Retry-After: -5\r\n", 0, false, false },
	{ "a moment", "X-TAXII-Date-Added-Last: 2026-01-01T00:00:00.000001Z\r\n", 0, true, false },
	{ "no moment", "X-TAXII-Date-Added-Last: yesterday\r\n", 0, false, false },
	{ "TAXII", "Content-Type: application/taxii+json;version=2.1\r\n", 0, false, true },
	{ "TAXII in capitals", "CONTENT-TYPE: Application/TAXII+json; charset=utf-8; version=\"2.1\"\r\n", 0, false, true },
	{ "TAXII without a version", "Content-Type: application/taxii+json\r\n", 0, false, true },
	{ "TAXII of another version", "Content-Type: application/taxii+json;version=2.0\r\n", 0, false, false },
	{ "TAXII 2.0's own type", "Content-Type: application/vnd.oasis.taxii+json; version=2.0\r\n", 0, false, false },
	{ "HTML", "Content-Type: text/html\r\n", 0, false, false },
};

TEST(heads)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct taxii_head h = { 0 };
		struct err e = ERR_INIT;

		test_case("%s", lines[i].name);
		CHECK_OK(taxii_head_line(&h, S("HTTP/1.1 200 OK\r\n"), NOW, &e), &e);
		CHECK_OK(taxii_head_line(&h, slice_of_str(lines[i].line), NOW, &e), &e);
		CHECK_INT(h.retry_s, lines[i].retry_s);
		CHECK(h.has_last == lines[i].has_last);
		CHECK(taxii_head_is_taxii(&h) == lines[i].taxii);
	}
}

TEST(heads_end)
{
	struct taxii_head h = { 0 };
	struct err e = ERR_INIT;
	char line[9000];
	int n = 0;

	memset(line, 'x', sizeof(line));
	CHECK(!taxii_head_line(&h, slice_of(line, sizeof(line)), NOW, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	h = (struct taxii_head){ 0 };
	/* A new status line makes no room: interim answers without end are one head. */
	while (n < 10000 && taxii_head_line(&h, n % 2 == 0 ? S("HTTP/1.1 103 Early Hints\r\n") : S("Link: x\r\n"), NOW, &e))
		n++;
	CHECK_INT(n, TAXII_HEAD_LINES_MAX);
}

static const struct { const char *name, *text; bool good, complete; uint64_t success, failure; } statuses[] = {
	{ "complete", "{\"id\":\"x\",\"status\":\"complete\",\"success_count\":3,\"failure_count\":2,\"pending_count\":0}", true, true, 3, 2 },
	{ "pending", "{\"id\":\"x\",\"status\":\"pending\",\"pending_count\":5}", true, false, 0, 0 },
	{ "another word", "{\"status\":\"done\"}", false, false, 0, 0 },
	{ "no status", "{}", false, false, 0, 0 },
	{ "more than were sent", "{\"status\":\"complete\",\"success_count\":6}", false, false, 0, 0 },
	{ "more together than were sent", "{\"status\":\"complete\",\"success_count\":5,\"failure_count\":9223372036854775807}", false, false, 0, 0 },
	{ "below zero", "{\"status\":\"complete\",\"success_count\":-1,\"failure_count\":-9223372036854775808}", true, true, 0, 0 },
	{ "counts that are none", "{\"status\":\"complete\",\"success_count\":\"5\",\"failure_count\":1e9}", true, true, 0, 0 },
};

TEST(what_came_of_it)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct taxii_status s;
		const struct json *j = NULL;
		struct err e = ERR_INIT;
		bool ok;

		test_case("%s", statuses[i].name);
		arena_reset(&a);
		ok = taxii_tree_read(slice_of_str(statuses[i].text), &a, &j, &e) && taxii_status_read(j, 5, &s, &e);
		CHECK(ok == statuses[i].good);
		if (!ok)
			continue;
		CHECK(s.complete == statuses[i].complete);
		CHECK_INT(s.success, statuses[i].success);
		CHECK_INT(s.failure, statuses[i].failure);
	}
}

TEST(errors_of_theirs)
{
	CHECK_SLICE(taxii_error_read(S("{\"title\":\"No\",\"description\":\"not you\"}"), &a), S("No: not you"));
	CHECK_SLICE(taxii_error_read(S("{\"title\":\"No\",\"detail\":\"not you\"}"), &a), S("No: not you"));
	CHECK_SLICE(taxii_error_read(S("<html>"), &a), SLICE_NONE);
	CHECK_SLICE(taxii_error_read(S("[]"), &a), SLICE_NONE);
}

int
main(void)
{
	arena_init(&a, (size_t)16 << 20);
	RUN(frames);
	RUN(limits);
	RUN(heads);
	RUN(heads_end);
	RUN(what_came_of_it);
	RUN(errors_of_theirs);
	arena_fini(&a);
	return test_end();
}
