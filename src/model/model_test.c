#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "model/country.h"
#include "model/event.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/taxonomy.h"
#include "test.h"

static const struct { enum field_type type; const char *in, *out; } cleans[] = {
	{ TYPE_IP, " 192.0.2.1\r\n", "192.0.2.1" }, { TYPE_IP, "2130706433", "127.0.0.1" },
	{ TYPE_IP, "2001:DB8::0001", "2001:db8::1" }, { TYPE_IP, "fe80::1%eth0", "fe80::1" },
	{ TYPE_IP, "192.0.2.1/32", "192.0.2.1" }, { TYPE_IP, "192.0.2.300", NULL },
	{ TYPE_IP, "2001:db8::1/128", "2001:db8::1" }, { TYPE_IP, "2001:db8::/32", NULL },
	{ TYPE_NETWORK, "192.0.2.7/24", "192.0.2.0/24" }, { TYPE_NETWORK, "x/24", NULL },
	{ TYPE_FQDN, "WWW.Example.ORG.", "www.example.org" }, { TYPE_FQDN, "192.0.2.1", NULL },
	{ TYPE_FQDN, "{subid_3}&aff_sub4={subid_4}", NULL }, { TYPE_FQDN, "ö1.at", "xn--1-0ga.at" },
	{ TYPE_URL, "hxxp://example[.]com/a", "http://example.com/a" }, { TYPE_URL, "file:///etc/hosts", NULL },
	{ TYPE_URL, "http://[2001:db8::1]/", "http://[2001:db8::1]/" },
	{ TYPE_INTEGER, "-4532", "-4532" }, { TYPE_INTEGER, "b13", NULL }, { TYPE_INTEGER, "+007", "7" },
	{ TYPE_FLOAT, "13.230", "13.23" }, { TYPE_FLOAT, "100", "100.0" }, { TYPE_FLOAT, "nan", NULL },
	{ TYPE_ACCURACY, "100", "100.0" }, { TYPE_ACCURACY, "101", NULL },
	{ TYPE_BOOLEAN, "Yes", "true" }, { TYPE_BOOLEAN, "0", "false" }, { TYPE_BOOLEAN, "maybe", NULL },
	{ TYPE_DATE, "2016-07-19 13:08:38 UTC", "2016-07-19T13:08:38+00:00" },
	{ TYPE_ASN, "AS64496", "64496" }, { TYPE_ASN, "4294967296", NULL }, { TYPE_ASN, "0", NULL },
	{ TYPE_TAXONOMY, "Abusive Content", "abusive-content" }, { TYPE_TAXONOMY, "x", NULL },
	{ TYPE_CLASS, "botnet drone", "infected-system" }, { TYPE_CLASS, "dga domain", "dga-domain" },
	{ TYPE_CLASS, "unauthorized-login", "system-compromise" }, { TYPE_CLASS, "unknown", "undetermined" },
	{ TYPE_CLASS, "nonsense", NULL }, { TYPE_TLP, "tlp:amber", "AMBER" }, { TYPE_TLP, "YELLOW", "AMBER" },
	{ TYPE_TLP, "TLP:AMBER+STRICT", "AMBER+STRICT" }, { TYPE_TLP, "purple", NULL },
	{ TYPE_REGISTRY, "ripencc", "RIPE" }, { TYPE_REGISTRY, "x", NULL },
	{ TYPE_LOWER, "ABC", "abc" }, { TYPE_UPPER, "de", "DE" },
	{ TYPE_STRING, "a\xff" "b", "a\xef\xbf\xbd" "b" }, { TYPE_STRING, "  ", NULL },
	{ TYPE_JSON_DICT, "{\"a\":1}", "{\"a\":1}" }, { TYPE_JSON_DICT, "[1]", NULL },
	{ TYPE_JSON, "[\"foo\", ]", NULL }, { TYPE_BASE64, "Zm9v", "Zm9v" }, { TYPE_BASE64, "Zm9", NULL },
};

TEST(types)
{
	struct err e = ERR_INIT;
	struct slice out;
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(cleans) / sizeof(cleans[0]); i++) {
		bool ok = field_type_clean(cleans[i].type, slice_of_str(cleans[i].in), &a, &out, &e);

		test_case("%d %s", cleans[i].type, cleans[i].in);
		if (CHECK(ok == (cleans[i].out != NULL)) && ok)
			CHECK_SLICE(out, slice_of_str(cleans[i].out));
	}
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		CHECK_INT(field_find(field_name((enum field)f)), f);
	CHECK(field_find(S("source.nothing")) == FIELD_NONE);
	CHECK(field_type_ok(TYPE_FQDN, S("example.com")) && !field_type_ok(TYPE_FQDN, S("exAmple.com")));
	arena_fini(&a);
}

TEST(classes)
{
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		CHECK(class_find(class_type((enum class)c)) == c);
		CHECK(taxonomy_ok(class_taxonomy((enum class)c)));
		CHECK(class_title((enum class)c) != NULL && class_silence_d((enum class)c) > 0);
	}
}

static void
fill(struct event *ev, struct arena *a)
{
	struct err e = ERR_INIT;

	event_clear(ev);
	CHECK_OK(event_set(ev, FIELD_CLASSIFICATION_TYPE, S("vulnerable-system"), a, &e), &e);
	CHECK_OK(event_set(ev, FIELD_CLASSIFICATION_IDENTIFIER, S("open-rdp"), a, &e), &e);
	CHECK_OK(event_set(ev, FIELD_SOURCE_IP, S("192.0.2.77"), a, &e), &e);
	CHECK_OK(event_set(ev, FIELD_SOURCE_PORT, S("3389"), a, &e), &e);
	CHECK_OK(event_set(ev, FIELD_PROTOCOL_TRANSPORT, S("tcp"), a, &e), &e);
	CHECK_OK(event_extra(ev, S("tag \"x\""), S("rdp"), EXTRA_TEXT, &e), &e);
	CHECK_OK(event_extra(ev, S("size"), S("12"), EXTRA_NUMBER, &e), &e);
	ev->place = (struct place){ 1000, 200, 7, S("1/a.csv") };
}

TEST(events)
{
	static struct event ev, back;
	struct err e = ERR_INIT;
	const struct json *j;
	struct cursor c;
	struct arena a;
	struct buf b, again;

	arena_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	buf_init(&again, 1 << 20);
	fill(&ev, &a);
	CHECK(!event_set(&ev, FIELD_SOURCE_IP, S("nonsense"), &a, &e));
	CHECK_STR(e.text, "source.ip: \"nonsense\" is not an IP address");
	CHECK_SLICE(ev.v[FIELD_SOURCE_IP], S("192.0.2.77"));
	CHECK_OK(event_finish(&ev, &a, &e), &e);
	event_to_json(&ev, &b);
	CHECK_SLICE(buf_view(&b), S("{\"classification.identifier\":\"open-rdp\",\"classification.taxonomy\":\"vulnerable\","
	    "\"classification.type\":\"vulnerable-system\",\"protocol.transport\":\"tcp\",\"source.ip\":\"192.0.2.77\","
	    "\"source.port\":3389,\"extra.tag \\\"x\\\"\":\"rdp\",\"extra.size\":12}"));
	CHECK_OK(json_parse(buf_view(&b), &JSON_LIMITS, &a, &j, &e), &e);
	event_clear(&back);
	CHECK_OK(event_from_json(j, &back, &a, &e), &e);
	event_to_json(&back, &again);
	CHECK_SLICE(buf_view(&again), buf_view(&b));
	buf_clear(&b);
	event_encode(&ev, NULL, &b);
	c = cursor_of(buf_view(&b));
	CHECK_OK(event_decode(&c, &back, &e), &e);
	CHECK(c.rest.len == 0 && back.place.offset == 1000 && back.place.line == 7);
	CHECK_SLICE(back.place.part, S("1/a.csv"));
	buf_clear(&again);
	event_to_json(&back, &again); /* back lies in b */
	buf_clear(&b);
	event_to_json(&ev, &b);
	CHECK_SLICE(buf_view(&b), buf_view(&again));
	/* Every cut and every damaged byte is refused or read, never more. */
	buf_clear(&b);
	event_encode(&ev, NULL, &b);
	for (size_t i = 0; i < b.len; i++) {
		c = cursor_of(slice_of(b.p, i));
		CHECK(!event_decode(&c, &back, &e));
	}
	/* Nested, as some tools write it. */
	CHECK_OK(json_parse(S("{\"source\":{\"ip\":\"192.0.2.1\",\"geolocation\":{\"cc\":\"de\"}},\"extra\":{\"a\":{\"b\":1}},\"classification.type\":\"scanner\",\"mine\":true}"),
	    &JSON_LIMITS, &a, &j, &e), &e);
	event_clear(&back);
	CHECK_OK(event_from_json(j, &back, &a, &e), &e);
	CHECK_SLICE(back.v[FIELD_SOURCE_GEOLOCATION_CC], S("DE"));
	CHECK(event_extra_find(&back, S("a")) != NULL && event_extra_find(&back, S("mine")) != NULL);
	/* Flat, "extra" as one text; "output" is a text that holds JSON, and stays one. */
	CHECK_OK(json_parse(S("{\"source.ip\":\"192.0.2.1\",\"extra\":\"{\\\"a\\\":\\\"b\\\",\\\"n\\\":1}\",\"output\":\"{\\\"x\\\": 1}\"}"),
	    &JSON_LIMITS, &a, &j, &e), &e);
	event_clear(&back);
	CHECK_OK(event_from_json(j, &back, &a, &e), &e);
	buf_clear(&again);
	event_to_json(&back, &again);
	CHECK_SLICE(buf_view(&again), S("{\"output\":\"{\\\"x\\\": 1}\",\"source.ip\":\"192.0.2.1\",\"extra.a\":\"b\",\"extra.n\":1}"));
	event_clear(&back);
	CHECK(!event_finish(&back, &a, &e));
	event_put(&back, FIELD_CLASSIFICATION_TYPE, S("phishing"));
	CHECK(!event_finish(&back, &a, &e));
	event_put(&back, FIELD_SOURCE_URL, S("http://Login.Example.org/x"));
	CHECK_OK(event_finish(&back, &a, &e), &e);
	CHECK_SLICE(back.v[FIELD_SOURCE_FQDN], S("login.example.org"));
	event_put(&back, FIELD_DESTINATION_URL, S("https://[2001:db8::7]:8443/y"));
	CHECK_OK(event_finish(&back, &a, &e), &e);
	CHECK_SLICE(back.v[FIELD_DESTINATION_IP], S("2001:db8::7"));
	/* The kind of trouble alone. */
	event_clear(&back);
	event_put(&back, FIELD_CLASSIFICATION_TAXONOMY, S("vulnerable"));
	event_put(&back, FIELD_SOURCE_IP, S("192.0.2.1"));
	CHECK_OK(event_finish(&back, &a, &e), &e);
	CHECK_SLICE(back.v[FIELD_CLASSIFICATION_TYPE], S("undetermined"));
	CHECK_SLICE(back.v[FIELD_CLASSIFICATION_TAXONOMY], S("vulnerable"));
	buf_fini(&b);
	buf_fini(&again);
	arena_fini(&a);
}

/* RSIT version 1003: 39 types by taxonomy. */
static const struct { const char *taxonomy, *types; } rsit[] = {
	{ "abusive-content", "spam harmful-speech violence" },
	{ "malicious-code", "infected-system c2-server malware-distribution malware-configuration" },
	{ "information-gathering", "scanner sniffing social-engineering" },
	{ "intrusion-attempts", "ids-alert brute-force exploit" },
	{ "intrusions", "privileged-account-compromise unprivileged-account-compromise application-compromise system-compromise burglary" },
	{ "availability", "dos ddos misconfiguration sabotage outage" },
	{ "information-content-security", "unauthorised-information-access unauthorised-information-modification data-loss data-leak" },
	{ "fraud", "unauthorised-use-of-resources copyright masquerade phishing" },
	{ "vulnerable", "weak-crypto ddos-amplifier potentially-unwanted-accessible information-disclosure vulnerable-system" },
	{ "other", "other undetermined" },
	{ "test", "test" },
};

/* A type that RSIT has and class_list.h has not would be refused at the door. */
TEST(rsit_is_covered)
{
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(rsit) / sizeof(rsit[0]); i++) {
		struct slice rest = slice_of_str(rsit[i].types), type;

		while (slice_cut(&rest, ' ', &type)) {
			enum class c = class_find(type);

			test_case("%.*s", SLICE_ARG(type));
			CHECK(c != CLASS_NONE);
			CHECK_SLICE(class_taxonomy(c), slice_of_str(rsit[i].taxonomy));
			count++;
		}
	}
	CHECK_INT(count, 39);
}

/* A value that suits the type, different each time. */
static struct slice
value_for(enum field_type type, struct arena *a)
{
	uint64_t r = test_random();
	unsigned n = (unsigned)(r >> 32);

	switch (type) {
	case TYPE_IP:
		return (r & 1) != 0 ? arena_printf(a, "192.0.2.%u", n & 255) : arena_printf(a, "2001:db8::%x", 1 + (n & 0xfff));
	case TYPE_NETWORK:
		return arena_printf(a, "10.%u.0.0/16", n & 255);
	case TYPE_FQDN:
		return arena_printf(a, "h%u.example.org", n);
	case TYPE_URL:
		return arena_printf(a, "https://example.org/%u?\"q\\", n);
	case TYPE_INTEGER:
		return arena_printf(a, "%u", n & 0xffff);
	case TYPE_ASN:
		return arena_printf(a, "%u", 1 + (n & 0xffff));
	case TYPE_FLOAT:
		return arena_printf(a, "%.3f", (double)(n & 0xffff) / 8 - 4000);
	case TYPE_ACCURACY:
		return arena_printf(a, "%u", n % 101);
	case TYPE_BOOLEAN:
		return (r & 1) != 0 ? S("true") : S("false");
	case TYPE_DATE:
		return arena_printf(a, "20%02u-%02u-%02u %02u:%02u:%02u", n % 30, 1 + n % 12, 1 + n % 28, n % 24, n % 60, n % 59);
	case TYPE_BASE64:
		return S("Zm9vYmE=");
	case TYPE_TAXONOMY:
		return class_taxonomy((enum class)(n % CLASS_COUNT));
	case TYPE_CLASS:
		return class_type((enum class)(n % CLASS_COUNT));
	case TYPE_TLP:
		return S("AMBER+STRICT");
	case TYPE_REGISTRY:
		return S("RIPE");
	case TYPE_JSON:
	case TYPE_JSON_DICT:
		return arena_printf(a, "{\"n\": %u,\n \"a\": [1]}", n);
	case TYPE_STRING:
	case TYPE_LOWER:
	case TYPE_UPPER:
		break;
	}
	/* Bytes of any kind; fields of a shape refuse it, and stay empty. */
	return (r & 3) == 0 ? slice_of(arena_copy(a, slice_of(&r, sizeof(r))).p, sizeof(r)) : arena_printf(a, "t%u", n);
}

/* few: about one field in so many. */
static void
random_event(struct event *ev, unsigned few, struct arena *a)
{
	struct err e = ERR_INIT;
	unsigned extras = (unsigned)(test_random() % (few == 1 ? EVENT_EXTRAS_MAX + 1 : 9));

	event_clear(ev);
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		if (test_random() % few == 0)
			(void)!event_set(ev, (enum field)f, value_for(field_type((enum field)f), a), a, &e);
	}
	for (unsigned i = 0; i < extras; i++) {
		static const struct slice values[] = { S_INIT("a \"text\"\n"), S_INIT("-1.5e3"), S_INIT("true"), S_INIT("[1,{}]") };
		unsigned kind = (unsigned)(test_random() % 4);

		CHECK_OK(event_extra(ev, arena_printf(a, "k%u", i), values[kind], (enum extra_kind)kind, &e), &e);
	}
	ev->place = (struct place){ test_random(), (uint32_t)test_random(), (uint32_t)test_random(), S("2/report.csv") };
}

static bool
same_event(const struct event *a, const struct event *b)
{
	bool same = a->extra_count == b->extra_count;

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		same = same && event_has(a, (enum field)f) == event_has(b, (enum field)f) && slice_eq(a->v[f], b->v[f]);
	for (size_t i = 0; same && i < a->extra_count; i++)
		same = slice_eq(a->extras[i].key, b->extras[i].key) && a->extras[i].kind == b->extras[i].kind && slice_eq(a->extras[i].value, b->extras[i].value);
	return same;
}

TEST(round_trips)
{
	static struct event ev, back;
	struct err e = ERR_INIT;
	const struct json *j;
	struct buf b, again;
	struct cursor c;
	struct arena a;

	arena_init(&a, 1 << 22);
	buf_init(&b, 1 << 20);
	buf_init(&again, 1 << 20);
	for (unsigned i = 0; i < 2000; i++) {
		arena_reset(&a);
		buf_clear(&b);
		buf_clear(&again);
		/* Every field and many extras at once, now and then. */
		random_event(&ev, i % 10 == 0 ? 1 : 2 + i % 7, &a);
		event_encode(&ev, NULL, &b);
		c = cursor_of(buf_view(&b));
		CHECK_OK(event_decode(&c, &back, &e), &e);
		CHECK(c.rest.len == 0 && same_event(&ev, &back));
		CHECK(back.place.offset == ev.place.offset && back.place.length == ev.place.length && back.place.line == ev.place.line);
		event_to_json(&ev, &again);
		buf_clear(&b);
		CHECK(slice_find_byte(buf_view(&again), '\n') == SIZE_MAX);
		CHECK_OK(json_parse(buf_view(&again), &JSON_LIMITS, &a, &j, &e), &e);
		event_clear(&back);
		CHECK_OK(event_from_json(j, &back, &a, &e), &e);
		event_to_json(&back, &b);
		CHECK_SLICE(buf_view(&b), buf_view(&again));
	}
	buf_fini(&b);
	buf_fini(&again);
	arena_fini(&a);
}

/* A reader that was taken over sends what is no value; it may not become JSON's own signs. */
TEST(hostile_values)
{
	static struct event ev;
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 1 << 16);
	event_clear(&ev);
	event_put(&ev, FIELD_SOURCE_PORT, S("1,\"tlp\":\"CLEAR\""));
	event_put(&ev, FIELD_SOURCE_TOR_NODE, S("maybe"));
	event_put(&ev, FIELD_OUTPUT, S("{\"a\":"));
	CHECK_OK(event_extra(&ev, S("n"), S("01"), EXTRA_NUMBER, &e), &e);
	CHECK_OK(event_extra(&ev, S("j"), S("[1,\n2]"), EXTRA_JSON, &e), &e);
	event_to_json(&ev, &b);
	CHECK_SLICE(buf_view(&b), S("{\"output\":\"{\\\"a\\\":\",\"source.port\":\"1,\\\"tlp\\\":\\\"CLEAR\\\"\","
	    "\"source.tor_node\":\"maybe\",\"extra.n\":\"01\",\"extra.j\":[1, 2]}"));
	buf_fini(&b);
}

static const struct { enum field_type type; const char *in; bool ok; } oks[] = {
	{ TYPE_DATE, "2015-08-31T08:16:10+00:00", true }, { TYPE_DATE, "2015-08-31T08:16:10.1234+00:00", true },
	{ TYPE_DATE, "2015-08-31T08:16:10.1234+05:00", false }, { TYPE_DATE, "2015-08-31T36:16:10+00:00", false },
	{ TYPE_DATE, "2015-08-31 08:16:10+00:00", false }, { TYPE_DATE, "2015-08-31T08:16:10.+00:00", false },
	{ TYPE_DATE, "2015-08-31T08:16:10", false }, { TYPE_DATE, "", false },
	{ TYPE_NETWORK, "192.0.2.1", true }, { TYPE_NETWORK, "2001:DB8::/32", true },
	{ TYPE_NETWORK, "192.0.2.1/24", false }, { TYPE_NETWORK, "localhost", false },
	{ TYPE_IP, "2001:DB8::1", true }, { TYPE_IP, "192.0.2.1/24", false }, { TYPE_IP, "0.0.0.0", false },
	{ TYPE_IP, " 192.0.2.1", false }, { TYPE_IP, "2130706433", false },
	{ TYPE_TLP, "WHITE", true }, { TYPE_TLP, "CLEAR", true }, { TYPE_TLP, "AMBER+STRICT", true }, { TYPE_TLP, "green", false },
	{ TYPE_REGISTRY, "RIPE", true }, { TYPE_REGISTRY, "RIPENCC", false }, { TYPE_ACCURACY, "100", true },
	{ TYPE_ACCURACY, "true", false }, { TYPE_FLOAT, "1337", true }, { TYPE_FLOAT, " 1337", false },
	{ TYPE_CLASS, "botnet drone", false }, { TYPE_CLASS, "infected-system", true },
};

TEST(types_ok)
{
	for (size_t i = 0; i < sizeof(oks) / sizeof(oks[0]); i++) {
		test_case("%s", oks[i].in);
		CHECK(field_type_ok(oks[i].type, slice_of_str(oks[i].in)) == oks[i].ok);
	}
}

/* An event that names its destination only. */
static const struct { const char *class, *field, *value; enum place_kind kind; } destinations[] = {
	{ "infected-system", "destination.ip", "192.0.2.9", PLACE_TARGET }, /* what a bot called */
	{ "brute-force", "destination.ip", "192.0.2.9", PLACE_TARGET },
	{ "scanner", "destination.fqdn", "www.example.org", PLACE_TARGET },
	{ "ddos", "destination.ip", "2001:db8::9", PLACE_TARGET },
	{ "exploit", "destination.fqdn", "www.example.org", PLACE_TARGET },
	{ "c2-server", "destination.ip", "192.0.2.9", PLACE_IP }, /* it is the server */
	{ "phishing", "destination.url", "http://www.example.org/x", PLACE_URL },
	{ "malware-distribution", "destination.fqdn", "www.example.org", PLACE_FQDN },
	{ "brute-force", "source.ip", "192.0.2.9", PLACE_IP },
};

TEST(targets)
{
	static struct event ev;
	struct finding_key k, at_source;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof(destinations) / sizeof(destinations[0]); i++) {
		test_case("%s %s", destinations[i].class, destinations[i].field);
		event_clear(&ev);
		event_put(&ev, FIELD_CLASSIFICATION_TYPE, slice_of_str(destinations[i].class));
		CHECK_OK(event_set_named(&ev, slice_of_str(destinations[i].field), slice_of_str(destinations[i].value), EXTRA_TEXT, &a, &e), &e);
		CHECK_OK(event_finish(&ev, &a, &e), &e);
		CHECK_OK(finding_key_of(&ev, &k, &e), &e);
		CHECK_INT(k.kind, destinations[i].kind);
		CHECK_SLICE(k.place, slice_of_str(destinations[i].value));
		/* No address, so that no network's or country's contact is looked for. */
		CHECK((k.ip.hi == 0 && k.ip.lo == 0) == (k.kind != PLACE_IP));
	}
	/* The same address as an attacker and as a victim: two findings. */
	event_clear(&ev);
	event_put(&ev, FIELD_CLASSIFICATION_TYPE, S("brute-force"));
	event_put(&ev, FIELD_SOURCE_IP, S("192.0.2.9"));
	CHECK(finding_key_of(&ev, &at_source, &e));
	event_clear(&ev);
	event_put(&ev, FIELD_CLASSIFICATION_TYPE, S("brute-force"));
	event_put(&ev, FIELD_DESTINATION_IP, S("192.0.2.9"));
	CHECK(finding_key_of(&ev, &k, &e) && k.id != at_source.id);
	arena_fini(&a);
}

TEST(findings)
{
	static struct event ev;
	struct finding_key k, same;
	struct err e = ERR_INIT;
	struct arena a;
	char text[FINDING_ID_TEXT_MAX];
	int64_t id;

	arena_init(&a, 1 << 20);
	fill(&ev, &a);
	CHECK_OK(finding_key_of(&ev, &k, &e), &e);
	CHECK(k.id >> 31 == 0xc000024d && k.port == 3389 && k.kind == PLACE_IP);
	CHECK_OK(finding_key_of(&ev, &same, &e), &e);
	CHECK(k.id == same.id);
	event_put(&ev, FIELD_SOURCE_PORT, S("3390"));
	CHECK(finding_key_of(&ev, &same, &e) && k.id != same.id);
	/* An infected system's source port is by chance. */
	event_put(&ev, FIELD_CLASSIFICATION_TYPE, S("infected-system"));
	CHECK(finding_key_of(&ev, &k, &e));
	event_put(&ev, FIELD_SOURCE_PORT, S("1025"));
	CHECK(finding_key_of(&ev, &same, &e) && k.id == same.id);
	/* Ids are stored: this one must never change. */
	finding_id_print(k.id, text);
	CHECK_STR(text, "F600014VPVQPHC");
	CHECK(finding_id_parse(slice_of_str(text), &id) && id == k.id);
	CHECK(!finding_id_parse(S("F0000"), &id) && !finding_id_parse(S("FZZZZZZZZZZZZZ"), &id));
	for (int i = 0; i < 10000; i++) {
		int64_t r = (int64_t)(test_random() >> 1);

		finding_id_print(r, text);
		CHECK(finding_id_parse(slice_of_str(text), &id) && id == r);
	}
	arena_fini(&a);
}

TEST(moves)
{
	bool reached[FINDING_STATE_COUNT] = { [FINDING_NEW] = true };
	enum finding_state to;

	for (int round = 0; round < FINDING_STATE_COUNT; round++) {
		for (int s = 0; s < FINDING_STATE_COUNT; s++) {
			for (int act = 0; reached[s] && act < FINDING_ACT_COUNT; act++) {
				bool moved = finding_move((enum finding_state)s, (enum finding_act)act, &to);

				CHECK(moved || to == (enum finding_state)s);
				reached[to] = true;
			}
		}
	}
	for (int s = 0; s < FINDING_STATE_COUNT; s++) {
		enum finding_state back;

		CHECK(reached[s]);
		CHECK(finding_state_find(slice_of_str(finding_state_name((enum finding_state)s)), &back) && back == (enum finding_state)s);
	}
	CHECK(finding_move(FINDING_RESOLVED, FINDING_SEEN, &to) && to == FINDING_RETURNED);
	CHECK(finding_move(FINDING_RETURNED, FINDING_TELL, &to) && to == FINDING_NOTIFIED);
	CHECK(!finding_move(FINDING_RESOLVED, FINDING_TELL, &to));
}

/* What is common to the cases: an infected host 192.0.2.7 in AS 64496, ES, on day 100. */
static const struct policy_case {
	const char *name;
	enum class class;
	enum tlp tlp;
	enum policy_role role;
	const char *prefix;
	uint32_t asn;
	const char *domain, *country;
	int64_t from, until;
	enum policy_purpose purpose;
	const char *rule;
	bool allowed;
} policies[] = {
#define P_(n, c, t, r, p, a, d, cc, f, u, pu, rule, ok) { n, CLASS_##c, TLP_##t, ROLE_##r, p, a, d, cc, f, u, PURPOSE_##pu, rule, ok }
	P_("own prefix", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 0, NOTIFY, "own-network", true),
	P_("own host alone", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.7/32", 0, "", "", 0, 0, NOTIFY, "own-network", true),
	P_("neighbour prefix", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.3.0/24", 0, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("own AS", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "", 64496, "", "", 0, 0, NOTIFY, "own-network", true),
	P_("other AS", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "", 64497, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("no network said", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "", 0, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("a network contact is no focal point", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "", 0, "", "ES", 0, 0, NOTIFY, "no-rule", false),
	P_("other AS, own prefix", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.0/24", 64497, "", "", 0, 0, NOTIFY, "own-network", true),
	P_("own domain", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 0, "example.org", "", 0, 0, NOTIFY, "own-domain", true),
	P_("the name itself", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 0, "www.example.org", "", 0, 0, NOTIFY, "own-domain", true),
	P_("domain in other case", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 0, "EXAMPLE.org", "", 0, 0, NOTIFY, "own-domain", true),
	P_("part of a label", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 0, "ample.org", "", 0, 0, NOTIFY, "no-rule", false),
	P_("name below", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 0, "a.www.example.org", "", 0, 0, NOTIFY, "no-rule", false),
	P_("no domain said", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 0, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("a domain contact asks by AS", INFECTED_SYSTEM, AMBER, DOMAIN_CONTACT, "", 64496, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("own country", INFECTED_SYSTEM, AMBER, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "focal-point", true),
	P_("own country in lower case", INFECTED_SYSTEM, AMBER, FOCAL_POINT, "", 0, "", "es", 0, 0, NOTIFY, "focal-point", true),
	P_("other country", INFECTED_SYSTEM, AMBER, FOCAL_POINT, "", 0, "", "FR", 0, 0, NOTIFY, "no-rule", false),
	P_("no country said", INFECTED_SYSTEM, AMBER, FOCAL_POINT, "", 0, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("a focal point asks by AS", INFECTED_SYSTEM, AMBER, FOCAL_POINT, "", 64496, "", "", 0, 0, NOTIFY, "no-rule", false),
	P_("anybody", INFECTED_SYSTEM, CLEAR, OTHER, "192.0.2.0/24", 64496, "example.org", "ES", 0, 0, NOTIFY, "no-rule", false),
	P_("statistics to the network", INFECTED_SYSTEM, CLEAR, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 0, STATISTICS, "purpose", false),
	P_("statistics to the country", INFECTED_SYSTEM, CLEAR, FOCAL_POINT, "", 0, "", "ES", 0, 0, STATISTICS, "purpose", false),
	P_("protection of others", INFECTED_SYSTEM, CLEAR, FOCAL_POINT, "", 0, "", "ES", 0, 0, PROTECT, "purpose", false),
	P_("red to the network", INFECTED_SYSTEM, RED, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 0, NOTIFY, "tlp", false),
	P_("red to the country", INFECTED_SYSTEM, RED, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "tlp", false),
	P_("amber+strict to the network", INFECTED_SYSTEM, AMBER_STRICT, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 0, NOTIFY, "tlp", false),
	P_("amber+strict to the country", INFECTED_SYSTEM, AMBER_STRICT, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "tlp", false),
	P_("amber+strict to the domain", INFECTED_SYSTEM, AMBER_STRICT, DOMAIN_CONTACT, "", 0, "example.org", "", 0, 0, NOTIFY, "tlp", false),
	P_("green", INFECTED_SYSTEM, GREEN, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 0, NOTIFY, "own-network", true),
	P_("clear", INFECTED_SYSTEM, CLEAR, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "focal-point", true),
	P_("not yet", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 101, 0, NOTIFY, "not-valid", false),
	P_("from today", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 100, 0, NOTIFY, "own-network", true),
	P_("until today", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 100, NOTIFY, "not-valid", false),
	P_("until tomorrow", INFECTED_SYSTEM, AMBER, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 101, NOTIFY, "own-network", true),
	P_("long over", INFECTED_SYSTEM, AMBER, FOCAL_POINT, "", 0, "", "ES", 1, 2, NOTIFY, "not-valid", false),
	P_("children: the network", VIOLENCE, CLEAR, NETWORK_CONTACT, "192.0.2.0/24", 64496, "", "", 0, 0, NOTIFY, "child-protection", false),
	P_("children: the domain", VIOLENCE, CLEAR, DOMAIN_CONTACT, "", 0, "example.org", "", 0, 0, NOTIFY, "child-protection", false),
	P_("children: anybody", VIOLENCE, CLEAR, OTHER, "", 0, "", "ES", 0, 0, NOTIFY, "child-protection", false),
	P_("children: the country's authority", VIOLENCE, AMBER, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "child-protection", true),
	P_("children: another country", VIOLENCE, AMBER, FOCAL_POINT, "", 0, "", "FR", 0, 0, NOTIFY, "child-protection", false),
	P_("children: red, and the authority is told", VIOLENCE, RED, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "child-protection", true),
	P_("children: amber+strict, too", VIOLENCE, AMBER_STRICT, FOCAL_POINT, "", 0, "", "ES", 0, 0, NOTIFY, "child-protection", true),
	P_("children: red to the network", VIOLENCE, RED, NETWORK_CONTACT, "192.0.2.0/24", 0, "", "", 0, 0, NOTIFY, "child-protection", false),
	P_("children: red to another country", VIOLENCE, RED, FOCAL_POINT, "", 0, "", "FR", 0, 0, NOTIFY, "child-protection", false),
	P_("children: red for statistics", VIOLENCE, RED, FOCAL_POINT, "", 0, "", "ES", 0, 0, STATISTICS, "purpose", false),
	P_("children: the authority's entry has ended", VIOLENCE, RED, FOCAL_POINT, "", 0, "", "ES", 0, 100, NOTIFY, "not-valid", false),
	P_("children: statistics", VIOLENCE, AMBER, FOCAL_POINT, "", 0, "", "ES", 0, 0, STATISTICS, "purpose", false),
	P_("phishing to the network", PHISHING, AMBER, NETWORK_CONTACT, "", 64496, "", "", 0, 0, NOTIFY, "own-network", true),
	P_("spam to the network", SPAM, AMBER, NETWORK_CONTACT, "", 64496, "", "", 0, 0, NOTIFY, "own-network", true),
#undef P_
};

TEST(policy)
{
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		const struct policy_case *c = &policies[i];
		struct policy_record record = {
			.class = c->class, .has_ip = true, .ip = ip_of_v4(0xc0000207), .asn = 64496,
			.country = S("ES"), .fqdn = S("www.example.org"), .tlp = c->tlp,
		};
		struct policy_recipient to = {
			.role = c->role, .asn = c->asn, .domain = slice_of_str(c->domain),
			.country = slice_of_str(c->country), .valid_from_s = c->from, .valid_until_s = c->until,
		};
		struct policy_answer answer;

		if (c->prefix[0] != '\0')
			CHECK(prefix_read_loose(slice_of_str(c->prefix), &to.prefix));
		answer = policy_allows(&record, &to, c->purpose, 100);
		test_case("%s", c->name);
		CHECK(answer.allowed == c->allowed);
		CHECK_STR(answer.rule, c->rule);
	}
	/* Whom it happened to is nobody's own trouble, whoever would answer for it. */
	for (int role = 0; role <= ROLE_OTHER; role++) {
		struct policy_record record = { .class = CLASS_BRUTE_FORCE, .target = true, .has_ip = true, .ip = ip_of_v4(0xc0000207),
			.asn = 64496, .country = S("ES"), .fqdn = S("www.example.org"), .tlp = TLP_CLEAR };
		struct policy_recipient to = { .role = (enum policy_role)role, .country = S("ES"), .domain = S("example.org"), .asn = 64496 };

		CHECK(prefix_read_loose(S("192.0.2.0/24"), &to.prefix));
		CHECK_STR(policy_allows(&record, &to, PURPOSE_NOTIFY, 100).rule, "target");
	}
	/* What is unknown of the record is no reason to say yes. */
	for (int role = 0; role <= ROLE_OTHER; role++) {
		struct policy_record unknown = { .class = CLASS_INFECTED_SYSTEM, .tlp = TLP_CLEAR };
		struct policy_recipient to = { .role = (enum policy_role)role, .country = S("ES"), .domain = S("example.org"), .asn = 64496 };

		CHECK(prefix_read_loose(S("0.0.0.0/0"), &to.prefix));
		CHECK(!policy_allows(&unknown, &to, PURPOSE_NOTIFY, 100).allowed);
	}
}

/* As the United Nations write them, not as people or browsers do. */
TEST(countries)
{
	static const struct { const char *code; enum lang lang; const char *name; } cases[] = {
		{ "GB", LANG_EN, "United Kingdom of Great Britain and Northern Ireland" }, { "AD", LANG_ZH, "安道尔" },
		{ "BO", LANG_ES, "Bolivia (Estado Plurinacional de)" }, { "ZW", LANG_FR, "Zimbabwe" }, { "EG", LANG_AR, "مصر" },
		{ "AQ", LANG_RU, "Антарктика" }, { "ZZ", LANG_EN, NULL }, { "es", LANG_EN, NULL }, { "", LANG_EN, NULL }, { "ESP", LANG_EN, NULL },
	};
	struct buf b;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice name = country_name(slice_of_str(cases[i].code), cases[i].lang);

		test_case("%s", cases[i].code);
		CHECK(cases[i].name == NULL ? name.p == NULL : slice_eq(name, slice_of_str(cases[i].name)));
	}
	for (size_t i = 0; i < country_count; i++) {
		test_case("%s", country_rows[i].code);
		CHECK(i == 0 || strcmp(country_rows[i - 1].code, country_rows[i].code) < 0);
		for (unsigned l = 0; l < LANG_COUNT; l++)
			CHECK(country_rows[i].names[l] != NULL && country_rows[i].names[l][0] != '\0');
	}
	buf_init(&b, 512);
	country_print(S("ES"), LANG_FR, &b);
	buf_byte(&b, ' ');
	country_print(S("XK"), LANG_FR, &b);
	CHECK_STR(buf_cstr(&b), "Espagne (ES) XK");
	buf_fini(&b);
}

int
main(void)
{
	RUN(countries);
	RUN(types);
	RUN(types_ok);
	RUN(targets);
	RUN(classes);
	RUN(rsit_is_covered);
	RUN(events);
	RUN(round_trips);
	RUN(hostile_values);
	RUN(findings);
	RUN(moves);
	RUN(policy);
	return test_end();
}
