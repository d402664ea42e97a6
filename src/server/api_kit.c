#include "server/api_kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

#define NOW_S 1781784000 /* 2026-06-18T12:00:00Z */

const struct slice kit_events = S_INIT(
    "{\"classification.type\":\"infected-system\",\"classification.identifier\":\"necurs\",\"source.ip\":\"203.0.113.7\",\"source.asn\":64496,\"source.geolocation.cc\":\"ES\",\"time.source\":\"2026-06-17T10:00:00+00:00\",\"feed.name\":\"sinkhole\",\"malware.name\":\"necurs\"}\n"
    "{\"classification.type\":\"infected-system\",\"classification.identifier\":\"necurs\",\"source.ip\":\"203.0.113.7\",\"source.asn\":64496,\"source.geolocation.cc\":\"ES\",\"time.source\":\"2026-06-17T11:00:00+00:00\",\"feed.name\":\"sinkhole\",\"malware.name\":\"necurs\"}\n"
    "{\"classification.type\":\"vulnerable-system\",\"classification.identifier\":\"dns-open-resolver\",\"source.ip\":\"203.0.113.99\",\"source.port\":53,\"protocol.transport\":\"udp\",\"source.asn\":64497,\"source.geolocation.cc\":\"FR\",\"time.source\":\"2026-06-17T12:00:00+00:00\",\"feed.name\":\"scan\"}\n"
    "{\"classification.type\":\"phishing\",\"source.url\":\"http://login.example.net/bank\",\"time.source\":\"2026-06-17T13:00:00+00:00\",\"feed.name\":\"urls\",\"event_description.text\":\"copies a bank's page\"}\n");

const struct who kit_nobody = { .kind = WHO_NOBODY, .rights = 1u << RIGHT_PUBLIC };
const struct who kit_all = { .kind = WHO_PERSON, .account = 1, .name = S_INIT("ana"), .roles = (1u << WHO_ROLE_COUNT) - 1, .rights = WHO_RIGHTS_ALL };

struct who
kit_role(enum who_role r)
{
	return (struct who){ .kind = WHO_PERSON, .account = 10 + (int64_t)r, .name = slice_of_str(who_role_name(r)),
		.roles = 1u << r, .rights = who_role_rights(r) };
}

static void
changed(void *cookie, const char *kind, int64_t id)
{
	struct kit *k = cookie;

	k->changes++;
	(void)snprintf(k->changed, sizeof(k->changed), "%s %lld", kind, (long long)id);
}

void
kit_open(struct kit *k)
{
	static unsigned n;
	struct node_conf conf;
	struct err e = ERR_INIT;
	char dir[4096];

	*k = (struct kit){ .flow = NULL };
	clock_fix(NOW_S);
	(void)snprintf(dir, sizeof(dir), "%s/node%u", test_dir(), n++);
	node_conf_defaults(&conf);
	conf.name = S("Test CSIRT");
	conf.mail = S("csirt@test.example");
	conf.url = S("https://csirt.test.example/");
	conf.country = S("ES");
	CHECK_OK(node_init(dir, &conf, &e), &e);
	CHECK_OK(flow_open(dir, &(struct flow_options){ 0 }, &k->flow, &e), &e);
	k->api = (struct api){ .node = flow_node(k->flow), .flow = k->flow, .changed = changed, .cookie = k };
	arena_init(&k->a, (size_t)256 << 20);
}

void
kit_close(struct kit *k)
{
	api_fini(&k->api);
	flow_close(&k->flow);
	arena_fini(&k->a);
}

void
kit_forget(struct kit *k)
{
	arena_reset(&k->a);
}

static void
json_read(struct kit *k, struct answer *a)
{
	static const struct json_limits limits = { .bytes = (size_t)64 << 20, .depth = 64, .nodes = 1000000 };
	struct err e = ERR_INIT;

	if (a->body.len > 0 && slice_find(a->type, S("json;")) != SIZE_MAX)
		CHECK_OK(json_parse(a->body, &limits, &k->a, &a->json, &e), &e);
}

/* TAXII's form of a problem (section 3.6.1): the status is a text. */
static void
taxii_problem_check(const struct answer *a)
{
	char status[16];

	CHECK_SLICE(a->type, S("application/taxii+json;version=2.1"));
	(void)snprintf(status, sizeof(status), "%d", a->status);
	CHECK_SLICE(json_text(json_get(a->json, S("http_status"))), slice_of_str(status));
	CHECK(json_text(json_get(a->json, S("title"))).len > 0);
	CHECK(json_text(json_get(a->json, S("description"))).len > 0);
}

/* A problem says what, with which status, and in which language. */
static void
problem_check(const struct answer *a)
{
	int64_t status = 0;

	CHECK_SLICE(a->type, S("application/problem+json; charset=utf-8"));
	CHECK(json_int(json_get(a->json, S("status")), &status));
	CHECK_INT(status, a->status);
	CHECK(json_text(json_get(a->json, S("title"))).len > 0);
	CHECK(json_text(json_get(a->json, S("detail"))).len > 0);
	CHECK(slice_find(a->headers, S("Content-Language: ")) != SIZE_MAX);
}

static void
answer_check(struct api_request *r, const struct answer *a)
{
	unsigned allow;
	const struct api_route *route = api_route_find(r, &allow);
	const char *field = "";
	struct err e = ERR_INIT;

	if (a->status >= 400 && slice_starts(r->path, S("/taxii2/"))) {
		taxii_problem_check(a);
		return;
	}
	if (a->status >= 400) {
		problem_check(a);
		return;
	}
	if (!CHECK(route != NULL) || route == NULL)
		return;
	CHECK_INT(a->status, route->status == 0 ? 200 : route->status);
	if (route->answer == NULL)
		return;
	CHECK(a->json != NULL);
	if (a->json != NULL && !api_value_ok(route->answer, a->json, &field, &e)) {
		printf("  at \"%s\" of %s\n", field == NULL ? "" : field, route->path);
		CHECK_OK(false, &e);
	}
}

/* For tests/api_schema.py, which holds it to the document by another's rules. */
static void
keep(const struct api_request *r, const struct answer *a)
{
	const char *path = getenv("API_ANSWERS");
	unsigned allow;
	const struct api_route *route = api_route_find(r, &allow);
	struct json_out j;
	struct buf b;
	FILE *f;

	if (path == NULL || a->json == NULL || route == NULL || a->body.len > (1 << 20))
		return;
	buf_init(&b, 4 << 20);
	json_out_init(&j, &b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("method"), slice_of_str(api_method_name(route->method)));
	json_out_key_text(&j, S("path"), slice_of_str(route->path));
	json_out_key_int(&j, S("status"), a->status);
	json_out_key(&j, S("body"));
	json_out_raw(&j, slice_trim(a->body));
	json_out_object_end(&j);
	/* Between values alone: in a text it would be escaped. */
	for (size_t i = 0; i < b.len; i++) {
		if (b.p[i] == '\n')
			b.p[i] = ' ';
	}
	buf_byte(&b, '\n');
	f = fopen(path, "ae");
	if (f != NULL) {
		(void)fwrite(b.p, 1, b.len, f);
		(void)fclose(f);
	}
	buf_fini(&b);
}

struct answer
kit_send(struct kit *k, struct api_request *r)
{
	struct api_response out;
	struct answer a = { 0 };
	struct err e = ERR_INIT;
	bool end = false;

	if (r->now_s == 0)
		r->now_s = NOW_S;
	api_response_init(&out);
	api_handle(&k->api, r, &out);
	while (out.more != NULL && !end && CHECK_OK(out.more(out.more_cookie, &out.body, &end, &e), &e))
		continue;
	a.status = out.status;
	a.type = arena_copy(&k->a, slice_of_str(out.type));
	a.body = arena_copy(&k->a, buf_view(&out.body));
	a.headers = arena_copy(&k->a, buf_view(&out.headers));
	api_response_fini(&out);
	json_read(k, &a);
	answer_check(r, &a);
	keep(r, &a);
	return a;
}

struct answer
kit_call(struct kit *k, const struct who *who, const char *what, struct slice body)
{
	struct api_request r = { .body_fd = -1, .body = body, .body_bytes = body.len, .who = who, .lang = LANG_EN,
		.type = body.p == NULL ? S("") : S("application/json"), .from = ip_of_v4(0xc0000201) };
	struct slice rest = slice_of_str(what), method, path;

	(void)slice_cut(&rest, ' ', &method);
	for (int m = 0; m < API_METHOD_COUNT; m++) {
		if (slice_eq(method, slice_of_str(api_method_name((enum api_method)m))))
			r.method = (enum api_method)m;
	}
	(void)slice_cut(&rest, '?', &path);
	r.path = path;
	r.query = rest;
	test_case("%s", what);
	return kit_send(k, &r);
}

int64_t
kit_take(struct kit *k, struct slice bytes)
{
	struct answer a = kit_call(k, &kit_all, "POST /api/v1/reports", bytes);
	struct err e = ERR_INIT;
	int64_t id = 0;

	CHECK_STATUS(a, 202);
	CHECK(json_int(json_get(a.json, S("id")), &id));
	CHECK_OK(flow_work(k->flow, &e), &e);
	return id;
}

struct slice
kit_text(const struct answer *a, const char *path)
{
	return json_scalar(json_path(a->json, slice_of_str(path)));
}

void
kit_status(const struct answer *a, int want, const char *file, int line)
{
	if (!test_check_int(a->status, want, file, line, "status"))
		printf("  %.*s\n", SLICE_ARG(a->body));
}
