/*
 * Objects of STIX as the page looks through them: collections, pages, a search,
 * one object with its versions and origin, documents in, objects out; indicators
 * and what was met; who sees none of it.
 */
#include <stdio.h>
#include <string.h>

#include "model/agreement_testing.h"
#include "server/api_kit.h"
#include "share/agree.h"
#include "store/object_browse.h"
#include "store/token.h"

#define NONE SLICE_NONE
#define NOW_S 1781784000 /* the kit's: 2026-06-18T12:00:00Z */
#define ID(type, n) type "--11111111-1111-4111-8111-11111111111" n
#define TOOL(n, modified, name) "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"" ID("tool", n) "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"" modified "\",\"name\":\"" name "\"}"
#define INDICATOR(n, pattern, more) "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"" ID("indicator", n) "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"pattern_type\":\"stix\",\"valid_from\":\"2020-01-01T00:00:00Z\",\"pattern\":\"" pattern "\"" more "}"
#define GREEN ",\"object_marking_refs\":[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"]"

static struct answer
in(struct kit *k, const char *path, const char *body)
{
	char what[200];

	(void)snprintf(what, sizeof(what), "POST %s", path);
	return kit_call(k, &kit_all, what, slice_of_str(body));
}

static struct answer
get(struct kit *k, const char *path)
{
	char what[400];

	(void)snprintf(what, sizeof(what), "GET %s", path);
	return kit_call(k, &kit_all, what, NONE);
}

static size_t
count(const struct answer *a, const char *key)
{
	return json_get(a->json, slice_of_str(key))->count;
}

TEST(collections)
{
	struct answer a;
	struct kit k;

	kit_open(&k);
	a = get(&k, "/api/v1/collections");
	CHECK_STATUS(a, 200);
	CHECK_INT(count(&a, "items"), 0);
	a = in(&k, "/api/v1/collections", "{\"alias\":\"shared\",\"title\":\"What we share\",\"description\":null}");
	CHECK_STATUS(a, 201);
	CHECK_INT(kit_text(&a, "id").len, 36);
	a = in(&k, "/api/v1/collections", "{\"alias\":\"shared\"}");
	CHECK_STATUS(a, 409);
	CHECK_SLICE(kit_text(&a, "field"), S("alias"));
	a = in(&k, "/api/v1/collections", "{\"alias\":\"Not/a name\"}");
	CHECK_STATUS(a, 400);
	a = get(&k, "/api/v1/collections");
	CHECK_SLICE(kit_text(&a, "items.0.alias"), S("shared"));
	CHECK_SLICE(kit_text(&a, "items.0.title"), S("What we share"));
	CHECK_SLICE(kit_text(&a, "items.0.objects"), S("0"));
	kit_close(&k);
}

TEST(in_and_looked_through)
{
	struct answer a;
	struct kit k;

	kit_open(&k);
	a = in(&k, "/api/v1/objects", "[" TOOL("1", "2026-01-01T00:00:00.000Z", "alpha") "," TOOL("1", "2026-01-02T00:00:00.000Z", "Beta <b>") ",{\"type\":\"tool\"},"
	    TOOL("2", "2026-01-01T00:00:00.000Z", "gamma") "," INDICATOR("3", "[ipv4-addr:value = '192.0.2.1']", GREEN) "]");
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "collection"), S("local"));
	CHECK_SLICE(kit_text(&a, "added"), S("4"));
	CHECK_SLICE(kit_text(&a, "wrong"), S("1"));
	CHECK_SLICE(kit_text(&a, "refused.0.item"), S("3"));
	CHECK_SLICE(kit_text(&a, "refused.0.reason"), S("id: is missing, or no text"));
	CHECK_STR(k.changed, "object 0");
	a = in(&k, "/api/v1/objects?collection=nothing", "[]");
	CHECK_STATUS(a, 404);
	CHECK_SLICE(kit_text(&a, "field"), S("collection"));
	a = in(&k, "/api/v1/objects", "this is no document");
	CHECK_STATUS(a, 400);
	a = in(&k, "/api/v1/collections", "{\"alias\":\"other\"}");
	CHECK_STATUS(a, 201);
	a = in(&k, "/api/v1/objects?collection=other", TOOL("2", "2026-01-01T00:00:00.000Z", "gamma"));
	CHECK_SLICE(kit_text(&a, "added"), S("1"));

	/* The newest first, each in its last version, page by page. */
	a = get(&k, "/api/v1/objects");
	CHECK_STATUS(a, 200);
	CHECK_INT(count(&a, "items"), 3);
	CHECK_SLICE(kit_text(&a, "items.0.id"), S(ID("indicator", "3")));
	CHECK_SLICE(kit_text(&a, "items.0.tlp"), S("GREEN"));
	CHECK_SLICE(kit_text(&a, "items.0.name"), S("[ipv4-addr:value = '192.0.2.1']"));
	CHECK_SLICE(kit_text(&a, "items.2.name"), S("Beta <b>"));
	CHECK(json_is(json_get(a.json, S("next")), JSON_NULL));
	{
		char next[200];
		unsigned pages = 0, rows = 0;

		(void)snprintf(next, sizeof(next), "/api/v1/objects?limit=1");
		for (; next[0] != '\0' && pages < 9; pages++) {
			a = get(&k, next);
			CHECK_STATUS(a, 200);
			rows += (unsigned)count(&a, "items");
			next[0] = '\0';
			if (json_is(json_get(a.json, S("next")), JSON_STRING))
				(void)snprintf(next, sizeof(next), "/api/v1/objects?limit=1&cursor=%.*s", SLICE_ARG(kit_text(&a, "next")));
		}
		CHECK_INT(rows, 3);
		CHECK_INT(pages, 3);
	}
	a = get(&k, "/api/v1/objects?collection=local&type=tool&limit=1");
	CHECK_SLICE(kit_text(&a, "items.0.name"), S("gamma"));
	a = get(&k, "/api/v1/objects?collection=other");
	CHECK_INT(count(&a, "items"), 1);
	a = get(&k, "/api/v1/objects?collection=gone");
	CHECK_STATUS(a, 404);
	a = get(&k, "/api/v1/objects?type=tool");
	CHECK_INT(count(&a, "items"), 2);
	a = get(&k, "/api/v1/objects?q=BETA");
	CHECK_INT(count(&a, "items"), 1);
	a = get(&k, "/api/v1/objects?q=alpha"); /* an older version's name */
	CHECK_INT(count(&a, "items"), 0);
	a = get(&k, "/api/v1/objects?q=indicator--1111");
	CHECK_INT(count(&a, "items"), 1);
	a = get(&k, "/api/v1/objects?q=" ID("tool", "1"));
	CHECK_SLICE(kit_text(&a, "items.0.id"), S(ID("tool", "1")));
	a = get(&k, "/api/v1/objects?collection=other&q=" ID("tool", "1"));
	CHECK_INT(count(&a, "items"), 0);
	a = get(&k, "/api/v1/objects?q=" ID("tool", "9"));
	CHECK_INT(count(&a, "items"), 0);

	/* One: its bytes, versions, collections. */
	a = get(&k, "/api/v1/objects/" ID("tool", "1"));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "json"), S(TOOL("1", "2026-01-02T00:00:00.000Z", "Beta <b>")));
	CHECK_INT(count(&a, "versions"), 2);
	CHECK_SLICE(kit_text(&a, "versions.1.version"), S("2026-01-01T00:00:00.000Z"));
	CHECK_SLICE(kit_text(&a, "collections.0"), S("local"));
	CHECK(json_is(json_get(a.json, S("origin")), JSON_NULL));
	CHECK(json_is(json_get(a.json, S("tlp")), JSON_NULL));
	a = get(&k, "/api/v1/objects/" ID("tool", "1") "?version=2026-01-01T00:00:00Z");
	CHECK_SLICE(kit_text(&a, "name"), S("alpha"));
	a = get(&k, "/api/v1/objects/" ID("tool", "1") "?version=2026-01-03T00:00:00Z");
	CHECK_STATUS(a, 404);
	a = get(&k, "/api/v1/objects/" ID("tool", "1") "?version=monday");
	CHECK_STATUS(a, 400);
	CHECK_SLICE(kit_text(&a, "field"), S("version"));
	a = get(&k, "/api/v1/objects/no-id");
	CHECK_STATUS(a, 404);
	a = get(&k, "/api/v1/objects/" ID("tool", "2"));
	CHECK_INT(count(&a, "collections"), 2);

	/* Out of one, then of all; a reason is asked for. */
	a = kit_call(&k, &kit_all, "DELETE /api/v1/objects/" ID("tool", "2"), NONE);
	CHECK_STATUS(a, 400);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/objects/" ID("tool", "2") "?collection=other&reason=mistake", NONE);
	CHECK_STATUS(a, 204);
	a = get(&k, "/api/v1/objects/" ID("tool", "2"));
	CHECK_INT(count(&a, "collections"), 1);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/objects/" ID("tool", "1") "?reason=mistake", NONE);
	CHECK_STATUS(a, 204);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/objects/" ID("tool", "1") "?reason=mistake", NONE);
	CHECK_STATUS(a, 404);
	a = get(&k, "/api/v1/objects");
	CHECK_INT(count(&a, "items"), 2);
	kit_close(&k);
}

TEST(indicators)
{
	struct answer a;
	struct kit k;

	kit_open(&k);
	a = in(&k, "/api/v1/objects", "[" INDICATOR("1", "[ipv4-addr:value = '192.0.2.1']", ",\"name\":\"C2\"") "," INDICATOR("2", "[ipv4-addr:value ISSUBSET '0.0.0.0/0']", "") ","
	    INDICATOR("3", "[url:value = 'http://x.example/'] AND [url:value = 'y']", "") "," INDICATOR("4", "[domain-name:value = 'x.example']", ",\"revoked\":true") "]");
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "added"), S("4"));
	a = get(&k, "/api/v1/sightings");
	CHECK_STATUS(a, 200);
	CHECK_INT(count(&a, "items"), 0);
	(void)kit_take(&k, kit_events);
	a = get(&k, "/api/v1/indicators");
	CHECK_STATUS(a, 200);
	CHECK_INT(count(&a, "items"), 4);
	CHECK_SLICE(kit_text(&a, "items.0.state"), S("revoked"));
	CHECK_SLICE(kit_text(&a, "items.3.name"), S("C2"));
	CHECK_SLICE(kit_text(&a, "items.3.kind"), S("ip"));
	CHECK_SLICE(kit_text(&a, "items.3.find.prefix"), S("192.0.2.1"));
	a = get(&k, "/api/v1/sightings?limit=1");
	CHECK_INT(count(&a, "items"), 1);
	CHECK(kit_text(&a, "items.0.last_seen").len > 0);
	if (json_is(json_get(a.json, S("next")), JSON_STRING)) {
		char next[200];

		(void)snprintf(next, sizeof(next), "/api/v1/sightings?limit=1&cursor=%.*s", SLICE_ARG(kit_text(&a, "next")));
		a = get(&k, next);
		CHECK_STATUS(a, 200);
		CHECK_INT(count(&a, "items"), 1);
		CHECK(json_is(json_get(a.json, S("next")), JSON_NULL));
	}
	a = get(&k, "/api/v1/indicators?seen=true");
	CHECK(count(&a, "items") >= 1);
	a = get(&k, "/api/v1/indicators?q=x.example");
	CHECK_INT(count(&a, "items"), 2);
	a = get(&k, "/api/v1/indicators?q=%25");
	CHECK_INT(count(&a, "items"), 0);
	a = get(&k, "/api/v1/indicators?limit=3");
	CHECK_INT(count(&a, "items"), 3);
	CHECK(kit_text(&a, "next").len > 0);
	a = get(&k, "/api/v1/indicators?cursor=nonsense");
	CHECK_STATUS(a, 400);
	a = get(&k, "/api/v1/sightings?cursor=1");
	CHECK_STATUS(a, 400);
	a = get(&k, "/api/v1/objects/" ID("indicator", "3"));
	CHECK_SLICE(kit_text(&a, "watched.0.id"), S(ID("indicator", "3")));
	kit_close(&k);
}

/* A search that finds nothing ends, and says where it may go on; rows beyond the first slice are found so. */
TEST(search_is_bounded)
{
	struct stix_object o;
	struct collection c;
	struct err e = ERR_INIT;
	enum object_put what;
	char text[400], path[200];
	unsigned turns = 0;
	struct answer a;
	bool mine;
	struct kit k;

	kit_open(&k);
	CHECK_OK(collection_need(k.api.node->store, S("local"), &k.a, &c, &e), &e);
	CHECK_OK(objects_begin(k.api.node->store, &mine, &e), &e);
	for (int i = 0; i < BROWSE_OBJECTS_MAX + 10; i++) {
		struct arena mem;

		arena_init(&mem, 1 << 20);
		(void)snprintf(text, sizeof(text), "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--11111111-1111-4111-8111-%012d\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"tool %s\"}",
		    i, i == 0 ? "zero" : "x");
		CHECK_OK(stix_read(slice_of_str(text), &mem, &o, &e) &&
		    object_put(k.api.node->store, c.id, &o, slice_of_str(text), &mem, &what, &e), &e);
		arena_fini(&mem);
	}
	CHECK_OK(objects_end(k.api.node->store, mine, true, &e), &e);
	for (int of = 0; of < 2; of++) {
		const char *in_one = of == 0 ? "" : "&collection=local";

		(void)snprintf(path, sizeof(path), "/api/v1/objects?q=tool%%20zero%s", in_one);
		for (turns = 0; turns < 5; turns++) {
			a = get(&k, path);
			CHECK_STATUS(a, 200);
			if (count(&a, "items") > 0 || !json_is(json_get(a.json, S("next")), JSON_STRING))
				break;
			(void)snprintf(path, sizeof(path), "/api/v1/objects?q=tool%%20zero%s&cursor=%.*s", in_one, SLICE_ARG(kit_text(&a, "next")));
		}
		CHECK_INT(turns, 1);
		CHECK_SLICE(kit_text(&a, "items.0.id"), S("tool--11111111-1111-4111-8111-000000000000"));
	}
	kit_close(&k);
}

/* Where it came from, and that this is forgotten with it; who is held to a country, and partners, see nothing here. */
TEST(origin_and_bounds)
{
	struct who partner = { .kind = WHO_PARTNER, .session = 1, .name = S("partner:b"), .rights = 1u << RIGHT_PUBLIC | 1u << RIGHT_FINDINGS_READ | 1u << RIGHT_REPORTS_ADD };
	struct who fp = kit_role(WHO_FOCAL_POINT), viewer = kit_role(WHO_VIEWER);
	static const char *const paths[] = { "/api/v1/collections", "/api/v1/objects", "/api/v1/indicators", "/api/v1/sightings" };
	char what[200];
	struct answer a;
	struct err e = ERR_INIT;
	struct kit k;

	kit_open(&k);
	a = in(&k, "/api/v1/objects", "[" TOOL("1", "2026-01-01T00:00:00.000Z", "alpha") "," INDICATOR("3", "[ipv4-addr:value = '192.0.2.1']", "") "]");
	CHECK_STATUS(a, 201);
	CHECK_OK(db_exec(store_db(k.api.node->store), "INSERT INTO record_origin (record, agreement, version, clause, party, received_s, until_s)"
	    " VALUES ('" ID("tool", "1") "', 'mou', 1, 2, 'b', 1781784000, 1789560000)", &e), &e);
	a = get(&k, "/api/v1/objects/" ID("tool", "1"));
	CHECK_SLICE(kit_text(&a, "origin.party"), S("b"));
	CHECK_SLICE(kit_text(&a, "origin.clause"), S("2"));
	CHECK_SLICE(kit_text(&a, "origin.until"), S("2026-09-16T12:00:00Z"));
	who_country_set(&fp, S("FR"));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)snprintf(what, sizeof(what), "GET %s", paths[i]);
		a = kit_call(&k, &fp, what, NONE);
		CHECK_STATUS(a, 200);
		CHECK_INT(count(&a, "items"), 0);
		a = kit_call(&k, &partner, what, NONE);
		CHECK_STATUS(a, 403);
		a = kit_call(&k, &viewer, what, NONE);
		CHECK_STATUS(a, 200);
	}
	a = kit_call(&k, &fp, "GET /api/v1/objects/" ID("tool", "1"), NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &partner, "GET /api/v1/objects/" ID("tool", "1"), NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &partner, "DELETE /api/v1/objects/" ID("tool", "1") "?reason=x", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &partner, "POST /api/v1/objects", S("[]"));
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &viewer, "DELETE /api/v1/objects/" ID("tool", "1") "?reason=x", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/objects/" ID("tool", "1") "?reason=x", NONE);
	CHECK_STATUS(a, 204);
	{
		int64_t left = 1;

		CHECK_OK(db_number(store_db(k.api.node->store), "SELECT count(*) FROM record_origin", &left, &e), &e);
		CHECK_INT(left, 0);
	}
	kit_close(&k);
}

int
main(void)
{
	RUN(collections);
	RUN(in_and_looked_through);
	RUN(indicators);
	RUN(search_is_bounded);
	RUN(origin_and_bounds);
	return test_end();
}
