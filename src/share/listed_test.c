#include "share/listed.h"

#include "test.h"

#define IND(pattern) "{\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"" pattern "\"}"

TEST(objects)
{
	static const struct { const char *object; bool warned; } rows[] = {
		{ IND("[ipv4-addr:value = '8.8.8.8']"), true },
		{ IND("[ipv4-addr:value='45.33.32.156']"), false },
		{ IND("[ipv4-addr:value ISSUBSET '8.8.8.0/24']"), true },
		{ IND("[ipv4-addr:value IN ('45.33.32.156', '45.33.32.157', '1.1.1.1')]"), true },
		{ IND("[ipv6-addr:value = '2001:4860:4860::8888']"), true },
		{ IND("[domain-name:value = 'co.uk']"), true },
		{ IND("[domain-name:value = 'com']"), true },
		{ IND("[domain-name:value = '.']"), true },
		{ IND("[domain-name:value = 'com.']"), true },
		{ IND("[domain-name:value = 'a.root-servers.net']"), true },
		{ IND("[domain-name:value = 'evil.example.com']"), false },
		{ IND("[url:value = 'http://8.8.8.8/x']"), true },
		{ IND("[network-traffic:dst_ref.value = '8.8.8.8']"), true },
		{ IND("[domain-name:value = 'evil.example.com' OR ipv4-addr:value = '9.9.9.9']"), true },
		{ IND("[domain-name:value = 'evil.example.com'] FOLLOWEDBY [ipv4-addr:value = '9.9.9.9'] WITHIN 5 SECONDS"), true },
		/* A file that is called like a registry's name. */
		{ IND("[file:name = 'co.uk']"), false },
		{ IND("[file:name = 'co.uk' OR domain-name:value = 'evil.example.com']"), false },
		{ IND("[email-addr:value = 'x@example.com']"), false },
		/* Ways to hide it. */
		{ IND("[ipv4-addr:value = '8.8\\u002e8.8']"), true },
		{ IND("[ipv4-addr:value = '8.8.8\\\\.8']"), true },
		{ "{\"type\":\"indicator\",\"p\\u0061ttern\":\"[ipv4-addr:value = '8.8.8.8']\",\"pattern_type\":\"stix\"}", true },
		{ "{\"x\":{\"pattern\":\"[file:name = 'a']\"},\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"[ipv4-addr:value = '8.8.8.8']\"}", true },
		{ "{\"x\":{\"pattern\":\"[ipv4-addr:value = '8.8.8.8']\"},\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":\"[file:name = 'a']\"}", false },
		{ "{ \"type\" : \"indicator\" , \"pattern_type\" : \"stix\" , \"pattern\" : \"[ipv4-addr:value = '8.8.8.8']\" }", true },
		/* Not of STIX' language, no indicator, no JSON. */
		{ "{\"type\":\"indicator\",\"pattern_type\":\"snort\",\"pattern\":\"[ipv4-addr:value = '8.8.8.8']\"}", false },
		{ "{\"type\":\"note\",\"pattern_type\":\"stix\",\"pattern\":\"[ipv4-addr:value = '8.8.8.8']\"}", false },
		{ "{\"type\":\"indicator\",\"pattern_type\":\"stix\",\"pattern\":7}", false },
		{ "{\"type\":\"indicator\",\"pattern\":\"[ipv4-addr:value = '8.8.8.8", false },
		{ "{\"type\":\"ipv4-addr\",\"value\":\"8.8.8.8\"}", false },
		{ "", false },
		{ "\"pattern\"", false },
	};
	struct warnings *w = warnings_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_case("%s", rows[i].object);
		CHECK_INT(listed_warned(w, slice_of_str(rows[i].object)), rows[i].warned);
	}
	warnings_free(&w);
}

int
main(void)
{
	RUN(objects);
	return test_end();
}
