/*
 * Who may ask what: the whole table of routes and roles, held to a file that
 * people read, and tried: each route as each role and as nobody. What a role
 * has not, is refused; what is not in the table, is not there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "server/api_kit.h"

#define GOLDEN "tests/golden/api/rights.txt"

static void
row_print(const struct api_route *r, struct buf *b)
{
	bool first = true;

	buf_printf(b, "%-6s %-44s %-16s %-8s ", api_method_name(r->method), r->path, who_right_name(r->right),
	    (r->flags & API_CHANGES) != 0 ? "changes" : "reads");
	if (r->right == RIGHT_PUBLIC)
		buf_str(b, "everybody");
	for (unsigned i = 0; i < WHO_ROLE_COUNT && r->right != RIGHT_PUBLIC; i++) {
		if ((who_role_rights((enum who_role)i) >> r->right & 1) == 0)
			continue;
		buf_printf(b, "%s%s", first ? "" : ",", who_role_name((enum who_role)i));
		first = false;
	}
	/* What is open before a password was changed, or a second factor set up. */
	buf_str(b, (r->flags & API_FIRST_PASSWORD) != 0 ? " before:password" : "");
	buf_str(b, (r->flags & API_FIRST_FACTOR) != 0 ? " before:factor" : "");
	if (r->right != RIGHT_PUBLIC && (r->flags & (API_PARTNER | API_PARTNER_KEEPER)) != 0)
		buf_str(b, " partners");
	buf_byte(b, '\n');
}

TEST(rights_table)
{
	struct buf now, golden;
	struct err e = ERR_INIT;

	buf_init(&now, 1 << 20);
	buf_init(&golden, 1 << 20);
	for (size_t i = 0; api_rooms[i] != NULL; i++) {
		for (size_t k = 0; k < api_rooms[i]->count; k++)
			row_print(&api_rooms[i]->routes[k], &now);
	}
	if (getenv("GOLDEN_UPDATE") != NULL)
		CHECK_OK(file_write(test_path(GOLDEN), buf_view(&now), &e), &e);
	CHECK_OK(file_read(test_path(GOLDEN), &golden, &e), &e);
	CHECK(slice_eq(buf_view(&now), buf_view(&golden)));
	if (!slice_eq(buf_view(&now), buf_view(&golden)))
		printf("%s", buf_cstr(&now));
	buf_fini(&now);
	buf_fini(&golden);
}

/* "/api/v1/findings/{id}" with something in the braces. */
static void
path_fill(const char *path, char out[256])
{
	size_t n = 0;

	for (const char *p = path; *p != '\0' && n < 250; p++) {
		if (*p != '{') {
			out[n++] = *p;
			continue;
		}
		out[n++] = '1';
		while (*p != '}')
			p++;
	}
	out[n] = '\0';
}

static int
status_as(struct kit *k, const struct api_route *r, const struct who *who)
{
	char path[256], what[300];
	struct api_request q = { .method = r->method, .body_fd = -1, .who = who, .lang = LANG_EN, .from = ip_of_v4(0xc0000201) };
	struct answer a;

	path_fill(r->path, path);
	q.path = slice_of_str(path);
	if (r->body != NULL) {
		q.body = S("{\"dry_run\":true}");
		q.type = S("application/json");
		q.body_bytes = q.body.len;
	}
	(void)snprintf(what, sizeof(what), "%s %s as %.*s", api_method_name(r->method), path, SLICE_ARG(who->name));
	test_case("%s", what);
	a = kit_send(k, &q);
	kit_forget(k);
	return a.status;
}

TEST(each_route_as_each_role)
{
	struct kit k;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	for (size_t i = 0; api_rooms[i] != NULL; i++) {
		for (size_t n = 0; n < api_rooms[i]->count; n++) {
			const struct api_route *r = &api_rooms[i]->routes[n];

			for (unsigned role = 0; role < WHO_ROLE_COUNT; role++) {
				struct who who = kit_role((enum who_role)role);
				int status = status_as(&k, r, &who);

				if (who_may(&who, r->right))
					CHECK(status != 401 && status != 403 && status != 405 && status < 500);
				else
					CHECK_INT(status, 403);
			}
			if (r->right == RIGHT_PUBLIC)
				CHECK(status_as(&k, r, &kit_nobody) != 401);
			else
				CHECK_INT(status_as(&k, r, &kit_nobody), 401);
		}
	}
	kit_close(&k);
}

/*
 * A node that was given every scope, and has no agreement: what does not ask
 * agreements is not for it, and what does tells it nothing of what we know. Each
 * route there is, so that a new one is a way around the policy for nobody.
 */
TEST(no_way_around_agreements)
{
	static const char *const known[] = { "203.0.113.", "login.example.net", "necurs" };
	struct who b = { .kind = WHO_PARTNER, .session = 1, .name = S("partner:b"), .rights = who_scopes() };
	unsigned open = 0;
	struct kit k;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	for (size_t i = 0; api_rooms[i] != NULL; i++) {
		for (size_t n = 0; n < api_rooms[i]->count; n++) {
			const struct api_route *r = &api_rooms[i]->routes[n];
			char path[256];
			struct api_request q = { .method = r->method, .body_fd = -1, .who = &b, .lang = LANG_EN, .from = ip_of_v4(0xc0000201) };
			struct answer a;

			path_fill(r->path, path);
			test_case("%s %s", api_method_name(r->method), path);
			if (r->right == RIGHT_PUBLIC)
				continue;
			q.path = slice_of_str(path);
			a = kit_send(&k, &q);
			if ((r->flags & (API_PARTNER | API_PARTNER_KEEPER)) == 0) {
				CHECK_INT(a.status, 403);
			} else {
				open++;
				for (size_t p = 0; p < sizeof(known) / sizeof(known[0]); p++)
					CHECK(slice_find(a.body, slice_of_str(known[p])) == SIZE_MAX);
			}
			kit_forget(&k);
		}
	}
	CHECK(open > 15);
	kit_close(&k);
}

/* Whatever the rights: who has something to do first can do that, see who they are, and leave. */
TEST(what_comes_first)
{
	static const struct { const char *what; unsigned flag; } firsts[] = {
		{ "a password to change", API_FIRST_PASSWORD },
		{ "a second factor to set up", API_FIRST_FACTOR },
		{ "both: the password is first", API_FIRST_PASSWORD },
	};
	static const struct { const char *what; unsigned flags; } open[] = {
		{ "POST /api/v1/me/password", API_FIRST_PASSWORD }, { "POST /api/v1/me/totp", API_FIRST_FACTOR },
		{ "POST /api/v1/me/totp/confirm", API_FIRST_FACTOR }, { "DELETE /api/v1/session", API_FIRST_PASSWORD | API_FIRST_FACTOR },
	};
	struct kit k;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	for (size_t f = 0; f < sizeof(firsts) / sizeof(firsts[0]); f++) {
		struct who who = kit_all;
		unsigned passed = 0, expected = 0;

		who.must_change = f != 1;
		who.must_factor = f != 0;
		for (size_t i = 0; api_rooms[i] != NULL; i++) {
			for (size_t n = 0; n < api_rooms[i]->count; n++) {
				const struct api_route *r = &api_rooms[i]->routes[n];
				int status = status_as(&k, r, &who);

				if (r->right == RIGHT_PUBLIC)
					continue;
				if ((r->flags & firsts[f].flag) == 0)
					CHECK_INT(status, 403);
				else
					CHECK(status != 403), passed++;
			}
		}
		for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
			expected += (open[i].flags & firsts[f].flag) != 0;
		test_case("%s", firsts[f].what);
		CHECK_INT(passed, expected);
	}
	kit_close(&k);
}

TEST(what_is_not_there)
{
	static const struct { const char *what; int status; const char *allow; } cases[] = {
		{ "GET /api/v1/nothing", 404, NULL },
		{ "GET /api/v1", 404, NULL },
		{ "GET /api/v1/findings/", 404, NULL },
		{ "GET /api/v1/findings/1/2/3", 404, NULL },
		{ "GET /API/v1/findings", 404, NULL },
		{ "GET /api/v1/findings%2f1", 404, NULL },
		{ "DELETE /api/v1/findings", 405, "Allow: GET, HEAD\r\n" },
		{ "PUT /api/v1/contacts", 405, "Allow: GET, HEAD, POST\r\n" },
		{ "GET /api/v1/findings/acts", 405, "Allow: POST\r\n" },
		{ "PATCH /api/v1/settings/x", 404, NULL },
	};
	struct kit k;

	kit_open(&k);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer a = kit_call(&k, &kit_all, cases[i].what, SLICE_NONE);

		CHECK_STATUS(a, cases[i].status);
		if (cases[i].allow != NULL)
			CHECK(slice_find(a.headers, slice_of_str(cases[i].allow)) != SIZE_MAX);
	}
	kit_close(&k);
}

/* A focal point sees its own country, wherever it looks. */
TEST(one_country)
{
	struct kit k;
	struct who es = kit_role(WHO_FOCAL_POINT);
	struct answer a;
	char path[200], body[256];
	struct slice fr;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	who_country_set(&es, S("ES"));
	CHECK(who_is_bound(&es));
	a = kit_call(&k, &kit_all, "GET /api/v1/findings?country=FR", SLICE_NONE);
	fr = kit_text(&a, "items.0.id");
	CHECK(fr.len > 0);
	a = kit_call(&k, &es, "GET /api/v1/findings", SLICE_NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	CHECK_SLICE(kit_text(&a, "items.0.country"), S("ES"));
	a = kit_call(&k, &es, "GET /api/v1/findings/count", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "count"), S("1"));
	a = kit_call(&k, &es, "GET /api/v1/findings?country=FR", SLICE_NONE);
	CHECK_STATUS(a, 403);
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s", SLICE_ARG(fr));
	a = kit_call(&k, &es, path, SLICE_NONE);
	CHECK_STATUS(a, 404);
	(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s/events", SLICE_ARG(fr));
	a = kit_call(&k, &es, path, SLICE_NONE);
	CHECK_STATUS(a, 404);
	(void)snprintf(body, sizeof(body), "{\"act\":\"resolve\",\"ids\":[\"%.*s\"]}", SLICE_ARG(fr));
	a = kit_call(&k, &es, "POST /api/v1/findings/acts", slice_of_str(body));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "done"), S("0"));
	a = kit_call(&k, &es, "POST /api/v1/findings/acts", S("{\"act\":\"acknowledge\",\"filter\":{}}"));
	CHECK_SLICE(kit_text(&a, "done"), S("1"));
	a = kit_call(&k, &es, "GET /api/v1/export/findings.csv", SLICE_NONE);
	CHECK(slice_find(a.body, S("203.0.113.7")) != SIZE_MAX);
	CHECK(slice_find(a.body, S("203.0.113.99")) == SIZE_MAX);
	a = kit_call(&k, &es, "GET /api/v1/lookup?q=203.0.113.99", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "items.0.findings.total"), S("0"));
	a = kit_call(&k, &es, "GET /api/v1/stats?by=state", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "rows.2.findings"), S("1"));
	a = kit_call(&k, &es, "GET /api/v1/overview", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "open"), S("1"));
	CHECK_INT(json_path(a.json, S("countries"))->count, 1);
	a = kit_call(&k, &es, "POST /api/v1/contacts", S("{\"scope\":\"country\",\"value\":\"FR\",\"email\":\"x@example.org\"}"));
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"country\",\"value\":\"FR\",\"email\":\"x@example.org\"}"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &es, "DELETE /api/v1/contacts/1", SLICE_NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &es, "GET /api/v1/contacts", SLICE_NONE);
	CHECK_SLICE(kit_text(&a, "total"), S("0"));
	test_case("page by page, those of one country among others");
	for (int i = 0; i < 6; i++) {
		(void)snprintf(body, sizeof(body), "{\"scope\":\"domain\",\"value\":\"n%d.example.%s\",\"email\":\"x@example.org\"}", i, i % 2 == 0 ? "es" : "fr");
		a = kit_call(&k, &kit_all, "POST /api/v1/contacts", slice_of_str(body));
		CHECK_STATUS(a, 201);
	}
	{
		char what[100] = "GET /api/v1/contacts?limit=1";
		unsigned pages = 0, seen = 0;
		struct slice next;

		do {
			a = kit_call(&k, &es, what, SLICE_NONE);
			CHECK_STATUS(a, 200);
			seen += json_get(a.json, S("items"))->count;
			CHECK(slice_find(a.body, S(".fr")) == SIZE_MAX);
			next = kit_text(&a, "next");
			(void)snprintf(what, sizeof(what), "GET /api/v1/contacts?limit=1&cursor=%.*s", SLICE_ARG(next));
		} while (next.len > 0 && ++pages < 20);
		CHECK_INT(seen, 3);
		CHECK_INT(pages, 2);
		a = kit_call(&k, &es, "GET /api/v1/contacts?text=N4", SLICE_NONE);
		CHECK_SLICE(kit_text(&a, "items.0.value"), S("n4.example.es"));
		a = kit_call(&k, &es, "GET /api/v1/contacts?text=n3", SLICE_NONE);
		CHECK_INT(json_get(a.json, S("items"))->count, 0);
	}
	a = kit_call(&k, &es, "GET /api/v1/live", SLICE_NONE);
	CHECK_STATUS(a, 403);
	kit_close(&k);
}

int
main(void)
{
	RUN(rights_table);
	RUN(each_route_as_each_role);
	RUN(no_way_around_agreements);
	RUN(what_comes_first);
	RUN(what_is_not_there);
	RUN(one_country);
	return test_end();
}
