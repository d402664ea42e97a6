/* What we say as STIX is STIX, of every class and kind of place; and the same thing has the same id. */
#include "share/stix_out.h"

#include <string.h>

#include "model/agreement_testing.h"
#include "share/stix_in.h"
#include "share/stix_kinds.h"
#include "test.h"

static const struct stix_out us = { .name = S_INIT("CSIRT \"x\""), .mail = S_INIT("a@b.example") };

static const struct { enum place_kind kind; struct slice place; } places[] = {
	{ PLACE_IP, S_INIT("198.51.100.7") }, { PLACE_NETWORK, S_INIT("198.51.100.0/24") }, { PLACE_NETWORK, S_INIT("2001:db8::/32") },
	{ PLACE_FQDN, S_INIT("evil.example") }, { PLACE_URL, S_INIT("http://evil.example/it's?a=%5C") }, { PLACE_URL, S_INIT("http://evil.example/<a>?b=\\&c=50%&d=%41 \xc3\xa9{|}^`\"") }, { PLACE_ASN, S_INIT("64500") },
	{ PLACE_ACCOUNT, S_INIT("a@evil.example") }, { PLACE_ACCOUNT, S_INIT("root\\'x") }, { PLACE_HASH, S_INIT("79054025255fb1a26e4bc422aef54eb4") },
	{ PLACE_HASH, S_INIT("7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730") },
};

static void
bad(void *cookie, uint64_t item, struct slice id, const struct err *why)
{
	(void)cookie;
	(void)item;
	(void)id;
	FAIL(why->text);
}

static uint64_t
objects_in(struct buf *b)
{
	struct stix_in in = { .bad = bad };
	struct err e = ERR_INIT;
	struct source src;

	source_of_slice(&src, buf_view(b));
	CHECK_OK(stix_in(&in, &src, &e), &e);
	CHECK_INT(in.other_ids, 0);
	return in.objects - in.failed;
}

TEST(findings)
{
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	for (unsigned class = 0; class < CLASS_COUNT; class++) {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			struct finding_row r = { .id = 1000 + (int64_t)i, .class = (enum class)class, .kind = places[i].kind, .place = places[i].place,
				.ip = ip_of_v4(1), .first_s = 1700000000, .last_s = 1700000000, .count = class * 1000000000u, .tlp = (enum tlp)(i % 5),
				.label = S("a \"label\"") };

			test_case("%.*s %.*s", SLICE_ARG(class_type((enum class)class)), SLICE_ARG(r.place));
			buf_clear(&b);
			buf_byte(&b, '[');
			CHECK(stix_out_finding(&us, &r, &b));
			buf_byte(&b, ']');
			CHECK(objects_in(&b) == 2 || objects_in(&b) == 4);
		}
	}
	{
		struct finding_row r = { .kind = PLACE_TARGET, .place = S("x") };

		buf_clear(&b);
		CHECK(!stix_out_finding(&us, &r, &b));
		CHECK_INT(b.len, 0);
	}
	buf_fini(&b);
}

/* What we hand out as an indicator is one that we would watch for ourselves. */
TEST(indicators_are_watched)
{
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct finding_row r = { .id = 7, .class = CLASS_C2_SERVER, .kind = places[i].kind, .place = places[i].place, .ip = ip_of_v4(1),
			.first_s = 1700000000, .last_s = 1700000001, .count = 3 };
		struct indicator_plan plan = { .watch = INDICATOR_NOT_WATCHED };
		struct err e = ERR_INIT;
		const struct json *j;
		struct arena a;

		test_case("%.*s", SLICE_ARG(r.place));
		arena_init(&a, 1 << 20);
		buf_clear(&b);
		buf_byte(&b, '[');
		CHECK(stix_out_finding(&us, &r, &b));
		buf_byte(&b, ']');
		CHECK_OK(json_parse(buf_view(&b), &STIX_LIMITS, &a, &j, &e), &e);
		JSON_EACH (o, j) {
			struct stix_object x;

			CHECK_OK(stix_check(o, &a, &x, &e), &e);
			if (x.pattern != NULL)
				indicator_plan(x.pattern, &a, &plan);
		}
		CHECK_INT(plan.watch, INDICATOR_VALUE);
		arena_fini(&a);
	}
	buf_fini(&b);
}

TEST(who_and_marks)
{
	struct contact c = { .id = 3, .scope = SCOPE_ASN, .value = S("64500"), .name = S("Network"), .email = S("abuse@net.example"), .checked_s = 1600000000 };
	struct buf b;
	size_t len;

	buf_init(&b, (size_t)1 << 20);
	buf_byte(&b, '[');
	stix_out_identity(&us, &b);
	buf_byte(&b, ',');
	stix_out_marks(&b);
	buf_byte(&b, ',');
	CHECK(stix_out_contact(&us, &c, &b));
	buf_byte(&b, ']');
	CHECK_INT(objects_in(&b), 8);
	len = b.len;
	CHECK(!stix_out_contact(&us, &(struct contact){ .scope = SCOPE_ASN, .value = S("1") }, &b));
	CHECK_INT(b.len, len);
	buf_fini(&b);
}

/* What a warning list holds was seen, and is no indicator. */
TEST(warned)
{
	static const struct { enum place_kind kind; const char *place; bool warned; } rows[] = {
		{ PLACE_IP, "8.8.8.8", true }, { PLACE_IP, "45.33.32.156", false }, { PLACE_NETWORK, "8.8.8.0/24", true }, { PLACE_FQDN, "co.uk", true },
		{ PLACE_FQDN, "a.root-servers.net", true }, { PLACE_FQDN, "bad.example.com", false }, { PLACE_URL, "http://8.8.4.4/x", true },
	};
	struct warnings *w = warnings_new();
	struct stix_out x = us;

	x.warnings = w;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct finding_row r = { .id = 7, .class = CLASS_C2_SERVER, .kind = rows[i].kind, .place = slice_of_str(rows[i].place), .count = 1,
			.identifier = S(""), .label = S(""), .feed = S("") };
		struct buf b;

		test_case("%s", rows[i].place);
		r.has_ip = ip_read(r.place, &r.ip);
		buf_init(&b, 1 << 16);
		CHECK(stix_out_finding(&x, &r, &b));
		CHECK(slice_find(buf_view(&b), S("\"type\":\"observed-data\"")) != SIZE_MAX);
		CHECK((slice_find(buf_view(&b), S("\"type\":\"indicator\"")) == SIZE_MAX) == rows[i].warned);
		CHECK((slice_find(buf_view(&b), S("\"type\":\"sighting\"")) == SIZE_MAX) == rows[i].warned);
		buf_fini(&b);
	}
	warnings_free(&w);
}

/* Agreements and contacts are objects of kinds that nobody else has; each definition says what they are. */
TEST(our_kinds)
{
	struct contact c = { .id = 3, .scope = SCOPE_PREFIX, .value = S("192.0.2.0/24"), .name = S("Network"), .email = S("abuse@net.example,cert@net.example"),
		.url = S("https://net.example/security.txt"), .lang = LANG_FR, .lang_known = true, .format = S("xarf"), .openpgp = S("no fingerprint"), .checked_s = 1790000000, .expires_s = 1890000000 };
	static const int64_t dates[] = { KIT_DAY(1), KIT_DAY(3), KIT_DAY(45), KIT_DAY(20000) };
	struct kit_text t = { .id = "one", .kind = AGREEMENT_TECHNICAL, .parties = "a b c", .term = 100, .notice = 10 };
	struct agreement *g = kit_new(&t);
	struct err e = ERR_INIT;
	struct buf b;
	size_t len;

	buf_init(&b, (size_t)4 << 20);
	CHECK(!stix_out_agreement(&us, g, KIT_DAY(5), &b));
	CHECK_INT(b.len, 0);
	CHECK_OK(kit_run(g, "open 0; sign a 1; sign b 2; reserve b 3 2; leave b 30", &e), &e);
	buf_byte(&b, '[');
	stix_out_kinds(&b);
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		buf_byte(&b, ',');
		CHECK(stix_out_agreement(&us, g, dates[i], &b));
	}
	buf_byte(&b, ',');
	CHECK(stix_out_contact(&us, &c, &b));
	len = b.len;
	buf_byte(&b, ']');
	CHECK_INT(objects_in(&b), 3 + 4 + 2);
	CHECK(slice_find(buf_view(&b), S("\"state\":\"in-force\"")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("\"state\":\"ended\"")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("\"emails\":[\"abuse@net.example\",\"cert@net.example\"],\"notice_lang\":\"fr\",\"formats\":[\"xarf\"],\"url\"")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b), S("no fingerprint")) == SIZE_MAX);
	/* the same each time */
	b.len = len;
	CHECK(stix_out_agreement(&us, g, KIT_DAY(5), &b));
	agreement_free(&g);
	buf_fini(&b);
}

int
main(void)
{
	RUN(findings);
	RUN(indicators_are_watched);
	RUN(who_and_marks);
	RUN(warned);
	RUN(our_kinds);
	return test_end();
}
