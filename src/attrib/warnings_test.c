#include "attrib/warnings.h"

#include "test.h"

TEST(shipped)
{
	static const struct { const char *what; bool warned; } rows[] = {
		{ "8.8.8.8", true }, { "8.8.8.0/24", true }, { "8.8.9.0/24", false }, { "http://8.8.8.8/x", true },
		{ "2001:4860:4860::8888", true }, { "198.41.0.4", true }, { "192.168.1.1", true }, { "10.0.0.0/8", true },
		{ "0.0.0.0/0", true }, { "45.33.32.156", false }, { "a.root-servers.net", true }, { "root-servers.net.example.com", false },
		{ "com", true }, { "COM", true }, { "com.", true }, { ".", true }, { "xn--p1ai", true }, { "internal-name", false }, { "a", false },
		{ "co.uk.", true }, { "bank.example.com.", false }, { "8.8.4.4", true }, { "77.88.8.8", true }, { "aspmx.l.google.com", true }, { "sites.google.com", false },
		{ "firm-com.mail.protection.outlook.com", true }, { "outlook.com", false },
		/* RFC 6890, a block each, and a network that holds one. */
		{ "0.1.2.3", true }, { "10.1.2.3", true }, { "100.64.0.1", true }, { "100.128.0.1", false }, { "127.0.0.1", true }, { "169.254.1.1", true },
		{ "172.16.0.1", true }, { "172.32.0.1", false }, { "172.0.0.0/8", true }, { "192.0.0.1", true }, { "192.0.2.1", false }, { "192.88.99.1", true }, { "192.168.0.1", true },
		{ "198.18.0.1", true }, { "198.51.100.1", false }, { "203.0.113.1", false }, { "203.0.113.0/24", false }, { "203.0.0.0/8", false }, { "224.0.0.1", true }, { "240.0.0.1", true }, { "255.255.255.255", true },
		{ "::", true }, { "::1", true }, { "::ffff:10.0.0.1", true }, { "64:ff9b::0a00:0001", true }, { "100::1", true }, { "2001:db8::1", false }, { "2001:2::1", true },
		{ "2002:0a00:0001::1", true }, { "3fff::1", false }, { "fc00::1", true }, { "fe80::1", true }, { "ff02::1", true }, { "2a00:1450::1", false }, { "2000::/3", true }, { "co.uk", true }, { "example.co.uk", false },
		{ "https://co.uk/x", true }, { "https://bad.example.com/", false }, { "EXAMPLE.COM", false }, { "IANA.org", true },
		{ "d41d8cd98f00b204e9800998ecf8427e", false }, { "", false },
	};
	struct warnings *w = warnings_new();

	CHECK(warnings_lists(w) >= 3 && warnings_entries(w) > 60);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *list = NULL;

		test_case("%s", rows[i].what);
		CHECK(warnings_text(w, slice_of_str(rows[i].what), &list) == rows[i].warned);
		CHECK((list != NULL) == rows[i].warned);
	}
	warnings_free(&w);
}

TEST(own)
{
	static const struct { const char *json; size_t skipped; bool ok; const char *hit, *miss; } rows[] = {
		{ "{\"name\":\"a\",\"type\":\"cidr\",\"list\":[\"45.0.0.0/8\",\"x\",7]}", 2, true, "45.33.32.156", "46.0.0.1" },
		{ "{\"name\":\"b\",\"type\":\"hostname\",\"list\":[\".Bank.example.com\"]}", 0, true, "www.bank.example.com", "notbank.example.com" },
		{ "{\"name\":\"c\",\"type\":\"string\",\"list\":[\"http://a.example.com/ok\",\"46.1.1.1\"]}", 0, true, "http://A.example.com/ok", "http://a.example.com/" },
		{ "{\"name\":\"d\",\"type\":\"string\",\"list\":[\"46.1.1.1\"]}", 0, true, "46.1.1.1", "46.1.1.2" },
		{ "{\"name\":\"e\",\"type\":\"substring\",\"list\":[\"healthcheck\"]}", 0, true, "http://x.example.com/HealthCheck?", "http://x.example.com/" },
		{ "{\"name\":\"f\",\"type\":\"regex\",\"list\":[\"/^A\\\\.ex/i\"]}", 0, true, "a.example.com", "b.a.example.com" },
		{ "{\"name\":\"f\",\"type\":\"regex\",\"list\":[\"/^A/\"]}", 0, true, "Alpha.example.com", "alpha.example.com" },
		{ "{\"name\":\"f\",\"type\":\"regex\",\"list\":[\"health[0-9]+\"]}", 0, true, "http://x.example.com/health12", "http://x.example.com/health" },
		{ "{\"name\":\"f\",\"type\":\"regex\",\"list\":[\"/(a|b/\",\"/a/q\",\"\",\"//\",\".*\",\"/x*/\",7]}", 7, true, NULL, "a.example.com" },
		/* Steps are bounded: an expression that goes on for ever is no match, in good time. */
		{ "{\"name\":\"f\",\"type\":\"regex\",\"list\":[\"/^(a+)+$/\"]}", 0, true, "aaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com!" },
		{ "{\"name\":\"f\",\"type\":\"bloom\",\"list\":[\"a\"]}", 1, true, NULL, "a.example.com" },
		{ "{\"name\":\"g\",\"type\":\"cidr\"}", 0, false, NULL, "45.33.32.156" },
		{ "[1]", 0, false, NULL, "45.33.32.156" }, { "{", 0, false, NULL, "45.33.32.156" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct warnings *w = warnings_new();
		struct err e = ERR_INIT;
		size_t skipped = 0;

		test_case("%s", rows[i].json);
		CHECK(warnings_add(w, slice_of_str(rows[i].json), &skipped, &e) == rows[i].ok);
		CHECK_INT(skipped, rows[i].skipped);
		if (rows[i].hit != NULL)
			CHECK(warnings_text(w, slice_of_str(rows[i].hit), NULL));
		CHECK(!warnings_text(w, slice_of_str(rows[i].miss), NULL));
		warnings_free(&w);
	}
}

/* Ranges within ranges: what lies behind the inner one and within the outer one is found. */
TEST(nested)
{
	struct warnings *w = warnings_new();
	struct err e = ERR_INIT;
	size_t skipped;

	CHECK_OK(warnings_add(w, S("{\"name\":\"n\",\"type\":\"cidr\",\"list\":[\"45.0.0.0/8\",\"45.1.0.0/16\",\"45.1.1.0/24\",\"47.0.0.0/8\"]}"), &skipped, &e), &e);
	CHECK(warnings_text(w, S("45.200.0.1"), NULL));
	CHECK(warnings_text(w, S("45.1.1.1"), NULL));
	CHECK(!warnings_text(w, S("46.0.0.1"), NULL));
	CHECK(warnings_text(w, S("46.0.0.0/7"), NULL));
	warnings_free(&w);
}

int
main(void)
{
	RUN(shipped);
	RUN(own);
	RUN(nested);
	return test_end();
}
