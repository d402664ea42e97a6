#include "server/totp.h"

#include "test.h"

/* RFC 6238 appendix B, the rows of SHA-1. */
static const struct { int64_t at_s; uint32_t code; } vectors[] = {
	{ 59, 94287082 },
	{ 1111111109, 7081804 },
	{ 1111111111, 14050471 },
	{ 1234567890, 89005924 },
	{ 2000000000, 69279037 },
	{ 20000000000, 65353130 },
};

/* RFC 4226 appendix D: the counter from 0 on. */
static const uint32_t counters[] = { 755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489 };

#define SECRET S("12345678901234567890")

TEST(rfc_vectors)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		test_case("%lld", (long long)vectors[i].at_s);
		CHECK_INT(totp_code(SECRET, vectors[i].at_s / TOTP_STEP_S, 8), vectors[i].code);
		CHECK_INT(totp_code(SECRET, vectors[i].at_s / TOTP_STEP_S, 6), vectors[i].code % 1000000);
	}
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		CHECK_INT(totp_code(SECRET, (int64_t)i, 6), counters[i]);
}

struct check_case {
	const char *name;
	struct slice code;
	int64_t at_s;
	bool ok;
	int64_t step;
};

/* The code of step 1 is 287082, of 2 359152, of 3 969429. */
static const struct check_case checks[] = {
	{ "its own step", S_INIT("287082"), 59, true, 1 },
	{ "one step late", S_INIT("287082"), 60, true, 1 },
	{ "one step late, to its last second", S_INIT("287082"), 89, true, 1 },
	{ "two steps late", S_INIT("287082"), 90, false, 0 },
	{ "one step early", S_INIT("287082"), 0, true, 1 },
	{ "two steps early", S_INIT("359152"), 29, false, 0 },
	{ "another", S_INIT("287083"), 59, false, 0 },
	{ "with a zero in front", S_INIT("0287082"), 59, false, 0 },
	{ "too short", S_INIT("28708"), 59, false, 0 },
	{ "letters", S_INIT("28708z"), 59, false, 0 },
	{ "nothing", S_INIT(""), 59, false, 0 },
};

TEST(windows)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct check_case *c = &checks[i];
		int64_t step = -1;

		test_case("%s", c->name);
		CHECK_INT(totp_check(SECRET, c->code, c->at_s, &step), c->ok);
		if (c->ok)
			CHECK_INT(step, c->step);
	}
}

TEST(base32_and_uri)
{
	/* RFC 4648 section 10, without padding */
	static const struct { struct slice in; const char *out; } rows[] = {
		{ S_INIT(""), "" }, { S_INIT("f"), "MY" }, { S_INIT("fo"), "MZXQ" }, { S_INIT("foo"), "MZXW6" },
		{ S_INIT("foob"), "MZXW6YQ" }, { S_INIT("fooba"), "MZXW6YTB" }, { S_INIT("foobar"), "MZXW6YTBOI" },
	};
	struct buf b;

	buf_init(&b, 1024);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&b);
		totp_base32(rows[i].in, &b);
		CHECK_STR(buf_cstr(&b), rows[i].out);
	}
	buf_clear(&b);
	totp_uri(S("foobar"), S("CSIRT & Co"), S("ana@x"), &b);
	CHECK_STR(buf_cstr(&b), "otpauth://totp/CSIRT%20%26%20Co:ana%40x?secret=MZXW6YTBOI&issuer=CSIRT%20%26%20Co");
	buf_fini(&b);
}

TEST(recovery)
{
	char one[TOTP_RECOVERY_BYTES], two[TOTP_RECOVERY_BYTES];
	struct sha256 h, h2;

	totp_recovery_make(one);
	totp_recovery_make(two);
	CHECK_INT(strlen(one), 19);
	CHECK(strcmp(one, two) != 0);
	CHECK(totp_recovery_hash(S("K7MQ 2xhw-9ncv p4ze"), &h) && totp_recovery_hash(S("k7mq2xhw9ncvp4ze"), &h2) &&
	    memcmp(&h, &h2, sizeof(h)) == 0);
	CHECK(!totp_recovery_hash(S("k7mq2xhw9ncvp4z"), &h));
	CHECK(!totp_recovery_hash(S("k7mq2xhw9ncvp4zee"), &h));
	CHECK(!totp_recovery_hash(S("k7mq2xhw9ncvp4z!"), &h));
	CHECK(!totp_recovery_hash(S(""), &h));
}

int
main(void)
{
	RUN(rfc_vectors);
	RUN(windows);
	RUN(base32_and_uri);
	RUN(recovery);
	return test_end();
}
