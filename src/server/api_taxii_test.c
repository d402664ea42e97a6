/* TAXII 2.1 by its addresses: resources, media types, headers, filters, status, what is refused and how. */
#include <stdio.h>
#include <string.h>

#include "server/api_kit.h"
#include "store/object.h"

#define TYPE "application/taxii+json;version=2.1"
#define OBJECT "tool--11111111-1111-4111-8111-111111111111"
#define TOOL(modified) "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"" OBJECT "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"" modified "\",\"name\":\"x\"}"
#define ONE TOOL("2026-01-01T00:00:00.000Z")
#define TWO TOOL("2026-01-02T00:00:00.000Z")
#define LOCAL "/taxii2/entente/collections/local/"

static struct answer
ask(struct kit *k, const struct who *who, enum api_method method, const char *path, const char *query, const char *accept, const char *type, const char *body)
{
	struct api_request r = { .method = method, .path = slice_of_str(path), .query = slice_of_str(query), .accept = slice_of_str(accept),
		.type = slice_of_str(type), .body = slice_of_str(body), .body_bytes = strlen(body), .body_fd = -1, .who = who, .lang = LANG_EN,
		.from = ip_of_v4(0xc0000201), .now_s = 1781784000 };

	return kit_send(k, &r);
}

static struct answer
get(struct kit *k, const char *path, const char *query)
{
	return ask(k, &kit_all, API_GET, path, query, TYPE, "", "");
}

static void
collection(struct kit *k)
{
	struct err e = ERR_INIT;
	struct collection c;

	CHECK_OK(collection_need(k->api.node->store, S("local"), &k->a, &c, &e), &e);
}

TEST(resources)
{
	struct answer a;
	struct kit k;

	kit_open(&k);
	a = get(&k, "/taxii2/", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.type, S(TYPE));
	CHECK_SLICE(kit_text(&a, "api_roots.0"), S("/taxii2/entente/"));
	a = get(&k, "/taxii2/entente/", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "versions.0"), S(TYPE));
	a = get(&k, "/taxii2/entente/collections/", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.body, S("{}"));
	collection(&k);
	a = get(&k, "/taxii2/entente/collections/", "");
	CHECK_SLICE(kit_text(&a, "collections.0.alias"), S("local"));
	a = get(&k, LOCAL, "");
	CHECK_STATUS(a, 200);
	CHECK_INT(kit_text(&a, "id").len, 36);
	a = get(&k, LOCAL "objects/", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.body, S("{}"));
	CHECK(slice_find(a.headers, S("X-TAXII-Date-Added")) == SIZE_MAX);
	kit_close(&k);
}

TEST(objects_in_and_out)
{
	char path[128];
	struct answer a;
	struct kit k;

	kit_open(&k);
	collection(&k);
	a = ask(&k, &kit_all, API_POST, LOCAL "objects/", "", "", "application/taxii+json", "{\"objects\":[" ONE "," TWO ",{\"type\":\"tool\"}]}");
	CHECK_STATUS(a, 202);
	CHECK_SLICE(a.type, S(TYPE));
	CHECK_SLICE(kit_text(&a, "status"), S("complete"));
	CHECK_SLICE(kit_text(&a, "success_count"), S("2"));
	CHECK_SLICE(kit_text(&a, "failure_count"), S("1"));
	(void)snprintf(path, sizeof(path), "/taxii2/entente/status/%.*s/", SLICE_ARG(kit_text(&a, "id")));
	a = get(&k, path, "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "success_count"), S("2"));
	a = get(&k, LOCAL "objects/", "");
	CHECK_STATUS(a, 200);
	/* as it came, byte for byte */
	CHECK_SLICE(a.body, S("{\"objects\":[" TWO "]}"));
	CHECK(slice_find(a.headers, S("X-TAXII-Date-Added-First: ")) != SIZE_MAX && slice_find(a.headers, S("X-TAXII-Date-Added-Last: ")) != SIZE_MAX);
	a = get(&k, LOCAL "objects/", "match%5Bversion%5D=all&limit=1");
	CHECK_SLICE(kit_text(&a, "more"), S("true"));
	CHECK(kit_text(&a, "next").len > 0);
	a = get(&k, LOCAL "manifest/", "match[version]=first");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "objects.0.version"), S("2026-01-01T00:00:00.000Z"));
	a = get(&k, LOCAL "objects/" OBJECT "/versions/", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "versions.1"), S("2026-01-02T00:00:00.000Z"));
	a = get(&k, LOCAL "objects/" OBJECT "/", "match[version]=all");
	CHECK_STATUS(a, 200);
	CHECK_INT(json_get(a.json, S("objects"))->count, 2);
	a = ask(&k, &kit_all, API_DELETE, LOCAL "objects/" OBJECT "/", "match[version]=last", "", "", "");
	CHECK_STATUS(a, 200);
	a = get(&k, LOCAL "objects/" OBJECT "/", "");
	CHECK_SLICE(a.body, S("{\"objects\":[" ONE "]}"));
	a = ask(&k, &kit_all, API_DELETE, LOCAL "objects/" OBJECT "/", "", "", "", "");
	CHECK_STATUS(a, 200);
	a = get(&k, LOCAL "objects/" OBJECT "/", "");
	CHECK_STATUS(a, 404);
	kit_close(&k);
}

static const struct { const char *name; enum api_method method; const char *path, *query, *accept, *type, *body; int status; } refused[] = {
	{ "no such root", API_GET, "/taxii2/other/", "", TYPE, "", "", 404 },
	{ "no slash at the end", API_GET, "/taxii2/entente", "", TYPE, "", "", 404 },
	{ "no such collection", API_GET, "/taxii2/entente/collections/none/objects/", "", TYPE, "", "", 404 },
	{ "no such object", API_GET, LOCAL "objects/" OBJECT "/", "", TYPE, "", "", 404 },
	{ "no versions of it", API_GET, LOCAL "objects/" OBJECT "/versions/", "", TYPE, "", "", 404 },
	{ "none to take out", API_DELETE, LOCAL "objects/" OBJECT "/", "", TYPE, "", "", 404 },
	{ "no such status", API_GET, "/taxii2/entente/status/1/", "", TYPE, "", "", 404 },
	{ "another form", API_GET, LOCAL "objects/", "", "application/json", "", "", 406 },
	{ "another version", API_GET, LOCAL "objects/", "", "application/taxii+json;version=2.0", "", "", 406 },
	{ "a filter that there is not", API_GET, LOCAL "objects/", "match[name]=x", TYPE, "", "", 400 },
	{ "a limit of nothing", API_GET, LOCAL "objects/", "limit=0", TYPE, "", "", 400 },
	{ "a moment that is none", API_GET, LOCAL "objects/", "added_after=yesterday", TYPE, "", "", 400 },
	{ "a version that is none", API_GET, LOCAL "objects/", "match[version]=newest", TYPE, "", "", 400 },
	{ "another form of body", API_POST, LOCAL "objects/", "", TYPE, "application/json", "{\"objects\":[]}", 415 },
	{ "no envelope", API_POST, LOCAL "objects/", "", TYPE, "application/taxii+json", "[]", 422 },
	{ "no JSON", API_POST, LOCAL "objects/", "", TYPE, "application/taxii+json", "{", 422 },
	{ "another method", API_PUT, LOCAL "objects/", "", TYPE, "application/taxii+json", "{}", 405 },
};

TEST(refusals)
{
	struct kit k;

	kit_open(&k);
	collection(&k);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct answer a;

		test_case("%s", refused[i].name);
		a = ask(&k, &kit_all, refused[i].method, refused[i].path, refused[i].query, refused[i].accept, refused[i].type, refused[i].body);
		CHECK_STATUS(a, refused[i].status);
		CHECK_SLICE(a.type, S(TYPE));
	}
	kit_close(&k);
}

/* Who is nobody, who may only read, a partner for whom no agreement speaks, and who sees one country alone. */
TEST(who_sees_what)
{
	struct who viewer = kit_role(WHO_VIEWER), partner = { .kind = WHO_PARTNER, .rights = 1u << RIGHT_FINDINGS_READ | 1u << RIGHT_REPORTS_ADD };
	struct who focal = kit_role(WHO_FOCAL_POINT);
	struct answer a;
	struct kit k;

	kit_open(&k);
	collection(&k);
	a = ask(&k, &kit_nobody, API_GET, "/taxii2/", "", TYPE, "", "");
	CHECK_STATUS(a, 401);
	a = ask(&k, &viewer, API_GET, LOCAL, "", TYPE, "", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "can_write"), S("false"));
	a = ask(&k, &viewer, API_POST, LOCAL "objects/", "", "", "application/taxii+json", "{\"objects\":[" ONE "]}");
	CHECK_STATUS(a, 403);
	a = ask(&k, &partner, API_GET, "/taxii2/entente/collections/", "", TYPE, "", "");
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.body, S("{}"));
	a = ask(&k, &partner, API_GET, LOCAL "objects/", "", TYPE, "", "");
	CHECK_STATUS(a, 404);
	a = ask(&k, &partner, API_POST, LOCAL "objects/", "", "", "application/taxii+json", "{\"objects\":[" ONE "]}");
	CHECK_STATUS(a, 404);
	memcpy(focal.country, "ES", 2);
	a = ask(&k, &focal, API_GET, LOCAL "objects/", "", TYPE, "", "");
	CHECK_STATUS(a, 404);
	kit_close(&k);
}

int
main(void)
{
	RUN(resources);
	RUN(objects_in_and_out);
	RUN(refusals);
	RUN(who_sees_what);
	return test_end();
}
