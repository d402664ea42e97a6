/*
 * The desk's work by the API alone: contacts, notices and the answers to them,
 * look-up, sums, files, settings, and what strangers see.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/hash.h"
#include "server/api_kit.h"
#include "server/conf_change.h"
#include "share/reply.h"

#define NONE SLICE_NONE

static struct slice
state_of(struct kit *k, const char *filter)
{
	char path[256];
	struct answer a;

	(void)snprintf(path, sizeof(path), "GET /api/v1/findings?%s", filter);
	a = kit_call(k, &kit_all, path, NONE);
	return kit_text(&a, "items.0.state");
}

static void
two_notices(struct kit *k)
{
	struct answer a;

	k->api.node->conf.server_url = S("https://node.test.example/");
	(void)kit_take(k, kit_events);
	a = kit_call(k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"asn\",\"value\":\"64496\",\"email\":\"abuse@isp.example\",\"language\":\"en\"}"));
	CHECK_STATUS(a, 201);
	a = kit_call(k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"asn\",\"value\":\"AS64497\",\"email\":\"noc@other.example\",\"format\":\"both\",\"interval\":3600}"));
	CHECK_STATUS(a, 201);
}

TEST(contacts)
{
	struct kit k;
	struct answer a;

	kit_open(&k);
	two_notices(&k);
	a = kit_call(&k, &kit_all, "GET /api/v1/contacts?limit=1", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "total"), S("2"));
	CHECK_SLICE(kit_text(&a, "items.0.value"), S("64496"));
	a = kit_call(&k, &kit_all, "GET /api/v1/contacts?cursor=1", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.interval"), S("3600"));
	a = kit_call(&k, &kit_all, "GET /api/v1/contacts?text=OTHER", NONE);
	CHECK_SLICE(kit_text(&a, "total"), S("1"));
	a = kit_call(&k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"asn\",\"value\":\"64496\",\"email\":\"x@isp.example\"}"));
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"prefix\",\"value\":\"nowhere\",\"email\":\"x@isp.example\"}"));
	CHECK_STATUS(a, 400);
	CHECK_SLICE(kit_text(&a, "field"), S("value"));
	a = kit_call(&k, &kit_all, "POST /api/v1/contacts/off", S("{\"scope\":\"asn\",\"value\":\"64497\",\"reason\":\"asked us not to\"}"));
	CHECK_STATUS(a, 201);
	a = kit_call(&k, &kit_all, "GET /api/v1/findings?asn=64497", NONE);
	{
		char path[256];

		(void)snprintf(path, sizeof(path), "GET /api/v1/findings/%.*s", SLICE_ARG(kit_text(&a, "items.0.id")));
		a = kit_call(&k, &kit_all, path, NONE);
		CHECK_SLICE(kit_text(&a, "off"), S("asked us not to"));
	}
	a = kit_call(&k, &kit_all, "DELETE /api/v1/contacts/off/1", NONE);
	CHECK_STATUS(a, 204);
	a = kit_call(&k, &kit_all, "GET /api/v1/contacts/off", NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 0);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/contacts/2", NONE);
	CHECK_STATUS(a, 204);
	a = kit_call(&k, &kit_all, "DELETE /api/v1/contacts/2", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "GET /api/v1/contacts", NONE);
	CHECK_SLICE(kit_text(&a, "total"), S("1"));
	kit_close(&k);
}

/* The path of the link in a notice's text, from "/reply/" on. */
static void
link_of(struct kit *k, const char *id, const char *method, char out[200])
{
	char path[128];
	struct answer a;
	struct slice text, token;
	size_t at;

	(void)snprintf(path, sizeof(path), "GET /api/v1/notices/%s", id);
	a = kit_call(k, &kit_all, path, NONE);
	CHECK_STATUS(a, 200);
	text = json_text(json_get(a.json, S("text")));
	at = slice_find(text, S("https://node.test.example/reply/"));
	if (!CHECK(at != SIZE_MAX)) {
		out[0] = '\0';
		return;
	}
	text = slice_from(text, at + 32);
	(void)slice_line(&text, &token);
	(void)snprintf(out, 200, "%s /api/v1/reply/%.*s", method, SLICE_ARG(token));
}

TEST(notices_by_two_people)
{
	struct kit k;
	struct who bob = kit_role(WHO_ANALYST);
	struct answer a;
	char id[40], path[200];

	kit_open(&k);
	two_notices(&k);
	k.api.node->conf.two_people = true;
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{\"dry_run\":true}"));
	CHECK_STATUS(a, 200);
	CHECK_INT(json_path(a.json, S("plan"))->count, 2);
	a = kit_call(&k, &kit_all, "GET /api/v1/notices", NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 0);
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{}"));
	CHECK_SLICE(kit_text(&a, "notices"), S("2"));
	a = kit_call(&k, &kit_all, "GET /api/v1/notices?email=isp&state=draft", NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	CHECK_SLICE(kit_text(&a, "items.0.prepared_by"), S("ana"));
	(void)snprintf(id, sizeof(id), "%.*s", SLICE_ARG(kit_text(&a, "items.0.id")));
	a = kit_call(&k, &kit_all, "GET /api/v1/notices?limit=1", NONE);
	CHECK(kit_text(&a, "next").len > 0);
	(void)snprintf(path, sizeof(path), "GET /api/v1/notices?limit=1&cursor=%.*s", SLICE_ARG(kit_text(&a, "next")));
	a = kit_call(&k, &kit_all, path, NONE);
	CHECK_INT(json_path(a.json, S("items"))->count, 1);
	CHECK(json_is(json_path(a.json, S("next")), JSON_NULL));

	/* Nothing goes before somebody else said so. */
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/send", S("{}"));
	CHECK_STATUS(a, 202);
	CHECK_SLICE(kit_text(&a, "sent"), S("0"));
	(void)snprintf(path, sizeof(path), "POST /api/v1/notices/%s/approve", id);
	a = kit_call(&k, &kit_all, path, NONE);
	CHECK_STATUS(a, 403);
	a = kit_call(&k, &bob, path, NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "approved_by"), S("analyst"));
	a = kit_call(&k, &bob, path, NONE);
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/send", S("{}"));
	CHECK_SLICE(kit_text(&a, "sent"), S("1"));
	CHECK_SLICE(state_of(&k, "asn=64496"), S("notified"));
	CHECK_SLICE(state_of(&k, "asn=64497"), S("new"));
	(void)snprintf(path, sizeof(path), "POST /api/v1/notices/%s/withdraw", id);
	a = kit_call(&k, &kit_all, path, NONE);
	CHECK_STATUS(a, 409);
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/N0000000000000000/withdraw", NONE);
	CHECK_STATUS(a, 404);
	a = kit_call(&k, &kit_all, "GET /api/v1/overview", NONE);
	CHECK_SLICE(kit_text(&a, "times.notify.count"), S("1"));
	CHECK_SLICE(kit_text(&a, "by_state.notified"), S("1"));
	kit_close(&k);
}

TEST(answers_by_link)
{
	struct kit k;
	struct answer a;
	char id[40], get[200], post[200];

	kit_open(&k);
	two_notices(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{}"));
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/send", S("{}"));
	CHECK_SLICE(kit_text(&a, "sent"), S("2"));
	a = kit_call(&k, &kit_all, "GET /api/v1/notices?email=isp", NONE);
	(void)snprintf(id, sizeof(id), "%.*s", SLICE_ARG(kit_text(&a, "items.0.id")));
	link_of(&k, id, "GET", get);
	link_of(&k, id, "POST", post);
	a = kit_call(&k, &kit_nobody, get, NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "findings"), S("1"));
	CHECK_SLICE(kit_text(&a, "from"), S("Test CSIRT"));
	/* The link is as good as a key: it shows no place. */
	CHECK(slice_find(a.body, S("203.0.113")) == SIZE_MAX);

	a = kit_call(&k, &kit_nobody, post, S("{\"answer\":\"fixed\",\"comment\":\"cleaned <b>today</b>\"}"));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "answers_given.0.answer"), S("fixed"));
	/* A claim is no proof: somebody looks at it, and silence resolves it. */
	CHECK_SLICE(state_of(&k, "asn=64496"), S("acknowledged"));
	k.changes = 0;
	a = kit_call(&k, &kit_nobody, post, S("{\"answer\":\"fixed\",\"comment\":\"again, and otherwise\"}"));
	CHECK_STATUS(a, 200);
	CHECK_INT(k.changes, 0);
	CHECK_SLICE(kit_text(&a, "answers_given.0.comment"), S("cleaned <b>today</b>"));
	a = kit_call(&k, &kit_nobody, post, S("{\"answer\":\"not-ours\"}"));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(state_of(&k, "asn=64496"), S("new"));
	a = kit_call(&k, &kit_all, "GET /api/v1/contacts?text=64496", NONE);
	CHECK(kit_text(&a, "items.0.disputed").len > 0);
	a = kit_call(&k, &kit_all, "GET /api/v1/notices/answers", NONE);
	CHECK_STATUS(a, 200);
	CHECK_INT(json_path(a.json, S("items"))->count, 2);
	a = kit_call(&k, &kit_nobody, post, S("{\"answer\":\"resolved\"}"));
	CHECK_STATUS(a, 400);
	kit_close(&k);
}

/* Each character of a link counts; it ends; another notice's MAC does not do. */
TEST(links_cannot_be_made)
{
	struct reply_key key = { .there = true, .b = { 1, 2, 3 } }, other = { .there = true, .b = { 9 } };
	struct kit k;
	struct answer a;
	struct reply_notice n;
	struct err e = ERR_INIT;
	char id[40], get[200] = "", token[REPLY_TOKEN_MAX], mine[REPLY_TOKEN_MAX];

	kit_open(&k);
	two_notices(&k);
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{}"));
	a = kit_call(&k, &kit_all, "GET /api/v1/notices?email=isp", NONE);
	(void)snprintf(id, sizeof(id), "%.*s", SLICE_ARG(kit_text(&a, "items.0.id")));
	link_of(&k, id, "GET", get);
	for (size_t i = 18; get[i] != '\0'; i++) {
		char was = get[i];

		get[i] = was == '0' ? '1' : '0';
		a = kit_call(&k, &kit_nobody, get, NONE);
		CHECK_STATUS(a, 404);
		get[i] = was;
	}
	a = kit_call(&k, &kit_nobody, get, NONE);
	CHECK_STATUS(a, 200);
	/* By the key itself. */
	reply_token_print(&key, slice_of_str(id), S("abuse@isp.example"), 2000000000, token);
	reply_token_print(&other, slice_of_str(id), S("abuse@isp.example"), 2000000000, mine);
	CHECK(!slice_eq(slice_of_str(token), slice_of_str(mine)));
	CHECK_OK(reply_token_read(k.api.node->store, &key, slice_of_str(token), 1999999999, &k.a, &n, &e), &e);
	CHECK(!reply_token_read(k.api.node->store, &key, slice_of_str(token), 2000000000, &k.a, &n, &e));
	CHECK_INT(e.code, ERR_DENIED);
	CHECK(!reply_token_read(k.api.node->store, &other, slice_of_str(token), 1999999999, &k.a, &n, &e));
	CHECK_INT(e.code, ERR_ABSENT);
	reply_token_print(&key, slice_of_str(id), S("mallory@isp.example"), 2000000000, mine);
	CHECK(!reply_token_read(k.api.node->store, &key, slice_of_str(mine), 1999999999, &k.a, &n, &e));
	kit_close(&k);
}

TEST(lookups)
{
	static const struct { const char *q, *kind, *total; } cases[] = {
		{ "203.0.113.7", "ip", "1" }, { "203.0.113.0/24", "prefix", "2" }, { "203.0.113.0/28", "prefix", "1" },
		{ "198.18.0.1", "ip", "0" }, { "hxxp://login.example[.]net/bank", "url", "1" }, { "http://login.example.net/", "url", "0" },
		{ "AS64497", "asn", "1" }, { "C2.Example.NET", "domain", "1" }, { "2001:db8::5", "ip", "1" }, { "2001:db8::/32", "prefix", "1" },
		{ "' OR 1=1 --", "unknown", "0" },
	};
	struct kit k;
	struct answer a;
	struct buf b;

	kit_open(&k);
	two_notices(&k);
	(void)kit_take(&k, S("{\"classification.type\":\"c2-server\",\"source.fqdn\":\"c2.example.net\"}\n"
			     "{\"classification.type\":\"scanner\",\"source.ip\":\"2001:db8::5\"}\n"));
	buf_init(&b, 1 << 16);
	buf_str(&b, "{\"q\":[");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_str(&b, i == 0 ? "" : ",");
		json_quote(&b, slice_of_str(cases[i].q));
	}
	buf_str(&b, "]}");
	a = kit_call(&k, &kit_all, "POST /api/v1/lookup", buf_view(&b));
	CHECK_STATUS(a, 200);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[64];

		test_case("%s", cases[i].q);
		(void)snprintf(path, sizeof(path), "items.%zu.kind", i);
		CHECK_STR(cases[i].kind, (const char *)arena_str(&k.a, kit_text(&a, path)));
		(void)snprintf(path, sizeof(path), "items.%zu.findings.total", i);
		CHECK_SLICE(kit_text(&a, path), slice_of_str(cases[i].total));
	}
	a = kit_call(&k, &kit_all, "GET /api/v1/lookup?q=AS64496", NONE);
	CHECK_SLICE(kit_text(&a, "items.0.contacts.0.email"), S("abuse@isp.example"));
	a = kit_call(&k, &kit_all, "GET /api/v1/lookup", NONE);
	CHECK_STATUS(a, 400);
	buf_fini(&b);
	kit_close(&k);
}

/* Who sees no findings is told of no network so small that its sum is as good as they. */
TEST(sums_of_small_networks)
{
	static const struct who donor = { .kind = WHO_PERSON, .name = S_INIT("di"), .roles = 1u << WHO_DONOR,
		.rights = 1u << RIGHT_PUBLIC | 1u << RIGHT_SELF | 1u << RIGHT_STATS_READ };
	static const char *const ways[] = { "GET /api/v1/stats?by=asn", "GET /api/v1/stats?by=day&asn=64497", "GET /api/v1/stats?by=class&asn=64497&country=FR",
		"GET /api/v1/stats?by=country&class=phishing", "GET /api/v1/stats?by=feed", "GET /api/v1/stats?by=taxonomy&until=2026-06-18",
		"GET /api/v1/stats?by=state&asn=64497", "GET /api/v1/overview" };
	struct kit k;
	struct answer a;
	struct err e = ERR_INIT;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		test_case("%s", ways[i]);
		a = kit_call(&k, &donor, ways[i], NONE);
		CHECK_STATUS(a, 200);
		CHECK(slice_find(a.body, S("\"key\"")) == SIZE_MAX || slice_find(a.body, S("\"state\"")) != SIZE_MAX);
		CHECK(slice_find(a.body, S("AS644")) == SIZE_MAX);
	}
	/* A large one, with few that are new; one that was seen nine times; one of twelve. */
	CHECK_OK(db_exec(store_db(k.api.node->store), "INSERT INTO count_day (day, class, country, asn, feed, events, findings_new) VALUES"
		" (20000, 1, 'ES', 65001, 0, 1239, 3), (20000, 1, 'ES', 65002, 0, 9, 9), (20000, 1, 'ES', 65003, 0, 12, 12)", &e), &e);
	a = kit_call(&k, &donor, "GET /api/v1/stats?by=asn&until=2025-01-01", NONE);
	CHECK_SLICE(a.body, S("{\"rows\":[{\"key\":\"AS65001\",\"number\":65001,\"as_name\":null,\"events\":1230,\"findings\":null},"
		"{\"key\":\"AS65003\",\"number\":65003,\"as_name\":null,\"events\":10,\"findings\":10}]}"));
	a = kit_call(&k, &kit_all, "GET /api/v1/stats?by=asn&until=2025-01-01", NONE);
	CHECK_SLICE(kit_text(&a, "rows.0.findings"), S("3"));
	CHECK_SLICE(kit_text(&a, "rows.2.events"), S("9"));
	kit_close(&k);
}

TEST(sums)
{
	struct kit k;
	struct answer a;
	static const char *const by[] = { "day", "country", "asn", "class", "taxonomy", "feed", "state" };

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	for (size_t i = 0; i < 7; i++) {
		char path[80];

		(void)snprintf(path, sizeof(path), "GET /api/v1/stats?by=%s", by[i]);
		a = kit_call(&k, &kit_all, path, NONE);
		CHECK_STATUS(a, 200);
		CHECK(json_path(a.json, S("rows"))->count >= 1);
	}
	a = kit_call(&k, &kit_all, "GET /api/v1/stats?by=class&country=ES&since=2026-06-17&until=2026-06-18", NONE);
	CHECK_SLICE(kit_text(&a, "rows.0.events"), S("2"));
	a = kit_call(&k, &kit_all, "GET /api/v1/stats", NONE);
	CHECK_STATUS(a, 400);
	CHECK_SLICE(kit_text(&a, "field"), S("by"));
	a = kit_call(&k, &kit_all, "GET /api/v1/overview", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "open"), S("3"));
	CHECK_SLICE(kit_text(&a, "days.0.findings"), S("3"));
	a = kit_call(&k, &kit_all, "POST /api/v1/findings/acts", S("{\"act\":\"resolve\",\"filter\":{\"country\":\"ES\"}}"));
	a = kit_call(&k, &kit_all, "GET /api/v1/overview", NONE);
	CHECK_SLICE(kit_text(&a, "open"), S("2"));
	CHECK_SLICE(kit_text(&a, "times.fix.count"), S("1"));
	kit_close(&k);
}

TEST(files)
{
	struct kit k;
	struct answer a;
	struct buf b;
	struct slice rest, line;
	size_t lines = 0;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	a = kit_call(&k, &kit_all, "GET /api/v1/export/findings.csv?country=FR", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(a.type, S("text/csv; charset=utf-8"));
	CHECK(slice_find(a.body, S("203.0.113.99,53,udp,64497,FR")) != SIZE_MAX);
	CHECK(slice_find(a.headers, S("filename=\"findings.csv\"")) != SIZE_MAX);
	/* What leaves as IntelMQ's events comes back as the same findings. */
	a = kit_call(&k, &kit_all, "GET /api/v1/export/findings.intelmq.jsonl", NONE);
	CHECK_STATUS(a, 200);
	{
		struct kit other;
		struct answer n;

		kit_open(&other);
		(void)kit_take(&other, a.body);
		n = kit_call(&other, &kit_all, "GET /api/v1/findings?order=id", NONE);
		a = kit_call(&k, &kit_all, "GET /api/v1/findings?order=id", NONE);
		for (unsigned i = 0; i < 3; i++) {
			char path[32];

			(void)snprintf(path, sizeof(path), "items.%u.id", i);
			CHECK_SLICE(kit_text(&n, path), kit_text(&a, path));
		}
		kit_close(&other);
	}
	/* Many pages of it. */
	buf_init(&b, 8 << 20);
	for (unsigned i = 0; i < 1700; i++)
		buf_printf(&b, "{\"classification.type\":\"scanner\",\"source.ip\":\"198.18.%u.%u\"}\n", i >> 8, i & 255);
	(void)kit_take(&k, buf_view(&b));
	buf_fini(&b);
	a = kit_call(&k, &kit_all, "GET /api/v1/export/findings.jsonl?class=scanner", NONE);
	for (rest = a.body; slice_line(&rest, &line) && line.len > 0; lines++)
		continue;
	CHECK_INT(lines, 1700);
	a = kit_call(&k, &kit_all, "GET /api/v1/export/findings.stix.json", NONE);
	CHECK_STATUS(a, 200);
	{
		static const struct json_limits limits = { .bytes = (size_t)64 << 20, .depth = 32, .nodes = 1000000 };
		const struct json *j = NULL;
		struct err e = ERR_INIT;

		CHECK_OK(json_parse(a.body, &limits, &k.a, &j, &e), &e);
		CHECK_SLICE(json_text(json_path(j, S("objects.0.type"))), S("identity"));
		lines = 0;
		JSON_EACH (o, json_path(j, S("objects")))
			lines += slice_eq(json_text(json_get(o, S("type"))), S("observed-data"));
		CHECK_INT(lines, 1703);
	}
	/* Forms of other programs: each says its kind, and what a machine acts on holds no special-purpose address. */
	{
		static const struct { const char *call, *type, *has, *has_not; } forms[] = {
			{ "GET /api/v1/export/findings.iodef.xml?country=FR", "application/xml; charset=utf-8", "<Address category=\"ipv4-addr\">203.0.113.99</Address>", "198.18." },
			{ "GET /api/v1/export/findings.misp.json?country=FR", "application/json", "\"value\":\"203.0.113.99|53\"", "198.18." },
			{ "GET /api/v1/export/findings.nft", "text/plain; charset=utf-8", "add set inet entente listed_v4", "198.18." },
			{ "GET /api/v1/export/findings.txt", "text/plain; charset=utf-8", "", "198.18." },
			{ "GET /api/v1/export/findings.rules", "text/plain; charset=utf-8", "", "198.18." },
			{ "GET /api/v1/export/findings.ips.lst", "text/plain; charset=utf-8", "", "198.18." },
			{ "GET /api/v1/export/findings.names.lst", "text/plain; charset=utf-8", "", "198.18." },
		};

		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
			test_case("%s", forms[i].call);
			a = kit_call(&k, &kit_all, forms[i].call, NONE);
			CHECK_STATUS(a, 200);
			CHECK_SLICE(a.type, slice_of_str(forms[i].type));
			CHECK(forms[i].has[0] == 0 || slice_find(a.body, slice_of_str(forms[i].has)) != SIZE_MAX);
			CHECK(slice_find(a.body, slice_of_str(forms[i].has_not)) == SIZE_MAX);
		}
	}
	kit_close(&k);
}

TEST(settings)
{
	struct kit k;
	struct who admin = kit_role(WHO_ADMINISTRATOR);
	struct answer a;
	struct buf text;
	struct err e = ERR_INIT;
	char path[4096];

	kit_open(&k);
	(void)snprintf(path, sizeof(path), "%s/entente.conf", k.api.node->dir);
	a = kit_call(&k, &admin, "GET /api/v1/settings", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "items.0.name"), S("node.name"));
	CHECK_SLICE(kit_text(&a, "items.0.value"), S("Test CSIRT"));
	a = kit_call(&k, &admin, "PATCH /api/v1/settings", S("{\"set\":[{\"name\":\"node.name\",\"value\":\"Équipe \\\"A\\\" = one\"},{\"name\":\"notices.interval\",\"value\":\"12h\"}]}"));
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "items.0.value"), S("Équipe \"A\" = one"));
	CHECK_STR(k.changed, "setting 0");
	buf_init(&text, 1 << 20);
	CHECK_OK(file_read(path, &text, &e), &e);
	CHECK(slice_find(buf_view(&text), S("# Who we are")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&text), S("interval = 12h\n")) != SIZE_MAX);
	/* What is no setting, no value, or not to be changed from here: nothing is written. */
	a = kit_call(&k, &admin, "PATCH /api/v1/settings", S("{\"set\":[{\"name\":\"node.country\",\"value\":\"FR\"},{\"name\":\"notices.tlp\",\"value\":\"PURPLE\"}]}"));
	CHECK_STATUS(a, 400);
	a = kit_call(&k, &admin, "PATCH /api/v1/settings", S("{\"set\":[{\"name\":\"smtp.password_file\",\"value\":\"/etc/shadow\"}]}"));
	CHECK_STATUS(a, 403);
	CHECK_SLICE(kit_text(&a, "field"), S("smtp.password_file"));
	a = kit_call(&k, &admin, "PATCH /api/v1/settings", S("{\"set\":[{\"name\":\"node.name\",\"value\":\"x\\n[smtp]\\nurl = smtp://evil.example\"}]}"));
	CHECK_STATUS(a, 400);
	{
		struct buf now;

		buf_init(&now, 1 << 20);
		CHECK_OK(file_read(path, &now, &e), &e);
		CHECK_SLICE(buf_view(&now), buf_view(&text));
		buf_fini(&now);
	}
	buf_fini(&text);
	kit_close(&k);
}

/* The change of a file and its line in the log are one, wherever a kill comes between. */
static bool
line_never(void *cookie, struct err *e)
{
	CHECK(db_in_transaction(store_db(cookie)));
	return err_set(e, ERR_SYSTEM, "no line");
}

static bool
line_good(void *cookie, struct err *e)
{
	(void)e;
	return CHECK(db_in_transaction(store_db(cookie)));
}

TEST(settings_and_their_line)
{
	/* What lies there when the keeper begins: entente.conf, entente.conf.next, and whether the row tells of both. */
	static const struct { const char *name, *row_before, *row_after, *next, *want; bool did; } rows[] = {
		{ "killed before the row", "", "", "B", "A", false },
		{ "killed behind the row", "A", "B", "B", "B", true },
		{ "the row is of another change", "A", "C", "B", "A", false },
		{ "changed by hand meanwhile", "C", "B", "B", "A", false },
		{ "nothing was under way", "A", "B", NULL, "A", false },
	};
	struct kit k;
	struct err e = ERR_INIT;
	char conf[4096], next[4096];

	kit_open(&k);
	(void)snprintf(conf, sizeof(conf), "%s/entente.conf", k.api.node->dir);
	(void)snprintf(next, sizeof(next), "%s/entente.conf.next", k.api.node->dir);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *s = k.api.node->store;
		struct sha256 b = sha256_of(slice_of_str(rows[i].row_before)), a = sha256_of(slice_of_str(rows[i].row_after));
		char row[2 * SHA256_HEX + 2];
		struct buf text;
		bool did = false;

		test_case("%s", rows[i].name);
		sha256_hex(&b, row);
		row[SHA256_HEX] = ' ';
		sha256_hex(&a, row + SHA256_HEX + 1);
		CHECK_OK(store_setting_put(s, S("conf.next"), slice_of_str(row), &e), &e);
		CHECK_OK(file_write(conf, S("A"), &e), &e);
		if (rows[i].next != NULL)
			CHECK_OK(file_write(next, slice_of_str(rows[i].next), &e), &e);
		CHECK_OK(conf_change_finish(k.api.node, &did, &e), &e);
		CHECK_INT(did, rows[i].did);
		CHECK(!file_exists(next));
		buf_init(&text, 1000);
		CHECK_OK(file_read(conf, &text, &e), &e);
		CHECK_SLICE(buf_view(&text), slice_of_str(rows[i].want));
		buf_fini(&text);
	}
	CHECK(!conf_change(k.api.node, S("A"), S("D"), line_never, k.api.node->store, &e));
	CHECK(!file_exists(next));
	e = (struct err)ERR_INIT;
	CHECK_OK(conf_change(k.api.node, S("A"), S("D"), line_good, k.api.node->store, &e), &e);
	{
		struct buf text;

		buf_init(&text, 1000);
		CHECK_OK(file_read(conf, &text, &e), &e);
		CHECK_SLICE(buf_view(&text), S("D"));
		buf_fini(&text);
	}
	kit_close(&k);
}

static unsigned lines, lines_within;
static bool lines_fail;

static bool
count_line(struct api *a, const struct who *who, const char *what, struct slice about, int status, struct err *e)
{
	(void)who, (void)what, (void)about, (void)status;
	lines++;
	lines_within += db_in_transaction(store_db(a->node->store));
	return !lines_fail || err_set(e, ERR_SYSTEM, "no line");
}

/* No notice without its line in the audit log: where that cannot be written, none is made. */
TEST(notices_and_their_line)
{
	struct kit k;
	struct answer a;
	struct err e = ERR_INIT;
	int64_t n;

	kit_open(&k);
	(void)kit_take(&k, kit_events);
	a = kit_call(&k, &kit_all, "POST /api/v1/contacts", S("{\"scope\":\"country\",\"value\":\"ES\",\"email\":\"es@example.org\"}"));
	CHECK_STATUS(a, 201);
	k.api.audit = count_line;
	lines = lines_within = 0;
	lines_fail = true;
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{}"));
	CHECK(a.status >= 500);
	CHECK_OK(db_number(store_db(k.api.node->store), "SELECT count(*) FROM notice", &n, &e), &e);
	CHECK_INT(n, 0);
	lines = lines_within = 0;
	lines_fail = false;
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{}"));
	CHECK_STATUS(a, 200);
	CHECK_OK(db_number(store_db(k.api.node->store), "SELECT count(*) FROM notice", &n, &e), &e);
	CHECK_INT(n, 1);
	CHECK_INT(lines, 1);
	CHECK_INT(lines_within, 1);
	/* Nothing to be made: there is a line all the same. */
	a = kit_call(&k, &kit_all, "POST /api/v1/notices/prepare", S("{}"));
	CHECK_STATUS(a, 200);
	CHECK_INT(lines, 2);
	k.api.audit = NULL;
	kit_close(&k);
}

TEST(strangers)
{
	struct kit k;
	struct answer a;
	struct api_request r = { .method = API_GET, .body_fd = -1, .who = &kit_nobody, .lang = LANG_FR, .path = S("/api/v1/public/listed") };

	kit_open(&k);
	k.api.node->conf.server_url = S("https://node.test.example");
	k.api.node->conf.public_pages = true;
	(void)kit_take(&k, kit_events);
	a = kit_call(&k, &kit_nobody, "GET /api/v1/public/about", NONE);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "mail"), S("csirt@test.example"));
	a = kit_call(&k, &kit_nobody, "GET /.well-known/security.txt", NONE);
	CHECK_STATUS(a, 200);
	CHECK(slice_starts(a.body, S("Contact: mailto:csirt@test.example\n")));
	CHECK(slice_find(a.body, S("\nExpires: 2026-12-15T00:00:00Z\n")) != SIZE_MAX);
	CHECK(slice_find(a.body, S("\nCanonical: https://node.test.example/.well-known/security.txt\n")) != SIZE_MAX);
	/* One's own address, in one's own language; of others nothing. */
	test_case("listed");
	CHECK(ip_read(S("203.0.113.7"), &r.from));
	a = kit_send(&k, &r);
	CHECK_STATUS(a, 200);
	CHECK_SLICE(kit_text(&a, "listed"), S("true"));
	CHECK_SLICE(kit_text(&a, "items.0.class"), S("infected-system"));
	CHECK(!slice_eq(kit_text(&a, "items.0.title"), S("Infected system")));
	r.query = S("ip=203.0.113.99");
	a = kit_send(&k, &r);
	CHECK_SLICE(kit_text(&a, "own"), S("false"));
	CHECK(json_is(json_path(a.json, S("listed")), JSON_NULL));
	CHECK_INT(json_path(a.json, S("items"))->count, 0);

	a = kit_call(&k, &kit_nobody, "POST /api/v1/public/report", S("{\"kind\":\"incident\",\"text\":\"My page was changed.\\n.\\nPlease help\",\"name\":\"Zoë Müller\",\"email\":\"z@example.org\",\"url\":\"http://www.example.org/\"}"));
	CHECK_STATUS(a, 202);
	a = kit_call(&k, &kit_all, "GET /api/v1/reports/2/raw", NONE);
	CHECK(slice_find(a.body, S("<z@example.org>\r\n")) != SIZE_MAX);
	CHECK(slice_find(a.body, S("Please help\r\n")) != SIZE_MAX);
	a = kit_call(&k, &kit_nobody, "POST /api/v1/public/report", S("{\"kind\":\"spam\",\"mail\":\"Received: from a ([192.0.2.9]) by b; Thu, 18 Jun 2026 10:00:00 +0000\\r\\nFrom: x@y.example\\r\\n\\r\\nbuy\"}"));
	CHECK_STATUS(a, 202);
	a = kit_call(&k, &kit_nobody, "POST /api/v1/public/report", S("{\"kind\":\"incident\",\"text\":\"x\",\"email\":\"a@b.example\\r\\nBcc: all@c.example\"}"));
	CHECK_STATUS(a, 400);
	CHECK_SLICE(kit_text(&a, "field"), S("email"));
	a = kit_call(&k, &kit_nobody, "POST /api/v1/public/report", S("{\"kind\":\"incident\"}"));
	CHECK_STATUS(a, 400);
	k.api.node->conf.public_pages = false;
	a = kit_call(&k, &kit_nobody, "GET /api/v1/public/about", NONE);
	CHECK_STATUS(a, 404);
	kit_close(&k);
}

int
main(void)
{
	RUN(contacts);
	RUN(notices_by_two_people);
	RUN(answers_by_link);
	RUN(links_cannot_be_made);
	RUN(lookups);
	RUN(sums);
	RUN(sums_of_small_networks);
	RUN(files);
	RUN(settings);
	RUN(settings_and_their_line);
	RUN(notices_and_their_line);
	RUN(strangers);
	return test_end();
}
