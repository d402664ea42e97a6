/* Exchanges by the API: entered, looked at, let rest, asked for, taken out; and what is kept of a secret. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/api_kit.h"
#include "store/sync.h"

#define NONE SLICE_NONE
#define ADD "\"partner\":\"b\",\"direction\":\"poll\",\"remote\":\"c\""

static void
partner_entered(struct kit *k)
{
	struct answer a = kit_call(k, &kit_all, "PUT /api/v1/parties/b", S("{\"name\":\"B\",\"kind\":\"taxii\",\"url\":\"https://b.example/\"}"));

	CHECK_STATUS(a, 200);
}

TEST(from_entry_to_end)
{
	struct answer a;
	struct kit k;

	kit_open(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "GET /api/v1/sync", NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_get(a.json, S("items"))->count, 0);
	a = kit_call(&k, &kit_all, "POST /api/v1/sync", S("{" ADD "}"));
	CHECK_STATUS(a, 201);
	CHECK_SLICE(kit_text(&a, "id"), S("1"));
	CHECK_SLICE(kit_text(&a, "url"), S("https://b.example/taxii2/entente/"));
	CHECK_SLICE(kit_text(&a, "local"), S("local"));
	CHECK_SLICE(kit_text(&a, "purpose"), S("protect"));
	CHECK_SLICE(kit_text(&a, "state"), S("waiting"));
	CHECK(json_is(json_get(a.json, S("error")), JSON_NULL) && json_is(json_get(a.json, S("last_try")), JSON_NULL));
	CHECK_STR(k.changed, "sync 1");
	a = kit_call(&k, &kit_all, "POST /api/v1/sync", S("{" ADD "}"));
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "PATCH /api/v1/sync/1", S("{\"paused\":true}"));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "state"), S("paused"));
	a = kit_call(&k, &kit_all, "POST /api/v1/sync/1/now", NONE);
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "PATCH /api/v1/sync/1", S("{\"paused\":false}"));
	CHECK_STATUS(a, 200);
	a = kit_call(&k, &kit_all, "POST /api/v1/sync/1/now", NONE);
	CHECK_STATUS(a, 202);
	a = kit_call(&k, &kit_all, "GET /api/v1/sync/1", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "next_try"), S("2026-06-18T12:00:00Z"));
	a = kit_call(&k, &kit_all, "DELETE /api/v1/sync/1", NONE);
	CHECK_STATUS(a, 204);
	a = kit_call(&k, &kit_all, "GET /api/v1/sync/1", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/sync/1", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "GET /api/v1/audit?limit=20", NONE);
	CHECK(slice_find(a.body, S("sync.add")) != SIZE_MAX && slice_find(a.body, S("sync.remove")) != SIZE_MAX && slice_find(a.body, S("sync.pause")) != SIZE_MAX);
	kit_close(&k);
}

static const struct { const char *name, *body; int status; const char *field; } wrong[] = {
	{ "nobody", "{\"partner\":\"c\",\"direction\":\"poll\",\"remote\":\"c\"}", 400, "partner" },
	{ "both ways", "{\"partner\":\"b\",\"direction\":\"both\",\"remote\":\"c\"}", 400, "direction" },
	{ "no collection", "{\"partner\":\"b\",\"direction\":\"poll\"}", 400, "remote" },
	{ "a path", "{\"partner\":\"b\",\"direction\":\"poll\",\"remote\":\"../x\"}", 400, "remote" },
	{ "plain", "{" ADD ",\"url\":\"http://b.example/\"}", 400, "url" },
	{ "a file", "{" ADD ",\"url\":\"file:///etc/passwd\"}", 400, "url" },
	{ "a pin that is a path", "{" ADD ",\"pin\":\"/etc/shadow\"}", 400, "pin" },
	{ "a token without its text", "{" ADD ",\"auth\":\"token\"}", 400, "secret" },
	{ "a secret for nothing", "{" ADD ",\"auth\":\"none\",\"secret\":\"x\"}", 400, "secret" },
	{ "a secret of two lines", "{" ADD ",\"secret\":\"x\\ny\"}", 400, NULL },
	{ "too often", "{" ADD ",\"every\":1}", 400, "every" },
	{ "an unknown member", "{" ADD ",\"verify\":false}", 400, NULL },
};

TEST(wrong_ones)
{
	struct answer a;
	struct kit k;

	kit_open(&k);
	partner_entered(&k);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_case("%s", wrong[i].name);
		a = kit_call(&k, &kit_all, "POST /api/v1/sync", slice_of_str(wrong[i].body));
		CHECK_STATUS(a, wrong[i].status);
		if (wrong[i].field != NULL)
			CHECK_SLICE(kit_text(&a, "field"), slice_of_str(wrong[i].field));
	}
	a = kit_call(&k, &kit_all, "GET /api/v1/sync", NONE);
	CHECK_INT(json_get(a.json, S("items"))->count, 0);
	kit_close(&k);
}

/* It lies in a file of its owner's, is in no answer and no line of the log, and goes with the exchange. */
TEST(secrets)
{
	struct who reader = kit_role(WHO_AUDITOR);
	struct answer a;
	struct stat st;
	struct kit k;
	char path[4200];

	kit_open(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/sync", S("{" ADD ",\"secret\":\"s3cret-token\"}"));
	CHECK_STATUS(a, 201);
	CHECK(slice_find(a.body, S("s3cret")) == SIZE_MAX);
	(void)snprintf(path, sizeof(path), "%s", node_path(k.api.node, "sync/1.secret"));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 12);
	a = kit_call(&k, &reader, "GET /api/v1/sync", NONE);
	CHECK_STATUS(a, 200);
	CHECK(slice_find(a.body, S("s3cret")) == SIZE_MAX);
	a = kit_call(&k, &reader, "GET /api/v1/audit", NONE);
	CHECK(slice_find(a.body, S("s3cret")) == SIZE_MAX);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/sync/1", NONE);
	CHECK_STATUS(a, 204);
	CHECK(stat(path, &st) != 0);
	kit_close(&k);
}

/* Whom else we exchange with is not for a partner to see. */
TEST(partners_ask)
{
	struct who b = { .kind = WHO_PARTNER, .session = 1, .name = S("partner:b"), .rights = 1u << RIGHT_PUBLIC | 1u << RIGHT_AGREEMENTS_READ };
	struct answer a;
	struct kit k;

	kit_open(&k);
	partner_entered(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/sync", S("{" ADD "}"));
	a = kit_call(&k, &b, "GET /api/v1/sync", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &b, "GET /api/v1/sync/1", NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &b, "POST /api/v1/sync/1/now", NONE);
	CHECK_STATUS(a, 403);
	kit_close(&k);
}

int
main(void)
{
	RUN(from_entry_to_end);
	RUN(wrong_ones);
	RUN(secrets);
	RUN(partners_ask);
	return test_end();
}
