/* TAXII's media type: Accept and Content-Type as clients write them. */
#include "share/taxii_media.h"

#include "test.h"

#define T "application/taxii+json"

static const struct { const char *accept; bool yes; } accepts[] = {
	{ "", true },
	{ T ";version=2.1", true },
	{ T, true },
	{ T "; version=2.1", true },
	{ T " ; version=\"2.1\"", true },
	{ "Application/TAXII+JSON; Version=2.1", true },
	{ T ";q=0.5;version=2.1", true },
	{ T ";version=2.1;q=0.5", true },
	{ T ";charset=utf-8;version=2.1", true },
	{ T ";version=2.0, " T ";version=2.1", true },
	{ T ";version=2.0," T ";version=2.1;q=0.1", true },
	{ "text/html, */*;q=0.1", true },
	{ "application/*", true },
	{ "*/*", true },
	{ T ";title=\"a,b;version=9\";version=2.1", true },
	{ T ";version=2.0", false },
	{ T ";version=2.10", false },
	{ T ";version=2", false },
	{ T ";version=", false },
	{ T ";version=2.1;q=0", false },
	{ T ";version=2.1;q=0.000", false },
	{ T ";version=2.1;q=0.001", true },
	{ "*/*, " T ";version=2.1;q=0", false },
	{ "*/*;q=0, " T, true },
	{ "application/json", false },
	{ "application/stix+json;version=2.1", false },
	{ "application/vnd.oasis.taxii+json; version=2.0", false },
	{ "application/taxii+jsonx", false },
	{ "text/*", false },
	{ ",", false },
	{ "\"", false },
	{ ";;;=", false },
};

TEST(accept)
{
	for (size_t i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++) {
		test_case("%s", accepts[i].accept);
		CHECK_INT(taxii_media_accepted(slice_of_str(accepts[i].accept)), accepts[i].yes);
	}
}

TEST(version)
{
	CHECK(taxii_media_version_ok(SLICE_NONE));
	CHECK(taxii_media_version_ok(S("version=2.1")));
	CHECK(taxii_media_version_ok(S(" charset=utf-8 ; version = \"2.1\"")));
	CHECK(!taxii_media_version_ok(S("version=2.0")));
	CHECK(!taxii_media_version_ok(S("version=2.1;version=2.0")));
}

int
main(void)
{
	RUN(accept);
	RUN(version);
	return test_end();
}
