#include "server/api_kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/api_filter.h"

TEST(findings_list)
{
	struct kit k;
	struct answer a;

	kit_open(&k);
	CHECK_INT(kit_take(&k, kit_events), 1);
	CHECK_STR(k.changed, "report 1");
	a = kit_call(&k, &kit_all, "GET /api/v1/findings", SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_path(a.json, S("items"))->count, 3);
	CHECK_SLICE(kit_text(&a, "items.0.class"), S("phishing"));
	CHECK_SLICE(kit_text(&a, "items.2.count"), S("2"));
	CHECK_SLICE(kit_text(&a, "items.2.place"), S("203.0.113.7"));
	CHECK_SLICE(kit_text(&a, "items.2.first_seen"), S("2026-06-17T10:00:00Z"));
	CHECK(json_is(json_path(a.json, S("next")), JSON_NULL));
	a = kit_call(&k, &kit_all, "GET /api/v1/findings?country=es&state=open,resolved&order=count", SLICE_NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings?country=-", SLICE_NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings?prefix=203.0.113.0/25&text=resolver&asn=64497&since=2026-06-17", SLICE_NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings/count?class=infected-system", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "count"), S("1"));
	kit_close(&k);
}

/* Pages in every order hold every finding once, also while others come in between. */
TEST(findings_pages)
{
	static const char *const orders[] = { "last", "first", "count", "id" };
	struct kit k;
	struct buf b;

	kit_open(&k);
	buf_init(&b, 1 << 20);
	for (unsigned i = 0; i < 40; i++) {
		buf_printf(&b, "{\"classification.type\":\"scanner\",\"source.ip\":\"198.18.1.%u\",\"time.source\":\"2026-06-17T1%u:00:00+00:00\"}\n", i, i % 3);
	}
	(void)kit_take(&k, buf_view(&b));
	for (size_t o = 0; o < 4; o++) {
		char path[256], next[80] = "";
		unsigned seen = 0, pages = 0;
		uint64_t once = 0;

		do {
			struct answer a;

			(void)snprintf(path, sizeof(path), "GET /api/v1/findings?class=scanner&limit=7&order=%s%s%s", orders[o], next[0] == '\0' ? "" : "&cursor=", next);
			a = kit_call(&k, &kit_all, path, SLICE_NONE);
			CHECK_STATUS(a, 200);
			JSON_EACH(item, json_path(a.json, S("items"))) {
				struct slice place = json_text(json_get(item, S("place")));
				uint64_t n = 0;

				CHECK(slice_u64(slice_from(place, 9), &n));
				if (n < 40) {
					CHECK((once >> n & 1) == 0);
					once |= (uint64_t)1 << n;
					seen++;
				}
			}
			(void)snprintf(next, sizeof(next), "%.*s", SLICE_ARG(json_text(json_path(a.json, S("next")))));
			/* One comes that is newer, older and busier than all. */
			buf_clear(&b);
			buf_printf(&b, "{\"classification.type\":\"scanner\",\"source.ip\":\"198.18.1.%u\",\"time.source\":\"2026-06-17T%02u:00:00+00:00\"}\n", 100 + (unsigned)o * 20 + pages, pages % 2 == 0 ? 23 : 1);
			(void)kit_take(&k, buf_view(&b));
			pages++;
		} while (next[0] != '\0' && pages < 20);
		test_case("%s", orders[o]);
		CHECK_INT(seen, 40);
	}
	buf_fini(&b);
	kit_close(&k);
}

TEST(finding_detail_and_acts)
{
	struct kit k;
	struct answer a;
	char path[256], body[512];
	struct slice id;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings?class=infected-system", SLICE_NONE);
	id = kit_text(&a, "items.0.id");
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s", SLICE_ARG(id));
	a = kit_call(&k, &kit_all, path, SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "first.report"), S("1"));
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s", SLICE_ARG(kit_text(&a, "name")));
	a = kit_call(&k, &kit_all, path, SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "id"), id);
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s/events", SLICE_ARG(id));
	a = kit_call(&k, &kit_all, path, SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_path(a.json, S("items"))->count, 2);
	CHECK_SLICE(json_text(json_get(json_path(a.json, S("items.1")), S("malware.name"))), S("necurs"));
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s/events?limit=1", SLICE_ARG(id));
	a = kit_call(&k, &kit_all, path, SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	CHECK_SLICE(kit_text(&a, "more"), S("true"));

	(void)snprintf(body, sizeof(body), "{\"act\":\"resolve\",\"ids\":[\"%.*s\",\"77\"],\"comment\":\"cleaned\"}", SLICE_ARG(id));
	a = kit_call(&k, &kit_all, "POST /api/v1/findings/acts", slice_of_str(body));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "done"), S("1"));
	CHECK_SLICE(kit_text(&a, "refused.0.id"), S("77"));
	a = kit_call(&k, &kit_all, "POST /api/v1/findings/acts", S("{\"act\":\"acknowledge\",\"filter\":{\"state\":\"open\",\"since\":\"2026-06-01\"}}"));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "done"), S("2"));
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s", SLICE_ARG(id));
	a = kit_call(&k, &kit_all, path, SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "state"), S("resolved"));
	CHECK_SLICE(kit_text(&a, "acts.0.comment"), S("cleaned"));
	CHECK_SLICE(kit_text(&a, "acts.0.by"), S("ana"));
	a = kit_call(&k, &kit_all, "GET /api/v1/findings/77", SLICE_NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings/x", SLICE_NONE);
	CHECK_STATUS(a, 404);
	kit_close(&k);
}

TEST(reports)
{
	struct kit k;
	struct answer a;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	a = kit_call(&k, &kit_all, "POST /api/v1/reports", kit_events);
	CHECK_STATUS(a, 202);
	CHECK_SLICE(kit_text(&a, "known"), S("true"));
	CHECK_SLICE(kit_text(&a, "id"), S("1"));
	(void)kit_take(&k, S("{\"classification.type\":\"scanner\",\"source.ip\":\"not one\"}\n{\"classification.type\":\"scanner\",\"source.ip\":\"198.18.0.1\"}\n"));
	(void)kit_take(&k, S("nothing that anybody knows \x01\x02"));
	a = kit_call(&k, &kit_all, "GET /api/v1/reports?limit=2", SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "items.0.id"), S("3"));
	CHECK_SLICE(kit_text(&a, "items.0.state"), S("aside"));
	CHECK_SLICE(kit_text(&a, "next"), S("2"));
	a = kit_call(&k, &kit_all, "GET /api/v1/reports?cursor=2", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "items.0.id"), S("1"));
	a = kit_call(&k, &kit_all, "GET /api/v1/reports?bad=true&state=done", SLICE_NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	a = kit_call(&k, &kit_all, "GET /api/v1/reports/2/bad", SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "bad"), S("1"));
	CHECK_SLICE(kit_text(&a, "examples.0.line"), S("1"));
	a = kit_call(&k, &kit_all, "GET /api/v1/reports/1/raw", SLICE_NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.body, kit_events);
	CHECK_SLICE(a.type, S("application/octet-stream"));
	CHECK(slice_find(a.headers, S("Content-Disposition: attachment; ")) != SIZE_MAX);
	a = kit_call(&k, &kit_all, "POST /api/v1/reports/3/retry", SLICE_NONE);
	CHECK_STATUS(a, 202);
	a = kit_call(&k, &kit_all, "POST /api/v1/reports/1/retry", SLICE_NONE);
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "GET /api/v1/reports/9", SLICE_NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "POST /api/v1/reports?format=nope", S("x"));
	CHECK_STATUS(a, 400);
	CHECK_SLICE(kit_text(&a, "field"), S("format"));
	kit_close(&k);
}

int
main(void)
{
	RUN(findings_list);
	RUN(findings_pages);
	RUN(finding_detail_and_acts);
	RUN(reports);
	return test_end();
}
