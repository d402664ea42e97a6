/* People are protected: what is taken out of texts and events, and what stays. */
#include <stdlib.h>

#include "model/finding.h"
#include "model/protect.h"
#include "model/reduce.h"
#include "test.h"

struct text_case {
	const char *name, *in, *out;
};

static const struct text_case texts[] = {
	{ "nothing", "Open port 443, see https://example.org/a/b?id=12#c", "Open port 443, see https://example.org/a/b?id=12#c" },
	{ "an address", "mail to ann.lee@example.org now", "mail to x@example.org now" },
	{ "of a role, too", "ask abuse@example.org", "ask x@example.org" },
	{ "with an apostrophe", "o'brien@example.org", "x@example.org" },
	{ "in quotes", "to 'ann@example.org'", "to 'x@example.org'" },
	{ "a quoted local part", "\"ann lee\"@example.org", "x@example.org" },
	{ "percent", "/u?a=ann%40example.org&b=1", "/u?a=x%40example.org&b=1" },
	{ "percent in the local part", "/u/ann%2Bshop@example.org", "/u/x@example.org" },
	{ "percent twice", "/u/ann%2540example.org", "/u/x%2540example.org" },
	{ "a space before it, as percent", "/u?q=to%20ann@example.org", "/u?q=to%20x@example.org" },
	{ "[at]", "ann[at]example.org, bob (at) b", "x[at]example.org, bob (at) b" },
	{ "references of HTML", "ann&#64;example.org", "x&#64;example.org" },
	{ "JSON's escape", "ann\\u0040example.org", "x\\u0040example.org" },
	{ "VERP", "bounce+ann=example.net@list.example", "x@list.example" },
	{ "a parameter is no VERP", "?e-mail2=a.b@list.example", "?e-mail2=x@list.example" },
	{ "methods of SSH", "curve25519-sha256@libssh.org,zlib@openssh.com", "curve25519-sha256@libssh.org,zlib@openssh.com" },
	{ "a path", "https://shop.example/unsubscribe/ann@example.org/now", "https://shop.example/unsubscribe/x@example.org/now" },
	{ "several", "a@b.example,c@d.example", "x@b.example,x@d.example" },
	{ "letters of others", "\xd0\xb0\xd0\xbd\xd0\xbd\xd0\xb0@example.org", "x@example.org" },
	{ "stolen lists", "ann@example.org:hunter2", "x@example.org:x" },
	{ "stolen lists, bar", "ann@example.org|hunter2 next", "x@example.org|x next" },
	{ "a quoted local part behind a word", "pas\"ann lee\"@example.org", "x@example.org" },
	{ "a password that begins as a port", "ann@example.org:22.b@cd next", "x@example.org:x next" },
	{ "no port is taken for one", "http://x@example.org:8080/a", "http://x@example.org:8080/a" },
	{ "who signs in", "http://ann:pa55@example.org/a", "http://x@example.org/a" },
	{ "who signs in, with a port", "ftp://ann@example.org:21/a", "ftp://x@example.org:21/a" },
	{ "who signs in, with a quoted part", "http://foo:exa\"an\"@b.example/a", "http://x@b.example/a" },
	{ "a value that a quoted part ends", "password is pa55\"ann lee\"@b.example", "password is x\"x@b.example" },
	{ "a password behind an address that a quoted part ends", "a@g.example:pa55\"ann\"@b.example", "x@g.example:x\"x@b.example" },
	{ "an at sign in a path", "http://example.org/@ann", "http://example.org/@ann" },
	{ "parameters", "http://h.example/a?email=ann&id=7&token=abc.def#z", "http://h.example/a?email=x&id=7&token=x#z" },
	{ "jsessionid", "http://h.example/a;jsessionid=0A1B?x=1", "http://h.example/a;jsessionid=x?x=1" },
	{ "password", "account victim.person@home.example password hunter2", "account x@home.example password x" },
	{ "password, letters only", "Password: correcthorse", "Password: x" },
	{ "password, equals", "login=ann, pwd=a,b;c next", "login=x, pwd=x next" },
	{ "password, is", "the password is secret1.", "the password is x" },
	{ "password, quoted", "password \"two words\" seen", "password \"x\" seen" },
	{ "password, JSON", "{\"password\":\"hunter2\",\"port\":22}", "{\"password\":\"x\",\"port\":22}" },
	{ "password, JSON in JSON", "{\\\"password\\\":\\\"hunter2\\\"}", "{\\\"password\\\":\\\"x\\\"}" },
	{ "password, percent", "q=password%3Dhunter2", "q=password%3Dx" },
	{ "a sentence about passwords", "Password spraying, password authentication allowed", "Password spraying, password authentication allowed" },
	{ "sshd", "Failed password for invalid user ann from 192.0.2.1 port 4", "Failed password for invalid user x from 192.0.2.1 port 4" },
	{ "passwort", "Passwort geheim1", "Passwort x" },
	{ "mot de passe", "mot de passe : secret", "mot de passe : x" },
	{ "contrasena", "contrase\xc3\xb1" "a: secreta", "contrase\xc3\xb1" "a: x" },
	{ "Russian", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: qwerty", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c: x" },
	{ "Chinese", "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a" "abc", "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9ax" },
	{ "Arabic", "\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1: abc", "\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1: x" },
	{ "user, named", "user: ann ip: 192.0.2.1", "user: x ip: 192.0.2.1" },
	{ "user, looks so", "account ann_lee taken over", "account x taken over" },
	{ "user, a common word", "user agent, account takeover, login page", "user agent, account takeover, login page" },
	{ "an address is no name", "login: 192.0.2.1", "login: 192.0.2.1" },
	{ "bearer", "Authorization: Bearer abc123==", "Authorization: Bearer x" },
	{ "words within words", "compass=1 keyword=2 user_agent=curl", "compass=1 keyword=2 user_agent=curl" },
	{ "empty", "", "" },
	{ "only a sign", "@", "@" },
};

TEST(text)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice out = reduce_text(slice_of_str(texts[i].in), &a);

		test_case("%s", texts[i].name);
		CHECK_SLICE(out, slice_of_str(texts[i].out));
		/* Done already: it stays, and costs no memory. */
		CHECK_SLICE(reduce_text(out, &a), out);
		CHECK(out.len <= strlen(texts[i].in));
	}
	arena_fini(&a);
}

TEST(no_memory_shows_nothing)
{
	struct arena a;

	arena_init(&a, 0);
	CHECK_SLICE(reduce_text(S("ann@example.org"), &a), S("x"));
	CHECK_SLICE(reduce_account(S("ann@example.org"), &a), S("x"));
	arena_fini(&a);
}

static const struct text_case accounts[] = {
	{ "a mailbox", "ann@example.org", "x@example.org" }, { "a name", "ann", "x" },
	{ "a name beside it", "Ann Lee <ann@example.org>", "x@example.org" },
	{ "several", "ann@example.org, bob@example.net", "x" }, { "again", "x@example.org", "x@example.org" },
};

static const struct text_case jsons[] = {
	{ "nothing", "{ \"a\": [1, \"b\"], \"c\": null }", "{ \"a\": [1, \"b\"], \"c\": null }" },
	{ "within", "[\"http://h.example/?e=ann@example.org\",7]", "[\"http://h.example/?e=x@example.org\",7]" },
	{ "escaped", "[\"v\\u00edc\\u0040example.org\"]", "[\"x@example.org\"]" },
	{ "by name", "{\"user\":{\"email\":[\"ann\",\"bob@b.example\"],\"password\":12345,\"age\":7}}",
		"{\"user\":{\"email\":[\"x\",\"x@b.example\"],\"password\":\"x\",\"age\":7}}" },
	{ "a name that is one", "{\"ann@example.org\":true}", "{\"x@example.org\":true}" },
	{ "not JSON", "[ann@example.org", "[x@example.org" },
	{ "empty ones", "{\"a\":{},\"b\":[],\"c\":\"d@e.example\"}", "{\"a\":{},\"b\":[],\"c\":\"x@e.example\"}" },
};

TEST(by_name)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
		test_case("%s", accounts[i].name);
		CHECK_SLICE(reduce_account(slice_of_str(accounts[i].in), &a), slice_of_str(accounts[i].out));
	}
	for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
		test_case("%s", jsons[i].name);
		CHECK_SLICE(reduce_json(S(""), slice_of_str(jsons[i].in), &a), slice_of_str(jsons[i].out));
	}
	test_case("by the extra's own name");
	CHECK_SLICE(reduce_json(S("recipients"), S("[\"ann\"]"), &a), S("[\"x\"]"));
	CHECK_SLICE(reduce_named(S("Http.Password"), S("pa55"), &a), S("x"));
	CHECK_SLICE(reduce_named(S("user-name"), S("ann"), &a), S("x"));
	CHECK_SLICE(reduce_named(S("user_agent"), S("curl/7"), &a), S("curl/7"));
	arena_fini(&a);
}

/* --- profiles -------------------------------------------------------------------------- */

static const struct { enum field f; const char *in, *out[REDUCE_COUNT]; } profiles[] = {
	{ FIELD_SOURCE_ACCOUNT, "ann@isp.example", { "ann@isp.example", "ann@isp.example", "x@isp.example" } },
	{ FIELD_SOURCE_ACCOUNT, "ann", { "ann", "ann", "x" } },
	{ FIELD_DESTINATION_ACCOUNT, "bob@isp.example", { "x@isp.example", "x@isp.example", "x@isp.example" } },
	{ FIELD_SOURCE_URL, "http://a:b@h.example/login.php?email=c", { "http://x@h.example/login.php?email=x",
		"http://x@h.example/login.php?email=x", "http://x@h.example/login.php?email=x" } },
	{ FIELD_EVENT_DESCRIPTION_TEXT, "for a@b.example", { "for x@b.example", "for x@b.example", "for x@b.example" } },
	{ FIELD_CLASSIFICATION_IDENTIFIER, "open-http", { "open-http", "open-http", "open-http" } },
	{ FIELD_MALWARE_NAME, "mail a@b.example", { "mail x@b.example", "mail x@b.example", "mail x@b.example" } },
	{ FIELD_SOURCE_IP, "192.0.2.1", { "192.0.2.1", "192.0.2.1", "192.0.2.1" } },
	{ FIELD_SOURCE_FQDN, "user.example.org", { "user.example.org", "user.example.org", "user.example.org" } },
	{ FIELD_SOURCE_ABUSE_CONTACT, "abuse@isp.example", { "abuse@isp.example", "abuse@isp.example", "abuse@isp.example" } },
};

TEST(by_profile)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		for (int p = 0; p < REDUCE_COUNT; p++) {
			test_case("%s, profile %d", profiles[i].in, p);
			CHECK_SLICE(reduce_field((enum reduce_profile)p, profiles[i].f, slice_of_str(profiles[i].in), &a),
			    slice_of_str(profiles[i].out[p]));
		}
	}
	arena_fini(&a);
}

static void
event_read(const char *json, struct event *ev, struct arena *a)
{
	struct err e = ERR_INIT;
	const struct json *j;

	event_clear(ev);
	CHECK_OK(json_parse(slice_of_str(json), &JSON_LIMITS, a, &j, &e) && event_from_json(j, ev, a, &e) &&
	    event_finish(ev, a, &e), &e);
}

static const struct text_case events[] = {
	{ "everything", "{\"classification.type\":\"phishing\",\"source.url\":\"http://u:p@h.example/a?email=q\","
		"\"destination.account\":\"bob@b.example\",\"event_description.text\":\"password hunter2\",\"comment\":\"ask c@d.example\","
		"\"raw\":\"cGFzc3dvcmQgaHVudGVyMg==\",\"extra.to\":\"to e@f.example\",\"extra.list\":[\"g@h.example\"],\"extra.password\":1234}",
		"{\"classification.taxonomy\":\"fraud\",\"classification.type\":\"phishing\",\"comment\":\"ask x@d.example\","
		"\"destination.account\":\"x@b.example\",\"event_description.text\":\"password x\",\"source.fqdn\":\"h.example\","
		"\"source.url\":\"http://x@h.example/a?email=x\",\"extra.to\":\"to x@f.example\",\"extra.list\":[\"x@h.example\"],\"extra.password\":\"x\"}" },
	{ "nothing: the record stays, too", "{\"classification.type\":\"scanner\",\"raw\":\"MTkyLjAuMi4x\",\"source.ip\":\"192.0.2.1\",\"extra.tag\":\"rdp\"}",
		"{\"classification.taxonomy\":\"information-gathering\",\"classification.type\":\"scanner\",\"raw\":\"MTkyLjAuMi4x\",\"source.ip\":\"192.0.2.1\",\"extra.tag\":\"rdp\"}" },
	{ "in the record alone", "{\"classification.type\":\"scanner\",\"raw\":\"YUBiLmV4YW1wbGU=\",\"source.ip\":\"192.0.2.1\"}",
		"{\"classification.taxonomy\":\"information-gathering\",\"classification.type\":\"scanner\",\"source.ip\":\"192.0.2.1\"}" },
};

TEST(of_events)
{
	static struct event ev;
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		test_case("%s", events[i].name);
		event_read(events[i].in, &ev, &a);
		for (int twice = 0; twice < 2; twice++) {
			event_reduce(&ev, NULL, &a);
			buf_clear(&b);
			event_to_json(&ev, &b);
			CHECK_SLICE(buf_view(&b), slice_of_str(events[i].out));
		}
	}
	buf_fini(&b);
	arena_fini(&a);
}

/* --- children ---------------------------------------------------------------------------- */

#define V "\"classification.type\":\"violence\""
#define SHA_OF_A "091d0d1828bf780c716c1145a403a839"

static const struct { const char *name, *in; bool protected; const char *identifier; enum place_kind kind; const char *place; } children[] = {
	{ "the class", "{" V ",\"source.ip\":\"192.0.2.1\"}", true, "", PLACE_IP, "192.0.2.1" },
	{ "an old name of it", "{\"classification.type\":\"child-abuse\",\"source.ip\":\"192.0.2.1\"}", true, "", PLACE_IP, "192.0.2.1" },
	{ "a page", "{" V ",\"source.url\":\"http://h.example/SECRET.jpg\"}", true, "page-", PLACE_FQDN, "h.example" },
	{ "a page by address", "{" V ",\"source.url\":\"http://192.0.2.1/SECRET?SECRET\"}", true, "page-", PLACE_IP, "192.0.2.1" },
	{ "by identifier", "{\"classification.type\":\"other\",\"classification.identifier\":\"CSAM\",\"source.url\":\"http://h.example/SECRET\"}",
		true, "child-abuse-", PLACE_FQDN, "h.example" },
	{ "by identifier, spelled", "{\"classification.type\":\"blacklist\",\"classification.identifier\":\"Child_Sexual-Abuse Material\",\"source.ip\":\"192.0.2.1\"}",
		true, "child-abuse", PLACE_IP, "192.0.2.1" },
	{ "by description", "{\"classification.type\":\"harmful-speech\",\"event_description.text\":\"hosts CSAM, SECRET\",\"source.ip\":\"192.0.2.1\"}",
		true, "child-abuse", PLACE_IP, "192.0.2.1" },
	{ "an identifier that tells", "{" V ",\"classification.identifier\":\"h.example/SECRET\",\"source.ip\":\"192.0.2.1\"}",
		true, "", PLACE_IP, "192.0.2.1" },
	{ "an account alone", "{" V ",\"source.account\":\"SECRET@b.example\"}", true, "page-", PLACE_HASH, "page-" },
	{ "a hash alone", "{" V ",\"malware.hash.sha256\":\"SECRET\"}", true, "page-", PLACE_HASH, "page-" },
	{ "all else", "{" V ",\"source.ip\":\"192.0.2.1\",\"event_description.text\":\"SECRET\",\"raw\":\"U0VDUkVU\",\"comment\":\"SECRET\","
		"\"feed.name\":\"http://SECRET/\",\"feed.url\":\"http://h.example/SECRET\",\"screenshot_url\":\"http://h.example/SECRET\","
		"\"extra.report_id\":\"http://SECRET\",\"extra.file\":\"SECRET.jpg\",\"output\":\"\\\"SECRET\\\"\",\"status\":\"SECRET\","
		"\"destination.url\":\"http://h.example/SECRET\",\"misp.event_uuid\":\"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa\"}",
		true, "page-", PLACE_IP, "192.0.2.1" },
	{ "a child process is none", "{\"classification.type\":\"other\",\"event_description.text\":\"child process of csamba\",\"source.ip\":\"192.0.2.1\"}",
		false, "", PLACE_IP, "192.0.2.1" },
};

TEST(of_children)
{
	static struct event ev;
	struct finding_key k, again;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(children) / sizeof(children[0]); i++) {
		test_case("%s", children[i].name);
		event_read(children[i].in, &ev, &a);
		CHECK_INT(event_is_protected(&ev), children[i].protected);
		if (!children[i].protected)
			continue;
		ev.place.part = S("2/SECRET.csv");
		CHECK(event_protect(&ev, &a));
		CHECK_OK(finding_key_of(&ev, &k, &e), &e);
		CHECK(k.class == CLASS_VIOLENCE && k.kind == children[i].kind);
		CHECK(slice_starts(k.place, slice_of_str(children[i].place)));
		CHECK(slice_starts(k.identifier, slice_of_str(children[i].identifier)));
		CHECK(k.identifier.len == 0 || protected_name(k.identifier));
		CHECK(slice_starts(ev.place.part, S("part-")));
		buf_clear(&b);
		event_to_json(&ev, &b);
		CHECK(slice_find(buf_view(&b), S("SECRET")) == SIZE_MAX && slice_find(buf_view(&b), S("secret")) == SIZE_MAX);
		CHECK(event_is_protected(&ev) && event_protect(&ev, &a));
		CHECK_OK(finding_key_of(&ev, &again, &e), &e);
		CHECK_INT(again.id, k.id);
	}
	test_case("two pages of one host are two, a page seen twice is one");
	event_read("{" V ",\"source.url\":\"http://h.example/a\"}", &ev, &a);
	CHECK(event_protect(&ev, &a) && finding_key_of(&ev, &k, &e));
	event_read("{" V ",\"source.url\":\"http://h.example/b\"}", &ev, &a);
	CHECK(event_protect(&ev, &a) && finding_key_of(&ev, &again, &e) && again.id != k.id);
	event_read("{" V ",\"source.url\":\"http://h.example/a\",\"event_description.text\":\"other words\"}", &ev, &a);
	CHECK(event_protect(&ev, &a) && finding_key_of(&ev, &again, &e) && again.id == k.id);
	/* printf %s http://h.example/a | sha256sum | cut -c1-32 */
	CHECK_SLICE(k.identifier, S("page-" SHA_OF_A));
	test_case("no memory: a name is missing, and nothing shows");
	arena_fini(&a);
	arena_init(&a, 1 << 16);
	event_read("{" V ",\"source.url\":\"http://h.example/a\"}", &ev, &a);
	arena_fini(&a);
	arena_init(&a, 0);
	CHECK(!event_protect(&ev, &a) && !event_has(&ev, FIELD_SOURCE_URL));
	buf_fini(&b);
	arena_fini(&a);
}

static const struct { const char *in, *out, *quiet; } reasons[] = {
	{ "\"10.0.0.300\" is not an IP address", "\"10.0.0.300\" is not an IP address", "\"...\" is not an IP address" },
	{ "source.url: \"htp://h.example/a\" is not a URL", "source.url: \"...\" is not a URL", "source.url: \"...\" is not a URL" },
	{ "\"h.example/a.jpg\" is not a URL", "\"...\" is not a URL", "\"...\" is not a URL" },
	{ "\"192.0.2.0/33\" is not a network", "\"192.0.2.0/33\" is not a network", "\"...\" is not a network" },
	{ "\"a\\\"b@c.example\" is no name", "\"...\" is no name", "\"...\" is no name" },
	{ "ask ann@example.org", "ask x@example.org", "ask x@example.org" },
	{ "cut in \"http://h.exam", "cut in \"...", "cut in \"..." },
	{ "line 3: \"\" is empty", "line 3: \"\" is empty", "line 3: \"\" is empty" },
};

TEST(of_reasons)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		for (int quiet = 0; quiet < 2; quiet++) {
			struct err e = ERR_INIT;

			test_case("%s, %d", reasons[i].in, quiet);
			(void)err_set(&e, ERR_INPUT, "%s", reasons[i].in);
			reduce_reason(&e, quiet);
			CHECK_STR(e.text, quiet ? reasons[i].quiet : reasons[i].out);
			reduce_reason(&e, quiet);
			CHECK_STR(e.text, quiet ? reasons[i].quiet : reasons[i].out);
		}
	}
}

int
main(void)
{
	RUN(text);
	RUN(no_memory_shows_nothing);
	RUN(by_name);
	RUN(by_profile);
	RUN(of_events);
	RUN(of_children);
	RUN(of_reasons);
	return test_end();
}
