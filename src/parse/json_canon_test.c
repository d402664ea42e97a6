#include "parse/json_canon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "test.h"

static const struct json_limits limits = { 1 << 20, 8, 1000 };

/* RFC 8785 appendix B. */
static const struct { uint64_t bits; const char *text; } doubles[] = {
	{ 0x0000000000000000, "0" },
	{ 0x8000000000000000, "0" },
	{ 0x0000000000000001, "5e-324" },
	{ 0x8000000000000001, "-5e-324" },
	{ 0x7fefffffffffffff, "1.7976931348623157e+308" },
	{ 0xffefffffffffffff, "-1.7976931348623157e+308" },
	{ 0x4340000000000000, "9007199254740992" },
	{ 0xc340000000000000, "-9007199254740992" },
	{ 0x4430000000000000, "295147905179352830000" },
	{ 0x44b52d02c7e14af5, "9.999999999999997e+22" },
	{ 0x44b52d02c7e14af6, "1e+23" },
	{ 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
	{ 0x444b1ae4d6e2ef4e, "999999999999999700000" },
	{ 0x444b1ae4d6e2ef4f, "999999999999999900000" },
	{ 0x444b1ae4d6e2ef50, "1e+21" },
	{ 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
	{ 0x3eb0c6f7a0b5ed8d, "0.000001" },
	{ 0x41b3de4355555553, "333333333.3333332" },
	{ 0x41b3de4355555554, "333333333.33333325" },
	{ 0x41b3de4355555555, "333333333.3333333" },
	{ 0x41b3de4355555556, "333333333.3333334" },
	{ 0x41b3de4355555557, "333333333.33333343" },
	{ 0xbecbf647612f3696, "-0.0000033333333333333333" },
	{ 0x43143ff3c1cb0959, "1424953923781206.2" },
};

static double
double_of(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

TEST(rfc_doubles)
{
	char text[JSON_DOUBLE_TEXT_MAX];

	for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
		test_case("%016llx", (unsigned long long)doubles[i].bits);
		(void)json_double_print(double_of(doubles[i].bits), text);
		CHECK_STR(text, doubles[i].text);
	}
}

/* Lines "BITS TEXT" as another program, V8, prints them: powers of two, and doubles at random. */
static void
printed_check(const char *path)
{
	struct err e = ERR_INIT;
	struct slice rest, line, bits;
	size_t n = 0;
	struct buf b;

	buf_init(&b, (size_t)256 << 20);
	CHECK_OK(file_read(path, &b, &e), &e);
	rest = buf_view(&b);
	while (slice_line(&rest, &line)) {
		char text[JSON_DOUBLE_TEXT_MAX], hex[17] = "";

		if (!slice_cut(&line, ' ', &bits) || bits.len != 16)
			continue;
		memcpy(hex, bits.p, 16);
		(void)json_double_print(double_of(strtoull(hex, NULL, 16)), text);
		n++;
		if (!slice_eq(slice_of_str(text), line)) {
			test_case("%s", hex);
			CHECK_SLICE(slice_of_str(text), line);
		}
	}
	CHECK(n > 2000);
	buf_fini(&b);
}

TEST(as_others_print)
{
	const char *more = getenv("JSON_DOUBLES");

	printed_check(test_path("tests/golden/json_canon/doubles.txt"));
	if (more != NULL)
		printed_check(more);
}

/* Reads back the same, and with a digit less would not. */
TEST(shortest)
{
	for (int i = 0; i < 100000; i++) {
		char text[JSON_DOUBLE_TEXT_MAX], less[40];
		double v = double_of(test_random());
		int digits = 0;

		if (!isfinite(v) || v == 0)
			continue;
		(void)json_double_print(v, text);
		for (const char *p = text; *p != '\0' && *p != 'e'; p++)
			digits += byte_is_digit((uint8_t)*p) && (digits > 0 || *p != '0');
		/* Zeros in front of the point are no digits of its own. */
		for (const char *p = strchr(text, 'e') == NULL && strchr(text, '.') == NULL ? text + strlen(text) : NULL; p != NULL && p > text && p[-1] == '0'; p--)
			digits--;
		(void)snprintf(less, sizeof(less), "%.*e", digits > 1 ? digits - 2 : 0, v);
		if (strtod(text, NULL) != v || (digits > 1 && strtod(less, NULL) == v)) {
			test_case("%s", text);
			CHECK(strtod(text, NULL) == v);
			CHECK(digits <= 1 || strtod(less, NULL) != v);
		}
	}
	CHECK(true);
}

static const struct canon_case {
	const char *name, *in, *out; /* out NULL: refused */
	enum err_code code;
} cases[] = {
	/* RFC 8785 section 3.2.2 */
	{ "the RFC's object", "{\n  \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
	    "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n  \"literals\": [null, true, false]\n}",
	    "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	    "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}", 0 },
	/* section 3.2.3 */
	{ "the RFC's order", "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
	    "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
	    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
	    "\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}", 0 },
	{ "a word", " true ", "true", 0 },
	{ "empty ones", "[ {}, [], \"\" ]", "[{},[],\"\"]", 0 },
	{ "an empty name", "{\"a\":1,\"\":0}", "{\"\":0,\"a\":1}", 0 },
	{ "a prefix comes first", "{\"ab\":1,\"a\":0}", "{\"a\":0,\"ab\":1}", 0 },
	{ "minus nothing", "[-0, -0.0, 0e5, 1e-400]", "[0,0,0,0]", 0 },
	{ "more digits than a double has", "9007199254740993", "9007199254740992", 0 },
	{ "a delete byte stands for itself", "\"\\u007f\"", "\"\x7f\"", 0 },
	{ "the same name in two objects", "[{\"a\":1},{\"a\":1}]", "[{\"a\":1},{\"a\":1}]", 0 },
	{ "an escaped backslash before u", "\"\\\\ud800\"", "\"\\\\ud800\"", 0 },
	{ "a replacement character that was written", "\"\\ufffd\"", "\"\xef\xbf\xbd\"", 0 },
	{ "as deep as allowed", "[[[[[[[[1]]]]]]]]", "[[[[[[[[1]]]]]]]]", 0 },
	{ "and one that is empty within", "[[[[[[[[[]]]]]]]]]", "[[[[[[[[[]]]]]]]]]", 0 },
	{ "deeper", "[[[[[[[[[1]]]]]]]]]", NULL, ERR_LIMIT },
	{ "a name twice", "{\"a\":1,\"b\":2,\"a\":1}", NULL, ERR_INPUT },
	{ "a name twice, written otherwise", "{\"a\":1,\"\\u0061\":1}", NULL, ERR_INPUT },
	{ "half a pair, high", "\"\\ud800\"", NULL, ERR_INPUT },
	{ "half a pair, low", "\"\\udc00\"", NULL, ERR_INPUT },
	{ "two high halves", "\"\\ud800\\ud800\"", NULL, ERR_INPUT },
	{ "half a pair in a name", "{\"\\udfff\":1}", NULL, ERR_INPUT },
	{ "half a pair behind a whole one", "\"\\ud83d\\ude00\\ude00\"", NULL, ERR_INPUT },
	{ "a surrogate as UTF-8", "\"\xed\xa0\x80\"", NULL, ERR_INPUT },
	{ "no UTF-8", "\"\xff\"", NULL, ERR_INPUT },
	{ "overlong UTF-8", "\"\xc0\xaf\"", NULL, ERR_INPUT },
	{ "over all doubles", "1e309", NULL, ERR_INPUT },
	{ "under all doubles", "-1e309", NULL, ERR_INPUT },
	{ "two values", "1 2", NULL, ERR_INPUT },
	{ "nothing", "", NULL, ERR_INPUT },
};

TEST(canon)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct canon_case *c = &cases[i];
		struct err e = ERR_INIT;
		const struct json *j;
		struct arena a;
		struct buf b;
		bool ok;

		test_case("%s", c->name);
		arena_init(&a, 1 << 20);
		buf_init(&b, 1 << 20);
		ok = json_canon(slice_of_str(c->in), &limits, &a, &b, &e);
		if (c->out == NULL) {
			CHECK(!ok);
			CHECK_INT(e.code, c->code);
		} else if (CHECK_OK(ok, &e)) {
			CHECK_STR(buf_cstr(&b), c->out);
			CHECK_OK(json_canon_check(buf_view(&b), &limits, &a, &j, &e), &e);
			CHECK(strcmp(c->in, c->out) == 0 || !json_canon_check(slice_of_str(c->in), &limits, &a, &j, &e));
		}
		buf_fini(&b);
		arena_fini(&a);
	}
}

/* Ten thousand names in one object: no more than sorting them costs. */
TEST(many_members)
{
	struct json_limits wide = { 1 << 20, 4, 100000 };
	struct err e = ERR_INIT;
	struct buf in, out;
	struct arena a;

	arena_init(&a, (size_t)32 << 20);
	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 20);
	for (int i = 0; i < 10000; i++)
		buf_printf(&in, "%c\"%d\":%d", i == 0 ? '{' : ',', (i * 7919) % 10000, i);
	buf_byte(&in, '}');
	CHECK_OK(json_canon(buf_view(&in), &wide, &a, &out, &e), &e);
	CHECK(slice_starts(buf_view(&out), S("{\"0\":0,\"1\":")));
	CHECK_INT(out.len, in.len);
	buf_fini(&in);
	buf_fini(&out);
	arena_fini(&a);
}

int
main(void)
{
	RUN(rfc_doubles);
	RUN(as_others_print);
	RUN(shortest);
	RUN(canon);
	RUN(many_members);
	return test_end();
}
